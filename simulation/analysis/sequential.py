"""Verdicts that know when to stop: a pair is judged after every world, and what is decided stays decided.

Each question is a bet that is fair if the answer is "no". Its winnings, the evidence *e*, then ever reach 1/α with
probability α at most (Ville 1939), so that one may look after every world and stop at will.

Who wins more often: Robbins's (1970) mixture over the chance of winning. Who is better on average, and whether the
mean difference is within the margin, where outcomes have bounds: bets at several stakes side by side (Waudby-Smith &
Ramdas 2024); where they have none: the t test mixed over effects (Lai 1976), which holds exactly for normal differences
and about for others from many worlds on (Waudby-Smith et al. 2024). Levels have no mean: of them only the first is
asked, and whether hardly any world differs. All evidence is a natural logarithm. ``docs/verdicts.md`` tells more.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.distributions import log_beta, log_sum_exp
from simulation.analysis.intervals import CONFIDENCE, NOTHING, Floats, Interval
from simulation.analysis.pairs import (
    ENOUGH,
    RARE,
    REACH,
    SELDOM,
    Kind,
    Pair,
    about,
    compare_pair,
    who_is_ahead,
    who_wins,
)
from simulation.engine.ensemble import Progress, Runs, extend_runs
from simulation.model.outcomes import BY_OUTCOME, LEADING, Outcome
from simulation.study.errors import InputRefused, problem
from simulation.system.signals import Terminated

MOST = 2_000
"""By default no more worlds than this are added: a mean share is then known to about two points (assumed)."""
BATCH = 64
"""Worlds are added in multiples of a block of the Sobol sequence."""
GROWTH = 1.5
"""Each batch makes so many times as many worlds: few batches, and at most a third of the worlds too many."""
STEADY = 10 * ENOUGH
"""So many worlds that differ make the t test hold about, for differences as skewed as those of the case (measured)."""
STAKES: Floats = 0.95 * np.array([1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32])
"""Shares of the stock that are bet side by side: each is near the best for some spread."""
TUNED = 25.0
"""How many worlds the t test's mixture over effects weighs as: its range is narrowest at about 8 times as many."""
BOTH_SIDES = math.log(1.0 / (1.0 - CONFIDENCE))
"""The evidence that is enough where it may come from either side."""
ONE_SIDE = math.log(2.0 / (1.0 - CONFIDENCE))
"""The evidence that is enough of each of two bets, one a side, which share the error."""

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Decision:
    """A pair judged after every world.

    The ``pair`` counts all worlds there are; its verdict and intervals hold however often one looks. ``at`` is the
    number of worlds after which the verdict fell, None while it is undecided. ``ahead`` says that it is sure which of
    the two wins more often, though perhaps not yet whether by enough to matter.
    """

    pair: Pair
    at: int | None
    ahead: bool


@dataclass(frozen=True)
class Sequential:
    """Runs that went on until each scenario was decided against the ``baseline``, ``most`` worlds, or Ctrl-C.

    ``margin`` is in the unit of ``outcome``; ``stopped`` says that Ctrl-C ended it. ``decisions`` has one entry for
    each scenario but the baseline, by name.
    """

    runs: Runs
    baseline: str
    outcome: str
    margin: float
    most: int
    stopped: bool
    decisions: dict[str, Decision]

    @property
    def undecided(self) -> tuple[str, ...]:
        """The scenarios not yet told from the baseline."""
        return tuple(name for name, decision in self.decisions.items() if decision.at is None)


