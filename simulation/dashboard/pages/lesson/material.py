"""The lesson that a server tells, read again when its file changes; while that is broken, the last good one stays."""

import functools
import threading
from pathlib import Path

from simulation.dashboard.state.settings import settings
from simulation.lesson.source import Told, read_lesson
from simulation.study.errors import InputRefused

Stamp = tuple[tuple[int, int] | None, ...]


class Material:
    """A lesson's file, or the lesson of the case if there is none, and what it held when it was last in order.

    ``first`` is what it held when it was read before, if it was. Raises
    :class:`~simulation.study.errors.InputRefused` for a file that is not in order and never was.
    """

    def __init__(self, path: str | None, first: Told | None = None) -> None:
        self.path = path
        self._good = first or read_lesson(path)
        self._wrong: InputRefused | None = None
        self._lock = threading.Lock()
        self._again = path is not None and Path(path).is_file()  # a pipe can be read once only
        self._files = self._watched()
        self._stamp = self._now()

    def newest(self) -> tuple[Told, InputRefused | None]:
        """The lesson, and what is wrong with its file since, if something is."""
        with self._lock:
            now = self._now()
            if now != self._stamp:
                self._stamp = now
                self._read()
            return self._good, self._wrong

    def _read(self) -> None:
        """Read the file again."""
        try:
            self._good, self._wrong = read_lesson(self.path), None
        except InputRefused as refused:
            self._wrong = refused
        self._files = self._watched()
        self._stamp = self._now()

    def _watched(self) -> tuple[Path, ...]:
        """The files that it is made of, there or not: the lesson, and a study beside it."""
        if self.path is None or not self._again:
            return ()
        lesson = Path(self.path)
        return (lesson, lesson.parent / self._good.lesson.study)

    def _now(self) -> Stamp:
        """When each file was written, and how long it is; nothing for one that is gone."""
        return tuple(_stamp_of(path) for path in self._files)


def _stamp_of(path: Path) -> tuple[int, int] | None:
    """When a file was written, in nanoseconds, and how long it is."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


@functools.cache
def lesson_material() -> Material:
    """The lesson that this server was started with, or the case's; raises as :class:`Material` does."""
    given = settings()
    return Material(given.lesson, given.material)
