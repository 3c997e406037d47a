"""Distances, searches, and what they find."""

from __future__ import annotations

import copy
import math
import pickle
import time
from pathlib import Path
from typing import Any

import numpy
import pytest
from conftest import Place

import martlet
from martlet import Database, SearchResult


def exact(metric: str, query: Any, rows: Any) -> Any:
    """Distances by their definition, in double precision."""
    query, rows = numpy.asarray(query, "f8"), numpy.asarray(rows, "f8")
    if metric == "euclidean":
        return ((rows - query) ** 2).sum(axis=1)
    if metric == "dot":
        return -rows @ query
    lengths = numpy.linalg.norm(rows, axis=1) * numpy.linalg.norm(query)
    return 1 - numpy.divide(rows @ query, lengths, out=numpy.zeros(len(rows)), where=lengths > 0)


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_distances_follow_their_definition(place: Place, metric: str) -> None:
    random = numpy.random.default_rng(11)
    rows = random.normal(size=(200, 20)).astype("f4")
    rows[7] = 0
    query = random.normal(size=20).astype("f4")
    db = Database(place, dim=20, metric=metric)
    db.add_many([str(n) for n in range(200)], rows)
    found = db.search(query, k=200)
    assert len(found) == 200
    expected = exact(metric, query, rows)
    for result in found:
        assert type(result.distance) is float
        assert result.distance == pytest.approx(expected[int(result.id)], abs=1e-5)
    assert [r.distance for r in found] == sorted(r.distance for r in found)


def test_cosine_is_one_when_either_vector_is_zero(place: Place) -> None:
    db = Database(place, dim=2)
    db.add_many(["zero", "same", "across", "against"], [[0, 0], [2, 0], [0, 5], [-3, 0]])
    assert [(r.id, r.distance) for r in db.search([1, 0])] == [
        ("same", 0), ("across", 1), ("zero", 1), ("against", 2)]
    assert {r.distance for r in db.search([0, 0])} == {1}


def test_euclidean_is_squared(abc: Database) -> None:
    assert [(r.id, r.distance) for r in abc.search([0, 0, 0])] == [("a", 1), ("b", 4), ("c", 9)]


def test_dot_product_is_negated(place: Place) -> None:
    db = Database(place, dim=2, metric="dot")
    db.add_many(["a", "b", "c"], [[1, 1], [5, 0], [-1, 0]])
    assert [(r.id, r.distance) for r in db.search([2, 0])] == [("b", -10), ("a", -2), ("c", 2)]


def test_small_differences_between_large_vectors_are_kept(place: Place) -> None:
    db = Database(place, dim=4, metric="euclidean")
    db.add_many([str(i) for i in range(10)], [[4000 + i, 1, 2, 3] for i in range(10)])
    found = db.search([4005, 1, 2, 3], k=3)
    assert [(r.id, r.distance) for r in found] == [("5", 0), ("4", 1), ("6", 1)]


def test_at_most_k_and_all_that_there_are(abc: Database) -> None:
    assert len(abc.search([0, 0, 0], k=2)) == 2
    assert len(abc.search([0, 0, 0], k=3)) == 3
    assert len(abc.search([0, 0, 0])) == len(abc.search([0, 0, 0], k=10**9)) == 3
    assert abc.search([0, 0, 0], k=0) == []


def test_an_empty_database_finds_nothing(db: Database) -> None:
    assert db.search([1, 2, 3]) == []
    assert db.search_many([[1, 2, 3]] * 2) == [[], []]
    assert db.search_many([]) == []


def test_a_query_of_another_length_is_refused(abc: Database) -> None:
    for query in [[1, 2], [1, 2, 3, 4], [], numpy.zeros(4, "f4")]:
        with pytest.raises(martlet.DimensionError, match=f"{len(query)} .* 3 "):
            abc.search(query)
        with pytest.raises(martlet.DimensionError):
            abc.search_many([query])
    with pytest.raises(martlet.DimensionError):
        abc.search_many(numpy.zeros((2, 4)))


@pytest.mark.parametrize("name", ["k", "ef_search"])
def test_negative_counts_are_refused(abc: Database, name: str) -> None:
    with pytest.raises((ValueError, OverflowError), match=name):
        abc.search([1, 2, 3], **{name: -1})  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        abc.search([1, 2, 3], **{name: 1.5})  # type: ignore[arg-type]
    with pytest.raises(OverflowError):
        abc.search([1, 2, 3], **{name: 1 << 70})  # type: ignore[arg-type]


