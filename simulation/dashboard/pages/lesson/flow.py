"""Where one is in the lesson, what the room predicts, and what the model shows.

Everything that a browser sends is checked here; what it draws is made in
:mod:`simulation.dashboard.pages.lesson.scenes`.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.analysis.compare import Comparison
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.settings import settings
from simulation.dashboard.state.tasks import Progress
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import View
from simulation.engine.traces import Trace, trace
from simulation.lesson.answers import Answers, answers_of, places_of, worlds_told
from simulation.lesson.form import Chapter, Package
from simulation.lesson.prediction import Prediction, prediction
from simulation.lesson.source import Told, read_lesson
from simulation.study.measures import MEASURES
from simulation.text.i18n import LANGUAGES, say

QUESTION_STEPS = ("situation", "question", "world", "worlds", "debrief")
PACKAGE_STEPS = ("situation", "compose", "question", "ranking", "debrief")
MOST_AGAINST = 5
"""Scenarios that a package is held against in a study that has none of those it names."""
OWN = "room-package"
"""The name of the scenario that a room puts together."""


@functools.cache
def lesson_material() -> Told:
    """The lesson that this server was started with, or the case's, and its study.

    Raises :class:`~simulation.study.errors.InputRefused` if the file is not in order.
    """
    given = settings()
    return given.material or read_lesson(given.lesson)


# --- where one is --------------------------------------------------------------------------------------


def steps_of(chapter: Chapter) -> tuple[str, ...]:
    """The steps of a chapter, by name."""
    return PACKAGE_STEPS if chapter.package else QUESTION_STEPS


def position(material: Told, view: View) -> tuple[int, int]:
    """The chapter and the step that a view is at, brought within bounds."""
    chapter = min(view.chapter, len(material.lesson.chapters) - 1)
    return chapter, min(view.step, len(steps_of(material.lesson.chapters[chapter])) - 1)


def moved(material: Told, view: View, message: Any) -> View:
    """The view one step on (``{"by": 1}``) or back, or at ``{"chapter": …, "step": …}``; the same for anything else."""
    chapter, step = position(material, view)
    by = _whole(message, "by")
    if by in {-1, 1}:
        positions = _positions(material)
        at = min(max(positions.index((chapter, step)) + by, 0), len(positions) - 1)
        return _at(view, *positions[at])
    to, then = _whole(message, "chapter"), _whole(message, "step")
    if to is None or not 0 <= to < len(material.lesson.chapters):
        return view
    return _at(view, to, min(max(then or 0, 0), len(steps_of(material.lesson.chapters[to])) - 1))


def _positions(material: Told) -> list[tuple[int, int]]:
    """Every chapter and step, in order."""
    chapters = enumerate(material.lesson.chapters)
    return [(index, step) for index, chapter in chapters for step in range(len(steps_of(chapter)))]


def _at(view: View, chapter: int, step: int) -> View:
    """The view at a place; in another chapter a typical world comes first again."""
    return view.but(chapter=chapter, step=step, take=view.take if chapter == view.chapter else 0)


def _whole(message: Any, key: str) -> int | None:
    """A whole number in a message."""
    value = message.get(key) if isinstance(message, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# --- what the room does --------------------------------------------------------------------------------


def option_count(chapter: Chapter, view: View) -> int:
    """How many options a chapter has; of a package, how many ranks there are among the scenarios."""
    if chapter.package:
        return len(scenarios_against(chapter.package, view)) + 1
    return len(chapter.options)


def predicted(material: Told, view: View) -> Prediction:
    """What the room predicts in the chapter at hand."""
    at, _ = position(material, view)
    counts = view.votes[at] if at < len(view.votes) else ()
    return prediction(counts, option_count(material.lesson.chapters[at], view))


def voted(material: Told, view: View, message: Any) -> View:
    """The view with hands counted by the trainer: ``{"option": 0, "add": 1}``, ``{"option": 0, "set": 12}`` or
    ``{"clear": True}``; the same for anything else. This is one collector; a prediction does not know who collected it.
    """
    now, option = predicted(material, view), _whole(message, "option")
    add, count = _whole(message, "add"), _whole(message, "set")
    if isinstance(message, dict) and message.get("clear") is True:
        return _holding(material, view, Prediction(tuple(0 for _ in now.counts)))
    if option is None or (add is None and count is None):
        return view
    return _holding(material, view, now.add(option, add) if add is not None else now.set(option, count or 0))


def _holding(material: Told, view: View, now: Prediction) -> View:
    """The view with another prediction in the chapter at hand."""
    at, _ = position(material, view)
    votes = [*view.votes, *(() for _ in range(at + 1 - len(view.votes)))]
    votes[at] = now.counts
    return view.but(votes=tuple(votes))


def toggled(material: Told, view: View, message: Any) -> View:
    """The view with a measure of the room's package switched; the same if the chapter does not offer it."""
    package = material.lesson.chapters[position(material, view)[0]].package
    if package is None or message not in package.measures:
        return view
    chosen = {*view.package} ^ {message}
    return view.but(package=tuple(measure for measure in MEASURES if measure in chosen))


