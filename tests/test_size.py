"""Size and units: what changes with the number of people whose work the change touches, and what may not."""

from dataclasses import replace
from math import isclose, isnan

import numpy as np
import pytest
from helpers import altered, outcomes, study

from simulation import PARAMETERS, OrganisationModel, Values, case, run_worlds
from simulation.model import steps
from simulation.model.outcomes import OUTCOMES
from simulation.study.measures import Measures
from simulation.study.scenario import Given, Scenario

GROWS = {"WB", "h_ref", "h_care"}
"""Parameters in hours that are meant for a department of usual size, and grow with it."""

HOURS = {"hours", "board_hours"}
MONEY = {"cost", "partner_cost", "benefit", "net_value", "break_even_benefit", "cost_per_lasting_adoption"}
EUROS = {"cost", "fee", "board_rate", "licence"}


def held(name: str, low: float, high: float) -> Given:
    """A parameter that is drawn from this range."""
    return Given(name, low, low, high, "made for a test")


def with_measures(plain: Scenario, change) -> Scenario:
    """The scenario with its measures' settings changed, each by its name."""
    data = {
        measure: {name: change(name, value) for name, value in said.items()}
        for measure, said in plain.measures.model_dump(exclude_none=True).items()
    }
    return replace(plain, measures=Measures.model_validate(data))


def larger(plain: Scenario, times: float, gamma: float = 1.0) -> Scenario:
    """Every hour of the scenario multiplied; time that counts and process work grow with capacity by themselves."""
    ranges = {
        one.name: (one.low * times**one.hours, one.high * times**one.hours)
        for one in PARAMETERS
        if one.hours and one.name not in GROWS
    }
    parameters = (held("gamma_size", gamma, gamma), *(held(name, *both) for name, both in ranges.items()))
    organised = altered(plain.organisation, lambda one: {"capacity": one.capacity * times})
    project = plain.project.model_copy(update={"connection_hours": plain.project.connection_hours * times})
    changed = with_measures(plain, lambda name, value: value * times if name in HOURS else value)
    name = f"{plain.name} × {times:g}"
    return replace(changed, name=name, organisation=organised, project=project, parameters=parameters)


def more_people(plain: Scenario, times: float) -> Scenario:
    """Capacities multiplied, and nothing else."""
    organised = altered(plain.organisation, lambda one: {"capacity": one.capacity * times})
    return replace(plain, name=f"{plain.name}, {times:g} times the people", organisation=organised)


# --- units ---------------------------------------------------------------------------------------------


def test_the_parameters_in_hours_are_known():
    """One more of them must say whether it grows with size: see ``GROWS``."""
    assert {one.name for one in PARAMETERS if one.hours > 0} == {*GROWS, "WT", "m_team", "role_h", "h_answer"}
    assert {one.name for one in PARAMETERS if one.hours < 0} == {"iota"}


@pytest.mark.parametrize("name", ["it-only", "roles", "full", "full-it-hours", "extra-hours", "technicians", "it-led"])
def test_where_all_grows_in_proportion_ten_times_the_hours_come_to_the_same(name):
    """gamma_size 1, every hour × 10 and issues per hour ÷ 10: progress and use as before."""
    plain = case().scenario(name)
    runs = run_worlds(study(larger(plain, 1.0), larger(plain, 10.0)), 100, seed=4)
    for outcome in ("progress_104", "peak_adoption", "lasting_adoption", "settled", "go_live_week", "passive_share"):
        before, after = (runs.of(one, outcome) for one in runs.study.names)
        np.testing.assert_allclose(after, before, atol=1e-6, rtol=1e-6, err_msg=outcome)
    hours = [runs.of(one, "overload_hours") for one in runs.study.names]
    np.testing.assert_allclose(hours[1], 10.0 * hours[0], rtol=1e-6)
    assert len(set(runs.of(runs.study.names[0], "progress_104").tolist())) > 50


@pytest.mark.parametrize("gamma", [0.5, 0.7])
def test_where_it_grows_less_than_in_proportion_more_hours_bring_more(gamma):
    """The test above can fail."""
    plain = case().scenario("full")
    runs = run_worlds(study(larger(plain, 1.0, gamma), larger(plain, 10.0, gamma)), 60, seed=4)
    before, after = (runs.of(one, "progress_104") for one in runs.study.names)
    assert not np.allclose(after, before, atol=1e-3)


