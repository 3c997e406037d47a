"""Attribute values: numbers to 38 digits, sets, empties, nesting, sizes."""

from __future__ import annotations

from typing import Any

import pytest
from support.check import ENVELOPE, INVALID, VALIDATION, Part, refuses
from support.sizes import ITEM_LIMIT_BYTES, item_bytes, number_bytes, padded
from support.tables import NULL, TRUE, lst, m, n, s

NINES = "9" * 38


def stored(client: Any, table: str, key: str, value: Any) -> Any:
    client.put_item(TableName=table, Item={"pk": s(key), "v": value})
    answer = client.get_item(TableName=table, Key={"pk": s(key)}, ConsistentRead=True)
    return answer["Item"]["v"]


CANONICAL = {
    "3": "3", "+3": "3", "003": "3", "3.0": "3", "3e0": "3", "3E+0": "3", "30e-1": "3",
    "00042": "42", "-0": "0", "0.000": "0", "-0.0e7": "0", "+1e2": "100", "5.": "5", ".5": "0.5",
    "-.5": "-0.5", "-001.50": "-1.5", "123.4500": "123.45", "1e3": "1000", "1.5e-3": "0.0015",
    "1E125": "1" + "0" * 125, "1e-130": "0." + "0" * 129 + "1", "-1E-130": "-0." + "0" * 129 + "1",
    NINES: NINES, "-" + NINES: "-" + NINES, "0." + NINES: "0." + NINES,
    "1" + "0" * 60: "1" + "0" * 60, "0" * 100 + "7": "7", "7." + "0" * 100: "7",
    "9." + "9" * 37 + "E125": "9" * 38 + "0" * 88,
    "9." + "9" * 37 + "E-93": "0." + "0" * 92 + "9" * 38,
    "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
    "0.1": "0.1", "2.2250738585072014E-130": "0." + "0" * 129 + "22250738585072014",
}


@pytest.mark.parametrize("text", CANONICAL)
def test_numbers_read_back_in_one_plain_form(
    client: Any, hash_table: str, key: str, text: str
) -> None:
    assert stored(client, hash_table, key, n(text)) == n(CANONICAL[text])


NOT_NUMERIC = "The parameter cannot be converted to a numeric value: "
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
UNDERFLOW = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
TOO_MANY = "Attempting to store more than 38 significant digits in a Number"
BAD_NUMBERS = {
    "abc": NOT_NUMERIC + "abc", "": NOT_NUMERIC, "NaN": NOT_NUMERIC + "NaN",
    "Infinity": NOT_NUMERIC + "Infinity", "-Infinity": NOT_NUMERIC + "-Infinity",
    "0x10": NOT_NUMERIC + "0x10", "1_0": NOT_NUMERIC + "1_0", "1,0": NOT_NUMERIC + "1,0",
    "--1": NOT_NUMERIC + "--1", "1e": NOT_NUMERIC + "1e", "e1": NOT_NUMERIC + "e1",
    "1.2.3": NOT_NUMERIC + "1.2.3", ".": NOT_NUMERIC + ".", "-": NOT_NUMERIC + "-",
    "1e1.5": NOT_NUMERIC + "1e1.5", "٣": NOT_NUMERIC + "٣",
    " 1": Part(NOT_NUMERIC), "1 ": Part(NOT_NUMERIC), "1\n": Part(NOT_NUMERIC),
    "1e126": OVERFLOW, "-1e126": OVERFLOW, "1" + "0" * 126: OVERFLOW, "1e999999999999": OVERFLOW,
    "1e-131": UNDERFLOW, "-1e-131": UNDERFLOW, "1e-999999999999": UNDERFLOW,
    "1" * 39: TOO_MANY, "0." + "1" * 39: TOO_MANY, "1" + "0" * 37 + "1": TOO_MANY,
    "-1." + "1" * 38: TOO_MANY, "1" + "0" * 20 + "." + "0" * 17 + "1": TOO_MANY,
}


@pytest.mark.parametrize("text", BAD_NUMBERS)
def test_bad_numbers(client: Any, hash_table: str, text: str) -> None:
    expected = BAD_NUMBERS[text]
    if not isinstance(expected, Part):
        expected = ENVELOPE + expected
    refuses(
        client.put_item, VALIDATION, expected, TableName=hash_table,
        Item={"pk": s("bad"), "v": n(text)},
    )


@pytest.mark.parametrize(
    "place", [lambda v: lst(n(1), v), lambda v: m(a=m(b=v)), lambda v: {"NS": ["1", v["N"]]}],
    ids=["list", "map", "set"],
)
def test_bad_numbers_are_found_at_every_depth(client: Any, hash_table: str, place: Any) -> None:
    for text in ("abc", "1e126", "1" * 39):
        expected = BAD_NUMBERS[text]
        refuses(
            client.put_item, VALIDATION, Part(expected), TableName=hash_table,
            Item={"pk": s("bad"), "v": place(n(text))},
        )


