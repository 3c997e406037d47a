"""Searching with a filter, at the narrowest width that reaches the recall.

For each engine and filter: widths rise until recall among the matching rows is 0.95, and the rate
at that width is measured in interleaved rounds beside the engine's unfiltered rate at the narrowest
width that reaches 0.95 unfiltered. Few queries, because some engines take long.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from curves import spread
from data_sets import DataSet, Judge
from engines import FILTERING, Engine

RECALL = 0.95
QUERIES = 200
WIDTHS = (
    10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 453, 640, 905, 1280, 1810, 2560, 3620, 5120,
)
SLOWEST = 20.0  # seconds for all queries once; an engine that is slower gives up


@dataclasses.dataclass
class Filtered:
    """One engine under one filter; "" is none. `width` is 0 when no width reached the recall."""

    matching: float  # share of the rows
    width: int = 0
    recall: float = 0.0
    rates: list[float] = dataclasses.field(default_factory=list)


class Filters:
    def __init__(
        self, data: DataSet, running: dict[str, Engine], say: Callable[[str], None]
    ) -> None:
        self.data = data
        self.running = {name: engine for name, engine in running.items() if name in FILTERING}
        self.say = say
        self.judge = Judge(data)
        self.results: dict[str, dict[str, Filtered]] = {}

    def find_widths(self) -> None:
        shares = {"": 1.0}
        for name in self.data.filters:
            shares[name] = float(self.data.load(f"mask-{name}").mean())
        for name, engine in self.running.items():
            found = self.results.setdefault(name, {})
            for filter_name, share in shares.items():
                found[filter_name] = Filtered(share)
                self._find_width(engine, filter_name, found[filter_name])
            widths = ", ".join(f"{key or 'all'} {value.width}" for key, value in found.items())
            self.say(f"{self.data.name}: {name} filtered: widths {widths}")

    def _find_width(self, engine: Engine, filter_name: str, found: Filtered) -> None:
        for width in WIDTHS:
            asked = {"ef": width, "filter": filter_name, "queries": QUERIES}
            found.recall = self.judge.recall(engine.answers(**asked), filter_name)
            if found.recall >= RECALL:
                found.width = width
                return
            if QUERIES / engine.rate(**asked) > SLOWEST:
                return

    def measure(self, rounds: int, minimum: float) -> None:
        for number in range(rounds):
            self.say(f"{self.data.name}: filters, round {number + 1}")
            for filter_name in ["", *self.data.filters]:
                names = list(self.results)
                for name in reversed(names) if number % 2 else names:
                    found = self.results[name][filter_name]
                    if found.width:
                        found.rates.append(self.running[name].rate(
                            ef=found.width, filter=filter_name, queries=QUERIES, minimum=minimum
                        ))

    def as_json(self) -> dict:
        out: dict = {}
        for name, by_filter in self.results.items():
            whole = by_filter[""].rates
            for filter_name, found in by_filter.items():
                entry = dataclasses.asdict(found)
                if found.rates:
                    entry["per_second"] = spread(found.rates)
                if found.rates and whole:
                    entry["of_unfiltered"] = spread([a / b for a, b in zip(found.rates, whole)])
                out.setdefault(name, {})[filter_name or "all"] = entry
        return out
