"""ListTagsOfResource."""

from __future__ import annotations

from typing import Any

from support.check import NOT_FOUND, VALIDATION, refuses
from support.tables import HASH


def test_every_tag_once_over_all_pages(client: Any, table: Any) -> None:
    wanted = {f"key-{number:02}": str(number) for number in range(30)}
    name = table(**HASH, Tags=[{"Key": key, "Value": value} for key, value in wanted.items()])
    arn = client.describe_table(TableName=name)["Table"]["TableArn"]
    got: list[dict[str, str]] = []
    more: dict[str, str] = {}
    while True:
        page = client.list_tags_of_resource(ResourceArn=arn, **more)
        got += page["Tags"]
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    assert len(got) == 30 and {tag["Key"]: tag["Value"] for tag in got} == wanted


def test_tags_go_with_their_table(client: Any, name: str) -> None:
    for tags in ([{"Key": "a", "Value": "b"}], []):
        client.create_table(TableName=name, **HASH, **({"Tags": tags} if tags else {}))
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        arn = client.describe_table(TableName=name)["Table"]["TableArn"]
        assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == tags
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def test_refuses(client: Any, hash_table: str, name: str, region: str) -> None:
    arn = client.describe_table(TableName=hash_table)["Table"]["TableArn"]
    refuses(client.list_tags_of_resource, VALIDATION, None, ResourceArn="nonsense")
    refuses(client.list_tags_of_resource, VALIDATION, None)
    missing = arn.rsplit("/", 1)[0] + "/" + name
    refuses(client.list_tags_of_resource, NOT_FOUND, None, ResourceArn=missing)
    foreign = f"arn:aws:dynamodb:{region}:999999999999:table/somebody-elses"
    refuses(client.list_tags_of_resource, "AccessDeniedException", None, ResourceArn=foreign)
