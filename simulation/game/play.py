"""What comes of what a room decides: the rounds that were played, and what a department sees of them.

A round depends on pledges and measures up to it alone, and luck is the same whatever is decided, so that playing on
changes nothing of what was shown.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.engine.traces import Trace
from simulation.game.form import Play, Table
from simulation.model import rules
from simulation.model.outcomes import Event

OPEN = 0.9
"""Settled by less than this share (assumed), a hand-off is still in the way."""
MOST_WAITED_FOR = 2
TOLD = frozenset(
    {"shock", "incident", "leave", "leave_role", "go_live", "closed", "sponsor_leaves", "sponsor_back", "cut_over"}
)
"""Events that a room is told of."""


def own_hours(traced: Trace) -> NDArray[np.float64]:
    """Free hours a week that go into a department's own work: shape (weeks, departments)."""
    states = traced.departments
    given = np.maximum(0.0, states["hours"] - states["dedicated"])
    free: NDArray[np.float64] = np.maximum(0.0, states["headroom"] - states["meetings"] - given)
    return free


def worth(traced: Trace) -> NDArray[np.float64]:
    """What its use of the new way brings, € a week: shape (weeks, departments), as the model accounts for it.

    A part of it comes only as far as the chain follows; see :func:`simulation.model.rules.benefit`.
    """
    states = traced.departments
    most = np.array([one.benefit if one.internal else 0.0 for one in traced.scenario.organisation.departments])
    following = states["chain_adoption"] * states["chain_share"]
    leaning = traced.values.gam * states["chain_needed"]
    over_weeks: Any = rules.benefit  # plain arithmetic: it takes whole arrays as well
    brought: NDArray[np.float64] = over_weeks(most, states["adoption"], leaning, following)
    return brought


@dataclass(frozen=True)
class Seen:
    """What a table sees after a round, of its own departments: hours a week are means over the round's weeks.

    ``project`` is what was worked for the change of what was ``pledged``, a share of the hours that ordinary work and
    meetings leave; hours that were made free besides are in it. ``issues`` lie open, ``done`` is how much of its own
    process work is done and ``built`` how much of its technique, ``use`` how far it works the new way (shares).
    ``waits_for`` are departments with whom least is agreed, by need; ``idle`` is whether clearly more was pledged than
    there was work to do, since it waited for something.
    """

    project: float
    pledged: float | None
    issues: float
    done: float
    built: float
    use: float
    waits_for: tuple[str, ...]
    idle: bool = False


@dataclass(frozen=True)
class Round:
    """A round that was played: weeks ``first`` to ``last``, ``progress`` and ``use`` at its end (shares), ``live`` if
    the platform was, the hours a week that tables put in, and what happened."""

    number: int
    first: int
    last: int
    progress: float
    before: float
    use: float
    live: bool
    went_live: bool
    hours: float
    events: tuple[Event, ...]


def round_of(play: Play, number: int) -> Round:
    """What everybody may know of a round; ``IndexError`` for one that was not played."""
    game = play.game
    if not 1 <= number <= play.played:
        raise IndexError(number)
    traced, first = play.trace, game.first_week(number)
    last = first + game.weeks - 1
    progress, use = traced.weekly("progress"), traced.weekly("adoption")
    live = traced.go_live is not None and traced.go_live <= last
    hours = traced.departments["hours"][first - 1 : last][:, _seated(play, traced)].sum(axis=1).mean()
    events = tuple(event for event in traced.events if first <= event.week <= last and event.kind in TOLD)
    return Round(
        number,
        first,
        last,
        float(progress[last - 1]),
        float(progress[first - 2]) if first > 1 else 0.0,
        float(use[last - 1]),
        live,
        live and traced.go_live is not None and traced.go_live >= first,
        float(hours),
        events,
    )


def seen_by(play: Play, table: Table, number: int) -> Seen:
    """What a table sees after a round; ``IndexError`` for one that was not played."""
    game = play.game
    if not 1 <= number <= play.played:
        raise IndexError(number)
    traced, first = play.trace, game.first_week(number)
    weeks = slice(first - 1, first + game.weeks - 1)
    places = [traced.names.index(name) for name in table.departments]
    states = traced.departments[weeks][:, places]
    end = states[-1]
    sizes = np.maximum(end["process_size"], 1e-9)
    given = play.pledges[table.name][number - 1]
    offered = (given or 0.0) * (_weekly(states, "headroom") - _weekly(states, "meetings"))
    return Seen(
        project=_weekly(states, "hours"),
        pledged=given,
        issues=float(end["open_issues"].sum()),
        done=float(np.average(end["process_progress"], weights=sizes)),
        built=float(np.average(end["technical_progress"], weights=np.maximum(end["technical_size"], 1e-9))),
        use=float(end["adoption"].mean()),
        waits_for=_waits_for(play, traced, table, first + game.weeks - 2),
        idle=_weekly(states, "hours") < offered - 1.0,
    )


def _weekly(states: Any, name: str) -> float:
    """The mean over weeks of a table's sum of a state."""
    return float(states[name].sum(axis=1).mean())


def _waits_for(play: Play, traced: Trace, table: Table, week: int) -> tuple[str, ...]:
    """Those outside the table with whom most of what it needs is not agreed; ``week`` is a row of the trace."""
    missing: dict[str, float] = {}
    for index, tie in enumerate(traced.scenario.organisation.interdependence):
        for mine, other in ((tie.a, tie.b), (tie.b, tie.a)):
            settled = float(traced.settled[week, index])
            if mine in table.departments and other not in table.departments and settled < OPEN:
                missing[other] = missing.get(other, 0.0) + tie.strength * (1.0 - settled)
    return tuple(sorted(missing, key=lambda name: -missing[name])[:MOST_WAITED_FOR])


def _seated(play: Play, traced: Trace) -> NDArray[np.bool_]:
    """Which departments sit at a table: shape (departments,)."""
    seats = {name for table in play.game.tables for name in table.departments}
    return np.array([name in seats for name in traced.names])


def expected_hours(traced: Trace, table: Table) -> float:
    """Hours a week that a table can expect to be free: what its card says.

    ``traced`` is the game's world with nothing decided yet, of which the middle week is taken.
    """
    places = [traced.names.index(name) for name in table.departments]
    return float(np.median(traced.departments["headroom"][:, places].sum(axis=1)))
