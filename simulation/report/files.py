"""Files put in place: looked at before any work is done, and then all of them or none.

New content is written beside what it replaces, brought to the disk, and then renamed; if anything fails, every file is
as it was. Only what ends this process without a word, such as a power cut, can fall between two renames and leave some
files new and others old; the file that is put in place last says which others it belongs to (``files`` in
``comparison.json`` holds the SHA-256 of each). The next run that writes to that folder removes the
temporary files that such an end left behind.

A link stays a link: the file that it points at is replaced. Whatever exists and is no ordinary file, such as a folder,
a device or a pipe, is refused.
"""

import errno
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simulation.study.errors import InputRefused, problem, shown
from simulation.system.limits import LIMITS

OLD_SECONDS = 3600
"""A temporary file of ours that is older than this is abandoned."""

TEMPORARY = re.compile(r"\.synergy-([0-9]+)-[0-9a-f]{8}\.(new|old)")
"""What our temporary files are called: by the process that wrote them, and whether they hold what comes or what was."""

CAUSES = {
    errno.ENOSPC: "disk_full",
    getattr(errno, "EDQUOT", errno.ENOSPC): "disk_full",
    errno.EACCES: "no_rights",
    errno.EPERM: "no_rights",
    errno.EROFS: "read_only",
    errno.ENAMETOOLONG: "name_too_long",
    errno.ENOTDIR: "not_in_a_folder",
    errno.EEXIST: "not_in_a_folder",
}
"""The problems for which there is a sentence of its own; not to be changed."""


@dataclass(frozen=True)
class _Change:
    """A file that is to be replaced, what comes and what was, side by side in one folder."""

    target: Path
    coming: Path
    former: Path


def put(path: Path, content: bytes) -> None:
    """Put a file in place at once: either the whole of it is there, or what was there before.

    Raises :class:`~simulation.study.errors.InputRefused` if it cannot be written.
    """
    put_each({path: content})


def put_first(path: Path, content: bytes) -> None:
    """Put a file in place unless there is one: what is there in the end is whole, and that of whoever was first.

    Raises :class:`~simulation.study.errors.InputRefused` if it cannot be written.
    """
    check_file(path)
    change = _change(path)
    try:
        _write(change, content)
        try:
            os.link(change.coming, change.target)
        except OSError:  # there is one; or a file has but one name here
            with suppress(FileExistsError), change.target.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        _sync(change.target.parent)
    except OSError as error:
        raise refused(path, error) from None
    finally:
        _forget(change.coming)


def settle(coming: Path, path: Path) -> None:
    """Put a file in place that was written beside it, in the same folder: brought to the disk, renamed, and the folder
    after it. Raises ``OSError``."""
    with coming.open("rb+") as stream:
        os.fsync(stream.fileno())
    coming.replace(path)
    _sync(path.parent)


def put_each(contents: Mapping[Path, bytes]) -> None:
    """Put files in place, wherever each belongs: all of them, or none.

    Raises :class:`~simulation.study.errors.InputRefused` if one of them cannot be written.
    """
    for path in contents:
        check_file(path)
    if contents:
        _replace(contents)


