"""A department through one week, compiled: the twin of :mod:`simulation.department`, step by step.

``d`` is a department, one of the lanes of a block that all do the same; ``p`` are the parameters, ``o`` is the
organisation, ``m`` the week's levers and ``u`` a draw in [0, 1). Where the Mesa model goes one way or the other by
department, a step works out both and takes one, as lanes must.
"""

import math
from typing import Any

from simulation.kernel.compiling import inner, rules, stage
from simulation.kernel.layout import BUSINESS, CHAIN, IT
from simulation.kernel.luck import NONE, THREE, TWO, philox


@inner
def surveyed(value: Any, spread: Any, u: Any, most: Any) -> Any:
    """A trait that the file gives, in this world."""
    return rules.spread_around(value, u, spread, 0.0, max(most, value))


@inner
def given_or(value: Any, otherwise: Any) -> Any:
    """What is given, or else the other."""
    return otherwise if math.isnan(value) else value


@stage
def draw_traits(d: Any, w: Any, p: Any, s: Any, world: Any, seed: Any, key: Any) -> None:
    """What a department is like in this world, as in :mod:`simulation.worlds`; ``w`` is what its file says."""
    _, conviction, it_frame, workload = philox(NONE, TWO, world, seed, key)
    pull, survey, _, _ = philox(NONE, THREE, world, seed, key)
    it, chain = w.kind == IT, w.kind == CHAIN
    half, wide = (0.5, 1.3) if chain else (1.0, 1.0)
    d.conviction = rules.spread_around(p.x0, conviction, 0.15, 0.05, 0.98)
    if not math.isnan(w.conviction):
        d.conviction = surveyed(w.conviction, w.conviction_spread, conviction, 1.0)
    d.it_frame = rules.spread_around(p.f0, it_frame, 0.10, 0.0, 0.98)
    if not math.isnan(w.it_frame):
        d.it_frame = surveyed(w.it_frame, w.it_frame_spread, it_frame, 1.0)
    if it:
        d.it_frame = 1.0 - p.acc
    d.workload = rules.spread_around(p.bau_it if it else p.bau_business, workload, 0.05, 0.0, 2.0)
    if not math.isnan(w.workload):
        d.workload = surveyed(w.workload, w.workload_spread, workload, 1.0)
    d.competing_pull = (p.omega_it if it else p.omega_business) * (0.6 + 0.8 * pull)
    if not math.isnan(w.competing_pull):
        d.competing_pull = surveyed(w.competing_pull, w.competing_pull_spread, pull, 100.0)
    d.knowledge = p.k0
    if not math.isnan(w.knowledge):
        d.knowledge = surveyed(w.knowledge, w.knowledge_spread, survey, 1.0)
    d.knowledge = min(1.0, d.knowledge + 0.1 * s.self_built)
    d.projects = given_or(w.projects, p.n_projects_it if it else p.n_projects_business)
    d.process_size = 0.0 if it else given_or(w.process_work, p.WB * half)
    d.technical_size = given_or(w.technical_work, p.WT * wide) * (1.35 if s.self_built else 1.0)


@inner
def begin_department(d: Any, w: Any, p: Any) -> None:
    """What is fixed of it, and the state of week 0."""
    d.kind, d.internal = w.kind, w.internal
    d.capacity, d.rate, d.benefit, d.entangled = w.capacity, w.rate, w.benefit, w.entangled
    d.need_share = 1.0 / w.weight if w.weight > 0.0 else 0.0
    d.chain_share = 1.0 / w.chain_weight if w.chain_weight > 0.0 else 0.0
    d.chain_weight = w.chain_weight
    d.conviction_anchor, d.frame_anchor = d.conviction, d.it_frame
    d.priority = p.om0
    d.process_progress = 0.0 if d.process_size > 0.0 or w.kind == IT else 1.0
    d.technical_progress = 0.0 if d.technical_size > 0.0 else 1.0


@inner
def apply_measures(d: Any, p: Any, m: Any) -> None:
    """Stages 0 and 1: an incident; what is received of a role depends on the frame before this stage."""
    d.incident_weeks = rules.event_clock(d.incident_weeks, d.incident, p.p_inc, 3)
    heard_as = 0.0 if d.kind == IT else d.it_frame
    d.it_frame = rules.frame_after_naming(d.it_frame, p.zeta) if m.naming and d.kind == BUSINESS else d.it_frame
    d.progress_role = rules.role_clarity(d.progress_role, heard_as, p.c_role, p.paper, d.progress_portion)
    d.priority_role = rules.role_clarity(d.priority_role, heard_as, p.c_role, p.paper, d.priority_portion)
    d.voice_role = rules.role_clarity(d.voice_role, heard_as, p.c_role, p.paper, d.voice_portion)
    d.conviction_anchor = rules.raised(d.conviction_anchor, d.persuasion)


