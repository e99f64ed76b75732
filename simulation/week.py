"""The compiled week: the order of :mod:`simulation.model`, stage by stage, over records instead of agents.

The equations are those of :mod:`simulation.rules`, compiled as they stand. What a record holds carries the name that
the attribute of the Mesa department or model has. A test holds both equal, department by department and week by week.
``d`` is a department's state, ``w`` what is fixed of it, ``p`` the parameters, ``o`` the organisation's state, ``l``
the week's levers and ``u`` a department's draws of the week.
"""

import math
from typing import Any, NamedTuple

import numpy as np

from simulation.compiled import apart, high_product, inner, outer, rules, woven
from simulation.layout import BUSINESS, CHAIN, IT, Layout, record
from simulation.measures import CLOSING_WEEKS, PARTNER_STAYS
from simulation.outcomes import OUTCOMES

STATE = record(
    # what lasts
    "conviction conviction_anchor it_frame frame_anchor felt_responsibility ownership progress_role priority_role "
    "voice_role knowledge priority activity process_progress technical_progress own_share adoption habit own_output "
    "all_output "
    # what this world made of it
    "workload competing_pull projects process_size technical_size "
    # what a week computes anew
    "norm engagement responsibility expectancy load headroom available pull meetings attendance blocked productivity "
    "process_need technical_need demand hours work_hours care_hours paired_hours process_done technical_done own_done "
    "bought_done helped_done waiting willingness technical_gain "
    # what waits until a stage is done, and what is kept while levers stay as they are
    "next_frame next_felt next_adoption near_activity near_conviction near_frame switching standing_pull unheld "
    "carried",
    "open_issues open_objections incident_weeks absence_weeks cut_over_week active",
)
"""A department's state; the names are those of the Mesa department."""

ORGANISATION = record(
    "visibility technical_debt other_it_load backlog signal mean_adoption mean_engagement mean_progress business_frame "
    "diffused outsider partner_process_hours connected debt_weight business_engagement carried_outside need_inside need_outside "
    "need_process "
    # accounts
    "shared_hours solitary_hours overload_hours cost partner_cost benefit connections visibility_sum passive_sum "
    "progress_104 peak adoption_52 spare_sum",
    "shock_weeks shock_begins started work_seen roles_fade closed live go_live_week objections levers network phase "
    "window peak_week half_week week",
)
"""The organisation's state, and its accounts so far."""

# Where a draw stands in a department's line; the organisation's line has its own.
NOISE, INCIDENT, LEAVE, ARRIVALS, PICK_UP, OBJECTION, ANSWER = range(7)
SHOCK, OTHER_LOAD = 0, 7

_FIRST, _SECOND = np.array([0xD2E7470EE14C6C93, 0xCA5A826395121157], dtype=np.uint64)
MULTIPLY_0, MULTIPLY_1 = np.uint64(_FIRST), np.uint64(_SECOND)
NONE, ONE, TWO, THREE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)

(
    GO_LIVE_WEEK,
    GO_LIVE_104,
    PROGRESS_104,
    PEAK_ADOPTION,
    ADOPTION_52,
    LASTING_ADOPTION,
    RETENTION,
    RELAPSE_HALF_LIFE,
    OWNERSHIP_END,
    KNOWLEDGE_END,
    VISIBILITY_26,
    CARRYING_HHI,
    PASSIVE_SHARE,
    SILO_INDEX,
    OVERLOAD_HOURS,
    COST,
    PARTNER_COST,
    BENEFIT,
    NET_VALUE,
    BREAK_EVEN_BENEFIT,
    COST_PER_LASTING_ADOPTION,
    CONNECTIONS,
) = range(len(OUTCOMES))


class Arrays(NamedTuple):
    """A study's :class:`~simulation.layout.Layout`, as compiled functions read it."""

    scenarios: Any
    departments: Any
    plan: Any
    fades: Any
    levers: Any
    asks: Any
    networks: Any
    seats: Any
    members: Any
    links: Any
    class_ends: Any
    ties: Any
    keys: Any
    nothing: Any
    no_organisation: Any


def arrays_of(layout: Layout) -> Arrays:
    """A layout as compiled functions read it."""
    own = {name: getattr(layout, name) for name in Arrays._fields if hasattr(layout, name)}
    return Arrays(**own, nothing=np.zeros(1, STATE), no_organisation=np.zeros(1, ORGANISATION))


