"""Standard output and error: closed, full, or read by somebody who has gone."""

import os
import sys
from contextlib import suppress
from typing import TextIO


def open_closed() -> None:
    """Let a standard stream that was closed before we began lead nowhere.

    Otherwise the next file that is opened would take its number, and what a library complains of would end up in it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    # Python has none for what was closed, whatever its types say
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    """A stream that leads nowhere."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - it stays open until the process ends


def replace_unknown() -> None:
    """Print a question mark for what the terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def complain(text: str) -> None:
    """Print a sentence on standard error; if nobody can read it there, go on all the same."""
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _silence(sys.stderr)


def finish() -> None:
    """Flush both streams; what they cannot take is dropped, so that nothing is left for Python to stumble over."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def _silence(stream: TextIO) -> None:
    """Let a stream of this process lead nowhere from now on."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
