"""Databases as tables of Arrow's readers, and the other way round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import martlet
from martlet import Database

COUNT, DIM = 300, 4096


@pytest.fixture
def db(tmp_path: Path) -> Database:
    """Rows of several batches."""
    db = Database(tmp_path / "db", dim=DIM)
    db.add_many([f"ü{n}" for n in range(COUNT)], vectors(), metadata())
    return db


def vectors() -> Any:
    return numpy.random.default_rng(2).normal(size=(COUNT, DIM)).astype("f4")


def metadata() -> list[dict[str, Any] | None]:
    return [{"n": n, "x": {"y": [n / 2, None]}} if n % 3 else None for n in range(COUNT)]


def check(ids: list[str], rows: Any, texts: list[str | None]) -> None:
    """What came out is what went in, in whatever order."""
    assert len(ids) == len(rows) == len(texts) == COUNT
    wanted, wanted_metadata = vectors(), metadata()
    for place, id in enumerate(ids):
        number = int(id[1:])
        assert numpy.array_equal(rows[place], wanted[number])
        text = texts[place]
        assert (json.loads(text) if text else None) == wanted_metadata[number]
    assert len(set(ids)) == COUNT


def test_pyarrow_reads_a_database(db: Database) -> None:
    table = pyarrow.table(db)
    table.validate(full=True)
    assert table.schema == pyarrow.schema([
        pyarrow.field("id", pyarrow.utf8(), nullable=False),
        pyarrow.field("vector", pyarrow.list_(
            pyarrow.field("item", pyarrow.float32(), nullable=False), DIM), nullable=False),
        pyarrow.field("metadata", pyarrow.utf8())])
    assert table["metadata"].null_count == (COUNT + 2) // 3
    assert len(table["id"].chunks) > 1
    flat = table["vector"].combine_chunks().flatten().to_numpy().reshape(COUNT, DIM)
    check(table["id"].to_pylist(), flat, table["metadata"].to_pylist())


def test_batches_outlive_the_stream_and_the_database(db: Database) -> None:
    before = pyarrow.total_allocated_bytes()
    reader = pyarrow.RecordBatchReader.from_stream(db)
    assert reader.schema.names == ["id", "vector", "metadata"]
    batches = [reader.read_next_batch()]
    vector = batches[0]["vector"]
    batches.extend(reader)
    reader.close()
    del reader
    db.close()
    assert sum(batch.num_rows for batch in batches) == COUNT
    first = batches[0]["id"][0].as_py()
    del batches
    # A child lives without its batch.
    assert numpy.array_equal(vector[0].values.to_numpy(), vectors()[int(first[1:])])
    assert pyarrow.total_allocated_bytes() == before


def test_a_reader_that_stops_early_leaks_nothing(db: Database) -> None:
    for _ in range(200):
        reader = pyarrow.RecordBatchReader.from_stream(db)
        reader.read_next_batch()
    for _ in range(20):
        pyarrow.table(db)
    resident = rss()
    for _ in range(100):
        pyarrow.table(db)
        pyarrow.RecordBatchReader.from_stream(db).read_next_batch()
    # One table has 5 MB.
    assert rss() - resident < 60 << 20


def rss() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_database_that_closes_is_an_error_of_the_reader(db: Database) -> None:
    reader = pyarrow.RecordBatchReader.from_stream(db)
    reader.read_next_batch()
    db.close()
    with pytest.raises(OSError, match="closed"):
        reader.read_all()


def test_polars_reads_and_is_read(db: Database, tmp_path: Path) -> None:
    frame = polars.DataFrame(db)
    assert frame.schema == {
        "id": polars.String, "vector": polars.Array(polars.Float32, DIM),
        "metadata": polars.String}
    check(frame["id"].to_list(), frame["vector"].to_numpy(), frame["metadata"].to_list())
    # Views of texts, and lists of any length.
    for changed in [frame, frame.with_columns(polars.col("vector").arr.to_list()), frame[17:217]]:
        other = Database(tmp_path / f"other {len(list(tmp_path.iterdir()))}", dim=DIM)
        other.import_arrow(changed)
        assert len(other) == len(changed)
        for id in changed["id"][::29]:
            assert other.get(id) == db.get(id)


def test_duckdb_reads_and_is_read(db: Database, tmp_path: Path) -> None:
    connection = duckdb.connect()
    connection.register("notes", db)
    connection.execute("create table kept as select * from notes").fetchall()
    found = connection.execute(
        "select count(*), sum((metadata->>'n')::int) from kept where metadata is not null"
    ).fetchall()
    numbers = [n for n in range(COUNT) if n % 3]
    assert found == [(len(numbers), sum(numbers))]
    other = Database(tmp_path / "other", dim=DIM)
    other.import_arrow(connection.sql("select id, vector, metadata from kept order by id"))
    for id in other.ids()[::29]:
        assert other.get(id) == db.get(id)
    assert len(other) == COUNT


def test_pandas_reads_and_is_read(tmp_path: Path) -> None:
    db = Database(tmp_path / "db", dim=3)
    frame = pandas.DataFrame({
        "key": ["a", "b", "c"], "at": [[1.0, 2, 3], [4.0, 5, 6], [7.0, 8, 9]],
        "about": [{"n": 1, "deep": {"t": "ü"}}, None, {"n": 2, "list": [True, False]}]})
    db.import_arrow(frame, id="key", vector="at", metadata="about")
    assert db.get("a") == ([1, 2, 3], {"n": 1, "deep": {"t": "ü"}})
    assert db.get("b")[1] in (None, {})
    assert db.get("c") == ([7, 8, 9], {"n": 2, "list": [True, False]})
    back = pandas.DataFrame.from_arrow(db)
    assert sorted(back["id"]) == ["a", "b", "c"]


@pytest.mark.parametrize("vector", [
    pyarrow.list_(pyarrow.float32()), pyarrow.large_list(pyarrow.float64()),
    pyarrow.list_(pyarrow.float16(), 2), pyarrow.list_(pyarrow.int8(), 2),
    pyarrow.list_(pyarrow.uint64())], ids=str)
@pytest.mark.parametrize("text", [
    pyarrow.utf8(), pyarrow.large_utf8(), pyarrow.string_view(),
    pyarrow.dictionary(pyarrow.int8(), pyarrow.utf8())], ids=str)
def test_every_type_that_fits_is_taken_also_in_slices(
    tmp_path: Path, vector: Any, text: Any
) -> None:
    ids = ["", "b", "a text that is longer than twelve bytes", "ü", "e", "f"]
    rows = [[n, n + 1] for n in range(len(ids))]
    texts = [None, '{"n":1}', "{}", '{"a":[null]}', None, '{"long":"' + "x" * 40 + '"}']
    table = pyarrow.table({
        "id": pyarrow.array(ids).cast(text), "vector": pyarrow.array(rows, type=vector),
        "metadata": pyarrow.array(texts).cast(text),
        "unknown": pyarrow.array([b"x"] * 6)})
    for start, count in [(0, 6), (1, 4), (3, 3), (5, 1), (2, 0)]:
        db = Database(tmp_path / f"{start}", dim=2)
        part = table.slice(start, count)
        db.import_arrow(part)
        assert {id: db.get(id) for id in db.ids()} == {
            ids[n]: ([float(x) for x in rows[n]], json.loads(texts[n]) if texts[n] else None)
            for n in range(start, start + count)}
        batch = table.to_batches()[0].slice(start, count)
        db.import_arrow(pyarrow.RecordBatchReader.from_batches(batch.schema, [batch]))
        assert len(db) == count


def test_structures_are_metadata(tmp_path: Path) -> None:
    db = Database(tmp_path / "db", dim=1)
    values = [
        {"b": True, "i": -5, "f": 0.5, "s": 'quote " \n', "l": [[1], None, []], "o": {"x": None}},
        {"b": False}, None, {"l": []}]
    kind = pyarrow.struct({
        "b": pyarrow.bool_(), "i": pyarrow.int64(), "f": pyarrow.float32(), "s": pyarrow.utf8(),
        "l": pyarrow.list_(pyarrow.list_(pyarrow.int16())),
        "o": pyarrow.struct({"x": pyarrow.null()})})
    table = pyarrow.table({
        "id": ["0", "1", "2", "3"], "vector": [[1.0]] * 4,
        "metadata": pyarrow.array(values, type=kind)})
    wanted = [values[0] | {"o": {}}, {"b": False}, None, {"l": []}]  # type: ignore[operator]
    for start in range(4):
        db.import_arrow(table.slice(start))
        assert [db.get(str(n))[1] for n in range(start, 4)] == wanted[start:]
    table = pyarrow.table({"id": ["a"], "vector": [[1.0]], "metadata": [{"x": float("nan")}]})
    with pytest.raises(martlet.InvalidValueError, match="not a number"):
        db.import_arrow(table)


@pytest.mark.parametrize(("columns", "message"), [
    ({"id": [1], "vector": [[1.0]]}, "no texts"),
    ({"id": [None], "vector": [[1.0]]}, "missing|no texts|cannot"),
    ({"id": ["a"], "vector": [["1"]]}, "no number"),
    ({"id": ["a"], "vector": [[None]]}, "missing|no number"),
    ({"id": ["a"], "vector": [None]}, "missing|no lists|cannot"),
    ({"id": ["a"], "vector": [1.0]}, "no lists"),
    ({"id": ["a"], "vector": [[1.0]], "metadata": [5]}, "neither"),
    ({"id": ["a"], "vector": [[1.0]], "metadata": ["[]"]}, "Metadata"),
    ({"id": ["a"], "vector": [[float("inf")]]}, "infinite")])
def test_columns_that_do_not_fit(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    db = Database(tmp_path / "db", dim=1)
    with pytest.raises(martlet.MartletError, match=message):
        db.import_arrow(pyarrow.table(columns))
    assert len(db) == 0


def test_a_stream_that_fails_hands_its_error_on(tmp_path: Path) -> None:
    def batches() -> Any:
        schema = pyarrow.schema({"id": pyarrow.utf8(), "vector": pyarrow.list_(pyarrow.float32())})
        yield pyarrow.record_batch({"id": ["a"], "vector": [[1.0]]}, schema=schema)
        raise RuntimeError("no more")

    schema = pyarrow.schema({"id": pyarrow.utf8(), "vector": pyarrow.list_(pyarrow.float32())})
    db = Database(tmp_path / "db", dim=1)
    with pytest.raises(martlet.MartletError, match="no more"):
        db.import_arrow(pyarrow.RecordBatchReader.from_batches(schema, batches()))
    assert db.ids() == ["a"]


def test_over_a_server(db: Database) -> None:
    with martlet.LocalServer() as server:
        remote = Database(server.url, dim=DIM)
        remote.import_arrow(pyarrow.table(db))
        table = pyarrow.table(remote)
        table.validate(full=True)
        flat = table["vector"].combine_chunks().flatten().to_numpy().reshape(COUNT, DIM)
        check(table["id"].to_pylist(), flat, table["metadata"].to_pylist())
