"""LlamaIndex's own DynamoDB vector store and Martlet's, on moto and on Martlet, in one run.

For each number of vectors and each endpoint: how many requests a query takes, how many bytes of
answers it reads, how long it takes, and how many of the ten nearest it finds. See README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import numpy as np
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores import VectorStoreQuery
from llama_index.storage.kvstore.dynamodb import DynamoDBKVStore
from llama_index.vector_stores.dynamodb import DynamoDBVectorStore

REGION = "us-east-1"
TOP = 10
# LlamaIndex puts two items a node, one after the other; above this its rows are put for it.
OWN_ADDITIONS = 1_000
Row = dict[str, Any]


def clustered(count: int, dimensions: int, seed: int) -> np.ndarray:
    """Points around centres, of which there are more when there are more points, as in texts."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(20, int(count**0.5)), dimensions))
    spread = rng.normal(scale=0.6, size=(count, dimensions))
    return (centres[rng.integers(len(centres), size=count)] + spread).astype("<f4")


def nearest(vectors: np.ndarray, queries: np.ndarray) -> list[set[str]]:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return [
        {f"node-{number}" for number in np.argsort(-(unit @ query))[:TOP]} for query in queries
    ]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def endpoint(name: str, server: Path) -> Iterator[str]:
    port = free_port()
    command = {
        "martlet": [str(server), "serve", "--in-memory", "--port", str(port)],
        "moto": [sys.executable, "-m", "moto.server", "-p", str(port)],
    }[name]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Counter:
    """Counts a resource's requests and the bytes of their answers."""

    def __init__(self, resource: Any) -> None:
        self.requests = self.bytes = 0
        resource.meta.client.meta.events.register("before-parse.dynamodb", self.note)

    def note(self, response_dict: Row, **_: Any) -> None:
        self.requests += 1
        self.bytes += len(response_dict["body"])


def llamaindex(
    url: str, table: str, vectors: np.ndarray, queries: np.ndarray, adds: bool
) -> Row:
    resource = boto3.resource("dynamodb", endpoint_url=url)
    counter = Counter(resource)
    store = DynamoDBVectorStore(DynamoDBKVStore(table=resource.Table(table)))
    begin = time.perf_counter()
    if adds:
        store.add([
            TextNode(
                id_=f"node-{number}", text="", embedding=[float(each) for each in vector],
                relationships={
                    NodeRelationship.SOURCE: RelatedNodeInfo(node_id=f"document-{number // 10}")})
            for number, vector in enumerate(vectors)
        ])
    prepared = time.perf_counter() - begin
    prepare_requests = counter.requests
    counter.requests = counter.bytes = 0
    begin = time.perf_counter()
    found = [
        store.query(
            VectorStoreQuery(query_embedding=query.tolist(), similarity_top_k=TOP)).ids
        for query in queries
    ]
    return {
        "prepareSeconds": prepared, "prepareRequests": prepare_requests,
        "requests": counter.requests, "bytes": counter.bytes,
        "seconds": time.perf_counter() - begin, "found": found,
    }


def create(url: str, table: str) -> None:
    boto3.client("dynamodb", endpoint_url=url).create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "collection", "KeyType": "HASH"},
                   {"AttributeName": "key", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": "collection", "AttributeType": "S"},
                              {"AttributeName": "key", "AttributeType": "S"}])


def measure(
    chosen: argparse.Namespace, name: str, count: int, report: Callable[[Row], None]
) -> None:
    vectors = clustered(count + chosen.queries, chosen.dimensions, chosen.seed)
    vectors, queries = vectors[:count], vectors[count:]
    truth = nearest(vectors, queries)
    with endpoint(name, chosen.server) as url, tempfile.TemporaryDirectory() as folder:
        stored, asked = Path(folder, "vectors"), Path(folder, "queries")
        stored.write_bytes(vectors.tobytes())
        slow = queries[: chosen.slow_queries]

        def ours(step: str) -> Row:
            asked.write_bytes((slow if step == "exact" else queries).tobytes())
            answer = subprocess.run(
                [str(chosen.driver), url, "Nodes", "vector_store", str(stored), str(asked),
                 str(chosen.dimensions), step],
                check=True, capture_output=True, text=True)
            return dict(json.loads(answer.stdout))

        whole = 0.0

        def told(store: str, result: Row) -> None:
            nonlocal whole
            shares = [
                len(wanted & set(found)) / TOP
                for wanted, found in zip(truth, result["found"], strict=False)
            ]
            asked_count = len(shares)
            # The first that is told of reads every vector.
            whole = whole or result["bytes"] / asked_count
            report({
                "endpoint": name, "vectors": count, "store": store,
                "requests": result["requests"] / asked_count,
                "kilobytes": result["bytes"] / asked_count / 1000,
                "milliseconds": result["seconds"] / asked_count * 1000,
                "share": result["bytes"] / asked_count / whole,
                "recall": sum(shares) / asked_count,
                "prepare_seconds": result["prepareSeconds"],
                "prepare_requests": result["prepareRequests"],
            })

        create(url, "Nodes")
        adds = count <= OWN_ADDITIONS
        if not adds:
            ours("add")
        told("LlamaIndex's", llamaindex(url, "Nodes", vectors, slow, adds))
        told("ours, every vector", ours("exact"))
        told("ours, lists", ours("lists"))
        if name == "martlet":
            told("ours, SearchVectors", ours("service"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    repository = Path(__file__).resolve().parents[2]
    parser.add_argument("--server", type=Path, default=repository / ".build/release/martlet")
    parser.add_argument(
        "--driver", type=Path,
        default=repository / "Benchmarks/stores/driver/.build/release/StoreDriver")
    parser.add_argument("--counts", default="1000,10000,100000")
    parser.add_argument("--endpoints", default="moto,martlet")
    parser.add_argument("--dimensions", type=int, default=128)
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--slow-queries", type=int, default=3, help="where every vector is read")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path, help="write the rows to this file")
    chosen = parser.parse_args()
    os.environ.update(
        AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_DEFAULT_REGION=REGION)
    rows: list[Row] = []
    print("| endpoint | vectors | store | requests | kB | of all | ms | recall@10 "
          "| to prepare |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")

    def report(row: Row) -> None:
        rows.append(row)
        print(
            f"| {row['endpoint']} | {row['vectors']:,} | {row['store']} | {row['requests']:,.0f} "
            f"| {row['kilobytes']:,.0f} | {row['share']:.1%} | {row['milliseconds']:,.1f} "
            f"| {row['recall']:.3f} "
            f"| {row['prepare_requests']:,} requests, {row['prepare_seconds']:,.1f} s |",
            flush=True)

    for name in chosen.endpoints.split(","):
        for count in chosen.counts.split(","):
            measure(chosen, name, int(count), report)
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
