"""The order of a week, compiled: the twin of :mod:`simulation.model.organisation`, stage by stage.

``o`` is the organisation, ``p`` the parameters, ``m`` the week's levers, ``s`` the scenario, ``states`` the departments
in blocks, ``whos`` what their file says of them, ``net`` the contact network and ``ties`` who has to do with whom (up
to ``ends``), ``luck`` and ``answers`` the week's draws. What is done in a stage stands in
:mod:`simulation.model.steps`; ``each`` has all departments do it, ``total`` adds up what comes of it,
``gather`` has them hear of each other.
"""

from typing import Any

import numpy as np

from simulation.engine.kernel.compilation import cached_stage, llvm_inlined, numba_inlined, steps
from simulation.engine.kernel.contacts import (
    adoption,
    at_the_table,
    behaviour,
    forget_hand_offs,
    look_at_use,
    look_round_the_table,
    meet_others,
    opposed,
    see,
    see_chain,
    see_opposed,
    see_settled,
    set_levers,
)
from simulation.engine.kernel.departments import at, each, exchange, gather, hand_out, total
from simulation.engine.kernel.randomness import draw_answers
from simulation.engine.kernel.records import OTHER_LOAD, SHOCK, SPONSOR
from simulation.study.constants import CLOSING_WEEKS, WINDOW_FROM, WINDOW_TO

ENGAGED, OF_BUSINESS, BLOCKED, PARTS, AT_WORK, DONE, BUILT, PROCESS, ARRANGED, UNREADY, ADOPTED = range(11)
"""Where sums over departments stand that one stage makes, in passing, for a later one."""


@numba_inlined
def enter_phase(o: Any, s: Any, phases: Any, week: Any) -> None:
    """What go-live, if it is past, has changed by itself."""
    o.phase = 0
    since = week - o.go_live_week if o.go_live_week > 0 else -1
    for k in range(s.phase_count):
        o.phase += 1 if since >= phases[s.phases + k] else 0
    o.closed = since >= CLOSING_WEEKS
    o.live = since > 0


@llvm_inlined
def meet_luck_and_measures(d: Any, p: Any, o: Any, m: Any) -> Any:
    """Stages 0 and 1 of a department; returns what it adds to the frame of the business."""
    steps.meet_luck(d, p)
    steps.apply_measures(d, p, o, m)
    return steps.business_frame(d)


@llvm_inlined
def look_and_plan(d: Any, p: Any, o: Any, m: Any) -> None:
    """Stages 2 and 3 of a department."""
    steps.perceive(d, p, o)
    steps.plan(d, p, o, m)


@llvm_inlined
def weigh_and_need(d: Any, p: Any, s: Any) -> Any:
    """Stage 4, first half, of a department; returns what is needed, and its engagement inside and in the business."""
    steps.weigh(d, p, s)
    inside, outside, process, asked = steps.needs(d)
    _, engaged, of_business = steps.success(d)
    return inside, outside, process, asked, engaged, of_business


@llvm_inlined
def exert_and_sit_down(d: Any, p: Any, o: Any, technical: Any, help_asked: Any) -> Any:
    """Stage 4, second half, of a department, and what it brings to where hand-offs are settled.

    Returns what :func:`~simulation.model.steps.before_work` does.
    """
    steps.exert(d, p, o, technical, help_asked)
    steps.prepare_to_settle(d, o)
    return steps.before_work(d)


@llvm_inlined
def deliver_and_advance(
    d: Any, p: Any, o: Any, s: Any, substitution: Any, a_part: Any, a_need: Any, inside: Any, outside: Any
) -> Any:
    """Stage 5 of a department, up to the issues to be expected and who will take them up.

    Returns what :func:`~simulation.model.steps.after_work` and :func:`~simulation.model.steps.progress` do.
    """
    steps.see_hand_offs(d, p)
    steps.deliver(d, p, substitution, a_part, a_need, inside, outside)
    steps.advance(d, p, o)
    steps.wait_for(d, p, o)
    technical, bought, helped = steps.after_work(d)
    done, built, process, arranged, unready = steps.progress(d, p, s)
    return technical, bought, helped, done, built, process, arranged, unready


