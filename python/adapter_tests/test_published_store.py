"""Tables that LlamaIndex's own DynamoDB store wrote, and what a query costs beside its."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import boto3
import pytest
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

import martlet
from conftest import DIM, cosine, vector
from martlet.llamaindex import MartletVectorStore


def node(id: str, document: str | None = None, text: str = "", dim: int = DIM) -> TextNode:
    made = TextNode(id_=id, text=text, embedding=vector(id, dim))
    if document is not None:
        made.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=document)
    return made


@pytest.fixture
def published(table: str, endpoint: martlet.LocalServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = pytest.importorskip("llama_index.vector_stores.dynamodb")
    monkeypatch.setenv("DYNAMODB_URL", endpoint.url)
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
                        "AWS_DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(name, value)
    return module.DynamoDBVectorStore.from_table_name(table)


def test_its_rows_are_found_beside_ours_until_ours_replace_them(
    published: Any, table: str
) -> None:
    published.add([node(f"old {n}", f"d{n % 3}") for n in range(30)])
    # The endpoint is where the published store finds it.
    store = MartletVectorStore.from_table_name(table)
    asked = vector("question")

    def expected(names: list[str], k: int) -> list[str]:
        return sorted(names, key=lambda name: -cosine(vector(name), asked))[:k]

    def found(k: int = 5, **more: Any) -> list[str]:
        return list(store.query(VectorStoreQuery(asked, similarity_top_k=k, **more)).ids)

    old = [f"old {n}" for n in range(30)]
    theirs = published.query(VectorStoreQuery(asked, similarity_top_k=5))
    ours = store.query(VectorStoreQuery(asked, similarity_top_k=5))
    assert (ours.ids, ours.similarities) == (
        theirs.ids, pytest.approx([float(s) for s in theirs.similarities], abs=1e-6))
    assert sorted(found(40, doc_ids=["d1"])) == sorted(old[1::3])
    assert found(node_ids=["old 7", "x"]) == ["old 7"]
    assert len(found(mode=VectorStoreQueryMode.MMR)) == 5

    new = [f"new {n}" for n in range(30)]
    store.add([node(name, "d1", "text") for name in new])
    assert found(20) == expected(old + new, 20)
    assert found(60) == expected(old + new, 60)
    only_ours = MetadataFilters(filters=[MetadataFilter(
        key="doc_id", value=["d1"], operator=FilterOperator.IN)])
    assert sorted(found(60, filters=only_ours)) == sorted(new + old[1::3])

    changed = node("old 2", "d9", "now with text")
    changed.embedding = vector("elsewhere")
    store.add([changed])
    assert sorted(found(60, doc_ids=["d2"])) == sorted(set(old[2::3]) - {"old 2"})
    [again] = store.get_nodes(["old 2"])
    assert (again.text, again.ref_doc_id) == ("now with text", "d9")
    [other] = store.get_nodes(["old 3"])
    assert (other.ref_doc_id, other.embedding) == ("d0", pytest.approx(vector("old 3")))

    store.delete("d0")
    store.delete_nodes(["old 1"])
    assert not {"old 0", "old 3", "old 1"} & set(found(100))
    with pytest.raises(TypeError):
        published.get("old 1")
    store.clear()
    assert published.query(VectorStoreQuery(asked, similarity_top_k=9)).ids == []


def test_an_index_over_the_published_store_goes_on_over_ours(published: Any, table: str) -> None:
    context = StorageContext.from_defaults(vector_store=published)
    index = VectorStoreIndex(
        [TextNode(id_="n", text="the text of the docstore")], storage_context=context,
        embed_model=MockEmbedding(DIM), store_nodes_override=True)
    context = StorageContext.from_defaults(
        docstore=index.docstore, index_store=context.index_store,
        vector_store=MartletVectorStore.from_table_name(table))
    index = load_index_from_storage(context, embed_model=MockEmbedding(DIM))
    [found] = index.as_retriever().retrieve("anything")
    assert found.node.get_content() == "the text of the docstore"


def test_other_rows_of_the_table_are_untouched(published: Any, table: str, dynamodb: Any) -> None:
    other = {"part": {"S": "vector_store/nodesque"}, "id": {"S": "x"}, "value": {"S": "kept"}}
    dynamodb.put_item(TableName=table, Item=other)
    store = MartletVectorStore.from_table_name(table)
    store.add([node("n", "d")])
    store.clear()
    assert dynamodb.scan(TableName=table)["Items"] == [other]


def test_without_a_vector_index_everything_is_found_by_reading(
    dynamodb: Any, endpoint: martlet.LocalServer, caplog: pytest.LogCaptureFixture
) -> None:
    # A table with provisioned capacity can have none.
    dynamodb.create_table(
        TableName="provisioned", ProvisionedThroughput={
            "ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        KeySchema=[{"AttributeName": "h", "KeyType": "HASH"},
                   {"AttributeName": "r", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "h", "AttributeType": "S"},
                              {"AttributeName": "r", "AttributeType": "S"}])
    store = MartletVectorStore.from_table_name("provisioned", endpoint_url=endpoint.url)
    store.add([node(str(n)) for n in range(50)])
    assert "no vector index" in caplog.text
    assert store.query(VectorStoreQuery(vector("7"))).ids == ["7"]


def test_a_table_is_made_only_when_asked_for(
    dynamodb: Any, endpoint: martlet.LocalServer
) -> None:
    with pytest.raises(dynamodb.exceptions.ClientError, match="ResourceNotFoundException"):
        MartletVectorStore.from_table_name("absent", endpoint_url=endpoint.url)
    store = MartletVectorStore.from_table_name("made", endpoint_url=endpoint.url, create=True)
    MartletVectorStore.from_table_name("made", endpoint_url=endpoint.url, create=True)
    store.add([node("n")])
    assert len(store.get_nodes()) == 1
    dynamodb.create_table(
        TableName="flat", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "h", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "h", "AttributeType": "S"}])
    with pytest.raises(ValueError, match="sort key"):
        MartletVectorStore.from_table_name("flat", endpoint_url=endpoint.url)


class Traffic:
    """Counts what a boto3 client sends and receives."""

    def __init__(self, client: Any) -> None:
        self.requests = self.sent = self.received = 0
        client.meta.events.register("before-send.dynamodb", self._sending)
        client.meta.events.register("after-call.dynamodb", self._received)

    def _sending(self, request: Any, **_: Any) -> None:
        self.requests += 1
        self.sent += len(request.body)

    def _received(self, http_response: Any, **_: Any) -> None:
        self.received += len(http_response.content)

    def of(self, call: Any) -> tuple[int, int, int]:
        before = (self.requests, self.sent, self.received)
        call()
        return (self.requests - before[0], self.sent - before[1], self.received - before[2])


def test_a_query_over_10000_nodes_reads_few_of_them(
    table: str, endpoint: martlet.LocalServer
) -> None:
    store = MartletVectorStore.from_table_name(table, endpoint_url=endpoint.url)
    for start in range(0, 10_000, 2_500):
        made = [node(str(n), f"d{n // 10}", f"node number {n}", 64)
                for n in range(start, start + 2_500)]
        for each in made:
            each.metadata["tenth"] = each.node_id[-1]
        store.add(made)
    traffic = Traffic(store.client)
    reading = traffic.of(lambda: store.get_nodes())
    assert reading[0] >= 10 and reading[2] > 5_000_000

    def query(**more: Any) -> None:
        result = store.query(VectorStoreQuery(vector("4711", 64), similarity_top_k=5, **more))
        assert len(result.ids) == 5 and result.ids[0] == "4711"

    figures = {"read": reading, "query": traffic.of(query)}
    requests, sent, received = figures["query"]
    assert requests == 2 and sent < 5_000 and received < reading[2] // 500, figures
    # A filter that one of ten match is answered out of the nearest hundred.
    tenth = MetadataFilters(filters=[MetadataFilter(key="tenth", value="1")])
    figures["filter"] = traffic.of(lambda: query(filters=tenth))
    assert figures["filter"][0] == 2 and figures["filter"][2] < reading[2] // 50, figures
    # Deleting a document reads its own nodes.
    figures["delete"] = traffic.of(lambda: store.delete("d7"))
    assert figures["delete"][0] <= 15 and figures["delete"][2] < 10_000, figures
    print(figures)


def test_coroutines_keep_connections_and_leave_none_behind(table: str) -> None:
    program = f"""
