"""Requests below the SDK: any body, any header, signed by botocore's SigV4 or not at all."""

from __future__ import annotations

import gzip
import http.client
import json
import zlib
from dataclasses import dataclass, field
from typing import Any, Mapping
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TARGET = "DynamoDB_20120810."
CONTENT_TYPE = "application/x-amz-json-1.0"


@dataclass
class RawResponse:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        body = self.body
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return json.loads(body)

    @property
    def type(self) -> str:
        """The error's whole `__type`, e.g. `com.amazon.coral.service#SerializationException`."""
        return str(self.json.get("__type", ""))

    @property
    def code(self) -> str:
        return self.type.rsplit("#", 1)[-1]

    @property
    def message(self) -> str:
        body = self.json
        return str(body.get("message", body.get("Message", "")))

    @property
    def crc_holds(self) -> bool:
        return int(self.headers["x-amz-crc32"]) == zlib.crc32(self.body)


class RawClient:
    """One connection per request: slow and simple, for tests of the protocol."""

    def __init__(self, url: str, credentials: Credentials, region: str) -> None:
        self.url = url
        self.credentials = credentials
        self.region = region

    def call(
        self,
        operation: str,
        body: Any,
        headers: Mapping[str, str] | None = None,
        *,
        path: str = "/",
        signs: bool = True,
    ) -> RawResponse:
        """POSTs `body` (bytes and str as they are, everything else as JSON)."""
        data = encode(body)
        everything = {
            "X-Amz-Target": TARGET + operation,
            "Content-Type": CONTENT_TYPE,
            **(headers or {}),
        }
        if signs:
            everything = self.signed("POST", path, data, everything)
        return self.send("POST", path, data, everything)

    def signed(
        self, method: str, path: str, data: bytes, headers: Mapping[str, str]
    ) -> dict[str, str]:
        request = AWSRequest(method, self.url + path, data=data, headers=dict(headers))
        SigV4Auth(self.credentials, "dynamodb", self.region).add_auth(request)
        return dict(request.headers.items())

    def send(
        self, method: str, path: str, data: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> RawResponse:
        parts = urlsplit(self.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else (
            http.client.HTTPConnection
        )
        connection = kind(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request(method, path, data or None, dict(headers or {}))
            answer = connection.getresponse()
            return RawResponse(
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read(),
            )
        finally:
            connection.close()


def encode(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body).encode()
