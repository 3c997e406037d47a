"""Starts moto and ministack on free ports of the loopback; both keep everything in memory."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAMS = REPOSITORY / ".venv-differential" / "bin"
START_SECONDS = 90.0


def are_installed() -> bool:
    return (PROGRAMS / "moto_server").exists() and (PROGRAMS / "ministack").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rival:
    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory(prefix=f"differential-{name}-")
        command = [str(PROGRAMS / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)]
        environment = dict(os.environ)
        if name == "ministack":
            command = [str(PROGRAMS / "ministack")]
            environment |= {
                "GATEWAY_PORT": str(self.port), "MINISTACK_REGION": "eu-west-2",
                "LOG_LEVEL": "ERROR", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
                "S3_DATA_DIR": self.folder.name,
            }
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
            cwd=self.folder.name,
        )

    def wait(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None, f"{self.name} ended by itself"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError(f"{self.name} does not listen")

    def __enter__(self) -> Rival:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()
