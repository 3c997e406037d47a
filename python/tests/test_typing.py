"""The package's types: checkers accept the package and its use, and find misuse."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import martlet

PACKAGE = Path(martlet.__file__).parent

USE = '''
import asyncio
from pathlib import Path

import numpy as np

from martlet import AsyncDatabase, Client, Database, MartletError, SearchResult


def tour(folder: Path) -> list[str]:
    with Database(folder, dim=3, metric="cosine", durability="async") as db:
        db.add("a", [1, 2.5, 3], {"n": 1})
        db.upsert("b", np.zeros(3, dtype=np.float32))
        db.add_many(["c"], np.zeros((1, 3)), [None], progress=lambda done, total: None)
        db.add_many(["d"], [(1, 2, 3)])
        found: list[SearchResult] = db.search([1, 2, 3], where_filter={"n": {"$gte": 1}})
        first = found[0]
        name: str = first[0]
        distance: float = first[1]
        metadata = first.metadata or {}
        print(name, distance, metadata["n"], db.stats()["num_vectors"])
        vector, _ = db.get("a")
        print(sum(vector))
        many: list[list[SearchResult]] = db.search_many([[1, 2, 3]], k=1)
        ids, matrix, metadatas = db.to_numpy()
        print(matrix @ matrix.T)
        db.upsert_many(ids, matrix, metadatas)
        db.export_jsonl(folder / "rows.jsonl")
        db.import_jsonl(folder / "rows.jsonl", progress=print)
        Database("http://127.0.0.1:8000/notes").import_arrow(db, metadata=None)
        return [result.id for results in many for result in results]


async def waiting(folder: Path) -> int:
    async with await AsyncDatabase.open(folder) as db:
        await db.add("x", [1, 2, 3])
        return len(await db.search([1, 2, 3])) + db.count({"n": 1})


def collections(folder: str) -> Database:
    try:
        return Client(folder).get_or_create_collection("notes", 3)
    except MartletError as error:
        raise SystemExit(str(error)) from error


asyncio.run(waiting(Path("x")))
'''

MISUSE = '''
from martlet import Database

db = Database("x", dim="three")
db.add(5, [1, 2, 3])
db.search([1, 2, 3], k="ten")
db.search([1, 2, 3])[0].id = "b"
db.stats()["nothing"]
'''


def mypy(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null", *map(str, arguments)],
        capture_output=True, text=True)


def test_mypy_accepts_the_package_and_its_use(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    use = tmp_path / "use.py"
    use.write_text(USE)
    for arguments in [("-p", "martlet"), (use,)]:
        done = mypy(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_finds_misuse(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    misuse = tmp_path / "misuse.py"
    misuse.write_text(MISUSE)
    done = mypy(misuse)
    assert {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line} == {
        4, 5, 6, 7, 8}, done.stdout


def test_pyright_accepts_the_package_and_its_use(tmp_path: Path) -> None:
    pytest.importorskip("pyright")
    use = tmp_path / "use.py"
    use.write_text(USE)
    (tmp_path / "pyrightconfig.json").write_text(
        '{"typeCheckingMode": "strict", "include": ["use.py", "martlet"]}')
    (tmp_path / "martlet").mkdir()
    for path in [*PACKAGE.glob("*.py"), *PACKAGE.glob("*.pyi"), PACKAGE / "py.typed"]:
        (tmp_path / "martlet" / path.name).write_bytes(path.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "-p", str(tmp_path)],
        capture_output=True, text=True, cwd=tmp_path)
    if "error" not in done.stdout and done.returncode:
        pytest.skip(f"pyright cannot run here: {done.stderr[-200:]}")
    assert done.returncode == 0, done.stdout + done.stderr
