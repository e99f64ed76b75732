"""What can go wrong, said once.

A problem knows where it is, what was given, and a key of the locale files that says what is legal and what
to do. It is put into words only when somebody reads it, so that it can be read in English or in Dutch.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar

from simulation.study.places import Line, Place
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
        for index, (key, each) in enumerate(value.items()):
            yield ", " if index else "{"
            yield from _pieces(key, most)
            yield ": "
            yield from _pieces(each, most)
        yield "}" if value else "{}"
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield ", " if index else "["
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
    first = list(islice((shown(name)[1:-1] if len(name) > LISTED else name for name in names), most + 1))
    return sign.join(first[:most] + ["…"] * (len(first) > most))


@dataclass(frozen=True)
class Problem:
    """One mistake in an input: ``key`` under ``problem.`` in the locale files, with the fields its sentence names.

    ``path`` is what it is about, ``place`` where that stands, ``also`` where the same mistake stands too.
    """

    key: str
    fields: tuple[tuple[str, Any], ...] = ()
    path: str = ""
    place: Place | None = None
    file: str = ""
    also: tuple[Place, ...] = ()
    part: ClassVar[str] = "problem"
    """The part of the locale files that has its words."""

    @property
    def line(self) -> int | None:
        """The line it stands on, from 1; None for what stands on no line."""
        return self.place.number if isinstance(self.place, Line) else None

    @property
    def order(self) -> tuple[Any, ...]:
        """What problems of one input are sorted by: what stands nowhere in particular comes first."""
        return self.place.order if self.place else ()

    def told(self, language: str = "en") -> str:
        """One sentence or two: where, what was given, what is legal, what to do.

        Whatever comes from outside is escaped, so that it can neither drive a terminal nor hide.
        """
        fields = {name: _in_words(value, language) for name, value in self.fields}
        near = fields.get("near")
        fields["nearest"] = say("problem.nearest", language, near=near) if near else ""
        if "why" in fields:
            fields["why"] = twin("system", str(fields["why"]), language)
        what = say(f"{self.part}.{self.key}", language, **fields)
        if self.also:
            places = several(dict.fromkeys(escaped(place.short) for place in self.also))
            what += say(f"problem.also_{self.also[0].kind}", language, places=places, times=len(self.also))
        where = [escaped(self.file)] if self.file else []
        if self.place is not None:
            where.append(self.place.told(language))
        if self.path:
            where.append(escaped(self.path))
        return f"{', '.join(where)}: {what}" if where else what


def _in_words(value: Any, language: str) -> Any:
    """What a sentence names: a place as a sentence says it, a text with nothing in it that cannot be seen."""
    if isinstance(value, Place):
        return value.within(language)
    return escaped(value) if isinstance(value, str) else value


@dataclass(frozen=True)
class Remark(Problem):
    """Something in an input that is legal and yet may not be meant: ``key`` under ``remark.`` in the locale files.

    >>> print(Remark("no_capacity").told())
    every department has a capacity of 0, so that nothing can be done. Give each its hours per week.
    """

    part: ClassVar[str] = "remark"


def problem(key: str, path: str = "", place: Place | None = None, **fields: Any) -> Problem:
    """Make a :class:`Problem`; the keyword arguments are what its sentence names."""
    return Problem(key, tuple(sorted(fields.items())), path, place)


def remark(key: str, path: str = "", place: Place | None = None, **fields: Any) -> Remark:
    """Make a :class:`Remark`; the keyword arguments are what its sentence names."""
    return Remark(key, tuple(sorted(fields.items())), path, place)


def unknown(
    key: str, given: object, legal: Iterable[Any], path: str = "", place: Place | None = None, guess: bool = True
) -> Problem:
    """A problem with a name that is not one of the legal ones; the nearest comes first, if one is to ``guess``."""
    names = [str(name) for name in legal]
    near = nearest(str(given), names) if guess else None
    first = [near] if near else []
    first += islice((name for name in names if name != near), LISTED - len(first))
    listed = ", ".join(name if len(name) <= _COMPARED else f"{name[:_COMPARED]}…" for name in first)
    listed += ", …" if len(names) > LISTED else ""
    return problem(key, path, place, given=shown(given), legal=listed or "–", near=near or "")


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The name that somebody may have meant, if there is one; of very many, one with the same first letter.

    >>> nearest("SALES", ["Sales", "Finance"]), nearest("Finence", ["Sales", "Finance"]), nearest("x", ["Sales"])
    ('Sales', 'Finance', None)
    """
    word = given[:_COMPARED].strip().casefold()
    by_word = {name[:_COMPARED].strip().casefold(): name for name in names}
    if word in by_word:
        return by_word[word]
    candidates: Iterable[str] = by_word
    if len(by_word) > _CANDIDATES:
        alike = (other for other in by_word if other[:1] == word[:1] and abs(len(other) - len(word)) < 4)
        candidates = islice(alike, _CANDIDATES)
    import difflib  # noqa: PLC0415 - only who mistyped a name waits for it

    near = difflib.get_close_matches(word, candidates, n=1)
    return by_word[near[0]] if near else None


