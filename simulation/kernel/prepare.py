"""Making the compiled engine ready: from disk if it is there, else compiled by two processes side by side.

The stages of a week are compiled apart; a second process does its share of them and leaves it on disk, where this one
finds it when it puts the run together. ``python -m simulation.kernel.prepare`` is that second process.
"""

import _thread
import gc
import inspect
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import numba

from simulation.kernel import compiling, contacts, luck, run, week
from simulation.kernel.lanes import Lane
from simulation.kernel.layout import ASK, DEPARTMENT, LEVERS, NETWORK, SCENARIO, SEAT, TIE, VALUES
from simulation.kernel.records import ANSWERS_BLOCK, BLOCK, LUCK_BLOCK, ORGANISATION

Stage = Callable[..., Any]

MINE: tuple[Stage, ...] = (
    week.learn_and_account,
    week.luck_and_measures,
    contacts.set_levers,
    run.draw_traits,
    run.begin,
    luck.draw_week,
    week.work,
    week.book,
    week.take_up,
)
YOURS: tuple[Stage, ...] = (week.perceive_and_plan, week.do_the_work, week.go_live, run.write_outcomes)
"""The stages, shared out so that both processes take about as long; whichever is left out is compiled at the end."""


def _types() -> dict[str, Any]:
    """Numba's type of every argument, by the name that it has in all stages."""
    one = {name: numba.from_dtype(kind) for name, kind in RECORDS.items()}
    many = {name: numba.from_dtype(kind)[::1] for name, kind in ARRAYS.items()}
    numbers = {"week": numba.int64} | dict.fromkeys(COUNTERS, numba.uint64)
    lines = {
        "organisation_luck": numba.float64[::1],
        "keys": numba.uint64[::1],
        "row_of_outcomes": numba.float64[::1],
        "spare": numba.float64[::1],
        "d": Lane(numba.from_dtype(BLOCK)),
    }
    whole = dict.fromkeys(("members", "class_ends", "links", "ends"), numba.int64[::1])
    return one | many | numbers | lines | whole


PATIENCE = 30.0
"""Seconds that the second process is waited for, after which this one does its share."""

AGAIN = 0.05
"""Seconds after which Ctrl-C that was dropped is raised again."""

NONE = subprocess.DEVNULL

RECORDS = {"o": ORGANISATION, "p": VALUES, "m": LEVERS, "s": SCENARIO, "net": NETWORK, "w": DEPARTMENT}
COUNTERS = ("counter", "world", "seed", "key")
ARRAYS = {
    "whos": DEPARTMENT,
    "states": BLOCK,
    "luck": LUCK_BLOCK,
    "answers": ANSWERS_BLOCK,
    "asks": ASK,
    "seats": SEAT,
    "ties": TIE,
}


def compile_stages(stages: tuple[Stage, ...]) -> None:
    """Compile some stages for the arguments that the week gives them."""
    types = _types()
    for stage in stages:
        names = inspect.signature(stage).parameters
        compiled: Any = stage
        compiled.compile(tuple(types[name] for name in names))


def prepare() -> None:
    """Load the engine, or compile it; what is on disk and cannot be read is made anew. Ctrl-C ends it."""
    collects = gc.isenabled()
    gc.disable()  # the compiler leaves no garbage worth looking for while it works
    try:
        with _never_missing_ctrl_c():
            try:
                _load()
            except Exception:
                shutil.rmtree(compiling.folder(), ignore_errors=True)
                compiling.folder().mkdir(parents=True, exist_ok=True)
                _load()
    finally:
        if collects:
            gc.enable()


@contextmanager
def _never_missing_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C count even where it falls into the compiler's own code.

    Python drops an exception that is raised while an object is being deleted or in a function that C calls, and says
    so; the compiler does much of both. What is dropped is raised again a moment later.
    """
    usual, told = signal.getsignal(signal.SIGINT), sys.unraisablehook
    if usual is not signal.default_int_handler or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = threading.Event()
    again: list[threading.Timer] = []

    def remember(number: int, frame: FrameType | None) -> None:
        pressed.set()
        signal.default_int_handler(number, frame)

    def dropped(what: Any) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            again.append(threading.Timer(AGAIN, _thread.interrupt_main))
            again[-1].start()
        else:
            told(what)

    signal.signal(signal.SIGINT, remember)
    sys.unraisablehook = dropped
    try:
        yield
    finally:
        for one in again:
            one.cancel()
        signal.signal(signal.SIGINT, usual)
        sys.unraisablehook = told
        if pressed.is_set():
            raise KeyboardInterrupt


def _load() -> None:
    """Load the engine, or compile it with a second process beside this one."""
    helper = None if compiling.kept() else _second_process()
    try:
        if helper:
            compile_stages(MINE)
            with suppress(subprocess.TimeoutExpired):
                helper.wait(PATIENCE)
        run.run_batch(*run.no_work())
    finally:
        if helper:
            helper.kill()
            helper.wait()
    compiling.forget_old()


def _second_process() -> subprocess.Popen[bytes] | None:
    """The second process, where there is a processor for it; without it this one does everything."""
    if sys.executable and (os.cpu_count() or 1) > 1:
        with suppress(OSError):
            return subprocess.Popen([sys.executable, "-m", __name__], stdin=NONE, stdout=NONE, stderr=NONE)
    return None


if __name__ == "__main__":
    gc.disable()
    compile_stages(YOURS)
