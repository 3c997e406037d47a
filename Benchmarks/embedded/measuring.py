"""Every library in turn: loading, writing, opening, then searching in rounds that are interleaved,
so that what else the machine does falls on all of them."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from libraries import K
from sources import DataSet, Judge, at_recall, spread

HERE = Path(__file__).resolve().parent
FILTER = "pos=s"
WIDTHS = (10, 14, 20, 28, 40, 56, 80, 113, 160, 226, 320, 453, 640, 905, 1280)
TARGET = 0.95
ENOUGH = 0.99
WRITE_ROWS = 1_000


class LibraryFailed(Exception):
    pass


class Running:
    """A library's process."""

    def __init__(self, name: str, folder: Path, data: DataSet) -> None:
        self.name = name
        self.answers = folder / "answers"
        kept = folder / "data"
        kept.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "library_worker.py"), name, str(kept), str(data.folder)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def call(self, do: str, **command: object) -> dict:
        try:
            self.process.stdin.write(json.dumps({"do": do, **command}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            raise LibraryFailed(f"{self.name} failed to {do}")
        return json.loads(line)

    def search(self, width: int | None, value: str | None, minimum: float, maximum: float):
        """Queries a second, and answers."""
        answer = self.call(
            "search", width=width, value=value, minimum=minimum, maximum=maximum,
            answers=str(self.answers))
        found = np.frombuffer(self.answers.read_bytes(), np.int32).reshape(-1, K)
        return answer["queries"] / answer["seconds"], found

    def stop(self) -> None:
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@dataclasses.dataclass
class Measured:
    load_rate: float = 0.0
    write_rates: list[float] = dataclasses.field(default_factory=list)
    disk_bytes: int = 0
    openings: list[float] = dataclasses.field(default_factory=list)
    anonymous: int = 0
    mapped: int = 0
    widths: list[int | None] = dataclasses.field(default_factory=list)
    recalls: list[float] = dataclasses.field(default_factory=list)
    rates: list[list[float]] = dataclasses.field(default_factory=list)  # by round and width
    filter_width: int | None = None
    filter_recall: float = 0.0
    filter_rates: list[float] = dataclasses.field(default_factory=list)

    @property
    def at_target(self) -> list[float]:
        """Queries a second in each round; none when the recall is not reached."""
        found = [at_recall(TARGET, self.recalls, rates) for rates in self.rates]
        return [rate for rate in found if rate is not None]

    def as_json(self) -> dict:
        found = dataclasses.asdict(self)
        for name, values in (
            ("write", self.write_rates), ("open", self.openings), ("filter", self.filter_rates),
            ("search", self.at_target),
        ):
            found[f"{name}_spread"] = spread(values) if values else None
        if self.widths:
            own = self.widths.index(None)
            found["own_width"] = {
                "recall": self.recalls[own], **spread([rates[own] for rates in self.rates])}
        return found


def disk_bytes(folder: Path) -> int:
    return sum(
        os.stat(f"{directory}/{name}").st_blocks * 512
        for directory, _, names in os.walk(folder) for name in names)


class Bench:
    def __init__(
        self, data: DataSet, names: list[str], scratch: Path, say: Callable[[str], None],
        *, rounds: int, minimum: float, maximum: float, openings: int,
    ) -> None:
        self.data, self.names, self.say = data, names, say
        self.rounds, self.minimum, self.maximum = rounds, minimum, maximum
        self.opening_count = openings
        self.judge = Judge(data)
        self.results: dict[str, Measured] = {}
        self.failures: dict[str, str] = {}
        self.scratch = scratch

    def run(self) -> None:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(
                tempfile.TemporaryDirectory(prefix="bench-embedded-", dir=self.scratch)))
            searched: dict[str, Running] = {}
            for name in self.names:
                try:
                    result = self.fill(name, folder / name, stack)
                    searched[name] = self.reopen(name, folder / name, stack, result)
                    self.results[name] = result
                except LibraryFailed as failure:
                    self.failures[name] = str(failure)
                    self.say(str(failure))
            self.choose_widths(searched)
            for number in range(self.rounds):
                self.round(searched, number)
                self.say(f"round {number + 1} of {self.rounds}")
            for name, running in searched.items():
                memory = running.call("memory")
                self.results[name].anonymous = memory["anonymous"]
                self.results[name].mapped = memory["mapped"]

    def fill(self, name: str, folder: Path, stack: ExitStack) -> Measured:
        """Most rows at once, the rest by a thousand; durable and in the index both times."""
        result = Measured()
        running = Running(name, folder, self.data)
        stack.callback(running.stop)
        writes = min(10, self.data.rows // (2 * WRITE_ROWS))
        count = self.data.rows - writes * WRITE_ROWS
        result.load_rate = count / running.call("load", count=count)["seconds"]
        for start in range(count, self.data.rows, WRITE_ROWS):
            seconds = running.call("write", start=start, count=WRITE_ROWS)["seconds"]
            result.write_rates.append(WRITE_ROWS / seconds)
        running.call("close")
        running.stop()
        result.disk_bytes = disk_bytes(folder / "data")
        self.say(f"{name}: {result.load_rate:,.0f} rows a second")
        return result

    def reopen(self, name: str, folder: Path, stack: ExitStack, result: Measured) -> Running:
        for number in range(self.opening_count):
            running = Running(name, folder, self.data)
            stack.callback(running.stop)
            result.openings.append(running.call("open", query=number)["seconds"])
            if number + 1 < self.opening_count:
                running.call("close")
                running.stop()
        return running

    def choose_widths(self, searched: dict[str, Running]) -> None:
        """Those that are needed to see recall come to 0.99, and the least that filtered searches
        need for 0.95."""
        from libraries import make

        value = FILTER.partition("=")[2]
        for name, running in searched.items():
            result = self.results[name]
            has_width = make(name, Path(), np.empty((0, 1)), []).has_width
            for width in (None, *(WIDTHS if has_width else ())):
                _, found = running.search(width, None, 0, self.maximum)
                result.widths.append(width)
                result.recalls.append(self.judge.recall(found))
                if width is not None and result.recalls[-1] >= ENOUGH:
                    break
            for width in (*(WIDTHS if has_width else ()), None):
                _, found = running.search(width, value, 0, self.maximum)
                recall = self.judge.recall(found, FILTER)
                if recall > result.filter_recall:
                    result.filter_width, result.filter_recall = width, recall
                if recall >= TARGET:
                    break
            self.say(
                f"{name}: recall {result.recalls[0]:.3f} by default, filtered "
                f"{result.filter_recall:.3f}")

    def round(self, searched: dict[str, Running], number: int) -> None:
        names = list(searched)[:: -1 if number % 2 else 1]
        rates: dict[str, list[float]] = {name: [] for name in names}
        for step in range(len(WIDTHS) + 1):
            for name in names:
                result = self.results[name]
                if step < len(result.widths):
                    rate, _ = searched[name].search(
                        result.widths[step], None, self.minimum, self.maximum)
                    rates[name].append(rate)
        for name in names:
            result = self.results[name]
            result.rates.append(rates[name])
            rate, _ = searched[name].search(
                result.filter_width, FILTER.partition("=")[2], self.minimum, self.maximum)
            result.filter_rates.append(rate)
