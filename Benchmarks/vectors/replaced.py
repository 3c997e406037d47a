"""Our index after every second row was replaced by a new one: recall at default settings beside exact
searches of the same index, and slots beside a fresh build's.
"""

from __future__ import annotations

from collections.abc import Callable

from data_sets import DataSet
from engines import OURS, Engine


def measure(
    data: DataSet, running: dict[str, Engine], say: Callable[[str], None]
) -> dict[str, dict]:
    """Figures by engine."""
    found = {}
    for name in (name for name in OURS if name in running and not name.endswith("-mapped")):
        found[name] = running[name].call(do="replace")
        say(f"{data.name}: {name} with half its rows replaced: {found[name]}")
    return found
