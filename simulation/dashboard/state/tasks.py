"""Work in the background of which only the latest matters: what is overtaken is dropped."""

import os
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Generic, TypeVar

import solara

from simulation.study.errors import InputRefused

Value = TypeVar("Value")
Steps = Generator[Value, None, Value]
"""Work that yields what it has so far, and returns its result."""
Progress = Callable[[int, int], None]
"""Called with what is done and how much there is in all; raises :class:`Overtaken` once nobody waits for the result."""


REPORT_EVERY = 0.3
"""Seconds between two reports of how far work is."""


class Overtaken(Exception):
    """Nobody waits for this work any more."""


@dataclass(frozen=True)
class LatestTask(Generic[Value]):
    """The last ``value`` with the ``key`` that it belongs to, and what went ``wrong`` with the newest work.

    ``fresh`` says whether the value is the whole result of the newest work; ``done`` and ``total`` how far that is.
    """

    key: Hashable = None
    value: Value | None = None
    wrong: str = ""
    fresh: bool = False
    done: int = 0
    total: int = 0
    refusal: InputRefused | None = None

    def why(self, language: str) -> str:
        """What went wrong, in a visitor's language as far as it is an input that was refused."""
        return self.refusal.told(language) if self.refusal else self.wrong


_TURN = threading.Lock()


@contextmanager
def turn(progress: Callable[[], None]) -> Iterator[None]:
    """Wait for one's turn at long work, of which one is done at a time, and stop waiting when nobody waits for it.

    The other pages keep the rest of the machine. ``progress`` is called while one waits; what it raises ends that.
    """
    while not _TURN.acquire(timeout=0.1):
        progress()
    try:
        yield
    finally:
        _TURN.release()


def use_latest_task(work: Callable[[Progress], Value | Steps[Value]], key: Hashable) -> LatestTask[Value]:
    """Do ``work`` in a thread whenever ``key`` changes; until it is done, the last result stays.

    ``work`` gets the function it reports its progress to, which also ends work that was overtaken: a rapid series of
    changes settles on the last. What it yields is shown as it comes; what it returns is the result. An exception
    becomes ``wrong``, a sentence or a name, and is written to the server's standard error.
    """
    kept, set_kept = solara.use_state(LatestTask[Value]())
    newest: Any = solara.use_ref(None)

    def begin() -> Callable[[], None]:
        job: _Job[Value] = _Job(key, lambda job: newest.current is job, set_kept)
        newest.current = job
        threading.Thread(target=job.run, args=(work,), daemon=True).start()

        def end() -> None:
            if newest.current is job:
                newest.current = None

        return end

    solara.use_effect(begin, [key])
    return kept if kept.key == key else replace(kept, fresh=False, wrong="", done=0, total=0, refusal=None)


class _Job(Generic[Value]):
    """One piece of work; it shows nothing once it is not the newest."""

    def __init__(self, key: Hashable, newest: Callable[[Any], bool], show: Callable[[Any], None]) -> None:
        self.key, self.newest, self.show = key, newest, show
        self.reported = monotonic()

    def report(self, done: int, total: int) -> None:
        """Show now and then how far the work is; end it if it was overtaken."""
        if not self.newest(self):
            raise Overtaken
        if monotonic() - self.reported > REPORT_EVERY:
            self.reported = monotonic()
            self.show(lambda now: replace(now, key=self.key, fresh=False, wrong="", done=done, total=total))

    def put(self, change: Callable[[LatestTask[Value]], LatestTask[Value]]) -> None:
        """Show something, if this is the newest work."""
        if not self.newest(self):
            raise Overtaken
        self.show(change)

    def result_of(self, steps: Value | Steps[Value]) -> Value:
        """The result of work; what it yields before is shown as it comes."""
        if not isinstance(steps, Generator):
            return steps
        while True:
            try:
                part = next(steps)
            except StopIteration as last:
                result: Value = last.value
                return result
            self.put(lambda now, part=part: replace(now, key=self.key, value=part, wrong=""))  # type: ignore[misc]

    def run(self, work: Callable[[Progress], Value | Steps[Value]]) -> None:
        """Do the work and show what it comes to."""
        try:
            value = self.result_of(work(self.report))
            self.put(lambda _: LatestTask(self.key, value, fresh=True))
        except Overtaken:
            pass
        except Exception as error:
            if self.newest(self):
                message = log_error(error)
                refusal = error if isinstance(error, InputRefused) else None
                self.show(lambda now: LatestTask(self.key, now.value, message, refusal=refusal))


def log_error(error: BaseException) -> str:
    """Write an exception to the server's standard error, unless input was refused; gives what a visitor reads of it."""
    if isinstance(error, InputRefused):
        return str(error)
    sys.stderr.write(f"synergy dashboard: {type(error).__name__}: {error}\n")
    if os.environ.get("SYNERGY_DEBUG"):
        traceback.print_exception(error)
    return type(error).__name__
