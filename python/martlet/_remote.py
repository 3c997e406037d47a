"""The way to a server of `Database("http://…")` and `Client("http://…")`: bytes there and back.

Requests are signed (AWS's Signature Version 4) with the keys of the environment, as every client of
DynamoDB's API takes them: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``,
``AWS_REGION``. A server without keys of its own takes any.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import os
import select
import socket
import ssl
import time
from urllib.parse import unquote, urlsplit

from ._martlet import InvalidValueError, StorageError

PATH = "/martlet/collections"
CONTENT_TYPE = "application/x-martlet-call"
# To connect; an answer may take as long as the work does.
TIMEOUT_SECONDS = 10


class Transport:
    """Connections to one server, kept and used again. Any thread may call."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if (not parts.hostname or port == -1 or parts.query or parts.fragment or parts.username
                or parts.path.strip("/").count("/")):
            raise InvalidValueError(
                f"{address!r} is no address of a server: http://host:port, or "
                "http://host:port/collection.")
        self.collection = unquote(parts.path.strip("/")) or None
        self._is_encrypted = parts.scheme == "https"
        self._host, self._port = parts.hostname, port
        # As the header has it, which is signed.
        self._authority = parts.netloc
        self.place = f"{parts.scheme}://{parts.netloc}"
        self._context = ssl.create_default_context() if self._is_encrypted else None
        self._idle: list[http.client.HTTPConnection] = []

    def exchange(self, call: bytes) -> bytes:
        """Sends a call and returns the answer."""
        try:
            connection = self._take()
            try:
                connection.request("POST", PATH, call, self._headers(call))
                response = connection.getresponse()
                answer = response.read()
            except BaseException:
                connection.close()
                raise
        except (OSError, http.client.HTTPException) as error:
            reason = str(error) or type(error).__name__
            raise StorageError(f"{self.place} was not reached: {reason}.") from error
        if response.will_close:
            connection.close()
        else:
            self._idle.append(connection)
        if response.status == 200 and response.headers.get_content_type() == CONTENT_TYPE:
            return answer
        raise StorageError(f"{self.place} refused the request: {_reason(response, answer)}")

    def _take(self) -> http.client.HTTPConnection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break
            if _is_quiet(connection.sock):
                return connection
            connection.close()
        connection = (
            http.client.HTTPSConnection(
                self._host, self._port, timeout=TIMEOUT_SECONDS, context=self._context)
            if self._context else
            http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_SECONDS))
        connection.connect()
        connection.sock.settimeout(None)
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connection

    def _headers(self, body: bytes) -> dict[str, str]:
        key = os.environ.get("AWS_ACCESS_KEY_ID", "local")
        secret = os.environ.get("AWS_SECRET_ACCESS_KEY", "local")
        token = os.environ.get("AWS_SESSION_TOKEN")
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {
            "content-type": CONTENT_TYPE, "host": self._authority, "x-amz-date": moment,
            **({"x-amz-security-token": token} if token else {})}
        names = ";".join(headers)
        request = "\n".join([
            "POST", PATH, "", *(f"{name}:{value}" for name, value in headers.items()), "", names,
            hashlib.sha256(body).hexdigest()])
        scope = [moment[:8], region, "dynamodb", "aws4_request"]
        text = "\n".join([
            "AWS4-HMAC-SHA256", moment, "/".join(scope),
            hashlib.sha256(request.encode()).hexdigest()])
        signer = f"AWS4{secret}".encode()
        for part in [*scope, text]:
            signer = hmac.digest(signer, part.encode(), "sha256")
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={key}/{'/'.join(scope)}, SignedHeaders={names}, "
            f"Signature={signer.hex()}")
        return headers


def _is_quiet(connection: socket.socket) -> bool:
    """Whether nothing has come since the last answer: not even the end, of a server that left."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return not poll.poll(0)


def _reason(response: http.client.HTTPResponse, answer: bytes) -> str:
    """What an answer that is none says, as DynamoDB's errors say it."""
    try:
        said = json.loads(answer)
        return str(said.get("message") or said.get("Message") or said["__type"])
    except (ValueError, AttributeError, KeyError):
        if response.status == 404:
            return "it serves no collections. Is it martlet serve, of this version?"
        if response.status == 413:
            return "it takes no requests of 8 MB. Start it with a larger --body-limit."
        return f"status {response.status}."
