"""Writing: what each call does, answers and refuses; what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Place, contents

import martlet
from martlet import Database


def test_add_makes_a_row(db: Database) -> None:
    assert db.add("a", [1, 2, 3], {"n": 1}) is None  # type: ignore[func-returns-value]
    assert db.get("a") == ([1, 2, 3], {"n": 1})
    assert len(db) == 1


def test_add_refuses_an_id_that_is_there(abc: Database) -> None:
    with pytest.raises(martlet.DuplicateIdError, match='"a"'):
        abc.add("a", [9, 9, 9])
    assert abc.get("a") == ([1, 0, 0], {"n": 1, "even": False})


def test_upsert_replaces_vector_and_metadata(abc: Database) -> None:
    assert abc.upsert("a", [7, 8, 9], {"new": True}) is None  # type: ignore[func-returns-value]
    abc.upsert("b", [4, 5, 6])
    abc.upsert("d", [0, 0, 1])
    assert abc.get("a") == ([7, 8, 9], {"new": True})
    assert abc.get("b") == ([4, 5, 6], None)
    assert len(abc) == 4


def test_add_many_adds_all(db: Database) -> None:
    db.add_many(["a", "b", "c"], [[1, 0, 0], [2, 0, 0], [3, 0, 0]], [{"n": 1}, None, {}])
    assert contents(db) == {
        "a": ([1, 0, 0], {"n": 1}), "b": ([2, 0, 0], None), "c": ([3, 0, 0], {})}
    db.add_many(ids=("d",), vectors=((4, 0, 0),), metadatas=None)
    assert db.get("d") == ([4, 0, 0], None)


def test_upsert_many_is_upsert_for_each_in_order(abc: Database) -> None:
    abc.upsert_many(
        ["a", "d", "a", "b"], [[5, 0, 0], [6, 0, 0], [7, 0, 0], [8, 0, 0]],
        [{"n": 5}, None, {"n": 7}, None])
    assert abc.get("a") == ([7, 0, 0], {"n": 7})
    assert abc.get("b") == ([8, 0, 0], None)
    assert len(abc) == 4


def test_empty_batches_do_nothing(abc: Database) -> None:
    import numpy

    for empty in [[], (), numpy.zeros((0, 3), "f4"), numpy.zeros((0, 0)), numpy.zeros(0)]:
        abc.add_many([], empty)
        abc.upsert_many([], empty, [])
        assert abc.search_many(empty) == []
    assert abc.delete_many([]) == 0
    assert len(abc) == 3


def test_update_replaces_only_what_is_given(abc: Database) -> None:
    assert abc.update("a", vector=[5, 5, 5]) is None  # type: ignore[func-returns-value]
    assert abc.get("a") == ([5, 5, 5], {"n": 1, "even": False})
    abc.update("a", metadata={"only": "this"})
    assert abc.get("a") == ([5, 5, 5], {"only": "this"})
    abc.update("a", [6, 6, 6], {})
    assert abc.get("a") == ([6, 6, 6], {})
    abc.update("c", metadata={"n": 3})
    assert abc.get("c") == ([3, 0, 0], {"n": 3})


def test_update_refuses_an_absent_id_and_nothing_to_do(abc: Database) -> None:
    with pytest.raises(martlet.NotFoundError, match='"z"'):
        abc.update("z", [1, 2, 3])
    for id in ["a", "z"]:
        with pytest.raises(ValueError):
            abc.update(id)
        with pytest.raises(ValueError):
            abc.update(id, None, None)
    assert len(abc) == 3


def test_delete_says_whether_the_row_was_there(abc: Database) -> None:
    assert abc.delete("a") is True
    assert abc.delete("a") is False
    assert abc.delete("z") is False
    assert "a" not in abc
    assert (len(abc), abc.deleted_count, abc.total_slots) == (2, 1, 3)


def test_delete_many_counts_each_row_once(abc: Database) -> None:
    assert abc.delete_many(["a", "z", "a", "b"]) == 2
    assert abc.ids() == ["c"]
    assert (abc.deleted_count, abc.total_slots) == (2, 3)


def test_a_deleted_id_can_be_added_again(abc: Database) -> None:
    abc.delete("a")
    abc.add("a", [9, 0, 0])
    assert abc.get("a") == ([9, 0, 0], None)
    assert (len(abc), abc.deleted_count, abc.total_slots) == (3, 1, 4)
    assert abc.compact() is None  # type: ignore[func-returns-value]
    assert (len(abc), abc.deleted_count, abc.total_slots) == (3, 0, 3)
    abc.compact()
    assert [r.id for r in abc.search([9, 0, 0])] == ["a", "c", "b"]


INFINITY = float("inf")
Call = Callable[[Database], Any]
REFUSED: dict[str, tuple[Call, type[Exception], str]] = {
    "id present": (
        lambda db: db.add_many(["x", "b"], [[1, 1, 1]] * 2), martlet.DuplicateIdError, '"b"'),
    "id twice": (
        lambda db: db.add_many(["x", "y", "x"], [[1, 1, 1]] * 3), martlet.DuplicateIdError, '"x"'),
    "short": (lambda db: db.add("x", [1, 2]), martlet.DimensionError, "'x'.* 2 .* 3 "),
    "long": (lambda db: db.add("x", [1, 2, 3, 4]), martlet.DimensionError, "'x'.* 4 .* 3 "),
    "none": (lambda db: db.add("x", []), martlet.DimensionError, "'x'.* 0 .* 3 "),
    "short upsert": (lambda db: db.upsert("a", [1, 2]), martlet.DimensionError, "'a'"),
    "short update": (lambda db: db.update("a", [1, 2], {"n": 0}), martlet.DimensionError, "'a'"),
    "short in a batch": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3], [1, 2]]), martlet.DimensionError, "'y'"),
    "short in an upsert batch": (
        lambda db: db.upsert_many(["a", "y"], [[1, 2, 3], [1, 2]]), martlet.DimensionError, "'y'"),
    "fewer vectors": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3]]), martlet.LengthError, "2 ids.* 1 vec"),
    "more vectors": (
        lambda db: db.upsert_many(["a"], [[1, 2, 3]] * 2), martlet.LengthError, "1 ids.* 2 vec"),
    "fewer metadatas": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3]] * 2, [{}]), martlet.LengthError, "2 .* 1 "),
    "more metadatas": (
        lambda db: db.upsert_many(["a"], [[1, 2, 3]], [{}, {}]), martlet.LengthError, "1 .* 2 "),
    "metadata that is no dict": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3]] * 2, [{}, [1]]), ValueError, "'y'"),
    "metadata that JSON has not": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3]] * 2, [{}, {"n": INFINITY}]), ValueError, ""),
    "metadata beyond numbers": (
        lambda db: db.add_many(["x", "y"], [[1, 2, 3]] * 2, [{}, {"n": 10**200}]), ValueError, "y"),
    "absent update": (lambda db: db.update("z", [1, 2, 3]), martlet.NotFoundError, '"z"'),
    "ids as text": (lambda db: db.add_many("xyz", [[1, 2, 3]] * 3), TypeError, ""),  # type: ignore[arg-type]
    "metadatas as dict": (
        lambda db: db.add_many(["x"], [[1, 2, 3]], {"n": 1}), TypeError, ""),  # type: ignore[arg-type]
    "no vector": (lambda db: db.add("x"), TypeError, "vector"),  # type: ignore[call-arg]
    "an unknown argument": (
        lambda db: db.add("x", [1, 2, 3], meta={}), TypeError, "meta"),  # type: ignore[call-arg]
    "an argument twice": (
        lambda db: db.add("x", [1, 2, 3], id="y"), TypeError, "id"),  # type: ignore[misc]
    "too many arguments": (
        lambda db: db.add("x", [1, 2, 3], None, None), TypeError, "3"),  # type: ignore[call-arg]
}
for name, number in [("NaN", float("nan")), ("infinity", INFINITY), ("minus infinity", -INFINITY),
                     ("more than float32", 1e39), ("more than float64", 10**400)]:
    REFUSED |= {
        f"{name} in add": (
            lambda db, n=number: db.add("x", [1, n, 3]), martlet.NotFiniteError, "x"),
        f"{name} in upsert": (
            lambda db, n=number: db.upsert("a", [1, n, 3]), martlet.NotFiniteError, "a"),
        f"{name} in add_many": (
            lambda db, n=number: db.add_many(["x", "y"], [[1, 2, 3], [1, n, 3]]),
            martlet.NotFiniteError, "y"),
        f"{name} in upsert_many": (
            lambda db, n=number: db.upsert_many(["a", "y"], [[1, 2, 3], [1, n, 3]]),
            martlet.NotFiniteError, "y"),
        f"{name} in update": (
            lambda db, n=number: db.update("a", [1, n, 3], {}), martlet.NotFiniteError, "a"),
        f"{name} in search": (
            lambda db, n=number: db.search([1, n, 3]), martlet.NotFiniteError, ""),
        f"{name} in search_many": (
            lambda db, n=number: db.search_many([[1, 2, 3], [1, n, 3]]), martlet.NotFiniteError, ""),
    }


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_changes_nothing(abc: Database, place: Place, name: str) -> None:
    call, error, text = REFUSED[name]
    abc.delete("c")
    before = contents(abc), abc.deleted_count, abc.total_slots
    with pytest.raises(error, match=text or None):
        call(abc)
    assert (contents(abc), abc.deleted_count, abc.total_slots) == before
    abc.close()
    assert contents(Database(place)) == before[0]


def test_float64_arrays_beyond_float32_are_refused(db: Database) -> None:
    import numpy

    with pytest.raises(martlet.NotFiniteError, match="y"):
        db.add_many(["x", "y"], numpy.array([[1, 2, 3], [1, 1e39, 3]]))
    assert len(db) == 0


def test_a_failing_batch_of_many_megabytes_adds_nothing(db: Database) -> None:
    import numpy

    rows = numpy.ones((80_000, 3), "f4")
    ids = [str(number) for number in range(len(rows))]
    db.add("79999", [1, 2, 3])
    with pytest.raises(martlet.DuplicateIdError, match="79999"):
        db.add_many(ids, rows)
    assert db.ids() == ["79999"]


def test_progress_is_told_of_long_work(db: Database) -> None:
    import numpy

    told: list[tuple[int, int]] = []
    rows = numpy.ones((100_000, 3), "f4")
    db.add_many([str(n) for n in range(len(rows))], rows,
                progress=lambda done, total: told.append((done, total)))
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (len(rows), len(rows))


def test_an_error_in_progress_is_handed_on(db: Database) -> None:
    calls = 0

    def progress(done: int, total: int) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        db.upsert_many(["a", "b"], [[1, 2, 3]] * 2, progress=progress)
    assert calls == 1
    assert len(db) == 2
    with pytest.raises(TypeError):
        db.add_many(["c"], [[1, 2, 3]], progress=5)  # type: ignore[arg-type]
