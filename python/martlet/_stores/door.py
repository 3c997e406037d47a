"""A DynamoDB endpoint by two ways: boto3, and for event loops sockets of their own.

boto3 blocks. So a coroutine's request is signed with botocore and sent over asyncio's streams:
HTTP/1.1, connections kept and used again by their loop, answers of throttling and of failures asked
for again as boto3 does. Both ways raise botocore's ClientError.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import ssl
import weakref
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .steps import Call

try:
    import boto3
    import botocore.auth
    import botocore.awsrequest
    import botocore.config
    import botocore.credentials
    import botocore.exceptions
except ImportError as error:
    raise ImportError(
        'A store over a server needs boto3: pip install "martlet[dynamodb]"') from error

if TYPE_CHECKING:
    Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

ClientError = botocore.exceptions.ClientError

ATTEMPTS = 6
TIMEOUT_SECONDS = 60
# boto3 waits so for its first repetition, and twice as long for each after.
FIRST_WAIT_SECONDS = 0.05
REPEATED = ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
            "InternalServerError", "ServiceUnavailable", "TransactionInProgressException")
# A larger body is read and written on a thread.
SMALL_BODY_BYTES = 32 << 10


def code_of(error: Exception) -> str:
    """The error's name in DynamoDB's API, or nothing."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


class Idle:
    """Connections of one event loop that wait for a request."""

    def __init__(self) -> None:
        self.connections: list[Connection] = []
        self._keeper: AsyncGenerator[None, None] | None = None

    def take(self) -> Connection | None:
        while self.connections:
            reader, writer = self.connections.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None

    def close(self) -> None:
        while self.connections:
            self.connections.pop()[1].close()

    async def close_with_loop(self) -> None:
        """A loop that ends, as asyncio.run's does, ends its generators, and so this one."""

        async def keeper() -> AsyncGenerator[None, None]:
            try:
                yield
            finally:
                self.close()

        self._keeper = keeper()
        await anext(self._keeper)


