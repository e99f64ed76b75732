"""What only the page Compare has drawn by the browser: the timeline, the ranking and the controls."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from simulation.dashboard.server.gate import Event, Word, closed, component


@closed
class Alteration(TypedDict):
    """A measure is switched, or some of its settings get other values."""

    measure: Word
    on: NotRequired[bool]
    set: NotRequired[dict[Word, bool | int | float | Word | list[Word] | None]]


@component("timeline.vue")
def Timeline(
    rows_text: str,
    scenario: str,
    title: str,
    base: str,
    horizon: int,
    live: int,
    stamp: str,
    language: str,
    words_text: str,
    wrong: dict[str, str],
    event_alter: Event[Alteration],
) -> None:
    """The measures of a scenario on a line of weeks (:func:`simulation.dashboard.pages.compare.timeline.rows_of`)."""


@closed
class Act(TypedDict):
    """Something is done with a scenario or an outcome."""

    do: Literal["take", "hold", "judge", "add", "remove", "copy", "rename"]
    what: NotRequired[Word]


@component("ranking.vue")
def Ranking(
    rows_text: str,
    others_text: str,
    outcomes_text: str,
    outcome: str,
    title: str,
    under: str,
    levels_text: str,
    words_text: str,
    event_act: Event[Act],
) -> None:
    """The scenarios, best first: see :func:`simulation.dashboard.pages.compare.answer.ranking`."""


@component("stay.vue")
def Stay(text: str) -> None:
    """The answer in a line that stays at the top once the answer itself is out of sight; eyes alone need it."""


@closed
class RunSettings(TypedDict):
    """Another number of worlds, horizon or seed, or other numbers."""

    worlds: NotRequired[int]
    horizon: NotRequired[int]
    seed: NotRequired[int]
    mode: NotRequired[Word]


@component("controls.vue")
def Controls(
    worlds: int,
    most: int,
    horizon: int,
    longest: int,
    seed: int,
    largest: int,
    mode: str,
    wrong: str,
    words_text: str,
    event_put: Event[RunSettings],
) -> None:
    """How many worlds, how far ahead, which seed, which numbers."""
