"""What each measure of a scenario contributes, over the same worlds: left out, alone, and as a fair share.

A measure's *last* effect is the whole package against the package without it; its *first* the measure alone against
none; its *fair share* the mean, over all orders in which measures could be added, of what it adds when its turn comes
(Shapley 1953). Shares add up to the whole package against none. The *interaction* of two measures says by how much both
together add more than each does by itself, over the same orders (Grabisch & Roubens 1999): above 0 they strengthen
each other, below 0 they overlap or work against each other. Every combination is run, over the same worlds, so that all
of it is paired and has the interval of a mean difference; of more than :data:`EXACT` measures orders are drawn, and the
error of that is said.

Of levels, such as how far a scenario gets, the share of worlds counts that reach a level.
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulation.analysis.distributions import t_quantile
from simulation.analysis.intervals import UPPER, Floats, Interval, mean_interval
from simulation.engine.ensemble import Progress
from simulation.engine.points import run_rows
from simulation.model.outcomes import BY_OUTCOME, COLUMN, LEADING, Outcome
from simulation.model.units import FLAG
from simulation.model.worlds import Mode
from simulation.study.build.variation import vary
from simulation.study.errors import InputRefused, problem, unknown
from simulation.study.scenario import Scenario, Study

Package = frozenset[str]
"""Measures that are carried out together."""
Known = Callable[[Scenario, str], Floats | None]
"""An outcome of a scenario in every world, if it has been run before."""

EXACT = 8
"""Up to so many measures every combination is run; 256 of them take three seconds for 200 worlds on one core."""
ORDERS = 60
"""Of more measures so many orders are drawn, in pairs of which one is the other backwards."""
COMMON = 0.1
"""A level counts that a tenth of the worlds reach (assumed)."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one measure contributes to the outcome, in its unit, with intervals; more is better for none of them.

    ``without`` is the mean of the package without the measure, ``alone`` that of the measure alone; ``last``, ``first``
    and ``share`` are differences: what it adds last, first, and on average over all orders. ``error`` is the 95 % error
    of drawing orders, 0 where all of them were counted.
    """

    measure: str
    without: float
    alone: float
    last: Interval
    first: Interval
    share: Interval
    error: float


@dataclass(frozen=True, slots=True)
class Interaction:
    """By how much two measures together add more than each by itself, in the outcome's unit."""

    measures: tuple[str, str]
    excess: Interval


@dataclass(frozen=True)
class Contributions:
    """What the measures of a ``scenario`` contribute to an ``outcome``, the largest fair share first.

    ``level`` is what is counted where the outcome has levels (else None): the share of worlds that reach it. ``none``
    and ``all`` are the means without any measure and with all; ``margin`` is the smallest difference that matters.
    ``worlds`` counts those in which the outcome is defined in every combination, of ``of``. ``shares`` has the fair
    share of each measure in each of these worlds, shape (measures, worlds), ``kept`` which worlds they are. Without
    ``complete`` only what is left out and what is alone has been run, and shares are nan.
    """

    scenario: str
    outcome: str
    level: int | None
    margin: float
    none: Interval
    all: Interval
    rows: tuple[Contribution, ...]
    interactions: tuple[Interaction, ...]
    worlds: int
    of: int
    complete: bool
    combinations: int
    exact: bool
    shares: Floats
    kept: tuple[int, ...]

    @property
    def together(self) -> tuple[Interaction, ...]:
        """The pairs that strengthen each other: their interaction is surely above the margin, the largest first."""
        better = -1.0 if BY_OUTCOME[self.outcome].better == "lower" else 1.0
        sure = [pair for pair in self.interactions if _surely(pair.excess, better) > self.margin]
        return tuple(sorted(sure, key=lambda pair: -better * pair.excess.estimate))

    @property
    def instead(self) -> tuple[Interaction, ...]:
        """The pairs that overlap or work against each other: their interaction is surely below minus the margin."""
        better = -1.0 if BY_OUTCOME[self.outcome].better == "lower" else 1.0
        sure = [pair for pair in self.interactions if _surely(pair.excess, -better) > self.margin]
        return tuple(sorted(sure, key=lambda pair: better * pair.excess.estimate))