# --- luck ----------------------------------------------------------------------------------------------


@apart
def philox(counter: Any, group: Any, world: Any, seed: Any, key: Any) -> Any:
    """Four numbers in [0, 1): Philox4x64-10 at a counter of week, group and world, as in :mod:`simulation.luck`."""
    c0, c1, c2, c3 = counter, group, world, np.uint64(0)
    k0, k1 = seed, key
    for _ in range(10):
        high, low = high_product(MULTIPLY_0, c0), MULTIPLY_0 * c0
        other_high, other_low = high_product(MULTIPLY_1, c2), MULTIPLY_1 * c2
        c0, c1, c2, c3 = other_high ^ c1 ^ k0, other_low, high ^ c3 ^ k1, low
        k0, k1 = k0 + WEYL_0, k1 + WEYL_1
    return share_of(c0), share_of(c1), share_of(c2), share_of(c3)


@inner
def share_of(word: Any) -> Any:
    """64 random bits as a number in [0, 1)."""
    return np.float64(word >> np.uint64(11)) * 2.0**-53


@apart
def draw_week(luck: Any, row: Any, week: Any, world: Any, seed: Any, keys: Any) -> None:
    """One week's draws of everybody, and of the organisation in the last line."""
    for place in range(keys.shape[0]):
        key = keys[place]
        luck[row, place, 0], luck[row, place, 1], luck[row, place, 2], luck[row, place, 3] = philox(
            week, NONE, world, seed, key
        )
        luck[row, place, 4], luck[row, place, 5], luck[row, place, 6], luck[row, place, 7] = philox(
            week, ONE, world, seed, key
        )
    last = keys.shape[0]
    luck[row, last, SHOCK] = philox(week, TWO, world, seed, NONE)[0]
    luck[row, last, OTHER_LOAD] = philox(week, ONE, world, seed, NONE)[3]


# --- setting up ----------------------------------------------------------------------------------------


@inner
def surveyed(value: Any, spread: Any, u: Any, most: Any) -> Any:
    """A trait that the file gives, in this world."""
    return rules.spread_around(value, u, spread, 0.0, max(most, value))


@inner
def given_or(value: Any, otherwise: Any) -> Any:
    """What is given, or else the other."""
    return otherwise if math.isnan(value) else value


@apart
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


@woven
def begin_organisation(o: Any, p: Any, s: Any) -> None:
    """The organisation's state of week 0."""
    o.technical_debt = p.debt0 if s.self_built else 0.05
    o.debt_weight = 1.0 if s.self_built else 0.1
    o.other_it_load = 1.0
    o.levers, o.network = -1, -1
    o.peak_week, o.half_week = 0, -1


# --- stages 0 and 1 ------------------------------------------------------------------------------------


@woven
def meet_luck(o: Any, p: Any, shock: Any, other_load: Any) -> None:
    """Stage 0, of the organisation."""
    before = o.shock_weeks
    o.shock_weeks = rules.event_clock(before, shock, p.p_shock, 12)
    o.shock_begins = o.shock_weeks > before
    o.other_it_load = rules.other_it_load(o.other_it_load, other_load)


@woven
def enter_phase(o: Any, week: Any) -> None:
    """What go-live, if it is past, ends by itself."""
    o.phase = 0
    if o.go_live_week > 0 and week >= o.go_live_week + PARTNER_STAYS:
        o.phase = 2 if week >= o.go_live_week + CLOSING_WEEKS else 1
    o.closed = o.phase == 2
    o.live = o.go_live_week > 0 and week > o.go_live_week


@apart
def set_levers(o: Any, p: Any, l: Any, net: Any, whos: Any, states: Any, seats: Any) -> None:
    """What stays as it is until levers change: who meets whom, who is heard, which projects go on."""
    o.diffused = rules.diffusion(net.parties, p.t)
    for i in range(states.shape[0]):
        d, w, seat = states[i], whos[i], seats[i]
        alone = net.parties if net.wide else 1 + seat.close_end - seat.close
        d.unheld = rules.diffusion(alone, p.t)
        d.active = w.internal or l.consulted
        kept = 1.0 - l.cut if w.kind == IT else 1.0
        d.switching = rules.switching_efficiency(d.projects * kept, p.kappa)
        d.standing_pull = d.competing_pull * kept


