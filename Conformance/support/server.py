"""Starts, stops and kills one `martlet serve` process on a free port of the loopback."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).resolve().parents[2]
READY = re.compile(r"martlet \S+ listening on (https?://127\.0\.0\.1:(\d+))")
REGION = "eu-west-2"
BODY_LIMIT = 16 << 20  # what AWS takes
START_SECONDS = 30.0
STOP_SECONDS = 30.0


def binary() -> Path:
    """The server under test: $MARTLET_BIN, else the release build of this repository."""
    named = os.environ.get("MARTLET_BIN")
    # A test may run it from another folder.
    return Path(named).resolve() if named else REPOSITORY / ".build" / "release" / "martlet"


class Server:
    """One server process. `url` is set once `start` has returned; `start` may be called again."""

    def __init__(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.arguments = arguments
        self.environment = environment or {}
        self.url = ""
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.log: IO[bytes] = tempfile.TemporaryFile()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self) -> Server:
        """Returns when the server has printed its address."""
        self.spawn()
        line = self._first_line()
        found = READY.match(line)
        assert found, f"unexpected first line {line!r}; stderr: {self.stderr()}"
        self.url, self.port = found[1], int(found[2])
        return self

    def spawn(self) -> None:
        """Starts the process and does not wait for anything."""
        command = [
            str(binary()), "serve", "--port", "0", "--region", REGION,
            "--body-limit", str(BODY_LIMIT), *self.arguments,
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env={**os.environ, **self.environment},
        )

    def _first_line(self) -> str:
        assert self.process is not None and self.process.stdout is not None
        stdout = self.process.stdout
        until = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n") and time.monotonic() < until:
            if select.select([stdout], [], [], 0.2)[0]:
                byte = os.read(stdout.fileno(), 1)
                if not byte:
                    break
                line += byte
        return line.decode()

    def stderr(self) -> str:
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-4000:]

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> int:
        """SIGTERM, then the exit status; a server that does not stop is killed and fails."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """SIGKILL: nothing in the process gets a chance to tidy up."""
        return self._end(signal.SIGKILL)

    def _end(self, number: int) -> int:
        assert self.process is not None
        if self.running():
            self.process.send_signal(number)
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status

    def close(self) -> None:
        if self.process is not None:
            self._end(signal.SIGKILL)
        self.log.close()

    def resident_kilobytes(self) -> int:
        """VmRSS of the process, from /proc."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise AssertionError("no VmRSS line")
