import gc
import weakref

import numpy as np
import pytest

from simulation import InputRefused, OrganisationModel, case, outcomes_of, run_worlds
from simulation.ensemble import extend_runs
from simulation.kernel import layout
from simulation.measures import CLOSING_WEEKS, Plan

STUDY = case().select(("it-only", "package-partner-with", "full"))


def test_one_thread_or_two_give_the_same_numbers():
    alone, together = run_worlds(STUDY, 40, weekly=True), run_worlds(STUDY, 40, threads=2, weekly=True)
    np.testing.assert_array_equal(alone.outcomes, together.outcomes)
    np.testing.assert_array_equal(alone.weekly, together.weekly)


def test_worlds_that_are_added_leave_the_others_as_they_are():
    told = []
    few, all_at_once = run_worlds(STUDY, 2), run_worlds(STUDY, 5)
    grown = extend_runs(few, 5, threads=2, progress=lambda done, total: told.append((done, total)))
    assert grown.worlds == all_at_once.worlds
    np.testing.assert_array_equal(grown.outcomes, all_at_once.outcomes)
    np.testing.assert_array_equal(grown.weekly, all_at_once.weekly)
    assert told[-1] == (15, 15)
    assert told[0][0] > 6
    assert extend_runs(few, 1) is few


def test_a_world_alone_is_the_same_as_among_others():
    runs = run_worlds(STUDY, 3, seed=4, weekly=True)
    model = OrganisationModel("full", world=2, rng=4)
    while model.running:
        model.step()
    np.testing.assert_allclose(runs.outcomes[2, 2], list(outcomes_of(model.ledger).values()), rtol=1e-9)
    np.testing.assert_allclose(runs.weeks("full", "adoption")[2], model.ledger.adoption, rtol=1e-6)


def test_progress_is_told_up_to_the_end():
    told = []
    run_worlds(STUDY, 3, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (9, 9)
    assert told == sorted(told)


@pytest.mark.parametrize("worlds", [0, -1, 1.5, True, 10**7])
def test_a_number_of_worlds_that_cannot_be(worlds):
    with pytest.raises(InputRefused, match=r"whole number from 1 to 1,000,000"):
        run_worlds(STUDY, worlds)


@pytest.mark.parametrize("name", case().names)
def test_levers_stay_as_they_are_between_turning_weeks(name):
    scenario = case().scenario(name)
    plan = Plan(scenario.measures, scenario.organisation)
    turns = plan.turning_weeks()
    for since in (None, *range(CLOSING_WEEKS + 2)):
        for week in set(range(1, scenario.project.horizon + 1)) - turns:
            before, now = (plan.levers(one, None if since is None else one - since) for one in (week - 1, week))
            assert now is before, (since, week)


def test_a_meeting_is_the_same_spelt_out_or_by_classes(monkeypatch):
    study = case().select(("wide-forum", "full", "full-no-chain"))
    spelt_out = run_worlds(study, 2)
    monkeypatch.setattr(layout, "SPELT_OUT", 0)
    by_classes = run_worlds(study, 2)
    assert not (spelt_out.outcomes == by_classes.outcomes).all()
    np.testing.assert_allclose(spelt_out.outcomes, by_classes.outcomes, rtol=1e-9)


def test_a_model_that_is_done_with_is_forgotten():
    gone = [weakref.ref(OrganisationModel("it-only", rng=1, collect=False)) for _ in range(20)]
    gc.collect()
    assert sum(one() is not None for one in gone) == 0
