"""The compiled week is the Mesa model's: every state of every department in every week, and all outcomes."""

from contextlib import contextmanager
from unittest import mock

import docking
import numpy as np
import pytest
from conftest import quickly
from docking import dock, same_outcomes
from helpers import SHARES, everyone_with_everyone, organisation, scenario, study
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import given_parameters, scenarios

from simulation import OrganisationModel, case, run_worlds
from simulation.engine import ensemble
from simulation.engine.ensemble import run_world, trace_world
from simulation.engine.kernel import layout
from simulation.engine.kernel.records import ORGANISATION, STATE
from simulation.model.department import Department
from simulation.model.organisation import AGENT_STATES, MODEL_STATES
from simulation.model.outcomes import OUTCOMES
from simulation.study import organisation as organisation_said
from simulation.study.measures import CARRIED_OUT, Measures

CASE = case()
MODES = st.sampled_from(["ranges", "defaults"])
ORGANISATION_SHARES = (
    *("visibility", "technical_debt", "signal", "anchoring", "mean_adoption", "mean_engagement", "mean_progress"),
    *(f"{part}_fidelity" for part in CARRIED_OUT),
)
SIGNED = {"half_week": 1.0, "levers": 1.0, "network": 1.0, "partner_idle_hours": 1e-6, "pledge": 1.0}
"""How far these may be below 0: −1 is what is not there, and rounding may leave something of a subtraction."""
UNREAD = {"settled", "settled_chain", "concentration"}
"""Worked out when a run is over."""
MAY_BE_UNDEFINED = {
    *("retention", "relapse_half_life", "carrying_hhi", "silo_index", "break_even_benefit"),
    *("cost_per_lasting_adoption", "settled", "settled_chain"),
}
ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


# --- nothing is left out -------------------------------------------------------------------------------


def test_every_field_of_the_records_has_a_twin_or_a_reason():
    model = OrganisationModel("it-only", rng=1, collect=False)
    model.step()
    for kind, twins, one in (
        (STATE, docking.DEPARTMENT_TWINS, model.everyone[0]),
        (ORGANISATION, docking.ORGANISATION_TWINS, model),
    ):
        for name in kind.names:
            assert name in docking.NO_TWIN or name in twins or hasattr(one, name), name
        assert not docking.NO_TWIN.keys() & twins.keys()
    assert docking.NO_TWIN.keys() <= {*STATE.names, *ORGANISATION.names}
    assert all(docking.NO_TWIN.values())


def test_every_state_that_mesa_collects_is_among_them():
    labels = {"name", "kind"}
    assert set(AGENT_STATES) - labels <= set(STATE.names)
    assert set(MODEL_STATES) <= set(ORGANISATION.names)


def test_every_number_that_a_mesa_department_has_is_among_them():
    model = OrganisationModel("full", rng=1, collect=False)
    model.step()
    numbers = {name for name, value in vars(model.business[0]).items() if isinstance(value, int | float)}
    assert numbers - {"unique_id"} <= set(STATE.names)
    assert isinstance(model.business[0], Department)


def test_a_difference_would_be_found():
    one = CASE.select(("full",)).scenario("full")
    traces = docking.mesa_trace(one, 2, 1, "ranges"), docking.mesa_trace(one, 2, 1, "ranges", docking.OtherwiseRounded)
    for kind, rows, otherwise in zip((STATE, ORGANISATION), *traces, strict=False):
        for name in set(kind.names) - set(docking.NO_TWIN):
            moved = rows.copy()
            # A count by one, a real by three billionths of the most that it is, a share by 3e-12 at least.
            least = 3e-12 if name in docking.SHARES else 1e-300
            by = 1 if moved[name].dtype.kind == "i" else max(3e-9 * np.abs(rows[name]).max(), least)
            moved[name][60] += by
            assert [told[-3] for told in docking.differences(moved, rows, kind)][:1] == [name], name
            # Neither is what another rounding makes of this run so much that it would hide.
            assert [told[-3] for told in docking.differences(moved, rows, kind, otherwise)][:1] == [name], name


# --- the case ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["ranges", "defaults"])
@pytest.mark.parametrize("name", CASE.names)
def test_every_state_of_the_case(name, mode):
    for world in (0, 3, 41):
        dock(CASE.select((name,)), world, 7, mode)


