"""Quantiles and chances of a few distributions, from the standard library and NumPy.

SciPy has all of them, and a test holds these against it; but importing it takes longer than comparing 24 scenarios over
200 worlds, and no more of it is needed than stands here. Equations: Abramowitz & Stegun 1964, chapters 6 and 26.
"""

import functools
import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156)
"""Coefficients of the asymptotic series of log Γ, of 1/x, 1/x³, … (6.1.41)."""
FROM = 10.0
"""From here on that series is exact to the last digits."""
FRACTIONS = 100_000
"""So many terms of a continued fraction at most; it takes about the root of its larger parameter."""
TINY = 1e-300


def normal_quantile(probability: float) -> float:
    """The quantile of the standard normal distribution.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return NormalDist().inv_cdf(probability)


def log_gamma(x: Floats) -> Floats:
    """log Γ of numbers of 1 or more, any shape.

    >>> np.exp(log_gamma(np.array([1.0, 5.0, 11.0]))).round(6).tolist()
    [1.0, 24.0, 3628800.0]
    """
    shifted, product = np.array(x, dtype=float), np.ones(np.shape(x))
    while (low := shifted < FROM).any():
        product = np.where(low, product * shifted, product)
        shifted = np.where(low, shifted + 1.0, shifted)
    inverse = 1.0 / shifted
    series, power = np.zeros_like(shifted), inverse
    for coefficient in STIRLING:
        series = series + coefficient * power
        power = power * inverse * inverse
    log: Floats = (shifted - 0.5) * np.log(shifted) - shifted + 0.5 * math.log(2.0 * math.pi) + series - np.log(product)
    return log


def log_beta(a: Floats, b: Floats) -> Floats:
    """log B(a, b) of numbers of 1 or more, any shape."""
    return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def log_sum_exp(logs: Floats, axis: int) -> Floats:
    """log Σ exp along an axis, of numbers that may be too large or too small for exp.

    >>> log_sum_exp(np.array([1000.0, 1000.0]), 0).round(3)
    np.float64(1000.693)
    """
    largest = np.max(logs, axis=axis, keepdims=True)
    safe = np.where(np.isfinite(largest), largest, 0.0)
    with np.errstate(divide="ignore"):
        total: Floats = np.log(np.sum(np.exp(logs - safe), axis=axis)) + np.squeeze(safe, axis=axis)
    return total


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), for x in [0, 1].

    By its continued fraction (26.5.8), evaluated forward (Lentz 1976).

    >>> round(incomplete_beta(2.0, 3.0, 0.5), 4)
    0.6875
    """
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1.0) / (a + b + 2.0):  # there the fraction of the other tail converges sooner
        return 1.0 - incomplete_beta(b, a, 1.0 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log_front) / (a * _fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction 1 + d₁/(1 + d₂/(1 + …)) of the incomplete beta function."""
    value, c, d = 1.0, 1.0, 0.0
    for term in range(1, FRACTIONS):
        m = term // 2
        even = term % 2 == 0
        part = m * (b - m) * x if even else -(a + m) * (a + b + m) * x
        part /= (a + term - 1.0) * (a + term)
        d = 1.0 / (1.0 + part * d or TINY)
        c = 1.0 + part / c or TINY
        value *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return value


def binomial_at_most(hits: int, trials: int) -> float:
    """The chance of at most ``hits`` heads in so many throws of a fair coin.

    >>> binomial_at_most(1, 10) * 1024
    11.0
    """
    if hits >= trials:
        return 1.0
    if trials <= 1_000:
        return float(sum(math.comb(trials, count) for count in range(hits + 1)) / 2**trials)
    return incomplete_beta(trials - hits, hits + 1.0, 0.5)


@functools.lru_cache(maxsize=4096)
def t_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t distribution, for a ``probability`` from 0.6 to 0.999.

    Newton's steps from the normal quantile, within bounds that close in. Raises ``ValueError`` for another probability,
    near ½ or 1, where digits would be lost.

    >>> round(t_quantile(0.975, 9), 4)
    2.2622
    """
    if not 0.6 <= probability <= 0.999:
        raise ValueError(f"no quantile of Student's t at {probability}")
    low, high = 0.0, 1e9
    log_peak = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    t = normal_quantile(probability)
    for _ in range(200):
        over = 1.0 - 0.5 * incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) - probability
        low, high = (low, t) if over > 0.0 else (t, high)
        density = math.exp(log_peak - (freedom + 1) / 2 * math.log1p(t * t / freedom))
        step = over / density if density > 0.0 else math.inf
        after = t - step if low < t - step < high else (low + high) / 2
        if abs(after - t) <= 1e-15 * t:
            return after
        t = after
    return t
