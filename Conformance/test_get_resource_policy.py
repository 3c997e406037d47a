"""GetResourcePolicy, and the resources that may have a policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.check import INVALID, NOT_FOUND, VALIDATION, refuses
from support.policies import MISSING, arn_of, policy
from support.tables import HASH


def test_one_that_came_with_the_table(client: Any, table: Any) -> None:
    name = table(**HASH, ResourcePolicy=json.dumps(json.loads(policy()), indent=1))
    answer = client.get_resource_policy(ResourceArn=arn_of(client, name))
    assert answer["Policy"] == policy()
    created = client.describe_table(TableName=name)["Table"]["CreationDateTime"].timestamp()
    assert abs(int(answer["RevisionId"]) / 1000 - created) < 5


def test_none(client: Any, hash_table: str) -> None:
    arn = arn_of(client, hash_table)
    refuses(client.get_resource_policy, "PolicyNotFoundException", MISSING + arn, ResourceArn=arn)


def test_a_policy_goes_with_its_table(client: Any, table: Any) -> None:
    name = table(**HASH, ResourcePolicy=policy())
    arn = arn_of(client, name)
    client.delete_table(TableName=name)
    client.get_waiter("table_not_exists").wait(TableName=name)
    refuses(client.get_resource_policy, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found", ResourceArn=arn)


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (lambda arn: arn.rsplit("/", 1)[1], VALIDATION, INVALID + "ARNs must start with 'arn:': {}"),
        (lambda arn: arn + "/index/any", VALIDATION,
         INVALID + "Invalid resource arn provided, only table or stream is accepted. "
         "Provided resource arn: {}"),
        (lambda arn: arn + "/backup/0170", VALIDATION,
         INVALID + "Provided Arn is not a DynamoDB resource arn: {}"),
        (lambda arn: arn.replace("arn:aws:", "arn:aws-cn:"), VALIDATION,
         INVALID + "Invalid resource Arn: {}"),
        (lambda arn: ":".join([*arn.split(":")[:3], "us-gov-east-1", *arn.split(":")[4:]]),
         VALIDATION, INVALID + "Invalid resource Arn: {}"),
        (lambda arn: ":".join([*arn.split(":")[:4], "999999999999", arn.split(":")[5]]),
         VALIDATION,
         "This action is only supported by accounts that match the resource owner’s account."),
        (lambda arn: arn + "/stream/2000-01-01T00:00:00.000", NOT_FOUND,
         "Requested resource not found: Stream: 2000-01-01T00:00:00.000 not found for Table: {name}"),
    ],
    ids=["a name", "an index", "a backup", "another partition", "another region",
         "another account", "no such stream"],
)
def test_other_resources(client: Any, hash_table: str, change: Any, code: str, text: str) -> None:
    arn = change(arn_of(client, hash_table))
    refuses(client.get_resource_policy, code, text.format(arn, name=hash_table), ResourceArn=arn)
