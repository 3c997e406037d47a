"""What the figures are to be, beside what they are. Input is what goes into the JSON file.

Goals are for one machine at rest with all rows; from a short run they are a hint.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from curves import TARGETS
from engines import BASELINE, MAPPED, OURS

RECALL = f"{TARGETS[1]:.2f}"
FLOAT32 = OURS[0]
WITH_CODES = OURS[1:3]


@dataclasses.dataclass(frozen=True)
class Goal:
    what: str
    measured: float
    limit: float
    at_least: bool

    @property
    def is_met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    def row(self) -> list[str]:
        bound = f"{'at least' if self.at_least else 'at most'} {self.limit:.3g}"
        return [self.what, bound, f"{self.measured:.3g}", "yes" if self.is_met else "**no**"]


def goals(report: dict) -> list[Goal]:
    found: list[Goal] = []
    for name, of_set in report["sets"].items():
        found += _searching(name, of_set["engines"])
        found += _filtering(name, of_set.get("filters", {}))
        for engine, values in of_set.get("replaced", {}).items():
            what = f"{name}: half the rows replaced, {engine}"
            found.append(Goal(f"{what}, recall", values["recall"], 0.95, True))
            found.append(Goal(f"{what}, slots ÷ fresh", values["slots"], 1.5, False))
    if "wire" in report:
        ratio = report["wire"]["ratios"]["32 connections ÷ in process, 2 threads"]["median"]
        found.append(Goal("over HTTP, 32 connections ÷ in process, 2 threads", ratio, 0.4, True))
    opening = report.get("stores", {}).get("stores", {}).get("martlet", {}).get("opening")
    if opening:
        found.append(Goal("open to first answer, ms", 1e3 * opening["median"], 30, False))
    return found


def _searching(name: str, engines: dict) -> Iterator[Goal]:
    base = engines.get(BASELINE)
    if base is None:
        return

    def speed(engine: str) -> float:
        entry = engines.get(engine, {}).get("targets", {}).get("1", {}).get(RECALL, {})
        return entry["ratio"]["median"] if "ratio" in entry else 0.0

    if FLOAT32 in engines and base["targets"]:
        what = f"{name}: throughput ÷ {BASELINE} at {RECALL}, float32"
        yield Goal(what, speed(FLOAT32), 1.3, True)
    coded = [engine for engine in WITH_CODES if engine in engines]
    if coded and base["targets"]:
        best = max(coded, key=speed)
        what = f"{name}: throughput ÷ {BASELINE} at {RECALL}, {best}"
        yield Goal(what, speed(best), 3.0, True)
    for engine in (FLOAT32, *coded):
        seconds = engines.get(engine, {}).get("build_seconds", {}).get("2")
        theirs = base["build_seconds"].get("2")
        if seconds and theirs:
            what = f"{name}: building with 2 threads ÷ {BASELINE}, {engine}"
            yield Goal(what, seconds / theirs, 1.0, False)
    for engine in coded + [MAPPED] * (MAPPED in engines):
        share = engines[engine]["bytes_per_vector"] / base["bytes_per_vector"]
        limit = 0.5 if engine == MAPPED else 1.0
        yield Goal(f"{name}: memory ÷ {BASELINE}, {engine}", share, limit, False)


def _filtering(name: str, filters: dict) -> Iterator[Goal]:
    for engine in (FLOAT32, *WITH_CODES):
        for filter_name, found in filters.get(engine, {}).items():
            if filter_name != "all":
                share = found.get("of_unfiltered", {}).get("median", 0.0)
                what = f"{name}: {filter_name} ÷ unfiltered, {engine}"
                yield Goal(what, share, 1 / 3, True)
