"""What the pages show runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Run

PAGES = Path(__file__).parent.parent / "pages"
BLOCKS = [
    (page.name, block)
    for page in sorted(PAGES.glob("*.md"))
    for block in re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    if "Database(" in block
]


def test_the_pages_are_here() -> None:
    if not PAGES.exists():
        pytest.skip("the pages were not copied here")
    assert {name for name, _ in BLOCKS} == {"README.md", "package.md", "python.md"}


@pytest.mark.parametrize("name, block", BLOCKS, ids=[name for name, _ in BLOCKS])
def test_a_pages_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, name: str, block: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(block)
    assert (done.returncode, done.stderr) == (0, "")
    assert "sea" in done.stdout
    again = run(block)
    assert "DuplicateIdError" in again.stderr  # what the first run wrote is there
