"""A write whose call returned is there after a kill. Damage is reported, or repaired, never served."""

from __future__ import annotations

import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run, contents

import martlet
from martlet import Database

# Writes rows of which everything follows from the id, and says each on a line once it is written.
WRITER = """
import sys
from martlet import Database
path, first, saves = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "saves"
db = Database(path, dim=4, metric="euclidean")
number = first
while True:
    db.add(str(number), [number, 1, 2, number % 7], {"n": number, "kind": number % 5})
    print(number, flush=True)
    if saves and number % 50 == 0:
        db.save()
    if number % 97 == 0:
        db.compact()
    number += 1
"""


def row(number: int) -> object:
    return [number, 1, 2, number % 7], {"n": number, "kind": number % 5}


@pytest.mark.parametrize("saves", ["saves", "never saves"])
def test_no_acknowledged_row_is_lost_by_a_kill(
    folder: Path, saves: str, pytestconfig: pytest.Config
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    written = 0
    for kill in range(pytestconfig.getoption("--kills")):
        goal = written + chance.randrange(1, 400)
        program = [sys.executable, "-c", WRITER, str(folder), str(written + 1), saves]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                written = int(line)
                if written >= goal:
                    process.send_signal(signal.SIGKILL)
                    break
            for line in process.stdout:  # what it wrote until the signal came
                written = int(line)
        assert process.returncode == -signal.SIGKILL
        db = Database(folder)
        # One more may have been written than was said.
        note = f"seed {seed}, kill {kill}, {written} acknowledged"
        assert written <= len(db) <= written + 1, note
        written = len(db)
        assert contents(db) == {str(n): row(n) for n in range(1, written + 1)}, note
        found = db.search([goal, 1, 2, goal % 7], k=1)
        assert found[0].distance == 0 or goal > written, note
        kinds = sum(1 for n in range(1, written + 1) if n % 5 == 3)
        assert db.count({"kind": 3}) == kinds, note
        db.close()


BATCH_WRITER = """
import sys
from martlet import Database
db = Database(sys.argv[1], dim=64)
number = 0
while True:
    ids = [f"{number} {place}" for place in range(200)]
    db.add_many(ids, [[place] * 64 for place in range(200)], [{"n": number}] * 200)
    print(number, flush=True)
    number += 1
"""


def test_a_batch_is_there_as_a_whole_or_not_at_all(folder: Path) -> None:
    for wait in [1, 3, 10]:
        shutil.rmtree(folder, ignore_errors=True)
        program = [sys.executable, "-c", BATCH_WRITER, str(folder)]
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if int(line) == wait:
                    process.kill()
                    break
            said = [int(line) for line in process.stdout]
        last = said[-1] if said else wait
        with Database(folder) as db:
            assert len(db) % 200 == 0
            assert len(db) >= (last + 1) * 200
            assert db.count({"n": last}) == 200
            db.close()


HOLDER = """
import os, sys
from martlet import Database
db = Database(sys.argv[1], dim=3)
db.add("a", [1, 2, 3])
print(os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that has the database open."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_second_process_is_told_who_holds_the_folder(
    folder: Path, holder: "subprocess.Popen[str]"
) -> None:
    assert holder.stdout is not None
    pid = int(holder.stdout.readline())
    for _ in range(2):
        with pytest.raises(martlet.StorageError, match=rf"\b{pid}\b"):
            Database(folder)
        with pytest.raises(martlet.StorageError, match=rf"\b{pid}\b"):
            martlet.Client(folder)
    # The lock ends with its process, however that ends.
    holder.kill()
    holder.wait()
    assert Database(folder).ids() == ["a"]


def test_a_program_that_just_ends_loses_nothing(folder: Path, run: Run) -> None:
    program = """
import sys
from martlet import Client, Database
db = Database(sys.argv[1], dim=3)
db.add("a", [1, 2, 3])
client = Client(sys.argv[2])
kept = [client.create_collection(str(n), dim=3) for n in range(5)]
kept[0].add("b", [1, 2, 3])
"""
    done = run(program, folder, folder.with_name("client"))
    assert (done.returncode, done.stderr) == (0, "")
    assert Database(folder).ids() == ["a"]
    assert martlet.Client(folder.with_name("client")).get_collection("0").ids() == ["b"]


def test_a_forked_child_is_told_to_open_for_itself(folder: Path, run: Run) -> None:
    program = """
import os, sys
from martlet import ClosedError, Database
db = Database(sys.argv[1], dim=3)
db.add("a", [1, 2, 3])
child = os.fork()
if child == 0:
    try:
        db.search([1, 2, 3])
    except ClosedError as error:
        print(error, flush=True)
    del db
    sys.exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), db.ids(), flush=True)
"""
    done = run(program, folder)
    assert done.returncode == 0, done.stderr
    assert "fork" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[-1] == "7 ['a']"


# Damage

MAKER = """
import os, sys
from martlet import Database
db = Database(sys.argv[1], dim=8, metric="euclidean")
for part in range(4):
    ids = [f"{part} {n}" for n in range(500)]
    db.add_many(ids, [[part, n, 1, 2, 3, 4, 5, 6] for n in range(500)], [{"n": n} for n in range(500)])
if sys.argv[2] == "closed":
    db.close()
else:
    os.kill(os.getpid(), 9)
