"""Building every engine, and its throughput along a sweep of search widths.

Each index is built in a process of its own, with 1 thread and with 2; the last process stays and is
searched. Rounds are interleaved: at each step of the sweep every engine is asked in turn, so that
what else the machine does falls on all of them. Interpolation is done within a round, and so are
ratios; medians come last.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from curves import TARGETS, at_recall, spread
from data_sets import DataSet, Judge
from engines import BASELINE, UNFIT, Engine, EngineFailed

WIDTHS = (10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 453, 640, 905, 1280)
# The inverted file's width is a number of lists.
LIST_WIDTHS = (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128)
ENOUGH = 0.994


@dataclasses.dataclass
class Result:
    """All that was measured of one engine on one data set."""

    build_seconds: dict[int, float] = dataclasses.field(default_factory=dict)  # by threads
    bytes_per_vector: float = 0.0  # of the process's own
    mapped_per_vector: float = 0.0  # bytes of files that are mapped and now in memory
    widths: list[int] = dataclasses.field(default_factory=list)
    recalls: list[float] = dataclasses.field(default_factory=list)
    # By threads: for each round, the rate at each width.
    rates: dict[int, list[list[float]]] = dataclasses.field(default_factory=dict)

    def at(self, target: float, threads: int) -> list[float] | None:
        """Queries per second in each round."""
        rounds = [at_recall(target, self.recalls, rates) for rates in self.rates.get(threads, [])]
        return None if not rounds or None in rounds else rounds

    def as_json(self, baseline: Result | None) -> dict:
        targets: dict = {}
        for threads in self.rates:
            for target in TARGETS:
                rounds = self.at(target, threads)
                entry: dict = {"per_second": spread(rounds) if rounds else None}
                other = baseline.at(target, threads) if baseline else None
                if rounds and other:
                    entry["ratio"] = spread([a / b for a, b in zip(rounds, other)])
                targets.setdefault(str(threads), {})[f"{target:.2f}"] = entry
        return dataclasses.asdict(self) | {"targets": targets}


class Sweep:
    """Engines on one data set; `stack` stops them. `failures` says what could not be done."""

    def __init__(
        self, stack: ExitStack, data: DataSet, driver: Path, say: Callable[[str], None]
    ) -> None:
        self.stack = stack
        self.data = data
        self.driver = driver
        self.say = say
        self.judge = Judge(data)
        self.running: dict[str, Engine] = {}
        self.results: dict[str, Result] = {}
        self.failures: dict[str, str] = {}

    def build(self, names: Sequence[str], threads: Sequence[int], repetitions: int) -> None:
        """Every engine with each number of threads, the fastest of some repetitions."""
        for name in names:
            if (name, self.data.metric) in UNFIT:
                continue
            result = Result()
            runs = [count for count in threads for _ in range(repetitions)]
            try:
                for number, count in enumerate(runs):
                    engine = Engine(name, self.data, count, self.driver)
                    self.stack.callback(engine.stop)
                    built = engine.build()
                    seconds = min(built["seconds"], result.build_seconds.get(count, 1e9))
                    result.build_seconds[count] = seconds
                    result.bytes_per_vector = built["anonymous"] / self.data.rows
                    result.mapped_per_vector = built["mapped"] / self.data.rows
                    if number < len(runs) - 1:
                        engine.stop()
                self._measure_recall(engine, result)
            except EngineFailed as failure:
                self.failures[name] = str(failure)
                self.say(f"{self.data.name}: {failure}")
                continue
            self.running[name] = engine
            self.results[name] = result
            times = ", ".join(f"{s:.1f} s with {n}" for n, s in result.build_seconds.items())
            self.say(f"{self.data.name}: {name} built: {times}; {result.bytes_per_vector:.0f} B")

    def _measure_recall(self, engine: Engine, result: Result) -> None:
        for width in LIST_WIDTHS if engine.name == "faiss-ivfpq" else WIDTHS:
            recall = self.judge.recall(engine.answers(ef=width))
            if len(result.recalls) > 2 and recall - result.recalls[-1] < 1e-3 and recall < 0.99:
                break  # codes alone get no further
            result.widths.append(width)
            result.recalls.append(recall)
            if recall >= ENOUGH:
                break

    def measure(self, rounds: int, threads: Sequence[int], minimum: float) -> None:
        """`minimum`: the seconds of each single measurement."""
        steps = max((len(result.widths) for result in self.results.values()), default=0)
        for number in range(rounds):
            for count in threads:
                self.say(f"{self.data.name}: round {number + 1}, {count} thread(s)")
                for result in self.results.values():
                    result.rates.setdefault(count, []).append([])
                for step in range(steps):
                    self._step(step, count, minimum, backwards=number % 2 == 1)

    def _step(self, step: int, threads: int, minimum: float, backwards: bool) -> None:
        names = list(self.results)
        for name in reversed(names) if backwards else names:
            result = self.results[name]
            if step < len(result.widths):
                rate = self.running[name].rate(
                    ef=result.widths[step], threads=threads, minimum=minimum
                )
                result.rates[threads][-1].append(rate)

    def as_json(self) -> dict:
        baseline = self.results.get(BASELINE)
        return {
            name: result.as_json(baseline) for name, result in self.results.items()
        } | ({"failures": self.failures} if self.failures else {})
