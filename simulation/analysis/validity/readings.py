"""The model's figure for each regularity, read off runs."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulation.analysis.validity.bench import Bench, Order, Orders, Results
from simulation.analysis.validity.regularities import Figure
from simulation.analysis.validity.statistics import (
    Floats,
    correlation,
    effect_size,
    mean,
    of_presence,
    quantile,
    rank_correlation,
    ratio,
    worst_sixth,
)
from simulation.analysis.validity.variants import (
    PACKAGE,
    Change,
    changed,
    fixed,
    horizon,
    interdependence_times,
    one_by_one,
    times,
    together,
)
from simulation.engine.ensemble import Runs, trace_world
from simulation.model import rules
from simulation.model.worlds import carried_out, values_of
from simulation.study.measures import CARRIED_OUT
from simulation.study.parameters import BY_NAME
from simulation.study.scenario import Study

MIX = (
    "it-led",
    "partner-over-push",
    "package-partner-over",
    "package-partner-with",
    "full-no-roles",
    "full-no-team",
    "full-no-anchoring",
    "full",
)
"""Projects as they are run, from IT-led to everything, with equal weights; the real mix is not known to anybody."""
UNANCHORED = ("package-partner-with", "package-partner-over", "full-no-anchoring")
ADOPTED, LASTING = 0.5, 4.0
MATTERS = 0.02
"""The smallest difference in adoption that matters, as for outcomes."""
START = 8
"""The week in which the measures of `full` start."""
BY = 104
"""Worlds that are live by this week are looked at afterwards."""
ALONE, WITH_FOUR = 0.85, 0.31
LOOSER, TIGHTER = 0.4, 1.25
"""All interdependence times these."""
TRACED = 256
"""Worlds of which every department is followed every week, at most."""
FIRST_HALF_YEAR = 26


@dataclass(frozen=True)
class Evidence:
    """What figures are read off: runs by name, and what is known of each world."""

    runs: Results
    carried: Floats
    """How well each measure is carried out: (worlds, measures that may be)."""
    leaving: Floats
    """The parameter ``p_leave`` of each world."""
    shakedown: Mapping[str, Floats]
    """By scenario, of each world that is live in time: weeks of the dip, and its depth."""

    def of(self, runs: str, scenario: str, outcome: str) -> Floats:
        """An outcome of a scenario in every world."""
        return self.runs[runs].of(scenario, outcome)

    def fidelity(self, measure: str) -> Floats:
        """How well a measure is carried out in each world."""
        column: Floats = self.carried[:, list(CARRIED_OUT.values()).index(measure)]
        return column

    def fidelity_of_package(self) -> Floats:
        """The mean over the six measures of the full package."""
        whole: Floats = np.mean([self.fidelity(measure) for measure in PACKAGE.values()], axis=0)
        return whole

    def live_in_time(self, runs: str, scenario: str) -> np.ndarray:
        """Whether each world is live by week 104."""
        return self.of(runs, scenario, "go_live_week") <= BY

    def pooled(self, runs: str, scenarios: tuple[str, ...], outcome: str) -> Floats:
        """An outcome of several scenarios, those worlds that are live by week 104."""
        return np.concatenate([self.of(runs, one, outcome)[self.live_in_time(runs, one)] for one in scenarios])


def orders(case: Study) -> Orders:
    """The runs that figures are read off; ``case`` runs every scenario."""
    planned = one_by_one(horizon(312), fixed(fid=1.0))
    made = {
        "case": Order(case),
        "weekly": Order(case.select(("it-only", "roles")), weekly=True),
        "four years": Order(changed(case.select(MIX), horizon(208))),
        "fading": Order(changed(case.select(("package-partner-with",)), horizon(208)), weekly=True),
        "six years": Order(changed(case.select(("full", "full-no-team")), horizon(312))),
        "planned": Order(changed(case.select(("full",)), planned), mode="defaults"),
    }
    for name, factor in (("looser", LOOSER), ("tighter", TIGHTER)):
        made[name] = Order(_tied(case, interdependence_times(factor)))
    return made


def _tied(case: Study, tied: Change) -> Study:
    """Anchored or not, and learning more or less beside a partner, with another interdependence."""
    base = case.scenario("package-partner-with")
    learning = [
        replace(times(lam_t=factor)(base), name=name) for name, factor in (("learn more", 2.0), ("learn less", 0.5))
    ]
    return changed(together(case, [case.scenario("full"), case.scenario("full-no-anchoring"), *learning]), tied)


def gather(bench: Bench, case: Study, runs: Results) -> Evidence:
    """What figures are read off: ``runs`` are those of :func:`orders`."""
    carried, leaving = [], []
    for world in range(bench.worlds):
        values = values_of((), bench.seed, world)
        carried.append([rules.fidelity(u, values.fid) for u in carried_out(bench.seed, world)])
        leaving.append(values.p_leave)
    years = changed(case, horizon(208))
    shaken = {
        name: _shakedown(years.select((name,)), runs["four years"], bench) for name in ("full", "package-partner-with")
    }
    return Evidence(runs, np.array(carried), np.array(leaving), shaken)


def _shakedown(study: Study, runs: Runs, bench: Bench) -> Floats:
    """Of a study's only scenario, in worlds live in time: how many weeks the dip takes, and how deep it is."""
    live = runs.of(study.names[0], "go_live_week")
    rows = [
        _dip(study, world, bench.seed, int(live[world]))
        for world in range(min(TRACED, bench.worlds))
        if live[world] <= BY
    ]
    return np.array(rows, dtype=float).reshape(-1, 2)


