"""Which scenario is best, among many: how probable that is of each, and which cannot be told from the best.

The probability that a scenario's mean is the best is that of the Bayesian bootstrap (Rubin 1981) over worlds, the same
weights for every scenario. The set that cannot be told from the best (Gupta 1965, Hsu 1984) leaves out who surely has a
worse mean than some other: of paired differences, by evidence that holds after every world
(:mod:`simulation.analysis.sequential`), at 5 % divided by the number of rivals, so that the truly best is in the set
with 95 %.
"""

import math
from dataclasses import dataclass

import numpy as np

from simulation.analysis.compare import CONFIDENCE, Floats, who_wins
from simulation.analysis.sequential import span_of, surely_more
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import BY_OUTCOME, Outcome

DRAWS = 4_000
"""Weightings of the worlds: the probability is then known to one percentage point."""
FEWEST = 3
"""Below so many scenarios the verdict on the pair says it all."""
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Contender:
    """One scenario: the ``probability`` that its mean is the best, in how many worlds it is best (alone or tied),
    and whether it is ``in_set``, the set that cannot be told from the best."""

    scenario: str
    probability: float
    worlds: int
    in_set: bool


@dataclass(frozen=True, slots=True)
class Best:
    """The contenders on an outcome, the most probable first."""

    outcome: str
    contenders: tuple[Contender, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The scenarios that cannot be told from the best."""
        return tuple(contender.scenario for contender in self.contenders if contender.in_set)


def best_of(runs: Runs, outcome: str) -> Best | None:
    """Which scenario is best on the mean of an outcome; None below three scenarios or if no way is better.

    A scenario's mean is over the worlds in which it is defined; without any it is not in the running, and not listed.
    Probabilities are those of the Bayesian bootstrap (Rubin 1981) with :data:`DRAWS` weightings drawn from the runs'
    seed, so equal runs give equal numbers. The set that cannot be told from the best (Gupta 1965, Hsu 1984) holds the
    truly best with 95 %, at every number of worlds at once. Raises ``KeyError`` for an unknown outcome.

    >>> from simulation import case, run_worlds
    >>> best = best_of(run_worlds(case().select(("it-only", "name", "full")), worlds=16), "progress_104")
    >>> best.contenders[0], best.chosen
    (Contender(scenario='full', probability=1.0, worlds=16, in_set=True), ('full',))
    """
    measured = BY_OUTCOME[outcome]
    names = [name for name in runs.study.names if np.isfinite(runs.of(name, outcome)).any()]
    if len(names) < FEWEST or measured.better == "neither":
        return None
    values = np.stack([runs.of(name, outcome) for name in names])
    chances = probabilities(values if measured.better == "higher" else -values, runs.seed)
    worlds, kept = _worlds_won(values, measured), not_beaten(values, measured, span_of(measured, runs.study.horizon))
    kept[int(np.argmax(chances))] = True
    contenders = [Contender(*row) for row in zip(names, chances.tolist(), worlds, kept, strict=True)]
    return Best(
        outcome,
        tuple(
            sorted(contenders, key=lambda contender: (-contender.probability, not contender.in_set, -contender.worlds))
        ),
    )


def probabilities(values: Floats, seed: int) -> Floats:
    """The probability that each row's mean is the highest: shape (scenarios,) from values (scenarios, worlds).

    Undefined (nan) values are left out; equal means share. A row without values has probability 0.

    >>> probabilities(np.array([[0.0, 1.0] * 20, [0.6, 0.6] * 20, [0.1, 0.2] * 20]), 1).round(1).tolist()
    [0.1, 0.9, 0.0]
    """
    rng = np.random.default_rng(seed)
    defined = np.isfinite(values)
    filled = np.where(defined, values, 0.0)
    tops = bottoms = np.zeros((DRAWS, len(values)))
    for start in range(0, values.shape[1], _BLOCK):
        block = slice(start, start + _BLOCK)
        weights = rng.exponential(size=(DRAWS, filled[:, block].shape[1]))
        tops, bottoms = tops + weights @ filled[:, block].T, bottoms + weights @ defined[:, block].T
    means = np.where(bottoms > 0.0, tops / np.where(bottoms > 0.0, bottoms, 1.0), -math.inf)
    highest = means.max(axis=1, keepdims=True)
    first = means >= highest - 1e-9 * np.maximum(1.0, np.abs(highest))
    chances: Floats = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    return chances


def _worlds_won(values: Floats, outcome: Outcome) -> list[int]:
    """In how many worlds each scenario is the best of those defined there, alone or tied."""
    top = (np.fmin if outcome.better == "lower" else np.fmax).reduce(values, axis=0)
    defined = np.isfinite(values)
    return [
        int((who_wins(row[present], top[present], outcome) == 0.0).sum())
        for row, present in zip(values, defined, strict=True)
    ]


def not_beaten(values: Floats, outcome: Outcome, span: float) -> list[bool]:
    """Whether each row (scenarios, worlds) cannot be told from the best mean; ``span`` as in ``sequential``.

    The row with the truly best mean is kept with probability 95 % at least, at every number of worlds at once.

    >>> rng = np.random.default_rng(1)
    >>> values = np.clip(np.array([[0.5], [0.52], [0.2]]) + rng.normal(0, 0.1, (3, 100)), 0, 1)
    >>> not_beaten(values, BY_OUTCOME["lasting_adoption"], 1.0)
    [True, True, False]
    """
    sign = -1.0 if outcome.better == "lower" else 1.0
    enough = math.log((len(values) - 1) / (1.0 - CONFIDENCE))

    def beats(rival: Floats, candidate: Floats) -> bool:
        gap = sign * (rival - candidate)
        gap = gap[np.isfinite(gap)]
        return len(gap) > 0 and bool(surely_more(gap, span).max() >= enough)

    return [not any(beats(rival, candidate) for rival in values if rival is not candidate) for candidate in values]
