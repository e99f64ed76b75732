"""What a sweep runs: points, each a set of changes, made of a grid, of ranges that are sampled, or of both.

A design is never held as a list. Point *p* is worked out from its number: the grid is counted with its last setting
fastest, and within each of its places come the points of a scrambled Sobol sequence (Sobol 1967; scrambled as
Matoušek 1998 does). Every point meets every world, so that which worlds there are favours none.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.engine.points import check_rows
from simulation.model import sobol
from simulation.study.errors import InputRefused, problem, shown, unknown
from simulation.study.parameters import BY_NAME, PARAMETERS
from simulation.study.scenario import Study
from simulation.study.sources.files import read_change
from simulation.system.limits import LIMITS, spaced

CHECKED = 500
"""Up to so many points are all checked before the first run."""
APART = 2**64
"""Added to the seed: points have a scrambling of their own."""
RANGE = re.compile(r"\s*([+-]?[0-9.eE+-]+?)\s*\.\.\s*([+-]?[0-9.eE+-]+)\s*")
WHOLE = re.compile(r"[+-]?[0-9]+")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """A path, and the values that a grid gives it: numbers, words, lists or mappings, as a file would say them."""

    path: str
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A path, and the range from which a sample gives it values; ``whole`` if only whole numbers are meant."""

    path: str
    low: float
    high: float
    whole: bool

    def at(self, u: float) -> float | int:
        """The value at a place in [0, 1).

        >>> Span("x", 2.0, 4.0, False).at(0.25), [Span("x", 2, 4, True).at(u) for u in (0.0, 0.5, 0.99)]
        (2.5, [2, 3, 4])
        """
        if self.whole:
            return math.floor(self.low + u * (self.high - self.low + 1))
        return self.low + u * (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Design:
    """A grid, crossed with a sample of ``sample`` points in some ranges; without either there is one point, unchanged.

    >>> design = Design((Axis("t", (0.5, 1.0)), Axis("measures.anchor_in_strategy", (True, False))), (), 0, 1)
    >>> design.points, design.rows(1, 2)
    (4, [{'t': 0.5, 'measures.anchor_in_strategy': False}, {'t': 1.0, 'measures.anchor_in_strategy': True}])
    """

    grid: tuple[Axis, ...] = ()
    spans: tuple[Span, ...] = ()
    sample: int = 0
    seed: int = 1

    @property
    def points(self) -> int:
        """How many points there are."""
        return math.prod(len(axis.values) for axis in self.grid) * max(1, self.sample)

    @property
    def paths(self) -> tuple[str, ...]:
        """All that is changed, in the order of columns."""
        return (*(axis.path for axis in self.grid), *(span.path for span in self.spans))

    def row(self, point: int) -> Row:
        """The changes of one point."""
        return self.rows(point, 1)[0]

    def rows(self, first: int, count: int) -> list[Row]:
        """The changes of ``count`` points from number ``first`` on."""
        return list(self._rows(first, count))

    def _rows(self, first: int, count: int) -> Iterator[Row]:
        """The same, one by one; points of the sample are drawn some hundreds at a time."""
        drawn: list[list[float]] = []
        begin = -1
        for point in range(first, first + count):
            place, number = divmod(point, max(1, self.sample))
            row: Row = {}
            for axis in reversed(self.grid):
                place, at = divmod(place, len(axis.values))
                row[axis.path] = axis.values[at]
            row = dict(reversed(row.items()))
            if self.spans:
                if not begin <= number < begin + len(drawn):
                    begin = number
                    size = min(count, self.sample - begin, 512)
                    drawn = sobol.points(APART + self.seed, len(self.spans), begin, size).tolist()
                row |= {span.path: span.at(u) for span, u in zip(self.spans, drawn[number - begin], strict=True)}
            yield row

    def as_data(self) -> dict[str, Any]:
        """The design as data that JSON can hold."""
        return {
            "grid": [[axis.path, list(axis.values)] for axis in self.grid],
            "ranges": [[span.path, span.low, span.high, span.whole] for span in self.spans],
            "sample": self.sample,
            "seed": self.seed,
        }


def design_of(data: Any) -> Design:
    """The design that :meth:`Design.as_data` wrote down; raises ``LookupError`` or the like for what is none."""
    grid = tuple(Axis(str(path), tuple(values)) for path, values in data["grid"])
    spans = tuple(Span(str(path), float(low), float(high), bool(whole)) for path, low, high, whole in data["ranges"])
    if len(spans) > sobol.MOST_DIMENSIONS or not all(math.isfinite(one.low + one.high) for one in spans):
        raise ValueError(len(spans))
    return Design(grid, spans, int(data["sample"]), int(data["seed"]))


def read_design(grid: Sequence[str], ranges: Sequence[str], sample: int, seed: int, study: Study) -> Design:
    """A design as a command line says it: ``PATH=a,b,c`` of a grid, ``PATH=low..high`` of ranges.

    Of a parameter the range may be left out: it is then the study's, or the passport's. A sample without ranges is one
    of all parameters. Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read, a path that comes
    twice, or more than ``LIMITS.points`` points.

    >>> from simulation import case
    >>> design = read_design(["measures.external_partner.hours=8,40"], ["t=.5..1.3"], 4, 1, case())
    >>> design.points, design.paths
    (8, ('measures.external_partner.hours', 'parameters.t'))
    """
    axes = [_axis(text) for text in grid]
    spans = [_span(text, study) for text in ranges]
    if sample and not spans:
        spans = [_span(f"parameters.{one.name}", study) for one in PARAMETERS]
    paths = [*(axis.path for axis in axes), *(span.path for span in spans)]
    for path in paths:
        if paths.count(path) > 1:
            raise InputRefused([problem("column_twice", given=path)])
    if len(spans) > sobol.MOST_DIMENSIONS:
        raise InputRefused([problem("too_many_ranges", given=len(spans), most=sobol.MOST_DIMENSIONS)])
    return Design(tuple(axes), tuple(spans), sample, seed)


def check_design(design: Design, study: Study) -> None:
    """Refuse a design that changes what cannot be changed; raises :class:`~simulation.study.errors.InputRefused`.

    Each value is tried, with the first of the others, and so are both ends of each range; of a small one, all points.
    """
    if design.points > LIMITS.points:
        given = spaced(design.points)
        raise InputRefused([problem("too_many_in_design", given=given, most=spaced(LIMITS.points))])
    if not design.paths:
        return
    first = design.row(0)
    tried = [first]
    tried += [first | {axis.path: value} for axis in design.grid for value in axis.values]
    tried += [first | {span.path: span.at(u)} for span in design.spans for u in (0.0, 1.0 - 2.0**-30)]
    check_rows(study, tried)
    if design.points <= CHECKED:
        check_rows(study, design.rows(0, design.points))


def _whole_path(path: str) -> str:
    """A path; a parameter may be named alone.

    >>> _whole_path(" t "), _whole_path("measures.assign_roles.start")
    ('parameters.t', 'measures.assign_roles.start')
    """
    path = path.strip()
    return f"parameters.{path}" if path in BY_NAME else path


def _axis(text: str) -> Axis:
    """``PATH=a,b,c``."""
    path, sign, values = text.partition("=")
    if len(text) > LIMITS.set_characters:
        most = spaced(LIMITS.set_characters)
        raise InputRefused([problem("long_change", given=spaced(len(text)), limit=most)])
    read = read_change(f"{_whole_path(path)}=[{values}]") if sign and values.strip() else []
    if not isinstance(read, list) or not read or any(value is None for value in read):
        raise InputRefused([problem("bad_grid", given=shown(text))])
    distinct = [value for at, value in enumerate(read) if not any(_same(value, other) for other in read[:at])]
    if len(distinct) < len(read):
        raise InputRefused([problem("grid_twice", given=shown(text))])
    return Axis(_whole_path(path), tuple(read))


def _same(a: Any, b: Any) -> bool:
    """Whether two values are the same; true is not 1."""
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


def _span(text: str, study: Study) -> Span:
    """``PATH=low..high``, or a parameter alone."""
    path, sign, ends = text.partition("=")
    path = _whole_path(path)
    name = path.removeprefix("parameters.")
    if not sign and path.startswith("parameters."):
        if name not in BY_NAME:
            raise InputRefused([unknown("unknown_path", path, BY_NAME)])
        given = next((one for one in study.scenarios[0].parameters if one.name == name), None)
        about = BY_NAME[name]
        return Span(path, *((given.low, given.high) if given else (about.low, about.high)), whole=False)
    found = RANGE.fullmatch(ends) if len(text) <= LIMITS.set_characters else None
    try:
        low, high = (float(end) for end in found.groups()) if found else (math.nan, math.nan)
    except ValueError:
        low = high = math.nan
    if found is None or not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputRefused([problem("bad_range", given=shown(text))])
    read_change(f"{path}={low!r}")  # refuses a path that leads nowhere
    whole = all(WHOLE.fullmatch(end) for end in found.groups()) and name not in BY_NAME
    return Span(path, low, high, whole)
