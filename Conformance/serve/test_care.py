"""`martlet check`, `repair` and `stats` on directories that are sound, in use, and damaged: what they
say, how they exit, and what a server makes of the directory before and after.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.directory import Directory
from support.light import LightClient, ask
from support.server import Server

pytestmark = pytest.mark.ours

TABLE = "Notes"
SMALL, LARGE, LATE = range(40), range(40, 48), range(48, 60)
DAMAGED = 3


def item(number: int) -> dict[str, Any]:
    # Values of 16 KiB and more are in files of their own.
    size = 20_000 if number in LARGE else 200
    return {
        "pk": {"S": f"k{number}"}, "color": {"S": ("red", "blue")[number % 2]},
        "text": {"S": f"{number} " + "x" * size},
        "v": {"L": [{"N": str(number)}, {"N": "1"}]},
    }


def items(*numbers: range) -> dict[str, Any]:
    return {f"k{number}": item(number) for part in numbers for number in part}


def put(server: Server, *numbers: range) -> None:
    with LightClient(server.port) as client:
        for part in numbers:
            for number in part:
                client.demand("PutItem", {"TableName": TABLE, "Item": item(number)})


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with rows in tables, in blob files and, since the server was killed, in a log."""
    data = tmp_path_factory.mktemp("care") / "data"
    server = Server("--data", str(data)).start()
    try:
        ask(server.port, "CreateTable", {
            "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "color", "AttributeType": "S"}],
            "GlobalSecondaryIndexes": [{
                "IndexName": "byColor",
                "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"}}],
            "StreamSpecification": {
                "StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        })
        put(server, SMALL, LARGE)
        assert server.stop() == 0
        server.start()
        put(server, LATE)
        server.kill()
    finally:
        server.close()
    return data


@pytest.fixture
def directory(tmp_path: Path, master: Path) -> Directory:
    directory = Directory(tmp_path)
    shutil.copytree(master, directory.data)
    return directory


def rows_file(data: Path, kind: str) -> Path:
    """The file of a kind that holds most."""
    patterns = {"log": "*.log", "table": "*.sst", "blob": "*.blob", "MANIFEST": "MANIFEST-*"}
    found = (data / "rows").glob(patterns.get(kind, kind))
    return max(found, key=lambda path: path.stat().st_size)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*") if path.is_file()
    }


# MARK: Sound


def test_a_directory_that_was_killed_is_sound(directory: Directory) -> None:
    for arguments in ([], ["--deep"]):
        found = directory.did("check", *arguments)
        assert found["sound"] is True and found["findings"] == []
        assert found["deep"] is bool(arguments)
        # Items and their index rows at least.
        assert found["rowsRead"] > 2 * 60
    text = directory.say("check", "--data", str(directory.data))
    assert (text.returncode, text.stdout.startswith(f"{directory.data} is sound")) == (0, True)
    done = directory.did("repair")
    assert done["sound"] is True
    assert (done["files"], done["filesBefore"], done["quarantine"]) == (None, None, None)
    assert (done["found"], done["remaining"], done["done"], done["lostValues"]) == ([], [], {}, 0)
    text = directory.say("repair", "--data", str(directory.data))
    assert text.stdout == f"{directory.data} is sound; nothing was changed.\n"
    assert not (directory.data / "quarantine").exists()
    assert directory.items(TABLE) == items(SMALL, LARGE, LATE)


def test_stats_count_rows_by_kind_and_by_owner(directory: Directory) -> None:
    found = directory.did("stats")
    kinds = {line["kind"]: line for line in found["kinds"]}
    assert kinds["item"]["rows"] == 60
    assert kinds["item"]["liveBytes"] > 60 * 200 + len(LARGE) * 20_000
    owners = {(line["of"], line["kind"]): line["rows"] for line in found["owners"]}
    assert owners[TABLE, "item"] == 60
    assert owners[f"{TABLE}.byColor", "indexRow"] == 60
    assert found["diskBytes"] >= found["liveBytes"] > 0
    assert found["spaceAmplification"] >= 1
    assert found["writeStalls"] == 0
    lines = directory.say("stats", "--data", str(directory.data)).stdout.splitlines()
    assert lines[0].split()[:3] == ["kind", "of", "rows"]
    assert any(line.split()[:3] == ["item", "all", "60"] for line in lines)


# MARK: Refused


@pytest.fixture
def holder(directory: Directory) -> Iterator[Server]:
    server = Server("--data", str(directory.data)).start()
    try:
        yield server
    finally:
        server.close()


@pytest.mark.parametrize("command", ["check", "repair", "stats"])
def test_a_directory_in_use_is_refused_by_name(
    directory: Directory, holder: Server, command: str
) -> None:
    ended = directory.run(command)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"process {holder.pid}" in ended.stderr
    put(holder, range(1))
    assert holder.stop() == 0
    assert directory.did("check")["sound"] is True


@pytest.mark.parametrize("command", ["check", "repair", "stats"])
def test_what_is_no_data_directory_is_refused_and_left_alone(
    tmp_path: Path, command: str
) -> None:
    directory = Directory(tmp_path)
    ended = directory.run(command)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert str(directory.data) in ended.stderr and "no such folder" in ended.stderr
    assert not directory.data.exists()
    directory.data.mkdir()
    (directory.data / "mine.txt").write_text("mine")
    ended = directory.run(command)
    assert ended.returncode == 1 and "not a Martlet data directory" in ended.stderr
    assert contents(directory.data) == {"mine.txt": b"mine"}
    wrong = directory.say(command, "--no-such-option")
    assert wrong.returncode == 2 and "--no-such-option" in wrong.stderr


# MARK: Damaged


def remove(path: Path) -> None:
    path.unlink()


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)


