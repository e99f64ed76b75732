"""What can go wrong, said once.

A problem knows where it is, what was given, and a key of the locale files that says what is legal and what
to do. It is put into words only when somebody reads it, so that it can be read in English or in Dutch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulation.words import LANGUAGES, say

__all__ = ["LANGUAGES", "InputRefused", "Problem", "SynergyError", "shown"]


def shown(value: object, most: int = 60) -> str:
    """A value as a person may have typed it, cut to ``most`` characters.

    >>> shown("Sales"), shown(1.5), shown(True), shown(None), shown("x" * 100, 10)
    ("'Sales'", '1.5', 'true', 'empty', "'xxxxxxxxx…")
    """
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= most else text[:most] + "…"


@dataclass(frozen=True)
class Problem:
    """One mistake in an input: ``key`` under ``problem.`` in the locale files, with the fields it names."""

    key: str
    fields: tuple[tuple[str, Any], ...] = ()
    path: str = ""
    line: int | None = None
    file: str = ""

    def told(self, language: str = "en") -> str:
        """One sentence or two: where, what was given, what is legal, what to do."""
        fields = dict(self.fields)
        near = fields.get("near")
        fields["nearest"] = say("problem.nearest", language, near=near) if near else ""
        what = say(f"problem.{self.key}", language, **fields)
        where = [self.file] if self.file else []
        if self.line is not None:
            where.append(say("problem.line", language, line=self.line))
        if self.path:
            where.append(self.path)
        return f"{', '.join(where)}: {what}" if where else what


def problem(key: str, path: str = "", line: int | None = None, **fields: Any) -> Problem:
    """Make a :class:`Problem`; the keyword arguments are what its sentence names."""
    return Problem(key, tuple(sorted(fields.items())), path, line)


class SynergyError(Exception):
    """Anything that this software refuses, with a sentence for whoever asked."""

    def told(self, language: str = "en") -> str:
        """Say it in the reader's language."""
        return str(self)


class InputRefused(SynergyError):
    """An input with one or more problems, all of them listed.

    >>> print(InputRefused([problem("empty")]))
    the file is empty. Start from a copy of the case: `synergy show case it-only`.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.told())

    def told(self, language: str = "en") -> str:
        """Say every problem, a line each."""
        return "\n".join(one.told(language) for one in self.problems)

    def __reduce__(self) -> tuple[type["InputRefused"], tuple[tuple[Problem, ...]]]:
        return InputRefused, (self.problems,)
