"""Rows out and in: JSON Lines, NumPy, Arrow. With Arrow's libraries: adapter_tests."""

from __future__ import annotations

import gc
import json
import os
import threading
from pathlib import Path

import numpy
import pytest
from conftest import Place, contents

import martlet
from martlet import Database


def filled(place: Place, count: int = 300, dim: int = 4096) -> Database:
    """More rows than one batch has, some with metadata."""
    db = Database(place, dim=dim, metric="euclidean")
    vectors = numpy.random.default_rng(5).normal(size=(count, dim)).astype("f4")
    db.add_many(
        [f"ü{n}" for n in range(count)], vectors,
        [{"n": n, "half": n / 2} if n % 3 else None for n in range(count)])
    return db


def test_lines_are_rows(abc: Database, tmp_path: Path) -> None:
    abc.upsert("a", [0.1, 1e-10, 16777216], {"ä": [1, None], "z": 1.0, "b": {}})
    abc.add("d", [0, 0, 0], {})
    path = tmp_path / "out.jsonl"
    assert abc.export_jsonl(path) is None  # type: ignore[func-returns-value]
    rows = {row["id"]: row for row in map(json.loads, path.read_text().splitlines())}
    assert list(rows["a"]) == ["id", "vector", "metadata"]
    assert rows["a"]["vector"] == [0.1, 1e-10, 16777216]
    assert json.dumps(rows["a"]["metadata"]) == '{"\\u00e4": [1, null], "z": 1.0, "b": {}}'
    assert rows["c"] == {"id": "c", "vector": [3, 0, 0]}
    assert rows["d"]["metadata"] == {}
    assert [entry.name for entry in tmp_path.iterdir() if "out" in entry.name] == ["out.jsonl"]


def test_lines_come_back(abc: Database, tmp_path: Path) -> None:
    abc.upsert("b", [9, 9, 9], {"z": 1, "a": 1.0})
    path = str(tmp_path / "out.jsonl")
    abc.export_jsonl(path)
    other = Database(tmp_path / "other", dim=3, metric="cosine")
    other.add_many(["a", "x"], [[5, 5, 5]] * 2, [{"old": True}] * 2)
    told: list[int] = []
    other.import_jsonl(path, progress=told.append)
    assert told[-1] == 3
    assert contents(other) == contents(abc) | {"x": ([5, 5, 5], {"old": True})}
    assert json.dumps(other.get("b")[1]) == '{"z": 1, "a": 1.0}'


