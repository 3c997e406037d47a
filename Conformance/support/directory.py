"""A data directory, and the commands that work on one while no server has it."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

from support.light import LightClient
from support.server import Server, binary


class Directory:
    """A data directory, and commands on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"

    def command(self, name: str, *arguments: str) -> list[str]:
        return [str(binary()), name, "--data", str(self.data), "--json", *arguments]

    def run(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.say(*self.command(name, *arguments)[1:])

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs the program with just these words."""
        return subprocess.run(
            [str(binary()), *words], capture_output=True, text=True, timeout=120,
            check=False, cwd=self.folder,
        )

    def did(self, name: str, *arguments: str) -> dict[str, Any]:
        """The summary of a command that must succeed."""
        ended = self.run(name, *arguments)
        assert ended.returncode == 0, ended.stderr
        return dict(json.loads(ended.stdout))

    def kill(self, seconds: float, name: str, *arguments: str) -> dict[str, Any] | None:
        """Starts a command and kills it; its summary when it had succeeded before."""
        process = subprocess.Popen(
            self.command(name, *arguments), cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        )
        try:
            output, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return None
        return dict(json.loads(output)) if process.returncode == 0 else None

    def items(self, table: str) -> dict[str, Any]:
        server = Server("--data", str(self.data)).start()
        try:
            with LightClient(server.port) as client:
                found = client.items("Scan", {"TableName": table})
            assert server.stop() == 0
            return {item["pk"]["S"]: item for item in found}
        finally:
            server.close()