@inner
def perceive(d: Any, p: Any, o: Any) -> None:
    """Stage 2: what others seem to do and think; whose job it seems; how responsible one feels."""
    seen = o.visibility if d.active else 0.0
    d.norm = rules.perceived_norm(seen, d.near_activity * d.near_share, d.near_conviction * d.near_share)
    near_frame = d.near_frame * d.near_share if d.near_share > 0.0 else d.it_frame
    of_it = rules.unassigned_responsibility_it(o.business_frame, o.diffused, p.acc)
    of_others = rules.unassigned_responsibility(d.it_frame, o.diffused, p.nu)
    unassigned = of_it if d.kind == IT else of_others
    moved = d.it_frame + rules.frame_from_talk(d.it_frame, d.frame_anchor, near_frame, p.g, p.eta_f)
    evidence = rules.frame_from_evidence(d.it_frame, seen, d.own_share, d.activity, p.eta_e)
    moved = rules.clip(moved + (evidence if o.work_seen else 0.0), 0.0, 1.0)
    d.it_frame = moved if d.kind == BUSINESS else d.it_frame
    d.felt_responsibility = rules.felt_responsibility(d.felt_responsibility, d.progress_role, unassigned, p.tau_s)


@inner
def plan(d: Any, p: Any, o: Any) -> None:
    """Stage 3: how many hours there are, what competes for them, and which meetings one attends."""
    incident = p.s_inc * d.capacity if d.incident_weeks > 0 else 0.0
    upkeep = p.debt_m * o.technical_debt * d.capacity if d.kind == IT else 0.0
    d.available = rules.available_hours(d.capacity, d.absence_weeks > 0)
    d.load = rules.ordinary_load(d.capacity, d.workload, rules.weekly_noise(d.noise), incident, upkeep)
    d.overload = d.load / d.available if d.available > 0.0 else 0.0
    d.headroom = rules.headroom(d.available, d.load, d.granted)
    pull = d.standing_pull * (o.other_it_load if d.kind == IT else 1.0)
    d.pull = pull + 0.3 if o.shock_weeks > 0 else pull
    d.meetings = rules.meeting_hours(d.meetings_asked, d.headroom)
    d.attendance = d.meetings / d.meetings_asked if d.meetings_asked > 0.0 else 0.0


@inner
def weigh(d: Any, p: Any) -> None:
    """Stage 4, first half: what is open, and how much one is in it."""
    d.responsibility = rules.responsibility(d.felt_responsibility, d.ownership)
    d.expectancy = rules.expectancy(d.norm, p.e0)
    d.engagement = rules.engagement(d.conviction, d.responsibility, d.expectancy)
    d.blocked = rules.blocked(d.open_issues, p.I_half)
    core = (1.0 - d.technical_progress) * d.technical_size
    process = rules.process_need(d.process_progress, d.technical_progress, d.process_size)
    technical = rules.technical_need(d.process_progress, d.technical_progress, p.lead, d.technical_size)
    d.process_need = process if d.active and d.kind != IT else 0.0
    d.technical_need = core if d.kind == IT else technical if d.active else 0.0
    coordinated = rules.coordination(p.ad_hoc, d.busy * d.need_share, d.tied)
    d.productivity = rules.productivity(rules.skill(d.knowledge, p.kmin), d.switching, d.blocked, coordinated)


@inner
def exert(d: Any, p: Any, o: Any, it_waiting: Any) -> None:
    """Stage 4, second half: hours, spent once, over attention, care and work in proportion."""
    working = d.active and o.started
    d.waiting = (it_waiting if d.kind == IT else d.process_need) if working else d.waiting
    attention = p.h_ref / 12.0 if working else 0.0
    care = p.h_care if working and o.live else 0.0
    work = rules.hours_for(d.waiting, d.productivity) if working else 0.0
    d.demand = attention + care + work
    d.hours = rules.effort(d.demand, d.headroom, d.meetings, d.engagement, d.priority, d.pull)
    part = d.hours / d.demand if d.demand > 0.0 else 0.0
    d.work_hours, d.care_hours = part * work, part * care
    d.willingness = rules.willingness(d.conviction, d.expectancy, d.headroom, d.capacity)


