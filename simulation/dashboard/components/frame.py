"""The frame around every page: the rail, the language switch, the address bar."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.system.limits import LIMITS


@closed
class Moved(TypedDict):
    """Back or Forward was pressed: the address, and how often that happened."""

    address: Annotated[str, Field(max_length=LIMITS.query_characters + 100)]
    count: Annotated[int, Field(ge=0, le=10**9)]


@closed
class Recall(TypedDict):
    """A step back, a step on, or a version that was kept: the address that the page knows it by.

    ``made`` counts the steps that the page knew of: it is behind where a change was on its way, and then its address is
    not used.
    """

    how: Literal["undo", "redo", "version"]
    address: NotRequired[Annotated[str, Field(max_length=LIMITS.query_characters + 100)]]
    made: NotRequired[Annotated[int, Field(ge=0, le=10**9)]]


@component("frame.vue")
def Frame(
    pages_text: str,
    page: str,
    language: str,
    where_text: str,
    words_text: str,
    languages_text: str,
    event_go: Event[Word],
    event_speak: Event[Word],
    event_moved: Event[Moved],
    event_recall: Event[Recall],
    event_press: Event[Annotated[int, Field(ge=0, le=10**9)]],
) -> None:
    """The rail, the language switch, the address bar that follows the view, undo and redo, and versions that are kept.

    ``where_text`` has the address, how often Back or Forward was pressed (``moves``), and where in the
    :class:`~simulation.dashboard.state.trail.Trail` one is: in one piece, since they belong together.
    ``languages_text`` has the code and the own name of each language.
    """
