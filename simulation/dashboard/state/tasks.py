"""Work in the background of which only the latest matters: what is overtaken is dropped."""

import os
import sys
import threading
import traceback
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Generic, TypeVar

import solara

from simulation.study.errors import InputRefused

Value = TypeVar("Value")
Steps = Generator[Value, None, Value]
"""Work that yields what it has so far, and returns the whole."""
Tell = Callable[[int, int], None]
"""Is told (done, in all); raises :class:`Overtaken` when nobody waits for the result any more."""


SAID_EVERY = 0.3
"""Seconds between two tellings of how far work is."""


class Overtaken(Exception):
    """Nobody waits for this work any more."""


@dataclass(frozen=True)
class Latest(Generic[Value]):
    """How far the work is: the last ``value`` with the ``key`` it answers, and what went wrong with the newest.

    ``fresh`` says whether the value answers the newest question, and wholly; ``done`` and ``total`` how far that is.
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


def use_latest(work: Callable[[Tell], Value | Steps[Value]], key: Hashable) -> Latest[Value]:
    """Do ``work`` in a thread whenever ``key`` changes; until it is done, the last result stays.

    Work that yields is shown step by step; what it returns is the whole answer. A rapid series of changes settles on
    the last one: ``tell`` ends work that was overtaken. An exception becomes ``wrong``, a sentence or a name, and is
    written to the server's standard error.
    """
    kept, set_kept = solara.use_state(Latest[Value]())
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
        self.said = monotonic()

    def tell(self, done: int, total: int) -> None:
        """Show now and then how far the work is; end it if it was overtaken."""
        if not self.newest(self):
            raise Overtaken
        if monotonic() - self.said > SAID_EVERY:
            self.said = monotonic()
            self.show(lambda now: replace(now, key=self.key, fresh=False, wrong="", done=done, total=total))

    def put(self, change: Callable[[Latest[Value]], Latest[Value]]) -> None:
        """Show something, if this is the newest work."""
        if not self.newest(self):
            raise Overtaken
        self.show(change)

    def answer(self, found: Value | Steps[Value]) -> Value:
        """The whole answer; what comes before it is shown as it comes."""
        if not isinstance(found, Generator):
            return found
        while True:
            try:
                part = next(found)
            except StopIteration as last:
                whole: Value = last.value
                return whole
            self.put(lambda now, part=part: replace(now, key=self.key, value=part, wrong=""))  # type: ignore[misc]

    def run(self, work: Callable[[Tell], Value | Steps[Value]]) -> None:
        """Do the work and show what it comes to."""
        try:
            value = self.answer(work(self.tell))
            self.put(lambda _: Latest(self.key, value, fresh=True))
        except Overtaken:
            pass
        except Exception as error:
            if self.newest(self):
                said = told(error)
                refusal = error if isinstance(error, InputRefused) else None
                self.show(lambda now: Latest(self.key, now.value, said, refusal=refusal))


def told(error: BaseException) -> str:
    """What a visitor is told of an exception, which is written to the server's standard error."""
    if isinstance(error, InputRefused):
        return str(error)
    sys.stderr.write(f"synergy dashboard: {type(error).__name__}: {error}\n")
    if os.environ.get("SYNERGY_DEBUG"):
        traceback.print_exception(error)
    return type(error).__name__
