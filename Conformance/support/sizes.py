"""Sizes as AWS counts them, written from its documentation: an oracle, not our server's code."""

from __future__ import annotations

from typing import Any

ITEM_LIMIT_BYTES = 409_600


def item_bytes(item: dict[str, Any]) -> int:
    """Names in UTF-8 plus values."""
    return sum(len(name.encode()) + value_bytes(value) for name, value in item.items())


def value_bytes(value: dict[str, Any]) -> int:
    (kind, content), = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content)
    if kind == "N":
        return number_bytes(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "SS":
        return sum(len(member.encode()) for member in content)
    if kind == "BS":
        return sum(len(member) for member in content)
    if kind == "NS":
        return sum(number_bytes(member) for member in content)
    if kind == "L":
        return 3 + sum(1 + value_bytes(element) for element in content)
    return 3 + sum(
        1 + len(name.encode()) + value_bytes(element) for name, element in content.items()
    )


def number_bytes(text: str) -> int:
    """For plain decimals without leading or trailing zeros."""
    whole, _, fraction = text.lstrip("-").partition(".")
    return 1 + -(-len(whole) // 2) + -(-len(fraction) // 2) + text.startswith("-")


def padded(item: dict[str, Any], total: int, name: str = "z") -> dict[str, Any]:
    """The item with one more binary attribute that brings it to exactly `total` bytes."""
    length = total - item_bytes(item) - len(name.encode())
    assert length >= 0, "the item is larger than that already"
    return {**item, name: {"B": b"\x00" * length}}
