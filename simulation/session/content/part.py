"""A part of a programme: screens of its own, and what they show."""

from typing import Protocol

from markupsafe import Markup

from simulation.session.programme import Screen
from simulation.session.record import Participant, Record

NOTHING = Markup("")


class Part(Protocol):
    """Some screens of a session, and what is drawn on each; see :class:`~simulation.session.programme.Programme`."""

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens, in order; each has a key that no other part's has."""

    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """A screen of this part, for the beamer."""

    def phone(self, record: Record, screen: Screen, who: Participant, language: str) -> Markup:
        """What stands above the answer on a phone."""

    def console(self, record: Record, screen: Screen, language: str) -> Markup:
        """What else the trainer sees and decides."""

    def decide(self, record: Record, name: str, value: str) -> str | None:
        """What is wrong with a decision of this part's; None if it may be taken."""

    def takes(self, name: str) -> bool:
        """Whether a decision of this name is this part's."""

    def prepare(self, record: Record) -> None:
        """Work out what the screen that is shown needs, so that drawing it is quick; in a thread of its own."""
