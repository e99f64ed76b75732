"""What measures contribute, worked out in the background, once for all visitors."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from simulation.analysis.contributions import Contributions, step_by_step
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import Progress, Steps, turn
from simulation.model.worlds import Mode
from simulation.study.scenario import Study

MOST_KEPT = 24
"""Results kept; one takes some 100 KB at 200 worlds."""


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario, with all changes, on an outcome, over the same worlds."""

    digest: str
    scenario: str
    outcome: str
    worlds: int
    seed: int
    mode: Mode


class ContributionStore:
    """The latest whole results; the least recently used are dropped first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self.most = most
        self._kept: OrderedDict[Question, Contributions] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, question: Question) -> Contributions | None:
        """A result, if it is there."""
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
            return self._kept.get(question)

    def keep(self, question: Question, kept: Contributions) -> None:
        """Keep a result."""
        with self._lock:
            self._kept[question] = kept
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)


STORE = ContributionStore()


def worked_out(
    study: Study, question: Question, progress: Progress, store: ContributionStore = STORE
) -> Steps[Contributions]:
    """What the measures of the study's only scenario contribute: first what is left out and alone, then all of it.

    ``progress`` is called with the runs done and their number; what it raises ends the work. Raises
    :class:`~simulation.study.errors.InputRefused` for a scenario without measures.
    """
    kept = store.of(question)
    if kept is not None:
        return kept
    run_store().wait_for_engine(lambda: progress(0, 1))
    with turn(lambda: progress(0, 1)):
        steps = step_by_step(
            study, question.scenario, question.outcome, question.worlds, question.seed, question.mode, 1, progress
        )
        for part in steps:
            if part.complete:
                store.keep(question, part)
                return part
            yield part
    raise AssertionError("the last step is complete")
