"""Rows in a table of a DynamoDB endpoint, whose two keys are text of any names.

    partition key                          sort key   attributes
    <namespace>/nodes                      row id     payload, metadata, document, words, length,
                                                      embedding (B: 32-bit floats, little-endian),
                                                      <metric>_<dimensions> (L: the same as numbers)
    <namespace>/<document>/owned           row id     none; the document's id is percent-encoded

A row and its entry under the document are written in one transaction. An entry may outlive a row's
move to another document, so whoever deletes by it asks the row whose it is. The vector index
martlet-<metric>-<dimensions> has the partition key as its HASH and everything projected.

Rows of LlamaIndex's own store are read beside them and removed with them, never written:
<namespace>/embedding and <namespace>/text_id_to_doc_id, each with `value`. A row of ours with the
same id counts instead.

What the vector index cannot answer (more than 100 rows, a filter that too few of the nearest 100
match, no index) is read: all rows of the partition, of which the server sends those that match.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

import numpy as np

from . import ranking
from .door import TableDoor, code_of
from .expressions import Expression, condition, decoded, encoded
from .filters import EVERYTHING
from .rows import Row, Scope
from .steps import Steps, ask, work

log = logging.getLogger("martlet")

DEFAULT_NAMESPACE = "vector_store"
# SearchVectors finds no more.
MOST_FOUND = 100
LARGE_ANSWER = 4_000_000
# Of a transaction: two writes for each row, 100 in all; 4 MB, by a generous estimate.
ROWS_PER_TRANSACTION = 50
BYTES_PER_TRANSACTION = 2_500_000
KEYS_PER_BATCH = 100
ATTEMPTS = 8

# Reasons of a cancelled transaction that are gone later.
PASSING = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")

FUNCTIONS = {"cosine": "COSINE", "euclidean": "EUCLIDEAN", "dot_product": "DOT_PRODUCT"}

Item = dict[str, Any]


class TablePlace:
    """A namespace in a table. Any number of threads, event loops and processes may use it."""

    def __init__(
        self, door: TableDoor, table: str, namespace: str | None, metric: str, create: bool
    ) -> None:
        if metric not in FUNCTIONS:
            raise ValueError(f"metric must be one of {', '.join(FUNCTIONS)}, not {metric}.")
        self.door = door
        self.metric = metric
        self._table = table
        self._namespace = namespace or DEFAULT_NAMESPACE
        self._nodes = f"{self._namespace}/nodes"
        # Dimensions whose index was seen or asked for.
        self._indexed: set[int] = set()
        # Of the rows that were there, or were put.
        self._dimensions: int | None = None
        self._lengths: tuple[int, float] | None = None
        self._hash, self._range = self._keys(create)

    @property
    def client(self) -> Any:
        return self.door.client

    def _keys(self, create: bool) -> tuple[str, str]:
        """The names of the table's keys."""
        client = self.door.client
        try:
            description = client.describe_table(TableName=self._table)["Table"]
        except Exception as error:
            if not create or code_of(error) != "ResourceNotFoundException":
                raise
            try:
                client.create_table(
                    TableName=self._table, BillingMode="PAY_PER_REQUEST",
                    KeySchema=[{"AttributeName": "collection", "KeyType": "HASH"},
                               {"AttributeName": "key", "KeyType": "RANGE"}],
                    AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"}
                                          for name in ("collection", "key")])
            except Exception as other:
                # Of two that make it at once one finds it made.
                if code_of(other) != "ResourceInUseException":
                    raise
            client.get_waiter("table_exists").wait(
                TableName=self._table, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
            description = client.describe_table(TableName=self._table)["Table"]
        names = {key["KeyType"]: key["AttributeName"] for key in description["KeySchema"]}
        types = {each["AttributeName"]: each["AttributeType"]
                 for each in description["AttributeDefinitions"]}
        if "RANGE" not in names or {types[name] for name in names.values()} != {"S"}:
            raise ValueError(
                f"The table {self._table} must have a partition key and a sort key, both strings.")
        return names["HASH"], names["RANGE"]

    def _key(self, partition: str, id: str) -> Item:
        return {self._hash: {"S": partition}, self._range: {"S": id}}

    def _owned(self, document: str) -> str:
        return f"{self._namespace}/{quote(document, safe='')}/owned"

    # Writing

    def put(self, rows: Sequence[Row]) -> Steps[None]:
        rows = list({row.id: row for row in rows}.values())
        several = sorted({len(row.vector) for row in rows})
        if len(several) > 1:
            raise ValueError(f"The vectors have different dimensions: {several}.")
        for dimensions in several:
            yield from self._check(dimensions)
            if dimensions not in self._indexed:
                yield from self._make_index(dimensions)
        batches = yield from work(lambda: list(self._batches(rows)))
        for batch in batches:
            yield from self._transact(batch)

    def _check(self, dimensions: int) -> Steps[None]:
        """Refuses what the rows that are there cannot be compared with."""
        if self._dimensions != dimensions:
            # The first time, or somebody else has cleared the namespace.
            answer = yield from ask(
                "Query", TableName=self._table, ConsistentRead=True, Limit=1,
                KeyConditionExpression="#hash = :hash", ProjectionExpression="embedding",
                ExpressionAttributeNames={"#hash": self._hash},
                ExpressionAttributeValues={":hash": {"S": self._nodes}})
            if answer["Items"]:
                self._dimensions = len(_bytes(answer["Items"][0]["embedding"]["B"])) // 4
                if self._dimensions != dimensions:
                    raise ValueError(f"{self._nodes} has vectors of {self._dimensions} dimensions, "
                                     f"not {dimensions}.")
        self._dimensions = dimensions

    def _batches(self, rows: Sequence[Row]) -> Iterator[list[Item]]:
        batch: list[Item] = []
        size = 0
        for row in rows:
            put = {"Put": {"TableName": self._table, "Item": self._item(row)}}
            # A number of the list takes 11 bytes of the item, and as many as there are digits here.
            bytes = len(row.payload) * 4 + 25 * len(row.vector) + 16 * sum(map(len, row.words))
            if batch and (size + bytes > BYTES_PER_TRANSACTION
                          or len(batch) >= 2 * ROWS_PER_TRANSACTION - 1):
                yield batch
                batch, size = [], 0
            batch.append(put)
            size += bytes
            if row.document is not None:
                entry = self._key(self._owned(row.document), row.id)
                batch.append({"Put": {"TableName": self._table, "Item": entry}})
        if batch:
            yield batch

    def _item(self, row: Row) -> Item:
        vector = np.asarray(row.vector, dtype="<f4")
        if vector.ndim != 1 or not np.isfinite(vector).all():
            raise ValueError(f"The embedding of {row.id} has what is no finite 32-bit float.")
        item = self._key(self._nodes, row.id) | {
            "payload": {"S": row.payload},
            "metadata": encoded(row.metadata),
            "words": {"S": f" {' '.join(row.words)} "},
            "length": {"N": str(len(row.words))},
            "embedding": {"B": vector.tobytes()},
            f"{self.metric}_{len(vector)}": {"L": [{"N": str(x)} for x in vector]},
        }
        if row.document is not None:
            item["document"] = {"S": row.document}
        return item

    def _transact(self, writes: list[Item]) -> Steps[None]:
        wait = 0.02
        for attempt in range(1, ATTEMPTS + 1):
            try:
                yield from ask("TransactWriteItems", TransactItems=writes)
                return
            except Exception as error:
                # Another transaction had one of the rows and ends soon, or all are too many.
                if attempt == ATTEMPTS or not any(reason in str(error) for reason in PASSING):
                    raise
            yield partial(time.sleep, wait)
            wait *= 2

    def _make_index(self, dimensions: int) -> Steps[None]:
        """Asks for the vector index, unless it is there. It need not be ready for anything."""
        name = self._index(dimensions)
        if not (yield from self._has_index(name)):
            try:
                yield from ask(
                    "UpdateTable", TableName=self._table,
                    AttributeDefinitions=[
                        {"AttributeName": self._hash, "AttributeType": "S"}],
                    VectorIndexUpdates=[{"Create": {
                        "IndexName": name,
                        "VectorAttribute": {"AttributeName": f"{self.metric}_{dimensions}"},
                        "Dimensions": dimensions,
                        "DistanceFunction": FUNCTIONS[self.metric],
                        "SearchSchema": [{"AttributeName": self._hash,
                                          "SearchSchemaElementType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }}])
            except Exception as error:
                # Somebody else may have made it meanwhile. Everything works without: by reading
                # all rows.
                if not (yield from self._has_index(name)):
                    log.warning("martlet: no vector index for %s: %s", self._table, error)
                    return
        self._indexed.add(dimensions)

    def _has_index(self, name: str) -> Steps[bool]:
        description = yield from ask("DescribeTable", TableName=self._table)
        indexes = description["Table"].get("VectorIndexes", [])
        return any(index["IndexName"] == name for index in indexes)

    def _index(self, dimensions: int) -> str:
        return f"martlet-{self.metric}-{dimensions}"

    def remove(self, ids: Collection[str]) -> Steps[None]:
        rows = yield from self._ours(ids, "document")
        yield from self._delete(
            [self._key(self._owned(document), id) for id, item in rows.items()
             if (document := _text(item, "document")) is not None]
            + [self._key(partition, id) for id in dict.fromkeys(ids)
               for partition in (self._nodes, *self._published_partitions)])

    @property
    def _published_partitions(self) -> tuple[str, str]:
        return f"{self._namespace}/embedding", f"{self._namespace}/text_id_to_doc_id"

    def _delete(self, keys: list[Item]) -> Steps[None]:
        for start in range(0, len(keys), 25):
            requests = [{"DeleteRequest": {"Key": key}} for key in keys[start:start + 25]]
            wait = 0.02
            while requests:
                answer = yield from ask(
                    "BatchWriteItem", RequestItems={self._table: requests})
                requests = answer.get("UnprocessedItems", {}).get(self._table, [])
                if requests:
                    yield partial(time.sleep, wait)
                    wait = min(2 * wait, 2)

    def remove_document(self, document: str) -> Steps[None]:
        ids = yield from self._ids_of(document)
        rows = yield from self._ours(ids, "document")
        keys = [self._key(self._owned(document), id) for id in ids]
        for id in ids:
            if id in rows and _text(rows[id], "document") == document:
                # Unless it has come to another document meanwhile.
                try:
                    yield from ask(
                        "DeleteItem", TableName=self._table, Key=self._key(self._nodes, id),
                        ConditionExpression="#d = :d", ExpressionAttributeNames={"#d": "document"},
                        ExpressionAttributeValues={":d": {"S": document}})
                except Exception as error:
                    if code_of(error) != "ConditionalCheckFailedException":
                        raise
        published = yield from self._published()
        keys += [self._key(partition, row.id) for row in published.values()
                 if row.document == document for partition in self._published_partitions]
        yield from self._delete(keys)

    def clear(self) -> Steps[None]:
        rows = yield from self._query(self._nodes, "document")
        keys: list[Item] = []
        for item in rows:
            id = item[self._range]["S"]
            keys.append(self._key(self._nodes, id))
            if (document := _text(item, "document")) is not None:
                keys.append(self._key(self._owned(document), id))
        for partition in self._published_partitions:
            rows = yield from self._query(partition)
            keys += [self._key(partition, item[self._range]["S"]) for item in rows]
        yield from self._delete(keys)

    def flush(self) -> Steps[None]:
        # What was answered is written.
        yield from ()

    # Reading

    def _query(
        self, partition: str, *attributes: str, only: Expression | None = None
    ) -> Steps[list[Item]]:
        """All items of a partition, with these attributes of them and the sort key."""
        return (yield from self._counted(partition, *attributes, only=only))[0]

    def _counted(
        self, partition: str, *attributes: str, only: Expression | None = None,
        most: int | None = None,
    ) -> Steps[tuple[list[Item], int]]:
        """What `_query` gives, or the first of it; and how many items were read for it."""
        names = {"#hash": self._hash, "#range": self._range}
        names |= {f"#a{n}": name for n, name in enumerate(attributes)}
        values: Item = {":hash": {"S": partition}}
        request: Item = {
            "TableName": self._table, "ConsistentRead": True,
            "KeyConditionExpression": "#hash = :hash",
            "ProjectionExpression": ", ".join(name for name in names if name != "#hash"),
        }
        if only is not None:
            request["FilterExpression"] = only.text
            names |= only.names
            values |= only.values
        items: list[Item] = []
        read = 0
        while True:
            answer = yield from ask(
                "Query", **request, ExpressionAttributeNames=names,
                ExpressionAttributeValues=values)
            items += answer["Items"]
            read += int(answer["ScannedCount"])
            if "LastEvaluatedKey" not in answer or most is not None and len(items) >= most:
                return items, read
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _ours(self, ids: Collection[str], *attributes: str) -> Steps[dict[str, Item]]:
        """Those of our rows that there are, with these attributes."""
        names = {"#range": self._range} | {f"#a{n}": name for n, name in enumerate(attributes)}
        found: dict[str, Item] = {}
        keys = [self._key(self._nodes, id) for id in dict.fromkeys(ids)]
        wait = 0.02
        while keys:
            answer = yield from ask("BatchGetItem", RequestItems={self._table: {
                "Keys": keys[:KEYS_PER_BATCH], "ConsistentRead": True,
                "ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}})
            items = answer["Responses"].get(self._table, [])
            found |= {item[self._range]["S"]: item for item in items}
            left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            keys = left + keys[KEYS_PER_BATCH:]
            # Answers end at 16 MB, which is no reason to wait.
            if left and not items:
                yield partial(time.sleep, wait)
                wait = min(2 * wait, 2)
        return found

    def _published(self) -> Steps[dict[str, Row]]:
        """All rows of LlamaIndex's own store."""
        embeddings, owners = self._published_partitions
        items = yield from self._query(embeddings, "value")
        if not items:
            return {}
        documents = {item[self._range]["S"]: _text(item, "value")
                     for item in (yield from self._query(owners, "value"))}
        return {
            (id := item[self._range]["S"]): Row(
                id, "", document=documents.get(id),
                vector=[float(x["N"]) for x in item["value"]["L"]])
            for item in items if "L" in item.get("value", {})
        }

    def _ids_of(self, document: str) -> Steps[list[str]]:
        items = yield from self._query(self._owned(document))
        return [item[self._range]["S"] for item in items]

    def _row(self, item: Item) -> Row:
        vector = np.frombuffer(_bytes(item["embedding"]["B"]), "<f4") if "embedding" in item else ()
        metadata = decoded(item["metadata"]) if "metadata" in item else {}
        return Row(
            item[self._range]["S"], _text(item, "payload") or "", metadata,
            _text(item, "document"), (_text(item, "words") or "").split(),
            vector if isinstance(vector, tuple) else vector.tolist())

    def get(self, ids: Collection[str], with_vectors: bool) -> Steps[dict[str, Row]]:
        vectors = ("embedding",) if with_vectors else ()
        items = yield from self._ours(ids, "payload", "metadata", "document", *vectors)
        found = yield from work(lambda: {id: self._row(item) for id, item in items.items()})
        missing = set(ids) - found.keys()
        if missing:
            published = yield from self._published()
            found |= {id: row for id, row in published.items() if id in missing}
        return found

    def matching(self, scope: Scope, with_vectors: bool) -> Steps[list[Row]]:
        found = yield from self._read(scope, "payload", *(["embedding"] if with_vectors else []))
        return sorted(found.values(), key=lambda row: row.id)

    def _read(self, scope: Scope, *attributes: str) -> Steps[dict[str, Row]]:
        """All rows of the scope, with these attributes, metadata and document."""
        wanted = (*attributes, "metadata", "document")
        ids = scope.ids
        if ids is None and scope.documents is not None:
            known: list[str] = []
            for document in scope.documents:
                known += yield from self._ids_of(document)
            ids = frozenset(known)
        if ids is not None:
            items = list((yield from self._ours(ids, *wanted)).values())
        else:
            items = yield from self._query(
                self._nodes, *wanted, only=condition(scope.filter).filter)
        rows = yield from work(lambda: [self._row(item) for item in items])
        found = {row.id: row for row in rows if scope.holds(row)}
        published = yield from self._published()
        others = {id: row for id, row in published.items() if scope.holds(row) and id not in found}
        if others and (not scope.is_everything):
            # A row of ours that does not match still counts instead of theirs.
            ours = yield from self._ours(list(others))
            others = {id: row for id, row in others.items() if id not in ours}
        return found | others

    # Searching

    def nearest(
        self, query: Sequence[float], k: int, scope: Scope
    ) -> Steps[list[tuple[Row, float]]]:
        if k <= 0:
            return []
        found: list[tuple[Row, float]] | None = None
        if scope.ids is None and scope.documents is None and k <= MOST_FOUND:
            found = yield from self._search(query, k, scope)
        if found is not None:
            published = yield from self._published()
            if not published:
                return found
            return (yield from self._with_published(query, k, scope, found, published))
        rows = yield from self._read(scope, "embedding")
        vectors = {id: row.vector for id, row in rows.items()}
        best = yield from work(lambda: ranking.nearest(self.metric, query, vectors, k))
        whole = yield from self._whole([id for id, _ in best], rows)
        return [(whole[id], similarity) for id, similarity in best if id in whole]

    def _whole(self, ids: list[str], rows: dict[str, Row]) -> Steps[dict[str, Row]]:
        """Rows with their payloads; those of LlamaIndex's store as they are."""
        items = yield from self._ours(ids, "payload", "metadata", "document")
        published = {id: rows[id] for id in ids if id not in items}
        return published | {id: self._row(item) for id, item in items.items()}

    def _search(
        self, query: Sequence[float], k: int, scope: Scope
    ) -> Steps[list[tuple[Row, float]] | None]:
        """What the vector index finds; None if it cannot tell."""
        width = k if scope.filter == EVERYTHING else MOST_FOUND
        vector = yield from work(
            lambda: [{"N": str(x)} for x in np.asarray(query, dtype=np.float32)])
        names = {"#hash": self._hash, "#range": self._range, "#p": "payload", "#m": "metadata",
                 "#d": "document"}
        try:
            answer = yield from ask(
                "SearchVectors", TableName=self._table, IndexName=self._index(len(vector)),
                SearchVector=vector, TopK=width, SearchConditionExpression="#hash = :hash",
                ProjectionExpression="#range, #p, #m, #d", ExpressionAttributeNames=names,
                ExpressionAttributeValues={":hash": {"S": self._nodes}})
        except Exception as error:
            # No index, one that is being filled, or an endpoint without the operation.
            if code_of(error) not in ("ValidationException", "UnknownOperationException"):
                raise
            return None
        results = answer["SearchResults"]
        rows = yield from work(lambda: [self._row(each["Item"]) for each in results])
        pairs = [(row, self._similarity(float(each["Score"])))
                 for row, each in zip(rows, results, strict=True) if scope.holds(row)]
        # Fewer than asked for: the index has no more, unless the answer had come to its 16 MB.
        size = sum(len(row.payload) for row in rows)
        if len(pairs) < k and (len(results) >= width or size > LARGE_ANSWER):
            return None
        return pairs[:k]

    def _similarity(self, score: float) -> float:
        if self.metric == "cosine":
            return 1 - score
        return -score if self.metric == "euclidean" else score

    def _with_published(
        self, query: Sequence[float], k: int, scope: Scope, found: list[tuple[Row, float]],
        published: dict[str, Row],
    ) -> Steps[list[tuple[Row, float]]]:
        others = {id: row for id, row in published.items() if scope.holds(row)}
        vectors = {id: row.vector for id, row in others.items()}
        best = yield from work(lambda: ranking.nearest(self.metric, query, vectors, len(vectors)))
        ours = yield from self._ours([id for id, _ in best[: k + len(found)]])
        pairs = found + [(others[id], s) for id, s in best[: k + len(found)] if id not in ours]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0].id))[:k]

    def having(self, words: Sequence[str]) -> Steps[tuple[list[Row], int, float]]:
        if not words:
            return [], 0, 0
        items, count = yield from self._counted(
            self._nodes, "payload", "metadata", "document", "words",
            only=Expression(
                " OR ".join(f"contains(#w, :w{n})" for n in range(len(words))), {"#w": "words"},
                {f":w{n}": {"S": f" {word} "} for n, word in enumerate(words)}))
        if self._lengths is None or abs(count - self._lengths[0]) * 10 > self._lengths[0]:
            lengths, _ = yield from self._counted(
                self._nodes, "length", most=ranking.MEASURED_TEXTS)
            total = sum(float(item["length"]["N"]) for item in lengths)
            self._lengths = (count, total / max(len(lengths), 1))
        rows = yield from work(lambda: [self._row(item) for item in items])
        return rows, count, self._lengths[1]


def _text(item: Item, name: str) -> str | None:
    found = item.get(name, {}).get("S")
    return found if isinstance(found, str) else None


def _bytes(value: bytes | str) -> bytes:
    """boto3 decodes base64; JSON leaves it."""
    import base64

    return base64.b64decode(value) if isinstance(value, str) else value
