"""LlamaIndex's own DynamoDB stores, unmodified: the key-value store and the vector store."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

pytest.importorskip("llama_index.vector_stores.dynamodb", reason="llama-index is not installed")

from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import VectorStoreQuery
from llama_index.storage.kvstore.dynamodb import DynamoDBKVStore
from llama_index.vector_stores.dynamodb import DynamoDBVectorStore

DIMENSIONS = 128


@pytest.fixture(params=["AWS_ENDPOINT_URL_DYNAMODB", "DYNAMODB_URL"])
def variable(request: pytest.FixtureRequest) -> str:
    """The two variables that point the published store at a server."""
    return str(request.param)


@pytest.fixture
def pairs(client: Any, table: Any) -> str:
    """A table as the store wants it: both keys strings, any names."""
    return str(table(
        KeySchema=[{"AttributeName": "collection", "KeyType": "HASH"},
                   {"AttributeName": "key", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "collection", "AttributeType": "S"},
                              {"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ))


@pytest.fixture
def pointed(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", endpoint)
    yield


def unit(rng: random.Random) -> list[float]:
    raw = [rng.gauss(0, 1) for _ in range(DIMENSIONS)]
    length = math.sqrt(sum(x * x for x in raw))
    return [x / length for x in raw]


def node(name: str, embedding: list[float], source: str | None = None) -> TextNode:
    made = TextNode(id_=name, text=f"text of {name}", embedding=embedding)
    if source is not None:
        made.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=source)
    return made


def test_either_variable_reaches_the_server(
    pairs: str, endpoint: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, endpoint)
    store = DynamoDBKVStore.from_table_name(pairs)
    store.put("k", {"v": 1}, collection="c")
    assert store.get("k", collection="c") == {"v": 1}


def test_key_value_store(pointed: None, pairs: str) -> None:
    store = DynamoDBKVStore.from_table_name(pairs)
    value = {"text": "é😀", "float": 0.1, "int": 3, "one": 1.0, "list": [1.5, 2, "x"],
             "map": {"a": {"b": None}}, "flag": True}
    odd = ["plain", "a/b#c", "ключ", "😀", " space "]
    for key in odd:
        store.put(key, value, collection="coll/é#1")
    assert store.get("a/b#c", collection="coll/é#1") == value
    assert store.get("missing", collection="coll/é#1") is None
    assert set(store.get_all(collection="coll/é#1")) == set(odd)
    assert store.get_all(collection="another") == {}
    assert store.delete("plain", collection="coll/é#1") is True
    assert store.delete("plain", collection="coll/é#1") is False
    assert set(store.get_all(collection="coll/é#1")) == set(odd[1:])


def test_a_missing_table_and_a_table_without_range_key(
    pointed: None, table: Any, name: str
) -> None:
    with pytest.raises(Exception, match="ResourceNotFoundException"):
        DynamoDBKVStore.from_table_name(name)
    hash_only = table(
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with pytest.raises(ValueError):
        DynamoDBKVStore.from_table_name(hash_only)


def test_embeddings_keep_their_digits(pointed: None, pairs: str, seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    store = DynamoDBVectorStore.from_table_name(pairs, namespace="digits")
    embedding = unit(rng) + [1e-30, -1e-45, 1.0, 0.0, 1e20, 0.1, 1 / 3]
    store.add([node("n", embedding)])
    assert store.get("n") == embedding
    store.add([node("n", [2.0] * 3)])
    assert store.get("n") == [2, 2, 2]


def test_every_vector_over_several_pages_is_found(
    pointed: None, pairs: str, client: Any, seed: int
) -> None:
    """1,500 vectors of 128: a query reads the whole collection, some three megabytes."""
    print("seed", seed)
    rng = random.Random(seed)
    vectors = {f"node/{number}#é": unit(rng) for number in range(1500)}
    store = DynamoDBVectorStore.from_table_name(pairs, namespace="many")
    other = DynamoDBVectorStore.from_table_name(pairs, namespace="many too")
    put = boto3.resource("dynamodb").Table(pairs).put_item
    put(Item={"collection": "somebody", "key": "else", "value": "untouched"})
    store.add([node(name, vector) for name, vector in vectors.items()])
    other.add([node("alone", unit(rng))])
    everything = store.query(VectorStoreQuery(query_embedding=unit(rng), similarity_top_k=1500))
    assert sorted(everything.ids or []) == sorted(vectors)
    assert everything.similarities == sorted(everything.similarities or [], reverse=True)
    for name in rng.sample(sorted(vectors), 5):
        answer = store.query(VectorStoreQuery(query_embedding=vectors[name], similarity_top_k=1))
        assert answer.ids == [name] and abs(answer.similarities[0] - 1.0) < 1e-9
    assert other.query(
        VectorStoreQuery(query_embedding=unit(rng), similarity_top_k=10)
    ).ids == ["alone"]
    pages = client.get_paginator("query").paginate(
        TableName=pairs, KeyConditionExpression="#c = :c",
        ExpressionAttributeNames={"#c": "collection"},
        ExpressionAttributeValues={":c": {"S": "many/embedding"}}, Select="COUNT",
    )
    counts = [page["Count"] for page in pages]
    assert sum(counts) == 1500 and len(counts) >= 2
    got = client.get_item(
        TableName=pairs, Key={"collection": {"S": "somebody"}, "key": {"S": "else"}}
    )
    assert got["Item"]["value"] == {"S": "untouched"}


def test_deleting_a_document(pointed: None, pairs: str, seed: int) -> None:
    print("seed", seed)
    rng = random.Random(seed)
    store = DynamoDBVectorStore.from_table_name(pairs)
    store.add([node(f"a{n}", unit(rng), source="doc a") for n in range(4)])
    store.add([node(f"b{n}", unit(rng), source="doc b") for n in range(3)])
    store.add([node("orphan", unit(rng))])
    query = VectorStoreQuery(query_embedding=unit(rng), similarity_top_k=20)
    store.delete("unknown")
    assert len(store.query(query).ids or []) == 8
    store.delete("doc a")
    assert sorted(store.query(query).ids or []) == ["b0", "b1", "b2", "orphan"]


def test_an_index_end_to_end(pointed: None, pairs: str) -> None:
    store = DynamoDBVectorStore.from_table_name(pairs, namespace="index")
    context = StorageContext.from_defaults(vector_store=store, docstore=SimpleDocumentStore())
    index = VectorStoreIndex.from_documents(
        [Document(text=f"document {n}", doc_id=f"doc-{n}") for n in range(3)],
        storage_context=context, embed_model=MockEmbedding(embed_dim=8),
        store_nodes_override=True,
    )
    found = index.as_retriever(similarity_top_k=5).retrieve("document")
    assert sorted(each.node.ref_doc_id or "" for each in found) == ["doc-0", "doc-1", "doc-2"]
    index.delete_ref_doc("doc-1", delete_from_docstore=True)
    found = index.as_retriever(similarity_top_k=5).retrieve("document")
    assert sorted(each.node.ref_doc_id or "" for each in found) == ["doc-0", "doc-2"]