def _dip(study: Study, world: int, seed: int, live: int) -> tuple[float, float]:
    """Weeks from go-live until the mean dip is below a quarter of its largest, and its share of capacity at first."""
    departments = study.scenarios[0].organisation.departments
    inside = [position for position, department in enumerate(departments) if department.internal]
    states, _, _ = trace_world(study, world, seed)
    dip = states["dip"][live:, inside].sum(axis=1)
    capacity = sum(departments[position].capacity for position in inside)
    depth = float(dip[:FIRST_HALF_YEAR].mean()) / capacity
    after = np.flatnonzero(dip[int(dip.argmax()) :] < dip.max() / 4.0)
    return (float(dip.argmax() + after[0] + 1) if after.size else float(len(dip) + 1), depth)


# --- responsibility ------------------------------------------------------------------------------------


def _acts(parties: int, t: float) -> float:
    """The chance that one of so many parties acts before the end."""
    return 1.0 - math.exp(math.log(1.0 - ALONE) * rules.diffusion(parties, t))


def _over_t(figure: Callable[[float], float]) -> float:
    """The mean over the range of ``t``."""
    about = BY_NAME["t"]
    return mean([figure(t) for t in np.linspace(about.low, about.high, 801)])


def _logit(chance: float) -> float:
    return math.log(chance / (1.0 - chance))


def _bystander_d(chance: float) -> float:
    """How much less is done than alone, as Cohen's d."""
    return (_logit(ALONE) - _logit(chance)) * math.sqrt(3.0) / math.pi


def bystander_curve(_: Evidence) -> Figure:
    """How often somebody acts beside one other."""
    return Figure((_over_t(lambda t: _acts(2, t)),), f"at the default t: {_acts(2, BY_NAME['t'].default):.2f}")


def bystander_size(_: Evidence) -> Figure:
    """How strong the bystander effect is."""
    beside = f"at t .2: {_bystander_d(_acts(5, 0.2)):.2f}; the founding experiment: {_bystander_d(WITH_FOUR):.2f}"
    return Figure((_over_t(lambda t: _bystander_d(_acts(5, t))),), beside)


def loafing(e: Evidence) -> Figure:
    """What being named does to engagement."""
    engaged = [e.runs["weekly"].weeks(name, "business_engagement")[:, 25] for name in ("roles", "it-only")]
    on_progress = effect_size(e.of("case", "roles", "progress_104"), e.of("case", "it-only", "progress_104"))
    return Figure((effect_size(*engaged),), f"on `progress_104`: {on_progress:.2f}")


def silence(e: Evidence) -> Figure:
    """How many are convinced and do nothing."""
    return Figure((mean(e.of("case", "it-only", "passive_share")),))


# --- effect sizes --------------------------------------------------------------------------------------


def _presence(e: Evidence, outcome: str, present: str, absent: str, runs: str = "case") -> float:
    """Correlation of what sets two scenarios apart with an outcome."""
    return of_presence(e.of(runs, present, outcome), e.of(runs, absent, outcome))


