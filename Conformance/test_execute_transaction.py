"""ExecuteTransaction: statements together, all or none."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from support.check import (
    CANCELLED,
    CONDITION_FAILED,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    refuses,
)
from support.partiql import DUPLICATE_TEXT, MALFORMED, member
from support.reading import read
from support.tables import SHARED, n, s

FIRST = "Validation failed in TransactStatements[0]: "


@pytest.fixture
def new_table(table: Any) -> Callable[[str], str]:
    """`new_table("range")` is a table of that schema, of this test alone."""
    return lambda schema: table(**SHARED[schema])


def transact(client: Any, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = client.execute_transaction(TransactStatements=list(statements), **more)
    answer.pop("ResponseMetadata")
    return answer


def cancelled(client: Any, *statements: dict[str, Any]) -> list[dict[str, Any]]:
    """Asserts the cancellation; returns the reasons."""
    answer = refuses(
        client.execute_transaction, CANCELLED, None, TransactStatements=list(statements))
    reasons: list[dict[str, Any]] = answer["CancellationReasons"]
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert answer["Error"]["Message"] == (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    return reasons


def test_writes_together(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    for key in "abc":
        client.put_item(TableName=table, Item={"pk": s(key), "v": n(1)})
    assert transact(
        client,
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'new', 'v': ?}}", n(2)),
        member(f"UPDATE \"{table}\" SET v = v + 1 WHERE pk = 'a' AND v = 1"),
        member(f"DELETE FROM \"{table}\" WHERE pk = 'b'"),
        member(f"EXISTS(SELECT * FROM \"{table}\" WHERE pk = 'c' AND v = 1)"),
        ReturnConsumedCapacity="TOTAL",
    ) == {
        "Responses": [],
        "ConsumedCapacity": [
            {"TableName": table, "CapacityUnits": 8.0, "WriteCapacityUnits": 8.0}
        ],
    }
    found = {key: read(client, table, {"pk": s(key)}) for key in ("new", "a", "b")}
    assert found == {
        "new": {"pk": s("new"), "v": n(2)}, "a": {"pk": s("a"), "v": n(2)}, "b": None
    }


def test_reasons(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    client.put_item(TableName=table, Item={"pk": s("a"), "v": n(1)})
    assert cancelled(
        client,
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'new'}}"),
        member(f"INSERT INTO \"{table}\" VALUE {{'pk': 'a'}}"),
        member(f"UPDATE \"{table}\" SET v = 2 WHERE pk = 'none'"),
        member(f"EXISTS(SELECT * FROM \"{table}\" WHERE pk = 'x' AND v IS MISSING)"),
    ) == [
        {"Code": "None"},
        {"Code": "DuplicateItem", "Message": DUPLICATE_TEXT},
        {"Code": "ConditionalCheckFailed", "Message": CONDITION_FAILED},
        {"Code": "ConditionalCheckFailed", "Message": CONDITION_FAILED},
    ]
    assert read(client, table, {"pk": s("new")}) is None
    assert cancelled(
        client,
        member(
            f"DELETE FROM \"{table}\" WHERE pk = 'a' AND v > 1",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        ),
    ) == [
        {
            "Code": "ConditionalCheckFailed", "Message": CONDITION_FAILED,
            "Item": {"pk": s("a"), "v": n(1)},
        }
    ]
    assert cancelled(client, member(f'DELETE FROM "{table}" WHERE v = 1')) == [
        {"Code": "ValidationError", "Message": WRONG_KEY}
    ]
    # What must hold of a missing item holds of none.
    assert transact(client, member(f"DELETE FROM \"{table}\" WHERE pk = 'x' AND v = 1")) == {
        "Responses": []
    }


def test_reads(client: Any, new_table: Any) -> None:
    table = new_table("numberrange")
    client.put_item(TableName=table, Item={"pk": s("a"), "sk": n(1), "v": s("x")})
    assert transact(
        client,
        member(f"SELECT v FROM \"{table}\" WHERE pk = 'a' AND sk = ?", n(1)),
        member(f"SELECT * FROM \"{table}\" WHERE pk = 'a' AND sk = 2"),
        ReturnConsumedCapacity="TOTAL",
    ) == {
        "Responses": [{"Item": {"v": s("x")}}, {}],
        "ConsumedCapacity": [
            {"TableName": table, "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}
        ],
    }
    text = "Select statements within ExecuteTransaction must specify the primary key in the where clause."
    for where in ["pk = 'a'", "pk = 'a' AND sk = 1 AND v = 'x'", "pk = 'a' AND sk > 0"]:
        refuses(
            client.execute_transaction, VALIDATION, FIRST + text,
            TransactStatements=[member(f'SELECT * FROM "{table}" WHERE {where}')],
        )


def test_token(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    client.put_item(TableName=table, Item={"pk": s("a"), "v": n(1)})
    token = str(uuid.uuid4())
    update = member(f"UPDATE \"{table}\" SET v = v + ? WHERE pk = 'a'", n(1))
    for _ in range(3):
        assert transact(client, update, ClientRequestToken=token) == {"Responses": []}
    assert read(client, table, {"pk": s("a")}) == {"pk": s("a"), "v": n(2)}
    refuses(
        client.execute_transaction, "IdempotentParameterMismatchException", None,
        TransactStatements=[{**update, "Parameters": [n(2)]}], ClientRequestToken=token,
    )


def test_what_refuses_the_whole_transaction(client: Any, new_table: Any) -> None:
    table = new_table("indexed")
    where = "WHERE pk = 'a' AND sk = 'b'"
    cases = [
        (f'SELECT * FROM "{table}" WHERE', FIRST + MALFORMED + "Unexpected term"),
        (
            f'UPDATE "{table}" SET v = 1 {where} RETURNING ALL NEW *',
            FIRST + "RETURNING clause is not supported in ExecuteTransaction.",
        ),
        (
            f'SELECT * FROM "{table}"."gsi_all" {where}',
            FIRST + "Reads on indices are not supported within transactions.",
        ),
        (
            f'EXISTS(SELECT * FROM "{table}" {where})',
            FIRST + "EXISTS() must contain a single item read with additional condition",
        ),
    ]
    for statement, text in cases:
        refuses(
            client.execute_transaction, VALIDATION, text,
            TransactStatements=[member(statement)],
        )
    call = client.execute_transaction
    select, delete = f'SELECT * FROM "{table}" {where}', f'DELETE FROM "{table}" {where}'
    refuses(
        call, VALIDATION,
        "ExecuteTransaction API does not support both read and write operations in the same "
        "request.",
        TransactStatements=[member(select), member(delete)],
    )
    refuses(
        call, VALIDATION, "Transaction request cannot include multiple operations on one item",
        TransactStatements=[member(delete), member(delete)],
    )
    refuses(
        call, NOT_FOUND, MISSING_TABLE,
        TransactStatements=[member("DELETE FROM \"mc-none\" WHERE pk = 'a'")],
    )
    refuses(
        call, VALIDATION,
        Part("at 'transactStatements' failed to satisfy constraint: Member must have length less "
             "than or equal to 100"),
        TransactStatements=[member(delete)] * 101,
    )
