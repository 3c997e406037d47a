"""`martlet.encrypted`: what each call promises, and that nothing shows in errors or files."""

from __future__ import annotations

import logging
import math
import os
import random
import shutil
import subprocess
import sys
import textwrap
import threading
import traceback
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import martlet
import numpy as np
import pytest
from martlet import encrypted
from martlet.encrypted import (
    Client,
    DBConfig,
    EncryptedIndex,
    IndexIVF,
    IndexIVFFlat,
    IndexIVFPQ,
    StorageConfig,
    generate_key,
)

SEED = int(os.environ.get("MARTLET_TEST_SEED", "0")) or 20_261_120
KEY = bytes(range(1, 33))
OTHER_KEY = bytes(range(101, 133))
USER = b"0123456789abcdef"


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(storage_config=StorageConfig.memory()) as made:
        yield made


@pytest.fixture
def index(client: Client) -> EncryptedIndex:
    return client.create_index("notes", KEY)


def ids_of(hits: list[dict[str, Any]]) -> list[Any]:
    return [hit["id"] for hit in hits]


# Locations


@pytest.mark.parametrize("shape", [
    lambda path: Client(path),
    lambda path: Client(str(path)),
    lambda path: Client(path=path),
    lambda path: Client(storage_config=StorageConfig.disk(path)),
    lambda path: Client("account", StorageConfig.disk(path)),
    lambda path: Client(api_key="account", storage_config=StorageConfig.disk(path), cpu_threads=2),
    lambda path: Client(
        DBConfig("disk", connection_string=path), DBConfig("disk", "t", str(path)),
        DBConfig("none"), 0, False),
    lambda path: Client(index_location=DBConfig("disk", connection_string=path),
                        config_location=DBConfig("disk", connection_string=path)),
])  # fmt: skip
def test_all_shapes_of_a_client_open_the_same_folder(
    tmp_path: Path, shape: Callable[[Path], Client]
) -> None:
    folder = tmp_path / "indexes"
    with Client(folder) as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2], b"kept")])
    with shape(folder) as client:
        assert client.list_indexes() == ["notes"]
        assert client.load_index("notes", KEY).get_item(1) == b"kept"


def test_indexes_in_memory_can_be_loaded_again() -> None:
    with Client(DBConfig("memory"), DBConfig("memory")) as client:
        index = client.create_index("notes", KEY)
        index.upsert([(1, [1, 2])])
        index.close()
        assert client.load_index("notes", KEY).list_ids() == [1]


@pytest.mark.parametrize("wrong", [
    lambda: DBConfig("redis", connection_string="redis://secret"),
    lambda: DBConfig("disk"),
    lambda: Client(),
    lambda: Client(DBConfig("none")),
    lambda: Client("a", path="b"),
    lambda: Client(DBConfig("memory"), DBConfig("disk", connection_string="elsewhere")),
    lambda: Client(""),
])  # fmt: skip
def test_other_locations_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as caught:
        wrong()
    assert "secret" not in str(caught.value)


def test_an_unknown_location_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match="disk, memory, dynamodb"):
        DBConfig("s3")


def test_a_folder_is_opened_by_one_client_at_a_time(tmp_path: Path) -> None:
    with Client(tmp_path / "x"):
        with pytest.raises(martlet.StorageError):
            Client(tmp_path / "x")
    Client(tmp_path / "x").close()


# Keys


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, list, lambda key: list(key),
                                  lambda key: np.frombuffer(key, np.uint8)])  # fmt: skip
def test_a_key_is_32_bytes_in_any_form(client: Client, form: Callable[[bytes], object]) -> None:
    client.create_index("notes", form(KEY)).close()
    client.load_index("notes", KEY)


@pytest.mark.parametrize("key", [
    b"", KEY[:31], KEY + b"x", bytes(32), "k" * 32, None, 32, [1.5] * 32, [256] * 32,
    np.ones(32, np.float32), np.ones((4, 8), np.uint8),
])  # fmt: skip
def test_other_keys_are_refused(client: Client, key: object) -> None:
    with pytest.raises(ValueError):
        client.create_index("notes", key)
    assert client.list_indexes() == []


def test_generate_key_gives_32_bytes_that_differ() -> None:
    assert len({generate_key() for _ in range(50)}) == 50
    assert {len(Client.generate_key()) for _ in range(5)} == {32}


def test_another_key_does_not_open_an_index(client: Client) -> None:
    client.create_index("notes", KEY).close()
    with pytest.raises(martlet.WrongKeyError):
        client.load_index("notes", OTHER_KEY)


def test_each_call_takes_the_key_and_refuses_another(index: EncryptedIndex) -> None:
    index.upsert([(1, [1, 2])], index_key=KEY)
    calls: list[Callable[[bytes], object]] = [
        lambda key: index.upsert([(1, [1, 2])], index_key=key),
        lambda key: index.query([1, 2], index_key=key),
        lambda key: index.get([1], index_key=key),
        lambda key: index.get_item(1, index_key=key),
        lambda key: index.get_items([1], index_key=key),
        lambda key: index.list_ids(index_key=key),
        lambda key: index.get_num_vectors(index_key=key),
        lambda key: index.train(index_key=key),
        lambda key: index.rekey(index_key=key),
        lambda key: index.delete([2], index_key=key),
        lambda key: index.delete_index(index_key=key),
    ]
    for call in calls:
        with pytest.raises(martlet.WrongKeyError):
            call(OTHER_KEY)
    for call in calls:
        call(KEY)