@dataclass(frozen=True)
class _Tally:
    """What has been counted at some moments; a moment is the last axis of every array.

    ``side`` is 1 where more is better and −1 where less is; ``notable`` counts differences beyond the margin, and
    ``rare`` is the share of them that could not carry the mean out of it. ``bets`` are those that the mean is above 0,
    below 0, below the margin and above its opposite (with bounds only).
    """

    margin: float
    kind: Literal["bounded", "unbounded", "levels"]
    side: float
    worlds: Floats
    wins: Floats
    losses: Floats
    differ: Floats
    notable: Floats
    rare: Floats
    mean: Floats
    scatter: Floats
    bets: Floats

    def if_it_goes_on(self, added: Floats) -> "_Tally":
        """The tally after so many ``added`` worlds (shape (moments,)), like those there are."""
        now = self.worlds[-1]
        wins, losses = self.wins[-1], self.losses[-1]
        # Of few wins one must not make too much: one win and one loss more are taken as seen (Laplace's rule).
        share, lean = (wins + losses) / now, (wins + 1.0) / (wins + losses + 2.0)
        times = 1.0 + added / now
        return replace(
            self,
            worlds=now * times,
            wins=wins + added * share * lean,
            losses=losses + added * share * (1.0 - lean),
            differ=self.differ[-1] * times,
            notable=self.notable[-1] * times,
            rare=np.full_like(times, self.rare[-1]),
            mean=np.full_like(times, self.mean[-1]),
            scatter=self.scatter[-1] * times,
            bets=self.bets[..., -1:] * times,
        )


# --- evidence ------------------------------------------------------------------------------------------


def sign_evidence(wins: Floats, losses: Floats) -> Floats:
    """Evidence that a win is not as likely as a loss: the likelihood, mixed over all chances, against that of ½.

    For a chance of ½ it ever reaches log(1/α) with probability α at most (Robbins 1970).

    >>> np.exp(sign_evidence(np.array([7.0, 8.0]), np.array([0.0, 0.0]))).round(1).tolist()
    [16.0, 28.4]
    """
    evidence: Floats = (wins + losses) * math.log(2.0) + log_beta(wins + 1.0, losses + 1.0)
    return evidence


def bets(values: Floats, expected: float) -> Floats:
    """What each of the :data:`STAKES` has won that the mean of values ≥ 0 (shape (n,)) is more than ``expected``.

    The logarithm after every value: shape (stakes, n). A world pays value / expected on what is staked.
    """
    winnings: Floats = np.cumsum(np.log1p(STAKES[:, None] * (values / expected - 1.0)), axis=1)
    return winnings


def pooled(won: Floats) -> Floats:
    """The evidence of bets made side by side, each with an equal part of the stock; stakes are the last axis but one.

    >>> pooled(np.log([[1.0, 2.0], [3.0, 6.0]])).round(6).tolist() == np.log([2.0, 4.0]).round(6).tolist()
    True
    """
    evidence: Floats = log_sum_exp(won, axis=-2) - math.log(won.shape[-2])
    return evidence


def mean_evidence(worlds: Floats, mean: Floats, scatter: Floats) -> Floats:
    """Evidence that a mean is not 0, from the number of values, their mean and sum of squared deviations.

    The t test's likelihood ratio, mixed over effects that are normal with variance 1 / :data:`TUNED` standard
    deviations (Lai 1976). Exact for normal values; for others it holds about, from many on.

    >>> values = np.random.default_rng(1).normal(0.5, 1.0, 100)
    >>> bool(mean_evidence(np.array([100.0]), values.mean(), values.var() * 100.0)[0] > math.log(20.0))
    True
    """
    shrunk = TUNED / (worlds + TUNED)
    with np.errstate(divide="ignore", invalid="ignore"):
        against = worlds * mean**2 / scatter
        ratio = np.log1p(against) - np.log1p(shrunk * against)
    # Without any scatter the ratio is at its limit, and without a mean either there is no evidence.
    ratio = np.where(scatter > 0.0, ratio, np.where(mean == 0.0, 0.0, -np.log(shrunk)))
    evidence: Floats = 0.5 * np.log(shrunk) + 0.5 * worlds * ratio
    return evidence


def surely_more(gap: Floats, span: float) -> Floats:
    """One-sided evidence, after every world, that the mean of ``gap`` (shape (worlds,)) is above 0.

    ``span`` is how far from 0 a gap can be (inf: no bound). Evidence of −inf is none at all.
    """
    if math.isfinite(span):
        return pooled(bets(gap + span, span))
    worlds, mean, scatter = _moments(gap)
    enough = (np.cumsum(gap != 0.0) >= STEADY) & (mean > 0.0)
    return np.where(enough, mean_evidence(worlds, mean, scatter), -math.inf)


