"""Where two scenarios part in one and the same world, through which mechanism, and what comes of it.

Both meet the same luck, so whatever differs comes from what differs between the scenarios. :func:`find_divergence`
gives the order in which the two runs come apart; which of several differences did it, :func:`swap_each` finds out by
changing them one at a time.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.mechanisms import (
    ACTS_THROUGH,
    CONSEQUENCES,
    GROUP_OF,
    MECHANISMS,
    ORGANISATION_GROUP_OF,
    SETS,
    SHARE,
    STANDS,
    TOLD,
)
from simulation.engine.ensemble import Chunk, run_world
from simulation.engine.kernel.records import ORGANISATION, STATE
from simulation.engine.traces import Trace
from simulation.model.outcomes import OUTCOMES
from simulation.model.worlds import Mode
from simulation.study.measures import MEASURES
from simulation.study.scenario import Scenario, Study
from simulation.study.schedule import Levers, contacts

SAME = 1e-9
"""States that are closer than this are the same."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure that differs: the first ``week`` in which that shows in the levers, None if it never does.

    ``in_a`` and ``in_b`` say whether it works in that week, or, for what sets no lever, whether the scenario has it.
    """

    measure: str
    week: int | None
    in_a: bool
    in_b: bool


@dataclass(frozen=True, slots=True)
class Step:
    """When a group first differs by enough to matter, by which state and in which department, with both sizes.

    ``department`` is empty for a state of the organisation; ``many`` departments differ in it by enough that week.
    ``widest`` is the week in which that state differs most, there in ``most`` by ``most_a`` against ``most_b``.
    """

    group: str
    week: int
    state: str
    department: str
    many: int
    a: float
    b: float
    widest: int
    most: str
    most_a: float
    most_b: float


@dataclass(frozen=True, slots=True)
class SameLuck:
    """The same stroke of luck with another effect: what it costs in each of the two worlds, as a share.

    ``kind`` is ``leave`` (of ``state``, knowledge or ownership), ``shock`` (of priority, mean inside) or ``spared``:
    a key person leaves in one world only, because the draw met another workload; the cost in the other is then 0.
    """

    kind: str
    week: int
    department: str
    state: str
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ends: the week of go-live, None without, and lasting adoption."""

    go_live: int | None
    lasting: float


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two scenarios in one world.

    ``week`` is the first in which any state differs, None if none ever does; ``departments`` (all states beyond
    :data:`SAME`), ``states`` and ``mechanisms`` say where then. ``beyond`` names what differs besides measures:
    organisation, project, parameters.
    """

    week: int | None
    departments: tuple[str, ...]
    states: tuple[str, ...]
    mechanisms: tuple[str, ...]
    differences: tuple[Difference, ...]
    beyond: tuple[str, ...]
    steps: tuple[Step, ...]
    luck: tuple[SameLuck, ...]
    a: Ending
    b: Ending


def find_divergence(a: Trace, b: Trace) -> Divergence:
    """Where, when and through which mechanism two traces of the same world part.

    States are compared week by week, department by department of the same name, with a tolerance of :data:`SAME`.
    The steps are the order in which mechanisms come apart, which is not yet a cause; :func:`swap_each` looks for that.
    Raises ``ValueError`` for traces of different worlds, seeds, modes or horizons.

    >>> from simulation import case
    >>> from simulation.engine.traces import trace
    >>> a, b = (trace(case().scenario(name), world=3) for name in ("full", "full-late-anchoring"))
    >>> divergence = find_divergence(a, b)
    >>> divergence.week, divergence.mechanisms[0], [difference.measure for difference in divergence.differences]
    (8, 'priority', ['anchor_in_strategy'])
    """
    if (a.world, a.seed, a.mode, a.horizon) != (b.world, b.seed, b.mode, b.horizon):
        raise ValueError("these are two worlds, or two horizons; one can only part within one world")
    pair = _TracePair(a, b)
    week = pair.first
    return Divergence(
        week=week,
        departments=pair.departments_in(week) if week else (),
        states=pair.states_in(week) if week else (),
        mechanisms=pair.mechanisms_in(week) if week else (),
        differences=differences(a, b),
        beyond=tuple(
            name
            for name in ("organisation", "project", "parameters")
            if getattr(a.scenario, name) != getattr(b.scenario, name)
        ),
        steps=pair.steps(),
        luck=tuple(pair.luck()),
        a=Ending(a.go_live, a.lasting),
        b=Ending(b.go_live, b.lasting),
    )


# --- what differs in what is decided -----------------------------------------------------------------------


def differences(a: Trace, b: Trace) -> tuple[Difference, ...]:
    """The measures that differ between two scenarios, the earliest first."""
    measures_a, measures_b = a.scenario.measures, b.scenario.measures
    differing = [_difference(name, a, b) for name in MEASURES if getattr(measures_a, name) != getattr(measures_b, name)]
    return tuple(sorted(differing, key=lambda difference: math.inf if difference.week is None else difference.week))


def _difference(measure: str, a: Trace, b: Trace) -> Difference:
    """How, and from when, one measure differs."""
    if not SETS[measure]:
        started = np.flatnonzero(a.organisation["started"] != b.organisation["started"])
        late = int(started[0]) + 1 if len(started) else None
        has = (_has(measure, a.scenario), _has(measure, b.scenario))
        return Difference(measure, 1 if measure == "platform" else late, *has)
    # Roles of chain partners hang on two measures: each is held to what it alone sets.
    fields = SETS[measure][:1] if measure == "consult_chain" else SETS[measure]
    for week in range(1, a.horizon + 1):
        levers_a, levers_b = a.levers[week], b.levers[week]
        if any(getattr(levers_a, name) != getattr(levers_b, name) for name in fields):
            return Difference(measure, week, *(_works(levers, fields) for levers in (levers_a, levers_b)))
    return Difference(measure, None, _has(measure, a.scenario), _has(measure, b.scenario))


def _has(measure: str, scenario: Scenario) -> bool:
    """Whether a scenario has a measure; of the platform, whether it is built in-house."""
    return measure in scenario.measures.on


def _works(levers: Levers, fields: tuple[str, ...]) -> bool:
    """Whether a measure that sets these levers works."""
    value = getattr(levers, fields[0])
    if fields[0] == "roles":
        return any(portion > 0.0 for portions in value for portion in portions)
    return any(value) if isinstance(value, tuple) else bool(value)


# --- what differs in what becomes of it ----------------------------------------------------------------------


class _TracePair:
    """Two traces held beside each other, department by department of the same name."""

    def __init__(self, a: Trace, b: Trace) -> None:
        self.a, self.b = a, b
        self.names = tuple(name for name in a.names if name in b.names)
        self.values: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        for name, group in GROUP_OF.items():
            if group and name in (STATE.names or ()):
                self.values[name] = self._state(a, name), self._state(b, name)
        self.values["contacts"] = self._contacts(a), self._contacts(b)
        self.whole = {
            name: (a.organisation[name].astype(float)[:, None], b.organisation[name].astype(float)[:, None])
            for name, group in ORGANISATION_GROUP_OF.items()
            if group and name in (ORGANISATION.names or ())
        }

    def _state(self, trace: Trace, name: str) -> NDArray[np.float64]:
        """A state of the departments that both have: shape (weeks, departments)."""
        values: NDArray[np.float64] = trace.departments[name][
            :, [trace.names.index(department) for department in self.names]
        ]
        return values.astype(float)

    def _contacts(self, trace: Trace) -> NDArray[np.float64]:
        """With how many others each is in contact, each counted by how strongly: shape (weeks, departments)."""
        known: dict[int, list[float]] = {}
        rows = []
        for levers in trace.levers[1:]:
            if id(levers) not in known:
                sums = dict.fromkeys(range(len(trace.names)), 0.0)
                for (index, _), strength in contacts(trace.scenario.organisation, levers).items():
                    sums[index] += strength
                known[id(levers)] = [sums[trace.names.index(name)] for name in self.names]
            rows.append(known[id(levers)])
        return np.array(rows)

    def _all(self) -> Iterator[tuple[str, str, NDArray[np.bool_]]]:
        """Each state that is compared, its group, and where it differs: shape (weeks, departments or 1)."""
        for groups, values in ((GROUP_OF, self.values), (ORGANISATION_GROUP_OF, self.whole)):
            for name, (a, b) in values.items():
                yield name, groups[name], np.abs(a - b) > SAME

    @property
    def first(self) -> int | None:
        """The first week in which any state differs."""
        weeks = np.zeros(self.a.horizon, bool)
        for _, _, differs in self._all():
            weeks |= differs.any(axis=1)
        return int(np.flatnonzero(weeks)[0]) + 1 if weeks.any() else None

    def departments_in(self, week: int) -> tuple[str, ...]:
        """The departments with a state that differs in a week."""
        where = np.zeros(len(self.names), bool)
        for a, b in self.values.values():
            where |= np.abs(a[week - 1] - b[week - 1]) > SAME
        return tuple(name for name, differs in zip(self.names, where, strict=True) if differs)

    def states_in(self, week: int) -> tuple[str, ...]:
        """The states that differ in a week."""
        return tuple(name for name, _, differs in self._all() if differs[week - 1].any())

    def mechanisms_in(self, week: int) -> tuple[str, ...]:
        """Through what the worlds part in a week: what the measures that differ act through, as far as it shows.

        Where no measure does, all mechanisms that show; with none of those, the first consequence that does.
        """
        shows = {group for _, group, differs in self._all() if differs[week - 1].any()}
        mechanisms: dict[str, None] = {}
        for ways in self._ways(week):
            mechanisms |= dict.fromkeys(way for way in ways if way in shows or way == ways[0])
        shown = tuple(name for name in MECHANISMS if name in shows)
        return tuple(mechanisms) or shown or tuple(name for name in CONSEQUENCES if name in shows)[:1]

    def _ways(self, week: int) -> Iterator[tuple[str, ...]]:
        """What each measure that differs acts through this week, lever by lever."""
        levers_a, levers_b = self.a.levers[week], self.b.levers[week]
        for difference in differences(self.a, self.b):
            if difference.measure in STANDS and difference.week is not None and difference.week <= week:
                yield STANDS[difference.measure]
            for field in SETS[difference.measure]:
                if getattr(levers_a, field) != getattr(levers_b, field):
                    yield ACTS_THROUGH[field]

    def steps(self) -> tuple[Step, ...]:
        """When each group first differs by enough to matter, the earliest first."""
        week = self.first
        lead = self.mechanisms_in(week) if week else ()
        order = [*lead, *(name for name in (*MECHANISMS, *CONSEQUENCES) if name not in lead)]
        steps = [step for step in map(self._step, order) if step is not None]
        return tuple(sorted(steps, key=lambda step: step.week))

    def _step(self, group: str) -> Step | None:
        """The step of one group; None if nothing in it ever differs by enough."""
        scaled = {name: np.abs(a - b) / TOLD[group][name] for name, (a, b) in self._compared(group).items()}
        weeks = np.array([(size >= 1.0).any(axis=1) for size in scaled.values()]).any(axis=0)
        if not weeks.any():
            return None
        row = int(np.flatnonzero(weeks)[0])
        state = max(scaled, key=lambda name: float(scaled[name][row].max()))
        a, b = self._compared(group)[state]
        index = int(scaled[state][row].argmax())
        widest, most = (int(position) for position in np.unravel_index(scaled[state].argmax(), a.shape))
        named = ("",) if state in self.whole else self.names
        return Step(
            group,
            row + 1,
            state,
            named[index],
            int((scaled[state][row] >= 1.0).sum()),
            float(a[row, index]),
            float(b[row, index]),
            widest + 1,
            named[most],
            float(a[widest, most]),
            float(b[widest, most]),
        )

    def _compared(self, group: str) -> dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]:
        """The states of a group that a step may name, in both traces."""
        return {name: self.whole[name] if name in self.whole else self.values[name] for name in TOLD[group]}

    # --- the same luck, another effect ---

    def luck(self) -> Iterator[SameLuck]:
        """Strokes of luck whose effect differs by enough to matter."""
        yield from self._leaves()
        for event in self.a.events:
            if event.kind == "shock":
                a, b = (_priority_lost(trace, event.week) for trace in (self.a, self.b))
                if abs(a - b) >= SHARE:
                    yield SameLuck("shock", event.week, "", "priority", a, b)

    def _leaves(self) -> Iterator[SameLuck]:
        """Key persons who leave."""
        gone = [
            {(event.week, event.department) for event in trace.events if event.kind in ("leave", "leave_role")}
            for trace in (self.a, self.b)
        ]
        for week, name in sorted(gone[0] | gone[1]):
            if name not in self.names:
                continue
            lost = {
                state: [
                    _left_with(trace, week, name, state) if (week, name) in leavers else 0.0
                    for trace, leavers in zip((self.a, self.b), gone, strict=True)
                ]
                for state in ("ownership", "knowledge")
            }
            state = max(lost, key=lambda candidate: abs(lost[candidate][0] - lost[candidate][1]))
            a, b = lost[state]
            alone = (week, name) not in gone[0] & gone[1]
            if alone or abs(a - b) >= SHARE:
                yield SameLuck("spared" if alone else "leave", week, name, state, a, b)


def _left_with(trace: Trace, week: int, department: str, state: str) -> float:
    """How much of a state left with a key person: what is there afterwards is what stayed of it."""
    after = float(trace.departments[state][week - 1, trace.names.index(department)])
    lost = trace.values.loss_leave
    return after * lost / (1.0 - lost) if lost < 1.0 else 0.0


def _priority_lost(trace: Trace, week: int) -> float:
    """By how much mean priority inside falls in a week."""
    inside = [index for index, department in enumerate(trace.scenario.organisation.departments) if department.internal]
    now = trace.departments["priority"][week - 1, inside].mean()
    before = trace.departments["priority"][week - 2, inside].mean() if week > 1 else trace.values.om0
    return max(0.0, float(before - now))


# --- which of the differences did it, in this world -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Swap:
    """One measure that differs, changed alone: ``a`` with b's setting of it, and ``b`` with a's."""

    measure: str
    a: Ending
    b: Ending


Run = Callable[[Study, int, int, Mode], Chunk]


def swap_each(
    a: Scenario, b: Scenario, world: int, seed: int = 1, mode: Mode = "ranges", run: Run = run_world
) -> tuple[Swap, ...]:
    """Change each measure that differs alone, in this one world: which difference does it, and does it do so alone?

    Each measure takes two runs: ``a`` with b's setting of it, and ``b`` with a's. ``run`` runs all scenarios of a study
    in a world, :func:`~simulation.engine.ensemble.run_world` or :func:`~simulation.engine.ensemble.mesa_world`.
    Nothing is returned where no measure differs.

    >>> from simulation import case
    >>> a, b = case().scenario("full"), case().scenario("full-no-anchoring")
    >>> swaps = swap_each(a, b, world=3)
    >>> [(swap.measure, swap.b.lasting > swap.a.lasting + 0.3) for swap in swaps]
    [('anchor_in_strategy', True)]
    """
    names = [name for name in MEASURES if getattr(a.measures, name) != getattr(b.measures, name)]
    if not names:
        return ()
    changed = [_with(base, name, donor) for name in names for base, donor in ((a, b), (b, a))]
    scenarios = tuple(replace(scenario, name=str(number)) for number, scenario in enumerate(changed))
    outcomes = run(Study(a.name, a.title, a.description, scenarios), world, seed, mode)[0]
    ends = [_ending(row, a.project.horizon) for row in outcomes]
    return tuple(Swap(name, ends[2 * number], ends[2 * number + 1]) for number, name in enumerate(names))


def _with(scenario: Scenario, measure: str, donor: Scenario) -> Scenario:
    """A scenario with another's setting of one measure."""
    return replace(scenario, measures=scenario.measures.model_copy(update={measure: getattr(donor.measures, measure)}))


def _ending(row: Any, horizon: int) -> Ending:
    """How a run ends, by its outcomes."""
    outcomes = {outcome.name: float(value) for outcome, value in zip(OUTCOMES, row, strict=True)}
    live = int(outcomes["go_live_week"])
    return Ending(live if live <= horizon else None, outcomes["lasting_adoption"])
