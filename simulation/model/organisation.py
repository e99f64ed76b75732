"""The Mesa model: one world of one scenario, week by week, stage by stage.

This is the readable definition of the order of a week; what is done in a stage stands in :mod:`simulation.model.steps`,
and equations with a source of their own in :mod:`simulation.model.rules`.
"""

import math
from collections.abc import Callable
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from simulation.model import outcomes, randomness, rules, steps
from simulation.model.department import Department, HandOff
from simulation.model.outcomes import Event, Ledger
from simulation.model.states import DEPARTMENT_STATES, ORGANISATION_STATES, collected
from simulation.model.terms import requests_of, settings_of, terms_of
from simulation.model.worlds import Mode, Traits, carried_out, check_world, traits_of, values_of
from simulation.study.constants import WAITING_WEEKS
from simulation.study.measures import CARRIED_OUT
from simulation.study.parameters import Values
from simulation.study.scenario import Scenario, Study
from simulation.study.schedule import Levers, Meetings, Schedule, begun_and_ended, contacts, is_closed

AGENT_STATES = ("name", "kind", *collected(DEPARTMENT_STATES))
"""What the data collector writes of each department every week: the columns of its agents' data frame."""

MODEL_STATES = collected(ORGANISATION_STATES)
"""What it writes of the organisation every week: the columns of its model's data frame."""


class WeekCollector(mesa.DataCollector):
    """Mesa's data collector, with which ``batch_run`` finds the last week's agents on Mesa 3.3 too.

    Mesa 3.3 files agents under the number of steps and its ``batch_run`` looks them up one lower.
    """

    def collect(self, model: mesa.Model) -> None:
        """Collect a week, and file agents where ``batch_run`` looks for them."""
        super().collect(model)
        if not hasattr(self, "_collection_steps"):
            self._agent_records[model.steps - 1] = self._agent_records.pop(model.steps)


