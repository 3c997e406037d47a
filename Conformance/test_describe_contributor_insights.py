"""DescribeContributorInsights."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from support.check import NOT_FOUND, refuses
from support.insights import INDEXED, NARROW, switch
from support.tables import HASH


def described(client: Any, name: str, **more: Any) -> dict[str, Any]:
    answer = client.describe_contributor_insights(TableName=name, **more)
    del answer["ResponseMetadata"]
    return dict(answer)


def test_never_switched_on(client: Any, table: Any) -> None:
    name = table(**INDEXED)
    assert described(client, name) == {
        "TableName": name, "ContributorInsightsStatus": "DISABLED"}
    assert described(client, name, IndexName="global") == {
        "TableName": name, "IndexName": "global", "ContributorInsightsStatus": "DISABLED"}


@pytest.mark.parametrize(
    ("schema", "more", "kinds"),
    [
        (HASH, {}, ["PKC", "PKT"]),
        (HASH, {"ContributorInsightsMode": NARROW}, ["PKT"]),
        (INDEXED, {}, ["PKC", "PKT", "SKC", "SKT"]),
        (INDEXED, {"IndexName": "global"}, ["PKC", "PKT"]),
    ],
)
def test_rules(client: Any, table: Any, schema: Any, more: Any, kinds: list[str]) -> None:
    name = table(**schema)
    switch(client, name, "ENABLE", **more)
    place = {"IndexName": more["IndexName"]} if "IndexName" in more else {}
    answer = described(client, name, **place)
    assert answer["ContributorInsightsStatus"] == "ENABLED"
    resource = "-".join([name, *place.values()])
    found = [
        re.fullmatch(rf"DynamoDBContributorInsights-(\w+)-{re.escape(resource)}-\d{{13}}", rule)
        for rule in answer["ContributorInsightsRuleList"]
    ]
    assert sorted(match[1] if match else "" for match in found) == kinds
    age = datetime.now(timezone.utc) - answer["LastUpdateDateTime"]
    assert timedelta(minutes=-1) < age < timedelta(minutes=1)


@pytest.mark.ours  # on AWS it takes two seconds
def test_switched_off(client: Any, table: Any) -> None:
    name = table(**HASH)
    switch(client, name, "ENABLE", ContributorInsightsMode=NARROW)
    switch(client, name, "DISABLE")
    answer = described(client, name)
    assert answer["ContributorInsightsStatus"] == "DISABLED"
    assert answer["ContributorInsightsMode"] == NARROW
    assert "LastUpdateDateTime" in answer and "ContributorInsightsRuleList" not in answer


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    describe = client.describe_contributor_insights
    refuses(describe, NOT_FOUND, f"Requested resource not found: Table: {name} not found",
            TableName=name)
    refuses(describe, NOT_FOUND,
            f"Requested resource not found: Index: nope not found for table: {hash_table}",
            TableName=hash_table, IndexName="nope")
