"""Runs for all visitors: worked out once, in processes of their own, so that no page waits for another's."""

import functools
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from simulation.compare import Comparison, compare_runs
from simulation.ensemble import Chunk, Runs, quiet, run_world
from simulation.study import Study
from simulation.worlds import Mode

Key = tuple[str, int, Mode, int]
MOST_KEPT = 20_000
"""Runs kept in memory; one takes about 4 KB."""


class Engine:
    """A pool of processes and the runs it has done, the oldest forgotten first.

    What is kept are results only, the same for everybody who asks; no visitor's choices.
    """

    def __init__(self, processes: int) -> None:
        self._pool = ProcessPoolExecutor(processes, get_context("spawn"), quiet)
        self._kept: OrderedDict[Key, Chunk] = OrderedDict()
        self._lock = threading.Lock()

    def warm(self) -> None:
        """Start the processes before the first visitor asks."""
        from simulation.files import case  # noqa: PLC0415 - only when a server starts

        study = case().select(("it-only",))
        for world in range(os.cpu_count() or 1):
            self._pool.submit(run_world, study, world, 1, "ranges")

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def compare(
        self,
        study: Study,
        baseline: str,
        worlds: int,
        seed: int,
        mode: Mode,
        progress: Callable[[int, int], None],
    ) -> Comparison:
        """Compare all scenarios of ``study`` over worlds 0 … ``worlds`` − 1; runs known already are not run again.

        ``progress`` is told (runs done, runs in all); if it raises, the work not yet begun is dropped.
        """
        digests = {one.name: study.select((one.name,)).digest() for one in study.scenarios}
        wanted = [(name, (digest, seed, mode, world)) for world in range(worlds) for name, digest in digests.items()]
        chunks: dict[Key, Chunk] = {}
        waiting: dict[Key, Future[Chunk]] = {}
        with self._lock:
            for name, key in wanted:
                if key in self._kept:
                    chunks[key] = self._kept[key]
                    self._kept.move_to_end(key)
                else:
                    waiting[key] = self._pool.submit(run_world, study.select((name,)), key[3], seed, mode)
        try:
            for key, future in waiting.items():
                chunks[key] = future.result()
                progress(len(chunks), len(wanted))
        except BaseException:
            for future in waiting.values():
                future.cancel()
            raise
        finally:
            self._keep({key: chunks[key] for key in waiting if key in chunks})
        return compare_runs(_stacked(study, digests, worlds, seed, mode, chunks), baseline)

    def _keep(self, chunks: dict[Key, Chunk]) -> None:
        """Remember runs, and forget the oldest."""
        with self._lock:
            self._kept.update(chunks)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _stacked(
    study: Study, digests: dict[str, str], worlds: int, seed: int, mode: Mode, chunks: dict[Key, Chunk]
) -> Runs:
    """Single runs as the runs of a study."""
    rows = [[chunks[digests[name], seed, mode, world] for world in range(worlds)] for name in study.names]
    outcomes = np.array([[chunk[0][0] for chunk in row] for row in rows])
    weekly = np.array([[chunk[1][0] for chunk in row] for row in rows])
    return Runs(study, tuple(range(worlds)), seed, mode, outcomes, weekly)


@functools.cache
def engine() -> Engine:
    """The server's one engine."""
    return Engine(os.cpu_count() or 1)