def support_size(e: Evidence) -> Figure:
    """What anchoring does to lasting adoption."""
    r = _presence(e, "lasting_adoption", "full", "full-no-anchoring")
    dose = correlation(e.fidelity("anchor_in_strategy"), e.of("case", "full", "lasting_adoption"))
    return Figure(
        (r,), f"within `full`, of how well it is carried out: {dose:.2f}; mean of the two: {(r + dose) / 2:.2f}"
    )


def support_interdependence(e: Evidence) -> Figure:
    """Whether anchoring does more where departments need each other."""
    low, high = (_presence(e, "lasting_adoption", "full", "full-no-anchoring", runs) for runs in ("looser", "tighter"))
    return Figure((high - low,), f"× {LOOSER}: {low:.2f}; × {TIGHTER}: {high:.2f}")


def training_interdependence(e: Evidence) -> Figure:
    """Whether learning beside a partner does more where departments need each other."""
    low, high = (
        e.of(runs, "learn more", "lasting_adoption") - e.of(runs, "learn less", "lasting_adoption")
        for runs in ("looser", "tighter")
    )
    more, less = float((high > low).mean()), float((high < low).mean())
    return Figure(
        (more,), f"less in {less:.2f}; mean gain {mean(low):.3f} (× {LOOSER}), {mean(high):.3f} (× {TIGHTER})"
    )


def _lasting(e: Evidence, scenario: str, level: float = LASTING) -> float:
    """Share of worlds that get so far."""
    return float((e.of("case", scenario, "reach") >= level).mean())


def sponsor_success(e: Evidence) -> Figure:
    """How much oftener a change lasts if anchored."""
    yes, no = _lasting(e, "full"), _lasting(e, "full-no-anchoring")
    return Figure((ratio(yes, no),), f"{yes:.2f} against {no:.2f}")


def role_clarity_size(e: Evidence) -> Figure:
    """What roles do to adoption and progress."""
    parts = [_presence(e, outcome, "full", "full-no-roles") for outcome in ("business_adoption", "progress_104")]
    alone = _presence(e, "progress_104", "roles", "it-only")
    beside = (
        f"`business_adoption` {parts[0]:.2f}, `progress_104` {parts[1]:.2f}; `roles` against `it-only`: {alone:.2f}"
    )
    return Figure((sum(parts) / 2,), beside)


def participation_size(e: Evidence) -> Figure:
    """What taking part does to adoption."""
    team = _presence(e, "business_adoption", "full", "full-no-team")
    along = _presence(e, "business_adoption", "package-partner-with", "package-partner-over")
    return Figure(((team + along) / 2,), f"team {team:.2f}, working along {along:.2f}")


def _team_gain(e: Evidence) -> Floats:
    return e.of("case", "full", "business_adoption") - e.of("case", "full-no-team", "business_adoption")


def participation_share(e: Evidence) -> Figure:
    """How often the team helps, where it makes a difference."""
    gain = _team_gain(e)
    better, worse = float((gain > MATTERS).mean()), float((gain < -MATTERS).mean())
    return Figure((ratio(better, better + worse),), f"of all worlds better {better:.2f}, worse {worse:.2f}")


def teamwork_size(e: Evidence) -> Figure:
    """What settled hand-offs say of adoption."""
    settled = e.of("case", "full", "settled")
    with_progress = correlation(settled, e.of("case", "full", "progress_104"))
    r = correlation(settled, e.of("case", "full", "business_adoption"))
    return Figure((r,), f"with `progress_104`: {with_progress:.2f}")


def turnover_effect(e: Evidence) -> Figure:
    """What leaving does to lasting adoption."""
    return Figure((rank_correlation(e.leaving, e.of("case", "full", "lasting_adoption")),))


def governance_team(e: Evidence) -> Figure:
    """How often a team alone does not get there."""
    return Figure((1.0 - _lasting(e, "team", 3.0),))


# --- does it last? -------------------------------------------------------------------------------------


def _kept(e: Evidence, scenarios: tuple[str, ...], outcome: str, share: float) -> float:
    """Of worlds that adopted and were live in time: how many have so much of the peak at an outcome."""
    peak, left = e.pooled("four years", scenarios, "peak_adoption"), e.pooled("four years", scenarios, outcome)
    adopted = peak >= ADOPTED
    return mean(left[adopted] >= share * peak[adopted])


def _each(e: Evidence, scenarios: tuple[str, ...], outcome: str, share: float) -> str:
    """The same for each scenario."""
    return ", ".join(f"`{name}` {_said(_kept(e, (name,), outcome, share))}" for name in scenarios)