def test_a_key_can_be_replaced(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert([(1, [1, 2], b"kept")])
        with pytest.raises(martlet.WrongKeyError):
            index.rotate_key(OTHER_KEY, KEY)
        index.rotate_key(KEY, OTHER_KEY)
        assert index.get_item(1, index_key=OTHER_KEY) == b"kept"
        with pytest.raises(martlet.WrongKeyError):
            index.get_item(1, index_key=KEY)
        index.rekey()
    with Client(tmp_path / "x") as client:
        with pytest.raises(martlet.WrongKeyError):
            client.load_index("notes", KEY)
        assert client.load_index("notes", OTHER_KEY).get_item(1) == b"kept"


def test_users_have_keys_of_their_own(client: Client) -> None:
    owner = client.create_index("notes", KEY)
    owner.upsert([(1, [1, 2], "kept")])
    owner.create_user_keys(USER, OTHER_KEY, ["read"])
    assert owner.list_user_keys() == [{"user_id": USER, "permissions": ["read"]}]
    reader = client.load_index("notes", OTHER_KEY)
    assert reader.get_item(1) == b"kept"
    for refused in (
        lambda: reader.upsert([(2, [1, 2])]), lambda: reader.delete([1]),
        lambda: reader.delete_index(), lambda: reader.create_user_keys(b"x" * 16, KEY),
    ):  # fmt: skip
        with pytest.raises(martlet.PermissionDeniedError):
            refused()
    with pytest.raises(martlet.DuplicateIdError):
        owner.create_user_keys(USER, generate_key())
    owner.delete_user_keys(USER)
    assert owner.list_user_keys() == []
    with pytest.raises(martlet.WrongKeyError):
        client.load_index("notes", OTHER_KEY)
    with pytest.raises(martlet.NotFoundError):
        owner.delete_user_keys(USER)
    owner.create_user_keys(USER, OTHER_KEY)
    client.load_index("notes", OTHER_KEY).upsert([(2, [1, 2])])


@pytest.mark.parametrize("arguments", [
    (b"short", OTHER_KEY, ["read"]), ("0123456789abcdef", OTHER_KEY, ["read"]),
    (USER, b"short", ["read"]), (USER, OTHER_KEY, []), (USER, OTHER_KEY, ["admin"]),
])  # fmt: skip
def test_bad_users_are_refused(index: EncryptedIndex, arguments: Any) -> None:
    with pytest.raises(ValueError):
        index.create_user_keys(*arguments)
    assert index.list_user_keys() == []


def test_names_can_be_under_a_key(tmp_path: Path) -> None:
    with Client(tmp_path / "x", catalog_key=OTHER_KEY) as client:
        client.create_index("notes", KEY)
    for wrong in (None, KEY):
        with pytest.raises(martlet.WrongKeyError):
            Client(tmp_path / "x", catalog_key=wrong)
    with Client(tmp_path / "x", catalog_key=OTHER_KEY) as client:
        assert client.list_indexes() == ["notes"]


# Making and loading


@pytest.mark.parametrize("config", [
    IndexIVFFlat(2, 16, "cosine"), IndexIVF(2, 16, "cosine"), IndexIVFPQ(2, 16, 4, 8, "cosine"),
    IndexIVFPQ(dimension=2, n_lists=16, pq_dim=4, pq_bits=8, metric="cosine"),
])  # fmt: skip
def test_older_configurations_give_dimension_and_metric(client: Client, config: IndexIVF) -> None:
    index = client.create_index("notes", KEY, config)
    assert (index.dimension, index.metric, index.n_lists) == (2, "cosine", 0)
    assert config.n_lists == 16


def test_an_index_says_what_it_is(index: EncryptedIndex) -> None:
    assert index.dimension is None and index.metric == "euclidean"
    assert index.index_name() == "notes" and index.index_type() == "hnsw"
    assert index.get_num_vectors() == len(index) == 0 and not index.is_trained()
    assert index.query([1, 2, 3]) == [] and index.get([1]) == [] and index.list_ids() == []
    index.upsert([(1, [1, 2, 3])])
    assert index.dimension == 3 and len(index) == 1
    assert index.index_config() == {
        "index_type": "hnsw", "dimension": 3, "metric": "euclidean", "n_lists": 0}


@pytest.mark.parametrize("arguments", [
    {"index_name": ""}, {"index_name": "taken"}, {"metric": "manhattan"}, {"dimension": -1},
    {"dimension": 0}, {"dimension": 10**9}, {"index_name": "\ud800"},
    {"index_config": IndexIVF(3), "dimension": 2},
    {"index_config": IndexIVF(3, metric="cosine"), "metric": "euclidean"},
])  # fmt: skip
def test_bad_indexes_are_refused(client: Client, arguments: dict[str, Any]) -> None:
    client.create_index("taken", KEY)
    with pytest.raises(ValueError):
        client.create_index(**{"index_name": "new", "index_key": KEY, **arguments})
    assert client.list_indexes() == ["taken"]


def test_an_index_that_is_not_there_is_an_error(client: Client) -> None:
    with pytest.raises(martlet.CollectionError):
        client.load_index("notes", KEY)


def test_a_reopened_index_has_all_that_it_had(tmp_path: Path) -> None:
    rows = np.random.default_rng(SEED).normal(size=(300, 8)).astype(np.float32)
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY, metric="cosine")
        index.upsert(range(300), rows, metadata=[{"n": n} for n in range(300)])
        before, version = index.query(rows[7], top_k=9), index.version()
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY, at_least_version=version)
        assert index.query(rows[7], top_k=9) == before, SEED
        assert index.metric == "cosine" and index.version() >= version


def test_an_older_copy_is_refused_by_its_version(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2])])
    shutil.copytree(tmp_path / "x", tmp_path / "old")
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        before = index.version()
        index.upsert([(1, [3, 4])])
        version = index.version()
        assert version > before
    with Client(tmp_path / "old") as client:
        with pytest.raises(martlet.IntegrityError):
            client.load_index("notes", KEY, at_least_version=version)
        client.load_index("notes", KEY)