def test_max_distance_drops_what_is_farther_and_keeps_what_is_equal(abc: Database) -> None:
    assert [r.id for r in abc.search([0, 0, 0], max_distance=4)] == ["a", "b"]
    assert [r.id for r in abc.search([0, 0, 0], max_distance=3.999)] == ["a"]
    assert abc.search([0, 0, 0], max_distance=-1) == []
    assert len(abc.search([0, 0, 0], max_distance=math.inf)) == 3
    assert abc.search([0, 0, 0], max_distance=-math.inf) == []
    with pytest.raises(ValueError, match="max_distance"):
        abc.search([0, 0, 0], max_distance=math.nan)
    with pytest.raises(TypeError):
        abc.search([0, 0, 0], max_distance="1")  # type: ignore[arg-type]


def test_max_distance_works_on_the_metrics_own_scale(place: Place) -> None:
    db = Database(place, dim=2, metric="dot")
    db.add_many(["a", "b", "c"], [[1, 1], [5, 0], [-1, 0]])
    assert [r.id for r in db.search([2, 0], max_distance=-2)] == ["b", "a"]


def test_ef_search_below_k_counts_as_k(abc: Database) -> None:
    for ef in [0, 1, 2, 3, 1000, None]:
        assert [r.id for r in abc.search([0, 0, 0], 3, ef)] == ["a", "b", "c"]


def test_deleted_rows_never_appear_and_never_reduce_the_results(place: Place) -> None:
    random = numpy.random.default_rng(12)
    rows = random.normal(size=(4000, 16)).astype("f4")
    db = Database(place, dim=16, metric="euclidean")
    db.add_many([str(n) for n in range(4000)], rows)
    distances = exact("euclidean", rows[0], rows)
    nearest = [str(n) for n in distances.argsort()]
    assert db.delete_many(nearest[:900]) == 900
    assert [r.id for r in db.search(rows[0], k=10, exact=True)] == nearest[900:910]
    found = db.search(rows[0], k=10)
    assert len(found) == 10
    assert not {r.id for r in found} & set(nearest[:900])
    db.compact()
    assert len(db.search(rows[0], k=10)) == 10


def test_a_filter_never_reduces_the_results(place: Place) -> None:
    random = numpy.random.default_rng(13)
    rows = random.normal(size=(4000, 16)).astype("f4")
    db = Database(place, dim=16, metric="euclidean")
    db.add_many(
        [str(n) for n in range(4000)], rows,
        [{"rare": n % 100 == 0, "one": n == 1234, "half": n % 2} for n in range(4000)])
    assert len(db.search(rows[0], k=10, where_filter={"rare": True})) == 10
    assert len(db.search(rows[0], k=100, where_filter={"rare": True})) == 40
    assert [r.id for r in db.search(rows[0], where_filter={"one": True})] == ["1234"]
    assert len(db.search(rows[0], k=1000, where_filter={"half": 1})) == 1000


def test_equal_distances_are_ordered_by_id(db: Database) -> None:
    ids = ["b", "ä", "a", "Z", "", "🐦", "10", "9"]
    db.add_many(ids, [[1, 1, 1]] * len(ids))
    found = [r.id for r in db.search([0, 0, 0])]
    assert found == sorted(ids)
    assert [r.id for r in db.search([0, 0, 0], k=3)] == sorted(ids)[:3]


def test_search_many_gives_what_search_gives(place: Place) -> None:
    random = numpy.random.default_rng(14)
    rows = random.normal(size=(3000, 12)).astype("f4")
    db = Database(place, dim=12)
    db.add_many([str(n) for n in range(3000)], rows, [{"n": n % 7} for n in range(3000)])
    queries = random.normal(size=(37, 12)).astype("f4")
    for options in [{}, {"k": 3}, {"ef_search": 500}, {"where_filter": {"n": 3}},
                    {"max_distance": 0.5}, {"exact": True}, {"k": 0}]:
        many = db.search_many(queries, **options)  # type: ignore[arg-type]
        assert many == [db.search(query, **options) for query in queries]  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_clustered_data_is_found(place: Place, metric: str) -> None:
    random = numpy.random.default_rng(15)
    centres = random.normal(size=(100, 32))
    rows = (centres[random.integers(100, size=8000)]
            + 0.2 * random.normal(size=(8000, 32))).astype("f4")
    db = Database(place, dim=32, metric=metric)
    db.add_many([str(n) for n in range(8000)], rows)
    queries = rows[:200] + 0.05 * random.normal(size=(200, 32)).astype("f4")
    hits = 0
    for query, found in zip(queries, db.search_many(queries), strict=True):
        nearest = exact(metric, query, rows).argsort()[:10]
        hits += len({r.id for r in found} & {str(n) for n in nearest})
    assert hits / 2000 > 0.95
    for n, found in enumerate(db.search_many(rows[:100], k=1)):
        assert found[0].distance == pytest.approx(0, abs=1e-6), n


