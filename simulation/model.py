"""The Mesa model: one world of one scenario, week by week, stage by stage.

This is the readable definition of the order of a week; the equations stand in :mod:`simulation.rules`.
"""

import math

import mesa
import numpy as np
from numpy.typing import NDArray

from simulation import luck, outcomes, rules
from simulation.department import Department
from simulation.measures import CLOSING_WEEKS, Levers, Plan, begun_and_ended, contacts
from simulation.outcomes import Event, Ledger
from simulation.parameters import Values
from simulation.study import Scenario, Study
from simulation.worlds import Mode, Traits, check_world, traits_of, values_of

AGENT_STATES = (
    "name",
    "kind",
    "conviction",
    "it_frame",
    "felt_responsibility",
    "ownership",
    "progress_role",
    "priority_role",
    "voice_role",
    "knowledge",
    "priority",
    "activity",
    "process_progress",
    "technical_progress",
    "open_issues",
    "open_objections",
    "own_share",
    "adoption",
    "habit",
    "incident_weeks",
    "absence_weeks",
    "engagement",
    "norm",
    "load",
    "headroom",
    "demand",
    "hours",
    "meetings",
    "paired_hours",
)
"""What the data collector writes of each department every week."""

MODEL_STATES = (
    "visibility",
    "technical_debt",
    "other_it_load",
    "shock_weeks",
    "backlog",
    "signal",
    "mean_adoption",
    "mean_engagement",
    "mean_progress",
)
"""What it writes of the organisation every week."""


class WeekCollector(mesa.DataCollector):
    """Mesa's data collector, with which ``batch_run`` finds the last week's agents on Mesa 3.3 too.

    Mesa 3.3 files agents under the number of steps and its ``batch_run`` looks them up one lower.
    """

    def collect(self, model: mesa.Model) -> None:
        """Collect a week."""
        super().collect(model)
        if not hasattr(self, "_collection_steps"):
            self._agent_records[model.steps - 1] = self._agent_records.pop(model.steps)


