"""The example of the README, run as a stranger would: its sample, and the real file if present."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import drop

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = REPOSITORY / "examples" / "starbucks" / "starbucks.py"
SAMPLE = PROGRAM.parent / "sample.csv"
DIRECTORY = REPOSITORY.parent / "shared" / "data" / "starbucks-directory.csv"
TABLE = "StarbucksLocations"
Run = Callable[..., str]


@pytest.fixture
def starbucks(endpoint: str, client: Any, server: Any) -> Iterator[Run]:
    """`starbucks("load", file)` runs the program and returns what it printed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    if server is None:
        environment = dict(os.environ)

    def run(*arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, str(PROGRAM), "--endpoint-url", endpoint, *arguments],
            capture_output=True, text=True, timeout=300, env=environment, check=False,
        )
        assert done.returncode == status, done.stderr
        return done.stdout if status == 0 else done.stderr

    yield run
    drop(client, TABLE)


def stores(path: Path) -> dict[str, dict[str, str]]:
    """By store number; the last row wins."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["Store Number"]: row for row in csv.DictReader(file)}


def printed_counts(text: str) -> dict[str, int]:
    rows = (line.rsplit(maxsplit=1) for line in text.splitlines())
    return {name.strip(): int(number.replace(",", "")) for name, number in rows}


def check(starbucks: Run, client: Any, path: Path, rows: int) -> None:
    wanted = stores(path)
    assert starbucks("load", str(path)).startswith(f"{rows:,} rows loaded")
    pages = client.get_paginator("scan").paginate(TableName=TABLE, Select="COUNT")
    assert sum(page["Count"] for page in pages) == len(wanted)
    countries = Counter(row["Country"] for row in wanted.values())
    assert printed_counts(starbucks("counts")) == {**countries, "all": len(wanted)}
    states = Counter(row["State/Province"] for row in wanted.values() if row["Country"] == "US")
    assert printed_counts(starbucks("counts", "--country", "US")) == {
        **states, "all": countries["US"]
    }
    for country, number in countries.items():
        assert indexed(client, country) == number
    for state, number in states.items():
        assert indexed(client, "US", f"{state.upper()}#") == number
    assert starbucks("query", "--country", "us", "--count").strip() == str(countries["US"])


def indexed(client: Any, country: str, begins: str = "") -> int:
    """Counted through the index, by pages."""
    condition, values = "Country = :c", {":c": {"S": country}}
    if begins:
        condition += " AND begins_with(StateCityPostcode, :s)"
        values[":s"] = {"S": begins}
    pages = client.get_paginator("query").paginate(
        TableName=TABLE, IndexName="StoreLocationIndex", KeyConditionExpression=condition,
        ExpressionAttributeValues=values, Select="COUNT",
    )
    return sum(page["Count"] for page in pages)


def test_the_sample(starbucks: Run, client: Any) -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = len(list(csv.DictReader(file)))
    assert rows == len(stores(SAMPLE)) + 1, "the sample repeats one store number"
    check(starbucks, client, SAMPLE, rows)
    wanted = stores(SAMPLE)

    def asked(*arguments: str) -> set[str]:
        *lines, total = starbucks("query", *arguments).splitlines()
        assert total == f"{len(lines)} stores"
        return {line.split()[0] for line in lines}

    def those(**columns: str) -> set[str]:
        return {
            number for number, row in wanted.items()
            if all(row[name].upper().startswith(value) for name, value in columns.items())
        }

    here = ["--country", "US", "--state", "CA", "--city", "San Marisol"]
    city = those(Country="US", City="SAN MARISOL")
    assert city and asked(*here) == city
    assert asked(*here, "--postcode", "93117") == city & those(Postcode="93117")
    assert asked(*here, "--postcode", "9311") == city & those(Postcode="9311")
    assert asked("--country", "US", "--state", "C") == set()
    assert asked("--country", "JP") == those(Country="JP") != set()
    assert "reopened" in starbucks("query", "--country", repeated(SAMPLE)["Country"])


def repeated(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))[-1]


def test_the_real_file(starbucks: Run, client: Any) -> None:
    if not DIRECTORY.exists():
        pytest.skip("the public directory of 25,600 stores is not here")
    assert len(stores(DIRECTORY)) == 25_599
    check(starbucks, client, DIRECTORY, 25_600)


def test_mistakes_are_told(starbucks: Run) -> None:
    assert "--city needs --state" in starbucks(
        "query", "--country", "US", "--city", "x", status=2
    )
    assert "ResourceNotFoundException" in starbucks("query", "--country", "US", status=1)
