"""Many worlds: the same numbers however they are run, no more memory than they need, and an end when asked to stop."""

import gc
import hashlib
import threading
import tracemalloc
from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from helpers import organisation, scenario, study
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, OrganisationModel, case, outcomes_of, run_worlds
from simulation.engine import ensemble
from simulation.engine.ensemble import WEEKLY, extend_runs, run_world
from simulation.engine.kernel import layout
from simulation.engine.points import run_rows
from simulation.model.outcomes import OUTCOMES
from simulation.model.worlds import sobol_point
from simulation.study.constants import CLOSING_WEEKS
from simulation.study.schedule import Schedule

STUDY = case().select(("it-only", "package-partner-with", "full"))


WORLDS = 12
WHOLE = run_worlds(STUDY, WORLDS, seed=3, weekly=True)


def the_same(found, expected=WHOLE):
    """Equal to the last bit, undefined outcomes included."""
    return np.array_equal(found.outcomes, expected.outcomes, equal_nan=True) and np.array_equal(
        found.weekly, expected.weekly
    )


@pytest.mark.parametrize("threads", [1, 2, 3, 20])
def test_any_number_of_threads_gives_the_same_numbers(threads):
    with mock.patch.object(ensemble, "BATCH", 1):  # a world a batch
        assert the_same(run_worlds(STUDY, WORLDS, seed=3, threads=threads, weekly=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 2000), st.lists(st.integers(1, WORLDS), max_size=4), st.integers(1, 3))
def test_any_split_into_batches_gives_the_same_numbers(departments, stops, threads):
    """Split by the size of a batch, and by worlds that are added bit by bit."""
    with mock.patch.object(ensemble, "BATCH", departments):
        runs = run_worlds(STUDY, min([*stops, WORLDS]), seed=3, threads=threads, weekly=True)
        for worlds in [*sorted(stops), WORLDS]:
            runs = extend_runs(runs, worlds, threads)
    assert the_same(runs)


def test_a_world_alone_is_the_same_to_the_bit():
    for world in (0, 5, WORLDS - 1):
        outcomes, weekly = run_world(STUDY, world, 3, "ranges")
        np.testing.assert_array_equal(outcomes, WHOLE.outcomes[:, world])
        np.testing.assert_array_equal(weekly, WHOLE.weekly[:, world])


def test_a_scenario_alone_is_the_same_as_among_others():
    """Alone it draws its luck week by week; among others it shares what was drawn for the world."""
    for name in STUDY.names:
        alone = run_worlds(STUDY.select((name,)), WORLDS, seed=3, weekly=True)
        np.testing.assert_array_equal(alone.outcomes[0], WHOLE.outcomes[STUDY.names.index(name)])
    reordered = run_worlds(STUDY.select(tuple(reversed(STUDY.names))), WORLDS, seed=3, weekly=True)
    np.testing.assert_array_equal(reordered.outcomes[::-1], WHOLE.outcomes)


def test_draws_that_are_too_many_to_keep_are_drawn_week_by_week():
    with mock.patch.object(ensemble, "MOST_DRAWS", 0):
        assert the_same(run_worlds(STUDY, WORLDS, seed=3, weekly=True))
    large = scenario(organisation(999, voice=1.0), horizon=520)
    both = study(replace(large, name="one"), replace(large, name="other"))
    assert ensemble.Batches(both, 1, "ranges").weeks_drawn == 1
    with mock.patch.object(ensemble, "MOST_DRAWS", 10**9):
        assert ensemble.Batches(both, 1, "ranges").weeks_drawn == 521
        kept = run_worlds(both, 1)
    assert the_same(run_worlds(both, 1), kept)


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
    with pytest.raises(InputRefused, match=r"whole number from 1 to 1 000 000"):
        run_worlds(STUDY, worlds)


# --- memory, and stopping ------------------------------------------------------------------------------


