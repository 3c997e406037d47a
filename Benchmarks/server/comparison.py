"""Throughput of Martlet beside redis, nginx and moto, all running at once and asked in turn.

One round asks every server every question once, and rounds alternate their order, so that what
else the machine does falls on all of them. A ratio is taken within a round, and its median quoted.
"""

from __future__ import annotations

import dataclasses
import shutil
import statistics
from contextlib import ExitStack
from pathlib import Path
from typing import Callable

import filling
import load
import workload
from load import Figure, Pools
from servers import Martlet, Moto, Nginx, Redis, Server

CONNECTIONS = (1, 32)
MOTO_ITEMS = 1_000
SETTLE_SECONDS = 5.0

SIGNED = "Martlet"
UNSIGNED = "Martlet, signatures not verified"
REDIS = "Redis"
REDIS_SYNCED = "Redis, appendfsync always"
NGINX = "nginx, fixed answer"
MOTO = "moto"


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked of whom."""

    target: str
    operation: str
    connections: int


@dataclasses.dataclass(frozen=True)
class Goal:
    """One target's throughput over another's, and what it must be at 32 connections."""

    operation: str
    against: str
    theirs: str
    at_least: float | None


GOALS = (
    Goal("GetItem", REDIS, "GET", 1.0),
    Goal("PutItem", REDIS, "SET", 0.6),
    Goal("PutItem", REDIS_SYNCED, "SET", 1.0),
    Goal("GetItem", NGINX, "GetItem", None),
    Goal("PutItem", NGINX, "PutItem", None),
    *(Goal(operation, MOTO, operation, 100.0) for operation in workload.OPERATIONS),
    *(Goal(operation, UNSIGNED, operation, None) for operation in workload.OPERATIONS),
)


class Comparison:
    """Starts and fills the servers; `run` then measures. `stack` ends the servers."""

    def __init__(
        self,
        stack: ExitStack,
        directory: Path,
        *,
        binary: Path,
        loaded: Path,
        moto: Path | None,
        budget: str,
        items: int,
        seconds: int,
        say: Callable[[str], None],
    ) -> None:
        """`loaded`: a data directory of ours that holds the table with its items."""
        self.seconds = seconds
        self.items = items
        self.say = say
        self.pools = Pools(directory / "pools", items, workload.OPERATIONS)
        self.rates: dict[Question, float] = {}
        self.servers: dict[str, Server] = {}
        self.asked: dict[Question, Callable[[Question], Figure]] = {}
        self.figures: dict[Question, list[Figure]] = {}

        def start(target: str, server: Server) -> Server:
            stack.callback(server.stop)
            self.servers[target] = server
            return server

        copy = directory / "copy"
        shutil.copytree(loaded, copy)
        ours = start(SIGNED, Martlet(binary, loaded, budget, verifies=True))
        filling.check_refusal(ours.port)
        unsigned = start(UNSIGNED, Martlet(binary, copy, budget, verifies=False))
        for server in (ours, unsigned):
            filling.check(server.port, items)
        for target, syncs in ((REDIS, False), (REDIS_SYNCED, True)):
            redis = start(target, Redis(directory / f"redis-{syncs}", syncs))
            filling.fill_redis(redis.port, items, workload.ITEM_BYTES)
        start(NGINX, Nginx(directory / "nginx"))

        for operation in workload.OPERATIONS:
            self._ask(SIGNED, operation, self._wrk)
            self._ask(UNSIGNED, operation, self._wrk)
        self._ask(REDIS, "GET", self._redis)
        self._ask(REDIS, "SET", self._redis)
        self._ask(REDIS_SYNCED, "SET", self._redis)
        self._ask(NGINX, "GetItem", self._wrk)
        self._ask(NGINX, "PutItem", self._wrk)
        if moto is not None:
            server = start(MOTO, Moto(moto, directory / "moto"))
            filling.create_table(server.port)
            filling.load(server.port, MOTO_ITEMS, processes=1)
            filling.check(server.port, MOTO_ITEMS)
            self.moto_pools = Pools(directory / "moto-pools", MOTO_ITEMS, workload.OPERATIONS)
            for operation in workload.OPERATIONS:
                self._ask(MOTO, operation, self._moto)

    def _ask(self, target: str, operation: str, ask: Callable[[Question], Figure]) -> None:
        for connections in CONNECTIONS:
            self.asked[Question(target, operation, connections)] = ask

    def _wrk(self, question: Question) -> Figure:
        server = self.servers[question.target]
        return load.wrk(
            server, self.pools, question.operation, question.connections, self.seconds
        )

    def _moto(self, question: Question) -> Figure:
        server = self.servers[MOTO]
        return load.wrk(server, self.moto_pools, question.operation, question.connections, 1)

    def _redis(self, question: Question) -> Figure:
        # The first run only learns how many requests fill the time.
        server, command = self.servers[question.target], question.operation.lower()
        requests = int(self.rates.get(question, 2_000) * self.seconds)
        figure = load.redis_benchmark(
            server, command, self.items, question.connections, max(requests, 1_000)
        )
        self.rates[question] = figure.per_second
        return figure

    def run(self, rounds: int) -> None:
        """Measures `rounds` times, after one round that warms caches and is not counted."""
        order = list(self.asked)
        for number in range(rounds + 1):
            self.say(f"round {number} of {rounds}" if number else "warming up")
            self.pools.sign()
            if MOTO in self.servers:
                self.moto_pools.sign()
            for question in order:
                self.servers[question.target].settle(SETTLE_SECONDS)
                figure = self.asked[question](question)
                self.servers[question.target].settle(SETTLE_SECONDS)
                if number:
                    self.figures.setdefault(question, []).append(figure)
            order.reverse()

    def median(self, question: Question, value: str) -> float:
        return statistics.median(getattr(figure, value) for figure in self.figures[question])

    def ratios(self, goal: Goal, connections: int) -> list[float]:
        """Ours over theirs, one per round, ascending; empty when they were not measured."""
        ours = self.figures[Question(SIGNED, goal.operation, connections)]
        theirs = self.figures.get(Question(goal.against, goal.theirs, connections), [])
        return sorted(a.per_second / b.per_second for a, b in zip(ours, theirs))
