"""A room in front of a lesson: where it is, what it has said, which package it chose.

Plain data that knows neither a page nor how hands were counted. A chapter has steps by name; :func:`steps_at` gives
them, :func:`positions` every chapter and step in order, :func:`within` brings a place within bounds. After the last
chapter comes the closing, which counts as one chapter more. Of a :class:`Room` :mod:`simulation.lesson.scenes` makes
what a step shows, and :mod:`simulation.lesson.reveal` what the model reveals.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from simulation.lesson.form import Chapter, Lesson, Package
from simulation.lesson.prediction import Prediction, prediction
from simulation.lesson.runsheet import planned
from simulation.lesson.source import Told

QUESTION_STEPS = ("situation", "question", "again", "world", "worlds", "see", "why")
PACKAGE_STEPS = ("situation", "compose", "question", "again", "ranking", "see", "why")
CLOSING_STEPS = ("closing", "mirror")
VOTING = ("question", "again")
"""The steps at which hands are counted: before and after talking."""
OWN = "room-package"
"""The name of the scenario that a room puts together."""

Hands = tuple[tuple[int, ...], ...]
"""Hands per option, a tuple for each chapter; those at the end may be missing."""


@dataclass(frozen=True)
class Room:
    """Where a room is, and what it has said so far.

    ``chapter`` and ``step`` count from 0 and may lie beyond the lesson's end, which :func:`position` mends; ``take``
    says which of a chapter's worlds is shown, 0 being a typical one. ``votes`` are hands before the room has talked,
    ``again`` those after. ``package`` has the measures that the room chose, ``against`` the scenarios that its package
    is held against (empty: those that the chapter names) and ``base`` what the scenario that it adds to is called
    (empty: as the lesson's study calls it). Of a session of so many ``minutes`` only some chapters are told; 0 is all.
    """

    language: str = "en"
    chapter: int = 0
    step: int = 0
    take: int = 0
    votes: Hands = ()
    again: Hands = ()
    package: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    base: str = ""
    minutes: int = 0


def steps_of(chapter: Chapter) -> tuple[str, ...]:
    """The steps of a chapter, by name."""
    return PACKAGE_STEPS if chapter.package else QUESTION_STEPS


def steps_at(lesson: Lesson, place: int) -> tuple[str, ...]:
    """The steps at a place: of a chapter, or of the closing after the last."""
    return CLOSING_STEPS if place >= len(lesson.chapters) else steps_of(lesson.chapters[place])


def positions(lesson: Lesson, minutes: int = 0) -> list[tuple[int, int]]:
    """Every chapter and step of a session of so many minutes, in order, the closing included."""
    places = (*planned(lesson, minutes), len(lesson.chapters))
    return [(place, step) for place in places for step in range(len(steps_at(lesson, place)))]


def within(lesson: Lesson, chapter: int, step: int) -> tuple[int, int]:
    """A chapter, or the closing, and a step, brought within bounds."""
    chapter = min(max(chapter, 0), len(lesson.chapters))
    return chapter, min(max(step, 0), len(steps_at(lesson, chapter)) - 1)


def beside(lesson: Lesson, minutes: int, here: tuple[int, int], by: int) -> tuple[int, int]:
    """The next place (``by`` 1) or the one before (−1) in a session; from a chapter outside it, the nearest there is.

    At either end it stays where it is.
    """
    there = positions(lesson, minutes)
    at = bisect_right(there, here) if by > 0 else bisect_left(there, here) - 1
    return there[at] if 0 <= at < len(there) else here


def position(material: Told, room: Room) -> tuple[int, int]:
    """The chapter and the step that a room is at, brought within bounds."""
    return within(material.lesson, room.chapter, room.step)


def chapter_at(material: Told, room: Room) -> Chapter | None:
    """The chapter that a room is at; None at the closing."""
    at, _ = position(material, room)
    return material.lesson.chapters[at] if at < len(material.lesson.chapters) else None


def against_of(package: Package, room: Room) -> tuple[str, ...]:
    """The scenarios that a package is held against."""
    return room.against or package.against


def option_count(chapter: Chapter, room: Room) -> int:
    """How many options a chapter has; of a package, how many places there are among the scenarios."""
    return len(against_of(chapter.package, room)) + 1 if chapter.package else len(chapter.options)


def predicted(material: Told, room: Room, after: bool = False, place: int | None = None) -> Prediction:
    """What the room predicts before talking, or ``after``; in a chapter by its ``place``, or in the one at hand."""
    at = position(material, room)[0] if place is None else place
    if at >= len(material.lesson.chapters):
        return Prediction(())
    hands = room.again if after else room.votes
    counts = hands[at] if at < len(hands) else ()
    return prediction(counts, option_count(material.lesson.chapters[at], room))


def told_chapters(material: Told, room: Room) -> tuple[int, ...]:
    """The chapters that a session is about: those that were planned; of an open one those with hands, or else all."""
    places = planned(material.lesson, room.minutes)
    if room.minutes:
        return places
    voted = [place for place in places if any(predicted(material, room, late, place).total for late in (False, True))]
    return tuple(voted) or places
