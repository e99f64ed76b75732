"""What answers to a survey say of a trait: how much, how surely, and of which groups nothing may be said.

A trait is the mean of a department. From ``n`` answers, each a share from 0 to 1, with mean m and squares S around it:

- *how much*: (n·m + w·g)/(n + w): the answers, and at most one further answer at the mean g of all that are shown, so
  that six who agree are not taken for a whole department that does; w is s²/(s² + τ²), less the more departments differ
  (τ²) than people within them do (s²);
- *how surely*: answers scatter within departments by s², which all departments together tell better than one, so each
  begins with the scatter of all as if it were :data:`PRIOR_FREEDOM` answers more (a scaled inverse chi-squared prior);
  the mean then has a t distribution (Gelman et al. 2013, Bayesian Data Analysis, section 3.3), whose standard
  deviation is the ``standard_error``; where N were asked, the n who answered are known and only the others are left
  open (Cochran 1977, section 2.6);
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
Key = TypeVar("Key", bound=Any)
LEAST = 5
"""So many answers a group has at least, or else it is not shown."""
PRIOR_FREEDOM = 4.0
"""The scatter of all departments counts as so many answers of each."""
UNIFORM = 1.0 / 12.0
"""Variance of answers spread evenly from 0 to 1; the scatter of all departments begins with it, as four answers do."""
LEAST_ERROR, MOST_ERROR = 0.01, 0.25
"""No standard error is smaller, however many answer, nor larger, however few."""


NOTHING = 1e-12
"""A variance below this is none."""


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
        """As a file says it: to two decimals, since of few people more of them would tell every answer.

        >>> Estimate(0.61234567, 0.052, 23).plain()
        {'value': 0.61, 'standard_error': 0.05, 'answers': 23}
        """
        return {"value": round(self.value, 2), "standard_error": round(self.standard_error, 2), "answers": self.answers}


def is_answered(trait: Any) -> bool:
    """Whether what a file says of a trait is told by answers to a survey, and not by a spread.

    >>> is_answered({"value": 0.6, "standard_error": 0.05}), is_answered({"value": 0.6, "plus_minus": 0.1})
    (True, False)
    """
    return isinstance(trait, dict) and any(trait.get(key) is not None for key in ("standard_error", "answers"))


def shown_groups(answers: Mapping[Key, int], least: int = LEAST) -> frozenset[Key]:
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
    span: float = 1.0,
) -> dict[str, Estimate]:
    """What the answers say of a trait in each group that may be shown; see the module.

    ``asked`` is how many people each group has, as far as that is known; more answers than that count as all of them.
    ``apart`` are the answers of groups that are left out: they are not shown in any case, and a total may have them.
    ``span`` is how far apart the lowest and the highest answer are.

    >>> few, many = estimates({"A": group_of([0.2, 0.8] * 3), "B": group_of([0.2, 0.8] * 100)}).values()
    >>> round(few.value, 2), round(few.standard_error, 2), round(many.standard_error, 2)
    (0.5, 0.14, 0.02)
    """
    counts = {("", name): count for name, count in (apart or {}).items()}
    counts |= {("shown", name): group.answers for name, group in groups.items()}
    shown = shown_groups(counts, least)
    ours = {name: group for name, group in groups.items() if ("shown", name) in shown}
    if not ours:
        return {}
    answers = sum(group.answers for group in ours.values())
    centre = math.fsum(group.total for group in ours.values()) / answers
    freedom = PRIOR_FREEDOM + answers - len(ours)
    scatter = math.fsum(group.scatter for group in ours.values())
    usual = (PRIOR_FREEDOM * UNIFORM * span**2 + scatter) / freedom
    further = usual / (usual + _between(ours, centre, usual))
    return {name: _estimate(group, centre, usual, further, (asked or {}).get(name)) for name, group in ours.items()}


def _between(groups: Mapping[str, Group], centre: float, usual: float) -> float:
    """How far departments differ: the variance of their means, less what chance makes of it."""
    if len(groups) < 2:
        return 0.0
    apart = math.fsum((group.total / group.answers - centre) ** 2 for group in groups.values()) / (len(groups) - 1)
    return max(0.0, apart - math.fsum(usual / group.answers for group in groups.values()) / len(groups))


def _estimate(group: Group, centre: float, usual: float, further: float, asked: int | None) -> Estimate:
    """A group's trait; ``usual`` is the variance within departments, ``further`` so many answers at the ``centre``."""
    count = group.answers
    weight = count + further
    value = (group.total + further * centre) / weight
    freedom = PRIOR_FREEDOM + count - 1
    variance = (PRIOR_FREEDOM * usual + group.scatter) / (freedom - 2.0)
    left = max(0.0, 1.0 - count / asked) if asked else 1.0
    if asked:  # the answers are known, and only those who did not answer are told by them
        value = (1.0 - left) * group.total / count + left * value
    error = math.sqrt(variance * left * (left / weight + (1.0 / asked if asked else 0.0)))
    value = min(max(value, SURE_LEAST), SURE_MOST)
    return Estimate(value, min(max(error, LEAST_ERROR), MOST_ERROR), count)


def alpha(answers: Sequence[Sequence[float]]) -> float:
    """How far items measure the same (Cronbach 1951): a row for each who answered them all, a column an item.

    nan for fewer than two items or three who answered, or where nobody differs from anybody; minus infinity where items
    contradict each other to the full.

    >>> alpha([[0.0, 0.25], [0.5, 0.5], [1.0, 0.75]])
    0.8888888888888888
    """
    items = len(answers[0]) if answers else 0
    if items < 2 or len(answers) < 3:
        return math.nan
    total = _variance([math.fsum(row) for row in answers])
    parts = math.fsum(_variance([row[item] for row in answers]) for item in range(items))
    if total < NOTHING:
        return -math.inf if parts > NOTHING else math.nan
    return items / (items - 1) * (1.0 - parts / total)


def _variance(values: Sequence[float]) -> float:
    """The variance of a sample."""
    middle = math.fsum(values) / len(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)
