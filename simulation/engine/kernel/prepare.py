"""Making the compiled engine ready: from disk if it is there, else compiled by two processes side by side.

The stages of a week are compiled apart; a second process does its share of them and leaves it on disk, where this one
finds it when it puts the run together. ``python -m simulation.engine.kernel.prepare`` is that second process.
"""

import gc
import inspect
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba

from simulation.engine.kernel import compilation, contacts, randomness, run, week
from simulation.engine.kernel.departments import department_in
from simulation.engine.kernel.layout import ASK, DEPARTMENT, LEVERS, NETWORK, SCENARIO, SEAT, VALUES
from simulation.engine.kernel.records import (
    ANSWERS_BLOCK,
    BLOCK,
    LUCK_BLOCK,
    ORGANISATION,
    no_arrays,
    room_for_runs,
)
from simulation.system.signals import heeding

Stage = Callable[..., Any]

OWN_STAGES: tuple[Stage, ...] = (
    week.learn,
    week.luck_and_measures,
    contacts.set_levers,
    contacts.meet_others,
    contacts.forget_hand_offs,
    week.settle,
    run.draw_traits,
    run.begin,
    randomness.draw_week,
    week.work,
    week.book,
    week.take_up,
)
HELPER_STAGES: tuple[Stage, ...] = (week.perceive_and_plan, week.do_the_work, week.go_live, run.write_outcomes)
"""The stages, shared out so that both processes take about as long; whichever is left out is compiled at the end."""


def _types() -> dict[str, Any]:
    """Numba's type of every argument, by the name that it has in all stages."""
    arrays = no_arrays()
    room = room_for_runs(arrays, 1)
    records = {name: numba.from_dtype(kind) for name, kind in RECORDS.items()}
    lines = {name: numba.from_dtype(kind)[::1] for name, kind in ARRAYS.items()}
    numbers = {"week": numba.int64} | dict.fromkeys(COUNTERS, numba.uint64)
    more = {
        "a": numba.typeof(arrays),
        "room": numba.typeof(room),
        "hand_offs": numba.typeof(room.hand_offs),
        "ends": numba.typeof(arrays.ends),
        "organisation_luck": numba.float64[::1],
        "keys": numba.uint64[::1],
        "row_of_outcomes": numba.float64[::1],
        "d": department_in(numba.from_dtype(BLOCK)),
    }
    return records | lines | numbers | more


PATIENCE = 30.0
"""Seconds that the second process is waited for, after which this one does its share."""

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
}


def compile_stages(stages: tuple[Stage, ...]) -> None:
    """Compile some stages for the arguments that the week gives them."""
    types = _types()
    for stage in stages:
        names = inspect.signature(stage).parameters
        compiled: Any = stage
        compiled.compile(tuple(types[name] for name in names))


def prepare() -> None:
    """Load the engine, or compile it; what is on disk and cannot be read is made anew.

    Ctrl-C ends it, even where it falls into the compiler's own code: Python drops an exception that is raised while an
    object is being deleted or in a function that C calls, and the compiler does much of both. Raises
    :class:`~simulation.study.errors.InputRefused` if there is no compiler.
    """
    compilation.check()
    collects = gc.isenabled()
    gc.disable()  # the compiler leaves no garbage worth looking for while it works
    try:
        with heeding((signal.SIGINT,), plain=True) as heard:
            try:
                with heard.insisting():
                    _load_somehow()
            except KeyboardInterrupt:
                heard.abrupt = True  # what LLVM holds half made can crash a Python that takes everything down
                raise
    finally:
        if collects:
            gc.enable()


def _load_somehow() -> None:
    """Load the engine; if that fails, without what is on disk; and if the disk is what fails, without it."""
    try:
        _load()
    except Exception:
        with suppress(OSError):
            shutil.rmtree(compilation.folder(), ignore_errors=True)
            compilation.folder().mkdir(parents=True, exist_ok=True)
        try:
            _load()
        except OSError:
            compilation.keep_nothing((*OWN_STAGES, *HELPER_STAGES, run.run_batch))
            run.run_batch(*run.no_work())


def _load() -> None:
    """Load the engine, or compile it with a second process beside this one."""
    helper = None if compilation.kept() else _second_process()
    try:
        if helper:
            compile_stages(OWN_STAGES)
            with suppress(subprocess.TimeoutExpired):
                helper.wait(PATIENCE)
        run.run_batch(*run.no_work())
    finally:
        if helper:
            helper.kill()
            helper.wait()
    compilation.forget_old()


def _second_process() -> subprocess.Popen[bytes] | None:
    """The second process, where there is a processor for it; without it this one does everything."""
    if sys.executable and (os.cpu_count() or 1) > 1:
        with suppress(OSError):
            return subprocess.Popen([sys.executable, "-m", __name__], stdin=NONE, stdout=NONE, stderr=NONE)
    return None


if __name__ == "__main__":
    gc.disable()
    compile_stages(HELPER_STAGES)
