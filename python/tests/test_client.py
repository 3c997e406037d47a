"""`Client`: named collections in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Place

import martlet
from martlet import Client, Database


def test_a_collection_exists_from_its_creation_on(place: Place) -> None:
    client = Client(place)
    assert client.list_collections() == []
    notes = client.create_collection("notes", 3, "l2", 8, 50, True)
    assert isinstance(notes, Database)
    assert (notes.dim, notes.metric, notes.quantized_search) == (3, "euclidean", True)
    assert client.list_collections() == ["notes"]
    with pytest.raises(martlet.CollectionError, match="notes"):
        client.create_collection("notes", dim=3)
    notes.add("a", [1, 2, 3])
    again = client.get_collection("notes")
    assert again.ids() == ["a"]
    again.add("b", [1, 2, 3])
    assert len(notes) == 2


def test_an_absent_collection_is_an_error(place: Place) -> None:
    client = Client(place)
    with pytest.raises(martlet.CollectionError, match="nowhere"):
        client.get_collection("nowhere")
    assert client.delete_collection("nowhere") is False


def test_get_or_create_takes_what_is_there(place: Place) -> None:
    client = Client(place)
    first = client.get_or_create_collection("a", 3, "dot")
    first.add("x", [1, 2, 3])
    second = client.get_or_create_collection("a", dim=99, metric="cosine")
    assert (second.dim, second.metric, second.ids()) == (3, "dot_product", ["x"])


def test_collections_are_listed_in_order_and_found_again(place: Place) -> None:
    names = ["b", "a", "B", "ab", "a-b", "a_b", "0", "-", "_", "ä", "vögel", "a" * 100]
    with Client(place) as client:
        for number, name in enumerate(names):
            client.create_collection(name, dim=number + 1).add("x", [1] * (number + 1))
        assert client.list_collections() == sorted(names)
    client = Client(str(place))
    assert client.list_collections() == sorted(names)
    for number, name in enumerate(names):
        assert client.get_collection(name).dim == number + 1
        assert client.get_collection(name).ids() == ["x"]


BAD_NAMES = ["", ".", "..", "a.b", "a/b", "/a", "a\0", "a b", "a\\b", " a", "a\n", "🐦", "a:b", "../x"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_bad_names_are_refused_in_every_call(place: Place, name: str) -> None:
    client = Client(place)
    for call in [
        lambda: client.create_collection(name, dim=3), lambda: client.get_collection(name),
        lambda: client.get_or_create_collection(name, 3), lambda: client.delete_collection(name),
    ]:
        with pytest.raises(martlet.CollectionError):
            call()
    assert client.list_collections() == []


@pytest.mark.parametrize("name", [None, 1, b"a"])
def test_names_of_other_types_are_type_errors(place: Place, name: Any) -> None:
    with pytest.raises(TypeError):
        Client(place).create_collection(name, dim=3)


def test_bad_settings_make_nothing(place: Place) -> None:
    client = Client(place)
    for settings in [{"dim": 0}, {"dim": 3, "metric": "x"}, {"dim": 3, "m": 1}]:
        with pytest.raises(ValueError):
            client.create_collection("a", **settings)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        client.create_collection("a")  # type: ignore[call-arg]
    assert client.list_collections() == []


def test_a_deleted_collection_is_gone_also_for_those_who_have_it(place: Place) -> None:
    client = Client(place)
    notes = client.create_collection("notes", dim=3)
    notes.add("a", [1, 2, 3])
    assert client.delete_collection("notes") is True
    assert client.delete_collection("notes") is False
    assert client.list_collections() == []
    for call in [
        lambda: notes.add("b", [1, 2, 3]), lambda: notes.search([1, 2, 3]), lambda: len(notes),
        lambda: notes.get("a"), lambda: notes.save(), lambda: notes.ids(),
    ]:
        with pytest.raises(ValueError, match="notes"):
            call()
    fresh = client.create_collection("notes", dim=2)
    assert len(fresh) == 0
    with pytest.raises(ValueError):
        notes.ids()


def test_a_clients_folder_and_parents_are_made(tmp_path: Path) -> None:
    Client(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(martlet.StorageError, match="file"):
        Client(tmp_path / "file")


def test_collections_outlive_their_client(place: Place) -> None:
    notes = Client(place).create_collection("notes", dim=3)
    notes.add("a", [1, 2, 3])
    assert notes.ids() == ["a"]
    client = Client(place)
    client.close()
    with pytest.raises(martlet.ClosedError):
        client.list_collections()
    assert notes.ids() == ["a"]