def _moments(values: Floats) -> tuple[Floats, Floats, Floats]:
    """After every value: how many there are, their mean, and their sum of squared deviations."""
    count, apart = np.arange(1.0, len(values) + 1.0), values - values[0]
    mean = np.cumsum(apart) / count
    return count, mean + values[0], np.maximum(0.0, np.cumsum(apart**2) - count * mean**2)


def span_of(outcome: Outcome, horizon: int) -> float:
    """How far apart two scenarios can be on an outcome, in its unit; inf where nothing bounds it.

    >>> span_of(BY_OUTCOME["lasting_adoption"], 156), span_of(BY_OUTCOME["cost"], 156)
    (1.0, inf)
    """
    return outcome.unit.span(horizon)


# --- intervals -----------------------------------------------------------------------------------------


def bounded_interval(values: Floats, low: float, high: float) -> Interval:
    """The mean of values from ``low`` to ``high`` (shape (n,)), with a 95 % interval that holds at every n at once.

    All means against which the bets have not won (Waudby-Smith & Ramdas 2024); nan without values.

    >>> interval = bounded_interval(np.tile([0.4, 0.6], 100), 0.0, 1.0)
    >>> round(interval.low, 2), round(interval.estimate, 2), round(interval.high, 2)
    (0.48, 0.5, 0.52)
    """
    if not len(values):
        return Interval(math.nan, math.nan, math.nan)
    above, below, width = np.clip(values, low, high) - low, high - np.clip(values, low, high), high - low
    return Interval(float(np.mean(values)), low + _surely_above(above, width), high - _surely_above(below, width))


def _surely_above(values: Floats, width: float) -> float:
    """The largest mean of values in 0 … ``width`` that the bets rule out; the evidence falls with it."""

    def spare(mean: float) -> float:
        won = np.log1p(STAKES * (values[:, None] / mean - 1.0)).sum(axis=0)
        return float(log_sum_exp(won, axis=0)) - math.log(len(STAKES)) - ONE_SIDE

    from scipy import optimize  # noqa: PLC0415 - a quarter of a second that only intervals over time take

    least = 1e-9 * width
    return float(optimize.brentq(spare, least, width, xtol=least)) if spare(least) > 0.0 else 0.0


def unbounded_interval(values: Floats) -> Interval:
    """The mean of values without bounds (shape (n,)), with a 95 % interval that holds about at every n at once.

    Unbounded while fewer than :data:`STEADY` values differ from 0; nan without values.

    >>> interval = unbounded_interval(np.tile([-1.0, 1.0], 100))
    >>> round(interval.low, 2), interval.estimate, round(interval.high, 2)
    (-0.22, 0.0, 0.22)
    """
    worlds = len(values)
    if not worlds:
        return Interval(math.nan, math.nan, math.nan)
    mean, shrunk = float(np.mean(values)), TUNED / (worlds + TUNED)
    most = math.exp((BOTH_SIDES - 0.5 * math.log(shrunk)) * 2.0 / worlds)
    if int((values != 0.0).sum()) < STEADY or most * shrunk >= 1.0:
        return Interval(mean, -math.inf, math.inf)
    half = math.sqrt(float(np.var(values)) * (most - 1.0) / (1.0 - most * shrunk))
    return Interval(mean, mean - half, mean + half)


# --- the verdict on a pair -----------------------------------------------------------------------------


