"""Which mechanism each state belongs to, and what each measure's levers act through.

A measure acts only through a mechanism. These tables say which: every state of a department and of the organisation is
filed under one mechanism or one consequence (:mod:`simulation.model.states`), and every lever under the mechanisms by
which the model's rules use it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from simulation.model.outcomes import BY_OUTCOME
from simulation.model.states import DEPARTMENT_STATES, ORGANISATION_STATES, groups

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


def _in_order(filed: Mapping[str, str]) -> Mapping[str, str]:
    """The group of each state, in the order of the groups."""
    return MappingProxyType(
        {name: group for one in (*MECHANISMS, *CONSEQUENCES, "") for name, group in filed.items() if group == one}
    )


GROUP_OF: Mapping[str, str] = _in_order({"contacts": "ties", **groups(DEPARTMENT_STATES)})
"""The mechanism, or the consequence, that each state of a department belongs to; none for what is not compared."""
ORGANISATION_GROUP_OF: Mapping[str, str] = _in_order(groups(ORGANISATION_STATES))
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
