"""StartBulkPutItems, DescribeBulkOperation, ListBulkOperations, CancelBulkOperation."""

from __future__ import annotations

import json
import time
from typing import Any, Iterator

import pytest
from service_model.seen import Seen
from support.check import NOT_FOUND, VALIDATION, Part, refuses
from support.transfers import BUCKET, Transfers, transfers_server

pytestmark = pytest.mark.ours
HASH = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture(scope="module")
def transfers(tmp_path_factory: pytest.TempPathFactory, members: Seen) -> Iterator[Transfers]:
    yield from transfers_server(tmp_path_factory, members)


def begin(client: Any, table: str, prefix: str, **more: Any) -> dict[str, Any]:
    request = {
        "TableName": table,
        "InputS3Configuration": {
            "S3Bucket": BUCKET,
            "S3KeyPrefix": prefix,
            "InputFormat": "DYNAMODB_JSON",
        },
        "OutputS3Configuration": {
            "S3KeyPrefix": "reports",
            "OutputType": ["ERROR", "CONDITION_CHECK_FAILURE"],
        },
        **more,
    }
    return dict(client.start_bulk_put_items(**request)["BulkOperationDescription"])


def finished(client: Any, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(1200):
        found = client.describe_bulk_operation(BulkOperationArn=job["BulkOperationArn"])
        found = found["BulkOperationDescription"]
        if found["BulkOperationStatus"] not in ("IN_PROGRESS", "CANCELLING"):
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the bulk put does not end")


def line(key: str, condition: str | None = None, **attributes: Any) -> str:
    record: dict[str, Any] = {"Item": {"pk": {"S": key}, **attributes}}
    if condition:
        record["ConditionExpression"] = condition
    return json.dumps(record) + "\n"


def reports(transfers: Transfers, job: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    name = job["BulkOperationArn"].rsplit("/", 1)[1]
    file = transfers.bucket / "reports" / "AWSDynamoDB" / name / f"{kind}.json"
    return [json.loads(text) for text in file.read_text().splitlines()]


def test_items_conditions_and_faults(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="mixed", **HASH)
    client.put_item(TableName="mixed", Item={"pk": {"S": "old"}, "v": {"N": "1"}})
    (transfers.bucket / "mixed").mkdir()
    (transfers.bucket / "mixed" / "a.json").write_text(
        line("new", "attribute_not_exists(pk)")
        + line("old", "attribute_not_exists(pk)")
        + line("plain", v={"N": "2"})
        + line("plain", v={"N": "3"})
        + "broken\n"
        + json.dumps({"Item": {"x": {"S": "no key"}}})
    )
    job = begin(client, "mixed", "mixed/")
    assert job["BulkOperationStatus"] == "IN_PROGRESS"
    assert job["PerformanceTier"] == "STANDARD"
    done = finished(client, job)
    assert done["BulkOperationStatus"] == "COMPLETED_WITH_ERRORS", done
    assert (done["ProcessedItemCount"], done["FailedItemCount"]) == (6, 2)
    assert done["ProcessedInputBytes"] == done["TotalInputBytes"]
    assert done["BulkOperationUsage"][0]["Table"]["BulkPutBytes"] > 0
    items = {item["pk"]["S"]: item for item in client.scan(TableName="mixed")["Items"]}
    assert set(items) == {"old", "new", "plain"}
    assert items["old"]["v"] == {"N": "1"}
    assert items["plain"]["v"] == {"N": "3"}
    assert [entry["RecordNumber"] for entry in reports(transfers, done, "ERROR")] == [5, 6]
    unmet = reports(transfers, done, "CONDITION_CHECK_FAILURE")
    assert [(entry["S3Key"], entry["RecordNumber"]) for entry in unmet] == [("mixed/a.json", 2)]
    assert json.loads(unmet[0]["Record"])["Item"] == {"pk": {"S": "old"}}


def test_failed_conditions_are_no_errors(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="conditions", **HASH)
    (transfers.bucket / "conditions").mkdir()
    text = line("k", "attribute_not_exists(pk)") * 2
    (transfers.bucket / "conditions" / "a.json").write_text(text)
    done = finished(client, begin(client, "conditions", "conditions/"))
    assert (done["BulkOperationStatus"], done["FailedItemCount"]) == ("COMPLETED", 0)


def test_a_cancelled_operation_keeps_what_it_put(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="cancelled", **HASH)
    (transfers.bucket / "cancelled").mkdir()
    text = "".join(line(f"k{n}", v={"S": "x" * 900}) for n in range(20_000))
    (transfers.bucket / "cancelled" / "a.json").write_text(text)
    # At 1,024 units a second this takes twenty seconds.
    job = begin(client, "cancelled", "cancelled/", MaxWriteRequestUnits=1024)
    while not client.scan(TableName="cancelled", Select="COUNT", Limit=1)["Count"]:
        time.sleep(0.01)
    answer = client.cancel_bulk_operation(BulkOperationArn=job["BulkOperationArn"])
    assert answer["BulkOperationStatus"] == "CANCELLING"
    done = finished(client, job)
    assert done["BulkOperationStatus"] == "CANCELLED"
    count = client.describe_table(TableName="cancelled")["Table"]["ItemCount"]
    assert 0 < count == done["ProcessedItemCount"] < 20_000


def test_operations_are_listed_and_tokens_count(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="tokens", **HASH)
    (transfers.bucket / "tokens").mkdir()
    (transfers.bucket / "tokens" / "a.json").write_text(line("k"))
    first = begin(client, "tokens", "tokens/", ClientToken="once")
    again = begin(client, "tokens", "tokens/", ClientToken="once")
    assert first["BulkOperationArn"] == again["BulkOperationArn"]
    finished(client, first)
    listed = client.list_bulk_operations(MaxResults=1)
    assert [entry["BulkOperationArn"] for entry in listed["BulkOperationsSummaryList"]] == [
        first["BulkOperationArn"]
    ]
    pages = client.get_paginator("list_bulk_operations").paginate(
        PaginationConfig={"PageSize": 1}
    )
    arns = [e["BulkOperationArn"] for p in pages for e in p["BulkOperationsSummaryList"]]
    assert len(arns) == len(set(arns)) >= 2
    try:
        begin(client, "tokens", "else/", ClientToken="once")
        raise AssertionError("another request under the same token")
    except client.exceptions.IdempotentParameterMismatchException:
        pass


def test_refusals(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="refusals", **HASH)
    source = {"S3Bucket": BUCKET, "InputFormat": "DYNAMODB_JSON"}
    output = {"OutputType": ["ERROR"]}
    refuses(
        client.start_bulk_put_items,
        NOT_FOUND,
        None,
        TableName="missing",
        InputS3Configuration=source,
        OutputS3Configuration=output,
    )
    refuses(
        client.start_bulk_put_items,
        VALIDATION,
        Part("'maxWriteRequestUnits'"),
        TableName="refusals",
        InputS3Configuration=source,
        OutputS3Configuration=output,
        MaxWriteRequestUnits=1,
    )
    refuses(
        client.start_bulk_put_items,
        VALIDATION,
        Part("'outputS3Configuration'"),
        TableName="refusals",
        InputS3Configuration=source,
    )
    refuses(
        client.describe_bulk_operation,
        NOT_FOUND,
        None,
        BulkOperationArn="arn:aws:dynamodb:eu-west-2:000000000000:table/refusals/bulk-put-items/x",
    )
    done = finished(client, begin(client, "refusals", "no-such/"))
    assert (done["BulkOperationStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchKey")


def test_conditions_hold_across_a_kill(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="killed", **HASH)
    (transfers.bucket / "killed").mkdir()
    count = 20_000
    # Each key comes twice: the second time its condition fails.
    text = "".join(line(f"k{n // 2}", "attribute_not_exists(pk)") for n in range(count))
    (transfers.bucket / "killed" / "a.json").write_text(text)
    job = begin(client, "killed", "killed/")
    for wait in (0.05, 0.2):
        time.sleep(wait)
        transfers.restart()
    done = finished(transfers.client, job)
    assert done["BulkOperationStatus"] == "COMPLETED"
    assert (done["ProcessedItemCount"], done["FailedItemCount"]) == (count, 0)
    numbers = [entry["RecordNumber"] for entry in reports(transfers, done, "CONDITION_CHECK_FAILURE")]
    assert numbers == list(range(2, count + 1, 2))