def decide(
    a: Floats,
    b: Floats,
    names: tuple[str, str],
    outcome: Outcome,
    margin: float,
    span: float,
    signs: Floats | None = None,
) -> Decision:
    """Judge an outcome of two scenarios (shape (worlds,) each) after every world, in their order.

    The verdict is the first that falls, so that more worlds never change it: "same" as soon as the mean difference is
    surely within the ``margin`` (in the outcome's unit; never for a margin of 0); "beats" or "loses" as soon as it is
    sure which of the two wins more often, and that it is better on average too, by the margin as far as is known;
    "mixed" as soon as it is sure that the one wins more often and the other is better on average. Of levels "same"
    means that surely no more than a tenth of all worlds differ, and "beats" that one is surely ahead in more worlds.
    Each is wrong with probability 5 % at most, however often one looks. ``span`` is as :func:`span_of` gives it,
    ``signs`` says who is ahead in each world where that takes more than the values.

    >>> outcome = BY_OUTCOME["lasting_adoption"]
    >>> decision = decide(np.full(100, 0.8), np.linspace(0.0, 0.9, 100), ("a", "b"), outcome, 0.02, 1.0)
    >>> decision.pair.kind, decision.at
    ('beats', 10)
    """
    pair = compare_pair(a, b, names, outcome, span)
    signs = who_wins(a, b, outcome) if signs is None else signs
    defined = np.flatnonzero(np.isfinite(a) & np.isfinite(b))
    if not len(defined):
        return Decision(replace(pair, kind="undecided", more=None), None, ahead=False)
    worlds, a, b, signs = len(a), a[defined], b[defined], signs[defined]
    gap = np.where(who_wins(a, b, outcome) == 0.0, 0.0, a - b)
    tally = _tally(gap, signs, np.stack([a, b]), outcome, margin, span)
    kind, index = _first_verdict(tally)
    wins, losses = int(tally.wins[-1]), int(tally.losses[-1])
    return Decision(
        replace(
            pair,
            wins=wins,
            losses=losses,
            ties=len(a) - wins - losses,
            kind=kind,
            share=bounded_interval(np.maximum(signs, 0.0), 0.0, 1.0),
            difference=_difference(gap, tally.kind, span),
            more=_more(tally, worlds / len(defined)) if index is None else 0,
        ),
        None if index is None else int(defined[index]) + 1,
        ahead=bool(_surely_apart(tally)[-1]),
    )


def _difference(gap: Floats, kind: str, span: float) -> Interval:
    """The mean difference with an interval that holds at every number of worlds; levels have none."""
    if kind == "levels":
        return NOTHING
    return bounded_interval(gap, -span, span) if kind == "bounded" else unbounded_interval(gap)


def _tally(gap: Floats, signs: Floats, values: Floats, outcome: Outcome, margin: float, span: float) -> _Tally:
    """Count after every world; ``values`` has shape (2, worlds)."""
    worlds, mean, scatter = _moments(gap)
    levels, bounded = not outcome.unit.has_mean, math.isfinite(span)
    kind: Literal["bounded", "unbounded", "levels"] = "levels" if levels else "bounded" if bounded else "unbounded"
    notable = signs != 0.0 if levels else np.abs(gap) > margin
    highest, lowest = np.maximum.accumulate(values.max(axis=0)), np.minimum.accumulate(values.min(axis=0))
    apart = np.where(highest > lowest, highest - lowest, math.inf if margin == 0.0 else margin)
    rare = np.full(len(gap), RARE) if levels else np.minimum(RARE if bounded else SELDOM, margin / apart)
    return _Tally(
        margin=margin,
        kind=kind,
        side=-1.0 if outcome.better == "lower" else 1.0,
        worlds=worlds,
        wins=np.cumsum(signs > 0.0, dtype=np.float64),
        losses=np.cumsum(signs < 0.0, dtype=np.float64),
        differ=np.cumsum(signs != 0.0, dtype=np.float64),
        notable=np.cumsum(notable, dtype=np.float64),
        rare=rare,
        mean=mean,
        scatter=scatter,
        bets=_bets_on_the_mean(gap, margin, span) if kind == "bounded" else np.zeros((4, 1, len(gap))),
    )


