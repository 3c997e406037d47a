"""Imports a table, exports it, deletes it, imports the export, copies it to another server and back, and
compares; says rates and memory.

    make bench-transfers                          1,000,000 items
    make bench-transfers ARGS="--items 200000"    fewer
    make bench-transfers ARGS="--memory-budget 64M"

Prints Markdown on standard output and its progress on standard error. README.md beside this file says
what is measured and against what. Exits with 1 when an item is missing or changed, or when a process
had more memory than its budget allows.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Conformance"))

from transfers_run import Round  # noqa: E402 - it imports the suite, which is on the path now


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--server", type=Path, required=True, help="the martlet program")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--memory-budget", default="256M", help="such as 256M")
    parser.add_argument("--http-items", type=int, default=20_000, help="put by BatchWriteItem")
    parser.add_argument("--scratch", type=Path, help="where data goes; a real disk")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    os.environ["MARTLET_BIN"] = str(chosen.server.resolve())
    folder = Path(tempfile.mkdtemp(prefix="martlet-transfers-", dir=chosen.scratch))
    try:
        done = Round(folder, chosen.items, chosen.memory_budget, say=say).run(chosen.http_items)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, {chosen.items:,} items, "
          f"memory budget {chosen.memory_budget}\n")
    print(done.markdown())
    if done.faults:
        sys.exit("; ".join(done.faults))


if __name__ == "__main__":
    main()
