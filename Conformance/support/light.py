"""A light client: one keep-alive connection, a constant signature, JSON in and out.

A server without configured keys accepts any well-formed signature, so none is computed. This is
several times faster than an SDK, which matters where requests are counted in thousands.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

from support.raw import CONTENT_TYPE, TARGET

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-2/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0" * 64
)
HEADERS = {
    "Content-Type": CONTENT_TYPE,
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": AUTHORIZATION,
}


class LightClient:
    """Not thread-safe: one per thread. Raises OSError or HTTPException when the server is gone."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def call(self, operation: str, request: dict[str, Any]) -> tuple[int, Any]:
        """The status and the decoded body."""
        self.connection.request(
            "POST", "/", json.dumps(request), {**HEADERS, "X-Amz-Target": TARGET + operation}
        )
        answer = self.connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body)

    def demand(self, operation: str, request: dict[str, Any]) -> Any:
        """The body of a request that must succeed."""
        status, body = self.call(operation, request)
        assert status == 200, f"{operation}: {status} {body}"
        return body

    def items(self, operation: str, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Every item of a Scan or Query, over all pages."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.demand(operation, request)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            request = {**request, "ExclusiveStartKey": page["LastEvaluatedKey"]}

    def close(self) -> None:
        self.connection.close()

    def __enter__(self) -> LightClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask(port: int, operation: str, request: dict[str, Any]) -> Any:
    """One request that must succeed, on a connection of its own."""
    with LightClient(port) as client:
        return client.demand(operation, request)
