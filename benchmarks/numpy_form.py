"""A batched NumPy form of the model: arrays over (departments, runs), all runs of some worlds week by week.

Runs are scenarios × worlds, a scenario's worlds side by side; departments are the outer axis, so that what holds
for a whole run is broadcast along contiguous rows. Equations and luck are those of ``simulation``; terms are
gathered where that saves an operation, so that results differ from the Mesa model's by rounding only.
"""

from collections.abc import Callable
from itertools import pairwise
from operator import attrgetter
from typing import Any

import numpy as np
from numpy import add, divide, maximum, minimum, multiply, subtract
from numpy.typing import NDArray

from benchmarks.prepared import DEPARTMENTS, INTERNAL, Stage, check, needs, network, timetable
from simulation.model import randomness, rules
from simulation.model.outcomes import OUTCOMES
from simulation.model.worlds import Mode, values_of
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Study

Array = NDArray[np.float64]

WORLDS_AT_ONCE = 200
"""Worlds of a batch: fewer share NumPy's calls among fewer runs, more gain little and take memory."""

TINY = 1e-300
"""Stands for 0 where 0 / 0 is to give 0."""

TERMS = 24
"""Terms of a distribution that are summed for all draws together; the few draws beyond are looked up one by one."""

LEDGER_FROM, LEDGER_TO = 13, 38
"""The weeks over which visibility and the passive share are averaged."""

PARTS = {
    "portions": 27,
    "persuasion": 9,
    "granted": 9,
    "roles": 9,
    "teams": 9,
    "fixed": 9,
    "member": 9,
    "tied": 9,
    "beside": 9,
    "parties": 1,
    "consulted": 1,
    "cut": 1,
    "anchored": 1,
    "hours": 1,
    "tech_share": 1,
    "outsider": 1,
    "works_along": 1,
    "technicians": 1,
    "partner_cost": 1,
    "cost": 1,
    "naming": 1,
    "fades": 1,
    "closed": 1,
}
"""The numbers that describe a stage, and how many rows each takes in the table of stages."""

STATES = {
    "conviction": "x",
    "conviction_anchor": "anchor",
    "it_frame": "frame",
    "felt_responsibility": "felt",
    "ownership": "ownership",
    "knowledge": "k",
    "priority": "w",
    "activity": "v",
    "process_progress": "B",
    "technical_progress": "T",
    "open_issues": "issues",
    "own_share": "own_share",
    "own_output": "own_output",
    "all_output": "all_output",
    "adoption": "a",
    "habit": "z",
    "norm": "norm",
    "load": "load",
    "pull": "pull",
    "headroom": "head",
    "meetings": "meet",
    "productivity": "productivity",
    "demand": "demand",
    "hours": "hours",
    "work_hours": "work",
    "willingness": "willing",
    "process_done": "done",
}
"""Where the states of a department stand in a batch, by their names in the model."""

ORGANISATION_STATES = {
    "visibility": "visibility",
    "technical_debt": "debt",
    "backlog": "backlog",
    "signal": "signal",
    "mean_progress": "progress",
    "connected": "connected",
    "connections": "connections",
    "partner_cost": "partner_cost",
}
"""The same for the organisation."""

ROLES = ("progress_role", "priority_role", "voice_role")

DERIVED_FROM = ["role_h", "m_team", "ad_hoc", "t", "nu", "kappa", "om_done", "om0", "A", "sh_om", "v_board", "tau_c"]
"""The parameters that follow up a change of levers."""

_NAMES = tuple(parameter.name for parameter in PARAMETERS)
_values = attrgetter(*_NAMES)


# --- quantiles -----------------------------------------------------------------------------------------


def poisson_quantile(u: Array, mean: Array) -> Array:
    """Poisson counts by inversion, for arrays; equals :func:`simulation.model.rules.poisson_quantile`.

    >>> poisson_quantile(np.array([0.0, 0.13, 0.14, 0.5, 0.999]), np.full(5, 2.0)).tolist()
    [0.0, 0.0, 1.0, 2.0, 8.0]
    """
    term = np.exp(-mean)
    reached, counts = term.copy(), np.zeros(len(u))
    for count in range(1, TERMS):
        beyond = u >= reached
        if not beyond.any():
            return counts
        counts += beyond
        term *= mean
        term /= count
        reached += term
    for cell in np.flatnonzero(u >= reached):
        counts[cell] = rules.poisson_quantile(float(u[cell]), float(mean[cell]))
    return counts


def binomial_quantile(u: Array, trials: Array, hazard: Array) -> Array:
    """Binomial counts by inversion, for arrays, where each trial succeeds with the chance 1 − exp(−``hazard``).

    >>> binomial_quantile(np.array([0.0, 0.07, 0.5, 0.95]), np.full(4, 4.0), np.full(4, np.log(2.0))).tolist()
    [0.0, 1.0, 2.0, 4.0]
    """
    term, odds = np.exp(-hazard * trials), np.expm1(hazard)
    reached, counts, left = term.copy(), np.zeros(len(u)), trials.copy()
    for count in range(1, TERMS):
        beyond = (u >= reached) & (left > 0.0)
        if not beyond.any():
            return counts
        counts += beyond
        term *= odds
        term *= left
        term /= count
        reached += term
        left -= 1.0
    for cell in np.flatnonzero((u >= reached) & (left > 0.0)):
        chance = rules.chance_within_week(float(hazard[cell]))
        counts[cell] = rules.binomial_quantile(float(u[cell]), int(trials[cell]), chance)
    return counts


# --- what a study prepares -----------------------------------------------------------------------------


class Stages:
    """The stages of all scenarios as one table, a column each; ``at[week, scenario, phase]`` is the column.

    ``network[column]`` is the place of its network in ``weights``, ``reach`` and ``consulted``.
    """

    def __init__(self, study: Study) -> None:
        self._organisation = study.organisation
        self._columns: dict[tuple[float, ...], int] = {}
        self._places: dict[tuple[Any, ...], int] = {}
        self._networks: list[Any] = []
        self.consulted: list[bool] = []
        self.at = np.empty((study.horizon + 1, len(study.scenarios), 3), dtype=np.intp)
        for s, scenario in enumerate(study.scenarios):
            stages = timetable(scenario).stages
            each = {id(stage): stage for phase_stages in stages for stage in phase_stages}
            known = {key: self._column(stage) for key, stage in each.items()}
            for number, phase_stages in enumerate(stages):
                self.at[:, s, number] = [known[id(stage)] for stage in phase_stages]
        columns = np.array(list(self._columns)).T
        self.network, self.table = columns[0].astype(np.intp), np.ascontiguousarray(columns[1:])
        self.weights = [np.array(contact.weights) for contact in self._networks]
        self.reach = [np.array(contact.reach) for contact in self._networks]

    def _column(self, stage: Stage) -> int:
        """The column of a stage; equal stages of different scenarios share one."""
        number = self._place(stage)
        column = (float(number), *_numbers(stage, self._networks[number]))
        return self._columns.setdefault(column, len(self._columns))

    def _place(self, stage: Stage) -> int:
        """The place of a stage's network."""
        levers = stage.levers
        ties = (levers.members, levers.forum, levers.consulted, levers.at_chain_table)
        if ties not in self._places:
            self._places[ties] = len(self._networks)
            self._networks.append(network(self._organisation, levers))
            self.consulted.append(levers.consulted)
        return self._places[ties]


