"""The order of a week, compiled: the twin of :mod:`simulation.model`, stage by stage.

``o`` is the organisation's state, ``p`` the parameters, ``m`` the week's levers, ``s`` the scenario, ``whos`` what is
fixed of the departments, ``states`` their states, ``asks`` what levers ask of each, ``seats`` their seats in the
contact network ``net``, and ``luck`` a line of draws for each name.
"""

from typing import Any

import numpy as np

from simulation.kernel.compiling import inner, rules, stage, woven
from simulation.kernel.contacts import hazard, look_around, look_round_the_table, set_levers
from simulation.kernel.department import (
    account,
    adopt,
    advance,
    apply_measures,
    arrive,
    cut_over,
    deliver,
    exert,
    learn,
    let_go,
    passive,
    perceive,
    pick_up,
    plan,
    weigh,
)
from simulation.kernel.layout import BUSINESS
from simulation.kernel.luck import ONE, philox
from simulation.kernel.records import ANSWER, ARRIVALS, INCIDENT, LEAVE, NOISE, OBJECTION, OTHER_LOAD, PICK_UP, SHOCK
from simulation.measures import CLOSING_WEEKS, PARTNER_STAYS


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


@stage
def luck_and_measures(o: Any, p: Any, m: Any, whos: Any, states: Any, asks: Any, luck: Any) -> None:
    """Stages 0 and 1."""
    if m.naming:
        o.visibility = rules.raised(o.visibility, p.dV_name)
    frames, business = 0.0, 0
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        d.incident_weeks = rules.event_clock(d.incident_weeks, luck[w.luck, INCIDENT], p.p_inc, 3)
        apply_measures(d, w, p, m, asks[i])
        if w.kind == BUSINESS:
            frames += d.it_frame
            business += 1
    o.business_frame = frames / business if business else 0.0


@stage
def perceive_and_plan(
    o: Any,
    p: Any,
    m: Any,
    net: Any,
    whos: Any,
    states: Any,
    asks: Any,
    seats: Any,
    ties: Any,
    members: Any,
    class_ends: Any,
    links: Any,
    luck: Any,
) -> None:
    """Stages 2 and 3, and what of stage 4 needs nobody else's hours."""
    look_around(states, seats, ties)
    if net.meets:
        look_round_the_table(states, net, members, class_ends, links)
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        perceive(d, w, p, o, seats[i].total)
        plan(d, w, p, o, m, asks[i], luck[w.luck, NOISE])
        busy = 0.0
        for k in range(w.ties, w.ties_end):
            busy += ties[k].weight * states[ties[k].to].activity
        weigh(d, w, p, busy, seats[i].tied)


@stage
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
def offered_output(o: Any, m: Any, s: Any, whos: Any, states: Any) -> Any:
    """Stage 5: technical output by IT and by those hired (h), before technical debt."""
    hours = m.hours if m.partner and o.started else 0.0
    o.outsider = m.substitution
    o.partner_process_hours = (1.0 - m.tech_share) * hours
    blocked = 0.0
    for i in range(states.shape[0]):
        if whos[i].internal:
            blocked += states[i].blocked
    clear = 1.0 - blocked / s.internal
    it = states[s.it]
    by_it = it.work_hours * it.productivity
    return by_it, (m.tech_share * hours + (m.technicians if o.started else 0.0)) * clear


@inner
def partner_part(d: Any, w: Any) -> Any:
    """How much a department counts where a partner's process hours are shared: by process work that is left."""
    counts = (1.0 if w.internal else 0.3) if d.active else 0.0
    return (1.0 - d.process_progress) * d.process_size * counts


@stage
def do_the_work(
    o: Any, p: Any, m: Any, s: Any, whos: Any, states: Any, seats: Any, ties: Any, keys: Any, luck: Any
) -> None:
    """Stage 5: the week's output, who delivered it, and the issues it brings."""
    by_it, hired = offered_output(o, m, s, whos, states)
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
        deliver(d, w, p, o.partner_process_hours * share, m.substitution, part, reached)
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
    take_up(o, p, whos, states, seats, ties, keys, luck)


