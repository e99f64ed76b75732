"""The measures, and what each asks of a week's levers.

A measure is a timed intervention. It never touches an outcome: all it can do is set the levers of a week,
and the rules of the model take it from there.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict

from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS
from simulation.study.organisation import Euro, Frozen, Hours, Name, Organisation, Share, WeekOfHours

Week = Annotated[int, Strict(), Field(ge=1, le=520)]
Weeks = Annotated[int, Strict(), Field(ge=1, le=520)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)] | None


class Measure(Frozen):
    """What every measure has: a first week and perhaps a last one (inclusive)."""

    start: Week = 8
    end: Week | None = None

    def on(self, week: int, dissolved: bool) -> bool:
        """Whether it works in ``week``; ``dissolved`` says that what it belongs to has ended by itself.

        An end week that is given overrides that.
        """
        if week < self.start:
            return False
        return not dissolved if self.end is None else week <= self.end


class NameTheElephant(Frozen):
    """Say aloud, once, that this is not IT's project alone: visibility rises, the IT frame falls."""

    start: Week = 8
    cost: Euro = 3000.0


def on_or_off(value: Any) -> Any:
    """Read ``on`` and ``off``, which are words in YAML 1.2."""
    return {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value


Holders = Annotated[bool | tuple[Name, ...], BeforeValidator(on_or_off)]


class AssignRoles(Measure):
    """Assign who answers for progress, who sets priorities, and who represents the department.

    Each role is on, off, or a list of departments; ``departments`` limits all three.
    """

    progress: Holders = True
    priority: Holders = True
    voice: Holders = True
    departments: Names = None
    cost: Euro = 4000.0


class CrossFunctionalTeam(Measure):
    """Departments sit together every week: ties, visibility, coordination; it costs hours.

    ``hours`` a week per member, at most the 168 that a week has; without it the parameter ``m_team``.
    """

    members: Names = None
    hours: WeekOfHours | None = None
    keep_after_go_live: Annotated[bool, BeforeValidator(on_or_off)] = False


class ExternalPartner(Measure):
    """Hours from outside. Only ``substitution`` differs between working along (0) and taking over (1)."""

    start: Week = 12
    weeks: Weeks = 78
    hours: Hours = 72.0
    tech_share: Share = 0.5
    substitution: Share = 0.0
    fee: Euro = 140.0


class AnchorInStrategy(Measure):
    """The board makes it part of the strategy: priority that the daily rush cannot take."""

    board_hours: WeekOfHours = 2.0
    board_rate: Euro = 150.0


class ConsultChain(Measure):
    """Chain partners sit at the table, tied to these departments (all internal ones unless named)."""

    departments: Names = None


class Platform(Frozen):
    """A standard platform with a weekly licence (€), or a self-built one with technical debt."""

    kind: Literal["standard", "self-built"] = "standard"
    licence: Euro = 1500.0


class WaitForCapacity(Frozen):
    """Start only when IT has had room for eight weeks."""


class WideForum(Measure):
    """Control: everybody at one table, nobody responsible. ``hours`` as for the team."""

    hours: WeekOfHours | None = None


class ExtraHours(Measure):
    """Control: hours granted to each department (all internal ones unless named)."""

    hours: Hours = 10.0
    departments: Names = None


class Technicians(Measure):
    """Control: hired technical hours and nothing else; ``fee`` in €/h."""

    hours: Hours = 36.0
    fee: Euro = 110.0


class CutItPortfolio(Measure):
    """Control: IT drops this share of its other projects."""

    share: Share = 0.5


class Persuasion(Measure):
    """Control: convince people, a share of what is missing each week."""

    weeks: Weeks = 26
    rate: Share = 0.06
    departments: Names = None


class Measures(Frozen):
    """The measures of a scenario; what is not there is not done."""

    name_the_elephant: NameTheElephant | None = None
    assign_roles: AssignRoles | None = None
    cross_functional_team: CrossFunctionalTeam | None = None
    external_partner: ExternalPartner | None = None
    anchor_in_strategy: AnchorInStrategy | None = None
    consult_chain: ConsultChain | None = None
    platform: Platform = Platform()
    wait_for_capacity: WaitForCapacity | None = None
    wide_forum: WideForum | None = None
    extra_hours: ExtraHours | None = None
    technicians: Technicians | None = None
    cut_it_portfolio: CutItPortfolio | None = None
    persuasion: Persuasion | None = None


MEASURES: tuple[str, ...] = tuple(Measures.model_fields)
"""The names of all measures."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An outside partner at work this week: hours, technical share, substitution, fee (€/h)."""

    hours: float
    tech_share: float
    substitution: float
    fee: float


@dataclass(frozen=True, slots=True)
class Levers:
    """All that measures ask of one week. Tuples have one entry per department, in the organisation's order.

    ``roles`` holds the portion (1, ½ or 0) of each of the three roles that a department is given;
    ``team`` and ``forum`` the meeting hours asked of each (0: not a member, None: by the parameter).
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
    technicians: float
    cut: float
    persuasion: tuple[float, ...]
    one_off_cost: float
    running_cost: float


class Plan:
    """A scenario's measures, asked week by week.

    >>> from simulation import case
    >>> plan = Plan(case().scenario("full").measures, case().organisation)
    >>> plan.levers(7, None).anchored, plan.levers(8, None).anchored, plan.levers(150, 100).anchored
    (False, True, True)
    >>> plan.levers(107, 100).team, plan.levers(108, 100).team
    (True, False)
    """

    def __init__(self, measures: Measures, organisation: Organisation) -> None:
        self.measures = measures
        self.organisation = organisation
        self._known: dict[tuple[Any, ...], Levers] = {}

    def levers(self, week: int, go_live: int | None) -> Levers:
        """The levers of ``week``, given the week of go-live if it is past; equal weeks share one object."""
        closed = go_live is not None and week >= go_live + CLOSING_WEEKS
        on = self._working(week, closed, go_live)
        key = (*on.values(), self._one_off(week))
        if key not in self._known:
            self._known[key] = self._levers(on, self._one_off(week))
        return self._known[key]

    def turning_weeks(self) -> set[int]:
        """The weeks in which levers may change; from one to the next, go-live apart, they stay as they are.

        >>> from simulation import case
        >>> sorted(Plan(case().scenario("partner-with").measures, case().organisation).turning_weeks())
        [12, 13, 90]
        """
        found = set()
        for name in MEASURES:
            measure = getattr(self.measures, name)
            start, end, weeks = (getattr(measure, when, None) for when in ("start", "end", "weeks"))
            if start is not None:
                found |= {start, start + 1, start + (weeks or 1), (end or start) + 1}
        return found

    def _working(self, week: int, closed: bool, go_live: int | None) -> dict[str, bool]:
        """Which measures work this week."""
        m = self.measures
        partner, talk, team = m.external_partner, m.persuasion, m.cross_functional_team
        gone = partner is not None and (
            week >= partner.start + partner.weeks or (go_live is not None and week >= go_live + PARTNER_STAYS)
        )
        return {
            "naming": m.name_the_elephant is not None and week == m.name_the_elephant.start,
            "roles": m.assign_roles is not None and m.assign_roles.on(week, closed),
            "team": team is not None and team.on(week, closed and not team.keep_after_go_live),
            "partner": partner is not None and partner.on(week, gone),
            "anchored": m.anchor_in_strategy is not None and m.anchor_in_strategy.on(week, False),
            "chain": m.consult_chain is not None and m.consult_chain.on(week, False),
            "forum": m.wide_forum is not None and m.wide_forum.on(week, closed),
            "hours": m.extra_hours is not None and m.extra_hours.on(week, closed),
            "technicians": m.technicians is not None and m.technicians.on(week, closed),
            "cut": m.cut_it_portfolio is not None and m.cut_it_portfolio.on(week, closed),
            "persuasion": talk is not None and talk.on(week, week >= talk.start + talk.weeks),
        }

    def _one_off(self, week: int) -> float:
        """What is paid once, this week (€)."""
        once = (self.measures.name_the_elephant, self.measures.assign_roles)
        return sum(one.cost for one in once if one is not None and one.start == week)

    def _levers(self, on: dict[str, bool], one_off: float) -> Levers:
        """Put the levers together."""
        m, everyone = self.measures, self.organisation.departments
        internal = tuple(one.name for one in everyone if one.internal)
        team, board = m.cross_functional_team, m.anchor_in_strategy
        members = frozenset((team and team.members) or internal) if on["team"] else frozenset()
        table = frozenset((m.consult_chain and m.consult_chain.departments) or internal) if on["chain"] else ()
        return Levers(
            naming=on["naming"],
            roles=self._roles(on),
            members=tuple(one.name in members for one in everyone),
            team=on["team"],
            team_hours=team.hours if team and on["team"] else None,
            forum=on["forum"],
            forum_hours=m.wide_forum.hours if m.wide_forum and on["forum"] else None,
            consulted=on["chain"],
            at_chain_table=tuple(one.name in table for one in everyone),
            anchored=on["anchored"],
            partner=self._partner() if on["partner"] else None,
            granted=self._each("hours", on, m.extra_hours, internal),
            technicians=m.technicians.hours if m.technicians and on["technicians"] else 0.0,
            cut=m.cut_it_portfolio.share if m.cut_it_portfolio and on["cut"] else 0.0,
            persuasion=self._each("persuasion", on, m.persuasion, internal),
            one_off_cost=one_off,
            running_cost=(board.board_hours * board.board_rate if board and on["anchored"] else 0.0)
            + (m.technicians.hours * m.technicians.fee if m.technicians and on["technicians"] else 0.0),
        )

    def _partner(self) -> Partner:
        """The outside partner at work."""
        partner = self.measures.external_partner or ExternalPartner()
        return Partner(partner.hours, partner.tech_share, partner.substitution, partner.fee)

    def _each(
        self,
        key: str,
        on: dict[str, bool],
        measure: ExtraHours | Persuasion | None,
        internal: tuple[str, ...],
    ) -> tuple[float, ...]:
        """What a measure gives each department."""
        if measure is None or not on[key]:
            return (0.0,) * len(self.organisation.departments)
        given = frozenset(measure.departments or internal)
        amount = measure.hours if isinstance(measure, ExtraHours) else measure.rate
        return tuple(amount if one.name in given else 0.0 for one in self.organisation.departments)

    def _roles(self, on: dict[str, bool]) -> tuple[tuple[float, float, float], ...]:
        """The portion of each role that each department is given: a chain partner half, while consulted."""
        given = self.measures.assign_roles
        if given is None or not on["roles"]:
            return ((0.0, 0.0, 0.0),) * len(self.organisation.departments)

        def portion(name: str, internal: bool, holders: bool | tuple[str, ...]) -> float:
            chosen = holders if isinstance(holders, bool) else name in holders
            chosen = chosen and (given.departments is None or name in given.departments)
            return (1.0 if internal else 0.5 * on["chain"]) if chosen else 0.0

        return tuple(
            (
                portion(one.name, one.internal, given.progress),
                portion(one.name, one.internal, given.priority),
                portion(one.name, one.internal, given.voice),
            )
            for one in self.organisation.departments
        )


def begun_and_ended(before: Levers, now: Levers, closes: bool) -> tuple[str, ...]:
    """What of the measures begins or ends between two weeks' levers, as kinds of events, in the order they are told.

    ``closes`` says that the project organisation is dissolved this week.

    >>> from simulation import case
    >>> plan = Plan(case().scenario("roles").measures, case().organisation)
    >>> begun_and_ended(plan.levers(7, None), plan.levers(8, None), False)
    ('roles_begins',)
    """
    kinds = ["named"] * now.naming + ["closed"] * closes
    for kind, was, works in zip(_TOLD, _told(before), _told(now), strict=True):
        if was != works:
            kinds.append(f"{kind}_{'begins' if works else 'ends'}")
    return tuple(kinds)


_TOLD = ("team", "forum", "consulted", "anchored", "partner", "technicians", "cut", "hours", "persuasion", "roles")
"""Measures that last, in the order in which one is told of them."""


def _told(levers: Levers) -> tuple[bool, ...]:
    """Which of them work."""
    single = (levers.team, levers.forum, levers.consulted, levers.anchored, levers.partner, levers.technicians)
    several = (levers.granted, levers.persuasion, [portion for given in levers.roles for portion in given])
    return (*map(bool, single), levers.cut > 0.0, *(any(each > 0.0 for each in one) for one in several))


def contacts(organisation: Organisation, levers: Levers) -> dict[tuple[int, int], float]:
    """Who is in contact with whom, and how strongly (at most 1): informal ties, team or forum, the chain's table.

    Keys are pairs of places in the organisation, both ways.

    >>> from simulation import case
    >>> plan = Plan(case().scenario("team").measures, case().organisation)
    >>> sum(len(contacts(case().organisation, plan.levers(week, None))) for week in (7, 8))
    66
    """
    found: dict[tuple[int, int], float] = {}
    place = {one.name: at for at, one in enumerate(organisation.departments)}

    def add(i: int, j: int, strength: float) -> None:
        for pair in ((i, j), (j, i)):
            found[pair] = min(1.0, found.get(pair, 0.0) + strength)

    for tie in organisation.informal_ties:
        add(place[tie.a], place[tie.b], tie.strength)
    for i, j in _together(organisation, levers):
        add(i, j, 1.0)
    return found


def _together(organisation: Organisation, levers: Levers) -> list[tuple[int, int]]:
    """Every pair of places that sit together; a consulted chain partner does with its table and the other partners."""
    inside = [one.internal for one in organisation.departments]
    places = range(len(inside))
    groups = (levers.members, [one and levers.forum for one in inside])
    met = {(i, j) for group in groups for i in places for j in places if i < j and group[i] and group[j]}
    pairs = sorted(met)
    if levers.consulted:
        for i in (i for i in places if not inside[i]):
            pairs += [(i, j) for j in places if (levers.at_chain_table[j] and j != i) or (not inside[j] and j > i)]
    return pairs
