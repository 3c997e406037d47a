"""The vector store of LlamaIndex: its calls and its modes of searching."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.schema import BaseNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)

from .._stores import ranking
from .._stores.embedded import EmbeddedPlace
from .._stores.rows import Place, Row, Scope
from .._stores.steps import Steps, run, run_async, work
from ._filters import scope_of
from ._nodes import node_of, row_of

if TYPE_CHECKING:
    import boto3
    import fsspec

_BY_WORDS = (VectorStoreQueryMode.TEXT_SEARCH, VectorStoreQueryMode.SPARSE)
_BY_BOTH = (VectorStoreQueryMode.HYBRID, VectorStoreQueryMode.SEMANTIC_HYBRID)


class MartletVectorStore(BasePydanticVectorStore):
    """Nodes in a folder (`from_path`) or in a table of a server (`from_table_name`).

    Calls may come from any thread; coroutines never hold up the event loop. A filter never makes a
    query find fewer than `similarity_top_k` nodes where so many match.
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    flat_metadata: bool = False

    _place: Place = PrivateAttr()

    def __init__(self, place: Place) -> None:
        super().__init__(stores_text=True)
        self._place = place

    @classmethod
    def class_name(cls) -> str:
        return "MartletVectorStore"

    @classmethod
    def from_path(
        cls, path: str | os.PathLike[str], collection: str = "nodes", dim: int | None = None,
        metric: str = "cosine",
    ) -> MartletVectorStore:
        """A collection of the embedded engine, made if it is not there.

        `dim` makes it at once, else the first node does. `metric` (`cosine`, `euclidean`,
        `dot_product`) counts when it is made.
        """
        return cls(EmbeddedPlace(path, collection, dim, metric))

    @classmethod
    def from_table_name(
        cls, table_name: str, namespace: str | None = None, endpoint_url: str | None = None, *,
        metric: str = "cosine", create: bool = False, region_name: str | None = None,
        session: boto3.Session | None = None,
    ) -> MartletVectorStore:
        """A namespace in a table of a DynamoDB endpoint. Needs boto3.

        The table has a partition and a sort key, both strings; `create` makes one that is absent.
        The first node of a dimension adds a vector index. Without `endpoint_url` the variable
        DYNAMODB_URL and boto3's own settings tell where the endpoint is. What LlamaIndex's
        DynamoDBVectorStore wrote in the namespace is found, too.
        """
        from .._stores.door import TableDoor
        from .._stores.table import TablePlace

        door = TableDoor(endpoint_url, region_name, session)
        return cls(TablePlace(door, table_name, namespace, metric, create))

    @property
    def client(self) -> Any:
        """The engine's `Client`, or boto3's."""
        return self._place.client

    # Writing

    def add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        """Adds nodes and replaces those that are there; returns their ids."""
        return run(self._add(nodes), self._place.door)

    async def async_add(self, nodes: Sequence[BaseNode], **kwargs: Any) -> list[str]:
        return await run_async(self._add(nodes), self._place.door)

    def _add(self, nodes: Sequence[BaseNode]) -> Steps[list[str]]:
        rows = yield from work(lambda: [row_of(node) for node in nodes])
        yield from self._place.put(rows)
        return [row.id for row in rows]

    def delete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        """Removes the nodes of a source document."""
        run(self._place.remove_document(ref_doc_id), self._place.door)

    async def adelete(self, ref_doc_id: str, **delete_kwargs: Any) -> None:
        await run_async(self._place.remove_document(ref_doc_id), self._place.door)

    def delete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None,
        **delete_kwargs: Any,
    ) -> None:
        """Removes the nodes that have one of the ids and match the filters."""
        run(self._delete_nodes(node_ids, filters), self._place.door)

    async def adelete_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None,
        **delete_kwargs: Any,
    ) -> None:
        await run_async(self._delete_nodes(node_ids, filters), self._place.door)

    def _delete_nodes(
        self, node_ids: list[str] | None, filters: MetadataFilters | None
    ) -> Steps[None]:
        if node_ids is None and filters is None:
            raise ValueError("Give node_ids or filters; clear() removes all nodes.")
        ids = node_ids or []
        if filters is not None:
            rows = yield from self._place.matching(scope_of(filters, node_ids), with_vectors=False)
            ids = [row.id for row in rows]
        yield from self._place.remove(ids)

    def clear(self) -> None:
        """Removes all nodes."""
        run(self._place.clear(), self._place.door)

    async def aclear(self) -> None:
        await run_async(self._place.clear(), self._place.door)

    def persist(self, persist_path: str, fs: fsspec.AbstractFileSystem | None = None) -> None:
        """Nothing is lost without: every write that returned is on disk. The path is not used."""
        run(self._place.flush(), self._place.door)

    # Reading

    def get_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None
    ) -> list[BaseNode]:
        """Whole nodes with embeddings, in the order of `node_ids`; all nodes without either."""
        return run(self._get_nodes(node_ids, filters), self._place.door)

    async def aget_nodes(
        self, node_ids: list[str] | None = None, filters: MetadataFilters | None = None
    ) -> list[BaseNode]:
        return await run_async(self._get_nodes(node_ids, filters), self._place.door)

    def _get_nodes(
        self, node_ids: list[str] | None, filters: MetadataFilters | None
    ) -> Steps[list[BaseNode]]:
        rows = yield from self._place.matching(scope_of(filters, node_ids), with_vectors=True)
        if node_ids is not None:
            by_id = {row.id: row for row in rows}
            rows = [by_id[id] for id in dict.fromkeys(node_ids) if id in by_id]
        return (yield from work(lambda: [node_of(row) for row in rows]))

    def query(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        """The nodes that answer a query, best first, with similarities: larger is better.

        Modes: default, text_search, sparse, hybrid, semantic_hybrid, mmr. Keywords for mmr:
        `mmr_threshold`, and `mmr_prefetch_k` or `mmr_prefetch_factor`.
        """
        return run(self._query(query, kwargs), self._place.door)

    async def aquery(self, query: VectorStoreQuery, **kwargs: Any) -> VectorStoreQueryResult:
        return await run_async(self._query(query, kwargs), self._place.door)

    def _query(
        self, query: VectorStoreQuery, keywords: dict[str, Any]
    ) -> Steps[VectorStoreQueryResult]:
        scope = scope_of(query.filters, query.node_ids or None, query.doc_ids or None)
        k = query.similarity_top_k
        mode = VectorStoreQueryMode(query.mode)
        rows: dict[str, Row] = {}
        if mode == VectorStoreQueryMode.DEFAULT:
            best = yield from self._by_likeness(query, k, scope, rows)
        elif mode in _BY_WORDS:
            best = yield from self._by_words(query, query.sparse_top_k or k, scope, rows)
        elif mode in _BY_BOTH:
            alpha = 0.5 if query.alpha is None else query.alpha
            if not 0 <= alpha <= 1:
                raise ValueError("alpha is a number from 0, text only, to 1, vectors only.")
            by_likeness: list[tuple[str, float]] = []
            by_words: list[tuple[str, float]] = []
            if alpha > 0:
                by_likeness = yield from self._by_likeness(query, k, scope, rows)
            if alpha < 1:
                by_words = yield from self._by_words(query, query.sparse_top_k or k, scope, rows)
            best = ranking.fuse(by_likeness, by_words, alpha, query.hybrid_top_k or k)
        elif mode == VectorStoreQueryMode.MMR:
            best = yield from self._by_relevance(query, k, scope, rows, keywords)
        else:
            raise ValueError(
                f"The query mode {mode.value} is not supported; default and mmr are its kin.")
        nodes = yield from work(lambda: [node_of(rows[id]) for id, _ in best])
        return VectorStoreQueryResult(
            nodes=nodes, ids=[id for id, _ in best],
            similarities=[float(similarity) for _, similarity in best])

    def _by_likeness(
        self, query: VectorStoreQuery, k: int, scope: Scope, rows: dict[str, Row]
    ) -> Steps[list[tuple[str, float]]]:
        if query.query_embedding is None:
            raise ValueError("This query mode needs query_embedding.")
        found = yield from self._place.nearest(query.query_embedding, k, scope)
        rows.update((row.id, row) for row, _ in found)
        return [(row.id, similarity) for row, similarity in found]

    def _by_words(
        self, query: VectorStoreQuery, k: int, scope: Scope, rows: dict[str, Row]
    ) -> Steps[list[tuple[str, float]]]:
        if query.query_str is None:
            raise ValueError("This query mode needs query_str.")
        words = list(dict.fromkeys(ranking.words_of(query.query_str)))[: ranking.MOST_WORDS]
        found, count, mean_length = yield from self._place.having(words)

        def rank() -> list[tuple[str, float]]:
            scores = ranking.bm25(words, {row.id: row.words for row in found}, count, mean_length)
            kept = {row.id: row for row in found if row.id in scores and scope.holds(row)}
            rows.update(kept)
            order = sorted(kept, key=lambda id: (-scores[id], id))
            return [(id, scores[id]) for id in order[: max(k, 0)]]

        return (yield from work(rank))

    def _by_relevance(
        self, query: VectorStoreQuery, k: int, scope: Scope, rows: dict[str, Row],
        keywords: dict[str, Any],
    ) -> Steps[list[tuple[str, float]]]:
        if "mmr_prefetch_k" in keywords and "mmr_prefetch_factor" in keywords:
            raise ValueError("Give mmr_prefetch_k or mmr_prefetch_factor, not both.")
        candidates = max(4 * k, 20)
        if keywords.get("mmr_prefetch_k") is not None:
            candidates = int(keywords["mmr_prefetch_k"])
        elif keywords.get("mmr_prefetch_factor") is not None:
            candidates = int(keywords["mmr_prefetch_factor"] * k)
        threshold = query.mmr_threshold
        if threshold is None:
            threshold = keywords.get("mmr_threshold")
        weight = 0.5 if threshold is None else float(threshold)
        if not 0 <= weight <= 1:
            raise ValueError("mmr_threshold is a number from 0, most diverse, to 1, most similar.")
        if k <= 0:
            return []
        best = yield from self._by_likeness(query, max(candidates, k), scope, rows)
        # With embeddings, of those that are still there.
        whole = yield from self._place.get([id for id, _ in best], with_vectors=True)
        vectors = {id: row.vector for id, row in whole.items()}
        embedding = query.query_embedding or []
        return (yield from work(
            lambda: ranking.diverse(self._place.metric, embedding, vectors, k, weight)))
