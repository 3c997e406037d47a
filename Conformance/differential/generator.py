"""Seeded random requests on two small tables: few keys and few values, so that they meet.

Half of them succeed; the others break one rule or another, whose errors are compared as well. The
same seed gives the same requests, whatever is answered.
"""

from __future__ import annotations

import random
from typing import Any, Iterator

from support.tables import attributes, index, keys, lst, m, n, on_demand, s

Request = dict[str, Any]

TABLES: dict[str, Request] = {
    "diff-hash": on_demand(keys("pk"), attributes(pk="S")),
    "diff-range": on_demand(
        keys("pk", "sk"),
        attributes(pk="S", sk="N", g="S", h="N"),
        GlobalSecondaryIndexes=[index("byG", keys("g", "h"))],
        LocalSecondaryIndexes=[index("byH", keys("pk", "h"))],
    ),
}
PARTITIONS = ("a", "b", "é")
SORTS = ("-1", "0", "1", "2.5", "10")
NAMES = ("v", "w", "x")
VALUES: tuple[Any, ...] = (
    s(""), s("a"), s("ab"), s("b"), s("é"), n(0), n(1), n(-1), n("1.50"), n("1e2"), n("0.1"),
    n("12345678901234567890123456789012345678"), {"B": "AAE="}, {"B": "Yg=="}, {"BOOL": True},
    {"BOOL": False}, {"NULL": True}, {"SS": ["a", "b"]}, {"SS": ["b"]}, {"NS": ["1", "2"]},
    {"NS": ["1.0"]}, {"BS": ["AAE="]}, lst(), lst(n(1), s("a")), m(), m(y=n(1)),
    m(y=m(z=s("a")), l=lst(n(2))),
)
SETS = tuple(value for value in VALUES if set(value) & {"SS", "NS", "BS"})
NUMBERS = tuple(value for value in VALUES if "N" in value)
COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
TYPES = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", "Q")


