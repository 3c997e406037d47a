"""Algorithms as generators: they yield what takes time, and are sent what came of it.

A step is either work of this process, a function without arguments, or a `Call` of a server. `run`
does each where it is; `run_async` does work on threads and calls on the event loop's own sockets,
so that neither holds up the loop. An error of a step is raised where the step was yielded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Call:
    """An operation of DynamoDB's API with its request, as JSON has it."""

    operation: str
    request: dict[str, Any]


Step: TypeAlias = "Callable[[], Any] | Call"
Steps: TypeAlias = Generator[Step, Any, T]


class Door(Protocol):
    """A server, by both ways."""

    def call(self, call: Call) -> dict[str, Any]: ...
    async def call_async(self, call: Call) -> dict[str, Any]: ...


def work(function: Callable[[], T]) -> Steps[T]:
    """One step: what the function gives."""
    result: T = yield function
    return result


def ask(operation: str, **request: Any) -> Steps[dict[str, Any]]:
    """One step: the server's answer."""
    answer: dict[str, Any] = yield Call(operation, request)
    return answer


def run(steps: Steps[T], door: Door | None) -> T:
    """All steps, one after the other, on this thread."""
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Call):
                    assert door is not None
                    result = door.call(step)
                else:
                    result = step()
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        result = end.value
        return result  # type: ignore[no-any-return]


async def run_async(steps: Steps[T], door: Door | None) -> T:
    """All steps, one after the other, none of them on the event loop's thread."""
    try:
        step = next(steps)
        while True:
            try:
                if isinstance(step, Call):
                    assert door is not None
                    result = await door.call_async(step)
                else:
                    result = await asyncio.to_thread(step)
            except BaseException as error:
                step = steps.throw(error)
            else:
                step = steps.send(result)
    except StopIteration as end:
        result = end.value
        return result  # type: ignore[no-any-return]
