"""Paired comparison: same organisation, same luck, different decision.

World *r* is the same world in every scenario, so that scenarios are compared world by world. Two questions are asked:
which of the two is better in more worlds (the sign test; exact, two-sided, 5 %), and which is better on average (the
95 % interval of the mean paired difference, :mod:`simulation.analysis.intervals`). Where both say the same that is the
verdict; where one is sure and the other points the other way, it is mixed. "No difference that matters" takes the
interval of the mean within the margin (two one-sided tests, Schuirmann 1987) and enough worlds to know of rare large
differences. How far a scenario gets has an order and no unit: there only the first question is asked. Each verdict
stands by itself; among many pairs some err by chance.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.distributions import binomial_at_most, normal_quantile
from simulation.analysis.intervals import CONFIDENCE, NOTHING, UPPER, Interval, mean_interval, wilson
from simulation.model.outcomes import BY_OUTCOME, COLUMN, LIVE, Outcome

Kind = Literal["beats", "loses", "mixed", "same", "undecided"]
Floats = NDArray[np.float64]

ENOUGH = 10
"""So many worlds that differ by more than the margin tell how large such differences are (assumed)."""
SELDOM = 0.05
"""A share of worlds in which a difference that nothing bounds may be larger than any that came up (assumed)."""
RARE = 0.10
"""A share of worlds small enough to be called rare (assumed)."""
REACH = 100_000
"""More worlds than this are not worth asking for."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Scenario ``a`` against ``b`` on one outcome, over the ``worlds`` in which both are defined.

    ``undefined`` counts the worlds that are left out. ``wins`` counts those in which ``a`` is better, and ``share`` is
    their share with Wilson's interval (Wilson 1927); ``difference`` is the mean of a − b in the outcome's unit, with
    its interval (:func:`~simulation.analysis.intervals.mean_interval`), nan for levels, which have no unit. ``gain`` is
    how many times as many worlds an unpaired comparison would take for an interval as narrow.

    ``kind`` is the verdict: "beats" or "loses" where ``a`` is better, or worse, both in more worlds (exact sign test at
    5 %) and on average, by the outcome's margin as far as is known; "mixed" where one of the two is sure and the other
    points the other way; "same" where there is surely no difference that matters; else "undecided". Of levels only the
    sign test is asked. ``more`` is then about how many more worlds would decide, None if no number within reach would;
    it is 0 for what is decided.
    """

    a: str
    b: str
    outcome: str
    worlds: int
    undefined: int
    wins: int
    losses: int
    ties: int
    share: Interval
    difference: Interval
    gain: float
    kind: Kind
    more: int | None


def sign_test(wins: int, losses: int) -> float:
    """Two-sided p-value of the exact sign test; ties are left out.

    >>> round(sign_test(9, 1), 4), sign_test(0, 0)
    (0.0215, 1.0)
    """
    trials = wins + losses
    return min(1.0, 2.0 * binomial_at_most(min(wins, losses), trials)) if trials else 1.0


def who_wins(a: Floats, b: Floats, outcome: Outcome) -> Floats:
    """World by world (shape (worlds,)): 1 where ``a`` is better than ``b``, −1 where it is worse, 0 for a tie.

    >>> who_wins(np.array([0.5, 0.2, 0.3]), np.array([0.4, 0.4, 0.1 + 0.2]), BY_OUTCOME["lasting_adoption"]).tolist()
    [1.0, -1.0, 0.0]
    """
    better = np.empty(len(a))
    for part in _blocks(len(a)):
        better[part] = _who_wins(a[part], b[part], outcome)
    return better


BLOCK = 1 << 15
"""Worlds that are looked at together: what they take stays in the processor's cache."""


def _blocks(worlds: int) -> Iterator[slice]:
    """All worlds, some at a time."""
    return (slice(start, start + BLOCK) for start in range(0, worlds, BLOCK))


def _who_wins(a: Floats, b: Floats, outcome: Outcome) -> Floats:
    """The same of some worlds."""
    with np.errstate(invalid="ignore"):
        gap = a - b
    better: Floats = -np.sign(gap) if outcome.better == "lower" else np.sign(gap)
    if not outcome.unit.has_mean:
        return better  # levels are whole numbers
    tie = np.abs(gap) <= 1e-9 * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    return np.where(tie, 0.0, better)


