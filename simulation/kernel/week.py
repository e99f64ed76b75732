"""The order of a week, compiled: the twin of :mod:`simulation.model`, stage by stage.

``o`` is the organisation, ``p`` the parameters, ``m`` the week's levers, ``s`` the scenario, ``states`` the departments
in blocks, ``whos`` what their file says of them, ``net`` the contact network and ``ties`` who has to do with whom
(up to ``ends``), ``luck`` and ``answers`` the week's draws. What departments do one by one is in
:mod:`simulation.kernel.department`; :func:`each` has all of them do it, :func:`total` adds up what comes of it,
:func:`gather` has them hear of each other.
"""

from typing import Any

import numpy as np

from simulation.kernel.compiling import inner, rules, stage, woven
from simulation.kernel.contacts import (
    activity,
    adoption,
    behaviour,
    look_round_the_table,
    see,
    see_adoption,
    see_chain,
    see_willing,
    see_work,
    set_levers,
    willingness,
)
from simulation.kernel.department import (
    account,
    adopt,
    advance,
    apply_measures,
    deliver,
    exert,
    keep_or_lose,
    learn,
    let_fade,
    partner_part,
    passive,
    perceive,
    pick_up,
    plan,
    wait_for,
    weigh,
)
from simulation.kernel.lanes import at, each, gather, hand_out, total
from simulation.kernel.layout import BUSINESS
from simulation.kernel.luck import draw_answers
from simulation.kernel.records import OTHER_LOAD, SHOCK
from simulation.measures import CLOSING_WEEKS, PARTNER_STAYS


@woven
def meet_luck(o: Any, p: Any, organisation_luck: Any) -> None:
    """Stage 0, of the organisation."""
    before = o.shock_weeks
    o.shock_weeks = rules.event_clock(before, organisation_luck[SHOCK], p.p_shock, 12)
    o.shock_begins = o.shock_weeks > before
    o.other_it_load = rules.other_it_load(o.other_it_load, organisation_luck[OTHER_LOAD])


@woven
def enter_phase(o: Any, week: Any) -> None:
    """What go-live, if it is past, ends by itself."""
    o.phase = 0
    if o.go_live_week > 0 and week >= o.go_live_week + PARTNER_STAYS:
        o.phase = 2 if week >= o.go_live_week + CLOSING_WEEKS else 1
    o.closed = o.phase == 2
    o.live = o.go_live_week > 0 and week > o.go_live_week


@woven
def start_or_wait(o: Any, p: Any, s: Any, it: Any, spare: Any, week: Any) -> None:
    """Stage 3, of the organisation: whether work has started; ``spare`` holds IT's last eight weeks."""
    spare[(week - 1) % 8] = rules.spare_it_hours(it.headroom, it.capacity, o.other_it_load, it.standing_pull)
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
def business_frame(d: Any) -> Any:
    """A business department's belief that it is IT's job."""
    return d.it_frame if d.kind == BUSINESS else 0.0


@stage
def luck_and_measures(o: Any, p: Any, m: Any, s: Any, states: Any, luck: Any, organisation_luck: Any) -> None:
    """Stages 0 and 1."""
    meet_luck(o, p, organisation_luck)
    hand_out(luck, states)
    if m.naming:
        o.visibility = rules.raised(o.visibility, p.dV_name)
    each(apply_measures, states, p, m)
    o.business_frame = total(business_frame, states) / s.business if s.business else 0.0


@stage
def perceive_and_plan(
    o: Any,
    p: Any,
    s: Any,
    net: Any,
    states: Any,
    ties: Any,
    ends: Any,
    members: Any,
    class_ends: Any,
    links: Any,
    spare: Any,
    week: Any,
) -> None:
    """Stages 2 and 3, and what of stage 4 needs nobody else's hours."""
    gather(behaviour, see, states, ties, ends, net.near)
    gather(activity, see_work, states, ties, ends, s.needs)
    if net.meets:
        look_round_the_table(states, net, members, class_ends, links)
    each(perceive, states, p, o)
    each(plan, states, p, o)
    start_or_wait(o, p, s, at(states, s.it), spare, week)
    each(weigh, states, p)


@inner
def needs(d: Any) -> Any:
    """What a department adds to what is needed (h): technical inside, technical outside, process."""
    inside = d.technical_need if d.internal else 0.0
    return inside, d.technical_need - inside, d.process_need


@stage
def work(o: Any, p: Any, s: Any, states: Any) -> None:
    """Stage 4, second half, and what is needed in all (h)."""
    o.need_inside, o.need_outside, o.need_process = total(needs, states)
    waiting = o.need_inside + o.need_outside + s.connection_hours * o.backlog
    each(exert, states, p, o, waiting * (1.0 + o.technical_debt))


