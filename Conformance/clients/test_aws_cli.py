"""The AWS command line, version 1, as a user types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from support.tables import HASH

Cli = Callable[..., Any]


@pytest.fixture
def aws(endpoint: str) -> Cli:
    """`aws("list-tables", …)` runs one command; `fails=True` returns its standard error."""

    def run(*arguments: str, fails: bool = False) -> Any:
        command = [
            sys.executable, "-m", "awscli", "dynamodb", *arguments, "--endpoint-url", endpoint,
            "--output", "json",
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, check=False,
            env={**os.environ, "AWS_PAGER": "", "PYTHONWARNINGS": "ignore"},
        )
        if fails:
            assert done.returncode != 0, done.stdout
            return done.stderr
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return run


def test_a_table_from_creation_to_deletion(aws: Cli, name: str) -> None:
    made = aws(
        "create-table", "--table-name", name,
        "--attribute-definitions", "AttributeName=Artist,AttributeType=S",
        "AttributeName=SongTitle,AttributeType=S",
        "--key-schema", "AttributeName=Artist,KeyType=HASH",
        "AttributeName=SongTitle,KeyType=RANGE",
        "--billing-mode", "PAY_PER_REQUEST",
    )
    assert made["TableDescription"]["TableName"] == name
    aws("wait", "table-exists", "--table-name", name)
    item = {"Artist": {"S": "Nobody"}, "SongTitle": {"S": "Call"}, "Year": {"N": "1999.0"},
            "Raw": {"B": "AAEC"}}
    aws("put-item", "--table-name", name, "--item", json.dumps(item))
    key = json.dumps({"Artist": {"S": "Nobody"}, "SongTitle": {"S": "Call"}})
    got = aws("get-item", "--table-name", name, "--key", key, "--consistent-read")["Item"]
    # Version 1 takes binary parameters as they are and prints them in base64.
    assert got == {**item, "Year": {"N": "1999"}, "Raw": {"B": "QUFFQw=="}}
    updated = aws(
        "update-item", "--table-name", name, "--key", key,
        "--update-expression", "SET #y = #y + :one",
        "--expression-attribute-names", '{"#y": "Year"}',
        "--expression-attribute-values", '{":one": {"N": "1"}}', "--return-values", "UPDATED_NEW",
    )
    assert updated["Attributes"] == {"Year": {"N": "2000"}}
    aws("batch-write-item", "--request-items", json.dumps({name: [
        {"PutRequest": {"Item": {"Artist": {"S": "Nobody"}, "SongTitle": {"S": f"S{number:02}"}}}}
        for number in range(20)
    ]}))
    page = aws(
        "query", "--table-name", name, "--key-condition-expression",
        "Artist = :a AND begins_with(SongTitle, :s)",
        "--expression-attribute-values", '{":a": {"S": "Nobody"}, ":s": {"S": "S"}}',
        "--page-size", "3", "--max-items", "7",
    )
    assert [each["SongTitle"]["S"] for each in page["Items"]] == [f"S{n:02}" for n in range(7)]
    assert page["NextToken"]
    assert aws("scan", "--table-name", name, "--select", "COUNT")["Count"] == 21
    refused = aws(
        "delete-item", "--table-name", name, "--key", key,
        "--condition-expression", "attribute_not_exists(Artist)", fails=True,
    )
    assert "ConditionalCheckFailedException" in refused
    assert name in aws("list-tables")["TableNames"]
    aws("delete-table", "--table-name", name)
    aws("wait", "table-not-exists", "--table-name", name)


def test_an_error_is_printed_as_the_service_says_it(aws: Cli, name: str) -> None:
    printed = aws("describe-table", "--table-name", name, fails=True)
    assert "ResourceNotFoundException" in printed
    assert f"Requested resource not found: Table: {name} not found" in printed


def test_tags_and_time_to_live(aws: Cli, table: Any) -> None:
    name = table(**HASH)
    arn = aws("describe-table", "--table-name", name)["Table"]["TableArn"]
    aws("tag-resource", "--resource-arn", arn, "--tags", "Key=team,Value=blue")
    assert aws("list-tags-of-resource", "--resource-arn", arn)["Tags"] == [
        {"Key": "team", "Value": "blue"}
    ]
    aws("update-time-to-live", "--table-name", name, "--time-to-live-specification",
        "Enabled=true,AttributeName=expires")
    described = aws("describe-time-to-live", "--table-name", name)["TimeToLiveDescription"]
    assert described["AttributeName"] == "expires"
