"""Studies that visitors opened, so that a link to one opens it again; the oldest are forgotten first.

They are known by a digest of their content, which nobody can guess who does not have the file or a link to it.
"""

import functools
import hashlib
import json
import re
import threading
from collections import OrderedDict
from typing import Any

from simulation.dashboard.state.reader import Reader
from simulation.dashboard.state.variants import Base
from simulation.system.limits import LIMITS


class StudyStore:
    """The studies that links can point at; what a visitor has open stays in that visitor's own state."""

    def __init__(self, most: int = LIMITS.studies) -> None:
        self.most = most
        self.reader = Reader()
        self._kept: OrderedDict[str, Base] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, content: bytes, name: str) -> Base:
        """The study of an uploaded file, which is kept; ``name`` is what its problems call it.

        Raises :class:`~simulation.study.errors.InputRefused` with every problem of the file.
        """
        return self.keep(self.reader.read(content, name[-80:]))

    def keep(self, data: dict[str, Any]) -> Base:
        """A study by its plain data, which is kept."""
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
        base = Base(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32], data)
        with self._lock:
            self._kept[base.digest] = base
            self._kept.move_to_end(base.digest)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return base

    def by_digest(self, digest: str) -> Base | None:
        """The study with that digest, if it is still kept."""
        if not re.fullmatch("[0-9a-f]{32}", digest):
            return None
        with self._lock:
            base = self._kept.get(digest)
            if base is not None:
                self._kept.move_to_end(digest)
            return base


@functools.cache
def study_store() -> StudyStore:
    """The server's opened studies."""
    return StudyStore()


def study_by_digest(digest: str) -> Base | None:
    """The study with that digest, if this server still has it."""
    return study_store().by_digest(digest)
