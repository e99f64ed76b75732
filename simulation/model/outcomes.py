"""The named outcomes, a row each: its unit, which way is better, and how it is read off the accounts of a run.

While a run goes on, the organisation keeps its accounts (:func:`simulation.model.steps.keep_books`). Outcomes are read
off those and nothing is adjusted. The functions that read them are plain ones over whatever has the accounts' names,
``o``, and what the scenario fixes, ``s``: the Mesa model calls them as they are, and the engine compiles them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from simulation.model.units import (
    COUNT,
    EURO,
    EURO_A_WEEK,
    EURO_EACH,
    FLAG,
    HOURS,
    INDEX,
    REACH,
    SHARE,
    WEEK,
    WEEKS,
    Unit,
)
from simulation.study.constants import ADOPTED, DEADLINE, MOVING

Better = Literal["higher", "lower", "neither"]

LIVE = 2.0
"""The level of :func:`reach` from which a platform is live."""


# --- how each is read ----------------------------------------------------------------------------------


def ratio(top: float, bottom: float) -> float:
    """``top / bottom``, undefined (nan) where the bottom is 0.

    >>> ratio(1.0, 2.0), ratio(1.0, 0.0)
    (0.5, nan)
    """
    return top / bottom if bottom != 0.0 else math.nan


def go_live_week(o: Any, s: Any) -> Any:
    """The week of go-live; the horizon + 1 if it did not come."""
    return o.go_live_week if o.go_live_week > 0 else s.horizon + 1


def go_live_104(o: Any, s: Any) -> Any:
    """1 if it came within two years."""
    return 1.0 if 0 < o.go_live_week <= DEADLINE else 0.0


def progress_104(o: Any, s: Any) -> Any:
    """Mean progress after two years."""
    return o.progress_104


def peak_adoption(o: Any, s: Any) -> Any:
    """Highest mean adoption."""
    return o.peak


def adoption_52(o: Any, s: Any) -> Any:
    """Mean adoption a year after go-live."""
    return o.adoption_52


def lasting_adoption(o: Any, s: Any) -> Any:
    """Mean adoption in the last week."""
    return o.mean_adoption


def retention(o: Any, s: Any) -> Any:
    """What is left of the peak; undefined without one."""
    return ratio(o.mean_adoption, o.peak)


def relapse_half_life(o: Any, s: Any) -> Any:
    """Weeks from the peak until half is left; the horizon + 1 if that did not happen; undefined without a peak."""
    fell = float(o.half_week - o.peak_week) if o.half_week >= 0 else float(s.horizon + 1)
    return fell if o.peak > 0.0 else math.nan


def ownership_end(o: Any, s: Any) -> Any:
    """Mean ownership in the last week."""
    return o.mean_ownership


def knowledge_end(o: Any, s: Any) -> Any:
    """Mean knowledge in the last week."""
    return o.mean_knowledge


def visibility_26(o: Any, s: Any) -> Any:
    """Mean visibility over half a year, from week 13."""
    return o.visibility_sum / o.window if o.window else 0.0


def carrying_hhi(o: Any, s: Any) -> Any:
    """Herfindahl index of who carried the work: from 1/n (all alike) to 1 (one carries all); undefined without any."""
    return o.concentration


def passive_share(o: Any, s: Any) -> Any:
    """Share of departments, over the same half year, that find it important and let work wait."""
    return o.passive_sum / o.window if o.window else 0.0


def silo_index(o: Any, s: Any) -> Any:
    """Hours spent alone less hours spent together, over both; undefined without any."""
    return ratio(o.solitary_hours - o.shared_hours, o.solitary_hours + o.shared_hours)


def overload_hours(o: Any, s: Any) -> Any:
    """Hours beyond capacity."""
    return o.overload_hours


def cost(o: Any, s: Any) -> Any:
    """All that was paid, hours included."""
    return o.cost


def partner_cost(o: Any, s: Any) -> Any:
    """What of it the outside partner was paid."""
    return o.partner_cost


def benefit(o: Any, s: Any) -> Any:
    """What use of the new way brought."""
    return o.benefit


def net_value(o: Any, s: Any) -> Any:
    """Benefit less cost."""
    return o.benefit - o.cost


def break_even_benefit(o: Any, s: Any) -> Any:
    """The benefit a week at full adoption at which this run would have paid for itself; undefined without any."""
    return ratio(o.cost * s.full_benefit, o.benefit)


def cost_per_lasting_adoption(o: Any, s: Any) -> Any:
    """Cost for each department's worth of lasting adoption; undefined without any."""
    return ratio(o.cost, o.mean_adoption * s.internal)


