"""DynamoDB requests as bytes on the wire, signed with Signature Version 4.

A request is complete: request line, headers, signature, body. The Host header is signed and always
`localhost`, whatever the port, so that one request serves every server that is compared.
A signature is good for the few minutes that servers allow; sign again for each round.

The signer is our own because botocore's takes longer than the requests do; `check_signer` compares
the two.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac

ACCESS_KEY = "AKIDBENCHMARKEXAMPLE"
SECRET_KEY = "benchmark/secret/key/EXAMPLE"
REGION = "us-east-1"
SERVICE = "dynamodb"
HOST = "localhost"
CONTENT_TYPE = "application/x-amz-json-1.0"
SIGNED_HEADERS = "content-type;host;x-amz-date;x-amz-target"
TIME_FORMAT = "%Y%m%dT%H%M%SZ"

CREDENTIALS_FILE = (
    f"[default]\naws_access_key_id = {ACCESS_KEY}\naws_secret_access_key = {SECRET_KEY}\n"
)


class Signer:
    """Signs any number of requests with the time of its making."""

    def __init__(self, now: datetime.datetime | None = None) -> None:
        now = now or datetime.datetime.now(datetime.timezone.utc)
        self.time = now.strftime(TIME_FORMAT)
        day = self.time[:8]
        self.scope = f"{day}/{REGION}/{SERVICE}/aws4_request"
        key = b"AWS4" + SECRET_KEY.encode()
        for part in (day, REGION, SERVICE, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        self.key = key

    def signature(self, operation: str, body: bytes) -> str:
        canonical = (
            f"POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{HOST}\nx-amz-date:{self.time}\n"
            f"x-amz-target:DynamoDB_20120810.{operation}\n\n{SIGNED_HEADERS}\n"
            f"{hashlib.sha256(body).hexdigest()}"
        )
        text = (
            f"AWS4-HMAC-SHA256\n{self.time}\n{self.scope}\n"
            f"{hashlib.sha256(canonical.encode()).hexdigest()}"
        )
        return hmac.digest(self.key, text.encode(), "sha256").hex()

    def request(self, operation: str, body: bytes) -> bytes:
        head = (
            f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {CONTENT_TYPE}\r\n"
            f"X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: {self.time}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{self.scope}, "
            f"SignedHeaders={SIGNED_HEADERS}, Signature={self.signature(operation, body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def check_signer() -> None:
    """Raises unless botocore signs a request with the same signature."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    operation, body = "GetItem", b'{"TableName":"Events"}'
    theirs = AWSRequest(
        method="POST",
        url=f"http://{HOST}/",
        data=body,
        headers={
            "Content-Type": CONTENT_TYPE,
            "Host": HOST,
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        },
    )
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), SERVICE, REGION).add_auth(theirs)
    made = datetime.datetime.strptime(theirs.headers["X-Amz-Date"], TIME_FORMAT)
    ours = Signer(made).request(operation, body).decode()
    if f"Authorization: {theirs.headers['Authorization']}\r\n" not in ours:
        raise RuntimeError("the benchmark's signer and botocore's disagree")