@inner
def apply_measures(d: Any, w: Any, p: Any, l: Any, ask: Any) -> None:
    """Stage 1, of a department: what is received of a role depends on the frame before this stage."""
    frame = 0.0 if w.kind == IT else d.it_frame
    if l.naming and w.kind == BUSINESS:
        d.it_frame = rules.frame_after_naming(d.it_frame, p.zeta)
    if ask.roles > 0:
        d.progress_role = rules.role_clarity(d.progress_role, frame, p.c_role, p.paper, ask.progress)
        d.priority_role = rules.role_clarity(d.priority_role, frame, p.c_role, p.paper, ask.priority)
        d.voice_role = rules.role_clarity(d.voice_role, frame, p.c_role, p.paper, ask.voice)
    if ask.persuasion > 0.0:
        d.conviction_anchor = rules.raised(d.conviction_anchor, ask.persuasion)


# --- stage 2 -------------------------------------------------------------------------------------------


@woven
def look_around(states: Any, seats: Any, ties: Any) -> None:
    """What informal contacts do and think, summed by strength."""
    for i in range(states.shape[0]):
        activity = conviction = frame = 0.0
        for k in range(seats[i].ties, seats[i].ties_end):
            other, strength = states[ties[k].to], ties[k].weight
            activity += strength * other.activity
            conviction += strength * other.conviction
            frame += strength * other.it_frame
        d = states[i]
        d.near_activity, d.near_conviction, d.near_frame = activity, conviction, frame


@apart
def look_round_the_table(states: Any, net: Any, members: Any, class_ends: Any, links: Any) -> None:
    """What those do and think with whom one meets; sums over others leave oneself out without subtracting."""
    start = net.members
    for c in range(net.classes):
        end = net.members + class_ends[net.class_ends + c]
        own = links[net.links + c * net.classes + c]
        activity = conviction = frame = 0.0
        for k in range(start, end):
            d = states[members[k]]
            if own:
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
            activity += d.activity
            conviction += d.conviction
            frame += d.it_frame
        share_with_others(states, net, members, class_ends, links, c, activity, conviction, frame)
        if own:
            activity = conviction = frame = 0.0
            for k in range(end - 1, start - 1, -1):
                d = states[members[k]]
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
                activity += d.activity
                conviction += d.conviction
                frame += d.it_frame
        start = end


@woven
def share_with_others(
    states: Any, net: Any, members: Any, class_ends: Any, links: Any, c: Any, activity: Any, conviction: Any, frame: Any
) -> None:
    """Give a class's sums to those of other classes who meet it."""
    start = net.members
    for b in range(net.classes):
        end = net.members + class_ends[net.class_ends + b]
        if b != c and links[net.links + b * net.classes + c]:
            for k in range(start, end):
                d = states[members[k]]
                d.near_activity += activity
                d.near_conviction += conviction
                d.near_frame += frame
        start = end


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


# --- stages 3 and 4 ------------------------------------------------------------------------------------


@inner
def meetings_asked(w: Any, p: Any, l: Any, ask: Any) -> Any:
    """Hours of meetings a week that team, roles, chain table and forum ask of a department."""
    asked = p.role_h / 3.0 * ask.roles
    if ask.member:
        asked += given_or(l.team_hours, p.m_team)
    if l.forum and w.internal:
        asked += given_or(l.forum_hours, p.m_team)
    if l.consulted and not w.internal:
        asked += p.m_team / 2.0
    return asked


@inner
def plan(d: Any, w: Any, p: Any, o: Any, l: Any, ask: Any, noise: Any) -> None:
    """Stage 3: how many hours there are, what competes for them, and which meetings one attends."""
    incident = p.s_inc * w.capacity if d.incident_weeks else 0.0
    upkeep = p.debt_m * o.technical_debt * w.capacity if w.kind == IT else 0.0
    d.available = rules.available_hours(w.capacity, d.absence_weeks > 0)
    d.load = rules.ordinary_load(w.capacity, d.workload, rules.weekly_noise(noise), incident, upkeep)
    d.headroom = rules.headroom(d.available, d.load, ask.granted)
    d.pull = d.standing_pull * (o.other_it_load if w.kind == IT else 1.0)
    if o.shock_weeks:
        d.pull += 0.3
    asked = meetings_asked(w, p, l, ask)
    d.meetings = rules.meeting_hours(asked, d.headroom)
    d.attendance = d.meetings / asked if asked > 0.0 else 0.0


