"""Which assumption flips a verdict: tried in the background, one parameter after another, once for all visitors.

What is kept are results only, the same for whoever asks. Whoever asks the same takes over where another stopped. One
parameter is tried at a time, whoever asks, in one thread: the other pages keep the rest of the machine.
"""

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from simulation.analysis.pairs import Pair, compare_outcomes
from simulation.analysis.sensitivity import EndRuns, Flip, run_ends
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import Progress, turn
from simulation.engine.ensemble import Runs, run_worlds
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.worlds import Mode
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Study

MOST_WORLDS = 200
"""Worlds that the ends are tried in, at most: 75 parameters, two ends and two scenarios take 60 000 runs then."""
MOST_KEPT = 6
"""Experiments kept; one takes some 11 MB at 200 worlds."""
REST = 0.25
"""Rest after each parameter, as a share of the time that it took (assumed): the other pages have the machine then."""
OFTEN = 0.4
"""Seconds between two reports of what has been tried."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A pair of scenarios, with all changes, over the same worlds; whatever the outcome."""

    digest: str
    names: tuple[str, str]
    worlds: int
    seed: int
    mode: Mode


@dataclass
class Results:
    """What an experiment gave so far: the pair as it is, and with one parameter moved, in the passport's order."""

    now: Runs | None = None
    moved: list[EndRuns] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trial:
    """The verdict on one outcome as it is, and what becomes of it, for as many parameters as were tried."""

    verdict: Pair
    flips: tuple[Flip, ...]

    @property
    def done(self) -> bool:
        """Whether every parameter was tried."""
        return len(self.flips) == len(PARAMETERS)


class ResultStore:
    """Results of the latest experiments; the least recently used are dropped first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._results: OrderedDict[Experiment, Results] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, experiment: Experiment) -> Results:
        """The results so far, none in the beginning."""
        with self._lock:
            results = self._results.setdefault(experiment, Results())
            self._results.move_to_end(experiment)
            while len(self._results) > self.most:
                self._results.popitem(last=False)
            return results

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._results)


RESULTS = ResultStore()


def experiment_of(pair: Study, worlds: int, seed: int, mode: Mode) -> Experiment:
    """The experiment on a study of two scenarios; of more worlds than :data:`MOST_WORLDS`, the first."""
    first, second = pair.names
    return Experiment(pair.digest(), (first, second), min(worlds, MOST_WORLDS), seed, mode)


def try_all(
    pair: Study,
    experiment: Experiment,
    outcome: str,
    progress: Progress,
    show: Callable[[Trial], None],
    store: ResultStore = RESULTS,
) -> Trial:
    """Try every parameter, or what others have left to try; ``show`` gets the trial so far, now and then.

    ``progress`` is called with the parameters tried and their number; what it raises ends the work, and the results
    so far stay in ``store``.
    """
    results = store.of(experiment)
    run_store().wait_for_engine(lambda: progress(0, len(PARAMETERS)))
    trial = _first(pair, experiment, results, outcome, lambda: progress(len(results.moved), len(PARAMETERS)))
    reported = time.monotonic()
    while True:
        trial = Trial(
            trial.verdict, trial.flips + tuple(moved.flip(outcome) for moved in results.moved[len(trial.flips) :])
        )
        if trial.done:
            return trial
        progress(len(trial.flips), len(PARAMETERS))
        if time.monotonic() - reported > OFTEN:
            show(trial)
            reported = time.monotonic()
        tried = len(trial.flips)
        _try_next(pair, experiment, results, tried, functools.partial(progress, tried, len(PARAMETERS)))


def _first(pair: Study, experiment: Experiment, results: Results, outcome: str, progress: Callable[[], None]) -> Trial:
    """The verdict as it is."""
    with turn(progress):
        if results.now is None:
            results.now = run_worlds(pair, experiment.worlds, experiment.seed, experiment.mode)
    first, second = (results.now.row(name) for name in experiment.names)
    return Trial(compare_outcomes(first, second, experiment.names, BY_OUTCOME[outcome], pair.horizon), ())


def _try_next(pair: Study, experiment: Experiment, results: Results, tried: int, progress: Callable[[], None]) -> None:
    """Try the parameter after the first ``tried``, unless somebody else just did."""
    with turn(progress):
        begun = time.monotonic()
        if len(results.moved) == tried:
            results.moved.append(run_ends(pair, PARAMETERS[tried], experiment.worlds, experiment.seed, experiment.mode))
            time.sleep(REST * (time.monotonic() - begun))