@pytest.mark.parametrize("version", [-1, 2**64])
def test_a_version_is_a_number_of_64_bits(client: Client, version: int) -> None:
    client.create_index("notes", KEY)
    with pytest.raises(ValueError):
        client.load_index("notes", KEY, at_least_version=version)


def test_damaged_files_are_an_error(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2])])
    (keys,) = (tmp_path / "x").glob("*/keys")
    bytes_ = bytearray(keys.read_bytes())
    bytes_[-1] ^= 1
    keys.write_bytes(bytes_)
    with Client(tmp_path / "x") as client, pytest.raises(ValueError):
        client.load_index("notes", KEY)


# Upserts


VECTORS = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


@pytest.mark.parametrize("upsert", [
    lambda index: index.upsert([{"id": 1, "vector": VECTORS[0]}, {"id": 2, "vector": VECTORS[1]}]),
    lambda index: index.upsert([(1, VECTORS[0]), (2, tuple(VECTORS[1]))]),
    lambda index: index.upsert((n, v) for n, v in zip((1, 2), VECTORS)),
    lambda index: index.upsert([1, 2], VECTORS),
    lambda index: index.upsert(ids=[1, 2], vectors=VECTORS),
    lambda index: index.upsert([1, 2], vectors=VECTORS),
    lambda index: index.upsert(vectors=[(1, VECTORS[0]), (2, VECTORS[1])]),
    lambda index: index.upsert([(1, array("f", VECTORS[0])), (2, np.array(VECTORS[1]))]),
    lambda index: index.upsert([np.int16(1), np.uint64(2)], np.array(VECTORS)),
    lambda index: index.upsert(np.array([1, 2], np.int32), np.array(VECTORS, order="F")),
    *(
        lambda index, dtype=dtype: index.upsert(np.array([1, 2]), np.array(VECTORS, dtype))
        for dtype in ("f2", "f4", ">f4", "f8", ">f8", "g", "i1", "u2", "i8")
    ),
    lambda index: index.upsert([1, 2], np.array(VECTORS, np.float32)[::-1, ::-1].copy()[::-1, ::-1]),
])  # fmt: skip
def test_rows_come_in_many_forms(index: EncryptedIndex, upsert: Any) -> None:
    assert upsert(index) is None
    rows = [{"id": 1, "vector": VECTORS[0]}, {"id": 2, "vector": VECTORS[1]}]
    assert index.get([1, 2], include=["vector"]) == rows


def test_contents_are_bytes_or_text_by_either_name_and_read_as_bytes(index: EncryptedIndex) -> None:
    index.upsert([
        {"id": 1, "vector": [1], "item": b"\x00\xff"}, {"id": 2, "vector": [1], "contents": "é"},
        {"id": 3, "vector": [1]}, (4, [1], "item"), (5, [1], bytearray(b"x")),
    ])  # fmt: skip
    index.upsert([6, 7], [[1], [1]], contents=[b"six", None], metadata=[None, {"a": 1}])
    expected = [b"\x00\xff", "é".encode(), b"", b"item", b"x", b"six", b""]
    assert index.get_items([1, 2, 3, 4, 5, 6, 7]) == expected
    assert index.get([7], include=["item", "metadata"]) == [
        {"id": 7, "item": b"", "metadata": {"a": 1}}]


def test_an_upsert_replaces_all_of_a_row(index: EncryptedIndex) -> None:
    index.upsert([{"id": 1, "vector": [1, 2], "contents": b"old", "metadata": {"old": True}}])
    index.upsert([(1, [3, 4])])
    assert index.get([1]) == [{"id": 1, "vector": [3, 4], "contents": b"", "metadata": {}}]


def test_numbers_and_texts_are_different_ids(index: EncryptedIndex) -> None:
    index.upsert([(5, [1, 2], b"number"), ("5", [3, 4], b"text"), ("", [5, 6], b"none")])
    assert index.get_items([5, "5", ""]) == [b"number", b"text", b"none"]
    assert sorted(index.list_ids(), key=repr) == ["", "5", 5]
    index.delete([5])
    assert index.get_items([5, "5"]) == [b"", b"text"]
    assert ids_of(index.query([3, 4], top_k=1)) == ["5"]


@pytest.mark.parametrize("id", [0, -1, 2**63 - 1, -(2**63), "i5", "snow ☃", "\x00", "x" * 1000])
def test_ids_are_any_int64_and_text(index: EncryptedIndex, id: int | str) -> None:
    index.upsert([(id, [1, 2])])
    assert index.list_ids() == ids_of(index.query([1, 2])) == ids_of(index.get([id])) == [id]


def test_of_an_id_that_is_there_twice_the_last_row_stays(index: EncryptedIndex) -> None:
    index.upsert([(1, [1, 2], b"first"), (2, [5, 6]), (1, [3, 4], b"last")])
    assert index.get([1], ["vector", "contents"]) == [
        {"id": 1, "vector": [3, 4], "contents": b"last"}]
    assert len(index) == 2


@pytest.mark.parametrize("empty", [
    lambda index: index.upsert([]), lambda index: index.upsert([], []),
    lambda index: index.upsert(np.empty(0, np.int64), np.empty((0, 2))),
    lambda index: index.delete([]),
])  # fmt: skip
def test_an_empty_batch_does_nothing(index: EncryptedIndex, empty: Any) -> None:
    index.upsert([(1, [1, 2])])
    version = index.version()
    assert empty(index) is None
    assert index.version() == version and index.list_ids() == [1]