@woven
def start_or_wait(o: Any, p: Any, s: Any, it: Any, capacity: Any, spare: Any, week: Any) -> None:
    """Stage 3, of the organisation: whether work has started; ``spare`` holds IT's last eight weeks."""
    spare[(week - 1) % 8] = rules.spare_it_hours(it.headroom, capacity, o.other_it_load, it.standing_pull)
    if o.started or week < s.start:
        return
    if s.waits:
        whole = 0.0
        for back in range(8):
            whole += spare[(week + back) % 8]
        o.started = week >= 8 and whole / 8.0 > p.h_ref
    else:
        o.started = 1


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


# --- stage 5 -------------------------------------------------------------------------------------------


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


@woven
def hazard(d: Any, p: Any, o: Any, states: Any, ties: Any, seat: Any) -> Any:
    """Rate per week at which an issue here is taken up."""
    own = d.willingness * rules.own_pick_up(d.progress_role, d.unheld, d.ownership)
    for k in range(seat.close, seat.close_end):
        own += rules.neighbour_pick_up(ties[k].weight, states[ties[k].to].willingness, d.progress_role, d.unheld)
    return p.mu * own + rules.partner_pick_up(p.mu_p, o.partner_process_hours, p.h_ref)


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


# --- stage 6 -------------------------------------------------------------------------------------------


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


# --- stage 7 -------------------------------------------------------------------------------------------


@inner
def learn(d: Any, w: Any, p: Any, o: Any, l: Any) -> None:
    """Stage 7: ownership, knowledge, priority, activity, conviction."""
    asked = min(p.h_ref, d.demand)
    involved = rules.involvement(d.hours, asked, p.h_ref)
    knowing = d.knowledge if involved > 0.05 else 0.0
    routes = rules.ownership_routes(d.voice_role, o.outsider, knowing, min(1.0, d.hours / p.h_ref))
    d.ownership = rules.ownership(d.ownership, routes, d.priority, p.al_o, p.de_o)
    paired = min(1.0, d.paired_hours / p.h_ref)
    d.knowledge = rules.knowledge(d.knowledge, involved, paired, d.adoption, p.lam_k, p.lam_t, p.de_k)
    reprioritise(d, w, p, o, l)
    d.activity = rules.smoothed(d.activity, min(1.0, d.hours / asked) if asked > 0.0 else 0.0, 0.25)
    d.conviction = rules.clip(rules.conviction(d.conviction, d.conviction_anchor, o.signal, p.eta_x, p.xi), 0.0, 1.0)


@inner
def reprioritise(d: Any, w: Any, p: Any, o: Any, l: Any) -> None:
    """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
    seen = o.visibility if d.active else 0.0
    anchored = p.A if l.anchored and w.internal else 0.0
    base = p.om_done if o.closed else p.om0
    goal = rules.priority_goal(base, p.bV * seen, p.bP * d.priority_role, anchored)
    d.priority = rules.toward(d.priority, goal, p.tau_om)
    if o.shock_begins:
        d.priority = rules.priority_after_shock(d.priority, p.sh_om, p.A if l.anchored else 0.0)


@inner
def let_go(d: Any, p: Any, o: Any, l: Any, u: Any) -> None:
    """Stage 7, end: roles fade; a key person may leave."""
    if o.roles_fade:
        kept = p.A if l.anchored else 0.0
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


# --- stage 8 -------------------------------------------------------------------------------------------


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


# --- the week ------------------------------------------------------------------------------------------


@inner
def luck_and_measures(o: Any, p: Any, l: Any, whos: Any, states: Any, asks: Any, luck: Any) -> None:
    """Stages 0 and 1."""
    if l.naming:
        o.visibility = rules.raised(o.visibility, p.dV_name)
    frames, business = 0.0, 0
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        d.incident_weeks = rules.event_clock(d.incident_weeks, luck[w.luck, INCIDENT], p.p_inc, 3)
        apply_measures(d, w, p, l, asks[i])
        if w.kind == BUSINESS:
            frames += d.it_frame
            business += 1
    o.business_frame = frames / business if business else 0.0


@inner
def perceive_and_plan(
    o: Any, p: Any, l: Any, net: Any, whos: Any, states: Any, asks: Any, seats: Any, ties: Any,
    members: Any, class_ends: Any, links: Any, luck: Any
) -> None:
    """Stages 2 and 3, and what of stage 4 needs nobody else's hours."""
    look_around(states, seats, ties)
    if net.meets:
        look_round_the_table(states, net, members, class_ends, links)
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        perceive(d, w, p, o, seats[i].total)
        plan(d, w, p, o, l, asks[i], luck[w.luck, NOISE])
        busy = 0.0
        for k in range(w.ties, w.ties_end):
            busy += ties[k].weight * states[ties[k].to].activity
        weigh(d, w, p, busy, seats[i].tied)


