"""Export, delete, import, copy, compare: every item comes back as it was, within the memory budget.

The same round as `make bench-transfers`, with fewer items and less memory.
"""

from __future__ import annotations

import sys
from pathlib import Path

from support.server import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "Benchmarks" / "transfers"))

from transfers_run import Round  # noqa: E402 - benchmarks are no package of the suite's


def test_a_table_comes_back_from_its_export_and_from_a_copy(tmp_path: Path) -> None:
    report = Round(tmp_path, items=20_000, budget="64M").run(http_items=500)
    assert report.faults == []
    assert 0 < report.peak_bytes
