"""ImportTable, DescribeImport, ListImports: formats, compression, counts, and what a kill leaves."""

from __future__ import annotations

import gzip
import json
import random
import time
from typing import Any, Iterator

import pytest
from service_model.seen import Seen
from support.check import IN_USE, VALIDATION, Part, refuses
from support.transfers import BUCKET, Transfers, transfers_server

pytestmark = pytest.mark.ours


@pytest.fixture(scope="module")
def transfers(tmp_path_factory: pytest.TempPathFactory, members: Seen) -> Iterator[Transfers]:
    yield from transfers_server(tmp_path_factory, members)


def creation(name: str, **more: Any) -> dict[str, Any]:
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def begin(client: Any, prefix: str, table: dict[str, Any], **more: Any) -> dict[str, Any]:
    request = {"InputFormat": "DYNAMODB_JSON", **more}
    answer = client.import_table(
        S3BucketSource={"S3Bucket": BUCKET, "S3KeyPrefix": prefix},
        TableCreationParameters=table,
        **request,
    )
    return dict(answer["ImportTableDescription"])


def finished(client: Any, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(1200):
        found = client.describe_import(ImportArn=job["ImportArn"])["ImportTableDescription"]
        if found["ImportStatus"] != "IN_PROGRESS":
            return dict(found)
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def scan(client: Any, table: str) -> dict[str, dict[str, Any]]:
    pages = client.get_paginator("scan").paginate(TableName=table)
    return {item["pk"]["S"]: item for page in pages for item in page["Items"]}


def line(key: str, **attributes: Any) -> str:
    return json.dumps({"Item": {"pk": {"S": key}, **attributes}}) + "\n"


def test_json_lines_of_several_objects_in_gzip(transfers: Transfers) -> None:
    folder = transfers.bucket / "json" / "deep"
    folder.mkdir(parents=True)
    for part in range(3):
        text = "".join(line(f"{part}-{n}", v={"N": str(n)}) for n in range(700))
        half = len(text) // 2
        # Two members behind each other are one object.
        data = gzip.compress(text[:half].encode()) + gzip.compress(text[half:].encode())
        (folder / f"part-{part}.json.gz").write_bytes(data)
    job = begin(transfers.client, "json/deep/part", creation("json"), InputCompressionType="GZIP")
    assert job["ImportStatus"] == "IN_PROGRESS"
    done = finished(transfers.client, job)
    assert done["ImportStatus"] == "COMPLETED", done
    assert done["ImportedItemCount"] == done["ProcessedItemCount"] == 2100
    assert done["ErrorCount"] == 0
    items = scan(transfers.client, "json")
    assert len(items) == 2100
    assert items["2-699"] == {"pk": {"S": "2-699"}, "v": {"N": "699"}}


def test_zstd(transfers: Transfers) -> None:
    zstandard = pytest.importorskip("zstandard")
    folder = transfers.bucket / "zstd"
    folder.mkdir()
    data = zstandard.ZstdCompressor().compress(line("a").encode() * 1000)
    (folder / "a.zst").write_bytes(data)
    done = finished(
        transfers.client,
        begin(transfers.client, "zstd/", creation("zstd"), InputCompressionType="ZSTD"),
    )
    assert (done["ImportStatus"], done["ImportedItemCount"]) == ("COMPLETED", 1000)
    assert set(scan(transfers.client, "zstd")) == {"a"}


def test_csv_with_types_quotes_and_gaps(transfers: Transfers) -> None:
    folder = transfers.bucket / "csv"
    folder.mkdir()
    (folder / "a.csv").write_text(
        'pk,n,city,note\r\nk1,7,Oulu,"a ""quoted"", text"\nk2,8,,"two\nlines"\nk3,x,Bergen,\nk4,9\n'
    )
    table = creation(
        "csv",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "byN",
                "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    done = finished(transfers.client, begin(transfers.client, "csv/", table, InputFormat="CSV"))
    assert (done["ImportStatus"], done["ImportedItemCount"], done["ErrorCount"]) == (
        "COMPLETED",
        2,
        2,
    )
    assert scan(transfers.client, "csv") == {
        "k1": {
            "pk": {"S": "k1"},
            "n": {"N": "7"},
            "city": {"S": "Oulu"},
            "note": {"S": 'a "quoted", text'},
        },
        "k2": {"pk": {"S": "k2"}, "n": {"N": "8"}, "note": {"S": "two\nlines"}},
    }
    found = transfers.client.query(
        TableName="csv",
        IndexName="byN",
        KeyConditionExpression="n = :n",
        ExpressionAttributeValues={":n": {"N": "8"}},
    )
    assert [item["pk"]["S"] for item in found["Items"]] == ["k2"]


def test_csv_with_its_own_header_and_delimiter(transfers: Transfers) -> None:
    folder = transfers.bucket / "semicolon"
    folder.mkdir()
    (folder / "a.csv").write_text("k1;x\nk2;y\n")
    job = begin(
        transfers.client,
        "semicolon/",
        creation("semicolon"),
        InputFormat="CSV",
        InputFormatOptions={"Csv": {"Delimiter": ";", "HeaderList": ["pk", "v"]}},
    )
    assert job["InputFormatOptions"] == {"Csv": {"Delimiter": ";", "HeaderList": ["pk", "v"]}}
    finished(transfers.client, job)
    assert scan(transfers.client, "semicolon")["k2"] == {"pk": {"S": "k2"}, "v": {"S": "y"}}


def test_what_is_wrong_with_records_is_counted(transfers: Transfers) -> None:
    folder = transfers.bucket / "faulty"
    folder.mkdir()
    (folder / "a.json").write_text(
        line("good")
        + "not json\n"
        + json.dumps({"Item": {"other": {"S": "x"}}})
        + "\n\n"
        + json.dumps({"Item": {"pk": {"S": ""}}})
        + "\n"
        + line("last")
    )
    done = finished(transfers.client, begin(transfers.client, "faulty/", creation("faulty")))
    assert done["ImportStatus"] == "COMPLETED"
    assert (done["ProcessedItemCount"], done["ImportedItemCount"], done["ErrorCount"]) == (5, 2, 3)
    assert set(scan(transfers.client, "faulty")) == {"good", "last"}


def test_vector_indexes_are_filled(transfers: Transfers) -> None:
    folder = transfers.bucket / "vectors"
    folder.mkdir()
    points = {"a": ["1", "0"], "b": ["0", "1"], "c": ["0.6", "0.8"]}
    (folder / "a.json").write_text(
        "".join(
            line(key, e={"L": [{"N": number} for number in point]})
            for key, point in points.items()
        )
    )
    table = creation(
        "vectors",
        VectorIndexes=[
            {
                "IndexName": "near",
                "VectorAttribute": {"AttributeName": "e"},
                "Dimensions": 2,
                "DistanceFunction": "COSINE",
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    job = begin(transfers.client, "vectors/", table)
    assert job["TableCreationParameters"]["VectorIndexes"] == table["VectorIndexes"]
    assert finished(transfers.client, job)["ImportedItemCount"] == 3
    found = transfers.client.search_vectors(
        TableName="vectors", IndexName="near", SearchVector=[{"N": "0"}, {"N": "1"}], TopK=2
    )
    assert [result["Item"]["pk"]["S"] for result in found["SearchResults"]] == ["b", "c"]


def test_failures_are_told(transfers: Transfers) -> None:
    client = transfers.client
    for prefix, table, code in [
        ("nothing-here/", "none", "S3NoSuchKey"),
        ("../", "outside", "S3InvalidKey"),
    ]:
        done = finished(client, begin(client, prefix, creation(table)))
        assert (done["ImportStatus"], done["FailureCode"]) == ("FAILED", code)
    job = client.import_table(
        S3BucketSource={"S3Bucket": "absent"},
        InputFormat="DYNAMODB_JSON",
        TableCreationParameters=creation("absent"),
    )["ImportTableDescription"]
    done = finished(client, job)
    assert (done["FailureCode"], done["FailureMessage"]) == (
        "S3NoSuchBucket",
        "The specified bucket does not exist",
    )
    source = {"S3Bucket": BUCKET}
    refuses(
        client.import_table,
        IN_USE,
        "Table already exists: none",
        S3BucketSource=source,
        InputFormat="CSV",
        TableCreationParameters=creation("none"),
    )
    refuses(
        client.import_table,
        VALIDATION,
        Part("ION"),
        S3BucketSource=source,
        InputFormat="ION",
        TableCreationParameters=creation("ion"),
    )
    refuses(
        client.import_table,
        VALIDATION,
        Part("5 validation errors detected"),
        S3BucketSource={},
        InputFormat="XML",
        TableCreationParameters={"TableName": "x"},
    )


def test_a_token_begins_one_import(transfers: Transfers) -> None:
    folder = transfers.bucket / "token"
    folder.mkdir()
    (folder / "a.json").write_text(line("a"))
    first = begin(transfers.client, "token/", creation("token"), ClientToken="once")
    again = begin(transfers.client, "token/", creation("token"), ClientToken="once")
    assert first["ImportArn"] == again["ImportArn"]
    refuses(
        transfers.client.import_table,
        "ImportConflictException",
        None,
        S3BucketSource={"S3Bucket": BUCKET, "S3KeyPrefix": "token/"},
        InputFormat="DYNAMODB_JSON",
        ClientToken="once",
        TableCreationParameters=creation("token2"),
    )
    finished(transfers.client, first)
    listed = transfers.client.list_imports(TableArn=first["TableArn"])["ImportSummaryList"]
    assert [entry["ImportArn"] for entry in listed] == [first["ImportArn"]]


def test_an_import_goes_on_after_a_kill(transfers: Transfers, seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    folder = transfers.bucket / "killed"
    folder.mkdir()
    count = 30_000
    for part in range(3):
        text = "".join(
            line(f"{part}-{n}", v={"S": "x" * 200}) for n in range(part, count, 3)
        )
        (folder / f"{part}.json").write_text(text)
    job = begin(transfers.client, "killed/", creation("killed"))
    for _ in range(3):
        time.sleep(chance.uniform(0.02, 0.3))
        transfers.restart()
    done = finished(transfers.client, job)
    assert done["ImportStatus"] == "COMPLETED", done
    assert done["ProcessedItemCount"] == done["ImportedItemCount"] == count
    assert len(scan(transfers.client, "killed")) == count
