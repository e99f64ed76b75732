"""The game as screens: a card for each table, a prediction, rounds in which tables pledge, and what a round brought.

A round is played when it is revealed. What was played is found again from the record, so a session that goes on after
a break, or is replayed, has the same numbers.
"""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from simulation.game.form import Game, Play
from simulation.game.form import Table as Seats
from simulation.game.offers import price
from simulation.game.play import Round, expected_hours, round_of, seen_by
from simulation.game.score import scores
from simulation.model.outcomes import Event
from simulation.report.handoffs import HandOffs
from simulation.report.narrative import department_names, event_sentence
from simulation.session.content.draw import piece, texts
from simulation.session.content.part import NOTHING, Part
from simulation.session.content.pictures import Line, Mark, line_chart
from simulation.session.programme import Ask, Screen, Table
from simulation.session.record import Participant, Record
from simulation.study.organisation import Label
from simulation.text.i18n import LANGUAGES, money, percent, say

SERIES, ROUND = "pledge", "round-"
CARDS, MENU, FORESEEN = "game.cards", "game.menu", "game.foreseen"
STEP = 5
"""Pledges go by so many percent."""
MOST_EVENTS = 3
MOST_NEEDED = 3
"""A card names so many departments that a table needs."""
SPOKEN = frozenset({"shock", "leave", "leave_role", "closed", "sponsor_leaves", "sponsor_back", "cut_over"})
"""What of a round's events the beamer tells; incidents are a table's own."""
RANK = ("go_live", "closed", "shock", "sponsor_leaves", "sponsor_back", "leave_role", "leave", "cut_over")
MINUTES = 4.0
NEARLY = 0.1
"""So much before all is ready for go-live a room is told what that takes (assumed)."""
MOST_PLAYS = 64
"""Plays that are kept; a session needs one for each round, and one more for each measure that is bought."""