def _numbers(stage: Stage, ties: Any) -> list[float]:
    """A stage as numbers, in the order of :data:`PARTS`."""
    levers, nine = stage.levers, range(DEPARTMENTS)
    partner, seats = levers.partner, sum(levers.members)
    inside = [i < INTERNAL for i in nine]
    meets = (
        (levers.members, levers.team_hours),
        ([levers.forum and is_inside for is_inside in inside], levers.forum_hours),
    )
    consulted = [levers.consulted and not is_inside for is_inside in inside]
    parts = {
        "portions": [levers.roles[i][role] for role in range(3) for i in nine],
        "persuasion": levers.persuasion,
        "granted": levers.granted,
        "roles": [sum(portion > 0.0 for portion in levers.roles[i]) for i in nine],
        "teams": [sum(attending[i] for attending, hours in meets if hours is None) + consulted[i] / 2.0 for i in nine],
        "fixed": [sum(attending[i] * hours for attending, hours in meets if hours is not None) for i in nine],
        "member": [seat / seats if seats else 0.0 for seat in levers.members],
        "tied": ties.tied,
        "beside": ties.beside,
        "parties": [ties.parties],
        "consulted": [levers.consulted],
        "cut": [levers.cut],
        "anchored": [levers.anchored],
        "hours": [partner.hours if partner else 0.0],
        "tech_share": [partner.tech_share if partner else 0.0],
        "outsider": [partner.substitution if partner else 0.0],
        "works_along": [0.04 * (1.0 - partner.substitution) if partner else 0.0],
        "technicians": [levers.technicians],
        "partner_cost": [partner.hours * partner.fee if partner else 0.0],
        "cost": [levers.one_off_cost + levers.running_cost],
        "naming": [levers.naming],
        "fades": [stage.fades],
        "closed": [stage.closed],
    }
    return [float(number) for part in PARTS for number in parts[part]]


class Worlds:
    """Some worlds: parameters, traits and all luck that no department's state decides.

    Arrays end in an axis of worlds; weekly ones begin with one of weeks. ``half`` holds a world's parameters.
    """

    def __init__(self, study: Study, worlds: range, seed: int, mode: Mode) -> None:
        organisation, horizon = study.organisation, study.horizon
        parameters = study.scenarios[0].parameters
        table = np.array([_values(values_of(parameters, seed, world, mode)) for world in worlds]).T
        self.p: dict[str, Array] = dict(zip(_NAMES, table, strict=True))
        self.horizon = horizon
        self.capacity = np.array([department.capacity for department in organisation.departments])[:, None]
        words = Words(seed)
        own = np.empty((2, len(worlds), DEPARTMENTS, horizon + 1, 4), dtype=np.uint64)
        first = np.empty((2, len(worlds), DEPARTMENTS, 1, 4), dtype=np.uint64)
        common = np.empty((2, len(worlds), 1, horizon + 1, 4), dtype=np.uint64)
        for w, world in enumerate(worlds):
            for group in range(2):
                common[group, w, 0] = words.of(world, "", group + 1, horizon)
                for i, department in enumerate(organisation.departments):
                    own[group, w, i] = words.of(world, department.name, group, horizon)
                    first[group, w, i] = words.of(world, department.name, group + 2, 0)
        self._take_traits([_uniform(first, purpose)[0] for purpose in range(5)])
        self._take_luck(
            [_uniform(own, purpose) for purpose in range(5)], [_uniform(common, purpose)[:, 0] for purpose in (3, 4)]
        )

    def _take_traits(self, u: list[Array]) -> None:
        """The initial traits; ``u`` holds the purposes from ``shock`` on."""
        p = self.p
        conviction, frame, workload, pull = u[1], u[2], u[3], u[4]
        self.conviction = np.clip(p["x0"] + 0.15 * (2.0 * conviction - 1.0), 0.05, 0.98)
        self.frame = np.clip(p["f0"] + 0.10 * (2.0 * frame - 1.0), 0.0, 0.98)
        self.frame[0] = 1.0 - p["acc"]
        self.workload = np.clip(_it_first(p["bau_it"], p["bau_business"]) + 0.05 * (2.0 * workload - 1.0), 0.0, 2.0)
        self.pull = _it_first(p["omega_it"], p["omega_business"]) * (0.6 + 0.8 * pull)
        self.projects = _it_first(p["n_projects_it"], p["n_projects_business"])
        part = np.array([0.0, *[1.0] * (INTERNAL - 1), *[0.5] * (DEPARTMENTS - INTERNAL)])[:, None]
        wide = np.array([*[1.0] * INTERNAL, *[1.3] * (DEPARTMENTS - INTERNAL)])[:, None]
        self.process_size, self.technical_size = p["WB"] * part, p["WT"] * wide

    def _take_luck(self, own: list[Array], common: list[Array]) -> None:
        """Incidents, shocks, ordinary load and pull of every week, and the draws that remain."""
        p, shape = self.p, own[0].shape
        noise, incidents, self.leave, self.arrivals, self.pick_up = own
        self.load = self.capacity * self.workload * (1.0 + 0.1 * (2.0 * noise - 1.0))
        incident, shock = np.zeros(shape[1:]), np.zeros(shape[2])
        self.other_load, self.shock, self.shock_begins = (np.ones((shape[0], shape[2])) for _ in range(3))
        extra = p["s_inc"] * self.capacity
        happens, shocks = incidents < p["p_inc"], common[1] < p["p_shock"]
        swing = 0.1 * np.sqrt(3.0) * (2.0 * common[0] - 1.0)
        for week in range(1, shape[0]):
            incident = _clock(incident, happens[week], 3.0)
            self.load[week] += extra * (incident > 0.0)
            before, shock = shock, _clock(shock, shocks[week], 12.0)
            self.shock[week], self.shock_begins[week] = shock > 0.0, shock > before
            level = self.other_load[week - 1]
            self.other_load[week] = maximum(level + 0.1 * (1.0 - level) + swing[week], 0.2)
        # Nobody leaves whose draw is above the chance under the highest load there can be.
        most = (self.load + _it_first(p["debt_m"], 0.0 * p["debt_m"]) * self.capacity) / (0.8 * self.capacity)
        self.may_leave = self.leave < p["p_leave"] * (1.0 + 2.0 * maximum(most - 1.0, 0.0))


class Words:
    """The words behind :func:`simulation.model.randomness.draws`, from one generator set to where they begin."""

    def __init__(self, seed: int) -> None:
        self._seed, self._generator = seed, np.random.Philox(0)
        self._state: Any = self._generator.state

    def of(self, world: int, department: str, group: int, weeks: int) -> NDArray[np.uint64]:
        """The words of four purposes in weeks 0 … ``weeks``: shape (weeks + 1, 4)."""
        # NumPy counts up before it draws: start one below week 0.
        before = ((group + (world << 64)) << 64) - 1
        inner = self._state["state"]
        for part in range(4):
            inner["counter"][part] = before >> (64 * part) & (2**64 - 1)
        inner["key"][:] = self._seed, randomness.name_key(department)
        self._state["buffer_pos"] = 4
        self._generator.state = self._state
        return self._generator.random_raw(4 * (weeks + 1)).reshape(-1, 4)


