"""Where sessions are kept: a SQLite file each, to which events are appended, and which is never written over.

The file is in WAL mode with ``synchronous=FULL``: what was acknowledged is on the disk, not merely with the system, so
that a vote outlives not only this process but also a laptop whose battery gives out in the middle of a session. A
transaction holds whatever waited while the one before was written. A file is open in one process at a time.
"""

import errno
import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

from platformdirs import user_data_path

from simulation.session.codes import is_code
from simulation.session.record import Event
from simulation.study.errors import InputRefused, problem, shown
from simulation.system.limits import LIMITS

SUFFIX = ".sqlite"
FORMAT = "1"
"""The version of the tables; a file of another one is refused."""
TABLES = """
CREATE TABLE events (
  session TEXT NOT NULL, number INTEGER NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL, client TEXT,
  PRIMARY KEY (session, number), UNIQUE (session, client)
) STRICT;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE keys (digest TEXT PRIMARY KEY) STRICT;
"""


def folder() -> Path:
    """The folder of sessions, which may not exist yet: in ``SYNERGY_CACHE_DIR`` if set, else among the user's data."""
    chosen = os.environ.get("SYNERGY_CACHE_DIR")
    return (Path(chosen) if chosen else user_data_path("synergy", appauthor=False)) / "sessions"


def path_of(code: str) -> Path:
    """The file of a session. The code must be one: it becomes the name of a file."""
    if not is_code(code):
        raise InputRefused([problem("no_session", given=repr(code[:40]))])
    return folder() / f"{code}{SUFFIX}"


class Store:
    """The file of one session, made for ``about`` something or opened as it is.

    Raises :class:`~simulation.study.errors.InputRefused` if the file is not there, is open elsewhere or is none of
    ours. Its methods are called by one thread at a time.
    """

    def __init__(self, code: str, about: Mapping[str, str] | None = None) -> None:
        self.code, self.path = code, path_of(code)
        try:
            if about is None:
                self._base = self._opened()
            else:
                self._base = self._made(about)
        except (sqlite3.Error, OSError) as error:
            raise refused(self.path, error) from None

    def _made(self, about: Mapping[str, str]) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        try:
            return _filled(_connected(self.path), {"format": FORMAT, **about})
        except BaseException:
            with suppress(OSError):
                _removed(self.path)
            raise

    def _opened(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise FileNotFoundError(self.path)
        base = _connected(self.path)
        try:
            row = base.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
        except sqlite3.Error:
            base.close()
            raise
        if row != (FORMAT,):
            base.close()
            raise sqlite3.DatabaseError(row)
        os.utime(self.path)  # opened today: it is kept for another while
        return base

    def about(self, name: str) -> str:
        """What the file says of itself under a name; nothing if it says nothing."""
        row = self._base.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def events(self) -> list[Event]:
        """All events, in order."""
        rows = self._base.execute(
            "SELECT number, at, kind, data, client FROM events WHERE session = ? ORDER BY number", (self.code,)
        )
        return [Event(number, at, kind, json.loads(data), client or "") for number, at, kind, data, client in rows]

    def append(self, events: Iterable[Event]) -> None:
        """Write events, all of them or none; they are on the disk when this returns. Raises ``sqlite3.Error``."""
        rows = [
            (self.code, one.number, one.at, one.kind, json.dumps(dict(one.data)), one.client or None) for one in events
        ]
        self._base.execute("BEGIN IMMEDIATE")
        try:
            self._base.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._base.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._base.execute("ROLLBACK")
            raise

    def digests(self) -> tuple[str, ...]:
        """The digests of the trainer's keys."""
        return tuple(row[0] for row in self._base.execute("SELECT digest FROM keys"))

    def add_digest(self, digest: str) -> None:
        """Let one more key open the console."""
        self._base.execute("INSERT OR IGNORE INTO keys VALUES (?)", (digest,))

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def delete(self) -> None:
        """Delete the session for good."""
        self.close()
        _removed(self.path)


def _connected(path: Path) -> sqlite3.Connection:
    """A connection that nobody else can have at the same time."""
    base = sqlite3.connect(path, timeout=0.2, isolation_level=None, check_same_thread=False)
    try:
        base.execute("PRAGMA locking_mode = EXCLUSIVE")
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = FULL")
        base.execute("BEGIN EXCLUSIVE")
        base.execute("COMMIT")
    except BaseException:
        base.close()
        raise
    return base


def _filled(base: sqlite3.Connection, about: Mapping[str, str]) -> sqlite3.Connection:
    """A connection to a new file, with its tables; closed if they cannot be made."""
    try:
        base.executescript(f"BEGIN; {TABLES} COMMIT;")
        base.execute("BEGIN")
        base.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        base.execute("COMMIT")
    except BaseException:
        base.close()
        raise
    return base


def refused(path: Path, error: Exception) -> InputRefused:
    """The error to raise where the file of a session cannot be made, opened or written."""
    if _is_full(error):
        return InputRefused([problem("disk_full", given=shown(str(path), 200))])
    return InputRefused([problem(_reason(error), given=path.stem)])


def _is_full(error: Exception) -> bool:
    """Whether the disk is what does not let a file be written."""
    codes = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
    if isinstance(error, OSError):
        return error.errno in codes
    return getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"


def _reason(error: Exception) -> str:
    """The key of the sentence that says why a session cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return "no_session"
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return "session_open"
    return "session_file" if isinstance(error, sqlite3.Error) else "session_folder"


def _removed(path: Path) -> None:
    """Remove a session's file and what SQLite keeps beside it."""
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def codes() -> list[str]:
    """The codes of the sessions that are kept, the newest first."""
    try:
        paths = [path for path in folder().iterdir() if path.suffix == SUFFIX and is_code(path.stem)]
        return [path.stem for path in sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True)]
    except OSError:
        return []


def forget_old(now: float | None = None) -> Sequence[str]:
    """Delete the sessions that nobody opened for :attr:`~simulation.system.limits.Limits.kept_days`; gives their codes.

    One that is open in another process is left alone, whatever the clock says.
    """
    oldest = (time.time() if now is None else now) - 86_400 * LIMITS.kept_days
    gone = []
    for code in codes():
        path = path_of(code)
        with suppress(OSError):
            beside = path.with_name(f"{path.name}-wal")
            last = max(one.stat().st_mtime for one in (path, beside) if one.exists())
            if last < oldest and not _is_open(path):
                _removed(path)
                gone.append(code)
    return gone


def _is_open(path: Path) -> bool:
    """Whether another process has a session's file open."""
    try:
        _connected(path).close()
    except sqlite3.Error as error:
        return _reason(error) == "session_open"
    return False


def length(code: str) -> int | None:
    """How many events a session that is not open anywhere has; None for one that is."""
    try:
        with closing(_connected(path_of(code))) as base:
            return int(base.execute("SELECT count(*) FROM events").fetchone()[0])
    except sqlite3.Error:
        return None