@inner
def work(o: Any, p: Any, s: Any, whos: Any, states: Any) -> None:
    """Stage 4, second half, and what is needed in all (h)."""
    inside = outside = process = 0.0
    for i in range(states.shape[0]):
        process += states[i].process_need
        if whos[i].internal:
            inside += states[i].technical_need
        else:
            outside += states[i].technical_need
    waiting = (inside + outside + s.connection_hours * o.backlog) * (1.0 + o.technical_debt)
    for i in range(states.shape[0]):
        exert(states[i], whos[i], p, o, waiting)
    o.need_inside, o.need_outside, o.need_process = inside, outside, process


@inner
def share_out(offered: Any, need: Any) -> Any:
    """What streams take of technical output (as a share of their need), and what is left of it (h)."""
    taken = rules.absorbed(offered, need)
    return (taken / need if need > 0.0 else 0.0), (offered - taken if offered > taken else 0.0)


@woven
def offered_output(o: Any, l: Any, s: Any, whos: Any, states: Any) -> Any:
    """Stage 5: technical output by IT and by those hired (h), before technical debt."""
    hours = l.hours if l.partner and o.started else 0.0
    o.outsider = l.substitution
    o.partner_process_hours = (1.0 - l.tech_share) * hours
    blocked = 0.0
    for i in range(states.shape[0]):
        if whos[i].internal:
            blocked += states[i].blocked
    clear = 1.0 - blocked / s.internal
    it = states[s.it]
    by_it = it.work_hours * it.productivity
    return by_it, (l.tech_share * hours + (l.technicians if o.started else 0.0)) * clear


@inner
def partner_part(d: Any, w: Any) -> Any:
    """How much a department counts where a partner's process hours are shared: by process work that is left."""
    counts = (1.0 if w.internal else 0.3) if d.active else 0.0
    return (1.0 - d.process_progress) * d.process_size * counts


@inner
def do_the_work(
    o: Any, p: Any, l: Any, s: Any, whos: Any, states: Any, seats: Any, ties: Any, luck: Any
) -> None:
    """Stage 5: the week's output, who delivered it, and the issues it brings."""
    by_it, hired = offered_output(o, l, s, whos, states)
    inside, left = share_out((by_it + hired) / (1.0 + o.technical_debt), o.need_inside)
    outside, left = share_out(left, o.need_outside)
    asked = s.connection_hours * o.backlog
    connecting = rules.absorbed(left, asked)
    o.connected = min(o.backlog, connecting / s.connection_hours)
    o.backlog -= o.connected
    left = left - connecting if left > asked else 0.0
    helped = left * p.phi_it if o.go_live_week == 0 else 0.0
    parts, technical, bought, seen = 0.0, 0.0, 0.0, False
    for i in range(states.shape[0]):
        parts += partner_part(states[i], whos[i])
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        share = partner_part(d, w) / parts if parts > 0.0 else 0.0
        part = helped * d.process_need / o.need_process if o.need_process > 0.0 else 0.0
        reached = d.technical_need * (inside if w.internal else outside)
        deliver(d, w, p, o.partner_process_hours * share, l.substitution, part, reached)
        behind = 0.0
        if o.live and w.internal:
            for k in range(w.chain_ties, w.chain_ties_end):
                behind += ties[k].weight * (1.0 - states[ties[k].to].adoption)
        arrive(d, w, p, o, behind, advance(d, p), luck[w.luck, ARRIVALS])
        technical += reached
        bought += d.bought_done
        technical += d.helped_done
        seen = seen or d.hours > 0.0
    own = by_it / (by_it + hired) if by_it + hired > 0.0 else 0.0
    states[s.it].carried += own * (technical + connecting)
    o.carried_outside += bought + (1.0 - own) * (technical + connecting)
    o.work_seen = o.work_seen or seen
    take_up(o, p, whos, states, seats, ties, luck)


