"""Many worlds: the Mesa model, run over scenarios × worlds, in one process or several.

Whatever the number of processes and however worlds are split, the numbers are the same: a run depends only on
its scenario, its world, the seed and the mode.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context, parent_process

import numpy as np
from numpy.typing import NDArray

from simulation.errors import InputRefused, problem
from simulation.model import OrganisationModel, check_world
from simulation.outcomes import OUTCOMES, outcomes_of
from simulation.study import Study
from simulation.worlds import Mode

WEEKLY = ("adoption", "progress", "engagement", "business_engagement", "visibility")
"""What is kept of each run week by week: means over the internal departments, or as the name says."""

MOST_WORLDS = 1_000_000

Progress = Callable[[int, int], None]
Chunk = tuple[NDArray[np.float64], NDArray[np.float32]]


@dataclass(frozen=True)
class Runs:
    """Runs of scenarios over the same worlds.

    ``outcomes`` has shape (scenarios, worlds, outcomes), in the order of ``study.scenarios``, ``worlds`` and
    :data:`~simulation.outcomes.OUTCOMES`; undefined ones are nan. ``weekly`` has shape
    (scenarios, worlds, weeks, :data:`WEEKLY`).
    """

    study: Study
    worlds: tuple[int, ...]
    seed: int
    mode: Mode
    outcomes: NDArray[np.float64]
    weekly: NDArray[np.float32]

    def of(self, scenario: str, outcome: str) -> NDArray[np.float64]:
        """An outcome of a scenario in every world: shape (worlds,)."""
        place = [one.name for one in OUTCOMES].index(outcome)
        found: NDArray[np.float64] = self.outcomes[self.study.names.index(scenario), :, place]
        return found

    def weeks(self, scenario: str, state: str) -> NDArray[np.float32]:
        """A weekly state of a scenario in every world: shape (worlds, weeks)."""
        found: NDArray[np.float32] = self.weekly[self.study.names.index(scenario), :, :, WEEKLY.index(state)]
        return found


def run_worlds(
    study: Study,
    worlds: int = 100,
    seed: int = 1,
    mode: Mode = "ranges",
    processes: int = 1,
    progress: Progress | None = None,
) -> Runs:
    """Run every scenario of a study in worlds 0 … ``worlds`` − 1.

    ``progress`` is told (runs done, runs in all). With more than one process the caller's script must be
    importable (``if __name__ == "__main__":``). Raises :class:`~simulation.errors.InputRefused` for a number
    of worlds, a seed or a mode that cannot be.

    >>> from simulation import case
    >>> runs = run_worlds(case().select(("it-only", "roles")), worlds=3)
    >>> runs.outcomes.shape, bool((runs.of("roles", "progress_104") > runs.of("it-only", "progress_104")).all())
    ((2, 3, 22), True)
    """
    check_world(0, seed, mode)
    shape = (len(study.scenarios), 0)
    weekly = np.empty((*shape, study.horizon, len(WEEKLY)), dtype=np.float32)
    none = Runs(study, (), seed, mode, np.empty((*shape, len(OUTCOMES))), weekly)
    return extend_runs(none, worlds, processes, progress)


def extend_runs(runs: Runs, worlds: int, processes: int = 1, progress: Progress | None = None) -> Runs:
    """Add worlds to some runs until there are ``worlds`` of them; those that are there stay as they are.

    ``progress`` is told (runs done, runs in all), counting those that were there. Fewer worlds than there are change
    nothing. Raises :class:`~simulation.errors.InputRefused` for a number of worlds that cannot be.

    >>> from simulation import case
    >>> few = run_worlds(case().select(("it-only", "roles")), worlds=1)
    >>> more = extend_runs(few, 2)
    >>> more.worlds, bool((more.outcomes[:, :1] == few.outcomes)[~np.isnan(few.outcomes)].all())
    ((0, 1), True)
    """
    if isinstance(worlds, bool) or not isinstance(worlds, int) or not 1 <= worlds <= MOST_WORLDS:
        raise InputRefused([problem("worlds_out_of_range", given=repr(worlds), most=f"{MOST_WORLDS:,}")])
    added = range(len(runs.worlds), worlds)
    if not added:
        return runs
    shape = (len(runs.study.scenarios), worlds)
    outcomes = np.empty((*shape, len(OUTCOMES)))
    weekly = np.empty((*shape, runs.study.horizon, len(WEEKLY)), dtype=np.float32)
    outcomes[:, : added.start], weekly[:, : added.start] = runs.outcomes, runs.weekly
    done, total = shape[0] * added.start, shape[0] * worlds
    for world, (found, states) in _chunks(runs.study, added, runs.seed, runs.mode, processes):
        outcomes[:, world], weekly[:, world] = found, states
        done += shape[0]
        if progress:
            progress(done, total)
    return Runs(runs.study, tuple(range(worlds)), runs.seed, runs.mode, outcomes, weekly)


def run_world(study: Study, world: int, seed: int, mode: Mode) -> Chunk:
    """Every scenario in one world: outcomes (scenarios, outcomes) and weekly states (scenarios, weeks, states)."""
    rows = []
    weekly = np.empty((len(study.scenarios), study.horizon, len(WEEKLY)), dtype=np.float32)
    for place, scenario in enumerate(study.scenarios):
        model = OrganisationModel(scenario, world, seed, parameters=mode, collect=False)
        while model.running:
            model.step()
        rows.append(list(outcomes_of(model.ledger).values()))
        for column, state in enumerate(WEEKLY):
            weekly[place, :, column] = getattr(model.ledger, state)
    return np.array(rows), weekly


def _chunks(study: Study, worlds: range, seed: int, mode: Mode, processes: int) -> Iterator[tuple[int, Chunk]]:
    """Finished worlds, in whatever order they finish."""
    processes = min(processes, len(worlds))
    if processes <= 1:
        for world in worlds:
            yield world, run_world(study, world, seed, mode)
        return
    pool = ProcessPoolExecutor(processes, get_context("spawn"), quiet)
    try:
        waiting: dict[Future[Chunk], int] = {
            pool.submit(run_world, study, world, seed, mode): world for world in worlds
        }
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def quiet() -> None:
    """Make a process a good worker: leave Ctrl-C to the parent, which ends the work, and end when the parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait until the parent is gone, however it went."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
