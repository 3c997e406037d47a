"""`martlet import`, `export`, `backup` and `restore` on a data directory: what they do, print and leave."""

from __future__ import annotations

import gzip
import json
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from support.directory import Directory
from support.light import LightClient
from support.server import REGION, Server, binary

COUNT = 20_000


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    return Directory(tmp_path)


def item(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"k{number}"}, "v": {"N": str(number)}, "t": {"S": "x" * 100}}


def lines(count: int) -> bytes:
    return b"".join(json.dumps({"Item": item(n)}).encode() + b"\n" for n in range(count))


def expected(count: int) -> dict[str, Any]:
    return {f"k{number}": item(number) for number in range(count)}


KEY = ("--partition-key", "pk:S")


def test_items_of_every_kind_of_file_come_in(directory: Directory) -> None:
    plain = lines(50)
    files = {
        "a.json": plain, "b.json.gz": gzip.compress(plain),
        "c.jsonl.zst": zstandard.compress(plain),
    }
    for place, (name, content) in enumerate(files.items()):
        (directory.folder / name).write_bytes(content)
        done = directory.did("import", "--table", f"tab{place}", *KEY, "--from", name)
        assert (done["items"], done["errors"], done["status"]) == (50, 0, "COMPLETED")
        assert directory.items(f"tab{place}") == expected(50)
    (directory.folder / "people.csv").write_text('pk,sk,name\na,1,"Ann, B"\nb,2,Bob\nc,x,Cy\n')
    ended = directory.run(
        "import", "--table", "people", *KEY, "--sort-key", "sk:N", "--from", "people.csv"
    )
    assert ended.returncode == 3
    assert "1 records could not be imported" in ended.stderr
    done = json.loads(ended.stdout)
    assert (done["records"], done["items"], done["errors"]) == (3, 2, 1)
    assert directory.items("people")["a"] == {
        "pk": {"S": "a"}, "sk": {"N": "1"}, "name": {"S": "Ann, B"}
    }


def test_a_definition_makes_indexes_too(directory: Directory) -> None:
    (directory.folder / "items.json").write_bytes(lines(20))
    (directory.folder / "table.json").write_text(json.dumps({
        "TableName": "replaced", "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "v", "AttributeType": "N"}],
        "GlobalSecondaryIndexes": [{
            "IndexName": "byV", "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"}}],
    }))
    directory.did("import", "--table", "tab", "--definition", "table.json", "--from", "items.json")
    server = Server("--data", str(directory.data)).start()
    try:
        with LightClient(server.port) as client:
            found = client.items("Query", {
                "TableName": "tab", "IndexName": "byV", "KeyConditionExpression": "v = :v",
                "ExpressionAttributeValues": {":v": {"N": "7"}}})
        assert found == [item(7)]
    finally:
        server.close()


def test_an_export_is_imported_again(directory: Directory) -> None:
    (directory.folder / "items.json").write_bytes(lines(500))
    directory.did("import", "--table", "tab", *KEY, "--from", "items.json")
    done = directory.did("export", "--table", "tab", "--to", "out")
    assert (done["items"], done["type"]) == (500, "FULL_EXPORT")
    manifest = Path(done["manifest"])
    assert json.loads(manifest.read_text())["itemCount"] == 500
    again = directory.did("import", "--table", "copy", *KEY, "--from", str(manifest.parent))
    assert again["items"] == 500
    assert directory.items("copy") == expected(500)


def test_a_backup_is_restored(directory: Directory) -> None:
    (directory.folder / "items.json").write_bytes(lines(300))
    directory.did("import", "--table", "tab", *KEY, "--from", "items.json")
    made = directory.did("backup", "--table", "tab", "--name", "kept")
    assert made["items"] == 300
    listed = json.loads(directory.run("backup", "--list").stdout)
    assert (listed["name"], listed["arn"], listed["status"]) == ("kept", made["arn"], "AVAILABLE")
    assert directory.did("restore", "--backup", "kept", "--to", "one")["items"] == 300
    assert directory.did("restore", "--backup", made["arn"], "--to", "two")["items"] == 300
    assert directory.items("two") == expected(300)


@pytest.mark.parametrize(
    "arguments, status, text",
    [
        (("import",), 2, "--table is needed"),
        (("import", "--table", "tab", *KEY, "--from", "absent"), 1, "absent"),
        (("export", "--table", "absent", "--to", "out"), 1, "Table not found"),
        (("export", "--table", "absent", "--to", "no/where"), 1, "cannot make no/where"),
        (("backup", "--table", "absent"), 1, "Table not found: absent"),
        (("restore", "--backup", "absent", "--to", "tab"), 1, "there is no backup absent"),
    ],
)
def test_what_is_wrong_is_said(
    directory: Directory, arguments: tuple[str, ...], status: int, text: str
) -> None:
    ended = directory.run(*arguments)
    assert ended.returncode == status
    assert text in ended.stderr
    assert ended.stdout == ""


def test_a_server_that_has_the_directory_is_named(directory: Directory) -> None:
    server = Server("--data", str(directory.data)).start()
    try:
        ended = directory.run("backup", "--list")
        assert ended.returncode == 1
        assert f"process {server.pid}" in ended.stderr
    finally:
        server.close()


