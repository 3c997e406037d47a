"""ExecuteStatement: what statements read and write, how they page, and what they are refused with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.check import (
    CONDITION,
    CONDITION_FAILED,
    INVALID,
    MISSING_TABLE,
    NOT_FOUND,
    VALIDATION,
    Part,
    refuses,
)
from support.partiql import (
    DUPLICATE,
    DUPLICATE_TEXT,
    LEFTOVER,
    MALFORMED,
    MISSING_KEY,
    NO_CHANGE,
    pages,
    rows,
    run,
)
from support.reading import read
from support.tables import NULL, SHARED, TRUE, lst, m, n, s


@pytest.fixture
def new_table(table: Any) -> Callable[[str], str]:
    """`new_table("range")` is a table of that schema, of this test alone."""
    return lambda schema: table(**SHARED[schema])


@pytest.fixture
def filled(client: Any, new_table: Any) -> str:
    """Three partitions of five rows each, sort keys 1 to 5, and an attribute that alternates."""
    table = new_table("numberrange")
    for pk in "abc":
        for sk in range(1, 6):
            client.put_item(
                TableName=table,
                Item={"pk": s(pk), "sk": n(sk), "odd": {"BOOL": sk % 2 == 1}, "v": s(f"{pk}{sk}")},
            )
    return table


def names(found: list[dict[str, Any]]) -> list[str]:
    return [row["v"]["S"] for row in found]


# Reading


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("pk = 'a'", "a1 a2 a3 a4 a5"),
        ("pk = 'a' AND sk = 3", "a3"),
        ("3 = sk AND 'a' = pk", "a3"),
        ("pk = 'a' AND sk > 3", "a4 a5"),
        ("pk = 'a' AND sk >= 2 AND sk < 4", "a2 a3"),
        ("pk = 'a' AND sk BETWEEN 2 AND 3", "a2 a3"),
        ("pk = 'a' AND sk IN [4, 2]", "a2 a4"),
        ("pk = 'a' AND (sk = 1 OR sk > 4)", "a1 a5"),
        ("pk = 'a' AND odd = true", "a1 a3 a5"),
        ("pk = 'a' AND sk <> 2 AND NOT odd", None),
        ("pk = 'a' AND NOT sk = 2", "a1 a3 a4 a5"),
        ("pk = 'a' AND sk <> 2", "a1 a3 a4 a5"),
        ("pk = 'a' AND contains(v, '4')", "a4"),
        ("pk = 'a' AND begins_with(v, 'b')", ""),
        ("pk = 'a' AND v IN ('a2', 'a4', 'x')", "a2 a4"),
        ("pk = 'a' AND size(v) = 2 AND attribute_type(odd, 'BOOL')", "a1 a2 a3 a4 a5"),
        ("pk = 'a' AND none IS MISSING", "a1 a2 a3 a4 a5"),
        ("pk = 'a' AND odd IS NOT MISSING AND v IS STRING", "a1 a2 a3 a4 a5"),
        ("pk = 'a' AND attribute_exists(none) = false", "a1 a2 a3 a4 a5"),
        ("pk = 'a' AND pk = 'b'", ""),
        ("pk = 'none'", ""),
    ],
)
def test_select_one_partition(
    client: Any, filled: str, where: str, expected: str | None
) -> None:
    statement = f'SELECT * FROM "{filled}" WHERE {where}'
    if expected is None:
        refuses(client.execute_statement, VALIDATION, None, Statement=statement)
        return
    assert names(rows(client, statement)) == expected.split()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("pk IN ['a', 'c'] AND sk = 1", "a1 c1"),
        ("pk = 'a' OR pk = 'b' AND sk < 3", "a1 a2 a3 a4 a5 b1 b2"),
        ("(pk = 'a' OR pk = 'b') AND odd = false", "a2 a4 b2 b4"),
        ("sk = 2", "a2 b2 c2"),
        ("pk = 'a' OR sk = 2", "a1 a2 a3 a4 a5 b2 c2"),
        ("v > 'b4'", "b5 c1 c2 c3 c4 c5"),
        ("pk > 'b' AND odd = true", "c1 c3 c5"),
    ],
)
def test_select_several_partitions(
    client: Any, filled: str, where: str, expected: str
) -> None:
    found = pages(client, f'SELECT * FROM "{filled}" WHERE {where}')
    assert sorted(names([row for page in found for row in page])) == expected.split()


@pytest.mark.parametrize(
    ("where", "order", "expected"),
    [
        ("pk = 'b'", "sk", "b1 b2 b3 b4 b5"),
        ("pk = 'b'", "sk DESC", "b5 b4 b3 b2 b1"),
        ("pk = 'b' AND sk IN [1, 4, 2]", "sk DESC", "b4 b2 b1"),
        ("pk IN ['b', 'a'] AND sk < 3", "pk, sk", "a1 a2 b1 b2"),
        ("pk IN ['b', 'a'] AND sk < 3", "pk DESC, sk ASC", "b1 b2 a1 a2"),
        # The sort key descends where only the partition key is named.
        ("pk IN ['b', 'a'] AND sk < 3", "pk", "a2 a1 b2 b1"),
    ],
)
def test_order(client: Any, filled: str, where: str, order: str, expected: str) -> None:
    statement = f'SELECT * FROM "{filled}" WHERE {where} ORDER BY {order}'
    assert names(rows(client, statement)) == expected.split()


@pytest.mark.parametrize(
    ("rest", "text"),
    [
        ("ORDER BY sk", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "WHERE sk = 1 ORDER BY sk",
            "Must have at least one non-optional hash key condition in WHERE clause when using "
            "ORDER BY clause.",
        ),
        (
            "WHERE pk = 'a' ORDER BY v",
            "Attribute v in ORDER BY clause must be part of the primary key",
        ),
        (
            "WHERE pk IN ['a', 'b'] ORDER BY sk",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified "
            "in WHERE clause.",
        ),
    ],
)
def test_order_is_of_keys(client: Any, filled: str, rest: str, text: str) -> None:
    refuses(
        client.execute_statement, VALIDATION, text, Statement=f'SELECT * FROM "{filled}" {rest}'
    )


def test_projection(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    client.put_item(
        TableName=table,
        Item={"pk": s("a"), "d": m(e=m(f=lst(n(1), s("x")))), "a.b": n(2), "g": NULL},
    )
    statement = f'SELECT pk, d.e, d.e.f[1], "a.b", none, d.x.y FROM "{table}" WHERE pk = ?'
    assert rows(client, statement, s("a")) == [
        {"pk": s("a"), "e": m(f=lst(n(1), s("x"))), "f[1]": s("x"), "a.b": n(2)}
    ]
    assert rows(client, f'SELECT none FROM "{table}"') == [{}]
    assert rows(client, f'SELECT pk FROM "{table}" WHERE g IS NULL') == [{"pk": s("a")}]
    refuses(
        client.execute_statement, VALIDATION, "Duplicate identifiers in select clause: e",
        Statement=f'SELECT d.e, x.e FROM "{table}"',
    )
    refuses(
        client.execute_statement, VALIDATION, "Unexpected path component at 1:8:5",
        Statement=f'SELECT COUNT(*) FROM "{table}"',
    )


def test_paging(client: Any, filled: str) -> None:
    statement = f'SELECT * FROM "{filled}" WHERE pk = \'a\''
    found = pages(client, statement, Limit=2)
    assert [names(page) for page in found] == [["a1", "a2"], ["a3", "a4"], ["a5"]]
    found = pages(client, statement + " ORDER BY sk DESC", Limit=3)
    assert [names(page) for page in found] == [["a5", "a4", "a3"], ["a2", "a1"]]
    # The limit counts what is read, not what is found.
    found = pages(client, statement + " AND odd = false", Limit=2)
    assert [names(page) for page in found] == [["a2"], ["a4"], []]
    found = pages(client, f'SELECT * FROM "{filled}"', Limit=4)
    assert len([row for page in found for row in page]) == 15
    assert max(map(len, found)) == 4


def test_paging_over_several_partitions(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    keys = [f"k{i:02}" for i in range(25)]
    for key in keys:
        client.put_item(TableName=table, Item={"pk": s(key)})
    listed = ", ".join(f"'{key}'" for key in keys)
    found = pages(client, f'SELECT * FROM "{table}" WHERE pk IN [{listed}]')
    assert [len(page) for page in found] == [10, 10, 5]
    assert sorted(row["pk"]["S"] for page in found for row in page) == keys
    found = pages(client, f'SELECT * FROM "{table}" WHERE pk IN [{listed}]', Limit=7)
    assert [len(page) for page in found] == [7, 7, 7, 4]
    many = ", ".join(f"'x{i}'" for i in range(51))
    refuses(
        client.execute_statement, VALIDATION,
        "Too many decomposed read operations for a given query.",
        Statement=f'SELECT * FROM "{table}" WHERE pk IN [{many}]',
    )


def test_next_token_is_of_its_statement(client: Any, filled: str) -> None:
    statement = f'SELECT * FROM "{filled}" WHERE pk = ?'
    token = run(client, statement, s("a"), Limit=1)["NextToken"]
    assert names(rows(client, statement, s("a"), Limit=2, NextToken=token)) == ["a2", "a3"]
    mismatch = "NextToken does not match request"
    for other, parameter in [(statement, s("b")), (statement + " ", s("a"))]:
        refuses(
            client.execute_statement, VALIDATION, mismatch, Statement=other,
            Parameters=[parameter], NextToken=token,
        )
    for spoiled in ["x", "AAAA", token[:-8]]:
        refuses(
            client.execute_statement, VALIDATION, Part("NextToken"), Statement=statement,
            Parameters=[s("a")], NextToken=spoiled,
        )


def test_overlapping_conditions(client: Any, filled: str) -> None:
    text = "Overlapping conditions with range keys are not supported in where clause"
    for where in ["pk = 'a' AND (sk < 3 OR sk < 4)", "pk IN ['a', 'a']"]:
        refuses(
            client.execute_statement, VALIDATION, text,
            Statement=f'SELECT * FROM "{filled}" WHERE {where}',
        )


def test_key_types(client: Any, filled: str) -> None:
    cases = [
        ("pk = 1", "Key attribute's data type should match its data type in table's schema: Key pk"),
        (
            "pk = 'a' AND sk > 'x'",
            "Key attribute's data type should match its data type in table's schema: Key sk",
        ),
        ("pk = true", "Key value must be of type S, N, or B. Key name: pk, Key type: BOOL"),
    ]
    for where, text in cases:
        refuses(
            client.execute_statement, VALIDATION, text,
            Statement=f'SELECT * FROM "{filled}" WHERE {where}',
        )


# Indexes


@pytest.fixture
def indexed(client: Any, new_table: Any) -> str:
    table = new_table("indexed")
    for i in range(4):
        client.put_item(
            TableName=table,
            Item={
                "pk": s("a"), "sk": s(f"s{i}"), "l1": s(f"l{3 - i}"), "l2": n(i), "g1": s("g"),
                "g2": n(-i), "g3": s("h"), "a": n(i), "z": n(i * 10),
            },
        )
    return table


def test_select_from_indexes(client: Any, indexed: str) -> None:
    def order(index: str, where: str, columns: str = "*") -> list[str]:
        statement = f'SELECT {columns} FROM "{indexed}"."{index}" WHERE {where}'
        return [row["sk"]["S"] for row in rows(client, statement)]

    assert order("lsi_all", "pk = 'a'") == ["s3", "s2", "s1", "s0"]
    assert order("lsi_all", "pk = 'a' AND l1 > 'l1'") == ["s1", "s0"]
    assert order("gsi_keys", "g1 = 'g' AND g2 < -1") == ["s3", "s2"]
    assert order("gsi_some", "g3 = 'h' AND a = 2", "sk, a") == ["s2"]
    # An index read shows what is in the index; a local one fetches what is asked for by name.
    assert set(rows(client, f'SELECT * FROM "{indexed}"."lsi_keys" WHERE pk = \'a\'')[0]) == {
        "pk", "sk", "l2"
    }
    found = rows(client, f'SELECT z FROM "{indexed}"."lsi_keys" WHERE pk = \'a\' AND l2 = 3')
    assert found == [{"z": n(30)}]
    assert len(rows(client, f'SELECT * FROM "{indexed}"."gsi_all"')) == 4
    # Without the index's key, what is not in the index is missing from it.
    assert rows(client, f'SELECT * FROM "{indexed}"."gsi_keys" WHERE z = 10') == []


def test_what_indexes_refuse(client: Any, indexed: str) -> None:
    cases: list[tuple[str, str, dict[str, Any]]] = [
        ('SELECT * FROM "{}"."none"', "The table does not have the specified index", {}),
        (
            'SELECT * FROM "{}"."gsi_all"',
            "Strongly consistent read is not supported on Global Secondary Indexes",
            {"ConsistentRead": True},
        ),
        (
            'SELECT a, z FROM "{}"."gsi_some"',
            INVALID + "Global secondary index gsi_some does not project [z]", {},
        ),
        (
            "SELECT * FROM \"{}\".\"gsi_some\" WHERE g3 = 'h' AND z = 1",
            INVALID + "Secondary index gsi_some does not project one or more filter attributes: [z]",
            {},
        ),
        (
            "UPDATE \"{}\".\"gsi_all\" SET a = 1 WHERE pk = 'a'",
            "This operation is not supported on an index", {},
        ),
        (
            "INSERT INTO \"{}\".\"gsi_all\" VALUE {{'pk': 'a'}}",
            "FROM clause may only contain a single table name", {},
        ),
    ]
    for statement, text, more in cases:
        refuses(
            client.execute_statement, VALIDATION, text, Statement=statement.format(indexed), **more
        )


def test_page_ends_at_a_megabyte(client: Any, new_table: Any) -> None:
    table = new_table("numberrange")
    for i in range(12):
        client.put_item(
            TableName=table, Item={"pk": s("a"), "sk": n(i), "fill": s("x" * 100_000)})
    found = pages(client, f'SELECT sk FROM "{table}" WHERE pk = \'a\'')
    assert [len(page) for page in found] == [11, 1]


# Writing


def test_insert(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    statement = (
        f"INSERT INTO \"{table}\" VALUE {{'pk': ?, 'text': 'it''s', 'n': -1.50e1, 'yes': true, "
        "'no': FALSE, 'nil': null, 'l': [1, ['x']], 'm': {'k': {}}, 'ss': <<'b', 'a'>>, "
        "'ns': <<1, 2.0>>, 'bin': ?}"
    )
    assert rows(client, statement, s("a"), {"B": b"\x00\x01"}) == []
    assert read(client, table, {"pk": s("a")}) == {
        "pk": s("a"), "text": s("it's"), "n": n(-15), "yes": TRUE, "no": {"BOOL": False},
        "nil": NULL, "l": lst(n(1), lst(s("x"))), "m": m(k=m()), "ss": {"SS": ["a", "b"]},
        "ns": {"NS": ["1", "2"]}, "bin": {"B": b"\x00\x01"},
    }
    refuses(
        client.execute_statement, DUPLICATE, DUPLICATE_TEXT,
        Statement=f"INSERT INTO \"{table}\" VALUE {{'pk': 'a'}}",
    )
    refuses(
        client.execute_statement, VALIDATION, INVALID + "Missing the key pk in the item",
        Statement=f"INSERT INTO \"{table}\" VALUE {{'x': 'a'}}",
    )


@pytest.mark.parametrize(
    ("clauses", "expected"),
    [
        ("SET a = 5", {"a": n(5)}),
        ("SET a = a + 1 SET b = 10 - a", {"a": n(2), "b": n(9)}),
        ("SET x = 'new', d.e = [1]", {"x": s("new"), "d": m(e=lst(n(1)))}),
        ("SET l = list_append(l, [2, 3])", {"l": lst(n(1), n(2), n(3))}),
        ("SET l = list_append([0], l)", {"l": lst(n(0), n(1))}),
        ("SET l[5] = 'end'", {"l": lst(n(1), s("end"))}),
        ("SET ss = set_add(ss, <<'z', 'a'>>)", {"ss": {"SS": ["a", "b", "z"]}}),
        ("SET ss = SET_DELETE(ss, <<'a'>>)", {"ss": {"SS": ["b"]}}),
        ("SET ns = set_add(ns, <<1>>)", {"ns": {"NS": ["1"]}}),
        ("SET c = a REMOVE a", {"c": n(1), "a": None}),
        ("REMOVE l[0] REMOVE d.e", {"l": lst(), "d": m()}),
    ],
)
def test_update(
    client: Any, new_table: Any, clauses: str, expected: dict[str, Any]
) -> None:
    table = new_table("hash")
    item = {"pk": s("k"), "a": n(1), "d": m(e=n(1)), "l": lst(n(1)), "ss": {"SS": ["a", "b"]}}
    client.put_item(TableName=table, Item=item)
    assert rows(client, f"UPDATE \"{table}\" {clauses} WHERE pk = 'k'") == []
    wanted = {name: value for name, value in {**item, **expected}.items() if value is not None}
    assert read(client, table, {"pk": s("k")}) == wanted


def test_returning(client: Any, new_table: Any) -> None:
    table = new_table("hash")
    client.put_item(TableName=table, Item={"pk": s("k"), "a": n(1), "d": m(e=n(1), f=n(2))})
    update = f"UPDATE \"{table}\" SET a = a + 1, d.e = 5 WHERE pk = 'k' RETURNING "
    assert rows(client, update + "ALL OLD *") == [
        {"pk": s("k"), "a": n(1), "d": m(e=n(1), f=n(2))}
    ]
    assert rows(client, update + "MODIFIED OLD *") == [{"a": n(2), "d": m(e=n(5))}]
    assert rows(client, update + "MODIFIED NEW *") == [{"a": n(4), "d": m(e=n(5))}]
    assert rows(client, update + "ALL NEW *") == [
        {"pk": s("k"), "a": n(5), "d": m(e=n(5), f=n(2))}
    ]
    gone = f"UPDATE \"{table}\" REMOVE a WHERE pk = 'k' RETURNING MODIFIED NEW *"
    assert rows(client, gone) == []
    delete = f"DELETE FROM \"{table}\" WHERE pk = 'k' RETURNING ALL OLD *"
    assert rows(client, delete) == [{"pk": s("k"), "d": m(e=n(5), f=n(2))}]
    assert rows(client, delete) == []
    refuses(
        client.execute_statement, VALIDATION,
        "Invalid returning clause: RETURNING ALL NEW *. Only RETURNING ALL OLD * is allowed in "
        "DELETE statements.",
        Statement=f"DELETE FROM \"{table}\" WHERE pk = 'k' RETURNING ALL NEW *",
    )


def test_conditions_of_writes(client: Any, new_table: Any) -> None:
    table = new_table("numberrange")
    key = {"pk": s("k"), "sk": n(1)}
    item = {**key, "a": n(1)}
    client.put_item(TableName=table, Item=item)
    where = f"WHERE pk = 'k' AND sk = 1 AND a "
    for statement in [
        f'UPDATE "{table}" SET a = 9 {where} > 1', f'DELETE FROM "{table}" {where} <> 1',
        f"UPDATE \"{table}\" SET a = 9 WHERE pk = 'k' AND sk = 2",
    ]:
        answer = refuses(
            client.execute_statement, CONDITION, CONDITION_FAILED, Statement=statement,
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
        assert answer.get("Item") == (None if "sk = 2" in statement else item)
    assert read(client, table, key) == item
    # A DELETE of what is not there has nothing to test.
    assert rows(client, f"DELETE FROM \"{table}\" WHERE pk = 'x' AND sk = 1 AND a = 5") == []
    assert rows(client, f'UPDATE "{table}" SET a = 2 {where} IN [1, 5]') == []
    assert rows(client, f'DELETE FROM "{table}" {where} = 2') == []
    assert read(client, table, key) is None
    for condition in ["pk = 'k'", "sk = 1", "pk = 'k' AND sk > 1", "pk = 'k' OR sk = 1"]:
        refuses(
            client.execute_statement, VALIDATION, MISSING_KEY,
            Statement=f'DELETE FROM "{table}" WHERE {condition}',
        )
    refuses(
        client.execute_statement, VALIDATION,
        "Multiple conditions on same key sk. Only single item Update/Insert/Delete are supported",
        Statement=f"DELETE FROM \"{table}\" WHERE pk = 'k' AND sk = 1 AND sk = 2",
    )
    refuses(
        client.execute_statement, VALIDATION,
        INVALID + "Cannot update attribute sk. This attribute is part of the key",
        Statement=f"UPDATE \"{table}\" SET sk = 2 WHERE pk = 'k' AND sk = 1",
    )


def test_writes_reach_the_indexes(client: Any, new_table: Any) -> None:
    table = new_table("indexed")

    def shown() -> list[str]:
        found = rows(client, f"SELECT * FROM \"{table}\".\"gsi_all\" WHERE g1 = 'x'")
        return [row["sk"]["S"] for row in found]

    run(client, f"INSERT INTO \"{table}\" VALUE {{'pk': 'a', 'sk': 'b', 'g1': 'x'}}")
    assert shown() == ["b"]
    run(client, f"UPDATE \"{table}\" SET g1 = 'y' WHERE pk = 'a' AND sk = 'b'")
    assert shown() == []
    run(client, f"UPDATE \"{table}\" SET g1 = 'x' WHERE pk = 'a' AND sk = 'b'")
    run(client, f"DELETE FROM \"{table}\" WHERE pk = 'a' AND sk = 'b'")
    assert shown() == []


# Capacity


def test_capacity(client: Any, new_table: Any) -> None:
    table = new_table("indexed")

    def units(statement: str, **more: Any) -> dict[str, Any]:
        answer = run(client, statement, ReturnConsumedCapacity="INDEXES", **more)
        capacity = answer["ConsumedCapacity"]
        assert capacity.pop("TableName") == table
        return capacity

    insert = f"INSERT INTO \"{table}\" VALUE {{'pk': 'a', 'sk': 'b', 'g1': 'x', 'l1': 'y'}}"
    assert units(insert) == {
        "CapacityUnits": 3.0, "Table": {"CapacityUnits": 1.0},
        "LocalSecondaryIndexes": {"lsi_all": {"CapacityUnits": 1.0}},
        "GlobalSecondaryIndexes": {"gsi_all": {"CapacityUnits": 1.0}},
    }
    select = f"SELECT * FROM \"{table}\" WHERE pk = 'a' AND sk = 'b'"
    assert units(select) == {"CapacityUnits": 0.5, "Table": {"CapacityUnits": 0.5}}
    assert units(select, ConsistentRead=True)["CapacityUnits"] == 1.0
    assert units(f"SELECT * FROM \"{table}\".\"gsi_all\" WHERE g1 = 'x'") == {
        "CapacityUnits": 0.5, "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"gsi_all": {"CapacityUnits": 0.5}},
    }
    assert "ConsumedCapacity" not in run(client, select)


# Refusals


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("SLECT * FROM \"t-1\" WHERE pk = 'x'", NO_CHANGE),
        ("UPDATE t SET a = 1 WHERE pk = 'x' AND", Part(MALFORMED)),
        ("SELECT * FROM \"t-1\" WHERE pk = 'x' x", LEFTOVER),
        ("SELECT * FROM \"t-1\" WHERE", MALFORMED + "Unexpected term"),
        ("SELECT * FROM \"t-1\" WHERE ORDER BY pk", MALFORMED + "Unexpected keyword"),
        ("SELECT * FROM \"t-1\" # no", MALFORMED),
        ("SELECT * FROM \"t-1\" /* open", MALFORMED),
        ("SELECT a AS b FROM \"t-1\"", "Aliasing is not supported"),
        ("SELECT * FROM \"\"", "Path component cannot be an empty string"),
        (
            "SELECT * FROM \"t-1\" WHERE a < true",
            "Incorrect operand type for operator or function; operator or function: <, "
            "operand type: BOOL",
        ),
        ("SELECT * FROM \"t-1\" WHERE a = ?", "Number of parameters in request and statement don't match."),
        (
            "EXISTS(SELECT * FROM \"t-1\" WHERE pk = 'x' AND a = 1)",
            "EXISTS can only be used in ExecuteTransaction write requests.",
        ),
    ],
)
def test_statement_comes_before_table(client: Any, statement: str, text: str) -> None:
    refuses(client.execute_statement, VALIDATION, text, Statement=statement)


def test_missing_table(client: Any) -> None:
    for statement in [
        'SELECT * FROM "mc-none"', "INSERT INTO \"mc-none\" VALUE {'pk': 'x'}",
        "UPDATE \"mc-none\" SET a = 1 WHERE pk = 'x'", "DELETE FROM \"mc-none\" WHERE pk = 'x'",
    ]:
        refuses(client.execute_statement, NOT_FOUND, MISSING_TABLE, Statement=statement)


def test_comments_and_case(client: Any, filled: str) -> None:
    statement = (
        f"select v -- the value\nfrom \"{filled}\" /* of */ where pk = 'a' and sk = 1 ;"
    )
    assert rows(client, statement) == [{"v": s("a1")}]


def test_constraints(client: Any) -> None:
    statement = "SELECT * FROM t"
    limit = "Value '0' at 'limit' failed to satisfy constraint: "
    refuses(
        client.execute_statement, VALIDATION, Part(limit), Statement=statement, Limit=0)
    refuses(
        client.execute_statement, VALIDATION,
        Part("Member must have length less than or equal to 8192"),
        Statement=statement + " " * 8200,
    )
    refuses(
        client.execute_statement, VALIDATION,
        Part("'[]' at 'parameters' failed to satisfy constraint: Member must have length greater"),
        Statement=statement, Parameters=[],
    )
