import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from docking import COUNTS, close, mesa_trace

from simulation import case
from simulation.engine.ensemble import trace_world
from simulation.model import rules
from simulation.model.outcomes import OUTCOMES, outcomes_of

sys.path.append(str(Path(__file__).parents[1]))

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this distribution")

from benchmarks import numpy_form, python_form
from benchmarks.check_forms import MOST, worst
from benchmarks.prepared import NotSupported

FORMS = pytest.mark.parametrize("form", [numpy_form, python_form])


def test_the_peers_are_the_same_model():
    some = ("wait", "wide-forum", "full", "full-partner-over", "full-self-built", "full-no-partner-half-it")
    assert max(worst(case().select(some), worlds=1).values()) <= MOST


SEED, WORLDS, WHOLE = 11, 3, ("open_issues", "cut_over_week", "go_live_week")
APART = case().select(("it-only", "wide-forum", "full", "full-partner-over", "full-self-built", "wait"))
"""Scenarios that between them use nearly everything."""


@pytest.fixture(scope="module")
def independent():
    """Outcomes and states of the NumPy form, which has equations in an order of its own and a week of its own."""
    return numpy_form.trace(APART, WORLDS, SEED, "ranges")


def held(found, expected, name):
    """Reals within 1e-9 of themselves, or of the last digits of what they ever were; counts exactly."""
    if name in WHOLE:
        return found == expected
    return close(found, expected, np.abs(expected).max(axis=0))


def apart(found, expected):
    """What differs, as (state, first week in which it does)."""
    same = {name: held(found[name], expected[name], name) for name in found}
    return [(name, int(np.argwhere(~one)[0][0]) + 1) for name, one in same.items() if not one.all()]


@pytest.mark.parametrize("world", range(WORLDS))
@pytest.mark.parametrize("name", APART.names)
def test_an_independent_week_has_the_same_states(independent, name, world):
    """The NumPy form against the engine and the Mesa model, which share their steps: every week over the ranges."""
    outcomes, states, organisation = independent
    at = APART.names.index(name), world
    found = {state: one[(..., *at)] for state, one in states.items()}
    found_organisation = {state: one[(..., *at)] for state, one in organisation.items()}
    departments, whole, _, ledger = mesa_trace(APART.scenario(name), world, SEED, "ranges")
    for expected, expected_organisation in (
        (departments, whole),
        trace_world(APART.select((name,)), world, SEED, "ranges"),
    ):
        assert apart(found, expected) == []
        assert apart(found_organisation, expected_organisation) == []
    for outcome, ours, theirs in zip(OUTCOMES, outcomes[at], outcomes_of(ledger).values(), strict=True):
        exact = outcome.name in COUNTS
        assert ours == pytest.approx(theirs, rel=0.0 if exact else 1e-9, nan_ok=True), outcome.name


def test_batches_do_not_matter():
    study = case().select(("full", "it-only"))
    one, other = (numpy_form.run(study, 5, 3, "ranges", at_once) for at_once in (2, 5))
    assert np.allclose(one, other, rtol=1e-9, equal_nan=True)


@FORMS
def test_a_peer_refuses_what_it_does_not_know(form):
    study = case().select(("full",))
    (full,) = study.scenarios
    shorter = replace(full, project=full.project.model_copy(update={"horizon": 52}))
    with pytest.raises(NotSupported, match="full"):
        form.run(replace(study, scenarios=(shorter,)), 1, 1, "ranges")


def test_quantiles_of_arrays_are_those_of_the_rules():
    draw = np.random.default_rng(1)
    u = np.concatenate([draw.random(2000), 1.0 - draw.random(500) * 1e-8])
    mean, trials, hazard = draw.exponential(3.0, len(u)), draw.integers(1, 60, len(u)), draw.exponential(0.5, len(u))
    expected = [rules.poisson_quantile(*pair) for pair in zip(u.tolist(), mean.tolist(), strict=True)]
    assert numpy_form.poisson_quantile(u, mean).tolist() == expected
    chances = [rules.chance_within_week(one) for one in hazard.tolist()]
    expected = [rules.binomial_quantile(*of) for of in zip(u.tolist(), trials.tolist(), chances, strict=True)]
    assert numpy_form.binomial_quantile(u, trials.astype(float), hazard).tolist() == expected
