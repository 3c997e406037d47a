"""Durable insertion with the index kept, and opening, beside other databases in files.

Every store is loaded with most of the rows, and then takes rows in rounds that are interleaved
among the stores: one row to a write, 25 rows to a write, and for ours also with several writers.
After the last round each brings its index up to date, which is timed, too: a store that indexes
only then inserts faster and searches slower meanwhile. Ours has done when its process rests, which
takes half a second to see. Then each is closed and opened
several times, each time in a new process, up to the first answer.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from curves import spread
from data_sets import DataSet
from engines import HERE, EngineFailed
from stores import INDEXED_LATER, STORES

OPENINGS = 5
# Rows to a write, writers, and rows a round.
FORMS = {
    "1 a write": (1, 1, 100),
    "25 a write": (25, 1, 500),
    "25 a write, 8 writers": (25, 8, 1_000),
}
OURS = "martlet"


@dataclasses.dataclass
class Stored:
    load_seconds: float = 0.0
    index_seconds: float = 0.0
    rates: dict[str, list[float]] = dataclasses.field(default_factory=dict)
    openings: list[float] = dataclasses.field(default_factory=list)


class RunningStore:
    def __init__(self, name: str, folder: Path, data: DataSet, server: Path) -> None:
        self.name = name
        command = [sys.executable, str(HERE / "store_worker.py"), name, str(folder)]
        self.process = subprocess.Popen(
            [*command, str(data.folder), str(server)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )

    def call(self, do: str, **command: object) -> float:
        """Seconds."""
        try:
            self.process.stdin.write(json.dumps({"do": do, **command}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            raise EngineFailed(f"{self.name} failed to {do}")
        return json.loads(line)["seconds"]

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


def measure(
    data: DataSet, server: Path | None, rounds: int, scratch: Path, say: Callable[[str], None]
) -> dict:
    """`scratch`: where data goes; a real disk. Without a server ours is left out."""
    names = [name for name in STORES if server or name != OURS]
    results: dict[str, Stored] = {}
    failures: dict[str, str] = {}
    total = data.rows + data.queries
    inserted = rounds * sum(rows for _, _, rows in FORMS.values())
    with ExitStack() as stack:
        folder = Path(stack.enter_context(
            tempfile.TemporaryDirectory(prefix="bench-stores-", dir=scratch)
        ))
        running: dict[str, RunningStore] = {}
        for name in names:
            store = RunningStore(name, folder, data, server or Path())
            stack.callback(store.stop)
            try:
                results[name] = Stored(load_seconds=store.call("load", count=total - inserted))
                running[name] = store
                say(f"{name}: {total - inserted:,} rows loaded: {results[name].load_seconds:.1f} s")
            except EngineFailed as failure:
                failures[name] = str(failure)
                say(str(failure))
        start = total - inserted
        for number in range(rounds):
            for form, (batch, writers, count) in FORMS.items():
                for name in list(running)[:: -1 if number % 2 else 1]:
                    if writers > 1 and name != OURS:
                        continue
                    seconds = running[name].call(
                        "insert", start=start, count=count, batch=batch, writers=writers
                    )
                    results[name].rates.setdefault(form, []).append(count / seconds)
                start += count
            say(f"stores: round {number + 1}")
        for name, store in running.items():
            results[name].index_seconds = store.call("index")
            store.call("close")
            store.stop()
        for number in range(OPENINGS):
            for name in running:
                store = RunningStore(name, folder, data, server or Path())
                stack.callback(store.stop)
                results[name].openings.append(store.call("first", query=number))
                store.stop()
    return {
        "rows": total,
        "indexed_later": list(INDEXED_LATER),
        "failures": failures,
        "stores": {
            name: dataclasses.asdict(result) | {
                "per_second": {form: spread(rates) for form, rates in result.rates.items()},
                "opening": spread(result.openings) if result.openings else None,
            }
            for name, result in results.items()
        },
    }
