"""The room beside the model, and the model beside the lesson: counts of a hundred worlds, and sentences about them."""

from typing import Any

from simulation.lesson.answers import agreement
from simulation.lesson.form import BuiltIn, Chapter
from simulation.lesson.prediction import Prediction
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import Room, option_count, predicted
from simulation.lesson.source import Told
from simulation.text.i18n import number, say

Scene = dict[str, Any]
LETTERS = "ABCDEFGHI"
VERDICTS = {"agrees": "lesson.agrees", "divided": "lesson.divided", "disagrees": "lesson.disagrees"}
BUILT = {"yes": "lesson.built_yes", "partly": "lesson.built_partly", "no": "lesson.built_no"}


def option_texts(chapter: Chapter, room: Room) -> list[str]:
    """The options in words."""
    count = option_count(chapter, room)
    if chapter.package:
        return [say("lesson.place", room.language, n=n + 1, of=count) for n in range(count)]
    return [option.text.in_(room.language) for option in chapter.options]


def told(chapter: Chapter, option: int, language: str) -> str:
    """How a headline goes on to tell an option; empty where the lesson does not say it."""
    text = chapter.options[option].told if option < len(chapter.options) else None
    return text.in_(language) if text else ""


def headline(key: str, chapter: Chapter, option: int, room: Room, **fields: Any) -> str:
    """A headline about an option: told as the lesson tells it, or else with its text quoted."""
    clause = told(chapter, option, room.language)
    if clause:
        return say(f"{key}_told", room.language, told=clause, **fields)
    return say(key, room.language, option=f"“{option_texts(chapter, room)[option]}”", **fields)


def against(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """The room beside the model: ``options`` with hands before and after talking and with worlds of a hundred,
    ``total`` and ``later`` hands, the ``headline``, what is to be said of it, and whether it is ``built`` in."""
    said, after = predicted(material, room), predicted(material, room, after=True)
    language, counts, worlds = room.language, reveal.counts, reveal.worlds
    options = [
        {
            "letter": LETTERS[index],
            "text": text,
            "room": said.counts[index],
            "room_share": said.share(index),
            "after": after.counts[index],
            "after_share": after.share(index),
            "model": of_100(counts[index], worlds, language),
            "model_share": counts[index] / worlds,
        }
        for index, text in enumerate(option_texts(chapter, room))
    ]
    return {
        "question": chapter.question.in_(language),
        "options": options,
        "total": said.total,
        "later": after.total,
        "headline": most_often(chapter, room, reveal),
        "verdicts": [*room_said(said, after, reveal, language), *_lesson_said(chapter, reveal, language)],
        "built": built_in(chapter.built_in, language),
        "counted": say("lesson.counted", language, worlds=number(worlds, language), seed=material.lesson.seed),
    }


def most_often(chapter: Chapter, room: Room, reveal: Reveal) -> str:
    """The model's answer."""
    if not reveal.shown:
        return say("lesson.nowhere", room.language)
    n = of_100(reveal.often, reveal.worlds, room.language)
    if chapter.package:
        first, last, of = reveal.shown[0] + 1, reveal.shown[-1] + 1, len(reveal.counts)
        key = f"lesson.most_{('place', 'two', 'places')[min(last - first, 2)]}"
        return say(key, room.language, n=n, first=first, last=last, of=of)
    return headline("lesson.most", chapter, reveal.shown[0], room, n=n)


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


def room_said(said: Prediction, after: Prediction, reveal: Reveal, language: str) -> list[str]:
    """What the room said of what the model shows most often, before talking and after."""
    if not said.total and not after.total:
        return [say("lesson.room_none", language)]
    if not reveal.shown:
        return []
    sentences = []
    if said.total:
        letter = LETTERS[said.leaders[0]]
        sentences.append(say(_room_key(said, reveal), language, n=_hands(said, reveal), of=said.total, letter=letter))
    if after.total:
        hands = _hands(after, reveal)
        key = "lesson.room_after_one" if hands == 1 else "lesson.room_after"
        sentences.append(say(key, language, n=hands, of=after.total))
    return [" ".join(sentences)]


def _hands(said: Prediction, reveal: Reveal) -> int:
    """Hands for what the model shows most often; for each of the places that a package shares."""
    return sum(said.counts[option] for option in reveal.shown)


def _room_key(said: Prediction, reveal: Reveal) -> str:
    """Which sentence fits a room: more than half of it saw this, its largest group did, others led, or it was split."""
    hands = _hands(said, reveal)
    suffix = "_one" if hands == 1 else ""
    if all(leader in reveal.shown for leader in said.leaders):
        return f"lesson.room_same{suffix}" if 2 * hands > said.total else "lesson.room_largest"
    return f"lesson.room_some{suffix}" if len(said.leaders) == 1 else f"lesson.room_tied{suffix}"


def _lesson_said(chapter: Chapter, reveal: Reveal, language: str) -> list[str]:
    """What the model says of the lesson, and where it cannot say; nothing for a package."""
    if not chapter.options:
        return []
    answers, sentences = reveal.answers, []
    verdict = agreement(chapter, answers)
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


def built_in(built: BuiltIn | None, language: str) -> str:
    """Whether what a chapter shows came out by itself, in a sentence or two; empty where its file does not say."""
    if built is None:
        return ""
    sentences = [say(BUILT[built.how], language)]
    if built.ground:
        sentences.append(built.ground.in_(language))
    elif built.patterns:
        numbers = listed(built.patterns, language)
        key = "lesson.pattern" if len(built.patterns) == 1 else "lesson.patterns"
        sentences[-1] = f"{sentences[-1]} {say(key, language, numbers=numbers)}"
    return " ".join(sentences)


def listed(parts: tuple[str, ...] | list[str], language: str) -> str:
    """Several things in one phrase.

    >>> listed(["a", "b", "c"], "en"), listed(["a"], "nl")
    ('a, b and c', 'a')
    """
    if len(parts) < 2:
        return "".join(parts)
    return say("lesson.listed", language, first=", ".join(parts[:-1]), last=parts[-1])
