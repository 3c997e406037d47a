"""A DynamoDB endpoint inside a Python process, for tests and tools."""

from __future__ import annotations

import os
import weakref
from types import TracebackType

from ._martlet import InvalidValueError, NativeServer

__all__ = ["LocalServer"]


class LocalServer:
    """Serves DynamoDB's API on a port of this machine until it is stopped.

    >>> with LocalServer() as server:
    ...     dynamodb = boto3.client("dynamodb", **server.client_settings)

    It is up when the constructor returns, which takes some milliseconds. A process may have any
    number of servers; each has its own tables. A server that is not stopped stops with the process.

    Parameters
    ----------
    data
        A folder that keeps the tables, made if there is none; one server has it at a time. Without
        it tables are in memory and gone with the server.
    port
        0: a free one. Only programs of this machine reach it.
    durability
        ``sync``: what was answered survives power loss. ``async``: it survives the end of the
        process.
    buckets
        A folder whose folders are the S3 buckets of exports and imports.
    """

    def __init__(
        self, data: str | os.PathLike[str] | None = None, port: int = 0, *,
        durability: str = "sync", buckets: str | os.PathLike[str] | None = None,
    ) -> None:
        if durability not in ("sync", "async"):
            raise InvalidValueError('durability must be "sync" or "async".')
        native = NativeServer.start(data, port, buckets, durability == "async")
        self._port: int = native.port()
        # Also when the program ends: threads must not serve what is being taken down.
        self._finalizer = weakref.finalize(self, native.stop)

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def client_settings(self) -> dict[str, str]:
        """What boto3's `client` and `resource` need, and nothing of the user's own profile."""
        return {
            "endpoint_url": self.url,
            "region_name": "us-east-1",
            "aws_access_key_id": "local",
            "aws_secret_access_key": "local",
        }

    def stop(self) -> None:
        """Finishes what was accepted, and gives the port and the folder back. Once is enough."""
        self._finalizer()

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "" if self._finalizer.alive else ", stopped"
        return f"<martlet.LocalServer at {self.url}{state}>"
