"""Filters as trees, evaluated here, and as far as it goes by the engine or a server.

`Filter.matches` decides. A place of rows may be told less than the filter says, never more: what
`narrow` makes matches at least what the filter matches, and says whether it matches just that.

Equality is JSON's: True is not 1, and 1 is 1.0. A field's name is first looked for as it is
written; only where there is none, dots in it lead into maps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeAlias, TypeVar

P = TypeVar("P")

# What a field's value is asked. "has": a list that holds the value, or text within text. "in" asks
# for equality with one of several; orders hold between two numbers or two texts.
Question: TypeAlias = Literal[
    "exists", "eq", "in", "gt", "gte", "lt", "lte", "has", "list", "list_has", "text_has",
    "text_has_any_case",
]

ABSENT: Any = object()


@dataclass(frozen=True)
class Test:
    """One question about one field. `of_document`: about the source document's id instead."""

    field: str
    question: Question
    value: Any = None
    of_document: bool = False

    def matches(self, metadata: dict[str, Any], document: str | None) -> bool:
        if self.of_document:
            found = ABSENT if document is None else document
        else:
            found = look_up(metadata, self.field)
        return found is not ABSENT and answers(found, self.question, self.value)


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Filter, ...]

    def matches(self, metadata: dict[str, Any], document: str | None) -> bool:
        return all(part.matches(metadata, document) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """Of no parts: matches nothing."""

    parts: tuple[Filter, ...]

    def matches(self, metadata: dict[str, Any], document: str | None) -> bool:
        return any(part.matches(metadata, document) for part in self.parts)


@dataclass(frozen=True)
class Not:
    part: Filter

    def matches(self, metadata: dict[str, Any], document: str | None) -> bool:
        return not self.part.matches(metadata, document)


Filter: TypeAlias = "Test | AllOf | AnyOf | Not"

EVERYTHING: Filter = AllOf(())


def look_up(metadata: Any, field: str) -> Any:
    """The value of a field, or `ABSENT`."""
    if not isinstance(metadata, dict):
        return ABSENT
    if field in metadata:
        return metadata[field]
    first, dot, rest = field.partition(".")
    return look_up(metadata.get(first), rest) if dot else ABSENT


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(v, other[k]) for k, v in one.items())
    if is_number(one) and is_number(other):
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def answers(found: Any, question: Question, value: Any) -> bool:
    """Whether a value that is there answers the question with yes."""
    match question:
        case "exists":
            return True
        case "eq":
            return same(found, value)
        case "in":
            return any(same(found, each) for each in value)
        case "has":
            if isinstance(found, str):
                return isinstance(value, str) and value in found
            return isinstance(found, list) and any(same(each, value) for each in found)
        case "list":
            return isinstance(found, list)
        case "list_has":
            return isinstance(found, list) and any(same(each, value) for each in found)
        case "text_has":
            return isinstance(found, str) and isinstance(value, str) and value in found
        case "text_has_any_case":
            return (isinstance(found, str) and isinstance(value, str)
                    and value.casefold() in found.casefold())
    if not (is_number(found) and is_number(value)
            or isinstance(found, str) and isinstance(value, str)):
        return False
    match question:
        case "gt":
            return bool(found > value)
        case "gte":
            return bool(found >= value)
        case "lt":
            return bool(found < value)
        case "lte":
            return bool(found <= value)


@dataclass(frozen=True)
class Narrowed(Generic[P]):
    """What a place is told. `None`: nothing, all rows match. `is_exact`: just what was meant."""

    filter: P | None
    is_exact: bool


def narrow(
    filter: Filter, test: Callable[[Test, bool], Narrowed[P]], every: Callable[[list[P]], P],
    either: Callable[[list[P]], P], is_negated: bool = False,
) -> Narrowed[P]:
    """The filter in a place's language: negations are led to the tests, which `test` translates."""
    if isinstance(filter, Test):
        return test(filter, is_negated)
    if isinstance(filter, Not):
        return narrow(filter.part, test, every, either, not is_negated)
    parts = [narrow(part, test, every, either, is_negated) for part in filter.parts]
    is_exact = all(part.is_exact for part in parts)
    told = [part.filter for part in parts if part.filter is not None]
    if isinstance(filter, AllOf) is not is_negated:
        return Narrowed(every(told) if told else None, is_exact)
    # One part that cannot be told may match anything.
    if not parts:
        return Narrowed(either([]), True)
    return Narrowed(either(told) if len(told) == len(parts) else None, is_exact)


