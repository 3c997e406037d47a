"""`martlet.encrypted` in a DynamoDB table: the same as in a folder, for several programs, and over an
endpoint that refuses and fails."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from server_process import SERVER, serving

import martlet
from martlet import LocalServer
from martlet.encrypted import Client, DBConfig, DynamoDBConfig, StorageConfig, generate_key

KEY = bytes(range(1, 33))
CATALOG_KEY = bytes(range(51, 83))
LOCAL: dict[str, Any] = {
    "region_name": "us-east-1", "aws_access_key_id": "local", "aws_secret_access_key": "local"}


@pytest.fixture
def url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.url


@pytest.fixture(params=["ours", "moto"])
def any_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Also that of a server that has nothing in common with ours."""
    if request.param == "ours":
        with LocalServer() as server:
            yield server.url
        return
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def opened(url: str, cache: Path | None = None) -> Client:
    storage = StorageConfig.dynamodb("Indexes", endpoint_url=url, cache=cache, **LOCAL)
    return Client(storage, catalog_key=CATALOG_KEY)


def rows(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": n, "vector": [n, 1.0, n % 7], "contents": f"row {n}", "metadata": {"even": n % 2}}
        for n in range(first, first + count)]


@pytest.mark.parametrize("shape", [
    lambda url: Client(StorageConfig.dynamodb("Indexes", endpoint_url=url), catalog_key=CATALOG_KEY),
    lambda url: Client(
        storage_config=DynamoDBConfig("Indexes", endpoint_url=url, **LOCAL),
        catalog_key=list(CATALOG_KEY)),
    lambda url: Client(
        DBConfig("dynamodb", "Indexes", url), DBConfig("dynamodb", "Indexes", url),
        DBConfig("none"), catalog_key=CATALOG_KEY),
    lambda url: Client(
        index_location=DBConfig("dynamodb", table_name="Indexes", connection_string=url),
        catalog_key=CATALOG_KEY),
])  # fmt: skip
def test_all_shapes_of_a_client_open_the_same_table(
    url: str, shape: Callable[[str], Client]
) -> None:
    with opened(url) as client:
        client.create_index("notes", KEY).upsert(rows(3))
    with shape(url) as client:
        assert client.list_indexes() == ["notes"]
        assert client.load_index("notes", KEY).get_item(1) == b"row 1"


@pytest.mark.parametrize("wrong", [
    lambda url: Client(DynamoDBConfig("Indexes", endpoint_url=url)),
    lambda url: Client(DynamoDBConfig("Indexes", endpoint_url=url), catalog_key=b"short"),
    lambda url: DynamoDBConfig(""),
    lambda url: DynamoDBConfig("Indexes", aws_access_key_id="id"),
    lambda url: DBConfig("dynamodb"),
    lambda url: Client(DBConfig("dynamodb", "A", url), DBConfig("dynamodb", "B", url)),
    lambda url: Client(
        DynamoDBConfig("Indexes", profile_name="there is none"), catalog_key=CATALOG_KEY),
])  # fmt: skip
def test_other_arguments_are_refused(url: str, wrong: Callable[[str], object]) -> None:
    with pytest.raises(martlet.InvalidValueError):
        wrong(url)


def test_the_catalogue_is_under_its_key(url: str) -> None:
    opened(url).create_index("notes", KEY)
    storage = DynamoDBConfig("Indexes", endpoint_url=url, **LOCAL)
    with pytest.raises(martlet.WrongKeyError):
        Client(storage, catalog_key=generate_key())


def test_an_index_in_a_table_does_what_one_in_a_folder_does(any_url: str) -> None:
    url = any_url
    with opened(url) as client:
        index = client.create_index("notes", KEY, metric="cosine")
        index.upsert(rows(300))
        index.upsert([(5, [5, 1, 5], b"replaced")])
        index.delete([6, 7])
        index.train()
        assert index.get_num_vectors() == 298
        hits = index.query([5, 1, 5], top_k=1, include=["distance", "metadata"])
        assert hits[0]["id"] == 5 and hits[0]["metadata"] == {}
        assert all(hit["id"] % 2 for hit in index.query([1, 2, 3], filters={"even": 1}))
        index.create_user_keys(b"0123456789abcdef", bytes(range(200, 232)), ["read"])
        index.rotate_key(KEY, bytes(range(32, 64)))
        version = index.version()
    with opened(url) as client:
        with pytest.raises(martlet.WrongKeyError):
            client.load_index("notes", KEY)
        user = client.load_index("notes", bytes(range(200, 232)), at_least_version=version)
        with pytest.raises(martlet.PermissionDeniedError):
            user.upsert(rows(1))
        user.close()
        index = client.load_index("notes", bytes(range(32, 64)))
        assert index.get_items([5, 6, 8]) == [b"replaced", b"", b"row 8"]
        index.delete_index()
        assert client.list_indexes() == []


def test_of_two_writers_the_second_is_told_and_has_both_after_loading_again(
    any_url: str
) -> None:
    url = any_url
    with opened(url) as first, opened(url) as second:
        here = first.create_index("notes", KEY)
        here.upsert(rows(2))
        there = second.load_index("notes", KEY)
        here.upsert(rows(2, first=2))
        with pytest.raises(martlet.ConflictError):
            there.upsert(rows(2, first=4))
        there.close()
        there = second.load_index("notes", KEY)
        there.upsert(rows(2, first=6))
        assert sorted(there.list_ids()) == [0, 1, 2, 3, 6, 7]
        with pytest.raises(martlet.ConflictError):
            here.delete([0])