def who_is_ahead(a: Floats, b: Floats, outcome: Outcome) -> Floats:
    """World by world (shape (worlds,)): 1 where ``a`` is better than ``b``, −1 where it is worse, 0 for a tie.

    ``a`` and ``b`` have all outcomes, shape (worlds, :data:`~simulation.model.outcomes.OUTCOMES`). Of two runs on the
    same level that is ahead which leads by more than its margin on what counts there
    (:attr:`~simulation.model.outcomes.Outcome.among_equals`); nan where the outcome is undefined in either.

    >>> runs = np.zeros((2, 3, len(COLUMN)))
    >>> runs[:, :, COLUMN["reach"]] = [[4.0, 0.0, 2.0], [2.0, 0.0, 2.0]]
    >>> runs[0, :, COLUMN["progress_104"]], runs[1, :, COLUMN["lasting_adoption"]] = 0.2, 0.01
    >>> who_is_ahead(*runs, BY_OUTCOME["reach"]).tolist()
    [1.0, 1.0, 0.0]
    """
    names = (outcome.name, *(outcome.among_equals or ()))
    values = [(a[:, COLUMN[name]], b[:, COLUMN[name]]) for name in names]
    signs = np.empty(len(a))
    for part in _blocks(len(a)):
        signs[part] = _ahead([(left[part], right[part]) for left, right in values], outcome)
    return signs


def _ahead(values: Sequence[tuple[Floats, Floats]], outcome: Outcome) -> Floats:
    """The same of some worlds: ``values`` are the outcome of both, and what decides among equals."""
    (a, b), *further = values
    signs = _who_wins(a, b, outcome)
    if outcome.among_equals is not None:
        below, above = (
            _clearly_ahead(left, right, BY_OUTCOME[name])
            for name, (left, right) in zip(outcome.among_equals, further, strict=True)
        )
        signs = np.where(signs == 0.0, np.where(a < LIVE, below, above), signs)
    signs[np.isnan(a - b)] = math.nan
    return signs


def _clearly_ahead(a: Floats, b: Floats, outcome: Outcome) -> Floats:
    """Who wins by more than the outcome's margin, which is far more than rounding."""
    gap = a - b
    better = -np.sign(gap) if outcome.better == "lower" else np.sign(gap)
    return np.where(np.abs(gap) > outcome.margin * (1.0 + 1e-9), better, 0.0)


def compare_outcomes(a: Floats, b: Floats, names: tuple[str, str], outcome: Outcome, horizon: int) -> Pair:
    """Compare two scenarios by all their outcomes, of shape (worlds, OUTCOMES) each, world by world, on one of them.

    As :func:`compare_pair`, and levels are told apart by what counts among equals (:func:`who_is_ahead`). ``horizon``
    is in weeks.
    """
    column = COLUMN[outcome.name]
    signs = who_is_ahead(a, b, outcome)
    return _judge(a[:, column], b[:, column], signs, names, outcome, outcome.unit.span(horizon))


def compare_pair(a: Floats, b: Floats, names: tuple[str, str], outcome: Outcome, span: float | None = None) -> Pair:
    """Compare an outcome of two scenarios, ``a`` and ``b`` of shape (worlds,), world by world.

    Worlds in which either is not finite are left out. ``names`` are those of a and b; ``span`` is the largest
    difference that there can be, in the outcome's unit, by default what its unit says of 156 weeks. The verdict,
    explained at :class:`Pair`, holds for a number of worlds that is fixed beforehand; to look after every world, use
    :func:`simulation.analysis.sequential.decide`.

    >>> from simulation.model.outcomes import OUTCOMES
    >>> rng = np.random.default_rng(1)
    >>> luck = rng.normal(size=100)
    >>> pair = compare_pair(luck + 0.5 + 0.1 * rng.normal(size=100), luck, ("a", "b"), OUTCOMES[5])
    >>> pair.kind, pair.wins, pair.gain > 50
    ('beats', 100, True)
    """
    signs = np.where(np.isfinite(a) & np.isfinite(b), who_wins(a, b, outcome), math.nan)
    return _judge(a, b, signs, names, outcome, outcome.unit.span(156) if span is None else span)


