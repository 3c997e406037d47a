"""Notes which members the tests send and get back: `pytest --members FILE` adds them to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from service_model.model import HERE, shape_inside

SEEN = HERE / "seen.json"


class Seen:
    """Operations and members (`structure.member`) that passed between tests and server."""

    def __init__(self) -> None:
        self.operations: set[str] = set()
        self.members: set[str] = set()

    def watch(self, client: Any) -> None:
        """Notes whatever this boto3 client sends and is answered from now on."""
        client.meta.events.register("provide-client-params.*.*", self._sent)
        client.meta.events.register("after-call.*.*", self._answered)

    def _sent(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self._note(model.input_shape, params)

    def _answered(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self.operations.add(model.name)
        if http_response.status_code == 200 and model.output_shape is not None:
            self._note(model.output_shape, parsed)

    def _note(self, shape: Any, value: Any) -> None:
        if isinstance(value, dict) and shape.type_name == "structure":
            for name, part in value.items():
                if name in shape.members and part is not None:
                    self.members.add(f"{shape.name}.{name}")
                    self._note(shape.members[name], part)
        elif shape_inside(shape).type_name == "structure":
            if isinstance(value, list) and shape.type_name == "list":
                for part in value:
                    self._note(shape.member, part)
            elif isinstance(value, dict) and shape.type_name == "map":
                for part in value.values():
                    self._note(shape.value, part)

    def add_to(self, path: Path) -> None:
        old = json.loads(path.read_text()) if path.exists() else {}
        kept = {
            "operations": sorted(self.operations | set(old.get("operations", []))),
            "members": sorted(self.members | set(old.get("members", []))),
        }
        path.write_text(json.dumps(kept, indent=1) + "\n")


def seen() -> dict[str, list[str]]:
    read: dict[str, list[str]] = json.loads(SEEN.read_text())
    return read
