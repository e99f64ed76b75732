"""What departments and the organisation do in each stage of a week, once: plain functions over their states.

A step reads and writes states by the names of ``docs/odd.md``; equations with a source of their own stand in
:mod:`simulation.model.rules`, sums and shares of states here.
The Mesa agents and model call the steps as they are, and :mod:`simulation.engine.kernel` compiles them as they are.
Letters are the same throughout: ``d`` is a department and ``o`` the organisation, with the states of section 2; ``p``
are the parameters of this world and ``c`` the constants; ``s`` is what the scenario fixes and ``m`` what this week's
levers set (:mod:`simulation.model.terms`). ``it`` is the IT department, ``w`` what a file says of a department, ``u``
draws in [0, 1), and ``book`` the accounts. Shares are in [0, 1], hours are per week.

Compiled, a step of a department is done to several at once by one instruction. So it works out both ways and takes
one; it neither loops nor calls on other departments; and it does not write what is common to all. What others do is
summed before it begins, so that the order of visiting cannot matter. ``pick_up`` and steps of the organisation are
done one at a time and need not keep to that.
"""

import math
from typing import Any

from simulation.model import rules
from simulation.study import constants as c

# --- week 0 --------------------------------------------------------------------------------------------


def trait(value: float, spread: float, u: float, most: float, otherwise: float) -> float:
    """A trait that the file gives, within its spread by the draw ``u``, or ``otherwise`` where it is nan.

    Held between 0 and ``most``, or the value itself if that is more.

    >>> trait(0.5, 0.1, 1.0, 1.0, 0.3), trait(math.nan, 0.0, 1.0, 1.0, 0.3)
    (0.6, 0.3)
    """
    return otherwise if math.isnan(value) else rules.spread_around(value, u, spread, 0.0, max(most, value))


def surveyed(value: float, spread: float, error: float, u: float, otherwise: float) -> float:
    """The same of a share that a survey may tell with a standard ``error`` (0: it does not).

    >>> surveyed(0.5, 0.1, 0.0, 1.0, 0.3), round(surveyed(0.5, 0.0, 0.1, 0.9, 0.3), 3)
    (0.6, 0.615)
    """
    if error > 0.0:
        return rules.posterior(value, error, u)
    return trait(value, spread, u, 1.0, otherwise)


def given_or(value: float, otherwise: float) -> float:
    """The value, or ``otherwise`` where it is nan.

    >>> given_or(2.0, 3.0), given_or(math.nan, 3.0)
    (2.0, 3.0)
    """
    return otherwise if math.isnan(value) else value


def size(capacity: Any, it: Any, chain: Any, p: Any) -> Any:
    """How much more process work, and time that counts, a department has than one of its kind in the case."""
    usual = c.K_REF_IT if it else c.K_REF_CHAIN if chain else c.K_REF_BUSINESS
    return rules.size(capacity, usual, p.gamma_size)


def traits(w: Any, p: Any, it: Any, chain: Any, self_built: Any, size: Any, u: Any) -> Any:
    """What a department is like in this world, in the order of :class:`~simulation.model.worlds.Traits`.

    ``w`` is what its file says, ``size`` as :func:`size` returns it; ``u`` holds the draws for conviction, IT frame,
    workload, pull and knowledge.
    """
    half, wide = (p.WB_chain, p.WT_chain) if chain else (1.0, 1.0)
    conviction = rules.spread_around(p.x0, u[0], p.x0_spread, c.CONVICTION_LEAST, c.SHARE_MOST)
    conviction = surveyed(w.conviction, w.conviction_spread, w.conviction_error, u[0], conviction)
    it_frame = rules.spread_around(p.f0, u[1], c.FRAME_SPREAD, 0.0, c.SHARE_MOST)
    it_frame = surveyed(w.it_frame, w.it_frame_spread, w.it_frame_error, u[1], it_frame)
    usual = p.bau_it if it else p.bau_business
    workload = rules.spread_around(usual, u[2], p.bau_spread, 0.0, c.WORKLOAD_MOST)
    pull = (p.omega_it if it else p.omega_business) * (1.0 + p.omega_spread * (2.0 * u[3] - 1.0))
    knowledge = surveyed(w.knowledge, w.knowledge_spread, w.knowledge_error, u[4], p.k0)
    return (
        conviction,
        1.0 - p.acc if it else it_frame,
        surveyed(w.workload, w.workload_spread, w.workload_error, u[2], workload),
        trait(w.competing_pull, w.competing_pull_spread, u[3], c.PULL_MOST, pull),
        min(1.0, knowledge + c.SELF_BUILT_KNOWLEDGE * self_built),
        given_or(w.projects, p.n_projects_it if it else p.n_projects_business),
        0.0 if it else given_or(w.process_work, p.WB * half * size),
        given_or(w.technical_work, p.WT * wide) * (p.WT_own if self_built else 1.0),
        size,
    )


