"""Texts about global tables."""

from __future__ import annotations

OLD = (
    "One or more parameter values were invalid: DynamoDB global tables version 2017.11.29 is not "
    "supported. We recommend using DynamoDB global tables version 2019.11.21, instead of version "
    "2017.11.29 (Legacy)."
)
GLOBAL_NOT_FOUND = "GlobalTableNotFoundException"
SHORT_NAME = "TableName must be at least 3 characters long and at most 255 characters long"


def missing(name: str) -> str:
    return f"Global table with name: '{name}' does not exist."
