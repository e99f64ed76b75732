"""Which scenario is best, among many: who is within the margin of the best, how probable each is, and who may be.

Of outcomes with a unit all three come from one draw of what the means may truly be. Each scenario's mean difference
from the first one is as uncertain as :mod:`simulation.analysis.intervals` has it for a pair, and the errors of all of
them are drawn together, as closely related as the worlds show them to be: many are judged as two are.

The set of those that may be the best takes the same pivots, at 5 % divided by the number of rivals (Gupta 1965, Hsu
1984), so that it holds the truly best also where many are equally good.

Levels, such as how far a scenario gets, have no mean. There the share of worlds counts in which nobody is ahead, and
the set leaves out who is surely behind another in more worlds (the sign test, likewise).
"""

import math
from dataclasses import dataclass

import numpy as np

from simulation.analysis.distributions import normal_quantile, t_quantile
from simulation.analysis.duels import duels
from simulation.analysis.intervals import CONFIDENCE, UPPER, Floats, Pivot, pivot_of
from simulation.analysis.pairs import sign_test, who_wins
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import BY_OUTCOME, Outcome

DRAWS = 4_000
"""Draws of what the means may be: a probability is then known to one percentage point."""
FEWEST = 3
"""Below so many scenarios the verdict on the pair says it all."""
SURE_FROM = 100
"""Below so many worlds a probability says more than is known (measured: ``docs/verdicts.md``)."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One scenario: the probability that its mean is ``within`` the margin of the best, the ``probability`` that it is
    the best, in how many ``worlds`` nobody is better, and whether it is ``in_set``, one of those that may be the best.

    Of levels both probabilities are the share of worlds in which nobody is ahead.
    """

    scenario: str
    within: float
    probability: float
    worlds: int
    in_set: bool


