"""ExportTableToPointInTime, DescribeExport, ListExports: what is written, and that it is all of it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from service_model.seen import Seen
from support.check import VALIDATION, Part, refuses
from support.transfers import BUCKET, Transfers, transfers_server

pytestmark = pytest.mark.ours
HASH = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
EVERY_TYPE = {
    "s": {"S": 'quote " and \\ and ü'},
    "n": {"N": "-1.5"},
    "b": {"B": b"\x00\xff"},
    "t": {"BOOL": True},
    "z": {"NULL": True},
    "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": [b"x", b"y"]},
    "l": {"L": [{"N": "1"}, {"S": ""}, {"M": {}}]},
    "m": {"M": {"in": {"L": []}}},
}


@pytest.fixture(scope="module")
def transfers(tmp_path_factory: pytest.TempPathFactory, members: Seen) -> Iterator[Transfers]:
    yield from transfers_server(tmp_path_factory, members)


def recoverable(client: Any, name: str) -> str:
    """Creates a table whose past is kept; returns its ARN."""
    client.create_table(TableName=name, **HASH)
    client.update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return str(client.describe_table(TableName=name)["Table"]["TableArn"])


def finished(client: Any, export: dict[str, Any]) -> dict[str, Any]:
    """Waits for an export to end."""
    for _ in range(600):
        found = client.describe_export(ExportArn=export["ExportArn"])["ExportDescription"]
        if found["ExportStatus"] != "IN_PROGRESS":
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the export does not end")


def written(root: Path, export: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of an export, checked against its manifests all the way down."""
    bucket = root / export["S3Bucket"]
    summary_file = bucket / export["ExportManifest"]
    summary = json.loads(summary_file.read_text())
    assert summary_file.with_suffix(".md5").read_text() == base64.b64encode(
        hashlib.md5(summary_file.read_bytes()).digest()
    ).decode()
    assert summary["exportArn"] == export["ExportArn"]
    assert summary["outputFormat"] == "DYNAMODB_JSON"
    assert summary["exportType"] == "FULL_EXPORT"
    items: list[dict[str, Any]] = []
    files = (bucket / summary["manifestFilesS3Key"]).read_text().splitlines()
    for line in map(json.loads, files):
        data = (bucket / line["dataFileS3Key"]).read_bytes()
        digest = hashlib.md5(data)
        assert line["md5Checksum"] == base64.b64encode(digest.digest()).decode()
        assert line["etag"] == digest.hexdigest() + "-1"
        lines = gzip.decompress(data).decode().splitlines()
        assert len(lines) == line["itemCount"]
        items += [json.loads(text)["Item"] for text in lines]
    assert summary["itemCount"] == export["ItemCount"] == len(items)
    return items


def test_every_item_is_written_with_every_type(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "types")
    client.put_item(TableName="types", Item={"pk": {"S": "all"}, **EVERY_TYPE})
    for number in range(500):
        client.put_item(TableName="types", Item={"pk": {"S": f"k{number}"}})
    export = client.export_table_to_point_in_time(
        TableArn=arn, S3Bucket=BUCKET, S3Prefix="some/where"
    )["ExportDescription"]
    assert export["ExportStatus"] == "IN_PROGRESS"
    assert export["ExportFormat"] == "DYNAMODB_JSON"
    client.put_item(TableName="types", Item={"pk": {"S": "later"}})
    client.delete_item(TableName="types", Key={"pk": {"S": "k0"}})

    done = finished(client, export)
    assert done["ExportStatus"] == "COMPLETED", done
    assert done["ExportManifest"].startswith("some/where/AWSDynamoDB/")
    items = {item["pk"]["S"]: item for item in written(transfers.root, done)}
    assert set(items) == {"all", *(f"k{number}" for number in range(500))}
    assert items["all"]["b"] == {"B": base64.b64encode(b"\x00\xff").decode()}
    assert items["all"]["bs"] == {"BS": ["eA==", "eQ=="]}
    for name in ("s", "n", "t", "z", "ss", "ns", "l", "m"):
        assert items["all"][name] == EVERY_TYPE[name]
    assert (transfers.root / BUCKET / done["ExportManifest"]).parent.joinpath("_started").exists()


