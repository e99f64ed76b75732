"""What interdependence, the choice of measures, size, partition, horizon and luck do to the model's answers."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulation.analysis.validity.bench import Bench, Order, Orders, Results
from simulation.analysis.validity.statistics import Floats, kendall, mean, quantile, shapley, within_share
from simulation.analysis.validity.variants import (
    PACKAGE,
    Change,
    capacity_times,
    changed,
    everything_times,
    fixed,
    horizon,
    interdependence_times,
    one_by_one,
    packages,
    split,
    together,
    with_work,
)
from simulation.engine.ensemble import Runs
from simulation.model.worlds import values_of
from simulation.study.parameters import BY_NAME, Values
from simulation.study.scenario import Given, Study

FACTORS = (0.1, 0.3, 0.6, 1.0, 1.25)
"""All interdependence times these, at most 1."""
SIZED = ("it-only", "roles", "full")
MOVED = ("progress_104", "peak_adoption", "lasting_adoption")
"""The outcomes of which it is told how far something moves them."""
HALVED = ("Sales", "Master data")
SPLIT = ("roles", "full")
LARGER = 10.0
HORIZONS = (104, 156, 208, 312)
RANKED_BY = "lasting_adoption"
LUCKY = ("full", "package-partner-with")
POINTS, REPEATS = 128, 32
"""Worlds' parameters, each met by so much other luck."""
MUCH = 0.05
"""A move from which one asks which equation makes it."""

EQUATIONS: Mapping[str, Change] = {
    "as it is": one_by_one(),
    "size exponent: `gamma_size` 1": fixed(gamma_size=1.0),
    "diffusion by the number of parties: `t` 0": fixed(t=0.0),
    "hours of meetings and roles: `m_team`, `role_h` 0": fixed(m_team=0.0, role_h=0.0),
    "what is not settled: `eps_s` 0": fixed(eps_s=0.0),
    "what is entangled: `D_ref` 1000": fixed(D_ref=1000.0),
    "issues: `I_half` 1 000 000": fixed(I_half=1e6),
}
"""What is neutralised in the whole and in the halves alike, to find which equation moves them apart."""
WEAKER = "halves tied to others half as strongly"
BOTH = "the same, and `gamma_size` 1"


# --- orders --------------------------------------------------------------------------------------------


def orders(case: Study, seed: int) -> Orders:
    """Everything that is run here, by name."""
    made: dict[str, Order] = {"packages": Order(together(case, packages(case).values()), fewer=True)}
    trio = case.select(("full", "full-no-team", "full-no-chain"))
    for factor in FACTORS:
        made[f"interdependence {factor:g}"] = Order(changed(trio, interdependence_times(factor)), fewer=True)
    sized = case.select(SIZED)
    made["size 1"] = Order(sized, fewer=True)
    made["size alone"] = Order(changed(sized, capacity_times(LARGER)), fewer=True)
    made["size before"] = Order(changed(sized, fixed(gamma_size=1.0)), fewer=True)
    made["size everything"] = Order(changed(sized, everything_times(LARGER)), fewer=True)
    made |= _partitions(case)
    made |= {f"horizon {weeks}": Order(changed(case, horizon(weeks)), fewer=True) for weeks in HORIZONS}
    made["luck"] = Order(case.select(LUCKY), mode="defaults", fewer=True)
    made["luck, carried out"] = Order(changed(case.select(LUCKY), fixed(fid=1.0)), mode="defaults", fewer=True)
    made["points"] = Order(_points(case, seed), mode="defaults", worlds=REPEATS)
    return made