def _bets_on_the_mean(gap: Floats, margin: float, span: float) -> Floats:
    """Bets that the mean is above 0, below 0, below the margin and above its opposite, all at their stakes."""
    near = np.clip(gap, -span, span)
    above, below = span + near, span - near
    return np.stack([bets(above, span), bets(below, span), bets(below, span - margin), bets(above, span - margin)])


def _surely_apart(tally: _Tally) -> Bools:
    """Where one surely wins more often than the other."""
    apart: Bools = sign_evidence(tally.wins, tally.losses) >= BOTH_SIDES
    return apart


def _surely_better(tally: _Tally) -> Floats:
    """1 where the first is surely better on average, −1 where it is surely worse, else 0; of levels who wins more."""
    if tally.kind == "levels":
        return np.sign(tally.wins - tally.losses)
    if tally.kind == "bounded":
        above, below = (pooled(won) >= ONE_SIDE for won in tally.bets[:2])
        return tally.side * (above.astype(np.float64) - below)
    sure = (mean_evidence(tally.worlds, tally.mean, tally.scatter) >= BOTH_SIDES) & (tally.differ >= STEADY)
    return np.where(sure, tally.side * np.sign(tally.mean), 0.0)


def _surely_ahead(tally: _Tally) -> Bools:
    """Where one surely wins more often and is surely better on average, by as much as matters as far as is known."""
    same_side = _surely_better(tally) == np.sign(tally.wins - tally.losses)
    matters = (np.abs(tally.mean) >= tally.margin) | (tally.kind == "levels")
    ahead: Bools = _surely_apart(tally) & same_side & matters
    return ahead


def _surely_mixed(tally: _Tally) -> Bools:
    """Where one surely wins more often and the other is surely better on average."""
    mixed: Bools = _surely_apart(tally) & (_surely_better(tally) == -np.sign(tally.wins - tally.losses))
    return mixed


def _surely_same(tally: _Tally) -> Bools:
    """Where the mean difference is surely within the margin; of levels, where surely hardly any world differs."""
    if tally.kind == "levels":
        return _surely_rare(tally)
    if tally.margin <= 0.0:
        return np.zeros(len(tally.worlds), dtype=np.bool_)
    if tally.kind == "bounded":
        return np.asarray((pooled(tally.bets[2:]) >= ONE_SIDE).all(axis=0))
    room = tally.margin - np.abs(tally.mean)
    within = (room > 0.0) & (mean_evidence(tally.worlds, np.maximum(room, 0.0), tally.scatter) >= BOTH_SIDES)
    return np.asarray(within & ((tally.notable >= STEADY) | _surely_rare(tally)))


def _surely_rare(tally: _Tally) -> Bools:
    """Where surely so few worlds differ notably that they could not matter: bets on the next one, at all stakes."""
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.log1p(STAKES[:, None] * (1.0 / (1.0 - tally.rare) - 1.0))
        won = (tally.worlds - tally.notable) * gain + tally.notable * np.log1p(-STAKES)[:, None]
    return np.asarray(pooled(won) >= BOTH_SIDES)


def _first_verdict(tally: _Tally) -> tuple[Kind, int | None]:
    """The verdict that falls first, and its place among the worlds."""
    same, mixed = _surely_same(tally), _surely_mixed(tally)
    fallen = same | mixed | _surely_ahead(tally)
    if not fallen.any():
        return "undecided", None
    index = int(np.argmax(fallen))
    if same[index] or mixed[index]:
        return "same" if same[index] else "mixed", index
    return ("beats" if tally.wins[index] > tally.losses[index] else "loses"), index


def _more(tally: _Tally, worlds_per_defined: float) -> int | None:
    """About how many more worlds would decide, if they are like those there are; None if out of reach.

    ``each`` says how many worlds it takes for one in which both are defined.
    """
    added = np.unique(np.geomspace(5.0, REACH, 500).round())
    later = tally.if_it_goes_on(added)
    fallen = _surely_same(later) | _surely_mixed(later) | _surely_ahead(later)
    return about(float(added[np.argmax(fallen)]) * worlds_per_defined) if fallen.any() else None


