"""Traces of one world, and where two of them part."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import live_world
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import OrganisationModel, case
from simulation.analysis.divergence import find_divergence, swap_each
from simulation.analysis.mechanisms import (
    ACTS_THROUGH,
    CONSEQUENCES,
    GROUP_OF,
    MECHANISMS,
    ORGANISATION_GROUP_OF,
    SETS,
    STANDS,
    TOLD,
)
from simulation.engine.ensemble import run_world
from simulation.engine.kernel.records import ORGANISATION, STATE
from simulation.engine.traces import trace
from simulation.model.outcomes import OUTCOMES
from simulation.study.measures import MEASURES, Measures
from simulation.study.organisation import Label
from simulation.study.scenario import Study
from simulation.study.schedule import Levers

NAMES = case().names
EVERYTHING = {
    "name_the_elephant": {"start": 3},
    "assign_roles": {"start": 4, "end": 30},
    "cross_functional_team": {"start": 5, "end": 20},
    "external_partner": {"start": 6, "weeks": 20},
    "anchor_in_strategy": {"start": 7, "end": 40},
    "consult_chain": {"start": 8, "end": 50},
    "wide_forum": {"start": 9, "end": 60},
    "extra_hours": {"start": 10, "end": 60},
    "technicians": {"start": 11, "end": 60},
    "cut_it_portfolio": {"start": 12, "end": 60},
    "persuasion": {"start": 13, "weeks": 5},
    "dedicate_hours": {"start": 14, "end": 60},
}


def scenario(name="it-only", **measures):
    """A scenario of the case with these measures besides its own."""
    one = case().scenario(name)
    own = {key: value for key, value in one.measures.model_dump().items() if value is not None}
    return replace(one, measures=Measures.model_validate(own | measures))


def outspoken(one):
    """The same with departments that object."""
    departments = tuple(
        each.model_copy(update={"voice": 0.3 if each.internal else 0.0}) for each in one.organisation.departments
    )
    return replace(one, organisation=one.organisation.model_copy(update={"departments": departments}))


def mesa_events(one, world, mode="ranges"):
    model = OrganisationModel(one, world, 1, parameters=mode, collect=False)
    while model.running:
        model.step()
    return tuple(model.events)


def parted(one, other, world=7):
    """Two scenarios, or names of the case's, held beside each other."""
    both = (case().scenario(each) if isinstance(each, str) else each for each in (one, other))
    return find_divergence(*(trace(each, world) for each in both))


# --- traces --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["full", "wait", "partner-over", "technicians", "full-no-anchoring-team-kept", "it-led", "full-retired"]
)
def test_events_read_off_a_trace_are_those_that_the_mesa_model_notes(name):
    for world, mode in ((0, "ranges"), (7, "defaults")):
        one = case().scenario(name)
        assert trace(one, world, 1, mode).events == mesa_events(one, world, mode)


def test_so_are_those_of_all_measures_and_of_departments_that_object():
    one = outspoken(scenario(**EVERYTHING))
    found = trace(one, 3).events
    assert found == mesa_events(one, 3)
    kinds = {event.kind for event in found}
    assert "objection" in kinds
    for measure in (
        "team",
        "forum",
        "consulted",
        "anchored",
        "partner",
        "technicians",
        "cut",
        "hours",
        "persuasion",
        "dedicated",
    ):
        assert {f"{measure}_begins", f"{measure}_ends"} <= kinds, measure
    assert {"named", "roles_begins", "roles_ends"} <= kinds


def test_the_mesa_model_gives_the_same_trace():
    one = case().scenario("full")
    fast, slow = trace(one, 4), trace(one, 4, compiled=False)
    for name, group in GROUP_OF.items():
        if group and name != "contacts":
            np.testing.assert_allclose(slow.departments[name], fast.departments[name], atol=1e-9, err_msg=name)
    for name, group in ORGANISATION_GROUP_OF.items():
        if group:
            np.testing.assert_allclose(slow.organisation[name], fast.organisation[name], atol=1e-9, err_msg=name)
    assert slow.events == fast.events
    assert (slow.go_live, slow.lasting) == pytest.approx((fast.go_live, fast.lasting))


# --- the tables ----------------------------------------------------------------------------------------


def test_every_state_is_filed_once():
    assert set(GROUP_OF) == {*STATE.names, "contacts"}
    assert set(ORGANISATION_GROUP_OF) == set(ORGANISATION.names)
    assert {*GROUP_OF.values(), *ORGANISATION_GROUP_OF.values()} == {*MECHANISMS, *CONSEQUENCES, ""}
    assert set(TOLD) == {*MECHANISMS, *CONSEQUENCES}
    for group, states in TOLD.items():
        for name in states:
            assert group in (GROUP_OF.get(name), ORGANISATION_GROUP_OF.get(name)), name