import asyncio, gc, martlet
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import VectorStoreQuery
from martlet.llamaindex import MartletVectorStore

def ids(store, count):
    async def ask():
        return (await store.aquery(VectorStoreQuery([1.0, 2.0]))).ids
    async def several():
        return await asyncio.gather(*(ask() for _ in range(count)))
    return asyncio.run(several())

data = martlet.LocalServer()
port = data.port
store = MartletVectorStore.from_table_name("{table}", endpoint_url=data.url, create=True)
store.add([TextNode(id_="n", text="", embedding=[1.0, 2.0])])
assert ids(store, 20) == [["n"]] * 20
assert ids(store, 20) == [["n"]] * 20

async def restarted():
    # Twenty connections that the server ends.
    await asyncio.gather(*(store.aget_nodes() for _ in range(20)))
    data.stop()
    again = martlet.LocalServer(port=port)
    MartletVectorStore.from_table_name("{table}", endpoint_url=again.url, create=True)
    return again, await store.aget_nodes()

again, nodes = asyncio.run(restarted())
assert nodes == []
gc.collect()
print("done")
"""
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error::ResourceWarning", "-c", program],
        capture_output=True, text=True, timeout=120)
    assert ended.stdout == "done\n", ended.stderr[-2000:]
    assert "ResourceWarning: unclosed transport" not in ended.stderr


def test_a_session_of_ones_own_is_used(table: str, endpoint: martlet.LocalServer) -> None:
    session = boto3.Session("key", "secret", region_name="eu-north-1")
    store = MartletVectorStore.from_table_name(
        table, endpoint_url=endpoint.url, session=session)
    assert store.client.meta.region_name == "eu-north-1"