BAD_ROWS: list[Any] = [
    [{"vector": [1, 2]}], [{"id": 2}], [{"id": None, "vector": [1, 2]}], [(2,)],
    [(2, [1, 2], b"", {})], [{"id": 2, "vector": None}], [{"id": 2, "vector": [1]}],
    [{"id": 2, "vector": []}], [(2, [1, 2, 3])], [(2, [1, math.nan])], [(2, [1, math.inf])],
    [(2, [1, 1e39])], [(2, [1, 10**400])], [(2**63, [1, 2])], [("\ud800", [1, 2])],
    [{"id": 2, "vector": [1, 2], "item": b"", "contents": b""}],
    [{"id": 2, "vector": [1, 2], "contnets": b""}],
    [{"id": 2, "vector": [1, 2], "contents": "\ud800"}],
    [{"id": 2, "vector": [1, 2], "metadata": {"a": math.nan}}],
    [{"id": 2, "vector": [1, 2], "metadata": {"a": object()}}],
    [{"id": 2, "vector": [1, 2], "metadata": {"a": "\ud800"}}],
]


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("rows", BAD_ROWS, ids=range(len(BAD_ROWS)))
def test_a_batch_with_a_bad_row_stores_nothing(
    index: EncryptedIndex, rows: Any, place: int
) -> None:
    index.upsert([(1, [1, 2])])
    batch = [(3, [1, 2]), *rows] if place else [*rows, (3, [1, 2])]
    with pytest.raises(ValueError):
        index.upsert(batch)
    assert index.list_ids() == [1]


@pytest.mark.parametrize("arguments", [
    ([2], [[1, 2], [3, 4]]), ([2, 3], [[1, 2]]), (np.arange(3), np.ones((2, 2))),
    (np.arange(2), np.ones((2, 3))), (np.arange(2), np.ones(2)), (np.arange(2), np.ones((2, 1, 2))),
    ([2], [[1, math.nan]]), (np.array([2, 3], np.uint64) + np.uint64(2**63), np.ones((2, 2))),
])  # fmt: skip
def test_columns_that_do_not_fit_store_nothing(index: EncryptedIndex, arguments: Any) -> None:
    index.upsert([(1, [1, 2])])
    with pytest.raises(ValueError):
        index.upsert(*arguments)
    with pytest.raises(ValueError):
        index.upsert([5, 6], np.ones((2, 2)), contents=[b"one"])
    assert index.list_ids() == [1]


@pytest.mark.parametrize("call", [
    lambda index: index.upsert([(True, [1, 2])]), lambda index: index.upsert([(1.5, [1, 2])]),
    lambda index: index.upsert([(b"x", [1, 2])]), lambda index: index.upsert([[1, [1, 2]]]),
    lambda index: index.upsert({"id": 1, "vector": [1, 2]}), lambda index: index.upsert("rows"),
    lambda index: index.upsert([(2, "12")]), lambda index: index.upsert([(2, 5)]),
    lambda index: index.upsert([(2, [1, 2], 5)]), lambda index: index.upsert(np.arange(2.0), [[1, 2]] * 2),
    lambda index: index.upsert([{"id": 1, "vector": [1, 2], "metadata": [1]}]),
    lambda index: index.get(5), lambda index: index.get("5"), lambda index: index.delete(5),
    lambda index: index.query([1, 2], top_k="5"), lambda index: index.query([1, 2], top_k=1.5),
    lambda index: index.query([1, 2], include="distance"), lambda index: index.query("12"),
    lambda index: index.query([1, 2], filters=[1]),
])  # fmt: skip
def test_arguments_of_other_types_are_refused(index: EncryptedIndex, call: Any) -> None:
    index.upsert([(1, [1, 2])])
    with pytest.raises((TypeError, ValueError)):
        call(index)
    assert index.list_ids() == [1]


# Queries