ARITHMETIC: list[tuple[str, str, str, str]] = [
    ("0.1", "+", "0.2", "0.3"),
    ("1e20", "-", "1e-17", "99999999999999999999.99999999999999999"),
    (NINES, "-", "1", "9" * 37 + "8"),
    ("-1.5", "+", "1.5", "0"),
    ("1e125", "-", "1e125", "0"),
    ("5e-130", "-", "4e-130", "0." + "0" * 129 + "1"),
    ("1e37", "+", "1", "1" + "0" * 36 + "1"),
    ("123456789.123456789", "+", "0.000000001", "123456789.12345679"),
]


@pytest.mark.parametrize("left, operator, right, result", ARITHMETIC)
def test_arithmetic_is_exact(
    client: Any, hash_table: str, key: str, left: str, operator: str, right: str, result: str
) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "v": n(left), "w": n(left)})
    negated = right if operator == "+" else "-" + right
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, ReturnValues="ALL_NEW",
        UpdateExpression=f"SET v = v {operator} :r ADD w :n",
        ExpressionAttributeValues={":r": n(right), ":n": n(negated)},
    )
    assert answer["Attributes"] == {"pk": s(key), "v": n(result), "w": n(result)}


@pytest.mark.parametrize(
    "left, right, fragment",
    [("1e50", "1", "38 significant digits"), (NINES, "0.1", "38 significant digits"),
     ("9e125", "9e125", "Number overflow"), ("-9e125", "-9e125", "Number overflow")],
)
@pytest.mark.parametrize("form", ["SET v = v + :r", "ADD v :r"])
def test_arithmetic_never_rounds(
    client: Any, hash_table: str, key: str, left: str, right: str, fragment: str, form: str
) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), "v": n(left)})
    before = client.get_item(TableName=hash_table, Key={"pk": s(key)})["Item"]
    refuses(
        client.update_item, VALIDATION, Part(fragment), TableName=hash_table,
        Key={"pk": s(key)}, UpdateExpression=form, ExpressionAttributeValues={":r": n(right)},
    )
    assert client.get_item(TableName=hash_table, Key={"pk": s(key)})["Item"] == before


SETS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"SS": ["b", "a", "B", "é", "z"]}, {"SS": ["B", "a", "b", "z", "é"]}),
    ({"SS": ["😀", "\ue000"]}, {"SS": ["\ue000", "😀"]}),
    ({"NS": ["10", "9", "-1", "1.50"]}, {"NS": ["-1", "1.5", "9", "10"]}),
    ({"BS": [b"\xff", b"\x00", b"\x7f"]}, {"BS": [b"\x00", b"\x7f", b"\xff"]}),
    ({"SS": ["", "a"]}, {"SS": ["", "a"]}),
    ({"BS": [b"", b"a"]}, {"BS": [b"", b"a"]}),
]


@pytest.mark.parametrize("number", range(len(SETS)))
def test_sets_read_back_ordered(
    client: Any, hash_table: str, key: str, number: int
) -> None:
    sent, wanted = SETS[number]
    assert stored(client, hash_table, key, sent) == wanted
    assert stored(client, hash_table, key, lst(m(a=sent))) == lst(m(a=wanted))


IN_ENVELOPE: dict[str, tuple[dict[str, Any], str]] = {
    "an empty string set": ({"SS": []}, INVALID + "An string set  may not be empty"),
    "an empty number set": ({"NS": []}, INVALID + "An number set  may not be empty"),
    "an empty binary set": ({"BS": []}, INVALID + "Binary sets should not be empty"),
    "null that is false": (
        {"NULL": False}, INVALID + "Null attribute value types must have the value of true"),
    "no type": (
        {}, "Supplied AttributeValue is empty, must contain exactly one of the supported "
        "datatypes"),
    "two types": (
        {"S": "a", "N": "1"}, "Supplied AttributeValue has more than one datatypes set, must "
        "contain exactly one of the supported datatypes"),
    "two strings": ({"SS": ["b", "a", "b"]}, Part(
        'Input collection ["a", "b", "b"] contains duplicates.')),
    "a repeat in the middle": ({"SS": ["d", "c", "a", "c", "b"]}, Part(
        'Input collection ["a", "c", "d", "c", "b"] contains duplicates.')),
    "two equal numbers": ({"NS": ["1", "2", "1.0"]}, Part(
        "Input collection contains duplicates")),
    "two equal binaries": ({"BS": [b"a", b"b", b"a"]}, Part(
        "]of type BS contains duplicates")),
    "a number that is none in a set": ({"NS": ["1", "x"]}, NOT_NUMERIC + "x"),
}


