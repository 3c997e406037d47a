"""Ids, vectors and metadata: what can be kept, and how it comes back."""

from __future__ import annotations

import array
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Place

from martlet import Database

numpy = pytest.importorskip("numpy")


@pytest.mark.parametrize(
    "id", ["", "\0", "a\0b", "🐦", "x" * 1000, " ", "ä", "a\u0308", "\U0010ffff", "'\"\\\n"])
def test_any_text_is_an_id(db: Database, id: str) -> None:
    db.add(id, [1, 2, 3], {"a": 1})
    assert id in db
    assert db.ids() == [id]
    assert db.get(id) == ([1, 2, 3], {"a": 1})
    assert db.search([1, 2, 3])[0].id == id
    assert db.delete(id)


def test_ids_are_told_apart_by_their_code_points(db: Database) -> None:
    db.add("ä", [1, 0, 0])
    db.add("a\u0308", [2, 0, 0])
    assert len(db) == 2


@pytest.mark.parametrize("id", [1, None, b"a", 1.5, ["a"], object()])
def test_other_ids_are_type_errors(db: Database, id: Any) -> None:
    for call in [
        lambda: db.add(id, [1, 2, 3]), lambda: db.upsert(id, [1, 2, 3]), lambda: db.get(id),
        lambda: db.delete(id), lambda: db.update(id, [1, 2, 3]), lambda: id in db,
        lambda: db.add_many([id], [[1, 2, 3]]), lambda: db.delete_many([id]),
    ]:
        with pytest.raises(TypeError):
            call()
    assert len(db) == 0


def test_half_a_character_is_refused(db: Database) -> None:
    with pytest.raises(ValueError):
        db.add("\ud800", [1, 2, 3])
    assert len(db) == 0


@pytest.mark.parametrize(
    "vector",
    [
        [1, 2, 3], (1, 2, 3), [1.0, 2.0, 3.0], [True, 2, 3.0], range(1, 4),
        array.array("f", [1, 2, 3]), array.array("d", [1, 2, 3]), array.array("i", [1, 2, 3]),
        memoryview(array.array("f", [1, 2, 3])),
        *(numpy.array([1, 2, 3], dtype) for dtype in [
            "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">f4", ">f8",
            ">i4", ">f2", "longdouble", "object"]),
        numpy.arange(0, 7, dtype="f4")[1::1][:3],
        numpy.arange(1, 7, dtype="f4")[::1][:3],
        numpy.array([1, 9, 2, 9, 3, 9], "f4")[::2],
        numpy.array([3, 2, 1], "f4")[::-1],
        numpy.array([3, 2, 1], "f8")[::-1],
        numpy.frombuffer(b"\0" + numpy.array([1, 2, 3], "f4").tobytes(), "u1")[1:].view("f4"),
        [numpy.float32(1), numpy.int64(2), numpy.float16(3)],
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'dtype', '')}")
def test_numbers_of_any_type_and_order_are_a_vector(db: Database, vector: Any) -> None:
    db.add("a", vector)
    assert db.get("a") == ([1, 2, 3], None)
    assert db.search(vector)[0].distance == 0
    db.update("a", [0, 0, 0])
    db.update("a", vector)
    db.upsert("b", vector)
    assert db.get("a") == db.get("b") == ([1, 2, 3], None)


class Tensor:
    """What has an array, but is none."""

    def __init__(self, values: Any) -> None:
        self.values = numpy.array(values, "f8")

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values


def test_whatever_has_an_array_is_a_vector_or_a_batch(db: Database) -> None:
    db.add("a", Tensor([1, 2, 3]))  # type: ignore[arg-type]
    db.add_many(["b", "c"], Tensor([[4, 5, 6], [7, 8, 9]]))  # type: ignore[arg-type]
    assert db.get("a")[0] == [1, 2, 3]
    assert db.get("c")[0] == [7, 8, 9]


