"""What answers to a survey say of a trait: how much, how surely, and of which groups nothing may be said.

A trait is the mean of a department. From ``n`` answers, each a share from 0 to 1, with mean m and squares S around it:

- *how much*: (n·m + g)/(n + 1): the answers, and one further answer at the mean g of all that are shown, so that six
  who agree are not taken for a whole department that does;
- *how surely*: answers scatter within departments by s², which all departments together tell better than one, so each
  begins with the scatter of all as if it were :data:`PRIOR_FREEDOM` answers more (a scaled inverse chi-squared prior);
  the mean then has a t distribution (Gelman et al. 2013, Bayesian Data Analysis, section 3.3), whose standard
  deviation is the ``standard_error``; where it is known how many were asked, it shrinks by √(1 − n/N), since nothing is
  left open once all have answered (Cochran 1977, section 2.6);
- *of whom not*: a group below the least number of answers is not shown, and where what is shown and a total would give
  it away, further groups are not (:func:`shown_groups`).

Nothing that is given depends on the answers of a group that is not shown: not its trait, nor the mean and the scatter
that others are drawn towards, nor reliability.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from simulation.study.organisation import SURE_LEAST, SURE_MOST

SURVEYED = ("conviction", "it_frame", "knowledge", "workload")
"""The traits that a survey can measure."""
Name = TypeVar("Name", bound=Any)
LEAST = 5
"""So many answers a group has at least, or else it is not shown."""
PRIOR_FREEDOM = 4.0
"""The scatter of all departments counts as so many answers of each."""
UNIFORM = 1.0 / 12.0
"""Variance of answers spread evenly from 0 to 1; the scatter of all departments begins with it, as four answers do."""
LEAST_ERROR, MOST_ERROR = 0.002, 0.25
"""No standard error is smaller, however many answer, nor larger, however few."""


@dataclass(frozen=True, slots=True)
class Group:
    """The answers of a group: how many, their sum and the sum of their squares, each a share from 0 to 1."""

    answers: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def scatter(self) -> float:
        """The sum of squares around the mean."""
        return max(0.0, self.squares - self.total**2 / self.answers) if self.answers else 0.0


def group_of(shares: Sequence[float]) -> Group:
    """The answers of a group, one by one.

    >>> group_of([0.25, 0.75]).answers, group_of([0.25, 0.75]).scatter
    (2, 0.125)
    """
    return Group(len(shares), math.fsum(shares), math.fsum(share * share for share in shares))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A trait of a department as its answers tell it: shares, and how many answered."""

    value: float
    standard_error: float
    answers: int

    def plain(self) -> dict[str, float]:
        """As a file says it.

        >>> Estimate(0.61234567, 0.05, 23).plain()
        {'value': 0.6123, 'standard_error': 0.05, 'answers': 23}
        """
        return {"value": round(self.value, 4), "standard_error": round(self.standard_error, 4), "answers": self.answers}


def shown_groups(answers: Mapping[Name, int], least: int = LEAST) -> frozenset[Name]:
    """The groups that may be shown, by how many answers each has.

    Those below ``least`` are not. Nor, if there are any, are the smallest of the others, until at least two groups with
    together at least ``least`` answers are not shown: what a total leaves over is then nobody's
    (complementary suppression; Willenborg & de Waal 2001, Elements of Statistical Disclosure Control). A group without
    answers has nothing to hide.

    >>> sorted(shown_groups({"Sales": 12, "Finance": 3, "Legal": 9, "IT": 20}))
    ['IT', 'Sales']
    >>> sorted(shown_groups({"Sales": 12, "Finance": 3, "Legal": 4, "IT": 0}))
    ['Sales']
    """
    order = sorted((count, name) for name, count in answers.items() if count > 0)
    hidden = [count for count, _ in order if count < least]
    together = sum(hidden)
    cut = len(hidden)
    while hidden and cut < len(order) and (cut < 2 or together < least):
        together += order[cut][0]
        cut += 1
    return frozenset(name for _, name in order[cut:])


def estimates(
    groups: Mapping[str, Group],
    least: int = LEAST,
    asked: Mapping[str, int] | None = None,
    apart: Mapping[str, int] | None = None,
) -> dict[str, Estimate]:
    """What the answers say of a trait in each group that may be shown; see the module.

    ``asked`` is how many people each group has, as far as that is known; more answers than that count as all of them.
    ``apart`` are the answers of groups that are left out: they are not shown in any case, and a total may have them.

    >>> few, many = estimates({"A": group_of([0.2, 0.8] * 3), "B": group_of([0.2, 0.8] * 100)}).values()
    >>> round(few.value, 2), round(few.standard_error, 2), round(many.standard_error, 2)
    (0.5, 0.14, 0.02)
    """
    counts = {("", name): count for name, count in (apart or {}).items()}
    counts |= {("shown", name): group.answers for name, group in groups.items()}
    shown = shown_groups(counts, least)
    ours = {name: group for name, group in groups.items() if ("shown", name) in shown}
    everyone = sum(group.answers for group in ours.values())
    if not everyone:
        return {}
    centre = math.fsum(group.total for group in ours.values()) / everyone
    freedom = PRIOR_FREEDOM + sum(group.answers - 1 for group in ours.values())
    scatter = math.fsum(group.scatter for group in ours.values())
    usual = (PRIOR_FREEDOM * UNIFORM + scatter) / freedom
    return {name: _estimate(group, centre, usual, (asked or {}).get(name)) for name, group in ours.items()}


def _estimate(group: Group, centre: float, usual: float, asked: int | None) -> Estimate:
    """A group's trait; ``usual`` is the variance of answers within the departments of the survey."""
    count = group.answers
    value = (group.total + centre) / (count + 1)
    freedom = PRIOR_FREEDOM + count - 1
    variance = (PRIOR_FREEDOM * usual + group.scatter) / freedom
    left_open = max(0.0, 1.0 - count / asked) if asked else 1.0
    error = math.sqrt(variance / (count + 1) * freedom / (freedom - 2.0) * left_open)
    value = min(max(value, SURE_LEAST), SURE_MOST)
    return Estimate(value, min(max(error, LEAST_ERROR), MOST_ERROR), count)


def alpha(answers: Sequence[Sequence[float]]) -> float:
    """How far items measure the same (Cronbach 1951): a row for each who answered them all, a column an item.

    nan for fewer than two items or three who answered, or where nobody differs from anybody.

    >>> alpha([[0.0, 0.25], [0.5, 0.5], [1.0, 0.75]])
    0.8888888888888888
    """
    items = len(answers[0]) if answers else 0
    if items < 2 or len(answers) < 3:
        return math.nan
    total = _variance([math.fsum(row) for row in answers])
    if total == 0.0:
        return math.nan
    parts = math.fsum(_variance([row[item] for row in answers]) for item in range(items))
    return items / (items - 1) * (1.0 - parts / total)


def _variance(values: Sequence[float]) -> float:
    """The variance of a sample."""
    middle = math.fsum(values) / len(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
