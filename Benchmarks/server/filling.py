"""Fills tables before they are measured, and sends single requests.

A table is filled through BatchWriteItem by several processes, each with one connection, because a
single Python process could not keep the server busy. Redis is filled with the keys that
redis-benchmark asks for.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import socket

import workload
from signing import Signer


class Connection:
    """One HTTP/1.1 connection; knows just enough of HTTP for the answers of these servers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None
        self.buffer = b""

    def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Connects when there is no connection or the last answer ended it."""
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), 30)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.buffer = b""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:])
        length = int(fields["content-length"])
        while len(self.buffer) < length:
            self._receive()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        if lines[0].startswith("http/1.0") or fields.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), body

    def _receive(self) -> None:
        assert self.socket is not None
        received = self.socket.recv(1 << 16)
        if not received:
            raise ConnectionError("the server closed the connection within an answer")
        self.buffer += received

    def call(self, operation: str, body: bytes) -> dict:
        """Signs now, sends, and returns the answer; raises when it is an error."""
        status, answer = self.send(Signer().request(operation, body))
        if status != 200:
            raise RuntimeError(f"{operation} was answered {status}: {answer[:300]!r}")
        return json.loads(answer)

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None


def create_table(port: int) -> None:
    connection = Connection(port)
    connection.call("CreateTable", workload.CREATE_TABLE)
    name = json.dumps({"TableName": workload.TABLE}).encode()
    while connection.call("DescribeTable", name)["Table"]["TableStatus"] != "ACTIVE":
        pass
    connection.close()


def _load_share(port: int, items: int, share: int, shares: int) -> None:
    connection = Connection(port)
    source = random.Random(share)
    starts = range(share * workload.ITEMS_PER_BATCH, items, shares * workload.ITEMS_PER_BATCH)
    for start in starts:
        numbers = range(start, min(start + workload.ITEMS_PER_BATCH, items))
        body = workload.batch(numbers, source)
        if connection.call("BatchWriteItem", body)["UnprocessedItems"]:
            raise RuntimeError("BatchWriteItem left items unprocessed")
    connection.close()


def load(port: int, items: int, processes: int = 4) -> None:
    """Writes items 0 ..< items into the table."""
    workers = [
        multiprocessing.Process(target=_load_share, args=(port, items, share, processes))
        for share in range(processes)
    ]
    try:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    finally:
        for worker in workers:
            worker.terminate()
    if any(worker.exitcode != 0 for worker in workers):
        raise RuntimeError("loading failed; the message is above")


def check(port: int, items: int) -> None:
    """One request of each operation, whose answer must be right: errors are fast, too."""
    connection = Connection(port)
    source = random.Random(0)
    for operation, body in workload.BODIES.items():
        workload.check_answer(operation, connection.call(operation, body(items, source)))
    connection.close()


def check_refusal(port: int) -> None:
    """Raises unless a wrong signature is refused: the server is to verify in this benchmark."""
    connection = Connection(port)
    request = Signer().request("ListTables", workload.LIST_TABLES)
    forged = request.replace(b"Signature=", b"Signature=" + b"0" * 64, 1)
    at = forged.index(b"Signature=") + len(b"Signature=") + 64
    status, _ = connection.send(forged[:at] + forged[at + 64 :])
    connection.close()
    if status == 200:
        raise RuntimeError("a forged signature was accepted; the server does not verify")


def fill_redis(port: int, items: int, value_bytes: int) -> None:
    """Sets the keys that redis-benchmark draws from with `-r items`."""
    value = b"x" * value_bytes
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        answers = connection.makefile("rb")
        for start in range(0, items, 500):
            numbers = range(start, min(start + 500, items))
            connection.sendall(
                b"".join(
                    b"*3\r\n$3\r\nSET\r\n$16\r\nkey:%012d\r\n$%d\r\n%b\r\n"
                    % (number, value_bytes, value)
                    for number in numbers
                )
            )
            for _ in numbers:
                if answers.readline() != b"+OK\r\n":
                    raise RuntimeError("redis refused a SET")
        connection.sendall(b"*1\r\n$6\r\nDBSIZE\r\n")
        if answers.readline() != b":%d\r\n" % items:
            raise RuntimeError("redis holds another number of keys than were set")