def begin(d: Any, p: Any) -> None:
    """Set what is not 0 in a department's week 0; ``size`` is set already.

    A half without work is done from the start; IT, which has no process work, has no process progress either.
    """
    d.h_ref = max(p.h_ref * d.size, c.REFERENCE_LEAST)
    d.h_care = p.h_care * d.size
    d.attention = math.sqrt(rules.reach_of_attention(d.entangled, p.D_ref))
    d.conviction_anchor = d.conviction_brought = d.conviction
    d.frame_anchor = d.it_frame
    d.priority = p.om0
    d.process_progress = 0.0 if d.process_size > 0.0 or d.is_it else 1.0
    d.technical_progress = 0.0 if d.technical_size > 0.0 else 1.0


def begin_organisation(o: Any, p: Any, s: Any) -> None:
    """Set what is not 0 in the organisation's week 0: technical debt, how it grows, and IT's other load."""
    o.technical_debt = p.debt0 if s.self_built else p.debt_std
    o.debt_weight = 1.0 if s.self_built else c.STANDARD_DEBT_GROWTH
    o.other_it_load = 1.0


def carry_out(o: Any, p: Any, u: Any) -> None:
    """How well each measure is carried out in this world, by its draw in [0, 1).

    ``u`` holds a draw for each of :data:`~simulation.study.measures.CARRIED_OUT`, in that order.
    """
    o.naming_fidelity = rules.fidelity(u[0], p.fid)
    o.roles_fidelity = rules.fidelity(u[1], p.fid)
    o.team_fidelity = rules.fidelity(u[2], p.fid)
    o.partner_fidelity = rules.fidelity(u[3], p.fid)
    o.anchoring_fidelity = rules.fidelity(u[4], p.fid)
    o.chain_fidelity = rules.fidelity(u[5], p.fid)
    o.forum_fidelity = rules.fidelity(u[6], p.fid)
    o.granted_fidelity = rules.fidelity(u[7], p.fid)
    o.technicians_fidelity = rules.fidelity(u[8], p.fid)
    o.cut_fidelity = rules.fidelity(u[9], p.fid)
    o.dedicated_fidelity = rules.fidelity(u[10], p.fid)


# --- when levers change --------------------------------------------------------------------------------


def take_levers(d: Any, p: Any, o: Any, m: Any, ask: Any, seat: Any, parties: Any) -> None:
    """Take from levers what stays until they change: what is asked of a department, whom it meets, what IT stops.

    Each measure as far as it is carried out in this world; what is charged is charged in full. ``ask`` and ``seat``
    are a :class:`~simulation.model.terms.Request` and a :class:`~simulation.model.terms.Seat`; ``parties`` counts
    those among whom a responsibility is diffused.
    """
    d.active = d.internal or m.consulted
    kept = 1.0 - m.cut * o.cut_fidelity if d.is_it else 1.0
    d.switching = rules.switching_efficiency(d.projects * kept, p.kappa)
    d.standing_pull = d.competing_pull * kept
    d.unheld = rules.diffusion(parties if m.forum else 1 + seat.close, p.t)
    d.near_share, d.imitation_share = seat.share, seat.imitation
    received = o.roles_fidelity if d.internal else o.roles_fidelity * p.chain_role
    d.progress_portion, d.priority_portion = ask.progress * received, ask.priority * received
    d.voice_portion = ask.voice * received
    d.granted, d.granted_charged = ask.granted * o.granted_fidelity, ask.granted
    d.dedicated, d.dedicated_charged = ask.dedicated * o.dedicated_fidelity, ask.dedicated
    d.pledge, d.persuasion, d.member = ask.pledged, ask.persuasion, ask.member
    d.joint_asked = joint_asked(d, p, o, m, ask)
    d.meetings_asked = p.role_h / c.ROLES * ask.roles + d.joint_asked


def joint_asked(d: Any, p: Any, o: Any, m: Any, ask: Any) -> Any:
    """Hours a week that team, chain table and forum ask of a department, as far as they are carried out."""
    hours = 0.0
    if ask.member:
        hours += given_or(m.team_hours, p.m_team) * o.team_fidelity
    if m.forum and d.internal:
        hours += given_or(m.forum_hours, p.m_team) * o.forum_fidelity
    if m.consulted and not d.internal:
        hours += c.CHAIN_MEETING * p.m_team * o.chain_fidelity
    return hours


# --- stages 0 and 1: luck and measures -----------------------------------------------------------------


def meet_events(o: Any, p: Any, shock: Any, other_load: Any, sponsor: Any) -> None:
    """Stage 0, of the organisation: the daily rush goes on, ends or begins; IT's other projects; the sponsor.

    ``shock``, ``other_load`` and ``sponsor`` are uniform draws in [0, 1).
    """
    o.sponsor_weeks = rules.event_clock(o.sponsor_weeks, sponsor, p.p_sp, rules.whole_weeks(p.sp_weeks))
    before = o.shock_weeks
    o.shock_weeks = rules.event_clock(before, shock, p.p_shock, rules.whole_weeks(p.sh_weeks))
    o.shock_begins = o.shock_weeks > before
    o.other_it_load = rules.other_it_load(o.other_it_load, other_load)