def test_every_lever_acts_through_mechanisms_and_every_measure_sets_levers():
    assert {*ACTS_THROUGH, "at_work"} == set(Levers.__slots__)
    assert {one for lever, ways in ACTS_THROUGH.items() for one in ways if lever != "retired"} <= set(MECHANISMS)
    assert ACTS_THROUGH["retired"] == ("adoption", "capacity"), "on how people fall back, which nothing else does"
    assert set(SETS) == set(MEASURES)
    assert set(STANDS) == {one for one, fields in SETS.items() if not fields}
    assert {one for fields in SETS.values() for one in fields} == {one for one, ways in ACTS_THROUGH.items() if ways}


# --- where worlds part ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["it-only", "full"])
def test_a_scenario_and_itself_part_nowhere(name):
    found = parted(name, replace(case().scenario(name), name="the same", title=Label(en="other", nl="ander")))
    assert found.week is None
    assert (found.departments, found.states, found.mechanisms, found.steps, found.differences, found.luck) == ((),) * 6
    assert found.a == found.b


@pytest.mark.parametrize(
    ("measure", "said", "mechanism"),
    [
        ("name_the_elephant", {"start": 17}, "visibility"),
        ("assign_roles", {"start": 17}, "responsibility"),
        ("cross_functional_team", {"start": 17}, "ties"),
        ("external_partner", {"start": 17}, "capacity"),
        ("anchor_in_strategy", {"start": 17}, "priority"),
        ("consult_chain", {"start": 17}, "ties"),
        ("wide_forum", {"start": 17}, "ties"),
        ("extra_hours", {"start": 17}, "capacity"),
        ("cut_it_portfolio", {"start": 17}, "capacity"),
        ("persuasion", {"start": 17}, "conviction"),
        ("dedicate_hours", {"start": 17}, "capacity"),
    ],
)
def test_a_measure_parts_worlds_in_its_week_through_its_mechanism(measure, said, mechanism):
    found = parted(scenario(**{measure: said}), "it-only")
    assert (found.week, found.mechanisms[0]) == (17, mechanism)
    assert [(one.measure, one.week, one.in_a, one.in_b) for one in found.differences] == [(measure, 17, True, False)]
    assert all(step.week >= 17 for step in found.steps)


def test_anchoring_later_parts_in_the_week_in_which_only_one_is_anchored():
    without, late = case().scenario("full-no-anchoring"), scenario("full", anchor_in_strategy={"start": 48})
    found = parted(late, without)
    assert (found.week, found.mechanisms[0]) == (48, "priority")
    assert set(found.states) == {"anchoring", "priority", "visibility"}
    inside = {one.name for one in late.organisation.departments if one.internal}
    assert inside >= set(found.departments) > set()


def test_technicians_part_where_their_hours_arrive():
    """Hired technical hours are no state of a department; they are capacity all the same."""
    found = parted("technicians", "it-only")
    assert (found.week, found.mechanisms[0]) == (8, "capacity")
    assert "technical_progress" in found.states


def test_a_platform_parts_from_the_start_and_waiting_until_work_starts():
    built = parted("full-self-built", "full")
    assert (built.week, built.mechanisms[0]) == (1, "technical_debt")
    assert [(one.measure, one.week, one.in_a) for one in built.differences] == [("platform", 1, True)]
    waits = parted("wait", "it-only")
    assert [(one.measure, one.week) for one in waits.differences] == [("wait_for_capacity", 1)]
    assert (waits.week, waits.mechanisms) == (1, ("capacity",))


def test_a_measure_that_never_gets_a_turn_parts_nothing():
    found = parted(scenario(extra_hours={"start": 150, "hours": 0}), "it-only")
    assert found.week is None
    assert [(one.measure, one.week) for one in found.differences] == [("extra_hours", None)]


def test_the_chain_runs_from_the_measure_to_how_it_ends():
    found = parted("full", "it-only", live_world("full"))
    weeks = {step.group: step.week for step in found.steps}
    assert list(weeks.values()) == sorted(weeks.values())
    assert weeks["responsibility"] <= weeks["engagement"] <= weeks["progress"] <= weeks["adoption"]
    assert weeks["adoption"] >= found.a.go_live
    assert found.b.go_live is None
    assert found.a.lasting > 0.5 > found.b.lasting


def test_steps_say_what_the_traces_hold():
    one, other = trace(case().scenario("full"), 7), trace(case().scenario("roles"), 7)
    for step in find_divergence(one, other).steps:
        for week, name, said in ((step.week, step.department, "a"), (step.widest, step.most, "most_a")):
            held = (
                one.departments[step.state][week - 1, one.names.index(name)]
                if name and step.state != "contacts"
                else None
            )
            if held is not None:
                assert getattr(step, said) == pytest.approx(float(held)), step
        least = TOLD[step.group][step.state]
        assert abs(step.a - step.b) >= least
        assert abs(step.most_a - step.most_b) >= abs(step.a - step.b)
        assert step.many >= 1