class Expressions:
    """The expressions of one request, with what their placeholders stand for."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.values: Request = {}
        self.names: dict[str, str] = {}

    def value(self, choices: tuple[Any, ...] = VALUES) -> str:
        name = f":v{len(self.values)}"
        self.values[name] = self.rng.choice(choices)
        return name

    def name(self, name: str) -> str:
        if self.rng.random() < 0.5:
            return name
        self.names["#" + name] = name
        return "#" + name

    def path(self) -> str:
        path = self.name(self.rng.choice(NAMES))
        chance = self.rng.random()
        if chance < 0.15:
            return f"{path}.y"
        if chance < 0.25:
            return f"{path}[{self.rng.choice((0, 1, 5))}]"
        if chance < 0.30:
            return f"{path}.y.z"
        return path

    def condition(self, depth: int = 2) -> str:
        rng = self.rng
        kind = rng.randrange(11 if depth else 8)
        if kind == 0:
            return f"attribute_exists({self.path()})"
        if kind == 1:
            return f"attribute_not_exists({self.path()})"
        if kind == 2:
            return f"{self.path()} {rng.choice(COMPARATORS)} {self.value()}"
        if kind == 3:
            value = f":v{len(self.values)}"
            self.values[value] = s(rng.choice(TYPES))
            return f"attribute_type({self.path()}, {value})"
        if kind == 4:
            return f"begins_with({self.path()}, {self.value()})"
        if kind == 5:
            return f"contains({self.path()}, {self.value()})"
        if kind == 6:
            return f"size({self.path()}) {rng.choice(COMPARATORS)} {self.value(NUMBERS)}"
        if kind == 7:
            chance = rng.random()
            if chance < 0.5:
                return f"{self.path()} IN ({self.value()}, {self.value()})"
            return f"{self.path()} BETWEEN {self.value(NUMBERS)} AND {self.value(NUMBERS)}"
        if kind == 8:
            return f"NOT ({self.condition(depth - 1)})"
        link = "AND" if kind == 9 else "OR"
        return f"({self.condition(depth - 1)}) {link} ({self.condition(depth - 1)})"

    def operand(self) -> str:
        rng = self.rng
        chance = rng.random()
        if chance < 0.5:
            return self.value()
        if chance < 0.6:
            return self.path()
        if chance < 0.75:
            return f"if_not_exists({self.path()}, {self.value()})"
        if chance < 0.85:
            return f"{self.path()} {rng.choice('+-')} {self.value(NUMBERS)}"
        if chance < 0.95:
            return f"list_append({self.path()}, {self.value((lst(n(7)), lst(), s('a')))})"
        return f"if_not_exists({self.path()}, {self.value(NUMBERS)}) + {self.value(NUMBERS)}"

    def update(self) -> str:
        rng = self.rng
        parts = []
        if rng.random() < 0.7:
            count = rng.choice((1, 1, 1, 2))
            parts.append("SET " + ", ".join(f"{self.path()} = {self.operand()}" for _ in range(count)))
        if rng.random() < 0.3:
            parts.append("REMOVE " + self.path())
        if rng.random() < 0.25:
            parts.append(f"ADD {self.path()} {self.value(NUMBERS + SETS)}")
        if rng.random() < 0.2:
            parts.append(f"DELETE {self.path()} {self.value(SETS)}")
        return " ".join(parts or [f"SET v = {self.value()}"])

    def projection(self) -> str:
        return ", ".join(self.path() for _ in range(self.rng.choice((1, 2))))

    def add_to(self, request: Request) -> Request:
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        if self.names:
            request["ExpressionAttributeNames"] = self.names
        return request


class Generator:
    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)

    def requests(self, count: int) -> Iterator[tuple[str, Request]]:
        kinds = [
            (self.put, 18), (self.update, 30), (self.delete, 8), (self.get, 8), (self.query, 14),
            (self.scan, 4), (self.batch_write, 3), (self.batch_get, 3), (self.transact_write, 8),
            (self.transact_get, 2), (self.broken, 4),
        ]
        makers = [kind for kind, _ in kinds]
        weights = [weight for _, weight in kinds]
        for _ in range(count):
            yield self.rng.choices(makers, weights)[0]()

    # Pieces

    def table(self) -> str:
        return self.rng.choice(tuple(TABLES))

    def key(self, table: str) -> Request:
        key = {"pk": s(self.rng.choice(PARTITIONS))}
        if table == "diff-range":
            key["sk"] = n(self.rng.choice(SORTS))
        return key

    def item(self, table: str) -> Request:
        item = self.key(table)
        for name in NAMES:
            if self.rng.random() < 0.6:
                item[name] = self.rng.choice(VALUES)
        if table == "diff-range":
            if self.rng.random() < 0.5:
                item["g"] = s(self.rng.choice(("p", "q")))
            if self.rng.random() < 0.5:
                item["h"] = n(self.rng.choice(SORTS))
        return item

    def guarded(self, request: Request, expressions: Expressions) -> Request:
        if self.rng.random() < 0.35:
            request["ConditionExpression"] = expressions.condition()
            if self.rng.random() < 0.3:
                request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return expressions.add_to(request)

    # Operations

    def put(self) -> tuple[str, Request]:
        table = self.table()
        request: Request = {"TableName": table, "Item": self.item(table)}
        if self.rng.random() < 0.4:
            request["ReturnValues"] = self.rng.choice(("NONE", "ALL_OLD", "UPDATED_NEW"))
        return "PutItem", self.guarded(request, Expressions(self.rng))

    def update(self) -> tuple[str, Request]:
        table = self.table()
        expressions = Expressions(self.rng)
        request: Request = {
            "TableName": table, "Key": self.key(table), "UpdateExpression": expressions.update(),
            "ReturnValues": self.rng.choice(
                ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
            ),
        }
        return "UpdateItem", self.guarded(request, expressions)

    def delete(self) -> tuple[str, Request]:
        table = self.table()
        request: Request = {"TableName": table, "Key": self.key(table)}
        if self.rng.random() < 0.5:
            request["ReturnValues"] = "ALL_OLD"
        return "DeleteItem", self.guarded(request, Expressions(self.rng))

    def get(self) -> tuple[str, Request]:
        table = self.table()
        expressions = Expressions(self.rng)
        request: Request = {"TableName": table, "Key": self.key(table), "ConsistentRead": True}
        if self.rng.random() < 0.5:
            request["ProjectionExpression"] = expressions.projection()
        return "GetItem", expressions.add_to(request)

    def query(self) -> tuple[str, Request]:
        rng = self.rng
        expressions = Expressions(rng)
        hash_name, sort_name, choices = "pk", "sk", PARTITIONS
        request: Request = {"TableName": "diff-range"}
        chance = rng.random()
        if chance < 0.3:
            request["IndexName"] = "byG"
            hash_name, sort_name, choices = "g", "h", ("p", "q")
        elif chance < 0.5:
            request["IndexName"] = "byH"
            sort_name = "h"
        elif chance < 0.6:
            request["TableName"] = "diff-hash"
        expressions.values[":p"] = s(rng.choice(choices))
        text = f"{hash_name} = :p"
        if request["TableName"] == "diff-range" and rng.random() < 0.5:
            low, high = sorted(rng.sample(SORTS, 2), key=float)
            expressions.values[":l"] = n(low)
            if rng.random() < 0.4:
                expressions.values[":h"] = n(high)
                text += f" AND {sort_name} BETWEEN :l AND :h"
            else:
                text += f" AND {sort_name} {rng.choice(('=', '<', '<=', '>', '>='))} :l"
        request["KeyConditionExpression"] = text
        if rng.random() < 0.3:
            request["ScanIndexForward"] = False
        if rng.random() < 0.4:
            request["FilterExpression"] = expressions.condition(1)
        if "IndexName" not in request and rng.random() < 0.4:
            # Of an index, equal keys may come in any order, so a page may be any.
            request["Limit"] = rng.choice((1, 2, 3))
        if rng.random() < 0.2:
            request["Select"] = "COUNT"
        elif rng.random() < 0.2:
            request["ProjectionExpression"] = expressions.projection()
        return "Query", expressions.add_to(request)

    def scan(self) -> tuple[str, Request]:
        expressions = Expressions(self.rng)
        request: Request = {"TableName": self.table(), "ConsistentRead": True}
        if self.rng.random() < 0.6:
            request["FilterExpression"] = expressions.condition()
        return "Scan", expressions.add_to(request)

    def batch_write(self) -> tuple[str, Request]:
        entries: Request = {}
        for _ in range(self.rng.choice((1, 2, 4))):
            table = self.table()
            if self.rng.random() < 0.7:
                entry = {"PutRequest": {"Item": self.item(table)}}
            else:
                entry = {"DeleteRequest": {"Key": self.key(table)}}
            entries.setdefault(table, []).append(entry)
        return "BatchWriteItem", {"RequestItems": entries}

    def batch_get(self) -> tuple[str, Request]:
        entries: Request = {}
        for _ in range(self.rng.choice((1, 2, 4))):
            table = self.table()
            entries.setdefault(table, {"Keys": []})["Keys"].append(self.key(table))
        return "BatchGetItem", {"RequestItems": entries}

    def transact_write(self) -> tuple[str, Request]:
        actions = []
        for _ in range(self.rng.choice((1, 2, 3))):
            table = self.table()
            expressions = Expressions(self.rng)
            kind = self.rng.choice(("Put", "Update", "Delete", "ConditionCheck"))
            action: Request = {"TableName": table}
            if kind == "Put":
                action["Item"] = self.item(table)
            else:
                action["Key"] = self.key(table)
            if kind == "Update":
                action["UpdateExpression"] = expressions.update()
            if kind == "ConditionCheck":
                action["ConditionExpression"] = expressions.condition()
                actions.append({kind: expressions.add_to(action)})
            else:
                actions.append({kind: self.guarded(action, expressions)})
        return "TransactWriteItems", {"TransactItems": actions}

    def transact_get(self) -> tuple[str, Request]:
        tables = [self.table() for _ in range(2)]
        return "TransactGetItems", {
            "TransactItems": [
                {"Get": {"TableName": table, "Key": self.key(table)}} for table in tables
            ]
        }

    def broken(self) -> tuple[str, Request]:
        """A request that breaks one rule that has a place in the documentation."""
        table = "diff-range"
        key = self.key(table)
        choices: list[tuple[str, Request]] = [
            ("GetItem", {"TableName": "diff-missing", "Key": key}),
            ("GetItem", {"TableName": table, "Key": {"pk": key["pk"]}}),
            ("GetItem", {"TableName": table, "Key": {**key, "v": s("a")}}),
            ("GetItem", {"TableName": table, "Key": {**key, "sk": s("a")}}),
            ("PutItem", {"TableName": table, "Item": {"pk": s("a")}}),
            ("PutItem", {"TableName": table, "Item": {"pk": s(""), "sk": n(1)}}),
            ("PutItem", {"TableName": table, "Item": {**key, "v": {"SS": []}}}),
            ("PutItem", {"TableName": table, "Item": {**key, "v": {"SS": ["a", "a"]}}}),
            ("PutItem", {"TableName": table, "Item": {**key, "v": n("abc")}}),
            ("PutItem", {"TableName": table, "Item": {**key, "v": n("1e126")}}),
            ("PutItem", {"TableName": table, "Item": {**key, "v": n("1" * 39)}}),
            ("PutItem", {"TableName": table, "Item": {**key, "h": s("a")}}),
            ("PutItem", {"TableName": table, "Item": key, "ConditionExpression": "v = :v"}),
            ("PutItem", {"TableName": table, "Item": key, "ConditionExpression": "v ="}),
            ("PutItem", {"TableName": table, "Item": key,
                         "ConditionExpression": "attribute_exists(#v)",
                         "ExpressionAttributeNames": {"#v": "v", "#w": "w"}}),
            ("UpdateItem", {"TableName": table, "Key": key, "UpdateExpression": "SET sk = :v",
                            "ExpressionAttributeValues": {":v": n(1)}}),
            ("UpdateItem", {"TableName": table, "Key": key,
                            "UpdateExpression": "SET v = :v, v = :v",
                            "ExpressionAttributeValues": {":v": n(1)}}),
            ("UpdateItem", {"TableName": table, "Key": key,
                            "UpdateExpression": "SET v = :v SET w = :v",
                            "ExpressionAttributeValues": {":v": n(1)}}),
            ("UpdateItem", {"TableName": table, "Key": key, "UpdateExpression": ""}),
            ("Query", {"TableName": table, "KeyConditionExpression": "sk = :v",
                       "ExpressionAttributeValues": {":v": n(1)}}),
            ("Query", {"TableName": table, "KeyConditionExpression": "pk = :v", "Limit": 0,
                       "ExpressionAttributeValues": {":v": s("a")}}),
            ("Query", {"TableName": table, "KeyConditionExpression": "pk = :v",
                       "IndexName": "byNone", "ExpressionAttributeValues": {":v": s("a")}}),
            ("Query", {"TableName": table, "KeyConditionExpression": "g = :v",
                       "IndexName": "byG", "ConsistentRead": True,
                       "ExpressionAttributeValues": {":v": s("p")}}),
            ("Scan", {"TableName": table, "Segment": 3, "TotalSegments": 2}),
            ("BatchGetItem", {"RequestItems": {table: {"Keys": [key, key]}}}),
            ("BatchWriteItem", {"RequestItems": {}}),
            ("TransactGetItems", {"TransactItems": []}),
            ("TransactWriteItems", {"TransactItems": [
                {"Delete": {"TableName": table, "Key": key}},
                {"Put": {"TableName": table, "Item": key}}]}),
        ]
        return self.rng.choice(choices)
