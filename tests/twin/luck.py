"""Luck (section 4): Philox4x64-10, one draw for each seed, world, purpose, name and week; counts; Sobol points."""

import warnings
from functools import cache
from hashlib import blake2b
from math import exp, lgamma, log, log1p

import numpy as np
from scipy.stats import qmc

from .text import CONSTANTS, PARAMETERS

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
MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
INCREMENTS = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
WORD = 2**64 - 1
ORGANISATION = 0
DIMENSIONS = 160


@cache
def name_key(name):
    """The key of a department's name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


@cache
def measure_key(name):
    """The key of a measure's name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8, person=b"measure").digest(), "little")


@cache
def block(counter, key):
    """The four words of one counter."""
    a, b, c, d = counter
    k, m = key
    for _ in range(10):
        one, other = MULTIPLIERS[0] * a, MULTIPLIERS[1] * c
        a, b, c, d = (other >> 64) ^ b ^ k, other & WORD, (one >> 64) ^ d ^ m, one & WORD
        k, m = (k + INCREMENTS[0]) & WORD, (m + INCREMENTS[1]) & WORD
    return a, b, c, d


def uniform(seed, world, purpose, key, week):
    """The draw in [0, 1) for one purpose, name and week."""
    index = PURPOSES.index(purpose)
    word = block((week, index // 4, world, 0), (seed, key))[index % 4]
    return (word >> 11) * 2.0**-53


def first_beyond(u, mode, most, weight):
    """The smallest count whose cumulative probability exceeds u; terms are summed from where they begin to count."""
    low = mode
    while low > 0 and weight(low - 1) > CONSTANTS.NEGLIGIBLE:
        low -= 1
    total, count = weight(low), low
    while total <= u and count < most:
        term = weight(count + 1)
        if count >= mode and term < CONSTANTS.NEGLIGIBLE:
            break
        count += 1
        total += term
    return count


def poisson(u, mean):
    """A count by the inverse of the Poisson distribution."""
    if mean <= 0.0:
        return 0
    return first_beyond(u, int(mean), float("inf"), lambda n: exp(n * log(mean) - mean - lgamma(n + 1)))


def binomial(u, number, chance):
    """A count by the inverse of the binomial distribution."""
    number = int(number)
    if number == 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return number

    def weight(n):
        ways = lgamma(number + 1) - lgamma(n + 1) - lgamma(number - n + 1)
        return exp(ways + n * log(chance) + (number - n) * log1p(-chance))

    return first_beyond(u, min(number, int((number + 1) * chance)), number, weight)


@cache
def point(seed, world):
    """A world's point of the scrambled Sobol sequence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sequence = qmc.Sobol(DIMENSIONS, scramble=True, rng=np.random.default_rng(seed))
        if world:
            sequence.fast_forward(world)
        return sequence.random(1)[0].tolist()


def values(given, world, seed, mode):
    """The parameters of a world, of what a file gives or of default and range."""
    found = {}
    for name, one in PARAMETERS.items():
        value, low, high = given.get(name, (one.default, one.low, one.high))
        drawn = mode == "ranges" and low != high
        found[name] = low + point(seed, world)[one.dimension] * (high - low) if drawn else value
    return found
