"""What both peers work out once per study: which scenarios they support, and every scenario's weeks and ties.

The peers know the case only: nine departments of which IT stands first and the chain partners last, no voice, no
survey. That allows them to leave out what never happens there.
"""

import functools
from dataclasses import dataclass

from simulation import case
from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS
from simulation.study.measures import MEASURES, Measures
from simulation.study.organisation import Organisation
from simulation.study.scenario import Scenario, Study
from simulation.study.schedule import Levers, Schedule

DEPARTMENTS, INTERNAL = 9, 7
"""How many there are, and how many of them come before the chain partners."""

CLOSE = 0.25
"""Departments that need each other more than this pick up each other's issues."""


class NotSupported(ValueError):
    """The peers do not know this study."""


@dataclass(frozen=True)
class Stage:
    """What holds in some weeks of a scenario; ``closed`` and ``fades`` are the project and its roles."""

    levers: Levers
    closed: bool
    fades: bool


@dataclass(frozen=True)
class Timetable:
    """The stage of every week: ``stages[phase][week]``.

    Phase 0 is before the partner leaves after go-live, 1 until the project closes, 2 from then on.
    """

    scenario: Scenario
    stages: tuple[tuple[Stage, ...], ...]


@functools.cache
def _case() -> Study:
    """The case, read once."""
    return case()


def check(study: Study) -> None:
    """Refuse what is not a scenario of the case."""
    known = _case()
    for scenario in study.scenarios:
        if scenario.name not in known.names or scenario != known.scenario(scenario.name):
            raise NotSupported(f"{scenario.name!r} is not a scenario of the case, and these forms know no others")


def phase(week: int, go_live: int | None) -> int:
    """The phase of a week."""
    if go_live is None:
        return 0
    return int(week >= go_live + PARTNER_STAYS) + int(week >= go_live + CLOSING_WEEKS)


def timetable(scenario: Scenario) -> Timetable:
    """Ask the measures for every week of a scenario, once per phase and only where something may change."""
    schedule, turns = Schedule(scenario.measures, scenario.organisation), _turns(scenario.measures)
    roles = scenario.measures.assign_roles
    columns = []
    for number, since in enumerate((None, PARTNER_STAYS, CLOSING_WEEKS)):
        column: list[Stage] = []
        for week in range(scenario.project.horizon + 1):
            if column and week not in turns:
                column.append(column[-1])
                continue
            levers = schedule.levers(week, None if since is None else week - since)
            taken_back = roles is not None and roles.end is not None and week > roles.end
            held = any(portion > 0.0 for portions in levers.roles for portion in portions)
            column.append(Stage(levers, number == 2, number == 2 or (taken_back and not held)))
        columns.append(tuple(column))
    return Timetable(scenario, tuple(columns))


def _turns(measures: Measures) -> set[int]:
    """The weeks in which a measure may begin or end by the calendar."""
    weeks_of_change = set()
    for measure in (getattr(measures, name) for name in MEASURES):
        start, end, weeks = (getattr(measure, name, None) for name in ("start", "end", "weeks"))
        if start is not None:
            weeks_of_change |= {start, start + 1, start + (weeks or 0)}
        if end is not None:
            weeks_of_change.add(end + 1)
    return weeks_of_change


def needs(organisation: Organisation) -> list[list[float]]:
    """Interdependence of every pair."""
    strengths = [[0.0] * DEPARTMENTS for _ in range(DEPARTMENTS)]
    for tie in organisation.interdependence:
        a, b = organisation.names.index(tie.a), organisation.names.index(tie.b)
        strengths[a][b] = strengths[b][a] = tie.strength
    return strengths


def contacts(organisation: Organisation, levers: Levers) -> list[list[float]]:
    """Contact of every pair: informal ties, team or forum, and the chain's table."""
    strengths = [[0.0] * DEPARTMENTS for _ in range(DEPARTMENTS)]
    for tie in organisation.informal_ties:
        a, b = organisation.names.index(tie.a), organisation.names.index(tie.b)
        strengths[a][b] = strengths[b][a] = tie.strength
    for i in range(DEPARTMENTS):
        for j in range(i + 1, DEPARTMENTS):
            if _sit_together(levers, i, j):
                strengths[i][j] = strengths[j][i] = 1.0
    return strengths


def _sit_together(levers: Levers, i: int, j: int) -> bool:
    """Whether a measure brings these two together, ``i`` before ``j``."""
    if levers.forum and j < INTERNAL:
        return True
    if levers.consulted and j >= INTERNAL and (i >= INTERNAL or levers.at_chain_table[i]):
        return True
    return levers.members[i] and levers.members[j]


@dataclass(frozen=True)
class Network:
    """What contacts mean for each department: rows are departments, columns the others.

    ``weights`` sum to 1 in a row; ``reach`` is how far a neighbour reaches one's issues (0 for the rest);
    ``parties`` and ``beside`` count among how many a responsibility and an issue is diffused; ``tied`` is the
    share of interdependence that contacts cover.
    """

    weights: tuple[tuple[float, ...], ...]
    reach: tuple[tuple[float, ...], ...]
    parties: int
    beside: tuple[int, ...]
    tied: tuple[float, ...]


def network(organisation: Organisation, levers: Levers) -> Network:
    """The network of these levers."""
    contact, need = contacts(organisation, levers), needs(organisation)
    parties = DEPARTMENTS if levers.consulted or levers.forum else INTERNAL
    close = [[strength > CLOSE for strength in row] for row in need]
    return Network(
        weights=tuple(tuple(strength / sum(row) for strength in row) for row in contact),
        reach=tuple(
            tuple(min(1.0, 0.4 + 0.6 * c) if near else 0.0 for c, near in zip(row, nears, strict=True))
            for row, nears in zip(contact, close, strict=True)
        ),
        parties=parties,
        beside=tuple(parties if levers.forum else 1 + sum(row) for row in close),
        tied=tuple(
            sum(d * c for d, c in zip(wants, row, strict=True)) / sum(wants)
            for wants, row in zip(need, contact, strict=True)
        ),
    )
