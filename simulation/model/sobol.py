"""The scrambled Sobol sequence, from which worlds draw their parameters.

Points are those of ``scipy.stats.qmc.Sobol(dimensions, rng=numpy.random.default_rng(seed))``, to the bit, which a test
holds. Having them here saves importing SciPy's statistics, which takes longer than a comparison, and gives any point at
once: SciPy goes through all that come before. Sources: Sobol 1967; direction numbers of Joe & Kuo 2008; scrambling by a
linear matrix and a digital shift, Matoušek 1998; order by Gray code, Antonov & Saleev 1979.
"""

import functools
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

BITS = 30
"""Binary digits of a coordinate; the sequence has so many powers of two of points."""
MOST_DIMENSIONS = 256
"""So many dimensions have direction numbers here."""


@functools.cache
def _table() -> tuple[tuple[int, ...], ...]:
    """The primitive polynomial and the initial direction numbers of each dimension."""
    lines = files("simulation").joinpath("model", "sobol.txt").read_text("utf-8").splitlines()
    return tuple(tuple(map(int, line.split())) for line in lines if not line.startswith("#"))


@functools.lru_cache(maxsize=4)
def _directions(dimensions: int) -> Whole:
    """Direction numbers before scrambling, shape (dimensions, bits)."""
    numbers = np.array([_direction_numbers(*line) for line in _table()[:dimensions]], np.int64)
    return numbers << (BITS - 1 - np.arange(BITS))


def _direction_numbers(polynomial: int, *initial: int) -> list[int]:
    """The direction numbers of one dimension, by the recurrence of its primitive polynomial (Bratley & Fox 1988)."""
    degree = polynomial.bit_length() - 1
    if degree == 0:
        return [1] * BITS
    numbers = list(initial)
    for at in range(degree, BITS):
        number = numbers[at - degree]
        for back in range(1, degree + 1):
            if polynomial >> (degree - back) & 1:
                number ^= numbers[at - back] << back
        numbers.append(number)
    return numbers


@functools.lru_cache(maxsize=16)
def _scrambled(seed: int, dimensions: int) -> tuple[Whole, Whole]:
    """The digital shift, shape (dimensions,), and the scrambled direction numbers, shape (dimensions, bits)."""
    rng = np.random.default_rng(seed).spawn(1)[0]
    powers = np.arange(BITS)
    shift = rng.integers(2, size=(dimensions, BITS), dtype=np.uint32).astype(np.int64) @ (1 << powers)
    lower = np.tril(rng.integers(2, size=(dimensions, BITS, BITS), dtype=np.uint32)).astype(np.int64)
    lower[:, powers, powers] = 1
    digits = (_directions(dimensions)[:, np.newaxis, :] >> powers[::-1, np.newaxis]) & 1
    scrambled = (lower @ digits % 2) << powers[::-1, np.newaxis]
    return shift, scrambled.sum(axis=1)


def points(seed: int, dimensions: int, first: int, count: int) -> NDArray[np.float64]:
    """Points ``first``, ``first`` + 1, … of the sequence of a seed: shape (count, dimensions), in [0, 1).

    Raises ``ValueError`` for more dimensions than :data:`MOST_DIMENSIONS`, or points beyond 2 to the power of
    :data:`BITS`.

    >>> points(1, 2, 0, 2).round(3).tolist() == points(1, 2, 0, 4).round(3).tolist()[:2]
    True
    """
    if not 0 < dimensions <= MOST_DIMENSIONS or first < 0 or first + count > 1 << BITS:
        raise ValueError(f"no points {first} to {first + count} of a Sobol sequence in {dimensions} dimensions")
    shift, directions = _scrambled(seed, dimensions)
    index = np.arange(first, first + count)
    gray = index ^ (index >> 1)
    coordinates = np.repeat(shift[np.newaxis], count, axis=0)
    for bit in range(max(0, first + count - 1).bit_length()):
        coordinates ^= (gray >> bit & 1)[:, np.newaxis] * directions[:, bit]
    return coordinates / float(1 << BITS)