@pytest.mark.parametrize("dim", [2, 8, 32])
def test_rows_that_differ_in_one_dimension_are_found(place: Place, dim: int) -> None:
    random = numpy.random.default_rng(16)
    rows = random.normal(size=(5000, dim)) * [100, *[1] * (dim - 1)]
    db = Database(place, dim=dim, metric="euclidean")
    db.add_many([str(n) for n in range(5000)], rows)
    pairs = zip(db.search_many(rows[:100]), db.search_many(rows[:100], exact=True), strict=True)
    hits = sum(len({r.id for r in found} & {r.id for r in all}) for found, all in pairs)
    assert hits / 1000 > 0.95


def test_explain_tells_how_a_search_is_done(abc: Database, tmp_path: Path) -> None:
    explained = abc.explain([0, 0, 0], where_filter={"even": True})
    assert (explained["method"], explained["rows_matched"]) == ("exact", 1)
    assert abc.explain([0, 0, 0])["rows_matched"] == 3
    rows = numpy.random.default_rng(18).normal(size=(20_000, 16)).astype("f4")
    db = Database(tmp_path / "large", dim=16)
    db.add_many([str(n) for n in range(20_000)], rows)
    walked = db.explain(rows[0], k=5)
    # The graph is filled beside the program's own work; until then rows are compared one by one.
    deadline = time.monotonic() + 120
    while walked["method"] != "graph" and time.monotonic() < deadline:
        time.sleep(0.1)
        walked = db.explain(rows[0], k=5)
    assert walked["method"] == "graph"
    assert 5 <= walked["candidates_visited"] <= 20_000
    compared = db.explain(rows[0], k=5, exact=True)
    assert (compared["method"], compared["rows_matched"]) == ("exact", 20_000)
    assert compared["candidates_visited"] >= 20_000
    with pytest.raises(martlet.DimensionError):
        abc.explain([1])


def test_a_result_has_three_parts(abc: Database) -> None:
    result = abc.search([2, 0, 0], k=1)[0]
    assert isinstance(result, SearchResult)
    assert (result.id, result.distance, result.metadata) == ("b", 0, {"n": 2, "even": True})
    assert (result[0], result[1], result[2]) == ("b", 0, {"n": 2, "even": True})
    assert (result[-3], result[-2], result[-1]) == ("b", 0, {"n": 2, "even": True})
    id, distance, metadata = result
    assert (id, distance, metadata) == tuple(result)
    assert len(result) == 3
    for index in [3, -4, 100]:
        with pytest.raises(IndexError):
            result[index]
    assert result.metadata is result.metadata
    assert abc.search([3, 0, 0], k=1)[0].metadata is None
    match result:
        case SearchResult(id, distance, metadata):
            assert id == "b"


def test_a_result_is_read_only() -> None:
    result = SearchResult("a", 0.5)
    for name in ["id", "distance", "metadata", "other"]:
        with pytest.raises(AttributeError):
            setattr(result, name, 1)
    with pytest.raises(TypeError):
        result[0] = "b"  # type: ignore[index]


def test_results_are_equal_by_value_and_can_be_pickled(abc: Database) -> None:
    found = abc.search([0, 0, 0])
    again = abc.search([0, 0, 0])
    assert found == again
    assert found[0] is not again[0]
    assert found[0] != found[1]
    assert found[0] == SearchResult("a", 1.0, {"n": 1, "even": False})
    assert found[0] != SearchResult("a", 1.0, {"n": 2, "even": False})
    assert found[0] != SearchResult("a", 1.0)
    assert found[0] != SearchResult("b", 1.0, {"n": 1, "even": False})
    assert found[0] != SearchResult("a", 1.5, {"n": 1, "even": False})
    assert found[0] != ("a", 1.0, {"n": 1, "even": False})
    assert hash(found[0]) == hash(again[0])
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(again, protocol)) == found
    assert copy.deepcopy(again) == found


def test_the_text_of_a_result() -> None:
    assert repr(SearchResult("a", 0.1234)) == "SearchResult(id='a', distance=0.1234)"
    assert repr(SearchResult("it's", 2, {"n": 1})) == "SearchResult(id=\"it's\", distance=2.0000)"
    with pytest.raises(TypeError):
        SearchResult(1, 2)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        SearchResult("a", 2, 3)  # type: ignore[arg-type]
