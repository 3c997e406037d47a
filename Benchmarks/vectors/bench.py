"""Compares our vector index with others, on this machine, in one run.

    make bench-vectors                           everything: about an hour
    make bench-vectors ARGS="--short"            10,000 rows of each set, within two minutes
    make bench-vectors GLOSSES=FILE              sentence embeddings from elsewhere
    make bench-vectors ARGS="--engines hnswlib martlet-int4 --sets glosses"
    make bench-vectors ARGS="--parts stores"     a part alone

Prints Markdown on standard output and its progress on standard error, and writes figures and curves
to --output. README.md beside this file says what is compared with what.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import data_sets
import durable
import machine
import replaced
import svg
import tables
import wire
from engines import OURS, PEERS
from filters import Filters
from sweep import Sweep

REPOSITORY = Path(__file__).resolve().parents[2]
GLOSSES = REPOSITORY.parent / "shared/data/glosses_minilm_f16.npy"
SETS = ("glosses", "fashion-mnist")
PARTS = ("search", "filters", "replaced", "wire", "stores")
SHORT_ROWS = 10_000
SHORT_ENGINES = (
    *OURS, "hnswlib", "faiss", "rabitqlib-symqg", "usearch", "zvec",
)


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--driver", type=Path, help="the program that drives our own index")
    parser.add_argument("--server", type=Path, help="the martlet program")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--scratch", type=Path, help="where data goes; a real disk")
    parser.add_argument("--glosses", type=Path, default=GLOSSES, help="float16 [rows, 384], .npy")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--engines", nargs="+", choices=OURS + PEERS, default=list(OURS + PEERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minimum", type=float, default=0.3, help="seconds of one measurement")
    parser.add_argument("--seconds", type=int, default=3, help="of one measurement by wrk")
    parser.add_argument("--builds", type=int, default=1, help="the fastest of so many counts")
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--short", action="store_true", help="10,000 rows, 2 rounds, fewer engines")
    parser.add_argument("--cache", type=Path, default=REPOSITORY / ".build/bench-vectors")
    parser.add_argument("--output", type=Path, help="a folder; results/ in the cache")
    chosen = parser.parse_args()
    if chosen.short:
        chosen.rounds, chosen.minimum, chosen.queries, chosen.seconds = 2, 0.03, 300, 1
        chosen.engines = [name for name in chosen.engines if name in SHORT_ENGINES]
    if chosen.driver is None:
        chosen.engines = [name for name in chosen.engines if name not in OURS]
    chosen.scratch = chosen.scratch or chosen.cache
    chosen.output = chosen.output or chosen.cache / "results"
    return chosen


def prepare(chosen: argparse.Namespace) -> list[data_sets.DataSet]:
    found = []
    rows = SHORT_ROWS if chosen.short else None
    for name in chosen.sets:
        folder = chosen.cache / f"{name}-{rows or 'all'}-{chosen.queries}"
        if name == "glosses":
            if not chosen.glosses.exists():
                say(f"no glosses at {chosen.glosses}: left out; name them with GLOSSES=FILE")
                continue
            metric, read = "cosine", lambda: data_sets.read_glosses(chosen.glosses)
        else:
            if not data_sets.FASHION.exists():
                say(f"no {data_sets.FASHION}: left out; run scripts/bootstrap bench-vectors")
                continue
            metric, read = "euclidean", data_sets.read_fashion
        found.append(data_sets.prepare(folder, name, metric, read, rows, chosen.queries, say))
    if not found:
        raise SystemExit("bench: no data")
    return found


def search(chosen: argparse.Namespace, data: data_sets.DataSet) -> dict:
    """Figures of all engines on one set. They have ended when this returns."""
    about = dataclasses.asdict(data)
    about.pop("folder")
    found: dict = {"about": about}
    with ExitStack() as stack:
        sweep = Sweep(stack, data, chosen.driver, say)
        sweep.build(chosen.engines, chosen.threads, chosen.builds)
        if "search" in chosen.parts:
            sweep.measure(chosen.rounds, chosen.threads, chosen.minimum)
        found["engines"] = sweep.as_json()
        if "filters" in chosen.parts and data.filters:
            filters = Filters(data, sweep.running, say)
            filters.find_widths()
            filters.measure(chosen.rounds, chosen.minimum)
            found["filters"] = filters.as_json()
        if "replaced" in chosen.parts:
            found["replaced"] = replaced.measure(data, sweep.running, say)
    return found


def measure(chosen: argparse.Namespace, report: dict) -> None:
    """Fills the report, part by part."""
    sets = {data.name: data for data in prepare(chosen)}
    for data in sets.values():
        if {"search", "replaced"} & set(chosen.parts) or (
            "filters" in chosen.parts and data.filters
        ):
            report["sets"][data.name] = search(chosen, data)
    chosen.scratch.mkdir(parents=True, exist_ok=True)
    glosses = sets.get("glosses")
    if glosses and "wire" in chosen.parts and chosen.server and chosen.driver:
        report["wire"] = wire.measure(
            glosses, chosen.server, chosen.driver, chosen.rounds, chosen.seconds, chosen.scratch,
            say,
        )
    if glosses and "stores" in chosen.parts:
        report["stores"] = durable.measure(
            glosses, chosen.server, chosen.rounds, chosen.scratch, say
        )


def write(chosen: argparse.Namespace, report: dict) -> None:
    """The report as JSON, Markdown and curves, and on standard output."""
    chosen.output.mkdir(parents=True, exist_ok=True)
    (chosen.output / "vectors.json").write_text(json.dumps(report, indent=1) + "\n")
    if "search" in chosen.parts:
        for threads in chosen.threads:
            drawing = svg.drawing(report, threads)
            (chosen.output / f"vectors-{threads}.svg").write_text(drawing)
    about = "; ".join(f"{name}: {value}" for name, value in report["machine"].items())
    text = f"{chosen.rounds} interleaved rounds. {about}.\n\n{tables.markdown(report)}\n"
    (chosen.output / "vectors.md").write_text(text)
    print(text)
    say(f"figures and curves are in {chosen.output}")


def main() -> None:
    chosen = options()
    described = machine.describe()
    if float(described["busy before"].rstrip("%")) > 100 * machine.BUSY_SHARE:
        say(f"other work takes {described['busy before']} of this machine: do not keep the figures")
    report: dict = {"machine": described, "threads": chosen.threads, "sets": {}}
    try:
        measure(chosen, report)
    finally:  # what was measured before a failure is not lost
        write(chosen, json.loads(json.dumps(report)))


def end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignored it
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("bench: interrupted") from None
