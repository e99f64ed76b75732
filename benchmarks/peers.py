"""Seconds per run of the peers and of the Mesa model, all from one process, one after the other.

python -m benchmarks.peers [worlds]
"""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from simulation import case
from simulation.engine.ensemble import mesa_world
from simulation.model.worlds import Mode
from simulation.study.scenario import Study

Peer = Callable[[Study, int, int, Mode], object]


def mesa(study: Study, worlds: int, seed: int, mode: Mode) -> None:
    """The Mesa model, world by world."""
    for world in range(worlds):
        mesa_world(study, world, seed, mode)


def twin(study: Study, worlds: int, seed: int, mode: Mode) -> None:
    """The twin of ``tests/twin``, in plain Python, world by world; scenarios of the case only."""
    from tests import twin as plain  # noqa: PLC0415 - not part of a distribution

    said = plain.read(Path("scenarios/case.yaml"))
    for name in study.names:
        for world in range(worlds):
            plain.run(plain.scenario(said, name), world, seed, mode)


PEERS: dict[str, Peer] = {"mesa": mesa, "twin": twin}
"""Every peer by name; each runs all scenarios of a study in so many worlds."""

FEWER = {"mesa": 1, "twin": 1}
"""The most worlds that a peer is given whose seconds per run do not depend on how many there are."""


def measure(name: str, study: Study, worlds: int, repeats: int = 3, seed: int = 1, mode: Mode = "ranges") -> float:
    """Seconds per run of a peer, the best of some repeats; everything that a study takes is counted."""
    worlds = min(worlds, FEWER.get(name, worlds))
    peer, best = PEERS[name], float("inf")
    peer(study, 1, seed, mode)
    for _ in range(repeats):
        gc.collect()
        begun = perf_counter()
        peer(study, worlds, seed, mode)
        best = min(best, perf_counter() - begun)
    return best / (worlds * len(study.scenarios))


def main() -> None:
    """Print microseconds per run of every peer."""
    study, worlds = case(), int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for name in PEERS:
        print(f"{name:8} {1e6 * measure(name, study, worlds):10.0f} µs a run")


if __name__ == "__main__":
    main()