def _surely(interval: Interval, side: float) -> float:
    """The end of an interval that is nearer to 0, counted in the direction of ``side``."""
    return interval.low if side > 0.0 else -interval.high


def contributions(
    study: Study,
    scenario: str,
    outcome: str = LEADING,
    worlds: int = 200,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Progress | None = None,
    known: Known | None = None,
) -> Contributions:
    """What each measure of a scenario contributes to an outcome, over worlds 0 … ``worlds`` − 1.

    ``progress`` is called with (runs done, runs in all); what it raises ends the work. ``known`` has what need not be
    run: it is called with each combination, as a scenario, and the outcome's name, and gives the outcome in these
    worlds, or None. Raises
    :class:`~simulation.study.errors.InputRefused` for an unknown scenario or outcome, a scenario without measures, an
    outcome of which neither way is better, or worlds, a seed or a mode that cannot be.

    >>> from simulation import case
    >>> found = contributions(case(), "name-roles-team", "progress_104", worlds=20)
    >>> found.rows[0].measure, found.combinations, round(sum(row.share.estimate for row in found.rows), 12) == round(
    ...     found.all.estimate - found.none.estimate, 12
    ... )
    ('assign_roles', 8, True)
    """
    return list(step_by_step(study, scenario, outcome, worlds, seed, mode, threads, progress, known))[-1]


def step_by_step(
    study: Study,
    scenario: str,
    outcome: str = LEADING,
    worlds: int = 200,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Progress | None = None,
    known: Known | None = None,
) -> Iterator[Contributions]:
    """The same, first with what is left out and what is alone, then whole; arguments and errors as there."""
    whole = check(study, scenario, outcome)
    bench = _Bench(study, study.scenario(scenario), outcome, worlds, seed, mode, threads, progress, known)
    everything = frozenset(whole)
    around = [frozenset(), everything, *(everything - {name} for name in whole), *(frozenset({name}) for name in whole)]
    orders = orders_of(whole, seed)
    later = list(dict.fromkeys(_packages(whole, orders)))
    bench.expect(len(dict.fromkeys([*around, *later])))
    bench.run(around)
    if set(later) - set(around):
        yield _summed(bench, whole, BY_OUTCOME[outcome], ())
        bench.run(later)
    yield _summed(bench, whole, BY_OUTCOME[outcome], orders)


def check(study: Study, scenario: str, outcome: str) -> tuple[str, ...]:
    """The measures of a scenario whose contributions can be asked for; raises as :func:`contributions` does."""
    measures = study.scenario(scenario).measures.on
    if outcome not in BY_OUTCOME:
        raise InputRefused([unknown("unknown_outcome", outcome, BY_OUTCOME)])
    if BY_OUTCOME[outcome].better == "neither":
        raise InputRefused([problem("no_better", outcome=outcome)])
    if not measures:
        raise InputRefused([problem("no_measures", given=scenario)])
    return measures


