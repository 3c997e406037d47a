"""UntagResource."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, VALIDATION, refuses
from support.tables import HASH


def test_removes_only_the_named(client: Any, table: Any) -> None:
    name = table(**HASH, Tags=[{"Key": key, "Value": key.upper()} for key in "abc"])
    arn = client.describe_table(TableName=name)["Table"]["TableArn"]
    client.untag_resource(ResourceArn=arn, TagKeys=["a", "c", "never there"])
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "B"}]
    client.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == []


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    arn = client.describe_table(TableName=hash_table)["Table"]["TableArn"]
    refuses(client.untag_resource, VALIDATION, None, ResourceArn="nonsense", TagKeys=["a"])
    refuses(client.untag_resource, VALIDATION, None, ResourceArn=arn)
    missing = arn.rsplit("/", 1)[0] + "/" + name
    refuses(client.untag_resource, NOT_FOUND, None, ResourceArn=missing, TagKeys=["a"])
    foreign = f"arn:aws:dynamodb:{region}:999999999999:table/somebody-elses"
    refuses(
        client.untag_resource, "AccessDeniedException", None, ResourceArn=foreign, TagKeys=["a"]
    )