# --- many worlds ---------------------------------------------------------------------------------------


def margin_of(outcome: Outcome, horizon: int, margin: float | None = None) -> float:
    """``margin`` checked, or else the outcome's own, in the outcome's unit.

    Raises :class:`~simulation.study.errors.InputRefused` for one that is negative, not finite, as large as any
    difference can be, or for levels, which are higher or lower and nothing in between.

    >>> margin_of(BY_OUTCOME["lasting_adoption"], 156), margin_of(BY_OUTCOME["go_live_week"], 156, 4.0)
    (0.02, 4.0)
    """
    if margin is None:
        return outcome.margin
    if not outcome.unit.has_mean:
        raise InputRefused([problem("no_margin", outcome=outcome.name)])
    if not (math.isfinite(margin) and margin >= 0.0):
        raise InputRefused([problem("bad_amount", given=repr(margin))])
    span = span_of(outcome, horizon)
    if margin >= span:
        shown, most = f"{margin:g}", f"{span:g}"
        raise InputRefused(
            [problem("margin_too_large", given=shown, outcome=outcome.name, unit=outcome.unit.name, most=most)]
        )
    return margin


def next_worlds(worlds: int, most: int) -> int:
    """How many worlds there are after one batch more.

    >>> next_worlds(100, 2000), next_worlds(1728, 2000)
    (192, 2000)
    """
    return min(most, BATCH * math.ceil(worlds * GROWTH / BATCH))


def until_decided(
    runs: Runs,
    baseline: str,
    outcome: str = LEADING,
    margin: float | None = None,
    most: int = MOST,
    threads: int = 1,
    progress: Progress | None = None,
) -> Sequential:
    """Add worlds to some runs until every scenario is decided against the baseline, or there are ``most``.

    The worlds that are there stay as they are, and a verdict that has fallen stays: it is the first that evidence
    bears out after some number of worlds, wrong with probability 5 % at most however often one looks (Ville 1939; see
    :func:`decide`). ``margin`` is the smallest difference that matters, in the outcome's unit, by default the
    outcome's own. ``progress`` is called with (runs done, runs in all).

    After Ctrl-C (``KeyboardInterrupt``) what there is so far is returned, with ``stopped``. Raises
    :class:`~simulation.study.errors.InputRefused` as :func:`margin_of` does, ``KeyError`` for an unknown outcome and
    ``ValueError`` for an unknown baseline.

    >>> from simulation import case, run_worlds
    >>> sequential = until_decided(run_worlds(case().select(("it-only", "full")), worlds=4), "it-only")
    >>> len(sequential.runs.worlds), sequential.decisions["full"].pair.kind, sequential.undecided
    (64, 'beats', ())
    """
    measured = BY_OUTCOME[outcome]
    margin = margin_of(measured, runs.study.horizon, margin)
    stopped = False
    try:
        while len(runs.worlds) < most and any(
            decision.at is None for decision in _decisions(runs, baseline, measured, margin)
        ):
            runs = extend_runs(runs, next_worlds(len(runs.worlds), most), threads, progress)
    except Terminated:
        raise  # the process is to end; nobody reads what there is so far
    except KeyboardInterrupt:
        stopped = True
    decisions = dict(zip(_others(runs, baseline), _decisions(runs, baseline, measured, margin), strict=True))
    return Sequential(runs, baseline, outcome, margin, most, stopped, decisions)


def _others(runs: Runs, baseline: str) -> list[str]:
    """The scenarios that are held against the baseline."""
    return [name for name in runs.study.names if name != baseline]


def _decisions(runs: Runs, baseline: str, outcome: Outcome, margin: float) -> Iterator[Decision]:
    """Each scenario against the baseline."""
    span, base, values = span_of(outcome, runs.study.horizon), runs.row(baseline), runs.of(baseline, outcome.name)
    for name in _others(runs, baseline):
        signs = who_is_ahead(runs.row(name), base, outcome)
        yield decide(runs.of(name, outcome.name), values, (name, baseline), outcome, margin, span, signs)
