"""A session that is over, as numbers again: round by round, as a scenario of a study, and beside another session."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.analysis.pairs import sign_test
from simulation.game.form import Play
from simulation.game.play import round_of
from simulation.game.reveal import SCORED, standings
from simulation.game.score import scores
from simulation.model.states import POINTS
from simulation.session.content.build import Content
from simulation.session.content.origin import content_of_source
from simulation.session.events import folded
from simulation.session.exports import Exported
from simulation.session.record import Record
from simulation.study.errors import InputRefused, problem
from simulation.study.measures import MEASURES
from simulation.study.organisation import Project
from simulation.study.sources.files import read_file
from simulation.text.i18n import LANGUAGES, number, percent, say

PLAYED, AUTOPILOT = "session", "session-autopilot"
"""What a session's scenarios are called in a study."""


def session_of(exported: Exported) -> tuple[Content, Record]:
    """The content of a session's file, and what holds after all that happened in it.

    Raises :class:`~simulation.study.errors.InputRefused` if its programme cannot be made.
    """
    content = content_of_source(exported.source)
    return content, folded(Record("REPLAYED", content.screens, content.tables), exported.events)


def played(content: Content, record: Record) -> Play:
    """What was played; raises :class:`~simulation.study.errors.InputRefused` if no round was."""
    play = content.play(record)
    if play is None or not play.played:
        raise InputRefused([problem("session_unplayed")])
    return play


def replayed(content: Content, record: Record, language: str) -> list[str]:
    """A session's rounds in sentences, with each table's pledges and its points at the end."""
    play = played(content, record)
    lines = []
    for at in range(1, play.played + 1):
        found = round_of(play, at)
        fields = {"n": at, "share": percent(found.progress, language, 1), "use": percent(found.use, language, 1)}
        lines.append(say("game.replay_round", language, **fields, hours=number(found.hours, language, 1)))
    points = scores(play)
    for table in content.tables:
        shares = ", ".join("–" if one is None else percent(one, language) for one in play.pledges[table.name])
        said = number(points[table.name].points, language, 1)
        lines.append(say("game.replay_table", language, table=table.label.in_(language), shares=shares, points=said))
    return lines


def study_data(content: Content, record: Record) -> dict[str, Any]:
    """The session's study as plain data, with what was played as a scenario, and the same measures on autopilot.

    All scenarios are then about the game's weeks. Raises :class:`~simulation.study.errors.InputRefused` if no round was
    played.
    """
    play = played(content, record)
    data, _, _ = read_file("session", content.source)
    study: dict[str, Any] = dict(data["study"])
    base = play.game.base
    off = {name: False for name in MEASURES if name != "platform" and name in _named_in(study, base.name)}
    asked = play.scenario.measures
    bought = {
        name: {key: value for key, value in dict(getattr(asked, name)).items() if value is not None}
        for name in asked.on
        if name not in {"platform", "pledge_hours"}
    }
    pledges = asked.pledge_hours.model_dump(mode="json") if asked.pledge_hours is not None else {}
    pledged = {"pledge_hours": {"round": pledges["round"], "pledges": pledges["pledges"]}} if pledges else {}
    measures = {name: _plain(settings) for name, settings in bought.items()}
    title = {code: say("game.line_played", code) for code in LANGUAGES}
    autopilot = {code: say("game.line_autopilot", code) for code in LANGUAGES}
    entries: dict[str, Any] = study.get("scenarios") or {}
    if play.game.horizon != _usual_horizon(study):  # others may begin something later than that
        entries = {name: entries[name] for name in entries if name in _ancestors(study, base.name)}
    names = [_free(name, entries) for name in (PLAYED, AUTOPILOT)]
    added = {
        names[0]: {"extends": base.name, "title": title, "measures": {**off, **measures, **pledged}},
        names[1]: {"extends": base.name, "title": autopilot, "measures": {**off, **measures}},
    }
    project = {**(study.get("project") or {}), "horizon": play.game.horizon}
    return {**study, "project": project, "scenarios": {**entries, **added}, "show": [*names, base.name]}


def _usual_horizon(study: dict[str, Any]) -> int:
    """The weeks that a study is about."""
    return int((study.get("project") or {}).get("horizon") or Project().horizon)


def _free(name: str, taken: dict[str, Any]) -> str:
    """The name, or one with a number that nobody has."""
    numbers = (f"{name}-{number}" for number in itertools.count(2))
    return next(one for one in itertools.chain([name], numbers) if one not in taken)


def _ancestors(study: dict[str, Any], name: str) -> set[str]:
    """A scenario and those that it is built on."""
    scenarios, found = study.get("scenarios") or {}, set()
    while name in scenarios and name not in found:
        found.add(name)
        name = (scenarios[name] or {}).get("extends") or ""
    return found


def _named_in(study: dict[str, Any], name: str) -> set[str]:
    """The measures that a scenario, or one that it is built on, mentions."""
    scenarios = study.get("scenarios") or {}
    return {measure for one in _ancestors(study, name) for measure in (scenarios[one] or {}).get("measures") or {}}


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a file has them."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()}


def beside(sessions: Sequence[tuple[Content, Record]], names: Sequence[str], language: str) -> list[str]:
    """Sessions about the same organisation and luck, scored over the same worlds, in sentences.

    Raises :class:`~simulation.study.errors.InputRefused` if they are about different ones.
    """
    plays = [played(content, record) for content, record in sessions]
    try:
        found = standings(plays)
    except ValueError:
        raise InputRefused([problem("session_others")]) from None
    lines = []
    for name, one in zip(names, found, strict=True):
        fields = {"name": name, "n": one.live, "of": SCORED, "share": percent(one.lasting, language, 1)}
        lines.append(say("game.standing", language, **fields))
    first, second = found[0], found[1]
    gaps = first.of_worlds - second.of_worlds
    more, less = int((gaps > POINTS).sum()), int((gaps < -POINTS).sum())
    sure = sign_test(more, less) < 0.05 and abs(float(np.mean(gaps))) >= POINTS
    key = ("standing_more" if more > less else "standing_less") if sure else "standing_open"
    lines.append(say(f"game.{key}", language, a=names[0], b=names[1], more=more, less=less, of=SCORED))
    return lines