@dataclass(frozen=True, slots=True)
class Best:
    """The contenders on an outcome, first who is most probably within the margin of the best; ``left_out`` are the
    scenarios for which the outcome is undefined in some worlds, so that their means are none to compare with."""

    outcome: str
    contenders: tuple[Contender, ...]
    left_out: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The scenarios that may be the best: the best is among them with 95 %."""
        return tuple(contender.scenario for contender in self.contenders if contender.in_set)


def best_of(runs: Runs, outcome: str) -> Best | None:
    """Which scenario is best on an outcome; None below three that have it in every world, or if no way is better.

    The draws come from the runs' seed, so equal runs give equal numbers. The set holds the truly best with 95 %, for a
    number of worlds that is fixed beforehand. Raises ``KeyError`` for an unknown outcome.

    >>> from simulation import case, run_worlds
    >>> best = best_of(run_worlds(case().select(("it-only", "name", "full")), worlds=16), "progress_104")
    >>> best.contenders[0], best.chosen
    (Contender(scenario='full', within=1.0, probability=1.0, worlds=16, in_set=True), ('full',))
    """
    measured = BY_OUTCOME[outcome]
    everywhere = {name: bool(np.isfinite(runs.of(name, outcome)).all()) for name in runs.study.names}
    names = [name for name, defined in everywhere.items() if defined]
    if len(names) < FEWEST or measured.better == "neither":
        return None
    if measured.unit.has_mean:
        found = by_means([runs.row(name) for name in names], measured, runs)
    else:
        found = by_levels(names, measured, runs)
    contenders = [Contender(*row) for row in zip(names, *found, strict=True)]
    contenders.sort(
        key=lambda contender: (-contender.within, -contender.probability, not contender.in_set, -contender.worlds)
    )
    return Best(outcome, tuple(contenders), tuple(name for name, defined in everywhere.items() if not defined))


Columns = tuple[list[float], list[float], list[int], list[bool]]
"""Of every scenario: within the margin, probability, worlds in which nobody is better, in the set."""


def by_means(rows: list[Floats], outcome: Outcome, runs: Runs) -> Columns:
    """Who may have the best mean; ``rows`` have all outcomes of a scenario, shape (worlds, outcomes) each."""
    span = outcome.unit.span(runs.study.horizon)
    column = list(BY_OUTCOME).index(outcome.name)
    values = np.stack([row[:, column] for row in rows])
    means = plausible_means(-values if outcome.better == "lower" else values, runs.seed, span)
    first = means >= means.max(axis=1, keepdims=True)
    chances = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    within = (means >= means.max(axis=1, keepdims=True) - outcome.margin).mean(axis=0)
    top = (np.min if outcome.better == "lower" else np.max)(values, axis=0)
    worlds = [int((who_wins(row, top, outcome) == 0.0).sum()) for row in values]
    chosen = not_beaten(-values if outcome.better == "lower" else values, span)
    return within.tolist(), chances.tolist(), worlds, chosen


def plausible_means(values: Floats, seed: int, span: float = math.inf) -> Floats:
    """Draws of what the means of ``values`` (scenarios, worlds) may truly be: shape (:data:`DRAWS`, scenarios).

    Each is a difference from the scenario with the highest mean, which is 0. Errors have the pivots of a pair (Hall
    1992) and the correlation of the differences over worlds. ``span`` is the largest difference that there can be.

    >>> luck = np.random.default_rng(1).normal(size=200)
    >>> draws = plausible_means(np.stack([luck, luck + np.tile([0.0, 0.2], 100)]), 1)
    >>> draws.shape, draws.mean(axis=0).round(2).tolist()
    ((4000, 2), [-0.1, 0.0])
    """
    rng = np.random.default_rng(seed)
    reference = int(np.argmax(values.mean(axis=1)))
    gaps = _gaps(values, values[reference])
    spread = gaps.std(axis=1, keepdims=True)
    unit = (gaps - gaps.mean(axis=1, keepdims=True)) / np.where(spread > 0.0, spread, 1.0)
    related = unit @ unit.T / values.shape[1]
    np.fill_diagonal(related, 1.0)
    power, axes = np.linalg.eigh(related)
    scores = rng.normal(size=(DRAWS, len(values))) @ (axes * np.sqrt(np.maximum(power, 0.0))).T
    largest = span if math.isfinite(span) else float(np.ptp(values))
    errors = [_errors(pivot_of(gap), score, largest) for gap, score in zip(gaps, scores.T, strict=True)]
    errors[reference] = np.zeros(DRAWS)
    draws: Floats = gaps.mean(axis=1) - np.stack(errors, axis=1)
    return draws


def _gaps(values: Floats, others: Floats) -> Floats:
    """Differences in which rounding is none."""
    gaps = values - others
    tie = np.abs(gaps) <= 1e-9 * np.maximum(1.0, np.maximum(np.abs(values), np.abs(others)))
    return np.where(tie, 0.0, gaps)


def _errors(pivot: Pivot, scores: Floats, largest: float) -> Floats:
    """Errors of a mean at normal scores, of which 95 % lie within the interval of a pair."""
    normal = normal_quantile(UPPER)
    if pivot.mean == pivot.deviation == 0.0:
        return np.zeros_like(scores)  # the same in every world: whatever the one is, so is the other
    if pivot.freedom == 0:
        return scores / normal * pivot.room(largest)
    return pivot.errors(scores * (pivot.score / normal))


def not_beaten(values: Floats, span: float = math.inf) -> list[bool]:
    """Whether each row of values (scenarios, worlds), more being better, may have the highest mean.

    Left out is who surely has a lower mean than some other, by the pivot of the pair, at 5 % divided by the number of
    rivals (Gupta 1965, Hsu 1984): so the truly best is kept with 95 %, also where many are equally good.

    >>> rng = np.random.default_rng(1)
    >>> values = np.clip(np.array([[0.5], [0.52], [0.2]]) + rng.normal(0, 0.1, (3, 100)), 0, 1)
    >>> not_beaten(values, 1.0)
    [True, True, False]
    """
    means, largest = values.mean(axis=1), span if math.isfinite(span) else float(np.ptp(values))
    level = min(SUREST, 1.0 - (1.0 - CONFIDENCE) / (len(values) - 1))

    def beats(rival: int, row: int) -> bool:
        if means[rival] <= means[row]:
            return False
        pivot = pivot_of(_gaps(values[rival], values[row]))
        if pivot.freedom == 0:
            return pivot.mean > pivot.room(largest)
        return bool(pivot.mean > pivot.errors(np.array([t_quantile(level, pivot.freedom)]))[0])

    rows = range(len(values))
    return [not any(beats(rival, row) for rival in rows) for row in rows]


SUREST = 0.999
"""As sure as one can be of a difference: with more than 51 scenarios the set holds the best a little less often."""


def by_levels(names: list[str], outcome: Outcome, runs: Runs) -> Columns:
    """Of levels: in how many worlds nobody is ahead, and who is surely behind nobody in more worlds."""
    enough = (1.0 - CONFIDENCE) / (len(names) - 1)
    found = duels(runs, outcome, names)

    def beats(rival: int, row: int) -> bool:
        wins, losses = int(found.ahead[rival, row]), int(found.ahead[row, rival])
        return wins > losses and sign_test(wins, losses) < enough

    places = range(len(names))
    chosen = [not any(beats(rival, row) for rival in places) for row in places]
    if not any(chosen):  # each is surely behind another, in a circle
        chosen = [True] * len(names)
    alone = found.unbeaten.tolist()
    shares = [count / len(runs.worlds) for count in alone]
    return shares, shares, alone, chosen
