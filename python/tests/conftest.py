"""What the tests share: folders, small databases, and programs that run in another process.

A test of what a database does takes its `place`: it runs twice, with a database in a folder and
with one at a server. What is about files takes the `folder`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from encrypted_support import KEY

from martlet import Database, LocalServer
from martlet.encrypted import Client, EncryptedIndex, StorageConfig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="kills of the durability tests")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where there is nothing yet."""
    return tmp_path / "database"


Place = Path | str


@pytest.fixture(params=["folder", "server"])
def place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """A folder with nothing, or the address of a server without tables."""
    if request.param == "folder":
        yield folder
    else:
        with LocalServer() as server:
            yield server.url


@pytest.fixture
def is_remote(place: Place) -> bool:
    return isinstance(place, str)


@pytest.fixture
def db(place: Place) -> Database:
    """An empty database of three dimensions; euclidean, so that distances can be told at sight."""
    return Database(place, dim=3, metric="euclidean")


@pytest.fixture
def abc(db: Database) -> Database:
    """Rows at 1, 2 and 3 on the first axis."""
    db.add("a", [1, 0, 0], {"n": 1, "even": False})
    db.add("b", [2, 0, 0], {"n": 2, "even": True})
    db.add("c", [3, 0, 0])
    return db


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run() -> Run:
    """Runs a program in another process, with arguments."""

    def call(program: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *map(str, arguments)],
            capture_output=True, text=True, timeout=120)

    return call


def contents(db: Database) -> dict[str, object]:
    """All rows, to be compared."""
    return {id: db.get(id) for id in db.ids()}


@pytest.fixture
def client() -> Iterator[Client]:
    """Encrypted indexes in memory."""
    with Client(storage_config=StorageConfig.memory()) as made:
        yield made


@pytest.fixture
def index(client: Client) -> EncryptedIndex:
    return client.create_index("notes", KEY)
