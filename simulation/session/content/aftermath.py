"""What a room is shown after its game: its world among many, itself on autopilot, what was never agreed, what made the
difference, what it all adds up to, and when the lesson is wrong."""

import threading
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from markupsafe import Markup

from simulation.game.form import Play
from simulation.game.reveal import (
    AUTOPILOT,
    NOTHING,
    PLAYED,
    Among,
    Moment,
    Totals,
    among,
    if_held_back,
    moments,
    never_settled,
    totals,
)
from simulation.report.narrative import department_names
from simulation.session.content.draw import piece, texts
from simulation.session.content.part import NOTHING as NO_MARKUP
from simulation.session.content.part import Part
from simulation.session.content.pictures import Band, Bar, Line, bars, histogram, line_chart
from simulation.session.content.rounds import FORESEEN, Rounds
from simulation.session.programme import Screen
from simulation.session.record import Participant, Record
from simulation.text.i18n import money, number, percent, say

KEYS = ("saw", "among", "autopilot", "handoffs", "moment", "sum", "wrong")
"""The screens, in order: what was seen is asked before anything is explained."""
MOST = 3
NEAR = 0.03
"""Totals that differ by less than this share are not told apart (assumed)."""
WORK: Mapping[str, Callable[[Play], Any]] = MappingProxyType({"among": among, "moments": moments, "totals": totals})
"""What takes long and is worked out ahead."""
WEIGHTY = 0.005
"""A moment that moved lasting use by less than half a point is not told (assumed)."""


