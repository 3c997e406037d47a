"""Random requests to Martlet, moto and ministack: every difference is explained, with its reason.

The seeds of the short form are fixed, and so are the versions of the others, so its differences are
the same in every run: one that nothing explains fails it, and so does an explanation of what no
longer occurs. `make differential` asks more, with a seed of its own.
"""

from __future__ import annotations

import pytest
from differential.explanations import sort_out
from differential.rivals import Rival, are_installed
from differential.running import differences
from support.server import Server

pytestmark = pytest.mark.ours
SHORT_SEEDS = (1, 2, 3)
SHORT_COUNT = 1_500


def test_every_difference_is_explained(request: pytest.FixtureRequest, seed: int) -> None:
    if not are_installed():
        pytest.skip("scripts/bootstrap differential installs the other servers")
    count = int(request.config.getoption("--differential"))
    seeds = (seed,) if count else SHORT_SEEDS
    print(f"seeds {seeds}")
    server = Server("--in-memory").start()
    try:
        with Rival("moto") as moto, Rival("ministack") as ministack:
            ports = {rival.name: rival.port for rival in (moto, ministack)}
            moto.wait()
            ministack.wait()
            found = [
                each
                for number in seeds
                for each in differences(server.port, ports, number, count or SHORT_COUNT)
            ]
        assert server.stop() == 0
    finally:
        server.close()
    unexplained, counts = sort_out(found)
    for name, times in sorted(counts.items(), key=lambda entry: -entry[1]):
        print(f"{times:6} {name}")
    assert not unexplained, f"{len(unexplained)} differences that nothing explains:\n" + "\n".join(
        each.line() for each in unexplained[:20]
    )
    if not count:
        gone = [name for name, times in counts.items() if not times]
        assert not gone, f"explanations of what does not occur: {gone}"
