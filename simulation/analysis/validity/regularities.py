"""Regularities that nobody here wrote, and whether the model's figure is a hit, near or a miss.

What is known stands in ``regularities.toml``: sentence, number, reference, where the number was read, how it is read
off the model, and the bands, which were fixed before the model was measured. What measures stands in ``readings``.
"""

import functools
import math
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

Verdict = Literal["hit", "near", "miss", "no verdict"]
Kind = Literal["outcome", "input", "built in", "loose"]
VERDICTS: tuple[Verdict, ...] = ("miss", "near", "hit", "no verdict")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Band:
    """Within which values, ends included, a figure is a hit, and within which it is near."""

    label: str
    digits: int
    hit: tuple[float, float]
    near: tuple[float, float]

    def verdict(self, value: float) -> Verdict:
        """What a value is; nothing can be said of one that is undefined.

        >>> band = Band("r", 2, (0.2, 0.4), (0.1, 0.5))
        >>> [band.verdict(value) for value in (0.4, 0.1, 0.6, math.nan)]
        ['hit', 'near', 'miss', 'no verdict']
        """
        if math.isnan(value):
            return "no verdict"
        if self.hit[0] <= value <= self.hit[1]:
            return "hit"
        return "near" if self.near[0] <= value <= self.near[1] else "miss"


@dataclass(frozen=True, slots=True)
class Regularity:
    """One row: ``kind`` says whether it checks the model's behaviour, an input of it, or what was built in.

    ``grade`` says how the number is known; ``below`` and ``above`` say in words what a figure on that side means.
    """

    key: str
    group: str
    kind: Kind
    grade: str
    sentence: str
    number: str
    reference: str
    where: str
    reading: str
    why: str
    below: str
    above: str
    bands: tuple[Band, ...]

    def verdict(self, figure: "Figure") -> Verdict:
        """The worst of its bands' verdicts; none without a band."""
        verdicts = [band.verdict(value) for band, value in zip(self.bands, figure.values, strict=False)]
        return next((worst for worst in VERDICTS if worst in verdicts), "no verdict")

    def meaning(self, figure: "Figure") -> str:
        """What the model does, in words, where its figure is no hit; nothing where it is one."""
        for band, value in zip(self.bands, figure.values, strict=False):
            if band.verdict(value) == self.verdict(figure) != "hit" and not math.isnan(value):
                return self.below if value < band.hit[0] else self.above
        return ""


@dataclass(frozen=True, slots=True)
class Figure:
    """What the model shows: a value for each band (one in all where there is none), and what stands beside it."""

    values: tuple[float, ...]
    beside: str = ""


@functools.cache
def _data() -> dict[str, Any]:
    """What the file says."""
    return tomllib.loads(files(__package__).joinpath("regularities.toml").read_text(encoding="utf-8"))


@functools.cache
def regularities() -> tuple[Regularity, ...]:
    """Every row, in the order of the file.

    >>> regularities()[0].key
    'bystander-curve'
    """
    return tuple(Regularity(**{**row, "bands": _bands(row["bands"])}) for row in _data()["regularity"])


def _bands(rows: list[dict[str, Any]]) -> tuple[Band, ...]:
    """The bands of a row."""
    return tuple(Band(row["label"], row["digits"], tuple(row["hit"]), tuple(row["near"])) for row in rows)


def references() -> list[str]:
    """The literature that the rows refer to."""
    listed: list[str] = _data()["references"]["list"]
    return listed
