"""Spoiled requests get a 4xx, or a 200 if they still mean something: never a 5xx, a hang, growth.

`--mutations N` sets how many, `--seed N` repeats a run. A failure prints the seed and the request.
"""

from __future__ import annotations

import json
import random
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile.corpus import CORPUS, ITEM, OTHER, TABLE, VECTOR_TABLE, VECTORS
from hostile.mutations import Message, message, spoil
from hostile.wire import Wire
from support.light import LightClient
from support.server import Server
from support.tables import HASH, INDEXED

THREADS = 4
CLEAN_EVERY = 500
GROWTH_KILOBYTES = 128 * 1024  # after the first fifth of the run

pytestmark = pytest.mark.ours


@pytest.fixture
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server of its own, so that what happens to it touches no other test."""
    memory = request.config.getoption("--store") == "memory"
    server = Server(*(["--in-memory"] if memory else ["--data", str(tmp_path / "data")])).start()
    try:
        yield server
    finally:
        server.close()


def tidy(port: int) -> None:
    """Removes what mutations have made, so that growth is the server's and not the data's."""
    client = LightClient(port)
    start: dict[str, str] = {}
    while True:
        page = client.demand("ListTables", start)
        for name in page["TableNames"]:
            client.call("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
            client.call("DeleteTable", {"TableName": name})
        if "LastEvaluatedTableName" not in page:
            break
        start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}
    client.demand("CreateTable", {"TableName": TABLE, **INDEXED})
    client.demand("CreateTable", {"TableName": OTHER, **HASH})
    client.demand("CreateTable", {"TableName": VECTORS, **VECTOR_TABLE})
    client.demand("PutItem", {"TableName": TABLE, "Item": ITEM})
    client.close()


def judge(sent: Message, answer: tuple[int, dict[bytes, bytes], bytes] | None) -> str:
    """"" when the answer is one that a good server gives."""
    if answer is None:
        return "" if sent.closes else "closed without an answer"
    status, headers, body = answer
    if status == 200:
        if headers.get(b"content-encoding") == b"gzip" or b"x-amz-crc32" not in headers:
            return ""
        if zlib.crc32(body) != int(headers[b"x-amz-crc32"]):
            return "the CRC does not match"
        try:
            json.loads(body)
        except ValueError:
            return f"200 with a body that is no JSON: {body[:200]!r}"
        return ""
    if status == 505 and b" HTTP/1." not in sent.head.partition(b"\r\n")[0]:
        return ""  # HTTP's own word for a version that is not spoken here
    return "" if status == 204 or 400 <= status < 500 else f"status {status}: {body[:300]!r}"


class Attacker(threading.Thread):
    def __init__(self, server: Server, seed: int, number: int, count: int, gate: Any) -> None:
        super().__init__()
        self.server, self.count, self.gate = server, count, gate
        self.rng = random.Random(f"{seed}/{number}")
        self.label = f"seed {seed}, thread {number}"
        self.statuses: Counter[int | None] = Counter()
        self.problem: str | None = None

    def run(self) -> None:
        wire = Wire(self.server.port)
        try:
            for number in range(self.count):
                if number % CLEAN_EVERY == 0:
                    self.gate.wait()
                if self.problem is None:
                    self.problem = self.attack(wire, number)
        except threading.BrokenBarrierError:
            self.problem = self.problem or "the server could not be tidied; see above"
        finally:
            wire.close()

    def attack(self, wire: Wire, number: int) -> str | None:
        sent = spoil(self.rng, *self.rng.choice(CORPUS))
        try:
            answer = wire.exchange(sent)
            fault = judge(sent, answer)
            self.statuses[answer[0] if answer else None] += 1
        except (AssertionError, OSError, ValueError, IndexError) as error:
            fault = repr(error)
        if not fault:
            return None
        text = (sent.head + sent.body)[:3000]
        return f"{self.label}, request {number}: {fault}\n{text!r}"


def test_mutated_requests(
    request: pytest.FixtureRequest, victim: Server, seed: int
) -> None:
    each = -(-int(request.config.getoption("--mutations")) // THREADS)
    print(f"seed {seed}, {each * THREADS} requests")
    resident: list[int] = []

    def at_gate() -> None:
        try:
            tidy(victim.port)
            resident.append(victim.resident_kilobytes())
        except Exception as error:
            print("tidying:", repr(error), victim.stderr())
            raise

    gate = threading.Barrier(THREADS, at_gate, timeout=300)
    attackers = [Attacker(victim, seed, number, each, gate) for number in range(THREADS)]
    for attacker in attackers:
        attacker.start()
    for attacker in attackers:
        attacker.join()
    problems = [attacker.problem for attacker in attackers if attacker.problem]
    assert not problems, "\n\n".join(problems)
    assert victim.running(), victim.stderr()
    at_gate()
    statuses: Counter[int | None] = sum((each.statuses for each in attackers), Counter())
    print(f"answers {dict(statuses)}, resident KB {resident[0]} .. {resident[-1]}")
    assert statuses[200] and statuses[400], "the mutations miss one of the two outcomes"
    warm = max(resident[: max(1, len(resident) // 5)])
    assert resident[-1] <= warm + GROWTH_KILOBYTES, resident


def test_the_unspoiled_corpus_is_accepted(victim: Server) -> None:
    """Otherwise the mutations would only test the first check of each operation."""
    tidy(victim.port)
    wire = Wire(victim.port)
    refused = []
    for operation, body in CORPUS:
        answer = wire.exchange(message(operation, json.dumps(body).encode()))
        assert answer is not None
        text = answer[2].decode()
        if answer[0] != 200 and not any(known in text for known in (
                "ConditionalCheckFailed", "ResourceNotFound", "TransactionCanceled",
                "The provided starting key", "document path", "operand", "DuplicateItem",
                "PointInTimeRecoveryUnavailable", "ExportNotFound")):
            refused.append((operation, answer[0], text))
    wire.close()
    assert not refused, refused
