"""ListStreams."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, Part, refuses
from support.streams import latest_arn, streaming
from support.tables import HASH


def test_streams_of_a_table(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    described = client.describe_table(TableName=name)["Table"]
    assert described["StreamSpecification"] == {
        "StreamEnabled": True,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    arn, label = described["LatestStreamArn"], described["LatestStreamLabel"]
    assert arn == f"{described['TableArn']}/stream/{label}"
    listed = streams.list_streams(TableName=name)
    assert listed["Streams"] == [{"StreamArn": arn, "TableName": name, "StreamLabel": label}]
    assert "LastEvaluatedStreamArn" not in listed
    assert streams.list_streams(TableName=table(**HASH))["Streams"] == []


def test_off_and_on_again_makes_another_stream(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    first = latest_arn(client, name)
    waiter = client.get_waiter("table_exists")
    client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
    waiter.wait(TableName=name)
    described = client.describe_table(TableName=name)["Table"]
    assert "StreamSpecification" not in described
    assert described["LatestStreamArn"] == first
    client.update_table(
        TableName=name,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    waiter.wait(TableName=name)
    second = latest_arn(client, name)
    assert second != first
    listed = [each["StreamArn"] for each in streams.list_streams(TableName=name)["Streams"]]
    assert sorted(listed) == sorted([first, second])
    page = streams.list_streams(TableName=name, Limit=1)
    rest = streams.list_streams(
        TableName=name, ExclusiveStartStreamArn=page["LastEvaluatedStreamArn"]
    )
    pages = page["Streams"] + rest["Streams"]
    assert [each["StreamArn"] for each in pages] == listed


@pytest.mark.ours
def test_all_streams_by_table(client: Any, streams: Any, table: Any) -> None:
    made = {table(**streaming(HASH)) for _ in range(3)}
    found: list[str] = []
    request: dict[str, Any] = {"Limit": 2}
    while True:
        page = streams.list_streams(**request)
        assert len(page["Streams"]) <= 2
        found += [each["TableName"] for each in page["Streams"]]
        if "LastEvaluatedStreamArn" not in page:
            break
        request["ExclusiveStartStreamArn"] = page["LastEvaluatedStreamArn"]
    assert found == sorted(found) and made <= set(found)


@pytest.mark.ours
def test_a_deleted_table_leaves_its_stream(client: Any, streams: Any, table: Any) -> None:
    name = table(**streaming(HASH))
    arn = latest_arn(client, name)
    client.delete_table(TableName=name)
    listed = streams.list_streams(TableName=name)["Streams"]
    assert [each["StreamArn"] for each in listed] == [arn]


REFUSALS: list[tuple[dict[str, Any], str]] = [
    (
        {"Limit": 0},
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ),
    (
        {"TableName": "ab"},
        "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: "
        "Member must have length greater than or equal to 3",
    ),
    (
        {"ExclusiveStartStreamArn": "x"},
        "1 validation error detected: Value 'x' at 'exclusiveStartStreamArn' failed to satisfy "
        "constraint: Member must have length greater than or equal to 37",
    ),
    ({"ExclusiveStartStreamArn": "x" * 40}, Part("Invalid StreamArn")),
]


@pytest.mark.parametrize(("request_", "text"), REFUSALS)
def test_refuses(streams: Any, request_: dict[str, Any], text: str) -> None:
    refuses(streams.list_streams, VALIDATION, text, **request_)


def test_refuses_a_missing_table(streams: Any, name: str) -> None:
    refuses(streams.list_streams, NOT_FOUND, None, TableName=name)