@inner
def share_out(offered: Any, need: Any) -> Any:
    """What streams take of technical output (as a share of their need), and what is left of it (h)."""
    taken = rules.absorbed(offered, need)
    return (taken / need if need > 0.0 else 0.0), (offered - taken if offered > taken else 0.0)


@inner
def before_work(d: Any) -> Any:
    """What a department adds to work that is blocked inside, to the partner's parts, and to those at work."""
    return (d.blocked if d.internal else 0.0), partner_part(d), (1.0 if d.hours > 0.0 else 0.0)


@inner
def after_work(d: Any) -> Any:
    """What a department adds to technical work done, to what was bought, and to IT's help."""
    return d.technical_done, d.bought_done, d.helped_done


@stage
def do_the_work(o: Any, p: Any, m: Any, s: Any, states: Any) -> None:
    """Stage 5: the week's output, who delivered it, and the issues to be expected."""
    blocked, parts, at_work = total(before_work, states)
    hours = m.hours if m.partner and o.started else 0.0
    o.outsider = m.substitution
    o.partner_process_hours = (1.0 - m.tech_share) * hours
    it = at(states, s.it)
    by_it = it.work_hours * it.productivity
    hired = (m.tech_share * hours + (m.technicians if o.started else 0.0)) * (1.0 - blocked / s.internal)
    inside, left = share_out((by_it + hired) / (1.0 + o.technical_debt), o.need_inside)
    outside, left = share_out(left, o.need_outside)
    asked = s.connection_hours * o.backlog
    connecting = rules.absorbed(left, asked)
    o.connected = min(o.backlog, connecting / s.connection_hours)
    o.backlog -= o.connected
    left = left - connecting if left > asked else 0.0
    helped = left * p.phi_it if o.go_live_week == 0 else 0.0
    a_part = o.partner_process_hours / parts if parts > 0.0 else 0.0
    a_need = helped / o.need_process if o.need_process > 0.0 else 0.0
    each(deliver, states, p, a_part, m.substitution, a_need, inside, outside)
    each(advance, states, p, o)
    technical, bought, by_help = total(after_work, states)
    own = by_it / (by_it + hired) if by_it + hired > 0.0 else 0.0
    it.carried += own * (technical + by_help + connecting)
    o.carried_outside += bought + (1.0 - own) * (technical + by_help + connecting)
    o.work_seen = o.work_seen or at_work > 0.0


@stage
def take_up(
    o: Any, p: Any, net: Any, whos: Any, states: Any, ties: Any, ends: Any, keys: Any, answers: Any, counter: Any
) -> None:
    """Stage 5, end: issues come, and are taken up, one by one."""
    gather(willingness, see_willing, states, ties, ends, net.close)
    each(wait_for, states, p, o)
    o.objections = 0
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        d.open_issues += rules.poisson_quantile(d.arrivals, d.expected)
        if d.open_issues > 0 or d.open_objections > 0 or w.voice > 0.0:
            u = at(answers, i)
            draw_answers(u, counter, np.uint64(o.world), np.uint64(o.seed), keys[i])
            pick_up(d, w, o, u)
    o.visibility = min(1.0, o.visibility + 0.01 * o.objections)


@inner
def progress(d: Any) -> Any:
    """What a department adds to technical progress, and its gain, inside, and to process progress in the business."""
    process = d.process_progress if d.kind == BUSINESS else 0.0
    unready = 1.0 if d.kind == BUSINESS and d.process_progress < 0.90 else 0.0
    return (d.technical_progress if d.internal else 0.0), (d.technical_gain if d.internal else 0.0), process, unready


@stage
def go_live(o: Any, p: Any, s: Any, states: Any, ties: Any, ends: Any, week: Any) -> None:
    """Stage 6: go-live, adoption, growth and debt; and what progress there is to be seen (stage 7)."""
    technical, built, process, unready = total(progress, states)
    technical /= s.internal
    begins = o.go_live_week == 0 and technical >= 0.95 and unready == 0.0
    if begins:
        o.go_live_week = week
    if o.go_live_week > 0:
        each(adopt, states, p, begins, week)
        gather(adoption, see_adoption, states, ties, ends, s.needs)
        gather(adoption, see_chain, states, ties, ends, s.chain_needs)
    if o.live:
        o.backlog += s.connections_per_week
    o.technical_debt = rules.debt(o.technical_debt, built / s.internal, o.connected, p.debt_g, o.debt_weight)
    o.before = o.mean_progress
    o.mean_progress = 0.5 * (process / s.business if s.business else 0.0) + 0.5 * technical