@pytest.mark.parametrize("pair", [("full", "it-only"), ("full", "full-no-anchoring")])
def test_the_same_luck_may_cost_another_amount(pair):
    one, other = (trace(case().scenario(name), 7) for name in pair)
    notes = find_divergence(one, other).luck
    assert {note.kind for note in notes} <= {"leave", "shock", "spared"}
    leaves = [note for note in notes if note.kind == "leave"]
    assert leaves
    for note in leaves:
        assert abs(note.a - note.b) >= 0.02
        for found in (one, other):
            assert any(e.week == note.week and e.department == note.department for e in found.events)


def test_anchoring_softens_the_daily_rush_while_there_is_as_much_to_lose():
    softened, lost_more = [], []
    for world in range(60):
        found = parted("full", "full-no-anchoring", world)
        if any(event.kind == "sponsor_leaves" for event in trace(case().scenario("full"), world).events):
            continue  # while its sponsor is missed nothing is anchored
        closes = (found.b.go_live or 156) + 8
        shocks = [note for note in found.luck if note.kind == "shock"]
        softened += [note.a < note.b for note in shocks if note.week < closes]
        lost_more += [note.a > note.b for note in shocks if note.week >= closes]  # the other has little left to lose
    assert min(len(softened), len(lost_more)) >= 5
    assert np.mean(softened) > 0.9
    assert np.mean(lost_more) > 1.0 - np.mean(softened) + 0.2, "then the anchored one has more to lose, and often does"


def test_two_worlds_do_not_part_they_are_two():
    full = case().scenario("full")
    with pytest.raises(ValueError, match="two worlds"):
        find_divergence(trace(full, 1), trace(full, 2))


def test_what_differs_beyond_measures_is_said_and_departments_are_matched_by_name():
    one = case().scenario("full")
    fewer = one.organisation.departments[:-1]
    ties = {
        name: tuple(tie for tie in getattr(one.organisation, name) if "Wholesaler" not in (tie.a, tie.b))
        for name in ("interdependence", "informal_ties")
    }
    smaller = replace(one, organisation=one.organisation.model_copy(update={"departments": fewer} | ties))
    found = parted(one, smaller)
    assert found.beyond == ("organisation",)
    assert found.week == 1
    assert "Wholesaler" not in found.departments


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 40), st.sampled_from(["ranges", "defaults"]))
def test_before_the_week_of_parting_nothing_differs_and_sides_can_be_swapped(one, other, world, mode):
    a, b = (trace(case().scenario(name), world, 2, mode) for name in (one, other))
    found, turned = find_divergence(a, b), find_divergence(b, a)
    week = found.week or a.horizon + 1
    for name, group in GROUP_OF.items():
        if group and name != "contacts":
            np.testing.assert_array_less(np.abs(a.departments[name] - b.departments[name])[: week - 1], 1e-8)
    assert (found.week, found.states, found.departments) == (turned.week, turned.states, turned.departments)
    assert [(s.group, s.week, s.a, s.b) for s in found.steps] == [(s.group, s.week, s.b, s.a) for s in turned.steps]
    if one == other:
        assert found.week is None
    elif found.week is None:  # what differs would follow go-live, which does not come
        assert a.go_live is None


# --- one difference at a time --------------------------------------------------------------------------


def ends(study, world):
    columns = [one.name for one in OUTCOMES]
    rows = run_world(study, world, 1, "ranges")[0]
    return [(row[columns.index("go_live_week")], row[columns.index("lasting_adoption")]) for row in rows]


def test_each_difference_alone_is_the_scenario_with_just_that_difference():
    full, bare = case().scenario("full"), case().scenario("it-only")
    swaps = {one.measure: one for one in swap_each(full, bare, 7)}
    assert len(swaps) == 6
    for measure, name in (("assign_roles", "full-no-roles"), ("anchor_in_strategy", "full-no-anchoring")):
        ((live, lasting),) = ends(case().select((name,)), 7)
        assert swaps[measure].a.lasting == lasting
        assert (swaps[measure].a.go_live or 157) == live
    for measure, name in (("assign_roles", "roles"), ("external_partner", "partner-with")):
        assert swaps[measure].b.lasting == ends(case().select((name,)), 7)[0][1]


def test_one_difference_swapped_is_the_other_scenario():
    one, other = case().scenario("full"), case().scenario("full-partner-over")
    (swap,) = swap_each(one, other, 5)
    assert swap.measure == "external_partner"
    study = Study("x", one.title, one.description, (one, other))
    (_, a), (_, b) = ends(study, 5)
    assert (swap.a.lasting, swap.b.lasting) == (b, a)
    assert swap_each(one, one, 5) == ()
