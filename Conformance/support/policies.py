"""Resource policies as tests send them."""

from __future__ import annotations

import json
from typing import Any

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
MISSING = "Resource-based policy not found for the provided ResourceArn: "


def statement(**changes: Any) -> dict[str, Any]:
    """A statement in the service's own form, with some members changed, or (None) left out."""
    plain = {
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": "dynamodb:GetItem",
        "Resource": "*",
    }
    return {name: value for name, value in (plain | changes).items() if value is not None}


def policy(*statements: dict[str, Any], version: str | None = "2012-10-17") -> str:
    document: dict[str, Any] = {"Version": version} if version else {}
    document["Statement"] = list(statements) or [statement()]
    return json.dumps(document, separators=(",", ":"))


def arn_of(client: Any, name: str) -> str:
    return str(client.describe_table(TableName=name)["Table"]["TableArn"])
