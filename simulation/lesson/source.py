"""A lesson's file read and checked: all mistakes are reported at once, each with its line."""

import copy
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from simulation.lesson.checks import ChapterChecks, entries_in
from simulation.lesson.form import FORMAT, MOST_CHAPTERS, OTHERWISE, Lesson
from simulation.study.build.merge import build
from simulation.study.build.problems import Gatherer
from simulation.study.build.variation import override
from simulation.study.deadline import reading
from simulation.study.errors import InputRefused, Problem, abridged, nearest, problem, shown
from simulation.study.paths import Path, PlaceOf
from simulation.study.scenario import Study
from simulation.study.sources.files import CASE, case, is_study, load, load_data, read_file, text_of
from simulation.system.limits import LIMITS
from simulation.text.characters import first_unseen, look

SHORT = ("when", "patterns")
"""Lists of which one entry may be written without being a list."""
SCENARIOS = "scenarios"
"""Where a lesson adds scenarios of its own to those of its study."""


@dataclass(frozen=True)
class Told:
    """A lesson that passed all checks, and the study that it is about."""

    lesson: Lesson
    study: Study


def shipped() -> str:
    """The path of the lesson that comes along."""
    return str(files("simulation").joinpath("lesson", "case.yaml"))


def read_lesson(source: str | None = None, text: str | None = None, study: dict[str, Any] | None = None) -> Told:
    """Read a lesson's file, or the one that comes along; ``text`` is what it holds, if it was read before.

    ``study`` is the plain data of the study that it is about, if that was kept with it.

    Raises :class:`~simulation.study.errors.InputRefused` with every problem of the file.

    >>> len(read_lesson().lesson.chapters)
    12
    """
    path = source or shipped()
    with reading():
        data, place_of, file_problems = _read(path, text)
        reader = _Reader(data, FilePath(path).parent, place_of, study)
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


def _read(path: str, text: str | None) -> tuple[Any, PlaceOf, list[Problem]]:
    """Plain data of a file."""
    return read_file(path, lesson_text(path) if text is None else text)


def lesson_text(path: str) -> str:
    """What a lesson's file holds; that it is not there is told of a lesson, and names no organisations.

    Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read.
    """
    try:
        return text_of(path)
    except InputRefused as refused:
        if any(found.key == "no_file" for found in refused.problems):
            raise InputRefused([problem("no_lesson_file", given=shown(path, 200))]) from None
        raise


def _listed(data: Any) -> Any:
    """The data with everything that may be said shortly said in full; see :meth:`_Reader.original`."""
    data = copy.deepcopy(data)
    for chapter in entries_in(data, "chapters"):
        if chapter.get("world") == "typical":
            del chapter["world"]
        if isinstance(chapter.get("built_in"), dict):
            _number_texts(chapter["built_in"])
        for option in entries_in(chapter, "options"):
            _list_conditions(option)
    return data


def _list_conditions(option: dict[str, Any]) -> None:
    """What must hold for an option, as a list; what is subtracted, as a mapping."""
    when = option.get("when")
    if when == OTHERWISE:
        option["when"] = []
    elif isinstance(when, dict):
        option["when"] = [when]
    for condition in entries_in(option, "when"):
        if isinstance(condition.get("minus"), str):
            condition["minus"] = {"of": condition["minus"]}


def _number_texts(built_in: dict[str, Any]) -> None:
    """The numbers of patterns as texts, one of them as a list: ``patterns: 11`` is ``patterns: ["11"]``."""
    patterns = built_in.get("patterns")
    listed = patterns if isinstance(patterns, list) else [patterns]
    if patterns is not None:
        built_in["patterns"] = [str(one) if type(one) is int else one for one in listed]


class _Reader(Gatherer):
    """Reads one lesson."""

    def __init__(self, data: Any, folder: FilePath, place_of: PlaceOf, kept: dict[str, Any] | None = None) -> None:
        super().__init__(place_of)
        self.data, self.folder, self.kept = data, folder, kept
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
        about_lesson = {key: value for key, value in full.items() if key not in (format_key, SCENARIOS)}
        read = self.read(Lesson, about_lesson, self.original)
        if read is not None:
            self._check_worlds(read)
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
        known = (SCENARIOS, *Lesson.model_fields)
        strange = [key for key in map(str, islice(self.data, LIMITS.problems)) if key not in known]
        misspelt = None if "lesson" in self.data else next((key for key in strange if nearest(key, ["lesson"])), None)
        if misspelt is not None:
            self.no_such("unknown_key", (misspelt,), misspelt, ("lesson", SCENARIOS, *Lesson.model_fields))
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
            path = str(beside) if _is_file(beside) else source
            data = self.kept
            if data is None:
                study = case() if path == CASE else load(path)
            else:
                study = replace(build(data, source, lambda _: None), vary=override)
            if SCENARIOS not in self.data:
                return study
            return self._with_own(study, load_data(path) if data is None else data, self.data.get(SCENARIOS))
        except InputRefused as error:
            self.problems += map(self._in_lesson, error.problems)
            return None

    def _in_lesson(self, problem: Problem) -> Problem:
        """A problem of the study as a whole moves to the line where the lesson names it; others stay where they are."""
        if problem.place is not None or problem.path or problem.key == "more_problems":
            return problem
        return replace(problem, file="", path="study", place=self.place_of(("study",)))

    def _with_own(self, study: Study, data: dict[str, Any], own: Any) -> Study:
        """The study with the scenarios that the lesson adds; mistakes in them stand where the lesson says them."""
        if not isinstance(own, dict) or not own:
            self.refuse("lesson_scenarios", (SCENARIOS,))
            return study
        for name in own:
            if name in study.names:
                self.refuse("scenario_there", (SCENARIOS, name), given=shown(name))
        if self.problems:
            return study
        added = {**data, SCENARIOS: {**data[SCENARIOS], **own}}
        built = build(added, study.name, lambda path: self.place_of(path) if path[:1] == (SCENARIOS,) else None)
        return replace(built, vary=override)

    def _check_worlds(self, lesson: Lesson) -> None:
        """A world that a chapter shows must be among those that are counted."""
        for index, chapter in enumerate(lesson.chapters):
            if chapter.world is not None and chapter.world >= lesson.worlds:
                fields = {"given": chapter.world, "worlds": lesson.worlds, "last": lesson.worlds - 1}
                self.refuse("world_beyond", ("chapters", index, "world"), **fields)

    def original(self, path: Path) -> Path:
        """A place in the full data as a place in the file: a single condition is no list there."""
        path_in_file: list[Any] = []
        here: Any = self.data
        for part in path:
            if isinstance(part, int) and path_in_file and path_in_file[-1] in SHORT and not isinstance(here, list):
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
            ChapterChecks(self, chapter, ("chapters", index)).all()
            name = chapter.get("name")
            if not isinstance(name, str) or len(name) > LIMITS.name_characters:
                continue
            if look(name) in seen:
                self.refuse("chapter_twice", ("chapters", index, "name"), given=shown(seen[look(name)]))
            seen.setdefault(look(name), name)


def _is_file(path: FilePath) -> bool:
    """Whether a file is there; there is none of a name that the system does not take."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
