"""Work in the background of which only the latest matters: what is overtaken is dropped."""

import os
import sys
import threading
import traceback
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import solara

from simulation.errors import InputRefused

Value = TypeVar("Value")
Tell = Callable[[int, int], None]
"""Is told (done, in all); raises :class:`Overtaken` when nobody waits for the result any more."""


class Overtaken(Exception):  # noqa: N818 - not an error: a newer question has come
    """Nobody waits for this work any more."""


@dataclass(frozen=True)
class Latest(Generic[Value]):
    """How far the work is: the last ``value`` with the ``key`` it answers, and what went wrong with the newest.

    ``fresh`` says whether the value answers the newest question.
    """

    key: Hashable = None
    value: Value | None = None
    wrong: str = ""
    fresh: bool = False


def use_latest(work: Callable[[Tell], Value], key: Hashable) -> Latest[Value]:
    """Do ``work`` in a thread whenever ``key`` changes, and give the last result until the new one is there.

    A rapid series of changes settles on the last one: ``tell`` ends work that was overtaken. An exception becomes
    ``wrong``, a sentence or a name; it is written to the server's standard error.
    """
    kept, set_kept = solara.use_state(Latest[Value]())
    newest: Any = solara.use_ref(None)

    def begin() -> Callable[[], None]:
        token = object()
        newest.current = token

        def tell(_done: int, _total: int) -> None:
            if newest.current is not token:
                raise Overtaken

        def run() -> None:
            try:
                value = work(tell)
                tell(1, 1)
            except Overtaken:
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the page says it
                if newest.current is token:
                    said = told(error)
                    set_kept(lambda now: Latest(key, now.value, said))
                return
            set_kept(Latest(key, value))

        threading.Thread(target=run, daemon=True).start()

        def end() -> None:
            if newest.current is token:
                newest.current = None

        return end

    solara.use_effect(begin, [key])
    fresh = kept.key == key
    return Latest(kept.key, kept.value, kept.wrong if fresh else "", fresh)


def told(error: BaseException) -> str:
    """What a visitor is told of an exception, which is written to the server's standard error."""
    if isinstance(error, InputRefused):
        return str(error)
    sys.stderr.write(f"synergy dashboard: {type(error).__name__}: {error}\n")
    if os.environ.get("SYNERGY_DEBUG"):
        traceback.print_exception(error)
    return type(error).__name__
