"""The servers that are compared, each a child process on a free port of the loopback.

Every server keeps its data in a directory that the caller names. `stop` is idempotent; a child has
a session of its own, so that Ctrl-C reaches the benchmark alone and it decides what ends when.
CPU time counts a server's own children too (nginx's workers). Memory is in bytes, time in seconds.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from pathlib import Path

from signing import CREDENTIALS_FILE

READY = re.compile(r"martlet (\S+) listening on http://127\.0\.0\.1:(\d+)")
START_SECONDS = 60.0
STOP_SECONDS = 30.0
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
NGINX_ANSWER = ('{"Item":{"city":{"S":"Nottingham"},"payload":{"S":"' + "a" * 145 + '"}}}')
assert len(NGINX_ANSWER) == 200


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment() -> dict[str, str]:
    """This process's, without the AWS settings that servers read as theirs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


class Server:
    """A running child process that answers on `port`."""

    def __init__(self, command: list[str], directory: Path, port: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = port
        self.log_path = directory.parent / f"{directory.name}.log"
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if port == 0 else log,
                stderr=log,
                env=environment(),
                start_new_session=True,
            )
        if port != 0:
            self._wait_until_connectable()

    def _wait_until_connectable(self) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.stop()
                    raise self.failure("did not start") from None
                time.sleep(0.02)

    def failure(self, what: str) -> RuntimeError:
        log = self.log_path.read_text(errors="replace")[-2000:]
        return RuntimeError(f"{self.process.args[0]} {what}; its log ends with:\n{log}")

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def cpu_seconds(self) -> float:
        """What the process and its children have used so far."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                name_and_before, _, fields = path.read_text().rpartition(")")
            except OSError:
                continue  # it has ended
            values = fields.split()
            if self.process.pid in (int(name_and_before.split()[0]), int(values[1])):
                ticks += int(values[11]) + int(values[12])
        return ticks / TICKS_PER_SECOND

    def settle(self, limit_seconds: float) -> None:
        """Waits until the process rests, so that its background work is not another's noise."""
        until = time.monotonic() + limit_seconds
        used = self.cpu_seconds()
        while time.monotonic() < until:
            time.sleep(0.25)
            before, used = used, self.cpu_seconds()
            if used - before <= 0.01:
                return

    def memory_bytes(self, field: str) -> int:
        """`VmRSS`, what is resident now, or `VmHWM`, the most that ever was."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise self.failure("has ended")


class Martlet(Server):
    """Ours. `version` is what it prints; with `verifies` it refuses a wrong signature."""

    def __init__(self, binary: Path, directory: Path, budget: str, verifies: bool) -> None:
        command = [str(binary), "serve", "--port", "0", "--data", str(directory)]
        command += ["--durability", "sync", "--memory-budget", budget]
        if verifies:
            credentials = directory.parent / "credentials"
            credentials.write_text(CREDENTIALS_FILE)
            command += ["--credentials", str(credentials)]
        super().__init__(command, directory, 0)
        assert self.process.stdout is not None
        line = self.process.stdout.readline().decode()
        ready = READY.match(line)
        if ready is None:
            self.stop()
            raise self.failure(f"began with {line!r}")
        self.version = ready[1]
        self.port = int(ready[2])


class Redis(Server):
    """Redis without persistence, or with each write synced before it is answered."""

    def __init__(self, directory: Path, syncs: bool) -> None:
        port = free_port()
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        command += ["--dir", str(directory), "--daemonize", "no"]
        command += ["--appendonly", "yes" if syncs else "no", "--appendfsync", "always"]
        # A rewrite would fall into some round or other and be taken for noise.
        command += ["--auto-aof-rewrite-percentage", "0"]
        super().__init__(command, directory, port)


class Nginx(Server):
    """nginx with a fixed answer of 200 bytes to everything: what HTTP alone costs."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        port = free_port()
        paths = "".join(
            f"    {kind}_temp_path {directory}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        configuration = directory / "nginx.conf"
        configuration.write_text(
            f"daemon off;\nworker_processes auto;\npid {directory}/pid;\nerror_log stderr;\n"
            f"events {{ worker_connections 1024; }}\n"
            f"http {{\n{paths}    access_log off;\n    keepalive_requests 1000000000;\n"
            f"    default_type application/x-amz-json-1.0;\n"
            f"    server {{\n        listen 127.0.0.1:{port};\n"
            f"        location / {{ return 200 '{NGINX_ANSWER}'; }}\n    }}\n}}\n"
        )
        super().__init__(["nginx", "-e", "stderr", "-c", str(configuration)], directory, port)


class Moto(Server):
    """moto's DynamoDB, which keeps its tables in memory and checks no signatures."""

    def __init__(self, program: Path, directory: Path) -> None:
        port = free_port()
        super().__init__(
            [str(program), "--host", "127.0.0.1", "--port", str(port)], directory, port
        )
