"""DeleteResourcePolicy."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, refuses
from support.policies import MISSING, arn_of, policy
from support.tables import HASH


@pytest.mark.ours  # AWS makes the second change wait for 15 seconds
def test_deletes(client: Any, table: Any) -> None:
    name = table(**HASH)
    arn = arn_of(client, name)
    revision = client.put_resource_policy(ResourceArn=arn, Policy=policy())["RevisionId"]
    refuses(client.delete_resource_policy, "PolicyNotFoundException",
            MISSING + "Requested update for policy with revision id 1, but the policy associated "
            f"to target table {name} has revision id {revision}.",
            ResourceArn=arn, ExpectedRevisionId="1")
    answer = client.delete_resource_policy(ResourceArn=arn, ExpectedRevisionId=revision)
    assert answer["RevisionId"] == revision
    refuses(client.get_resource_policy, "PolicyNotFoundException", MISSING + arn, ResourceArn=arn)


def test_without_one(client: Any, hash_table: str) -> None:
    arn = arn_of(client, hash_table)
    assert "RevisionId" not in client.delete_resource_policy(ResourceArn=arn)
    refuses(client.delete_resource_policy, "PolicyNotFoundException",
            MISSING + "Requested update for policy with revision id 123456789, but table "
            f"{hash_table} has no associated policy.",
            ResourceArn=arn, ExpectedRevisionId="123456789")


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    arn = arn_of(client, hash_table)
    refuses(client.delete_resource_policy, VALIDATION,
            "1 validation error detected: Value '' at 'expectedRevisionId' failed to satisfy "
            "constraint: Member must have length greater than or equal to 1",
            ResourceArn=arn, ExpectedRevisionId="")
    refuses(client.delete_resource_policy, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found",
            ResourceArn=arn.rsplit("/", 1)[0] + "/" + name)
