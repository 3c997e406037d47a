"""Encrypted indexes in programs that end, are killed, fork, or have threads."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from encrypted_support import KEY, SEED, ids_of

from martlet.encrypted import Client, EncryptedIndex


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