_AGAIN = 4
"""A list of so many legal names or fewer is said each time."""
_ONE_LIST = {"unknown_base", "unknown_department", "unknown_measure", "unknown_parameter", "unknown_scenario"}
"""Problems for which a file has a single list of legal names."""


def abridged(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the input, each list of legal names said once, and the same mistake in full once.

    What is more than anybody reads at once (:attr:`~simulation.system.limits.Limits.problems`) is counted.

    >>> wrong = [unknown("unknown_department", "IT", list("ABCDE"), place=Line(number)) for number in (9, 7)]
    >>> for problem in abridged(wrong): print(problem.told())
    line 7: 'IT' is not a department of this organisation. Departments are: A, B, C, D, E. Correct the spelling or add
    the department.
    line 9: 'IT' again, as on line 7.
    """
    ordered = sorted(problems, key=lambda problem: problem.order)
    more = sum(dict(each.fields)["more"] for each in ordered if each.key == "more_problems")
    ordered = _together(each for each in ordered if each.key != "more_problems")
    more += len(ordered[LIMITS.problems :])
    files = {each.file for each in ordered}
    file = files.pop() if len(files) == 1 else ""
    counted = [replace(problem("more_problems", more=more), file=file)] if more else []
    return [*_without_repeats(ordered[: LIMITS.problems]), *counted]


def _together(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, where one stands in very many places only the first, with the places of the others."""
    kept: list[Problem] = []
    alike: dict[Any, list[Problem]] = {}
    for each in problems:
        alike.setdefault(_mistake(each), []).append(each)
    for same in alike.values():
        places = tuple(each.place for each in same if each.place is not None)
        many = len(places) == len(same) > _AGAIN
        kept += [replace(same[0], also=places[1:])] if many else same
    return sorted(kept, key=lambda problem: problem.order)


def _mistake(problem: Problem) -> tuple[Any, ...]:
    """What is wrong, wherever it is; of names that are legal, whether they are the same ones in any order."""
    fields = dict(problem.fields)
    if "near" not in fields:
        return problem.file, problem.key, str(problem.fields)
    legal = frozenset() if problem.key in _ONE_LIST else frozenset(str(fields["legal"]).split(", "))
    return problem.file, problem.key, fields["given"], legal


def _without_repeats(problems: list[Problem]) -> Iterator[Problem]:
    """The same problems, with what an earlier one says of the names that are legal left out."""
    listed: set[tuple[str, str, frozenset[str]]] = set()
    firsts: dict[tuple[str, str, Any], Place] = {}
    for each in problems:
        fields = dict(each.fields)
        legal = str(fields.get("legal", "")).split(", ")
        names = (each.file, each.key, frozenset() if each.key in _ONE_LIST else frozenset(legal))
        mistake = (each.file, each.key, fields.get("given"))
        if "near" not in fields or len(legal) <= _AGAIN or each.place is None:
            yield each
        elif names in listed and mistake in firsts:
            again = problem("the_same", each.path, each.place, given=fields["given"], first=firsts[mistake])
            yield replace(again, file=each.file)
        elif names in listed:
            too = problem("unknown_too", each.path, each.place, given=fields["given"], near=fields["near"])
            yield replace(too, file=each.file)
            firsts[mistake] = each.place
        else:
            listed.add(names)
            firsts[mistake] = each.place
            yield each


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
        return "\n".join(problem.told(language) for problem in self.problems)

    def __reduce__(self) -> tuple[type["InputRefused"], tuple[tuple[Problem, ...]]]:
        return InputRefused, (self.problems,)