@inner
def take_up(o: Any, p: Any, whos: Any, states: Any, seats: Any, ties: Any, luck: Any) -> None:
    """Stage 5, end."""
    o.objections = 0
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        if d.open_issues > 0 or d.open_objections > 0 or w.voice > 0.0:
            rate = hazard(d, p, o, states, ties, seats[i])
            u = luck[w.luck]
            pick_up(d, w, p, o, rate, u[PICK_UP], u[OBJECTION], u[ANSWER])
    o.visibility = min(1.0, o.visibility + 0.01 * o.objections)


@woven
def ready(s: Any, whos: Any, states: Any) -> Any:
    """Whether the platform can go live."""
    technical = 0.0
    for i in range(states.shape[0]):
        if whos[i].internal:
            technical += states[i].technical_progress
        if whos[i].kind == BUSINESS and states[i].process_progress < 0.90:
            return False
    return technical / s.internal >= 0.95


@inner
def go_live(o: Any, p: Any, s: Any, whos: Any, states: Any, ties: Any, week: Any) -> None:
    """Stage 6: go-live, adoption, growth and debt."""
    begins = o.go_live_week == 0 and ready(s, whos, states)
    if begins:
        o.go_live_week = week
    built = 0.0
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        d.next_adoption = d.adoption
        if d.cut_over_week > 0:
            others = 0.0
            for k in range(w.ties, w.ties_end):
                others += ties[k].weight * states[ties[k].to].adoption
            adopt(d, w, p, others)
        if w.internal:
            built += d.technical_gain
            if begins:
                cut_over(d, p, week)
        elif o.go_live_week > 0 and d.cut_over_week == 0 and d.process_progress > 0.85 and d.technical_progress > 0.9:
            cut_over(d, p, week)
    for i in range(states.shape[0]):
        states[i].adoption = states[i].next_adoption
    if o.live:
        o.backlog += s.connections_per_week
    o.technical_debt = rules.debt(o.technical_debt, built / s.internal, o.connected, p.debt_g, o.debt_weight)


@inner
def learn_and_account(o: Any, p: Any, l: Any, s: Any, whos: Any, states: Any, asks: Any, ties: Any, luck: Any) -> None:
    """Stage 7, and the departments' part of stage 8."""
    signal(o, s, whos, states)
    source = openness(o, p, l, states, asks)
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        learn(d, w, p, o, l)
        let_go(d, p, o, l, luck[w.luck, LEAVE])
        adopted = 0.0
        if d.adoption > 0.0:
            for k in range(w.chain_ties, w.chain_ties_end):
                adopted += ties[k].weight * states[ties[k].to].adoption
        account(d, w, p, o, adopted)
    o.visibility = rules.visibility(o.visibility, p.tau_V, min(1.0, source))


@inner
def signal(o: Any, s: Any, whos: Any, states: Any) -> None:
    """Stage 7: what success is there to be seen."""
    process = technical = adoption = engagement = of_business = 0.0
    for i in range(states.shape[0]):
        d = states[i]
        if whos[i].internal:
            technical += d.technical_progress
            adoption += d.adoption
            engagement += d.engagement
        if whos[i].kind == BUSINESS:
            process += d.process_progress
            of_business += d.engagement
    process = process / s.business if s.business else 0.0
    progress = 0.5 * process + 0.5 * (technical / s.internal)
    o.mean_adoption, o.mean_engagement = adoption / s.internal, engagement / s.internal
    o.business_engagement = of_business / s.business if s.business else 0.0
    raw = o.mean_adoption if o.live else min(1.0, 60.0 * (progress - o.mean_progress))
    o.mean_progress = progress
    o.signal = rules.smoothed(o.signal, raw, 0.15)


