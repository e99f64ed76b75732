"""How each table does by its own figures, and what that adds up to for all.

A table's own figures hold its own work, every free hour that the project did not get, at the hourly rate, and a part of
what the change brings it: :data:`OWN_SHARE`. The rest of that lands elsewhere, with colleagues, customers and partners,
and stands in nobody's figures, until the board adds the project to everybody's targets: then all tables share it.
So what all have is the same with and without that; what differs is who sees it.
"""

from dataclasses import dataclass

import numpy as np

from simulation.engine.traces import Trace
from simulation.game.form import Game, Play
from simulation.game.play import own_hours, worth

OWN_SHARE = 1 / 3
"""The part of what the change brings a department that shows in its own figures (assumed; chosen so that holding back
is best for each table as long as nothing is anchored, while all do better together: ``docs/game.md``)."""

AFTER = 104
"""Weeks after the game for which everything is taken to stay as it was in the last round (assumed): a change that lasts
goes on bringing something."""


@dataclass(frozen=True)
class Score:
    """A table's figures up to some week, in €: ``own`` work, what the ``change`` brings it, ``shared`` from the others'
    targets; ``target`` is what its own work would be if every free hour went there."""

    own: float
    change: float
    shared: float
    target: float

    @property
    def sum(self) -> float:
        """All of it (€)."""
        return self.own + self.change + self.shared

    @property
    def points(self) -> float:
        """All of it as a percentage of the target: 100 is a table that does its own work and nothing else."""
        return 100.0 * self.sum / self.target if self.target > 0.0 else 0.0


def scores(play: Play, until: int | None = None, since: int = 1) -> dict[str, Score]:
    """Each table's figures from round ``since`` to round ``until`` (the last that was played), by its name."""
    last = play.played if until is None else until
    return scores_in(play, play.trace, last, since)


def scores_in(play: Play, traced: Trace, until: int, since: int = 1) -> dict[str, Score]:
    """The same in a given world."""
    game = play.game
    weeks = slice(game.first_week(since) - 1, game.first_week(until + 1) - 1)
    rates = np.array([one.rate for one in traced.scenario.organisation.departments])
    own = (own_hours(traced)[weeks] * rates).sum(axis=0)
    target = (traced.departments["headroom"][weeks] * rates).sum(axis=0)
    brought = worth(traced)
    change = brought[weeks].sum(axis=0)
    shared = _shared(play, brought, weeks)
    made = {}
    for table in game.tables:
        places = [traced.names.index(name) for name in table.departments]
        made[table.name] = Score(
            float(own[places].sum()), OWN_SHARE * float(change[places].sum()), shared, float(target[places].sum())
        )
    return made


def _shared(play: Play, brought: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", weeks: slice) -> float:
    """What each table gets of the rest (€), from the round on in which it is anchored."""
    start = next((number for name, number in play.bought if name == "anchor_in_strategy"), None)
    if start is None or not play.game.tables:
        return 0.0
    counted = brought.copy()
    counted[: play.game.first_week(start) - 1] = 0.0
    return float((1.0 - OWN_SHARE) * counted[weeks].sum() / len(play.game.tables))


@dataclass(frozen=True)
class Whole:
    """What all tables' own work and all that the change brings are worth together (€), wherever it shows: in the years
    that are played (``in_time``), and with :data:`AFTER` weeks more in which everything stays as in the last round."""

    in_time: float
    in_all: float


def whole(play: Play, traced: Trace) -> Whole:
    """Add up what all have in a world."""
    game = play.game
    rates = np.array([one.rate for one in traced.scenario.organisation.departments])
    weekly = (own_hours(traced) * rates)[:, _places(game, traced)].sum(axis=1) + worth(traced).sum(axis=1)
    in_time = float(weekly[: game.horizon].sum())
    return Whole(in_time, in_time + AFTER * float(weekly[game.horizon - game.weeks : game.horizon].mean()))


def _places(game: Game, traced: Trace) -> list[int]:
    """Where the departments of all tables stand."""
    return [traced.names.index(name) for table in game.tables for name in table.departments]
