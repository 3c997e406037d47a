"""`MetadataFilters` of LlamaIndex as filters of rows.

A value that is absent or None matches `!=`, `nin` and `is_empty` alone. The keys doc_id,
document_id and ref_doc_id are the source document's. No filters restrict nothing.
"""

from __future__ import annotations

from typing import Any

from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from .._stores.filters import EVERYTHING, AllOf, AnyOf, Filter, Not, Question, Test, is_number
from .._stores.rows import Scope

_DOCUMENT_KEYS = ("doc_id", "document_id", "ref_doc_id")


def scope_of(
    filters: MetadataFilters | None, ids: list[str] | None, documents: list[str] | None = None
) -> Scope:
    return Scope(
        EVERYTHING if filters is None else _filter(filters),
        None if ids is None else frozenset(ids),
        None if documents is None else frozenset(documents))


def _filter(filters: MetadataFilters) -> Filter:
    parts = tuple(
        _filter(each) if isinstance(each, MetadataFilters) else _test(each)
        for each in filters.filters)
    if not parts:
        return EVERYTHING
    match filters.condition:
        case FilterCondition.OR:
            return AnyOf(parts)
        case FilterCondition.NOT:
            return Not(AnyOf(parts))
        case _:
            return parts[0] if len(parts) == 1 else AllOf(parts)


_ORDERS: dict[FilterOperator, Question] = {
    FilterOperator.GT: "gt", FilterOperator.GTE: "gte", FilterOperator.LT: "lt",
    FilterOperator.LTE: "lte",
}


def _test(test: MetadataFilter) -> Filter:
    key, value = test.key, test.value
    of_document = key in _DOCUMENT_KEYS

    def ask(question: Question, value: Any = None) -> Test:
        return Test(key, question, value, of_document)

    def each(value: Any) -> list[Any]:
        # As in Python, and so in LlamaIndex's own stores: 1 is True, which no filter can say.
        values = list(value) if isinstance(value, list) else [value]
        return values + [bool(v) for v in values if is_number(v) and v in (0, 1)]

    def several(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"The filter operator {test.operator.value} takes a list.")
        return value

    match test.operator:
        case FilterOperator.EQ:
            # None equals nothing; a list is one value here.
            if value is None:
                return AnyOf(())
            return ask("eq", value) if isinstance(value, list) else ask("in", tuple(each(value)))
        case FilterOperator.NE:
            if value is None:
                return EVERYTHING
            return Not(
                ask("eq", value) if isinstance(value, list) else ask("in", tuple(each(value))))
        case FilterOperator.IN:
            return ask("in", tuple(each(several(value))))
        case FilterOperator.NIN:
            return Not(ask("in", tuple(each(several(value)))))
        case FilterOperator.ANY:
            return AnyOf(tuple(ask("list_has", v) for v in each(several(value))))
        case FilterOperator.ALL:
            return AllOf((ask("list"), *(
                AnyOf(tuple(ask("list_has", v) for v in each(one))) for one in several(value))))
        case FilterOperator.CONTAINS:
            return AnyOf(tuple(ask("has", v) for v in each(value)))
        case FilterOperator.TEXT_MATCH | FilterOperator.TEXT_MATCH_INSENSITIVE:
            if not isinstance(value, str):
                raise ValueError(f"The filter operator {test.operator.value} takes text.")
            return ask("text_has" if test.operator == FilterOperator.TEXT_MATCH
                       else "text_has_any_case", value)
        case FilterOperator.IS_EMPTY:
            return AnyOf((Not(ask("exists")), ask("in", (None, "", []))))
        case _:
            return ask(_ORDERS[test.operator], value)