def test_a_cache_is_for_one_program_and_its_damage_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    with opened(url, cache) as client:
        client.create_index("notes", KEY).upsert(rows(50))
        with pytest.raises(martlet.StorageError):
            opened(url, cache)
    files = [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size]
    assert len(files) > 3
    for path in files:
        copy = tmp_path / "copy"
        shutil.copytree(cache, copy)
        place = copy / path.relative_to(cache)
        place.write_bytes(bytes(byte ^ 0x41 for byte in path.read_bytes()))
        with opened(url, copy) as client:
            assert client.load_index("notes", KEY).get_item(7) == b"row 7", path.name
        shutil.rmtree(copy)


def test_an_endpoint_that_is_not_there_is_an_error_that_shows_no_key() -> None:
    with pytest.raises(martlet.StorageError) as caught:
        opened("http://127.0.0.1:9")
    assert "local" not in str(caught.value) and KEY.hex() not in str(caught.value)


def test_no_item_of_the_table_has_anything_in_clear(any_url: str, tmp_path: Path) -> None:
    url = any_url
    boto3 = pytest.importorskip("boto3")
    np = pytest.importorskip("numpy")
    vector = np.array([0.7182818, 0.3141592, 0.5772156, 0.4142135], np.float32)
    key = generate_key()
    with opened(url, tmp_path / "cache") as client:
        index = client.create_index("mandragora", key)
        index.upsert([{"id": f"belladonna {n}", "vector": vector, "contents": "hemlock " * 9,
                       "metadata": {"nightshade": "wolfsbane"}} for n in range(500)])  # fmt: skip
        index.train()
    clear = [b"mandragora", b"belladonna", b"hemlock", b"nightshade", b"wolfsbane", key,
             CATALOG_KEY, vector.tobytes(), vector.astype(np.float16).tobytes()]  # fmt: skip
    pages = boto3.client("dynamodb", endpoint_url=url, **LOCAL).get_paginator("scan")
    items = [item for page in pages.paginate(TableName="Indexes") for item in page["Items"]]
    assert len(items) > 500
    counts: Counter[int] = Counter()
    for item in items:
        for name, value in item.items():
            (kind, held), = value.items()
            assert kind == "B" or name == "c"
            assert kind != "B" or not [word for word in clear if word in held]
        if item["p"]["B"][-1] >= 0x10:
            counts.update(item["v"]["B"])
    expected = counts.total() / 256
    chi_square = sum((counts[byte] - expected) ** 2 / expected for byte in range(256))
    assert chi_square < 402  # 255 degrees of freedom: beyond this in one of 10^9 cases


# Kills

WRITER = """
import sys
from martlet.encrypted import Client, DynamoDBConfig
url, cache, first = sys.argv[1], sys.argv[2] or None, int(sys.argv[3])
storage = DynamoDBConfig("Indexes", endpoint_url=url, cache=cache, region_name="us-east-1",
                         aws_access_key_id="local", aws_secret_access_key="local")
index = Client(storage, catalog_key=bytes(range(51, 83))).load_index("notes", bytes(range(1, 33)))
number = first
while True:
    # Now and then more than one transaction takes; an old row is replaced with each batch.
    count = 250 if number % 3 == 0 else 1
    ids = list(range(number, number + count))
    index.upsert([(0, [number + count, 0])] + [(n, [n, 1.0]) for n in ids])
    number += count
    print(number, flush=True)
"""


@contextmanager
def failing_server() -> Iterator[str]:
    """One that refuses and fails by chance, if there is its program."""
    if not SERVER:
        with LocalServer() as server:
            yield server.url
        return
    with serving(
        "--in-memory", "--throttle-probability", 0.01, "--error-probability", 0.02, "--seed", 7,
    ) as url:
        yield url


@pytest.mark.parametrize("cached", ["cached", "not cached"])
def test_no_acknowledged_row_is_lost_by_a_kill(
    tmp_path: Path, cached: str, pytestconfig: pytest.Config
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    cache = tmp_path / "cache" if cached == "cached" else None
    with failing_server() as url:
        with opened(url, cache) as client:
            client.create_index("notes", KEY).upsert([(0, [1, 0])])
        written = 1
        for kill in range(max(1, pytestconfig.getoption("--kills") // 2)):
            goal = written + chance.randrange(1, 700)
            program = [sys.executable, "-c", WRITER, url, str(cache or ""), str(written)]
            with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    written = int(line)
                    if written >= goal:
                        process.send_signal(signal.SIGKILL)
                        break
                for line in process.stdout:  # what it wrote until the signal came
                    written = int(line)
            with opened(url, cache) as client:
                index = client.load_index("notes", KEY)
                ids = sorted(index.list_ids())
                note = f"seed {seed}, kill {kill}, {written} acknowledged, {len(ids)} there"
                # One batch more may have been written than was said, as a whole.
                assert len(ids) - written in (0, 250 if written % 3 == 0 else 1), note
                assert ids == list(range(len(ids))), note
                assert index.get([0])[0]["vector"][0] == len(ids), note
                written = len(ids)
