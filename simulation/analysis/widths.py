"""Whether verdicts survive narrower and wider ranges of what nobody knows.

Ranges are assumed, and a verdict over them depends on how wide they are. Each parameter's range is drawn in, or out,
around its default by the same factor, within what a file may give; a number that a file gives without a range stays.
The same worlds, at the same points of the ranges: what changes is how far apart those lie. This is a check of the
prior, in the sense of Berger (1994), and no more: how ranges are shaped, and that they are drawn one apart from the
other, stays as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from simulation.analysis.compare import compare_runs
from simulation.analysis.pairs import Pair
from simulation.engine.ensemble import Progress, run_worlds
from simulation.model.outcomes import LEADING
from simulation.model.worlds import Mode
from simulation.study.errors import InputRefused, problem
from simulation.study.parameters import PARAMETERS, Parameter
from simulation.study.scenario import Given, Scenario, Study

NARROWEST, WIDEST = 0.05, 3.0
"""Below, nothing is drawn any more; above, most ranges end at what is legal."""
WIDTHS = (0.5, 1.0, 1.5)
"""What is tried where nothing is said."""


@dataclass(frozen=True, slots=True)
class Survival:
    """The verdicts on a pair of scenarios, one for each width."""

    widths: tuple[float, ...]
    pairs: tuple[Pair, ...]

    @property
    def survives(self) -> bool:
        """Whether there is a verdict, and the same one, at every width."""
        verdicts = {(pair.kind, pair.kind == "mixed" and pair.wins > pair.losses) for pair in self.pairs}
        return len(verdicts) == 1 and not self.open

    @property
    def open(self) -> bool:
        """Whether nothing can be told at any width."""
        return all(pair.kind == "undecided" for pair in self.pairs)


def check_widths(widths: Sequence[float]) -> tuple[float, ...]:
    """Widths in order, each once; raises :class:`~simulation.study.errors.InputRefused` for one that cannot be.

    >>> check_widths([1.5, 0.5, 1.0, 1.0])
    (0.5, 1.0, 1.5)
    """
    for width in widths:
        if not NARROWEST <= width <= WIDEST:
            raise InputRefused([problem("bad_width", given=f"{width:g}", low=f"{NARROWEST:g}", high=f"{WIDEST:g}")])
    return tuple(sorted(set(widths)))


def with_width(study: Study, width: float) -> Study:
    """The same study with every range so many times as wide, around the default or the value that a file gives.

    Raises :class:`~simulation.study.errors.InputRefused` as :func:`check_widths` does.

    >>> from simulation import case
    >>> narrow = with_width(case(), 0.5).scenario("full").parameters[0]
    >>> whole = next(one for one in PARAMETERS if one.name == narrow.name)
    >>> narrow.value - narrow.low == (whole.default - whole.low) / 2
    True
    """
    check_widths([width])
    return replace(study, scenarios=tuple(_widened(scenario, width) for scenario in study.scenarios))


def _widened(scenario: Scenario, width: float) -> Scenario:
    """The same scenario with every range so many times as wide."""
    given = {one.name: one for one in scenario.parameters}
    ranges = tuple(_scaled(given.get(parameter.name), parameter, width) for parameter in PARAMETERS)
    return replace(scenario, parameters=ranges)


def _scaled(given: Given | None, parameter: Parameter, width: float) -> Given:
    """A range so many times as wide, within what is legal."""
    known = given or Given(parameter.name, parameter.default, parameter.low, parameter.high, parameter.source)
    low = max(parameter.least, known.value - width * (known.value - known.low))
    high = min(parameter.most, known.value + width * (known.high - known.value))
    return Given(known.name, known.value, min(low, known.value), max(high, known.value), known.source)


def survivals(
    study: Study,
    baseline: str,
    outcome: str = LEADING,
    widths: Sequence[float] = WIDTHS,
    worlds: int = 200,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[str, Survival]:
    """The verdict on every scenario against the baseline, at each width, by the scenario's name.

    ``progress`` is called with (widths done, widths in all). With ``mode`` "defaults" nothing is drawn, and all widths
    are the same. Raises :class:`~simulation.study.errors.InputRefused` for widths, worlds, a seed or a mode that cannot
    be, or a baseline that is not there.

    >>> from simulation import case
    >>> found = survivals(case().select(("it-only", "full")), "it-only", worlds=20)
    >>> [pair.wins for pair in found["full"].pairs], found["full"].survives
    ([20, 20, 20], True)
    """
    tried = check_widths(widths)
    pairs: dict[str, list[Pair]] = {name: [] for name in study.names if name != baseline}
    for done, width in enumerate(tried):
        if progress:
            progress(done, len(tried))
        runs = run_worlds(with_width(study, width), worlds, seed, mode, threads)
        comparison = compare_runs(runs, baseline, outcome)
        for name, verdicts in pairs.items():
            verdicts.append(comparison.pair(name, baseline))
    if progress:
        progress(len(tried), len(tried))
    return {name: Survival(tried, tuple(verdicts)) for name, verdicts in pairs.items()}
