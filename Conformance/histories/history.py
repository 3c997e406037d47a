"""What an object with several keys is, and the operations on it, each one atomic.

A state is the values of an object's keys, None for none. Operations say what they make of a
state and what they answer; an operation whose answer never came may have taken place at any time
after it was sent, or never.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

State = tuple[int | None, ...]
UNKNOWN: Any = object()
# Values that are put are multiples of this, each used once; what is added is less. So a sum tells
# what it began with.
UNIT = 1_000_000_000


@dataclass(eq=False)
class Operation:
    """`kind` and `parts` say what is asked for; times are of one clock."""

    kind: str
    # For each key: its place in the object, what is expected of it, what it becomes.
    parts: tuple[tuple[int, int | None, int | None], ...]
    result: Any
    start: float
    end: float = math.inf

    def apply(self, state: State) -> tuple[State, Any]:
        """The state after it, and its answer."""
        place, expected, value = self.parts[0]
        old = state[place]
        match self.kind:
            case "put" | "delete":
                return changed(state, place, value), old
            case "get":
                return state, old
            case "swap":
                if old != expected:
                    return state, False
                return changed(state, place, value), True
            case "add":
                sum_ = (old or 0) + (value or 0)
                return changed(state, place, sum_), sum_
            case "write":
                for place, _, value in self.parts:
                    state = changed(state, place, value)
                return state, True
            case "check":  # a transaction with a condition on each key
                if any(state[place] != expected for place, expected, _ in self.parts):
                    return state, False
                for place, _, value in self.parts:
                    state = changed(state, place, value)
                return state, True
            case "read":
                return state, tuple(state[place] for place, _, _ in self.parts)
        raise AssertionError(self.kind)

    def allows(self, answer: Any) -> bool:
        return self.result is UNKNOWN or self.result == answer

    def __str__(self) -> str:
        answer = "?" if self.result is UNKNOWN else self.result
        return f"[{self.start:.6f}, {self.end:.6f}] {self.kind} {self.parts} -> {answer}"


def changed(state: State, place: int, value: int | None) -> State:
    return (*state[:place], value, *state[place + 1:])