def meet_luck(d: Any, p: Any) -> None:
    """Stage 0: an incident goes on, ends or begins."""
    d.incident_weeks = rules.event_clock(d.incident_weeks, d.incident, p.p_inc, rules.whole_weeks(p.inc_weeks))


def name_openly(o: Any, p: Any, m: Any) -> None:
    """Stage 1, of the organisation: naming the elephant makes things visible; how firmly the board anchored it.

    Nothing is anchored while the place of its sponsor is empty.
    """
    if m.naming:
        o.visibility = rules.raised(o.visibility, p.dV_name * o.naming_fidelity)
    o.anchoring = o.anchoring_fidelity if m.anchored and o.sponsor_weeks == 0 else 0.0


def apply_measures(d: Any, p: Any, o: Any, m: Any) -> None:
    """Stage 1: roles, naming, persuasion.

    How much is received of a role depends on the frame before this stage: naming helps roles from the next week on.
    """
    heard_as = 0.0 if d.is_it else d.it_frame
    named = rules.frame_after_naming(d.it_frame, p.zeta * o.naming_fidelity)
    d.it_frame = named if m.naming and d.in_business else d.it_frame
    d.progress_role = rules.role_clarity(d.progress_role, heard_as, p.c_role, p.paper, d.progress_portion)
    d.priority_role = rules.role_clarity(d.priority_role, heard_as, p.c_role, p.paper, d.priority_portion)
    d.voice_role = rules.role_clarity(d.voice_role, heard_as, p.c_role, p.paper, d.voice_portion)
    d.conviction_anchor = rules.raised(d.conviction_anchor, d.persuasion)


# --- stage 2: perception -------------------------------------------------------------------------------


def business_frame(d: Any) -> Any:
    """A business department's belief that it is IT's job; 0 for others."""
    return d.it_frame if d.in_business else 0.0


def local_visibility(d: Any, o: Any) -> Any:
    """Visibility (0 to 1) where a department is: the organisation's, and 0 for a chain partner who is not consulted."""
    return o.visibility if d.active else 0.0


def perceive(d: Any, p: Any, o: Any) -> None:
    """Stage 2: what others seem to do and think; whose job it seems; how responsible one feels.

    IT's own frame and a chain partner's stay as they are.
    """
    openly = local_visibility(d, o)
    d.norm = rules.perceived_norm(openly, d.near_activity * d.near_share, d.near_conviction * d.near_share)
    near_frame = d.near_frame * d.near_share if d.near_share > 0.0 else d.it_frame
    of_it = rules.unassigned_responsibility_it(o.business_frame, o.diffused, p.acc)
    of_others = rules.unassigned_responsibility(d.it_frame, o.diffused, p.nu)
    unassigned = of_it if d.is_it else of_others
    moved = d.it_frame + rules.frame_from_talk(d.it_frame, d.frame_anchor, near_frame, p.g, p.eta_f)
    evidence = rules.frame_from_evidence(d.it_frame, openly, d.own_share, d.activity, p.eta_e)
    moved = rules.clip(moved + (evidence if o.work_seen else 0.0), 0.0, 1.0)
    d.it_frame = moved if d.in_business else d.it_frame
    d.felt_responsibility = rules.felt_responsibility(d.felt_responsibility, d.progress_role, unassigned, p.tau_s)


# --- stage 3: capacity ---------------------------------------------------------------------------------


def plan(d: Any, p: Any, o: Any, m: Any) -> None:
    """Stage 3: how many hours there are, what competes for them, and which meetings one attends.

    A department without capacity counts as not overloaded. Talks about objections that were answered last week are
    meetings of this one.
    """
    incident = p.s_inc * d.capacity if d.incident_weeks > 0 else 0.0
    upkeep = p.debt_m * o.technical_debt * d.capacity if d.is_it else 0.0
    d.available = rules.available_hours(d.capacity, d.absence_weeks > 0, p.key_hours)
    d.dip = rules.dip(d.capacity, d.adoption, d.habit, p.dip) if d.internal else 0.0
    around = rules.workaround(d.capacity, d.adoption, p.wa) if m.retired and d.internal else 0.0
    noise = rules.weekly_noise(d.noise, p.bau_noise)
    d.load = rules.ordinary_load(d.capacity, d.workload, noise, incident, upkeep, d.dip + around)
    d.overload = d.load / d.available if d.available > 0.0 else 0.0
    d.headroom = rules.headroom(d.available, d.load, d.granted)
    pull = d.standing_pull * (o.other_it_load if d.is_it else 1.0)
    d.pull = pull + p.sh_pull if o.shock_weeks > 0 else pull
    asked = d.meetings_asked + p.h_answer * d.answered
    d.meetings = rules.meeting_hours(asked, d.headroom)
    d.attendance = d.meetings / asked if asked > 0.0 else 0.0