@inner
def openness(o: Any, p: Any, l: Any, states: Any, asks: Any) -> Any:
    """What feeds visibility: meeting in a team, the board, a partner who works along."""
    source = (p.v_board if l.anchored else 0.0) + (0.04 * (1.0 - o.outsider) if l.partner else 0.0)
    if l.team:
        attendance = voice = 0.0
        members = 0
        for i in range(states.shape[0]):
            if asks[i].member:
                members += 1
                attendance += states[i].attendance
                voice += states[i].voice_role
        if members:
            source += p.v_meet * (attendance / members) * (0.5 + 0.5 * (voice / members))
    return source


@inner
def book(o: Any, p: Any, l: Any, s: Any, whos: Any, states: Any, week: Any) -> None:
    """Stage 8, of the organisation; what outcomes need of a week is kept, the week itself is not."""
    o.connections += o.connected
    partner = l.hours * l.fee if l.partner else 0.0
    o.partner_cost += partner
    o.cost += partner + l.one_off_cost + l.running_cost + (s.licence if o.started else 0.0)
    if 13 <= week <= 38:
        o.window += 1
        o.visibility_sum += o.visibility
        idle = 0
        for i in range(states.shape[0]):
            if whos[i].internal and passive(states[i], p, o):
                idle += 1
        o.passive_sum += idle / s.internal
    if week <= 104:
        o.progress_104 = o.mean_progress
    if o.go_live_week > 0 and week <= o.go_live_week + 52:
        o.adoption_52 = o.mean_adoption
    if o.mean_adoption > o.peak:
        o.peak, o.peak_week, o.half_week = o.mean_adoption, week, -1
    elif o.half_week < 0 and o.mean_adoption <= o.peak / 2.0:
        o.half_week = week


@woven
def one_week(o: Any, p: Any, s: Any, whos: Any, states: Any, spare: Any, a: Any, luck: Any, week: Any) -> None:
    """One week, stage by stage; ``luck`` has a line of draws for each name."""
    enter_phase(o, week)
    ties = a.ties
    at = s.plan + o.phase * (s.horizon + 1) + week
    now = a.plan[at]
    l = a.levers[s.levers + now]
    net = a.networks[s.networks + l.network]
    asks = a.asks[s.asks + now * s.count : s.asks + (now + 1) * s.count]
    seats = a.seats[net.seats : net.seats + s.count]
    if now != o.levers:
        set_levers(o, p, l, net, whos, states, seats)
    o.levers, o.roles_fade = now, a.fades[at]
    last = luck.shape[0] - 1
    meet_luck(o, p, luck[last, SHOCK], luck[last, OTHER_LOAD])
    luck_and_measures(o, p, l, whos, states, asks, luck)
    perceive_and_plan(o, p, l, net, whos, states, asks, seats, ties, a.members, a.class_ends, a.links, luck)
    start_or_wait(o, p, s, states[s.it], whos[s.it].capacity, spare, week)
    work(o, p, s, whos, states)
    do_the_work(o, p, l, s, whos, states, seats, ties, luck)
    go_live(o, p, s, whos, states, ties, week)
    learn_and_account(o, p, l, s, whos, states, asks, ties, luck)
    book(o, p, l, s, whos, states, week)


# --- a run ---------------------------------------------------------------------------------------------


@woven
def ratio(top: Any, bottom: Any) -> Any:
    """``top / bottom``, undefined (nan) where the bottom is 0."""
    return top / bottom if bottom != 0.0 else np.nan


@woven
def concentration(o: Any, states: Any) -> Any:
    """Herfindahl index of who carried the work."""
    whole = o.carried_outside
    for i in range(states.shape[0]):
        whole += states[i].carried
    if not whole > 0.0:
        return np.nan
    share = o.carried_outside / whole
    squares = share * share
    for i in range(states.shape[0]):
        share = states[i].carried / whole
        squares += share * share
    return squares


