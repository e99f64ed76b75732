"""What is shown at each step of a chapter, as plain data: mappings, lists, texts and finite numbers, ready for JSON.

:func:`scene` makes it of the lesson, a :class:`~simulation.lesson.room.Room` and, from the reveal on, a
:class:`~simulation.lesson.reveal.Reveal`. Every scene has ``kind`` (the step), ``chapter`` and ``step`` (from 0),
``chapters`` and ``steps`` (their titles), ``last``, ``title``, ``note`` (what the model is) and ``wait`` (a sentence
while the model is still running, else empty); the functions below say what each kind has beside that. It is what a page
draws and what any other screen may; nothing here knows which.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from simulation.engine.traces import Trace
from simulation.lesson.answers import Answers, agreement, span_of, twins_of, weeks_asked
from simulation.lesson.debrief import question_text, questions
from simulation.lesson.form import Chapter
from simulation.lesson.moments import moments, sentence
from simulation.lesson.prediction import Prediction
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import OWN, Room, option_count, position, predicted, steps_of
from simulation.lesson.source import Told
from simulation.report.narrative import department_names
from simulation.report.sentences import MAIN, level
from simulation.text.i18n import number, say

LETTERS = "ABCDEFGHI"
RARE = 0.1
"""An option that holds in a smaller share of worlds is called rare (assumed)."""
STATES = {
    "adoption": "lesson.state_adoption",
    "progress": "lesson.state_progress",
    "engagement": "lesson.state_engagement",
    "business_engagement": "lesson.state_business_engagement",
    "visibility": "lesson.state_visibility",
}
"""What is followed, in words."""
TOPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
"""Where a scale may end."""

Scene = dict[str, Any]


def scene(material: Told, room: Room, reveal: Reveal | None, wrong: str = "") -> Scene:
    """All that is shown at the place where a room is; without a ``reveal`` it says that it is coming."""
    at, step = position(material, room)
    chapter, language = material.lesson.chapters[at], room.language
    kind = steps_of(chapter)[step]
    head: Scene = {
        "kind": kind,
        "chapter": at,
        "step": step,
        "chapters": [listed.title.in_(language) for listed in material.lesson.chapters],
        "steps": [say(f"lesson.{STEPS[name]}", language) for name in steps_of(chapter)],
        "last": at == len(material.lesson.chapters) - 1 and step == len(steps_of(chapter)) - 1,
        "title": chapter.title.in_(language),
        "note": say("lesson.note", language),
        "wait": "",
    }
    if kind in SCENES:
        return head | SCENES[kind](material, chapter, room)
    if wrong:
        return head | {"wait": say("lesson.wrong", language, why=wrong)}
    if reveal is None:
        return head | {"wait": say("lesson.wait", language, worlds=number(material.lesson.worlds, language))}
    return head | REVEALS[kind](material, chapter, room, reveal)


STEPS = {
    "situation": "step_situation",
    "question": "step_question",
    "world": "step_world",
    "worlds": "step_worlds",
    "debrief": "step_debrief",
    "compose": "step_compose",
    "ranking": "step_ranking",
}
"""The name of each step, below ``lesson`` in the locale."""


def _situation(material: Told, chapter: Chapter, room: Room) -> Scene:
    """The situation in a few sentences."""
    return {"sentences": [text.in_(room.language) for text in chapter.situation], "lesson": _title(material, room)}


def _title(material: Told, room: Room) -> str:
    """The lesson's title."""
    return material.lesson.title.in_(room.language)


def _question(material: Told, chapter: Chapter, room: Room) -> Scene:
    """The question, the options, and the hands so far."""
    said = predicted(material, room)
    options = [
        {"letter": LETTERS[index], "text": text, "count": said.counts[index], "share": said.share(index)}
        for index, text in enumerate(option_texts(chapter, room))
    ]
    return {"question": chapter.question.in_(room.language), "options": options, "total": said.total}


def option_texts(chapter: Chapter, room: Room) -> list[str]:
    """The options in words."""
    count = option_count(chapter, room)
    if chapter.package:
        return [say("lesson.place", room.language, n=n + 1, of=count) for n in range(count)]
    return [option.text.in_(room.language) for option in chapter.options]


def _compose(material: Told, chapter: Chapter, room: Room) -> Scene:
    """The switches of the room's package."""
    package = chapter.package
    if package is None:
        return {}
    switches = [
        {"name": name, "label": _capital(say(f"measure.{name}", room.language)), "on": name in room.package}
        for name in package.measures
    ]
    base = room.base or material.study.scenario(package.base).called(room.language)
    return {"switches": switches, "empty": say("lesson.compose_none", room.language, base=base)}