@inner
def partner_part(d: Any) -> Any:
    """How much a department counts where a partner's process hours are shared: by process work that is left."""
    counts = (1.0 if d.internal else 0.3) if d.active else 0.0
    return (1.0 - d.process_progress) * d.process_size * counts


@inner
def deliver(d: Any, p: Any, a_part: Any, substitution: Any, a_need: Any, inside: Any, outside: Any) -> None:
    """Stage 5: process and technical work done for a stream.

    ``a_part`` are a partner's process hours and ``a_need`` IT's help for each hour that counts, ``inside`` and
    ``outside`` the share of technical need that is met.
    """
    partner_hours, helped = a_part * partner_part(d), a_need * d.process_need
    d.technical_done = d.technical_need * (inside if d.internal else outside)
    d.paired_hours = min((1.0 - substitution) * partner_hours, d.work_hours)
    alone = d.work_hours * d.productivity if d.kind != IT else 0.0
    own = alone + d.paired_hours * p.phi_pair * (1.0 - d.blocked)
    bought = substitution * partner_hours * p.phi_sub * (1.0 - d.blocked)
    everything = own + bought + helped
    d.process_done = everything if everything < d.process_need else d.process_need
    part = 1.0 / everything if everything > 0.0 else 0.0
    used = d.process_done * part
    d.own_done, d.bought_done, d.helped_done = used * own, used * bought, used * helped
    d.own_output += d.own_done
    d.all_output += d.process_done
    own_share = rules.smoothed(d.own_share, own * part, 0.2)
    d.own_share = own_share if d.process_done > 0.0 else d.own_share


@inner
def advance(d: Any, p: Any, o: Any) -> None:
    """Turn output into progress, and progress into the issues to be expected.

    They come by work done and, once live, by ignorance and by a chain that lags behind.
    """
    before = d.process_progress * d.process_size + d.technical_progress * d.technical_size
    process = rules.progress(d.process_progress, d.process_done, p.eps0, p.eps_b, d.blocked, d.process_size)
    technical = rules.progress(d.technical_progress, d.technical_done, p.eps0, p.eps_b, d.blocked, d.technical_size)
    technical = technical if d.technical_size > 0.0 else d.technical_progress
    d.technical_gain = technical - d.technical_progress
    d.process_progress = process if d.process_size > 0.0 else d.process_progress
    d.technical_progress = technical
    progressed = d.process_progress * d.process_size + d.technical_progress * d.technical_size - before
    live = 1.0 if o.live and d.internal else 0.0
    gap = p.iota_c * d.adoption * (d.chain_weight - d.chain_adoption) * live
    d.expected = rules.new_issues(p.iota, progressed, d.entangled, live, d.knowledge, gap)


@inner
def wait_for(d: Any, p: Any, o: Any) -> None:
    """Stage 5: the rate per week at which an issue here is taken up."""
    own = d.willingness * rules.own_pick_up(d.progress_role, d.unheld, d.ownership)
    near = rules.neighbours_pick_up(d.near_willing, d.progress_role, d.unheld)
    d.hazard = p.mu * (own + near) + rules.partner_pick_up(p.mu_p, o.partner_process_hours, p.h_ref)


@inner
def pick_up(d: Any, w: Any, o: Any, u: Any) -> None:
    """Stage 5, end: somebody takes up open issues, or nobody does; objections likewise; ``u`` are its answers."""
    d.open_issues -= rules.taken_up(u.pick_up, d.open_issues, d.hazard)
    if w.voice > 0.0:
        if u.objection < w.voice * (1.0 - d.conviction):
            d.open_objections += 1
            o.objections += 1
        answered = rules.taken_up(u.answer, d.open_objections, d.hazard)
        d.open_objections -= answered
        for _ in range(answered):
            d.conviction_anchor = rules.raised(d.conviction_anchor, 0.1)