@inner
def take_up(o: Any, p: Any, whos: Any, states: Any, seats: Any, ties: Any, keys: Any, luck: Any) -> None:
    """Stage 5, end."""
    o.objections = 0
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        if d.open_issues > 0 or d.open_objections > 0 or w.voice > 0.0:
            rate = hazard(d, p, o, states, ties, seats[i])
            u = luck[w.luck]
            if u[PICK_UP] < 0.0:
                u[PICK_UP], u[OBJECTION], u[ANSWER], _ = philox(
                    np.uint64(o.week), ONE, np.uint64(o.world), np.uint64(o.seed), keys[w.luck]
                )
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
def sum_of_adoption(states: Any, ties: Any, start: Any, end: Any) -> Any:
    """Others' adoption, weighted by how much one needs them."""
    whole = 0.0
    for k in range(start, end):
        whole += ties[k].weight * states[ties[k].to].adoption
    return whole


@inner
def settle_adoption(states: Any) -> None:
    """End of stage 6."""
    for i in range(states.shape[0]):
        states[i].adoption = states[i].next_adoption


@inner
def follows(o: Any, d: Any) -> Any:
    """Whether a chain partner is ready to follow the platform."""
    going = o.go_live_week > 0 and d.cut_over_week == 0
    return going and d.process_progress > 0.85 and d.technical_progress > 0.9


@stage
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
            adopt(d, w, p, sum_of_adoption(states, ties, w.ties, w.ties_end))
        if w.internal:
            built += d.technical_gain
            if begins:
                cut_over(d, p, week)
        elif follows(o, d):
            cut_over(d, p, week)
    settle_adoption(states)
    if o.live:
        o.backlog += s.connections_per_week
    o.technical_debt = rules.debt(o.technical_debt, built / s.internal, o.connected, p.debt_g, o.debt_weight)


@stage
def learn_and_account(o: Any, p: Any, m: Any, s: Any, whos: Any, states: Any, asks: Any, ties: Any, luck: Any) -> None:
    """Stage 7, and the departments' part of stage 8."""
    signal(o, s, whos, states)
    source = openness(o, p, m, states, asks)
    for i in range(states.shape[0]):
        d, w = states[i], whos[i]
        learn(d, w, p, o, m)
        let_go(d, p, o, m, luck[w.luck, LEAVE])
        adopted = sum_of_adoption(states, ties, w.chain_ties, w.chain_ties_end) if d.adoption > 0.0 else 0.0
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
def openness(o: Any, p: Any, m: Any, states: Any, asks: Any) -> Any:
    """What feeds visibility: meeting in a team, the board, a partner who works along."""
    source = (p.v_board if m.anchored else 0.0) + (0.04 * (1.0 - o.outsider) if m.partner else 0.0)
    if m.team:
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


@stage
def book(o: Any, p: Any, m: Any, s: Any, whos: Any, states: Any, week: Any) -> None:
    """Stage 8, of the organisation; what outcomes need of a week is kept, the week itself is not."""
    o.connections += o.connected
    partner = m.hours * m.fee if m.partner else 0.0
    o.partner_cost += partner
    o.cost += partner + m.one_off_cost + m.running_cost + (s.licence if o.started else 0.0)
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
    o.week = week
    enter_phase(o, week)
    ties = a.ties
    at = s.plan + o.phase * (s.horizon + 1) + week
    now = a.plan[at]
    m = a.levers[s.levers + now]
    net = a.networks[s.networks + m.network]
    asks = a.asks[s.asks + now * s.count : s.asks + (now + 1) * s.count]
    seats = a.seats[net.seats : net.seats + s.count]
    if now != o.levers:
        set_levers(o, p, m, net, whos, states, seats)
    o.levers, o.roles_fade = now, a.fades[at]
    last = luck.shape[0] - 1
    meet_luck(o, p, luck[last, SHOCK], luck[last, OTHER_LOAD])
    luck_and_measures(o, p, m, whos, states, asks, luck)
    perceive_and_plan(o, p, m, net, whos, states, asks, seats, ties, a.members, a.class_ends, a.links, luck)
    start_or_wait(o, p, s, states[s.it], whos[s.it].capacity, spare, week)
    work(o, p, s, whos, states)
    do_the_work(o, p, m, s, whos, states, seats, ties, a.keys, luck)
    go_live(o, p, s, whos, states, ties, week)
    learn_and_account(o, p, m, s, whos, states, asks, ties, luck)
    book(o, p, m, s, whos, states, week)
