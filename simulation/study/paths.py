"""Where something stands in a file: paths, how they are told, and how they are found in plain data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulation.study.errors import shown
from simulation.study.places import Place


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is not a text, as a part of a path."""

    value: object


Path = tuple[str | int | Key, ...]
"""A way into a file's data: keys and positions in lists, from the outside in."""

PlaceOf = Callable[[Path], Place | None]
"""Where what a path leads to stands in the input; None where it stands nowhere, as what a command line changes."""


def nowhere(path: Path) -> None:
    """The place of data that come from no input a reader could look at."""


def told_path(path: Path) -> str:
    """A path as a person reads it.

    >>> told_path(("organisation", "informal_ties", 2))
    'organisation.informal_ties[3]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif isinstance(part, str):
            plain_name = part.isprintable() and part.strip() and len(part) <= 60
            text += ("." if text else "") + (part if plain_name else shown(part))
    return text


def next_key(mapping: dict[str, Any], left: list[str]) -> tuple[str, list[str]]:
    """The next key of a path and what is left of the path; a name that is there may hold points itself.

    >>> next_key({"Dept. A": {}}, ["Dept", " A", "capacity"])
    ('Dept. A', ['capacity'])
    """
    for count in range(len(left), 1, -1):
        if ".".join(left[:count]) in mapping:
            return ".".join(left[:count]), left[count:]
    return left[0], left[1:]


def location(data: Any, loc: Path, kind: str) -> Path:
    """A path in validated data as a path in the data given: departments by name, nothing that pydantic added."""
    path: list[Any] = []
    for step in loc:
        by_index = isinstance(data, dict) and isinstance(step, int) and step < len(data)
        part = list(data)[step] if by_index and isinstance(step, int) else step
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return (*path, part) if kind == "missing" and isinstance(data, dict) else tuple(path)
        path.append(part)
        data = data[part]
    return tuple(path)


def depth_of(data: Any, path: Path) -> int:
    """How many parts of a path exist in the data."""
    for depth, part in enumerate(path):
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return depth
        data = data[part]
    return len(path)
