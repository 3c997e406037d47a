"""Contributor Insights as tests switch and read it."""

from __future__ import annotations

from typing import Any

from support.tables import attributes, index, keys, on_demand

WIDE = "ACCESSED_AND_THROTTLED_KEYS"
NARROW = "THROTTLED_KEYS"
INDEXED = on_demand(
    keys("pk", "sk"),
    attributes(pk="S", sk="S", g="S", l="S"),
    LocalSecondaryIndexes=[index("local", keys("pk", "l"))],
    GlobalSecondaryIndexes=[index("global", keys("g"))],
)


def switch(client: Any, name: str, action: str, **more: Any) -> dict[str, Any]:
    """Switches and waits until that has settled."""
    answer = client.update_contributor_insights(
        TableName=name, ContributorInsightsAction=action, **more)
    if action == "ENABLE":
        place = {key: more[key] for key in ("IndexName",) if key in more}
        client.get_waiter("contributor_insights_enabled").wait(TableName=name, **place)
    return dict(answer)
