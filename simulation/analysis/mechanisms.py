"""Which mechanism each state belongs to, and what each measure's levers act through.

A measure acts only through a mechanism. Every state of a department and of the organisation is filed under one
mechanism or one consequence (:mod:`simulation.model.states`), and every measure says of each lever it sets by which
mechanisms the model's rules use it (:mod:`simulation.study.measures`); the tables here are made of both.
"""

from collections.abc import Mapping
from types import MappingProxyType

from simulation.model.states import DEPARTMENT_STATES, ORGANISATION_STATES, POINTS, groups, notable
from simulation.study.measures import CLASS_OF
from simulation.study.schedule import LEVERS

SHARE, CONTACT = POINTS, 1.0
"""What matters: 2 percentage points, one contact (assumed)."""

MECHANISMS = (
    "capacity",
    "responsibility",
    "visibility",
    "ties",
    "handoffs",
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
        {
            name: group
            for mechanism in (*MECHANISMS, *CONSEQUENCES, "")
            for name, group in filed.items()
            if group == mechanism
        }
    )


GROUP_OF: Mapping[str, str] = _in_order({"contacts": "ties", **groups(DEPARTMENT_STATES)})
"""The mechanism, or the consequence, that each state of a department belongs to; none for what is not compared."""
ORGANISATION_GROUP_OF: Mapping[str, str] = _in_order(groups(ORGANISATION_STATES))
"""The same for the organisation's states."""

TOLD: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        group: notable(group) | ({"contacts": CONTACT} if group == "ties" else {})
        for group in (*MECHANISMS, *CONSEQUENCES)
    }
)
"""For each group the states that one is told of, with the smallest difference that matters."""

ACTS_THROUGH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        lever: tuple(dict.fromkeys(way for kind in CLASS_OF.values() for way in kind.sets.get(lever, ())))
        for lever in LEVERS
    }
)
"""What each lever of a week acts through in the model, the first one foremost; costs act on nothing."""

SETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(lever for lever, ways in kind.sets.items() if ways) for name, kind in CLASS_OF.items()}
)
"""The levers that each measure sets, costs left out; those without any act from the start (platform) or on the start
(waiting)."""

STANDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: kind.stands_for for name, kind in CLASS_OF.items() if kind.stands_for}
)
"""What measures without levers act through."""