def test_an_export_is_of_its_moment(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "moments")
    client.put_item(TableName="moments", Item={"pk": {"S": "a"}, "v": {"N": "1"}})
    time.sleep(0.02)
    moment = time.time()
    time.sleep(0.02)
    client.put_item(TableName="moments", Item={"pk": {"S": "a"}, "v": {"N": "2"}})
    client.put_item(TableName="moments", Item={"pk": {"S": "b"}})
    export = client.export_table_to_point_in_time(
        TableArn=arn, S3Bucket=BUCKET, ExportTime=moment
    )["ExportDescription"]
    done = finished(client, export)
    assert done["ExportStatus"] == "COMPLETED", done
    assert written(transfers.root, done) == [{"pk": {"S": "a"}, "v": {"N": "1"}}]


def test_a_filter_says_which_items_and_what_of_them(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "filtered")
    for number in range(10):
        client.put_item(
            TableName="filtered",
            Item={"pk": {"S": f"k{number}"}, "v": {"N": str(number)}, "w": {"S": "x"}},
        )
    done = finished(
        client,
        client.export_table_to_point_in_time(
            TableArn=arn,
            S3Bucket=BUCKET,
            FilterSpecification={
                "FilterExpression": "#v >= :v",
                "ProjectionExpression": "pk, #v",
                "ExpressionAttributeNames": {"#v": "v"},
                "ExpressionAttributeValues": {":v": {"N": "8"}},
            },
        )["ExportDescription"],
    )
    assert done["FilterSpecification"]["FilterExpression"] == "#v >= :v"
    assert sorted(written(transfers.root, done), key=lambda item: item["pk"]["S"]) == [
        {"pk": {"S": "k8"}, "v": {"N": "8"}},
        {"pk": {"S": "k9"}, "v": {"N": "9"}},
    ]
    done = finished(
        client,
        client.export_table_to_point_in_time(
            TableArn=arn,
            S3Bucket=BUCKET,
            FilterSpecification={
                "KeyConditionExpression": "pk = :k",
                "ExpressionAttributeValues": {":k": {"S": "k3"}},
            },
        )["ExportDescription"],
    )
    assert [item["pk"]["S"] for item in written(transfers.root, done)] == ["k3"]
    refuses(
        client.export_table_to_point_in_time,
        VALIDATION,
        "Query condition missed key schema element: pk",
        TableArn=arn,
        S3Bucket=BUCKET,
        FilterSpecification={
            "KeyConditionExpression": "v = :k",
            "ExpressionAttributeValues": {":k": {"S": "k3"}},
        },
    )


def test_a_token_begins_one_export(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "tokens")
    request = {"TableArn": arn, "S3Bucket": BUCKET, "ClientToken": "once"}
    first = client.export_table_to_point_in_time(**request)["ExportDescription"]
    again = client.export_table_to_point_in_time(**request)["ExportDescription"]
    assert first["ExportArn"] == again["ExportArn"]
    refuses(
        client.export_table_to_point_in_time,
        "ExportConflictException",
        None,
        **{**request, "S3Prefix": "else"},
    )
    finished(client, first)


def test_exports_are_listed_the_latest_first(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "listed")
    made = []
    for _ in range(3):
        export = client.export_table_to_point_in_time(TableArn=arn, S3Bucket=BUCKET)
        made.append(finished(client, export["ExportDescription"])["ExportArn"])
        time.sleep(0.002)
    page = client.list_exports(TableArn=arn, MaxResults=2)
    found = [entry["ExportArn"] for entry in page["ExportSummaries"]]
    rest = client.list_exports(TableArn=arn, MaxResults=2, NextToken=page["NextToken"])
    found += [entry["ExportArn"] for entry in rest["ExportSummaries"]]
    assert found == made[::-1]
    assert "NextToken" not in rest
    assert all(entry["ExportStatus"] == "COMPLETED" for entry in page["ExportSummaries"])


