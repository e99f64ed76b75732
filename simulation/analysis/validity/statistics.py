"""Numbers read off runs: correlations, differences, orders and shares, each undefined (nan) where it has no sense."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
NAN = math.nan


def mean(values: ArrayLike) -> float:
    """The mean of those that are defined; nan if none is.

    >>> mean([1.0, math.nan, 2.0]), mean([])
    (1.5, nan)
    """
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    return float(numbers.mean()) if numbers.size else NAN


def quantile(values: ArrayLike, q: float) -> float:
    """A quantile of those that are defined; nan if none is.

    >>> quantile([3.0, 1.0, 2.0], 0.5)
    2.0
    """
    numbers = np.asarray(values, dtype=float)
    numbers = numbers[np.isfinite(numbers)]
    return float(np.quantile(numbers, q)) if numbers.size else NAN


def ratio(top: float, bottom: float) -> float:
    """A ratio; nan over 0.

    >>> ratio(1.0, 2.0), ratio(1.0, 0.0)
    (0.5, nan)
    """
    return top / bottom if bottom != 0.0 else NAN


def correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Pearson's correlation over the pairs that are defined; nan where one of the two does not vary.

    >>> round(correlation([0.0, 0.0, 1.0, 1.0], [0.0, 2.0, 2.0, 4.0]), 3), correlation([1.0, 1.0], [0.0, 1.0])
    (0.707, nan)
    """
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if x.size < 2 or np.ptp(x) == 0.0 or np.ptp(y) == 0.0:
        return NAN
    return float(np.corrcoef(x, y)[0, 1])


def of_presence(present: ArrayLike, absent: ArrayLike) -> float:
    """Correlation of a measure (0 or 1) with an outcome, over runs with it and as many without it, pooled.

    >>> of_presence([1.0, 1.0], [0.0, 0.0])
    1.0
    """
    yes, no = np.asarray(present, dtype=float), np.asarray(absent, dtype=float)
    return correlation(np.r_[np.ones(yes.size), np.zeros(no.size)], np.r_[yes, no])


def ranks(values: ArrayLike) -> Floats:
    """Ranks from 0; equal ones share the mean of theirs.

    >>> ranks([5.0, 1.0, 5.0]).tolist()
    [1.5, 0.0, 1.5]
    """
    numbers = np.asarray(values, dtype=float)
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    first = np.r_[0, np.cumsum(counts)[:-1]]
    shared: Floats = (first + (counts - 1) / 2.0)[places]
    return shared


def rank_correlation(a: ArrayLike, b: ArrayLike) -> float:
    """Spearman's rank correlation.

    >>> rank_correlation([1.0, 2.0, 3.0], [1.0, 4.0, 100.0])
    1.0
    """
    return correlation(ranks(a), ranks(b))


def effect_size(a: ArrayLike, b: ArrayLike) -> float:
    """Cohen's d, unpaired: difference of means over the pooled standard deviation.

    >>> effect_size([1.0, 3.0], [0.0, 2.0]) == 1 / 2**0.5
    True
    """
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if x.size < 2 or y.size < 2:
        return NAN
    pooled = math.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2.0)
    return ratio(float(x.mean() - y.mean()), pooled)


def kendall(a: Sequence[float], b: Sequence[float]) -> float:
    """Kendall's tau-b of two orders of the same things: 1 where they agree, −1 where each is the other reversed.

    Pairs that one of the two holds equal count for neither, and make tau smaller. nan if one holds all equal.

    >>> kendall([1, 2, 3], [10, 20, 30]), kendall([1, 2, 3], [3, 2, 1]), kendall([1, 1], [1, 2])
    (1.0, -1.0, nan)
    """
    signs = [
        ((x > other) - (x < other), (y > one) - (y < one))
        for (x, y), (other, one) in itertools.combinations(list(zip(a, b, strict=True)), 2)
    ]
    agreement = sum(first * second for first, second in signs)
    untied = sum(abs(first) for first, _ in signs) * sum(abs(second) for _, second in signs)
    return agreement / math.sqrt(untied) if untied else NAN


def shapley(players: Sequence[str], worth: Callable[[frozenset[str]], float]) -> Mapping[str, float]:
    """What each player adds on average over all orders in which they can come (Shapley 1953).

    The parts add up to the worth of all of them less that of none.

    >>> dict(shapley("ab", lambda those: 6.0 if len(those) == 2 else float(len(those))))
    {'a': 3.0, 'b': 3.0}
    """
    gains = dict.fromkeys(players, 0.0)
    for player in players:
        others = [other for other in players if other != player]
        for size in range(len(players)):
            weight = 1.0 / (len(players) * math.comb(len(others), size))
            for chosen in itertools.combinations(others, size):
                without = frozenset(chosen)
                gains[player] += weight * (worth(without | {player}) - worth(without))
    return gains


def worst_sixth(values: ArrayLike) -> float:
    """The mean of the highest sixth, at least one.

    >>> worst_sixth(range(12))
    10.5
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    return float(ordered[-max(1, round(ordered.size / 6)) :].mean())


def within_share(values: Floats) -> float:
    """Share of the variance of ``values`` (points, repetitions) that is within points: what is not due to the point.

    Analysis of variance: between points, what the means of few repetitions vary by themselves is taken off.

    >>> within_share(np.array([[0.0, 0.0], [1.0, 1.0]])), within_share(np.array([[0.0, 1.0], [0.0, 1.0]]))
    (0.0, 1.0)
    """
    if min(values.shape) < 2:
        return NAN
    within = float(values.var(axis=1, ddof=1).mean())
    between = max(0.0, float(values.mean(axis=1).var(ddof=1)) - within / values.shape[1])
    return ratio(within, within + between)
