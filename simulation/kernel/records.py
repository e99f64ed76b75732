"""What compiled functions read and write: states as records, and where draws and outcomes stand in a row."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.kernel.lanes import blocks_for, in_lanes
from simulation.kernel.layout import Layout, record
from simulation.outcomes import OUTCOMES

LUCK = record("noise incident leave arrivals")
"""A week's luck of a department, drawn for everybody at once."""

ANSWERS = record("pick_up objection answer")
"""More of it, drawn where somebody asks for it; ``pick_up`` is negative until then."""

STATE = record(
    " ".join(LUCK.names or ()) + " "
    # what lasts
    "conviction conviction_anchor it_frame frame_anchor felt_responsibility ownership progress_role priority_role "
    "voice_role knowledge priority activity process_progress technical_progress own_share adoption habit own_output "
    "all_output carried "
    # what is fixed, and what this world made of it
    "capacity rate benefit entangled need_share chain_share chain_weight "
    "workload competing_pull projects process_size technical_size "
    # what stays as it is until levers change
    "progress_portion priority_portion voice_portion granted persuasion meetings_asked switching standing_pull unheld "
    "near_share tied "
    # what others do and think
    "near_activity near_conviction near_frame busy near_willing others_adoption chain_adoption "
    # what a week computes anew
    "norm engagement responsibility expectancy load overload headroom available pull meetings attendance blocked "
    "productivity process_need technical_need demand hours work_hours care_hours paired_hours process_done "
    "technical_done own_done bought_done helped_done waiting willingness technical_gain expected hazard",
    "open_issues open_objections incident_weeks absence_weeks cut_over_week is_it in_business internal active member",
)
"""A department's state; the names are those of the Mesa department."""

BLOCK, LUCK_BLOCK, ANSWERS_BLOCK = in_lanes(STATE), in_lanes(LUCK), in_lanes(ANSWERS)
"""The same of a few departments, name by name."""

ORGANISATION = record(
    "visibility technical_debt other_it_load backlog signal mean_adoption mean_engagement mean_progress business_frame "
    "diffused outsider partner_process_hours connected debt_weight business_engagement carried_outside "
    "need_inside need_outside need_process before "
    # accounts
    "shared_hours solitary_hours overload_hours cost partner_cost benefit connections visibility_sum passive_sum "
    "progress_104 peak adoption_52",
    "shock_weeks shock_begins started work_seen roles_fade closed live go_live_week objections levers phase "
    "window peak_week half_week world seed",
)
"""The organisation's state, and its accounts so far."""

LINE = 64
"""Bytes of a line of the cache."""


def room_for(departments: int) -> NDArray[Any]:
    """Blocks for so many departments, and one more that is nobody's: no kind, no hours, no work."""
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

(
    GO_LIVE_WEEK,
    GO_LIVE_104,
    PROGRESS_104,
    PEAK_ADOPTION,
    ADOPTION_52,
    LASTING_ADOPTION,
    RETENTION,
    RELAPSE_HALF_LIFE,
    OWNERSHIP_END,
    KNOWLEDGE_END,
    VISIBILITY_26,
    CARRYING_HHI,
    PASSIVE_SHARE,
    SILO_INDEX,
    OVERLOAD_HOURS,
    COST,
    PARTNER_COST,
    BENEFIT,
    NET_VALUE,
    BREAK_EVEN_BENEFIT,
    COST_PER_LASTING_ADOPTION,
    CONNECTIONS,
) = range(len(OUTCOMES))


class Arrays(NamedTuple):
    """A study's :class:`~simulation.layout.Layout`, as compiled functions read it."""

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
