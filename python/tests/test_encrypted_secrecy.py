"""What encrypted indexes do not show: in errors, in files, in the log."""

from __future__ import annotations

import logging
import math
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from encrypted_support import KEY, SEED, ids_of

import martlet
from martlet import encrypted
from martlet.encrypted import Client, DBConfig, generate_key

SECRETS = ("hemlock", "0.7182818", "wolfsbane", "belladonna", "1646760258")


def test_errors_show_neither_keys_nor_data(client: Client) -> None:
    key = b"wolfsbane wolfsbane wolfsbane 32"
    index = client.create_index("notes", key)
    vector = [0.7182818, 1.0]
    index.upsert([{"id": "belladonna", "vector": vector, "contents": "hemlock",
                   "metadata": {"hemlock": "hemlock"}}])  # fmt: skip
    calls: list[Callable[[], object]] = [
        lambda: client.create_index("notes", key), lambda: client.create_index("new", key[:31]),
        lambda: client.create_index("new", key.decode()), lambda: client.create_index(key, key),
        lambda: client.load_index("none", key), lambda: client.load_index("notes", key[::-1]),
        lambda: client.load_index("notes", list(key) + [1]),
        lambda: client.load_index("notes", [*key[:31], "wolfsbane"]),
        lambda: index.query(vector, top_k=-1, index_key=key),
        lambda: index.query(vector, top_k="hemlock"), lambda: index.query([*vector, 1]),
        lambda: index.query(["0.7182818", 1]), lambda: index.query([0.7182818, math.nan]),
        lambda: index.query(vector, include=["hemlock"]), lambda: index.query(vector, ef="hemlock"),
        lambda: index.query(vector, filters={"a": {"$gt": "hemlock"}}),
        lambda: index.query(vector, index_key="wolfsbane"), lambda: index.query("hemlock"),
        lambda: index.get(1646760258), lambda: index.get("belladonna"),
        lambda: index.get([b"belladonna"]), lambda: index.delete(1646760258),
        lambda: index.get_item(1646760258.5), lambda: index.upsert([("belladonna", [*vector, 1])]),
        lambda: index.upsert([("belladonna\ud800", vector)]),
        lambda: index.upsert([(1646760258 * 10**20, vector)]),
        lambda: index.upsert([("belladonna", vector, {"hemlock": 1})]),
        lambda: index.upsert([("belladonna", vector, "hemlock\ud800")]),
        lambda: index.upsert([("belladonna", ["hemlock", "wolfsbane"])]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "hemlock": 1}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "metadata": {"hemlock": {1}}}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector, "metadata": "hemlock"}]),
        lambda: index.upsert([{"id": "belladonna", "vector": vector,
                               "metadata": {"hemlock": "belladonna\ud800"}}]),
        lambda: index.upsert(["belladonna"], np.array([["hemlock", "x"]])),
        lambda: index.upsert([("belladonna", vector, b"hemlock" * 100_000)]),
        lambda: index.rotate_key(key[::-1], key), lambda: index.rotate_key("wolfsbane", key),
        lambda: index.create_user_keys("belladonna", key),
    ]  # fmt: skip
    for place, call in enumerate(calls):
        with pytest.raises((TypeError, ValueError)) as caught:
            call()
        text = "".join(traceback.format_exception_only(caught.type, caught.value))
        assert not [secret for secret in SECRETS if secret in text], place
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None or caught.value.__suppress_context__, place
    for made in (client, index, DBConfig("disk", connection_string="hemlock")):
        assert "hemlock" not in repr(made) and "wolfsbane" not in repr(made)


def test_files_have_nothing_in_clear(tmp_path: Path) -> None:
    vector = np.array([0.7182818, 0.3141592, 0.5772156, 0.4142135], np.float32)
    key = generate_key()
    with Client(tmp_path / "x") as client:
        index = client.create_index("mandragora", key)
        index.upsert([{"id": f"belladonna {n}", "vector": vector, "contents": "hemlock " * 9,
                       "metadata": {"nightshade": "wolfsbane"}} for n in range(50)])  # fmt: skip
        index.train()
    files = [path for path in (tmp_path / "x").rglob("*") if path.is_file()]
    clear = [b"mandragora", b"belladonna", b"hemlock", b"nightshade", b"wolfsbane", key,
             vector.tobytes()]  # fmt: skip
    assert sum(path.stat().st_size for path in files) > 10_000
    for path in files:
        held = path.read_bytes()
        assert not [word for word in clear if word in held], path.name
        assert not [word for word in clear if word.hex() in str(path)]


def test_nothing_is_printed_and_the_log_is_python_s(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = np.random.default_rng(SEED).normal(size=(6000, 8)).astype(np.float32)
    with Client(tmp_path / "x") as client:
        index = client.create_index("notes", KEY)
        index.upsert(np.arange(len(rows)), rows)
        index.train()
    damaged = [path for path in (tmp_path / "x").glob("*/vectors/**/*") if path.is_file()]
    assert damaged
    for path in damaged:
        held = bytearray(path.read_bytes())
        held[len(held) // 2] ^= 255
        path.write_bytes(held)
    with caplog.at_level(logging.WARNING), Client(tmp_path / "x") as client:
        index = client.load_index("notes", KEY)
        assert ids_of(index.query(rows[5], top_k=1)) == [5]
    assert {record.name for record in caplog.records} == {"martlet.encrypted"}
    assert capfd.readouterr() == ("", "")


def test_the_module_s_errors_are_the_package_s() -> None:
    for name in ("WrongKeyError", "IntegrityError", "PermissionDeniedError", "ClosedError"):
        assert getattr(encrypted, name) is getattr(martlet, name)
        assert issubclass(getattr(martlet, name), ValueError)