@llvm_inlined
def adopt(d: Any, p: Any, o: Any, m: Any, begins: Any, week: Any) -> Any:
    """Stage 6 of a department; returns what it adds to adoption inside."""
    steps.adopt(d, p, o, m, begins, week)
    adopted, _, _ = steps.success(d)
    return adopted


@llvm_inlined
def learn_and_account(d: Any, p: Any, o: Any) -> Any:
    """Stage 7 of a department while roles are refreshed; returns what :func:`account` does."""
    steps.learn(d, p, o)
    steps.keep_or_lose(d, p)
    return account(d, p)


@llvm_inlined
def learn_fade_and_account(d: Any, p: Any, o: Any) -> Any:
    """The same when they are not."""
    steps.learn(d, p, o)
    steps.let_fade(d, p, o)
    steps.keep_or_lose(d, p)
    return account(d, p)


@llvm_inlined
def account(d: Any, p: Any) -> Any:
    """What a department adds to the book; last, whether agreements have left with a key person.

    Nothing of it is changed by what is learnt.
    """
    cost, shared, solitary, beyond, benefit, dip, partner_used = steps.account(d, p)
    return cost, shared, solitary, beyond, benefit, dip, partner_used, steps.lost_hand_offs(d)


@cached_stage
def luck_and_measures(o: Any, p: Any, m: Any, s: Any, states: Any, luck: Any, organisation_luck: Any) -> None:
    """Stages 0 and 1."""
    steps.meet_events(o, p, organisation_luck[SHOCK], organisation_luck[OTHER_LOAD], organisation_luck[SPONSOR])
    hand_out(luck, states)
    steps.name_openly(o, p, m)
    frame = total(meet_luck_and_measures, states, p, o, m)
    o.business_frame = frame / s.business if s.business else 0.0


@cached_stage
def perceive_and_plan(o: Any, p: Any, m: Any, s: Any, net: Any, states: Any, a: Any, room: Any, week: Any) -> None:
    """Stages 2 and 3, and what of stage 4 needs nobody else's hours."""
    gather(behaviour, see, states, room.near, a.ends, net.bonds)
    if s.voices:
        gather(opposed, see_opposed, states, room.near, a.ends, net.bonds)
    if net.meets:
        look_round_the_table(o, s, states, net, a.members, a.class_ends, a.links)
    each(look_and_plan, states, p, o, m)
    steps.start_or_wait(o, p, s, at(states, s.it), room.spare, week)
    sums = total(weigh_and_need, states, p, s)
    o.need_inside, o.need_outside, o.need_process, o.need_asked, room.sums[ENGAGED], room.sums[OF_BUSINESS] = sums


@cached_stage
def work(o: Any, p: Any, s: Any, states: Any, room: Any) -> None:
    """Stage 4, second half, given what is needed in all (h)."""
    technical, help_asked = steps.waiting_for_it(o, p, s)
    sums = total(exert_and_sit_down, states, p, o, technical, help_asked)
    room.sums[BLOCKED], room.sums[PARTS], room.sums[AT_WORK] = sums


@cached_stage
def settle(p: Any, s: Any, net: Any, states: Any, a: Any, room: Any) -> None:
    """Stage 5, beginning: hand-offs are settled; and how willing those are whom one needs most."""
    shift = net.codes - s.hand_offs
    exchange(at_the_table, steps.agree, see_settled, states, room.hand_offs, room.paces, shift, a.ends, s.needs, p.md)


@cached_stage
def do_the_work(o: Any, p: Any, m: Any, s: Any, states: Any, room: Any) -> None:
    """Stage 5: the week's output, who delivered it, and the issues to be expected."""
    it, sums = at(states, s.it), room.sums
    a_part, a_need, inside, outside, own, connecting = steps.supply(o, p, m, s, it, sums[BLOCKED], sums[PARTS])
    technical, bought, helped, done, built, process, arranged, unready = total(
        deliver_and_advance, states, p, o, s, m.substitution, a_part, a_need, inside, outside
    )
    sums[DONE], sums[BUILT], sums[PROCESS], sums[ARRANGED], sums[UNREADY] = done, built, process, arranged, unready
    steps.credit(o, it, own, connecting, technical, bought, helped)
    o.work_seen = o.work_seen or sums[AT_WORK] > 0.0


