"""Workbooks are read in a process of their own, within bounds of time and memory: a stranger's file may be a trap.

``python -m simulation.study.sources.apart study`` is that process: it reads a workbook from its standard input and
writes what it read, or why it was refused, to its standard output.
"""

import pickle
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from simulation.study.errors import InputRefused, problem
from simulation.study.sources.tables import Grid, Reading, read
from simulation.study.sources.workbook import first_sheet, grids_of
from simulation.system.limits import LIMITS, spaced

STARTING = 60.0
"""Seconds more that the process may take by the clock: on a busy machine it is slow to begin."""


def reading_of(content: bytes) -> Reading:
    """What a workbook holds, read in a process of its own.

    Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read, or takes too much time or memory.
    """
    if len(content) > LIMITS.workbook_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.workbook_bytes))])
    found: Reading = _asked(content, "study")
    return found


def sheet_of(content: bytes) -> Grid:
    """The cells of a workbook's first sheet, whatever it is about, read likewise; raises likewise."""
    found: Grid = _asked(content, "sheet")
    return found


def _asked(content: bytes, what: str) -> Any:
    """What the process answers to one of :data:`MAKERS`."""
    words = [sys.executable, "-m", "simulation.study.sources.apart", what]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        answer, _ = process.communicate(content, timeout=LIMITS.upload_seconds + STARTING)
    except subprocess.TimeoutExpired:
        raise InputRefused([problem("takes_too_long", seconds=LIMITS.upload_seconds)]) from None
    finally:
        process.kill()
        process.wait()
    if not answer:
        raise InputRefused([problem("takes_too_much", most=LIMITS.reading_bytes // 1_000_000)])
    found = pickle.loads(answer)
    if isinstance(found, InputRefused):
        raise found
    return found


def here(content: bytes) -> Reading:
    """The same in this process."""
    return read(grids_of(content))


MAKERS: Mapping[str, Callable[[bytes], Any]] = {"study": here, "sheet": first_sheet}
"""What may be made of a workbook."""


def bound_memory(more: int) -> None:
    """Let this process take ``more`` bytes beyond what it has, where the system can hold it to that (Linux)."""
    if sys.platform != "linux":
        return
    import resource  # noqa: PLC0415 - not on every system

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMITS.upload_seconds, LIMITS.upload_seconds + 1))


def answer_to(content: bytes, make: Callable[[bytes], Any] = here) -> bytes:
    """What the process answers: what was read, why it was refused, or nothing."""
    answer: Any
    try:
        answer = make(content)
    except InputRefused as refused:
        answer = refused
    except MemoryError:
        return b""
    except Exception as error:  # whatever a broken file makes a library say
        answer = InputRefused([problem("no_workbook", why=type(error).__name__)])
    return pickle.dumps(answer)


if __name__ == "__main__":
    bound_memory(LIMITS.reading_bytes)
    sys.stdout.buffer.write(answer_to(sys.stdin.buffer.read(), MAKERS[sys.argv[1]]))