def start_or_wait(o: Any, p: Any, s: Any, it: Any, spare: Any, week: Any) -> None:
    """Stage 3, of the organisation: whether work has started.

    It starts in its week or, where it waits for capacity, once IT's spare hours have averaged more than ``h_ref``.
    ``spare`` holds those of the last ``WAITING_WEEKS`` weeks, as a ring.
    """
    spare[(week - 1) % c.WAITING_WEEKS] = rules.spare_it_hours(
        it.headroom, it.capacity, o.other_it_load, it.standing_pull
    )
    if o.started or week < s.start:
        return
    if s.waits:
        total = 0.0
        for back in range(c.WAITING_WEEKS):
            total += spare[(week + back) % c.WAITING_WEEKS]
        o.started = week >= c.WAITING_WEEKS and total / c.WAITING_WEEKS > it.h_ref
    else:
        o.started = True


# --- stage 4: effort -----------------------------------------------------------------------------------


def weigh(d: Any, p: Any, s: Any) -> None:
    """Stage 4, first half: what work is open, how engaged one is, and what an hour is worth.

    IT's own technical work, the core of the platform, waits for no process.
    """
    d.responsibility = rules.responsibility(d.felt_responsibility, d.ownership)
    d.expectancy = rules.expectancy(d.norm, p.e0)
    d.engagement = rules.engagement(d.conviction, d.responsibility, d.expectancy)
    d.blocked = rules.blocked(d.open_issues, p.I_half)
    core = (1.0 - d.technical_progress) * d.technical_size
    process = rules.process_need(d.process_progress, d.technical_progress, p.ahead, d.process_size)
    lead = c.LEAD_OF_A_PUSH if s.pushes else p.lead
    technical = rules.technical_need(d.process_progress, d.technical_progress, lead, d.technical_size)
    d.process_need = process if d.active and not d.is_it else 0.0
    d.technical_need = core if d.is_it else technical if d.active else 0.0
    d.productivity = rules.productivity(rules.skill(d.knowledge, p.kmin), d.switching, d.blocked)


def needs(d: Any) -> Any:
    """What a department adds to what is needed (h): technical inside, technical outside, process, asked of IT."""
    inside = d.technical_need if d.internal else 0.0
    return inside, d.technical_need - inside, d.process_need, d.process_need * d.it_frame


def waiting_for_it(o: Any, p: Any, s: Any) -> Any:
    """Hours that wait for IT, with what technical debt adds to them: technical work, and help that it is asked for.

    Technical work are streams and connections; before go-live a department asks for help with its process as far as
    it holds that to be IT's job.
    """
    technical = o.need_inside + o.need_outside + s.connection_hours * o.backlog
    help_asked = 0.0 if o.go_live_week else rules.help_asked(o.need_asked, p.phi_it)
    return technical * (1.0 + o.technical_debt), help_asked * (1.0 + o.technical_debt)


def exert(d: Any, p: Any, o: Any, technical: Any, help_asked: Any) -> None:
    """Stage 4, second half: hours, spent once, over attention, care and work in proportion.

    ``technical`` and ``help_asked`` are what :func:`waiting_for_it` returns.
    """
    working = d.active and o.started
    d.waiting = (technical if d.is_it else d.process_need) if working else 0.0
    attention = d.h_ref * p.att if working else 0.0
    care = d.h_care if working and o.live else 0.0
    asked = d.waiting + help_asked if d.is_it else d.waiting
    work = rules.hours_for(asked, d.productivity) if working else 0.0
    d.demand = attention + care + work
    d.hours = rules.effort(d.demand, d.headroom, d.meetings, d.engagement, d.priority, d.pull, d.dedicated, d.pledge)
    part = d.hours / d.demand if d.demand > 0.0 else 0.0
    d.work_hours, d.care_hours = part * work, part * care
    d.willingness = rules.willingness(d.conviction, d.expectancy, d.headroom, d.capacity)


# --- stage 5: hand-offs --------------------------------------------------------------------------------


def prepare_to_settle(d: Any, o: Any) -> None:
    """Stage 5: what a department brings to the table: time, and somebody who may speak for it (as square roots)."""
    time = rules.joint_time(d.hours, d.attendance * d.joint_asked, d.h_ref)
    d.time_to_settle = math.sqrt(time) if d.active and o.started else 0.0
    d.mandate = math.sqrt(d.voice_role)


def pace(a: Any, b: Any, strength: Any, p: Any) -> Any:
    """How quickly two settle what passes between them, per week, given time and mandate: until levers change.

    ``a`` and ``b`` are their ``attention``, ``strength`` is that of their contact.
    """
    return a * b * p.lam_g * rules.access(strength, p.c0)


def agree(
    time: Any,
    mandate: Any,
    willing: Any,
    other_time: Any,
    other_mandate: Any,
    other_willing: Any,
    need: Any,
    reach: Any,
    pace: Any,
    settled: Any,
    md: Any,
) -> Any:
    """Stage 5: what two settle this week of what passes between them, seen by the first of them.

    Returns how far it is settled now, what of the need was missing before (summed: :func:`see_hand_offs`), and how
    willing the other is to help, as far as the other's issues are in ``reach``.
    """
    after = rules.settled(settled, pace, time * other_time, mandate * other_mandate, md)
    return after, need * (1.0 - settled), reach * other_willing


def see_hand_offs(d: Any, p: Any) -> None:
    """Stage 5: how much of what one needs from others was not agreed when the week's work began."""
    d.unsettled = rules.unsettled(d.missing, p.D_ref)


