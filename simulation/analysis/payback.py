"""When a decision pays itself back: the first week from which it has earned what it cost, and goes on to.

The pay-back is counted in weeks from the project's start: from that week on, to the end of the ten years looked at,
cumulative benefit less cost, of the scenario less that of the baseline in the same world, stays at or above 0 (the
discounted pay-back if a rate is given; Brealey, Myers & Allen 2020). Against nothing done, the baseline has neither
cost nor benefit. Departments' benefits per week follow use alone and act on nothing, so what other benefits would
change is known without running anything again.
"""

from dataclasses import dataclass, replace

import numpy as np

from simulation.analysis.intervals import Floats, Interval, wilson
from simulation.engine.ensemble import Progress, Runs, run_worlds
from simulation.model.worlds import Mode
from simulation.study.errors import InputRefused, problem
from simulation.study.scenario import Study

YEARS = (3, 5, 10)
"""Within so many years a board asks whether it pays back."""
YEAR = 52
"""Weeks."""
LONGEST = YEARS[-1] * YEAR
"""Weeks that are run, whatever the study shows."""
MOST_WORLDS = 1_000
"""Worlds that are looked at for so long at most: a share is then known to three points."""
TIMES = (0.5, 1.0, 2.0)
"""So many times the benefits, to see how the answer moves."""


@dataclass(frozen=True)
class PayBack:
    """When ``scenario`` pays back against ``baseline`` (None: against nothing done), world by world.

    ``weeks`` has shape (worlds,): weeks from the project's start, inf where it does not come within :data:`LONGEST`.
    ``within`` is the share of worlds in which it comes within 3, 5 and 10 years. ``net`` has shape (worlds, 520): the
    cumulative benefit less cost (€) of the scenario less that of the baseline at the end of each week from the
    project's start on. ``rate`` is a year's discount, ``times`` by how much benefits were multiplied.
    """

    scenario: str
    baseline: str | None
    rate: float
    times: float
    weeks: Floats
    within: tuple[Interval, ...]
    net: Floats

    @property
    def median(self) -> float:
        """The middle world's weeks; inf if half of the worlds do not pay back."""
        return float(np.quantile(self.weeks, 0.5, method="higher"))


def run_long(
    study: Study,
    worlds: int = 200,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Progress | None = None,
) -> Runs:
    """Run a study over ten years, with what has been paid and earned by the end of each week.

    Raises :class:`~simulation.study.errors.InputRefused` for worlds, a seed or a mode that cannot be.
    """
    return run_worlds(over_ten_years(study), worlds, seed, mode, threads, progress, weekly=True, money=True)


def over_ten_years(study: Study) -> Study:
    """The same study, looked at for ten years from the start of the project that starts last."""
    start = max(scenario.project.start for scenario in study.scenarios)
    longer = [
        replace(scenario, project=scenario.project.model_copy(update={"horizon": LONGEST + start - 1}))
        for scenario in study.scenarios
    ]
    return replace(study, scenarios=tuple(longer))


def pay_back(runs: Runs, scenario: str, baseline: str | None, rate: float = 0.0, times: float = 1.0) -> PayBack:
    """When a scenario pays back, from runs as of :func:`run_long`.

    ``rate`` is a year's discount (.05 is 5 %), ``times`` multiplies all benefits. Raises
    :class:`~simulation.study.errors.InputRefused` for a rate below 0 or above 1, or if a scenario is not there.

    >>> from simulation import case
    >>> found = pay_back(run_long(case().select(("it-only", "full")), worlds=20), "full", "it-only")
    >>> found.net.shape, len(found.within), bool((found.weeks > 52).all())
    ((20, 520), 3, True)
    """
    check_rate(rate)
    net = _flow(runs, scenario, times) - (_flow(runs, baseline, times) if baseline is not None else 0.0)
    start = runs.study.scenario(scenario).project.start
    discount = (1.0 + rate) ** (-(np.arange(net.shape[1]) + 1 - start).clip(0) / YEAR)
    total = np.cumsum(net * discount, axis=1)[:, start - 1 : start - 1 + LONGEST]
    weeks = first_to_stay(total)
    within = tuple(wilson(int((weeks <= years * YEAR).sum()), len(weeks)) for years in YEARS)
    return PayBack(scenario, baseline, rate, times, weeks, within, total)


def check_rate(rate: float) -> None:
    """Refuse a discount that cannot be: raises :class:`~simulation.study.errors.InputRefused`."""
    if not 0.0 <= rate <= 1.0:
        raise InputRefused([problem("bad_rate", given=f"{rate:g}")])


def _flow(runs: Runs, scenario: str, times: float) -> Floats:
    """Benefit less cost of each week, shape (worlds, weeks)."""
    runs.study.scenario(scenario)
    cost, benefit = (runs.weeks(scenario, state).astype(np.float64) for state in ("cost_so_far", "benefit_so_far"))
    flow: Floats = np.diff(times * benefit - cost, axis=1, prepend=0.0)
    return flow


def first_to_stay(total: Floats) -> Floats:
    """The first week, from 1, from which each row stays at or above 0; inf where the last week is below.

    A row that never differs from 0 has earned nothing and cost nothing: it pays back in week 1.

    >>> first_to_stay(np.array([[-9.0, 0.0, 2.0], [1.0, -9.0, -9.0], [-9.0, 1.0, 0.0], [0.0, 0.0, 0.0]])).tolist()
    [2.0, inf, 2.0, 1.0]
    """
    below = total < -HAIR
    last = np.where(below.any(axis=1), total.shape[1] - np.argmax(below[:, ::-1], axis=1), 0)
    weeks: Floats = np.where(last < total.shape[1], last + 1.0, np.inf)
    return weeks


HAIR = 1.0
"""Euros: sums are kept with seven digits, and one is no debt."""
