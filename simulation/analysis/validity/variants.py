"""Studies made from the case: with parameters fixed or moved, organisations changed, measures taken out."""

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulation.study.measures import Measures
from simulation.study.organisation import Department, Label, Organisation, Tie
from simulation.study.parameters import BY_NAME
from simulation.study.scenario import Given, Scenario, Study

Change = Callable[[Scenario], Scenario]

PACKAGE: Mapping[str, str] = {
    "name": "name_the_elephant",
    "roles": "assign_roles",
    "team": "cross_functional_team",
    "partner": "external_partner",
    "anchoring": "anchor_in_strategy",
    "chain": "consult_chain",
}
"""The six measures of the full package, by a short name."""


def changed(study: Study, change: Change) -> Study:
    """A study with every scenario changed."""
    return replace(study, scenarios=tuple(change(scenario) for scenario in study.scenarios))


def together(study: Study, scenarios: Iterable[Scenario]) -> Study:
    """These scenarios instead of those of ``study``."""
    return replace(study, scenarios=tuple(scenarios))


def one_by_one(*changes: Change) -> Change:
    """Several changes, one after another."""

    def change(scenario: Scenario) -> Scenario:
        for one in changes:
            scenario = one(scenario)
        return scenario

    return change


def fixed(**values: float) -> Change:
    """Parameters at one value in every world.

    >>> from simulation import case
    >>> fixed(t=0.0)(case().scenario("full")).parameters[0].high
    0.0
    """
    return _given(Given(name, value, value, value, "validity") for name, value in values.items())


def times(**factors: float) -> Change:
    """Parameters multiplied in every world: value and range.

    >>> from simulation import case
    >>> times(t=2.0)(case().scenario("full")).parameters[0].low
    1.0
    """

    def change(scenario: Scenario) -> Scenario:
        known = {given.name: given for given in scenario.parameters}
        moved = []
        for name, factor in factors.items():
            own, usual = known.get(name), BY_NAME[name]
            value, low, high = (own.value, own.low, own.high) if own else (usual.default, usual.low, usual.high)
            moved.append(Given(name, value * factor, low * factor, high * factor, "validity"))
        return _given(moved)(scenario)

    return change


def _given(new: Iterable[Given]) -> Change:
    """Parameters in place of those of the same name."""
    by_name = {given.name: given for given in new}

    def change(scenario: Scenario) -> Scenario:
        kept = tuple(given for given in scenario.parameters if given.name not in by_name)
        return replace(scenario, parameters=kept + tuple(by_name.values()))

    return change


def horizon(weeks: int) -> Change:
    """Another number of weeks."""

    def change(scenario: Scenario) -> Scenario:
        return replace(scenario, project=scenario.project.model_copy(update={"horizon": weeks}))

    return change


def connections_times(factor: float) -> Change:
    """Connections that take so many times the hours."""

    def change(scenario: Scenario) -> Scenario:
        hours = scenario.project.connection_hours * factor
        return replace(scenario, project=scenario.project.model_copy(update={"connection_hours": hours}))

    return change


def organised(make: Callable[[Organisation], Organisation]) -> Change:
    """Another organisation, made from the scenario's own."""

    def change(scenario: Scenario) -> Scenario:
        return replace(scenario, organisation=make(scenario.organisation))

    return change


def interdependence_times(factor: float) -> Change:
    """All interdependence multiplied, at most 1.

    >>> from simulation import case
    >>> interdependence_times(1.25)(case().scenario("full")).organisation.interdependence[11].strength
    1.0
    """

    def make(organisation: Organisation) -> Organisation:
        ties = tuple(
            Tie(a=tie.a, b=tie.b, strength=min(1.0, tie.strength * factor)) for tie in organisation.interdependence
        )
        return organisation.model_copy(update={"interdependence": ties})

    return organised(make)


def capacity_times(factor: float) -> Change:
    """All capacities multiplied."""

    def make(organisation: Organisation) -> Organisation:
        departments = tuple(
            department.model_copy(update={"capacity": department.capacity * factor})
            for department in organisation.departments
        )
        return organisation.model_copy(update={"departments": departments})

    return organised(make)


