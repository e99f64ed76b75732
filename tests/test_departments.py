"""Departments side by side or one by one: the same numbers, and chosen by what this version of Numba can do."""

import os
import subprocess
import sys

import numpy as np
import pytest

from simulation import case, load, run_worlds
from simulation.engine.ensemble import trace_world
from simulation.engine.kernel.choice import SIDE_BY_SIDE, works

STUDIES = ("case", "tests/scenarios/valid/every-key.yaml")
"""Between them they use every measure."""

RUN = """
import sys
import numpy as np
from simulation import load, run_worlds
from simulation.engine.ensemble import trace_world
from simulation.engine.kernel.departments import LANES

assert LANES == 1
found = {f"outcomes {name}": run_worlds(load(name), 3, seed=4).outcomes for name in sys.argv[2:]}
states, organisation, settled = trace_world(load("case").select(("full",)), world=3, seed=1)
np.savez(sys.argv[1], states=states, organisation=organisation, settled=settled, **found)
"""

CHOICE = "from simulation.engine.kernel.choice import SIDE_BY_SIDE; print(SIDE_BY_SIDE)"
UNTRIED = "import numba; numba.__version__ = '0.99.1'; "
GONE = "import numba.extending; del numba.extending.lower_getattr_generic; "
CHANGED = "from numba.core import cgutils; cgutils.for_range = lambda builder: None; "
WRONG = "from numba.core import cgutils; cgutils.raw_memcpy = lambda *_, **__: None; "


def python(code, *arguments, **more):
    """What a process prints that runs some code, with settings of the environment."""
    command = [sys.executable, "-W", "error", "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=os.environ | more, text=True, capture_output=True, check=True).stdout.strip()


def close(found, expected):
    """Whether all numbers are the same but for their last digits."""
    return np.allclose(found, expected, rtol=1e-9, atol=1e-12, equal_nan=True)


def test_this_version_goes_side_by_side():
    assert works()
    assert (os.environ.get("SYNERGY_LANES") != "1") == SIDE_BY_SIDE


@pytest.mark.slow
def test_one_by_one_gives_the_same_numbers(tmp_path):
    python(GONE + RUN, tmp_path / "found.npz", *STUDIES, SYNERGY_CACHE_DIR=str(tmp_path))
    with np.load(tmp_path / "found.npz") as found:
        for name in STUDIES:
            assert close(found[f"outcomes {name}"], run_worlds(load(name), 3, seed=4).outcomes), name
        *records, settled = trace_world(case().select(("full",)), 3, 1)
        assert close(found["settled"], settled)
        for kept, expected in zip(("states", "organisation"), records, strict=True):
            assert found[kept].dtype == expected.dtype
            for name in expected.dtype.names:
                assert close(found[kept][name], expected[name]), name


@pytest.mark.parametrize(
    ("before", "side_by_side"),
    [
        ("", True),
        (UNTRIED, True),
        (GONE, False),
        (UNTRIED + GONE, False),
        (UNTRIED + CHANGED, False),
        (UNTRIED + WRONG, False),
    ],
    ids=["tried", "untried", "a name is gone", "untried, a name is gone", "untried, one has changed", "untried, wrong"],
)
def test_the_way_is_chosen_by_what_works(before, side_by_side):
    assert python(before + CHOICE, SYNERGY_LANES="") == str(side_by_side)


def test_one_can_ask_for_one_by_one():
    assert python(CHOICE, SYNERGY_LANES="1") == "False"
