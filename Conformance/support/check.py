"""Assertions on refusals, and the texts that many operations share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

VALIDATION = "ValidationException"
NOT_FOUND = "ResourceNotFoundException"
IN_USE = "ResourceInUseException"
CONDITION = "ConditionalCheckFailedException"
CANCELLED = "TransactionCanceledException"
SERIALIZATION = "SerializationException"

# PutItem, UpdateItem and DeleteItem put what they find in the request itself inside this.
ENVELOPE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
MISSING_TABLE = "Requested resource not found"
CONDITION_FAILED = "The conditional request failed"
WRONG_KEY = "The provided key element does not match the schema"


class Part(str):
    """A fragment that a message must contain. A plain `str` must be the whole message."""


def matches(message: str, expected: str | None) -> bool:
    if expected is None:
        return True
    return expected in message if isinstance(expected, Part) else message == expected


def refuses(
    call: Callable[..., Any], code: str, text: str | None = None, /, **request: Any
) -> dict[str, Any]:
    """Asserts that the request is refused with this code and text; returns the error response."""
    try:
        answer = call(**request)
    except ClientError as error:
        response: dict[str, Any] = error.response
        got = (response["Error"]["Code"], response["Error"].get("Message", ""))
        kind = "containing" if isinstance(text, Part) else "exactly"
        assert got[0] == code and matches(got[1], text), (
            f"expected {code}, {kind} {text!r}\n     got {got[0]}: {got[1]!r}"
        )
        return response
    answer.pop("ResponseMetadata", None)
    raise AssertionError(f"expected {code} {text!r}, but it was accepted: {answer}")


def enum_text(value: str, place: str, members: str) -> str:
    """The text of one value that is not in a model's enumeration."""
    return (
        f"Value '{value}' at '{place}' failed to satisfy constraint: "
        f"Member must satisfy enum value set: [{members}]"
    )


CAPACITY_MEMBERS = "INDEXES, TOTAL, NONE"
METRICS_MEMBERS = "SIZE, NONE"

BOTH = "Can not use both expression and non-expression parameters in the same request: "
