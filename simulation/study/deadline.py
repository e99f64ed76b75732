"""A bound on the work of reading, wherever that work is done.

Counts are bounded (:data:`simulation.system.limits.LIMITS`), so that no file of legal size should come near the
deadline; it is there for what nobody thought of. Measured is the reading thread's own processor time, not the clock on
the wall: a busy machine takes longer over a sound file, and must not refuse it for that.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from simulation.study.errors import InputRefused, problem
from simulation.system.limits import LIMITS

_ends: ContextVar[float | None] = ContextVar("reading ends", default=None)
"""When the thread that reads must be done, by its own processor time (s); None while it does not read."""


@contextmanager
def reading() -> Iterator[None]:
    """The time within which something is read: :attr:`~simulation.system.limits.Limits.reading_seconds` of this thread.

    What is read as a part of something else shares its time.
    """
    if _ends.get() is not None:
        yield
        return
    token = _ends.set(time.thread_time() + LIMITS.reading_seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def check_time() -> None:
    """Give up if reading has taken too long.

    Raises :class:`~simulation.study.errors.InputRefused`; outside of :func:`reading` nothing is too long.
    """
    ends = _ends.get()
    if ends is not None and time.thread_time() > ends:
        raise InputRefused([problem("takes_too_long", seconds=LIMITS.reading_seconds)])