def _uniform(words: NDArray[np.uint64], purpose: int) -> Array:
    """Draws for one purpose, from (group, worlds, departments, weeks, 4) to (weeks, departments, worlds)."""
    chosen = words[purpose // 4, ..., purpose % 4].transpose(2, 1, 0)
    return np.ascontiguousarray(chosen >> np.uint64(11)) * 2.0**-53


def _it_first(it: Array, others: Array) -> Array:
    """IT's number and the others': shape (departments, worlds)."""
    return np.array([it, *[others] * (DEPARTMENTS - 1)])


def _clock(left: Array, happens: NDArray[np.bool_], duration: float) -> Array:
    """:func:`simulation.model.rules.event_clock` for arrays."""
    left = maximum(left - 1.0, 0.0)
    return np.where((left == 0.0) & happens, duration, left)


# --- a batch -------------------------------------------------------------------------------------------


class Batch:
    """All scenarios in some worlds: a run's column is scenario × number of worlds + world.

    States carry the symbols of ``docs/odd.md`` where a word would be long: ``x`` conviction, ``k`` knowledge,
    ``w`` priority, ``v`` activity, ``B`` and ``T`` process and technical progress, ``a`` adoption, ``z`` habit.
    """

    def __init__(self, study: Study, stages: Stages, worlds: Worlds) -> None:
        self.stages, self.worlds, self.horizon = stages, worlds, study.horizon
        self.scenarios, self.count = len(study.scenarios), len(worlds.p["t"])
        self.runs = self.scenarios * self.count
        self.project = study.scenarios[0].project
        self.p = {name: self._tiled(value) for name, value in worlds.p.items()}
        self._describe(study)
        self._begin(study)
        self._derive_constants()
        self._keep_books()

    def _tiled(self, of_worlds: Array) -> Array:
        """The same for every scenario: from (…, worlds) to (…, runs)."""
        return np.tile(of_worlds, (1,) * (of_worlds.ndim - 1) + (self.scenarios,))

    def _spread(self, of_worlds: Array, out: Array) -> Array:
        """The same into an array that is there."""
        out.reshape(-1, self.scenarios, self.count)[...] = of_worlds[:, None, :]
        return out

    # --- setting up ------------------------------------------------------------------------------------

    def _describe(self, study: Study) -> None:
        """What the organisation and the platform are like."""
        departments = study.organisation.departments
        built = [scenario.measures.platform.kind == "self-built" for scenario in study.scenarios]
        licences = [
            0.0 if own else scenario.measures.platform.licence
            for scenario, own in zip(study.scenarios, built, strict=True)
        ]
        self.self_built = np.repeat(np.array(built), self.count)
        self.licence = np.repeat(np.array(licences), self.count)
        waits = np.array([scenario.measures.wait_for_capacity is not None for scenario in study.scenarios])
        self.idle = np.flatnonzero(np.repeat(waits, self.count))
        self.of_scenario = np.repeat(np.arange(self.scenarios), self.count)
        self.capacity = self.worlds.capacity
        self.rate = np.array([department.rate for department in departments])
        self.benefits = np.array([department.benefit for department in departments[:INTERNAL]])[:, None]
        need = np.array(needs(study.organisation))
        self.near = need / need.sum(axis=1, keepdims=True)
        self.behind = need[:INTERNAL, INTERNAL:]
        to_chain = self.behind.sum(axis=1, keepdims=True)
        self.to_chain = divide(self.behind, to_chain, out=np.zeros_like(self.behind), where=to_chain > 0.0)
        self.no_chain = 1.0 * (to_chain == 0.0)
        self.entangled = (need.sum(axis=1) * DEPARTMENTS / need.sum())[:, None]

    def _begin(self, study: Study) -> None:
        """The state of week 0."""
        world, p, shape = self.worlds, self.p, (DEPARTMENTS, self.runs)
        self.x = self._tiled(world.conviction)
        self.anchor = self.x.copy()
        self.talk = np.zeros((2, *shape))
        self.frame = self.talk[1]
        self.frame[...] = self._tiled(world.frame)
        self.felt, self.ownership, self.v, self.a, self.z = (np.zeros(shape) for _ in range(5))
        self.roles = np.zeros((3, *shape))
        self.k = minimum(1.0, p["k0"] + 0.1 * self.self_built) * np.ones(shape)
        self.w = p["om0"] * np.ones(shape)
        self.B, self.T, self.issues, self.own_share = (np.zeros(shape) for _ in range(4))
        # Equal parts of next to nothing: whoever has no process work has lost nothing of its quality.
        self.own_output, self.all_output = np.full(shape, TINY), np.full(shape, TINY)
        self.cut_over = np.zeros(shape)
        self.available = self.capacity * np.ones(shape)
        self.back: dict[int, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}
        self.absent_until = np.zeros(shape)
        self.visibility, self.backlog, self.signal, self.progress = (np.zeros(self.runs) for _ in range(4))
        self.debt = np.where(self.self_built, p["debt0"], 0.05)
        self.go_live = np.full(self.runs, np.inf)
        self.live = np.zeros(self.runs)
        self.adopted = np.zeros(self.runs)
        self.any_live = False
        self.work_seen = np.zeros(self.runs, dtype=bool)
        self.rows = np.full(self.runs, -1)
        self.spare: list[Array] = []

    def _derive_constants(self) -> None:
        """What a run computes once."""
        p, world, runs = self.p, self.worlds, self.runs
        self.pull_trait = self._tiled(world.pull)
        self.process_size = self._tiled(world.process_size)
        self.technical_size = self._tiled(world.technical_size) * np.where(self.self_built, 1.35, 1.0)
        with np.errstate(divide="ignore"):
            self.per_process = 1.0 / self.process_size
        self.per_process[0] = 0.0
        self.per_technical = 1.0 / self.technical_size
        self.tenth = 1.0 / (0.1 * self.capacity)
        self.projects = self._tiled(world.projects)
        self.switching = _switching(self.projects, p["kappa"])
        self.frame_kept = 1.0 - p["eta_f"]
        self.frame_talk = p["eta_f"] * p["g"]
        self.frame_brought = p["eta_f"] * (1.0 - p["g"]) * self.frame[1:INTERNAL]
        self.per_tau_s, self.per_tau_om, self.per_tau_z = (1.0 / p[name] for name in ("tau_s", "tau_om", "tau_z"))
        self.not_kmin, self.not_e0, self.not_gam = (1.0 - p[name] for name in ("kmin", "e0", "gam"))
        self.attention = p["h_ref"] / 12.0
        self.per_h_ref = 1.0 / p["h_ref"]
        self.kept_clear = 1.0 - p["eps0"] - p["eps_b"]
        self.issue_rate = p["iota"] * (0.5 + self.entangled)
        self.own_third = p["al_o"] / 3.0
        self.x_brought, self.x_seen = p["eta_x"] * (1.0 - p["xi"]), p["eta_x"] * p["xi"]
        self.x_kept = 1.0 - p["eta_x"]
        self.openness_kept = 1.0 - 1.0 / p["tau_V"]
        self.debt_weight = np.where(self.self_built, 1.0, 0.1)
        self.fair = (p["WB"] + p["WT"]) / 52.0
        self.levers = np.empty((sum(PARTS.values()), runs))
        self.lever = dict(_named_rows(self.levers))
        nine = ("asked", "per_asked", "uncoordinated", "unheld")
        single = (
            "diffused",
            "alone",
            "switching_it",
            "pull_it",
            "base",
            "inside",
            "protected",
            "fed",
            "fade",
            "partner",
        )
        self.derived = np.empty((9 * len(nine) + len(single), runs))
        self.d = {name: self.derived[9 * at : 9 * at + 9] for at, name in enumerate(nine)}
        self.d |= {name: self.derived[9 * len(nine) + at] for at, name in enumerate(single)}
        self.scratch = [np.empty((DEPARTMENTS, runs)) for _ in range(10)]
        self.scratch3 = np.empty((3, DEPARTMENTS, runs))
        names = ("load", "pull", "head", "meet", "norm", "xe", "resp", "clear", "skill", "productivity", "technical")
        names += ("waiting", "demand", "part", "hours", "work", "willing", "paired", "overload", "u", "mean", "done")
        for name in names:
            setattr(self, name, np.zeros((DEPARTMENTS, runs)))

    def _keep_books(self) -> None:
        """Where the outcomes are read off."""
        shape, runs, weeks = (DEPARTMENTS, self.runs), self.runs, self.horizon
        self.book_adoption = np.zeros((weeks, runs))
        self.book_visibility, self.book_passive = np.zeros(runs), np.zeros(runs)
        self.book_progress = np.zeros(runs)
        self.sum_hours, self.sum_meetings, self.sum_paired = (np.zeros(shape) for _ in range(3))
        self.carried = np.zeros((INTERNAL + 1, runs))
        self.beyond, self.benefit_each = np.zeros((INTERNAL, runs)), np.zeros((INTERNAL, runs))
        self.cost, self.partner_cost, self.connections = (np.zeros(runs) for _ in range(3))

    # --- the weeks -------------------------------------------------------------------------------------

    def run(self, after_week: Callable[[int], None] = lambda week: None) -> Array:
        """All weeks; the outcomes, shape (scenarios, worlds, outcomes). ``after_week`` is called at the end of each."""
        for week in range(1, self.horizon + 1):
            self.live = (self.go_live < week) * 1.0
            self.any_live = bool(self.live.any())
            self._apply_measures(week)
            self._perceive()
            self._plan(week)
            self._weigh()
            self._exert()
            self._deliver()
            self._advance(week)
            self._pick_up(week)
            self._adopt(week)
            self._feel()
            self._learn(week)
            self._account(week)
            self._leave(week)
            after_week(week)
        return self._outcomes()

    # --- stage 1 ---------------------------------------------------------------------------------------

    def _apply_measures(self, week: int) -> None:
        """This week's levers, and what is done at once."""
        phases = (week >= self.go_live + 6).astype(np.intp) + (week >= self.go_live + 8)
        rows = self.stages.at[week][self.of_scenario, phases]
        changed = np.flatnonzero(rows != self.rows)
        if changed.size:
            self.rows = rows
            self._change(changed)
        s, t, frame, lever = self.scratch, self.scratch3, self.frame, self.lever
        subtract(1.0, multiply(frame, self.p["paper"], out=s[0]), out=s[0])
        s[0][0] = 1.0
        if self.naming:
            self.visibility += (1.0 - self.visibility) * self.p["dV_name"] * lever["naming"]
            frame[1:INTERNAL] *= 1.0 - self.p["zeta"] * lever["naming"]
        if self.assigned:
            maximum(self.roles, multiply(lever["portions"], s[0], out=t), out=self.roles)
        if self.persuaded.size:
            at = np.ix_(np.arange(DEPARTMENTS), self.persuaded)
            self.anchor[at] += (1.0 - self.anchor[at]) * lever["persuasion"][at]

    def _change(self, runs: NDArray[np.intp]) -> None:
        """Take over the levers of these runs, and all that follows from levers and parameters alone."""
        self.levers[:, runs] = self.stages.table[:, self.rows[runs]]
        self.levers[: PARTS["portions"], runs] *= self.p["c_role"][runs]
        self._derive(runs)
        lever = self.lever
        self.naming, self.assigned = bool(lever["naming"].any()), bool(lever["portions"].any())
        self.fading = bool(lever["fades"].any())
        self.persuaded = np.flatnonzero(lever["persuasion"].any(axis=0))
        self.meeting, self.helped_out = bool(lever["member"].any()), bool(lever["hours"].any())
        groups = self.stages.network[self.rows]
        self.order = np.argsort(groups, kind="stable")
        self.order_back = np.argsort(self.order)
        ends = np.searchsorted(groups[self.order], np.arange(len(self.stages.weights) + 1))
        self.groups = [(network_number, slice(a, b)) for network_number, (a, b) in enumerate(pairwise(ends)) if a < b]

    def _derive(self, runs: NDArray[np.intp]) -> None:
        """What follows from levers and parameters alone."""
        p = {name: self.p[name][runs] for name in DERIVED_FROM}
        lever, d = dict(_named_rows(self.levers[:, runs])), self.d
        meetings_asked = p["role_h"] / 3.0 * lever["roles"] + p["m_team"] * lever["teams"] + lever["fixed"]
        d["asked"][:, runs] = meetings_asked
        d["per_asked"][:, runs] = np.where(
            meetings_asked > 0.0, lever["member"] / np.where(meetings_asked > 0.0, meetings_asked, 1.0), 0.0
        )
        d["uncoordinated"][:, runs] = p["ad_hoc"] * (1.0 - lever["tied"])
        d["unheld"][:, runs] = lever["beside"] ** -p["t"]
        diffused = lever["parties"] ** -p["t"]
        d["diffused"][runs] = diffused
        d["alone"][runs] = p["nu"] + (1.0 - p["nu"]) * diffused
        left = 1.0 - lever["cut"]
        d["switching_it"][runs] = _switching(self.projects[0, runs] * left, p["kappa"])
        d["pull_it"][runs] = self.pull_trait[0, runs] * left
        d["base"][runs] = 1.0 - np.where(lever["closed"] > 0.0, p["om_done"], p["om0"])
        anchored = p["A"] * lever["anchored"]
        d["inside"][runs] = 1.0 - anchored
        d["protected"][runs] = p["sh_om"] + (1.0 - p["sh_om"]) * anchored
        d["fed"][runs] = p["v_board"] * lever["anchored"] + lever["works_along"]
        d["fade"][runs] = 1.0 - lever["fades"] * (1.0 - anchored) / p["tau_c"]
        by_partner = (1.0 - lever["tech_share"]) * lever["hours"]
        d["partner"][runs] = by_partner
        self.switching[0, runs] = d["switching_it"][runs]

    # --- stages 2 to 4 ---------------------------------------------------------------------------------

    def _perceive(self) -> None:
        """Stage 2: norm, IT frame and felt responsibility."""
        p, d, s, frame, visibility = self.p, self.d, self.scratch, self.frame, self.visibility
        share = multiply(subtract(1.0, frame, out=s[0]), d["alone"], out=s[0])
        of_business = _mean(frame[1:INTERNAL])
        share[0] = of_business * p["acc"] + (1.0 - of_business) * d["diffused"]
        others = self._talk()
        clarity = self.roles[0]
        # felt ← felt + (clarity + (1 − clarity)·share − felt) / tau_s
        move = multiply(subtract(1.0, clarity, out=s[1]), share, out=s[1])
        move += clarity
        move -= self.felt
        move *= self.per_tau_s
        self.felt += move
        rate = (0.3 + 0.7 * visibility) * p["eta_e"] * self.work_seen
        business = slice(1, INTERNAL)
        seen = multiply(self.own_share[business], self.v[business], out=s[2][business])
        subtract(1.0, seen, out=seen)
        seen *= rate
        others *= self.frame_talk
        seen += others
        seen += self.frame_brought
        frame[business] *= self.frame_kept - rate
        frame[business] += seen

    def _talk(self) -> Array:
        """Set the norm; the mean frame of the contacts of business departments.

        Activity and conviction are blended before they are averaged, for visibility is the same to all who hear.
        """
        talk, v, s = self.talk, self.v, self.scratch
        multiply(v, 1.0 - self.visibility, out=talk[0])
        talk[0] += multiply(self.x, self.visibility, out=s[1])
        near = np.take(talk, self.order, axis=2, out=self.scratch3[:2], mode="clip")
        quiet = np.take(v, self.order, axis=1, out=s[1], mode="clip")
        heard = np.empty_like(near)
        for network_number, runs in self.groups:
            weights = self.stages.weights[network_number]
            np.matmul(weights, near[:, :, runs], out=heard[:, :, runs])
            if not self.stages.consulted[network_number]:
                np.matmul(weights[INTERNAL:], quiet[:, runs], out=heard[0, INTERNAL:, runs])
        np.take(heard[0], self.order_back, axis=1, out=self.norm, mode="clip")
        return np.take(heard[1, 1:INTERNAL], self.order_back, axis=1, out=s[3][1:INTERNAL], mode="clip")

    def _plan(self, week: int) -> None:
        """Stage 3: load, headroom, pull and meetings, and whether work has started."""
        world, d, s = self.worlds, self.d, self.scratch
        load = self._spread(world.load[week], self.load)
        load[0] += self.p["debt_m"] * self.debt * self.capacity[0, 0]
        head = maximum(subtract(self.available, load, out=self.head), 0.0, out=self.head)
        head += self.lever["granted"]
        other = np.tile(world.other_load[week], self.scenarios)
        shock = np.tile(0.3 * world.shock[week], self.scenarios)
        add(self.pull_trait, shock, out=self.pull)
        self.pull[0] = d["pull_it"] * other + shock
        minimum(d["asked"], multiply(head, 0.3, out=s[0]), out=self.meet)
        if self.idle.size:
            self._wait(other)

    def _wait(self, other: Array) -> None:
        """Those who wait begin when IT has had room for eight weeks."""
        idle = self.idle
        taken = 0.25 * self.capacity[0, 0] * other[idle] * self.d["pull_it"][idle]
        spare = np.zeros(self.runs)
        spare[idle] = self.head[0, idle] - taken
        self.spare = [*self.spare[-7:], spare]
        if len(self.spare) == 8:
            room = sum(week_spare[idle] for week_spare in self.spare) / 8.0
            self.idle = idle[room <= self.p["h_ref"][idle]]

    def _weigh(self) -> None:
        """Stage 4, first half: engagement, productivity and needs."""
        p, s = self.p, self.scratch
        left = multiply(subtract(1.0, self.felt, out=s[0]), subtract(1.0, self.ownership, out=s[1]), out=s[0])
        subtract(1.0, left, out=self.resp)
        expects = multiply(self.norm, self.not_e0, out=s[1])
        expects += p["e0"]
        multiply(self.x, expects, out=self.xe)
        room = minimum(multiply(self.head, self.tenth, out=s[1]), 1.0, out=s[1])
        multiply(self.xe, room, out=self.willing)
        divide(p["I_half"], add(self.issues, p["I_half"], out=s[0]), out=self.clear)
        add(multiply(self.k, self.not_kmin, out=self.skill), p["kmin"], out=self.skill)
        busy = np.matmul(self.near, self.v, out=s[0])
        busy *= self.d["uncoordinated"]
        subtract(1.0, busy, out=busy)
        busy *= self.clear
        busy *= self.skill
        multiply(busy, self.switching, out=self.productivity)
        self._need()

    def _need(self) -> None:
        """What can be done now of each half; the platform core waits for no process."""
        p, s, B, T = self.p, self.scratch, self.B, self.T
        ahead = add(T, 0.6, out=s[0])
        ahead -= B
        minimum(ahead, subtract(1.0, B, out=s[1]), out=ahead)
        maximum(ahead, 0.0, out=ahead)
        multiply(ahead, self.process_size, out=self.waiting)
        reach = minimum(add(B, p["lead"], out=s[0]), 1.0, out=s[0])
        reach[0] = 1.0
        reach -= T
        maximum(reach, 0.0, out=reach)
        multiply(reach, self.technical_size, out=self.technical)
        self.waiting[INTERNAL:] *= self.lever["consulted"]
        self.technical[INTERNAL:] *= self.lever["consulted"]
        self.process_whole = self.waiting.sum(axis=0)

    def _exert(self) -> None:
        """Stage 4, second half: hours, spent once, over attention, care and work in proportion."""
        s, demand = self.scratch, self.demand
        backlog = self.project.connection_hours * self.backlog
        self.waiting[0] = (self.technical.sum(axis=0) + backlog) * (1.0 + self.debt)
        work = divide(self.waiting, maximum(self.productivity, 1e-6, out=s[0]), out=self.work)
        attention = self.attention + self.p["h_care"] * self.live
        add(work, attention, out=demand)
        demand[INTERNAL:] *= self.lever["consulted"]
        if self.idle.size:
            demand[:, self.idle] = 0.0
        weight = multiply(multiply(self.xe, self.resp, out=s[0]), self.w, out=s[0])
        won = subtract(self.head, self.meet, out=self.hours)
        won *= weight
        won /= add(weight, self.pull, out=s[1])
        minimum(won, demand, out=won)
        divide(won, maximum(demand, TINY, out=s[0]), out=self.part)
        work *= self.part

    # --- stage 5 ---------------------------------------------------------------------------------------

    def _deliver(self) -> None:
        """Output of the week: who works on which stream."""
        p, lever, project = self.p, self.lever, self.project
        by_it = self.work[0] * self.productivity[0]
        hired = lever["tech_share"] * lever["hours"] + lever["technicians"]
        hired *= _mean(self.clear[:INTERNAL])
        left = (by_it + hired) / (1.0 + self.debt)
        used = np.zeros(self.runs)
        for streams in (slice(0, INTERNAL), slice(INTERNAL, DEPARTMENTS)):
            need = self.technical[streams].sum(axis=0)
            taken, left = _absorbed(left, need)
            self.technical[streams] *= taken / maximum(need, TINY)
            used += taken * (need > 0.0)
        connecting, left = _absorbed(left, project.connection_hours * self.backlog)
        self.connected = minimum(self.backlog, connecting / project.connection_hours)
        self.backlog -= self.connected
        helped = left * p["phi_it"] * np.isinf(self.go_live)
        bought, helped = self._process(helped / maximum(self.process_whole, TINY))
        technical = used + connecting + helped
        share = by_it / maximum(by_it + hired, TINY)
        self.carried[0] += share * technical
        self.carried[INTERNAL] += bought + (1.0 - share) * technical

    def _process(self, help_rate: Array) -> tuple[Array | float, Array]:
        """Process work of departments, partner and IT; what was bought, and what IT helped, in all."""
        s, need = self.scratch, self.waiting[1:]
        own = multiply(self.work[1:], self.productivity[1:], out=s[0][1:])
        everything = s[1][1:]
        bought = self._with_partner(own, s[2][1:]) if self.helped_out else None
        helped = multiply(need, help_rate, out=s[3][1:])
        add(own, helped, out=everything)
        if bought is not None:
            everything += bought
        done = minimum(everything, need, out=self.done[1:])
        maximum(everything, TINY, out=everything)
        used = divide(done, everything, out=s[4][1:])
        worked = done > 0.0
        # own_share ← own_share + .2·(own / everything − own_share), where anything was done
        share = divide(own, everything, out=s[5][1:])
        share -= self.own_share[1:]
        share *= 0.2
        share *= worked
        self.own_share[1:] += share
        own *= used
        self.own_output[1:] += own
        self.all_output[1:] += done
        self.carried[1:INTERNAL] += own[: INTERNAL - 1]
        helped *= used
        if bought is not None:
            bought *= used
        return 0.0 if bought is None else bought.sum(axis=0), helped.sum(axis=0)

    def _with_partner(self, own: Array, bought: Array) -> Array:
        """Share a partner's process hours out: paired hours add to ``own``, the rest is ``bought``."""
        p, s, lever = self.p, self.scratch, self.lever
        left = subtract(1.0, self.B[1:], out=s[6][1:])
        left *= self.process_size[1:]
        left[INTERNAL - 1 :] *= 0.3 * lever["consulted"]
        left *= self.d["partner"] / maximum(left.sum(axis=0), TINY)
        paired = multiply(left, 1.0 - lever["outsider"], out=self.paired[1:])
        minimum(paired, self.work[1:], out=paired)
        pairs = multiply(paired, self.clear[1:], out=s[7][1:])
        pairs *= p["phi_pair"]
        own += pairs
        left *= self.clear[1:]
        return multiply(left, lever["outsider"] * p["phi_sub"], out=bought)

    def _advance(self, week: int) -> None:
        """Turn output into progress, and progress into issues."""
        p, s = self.p, self.scratch
        kept = add(multiply(self.clear, p["eps_b"], out=s[0]), self.kept_clear, out=s[0])
        gain = multiply(self.done, kept, out=s[1])
        gain *= self.per_process
        progressed = _moved(self.B, gain, s[2])
        progressed *= self.process_size
        kept *= self.technical
        kept *= self.per_technical
        technical = _moved(self.T, kept, s[3])
        self.built = _mean(technical[:INTERNAL])
        technical *= self.technical_size
        progressed += technical
        mean = multiply(progressed, self.issue_rate, out=self.mean)
        if self.any_live:
            mean[:INTERNAL] += self._live_issues()
        u = self._spread(self.worlds.arrivals[week], self.u)
        # 1 − mean ≤ exp(−mean): below it no issue arrives.
        arriving = np.flatnonzero(add(u, mean, out=s[0]).ravel() >= 1.0)
        if arriving.size:
            self.issues.reshape(-1)[arriving] += poisson_quantile(u.ravel()[arriving], mean.ravel()[arriving])
        if not self.work_seen.all():
            self.work_seen |= self.hours.any(axis=0)

    def _live_issues(self) -> Array:
        """Issues that ignorance and a chain that lags behind bring once live."""
        s = self.scratch
        gap = np.matmul(self.behind, subtract(1.0, self.a[INTERNAL:], out=s[4][INTERNAL:]), out=s[5][:INTERNAL])
        gap *= self.a[:INTERNAL]
        gap *= self.p["iota_c"]
        ignorant = subtract(1.0, self.k[:INTERNAL], out=s[4][:INTERNAL])
        ignorant *= 0.15
        gap += ignorant
        gap *= self.live
        return gap

    def _pick_up(self, week: int) -> None:
        """Somebody takes up open issues, or nobody does."""
        p, d, s, clarity = self.p, self.d, self.scratch, self.roles[0]
        unclear = subtract(1.0, clarity, out=s[0])
        unclear *= d["unheld"]
        # own pick-up: 1 − (1 − clarity − (1 − clarity)·unheld)·(1 − ownership)
        own = add(clarity, unclear, out=s[1])
        subtract(1.0, own, out=own)
        own *= subtract(1.0, self.ownership, out=s[2])
        subtract(1.0, own, out=own)
        own *= self.willing
        near = np.take(self.willing, self.order, axis=1, out=s[2], mode="clip")
        for network_number, runs in self.groups:
            np.matmul(self.stages.reach[network_number], near[:, runs], out=s[3][:, runs])
        neighbours = np.take(s[3], self.order_back, axis=1, out=s[2], mode="clip")
        neighbours *= unclear
        own += neighbours
        own *= p["mu"]
        if self.helped_out:
            own += p["mu_p"] * d["partner"] / (4.0 * p["h_ref"])
        u = self._spread(self.worlds.pick_up[week], self.u)
        none = np.exp(multiply(own, self.issues, out=s[0]) * -1.0, out=s[0])
        taken = np.flatnonzero((u >= none).ravel() & (self.issues > 0.0).ravel())
        if taken.size:
            issues = self.issues.reshape(-1)
            issues[taken] -= binomial_quantile(u.ravel()[taken], issues[taken], own.ravel()[taken])

    # --- stage 6 ---------------------------------------------------------------------------------------

    def _adopt(self, week: int) -> None:
        """Go-live, adoption, growth and debt."""
        p = self.p
        if self.any_live:
            self._use()
        ready = (_mean(self.T[:INTERNAL]) >= 0.95) & (self.B[1:INTERNAL].min(axis=0) >= 0.90)
        began = np.flatnonzero(ready & np.isinf(self.go_live))
        if began.size:
            self.go_live[began] = week
            self._cut_over(np.repeat(np.arange(INTERNAL), began.size), np.tile(began, INTERNAL))
        after = np.isfinite(self.go_live)
        chain, runs = np.nonzero((self.B[INTERNAL:] > 0.85) & (self.T[INTERNAL:] > 0.9) & after)
        chain += INTERNAL
        fresh = self.cut_over[chain, runs] == 0.0
        if fresh.any():
            self._cut_over(chain[fresh], runs[fresh])
        self.backlog += self.project.connections_per_week * self.live
        grown = self.debt_weight * (p["debt_g"] * self.built + 0.03 * self.connected)
        self.debt = minimum(self.debt + grown, 1.0)

    def _use(self) -> None:
        """Use of the new way rises and falls where it has been switched to."""
        p, s, a = self.p, self.scratch, self.a
        gain = np.matmul(self.near, a, out=s[0])
        gain *= p["q_a"]
        gain += p["p_a"]
        gain *= subtract(1.0, a, out=s[1])
        own = divide(self.own_output, self.all_output, out=s[1])
        own *= p["qloss"]
        own += 1.0 - p["qloss"]
        gain *= own
        gain *= self.skill
        gain *= self.clear
        care = multiply(self.part, 0.9, out=s[1])
        care += 0.1
        gain *= care
        gain *= self.cut_over
        loss = divide(self.load, self.available, out=s[1])
        loss -= 0.9
        maximum(loss, 0.0, out=loss)
        loss *= 4.0 * p["press"]
        loss += 1.0
        held = multiply(self.resp, self.w, out=s[2])
        loss *= subtract(1.0, held, out=held)
        habit = multiply(self.z, -0.7, out=s[2])
        habit += 1.0
        loss *= habit
        loss *= p["de_a"]
        loss *= a
        move = subtract(a, self.z, out=s[2])
        move *= self.per_tau_z
        self.z += move
        a += gain
        a -= loss
        maximum(minimum(a, 1.0, out=a), 0.0, out=a)

    def _cut_over(self, departments: NDArray[np.intp], runs: NDArray[np.intp]) -> None:
        """These departments switch to the new way."""
        at = departments, runs
        quality = 1.0 - self.p["qloss"][runs] * (1.0 - self.own_output[at] / self.all_output[at])
        self.cut_over[at] = 1.0
        self.a[at] = maximum(self.a[at], self.p["a_cut"][runs] * quality)

    # --- stage 7 ---------------------------------------------------------------------------------------

    def _feel(self) -> None:
        """Success that everybody sees, and what feeds openness."""
        p, d = self.p, self.d
        progress = 0.5 * _mean(self.B[1:INTERNAL]) + 0.5 * _mean(self.T[:INTERNAL])
        visible = minimum(60.0 * (progress - self.progress), 1.0)
        self.progress = progress
        if self.any_live:
            self.adopted = _mean(self.a[:INTERNAL])
            visible = np.where(self.live > 0.0, self.adopted, visible)
        elif self.cut_over.any():
            self.adopted = _mean(self.a[:INTERNAL])
        self.signal += 0.15 * (visible - self.signal)
        self.openness = d["fed"]
        if self.meeting:
            attended = np.einsum("dr,dr->r", self.meet, d["per_asked"])
            voice = np.einsum("dr,dr->r", self.roles[2], self.lever["member"])
            self.openness = d["fed"] + p["v_meet"] * attended * (0.5 + 0.5 * voice)

    def _learn(self, week: int) -> None:
        """Ownership, knowledge, priority, activity and conviction; openness and roles fade."""
        p, s = self.p, self.scratch
        demanded = minimum(self.demand, p["h_ref"], out=s[0])
        part = divide(self.hours, maximum(demanded, TINY, out=s[0]), out=s[0])
        minimum(part, 1.0, out=part)
        invested = multiply(self.hours, self.per_h_ref, out=s[1])
        involved = minimum(multiply(invested, 6.0, out=s[2]), 1.0, out=s[2])
        involved *= part
        minimum(invested, 1.0, out=invested)
        self._own(invested, involved)
        self._know(involved)
        self._reprioritise(week)
        part -= self.v
        part *= 0.25
        self.v += part
        x = self.x
        x *= self.x_kept
        x += multiply(self.anchor, self.x_brought, out=s[1])
        x += self.x_seen * self.signal
        if self.fading:
            self.roles *= self.d["fade"]
        visibility = self.visibility * self.openness_kept
        self.visibility = visibility + (1.0 - visibility) * minimum(self.openness, 1.0)

    def _own(self, invested: Array, involved: Array) -> None:
        """Ownership grows along its routes and fades where the project has no priority."""
        s, o = self.scratch, self.ownership
        invested += multiply(self.k, involved > 0.05, out=s[3])
        invested += multiply(self.roles[2], 1.0 - self.lever["outsider"], out=s[3])
        invested *= self.own_third
        invested *= subtract(1.0, o, out=s[3])
        lost = subtract(1.0, self.w, out=s[3])
        lost *= self.p["de_o"]
        lost *= o
        o += invested
        o -= lost

    def _know(self, involved: Array) -> None:
        """Knowledge grows by doing and by pairing, and fades unused."""
        p, s, k = self.p, self.scratch, self.k
        involved *= p["lam_k"]
        if self.helped_out:
            paired = multiply(self.paired, self.per_h_ref, out=s[3])
            minimum(paired, 1.0, out=paired)
            paired *= p["lam_t"]
            paired *= add(k, 0.3, out=s[4])
            involved += paired
        involved *= subtract(1.0, k, out=s[3])
        lost = multiply(self.a, -0.5, out=s[3])
        lost += 1.0
        lost *= k
        lost *= p["de_k"]
        k += involved
        k -= lost
        maximum(minimum(k, 1.0, out=k), 0.0, out=k)

    def _reprioritise(self, week: int) -> None:
        """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
        p, d, s, w = self.p, self.d, self.scratch, self.w
        seen = p["bV"] * self.visibility
        others = multiply(self.roles[1], p["bP"], out=s[3])
        subtract(1.0, others, out=others)
        others *= d["base"]
        others[:INTERNAL] *= (1.0 - seen) * d["inside"]
        others[INTERNAL:] *= 1.0 - seen * self.lever["consulted"]
        goal = subtract(1.0, others, out=others)
        goal -= w
        goal *= self.per_tau_om
        w += goal
        begins = self.worlds.shock_begins[week]
        if begins.any():
            w *= np.where(np.tile(begins, self.scenarios) > 0.0, d["protected"], 1.0)

    def _leave(self, week: int) -> None:
        """Key persons leave, the more so under overload; places are filled after eight weeks."""
        department, world = np.nonzero(self.worlds.may_leave[week])
        if department.size:
            runs = (world[:, None] + self.count * np.arange(self.scenarios)).ravel()
            at = np.repeat(department, self.scenarios), runs
            over = maximum(self.load[at] / self.available[at] - 1.0, 0.0)
            u = np.repeat(self.worlds.leave[week][department, world], self.scenarios)
            gone = u < self.p["p_leave"][runs] * (1.0 + 2.0 * over)
            self._lose((at[0][gone], at[1][gone]), week)
        if week in self.back:
            at = self.back.pop(week)
            filled = self.absent_until[at] == week
            at = at[0][filled], at[1][filled]
            self.available[at] = self.capacity[at[0], 0]

    def _lose(self, at: tuple[NDArray[np.intp], NDArray[np.intp]], week: int) -> None:
        """A key person takes knowledge, ownership and roles along."""
        kept = 1.0 - self.p["loss_leave"][at[1]]
        self.k[at] *= kept
        self.ownership[at] *= kept
        self.roles[:, at[0], at[1]] *= 0.5
        self.available[at] = 0.8 * self.capacity[at[0], 0]
        self.absent_until[at] = week + 8
        self.back[week + 8] = at

    # --- stage 8 ---------------------------------------------------------------------------------------

    def _account(self, week: int) -> None:
        """Hours, money, and what outcomes are read from."""
        lever, s, within = self.lever, self.scratch, slice(0, INTERNAL)
        self.book_adoption[week - 1] = self.adopted
        if week <= 104:
            self.book_progress = self.progress
        if LEDGER_FROM <= week <= LEDGER_TO:
            self.book_visibility += self.visibility
            self.book_passive += self._passive()
        self.connections += self.connected
        self.partner_cost += lever["partner_cost"]
        self.cost += lever["cost"]
        paid = self.licence.copy()
        paid[self.idle] = 0.0
        self.cost += paid
        self.sum_hours += self.hours
        self.sum_meetings += self.meet
        if self.helped_out:
            self.sum_paired += self.paired
        beyond = multiply(self.pull[within], 0.2 * self.capacity[within], out=s[0][within])
        beyond += self.load[within]
        beyond += self.meet[within]
        beyond += self.hours[within]
        beyond -= self.available[within]
        self.beyond += maximum(beyond, 0.0, out=beyond)
        if self.any_live or self.adopted.any():
            chain = np.matmul(self.to_chain, self.a[INTERNAL:], out=s[0][within])
            chain += self.no_chain
            chain *= self.p["gam"]
            chain += self.not_gam
            chain *= self.a[within]
            self.benefit_each += chain

    def _passive(self) -> Array:
        """The share of departments that find it important and yet do next to nothing while work waits for them."""
        within = slice(0, INTERNAL)
        idles = self.hours[within] < 0.25 * minimum(self.demand[within], self.fair)
        share = np.count_nonzero(idles & (self.waiting[within] > 0.0) & (self.x[within] >= 0.5), axis=0) / INTERNAL
        share[self.idle] = 0.0
        return share

    def _outcomes(self) -> Array:
        """Every outcome of every run."""
        weeks, adoption, live = self.horizon, self.book_adoption, self.go_live
        last, peak = adoption[-1], adoption.max(axis=0)
        happened = np.isfinite(live)
        later = minimum(np.where(happened, live, 0.0) + 52.0, weeks).astype(np.intp) - 1
        hours, meetings, paired = (
            per_department.sum(axis=0) for per_department in (self.sum_hours, self.sum_meetings, self.sum_paired)
        )
        solitary, shared = hours - paired, meetings + paired
        cost = self.cost + self.partner_cost + self.rate @ (self.sum_hours + self.sum_meetings)
        benefit = (self.benefits * self.benefit_each).sum(axis=0)
        carried = self.carried / _or_nan(self.carried.sum(axis=0))
        span = LEDGER_TO - LEDGER_FROM + 1
        outcomes = {
            "go_live_week": np.where(happened, live, weeks + 1.0),
            "go_live_104": (live <= 104) * 1.0,
            "progress_104": self.book_progress,
            "peak_adoption": peak,
            "adoption_52": np.where(happened, adoption[later, np.arange(self.runs)], 0.0),
            "lasting_adoption": last,
            "retention": last / _or_nan(peak),
            "relapse_half_life": _half_life(adoption, peak),
            "ownership_end": _mean(self.ownership[:INTERNAL]),
            "knowledge_end": _mean(self.k[:INTERNAL]),
            "visibility_26": self.book_visibility / span,
            "carrying_hhi": (carried**2).sum(axis=0),
            "passive_share": self.book_passive / span,
            "silo_index": (solitary - shared) / _or_nan(solitary + shared),
            "overload_hours": self.beyond.sum(axis=0),
            "cost": cost,
            "partner_cost": self.partner_cost,
            "benefit": benefit,
            "net_value": benefit - cost,
            "break_even_benefit": cost * self.benefits.sum() / _or_nan(benefit),
            "cost_per_lasting_adoption": cost / _or_nan(last * INTERNAL),
            "connections": self.connections,
        }
        rows = np.array([outcomes[outcome.name] for outcome in OUTCOMES])
        return rows.T.reshape(self.scenarios, self.count, len(OUTCOMES))


def _named_rows(table: Array) -> list[tuple[str, Array]]:
    """The parts of a table of levers by name; roles by (role, department)."""
    named, at = [], 0
    for name, rows in PARTS.items():
        part = table[at] if rows == 1 else table[at : at + rows]
        named.append((name, part.reshape(3, DEPARTMENTS, -1) if name == "portions" else part))
        at += rows
    return named


def _switching(projects: Array, kappa: Array) -> Array:
    """:func:`simulation.model.rules.switching_efficiency` for arrays."""
    return 1.0 / (1.0 + kappa * maximum(projects - 1.0, 0.0))


def _absorbed(offered: Array, need: Array) -> tuple[Array, Array]:
    """How much of what is offered a need takes (:func:`simulation.model.rules.absorbed`), and what is left."""
    taken = np.where(offered <= need * (1.0 + 1e-9), offered, need)
    return taken, maximum(offered - taken, 0.0)


def _moved(level: Array, gain: Array, before: Array) -> Array:
    """Raise a level, at most to 1; by how much, in ``before``."""
    np.copyto(before, level)
    level += gain
    minimum(level, 1.0, out=level)
    return subtract(level, before, out=before)


def _mean(of: Array) -> Array:
    """The mean over departments."""
    return add.reduce(of, axis=0) / len(of)


def _or_nan(bottom: Array) -> Array:
    """What one may divide by: nan for 0."""
    return np.where(bottom > 0.0, bottom, np.nan)


def _half_life(adoption: Array, peak: Array) -> Array:
    """Weeks from the peak of adoption until half of it is left; the horizon + 1 if that did not happen."""
    weeks, top = len(adoption), adoption.argmax(axis=0)
    half = (adoption <= peak / 2.0) & (np.arange(weeks)[:, None] >= top)
    weeks_to_half = np.where(half.any(axis=0), half.argmax(axis=0) - top, weeks + 1.0)
    return np.where(peak > 0.0, weeks_to_half, np.nan)


def run(study: Study, worlds: int, seed: int, mode: Mode, at_once: int = WORLDS_AT_ONCE) -> Array:
    """Every outcome of every scenario in worlds 0 … ``worlds`` − 1: shape (scenarios, worlds, outcomes).

    ``at_once`` worlds form a batch. Raises :class:`~benchmarks.prepared.NotSupported` for other studies than
    scenarios of the case.
    """
    check(study)
    stages = Stages(study)
    batches = (range(first, min(first + at_once, worlds)) for first in range(0, worlds, at_once))
    outcomes = [Batch(study, stages, Worlds(study, batch, seed, mode)).run() for batch in batches]
    return np.concatenate(outcomes, axis=1)


def trace(study: Study, worlds: int, seed: int, mode: Mode) -> tuple[Array, dict[str, Array], dict[str, Array]]:
    """Outcomes as :func:`run` returns them, and the states of every week, by their names in the model.

    States have shape (weeks, departments, scenarios, worlds), those of the organisation (weeks, scenarios, worlds).
    """
    check(study)
    batch = Batch(study, Stages(study), Worlds(study, range(worlds), seed, mode))
    weeks, runs = study.horizon, (len(study.scenarios), worlds)
    states = {name: np.empty((weeks, DEPARTMENTS, *runs)) for name in (*STATES, *ROLES, "cut_over_week")}
    organisation = {name: np.empty((weeks, *runs)) for name in (*ORGANISATION_STATES, "go_live_week")}
    switched = np.zeros((DEPARTMENTS, *runs))

    def keep(week: int) -> None:
        """Copy a week's states."""
        for name, where in STATES.items():
            states[name][week - 1] = getattr(batch, where).reshape(DEPARTMENTS, *runs)
        for name in ("own_output", "all_output"):  # which begin at next to nothing here
            states[name][week - 1] -= TINY
        for name, portions in zip(ROLES, batch.roles, strict=True):
            states[name][week - 1] = portions.reshape(DEPARTMENTS, *runs)
        for name, where in ORGANISATION_STATES.items():
            organisation[name][week - 1] = getattr(batch, where).reshape(runs)
        organisation["go_live_week"][week - 1] = np.where(np.isinf(batch.go_live), 0.0, batch.go_live).reshape(runs)
        fresh = (batch.cut_over.reshape(DEPARTMENTS, *runs) > 0.0) & (switched == 0.0)
        switched[fresh] = week
        states["cut_over_week"][week - 1] = switched

    return batch.run(keep), states, organisation
