"""Engines as child processes that are told what to do line by line; worker.py has the protocol.

Ours is the Swift driver in driver/, one engine name for each kind of codes. A child has a session
of its own, so that Ctrl-C reaches the benchmark alone, and is stopped with it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from data_sets import NEIGHBORS, DataSet
from peers import ENGINES

HERE = Path(__file__).resolve().parent
# Codes and links in memory, vectors mapped from a file.
MAPPED = "martlet-int4-mapped"
OURS = ("martlet-float32", "martlet-int8", "martlet-int4", MAPPED)
PEERS = tuple(ENGINES)
FILTERING = OURS[:3] + ("hnswlib", "faiss", "faiss-sq8", "zvec", "zvec-fp16")
BASELINE = "hnswlib"
# usearch makes 8-bit integers of numbers between -1 and 1 only.
UNFIT = {("usearch-i8", "euclidean")}


class EngineFailed(Exception):
    """An engine could not do what it was told; its own words are on standard error."""


class Engine:
    """A running engine with one data set. Methods block until it has answered."""

    def __init__(
        self, name: str, data: DataSet, threads: int, driver: Path, options: tuple[str, ...] = ()
    ) -> None:
        self.name = name
        self.answers_path = data.folder / f"answers-{name}.i32"
        if name in OURS:
            command = [str(driver), name.removeprefix("martlet-")]
        else:
            command = [sys.executable, str(HERE / "worker.py"), name]
        self.process = subprocess.Popen(
            [*command, str(data.folder), str(threads), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )
        self.bytes = 0.0
        self.seconds = 0.0

    def call(self, **command: object) -> dict:
        try:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.stop()
            raise EngineFailed(f"{self.name} ended with {self.process.returncode}")
        return json.loads(line)

    def build(self) -> dict:
        return self.call(do="build")

    def rate(self, **command: object) -> float:
        """Queries per second of one `search`."""
        answer = self.call(do="search", **command)
        return answer["queries"] / answer["seconds"]

    def answers(self, **command: object) -> np.ndarray:
        """What one `search` answers, int32 [queries, 10]."""
        self.call(do="search", answers=str(self.answers_path), **command)
        found = np.fromfile(self.answers_path, np.int32).reshape(-1, NEIGHBORS)
        self.answers_path.unlink()
        return found

    def stop(self) -> None:
        if self.process.poll() is None:
            try:
                self.process.stdin.write('{"do":"quit"}\n')
                self.process.stdin.close()
                self.process.wait(30)
            except (OSError, ValueError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()
        self.process.stdout.close()
