"""Ctrl-C, SIGTERM and SIGHUP: each ends a command in order, with the exit code that the system expects.

Where one of these signals is heeded it raises a kind of ``KeyboardInterrupt``, :class:`Interrupted` for Ctrl-C and
:class:`Terminated` for the others, so that whatever is under way cleans up behind itself on its way out. A signal that
somebody chose to ignore, as ``nohup`` does with SIGHUP, stays ignored. Windows has no SIGHUP.
"""

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

ENDING: tuple[int, ...] = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals that ask a command to end, as far as this system has them."""

TOGETHER = 1.0
"""Seconds within which a second signal counts as the same: pressing Ctrl-C twice does not stop the cleaning up."""

AGAIN = 0.05
"""Seconds after which a signal that was dropped is raised again."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, in a command.

    A class of its own, for when a plain ``KeyboardInterrupt`` leaves code that was run from a string, Python ends the
    process by the signal itself, whatever exit code we ask for.
    """

    def __init__(self, number: int = signal.SIGINT) -> None:
        super().__init__(number)
        self.number = int(number)


class Terminated(Interrupted):
    """Another process, or a terminal that is closing, asks this one to end; ``number`` is the signal."""


def exit_code(stop: BaseException) -> int:
    """The exit code by which a shell knows the signal: 128 plus its number, and SIGINT's for a plain Ctrl-C.

    >>> exit_code(KeyboardInterrupt()), exit_code(Terminated(15))
    (130, 143)
    """
    return 128 + (stop.number if isinstance(stop, Interrupted) else int(signal.SIGINT))


class Heard:
    """The handler of the signals that are heeded: it remembers the last one, and raises.

    With ``plain``, Ctrl-C raises what it always does, for those who use us as a library.
    """

    def __init__(self, plain: bool = False) -> None:
        self.plain = plain
        self.number: int | None = None
        self.count = 0
        self.deaf = False
        self.held = False
        self.abrupt = False
        """Whether something was broken off that Python cannot take down in order, such as a compiler at work."""
        self.instead: Callable[[int, FrameType | None], None] | None = None
        self.usual_hook = sys.unraisablehook
        self.usual_excepthook = sys.excepthook
        self._at = 0.0
        self._dropped = False
        self._timers: list[threading.Timer] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise what the signal asks for; nothing once :attr:`deaf`, or a moment after another one."""
        now = time.monotonic()
        double = self.number is not None and now - self._at < TOGETHER
        if self.deaf or (double and not self._dropped):
            return
        self.number, self._at, self._dropped = number, now, False
        self.count += 1
        if self.held:
            return
        if self.instead is None:
            raise self.error()
        self.instead(number, frame)

    def release(self) -> None:
        """Raise from now on, and at once if a signal came while they were held.

        Raises :class:`Interrupted` or :class:`Terminated`, or a plain ``KeyboardInterrupt`` with ``plain``.
        """
        self.held = False
        if self.number is not None:
            raise self.error()

    def error(self) -> KeyboardInterrupt:
        """What the last signal raises."""
        if self.number is None or self.number == signal.SIGINT:
            return KeyboardInterrupt() if self.plain else Interrupted()
        return Terminated(self.number)

    def unraisable(self, failure: Any) -> None:
        """Raise an interrupt a moment later if Python had to drop it; report anything else as usual.

        The hook of ``sys.unraisablehook``: an exception in a finaliser or a callback of C cannot be raised there. Once
        a signal came, finalisers complain of what it left half made; that is no news.
        """
        if not issubclass(failure.exc_type, KeyboardInterrupt):
            if self.number is None:
                self.usual_hook(failure)
            return
        self._raise_later()

    def printed(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Raise an interrupt a moment later if C code printed it and went on; report anything else as usual.

        The hook of ``sys.excepthook``: an extension that is being imported (NumPy's ``import_array`` in others) prints
        what goes wrong in it, and reports a failed import instead.
        """
        if not issubclass(kind, KeyboardInterrupt):
            self.usual_excepthook(kind, error, trace)
            return
        self._raise_later()

    def _raise_later(self) -> None:
        """Let an interrupt that got lost be raised anew, unless what had to end ends already."""
        if self.deaf:
            return
        self._timers.append(threading.Timer(AGAIN, self._again))
        self._timers[-1].daemon = True
        self._timers[-1].start()

    def _again(self) -> None:
        """Send ourselves the last signal anew."""
        self._dropped = True
        _thread.interrupt_main(signal.SIGINT if self.number is None else signal.Signals(self.number))

    def settle(self) -> None:
        """Raise nothing from now on: what had to end has ended."""
        self.deaf = True
        for timer in self._timers:
            timer.cancel()

    @contextmanager
    def insisting(self) -> Iterator[None]:
        """Raise at the end what a signal raised meanwhile, if whatever ran inside swallowed it."""
        before = self.count
        try:
            yield
        finally:
            if self.count != before:
                raise self.error()


def _in_charge() -> Heard | None:
    """The handler of ours that is in force, if there is one."""
    handlers = [signal.getsignal(number) for number in ENDING]
    return next((handler for handler in handlers if isinstance(handler, Heard)), None)


@contextmanager
def heeding(numbers: tuple[int, ...] = ENDING, plain: bool = False, held: bool = False) -> Iterator[Heard]:
    """Heed these signals for as long as this lasts, where the system or Python alone would do so.

    With ``held`` nothing is raised before :meth:`Heard.release`, so that a signal can fall neither between the handlers
    being put in place nor between them and whatever catches what they raise.

    Within another ``heeding`` that one stays in charge; outside the main thread, which alone gets signals, and for a
    signal that somebody else handles or ignores, nothing changes.

    >>> with heeding() as heard:
    ...     try:
    ...         signal.raise_signal(signal.SIGTERM)
    ...     except KeyboardInterrupt as stop:
    ...         print(exit_code(stop), heard.count)
    143 1
    """
    outer = _in_charge()
    if outer or threading.current_thread() is not threading.main_thread():
        yield outer or Heard()
        return
    heard = Heard(plain)
    heard.held = held
    untouched = (signal.SIG_DFL, signal.default_int_handler)
    usual = {number: signal.getsignal(number) for number in numbers if signal.getsignal(number) in untouched}
    try:
        sys.unraisablehook, sys.excepthook = heard.unraisable, heard.printed
        for number in usual:
            signal.signal(number, heard)
        yield heard
    finally:
        heard.settle()
        sys.unraisablehook, sys.excepthook = heard.usual_hook, heard.usual_excepthook
        for number, handler in usual.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, handler)


@contextmanager
def deferred(end: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let each signal that is heeded call ``end``, and raise only once this is over.

    For a loop of events, which must not be broken off in the middle: a server of uvicorn ends in order, with the right
    exit code, if its ``capture_signals`` returns ``deferred(self.handle_exit)``.
    """
    heard = _in_charge()
    if heard is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard.instead = end
    try:
        yield
    finally:
        heard.instead = None
    raise_missed()


def raise_missed() -> None:
    """Raise for a signal that came before and was swallowed, for instance by an import; nothing if there was none.

    In other threads than the main one, which alone gets signals, it does nothing.
    """
    heard = _in_charge()
    main = threading.current_thread() is threading.main_thread()
    if main and heard is not None and heard.number is not None:
        raise heard.error()


def ignore() -> None:
    """Ignore from now on the signals that are heeded: the process is about to end by itself."""
    for number in ENDING:
        if isinstance(signal.getsignal(number), Heard):
            signal.signal(number, signal.SIG_IGN)
