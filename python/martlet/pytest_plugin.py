"""Fixtures of a DynamoDB endpoint, for every project that has Martlet and pytest.

    def test_orders(dynamodb_server):
        dynamodb = boto3.client("dynamodb", **dynamodb_server.client_settings)

Nothing starts before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .local_server import LocalServer


def _running() -> Iterator[LocalServer]:
    # Late: other projects' test runs, which load this file, need not load the library.
    from .local_server import LocalServer

    with LocalServer() as server:
        yield server


@pytest.fixture(scope="session")
def martlet_server() -> Iterator[LocalServer]:
    """A DynamoDB endpoint in memory, one for all tests of the session: tables stay."""
    yield from _running()


@pytest.fixture(scope="session")
def dynamodb_server(martlet_server: LocalServer) -> LocalServer:
    """The same as `martlet_server`."""
    return martlet_server


@pytest.fixture
def clean_dynamodb_server() -> Iterator[LocalServer]:
    """A DynamoDB endpoint in memory of this test's own: it begins without tables."""
    yield from _running()
