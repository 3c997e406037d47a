"""Clients that trickle, stall or send too much are cut off, and nobody else notices."""

from __future__ import annotations

import gzip
import select
import socket
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hostile.mutations import Message, message
from hostile.wire import Wire
from support.light import LightClient, ask
from support.server import BODY_LIMIT, Server

CUT_OFF_SECONDS = 45.0
TRICKLE_SECONDS = 0.5

pytestmark = pytest.mark.ours


@pytest.fixture
def victim() -> Iterator[Server]:
    server = Server("--in-memory").start()
    try:
        yield server
    finally:
        server.close()


GOOD = message("ListTables", b"{}")


def trickle(server: Server, prefixes: dict[str, bytes]) -> dict[str, float]:
    """Sends each prefix, then one byte every half second; seconds until each was cut off."""
    connections = {
        name: socket.create_connection(("127.0.0.1", server.port), 5) for name in prefixes
    }
    began = time.monotonic()
    ended: dict[str, float] = {}
    for name, connection in connections.items():
        connection.sendall(prefixes[name])
    other = LightClient(server.port)
    while len(ended) < len(connections) and time.monotonic() - began < CUT_OFF_SECONDS:
        time.sleep(TRICKLE_SECONDS)
        asked = time.monotonic()
        other.demand("ListTables", {})
        assert time.monotonic() - asked < 5, "slow clients hold up the others"
        for name, connection in connections.items():
            if name not in ended and is_cut_off(connection, name):
                ended[name] = time.monotonic() - began
    other.close()
    for connection in connections.values():
        connection.close()
    return ended


def is_cut_off(connection: socket.socket, name: str) -> bool:
    if select.select([connection], [], [], 0)[0]:
        return True  # an answer (408) or the end of the stream
    if "stalls" not in name:
        try:
            connection.send(b"x")
        except OSError:
            return True
    return False


def test_slow_clients_are_cut_off(victim: Server) -> None:
    head_end = GOOD.head.index(b"\r\n\r\n")
    long = message("ListTables", b"{}", {"Content-Length": "1000000"})
    prefixes = {
        "a head that trickles": GOOD.head[: head_end - 5],
        "a head that stalls": GOOD.head[: head_end - 5],
        "a body that trickles": long.head,
        "a body that stalls": long.head + b'{"Limit": 1',
    }
    ended = trickle(victim, prefixes)
    assert set(ended) == set(prefixes), f"cut off: {ended}"


def test_many_stalled_connections_leave_room(victim: Server) -> None:
    stalled = [socket.create_connection(("127.0.0.1", victim.port), 5) for _ in range(200)]
    for connection in stalled:
        connection.sendall(GOOD.head[:40])
    with LightClient(victim.port) as client:
        for _ in range(50):
            client.demand("ListTables", {})
    for connection in stalled:
        connection.close()
    assert ask(victim.port, "ListTables", {}) == {"TableNames": []}


def assert_too_large(answer: tuple[int, dict[bytes, bytes], bytes] | None) -> None:
    """413, or the connection is gone before everything was sent."""
    assert answer is None or answer[0] == 413, answer


def test_oversized_bodies_are_cut_off(victim: Server) -> None:
    before = victim.resident_kilobytes()
    body = b'{"TableName": "' + b"a" * (BODY_LIMIT + 1) + b'"}'
    wire = Wire(victim.port)
    assert_too_large(wire.exchange(replace(message("PutItem", body), closes=True)))
    chunked = message("PutItem", b"", {"Transfer-Encoding": "chunked"})
    head = chunked.head.replace(b"Content-Length: 0\r\n", b"")
    piece = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    assert_too_large(wire.exchange(Message(head, piece * 20 + b"0\r\n\r\n", closes=True)))
    declared = message("PutItem", b"", {"Content-Length": str(1 << 40)})
    assert_too_large(wire.exchange(replace(declared, closes=True)))
    wire.close()
    assert ask(victim.port, "ListTables", {}) == {"TableNames": []}
    assert victim.resident_kilobytes() - before < 128 * 1024


def test_a_gzip_bomb_is_cut_off(victim: Server) -> None:
    before = victim.resident_kilobytes()
    bomb = gzip.compress(b'{"TableName": "' + b"a" * (400 << 20) + b'"}', 1)
    wire = Wire(victim.port)
    answer = wire.exchange(message("PutItem", bomb, {"Content-Encoding": "gzip"}))
    assert answer is None or answer[0] in (400, 413), answer
    wire.close()
    assert ask(victim.port, "ListTables", {}) == {"TableNames": []}
    assert victim.resident_kilobytes() - before < 128 * 1024


def test_the_largest_body_is_read(victim: Server) -> None:
    """A refusal of its content, not of its size."""
    body = b'{"TableName": "' + b"a" * (BODY_LIMIT - 100) + b'"}'
    wire = Wire(victim.port)
    answer = wire.exchange(message("PutItem", body))
    wire.close()
    assert answer is not None and answer[0] == 400