def test_killed_commands_go_on(directory: Directory, seed: int) -> None:
    print(f"seed {seed}")
    rng = random.Random(seed)
    (directory.folder / "items.json.gz").write_bytes(gzip.compress(lines(COUNT), 1))
    # Killed at its very end, an import has made its table, and finds it there.
    kill_until_done(
        directory, rng, ("import", "--table", "tab", *KEY, "--from", "items.json.gz"),
        lambda ended: ended is not None and "Table already exists: tab" in ended.stderr,
    )
    assert directory.items("tab") == expected(COUNT)
    out = directory.folder / "out"
    kill_until_done(
        directory, rng, ("export", "--table", "tab", "--to", "out"),
        lambda ended: bool(list(out.rglob("manifest-summary.json"))),
    )
    summaries = list(out.rglob("manifest-summary.json"))
    for summary in summaries:
        found = json.loads(summary.read_text())
        files = (summary.parent / "manifest-files.json").read_text().splitlines()
        counts = [
            gzip.decompress((directory.folder / "out" / json.loads(line)["dataFileS3Key"])
                            .read_bytes()).count(b"\n")
            for line in files
        ]
        assert sum(counts) == found["itemCount"] == COUNT
    assert len(summaries) == 1, "the same command goes on with the same export"

    # A backup and a restore go on by themselves, in whoever opens the directory.
    directory.kill(0.2, "backup", "--table", "tab", "--name", "kept")
    if not directory.run("backup", "--list").stdout:
        directory.did("backup", "--table", "tab", "--name", "kept")  # it had not begun
    wait_in_server(directory, "ListBackups", {}, is_backed_up)
    directory.kill(0.3, "restore", "--backup", "kept", "--to", "again")
    if "again" not in tables(directory):
        directory.did("restore", "--backup", "kept", "--to", "again")  # nor had this
    wait_in_server(directory, "DescribeTable", {"TableName": "again"}, is_active)
    assert directory.items("again") == expected(COUNT)


def kill_until_done(
    directory: Directory, rng: random.Random, step: tuple[str, ...],
    was_done: Callable[[subprocess.CompletedProcess[str] | None], bool],
) -> None:
    """Kills a command again and again, lets it end, and checks what it says of itself.

    `was_done` tells whether a killed command had done its work and was about to end, before it is
    given again, or by how that ended: then there is nothing to go on with.
    """
    done, kills = None, 0
    while done is None and kills < 5 and not was_done(None):
        done = directory.kill(rng.uniform(0.05, 0.4), *step)
        kills += done is None
    print(f"{step[0]}: {kills} kills")
    if done is None and not was_done(None):
        ended = directory.run(*step)
        if was_done(ended):
            return
        assert ended.returncode == 0, ended.stderr
        done = json.loads(ended.stdout)
    if done is not None:
        assert (done["items"], done["status"]) == (COUNT, "COMPLETED")


def is_backed_up(answer: Any) -> bool:
    return bool(answer["BackupSummaries"][0]["BackupStatus"] == "AVAILABLE")


def is_active(answer: Any) -> bool:
    return bool(answer["Table"]["TableStatus"] == "ACTIVE")


def tables(directory: Directory) -> list[str]:
    names: list[str] = []
    wait_in_server(
        directory, "ListTables", {}, lambda answer: names.extend(answer["TableNames"]) or True
    )
    return names


def wait_in_server(
    directory: Directory, operation: str, request: Any, is_done: Callable[[Any], bool]
) -> None:
    """Has a server on the directory until an answer is as it should be."""
    server = Server("--data", str(directory.data)).start()
    try:
        with LightClient(server.port) as client:
            until = time.monotonic() + 60
            while not is_done(client.demand(operation, request)):
                assert time.monotonic() < until, "it does not go on"
                time.sleep(0.05)
        assert server.stop() == 0
    finally:
        server.close()


