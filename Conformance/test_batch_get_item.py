"""BatchGetItem."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import (
    CAPACITY_MEMBERS,
    ENVELOPE,
    NOT_FOUND,
    VALIDATION,
    WRONG_KEY,
    Part,
    enum_text,
    refuses,
)
from support.tables import n, s


def put(client: Any, table: str, *items: dict[str, Any]) -> None:
    for item in items:
        client.put_item(TableName=table, Item=item)


def test_reads_from_several_tables(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    put(client, hash_table, {"pk": s(key), "a": n(1)}, {"pk": s(key + "2"), "a": n(2)})
    put(client, range_table, {"pk": s(key), "sk": s("x")})
    answer = client.batch_get_item(
        RequestItems={
            hash_table: {"Keys": [{"pk": s(key)}, {"pk": s(key + "2")}, {"pk": s(key + "no")}]},
            range_table: {"Keys": [{"pk": s(key), "sk": s("x")}], "ConsistentRead": True},
        }
    )
    assert answer["UnprocessedKeys"] == {}
    got = sorted(item["a"]["N"] for item in answer["Responses"][hash_table])
    assert got == ["1", "2"]
    assert answer["Responses"][range_table] == [{"pk": s(key), "sk": s("x")}]


def test_a_table_without_hits_is_listed_empty(client: Any, hash_table: str, key: str) -> None:
    answer = client.batch_get_item(RequestItems={hash_table: {"Keys": [{"pk": s(key)}]}})
    assert answer["Responses"] == {hash_table: []} and answer["UnprocessedKeys"] == {}


def test_projections(client: Any, hash_table: str, key: str) -> None:
    put(client, hash_table, {"pk": s(key), "a": n(1), "name": n(2)})
    answer = client.batch_get_item(
        RequestItems={
            hash_table: {
                "Keys": [{"pk": s(key)}], "ProjectionExpression": "#n",
                "ExpressionAttributeNames": {"#n": "name"},
            }
        }
    )
    assert answer["Responses"][hash_table] == [{"name": n(2)}]


def test_attributes_to_get(client: Any, hash_table: str, key: str) -> None:
    put(client, hash_table, {"pk": s(key), "a": n(1), "name": n(2)})
    answer = client.batch_get_item(
        RequestItems={hash_table: {"Keys": [{"pk": s(key)}], "AttributesToGet": ["a", "pk"]}}
    )
    assert answer["Responses"][hash_table] == [{"pk": s(key), "a": n(1)}]


def test_a_hundred_keys_and_no_more(client: Any, hash_table: str, key: str) -> None:
    keys = [{"pk": s(f"{key}-{number}")} for number in range(101)]
    put(client, hash_table, *keys[:100:10])
    answer = client.batch_get_item(RequestItems={hash_table: {"Keys": keys[:100]}})
    assert len(answer["Responses"][hash_table]) == 10
    refuses(
        client.batch_get_item, VALIDATION,
        Part(f"at 'RequestItems.{hash_table}.member.Keys' failed to satisfy constraint: Member "
             "must have length less than or equal to 100"),
        RequestItems={hash_table: {"Keys": keys}},
    )


def test_a_hundred_keys_over_all_tables(
    client: Any, hash_table: str, range_table: str, key: str
) -> None:
    refuses(
        client.batch_get_item, VALIDATION, Part("Too many items requested for the BatchGetItem"),
        RequestItems={
            hash_table: {"Keys": [{"pk": s(f"{key}{number}")} for number in range(60)]},
            range_table: {
                "Keys": [{"pk": s(key), "sk": s(str(number))} for number in range(41)]
            },
        },
    )


def test_stops_at_sixteen_megabytes(client: Any, range_table: str, key: str) -> None:
    keys = [{"pk": s(key), "sk": s(f"{number:02}")} for number in range(48)]
    put(client, range_table, *({**each, "b": {"B": b"\x01" * 380_000}} for each in keys))
    wanted = list(keys)
    rounds, got = 0, []
    while wanted:
        answer = client.batch_get_item(RequestItems={range_table: {"Keys": wanted}})
        read = [
            {"pk": item["pk"], "sk": item["sk"]} for item in answer["Responses"][range_table]
        ]
        assert 0 < len(read) * 380_000 <= 16 * 1024 * 1024 + 400_000
        got += read
        wanted = answer["UnprocessedKeys"].get(range_table, {}).get("Keys", [])
        assert len(wanted) + len(got) == len(keys)
        rounds += 1
    assert rounds == 2
    assert sorted(each["sk"]["S"] for each in got) == [each["sk"]["S"] for each in keys]
    for each in keys:
        client.delete_item(TableName=range_table, Key=each)


KEY = {"pk": s("a")}
REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "the same key twice": (
        {"Keys": [KEY, {"pk": s("b")}, KEY]},
        "Provided list of item keys contains duplicates"),
    "no keys": ({"Keys": []}, Part("Member must have length greater than or equal to 1")),
    "a key of another schema": ({"Keys": [{"pk": s("a"), "sk": s("b")}]}, WRONG_KEY),
    "a key of another type": ({"Keys": [{"pk": n(1)}]}, WRONG_KEY),
    "an empty key": (
        {"Keys": [{"pk": s("")}]}, Part("cannot contain an empty string value. Key: pk")),
    "a bad number": (
        {"Keys": [{"pk": n("abc")}]},
        "The parameter cannot be converted to a numeric value: abc"),
    "overlapping paths": (
        {"Keys": [KEY], "ProjectionExpression": "a, a.b"},
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or "
        "rewrite one of these paths; path one: [a], path two: [a, b]"),
    "an empty projection": (
        {"Keys": [KEY], "ProjectionExpression": ""},
        "Invalid ProjectionExpression: The expression can not be empty;"),
    "an unused name": (
        {"Keys": [KEY], "ProjectionExpression": "a", "ExpressionAttributeNames": {"#u": "a"}},
        Part("unused in expressions: keys: {#u}")),
    "names without a projection": (
        {"Keys": [KEY], "ExpressionAttributeNames": {"#u": "a"}},
        Part("ExpressionAttributeNames can only be specified when using expressions")),
    "both generations": (
        {"Keys": [KEY], "ProjectionExpression": "a", "AttributesToGet": ["a"]},
        Part("Can not use both expression and non-expression parameters in the same request: ")),
    "a list that names one twice": (
        {"Keys": [KEY], "AttributesToGet": ["a", "a"]}, Part("uplicate")),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses(client: Any, hash_table: str, case: str) -> None:
    request, text = REFUSALS[case]
    refuses(client.batch_get_item, VALIDATION, text, RequestItems={hash_table: request})


def test_refuses_nothing_at_all(client: Any) -> None:
    refuses(client.batch_get_item, VALIDATION, Part("requestItems"), RequestItems={})


def test_one_invalid_entry_refuses_the_batch(
    client: Any, hash_table: str, range_table: str
) -> None:
    refuses(
        client.batch_get_item, VALIDATION, WRONG_KEY,
        RequestItems={hash_table: {"Keys": [KEY]}, range_table: {"Keys": [KEY]}},
    )


def test_the_enumeration_comes_before_a_missing_table(client: Any) -> None:
    refuses(
        client.batch_get_item, VALIDATION,
        ENVELOPE + enum_text("B", "returnConsumedCapacity", CAPACITY_MEMBERS),
        RequestItems={"no-such-table": {"Keys": [KEY]}}, ReturnConsumedCapacity="B",
    )


def test_a_missing_table(client: Any, hash_table: str, name: str) -> None:
    refuses(
        client.batch_get_item, NOT_FOUND, Part("Requested resource not found"),
        RequestItems={hash_table: {"Keys": [KEY]}, name: {"Keys": [KEY]}},
    )