@pytest.mark.parametrize("bits", [0, 1, 0x3FF, 0x400, 0x3C00, 0x7BFF, 0x8000, 0x8001, 0xFBFF])
def test_half_precision_numbers_are_exact(db: Database, bits: int) -> None:
    number = numpy.array([bits], "u2").view("f2")[0]
    db.add("a", numpy.array([number, 1, 1], "f2"))
    assert db.get("a")[0][0] == float(number)


def test_vectors_are_float32(db: Database) -> None:
    db.add("a", [0.1, 1e-40, 3.4e38])
    assert db.get("a")[0] == [float(numpy.float32(x)) for x in (0.1, 1e-40, 3.4e38)]


@pytest.mark.parametrize("vector", ["abc", 5, None, {1, 2, 3}, {1: 2}, ["a", "b", "c"], [1, 2, None],
                                    [1, 2, 1j], object()])
def test_other_vectors_are_type_errors(db: Database, vector: Any) -> None:
    for call in [
        lambda: db.add("a", vector), lambda: db.upsert("a", vector), lambda: db.search(vector),
        lambda: db.add_many(["a"], [vector]), lambda: db.search_many([vector]),
    ]:
        with pytest.raises(TypeError):
            call()
    assert len(db) == 0


def batches() -> dict[str, Any]:
    rows = [[1, 2, 3], [4, 5, 6]]
    wide = numpy.zeros((4, 6), "f4")
    wide[::2, ::2] = rows
    return {
        "lists": rows, "tuples": tuple(map(tuple, rows)), "arrays": list(numpy.array(rows, "f4")),
        "mixed": [rows[0], numpy.array(rows[1], "i8")],
        "float32": numpy.array(rows, "f4"), "float64": numpy.array(rows, "f8"),
        "float16": numpy.array(rows, "f2"), "int": numpy.array(rows), "uint8": numpy.array(rows, "u1"),
        "big endian": numpy.array(rows, ">f4"), "Fortran": numpy.asfortranarray(numpy.array(rows, "f4")),
        "Fortran float64": numpy.asfortranarray(numpy.array(rows, "f8")),
        "transposed": numpy.array([[1, 4], [2, 5], [3, 6]], "f4").T,
        "strided": wide[::2, ::2], "backwards": numpy.array(rows[::-1], "f4")[::-1],
        "broadcast rows": numpy.array(rows, "f4")[:, :], "read only": _frozen(rows),
        "objects": numpy.array(rows, "object"),
    }


def _frozen(rows: Any) -> Any:
    array = numpy.array(rows, "f4")
    array.setflags(write=False)
    return array


@pytest.mark.parametrize("name", batches())
def test_a_batch_is_read_by_index(db: Database, name: str) -> None:
    batch = batches()[name]
    db.add_many(["a", "b"], batch)
    assert db.get("a")[0] == [1, 2, 3]
    assert db.get("b")[0] == [4, 5, 6]
    db.upsert_many(["b", "c"], batch)
    assert db.get("b")[0] == [1, 2, 3]
    assert [found[0].id for found in db.search_many(batch, k=1)] == ["a", "c"]


def test_a_bad_axis_is_refused(db: Database) -> None:
    for vector in [numpy.zeros((1, 3)), numpy.zeros((3, 1), "f4"), numpy.float32(1)]:
        with pytest.raises((ValueError, TypeError)):
            db.add("a", vector)
    for batch in [numpy.zeros(3), numpy.zeros((1, 1, 3), "f4")]:
        with pytest.raises(ValueError):
            db.add_many(["a"], batch)
    assert len(db) == 0


METADATA: list[dict[Any, Any]] = [
    {}, {"a": None}, {"a": True, "b": False}, {"a": 1}, {"a": -1.5}, {"a": "text"}, {"": ""},
    {"a": [1, "b", None, [True, {}]]}, {"a": {"b": {"c": [1, 2, 3]}}},
    {"ä": "🐦", "\0": "\x1f\u2028", "quote\"": "\\"}, {"a.b": 1, "$c": 2},
    {"big": 2**63, "negative": -(2**64), "long": 12345678901234567890123456789012345678},
    {"small": 1e-100, "large": 1.7976e125, "third": 1 / 3},
    {"a" * 1000: "b" * 100_000},
]


