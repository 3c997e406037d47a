"""`martlet.encrypted`: where indexes are, their keys and users, making and loading them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from encrypted_support import KEY, OTHER_KEY, SEED, USER, ids_of

import martlet
from martlet import encrypted
from martlet.encrypted import (
    Client,
    DBConfig,
    EncryptedIndex,
    IndexIVF,
    IndexIVFFlat,
    IndexIVFPQ,
    StorageConfig,
    generate_key,
)

# Locations


@pytest.mark.parametrize("shape", [
    lambda path: Client(path),
    lambda path: Client(str(path)),
    lambda path: Client(path=path),
    lambda path: Client(storage_config=StorageConfig.disk(path)),
    lambda path: Client("account", StorageConfig.disk(path)),
    lambda path: Client(api_key="account", storage_config=StorageConfig.disk(path), cpu_threads=2),
    lambda path: Client(
        DBConfig("disk", connection_string=path), DBConfig("disk", "t", str(path)),
        DBConfig("none"), 0, False),
    lambda path: Client(index_location=DBConfig("disk", connection_string=path),
                        config_location=DBConfig("disk", connection_string=path)),
])  # fmt: skip
def test_all_shapes_of_a_client_open_the_same_folder(
    tmp_path: Path, shape: Callable[[Path], Client]
) -> None:
    folder = tmp_path / "indexes"
    with Client(folder) as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2], b"kept")])
    with shape(folder) as client:
        assert client.list_indexes() == ["notes"]
        assert client.load_index("notes", KEY).get_item(1) == b"kept"


def test_indexes_in_memory_can_be_loaded_again() -> None:
    with Client(DBConfig("memory"), DBConfig("memory")) as client:
        index = client.create_index("notes", KEY)
        index.upsert([(1, [1, 2])])
        index.close()
        assert client.load_index("notes", KEY).list_ids() == [1]


@pytest.mark.parametrize("wrong", [
    lambda: DBConfig("redis", connection_string="redis://secret"),
    lambda: DBConfig("disk"),
    lambda: Client(),
    lambda: Client(DBConfig("none")),
    lambda: Client("a", path="b"),
    lambda: Client(DBConfig("memory"), DBConfig("disk", connection_string="elsewhere")),
    lambda: Client(""),
])  # fmt: skip
def test_other_locations_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError) as caught:
        wrong()
    assert "secret" not in str(caught.value)


def test_an_unknown_location_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match="disk, memory, dynamodb"):
        DBConfig("s3")


def test_a_folder_is_opened_by_one_client_at_a_time(tmp_path: Path) -> None:
    with Client(tmp_path / "x"):
        with pytest.raises(martlet.StorageError):
            Client(tmp_path / "x")
    Client(tmp_path / "x").close()


# Keys


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview, list, lambda key: list(key),
                                  lambda key: np.frombuffer(key, np.uint8)])  # fmt: skip
def test_a_key_is_32_bytes_in_any_form(client: Client, form: Callable[[bytes], object]) -> None:
    client.create_index("notes", form(KEY)).close()
    client.load_index("notes", KEY)


@pytest.mark.parametrize("key", [
    b"", KEY[:31], KEY + b"x", bytes(32), "k" * 32, None, 32, [1.5] * 32, [256] * 32,
    np.ones(32, np.float32), np.ones((4, 8), np.uint8),
])  # fmt: skip
def test_other_keys_are_refused(client: Client, key: object) -> None:
    with pytest.raises(ValueError):
        client.create_index("notes", key)
    assert client.list_indexes() == []


def test_generate_key_gives_32_bytes_that_differ() -> None:
    assert len({generate_key() for _ in range(50)}) == 50
    assert {len(Client.generate_key()) for _ in range(5)} == {32}


def test_another_key_does_not_open_an_index(client: Client) -> None:
    client.create_index("notes", KEY).close()
    with pytest.raises(martlet.WrongKeyError):
        client.load_index("notes", OTHER_KEY)


def test_each_call_takes_the_key_and_refuses_another(index: EncryptedIndex) -> None:
    index.upsert([(1, [1, 2])], index_key=KEY)
    calls: list[Callable[[bytes], object]] = [
        lambda key: index.upsert([(1, [1, 2])], index_key=key),
        lambda key: index.query([1, 2], index_key=key),
        lambda key: index.get([1], index_key=key),
        lambda key: index.get_item(1, index_key=key),
        lambda key: index.get_items([1], index_key=key),
        lambda key: index.list_ids(index_key=key),
        lambda key: index.get_num_vectors(index_key=key),
        lambda key: index.train(index_key=key),
        lambda key: index.rekey(index_key=key),
        lambda key: index.delete([2], index_key=key),
        lambda key: index.delete_index(index_key=key),
    ]
    for call in calls:
        with pytest.raises(martlet.WrongKeyError):
            call(OTHER_KEY)
    for call in calls:
        call(KEY)


def test_a_key_can_be_replaced(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert([(1, [1, 2], b"kept")])
        with pytest.raises(martlet.WrongKeyError):
            index.rotate_key(OTHER_KEY, KEY)
        index.rotate_key(KEY, OTHER_KEY)
        assert index.get_item(1, index_key=OTHER_KEY) == b"kept"
        with pytest.raises(martlet.WrongKeyError):
            index.get_item(1, index_key=KEY)
        index.rekey()
    with Client(tmp_path / "x") as client:
        with pytest.raises(martlet.WrongKeyError):
            client.load_index("notes", KEY)
        assert client.load_index("notes", OTHER_KEY).get_item(1) == b"kept"


def test_users_have_keys_of_their_own(client: Client) -> None:
    owner = client.create_index("notes", KEY)
    owner.upsert([(1, [1, 2], "kept")])
    owner.create_user_keys(USER, OTHER_KEY, ["read"])
    assert owner.list_user_keys() == [{"user_id": USER, "permissions": ["read"]}]
    reader = client.load_index("notes", OTHER_KEY)
    assert reader.get_item(1) == b"kept"
    for refused in (
        lambda: reader.upsert([(2, [1, 2])]), lambda: reader.delete([1]),
        lambda: reader.delete_index(), lambda: reader.create_user_keys(b"x" * 16, KEY),
    ):  # fmt: skip
        with pytest.raises(martlet.PermissionDeniedError):
            refused()
    with pytest.raises(martlet.DuplicateIdError):
        owner.create_user_keys(USER, generate_key())
    owner.delete_user_keys(USER)
    assert owner.list_user_keys() == []
    with pytest.raises(martlet.WrongKeyError):
        client.load_index("notes", OTHER_KEY)
    with pytest.raises(martlet.NotFoundError):
        owner.delete_user_keys(USER)
    owner.create_user_keys(USER, OTHER_KEY)
    client.load_index("notes", OTHER_KEY).upsert([(2, [1, 2])])


@pytest.mark.parametrize("arguments", [
    (b"short", OTHER_KEY, ["read"]), ("0123456789abcdef", OTHER_KEY, ["read"]),
    (USER, b"short", ["read"]), (USER, OTHER_KEY, []), (USER, OTHER_KEY, ["admin"]),
])  # fmt: skip
def test_bad_users_are_refused(index: EncryptedIndex, arguments: Any) -> None:
    with pytest.raises(ValueError):
        index.create_user_keys(*arguments)
    assert index.list_user_keys() == []


def test_names_can_be_under_a_key(tmp_path: Path) -> None:
    with Client(tmp_path / "x", catalog_key=OTHER_KEY) as client:
        client.create_index("notes", KEY)
    for wrong in (None, KEY):
        with pytest.raises(martlet.WrongKeyError):
            Client(tmp_path / "x", catalog_key=wrong)
    with Client(tmp_path / "x", catalog_key=OTHER_KEY) as client:
        assert client.list_indexes() == ["notes"]


def test_a_replaced_key_is_every_owner_handles_and_no_users(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        first = client.create_index("notes", KEY)
        first.upsert([(1, [1.0, 2.0])])
        first.create_user_keys(USER, bytes(range(51, 83)))
        second = client.load_index("notes", KEY)
        user = client.load_index("notes", bytes(range(51, 83)))
        first.rotate_key(KEY, OTHER_KEY)
        for handle in (first, second):
            assert ids_of(handle.query([1.0, 2.0], index_key=OTHER_KEY)) == [1]
            with pytest.raises(encrypted.WrongKeyError):
                handle.query([1.0, 2.0], index_key=KEY)
        # What takes the owner's key has the new one without being told.
        second.create_user_keys(b"f" * 16, bytes(range(2, 34)), ["read"])
        second.rekey()
        second.rotate_key(OTHER_KEY, KEY)
        first.delete_user_keys(b"f" * 16)
        user.upsert([(2, [1.0, 3.0])], index_key=bytes(range(51, 83)))
        assert first.get_num_vectors() == 2
        with pytest.raises(encrypted.WrongKeyError):
            second.rotate_key(OTHER_KEY, OTHER_KEY)
        # An index of the same name that comes later has its own.
        first.delete_index()
        again = client.create_index("notes", OTHER_KEY)
        with pytest.raises(encrypted.ClosedError):
            second.get_num_vectors(index_key=KEY)
        again.rekey(index_key=OTHER_KEY)


def test_data_is_sealed_anew_in_the_background_and_says_how_far_it_is(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert(list(range(3000)), np.random.default_rng(SEED).random((3000, 16)))
        rekeying = index.rekey_in_background(index_key=KEY)
        before = 0.0
        while not rekeying.wait(0.001):
            part = rekeying.progress
            assert before <= part <= 1
            before = part
            index.upsert([(5000, [0.0] * 16)])
        rekeying.result()
        assert rekeying.done() and rekeying.progress == 1
        assert index.get_num_vectors() == 3001
        with pytest.raises(encrypted.WrongKeyError):
            index.rekey_in_background(index_key=OTHER_KEY)
        client.create_index("other", KEY).close()
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        assert index.get_num_vectors() == 3001
        user = bytes(range(51, 83))
        index.create_user_keys(USER, user)
        failing = client.load_index("notes", user).rekey_in_background()
        with pytest.raises(encrypted.PermissionDeniedError):
            failing.result(60)


# Making and loading


@pytest.mark.parametrize("config", [
    IndexIVFFlat(2, 16, "cosine"), IndexIVF(2, 16, "cosine"), IndexIVFPQ(2, 16, 4, 8, "cosine"),
    IndexIVFPQ(dimension=2, n_lists=16, pq_dim=4, pq_bits=8, metric="cosine"),
])  # fmt: skip
def test_older_configurations_give_dimension_and_metric(client: Client, config: IndexIVF) -> None:
    index = client.create_index("notes", KEY, config)
    assert (index.dimension, index.metric, index.n_lists) == (2, "cosine", 0)
    assert config.n_lists == 16


def test_an_index_says_what_it_is(index: EncryptedIndex) -> None:
    assert index.dimension is None and index.metric == "euclidean"
    assert index.index_name() == "notes" and index.index_type() == "hnsw"
    assert index.get_num_vectors() == len(index) == 0 and not index.is_trained()
    assert index.query([1, 2, 3]) == [] and index.get([1]) == [] and index.list_ids() == []
    index.upsert([(1, [1, 2, 3])])
    assert index.dimension == 3 and len(index) == 1
    assert index.index_config() == {
        "index_type": "hnsw", "dimension": 3, "metric": "euclidean", "n_lists": 0}


@pytest.mark.parametrize("arguments", [
    {"index_name": ""}, {"index_name": "taken"}, {"metric": "manhattan"}, {"dimension": -1},
    {"dimension": 0}, {"dimension": 10**9}, {"index_name": "\ud800"},
    {"index_config": IndexIVF(3), "dimension": 2},
    {"index_config": IndexIVF(3, metric="cosine"), "metric": "euclidean"},
])  # fmt: skip
def test_bad_indexes_are_refused(client: Client, arguments: dict[str, Any]) -> None:
    client.create_index("taken", KEY)
    with pytest.raises(ValueError):
        client.create_index(**{"index_name": "new", "index_key": KEY, **arguments})
    assert client.list_indexes() == ["taken"]


def test_an_index_that_is_not_there_is_an_error(client: Client) -> None:
    with pytest.raises(martlet.CollectionError):
        client.load_index("notes", KEY)


def test_a_reopened_index_has_all_that_it_had(tmp_path: Path) -> None:
    rows = np.random.default_rng(SEED).normal(size=(300, 8)).astype(np.float32)
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY, metric="cosine")
        index.upsert(range(300), rows, metadata=[{"n": n} for n in range(300)])
        before, version = index.query(rows[7], top_k=9), index.version()
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY, at_least_version=version)
        assert index.query(rows[7], top_k=9) == before, SEED
        assert index.metric == "cosine" and index.version() >= version


def test_an_older_copy_is_refused_by_its_version(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2])])
    shutil.copytree(tmp_path / "x", tmp_path / "old")
    with Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        before = index.version()
        index.upsert([(1, [3, 4])])
        version = index.version()
        assert version > before
    with Client(tmp_path / "old") as client:
        with pytest.raises(martlet.IntegrityError):
            client.load_index("notes", KEY, at_least_version=version)
        client.load_index("notes", KEY)


@pytest.mark.parametrize("version", [-1, 2**64])
def test_a_version_is_a_number_of_64_bits(client: Client, version: int) -> None:
    client.create_index("notes", KEY)
    with pytest.raises(ValueError):
        client.load_index("notes", KEY, at_least_version=version)


def test_damaged_files_are_an_error(tmp_path: Path) -> None:
    with Client(tmp_path / "x") as client:
        client.create_index("notes", KEY).upsert([(1, [1, 2])])
    (keys,) = (tmp_path / "x").glob("*/keys")
    bytes_ = bytearray(keys.read_bytes())
    bytes_[-1] ^= 1
    keys.write_bytes(bytes_)
    with Client(tmp_path / "x") as client, pytest.raises(ValueError):
        client.load_index("notes", KEY)
