"""TagResource."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, refuses
from support.tables import HASH


def arn_of(client: Any, name: str) -> str:
    return str(client.describe_table(TableName=name)["Table"]["TableArn"])


def tags(client: Any, arn: str) -> dict[str, str]:
    return {
        tag["Key"]: tag["Value"] for tag in client.list_tags_of_resource(ResourceArn=arn)["Tags"]
    }


def test_adds_and_replaces(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    assert tags(client, arn) == {}
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"},
                                               {"Key": "b", "Value": ""}])
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"},
                                               {"Key": "ü:/ =+-@", "Value": "é"}])
    assert tags(client, arn) == {"a": "2", "b": "", "ü:/ =+-@": "é"}


def test_fifty_tags_and_no_more(client: Any, table: Any) -> None:
    arn = arn_of(client, table(**HASH))
    fifty = [{"Key": f"key-{number}", "Value": "v"} for number in range(50)]
    client.tag_resource(ResourceArn=arn, Tags=fifty)
    assert len(tags(client, arn)) == 50
    refuses(client.tag_resource, VALIDATION, None, ResourceArn=arn,
            Tags=[{"Key": "one more", "Value": "v"}])
    assert len(tags(client, arn)) == 50


@pytest.mark.parametrize(
    "bad",
    [[], [{"Key": "", "Value": "v"}], [{"Key": "k" * 129, "Value": "v"}],
     [{"Key": "k", "Value": "v" * 257}], [{"Key": "k"}], [{"Key": "aws:k", "Value": "v"}]],
    ids=["none", "empty key", "long key", "long value", "no value", "reserved prefix"],
)
def test_refuses(client: Any, hash_table: str, bad: list[dict[str, str]]) -> None:
    arn = arn_of(client, hash_table)
    refuses(client.tag_resource, VALIDATION, None, ResourceArn=arn, Tags=bad)
    assert tags(client, arn) == {}


def test_a_missing_table(client: Any, hash_table: str, name: str) -> None:
    arn = arn_of(client, hash_table).rsplit("/", 1)[0] + "/" + name
    refuses(client.tag_resource, NOT_FOUND, None, ResourceArn=arn,
            Tags=[{"Key": "a", "Value": "b"}])


def test_a_foreign_arn(client: Any, region: str) -> None:
    arn = f"arn:aws:dynamodb:{region}:999999999999:table/somebody-elses"
    refuses(client.tag_resource, "AccessDeniedException", None, ResourceArn=arn,
            Tags=[{"Key": "a", "Value": "b"}])


def test_what_is_no_arn(client: Any) -> None:
    refuses(client.tag_resource, VALIDATION, None, ResourceArn="nonsense",
            Tags=[{"Key": "a", "Value": "b"}])
