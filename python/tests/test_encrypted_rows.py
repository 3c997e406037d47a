"""Rows of encrypted indexes: upserts, queries, reading and deleting."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from encrypted_support import KEY, OTHER_KEY, SEED, USER, ids_of

import martlet
from martlet import encrypted
from martlet.encrypted import Client, DBConfig, EncryptedIndex

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