class Aftermath(Part):
    """The screens after the last round. Each is worked out once for what was played."""

    def __init__(self, rounds: Rounds) -> None:
        self.rounds = rounds
        self.screens = tuple(
            Screen(
                f"after.{key}",
                texts(f"after_{key}_title"),
                "after",
                minutes=3,
                notes=(texts(f"after_{key}_notes"),),
                reveals=False,
            )
            for key in KEYS
        )
        self._known: list[tuple[Play, dict[str, Any]]] = []
        self._lock = threading.RLock()

    def prepare(self, record: Record) -> None:
        """Work out what the screen shows; once the last rounds are played, all of it."""
        play = self.rounds.play(record)
        if record.screen.kind == "after" and play.played:
            for key in WORK:
                self._found(key, play)

    def _found(self, key: str, play: Play) -> Any:
        """Something that takes long, kept for the plays that were asked for last."""
        with self._lock:  # pages are drawn in several threads
            kept = next((one for one in self._known if one[0] is play), None)
            if kept is None:
                kept = (play, {})
                self._known = [*self._known[-3:], kept]
            if key not in kept[1]:
                kept[1][key] = WORK[key](play)
            return kept[1][key]

    # --- the beamer ------------------------------------------------------------------------------------

    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """One screen after the game."""
        play = self.rounds.play(record)
        if not play.played:
            return piece("text-beamer", language, **_plain([say("game.not_played", language)]))
        draw = getattr(self, f"_{screen.key.removeprefix('after.')}")
        shown: dict[str, Any] = draw(record, play, language)
        fields = {**_plain([]), **shown}
        fields["quiet"] = f"{fields['quiet']} {say('lesson.note', language)}".strip()
        return piece("text-beamer", language, **fields)

    def _saw(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """What did you see? Before any why."""
        chart = self.rounds.chart(play, play.played, language)
        return {"lines": [say("game.after_saw_how", language)], "picture": chart}

    def _among(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """The room's world among many with the same pledges and other luck; and what the room foresaw."""
        found: Among = self._found("among", play)
        values, worlds = found.lasting(), len(found.lasting())
        own = float(values[play.game.world])
        fields = {
            "n": found.live(),
            "of": worlds,
            "own": percent(own, language),
            "mean": percent(float(values.mean()), language),
        }
        picture = histogram(
            say("game.among_picture", language),
            values.tolist(),
            own,
            say("game.among_own", language, share=percent(own, language)),
            say("game.among_axis", language, weeks=play.game.horizon),
            language,
        )
        points = [say("game.among_points", language, **fields), *self._foreseen(record, play, language)]
        left = (
            say("game.goes_on", language, n=play.played, of=play.game.rounds) if play.played < play.game.rounds else ""
        )
        return {"lines": [say("game.among", language, **fields)], "picture": picture, "after": points, "quiet": left}

    def _foreseen(self, record: Record, play: Play, language: str) -> list[str]:
        """What the room predicted about its own go-live."""
        screen = record.screen_of(FORESEEN)
        said = [] if screen is None else [round(value) for value in record.number_answers(screen)]
        if not said:
            return []
        week = play.trace.go_live
        came = play.game.rounds + 1 if week is None else (week - 1) // play.game.weeks + 1
        near = sum(abs(value - came) <= 1 for value in said)
        fields = {"n": near, "of": len(said), "middle": number(float(np.median(said)), language)}
        key = "foreseen_never" if week is None or week > play.game.horizon else "foreseen_came"
        return [say(f"game.{key}", language, round=came, **fields)]

    def _autopilot(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """The same organisation with nobody at the tables."""
        found: Among = self._found("among", play)
        titles = {PLAYED: "line_played", AUTOPILOT: "line_autopilot", NOTHING: "line_nothing"}
        lines = [
            Line(say(f"game.{key}", language), np.median(found.runs.weeks(name, "progress"), axis=0).tolist())
            for name, key in titles.items()
        ]
        spread = np.quantile(found.runs.weeks(PLAYED, "progress"), (0.05, 0.95), axis=0)
        picture = line_chart(
            say("game.autopilot_picture", language),
            lines,
            play.game.horizon,
            say("game.axis_progress", language),
            language,
            bands=(Band(spread[0].tolist(), spread[1].tolist()),),
            week_word=say("game.week", language),
            every=2 * play.game.weeks,
        )
        worlds = len(found.lasting())
        live = [
            say(
                "game.autopilot_live",
                language,
                title=say(f"game.{key}", language),
                n=found.live(name),
                of=worlds,
                share=percent(float(found.lasting(name).mean()), language),
            )
            for name, key in titles.items()
        ]
        line = say("game.autopilot", language, n=round(100 * found.better(AUTOPILOT)))
        return {"lines": [line], "picture": picture, "after": live, "quiet": say("game.autopilot_note", language)}

    def _handoffs(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """What was never agreed."""
        called = department_names(play.scenario, language)
        pairs = never_settled(play)
        if not pairs:
            return {"lines": [say("game.all_settled", language)], "quiet": say("game.settled_note", language)}
        points = [
            say("game.never_settled", language, a=called[a], b=called[b], share=percent(share, language))
            for a, b, share in pairs[: 2 * MOST]
        ]
        line = say("game.unsettled", language, n=len(pairs))
        return {"lines": [line], "points": points, "quiet": say("game.settled_note", language)}

    def _moment(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """Each decision undone by itself: which one made the difference."""
        found = [one for one in self._found("moments", play) if abs(one.gain) >= WEIGHTY]
        if not found:
            return {"lines": [say("game.no_moment", language)], "quiet": say("game.moment_note", language)}
        most = max(abs(one.gain) for one in found)
        rows = [self._moment_bar(one, most, language) for one in found[: 2 * MOST]]
        return {
            "lines": [self._moment_text(found[0], language)],
            "picture": bars(rows),
            "quiet": say("game.moment_note", language),
        }

    def _moment_text(self, moment: Moment, language: str) -> str:
        """A moment in a sentence."""
        points = number(abs(100 * moment.gain), language, 1)
        key = f"game.moment_{moment.kind}" if moment.gain >= 0 else f"game.moment_{moment.kind}_less"
        return say(key, language, who=self._about(moment, language), n=moment.number, points=points)

    def _moment_bar(self, moment: Moment, most: float, language: str) -> Bar:
        """A moment as a bar; what would have been better than what the room did is marked."""
        sign = "+" if moment.gain >= 0 else "−"
        said = say("game.moment_points", language, points=f"{sign}{number(abs(100 * moment.gain), language, 1)}")
        label = say(f"game.label_{moment.kind}", language, who=self._about(moment, language), n=moment.number)
        return Bar(label, abs(moment.gain) / most, said, own=moment.gain < 0)

    def _about(self, moment: Moment, language: str) -> str:
        """Whom or what a moment is about."""
        if moment.kind == "bought":
            return say(f"game.offer_{moment.about}", language)
        return self.rounds.called(moment.about, language)

    def _sum(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """What all have together, whoever sees it: the dilemma."""
        found: Totals = self._found("totals", play)
        rows = [
            ("sum_played", found.played.in_all - play.spent),
            ("sum_half", found.half.in_all - play.spent),
            ("sum_same", found.same.in_all - play.spent),
            ("sum_still", found.still.in_all),
        ]
        most = max(1.0, *(value for _, value in rows))  # €; what is less than nothing has no bar
        drawn = [
            Bar(say(f"game.{key}", language), value / most, money(value, language), own=key == "sum_played")
            for key, value in rows
        ]
        values = sorted((value for _, value in rows), reverse=True)
        close = values[0] - values[1] < NEAR * abs(values[0])
        best = "sum_close" if close else max(rows, key=lambda one: one[1])[0]
        return {
            "lines": [say(f"game.sum_line_{best.removeprefix('sum_')}", language)],
            "picture": bars(drawn),
            "quiet": say("game.sum_note", language),
        }

    def _wrong(self, record: Record, play: Play, language: str) -> dict[str, Any]:
        """When this lesson is wrong."""
        found: Totals = self._found("totals", play)
        pays = max(found.half.in_all, found.played.in_all) - play.spent > found.still.in_all
        together = max(found.played.in_time, found.half.in_time) - play.spent
        alone = found.still.in_time > (1.0 + NEAR) * together
        points = [
            say("game.wrong_pays" if pays else "game.wrong_pays_not", language),
            say("game.wrong_alone" if alone else "game.wrong_alone_not", language),
            say("game.wrong_third", language),
            say("game.wrong_habits", language),
            say("game.wrong_other", language),
        ]
        return {"lines": [], "points": points}

    def texts(self, key: str, record: Record, language: str) -> list[str]:
        """What a screen says in sentences, for the hand-out."""
        shown: dict[str, Any] = getattr(self, f"_{key}")(record, self.rounds.play(record), language)
        return [*shown.get("lines", ()), *shown.get("after", ()), *filter(None, [shown.get("quiet", "")])]

    # --- phones and the console ------------------------------------------------------------------------

    def phone(self, record: Record, screen: Screen, who: Participant, language: str) -> Markup:
        """At what it adds up to, a table alone sees what holding back would have been worth to it."""
        play = self.rounds.play(record)
        if screen.key != "after.sum" or not who.table or not play.played:
            return NO_MARKUP
        own, others = if_held_back(play, who.table)
        label = self.rounds.called(who.table, language)
        points = [
            say("game.held_own" if own >= 0 else "game.held_own_less", language, amount=money(abs(own), language))
        ]
        points.append(
            say(
                "game.held_others" if others <= 0 else "game.held_others_more",
                language,
                amount=money(abs(others), language),
            )
        )
        return piece("held-phone", language, label=label, points=points)


def _plain(lines: list[str]) -> dict[str, Any]:
    """A screen with nothing but sentences."""
    return {"lines": lines, "points": (), "picture": "", "after": (), "quiet": ""}