class OrganisationModel(mesa.Model):
    """One world of one scenario: a Mesa model that takes a week per :meth:`step`.

    ``scenario`` is a :class:`~simulation.study.scenario.Scenario`, or the name of one in ``study`` (the case without
    one). ``world`` picks the world, ``rng`` (a whole number ≥ 0) the seed of all luck: the same two give every scenario
    the same luck, and None a seed from the operating system. ``parameters`` is ``"ranges"`` or ``"defaults"``;
    ``values`` and ``traits`` (one each, in the organisation's order) replace what the world would draw. Without
    ``collect`` no data is collected, which is quicker.

    ``departments`` are Mesa's agents, :class:`~simulation.model.department.Department` each; ``events`` what has
    happened so far; ``ledger`` the accounts, from which :func:`~simulation.model.outcomes.outcomes_of` reads the
    outcomes; ``running`` turns false after the last week of the horizon.

    Luck is keyed (:mod:`simulation.model.randomness`), so nothing in a run depends on ``model.rng``: replicate over
    ``world``, not over iterations. Data is collected from week 1 on, at the end of each week; row 0 of the model's data
    frame is week 1, which the agents' frame calls step 1.

    Raises :class:`~simulation.study.errors.InputRefused` for an unknown scenario, world, seed or mode.

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
        self.schedule = Schedule(self.chosen.measures, self.organisation)
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
        for description, own_traits in zip(described, traits, strict=True):
            Department(self, description, own_traits)
        # Mesa 3.3 counts agents in a class-level dictionary, which would keep every model alive; ours are all made now.
        getattr(mesa.Agent, "_ids", {}).pop(self, None)
        self.departments = self.agents_by_type[Department]  # whoever adds agents of another kind disturbs nothing
        everyone: list[Department] = list(self.departments)
        self.index = {department.name: index for index, department in enumerate(everyone)}
        self.everyone = tuple(everyone)
        self.internal = tuple(department for department in everyone if department.internal)
        self.chain = tuple(department for department in everyone if not department.internal)
        self.business = tuple(department for department in everyone if department.kind == "business")
        self.it = next(department for department in everyone if department.is_it)
        needs: dict[str, list[tuple[Department, float]]] = {department.name: [] for department in everyone}
        self.hand_offs = tuple(
            HandOff(everyone[self.index[tie.a]], everyone[self.index[tie.b]], tie.strength)
            for tie in self.organisation.interdependence
        )
        own: dict[str, list[HandOff]] = {department.name: [] for department in everyone}
        for hand_off in self.hand_offs:
            own[hand_off.a.name].append(hand_off)
            own[hand_off.b.name].append(hand_off)
            needs[hand_off.a.name].append((hand_off.b, hand_off.need))
            needs[hand_off.b.name].append((hand_off.a, hand_off.need))
        for department in everyone:
            department.tie(needs[department.name], own[department.name])

    def _begin(self) -> None:
        """Set the organisation's state of week 0."""
        horizon = self.project.horizon
        self._draws: dict[str, NDArray[np.float64]] = {
            name: randomness.draws(self.seed, self.world, name, horizon) for name in ("", *self.index)
        }
        self._draw_row: dict[str, list[float]] = {}
        self.visibility = self.technical_debt = self.debt_weight = self.other_it_load = 0.0
        self.shock_weeks, self.shock_begins, self.sponsor_weeks = 0, False, 0
        self.go_live_week: int | None = None
        self.backlog = self.signal = self.connected = self.carried_outside = 0.0
        self.objections = 0
        self.started = self.work_seen = self.roles_fade = self.closed = False
        self.mean_adoption = self.mean_engagement = self.business_engagement = 0.0
        self.mean_progress = self.progress_gain = 0.0
        self.business_frame = self.diffused = self.outsider = self.partner_process_hours = 0.0
        self.need_inside = self.need_outside = self.need_process = self.need_asked = 0.0
        self.anchoring = self.process_progress = 0.0
        self._spare = [0.0] * WAITING_WEEKS
        self.events: list[Event] = []
        self.terms = terms_of(self.chosen)
        steps.begin_organisation(self, self.values, self.terms)
        steps.carry_out(self, self.values, carried_out(self.seed, self.world))
        technical, _, process, _, _ = self.total(steps.progress, self.values, self.terms)
        self.mean_progress = steps.half_each(self.terms, technical, process)
        self._take_levers(self.schedule.levers(0, None))
        self.ledger = Ledger(self.terms.internal, self.terms.full_benefit)

    # --- what a week asks ------------------------------------------------------------------------------

    @property
    def week(self) -> int:
        """The week that is being simulated, or was last: from 1, and 0 before the first."""
        return min(int(self.steps), self.project.horizon)

    @property
    def fidelity(self) -> dict[str, float]:
        """How well each measure of :data:`~simulation.study.measures.CARRIED_OUT` is carried out here, 0 to 1."""
        return {part: getattr(self, f"{part}_fidelity") for part in CARRIED_OUT}

    @property
    def live(self) -> bool:
        """Whether the platform went live before this week."""
        return self.go_live_week is not None and self.week > self.go_live_week

    def luck(self, department: str, purpose: str) -> float:
        """This week's draw for a department (``""``: the organisation) and a purpose, in [0, 1).

        The purposes are :data:`~simulation.model.randomness.PURPOSES`; raises ``KeyError`` for any other.
        """
        return self._draw_row[department][_PURPOSE[purpose]]

    def note(self, kind: str, department: str = "") -> None:
        """Add to ``events`` what happened this week, to a department or (``""``) to the organisation."""
        self.events.append(Event(self.week, kind, department))

    def total(self, step: Callable[..., tuple[float, ...]], *arguments: Any) -> tuple[float, ...]:
        """Sum what a step returns, number by number, over all departments, without rounding on the way.

        ``arguments`` go to the step after the department. Sums are exact (``math.fsum``), so order cannot matter.
        """
        return tuple(map(math.fsum, zip(*(step(department, *arguments) for department in self.everyone), strict=True)))

    # --- the week --------------------------------------------------------------------------------------

    def step(self) -> None:
        """Simulate one week, stage by stage; beyond the horizon nothing happens any more.

        Departments are visited in the organisation's order, and any other order gives the same: before a stage in which
        others matter each looks around, and what it then does changes nothing that others read in that stage.
        """
        if self.steps > self.project.horizon:
            self.running = False
            return
        self._draw_row = {name: table[self.week].tolist() for name, table in self._draws.items()}
        self._meet_luck()
        self._apply_measures()
        self._perceive()
        self._plan()
        self._work()
        self._deliver()
        self._adopt()
        self._learn()
        self._account()
        if self._collects:
            self.datacollector.collect(self)
        self.running = self.week < self.project.horizon

    def _meet_luck(self) -> None:
        """Stage 0: the daily rush, other IT projects, incidents."""
        before, draws = self.sponsor_weeks, ("shock", "other_load", "sponsor")
        steps.meet_events(self, self.values, *(self.luck("", purpose) for purpose in draws))
        if self.shock_begins:
            self.note("shock")
        if self.levers.anchored and (self.sponsor_weeks > 0) != (before > 0):
            self.note("sponsor_leaves" if self.sponsor_weeks else "sponsor_back")
        self.departments.do("meet_luck")

    def _apply_measures(self) -> None:
        """Stage 1: this week's levers, and what is done at once."""
        week, go_live = self.week, self.go_live_week
        levers = self.schedule.levers(week, go_live)
        closed = is_closed(week, go_live)
        for kind in begun_and_ended(self.levers, levers, closed and not self.closed):
            self.note(kind)
        if levers is not self.levers:
            self._take_levers(levers)
        held = any(portion > 0.0 for portions in levers.roles for portion in portions)
        roles = self.chosen.measures.assign_roles
        taken_back = roles is not None and roles.end is not None and week > roles.end
        self.closed, self.roles_fade = closed, closed or (taken_back and not held)
        steps.name_openly(self, self.values, self.settings)
        self.departments.do("apply_measures")

    def _take_levers(self, levers: Levers) -> None:
        """Build the contact network of these levers, and let each department see what they ask of it."""
        self.levers, self.settings = levers, settings_of(levers)
        parties = len(self.everyone) if levers.consulted or levers.forum else len(self.internal)
        self.diffused = rules.diffusion(parties, self.values.t)
        contact: list[dict[int, float]] = [{} for _ in self.everyone]
        meetings = Meetings(self.team_fidelity, self.forum_fidelity, self.chain_fidelity)
        for (i, j), strength in contacts(self.organisation, levers, meetings).items():
            contact[i][j] = strength
        for hand_off in self.hand_offs:
            hand_off.contact = contact[self.index[hand_off.a.name]].get(self.index[hand_off.b.name], 0.0)
        for department, ask, near in zip(self.everyone, requests_of(levers), contact, strict=True):
            department.take_levers(ask, near, parties)

    def _perceive(self) -> None:
        """Stage 2: all look around first, then each makes something of it."""
        frame = math.fsum(steps.business_frame(department) for department in self.everyone)
        self.business_frame = frame / len(self.business) if self.business else 0.0
        self.departments.do("look_around")
        self.departments.do("perceive")

    def _plan(self) -> None:
        """Stage 3: capacity, and whether work has started."""
        self.departments.do("plan")
        before = self.started
        steps.start_or_wait(self, self.values, self.terms, self.it, self._spare, self.week)
        if self.started and not before and (self.terms.waits or self.week > 1):
            self.note("start")

    def _work(self) -> None:
        """Stage 4: how much each is in it, what is needed in all, and how many hours each gives."""
        self.departments.do("weigh")
        self.need_inside, self.need_outside, self.need_process, self.need_asked = self.total(steps.needs)
        self.departments.do("exert", *steps.waiting_for_it(self, self.values, self.terms))

    def _deliver(self) -> None:
        """Stage 5: hand-offs that are settled, the week's output, and the issues it brings."""
        self.departments.do("look_at_use")
        self.departments.do("prepare_to_settle")
        for hand_off in self.hand_offs:
            hand_off.settle(self.values)
        blocked, parts, at_work = self.total(steps.before_work)
        supplied = steps.supply(self, self.values, self.settings, self.terms, self.it, blocked, parts)
        *shares, own, connecting = supplied
        self.departments.do("deliver", self.settings.substitution, *shares)
        self._credit(own, connecting)
        self.work_seen = self.work_seen or at_work > 0.0
        self.departments.do("look_for_help")
        self.objections = 0
        self.departments.do("pick_up")
        steps.hear_objections(self, self.values)

    def _credit(self, own: float, connecting: float) -> None:
        """Write down who delivered this week's output (h): departments, IT, and outsiders as one party."""
        steps.credit(self, self.it, own, connecting, *self.total(steps.after_work))

    def _adopt(self) -> None:
        """Stage 6: go-live, adoption, growth and debt; and what progress there is to be seen."""
        technical, built, process, arranged, unready = self.total(steps.progress, self.values, self.terms)
        begins = steps.go_live(self, self.values, self.terms, technical, process, unready, self.week)
        if begins:
            self.note("go_live")
        if self.go_live_week is not None:
            self.departments.do("adopt", begins)
            self.departments.do("look_at_use")
        steps.grow(self, self.values, self.terms, technical, built, process, arranged)

    def _learn(self) -> None:
        """Stage 7: what success is seen, how openly things are spoken of, and what all that does to each."""
        steps.signal(self, self.values, self.terms, *self.total(steps.success))
        team = self.total(steps.meeting) if self.settings.team else (0.0, 0.0, 0.0)
        source = steps.openness(self, self.values, self.settings, *team)
        self.departments.do("learn")
        for hand_off in self.hand_offs:
            hand_off.forget()
        steps.open_up(self, self.values, source)

    def _account(self) -> None:
        """Stage 8: hours, money, and the week's line in the ledger."""
        book = self.ledger
        steps.add_up(book, *self.total(steps.account, self.values))
        steps.pay(book, self, self.settings, self.terms)
        book.go_live_week = self.go_live_week or 0
        book.adoption.append(self.mean_adoption)
        book.progress.append(self.mean_progress)
        book.engagement.append(self.mean_engagement)
        book.business_engagement.append(self.business_engagement)
        book.ownership.append(outcomes.mean([department.ownership for department in self.internal]))
        book.knowledge.append(outcomes.mean([department.knowledge for department in self.internal]))
        book.visibility.append(self.visibility)
        passive = sum(steps.passive(department, self.values) for department in self.everyone) if self.started else 0.0
        book.passive.append(passive / len(self.internal))
        steps.keep_books(book, self, book.passive[-1], self.week)
        book.mean_business_adoption = outcomes.mean([department.adoption for department in self.business])
        book.settled, book.settled_chain = self.settled(inside=True), self.settled(inside=False)
        book.carried = {department.name: department.carried for department in self.internal}
        book.carried[""] = self.carried_outside

    def settled(self, inside: bool) -> float:
        """How far hand-offs are settled, by need: those inside, or those between inside and chain; nan without any."""
        ends = 2 if inside else 1
        chosen = [tie for tie in self.hand_offs if tie.a.internal + tie.b.internal == ends]
        need = math.fsum(tie.need for tie in chosen)
        return math.fsum(tie.need * tie.settled for tie in chosen) / need if need > 0.0 else math.nan


_PURPOSE = {purpose: index for index, purpose in enumerate(randomness.PURPOSES)}


def _scenario(scenario: Scenario | str, study: Study | None) -> Scenario:
    """The scenario itself, or the one of that name."""
    if isinstance(scenario, Scenario):
        return scenario
    if study is None:
        from simulation.study.sources.files import case  # noqa: PLC0415 - reading files is not part of a model

        study = case()
    return study.scenario(scenario)
