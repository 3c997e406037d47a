"""Rows in a collection of the embedded engine.

A row's metadata there: `metadata`, `document`, `payload`, `words` (between spaces, so that a word
can be looked for), `length` in words. The collection is made with the first row, if the dimensions
were not given.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Sequence
from typing import Any

from .._martlet import Client, Database, NotFoundError, SearchResult
from . import ranking
from .filters import AllOf, Filter, Test, engine_filter
from .rows import Row, Scope
from .steps import Door, Steps, work

# A search whose filter the engine cannot be told in full asks for so many times more at each turn.
WIDENING = 4


class EmbeddedPlace:
    """A collection in a folder. Any number of threads may use it."""

    door: Door | None = None

    def __init__(
        self, path: str | os.PathLike[str], collection: str, dim: int | None, metric: str
    ) -> None:
        self._client = Client(path)
        self._collection = collection
        self._wanted_metric = metric
        self._database: Database | None = None
        # The number of rows and their mean length when it was last computed.
        self._lengths: tuple[int, float] | None = None
        if collection in self._client.list_collections():
            self._database = self._client.get_collection(collection)
            if dim is not None and self._database.dim != dim:
                raise ValueError(
                    f"The collection {collection} has {self._database.dim} dimensions, not {dim}.")
        elif dim is not None:
            self._made(dim)

    @property
    def client(self) -> Client:
        return self._client

    @property
    def metric(self) -> str:
        database = self._open()
        return database.metric if database is not None else self._wanted_metric

    def _made(self, dim: int) -> Database:
        # Of two that make it at once one finds it made.
        self._database = self._client.get_or_create_collection(
            self._collection, dim, self._wanted_metric)
        return self._database

    def _open(self) -> Database | None:
        if self._database is None and self._collection in self._client.list_collections():
            self._database = self._client.get_collection(self._collection)
        return self._database

    def put(self, rows: Sequence[Row]) -> Steps[None]:
        def write() -> None:
            if not rows:
                return
            database = self._open() or self._made(len(rows[0].vector))
            database.upsert_many(
                [row.id for row in rows], [row.vector for row in rows],
                [{
                    "metadata": row.metadata, "document": row.document, "payload": row.payload,
                    "words": f" {' '.join(row.words)} ", "length": len(row.words),
                } for row in rows])

        yield from work(write)

    def get(self, ids: Collection[str], with_vectors: bool) -> Steps[dict[str, Row]]:
        return (yield from work(lambda: self._get(ids)))

    def _get(self, ids: Collection[str]) -> dict[str, Row]:
        database = self._open()
        found: dict[str, Row] = {}
        for id in ids if database is not None else []:
            assert database is not None
            try:
                vector, metadata = database.get(id)
            except NotFoundError:
                continue
            found[id] = _row(id, metadata, vector)
        return found

    def remove(self, ids: Collection[str]) -> Steps[None]:
        def delete() -> None:
            if (database := self._open()) is not None:
                database.delete_many(list(ids))

        yield from work(delete)

    def remove_document(self, document: str) -> Steps[None]:
        scope = Scope(documents=frozenset((document,)))
        rows = yield from self.matching(scope, with_vectors=False)
        yield from self.remove([row.id for row in rows])

    def clear(self) -> Steps[None]:
        def delete() -> None:
            if (database := self._open()) is not None:
                database.delete_many(database.ids())

        yield from work(delete)

    def flush(self) -> Steps[None]:
        def save() -> None:
            if (database := self._open()) is not None:
                database.save()

        yield from work(save)

    def matching(self, scope: Scope, with_vectors: bool) -> Steps[list[Row]]:
        def find() -> list[Row]:
            if scope.ids is not None:
                rows = list(self._get(scope.ids).values())
            else:
                rows = [_row(found.id, found.metadata)
                        for found in self._all(engine_filter(_whole(scope)).filter)]
                if with_vectors:
                    rows = list(self._get([row.id for row in rows if scope.holds(row)]).values())
            return sorted((row for row in rows if scope.holds(row)), key=lambda row: row.id)

        return (yield from work(find))

    def _all(self, where: dict[str, Any] | None) -> list[SearchResult]:
        """All rows that match."""
        database = self._open()
        count = database.count(where) if database is not None else 0
        if database is None or count == 0:
            return []
        return database.search([0.0] * database.dim, count, None, where, exact=True)

    def nearest(
        self, query: Sequence[float], k: int, scope: Scope
    ) -> Steps[list[tuple[Row, float]]]:
        return (yield from work(lambda: self._nearest(query, k, scope)))

    def _nearest(
        self, query: Sequence[float], k: int, scope: Scope
    ) -> list[tuple[Row, float]]:
        database = self._open()
        if database is None or k <= 0:
            return []
        if scope.ids is not None:
            rows = {id: row for id, row in self._get(scope.ids).items() if scope.holds(row)}
            best = ranking.nearest(
                self.metric, query, {id: row.vector for id, row in rows.items()}, k)
            return [(rows[id], similarity) for id, similarity in best]
        told = engine_filter(_whole(scope))
        width = k
        while True:
            found = database.search(query, width, None, told.filter)
            best_rows = [
                (row, similarity) for result in found
                if scope.holds(row := _row(result.id, result.metadata))
                for similarity in [_similarity(database.metric, result.distance)]
            ][:k]
            # Fewer than asked for: there are no more.
            if told.is_exact or len(best_rows) == k or len(found) < width:
                return best_rows
            width *= WIDENING

    def having(self, words: Sequence[str]) -> Steps[tuple[list[Row], int, float]]:
        def find() -> tuple[list[Row], int, float]:
            database = self._open()
            if database is None or not words:
                return [], 0, 0
            where = {"$or": [{"words": {"$contains": f" {word} "}} for word in words]}
            rows = [_row(found.id, found.metadata) for found in self._all(where)]
            count = len(database)
            if self._lengths is None or abs(count - self._lengths[0]) * 10 > self._lengths[0]:
                some = database.search([0.0] * database.dim, ranking.MEASURED_TEXTS, exact=True)
                lengths = [found.metadata["length"] for found in some
                           if found.metadata and "length" in found.metadata]
                self._lengths = (count, sum(lengths) / max(len(lengths), 1))
            return rows, count, self._lengths[1]

        return (yield from work(find))


def _whole(scope: Scope) -> Filter:
    """The filter, and that the document is one of the scope's."""
    if scope.documents is None:
        return scope.filter
    return AllOf((Test("", "in", tuple(sorted(scope.documents)), of_document=True), scope.filter))


def _row(id: str, metadata: dict[str, Any] | None, vector: Sequence[float] = ()) -> Row:
    # Rows that others wrote into the collection have no payload.
    found = metadata or {}
    inner = found.get("metadata")
    return Row(
        id, found.get("payload") or "", inner if isinstance(inner, dict) else {},
        found.get("document"), str(found.get("words") or "").split(), vector)


def _similarity(metric: str, distance: float) -> float:
    if metric == "euclidean":
        return -math.sqrt(distance)
    return -distance if metric == "dot_product" else 1 - distance
