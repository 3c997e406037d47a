"""What one writer knows: the last acknowledged state of each key, and the states in flight.

A key belongs to one writer, which has one request in flight, so after a crash a key may hold its
acknowledged state or the one that was in flight, and nothing else. `None` is an absent item.
"""

from __future__ import annotations

from typing import Any

Key = tuple[str, str]
Item = dict[str, Any]
States = dict[Key, "Item | None"]


class Ledger:
    def __init__(self) -> None:
        self.acknowledged: States = {}
        self.pending: States = {}
        self.is_atomic = False
        self.acknowledgements = 0

    def attempt(self, states: States, *, is_atomic: bool = False) -> None:
        self.pending = states
        self.is_atomic = is_atomic

    def acknowledge(self) -> None:
        self.acknowledged.update(self.pending)
        self.pending = {}
        self.acknowledgements += 1

    def settle(self, stored: dict[Key, Item]) -> list[str]:
        """Compares with what is stored, takes it over, and returns every broken promise."""
        broken: list[str] = []
        for key, wanted in self.acknowledged.items():
            actual = stored.get(key)
            if actual == wanted or (key in self.pending and actual == self.pending[key]):
                continue
            broken.append(
                f"{key}: acknowledged {wanted}, in flight {self.pending.get(key, '-')}, "
                f"found {actual}"
            )
        if self.pending:
            broken += self._check_in_flight(stored)
        for key in self.pending:
            self.acknowledged[key] = stored.get(key)
        self.pending = {}
        return broken

    def _check_in_flight(self, stored: dict[Key, Item]) -> list[str]:
        arrived = {key: stored.get(key) == state for key, state in self.pending.items()}
        before = {
            key: stored.get(key) == self.acknowledged.get(key) for key in self.pending
        }
        broken = [
            f"{key}: neither before nor after: {stored.get(key)}"
            for key in self.pending if not arrived[key] and not before[key]
        ]
        if self.is_atomic and not all(arrived.values()) and not all(before.values()):
            broken.append(f"half of a transaction: {self.pending}, arrived {arrived}")
        return broken
