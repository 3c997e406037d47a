"""BatchExecuteStatement: statements side by side, each with its own answer or error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.check import CONDITION_FAILED, MISSING_TABLE, VALIDATION, WRONG_KEY, Part, refuses
from support.partiql import DUPLICATE_TEXT, MISSING_KEY, NO_CHANGE, member
from support.reading import read
from support.tables import SHARED, n, s

KEY_ONLY = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where "
    "clause."
)


@pytest.fixture
def new_table(table: Any) -> Callable[[str], str]:
    """`new_table("range")` is a table of that schema, of this test alone."""
    return lambda schema: table(**SHARED[schema])


def batch(client: Any, *statements: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return client.batch_execute_statement(Statements=list(statements), **more)["Responses"]


def error(code: str, message: str) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}}


def test_reads(client: Any, new_table: Any) -> None:
    table = new_table("numberrange")
    other = new_table("hash")
    client.put_item(TableName=table, Item={"pk": s("a"), "sk": n(1), "v": s("x"), "w": n(2)})
    client.put_item(TableName=other, Item={"pk": s("b")})
    assert batch(
        client,
        member(f"SELECT * FROM \"{table}\" WHERE pk = 'a' AND sk = 1"),
        member(f"SELECT w FROM \"{table}\" WHERE sk IN [2] AND pk = ?", s("a")),
        member(f"SELECT * FROM \"{other}\" WHERE pk = 'b'"),
        member(f"SELECT * FROM \"{table}\" WHERE pk = 'a'"),
        member(f"SELECT * FROM \"{other}\" WHERE pk = 'c' AND v = 1"),
        member(f"SELECT * FROM \"{other}\" WHERE pk = 1"),
        member("SELECT * FROM \"mc-none\" WHERE pk = 'a'"),
        member("SLECT * FROM t"),
    ) == [
        {"TableName": table, "Item": {"pk": s("a"), "sk": n(1), "v": s("x"), "w": n(2)}},
        {"TableName": table},
        {"TableName": other, "Item": {"pk": s("b")}},
        error("ValidationError", KEY_ONLY),
        error("ValidationError", KEY_ONLY),
        error("ValidationError", WRONG_KEY),
        error("ResourceNotFound", MISSING_TABLE),
        error("ValidationError", NO_CHANGE),
    ]


def test_writes(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    for key in "abc":
        client.put_item(TableName=table, Item={"pk": s(key), "v": n(1)})
    found = batch(
        client,
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'new', 'v': ?}}", n(7)),
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'a'}}"),
        member(f"UPDATE \"{table}\" SET v = v + 1 WHERE pk = 'b' RETURNING MODIFIED NEW *"),
        member(
            f"UPDATE \"{table}\" SET v = 9 WHERE pk = 'c' AND v > 5",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ),
        member(f"DELETE FROM \"{table}\" WHERE v = 1"),
        member(f"DELETE FROM \"{table}\" WHERE pk = 'none' RETURNING ALL OLD *"),
        member(f"EXISTS(SELECT * FROM \"{table}\" WHERE pk = 'x' AND v = 1)"),
        member(f"UPDATE \"{table}\" SET v = ? WHERE pk = 'd'"),
    )
    assert found == [
        {"TableName": table},
        {**error("DuplicateItem", DUPLICATE_TEXT), "TableName": table},
        {"TableName": table, "Item": {"v": n(2)}},
        {
            "Error": {
                "Code": "ConditionalCheckFailed", "Message": CONDITION_FAILED,
                "Item": {"pk": s("c"), "v": n(1)},
            },
            "TableName": table,
        },
        error("ValidationError", MISSING_KEY),
        {"TableName": table},
        error(
            "ValidationError", "EXISTS can only be used in ExecuteTransaction write requests."),
        error(
            "ValidationError", "Number of parameters in request and statement don't match."),
    ]
    assert read(client, table, {"pk": s("new")}) == {"pk": s("new"), "v": n(7)}
    assert read(client, table, {"pk": s("c")}) == {"pk": s("c"), "v": n(1)}


def test_capacity(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    other = new_table("hash")
    client.put_item(TableName=table, Item={"pk": s("big"), "v": s("x" * 3000)})
    client.put_item(TableName=other, Item={"pk": s("a")})

    def capacity(*statements: dict[str, Any]) -> list[dict[str, Any]]:
        answer = client.batch_execute_statement(
            Statements=list(statements), ReturnConsumedCapacity="INDEXES")
        return answer.get("ConsumedCapacity", [])

    # A failed write counts in the total alone, and not where nothing else was written.
    assert capacity(
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'a'}}"),
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'b'}}"),
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'big'}}"),
        member(f"INSERT INTO \"{other}\" VALUE {{'pk': 'a'}}"),
    ) == [{"TableName": table, "CapacityUnits": 5.0, "Table": {"CapacityUnits": 2.0}}]
    assert capacity(
        member(f"SELECT * FROM \"{table}\" WHERE pk = 'a'"),
        member(f"SELECT * FROM \"{table}\" WHERE pk = 'big'", ConsistentRead=True),
    ) == [{"TableName": table, "CapacityUnits": 1.5, "Table": {"CapacityUnits": 1.5}}]


def test_what_refuses_the_whole_batch(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    select = f"SELECT * FROM \"{table}\" WHERE pk = 'a'"
    delete = f"DELETE FROM \"{table}\" WHERE pk = 'a'"
    call = client.batch_execute_statement
    refuses(
        call, VALIDATION, "Read and write requests together in the same batch is not supported.",
        Statements=[member(select), member("nonsense"), member(delete)],
    )
    for statement in (select, delete):
        refuses(
            call, VALIDATION, "Provided list of item keys contains duplicates",
            Statements=[member(statement), member(statement + " ")],
        )
    refuses(
        call, VALIDATION,
        Part("at 'statements' failed to satisfy constraint: Member must have length greater"),
        Statements=[],
    )
    refuses(
        call, VALIDATION,
        Part("at 'statements' failed to satisfy constraint: Member must have length less than or "
             "equal to 25"),
        Statements=[member(select)] * 26,
    )
    refuses(
        call, VALIDATION, Part("Value null at 'statements.2.member.statement'"),
        Statements=[member(select), {}],
    )
