"""Runs, compiled: scenarios in worlds, reduced to outcomes on the way."""

from typing import Any

import numpy as np

from simulation.engine.kernel.compilation import cached_stage, entry_point, llvm_inlined, numba_inlined, readers, steps
from simulation.engine.kernel.departments import LANES, at, total
from simulation.engine.kernel.layout import (
    BUSINESS,
    CHAIN,
    IT,
    VALUES,
)
from simulation.engine.kernel.randomness import NONE, THREE, TWO, draw_week, philox
from simulation.engine.kernel.records import no_arrays, no_trace, room_for_luck, room_for_runs
from simulation.engine.kernel.week import one_week
from simulation.model.outcomes import OUTCOMES
from simulation.study.constants import LOOSE


def no_work() -> tuple[Any, ...]:
    """Arguments of :func:`run_batch` for no world at all, with which it is compiled and does nothing."""
    arrays = no_arrays()
    return (
        arrays,
        room_for_runs(arrays, 1),
        np.empty((1, 0), VALUES),
        np.uint64(0),
        np.uint64(0),
        *room_for_luck(1, 1),
        np.empty((0, 0, len(OUTCOMES))),
        np.empty((0, 0, 0, 5), np.float32),
        no_trace(),
    )


@cached_stage
def draw_traits(d: Any, w: Any, p: Any, s: Any, world: Any, seed: Any, key: Any) -> None:
    """What a department is like in this world, as in :mod:`simulation.model.worlds`; ``w`` is what its file says."""
    size = steps.size(w.capacity, w.kind == IT, w.kind == CHAIN, p)
    _, conviction, it_frame, workload = philox(NONE, TWO, world, seed, key)
    pull, survey, _, _ = philox(NONE, THREE, world, seed, key)
    u = (conviction, it_frame, workload, pull, survey)
    (
        d.conviction,
        d.it_frame,
        d.workload,
        d.competing_pull,
        d.knowledge,
        d.projects,
        d.process_size,
        d.technical_size,
        d.size,
    ) = steps.traits(w, p, w.kind == IT, w.kind == CHAIN, s.self_built, size, u)


@llvm_inlined
def begin_department(d: Any, w: Any, p: Any) -> None:
    """What is fixed of it, and the state of week 0."""
    d.is_it, d.in_business, d.internal = w.kind == IT, w.kind == BUSINESS, w.internal
    d.capacity, d.rate, d.benefit, d.entangled = w.capacity, w.rate, w.benefit, w.weight
    d.chain_share = 1.0 / w.chain_weight if w.chain_weight > 0.0 else 0.0
    d.chain_weight = w.chain_weight
    d.chain_needed = min(1.0, w.chain_weight / LOOSE)
    d.hand_offs_kept = 1.0
    steps.begin(d, p)


@numba_inlined
def concentration(o: Any, whos: Any, states: Any) -> Any:
    """Herfindahl index of who carried the work."""
    total = o.carried_outside
    for i in range(whos.shape[0]):
        total += at(states, i).carried
    if not total > 0.0:
        return np.nan
    share = o.carried_outside / total
    squares = share * share
    for i in range(whos.shape[0]):
        share = at(states, i).carried / total
        squares += share * share
    return squares


def _writer() -> Any:
    """A function that writes every outcome into its place in a row.

    Compiled code can call functions by their names but not from a table, so its lines are made of the table here.
    """
    lines = (f"    row[{column}] = read.{outcome.read.__name__}(o, s)" for column, outcome in enumerate(OUTCOMES))
    source = "\n".join(["def write_row(row, o, s):", *lines])
    space: dict[str, Any] = {"__name__": __name__, "read": readers}
    exec(compile(source, __file__, "exec"), space)
    return llvm_inlined(space["write_row"])


write_row = _writer()