@pytest.mark.parametrize("mode", quickly("ranges", ["ranges", "defaults"]))
def test_all_outcomes_of_the_case_run_together(mode):
    runs = run_worlds(CASE, 2, 5, mode)
    for place, one in enumerate(CASE.scenarios):
        for world in range(2):
            model = OrganisationModel(one, world, 5, parameters=mode, collect=False)
            while model.running:
                model.step()
            assert not same_outcomes(runs.outcomes[place, world], model.ledger), (one.name, world, mode)


@pytest.mark.slow
def test_every_state_of_a_world_far_away():
    dock(CASE.select(("full",)), 2**40, 1, "defaults")


def test_who_works_to_capacity_is_not_beyond_it_by_rounding():
    departments = (
        organisation_said.Department(name="D0", kind="it", capacity=1.0, workload=0.0, competing_pull=0.0, voice=1.0),
        organisation_said.Department(name="D1", kind="business", capacity=0.0, voice=0.0),
    )
    whole = organisation_said.Organisation(name="Two", departments=departments, interdependence=(), informal_ties=())
    dock(study(scenario(whole, horizon=60)), 0, 0, "defaults")


def test_rounding_that_grows_is_told_from_a_difference():
    """IT finishes all work by one hour here and there; what is left of it is a difference of near numbers."""
    it = {"kind": "it", "capacity": 5000.0, "technical_work": 1.0}
    business, chain = {"kind": "business", "capacity": 0.0}, {"kind": "chain", "capacity": 0.0}
    departments = [
        {**business, "it_frame": {"value": 0.0, "plus_minus": 0.0}, "process_work": 1.0},
        {**business, "technical_work": 1.0},
        {**it, "workload": {"value": 0.4522794971640979}, "competing_pull": {"value": 6.0, "plus_minus": 0.1}},
        chain,
        chain,
    ]
    whole = organisation_said.Organisation(
        name="Five",
        departments=tuple(organisation_said.Department(name=f"D{i}", **one) for i, one in enumerate(departments)),
        interdependence=(organisation_said.Tie(a="D2", b="D4", strength=1.0),),
        informal_ties=(),
    )
    dock(study(scenario(whole, start=1, horizon=60)), 1, 0, "ranges")


# --- and anything that a file may say ------------------------------------------------------------------


@contextmanager
def meetings_spelt_out(departments):
    """Organisations of up to so many departments have their meetings as ties, larger ones as classes."""
    ensemble._laid_out.cache_clear()
    with mock.patch.object(layout, "SPELT_OUT", departments):
        yield
    ensemble._laid_out.cache_clear()


@pytest.mark.slow
@settings(ANY, max_examples=150)
@given(
    scenarios(60, given_parameters()),
    st.integers(0, 10**5),
    st.integers(0, 2**63 - 1),
    MODES,
    st.sampled_from([0, layout.SPELT_OUT]),
)
def test_every_state_of_any_organisation(one, world, seed, mode, spelt_out):
    with meetings_spelt_out(spelt_out):
        dock(study(one), world, seed, mode)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASE.names)
def test_every_state_of_the_case_with_meetings_by_classes(name):
    with meetings_spelt_out(0):
        dock(CASE.select((name,)), 5, 7, "ranges")


def test_a_chain_partner_may_sit_in_the_team_that_meets_by_classes():
    """Whose use counts is another question than who meets: a class of those who meet is wholly inside, or outside."""
    organised = organisation(3, chain=2, needs=[("B0", "C0", 0.4), ("B0", "B1", 0.2)], talks=[("B1", "C1", 0.5)])
    asked = {"cross_functional_team": {"start": 2, "members": ("IT", "B0", "C0")}, "push_go_live": {}}
    with meetings_spelt_out(0):
        dock(study(scenario(organised, Measures.model_validate(asked), horizon=60)), 0, 1, "ranges")


@settings(ANY, max_examples=30)
@given(
    st.integers(1, 12).flatmap(lambda horizon: scenarios(horizon, given_parameters())),
    st.integers(0, 100),
    st.integers(0, 100),
    MODES,
)
def test_every_state_over_a_few_weeks(one, world, seed, mode):
    dock(study(one), world, seed, mode)


