"""A department through one week, compiled: the twin of :mod:`simulation.department`, function by function.

``d`` is the department's state, ``w`` what is fixed of it, ``p`` the parameters, ``o`` the organisation's state, ``m``
the week's levers, ``ask`` what they ask of the department, and ``u`` a draw in [0, 1).
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
    """What a department is like in this world, as in :mod:`simulation.worlds`."""
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
    """The state of week 0."""
    d.conviction_anchor, d.frame_anchor = d.conviction, d.it_frame
    d.priority = p.om0
    d.process_progress = 0.0 if d.process_size > 0.0 or w.kind == IT else 1.0
    d.technical_progress = 0.0 if d.technical_size > 0.0 else 1.0


@inner
def apply_measures(d: Any, w: Any, p: Any, m: Any, ask: Any) -> None:
    """Stage 1, of a department: what is received of a role depends on the frame before this stage."""
    frame = 0.0 if w.kind == IT else d.it_frame
    if m.naming and w.kind == BUSINESS:
        d.it_frame = rules.frame_after_naming(d.it_frame, p.zeta)
    if ask.roles > 0:
        d.progress_role = rules.role_clarity(d.progress_role, frame, p.c_role, p.paper, ask.progress)
        d.priority_role = rules.role_clarity(d.priority_role, frame, p.c_role, p.paper, ask.priority)
        d.voice_role = rules.role_clarity(d.voice_role, frame, p.c_role, p.paper, ask.voice)
    if ask.persuasion > 0.0:
        d.conviction_anchor = rules.raised(d.conviction_anchor, ask.persuasion)


@inner
def perceive(d: Any, w: Any, p: Any, o: Any, total: Any) -> None:
    """Stage 2: what others seem to do and think; whose job it seems; how responsible one feels."""
    seen = o.visibility if d.active else 0.0
    activity = conviction = 0.0
    frame = d.it_frame
    if total > 0.0:
        activity, conviction, frame = d.near_activity / total, d.near_conviction / total, d.near_frame / total
    d.norm = rules.perceived_norm(seen, activity, conviction)
    if w.kind == IT:
        unassigned = rules.unassigned_responsibility_it(o.business_frame, o.diffused, p.acc)
    else:
        unassigned = rules.unassigned_responsibility(d.it_frame, o.diffused, p.nu)
    if w.kind == BUSINESS:
        moved = d.it_frame + rules.frame_from_talk(d.it_frame, d.frame_anchor, frame, p.g, p.eta_f)
        if o.work_seen:
            moved += rules.frame_from_evidence(d.it_frame, seen, d.own_share, d.activity, p.eta_e)
        d.it_frame = rules.clip(moved, 0.0, 1.0)
    d.felt_responsibility = rules.felt_responsibility(d.felt_responsibility, d.progress_role, unassigned, p.tau_s)


@inner
def meetings_asked(w: Any, p: Any, m: Any, ask: Any) -> Any:
    """Hours of meetings a week that team, roles, chain table and forum ask of a department."""
    asked = p.role_h / 3.0 * ask.roles
    if ask.member:
        asked += given_or(m.team_hours, p.m_team)
    if m.forum and w.internal:
        asked += given_or(m.forum_hours, p.m_team)
    if m.consulted and not w.internal:
        asked += p.m_team / 2.0
    return asked


@inner
def plan(d: Any, w: Any, p: Any, o: Any, m: Any, ask: Any, noise: Any) -> None:
    """Stage 3: how many hours there are, what competes for them, and which meetings one attends."""
    incident = p.s_inc * w.capacity if d.incident_weeks else 0.0
    upkeep = p.debt_m * o.technical_debt * w.capacity if w.kind == IT else 0.0
    d.available = rules.available_hours(w.capacity, d.absence_weeks > 0)
    d.load = rules.ordinary_load(w.capacity, d.workload, rules.weekly_noise(noise), incident, upkeep)
    d.headroom = rules.headroom(d.available, d.load, ask.granted)
    d.pull = d.standing_pull * (o.other_it_load if w.kind == IT else 1.0)
    if o.shock_weeks:
        d.pull += 0.3
    asked = meetings_asked(w, p, m, ask)
    d.meetings = rules.meeting_hours(asked, d.headroom)
    d.attendance = d.meetings / asked if asked > 0.0 else 0.0


@inner
def weigh(d: Any, w: Any, p: Any, busy: Any, tied: Any) -> None:
    """Stage 4, first half: what is open, and how much one is in it."""
    d.responsibility = rules.responsibility(d.felt_responsibility, d.ownership)
    d.expectancy = rules.expectancy(d.norm, p.e0)
    d.engagement = rules.engagement(d.conviction, d.responsibility, d.expectancy)
    d.blocked = rules.blocked(d.open_issues, p.I_half)
    d.process_need = d.technical_need = 0.0
    if w.kind == IT:
        d.technical_need = (1.0 - d.technical_progress) * d.technical_size
    elif d.active:
        d.process_need = rules.process_need(d.process_progress, d.technical_progress, d.process_size)
        d.technical_need = rules.technical_need(d.process_progress, d.technical_progress, p.lead, d.technical_size)
    coordinated = rules.coordination(p.ad_hoc, busy / w.weight, tied) if w.weight > 0.0 else 1.0
    d.productivity = rules.productivity(rules.skill(d.knowledge, p.kmin), d.switching, d.blocked, coordinated)


@inner
def exert(d: Any, w: Any, p: Any, o: Any, it_waiting: Any) -> None:
    """Stage 4, second half: hours, spent once, over attention, care and work in proportion."""
    attention = care = work = 0.0
    if d.active and o.started:
        attention = p.h_ref / 12.0
        care = p.h_care if o.live else 0.0
        d.waiting = it_waiting if w.kind == IT else d.process_need
        work = rules.hours_for(d.waiting, d.productivity)
    d.demand = attention + care + work
    d.hours = rules.effort(d.demand, d.headroom, d.meetings, d.engagement, d.priority, d.pull)
    part = d.hours / d.demand if d.demand > 0.0 else 0.0
    d.work_hours, d.care_hours = part * work, part * care
    d.willingness = rules.willingness(d.conviction, d.expectancy, d.headroom, w.capacity)


@inner
def deliver(d: Any, w: Any, p: Any, partner_hours: Any, substitution: Any, helped: Any, technical: Any) -> None:
    """Stage 5: process and technical work done for a stream."""
    d.paired_hours = min((1.0 - substitution) * partner_hours, d.work_hours)
    own = d.work_hours * d.productivity if w.kind != IT else 0.0
    own += d.paired_hours * p.phi_pair * (1.0 - d.blocked)
    bought = substitution * partner_hours * p.phi_sub * (1.0 - d.blocked)
    everything = own + bought + helped
    d.process_done = everything if everything < d.process_need else d.process_need
    d.technical_done = technical
    used = d.process_done / everything if everything > 0.0 else 0.0
    d.own_done, d.bought_done, d.helped_done = used * own, used * bought, used * helped
    if d.process_done > 0.0:
        d.own_output += d.own_done
        d.all_output += d.process_done
        d.own_share = rules.smoothed(d.own_share, own / everything, 0.2)


@inner
def advance(d: Any, p: Any) -> Any:
    """Turn output into progress; returns the hours by which the stream came forward."""
    before = d.process_progress * d.process_size + d.technical_progress * d.technical_size
    gain = d.technical_progress
    if d.process_size > 0.0:
        d.process_progress = rules.progress(
            d.process_progress, d.process_done, p.eps0, p.eps_b, d.blocked, d.process_size
        )
    if d.technical_size > 0.0:
        d.technical_progress = rules.progress(
            d.technical_progress, d.technical_done, p.eps0, p.eps_b, d.blocked, d.technical_size
        )
    d.technical_gain = d.technical_progress - gain
    return d.process_progress * d.process_size + d.technical_progress * d.technical_size - before


@inner
def arrive(d: Any, w: Any, p: Any, o: Any, behind: Any, progressed: Any, u: Any) -> None:
    """New issues, by work done and, once live, by ignorance and by a chain that lags behind."""
    live = gap = 0.0
    if o.live and w.internal:
        live = 1.0
        gap = p.iota_c * d.adoption * behind
    mean = rules.new_issues(p.iota, progressed, w.entangled, live, d.knowledge, gap)
    d.open_issues += rules.poisson_quantile(u, mean)


@inner
def pick_up(d: Any, w: Any, p: Any, o: Any, rate: Any, u: Any, u_objection: Any, u_answer: Any) -> None:
    """Stage 5, end: somebody takes up open issues, or nobody does; objections likewise."""
    d.open_issues -= rules.taken_up(u, d.open_issues, rate)
    if w.voice > 0.0:
        if u_objection < w.voice * (1.0 - d.conviction):
            d.open_objections += 1
            o.objections += 1
        answered = rules.taken_up(u_answer, d.open_objections, rate)
        d.open_objections -= answered
        for _ in range(answered):
            d.conviction_anchor = rules.raised(d.conviction_anchor, 0.1)


@inner
def overload(d: Any) -> Any:
    """Ordinary load over available hours."""
    return d.load / d.available if d.available > 0.0 else 0.0


@inner
def adopt(d: Any, w: Any, p: Any, others: Any) -> None:
    """Stage 6: use of the new way rises and falls, from the week after its cut-over."""
    care = min(1.0, d.care_hours / p.h_care) if p.h_care > 0.0 else 1.0
    quality = rules.process_quality(d.own_output, d.all_output, p.qloss)
    knows = rules.skill(d.knowledge, p.kmin)
    near = others / w.weight if w.weight > 0.0 else 0.0
    gain = rules.adoption_gain(d.adoption, near, quality, knows, d.blocked, care, p.p_a, p.q_a)
    held = d.responsibility * d.priority
    loss = rules.adoption_loss(d.adoption, d.habit, overload(d), held, p.de_a, p.press)
    d.next_adoption = rules.clip(d.adoption + gain - loss, 0.0, 1.0)
    d.habit = rules.toward(d.habit, d.adoption, p.tau_z)


@inner
def cut_over(d: Any, p: Any, week: Any) -> None:
    """Switch to the new way."""
    d.cut_over_week = week
    quality = rules.process_quality(d.own_output, d.all_output, p.qloss)
    d.next_adoption = max(d.next_adoption, p.a_cut * quality)


@inner
def learn(d: Any, w: Any, p: Any, o: Any, m: Any) -> None:
    """Stage 7: ownership, knowledge, priority, activity, conviction."""
    asked = min(p.h_ref, d.demand)
    involved = rules.involvement(d.hours, asked, p.h_ref)
    knowing = d.knowledge if involved > 0.05 else 0.0
    routes = rules.ownership_routes(d.voice_role, o.outsider, knowing, min(1.0, d.hours / p.h_ref))
    d.ownership = rules.ownership(d.ownership, routes, d.priority, p.al_o, p.de_o)
    paired = min(1.0, d.paired_hours / p.h_ref)
    d.knowledge = rules.knowledge(d.knowledge, involved, paired, d.adoption, p.lam_k, p.lam_t, p.de_k)
    reprioritise(d, w, p, o, m)
    d.activity = rules.smoothed(d.activity, min(1.0, d.hours / asked) if asked > 0.0 else 0.0, 0.25)
    d.conviction = rules.clip(rules.conviction(d.conviction, d.conviction_anchor, o.signal, p.eta_x, p.xi), 0.0, 1.0)


@inner
def reprioritise(d: Any, w: Any, p: Any, o: Any, m: Any) -> None:
    """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
    seen = o.visibility if d.active else 0.0
    anchored = p.A if m.anchored and w.internal else 0.0
    base = p.om_done if o.closed else p.om0
    goal = rules.priority_goal(base, p.bV * seen, p.bP * d.priority_role, anchored)
    d.priority = rules.toward(d.priority, goal, p.tau_om)
    if o.shock_begins:
        d.priority = rules.priority_after_shock(d.priority, p.sh_om, p.A if m.anchored else 0.0)


