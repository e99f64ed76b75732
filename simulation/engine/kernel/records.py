"""What compiled functions read and write: states as records, and where draws and outcomes stand in a row."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.engine.kernel.departments import LANES, blocks_for, in_lanes
from simulation.engine.kernel.layout import (
    ASK,
    BOND,
    DEPARTMENT,
    HAND_OFF,
    LEVERS,
    NETWORK,
    PACE,
    SCENARIO,
    SEAT,
    TIE,
    Layout,
    record,
)
from simulation.model.states import DEPARTMENT_STATES, LUCK_STATES, ORGANISATION_STATES, State
from simulation.study.constants import WAITING_WEEKS
from simulation.study.measures import CARRIED_OUT


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

SUMS = 11
"""How many sums over departments one stage of a week makes for a later one."""

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
    return np.empty((weeks, blocks), LUCK_BLOCK), np.empty((weeks, blocks), ANSWERS_BLOCK), np.empty((weeks, 3))


def states_of(blocks: NDArray[Any], departments: int) -> NDArray[Any]:
    """Departments one by one: records of :data:`STATE`, shape (…, departments), from blocks of shape (…, blocks)."""
    states = np.empty((*blocks.shape[:-1], departments), STATE)
    for name in STATE.names or ():
        states[name] = blocks[name].reshape(*blocks.shape[:-1], -1)[..., :departments]
    return states


SHOCK, OTHER_LOAD, SPONSOR = range(3)
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
    close: Any
    members: Any
    links: Any
    class_ends: Any
    ties: Any
    ends: Any
    hand_offs: Any
    informal: Any
    codes: Any
    bonds: Any
    bond_codes: Any
    phases: Any
    keys: Any
    measure_keys: Any


def no_arrays() -> Arrays:
    """The arrays of no study."""
    kinds: dict[str, Any] = {
        "scenarios": SCENARIO,
        "departments": DEPARTMENT,
        "levers": LEVERS,
        "asks": ASK,
        "networks": NETWORK,
        "ties": TIE,
        "hand_offs": HAND_OFF,
        "bonds": BOND,
        "informal": np.dtype(("f8", (LANES,))),
        "codes": np.dtype(("i1", (LANES,))),
        "bond_codes": np.dtype(("i1", (LANES,))),
        "keys": np.dtype(np.uint64),
        "measure_keys": np.dtype(np.uint64),
    }
    return Arrays(**{name: np.empty(0, kinds.get(name, np.dtype(np.int64))) for name in Arrays._fields})


class Room(NamedTuple):
    """Room to work in for one thread: the organisation and a blank one, departments in blocks and a blank block, IT's
    spare hours, hand-offs, contacts, who is imitated, the pace of hand-offs, seats, for which world and values each
    network was set, draws of how well measures are carried out, and sums that one stage makes for another."""

    organisation: Any
    states: Any
    spare: Any
    hand_offs: Any
    near: Any
    imitated: Any
    paces: Any
    seats: Any
    stamps: Any
    carried: Any
    sums: Any


class Trace(NamedTuple):
    """All of one run: ``states`` (weeks, blocks) of departments, ``organisation`` (weeks,), and ``settled`` (weeks,
    rows of hand-offs, lanes)."""

    states: Any
    organisation: Any
    settled: Any


def no_trace() -> Trace:
    """A trace of no week."""
    return Trace(np.zeros((0, 0), BLOCK), np.zeros(0, ORGANISATION), np.zeros((0, 0, LANES)))


def trace_for(arrays: Arrays, weeks: int) -> Trace:
    """Room for the trace of a study's last scenario over so many weeks."""
    scenario = arrays.scenarios[-1]
    blocks = blocks_for(int(scenario["count"]))
    needs = int(scenario["needs"])
    rows = int(arrays.ends[needs + blocks] - arrays.ends[needs])
    return Trace(np.zeros((weeks, blocks), BLOCK), np.zeros(weeks, ORGANISATION), np.zeros((weeks, rows, LANES)))


def room_for_runs(arrays: Arrays, departments: int) -> Room:
    """Room for runs of a study of at most so many departments."""
    near = np.zeros(len(arrays.bonds), TIE)
    near["to"] = arrays.bonds["to"]
    return Room(
        organisation=np.zeros(2, ORGANISATION),
        states=room_for(departments),
        spare=np.zeros(WAITING_WEEKS),
        hand_offs=arrays.hand_offs.copy(),
        near=near,
        imitated=near.copy(),
        paces=np.zeros(len(arrays.codes), PACE),
        seats=np.zeros(len(arrays.close), SEAT),
        stamps=np.full((len(arrays.networks), 2), -1),
        carried=np.zeros(len(CARRIED_OUT)),
        sums=np.zeros(SUMS),
    )


def arrays_of(layout: Layout) -> Arrays:
    """A layout as compiled functions read it."""
    return Arrays(**{name: getattr(layout, name) for name in Arrays._fields})
