"""What each mechanism is for: each one neutralised, and what becomes of the ranking and of the patterns.

Beside that two null models: how well the number of measures alone, and the money spent alone, order the scenarios.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from simulation.analysis.patterns import PATTERNS
from simulation.analysis.patterns import study as pattern_study
from simulation.analysis.validity.bench import Bench, Order
from simulation.analysis.validity.statistics import kendall, mean
from simulation.analysis.validity.variants import Change, changed, fixed, interdependence_times, one_by_one
from simulation.engine.ensemble import Runs
from simulation.model.worlds import Mode
from simulation.study.scenario import Study

RANKED = ("progress_104", "peak_adoption", "lasting_adoption")
"""The outcomes by whose mean scenarios are ranked."""
HELD = 0.5
"""A pattern holds if it does in so many worlds."""
ENDLESS, PLENTY = 1e6, 1000.0


@dataclass(frozen=True)
class KnockOut:
    """A mechanism, in words, and what neutralises it in every scenario."""

    mechanism: str
    how: str
    change: Change


def _fix(mechanism: str, **values: float) -> KnockOut:
    """A mechanism that parameters neutralise."""
    how = ", ".join(f"`{name}` {value:,.12g}".replace(",", " ") for name, value in values.items())
    return KnockOut(mechanism, how, fixed(**values))


KNOCK_OUTS: tuple[KnockOut, ...] = (
    _fix("hand-offs: what is not settled costs work and use", eps_s=0.0, c0=1.0, lam_g=1.0, md=1.0),
    KnockOut("interdependence altogether", "every strength 0", interdependence_times(0.0)),
    _fix("visibility: what is spoken of openly", dV_name=0.0, v_meet=0.0, v_board=0.0, bV=0.0, tau_V=1.0),
    _fix("diffusion of responsibility", t=0.0),
    _fix("the IT frame", f0=0.0, eta_f=0.0, eta_e=0.0),
    _fix("naming: frame and openness", zeta=0.0, dV_name=0.0),
    _fix("roles are heard", c_role=0.0),
    _fix("roles stay paper where it is IT's job", paper=0.0),
    _fix("expectancy: effort depends on what others do", e0=1.0),
    _fix("psychological ownership", al_o=0.0),
    _fix("knowledge decides what an hour is worth", kmin=1.0),
    _fix("what raises priority", bV=0.0, bP=0.0, A=0.0),
    _fix("anchoring", A=0.0, v_board=0.0),
    _fix("competing work", omega_business=0.0, omega_it=0.0),
    _fix("switching between projects", kappa=0.0),
    _fix("issues", iota=0.0, iota_c=0.0, I_half=ENDLESS),
    _fix("rework by itself and where work is blocked", eps0=0.0, eps_b=0.0),
    _fix("IT helps with the business's process work", phi_it=0.0),
    _fix("a process that others made fits less well", qloss=0.0),
    _fix("imitation", q_a=0.0),
    _fix("falling back", de_a=0.0),
    _fix("habit", tau_z=ENDLESS, dip=0.0),
    _fix("the dip after go-live", dip=0.0),
    _fix("overload makes people fall back", press=0.0),
    _fix("fidelity: measures carried out badly", fid=1.0),
    _fix("sponsors who leave", p_sp=0.0),
    _fix("incidents, leavers and shocks", p_inc=0.0, p_leave=0.0, p_shock=0.0),
    _fix("technical debt", debt0=0.0, debt_g=0.0, debt_m=0.0),
    KnockOut(
        "openness, roles, anchoring and hand-offs together: hours are left",
        "each as above",
        one_by_one(
            fixed(dV_name=0.0, v_meet=0.0, v_board=0.0, bV=0.0, tau_V=1.0),
            fixed(c_role=0.0),
            fixed(A=0.0, eps_s=0.0),
        ),
    ),
)


@dataclass(frozen=True)
class Ranking:
    """Means of the outcomes that rank, by scenario, and in which share of worlds each pattern holds."""

    means: Mapping[str, tuple[float, ...]]
    patterns: Mapping[str, float]

    def tau(self, other: "Ranking") -> tuple[float, ...]:
        """How alike two rankings are."""
        return tuple(kendall(self.means[outcome], other.means[outcome]) for outcome in RANKED)

    def fallen(self, after: "Ranking") -> list[str]:
        """The numbers of the patterns that held before and do not after."""
        return [number for number, share in self.patterns.items() if share >= HELD > after.patterns[number]]


@dataclass(frozen=True)
class KnockedOut:
    """The whole model's ranking, over the ranges and by defaults, and that without each mechanism."""

    worlds: int
    names: tuple[str, ...]
    whole: Ranking
    by_defaults: Ranking
    without: tuple[Ranking, ...]


def orders() -> Mapping[str, Order]:
    """The whole model in both modes, then every knock-out, by its mechanism."""
    study = pattern_study()
    whole = {mode: _order(study, mode) for mode in ("ranges", "defaults")}
    return whole | {knock_out.mechanism: _order(changed(study, knock_out.change)) for knock_out in KNOCK_OUTS}


def _order(study: Study, mode: Mode = "ranges") -> Order:
    return Order(study, mode, weekly=True, fewer=True)


def knock_out(bench: Bench, given: Mapping[str, Order], case: Study) -> KnockedOut:
    """Run all orders and keep of each what the tables need; weeks are not kept, there are too many."""
    rankings = {name: ranking(bench.run(order), case.names) for name, order in given.items()}
    without = tuple(rankings[knock_out.mechanism] for knock_out in KNOCK_OUTS)
    worlds = given["ranges"].many(bench.worlds)
    return KnockedOut(worlds, case.names, rankings["ranges"], rankings["defaults"], without)


def ranking(runs: Runs, names: tuple[str, ...]) -> Ranking:
    """The ranking of these scenarios, and the patterns."""
    means = {outcome: tuple(mean(runs.of(name, outcome)) for name in names) for outcome in RANKED}
    return Ranking(means, {pattern.number: float(pattern.holds(runs).mean()) for pattern in PATTERNS})


@dataclass(frozen=True)
class NullModel:
    """Something simple that orders scenarios, and its tau with each outcome that ranks."""

    sentence: str
    taus: tuple[float, ...]


def null_models(runs: Runs) -> tuple[NullModel, ...]:
    """How well measures counted, and money spent, order the scenarios of runs."""
    means = {outcome: [mean(runs.of(name, outcome)) for name in runs.study.names] for outcome in RANKED}
    simple = {
        "number of measures": [float(len(scenario.measures.on)) for scenario in runs.study.scenarios],
        "mean cost": [mean(runs.of(name, "cost")) for name in runs.study.names],
        "mean cost of the partner": [mean(runs.of(name, "partner_cost")) for name in runs.study.names],
    }
    return tuple(
        NullModel(sentence, tuple(kendall(order, means[outcome]) for outcome in RANKED))
        for sentence, order in simple.items()
    )