def connections(o: Any, s: Any) -> Any:
    """Connections with chain partners that were made."""
    return o.connections


def settled(o: Any, s: Any) -> Any:
    """How far what passes between departments inside is agreed; undefined where they do not need each other."""
    return o.settled


def settled_chain(o: Any, s: Any) -> Any:
    """The same between them and chain partners."""
    return o.settled_chain


def reach(o: Any, s: Any) -> Any:
    """How far it got: 0 still, 1 moving, 2 live but hardly used, 3 adopted, 4 lasting; the highest that holds."""
    if o.go_live_week > 0:
        if o.peak >= ADOPTED:
            return 4.0 if o.mean_adoption >= ADOPTED else 3.0
        return LIVE
    return 1.0 if o.progress_104 >= MOVING else 0.0


def business_adoption(o: Any, s: Any) -> Any:
    """Mean adoption of the business departments in the last week."""
    return o.mean_business_adoption


def dip_hours(o: Any, s: Any) -> Any:
    """Hours that the new way cost extra while it was not routine."""
    return o.dip_hours


def partner_idle_hours(o: Any, s: Any) -> Any:
    """A partner's process hours that were paid, and found nobody to pair with and replaced nobody."""
    return max(0.0, o.partner_idle_hours)


# --- the table -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: ``margin`` is the smallest difference that matters (assumed); ``censored`` says that it is
    written as horizon + 1 where it did not happen. ``read`` takes the accounts and what the scenario fixes.

    Of levels (``unit`` is :class:`~simulation.model.units.Ordinal`) ``among_equals`` names the outcomes that decide
    between two runs on the same level, if they differ by more than their margin: below :data:`LIVE`, and from there on.
    """

    name: str
    unit: Unit
    better: Better
    margin: float
    read: Callable[[Any, Any], Any]
    censored: bool = False
    among_equals: tuple[str, str] | None = None


OUTCOMES: tuple[Outcome, ...] = (
    Outcome("go_live_week", WEEK, "lower", 2.0, go_live_week, censored=True),
    Outcome("go_live_104", FLAG, "higher", 0.05, go_live_104),
    Outcome("progress_104", SHARE, "higher", 0.02, progress_104),
    Outcome("peak_adoption", SHARE, "higher", 0.02, peak_adoption),
    Outcome("adoption_52", SHARE, "higher", 0.02, adoption_52),
    Outcome("lasting_adoption", SHARE, "higher", 0.02, lasting_adoption),
    Outcome("retention", SHARE, "higher", 0.02, retention),
    Outcome("relapse_half_life", WEEKS, "higher", 2.0, relapse_half_life, censored=True),
    Outcome("ownership_end", SHARE, "higher", 0.02, ownership_end),
    Outcome("knowledge_end", SHARE, "higher", 0.02, knowledge_end),
    Outcome("visibility_26", SHARE, "higher", 0.02, visibility_26),
    Outcome("carrying_hhi", SHARE, "lower", 0.02, carrying_hhi),
    Outcome("passive_share", SHARE, "lower", 0.02, passive_share),
    Outcome("silo_index", INDEX, "lower", 0.02, silo_index),
    Outcome("overload_hours", HOURS, "lower", 100.0, overload_hours),
    Outcome("cost", EURO, "lower", 10_000.0, cost),
    Outcome("partner_cost", EURO, "lower", 10_000.0, partner_cost),
    Outcome("benefit", EURO, "higher", 10_000.0, benefit),
    Outcome("net_value", EURO, "higher", 10_000.0, net_value),
    Outcome("break_even_benefit", EURO_A_WEEK, "lower", 500.0, break_even_benefit),
    Outcome("cost_per_lasting_adoption", EURO_EACH, "lower", 5_000.0, cost_per_lasting_adoption),
    Outcome("connections", COUNT, "higher", 1.0, connections),
    Outcome("settled", SHARE, "higher", 0.02, settled),
    Outcome("settled_chain", SHARE, "higher", 0.02, settled_chain),
    Outcome("reach", REACH, "higher", 1.0, reach, among_equals=("progress_104", "lasting_adoption")),
    Outcome("business_adoption", SHARE, "higher", 0.02, business_adoption),
    Outcome("dip_hours", HOURS, "lower", 100.0, dip_hours),
    Outcome("partner_idle_hours", HOURS, "lower", 100.0, partner_idle_hours),
)
"""Every outcome, in the order in which they are written."""

BY_OUTCOME: Mapping[str, Outcome] = MappingProxyType({outcome.name: outcome for outcome in OUTCOMES})
"""The same, by name."""

COLUMN: Mapping[str, int] = MappingProxyType({outcome.name: column for column, outcome in enumerate(OUTCOMES)})
"""Where each stands among them."""

LEADING = "reach"
"""The outcome that leads an answer where none is asked for: how far it gets."""


# --- what a run leaves behind --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``kind`` is a key under ``event.`` in the locale files."""

    week: int
    kind: str
    department: str = ""


