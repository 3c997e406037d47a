"""Rows, and what every place of rows can do with them.

A row is a node of LlamaIndex or a document of LangChain: `payload` is its JSON, which only the
adapter reads; metadata, document and words are what it is found by.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .filters import EVERYTHING, Filter
from .steps import Door, Steps


@dataclass(frozen=True)
class Row:
    id: str
    payload: str
    metadata: dict[str, Any] = field(default_factory=dict)
    # The id of the source document.
    document: str | None = None
    words: list[str] = field(default_factory=list)
    # Empty where it was not asked for.
    vector: Sequence[float] = ()


@dataclass(frozen=True)
class Scope:
    """Which rows count: those of the ids, of the documents, and that match; None: of any."""

    filter: Filter = EVERYTHING
    ids: frozenset[str] | None = None
    documents: frozenset[str] | None = None

    @property
    def is_everything(self) -> bool:
        return self.filter == EVERYTHING and self.ids is None and self.documents is None

    def holds(self, row: Row) -> bool:
        return (
            (self.ids is None or row.id in self.ids)
            and (self.documents is None or row.document in self.documents)
            and self.filter.matches(row.metadata, row.document)
        )


class Place(Protocol):
    """Where rows are. Every method is an algorithm of steps."""

    @property
    def metric(self) -> str: ...
    @property
    def door(self) -> Door | None: ...
    @property
    def client(self) -> Any: ...

    def put(self, rows: Sequence[Row]) -> Steps[None]:
        """Adds rows, and replaces those whose ids there are; the last of an id counts."""
        ...

    def get(self, ids: Collection[str], with_vectors: bool) -> Steps[dict[str, Row]]:
        """The rows that there are."""
        ...

    def remove(self, ids: Collection[str]) -> Steps[None]: ...
    def remove_document(self, document: str) -> Steps[None]: ...
    def clear(self) -> Steps[None]: ...
    def flush(self) -> Steps[None]: ...

    def matching(self, scope: Scope, with_vectors: bool) -> Steps[list[Row]]:
        """All rows of the scope, by id."""
        ...

    def nearest(
        self, query: Sequence[float], k: int, scope: Scope
    ) -> Steps[list[tuple[Row, float]]]:
        """The k most similar rows of the scope, with similarities: k if there are so many."""
        ...

    def having(
        self, words: Sequence[str]
    ) -> Steps[tuple[list[Row], int, float]]:
        """The rows that have one of the words; the number of all rows; a text's mean length."""
        ...
