"""`martlet.LocalServer` and the pytest plugin, through boto3."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import martlet
import pytest

boto3 = pytest.importorskip("boto3")

pytest_plugins = ["pytester"]

KEYS = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def client(server: martlet.LocalServer):
    return boto3.client("dynamodb", **server.client_settings)


def test_tables_and_items() -> None:
    with martlet.LocalServer() as server:
        dynamodb = client(server)
        dynamodb.create_table(TableName="items", **KEYS)
        dynamodb.put_item(TableName="items", Item={"id": {"S": "a"}, "n": {"N": "1"}})
        found = dynamodb.get_item(TableName="items", Key={"id": {"S": "a"}})
        assert found["Item"] == {"id": {"S": "a"}, "n": {"N": "1"}}
        assert server.url == f"http://127.0.0.1:{server.port}" and server.url in repr(server)
    assert "stopped" in repr(server)
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), 5).close()


def test_servers_beside_one_another_share_nothing() -> None:
    servers = [martlet.LocalServer() for _ in range(5)]
    assert len({server.port for server in servers}) == 5

    def fill(number: int) -> None:
        dynamodb = client(servers[number])
        dynamodb.create_table(TableName=f"table{number}", **KEYS)
        for item in range(20):
            dynamodb.put_item(TableName=f"table{number}", Item={"id": {"S": f"{number}-{item}"}})

    threads = [threading.Thread(target=fill, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number, server in enumerate(servers):
        dynamodb = client(server)
        assert dynamodb.list_tables()["TableNames"] == [f"table{number}"]
        items = dynamodb.scan(TableName=f"table{number}")["Items"]
        assert {item["id"]["S"] for item in items} == {f"{number}-{i}" for i in range(20)}
        server.stop()


def test_a_folder_keeps_its_tables_and_has_one_server(tmp_path: Path) -> None:
    with martlet.LocalServer(tmp_path / "data") as server:
        client(server).create_table(TableName="kept", **KEYS)
        with pytest.raises(martlet.StorageError, match="data"):
            martlet.LocalServer(tmp_path / "data")
    with martlet.LocalServer(str(tmp_path / "data"), durability="async") as server:
        assert client(server).list_tables()["TableNames"] == ["kept"]


def test_what_is_refused(tmp_path: Path) -> None:
    with martlet.LocalServer() as server:
        with pytest.raises(martlet.InvalidValueError, match=f"Port {server.port} is in use"):
            martlet.LocalServer(port=server.port)
    for port in (-1, 65_536):
        with pytest.raises(martlet.InvalidValueError, match="0 to 65535"):
            martlet.LocalServer(port=port)
    with pytest.raises(martlet.InvalidValueError, match="durability"):
        martlet.LocalServer(durability="none")
    (tmp_path / "file").write_text("")
    with pytest.raises(martlet.StorageError, match="file"):
        martlet.LocalServer(tmp_path / "file")


def test_a_port_is_free_again_after_a_stop() -> None:
    server = martlet.LocalServer()
    server.stop()
    with martlet.LocalServer(port=server.port) as again:
        assert again.port == server.port
        assert client(again).list_tables()["TableNames"] == []


def test_a_server_that_is_dropped_stops() -> None:
    server = martlet.LocalServer()
    port = server.port
    del server
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()


def test_a_program_ends_with_its_servers_running() -> None:
    text = (
        "import martlet\n"
        "servers = [martlet.LocalServer() for _ in range(3)]\n"
        "print(servers[2].port)\n")
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr == "" and int(done.stdout) > 0


def test_a_forked_process_leaves_its_parents_server_alone() -> None:
    with martlet.LocalServer() as server:
        child = os.fork()
        if child == 0:
            try:
                server.stop()
            except martlet.ClosedError:
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert client(server).list_tables()["TableNames"] == []


def test_the_plugin_has_a_server_for_the_session_and_one_for_a_test(
    pytester: pytest.Pytester,
) -> None:
    pytester.makepyfile(
        """
        import boto3

        KEYS = {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }

        def names(server):
            return boto3.client("dynamodb", **server.client_settings).list_tables()["TableNames"]

        def make(server, name):
            boto3.client("dynamodb", **server.client_settings).create_table(TableName=name, **KEYS)

        def test_first(dynamodb_server, martlet_server, clean_dynamodb_server):
            assert dynamodb_server is martlet_server
            make(dynamodb_server, "stays")
            make(clean_dynamodb_server, "goes")
            assert names(clean_dynamodb_server) == ["goes"]

        def test_second(dynamodb_server, clean_dynamodb_server):
            assert names(dynamodb_server) == ["stays"]
            assert names(clean_dynamodb_server) == []
        """)
    pytester.runpytest_subprocess().assert_outcomes(passed=2)