def truth(metric: str, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    rows, query = rows.astype(np.float64), query.astype(np.float64)
    squares = ((rows - query) ** 2).sum(axis=1)
    if metric == "squared_euclidean":
        return squares
    if metric == "euclidean":
        return np.sqrt(squares)
    if metric == "dot_product":
        return -(rows @ query)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
    return 1 - np.divide(rows @ query, lengths, out=np.zeros(len(rows)), where=lengths > 0)


@pytest.mark.parametrize("metric", ["euclidean", "squared_euclidean", "cosine", "dot_product"])
def test_exact_queries_answer_as_numpy(client: Client, metric: str) -> None:
    rng = np.random.default_rng(SEED)
    rows = rng.normal(size=(200, 11)).astype(np.float32)
    rows[3] = 0
    index = client.create_index("notes", KEY, dimension=11, metric=metric)
    index.upsert(np.arange(200), rows)
    for query in rng.normal(size=(10, 11)).astype(np.float32):
        distances = truth(metric, rows, query)
        hits = index.query(query, top_k=15, exact=True)
        found = [hit["distance"] for hit in hits]
        assert np.allclose(found, np.sort(distances)[:15], rtol=1e-4, atol=1e-5), SEED
        assert np.allclose(distances[ids_of(hits)], found, rtol=1e-4, atol=1e-5), SEED


def test_a_vector_of_zeros_is_at_cosine_distance_1(client: Client) -> None:
    index = client.create_index("notes", KEY, metric="cosine")
    index.upsert([(1, [0, 0]), (2, [1, 0])])
    assert index.query([0, 0], include=["distance"]) == [
        {"id": 1, "distance": 1.0}, {"id": 2, "distance": 1.0}]


def test_many_rows_are_found_before_and_after_training(client: Client) -> None:
    rows = np.random.default_rng(SEED).normal(size=(6000, 16)).astype(np.float32)
    index = client.create_index("notes", KEY)
    index.upsert(np.arange(len(rows)), rows)
    assert all(ids_of(index.query(rows[n], top_k=1)) == [n] for n in range(0, 6000, 300))
    index.train(n_lists=16, batch_size=64, max_iters=5, tolerance=0.1, max_memory=1)
    assert index.is_trained()
    queries = np.random.default_rng(SEED + 1).normal(size=(50, 16)).astype(np.float32)
    for extra in ({}, {"ef": 200}, {"n_probes": 8}, {"n_probes": 10**9}, {"n_probes": 0}):
        found = index.query(queries, top_k=10, **extra)
        right = sum(
            len(set(ids_of(hits)) & set(np.argsort(truth("euclidean", rows, query))[:10].tolist()))
            for query, hits in zip(queries, found))
        assert right / 500 > 0.9, (SEED, extra)


def test_a_matrix_of_queries_has_a_list_of_lists(index: EncryptedIndex) -> None:
    index.upsert([(1, [1, 0]), (2, [0, 1])])
    for queries in ([[1, 0], [0, 1]], np.array([[1, 0], [0, 1]]), ([1, 0], np.array([0, 1]))):
        assert [ids_of(hits) for hits in index.query(queries)] == [[1, 2], [2, 1]]
    assert [ids_of(hits) for hits in index.query([[1, 0]])] == [[1, 2]]
    assert index.query(np.empty((0, 2))) == []


def test_both_names_of_the_query_are_taken(index: EncryptedIndex) -> None:
    index.upsert([(1, [1, 0])])
    assert (
        ids_of(index.query(query_vector=[1, 0])) == ids_of(index.query(query_vectors=[1, 0]))
        == ids_of(index.query([1, 0], 5, None, None, ["distance"], True)) == [1])
    for wrong in ({}, {"query_vector": [1, 0], "query_vectors": [1, 0]}):
        with pytest.raises(ValueError):
            index.query(**wrong)


def test_top_k_is_how_many_at_most(index: EncryptedIndex) -> None:
    index.upsert([(n, [n, 0]) for n in range(150)])
    assert len(index.query([0, 0])) == 100
    assert len(index.query([0, 0], top_k=7)) == 7
    assert index.query([0, 0], top_k=0) == [] and index.query([[0, 0]] * 2, top_k=0) == [[], []]
    for many in (151, 100_000, 10**9, 2**62):
        assert ids_of(index.query([0, 0], top_k=many)) == list(range(150))
    with pytest.raises(ValueError):
        index.query([0, 0], top_k=-1)


def test_include_chooses_what_hits_have(index: EncryptedIndex) -> None:
    index.upsert([{"id": 1, "vector": [1, 0], "metadata": {"a": 1}}])
    assert index.query([1, 0]) == [{"id": 1, "distance": 0, "metadata": {"a": 1}}]
    assert index.query([1, 0], include=["metadata"]) == [{"id": 1, "metadata": {"a": 1}}]
    assert index.query([1, 0], include=[]) == [{"id": 1}]
    for wrong in (["vector"], ["distance", "x"]):
        with pytest.raises(ValueError):
            index.query([1, 0], include=wrong)


@pytest.mark.parametrize("query", [[1], [1, 2, 3], [], [math.nan, 1], [1, math.inf], [[1, 2], [1]],
                                   np.ones((1, 1, 2))])  # fmt: skip
def test_bad_queries_are_refused(index: EncryptedIndex, query: Any) -> None:
    index.upsert([(1, [1, 2])])
    with pytest.raises(ValueError):
        index.query(query)


@pytest.mark.parametrize("filter, rows", [
    ({}, [1, 2, 3, 4]), ({"c": "a"}, [1]), ({"c": {"$eq": "a"}}, [1]),
    ({"c": {"$ne": "a"}}, [2, 3, 4]), ({"c": {"$in": ["a", "b"]}}, [1, 2]),
    ({"c": {"$nin": ["a"]}}, [2, 3, 4]), ({"n": {"$gte": 2.5, "$lt": 11}}, [2, 3]),
    ({"n": {"$exists": True}}, [1, 2, 3]), ({"c": {"$exists": False}}, [3, 4]),
    ({"$or": [{"c": "a"}, {"n": 10}]}, [1, 3]), ({"$and": [{"c": "a"}, {"n": 10}]}, []),
])  # fmt: skip
def test_filters_choose_by_metadata(
    index: EncryptedIndex, filter: dict[str, Any], rows: list[int]
) -> None:
    index.upsert([
        {"id": 1, "vector": [1, 0], "metadata": {"c": "a", "n": 1, "b": True}},
        {"id": 2, "vector": [2, 0], "metadata": {"c": "b", "n": 2.5, "b": False}},
        {"id": 3, "vector": [3, 0], "metadata": {"n": 10}},
        {"id": 4, "vector": [4, 0], "metadata": {"other": None}},
    ])  # fmt: skip
    assert ids_of(index.query([0, 0], filters=filter)) == rows


@pytest.mark.parametrize("filter", [{"a": {"$unknown": 1}}, {"n": {"$gte": "text"}},
                                    {"n": math.nan}])  # fmt: skip
def test_filters_without_meaning_are_refused(index: EncryptedIndex, filter: Any) -> None:
    index.upsert([(1, [1, 2])])
    with pytest.raises(ValueError):
        index.query([1, 2], filters=filter)


# Reading and deleting


def test_get_answers_in_the_order_asked_without_those_that_are_not_there(
    index: EncryptedIndex,
) -> None:
    index.upsert([(n, [n, 0], str(n)) for n in range(5)])
    assert ids_of(index.get([4, 99, 0, "1", 2])) == [4, 0, 2]
    assert index.get([2, 2], include=[]) == [{"id": 2}, {"id": 2}]
    assert index.get_items([4, 99, 0, 4]) == [b"4", b"", b"0", b"4"]
    assert index.get_item(99) == b""
    assert index.get(np.array([3]), include=["contents"]) == [{"id": 3, "contents": b"3"}]
    with pytest.raises(ValueError):
        index.get([1], include=["distance"])


def test_deleted_rows_are_gone_and_unknown_ids_ignored(index: EncryptedIndex) -> None:
    index.delete([1])
    index.upsert([(n, [n, 0]) for n in range(5)])
    index.delete([1, 99, "2", 1])
    assert sorted(index.list_ids()) == [0, 2, 3, 4] and index.get([1]) == []
    assert ids_of(index.query([1, 0])) == [0, 2, 3, 4]


def handle_calls(index: EncryptedIndex) -> list[Callable[[], object]]:
    return [
        lambda: index.upsert([(1, [1, 2])]), lambda: index.upsert([]), lambda: index.query([1, 2]),
        lambda: index.query([1, 2], top_k=0), lambda: index.get([1]), lambda: index.get([]),
        lambda: index.get_item(1), lambda: index.get_items([1]), lambda: index.delete([1]),
        lambda: index.list_ids(), lambda: index.get_num_vectors(), lambda: len(index),
        lambda: index.train(), lambda: index.is_trained(), lambda: index.index_config(),
        lambda: index.index_name(), lambda: index.index_type(), lambda: index.dimension,
        lambda: index.metric, lambda: index.n_lists, lambda: index.version(),
        lambda: index.rotate_key(KEY, OTHER_KEY), lambda: index.rekey(),
        lambda: index.create_user_keys(USER, OTHER_KEY), lambda: index.list_user_keys(),
        lambda: index.delete_user_keys(USER), lambda: index.delete_index(),
    ]  # fmt: skip


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("end", ["delete", "close", "client"])
def test_handles_that_are_no_more_raise(tmp_path: Path, end: str, in_memory: bool) -> None:
    client = Client(DBConfig("memory")) if in_memory else Client(tmp_path / "x")
    index = client.create_index("notes", KEY)
    index.upsert([(1, [1, 2])])
    again = client.load_index("notes", KEY)
    {"delete": index.delete_index, "close": index.close, "client": client.close}[end]()
    for handle in (index, again):
        for call in handle_calls(handle):
            with pytest.raises(martlet.ClosedError):
                call()
    if end == "client":
        for call in (client.list_indexes, lambda: client.create_index("other", KEY)):
            with pytest.raises(martlet.ClosedError):
                call()
    elif end == "delete":
        assert client.list_indexes() == []
        assert client.create_index("notes", OTHER_KEY).list_ids() == []
    else:
        assert client.load_index("notes", KEY).list_ids() == [1]
    client.close()


# What does not show

SECRETS = ("hemlock", "0.7182818", "wolfsbane", "belladonna", "1646760258")


def test_errors_show_neither_keys_nor_data(client: Client) -> None:
    key = b"wolfsbane wolfsbane wolfsbane 32"
    index = client.create_index("notes", key)
    vector = [0.7182818, 1.0]
    index.upsert([{"id": "belladonna", "vector": vector, "contents": "hemlock",
                   "metadata": {"hemlock": "hemlock"}}])  # fmt: skip
    calls: list[Callable[[], object]] = [
        lambda: client.create_index("notes", key), lambda: client.create_index("new", key[:31]),
        lambda: client.create_index("new", key.decode()), lambda: client.create_index(key, key),
        lambda: client.load_index("none", key), lambda: client.load_index("notes", key[::-1]),
        lambda: client.load_index("notes", list(key) + [1]),
        lambda: client.load_index("notes", [*key[:31], "wolfsbane"]),
        lambda: index.query(vector, top_k=-1, index_key=key),
        lambda: index.query(vector, top_k="hemlock"), lambda: index.query([*vector, 1]),
        lambda: index.query(["0.7182818", 1]), lambda: index.query([0.7182818, math.nan]),
        lambda: index.query(vector, include=["hemlock"]), lambda: index.query(vector, ef="hemlock"),
        lambda: index.query(vector, filters={"a": {"$gt": "hemlock"}}),
        lambda: index.query(vector, index_key="wolfsbane"), lambda: index.query("hemlock"),
        lambda: index.get(1646760258), lambda: index.get("belladonna"),
        lambda: index.get([b"belladonna"]), lambda: index.delete(1646760258),
        lambda: index.get_item(1646760258.5), lambda: index.upsert([("belladonna", [*vector, 1])]),
        lambda: index.upsert([("belladonna\ud800", vector)]),
        lambda: index.upsert([(1646760258 * 10**20, vector)]),
        lambda: index.upsert([("belladonna", vector, {"hemlock": 1})]),
        lambda: index.upsert([("belladonna", vector, "hemlock\ud800")]),
        lambda: index.upsert([("belladonna", ["hemlock", "wolfsbane"])]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "hemlock": 1}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "metadata": {"hemlock": {1}}}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "metadata": "hemlock"}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector,
                               "metadata": {"hemlock": "belladonna\ud800"}}]),
        lambda: index.upsert(["belladonna"], np.array([["hemlock", "x"]])),
        lambda: index.upsert([("belladonna", vector, b"hemlock" * 100_000)]),
        lambda: index.rotate_key(key[::-1], key), lambda: index.rotate_key("wolfsbane", key),
        lambda: index.create_user_keys("belladonna", key),
    ]  # fmt: skip
    for place, call in enumerate(calls):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        text = "".join(traceback.format_exception_only(caught.type, caught.value))
        assert not [secret for secret in SECRETS if secret in text], place
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or caught.value.__suppress_context__, place
    for made in (client, index, DBConfig("disk", connection_string="hemlock")):
        assert "hemlock" not in repr(made) and "wolfsbane" not in repr(made)


