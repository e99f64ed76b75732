"""Departments one by one: what :mod:`~simulation.engine.kernel.lanes` does, without the parts of Numba it stands on.

A block is one department, and its state a plain record. Numbers are the same but for their last digits: sums go from
the first department to the last, and the compiler divides where over lanes it multiplies by a reciprocal.
"""

from typing import Any

import numpy as np
from numba import literal_unroll, types
from numba.extending import overload

from simulation.engine.kernel.compilation import REWRITTEN, llvm_inlined
from simulation.model.states import LUCK_STATES

LANES = 1
"""Departments to a block."""

_LUCK = tuple(state.name for state in LUCK_STATES)


def in_lanes(record: np.dtype[np.void]) -> np.dtype[np.void]:
    """A block of records, which is one."""
    return record


def blocks_for(departments: int) -> int:
    """How many blocks so many departments fill."""
    return departments


def department_in(block: Any) -> Any:
    """Numba's type of a department in a block of that type."""
    return block


@llvm_inlined
def at(states: Any, place: Any) -> Any:
    """The department at a place in the organisation."""
    return states[place]


@llvm_inlined
def each(step: Any, states: Any, *common: Any) -> None:
    """Have every department do a step, given what is common to all."""
    for place in range(states.shape[0]):
        step(states[place], *common)


@llvm_inlined
def total(step: Any, states: Any, *common: Any) -> Any:
    """Have every department do a step, and add up the number, or the numbers, that it returns."""
    found = step(states[0], *common)
    for place in range(1, states.shape[0]):
        found = plus(found, step(states[place], *common))
    return found


@llvm_inlined
def gather(tell: Any, hear: Any, states: Any, ties: Any, ends: Any, first: Any) -> None:
    """Have every department ``hear`` what those tell to whom it is tied, summed by the strength of its ties.

    ``tell`` returns the numbers of one department and changes nothing; the ties of department *b* are those from
    ``ends[first + b]`` up to ``ends[first + b + 1]``.
    """
    silence = times(0.0, tell(states[0]))
    for place in range(states.shape[0]):
        heard = silence
        for k in range(ends[first + place], ends[first + place + 1]):
            heard = plus(heard, times(ties[k].weight[0], tell(states[ties[k].to])))
        hear(states[place], *several(heard))


@llvm_inlined
def exchange(
    send: Any,
    agree: Any,
    receive: Any,
    states: Any,
    rows: Any,
    paces: Any,
    shift: Any,
    ends: Any,
    first: Any,
    common: Any,
) -> None:
    """Have every two departments that have a row in common ``agree`` on it, and ``receive`` what that sums to.

    ``send`` returns the numbers of one department. ``agree`` takes one's own, the other's, the ``need`` of the row, its
    ``reach`` and ``pace`` (``shift`` further on in ``paces``), how far it is ``settled``, and ``common``; it
    returns how far it is settled then, and numbers that are summed over all rows of a department.
    """
    for place in range(states.shape[0]):
        mine, missing, willing = send(states[place]), 0.0, 0.0
        for k in range(ends[first + place], ends[first + place + 1]):
            row, pace = rows[k], paces[k + shift]
            numbers = (row.need[0], pace.reach[0], pace.pace[0], row.settled[0])
            after, apart, near = agree(*mine, *send(states[row.to]), *numbers, common)
            row.settled[0] = after
            missing += apart
            willing += near
        receive(states[place], missing, willing)


@llvm_inlined
def hand_out(luck: Any, states: Any) -> None:
    """Copy luck into the states."""
    for place in range(states.shape[0]):
        for name in literal_unroll(_LUCK):
            states[place][name] = luck[place][name]


def plus(a: Any, b: Any) -> Any:
    """The sum of two numbers, or of two tuples number by number."""
    raise NotImplementedError(a, b)


def times(a: Any, b: Any) -> Any:
    """A number times another, or times each of a tuple."""
    raise NotImplementedError(a, b)


def several(numbers: Any) -> Any:
    """A number as a tuple of one; a tuple as it is."""
    raise NotImplementedError(numbers)


def _is_one(numbers: Any) -> bool:
    """Whether it is one number; if not it is a tuple."""
    return not isinstance(numbers, types.BaseTuple)


@overload(plus, jit_options=REWRITTEN, strict=False)  # type: ignore[untyped-decorator]
def _plus(a: Any, b: Any) -> Any:
    if _is_one(a):
        return lambda a, b: a + b
    if len(a) == 0:
        return lambda a, b: ()
    return lambda a, b: (a[0] + b[0],) + plus(a[1:], b[1:])  # noqa: RUF005


@overload(times, jit_options=REWRITTEN, strict=False)  # type: ignore[untyped-decorator]
def _times(a: Any, b: Any) -> Any:
    if _is_one(b):
        return lambda a, b: a * b
    if len(b) == 0:
        return lambda a, b: ()
    return lambda a, b: (a * b[0],) + times(a, b[1:])  # noqa: RUF005


@overload(several, jit_options=REWRITTEN, strict=False)  # type: ignore[untyped-decorator]
def _several(numbers: Any) -> Any:
    return (lambda numbers: (numbers,)) if _is_one(numbers) else (lambda numbers: numbers)
