"""Metadata as attribute values of DynamoDB, and filters as its condition expressions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from .filters import Filter, Narrowed, Test, is_number, narrow

# DynamoDB takes 4 KB and 300 operators; a filter beyond that is evaluated here alone.
LONGEST = 3_000
MOST_OPERATORS = 200
# Of IN.
MOST_OPERANDS = 100


@dataclass(frozen=True)
class Expression:
    text: str
    names: dict[str, str]
    values: dict[str, Any]


def encoded(value: Any) -> dict[str, Any]:
    """An attribute value of what JSON can hold."""
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            raise ValueError("Metadata hold a number that JSON has not.")
        return {"N": repr(value)}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, (list, tuple)):
        return {"L": [encoded(each) for each in value]}
    if isinstance(value, dict):
        return {"M": {str(key): encoded(each) for key, each in value.items()}}
    raise TypeError(f"Metadata hold a {type(value).__name__}, which JSON has not.")


def decoded(value: dict[str, Any]) -> Any:
    """What `encoded` was given; 1.0 may come back as 1."""
    match next(iter(value.items())):
        case "NULL", _:
            return None
        case "N", text:
            return int(text) if text.lstrip("-").isdigit() else float(text)
        case "L", elements:
            return [decoded(each) for each in elements]
        case "M", entries:
            return {key: decoded(each) for key, each in entries.items()}
        case _, other:
            return other


class _Writer:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self.operators = 0

    def name(self, name: str) -> str:
        self.names[place := f"#f{len(self.names)}"] = name
        return place

    def value(self, value: Any) -> str:
        self.values[place := f":f{len(self.values)}"] = encoded(value)
        return place

    def test(self, test: Test, is_negated: bool) -> Narrowed[str]:
        self.operators += 1
        if test.of_document:
            path = self.name("document")
            is_plain = True
        else:
            # A name with dots may also be the way into maps: not to be told in one condition.
            is_plain = "." not in test.field and 0 < len(test.field.encode()) <= 255
            path = f"{self.name('metadata')}.{self.name(test.field)}"
        if not is_plain:
            return Narrowed(None, False)
        value = test.value
        is_exact = True
        match test.question:
            case "exists":
                text = f"attribute_exists({path})"
            case "eq":
                text = f"{path} = {self.value(value)}"
            case "in" if 0 < len(value) <= MOST_OPERANDS:
                self.operators += len(value)
                text = f"{path} IN ({', '.join(map(self.value, value))})"
            case "gt" | "gte" | "lt" | "lte" if is_number(value) or isinstance(value, str):
                sign = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}[test.question]
                text = f"{path} {sign} {self.value(value)}"
            case "has" if is_number(value) or isinstance(value, str) and value:
                text = f"contains({path}, {self.value(value)})"
            case "list":
                text = f"attribute_type({path}, {self.value('L')})"
            case "list_has" if is_number(value) or isinstance(value, str) and value:
                text = (f"attribute_type({path}, {self.value('L')}) AND "
                        f"contains({path}, {self.value(value)})")
            case "text_has" if isinstance(value, str) and value:
                text = (f"attribute_type({path}, {self.value('S')}) AND "
                        f"contains({path}, {self.value(value)})")
            case _:
                text = f"attribute_exists({path})"
                is_exact = False
        if is_negated and not is_exact:
            return Narrowed(None, False)
        return Narrowed(f"NOT ({text})" if is_negated else text, is_exact)


def condition(filter: Filter) -> Narrowed[Expression]:
    """As a FilterExpression for items as `table` writes them."""
    writer = _Writer()

    def joined(word: str, parts: list[str]) -> str:
        # Parentheses around all of it would be refused as redundant.
        return parts[0] if len(parts) == 1 else f" {word} ".join(f"({part})" for part in parts)

    def either(parts: list[str]) -> str:
        if parts:
            return joined("OR", parts)
        # Nothing: every item has its metadata.
        return f"attribute_not_exists({writer.name('metadata')})"

    told = narrow(filter, writer.test, lambda parts: joined("AND", parts), either)
    text = told.filter
    if text is None or len(text) > LONGEST or writer.operators > MOST_OPERATORS:
        return Narrowed(None, False)
    # Placeholders of tests that could not be told in the end would be refused as unused.
    names = {place: name for place, name in writer.names.items() if _uses(text, place)}
    values = {place: value for place, value in writer.values.items() if _uses(text, place)}
    return Narrowed(Expression(text, names, values), told.is_exact)


def _uses(text: str, place: str) -> bool:
    start = text.find(place)
    while start >= 0:
        end = start + len(place)
        if end == len(text) or not text[end].isdigit():
            return True
        start = text.find(place, end)
    return False
