"""What the pages are put together from: text that cannot become markup, and the components drawn by the browser."""

import html
import json
from typing import Annotated, Any, Literal, NotRequired

import solara
from pydantic import Field
from typing_extensions import TypedDict

from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.system.limits import LIMITS


def packed(data: Any) -> str:
    """Plain data as text, for a component that unpacks it: Reacton and ipywidgets would look into every number of it.

    Both walk through all that a component is given, at every redraw and several times; a text they take as it is.
    What a component takes as ``…_text`` is such text.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


@closed
class Moved(TypedDict):
    """Back or Forward was pressed: the address, and how often that happened."""

    address: Annotated[str, Field(max_length=LIMITS.query_characters + 100)]
    count: Annotated[int, Field(ge=0, le=10**9)]


@component("frame.vue")
def Frame(
    pages_text: str,
    page: str,
    language: str,
    address: str,
    moves: int,
    words_text: str,
    languages_text: str,
    event_go: Event[Word],
    event_speak: Event[Word],
    event_moved: Event[Moved],
) -> None:
    """The rail, the language switch, and the address bar that follows the view; ``moves`` counts steps back or on.

    ``languages_text`` has the code and the own name of each language.
    """


@component("chart.vue")
def Chart(
    option_text: str,
    label: str,
    height: int,
    language: str = "en",
    unit: str = "",
    stamp: str = "",
) -> None:
    """A chart drawn by the visitor's machine.

    ``label`` says in words what it shows; ``height`` is in pixels; numbers that are hovered over are written as in
    ``language`` and followed by ``unit``. Once it is drawn, the element carries ``stamp`` as ``data-stamp``.
    """


@solara.component
def Text(tag: str, text: str, classes: str = "", **attributes: str) -> None:
    """Text that cannot become markup."""
    solara.HTML(tag=tag, unsafe_innerHTML=safe(text), classes=classes.split(), attributes=attributes)


def safe(text: str) -> str:
    """Text as markup that shows it."""
    return html.escape(text)


@solara.component
def Table(title: str, rows: list[list[str]]) -> None:
    """What a picture shows, as a table that opens; the first row is the head, the first column says what a row is."""
    head = "".join(f'<th scope="col">{safe(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>' + "".join(f"<td>{safe(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows[1:]
    )
    grid = f'<div class="sy-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    solara.HTML(tag="details", unsafe_innerHTML=f"<summary>{safe(title)}</summary>{grid}", classes=["sy-details"])


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
    words_text: str,
    event_act: Event[Act],
) -> None:
    """The scenarios, best first: see :func:`simulation.dashboard.pages.compare.answer.ranking`."""


@closed
class Settings(TypedDict):
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
    event_put: Event[Settings],
) -> None:
    """How many worlds, how far ahead, which seed, which numbers."""
