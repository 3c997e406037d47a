"""Reading rows and counting them."""

from __future__ import annotations


import pytest
from conftest import Place

import martlet
from martlet import Database


def test_get_gives_the_vector_as_a_list_and_the_metadata(abc: Database) -> None:
    vector, metadata = abc.get("b")
    assert type(vector) is list
    assert all(type(number) is float for number in vector)
    assert (vector, metadata) == ([2, 0, 0], {"n": 2, "even": True})
    assert abc.get(id="c") == ([3, 0, 0], None)


def test_get_of_an_absent_id_is_an_error_that_names_it(abc: Database) -> None:
    with pytest.raises(martlet.NotFoundError, match='"nowhere"'):
        abc.get("nowhere")


def test_membership_length_ids_and_iteration(abc: Database) -> None:
    assert "a" in abc
    assert "z" not in abc
    assert len(abc) == abc.count() == abc.count(None) == 3
    assert sorted(abc.ids()) == sorted(abc) == ["a", "b", "c"]
    abc.delete("b")
    assert len(abc) == abc.count() == 2
    assert sorted(abc.ids()) == sorted(abc) == ["a", "c"]


def test_an_empty_database_is_falsy(db: Database) -> None:
    assert not db
    db.add("a", [1, 2, 3])
    assert db


def test_repr_names_what_it_is(db: Database, place: Place) -> None:
    assert repr(db) == "<martlet.Database dim=3 metric=euclidean>"


def test_several_handles_share_one_state(abc: Database, place: Place) -> None:
    other = Database(place)
    other.add("d", [4, 0, 0])
    abc.delete("a")
    assert sorted(abc.ids()) == sorted(other.ids()) == ["b", "c", "d"]
    assert abc.deleted_count == other.deleted_count == 1
    other.close()
    assert len(abc) == 3
    del other
    abc.save()
    assert sorted(Database(place).ids()) == ["b", "c", "d"]
