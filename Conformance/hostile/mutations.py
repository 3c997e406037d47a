"""Seeded ways to spoil a good request: its JSON, its bytes, its headers, its HTTP.

A request is built from a `random.Random` alone, so one seed gives the same requests every time.
"""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from typing import Any

from support.light import HEADERS
from support.raw import TARGET

Path = tuple[Any, ...]


class Token(str):
    """Text that goes into the JSON as it is."""


class Pairs(list[tuple[str, Any]]):
    """An object that may repeat a member."""


def dump(value: Any) -> str:
    """JSON, except that Token and Pairs may make it something else."""
    if isinstance(value, Token):
        return str(value)
    if isinstance(value, Pairs):
        return "{" + ",".join(f"{json.dumps(k)}:{dump(v)}" for k, v in value) + "}"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


@dataclass
class Message:
    """One HTTP request. `closes`: the client stops sending, so no answer is an answer too."""

    head: bytes
    body: bytes
    closes: bool = False


def message(operation: str, body: bytes, headers: dict[str, str] | None = None) -> Message:
    everything = {
        "Host": "127.0.0.1", **HEADERS, "X-Amz-Target": TARGET + operation,
        "Content-Length": str(len(body)), **(headers or {}),
    }
    lines = [f"{name}: {value}" for name, value in everything.items()]
    return Message(("POST / HTTP/1.1\r\n" + "\r\n".join(lines) + "\r\n\r\n").encode(), body)


ODD_STRINGS = [
    "", " ", "\x00", "a" * 256, "é" * 1025, "😀" * 700, "NaN", "null", "true", "-", "1e999999999",
    "9" * 400, "0." + "0" * 400 + "1", "ab", "x" * 70_000, "../../etc/passwd", "%s%n", "'; --",
    "\ud800", "\udc00\ud800", "#", ":", "#a", ":a", "pk", "sk", "arn:aws:dynamodb:::table/",
    "arn:aws:dynamodb:eu-west-2:000000000000:table/hostile", "hostile", "SET", "size(",
]
ODD_TOKENS = [
    "1e400", "-1e400", "1" * 500, "0.1e-9999999999", "-0", "00", "01", "1.", ".5", "+1", "NaN",
    "Infinity", "tru", "nul", "'a'", '"\\ud800"', '"\\u12"', '"\\x41"', '"unterminated', "[", "{",
    "]", "}", ",", ":", "[1,]", '{"a":1,}', '{"a"}', "{1:2}", "[1 2]", "/**/1", "\x01", '"\x1f"',
    "2147483648", "-9223372036854775809", "9223372036854775808", "1e2", "1.5", "\ufeff1",
]
WORDS = [
    "a", "b", "pk", "sk", "#n", ":v", "#", ":", "(", ")", "[", "]", "[0]", "[99999999999999999999]",
    ".", ",", "=", "<>", "<", "<=", ">", ">=", "+", "-", "AND", "OR", "NOT", "BETWEEN", "IN",
    "SET", "REMOVE", "ADD", "DELETE", "size", "contains", "begins_with", "attribute_exists",
    "attribute_type", "if_not_exists", "list_append", "name", "é", "\x00", "'x'", "1", "  ", "\n",
]
ODD_VALUES: list[Any] = [
    None, True, False, 0, 1, -1, 3.5, 2**31, 2**63, 10**40, [], {}, [[]], [None], {"": None},
    {"S": "a"}, {"N": "1"}, {"N": "abc"}, {"N": 1}, {"S": "a", "N": "1"}, {"B": "AA"}, {"B": "!"},
    {"SS": []}, {"NS": ["1", "1.0"]}, {"L": [{}]}, {"M": {"": {"S": ""}}}, {"NULL": False},
    {"X": "a"}, {"BOOL": "true"}, {"S": None}, {"L": None}, {"M": []},
]


def nested(rng: random.Random) -> Any:
    depth = rng.choice((5, 33, 200, 5_000, 200_000))
    opening, closing = rng.choice((("[", "]"), ('{"M":{"a":', "}}"), ('{"L":[', "]}")))
    balanced = rng.random() < 0.7
    return Token(opening * depth + ('{"S":"x"}' if opening != "[" else "")
                 + (closing * depth if balanced else ""))


