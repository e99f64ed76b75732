"""A lesson's file read and checked: all mistakes are reported at once, each with its line."""

import copy
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from simulation.lesson.form import FORMAT, MOST_CHAPTERS, OTHERWISE, Lesson
from simulation.model.outcomes import BY_OUTCOME
from simulation.study.build.problems import Gatherer
from simulation.study.deadline import reading
from simulation.study.errors import InputRefused, Problem, abridged, nearest, shown
from simulation.study.measures import MEASURES
from simulation.study.paths import Path, PlaceOf
from simulation.study.scenario import Study
from simulation.study.sources.files import CASE, case, is_study, load, read_file
from simulation.system.limits import LIMITS
from simulation.text.characters import first_unseen, look

MEASURED = ("outcome", "state")
"""What a condition may be about."""
LONGEST = 520
"""The last week that any study has; a later one is reported as too large by the schema."""
BOUNDS = ("at_least", "below", "equals", "happens")
FINISHED = ("options", "shows")
"""What a chapter with a question needs and one with a package has not."""


@dataclass(frozen=True)
class Told:
    """A lesson that passed all checks, and the study that it is about."""

    lesson: Lesson
    study: Study


def shipped() -> str:
    """The path of the lesson that comes along."""
    return str(files("simulation").joinpath("lesson", "case.yaml"))


def read_lesson(source: str | None = None, text: str | None = None) -> Told:
    """Read a lesson's file, or the one that comes along; ``text`` is what it holds, if it was read before.

    Raises :class:`~simulation.study.errors.InputRefused` with every problem of the file.

    >>> len(read_lesson().lesson.chapters)
    7
    """
    path = source or shipped()
    with reading():
        data, place_of, file_problems = read_file(path, text)
        reader = _Reader(data, FilePath(path).parent, place_of)
        problems: list[Problem] = list(file_problems)
        try:
            lesson = reader.lesson()
        except InputRefused as refused:  # it took too long
            lesson = None
            problems += refused.problems
    problems += reader.all_problems()
    if problems or lesson is None or reader.study is None:
        raise InputRefused(abridged(replace(problem, file=problem.file or path) for problem in problems))
    return Told(lesson, reader.study)


def _listed(data: Any) -> Any:
    """The data with everything that may be said shortly said in full; see :meth:`_Reader.original`."""
    data = copy.deepcopy(data)
    for chapter in _entries(data, "chapters"):
        if chapter.get("world") == "typical":
            del chapter["world"]
        for option in _entries(chapter, "options"):
            when = option.get("when")
            if when == OTHERWISE:
                option["when"] = []
            elif isinstance(when, dict):
                option["when"] = [when]
            for condition in _entries(option, "when"):
                if isinstance(condition.get("minus"), str):
                    condition["minus"] = {"of": condition["minus"]}
    return data


