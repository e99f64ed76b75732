"""What compiled functions read and write: states as records, and where draws and outcomes stand in a row."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.engine.kernel.departments import blocks_for, in_lanes
from simulation.engine.kernel.layout import Layout, record
from simulation.model.states import DEPARTMENT_STATES, LUCK_STATES, ORGANISATION_STATES, State


def record_of_states(states: Iterable[State]) -> np.dtype[np.void]:
    """A record of states: real numbers first, then whole ones."""
    rows = tuple(states)
    reals, counts = ([state.name for state in rows if state.whole is is_whole] for is_whole in (False, True))
    return record(" ".join(reals), " ".join(counts))


LUCK = record_of_states(LUCK_STATES)
"""A week's luck of a department, drawn for everybody at once."""

ANSWERS = record("pick_up objection answer")
"""More of it, drawn only when it is needed; ``pick_up`` is negative until then."""

STATE = record_of_states(DEPARTMENT_STATES)
"""A department's state; the names are those of the Mesa department, its luck comes first."""

BLOCK, LUCK_BLOCK, ANSWERS_BLOCK = in_lanes(STATE), in_lanes(LUCK), in_lanes(ANSWERS)
"""The same of a few departments, name by name."""

ORGANISATION = record_of_states(ORGANISATION_STATES)
"""The organisation's state, and its accounts so far."""

LINE = 64
"""Bytes of a line of the cache."""


def room_for(departments: int) -> NDArray[Any]:
    """Blocks for so many departments, and a blank one: no kind, no hours, no work."""
    return _aligned(blocks_for(departments) + 1, BLOCK)


def _aligned(count: int, block: np.dtype[np.void]) -> NDArray[Any]:
    """Blocks of zeros that begin where a line of the cache begins, so that no vector lies across two lines."""
    size = count * block.itemsize
    room = np.zeros(size + LINE, np.uint8)
    start = -room.ctypes.data % LINE
    return room[start : start + size].view(block)


def room_for_luck(weeks: int, departments: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """Room for the draws of so many weeks: two shares of everybody's, in blocks, and the organisation's."""
    blocks = blocks_for(departments)
    return np.empty((weeks, blocks), LUCK_BLOCK), np.empty((weeks, blocks), ANSWERS_BLOCK), np.empty((weeks, 2))


def states_of(blocks: NDArray[Any], departments: int) -> NDArray[Any]:
    """Departments one by one: records of :data:`STATE`, shape (…, departments), from blocks of shape (…, blocks)."""
    states = np.empty((*blocks.shape[:-1], departments), STATE)
    for name in STATE.names or ():
        states[name] = blocks[name].reshape(*blocks.shape[:-1], -1)[..., :departments]
    return states


SHOCK, OTHER_LOAD = range(2)
"""Where a draw of the organisation stands in its line."""


class Arrays(NamedTuple):
    """A study's :class:`~simulation.engine.kernel.layout.Layout`, as compiled functions read it."""

    scenarios: Any
    departments: Any
    plan: Any
    fades: Any
    levers: Any
    asks: Any
    networks: Any
    seats: Any
    members: Any
    links: Any
    class_ends: Any
    ties: Any
    ends: Any
    keys: Any


def arrays_of(layout: Layout) -> Arrays:
    """A layout as compiled functions read it."""
    return Arrays(**{name: getattr(layout, name) for name in Arrays._fields})
