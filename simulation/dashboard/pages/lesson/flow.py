"""What a browser sends of the lesson, checked here, and what the model works out for it.

Where one is and what the room said is a :class:`~simulation.dashboard.state.view.View`, of which :func:`room_of` makes
what the lesson knows of it; what is drawn is made in :mod:`simulation.lesson.scenes`.
"""

import functools
from typing import Any

from simulation.analysis.compare import Comparison
from simulation.dashboard.pages.lesson.bills import STORE, BillStore
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import Progress, Steps, turn
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import View, Votes
from simulation.lesson import reveal as revealing
from simulation.lesson.closing import Closing, closing_of
from simulation.lesson.form import Chapter, Package
from simulation.lesson.package import EVERY, Bill, bill_of, combinations, say_in_all
from simulation.lesson.prediction import Prediction
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import OWN, Room, beside, steps_at, within
from simulation.lesson.room import predicted as predicted_by
from simulation.lesson.runsheet import USUAL
from simulation.lesson.source import Told
from simulation.study.measures import MEASURES
from simulation.study.scenario import Study

MOST_AGAINST = 5
"""Scenarios that a package is held against in a study that has none of those it names."""

# --- where one is --------------------------------------------------------------------------------------


def position(material: Told, view: View) -> tuple[int, int]:
    """The chapter and the step that a view is at, brought within bounds."""
    return within(material.lesson, view.chapter, view.step)


def step_name(material: Told, view: View) -> str:
    """The step that a view is at, by name."""
    at, step = position(material, view)
    return steps_at(material.lesson, at)[step]


def chapter_of(material: Told, view: View) -> Chapter | None:
    """The chapter that a view is at; None at the closing."""
    at, _ = position(material, view)
    return material.lesson.chapters[at] if at < len(material.lesson.chapters) else None


def package_of(material: Told, view: View) -> Package | None:
    """The package that a room puts together in the chapter at hand; at the closing, that of the first which has one."""
    here = chapter_of(material, view)
    if here is not None:
        return here.package
    return next((chapter.package for chapter in material.lesson.chapters if chapter.package), None)


def room_of(material: Told, view: View) -> Room:
    """What the lesson knows of a view."""
    package = package_of(material, view)
    against, base = (scenarios_against(package, view), view.title(_base(package, view))) if package else ((), "")
    return Room(
        language=view.language,
        chapter=view.chapter,
        step=view.step,
        take=view.take,
        votes=view.votes,
        again=view.again,
        package=view.package,
        against=against,
        base=base,
        minutes=view.minutes,
    )


def moved(material: Told, view: View, message: Any) -> View:
    """The view one step on (``{"by": 1}``) or back, or at ``{"chapter": …, "step": …}``; the same for anything else."""
    by = _whole(message, "by")
    if by in {-1, 1}:
        return _at(view, *beside(material.lesson, view.minutes, position(material, view), by or 0))
    to, then = _whole(message, "chapter"), _whole(message, "step")
    if to is None or not 0 <= to <= len(material.lesson.chapters):
        return view
    return _at(view, *within(material.lesson, to, then or 0))


def _at(view: View, chapter: int, step: int) -> View:
    """The view at a place; in another chapter a typical world comes first again."""
    return view.but(chapter=chapter, step=step, take=view.take if chapter == view.chapter else 0)


def planned_for(_material: Told, view: View, minutes: Any) -> View:
    """The view of a session of so many minutes, 0 for all chapters; the same for a length that is not offered."""
    offered = isinstance(minutes, int) and not isinstance(minutes, bool) and minutes in (0, *USUAL)
    return view.but(minutes=minutes) if offered else view


