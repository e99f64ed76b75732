"""The twin, written from docs/odd.md alone, held against the original, of which nothing but its public door is used."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import twin
from conftest import crossed, slow
from helpers import study as study_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import given_parameters, scenarios
from twin import text

from simulation import load, run_worlds
from simulation.engine.traces import trace

CLOSE = 1e-9
"""States may differ by so much, or by so much of themselves where they are above 1."""
CLOSE_OUTCOMES = 1e-7
"""The same for outcomes."""

FILE = Path("scenarios/case.yaml")
VALID = sorted(Path("tests/scenarios/valid").glob("*.yaml"))
CASE, SAID = load(FILE), twin.read(FILE)
SEED = 1
MODES = st.sampled_from(["ranges", "defaults"])

NOT_IN_THE_TWIN = {
    **dict.fromkeys(["levers", "network", "phase"], "places in tables that the engine keeps"),
    **dict.fromkeys(
        ["mean_ownership", "mean_knowledge", "mean_business_adoption"], "worked out at the end: an outcome"
    ),
    **dict.fromkeys(["settled", "settled_chain", "concentration"], "worked out at the end: an outcome"),
    **dict.fromkeys(["visibility_sum", "passive_sum", "window"], "the books of outcomes that are means"),
    **dict.fromkeys(["progress_104", "peak", "adoption_52", "peak_week", "half_week"], "the books of outcomes"),
}
"""States of section 2 that the twin does not keep week by week, and why; what comes of them is among the outcomes."""


# --- how -----------------------------------------------------------------------------------------------


def differing(name, found, expected, tolerance=CLOSE):
    """Where two arrays differ, as (first place, name, found, expected)."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    if found.shape != expected.shape:
        return [((), name, found.shape, expected.shape)]
    size = np.nan_to_num(np.abs(expected))
    largest = size.max(axis=0) if size.ndim else size  # of all weeks: a difference of large numbers is rough
    near = np.abs(found - expected) <= tolerance * np.maximum(1.0, largest)
    near |= np.isnan(found) & np.isnan(expected)
    return [(tuple(map(int, at)), name, found[tuple(at)], expected[tuple(at)]) for at in np.argwhere(~near)[:1]]


def differing_states(mine, theirs, fields=None):
    """Every state of the text that both have, in every week."""
    told = []
    for name in text.DEPARTMENT_STATES:
        if fields is None or name in fields:
            expected = theirs.departments[name]
            told += differing(name, [[one[name] for one in week] for week in mine.departments], expected)
    for name in text.ORGANISATION_STATES:
        if name not in NOT_IN_THE_TWIN and (fields is None or name in fields):
            told += differing(name, [week[name] for week in mine.organisation], theirs.organisation[name])
    if theirs.settled.size:
        told += differing("settled between two", mine.settled, theirs.settled)
    return sorted(told)[:8]


def differing_outcomes(mine, runs, name, world):
    """Every outcome, counts exactly."""
    told = []
    for outcome, found in mine.outcomes.items():
        exact = outcome in ("go_live_week", "go_live_104", "relapse_half_life", "reach")
        told += differing(outcome, found, runs.of(name, outcome)[world], 0.0 if exact else CLOSE_OUTCOMES)
    return told


def dock(study, said, name, world, seed, mode, runs=None):
    """Run one world of a scenario in both; says what differs, where it begins, and by how much."""
    told = (name, world, seed, mode)
    mine = twin.run(twin.scenario(said, name), world, seed, mode)
    theirs = trace(study.scenario(name), world, seed=seed, mode=mode)
    assert tuple(mine.names) == tuple(theirs.names), told
    assert (told, differing_states(mine, theirs)) == (told, [])
    runs = runs or run_worlds(study.select((name,)), world + 1, seed, mode)
    assert (told, differing_outcomes(mine, runs, name, world)) == (told, [])


@cache
def case_runs(worlds, seed, mode):
    """The case's outcomes in the original."""
    return run_worlds(CASE, worlds, seed, mode)


def as_said(one):
    """A scenario that was made up, as a file would say it."""

    def known(model):
        return {key: value for key, value in model.model_dump().items() if value is not None}

    ties = {
        key: [[tie.a, tie.b, tie.strength] for tie in getattr(one.organisation, key)]
        for key in ("interdependence", "informal_ties")
    }
    return {
        "organisation": {"departments": {each.name: known(each) for each in one.organisation.departments}, **ties},
        "project": known(one.project),
        "parameters": {each.name: {"value": each.value, "low": each.low, "high": each.high} for each in one.parameters},
        "scenarios": {one.name: {"measures": known(one.measures)}},
    }


# --- the text ------------------------------------------------------------------------------------------


def test_the_twin_imports_nothing_of_what_it_judges():
    for path in Path("tests/twin").glob("*.py"):
        assert "simulation" not in path.read_text(encoding="utf-8").replace("simulation of", ""), path


def test_every_state_of_the_text_is_compared_or_has_a_reason():
    mine = twin.run(twin.scenario(SAID, "it-only"))
    assert set(mine.departments[0][0]) == set(text.DEPARTMENT_STATES)
    assert set(text.ORGANISATION_STATES) - set(mine.organisation[0]) == set(NOT_IN_THE_TWIN)


@pytest.mark.parametrize(
    ("constant", "name"), [("EVIDENCE_UNSEEN", "it-only"), ("ISSUES_ALONE", "full"), ("PARTNER_FULL", "full-retired")]
)
def test_a_difference_in_the_text_would_be_found(constant, name, monkeypatch):
    monkeypatch.setattr(text.CONSTANTS, constant, getattr(text.CONSTANTS, constant) * (1.0 + 1e-6))
    with pytest.raises(AssertionError):
        dock(CASE, SAID, name, 0, SEED, "ranges", case_runs(1, SEED, "ranges"))


