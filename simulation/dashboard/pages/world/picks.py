"""Worlds worth looking at: a typical one, the one where two scenarios differ most, the one where the other one wins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import Progress
from simulation.dashboard.state.variants import Changes, study_of
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.worlds import Mode
from simulation.report.sentences import MAIN

Floats = NDArray[np.float64]


def picks(
    changes: Changes, shown: str, beside: str, worlds: int, seed: int, mode: Mode, progress: Progress
) -> dict[str, Any]:
    """Worlds worth looking at among ``worlds``, by what the page calls them; None where there is none."""
    names = (shown, beside) if beside else (shown,)
    compared = run_store().compare(study_of(changes, names), names[-1], worlds, seed, mode, progress)
    ends = [compared.runs.of(name, MAIN) for name in names]
    return pick_pair(names, *ends) if beside else pick_one(ends[0])


def pick_one(lasting: Floats) -> dict[str, Any]:
    """Of one scenario: the world in the middle, the best and the worst, by what lasts (shape (worlds,)).

    >>> pick_one(np.array([0.1, 0.9, 0.5]))
    {'typical': 2, 'best': 1, 'worst': 0}
    """
    return {"typical": middle(lasting), "best": int(lasting.argmax()), "worst": int(lasting.argmin())}


def pick_pair(names: tuple[str, ...], a: Floats, b: Floats) -> dict[str, Any]:
    """Of two scenarios, by what lasts in each (shape (worlds,)): ``exception`` is the world where the one that loses on
    the whole (``loser``) wins by most.

    >>> pick_pair(("a", "b"), np.array([0.6, 0.7, 0.8, 0.2]), np.array([0.0, 0.1, 0.0, 0.5]))
    {'typical': 0, 'apart': 2, 'exception': 3, 'loser': 'b'}
    >>> pick_pair(("a", "b"), np.array([0.6, 0.7]), np.array([0.6, 0.7]))
    {'typical': 0, 'apart': None, 'exception': None, 'loser': 'b'}
    """
    gap = a - b
    ahead = 1.0 if gap.mean() >= 0.0 else -1.0
    against = -ahead * gap
    margin = BY_OUTCOME[MAIN].margin
    return {
        "typical": middle(a, b, gap),
        "apart": int(np.abs(gap).argmax()) if np.abs(gap).max() > 0.0 else None,
        "exception": int(against.argmax()) if against.max() >= margin else None,
        "loser": names[1] if ahead > 0.0 else names[0],
    }


def middle(*values: Floats) -> int:
    """The world that is nearest to the median in all values at once."""
    away = np.array([np.abs(value - np.median(value)) for value in values])
    return int(away.sum(axis=0).argmin())