class OrganisationModel(mesa.Model):
    """One world of one scenario.

    ``scenario`` is a :class:`~simulation.study.Scenario`, or the name of one in ``study`` (the case without
    one). ``world`` picks the world, ``rng`` (a whole number ≥ 0) the seed of all luck; ``parameters`` is
    ``"ranges"`` or ``"defaults"``; ``values`` and ``traits`` replace what the world would draw. Without
    ``collect`` no data is collected, which is quicker.

    Raises :class:`~simulation.errors.InputRefused` for an unknown scenario, world, seed or mode.

    >>> model = OrganisationModel("roles", rng=1)
    >>> model.step()
    >>> model.steps, len(model.departments), round(model.datacollector.model_vars["mean_progress"][0], 2)
    (1, 9, 0.0)
    """

    def __init__(
        self,
        scenario: Scenario | str = "it-only",
        world: int = 0,
        rng: int | None = None,
        *,
        study: Study | None = None,
        parameters: Mode = "ranges",
        values: Values | None = None,
        traits: tuple[Traits, ...] | None = None,
        collect: bool = True,
    ) -> None:
        check_world(world, rng, parameters)
        super().__init__(rng=None if rng is None else int(rng))
        self.seed = int(self.rng.integers(2**63)) if rng is None else int(rng)
        self.chosen = _scenario(scenario, study)
        self.world = int(world)
        self.values = values or values_of(self.chosen.parameters, self.seed, self.world, parameters)
        self.organisation, self.project = self.chosen.organisation, self.chosen.project
        self.plan = Plan(self.chosen.measures, self.organisation)
        self._populate(traits or traits_of(self.chosen, self.values, self.seed, self.world))
        self._begin()
        self.datacollector = WeekCollector(
            model_reporters={name: name for name in MODEL_STATES} if collect else {},
            agent_reporters={name: name for name in AGENT_STATES} if collect else {},
        )
        self._collects = collect

    # --- setting up ------------------------------------------------------------------------------------

    def _populate(self, traits: tuple[Traits, ...]) -> None:
        """Make the departments and tie them."""
        described = self.organisation.departments
        for description, one in zip(described, traits, strict=True):
            Department(self, description, one)
        # Mesa 3.3 counts agents in a dictionary of the class that holds every model for ever; all ours are made now.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        self.departments = self.agents
        everyone: list[Department] = list(self.agents)
        self.index = {department.name: place for place, department in enumerate(everyone)}
        self.everyone = tuple(everyone)
        self.internal = tuple(one for one in everyone if one.internal)
        self.chain = tuple(one for one in everyone if not one.internal)
        self.business = tuple(one for one in everyone if one.kind == "business")
        self.it = next(one for one in everyone if one.is_it)
        for tie in self.organisation.interdependence:
            a, b = everyone[self.index[tie.a]], everyone[self.index[tie.b]]
            a.interdependence.append((b, tie.strength))
            b.interdependence.append((a, tie.strength))
        weights = [sum(strength for _, strength in one.interdependence) for one in everyone]
        some = [weight for weight in weights if weight > 0.0]
        for one, weight in zip(everyone, weights, strict=True):
            one.entangled = weight * len(some) / sum(some) if some else 0.0

    def _begin(self) -> None:
        """Set the organisation's state of week 0."""
        horizon = self.project.horizon
        self_built = self.chosen.measures.platform.kind == "self-built"
        self._draws: dict[str, NDArray[np.float64]] = {
            name: luck.draws(self.seed, self.world, name, horizon) for name in ("", *self.index)
        }
        self.visibility = 0.0
        self.technical_debt = self.values.debt0 if self_built else 0.05
        self.debt_weight = 1.0 if self_built else 0.1
        self.licence = 0.0 if self_built else self.chosen.measures.platform.licence
        self.shock_weeks, self.shock_begins = 0, False
        self.other_it_load = 1.0
        self.go_live_week: int | None = None
        self.backlog = self.signal = 0.0
        self.objections = 0
        self.started = self.work_seen = False
        self._spare: list[float] = []
        self.mean_adoption = self.mean_engagement = self.mean_progress = 0.0
        self.business_frame = self.diffused = self.outsider = self.partner_process_hours = 0.0
        self.connected = 0.0
        self.roles_fade = self.closed = False
        self.events: list[Event] = []
        self._draw_row: dict[str, list[float]] = {}
        self.levers: Levers = self.plan.levers(0, None)
        self._tie(self.levers)
        self.ledger = Ledger(len(self.internal), sum(one.description.benefit for one in self.internal))

    # --- what a week asks ------------------------------------------------------------------------------

    @property
    def week(self) -> int:
        """The week, from 1."""
        return int(self.steps)

    @property
    def live(self) -> bool:
        """Whether the platform went live before this week."""
        return self.go_live_week is not None and self.week > self.go_live_week

    def luck(self, department: str, purpose: str) -> float:
        """This week's draw for a department (``""``: the organisation) and a purpose, in [0, 1)."""
        return self._draw_row[department][_PURPOSE[purpose]]

    def note(self, kind: str, department: str = "") -> None:
        """Write down that something happened."""
        self.events.append(Event(self.week, kind, department))

    def granted(self, department: Department) -> float:
        """Hours a week granted on top."""
        return self.levers.granted[self.index[department.name]]

    def meetings_asked(self, department: Department) -> float:
        """Hours of meetings a week that team, roles, chain table and forum ask of a department."""
        p, levers, place = self.values, self.levers, self.index[department.name]
        asked = p.role_h / 3.0 * sum(1 for portion in levers.roles[place] if portion > 0.0)
        if levers.members[place]:
            asked += p.m_team if levers.team_hours is None else levers.team_hours
        if levers.forum and department.internal:
            asked += p.m_team if levers.forum_hours is None else levers.forum_hours
        if levers.consulted and not department.internal:
            asked += p.m_team / 2.0
        return asked

    def technical_work_waiting(self) -> float:
        """Hours of technical work that wait for IT, technical debt included."""
        waiting = sum(one.technical_need for one in self.everyone)
        return (waiting + self.project.connection_hours * self.backlog) * (1.0 + self.technical_debt)

    # --- the week --------------------------------------------------------------------------------------

    def step(self) -> None:
        """One week, stage by stage."""
        if self.week > self.project.horizon:
            self.running = False
            return
        self._draw_row = {name: table[self.week].tolist() for name, table in self._draws.items()}
        self._meet_luck()
        self._apply_measures()
        self._perceive()
        self._plan()
        self.departments.do("weigh")
        self.departments.do("exert")
        self._deliver()
        self._adopt()
        self._learn()
        self._account()
        if self._collects:
            self.datacollector.collect(self)
        self.running = self.week < self.project.horizon

    def _meet_luck(self) -> None:
        """Stage 0."""
        before = self.shock_weeks
        self.shock_weeks = rules.event_clock(before, self.luck("", "shock"), self.values.p_shock, 12)
        self.shock_begins = self.shock_weeks > before
        if self.shock_begins:
            self.note("shock")
        self.other_it_load = rules.other_it_load(self.other_it_load, self.luck("", "other_load"))
        self.departments.do("meet_luck")

    def _apply_measures(self) -> None:
        """Stage 1: this week's levers, and what is done at once."""
        week, live = self.week, self.go_live_week
        levers = self.plan.levers(week, live)
        closed = live is not None and week >= live + CLOSING_WEEKS
        self._announce(levers, closed)
        if levers is not self.levers:
            self._tie(levers)
        self.levers, self.closed = levers, closed
        frames = [one.it_frame for one in self.everyone]
        if levers.naming:
            self.visibility = rules.raised(self.visibility, self.values.dV_name)
            for one in self.business:
                one.it_frame = rules.frame_after_naming(one.it_frame, self.values.zeta)
        for one, portions, frame, rate in zip(self.everyone, levers.roles, frames, levers.persuasion, strict=True):
            one.take_roles(portions, frame)
            one.conviction_anchor = rules.raised(one.conviction_anchor, rate)
        held = any(portion > 0.0 for portions in levers.roles for portion in portions)
        roles = self.chosen.measures.assign_roles
        taken_back = roles is not None and roles.end is not None and week > roles.end
        self.roles_fade = closed or (taken_back and not held)

    def _announce(self, levers: Levers, closed: bool) -> None:
        """Write down which measures begin and end."""
        for kind in begun_and_ended(self.levers, levers, closed and not self.closed):
            self.note(kind)

    def _tie(self, levers: Levers) -> None:
        """Lay the contact network of these levers, and work out for each department what its contacts mean for it."""
        self._settle_ties(levers, contacts(self.organisation, levers))

    def _settle_ties(self, levers: Levers, contact: dict[tuple[int, int], float]) -> None:
        """Work out for each department what its contacts mean for it."""
        parties = len(self.internal) + (len(self.chain) if levers.consulted or levers.forum else 0)
        self.diffused = rules.diffusion(parties, self.values.t)
        neighbours: dict[int, list[tuple[int, float]]] = {i: [] for i in range(len(self.everyone))}
        for (i, j), strength in contact.items():
            neighbours[i].append((j, strength))
        for i, one in enumerate(self.everyone):
            near = sorted(neighbours[i])
            total = sum(strength for _, strength in near)
            one.contacts = [(self.everyone[j], strength / total) for j, strength in near if total > 0.0]
            close = [(other, d) for other, d in one.interdependence if d > 0.25]
            one.helpers = [(other, contact.get((i, self.index[other.name]), 0.0)) for other, _ in close]
            one.unheld = rules.diffusion(parties if levers.forum else 1 + len(close), self.values.t)
            weight = sum(d for _, d in one.interdependence)
            covered = sum(d * contact.get((i, self.index[other.name]), 0.0) for other, d in one.interdependence)
            one.tied = covered / weight if weight > 0.0 else 0.0
            one.heard = one.active = one.internal or levers.consulted

    def _perceive(self) -> None:
        """Stage 2."""
        self.business_frame = outcomes.mean([one.it_frame for one in self.business])
        self.departments.do("perceive")
        self.departments.do("settle_perception")

    def _plan(self) -> None:
        """Stage 3: capacity, and whether work has started."""
        self.departments.do("plan")
        it = self.it
        self._spare.append(rules.spare_it_hours(it.headroom, it.capacity, self.other_it_load, it.standing_pull))
        if self.started or self.week < self.project.start:
            return
        waits = self.chosen.measures.wait_for_capacity is not None
        enough = len(self._spare) >= 8 and outcomes.mean(self._spare[-8:]) > self.values.h_ref
        if not waits or enough:
            self.started = True
            if waits or self.week > 1:
                self.note("start")

    def _deliver(self) -> None:
        """Stage 5: the week's output, and the issues it brings."""
        p, levers, it = self.values, self.levers, self.it
        partner = levers.partner
        hours = partner.hours if partner and self.started else 0.0
        tech_share = partner.tech_share if partner else 0.0
        substitution = partner.substitution if partner else 0.0
        self.outsider = substitution
        self.partner_process_hours = (1.0 - tech_share) * hours
        clear = 1.0 - outcomes.mean([one.blocked for one in self.internal])
        by_it = it.work_hours * it.productivity
        hired = (tech_share * hours + (levers.technicians if self.started else 0.0)) * clear
        offered = (by_it + hired) / (1.0 + self.technical_debt)
        technical, left = self._share_out(offered, self.internal)
        for_chain, left = self._share_out(left, self.chain)
        technical |= for_chain
        asked = self.project.connection_hours * self.backlog
        connecting = rules.absorbed(left, asked)
        self.connected = min(self.backlog, connecting / self.project.connection_hours)
        self.backlog -= self.connected
        left = left - connecting if left > asked else 0.0
        helped = left * p.phi_it if self.go_live_week is None else 0.0
        process = sum(one.process_need for one in self.everyone)
        partner_parts = self._partner_parts()
        for one in self.everyone:
            part = helped * one.process_need / process if process > 0.0 else 0.0
            one.deliver(self.partner_process_hours * partner_parts[one.name], substitution, part, technical[one.name])
        self._credit(by_it, hired, math.fsum(technical.values()) + connecting)
        self.work_seen = self.work_seen or any(one.hours > 0.0 for one in self.everyone)
        self.departments.do("pick_up")
        self.visibility = min(1.0, self.visibility + 0.01 * self.objections)
        self.objections = 0

    def _share_out(self, offered: float, streams: tuple[Department, ...]) -> tuple[dict[str, float], float]:
        """Technical output for some streams, pro rata to their need, and what is left of it."""
        need = sum(one.technical_need for one in streams)
        taken = rules.absorbed(offered, need)
        given = {one.name: one.technical_need * (taken / need) if need > 0.0 else 0.0 for one in streams}
        return given, (offered - taken if offered > taken else 0.0)

    def _partner_parts(self) -> dict[str, float]:
        """How a partner's process hours are shared: by remaining process work, a chain partner's counts .3."""
        left = {
            one.name: (1.0 - one.process_progress)
            * one.process_size
            * ((1.0 if one.internal else 0.3) if one.active else 0.0)
            for one in self.everyone
        }
        whole = sum(left.values())
        return {name: rest / whole if whole > 0.0 else 0.0 for name, rest in left.items()}

    def _credit(self, by_it: float, hired: float, technical: float) -> None:
        """Write down who delivered this week's output (h): departments, IT, and outsiders as one party."""
        both = by_it + hired
        share = by_it / both if both > 0.0 else 0.0
        bought = math.fsum(one.bought_done for one in self.everyone)
        helped = math.fsum(one.helped_done for one in self.everyone)
        for one in self.internal:
            self.ledger.carry(one.name, one.own_done)
        self.ledger.carry(self.it.name, share * (technical + helped))
        self.ledger.carry("", bought + (1.0 - share) * (technical + helped))

    def _adopt(self) -> None:
        """Stage 6: go-live, adoption, growth and debt."""
        was_live = self.live
        self.departments.do("adopt")
        if self.go_live_week is None and self._ready():
            self.go_live_week = self.week
            self.note("go_live")
            for one in self.internal:
                one.cut_over(self.week)
        if self.go_live_week is not None:
            for one in self.chain:
                if one.cut_over_week is None and one.process_progress > 0.85 and one.technical_progress > 0.9:
                    one.cut_over(self.week)
                    self.note("cut_over", one.name)
        self.departments.do("settle_adoption")
        if was_live:
            self.backlog += self.project.connections_per_week
        built = outcomes.mean([one.technical_gain for one in self.internal])
        self.technical_debt = rules.debt(
            self.technical_debt, built, self.connected, self.values.debt_g, self.debt_weight
        )

    def _ready(self) -> bool:
        """Whether the platform can go live."""
        technical = outcomes.mean([one.technical_progress for one in self.internal])
        return technical >= 0.95 and all(one.process_progress >= 0.90 for one in self.business)

    def _learn(self) -> None:
        """Stage 7."""
        p = self.values
        progress = self._progress()
        self.mean_adoption = outcomes.mean([one.adoption for one in self.internal])
        raw = self.mean_adoption if self.live else min(1.0, 60.0 * (progress - self.mean_progress))
        self.mean_progress = progress
        self.signal = rules.smoothed(self.signal, raw, 0.15)
        source = self._openness()
        self.departments.do("learn")
        self.visibility = rules.visibility(self.visibility, p.tau_V, min(1.0, source))

    def _openness(self) -> float:
        """What feeds visibility: meeting in a team, the board, a partner who works along."""
        p, levers = self.values, self.levers
        source = (p.v_board if levers.anchored else 0.0) + (0.04 * (1.0 - self.outsider) if levers.partner else 0.0)
        if levers.team:
            members = [one for one, member in zip(self.everyone, levers.members, strict=True) if member]
            attendance = outcomes.mean([one.attendance for one in members])
            voice = outcomes.mean([one.voice_role for one in members])
            source += p.v_meet * attendance * (0.5 + 0.5 * voice)
        return source

    def _progress(self) -> float:
        """Half the mean process progress of the business, half the mean technical progress inside."""
        process = outcomes.mean([one.process_progress for one in self.business])
        return 0.5 * process + 0.5 * outcomes.mean([one.technical_progress for one in self.internal])

    def _account(self) -> None:
        """Stage 8: hours, money, and the week's line in the ledger."""
        book, levers = self.ledger, self.levers
        self.mean_engagement = outcomes.mean([one.engagement for one in self.internal])
        book.go_live_week = self.go_live_week
        book.adoption.append(self.mean_adoption)
        book.progress.append(self.mean_progress)
        book.engagement.append(self.mean_engagement)
        book.business_engagement.append(outcomes.mean([one.engagement for one in self.business]))
        book.ownership.append(outcomes.mean([one.ownership for one in self.internal]))
        book.knowledge.append(outcomes.mean([one.knowledge for one in self.internal]))
        book.visibility.append(self.visibility)
        book.passive.append(sum(self._passive(one) for one in self.internal) / len(self.internal))
        book.connections += self.connected
        partner = levers.partner.hours * levers.partner.fee if levers.partner else 0.0
        book.partner_cost += partner
        book.cost += partner + levers.one_off_cost + levers.running_cost
        book.cost += self.licence if self.started else 0.0
        for one in self.everyone:
            book.cost += (one.hours + one.meetings) * one.rate
            book.shared_hours += one.meetings + one.paired_hours
            book.solitary_hours += one.hours - one.paired_hours
        for one in self.internal:
            claim = 0.2 * one.pull * one.capacity
            book.overload_hours += rules.overload_hours(one.load, claim, one.meetings, one.hours, one.available)
            book.benefit += self._benefit(one)

    def _passive(self, one: Department) -> bool:
        """Whether a department finds it important and yet does next to nothing while work waits for it."""
        if not self.started or one.waiting <= 0.0 or one.conviction < 0.5:
            return False
        fair = min((self.values.WB + self.values.WT) / 52.0, one.demand)
        return one.hours < 0.25 * fair

    def _benefit(self, one: Department) -> float:
        """A department's benefit this week (€)."""
        weight = adopted = 0.0
        for other, strength in one.interdependence:
            if not other.internal:
                weight += strength
                adopted += strength * other.adoption
        chain = adopted / weight if weight > 0.0 else 1.0
        return rules.benefit(one.description.benefit, one.adoption, self.values.gam, chain)


_PURPOSE = {purpose: place for place, purpose in enumerate(luck.PURPOSES)}


def _scenario(scenario: Scenario | str, study: Study | None) -> Scenario:
    """The scenario itself, or the one of that name."""
    if isinstance(scenario, Scenario):
        return scenario
    if study is None:
        from simulation.files import case  # noqa: PLC0415 - reading files is not part of a model

        study = case()
    return study.scenario(scenario)