def hours_times(factor: float) -> Change:
    """The hours that measures bring, multiplied."""

    def change(scenario: Scenario) -> Scenario:
        raised: dict[str, Any] = {}
        for name in ("external_partner", "dedicate_hours", "extra_hours", "technicians"):
            measure = getattr(scenario.measures, name)
            if measure is not None:
                raised[name] = measure.model_copy(update={"hours": measure.hours * factor})
        return replace(scenario, measures=scenario.measures.model_copy(update=raised))

    return change


def everything_times(factor: float) -> Change:
    """So many times as large in every hour: with a size exponent of 1 nothing else should be different."""
    hours = dict.fromkeys(("WT", "m_team", "role_h", "h_answer"), factor)
    return one_by_one(
        capacity_times(factor),
        hours_times(factor),
        connections_times(factor),
        times(**hours, iota=1.0 / factor),
        fixed(gamma_size=1.0),
    )


def with_work(name: str, process: float, technical: float) -> Change:
    """A department with so many hours of work, the same in every world."""

    def make(organisation: Organisation) -> Organisation:
        work = {"process_work": process, "technical_work": technical}
        departments = tuple(
            department.model_copy(update=work) if department.name == name else department
            for department in organisation.departments
        )
        return organisation.model_copy(update={"departments": departments})

    return organised(make)


def split(name: str, weaker: bool = False) -> Change:
    """One department as two halves, each tied to others as the whole was, and to each other with 1.

    Capacity, work and benefit are halved; of ``weaker`` halves the ties to others as well. The first half keeps the
    department's name, and so its luck. A list of departments that names the whole names both.

    >>> from simulation import case
    >>> halves = split("Sales")(case().scenario("full")).organisation
    >>> len(halves.departments), halves.departments[1].capacity
    (10, 72.0)
    """
    other = f"{name} 2"

    def make(organisation: Organisation) -> Organisation:
        departments: list[Department] = []
        for department in organisation.departments:
            departments += _halves(department, other) if department.name == name else [department]
        needs, talks = organisation.interdependence, organisation.informal_ties
        return organisation.model_copy(
            update={
                "departments": tuple(departments),
                "interdependence": _doubled(needs, name, other, 0.5 if weaker else 1.0),
                "informal_ties": _doubled(talks, name, other, 1.0),
            }
        )

    return one_by_one(organised(make), _both_at_the_table(name, other))


def _halves(department: Department, other: str) -> list[Department]:
    """Two departments of half of everything."""
    half: dict[str, Any] = {
        "capacity": department.capacity / 2.0,
        "benefit": department.benefit / 2.0,
        "process_work": None if department.process_work is None else department.process_work / 2.0,
        "technical_work": None if department.technical_work is None else department.technical_work / 2.0,
    }
    label = Label(en=other, nl=other)
    return [department.model_copy(update=half), department.model_copy(update={**half, "name": other, "label": label})]


def _doubled(ties: tuple[Tie, ...], name: str, other: str, share: float) -> tuple[Tie, ...]:
    """The same ties for both halves, and one of 1 between them."""
    doubled = []
    for tie in ties:
        if name in tie.pair:
            third = next(iter(tie.pair - {name}))
            doubled += [Tie(a=half, b=third, strength=tie.strength * share) for half in (name, other)]
        else:
            doubled.append(tie)
    return (*doubled, Tie(a=name, b=other, strength=1.0))


def _both_at_the_table(name: str, other: str) -> Change:
    """Both halves wherever a measure names the whole."""

    def change(scenario: Scenario) -> Scenario:
        table = scenario.measures.consult_chain
        if table is None or name not in (table.departments or ()):
            return scenario
        seats = (*(table.departments or ()), other)
        chain = table.model_copy(update={"departments": seats})
        return replace(scenario, measures=scenario.measures.model_copy(update={"consult_chain": chain}))

    return change


def packages(study: Study) -> Mapping[frozenset[str], Scenario]:
    """Every combination of the six measures of the full package, by the short names in :data:`PACKAGE`.

    >>> from simulation import case
    >>> len(packages(case()))
    64
    """
    full = study.scenario("full")
    made = {}
    for size in range(len(PACKAGE) + 1):
        for chosen in itertools.combinations(PACKAGE, size):
            measures: Measures = full.measures.model_copy(
                update={PACKAGE[name]: None for name in PACKAGE if name not in chosen}
            )
            made[frozenset(chosen)] = replace(full, name="+".join(chosen) or "nothing", measures=measures)
    return made