# --- the room's own package ----------------------------------------------------------------------------


def scenarios_against(package: Package, view: View) -> tuple[str, ...]:
    """The scenarios that a package is held against, as far as the study that is shown has them, or else its first."""
    available = tuple(name for name in view.changes.names if name != OWN)
    return tuple(name for name in package.against if name in available) or available[:MOST_AGAINST]


def with_package(package: Package, view: View) -> Changes:
    """The visitor's changes with the room's package as a scenario of their own."""
    base = package.base if package.base in view.changes.names else view.changes.names[0]
    title = {language: say("lesson.own_title", language) for language in LANGUAGES}
    measures = {name: True for name in view.package if name in package.measures}
    return view.changes.put("scenarios", OWN, {"extends": base, "title": title, "measures": measures})


def to_compare(material: Told, view: View) -> View:
    """The page Compare with the room's package in hand, against what it was held against here."""
    package = material.lesson.chapters[position(material, view)[0]].package
    if package is None:
        return view
    names = scenarios_against(package, view)
    changed = view.but(page="compare", changes=with_package(package, view))
    baseline = names[-1] if names else changed.baseline
    return changed.but(scenarios=(*names, OWN), hand=OWN, baseline=baseline)


# --- what the model does -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reveal:
    """What a chapter reveals: the runs, the option that holds in each world, and the world shown.

    ``of`` is the option of that world; ``typical`` says whether it is typical of it. A package has no stories.
    """

    comparison: Comparison
    answers: Answers
    world: int
    of: int
    typical: bool
    stories: tuple[Trace, ...]


def reveal_of(material: Told, view: View, progress: Progress) -> Reveal:
    """Work out what the chapter at hand reveals; ``progress`` is called with the runs done and their number."""
    chapter = material.lesson.chapters[position(material, view)[0]]
    if chapter.package:
        return _package_reveal(material, chapter.package, view, progress)
    comparison = _compared(material, material.study.select(chapter.scenarios), chapter.scenarios[0], progress)
    answers = answers_of(chapter, comparison.runs)
    order = worlds_told(answers, np.array([comparison.runs.weeks(name, chapter.state) for name in chapter.shows]))
    own = chapter.world if chapter.world is not None and chapter.world < len(order) else None
    world = order[view.take % len(order)] if own is None or view.take else own
    stories: list[Trace] = []
    for name in chapter.shows:
        progress(len(stories), len(chapter.shows))
        stories.append(trace(material.study.scenario(name), world, material.lesson.seed))
    typical = world in order[: len(answers.order)]
    return Reveal(comparison, answers, world, int(answers.of[world]), typical, tuple(stories))


def _compared(material: Told, study: Any, baseline: str, progress: Progress) -> Comparison:
    """Scenarios compared over the lesson's worlds."""
    return run_store().compare(study, baseline, material.lesson.worlds, material.lesson.seed, "ranges", progress)


def _package_reveal(material: Told, package: Package, view: View, progress: Progress) -> Reveal:
    """The same for the room's own package."""
    names = (*scenarios_against(package, view), OWN)
    comparison = _compared(material, study_of(with_package(package, view), names), OWN, progress)
    return Reveal(comparison, places_of(comparison.runs, OWN), 0, -1, False, ())


def reveal_key(material: Told, view: View) -> tuple[Any, ...]:
    """What a reveal depends on."""
    at, _ = position(material, view)
    chapter = material.lesson.chapters[at]
    return (at, view.changes, view.package) if chapter.package else (at, view.take)


def still_holds(material: Told, view: View, key: Any) -> bool:
    """Whether what was worked out for ``key`` may be shown until the newest is there: another world of the chapter."""
    at, _ = position(material, view)
    return not material.lesson.chapters[at].package and isinstance(key, tuple) and key[0] == at
