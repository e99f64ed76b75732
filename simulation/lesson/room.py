"""A room in front of a lesson: where it is, what it has said, which package it chose.

Plain data that knows neither a page nor how hands were counted. A chapter has steps by name; :func:`steps_of` gives
them, :func:`positions` every chapter and step in order, :func:`within` brings a place within bounds. Of a :class:`Room`
:mod:`simulation.lesson.scenes` makes what a step shows, and :mod:`simulation.lesson.reveal` what the model reveals.
"""

from dataclasses import dataclass

from simulation.lesson.form import Chapter, Lesson, Package
from simulation.lesson.prediction import Prediction, prediction
from simulation.lesson.source import Told

QUESTION_STEPS = ("situation", "question", "world", "worlds", "debrief")
PACKAGE_STEPS = ("situation", "compose", "question", "ranking", "debrief")
OWN = "room-package"
"""The name of the scenario that a room puts together."""


@dataclass(frozen=True)
class Room:
    """Where a room is, and what it has said so far.

    ``chapter`` and ``step`` count from 0 and may lie beyond the lesson's end, which :func:`position` mends; ``take``
    says which of a chapter's worlds is shown, 0 being a typical one. ``votes`` are hands per option, a tuple for each
    chapter, of which those at the end may be missing. ``package`` has the measures that the room chose, ``against``
    the scenarios that its package is held against (empty: those that the chapter names) and ``base`` what the scenario
    that it adds to is called (empty: as the lesson's study calls it).
    """

    language: str = "en"
    chapter: int = 0
    step: int = 0
    take: int = 0
    votes: tuple[tuple[int, ...], ...] = ()
    package: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    base: str = ""


def steps_of(chapter: Chapter) -> tuple[str, ...]:
    """The steps of a chapter, by name."""
    return PACKAGE_STEPS if chapter.package else QUESTION_STEPS


def positions(lesson: Lesson) -> list[tuple[int, int]]:
    """Every chapter and step, in order."""
    return [(index, step) for index, chapter in enumerate(lesson.chapters) for step in range(len(steps_of(chapter)))]


def within(lesson: Lesson, chapter: int, step: int) -> tuple[int, int]:
    """A chapter and a step, brought within bounds."""
    chapter = min(max(chapter, 0), len(lesson.chapters) - 1)
    return chapter, min(max(step, 0), len(steps_of(lesson.chapters[chapter])) - 1)


def position(material: Told, room: Room) -> tuple[int, int]:
    """The chapter and the step that a room is at, brought within bounds."""
    return within(material.lesson, room.chapter, room.step)


def against_of(package: Package, room: Room) -> tuple[str, ...]:
    """The scenarios that a package is held against."""
    return room.against or package.against


def option_count(chapter: Chapter, room: Room) -> int:
    """How many options a chapter has; of a package, how many places there are among the scenarios."""
    return len(against_of(chapter.package, room)) + 1 if chapter.package else len(chapter.options)


def predicted(material: Told, room: Room) -> Prediction:
    """What the room predicts in the chapter at hand."""
    at, _ = position(material, room)
    counts = room.votes[at] if at < len(room.votes) else ()
    return prediction(counts, option_count(material.lesson.chapters[at], room))
