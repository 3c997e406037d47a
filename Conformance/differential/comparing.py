"""Answers in a form that can be compared, and what two of them differ in.

Left out is what the documentation leaves open: the order of a Scan, of the members of a set and of
the answers of a batch; and texts of errors, which nobody's documentation has and the other tests
compare with the service's own: here the kind of an error counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

SETS = ("SS", "NS", "BS")


@dataclass(frozen=True)
class Difference:
    """What one server answers other than ours does."""

    server: str
    operation: str
    aspect: str  # `outcome`, or the name of a member of the answer
    ours: str
    theirs: str
    request: str

    def line(self) -> str:
        return (
            f"{self.server} {self.operation} {self.aspect}: ours {self.ours}; "
            f"theirs {self.theirs}; request {self.request}"
        )


def ordered(value: Any) -> Any:
    """A value with the members of its sets in order."""
    if isinstance(value, dict):
        return {
            name: sorted(inner) if name in SETS and isinstance(inner, list) else ordered(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [ordered(inner) for inner in value]
    return value


def text(value: Any) -> str:
    return json.dumps(ordered(value), sort_keys=True, ensure_ascii=False)


def members(operation: str, body: dict[str, Any]) -> dict[str, str]:
    """The members of a good answer, each as text."""
    found = dict(body)
    if operation == "Scan":
        found["Items"] = sorted(text(item) for item in found.get("Items", []))
    if operation == "BatchGetItem":
        found["Responses"] = {
            table: sorted(text(item) for item in items)
            for table, items in found.get("Responses", {}).items()
        }
    # An empty member says what its absence says.
    return {name: text(value) for name, value in found.items() if value not in ({}, [])}


def kinds(value: Any) -> Any:
    """Reasons of a cancellation without their texts; any other value as it is."""
    if not isinstance(value, list):
        return value
    return [{name: reason[name] for name in reason if name != "Message"} for reason in value]


def error(body: dict[str, Any]) -> tuple[str, str]:
    name = str(body.get("__type", "")).rpartition("#")[2]
    return name, str(body.get("message", body.get("Message", "")))


def compare(
    server: str, operation: str, request: dict[str, Any], ours: tuple[int, Any],
    theirs: tuple[int, Any],
) -> list[Difference]:
    asked = json.dumps(request, ensure_ascii=False)

    def difference(aspect: str, left: str, right: str) -> Difference:
        return Difference(server, operation, aspect, left, right, asked)

    def outcome(answer: tuple[int, Any]) -> str:
        status, body = answer
        if status == 200:
            return "200"
        name, message = error(body)
        return f"{status} {name}: {message}"

    if ours[0] != theirs[0] or ours[0] != 200 and error(ours[1])[0] != error(theirs[1])[0]:
        return [difference("outcome", outcome(ours), outcome(theirs))]
    if ours[0] != 200:
        found = []
        for name in ("Item", "CancellationReasons"):
            left, right = (text(kinds(answer[1].get(name))) for answer in (ours, theirs))
            if left != right:
                found.append(difference(name, left, right))
        return found
    left, right = members(operation, ours[1]), members(operation, theirs[1])
    return [
        difference(name, left.get(name, "absent"), right.get(name, "absent"))
        for name in sorted(set(left) | set(right))
        if left.get(name) != right.get(name)
    ]
