"""The checker is shown histories that are known to be right, and some known to be wrong."""

from __future__ import annotations

import random

import pytest
from histories.checker import explain
from histories.history import UNKNOWN, Operation, State

EMPTY: State = (None, None, None)


def put(place: int, value: int, old: int | None, start: float, end: float) -> Operation:
    return Operation("put", ((place, None, value),), old, start, end)


def get(place: int, value: int | None, start: float, end: float) -> Operation:
    return Operation("get", ((place, None, None),), value, start, end)


def add(place: int, number: int, answer: int, start: float, end: float) -> Operation:
    return Operation("add", ((place, None, number),), answer, start, end)


def lost(place: int, value: int, start: float) -> Operation:
    return Operation("put", ((place, None, value),), UNKNOWN, start)


def write(first: int, second: int, start: float, end: float) -> Operation:
    return Operation("write", ((0, None, first), (1, None, second)), True, start, end)


def read(first: int | None, second: int | None, start: float, end: float) -> Operation:
    return Operation("read", ((0, None, None), (1, None, None)), (first, second), start, end)


def swap(place: int, old: int | None, new: int, done: bool, start: float, end: float) -> Operation:
    return Operation("swap", ((place, old, new),), done, start, end)


def check(
    expected: tuple[int | None, int | None], first: int | None, second: int | None,
    start: float, end: float,
) -> Operation:
    parts = ((0, expected[0], first), (1, expected[1], second))
    return Operation("check", parts, True, start, end)


RIGHT = {
    "one after the other": [put(0, 1, None, 0, 1), get(0, 1, 2, 3)],
    "a read beside a write may see either": [
        put(0, 1, None, 0, 1), put(0, 2, 1, 2, 5), get(0, 1, 3, 4), get(0, 2, 4.5, 6)],
    "without an answer, it happened": [lost(0, 1, 0), get(0, None, 1, 2), get(0, 1, 3, 4)],
    "without an answer, it never happened": [lost(0, 1, 0), get(0, None, 1, 2), get(0, None, 3, 4)],
    "two swaps of which one wins": [
        put(0, 1, None, 0, 1), swap(0, 1, 2, True, 2, 5), swap(0, 1, 3, False, 2, 5)],
    "transactions beside each other": [write(1, 1, 0, 3), write(2, 2, 0, 3), read(1, 1, 1, 4)],
}

WRONG = {
    "a stale read": [put(0, 1, None, 0, 1), put(0, 2, 1, 2, 3), get(0, 1, 4, 5)],
    "a value that nobody wrote": [put(0, 1, None, 0, 1), get(0, 7, 2, 3)],
    "an answered write is lost": [put(0, 1, None, 0, 1), get(0, None, 2, 3)],
    "a lost update": [add(0, 1, 1, 0, 1), add(0, 1, 2, 2, 3), add(0, 1, 2, 2, 3)],
    "an addition made twice": [add(0, 1, 1, 0, 1), get(0, 2, 2, 3)],
    "two swaps that both win": [
        put(0, 1, None, 0, 1), swap(0, 1, 2, True, 2, 5), swap(0, 1, 3, True, 2, 5)],
    "half a transaction is read": [write(1, 1, 0, 1), write(2, 2, 2, 5), read(2, 1, 3, 4)],
    "transactions are seen in two orders": [
        write(1, 1, 0, 9), write(2, 2, 0, 9), read(1, 1, 1, 2), read(2, 2, 3, 4), read(1, 1, 5, 6)],
    "a write skew": [
        write(1, 1, 0, 1), check((1, 1), 2, 1, 2, 5), check((1, 1), 1, 2, 2, 5)],
    "what was read goes back": [
        put(0, 1, None, 0, 1), put(0, 2, 1, 2, 9), get(0, 2, 3, 4), get(0, 1, 5, 6)],
    "without an answer, it happened and then it did not": [
        lost(0, 1, 0), get(0, 1, 1, 2), get(0, None, 3, 4)],
    "without an answer, it happened before it was sent": [get(0, 1, 0, 1), lost(0, 1, 2)],
    "a delete that found nothing it had to find": [
        put(0, 1, None, 0, 1), Operation("delete", ((0, None, None),), None, 2, 3)],
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_histories_are_explained(name: str) -> None:
    assert explain(RIGHT[name], EMPTY) is None


@pytest.mark.parametrize("name", WRONG)
def test_wrong_histories_are_not(name: str) -> None:
    assert explain(WRONG[name], EMPTY) is not None


def made(rng: random.Random, count: int, lose: float = 0.03) -> list[Operation]:
    """A history of eight clients on an object that is truly atomic."""
    operations: list[Operation] = []
    free = [0.0] * 8
    for value in range(count):
        client = rng.randrange(8)
        kind = rng.choice(("put", "get", "add", "swap", "write", "read"))
        places = rng.sample(range(3), 2) if kind in ("write", "read") else [rng.randrange(3)]
        parts = tuple(
            (place, rng.choice((None, value - 1)), None if kind in ("get", "read") else value)
            for place in places)
        start = free[client] + rng.random()
        end = start + rng.expovariate(1)
        free[client] = end
        operations.append(Operation(kind, parts, UNKNOWN, start, end))
    state: State = EMPTY
    for operation in sorted(operations, key=lambda each: rng.uniform(each.start, each.end)):
        if rng.random() < lose:
            operation.end = float("inf")
            if rng.random() < 0.5:
                state, _ = operation.apply(state)
        else:
            state, operation.result = operation.apply(state)
    return operations


@pytest.mark.parametrize("seed", range(10))
def test_atomic_objects_are_explained_and_altered_answers_are_not(seed: int) -> None:
    rng = random.Random(seed)
    operations = made(rng, 150)
    assert explain(operations, EMPTY) is None
    reads = [each for each in operations if each.kind == "get" and each.result is not UNKNOWN]
    rng.choice(reads).result = -5
    assert explain(operations, EMPTY) is not None
