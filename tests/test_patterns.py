import numpy as np
import pytest

from simulation.analysis.patterns import PATTERNS, Measured, document, study, with_room
from simulation.engine.ensemble import run_worlds

STRICT = {"1", "2", "3b", "4", "7", "17"}  # claimed at 1 by defaults and over the ranges


@pytest.fixture(scope="module")
def runs():
    return run_worlds(study(), 8, weekly=True)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda one: one.number)
def test_every_pattern_is_a_question_with_an_answer_per_world(pattern, runs):
    found = pattern.holds(runs)
    assert found.shape == (8,)
    assert found.dtype == bool


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [one for one in PATTERNS if one.number in STRICT], ids=lambda one: one.number)
def test_patterns_claimed_in_all_worlds_hold_in_most(pattern, runs):
    # If a pattern held in 95 % of worlds only, 6 or fewer of 8 would come up once in 17 runs; the worlds are fixed.
    assert pattern.holds(runs).sum() >= 7


def test_patterns_can_fail(runs):
    swapped = type(runs)(runs.study, runs.worlds, runs.seed, runs.mode, runs.outcomes[::-1], runs.weekly[::-1])
    held = [one.holds(swapped).all() for one in PATTERNS]
    assert not all(held)
    assert held.count(False) > len(PATTERNS) / 2


def test_the_document_reports_what_was_measured():
    hits = tuple((8, 3) for _ in PATTERNS)
    text = document(Measured(8, hits, ((7, 3), (0, 0))))
    assert text.count("0.375 [") == len(PATTERNS) + 1
    assert "fewer than half of the worlds: 1 (0.38)" in text
    assert all(one.sentence in text for one in PATTERNS)


def test_room_changes_only_it():
    roomy = with_room(study())
    assert roomy.names == ("it-only", "roles")
    assert {one.name: one.value for one in roomy.scenarios[0].parameters} == {"bau_it": 0.6, "omega_it": 0.5}
    assert np.isfinite(run_worlds(roomy, 2).of("roles", "progress_104")).all()
