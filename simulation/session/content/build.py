"""A programme put together: a lobby, a game, a lesson's chapters, a closing, each if it is wanted."""

import functools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from simulation.game.form import Game, Play
from simulation.lesson.source import Told
from simulation.session.content.aftermath import Aftermath
from simulation.session.content.chapters import Chapters
from simulation.session.content.draw import piece, texts
from simulation.session.content.handout import agreements_in, cards, handout
from simulation.session.content.numbers import numbers_of
from simulation.session.content.part import NOTHING, Part
from simulation.session.content.rounds import Rounds
from simulation.session.programme import Screen, Table
from simulation.session.record import Participant, Record
from simulation.study.organisation import Label
from simulation.text.i18n import say

AHEAD = "synergy-ahead"
"""The thread that works out what the next screen needs."""
LINES = 8
"""Lines for agreements."""


class Words(Part):
    """A screen with nothing but words: the lobby, and the last one."""

    def __init__(self, key: str, lines: tuple[str, ...]) -> None:
        self.lines = lines
        self.screens = (Screen(key, texts(f"{key}_title"), key, minutes=3, notes=(texts(f"{key}_notes"),)),)

    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """The words."""
        lines = [say(f"game.{line}", language) for line in self.lines]
        return piece("text-beamer", language, lines=lines, points=(), picture="", after=(), quiet="")

    def console(self, record: Record, screen: Screen, language: str) -> Markup:
        """Where agreements are made, a form for them; what is typed there goes into the hand-out alone."""
        if screen.key != "agree":
            return NOTHING
        return piece("agree-console", language, code=record.code, lines=LINES)


@dataclass(frozen=True)
class Content:
    """A programme of parts; see :class:`~simulation.session.programme.Programme`. ``source`` is the text that it is
    made of again."""

    title: Label
    parts: tuple[Part, ...]
    tables: tuple[Table, ...]
    source: str = ""
    chapters: Chapters | None = None
    rounds: Rounds | None = None
    aftermath: Aftermath | None = None
    _ahead: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @functools.cached_property
    def screens(self) -> tuple[Screen, ...]:
        """Every part's screens, one after the other."""
        return tuple(screen for part in self.parts for screen in part.screens)

    @functools.cached_property
    def _part_of(self) -> Mapping[str, Part]:
        """Whose a screen is, by its key."""
        return {screen.key: part for part in self.parts for screen in part.screens}

    def beamer(self, record: Record, language: str) -> Markup:
        """The current screen; meanwhile what the next one needs is worked out."""
        drawn = self._part_of[record.screen.key].beamer(record, record.screen, language)
        self._look_ahead(record)
        return drawn

    def _look_ahead(self, record: Record) -> None:
        """Work out what this screen and the next one need, in a thread: while the room talks, nobody waits.

        Should something be wrong with it, whoever draws that screen will hear of it.
        """
        soon = [replace(record, at=at) for at in (record.at, record.at + 1) if at < len(self.screens)]
        if not self._ahead.acquire(blocking=False):
            return  # one at a time; the next drawing asks again

        def work() -> None:
            try:
                for one in soon:
                    self.prepare(one)
            finally:
                self._ahead.release()

        threading.Thread(target=work, name=AHEAD, daemon=True).start()

    def phone(self, record: Record, who: Participant, language: str) -> Markup:
        """What concerns a participant and their table alone."""
        return self._part_of[record.screen.key].phone(record, record.screen, who, language)

    def console(self, record: Record, language: str) -> Markup:
        """What else the trainer decides."""
        return self._part_of[record.screen.key].console(record, record.screen, language)

    def decide(self, record: Record, name: str, value: str) -> str | None:
        """What is wrong with a decision."""
        part = next((one for one in self.parts if one.takes(name)), None)
        return "unknown" if part is None else part.decide(record, name, value)

    def prepare(self, record: Record) -> None:
        """Work out what the current screen needs, in a thread of its own."""
        self._part_of[record.screen.key].prepare(record)

    def handout(self, record: Record, language: str, fields: Mapping[str, str]) -> str:
        """The hand-out, with the agreements in a form's ``fields``."""
        return str(handout(self, record, language, agreements_in(fields)))

    def cards(self, language: str) -> str:
        """Cards for the tables."""
        return str(cards(self, language))

    def play(self, record: Record) -> Play | None:
        """What the room has played; None without a game."""
        return None if self.rounds is None else self.rounds.play(record)

    def numbers(self, record: Record) -> Mapping[str, Any] | None:
        """The numbers of the rounds that were played; None if none was."""
        play = self.play(record)
        return numbers_of(play) if play is not None and play.played else None


def content_of(
    title: Label,
    lesson: Told | None,
    game: Game | None,
    minutes: int = 0,
    source: str = "",
    about: tuple[Label, ...] = (),
) -> Content:
    """A programme with a lesson, a game, or both; ``minutes`` are those of the lesson's chapters, 0 for all of them;
    ``about`` says what the game's organisation is up to."""
    rounds = None if game is None else Rounds(game, about)
    aftermath = None if rounds is None else Aftermath(rounds)
    chapters = None if lesson is None else Chapters(lesson, minutes)
    parts: list[Part] = [Words("lobby", ("lobby_1", "lobby_2"))]
    parts += [part for part in (rounds, aftermath, chapters) if part is not None]
    parts.append(Words("agree", ("agree_1", "agree_2", "agree_3")))
    tables = () if rounds is None else rounds.tables
    return Content(title, tuple(parts), tables, source, chapters, rounds, aftermath)
