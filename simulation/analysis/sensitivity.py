"""The parameter passport's test: does moving one number through its range flip a verdict?

One parameter at a time is held at the low and at the high end of its range in every world, while all others are drawn,
or stay at their defaults, as before. The same worlds, the same luck: what changes is that number. Only the two ends
are tried, and one number at a time: two that only together flip a verdict are missed, and so is a flip halfway
(Morris 1991; Saltelli et al. 2008).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.pairs import Kind, Pair, compare_outcomes
from simulation.engine.ensemble import run_worlds
from simulation.model.outcomes import BY_OUTCOME, LEADING, OUTCOMES
from simulation.model.worlds import Mode
from simulation.study.errors import InputRefused, problem, unknown
from simulation.study.parameters import PARAMETERS, Parameter
from simulation.study.scenario import Given, Scenario, Study

Turn = Literal["holds", "settles", "blurs", "differs", "reverses"]
"""What becomes of a verdict; see :func:`turn`."""


def turn(before: Kind, after: Kind) -> Turn:
    """What becomes of a verdict that was ``before`` and is ``after``.

    It *reverses* from a win to a loss or back; *differs* where a win or a loss becomes no difference that matters or a
    mixed verdict, or the other way round; *blurs* where something was settled and no longer is, and *settles* where
    nothing was.

    >>> turn("beats", "loses"), turn("beats", "same"), turn("same", "undecided"), turn("undecided", "same")
    ('reverses', 'differs', 'blurs', 'settles')
    """
    if after == before:
        return "holds"
    if "undecided" in (before, after):
        return "settles" if before == "undecided" else "blurs"
    return "reverses" if {before, after} == {"beats", "loses"} else "differs"


@dataclass(frozen=True, slots=True)
class Flip:
    """What a verdict becomes with one parameter at either end of its range.

    ``ends`` are the (low, high) that were tried, of the first scenario and of the second: see :func:`ends`.
    """

    parameter: Parameter
    ends: tuple[tuple[float, float], tuple[float, float]]
    at_low: Pair
    at_high: Pair

    @property
    def fixed(self) -> bool:
        """Whether there was nothing to move: a file that gives one value, without a range, in both scenarios."""
        return all(low == high for low, high in self.ends)

    def turns(self, verdict: Pair) -> tuple[Turn, Turn]:
        """What becomes of ``verdict`` at the low and at the high end."""
        return turn(verdict.kind, self.at_low.kind), turn(verdict.kind, self.at_high.kind)

    def flips(self, verdict: Pair) -> bool:
        """Whether either end gives another verdict than ``verdict``, or none at all."""
        return self.turns(verdict) != ("holds", "holds")

    def reverses(self, verdict: Pair) -> bool:
        """Whether either end turns a win into a loss, or a loss into a win."""
        return "reverses" in self.turns(verdict)


@dataclass(frozen=True)
class EndRuns:
    """Two scenarios run with one parameter at either end of its range, on every outcome.

    ``outcomes`` has shape (2 ends, 2 scenarios, worlds, :data:`~simulation.model.outcomes.OUTCOMES`), low end first,
    each in its outcome's unit; ``ends`` are in the parameter's unit, (low, high) of each scenario; ``horizon`` is in
    weeks.
    """

    parameter: Parameter
    names: tuple[str, str]
    ends: tuple[tuple[float, float], tuple[float, float]]
    outcomes: NDArray[np.float64]
    horizon: int

    def flip(self, outcome: str) -> Flip:
        """What the verdict on ``outcome`` becomes at both ends."""
        measured = BY_OUTCOME[outcome]
        low, high = (compare_outcomes(a, b, self.names, measured, self.horizon) for a, b in self.outcomes)
        return Flip(self.parameter, self.ends, low, high)


def hold(scenario: Scenario, name: str, value: float, source: str = "held") -> Scenario:
    """The same scenario with a parameter held at a value in every world.

    >>> from simulation import case
    >>> [given.value for given in hold(case().scenario("full"), "t", 0.5).parameters if given.name == "t"]
    [0.5]
    """
    kept = tuple(given for given in scenario.parameters if given.name != name)
    return replace(scenario, parameters=(*kept, Given(name, value, value, value, source)))


def ends(scenario: Scenario, parameter: Parameter) -> tuple[float, float]:
    """The range of a parameter in a scenario: what the file gives, or else the passport's.

    A file may give two scenarios two ranges. Each is then moved to the end of its own, as the worlds do, which draw
    both at the same point of their ranges: a number that sets two scenarios apart is not made the same in both.
    """
    given = next((entry for entry in scenario.parameters if entry.name == parameter.name), None)
    return (given.low, given.high) if given else (parameter.low, parameter.high)


def run_ends(
    pair: Study, parameter: Parameter, worlds: int = 100, seed: int = 1, mode: Mode = "ranges", threads: int = 1
) -> EndRuns:
    """Run a study of two scenarios with one parameter at both ends of its range.

    Raises :class:`~simulation.study.errors.InputRefused` for worlds, a seed or a mode that cannot be.
    """
    first, second = pair.scenarios
    ranges = (ends(first, parameter), ends(second, parameter))
    # The four runs of a parameter go together, so that they share each world's draws.
    ours = tuple(
        replace(hold(scenario, parameter.name, bounds[end]), name=f"{scenario.name}/{end}")
        for end in (0, 1)
        for scenario, bounds in zip(pair.scenarios, ranges, strict=True)
    )
    runs = run_worlds(replace(pair, scenarios=ours), worlds, seed, mode, threads)
    outcomes = runs.outcomes.reshape(2, 2, worlds, len(OUTCOMES))
    return EndRuns(parameter, (first.name, second.name), ranges, outcomes, pair.horizon)


def flips(
    study: Study,
    names: tuple[str, str],
    outcome: str = LEADING,
    worlds: int = 100,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Flip]:
    """Try every parameter's ends on a pair of scenarios, one parameter after another.

    One at a time, all others as before (Saltelli et al. 2008): each takes four runs a world. Compare a :class:`Flip`
    with the verdict on the same worlds, seed and mode, ``flip.flips(comparison.pair(*names))``: on other worlds the
    verdict may differ by itself.

    ``progress`` is called with (parameters done, parameters in all) before each and at the end; what it raises ends
    the work.
    Raises :class:`~simulation.study.errors.InputRefused` for an unknown scenario or outcome, twice the same scenario,
    or worlds, a seed or a mode that cannot be.

    >>> from simulation import case
    >>> first = next(flips(case(), ("full", "it-only"), worlds=20))
    >>> first.parameter.name, first.at_low.kind, first.at_high.kind
    ('bau_business', 'beats', 'beats')
    """
    pair = study.select(names)
    if names[0] == names[1]:
        raise InputRefused([problem("scenario_twice", given=repr(names[0]))])
    if outcome not in BY_OUTCOME:
        raise InputRefused([unknown("unknown_outcome", outcome, BY_OUTCOME)])
    for done, parameter in enumerate(PARAMETERS):
        if progress:
            progress(done, len(PARAMETERS))
        yield run_ends(pair, parameter, worlds, seed, mode, threads).flip(outcome)
    if progress:
        progress(len(PARAMETERS), len(PARAMETERS))
