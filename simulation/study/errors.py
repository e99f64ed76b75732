"""What can go wrong, said once.

A problem knows where it is, what was given, and a key of the locale files that says what is legal and what
to do. It is put into words only when somebody reads it, so that it can be read in English or in Dutch.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar

from simulation.system.limits import LIMITS
from simulation.text.characters import escaped
from simulation.text.i18n import LANGUAGES, say, twin

__all__ = [
    "LANGUAGES",
    "InputRefused",
    "Problem",
    "Remark",
    "SynergyError",
    "abridged",
    "nearest",
    "problem",
    "remark",
    "several",
    "shown",
    "unknown",
]

LISTED = 40
"""So many legal names are listed at most."""
_COMPARED = 60
"""Of a name only so many characters are compared."""
_CANDIDATES = 500
"""So many names are compared letter by letter at most."""


def shown(value: object, most: int = 60) -> str:
    """A value as a person may have typed it, cut to ``most`` characters.

    >>> shown("Sales"), shown(1.5), shown(True), shown(None), shown("x" * 100, 10)
    ("'Sales'", '1.5', 'true', 'null', "'xxxxxxxxx…")
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = ""
    for piece in _pieces(value, most):
        text += piece
        if len(text) > most:
            return text[:most] + "…"
    return text


def _pieces(value: object, most: int) -> Iterator[str]:
    """A value's text bit by bit, so that of a large one only the beginning is made."""
    if isinstance(value, str):
        yield repr(value[: most + 1])
    elif isinstance(value, dict):
        for place, (key, each) in enumerate(value.items()):
            yield ", " if place else "{"
            yield from _pieces(key, most)
            yield ": "
            yield from _pieces(each, most)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield ", " if place else "["
            yield from _pieces(each, most)
        yield "]" if value else "[]"
    elif value is None or isinstance(value, bool):
        yield shown(value)
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        yield repr(int(value))
    else:
        yield repr(value)


def several(names: Iterable[str], sign: str = ", ", most: int = 12) -> str:
    """Names one after the other; of many, the first.

    >>> several(["IT", "Sales"]), several(map(str, range(100)), " → ", 3)
    ('IT, Sales', '0 → 1 → 2 → …')
    """
    first = list(islice((shown(one)[1:-1] if len(one) > LISTED else one for one in names), most + 1))
    return sign.join(first[:most] + ["…"] * (len(first) > most))


@dataclass(frozen=True)
class Problem:
    """One mistake in an input: ``key`` under ``problem.`` in the locale files, with the fields it names."""

    key: str
    fields: tuple[tuple[str, Any], ...] = ()
    path: str = ""
    line: int | None = None
    file: str = ""
    also: tuple[int, ...] = ()
    """The lines on which the same mistake stands too."""
    part: ClassVar[str] = "problem"
    """The part of the locale files that has its words."""

    def told(self, language: str = "en") -> str:
        """One sentence or two: where, what was given, what is legal, what to do.

        Whatever comes from outside is escaped, so that it can neither drive a terminal nor hide.
        """
        fields = {name: escaped(one) if isinstance(one, str) else one for name, one in self.fields}
        near = fields.get("near")
        fields["nearest"] = say("problem.nearest", language, near=near) if near else ""
        if "why" in fields:
            fields["why"] = twin("system", str(fields["why"]), language)
        what = say(f"{self.part}.{self.key}", language, **fields)
        if self.also:
            lines = several(map(str, dict.fromkeys(self.also)))
            what += say("problem.also", language, lines=lines, times=len(self.also))
        where = [escaped(self.file)] if self.file else []
        if self.line is not None:
            where.append(say("problem.line", language, line=self.line))
        if self.path:
            where.append(escaped(self.path))
        return f"{', '.join(where)}: {what}" if where else what


@dataclass(frozen=True)
class Remark(Problem):
    """Something in an input that is legal and yet may not be meant: ``key`` under ``remark.`` in the locale files.

    >>> print(Remark("no_capacity").told())
    every department has a capacity of 0, so that nothing can be done. Give each its hours per week.
    """

    part: ClassVar[str] = "remark"


def problem(key: str, path: str = "", line: int | None = None, **fields: Any) -> Problem:
    """Make a :class:`Problem`; the keyword arguments are what its sentence names."""
    return Problem(key, tuple(sorted(fields.items())), path, line)


def remark(key: str, path: str = "", line: int | None = None, **fields: Any) -> Remark:
    """Make a :class:`Remark`; the keyword arguments are what its sentence names."""
    return Remark(key, tuple(sorted(fields.items())), path, line)