def grows_by(horizon, weekly):
    """Bytes that each world more takes at most while it runs, and when it has."""
    one = study(scenario(organisation(2), horizon=horizon), scenario(organisation(2), name="other", horizon=horizon))
    peaks = []
    for worlds in (512, 1024):
        run_worlds(one, worlds, weekly=weekly)  # what is kept for good is there
        gc.collect()
        tracemalloc.start()
        runs = run_worlds(one, worlds, weekly=weekly)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert len(runs.worlds) == worlds
    return (peaks[1] - peaks[0]) / 512


@pytest.mark.slow
def test_memory_grows_with_weeks_only_where_they_are_asked_for():
    short, long = grows_by(52, weekly=False), grows_by(520, weekly=False)
    outcomes = 2 * 22 * 8
    assert outcomes <= short < 4 * outcomes
    assert long == pytest.approx(short, rel=0.05)
    assert grows_by(520, weekly=True) - long > 2 * 520 * len(WEEKLY) * 4 * 0.9


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_what_progress_raises_ends_the_work_and_leaves_no_thread(threads, stop):
    told, before = [], set(threading.enumerate())

    def progress(done, total):
        told.append(done)
        raise stop

    with mock.patch.object(ensemble, "BATCH", 1):
        batches, ran = ensemble.Batches.batch, []
        with (
            mock.patch.object(ensemble.Batches, "batch", lambda *given: ran.append(1) or batches(*given)),
            pytest.raises(stop),
        ):
            run_worlds(STUDY, 400, threads=threads, progress=progress)
    assert len(told) == 1
    assert len(ran) < 40, "the rest was dropped"
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("world", [2**30, 2**32, 2**62])
def test_a_world_too_far_along_the_sequence_is_refused_and_by_defaults_is_not(world):
    with pytest.raises(InputRefused, match=r"worlds go from 0 to 1 073 741 823"):
        OrganisationModel("it-only", world=world, rng=1)
    OrganisationModel("it-only", world=world, rng=1, parameters="defaults")


def test_the_first_million_worlds_draw_what_they_always_drew():
    """Their parameters as version 0.2.0 drew them when the sequence was read ten million worlds far."""
    drawn = hashlib.sha256(b"".join(sobol_point(1, world).tobytes() for world in range(0, 10**6, 9973)))
    assert drawn.hexdigest() == "d0bc692b7e9656efd900387015181837ebbc251b50139220867c44bb7b557e39"


@pytest.mark.parametrize("first", [0, 7, 10**7, 2**30 - 3])
def test_rows_may_begin_at_any_world(first):
    few = run_rows(STUDY, [{"t": 0.7}, {"t": 1.1}], 3, first=first)
    assert few.shape == (2, len(STUDY.scenarios), 3, len(OUTCOMES))
    alone = run_rows(STUDY, [{"t": 1.1}], 1, first=first + 2)
    assert few[1:, :, 2:].tobytes() == alone.tobytes()
    if first == 0:
        assert few[1].tobytes() == run_worlds(STUDY.override({"t": 1.1}), 3).outcomes.tobytes()


def test_rows_end_where_the_sequence_ends():
    with pytest.raises(InputRefused, match="worlds go from 0"):
        run_rows(STUDY, [{}], 4, first=2**30 - 3)


@pytest.mark.parametrize("name", case().names)
def test_levers_stay_as_they_are_between_turning_weeks(name):
    scenario = case().scenario(name)
    schedule = Schedule(scenario.measures, scenario.organisation)
    turns = schedule.turning_weeks()
    for since in (None, *range(CLOSING_WEEKS + 2)):
        for week in set(range(1, scenario.project.horizon + 1)) - turns:
            before, now = (schedule.levers(one, None if since is None else one - since) for one in (week - 1, week))
            assert now is before, (since, week)


def test_a_meeting_is_the_same_spelt_out_or_by_classes(monkeypatch):
    study = case().select(("wide-forum", "full", "full-no-chain"))
    spelt_out = run_worlds(study, 2)
    monkeypatch.setattr(layout, "SPELT_OUT", 0)
    ensemble._laid_out.cache_clear()
    by_classes = run_worlds(study, 2)
    ensemble._laid_out.cache_clear()
    assert not (spelt_out.outcomes == by_classes.outcomes).all()
    np.testing.assert_allclose(spelt_out.outcomes, by_classes.outcomes, rtol=1e-9)