@dataclass(slots=True)
class Ledger:
    """What a run leaves behind: one entry per week in the lists, and the accounts that outcomes are read off.

    ``internal`` counts the departments that are no chain partners; ``full_benefit`` is € per week at full adoption;
    hours in h, weeks from 1; ``go_live_week`` is 0 until there is one.
    """

    internal: int
    full_benefit: float
    go_live_week: int = 0
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
    dip_hours: float = 0.0
    partner_idle_hours: float = 0.0
    mean_business_adoption: float = 0.0
    settled: float = math.nan
    settled_chain: float = math.nan
    cost: float = 0.0
    partner_cost: float = 0.0
    benefit: float = 0.0
    connections: float = 0.0
    window: int = 0
    visibility_sum: float = 0.0
    passive_sum: float = 0.0
    progress_104: float = 0.0
    adoption_52: float = 0.0
    peak: float = 0.0
    peak_week: int = 0
    half_week: int = -1

    @property
    def horizon(self) -> int:
        """Weeks so far."""
        return len(self.adoption)

    @property
    def mean_adoption(self) -> float:
        """Mean adoption in the last week."""
        return self.adoption[-1]

    @property
    def mean_ownership(self) -> float:
        """Mean ownership in the last week."""
        return self.ownership[-1]

    @property
    def mean_knowledge(self) -> float:
        """Mean knowledge in the last week."""
        return self.knowledge[-1]

    @property
    def concentration(self) -> float:
        """Herfindahl index of who carried the work."""
        return herfindahl(list(self.carried.values()))


def mean(values: list[float]) -> float:
    """The mean of a list, 0 if it is empty.

    >>> mean([1.0, 2.0]), mean([])
    (1.5, 0.0)
    """
    return math.fsum(values) / len(values) if values else 0.0


def herfindahl(parts: list[float]) -> float:
    """Herfindahl index of concentration, from 1/n (evenly carried) to 1 (one carries all); nan without any.

    >>> herfindahl([1.0, 1.0]), herfindahl([2.0, 0.0]), herfindahl([])
    (0.5, 1.0, nan)
    """
    whole = math.fsum(parts)
    return math.fsum((part / whole) ** 2 for part in parts) if whole > 0.0 else math.nan


def outcomes_of(run: Ledger) -> dict[str, float]:
    """Every outcome of a run, by name, as it stands after the weeks that the ledger holds; undefined ones are nan.

    Shares are in [0, 1], amounts in €, hours in h, weeks count from 1 (:class:`~simulation.model.units.Unit`).
    """
    return {outcome.name: float(outcome.read(run, run)) for outcome in OUTCOMES}
