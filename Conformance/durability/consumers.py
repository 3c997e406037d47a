"""A consumer of a stream that makes its own copy of the table, and survives the server's ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ConnectionError as Disconnected
from botocore.exceptions import HTTPClientError
from durability.kills import primary
from durability.ledger import Item, Key
from support.streams import iterator

CONFIG = Config(retries={"total_max_attempts": 1}, read_timeout=20, connect_timeout=5)


class Consumer:
    """Reads with boto3, shard by shard, and goes on behind the last record it has seen.

    Each record must fit what the ones before it made: an old image that is not what the copy has
    means that a record was lost, came twice or came out of order.
    """

    def __init__(self, arn: str) -> None:
        self.arn = arn
        self.items: dict[Key, Item] = {}
        self.last: dict[str, str] = {}  # by shard
        self.closed: set[str] = set()
        self.count = 0
        self.failure: str | None = None

    def run(self, address: Callable[[], str], stop: threading.Event) -> None:
        """Reads until `stop` is set and nothing is left. The address may change meanwhile."""
        while self.failure is None:
            is_last = stop.is_set()
            try:
                client = boto3.client(
                    "dynamodbstreams",
                    region_name="eu-west-2",
                    endpoint_url=address(),
                    config=CONFIG,
                )
                self._read(client)
            except (Disconnected, HTTPClientError):
                time.sleep(0.02)  # the server is gone; the next one will come
                continue
            except Exception as error:
                self.failure = f"{type(error).__name__}: {error}"
                return
            if is_last:
                return

    def _read(self, client: Any) -> None:
        """All that there is by now."""
        shards = client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"]
        for shard in (each["ShardId"] for each in shards):
            if shard in self.closed:
                continue
            if number := self.last.get(shard):
                place = iterator(client, self.arn, shard, "AFTER_SEQUENCE_NUMBER", number)
            else:
                place = iterator(client, self.arn, shard)
            while True:
                page = client.get_records(ShardIterator=place)
                for record in page["Records"]:
                    self._apply(record)
                    self.last[shard] = record["dynamodb"]["SequenceNumber"]
                if "NextShardIterator" not in page:
                    self.closed.add(shard)
                    break
                if not page["Records"]:
                    break
                place = page["NextShardIterator"]

    def _apply(self, record: dict[str, Any]) -> None:
        self.count += 1
        change = record["dynamodb"]
        key = primary(change["Keys"])
        old, new = change.get("OldImage"), change.get("NewImage")
        name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
        assert record["eventName"] == name, f"{record['eventName']} with the images of {name}"
        assert self.items.get(key) == old, f"record {self.count} does not fit the ones before"
        assert old != new, f"record {self.count} changes nothing"
        if new is None:
            del self.items[key]
        else:
            self.items[key] = new
