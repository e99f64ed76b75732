"""Where the files of a sweep are: a folder of this machine, or an address that every machine sees (``s3://…``).

A folder is a ``pathlib.Path``, and its files are put in place as :mod:`simulation.report.files` does. Anything
else is reached by fsspec, whose paths (``UPath``, of universal_pathlib) look the same; there a file is written in one
go, which a store of objects shows only when it is whole. On others a file may be seen half-written; the checksum that
comes after it is what says that it is there.
"""

import errno
import os
import re
import secrets
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

from simulation.report import files
from simulation.study.errors import InputRefused, problem, shown
from simulation.system.limits import LIMITS

if TYPE_CHECKING:
    from upath import UPath

Place: TypeAlias = "Path | UPath"
"""A folder, or a file in one."""

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL)
PROBE = ".probe-"
"""What the name of a file begins with that is there to see whether one can be."""


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a folder of this machine.

    >>> is_address("s3://bucket/big"), is_address("big"), is_address("C:\\\\big")
    (True, False, False)
    """
    return "://" in text


def place_of(text: str) -> Place:
    """The folder, or the file, that a path or an address names.

    Raises :class:`~simulation.study.errors.InputRefused` for an address of a kind that is not known, with a password in
    it, or for which a library is missing.

    >>> place_of("file:///tmp/big").name, place_of("big").name
    ('big', 'big')
    """
    if not is_address(text):
        return Path(text)
    given = shown(text, 200)
    try:
        parts = urlsplit(text)
        has_password = parts.password is not None
    except ValueError:
        raise InputRefused([problem("bad_address", given=given)]) from None
    if not ADDRESS.fullmatch(text):
        raise InputRefused([problem("bad_address", given=given)])
    if has_password:
        raise InputRefused([problem("password_in_address", given=shown(f"{parts.scheme}://{parts.hostname}"))])
    scheme, _, rest = text.partition("://")
    if scheme.lower() in {"file", "local"}:
        host, _, path = rest.partition("/")
        if host not in {"", "localhost"} or not path.strip("/"):
            raise InputRefused([problem("bad_address", given=given)])
        return Path(url2pathname(f"/{path}") if sys.platform == "win32" else f"/{path}")
    return _stored(f"{scheme.lower()}://{rest}", given)


def _stored(text: str, given: str) -> "UPath":
    """A place that fsspec reaches; raises as :func:`place_of` does."""
    try:
        from upath import UPath  # noqa: PLC0415 - an extra
    except ImportError:
        raise InputRefused([problem("no_fsspec", given=given)]) from None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it has no paths of its own for a store does not matter
            place = UPath(text)
            place.fs  # noqa: B018 - made when it is first asked for
            _ = place / "a"  # not every store has folders
    except ImportError as error:
        raise InputRefused([problem("no_store_library", given=given, why=_first_line(error))]) from None
    except Exception:  # whatever a library that is not ours thinks of a text
        raise InputRefused([problem("bad_address", given=given)]) from None
    if isinstance(place, Path) or not place.path.strip("/"):
        raise InputRefused([problem("bad_address", given=given)])
    return place


@contextmanager
def reaching(place: Place) -> Iterator[None]:
    """Whatever a store's library raises, as ``OSError``; what it remembers of folders is forgotten before."""
    if isinstance(place, Path):
        yield
        return
    try:
        place.fs.invalidate_cache()
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(_first_line(error)) from error


@contextmanager
def opened(path: Place) -> Iterator[IO[bytes]]:
    """A file to be read; raises ``OSError``."""
    with reaching(path), path.open("rb") as stream:
        yield stream


def put(path: Place, content: bytes) -> None:
    """Put a file in place; raises :class:`~simulation.study.errors.InputRefused` if it cannot be written."""
    if isinstance(path, Path):
        files.put(path, content)
        return
    try:
        replace(path, content)
    except OSError as error:
        raise refused(path, error) from None


