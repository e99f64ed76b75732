"""What a room is shown after its game: its world among many, itself on autopilot, and what made the difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulation.engine.ensemble import Progress, Runs, run_worlds
from simulation.engine.traces import trace
from simulation.game.form import Play, named, scenario_of, study_of
from simulation.game.score import Whole, scores, scores_in, whole
from simulation.model.states import POINTS

WORLDS = 200
SCORED = 50
"""Worlds over which moments are weighed and sessions compared, so that luck does not decide."""
TOTALLED = 20
"""Worlds over which totals in € are taken: each needs the world with all its states, some 25 ms."""
UNSETTLED, NEEDED = 0.25, 0.25
"""A hand-off is called never settled below the one, if the need is above the other (assumed)."""
PLAYED = "played"
"""The room's pledges and measures, as a scenario."""
AUTOPILOT = "autopilot"
"""The same measures, and the model plays everybody."""
NOTHING = "nothing"
"""No measures either."""


@dataclass(frozen=True)
class Among:
    """The room's game over many worlds, with the same pledges and other luck; and without them.

    ``runs`` holds the scenarios :data:`PLAYED`, :data:`AUTOPILOT` (the same measures, the model plays everybody) and
    :data:`NOTHING` (no measures either), with :data:`~simulation.engine.ensemble.WEEKLY` of every week.
    """

    play: Play
    runs: Runs

    def live(self, name: str = PLAYED) -> int:
        """In how many worlds the platform went live."""
        return int((self.runs.of(name, "go_live_week") <= self.runs.study.horizon).sum())

    def lasting(self, name: str = PLAYED) -> NDArray[np.float64]:
        """Lasting adoption in each world: shape (worlds,)."""
        return self.runs.of(name, "lasting_adoption")

    def better(self, name: str) -> float:
        """The share of worlds in which the room did better than another: more use is left or, where there is as little
        of either, more of the work is done."""
        gap = self.lasting() - self.lasting(name)
        done = (self.runs.weeks(PLAYED, "progress") - self.runs.weeks(name, "progress"))[:, -1]
        return float(((gap > POINTS) | ((np.abs(gap) <= POINTS) & (done > POINTS))).mean())


def among(play: Play, worlds: int = WORLDS, progress: Progress | None = None) -> Among:
    """Run a game over many worlds; the room's own world is one of them."""
    scenarios = (
        named(scenario_of(play), PLAYED),
        named(scenario_of(play, pledged=False), AUTOPILOT),
        named(scenario_of(play, pledged=False, measures=False), NOTHING),
    )
    enough = max(worlds, play.game.world + 1)
    return Among(play, run_worlds(study_of("game", scenarios), enough, play.game.seed, progress=progress, weekly=True))


def never_settled(play: Play) -> tuple[tuple[str, str, float], ...]:
    """Hand-offs between departments inside that were never settled: the two, and how far they came; by need."""
    traced = play.trace
    organisation = traced.scenario.organisation
    inside = {one.name for one in organisation.departments if one.internal}
    found = [
        (tie.strength, tie.a, tie.b, float(traced.settled[-1, index]))
        for index, tie in enumerate(organisation.interdependence)
        if tie.strength > NEEDED and {tie.a, tie.b} <= inside and traced.settled[-1, index] < UNSETTLED
    ]
    return tuple((a, b, settled) for _, a, b, settled in sorted(found, key=lambda one: (-one[0], one[3])))


@dataclass(frozen=True)
class Moment:
    """A decision undone: its ``kind``, whom or what it is about, the round; and what would have been different.

    ``gain`` is how much more lasting use the room's decision left, a mean over :data:`SCORED` worlds (a share; negative
    where the other decision would have left more), ``here`` the same in the room's own world.
    """

    kind: str
    about: str
    number: int
    gain: float
    here: float


def moments(play: Play) -> tuple[Moment, ...]:
    """Each decision of the room undone by itself, the weightiest first.

    A measure is left out; a table that pledged less than the middle table is brought up to it; what tables held back
    after go-live is kept at what they pledged before. The others' decisions stay.
    """
    others = [(kind, about, number, other) for kind, about, number, other in _others(play) if other != play]
    if not others:
        return ()
    scenarios = [named(scenario_of(play), PLAYED)]
    scenarios += [named(scenario_of(other), f"other-{index}") for index, (*_, other) in enumerate(others)]
    game = play.game
    runs = run_worlds(study_of("moments", scenarios), max(SCORED, game.world + 1), game.seed)
    found = []
    for index, (kind, about, number, _) in enumerate(others):
        gains = runs.of(PLAYED, "lasting_adoption") - runs.of(f"other-{index}", "lasting_adoption")
        found.append(Moment(kind, about, number, float(gains[:SCORED].mean()), float(gains[game.world])))
    return tuple(sorted(found, key=lambda moment: -abs(moment.gain)))


