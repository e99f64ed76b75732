"""Who is working on which chunk: several processes, on one machine or many, share a sweep through its folder.

A claim is a file that only one can make (``O_EXCL``) and that its owner touches every few seconds. One that was not
touched for long, or whose process has ended on this machine, has expired and may be taken. In a store that is no
folder, where files have no date that can be relied on, touching is counting on in the claim, and whoever waits for it
to change goes by its own clock. Claims only save work: should two ever run the same chunk, after a long sleep of a
machine for example, both write the same bytes to the same place.
"""

import json
import os
import secrets
import socket
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from simulation.report import files
from simulation.sweep import storage
from simulation.sweep.dataset import CLAIMS
from simulation.sweep.storage import Place

BEAT = 5.0
"""Seconds between two touches."""
EXPIRES = 60.0
"""Seconds without a touch after which a claim has expired."""
STORED_BEAT, STORED_EXPIRES = 20.0, 120.0
"""The same in a store, where each touch is a file that is written."""


def claims_in(folder: Place) -> "Claims":
    """The claims of this process in a folder, or in a store."""
    return Claims(folder) if isinstance(folder, Path) else StoredClaims(folder)


class Claims:
    """The claims of one process in a folder; a thread touches them until they are given back.

    ``beat`` and ``expires`` are in seconds.
    """

    def __init__(self, folder: Place, beat: float = BEAT, expires: float = EXPIRES) -> None:
        self.folder: Place = folder / CLAIMS
        self.beat, self.expires = beat, expires
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

    def path(self, number: int) -> Place:
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
        path = self.path(number)
        with self._lock:  # or it might be touched once more after it is gone
            self._held.discard(number)
            if self._owner(path).get("mark") == self.mark:
                storage.remove(path)

    def clear(self) -> None:
        """Remove what killed processes left behind; only when all chunks are there, and nobody's claim counts."""
        with suppress(OSError):
            for name in storage.names_in(self.folder):
                if name.startswith(("chunk-", ".chunk-", storage.PROBE)):
                    storage.remove(self.folder / name)

    def _about(self) -> bytes:
        """What a claim says of its owner."""
        about = {"process": os.getpid(), "host": socket.gethostname(), "mark": self.mark}
        return json.dumps(about).encode()

    def _make(self, path: Place) -> bool:
        """Make a claim's file; False if there is one, also if two have made it at once and the other's is there."""
        try:
            storage.create(path, self._about())
        except FileExistsError:
            return False
        except OSError as error:
            if self._is_somebodys(path):
                return False
            raise storage.refused(path, error) from None
        return self._owner(path).get("mark") == self.mark

    def _is_somebodys(self, path: Place) -> bool:
        """Whether a claim could not be made because there is one; here it is half of our own, on a full disk."""
        storage.remove(path)
        return False

    def _owner(self, path: Place) -> dict[str, object]:
        """What a claim says of its owner; nothing if it is gone, or not written yet."""
        try:
            with storage.opened(path) as stream:
                said = json.loads(stream.read())
        except (OSError, ValueError):
            return {}
        return said if isinstance(said, dict) else {}

    def _has_expired(self, path: Place) -> bool:
        """Whether nobody is behind a claim any more."""
        owner = self._owner(path)
        process = owner.get("process")
        if owner.get("host") == socket.gethostname() and isinstance(process, int) and files.has_ended(process):
            return True
        return self._is_old(path, owner)

    def _is_old(self, path: Place, owner: dict[str, object]) -> bool:
        """Whether nobody has touched a claim for long."""
        with suppress(OSError):
            return bool(path.stat().st_mtime < self._now() - self.expires)
        return False

    def _now(self) -> float:
        """The time by the clock that dates files here, which need not be this machine's."""
        with tempfile.TemporaryFile(dir=str(self.folder)) as probe:
            probe.write(b".")
            probe.flush()
            return os.fstat(probe.fileno()).st_mtime

    def _take_over(self, path: Place) -> bool:
        """Take a claim that has expired: of several who try, the one who can move it away."""
        aside = path.with_name(f".{path.name}-{self.mark}")
        try:
            Path(str(path)).replace(str(aside))
        except OSError:
            return False
        storage.remove(aside)
        return self._make(path)

    def _touch(self, path: Place) -> None:
        """Say that somebody is still behind a claim; raises ``OSError``."""
        os.utime(str(path))

    def _keep_touching(self) -> None:
        """Touch what is held, until it is over."""
        while not self._over.wait(self.beat):
            for number in tuple(self._held):
                with self._lock, suppress(OSError):
                    if number in self._held:
                        self._touch(self.path(number))


class StoredClaims(Claims):
    """The claims of one process in a store, where no file can be moved at once nor has a date of its own."""

    def __init__(self, folder: Place, beat: float = STORED_BEAT, expires: float = STORED_EXPIRES) -> None:
        super().__init__(folder, beat, expires)
        self._beats = 0
        self._seen: dict[str, tuple[dict[str, object], float]] = {}

    def _about(self) -> bytes:
        """The same, with how often it was touched."""
        return json.dumps(json.loads(super()._about()) | {"beat": self._beats}).encode()

    def _is_somebodys(self, path: Place) -> bool:
        """Whether there is a claim: some stores say so in words of their own."""
        return storage.exists(path)

    def _is_old(self, path: Place, owner: dict[str, object]) -> bool:
        """Whether a claim has stayed the same for as long as this process has looked at it."""
        before, since = self._seen.get(path.name, (None, 0.0))
        if before != owner:
            self._seen[path.name] = (owner, time.monotonic())
            return False
        return time.monotonic() - since > self.expires

    def _take_over(self, path: Place) -> bool:
        """Take a claim that has expired; of two that try at once, one finds the other's there."""
        self._seen.pop(path.name, None)
        storage.remove(path)
        return self._make(path)

    def _touch(self, path: Place) -> None:
        """Count on in the claim, unless it is somebody else's by now."""
        if self._owner(path).get("mark") == self.mark:
            self._beats += 1
            storage.replace(path, self._about())