def unknown(
    key: str, given: object, legal: Iterable[Any], path: str = "", line: int | None = None, guess: bool = True
) -> Problem:
    """A problem with a name that is not one of the legal ones; the nearest comes first, if one is to ``guess``."""
    names = [str(one) for one in legal]
    near = nearest(str(given), names) if guess else None
    first = [near] if near else []
    first += islice((one for one in names if one != near), LISTED - len(first))
    listed = ", ".join(one if len(one) <= _COMPARED else f"{one[:_COMPARED]}…" for one in first)
    listed += ", …" if len(names) > LISTED else ""
    return problem(key, path, line, given=shown(given), legal=listed or "–", near=near or "")


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The name that somebody may have meant, if there is one; of very many, one with the same first letter.

    >>> nearest("SALES", ["Sales", "Finance"]), nearest("Finence", ["Sales", "Finance"]), nearest("x", ["Sales"])
    ('Sales', 'Finance', None)
    """
    word = given[:_COMPARED].strip().casefold()
    known = {one[:_COMPARED].strip().casefold(): one for one in names}
    if word in known:
        return known[word]
    among: Iterable[str] = known
    if len(known) > _CANDIDATES:
        among = islice((one for one in known if one[:1] == word[:1] and abs(len(one) - len(word)) < 4), _CANDIDATES)
    near = difflib.get_close_matches(word, among, n=1)
    return known[near[0]] if near else None


_AGAIN = 4
"""A list of so many legal names or fewer is said each time."""
_ONE_LIST = {"unknown_base", "unknown_department", "unknown_measure", "unknown_parameter", "unknown_scenario"}
"""Problems for which a file has a single list of legal names."""


def abridged(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the file, each list of legal names said once, and the same mistake in full once.

    What is more than anybody reads at once (:attr:`~simulation.system.limits.Limits.problems`) is counted.

    >>> wrong = [unknown("unknown_department", "IT", ["ICT", "A", "B", "C", "D"], line=line) for line in (9, 7)]
    >>> for one in abridged(wrong): print(one.told())
    line 7: 'IT' is not a department of this organisation. Nearest: ICT. Departments are: ICT, A, B, C, D. Correct the
    spelling or add the department.
    line 9: 'IT' again, as on line 7.
    """
    found = sorted(problems, key=lambda one: one.line or 0)
    more = sum(dict(one.fields)["more"] for one in found if one.key == "more_problems")
    found = _together(one for one in found if one.key != "more_problems")
    more += len(found[LIMITS.problems :])
    files = {one.file for one in found}
    file = files.pop() if len(files) == 1 else ""
    rest = [replace(problem("more_problems", more=more), file=file)] if more else []
    return [*_without_repeats(found[: LIMITS.problems]), *rest]


def _together(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, where one stands in very many places only the first, with the lines of the others."""
    kept: list[Problem] = []
    alike: dict[Any, list[Problem]] = {}
    for one in problems:
        alike.setdefault(_mistake(one), []).append(one)
    for same in alike.values():
        lines = tuple(one.line for one in same if one.line is not None)
        many = len(lines) == len(same) > _AGAIN
        kept += [replace(same[0], also=lines[1:])] if many else same
    return sorted(kept, key=lambda one: one.line or 0)


def _mistake(said: Problem) -> tuple[Any, ...]:
    """What is wrong, wherever it is; of names that are legal, whether they are the same ones in any order."""
    fields = dict(said.fields)
    if "near" not in fields:
        return said.file, said.key, str(said.fields)
    legal = frozenset() if said.key in _ONE_LIST else frozenset(str(fields["legal"]).split(", "))
    return said.file, said.key, fields["given"], legal


def _without_repeats(problems: list[Problem]) -> Iterator[Problem]:
    """The same problems, with what an earlier one says of the names that are legal left out."""
    listed: set[tuple[str, str, frozenset[str]]] = set()
    lines: dict[tuple[str, str, Any], int] = {}
    for one in problems:
        fields = dict(one.fields)
        legal = str(fields.get("legal", "")).split(", ")
        same = (one.file, one.key, frozenset() if one.key in _ONE_LIST else frozenset(legal))
        mistake = (one.file, one.key, fields.get("given"))
        if "near" not in fields or len(legal) <= _AGAIN or one.line is None:
            yield one
        elif same in listed and mistake in lines:
            yield replace(
                problem("the_same", one.path, one.line, given=fields["given"], first=lines[mistake]), file=one.file
            )
        elif same in listed:
            again = problem("unknown_too", one.path, one.line, given=fields["given"], near=fields["near"])
            yield replace(again, file=one.file)
            lines[mistake] = one.line
        else:
            listed.add(same)
            lines[mistake] = one.line
            yield one


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
