"""Whether departments can go side by side with this version of Numba, or must go one by one.

:mod:`~simulation.engine.kernel.lanes` is the quick way. It stands on parts of Numba that may change without notice, so
a version that nobody has tried is first given a small example to compile; where it cannot, departments go one by one
(:mod:`~simulation.engine.kernel.singly`), which is slower and gives the same numbers. ``SYNERGY_LANES=1`` asks for that
with any version.
"""

import os
import re
from typing import Any

import numba
import numpy as np

UNTRIED = (0, 69)
"""The first version of Numba with which lanes are untried; ``pyproject.toml`` holds Numba below it."""


def version() -> tuple[int, ...]:
    """The version of Numba, as numbers."""
    return tuple(int(part) for part in re.findall(r"\d+", numba.__version__)[:2])


def works() -> bool:
    """Whether lanes compile, and add up rightly, in this version of Numba."""
    try:
        from simulation.engine.kernel import lanes  # noqa: PLC0415 - the import itself is what may fail

        return version() < UNTRIED or _adds_up(lanes)
    except Exception:  # whatever has changed in there, departments one by one need none of it
        return False


def _adds_up(lanes: Any) -> bool:
    """Do all that the week does with lanes once, on two blocks of states with two numbers each."""
    at, each, total, gather, hand_out = lanes.at, lanes.each, lanes.total, lanes.gather, lanes.hand_out
    double, both, told, hear = map(numba.njit, (_double, _both, _own, _hear))

    @numba.njit  # type: ignore[untyped-decorator]
    def week(luck: Any, states: Any, ties: Any, ends: Any) -> Any:
        hand_out(luck, states)
        each(double, states, 2.0)
        gather(told, hear, states, ties, ends, 0)
        return total(both, states), total(told, states), at(states, 5).own

    one, two = np.dtype([("own", "f8")]), np.dtype([("own", "f8"), ("heard", "f8")])
    luck, states = np.zeros(2, lanes.in_lanes(one)), np.zeros(2, lanes.in_lanes(two))
    luck["own"] = np.arange(8.0).reshape(2, 4)
    ties = np.zeros(1, [("weight", "f8", (lanes.LANES,)), ("to", "i8")])
    ties["weight"], ties["to"] = 1.0, 7
    return bool(week(luck, states, ties, np.array([0, 1, 1])) == ((56.0, 56.0), 56.0, 10.0))


def _double(d: Any, by: Any) -> None:
    """A step."""
    d.own *= by


def _own(d: Any) -> Any:
    """A step that tells a number."""
    return d.own


def _both(d: Any) -> Any:
    """A step that tells two."""
    return d.own, d.heard


def _hear(d: Any, number: Any) -> None:
    """A step that hears one."""
    d.heard = number


SIDE_BY_SIDE = os.environ.get("SYNERGY_LANES") != "1" and works()
"""Whether departments go side by side."""