def test_a_stopped_import_says_how_to_go_on_and_a_server_leaves_it_alone(
    directory: Directory,
) -> None:
    (directory.folder / "items.json").write_bytes(lines(COUNT * 5))
    step = ("import", "--table", "tab", *KEY, "--from", "items.json")
    process = subprocess.Popen(
        directory.command(*step), cwd=directory.folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, text = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "The same command goes on where it was" in text
    server = Server("--data", str(directory.data), "--s3-root", str(directory.folder)).start()
    try:
        time.sleep(0.3)
        with LightClient(server.port) as client:
            table = client.demand("DescribeTable", {"TableName": "tab"})["Table"]
        assert table["TableStatus"] == "CREATING"
    finally:
        server.close()
    other = directory.run("import", "--table", "tab", *KEY, "--from", str(directory.folder / "data"))
    assert other.returncode == 1
    done = directory.did(*step)
    assert done["items"] == COUNT * 5
    assert directory.items("tab") == expected(COUNT * 5)


# Through a server


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server("--in-memory").start()
    try:
        yield running
    finally:
        running.close()


def asked(server: Server, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        str(binary()), name, "--endpoint", server.url, "--region", REGION, "--json", *arguments
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def answered(server: Server, name: str, *arguments: str) -> dict[str, Any]:
    ended = asked(server, name, *arguments)
    assert ended.returncode == 0, ended.stderr
    return dict(json.loads(ended.stdout))


def test_a_server_is_asked_for_backups_and_restores(server: Server) -> None:
    with LightClient(server.port) as client:
        client.demand("CreateTable", {
            "TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]})
        for number in range(50):
            client.demand("PutItem", {"TableName": "tab", "Item": item(number)})

        def items(table: str) -> dict[str, Any]:
            return {each["pk"]["S"]: each for each in client.items("Scan", {"TableName": table})}

        made = answered(server, "backup", "--table", "tab", "--name", "kept")
        assert (made["items"], made["name"], made["table"]) == (50, "kept", "tab")
        client.demand("DeleteItem", {"TableName": "tab", "Key": {"pk": {"S": "k7"}}})
        later = answered(server, "backup", "--table", "tab", "--name", "kept")
        listed = [json.loads(line) for line in asked(server, "backup", "--list").stdout.splitlines()]
        assert [each["arn"] for each in listed] == [made["arn"], later["arn"]]
        assert [each["status"] for each in listed] == ["AVAILABLE", "AVAILABLE"]
        assert asked(server, "backup", "--list", "--table", "other").stdout == ""

        # By its name the latest, by its ARN that one.
        done = answered(server, "restore", "--backup", "kept", "--to", "latest")
        assert (done["items"], items("latest")) == (49, items("tab"))
        answered(server, "restore", "--backup", made["arn"], "--to", "first")
        assert items("first") == expected(50)

        client.demand("UpdateContinuousBackups", {
            "TableName": "tab",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}})
        answered(server, "restore", "--table", "tab", "--to", "past")
        assert items("past") == items("tab")


def test_a_server_exports_and_imports(tmp_path: Path) -> None:
    bucket = tmp_path / "buckets" / "bucket"
    bucket.mkdir(parents=True)
    (bucket / "people.csv").write_text("pk;n\na;1\n;2\n")
    (tmp_path / "table.json").write_text(json.dumps({
        "TableName": "replaced", "BillingMode": "PAY_PER_REQUEST", "Tags": [],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}))
    running = Server("--in-memory", "--s3-root", str(bucket.parent)).start()
    try:
        with LightClient(running.port) as client:
            client.demand("CreateTable", {
                "TableName": "tab", "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]})
            refused = asked(running, "export", "--table", "tab", "--to", "s3://bucket")
            assert refused.returncode == 1
            assert "Point in time recovery is not enabled" in refused.stderr
            client.demand("UpdateContinuousBackups", {
                "TableName": "tab",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}})
            for number in range(50):
                client.demand("PutItem", {"TableName": "tab", "Item": item(number)})
            done = answered(running, "export", "--table", "tab", "--to", "s3://bucket/out")
            assert (done["items"], done["status"], done["type"]) == (50, "COMPLETED", "FULL_EXPORT")
            assert done["manifest"].startswith("s3://bucket/out/AWSDynamoDB/")
            assert (bucket / done["manifest"].removeprefix("s3://bucket/")).exists()

            data = done["manifest"].removesuffix("manifest-summary.json") + "data/"
            done = answered(
                running, "import", "--table", "copy", *KEY, "--from", data, "--compression", "gzip")
            assert (done["records"], done["items"], done["errors"]) == (50, 50, 0)
            found = client.items("Scan", {"TableName": "copy"})
            assert {each["pk"]["S"]: each for each in found} == expected(50)

            ended = asked(
                running, "import", "--table", "people", "--definition", str(tmp_path / "table.json"),
                "--from", "s3://bucket/people", "--format", "csv", "--delimiter", ";")
            assert ended.returncode == 3, ended.stderr
            assert "1 records could not be imported" in ended.stderr
            found = client.items("Scan", {"TableName": "people"})
            assert found == [{"pk": {"S": "a"}, "n": {"S": "1"}}]
        ended = asked(running, "import", "--table", "none", *KEY, "--from", "s3://nowhere/a")
        assert (ended.returncode, "(S3NoSuchBucket)" in ended.stderr) == (1, True)
        for arguments in (
            ("export", "--table", "tab", "--to", str(tmp_path)),
            ("import", "--table", "new", *KEY, "--from", str(tmp_path)),
        ):
            assert asked(running, *arguments).returncode == 2
    finally:
        running.close()


def test_what_a_server_refuses_is_said(server: Server, tmp_path: Path) -> None:
    for arguments, words in (
        (("backup", "--table", "nothing"), "Table not found: nothing"),
        (("restore", "--backup", "nothing", "--to", "tab"), "there is no backup nothing"),
        (("restore", "--table", "nothing", "--to", "tab"), "Table not found: nothing"),
    ):
        ended = asked(server, *arguments)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert words in ended.stderr
    ended = asked(server, "backup", "--list", "--data", str(tmp_path))
    assert ended.returncode == 2
    assert "exclude each other" in ended.stderr
    server.stop()
    assert asked(server, "backup", "--list").returncode == 1