@pytest.mark.parametrize("metadata", METADATA, ids=range(len(METADATA)))
def test_metadata_comes_back(db: Database, place: Place, metadata: dict[Any, Any]) -> None:
    db.add("a", [1, 2, 3], metadata)
    assert db.get("a")[1] == metadata
    assert db.search([1, 2, 3])[0].metadata == metadata
    db.close()
    assert Database(place).get("a")[1] == metadata


def test_metadata_keeps_the_order_of_keys_and_the_types_of_numbers(
    db: Database, place: Place, tmp_path: Path
) -> None:
    metadata = {"z": 1, "a": 1.0, "m": {"y": [2.0, 2], "b": 1e22}, "f": 1.2345678901234567e20, "i": 3}
    text = repr(metadata)
    db.add("a", [1, 2, 3], metadata)
    db.add_many(["b"], [[1, 2, 3]], [metadata])
    db.add("c", [1, 2, 3], {"old": 1, "new": 2})
    db.update("c", metadata=metadata)
    db.update("c", [4, 5, 6])
    db.add("d", [1, 2, 3])
    db.upsert("d", [1, 2, 3], metadata)
    for id in "abcd":
        assert repr(db.get(id)[1]) == text
    assert {repr(r.metadata) for r in db.search([1, 2, 3], where_filter={"a": 1})} == {text}
    db.update("c", metadata={"b": 1, "a": 2})
    assert repr(db.get("c")[1]) == "{'b': 1, 'a': 2}"
    db.upsert("d", [1, 2, 3], {"a": 1})
    assert db.get("d")[1] == {"a": 1}
    db.close()
    assert repr(Database(place).get("a")[1]) == text


def test_metadata_goes_through_json(db: Database) -> None:
    db.add("a", [1, 2, 3], {"tuple": (1, 2), 3: "int key", True: 1, None: 2})
    assert db.get("a")[1] == {"tuple": [1, 2], "3": "int key", "true": 1, "null": 2}


def test_an_empty_dict_is_not_none(db: Database) -> None:
    db.add("a", [1, 2, 3], {})
    db.add("b", [1, 2, 3], None)
    db.add("c", [1, 2, 3])
    assert [db.get(id)[1] for id in "abc"] == [{}, None, None]
    assert [r.metadata for r in db.search([1, 2, 3])] == [{}, None, None]


@pytest.mark.parametrize(
    "metadata", [{"a": float("nan")}, {"a": float("inf")}, {"a": [-float("inf")]}, {"a": 10**400},
                 {"a": "\ud800"}])
def test_metadata_that_json_cannot_keep_is_refused(db: Database, metadata: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        db.add("a", [1, 2, 3], metadata)
    assert len(db) == 0


@pytest.mark.parametrize("metadata", [1, "a", [], {"a": object()}, {"a": {1, 2}}, {"a": b"x"}, {(1,): 1}])
def test_metadata_of_other_types_is_a_type_error(db: Database, metadata: Any) -> None:
    with pytest.raises(TypeError):
        db.add("a", [1, 2, 3], metadata)
    with pytest.raises(TypeError):
        db.upsert("a", [1, 2, 3], metadata)
    assert len(db) == 0


def test_a_circle_is_refused(db: Database) -> None:
    circle: dict[str, Any] = {}
    circle["self"] = circle
    with pytest.raises(ValueError):
        db.add("a", [1, 2, 3], circle)


def test_what_is_given_is_not_changed(db: Database) -> None:
    metadata = {"b": [1], "a": {"c": 1}}
    before = json.dumps(metadata)
    vector = numpy.array([1, 2, 3], "f4")
    db.add("a", vector, metadata)
    assert json.dumps(metadata) == before
    assert vector.tolist() == [1, 2, 3]