def put_all(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Put files in place in a folder, made where there is none: all of them, in this order, or none.

    Raises :class:`~simulation.study.errors.InputRefused` if one of them cannot be written.
    """
    made: list[Path] = []
    try:
        check_folder(folder, contents)
        made = _missing(folder)
        try:
            _make(made)
        except OSError as error:
            raise refused(folder, error) from None
        _replace({folder / name: content for name, content in contents.items()})
    except BaseException:
        _remove_empty(made)
        raise


def check_file(path: Path) -> None:
    """Refuse what no file can be written to, before any work is done: raises InputRefused, and leaves nothing."""
    try:
        _check_ordinary(path)
        target = path.resolve()
        if not target.parent.is_dir():
            raise InputRefused([problem("no_folder", given=_named(path), folder=_named(target.parent))])
        _try_out(target.parent)
    except (OSError, ValueError, RuntimeError) as error:
        raise refused(path, error) from None


def read(path: Path, most: int = LIMITS.file_bytes) -> bytes:
    """What an ordinary file holds: raises InputRefused if there is none, or if it holds more than ``most`` bytes."""
    try:
        _check_ordinary(path, os.R_OK)
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except FileNotFoundError:
        raise InputRefused([problem("no_such_file", given=_named(path))]) from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputRefused([problem("cannot_read", given=_named(path), why=why)]) from None
    if len(content) > most:
        raise InputRefused([problem("cannot_read", given=_named(path), why=f"> {most} bytes")])
    return content


def check_folder(folder: Path, names: Iterable[str] = ()) -> None:
    """Refuse a folder to which files of these names cannot be written: raises InputRefused, and leaves nothing."""
    missing: list[Path] = []
    try:
        missing = _missing(folder)
        _make(missing)
        folder.mkdir(exist_ok=True)
        _try_out(folder)
        for name in names:
            _check_ordinary(folder / name)
    except (OSError, ValueError, RuntimeError) as error:
        raise refused(folder, error) from None
    finally:
        _remove_empty(missing)


def refused(path: Path, error: Exception) -> InputRefused:
    """The error to raise when the system does not let a file be written."""
    why = getattr(error, "strerror", None) or str(error)
    key = CAUSES.get(getattr(error, "errno", None) or 0, "cannot_write")
    return InputRefused([problem(key, given=_named(path), why=why)])


def _named(path: Path) -> str:
    """A path in a sentence."""
    return shown(str(path), 200)


def _make(missing: list[Path]) -> None:
    """Make the folders of a list that has the innermost first."""
    for folder in reversed(missing):
        if folder.is_symlink():
            raise InputRefused([problem("link_to_nothing", given=_named(folder))])
        folder.mkdir(exist_ok=True)


def _check_ordinary(path: Path, rights: int = os.W_OK) -> None:
    """Refuse what is there and is no ordinary file for which we have the rights."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return
    mode = status.st_mode
    if stat.S_ISDIR(mode):
        raise InputRefused([problem("is_a_folder", given=_named(path))])
    if not stat.S_ISREG(mode):
        raise InputRefused([problem("no_ordinary_file", given=_named(path))])
    if not os.access(path, rights):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    if rights == os.W_OK:
        _check_not_output(status, path)


def _check_not_output(status: os.stat_result, path: Path) -> None:
    """Refuse the file to which what this process says is going: it would be replaced under its hands."""
    for handle in (1, 2):
        with suppress(OSError):
            used = os.fstat(handle)
            if (used.st_dev, used.st_ino) == (status.st_dev, status.st_ino):
                raise InputRefused([problem("is_output", given=_named(path))])


def _try_out(folder: Path) -> None:
    """Make a file in a folder, one that is gone at once."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _missing(folder: Path) -> list[Path]:
    """The folder and those above it that do not exist, the innermost first."""
    missing = []
    for ancestor in (folder, *folder.parents):
        try:
            ancestor.stat()
        except FileNotFoundError:
            missing.append(ancestor)
        else:
            break
    return missing


def _remove_empty(folders: list[Path]) -> None:
    """Remove folders that were made for nothing."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _replace(contents: Mapping[Path, bytes]) -> None:
    """Replace the content of all these files, or of none."""
    changes = {path: _change(path) for path in contents}
    for folder in {change.target.parent for change in changes.values()}:
        _clear(folder)
    path = next(iter(contents))
    try:
        for path, content in contents.items():
            _write(changes[path], content)
        _swap(list(changes.values()))
    except OSError as error:
        raise refused(path, error) from None
    finally:
        for change in changes.values():
            _forget(change.coming)
            _forget(change.former)


def _change(path: Path) -> _Change:
    """How a file is to be replaced; behind a link, the file that it points at."""
    target = path.resolve()
    mark = f".synergy-{os.getpid()}-{secrets.token_hex(4)}"
    return _Change(target, target.with_name(f"{mark}.new"), target.with_name(f"{mark}.old"))


def _write(change: _Change, content: bytes) -> None:
    """Bring what comes to the disk, with the rights of what was."""
    with change.coming.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(OSError):
        change.coming.chmod(stat.S_IMODE(change.target.stat().st_mode))


def _swap(changes: list[_Change]) -> None:
    """Put all that comes in the place of what was; if one cannot be, put back what was."""
    try:
        for change in changes:
            _keep(change)
        for change in changes:
            change.coming.replace(change.target)
    except BaseException:
        for change in changes:
            _put_back(change)
        raise
    for folder in {change.target.parent for change in changes}:
        _sync(folder)


def _keep(change: _Change) -> None:
    """Keep what was until all is in place: as a second name, or as a copy where a file has but one name."""
    if not change.target.exists():
        return
    try:
        os.link(change.target, change.former)
    except OSError:
        shutil.copy2(change.target, change.former)


def _put_back(change: _Change) -> None:
    """Undo a change if it was made."""
    with suppress(OSError):
        if change.coming.exists():
            return
        if change.former.exists():
            change.former.replace(change.target)
        else:
            change.target.unlink(missing_ok=True)


def _forget(path: Path) -> None:
    """Remove a temporary file, if it is there."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, where a system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(folder: Path) -> None:
    """Remove temporary files that an earlier run of ours left behind."""
    with suppress(OSError):
        for path in folder.iterdir():
            named = TEMPORARY.fullmatch(path.name)
            if named and _is_abandoned(path, int(named[1])):
                _forget(path)


def _is_abandoned(path: Path, process: int) -> bool:
    """Whether a temporary file is an ordinary one whose process has ended, or that has been there for long."""
    with suppress(OSError):
        status = path.lstat()
        return stat.S_ISREG(status.st_mode) and (status.st_mtime < time.time() - OLD_SECONDS or has_ended(process))
    return False


def has_ended(process: int) -> bool:
    """Whether a process is gone; not known where asking would end it, on Windows."""
    if os.name == "nt":
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False
