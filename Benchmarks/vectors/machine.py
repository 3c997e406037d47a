"""What this machine is, and whether it is at rest: figures from a busy one mean little."""

from __future__ import annotations

import os
import platform
import time
from importlib import metadata
from pathlib import Path

BUSY_SHARE = 0.1
PACKAGES = ("hnswlib", "faiss-cpu", "rabitqlib", "usearch", "zvec", "lancedb", "sqlite-vec")


def busy_share(seconds: float = 2.0) -> float:
    """How much of all processors other work takes."""

    def times() -> tuple[int, int]:
        line = Path("/proc/stat").read_text().splitlines()[0]
        values = [int(word) for word in line.split()[1:]]
        return sum(values), values[3] + values[4]

    total, idle = times()
    time.sleep(seconds)
    later_total, later_idle = times()
    return 1 - (later_idle - idle) / (later_total - total)


def describe() -> dict[str, str]:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    installed = {}
    for package in PACKAGES:
        try:
            installed[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return {
        "processor": f"{os.cpu_count()} × {models[0] if models else platform.machine()}",
        "kernel": platform.release(),
        "busy before": f"{busy_share():.0%}",
    } | installed