def test_what_other_programs_write_is_read(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    rows = [{"vector": [1, 2.5, -3e2], "id": "a", "metadata": {"k": [1, " "]}, "more": 1},
            {"id": "b", "vector": [1, 2, 3], "metadata": None}]
    path.write_text("\n\n".join(json.dumps(row) for row in rows))
    db.import_jsonl(path)
    assert contents(db) == {"a": ([1, 2.5, -300], {"k": [1, " "]}), "b": ([1, 2, 3], None)}


@pytest.mark.parametrize("line", [
    "no json", "[]", '{"id": "x"}', '{"vector": [1, 2, 3]}', '{"id": 1, "vector": [1, 2, 3]}',
    '{"id": "x", "vector": [1, 2, "3"]}', '{"id": "x", "vector": [1, 2, 3], "metadata": []}',
    '{"id": "x", "vector": [1, 2, 1e39]}', '{"id": "x", "vector": [1, 2, 3]} 1'])
def test_a_bad_line_is_named_and_changes_nothing(db: Database, tmp_path: Path, line: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "a", "vector": [1, 2, 3]}\n' + line)
    with pytest.raises(martlet.FileError, match=r"in\.jsonl.* line 2"):
        db.import_jsonl(path)
    path.write_text('{"id": "a", "vector": [1, 2, 3]}\n{"id": "b", "vector": [1]}')
    with pytest.raises(martlet.DimensionError):
        db.import_jsonl(path)
    assert len(db) == 0


def test_files_that_are_not_there(abc: Database, tmp_path: Path) -> None:
    with pytest.raises(martlet.FileError, match="nowhere"):
        abc.import_jsonl(tmp_path / "nowhere" / "in")
    with pytest.raises(martlet.FileError, match="nowhere"):
        abc.export_jsonl(tmp_path / "nowhere" / "out")


def test_lines_go_through_a_pipe(abc: Database, tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    text = '{"id": "p", "vector": [1, 2, 3]}\n'
    writer = threading.Thread(target=path.write_text, args=(text,))
    writer.start()
    abc.import_jsonl(path)
    writer.join()
    assert abc.get("p") == ([1, 2, 3], None)


def test_numpy_has_all_rows(place: Place) -> None:
    db = filled(place)
    ids, vectors, metadata = db.to_numpy()
    assert vectors.dtype == numpy.float32
    assert vectors.shape == (300, 4096)
    assert vectors.flags.c_contiguous and vectors.flags.writeable
    assert sorted(ids) == sorted(db.ids())
    for row in range(0, len(ids), 37):
        vector, value = db.get(ids[row])
        assert vectors[row].tolist() == vector
        assert metadata[row] == value
    db.delete_many(ids[5:])
    db.upsert_many(ids, vectors, metadata)
    assert len(db) == 300


def test_numpy_of_an_empty_database(db: Database) -> None:
    ids, vectors, metadata = db.to_numpy()
    assert (ids, metadata, vectors.shape) == ([], [], (0, 3))
    assert vectors.dtype == numpy.float32


def test_numpy_is_of_one_moment(folder: Path) -> None:
    db = filled(folder, 50, 8)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            db.add_many(["x", "y"], numpy.ones((2, 8)))
            db.delete_many(["x", "y"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(20):
            ids, vectors, metadata = db.to_numpy()
            assert len(ids) == len(vectors) == len(metadata)
            assert ("x" in ids) == ("y" in ids)
    finally:
        stop.set()
        writer.join()


def test_a_database_takes_anothers_stream(place: Place, tmp_path: Path) -> None:
    db = filled(place)
    other = Database(tmp_path / "other", dim=4096)
    told: list[int] = []
    other.import_arrow(db, progress=told.append)
    assert told == sorted(told) and told[-1] == 300
    ids, vectors, metadata = db.to_numpy()
    others, other_vectors, other_metadata = other.to_numpy()
    places = {id: row for row, id in enumerate(others)}
    order = [places[id] for id in ids]
    assert numpy.array_equal(vectors, other_vectors[order])
    assert metadata == [other_metadata[row] for row in order]
    plain = Database(tmp_path / "plain", dim=4096)
    plain.import_arrow(db, metadata=None)
    assert plain.get("ü1")[1] is None


def test_streams_may_be_dropped_at_any_time(place: Place) -> None:
    db = filled(place, 50, 8)
    for _ in range(200):
        db.__arrow_c_stream__()
    streams = [db.__arrow_c_stream__(None) for _ in range(20)]
    db.close()
    del streams
    gc.collect()
    with pytest.raises(martlet.ClosedError):
        db.__arrow_c_stream__()
    with pytest.raises(martlet.ClosedError):
        db.to_numpy()


def test_what_cannot_be_imported(abc: Database, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        abc.import_arrow([1, 2, 3])  # type: ignore[arg-type]
    with pytest.raises(martlet.InvalidValueError, match='no column "key"'):
        abc.import_arrow(abc, id="key")
    with pytest.raises(martlet.InvalidValueError, match='no column "meta"'):
        abc.import_arrow(abc, metadata="meta")
    with pytest.raises(martlet.InvalidValueError, match="no lists"):
        abc.import_arrow(abc, vector="id")
    with pytest.raises(martlet.InvalidValueError, match="no texts"):
        abc.import_arrow(abc, id="vector")
    with pytest.raises(martlet.InvalidValueError, match="Metadata cannot be kept"):
        abc.import_arrow(abc, metadata="id")
    other = Database(tmp_path / "other", dim=4)
    with pytest.raises(martlet.DimensionError):
        other.import_arrow(abc)
    assert len(other) == 0
    with pytest.raises(TypeError):
        abc.import_arrow(abc, progress=3)  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="enough"):
        abc.import_arrow(abc, progress=fail)
    assert len(abc) == 3


def fail(done: int) -> None:
    raise RuntimeError("enough")
