"""What a browser sends of the lesson, checked here, and what the model works out for it.

Where one is and what the room said is a :class:`~simulation.dashboard.state.view.View`, of which :func:`room_of` makes
what the lesson knows of it; what is drawn is made in :mod:`simulation.lesson.scenes`.
"""

import functools
from typing import Any

from simulation.analysis.compare import Comparison
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.settings import settings
from simulation.dashboard.state.tasks import Progress
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import View
from simulation.lesson import reveal as revealing
from simulation.lesson.form import Package
from simulation.lesson.prediction import Prediction
from simulation.lesson.reveal import Reveal, say_in_all
from simulation.lesson.room import OWN, Room, positions, within
from simulation.lesson.room import predicted as predicted_by
from simulation.lesson.source import Told, read_lesson
from simulation.study.measures import MEASURES
from simulation.study.scenario import Study

MOST_AGAINST = 5
"""Scenarios that a package is held against in a study that has none of those it names."""


@functools.cache
def lesson_material() -> Told:
    """The lesson that this server was started with, or the case's, and its study.

    Raises :class:`~simulation.study.errors.InputRefused` if the file is not in order.
    """
    given = settings()
    return given.material or read_lesson(given.lesson)


# --- where one is --------------------------------------------------------------------------------------


def position(material: Told, view: View) -> tuple[int, int]:
    """The chapter and the step that a view is at, brought within bounds."""
    return within(material.lesson, view.chapter, view.step)


def room_of(material: Told, view: View) -> Room:
    """What the lesson knows of a view."""
    package = material.lesson.chapters[position(material, view)[0]].package
    against, base = (scenarios_against(package, view), view.title(_base(package, view))) if package else ((), "")
    return Room(view.language, view.chapter, view.step, view.take, view.votes, view.package, against, base)


def moved(material: Told, view: View, message: Any) -> View:
    """The view one step on (``{"by": 1}``) or back, or at ``{"chapter": …, "step": …}``; the same for anything else."""
    by = _whole(message, "by")
    if by in {-1, 1}:
        there = positions(material.lesson)
        at = min(max(there.index(position(material, view)) + by, 0), len(there) - 1)
        return _at(view, *there[at])
    to, then = _whole(message, "chapter"), _whole(message, "step")
    if to is None or not 0 <= to < len(material.lesson.chapters):
        return view
    return _at(view, *within(material.lesson, to, then or 0))


def _at(view: View, chapter: int, step: int) -> View:
    """The view at a place; in another chapter a typical world comes first again."""
    return view.but(chapter=chapter, step=step, take=view.take if chapter == view.chapter else 0)


def _whole(message: Any, key: str) -> int | None:
    """A whole number in a message."""
    value = message.get(key) if isinstance(message, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# --- what the room does --------------------------------------------------------------------------------


def predicted(material: Told, view: View) -> Prediction:
    """What the room predicts in the chapter at hand."""
    return predicted_by(material, room_of(material, view))


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


def _base(package: Package, view: View) -> str:
    """The scenario that a package adds to, or else the first of the study that is shown."""
    return package.base if package.base in view.changes.names else view.changes.names[0]


def with_package(package: Package, view: View) -> Changes:
    """The visitor's changes with the room's package as a scenario of their own."""
    measures = {name: True for name in view.package if name in package.measures}
    entry = {"extends": _base(package, view), "title": say_in_all("lesson.own_title"), "measures": measures}
    return view.changes.put("scenarios", OWN, entry)


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


def reveal_of(material: Told, view: View, progress: Progress) -> Reveal:
    """Work out what the chapter at hand reveals; ``progress`` is called with the runs done and their number."""
    room = room_of(material, view)
    package = material.lesson.chapters[position(material, view)[0]].package

    def own() -> Study:
        names = (*room.against, OWN)
        return study_of(with_package(package, view), names) if package else material.study

    return revealing.reveal_of(material, room, functools.partial(_compared, material), progress, own)


def _compared(material: Told, study: Study, baseline: str, progress: Progress) -> Comparison:
    """Scenarios compared over the lesson's worlds."""
    return run_store().compare(study, baseline, material.lesson.worlds, material.lesson.seed, "ranges", progress)


def reveal_key(material: Told, view: View) -> tuple[Any, ...]:
    """What a reveal depends on."""
    at, _ = position(material, view)
    chapter = material.lesson.chapters[at]
    return (at, view.changes, view.package) if chapter.package else (at, view.take)


def still_holds(material: Told, view: View, key: Any) -> bool:
    """Whether what was worked out for ``key`` may be shown until the newest is there: another world of the chapter."""
    at, _ = position(material, view)
    return not material.lesson.chapters[at].package and isinstance(key, tuple) and key[0] == at
