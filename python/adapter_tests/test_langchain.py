"""`martlet.langchain`, over a folder and over a server: LangChain's own suite, and the rest."""

from __future__ import annotations

import asyncio
import math
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests.vectorstores import VectorStoreIntegrationTests

import martlet
from martlet.langchain import MartletVectorStore


class TestEmbedded(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> VectorStore:  # type: ignore[override]
        return MartletVectorStore(self.get_embeddings(), tmp_path / "documents")


class TestServer(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(  # type: ignore[override]
        self, endpoint: martlet.LocalServer
    ) -> VectorStore:
        return MartletVectorStore(
            self.get_embeddings(), table_name=f"t{uuid.uuid4().hex}", endpoint_url=endpoint.url)


class Points(Embeddings):
    """Texts that are points: `"1 0.5"`."""

    def embed_query(self, text: str) -> list[float]:
        return [float(part) for part in text.split()]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]


@pytest.fixture(params=["path", "table"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path, endpoint: martlet.LocalServer, table: str
) -> Callable[..., MartletVectorStore]:
    where: dict[str, Any] = {"path": tmp_path / "documents"} if request.param == "path" else {
        "table_name": table, "endpoint_url": endpoint.url}
    return lambda **more: MartletVectorStore(Points(), **where, **more)


POINTS = ["1 0", "1 0.1", "0 1", "-1 0"]


def contents(documents: list[Document]) -> list[str]:
    return [each.page_content for each in documents]


@pytest.mark.parametrize("metric, expected, relevance", [
    ("cosine", [0, 1 - 1 / math.hypot(1, 0.1), 1, 2], [1, 1 / math.hypot(1, 0.1), 0, 0]),
    ("euclidean", [0, 0.1, math.sqrt(2), 2], [1, 1 - 0.1 / math.sqrt(2), 0, 0]),
    ("dot_product", [-1, -1, 0, 1], [1, 1, 0.5, 0]),
])
def test_distances_and_relevance(
    make: Callable[..., MartletVectorStore], metric: str, expected: list[float],
    relevance: list[float],
) -> None:
    store = make(metric=metric)
    store.add_texts(POINTS)
    found = store.similarity_search_with_score("1 0")
    assert [distance for _, distance in found] == pytest.approx(expected, abs=1e-6)
    scored = store.similarity_search_with_relevance_scores("1 0")
    assert [score for _, score in scored] == pytest.approx(relevance, abs=1e-6)
    assert len(store.similarity_search_with_relevance_scores("1 0", score_threshold=0.9)) == 2
    again = asyncio.run(store.asimilarity_search_with_relevance_scores("1 0"))
    assert [score for _, score in again] == [score for _, score in scored]


def test_lengths_beyond_one_have_their_own_relevance(
    make: Callable[..., MartletVectorStore]
) -> None:
    store = make(metric="euclidean")
    store.add_texts(["3 4", "0 0"])
    scored = store.similarity_search_with_relevance_scores("3 4")
    assert [score for _, score in scored] == pytest.approx([1, 1 / 6])
    mine = make(metric="euclidean", relevance_score_fn=lambda distance: 0.25)
    assert mine.similarity_search_with_relevance_scores("3 4")[0][1] == 0.25


def test_filters_are_those_of_the_engine(make: Callable[..., MartletVectorStore]) -> None:
    store = make()
    store.add_texts([f"{n + 1} 1" for n in range(200)], [
        {"n": n, "odd": n % 2 == 1, "tags": [f"t{n % 3}"], "o": {"deep": n}} | (
            {"last": None} if n > 197 else {}) for n in range(200)])
    cases: list[tuple[dict[str, Any], set[int]]] = [
        ({}, set(range(200))),
        ({"n": 5}, {5}), ({"n": {"$gte": 3, "$lt": 6}}, {3, 4, 5}),
        ({"n": {"$in": [1, 2.0, "3"]}}, {1, 2}), ({"odd": 1}, set()),
        ({"odd": True, "n": {"$lt": 5}}, {1, 3}),
        ({"odd": {"$ne": True}, "n": {"$lt": 5}}, {0, 2, 4}),
        ({"n": {"$nin": list(range(2, 200))}}, {0, 1}),
        ({"last": {"$exists": True}}, {198, 199}),
        ({"last": None, "n": {"$gt": 195}}, {196, 197, 198, 199}),
        ({"tags": {"$contains": "t1"}, "n": {"$lt": 6}}, {1, 4}),
        ({"o.deep": 7}, {7}), ({"o": {"deep": 7}}, {7}),
        ({"$or": [{"n": 1}, {"$and": [{"n": 2}, {"odd": False}]}]}, {1, 2}),
        ({"$or": []}, set()), ({"$not": {"n": {"$gt": 1}}}, {0, 1}),
        ({"n": {"$not": {"$gt": 1}}}, {0, 1}), ({"tags": ["t0"], "n": {"$lt": 4}}, {0, 3}),
    ]
    for wanted, expected in cases:
        found = store.similarity_search("0 1", k=300, filter=wanted)
        assert {each.metadata["n"] for each in found} == expected, wanted
        few = store.similarity_search("200 1", k=2, filter=wanted)
        assert len(few) == min(2, len(expected)), wanted
    for bad in ({"$nor": []}, {"n": {"$gt": "a"}}, {"n": {"$near": 1}}, {"n": {"$in": 1}},
                {"$and": {}}, {"n": {"$exists": 1}}):
        with pytest.raises(ValueError, match=r"\$"):
            store.similarity_search("1 0", filter=bad)


def test_marginal_relevance_and_retrievers(make: Callable[..., MartletVectorStore]) -> None:
    store = make()
    store.add_texts(["1 0", "1 0.01", "1 0.02", "0.7 0.7"], [{"n": n} for n in range(4)])
    assert contents(store.max_marginal_relevance_search("1 0", k=2, lambda_mult=0.3)) == [
        "1 0", "0.7 0.7"]
    assert contents(store.max_marginal_relevance_search("1 0", k=2, lambda_mult=1)) == [
        "1 0", "1 0.01"]
    assert contents(store.max_marginal_relevance_search_by_vector(
        [1, 0], k=2, fetch_k=2, lambda_mult=0)) == ["1 0", "1 0.01"]
    assert contents(store.max_marginal_relevance_search(
        "1 0", k=2, filter={"n": {"$lt": 1}})) == ["1 0"]
    assert contents(asyncio.run(store.amax_marginal_relevance_search(
        "1 0", k=2, lambda_mult=0.3))) == ["1 0", "0.7 0.7"]
    for kind, keywords, expected in [
        ("similarity", {"k": 1}, 1), ("mmr", {"k": 2, "fetch_k": 3}, 2),
        ("similarity_score_threshold", {"score_threshold": 0.9}, 3),
        ("similarity", {"k": 4, "filter": {"n": 2}}, 1),
    ]:
        retriever = store.as_retriever(search_type=kind, search_kwargs=keywords)
        assert len(retriever.invoke("1 0")) == expected
        assert len(asyncio.run(retriever.ainvoke("1 0"))) == expected


def test_documents_come_back_as_they_were(make: Callable[..., MartletVectorStore]) -> None:
    store = make()
    metadata = {"a": 1.0, "b": [1, None, True], "c": {"d": "é"}, "long": 2**60}
    ids = store.add_documents([
        Document("1 0", metadata=metadata, id="given"), Document("0 1")])
    assert ids[0] == "given" and uuid.UUID(ids[1])
    found = store.get_by_ids(["nobody", ids[1], "given"])
    assert [each.id for each in found] == [ids[1], "given"]
    assert found[1].metadata == metadata and repr(found[1].metadata["a"]) == "1.0"
    assert make().similarity_search("1 0", k=1)[0].id == "given"
    with pytest.raises(ValueError, match="ids"):
        store.delete()
    with pytest.raises(ValueError, match="metadatas"):
        store.add_texts(["1 0"], [{}, {}])
    assert store.delete(["given", "nobody"]) is True
    assert asyncio.run(store.adelete([ids[1]])) is True
    assert store.similarity_search("1 0") == []


def test_a_store_is_made_of_texts_or_documents(tmp_path: Path) -> None:
    embeddings = DeterministicFakeEmbedding(size=8)
    store = MartletVectorStore.from_texts(
        ["a", "b"], embeddings, [{"n": 1}, {"n": 2}], ids=["1", "2"], path=tmp_path / "one")
    assert store.similarity_search("b", k=1)[0].id == "2"
    assert store.embeddings is embeddings
    store = MartletVectorStore.from_documents(
        [Document("a", id="1")], embeddings, path=tmp_path / "two")
    assert store.similarity_search("a", k=1)[0].id == "1"
    store = asyncio.run(MartletVectorStore.afrom_texts(["a"], embeddings, path=tmp_path / "three"))
    assert len(store.similarity_search("a")) == 1
    for where in ({}, {"path": tmp_path, "table_name": "t"}):
        with pytest.raises(ValueError, match="path or table_name"):
            MartletVectorStore(embeddings, **where)
