"""Filters: which rows match, in `count` and in `search` alike."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Place

import martlet
from martlet import Database

ROWS: dict[str, dict[str, Any] | None] = {
    "one": {"n": 1, "t": "x", "b": True, "l": [1, 2], "o": {"a": 1, "b": [True]}},
    "float": {"n": 1.0, "t": "X", "b": False, "l": []},
    "true": {"n": True, "t": "", "z": None},
    "text": {"n": "1", "t": "y"},
    "half": {"n": 1.5, "a.b": 5},
    "large": {"n": 2**60 + 1},
    "null": {"n": None},
    "nested": {"o": {"a": 1}},
    "empty": {},
    "none": None,
}

CASES: list[tuple[dict[str, Any], str]] = [
    ({}, "one float true text half large null nested empty none"),
    # Equality, as JSON has it.
    ({"n": 1}, "one float"),
    ({"n": 1.0}, "one float"),
    ({"n": True}, "true"),
    ({"n": "1"}, "text"),
    ({"n": 2**60}, ""),
    ({"n": 2**60 + 1}, "large"),
    ({"n": {"$eq": 1}}, "one float"),
    ({"t": "x"}, "one"),
    ({"t": ""}, "true"),
    ({"b": False}, "float"),
    ({"l": [1, 2]}, "one"),
    ({"l": [2, 1]}, ""),
    ({"l": []}, "float"),
    ({"o": {"a": 1}}, "nested"),
    ({"o": {"b": [True], "a": 1}}, "one"),
    ({"o": {"$eq": {"a": 1.0}}}, "nested"),
    ({"nowhere": 1}, ""),
    # null matches null and absent.
    ({"n": None}, "null nested empty none"),
    ({"z": None}, "one float true text half large null nested empty none"),
    # Different or absent, but not without any metadata.
    ({"n": {"$ne": 1}}, "true text half large null nested empty"),
    ({"t": {"$ne": "x"}}, "float true text half large null nested empty"),
    # One of several.
    ({"n": {"$in": [1, "1"]}}, "one float text"),
    ({"n": {"$in": []}}, ""),
    ({"n": {"$in": [True, 1.5]}}, "true half"),
    ({"n": {"$nin": [1, "1"]}}, "true half large null nested empty none"),
    ({"n": {"$nin": []}}, "one float true text half large null nested empty none"),
    # Ranges, of numbers only.
    ({"n": {"$gt": 1}}, "half large"),
    ({"n": {"$gte": 1}}, "one float half large"),
    ({"n": {"$lt": 1.5}}, "one float"),
    ({"n": {"$lte": 1.5}}, "one float half"),
    ({"n": {"$gt": 1, "$lt": 2}}, "half"),
    ({"n": {"$gte": 1, "$ne": 1}}, "half large"),
    ({"t": {"$gt": 0}}, ""),
    # Presence.
    ({"z": {"$exists": True}}, "true"),
    ({"n": {"$exists": False}}, "nested empty none"),
    # Combinations.
    ({"n": 1, "t": "x"}, "one"),
    ({"n": 1, "t": "y"}, ""),
    ({"$and": [{"n": 1}, {"b": False}]}, "float"),
    ({"$or": [{"n": 1}, {"t": "y"}]}, "one float text"),
    ({"$or": []}, ""),
    ({"$and": []}, "one float true text half large null nested empty none"),
    ({"$not": {"n": 1}}, "true text half large null nested empty none"),
    ({"$not": {"$or": [{"n": {"$exists": True}}, {"o": {"$exists": True}}]}}, "empty none"),
    ({"n": {"$not": {"$gt": 1}}}, "one float true text null nested empty none"),
    ({"t": {"$exists": True}, "$or": [{"n": 1}, {"n": True}]}, "one float true"),
    # A field is named as it is written.
    ({"a.b": 5}, "half"),
]


@pytest.fixture
def rows(place: Place) -> Database:
    db = Database(place, dim=3, metric="euclidean")
    for number, (id, metadata) in enumerate(ROWS.items()):
        db.add(id, [number, 0, 0], metadata)
    return db


def matching(db: Database, where_filter: dict[str, Any]) -> list[str]:
    found = [r.id for r in db.search([0, 0, 0], k=100, where_filter=where_filter)]
    assert db.count(where_filter) == len(found)
    assert db.search_many([[0, 0, 0]], k=100, where_filter=where_filter)[0] == db.search(
        [0, 0, 0], k=100, where_filter=where_filter)
    return found


def test_a_filter_matches_what_it_says(rows: Database, place: Place) -> None:
    for where_filter, expected in CASES:
        assert matching(rows, where_filter) == expected.split(), where_filter
    rows.close()
    again = Database(place)
    for where_filter, expected in CASES:
        assert matching(again, where_filter) == expected.split(), where_filter


BAD: list[tuple[Any, str]] = [
    ({"n": {"$near": 1}}, r"\$near"), ({"$nor": []}, r"\$nor"), ({"n": {"$in": 5}}, r"\$in"),
    ({"n": {"$nin": "abc"}}, r"\$nin"), ({"n": {"$gt": "a"}}, r"\$gt"),
    ({"n": {"$lte": None}}, r"\$lte"), ({"n": {"$gte": True}}, r"\$gte"),
    ({"n": {"$exists": 1}}, r"\$exists"), ({"$and": {}}, r"\$and"), ({"$or": [1]}, r"\$or"),
    ({"$not": []}, r"\$not"), ({"n": {"$gt": 1, "x": 2}}, "n|operator"),
]


@pytest.mark.parametrize("where_filter, text", BAD)
def test_a_filter_without_meaning_is_refused_whatever_it_is_asked_of(
    rows: Database, db: Database, where_filter: Any, text: str
) -> None:
    for database in [rows, db]:
        for call in [
            lambda: database.count(where_filter),
            lambda: database.search([1, 2, 3], where_filter=where_filter),
            lambda: database.search_many([[1, 2, 3]], where_filter=where_filter),
        ]:
            with pytest.raises(martlet.FilterError, match=text):
                call()


@pytest.mark.parametrize("where_filter", [1, "n", [("n", 1)], {"n": object()}, {"n": {1, 2}}])
def test_what_is_no_dict_of_json_is_a_type_error(rows: Database, where_filter: Any) -> None:
    with pytest.raises(TypeError):
        rows.count(where_filter)
    with pytest.raises(TypeError):
        rows.search([1, 2, 3], where_filter=where_filter)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_has_not_are_refused(rows: Database, number: float) -> None:
    with pytest.raises(ValueError):
        rows.count({"n": {"$gt": number}})


def test_counts_follow_every_change(place: Place) -> None:
    db = Database(place, dim=1)
    db.add_many([str(n) for n in range(100)], [[n + 1] for n in range(100)],
                [{"n": n % 10} for n in range(100)])
    assert db.count({"n": 3}) == 10
    db.update("3", metadata={"n": 4})
    db.upsert("13", [1], {"n": 4})
    db.upsert("23", [1])
    db.delete("33")
    assert (db.count({"n": 3}), db.count({"n": 4})) == (6, 12)
    assert db.count({"n": {"$in": [3, 4]}}) == 18
    db.compact()
    assert (db.count({"n": 3}), db.count({"n": 4})) == (6, 12)
    db.close()
    db = Database(place)
    assert (db.count({"n": 3}), db.count({"n": 4})) == (6, 12)
    db.delete_many(db.ids())
    assert db.count({"n": 3}) == 0
