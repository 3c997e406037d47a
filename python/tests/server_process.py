"""`martlet serve` as a process of its own, for tests that are given its program."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

SERVER = os.environ.get("MARTLET_BIN")


@contextmanager
def serving(*options: object) -> Iterator[str]:
    """The address of a server with these options, until the end."""
    assert SERVER
    with subprocess.Popen(
        [SERVER, "serve", "--port", "0", *map(str, options)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if address := re.search(r"https?://[^:]+:\d+", line):
                break
        else:
            raise AssertionError(said)
        try:
            yield address[0]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
