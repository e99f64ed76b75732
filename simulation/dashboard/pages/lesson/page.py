"""The page of the lesson: a trainer tells the case, the room predicts, the model answers."""

from collections.abc import Callable
from typing import Any, NotRequired

import solara
from typing_extensions import TypedDict

from simulation.dashboard.components.text import Text
from simulation.dashboard.pages.lesson.flow import (
    bill_key,
    billed,
    moved,
    planned_for,
    reveal_key,
    reveal_of,
    room_of,
    still_holds,
    to_compare,
    toggled,
    voted,
)
from simulation.dashboard.pages.lesson.material import lesson_material
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.tasks import LatestTask, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.view import View
from simulation.lesson.closing import Closing
from simulation.lesson.package import Bill
from simulation.lesson.reveal import Reveal
from simulation.lesson.scenes import scene
from simulation.lesson.source import Told
from simulation.study.errors import InputRefused
from simulation.text.i18n import LANGUAGES, language_name, say, words_of

RAIL_POSITION = 40


@solara.component
def Page(view: View, change: Change) -> None:
    """The page, or why there is no lesson."""
    found = _material()
    if isinstance(found, InputRefused):
        Text("h1", say("lesson.no_lesson", view.language), "sy-answer")
        for line in found.told(view.language).splitlines()[:12]:
            Text("p", line)
        return
    material, wrong = found
    Lesson(material, wrong, view, change)


def _material() -> tuple[Told, InputRefused | None] | InputRefused:
    """The lesson as its file has it now, with what is wrong with that file since; or what always was."""
    try:
        return lesson_material().newest()
    except InputRefused as error:
        return error


@solara.component
def Lesson(material: Told, wrong: InputRefused | None, view: View, change: Change) -> None:
    """The stage; what it reveals is worked out while the room is still talking."""
    key = (material.lesson, *reveal_key(material, view))
    latest: LatestTask[Reveal | Closing] = use_latest_task(lambda progress: reveal_of(material, view, progress), key)
    asked = (material.lesson, bill_key(material, view))
    bill: LatestTask[Bill | None] = use_latest_task(lambda progress: billed(material, view, progress), asked)
    kept = isinstance(latest.key, tuple) and latest.key[:1] == key[:1] and still_holds(material, view, latest.key[1:])
    reveal = latest.value if not latest.wrong and (latest.fresh or kept) else None
    costs = bill.value if bill.key == asked else None
    place = (view.language, view.chapter, view.step, view.minutes, view.votes, view.again, view.package, view.changes)
    shown = solara.use_memo(
        lambda: scene(material, room_of(material, view), reveal, latest.why(view.language), costs),
        [material, *place, reveal, latest.wrong, costs],
    )
    broken = say("lesson.broken", view.language, why=wrong.told(view.language).splitlines()[0]) if wrong else ""

    def on(how: Callable[[Told, View, Any], View]) -> Event[Any]:
        return lambda message: change(lambda now: how(material, now, message))

    Stage(
        scene=shown | {"broken": broken},
        words=stage_words(view.language),
        language=view.language,
        following=following(view.language),
        event_go=on(moved),
        event_vote=on(voted),
        event_toggle=on(toggled),
        event_plan=on(planned_for),
        event_another=lambda _: change(lambda now: now.but(take=(now.take + 1) % material.lesson.worlds)),
        event_compare=lambda _: change(lambda now: to_compare(material, now)),
    )


def stage_words(language: str) -> dict[str, str]:
    """What the stage says by itself."""
    own = {key: text for key, text in words_of("lesson", language).items() if "." not in key}
    return own | words_of("number", language)


def following(language: str) -> dict[str, str]:
    """The language that the stage's own switch turns to: the next one, by code and name.

    >>> following("en")
    {'code': 'nl', 'name': 'Nederlands'}
    """
    code = LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
    return {"code": code, "name": language_name(code)}


@closed
class Walk(TypedDict):
    """One step on or back, or a step of a chapter."""

    by: NotRequired[int]
    chapter: NotRequired[int]
    step: NotRequired[int]


@closed
class Hands(TypedDict):
    """Hands for an option: more or fewer, so many, or none for any option."""

    option: NotRequired[int]
    add: NotRequired[int]
    set: NotRequired[int]
    clear: NotRequired[bool]


@component("lesson.vue")
def Stage(
    scene: dict[str, Any],
    words: dict[str, str],
    language: str,
    following: dict[str, str],
    event_go: Event[Walk],
    event_vote: Event[Hands],
    event_toggle: Event[Word],
    event_plan: Event[int],
    event_another: Event[None],
    event_compare: Event[None],
) -> None:
    """One screen of the lesson."""
