"""Writes docs/conformance.md: `make conformance-page`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from service_model import states
from service_model.model import HERE, known
from service_model.seen import seen

PAGE = HERE.parent.parent / "docs" / "conformance.md"
DONE = "done"
UNTESTED = "untested"

HEAD = """\
# Conformance

Every operation and member of the service models of DynamoDB and DynamoDB Streams, and what becomes
of it here. Made by `make conformance-page` from the models (`Conformance/service_model/known.json`),
from what was decided (`states.py`) and from what the tests of the suite send and get back
(`seen.json`); `Conformance/test_service_model.py` fails when the page, the server or the newest
botocore say something else.

* **done**: as on AWS, but for what [compatibility](compatibility.md) lists.
* **kept**: stored and answered as it was given, without the effect that it has on AWS.
* **refused**: answered with AWS's own error.
* **untested**: no test of the suite sends it, so nothing is promised.

Members in *italics* are in no test of the suite yet. An operation's own page has its errors in
order.
"""


def item(text: str) -> str:
    """An entry of a list."""
    return textwrap.fill(
        text, 100, initial_indent="* ", subsequent_indent="  ", break_long_words=False,
        break_on_hyphens=False)


def state_of(operation: str, sent: set[str]) -> tuple[str, str]:
    if operation not in sent:
        return UNTESTED, ""
    return states.OPERATIONS.get(operation, (DONE, ""))


def reachable(parts: dict[str, dict[str, Any]], sent: set[str]) -> set[str]:
    """Structures that something uses that is not refused."""
    found: set[str] = set()
    waiting = [
        shape for name, shapes in parts["operations"].items() for shape in shapes
        if state_of(name, sent)[0] != states.REFUSED
    ]
    while waiting:
        structure = waiting.pop()
        if structure in found or structure not in parts["structures"]:
            continue
        found.add(structure)
        waiting += [
            shape for member, shape in parts["structures"][structure].items()
            if states.MEMBERS.get(f"{structure}.{member}", ("",))[0] != states.REFUSED
        ]
    return found


def member_lines(structure: str, names: dict[str, str], sent: set[str],
                 default: str = DONE) -> Iterator[str]:
    """The members of one structure, sorted by what becomes of them."""
    for state in (DONE, UNTESTED, states.KEPT, states.REFUSED):
        for reason in dict.fromkeys(
            states.MEMBERS.get(f"{structure}.{name}", (default, ""))[1] for name in names
        ):
            found = [
                name if f"{structure}.{name}" in sent else f"*{name}*"
                for name in names
                if states.MEMBERS.get(f"{structure}.{name}", (default, "")) == (state, reason)
            ]
            if found:
                yield f"{state}: {', '.join(found)}" + (f" ({reason})" if reason else "")


def page() -> str:
    lines = [HEAD]
    noted = seen()
    sent = set(noted["members"])
    operations = set(noted["operations"])
    lines += ["| operation | | |", "| --- | --- | --- |"]
    for parts in known().values():
        for name in parts["operations"]:
            state, reason = state_of(name, operations)
            lines.append(f"| [{name}](operations/{name}.md) | {state} | {reason} |")
    for service, parts in known().items():
        title = {"dynamodb": "DynamoDB", "dynamodbstreams": "DynamoDB Streams"}[service]
        lines += ["", f"## {title}: requests and answers"]
        own: set[str] = set()
        for name, shapes in parts["operations"].items():
            lines += ["", f"### {name}", ""]
            state = state_of(name, operations)[0]
            for word, shape in zip(("request", "answer"), shapes):
                own.add(shape)
                members = parts["structures"].get(shape, {})
                if not members:
                    lines.append(f"* {word}: no members")
                    continue
                if state == states.REFUSED and word == "answer":
                    lines.append("* answer: none")
                    continue
                for line in member_lines(shape, members, sent, state):
                    lines.append(item(f"{word}, {line}"))
        lines += ["", f"## {title}: structures", ""]
        used = reachable(parts, operations)
        for name, members in parts["structures"].items():
            if name in own or name not in used or not members:
                continue
            rows = list(member_lines(name, members, sent))
            lines.append(item(f"`{name}`: " + "; ".join(rows).replace("done: ", "")))
        if others := parts["structures"].keys() - used - own:
            lines.append(item("only of what is refused: " + ", ".join(sorted(others))))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
