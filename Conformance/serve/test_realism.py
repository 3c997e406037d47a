"""Servers that take their time, throttle and fail on request, seen through boto3's own waiters,
retries and batch writers. Seeds are fixed, so that chance decides the same in every run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from support.server import REGION, Server

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}
ON_DEMAND = {**TABLE, "BillingMode": "PAY_PER_REQUEST"}
KEY = {"pk": {"S": "1"}}
WAIT = {"Delay": 1, "MaxAttempts": 60}
PATIENT = {"total_max_attempts": 30, "mode": "standard"}
ONCE = {"total_max_attempts": 1}


def connect(server: Server, retries: dict[str, Any]) -> Any:
    return boto3.client(
        "dynamodb", endpoint_url=server.url, region_name=REGION,
        config=Config(retries=retries, max_pool_connections=32),
    )


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """`start("--latency", "5")` starts a server in memory with these options."""
    running: list[Server] = []

    def factory(*options: str) -> Server:
        running.append(Server("--in-memory", *options).start())
        return running[-1]

    yield factory
    for server in running:
        assert server.stop() == 0
        server.close()


def provisioned(read: int, write: int) -> dict[str, Any]:
    return {
        **TABLE,
        "ProvisionedThroughput": {"ReadCapacityUnits": read, "WriteCapacityUnits": write},
    }


def code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_waiters_wait_for_tables_and_indexes(start: Callable[..., Server]) -> None:
    client = connect(start("--status-delay", "1500"), ONCE)
    answer = client.create_table(TableName="table", **ON_DEMAND)
    assert answer["TableDescription"]["TableStatus"] == "CREATING"
    assert client.describe_table(TableName="table")["Table"]["TableStatus"] == "CREATING"
    assert code(client.put_item, TableName="table", Item=KEY) == "ResourceNotFoundException"
    assert code(client.delete_table, TableName="table") == "ResourceInUseException"
    client.get_waiter("table_exists").wait(TableName="table", WaiterConfig=WAIT)
    client.put_item(TableName="table", Item={**KEY, "n": {"N": "1"}})

    client.update_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "n", "AttributeType": "N"}],
        GlobalSecondaryIndexUpdates=[{"Create": {
            "IndexName": "byN", "Projection": {"ProjectionType": "ALL"},
            "KeySchema": [{"AttributeName": "n", "KeyType": "HASH"}],
        }}],
    )
    seen: list[tuple[str, str, bool | None]] = []
    until = time.monotonic() + 30
    while time.monotonic() < until:
        table = client.describe_table(TableName="table")["Table"]
        index = table["GlobalSecondaryIndexes"][0]
        phase = (table["TableStatus"], index["IndexStatus"], index.get("Backfilling"))
        if not seen or seen[-1] != phase:
            seen.append(phase)
        if phase[1] == "ACTIVE":
            break
        time.sleep(0.05)
    phases = [
        ("UPDATING", "CREATING", False), ("ACTIVE", "CREATING", True), ("ACTIVE", "ACTIVE", None)
    ]
    # A machine that is busy elsewhere may miss one of them.
    assert [phase for phase in phases if phase in seen] == seen and len(seen) >= 2
    found = client.query(
        TableName="table", IndexName="byN", KeyConditionExpression="n = :n",
        ExpressionAttributeValues={":n": {"N": "1"}},
    )
    assert found["Count"] == 1

    client.delete_table(TableName="table")
    assert client.describe_table(TableName="table")["Table"]["TableStatus"] == "DELETING"
    assert code(client.create_table, TableName="table", **ON_DEMAND) == "ResourceInUseException"
    client.get_waiter("table_not_exists").wait(TableName="table", WaiterConfig=WAIT)
    client.create_table(TableName="table", **ON_DEMAND)


def test_the_flag_of_dynamodb_local_delays_too(start: Callable[..., Server]) -> None:
    client = connect(start("-delayTransientStatuses"), ONCE)
    client.create_table(TableName="table", **ON_DEMAND)
    assert client.describe_table(TableName="table")["Table"]["TableStatus"] == "CREATING"


def test_provisioned_throughput_is_all_that_is_taken(start: Callable[..., Server]) -> None:
    server = start("--enforce-throughput")
    client = connect(server, ONCE)
    client.create_table(TableName="table", **provisioned(1, 1))
    client.put_item(TableName="table", Item=KEY)
    with pytest.raises(client.exceptions.ProvisionedThroughputExceededException) as caught:
        for _ in range(5):
            client.put_item(TableName="table", Item=KEY)
    reasons = caught.value.response["ThrottlingReasons"]
    assert [each["reason"] for each in reasons] == ["TableWriteProvisionedThroughputExceeded"]
    assert reasons[0]["resource"].endswith(":table/table")


@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_retries_get_through_a_narrow_table(start: Callable[..., Server], mode: str) -> None:
    server = start("--enforce-throughput")
    client = connect(server, {"total_max_attempts": 30, "mode": mode})
    client.create_table(TableName="table", **provisioned(5, 5))
    attempts = 0
    for number in range(15):
        answer = client.put_item(TableName="table", Item={"pk": {"S": str(number)}})
        attempts += 1 + int(answer["ResponseMetadata"]["RetryAttempts"])
    assert attempts > 15, "nothing was throttled"


def test_a_batch_writer_sends_what_was_left_over_again(start: Callable[..., Server]) -> None:
    server = start("--throttle-probability", "0.3", "--seed", "1")
    client = connect(server, PATIENT)
    client.create_table(TableName="table", **ON_DEMAND)
    batch = [{"PutRequest": {"Item": {"pk": {"S": str(number)}}}} for number in range(25)]
    answer = client.batch_write_item(RequestItems={"table": batch})
    assert 0 < len(answer["UnprocessedItems"]["table"]) < 25
    table = boto3.resource(
        "dynamodb", endpoint_url=server.url, region_name=REGION, config=Config(retries=PATIENT)
    ).Table("table")
    with table.batch_writer() as writer:
        for number in range(200):
            writer.put_item(Item={"pk": str(number)})
    pages = client.get_paginator("scan").paginate(TableName="table", PaginationConfig={
        "PageSize": 50})
    assert sum(page["Count"] for page in pages) == 200


@pytest.mark.parametrize("option", ["--throttle-probability", "--error-probability"])
@pytest.mark.parametrize("mode", ["standard", "adaptive"])
def test_retries_get_through_what_fails_by_chance(
    start: Callable[..., Server], option: str, mode: str
) -> None:
    server = start(option, "0.3", "--seed", "2")
    client = connect(server, {"total_max_attempts": 30, "mode": mode})
    client.create_table(TableName="table", **ON_DEMAND)
    retries = 0
    for number in range(20):
        answer = client.put_item(TableName="table", Item={"pk": {"S": str(number)}})
        retries += int(answer["ResponseMetadata"]["RetryAttempts"])
    assert retries > 0
    assert client.scan(TableName="table")["Count"] == 20


def test_throttling_on_demand_has_its_own_exception(start: Callable[..., Server]) -> None:
    server = start("--throttle-probability", "1")
    client = connect(server, ONCE)
    client.create_table(TableName="table", **ON_DEMAND)
    with pytest.raises(ClientError) as caught:
        client.get_item(TableName="table", Key=KEY)
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"
    assert caught.value.response["throttlingReasons"][0]["reason"] == (
        "TableReadKeyRangeThroughputExceeded"
    )


def test_transactions_are_in_the_way(start: Callable[..., Server]) -> None:
    server = start("--conflict-probability", "1")
    client = connect(server, ONCE)
    client.create_table(TableName="table", **ON_DEMAND)
    assert code(client.put_item, TableName="table", Item=KEY) == "TransactionConflictException"
    with pytest.raises(client.exceptions.TransactionCanceledException) as caught:
        client.transact_write_items(TransactItems=[{"Put": {"TableName": "table", "Item": KEY}}])
    assert [each["Code"] for each in caught.value.response["CancellationReasons"]] == [
        "TransactionConflict"
    ]
    answer = client.batch_execute_statement(
        Statements=[{"Statement": "INSERT INTO \"table\" VALUE {'pk': '1'}"}]
    )
    assert answer["Responses"][0]["Error"]["Code"] == "TransactionConflict"


def test_requests_wait_and_come_whole(start: Callable[..., Server]) -> None:
    server = start("--latency", "300-400")
    client = connect(server, ONCE)
    client.create_table(TableName="table", **ON_DEMAND)
    began = time.monotonic()
    client.put_item(TableName="table", Item={**KEY, "text": {"S": "x" * 100_000}})
    assert time.monotonic() - began >= 0.3
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(
            lambda _: client.get_item(TableName="table", Key=KEY)["Item"]["pk"], range(20)
        ))
    assert answers == [KEY["pk"]] * 20
    # Answers that are carried out on other threads, and compressed ones, come whole.
    assert client.scan(TableName="table")["Items"][0]["text"]["S"] == "x" * 100_000