def _capital(text: str) -> str:
    """The text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def _world(_material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """One world, week by week."""
    language, story = room.language, reveal.stories[0]
    texts = option_texts(chapter, room)
    inside = np.flatnonzero(story.internal)
    called = department_names(story.scenario, language)
    names = [called[story.names[int(index)]] for index in inside]
    if reveal.of >= 0:
        ends = say("lesson.this_world", language, option=f"“{texts[reveal.of]}”")
    else:
        ends = say("lesson.this_unclear", language)
    return {
        "world": reveal.world,
        "shown": say("lesson.shown", language, world=reveal.world),
        "shown_done": _which(chapter, room, reveal),
        "ends": ends,
        "axis": say(STATES[chapter.state], language),
        "horizon": story.horizon,
        "top": scale(chapter, reveal),
        "lines": [_line(shown, chapter.state, language) for shown in reveal.stories],
        "moments": _moments(story, language),
        "departments": names,
        "engagement": np.round(story.departments["engagement"][:, inside], 2).tolist(),
    }


def _which(chapter: Chapter, room: Room, reveal: Reveal) -> str:
    """Which world this is and why it is shown, for when it has been played: it names the answer that holds."""
    if reveal.of < 0:
        return say("lesson.shown", room.language, world=reveal.world)
    count, worlds = reveal.answers.counts[reveal.of], reveal.answers.worlds
    own = chapter.world == reveal.world and not room.take
    typical = "lesson.shown_rare" if count < RARE * worlds else "lesson.shown_typical"
    key = "lesson.shown_own" if own else typical if reveal.typical else "lesson.shown_other"
    fields = {"letter": LETTERS[reveal.of], "n": count, "of": worlds}
    return say(key, room.language, world=reveal.world, **fields)


def _line(story: Trace, state: str, language: str) -> Scene:
    """What is followed, in one world of one scenario."""
    values = np.round(story.weekly(state), 4).tolist()
    return {"title": story.scenario.called(language), "values": values, "live": story.go_live}


def _moments(story: Trace, language: str) -> list[Scene]:
    """What happened, in sentences."""
    return [
        {"week": moment.week, "text": sentence(moment, story, language), "weighty": moment.weighty}
        for moment in moments(story)
    ]


def scale(chapter: Chapter, reveal: Reveal) -> float:
    """Where the vertical scale ends (a share), the same for one world and for all.

    Above nine tenths of all worlds, and above every line that is drawn.
    """
    if chapter.state in {"progress", "adoption"}:
        return 1.0
    highest = [
        float(np.quantile(reveal.comparison.runs.weeks(name, chapter.state), 0.95, axis=0).max())
        for name in chapter.shows
    ]
    highest += [float(story.weekly(chapter.state).max()) for story in reveal.stories]
    return next((top for top in TOPS if top >= max(highest)), 1.0)


def _worlds(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """All worlds, with the room beside the model."""
    language = room.language
    bands = []
    for name in chapter.shows:
        quantiles = np.quantile(
            reveal.comparison.runs.weeks(name, chapter.state), (0.05, 0.25, 0.5, 0.75, 0.95), axis=0
        )
        bands.append({"title": material.study.scenario(name).called(language), "q": np.round(quantiles, 4).tolist()})
    return {
        "axis": say(STATES[chapter.state], language),
        "horizon": material.study.horizon,
        "top": scale(chapter, reveal),
        "lines": [_line(story, chapter.state, language) for story in reveal.stories],
        "bands": bands,
        "weeks": [week for week in weeks_asked(chapter) if week <= material.study.horizon],
        **_against(material, chapter, room, reveal.answers),
    }


def _against(material: Told, chapter: Chapter, room: Room, answers: Answers) -> Scene:
    """The room beside the model, and what that says of the lesson."""
    said, language, texts = predicted(material, room), room.language, option_texts(chapter, room)
    options = [
        {
            "letter": LETTERS[index],
            "text": text,
            "room": said.counts[index],
            "room_share": said.share(index),
            "model": of_100(answers.counts[index], answers.worlds, language),
            "model_share": answers.counts[index] / answers.worlds,
        }
        for index, text in enumerate(texts)
    ]
    return {
        "question": chapter.question.in_(language),
        "options": options,
        "total": said.total,
        "headline": _headline(answers, texts, language),
        "verdicts": [*_room_said(said, answers, language), *_lesson_said(chapter, answers, language)],
        "counted": say("lesson.counted", language, worlds=number(answers.worlds, language), seed=material.lesson.seed),
    }


def _headline(answers: Answers, texts: list[str], language: str) -> str:
    """The model's answer."""
    if not answers.order:
        return say("lesson.nowhere", language)
    most = answers.order[0]
    n = of_100(answers.counts[most], answers.worlds, language)
    return say("lesson.most", language, n=n, option=f"“{texts[most]}”")


