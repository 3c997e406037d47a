"""`AsyncDatabase`: the same calls for event loops."""

from __future__ import annotations

import asyncio
import inspect
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from conftest import Place

import martlet
from martlet import AsyncDatabase, Database


def in_loop(test: Callable[[Place], Coroutine[Any, Any, None]]) -> Callable[[Place], None]:
    def run(place: Place) -> None:
        asyncio.run(test(place))

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


@in_loop
async def test_every_call_does_what_the_databases_does(place: Place) -> None:
    db = await AsyncDatabase.open(place, dim=3, metric="l2")
    assert (db.dim, db.metric, db.quantized_search) == (3, "euclidean", False)
    await db.add("a", [1, 0, 0], {"n": 1})
    await db.upsert("b", [2, 0, 0])
    await db.add_many(["c", "d"], [[3, 0, 0], [4, 0, 0]], [{"n": 3}, None])
    await db.upsert_many(["d", "e"], [[5, 0, 0], [6, 0, 0]])
    await db.update("b", metadata={"n": 2})
    assert await db.get("b") == ([2, 0, 0], {"n": 2})
    assert [r.id for r in await db.search([0, 0, 0], k=2)] == ["a", "b"]
    assert [r.id for r in await db.search([0, 0, 0], where_filter={"n": 3})] == ["c"]
    many = await db.search_many([[0, 0, 0], [9, 0, 0]], k=1)
    assert [found[0].id for found in many] == ["a", "e"]
    assert await db.delete("a") is True
    assert await db.delete_many(["b", "z"]) == 1
    assert (db.count(), db.count({"n": 3}), len(db)) == (3, 1, 3)
    assert sorted(db.ids()) == sorted(db) == ["c", "d", "e"]
    assert "c" in db and "a" not in db
    assert (db.deleted_count, db.total_slots) == (2, 5)
    await db.compact()
    await db.save()
    assert db.stats()["num_vectors"] == 3
    db.enable_quantized_search()
    assert db.quantized_search
    db.disable_quantized_search()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        await db.export_json(out)
        other = AsyncDatabase(Path(folder) / "other", dim=3)
        await other.import_json(out)
        assert sorted(other.ids()) == ["c", "d", "e"]
        await db.export_jsonl(out)
        await other.delete_many(["c", "d"])
        await other.import_jsonl(out)
        assert sorted(other.ids()) == ["c", "d", "e"]
        await other.close()
    ids, vectors, metadata = await db.to_numpy()
    assert sorted(ids) == ["c", "d", "e"]
    assert vectors.shape == (3, 3)
    assert metadata[ids.index("c")] == {"n": 3}
    with pytest.raises(martlet.NotFoundError):
        await db.get("nowhere")
    await db.close()
    with pytest.raises(martlet.ClosedError):
        await db.save()


@in_loop
async def test_async_with_saves_and_hands_exceptions_on(place: Place) -> None:
    async with AsyncDatabase(place, 3) as db:
        await db.add("a", [1, 2, 3])
    with pytest.raises(RuntimeError, match="mine"):
        async with await AsyncDatabase.open(place) as db:
            await db.add("b", [1, 2, 3])
            raise RuntimeError("mine")
    assert sorted(Database(place).ids()) == ["a", "b"]


@in_loop
async def test_200_gathered_adds_and_searches_work(place: Place) -> None:
    db = AsyncDatabase(place, dim=3, metric="l2")
    await asyncio.gather(*(db.add(str(n), [n, 0, 0]) for n in range(200)))
    assert len(db) == 200
    found = await asyncio.gather(*(db.search([n, 0, 0], k=1) for n in range(200)))
    assert [results[0].id for results in found] == [str(n) for n in range(200)]


@in_loop
async def test_the_event_loop_goes_on_while_a_call_works(place: Place) -> None:
    db = AsyncDatabase(place, dim=64)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(tick())
    began = time.monotonic()
    rows = memoryview(bytearray(64 * 4 * 20_000)).cast("f", (20_000, 64))
    await db.add_many([str(n) for n in range(20_000)], rows)
    taken = time.monotonic() - began
    ticking.cancel()
    # A call on the loop's own thread would let none through.
    assert ticks > 5, taken


def test_coroutines_are_those_that_wait() -> None:
    waiting = {name for name, value in vars(AsyncDatabase).items()
               if inspect.iscoroutinefunction(getattr(value, "__func__", value))
               and not name.startswith("_")}
    assert waiting == {
        "open", "add", "upsert", "add_many", "upsert_many", "update", "delete", "delete_many",
        "get", "search", "search_many", "save", "compact", "export_json", "import_json",
        "export_jsonl", "import_jsonl", "to_numpy", "import_arrow", "close"}


def test_the_signatures_are_those_of_the_database() -> None:
    for name in ["add", "upsert", "add_many", "upsert_many", "update", "delete", "delete_many",
                 "get", "search", "search_many", "save", "compact", "export_json", "import_json",
                 "close", "count", "ids", "stats"]:
        ours = inspect.signature(getattr(AsyncDatabase, name)).parameters.values()
        theirs = inspect.signature(getattr(Database, name)).parameters.values()
        assert [(p.name, p.kind, p.default) for p in ours if p.name != "self"] == [
            (p.name, p.kind, p.default) for p in theirs if p.name != "self"], name