def _said(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}"


def sustained_two_years(e: Evidence) -> Figure:
    """What lasts two years."""
    return Figure((_kept(e, MIX, "lasting_adoption", 0.5),), _each(e, MIX, "lasting_adoption", 0.5))


def sustained_one_year(e: Evidence) -> Figure:
    """What lasts a year without anchoring."""
    return Figure((_kept(e, UNANCHORED, "adoption_52", 0.8),), _each(e, UNANCHORED, "adoption_52", 0.8))


def transfer_curve(e: Evidence) -> Figure:
    """What is left after half a year and a year."""
    runs = e.runs["fading"]
    adoption = runs.weeks("package-partner-with", "adoption")
    peaks = adoption.argmax(axis=1)
    rows = np.flatnonzero(e.live_in_time("fading", "package-partner-with") & (peaks + 52 < adoption.shape[1]))
    top = mean(adoption[rows, peaks[rows]])
    left = tuple(ratio(mean(adoption[rows, peaks[rows] + weeks]), top) for weeks in (26, 52))
    half = quantile(runs.of("package-partner-with", "relapse_half_life")[rows], 0.5)
    return Figure(left, f"median `relapse_half_life` {half:.0f} weeks; {len(rows)} worlds")


def habit_time(_: Evidence) -> Figure:
    """How long a habit takes."""
    about = BY_NAME["tau_z"]
    return Figure((21.0 * about.default,), f"over the range {21 * about.low:.0f} to {21 * about.high:.0f}")


# --- projects ------------------------------------------------------------------------------------------


def schedule_overrun(e: Evidence) -> Figure:
    """How late the slowest are."""
    plan = quantile(e.of("planned", "full", "go_live_week"), 0.5) - START
    over = (e.of("six years", "full", "go_live_week") - START) / plan - 1.0
    never = float((e.of("six years", "full", "go_live_week") > 312).mean())
    beside = (
        f"plan {plan:.0f} weeks; mean {mean(over):.2f}, median {quantile(over, 0.5):.2f}; never live in {never:.2f}"
    )
    return Figure((worst_sixth(over),), beside)


def _costs(e: Evidence, runs: str) -> Floats:
    """What `full` costs, less the licence."""
    scenario = e.runs[runs].study.scenario("full")
    return e.of(runs, "full", "cost") - scenario.measures.platform.licence * scenario.project.horizon


def cost_tail(e: Evidence) -> Figure:
    """How dear the dearest are."""
    over = _costs(e, "six years") / quantile(_costs(e, "planned"), 0.5) - 1.0
    return Figure((worst_sixth(over),), f"mean overrun {mean(over):.2f}")


def _reached(e: Evidence) -> Floats:
    return np.concatenate([e.of("case", name, "reach") for name in MIX])


def standish(e: Evidence) -> Figure:
    """Succeeded, challenged, failed."""
    reach = _reached(e)
    shares = (float((reach == LASTING).mean()), float(((reach > 1) & (reach < LASTING)).mean()), mean(reach <= 1))
    gap = max(abs(share - said) for share, said in zip(shares, (0.29, 0.52, 0.19), strict=True))
    return Figure((gap,), "succeeded {:.2f}, challenged {:.2f}, failed {:.2f}".format(*shares))


def no_inherent_rate(e: Evidence) -> Figure:
    """How far the rate of failure depends on what is called one."""

    def share(fails: Callable[[str], np.ndarray]) -> float:
        return mean([fails(name).mean() for name in MIX])

    rates = (
        share(lambda name: e.of("case", name, "go_live_104") == 0),
        share(lambda name: e.of("case", name, "peak_adoption") < ADOPTED),
        share(lambda name: e.of("case", name, "lasting_adoption") < ADOPTED),
        share(lambda name: e.of("case", name, "net_value") < 0.0),
    )
    beside = "not live {:.2f}, peak {:.2f}, lasting {:.2f}, net value {:.2f}".format(*rates)
    return Figure((max(rates) - min(rates),), beside)


def more_actions(e: Evidence) -> Figure:
    """What everything is worth against the mix."""
    everything, usual = _lasting(e, "full"), mean([_lasting(e, name) for name in MIX])
    return Figure((ratio(everything, usual),), f"`full` {everything:.2f}, mix {usual:.2f}")


