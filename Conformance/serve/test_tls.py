"""HTTPS with a certificate of one's own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import SSLError
from support.server import Server, binary

if shutil.which("openssl") is None:
    pytest.skip("no openssl command to make a certificate with", allow_module_level=True)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=martlet test", "-addext",
            "subjectAltName=IP:127.0.0.1", "-out", str(certificate), "-keyout", str(key),
        ],
        check=True, capture_output=True,
    )
    return certificate, key


@pytest.fixture(scope="module")
def url(certificate: tuple[Path, Path]) -> Iterator[str]:
    server = Server(
        "--in-memory", "--tls-certificate", str(certificate[0]), "--tls-key", str(certificate[1])
    ).start()
    yield server.url
    server.close()


def client(url: str, verify: str | bool) -> object:
    return boto3.client(
        "dynamodb", endpoint_url=url, region_name="eu-west-2", aws_access_key_id="a",
        aws_secret_access_key="b", verify=verify, config=Config(retries={"max_attempts": 1}),
    )


def test_a_client_that_trusts_the_certificate(
    url: str, certificate: tuple[Path, Path]
) -> None:
    assert url.startswith("https://")
    answer = client(url, str(certificate[0])).list_tables()  # type: ignore[attr-defined]
    assert answer["TableNames"] == []


def test_a_client_that_does_not(url: str) -> None:
    with pytest.raises(SSLError):
        client(url, True).list_tables()  # type: ignore[attr-defined]


def test_a_key_of_another_certificate(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "RSA", "-out", str(other)],
        check=True, capture_output=True,
    )
    ended = subprocess.run(
        [
            str(binary()), "serve", "--in-memory", "--port", "0", "--tls-certificate",
            str(certificate[0]), "--tls-key", str(other),
        ],
        capture_output=True, text=True, timeout=30, check=False,
    )
    assert ended.returncode == 1
    assert "certificate" in ended.stderr
