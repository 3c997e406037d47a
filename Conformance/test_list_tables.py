"""ListTables: names in order, pages of up to 100."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import ENVELOPE, VALIDATION, refuses
from support.tables import HASH, INDEXED


def test_pages_by_name(client: Any, table: Any, run_name: str) -> None:
    made = [table(**HASH) for _ in range(5)] + [table(**INDEXED)]
    found: list[str] = []
    start: dict[str, str] = {}
    while True:
        page = client.list_tables(Limit=2, **start)
        assert len(page["TableNames"]) <= 2
        found += page["TableNames"]
        if "LastEvaluatedTableName" not in page:
            break
        assert page["LastEvaluatedTableName"] == page["TableNames"][-1]
        start = {"ExclusiveStartTableName": page["LastEvaluatedTableName"]}
    assert set(made) <= set(found)
    assert len(found) == len(set(found))
    ours = [each for each in found if each.startswith(run_name)]
    assert ours == sorted(ours)


def test_names_only_tables(client: Any, table: Any) -> None:
    """Whatever stores an index is never listed."""
    before = client.list_tables()["TableNames"]
    if len(before) > 90:
        pytest.skip("an account with more than one page of tables")
    made = table(**INDEXED)
    assert set(client.list_tables()["TableNames"]) - set(before) == {made}


def test_the_start_is_exclusive_and_need_not_exist(client: Any, table: Any) -> None:
    made = sorted([table(**HASH), table(**HASH)])
    page = client.list_tables(ExclusiveStartTableName=made[0])["TableNames"]
    assert made[0] not in page and made[1] in page
    before = made[0][:-1] + "-"  # sorts before every digit
    assert made[0] in client.list_tables(ExclusiveStartTableName=before)["TableNames"]


def test_a_limit_reached_exactly_may_continue(client: Any, table: Any) -> None:
    table(**HASH)
    page = client.list_tables(Limit=1)
    assert len(page["TableNames"]) == 1
    total = len(client.list_tables()["TableNames"])
    assert ("LastEvaluatedTableName" in page) == (total > 1)


@pytest.mark.parametrize(
    "limit, rule", [(0, "greater than or equal to 1"), (-1, "greater than or equal to 1"),
                    (101, "less than or equal to 100")]
)
def test_refuses_limits(client: Any, limit: int, rule: str) -> None:
    text = ENVELOPE + (
        f"Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value {rule}"
    )
    refuses(client.list_tables, VALIDATION, text, Limit=limit)


def test_refuses_a_start_that_is_no_name(client: Any) -> None:
    refuses(client.list_tables, VALIDATION, None, ExclusiveStartTableName="a")
    refuses(client.list_tables, VALIDATION, None, ExclusiveStartTableName="a b c")