def _whole(message: Any, key: str) -> int | None:
    """A whole number in a message."""
    value = message.get(key) if isinstance(message, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# --- what the room does --------------------------------------------------------------------------------


def predicted(material: Told, view: View) -> Prediction:
    """What the room predicts in the chapter at hand: before talking, or after it at the second vote."""
    return predicted_by(material, room_of(material, view), step_name(material, view) == "again")


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
    """The view with another prediction in the chapter at hand; the closing has none."""
    if chapter_of(material, view) is None:
        return view
    at, _ = position(material, view)
    if step_name(material, view) == "again":
        return view.but(again=_with_hands(view.again, at, now))
    return view.but(votes=_with_hands(view.votes, at, now))


def _with_hands(votes: Votes, at: int, now: Prediction) -> Votes:
    """Votes with those of one chapter changed."""
    hands = [*votes, *(() for _ in range(at + 1 - len(votes)))]
    hands[at] = now.counts
    return tuple(hands)


def toggled(material: Told, view: View, message: Any) -> View:
    """The view with a measure of the room's package switched; the same if the chapter does not offer it."""
    chapter = chapter_of(material, view)
    if chapter is None or chapter.package is None or message not in chapter.package.measures:
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
    chapter = chapter_of(material, view)
    if chapter is None or chapter.package is None:
        return view
    names = scenarios_against(chapter.package, view)
    changed = view.but(page="compare", changes=with_package(chapter.package, view))
    baseline = names[-1] if names else changed.baseline
    return changed.but(scenarios=(*names, OWN), hand=OWN, baseline=baseline)


# --- what the model does -------------------------------------------------------------------------------


def reveal_of(material: Told, view: View, progress: Progress) -> Reveal | Closing:
    """Work out what the chapter at hand reveals, or what the session comes to; ``progress`` is called with the runs
    done and their number.
    """
    room, chapter = room_of(material, view), chapter_of(material, view)

    def own(package: Package) -> Study:
        return study_of(with_package(package, view), (*scenarios_against(package, view), OWN))

    compare = functools.partial(_compared, material)
    if chapter is None:
        return closing_of(material, room, compare, progress, own)
    return revealing.reveal_of(material, chapter, room, compare, progress, own)


def _compared(material: Told, study: Study, baseline: str, progress: Progress) -> Comparison:
    """Scenarios compared over the lesson's worlds."""
    return run_store().compare(study, baseline, material.lesson.worlds, material.lesson.seed, "ranges", progress)


def reveal_key(material: Told, view: View) -> tuple[Any, ...]:
    """What a reveal depends on."""
    at, _ = position(material, view)
    chapter = chapter_of(material, view)
    if chapter is None:
        return (at, view.changes, view.package, view.votes, view.again, view.minutes)
    return (at, view.changes, view.package) if chapter.package else (at, view.take)


def still_holds(material: Told, view: View, key: Any) -> bool:
    """Whether what was worked out for ``key`` may be shown until the newest is there: another world of the chapter."""
    at, _ = position(material, view)
    chapter = chapter_of(material, view)
    return chapter is not None and not chapter.package and isinstance(key, tuple) and key[0] == at


def billed(material: Told, view: View, progress: Progress, bills: BillStore = STORE) -> Steps[Bill | None]:
    """Work out what packages come to, if this chapter lets the room put one together: first each measure alone.

    In one thread: one that is begun by a page whose visitor has left never starts, and whoever waits for it waits on.
    """
    chapter = chapter_of(material, view)
    if chapter is None or chapter.package is None:
        return None
    lesson, package = material.lesson, chapter.package
    key = (package, bill_key(material, view), lesson.worlds, lesson.seed)
    known = bills.of(key)
    if known:
        return known
    run_store().wait_for_engine(lambda: progress(0, 1))
    study = study_of(with_package(package, view.but(package=package.measures)), (OWN,))
    with turn(lambda: progress(0, 1)):
        alone = combinations(package.measures)
        yield bill_of(study, package.measures, alone, lesson.worlds, lesson.seed, progress)
        inside = combinations(package.measures, view.package)
        whole = bill_of(study, package.measures, inside, lesson.worlds, lesson.seed, progress)
    return bills.keep(key, whole)


def bill_key(material: Told, view: View) -> tuple[Any, ...] | None:
    """What costs depend on; None where nothing costs."""
    chapter = chapter_of(material, view)
    if chapter is None or chapter.package is None:
        return None
    many = len(chapter.package.measures) > EVERY
    return (position(material, view)[0], view.changes, view.package if many else ())