# --- stage 5: work and issues --------------------------------------------------------------------------


def partner_part(d: Any) -> Any:
    """How much a department counts where a partner's process hours are shared: by process work that is left."""
    counts = (1.0 if d.internal else c.CHAIN_COUNTS) if d.active else 0.0
    return (1.0 - d.process_progress) * d.process_size * counts


def before_work(d: Any) -> Any:
    """What a department adds: blocked work inside (a share), a partner's parts (h), and the number of those at work."""
    return (d.blocked if d.internal else 0.0), partner_part(d), (1.0 if d.hours > 0.0 else 0.0)


def share_out(offered: Any, need: Any) -> Any:
    """What streams take of technical output (as a share of their need), and what is left of it (h).

    >>> share_out(5.0, 10.0), share_out(12.0, 10.0)
    ((0.5, 0.0), (1.0, 2.0))
    """
    taken = rules.absorbed(offered, need)
    return (taken / need if need > 0.0 else 0.0), (offered - taken if offered > taken else 0.0)


def supply(o: Any, p: Any, m: Any, s: Any, it: Any, blocked: Any, parts: Any) -> Any:
    """Stage 5, of the organisation: technical output goes to streams inside, to the chain's, to connections, to help.

    Returns a partner's process hours for each hour that counts, IT's help for each hour of process need, the share of
    technical need that is met inside and outside, IT's own share of technical output, and hours put into connections.
    """
    hours = m.hours * o.partner_fidelity if m.partner and o.started else 0.0
    o.outsider = m.substitution
    o.partner_process_hours = (1.0 - m.tech_share) * hours
    by_it = it.work_hours * it.productivity
    technicians = m.technicians * o.technicians_fidelity if o.started else 0.0
    hired = (m.tech_share * hours + technicians) * (1.0 - blocked / s.internal)
    inside, left = share_out((by_it + hired) / (1.0 + o.technical_debt), o.need_inside)
    outside, left = share_out(left, o.need_outside)
    to_connect = s.connection_hours * o.backlog
    connecting = rules.absorbed(left, to_connect)
    o.connected = min(o.backlog, connecting / s.connection_hours)
    o.backlog -= o.connected
    left = left - connecting if left > to_connect else 0.0
    helped = 0.0 if o.go_live_week else left * p.phi_it
    a_part = o.partner_process_hours / parts if parts > c.NOTHING else 0.0
    a_need = helped / o.need_process if o.need_process > c.NOTHING else 0.0
    own = by_it / (by_it + hired) if by_it + hired > 0.0 else 0.0
    return a_part, a_need, inside, outside, own, connecting


def deliver(d: Any, p: Any, substitution: Any, a_part: Any, a_need: Any, inside: Any, outside: Any) -> None:
    """Stage 5: process and technical work done for a stream.

    ``substitution`` is the share of a partner's hours in which it takes over; the last four numbers are the first that
    :func:`supply` returns.
    """
    partner_hours, helped = a_part * partner_part(d), a_need * d.process_need
    d.technical_done = d.technical_need * (inside if d.internal else outside)
    d.paired_hours = min((1.0 - substitution) * partner_hours, d.work_hours)
    alone = 0.0 if d.is_it else d.work_hours * d.productivity
    own = alone + d.paired_hours * p.phi_pair * (1.0 - d.blocked)
    bought = substitution * partner_hours * p.phi_sub * (1.0 - d.blocked)
    everything = own + bought + helped
    d.process_done = everything if everything < d.process_need else d.process_need
    part = 1.0 / everything if everything > c.NOTHING else 0.0
    used = d.process_done * part
    d.own_done, d.bought_done, d.helped_done = used * own, used * bought, used * helped
    d.partner_used = d.paired_hours + used * substitution * partner_hours
    d.own_output += d.own_done
    d.all_output += d.process_done
    own_share = rules.smoothed(d.own_share, own * part, c.OWN_SHARE_RATE)
    d.own_share = own_share if d.process_done > 0.0 else d.own_share


def advance(d: Any, p: Any, o: Any) -> None:
    """Stage 5: output turns into progress, and progress into the issues to be expected.

    They arise from work done and, once live, by ignorance and by a chain that lags behind.
    """
    kept = rules.kept_work(p.eps0, p.eps_b, d.blocked, p.eps_s, d.unsettled)
    d.process_gain = rules.progress_gain(d.process_progress, d.process_done, kept, d.process_size)
    d.technical_gain = rules.progress_gain(d.technical_progress, d.technical_done, kept, d.technical_size)
    d.process_progress += d.process_gain
    d.technical_progress += d.technical_gain
    progressed = d.process_gain * d.process_size + d.technical_gain * d.technical_size
    live = 1.0 if o.live and d.internal else 0.0
    gap = p.iota_c * d.adoption * (d.chain_weight - d.chain_adoption) * live
    d.expected = rules.new_issues(p.iota, progressed, d.entangled / p.D_ref, live, d.knowledge, gap)


def after_work(d: Any) -> Any:
    """What a department adds to technical work done, to process work bought, and to IT's help (h)."""
    return d.technical_done, d.bought_done, d.helped_done


