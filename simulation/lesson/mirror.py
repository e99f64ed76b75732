"""The closing of a session: what the room foresaw, what it did not, and the project as a mirror."""

from typing import Any

from simulation.lesson.closing import Closing, Looked
from simulation.lesson.form import Chapter
from simulation.lesson.judged import LETTERS, of_100
from simulation.lesson.prediction import Prediction
from simulation.lesson.ranking import placed
from simulation.lesson.room import Room, told_chapters
from simulation.lesson.source import Told
from simulation.text.i18n import say

Scene = dict[str, Any]


def closing(material: Told, room: Room, looked: Closing) -> Scene:
    """What the room said first, after talking, and what the model showed: ``rows``, one a chapter, and in sentences how
    many were foreseen and what was the largest ``surprise``."""
    language = room.language
    rows = [_row(material.lesson.chapters[row.place], row, language) for row in looked.rows]
    foreseen = sum(row.foreseen == "yes" for row in looked.rows)
    corrected = sum(row.foreseen == "after" for row in looked.rows)
    headline = say("lesson.foresaw", language, n=foreseen, of=len(rows)) if rows else say("lesson.room_none", language)
    return {
        "headline": headline,
        "corrected": say("lesson.corrected", language, n=corrected) if corrected else "",
        "rows": rows,
        "surprise": _surprise(material, looked.largest, language),
    }


def _row(chapter: Chapter, row: Looked, language: str) -> Scene:
    """A chapter looked back at."""
    return {
        "title": chapter.title.in_(language),
        "first": _said(chapter, row.first, language),
        "after": _said(chapter, row.after, language),
        "model": _shown(chapter, row, language),
        "foreseen": row.foreseen,
        "said": say(f"lesson.foreseen_{row.foreseen}", language),
    }


def _said(chapter: Chapter, said: Prediction, language: str) -> str:
    """The room's largest group, by letter or place, with its hands; a dash where nothing was said."""
    if not said.total:
        return "–"
    leaders = "/".join(_called(chapter, leader, language) for leader in said.leaders)
    return say("lesson.group", language, what=leaders, n=said.counts[said.leaders[0]], of=said.total)


def _called(chapter: Chapter, option: int, language: str) -> str:
    """An option by its letter, or a place."""
    return say("lesson.nth", language, place=option + 1) if chapter.package else LETTERS[option]


def _shown(chapter: Chapter, row: Looked, language: str) -> str:
    """What the model showed, and how often."""
    if not row.shown:
        return "–"
    what = LETTERS[row.shown[0]]
    if chapter.package:
        what = say("lesson.nth", language, place=placed((row.shown[0] + 1, row.shown[-1] + 1), language))
    return say("lesson.model_group", language, what=what, n=of_100(row.often, row.worlds, language))


def _surprise(material: Told, largest: Looked | None, language: str) -> str:
    """The largest surprise in a sentence; empty if there was none."""
    if largest is None:
        return ""
    said = largest.first if largest.first.total else largest.after
    fields = {
        "title": material.lesson.chapters[largest.place].title.in_(language),
        "n": of_100(largest.often, largest.worlds, language),
        "hands": sum(said.counts[option] for option in largest.shown),
        "of": said.total,
    }
    return say("lesson.surprise", language, **fields)


def mirror(material: Told, room: Room) -> Scene:
    """What each chapter asks of the room itself: ``questions`` with their chapters' titles."""
    chapters = [material.lesson.chapters[place] for place in told_chapters(material, room)]
    questions = [
        {"title": chapter.title.in_(room.language), "text": chapter.mirror.in_(room.language)}
        for chapter in chapters
        if chapter.mirror
    ]
    return {"questions": questions}
