"""The vector store of LangChain: each call and its coroutine over the same steps."""

from __future__ import annotations

import asyncio
import json
import math
import os
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore

from .._stores import ranking
from .._stores.embedded import EmbeddedPlace
from .._stores.filters import EVERYTHING, parse
from .._stores.rows import Place, Row, Scope
from .._stores.steps import Steps, run, run_async, work

if TYPE_CHECKING:
    import boto3

Found = list[tuple[Document, float]]
Filters = dict[str, Any]


class MartletVectorStore(VectorStore):
    """Documents in a folder (`path`) or in a table of a DynamoDB endpoint (`table_name`).

    Parameters
    ----------
    embedding
        What makes vectors of texts.
    path, collection
        A folder of the embedded engine and a collection in it, made with the first document.
    table_name, namespace, endpoint_url
        A table, its part and its server; needs boto3. The table is made unless `create` is false.
    metric
        `cosine`, `euclidean` or `dot_product`; counts when the store is made.
    relevance_score_fn
        What makes of a distance a relevance from 0 to 1.

    Distances, smaller is nearer: 1 minus the cosine; the length of the difference; the negated dot
    product. Calls may come from any thread; coroutines never hold up the event loop.
    """

    def __init__(
        self, embedding: Embeddings, path: str | os.PathLike[str] | None = None,
        collection: str = "documents", *, table_name: str | None = None,
        namespace: str | None = None, endpoint_url: str | None = None, dim: int | None = None,
        metric: str = "cosine", create: bool = True, region_name: str | None = None,
        session: boto3.Session | None = None,
        relevance_score_fn: Callable[[float], float] | None = None,
    ) -> None:
        if (path is None) is (table_name is None):
            raise ValueError("Give path or table_name.")
        self._embedding = embedding
        self._relevance_score_fn = relevance_score_fn
        self._place: Place
        if path is not None:
            self._place = EmbeddedPlace(path, collection, dim, metric)
        else:
            from .._stores.door import TableDoor
            from .._stores.table import TablePlace

            assert table_name is not None
            door = TableDoor(endpoint_url, region_name, session)
            self._place = TablePlace(door, table_name, namespace, metric, create)

    @property
    def embeddings(self) -> Embeddings:
        return self._embedding

    @property
    def client(self) -> Any:
        """The engine's `Client`, or boto3's."""
        return self._place.client

    @classmethod
    def from_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[str, Any]] | None = None,
        *, ids: list[str] | None = None, **kwargs: Any,
    ) -> MartletVectorStore:
        """A store with these texts; the keywords are the constructor's."""
        store = cls(embedding, **kwargs)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    @classmethod
    async def afrom_texts(
        cls, texts: list[str], embedding: Embeddings, metadatas: list[dict[str, Any]] | None = None,
        *, ids: list[str] | None = None, **kwargs: Any,
    ) -> MartletVectorStore:
        store = await asyncio.to_thread(lambda: cls(embedding, **kwargs))
        await store.aadd_texts(texts, metadatas, ids=ids)
        return store

    # Writing

    def add_texts(
        self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, *,
        ids: Sequence[str | None] | None = None, **kwargs: Any,
    ) -> list[str]:
        """Embeds and adds texts; those with an id that is there replace it. Returns the ids."""
        texts = list(texts)
        return run(self._add(texts, self._embedding.embed_documents(texts), metadatas, ids),
                   self._place.door)

    async def aadd_texts(
        self, texts: Iterable[str], metadatas: list[dict[str, Any]] | None = None, *,
        ids: Sequence[str | None] | None = None, **kwargs: Any,
    ) -> list[str]:
        texts = list(texts)
        vectors = await self._embedding.aembed_documents(texts)
        return await run_async(self._add(texts, vectors, metadatas, ids), self._place.door)

    def _add(
        self, texts: list[str], vectors: list[list[float]],
        metadatas: list[dict[str, Any]] | None, ids: Sequence[str | None] | None,
    ) -> Steps[list[str]]:
        for name, given in (("metadatas", metadatas), ("ids", ids)):
            if given is not None and len(given) != len(texts):
                raise ValueError(f"There are {len(texts)} texts and {len(given)} {name}.")
        known = [id or str(uuid.uuid4()) for id in ids or [None] * len(texts)]
        found = metadatas or [{} for _ in texts]
        rows = yield from work(lambda: [
            Row(id, json.dumps({"page_content": text, "metadata": metadata}, ensure_ascii=False),
                # As JSON has them: tuples as lists, keys as text.
                json.loads(json.dumps(metadata)), vector=vector)
            for id, text, metadata, vector in zip(known, texts, found, vectors, strict=True)])
        yield from self._place.put(rows)
        return known

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Removes documents; ids that are not there are passed over."""
        run(self._place.remove(_given(ids)), self._place.door)
        return True

    async def adelete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        await run_async(self._place.remove(_given(ids)), self._place.door)
        return True

    # Reading

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents that there are, in the order of ids."""
        return run(self._get(ids), self._place.door)

    async def aget_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        return await run_async(self._get(ids), self._place.door)

    def _get(self, ids: Sequence[str]) -> Steps[list[Document]]:
        rows = yield from self._place.get(list(dict.fromkeys(ids)), with_vectors=False)
        return [_document(rows[id]) for id in dict.fromkeys(ids) if id in rows]

    # Searching

    def _nearest(
        self, embedding: Sequence[float], k: int, filter: Filters | None
    ) -> Steps[Found]:
        found = yield from self._place.nearest(embedding, k, _scope(filter))
        is_cosine = self._place.metric == "cosine"
        return [(_document(row), 1 - similarity if is_cosine else -similarity)
                for row, similarity in found]

    def similarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> Found:
        """The nearest documents with their distances, nearest first."""
        return run(self._nearest(embedding, k, filter), self._place.door)

    async def asimilarity_search_with_score_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> Found:
        return await run_async(self._nearest(embedding, k, filter), self._place.door)

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> list[Document]:
        found = self.similarity_search_with_score_by_vector(embedding, k, filter)
        return [document for document, _ in found]

    async def asimilarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> list[Document]:
        found = await self.asimilarity_search_with_score_by_vector(embedding, k, filter)
        return [document for document, _ in found]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> Found:
        embedding = self._embedding.embed_query(query)
        return self.similarity_search_with_score_by_vector(embedding, k, filter)

    async def asimilarity_search_with_score(
        self, query: str, k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> Found:
        embedding = await self._embedding.aembed_query(query)
        return await self.asimilarity_search_with_score_by_vector(embedding, k, filter)

    def similarity_search(
        self, query: str, k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> list[Document]:
        return [document for document, _ in self.similarity_search_with_score(query, k, filter)]

    async def asimilarity_search(
        self, query: str, k: int = 4, filter: Filters | None = None, **kwargs: Any
    ) -> list[Document]:
        found = await self.asimilarity_search_with_score(query, k, filter)
        return [document for document, _ in found]

    # Relevance, of which the base class makes the thresholds

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return self._relevance(is_unit=True)

    def _relevance(self, is_unit: bool) -> Callable[[float], float]:
        if self._relevance_score_fn is not None:
            return self._relevance_score_fn
        match self._place.metric:
            case "cosine":
                raw: Callable[[float], float] = lambda distance: 1 - distance  # noqa: E731
            case "euclidean" if is_unit:
                raw = lambda distance: 1 - distance / math.sqrt(2)  # noqa: E731
            case "euclidean":
                raw = lambda distance: 1 / (1 + distance)  # noqa: E731
            case _:
                raw = lambda distance: (1 - distance) / 2  # noqa: E731
        return lambda distance: min(max(raw(distance), 0.0), 1.0)

    def _with_relevance(self, embedding: list[float], found: Found) -> Found:
        # Vectors are of unit length when the question's is.
        relevance = self._relevance(abs(math.hypot(*embedding) - 1) < 1e-3)
        return [(document, relevance(distance)) for document, distance in found]

    def _similarity_search_with_relevance_scores(
        self, query: str, k: int = 4, **kwargs: Any
    ) -> Found:
        embedding = self._embedding.embed_query(query)
        found = self.similarity_search_with_score_by_vector(embedding, k, **kwargs)
        return self._with_relevance(embedding, found)

    async def _asimilarity_search_with_relevance_scores(
        self, query: str, k: int = 4, **kwargs: Any
    ) -> Found:
        embedding = await self._embedding.aembed_query(query)
        found = await self.asimilarity_search_with_score_by_vector(embedding, k, **kwargs)
        return self._with_relevance(embedding, found)

    # Relevance without repetition

    def _diverse(
        self, embedding: list[float], k: int, fetch_k: int, weight: float, filter: Filters | None
    ) -> Steps[list[Document]]:
        if not 0 <= weight <= 1:
            raise ValueError("lambda_mult is a number from 0, most diverse, to 1, most similar.")
        found = yield from self._place.nearest(embedding, max(fetch_k, k), _scope(filter))
        rows = yield from self._place.get([row.id for row, _ in found], with_vectors=True)
        vectors = {id: row.vector for id, row in rows.items()}
        best = yield from work(
            lambda: ranking.diverse(self._place.metric, embedding, vectors, k, weight))
        return [_document(rows[id]) for id, _ in best]

    def max_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5,
        filter: Filters | None = None, **kwargs: Any,
    ) -> list[Document]:
        """Of the nearest `fetch_k` those that are near and unlike one another."""
        steps = self._diverse(embedding, k, fetch_k, lambda_mult, filter)
        return run(steps, self._place.door)

    async def amax_marginal_relevance_search_by_vector(
        self, embedding: list[float], k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5,
        filter: Filters | None = None, **kwargs: Any,
    ) -> list[Document]:
        steps = self._diverse(embedding, k, fetch_k, lambda_mult, filter)
        return await run_async(steps, self._place.door)

    def max_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5,
        filter: Filters | None = None, **kwargs: Any,
    ) -> list[Document]:
        return self.max_marginal_relevance_search_by_vector(
            self._embedding.embed_query(query), k, fetch_k, lambda_mult, filter)

    async def amax_marginal_relevance_search(
        self, query: str, k: int = 4, fetch_k: int = 20, lambda_mult: float = 0.5,
        filter: Filters | None = None, **kwargs: Any,
    ) -> list[Document]:
        embedding = await self._embedding.aembed_query(query)
        return await self.amax_marginal_relevance_search_by_vector(
            embedding, k, fetch_k, lambda_mult, filter)


def _given(ids: list[str] | None) -> list[str]:
    if ids is None:
        raise ValueError("Give the ids of the documents to delete.")
    return ids


def _scope(filter: Filters | None) -> Scope:
    return Scope(EVERYTHING if filter is None else parse(filter))


def _document(row: Row) -> Document:
    content: dict[str, Any] = {"page_content": "", "metadata": {}}
    if row.payload:
        content = json.loads(row.payload)
    return Document(id=row.id, page_content=content["page_content"], metadata=content["metadata"])