@pytest.mark.parametrize("case", IN_ENVELOPE)
@pytest.mark.parametrize("nested", [False, True], ids=["top", "nested"])
def test_bad_values(client: Any, hash_table: str, case: str, nested: bool) -> None:
    value, text = IN_ENVELOPE[case]
    if not isinstance(text, Part):
        text = ENVELOPE + text
    refuses(
        client.put_item, VALIDATION, text, TableName=hash_table,
        Item={"pk": s("bad"), "v": m(a=lst(value)) if nested else value},
    )


@pytest.mark.parametrize("value", [s(""), {"B": b""}, lst(), m(), lst(s(""), m(a=s("")))])
def test_empties_are_allowed(client: Any, hash_table: str, key: str, value: Any) -> None:
    assert stored(client, hash_table, key, value) == value


@pytest.mark.parametrize(
    "text",
    ["\x00", "\x7f\u0080", "é", "e\u0301", "\u2028\u2029", "\ufeff", "\uffff", "😀", "\U0010ffff",
     'quote " backslash \\ slash /', "\r\n\t\b\f", "<>&'"],
)
def test_strings_come_back_as_they_are(
    client: Any, hash_table: str, key: str, text: str
) -> None:
    """Neither normalised nor escaped away; as values, names and keys."""
    assert stored(client, hash_table, key, m(**{text: s(text)})) == m(**{text: s(text)})
    client.put_item(TableName=hash_table, Item={"pk": s(key + text)})
    got = client.get_item(TableName=hash_table, Key={"pk": s(key + text)})["Item"]
    assert got == {"pk": s(key + text)}


def test_every_byte_in_a_binary(client: Any, hash_table: str, key: str) -> None:
    for value in (bytes(range(256)), b"\xff" * 100_000, b"a", b"ab"):
        assert stored(client, hash_table, key, {"B": value}) == {"B": value}


def nest(levels: int, kind: str, leaf: Any) -> Any:
    for _ in range(levels):
        leaf = lst(leaf) if kind == "L" else m(a=leaf)
    return leaf


@pytest.mark.parametrize("kind", ["L", "M"])
def test_nesting(client: Any, hash_table: str, key: str, kind: str) -> None:
    deepest = nest(31, kind, s("leaf"))
    assert stored(client, hash_table, key, deepest) == deepest
    refuses(
        client.put_item, VALIDATION,
        Part("Nesting Levels have exceeded supported limits: Attributes in the item have nested "
             "levels beyond supported limit"),
        TableName=hash_table, Item={"pk": s(key), "v": nest(32, kind, s("leaf"))},
    )


def test_nesting_in_expression_values(client: Any, hash_table: str, key: str) -> None:
    refuses(
        client.update_item, VALIDATION, Part("Nesting Levels have exceeded supported limits"),
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression="SET a = :v",
        ExpressionAttributeValues={":v": nest(40, "M", n(1))},
    )


SIZED: dict[str, Any] = {
    "an even number of digits": n("1234"),
    "an odd number of digits": n("12345"),
    "a negative number": n("-12345"),
    "a fraction": n("1.2345"),
    "38 digits": n(NINES),
    "a list": lst(n(1), s("ab"), TRUE, lst()),
    "a map": m(ab=n(1), c=s("é"), d=m()),
    "a string set": {"SS": ["ab", "c"]},
    "a number set": {"NS": ["1", "234"]},
    "a binary set": {"BS": [b"ab", b"c"]},
    "null and booleans": lst(NULL, TRUE, {"BOOL": False}),
    "empties": lst(s(""), {"B": b""}, lst(), m()),
}


@pytest.mark.parametrize("case", SIZED)
def test_the_size_formula_to_the_byte(
    client: Any, hash_table: str, key: str, case: str
) -> None:
    item = {"pk": s(key), "é": SIZED[case]}
    fits = padded(item, ITEM_LIMIT_BYTES)
    assert item_bytes(fits) == ITEM_LIMIT_BYTES
    client.put_item(TableName=hash_table, Item=fits)
    refuses(
        client.put_item, VALIDATION, Part("Item size has exceeded the maximum allowed size"),
        TableName=hash_table, Item=padded(item, ITEM_LIMIT_BYTES + 1),
    )
    client.delete_item(TableName=hash_table, Key={"pk": s(key)})


def test_the_oracle_agrees_with_the_documented_examples() -> None:
    assert number_bytes("12345") == 4 and number_bytes("-12345") == 5
    assert item_bytes({"a": lst()}) == 1 + 3 and item_bytes({"a": m(b=NULL)}) == 1 + 3 + 1 + 1 + 1


def test_long_number_lists_keep_every_digit(client: Any, hash_table: str, key: str) -> None:
    """What embedding stores write: floats as decimals of up to 17 digits."""
    numbers = [repr((index * 2654435761 % 2**32) / 2**31 - 1.0) for index in range(1536)]
    plain = [text for text in numbers if "e" not in text]
    got = stored(client, hash_table, key, lst(*(n(text) for text in plain)))
    assert [each["N"] for each in got["L"]] == [text.removesuffix(".0") for text in plain]
