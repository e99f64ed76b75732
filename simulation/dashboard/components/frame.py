"""The frame around every page: the rail, the language switch, the address bar."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.system.limits import LIMITS


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
