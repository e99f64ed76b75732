"""The Mesa agent: a department, or a chain partner, through one week.

Every stage reads what earlier stages, or last week, left behind; where others read what a stage writes, the
new value waits until the whole stage is done. So the order in which departments are visited does not matter.
"""

from typing import TYPE_CHECKING

import mesa

from simulation import rules
from simulation.organisation import Department as Description
from simulation.parameters import Values
from simulation.worlds import Traits

if TYPE_CHECKING:
    from simulation.model import OrganisationModel


class Department(mesa.Agent):
    """One department with its capacity (h/week), its traits in this world, and its state.

    The states carry the names of ``docs/odd.md``, section 2. Shares are in [0, 1], hours are per week.
    """

    model: "OrganisationModel"

    def __init__(self, model: "OrganisationModel", description: Description, traits: Traits) -> None:
        super().__init__(model)
        values = model.values
        self.name = description.name
        self.kind = description.kind
        self.description = description
        self.values: Values = values
        self.is_it = description.kind == "it"
        self.internal = description.internal
        self.capacity = description.capacity
        self.rate = description.rate
        self.traits = traits
        self.process_size, self.technical_size = traits.process_work, traits.technical_work
        self.interdependence: list[tuple[Department, float]] = []
        self.entangled = 0.0  # its summed interdependence over the mean
        self.contacts: list[tuple[Department, float]] = []
        self.helpers: list[tuple[Department, float]] = []
        self.tied = 0.0  # share of its interdependence that contacts cover
        self.heard = self.internal  # takes part in what is spoken of openly
        self.active = self.internal  # internal, or consulted
        self.unheld = 1.0  # diffused share of an issue nobody holds
        self._begin(traits, values)
        self._begin_week()

    def _begin(self, traits: Traits, values: Values) -> None:
        """Set the state of week 0."""
        self.conviction = self.conviction_anchor = traits.conviction
        self.it_frame = self.frame_anchor = traits.it_frame
        self.felt_responsibility = self.ownership = 0.0
        self.progress_role = self.priority_role = self.voice_role = 0.0
        self.knowledge = traits.knowledge
        self.priority = values.om0
        self.activity = 0.0
        # A half without work is done from the start; IT has no process work at all.
        self.process_progress = 0.0 if self.process_size > 0.0 or self.is_it else 1.0
        self.technical_progress = 0.0 if self.technical_size > 0.0 else 1.0
        self.technical_gain = 0.0
        self.open_issues = self.open_objections = 0
        self.own_share = 0.0
        self.adoption = self.habit = 0.0
        self.incident_weeks = self.absence_weeks = 0
        self.cut_over_week: int | None = None
        self.own_output = self.all_output = 0.0

    def _begin_week(self) -> None:
        """Set what a week computes anew."""
        self.norm = self.engagement = self.responsibility = self.expectancy = 0.0
        self.load = self.headroom = self.available = self.pull = 0.0
        self.meetings = self.attendance = 0.0
        self.blocked = self.productivity = 0.0
        self.process_need = self.technical_need = 0.0
        self.demand = self.hours = self.work_hours = self.care_hours = 0.0
        self.paired_hours = 0.0
        self.process_done = self.technical_done = 0.0
        self.own_done = self.bought_done = self.helped_done = 0.0
        self.waiting = 0.0
        self.willingness = 0.0
        self._frame = self._felt = self._adoption = 0.0

    # --- stage 0 and 1 ---------------------------------------------------------------------------------

    def meet_luck(self) -> None:
        """Stage 0: an incident goes on, ends or begins."""
        before = self.incident_weeks
        self.incident_weeks = rules.event_clock(before, self.luck("incident"), self.values.p_inc, 3)
        if self.incident_weeks > before:
            self.model.note("incident", self.name)

    def luck(self, purpose: str) -> float:
        """This week's draw for a purpose, in [0, 1)."""
        return self.model.luck(self.name, purpose)

    def take_roles(self, portions: tuple[float, float, float], frame: float) -> None:
        """Stage 1: roles are raised to what is received of them, ``frame`` being the frame before this stage."""
        c_role, paper = self.values.c_role, self.values.paper
        heard_as = 0.0 if self.is_it else frame
        self.progress_role = rules.role_clarity(self.progress_role, heard_as, c_role, paper, portions[0])
        self.priority_role = rules.role_clarity(self.priority_role, heard_as, c_role, paper, portions[1])
        self.voice_role = rules.role_clarity(self.voice_role, heard_as, c_role, paper, portions[2])

    # --- stage 2 ---------------------------------------------------------------------------------------

    @property
    def seen(self) -> float:
        """How openly things are spoken of where this department is."""
        return self.model.visibility if self.heard else 0.0

    def perceive(self) -> None:
        """Stage 2: what others seem to do and think; whose job it seems; how responsible one feels."""
        p, model = self.values, self.model
        activity = conviction = frame = 0.0
        for other, weight in self.contacts:
            activity += weight * other.activity
            conviction += weight * other.conviction
            frame += weight * other.it_frame
        self.norm = rules.perceived_norm(self.seen, activity, conviction)
        self._frame = self._reframe(frame if self.contacts else self.it_frame)
        if self.is_it:
            unassigned = rules.unassigned_responsibility_it(model.business_frame, model.diffused, p.acc)
        else:
            unassigned = rules.unassigned_responsibility(self.it_frame, model.diffused, p.nu)
        self._felt = rules.felt_responsibility(self.felt_responsibility, self.progress_role, unassigned, p.tau_s)

    def _reframe(self, others: float) -> float:
        """The IT frame after talk and evidence; IT's own and a chain partner's stay as they are."""
        p = self.values
        if self.kind != "business":
            return self.it_frame
        frame = self.it_frame + rules.frame_from_talk(self.it_frame, self.frame_anchor, others, p.g, p.eta_f)
        if self.model.work_seen:
            frame += rules.frame_from_evidence(self.it_frame, self.seen, self.own_share, self.activity, p.eta_e)
        return rules.clip(frame, 0.0, 1.0)

    def settle_perception(self) -> None:
        """End of stage 2."""
        self.it_frame, self.felt_responsibility = self._frame, self._felt

    # --- stages 3 and 4 --------------------------------------------------------------------------------

    def plan(self) -> None:
        """Stage 3: how many hours there are, what competes for them, and which meetings one attends."""
        p, model = self.values, self.model
        noise = rules.weekly_noise(self.luck("noise"))
        incident = p.s_inc * self.capacity if self.incident_weeks else 0.0
        upkeep = p.debt_m * model.technical_debt * self.capacity if self.is_it else 0.0
        self.available = rules.available_hours(self.capacity, self.absence_weeks > 0)
        self.load = rules.ordinary_load(self.capacity, self.traits.workload, noise, incident, upkeep)
        self.headroom = rules.headroom(self.available, self.load, model.granted(self))
        self.pull = self.standing_pull * (model.other_it_load if self.is_it else 1.0)
        if model.shock_weeks:
            self.pull += 0.3
        asked = model.meetings_asked(self)
        self.meetings = rules.meeting_hours(asked, self.headroom)
        self.attendance = self.meetings / asked if asked > 0.0 else 0.0

    @property
    def standing_pull(self) -> float:
        """The trait, less what is cut of IT's portfolio."""
        return self.traits.competing_pull * ((1.0 - self.model.levers.cut) if self.is_it else 1.0)

    @property
    def projects(self) -> float:
        """Projects at once, less what is cut of IT's portfolio."""
        return self.traits.projects * ((1.0 - self.model.levers.cut) if self.is_it else 1.0)

    def weigh(self) -> None:
        """Stage 4, first half: what is open, and how much one is in it."""
        p = self.values
        self.responsibility = rules.responsibility(self.felt_responsibility, self.ownership)
        self.expectancy = rules.expectancy(self.norm, p.e0)
        self.engagement = rules.engagement(self.conviction, self.responsibility, self.expectancy)
        self.blocked = rules.blocked(self.open_issues, p.I_half)
        self.process_need, self.technical_need = self._needs() if self.active else (0.0, 0.0)
        self.productivity = rules.productivity(
            rules.skill(self.knowledge, p.kmin),
            rules.switching_efficiency(self.projects, p.kappa),
            self.blocked,
            self._coordination(),
        )

    def _needs(self) -> tuple[float, float]:
        """Open need for process and technical hours; the platform core waits for no process."""
        process, technical = self.process_progress, self.technical_progress
        if self.is_it:
            return 0.0, (1.0 - technical) * self.technical_size
        return (
            rules.process_need(process, technical, self.process_size),
            rules.technical_need(process, technical, self.values.lead, self.technical_size),
        )

    def _coordination(self) -> float:
        """What is left of an hour among interdependent departments at work."""
        weight = busy = 0.0
        for other, strength in self.interdependence:
            weight += strength
            busy += strength * other.activity
        return rules.coordination(self.values.ad_hoc, busy / weight, self.tied) if weight > 0.0 else 1.0

    def exert(self) -> None:
        """Stage 4, second half: hours, spent once, over attention, care and work in proportion."""
        model = self.model
        attention = care = work = 0.0
        if self.active and model.started:
            attention = self.values.h_ref / 12.0
            care = self.values.h_care if model.live else 0.0
            self.waiting = model.technical_work_waiting() if self.is_it else self.process_need
            work = rules.hours_for(self.waiting, self.productivity)
        self.demand = attention + care + work
        self.hours = rules.effort(self.demand, self.headroom, self.meetings, self.engagement, self.priority, self.pull)
        part = self.hours / self.demand if self.demand > 0.0 else 0.0
        self.work_hours, self.care_hours = part * work, part * care
        self.willingness = rules.willingness(self.conviction, self.expectancy, self.headroom, self.capacity)

    # --- stage 5 ---------------------------------------------------------------------------------------

    def deliver(self, partner_hours: float, substitution: float, help_from_it: float, technical: float) -> None:
        """Stage 5: process and technical progress of the stream, and the issues that come with it.

        ``partner_hours`` are this department's part of the partner's process hours, ``help_from_it`` and
        ``technical`` the hours of output that reached its stream.
        """
        p = self.values
        self.paired_hours = min((1.0 - substitution) * partner_hours, self.work_hours)
        own = self.work_hours * self.productivity if not self.is_it else 0.0
        own += self.paired_hours * p.phi_pair * (1.0 - self.blocked)
        bought = substitution * partner_hours * p.phi_sub * (1.0 - self.blocked)
        everything = own + bought + help_from_it
        self.process_done = everything if everything < self.process_need else self.process_need
        self.technical_done = technical
        used = self.process_done / everything if everything > 0.0 else 0.0
        self.own_done, self.bought_done, self.helped_done = used * own, used * bought, used * help_from_it
        if self.process_done > 0.0:
            share = own / everything
            self.own_output += self.own_done
            self.all_output += self.process_done
            self.own_share = rules.smoothed(self.own_share, share, 0.2)
        self._advance()

    def _advance(self) -> None:
        """Turn output into progress, and progress into issues."""
        p, block = self.values, self.blocked
        before = self.process_progress * self.process_size + self.technical_progress * self.technical_size
        self.technical_gain = self.technical_progress
        if self.process_size > 0.0:
            self.process_progress = rules.progress(
                self.process_progress, self.process_done, p.eps0, p.eps_b, block, self.process_size
            )
        if self.technical_size > 0.0:
            self.technical_progress = rules.progress(
                self.technical_progress, self.technical_done, p.eps0, p.eps_b, block, self.technical_size
            )
        self.technical_gain = self.technical_progress - self.technical_gain
        after = self.process_progress * self.process_size + self.technical_progress * self.technical_size
        self._arrive(after - before)

    def _arrive(self, progressed: float) -> None:
        """New issues, by work done and, once live, by ignorance and by a chain that lags behind."""
        live = 1.0 if self.model.live and self.internal else 0.0
        gap = 0.0
        if live:
            behind = sum(d * (1.0 - other.adoption) for other, d in self.interdependence if not other.internal)
            gap = self.values.iota_c * self.adoption * behind
        mean = rules.new_issues(self.values.iota, progressed, self.entangled, live, self.knowledge, gap)
        self.open_issues += rules.poisson_quantile(self.luck("arrivals"), mean)

    def pick_up(self) -> None:
        """Stage 5, end: somebody takes up open issues, or nobody does; objections likewise."""
        if self.open_issues == 0 and self.open_objections == 0 and self.description.voice == 0.0:
            return
        hazard = self._hazard()
        self.open_issues -= rules.taken_up(self.luck("pick_up"), self.open_issues, hazard)
        if self.description.voice > 0.0:
            self._object(hazard)

    def _hazard(self) -> float:
        """Rate per week at which an issue here is taken up."""
        p = self.values
        own = self.willingness * rules.own_pick_up(self.progress_role, self.unheld, self.ownership)
        willing = sum(rules.neighbour_reach(contact) * other.willingness for other, contact in self.helpers)
        near = rules.neighbours_pick_up(willing, self.progress_role, self.unheld)
        return p.mu * (own + near) + rules.partner_pick_up(p.mu_p, self.model.partner_process_hours, p.h_ref)

    def _object(self, hazard: float) -> None:
        """Open objections: they make things visible, and each one answered convinces a little."""
        if self.luck("objection") < self.description.voice * (1.0 - self.conviction):
            self.open_objections += 1
            self.model.objections += 1
            self.model.note("objection", self.name)
        answered = rules.taken_up(self.luck("answer"), self.open_objections, hazard)
        self.open_objections -= answered
        for _ in range(answered):
            self.conviction_anchor = rules.raised(self.conviction_anchor, 0.1)

    # --- stage 6 ---------------------------------------------------------------------------------------

    @property
    def quality(self) -> float:
        """Quality of its process, by how much of it the department made itself."""
        return rules.process_quality(self.own_output, self.all_output, self.values.qloss)

    def adopt(self) -> None:
        """Stage 6: use of the new way rises and falls, from the week after its cut-over."""
        self._adoption = self.adoption
        if self.cut_over_week is None:
            return
        p = self.values
        weight = others = 0.0
        for other, strength in self.interdependence:
            weight += strength
            others += strength * other.adoption
        care = min(1.0, self.care_hours / p.h_care) if p.h_care > 0.0 else 1.0
        gain = rules.adoption_gain(
            self.adoption,
            others / weight if weight > 0.0 else 0.0,
            self.quality,
            rules.skill(self.knowledge, p.kmin),
            self.blocked,
            care,
            p.p_a,
            p.q_a,
        )
        held = self.responsibility * self.priority
        loss = rules.adoption_loss(self.adoption, self.habit, self.overload, held, p.de_a, p.press)
        self._adoption = rules.clip(self.adoption + gain - loss, 0.0, 1.0)
        self.habit = rules.toward(self.habit, self.adoption, p.tau_z)

    @property
    def overload(self) -> float:
        """Ordinary load over available hours."""
        return self.load / self.available if self.available > 0.0 else 0.0

    def cut_over(self, week: int) -> None:
        """Switch to the new way: at go-live, or for a chain partner when it is ready."""
        self.cut_over_week = week
        self._adoption = max(self._adoption, self.values.a_cut * self.quality)

    def settle_adoption(self) -> None:
        """End of stage 6."""
        self.adoption = self._adoption

    # --- stage 7 ---------------------------------------------------------------------------------------

    def learn(self) -> None:
        """Stage 7: ownership, knowledge, priority, activity, conviction; roles fade; a key person may leave."""
        p, model = self.values, self.model
        asked = min(p.h_ref, self.demand)
        involved = rules.involvement(self.hours, asked, p.h_ref)
        before = self.ownership, self.knowledge, self.priority
        self.ownership = rules.ownership(before[0], self._routes(involved), before[2], p.al_o, p.de_o)
        self.knowledge = rules.knowledge(
            before[1],
            involved,
            min(1.0, self.paired_hours / p.h_ref),
            self.adoption,
            p.lam_k,
            p.lam_t,
            p.de_k,
        )
        self._reprioritise()
        self.activity = rules.smoothed(self.activity, min(1.0, self.hours / asked) if asked > 0.0 else 0.0, 0.25)
        self.conviction = rules.clip(
            rules.conviction(self.conviction, self.conviction_anchor, model.signal, p.eta_x, p.xi), 0.0, 1.0
        )
        if model.roles_fade:
            self._let_roles_fade()
        self._keep_or_lose_a_key_person()

    def _routes(self, involved: float) -> float:
        """The routes to ownership that are open to it this week."""
        return rules.ownership_routes(
            self.voice_role,
            self.model.outsider,
            self.knowledge if involved > 0.05 else 0.0,
            min(1.0, self.hours / self.values.h_ref),
        )

    def _reprioritise(self) -> None:
        """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
        p, model = self.values, self.model
        anchored = p.A if model.levers.anchored and self.internal else 0.0
        base = p.om_done if model.closed else p.om0
        goal = rules.priority_goal(base, p.bV * self.seen, p.bP * self.priority_role, anchored)
        self.priority = rules.toward(self.priority, goal, p.tau_om)
        if model.shock_begins:
            protected = p.A if model.levers.anchored else 0.0
            self.priority = rules.priority_after_shock(self.priority, p.sh_om, protected)

    def _let_roles_fade(self) -> None:
        """Nobody refreshes the roles any more."""
        tau, kept = self.values.tau_c, self.values.A if self.model.levers.anchored else 0.0
        self.progress_role = rules.faded_clarity(self.progress_role, tau, kept)
        self.priority_role = rules.faded_clarity(self.priority_role, tau, kept)
        self.voice_role = rules.faded_clarity(self.voice_role, tau, kept)

    def _keep_or_lose_a_key_person(self) -> None:
        """A key person may leave, the more so under overload, and takes knowledge, ownership and roles along."""
        self.absence_weeks = max(0, self.absence_weeks - 1)
        if self.luck("leave") >= rules.chance_of_leaving(self.values.p_leave, self.overload):
            return
        held = max(self.progress_role, self.priority_role, self.voice_role) > 0.0
        self.model.note("leave_role" if held else "leave", self.name)
        kept = 1.0 - self.values.loss_leave
        self.knowledge *= kept
        self.ownership *= kept
        self.progress_role *= 0.5
        self.priority_role *= 0.5
        self.voice_role *= 0.5
        self.absence_weeks = 8
