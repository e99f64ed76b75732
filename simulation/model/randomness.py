"""Keyed luck: a draw is a pure function of (seed, world, what it is for, department, week).

Nothing is drawn in sequence, so adding a department, a measure or a week changes nobody else's luck, and
world *r* is the same world in every scenario (common random numbers). The generator is Philox4x64-10
(Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), whose outputs are checked against
NumPy's. How a draw is addressed:

* key = (seed, 64-bit BLAKE2b hash of the department's name; 0 for the organisation as a whole)
* counter = (week, group of four purposes, world, 0); the purpose picks one of the four output words.

How well a measure is carried out is drawn with the measure's name, hashed apart from departments' names.
"""

import functools
import hashlib

import numpy as np
from numpy.typing import NDArray

PURPOSES = (
    "noise",
    "incident",
    "leave",
    "arrivals",
    "pick_up",
    "objection",
    "answer",
    "other_load",
    "shock",
    "conviction",
    "it_frame",
    "workload",
    "pull",
    "survey",
    "fidelity",
    "sponsor",
)
"""What a draw may be for; new purposes are added at the end, so that old luck stays as it was."""

Words = tuple[int, int, int, int]

_MASK = (1 << 64) - 1
_GROUPS = (len(PURPOSES) + 3) // 4


def philox4x64(counter: Words, key: tuple[int, int]) -> Words:
    """Ten rounds of Philox4x64 over a 256-bit ``counter`` with a 128-bit ``key`` (Salmon et al. 2011).

    Counter, key and result are in 64-bit words, the lowest first.

    >>> [hex(word) for word in philox4x64((0, 0, 0, 0), (0, 0))][0]
    '0x16554d9eca36314c'
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        high = 0xD2E7470EE14C6C93 * c0
        low = 0xCA5A826395121157 * c2
        c0, c1, c2, c3 = (low >> 64) ^ c1 ^ k0, low & _MASK, (high >> 64) ^ c3 ^ k1, high & _MASK
        k0 = (k0 + 0x9E3779B97F4A7C15) & _MASK
        k1 = (k1 + 0xBB67AE8584CAA73B) & _MASK
    return c0, c1, c2, c3


@functools.lru_cache(maxsize=65536)
def name_key(department: str) -> int:
    """The 64-bit key of a department's name; the organisation as a whole, ``""``, has 0.

    >>> name_key(""), name_key("Sales") == name_key("Sales"), name_key("Sales") == name_key("sales")
    (0, True, False)
    """
    if not department:
        return 0
    return int.from_bytes(hashlib.blake2b(department.encode(), digest_size=8).digest(), "little")


@functools.lru_cache(maxsize=1024)
def measure_key(measure: str) -> int:
    """The 64-bit key of a measure's name, of an address space of its own: no department's name has it.

    >>> measure_key("technicians") == name_key("technicians")
    False
    """
    return int.from_bytes(hashlib.blake2b(measure.encode(), digest_size=8, person=b"measure").digest(), "little")


def uniform(word: int) -> float:
    """Turn 64 random bits into a number in [0, 1), as NumPy does.

    >>> uniform(0), uniform((1 << 64) - 1) < 1.0
    (0.0, True)
    """
    return (word >> 11) * 2.0**-53


def draw(seed: int, world: int, purpose: str, department: str = "", week: int = 0) -> float:
    """One uniform draw in [0, 1) for a purpose of :data:`PURPOSES`.

    ``seed`` and ``world`` are whole numbers from 0 to 2**64 − 1, ``week`` is 0 for what is drawn once; without a
    ``department`` the draw is the organisation's. Raises ``ValueError`` for an unknown purpose.

    >>> draw(1, 0, "noise", "Sales", 3) == draw(1, 0, "noise", "Sales", 3)
    True
    >>> draw(1, 0, "noise", "Sales", 3) == draw(1, 0, "noise", "Finance", 3)
    False
    """
    return _draw(seed, world, purpose, name_key(department), week)


def draw_of_measure(seed: int, world: int, measure: str) -> float:
    """The uniform draw in [0, 1) that decides how well a measure is carried out in a world.

    >>> draw_of_measure(1, 0, "technicians") == draw(1, 0, "fidelity", "technicians")
    False
    """
    return _draw(seed, world, "fidelity", measure_key(measure), 0)


def _draw(seed: int, world: int, purpose: str, key: int, week: int) -> float:
    """One draw, with the key of a name."""
    index = PURPOSES.index(purpose)
    words = philox4x64((week, index // 4, world, 0), (seed, key))
    return uniform(words[index % 4])


def draws(seed: int, world: int, department: str, weeks: int) -> NDArray[np.float64]:
    """All draws of a department in weeks 0 … ``weeks``: shape ``(weeks + 1, len(PURPOSES))``, each in [0, 1).

    Element ``[w, PURPOSES.index(p)]`` equals ``draw(seed, world, p, department, w)``, which takes far longer.

    >>> draws(1, 0, "Sales", 3)[3, PURPOSES.index("noise")].item() == draw(1, 0, "noise", "Sales", 3)
    True
    """
    table = np.empty((weeks + 1, 4 * _GROUPS))
    for group in range(_GROUPS):
        # NumPy counts up before it draws: start one below week 0.
        before = ((group + (world << 64)) << 64) - 1 & ((1 << 256) - 1)
        counter = np.array([before >> (64 * part) & _MASK for part in range(4)], dtype=np.uint64)
        key = np.array([seed, name_key(department)], dtype=np.uint64)
        words = np.random.Philox(counter=counter, key=key).random_raw(4 * (weeks + 1))
        table[:, 4 * group : 4 * group + 4] = (words.reshape(-1, 4) >> np.uint64(11)) * 2.0**-53
    return table[:, : len(PURPOSES)]
