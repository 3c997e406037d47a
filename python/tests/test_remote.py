"""Databases at a server: what is about the way there. What they do is tested with `place`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import numpy
import pytest
from conftest import Run
from server_process import SERVER, serving

import martlet
from martlet import Client, Database, LocalServer

needs_server = pytest.mark.skipif(not SERVER, reason="MARTLET_BIN names no server")

ADD = """
import sys
from martlet import Database

db = Database(sys.argv[1])
for n in range(100):
    db.add(f"{sys.argv[2]} {n}", [n, 0, 0], {"from": sys.argv[2]})
print(len(db.search([0, 0, 0], k=1000, where_filter={"from": sys.argv[2]})))
"""


def test_processes_share_a_folder_through_a_server(folder: Path, run: Run) -> None:
    with Database(folder, dim=3) as db:
        db.add("first", [1, 2, 3])
        refused = run(ADD, folder, "x")
        assert "martlet serve --data" in refused.stderr
        assert 'Database("http://127.0.0.1:8000")' in refused.stderr
        db.close()
    with LocalServer(folder) as server:
        done = []
        threads = [
            threading.Thread(target=lambda name=name: done.append(run(ADD, server.url, name)))
            for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [process.stdout for process in done] == ["100\n"] * 2, done
        assert len(Database(server.url)) == 201
    assert len(Database(folder)) == 201


@needs_server
def test_a_server_of_the_command_line_does_it_too(folder: Path, run: Run) -> None:
    with serving("--data", folder) as address:
        Database(address, dim=3)
        assert run(ADD, address, "a").stdout == "100\n"
    assert len(Database(folder)) == 100


def test_addresses_name_collections(tmp_path: Path) -> None:
    with LocalServer() as server:
        with pytest.raises(martlet.InvalidValueError, match=re.escape(server.url)):
            Database(server.url)
        with pytest.raises(martlet.CollectionError, match="notes"):
            Database(server.url + "/notes")
        notes = Database(server.url + "/notes", dim=2, metric="dot")
        notes.add("a", [1, 2])
        assert Database(server.url + "/notes/").ids() == ["a"]
        assert Database(server.url).metric == "dot_product"
        assert Client(server.url + "/").get_collection("notes").get("a") == ([1, 2], None)
        Database(f"{server.url}/v%C3%B6gel", dim=1)
        assert Client(server.url).list_collections() == ["notes", "vögel"]
        with pytest.raises(martlet.InvalidValueError):
            Client(server.url + "/notes")


@pytest.mark.parametrize("address", [
    "http://", "http://:80", "http://host:port", "http://host/a/b", "https://host?x=1",
    "http://user:secret@host", "http://host#x"])
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(martlet.InvalidValueError, match="no address"):
        Database(address, dim=3)


def test_other_servers_and_no_server(tmp_path: Path) -> None:
    with LocalServer() as server:
        url = server.url
        db = Database(url, dim=3)
        db.add("a", [1, 2, 3])
        client = Client(url)
    calls: list[Callable[[], object]] = [
        db.ids, db.save, client.list_collections, lambda: Database(url, dim=3)]
    for call in calls:
        with pytest.raises(martlet.StorageError, match=re.escape(url)):
            call()
    # Another server at the same address: what was opened at the old one is not taken for its own.
    with LocalServer(port=int(url.rsplit(":", 1)[1])):
        with pytest.raises(martlet.CollectionError):
            db.ids()
        Database(url, dim=3).add("b", [1, 2, 3])
        assert client.list_collections() == ["vectors"]


def test_a_program_that_ends_leaves_nothing_behind(run: Run) -> None:
    with LocalServer() as server:
        done = run(
            "import sys, martlet\n"
            "db = martlet.Database(sys.argv[1], dim=3)\n"
            "stream = db.__arrow_c_stream__()\n"
            "client = martlet.Client(sys.argv[1])\n", server.url)
        assert (done.returncode, done.stderr) == (0, "")


def test_large_batches_go_in_pieces() -> None:
    with LocalServer() as server:
        db = Database(server.url, dim=4096)
        rows = numpy.random.default_rng(1).normal(size=(1200, 4096)).astype("f4")
        ids = [str(n) for n in range(len(rows))]
        db.add("1199", rows[0])
        with pytest.raises(martlet.DuplicateIdError, match="1199"):
            db.add_many(ids, rows)
        assert db.ids() == ["1199"]
        rows[1100, 5] = numpy.nan
        with pytest.raises(martlet.NotFiniteError, match="1100"):
            db.upsert_many(ids, rows)
        assert db.get("1199")[0][0] == rows[0, 0]
        rows[1100, 5] = 0
        told: list[int] = []
        db.upsert_many(ids, rows, progress=lambda done, total: told.append(done))
        assert len(told) > 2 and told[-1] == 1200
        found = db.search_many(rows, k=1, exact=True)
        assert [hits[0].id for hits in found] == ids


@needs_server
def test_keys_are_the_environments(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"accessKeys": [
        {"accessKeyId": "root", "secretAccessKey": "s1", "allow": "admin"},
        {"accessKeyId": "reader", "secretAccessKey": "s2", "allow": "read", "tables": ["notes"]},
        {"accessKeyId": "writer", "secretAccessKey": "s3", "sessionToken": "t",
         "allow": "write"}]}))
    keys.chmod(0o600)

    def use(key: str, secret: str, token: str | None = None) -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
        monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
        if token:
            monkeypatch.setenv("AWS_SESSION_TOKEN", token)

    with serving("--data", folder, "--access-keys", keys) as address:
        use("root", "wrong")
        with pytest.raises(martlet.StorageError, match="signature"):
            Database(address, dim=3)
        use("root", "s1")
        Database(address + "/notes", dim=3).add("a", [1, 2, 3])
        Database(address + "/other", dim=3)
        use("reader", "s2")
        notes = Database(address + "/notes")
        assert notes.get("a") == ([1, 2, 3], None)
        assert notes.search([1, 2, 3])[0].id == "a"
        calls: list[Callable[[], object]] = [
            lambda: notes.delete("a"), lambda: Database(address + "/other"),
            lambda: Client(address), notes.enable_quantized_search]
        for call in calls:
            with pytest.raises(martlet.StorageError, match="not authorized to perform"):
                call()
        use("writer", "s3", "t")
        notes.add("b", [1, 2, 3])
        with pytest.raises(martlet.StorageError, match="not authorized"):
            Client(address).delete_collection("notes")


@needs_server
def test_encrypted_connections(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", certificate], check=True, capture_output=True)
    with serving("--data", folder, "--tls-certificate", certificate, "--tls-key", key) as address:
        assert address.startswith("https://")
        with pytest.raises(martlet.StorageError, match="certificate"):
            Database(address, dim=3)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        db = Database(address, dim=3)
        db.add("a", [1, 2, 3])
        assert db.ids() == ["a"]