def _partitions(case: Study) -> Orders:
    """Each department whole and in halves, with every equation neutralised in turn."""
    made = {}
    defaults = Values()
    for name in HALVED:
        whole = changed(case.select(SPLIT), with_work(name, defaults.WB, defaults.WT))
        for words, change in EQUATIONS.items():
            made[f"{name}, whole, {words}"] = Order(changed(whole, change), fewer=True)
            made[f"{name}, halves, {words}"] = Order(changed(whole, one_by_one(change, split(name))), fewer=True)
        weaker = changed(whole, split(name, weaker=True))
        made[f"{name}, halves, {WEAKER}"] = Order(weaker, fewer=True)
        made[f"{name}, halves, {BOTH}"] = Order(changed(weaker, fixed(gamma_size=1.0)), fewer=True)
    return made


def _points(case: Study, seed: int) -> Study:
    """The full package once for the parameters of each of so many worlds."""
    full = case.scenario("full")

    def at(world: int) -> tuple[Given, ...]:
        values = values_of((), seed, world)
        exact = {name: float(getattr(values, name)) for name in BY_NAME}
        return tuple(Given(name, value, value, value, "validity") for name, value in exact.items())

    return together(case, (replace(full, name=f"world {world}", parameters=at(world)) for world in range(POINTS)))


# --- answers -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sweep:
    """What team and chain are worth in lasting adoption of the full package, by all interdependence times a factor."""

    factor: float
    lasting: float
    team: float
    chain: float


def interdependence(results: Results) -> tuple[Sweep, ...]:
    """The sweep over :data:`FACTORS`."""
    rows = []
    for factor in FACTORS:
        runs = results[f"interdependence {factor:g}"]
        full, team, chain = (mean(runs.of(name, RANKED_BY)) for name in runs.study.names)
        rows.append(Sweep(factor, full, full - team, full - chain))
    return tuple(rows)


@dataclass(frozen=True)
class Packages:
    """Shapley gains of each measure, by outcome; the worth of none and of all; the best packages first."""

    gains: Mapping[str, Mapping[str, float]]
    ends: Mapping[str, tuple[float, float]]
    best: tuple[tuple[str, float], ...]
    runs: Runs


def best_packages(runs: Runs) -> Packages:
    """What each measure is worth on average over all packages."""
    gains, ends = {}, {}
    for outcome in ("progress_104", RANKED_BY):
        worth = {frozenset(name.split("+")): mean(runs.of(name, outcome)) for name in runs.study.names}
        worth[frozenset()] = worth.pop(frozenset({"nothing"}))
        gains[outcome] = shapley(tuple(PACKAGE), worth.__getitem__)
        ends[outcome] = (worth[frozenset()], worth[frozenset(PACKAGE)])
    ordered = sorted(((name, mean(runs.of(name, RANKED_BY))) for name in runs.study.names), key=lambda pair: -pair[1])
    return Packages(gains, ends, tuple(ordered[:5]), runs)


@dataclass(frozen=True)
class Moved:
    """Means of :data:`MOVED` of a scenario before and after a change."""

    scenario: str
    before: tuple[float, ...]
    after: tuple[float, ...]

    @property
    def most(self) -> float:
        """The largest move."""
        return max(abs(late - early) for early, late in zip(self.before, self.after, strict=True))


def moved(before: Runs, after: Runs) -> tuple[Moved, ...]:
    """How far a change moves each scenario."""
    return tuple(
        Moved(name, *(tuple(mean(runs.of(name, outcome)) for outcome in MOVED) for runs in (before, after)))
        for name in before.study.names
    )


@dataclass(frozen=True)
class Halved:
    """How far splitting a department moves scenarios, under each equation that was neutralised."""

    department: str
    rows: Mapping[str, tuple[Moved, ...]]


def partition(results: Results) -> tuple[Halved, ...]:
    """Each department whole against its halves."""
    halved = []
    for name in HALVED:
        rows = {
            words: moved(results[f"{name}, whole, {words}"], results[f"{name}, halves, {words}"]) for words in EQUATIONS
        }
        rows[WEAKER] = moved(results[f"{name}, whole, as it is"], results[f"{name}, halves, {WEAKER}"])
        exponent = "size exponent: `gamma_size` 1"
        rows[BOTH] = moved(results[f"{name}, whole, {exponent}"], results[f"{name}, halves, {BOTH}"])
        halved.append(Halved(name, rows))
    return tuple(halved)


