"""`martlet.Index` beside plain NumPy."""

from __future__ import annotations

import copy
import os
import pickle
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import martlet
import numpy as np
import pytest

SEED = int(os.environ.get("MARTLET_TEST_SEED", "0")) or 20_261_120
METRICS = ("cosine", "euclidean", "dot")
CODES = ("float32", "int8", "int4")


def clustered(rows: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """Vectors about some centres, as real ones are."""
    centres = rng.normal(size=(30, dim))
    drawn = centres[rng.integers(30, size=rows)] + 0.4 * rng.normal(size=(rows, dim))
    return drawn.astype(np.float32)


def all_distances(metric: str, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
    rows, query = rows.astype(np.float64), query.astype(np.float64)
    if metric == "dot":
        return -(rows @ query)
    if metric == "euclidean":
        return np.linalg.norm(rows - query, axis=1)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(query)
    cosines = np.divide(rows @ query, lengths, out=np.zeros(len(rows)), where=lengths > 0)
    return 1 - cosines


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("codes", CODES)
def test_exact_search_answers_as_numpy(metric: str, codes: str) -> None:
    rng = np.random.default_rng(SEED)
    rows = clustered(700, 19, rng)
    rows[5] = 0
    index = martlet.Index(19, metric, codes=codes)
    index.add(rows)
    queries = clustered(25, 19, rng)
    ids, found = index.search(queries, k=12, exact=True)
    assert ids.dtype == np.int64 and found.dtype == np.float32
    assert ids.shape == found.shape == (25, 12)
    for query, row_ids, row_found in zip(queries, ids, found):
        truth = all_distances(metric, rows, query)
        nearest = np.sort(truth)[:12]
        tolerance = 2e-5 * max(1, np.abs(truth).max())
        assert np.allclose(row_found, nearest, atol=tolerance), SEED
        assert np.allclose(truth[row_ids], nearest, atol=tolerance), SEED
        assert len(set(row_ids.tolist())) == 12


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("dim", "codes"),
    [(3, "float32"), (3, "auto"), (48, "float32"), (48, "int8"), (48, "int4"), (48, "auto")])
def test_recall(metric: str, dim: int, codes: str) -> None:
    rng = np.random.default_rng(SEED)
    rows = clustered(4_050, dim, rng)
    rows, queries = rows[:-50], rows[-50:]
    index = martlet.Index(dim, metric, codes=codes)
    index.add(rows)
    found = 0
    for query, answered in zip(queries, index.search(queries).distances):
        bound = np.sort(all_distances(metric, rows, query))[9]
        found += int((answered <= bound + 1e-5 * max(1, abs(bound))).sum())
    assert found / 500 >= 0.95, (found / 500, SEED)


def test_random_history_answers_as_a_dict(tmp_path: Path) -> None:
    rng, choose = np.random.default_rng(SEED), random.Random(SEED)
    index = martlet.Index(6, "euclidean", ef_construction=50)
    model: dict[int, np.ndarray] = {}
    for _ in range(150):
        ids = [choose.randrange(-150, 150) * 3**33 for _ in range(choose.randrange(1, 30))]
        match choose.randrange(4):
            case 0 | 1:
                rows = clustered(len(ids), 6, rng)
                assert index.add(rows, ids).tolist() == ids
                model.update(zip(ids, rows))
            case 2:
                there = {id for id in ids if id in model}
                assert index.remove(ids) == len(there), SEED
                for id in there:
                    del model[id]
            case _:
                index.save(tmp_path / "index")
                mapped = bool(choose.randrange(2))
                index = martlet.Index.load(tmp_path / "index", mapped=mapped)
        assert len(index) == len(model), SEED
        if not model:
            continue
        query = clustered(1, 6, rng)[0]
        k = choose.randrange(1, 15)
        names, rows = list(model), np.stack(list(model.values()))
        truth = all_distances("euclidean", rows, query)
        allowed = set(choose.sample(names, len(names) // 2))
        for filter_, admitted in ((None, set(names)), (allowed, allowed)):
            there = np.array([name in admitted for name in names], bool)
            nearest = np.sort(truth[there])[:k]
            found = index.search(query, k, allowed=filter_, exact=True)
            assert np.allclose(found.distances[: len(nearest)], nearest, atol=1e-4), SEED
            assert set(found.ids[: len(nearest)].tolist()) <= admitted
            assert (found.ids[len(nearest) :] == -1).all()
            assert np.isinf(found.distances[len(nearest) :]).all()
    assert index.ids().tolist() == sorted(model)
    for id in model:
        assert np.allclose(index.get(id), model[id], atol=1e-3)


def test_ids_that_are_chosen() -> None:
    index = martlet.Index(2)
    assert index.add([[1, 0], [0, 1]]).tolist() == [0, 1]
    assert index.add([1, 1]) == 2
    assert index.add([[1, 0]], [50]).tolist() == [50]
    assert index.add([[1, 0]]).tolist() == [51]
    index.remove([50, 51])
    assert index.add([[1, 0]]).tolist() == [52]
    with pytest.raises(martlet.NotFiniteError):
        index.add([[np.nan, 0]])
    assert index.add([[1, 0]]).tolist() == [53]


def test_an_id_that_is_there_is_replaced_and_the_last_of_two_stays() -> None:
    index = martlet.Index(2, "euclidean")
    index.add([[1, 0], [0, 1]], [7, 8])
    index.add([[5, 5], [6, 6], [7, 7]], [8, 9, 8])
    assert len(index) == 3
    assert index.get([7, 8, 9]).tolist() == [[1, 0], [7, 7], [6, 6]]
    ids, distances = index.search([0, 1], k=5)
    assert ids.tolist()[0] == 7 and sorted(ids.tolist()[1:3]) == [8, 9]
    assert ids.tolist()[3:] == [-1, -1] and np.isinf(distances[3:]).all()


@pytest.mark.parametrize(
    "convert",
    [
        np.asfortranarray,
        lambda rows: rows.astype(np.float64),
        lambda rows: rows.astype(np.float16),
        lambda rows: rows.astype(">f4"),
        lambda rows: np.repeat(rows, 2, axis=1)[:, ::2],
        lambda rows: rows[::-1][::-1],
        lambda rows: rows.tolist(),
        lambda rows: [tuple(row) for row in rows],
        lambda rows: memoryview(np.ascontiguousarray(rows)),
        lambda rows: (rows.setflags(write=False), rows)[1],
    ])
def test_vectors_come_in_any_form(convert) -> None:
    rows = np.round(np.random.default_rng(SEED).normal(size=(60, 8)) * 32).astype(np.float32) / 32
    plain, other = martlet.Index(8), martlet.Index(8)
    plain.add(rows)
    other.add(convert(rows.copy()))
    expected = plain.search(rows, k=4, exact=True)
    found = other.search(convert(rows.copy()), k=4, exact=True)
    assert np.array_equal(found.distances, expected.distances)
    single = other.search(rows[9], k=4, exact=True)
    assert single.ids.shape == (4,) and np.array_equal(single.distances, expected.distances[9])


def test_integers_are_vectors_and_nothing_is_no_rows() -> None:
    index = martlet.Index(3, "euclidean")
    index.add(np.array([[1, 2, 3]], np.uint8))
    assert index.get(0).tolist() == [1, 2, 3]
    assert index.add([]).tolist() == [] and index.add(np.empty((0, 3))).shape == (0,)
    assert index.search(np.empty((0, 3)), k=5).ids.shape == (0, 5)
    assert index.remove([]) == 0 and len(index) == 1


def test_what_may_be_returned_is_named_in_many_ways() -> None:
    rng = np.random.default_rng(SEED)
    index = martlet.Index(16)
    index.add(clustered(2_000, 16, rng))
    queries = clustered(30, 16, rng)
    mask = rng.random(2_000) < 0.1
    allowed = np.flatnonzero(mask)
    expected = index.search(queries, allowed=allowed)
    assert mask[expected.ids].all()
    for form in (
        mask, mask.tolist(), allowed.tolist(), set(allowed.tolist()), allowed.astype(np.uint16),
        np.concatenate([allowed, [-5, 10**12], allowed]), np.concatenate([mask, [True] * 50]),
        np.repeat(mask, 2)[::2],
    ):
        found = index.search(queries, allowed=form)
        assert np.array_equal(found.ids, expected.ids)
    everything = index.search(queries).ids
    assert np.array_equal(index.search(queries, allowed=range(2_000)).ids, everything)
    for nothing in ([], np.zeros(2_000, bool), set(), [3_000], np.zeros(0, bool)):
        assert (index.search(queries, allowed=nothing).ids == -1).all()


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (martlet.DimensionError, lambda i: i.add([[1, 2, 3]])),
        (martlet.DimensionError, lambda i: i.add(np.zeros((1, 1, 2)))),
        (martlet.DimensionError, lambda i: i.add(np.zeros((2, 0)))),
        (martlet.DimensionError, lambda i: i.search([1, 2, 3])),
        (martlet.NotFiniteError, lambda i: i.add([[1, 2], [np.inf, 0]])),
        (martlet.NotFiniteError, lambda i: i.add([[1, 1e39]])),
        (martlet.NotFiniteError, lambda i: i.search([np.nan, 1])),
        (martlet.LengthError, lambda i: i.add([[1, 2]], [1, 2])),
        (martlet.LengthError, lambda i: i.add([[1, 2], [1, 2]], 1)),
        (martlet.InvalidValueError, lambda i: i.add([[1, 2]], [-1])),
        (martlet.InvalidValueError, lambda i: i.add([[1, 2]], np.array([2**63], np.uint64))),
        (TypeError, lambda i: i.add([[1, 2]], [1.5])),
        (TypeError, lambda i: i.add([[1, 2]], ["a"])),
        (TypeError, lambda i: i.add([[1, 2]], [True])),
        (TypeError, lambda i: i.add([[1, 2]], [2**70])),
        (TypeError, lambda i: i.add([["a", "b"]])),
        (TypeError, lambda i: i.add([[1j, 2]])),
        (TypeError, lambda i: i.add([None, 1])),
        (TypeError, lambda i: i.search([1, 2], allowed=[0.5])),
        (TypeError, lambda i: i.search([1, 2], allowed=np.ones((1, 1), bool))),
        (TypeError, lambda i: i.search([1, 2], k=1.5)),
        (martlet.InvalidValueError, lambda i: i.search([1, 2], k=0)),
        (martlet.InvalidValueError, lambda i: i.search([1, 2], k=100_001)),
        (martlet.InvalidValueError, lambda i: i.search([1, 2], k=10, ef=9)),
        (martlet.InvalidValueError, lambda i: i.search([1, 2], ef=-3)),
        (martlet.InvalidValueError, lambda i: i.search([1, 2], threads=-1)),
        (martlet.InvalidValueError, lambda i: i.add([1, 2], threads=1025)),
        (martlet.NotFoundError, lambda i: i.get([0, 77])),
        (martlet.InvalidValueError, lambda i: martlet.Index(0)),
        (martlet.InvalidValueError, lambda i: martlet.Index(70_000)),
        (martlet.InvalidValueError, lambda i: martlet.Index(2, "hamming")),
        (martlet.InvalidValueError, lambda i: martlet.Index(2, codes="int2")),
        (martlet.InvalidValueError, lambda i: martlet.Index(2, m=1)),
        (martlet.InvalidValueError, lambda i: martlet.Index(2, ef_construction=0)),
        (martlet.InvalidValueError, lambda i: martlet.Index(2, threads=-1)),
        (TypeError, lambda i: martlet.Index("2")),
        (TypeError, lambda i: martlet.Index(2, metric=3)),
        (TypeError, lambda i: pickle.dumps(i)),
    ])
def test_what_is_refused_changes_nothing(error: type[Exception], call) -> None:
    index = martlet.Index(2)
    index.add([[1, 2], [3, 4]])
    with pytest.raises(error):
        call(index)
    assert index.ids().tolist() == [0, 1]


def test_messages_say_which_vector_and_where() -> None:
    index = martlet.Index(4)
    rows = np.zeros((20_000, 4), np.float32)
    rows[19_000, 2] = np.inf
    with pytest.raises(martlet.NotFiniteError, match="Vector 19000 .* position 2"):
        index.add(rows)
    assert len(index) == 0
    with pytest.raises(martlet.InvalidValueError, match="^dim must be 1 to 65536"):
        martlet.Index(-4)


def test_properties() -> None:
    index = martlet.Index(40, "l2", 8, 90, "auto", 2)
    assert (index.dim, index.metric, index.m) == (40, "euclidean", 8)
    assert (index.ef_construction, index.codes) == (90, "int4")
    assert martlet.Index(8).codes == "float32"
    before = index.memory
    index.add(np.random.default_rng(SEED).normal(size=(500, 40)))
    assert index.memory - before > 500 * 40 * 4
    assert 0 in index and np.int32(499) in index and 500 not in index
    assert 2**80 not in index and "a" not in index and 1.0 not in index
    assert "500 vectors" in repr(index)
    assert copy.copy(index).ids().tolist() == index.ids().tolist()


def test_threads_search_add_and_remove_at_once() -> None:
    rng = np.random.default_rng(SEED)
    index = martlet.Index(12, "euclidean", ef_construction=50, threads=2)
    keep = clustered(600, 12, rng)
    index.add(keep, np.arange(600))
    failures: list[str] = []
    stop = threading.Event()

    def change(number: int) -> None:
        own = np.random.default_rng(number)
        while not stop.is_set():
            # Far from what is kept, and replaced, too.
            ids = np.unique(1_000 * number + own.integers(200, size=40))
            index.add(clustered(len(ids), 12, own) + 900, ids)
            index.remove(ids[::2])

    def search(number: int) -> None:
        own = np.random.default_rng(number)
        while not stop.is_set():
            numbers = own.integers(600, size=9)
            found = index.search(keep[numbers], k=5, threads=number % 3)
            if not np.array_equal(found.ids[:, 0], numbers):
                failures.append(f"{numbers} {found.ids[:, 0]}")
            if (found.ids == -1).any() or (found.ids >= 600).any():
                failures.append(f"{found.ids}")

    def watched(run, number: int) -> None:
        try:
            run(number)
        except Exception as error:
            failures.append(repr(error))

    workers = [threading.Thread(target=watched, args=(change, n)) for n in (1, 2)]
    workers += [threading.Thread(target=watched, args=(search, n)) for n in (3, 4, 5)]
    for worker in workers:
        worker.start()
    time.sleep(2)
    stop.set()
    for worker in workers:
        worker.join()
    assert not failures, (failures[:3], SEED)
    assert index.ids()[:600].tolist() == list(range(600))
    for id in index.ids()[600:].tolist():
        assert index.search(index.get(id), k=1, exact=True).distances[0] < 1e-3


def test_threads_do_not_change_answers() -> None:
    rng = np.random.default_rng(SEED)
    index = martlet.Index(24)
    index.add(clustered(3_000, 24, rng), threads=1)
    queries = clustered(333, 24, rng)
    alone = index.search(queries, threads=1)
    for threads in (0, 2, 5, 1_024):
        assert np.array_equal(index.search(queries, threads=threads).ids, alone.ids)
    one_by_one = [index.search(query).ids for query in queries]
    assert np.array_equal(one_by_one, alone.ids)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """As in a program that a terminal started: a shell's background jobs ignore interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_a_long_addition_between_its_parts(interruptible: None) -> None:
    index = martlet.Index(256, codes="float32")
    rows = np.random.default_rng(SEED).normal(size=(200_000, 256)).astype(np.float32)
    sender = threading.Timer(1.0, signal.raise_signal, [signal.SIGINT])
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        index.add(rows)
    sender.join()
    assert 0 < len(index) < 200_000
    assert index.ids().tolist() == list(range(len(index)))


def test_a_forked_process_goes_on_with_an_index() -> None:
    index = martlet.Index(4, "euclidean")
    index.add(np.eye(4))
    child = os.fork()
    if child == 0:
        try:
            index.add([[9, 9, 9, 9]])
            os._exit(0 if index.search([9, 9, 9, 8], k=1).ids[0] == 4 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(index) == 4


@pytest.mark.parametrize("rows", (0, 1, 3_000))
@pytest.mark.parametrize("mapped", (False, True))
def test_a_saved_index_answers_as_before(tmp_path: Path, rows: int, mapped: bool) -> None:
    rng = np.random.default_rng(SEED)
    path = tmp_path / "ünïcode index"
    index = martlet.Index(40, "dot", 12, 80, "int8")
    index.add(clustered(rows, 40, rng), np.arange(rows) * 7 - 3)
    index.save(path)
    assert [name.name for name in tmp_path.iterdir()] == [path.name]
    again = martlet.Index.load(str(path), mapped=mapped, threads=1)
    assert (again.dim, again.metric, again.m, again.ef_construction, again.codes) == (
        40, "dot", 12, 80, "int8")
    queries = clustered(40, 40, rng)
    assert np.array_equal(again.search(queries).ids, index.search(queries).ids)
    assert again.ids().tolist() == index.ids().tolist()
    # Over the file that is mapped.
    added = again.add(queries)
    assert added.tolist() == index.add(queries).tolist()
    again.save(path)
    assert len(martlet.Index.load(path)) == len(again) == rows + 40
    if mapped and rows > 1:
        assert martlet.Index.load(path, mapped=True).memory < index.memory / 2


def test_damage_is_told_with_file_and_offset(tmp_path: Path) -> None:
    choose, rng = random.Random(SEED), np.random.default_rng(SEED)
    path = tmp_path / "index"
    index = martlet.Index(16, "euclidean")
    index.add(clustered(1_500, 16, rng))
    index.save(path)
    whole = path.read_bytes()
    queries = clustered(20, 16, rng)
    expected = index.search(queries, exact=True).ids
    refused = 0
    for trial in range(120):
        damaged = bytearray(whole)
        if trial % 5 == 0:
            del damaged[choose.randrange(len(whole)) :]
        else:
            damaged[choose.randrange(len(whole))] ^= choose.randrange(1, 256)
        path.write_bytes(damaged)
        try:
            found = martlet.Index.load(path, mapped=trial % 2 == 1).search(queries, exact=True)
            # Bytes that fill pages are not read.
            assert np.array_equal(found.ids, expected), SEED
        except martlet.FileError as error:
            refused += 1
            assert str(path) in str(error) and "offset" in str(error)
    assert refused > 60


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    index = martlet.Index(2)
    with pytest.raises(martlet.FileError, match="No such file"):
        martlet.Index.load(tmp_path / "none")
    with pytest.raises(martlet.FileError, match="No such file"):
        index.save(tmp_path / "none" / "index")
    with pytest.raises(martlet.FileError):
        martlet.Index.load(tmp_path)
    (tmp_path / "text").write_text("hello\n" * 2_000)
    with pytest.raises(martlet.FileError, match="offset 0"):
        martlet.Index.load(tmp_path / "text")
    with pytest.raises(TypeError):
        martlet.Index.load(3.5)