@cached_stage
def take_up(o: Any, p: Any, whos: Any, states: Any, keys: Any, answers: Any, counter: Any) -> None:
    """Stage 5, end: issues come, and are taken up, one by one."""
    o.objections = 0
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        steps.arrive(d)
        if steps.listens(d, w):
            u = at(answers, i)
            draw_answers(u, counter, np.uint64(o.world), np.uint64(o.seed), keys[i])
            steps.pick_up(d, p, w, o, u)
    steps.hear_objections(o, p)


@cached_stage
def go_live(o: Any, p: Any, m: Any, s: Any, net: Any, states: Any, a: Any, room: Any, week: Any) -> None:
    """Stage 6: go-live, adoption, growth and debt; and what progress there is to be seen (stage 7)."""
    technical, built = room.sums[DONE], room.sums[BUILT]
    process, arranged = room.sums[PROCESS], room.sums[ARRANGED]
    begins = steps.go_live(o, p, s, technical, process, room.sums[UNREADY], week)
    room.sums[ADOPTED] = 0.0
    if o.go_live_week > 0:
        room.sums[ADOPTED] = total(adopt, states, p, o, m, begins, week)
        look_at_use(o, net, states, a, room)
        gather(adoption, see_chain, states, a.ties, a.ends, s.chain_needs)
    steps.grow(o, p, s, technical, built, process, arranged)


@cached_stage
def learn(o: Any, p: Any, m: Any, s: Any, states: Any, a: Any, room: Any) -> None:
    """Stage 7, and the departments' part of stage 8."""
    steps.signal(o, p, s, room.sums[ADOPTED], room.sums[ENGAGED], room.sums[OF_BUSINESS])
    members = attendance = voice = 0.0
    if m.team:
        members, attendance, voice = total(steps.meeting, states)
    source = steps.openness(o, p, m, members, attendance, voice)
    sums = total(learn_fade_and_account, states, p, o) if o.roles_fade else total(learn_and_account, states, p, o)
    steps.open_up(o, p, source)
    cost, shared, solitary, beyond, benefit, dip, partner_used, lost = sums
    steps.add_up(o, cost, shared, solitary, beyond, benefit, dip, partner_used)
    if lost > 0.0:
        forget_hand_offs(s, states, a.ends, room.hand_offs)


@cached_stage
def book(o: Any, p: Any, m: Any, s: Any, states: Any, week: Any) -> None:
    """Stage 8, of the organisation; what outcomes need of a week is kept, the week itself is not."""
    steps.pay(o, o, m, s)
    passive = 0.0
    if o.started and WINDOW_FROM <= week <= WINDOW_TO:  # nothing reads it in other weeks
        passive = total(steps.passive, states, p) / s.internal
    steps.keep_books(o, o, passive, week)


@numba_inlined
def one_week(
    o: Any,
    p: Any,
    s: Any,
    whos: Any,
    states: Any,
    a: Any,
    room: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    week: Any,
) -> None:
    """One week, stage by stage."""
    enter_phase(o, s, a.phases, week)
    at_week = s.plan + o.phase * (s.horizon + 1) + week
    now = a.plan[at_week]
    m = a.levers[s.levers + now]
    net = a.networks[m.network]
    if m.network != o.network:
        meet_others(o, p, m, s, net, states, a, room)
    if now != o.levers:
        asks = a.asks[s.asks + now * s.count : s.asks + (now + 1) * s.count]
        set_levers(o, p, m, net, asks, room.seats[net.close : net.close + s.count], states)
    o.levers, o.roles_fade = now, a.fades[at_week]
    keys = a.keys[s.keys : s.keys + s.count]
    luck_and_measures(o, p, m, s, states, luck, organisation_luck)
    perceive_and_plan(o, p, m, s, net, states, a, room, week)
    work(o, p, s, states, room)
    settle(p, s, net, states, a, room)
    do_the_work(o, p, m, s, states, room)
    take_up(o, p, whos, states, keys, answers, np.uint64(week))
    go_live(o, p, m, s, net, states, a, room, week)
    learn(o, p, m, s, states, a, room)
    book(o, p, m, s, states, week)
