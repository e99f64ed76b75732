"""Files that visitors send are read in a process of its own, which can be stopped: a thread cannot.

Reading gives up by itself after so many seconds of a processor's time. The process is ended after some more by the
clock, or, on Linux, when it takes too much memory (:mod:`simulation.system.limits`); it is then made anew. Reading does
not hold up those who are served meanwhile.
"""

import contextlib
import signal
import threading
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from simulation.study.build.merge import build
from simulation.study.errors import InputRefused, abridged, problem
from simulation.study.places import Line
from simulation.study.sources import workbook
from simulation.study.sources.apart import bound_memory, here
from simulation.study.sources.files import parse_data
from simulation.system.limits import LIMITS, spaced

ENDINGS = (".yaml", ".yml")
BEGINNING = 60.0
"""Seconds that the process has to begin: on a busy machine its imports take a while."""


def study_of(content: bytes, name: str) -> dict[str, Any]:
    """The plain data of an uploaded file; ``name`` is what its problems call it.

    Raises :class:`~simulation.study.errors.InputRefused` with every problem of the file.
    """
    if name.lower().endswith(workbook.ENDING):
        return _study_of_workbook(content, name)
    if not name.lower().endswith(ENDINGS):
        raise InputRefused([problem("not_yaml", given=repr(name))])
    if len(content) > LIMITS.file_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.file_bytes))])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputRefused([problem("not_utf8", place=Line(line), given=f"0x{content[error.start]:02x}")]) from None
    return parse_data(text, name)


def _study_of_workbook(content: bytes, name: str) -> dict[str, Any]:
    """The same of a workbook."""
    if len(content) > LIMITS.workbook_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.workbook_bytes))])
    reading = here(content)
    problems = list(reading.problems)
    try:
        build(reading.data, name, reading.place_of)
    except InputRefused as refused:
        problems += refused.problems
    if problems:
        raise InputRefused(abridged(problems))
    return reading.data


class Reader:
    """Reads one file at a time, in a process that begins with the first."""

    def __init__(self, seconds: float = LIMITS.upload_seconds, memory: int = LIMITS.reading_bytes) -> None:
        self.seconds, self.memory = seconds, memory
        self._turn = threading.Lock()
        self._process: Any = None
        self._line: Connection | None = None

    def read(self, content: bytes, name: str) -> dict[str, Any]:
        """The plain data of a file; raises :class:`~simulation.study.errors.InputRefused`. Call it in a thread."""
        with self._turn:
            line = self._begun()
            try:
                line.send((content, name))
                if not line.poll(self.seconds):
                    self.close()
                    raise InputRefused([problem("takes_too_long", seconds=round(self.seconds))])
                answer = line.recv()
            except (EOFError, OSError):
                self.close()
                raise InputRefused([problem("takes_too_much", most=self.memory // 1_000_000)]) from None
        if isinstance(answer, InputRefused):
            raise answer
        data: dict[str, Any] = answer
        return data

    def _begun(self) -> Connection:
        """The line to the process, which says when it can read."""
        if self._line is not None and self._process.is_alive():
            return self._line
        self.close()
        context = get_context("spawn")
        self._line, other = context.Pipe()
        self._process = context.Process(target=work, args=(other, self.memory), name="reader", daemon=True)
        self._process.start()
        other.close()
        if not self._line.poll(BEGINNING) or self._line.recv() != "ready":
            self.close()
            raise InputRefused([problem("takes_too_long", seconds=round(BEGINNING))])
        return self._line

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._line is not None:
            self._line.close()
        self._process = self._line = None


def work(line: Connection, memory: int) -> None:
    """What the process does: read what comes, until whoever sends it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this
    bound_memory(memory)
    line.send("ready")
    with contextlib.suppress(EOFError, OSError):
        while True:
            content, name = line.recv()
            try:
                line.send(study_of(content, name))
            except InputRefused as refused:
                line.send(refused)
            except MemoryError:
                return
