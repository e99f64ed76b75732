"""One world of one scenario with all its states, week by week, and what happened in it, read off those states.

A trace comes from the compiled week, or from the Mesa model while that is being compiled: the same records.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.engine.ensemble import trace_world
from simulation.engine.kernel.records import ORGANISATION, STATE
from simulation.model import randomness
from simulation.model.outcomes import Event
from simulation.model.worlds import Mode, check_world, traits_of, values_of
from simulation.study.measures import CARRIED_OUT
from simulation.study.parameters import Values
from simulation.study.scenario import Scenario, Study
from simulation.study.schedule import Levers, Schedule, begun_and_ended

OBJECTION = randomness.PURPOSES.index("objection")
"""Where the draw of an objection stands among those of a week."""

MEANS = {"adoption": "mean_adoption", "progress": "mean_progress", "engagement": "mean_engagement"}
"""What the organisation's record calls a weekly mean over the internal departments."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One world of a scenario, with every state at the end of every week.

    ``departments`` holds records of :data:`~simulation.engine.kernel.records.STATE`, shape (weeks, departments), and
    ``organisation`` of :data:`~simulation.engine.kernel.records.ORGANISATION`, shape (weeks,); ``settled`` how far each
    hand-off is settled (0 to 1), shape (weeks, ties), in the order of the interdependence. Row 0 is week 1. A field
    is read by its name, ``trace.departments["adoption"]``; :mod:`simulation.model.states` lists them with their units.
    """

    scenario: Scenario
    world: int
    seed: int
    mode: Mode
    departments: NDArray[Any]
    organisation: NDArray[Any]
    settled: NDArray[np.float64]

    @property
    def names(self) -> tuple[str, ...]:
        """The departments' names, in the organisation's order."""
        return self.scenario.organisation.names

    @property
    def horizon(self) -> int:
        """How many weeks there are."""
        return len(self.organisation)

    @property
    def go_live(self) -> int | None:
        """The week of go-live; None without."""
        return int(self.organisation["go_live_week"][-1]) or None

    @property
    def lasting(self) -> float:
        """Lasting adoption: the mean over internal departments in the last week."""
        return float(self.organisation["mean_adoption"][-1])

    @functools.cached_property
    def internal(self) -> NDArray[np.bool_]:
        """Which departments are no chain partners: shape (departments,)."""
        return np.array([department.internal for department in self.scenario.organisation.departments])

    @functools.cached_property
    def business(self) -> NDArray[np.bool_]:
        """Which departments are business departments: shape (departments,)."""
        return np.array([department.kind == "business" for department in self.scenario.organisation.departments])

    @property
    def fidelity(self) -> dict[str, float]:
        """How well each measure of :data:`~simulation.study.measures.CARRIED_OUT` is carried out here, 0 to 1."""
        return {part: float(self.organisation[f"{part}_fidelity"][-1]) for part in CARRIED_OUT}

    @property
    def carried(self) -> dict[str, float]:
        """Work delivered over the run (h), by internal department; ``""`` for outsiders."""
        carried = self.departments["carried"][-1]
        own = {name: float(carried[index]) for index, name in enumerate(self.names) if self.internal[index]}
        return own | {"": float(self.organisation["carried_outside"][-1])}

    def weekly(self, state: str) -> NDArray[np.float64]:
        """One of :data:`~simulation.engine.ensemble.WEEKLY`, week by week: shape (weeks,)."""
        values: NDArray[np.float64] = self.organisation[MEANS.get(state, state)]
        return values

    def first(self, kind: str) -> Event | None:
        """The first event of a kind, if there is one."""
        return next((event for event in self.events if event.kind == kind), None)

    @functools.cached_property
    def values(self) -> Values:
        """The parameters of this world."""
        return values_of(self.scenario.parameters, self.seed, self.world, self.mode)

    @functools.cached_property
    def levers(self) -> tuple[Levers, ...]:
        """The levers of week 0, in which nothing is done yet, and of weeks 1 …; equal weeks share one object."""
        schedule = Schedule(self.scenario.measures, self.scenario.organisation)
        return (schedule.levers(0, None), *(schedule.levers(week, self.go_live) for week in range(1, self.horizon + 1)))

    @functools.cached_property
    def events(self) -> tuple[Event, ...]:
        """What happened, in the order in which it did: the same events as the Mesa model notes."""
        return tuple(event for week in range(1, self.horizon + 1) for event in self._events(week))

    def _events(self, week: int) -> Iterator[Event]:
        """What happened in a week, stage by stage."""
        now = self.organisation[week - 1]
        if now["shock_begins"]:
            yield Event(week, "shock")
        yield from self._sponsor(week)
        yield from self._each("incident", self._risen("incident_weeks", week), week)
        closes = bool(now["closed"]) and not (week > 1 and self.organisation[week - 2]["closed"])
        for kind in begun_and_ended(self.levers[week - 1], self.levers[week], closes):
            yield Event(week, kind)
        if self._starts(week):
            yield Event(week, "start")
        yield from self._each("objection", self._objects(week), week)
        if now["go_live_week"] == week:
            yield Event(week, "go_live")
        states = self.departments[week - 1]
        yield from self._each("cut_over", ~self.internal & (states["cut_over_week"] == week), week)
        yield from self._leaving(states, week)

    def _sponsor(self, week: int) -> Iterator[Event]:
        """The board's sponsor leaves, or a successor takes over, while it is anchored."""
        missed = self.organisation["sponsor_weeks"]
        before = week > 1 and missed[week - 2] > 0
        if self.levers[week - 1].anchored and (missed[week - 1] > 0) != before:
            yield Event(week, "sponsor_back" if before else "sponsor_leaves")

    def _each(self, kind: str, where: Any, week: int) -> Iterator[Event]:
        """An event for each department of which it is true."""
        return (Event(week, kind, self.names[index]) for index in np.flatnonzero(where))

    def _risen(self, clock: str, week: int) -> Any:
        """Where a clock that counts down was set again this week."""
        before = self.departments[clock][week - 2] if week > 1 else 0
        return self.departments[clock][week - 1] > before

    def _starts(self, week: int) -> bool:
        """Whether work starts this week, and that is worth telling: it waited, or starts later than at once."""
        started = self.organisation["started"]
        waits = self.scenario.measures.wait_for_capacity is not None
        begins = bool(started[week - 1]) and not (week > 1 and started[week - 2])
        return begins and (waits or week > 1)

    def _objects(self, week: int) -> Any:
        """Where an objection is raised this week: the draw is below voice × (1 − conviction)."""
        voice, draws, first = self._speaking
        conviction = self.departments["conviction"][week - 2] if week > 1 else first
        return draws[week] < voice * (1.0 - conviction)

    @functools.cached_property
    def _speaking(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """How far departments speak up, what is drawn for that (weeks, departments), and conviction before week 1."""
        voice = np.array([department.voice for department in self.scenario.organisation.departments])
        draws = np.ones((self.horizon + 1, len(voice)))
        first = np.ones(len(voice))
        if voice.any():
            first[:] = [traits.conviction for traits in traits_of(self.scenario, self.values, self.seed, self.world)]
        for index in np.flatnonzero(voice):
            draws[:, index] = randomness.draws(self.seed, self.world, self.names[index], self.horizon)[:, OBJECTION]
        return voice, draws, first

    def _leaving(self, states: NDArray[Any], week: int) -> Iterator[Event]:
        """Where a key person leaves this week, with or without a role."""
        before = self.departments["absence_weeks"][week - 2] if week > 1 else np.zeros(len(states), np.int64)
        for index in np.flatnonzero(states["absence_weeks"] >= np.maximum(1, before)):
            state = states[index]
            held = max(state["progress_role"], state["priority_role"], state["voice_role"]) > 0.0
            yield Event(week, "leave_role" if held else "leave", self.names[index])


def trace(scenario: Scenario, world: int, seed: int = 1, mode: Mode = "ranges", compiled: bool = True) -> Trace:
    """Run one world of a scenario and keep all of it.

    It is run by the compiled engine or, unless ``compiled``, by the Mesa model, some fifty times slower: the same
    events, and the same states but for the last bits. Fields that only the engine keeps are then 0.

    Raises :class:`~simulation.study.errors.InputRefused` for a world, a seed or a mode that cannot be.

    >>> from simulation import case
    >>> traced = trace(case().scenario("roles"), world=3)
    >>> traced.departments.shape, [event.kind for event in traced.events if event.week == 8 and not event.department]
    ((156, 9), ['roles_begins'])
    """
    check_world(world, seed, mode)
    if not compiled:
        return Trace(scenario, world, seed, mode, *_by_mesa(scenario, world, seed, mode))
    alone = Study(scenario.name, scenario.title, scenario.description, (scenario,))
    return Trace(scenario, world, seed, mode, *trace_world(alone, world, seed, mode))


def _by_mesa(
    scenario: Scenario, world: int, seed: int, mode: Mode
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """The same records by the Mesa model; what only the compiled week keeps stays 0."""
    from simulation.model.organisation import OrganisationModel  # noqa: PLC0415 - Mesa takes long to import, and few need it

    model = OrganisationModel(scenario, world, seed, parameters=mode, collect=False)
    departments = np.zeros((scenario.project.horizon, len(model.everyone)), STATE)
    organisation = np.zeros(scenario.project.horizon, ORGANISATION)
    settled = np.zeros((scenario.project.horizon, len(model.hand_offs)))
    while model.running:
        model.step()
        settled[model.week - 1] = [hand_off.settled for hand_off in model.hand_offs]
        _write(organisation[model.week - 1], model)
        for row, department in zip(departments[model.week - 1], model.everyone, strict=True):
            _write(row, department)
    return departments, organisation, settled


def _write(row: Any, source: Any) -> None:
    """Write down what numbers a department or the organisation has of a record's names; None is 0."""
    for name in row.dtype.names:
        value = getattr(source, name, None)
        if isinstance(value, int | float | np.number):
            row[name] = value
