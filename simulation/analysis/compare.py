"""Scenarios over the same worlds: each one described, every pair judged, and all of them from best to worst."""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.duels import duels
from simulation.analysis.intervals import Floats, Interval, mean_interval
from simulation.analysis.pairs import Pair, compare_outcomes, pairing_gain
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import BY_OUTCOME, LEADING, OUTCOMES, Outcome
from simulation.model.units import REACH
from simulation.study.errors import InputRefused, unknown

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Summary:
    """One scenario's outcome over worlds, in the outcome's unit: its mean with interval, and quantiles over worlds.

    ``worlds`` counts all, ``undefined`` those without a value, ``censored`` those beyond the horizon. What is censored
    counts as the horizon + 1, so that the mean is a restricted mean, not one over survivors.
    """

    scenario: str
    outcome: str
    worlds: int
    undefined: int
    censored: int
    mean: Interval
    q05: float
    q25: float
    median: float
    q75: float
    q95: float

    def typical(self, horizon: int) -> float:
        """The mean, nan where it is undefined in some worlds; the median, nan beyond ``horizon``, if it is censored."""
        if BY_OUTCOME[self.outcome].censored:
            return self.median if self.median <= horizon else math.nan
        return math.nan if self.undefined else self.mean.estimate


@dataclass(frozen=True, eq=False)
class Described:
    """What was worked out of one scenario's runs, kept for as long as the same runs are compared with others.

    ``summaries`` are by outcome, and so are ``levels``, the worlds on each; ``weekly`` are quantiles over worlds, of
    shape (quantiles, weeks), by state and share.
    """

    summaries: dict[str, Summary] = field(default_factory=dict)
    levels: dict[str, tuple[int, ...]] = field(default_factory=dict)
    weekly: dict[tuple[str, tuple[float, ...]], NDArray[np.floating[Any]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios compared over the same worlds.

    ``outcome`` is the one that leads; ``ranking`` has all scenarios by it, from best to worst (:meth:`ranked`).
    ``baseline`` is the one that the others are held against. ``described`` holds what was worked out of each.
    """

    runs: Runs
    baseline: str
    outcome: str = LEADING
    described: Mapping[str, Described] = field(default_factory=lambda: defaultdict(Described), repr=False)
    _ranked: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _pairs: dict[tuple[str, str, str], Pair] = field(default_factory=dict, init=False, repr=False)

    @property
    def ranking(self) -> tuple[str, ...]:
        """All scenarios by the outcome that leads, from best to worst."""
        return self.ranked(self.outcome)

    def led_by(self, outcome: str) -> "Comparison":
        """The same comparison with another outcome in the lead."""
        return replace(self, outcome=outcome)

    def summary(self, scenario: str, outcome: str) -> Summary:
        """One scenario's outcome over worlds; kept once it is worked out.

        Raises ``ValueError`` for a scenario or an outcome that is not there.
        """
        known = self.described[scenario].summaries.get(outcome)
        if known is None:
            for name in self.runs.study.names if self.runs.by_column else (scenario,):
                values, horizon = self.runs.of(name, outcome), self.runs.study.horizon
                self.described[name].summaries[outcome] = summarise(values, name, BY_OUTCOME[outcome], horizon)
            known = self.described[scenario].summaries[outcome]
        return known

    def weekly(self, scenario: str, state: str, shares: tuple[float, ...] = (0.5,)) -> NDArray[np.floating[Any]]:
        """Quantiles over worlds of a state at the end of each week, shape (quantiles, weeks); kept once worked out.

        Raises as :meth:`~simulation.engine.ensemble.Runs.weeks` does.
        """
        weekly = self.described[scenario].weekly
        known = weekly.get((state, shares))
        if known is None:
            values = self.runs.weeks(scenario, state)
            known = weekly[state, shares] = np.quantile(values, shares, axis=0)
        return known

    def pair(self, a: str, b: str, outcome: str | None = None) -> Pair:
        """Scenario ``a`` against ``b`` on an outcome, by default on the one that leads; kept once it is worked out.

        Raises :class:`~simulation.study.errors.InputRefused` for a scenario or an outcome that is not there.
        """
        for name in (a, b):
            self.runs.study.scenario(name)
        if outcome is not None and outcome not in BY_OUTCOME:
            raise InputRefused([unknown("unknown_outcome", outcome, BY_OUTCOME)])
        measured = BY_OUTCOME[outcome or self.outcome]
        known = self._pairs.get((a, b, measured.name))
        if known is None:
            known = self._pairs[a, b, measured.name] = self._judged(a, b, measured)
        return known

    def _judged(self, a: str, b: str, outcome: Outcome) -> Pair:
        """The same, worked out."""
        return compare_outcomes(self.runs.row(a), self.runs.row(b), (a, b), outcome, self.runs.study.horizon)

    def ranked(self, outcome: str) -> tuple[str, ...]:
        """All scenarios by an outcome, from best to worst; kept once it is worked out.

        By the mean; of levels, which have none, by how many others a scenario is ahead of in more worlds than behind
        (Copeland 1951), and among equals by those worlds themselves (Borda 1781). So whoever is ahead of each of the
        others comes first, and of two that comes first which is ahead in more worlds. Where an outcome
        is undefined in some worlds its mean is one over survivors: such a scenario has no rank and comes after those
        that have, by the number of worlds in which it is defined. Equals stand in the order of progress, then of the
        study. Raises ``KeyError`` for an outcome that is not there.
        """
        known = self._ranked.get(outcome)
        if known is None:
            names, worth = self.runs.study.names, worth_of(self.runs, BY_OUTCOME[outcome])
            undefined = {name: self.summary(name, outcome).undefined for name in names}
            progress = {name: float(np.mean(self.runs.of(name, "progress_104"))) for name in names}

            def place(name: str) -> tuple[float, float, float]:
                return undefined[name], -worth[name] if undefined[name] == 0 else 0.0, -progress[name]

            known = self._ranked[outcome] = tuple(sorted(names, key=place))
        return known

    def has_rank(self, scenario: str, outcome: str) -> bool:
        """Whether an outcome is defined in every world of a scenario, so that it can be ranked by it."""
        return self.summary(scenario, outcome).undefined == 0

    def levels(self, scenario: str, outcome: str = LEADING) -> tuple[int, ...]:
        """In how many worlds a scenario ends on each level of an outcome that has levels, from the lowest up."""
        levels = self.described[scenario].levels
        if outcome not in levels:
            most = int(BY_OUTCOME[outcome].unit.span(0)) + 1
            for name in self.runs.study.names if self.runs.by_column else (scenario,):
                counts = np.bincount(self.runs.of(name, outcome).astype(np.intp), minlength=most)
                self.described[name].levels[outcome] = tuple(counts.tolist())
        return levels[outcome]

    @property
    def pairing_gain(self) -> float:
        """The median of :attr:`~simulation.analysis.pairs.Pair.gain` over all pairs, for lasting adoption.

        It is nan where it is undefined in all of them.
        """
        values = [self.runs.of(name, "lasting_adoption") for name in self.runs.study.names]  # defined in every world
        gains = [pairing_gain(a, b) for position, a in enumerate(values) for b in values[position + 1 :]]
        defined = sorted(gain for gain in gains if math.isfinite(gain))
        return defined[len(defined) // 2] if defined else math.nan

    def to_pandas(self) -> "pandas.DataFrame":
        """A line a scenario, best first: in how many worlds it ends on each level, and the mean of every outcome.

        An outcome that may not come within the horizon has no mean: ``go_live_week_median`` is that of the middle
        world, nan if it does not come there, and ``go_live_week_censored`` counts the worlds in which it does not.

        >>> from simulation import case, compare, run_worlds
        >>> compare(run_worlds(case().select(("it-only", "full")), worlds=3)).to_pandas()["still"].to_dict()
        {'full': 0, 'it-only': 3}
        """
        import pandas  # noqa: PLC0415 - takes half a second that a comparison does without

        lines = []
        for name in self.ranking:
            summaries = [self.summary(name, outcome.name) for outcome in OUTCOMES]
            typical = {column_of(one.outcome): one.typical(self.runs.study.horizon) for one in summaries}
            late = {f"{one.outcome}_censored": one.censored for one in summaries if BY_OUTCOME[one.outcome].censored}
            lines.append({**dict(zip(REACHED, self.levels(name), strict=True)), **typical, **late})
        return pandas.DataFrame(lines, index=pandas.Index(self.ranking, name="scenario"))

    def _repr_html_(self) -> str:
        """What a notebook shows: the levels, progress, use and cost of each scenario, best first."""
        shown = self.to_pandas()[[*REACHED, "progress_104", "adoption_52", "lasting_adoption", "cost"]]
        return str(shown.round({"progress_104": 2, "adoption_52": 2, "lasting_adoption": 2, "cost": 0}).to_html())

    def pairs(self) -> list[Pair]:
        """Every pair of scenarios on every outcome, each pair once, the later scenario against the earlier."""
        names = self.runs.study.names
        return [
            self.pair(a, b, outcome.name)
            for position, b in enumerate(names)
            for a in names[position + 1 :]
            for outcome in OUTCOMES
        ]


def column_of(outcome: str) -> str:
    """What a column is called that has an outcome of each scenario: that it is a median is said.

    >>> column_of("cost"), column_of("go_live_week")
    ('cost', 'go_live_week_median')
    """
    return f"{outcome}_median" if BY_OUTCOME[outcome].censored else outcome


def worth_of(runs: Runs, outcome: Outcome) -> Mapping[str, float]:
    """By what scenarios are ranked on an outcome, more being better; see :meth:`Comparison.ranked`."""
    names = runs.study.names
    if outcome.unit.has_mean:
        sign = -1.0 if outcome.better == "lower" else 1.0
        return {name: sign * float(np.mean(runs.of(name, outcome.name))) for name in names}
    ahead = duels(runs, outcome, names).ahead
    more = ahead - ahead.T
    worth = {}
    for name, margins in zip(names, more.tolist(), strict=True):
        worth[name] = float(np.sum(np.sign(margins))) + sum(margins) / (1.0 + len(names) * len(runs.worlds))
    return worth


def summarise(values: Floats, scenario: str, outcome: Outcome, horizon: int) -> Summary:
    """Describe an outcome of a scenario, ``values`` of shape (worlds,); values beyond ``horizon`` are censored."""
    finite = np.isfinite(values)
    defined = values if finite.all() else values[finite]
    quantiles = np.quantile(defined, (0.05, 0.25, 0.5, 0.75, 0.95)).tolist() if len(defined) else [math.nan] * 5
    censored = int((defined > horizon).sum()) if outcome.censored else 0
    undefined = len(values) - len(defined)
    low, high = outcome.unit.bounds(horizon)
    mean = mean_interval(defined, high - low)
    mean = Interval(mean.estimate, max(mean.low, low), min(mean.high, high)) if len(defined) else mean
    return Summary(scenario, outcome.name, len(values), undefined, censored, mean, *quantiles)


REACHED = tuple(level.partition(".")[2] for level in REACH.levels)
"""How far a scenario can get, by name, from the lowest up."""


def compare(runs: Runs, baseline: str | None = None, outcome: str = LEADING) -> Comparison:
    """Compare all scenarios of some runs, by default against the first; as :func:`compare_runs`.

    >>> from simulation import case, run_worlds
    >>> compare(run_worlds(case().select(("it-only", "full")), worlds=8)).pair("full", "it-only").kind
    'beats'
    """
    return compare_runs(runs, runs.study.names[0] if baseline is None else baseline, outcome)


def compare_runs(
    runs: Runs, baseline: str, outcome: str = LEADING, described: Mapping[str, Described] | None = None
) -> Comparison:
    """Compare all scenarios of some runs; ``baseline`` names the one that the others are held against.

    ``outcome`` is the one that leads, by default how far each gets. Nothing is run. Verdicts are worked out on demand:
    ``comparison.pair(a, b)`` gives one, ``comparison.pairs()`` all. ``described`` holds what is known already of the
    same runs of each scenario. Raises
    :class:`~simulation.study.errors.InputRefused` if the study has no scenario of that name.

    >>> from simulation import case, run_worlds
    >>> comparison = compare_runs(run_worlds(case().select(("it-only", "full")), worlds=8), "it-only")
    >>> comparison.ranking, comparison.pair("full", "it-only").kind, comparison.levels("it-only")
    (('full', 'it-only'), 'beats', (8, 0, 0, 0, 0))
    """
    runs.study.scenario(baseline)
    return Comparison(runs, baseline, outcome, *([] if described is None else [described]))
