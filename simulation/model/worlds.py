"""Worlds: one draw each of everything nobody knows.

By default a study draws the parameters of world *r* from their ranges with a scrambled Sobol sequence, indexed
by world, so that worlds can be added without changing the earlier ones; or it keeps them at their defaults.
The departments' initial traits, and the luck of every week, are keyed draws (:mod:`simulation.model.randomness`).
"""

import functools
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.model import randomness, sobol, steps
from simulation.model.terms import profile_of
from simulation.study.errors import InputRefused, problem
from simulation.study.measures import CARRIED_OUT
from simulation.study.organisation import Department
from simulation.study.parameters import DIMENSIONS, PARAMETERS, RESERVED, Values
from simulation.study.scenario import Given, Scenario
from simulation.system.limits import spaced

Mode = Literal["ranges", "defaults"]
MODES: tuple[Mode, ...] = ("ranges", "defaults")

_BLOCK = 64
MOST_DRAWN = 1 << sobol.BITS
"""Worlds whose parameters can be drawn: as many as the Sobol sequence has points."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What one department is like in one world at the start.

    ``process_work`` and ``technical_work`` are in hours, ``projects`` is how many it works on, ``workload`` a share of
    capacity, ``competing_pull`` a weight against the project's, ``size`` a ratio to a department of the case; the
    others are shares.
    """

    conviction: float
    it_frame: float
    workload: float
    competing_pull: float
    knowledge: float
    projects: float
    process_work: float
    technical_work: float
    size: float


@functools.lru_cache(maxsize=256)
def _sobol_block(seed: int, block: int) -> NDArray[np.float64]:
    """Rows ``64·block … 64·block + 63`` of the scrambled Sobol sequence of a seed."""
    rows = sobol.points(seed, RESERVED, _BLOCK * block, _BLOCK)[:, DIMENSIONS]
    rows.flags.writeable = False
    return rows


def sobol_point(seed: int, world: int) -> NDArray[np.float64]:
    """Point ``world`` of the scrambled Sobol sequence of ``seed`` (Sobol 1967; Matoušek 1998).

    Shape ``(len(PARAMETERS),)``, in [0, 1); read-only. A point does not depend on how many are drawn, nor a parameter's
    part of it on which other parameters there are: each has a dimension of its own, among
    :data:`~simulation.study.parameters.RESERVED`.
    """
    row: NDArray[np.float64] = _sobol_block(seed, world // _BLOCK)[world % _BLOCK]
    return row


def values_of(given: tuple[Given, ...], seed: int, world: int, mode: Mode = "ranges") -> Values:
    """The parameters of a world: drawn uniformly from their ranges, or at their defaults.

    A parameter that a file gives is drawn from the range it gives, which may be a single value, or is at its value.

    >>> values_of((), 1, 0, "defaults").t
    1.0
    >>> values_of((), 1, 0) == values_of((), 1, 0)
    True
    """
    if mode == "defaults":
        return replace(Values(), **{parameter.name: parameter.value for parameter in given})
    by_name = {parameter.name: parameter for parameter in given}
    point = sobol_point(seed, world)
    drawn = {}
    for parameter, u in zip(PARAMETERS, point.tolist(), strict=True):
        own = by_name.get(parameter.name)
        low, high = (own.low, own.high) if own else (parameter.low, parameter.high)
        drawn[parameter.name] = low + u * (high - low)
    return Values(**drawn)


def traits_of(scenario: Scenario, values: Values, seed: int, world: int) -> tuple[Traits, ...]:
    """The initial traits of every department in a world, in the organisation's order.

    A trait that the file leaves open is drawn around its parameter in ``values``, or is at it; a surveyed one is drawn
    within its spread.
    """
    self_built = scenario.measures.platform.kind == "self-built"
    return tuple(
        _traits(department, values, seed, world, self_built) for department in scenario.organisation.departments
    )


def _traits(department: Department, values: Values, seed: int, world: int, self_built: bool) -> Traits:
    """Draw what the file leaves open; take what it gives, with the survey's own uncertainty."""

    def u(purpose: str) -> float:
        return randomness.draw(seed, world, purpose, department.name)

    draws = (u("conviction"), u("it_frame"), u("workload"), u("pull"), u("survey"))
    is_it, is_chain = department.kind == "it", department.kind == "chain"
    size = steps.size(department.capacity, is_it, is_chain, values)
    return Traits(*steps.traits(profile_of(department), values, is_it, is_chain, self_built, size, draws))


def carried_out(seed: int, world: int) -> tuple[float, ...]:
    """The draws, in [0, 1), by which each measure of :data:`~simulation.study.measures.CARRIED_OUT` is carried out.

    They are the same in every scenario, and drawn in both modes.

    >>> len(carried_out(1, 0)) == len(CARRIED_OUT), carried_out(1, 0) == carried_out(1, 0)
    (True, True)
    """
    return tuple(randomness.draw_of_measure(seed, world, name) for name in CARRIED_OUT.values())


def check_world(world: int, rng: int | None, parameters: str) -> None:
    """Refuse a world, a seed or a mode that cannot be; None is a seed of the system's.

    Raises :class:`~simulation.study.errors.InputRefused`: a world and a seed are whole numbers from 0 to 2**63 − 1,
    and a world whose parameters are drawn is below :data:`MOST_DRAWN`.
    """
    for name, value in (("world", world), ("seed", 0 if rng is None else rng)):
        is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not is_integer or not 0 <= value < 2**63:
            raise InputRefused([problem("not_a_count", given=repr(value), name=name)])
    if parameters not in MODES:
        raise InputRefused([problem("unknown_mode", given=repr(parameters), legal=", ".join(MODES))])
    if parameters == "ranges" and world >= MOST_DRAWN:
        raise InputRefused([problem("world_too_far", given=world, most=spaced(MOST_DRAWN - 1))])
