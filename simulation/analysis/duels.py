"""Every two scenarios on one outcome, world by world: what the ranking of levels and the set of the best stand on."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.pairs import who_is_ahead
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import Outcome


@dataclass(frozen=True, eq=False)
class Duels:
    """``ahead`` (scenarios, scenarios) counts the worlds in which one, by row, is better than another, by column;
    ``unbeaten`` (scenarios,) those in which nobody is better than it."""

    ahead: NDArray[np.int64]
    unbeaten: NDArray[np.int64]


_KNOWN: "WeakKeyDictionary[Runs, dict[tuple[str, ...], Duels]]" = WeakKeyDictionary()
"""What has been worked out, for as long as the runs are there."""


def duels(runs: Runs, outcome: Outcome, names: Sequence[str]) -> Duels:
    """The duels of some scenarios, as :func:`~simulation.analysis.pairs.who_is_ahead` decides them; kept.

    >>> from simulation import case, run_worlds
    >>> from simulation.model.outcomes import BY_OUTCOME
    >>> runs = run_worlds(case().select(("it-only", "full")), worlds=8)
    >>> duels(runs, BY_OUTCOME["reach"], ("it-only", "full")).ahead.tolist()
    [[0, 0], [8, 0]]
    """
    known = _KNOWN.setdefault(runs, {})
    key = (outcome.name, *names)
    if key not in known:
        known[key] = _fought([runs.row(name) for name in names], outcome)
    return known[key]


def _fought(rows: list[NDArray[np.float64]], outcome: Outcome) -> Duels:
    """The duels of scenarios of which all outcomes are given, shape (worlds, outcomes) each."""
    ahead = np.zeros((len(rows), len(rows)), np.int64)
    beaten = np.zeros((len(rows), len(rows[0])), bool)
    for one, other in itertools.combinations(range(len(rows)), 2):
        signs = who_is_ahead(rows[one], rows[other], outcome)
        won, lost = signs > 0.0, signs < 0.0
        beaten[other] |= won
        beaten[one] |= lost
        ahead[one, other], ahead[other, one] = np.count_nonzero(won), np.count_nonzero(lost)
    return Duels(ahead, np.array([np.count_nonzero(~row) for row in beaten], np.int64))