@pytest.mark.parametrize(
    "name", ["it-only", "full", "full-retired", "extra-hours", "technicians", "it-led", "full-self-built"]
)
def test_twice_the_price_of_everything_is_twice_the_money_and_nothing_else(name):
    plain = case().scenario(name)
    dear = with_measures(plain, lambda key, value: value * 2.0 if key in EUROS else value)
    organised = altered(plain.organisation, lambda one: {"hourly_rate": one.rate * 2.0, "benefit": one.benefit * 2.0})
    dear = replace(dear, organisation=organised)
    for world in range(3):
        before, after = (outcomes(OrganisationModel(one, world, 1, collect=False)) for one in (plain, dear))
        for outcome in OUTCOMES:
            times = 2.0 if outcome.name in MONEY else 1.0
            one, other = before[outcome.name], after[outcome.name]
            assert (isnan(one) and isnan(other)) or other == times * one, outcome.name
        assert after["cost"] > 0.0


# --- size ----------------------------------------------------------------------------------------------


def test_the_case_is_of_usual_size():
    for world in range(3):
        model = OrganisationModel("full", world, 1, collect=False)
        assert {one.size for one in model.everyone} == {1.0}
        assert {one.h_ref for one in model.everyone} == {model.values.h_ref}
        assert {one.h_care for one in model.everyone} == {model.values.h_care}


@pytest.mark.parametrize("gamma", [0.0, 0.5, 0.7, 1.0])
@pytest.mark.parametrize("times", [0.25, 3.0, 10.0])
def test_process_work_and_time_that_counts_grow_with_size_and_technical_work_does_not(gamma, times):
    values = Values(gamma_size=gamma)
    models = [
        OrganisationModel(one, 2, 1, values=values, collect=False)
        for one in (case().scenario("full"), more_people(case().scenario("full"), times))
    ]
    grown = times**gamma
    for one, other in zip(*(model.everyone for model in models), strict=True):
        assert isclose(other.size, grown, rel_tol=1e-12)
        assert isclose(other.process_size, one.process_size * grown, rel_tol=1e-12)
        assert isclose(other.h_ref, one.h_ref * grown, rel_tol=1e-12)
        assert isclose(other.h_care, one.h_care * grown, rel_tol=1e-12)
        assert other.technical_size == one.technical_size
        assert other.workload == one.workload
    for model in models:
        while model.week < 10:
            model.step()
    assert [one.joint_asked for one in models[0].everyone] == [one.joint_asked for one in models[1].everyone]


def test_work_that_a_file_gives_does_not_grow_and_nobody_has_no_process_work():
    given = altered(
        case().organisation, lambda one: {"capacity": 1e4} | ({"process_work": 300.0} if one.benefit else {})
    )
    model = OrganisationModel(replace(case().scenario("full"), organisation=given), 0, 1, collect=False)
    assert {one.process_size for one in model.business} == {300.0}
    assert steps.size(0.0, False, False, Values()) == 0.0
    assert steps.size(0.0, False, False, Values(gamma_size=0.0)) == 1.0


@pytest.mark.parametrize("mode", ["ranges", "defaults"])
def test_ten_times_the_people_do_not_make_it_last_by_themselves(mode):
    """Capacities × 10 alone: `it-only` still does not last, and `full` is no worse."""
    plain, full = case().scenario("it-only"), case().scenario("full")
    runs = run_worlds(study(more_people(plain, 10.0), full, more_people(full, 10.0)), 400, mode=mode)
    alone, before, after = runs.study.names
    assert (runs.of(alone, "reach") == 4.0).mean() < 0.05
    assert runs.of(after, "lasting_adoption").mean() > runs.of(before, "lasting_adoption").mean() - 0.02
    assert (runs.of(after, "reach") == 4.0).mean() > 0.5, "such as these can last"


# --- the order of things -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["full", "wide-forum", "it-led", "full-no-anchoring-retired"])
def test_departments_and_ties_in_another_order_come_to_the_same(name):
    """In the engine, where departments lie side by side in blocks: the same numbers but for the rounding of sums."""
    plain = case().scenario(name)
    organised = plain.organisation
    turned = {
        "departments": (*organised.departments[4:], *reversed(organised.departments[:4])),
        "interdependence": tuple(
            one.model_copy(update={"a": one.b, "b": one.a}) for one in reversed(organised.interdependence)
        ),
        "informal_ties": (*organised.informal_ties[3:], *organised.informal_ties[:3]),
    }
    spoken = replace(plain, organisation=altered(organised, lambda one: {"voice": 0.2}))
    other = replace(spoken, name="turned", organisation=spoken.organisation.model_copy(update=turned))
    other = replace(other, organisation=altered(other.organisation, lambda one: {"voice": 0.2}))
    runs = run_worlds(study(spoken, other), 24, seed=9)
    np.testing.assert_allclose(runs.outcomes[1], runs.outcomes[0], rtol=1e-8, atol=1e-9)