@stage
def learn_and_account(o: Any, p: Any, m: Any, s: Any, states: Any) -> None:
    """Stage 7, and the departments' part of stage 8."""
    signal(o, s, states)
    source = openness(o, p, m, states)
    each(learn, states, p, o, m)
    if o.roles_fade:
        each(let_fade, states, p, m)
    each(keep_or_lose, states, p)
    o.visibility = rules.visibility(o.visibility, p.tau_V, min(1.0, source))
    cost, shared, solitary, beyond, benefit = total(account, states, p)
    o.cost += cost
    o.shared_hours += shared
    o.solitary_hours += solitary
    o.overload_hours += beyond
    o.benefit += benefit


@inner
def success(d: Any) -> Any:
    """What a department adds to adoption and engagement inside, and to engagement in the business."""
    return (
        d.adoption if d.internal else 0.0,
        d.engagement if d.internal else 0.0,
        d.engagement if d.kind == BUSINESS else 0.0,
    )


@inner
def signal(o: Any, s: Any, states: Any) -> None:
    """Stage 7: what success is there to be seen."""
    adoption, engagement, of_business = total(success, states)
    o.mean_adoption, o.mean_engagement = adoption / s.internal, engagement / s.internal
    o.business_engagement = of_business / s.business if s.business else 0.0
    raw = o.mean_adoption if o.live else min(1.0, 60.0 * (o.mean_progress - o.before))
    o.signal = rules.smoothed(o.signal, raw, 0.15)


@inner
def meeting(d: Any) -> Any:
    """What a department adds to the team: a member, attendance, and a voice that counts."""
    return (1.0, d.attendance, d.voice_role) if d.member else (0.0, 0.0, 0.0)


@inner
def openness(o: Any, p: Any, m: Any, states: Any) -> Any:
    """What feeds visibility: meeting in a team, the board, a partner who works along."""
    source = (p.v_board if m.anchored else 0.0) + (0.04 * (1.0 - o.outsider) if m.partner else 0.0)
    if m.team:
        members, attendance, voice = total(meeting, states)
        if members > 0.0:
            source += p.v_meet * (attendance / members) * (0.5 + 0.5 * (voice / members))
    return source


@stage
def book(o: Any, p: Any, m: Any, s: Any, states: Any, week: Any) -> None:
    """Stage 8, of the organisation; what outcomes need of a week is kept, the week itself is not."""
    o.connections += o.connected
    partner = m.hours * m.fee if m.partner else 0.0
    o.partner_cost += partner
    o.cost += partner + m.one_off_cost + m.running_cost + (s.licence if o.started else 0.0)
    if 13 <= week <= 38:
        o.window += 1
        o.visibility_sum += o.visibility
        if o.started:
            o.passive_sum += total(passive, states, p) / s.internal
    if week <= 104:
        o.progress_104 = o.mean_progress
    if o.go_live_week > 0 and week <= o.go_live_week + 52:
        o.adoption_52 = o.mean_adoption
    if o.mean_adoption > o.peak:
        o.peak, o.peak_week, o.half_week = o.mean_adoption, week, -1
    elif o.half_week < 0 and o.mean_adoption <= o.peak / 2.0:
        o.half_week = week


@woven
def one_week(
    o: Any,
    p: Any,
    s: Any,
    whos: Any,
    states: Any,
    spare: Any,
    a: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    week: Any,
) -> None:
    """One week, stage by stage."""
    enter_phase(o, week)
    ties, ends = a.ties, a.ends
    at_week = s.plan + o.phase * (s.horizon + 1) + week
    now = a.plan[at_week]
    m = a.levers[s.levers + now]
    net = a.networks[m.network]
    if now != o.levers:
        asks = a.asks[s.asks + now * s.count : s.asks + (now + 1) * s.count]
        set_levers(o, p, m, net, whos, asks, a.seats[net.seats : net.seats + s.count], states)
    o.levers, o.roles_fade = now, a.fades[at_week]
    keys = a.keys[s.keys : s.keys + s.count]
    luck_and_measures(o, p, m, s, states, luck, organisation_luck)
    perceive_and_plan(o, p, s, net, states, ties, ends, a.members, a.class_ends, a.links, spare, week)
    work(o, p, s, states)
    do_the_work(o, p, m, s, states)
    take_up(o, p, net, whos, states, ties, ends, keys, answers, np.uint64(week))
    go_live(o, p, s, states, ties, ends, week)
    learn_and_account(o, p, m, s, states)
    book(o, p, m, s, states, week)
