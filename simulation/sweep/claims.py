"""Who is working on which chunk: several processes, on one machine or many, share a sweep through its folder.

A claim is a file that only one can make (``O_EXCL``) and that its owner touches every few seconds. One that was not
touched for long, or whose process has ended on this machine, has expired and may be taken. Claims only save work:
should two ever run the same chunk, after a long sleep of a machine for example, both write the same bytes to the same
place.
"""

import json
import os
import secrets
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from simulation.report import files
from simulation.sweep.dataset import CLAIMS

BEAT = 5.0
"""Seconds between two touches."""
EXPIRES = 60.0
"""Seconds without a touch after which a claim has expired."""


class Claims:
    """The claims of one process in a folder; a thread touches them until they are given back.

    ``beat`` and ``expires`` are in seconds.
    """

    def __init__(self, folder: Path, beat: float = BEAT, expires: float = EXPIRES) -> None:
        self.folder, self.beat, self.expires = folder / CLAIMS, beat, expires
        self.mark = secrets.token_hex(8)
        self._held: set[int] = set()
        self._lock, self._over = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._keep_touching, daemon=True)

    def __enter__(self) -> "Claims":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        for number in tuple(self._held):
            self.give_back(number)

    def path(self, number: int) -> Path:
        """Where the claim on a chunk is."""
        return self.folder / f"chunk-{number:07}.claim"

    def take(self, number: int) -> bool:
        """Claim a chunk; False if somebody else is working on it.

        Raises :class:`~simulation.study.errors.InputRefused` if nothing can be written to the folder.
        """
        path = self.path(number)
        if not self._make(path) and not (self._has_expired(path) and self._take_over(path)):
            return False
        with self._lock:
            self._held.add(number)
        return True

    def give_back(self, number: int) -> None:
        """Let go of a chunk; a claim that somebody took over meanwhile stays theirs."""
        with self._lock:
            self._held.discard(number)
        path = self.path(number)
        with suppress(OSError):
            if self._owner(path).get("mark") == self.mark:
                path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove what killed processes left behind; only when all chunks are there, and nobody's claim counts."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                if path.name.startswith(("chunk-", ".chunk-")):
                    path.unlink(missing_ok=True)

    def _make(self, path: Path) -> bool:
        """Make a claim's file; False if there is one."""
        about = {"process": os.getpid(), "host": socket.gethostname(), "mark": self.mark}
        try:
            with path.open("x", encoding="utf-8") as stream:
                json.dump(about, stream)
        except FileExistsError:
            return False
        except OSError as error:
            with suppress(OSError):
                path.unlink(missing_ok=True)  # half of a claim, on a full disk
            raise files.refused(path, error) from None
        return True

    def _owner(self, path: Path) -> dict[str, object]:
        """What a claim says of its owner; nothing if it is gone, or not written yet."""
        try:
            said = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _has_expired(self, path: Path) -> bool:
        """Whether nobody is behind a claim any more."""
        owner = self._owner(path)
        process = owner.get("process")
        if owner.get("host") == socket.gethostname() and isinstance(process, int) and files.has_ended(process):
            return True
        with suppress(OSError):
            return path.stat().st_mtime < self._now() - self.expires
        return False

    def _now(self) -> float:
        """The time by the clock that dates files here, which need not be this machine's."""
        with tempfile.TemporaryFile(dir=self.folder) as probe:
            probe.write(b".")
            probe.flush()
            return os.fstat(probe.fileno()).st_mtime

    def _take_over(self, path: Path) -> bool:
        """Take a claim that has expired: of several who try, the one who can move it away."""
        aside = path.with_name(f".{path.name}-{self.mark}")
        try:
            path.replace(aside)
        except OSError:
            return False
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        return self._make(path)

    def _keep_touching(self) -> None:
        """Touch what is held, until it is over."""
        while not self._over.wait(self.beat):
            with self._lock:
                held = tuple(self._held)
            for number in held:
                with suppress(OSError):
                    os.utime(self.path(number))
