"""A folder that Python wrote is a database to the server, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from server_process import SERVER, serving

from martlet import Client, Database

boto3 = pytest.importorskip("boto3")
pytestmark = pytest.mark.skipif(not SERVER, reason="MARTLET_BIN names no server")


@contextmanager
def served(folder: Path) -> Iterator[Any]:
    """A boto3 resource of a server on the folder."""
    with serving("--data", folder) as url:
        yield boto3.resource(
            "dynamodb", endpoint_url=url, region_name="us-east-1",
            aws_access_key_id="local", aws_secret_access_key="local")


def test_both_doors_lead_to_the_same_rows(folder: Path) -> None:
    with Client(folder) as client:
        notes = client.create_collection("notes", dim=3, metric="cosine")
        notes.add("sea", [0.9, 0.1, 0], {"language": "en", "n": 1})
        notes.add("rock", [0, 0.3, 0.9])
        notes.add("order", [0, 1, 0], {"n": 1.0, "a": 2})
        notes.close()
    with served(folder) as dynamodb:
        assert [table.name for table in dynamodb.tables.all()] == ["notes"]
        table = dynamodb.Table("notes")
        item = table.get_item(Key={"id": "sea"})["Item"]
        assert item["metadata"] == {"language": "en", "n": 1}
        assert [float(x) for x in item["vector"]] == pytest.approx([0.9, 0.1, 0])
        index = dynamodb.meta.client.describe_table(TableName="notes")["Table"]["VectorIndexes"][0]
        found = dynamodb.meta.client.search_vectors(
            TableName="notes", IndexName=index["IndexName"], TopK=1,
            SearchVector=[Decimal("1"), Decimal("0"), Decimal("0")])
        assert [match["Item"]["id"] for match in found["SearchResults"]] == ["sea"]
        table.put_item(Item={
            "id": "wave", "vector": [Decimal("1"), Decimal("0"), Decimal("0")],
            "metadata": {"language": "fr"}})
        table.update_item(
            Key={"id": "sea"}, UpdateExpression="SET metadata.#l = :l",
            ExpressionAttributeNames={"#l": "language"}, ExpressionAttributeValues={":l": "de"})
        table.update_item(
            Key={"id": "order"}, UpdateExpression="SET metadata.a = :three",
            ExpressionAttributeValues={":three": 3})
        table.delete_item(Key={"id": "rock"})
    notes = Client(folder).get_collection("notes")
    assert [tuple(r) for r in notes.search([1, 0, 0], k=1)] == [("wave", 0, {"language": "fr"})]
    assert notes.get("sea")[1] == {"language": "de", "n": 1}
    # What was kept of the text is not what the values are now.
    assert notes.get("order")[1] == {"n": 1, "a": 3}
    assert "rock" not in notes
    assert notes.count({"language": "fr"}) == 1


def test_a_single_database_is_a_table_too(folder: Path) -> None:
    db = Database(folder, dim=2)
    db.add("a", [1, 2])
    db.close()
    with served(folder) as dynamodb:
        (table,) = dynamodb.tables.all()
        assert table.get_item(Key={"id": "a"})["Item"]["vector"] == [1, 2]
    assert Database(folder).ids() == ["a"]


def test_a_table_with_a_vector_index_is_a_collection(folder: Path) -> None:
    with served(folder) as dynamodb:
        dynamodb.meta.client.create_table(
            TableName="Passages", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            VectorIndexes=[{
                "IndexName": "ByMeaning", "VectorAttribute": {"AttributeName": "embedding"},
                "Dimensions": 2, "DistanceFunction": "EUCLIDEAN",
                "Projection": {"ProjectionType": "ALL"}}])
        dynamodb.Table("Passages").put_item(Item={
            "id": "a", "embedding": [Decimal("1"), Decimal("2")], "title": "A", "year": 2020})
    client = Client(folder)
    assert client.list_collections() == ["Passages"]
    passages = client.get_collection("Passages")
    assert (passages.dim, passages.metric) == (2, "euclidean")
    assert [tuple(r) for r in passages.search([1, 3])] == [("a", 1, {"title": "A", "year": 2020})]
    passages.add("b", [5, 5], {"title": "B"})
    client.close()
    passages.close()
    with served(folder) as dynamodb:
        item = dynamodb.Table("Passages").get_item(Key={"id": "b"})["Item"]
        assert item == {"id": "b", "embedding": [5, 5], "title": "B"}
