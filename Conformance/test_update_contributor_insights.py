"""UpdateContributorInsights: the setting, not the charts."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import NOT_FOUND, VALIDATION, enum_text, refuses
from support.insights import INDEXED, NARROW, WIDE, switch

ONE = "1 validation error detected: "


def mode(client: Any, name: str) -> str:
    return str(client.describe_contributor_insights(TableName=name)["ContributorInsightsMode"])


def test_enables_changes_and_disables(client: Any, table: Any) -> None:
    name = table(**INDEXED)
    answer = switch(client, name, "ENABLE")
    assert answer["TableName"] == name and "IndexName" not in answer
    assert answer["ContributorInsightsStatus"] == "ENABLING"
    assert mode(client, name) == WIDE
    # The same again is no change; another mode is.
    again = switch(client, name, "ENABLE", ContributorInsightsMode=WIDE)
    assert again["ContributorInsightsStatus"] == "ENABLED"
    changed = switch(client, name, "ENABLE", ContributorInsightsMode=NARROW)
    assert changed["ContributorInsightsStatus"] == "ENABLING"
    assert mode(client, name) == NARROW
    # Without a mode it is the widest, whatever it was.
    switch(client, name, "ENABLE")
    assert mode(client, name) == WIDE
    # The mode of a request that disables counts for nothing.
    disabled = switch(client, name, "DISABLE", ContributorInsightsMode=NARROW)
    assert disabled["ContributorInsightsStatus"] == "DISABLING"
    assert disabled["ContributorInsightsMode"] == WIDE


def test_an_index_has_its_own(client: Any, table: Any) -> None:
    name = table(**INDEXED)
    answer = switch(client, name, "ENABLE", IndexName="global")
    assert answer["IndexName"] == "global"
    described = client.describe_contributor_insights(TableName=name)
    assert described["ContributorInsightsStatus"] == "DISABLED"


@pytest.mark.ours
def test_it_goes_with_its_index(client: Any, table: Any) -> None:
    name = table(**INDEXED)
    switch(client, name, "ENABLE", IndexName="global")
    client.update_table(
        TableName=name, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "global"}}])
    assert client.list_contributor_insights(TableName=name)["ContributorInsightsSummaries"] == []


def test_disabling_what_never_was(client: Any, hash_table: str) -> None:
    answer = switch(client, hash_table, "DISABLE")
    assert answer["ContributorInsightsStatus"] == "DISABLED"


@pytest.mark.parametrize("index", ["local", "nope"])
def test_other_indexes(client: Any, table: Any, index: str) -> None:
    name = table(**INDEXED)
    refuses(client.update_contributor_insights, NOT_FOUND,
            f"Requested resource not found: Index: {index} not found for table: {name}",
            TableName=name, IndexName=index, ContributorInsightsAction="ENABLE")


def test_refuses(client: Any, hash_table: str, name: str) -> None:
    update = client.update_contributor_insights
    refuses(update, VALIDATION,
            "IndexName must be at least 3 characters long and at most 255 characters long",
            TableName=hash_table, IndexName="", ContributorInsightsAction="ENABLE")
    refuses(update, VALIDATION,
            ONE + enum_text("", "contributorInsightsAction", "ENABLE, DISABLE"),
            TableName=hash_table, ContributorInsightsAction="")
    refuses(update, VALIDATION,
            ONE + enum_text("", "contributorInsightsMode", f"{NARROW}, {WIDE}"),
            TableName=hash_table, ContributorInsightsAction="ENABLE", ContributorInsightsMode="")
    refuses(update, NOT_FOUND, f"Requested resource not found: Table: {name} not found",
            TableName=name, ContributorInsightsAction="ENABLE")