@inner
def let_go(d: Any, p: Any, o: Any, m: Any, u: Any) -> None:
    """Stage 7, end: roles fade; a key person may leave."""
    if o.roles_fade:
        kept = p.A if m.anchored else 0.0
        d.progress_role = rules.faded_clarity(d.progress_role, p.tau_c, kept)
        d.priority_role = rules.faded_clarity(d.priority_role, p.tau_c, kept)
        d.voice_role = rules.faded_clarity(d.voice_role, p.tau_c, kept)
    d.absence_weeks = max(0, d.absence_weeks - 1)
    if u < rules.chance_of_leaving(p.p_leave, overload(d)):
        kept = 1.0 - p.loss_leave
        d.knowledge *= kept
        d.ownership *= kept
        d.progress_role *= 0.5
        d.priority_role *= 0.5
        d.voice_role *= 0.5
        d.absence_weeks = 8


@inner
def account(d: Any, w: Any, p: Any, o: Any, adopted: Any) -> None:
    """Stage 8, of a department: hours and money."""
    o.cost += (d.hours + d.meetings) * w.rate
    o.shared_hours += d.meetings + d.paired_hours
    o.solitary_hours += d.hours - d.paired_hours
    if w.internal:
        claim = 0.2 * d.pull * w.capacity
        o.overload_hours += rules.overload_hours(d.load, claim, d.meetings, d.hours, d.available)
        d.carried += d.own_done
        if d.adoption > 0.0 and w.benefit > 0.0:
            chain = adopted / w.chain_weight if w.chain_weight > 0.0 else 1.0
            o.benefit += rules.benefit(w.benefit, d.adoption, p.gam, chain)


@inner
def passive(d: Any, p: Any, o: Any) -> Any:
    """Whether a department finds it important and yet does next to nothing while work waits for it."""
    if not o.started or d.waiting <= 0.0 or d.conviction < 0.5:
        return False
    return d.hours < 0.25 * min((p.WB + p.WT) / 52.0, d.demand)
