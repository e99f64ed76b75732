"""What a room takes home: one file of HTML that needs nothing else and prints to two pages; and cards on paper.

Names and agreements come in with the request and go out with the file: they are kept nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from simulation.game.form import Play
from simulation.session.content.draw import piece
from simulation.session.content.rounds import FORESEEN
from simulation.session.record import Record
from simulation.text.i18n import long_date, percent, say

if TYPE_CHECKING:
    from simulation.session.content.build import Content

AGREEMENTS = 12
"""So many agreements fit on the pages."""
QUESTIONS = 3
FIELDS = ("what", "who", "hours", "start")
LONGEST = 120
"""Characters of a field."""


@dataclass(frozen=True)
class Agreement:
    """What somebody agreed to do: ``what``, ``who``, ``hours`` a week and from which week (``start``), as typed."""

    what: str
    who: str
    hours: str
    start: str


def agreements_in(fields: Mapping[str, str]) -> tuple[Agreement, ...]:
    """The agreements in a form's fields, ``what-0`` and so on; lines in which nothing stands are left out.

    >>> agreements_in({"what-0": "a chain meeting", "who-0": "An", "what-1": " "})
    (Agreement(what='a chain meeting', who='An', hours='', start=''),)
    """
    rows = []
    for index in range(AGREEMENTS):
        texts = [fields.get(f"{name}-{index}", "").strip()[:LONGEST] for name in FIELDS]
        if any(texts):
            rows.append(Agreement(*texts))
    return tuple(rows)


def handout(content: "Content", record: Record, language: str, agreed: Sequence[Agreement] = ()) -> Markup:
    """The hand-out of a session: predicted, played, what happened, agreed, and three questions for Monday."""
    play = content.play(record)
    played = play is not None and play.played > 0
    chapters = content.chapters
    questions = chapters.mirrors(record, language) if chapters is not None else []
    monday = [*questions, *(say(f"game.monday_{number}", language) for number in range(1, QUESTIONS + 1))]
    fields: dict[str, Any] = {
        "title": content.title.in_(language),
        "day": long_date(date.today(), language),
        "foresaw": chapters.told(record, language) if chapters is not None else None,
        "game": _game(content, play, record, language) if play is not None and played else None,
        "agreed": agreed,
        "monday": monday[:QUESTIONS],
    }
    return piece("handout", language, **fields)


def _game(content: "Content", play: Play, record: Record, language: str) -> dict[str, Any]:
    """What was played, and what came of it."""
    rounds, aftermath = content.rounds, content.aftermath
    assert rounds is not None  # there is a play
    assert aftermath is not None
    rows = []
    for table in rounds.tables:
        shares = [
            say("game.none", language) if one is None else percent(one, language) for one in play.pledges[table.name]
        ]
        rows.append((table.label.in_(language), shares))
    bought = [(say(f"game.offer_{name}", language), number) for name, number in play.bought]
    screen = record.screen_of(FORESEEN)
    shown = {key: aftermath.texts(key, record, language) for key in ("among", "moment", "sum")}
    return {
        "rows": rows,
        "rounds": range(1, play.played + 1),
        "bought": bought,
        "chart": rounds.chart(play, play.played, language),
        "predicted": sorted(round(value) for value in record.number_answers(screen)) if screen is not None else [],
        "points": [*shown["among"], *shown["moment"], *shown["sum"]],
        "again": say("game.again", language, world=play.game.world, seed=play.game.seed),
    }


def cards(content: "Content", language: str) -> Markup:
    """A card for each table, with a line for each round, and what the trainer does with them; for printing."""
    rounds = content.rounds
    if rounds is None:
        return piece("cards", language, title=content.title.in_(language), cards=[], rounds=range(0))
    made = [rounds.card(seats, language) for seats in rounds.game.tables]
    numbers = range(1, rounds.game.rounds + 1)
    return piece("cards", language, title=content.title.in_(language), cards=made, rounds=numbers)