def giant(rng: random.Random) -> str:
    return rng.choice(("a", "é", "0", '"', "\\", "(")) * rng.choice((5_000, 100_000, 500_000))


def soup(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.1:
        return rng.choice(("(", "NOT ", "a.", "a[0]", "a=:v AND ", "#n.")) * rng.choice((50, 4000))
    return rng.choice((" ", "", " ")).join(rng.choices(WORDS, k=rng.randrange(1, 25)))


def hostile_value(rng: random.Random) -> Any:
    kind = rng.random()
    if kind < 0.35:
        return copy.deepcopy(rng.choice(ODD_VALUES))  # a later change must not reach the table
    if kind < 0.60:
        return rng.choice(ODD_STRINGS)
    if kind < 0.75:
        return Token(rng.choice(ODD_TOKENS))
    if kind < 0.85:
        return soup(rng)
    if kind < 0.90:
        return nested(rng)
    if kind < 0.92:
        return giant(rng)
    value = rng.choice(ODD_VALUES)
    return [copy.deepcopy(value) for _ in range(rng.choice((2, 26, 101, 300)))]


def paths(value: Any, prefix: Path = ()) -> list[Path]:
    found = [prefix] if prefix else []
    if isinstance(value, dict):
        for key, each in value.items():
            found += paths(each, (*prefix, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            found += paths(each, (*prefix, number))
    return found


def parent_of(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def spoil_json(rng: random.Random, body: Any) -> Any:
    """One to three changes somewhere in the tree."""
    body = json.loads(json.dumps(body))
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        known = paths(body)
        if not known:
            return hostile_value(rng)
        path = rng.choice(known)
        parent, last = parent_of(body, path), path[-1]
        kind = rng.random()
        if kind < 0.55:
            parent[last] = hostile_value(rng)
        elif kind < 0.65:
            del parent[last]
        elif kind < 0.75 and isinstance(parent, dict):
            parent[rng.choice(ODD_STRINGS)] = parent.pop(last)
        elif kind < 0.85:
            other = rng.choice(known)
            try:
                parent[last] = json.loads(json.dumps(parent_of(body, other)[other[-1]]))
            except (KeyError, IndexError, TypeError):
                parent[last] = None
        elif kind < 0.93 and len(path) == 1:
            return Pairs([*body.items(), (last, hostile_value(rng))])
        elif isinstance(parent, dict):
            parent[rng.choice(ODD_STRINGS)] = hostile_value(rng)
        else:
            parent.append(hostile_value(rng))
        if holds_token(body):
            return body
    return body


def holds_token(value: Any) -> bool:
    if isinstance(value, (Token, Pairs)):
        return True
    if isinstance(value, dict):
        return any(map(holds_token, value.values()))
    return isinstance(value, list) and any(map(holds_token, value))


def spoil_bytes(rng: random.Random, data: bytes) -> bytes:
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        if not spoiled:
            break
        at = rng.randrange(len(spoiled))
        kind = rng.randrange(6)
        if kind == 0:
            spoiled[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            spoiled[at] = rng.randrange(256)
        elif kind == 2:
            del spoiled[at : at + rng.randrange(1, 9)]
        elif kind == 3:
            spoiled[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 4:
            del spoiled[at:]
        else:
            spoiled[at:at] = spoiled[at : at + rng.randrange(1, 60)]
    return bytes(spoiled)


ODD_HEADERS: list[dict[str, str]] = [
    {"Authorization": ""}, {"Authorization": "Basic abc"}, {"Authorization": "AWS4-HMAC-SHA256"},
    {"Authorization": "AWS4-HMAC-SHA256 Credential=, SignedHeaders=, Signature="},
    {"Authorization": HEADERS["Authorization"].replace("/", "")},
    {"Authorization": "AWS4-HMAC-SHA256 " + "Credential=a/b/c/d/aws4_request, " * 200},
    {"X-Amz-Date": ""}, {"X-Amz-Date": "yesterday"}, {"X-Amz-Date": "9" * 1000},
    {"X-Amz-Target": ""}, {"X-Amz-Target": "DynamoDB_20120810"}, {"X-Amz-Target": "x" * 5000},
    {"X-Amz-Target": "DynamoDB_20120810.PutItem\t"}, {"X-Amz-Target": "é"},
    {"Content-Type": ""}, {"Content-Type": "application/json"}, {"Content-Type": "x" * 3000},
    {"Content-Type": "application/x-amz-json-1.1"}, {"Content-Type": "application/x-amz-cbor-1.1"},
    {"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Content-Encoding": "gzip, gzip"},
    {"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "x" * 4000}, {"Accept-Encoding": "gzip"},
    {"Origin": "null"}, {"Origin": "x" * 4000}, {"Host": ""}, {"Host": "a b"}, {"Cookie": "a"},
    {"X-Amz-Security-Token": "t" * 6000}, {"Connection": "close"}, {"Expect": "100-continue"},
    {"X-" + "y" * 3000: "z"}, {"Range": "bytes=0-1"}, {"TE": "trailers"},
]
CLOSING_HEADERS: list[dict[str, str]] = [
    {"Content-Length": "-1"}, {"Content-Length": "abc"}, {"Content-Length": "99999999999999999999"},
    {"Content-Length": "1e3"}, {"Content-Length": "0x10"}, {"Content-Length": "5, 5"},
    {"Content-Length": "1000000"}, {"Transfer-Encoding": "chunked"},
    {"Transfer-Encoding": "gzip"}, {"Transfer-Encoding": "chunked, chunked"},
    {"Expect": "nonsense"}, {"Upgrade": "h2c", "Connection": "Upgrade"},
]
FIRST_LINES = [
    b"GET / HTTP/1.1", b"POST / HTTP/1.0", b"POST / HTTP/9.9", b"POST /", b"POST", b"",
    b"POST  /  HTTP/1.1", b"POST /" + b"a" * 20_000 + b" HTTP/1.1", b"POST * HTTP/1.1",
    b"POST http://x/ HTTP/1.1", b"POST /%00%ff HTTP/1.1", b"\x00\x01\x02", b"PRI * HTTP/2.0",
    b"OPTIONS * HTTP/1.1", b"HEAD / HTTP/1.1", b"TRACE / HTTP/1.1", b"CONNECT x:1 HTTP/1.1",
    b"POST /?" + b"a=b&" * 2_000 + b" HTTP/1.1", b"POST /../../etc HTTP/1.1",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"POST / HTTP/1.1\r\n folded",
]


def spoil_http(rng: random.Random, good: Message) -> Message:
    """The HTTP itself: here a closed connection is as good an answer as a 4xx."""
    head, body = good.head, good.body
    kind = rng.randrange(6)
    if kind == 0:
        head = rng.choice(FIRST_LINES) + head[head.index(b"\r\n") :]
    elif kind == 1:
        head = spoil_bytes(rng, head)
    elif kind == 2:
        cut = rng.randrange(len(head) + len(body))
        head, body = (head + body)[:cut], b""
    elif kind == 3:
        head = head.replace(b"\r\n", rng.choice((b"\n", b"\r", b"\r\n\r\n", b"\r\n \r\n")))
    elif kind == 4:
        flood = b"".join(b"X-%d: y\r\n" % number for number in range(rng.choice((100, 3_000))))
        head = head[:-2] + flood + b"\r\n"
    else:
        head = rng.randbytes(rng.randrange(1, 300))
    return Message(head, body, closes=True)


def spoil(rng: random.Random, operation: str, body: Any) -> Message:
    """One hostile request made from a good one."""
    kind = rng.random()
    if kind < 0.60:
        text = dump(spoil_json(rng, body))
        return message(operation, text.encode("utf-8", "surrogatepass"))
    plain = json.dumps(body, ensure_ascii=False).encode()
    if kind < 0.80:
        return message(operation, spoil_bytes(rng, plain))
    if kind < 0.92:
        return message(operation, plain, rng.choice(ODD_HEADERS))
    if kind < 0.94:
        made = message(operation, plain, rng.choice(CLOSING_HEADERS))
        return Message(made.head, made.body, closes=True)
    if kind < 0.96:
        return message(rng.choice(("", "Nope", "GetItem", "Scan", "é")), plain)
    return spoil_http(rng, message(operation, plain))