def engine_filter(filter: Filter) -> Narrowed[dict[str, Any]]:
    """In the language of `Database`'s filters, for rows as `embedded` writes them."""

    def of(test: Test, is_negated: bool) -> Narrowed[dict[str, Any]]:
        name = "document" if test.of_document else f"metadata.{test.field}"
        value = test.value
        # An operator to be told, and whether it asks just what the test asks.
        told: tuple[str, Any, bool]
        match test.question:
            case "exists":
                told = "$exists", True, True
            case "eq" if value is not None:
                told = "$eq", value, True
            case "in" if not any(each is None for each in value):
                told = "$in", list(value), True
            case "gt" | "gte" | "lt" | "lte" if is_number(value):
                told = f"${test.question}", value, True
            case "has":
                told = "$contains", value, True
            case "list_has":
                told = "$contains", value, not isinstance(value, str)
            case "text_has":
                told = "$contains", value, False
            case _:
                told = "$exists", True, False
        operator, operand, is_exact = told
        if is_negated and not is_exact:
            return Narrowed(None, False)
        positive = {name: {operator: operand}}
        return Narrowed({"$not": positive} if is_negated else positive, is_exact)

    def every(parts: list[dict[str, Any]]) -> dict[str, Any]:
        return parts[0] if len(parts) == 1 else {"$and": parts}

    return narrow(filter, of, every, lambda parts: {"$or": parts})


def parse(tree: Any) -> Filter:
    """A filter in the language of `Database`, checked as the engine checks it."""
    if not isinstance(tree, dict):
        raise TypeError("A filter is a dict.")
    parts: list[Filter] = []
    for name, value in tree.items():
        if not isinstance(name, str):
            raise TypeError("A filter's keys are text.")
        if name in ("$and", "$or"):
            if not isinstance(value, (list, tuple)) or not all(isinstance(v, dict) for v in value):
                raise ValueError(f"{name} takes a list of filters.")
            inner = tuple(parse(each) for each in value)
            parts.append(AllOf(inner) if name == "$and" else AnyOf(inner))
        elif name == "$not":
            if not isinstance(value, dict):
                raise ValueError("$not takes one filter.")
            parts.append(Not(parse(value)))
        elif name.startswith("$"):
            raise ValueError(f"Unknown filter operator: {name}")
        else:
            parts.append(_parse_field(name, value))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _parse_field(name: str, value: Any) -> Filter:
    if not isinstance(value, dict) or not any(str(key).startswith("$") for key in value):
        return _equal(name, value)
    return AllOf(tuple(_parse_operator(name, str(key), each) for key, each in value.items()))


def _equal(name: str, value: Any) -> Filter:
    if value is None:
        return AnyOf((Not(Test(name, "exists")), Test(name, "eq", None)))
    return Test(name, "eq", value)


def _parse_operator(name: str, operator: str, value: Any) -> Filter:
    match operator:
        case "$eq":
            return _equal(name, value)
        case "$ne":
            return Not(_equal(name, value))
        case "$in" | "$nin":
            if not isinstance(value, (list, tuple)):
                raise ValueError(f"{operator} takes a list.")
            found = AnyOf(tuple(_equal(name, each) for each in value if each is None)
                         + (Test(name, "in", tuple(v for v in value if v is not None)),))
            return found if operator == "$in" else Not(found)
        case "$gt" | "$gte" | "$lt" | "$lte":
            if not is_number(value):
                raise ValueError(f"{operator} takes a number.")
            orders: dict[str, Question] = {"$gt": "gt", "$gte": "gte", "$lt": "lt", "$lte": "lte"}
            return Test(name, orders[operator], value)
        case "$exists":
            if not isinstance(value, bool):
                raise ValueError("$exists takes true or false.")
            return Test(name, "exists") if value else Not(Test(name, "exists"))
        case "$contains":
            return Test(name, "has", value)
        case "$not":
            if not isinstance(value, dict):
                raise ValueError("$not takes operators.")
            return Not(_parse_field(name, value))
        case _:
            raise ValueError(f"Unknown filter operator: {operator}")
