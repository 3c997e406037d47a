"""Files of vector indexes that are damaged or gone are made again from the items, with a line in
the log; searches are right all the while.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from durability.kills import check_items, write_until_killed
from durability.test_vector_crash import SCHEMA
from durability.vectors import VectorWriter, check_searches
from durability.writers import TABLE
from support.light import LightClient, ask
from support.server import Server

pytestmark = pytest.mark.ours


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def delete(path: Path, rng: random.Random) -> None:
    path.unlink()


def truncate(path: Path, rng: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(rng.randrange(path.stat().st_size))


def flip(path: Path, rng: random.Random) -> None:
    with path.open("r+b") as file:
        place = rng.randrange(path.stat().st_size)
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << rng.randrange(8)]))


def overwrite(path: Path, rng: random.Random) -> None:
    with path.open("r+b") as file:
        file.write(rng.randbytes(path.stat().st_size))


@pytest.mark.parametrize("damage", [delete, truncate, flip, overwrite])
def test_damaged_files_are_made_again(
    disk_only: None, seed: int, tmp_path: Path, damage: Any
) -> None:
    print("seed", seed)
    rng = random.Random(f"{seed}/{damage.__name__}")
    writer = VectorWriter("vector", seed)
    data = tmp_path / "data"
    server = Server("--data", str(data)).start()
    try:
        ask(server.port, "CreateTable", {"TableName": TABLE, **SCHEMA})
        write_until_killed(server, [writer], 1.0)
        for _ in range(3):
            server.start()
            with LightClient(server.port) as client:
                stored = check_items(client, [writer])
                check_searches(client, stored, rng)
            assert server.stop() == 0
            made = files(data / "vectors")
            assert made, "closing leaves files"
            victims = rng.sample(made, rng.randrange(1, len(made) + 1))
            for victim in victims:
                damage(victim, rng)
            server.start()
            with LightClient(server.port) as client:
                check_searches(client, check_items(client, [writer]), rng)
            log = server.stderr()
            if damage is not flip:  # a bit may be where nothing is kept
                for victim in victims:
                    place = f"index {victim.parent.name} "
                    assert any(place in line for line in log.splitlines()), log
            assert server.stop() == 0
    finally:
        server.close()
