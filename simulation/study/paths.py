"""Where something stands in a file: paths, how they are told, and how they are found in plain data."""

from dataclasses import dataclass
from typing import Any

from simulation.study.errors import shown


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is not a text, as a part of a path."""

    value: object


Path = tuple[str | int | Key, ...]
"""A place in a file: keys and places in lists, from the outside in."""


def told_path(path: Path) -> str:
    """A place in a file as a person reads it.

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


def location(data: Any, loc: Path, kind: str) -> Path:
    """A place in validated data as a place in the data given: departments by name, nothing that pydantic added."""
    found: list[Any] = []
    for given in loc:
        by_place = isinstance(data, dict) and isinstance(given, int) and given < len(data)
        part = list(data)[given] if by_place and isinstance(given, int) else given
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return (*found, part) if kind == "missing" and isinstance(data, dict) else tuple(found)
        found.append(part)
        data = data[part]
    return tuple(found)


def depth_of(data: Any, path: Path) -> int:
    """How many parts of a path exist in the data."""
    for depth, part in enumerate(path):
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return depth
        data = data[part]
    return len(path)
