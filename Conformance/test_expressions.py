"""Expressions as tables: conditions (also as filters), updates, projections, and their errors."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.check import CONDITION, CONDITION_FAILED, ENVELOPE, VALIDATION, Part, refuses
from support.tables import NULL, TRUE, b, lst, m, n, s

ITEM: dict[str, Any] = {
    "one": n(1), "neg": n("-2.5"), "s": s("hello"), "blank": s(""), "bin": b(b"\x01\x02\x03"),
    "t": TRUE, "f": {"BOOL": False}, "nil": NULL, "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": [b"x", b"y"]},
    "l": lst(n(1), s("two"), lst(n(3)), m(k=s("v"))),
    "mm": m(a=n(1), b=m(c=lst(n(7), {"SS": ["p", "q"]}))), "a.b": n(5), "name": s("reserved"),
    "kept": lst({"SS": ["x", "y"]}),
}
VALUES: dict[str, Any] = {
    ":0": n(0), ":1": n(1), ":1d": n("1.0"), ":2": n(2), ":3": n(3), ":7": n(7), ":m3": n(-3),
    ":s": s("hello"), ":he": s("he"), ":lo": s("lo"), ":z": s("zz"), ":e": s(""),
    ":b1": b(b"\x01"), ":b": b(b"\x01\x02\x03"), ":t": TRUE, ":f": {"BOOL": False}, ":null": NULL,
    ":ssba": {"SS": ["b", "a"]}, ":ssa": {"SS": ["a"]}, ":a": s("a"), ":two": s("two"),
    ":ns": {"NS": ["2.50", "1"]}, ":l3": lst(n(3)), ":m": m(k=s("v")), ":S": s("S"), ":N": s("N"),
    ":SS": s("SS"), ":NULL": s("NULL"), ":M": s("M"), ":L": s("L"), ":BOOL": s("BOOL"),
    ":x": b(b"x"), ":lset": lst({"SS": ["y", "x"]}), ":bogus": s("BOGUS"), ":lower": s("s"),
    ":4": n(4), ":5": n(5), ":emptyl": lst(),
}
NAMES = {"#dot": "a.b", "#name": "name", "#mm": "mm", "#b": "b", "#c": "c", "#l": "l"}


def parameters(expression: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """The names and values that the expression refers to, and no other."""
    known = VALUES if values is None else values
    request: dict[str, Any] = {}
    values_used = set(re.findall(r":\w+", expression)) & set(known)
    names = set(re.findall(r"#\w+", expression)) & set(NAMES)
    if values_used:
        request["ExpressionAttributeValues"] = {each: known[each] for each in values_used}
    if names:
        request["ExpressionAttributeNames"] = {name: NAMES[name] for name in names}
    return request


@pytest.fixture(scope="module")
def stored(client: Any, range_table: str) -> tuple[str, dict[str, Any]]:
    """The table and key of the item that the conditions below read."""
    key = {"pk": s("expressions"), "sk": s("fixed")}
    client.put_item(TableName=range_table, Item={**key, **ITEM})
    return range_table, key


CONDITIONS: dict[str, bool] = {
    # equality, by type and value
    "one = :1": True, "one = :1d": True, "one <> :1d": False, "one = :s": False,
    "one <> :s": True, "s = :s": True, "s = :he": False, "blank = :e": True, "bin = :b": True,
    "t = :t": True, "t = :f": False, "nil = :null": True, "ss = :ssba": True,
    "ss = :ssa": False, "ns = :ns": True, "kept = :lset": True, "l[2] = :l3": True,
    "l[3] = :m": True, "one = ns": False, ":1 = one": True, "one = mm.a": True,
    # missing attributes
    "nope = :1": False, "nope <> :1": True, "nope = nope2": False, "nope <> nope2": True,
    "nope < :1": False, "NOT nope < :1": True, "nope = :null": False,
    # order
    "one < :2": True, "one < :1d": False, "one <= :1d": True, "neg < :0": True, "neg > :m3": True,
    "s < :z": True, "s > :he": True, "bin > :b1": True, "one < :z": False, "one > :z": False,
    "s >= :s": True, "t > one": False, ":2 > one": True,
    # BETWEEN and IN
    "one BETWEEN :0 AND :2": True, "one BETWEEN :1 AND :1d": True, "one BETWEEN :2 AND :3": False,
    "s BETWEEN :he AND :z": True, "nope BETWEEN :0 AND :2": False, "s BETWEEN :0 AND :2": False,
    "one IN (:0, :1d, :2)": True, "one IN (:0, :2)": False,
    "nope IN (:0)": False, "s IN (:1, :s)": True, "one IN (:1)": True, "ss IN (:ssba)": True,
    ":1 BETWEEN :0 AND one": True, ":1 IN (one, neg)": True,
    # functions
    "attribute_exists(one)": True, "attribute_exists(nope)": False,
    "attribute_not_exists(nope)": True, "attribute_not_exists(mm.b.c)": False,
    "attribute_exists(mm.b.c[1])": True, "attribute_exists(mm.b.c[9])": False,
    "attribute_exists(l[0].x)": False, "attribute_exists(l.x)": False,
    "attribute_exists(nil)": True,
    "attribute_type(s, :S)": True, "attribute_type(one, :S)": False,
    "attribute_type(one, :N)": True, "attribute_type(ss, :SS)": True,
    "attribute_type(nil, :NULL)": True, "attribute_type(mm, :M)": True,
    "attribute_type(l, :L)": True, "attribute_type(t, :BOOL)": True,
    "attribute_type(nope, :S)": False,
    "begins_with(s, :he)": True, "begins_with(s, :lo)": False, "begins_with(s, :e)": True,
    "begins_with(bin, :b1)": True, "begins_with(one, :he)": False, "begins_with(nope, :he)": False,
    "begins_with(s, :s)": True,
    "contains(s, :lo)": True, "contains(s, :z)": False, "contains(ss, :a)": True,
    "contains(ss, :two)": False, "contains(ns, :1)": True, "contains(ns, :2)": False,
    "contains(bs, :x)": True, "contains(l, :two)": True, "contains(l, :1d)": True,
    "contains(l, :l3)": True, "contains(l, :z)": False, "contains(one, :1)": False,
    "contains(nope, :1)": False, "contains(mm, :a)": False, "contains(l, l[1])": True,
    "size(s) = :5": True, "size(blank) = :0": True, "size(bin) = :3": True,
    "size(ss) = :2": True, "size(l) = :4": True, "size(mm) = :2": True, "size(mm.b.c) = :2": True,
    "size(one) = :1": False, "size(one) > :0": False, "size(nope) >= :0": False,
    "size(t) >= :0": False, "size(s) > size(ss)": True, "size(s) BETWEEN :4 AND :7": True,
    "size(s) IN (:3, :5)": True, ":5 = size(s)": True,
    # paths
    "mm.a = :1": True, "mm.b.c[0] = :7": True, "#mm.#b.#c[0] = :7": True, "#dot = :5": True,
    "#name = :s": False, "l[1] = :two": True, "l[ 1 ] = :two": True, "l[3].k = :S": False,
    # logic: NOT binds tightest, then AND, then OR; keywords in any case
    "one = :1 OR one = :2 AND one = :3": True, "(one = :1 OR one = :2) AND one = :3": False,
    "NOT one = :1 OR one = :1": True, "NOT (one = :1 OR one = :2)": False,
    "NOT one = :2 AND NOT one = :3": True, "not one = :2": True, "one = :1 and one = :1d": True,
    "one between :0 and :2 and s = :s": True, "one iN (:1) oR nope = :1": True,
    "NOT NOT one = :1": True, "NOT attribute_exists(one)": False,
    "one = :1 AND NOT nope = :1 OR s = :z": True, "one=:1": True,
    "one >=:1": True, "  one   =\n\t:1  ": True,
}


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions(client: Any, stored: Any, text: str) -> None:
    """The same text as the condition of an update that changes nothing, and as a filter."""
    table, key = stored
    holds = CONDITIONS[text]
    update = {"TableName": table, "Key": key, "ConditionExpression": text, **parameters(text)}
    if holds:
        client.update_item(**update)
    else:
        refuses(client.update_item, CONDITION, CONDITION_FAILED, **update)
    more = parameters(text)
    more["ExpressionAttributeValues"] = {
        **more.get("ExpressionAttributeValues", {}), ":pk": key["pk"], ":sk": key["sk"]
    }
    answer = client.query(
        TableName=table, KeyConditionExpression="pk = :pk AND sk = :sk", FilterExpression=text,
        **more,
    )
    assert (answer["Count"], answer["ScannedCount"]) == (int(holds), 1)


NUMBER_OF = "Incorrect number of operands for operator or function; operator or function: "
OPERAND = "Incorrect operand type for operator or function; operator or function: "
DISTINCT = (
    "The first operand must be distinct from the remaining operands for this operator or "
    "function; operator: "
)
REDUNDANT = "The expression has redundant parentheses;"
WAY = "The function is not allowed to be used this way in an expression; function: "
CONDITION_ERRORS: dict[str, str] = {
    "": "The expression can not be empty;",
    "one": Part("Syntax error; token: "),
    "one =": 'Syntax error; token: "<EOF>", near: "="',
    "= :1": 'Syntax error; token: "=", near: "= :1"',
    "one = :1 AND": 'Syntax error; token: "<EOF>", near: "AND"',
    "one == :1": 'Syntax error; token: "=", near: "== :1"',
    "one != :1": Part("Syntax error; token: "),
    "one = :1 one": 'Syntax error; token: "one", near: ":1 one"',
    "(one = :1": 'Syntax error; token: "<EOF>", near: ":1"',
    "one = :1)": Part('Syntax error; token: ")", near: "'),
    "one = 1": Part("Syntax error; token: "),
    "one = 'a'": Part("Syntax error; token: "),
    "one[a] = :1": Part("Syntax error; token: "),
    "one[-1] = :1": Part("Syntax error; token: "),
    "one. = :1": Part("Syntax error; token: "),
    ".one = :1": Part("Syntax error; token: "),
    "one = :1 && s = :s": Part("Syntax error; token: "),
    "one IN ()": Part("Syntax error; token: "),
    "one IN :1": Part("Syntax error; token: "),
    "one BETWEEN :1": Part("Syntax error; token: "),
    "# = :1": Part("Syntax error; token: "),
    "one = :": Part("Syntax error; token: "),
    "name = :1": "Attribute name is a reserved keyword; reserved keyword: name",
    "NaMe = :1": "Attribute name is a reserved keyword; reserved keyword: NaMe",
    "one.name = :1": "Attribute name is a reserved keyword; reserved keyword: name",
    "abort = :1": "Attribute name is a reserved keyword; reserved keyword: abort",
    "attribute_exists(zone)": "Attribute name is a reserved keyword; reserved keyword: zone",
    "one = :nope": "An expression attribute value used in expression is not defined; attribute "
                   "value: :nope",
    "#nope = :1": "An expression attribute name used in the document path is not defined; "
                  "attribute name: #nope",
    "((one = :1))": REDUNDANT,
    "(((one = :1)))": REDUNDANT,
    "one = :1 AND ((s = :s))": REDUNDANT,
    "nope(one)": "Invalid function name; function: nope",
    "ATTRIBUTE_EXISTS(one)": "Invalid function name; function: ATTRIBUTE_EXISTS",
    "attribute_exists()": Part("Syntax error; token: "),
    "attribute_exists(one, s)": NUMBER_OF + "attribute_exists, number of operands: 2",
    "attribute_not_exists(one, s)": NUMBER_OF + "attribute_not_exists, number of operands: 2",
    "attribute_type(one)": NUMBER_OF + "attribute_type, number of operands: 1",
    "begins_with(s)": NUMBER_OF + "begins_with, number of operands: 1",
    "begins_with(s, :he, :lo)": NUMBER_OF + "begins_with, number of operands: 3",
    "contains(s)": NUMBER_OF + "contains, number of operands: 1",
    "size(s, l) = :1": NUMBER_OF + "size, number of operands: 2",
    "attribute_exists(:1)": "Operator or function requires a document path; operator or function: "
                            "attribute_exists",
    "attribute_not_exists(:1)": "Operator or function requires a document path; operator or "
                                "function: attribute_not_exists",
    "size(s)": WAY + "size",
    "attribute_exists(one) = :1": WAY + "attribute_exists",
    "begins_with(s, begins_with(s, :he))": WAY + "begins_with",
    "if_not_exists(one, :1) = :1":
        "The function is not allowed in a condition expression; function: if_not_exists",
    "one = one": DISTINCT + "=, first operand: [one]",
    "mm.a < mm.a": DISTINCT + "<, first operand: [mm, a]",
    "one <> one": DISTINCT + "<>, first operand: [one]",
    "contains(s, s)": DISTINCT + "contains, first operand: [s]",
    "begins_with(s, s)": DISTINCT + "begins_with, first operand: [s]",
    "one BETWEEN :2 AND :1": "The BETWEEN operator requires upper bound to be greater than or "
                             "equal to lower bound; lower bound operand: AttributeValue: {N:2}, "
                             "upper bound operand: AttributeValue: {N:1}",
    "one BETWEEN :1 AND :s": Part("The BETWEEN operator requires same data type for lower and "
                                  "upper bounds"),
    "begins_with(s, :1)": OPERAND + "begins_with, operand type: N",
    "begins_with(:1, s)": OPERAND + "begins_with, operand type: N",
    "begins_with(s, :ssa)": OPERAND + "begins_with, operand type: SS",
    "one < :t": OPERAND + "<, operand type: BOOL",
    "one >= :ssa": OPERAND + ">=, operand type: SS",
    "one > :null": OPERAND + ">, operand type: NULL",
    "one <= :m": OPERAND + "<=, operand type: M",
    "one < :l3": OPERAND + "<, operand type: L",
    "one BETWEEN :f AND :t": Part(OPERAND + "BETWEEN, operand type: BOOL"),
    "size(:1) = :1": Part(OPERAND + "size, operand type: N"),
    "attribute_type(one, :1)": Part(OPERAND + "attribute_type, operand type: N"),
    "attribute_type(one, :bogus)": Part("Invalid attribute type name found; type: BOGUS"),
    "attribute_type(one, :lower)": Part("Invalid attribute type name found; type: s"),
    "one[99999999999] = :1": Part(""),
}


@pytest.mark.parametrize("text", CONDITION_ERRORS)
def test_condition_errors(client: Any, stored: Any, text: str) -> None:
    """In an envelope as a condition of an update, bare as a filter of a query or scan."""
    table, key = stored
    error = CONDITION_ERRORS[text]
    wrap = Part if isinstance(error, Part) else str
    refuses(
        client.update_item, VALIDATION,
        wrap(error if error == Part("") else f"{ENVELOPE}Invalid ConditionExpression: {error}"),
        TableName=table, Key=key, ConditionExpression=text, **parameters(text),
    )
    bare = wrap(error if error == Part("") else f"Invalid FilterExpression: {error}")
    refuses(
        client.scan, VALIDATION, bare,
        TableName=table, FilterExpression=text, **parameters(text),
    )
    more = parameters(text)
    more["ExpressionAttributeValues"] = {
        **more.get("ExpressionAttributeValues", {}), ":pk": key["pk"]
    }
    refuses(
        client.query, VALIDATION, bare, TableName=table, KeyConditionExpression="pk = :pk",
        FilterExpression=text, **more,
    )


RESERVED_SAMPLE = [
    "ABORT", "ACTION", "ADD", "AGENT", "ALL", "AND", "BETWEEN", "BINARY", "BY", "COUNT", "COUNTER",
    "DATA", "DATE", "DAY", "DELETE", "DOMAIN", "END", "FILTER", "GROUP", "HASH", "HIDDEN", "INDEX",
    "ITEM", "ITEMS", "KEY", "KEYS", "LEVEL", "LIMIT", "LIST", "LOCATION", "MAP", "MONTH", "NAME",
    "NAMES", "NULL", "NUMBER", "OPEN", "ORDER", "OWNER", "PARTITION", "PATH", "PERCENT", "REGION",
    "ROLE", "SCAN", "SET", "SIZE", "SOURCE", "STATE", "STATUS", "STRING", "TABLE", "TEXT", "TIME",
    "TIMESTAMP", "TOKEN", "TTL", "TYPE", "URL", "USER", "USERS", "UUID", "VALUE", "VALUES", "VIEW",
    "YEAR", "ZONE",
]


@pytest.mark.parametrize("word", RESERVED_SAMPLE)
def test_reserved_words(client: Any, hash_table: str, word: str) -> None:
    for text in (word, word.lower(), word.title()):
        refuses(
            client.get_item, VALIDATION, Part("Invalid ProjectionExpression: "),
            TableName=hash_table, Key={"pk": s("a")}, ProjectionExpression=text,
        )
        client.get_item(
            TableName=hash_table, Key={"pk": s("a")}, ProjectionExpression="#w",
            ExpressionAttributeNames={"#w": text},
        )


@pytest.mark.parametrize("word", ["id", "pk", "sk", "price", "label", "kind", "colour", "amount"])
def test_ordinary_words(client: Any, hash_table: str, word: str) -> None:
    client.get_item(TableName=hash_table, Key={"pk": s("a")}, ProjectionExpression=word)


PROJECTIONS: dict[str, dict[str, Any]] = {
    "one": {"one": n(1)},
    "one, s": {"one": n(1), "s": s("hello")},
    " one ,\ts ": {"one": n(1), "s": s("hello")},
    "mm.a": {"mm": m(a=n(1))},
    "mm.a, mm.b.c[0]": {"mm": m(a=n(1), b=m(c=lst(n(7))))},
    "l[1]": {"l": lst(s("two"))},
    "l[3], l[0]": {"l": lst(n(1), m(k=s("v")))},
    "l[0], l[2][0]": {"l": lst(n(1), lst(n(3)))},
    "l[3].k": {"l": lst(m(k=s("v")))},
    "l[9]": {}, "nope": {}, "mm.nope": {}, "one.x": {}, "one[0]": {}, "l.x": {}, "mm[0]": {},
    "#dot": {"a.b": n(5)},
    "#mm.#b": {"mm": m(b=ITEM["mm"]["M"]["b"])},
    "pk": {"pk": s("expressions")},
    "ss, bs": {"ss": {"SS": ["a", "b"]}, "bs": {"BS": [b"x", b"y"]}},
    "mm.a, nope, l[1]": {"mm": m(a=n(1)), "l": lst(s("two"))},
}


@pytest.mark.parametrize("text", PROJECTIONS)
def test_projections(client: Any, stored: Any, text: str) -> None:
    table, key = stored
    more = {"TableName": table, "ProjectionExpression": text, **parameters(text, {})}
    assert client.get_item(Key=key, **more)["Item"] == PROJECTIONS[text]
    answer = client.query(
        KeyConditionExpression="pk = :p AND sk = :s",
        ExpressionAttributeValues={":p": key["pk"], ":s": key["sk"]}, **more,
    )
    assert answer["Items"] == [PROJECTIONS[text]]


PROJECTION_ERRORS: dict[str, str] = {
    "": "The expression can not be empty;",
    ",": 'Syntax error; token: ",", near: ","',
    "a,": 'Syntax error; token: "<EOF>", near: ","',
    "a b": 'Syntax error; token: "b", near: "a b"',
    "a[": Part("Syntax error; token: "),
    "a[x]": Part("Syntax error; token: "),
    "a..b": Part("Syntax error; token: "),
    "a.:v": Part("Syntax error; token: "),
    "size(a)": Part("Syntax error; token: "),
    "a, b, a": "Two document paths overlap with each other; must remove or rewrite one of these "
               "paths; path one: [a], path two: [a]",
    "a[1], a[1].b": "Two document paths overlap with each other; must remove or rewrite one of "
                    "these paths; path one: [a, [1]], path two: [a, [1], b]",
    "a.b.c, a.b": "Two document paths overlap with each other; must remove or rewrite one of "
                  "these paths; path one: [a, b, c], path two: [a, b]",
    "a[0], a.b": "Two document paths conflict with each other; must remove or rewrite one of "
                 "these paths; path one: [a, [0]], path two: [a, b]",
}


@pytest.mark.parametrize("text", PROJECTION_ERRORS)
def test_projection_errors(client: Any, stored: Any, text: str) -> None:
    table, key = stored
    error = PROJECTION_ERRORS[text]
    whole = "Invalid ProjectionExpression: " + error
    refuses(
        client.get_item, VALIDATION, Part(whole) if isinstance(error, Part) else whole,
        TableName=table, Key=key, ProjectionExpression=text,
    )


Update = tuple[str, dict[str, Any], dict[str, Any]]
BEFORE: dict[str, Any] = {
    "a": n(1), "s": s("x"), "l": lst(n(0), n(1), n(2)), "mm": m(x=n(1)), "ss": {"SS": ["a", "b"]},
    "ns": {"NS": ["1", "2"]},
}
V: dict[str, Any] = {
    ":1": n(1), ":2": n(2), ":9": n(9), ":s": s("new"), ":l": lst(n(7), n(8)), ":e": lst(),
    ":ss": {"SS": ["b", "c"]}, ":ab": {"SS": ["a", "b"]}, ":ns": {"NS": ["2", "3"]},
    ":m": m(y=n(2)), ":none": {"SS": ["zz"]}, ":null": NULL,
}
# Expression, then only what differs from BEFORE (None: gone).
UPDATES: dict[str, dict[str, Any]] = {
    "SET a = :9": {"a": n(9)},
    "set a = :9 remove s": {"a": n(9), "s": None},
    "SET a = :9, b = :s": {"a": n(9), "b": s("new")},
    "SET a = a + :2": {"a": n(3)},
    "SET a = a - :2": {"a": n(-1)},
    "SET a = :9 - a": {"a": n(8)},
    "SET a = :9 + :1": {"a": n(10)},
    "SET b = a, a = :9": {"b": n(1), "a": n(9)},
    "SET a = s, s = a": {"a": s("x"), "s": n(1)},
    "SET b = mm": {"b": m(x=n(1))},
    "SET a = if_not_exists(a, :9)": {},
    "SET b = if_not_exists(b, :9)": {"b": n(9)},
    "SET b = if_not_exists(a, :9)": {"b": n(1)},
    "SET b = if_not_exists(b, :9) + :1": {"b": n(10)},
    "SET b = if_not_exists(b, if_not_exists(c, :1))": {"b": n(1)},
    "SET l = list_append(l, :l)": {"l": lst(n(0), n(1), n(2), n(7), n(8))},
    "SET l = list_append(:l, l)": {"l": lst(n(7), n(8), n(0), n(1), n(2))},
    "SET l = list_append(l, l)": {"l": lst(n(0), n(1), n(2), n(0), n(1), n(2))},
    "SET b = list_append(if_not_exists(b, :e), :l)": {"b": lst(n(7), n(8))},
    "SET l[1] = :9": {"l": lst(n(0), n(9), n(2))},
    "SET l[50] = :9": {"l": lst(n(0), n(1), n(2), n(9))},
    "SET l[50] = :9, l[40] = :1": {"l": lst(n(0), n(1), n(2), n(1), n(9))},
    "SET l[0] = l[2], l[2] = l[0]": {"l": lst(n(2), n(1), n(0))},
    "SET mm.y = :9": {"mm": m(x=n(1), y=n(9))},
    "SET mm.x = mm.x + :1": {"mm": m(x=n(2))},
    "SET #mm.#b = :9": {"mm": m(x=n(1), b=n(9))},
    "SET #dot = :9": {"a.b": n(9)},
    "SET b = :m": {"b": m(y=n(2))},
    "SET b = :null": {"b": NULL},
    "SET a = (a + :1)": {"a": n(2)},
    "REMOVE a": {"a": None},
    "REMOVE nope, a": {"a": None},
    "REMOVE l[0]": {"l": lst(n(1), n(2))},
    "REMOVE l[0], l[2]": {"l": lst(n(1))},
    "REMOVE l[2], l[0], l[1]": {"l": lst()},
    "REMOVE l[9]": {},
    "REMOVE mm.x": {"mm": m()},
    "REMOVE mm.nope": {},
    "REMOVE l[0] SET l[1] = :9": {"l": lst(n(9), n(2))},
    "ADD a :2": {"a": n(3)},
    "ADD b :2": {"b": n(2)},
    "ADD ss :ss": {"ss": {"SS": ["a", "b", "c"]}},
    "ADD b :ss": {"b": {"SS": ["b", "c"]}},
    "ADD ns :ns": {"ns": {"NS": ["1", "2", "3"]}},
    "ADD mm.x :2": {"mm": m(x=n(3))},
    "ADD a :1, b :2": {"a": n(2), "b": n(2)},
    "DELETE ss :ss": {"ss": {"SS": ["a"]}},
    "DELETE ss :ab": {"ss": None},
    "DELETE ss :none": {},
    "DELETE b :ss": {},
    "DELETE ns :ns": {"ns": {"NS": ["1"]}},
    "ADD a :1 SET b = :2 DELETE ss :ss REMOVE s": {
        "a": n(2), "b": n(2), "ss": {"SS": ["a"]}, "s": None},
    "REMOVE s DELETE ss :ss ADD a :1 SET b = a": {
        "a": n(2), "b": n(1), "ss": {"SS": ["a"]}, "s": None},
}


@pytest.mark.parametrize("text", UPDATES)
def test_updates(client: Any, hash_table: str, key: str, text: str) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), **BEFORE})
    answer = client.update_item(
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression=text, ReturnValues="ALL_NEW",
        **parameters(text, V),
    )
    wanted = {"pk": s(key), **BEFORE, **UPDATES[text]}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    assert answer["Attributes"] == wanted
    got = client.get_item(TableName=hash_table, Key={"pk": s(key)}, ConsistentRead=True)
    assert got["Item"] == wanted


OVERLAP = (
    "Two document paths overlap with each other; must remove or rewrite one of these paths; "
)
CONFLICT = (
    "Two document paths conflict with each other; must remove or rewrite one of these paths; "
)
IN_UPDATE = "The function is not allowed in an update expression; function: "
UNTYPED = "Incorrect operand type for operator or function; operator: "
UPDATE_ERRORS: dict[str, str] = {
    "": "The expression can not be empty;",
    "SET": 'Syntax error; token: "<EOF>", near: "SET"',
    "INVALID SYNTAX": 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"',
    "SET a": Part("Syntax error; token: "),
    "SET a =": 'Syntax error; token: "<EOF>", near: "="',
    "SET a = :1,": 'Syntax error; token: "<EOF>", near: ","',
    "SET a = :1 b = :2": 'Syntax error; token: "b", near: ":1 b ="',
    "SET a = :1 + :2 + :9": 'Syntax error; token: "+", near: ":2 + :9"',
    "SET a = :1 * :2": Part("Syntax error; token: "),
    "SET a == :1": Part("Syntax error; token: "),
    "REMOVE a = :1": Part("Syntax error; token: "),
    "ADD a": Part("Syntax error; token: "),
    "ADD a = :1": Part("Syntax error; token: "),
    "SET a = 5": Part("Syntax error; token: "),
    "SET a = :1 SET b = :2": 'The "SET" section can only be used once in an update expression;',
    "REMOVE a REMOVE s": 'The "REMOVE" section can only be used once in an update expression;',
    "ADD a :1 ADD b :2": 'The "ADD" section can only be used once in an update expression;',
    "DELETE ss :ss DELETE b :ss":
        'The "DELETE" section can only be used once in an update expression;',
    "SET a = :1, a = :2": OVERLAP + "path one: [a], path two: [a]",
    "SET a = :1 REMOVE a": OVERLAP + "path one: [a], path two: [a]",
    "SET mm = :m, mm.x = :1": OVERLAP + "path one: [mm], path two: [mm, x]",
    "SET mm.x = :1 REMOVE mm": OVERLAP + "path one: [mm, x], path two: [mm]",
    "SET mm.x = :1, mm[0] = :1": CONFLICT + "path one: [mm, x], path two: [mm, [0]]",
    "SET l[0] = :1, l[0] = :2": OVERLAP + "path one: [l, [0]], path two: [l, [0]]",
    "SET name = :1": "Attribute name is a reserved keyword; reserved keyword: name",
    "SET a = name": "Attribute name is a reserved keyword; reserved keyword: name",
    "SET a = :nope": "An expression attribute value used in expression is not defined; attribute "
                     "value: :nope",
    "SET #nope = :1": "An expression attribute name used in the document path is not defined; "
                      "attribute name: #nope",
    "SET a = nope(a)": "Invalid function name; function: nope",
    "SET a = size(s)": IN_UPDATE + "size",
    "SET a = attribute_exists(s)": IN_UPDATE + "attribute_exists",
    "SET a = if_not_exists(a)": NUMBER_OF + "if_not_exists, number of operands: 1",
    "SET a = if_not_exists(:1, :2)":
        "Operator or function requires a document path; operator or function: if_not_exists",
    "SET a = list_append(l)": NUMBER_OF + "list_append, number of operands: 1",
    "SET a = list_append(l, :1)": OPERAND + "list_append, operand type: N",
    "SET a = a + :s": OPERAND + "+, operand type: S",
    "SET a = :l - a": OPERAND + "-, operand type: L",
    "ADD a :s": Part(UNTYPED + "ADD, operand type: STRING, typeSet: "),
    "ADD l :l": Part(UNTYPED + "ADD, operand type: LIST, typeSet: "),
    "ADD mm :m": Part(UNTYPED + "ADD, operand type: MAP, typeSet: "),
    "DELETE a :1": Part(UNTYPED + "DELETE, operand type: NUMBER, typeSet: "),
    "DELETE l :l": Part(UNTYPED + "DELETE, operand type: LIST, typeSet: "),
}


@pytest.mark.parametrize("text", UPDATE_ERRORS)
def test_update_errors(client: Any, hash_table: str, text: str) -> None:
    error = UPDATE_ERRORS[text]
    whole = f"{ENVELOPE}Invalid UpdateExpression: {error}"
    refuses(
        client.update_item, VALIDATION, Part(whole) if isinstance(error, Part) else whole,
        TableName=hash_table, Key={"pk": s("never")}, UpdateExpression=text,
        **parameters(text, V),
    )


INVALID_PATH = "The document path provided in the update expression is invalid for update"
NO_ATTRIBUTE = "The provided expression refers to an attribute that does not exist in the item"
WRONG_DATA = "An operand in the update expression has an incorrect data type"
STORED_ERRORS: dict[str, str] = {
    "SET b = nope": NO_ATTRIBUTE,
    "SET b = nope + :1": NO_ATTRIBUTE,
    "SET b = mm.nope": NO_ATTRIBUTE,
    "SET b = l[9]": NO_ATTRIBUTE,
    "SET b = list_append(nope, :l)": NO_ATTRIBUTE,
    "SET nope.x = :1": INVALID_PATH,
    "SET mm.nope.x = :1": INVALID_PATH,
    "SET nope[0] = :1": INVALID_PATH,
    "SET a.x = :1": INVALID_PATH,
    "SET mm[0] = :1": INVALID_PATH,
    "SET l.x = :1": INVALID_PATH,
    "REMOVE nope.x": INVALID_PATH,
    "ADD nope.x :1": INVALID_PATH,
    "SET a = s + :1": WRONG_DATA,
    "SET a = :1 + l": WRONG_DATA,
    "SET l = list_append(a, :l)": WRONG_DATA,
    "ADD s :1": WRONG_DATA,
    "ADD a :ss": WRONG_DATA,
    "ADD ns :ss": WRONG_DATA,
    "ADD ns :1": WRONG_DATA,
    "DELETE ns :ss": WRONG_DATA,
    "DELETE a :ss": WRONG_DATA,
}


@pytest.mark.parametrize("text", STORED_ERRORS)
def test_errors_that_need_the_stored_item(
    client: Any, hash_table: str, key: str, text: str
) -> None:
    client.put_item(TableName=hash_table, Item={"pk": s(key), **BEFORE})
    refuses(
        client.update_item, VALIDATION, STORED_ERRORS[text],
        TableName=hash_table, Key={"pk": s(key)}, UpdateExpression=text, **parameters(text, V),
    )
    got = client.get_item(TableName=hash_table, Key={"pk": s(key)}, ConsistentRead=True)
    assert got["Item"] == {"pk": s(key), **BEFORE}


def test_operators_have_a_limit(client: Any, hash_table: str) -> None:
    """AWS: at most 300 operators and functions in one expression."""
    fits = " OR ".join([f"a{number}=:v" for number in range(150)])  # 150 + 149
    client.scan(
        TableName=hash_table, FilterExpression=fits, ExpressionAttributeValues={":v": n(1)}
    )
    too_many = " OR ".join([f"a{number}=:v" for number in range(301)])
    refuses(
        client.scan, VALIDATION, Part("Invalid FilterExpression: "), TableName=hash_table,
        FilterExpression=too_many, ExpressionAttributeValues={":v": n(1)},
    )


def test_in_takes_a_hundred_operands(client: Any, stored: Any) -> None:
    table, key = stored
    names = [f":v{number}" for number in range(101)]
    for count in (100, 101):
        request = {
            "TableName": table, "Key": key,
            "ConditionExpression": f"one IN ({','.join(names[:count])})",
            "ExpressionAttributeValues": {
                name: n(number + 1) for number, name in enumerate(names[:count])
            },
        }
        if count == 100:
            client.update_item(**request)
        else:
            refuses(client.update_item, VALIDATION, Part("ConditionExpression"), **request)


def test_the_longest_expression_fits(client: Any, stored: Any) -> None:
    table, key = stored
    spaces = "attribute_exists(one)".ljust(4096)
    client.update_item(TableName=table, Key=key, ConditionExpression=spaces)
    refuses(
        client.update_item, VALIDATION, Part("expression size: 4097"),
        TableName=table, Key=key, ConditionExpression=spaces + " ",
    )


INTO_KEYS = {
    "pk.a": "Key: pk", "sk[0]": "Key: sk", "g1.a": "IndexKey: g1", "l2[1].b": "IndexKey: l2",
}


@pytest.mark.parametrize("path", INTO_KEYS)
def test_no_path_leads_into_a_key(client: Any, indexed_table: str, path: str) -> None:
    text = (
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        f"allowed: {INTO_KEYS[path]}"
    )
    table = {"TableName": indexed_table}
    at_key = {**table, "Key": {"pk": s("into keys"), "sk": s("a")}}
    condition = f"attribute_exists({path})"
    refuses(client.update_item, VALIDATION, text, ConditionExpression=condition, **at_key)
    refuses(client.update_item, VALIDATION, text, UpdateExpression=f"SET a = {path}", **at_key)
    refuses(client.delete_item, VALIDATION, text, ConditionExpression=condition, **at_key)
    refuses(client.get_item, VALIDATION, text, ProjectionExpression=path, **at_key)
    refuses(client.scan, VALIDATION, text, FilterExpression=condition, **table)
    refuses(client.scan, VALIDATION, text, ProjectionExpression=path, **table)