def put_first(path: Place, content: bytes) -> None:
    """Put a file in place unless there is one, whole or not at all.

    Raises :class:`~simulation.study.errors.InputRefused` if it cannot be written.
    """
    if isinstance(path, Path):
        files.put_first(path, content)
        return
    try:
        create(path, content)
    except OSError as error:
        if not exists(path):  # some stores say in words of their own that there is one
            raise refused(path, error) from None


def create(path: Place, content: bytes) -> None:
    """Write a file unless there is one, in one go; raises ``FileExistsError`` then, else ``OSError``."""
    if isinstance(path, Path):
        with path.open("xb") as stream:
            stream.write(content)
        return
    with reaching(path):
        path.fs.pipe_file(path.path, content, mode="create")


def replace(path: Place, content: bytes) -> None:
    """Write a file, whatever there is, in one go; raises ``OSError``."""
    if isinstance(path, Path):
        path.write_bytes(content)
        return
    with reaching(path):
        path.fs.pipe_file(path.path, content)


def put_file(path: Place, made: Path) -> None:
    """Put in place what was written to a file of this machine; raises ``OSError``."""
    if isinstance(path, Path):
        files.settle(made, path)
        return
    with reaching(path):
        path.fs.put_file(str(made), path.path)


def read(path: Place, most: int = LIMITS.results_bytes) -> bytes:
    """What a file holds; raises :class:`~simulation.study.errors.InputRefused` if it cannot be read, or is too long."""
    if isinstance(path, Path):
        return files.read(path, most)
    try:
        with opened(path) as stream:
            content = stream.read(most + 1)
    except FileNotFoundError:
        raise InputRefused([problem("no_such_file", given=shown(str(path), 200))]) from None
    except OSError as error:
        raise InputRefused([problem("cannot_read", given=shown(str(path), 200), why=_first_line(error))]) from None
    if len(content) > most:
        raise InputRefused([problem("cannot_read", given=shown(str(path), 200), why=f"> {most} bytes")])
    return content


def exists(path: Place) -> bool:
    """Whether there is a file; False if that cannot be known."""
    try:
        with reaching(path):
            return path.is_file()
    except (OSError, ValueError):
        return False


def remove(path: Place) -> None:
    """Remove a file, if it is there."""
    with suppress(OSError), reaching(path):
        if isinstance(path, Path):
            path.unlink(missing_ok=True)
        else:
            path.fs.rm_file(path.path)  # others would take * and [ for patterns


def names_in(folder: Place) -> list[str]:
    """The names of what is in a folder; none if there is no such folder. Raises ``OSError``."""
    with reaching(folder):
        return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []


def check(folder: Place) -> None:
    """Refuse a folder in which no files can be made: raises InputRefused, and leaves nothing."""
    if isinstance(folder, Path):
        files.check_folder(folder)
        return
    probe = folder / f"{PROBE}{secrets.token_hex(8)}"
    try:
        with reaching(folder):
            if folder.drive and not folder.fs.exists(folder.drive):  # a bucket that is mistyped is not to be made
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder.drive)
            folder.fs.makedirs(folder.path, exist_ok=True)
            probe.fs.pipe_file(probe.path, b".")
            probe.fs.rm_file(probe.path)
    except OSError as error:
        raise refused(folder, error) from None


def make(folder: Place) -> None:
    """Make a folder, where a store has such; raises :class:`~simulation.study.errors.InputRefused`."""
    try:
        with reaching(folder):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, error) from None


def refused(path: Place, error: Exception) -> InputRefused:
    """The error to raise where a file cannot be written."""
    if isinstance(path, Path):
        return files.refused(path, error)
    return InputRefused([problem("cannot_write", given=shown(str(path), 200), why=_first_line(error))])


def unread(path: Place, error: Exception) -> InputRefused:
    """The error to raise where something is there and cannot be read."""
    return InputRefused([problem("cannot_read", given=shown(str(path), 200), why=_first_line(error))])


def _first_line(error: Exception) -> str:
    """What an error says, in one line."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0][:200]
