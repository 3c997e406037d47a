"""Calls from many threads, and the interpreter's lock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy
import pytest
from conftest import Place

from martlet import Database, DuplicateIdError


def at_once(*works: Callable[[], None]) -> None:
    """Runs functions on threads; hands the first error on."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "a thread waits for ever"
    if errors:
        raise errors[0]


def test_readers_see_whole_rows_beside_writers(place: Place) -> None:
    """A row's vector, metadata and distance always belong together."""
    db = Database(place, dim=4, metric="euclidean")
    stop = threading.Event()
    db.add_many([str(n) for n in range(20)], [[0, n, 0, 0] for n in range(20)],
                [{"version": 0, "n": n} for n in range(20)])

    def write() -> None:
        for version in range(1, 60):
            for n in range(0, 20, 5):
                db.upsert(str(n), [version, n, 0, 0], {"version": version, "n": n})
        stop.set()

    def read() -> None:
        while not stop.is_set():
            for id, distance, metadata in db.search([0, 0, 0, 0], k=20):
                assert metadata is not None
                assert metadata["n"] == int(id)
                assert distance == metadata["version"] ** 2 + metadata["n"] ** 2
            vector, metadata = db.get("5")
            assert metadata is not None
            assert vector[0] == metadata["version"]
            assert len(db) == 20

    at_once(write, read, read)


def test_save_and_compact_beside_writers_lose_nothing(place: Place) -> None:
    db = Database(place, dim=4)

    def add(thread: int) -> None:
        for n in range(150):
            db.add(f"{thread} {n}", [thread, n, 1, 1])
            if n % 3 == 0:
                assert db.delete(f"{thread} {n}")

    def keep() -> None:
        for _ in range(40):
            db.save()
            db.compact()
            db.stats()

    at_once(*(lambda thread=thread: add(thread) for thread in range(4)), keep)
    expected = {f"{thread} {n}" for thread in range(4) for n in range(150) if n % 3}
    assert set(db.ids()) == expected
    db.close()
    assert set(Database(place).ids()) == expected


def test_of_many_who_add_one_id_one_succeeds(db: Database) -> None:
    won: list[int] = []

    def add(thread: int) -> None:
        for n in range(50):
            try:
                db.add(str(n), [thread, n, 0], {"thread": thread})
                won.append(n)
            except DuplicateIdError:
                pass

    at_once(*(lambda thread=thread: add(thread) for thread in range(4)))
    assert sorted(won) == list(range(50))


def test_other_threads_run_while_a_call_works(place: Place) -> None:
    rows = numpy.random.default_rng(4).normal(size=(30_000, 64)).astype("f4")
    db = Database(place, dim=64)
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.001)

    def work() -> None:
        try:
            db.add_many([str(n) for n in range(len(rows))], rows)
        finally:
            done.set()

    at_once(tick, work)
    # A call that held the lock would let one tick through, or two.
    assert ticks > 10


def test_closing_beside_calls_is_safe(place: Place) -> None:
    for _ in range(5):
        db = Database(place, dim=4)

        def work() -> None:
            with pytest.raises(ValueError):
                while True:
                    db.upsert("a", [1, 2, 3, 4])
                    db.search([1, 2, 3, 4])

        def close() -> None:
            time.sleep(0.02)
            db.close()

        at_once(work, work, close)


def test_handles_of_one_folder_come_and_go_on_many_threads(place: Place) -> None:
    keep = Database(place, dim=3)

    def open_and_add(thread: int) -> None:
        for n in range(20):
            db = Database(place)
            db.add(f"{thread} {n}", [1, thread, n])
            if n % 2:
                db.close()

    at_once(*(lambda thread=thread: open_and_add(thread) for thread in range(3)))
    assert len(keep) == 60
