"""What the model reveals in a chapter: the runs, which option holds in each world, and the world that is shown.

A :class:`Reveal` is made by :func:`reveal_of` of a :class:`~simulation.lesson.room.Room`, in a thread if it must not
hold anything up. Whoever calls it says how scenarios are compared, so that runs may be kept and shared, and is told how
far the work is. A reveal depends on the chapter and on which of its worlds is shown, or, where the room puts its own
package together, on that package; never on hands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from simulation.analysis.compare import Comparison
from simulation.engine.traces import Trace, trace
from simulation.lesson.answers import Answers, answers_of, places_of, worlds_told
from simulation.lesson.form import Chapter, Package
from simulation.lesson.room import OWN, Room, against_of, position
from simulation.lesson.source import Told
from simulation.study.measures import MEASURES
from simulation.study.scenario import Scenario, Study
from simulation.text.i18n import LANGUAGES, say

Progress = Callable[[int, int], None]
Compare = Callable[[Study, str, Progress], Comparison]
"""Compares all scenarios of a study with one of them, over the lesson's worlds."""


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


def reveal_of(
    material: Told, room: Room, compare: Compare, progress: Progress, own: Callable[[], Study] | None = None
) -> Reveal:
    """Work out what the chapter at hand reveals; ``progress`` is called with the runs done and their number.

    ``own`` gives the study in which the room's package stands, as :data:`~simulation.lesson.room.OWN`, beside what it
    is held against; without it that is :func:`own_study`. Raises what ``compare`` and ``progress`` raise, and
    :class:`~simulation.study.errors.InputRefused` for a package that no file could say.
    """
    chapter = material.lesson.chapters[position(material, room)[0]]
    if chapter.package:
        study = own() if own else own_study(material.study, chapter.package, room)
        comparison = compare(study, OWN, progress)
        return Reveal(comparison, places_of(comparison.runs, OWN), 0, -1, False, ())
    return _question_reveal(material, chapter, room.take, compare, progress)


def _question_reveal(material: Told, chapter: Chapter, take: int, compare: Compare, progress: Progress) -> Reveal:
    """The same for a chapter that asks a question."""
    comparison = compare(material.study.select(chapter.scenarios), chapter.scenarios[0], progress)
    answers = answers_of(chapter, comparison.runs)
    order = worlds_told(answers, np.array([comparison.runs.weeks(name, chapter.state) for name in chapter.shows]))
    own = chapter.world if chapter.world is not None and chapter.world < len(order) else None
    world = order[take % len(order)] if own is None or take else own
    stories: list[Trace] = []
    for name in chapter.shows:
        progress(len(stories), len(chapter.shows))
        stories.append(trace(material.study.scenario(name), world, material.lesson.seed))
    typical = world in order[: len(answers.order)]
    return Reveal(comparison, answers, world, int(answers.of[world]), typical, tuple(stories))


def own_study(study: Study, package: Package, room: Room) -> Study:
    """The scenarios that a room's package is held against, and the package itself, of a study as it stands.

    A measure is carried out as in the first scenario of the study that has it, so as its file describes it.

    >>> from simulation import case
    >>> package = Package(base="it-only", against=("it-only",), measures=("assign_roles",))
    >>> own_study(case(), package, Room(package=("assign_roles",))).scenarios[-1].measures.on
    ('assign_roles',)
    """
    chosen = [name for name in MEASURES if name in room.package and name in package.measures]
    base = study.scenario(package.base)
    described = {name: _described(study, name) for name in chosen}
    title = say_in_all("lesson.own_title")
    own = replace(
        base,
        name=OWN,
        title=base.title.model_copy(update=title),
        extends=package.base,
        measures=base.measures.model_copy(update={name: how for name, how in described.items() if how is not None}),
    )
    listed = study.select(against_of(package, room))
    return replace(listed, scenarios=(*listed.scenarios, _with_defaults(listed, own, described)))


def say_in_all(key: str) -> dict[str, str]:
    """A sentence in every language."""
    return {language: say(key, language) for language in LANGUAGES}


def _described(study: Study, measure: str) -> object:
    """How the first scenario that has a measure carries it out; None if none has it."""
    return next((how for one in study.scenarios if (how := getattr(one.measures, measure)) is not None), None)


def _with_defaults(study: Study, own: Scenario, described: dict[str, object]) -> Scenario:
    """The scenario with those measures switched on too that no scenario describes."""
    left = {f"measures.{name}": True for name, how in described.items() if how is None}
    return replace(study, scenarios=(own,)).override(left).scenarios[0] if left else own
