"""What the adapters' tests share: an endpoint, stores of both kinds, and texts with vectors."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

import martlet

DIM = 16


@pytest.fixture(scope="session")
def endpoint() -> Iterator[martlet.LocalServer]:
    with martlet.LocalServer() as server:
        yield server


@pytest.fixture
def dynamodb(endpoint: martlet.LocalServer) -> Any:
    return boto3.client("dynamodb", **endpoint.client_settings)


@pytest.fixture
def table(dynamodb: Any, request: pytest.FixtureRequest) -> str:
    """A new table of two keys, with names of its own."""
    name = "t" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    dynamodb.create_table(
        TableName=name, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "part", "KeyType": "HASH"},
                   {"AttributeName": "id", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "part", "AttributeType": "S"},
                              {"AttributeName": "id", "AttributeType": "S"}])
    return name


@pytest.fixture(params=["path", "table"])
def make_store(
    request: pytest.FixtureRequest, tmp_path: Path, endpoint: martlet.LocalServer, table: str
) -> Callable[..., Any]:
    """Opens LlamaIndex's store of one kind: again and again the same."""
    from martlet.llamaindex import MartletVectorStore

    def make(name: str = "nodes", metric: str = "cosine") -> Any:
        if request.param == "path":
            return MartletVectorStore.from_path(tmp_path / "store", name, metric=metric)
        return MartletVectorStore.from_table_name(
            table, name, endpoint_url=endpoint.url, metric=metric)

    return make


@pytest.fixture
def store(make_store: Callable[..., Any]) -> Any:
    return make_store()


def vector(seed: str | int, dim: int = DIM) -> list[float]:
    """A vector of unit length that the seed decides."""
    number = random.Random(f"vector {seed}")
    elements = [number.gauss(0, 1) for _ in range(dim)]
    length = math.sqrt(sum(x * x for x in elements))
    return [x / length for x in elements]


def cosine(one: list[float], other: list[float]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / math.hypot(*one) / math.hypot(*other)