# --- the case ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name if at % 4 == 0 else slow(name) for at, name in enumerate(CASE.names)])
def test_every_scenario_of_the_case(name):
    dock(CASE, SAID, name, 0, SEED, "ranges", case_runs(1, SEED, "ranges"))


@pytest.mark.parametrize("name", ["it-only", "wait", "full", "full-self-built", "it-led", "full-no-anchoring-retired"])
def test_the_case_by_defaults(name):
    dock(CASE, SAID, name, 0, SEED, "defaults", case_runs(1, SEED, "defaults"))


@pytest.mark.parametrize("name", ["full-retired", "roles-it-hours"])
def test_the_mesa_model_too(name):
    theirs = trace(CASE.scenario(name), 2, seed=SEED, compiled=False)
    mine = twin.run(twin.scenario(SAID, name), 2, SEED)
    assert differing_states(mine, theirs, text.COLLECTED) == []


def test_a_world_far_away():
    mine = twin.run(twin.scenario(SAID, "full"), 2**63 - 1, 2**63 - 1, "defaults")
    assert differing_states(mine, trace(CASE.scenario("full"), 2**63 - 1, seed=2**63 - 1, mode="defaults")) == []


@pytest.mark.slow
@pytest.mark.parametrize("world", range(6))
@pytest.mark.parametrize("name", CASE.names)
def test_every_scenario_of_the_case_in_more_worlds(name, world):
    dock(CASE, SAID, name, world, 7, "ranges", case_runs(6, 7, "ranges"))


# --- and anything that a file may say ------------------------------------------------------------------


@pytest.mark.parametrize(("path", "mode"), crossed(VALID, ["ranges", "defaults"]))
def test_every_key_of_a_file(path, mode):
    study, said = load(path), twin.read(path)
    assert study.names == tuple(said["scenarios"])
    for name in study.names:
        dock(study, said, name, 1, SEED, mode)


BASE = """synergy: 2
organisation:
  departments:
    IT: {kind: it, capacity: 100, workload: {value: 0.8, plus_minus: 0.1}}
    Sales: {kind: business, capacity: 80, benefit: 1000}
    Finance: {kind: business, capacity: 60}
    W: {kind: chain, capacity: 20}
  interdependence: [[IT, Sales, 0.5], [Sales, Finance, 0.4], [Sales, W, 0.3]]
  informal_ties: [[IT, Sales], [Sales, Finance, 0.4]]
project: {horizon: 60, start: 2}
parameters: {t: {value: 0.8, low: 0.6, high: 0.9}, x0: 0.7, iota: 1e-13}
measures: {platform: {kind: self-built, licence: 700}, assign_roles: {end: 30}, cross_functional_team: {hours: 4}}
scenarios:
  base: {measures: {platform: {kind: standard}}}
  partner: {measures: {external_partner: {substitution: 1, hours: 40}}}
  partner-off: {extends: partner, measures: {external_partner: off}}
  partner-on-again: {extends: partner-off, measures: {external_partner: on}}
  partner-with-more: {extends: partner-off, measures: {external_partner: {hours: 50}}}
  parameters: {parameters: {t: {value: 0.7}, x0: {value: 0.6, low: 0.5}}}
  others: {organisation: {departments: {IT: {workload: {value: 0.7}}, Finance: {kind: chain}}, informal_ties: []}}
  small-ties: {organisation: {interdependence: [[IT, W, 1e-10], [IT, Sales, 0.5]]}}
  settings-taken-back: {measures: {assign_roles: {end: null}, cross_functional_team: {hours: null}}}
  some-hold-roles: {measures: {assign_roles: {departments: [IT, Sales], voice: [Sales, Finance], priority: off}}}
  pushed: {project: {start: 20}, measures: {push_go_live: on, wide_forum: {hours: 0}, retire_old_way: {}}}
  dedicated: {measures: {dedicate_hours: {departments: [Sales], end: 40}, extra_hours: on, push_go_live: on}}
  pledging: {measures: {pledge_hours: {pledge: 0.2, end: 90}, assign_roles: on}}
  round-by-round:
    extends: dedicated
    measures:
      pledge_hours:
        start: 5
        departments: [IT]
        pledges: [{department: Sales, shares: [0.5, null, 0, 1]}, {department: Finance, shares: [0.25]}]
  waiting: {measures: {wait_for_capacity: on, cut_it_portfolio: {share: 0.9}, persuasion: on}}
"""


def test_differences_of_differences(tmp_path):
    path = tmp_path / "study.yaml"
    path.write_text(BASE, encoding="utf-8")
    study, said = load(path), twin.read(path)
    for name in study.names:
        dock(study, said, name, 0, SEED, "ranges")


ANY = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(ANY, max_examples=60)
@given(
    st.integers(1, 20).flatmap(lambda horizon: scenarios(horizon, given_parameters())),
    st.integers(0, 7),
    st.integers(0, 2**63 - 1),
    MODES,
)
def test_any_organisation_over_a_few_weeks(one, world, seed, mode):
    dock(study_of(one), as_said(one), one.name, world, seed, mode)


# As long a run as this makes rounding grow (docs/odd.md, section 11), so these are always the same organisations.
@pytest.mark.slow
@settings(ANY, max_examples=200, derandomize=True)
@given(
    st.integers(31, 160).flatmap(lambda horizon: scenarios(horizon, given_parameters())),
    st.integers(0, 7),
    st.integers(0, 2**63 - 1),
    MODES,
)
def test_any_organisation(one, world, seed, mode):
    dock(study_of(one), as_said(one), one.name, world, seed, mode)
