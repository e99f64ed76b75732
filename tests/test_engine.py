"""The server's engine: what it answers before it is compiled, what it keeps, and memory that is given back."""

import gc
import threading
import weakref
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from types import SimpleNamespace

import numpy as np
import pytest

from simulation import case, run_worlds
from simulation.analysis.compare import compare_runs
from simulation.dashboard.server import memory
from simulation.dashboard.server.memory import Sweeper, sweep
from simulation.dashboard.state import runs as engines
from simulation.dashboard.state.runs import FEW, RunStore, get_ready, quiet
from simulation.dashboard.state.tasks import Overtaken

STUDY = case().select(("it-only", "full"))


@pytest.fixture
def unready():
    """An engine that is still being compiled."""
    one = RunStore(2)
    one._pool = ProcessPoolExecutor(2, get_context("spawn"), quiet)
    yield one
    one.close()


def silent(done, total):
    """Nobody listens."""


@pytest.mark.slow
def test_the_first_worlds_come_from_the_mesa_model(unready):
    unready._pool.submit(get_ready).result()
    got = unready.compare(STUDY, "it-only", 3, 5, "ranges", silent)
    expected = compare_runs(run_worlds(STUDY, 3, seed=5), "it-only")
    assert not unready.ready
    np.testing.assert_allclose(got.runs.outcomes, expected.runs.outcomes, rtol=1e-9, equal_nan=True)
    assert got.ranking == expected.ranking


def test_more_worlds_than_a_few_wait_for_the_engine(unready, monkeypatch):
    monkeypatch.setattr(unready, "_run_by_mesa", lambda *_: pytest.fail("the Mesa model takes too long"))
    told = []

    def progress(done, total):
        told.append((done, total))
        if len(told) == 2:
            threading.Thread(target=unready._load).start()

    got = unready.compare(STUDY, "it-only", FEW + 1, 5, "ranges", progress)
    assert told[0] == (0, 2 * (FEW + 1))
    assert len(got.runs.worlds) == FEW + 1
    assert unready.ready


def test_who_is_overtaken_does_not_wait_for_the_engine(unready):
    def progress(done, total):
        raise Overtaken

    with pytest.raises(Overtaken):
        unready.compare(STUDY, "it-only", 100, 5, "ranges", progress)


@pytest.mark.slow
def test_an_engine_that_cannot_be_compiled_leaves_the_mesa_model(unready, monkeypatch, capsys):
    def fail():
        raise OSError("no room on the disk")

    monkeypatch.setattr(engines, "warm", fail)
    threading.Thread(target=unready._load).start()
    got = unready.compare(STUDY, "it-only", FEW + 1, 5, "defaults", silent)
    assert len(got.runs.worlds) == FEW + 1
    assert not unready.ready
    assert capsys.readouterr().err == "synergy dashboard: OSError: no room on the disk\n"


# --- memory --------------------------------------------------------------------------------------------


class Circle:
    """Something that refers to itself, as a page's components do."""

    def __init__(self):
        self.me = self


def test_what_refers_to_itself_only_is_dropped():
    gc.disable()
    try:
        gone = weakref.ref(Circle())
        assert gone() is not None
        sweep()
        assert gone() is None
    finally:
        gc.enable()


def test_many_who_leave_together_are_swept_once(monkeypatch):
    waits, go_on, swept = threading.Semaphore(0), threading.Semaphore(0), threading.Semaphore(0)

    def pause(seconds):
        assert seconds == 0.2
        waits.release()
        go_on.acquire()

    monkeypatch.setattr(memory, "time", SimpleNamespace(sleep=pause))
    one = Sweeper(swept.release, pause=0.2)
    try:
        one.begin()
        for _ in range(2):
            one.left()
            assert waits.acquire(timeout=60)
            for _ in range(4):
                one.left()
            assert not swept.acquire(timeout=0.1)
            go_on.release()
            assert swept.acquire(timeout=60)
            assert not waits.acquire(timeout=0.3)
    finally:
        gc.unfreeze()
