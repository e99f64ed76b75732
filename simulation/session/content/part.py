"""A part of a programme: screens of its own, and what they show."""

from abc import ABC, abstractmethod

from markupsafe import Markup

from simulation.session.programme import Screen
from simulation.session.record import Participant, Record

NOTHING = Markup("")


class Part(ABC):
    """Some screens of a session, and what is drawn on each; see :class:`~simulation.session.programme.Programme`.

    ``screens`` are in order, each with a key that no other part's has. A part has something for the beamer; the rest is
    nothing unless it says otherwise.
    """

    screens: tuple[Screen, ...]

    @abstractmethod
    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """A screen of this part, for the beamer."""

    def phone(self, record: Record, screen: Screen, who: Participant, language: str) -> Markup:
        """What stands above the answer on a phone."""
        return NOTHING

    def console(self, record: Record, screen: Screen, language: str) -> Markup:
        """What else the trainer sees and decides."""
        return NOTHING

    def takes(self, name: str) -> bool:
        """Whether a decision of this name is this part's."""
        return False

    def decide(self, record: Record, name: str, value: str) -> str | None:
        """What is wrong with a decision of this part's; None if it may be taken."""
        return "unknown"

    def prepare(self, record: Record) -> None:
        """Work out what the screen that is shown needs, so that drawing it is quick; in a thread of its own."""
        return