@dataclass(frozen=True)
class Horizon:
    """One horizon: tau of its ranking with that of 156 weeks, the best by value, how many pay, and values."""

    weeks: int
    tau: tuple[float, float]
    best: str
    pay: int
    values: tuple[float, ...]
    lasting: tuple[float, ...]


VALUED = ("it-only", "it-led", "package-partner-with", "full-no-anchoring", "full", "full-retired")


def horizons(results: Results) -> tuple[Horizon, ...]:
    """Rankings and values by how far one looks."""

    def means(weeks: int, outcome: str) -> list[float]:
        runs = results[f"horizon {weeks}"]
        return [mean(runs.of(name, outcome)) for name in runs.study.names]

    rows = []
    for weeks in HORIZONS:
        runs = results[f"horizon {weeks}"]
        taus = [kendall(means(weeks, outcome), means(156, outcome)) for outcome in (RANKED_BY, "net_value")]
        best = max(runs.study.names, key=lambda name: mean(runs.of(name, "net_value")))
        values, lasting = (
            tuple(mean(runs.of(name, outcome)) for name in VALUED) for outcome in ("net_value", RANKED_BY)
        )
        pay = sum(value > 0.0 for value in means(weeks, "net_value"))
        rows.append(Horizon(weeks, (taus[0], taus[1]), best, pay, values, lasting))
    return tuple(rows)


@dataclass(frozen=True)
class Luck:
    """Weeks of go-live by luck alone (5, 50 and 95 %), by scenario and with measures as decided, and shares of luck."""

    weeks: Mapping[str, tuple[tuple[float, ...], tuple[float, ...]]]
    lasts: Mapping[str, float]
    shares: Mapping[str, float]


def luck(results: Results) -> Luck:
    """What luck, traits and fidelity do at the default parameters, and what share of the variance is theirs."""

    def weeks(runs: Runs, name: str) -> tuple[float, ...]:
        return tuple(quantile(runs.of(name, "go_live_week"), q) for q in (0.05, 0.5, 0.95))

    by_name = {name: (weeks(results["luck"], name), weeks(results["luck, carried out"], name)) for name in LUCKY}
    lasts = {name: float((results["luck"].of(name, "reach") == 4.0).mean()) for name in LUCKY}
    runs = results["points"]

    def over_points(outcome: str) -> Floats:
        return np.array([runs.of(name, outcome) for name in runs.study.names])

    return Luck(by_name, lasts, {outcome: within_share(over_points(outcome)) for outcome in MOVED})


@dataclass(frozen=True)
class Examined:
    """All that is examined here."""

    worlds: int
    interdependence: tuple[Sweep, ...]
    packages: Packages
    size_alone: tuple[Moved, ...]
    size_everything: tuple[Moved, ...]
    partition: tuple[Halved, ...]
    horizons: tuple[Horizon, ...]
    luck: Luck


def examine(bench: Bench, given: Orders) -> Examined:
    """Run all orders and read them."""
    results = bench.run_all(given)
    return Examined(
        given["packages"].many(bench.worlds),
        interdependence(results),
        best_packages(results["packages"]),
        moved(results["size 1"], results["size alone"]),
        moved(results["size before"], results["size everything"]),
        partition(results),
        horizons(results),
        luck(results),
    )


def worst(halved: Halved, words: str) -> float:
    """The largest move of a department's split under an equation."""
    return max(row.most for row in halved.rows[words])


def culprits(halved: Halved) -> list[str]:
    """What the model is moved by least when a department is split, the most telling first."""
    rest = itertools.islice(halved.rows, 1, None)
    return sorted(rest, key=lambda words: worst(halved, words))
