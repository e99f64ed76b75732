"""The matrix of hand-offs of one world: who needs whom, how far that is settled week by week, and what never was."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.study.organisation import Organisation
from simulation.text.i18n import number, percent, say, say_count

AGREED = 25
"""Percent settled from which two departments are said to have agreed on something: a quarter."""
MOST_NAMED = 3
"""Pairs that a sentence names; the rest is counted."""
MOST_DRAWN = 30
"""Departments in a matrix: those that need others most. With more, a square would be too small to see."""
WITHOUT_TALK = 0.2
"""What a need counts between two who do not talk anyway, when departments are put in order; 1 more if they do."""


class Cell(NamedTuple):
    """Two departments that need each other, below the diagonal: rows of the matrix, their need, and which tie it is."""

    row: int
    column: int
    need: float
    tie: int


class Pair(NamedTuple):
    """Two departments in words: what they are called, their need, and how far it is settled (percent)."""

    a: str
    b: str
    need: float
    settled: int

    def told(self, language: str) -> str:
        """The pair as a sentence names it.

        >>> Pair("Sales", "Master data", 0.8, 12).told("en"), Pair("Verkoop", "Inkoop", 0.5, 3).told("nl")
        ('Sales and Master data (need 0.8, 12 % settled)', 'Verkoop en Inkoop (nodig 0,5; 3 % afgesproken)')
        """
        share = percent(self.settled / 100, language)
        return say("handoffs.pair", language, a=self.a, b=self.b, need=strength(self.need, language), share=share)


@dataclass(frozen=True, eq=False)
class HandOffs:
    """The hand-offs of one world: ``settled`` is how far each is (0 to 1), shape (weeks, ties), in the order of the
    organisation's interdependence."""

    organisation: Organisation
    settled: NDArray[np.float64]

    @functools.cached_property
    def percents(self) -> NDArray[np.int64]:
        """How far each is settled in whole percent, as it is drawn, told and judged."""
        whole: NDArray[np.int64] = np.rint(100.0 * self.settled).astype(np.int64)
        return whole

    @functools.cached_property
    def order(self) -> tuple[int, ...]:
        """The departments from top to bottom, as places in the organisation: the same in every week."""
        return ordered(self.organisation)

    @functools.cached_property
    def apart(self) -> int:
        """How many in that order are no chain partners; those stand apart below."""
        departments = self.organisation.departments
        return sum(departments[position].internal for position in self.order)

    @functools.cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The pairs that need each other, row by row."""
        names = self.organisation.names
        row_of = {names[position]: row for row, position in enumerate(self.order)}
        cells = []
        for number_of_tie, tie in enumerate(self.organisation.interdependence):
            if tie.strength > 0.0 and tie.pair <= row_of.keys():
                column, row = sorted((row_of[tie.a], row_of[tie.b]))
                cells.append(Cell(row, column, tie.strength, number_of_tie))
        return tuple(sorted(cells))

    @property
    def needed(self) -> int:
        """How many pairs need each other, drawn or not."""
        return sum(tie.strength > 0.0 for tie in self.organisation.interdependence)

    def mean(self, inside: bool) -> NDArray[np.float64] | None:
        """How far they are settled, by need, week by week: those inside, or those with the chain; None without any."""
        internal = {department.name for department in self.organisation.departments if department.internal}
        ties = self.organisation.interdependence
        weights = np.array([tie.strength * (len(tie.pair & internal) == (2 if inside else 1)) for tie in ties])
        if not weights.any():
            return None
        means: NDArray[np.float64] = self.settled @ weights / weights.sum()
        return means

    def unsettled(self, language: str, agreed_once: bool) -> list[Pair]:
        """The pairs with less than a quarter settled at the end, the greatest need first.

        They are those that had agreed on more and lost it, or those that never had.
        """
        called = {department.name: department.called(language) for department in self.organisation.departments}
        last, most = self.percents[-1], self.percents.max(axis=0)
        pairs = [
            Pair(called[tie.a], called[tie.b], tie.strength, int(last[position]))
            for position, tie in enumerate(self.organisation.interdependence)
            if tie.strength > 0.0 and last[position] < AGREED and (most[position] >= AGREED) == agreed_once
        ]
        return sorted(pairs, key=lambda pair: (-pair.need, pair.settled))

    def told(self, language: str) -> str:
        """Which hand-offs were never settled, by name."""
        if not self.needed:
            return say("handoffs.nobody", language)
        sentences = []
        for agreed_once, key in ((False, "never"), (True, "lost")):
            pairs = [pair.told(language) for pair in self.unsettled(language, agreed_once)]
            if pairs:
                week = len(self.settled)
                sentences.append(say(f"handoffs.{key}", language, week=week, pairs=_listed(pairs, language)))
        return " ".join(sentences) or say("handoffs.all", language)


def strength(need: float, language: str) -> str:
    """How much two need each other, 0 to 1, with no more decimals than it takes.

    >>> strength(0.8, "en"), strength(0.75, "nl"), strength(1.0, "nl")
    ('0.8', '0,75', '1')
    """
    digits = next(digits for digits in (0, 1, 2) if digits == 2 or abs(need - round(need, digits)) < 0.005)
    return number(need, language, digits)


def _listed(pairs: Sequence[str], language: str) -> str:
    """Some pairs by name, and how many more there are."""
    named = list(pairs[:MOST_NAMED])
    if len(pairs) > MOST_NAMED:
        named.append(say_count("handoffs.more", len(pairs) - MOST_NAMED, language))
    *some, last = named
    return say("handoffs.listed", language, some=", ".join(some), last=last) if some else last


def ordered(organisation: Organisation) -> tuple[int, ...]:
    """The departments in the order of a matrix, as places: IT, then those who talk anyway side by side, then the chain.

    >>> from simulation import case
    >>> case_of = case().scenario("full").organisation
    >>> [case_of.names[position] for position in ordered(case_of)][:4]
    ['IT', 'Customer service', 'Sales', 'Logistics']
    """
    departments = organisation.departments
    drawn = _drawn(organisation)
    business = [position for position in drawn if departments[position].kind == "business"]
    return (
        *(position for position in drawn if departments[position].kind == "it"),
        *_side_by_side(business, organisation),
        *(position for position in drawn if not departments[position].internal),
    )


def _drawn(organisation: Organisation) -> list[int]:
    """The departments that there is room for: those that need others most, as places."""
    need = dict.fromkeys(organisation.names, 0.0)
    for tie in organisation.interdependence:
        for name in (tie.a, tie.b):
            need[name] += tie.strength
    places = sorted(range(len(need)), key=lambda position: -need[organisation.names[position]])
    return sorted(places[:MOST_DRAWN])


def _side_by_side(places: list[int], organisation: Organisation) -> list[int]:
    """An order in which those who need each other, and talk, are close: the sum of weight × distance is at its least as
    far as moving one department at a time can bring it."""
    at = {organisation.names[position]: index for index, position in enumerate(places)}
    weights = np.zeros((len(places), len(places)))
    talk = {tie.pair: tie.strength for tie in organisation.informal_ties}
    for tie in organisation.interdependence:
        if tie.pair <= at.keys():
            weight = tie.strength * (WITHOUT_TALK + talk.get(tie.pair, 0.0))
            weights[at[tie.a], at[tie.b]] = weights[at[tie.b], at[tie.a]] = weight
    order = list(range(len(places)))
    while True:
        nearest = min(_moved(order), key=lambda moved: _spread(moved, weights), default=order)
        if _spread(nearest, weights) > _spread(order, weights) - 1e-9:
            return [places[index] for index in order]
        order = nearest


def _moved(order: list[int]) -> Iterable[list[int]]:
    """Every order in which one stands elsewhere."""
    for index, department in enumerate(order):
        rest = order[:index] + order[index + 1 :]
        yield from ([*rest[:to], department, *rest[to:]] for to in range(len(order)) if to != index)


def _spread(order: list[int], weights: NDArray[np.float64]) -> float:
    """How far apart those are who belong together: the sum of weight × distance."""
    position: Any = np.argsort(order)
    return float((weights * np.abs(position[:, None] - position)).sum())
