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
from simulation.engine.kernel.departments import at, each, gather, hand_out, total
from simulation.engine.kernel.randomness import draw_answers
from simulation.engine.kernel.records import OTHER_LOAD, SHOCK
from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS, WINDOW_FROM, WINDOW_TO


@numba_inlined
def enter_phase(o: Any, week: Any) -> None:
    """What go-live, if it is past, ends by itself."""
    o.phase = 0
    if o.go_live_week > 0 and week >= o.go_live_week + PARTNER_STAYS:
        o.phase = 2 if week >= o.go_live_week + CLOSING_WEEKS else 1
    o.closed = o.phase == 2
    o.live = o.go_live_week > 0 and week > o.go_live_week


@llvm_inlined
def meet_luck_and_measures(d: Any, p: Any, m: Any) -> None:
    """Stages 0 and 1 of a department."""
    steps.meet_luck(d, p)
    steps.apply_measures(d, p, m)


@cached_stage
def luck_and_measures(o: Any, p: Any, m: Any, s: Any, states: Any, luck: Any, organisation_luck: Any) -> None:
    """Stages 0 and 1."""
    steps.meet_shock(o, p, organisation_luck[SHOCK], organisation_luck[OTHER_LOAD])
    hand_out(luck, states)
    steps.name_openly(o, p, m)
    each(meet_luck_and_measures, states, p, m)
    o.business_frame = total(steps.business_frame, states) / s.business if s.business else 0.0


@cached_stage
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
    each(steps.perceive, states, p, o)
    each(steps.plan, states, p, o)
    steps.start_or_wait(o, p, s, at(states, s.it), spare, week)
    each(steps.weigh, states, p)


@cached_stage
def work(o: Any, p: Any, s: Any, states: Any) -> None:
    """Stage 4, second half, and what is needed in all (h)."""
    o.need_inside, o.need_outside, o.need_process = total(steps.needs, states)
    each(steps.exert, states, p, o, steps.waiting_for_it(o, s))


@cached_stage
def do_the_work(o: Any, p: Any, m: Any, s: Any, states: Any) -> None:
    """Stage 5: the week's output, who delivered it, and the issues to be expected."""
    blocked, parts, at_work = total(steps.before_work, states)
    it = at(states, s.it)
    a_part, a_need, inside, outside, own, connecting = steps.supply(o, p, m, s, it, blocked, parts)
    each(steps.deliver, states, p, m.substitution, a_part, a_need, inside, outside)
    each(steps.advance, states, p, o)
    technical, bought, helped = total(steps.after_work, states)
    steps.credit(o, it, own, connecting, technical, bought, helped)
    o.work_seen = o.work_seen or at_work > 0.0


@cached_stage
def take_up(
    o: Any, p: Any, net: Any, whos: Any, states: Any, ties: Any, ends: Any, keys: Any, answers: Any, counter: Any
) -> None:
    """Stage 5, end: issues come, and are taken up, one by one."""
    gather(willingness, see_willing, states, ties, ends, net.close)
    each(steps.wait_for, states, p, o)
    o.objections = 0
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        steps.arrive(d)
        if steps.listens(d, w):
            u = at(answers, i)
            draw_answers(u, counter, np.uint64(o.world), np.uint64(o.seed), keys[i])
            steps.pick_up(d, w, o, u)
    steps.hear_objections(o)


@cached_stage
def go_live(o: Any, p: Any, s: Any, states: Any, ties: Any, ends: Any, week: Any) -> None:
    """Stage 6: go-live, adoption, growth and debt; and what progress there is to be seen (stage 7)."""
    technical, built, process, unready = total(steps.progress, states)
    begins = steps.go_live(o, s, technical, unready, week)
    if o.go_live_week > 0:
        each(steps.adopt, states, p, begins, week)
        gather(adoption, see_adoption, states, ties, ends, s.needs)
        gather(adoption, see_chain, states, ties, ends, s.chain_needs)
    steps.grow(o, p, s, technical, built, process)


@cached_stage
def learn_and_account(o: Any, p: Any, m: Any, s: Any, states: Any) -> None:
    """Stage 7, and the departments' part of stage 8."""
    adopted, engaged, of_business = total(steps.success, states)
    steps.signal(o, s, adopted, engaged, of_business)
    members = attendance = voice = 0.0
    if m.team:
        members, attendance, voice = total(steps.meeting, states)
    source = steps.openness(o, p, m, members, attendance, voice)
    each(steps.learn, states, p, o, m)
    if o.roles_fade:
        each(steps.let_fade, states, p, m)
    each(steps.keep_or_lose, states, p)
    steps.open_up(o, p, source)
    cost, shared, solitary, beyond, benefit = total(steps.account, states, p)
    steps.add_up(o, cost, shared, solitary, beyond, benefit)


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
        set_levers(o, p, m, net, asks, a.seats[net.seats : net.seats + s.count], states)
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
