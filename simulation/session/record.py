"""What has happened in a session: an event each, folded into a record that is never changed.

The same events give the same record, so a session that goes on after a break, a crash or an import is the same session.
An event that may not happen any more, such as an answer after the lock, leaves the record as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulation.session.programme import Ask, Screen, Table

TABLE = "table:"
"""How the key of a table begins where participants have theirs."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened: its ``number`` in the session from 1, ``at`` in seconds since 1970, and what it was.

    ``client`` is the mark that whoever sent it gave it, so that the same thing sent twice happens once.
    """

    number: int
    at: float
    kind: str
    data: Mapping[str, Any]
    client: str = ""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody on a phone: ``table`` is the name of theirs or nothing, ``joined`` in seconds since 1970."""

    id: str
    nickname: str
    table: str
    language: str
    joined: float
    removed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The index of an option, or a number; ``at`` in seconds since 1970; whether the trainer ``typed`` it."""

    value: float
    at: float
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What the trainer decided on a screen: the ``name`` of the decision and its ``value``."""

    screen: str
    name: str
    value: str


@dataclass(frozen=True)
class Record:
    """All that holds in a session after its last event, which is the one with this ``number``.

    ``at`` is the index of the screen that is shown and ``furthest`` the highest one that was; ``locks`` and
    ``revealed`` are keys of screens. ``answers`` go by the key of a screen and the id of a participant or
    ``"table:<name>"``; ``hands`` are counts that the trainer typed, by screen and option, ``papers`` numbers from paper
    cards, by screen; ``absent`` the tables at which nobody sat when a screen was revealed, which the model then plays.
    """

    code: str
    screens: tuple[Screen, ...]
    tables: tuple[Table, ...] = ()
    language: str = "en"
    seed: int = 1
    number: int = 0
    at: int = 0
    furthest: int = 0
    locks: frozenset[str] = frozenset()
    revealed: frozenset[str] = frozenset()
    black: bool = False
    paused: bool = False
    hidden: bool = False
    over: bool = False
    timer_until: float | None = None
    timer_left: float | None = None
    participants: Mapping[str, Participant] = field(default_factory=dict)
    answers: Mapping[tuple[str, str], Answer] = field(default_factory=dict)
    hands: Mapping[tuple[str, int], int] = field(default_factory=dict)
    papers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)

    # --- where it stands -------------------------------------------------------------------------------

    @property
    def screen(self) -> Screen:
        """The screen that is shown."""
        return self.screens[self.at]

    @property
    def locked(self) -> bool:
        """Whether answers to the screen that is shown are no longer taken."""
        return self.screen.key in self.locks

    @property
    def is_revealed(self) -> bool:
        """Whether the screen that is shown has been revealed."""
        return self.screen.key in self.revealed

    @property
    def is_open(self) -> bool:
        """Whether an answer would be taken now."""
        return self.screen.ask is not None and not (self.locked or self.paused or self.over)

    def screen_of(self, key: str) -> Screen | None:
        """The screen with a key, if there is one."""
        return next((screen for screen in self.screens if screen.key == key), None)

    def is_closed(self, screen: Screen) -> bool:
        """Whether a screen has had its time: it was locked, revealed or passed."""
        return screen.key in self.locks or screen.key in self.revealed or self.screens.index(screen) < self.furthest

    # --- who is there ----------------------------------------------------------------------------------

    @property
    def present(self) -> tuple[Participant, ...]:
        """The participants who joined and were not removed, in the order in which they joined."""
        return tuple(one for one in self.participants.values() if not one.removed)

    def respondent(self, ask: Ask, who: Participant) -> str:
        """In whose name a participant answers: their own or their table's; nothing if they have no table."""
        if ask.by == "person" or not self.tables:
            return who.id
        return TABLE + who.table if who.table else ""

    def seats(self, table: str) -> tuple[Participant, ...]:
        """Who sits at a table."""
        return tuple(one for one in self.present if one.table == table)

    def expected(self, screen: Screen) -> tuple[str, ...]:
        """Whose answers a screen waits for: the participants, or the tables at which somebody sits or for which
        the trainer types."""
        if screen.ask is None:
            return ()
        if screen.ask.by == "person" or not self.tables:
            return tuple(one.id for one in self.present)
        taken = {TABLE + one.table for one in self.present}
        taken |= {key for (_, key), answer in self.answers.items() if answer.typed}
        return tuple(TABLE + table.name for table in self.tables if TABLE + table.name in taken)

    def answered(self, screen: Screen) -> tuple[str, ...]:
        """Those of :meth:`expected` who have answered."""
        return tuple(one for one in self.expected(screen) if (screen.key, one) in self.answers)

    def tables_played(self) -> tuple[str, ...]:
        """The names of the tables that the model plays: nobody sits there and the trainer typed nothing for them."""
        typed = {key for (_, key), answer in self.answers.items() if answer.typed}
        taken = {one.table for one in self.present}
        return tuple(one.name for one in self.tables if one.name not in taken and TABLE + one.name not in typed)

    # --- what was answered -----------------------------------------------------------------------------

    def counted(self, screen: Screen) -> dict[str, Answer]:
        """The answers to a screen that count, by respondent: those of removed participants do not."""
        gone = {one.id for one in self.participants.values() if one.removed}
        return {key: answer for (name, key), answer in self.answers.items() if name == screen.key and key not in gone}

    def tally(self, screen: Screen) -> tuple[int, ...]:
        """How many chose each option, phones and raised hands together; empty if none is asked for."""
        if screen.ask is None or screen.ask.kind != "option":
            return ()
        votes = [int(answer.value) for answer in self.counted(screen).values()]
        return tuple(
            votes.count(option) + self.hands.get((screen.key, option), 0) for option in range(len(screen.ask.options))
        )

    def number_answers(self, screen: Screen) -> tuple[float, ...]:
        """The numbers that were answered, from phones and then from paper cards; empty if none is asked for."""
        if screen.ask is None or screen.ask.kind != "number":
            return ()
        return (*(answer.value for answer in self.counted(screen).values()), *self.papers.get(screen.key, ()))

    def table_answer(self, screen: Screen, table: str) -> float | None:
        """What a table answered to a screen itself."""
        answer = self.answers.get((screen.key, TABLE + table))
        return None if answer is None else answer.value

    def pledges(self, series: str) -> dict[str, tuple[float | None, ...]]:
        """The answers of each table to the screens of a series, in their order; None where there is none.

        A table that gave none to a screen that has had its time keeps its last one there, if the ask ``keeps``.
        """
        screens = [one for one in self.screens if one.ask is not None and one.ask.series == series]
        return {table.name: self._pledged(table.name, screens) for table in self.tables}

    def _pledged(self, table: str, screens: Iterable[Screen]) -> tuple[float | None, ...]:
        """The answers of a table to screens, kept where they are kept."""
        last: float | None = None
        values: list[float | None] = []
        for screen in screens:
            own = self.table_answer(screen, table)
            keeps = screen.ask is not None and screen.ask.keeps and self.is_closed(screen)
            values.append(last if own is None and keeps else own)
            last = last if own is None else own
        return tuple(values)

    def decision(self, name: str) -> Decision | None:
        """The last decision with a name, if there is one."""
        return next((one for one in reversed(self.decisions) if one.name == name), None)
