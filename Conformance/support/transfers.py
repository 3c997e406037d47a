"""A server with buckets, which are folders of a temporary one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import boto3
import pytest
from botocore.config import Config
from service_model.seen import Seen
from support.server import REGION, Server

BUCKET = "some-bucket"


@dataclass
class Transfers:
    server: Server
    client: Any
    root: Path
    members: Seen

    @property
    def bucket(self) -> Path:
        return self.root / BUCKET

    def restart(self) -> None:
        """Kills the server and starts it again on what it left."""
        self.server.kill()
        self.server.start()
        self.client = make_client(self.server, self.members)


def make_client(server: Server, members: Seen) -> Any:
    config = Config(
        parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=60
    )
    client = boto3.client("dynamodb", region_name=REGION, endpoint_url=server.url, config=config)
    members.watch(client)
    return client


def transfers_server(factory: pytest.TempPathFactory, members: Seen) -> Iterator[Transfers]:
    """A running server on disk, with one bucket."""
    folder = factory.mktemp("transfers")
    root = folder / "buckets"
    (root / BUCKET).mkdir(parents=True)
    server = Server("--data", str(folder / "data"), "--s3-root", str(root)).start()
    try:
        yield Transfers(server, make_client(server, members), root, members)
        assert server.running(), f"the server died: {server.stderr()}"
        assert server.stop() == 0
    finally:
        server.close()
