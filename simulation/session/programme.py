"""What a session is about: its screens, what they ask, and the pieces of HTML that its content draws."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from markupsafe import Markup

from simulation.study.organisation import Label

if TYPE_CHECKING:
    from simulation.session.record import Participant, Record


@dataclass(frozen=True)
class Ask:
    """What is asked on a screen, of every participant or of every table.

    Of a table the last answer of anybody who sits at it counts. ``options`` are those of an ``option``; ``low``,
    ``high``, ``step`` and ``unit`` belong to a ``number``. A ``secret`` ask shows no counts before it is locked or
    revealed. With ``keeps`` a table that does not answer keeps what it answered last in the same ``series``, such as
    ``"pledge"``. What is answered to a ``private`` ask is never on the
    beamer by itself: the content shows what it will.
    """

    kind: Literal["option", "number"]
    by: Literal["person", "table"]
    options: tuple[Label, ...] = ()
    low: float = 0
    high: float = 1
    step: float = 1
    unit: Label | None = None
    secret: bool = True
    keeps: bool = False
    series: str = ""
    private: bool = False

    def fits(self, value: object) -> bool:
        """Whether a value, the index of an option or a number, can be an answer.

        >>> ask = Ask("number", "table", low=0, high=10)
        >>> [ask.fits(value) for value in (0, 10.0, 10.5, float("nan"), "3", True)]
        [True, True, False, False, False, False]
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.kind == "option":
            return isinstance(value, int) and 0 <= value < len(self.options)
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Screen:
    """One screen of the session. ``key`` is stable, such as ``"round-3"``; ``kind`` is ``"lobby"``, ``"question"`` ….

    ``after`` is given where revealing is final and in order: the key of the screen that must be revealed before, or
    nothing for the first; such a screen is not left by the next one until it is revealed.

    ``minutes`` is how long the trainer means to take, ``notes`` are for the console alone, and a screen that
    ``reveals`` has two states, before and after the trainer reveals.
    """

    key: str
    title: Label
    kind: str
    ask: Ask | None = None
    minutes: float = 0
    notes: tuple[Label, ...] = field(default=())
    reveals: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Table:
    """A table at which participants sit, which is a department in the game."""

    name: str
    label: Label


class Programme(Protocol):
    """The content of a session. What it draws is escaped already."""

    @property
    def title(self) -> Label:
        """What the session is called."""

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens, in order; there is at least one."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables; if there are none nobody chooses one."""

    def beamer(self, record: "Record", language: str) -> Markup:
        """The current screen, for the beamer."""

    def phone(self, record: "Record", who: "Participant", language: str) -> Markup:
        """What stands above the answer on a participant's phone: what concerns them and their table alone."""

    def console(self, record: "Record", language: str) -> Markup:
        """What else the trainer sees and decides.

        A decision is a form with ``method=post data-command="decide"`` and fields ``name`` and ``value``.
        """

    def handout(self, record: "Record", language: str, fields: "Mapping[str, str]") -> str:
        """The hand-out as a page of its own; ``fields`` are those of the form in which agreements were typed."""

    def cards(self, language: str) -> str:
        """Cards for the tables as a page of its own."""

    def decide(self, record: "Record", name: str, value: str) -> str | None:
        """What is wrong with a decision of the trainer's, as the key of a sentence; None if it may be taken."""

    def numbers(self, record: "Record") -> "Mapping[str, Any] | None":
        """Every number that came of what the room did, as plain data, to be held against; None if there is none."""
