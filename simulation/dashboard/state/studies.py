"""Studies that visitors opened or made, so that a link to one opens it again; the oldest are forgotten first.

They are known by a digest of their content, which nobody can guess who does not have the file or a link to it.
"""

import functools
import hashlib
import json
import re
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.dashboard.state.reader import Reader
from simulation.dashboard.state.variants import Base
from simulation.system.limits import LIMITS

STAYS = 24
"""Hours that a study stays in the server's memory since somebody last opened it, or a link to it."""


@dataclass
class _Kept:
    """A study that links can point at: its data as packed text, and when it was last asked for (s)."""

    packed: bytes
    asked: float


class StudyStore:
    """The studies that links can point at; what a visitor has open stays in that visitor's own state.

    Whoever edits an organisation makes a study with each step, and undoing a step asks for an earlier one. So all are
    kept, packed, as long as there is room for ``most`` bytes, and none longer than :data:`STAYS` hours after it was
    last asked for. ``now`` tells the time (s).
    """

    def __init__(self, most: int = LIMITS.studies_bytes, now: Callable[[], float] = time.monotonic) -> None:
        self.most, self.now = most, now
        self.reader = Reader()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def open(self, content: bytes, name: str) -> Base:
        """The study of an uploaded file, which is kept; ``name`` is what its problems call it.

        Raises :class:`~simulation.study.errors.InputRefused` with every problem of the file.
        """
        return self.keep(self.reader.read(content, name[-80:]))

    def keep(self, data: dict[str, Any]) -> Base:
        """A study by its plain data, which is kept."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        base = Base(hashlib.sha256(text).hexdigest()[:32], data)
        packed = zlib.compress(text, 1)
        with self._lock:
            self._forget(base.digest)
            self._kept[base.digest] = _Kept(packed, self.now())
            self._held += len(packed)
            while len(self._kept) > 1 and (self._held > self.most or self._is_old()):
                self._forget(next(iter(self._kept)))
        return base

    def _is_old(self) -> bool:
        """Whether the study that was asked for least recently has been there long enough."""
        return self.now() - next(iter(self._kept.values())).asked > STAYS * 3600

    def _forget(self, digest: str) -> None:
        """Drop a study."""
        kept = self._kept.pop(digest, None)
        self._held -= len(kept.packed) if kept else 0

    def by_digest(self, digest: str) -> Base | None:
        """The study with that digest, if it is still kept."""
        if not re.fullmatch("[0-9a-f]{32}", digest):
            return None
        with self._lock:
            while self._kept and self._is_old():
                self._forget(next(iter(self._kept)))
            kept = self._kept.get(digest)
            if kept is None:
                return None
            kept.asked = self.now()
            self._kept.move_to_end(digest)
        return Base(digest, json.loads(zlib.decompress(kept.packed)))


@functools.cache
def study_store() -> StudyStore:
    """The server's opened studies."""
    return StudyStore()


def study_by_digest(digest: str) -> Base | None:
    """The study with that digest, if this server still has it."""
    return study_store().by_digest(digest)
