"""The schedule of a scenario's measures: what they ask of each week, and what begins or ends in it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from simulation.study.constants import CLOSING_WEEKS
from simulation.study.measures import CLASS_OF, MEASURES, Measures, Partner
from simulation.study.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Levers:
    """All that measures ask of one week. Tuples have one entry per department, in the organisation's order.

    ``roles`` holds the portion (1 or 0) of each of the three roles that a department is given;
    ``team_hours`` and ``forum_hours`` the meeting hours a week asked of each who takes part (None: by the parameter).
    ``granted`` and ``dedicated`` are h/week, ``pledged`` a share of free hours (None: no pledge), ``persuasion`` a rate
    a week, ``technicians`` h/week, ``cut`` a share,
    costs € this week. ``at_work`` are the names of the measures that set any of them.
    """

    naming: bool
    roles: tuple[tuple[float, float, float], ...]
    members: tuple[bool, ...]
    team: bool
    team_hours: float | None
    forum: bool
    forum_hours: float | None
    consulted: bool
    at_chain_table: tuple[bool, ...]
    anchored: bool
    partner: Partner | None
    granted: tuple[float, ...]
    dedicated: tuple[float, ...]
    pledged: tuple[float | None, ...]
    technicians: float
    cut: float
    persuasion: tuple[float, ...]
    retired: bool
    one_off_cost: float
    running_cost: float
    at_work: frozenset[str] = frozenset()


LEVERS: tuple[str, ...] = tuple(field.name for field in fields(Levers) if field.name != "at_work")
"""The names of all levers."""

SHARES = frozenset({"roles", "cut", "persuasion"})
"""Levers that are shares, portions or rates: they add up to 1 at most."""


def idle(departments: int) -> Levers:
    """The levers of a week in which nothing is done, in an organisation of so many departments."""
    nobody, nothing = (False,) * departments, (0.0,) * departments
    return Levers(
        naming=False,
        roles=((0.0, 0.0, 0.0),) * departments,
        members=nobody,
        team=False,
        team_hours=None,
        forum=False,
        forum_hours=None,
        consulted=False,
        at_chain_table=nobody,
        anchored=False,
        partner=None,
        granted=nothing,
        dedicated=nothing,
        pledged=(None,) * departments,
        technicians=0.0,
        cut=0.0,
        persuasion=nothing,
        retired=False,
        one_off_cost=0.0,
        running_cost=0.0,
    )


def combined(before: Any, more: Any, most: float = math.inf) -> Any:
    """One lever that two measures set, department by department: what one of them does is done, amounts add up.

    They add up to ``most`` at most. Raises ``TypeError`` for what can be neither, such as two partners.

    >>> combined((1.0, 0.0), (2.0, 0.5)), combined(False, True), combined(None, 3.0), combined(0.8, 0.7, 1.0)
    ((3.0, 0.5), True, 3.0, 1.0)
    """
    if more is None or before is None:
        return before if more is None else more
    if isinstance(more, tuple):
        return tuple(combined(one, other, most) for one, other in zip(before, more, strict=True))
    if isinstance(more, bool):
        return before or more
    if isinstance(more, int | float):
        return min(float(before + more), most)
    raise TypeError(f"two measures set a lever that cannot be combined: {before!r} and {more!r}")


class Schedule:
    """A scenario's measures, asked week by week.

    >>> from simulation import case
    >>> schedule = Schedule(case().scenario("full").measures, case().organisation)
    >>> schedule.levers(7, None).anchored, schedule.levers(8, None).anchored, schedule.levers(150, 100).anchored
    (False, True, True)
    >>> schedule.levers(107, 100).team, schedule.levers(108, 100).team
    (True, False)
    """

    def __init__(self, measures: Measures, organisation: Organisation) -> None:
        self.measures, self.organisation = measures, organisation
        self._done = measures.done()
        self._known: dict[tuple[frozenset[tuple[str, int]], float], Levers] = {}

    def levers(self, week: int, go_live: int | None) -> Levers:
        """The levers of ``week``, given the week of go-live if it is past; equal weeks share one object."""
        working = frozenset(
            (name, measure.stage(week)) for name, measure in self._done.items() if measure.works(week, go_live)
        )
        paid_once = sum(measure.paid_once(week, go_live) for measure in self._done.values())
        key = (working, paid_once)
        if key not in self._known:
            self._known[key] = self._combine(working, paid_once)
        return self._known[key]

    def turning_weeks(self) -> set[int]:
        """The weeks in which levers may change; from one to the next, go-live apart, they stay as they are.

        >>> from simulation import case
        >>> sorted(Schedule(case().scenario("partner-with").measures, case().organisation).turning_weeks())
        [12, 13, 90]
        """
        turns: set[int] = set()
        for measure in self._done.values():
            start, end, weeks = (getattr(measure, when, None) for when in ("start", "end", "weeks"))
            if start is not None:
                turns |= {start, start + 1, start + (weeks or 1), (end or start) + 1}
            turns |= measure.turns()
        return turns

    def phases(self) -> tuple[int, ...]:
        """Weeks since go-live from which levers may be others, in order; the project closes at one of them.

        >>> from simulation import case
        >>> Schedule(case().scenario("full-retired").measures, case().organisation).phases()
        (6, 8, 13, 14)
        """
        turns = {CLOSING_WEEKS}
        for measure in self._done.values():
            turns |= measure.phases()
        return tuple(sorted(turns))

    def _combine(self, stages: frozenset[tuple[str, int]], paid_once: float) -> Levers:
        """Put together what all measures that work set, each in its stage."""
        stage_of = dict(stages)
        working = frozenset(stage_of)
        nothing = idle(len(self.organisation.departments))
        levers = {name: getattr(nothing, name) for name in LEVERS} | {"one_off_cost": float(paid_once)}
        at_work = set()
        for name in (name for name in MEASURES if name in working):
            settings = self._done[name].levers_at(stage_of[name], self.organisation, working)
            for lever, value in settings.items():
                levers[lever] = combined(levers[lever], value, 1.0 if lever in SHARES else math.inf)
            if any(is_set(value) for lever, value in settings.items() if lever != "running_cost"):
                at_work.add(name)
        return Levers(**levers, at_work=frozenset(at_work))


def is_closed(week: int, go_live: int | None) -> bool:
    """Whether the project organisation is dissolved."""
    return go_live is not None and week >= go_live + CLOSING_WEEKS


EVENT_ORDER = (
    "cross_functional_team",
    "wide_forum",
    "consult_chain",
    "anchor_in_strategy",
    "external_partner",
    "technicians",
    "cut_it_portfolio",
    "extra_hours",
    "dedicate_hours",
    "pledge_hours",
    "persuasion",
    "assign_roles",
    "retire_old_way",
)
"""Whose beginning or end is told first where several fall into one week; those not listed are told last."""

RANK = {name: rank for rank, name in enumerate((*EVENT_ORDER, *(name for name in MEASURES if name not in EVENT_ORDER)))}
TOLD_OF = tuple(sorted((name for name in MEASURES if CLASS_OF[name].event), key=RANK.__getitem__))
"""Measures whose beginning and end are events."""


def begun_and_ended(before: Levers, now: Levers, closes: bool) -> tuple[str, ...]:
    """What of the measures begins or ends between two weeks' levers, as kinds of events, in the order they are told.

    ``closes`` says that the project organisation is dissolved this week.

    >>> from simulation import case
    >>> schedule = Schedule(case().scenario("roles").measures, case().organisation)
    >>> begun_and_ended(schedule.levers(7, None), schedule.levers(8, None), False)
    ('roles_begins',)
    """
    kinds = []
    if now.naming:
        kinds.append("named")
    if closes:
        kinds.append("closed")
    for name in TOLD_OF:
        was, works = name in before.at_work, name in now.at_work
        if was != works:
            kinds.append(f"{CLASS_OF[name].event}_{'begins' if works else 'ends'}")
    return tuple(kinds)


def is_set(lever: Any) -> bool:
    """Whether a lever is set at all, for any department.

    >>> is_set(((0.0, 0.5, 0.0),)), is_set((0.0, 0.0)), is_set(None)
    (True, False, False)
    """
    return any(map(is_set, lever)) if isinstance(lever, tuple) else bool(lever)


class Meetings(NamedTuple):
    """How strong a contact each kind of meeting makes: as strong as it is carried out well, 0 to 1."""

    team: float = 1.0
    forum: float = 1.0
    chain: float = 1.0


IN_FULL = Meetings()
"""Meetings that are carried out in full."""


def contacts(organisation: Organisation, levers: Levers, meetings: Meetings = IN_FULL) -> dict[tuple[int, int], float]:
    """Who is in contact with whom, and how strongly: informal ties and, as far as they are carried out, meetings.

    Those of the team, of the forum, and of the chain's table: what one pair has of these adds up, to 1 at most. Keys
    are pairs of indices in the organisation, both ways.

    >>> from simulation import case
    >>> schedule = Schedule(case().scenario("team").measures, case().organisation)
    >>> sum(len(contacts(case().organisation, schedule.levers(week, None))) for week in (7, 8))
    66
    """
    strengths: dict[tuple[int, int], float] = {}
    index = {department.name: i for i, department in enumerate(organisation.departments)}

    def add(i: int, j: int, strength: float) -> None:
        for pair in ((i, j), (j, i)):
            strengths[pair] = min(1.0, strengths.get(pair, 0.0) + strength)

    for tie in organisation.informal_ties:
        add(index[tie.a], index[tie.b], tie.strength)
    for pairs, strength in zip(_together(organisation, levers), meetings, strict=True):
        for i, j in pairs:
            add(i, j, strength)
    return strengths


def _together(organisation: Organisation, levers: Levers) -> tuple[list[tuple[int, int]], ...]:
    """The pairs of indices that sit in the team, in the forum, and at the chain's table, which partners share."""
    inside = [department.internal for department in organisation.departments]
    forum = [internal and levers.forum for internal in inside]
    pairs: list[tuple[int, int]] = []
    if levers.consulted:
        for i in (i for i in range(len(inside)) if not inside[i]):
            pairs += [
                (i, j)
                for j in range(len(inside))
                if (inside[j] and levers.at_chain_table[j]) or (not inside[j] and j > i)
            ]
    return _pairs(levers.members), _pairs(forum), pairs


def _pairs(seats: Sequence[bool]) -> list[tuple[int, int]]:
    """Every pair of those who sit."""
    return list(itertools.combinations([index for index, sits in enumerate(seats) if sits], 2))
