import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulation import case, rules

sys.path.append(str(Path(__file__).parents[1]))

pytest.importorskip("benchmarks", reason="the benchmarks are not part of this distribution")

from benchmarks import numpy_form, python_form
from benchmarks.check_forms import MOST, worst
from benchmarks.prepared import NotSupported

FORMS = pytest.mark.parametrize("form", [numpy_form, python_form])


def test_the_peers_are_the_same_model():
    some = ("wait", "wide-forum", "full", "full-partner-over", "full-self-built", "full-no-partner-half-it")
    assert max(worst(case().select(some), worlds=1).values()) <= MOST


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
