"""What a server was started with: handed over once, before any page is drawn, and read wherever it is needed."""

import functools
from dataclasses import dataclass, field
from typing import Any

from simulation.lesson.source import Told
from simulation.study.sources.files import CASE


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says of a server.

    ``file`` is the study that it shows, as :func:`simulation.study.sources.files.load` takes it; ``lesson`` the file of
    its lesson, None for the one that comes along; ``language`` the language of whoever wishes for none, None for that
    of the system. ``data`` is the plain data of the study and ``material`` the lesson, where they have been read
    already: a pipe can be read once only, and what is shown is what was found in order.
    """

    file: str = CASE
    lesson: str | None = None
    language: str | None = None
    data: dict[str, Any] | None = field(default=None, compare=False, repr=False)
    material: Told | None = field(default=None, compare=False, repr=False)


@functools.cache
def _process() -> dict[str, Settings]:
    """The settings of this process, once it has some."""
    return {}


def settings() -> Settings:
    """The server's settings; where none was started, the defaults, and from then on no others can be handed over."""
    return _process().setdefault("settings", Settings())


def hand_over(handed: Settings) -> None:
    """Give this process its settings. Raises ``RuntimeError`` if it has others, which a page may have been made of."""
    if _process().setdefault("settings", handed) != handed:
        raise RuntimeError("this process has other settings already")
