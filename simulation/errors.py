"""What can go wrong, said once.

A problem knows where it is, what was given, and a key of the locale files that says what is legal and what
to do. It is put into words only when somebody reads it, so that it can be read in English or in Dutch.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simulation.words import LANGUAGES, say

__all__ = ["LANGUAGES", "InputRefused", "Problem", "SynergyError", "nearest", "problem", "shown", "unknown"]


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


def unknown(key: str, given: object, legal: Any, path: str = "", line: int | None = None) -> Problem:
    """A problem with a name that is not one of the legal ones; the nearest comes first."""
    names = [str(one) for one in legal]
    near = nearest(str(given), names)
    first = sorted(names, key=lambda one: one != near)[:40]
    listed = ", ".join(first) + (", …" if len(names) > 40 else "")
    return problem(key, path, line, given=shown(given), legal=listed or "–", near=near or "")


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The name that somebody may have meant, if there is one.

    >>> nearest("SALES", ["Sales", "Finance"]), nearest("Finence", ["Sales", "Finance"]), nearest("x", ["Sales"])
    ('Sales', 'Finance', None)
    """
    word = given[:300].strip().casefold()
    known = {one.strip().casefold(): one for one in names}
    near = [word] if word in known else difflib.get_close_matches(word, known, n=1)
    return known[near[0]] if near else None


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