class Rounds(Part):
    """The rounds of a game. Plays are kept, since many phones ask for the same one."""

    def __init__(self, game: Game, about: tuple[Label, ...] = ()) -> None:
        self.game, self.about = game, about
        self.tables = tuple(Table(table.name, _label(game, table)) for table in game.tables)
        self.screens = (
            Screen(CARDS, texts("cards_title"), "cards", minutes=5, notes=(texts("cards_notes"),)),
            Screen(MENU, texts("menu_title"), "menu", minutes=2, notes=(texts("menu_notes"),)),
            Screen(
                FORESEEN,
                texts("foreseen_title"),
                "question",
                Ask("number", "person", low=1, high=game.rounds + 1, step=1, unit=texts("foreseen_unit")),
                minutes=2,
                notes=(texts("foreseen_notes", never=game.rounds + 1),),
            ),
            *(self._screen(number) for number in range(1, game.rounds + 1)),
        )
        self._plays: dict[Any, Play] = {}
        self._bare = Play(game)
        self._lock = threading.RLock()

    def _screen(self, number: int) -> Screen:
        """The screen of a round."""
        ask = Ask(
            "number",
            "table",
            low=0,
            high=100,
            step=STEP,
            unit=texts("percent"),
            keeps=True,
            series=SERIES,
            private=True,
        )
        notes = [texts("round_notes")]
        if number in {1, 3, 6, self.game.rounds}:
            notes.append(texts(f"round_notes_{'last' if number == self.game.rounds else number}"))
        title = texts("round_title", n=number, of=self.game.rounds)
        before = f"{ROUND}{number - 1}" if number > 1 else ""
        return Screen(f"{ROUND}{number}", title, "round", ask, MINUTES, tuple(notes), reveals=True, after=before)

    # --- what was played -------------------------------------------------------------------------------

    def play(self, record: Record) -> Play:
        """What the room has played: the rounds that were revealed, one after the other from the first."""
        played = 0
        while f"{ROUND}{played + 1}" in record.revealed and played < self.game.rounds:
            played += 1
        pledges = self._pledges(record, played)
        bought = self._bought(record)
        key = (tuple(pledges.items()), bought)
        with self._lock:  # pages are drawn in several threads
            if key not in self._plays:
                if len(self._plays) > MOST_PLAYS:
                    self._plays.clear()
                self._plays[key] = Play(self.game, pledges, bought)
            return self._plays[key]

    def _pledges(self, record: Record, played: int) -> dict[str, tuple[float | None, ...]]:
        """The shares that each table pledged; None for a round in which nobody sat there."""
        said = record.pledges(SERIES)
        made: dict[str, tuple[float | None, ...]] = {}
        for table in self.game.tables:
            given = said.get(table.name, ())[:played]
            made[table.name] = tuple(
                None if value is None or table.name in record.absent.get(f"{ROUND}{number}", ()) else value / 100
                for number, value in enumerate(given, 1)
            )
        return made

    def _bought(self, record: Record) -> tuple[tuple[str, int], ...]:
        """What was bought, and with which round it begins: what could not be is left out, wherever it came from."""
        made = Play(self.game)
        for decision in record.decisions:
            offer, _, number = decision.value.partition("@")
            if decision.name != "buy" or not (number.isascii() and number.isdigit() and len(number) < 4):
                continue
            if int(number) >= 1 and made.may_buy(offer, int(number)) is None:
                made = replace(made, bought=(*made.bought, (offer, int(number))))
        return made.bought

    # --- decisions -------------------------------------------------------------------------------------

    def takes(self, name: str) -> bool:
        """Measures are bought here."""
        return name == "buy"

    def decide(self, record: Record, name: str, value: str) -> str | None:
        """Whether a measure may be bought for the round that it is asked for: the next one."""
        offer, _, number = value.partition("@")
        play = self.play(record)
        if number != str(play.played + 1):
            return "moved_on"
        return play.may_buy(offer)

    def prepare(self, record: Record) -> None:
        """Run the world."""
        if record.screen.kind in {"round", "cards", "menu"}:
            _ = self.play(record).trace

    # --- the beamer ------------------------------------------------------------------------------------

    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """Progress only, until the elephant is named; then what is not agreed; with roles, who pledged what."""
        if screen.key == CARDS:
            keys = ("cards_1", "cards_2", "cards_3", "cards_4")
            points = [say(f"game.{key}", language, rounds=self.game.rounds) for key in keys]
            lines = [text.in_(language) for text in self.about]
            return piece(
                "text-beamer", language, lines=lines, points=points, picture="", after=(), quiet=_note(language)
            )
        if screen.key == MENU:
            return self._menu(language)
        if screen.key == FORESEEN:
            lines = [say("game.foreseen", language), say("game.foreseen_how", language, never=self.game.rounds + 1)]
            return piece("text-beamer", language, lines=lines, points=(), picture="", after=(), quiet=_note(language))
        number = int(screen.key.removeprefix(ROUND))
        play = self.play(record)
        done = number <= play.played
        until = number if done else min(play.played, number - 1)
        fields: dict[str, Any] = {
            "number": number,
            "rounds": self.game.rounds,
            "first": self.game.first_week(number),
            "last": self.game.first_week(number + 1) - 1,
            "done": done,
            "chart": self.chart(play, until, language) if until else "",
            "named": play.has("name_the_elephant", number),
            "roles": play.has("assign_roles", number),
            "team": play.has("cross_functional_team", number),
            "bought": self._bought_list(play, number, language),
            "left": play.left,
            "note": _note(language),
        }
        if done:
            fields |= self._outcome(play, number, language)
        else:
            rush = until and any(event.kind == "shock" for event in round_of(play, until).events)
            fields["rush"] = bool(rush)
        return piece("round-beamer", language, **fields)

    def _menu(self, language: str) -> Markup:
        """What can be bought, at which price from the first round on, and what there is for it."""
        points = []
        for offer in self.game.offers:
            cost = price(self.game, offer, 1)
            said = money(cost, language) if cost else say("game.free", language)
            points.append(f"{_capital(say(f'game.offer_{offer.name}', language))}: {said}")
        lines = [say("game.menu", language, budget=money(self.game.budget, language))]
        quiet = say("game.menu_note", language)
        return piece("text-beamer", language, lines=lines, points=points, picture="", after=(), quiet=quiet)

    def _outcome(self, play: Play, number: int, language: str) -> Mapping[str, Any]:
        """What a round brought."""
        found = round_of(play, number)
        named, roles = play.has("name_the_elephant", number), play.has("assign_roles", number)
        ready = float(play.trace.values.ready_B)
        return {
            "almost": ready if not found.live and found.progress > ready - NEARLY else 0.0,
            "went_live": found.went_live,
            "live": found.live,
            "progress": found.progress,
            "more": found.progress - found.before,
            "use": found.use,
            "hours": found.hours,
            "events": self._events(play, found, language),
            "waits": self._waits(play, found, language) if named else [],
            "spoken": self._spoken(play, number, language) if roles else [],
        }

    def _events(self, play: Play, found: Round, language: str) -> list[str]:
        """At most a few events, the weightiest first."""
        inside = {one.name for one in play.scenario.organisation.departments if one.internal}
        spoken = [
            one for one in found.events if one.kind in SPOKEN and (one.department in inside or not one.department)
        ]
        told = sorted(spoken, key=lambda one: (RANK.index(one.kind), one.week))
        sentences: list[str] = []
        for event in sorted(told[:MOST_EVENTS], key=lambda one: one.week):
            sentences.append(say("game.in_week", language, week=event.week, text=self._event(event, play, language)))
        return sentences

    def _event(self, event: Event, play: Play, language: str) -> str:
        """An event in a few words; the frequent ones in fewer."""
        if event.kind == "shock":
            return say("game.rush_card", language)
        if event.kind in {"leave", "leave_role"}:
            called = department_names(play.scenario, language)
            return say(f"game.{event.kind}", language, department=called[event.department])
        return event_sentence(event, play.scenario, language)

    def _waits(self, play: Play, found: Round, language: str) -> list[str]:
        """Pairs inside that need each other most and have agreed on least."""
        hand_offs = HandOffs(play.scenario.organisation, play.trace.settled)
        called = department_names(play.scenario, language)
        ties = play.scenario.organisation.interdependence
        percents = hand_offs.percents[found.last - 1]
        inside = {one.name for one in play.scenario.organisation.departments if one.internal}
        missing = [
            (tie.strength * (100 - int(percents[index])), tie.a, tie.b, int(percents[index]))
            for index, tie in enumerate(ties)
            if {tie.a, tie.b} <= inside
        ]
        worst = sorted(missing, key=lambda one: -one[0])[:MOST_EVENTS]
        return [
            say("game.waits", language, a=called[a], b=called[b], share=percent(settled / 100, language))
            for lost, a, b, settled in worst
            if lost > 0
        ]

    def _spoken(self, play: Play, number: int, language: str) -> list[tuple[str, str]]:
        """What each table pledged, aloud."""
        rows = []
        for table in self.tables:
            share = play.pledges[table.name][number - 1]
            said = say("game.by_model", language) if share is None else percent(share, language)
            rows.append((table.label.in_(language), said))
        return rows

    def _bought_list(self, play: Play, number: int, language: str) -> str:
        """What works in a round, in words."""
        return "; ".join(say(f"game.offer_{name}", language) for name, start in play.bought if start <= number)

    def chart(self, play: Play, until: int, language: str) -> Markup:
        """Progress, and use once it is live, up to the end of a round."""
        week = self.game.first_week(until + 1) - 1
        lines = [Line(say("game.progress", language), play.trace.weekly("progress")[:week].tolist())]
        live = play.trace.go_live
        marks = []
        if live is not None and live <= week:
            lines.append(Line(say("game.use", language), play.trace.weekly("adoption")[:week].tolist()))
            marks.append(Mark(live, say("game.live_mark", language)))
        return line_chart(
            say("game.chart", language),
            lines,
            self.game.horizon,
            say("game.axis", language),
            language,
            marks=marks,
            week_word=say("game.week", language),
            every=2 * self.game.weeks,
        )

    # --- a phone ---------------------------------------------------------------------------------------

    def phone(self, record: Record, screen: Screen, who: Participant, language: str) -> Markup:
        """The table's card, and what it saw of the last round that was played: its own, never another's."""
        if screen.key in {FORESEEN, MENU} or not who.table:
            return NOTHING
        play, table = self.play(record), self.game.table(who.table)
        number = play.played
        anchored = play.has("anchor_in_strategy", number + 1)
        fields = {**self.card(table, language), "anchored": anchored, "seen": None}
        if number and screen.kind == "round":
            seen = seen_by(play, table, number)
            called = department_names(play.scenario, language)
            own = scores(play, number, number)[table.name].points, scores(play, number)[table.name].points
            live = round_of(play, number).live
            fields |= {
                "seen": seen,
                "number": number,
                "waits": ", ".join(called[name] for name in seen.waits_for),
                "live": live,
                "points": own[0],
                "points_all": own[1],
            }
        return piece("card-phone", language, **fields)

    def card(self, table: Seats, language: str) -> dict[str, Any]:
        """What a table is told of itself at the start."""
        called, departments = department_names(self._bare.scenario, language), self.game.departments
        needs = dict.fromkeys(
            other for name in table.departments for other in self.game.needs[name] if other not in table.departments
        )
        return {
            "label": self.called(table.name, language),
            "hours": expected_hours(self._bare.trace, table),
            "benefit": sum(departments[name].benefit for name in table.departments),
            "needs": ", ".join(called[name] for name in list(needs)[:MOST_NEEDED]),
            "chain": not any(departments[name].internal for name in table.departments),
        }

    def called(self, name: str, language: str) -> str:
        """What a table is called; nothing if there is none of this name."""
        return next((one.label.in_(language) for one in self.tables if one.name == name), "")

    # --- the console -----------------------------------------------------------------------------------

    def console(self, record: Record, screen: Screen, language: str) -> Markup:
        """What can be bought, and how tables stand, which the beamer does not show."""
        play = self.play(record)
        offers = []
        for offer in self.game.offers:
            why = play.may_buy(offer.name)
            cost = price(self.game, offer, min(play.played + 1, self.game.rounds))
            label = say(f"game.offer_{offer.name}", language)
            if why == "bought_before" and not play.has(offer.name):
                why = "other_way"
            offers.append((offer.name, label, cost, "" if why is None else say(f"game.why_{why}", language)))
        rows = []
        if play.played:
            points, called = scores(play), department_names(play.scenario, language)
            for table, seats in zip(self.tables, self.game.tables, strict=True):
                share, seen = play.pledges[table.name][-1], seen_by(play, seats, play.played)
                said = say("game.by_model", language) if share is None else percent(share, language)
                waits = ", ".join(called[name] for name in seen.waits_for)
                done = percent(seen.done, language)
                rows.append((table.label.in_(language), said, f"{points[table.name].points:.0f}", done, waits))
        fields = {"left": play.left, "played": play.played, "rounds": self.game.rounds, "offers": offers, "rows": rows}
        return piece("shop-console", language, **fields)


def _note(language: str) -> str:
    """What the model is."""
    return say("lesson.note", language)


def _capital(text: str) -> str:
    """The text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def _label(game: Game, table: Seats) -> Label:
    """What a table is called: its departments' names."""
    departments = [game.departments[name] for name in table.departments]
    return Label(**{code: " + ".join(one.called(code) for one in departments) for code in LANGUAGES})
