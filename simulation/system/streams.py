"""Standard output and error: closed, full, or read by somebody who has gone."""

import os
import sys
from contextlib import suppress
from typing import TextIO


def open_closed() -> None:
    """Point a standard stream that was closed before we began at the null device.

    Otherwise the next file to be opened would take its number, and a library's complaints would end up in it.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                os.open(os.devnull, os.O_RDWR)
    # for a closed stream Python has None here, whatever its types say
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    """A stream to the null device."""
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - it stays open until the process ends


def replace_unknown() -> None:
    """Print a question mark for what the terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def complain(text: str) -> None:
    """Print a sentence on standard error; if the stream is closed, full or broken, carry on without it."""
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        _silence(sys.stderr)


def finish() -> None:
    """Flush both streams and drop what they cannot take, so that Python has nothing left to fail on as it ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)


def _silence(stream: TextIO) -> None:
    """Point a stream of this process at the null device from now on."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
