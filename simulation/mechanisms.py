"""Which mechanism each state belongs to, and what each measure's levers act through.

A measure acts only through a mechanism. These tables say which: every state of a department and of the organisation is
filed under one mechanism or one consequence, and every lever under the mechanisms by which the model's rules use it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from simulation.outcomes import BY_OUTCOME

SHARE, HOURS, CONTACT, ISSUES = BY_OUTCOME["lasting_adoption"].margin, 1.0, 1.0, 3.0
"""What matters: 2 percentage points (as for outcomes), an hour a week, one contact, three open issues (assumed)."""

MECHANISMS = (
    "capacity",
    "responsibility",
    "visibility",
    "ties",
    "priority",
    "knowledge",
    "technical_debt",
    "conviction",
)
"""What a measure can act through; conviction is what the control *persuasion* acts on."""
CONSEQUENCES = ("engagement", "effort", "progress", "adoption")
"""What follows from those, in this order."""

_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "capacity": "load overload headroom available pull meetings attendance bought_done helped_done incident_weeks "
        "absence_weeks",
        "responsibility": "it_frame frame_anchor felt_responsibility ownership progress_role priority_role voice_role "
        "responsibility unheld",
        "visibility": "norm expectancy activity",
        "ties": "contacts active",
        "priority": "priority",
        "knowledge": "knowledge paired_hours",
        "technical_debt": "technical_size",
        "conviction": "conviction conviction_anchor",
        "engagement": "engagement willingness",
        "effort": "demand hours work_hours care_hours waiting",
        "progress": "process_size process_progress technical_progress process_need technical_need process_done "
        "technical_done own_done technical_gain productivity blocked open_issues open_objections own_share own_output "
        "all_output",
        "adoption": "adoption habit cut_over_week",
        # What stands beside a state that is compared, or waits to become one.
        "": "noise incident leave arrivals capacity rate benefit entangled need_share chain_share chain_weight is_it "
        "in_business internal member workload competing_pull projects switching standing_pull progress_portion "
        "priority_portion voice_portion granted persuasion meetings_asked near_share tied near_activity "
        "near_conviction near_frame busy near_willing others_adoption chain_adoption expected hazard carried",
    }
)
_ORGANISATION_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "capacity": "other_it_load partner_process_hours",
        "responsibility": "diffused outsider",
        "visibility": "visibility",
        "priority": "shock_weeks",
        "technical_debt": "technical_debt debt_weight",
        "conviction": "signal",
        "effort": "started",
        "progress": "backlog connected",
        "adoption": "go_live_week",
        # Sums and means of departments' states, accounts, and what keeps the books.
        "": "mean_adoption mean_engagement mean_progress business_frame business_engagement carried_outside "
        "need_inside need_outside need_process shared_hours solitary_hours overload_hours cost partner_cost benefit "
        "connections visibility_sum passive_sum progress_104 peak adoption_52 before shock_begins work_seen "
        "roles_fade closed live objections levers phase window peak_week half_week world seed",
    }
)


def _turned(places: Mapping[str, str]) -> Mapping[str, str]:
    """The group of each state."""
    return MappingProxyType({name: group for group, names in places.items() for name in names.split()})


GROUP_OF: Mapping[str, str] = _turned(_PLACES)
"""The mechanism, or the consequence, that each state of a department belongs to; none for what is not compared."""
ORGANISATION_GROUP_OF: Mapping[str, str] = _turned(_ORGANISATION_PLACES)
"""The same for the organisation's states."""

TOLD: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "capacity": {"headroom": HOURS, "meetings": HOURS, "bought_done": HOURS, "helped_done": HOURS, "pull": 0.1},
        "responsibility": {
            "progress_role": SHARE,
            "priority_role": SHARE,
            "voice_role": SHARE,
            "it_frame": SHARE,
            "felt_responsibility": SHARE,
            "ownership": SHARE,
        },
        "visibility": {"visibility": SHARE, "norm": SHARE, "activity": SHARE},
        "ties": {"contacts": CONTACT},
        "priority": {"priority": SHARE},
        "knowledge": {"knowledge": SHARE, "paired_hours": HOURS},
        "technical_debt": {"technical_size": HOURS, "technical_debt": SHARE},
        "conviction": {"conviction": SHARE},
        "engagement": {"engagement": SHARE},
        "effort": {"hours": HOURS},
        "progress": {"process_progress": SHARE, "technical_progress": SHARE, "open_issues": ISSUES},
        "adoption": {"adoption": SHARE, "habit": SHARE},
    }
)
"""For each group the states that one is told of, with the smallest difference that matters."""

ACTS_THROUGH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "naming": ("visibility", "responsibility"),
        "roles": ("responsibility", "capacity"),
        "members": ("ties", "visibility", "capacity"),
        "team": ("ties", "visibility", "capacity"),
        "team_hours": ("capacity", "visibility"),
        "forum": ("ties", "responsibility", "capacity"),
        "forum_hours": ("capacity",),
        "consulted": ("ties", "visibility", "responsibility", "capacity"),
        "at_chain_table": ("ties",),
        "anchored": ("priority", "visibility"),
        "partner": ("capacity", "knowledge", "visibility", "responsibility"),
        "granted": ("capacity",),
        "technicians": ("capacity",),
        "cut": ("capacity",),
        "persuasion": ("conviction",),
        "one_off_cost": (),
        "running_cost": (),
    }
)
"""What each lever of a week acts through in the model, the first one foremost; costs act on nothing."""

SETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "name_the_elephant": ("naming",),
        "assign_roles": ("roles",),
        "cross_functional_team": ("team", "members", "team_hours"),
        "external_partner": ("partner",),
        "anchor_in_strategy": ("anchored",),
        "consult_chain": ("consulted", "at_chain_table", "roles"),
        "platform": (),
        "wait_for_capacity": (),
        "wide_forum": ("forum", "forum_hours"),
        "extra_hours": ("granted",),
        "technicians": ("technicians",),
        "cut_it_portfolio": ("cut",),
        "persuasion": ("persuasion",),
    }
)
"""The levers that each measure sets; those without act from the start (platform) or on the start (waiting)."""

STANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"platform": ("technical_debt", "knowledge"), "wait_for_capacity": ("capacity",)}
)
"""What measures without levers act through: a self-built platform brings debt, more technical work and some knowledge
from the start; waiting holds work back until IT has capacity."""