def credit(o: Any, it: Any, own: Any, connecting: Any, technical: Any, bought: Any, helped: Any) -> None:
    """Stage 5, of the organisation: book who delivered the output (h): IT its ``own`` share, outsiders the rest.

    ``own`` and ``connecting`` are what :func:`supply` returns last, the other three sums as in :func:`after_work`.
    """
    it.carried += own * (technical + helped + connecting)
    o.carried_outside += bought + (1.0 - own) * (technical + helped + connecting)


def wait_for(d: Any, p: Any, o: Any) -> None:
    """Stage 5: set the rate per week at which an issue here is taken up: by its owner, a neighbour or a partner."""
    own = d.willingness * rules.own_pick_up(d.progress_role, d.unheld, d.ownership)
    near = rules.neighbours_pick_up(d.near_willing, d.progress_role, d.unheld)
    d.hazard = p.mu * (own + near) + rules.partner_pick_up(p.mu_p, o.partner_process_hours, d.h_ref)


def arrive(d: Any) -> None:
    """Stage 5: new issues come, a Poisson count by the week's draw."""
    d.open_issues += rules.poisson_quantile(d.arrivals, d.expected)


def listens(d: Any, w: Any) -> Any:
    """Whether there is anything here that somebody could take up, or object to."""
    return d.open_issues > 0 or d.open_objections > 0 or w.voice > 0.0


def pick_up(d: Any, p: Any, w: Any, o: Any, u: Any) -> None:
    """Stage 5, end: somebody takes up open issues, or nobody does; objections likewise.

    ``u`` holds the draws (:class:`~simulation.model.terms.Answers`), ``w`` the ``voice`` that a file gives a
    department. An objection makes things visible, and each one that is answered convinces a little; the talk that
    answers it is held in the week after.
    """
    d.open_issues -= rules.taken_up(u.pick_up, d.open_issues, d.hazard)
    if w.voice > 0.0:
        if u.objection < w.voice * (1.0 - d.conviction):
            d.open_objections += 1
            o.objections += 1
        answered = rules.taken_up(u.answer, d.open_objections, d.hazard)
        d.open_objections -= answered
        d.answered, d.opposed = answered, rules.opposition(d.open_objections)
        for _ in range(answered):
            d.conviction_anchor = rules.won_over(d.conviction_anchor, d.conviction_brought, p.won, p.convinced)


def hear_objections(o: Any, p: Any) -> None:
    """Stage 5, end, of the organisation: a week in which somebody objects makes things visible, once."""
    if o.objections > 0:
        o.visibility = rules.raised(o.visibility, p.v_obj)


# --- stage 6: go-live and adoption ---------------------------------------------------------------------


def progress(d: Any, p: Any, s: Any) -> Any:
    """What a department adds to technical progress inside, its rise, and likewise to process progress in business.

    The last number counts the business departments whose process is not ready for go-live.
    """
    technical, built = (d.technical_progress, d.technical_gain) if d.internal else (0.0, 0.0)
    process, arranged = (d.process_progress, d.process_gain) if d.in_business else (0.0, 0.0)
    ready = s.ready_process if s.pushes else p.ready_B
    unready = 1.0 if d.in_business and d.process_progress < ready else 0.0
    return technical, built, process, arranged, unready


def go_live(o: Any, p: Any, s: Any, technical: Any, process: Any, unready: Any, week: Any) -> Any:
    """Stage 6, of the organisation: whether the platform goes live this week, which happens once.

    ``technical``, ``process`` and ``unready`` are sums as in :func:`progress`.
    """
    o.process_progress = process / s.business if s.business else 1.0
    begins = not o.go_live_week and technical / s.internal >= p.ready_T and unready == 0.0
    if begins:
        o.go_live_week = week
    return begins


def quality(d: Any, p: Any) -> Any:
    """Quality of a department's process, 1 − qloss to 1, by how much of it the department made itself."""
    return rules.process_quality(d.own_output, d.all_output, p.qloss)


def adopt(d: Any, p: Any, o: Any, m: Any, begins: Any, week: Any) -> None:
    """Stage 6: use of the new way rises and falls, from the week after its cut-over; perhaps it is cut over now.

    All inside cut over when the platform ``begins``, a chain partner when it is ready to follow. One cannot use what
    is not arranged; IT uses what the business has arranged.
    """
    care = min(1.0, d.care_hours / d.h_care) if d.h_care > 0.0 else 1.0
    fits = quality(d, p)
    arranged = o.process_progress if d.is_it else d.process_progress
    near = d.others_adoption * d.imitation_share
    workable = (1.0 - d.blocked) * (1.0 - p.eps_s * d.unsettled)
    fit = fits * rules.skill(d.knowledge, p.kmin)
    gain = rules.adoption_gain(d.adoption, arranged, near, fit, workable, care, p.p_a, p.q_a, p.care0)
    held = d.responsibility * d.priority
    loss = rules.adoption_loss(d.adoption, d.habit, d.overload, held, p.de_a, p.press, p.hold_z, p.strain)
    loss = loss * p.hold_off if m.retired else loss
    moved = rules.clip(d.adoption + gain - loss, 0.0, 1.0)
    d.habit = rules.toward(d.habit, d.adoption, p.tau_z) if d.cut_over_week else d.habit
    ready = d.process_progress > p.ready_B_chain and d.technical_progress > p.ready_T_chain
    switches = begins if d.internal else ready and not d.cut_over_week
    at_first = p.a_cut * fits * arranged
    moved = moved if d.cut_over_week else d.adoption
    d.adoption = max(moved, at_first) if switches else moved
    d.cut_over_week = week if switches else d.cut_over_week