def _judge(a: Floats, b: Floats, signs: Floats, names: tuple[str, str], outcome: Outcome, span: float) -> Pair:
    """The verdict, from who is better in each world (nan: undefined) and the values (shape (worlds,) each)."""
    defined = np.isfinite(signs) & np.isfinite(a) & np.isfinite(b)
    if not defined.all():
        a, b, signs = a[defined], b[defined], signs[defined]
    gap = np.where(who_wins(a, b, outcome) == 0.0, 0.0, a - b)
    wins, losses = int((signs > 0).sum()), int((signs < 0).sum())
    difference = mean_interval(gap, span) if outcome.unit.has_mean else NOTHING
    verdict = _Verdict(outcome, wins, losses, gap, difference, span, _largest(a, b, span))
    kind = verdict.kind
    return Pair(
        a=names[0],
        b=names[1],
        outcome=outcome.name,
        worlds=len(gap),
        undefined=len(defined) - len(gap),
        wins=wins,
        losses=losses,
        ties=len(gap) - wins - losses,
        share=wilson(wins, len(gap)),
        difference=difference,
        gain=pairing_gain(a, b) if outcome.unit.has_mean else math.nan,
        kind=kind,
        more=verdict.more if kind == "undecided" else 0,
    )


def _largest(a: Floats, b: Floats, span: float) -> float:
    """The largest difference that there can be; where nothing bounds it, the largest between any two of the runs."""
    if math.isfinite(span) or not len(a):
        return span
    return float(max(a.max(), b.max()) - min(a.min(), b.min()))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What may be said of a pair: ``gap`` has shape (worlds,), ``span`` is the largest gap that there can be, and
    ``largest`` the same or, where nothing bounds it, the largest between any two of the runs."""

    outcome: Outcome
    wins: int
    losses: int
    gap: Floats
    difference: Interval
    span: float
    largest: float

    @property
    def kind(self) -> Kind:
        """The verdict."""
        if self.same:
            return "same"
        oftener = self.oftener
        if self.outcome.unit.has_mean:
            if self.contradicts:
                return "mixed"
            if oftener != self.better_on_average or abs(self.difference.estimate) < self.outcome.margin:
                return "undecided"
        return "beats" if oftener > 0 else "loses" if oftener < 0 else "undecided"

    @property
    def contradicts(self) -> bool:
        """Whether one surely wins more often and is not better on average, or is surely better and wins less often."""
        side = -1.0 if self.outcome.better == "lower" else 1.0
        mean, oftener, better = side * self.difference.estimate, self.oftener, self.better_on_average
        return oftener * mean < 0.0 or better * (self.wins - self.losses) < 0

    @property
    def oftener(self) -> int:
        """1 where a is surely better in more worlds, −1 where it surely is worse in more, 0 where neither is sure."""
        sure = sign_test(self.wins, self.losses) < 1 - CONFIDENCE
        return (1 if self.wins > self.losses else -1) if sure else 0

    @property
    def better_on_average(self) -> int:
        """The same of the mean; 0 where there is none.

        Where outcomes have bounds, worlds that may not have come up yet, as many as Wilson's interval leaves room for,
        could not turn it either, each with the largest difference that there can be.
        """
        sign = self.difference.sign
        if math.isfinite(self.span):
            unseen = wilson(0, len(self.gap)).high
            nearer = self.difference.low if sign > 0 else -self.difference.high
            sign = sign if (1.0 - unseen) * nearer > unseen * self.span else 0
        return -sign if self.outcome.better == "lower" else sign

    @property
    def same(self) -> bool:
        """Whether there is surely no difference that matters.

        The mean difference is surely within the margin, and there are enough worlds to know of rare large differences:
        either several came up, or as many as Wilson's interval leaves room for could not carry the mean out of it. Of
        levels, surely no more than a tenth of all worlds differ.
        """
        worlds = len(self.gap)
        if not self.outcome.unit.has_mean:
            return wilson(self.wins + self.losses, worlds).high < RARE if worlds else False
        margin, difference = self.outcome.margin, self.difference
        if worlds < 2 or difference.low <= -margin or difference.high >= margin:
            return False
        notable = int((np.abs(self.gap) > margin).sum())
        beyond = wilson(notable, worlds).high
        known = math.isfinite(self.span) or beyond < SELDOM  # what nothing bounds may be larger than was seen
        return notable >= ENOUGH or (known and beyond * self.largest < margin)

    @property
    def more(self) -> int | None:
        """About how many more worlds would decide, if they are like those there are; None if out of reach."""
        worlds = len(self.gap)
        needs = self._worlds_of_sameness() + self._worlds_of_a_winner()
        if not needs or not worlds:
            return None
        # The exact test is a little stricter than its normal approximation; ask for at least a handful.
        more = max(5.0, 1.05 * min(needs) - worlds)
        return None if more > REACH else about(more)

    def _worlds_of_a_winner(self) -> list[float]:
        """How many worlds would tell who is better; the signs and the mean have to agree, and apart either will do."""
        signs = self._worlds_of_signs()
        if not self.outcome.unit.has_mean:
            return signs
        mean = self._worlds_of_mean()
        side = -1.0 if self.outcome.better == "lower" else 1.0
        if side * self.difference.estimate * (self.wins - self.losses) < 0.0:
            return signs + mean
        large = abs(self.difference.estimate) >= self.outcome.margin
        return [max(signs + mean)] if signs and mean and large else []

    def _worlds_of_signs(self) -> list[float]:
        """How many worlds would tell who wins more often."""
        decided = self.wins + self.losses
        if self.oftener:
            return [float(len(self.gap))]
        # Of few wins one must not make too much: one win and one loss more are taken as seen (Laplace's rule).
        lean = abs((self.wins + 1) / (decided + 2) - 0.5)
        return [max(6.0, (UPPER_SCORE / (2.0 * lean)) ** 2) * len(self.gap) / decided] if lean > 0.0 else []

    def _worlds_of_mean(self) -> list[float]:
        """How many worlds would tell who is better on average, whatever as many unseen ones could still bring."""
        worlds = len(self.gap)
        mean = abs(self.difference.estimate) * worlds / (worlds + 2)  # two worlds more without a difference, likewise
        if worlds < 2 or not mean > 0.0:
            return []
        spread = UPPER_SCORE * float(np.std(self.gap, ddof=1))
        unseen = UPPER_SCORE**2 * self.span if math.isfinite(self.span) else 0.0
        return [max(6.0, ((spread + math.sqrt(spread**2 + 4.0 * mean * unseen)) / (2.0 * mean)) ** 2)]

    def _worlds_of_sameness(self) -> list[float]:
        """How many worlds would tell that there is no difference that matters."""
        worlds, margin = len(self.gap), self.outcome.margin
        if not self.outcome.unit.has_mean:
            share = (self.wins + self.losses) / worlds if worlds else 1.0
            return [max(35.0, (UPPER_SCORE / (RARE - share)) ** 2 * RARE * (1.0 - RARE))] if share < RARE else []
        room = margin - abs(self.difference.estimate)
        if worlds < 2 or room <= 0.0 or not math.isfinite(self.difference.low):
            return []
        notable = float(np.mean(np.abs(self.gap) > margin))
        rare = (
            ENOUGH / notable if notable > 0.0 else UPPER_SCORE**2 * max(1.0 / SELDOM - 1.0, self.largest / margin - 1.0)
        )
        return [max(35.0, (UPPER_SCORE * float(np.std(self.gap, ddof=1)) / room) ** 2, rare)]


UPPER_SCORE = normal_quantile(UPPER)
"""How many standard errors a 95 % interval reaches."""


def pairing_gain(a: Floats, b: Floats) -> float:
    """Variance of an unpaired difference over that of the paired one; nan where it is not defined."""
    if len(a) < 2:
        return math.nan
    paired, unpaired = float(np.var(a - b)), float(np.var(a) + np.var(b))
    return unpaired / paired if paired > 1e-18 * unpaired else (math.inf if unpaired > 0.0 else math.nan)


def about(worlds: float) -> int:
    """A number of worlds as an estimate is said: rounded up to two figures.

    >>> about(41.2), about(1234.0)
    (42, 1300)
    """
    step = int(10 ** max(0, math.floor(math.log10(worlds)) - 1))
    return math.ceil(worlds / step) * step
