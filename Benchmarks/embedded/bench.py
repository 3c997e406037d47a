"""Compares the Python package with other embedded vector databases, on this machine, in one run.

    make bench-embedded                          everything
    make bench-embedded ARGS="--short"           10,000 rows, within some minutes
    make bench-embedded GLOSSES=FILE             sentence embeddings from elsewhere
    make bench-embedded ARGS="--libraries martlet vctrs"

Prints Markdown on standard output and its progress on standard error, and writes figures to
--output. README.md beside this file says what is compared with what.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from importlib import metadata
from pathlib import Path

import libraries
import report
from measuring import Bench
from sources import BUSY_SHARE, describe, prepare, read_glosses

REPOSITORY = Path(__file__).resolve().parents[2]
GLOSSES = REPOSITORY.parent / "shared/data/glosses_minilm_f16.npy"
SHORT_ROWS = 10_000


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--glosses", type=Path, default=GLOSSES, help="float16 [rows, 384], .npy")
    parser.add_argument(
        "--libraries", nargs="+", choices=libraries.NAMES, default=list(libraries.NAMES))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--minimum", type=float, default=0.5, help="seconds of one measurement")
    parser.add_argument("--maximum", type=float, default=5, help="seconds of one measurement")
    parser.add_argument("--openings", type=int, default=7)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--short", action="store_true", help="10,000 rows, 2 rounds")
    parser.add_argument("--cache", type=Path, default=REPOSITORY / ".build/bench-embedded")
    parser.add_argument("--scratch", type=Path, help="where data goes; a real disk")
    parser.add_argument("--output", type=Path, help="a folder; results/ in the cache")
    chosen = parser.parse_args()
    if chosen.short:
        chosen.rounds, chosen.minimum, chosen.maximum = 2, 0.1, 1
        chosen.queries, chosen.openings = 300, 3
    chosen.scratch = chosen.scratch or chosen.cache
    chosen.output = chosen.output or chosen.cache / "results"
    return chosen


def main() -> None:
    chosen = options()
    described = {
        name: value for name, value in describe().items()
        if name in ("processor", "kernel", "busy before")
    }
    packages = dict.fromkeys(name.removesuffix("-index") for name in chosen.libraries)
    described |= {package: metadata.version(package) for package in packages}
    if float(described["busy before"].rstrip("%")) > 100 * BUSY_SHARE:
        say(f"other work takes {described['busy before']} of this machine: do not keep the figures")
    if not chosen.glosses.exists():
        raise SystemExit(f"bench: no glosses at {chosen.glosses}: name them with GLOSSES=FILE")
    rows = SHORT_ROWS if chosen.short else None
    folder = chosen.cache / f"glosses-{rows or 'all'}-{chosen.queries}"
    data = prepare(
        folder, "glosses", "cosine", lambda: read_glosses(chosen.glosses), rows, chosen.queries,
        say)
    if "pos=s" not in data.filters:
        raise SystemExit("bench: no glosses_meta.jsonl.gz beside the glosses, for the filter")
    chosen.scratch.mkdir(parents=True, exist_ok=True)
    chosen.output.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        data, chosen.libraries, chosen.scratch, say, rounds=chosen.rounds,
        minimum=chosen.minimum, maximum=chosen.maximum, openings=chosen.openings)
    try:
        bench.run()
    finally:  # what was measured before a failure is not lost
        found = {
            "machine": described, "rows": data.rows, "failures": bench.failures,
            "libraries": {
                name: result.as_json() for name, result in bench.results.items() if result.rates
            },
        }
        (chosen.output / "embedded.json").write_text(json.dumps(found, indent=1) + "\n")
        about = "; ".join(f"{name}: {value}" for name, value in described.items())
        text = f"{data.rows:,} rows of 384 dimensions. {about}.\n\n{report.markdown(found)}\n"
        (chosen.output / "embedded.md").write_text(text)
        print(text)
        say(f"figures are in {chosen.output}")


def end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignored it
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("bench: interrupted") from None
