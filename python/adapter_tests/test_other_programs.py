"""Published programs, unchanged, over our endpoint: LangChain's and LangGraph's for DynamoDB."""

from __future__ import annotations

import asyncio
import operator
import uuid
from typing import Annotated, Any, TypedDict

import pytest

import martlet

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local",
               "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


def test_langchains_own_dynamodb_store(endpoint: martlet.LocalServer) -> None:
    stores = pytest.importorskip("langchain_aws.vectorstores", reason="needs langchain-aws")
    from langchain_core.documents import Document
    from langchain_core.embeddings import DeterministicFakeEmbedding

    embedding = DeterministicFakeEmbedding(size=8)
    store = stores.DynamoDBVectorStore(
        table_name=f"t{uuid.uuid4().hex}", embedding=embedding, endpoint_url=endpoint.url,
        region_name="us-east-1")
    ids = store.add_documents(
        [Document(f"text {n}", metadata={"n": n}) for n in range(30)],
        ids=[str(n) for n in range(30)])
    assert ids == [str(n) for n in range(30)]
    found = store.similarity_search_with_score("text 7", k=3)
    assert found[0][0].page_content == "text 7" and found[0][0].metadata["n"] == 7
    assert [score for _, score in found] == sorted(score for _, score in found)
    assert {each.id for each in store.get_by_ids(["1", "2", "nobody"])} == {"1", "2"}
    store.delete(["7"])
    assert store.similarity_search("text 7", k=1)[0].id != "7"
    assert asyncio.run(store.asimilarity_search("text 8", k=1))[0].id == "8"


def test_langgraphs_checkpointer(endpoint: martlet.LocalServer, dynamodb: Any) -> None:
    pytest.importorskip("langgraph", reason="needs langgraph")
    savers = pytest.importorskip(
        "langgraph_checkpoint_aws", reason="needs langgraph-checkpoint-aws")
    from langgraph.graph import END, START, StateGraph

    name = f"t{uuid.uuid4().hex}"
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"},
                   {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"},
                              {"AttributeName": "SK", "AttributeType": "S"}])
    saver = savers.DynamoDBSaver(
        table_name=name, region_name="us-east-1", endpoint_url=endpoint.url)

    class State(TypedDict):
        steps: Annotated[list[str], operator.add]

    graph = StateGraph(State)
    graph.add_node("one", lambda state: {"steps": ["one"]})
    graph.add_node("two", lambda state: {"steps": ["two"]})
    graph.add_edge(START, "one")
    graph.add_edge("one", "two")
    graph.add_edge("two", END)
    compiled = graph.compile(checkpointer=saver, interrupt_before=["two"])
    config: Any = {"configurable": {"thread_id": "thread/1"}}
    assert compiled.invoke({"steps": ["start"]}, config)["steps"] == ["start", "one"]
    # Another program goes on where the first one stopped.
    again = graph.compile(checkpointer=savers.DynamoDBSaver(
        table_name=name, region_name="us-east-1", endpoint_url=endpoint.url))
    assert again.get_state(config).next == ("two",)
    assert again.invoke(None, config)["steps"] == ["start", "one", "two"]
    assert len(list(again.get_state_history(config))) == 4
    assert asyncio.run(again.aget_state(config)).next == ()
    saver.delete_thread("thread/1")
    assert again.get_state(config).values == {}


def test_langgraphs_store(endpoint: martlet.LocalServer) -> None:
    stores = pytest.importorskip(
        "langgraph_checkpoint_aws", reason="needs langgraph-checkpoint-aws")
    store = stores.DynamoDBStore(
        table_name=f"t{uuid.uuid4().hex}", region_name="us-east-1", endpoint_url=endpoint.url)
    store.setup()
    for n in range(20):
        store.put(("users", str(n % 2)), f"key {n}", {"n": n, "even": n % 2 == 0})
    assert store.get(("users", "1"), "key 3").value == {"n": 3, "even": False}
    assert len(store.search(("users", "0"), limit=50)) == 10
    assert [each.key for each in store.search(("users", "1"), filter={"n": 5})] == ["key 5"]
    assert sorted(store.list_namespaces(prefix=("users",))) == [("users", "0"), ("users", "1")]
    store.delete(("users", "1"), "key 3")
    assert store.get(("users", "1"), "key 3") is None
    asyncio.run(store.aput(("users", "1"), "late", {"n": 99}))
    assert asyncio.run(store.aget(("users", "1"), "late")).value == {"n": 99}


def test_langgraphs_store_searches_by_meaning(endpoint: martlet.LocalServer) -> None:
    stores = pytest.importorskip(
        "langgraph_checkpoint_aws", reason="needs langgraph-checkpoint-aws")
    from langchain_core.embeddings import DeterministicFakeEmbedding

    store = stores.DynamoDBStore(
        table_name=f"t{uuid.uuid4().hex}", region_name="us-east-1", endpoint_url=endpoint.url,
        index={"embed": DeterministicFakeEmbedding(size=8), "dims": 8, "fields": ["text"]})
    store.setup()
    for n in range(20):
        store.put(("notes",), f"key {n}", {"text": f"text {n}"})
    found = store.search(("notes",), query="text 7", limit=3)
    assert (found[0].key, len(found)) == ("key 7", 3)
