"""`martlet copy` is killed while it copies; the same command goes on, and the copy is exact."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Iterator

import boto3
import pytest
from support.server import REGION, Server, binary

ITEMS = 6_000
TEXT = "what an item is long of " * 200


@pytest.fixture
def two_servers() -> Iterator[tuple[Server, Server]]:
    # A target that takes its time: a copy of some seconds is not over before anybody looks.
    servers = Server("--in-memory").start(), Server("--in-memory", "--latency", "100").start()
    try:
        yield servers
    finally:
        for each in servers:
            each.close()


def resource(server: Server) -> Any:
    return boto3.resource("dynamodb", endpoint_url=server.url, region_name=REGION)


def scanned(table: Any) -> dict[int, str]:
    """Text by number, of every item; a number that comes twice fails."""
    found: dict[int, str] = {}
    arguments: dict[str, Any] = {}
    while True:
        page = table.scan(**arguments)
        for item in page["Items"]:
            assert int(item["n"]) not in found
            found[int(item["n"])] = item["text"]
        if "LastEvaluatedKey" not in page:
            return found
        arguments = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def has_progress(state: Path) -> bool:
    if not state.exists():
        return False
    tables = json.loads(state.read_text())["tables"]
    return any("next" in segment for table in tables for segment in table["segments"])


def test_a_killed_copy_goes_on_where_it_was(
    two_servers: tuple[Server, Server], tmp_path: Path
) -> None:
    source, target = two_servers
    table = resource(source).create_table(
        TableName="Killed",
        KeySchema=[{"AttributeName": "n", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    with table.batch_writer() as batch:
        for number in range(ITEMS):
            batch.put_item({"n": number, "text": f"{number} {TEXT}"})

    state = tmp_path / "copy.json"
    command = [
        str(binary()), "copy", "--from", source.url, "--to", target.url,
        "--from-region", REGION, "--to-region", REGION, "--segments", "2", "--state", str(state),
    ]
    copy = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while copy.poll() is None and not has_progress(state):
        time.sleep(0.001)
    copy.kill()
    copy.communicate()
    assert copy.returncode == -signal.SIGKILL, "the copy was over before it could be killed"

    # What it says that it has done is there.
    noted = sum(
        segment["items"]
        for segment in json.loads(state.read_text())["tables"][0]["segments"])
    assert 0 < noted <= len(scanned(resource(target).Table("Killed"))) < ITEMS

    again = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert again.returncode == 0, again.stderr
    assert f"going on after {noted:,} items" in again.stderr
    assert again.stdout.startswith(f"Killed: {ITEMS:,} items, {ITEMS - noted:,} of them now")
    assert not state.exists()
    assert scanned(resource(target).Table("Killed")) == scanned(table)
    made = resource(target).Table("Killed")
    assert made.stream_specification == table.stream_specification

    # Nothing is left to go on from: now the table stands in the way.
    refused = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert refused.returncode == 1
    assert "--overwrite" in refused.stderr