@apart
def write_outcomes(row: Any, o: Any, s: Any, whos: Any, states: Any) -> None:
    """The outcomes of a finished run, in the order of :data:`simulation.outcomes.OUTCOMES`."""
    ownership = knowledge = 0.0
    for i in range(states.shape[0]):
        if whos[i].internal:
            ownership += states[i].ownership
            knowledge += states[i].knowledge
    live, last = o.go_live_week, o.mean_adoption
    row[GO_LIVE_WEEK] = live if live > 0 else s.horizon + 1
    row[GO_LIVE_104] = 1.0 if 0 < live <= 104 else 0.0
    row[PROGRESS_104], row[PEAK_ADOPTION], row[ADOPTION_52] = o.progress_104, o.peak, o.adoption_52
    row[LASTING_ADOPTION], row[RETENTION] = last, ratio(last, o.peak)
    fell = float(o.half_week - o.peak_week) if o.half_week >= 0 else float(s.horizon + 1)
    row[RELAPSE_HALF_LIFE] = fell if o.peak > 0.0 else np.nan
    row[OWNERSHIP_END], row[KNOWLEDGE_END] = ownership / s.internal, knowledge / s.internal
    row[VISIBILITY_26] = o.visibility_sum / o.window if o.window else 0.0
    row[PASSIVE_SHARE] = o.passive_sum / o.window if o.window else 0.0
    row[CARRYING_HHI] = concentration(o, states)
    row[SILO_INDEX] = ratio(o.solitary_hours - o.shared_hours, o.solitary_hours + o.shared_hours)
    row[OVERLOAD_HOURS], row[COST], row[PARTNER_COST] = o.overload_hours, o.cost, o.partner_cost
    row[BENEFIT], row[NET_VALUE] = o.benefit, o.benefit - o.cost
    row[BREAK_EVEN_BENEFIT] = ratio(o.cost * s.full_benefit, o.benefit)
    row[COST_PER_LASTING_ADOPTION] = ratio(o.cost, last * s.internal)
    row[CONNECTIONS] = o.connections


@woven
def one_run(
    a: Any,
    s: Any,
    p: Any,
    organisation: Any,
    everybody: Any,
    spare: Any,
    luck: Any,
    world: Any,
    seed: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
    organisation_trace: Any,
) -> None:
    """One scenario in one world."""
    whos = a.departments[s.departments : s.departments + s.count]
    states = everybody[: s.count]
    for i in range(s.count):
        states[i] = a.nothing[0]
        draw_traits(states[i], whos[i], p, s, world, seed, a.keys[whos[i].luck])
        begin_department(states[i], whos[i], p)
    organisation[0] = a.no_organisation[0]
    o = organisation[0]
    begin_organisation(o, p, s)
    for week in range(1, s.horizon + 1):
        row = week
        if luck.shape[0] == 1:
            row = 0
            draw_week(luck, 0, np.uint64(week), world, seed, a.keys)
        one_week(o, p, s, whos, states, spare, a, luck[row], week)
        if weekly.shape[0] > 0:
            line = weekly[0, week - 1]
            line[0], line[1], line[2] = o.mean_adoption, o.mean_progress, o.mean_engagement
            line[3], line[4] = o.business_engagement, o.visibility
        if trace.shape[0] > 0:
            organisation_trace[week - 1] = o
            for i in range(s.count):
                trace[week - 1, i] = states[i]
    write_outcomes(outcomes, o, s, whos, states)


@outer
def run_batch(
    a: Any,
    values: Any,
    first: Any,
    seed: Any,
    organisation: Any,
    everybody: Any,
    spare: Any,
    luck: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
    organisation_trace: Any,
) -> None:
    """All scenarios in some worlds, from world ``first`` on; the draws of a world serve all its scenarios.

    ``a`` is the study's :class:`Arrays`; ``values`` has shape (sets of given parameters, worlds) of records;
    ``organisation``, ``everybody`` and ``spare`` are room to work in; ``luck`` has shape (weeks + 1, names + 1, 8),
    or (1, names + 1, 8) to draw week by week. Written are ``outcomes`` (scenarios, worlds, outcomes), and, unless
    they have no entry, ``weekly`` (scenarios, worlds, weeks, 5), and ``trace`` and ``organisation_trace`` of the
    last run: all states of every week, shapes (weeks, departments) and (weeks,).
    """
    for r in range(values.shape[1]):
        world = first + np.uint64(r)
        if luck.shape[0] > 1:
            for week in range(1, luck.shape[0]):
                draw_week(luck, week, np.uint64(week), world, seed, a.keys)
        for k in range(a.scenarios.shape[0]):
            s = a.scenarios[k]
            one_run(
                a,
                s,
                values[s.values, r],
                organisation,
                everybody,
                spare,
                luck,
                world,
                seed,
                outcomes[k, r],
                weekly[k : k + 1, r],
                trace,
                organisation_trace,
            )