def value_shortfall(e: Evidence) -> Figure:
    """How many use half or less a year on."""
    used = e.pooled("case", MIX, "adoption_52")
    return Figure((mean(used <= ADOPTED),), f"{used.size} worlds")


def live_hardly_used(e: Evidence) -> Figure:
    """How much is not used a year on."""
    others = tuple(name for name in MIX if name != "full")
    each = ", ".join(f"`{name}` {_said(1 - mean(e.pooled('case', (name,), 'adoption_52')))}" for name in MIX)
    return Figure((1.0 - mean(e.pooled("case", others, "adoption_52")),), each)


def duration(e: Evidence) -> Figure:
    """How long it takes to go live."""
    weeks = e.of("four years", "full", "go_live_week")
    return Figure((quantile(weeks, 0.5),), f"never live within four years: {float((weeks > 208).mean()):.2f}")


# --- after go-live -------------------------------------------------------------------------------------


def shakedown_length(e: Evidence) -> Figure:
    """How long the dip lasts."""
    weeks = {name: quantile(rows[:, 0], 0.5) for name, rows in e.shakedown.items()}
    return Figure((mean(list(weeks.values())),), ", ".join(f"`{name}` {week:.0f}" for name, week in weeks.items()))


def shakedown_depth(e: Evidence) -> Figure:
    """How deep the dip is."""
    return Figure((quantile(e.shakedown["full"][:, 1], 0.5),))


# --- hand-offs and measures ----------------------------------------------------------------------------


def congruence_time(e: Evidence) -> Figure:
    """What meeting each other saves."""
    met, apart = (e.of("six years", name, "go_live_week") for name in ("full", "full-no-team"))
    both = (met <= 312) & (apart <= 312)
    saved = 1.0 - quantile((met[both] - START) / (apart[both] - START), 0.5)
    return Figure((saved,), f"both live in {float(both.mean()):.2f} of worlds")


def mirroring(e: Evidence) -> Figure:
    """How often contact pays."""
    return Figure((float((_team_gain(e) > MATTERS).mean()),))


def fidelity_effect(e: Evidence) -> Figure:
    """What carrying it out well is worth."""
    order = np.argsort(e.fidelity_of_package(), kind="stable")
    gain = e.of("case", "full", "lasting_adoption") - e.of("case", "it-only", "lasting_adoption")
    third = max(1, len(order) // 3)
    worst, best = mean(gain[order[:third]]), mean(gain[order[-third:]])
    return Figure((ratio(best, worst),), f"{best:.2f} against {worst:.2f}")


def fidelity_level(e: Evidence) -> Figure:
    """How well measures are carried out."""
    return Figure((mean(e.carried),), f"above .8: {float((e.carried > 0.8).mean()):.2f}")


# --- who leaves ----------------------------------------------------------------------------------------


def _a_year(parameter: str) -> Figure:
    """A weekly chance as one a year."""
    about = BY_NAME[parameter]
    default, low, high = (1.0 - (1.0 - chance) ** 52 for chance in (about.default, about.low, about.high))
    return Figure((default,), f"over the range {low:.2f} to {high:.2f}")


def staff_turnover(_: Evidence) -> Figure:
    """How many key people leave in a year."""
    return _a_year("p_leave")


def sponsor_turnover(_: Evidence) -> Figure:
    """How many sponsors leave in a year."""
    return _a_year("p_sp")


def diffusion_constants(_: Evidence) -> Figure:
    """Imitation against innovation."""
    return Figure((BY_NAME["q_a"].default / BY_NAME["p_a"].default,))


READINGS: Mapping[str, Callable[[Evidence], Figure]] = {
    read.__name__.replace("_", "-"): read
    for read in (
        bystander_curve,
        bystander_size,
        loafing,
        silence,
        support_size,
        support_interdependence,
        training_interdependence,
        sponsor_success,
        role_clarity_size,
        participation_size,
        participation_share,
        teamwork_size,
        turnover_effect,
        governance_team,
        sustained_two_years,
        sustained_one_year,
        transfer_curve,
        habit_time,
        schedule_overrun,
        cost_tail,
        standish,
        no_inherent_rate,
        more_actions,
        value_shortfall,
        live_hardly_used,
        duration,
        shakedown_length,
        shakedown_depth,
        congruence_time,
        mirroring,
        fidelity_effect,
        fidelity_level,
        staff_turnover,
        sponsor_turnover,
        diffusion_constants,
    )
}
"""What measures each row of ``regularities.toml``, by its key."""
