"""Compares the server with redis, nginx and moto, on this machine, in one run.

    make bench-server                        everything but the largest table: about 12 minutes
    make bench-server ARGS="--full"          also a table of 1,000,000 items
    make bench-server ARGS="--quick"         one short round: does it all work?
    make bench-server ARGS="--parts start"   a part alone

Prints Markdown on standard output and its progress on standard error. README.md beside this file
says what is compared with what. Everything that was started is stopped at the end, also on Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import filling
import report
import starting
from comparison import Comparison
from growth import Growth
from servers import Martlet
from signing import check_signer

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = ("start", "compare", "growth")
PROGRAMS = ("wrk", "redis-server", "redis-benchmark", "nginx")
VOLATILE = ("tmpfs", "ramfs")
BUSY_SHARE = 0.1


def say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--server", type=Path, required=True, help="the martlet program")
    parser.add_argument("--moto", type=Path, default=REPOSITORY / ".venv-bench/bin/moto_server")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--items", type=int, default=100_000, help="in the compared table")
    parser.add_argument("--full", action="store_true", help="grow to 1,000,000 items")
    parser.add_argument("--quick", action="store_true", help="1 round of 1 second, 10,000 items")
    parser.add_argument("--memory-budget", default="256M", help="such as 256M")
    parser.add_argument("--scratch", type=Path, help="where data goes; a real disk")
    parser.add_argument("--json", type=Path, help="also write every figure here")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.seconds, chosen.items = 1, 1, 10_000
    return chosen


def file_system(path: Path) -> str:
    return subprocess.run(
        ["df", "--output=fstype", str(path)], capture_output=True, text=True, check=True
    ).stdout.split()[-1]


def scratch_parent(named: Path | None) -> Path:
    """A directory on a disk: where nothing reaches a disk, syncing costs nothing."""
    candidates = [named] if named else [Path(tempfile.gettempdir()), Path("/var/tmp"), REPOSITORY]
    for path in candidates:
        if file_system(path) not in VOLATILE:
            return path
    raise SystemExit(
        f"bench: {', '.join(map(str, candidates))}: not on a disk; name one with --scratch"
    )


def sync_microseconds(directory: Path) -> float:
    """The median time of appending 4 KiB to a file and syncing it, as the servers do."""
    times = []
    with (directory / "sync").open("wb", buffering=0) as file:
        for _ in range(200):
            began = time.perf_counter()
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e6


def busy_share(seconds: float = 2.0) -> float:
    """How much of all processors other work takes, before ours begins."""

    def times() -> tuple[int, int]:
        line = Path("/proc/stat").read_text().splitlines()[0]
        values = [int(word) for word in line.split()[1:]]
        return sum(values), values[3] + values[4]

    total, idle = times()
    time.sleep(seconds)
    later_total, later_idle = times()
    return 1 - (later_idle - idle) / (later_total - total)


def describe_machine(directory: Path) -> dict[str, str]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    busy = busy_share()
    if busy > BUSY_SHARE:
        say(f"other work takes {busy:.0%} of this machine: do not keep these figures")
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr
    return {
        "processor": f"{os.cpu_count()} × {models[0] if models else platform.machine()}",
        "kernel": platform.release(),
        "disk": f"{file_system(directory)}, append and sync of 4 KiB "
        f"{sync_microseconds(directory):.0f} µs",
        "busy before": f"{busy:.0%}",
        "redis": redis.split("v=")[1].split()[0] if "v=" in redis else "?",
        "nginx": nginx.partition("/")[2].strip(),
    }


def budget_bytes(text: str) -> int:
    digits = text.rstrip("KMGiB")
    return int(digits) << {"": 0, "K": 10, "M": 20, "G": 30}[text[len(digits) :][:1]]


def main() -> None:
    chosen = options()
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise SystemExit(f"bench: missing {', '.join(missing)}; run scripts/bootstrap bench")
    if not os.access(chosen.server, os.X_OK):
        raise SystemExit(f"bench: no server at {chosen.server}; run make build")
    moto = chosen.moto if chosen.moto.exists() else None
    if moto is None and "compare" in chosen.parts:
        say(f"no moto at {chosen.moto}: left out")
    check_signer()

    with ExitStack() as stack:
        parent = scratch_parent(chosen.scratch)
        directory = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="martlet-bench-", dir=parent))
        )
        machine = describe_machine(directory)
        sections = []
        startings: dict[str, starting.Starting] = {}
        comparison = growth = None
        loaded = directory / "loaded"
        common = {"binary": chosen.server.resolve(), "budget": chosen.memory_budget}

        if "start" in chosen.parts or "compare" in chosen.parts:
            say(f"loading {chosen.items:,} items")
            server = Martlet(common["binary"], loaded, common["budget"], verifies=True)
            stack.callback(server.stop)
            filling.create_table(server.port)
            filling.load(server.port, chosen.items)
            server.settle(30)
            server.stop()
            machine["martlet"] = server.version
        if "start" in chosen.parts:
            say("starting and stopping")
            startings["empty"] = starting.measure(
                **common, directory=lambda number: directory / f"empty-{number}"
            )
            startings[f"{chosen.items:,} items"] = starting.measure(
                **common, directory=lambda _: loaded
            )
            sections.append(report.starting_markdown(startings))
        if "compare" in chosen.parts:
            with ExitStack() as running:
                comparison = Comparison(
                    running, directory, **common, loaded=loaded, moto=moto,
                    items=chosen.items, seconds=chosen.seconds, say=say,
                )
                comparison.run(chosen.rounds)
            sections.insert(0, report.comparison_markdown(comparison))
        if "growth" in chosen.parts:
            sizes = [10_000, 100_000] + [1_000_000] * chosen.full
            growth = Growth(
                stack, directory, **common, sizes=sizes, seconds=chosen.seconds, say=say
            )
            growth.run(chosen.rounds)
            text = chosen.memory_budget
            sections.append(report.growth_markdown(growth, text, budget_bytes(text)))

        machine_text = "; ".join(f"{name}: {value}" for name, value in machine.items())
        how = (
            f"{chosen.rounds} interleaved rounds of {chosen.seconds} s; "
            f"{chosen.items:,} items of 300 bytes; memory budget {chosen.memory_budget}"
        )
        print("\n\n".join([f"{how}.", f"{machine_text}.", *sections]))
        if chosen.json:
            figures = report.as_json(machine, comparison, startings, growth)
            chosen.json.write_text(json.dumps(figures, indent=1) + "\n")


def end(number: int, _: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell ignored it
    try:
        main()
    except KeyboardInterrupt:
        raise SystemExit("bench: interrupted") from None