def test_what_cannot_be_exported(transfers: Transfers) -> None:
    client = transfers.client
    client.create_table(TableName="unprotected", **HASH)
    arn = client.describe_table(TableName="unprotected")["Table"]["TableArn"]
    refuses(
        client.export_table_to_point_in_time,
        "PointInTimeRecoveryUnavailableException",
        "Point in time recovery is not enabled for table 'unprotected'",
        TableArn=arn,
        S3Bucket=BUCKET,
    )
    refuses(
        client.export_table_to_point_in_time,
        "TableNotFoundException",
        None,
        TableArn=arn.replace("unprotected", "missing"),
        S3Bucket=BUCKET,
    )
    refuses(client.export_table_to_point_in_time, VALIDATION, Part("'tableArn'"), S3Bucket=BUCKET)
    protected = recoverable(client, "protected")
    refuses(
        client.export_table_to_point_in_time,
        VALIDATION,
        Part("IncrementalExportSpecification is required"),
        TableArn=protected,
        S3Bucket=BUCKET,
        ExportType="INCREMENTAL_EXPORT",
    )
    # The recovery period has just begun, and a period has 15 minutes.
    for start, end in ((time.time() - 1000, None), (time.time() - 10, time.time() - 5)):
        period = {"ExportFromTime": start, "ExportViewType": "NEW_IMAGE"}
        refuses(
            client.export_table_to_point_in_time,
            "InvalidExportTimeException",
            None,
            TableArn=protected,
            S3Bucket=BUCKET,
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification={**period, **({"ExportToTime": end} if end else {})},
        )
    refuses(
        client.export_table_to_point_in_time,
        VALIDATION,
        Part("ION"),
        TableArn=protected,
        S3Bucket=BUCKET,
        ExportFormat="ION",
    )
    refuses(
        client.export_table_to_point_in_time,
        "InvalidExportTimeException",
        None,
        TableArn=protected,
        S3Bucket=BUCKET,
        ExportTime=1,
    )
    refuses(
        client.describe_export,
        "ExportNotFoundException",
        None,
        ExportArn=protected + "/export/01700000000000-00000000",
    )


@pytest.mark.parametrize(
    "bucket, prefix, code",
    [
        ("absent", "", "S3NoSuchBucket"),
        ("linked", "", "S3NoSuchBucket"),
        (BUCKET, "../escape", "S3InvalidKey"),
        (BUCKET, "/absolute", "S3InvalidKey"),
        (BUCKET, "a/./b", "S3InvalidKey"),
        (BUCKET, "link/inside", "S3InternalError"),
    ],
)
def test_a_bucket_ends_at_its_folder(
    transfers: Transfers, bucket: str, prefix: str, code: str
) -> None:
    client = transfers.client
    name = f"walls-{abs(hash((bucket, prefix)))}"
    arn = recoverable(client, name)
    outside = transfers.root.parent / "outside"
    outside.mkdir(exist_ok=True)
    for link in (transfers.root / "linked", transfers.root / BUCKET / "link"):
        if not link.is_symlink():
            link.symlink_to(outside)
    export = client.export_table_to_point_in_time(
        TableArn=arn, S3Bucket=bucket, S3Prefix=prefix
    )["ExportDescription"]
    done = finished(client, export)
    assert (done["ExportStatus"], done["FailureCode"]) == ("FAILED", code)
    assert "ExportManifest" not in done
    assert list(outside.iterdir()) == []
    assert not (transfers.root.parent / "escape").exists()


def test_an_export_goes_on_after_a_kill(transfers: Transfers) -> None:
    client = transfers.client
    arn = recoverable(client, "killed")
    count = 3_000
    for start in range(0, count, 25):
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": f"k{n}"}, "v": {"S": "x" * 300}}}}
            for n in range(start, start + 25)
        ]
        client.batch_write_item(RequestItems={"killed": puts})
    export = client.export_table_to_point_in_time(TableArn=arn, S3Bucket=BUCKET)
    client.put_item(TableName="killed", Item={"pk": {"S": "later"}})
    for wait in (0.0, 0.05, 0.2):
        time.sleep(wait)
        transfers.restart()
    done = finished(transfers.client, export["ExportDescription"])
    assert done["ExportStatus"] == "COMPLETED", done
    found = {item["pk"]["S"] for item in written(transfers.root, done)}
    assert found == {f"k{n}" for n in range(count)}
