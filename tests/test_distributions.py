"""What is worked out without SciPy is what SciPy works out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from simulation.analysis.distributions import (
    binomial_at_most,
    incomplete_beta,
    log_beta,
    log_gamma,
    log_sum_exp,
    normal_quantile,
    t_quantile,
)

CHANCES = st.floats(0.6, 0.999)


@given(st.floats(0.0001, 0.9999))
def test_normal_quantiles(chance):
    assert normal_quantile(chance) == pytest.approx(stats.norm.ppf(chance), rel=1e-12, abs=1e-15)


@given(CHANCES, st.integers(1, 5_000))
def test_quantiles_of_student(chance, freedom):
    assert t_quantile(chance, freedom) == pytest.approx(special.stdtrit(freedom, chance), rel=1e-10)


@pytest.mark.parametrize("freedom", [*range(1, 40), 99, 199, 1_999])
def test_the_quantile_that_intervals_take(freedom):
    assert t_quantile(0.975, freedom) == pytest.approx(special.stdtrit(freedom, 0.975), rel=1e-12)


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.5999, 0.9991, 1.0, math.nan])
def test_quantiles_that_would_lose_digits_are_not_given(chance):
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(chance, 9)


def test_very_many_worlds():
    assert t_quantile(0.975, 10**6) == pytest.approx(special.stdtrit(10**6, 0.975), rel=1e-9)
    assert binomial_at_most(499_000, 10**6) == pytest.approx(special.bdtr(499_000, 10**6, 0.5), rel=1e-8)


@given(st.integers(0, 3_000), st.integers(1, 3_000))
def test_chances_of_heads(hits, throws):
    hits = min(hits, throws)
    assert binomial_at_most(hits, throws) == pytest.approx(special.bdtr(hits, throws, 0.5), rel=1e-10, abs=1e-300)


@given(st.floats(0.5, 500), st.floats(0.5, 500), st.floats(0, 1))
def test_the_incomplete_beta_function(a, b, x):
    assert incomplete_beta(a, b, x) == pytest.approx(special.betainc(a, b, x), rel=1e-10, abs=1e-14)


@given(st.lists(st.floats(1, 1e7), min_size=1, max_size=20))
def test_gamma_and_beta(values):
    x = np.array(values)
    np.testing.assert_allclose(log_gamma(x), special.gammaln(x), rtol=1e-13, atol=1e-13)
    scale = special.gammaln(x + x[::-1])
    np.testing.assert_allclose(
        log_beta(x, x[::-1]), special.betaln(x, x[::-1]), rtol=1e-12, atol=1e-14 * max(100.0, scale.max())
    )


@given(st.lists(st.floats(-800, 800) | st.just(-math.inf), min_size=1, max_size=12))
def test_sums_of_exponentials(logs):
    column = np.array(logs)[:, None]
    np.testing.assert_allclose(log_sum_exp(column, 0), special.logsumexp(column, axis=0), rtol=1e-13, atol=1e-12)
