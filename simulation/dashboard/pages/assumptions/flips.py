"""Which assumption flips a verdict: tried in the background, one parameter after another, once for all visitors.

What is kept are results only, the same for whoever asks. Whoever asks the same takes over where another stopped. One
parameter is tried at a time, whoever asks, in one thread: the other pages keep the rest of the machine.
"""

import functools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from simulation.analysis.compare import Pair, compare_pair
from simulation.analysis.sensitivity import EndRuns, Flip, run_ends
from simulation.dashboard.state.runs import engine
from simulation.dashboard.state.tasks import Tell
from simulation.engine.ensemble import Runs, run_worlds
from simulation.engine.kernel import compilation
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.worlds import Mode
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Study

MOST_WORLDS = 200
"""Worlds that the ends are tried in, at most: 75 parameters, two ends and two scenarios take 60 000 runs then."""
MOST_KEPT = 6
"""Questions kept; one takes some 11 MB at 200 worlds."""
REST = 0.25
"""Rest after each parameter, as a share of the time that it took (assumed): the other pages have the machine then."""
OFTEN = 0.4
"""Seconds between two reports of what was found."""
COMPILED = 60.0
"""Seconds to wait for the engine when it is being compiled."""


@dataclass(frozen=True, slots=True)
class Question:
    """A pair of scenarios, with all changes, over the same worlds; whatever the outcome."""

    digest: str
    names: tuple[str, str]
    worlds: int
    seed: int
    mode: Mode


@dataclass
class Answer:
    """What has been found so far: the pair as it is, and the parameters moved, in the passport's order."""

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


class Kept:
    """Answers to the questions asked last; the one not asked for longest goes first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, question: Question) -> Answer:
        """The answer so far, or one to begin with."""
        with self._lock:
            answer = self._answers.setdefault(question, Answer())
            self._answers.move_to_end(question)
            while len(self._answers) > self.most:
                self._answers.popitem(last=False)
            return answer

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._answers)


KEPT = Kept()
_TURN = threading.Lock()


@contextmanager
def _turn(tell: Callable[[], None]) -> Iterator[None]:
    """Wait for one's turn, and stop waiting when nobody waits for the result."""
    while not _TURN.acquire(timeout=0.1):
        tell()
    try:
        yield
    finally:
        _TURN.release()


def question_of(pair: Study, worlds: int, seed: int, mode: Mode) -> Question:
    """What is asked of a study of two scenarios."""
    first, second = pair.names
    return Question(pair.digest(), (first, second), min(worlds, MOST_WORLDS), seed, mode)


def try_all(
    pair: Study, question: Question, outcome: str, tell: Tell, found: Callable[[Trial], None], kept: Kept = KEPT
) -> Trial:
    """Try every parameter, or what others have left to try; ``found`` is given what there is, now and then.

    ``tell`` is told (parameters done, in all); what it raises ends the work, and what was found stays.
    """
    answer = kept.of(question)
    _wait_for_engine(tell)
    trial = _first(pair, question, answer, outcome, lambda: tell(len(answer.moved), len(PARAMETERS)))
    reported = time.monotonic()
    while True:
        trial = Trial(trial.verdict, trial.flips + tuple(one.flip(outcome) for one in answer.moved[len(trial.flips) :]))
        if trial.done:
            return trial
        tell(len(trial.flips), len(PARAMETERS))
        if time.monotonic() - reported > OFTEN:
            found(trial)
            reported = time.monotonic()
        done = len(trial.flips)
        _try_next(pair, question, answer, done, functools.partial(tell, done, len(PARAMETERS)))


def _first(pair: Study, question: Question, answer: Answer, outcome: str, tell: Callable[[], None]) -> Trial:
    """The verdict as it is."""
    with _turn(tell):
        if answer.now is None:
            answer.now = run_worlds(pair, question.worlds, question.seed, question.mode)
    first, second = (answer.now.of(name, outcome) for name in question.names)
    return Trial(compare_pair(first, second, question.names, BY_OUTCOME[outcome]), ())


def _try_next(pair: Study, question: Question, answer: Answer, done: int, tell: Callable[[], None]) -> None:
    """Try the parameter after the first ``done``, unless somebody else just did."""
    with _turn(tell):
        begun = time.monotonic()
        if len(answer.moved) == done:
            answer.moved.append(run_ends(pair, PARAMETERS[done], question.worlds, question.seed, question.mode))
            time.sleep(REST * (time.monotonic() - begun))


def _wait_for_engine(tell: Tell) -> None:
    """Let the engine be compiled first, if it is not yet."""
    until = time.monotonic() + COMPILED
    while not (engine().ready or compilation.kept()) and time.monotonic() < until:
        tell(0, len(PARAMETERS))
        time.sleep(0.2)
