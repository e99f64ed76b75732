"""Runs, compiled: scenarios in worlds, reduced to outcomes on the way."""

from typing import Any

import numpy as np

from simulation.engine.kernel.compilation import cached_stage, entry_point, llvm_inlined, numba_inlined, readers, steps
from simulation.engine.kernel.departments import LANES, at
from simulation.engine.kernel.layout import (
    ASK,
    BUSINESS,
    CHAIN,
    DEPARTMENT,
    IT,
    LEVERS,
    NETWORK,
    SCENARIO,
    SEAT,
    TIE,
    VALUES,
)
from simulation.engine.kernel.randomness import NONE, THREE, TWO, draw_week, philox
from simulation.engine.kernel.records import BLOCK, ORGANISATION, Arrays, room_for, room_for_luck
from simulation.engine.kernel.week import one_week
from simulation.model.outcomes import OUTCOMES
from simulation.study.constants import WAITING_WEEKS


def no_work() -> tuple[Any, ...]:
    """Arguments of :func:`run_batch` for no world at all, with which it is compiled and does nothing."""
    kinds: dict[str, Any] = {
        "scenarios": SCENARIO,
        "departments": DEPARTMENT,
        "levers": LEVERS,
        "asks": ASK,
        "networks": NETWORK,
    }
    kinds |= {"seats": SEAT, "ties": TIE, "keys": np.dtype(np.uint64)}
    arrays = Arrays(**{name: np.empty(0, kinds.get(name, np.dtype(np.int64))) for name in Arrays._fields})
    return (
        arrays,
        np.empty((1, 0), VALUES),
        np.uint64(0),
        np.uint64(0),
        np.zeros(2, ORGANISATION),
        room_for(1),
        np.zeros(WAITING_WEEKS),
        *room_for_luck(1, 1),
        np.empty((0, 0, len(OUTCOMES))),
        np.empty((0, 0, 0, 5), np.float32),
        np.zeros((0, 0), BLOCK),
        np.zeros(0, ORGANISATION),
    )


@cached_stage
def draw_traits(d: Any, w: Any, p: Any, s: Any, world: Any, seed: Any, key: Any) -> None:
    """What a department is like in this world, as in :mod:`simulation.model.worlds`; ``w`` is what its file says."""
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
    ) = steps.traits(w, p, w.kind == IT, w.kind == CHAIN, s.self_built, u)


@llvm_inlined
def begin_department(d: Any, w: Any, p: Any) -> None:
    """What is fixed of it, and the state of week 0."""
    d.is_it, d.in_business, d.internal = w.kind == IT, w.kind == BUSINESS, w.internal
    d.capacity, d.rate, d.benefit, d.entangled = w.capacity, w.rate, w.benefit, w.entangled
    d.need_share = 1.0 / w.weight if w.weight > 0.0 else 0.0
    d.chain_share = 1.0 / w.chain_weight if w.chain_weight > 0.0 else 0.0
    d.chain_weight = w.chain_weight
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


@cached_stage
def write_outcomes(row_of_outcomes: Any, o: Any, s: Any, whos: Any, states: Any) -> None:
    """The outcomes of a finished run, in the order of :data:`simulation.model.outcomes.OUTCOMES`."""
    ownership = knowledge = 0.0
    for i in range(whos.shape[0]):
        if whos[i].internal:
            ownership += at(states, i).ownership
            knowledge += at(states, i).knowledge
    o.mean_ownership, o.mean_knowledge = ownership / s.internal, knowledge / s.internal
    o.concentration = concentration(o, whos, states)
    write_row(row_of_outcomes, o, s)


@cached_stage
def begin(o: Any, p: Any, s: Any, whos: Any, states: Any, world: Any, seed: Any, keys: Any) -> None:
    """Week 0 of one scenario in one world; everybody's state is blank."""
    for i in range(whos.shape[0]):
        d, w = at(states, i), whos[i]
        draw_traits(d, w, p, s, world, seed, keys[i])
        begin_department(d, w, p)
    steps.begin_organisation(o, p, s)
    o.levers = -1
    o.half_week = -1
    o.world, o.seed = world, seed


@numba_inlined
def one_run(
    a: Any,
    s: Any,
    p: Any,
    organisation: Any,
    everybody: Any,
    spare: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    world: Any,
    seed: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
    organisation_trace: Any,
) -> None:
    """One scenario in one world."""
    whos, keys = a.departments[s.departments : s.departments + s.count], a.keys[s.keys : s.keys + s.count]
    states = everybody[: (s.count + LANES - 1) // LANES]
    for b in range(states.shape[0]):
        states[b] = everybody[everybody.shape[0] - 1]
    organisation[0] = organisation[1]
    o = organisation[0]
    begin(o, p, s, whos, states, world, seed, keys)
    for week in range(1, s.horizon + 1):
        row = week if luck.shape[0] > 1 else 0
        if row == 0:
            draw_week(luck[row], answers[row], organisation_luck[row], np.uint64(week), world, seed, keys)
        one_week(o, p, s, whos, states, spare, a, luck[row], answers[row], organisation_luck[row], week)
        if weekly.shape[1] > 0:
            line = weekly[0, week - 1]
            line[0], line[1], line[2] = o.mean_adoption, o.mean_progress, o.mean_engagement
            line[3], line[4] = o.business_engagement, o.visibility
        if trace.shape[0] > 0:
            organisation_trace[week - 1] = o
            for b in range(states.shape[0]):
                trace[week - 1, b] = states[b]
    write_outcomes(outcomes, o, s, whos, states)


@entry_point
def run_batch(
    a: Any,
    values: Any,
    first: Any,
    seed: Any,
    organisation: Any,
    everybody: Any,
    spare: Any,
    luck: Any,
    answers: Any,
    organisation_luck: Any,
    outcomes: Any,
    weekly: Any,
    trace: Any,
    organisation_trace: Any,
) -> None:
    """All scenarios in some worlds, from world ``first`` on; the draws of a world serve all its scenarios.

    ``a`` is the study's :class:`~simulation.engine.kernel.records.Arrays`; ``values`` has shape (sets of given
    parameters, worlds) of records; ``organisation``, ``everybody`` and ``spare`` are room to work in; so are ``luck``,
    ``answers``, shape (weeks + 1, blocks), and ``organisation_luck``, shape (weeks + 1, 2), or with 1 for weeks + 1 to
    draw week by week. Written are ``outcomes`` (scenarios, worlds, outcomes), and, unless they have no entry,
    ``weekly`` (scenarios, worlds, weeks, 5), and ``trace`` and ``organisation_trace`` of the last run: all states of
    every week, shapes (weeks, blocks) and (weeks,).
    """
    for r in range(values.shape[1]):
        world = first + np.uint64(r)
        drawn = -1
        for k in range(a.scenarios.shape[0]):
            s = a.scenarios[k]
            if luck.shape[0] > 1 and s.keys != drawn:
                drawn, keys = s.keys, a.keys[s.keys : s.keys + s.count]
                for week in range(1, luck.shape[0]):
                    draw_week(luck[week], answers[week], organisation_luck[week], np.uint64(week), world, seed, keys)
            one_run(
                a,
                s,
                values[s.values, r],
                organisation,
                everybody,
                spare,
                luck,
                answers,
                organisation_luck,
                world,
                seed,
                outcomes[k, r],
                weekly[k : k + 1, r],
                trace,
                organisation_trace,
            )