def orders_of(measures: Sequence[str], seed: int) -> tuple[tuple[str, ...], ...]:
    """Orders in which measures are added: none where every combination is counted, else drawn from the seed.

    Each order comes backwards too, which makes the mean over them vary less (Mitchell et al. 2022).

    >>> orders_of(("a", "b"), 1), len(orders_of(tuple("abcdefghij"), 1))
    ((), 60)
    """
    if len(measures) <= EXACT:
        return ()
    rng = np.random.default_rng(seed)
    drawn = [tuple(measures[at] for at in rng.permutation(len(measures))) for _ in range(ORDERS // 2)]
    return tuple(way for order in drawn for way in (order, order[::-1]))


def _packages(measures: Sequence[str], orders: Sequence[Sequence[str]]) -> Iterator[Package]:
    """The combinations that are needed: all, or those that come up in the orders."""
    if not orders:
        for size in range(len(measures) + 1):
            yield from map(frozenset, itertools.combinations(measures, size))
    for order in orders:
        for count in range(len(order) + 1):
            yield frozenset(order[:count])
        for count in range(len(order) - 1):
            yield frozenset(
                (*order[:count], order[count + 1])
            )  # what the second of two neighbours adds without the first


class _Bench:
    """Runs combinations of a scenario's measures, each once, over the same worlds."""

    def __init__(
        self,
        study: Study,
        scenario: Scenario,
        outcome: str,
        worlds: int,
        seed: int,
        mode: Mode,
        threads: int,
        progress: Progress | None,
        known: Known | None,
    ) -> None:
        self.study, self.scenario, self.outcome, self.known = study, scenario, outcome, known
        self.worlds, self.seed, self.mode, self.threads = worlds, seed, mode, threads
        self._progress, self._expected = progress, 0
        self.outcomes: dict[Package, Floats] = {}
        """The outcome of each in every world, shape (worlds,)."""

    def expect(self, combinations: int) -> None:
        """Say how many combinations there will be in all."""
        self._expected = combinations

    def run(self, packages: Sequence[Package]) -> None:
        """Run those that have not been run yet and are not known."""
        missing = [package for package in dict.fromkeys(packages) if package not in self.outcomes]
        alone = replace(self.study, scenarios=(self.scenario,))
        if self.known is not None:
            for package, (made,) in zip(missing, vary(alone, list(map(self._without, missing))), strict=True):
                values = self.known(made, self.outcome)
                if values is not None:
                    self.outcomes[package] = values
            missing = [package for package in missing if package not in self.outcomes]
        rows, column = [self._without(package) for package in missing], [COLUMN[self.outcome]]
        found = run_rows(alone, rows, self.worlds, self.seed, self.mode, self.threads, column, self._told())
        self.outcomes |= dict(zip(missing, found[:, 0, :, 0], strict=True))

    def _without(self, package: Package) -> dict[str, bool]:
        """The changes by which a scenario keeps only the measures of a package."""
        return {f"measures.{name}": False for name in self.scenario.measures.on if name not in package}

    def _told(self) -> Progress | None:
        """Progress of a batch, told as that of the whole."""
        progress, done = self._progress, len(self.outcomes) * self.worlds
        if progress is None:
            return None
        return lambda now, _: progress(done + now, self._expected * self.worlds)


def _summed(bench: _Bench, measures: Sequence[str], outcome: Outcome, orders: Sequence[Sequence[str]]) -> Contributions:
    """What has been run so far, summed up."""
    everything = frozenset(measures)
    level = _level_of(bench.outcomes[everything], outcome)
    values = {package: _values(found, level) for package, found in bench.outcomes.items()}
    defined = np.isfinite(np.stack(list(values.values()))).all(axis=0)
    worth = {package: row[defined] for package, row in values.items()}
    span = FLAG.span(0) if level is not None else outcome.unit.span(bench.study.horizon)
    complete = bool(orders) or len(worth) == 2 ** len(measures)
    counted = complete and bool(defined.any())
    shares, errors = _fair_shares(worth, measures, orders) if counted else _no_shares(len(measures), int(defined.sum()))
    rows = [_row(worth, *parts, everything, span) for parts in zip(measures, shares, errors, strict=True)]
    better = -1.0 if outcome.better == "lower" else 1.0
    order = sorted(
        range(len(rows)), key=lambda at: -better * (rows[at].share.estimate if complete else rows[at].last.estimate)
    )
    return Contributions(
        scenario=bench.scenario.name,
        outcome=outcome.name,
        level=level,
        margin=FLAG_MARGIN if level is not None else outcome.margin,
        none=mean_interval(worth[frozenset()], span),
        all=mean_interval(worth[everything], span),
        rows=tuple(rows[at] for at in order),
        interactions=tuple(_interactions(worth, measures, orders, span)) if counted else (),
        worlds=int(defined.sum()),
        of=bench.worlds,
        complete=complete,
        combinations=len(worth),
        exact=len(measures) <= EXACT,
        shares=shares[order],
        kept=tuple(np.flatnonzero(defined).tolist()),
    )


FLAG_MARGIN = 0.05
"""The smallest share of worlds that matters, as for go-live (assumed)."""


def _level_of(reached: Floats, outcome: Outcome) -> int | None:
    """The level to count: the highest that at least one world in ten reaches with all measures; at least the second."""
    if outcome.unit.has_mean:
        return None
    levels = range(int(outcome.unit.span(0)), 0, -1)
    return next((level for level in levels if np.mean(reached >= level) >= COMMON), 1)


def _values(values: Floats, level: int | None) -> Floats:
    """The outcome in every world, or whether the level was reached."""
    return values if level is None else (values >= level).astype(np.float64)


def _row(
    worth: Mapping[Package, Floats], name: str, share: Floats, error: float, everything: Package, span: float
) -> Contribution:
    """One measure: left out, alone, and its fair share in every world."""
    without, alone = worth[everything - {name}], worth[frozenset({name})]
    return Contribution(
        measure=name,
        without=mean_interval(without).estimate,
        alone=mean_interval(alone).estimate,
        last=mean_interval(worth[everything] - without, span),
        first=mean_interval(alone - worth[frozenset()], span),
        share=_widened(mean_interval(share, span), error),
        error=error,
    )


def _widened(interval: Interval, error: float) -> Interval:
    """An interval with another error, independent of its own, in it."""
    low, high = interval.estimate - interval.low, interval.high - interval.estimate
    return Interval(
        interval.estimate, interval.estimate - math.hypot(low, error), interval.estimate + math.hypot(high, error)
    )


def _fair_shares(
    worth: Mapping[Package, Floats], measures: Sequence[str], orders: Sequence[Sequence[str]]
) -> tuple[Floats, list[float]]:
    """Each measure's fair share in every world, shape (measures, worlds), and the 95 % error of drawing orders."""
    if not orders:
        return np.stack([weighted(worth, measures, (name,), _gain(worth, name)) for name in measures]), [0.0] * len(
            measures
        )
    shares, errors = [], []
    for name in measures:
        added = []
        for order in orders:
            before = frozenset(order[: order.index(name)])
            added.append(worth[before | {name}] - worth[before])
        pairs = np.stack(added).reshape(len(orders) // 2, 2, -1).mean(axis=1)  # an order and the same backwards
        shares.append(pairs.mean(axis=0))
        errors.append(_half_width(pairs.mean(axis=1)))
    return np.stack(shares), errors


def _no_shares(measures: int, worlds: int) -> tuple[Floats, list[float]]:
    """Shares of which nothing is known."""
    return np.full((measures, worlds), math.nan), [0.0] * measures


def _gain(worth: Mapping[Package, Floats], name: str) -> Callable[[Package], Floats]:
    """What a measure adds to a package."""
    return lambda package: worth[package | {name}] - worth[package]


def _half_width(values: Floats) -> float:
    """Half of Student's interval of a mean; infinite for a single value."""
    if len(values) < 2:
        return math.inf
    return t_quantile(UPPER, len(values) - 1) * float(np.std(values, ddof=1)) / math.sqrt(len(values))


def weighted(
    worth: Mapping[Package, Floats], measures: Sequence[str], apart: Sequence[str], gain: Callable[[Package], Floats]
) -> Floats:
    """The mean of a gain over all packages without the measures ``apart``, as often as they come up in all orders.

    A package of s measures comes up with the weight s!·(n − s − k)!/(n − k + 1)!, of n measures with k apart (Shapley
    1953 for one, Grabisch & Roubens 1999 for two).
    """
    others = [name for name in measures if name not in apart]
    total: Floats = np.zeros_like(worth[frozenset()])
    for size in range(len(others) + 1):
        weight = math.factorial(size) * math.factorial(len(others) - size) / math.factorial(len(others) + 1)
        for package in map(frozenset, itertools.combinations(others, size)):
            total = total + weight * gain(package)
    return total


def _interactions(
    worth: Mapping[Package, Floats], measures: Sequence[str], orders: Sequence[Sequence[str]], span: float
) -> Iterator[Interaction]:
    """The interaction of every two measures."""
    for a, b in itertools.combinations(measures, 2):

        def excess(package: Package, a: str = a, b: str = b) -> Floats:
            return worth[package | {a, b}] - worth[package | {a}] - worth[package | {b}] + worth[package]

        if not orders:
            yield Interaction((a, b), mean_interval(weighted(worth, measures, (a, b), excess), 2.0 * span))
            continue
        beside = [order for order in orders if abs(order.index(a) - order.index(b)) == 1]
        drawn = [excess(frozenset(order[: min(order.index(a), order.index(b))])) for order in beside]
        if drawn:
            error = _half_width(np.stack(drawn).mean(axis=1))
            yield Interaction((a, b), _widened(mean_interval(np.mean(drawn, axis=0), 2.0 * span), error))
