"""The named outcomes: their unit, which way is better, and how each is read off a run.

A run is written down week by week in a :class:`Ledger`; nothing here adjusts anything.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from simulation.study.constants import DEADLINE, WINDOW_FROM, WINDOW_TO, YEAR

Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: ``margin`` is the smallest difference that matters (assumed); ``censored`` says that it is
    written as horizon + 1 where it did not happen."""

    name: str
    unit: str
    better: Better
    margin: float
    censored: bool = False


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("go_live_week", "week", "lower", 2.0, censored=True),
    Outcome("go_live_104", "0 or 1", "higher", 0.05),
    Outcome("progress_104", "share", "higher", 0.02),
    Outcome("peak_adoption", "share", "higher", 0.02),
    Outcome("adoption_52", "share", "higher", 0.02),
    Outcome("lasting_adoption", "share", "higher", 0.02),
    Outcome("retention", "share", "higher", 0.02),
    Outcome("relapse_half_life", "weeks", "higher", 2.0, censored=True),
    Outcome("ownership_end", "share", "higher", 0.02),
    Outcome("knowledge_end", "share", "higher", 0.02),
    Outcome("visibility_26", "share", "higher", 0.02),
    Outcome("carrying_hhi", "share", "lower", 0.02),
    Outcome("passive_share", "share", "lower", 0.02),
    Outcome("silo_index", "−1 to 1", "lower", 0.02),
    Outcome("overload_hours", "h", "lower", 100.0),
    Outcome("cost", "€", "lower", 10_000.0),
    Outcome("partner_cost", "€", "lower", 10_000.0),
    Outcome("benefit", "€", "higher", 10_000.0),
    Outcome("net_value", "€", "higher", 10_000.0),
    Outcome("break_even_benefit", "€ per week", "lower", 500.0),
    Outcome("cost_per_lasting_adoption", "€ per department", "lower", 5_000.0),
    Outcome("connections", "count", "higher", 1.0),
)
"""Every outcome, in the order in which they are written."""

BY_OUTCOME: Mapping[str, Outcome] = MappingProxyType({outcome.name: outcome for outcome in OUTCOMES})
"""The same, by name."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``kind`` is a key under ``event.`` in the locale files."""

    week: int
    kind: str
    department: str = ""


@dataclass(slots=True)
class Ledger:
    """What a run leaves behind: one entry per week in the lists, totals over the run in the numbers.

    ``departments`` counts the internal ones; ``full_benefit`` is € per week at full adoption; hours in h.
    """

    departments: int
    full_benefit: float
    go_live_week: int | None = None
    adoption: list[float] = field(default_factory=list)
    progress: list[float] = field(default_factory=list)
    engagement: list[float] = field(default_factory=list)
    business_engagement: list[float] = field(default_factory=list)
    ownership: list[float] = field(default_factory=list)
    knowledge: list[float] = field(default_factory=list)
    visibility: list[float] = field(default_factory=list)
    passive: list[float] = field(default_factory=list)
    carried: dict[str, float] = field(default_factory=dict)
    shared_hours: float = 0.0
    solitary_hours: float = 0.0
    overload_hours: float = 0.0
    cost: float = 0.0
    partner_cost: float = 0.0
    benefit: float = 0.0
    connections: float = 0.0


def mean(values: list[float]) -> float:
    """The mean of a list, 0 if it is empty.

    >>> mean([1.0, 2.0]), mean([])
    (1.5, 0.0)
    """
    return math.fsum(values) / len(values) if values else 0.0


def at_week(values: list[float], week: int) -> float:
    """The value at the end of a week (from 1), or of the last one if that is beyond the horizon."""
    return values[min(week, len(values)) - 1]


def ratio(top: float, bottom: float) -> float:
    """``top / bottom``, undefined (nan) where the bottom is 0.

    >>> ratio(1.0, 2.0), ratio(1.0, 0.0)
    (0.5, nan)
    """
    return top / bottom if bottom else math.nan


def half_life(adoption: list[float]) -> float:
    """Weeks from the peak of adoption until half of it is left; the horizon + 1 if that did not happen.

    Undefined (nan) without adoption.

    >>> half_life([0.0, 0.8, 0.5, 0.4, 0.1]), half_life([0.0, 0.8]), half_life([0.0])
    (2.0, 3.0, nan)
    """
    peak = max(adoption, default=0.0)
    if peak <= 0.0:
        return math.nan
    top = adoption.index(peak)
    for later, value in enumerate(adoption[top:]):
        if value <= peak / 2.0:
            return float(later)
    return float(len(adoption) + 1)


def herfindahl(parts: list[float]) -> float:
    """Herfindahl index of concentration, from 1/n (evenly carried) to 1 (one carries all); nan without any.

    >>> herfindahl([1.0, 1.0]), herfindahl([2.0, 0.0]), herfindahl([])
    (0.5, 1.0, nan)
    """
    whole = math.fsum(parts)
    return math.fsum((part / whole) ** 2 for part in parts) if whole > 0.0 else math.nan


def outcomes_of(run: Ledger) -> dict[str, float]:
    """Every outcome of a finished run, by name; undefined ones are nan."""
    horizon = len(run.adoption)
    live = run.go_live_week
    last, peak = run.adoption[-1], max(run.adoption)
    meeting = run.shared_hours + run.solitary_hours
    found = {
        "go_live_week": float(live if live is not None else horizon + 1),
        "go_live_104": 1.0 if live is not None and live <= DEADLINE else 0.0,
        "progress_104": at_week(run.progress, DEADLINE),
        "peak_adoption": peak,
        "adoption_52": at_week(run.adoption, live + YEAR) if live is not None else 0.0,
        "lasting_adoption": last,
        "retention": ratio(last, peak),
        "relapse_half_life": half_life(run.adoption),
        "ownership_end": run.ownership[-1],
        "knowledge_end": run.knowledge[-1],
        "visibility_26": mean(run.visibility[WINDOW_FROM - 1 : WINDOW_TO]),
        "carrying_hhi": herfindahl(list(run.carried.values())),
        "passive_share": mean(run.passive[WINDOW_FROM - 1 : WINDOW_TO]),
        "silo_index": ratio(run.solitary_hours - run.shared_hours, meeting),
        "overload_hours": run.overload_hours,
        "cost": run.cost,
        "partner_cost": run.partner_cost,
        "benefit": run.benefit,
        "net_value": run.benefit - run.cost,
        "break_even_benefit": ratio(run.cost * run.full_benefit, run.benefit),
        "cost_per_lasting_adoption": ratio(run.cost, last * run.departments),
        "connections": run.connections,
    }
    return {outcome.name: found[outcome.name] for outcome in OUTCOMES}
