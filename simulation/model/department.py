"""The Mesa agent: a department, or a chain partner, through one week.

What it does in a stage is a step in :mod:`simulation.model.steps`. Before a stage in which others matter it looks
around, so that everybody sees what earlier stages, or last week, left behind: the order of visiting does not matter.
"""

from typing import TYPE_CHECKING

import mesa

from simulation.model import rules, steps
from simulation.model.states import DEPARTMENT_STATES
from simulation.model.terms import Answers, Request, Seat
from simulation.model.worlds import Traits
from simulation.study.constants import CLOSE_NEED, LOOSE
from simulation.study.organisation import Department as Description
from simulation.study.parameters import Values

if TYPE_CHECKING:
    from simulation.model.organisation import OrganisationModel

Ties = list[tuple["Department", float]]


class Department(mesa.Agent):
    """One department with its capacity (h/week), its traits in this world, and its state.

    Its states are those of :mod:`simulation.model.states`, which ``docs/odd.md`` shows in section 2. Shares are in
    [0, 1], hours are per week. ``contacts`` are weighted so that they sum to 1; ``helpers`` are those whom it needs by
    more than ``CLOSE_NEED``, with their contact; ``imitated`` those whose use of the new way counts, with how much;
    ``hand_offs`` what passes between it and each whom it needs.
    """

    model: "OrganisationModel"

    def __init__(self, model: "OrganisationModel", description: Description, traits: Traits) -> None:
        super().__init__(model)
        self._begin(traits)
        self.name, self.kind, self.internal = description.name, description.kind, description.internal
        self.is_it, self.in_business = description.kind == "it", description.kind == "business"
        self.capacity, self.rate = description.capacity, description.rate
        self.benefit = description.benefit if description.internal else 0.0
        self.description, self.traits = description, traits
        self.values: Values = model.values
        self.interdependence: Ties = []
        self.contacts: Ties = []
        self.helpers: Ties = []
        self.chain: Ties = []
        self.imitated: Ties = []
        self.hand_offs: list[HandOff] = []

    def _begin(self, traits: Traits) -> None:
        """Set the state of week 0: this world's traits, and nothing of all else."""
        for state in DEPARTMENT_STATES:
            setattr(self, state.name, state.nothing)
        self.conviction, self.it_frame, self.knowledge = traits.conviction, traits.it_frame, traits.knowledge
        self.workload, self.competing_pull, self.projects = traits.workload, traits.competing_pull, traits.projects
        self.process_size, self.technical_size = traits.process_work, traits.technical_work
        self.size = traits.size
        self.cut_over_week: int | None = None

    def tie(self, interdependence: Ties, hand_offs: list["HandOff"]) -> None:
        """Set whom it needs, and how much (0 to 1 each), and what passes between them; then week 0 begins."""
        self.interdependence, self.hand_offs = interdependence, hand_offs
        self.chain = [(other, strength) for other, strength in interdependence if not other.internal]
        self.entangled, self.chain_weight = _total_strength(interdependence), _total_strength(self.chain)
        self.chain_share = 1.0 / self.chain_weight if self.chain_weight > 0.0 else 0.0
        self.chain_needed = min(1.0, self.chain_weight / LOOSE)
        steps.begin(self, self.values)

    # --- when levers change ----------------------------------------------------------------------------

    def take_levers(self, ask: Request, contact: dict[int, float], parties: int) -> None:
        """Take from this week's levers what stays as it is until they change.

        ``contact`` is the strength (0 to 1) of its contact with others, by their index in the organisation; ``parties``
        counts those among whom a responsibility is diffused.
        """
        everyone, near = self.model.everyone, sorted(contact.items())
        total = sum(strength for _, strength in near)
        self.contacts = [(everyone[i], strength / total) for i, strength in near if total > 0.0]
        in_touch = [(other, d, contact.get(self.model.index[other.name], 0.0)) for other, d in self.interdependence]
        self.helpers = [(other, strength) for other, d, strength in in_touch if d > CLOSE_NEED]
        self.imitated = self._imitated(contact)
        imitation = 1.0 / max(_total_strength(self.imitated), LOOSE) if self.imitated else 0.0
        seat = Seat(1.0 if self.contacts else 0.0, imitation, len(self.helpers))
        steps.take_levers(self, self.values, self.model, self.model.settings, ask, seat, parties)

    def _imitated(self, contact: dict[int, float]) -> Ties:
        """Whose use of the new way counts, and how much: inside by need or contact, across the border by need."""
        needs = {self.model.index[other.name]: strength for other, strength in self.interdependence}
        weights: Ties = []
        for i in sorted({*needs, *contact}):
            other, need = self.model.everyone[i], needs.get(i, 0.0)
            inside = self.internal and other.internal
            weight = rules.imitation_weight(need, contact.get(i, 0.0)) if inside else need
            weights += [(other, weight)] if weight > 0.0 else []
        return weights

    # --- stages 0 and 1 --------------------------------------------------------------------------------

    def luck(self, purpose: str) -> float:
        """This week's draw for a purpose, in [0, 1), as the model gives it."""
        return self.model.luck(self.name, purpose)

    def meet_luck(self) -> None:
        """Stage 0: draw the week's luck; an incident goes on, ends or begins, and one that begins is noted."""
        self.noise, self.incident = self.luck("noise"), self.luck("incident")
        self.leave, self.arrivals = self.luck("leave"), self.luck("arrivals")
        before = self.incident_weeks
        steps.meet_luck(self, self.values)
        if self.incident_weeks > before:
            self.model.note("incident", self.name)

    def apply_measures(self) -> None:
        """Stage 1: roles become as clear as their holder takes them to be; naming and persuasion do their work."""
        steps.apply_measures(self, self.values, self.model, self.model.settings)

    # --- stage 2 ---------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Before stage 2: see what its contacts do and think, and what they object to.

        Nothing that others read is written, so that all see the same, whoever looks first.
        """
        self.near_activity = _weighted_sum(self.contacts, "activity")
        self.near_conviction = _weighted_sum(self.contacts, "conviction")
        self.near_frame = _weighted_sum(self.contacts, "it_frame")
        self.near_opposed = _weighted_sum(self.contacts, "opposed")

    def perceive(self) -> None:
        """Stage 2: what others seem to do and think; whose job it seems; how responsible one feels."""
        steps.perceive(self, self.values, self.model)

    # --- stages 3 and 4 --------------------------------------------------------------------------------

    def plan(self) -> None:
        """Stage 3: how many hours there are, what competes for them, and which meetings one attends."""
        steps.plan(self, self.values, self.model, self.model.settings)

    def weigh(self) -> None:
        """Stage 4, first half: what is open, and how much one is in it."""
        steps.weigh(self, self.values, self.model.terms)

    def exert(self, technical: float, help_asked: float) -> None:
        """Stage 4, second half: hours, spent once, over attention, care and work in proportion.

        ``technical`` are the hours of technical work that wait for IT, ``help_asked`` those of process work.
        """
        steps.exert(self, self.values, self.model, technical, help_asked)

    # --- stage 5 ---------------------------------------------------------------------------------------

    def prepare_to_settle(self) -> None:
        """Stage 5: see what is not agreed with those whom it needs, and what it brings to the table this week."""
        self.missing = sum(hand_off.need * (1.0 - hand_off.settled) for hand_off in self.hand_offs)
        steps.see_hand_offs(self, self.values)
        steps.prepare_to_settle(self, self.model)

    def deliver(self, substitution: float, a_part: float, a_need: float, inside: float, outside: float) -> None:
        """Stage 5: output of the stream, progress, and the issues to be expected.

        ``a_part`` are a partner's process hours, of which it takes over the share ``substitution``, and ``a_need`` IT's
        help, for each hour that counts; ``inside`` and ``outside`` are the shares of technical need that are met.
        """
        steps.deliver(self, self.values, substitution, a_part, a_need, inside, outside)
        steps.advance(self, self.values, self.model)

    def look_for_help(self) -> None:
        """Before issues are taken up: see how willing those are whom it needs most, as far as they are in reach."""
        self.near_willing = sum(rules.neighbour_reach(contact) * other.willingness for other, contact in self.helpers)

    def pick_up(self) -> None:
        """Stage 5, end: issues come; somebody takes them up, or nobody does; objections likewise.

        That there was an objection is noted.
        """
        steps.wait_for(self, self.values, self.model)
        steps.arrive(self)
        if not steps.listens(self, self.description):
            return
        before = self.model.objections
        answers = Answers(*(self.luck(purpose) for purpose in Answers._fields))
        steps.pick_up(self, self.values, self.description, self.model, answers)
        if self.model.objections > before:
            self.model.note("objection", self.name)

    # --- stage 6 ---------------------------------------------------------------------------------------

    def look_at_use(self) -> None:
        """Before stages 5 and 6, and after: see how far those use the new way whom it imitates, and the chain."""
        self.others_adoption = _weighted_sum(self.imitated, "adoption")
        self.chain_adoption = _weighted_sum(self.chain, "adoption")

    @property
    def quality(self) -> float:
        """Quality of its process, 1 − qloss to 1, by how much of it the department made itself."""
        return float(steps.quality(self, self.values))

    def adopt(self, begins: bool) -> None:
        """Stage 6: use of the new way rises and falls; perhaps it is cut over, inside where the platform ``begins``."""
        before = self.cut_over_week
        steps.adopt(self, self.values, self.model, self.model.settings, begins, self.model.week)
        if self.cut_over_week != before and not self.internal:
            self.model.note("cut_over", self.name)

    # --- stages 7 and 8 --------------------------------------------------------------------------------

    def learn(self) -> None:
        """Stage 7: ownership, knowledge, priority, activity, conviction; roles fade; a key person may leave."""
        steps.learn(self, self.values, self.model)
        if self.model.roles_fade:
            steps.let_fade(self, self.values, self.model)
        before = self.absence_weeks
        steps.keep_or_lose(self, self.values)
        if self.absence_weeks >= max(1, before):
            held = max(self.progress_role, self.priority_role, self.voice_role) > 0.0
            self.model.note("leave_role" if held else "leave", self.name)


class HandOff:
    """What passes between two departments that need each other: data, who does what, exceptions.

    ``need`` is their interdependence and ``settled`` how far they have agreed on it, 0 to 1 each; ``contact`` is how
    strong their contact is this week.
    """

    def __init__(self, a: Department, b: Department, need: float) -> None:
        self.a, self.b, self.need, self.settled, self.contact = a, b, need, 0.0, 0.0

    def settle(self, values: Values) -> None:
        """Stage 5: agree on a little more, by the time and the mandate that both bring to the table."""
        if not self.need > 0.0:
            return
        a, b = self.a, self.b
        pace = steps.pace(a.attention, b.attention, self.contact, values)
        time, clarity = a.time_to_settle * b.time_to_settle, a.mandate * b.mandate
        self.settled = rules.settled(self.settled, pace, time, clarity, values.md)

    def forget(self) -> None:
        """Stage 7, end: agreements live in people, and leave with them."""
        self.settled *= self.a.hand_offs_kept * self.b.hand_offs_kept


def _total_strength(ties: Ties) -> float:
    """The strengths of ties, added up."""
    return sum(strength for _, strength in ties)


def _weighted_sum(ties: Ties, state: str) -> float:
    """The sum of a state of others, weighted by ties."""
    total = 0.0
    for other, strength in ties:
        total += strength * getattr(other, state)
    return total