@pytest.mark.slow
@settings(ANY, max_examples=100)
@given(scenarios(60, given_parameters()), st.integers(0, 10**5), st.integers(0, 2**63 - 1), MODES)
def test_every_state_of_the_engine_stays_within_bounds(one, world, seed, mode):
    """Over all that a file may say: shares are shares, hours none or more, and nothing is undefined but outcomes."""
    states, organised, settled = trace_world(study(one), world, seed, mode)
    for kind, rows, shares in ((STATE, states, SHARES), (ORGANISATION, organised, ORGANISATION_SHARES)):
        for name in kind.names:
            values = rows[name]
            assert np.isfinite(values).all() or name in UNREAD, name
            if name in shares:
                assert (values >= 0.0).all(), name
                assert (values <= 1.0).all(), name
            elif name not in UNREAD:
                assert (values >= -SIGNED.get(name, 0.0)).all(), name
    assert ((settled >= 0.0) & (settled <= 1.0)).all()
    outcomes = run_world(study(one), world, seed, mode)[0][0]
    undefined = {each.name for each, value in zip(OUTCOMES, outcomes, strict=True) if np.isnan(value)}
    assert undefined <= MAY_BE_UNDEFINED


# Over hundreds of weeks extreme numbers can make rounding grow by a few per cent a week: in one of some thousand
# organisations two right programs part by 3.6e-9 in week 230. So these are always the same twenty; --hypothesis-seed
# does not change them. Shorter runs are made up anew each time.
@pytest.mark.slow
@settings(ANY, max_examples=20, derandomize=True)
@given(
    st.integers(156, 520).flatmap(lambda horizon: scenarios(horizon, given_parameters())),
    st.integers(0, 100),
    st.integers(0, 100),
    MODES,
)
def test_every_state_over_a_long_time(one, world, seed, mode):
    dock(study(one), world, seed, mode)


@settings(ANY, max_examples=20)
@given(st.lists(scenarios(30), min_size=2, max_size=4), st.integers(0, 1000), MODES)
@example([scenario(organisation(1), horizon=30), scenario(organisation(2, chain=2), horizon=30)], 0, "defaults")
def test_any_scenarios_together(several, seed, mode):
    """Different organisations in one study: names shared or not, sizes and parameters apart."""
    runs = run_worlds(study(*several), 2, seed, mode)
    for place, one in enumerate(several):
        model = OrganisationModel(one, 1, seed, parameters=mode, collect=False)
        while model.running:
            model.step()
        assert not same_outcomes(runs.outcomes[place, 1], model.ledger)


ALL_AT_ONCE = {
    "name_the_elephant": {},
    "assign_roles": {"progress": ("B0", "C0"), "end": 40},
    "cross_functional_team": {"members": ("B0", "C1"), "keep_after_go_live": True},
    "consult_chain": {"departments": ("B1",), "start": 12},
    "wide_forum": {"start": 20, "end": 90},
    "external_partner": {"substitution": 0.5},
    "persuasion": {},
    "anchor_in_strategy": {"start": 48},
}
NAMES = ["IT", "B0", "B1", "C0", "C1"]


@pytest.mark.parametrize(
    "organised",
    [
        organisation(1),
        organisation(1, capacity=0.0),
        organisation(2, chain=2),
        organisation(2, chain=2, needs=everyone_with_everyone(NAMES), talks=everyone_with_everyone(NAMES)),
        organisation(2, chain=2, needs=everyone_with_everyone(NAMES, 0.0), talks=[("IT", "B0", 0.0)]),
        organisation(2, chain=2, needs=everyone_with_everyone(NAMES, 0.25), voice=1.0, benefit=1000.0),
        organisation(2, chain=2, process_work=0.0, technical_work=0.0),
    ],
    ids=["one department", "no capacity", "no ties", "ties of 1", "ties of 0", "voices", "no work"],
)
@pytest.mark.parametrize("measures", ["none", "all at once"])
def test_every_state_of_strange_organisations(organised, measures):
    if organised.names == ("IT", "B0"):
        asked = {"assign_roles": {}, "cross_functional_team": {}, "wait_for_capacity": {}}
    else:
        asked = ALL_AT_ONCE
    organised = organised.model_copy(
        update={
            "departments": tuple(
                one.model_copy(update={"process_work": None}) if one.kind == "it" else one
                for one in organised.departments
            )
        }
    )
    one = scenario(organised, Measures.model_validate(asked if measures != "none" else {}), horizon=156)
    for world in range(3):
        dock(study(one), world, 1, "ranges")


def test_the_last_scenario_is_the_one_that_is_traced():
    both, alone = CASE.select(("it-only", "full")), CASE.select(("full",))
    for one, other in zip(trace_world(both, 3, 1), trace_world(alone, 3, 1), strict=True):
        assert (one == other).all()
