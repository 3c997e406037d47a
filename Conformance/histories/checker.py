"""Whether a history of one object can have happened one operation at a time.

Strict serializability: there is an order of all operations that gives each its answer, and in
which an operation that ended before another began comes first. The search follows the history in
time and keeps every configuration that explains it so far: a state, and which of the operations
under way have taken place. When an operation ends, it must have taken place in what is kept;
others under way may have come before it (just-in-time linearization, after Wing and Gong, and
Lowe).

An operation without an answer may take place at any time, or never. Most of them can be dated,
because values of writes are unique: one whose value was seen took place before the end of
whoever saw it first, and one whose values nobody saw is first taken for one that never took
place.
"""

from __future__ import annotations

import dataclasses
import math

from histories.history import UNIT, UNKNOWN, Operation, State

# Beyond this a history is given up as not decided, which is the test's failure, not the server's.
CONFIGURATION_LIMIT = 200_000

Configuration = tuple[State, frozenset[int]]


class Undecided(Exception):
    pass


def explain(operations: list[Operation], initial: State) -> str | None:
    """None if the history is strictly serializable; else where it stops to be."""
    dated = [each for each in map(dater(operations), operations) if each is not None]
    # What explains a part of the operations explains all: those left out never took place.
    if search(dated, initial) is None:
        return None
    return search(operations, initial)


def seen_values(operation: Operation) -> list[int]:
    """The written values that an answer shows: sums show what they began with."""
    result = operation.result
    if result is UNKNOWN:
        return []
    if operation.kind in ("swap", "check"):
        shown = [expected for _, expected, _ in operation.parts] if result else []
    elif operation.kind == "write":
        shown = []
    else:
        shown = list(result) if isinstance(result, tuple) else [result]
    return [each - each % UNIT for each in shown if each is not None and each >= UNIT]


def dater(operations: list[Operation]):
    """Gives an operation without an answer its latest end, or None where nobody saw it."""
    first: dict[int, float] = {}
    for operation in operations:
        for value in seen_values(operation):
            first[value] = min(first.get(value, math.inf), operation.end)

    def dated(operation: Operation) -> Operation | None:
        if operation.result is not UNKNOWN or operation.kind in ("add", "delete"):
            return operation
        ends = [first[value] for _, _, value in operation.parts if value in first]
        if not ends or min(ends) < operation.start:
            return operation if ends else None
        return dataclasses.replace(operation, end=min(ends))

    return dated


def search(operations: list[Operation], initial: State) -> str | None:
    events = sorted(
        [(each.start, 0, number) for number, each in enumerate(operations)]
        # An operation that ends when another begins may overlap it.
        + [(each.end, 1, number) for number, each in enumerate(operations) if each.end < math.inf]
    )
    under_way: set[int] = set()
    configurations: set[Configuration] = {(initial, frozenset())}
    for _, is_end, number in events:
        if not is_end:
            under_way.add(number)
            continue
        configurations = after(number, configurations, under_way, operations)
        under_way.discard(number)
        if not configurations:
            around = sorted(
                (each for each in operations
                 if each.start <= operations[number].end and each.end >= operations[number].start),
                key=lambda each: each.start,
            )
            return f"no order explains {operations[number]}, beside:\n" + "\n".join(
                map(str, around[-30:]))
    return None


def after(
    number: int, configurations: set[Configuration], under_way: set[int],
    operations: list[Operation],
) -> set[Configuration]:
    """The configurations in which an operation has taken place, which is over then."""
    found: set[Configuration] = set()
    seen = set(configurations)
    stack = list(configurations)
    while stack:
        state, done = stack.pop()
        if number in done:
            found.add((state, done - {number}))
            continue
        for each in under_way - done:
            operation = operations[each]
            next_state, answer = operation.apply(state)
            if not operation.allows(answer):
                continue
            # Without an answer and without an effect, it may as well not have taken place yet.
            if operation.result is UNKNOWN and next_state == state:
                continue
            configuration = (next_state, done | {each})
            if configuration not in seen:
                seen.add(configuration)
                stack.append(configuration)
        if len(seen) > CONFIGURATION_LIMIT:
            raise Undecided(f"more than {CONFIGURATION_LIMIT} configurations")
    return found