@inner
def adopt(d: Any, p: Any, begins: Any, week: Any) -> None:
    """Stage 6: use of the new way rises and falls, from the week after its cut-over; perhaps it is cut over now.

    All inside cut over when the platform ``begins``, a chain partner when it is ready to follow.
    """
    care = min(1.0, d.care_hours / p.h_care) if p.h_care > 0.0 else 1.0
    quality = rules.process_quality(d.own_output, d.all_output, p.qloss)
    knows = rules.skill(d.knowledge, p.kmin)
    near = d.others_adoption * d.need_share
    gain = rules.adoption_gain(d.adoption, near, quality, knows, d.blocked, care, p.p_a, p.q_a)
    held = d.responsibility * d.priority
    loss = rules.adoption_loss(d.adoption, d.habit, d.overload, held, p.de_a, p.press)
    moved = rules.clip(d.adoption + gain - loss, 0.0, 1.0)
    uses = d.cut_over_week > 0
    d.habit = rules.toward(d.habit, d.adoption, p.tau_z) if uses else d.habit
    ready = d.process_progress > 0.85 and d.technical_progress > 0.9
    switches = begins if d.internal else not uses and ready and d.kind == CHAIN
    at_first = p.a_cut * quality
    moved = moved if uses else d.adoption
    d.adoption = max(moved, at_first) if switches else moved
    d.cut_over_week = week if switches else d.cut_over_week


@inner
def learn(d: Any, p: Any, o: Any, m: Any) -> None:
    """Stage 7: ownership, knowledge, priority, activity, conviction."""
    asked = min(p.h_ref, d.demand)
    involved = rules.involvement(d.hours, asked, p.h_ref)
    knowing = d.knowledge if involved > 0.05 else 0.0
    routes = rules.ownership_routes(d.voice_role, o.outsider, knowing, min(1.0, d.hours / p.h_ref))
    d.ownership = rules.ownership(d.ownership, routes, d.priority, p.al_o, p.de_o)
    paired = min(1.0, d.paired_hours / p.h_ref)
    d.knowledge = rules.knowledge(d.knowledge, involved, paired, d.adoption, p.lam_k, p.lam_t, p.de_k)
    reprioritise(d, p, o, m)
    d.activity = rules.smoothed(d.activity, min(1.0, d.hours / asked) if asked > 0.0 else 0.0, 0.25)
    d.conviction = rules.clip(rules.conviction(d.conviction, d.conviction_anchor, o.signal, p.eta_x, p.xi), 0.0, 1.0)


@inner
def reprioritise(d: Any, p: Any, o: Any, m: Any) -> None:
    """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
    seen = o.visibility if d.active else 0.0
    anchored = p.A if m.anchored and d.internal else 0.0
    base = p.om_done if o.closed else p.om0
    goal = rules.priority_goal(base, p.bV * seen, p.bP * d.priority_role, anchored)
    priority = rules.toward(d.priority, goal, p.tau_om)
    shocked = rules.priority_after_shock(priority, p.sh_om, p.A if m.anchored else 0.0)
    d.priority = shocked if o.shock_begins else priority


@inner
def let_fade(d: Any, p: Any, m: Any) -> None:
    """Stage 7: nobody refreshes the roles any more."""
    kept = p.A if m.anchored else 0.0
    d.progress_role = rules.faded_clarity(d.progress_role, p.tau_c, kept)
    d.priority_role = rules.faded_clarity(d.priority_role, p.tau_c, kept)
    d.voice_role = rules.faded_clarity(d.voice_role, p.tau_c, kept)


@inner
def keep_or_lose(d: Any, p: Any) -> None:
    """Stage 7, end: a key person may leave, and takes knowledge, ownership and roles along."""
    leaves = d.leave < rules.chance_of_leaving(p.p_leave, d.overload)
    kept, halved = (1.0 - p.loss_leave if leaves else 1.0), (0.5 if leaves else 1.0)
    d.knowledge *= kept
    d.ownership *= kept
    d.progress_role *= halved
    d.priority_role *= halved
    d.voice_role *= halved
    d.absence_weeks = 8 if leaves else max(0, d.absence_weeks - 1)


@inner
def account(d: Any, p: Any) -> Any:
    """Stage 8, of a department: cost, hours shared and alone and beyond capacity, and benefit."""
    claim = 0.2 * d.pull * d.capacity
    beyond = rules.overload_hours(d.load, claim, d.meetings, d.hours, d.available)
    d.carried += d.own_done if d.internal else 0.0
    chain = d.chain_adoption * d.chain_share if d.chain_weight > 0.0 else 1.0
    return (
        (d.hours + d.meetings) * d.rate,
        d.meetings + d.paired_hours,
        d.hours - d.paired_hours,
        beyond if d.internal else 0.0,
        rules.benefit(d.benefit, d.adoption, p.gam, chain),
    )


@inner
def passive(d: Any, p: Any) -> Any:
    """1 for a department that finds it important and yet does next to nothing while work waits for it."""
    little = d.hours < 0.25 * min((p.WB + p.WT) / 52.0, d.demand)
    return 1.0 if d.internal and d.waiting > 0.0 and d.conviction >= 0.5 and little else 0.0
