"""How sure a share or a mean over worlds is: 95 % intervals for a number of worlds that is fixed beforehand.

Shares have Wilson's (1927). Means have the wider, on each side, of Student's and of Hall's (1992), whose cubic
transformation allows for skewness. Where most worlds are the same and few are not, what is known rests on those few:
the interval has as many degrees of freedom as worlds that differ, less one. How often all this covers the truth is
measured in ``docs/verdicts.md``. Sobol worlds are spread more evenly than random ones, which makes means less
variable than independent worlds would.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.distributions import normal_quantile, t_quantile

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
UPPER = 0.5 + CONFIDENCE / 2
"""The quantile at the upper end of an interval."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval, in the estimate's unit; nan where there is nothing to estimate."""

    estimate: float
    low: float
    high: float

    @property
    def sign(self) -> int:
        """1 where all of it lies above 0, −1 where all of it lies below, 0 where neither is sure."""
        return int(self.low > 0.0) - int(self.high < 0.0)


NOTHING = Interval(math.nan, math.nan, math.nan)
"""Where there is nothing to estimate."""


def wilson(hits: int, trials: int) -> Interval:
    """The share ``hits / trials`` with Wilson's 95 % score interval (Wilson 1927), within [0, 1]; nan without trials.

    >>> interval = wilson(94, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.875, 0.972)
    """
    if trials == 0:
        return NOTHING
    z = normal_quantile(UPPER)
    share, square = hits / trials, z * z / trials
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / trials + square / trials / 4) / (1 + square)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


@dataclass(frozen=True, slots=True)
class Pivot:
    """What the error of a mean is distributed like: of ``count`` values, with ``mean``, standard ``deviation`` and
    ``skewness``, and ``freedom`` degrees of freedom (0: nothing is known)."""

    count: int
    mean: float
    deviation: float
    skewness: float
    freedom: int

    def errors(self, scores: Floats) -> Floats:
        """The error of the mean at scores of Student's t (any shape), on each side the wider of Student's and Hall's.

        Hall's cubic transformation of a mean's t has hardly any skewness left; this is its inverse (Hall 1992).
        """
        root = math.sqrt(self.count)
        plain = scores / root
        bend = self.skewness / 3.0
        if abs(bend) < FLAT:
            return self.deviation * plain
        inner = 1.0 + 3.0 * bend * (plain - self.skewness / (6.0 * self.count))
        bent = (np.cbrt(inner) - 1.0) / bend
        errors: Floats = self.deviation * np.where(scores > 0.0, np.maximum(plain, bent), np.minimum(plain, bent))
        return errors

    @property
    def score(self) -> float:
        """The score at the ends of a 95 % interval; infinite where nothing is known."""
        return t_quantile(UPPER, self.freedom) if self.freedom > 0 else math.inf

    def room(self, span: float) -> float:
        """How far the mean may be off where too few values differ to say: as many as Wilson's interval leaves room
        for may differ by ``span``. A value that several have, and all, is a constant, unless it is 0 or at a bound."""
        if self.count >= SEVERAL and self.deviation == 0.0 and 0.0 < abs(self.mean) < span:
            return 0.0
        return span * wilson(0, self.count).high if math.isfinite(span) else math.inf


SEVERAL = 10
"""So many equal values make a constant (assumed)."""
ROUNDING = 1e-9
"""Differences of so much of the largest value are rounding."""
FLAT = 1e-9
"""Skewness below this is none."""


def pivot_of(values: Floats) -> Pivot:
    """The pivot of the mean of some values, of shape (n,) with n at least 1.

    >>> pivot = pivot_of(np.array([0.0] * 17 + [1.0, 1.0, 2.0]))
    >>> pivot.freedom, round(pivot.skewness, 2)
    (2, 2.53)
    """
    count, mean = len(values), float(np.mean(values))
    apart = values - mean
    powers = apart * apart
    spread = float(np.mean(powers))
    if spread <= (ROUNDING * mean) ** 2:
        spread = 0.0
    powers *= apart  # in place: of millions of values each further array counts
    skewness = float(np.mean(powers)) / spread**1.5 if spread**1.5 > 0.0 else 0.0
    # A value that most worlds have is the middle one; what is a difference of numbers has it but for rounding.
    np.abs(np.subtract(values, np.median(values), out=apart), out=apart)
    same = int(np.count_nonzero(apart <= ROUNDING * max(abs(float(values.max())), abs(float(values.min())))))
    differ = count - same if same > 1 else count
    deviation = math.sqrt(spread * count / (count - 1)) if count > 1 else 0.0
    return Pivot(count, mean, deviation, skewness, max(0, differ - 1))


def mean_interval(values: Floats, span: float = math.inf) -> Interval:
    """The mean of ``values`` (shape (n,)) with a 95 % interval; nan without values.

    The wider, on each side, of Student's and of Hall's (1992), with as many degrees of freedom as values differ from
    the one that most have, less one. ``span`` is the largest value that there can be, either way. Where fewer than two
    differ, more may still do: by ``span`` if that is known, in as many worlds as Wilson's interval leaves room for;
    else the interval is unbounded. A value that at least ten have, and all, is taken for a constant, unless it is 0 or
    at a bound.

    >>> mean_interval(np.array([1.0] * 10))
    Interval(estimate=1.0, low=1.0, high=1.0)
    >>> interval = mean_interval(np.array([0.0] * 180 + [0.1, 0.2, 0.3, 0.8] * 5), 1.0)
    >>> round(interval.low, 3), round(interval.estimate, 3), round(interval.high, 3)
    (0.015, 0.035, 0.065)
    """
    if not len(values):
        return NOTHING
    pivot = pivot_of(values)
    if pivot.freedom == 0:
        room = pivot.room(span)
        return Interval(pivot.mean, pivot.mean - room, pivot.mean + room)
    low, high = pivot.errors(np.array([pivot.score, -pivot.score]))
    return Interval(pivot.mean, pivot.mean - float(low), pivot.mean - float(high))