def of_100(count: int, worlds: int, language: str) -> str:
    """A share of worlds as a number of a hundred; never all or none unless it is.

    >>> of_100(157, 200, "en"), of_100(199, 200, "en"), of_100(1, 400, "nl"), of_100(200, 200, "nl")
    ('79', 'more than 99', 'minder dan 1', '100')
    """
    share = 100 * count / worlds
    if 0 < share < 1:
        return say("lesson.fewer_than_1", language)
    if 99 < share < 100:
        return say("lesson.more_than_99", language)
    return number(int(share + 0.5), language)


def _room_said(said: Prediction, answers: Answers, language: str) -> list[str]:
    """What the room said of what the model shows most often."""
    if not said.total:
        return [say("lesson.room_none", language)]
    if not answers.order:
        return []
    most = answers.order[0]
    letter = LETTERS[said.leaders[0]]
    return [say(_room_key(said, most), language, n=said.counts[most], of=said.total, letter=letter)]


def _room_key(said: Prediction, most: int) -> str:
    """Which sentence fits a room: more than half of it saw this, its largest group did, others led, or it was split."""
    suffix = "_one" if said.counts[most] == 1 else ""
    if said.leaders == (most,):
        return f"lesson.room_same{suffix}" if 2 * said.counts[most] > said.total else "lesson.room_largest"
    return f"lesson.room_some{suffix}" if len(said.leaders) == 1 else f"lesson.room_tied{suffix}"


def _lesson_said(chapter: Chapter, answers: Answers, language: str) -> list[str]:
    """What the model says of the lesson, and where it cannot say."""
    sentences = []
    verdict = agreement(chapter, answers) if chapter.options else "silent"
    if verdict != "silent" and chapter.claim:
        held = sum(answers.counts[index] for index, option in enumerate(chapter.options) if option.lesson)
        fields = {"n": of_100(held, answers.worlds, language), "claim": chapter.claim.in_(language)}
        sentences.append(say(VERDICTS[verdict], language, **fields))
    if answers.divided:
        a, b = (LETTERS[index] for index in sorted(answers.order[:2]))
        sentences.append(say("lesson.close", language, a=a, b=b))
    for key, count in zip(("lesson.no_option", "lesson.more_options"), answers.unclear, strict=True):
        if count:
            sentences.append(say(key, language, n=of_100(count, answers.worlds, language)))
    return sentences


VERDICTS = {"agrees": "lesson.agrees", "divided": "lesson.divided", "disagrees": "lesson.disagrees"}


def _debrief(_material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """Questions from the world that was shown, and those of the chapter."""
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
        "package": bool(chapter.package),
    }


def _ranking(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """The room's package among the scenarios that it is held against."""
    comparison, language = reveal.comparison, room.language
    bars = []
    spans = {name: span_of(comparison.runs, name) for name in comparison.ranking}
    for name in sorted(comparison.ranking, key=lambda scenario: spans[scenario]):
        summary = comparison.summary(name, MAIN)
        mean = level(summary.mean.estimate, MAIN, language)
        title = comparison.runs.study.scenario(name).called(language)
        bars.append(
            {
                "title": title,
                "mean": summary.mean.estimate,
                "low": summary.q05,
                "high": summary.q95,
                "said": mean,
                "place": _placed(spans[name], language),
                "own": name == OWN,
            }
        )
    weeks = number(comparison.runs.study.horizon, language)
    against = _against(material, chapter, room, reveal.answers)
    against["verdicts"] = [*_shared(room, reveal, spans[OWN]), *against["verdicts"]]
    return {"bars": bars, "under": say("lesson.ranking_under", language, weeks=weeks), **against}


def _placed(span: tuple[int, int], language: str) -> str:
    """A place, or the places that are shared."""
    first, last = span
    return str(first) if first == last else say("lesson.tied", language, first=first, last=last)


def _shared(room: Room, reveal: Reveal, span: tuple[int, int]) -> list[str]:
    """Whether the package shares its place, and what it is no different from."""
    runs, language = reveal.comparison.runs, room.language
    sentences = [say("lesson.place_shared", language, first=span[0], last=span[1])] if span[0] < span[1] else []
    twins = twins_of(runs, OWN)
    if twins:
        key = "lesson.same_as" if room.package else "lesson.same_empty"
        sentences.append(say(key, language, title=runs.study.scenario(twins[0]).called(language)))
    return sentences


SCENES: dict[str, Callable[[Told, Chapter, Room], Scene]] = {
    "situation": _situation,
    "question": _question,
    "compose": _compose,
}
REVEALS: dict[str, Callable[[Told, Chapter, Room, Reveal], Scene]] = {
    "world": _world,
    "worlds": _worlds,
    "debrief": _debrief,
    "ranking": _ranking,
}
"""What is drawn at each step, before and after the model has run."""