def test_files_have_nothing_in_clear(tmp_path: Path) -> None:
    vector = np.array([0.7182818, 0.3141592, 0.5772156, 0.4142135], np.float32)
    key = generate_key()
    with Client(tmp_path / "x") as client:
        index = client.create_index("mandragora", key)
        index.upsert([{"id": f"belladonna {n}", "vector": vector, "contents": "hemlock " * 9,
                       "metadata": {"nightshade": "wolfsbane"}} for n in range(50)])  # fmt: skip
        index.train()
    files = [path for path in (tmp_path / "x").rglob("*") if path.is_file()]
    clear = [b"mandragora", b"belladonna", b"hemlock", b"nightshade", b"wolfsbane", key,
             vector.tobytes()]  # fmt: skip
    assert sum(path.stat().st_size for path in files) > 10_000
    for path in files:
        held = path.read_bytes()
        assert not [word for word in clear if word in held], path.name
        assert not [word for word in clear if word.hex() in str(path)]


def test_nothing_is_printed_and_the_log_is_python_s(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = np.random.default_rng(SEED).normal(size=(6000, 8)).astype(np.float32)
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert(np.arange(len(rows)), rows)
        index.train()
    damaged = [path for path in (tmp_path / "x").glob("*/vectors/**/*") if path.is_file()]
    assert damaged
    for path in damaged:
        held = bytearray(path.read_bytes())
        held[len(held) // 2] ^= 255
        path.write_bytes(held)
    with caplog.at_level(logging.WARNING), Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        assert ids_of(index.query(rows[5], top_k=1)) == [5]
    assert {record.name for record in caplog.records} == {"martlet.encrypted"}
    assert capfd.readouterr() == ("", "")


# Around it


def test_numpy_is_not_needed(tmp_path: Path) -> None:
    program = """if True:
        import sys
        sys.modules["numpy"] = None
        from array import array
        from martlet import encrypted
        key = encrypted.generate_key()
        with encrypted.Client(sys.argv[1]) as client:
            index = client.create_index("notes", key)
            index.upsert(array("q", [1, 2]), [array("d", [1, 2]), [3, 4]])
            assert index.query(array("f", [1, 2]), top_k=1)[0]["id"] == 1
    """
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x")], check=True)


def test_a_program_may_end_without_closing(tmp_path: Path) -> None:
    program = """if True:
        import sys
        from martlet import encrypted
        index = encrypted.Client(sys.argv[1]).create_index("notes", bytes(range(1, 33)))
        index.upsert([(n, [n, 1.0], b"kept") for n in range(2000)])
    """
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], check=True, capture_output=True)
    assert done.stderr == b"" and done.stdout == b""
    with Client(tmp_path / "x") as client:
        assert len(client.load_index("notes", KEY)) == 2000


