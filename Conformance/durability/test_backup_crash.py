"""SIGKILL while backups are made and tables restored: each goes on by itself when the server is
started again, and ends with exactly the items of its moment, however often it is killed.

`--kills N` sets how often the server is killed in each of the three phases.
"""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from support.light import LightClient, ask
from support.server import Server
from support.tables import attributes, index, keys, on_demand

SCHEMA = on_demand(
    keys("pk", "sk"), attributes(pk="S", sk="S", g="S"),
    GlobalSecondaryIndexes=[index("global", keys("g"))],
)
COUNT = 4_000
TABLE = "source"
pytestmark = pytest.mark.ours

State = dict[tuple[str, str], Any]


def item(number: int, value: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pk": {"S": f"p{number % 97}"}, "sk": {"S": str(number)}, "value": {"N": str(value)},
        "filler": {"S": "x" * 300},
    }
    if number % 3:
        found["g"] = {"S": f"g{value % 5}"}
    return found


def key(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"p{number % 97}"}, "sk": {"S": str(number)}}


def scan(client: LightClient, table: str, index_name: str | None = None) -> State:
    request = {"TableName": table, **({"IndexName": index_name} if index_name else {})}
    found = client.items("Scan", request)
    state = {(each["pk"]["S"], each["sk"]["S"]): each for each in found}
    assert len(state) == len(found), "an item was read twice"
    return state


def change(client: LightClient, rng: random.Random, rounds: int) -> None:
    """Writes of all kinds, in batches."""
    for _ in range(rounds):
        numbers = rng.sample(range(COUNT + 500), 25)
        requests = [
            {"DeleteRequest": {"Key": key(number)}} if rng.random() < 0.3
            else {"PutRequest": {"Item": item(number, rng.randrange(1000))}}
            for number in numbers
        ]
        client.demand("BatchWriteItem", {"RequestItems": {TABLE: requests}})


def kill_until_done(
    server: Server, rng: random.Random, kills: int, operation: str, request: dict[str, Any],
    is_done: Any,
) -> int:
    """Kills the server again and again at random moments, then waits until `is_done`.

    Returns how many of the kills found the work unfinished.
    """
    unfinished = 0
    for number in range(kills):
        time.sleep(rng.uniform(0, 0.03 * number))
        server.kill()
        server.start()
        unfinished += not is_done(ask(server.port, operation, request))
    deadline = time.monotonic() + 120
    while not is_done(ask(server.port, operation, request)):
        assert time.monotonic() < deadline, "it does not go on"
        time.sleep(0.02)
    return unfinished


def is_available(answer: Any) -> bool:
    return bool(
        answer["BackupDescription"]["BackupDetails"]["BackupStatus"] == "AVAILABLE"
    )


def is_active(answer: Any) -> bool:
    return bool(answer["Table"]["TableStatus"] == "ACTIVE")


def check(port: int, table: str, expected: State) -> None:
    with LightClient(port) as client:
        assert scan(client, table) == expected
        indexed = {name: each for name, each in expected.items() if "g" in each}
        assert scan(client, table, "global") == indexed
        described = client.demand("DescribeTable", {"TableName": table})["Table"]
        assert described["ItemCount"] == len(expected)
        assert described["RestoreSummary"]["RestoreInProgress"] is False


def test_backups_and_restores_go_on(
    request: pytest.FixtureRequest, disk_only: None, seed: int, tmp_path: Path
) -> None:
    kills = int(request.config.getoption("--kills"))
    print(f"seed {seed}, {kills} kills each")
    rng = random.Random(seed)
    server = Server("--data", str(tmp_path / "data")).start()
    try:
        ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        with LightClient(server.port) as client:
            for start in range(0, COUNT, 25):
                requests = [
                    {"PutRequest": {"Item": item(number, number)}}
                    for number in range(start, start + 25)
                ]
                client.demand("BatchWriteItem", {"RequestItems": {TABLE: requests}})
            backed_up = scan(client, TABLE)
            arn = client.demand(
                "CreateBackup", {"TableName": TABLE, "BackupName": "kept"}
            )["BackupDetails"]["BackupArn"]
            change(client, rng, 1)
        broken = kill_until_done(
            server, rng, kills, "DescribeBackup", {"BackupArn": arn}, is_available
        )
        print(f"{broken} kills while the backup was made")

        ask(server.port, "RestoreTableFromBackup", {"TargetTableName": "again", "BackupArn": arn})
        broken = kill_until_done(
            server, rng, kills, "DescribeTable", {"TableName": "again"}, is_active
        )
        print(f"{broken} kills while the backup was restored")
        check(server.port, "again", backed_up)

        ask(server.port, "UpdateContinuousBackups", {
            "TableName": TABLE,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        })
        with LightClient(server.port) as client:
            change(client, rng, 20)
            moment = time.time()
            at_moment = scan(client, TABLE)
            change(client, rng, 40)
            client.demand("RestoreTableToPointInTime", {
                "SourceTableName": TABLE, "TargetTableName": "then", "RestoreDateTime": moment,
            })
            change(client, rng, 5)
        broken = kill_until_done(
            server, rng, kills, "DescribeTable", {"TableName": "then"}, is_active
        )
        print(f"{broken} kills while the moment was restored")
        check(server.port, "then", at_moment)
        # The backup is what it was, and the history goes on across all of this.
        with LightClient(server.port) as client:
            latest = scan(client, TABLE)
        ask(server.port, "RestoreTableToPointInTime", {
            "SourceTableName": TABLE, "TargetTableName": "latest", "UseLatestRestorableTime": True,
        })
        kill_until_done(server, rng, 1, "DescribeTable", {"TableName": "latest"}, is_active)
        check(server.port, "latest", latest)
        assert server.stop() == 0
    finally:
        server.close()
