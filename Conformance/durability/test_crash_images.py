"""Every beginning of what a server did to its files is a directory that opens and is whole.

A server is recorded (recorder.c) over writes of every kind, stops and kills. Then for each file
operation an image is made of what a kill after it leaves, and of what a power cut leaves at least, and
with some more; `martlet check --deep` has to find each sound, and the items have to be those of the
writes that were answered, or of one more. `--images 0` makes all images, else about so many.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from durability.images import (
    ANSWER, LINK, MAPPED, REMOVE, RENAME, SIZE, START, SYNC, WRITE, WRITE_AT, Disk, events,
)
from support.directory import Directory
from support.light import LightClient
from support.server import Server
from support.tables import attributes, index, keys, on_demand
from support.vectors import vector_index

pytestmark = pytest.mark.ours

TABLE = "Notes"
SESSIONS = 5
SCHEMA = on_demand(
    keys("pk"), attributes(pk="S", g="S"), TableName=TABLE,
    GlobalSecondaryIndexes=[index("byG", keys("g"))],
    VectorIndexes=[vector_index("byV", 3, "EUCLIDEAN", "KEYS_ONLY")],
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
)

Items = dict[str, dict[str, Any]]


def some_item(rng: random.Random) -> dict[str, Any]:
    # Values of 16 KiB and more are in files of their own.
    size = rng.choice((10, 300, 3_000, 3_000, 20_000))
    return {
        "pk": {"S": f"k{rng.randrange(60)}"}, "g": {"S": f"g{rng.randrange(4)}"},
        "text": {"S": rng.choice("abc") * size},
        "v": {"L": [{"N": str(rng.randrange(9))} for _ in range(3)]},
    }


def some_write(rng: random.Random, items: Items) -> tuple[str, dict[str, Any], Items]:
    """A request, and the items after it."""
    after = dict(items)
    match rng.randrange(6):
        case 0 if items:
            key = rng.choice(sorted(items))
            del after[key]
            return "DeleteItem", {"TableName": TABLE, "Key": {"pk": {"S": key}}}, after
        case 1 if items:
            key = rng.choice(sorted(items))
            after[key] = {**items[key], "n": {"N": str(rng.randrange(1000))}}
            return "UpdateItem", {
                "TableName": TABLE, "Key": {"pk": {"S": key}}, "UpdateExpression": "SET n = :n",
                "ExpressionAttributeValues": {":n": after[key]["n"]}}, after
        case 2:
            puts = {item["pk"]["S"]: item for item in (some_item(rng) for _ in range(3))}
            after.update(puts)
            return "TransactWriteItems", {"TransactItems": [
                {"Put": {"TableName": TABLE, "Item": item}} for item in puts.values()]}, after
        case _:
            item = some_item(rng)
            after[item["pk"]["S"]] = item
            return "PutItem", {"TableName": TABLE, "Item": item}, after


def compile_recorder(folder: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        pytest.skip("there is no C compiler to build the recorder with")
    library = folder / "recorder.so"
    source = Path(__file__).with_name("recorder.c")
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def record(folder: Path, operations: int, rng: random.Random) -> list[Items]:
    """Writes under the recorder. The items after each answer: the table's comes first."""
    server = Server(
        "--data", str(folder / "data"), "--memory-budget", "32M", environment={
            "LD_PRELOAD": str(compile_recorder(folder)),
            "MARTLET_RECORD_FOLDER": str(folder / "data"),
            "MARTLET_RECORD_FILE": str(folder / "record"),
        }).start()
    states: list[Items] = [{}, {}]
    try:
        with LightClient(server.port) as client:
            client.demand("CreateTable", SCHEMA)
        for session in range(SESSIONS):
            with LightClient(server.port) as client:
                for _ in range(operations // SESSIONS):
                    operation, request, after = some_write(rng, states[-1])
                    client.demand(operation, request)
                    states.append(after)
            if session % 2 == 0:
                assert server.stop() == 0, server.stderr()
            else:
                server.kill()
            if session < SESSIONS - 1:
                server.start()
    finally:
        server.close()
    return states


CHANGES = {WRITE, WRITE_AT, SIZE, RENAME, REMOVE, SYNC}


def chosen(record_file: Path, limit: int, rng: random.Random) -> set[int]:
    """The places of the record after which images are made: all, or some, and all those around
    changes of names, which are few."""
    places: list[int] = []
    renames: list[int] = []
    for place, event in enumerate(events(record_file)):
        assert event.kind not in (MAPPED, LINK), "the record cannot tell what becomes of this"
        if event.kind in CHANGES:
            places.append(place)
        if event.kind in (RENAME, REMOVE):
            renames.append(place)
    if limit == 0 or len(places) <= limit:
        return set(places)
    near = [place for place in places if any(abs(place - each) <= 3 for each in renames)]
    half = limit // 2
    return {
        *rng.sample(near, min(half, len(near))), *rng.sample(places, min(half, len(places)))}


def images(
    folder: Path, limit: int, rng: random.Random
) -> Iterator[tuple[int, str, int, Path]]:
    """Makes one image at a time: after which event, of what, after how many answers, where."""
    places = chosen(folder / "record", limit, rng)
    disk = Disk(str(folder / "data"))
    target = folder / "image"
    for place, event in enumerate(events(folder / "record")):
        disk.take(event)
        if place not in places:
            continue
        kinds = ["kill"]
        if event.kind == SYNC:
            kinds.append("power cut")
        if event.kind in (SYNC, RENAME, REMOVE):
            kinds.append("torn")
        for kind in kinds:
            target.mkdir()
            disk.write(
                target / "data", durable=kind != "kill", rng=rng if kind == "torn" else None)
            yield place, kind, disk.answers, target
            shutil.rmtree(target)


def is_lost_without_syncs(folder: Path, states: list[Items]) -> bool:
    """Whether the test would see it if the last session's commits had not been synced."""
    starts = [place for place, event in enumerate(events(folder / "record")) if event.kind == START]
    disk = Disk(str(folder / "data"))
    for place, event in enumerate(events(folder / "record")):
        if event.kind != SYNC or place < starts[-1]:
            disk.take(event)
    image = Directory(folder / "unsynced")
    image.folder.mkdir()
    disk.write(image.data, durable=True)
    return image.items(TABLE) != states[-1]


def test_every_beginning_opens_and_is_whole(
    request: pytest.FixtureRequest, disk_only: None, seed: int, tmp_path: Path
) -> None:
    limit = int(request.config.getoption("--images"))
    operations = 200 if 0 < limit < 200 else 2_000
    rng = random.Random(seed)
    print(f"seed {seed}")
    states = record(tmp_path, operations, rng)
    assert sum(event.kind == ANSWER for event in events(tmp_path / "record")) == len(states) - 1
    assert sum(event.kind == START for event in events(tmp_path / "record")) == SESSIONS
    assert is_lost_without_syncs(tmp_path, states)
    counts: dict[str, int] = {}
    scanned = 0
    for place, kind, answers, folder in images(tmp_path, limit, rng):
        told = f"seed {seed}, event {place}, {kind}, after {answers} answers"
        directory = Directory(folder)
        if answers > 0:
            ended = directory.run("check", "--deep")
            assert ended.returncode == 0, f"{told}: {ended.stdout}{ended.stderr}"
            assert json.loads(ended.stdout)["sound"] is True, told
        # Before the first answer there may be no directory yet: a server makes it.
        if answers == 0 or rng.random() < 0.1:
            server = Server("--data", str(directory.data)).start()
            try:
                with LightClient(server.port) as client:
                    tables = client.demand("ListTables", {})["TableNames"]
                    assert tables == [TABLE] or answers == 0 and not tables, told
                    found = client.items("Scan", {"TableName": TABLE}) if tables else []
                items = {item["pk"]["S"]: item for item in found}
                assert items in states[answers:answers + 2], told
                assert server.stop() == 0, told
            finally:
                server.close()
            scanned += 1
        counts[kind] = counts.get(kind, 0) + 1
    print(f"{counts} images of {operations} operations; {scanned} of them were served")
    assert all(counts.get(kind) for kind in ("kill", "power cut", "torn"))