def grow(o: Any, p: Any, s: Any, technical: Any, built: Any, process: Any, arranged: Any) -> None:
    """Stage 6, of the organisation: connections to make, technical debt, and mean progress with its rise.

    ``technical``, ``built``, ``process`` and ``arranged`` are sums as in :func:`progress`.
    """
    if o.live:
        o.backlog += s.connections_per_week
    o.technical_debt = rules.debt(o.technical_debt, built / s.internal, o.connected, p.debt_g, o.debt_weight)
    o.progress_gain = half_each(s, built, arranged)
    o.mean_progress = half_each(s, technical, process)


def half_each(s: Any, technical: Any, process: Any) -> Any:
    """The mean of technique inside and of the business's process, half each; sums as in :func:`progress`."""
    return 0.5 * (process / s.business if s.business else 0.0) + 0.5 * (technical / s.internal)


# --- stage 7: slow states ------------------------------------------------------------------------------


def success(d: Any) -> Any:
    """What a department adds to adoption and engagement inside, and to engagement in the business."""
    return (
        d.adoption if d.internal else 0.0,
        d.engagement if d.internal else 0.0,
        d.engagement if d.in_business else 0.0,
    )


def signal(o: Any, p: Any, s: Any, adoption: Any, engagement: Any, of_business: Any) -> None:
    """Stage 7, of the organisation: what success there is to be seen; sums as in :func:`success`.

    Before go-live it is the week's progress, afterwards mean adoption.
    """
    o.mean_adoption, o.mean_engagement = adoption / s.internal, engagement / s.internal
    o.business_engagement = of_business / s.business if s.business else 0.0
    raw = o.mean_adoption if o.live else min(1.0, p.sig * o.progress_gain)
    o.signal = rules.smoothed(o.signal, raw, p.sig_rate)


def meeting(d: Any) -> Any:
    """What a department adds to the team: a member, its attendance (0 to 1), and the clarity of its voice."""
    return (1.0, d.attendance, d.voice_role) if d.member else (0.0, 0.0, 0.0)


def openness(o: Any, p: Any, m: Any, members: Any, attendance: Any, voice: Any) -> Any:
    """What feeds visibility, per week: a team that meets, the board, a partner who works along.

    ``members``, ``attendance`` and ``voice`` are sums as in :func:`meeting`.
    """
    along = p.v_partner * (1.0 - o.outsider) if m.partner else 0.0
    source = p.v_board * o.anchoring + along
    if members > 0.0:
        heard = p.meet0 + (1.0 - p.meet0) * (voice / members)
        source += p.v_meet * o.team_fidelity * (attendance / members) * heard
    return source


def learn(d: Any, p: Any, o: Any) -> None:
    """Stage 7: what the week does to ownership, knowledge, priority, activity and conviction, in this order."""
    requested = min(d.h_ref, d.demand)
    involved = rules.involvement(d.hours, requested, d.h_ref)
    knowing = d.knowledge if involved > c.KNOWING_FROM else 0.0
    routes = rules.ownership_routes(d.voice_role, o.outsider, knowing, min(1.0, d.hours / d.h_ref))
    d.ownership = rules.ownership(d.ownership, routes, d.priority, p.al_o, p.de_o)
    paired = min(1.0, d.paired_hours / d.h_ref)
    d.knowledge = rules.knowledge(d.knowledge, involved, paired, d.adoption, p.lam_k, p.lam_t, p.de_k, p.pair0)
    reprioritise(d, p, o)
    worked = min(1.0, d.hours / requested) if requested > 0.0 else 0.0
    d.activity = rules.smoothed(d.activity, worked, p.al_v)
    moved = rules.clip(rules.conviction(d.conviction, d.conviction_anchor, o.signal, p.eta_x, p.xi), 0.0, 1.0)
    d.conviction = rules.disheartened(moved, d.near_opposed * d.near_share, p.eta_o)


def reprioritise(d: Any, p: Any, o: Any) -> None:
    """Priority moves to what visibility, roles and the board make of it; a shock pushes it down."""
    anchored = p.A * o.anchoring if d.internal else 0.0
    base = p.om_done if o.closed else p.om0
    goal = rules.priority_goal(base, p.bV * local_visibility(d, o), p.bP * d.priority_role, anchored)
    priority = rules.toward(d.priority, goal, p.tau_om)
    shocked = rules.priority_after_shock(priority, p.sh_om, p.A * o.anchoring)
    d.priority = shocked if o.shock_begins else priority


