"""Numbers that were written down, held against those of a second run: which differ, and by how much."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NO_NUMBERS = frozenset(
    {"synergy", "command", "files", "machine", "resolved", "study", "title", "note", "sentence", "stopped"}
)
"""Parts of a comparison that hold no results."""
CLOSE = 1e-9
"""So much of its size a real number may differ between kinds of processors, or versions of libraries."""


@dataclass(frozen=True, slots=True)
class Apart:
    """A value that is another one now: where it stands, as it was and as it is."""

    path: str
    before: Any
    now: Any

    @property
    def is_close(self) -> bool:
        """Whether both are reals, and next to equal.

        >>> Apart("x", 1.0, 1.0 + 1e-12).is_close, Apart("x", 1.0, 1.1).is_close, Apart("x", 1, 2).is_close
        (True, False, False)
        """
        return all(isinstance(one, float) for one in (self.before, self.now)) and close(self.before, self.now)


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a second run: how many ``values`` were held against each other, and those that are ``apart``."""

    values: int
    apart: tuple[Apart, ...]

    @property
    def is_close(self) -> bool:
        """Whether nothing differs by more than another processor accounts for."""
        return all(one.is_close for one in self.apart)


def close(a: float, b: float) -> bool:
    """Whether two reals differ by no more than :data:`CLOSE` of the larger, or of 1; what is infinite is near nothing.

    >>> close(1.0, 1.0 + 1e-12), close(1.0, math.inf)
    (True, False)
    """
    return math.isfinite(a - b) and abs(a - b) <= CLOSE * max(1.0, abs(a), abs(b))


def held_against(before: Mapping[str, Any], now: Mapping[str, Any]) -> Found:
    """The results of a comparison, as they were and as they are.

    >>> found = held_against({"a": [1, 2.5], "command": "x"}, {"a": [1, 2.75], "command": "y"})
    >>> found.values, found.apart
    (2, (Apart(path='a[2]', before=2.5, now=2.75),))
    """
    was, is_now = dict(_leaves(before)), dict(_leaves(now))
    paths = dict.fromkeys((*was, *is_now))
    apart = [Apart(path, was.get(path), is_now.get(path)) for path in paths if not _same(was, is_now, path)]
    return Found(len(paths), tuple(apart))


def unlike(before: Mapping[str, Any], now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """What a first run was made with and a second is not: (what, before, now).

    >>> unlike({"numpy": "1", "system": "linux"}, {"numpy": "2", "system": "linux"})
    [('numpy', '1', '2')]
    """
    return [(what, str(before.get(what, "–")), value) for what, value in now.items() if before.get(what) != value]


def _same(was: Mapping[str, Any], is_now: Mapping[str, Any], path: str) -> bool:
    """Whether a value is there in both, and the same."""
    return path in was and path in is_now and bool(was[path] == is_now[path])


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every result in plain data, with its path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in NO_NUMBERS:
                yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for at, inner in enumerate(value, start=1):
            yield from _leaves(inner, f"{path}[{at}]")
    else:
        yield path, None if isinstance(value, float) and math.isnan(value) else value
