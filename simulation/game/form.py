"""What a game is made of: tables, rounds, a budget, a world; and what a room has done in it so far."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from simulation.engine.ensemble import run_worlds
from simulation.engine.traces import Trace, trace
from simulation.game.offers import Offer, offers_of, price
from simulation.study.errors import InputRefused, problem
from simulation.study.measures import Measures
from simulation.study.organisation import Department, Label
from simulation.study.scenario import Scenario, Study

ROUNDS, WEEKS = 12, 13
"""Three years, a quarter of a year each: a room that works together is live in the sixth round (median) and has as many
left for what comes after."""
MOST_ROUNDS = 40
BUDGET_SHARE, BUDGET_STEP = 0.95, 50_000.0
"""The budget is this share of what all offers cost together, to the nearest step (€): enough for most, not for all."""
TYPICAL_OF = 200
"""Worlds among which a typical one is looked for."""


@dataclass(frozen=True)
class Table:
    """A table of the room: its name, and the departments that it plays, by their names."""

    name: str
    departments: tuple[str, ...]


@dataclass(frozen=True)
class Game:
    """A game about one organisation, in one world.

    ``base`` is the scenario whose organisation is played, without any measure; ``offers`` is what may be bought from
    the ``budget`` (€); rounds are numbered from 1, and each lasts ``weeks`` weeks.
    """

    base: Scenario
    tables: tuple[Table, ...]
    offers: tuple[Offer, ...]
    budget: float
    world: int
    seed: int = 1
    rounds: int = ROUNDS
    weeks: int = WEEKS

    @property
    def horizon(self) -> int:
        """Weeks in all."""
        return self.rounds * self.weeks

    def table(self, name: str) -> Table:
        """The table of that name; ``KeyError`` without one."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    def offer(self, name: str) -> Offer:
        """The offer of that name; ``KeyError`` without one."""
        for offer in self.offers:
            if offer.name == name:
                return offer
        raise KeyError(name)

    @functools.cached_property
    def departments(self) -> Mapping[str, Department]:
        """The departments by name."""
        return {department.name: department for department in self.base.organisation.departments}

    @functools.cached_property
    def needs(self) -> Mapping[str, tuple[str, ...]]:
        """Whom each department needs, those first whom it needs most."""
        strengths: dict[str, dict[str, float]] = {name: {} for name in self.departments}
        for tie in self.base.organisation.interdependence:
            strengths[tie.a][tie.b] = strengths[tie.b][tie.a] = tie.strength
        return {name: tuple(sorted(others, key=lambda one: -others[one])) for name, others in strengths.items()}

    def first_week(self, number: int) -> int:
        """The first week of a round."""
        return self.weeks * (number - 1) + 1


@dataclass(frozen=True)
class Play:
    """What a room has done so far: ``pledges`` of each table, round by round, and what was ``bought`` before which.

    A pledge is the share (0 to 1) of free hours that goes into the project, None where nobody sat at the table, whose
    departments the model then plays. ``bought`` holds pairs of an offer's name and the round with which it begins.
    """

    game: Game
    pledges: Mapping[str, tuple[float | None, ...]] = field(default_factory=lambda: MappingProxyType({}))
    bought: tuple[tuple[str, int], ...] = ()

    @property
    def played(self) -> int:
        """How many rounds were played."""
        return min((len(shares) for shares in self.pledges.values()), default=0)

    def with_round(self, pledges: Mapping[str, float | None]) -> "Play":
        """The same with one more round; a table that is not named keeps what it last pledged."""
        before = {table.name: self.pledges.get(table.name, ()) for table in self.game.tables}
        after = {name: (*shares, pledges.get(name, shares[-1] if shares else None)) for name, shares in before.items()}
        return replace(self, pledges=after)

    def without(self, offer: str) -> "Play":
        """The same without a measure."""
        return replace(self, bought=tuple(pair for pair in self.bought if pair[0] != offer))

    def with_pledges(self, **pledges: Sequence[float | None]) -> "Play":
        """The same with other pledges of some tables."""
        return replace(self, pledges={**self.pledges, **{name: tuple(shares) for name, shares in pledges.items()}})

    @property
    def spent(self) -> float:
        """What was spent (€)."""
        return sum(price(self.game, self.game.offer(name), number) for name, number in self.bought)

    @property
    def left(self) -> float:
        """What is left of the budget (€)."""
        return self.game.budget - self.spent

    def has(self, offer: str, number: int | None = None) -> bool:
        """Whether a measure was bought, so that it works in round ``number`` (in any)."""
        return any(name == offer and (number is None or start <= number) for name, start in self.bought)

    def may_buy(self, name: str, number: int | None = None) -> str | None:
        """Why a measure cannot be bought for round ``number`` (the next one), as a key below ``game`` in the locale.

        None if it can.
        """
        if name not in {offer.name for offer in self.game.offers}:
            return "no_offer"
        offer, number = self.game.offer(name), self.played + 1 if number is None else number
        if number > self.game.rounds:
            return "game_over"
        if any(self.game.offer(bought).measure == offer.measure for bought, _ in self.bought):
            return "bought_before"
        return "too_dear" if price(self.game, offer, number) > self.left else None

    def buy(self, name: str) -> "Play":
        """The same with a measure that begins with the next round; ``ValueError`` if it cannot be bought."""
        why = self.may_buy(name)
        if why is not None:
            raise ValueError(why)
        return replace(self, bought=(*self.bought, (name, self.played + 1)))

    @functools.cached_property
    def scenario(self) -> Scenario:
        """The game as a scenario: pledges and measures are its measures, and nothing else is."""
        return scenario_of(self)

    @functools.cached_property
    def trace(self) -> Trace:
        """The game's world with this play, all weeks of it; after the last round that was played, pledges stay."""
        return trace(self.scenario, self.game.world, self.game.seed)


