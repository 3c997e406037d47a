"""ListContributorInsights: what is on, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, refuses
from support.insights import INDEXED, NARROW, WIDE, switch
from support.tables import HASH


def places(page: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [
        (entry["TableName"], entry.get("IndexName"), entry["ContributorInsightsMode"])
        for entry in page["ContributorInsightsSummaries"]
    ]


def test_a_table_before_its_indexes(client: Any, table: Any) -> None:
    name = table(**INDEXED)
    assert places(client.list_contributor_insights(TableName=name)) == []
    switch(client, name, "ENABLE", IndexName="global", ContributorInsightsMode=NARROW)
    switch(client, name, "ENABLE")
    both = [(name, None, WIDE), (name, "global", NARROW)]
    assert places(client.list_contributor_insights(TableName=name)) == both
    first = client.list_contributor_insights(TableName=name, MaxResults=1)
    assert places(first) == both[:1]
    second = client.list_contributor_insights(
        TableName=name, MaxResults=1, NextToken=first["NextToken"])
    assert places(second) == both[1:] and "NextToken" not in second


@pytest.mark.ours
def test_all_tables(client: Any, table: Any) -> None:
    names = sorted(table(**HASH) for _ in range(4))
    for name in names[:3]:
        switch(client, name, "ENABLE")
    switch(client, names[1], "DISABLE")
    found: list[str] = []
    more: dict[str, Any] = {}
    while True:
        page = client.list_contributor_insights(MaxResults=1, **more)
        found += [name for name, _, _ in places(page)]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert [name for name in found if name in names] == [names[0], names[2]]


def test_refuses(client: Any, name: str) -> None:
    refuses(client.list_contributor_insights, NOT_FOUND,
            f"Requested resource not found: Table: {name} not found", TableName=name)
    refuses(client.list_contributor_insights, VALIDATION,
            "1 validation error detected: Value '101' at 'maxResults' failed to satisfy "
            "constraint: Member must have value less than or equal to 100", MaxResults=101)
