"""What compiled functions read and write: states as records, and where draws and outcomes stand in a row."""

from typing import Any, NamedTuple

from simulation.kernel.layout import Layout, record
from simulation.outcomes import OUTCOMES

STATE = record(
    # what lasts
    "conviction conviction_anchor it_frame frame_anchor felt_responsibility ownership progress_role priority_role "
    "voice_role knowledge priority activity process_progress technical_progress own_share adoption habit own_output "
    "all_output "
    # what this world made of it
    "workload competing_pull projects process_size technical_size "
    # what a week computes anew
    "norm engagement responsibility expectancy load headroom available pull meetings attendance blocked productivity "
    "process_need technical_need demand hours work_hours care_hours paired_hours process_done technical_done own_done "
    "bought_done helped_done waiting willingness technical_gain "
    # what waits until a stage is done, and what is kept while levers stay as they are
    "next_adoption near_activity near_conviction near_frame switching standing_pull unheld "
    "carried",
    "open_issues open_objections incident_weeks absence_weeks cut_over_week active",
)
"""A department's state; the names are those of the Mesa department."""

ORGANISATION = record(
    "visibility technical_debt other_it_load backlog signal mean_adoption mean_engagement mean_progress business_frame "
    "diffused outsider partner_process_hours connected debt_weight business_engagement carried_outside "
    "need_inside need_outside need_process "
    # accounts
    "shared_hours solitary_hours overload_hours cost partner_cost benefit connections visibility_sum passive_sum "
    "progress_104 peak adoption_52",
    "shock_weeks shock_begins started work_seen roles_fade closed live go_live_week objections levers phase "
    "window peak_week half_week week world seed",
)
"""The organisation's state, and its accounts so far."""

# Where a draw stands in a department's line; the organisation's line has its own.
NOISE, INCIDENT, LEAVE, ARRIVALS, PICK_UP, OBJECTION, ANSWER = range(7)
SHOCK, OTHER_LOAD = 0, 7


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
    keys: Any


def arrays_of(layout: Layout) -> Arrays:
    """A layout as compiled functions read it."""
    return Arrays(**{name: getattr(layout, name) for name in Arrays._fields})