def scenario_of(play: Play, pledged: bool = True, measures: bool = True) -> Scenario:
    """A play as a scenario, perhaps without its pledges (the model plays everybody) or without its measures."""
    game = play.game
    said: dict[str, Any] = {"platform": game.base.measures.platform}
    for name, number in play.bought if measures else ():
        offer = game.offer(name)
        said[offer.measure] = offer.settings_from(game.first_week(number), game.horizon)
    pledges = [
        {"department": department, "shares": play.pledges[table.name]}
        for table in game.tables
        for department in table.departments
        if play.pledges.get(table.name)
    ]
    if pledges and pledged:
        said["pledge_hours"] = {"round": game.weeks, "pledges": pledges}
    return replace(game.base, measures=Measures.model_validate(said))


def game_of(
    study: Study,
    base: str | None = None,
    tables: Sequence[Table] | None = None,
    *,
    rounds: int = ROUNDS,
    weeks: int = WEEKS,
    budget: float | None = None,
    world: int | None = None,
    seed: int = 1,
) -> Game:
    """A game about a study's organisation.

    ``base`` names the scenario whose organisation is played; by default the one that does least. Without ``tables``
    each department inside is one. The ``world`` is by default a typical one: of :data:`TYPICAL_OF`, that in which a
    room that pledges half and buys what it can is nearest to the median path.

    Raises :class:`~simulation.study.errors.InputRefused` for a scenario or a department that is not there.
    """
    found = study.scenario(base) if base else min(study.scenarios, key=lambda one: len(one.measures.on))
    project = found.project.model_copy(update={"horizon": rounds * weeks})
    bare = replace(found, measures=Measures(platform=found.measures.platform), project=project)
    if tables is None:
        tables = [Table(one.name, (one.name,)) for one in bare.organisation.departments if one.internal]
    _check_tables(bare, tables)
    game = Game(bare, tuple(tables), offers_of(study, bare), 0.0, 0, seed, rounds, weeks)
    game = replace(game, budget=usual_budget(game) if budget is None else budget)
    return replace(game, world=typical_world(game) if world is None else world)


def _check_tables(base: Scenario, tables: Sequence[Table]) -> None:
    """Every department at a table is there, and sits at one."""
    problems = []
    seats: dict[str, str] = {}
    names = base.organisation.names
    for table in tables:
        for department in table.departments:
            if department not in names:
                problems.append(problem("game_no_department", given=repr(department), legal=", ".join(names)))
            elif department in seats:
                problems.append(problem("game_two_tables", given=repr(department)))
            seats[department] = table.name
    if problems:
        raise InputRefused(problems)


def usual_budget(game: Game) -> float:
    """The budget of a game that names none (€): :data:`BUDGET_SHARE` of what one of each measure costs from round 1."""
    dearest: dict[str, float] = {}
    for offer in game.offers:
        dearest[offer.measure] = max(dearest.get(offer.measure, 0.0), price(game, offer, 1))
    return round(BUDGET_SHARE * sum(dearest.values()) / BUDGET_STEP) * BUDGET_STEP


def usual_play(game: Game, share: float = 0.5) -> Play:
    """A room that pledges the same in each round, and at once buys what it can, in the order in which it is offered."""
    play = Play(game)
    for offer in game.offers:
        if play.may_buy(offer.name) is None:
            play = play.buy(offer.name)
    return replace(play, pledges={table.name: (share,) * game.rounds for table in game.tables})


def typical_world(game: Game) -> int:
    """The world in which :func:`usual_play` is nearest to its median path (mean square of progress and use)."""
    play = usual_play(game)
    study = study_of("typical", (play.scenario,))
    runs = run_worlds(study, TYPICAL_OF, game.seed, weekly=True)
    off = np.zeros(TYPICAL_OF)
    for state in ("progress", "adoption"):
        paths = runs.weeks(play.scenario.name, state).astype(float)
        off += ((paths - np.median(paths, axis=0)) ** 2).mean(axis=1)
    return int(off.argmin())


def study_of(name: str, scenarios: Sequence[Scenario]) -> Study:
    """Scenarios as a study, to be run together."""
    label = Label(en=name, nl=name)
    return Study(name, label, label, tuple(scenarios))


def named(scenario: Scenario, name: str) -> Scenario:
    """The same scenario under another name."""
    return replace(scenario, name=name)
