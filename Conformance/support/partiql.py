"""Statements as requests, and the texts that the PartiQL operations share."""

from __future__ import annotations

from typing import Any

MALFORMED = "Statement wasn't well formed, can't be processed: "
LEFTOVER = MALFORMED + "Unexpected token after expression"
NO_CHANGE = MALFORMED + "Expected data manipulation"
MISSING_KEY = "Where clause does not contain a mandatory equality on all key attributes"
DUPLICATE = "DuplicateItemException"
DUPLICATE_TEXT = "Duplicate primary key exists in table"


def run(client: Any, statement: str, *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The answer to one statement."""
    if parameters:
        more["Parameters"] = list(parameters)
    return client.execute_statement(Statement=statement, **more)


def rows(
    client: Any, statement: str, *parameters: dict[str, Any], **more: Any
) -> list[dict[str, Any]]:
    """What one page of a statement shows."""
    return run(client, statement, *parameters, **more)["Items"]


def pages(
    client: Any, statement: str, *parameters: dict[str, Any], **more: Any
) -> list[list[dict[str, Any]]]:
    """All pages of a statement."""
    found = []
    while True:
        answer = run(client, statement, *parameters, **more)
        found.append(answer["Items"])
        if "NextToken" not in answer:
            return found
        more["NextToken"] = answer["NextToken"]


def member(
    statement: str, *parameters: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A statement of a batch or a transaction."""
    if parameters:
        more["Parameters"] = list(parameters)
    return {"Statement": statement, **more}