class TableDoor:
    """Requests to one endpoint. Any number of threads and event loops may use it."""

    def __init__(
        self, endpoint_url: str | None, region_name: str | None, session: boto3.Session | None
    ) -> None:
        session = session or boto3.Session()
        # As LlamaIndex's own store; without either boto3 looks at its settings.
        endpoint_url = endpoint_url or os.environ.get("DYNAMODB_URL")
        region = region_name or session.region_name
        credentials = session.get_credentials()
        given: dict[str, str] = {}
        if endpoint_url:
            # A local endpoint needs neither, and boto3 both.
            region = region or "us-east-1"
            if credentials is None:
                credentials = botocore.credentials.Credentials("local", "local")
                given = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
        self.client: Any = session.client(
            "dynamodb", endpoint_url=endpoint_url, region_name=region,
            # Looking at each number of each vector takes longer than all the rest.
            config=botocore.config.Config(parameter_validation=False), **given)
        self._credentials: Any = credentials
        self._region: str = self.client.meta.region_name
        self._url: str = self.client.meta.endpoint_url
        self._idle: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Idle] = (
            weakref.WeakKeyDictionary())

    # Plainly

    def call(self, call: Call) -> dict[str, Any]:
        name = "".join(f"_{c.lower()}" if c.isupper() else c for c in call.operation).lstrip("_")
        method = getattr(self.client, name, None)
        if method is None:
            raise RuntimeError(f"boto3 has no {call.operation} before 1.43.64: update it.")
        answer: dict[str, Any] = method(**call.request)
        return answer

    # On an event loop

    async def call_async(self, call: Call) -> dict[str, Any]:
        wait = FIRST_WAIT_SECONDS
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await asyncio.wait_for(self._call_once(call), TIMEOUT_SECONDS)
            except ClientError as error:
                if attempt == ATTEMPTS or code_of(error) not in REPEATED:
                    raise
            except (OSError, EOFError, asyncio.TimeoutError) as error:
                if attempt == ATTEMPTS:
                    raise botocore.exceptions.EndpointConnectionError(
                        endpoint_url=self._url, error=error) from error
            await asyncio.sleep(random.uniform(0, wait))
            wait *= 2
        raise AssertionError("unreachable")

    def _signed(self, call: Call) -> tuple[str, bytes]:
        """The URL and the whole of the request."""
        url = self._url
        parts = urlsplit(url)
        if call.operation == "SearchVectors" and (parts.hostname or "").startswith("dynamodb."):
            # AWS answers this operation on hosts of its own.
            url = url.replace("://dynamodb.", "://search-dynamodb.", 1)
            parts = urlsplit(url)
        body = json.dumps(call.request, default=_base64, separators=(",", ":")).encode()
        request = botocore.awsrequest.AWSRequest(
            method="POST", url=url if parts.path else f"{url}/", data=body, headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": f"DynamoDB_20120810.{call.operation}",
                "Host": parts.netloc,
            })
        botocore.auth.SigV4Auth(
            self._credentials.get_frozen_credentials(), "dynamodb", self._region
        ).add_auth(request)
        head = [f"POST {parts.path or '/'} HTTP/1.1", f"Content-Length: {len(body)}",
                *(f"{name}: {_string(value)}" for name, value in request.headers.items())]
        return url, "\r\n".join(head).encode() + b"\r\n\r\n" + body

    async def _call_once(self, call: Call) -> dict[str, Any]:
        # Signing may have to ask for credentials, and takes its time with large bodies.
        url, request = await asyncio.to_thread(self._signed, call)
        parts = urlsplit(url)
        is_secure = parts.scheme == "https"
        loop = asyncio.get_running_loop()
        if (idle := self._idle.get(loop)) is None:
            idle = self._idle[loop] = Idle()
            await idle.close_with_loop()
        # Hosts differ in one operation of AWS alone, which gets connections of its own.
        keeps = url == self._url
        connection = idle.take() if keeps else None
        reader, writer = connection or await asyncio.open_connection(
            parts.hostname, parts.port or (443 if is_secure else 80),
            ssl=ssl.create_default_context() if is_secure else None)
        is_reusable = False
        try:
            writer.write(request)
            await writer.drain()
            status, body, is_reusable = await _answer(reader)
        except (OSError, EOFError):
            # What happened to one that was kept happened to the others.
            idle.close()
            raise
        finally:
            if is_reusable and keeps:
                idle.connections.append((reader, writer))
            else:
                writer.close()
        parsed = json.loads(body) if len(body) < SMALL_BODY_BYTES else (
            await asyncio.to_thread(json.loads, body))
        if status == 200 and isinstance(parsed, dict):
            return parsed
        raise _client_error(call.operation, status, parsed if isinstance(parsed, dict) else {})


def _string(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _base64(value: Any) -> str:
    import base64

    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is nothing of DynamoDB's")


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes, bool]:
    """Status, body, and whether the connection may be used again."""
    line = await reader.readline()
    if not line:
        raise EOFError("the connection was closed")
    status = int(line.split()[1])
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("transfer-encoding", "").lower() == "chunked":
        pieces: list[bytes] = []
        while size := int((await reader.readline()).split(b";")[0], 16):
            pieces.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        body = b"".join(pieces)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return status, body, headers.get("connection", "").lower() != "close"


def _client_error(operation: str, status: int, body: dict[str, Any]) -> Exception:
    code = str(body.get("__type", "")).rpartition("#")[2] or (
        "InternalServerError" if status >= 500 else "Unknown")
    answer: Any = {
        "Error": {"Code": code, "Message": body.get("message") or body.get("Message") or ""},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    if "CancellationReasons" in body:
        answer["CancellationReasons"] = body["CancellationReasons"]
    error: Exception = ClientError(answer, operation)
    return error
