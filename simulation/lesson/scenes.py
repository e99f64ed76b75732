"""What is shown at each step of a chapter, as plain data: mappings, lists, texts and finite numbers, ready for JSON.

:func:`scene` makes it of the lesson, a :class:`~simulation.lesson.room.Room` and, from the reveal on, what the model
says. Every scene has ``kind`` (the step), ``chapter`` and ``step`` (from 0; the closing is one chapter more),
``chapters`` and ``steps`` (their titles), ``told`` (which chapters the session has), ``minutes`` (of the chapter),
``last``, ``title``, ``note`` (what the model is) and ``wait`` (a sentence while the model is still running, else
empty); what each kind has beside that, the functions of :mod:`~simulation.lesson.pictures` (one world, all worlds),
:mod:`~simulation.lesson.ranking` (the room's package), :mod:`~simulation.lesson.mirror` (the closing) and those below
say. It is what a page draws and what any other screen may; nothing here knows which.
"""

from collections.abc import Callable
from typing import Any

from simulation.lesson.closing import Closing
from simulation.lesson.debrief import question_text, questions
from simulation.lesson.form import Chapter
from simulation.lesson.judged import LETTERS, built_in, option_texts
from simulation.lesson.mirror import closing, mirror
from simulation.lesson.package import Bill
from simulation.lesson.pictures import all_worlds, one_world, spread
from simulation.lesson.ranking import budgeted, compose, ranking
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import Room, chapter_at, position, predicted, steps_at
from simulation.lesson.runsheet import CLOSING, OPENING, USUAL, planned
from simulation.lesson.source import Told
from simulation.text.i18n import number, say

Scene = dict[str, Any]

STEPS = {
    "situation": "step_situation",
    "question": "step_question",
    "again": "step_again",
    "world": "step_world",
    "worlds": "step_worlds",
    "see": "step_see",
    "why": "step_why",
    "compose": "step_compose",
    "ranking": "step_ranking",
    "closing": "step_closing",
    "mirror": "step_mirror",
}
"""The name of each step, below ``lesson`` in the locale."""


def scene(
    material: Told, room: Room, reveal: Reveal | Closing | None, wrong: str = "", bill: Bill | None = None
) -> Scene:
    """All that is shown at the place where a room is; without a ``reveal`` it says that it is coming.

    The closing takes a :class:`~simulation.lesson.closing.Closing`; ``bill`` is what packages cost, once that is known.
    """
    at, step = position(material, room)
    chapter, language, lesson = chapter_at(material, room), room.language, material.lesson
    steps = steps_at(lesson, at)
    kept = planned(lesson, room.minutes)
    head: Scene = {
        "kind": steps[step],
        "chapter": at,
        "step": step,
        "chapters": [listed.title.in_(language) for listed in lesson.chapters] + [say("lesson.closing", language)],
        "told": [place in kept for place in range(len(lesson.chapters))] + [True],
        "steps": [say(f"lesson.{STEPS[name]}", language) for name in steps],
        "last": chapter is None and step == len(steps) - 1,
        "title": chapter.title.in_(language) if chapter else say("lesson.closing", language),
        "minutes": chapter.minutes if chapter else CLOSING,
        "note": say("lesson.note", language),
        "wait": "",
    }
    if chapter is None:
        return head | _at_the_end(material, room, steps[step], reveal, wrong)
    if steps[step] in SCENES:
        return head | SCENES[steps[step]](material, chapter, room, bill)
    if wrong or not isinstance(reveal, Reveal):
        return head | waiting(material, language, wrong)
    if steps[step] == "ranking":
        return head | ranking(material, chapter, room, reveal, bill)
    return head | REVEALS[steps[step]](material, chapter, room, reveal)


def waiting(material: Told, language: str, wrong: str) -> Scene:
    """That the model is still running, or what went wrong."""
    if wrong:
        return {"wait": say("lesson.wrong", language, why=wrong)}
    return {"wait": say("lesson.wait", language, worlds=number(material.lesson.worlds, language))}


def _at_the_end(material: Told, room: Room, kind: str, looked: Reveal | Closing | None, wrong: str) -> Scene:
    """The closing: looking back needs the model, the mirror does not."""
    if kind == "mirror":
        return mirror(material, room)
    return closing(material, room, looked) if isinstance(looked, Closing) else waiting(material, room.language, wrong)


def _situation(material: Told, chapter: Chapter, room: Room, _: Bill | None) -> Scene:
    """The situation in ``sentences``; with the lesson's title, how long a session may be, and how many chapters each
    length has (``plans``), for the first screen."""
    lesson, language = material.lesson, room.language
    plans = [
        {"minutes": 0, "text": say("lesson.plan_all", language, chapters=len(lesson.chapters)), "on": not room.minutes}
    ]
    for minutes in USUAL:
        if minutes >= OPENING + CLOSING + min(listed.minutes for listed in lesson.chapters):
            text = say("lesson.plan", language, minutes=minutes, chapters=len(planned(lesson, minutes)))
            plans.append({"minutes": minutes, "text": text, "on": room.minutes == minutes})
    return {
        "sentences": [text.in_(language) for text in chapter.situation],
        "lesson": lesson.title.in_(language),
        "plans": plans,
    }


def _question(material: Told, chapter: Chapter, room: Room, bill: Bill | None) -> Scene:
    """The question, the options, and the hands so far."""
    return _vote(material, chapter, room, bill, after=False)


def _again(material: Told, chapter: Chapter, room: Room, bill: Bill | None) -> Scene:
    """The same once pairs have talked; how hands fell before is not shown, so that nobody follows the most."""
    return _vote(material, chapter, room, bill, after=True)


def _vote(material: Told, chapter: Chapter, room: Room, bill: Bill | None, after: bool) -> Scene:
    """One of the two votes."""
    said = predicted(material, room, after)
    options = [
        {"letter": LETTERS[index], "text": text, "count": said.counts[index], "share": said.share(index)}
        for index, text in enumerate(option_texts(chapter, room))
    ]
    spent = budgeted(chapter.package, room, bill) if chapter.package and not after else {"bill": "", "over": ""}
    return {"question": chapter.question.in_(room.language), "options": options, "total": said.total, **spent}


def _compose(material: Told, chapter: Chapter, room: Room, bill: Bill | None) -> Scene:
    """The switches of the room's package."""
    return compose(material, chapter.package, room, bill) if chapter.package else {}


def _see(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """What was to be seen, without a word of why: the picture of all worlds once more, if there is one."""
    return {"picture": False} if chapter.package else {"picture": True, **spread(material, chapter, room, reveal)}


def _why(_material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """Questions of the chapter and from the world that was shown; and, once pairs have talked, the ``because``."""
    language = room.language
    drawn: list[str] = []
    if reveal.stories:
        story, *rest = reveal.stories
        beside = rest[0] if rest else None
        open_questions = questions(story, beside, chapter.state)
        drawn = [question_text(question, story, beside, language) for question in open_questions]
    return {
        "drawn": drawn,
        "always": [text.in_(language) for text in chapter.debrief],
        "because": chapter.because.in_(language) if chapter.because else "",
        "built": built_in(chapter.built_in, language),
        "package": bool(chapter.package),
    }


SCENES: dict[str, Callable[[Told, Chapter, Room, Bill | None], Scene]] = {
    "situation": _situation,
    "question": _question,
    "again": _again,
    "compose": _compose,
}
REVEALS: dict[str, Callable[[Told, Chapter, Room, Reveal], Scene]] = {
    "world": one_world,
    "worlds": all_worlds,
    "see": _see,
    "why": _why,
}
"""What is drawn at each step, before and after the model has run."""