def let_fade(d: Any, p: Any, o: Any) -> None:
    """Stage 7: roles that nobody refreshes fade, slower where the board anchored them."""
    kept = p.A * o.anchoring
    d.progress_role = rules.faded_clarity(d.progress_role, p.tau_c, kept)
    d.priority_role = rules.faded_clarity(d.priority_role, p.tau_c, kept)
    d.voice_role = rules.faded_clarity(d.voice_role, p.tau_c, kept)


def keep_or_lose(d: Any, p: Any) -> None:
    """Stage 7, end: a key person may leave, sooner under overload, with some knowledge, ownership and clarity of roles.

    ``leave`` is the week's draw; the place then stays empty for ``key_weeks``.
    """
    leaves = d.leave < rules.chance_of_leaving(p.p_leave, d.overload)
    kept, halved = (1.0 - p.loss_leave if leaves else 1.0), (p.key_role if leaves else 1.0)
    d.knowledge *= kept
    d.ownership *= kept
    d.progress_role *= halved
    d.priority_role *= halved
    d.voice_role *= halved
    d.absence_weeks = rules.whole_weeks(p.key_weeks) if leaves else max(0, d.absence_weeks - 1)
    d.hand_offs_kept = 1.0 - p.leave_sigma * p.loss_leave if leaves else 1.0


def lost_hand_offs(d: Any) -> Any:
    """1 for a department whose agreements left with a key person this week, else 0."""
    return 1.0 if d.hand_offs_kept < 1.0 else 0.0


def open_up(o: Any, p: Any, source: Any) -> None:
    """Stage 7, end, of the organisation: visibility; ``source`` as :func:`openness` returns it."""
    o.visibility = rules.visibility(o.visibility, p.tau_V, min(1.0, source))


# --- stage 8: accounts ---------------------------------------------------------------------------------


def account(d: Any, p: Any) -> Any:
    """Stage 8: what a week of a department adds to the book.

    Cost (€), hours shared, alone and beyond capacity, benefit (€), hours of the dip, and a partner's process hours
    that were of use. Hours that are granted are paid, worked or not. What it delivered itself is booked with it.
    """
    claim = c.STANDING_CLAIM * d.pull * d.capacity
    free = max(0.0, d.hours - d.dedicated)
    beyond = rules.overload_hours(d.load, claim, d.meetings, free, d.available)
    d.carried += d.own_done if d.internal else 0.0
    idle = rules.idle_pay(d.dedicated_charged, d.hours)
    idle += rules.idle_pay(d.granted_charged, d.meetings + max(0.0, d.hours - d.dedicated_charged))
    return (
        (d.hours + d.meetings + idle) * d.rate,
        d.meetings + d.paired_hours,
        d.hours - d.paired_hours,
        beyond if d.internal else 0.0,
        rules.benefit(d.benefit, d.adoption, p.gam * d.chain_needed, d.chain_adoption * d.chain_share),
        d.dip,
        d.partner_used,
    )


def passive(d: Any, p: Any) -> Any:
    """1 for a department inside that is convinced and yet does next to nothing while work waits for it, else 0."""
    little = d.hours < c.PASSIVE_BELOW * min((p.WB * d.size + p.WT) / c.YEAR, d.demand)
    return 1.0 if d.internal and d.waiting > 0.0 and d.conviction >= c.PASSIVE_CONVINCED and little else 0.0


def add_up(
    book: Any, cost: Any, shared: Any, solitary: Any, beyond: Any, benefit: Any, dip: Any, partner_used: Any
) -> None:
    """Stage 8: what departments cost and bring goes into the book; sums as :func:`account` returns them."""
    book.cost += cost
    book.shared_hours += shared
    book.solitary_hours += solitary
    book.overload_hours += beyond
    book.benefit += benefit
    book.dip_hours += dip
    book.partner_idle_hours -= partner_used


def pay(book: Any, o: Any, m: Any, s: Any) -> None:
    """Stage 8: what measures, partner and licence cost (€) goes into the book, and the connections made."""
    book.connections += o.connected
    partner = m.hours * m.fee if m.partner else 0.0
    book.partner_cost += partner
    book.partner_idle_hours += m.hours * (1.0 - m.tech_share) if m.partner else 0.0
    book.cost += partner + m.one_off_cost + m.running_cost + (s.licence if o.started else 0.0)


def keep_books(book: Any, o: Any, passive: Any, week: Any) -> None:
    """Stage 8: what outcomes need of a week goes into the book; ``passive`` is the share of those who let work wait."""
    if c.WINDOW_FROM <= week <= c.WINDOW_TO:
        book.window += 1
        book.visibility_sum += o.visibility
        book.passive_sum += passive
    if week <= c.DEADLINE:
        book.progress_104 = o.mean_progress
    if o.go_live_week and week <= o.go_live_week + c.YEAR:
        book.adoption_52 = o.mean_adoption
    if o.mean_adoption > book.peak:
        book.peak, book.peak_week, book.half_week = o.mean_adoption, week, -1
    elif book.half_week < 0 and o.mean_adoption <= book.peak / 2.0:
        book.half_week = week
