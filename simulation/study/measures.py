"""The measures: each says what it sets, through which mechanism, when it ends by itself, and how it is shown.

A measure is a timed intervention. It never touches an outcome: all it can do is set the levers of a week
(:mod:`simulation.study.schedule`), and the rules of the model take it from there. A class below is all that a file,
the schedule, the timeline of a page and the analysis of mechanisms know of a measure; what it is called stands in
``locale/`` under ``measure.<name>``, its settings under ``setting.<name>``, and its beginning and end under
``event.<event>_begins`` and ``event.<event>_ends``.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BeforeValidator, Field, Strict

from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS
from simulation.study.organisation import Department, Euro, Frozen, Hours, Name, Organisation, Share, WeekOfHours
from simulation.text.i18n import number, percent, say, say_count

Week = Annotated[int, Strict(), Field(ge=1, le=520)]
Weeks = Annotated[int, Strict(), Field(ge=1, le=520)]
WeeksAfter = Annotated[int, Strict(), Field(ge=0, le=520)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)] | None
Kind = Literal["week", "weeks", "hours", "share", "euro", "switch", "choice", "names"]
Mechanisms = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Control:
    """How a page shows a setting: its kind, and what a slider reaches. Files, and those who type, may say more.

    A list of names says what a file holds when ``everyone`` is ticked, or ``nobody``; a choice names the locale key of
    each of its ``options``.
    """

    kind: Kind
    low: float = 0
    high: float = 0
    step: float = 0
    everyone: bool | None = None
    nobody: bool | None = None
    options: tuple[tuple[str, str], ...] = ()


NAMES, SWITCH = Control("names"), Control("switch", 0, 1, 1)
HOLDERS = Control("names", everyone=True, nobody=False)
WEEK, WEEKS = Control("week", 1, 520, 1), Control("weeks", 1, 520, 1)
HOURS, BOARD_HOURS = Control("hours", 0, 168, 1), Control("hours", 0, 40, 1)
SHARE, RATE = Control("share", 0, 1, 0.05), Control("share", 0, 1, 0.01)
FEE, BOARD_RATE = Control("euro", 0, 400, 5), Control("euro", 0, 500, 10)
WEEKS_AFTER, RETIRING = Control("weeks", 0, 104, 1), Control("euro", 0, 500_000, 5000)
COST, LICENCE = Control("euro", 0, 50_000, 500), Control("euro", 0, 10_000, 100)


class Measure(Frozen):
    """What every measure says of itself; it works from the first week unless it has a ``start``."""

    sets: ClassVar[Mapping[str, Mechanisms]] = MappingProxyType({})
    """The levers it sets, or without which another measure's has no effect, and the mechanisms by which the rules use
    each, the first one foremost."""

    stands_for: ClassVar[Mechanisms] = ()
    """Of a measure without levers: the mechanisms by which it acts from the start, or on the start."""

    stays: ClassVar[int | None] = None
    """Weeks after go-live at which it ends by itself, unless a file gives it an end; None if go-live ends nothing."""

    event: ClassVar[str] = ""
    """Names the events of its beginning and end; none for what happens once or from the start."""

    takes_chain: ClassVar[bool] = False
    """Whether it may name chain partners."""

    carried_out: ClassVar[str] = ""
    """Of a measure that may be carried out badly: the part of ``<part>_fidelity`` in which the model keeps how well it
    is in a world; all of a measure without one is carried out in full."""

    @property
    def is_on(self) -> bool:
        """Whether it does anything: a platform is always there, and only a self-built one is a measure."""
        return True

    @classmethod
    def switched(cls, on: bool) -> Any:
        """What a file says when a page switches it on or off."""
        return on

    @classmethod
    @functools.cache
    def controls(cls) -> Mapping[str, Control]:
        """How each of its settings is shown, by name."""
        found = {
            name: [part for part in field.metadata if isinstance(part, Control)]
            for name, field in cls.model_fields.items()
        }
        return {name: parts[0] for name, parts in found.items() if parts}

    def works(self, week: int, go_live: int | None) -> bool:
        """Whether it works in ``week``, given the week of go-live if that is past."""
        return True

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The levers it sets while it works, by name; ``working`` are the names of all measures that do."""
        return {}

    def stage(self, week: int) -> int:
        """Which of its stages ``week`` is in, from 0, where what it sets changes with time."""
        return 0

    def turns(self) -> frozenset[int]:
        """First weeks of its stages."""
        return frozenset()

    def levers_at(self, stage: int, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The levers it sets in one of its stages: the same in all, for most."""
        return self.levers(organisation, working)

    def paid_once(self, week: int, go_live: int | None) -> float:
        """What is paid for it in ``week`` alone (€), given the week of go-live if that is past."""
        return 0.0

    def phases(self) -> frozenset[int]:
        """Weeks since go-live (at least 1) from which what it sets may be another."""
        return frozenset() if self.stays is None else frozenset({self.stays})

    def follows(self, go_live: float | None) -> float | None:
        """Of a measure that go-live brings about: the first week in which it works; None for any other."""
        return None

    def ending(self, language: str) -> str:
        """When it ends, in words; nothing where it cannot, or where its end is given."""
        return ""

    def summary(self, language: str) -> str:
        """The setting that says most, in a few characters."""
        return ""


class Once(Measure):
    """A measure that is done in one week."""

    start: Annotated[Week, WEEK] = 8

    def works(self, week: int, go_live: int | None) -> bool:
        """Whether this is its week."""
        return week == self.start


class Lasting(Measure):
    """A measure with a first week and perhaps a last one (inclusive); a last week that is given overrides go-live."""

    start: Annotated[Week, WEEK] = 8
    end: Annotated[Week | None, WEEK] = None

    @property
    def is_kept(self) -> bool:
        """Whether it goes on when the project organisation is dissolved."""
        return self.stays is None

    def works(self, week: int, go_live: int | None) -> bool:
        """Whether it has begun, and neither its end nor what ends it by itself has come."""
        if week < self.start:
            return False
        return week <= self.end if self.end is not None else not self._is_over(week, go_live)

    def _is_over(self, week: int, go_live: int | None) -> bool:
        """Whether it has ended by itself."""
        if self.is_kept or self.stays is None or go_live is None:
            return False
        return week >= go_live + self.stays

    def ending(self, language: str) -> str:
        """When it ends by itself, in words."""
        if self.end is not None:
            return ""
        return say("compare.ends_never" if self.is_kept else "compare.ends_closing", language)


def internal_names(organisation: Organisation) -> tuple[str, ...]:
    """The departments that are no chain partners."""
    return tuple(department.name for department in organisation.departments if department.internal)


def spread(organisation: Organisation, names: Names, amount: float) -> tuple[float, ...]:
    """``amount`` for each department that is named (all internal ones if none is), 0 for the others."""
    chosen = frozenset(names or internal_names(organisation))
    return tuple(amount if department.name in chosen else 0.0 for department in organisation.departments)


def hours_a_week(hours: float | None, language: str) -> str:
    """Hours a week, as a bar of the timeline says them."""
    return "" if hours is None else f"{number(hours, language)} {say('compare.hours_week', language)}"


class NameTheElephant(Once):
    """Say aloud, once, that this is not IT's project alone: visibility rises, the IT frame falls."""

    carried_out = "naming"
    sets = MappingProxyType({"naming": ("visibility", "responsibility")})

    cost: Annotated[Euro, COST] = 3000.0

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """It is named."""
        return {"naming": True}

    def paid_once(self, week: int, go_live: int | None) -> float:
        """The meeting."""
        return self.cost if week == self.start else 0.0


def on_or_off(value: Any) -> Any:
    """Read ``on`` and ``off``, which are words in YAML 1.2."""
    return {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value


Holders = Annotated[bool | tuple[Name, ...], BeforeValidator(on_or_off)]


class AssignRoles(Lasting):
    """Assign who answers for progress, who sets priorities, and who represents the department.

    Each role is on, off, or a list of departments; ``departments`` limits all three. A chain partner gets half of a
    role, and only while it is consulted.
    """

    carried_out = "roles"
    sets = MappingProxyType({"roles": ("responsibility", "handoffs", "capacity")})
    stays, event, takes_chain = CLOSING_WEEKS, "roles", True

    progress: Annotated[Holders, HOLDERS] = True
    priority: Annotated[Holders, HOLDERS] = True
    voice: Annotated[Holders, HOLDERS] = True
    departments: Annotated[Names, NAMES] = None
    cost: Annotated[Euro, COST] = 4000.0

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The portion of each role that each department is given."""
        in_chain = 1.0 if "consult_chain" in working else 0.0
        holders = (self.progress, self.priority, self.voice)
        return {
            "roles": tuple(
                tuple(self._portion(department, role, in_chain) for role in holders)
                for department in organisation.departments
            )
        }

    def _portion(self, department: Department, holders: Holders, in_chain: float) -> float:
        """The portion of a role that a department is given."""
        chosen = holders if isinstance(holders, bool) else department.name in holders
        chosen = chosen and (self.departments is None or department.name in self.departments)
        return (1.0 if department.internal else in_chain) if chosen else 0.0

    def paid_once(self, week: int, go_live: int | None) -> float:
        """The day on which roles are assigned."""
        return self.cost if week == self.start else 0.0


class CrossFunctionalTeam(Lasting):
    """Departments sit together every week: ties, hand-offs, visibility; it costs hours.

    ``hours`` a week per member, at most the 168 that a week has; without it the parameter ``m_team``.
    """

    carried_out = "team"
    sets = MappingProxyType(
        {
            "team": ("ties", "handoffs", "visibility", "capacity"),
            "members": ("ties", "handoffs", "visibility", "capacity"),
            "team_hours": ("capacity", "visibility"),
        }
    )
    stays, event = CLOSING_WEEKS, "team"

    members: Annotated[Names, NAMES] = None
    hours: Annotated[WeekOfHours | None, HOURS] = None
    keep_after_go_live: Annotated[bool, BeforeValidator(on_or_off), SWITCH] = False

    @property
    def is_kept(self) -> bool:
        """Whether it is told to go on."""
        return self.keep_after_go_live

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Who sits in the team, and for how long."""
        members = frozenset(self.members or internal_names(organisation))
        seats = tuple(department.name in members for department in organisation.departments)
        return {"team": True, "members": seats, "team_hours": self.hours}

    def summary(self, language: str) -> str:
        """Hours a week."""
        return hours_a_week(self.hours, language)


class ExternalPartner(Lasting):
    """Hours from outside. Only ``substitution`` differs between working along (0) and taking over (1).

    It leaves after so many ``weeks`` or soon after go-live; an ``end`` that is given overrides both.
    """

    carried_out = "partner"
    sets = MappingProxyType({"partner": ("capacity", "knowledge", "visibility", "responsibility")})
    stays, event = PARTNER_STAYS, "partner"

    start: Annotated[Week, WEEK] = 12
    weeks: Annotated[Weeks, WEEKS] = 78
    hours: Annotated[Hours, HOURS] = 72.0
    tech_share: Annotated[Share, SHARE] = 0.5
    substitution: Annotated[Share, SHARE] = 0.0
    fee: Annotated[Euro, FEE] = 140.0

    def _is_over(self, week: int, go_live: int | None) -> bool:
        """Whether its contract has run out, or it has left after go-live."""
        return week >= self.start + self.weeks or super()._is_over(week, go_live)

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The partner at work."""
        return {"partner": Partner(self.hours, self.tech_share, self.substitution, self.fee)}

    def ending(self, language: str) -> str:
        """After so many weeks, or soon after go-live."""
        return "" if self.end is not None else say_count("compare.ends_partner", self.weeks, language)

    def summary(self, language: str) -> str:
        """Hours a week, and in which way."""
        way = "compare.over" if self.substitution >= 0.5 else "compare.along"
        return f"{hours_a_week(self.hours, language)}, {say(way, language)}"


class AnchorInStrategy(Lasting):
    """The board makes it part of the strategy: priority that the daily rush cannot take."""

    carried_out = "anchoring"
    sets = MappingProxyType({"anchored": ("priority", "visibility"), "running_cost": ()})
    event = "anchored"

    board_hours: Annotated[WeekOfHours, BOARD_HOURS] = 2.0
    board_rate: Annotated[Euro, BOARD_RATE] = 150.0

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """It is anchored, for hours of the board."""
        return {"anchored": True, "running_cost": self.board_hours * self.board_rate}


class ConsultChain(Lasting):
    """Chain partners sit at the table, tied to these departments (all internal ones unless named)."""

    carried_out = "chain"
    sets = MappingProxyType(
        {
            "consulted": ("ties", "handoffs", "visibility", "responsibility", "capacity"),
            "at_chain_table": ("ties", "handoffs"),
            "roles": ("responsibility", "handoffs", "capacity"),
        }
    )
    event = "consulted"

    departments: Annotated[Names, NAMES] = None

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Who sits at the chain's table."""
        table = frozenset(self.departments or internal_names(organisation))
        seats = tuple(department.name in table for department in organisation.departments)
        return {"consulted": True, "at_chain_table": seats}


PLATFORMS = (("standard", "compare.standard"), ("self-built", "compare.self_built"))


class Platform(Measure):
    """A standard platform with a weekly licence (€), or a self-built one with technical debt.

    A self-built one brings debt, more technical work and some knowledge from the start.
    """

    stands_for = ("technical_debt", "knowledge")

    kind: Annotated[Literal["standard", "self-built"], Control("choice", options=PLATFORMS)] = "standard"
    licence: Annotated[Euro, LICENCE] = 1500.0

    @property
    def is_on(self) -> bool:
        """Whether it is self-built."""
        return self.kind == "self-built"

    @classmethod
    def switched(cls, on: bool) -> Any:
        """Its kind."""
        return {"kind": "self-built" if on else "standard"}


class WaitForCapacity(Measure):
    """Start only when IT has had room for eight weeks: work is held back until IT has capacity."""

    stands_for = ("capacity",)


class WideForum(Lasting):
    """Control: everybody at one table, nobody responsible. ``hours`` as for the team."""

    carried_out = "forum"
    sets = MappingProxyType({"forum": ("ties", "handoffs", "responsibility", "capacity"), "forum_hours": ("capacity",)})
    stays, event = CLOSING_WEEKS, "forum"

    hours: Annotated[WeekOfHours | None, HOURS] = None

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """It meets, for so many hours."""
        return {"forum": True, "forum_hours": self.hours}

    def summary(self, language: str) -> str:
        """Hours a week."""
        return hours_a_week(self.hours, language)


class ExtraHours(Lasting):
    """Control: hours granted to each department (all internal ones unless named)."""

    carried_out = "granted"
    sets = MappingProxyType({"granted": ("capacity",)})
    stays, event = CLOSING_WEEKS, "hours"

    hours: Annotated[Hours, HOURS] = 10.0
    departments: Annotated[Names, NAMES] = None

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Hours a week for each."""
        return {"granted": spread(organisation, self.departments, self.hours)}

    def summary(self, language: str) -> str:
        """Hours a week."""
        return hours_a_week(self.hours, language)


class DedicateHours(Lasting):
    """Make hours free for the project: somebody else does the ordinary work of so many ``hours`` a week.

    They are worked whatever the will. ``departments`` are IT unless they are named.
    """

    carried_out = "dedicated"
    sets = MappingProxyType({"dedicated": ("capacity",)})
    stays, event = CLOSING_WEEKS, "dedicated"

    hours: Annotated[Hours, HOURS] = 80.0
    departments: Annotated[Names, NAMES] = None

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Hours a week for each."""
        it = tuple(department.name for department in organisation.departments if department.kind == "it")
        return {"dedicated": spread(organisation, self.departments or it, self.hours)}

    def summary(self, language: str) -> str:
        """Hours a week."""
        return hours_a_week(self.hours, language)


class PushGoLive(Measure):
    """Go live once technique is ready and every business department has done the share ``process`` of its process.

    Technical work waits for no process. It is what a project does that IT leads.
    """

    stands_for = ("progress",)

    process: Annotated[Share, SHARE] = 0.0

    def summary(self, language: str) -> str:
        """The share of process work that it waits for."""
        return percent(self.process, language)


class RetireOldWay(Measure):
    """Switch the old way off, so many weeks after go-live: one falls back less, and works around it where one must."""

    sets = MappingProxyType({"retired": ("adoption", "capacity")})
    event = "retired"

    weeks_after_go_live: Annotated[WeeksAfter, WEEKS_AFTER] = 13
    cost: Annotated[Euro, RETIRING] = 50_000.0

    @property
    def since(self) -> int:
        """Weeks since go-live from which it works: what depends on being live begins in the week after."""
        return max(1, self.weeks_after_go_live)

    def phases(self) -> frozenset[int]:
        """The week in which it happens, and the one after, in which it is paid."""
        return frozenset({self.since, self.since + 1})

    def follows(self, go_live: float | None) -> float | None:
        """So many weeks after go-live."""
        return None if go_live is None else go_live + self.since

    def works(self, week: int, go_live: int | None) -> bool:
        """Whether the platform has been live for so long."""
        return go_live is not None and week >= go_live + self.since

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The old way is off."""
        return {"retired": True}

    def paid_once(self, week: int, go_live: int | None) -> float:
        """What switching it off takes."""
        return self.cost if go_live is not None and week == go_live + self.since else 0.0

    def summary(self, language: str) -> str:
        """So many weeks after go-live."""
        return say_count("compare.weeks_after", self.weeks_after_go_live, language)


class Technicians(Lasting):
    """Control: hired technical hours and nothing else; ``fee`` in €/h."""

    carried_out = "technicians"
    sets = MappingProxyType({"technicians": ("capacity",), "running_cost": ()})
    stays, event = CLOSING_WEEKS, "technicians"

    hours: Annotated[Hours, HOURS] = 36.0
    fee: Annotated[Euro, FEE] = 110.0

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Hours a week, at their fee."""
        return {"technicians": self.hours, "running_cost": self.hours * self.fee}

    def summary(self, language: str) -> str:
        """Hours a week."""
        return hours_a_week(self.hours, language)


class CutItPortfolio(Lasting):
    """Control: IT drops this share of its other projects."""

    carried_out = "cut"
    sets = MappingProxyType({"cut": ("capacity",)})
    stays, event = CLOSING_WEEKS, "cut"

    share: Annotated[Share, SHARE] = 0.5

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The share that is dropped."""
        return {"cut": self.share}

    def summary(self, language: str) -> str:
        """The share."""
        return percent(self.share, language)


class Persuasion(Lasting):
    """Control: convince people, a share of what is missing each week."""

    sets = MappingProxyType({"persuasion": ("conviction",)})
    event = "persuasion"

    weeks: Annotated[Weeks, WEEKS] = 26
    rate: Annotated[Share, RATE] = 0.06
    departments: Annotated[Names, NAMES] = None

    def _is_over(self, week: int, go_live: int | None) -> bool:
        """Whether its weeks have passed."""
        return week >= self.start + self.weeks

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The rate at which each is persuaded."""
        return {"persuasion": spread(organisation, self.departments, self.rate)}

    def ending(self, language: str) -> str:
        """After so many weeks."""
        return "" if self.end is not None else say_count("compare.ends_weeks", self.weeks, language)


class Pledge(Frozen):
    """What one department pledges: a share of its free hours in each round, the last one in all that follow.

    A round without a share (null) is left to the model, which then decides what the department does.
    """

    department: Name
    shares: Annotated[tuple[Share | None, ...], Field(min_length=1, max_length=520)]


class PledgeHours(Lasting):
    """Departments decide by themselves what share of their free hours they put into the project, round by round.

    That share takes the place of what their engagement would win for it. ``pledge`` is what each of ``departments``
    pledges; ``pledges`` says it for each round of ``round`` weeks, and then nobody else is bound unless named.
    """

    sets = MappingProxyType({"pledged": ("capacity",)})
    event, takes_chain = "pledged", True

    start: Annotated[Week, WEEK] = 1
    pledge: Annotated[Share, SHARE] = 0.5
    departments: Annotated[Names, NAMES] = None
    round: Annotated[Weeks, WEEKS] = 13
    pledges: Annotated[tuple[Pledge, ...], Field(max_length=10_000)] = ()

    def stage(self, week: int) -> int:
        """The round that ``week`` is in, from 0, or the last one in which somebody pledges something else."""
        last = max((len(pledge.shares) for pledge in self.pledges), default=1) - 1
        return max(0, min((week - self.start) // self.round, last))

    def turns(self) -> frozenset[int]:
        """The first week of each round in which somebody may pledge something else."""
        rounds = max((len(pledge.shares) for pledge in self.pledges), default=1)
        return frozenset(self.start + self.round * number for number in range(rounds))

    def levers_at(self, stage: int, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """The share that each department pledges in a round; None for those whom the model plays."""
        nobody = () if self.pledges else internal_names(organisation)
        named = nobody if self.departments is None else self.departments
        everybody: dict[str, float | None] = dict.fromkeys(named, self.pledge)
        for pledge in self.pledges:
            everybody[pledge.department] = pledge.shares[min(stage, len(pledge.shares) - 1)]
        return {"pledged": tuple(everybody.get(department.name) for department in organisation.departments)}

    def summary(self, language: str) -> str:
        """The share, or in how many rounds it changes."""
        return (
            say_count("compare.pledged_by", len(self.pledges), language)
            if self.pledges
            else percent(self.pledge, language)
        )


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
    dedicate_hours: DedicateHours | None = None
    push_go_live: PushGoLive | None = None
    retire_old_way: RetireOldWay | None = None
    pledge_hours: PledgeHours | None = None

    def done(self) -> dict[str, Measure]:
        """Those that are there, by name, in the order of :data:`MEASURES`."""
        present = {name: getattr(self, name) for name in MEASURES}
        return {name: measure for name, measure in present.items() if measure is not None}

    @property
    def on(self) -> tuple[str, ...]:
        """The names of what is done; last what everything stands on, the platform, if it is self-built."""
        names = [name for name, measure in self.done().items() if measure.is_on]
        return tuple(sorted(names, key=lambda name: name == "platform"))


MEASURES: tuple[str, ...] = tuple(Measures.model_fields)
"""The names of all measures."""

CLASS_OF: Mapping[str, type[Measure]] = MappingProxyType(
    {
        name: next(kind for kind in get_args(field.annotation) or (field.annotation,) if issubclass(kind, Measure))
        for name, field in Measures.model_fields.items()
    }
)
"""What each of them says of itself."""

CARRIED_OUT: Mapping[str, str] = MappingProxyType(
    {kind.carried_out: name for name, kind in CLASS_OF.items() if kind.carried_out}
)
"""The measures that may be carried out badly, by the part of the state's name in which the model keeps how well."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An outside partner at work this week: hours, technical share, substitution, fee (€/h)."""

    hours: float
    tech_share: float
    substitution: float
    fee: float
