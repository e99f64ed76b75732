"""Paired comparison: same organisation, same luck, different decision.

World *r* is the same world in every scenario, so that scenarios are compared world by world. A verdict rests on
the sign test over worlds (exact, two-sided, 5 %) and, for "no difference that matters", on two one-sided tests
(Schuirmann 1987): the 95 % interval of the mean paired difference lies within the margin. Intervals of
shares are Wilson's (1927), of means Student's. Sobol worlds are spread more evenly than random ones, so the
intervals are, if anything, wide. Each interval stands by itself; among many pairs some err by chance.
"""

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.distributions import binomial_at_most, normal_quantile, t_quantile
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES, Outcome

Kind = Literal["beats", "loses", "same", "undecided"]
Floats = NDArray[np.float64]

CONFIDENCE = 0.95
ENOUGH = 10
"""So many worlds that differ at all make Student's interval worth trusting (assumed)."""
RARE = 0.10
"""A share of worlds small enough to be called rare (assumed)."""
REACH = 100_000
"""More worlds than this are not worth asking for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval, in the estimate's unit; nan where there is nothing to estimate."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Scenario ``a`` against ``b`` on one outcome, over the ``worlds`` in which both are defined.

    ``undefined`` counts the worlds that are left out. ``wins`` counts those in which ``a`` is better, and ``share`` is
    their share with Wilson's interval (Wilson 1927); ``difference`` is the mean of a − b in the outcome's unit, with
    Student's. ``gain`` is how many times as many worlds an unpaired comparison would take for an interval as narrow.

    ``kind`` is the verdict: "beats" or "loses" by the exact sign test at 5 %, "same" where the mean difference is
    surely within the outcome's margin (two one-sided tests, Schuirmann 1987), else "undecided". ``more`` is then about
    how many more worlds would decide, None if no number within reach would; it is 0 for what is decided.
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


@dataclass(frozen=True, slots=True)
class Summary:
    """One scenario's outcome over worlds, in the outcome's unit: its mean with interval, and quantiles over worlds.

    ``worlds`` counts all, ``undefined`` those without a value, ``censored`` those beyond the horizon. What is censored
    counts as the horizon + 1, so that the mean is a restricted mean, not one over survivors.
    """

    scenario: str
    outcome: str
    worlds: int
    undefined: int
    censored: int
    mean: Interval
    q05: float
    q25: float
    median: float
    q75: float
    q95: float


def wilson(hits: int, trials: int) -> Interval:
    """The share ``hits / trials`` with Wilson's 95 % score interval (Wilson 1927), within [0, 1]; nan without trials.

    >>> interval = wilson(94, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.875, 0.972)
    """
    if trials == 0:
        return Interval(math.nan, math.nan, math.nan)
    z = normal_quantile(0.5 + CONFIDENCE / 2)
    share, square = hits / trials, z * z / trials
    centre = (share + square / 2) / (1 + square)
    half = z * math.sqrt(share * (1 - share) / trials + square / trials / 4) / (1 + square)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def mean_interval(values: Floats) -> Interval:
    """The mean of ``values`` (shape (n,)) with Student's 95 % interval; unbounded below two values.

    >>> mean_interval(np.array([1.0, 1.0, 1.0]))
    Interval(estimate=1.0, low=1.0, high=1.0)
    """
    count = len(values)
    if count == 0:
        return Interval(math.nan, math.nan, math.nan)
    mean = float(np.mean(values))
    if count == 1:
        return Interval(mean, -math.inf, math.inf)
    half = t_quantile(0.5 + CONFIDENCE / 2, count - 1) * float(np.std(values, ddof=1)) / math.sqrt(count)
    return Interval(mean, mean - half, mean + half)


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
    gap = a - b
    tie = np.abs(gap) <= 1e-9 * np.maximum(1.0, np.maximum(np.abs(a), np.abs(b)))
    better: Floats = np.where(tie, 0.0, -np.sign(gap) if outcome.better == "lower" else np.sign(gap))
    return better


def compare_pair(a: Floats, b: Floats, names: tuple[str, str], outcome: Outcome) -> Pair:
    """Compare an outcome of two scenarios, ``a`` and ``b`` of shape (worlds,), world by world.

    Worlds in which either is not finite are left out. ``names`` are those of a and b. The verdict, explained at
    :class:`Pair`, holds for a number of worlds that is fixed beforehand; to look after every world, use
    :func:`simulation.analysis.sequential.decide`.

    >>> rng = np.random.default_rng(1)
    >>> luck = rng.normal(size=100)
    >>> pair = compare_pair(luck + 0.5 + 0.1 * rng.normal(size=100), luck, ("a", "b"), OUTCOMES[5])
    >>> pair.kind, pair.wins, pair.gain > 50
    ('beats', 100, True)
    """
    defined = np.isfinite(a) & np.isfinite(b)
    a, b = a[defined], b[defined]
    gap = a - b
    signs = who_wins(a, b, outcome)
    wins, losses = int((signs > 0).sum()), int((signs < 0).sum())
    difference = mean_interval(gap)
    kind = _kind(wins, losses, gap, difference, outcome.margin)
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
        gain=_gain(a, b, gap),
        kind=kind,
        more=_more(wins, losses, gap, difference, outcome.margin) if kind == "undecided" else 0,
    )


def _kind(wins: int, losses: int, gap: Floats, difference: Interval, margin: float) -> Kind:
    """The verdict."""
    if _no_difference(gap, difference, margin):
        return "same"
    if sign_test(wins, losses) < 1 - CONFIDENCE:
        return "beats" if wins > losses else "loses"
    return "undecided"


def _no_difference(gap: Floats, difference: Interval, margin: float) -> bool:
    """Whether the mean difference is surely within the margin.

    Where few worlds differ at all, the interval of the mean is too narrow to be trusted: a rare large difference may
    not have come up yet. Then no more than a tenth of all worlds may differ by more than the margin (Wilson's bound).
    """
    if len(gap) < 2 or difference.low <= -margin or difference.high >= margin:
        return False
    notable = int((np.abs(gap) > margin).sum())
    return int((gap != 0.0).sum()) >= ENOUGH or wilson(notable, len(gap)).high < RARE


def _gain(a: Floats, b: Floats, gap: Floats) -> float:
    """Variance of an unpaired difference over that of the paired one; nan where it is not defined."""
    if len(gap) < 2:
        return math.nan
    paired, unpaired = float(np.var(gap)), float(np.var(a) + np.var(b))
    return unpaired / paired if paired > 0.0 else (math.inf if unpaired > 0.0 else math.nan)


def _more(wins: int, losses: int, gap: Floats, difference: Interval, margin: float) -> int | None:
    """About how many more worlds would decide, if they are like those there are; None if out of reach."""
    worlds, decided = len(gap), wins + losses
    z = normal_quantile(0.5 + CONFIDENCE / 2)
    needs = []
    if decided:
        # Of few wins one must not make too much: one win and one loss more are taken as seen (Laplace's rule).
        lean = abs((wins + 1) / (decided + 2) - 0.5)
        if lean > 0.0:
            needs.append(max(6.0, (z / (2.0 * lean)) ** 2) * worlds / decided)
    room = margin - abs(difference.estimate)
    if worlds >= 2 and room > 0.0:
        needs.append(max(35.0, (z * float(np.std(gap, ddof=1)) / room) ** 2))
    if not needs:
        return None
    # The exact test is a little stricter than its normal approximation; ask for at least a handful.
    more = max(5.0, 1.05 * min(needs) - worlds)
    return None if more > REACH else about(more)


def about(worlds: float) -> int:
    """A number of worlds as an estimate is said: rounded up to two figures.

    >>> about(41.2), about(1234.0)
    (42, 1300)
    """
    step = int(10 ** max(0, math.floor(math.log10(worlds)) - 1))
    return math.ceil(worlds / step) * step


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios compared over the same worlds.

    ``ranking`` has all scenarios by mean lasting adoption, best first, and by progress at week 104 among equals.
    ``baseline`` is the one that the others are held against.
    """

    runs: Runs
    baseline: str
    ranking: tuple[str, ...]
    _known: dict[tuple[str, str], Summary] = field(default_factory=dict, init=False, repr=False)

    def summary(self, scenario: str, outcome: str) -> Summary:
        """One scenario's outcome over worlds; kept once it is worked out.

        Raises ``ValueError`` for a scenario or an outcome that is not there.
        """
        known = self._known.get((scenario, outcome))
        if known is None:
            values, horizon = self.runs.of(scenario, outcome), self.runs.study.horizon
            known = self._known[scenario, outcome] = summarise(values, scenario, BY_OUTCOME[outcome], horizon)
        return known

    def pair(self, a: str, b: str, outcome: str = "lasting_adoption") -> Pair:
        """Scenario ``a`` against ``b`` on an outcome.

        Raises ``ValueError`` for a scenario or an outcome that is not there.
        """
        return compare_pair(self.runs.of(a, outcome), self.runs.of(b, outcome), (a, b), BY_OUTCOME[outcome])

    @property
    def pairing_gain(self) -> float:
        """The median, over all pairs of scenarios, of :attr:`Pair.gain` for lasting adoption; nan if undefined."""
        values = [self.runs.of(name, "lasting_adoption") for name in self.ranking]  # defined in every world
        gains = [_gain(a, b, a - b) for position, a in enumerate(values) for b in values[position + 1 :]]
        defined = sorted(gain for gain in gains if math.isfinite(gain))
        return defined[len(defined) // 2] if defined else math.nan

    def pairs(self) -> list[Pair]:
        """Every pair of scenarios on every outcome, each pair once, the later scenario against the earlier."""
        names = self.runs.study.names
        return [
            self.pair(a, b, outcome.name)
            for position, b in enumerate(names)
            for a in names[position + 1 :]
            for outcome in OUTCOMES
        ]


def summarise(values: Floats, scenario: str, outcome: Outcome, horizon: int) -> Summary:
    """Describe an outcome of a scenario, ``values`` of shape (worlds,); values beyond ``horizon`` are censored."""
    defined = values[np.isfinite(values)]
    quantiles = np.quantile(defined, (0.05, 0.25, 0.5, 0.75, 0.95)).tolist() if len(defined) else [math.nan] * 5
    censored = int((defined > horizon).sum()) if outcome.censored else 0
    undefined = len(values) - len(defined)
    return Summary(scenario, outcome.name, len(values), undefined, censored, mean_interval(defined), *quantiles)


def compare_runs(runs: Runs, baseline: str) -> Comparison:
    """Compare all scenarios of some runs; ``baseline`` names the one that the others are held against.

    Nothing is run. Verdicts are worked out on demand: ``comparison.pair(a, b)`` gives one, ``comparison.pairs()`` all.
    Raises :class:`~simulation.study.errors.InputRefused` if the study has no scenario of that name.

    >>> from simulation import case, run_worlds
    >>> comparison = compare_runs(run_worlds(case().select(("it-only", "full")), worlds=8), "it-only")
    >>> comparison.ranking, comparison.pair("full", "it-only", "progress_104").kind
    (('full', 'it-only'), 'beats')
    """
    runs.study.scenario(baseline)
    means = {name: float(np.mean(runs.of(name, "lasting_adoption"))) for name in runs.study.names}
    later = {name: float(np.mean(runs.of(name, "progress_104"))) for name in runs.study.names}
    ranking = tuple(sorted(means, key=lambda name: (-means[name], -later[name])))
    return Comparison(runs, baseline, ranking)