def _entries(data: Any, key: str) -> list[dict[str, Any]]:
    """The mappings in a list, as far as it is one."""
    entries = data.get(key) if isinstance(data, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


class _Reader(Gatherer):
    """Reads one lesson."""

    def __init__(self, data: Any, folder: FilePath, place_of: PlaceOf) -> None:
        super().__init__(place_of)
        self.data, self.folder = data, folder
        self.study: Study | None = None
        self.scenarios: dict[str, None] = {}

    def lesson(self) -> Lesson | None:
        """The lesson, or None with problems."""
        if not isinstance(self.data, dict) or not self.data:
            self.refuse("lesson_empty" if not self.data else "not_a_lesson", (), given=shown(self.data))
            return None
        if is_study(self.data):
            self.refuse("is_a_study", (), legal=FORMAT)
            return None
        format_key = self._check_format()
        self.study = self._study()
        self.scenarios = dict.fromkeys(self.study.names if self.study else ())
        full = _listed(self._of_few_chapters())
        read = self.read(Lesson, {key: value for key, value in full.items() if key != format_key}, self.original)
        self._check_chapters(full.get("chapters"))
        return read

    def _of_few_chapters(self) -> dict[str, Any]:
        """The data with no more chapters than a lesson may have; more of them are not looked at."""
        chapters = self.data.get("chapters")
        if not isinstance(chapters, list) or len(chapters) <= MOST_CHAPTERS:
            return dict(self.data)
        self.refuse("too_many", ("chapters",), given=len(chapters), limit=MOST_CHAPTERS)
        return {**self.data, "chapters": chapters[:MOST_CHAPTERS]}

    def _check_format(self) -> str:
        """Whether this is a lesson that we can read; the key that says so, as it is spelt here."""
        version = self.data.get("lesson")
        strange = [key for key in map(str, islice(self.data, LIMITS.problems)) if key not in Lesson.model_fields]
        misspelt = None if "lesson" in self.data else next((key for key in strange if nearest(key, ["lesson"])), None)
        if misspelt is not None:
            self.no_such("unknown_key", (misspelt,), misspelt, ("lesson", *Lesson.model_fields))
            return misspelt
        if version is None:
            self.refuse("no_lesson_format", ("lesson",), legal=FORMAT)
        elif version != FORMAT or version is True:
            self.refuse("wrong_lesson_format", ("lesson",), given=shown(version), legal=FORMAT)
        return "lesson"

    def _study(self) -> Study | None:
        """The study that the lesson is about; a file beside the lesson's own comes first."""
        source = self.data.get("study", CASE)
        if not isinstance(source, str) or len(source) > LIMITS.name_characters or first_unseen(source):
            return None  # no name at all, which the schema reports
        beside = self.folder / source
        try:
            return load(str(beside)) if _is_file(beside) else case() if source == CASE else load(source)
        except InputRefused as error:
            self.problems += map(self._in_lesson, error.problems)
            return None

    def _in_lesson(self, problem: Problem) -> Problem:
        """A problem of the study as a whole moves to the line where the lesson names it; others stay where they are."""
        if problem.place is not None or problem.path or problem.key == "more_problems":
            return problem
        return replace(problem, file="", path="study", place=self.place_of(("study",)))

    def original(self, path: Path) -> Path:
        """A place in the full data as a place in the file: a single condition is no list there."""
        path_in_file: list[Any] = []
        here: Any = self.data
        for part in path:
            if isinstance(part, int) and path_in_file and path_in_file[-1] == "when" and not isinstance(here, list):
                continue
            path_in_file.append(part)
            inside = isinstance(here, dict) and part in here
            there = isinstance(here, list) and isinstance(part, int) and part < len(here)
            here = here[part] if inside or there else None
        return tuple(path_in_file)

    def _check_chapters(self, chapters: Any) -> None:
        """Each chapter by itself; and no two have one name."""
        seen: dict[str, str] = {}
        for index, chapter in enumerate(chapters if isinstance(chapters, list) else ()):
            if not isinstance(chapter, dict) or self.full:
                continue
            _Checks(self, chapter, ("chapters", index)).all()
            name = chapter.get("name")
            if not isinstance(name, str) or len(name) > LIMITS.name_characters:
                continue
            if look(name) in seen:
                self.refuse("chapter_twice", ("chapters", index, "name"), given=shown(seen[look(name)]))
            seen.setdefault(look(name), name)


class _Checks:
    """What no single field of a chapter can know; it looks at what is said, beside what pydantic finds."""

    def __init__(self, reader: _Reader, chapter: dict[str, Any], at: Path) -> None:
        self.reader, self.chapter, self.at = reader, chapter, at

    def all(self) -> None:
        """Check everything."""
        package = self.chapter.get("package")
        if package is None:
            for key in FINISHED:
                if self.chapter.get(key, []) == [] and not _misspelt(key, self.chapter):
                    self.refuse("chapter_needs", (key,), name=key)
        else:
            for key in FINISHED:
                if key in self.chapter:
                    self.refuse("package_has_none", (key,), name=key)
        self._names(self.chapter.get("shows"), ("shows",))
        self._options()
        if isinstance(package, dict):
            self._package(package)

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add a problem at a place of this chapter."""
        self.reader.refuse(key, self.reader.original((*self.at, *path)), **fields)

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not legal."""
        self.reader.no_such(key, self.reader.original((*self.at, *path)), given, legal)

    def _names(self, names: Any, path: Path) -> None:
        """Scenarios that are named must be there, each once."""
        self._once(names, path)
        for index, name in enumerate(names if isinstance(names, list) else ()):
            self._scenario(name, (*path, index))

    def _once(self, names: Any, path: Path) -> None:
        """No name stands in a list twice."""
        texts = names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []
        before: set[str] = set()
        for index, name in enumerate(texts):
            if name in before:
                self.refuse("named_twice", (*path, index), given=shown(name))
            before.add(name)

    def _scenario(self, name: Any, path: Path) -> None:
        """A scenario that is named must be there."""
        known = self.reader.scenarios
        if known and isinstance(name, str) and name not in known:
            self.no_such("unknown_scenario", path, name, known)

    def _package(self, package: dict[str, Any]) -> None:
        """What a room may put together."""
        self._scenario(package.get("base"), ("package", "base"))
        self._names(package.get("against"), ("package", "against"))
        measures = package.get("measures")
        self._once(measures, ("package", "measures"))
        for index, name in enumerate(measures if isinstance(measures, list) else ()):
            if isinstance(name, str) and (name not in MEASURES or name == "platform"):
                legal = [measure for measure in MEASURES if measure != "platform"]
                self.no_such("unknown_measure", ("package", "measures", index), name, legal)

    def _options(self) -> None:
        """The options, one by one and together."""
        options = self.chapter.get("options")
        if not isinstance(options, list):
            return
        if len(options) == 1:
            self.refuse("one_option", ("options",))
        otherwise = [
            index for index, option in enumerate(options) if isinstance(option, dict) and option.get("when") == []
        ]
        for index in otherwise[1:]:
            self.refuse("otherwise_twice", ("options", index, "when"), first=otherwise[0] + 1)
        for index, option in enumerate(options):
            for at, condition in enumerate(_entries(option, "when")):
                if self.reader.full:
                    return
                self._condition(condition, ("options", index, "when", at))

    def _condition(self, condition: dict[str, Any], path: Path) -> None:
        """One condition: something that can be measured, and bounds that some value can meet."""
        outcome = condition.get("outcome")
        named = [key for key in MEASURED if key in condition]
        if len(named) > 1 or not (named or any(_misspelt(key, condition) for key in MEASURED)):
            self.refuse("outcome_or_state", path)
        self._filled(condition, path)
        if isinstance(outcome, str) and outcome not in BY_OUTCOME:
            self.no_such("not_one_of", (*path, "outcome"), outcome, BY_OUTCOME)
        self._scenario(condition.get("of"), (*path, "of"))
        minus = condition.get("minus")
        if isinstance(minus, dict):
            self._filled(minus, (*path, "minus"))
            self._scenario(minus.get("of"), (*path, "minus"))
            if not minus:
                self.refuse("too_few", (*path, "minus"))
            elif all(value is None or value == condition.get(key) for key, value in minus.items()):
                self.refuse("minus_itself", (*path, "minus"))
        self._weeks(condition, path)
        self._bounds(condition, path)

    def _filled(self, entry: dict[str, Any], path: Path) -> None:
        """A key that is there has a value: what may be left out is not left out by saying nothing of it."""
        for key, value in entry.items():
            if value is None and isinstance(key, str):
                self.refuse("not_filled", (*path, key))

    def _weeks(self, condition: dict[str, Any], path: Path) -> None:
        """A state has a week, an outcome has none; none lies beyond the horizon."""
        weeks: list[tuple[Path, Any]] = [(("week",), condition.get("week"))]
        if isinstance(condition.get("minus"), dict):
            weeks.append((("minus", "week"), condition["minus"].get("week")))
        if condition.get("state") is not None and weeks[0][1] is None:
            self.refuse("state_needs_week", path)
        for key, week in weeks:
            if week is not None and condition.get("state") is None and condition.get("outcome") is not None:
                self.refuse("outcome_has_no_week", (*path, *key))
            elif self.reader.study and isinstance(week, int) and self.reader.study.horizon < week <= LONGEST:
                self.refuse("week_beyond", (*path, *key), given=week, horizon=self.reader.study.horizon)

    def _bounds(self, condition: dict[str, Any], path: Path) -> None:
        """There are bounds, and some value can meet them."""
        bounds = [key for key in BOUNDS if key in condition]
        if not bounds and not any(_misspelt(key, condition) for key in BOUNDS):
            self.refuse("no_bounds", path)
        elif ("equals" in bounds or "happens" in bounds) and len(bounds) > 1:
            self.refuse("bounds_together", path, given=", ".join(bounds))
        low, high = condition.get("at_least"), condition.get("below")
        if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
            self.refuse("bounds_order", path, low=f"{low:g}", high=f"{high:g}")
        outcome = BY_OUTCOME.get(str(condition.get("outcome")))
        if "happens" in bounds and outcome is not None and not outcome.censored:
            legal = ", ".join(name for name, measured in BY_OUTCOME.items() if measured.censored)
            self.refuse("happens_not", (*path, "happens"), given=outcome.name, legal=legal)
        if "happens" in bounds and (condition.get("state") is not None or condition.get("minus") is not None):
            self.refuse("happens_alone", (*path, "happens"))


def _is_file(path: FilePath) -> bool:
    """Whether a file is there; there is none of a name that the system does not take."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _misspelt(key: str, entry: dict[str, Any]) -> bool:
    """Whether a key that is missing seems to be there, misspelt."""
    return key not in entry and any(nearest(str(spelt), [key]) for spelt in islice(entry, LIMITS.problems))