@numba_inlined
def add_hand_offs(o: Any, s: Any, states: Any, ends: Any, hand_offs: Any) -> None:
    """How far hand-offs are settled, by need: inside, and between inside and chain."""
    inside = inside_settled = across = across_settled = 0.0
    for i in range(s.count):
        lane, internal = i % LANES, at(states, i).internal
        for k in range(ends[s.needs + i // LANES], ends[s.needs + i // LANES + 1]):
            row = hand_offs[k]
            need, settled, other = row.need[lane], row.need[lane] * row.settled[lane], at(states, row.to).internal
            if internal and other:
                inside += need
                inside_settled += settled
            elif internal or other:
                across += need
                across_settled += settled
    o.settled = inside_settled / inside if inside > 0.0 else np.nan
    o.settled_chain = across_settled / across if across > 0.0 else np.nan


@cached_stage
def write_outcomes(row_of_outcomes: Any, o: Any, s: Any, whos: Any, states: Any, ends: Any, hand_offs: Any) -> None:
    """The outcomes of a finished run, in the order of :data:`simulation.model.outcomes.OUTCOMES`."""
    ownership = knowledge = business = 0.0
    for i in range(whos.shape[0]):
        if whos[i].internal:
            ownership += at(states, i).ownership
            knowledge += at(states, i).knowledge
        if whos[i].kind == BUSINESS:
            business += at(states, i).adoption
    o.mean_business_adoption = business / s.business if s.business else 0.0
    add_hand_offs(o, s, states, ends, hand_offs)
    o.mean_ownership, o.mean_knowledge = ownership / s.internal, knowledge / s.internal
    o.concentration = concentration(o, whos, states)
    write_row(row_of_outcomes, o, s)


@cached_stage
def begin(o: Any, p: Any, s: Any, whos: Any, states: Any, world: Any, seed: Any, keys: Any, a: Any, room: Any) -> None:
    """Week 0 of one scenario in one world; everybody's state is blank."""
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        draw_traits(d, w, p, s, world, seed, keys[i])
        begin_department(d, w, p)
    for k in range(a.ends[s.needs], a.ends[s.needs + states.shape[0]]):
        for lane in range(LANES):
            room.hand_offs[k].settled[lane] = 0.0
    for k in range(room.carried.shape[0]):
        room.carried[k] = philox(NONE, THREE, world, seed, a.measure_keys[k])[2]
    steps.begin_organisation(o, p, s)
    technical, _, process, _, _ = total(steps.progress, states, p, s)
    o.mean_progress = steps.half_each(s, technical, process)
    steps.carry_out(o, p, room.carried)
    o.levers = o.network = -1
    o.half_week = -1
    o.world, o.seed = world, seed


MONEY_AT = 5
"""Where cost and benefit so far stand in a week's line, after the shares."""


@llvm_inlined
def keep_week(trace: Any, o: Any, states: Any, hand_offs: Any, first: Any, last: Any, week: Any) -> None:
    """Put a week into a trace; the organisation's hand-offs are those from ``first`` up to ``last``."""
    trace.organisation[week - 1] = o
    for b in range(states.shape[0]):
        trace.states[week - 1, b] = states[b]
    for k in range(first, last):
        for lane in range(LANES):
            trace.settled[week - 1, k - first, lane] = hand_offs[k].settled[lane]


@numba_inlined
def one_run(
    a: Any,
    room: Any,
    s: Any,
    p: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    world: Any,
    seed: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
) -> None:
    """One scenario in one world."""
    whos, keys = a.departments[s.departments : s.departments + s.count], a.keys[s.keys : s.keys + s.count]
    states = room.states[: (s.count + LANES - 1) // LANES]
    for b in range(states.shape[0]):
        states[b] = room.states[room.states.shape[0] - 1]
    room.organisation[0] = room.organisation[1]
    o = room.organisation[0]
    begin(o, p, s, whos, states, world, seed, keys, a, room)
    for week in range(1, s.horizon + 1):
        row = week if luck.shape[0] > 1 else 0
        if row == 0:
            draw_week(luck[row], answers[row], organisation_luck[row], np.uint64(week), world, seed, keys)
        one_week(o, p, s, whos, states, a, room, luck[row], answers[row], organisation_luck[row], week)
        if weekly.shape[1] > 0:
            line = weekly[0, week - 1]
            line[0], line[1], line[2] = o.mean_adoption, o.mean_progress, o.mean_engagement
            line[3], line[4] = o.business_engagement, o.visibility
            if weekly.shape[2] > MONEY_AT:
                line[MONEY_AT], line[MONEY_AT + 1] = o.cost, o.benefit
        if trace.states.shape[0] > 0:
            keep_week(trace, o, states, room.hand_offs, a.ends[s.needs], a.ends[s.needs + states.shape[0]], week)
    write_outcomes(outcomes, o, s, whos, states, a.ends, room.hand_offs)


@entry_point
def run_batch(
    a: Any,
    room: Any,
    values: Any,
    first: Any,
    seed: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
) -> None:
    """All scenarios in some worlds, from world ``first`` on; the draws of a world serve all its scenarios.

    ``a`` is the study's :class:`~simulation.engine.kernel.records.Arrays` and ``room`` a
    :class:`~simulation.engine.kernel.records.Room` to work in; ``values`` has shape (sets of given parameters, worlds)
    of records. Room to work in are ``luck``, ``answers``, shape (weeks + 1, blocks), and ``organisation_luck``, shape
    (weeks + 1, 3), or with 1 for weeks + 1 to draw week by week. Written are ``outcomes`` (scenarios, worlds,
    outcomes), and, unless they have no entry, ``weekly`` (scenarios, worlds, weeks, 5, or 7 with money), and ``trace``
    (:class:`~simulation.engine.kernel.records.Trace`): all states of every week of the last run.
    """
    for r in range(values.shape[1]):
        world, drawn = first + np.uint64(r), -1
        for k in range(a.scenarios.shape[0]):
            s = a.scenarios[k]
            if luck.shape[0] > 1 and s.keys != drawn:
                drawn, keys = s.keys, a.keys[s.keys : s.keys + s.count]
                for week in range(1, luck.shape[0]):
                    draw_week(luck[week], answers[week], organisation_luck[week], np.uint64(week), world, seed, keys)
            one_run(
                a,
                room,
                s,
                values[s.values, r],
                luck,
                answers,
                organisation_luck,
                world,
                seed,
                outcomes[k, r],
                weekly[k : k + 1, r],
                trace,
            )
