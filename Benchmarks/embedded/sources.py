"""What this benchmark has in common with the vector benchmark beside it: data, curves, machine."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "vectors"))

from curves import at_recall, spread
from data_sets import DataSet, Judge, open_set, prepare, read_glosses
from machine import BUSY_SHARE, busy_share, describe

__all__ = [
    "BUSY_SHARE", "DataSet", "Judge", "at_recall", "busy_share", "describe", "open_set", "prepare",
    "read_glosses", "spread",
]
