"""Keyed luck, compiled: Philox4x64-10 addressed as in :mod:`simulation.model.randomness`, with known answers tested."""

from typing import Any

import numpy as np

from simulation.engine.kernel.compilation import cached_stage, compiled, high_product, llvm_inlined
from simulation.engine.kernel.departments import at
from simulation.engine.kernel.records import OTHER_LOAD, SHOCK, SPONSOR

_FIRST, _SECOND = np.array([0xD2E7470EE14C6C93, 0xCA5A826395121157], dtype=np.uint64)
MULTIPLY_0, MULTIPLY_1 = np.uint64(_FIRST), np.uint64(_SECOND)
NONE, ONE, TWO, THREE = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)


@compiled
def philox(counter: Any, group: Any, world: Any, seed: Any, key: Any) -> Any:
    """Four numbers in [0, 1): Philox4x64-10 at a counter of week, group, world (:mod:`simulation.model.randomness`)."""
    c0, c1, c2, c3 = counter, group, world, np.uint64(0)
    k0, k1 = seed, key
    for _ in range(10):
        high, low = high_product(MULTIPLY_0, c0), MULTIPLY_0 * c0
        other_high, other_low = high_product(MULTIPLY_1, c2), MULTIPLY_1 * c2
        c0, c1, c2, c3 = other_high ^ c1 ^ k0, other_low, high ^ c3 ^ k1, low
        k0, k1 = k0 + WEYL_0, k1 + WEYL_1
    return share_of(c0), share_of(c1), share_of(c2), share_of(c3)


@llvm_inlined
def share_of(word: Any) -> Any:
    """64 random bits as a number in [0, 1)."""
    return np.float64(word >> np.uint64(11)) * 2.0**-53


@cached_stage
def draw_week(luck: Any, answers: Any, organisation_luck: Any, counter: Any, world: Any, seed: Any, keys: Any) -> None:
    """One week's luck: of everybody, a department with a key at a time, and of the organisation."""
    for i in range(keys.shape[0]):
        d = at(luck, i)
        d.noise, d.incident, d.leave, d.arrivals = philox(counter, NONE, world, seed, keys[i])
        at(answers, i).pick_up = -1.0  # not drawn yet; draw_answers does that when needed
    organisation_luck[SHOCK] = philox(counter, TWO, world, seed, NONE)[0]
    organisation_luck[OTHER_LOAD] = philox(counter, ONE, world, seed, NONE)[3]
    organisation_luck[SPONSOR] = philox(counter, THREE, world, seed, NONE)[3]


@llvm_inlined
def draw_answers(d: Any, counter: Any, world: Any, seed: Any, key: Any) -> None:
    """The luck of who takes up an issue, of an objection, and of its answer, unless it is drawn already."""
    if d.pick_up < 0.0:
        d.pick_up, d.objection, d.answer, _ = philox(counter, ONE, world, seed, key)
