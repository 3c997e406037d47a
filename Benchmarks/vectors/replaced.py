"""Our index after every second row was replaced: recall at default settings, and slots used, beside
a fresh build of the same rows.
"""

from __future__ import annotations

from collections.abc import Callable

from data_sets import DataSet, Judge
from engines import OURS, Engine


def measure(
    data: DataSet, running: dict[str, Engine], say: Callable[[str], None]
) -> dict[str, dict]:
    """Figures by engine; the engines hold the replaced rows' index afterwards."""
    judge = Judge(data)
    found = {}
    for name in (name for name in OURS if name in running and not name.endswith("-mapped")):
        engine = running[name]
        fresh = judge.recall(engine.answers(ef=0))
        answer = engine.call(do="replace")
        found[name] = {
            "recall fresh": fresh,
            "recall": judge.recall(engine.answers(ef=0)),
            "slots": answer["slots"] / answer["freshSlots"],
            "replaced per second": data.rows / 2 / answer["seconds"],
        }
        say(f"{data.name}: {name} with half its rows replaced: {found[name]}")
    return found