def _others(play: Play) -> Iterator[tuple[str, str, int, Play]]:
    """What the room could have decided otherwise, one decision at a time."""
    for name, number in play.bought:
        yield "bought", name, number, play.without(name)
    shares = {name: _numbers(pledged) for name, pledged in play.pledges.items()}
    seated = {name: pledged for name, pledged in shares.items() if len(pledged) == play.played > 0}
    middle = np.median(list(seated.values()), axis=0) if seated else np.array([])
    for name, pledged in seated.items():
        raised = np.maximum(pledged, middle)
        if raised.sum() > pledged.sum():
            first = int(np.argmax(raised > pledged)) + 1
            yield "held_back", name, first, play.with_pledges(**{name: raised.tolist()})
    yield from _after_go_live(play, seated)


def _numbers(pledged: Sequence[float | None]) -> NDArray[np.float64]:
    """Pledges as numbers; none at all for a table at which somebody was missing in some round."""
    return np.array([], float) if None in pledged else np.array(pledged, float)


def _after_go_live(play: Play, shares: dict[str, NDArray[np.float64]]) -> Iterator[tuple[str, str, int, Play]]:
    """Tables that let go after go-live keep what they pledged in the round in which it came."""
    week = play.trace.go_live
    number = 0 if week is None else (week - 1) // play.game.weeks + 1
    if not 1 <= number < play.played:
        return
    kept = {
        name: [*pledged[:number], *np.maximum(pledged[number:], pledged[number - 1])]
        for name, pledged in shares.items()
    }
    yield "let_go", "", number + 1, play.with_pledges(**{name: [*map(float, one)] for name, one in kept.items()})


@dataclass(frozen=True)
class Totals:
    """What all tables have together, means over :data:`TOTALLED` worlds: as ``played``; if nobody had pledged anything,
    with the ``same`` measures and without any (``still``); and if all had pledged ``half``."""

    played: Whole
    same: Whole
    still: Whole
    half: Whole


def totals(play: Play) -> Totals:
    """Add up what all have, wherever it shows."""
    rounds = range(play.game.rounds)
    nothing = replace(play, pledges={table.name: tuple(0.0 for _ in rounds) for table in play.game.tables})
    half = replace(play, pledges={table.name: tuple(0.5 for _ in rounds) for table in play.game.tables})
    still = replace(nothing, bought=())
    return Totals(*(mean_whole(one, TOTALLED) for one in (play, nothing, still, half)))


def mean_whole(play: Play, worlds: int) -> Whole:
    """What all have together, the mean over worlds 0 … ``worlds`` − 1."""
    scenario, seed = scenario_of(play), play.game.seed
    found = [whole(play, trace(scenario, world, seed)) for world in range(worlds)]
    return Whole(float(np.mean([one.in_time for one in found])), float(np.mean([one.in_all for one in found])))


def if_held_back(play: Play, table: str) -> tuple[float, float]:
    """What a table's own figures and those of all the others would have been more or less (€), had it pledged nothing.

    In the room's own world, with everybody else as they were.
    """
    other = play.with_pledges(**{table: [0.0] * play.played})
    before, after = scores(play), scores_in(other, other.trace, play.played)
    rest = sum(after[name].sum - before[name].sum for name in before if name != table)
    return after[table].sum - before[table].sum, rest


def _played_on(play: Play) -> tuple[object, ...]:
    """All that must be equal where two plays are compared: organisation, project with its weeks, parameters, luck."""
    base = play.game.base
    return base.organisation, base.project, base.parameters, base.measures.platform, play.game.seed


@dataclass(frozen=True)
class Standing:
    """How a play does over :data:`SCORED` worlds: worlds in which it is ``live``, mean ``lasting`` use (a share), and
    that in each world (shape (worlds,))."""

    live: int
    lasting: float
    of_worlds: NDArray[np.float64]


def standings(plays: Sequence[Play]) -> tuple[Standing, ...]:
    """Plays about the same organisation and luck, scored over the same worlds; ``ValueError`` if they are not."""
    first = plays[0].game
    if any(_played_on(one) != _played_on(plays[0]) for one in plays):
        raise ValueError("different games")
    scenarios = [named(scenario_of(play), f"play-{index}") for index, play in enumerate(plays)]
    runs = run_worlds(study_of("standings", scenarios), SCORED, first.seed)
    made = []
    for scenario in scenarios:
        lasting = runs.of(scenario.name, "lasting_adoption")
        live = int((runs.of(scenario.name, "go_live_week") <= runs.study.horizon).sum())
        made.append(Standing(live, float(lasting.mean()), lasting))
    return tuple(made)