def test_what_was_answered_survives_a_killed_program(tmp_path: Path) -> None:
    program = """if True:
        import os, signal, sys
        from martlet import encrypted
        index = encrypted.Client(sys.argv[1]).create_index("notes", bytes(range(1, 33)))
        for n in range(30):
            index.upsert([(n, [n, 1.0])])
        print(index.version(), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "x")], capture_output=True, text=True)
    assert done.returncode == -9
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY, at_least_version=int(done.stdout))
        assert sorted(index.list_ids()) == list(range(30))


def test_a_replaced_key_is_every_owner_handles_and_no_users(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        first = client.create_index("notes", KEY)
        first.upsert([(1, [1.0, 2.0])])
        first.create_user_keys(USER, bytes(range(51, 83)))
        second = client.load_index("notes", KEY)
        user = client.load_index("notes", bytes(range(51, 83)))
        first.rotate_key(KEY, OTHER_KEY)
        for handle in (first, second):
            assert ids_of(handle.query([1.0, 2.0], index_key=OTHER_KEY)) == [1]
            with pytest.raises(encrypted.WrongKeyError):
                handle.query([1.0, 2.0], index_key=KEY)
        # What takes the owner's key has the new one without being told.
        second.create_user_keys(b"f" * 16, bytes(range(2, 34)), ["read"])
        second.rekey()
        second.rotate_key(OTHER_KEY, KEY)
        first.delete_user_keys(b"f" * 16)
        user.upsert([(2, [1.0, 3.0])], index_key=bytes(range(51, 83)))
        assert first.get_num_vectors() == 2
        with pytest.raises(encrypted.WrongKeyError):
            second.rotate_key(OTHER_KEY, OTHER_KEY)
        # An index of the same name that comes later has its own.
        first.delete_index()
        again = client.create_index("notes", OTHER_KEY)
        with pytest.raises(encrypted.ClosedError):
            second.get_num_vectors(index_key=KEY)
        again.rekey(index_key=OTHER_KEY)


def test_data_is_sealed_anew_in_the_background_and_says_how_far_it_is(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert(list(range(3000)), np.random.default_rng(SEED).random((3000, 16)))
        rekeying = index.rekey_in_background(index_key=KEY)
        before = 0.0
        while not rekeying.wait(0.001):
            part = rekeying.progress
            assert before <= part <= 1
            before = part
            index.upsert([(5000, [0.0] * 16)])
        rekeying.result()
        assert rekeying.done() and rekeying.progress == 1
        assert index.get_num_vectors() == 3001
        with pytest.raises(encrypted.WrongKeyError):
            index.rekey_in_background(index_key=OTHER_KEY)
        client.create_index("other", KEY).close()
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        assert index.get_num_vectors() == 3001
        user = bytes(range(51, 83))
        index.create_user_keys(USER, user)
        failing = client.load_index("notes", user).rekey_in_background()
        with pytest.raises(encrypted.PermissionDeniedError):
            failing.result(60)


@pytest.mark.parametrize("ids", [list(range(40)), ["a", *range(1, 40)]])
def test_queries_answer_in_arrays(index: EncryptedIndex, ids: list[Any]) -> None:
    rows = np.random.default_rng(SEED).random((40, 6), np.float32)
    index.upsert(ids, rows, metadata=[{"n": n} for n in range(40)])
    found, distances = index.query_numpy(rows[:5], top_k=7, exact=True)
    assert found.shape == distances.shape == (5, 7)
    assert found.dtype == (np.int64 if ids[0] == 0 else object)
    assert distances.dtype == np.float64
    for row, hits in enumerate(index.query(rows[:5], top_k=7, exact=True)):
        assert found[row].tolist() == ids_of(hits)
        assert distances[row].tolist() == [hit["distance"] for hit in hits]
    # One vector, fewer rows than asked for, a filter that leaves none.
    found, distances = index.query_numpy(rows[0], 100)
    assert found.shape == distances.shape == (40,)
    assert found[0] == ids[0] and distances.flags.writeable
    found, distances = index.query_numpy(rows[:2], 3, filters={"n": {"$gt": 99}})
    assert found.shape == distances.shape == (2, 0)
    found, distances = index.query_numpy(np.empty((0, 6), np.float32))
    assert found.shape == distances.shape == (0, 0)
    with pytest.raises(encrypted.WrongKeyError):
        index.query_numpy(rows[0], index_key=OTHER_KEY)
    with pytest.raises(encrypted.DimensionError):
        index.query_numpy(rows[:, :3])


def test_a_forked_process_is_refused(tmp_path: Path) -> None:
    program = """if True:
        import os, sys
        from martlet import encrypted
        client = encrypted.Client(sys.argv[1])
        index = client.create_index("notes", bytes(range(1, 33)))
        child = os.fork()
        if child == 0:
            try:
                index.upsert([(1, [1.0])])
            except encrypted.ClosedError:
                os._exit(7)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        index.upsert([(1, [1.0])])
    """
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "x")], check=True, timeout=120)


FORKED = """\
    import multiprocessing, os, sys
    import martlet
    from martlet import encrypted

    def refused(call):
        try:
            call()
        except encrypted.ClosedError as error:
            assert "fork" in str(error)
        else:
            raise AssertionError("nothing was raised")

    def work(folder):
        refused(lambda: index.query([1.0], top_k=1))
        refused(lambda: index.upsert([(2, [1.0])]))
        refused(lambda: client.load_index("notes", KEY))
        refused(client.list_indexes)
        refused(lambda: db.search([1.0, 2.0, 3.0]))
        refused(lambda: encrypted.Client(folder + "/mine"))
        refused(lambda: martlet.Database(folder + "/mine too", dim=2))
        refused(client.close)
        # In one piece: other processes write to the same place.
        os.write(1, b"refused\\n")

    KEY = bytes(range(1, 33))
    folder = sys.argv[1]
    client = encrypted.Client(folder + "/x")
    index = client.create_index("notes", KEY)
    index.upsert([(1, [1.0])])
    db = martlet.Database(folder + "/db", dim=3)
    db.add("a", [1, 2, 3])
