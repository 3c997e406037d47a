"""One round: import, export, delete, import, export, compare; then `martlet copy` to another server and
back, export, compare; with what the machine itself can do.

Memory is what the kernel says of a process: its largest resident size (VmHWM), which counts pages
of files that it maps as well. Rates are of items and of bytes of JSON before compression.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import subprocess
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from support.light import LightClient
from support.server import REGION, Server, binary

BUCKET = "bucket"
OBJECT_ITEMS = 100_000
BATCH = 25
HTTP_THREADS = 4
ACCOUNT = "000000000000"
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
# What requests under way may come on top of a budget: their items, and the allocator's slack.
SLACK_BYTES = 32 << 20
# What `martlet copy` may have: the program, and for each of its eight segments a page of 1 MB in JSON,
# its items as requests, and one request more.
COPY_BYTES = 64 << 20


def budget_bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    assert found, f"no number of bytes: {text}"
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]]


def item(number: int) -> dict[str, Any]:
    """About 300 bytes as DynamoDB counts them; every one another."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {
        "pk": {"S": f"customer#{number:09}"},
        "name": {"S": digest * 2},
        "balance": {"N": f"{number * 37 % 100_003}.25"},
        "tags": {"SS": [digest[:6], "x" + digest[6:12]]},
        "address": {"M": {"street": {"S": digest[:24]}, "number": {"N": str(number % 400 + 1)},
                          "lines": {"L": [{"S": digest[24:40]}, {"BOOL": number % 2 == 0}]}}},
    }


@dataclass
class Step:
    name: str
    items: int
    byte_count: int
    seconds: float
    limit: str = ""

    @property
    def items_per_second(self) -> float:
        return self.items / self.seconds if self.items else 0

    @property
    def megabytes_per_second(self) -> float:
        return self.byte_count / self.seconds / 1e6


@dataclass
class Report:
    steps: list[Step] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    peak_bytes: int = 0
    """Of the server that had most."""
    copy_peak_bytes: int = 0
    budget_bytes: int = 0

    def step(self, name: str) -> Step:
        return next(step for step in self.steps if step.name == name)

    def markdown(self) -> str:
        lines = ["| step | items/s | MB/s | of the limit |", "| --- | ---: | ---: | --- |"]
        for step in self.steps:
            share = ""
            if step.limit:
                limit = self.step(step.limit)
                rate = (
                    step.items_per_second / limit.items_per_second
                    if limit.items else step.megabytes_per_second / limit.megabytes_per_second
                )
                share = f"{rate:.2f} × {step.limit}"
            items = f"{step.items_per_second:,.0f}" if step.items else ""
            megabytes = f"{step.megabytes_per_second:,.1f}" if step.byte_count else ""
            lines.append(f"| {step.name} | {items} | {megabytes} | {share} |")
        lines.append("")
        lines.append(
            f"Largest resident size {self.peak_bytes / 2**20:,.0f} MiB of a budget of "
            f"{self.budget_bytes / 2**20:,.0f} MiB, of `martlet copy` "
            f"{self.copy_peak_bytes / 2**20:,.0f} MiB"
        )
        return "\n".join(lines)


