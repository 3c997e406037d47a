"""What the tests of `martlet.encrypted` share."""

from __future__ import annotations

import os
from typing import Any

SEED = int(os.environ.get("MARTLET_TEST_SEED", "0")) or 20_261_120
KEY = bytes(range(1, 33))
OTHER_KEY = bytes(range(101, 133))
USER = b"0123456789abcdef"


def ids_of(hits: list[dict[str, Any]]) -> list[Any]:
    return [hit["id"] for hit in hits]
