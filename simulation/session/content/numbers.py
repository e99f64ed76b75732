"""The numbers that a room was shown of what it played, as plain data: a session's file keeps them to be repeated."""

from typing import Any

from simulation import __version__
from simulation.game.form import Play
from simulation.game.play import round_of
from simulation.game.score import scores
from simulation.report.machine import machine


def numbers_of(play: Play) -> dict[str, Any]:
    """With what they were made; of each round progress and use (shares) and hours a week; of each table, in the end,
    its points and the € that they are made of."""
    rounds = [round_of(play, at) for at in range(1, play.played + 1)]
    tables = scores(play)
    return {
        "synergy": __version__,
        "machine": machine(),
        "rounds": [{"progress": one.progress, "use": one.use, "hours": one.hours, "live": one.live} for one in rounds],
        "tables": [
            {"name": name, "points": one.points, "own": one.own, "change": one.change, "shared": one.shared}
            for name, one in tables.items()
        ],
    }