class Round:
    def __init__(
        self, folder: Path, items: int, budget: str, say: Callable[[str], None] = lambda _: None
    ) -> None:
        self.folder = folder
        self.count = items
        self.budget = budget
        self.say = say
        self.bucket = folder / "buckets" / BUCKET
        self.report = Report(budget_bytes=budget_bytes(budget))
        self.plain_bytes = 0

    def run(self, http_items: int) -> Report:
        self.bucket.mkdir(parents=True)
        self.write_source()
        self.measure_machine()
        server = self.server("data")
        other = self.server("other-data")
        try:
            client = LightClient(server.start().port, timeout=300)
            self.put_over_http(server.port, http_items)
            self.fill(client, "import", "first", "source/")
            exported = self.export(client, "export", "first")
            client.demand("DeleteTable", {"TableName": "first"})
            self.fill(client, "import of the export", "second", exported[0] + "data/")
            again = self.export(client, "second export", "second")
            client.close()
            self.say("comparing")
            found = self.expected_digest()
            self.compare(exported[1], found, "the export is not what was imported")
            self.compare(again[1], found, "the two exports differ")

            self.copy("copy", server, other.start())
            # What is idle for minutes is closed: each of these has a connection of its own.
            with LightClient(server.port) as client:
                client.demand("DeleteTable", {"TableName": "second"})
            self.copy("copy back", other, server)
            with LightClient(server.port, timeout=300) as client:
                copied = self.export(client, "export of the copy", "second")
            self.say("comparing")
            self.compare(copied[1], found, "the copy of the copy differs")
            for each in (server, other):
                self.note_peak(each)
                assert each.stop() == 0
        finally:
            server.close()
            other.close()
        return self.report

    def server(self, data: str) -> Server:
        return Server(
            "--data", str(self.folder / data), "--s3-root", str(self.folder / "buckets"),
            "--memory-budget", self.budget,
        )

    def note_peak(self, server: Server) -> None:
        found = peak_bytes(server.pid)
        self.report.peak_bytes = max(self.report.peak_bytes, found)
        if found > self.report.budget_bytes + SLACK_BYTES:
            self.report.faults.append("a server had more memory than its budget allows")

    def compare(self, files: list[Path], expected: tuple[int, int], fault: str) -> None:
        if self.digest(files) != expected:
            self.report.faults.append(fault)

    def copy(self, name: str, source: Server, target: Server) -> None:
        self.say(name)
        started = time.perf_counter()
        command = [
            str(binary()), "copy", "--from", source.url, "--to", target.url, "--table", "second",
            "--from-region", REGION, "--to-region", REGION, "--quiet",
            "--state", str(self.folder / "copy.json"),
        ]
        copy = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        found = 0
        while copy.poll() is None:
            try:
                found = peak_bytes(copy.pid)
            except (OSError, AssertionError):
                break  # It is over.
            time.sleep(0.05)
        assert copy.wait() == 0
        self.add(name, self.count, self.plain_bytes, started, "BatchWriteItem over HTTP")
        self.report.copy_peak_bytes = max(self.report.copy_peak_bytes, found)
        if found > COPY_BYTES:
            self.report.faults.append("`martlet copy` had more memory than pages and program take")

    # The machine

    def write_source(self) -> None:
        self.say(f"making {self.count:,} items")
        folder = self.bucket / "source"
        folder.mkdir()
        for start in range(0, self.count, OBJECT_ITEMS):
            with gzip.open(folder / f"{start:09}.json.gz", "wb", compresslevel=4) as file:
                for number in range(start, min(start + OBJECT_ITEMS, self.count)):
                    line = json.dumps({"Item": item(number)}, separators=(",", ":")).encode() + b"\n"
                    self.plain_bytes += len(line)
                    file.write(line)

    def measure_machine(self) -> None:
        """What one thread of this machine writes, and packs, of the same bytes."""
        source = next((self.bucket / "source").iterdir())
        sample = gzip.decompress(source.read_bytes())[: 64 << 20]
        started = time.perf_counter()
        with open(self.folder / "probe", "wb") as file:
            file.write(sample)
            file.flush()
            os.fsync(file.fileno())
        self.add("file write with fsync", 0, len(sample), started)
        started = time.perf_counter()
        packed = zlib.compress(sample, 4)
        self.add("gzip, one thread", 0, len(sample), started)
        started = time.perf_counter()
        zlib.decompress(packed)
        self.add("gunzip, one thread", 0, len(sample), started)
        (self.folder / "probe").unlink()

    def put_over_http(self, port: int, count: int) -> None:
        self.say(f"putting {count:,} items over HTTP")
        with LightClient(port) as client:
            client.demand("CreateTable", {"TableName": "over-http", **TABLE})

        def put(thread: int) -> None:
            with LightClient(port) as client:
                for start in range(thread * BATCH, count, HTTP_THREADS * BATCH):
                    entries = [
                        {"PutRequest": {"Item": item(number)}}
                        for number in range(start, min(start + BATCH, count))
                    ]
                    client.demand("BatchWriteItem", {"RequestItems": {"over-http": entries}})

        started = time.perf_counter()
        with ThreadPoolExecutor(HTTP_THREADS) as pool:
            list(pool.map(put, range(HTTP_THREADS)))
        self.add("BatchWriteItem over HTTP", count, 0, started)

    # The server

    def fill(self, client: LightClient, name: str, table: str, prefix: str) -> None:
        self.say(name)
        started = time.perf_counter()
        arn = client.demand(
            "ImportTable",
            {
                "S3BucketSource": {"S3Bucket": BUCKET, "S3KeyPrefix": prefix},
                "InputFormat": "DYNAMODB_JSON", "InputCompressionType": "GZIP",
                "TableCreationParameters": {"TableName": table, **TABLE},
            },
        )["ImportTableDescription"]["ImportArn"]
        done = self.ended(client, "DescribeImport", "ImportArn", arn, "ImportTableDescription")
        assert done["ImportStatus"] == "COMPLETED", done
        assert done["ImportedItemCount"] == self.count, done
        self.add(name, self.count, self.plain_bytes, started, "BatchWriteItem over HTTP")

    def export(self, client: LightClient, name: str, table: str) -> tuple[str, list[Path]]:
        """The key prefix of what was written, and its data files."""
        self.say(name)
        client.demand(
            "UpdateContinuousBackups",
            {"TableName": table,
             "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        )
        arn = client.demand("DescribeTable", {"TableName": table})["Table"]["TableArn"]
        started = time.perf_counter()
        export = client.demand(
            "ExportTableToPointInTime", {"TableArn": arn, "S3Bucket": BUCKET}
        )["ExportDescription"]["ExportArn"]
        done = self.ended(client, "DescribeExport", "ExportArn", export, "ExportDescription")
        assert done["ExportStatus"] == "COMPLETED", done
        assert done["ItemCount"] == self.count, done
        self.add(name, self.count, self.plain_bytes, started, "gzip, one thread")
        folder = (self.bucket / done["ExportManifest"]).parent
        manifest = (folder / "manifest-files.json").read_text().splitlines()
        files = [self.bucket / json.loads(line)["dataFileS3Key"] for line in manifest]
        return f"{folder.relative_to(self.bucket)}/", files

    @staticmethod
    def ended(
        client: LightClient, operation: str, name: str, arn: str, member: str
    ) -> dict[str, Any]:
        while True:
            found = client.demand(operation, {name: arn})[member]
            status = found.get("ExportStatus", found.get("ImportStatus"))
            if status != "IN_PROGRESS":
                return dict(found)
            time.sleep(0.05)

    def add(
        self, name: str, items: int, byte_count: int, started: float, limit: str = ""
    ) -> None:
        step = Step(name, items, byte_count, time.perf_counter() - started, limit)
        self.report.steps.append(step)
        self.say(f"  {step.items_per_second:,.0f} items/s, {step.megabytes_per_second:,.1f} MB/s")

    # Comparing

    @staticmethod
    def fingerprint(found: dict[str, Any]) -> int:
        found = {**found, "tags": {"SS": sorted(found["tags"]["SS"])}}
        text = json.dumps(found, sort_keys=True).encode()
        return int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")

    def digest(self, files: list[Path]) -> tuple[int, int]:
        """How many items there are, and their sum: whatever their order."""
        count, total = 0, 0
        for path in files:
            with gzip.open(path, "rb") as lines:
                for line in lines:
                    count += 1
                    total = (total + self.fingerprint(json.loads(line)["Item"])) % (1 << 128)
        return count, total

    def expected_digest(self) -> tuple[int, int]:
        total = 0
        for number in range(self.count):
            total = (total + self.fingerprint(item(number))) % (1 << 128)
        return self.count, total


def peak_bytes(process: int) -> int:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    raise AssertionError("no VmHWM line")
