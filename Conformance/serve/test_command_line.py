"""`martlet serve` as scripts see it: what it prints, where it keeps data, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.server import Server, binary


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run(
        [str(binary()), *arguments], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def server(data: Path) -> Iterator[Server]:
    server = Server("--data", str(data))
    yield server.start()
    server.close()


def test_version_and_help() -> None:
    assert run("--version").stdout.startswith("martlet ")
    assert "serve" in run("--help").stdout
    assert "--data" in run("serve", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("fly",), ("serve", "--port"), ("serve", "--port", "many"), ("serve", "--nonsense"),
        ("serve", "--durability", "maybe"), ("serve", "--tls-key", "key.pem"),
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)
    assert ended.returncode == 2
    assert "martlet" in ended.stderr + ended.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(server: Server, number: signal.Signals) -> None:
    assert server.process is not None
    server.process.send_signal(number)
    assert server.process.wait(30) == 0


def test_a_second_process_is_told_who_holds_the_data(server: Server, data: Path) -> None:
    ended = run("serve", "--port", "0", "--data", str(data))
    assert ended.returncode == 1
    assert str(data) in ended.stderr and str(server.pid) in ended.stderr


def test_the_lock_ends_with_its_holder(server: Server, data: Path) -> None:
    server.kill()
    other = Server("--data", str(data))
    other.start()
    other.close()


def test_a_foreign_directory_is_refused(data: Path) -> None:
    data.mkdir()
    (data / "thesis.txt").write_text("mine")
    ended = run("serve", "--port", "0", "--data", str(data))
    assert ended.returncode == 1
    assert str(data) in ended.stderr
    assert [entry.name for entry in data.iterdir()] == ["thesis.txt"]


def test_a_file_is_refused(data: Path) -> None:
    data.write_text("mine")
    ended = run("serve", "--port", "0", "--data", str(data))
    assert ended.returncode == 1
    assert str(data) in ended.stderr


def test_an_unwritable_place_is_refused() -> None:
    ended = run("serve", "--port", "0", "--data", "/proc/martlet-data")
    assert ended.returncode == 1
    assert "/proc/martlet-data" in ended.stderr


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("serve", "--in-memory", "--port", str(port))
    assert ended.returncode == 1
    assert str(port) in ended.stderr and "--port" in ended.stderr


def test_the_flags_of_dynamodb_local_start_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [
            str(binary()), "-Djava.library.path=./lib", "-jar", "DynamoDBLocal.jar", "-sharedDb",
            "-inMemory", "-port", "0", "-delayTransientStatuses", "-cors", "*",
        ],
        stdout=subprocess.PIPE, text=True, cwd=tmp_path,
    )
    assert process.stdout is not None
    try:
        assert " listening on http://127.0.0.1:" in process.stdout.readline()
    finally:
        process.terminate()
    assert process.wait(30) == 0
    process.stdout.close()
    assert list(tmp_path.iterdir()) == []


def test_requests_are_logged_without_contents(data: Path) -> None:
    server = Server("--data", str(data), "--log-requests").start()
    secret = "the-secret-key"
    body = f'{{"TableName":"none","Key":{{"pk":{{"S":"{secret}"}}}}}}'.encode()
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(
            b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\n"
            b"Content-Type: application/x-amz-json-1.0\r\nX-Amz-Date: 20261120T000000Z\r\n"
            b"Authorization: AWS4-HMAC-SHA256 Credential=a/20261120/us-east-1/dynamodb/"
            b"aws4_request, SignedHeaders=host;x-amz-date, Signature=00\r\n"
            b"Connection: close\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
        )
        while connection.recv(65536):
            pass
    server.stop()
    line = server.stderr()
    assert "operation=GetItem status=400 error=ResourceNotFoundException" in line
    assert secret not in line
    server.close()