"""


@pytest.fixture(params=["closed", "killed"])
def healthy(request: pytest.FixtureRequest, tmp_path: Path, run: Run) -> Path:
    """A folder with 2,000 rows: in files, or in the log alone."""
    folder = tmp_path / "healthy"
    run(MAKER, folder, request.param)
    return folder


def expected() -> dict[str, object]:
    return {f"{part} {n}": ([part, n, 1, 2, 3, 4, 5, 6], {"n": n})
            for part in range(4) for n in range(500)}


def check(folder: Path, *, may_lose_the_last: bool, note: str) -> str:
    """Opens a damaged folder: it is refused with a file's name, or it answers what was written."""
    try:
        db = Database(folder, dim=8)
        rows = contents(db)
        found = db.search([1, 250, 1, 2, 3, 4, 5, 6], k=3, exact=True)
    except martlet.StorageError as error:
        assert re.search(rf"{re.escape(str(folder))}|[\w-]+\.\w+|[A-Z]{{4}}", str(error)), (note, error)
        return "refused"
    whole = expected()
    db.close()
    if rows == whole:
        assert [(r.id, r.distance) for r in found] == [("1 250", 0), ("0 250", 1), ("1 249", 1)], note
        return "whole"
    assert may_lose_the_last, (note, len(rows))
    # A cut log: what is left is what had been written before the cut.
    assert len(rows) % 500 == 0, (note, len(rows))
    assert rows.items() <= whole.items(), note
    return "cut"


def damaged(healthy: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(healthy, folder)
    return folder


def files(folder: Path) -> list[Path]:
    return sorted(p.relative_to(folder) for p in folder.rglob("*")
                  if p.is_file() and p.stat().st_size)


def test_a_flipped_bit_is_never_served(healthy: Path, tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    outcomes: set[str] = set()
    for name in files(healthy):
        size = (healthy / name).stat().st_size
        for place in {0, size // 2, size - 1, chance.randrange(size), chance.randrange(size)}:
            folder = damaged(healthy, tmp_path)
            with open(folder / name, "r+b") as file:
                file.seek(place)
                byte = file.read(1)[0]
                file.seek(place)
                file.write(bytes([byte ^ 1 << chance.randrange(8)]))
            outcomes.add(check(
                folder, may_lose_the_last=name.suffix == ".log",
                note=f"seed {seed}: {name} at {place} of {size}"))
    assert "refused" in outcomes


def test_a_cut_or_missing_file_is_never_taken_for_an_empty_database(
    healthy: Path, tmp_path: Path
) -> None:
    for name in files(healthy):
        size = (healthy / name).stat().st_size
        lengths: list[int | None] = [None, 0, size // 2, size - 1]
        # What cannot be told from a healthy folder: RocksDB takes a cut end of its list of tables
        # for a write that a crash tore, and a log that is gone for one that was not needed.
        if name.name.startswith("MANIFEST"):
            lengths = [None, 0]
        elif name.suffix == ".log":
            lengths.remove(None)
        for length in lengths:
            folder = damaged(healthy, tmp_path)
            if length is None:
                (folder / name).unlink()
            else:
                with open(folder / name, "r+b") as file:
                    file.truncate(length)
            outcome = check(
                folder, may_lose_the_last=name.suffix == ".log" and length is not None,
                note=f"{name} cut to {length} of {size}")
            assert outcome in {"refused", "whole", "cut"}


def test_a_torn_end_of_the_log_is_cut_off_so_that_later_writes_stay(
    tmp_path: Path, run: Run
) -> None:
    folder = tmp_path / "torn"
    run(MAKER, folder, "killed")
    logs = [path for path in files(folder) if path.suffix == ".log"]
    with open(folder / logs[-1], "r+b") as file:
        file.truncate((folder / logs[-1]).stat().st_size - 3)
    later = """
import os, sys
from martlet import Database
db = Database(sys.argv[1])
print(len(db), flush=True)
for n in range(10):
    db.add(f"later {n}", [n] * 8)
os.kill(os.getpid(), 9)
"""
    done = run(later, folder)
    assert done.stdout == "1500\n", done.stderr
    db = Database(folder)
    assert len(db) == 1510
    assert all(f"later {n}" in db for n in range(10))


def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path, run: Run) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here")
    program = """
import sys
import numpy
from martlet import Database, StorageError
db = Database(sys.argv[1], dim=512)
random = numpy.random.default_rng(5)
row = [1.25] * 512
number = 0
try:
    while number < 40:
        db.add_many([f"{number} {n}" for n in range(1000)], random.normal(size=(1000, 512)))
        number += 1
except StorageError as error:
    print(number, "refused", flush=True)
try:
    db.add("one more", row)
except StorageError as error:
    print("again", flush=True)
"""
    try:
        done = run(program, place / "database")
        assert "refused" in done.stdout, done.stdout + done.stderr
        written = int(done.stdout.split()[0])
        assert 0 < written < 40
        after = """
import sys
from martlet import Database
db = Database(sys.argv[1])
print(min(db.count(), int(sys.argv[2])), sum(f"{n} 999" in db for n in range(int(sys.argv[2]) // 1000)))
"""
        subprocess.run(["mount", "-o", "remount,size=256m", place], check=True)
        done = run(after, place / "database", written * 1000)
        assert done.stdout.split() == [str(written * 1000), str(written)], done.stdout + done.stderr
    finally:
        subprocess.run(["umount", "-l", place], check=True)
