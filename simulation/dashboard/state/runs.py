"""Runs for all visitors: worked out once by the compiled engine, and by the Mesa model until that is compiled."""

import functools
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from time import monotonic
from typing import TypeVar

import numpy as np

from simulation.analysis.compare import Comparison, Described, compare_runs
from simulation.engine.ensemble import Chunk, Runs, mesa_world, run_worlds, warm
from simulation.engine.kernel import compilation
from simulation.model.worlds import Mode
from simulation.study.scenario import Scenario, Study

Value = TypeVar("Value")
Key = tuple[str, int, Mode]
Progress = Callable[[int, int], None]
MOST_KEPT = 20_000
"""Runs kept in memory; one takes about 3 KB."""
MOST_DESCRIBED = 500
"""Scenarios of which it is kept what was worked out of their runs; one takes about 30 KB."""
COMPILED = 60.0
"""Seconds that work in the background waits for the engine at most when it is being compiled."""
FEW = 8
"""So many worlds are run by the Mesa model while the engine is being compiled; more than that wait for the engine."""


class RunStore:
    """The server's finished runs, the oldest dropped first, and the processes and threads that make new ones.

    It holds results only, the same for everybody; no visitor's choices.
    """

    def __init__(self, processors: int) -> None:
        self.processors = processors
        self._pool: ProcessPoolExecutor | None = None
        self._compiler: subprocess.Popen[bytes] | None = None
        self._ready = threading.Event()
        self._failed = False
        self._kept: OrderedDict[Key, Chunk] = OrderedDict()
        self._facts: OrderedDict[tuple[str, int, Mode, int], Described] = OrderedDict()
        self._digests: OrderedDict[int, tuple[Scenario, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(2)

    def warm(self) -> None:
        """Load the engine; if it must be compiled first, do that in a process of its own and go on meanwhile."""
        if not compilation.kept():
            self._pool = ProcessPoolExecutor(self.processors, get_context("spawn"), quiet)
            for _ in range(self.processors):
                self._pool.submit(get_ready)  # so that they are up when the first visitor comes
            self._compiler = compiler()
        threading.Thread(target=self._load, daemon=True).start()

    def _load(self) -> None:
        """Wait until the engine is compiled, load it, and let the processes go; without it, the Mesa model does all."""
        if self._compiler:
            self._compiler.wait()
        try:
            warm()
        except Exception as error:
            from simulation.dashboard.state.tasks import log_error  # noqa: PLC0415 - the pool's processes need no Solara

            log_error(error)
            self._pool = self._pool or ProcessPoolExecutor(self.processors, get_context("spawn"), quiet)
            self._failed = True
            return
        self._ready.set()
        if self._pool:
            self._pool.shutdown(wait=False)

    @property
    def ready(self) -> bool:
        """Whether the compiled engine answers."""
        return self._ready.is_set()

    def wait_for_engine(self, progress: Callable[[], None]) -> None:
        """Let the engine be compiled first, if it is not yet; ``progress`` is called meanwhile, and may end it."""
        until = monotonic() + COMPILED
        while not (self.ready or compilation.kept()) and monotonic() < until:
            progress()
            self._ready.wait(0.2)

    def close(self) -> None:
        """End the processes."""
        if self._compiler:
            self._compiler.terminate()
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def compare(
        self, study: Study, baseline: str, worlds: int, seed: int, mode: Mode, progress: Progress
    ) -> Comparison:
        """Compare all scenarios of ``study`` over worlds 0 … ``worlds`` − 1; runs known already are not run again.

        Call it in a thread. ``progress`` is called with the runs done and their number; if it raises, the work not yet
        begun is dropped.
        """
        keys: dict[str, Key] = {
            scenario.name: (self._digest(study, scenario), seed, mode) for scenario in study.scenarios
        }
        with self._lock:
            chunks = {name: self._kept[key] for name, key in keys.items() if key in self._kept}
        known = {name: chunk for name, chunk in chunks.items() if len(chunk[0]) >= worlds}
        missing = tuple(name for name in study.names if name not in known)
        if missing:
            runs = self._run(study.select(missing), worlds, seed, mode, progress)
            known |= {name: (runs.outcomes[row], runs.weekly[row]) for row, name in enumerate(missing)}
        self._keep({keys[name]: chunk for name, chunk in known.items()})
        outcomes = np.stack([known[name][0][:worlds] for name in study.names])
        weekly = np.stack([known[name][1][:worlds] for name in study.names])
        described = defaultdict(Described, {name: self._described((*key, worlds)) for name, key in keys.items()})
        runs = Runs(study, tuple(range(worlds)), seed, mode, outcomes, weekly)
        return compare_runs(runs, baseline, described=described)

    def _digest(self, study: Study, scenario: Scenario) -> str:
        """The digest of one scenario of a study, which many questions share."""
        with self._lock:
            held, digest = self._digests.get(id(scenario), (None, ""))
        if held is not scenario:
            digest = study.select((scenario.name,)).digest()
            with self._lock:
                self._digests[id(scenario)] = scenario, digest
                while len(self._digests) > MOST_DESCRIBED:
                    self._digests.popitem(last=False)
        return digest

    def _described(self, key: tuple[str, int, Mode, int]) -> Described:
        """What was worked out already of one scenario's runs over so many worlds."""
        with self._lock:
            found = self._facts.setdefault(key, Described())
            self._facts.move_to_end(key)
            while len(self._facts) > MOST_DESCRIBED:
                self._facts.popitem(last=False)
        return found

    def _run(self, study: Study, worlds: int, seed: int, mode: Mode, progress: Progress) -> Runs:
        """Run all scenarios of a study."""
        pool = self._pool
        while not self.ready:
            if pool is not None and (self._failed or worlds <= FEW):
                return self._run_by_mesa(pool, study, worlds, seed, mode, progress)
            progress(0, worlds * len(study.scenarios))
            self._ready.wait(0.05)
            pool = self._pool
        return self._run_compiled(study, worlds, seed, mode, progress)

    def _run_by_mesa(
        self, pool: ProcessPoolExecutor, study: Study, worlds: int, seed: int, mode: Mode, progress: Progress
    ) -> Runs:
        """Run by the Mesa model, in the processes of ``pool``."""
        waiting = {pool.submit(mesa_world, study, world, seed, mode): world for world in range(worlds)}
        chunks: list[Chunk | None] = [None] * worlds
        try:
            for done, future in enumerate(as_completed(waiting), 1):
                chunks[waiting[future]] = future.result()
                progress(done * len(study.scenarios), worlds * len(study.scenarios))
        finally:
            for future in waiting:
                future.cancel()
        rows = [chunk for chunk in chunks if chunk is not None]
        outcomes = np.stack([outcomes for outcomes, _ in rows], axis=1)
        weekly = np.stack([weekly for _, weekly in rows], axis=1)
        return Runs(study, tuple(range(worlds)), seed, mode, outcomes, weekly)

    def _run_compiled(self, study: Study, worlds: int, seed: int, mode: Mode, progress: Progress) -> Runs:
        """Run by the compiled engine, once there is a slot; work that is overtaken while it waits ends."""
        while not self._slots.acquire(timeout=0.05):
            progress(0, worlds * len(study.scenarios))
        try:
            return of_nobody(
                lambda told: run_worlds(study, worlds, seed, mode, self.processors, told, weekly=True), progress
            )
        finally:
            self._slots.release()

    def _keep(self, chunks: dict[Key, Chunk]) -> None:
        """Remember runs, and forget the oldest."""
        with self._lock:
            for key, chunk in chunks.items():
                if key not in self._kept or len(self._kept[key][0]) < len(chunk[0]):
                    self._kept[key] = chunk
                self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(len(chunk[0]) for chunk in self._kept.values()) > MOST_KEPT:
                self._kept.popitem(last=False)


def of_nobody(work: Callable[[Progress], Value], progress: Progress) -> Value:
    """Do work whose threads belong to no visitor; ``progress`` is told in the name of whoever asked for it.

    Solara gives each thread the visitor of the one that begins it. If that one has left meanwhile, the thread never
    runs, and whoever waits for its beginning waits for ever, with a lock that all pools of the process share.
    """
    visitors = sys.modules.get("solara.server.kernel_context")
    if visitors is None or not visitors.has_current_context():
        return work(progress)
    visitor = visitors.get_current_context()

    def told(done: int, total: int) -> None:
        visitors.set_current_context(visitor)
        try:
            progress(done, total)
        finally:
            visitors.set_current_context(None)

    with visitors.without_context():
        return work(told)


def compiler() -> subprocess.Popen[bytes]:
    """A process that compiles the engine and lets others go first, where systems know such a thing."""
    below = getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)  # Windows only
    return subprocess.Popen([sys.executable, "-m", "simulation.engine.ensemble"], creationflags=below)


def get_ready() -> None:
    """Import, in a process of the pool, what running a world takes."""
    import simulation.model.organisation  # noqa: F401, PLC0415 - Mesa takes long to import


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


@functools.cache
def run_store() -> RunStore:
    """The server's runs."""
    return RunStore(os.cpu_count() or 1)