def empty(path: Path) -> None:
    path.write_bytes(b"")


EVERYTHING = (SMALL, LARGE, LATE)
#: What is done to which file, and what is left after a repair; None: what can be.
DAMAGES: list[tuple[str, Callable[[Path], None], tuple[range, ...] | None]] = [
    ("MANIFEST", remove, EVERYTHING),
    ("MANIFEST", cut, EVERYTHING),
    ("MANIFEST", empty, EVERYTHING),
    ("CURRENT", remove, EVERYTHING),
    ("CURRENT", empty, EVERYTHING),
    ("log", remove, (SMALL, LARGE)),
    ("log", empty, (SMALL, LARGE)),
    ("blob", remove, (SMALL, LATE)),
    ("blob", cut, (SMALL, LATE)),
    ("table", remove, None),
    ("table", cut, None),
    ("martlet.files", cut, EVERYTHING),
    ("martlet.files", empty, EVERYTHING),
]


@pytest.mark.parametrize(
    ("kind", "damage", "left"), DAMAGES,
    ids=[f"{kind}-{damage.__name__}" for kind, damage, _ in DAMAGES])
def test_a_damaged_file_is_named_and_the_rest_repaired(
    directory: Directory, kind: str, damage: Callable[[Path], None],
    left: tuple[range, ...] | None,
) -> None:
    path = rows_file(directory.data, kind)
    damage(path)
    before = contents(directory.data / "rows")

    served = directory.say("serve", "--data", str(directory.data), "--port", "0")
    assert served.returncode == 1
    assert path.name in served.stderr and "martlet repair" in served.stderr

    found = directory.run("check")
    assert found.returncode == DAMAGED, found.stderr
    report = json.loads(found.stdout)
    assert report["sound"] is False
    assert [finding["problem"] for finding in report["findings"]] == ["damagedFile"]
    assert report["findings"][0]["file"] == f"rows/{path.name}"
    text = directory.say("check", "--data", str(directory.data))
    assert text.returncode == DAMAGED and path.name in text.stdout

    mended = directory.run("repair")
    assert mended.returncode == 0, mended.stdout + mended.stderr
    done = json.loads(mended.stdout)
    assert done["sound"] is True and done["remaining"] == []
    assert done["files"]["file"] == f"rows/{path.name}"
    assert done["lostValues"] == (len(LARGE) if kind == "blob" else 0)
    kept = Path(done["filesBefore"])
    for name, content in before.items():
        # Opening begins a new MANIFEST and may shorten a log; what holds rows stays as it is.
        if name.endswith((".sst", ".blob")):
            assert (kept / name).read_bytes() == content, name

    assert directory.did("check")["sound"] is True
    if kind != "blob":  # the stream still tells of items that are lost
        assert directory.did("check", "--deep")["sound"] is True
    if left is None:
        return
    assert directory.items(TABLE) == items(*left)


@pytest.mark.parametrize("kind", ["table", "blob", "MANIFEST"])
def test_a_flipped_byte_is_named_and_what_it_does_not_touch_is_kept(
    directory: Directory, kind: str
) -> None:
    path = rows_file(directory.data, kind)
    flip(path)
    found = directory.run("check")
    assert found.returncode == DAMAGED, found.stderr
    finding = json.loads(found.stdout)["findings"][0]
    assert finding["file"] == f"rows/{path.name}"
    done = directory.did("repair")
    assert done["sound"] is True
    assert directory.did("check")["sound"] is True
    if kind == "blob":
        assert done["lostValues"] == 1, done
        kept = directory.items(TABLE)
        assert len(kept) == 59
        assert all(items(SMALL, LARGE, LATE)[key] == value for key, value in kept.items())
    if kind == "MANIFEST":
        assert directory.items(TABLE) == items(SMALL, LARGE, LATE)
