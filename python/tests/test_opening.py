"""Opening: what `Database(path, …)` makes, finds and refuses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from conftest import Place

import martlet
from martlet import Client, Database


def test_a_folder_and_its_parents_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c"
    db = Database(path, dim=3)
    assert path.is_dir()
    assert (db.dim, db.metric, len(db)) == (3, "cosine", 0)
    assert (db.quantized_search, db.deleted_count, db.total_slots) == (False, 0, 0)


def test_what_is_there_is_opened_with_its_own_settings(folder: Path) -> None:
    db = Database(str(folder), 3, "dot", 8, 50, True)
    db.add("a", [1, 2, 3])
    db.close()
    db = Database(folder)
    assert (db.dim, db.metric, db.quantized_search) == (3, "dot_product", True)
    db.close()
    db = Database(folder, dim=77, metric="l2", m=1, ef_construction=0, quantize=False)
    assert (db.dim, db.metric, db.quantized_search, db.ids()) == (3, "dot_product", True, ["a"])
    assert Database(folder, dim=0).dim == 3


def test_an_unknown_metric_is_refused_also_for_what_is_there(folder: Path) -> None:
    for metric in ["Cosine", "manhattan", "", "L2", "cosine "]:
        with pytest.raises(ValueError, match="metric"):
            Database(folder, dim=3, metric=metric)
    assert not folder.exists()
    Database(folder, dim=3)
    with pytest.raises(ValueError, match="metric"):
        Database(folder, metric="COSINE")


@pytest.mark.parametrize(
    "given, name",
    [(None, "cosine"), ("cosine", "cosine"), ("euclidean", "euclidean"), ("l2", "euclidean"),
     ("dot", "dot_product"), ("dot_product", "dot_product")])
def test_metrics_have_two_names(folder: Path, given: str | None, name: str) -> None:
    assert Database(folder, dim=3, metric=given).metric == name


def test_without_anything_dim_is_asked_for(folder: Path) -> None:
    with pytest.raises(ValueError, match="dim"):
        Database(folder)
    assert not folder.exists()
    folder.mkdir()
    with pytest.raises(ValueError, match="dim"):
        Database(folder)
    assert Database(folder, dim=2).dim == 2


def test_a_file_is_refused(folder: Path) -> None:
    folder.write_text("hello")
    for dim in [None, 3]:
        with pytest.raises(ValueError, match=str(folder)):
            Database(folder, dim=dim)
    assert folder.read_text() == "hello"


def test_another_programs_folder_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=str(folder)):
        Database(folder, dim=3)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    # /proc takes no folders from anybody, root included.
    with pytest.raises(ValueError, match="/proc/nothing"):
        Database("/proc/nothing/here", dim=3)
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    if os.access(locked, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(ValueError, match="locked"):
        Database(locked / "database", dim=3)


@pytest.mark.parametrize(
    "arguments", [{"dim": 0}, {"dim": -1}, {"dim": 3, "m": 1}, {"dim": 3, "m": 0},
                  {"dim": 3, "m": -5}, {"dim": 3, "ef_construction": 0}, {"dim": 1 << 40},
                  {"dim": 3, "durability": "maybe"}])
def test_settings_outside_their_ranges_are_refused(folder: Path, arguments: dict[str, Any]) -> None:
    with pytest.raises((ValueError, OverflowError)):
        Database(folder, **arguments)
    assert not folder.exists()


@pytest.mark.parametrize(
    "arguments", [{"dim": "3"}, {"dim": 3.0}, {"dim": 3, "metric": 1}, {"dim": 3, "m": "a"},
                  {"dim": 3, "durability": None}, {"dimension": 3}])
def test_settings_of_wrong_types_are_type_errors(folder: Path, arguments: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Database(folder, **arguments)
    assert not folder.exists()


def test_paths_are_text_bytes_or_path_like(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    db = Database("vögel 🐦", dim=3)
    db.add("a", [1, 2, 3])
    assert Database(tmp_path / "vögel 🐦").ids() == ["a"]
    assert Database(os.fsencode(tmp_path / "vögel 🐦")).ids() == ["a"]  # type: ignore[arg-type]
    for path in [None, 5, ["a"]]:
        with pytest.raises(TypeError):
            Database(path, dim=3)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        Database("a\0b", dim=3)


def test_asynchronous_durability_is_there_for_the_asking(folder: Path) -> None:
    db = Database(folder, dim=3, durability="async")
    db.add("a", [1, 2, 3])
    db.save()
    db.close()
    assert Database(folder, durability="sync").ids() == ["a"]
    with Client(folder, durability="async") as client:
        assert client.list_collections() == ["vectors"]


def test_a_closed_database_says_so(abc: Database, place: Place) -> None:
    abc.close()
    abc.close()
    for call in [
        lambda: abc.add("d", [1, 2, 3]), lambda: abc.search([1, 2, 3]), lambda: len(abc),
        lambda: abc.save(), lambda: abc.ids(), lambda: abc.stats(), lambda: "a" in abc,
        lambda: abc.quantized_search,
    ]:
        with pytest.raises(martlet.ClosedError, match="closed"):
            call()
    assert sorted(Database(place).ids()) == ["a", "b", "c"]


def test_subclasses_are_databases(folder: Path) -> None:
    class Notes(Database):
        def titles(self) -> list[str]:
            return sorted(self)

    with Notes(folder, dim=3) as notes:
        notes.add("a", [1, 2, 3])
        assert notes.titles() == ["a"]
        assert isinstance(notes, Database)


def test_every_error_is_a_value_error() -> None:
    errors = [value for name, value in vars(martlet).items() if name.endswith("Error")]
    assert len(errors) == 16
    for error in errors:
        assert issubclass(error, martlet.MartletError)
        assert issubclass(error, ValueError)
        assert error.__module__ == "martlet"
        assert error.__doc__


def test_the_version_is_that_of_the_library() -> None:
    from importlib.metadata import version

    assert martlet.__version__ == version("martlet")


def test_importing_loads_nothing_large(run: Any) -> None:
    program = """
import sys
from martlet import AsyncDatabase, Client, Database, SearchResult
print([name for name in ("asyncio", "json", "numpy", "threading", "boto3") if name in sys.modules])
"""
    assert run(program).stdout == "[]\n"


def test_nothing_is_printed(run: Any, folder: Path) -> None:
    program = """
import sys
from martlet import Database
with Database(sys.argv[1], dim=3) as db:
    db.add('a', [1, 2, 3])
    db.search([1, 2, 3])
"""
    done = run(program, folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