"""


@pytest.mark.parametrize("end", [
    # All of these must leave the child's way out open: it is not to wait for threads that it lacks.
    "child = os.fork()\nif child == 0:\n    work(folder)\n    sys.exit(7)",
    "child = os.fork()\nif child == 0:\n    work(folder)\n    del index, client, db\n    sys.exit(7)",
    "child = os.fork()\nif child == 0:\n    work(folder)\n    os._exit(7)",
])
def test_a_forked_child_is_refused_and_can_end(tmp_path: Path, end: str) -> None:
    program = textwrap.dedent(FORKED) + end + """
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
assert [hit["id"] for hit in index.query([1.0], top_k=1)] == [1]
assert db.ids() == ["a"]
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "refused\n")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes_that_multiprocessing_forks_are_refused_and_can_end(tmp_path: Path) -> None:
    program = textwrap.dedent(FORKED) + """
context = multiprocessing.get_context("fork")
workers = [context.Process(target=work, args=(folder,)) for _ in range(3)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join(60)
    assert worker.exitcode == 0, worker.exitcode
with context.Pool(2) as pool:
    assert pool.map(abs, [-1, -2]) == [1, 2]
index.upsert([(3, [2.0])])
client.close()
# A child that still runs does not keep the folder from being opened again.
child = os.fork()
if child == 0:
    import time
    time.sleep(60)
    os._exit(0)
db.close()
martlet.Database(folder + "/db").close()
os.kill(child, 9)
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(tmp_path)], capture_output=True,
        text=True, timeout=120)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "refused\n" * 3)


def test_threads_may_use_one_index(index: EncryptedIndex) -> None:
    drawn = random.Random(SEED)
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for n in range(first, first + 40):
                index.upsert([(n, [n, 1], str(n))])
                assert index.get_item(n) == str(n).encode()
                assert n in ids_of(index.query([n, 1], top_k=1))
        except BaseException as failure:
            failures.append(failure)

    starts = [100 * n for n in range(4)]
    drawn.shuffle(starts)
    threads = [threading.Thread(target=work, args=(start,)) for start in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and len(index) == 160


def test_the_module_s_errors_are_the_package_s() -> None:
    for name in ("WrongKeyError", "IntegrityError", "PermissionDeniedError", "ClosedError"):
        assert getattr(encrypted, name) is getattr(martlet, name)
        assert issubclass(getattr(martlet, name), ValueError)
