import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1]))

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this distribution")

from benchmarks.peers import PEERS, measure
from simulation import case


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_is_measured(name):
    assert 0.0 < measure(name, case().select(("it-only",)), 1, repeats=1) < 10.0
