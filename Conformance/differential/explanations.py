"""differences.toml: every way in which another server answers other than ours, and why that is right."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from differential.comparing import Difference

FILE = Path(__file__).parent / "differences.toml"


@dataclass(frozen=True)
class Explanation:
    name: str
    pattern: re.Pattern[str]
    #: Why ours is right, in a sentence.
    reason: str
    #: The page of AWS's documentation that decides, or what else does.
    source: str

    def explains(self, difference: Difference) -> bool:
        return self.pattern.search(difference.line()) is not None


def explanations() -> list[Explanation]:
    entries = tomllib.loads(FILE.read_text())["difference"]
    found = [
        Explanation(entry["name"], re.compile(entry["pattern"]), entry["reason"], entry["source"])
        for entry in entries
    ]
    assert len({each.name for each in found}) == len(found), "two explanations have one name"
    return found


def sort_out(
    differences: list[Difference],
) -> tuple[list[Difference], dict[str, int]]:
    """The differences that nothing explains, and how many each explanation does; the first counts."""
    known = explanations()
    counts = {each.name: 0 for each in known}
    unexplained = []
    for difference in differences:
        for each in known:
            if each.explains(difference):
                counts[each.name] += 1
                break
        else:
            unexplained.append(difference)
    return unexplained, counts
