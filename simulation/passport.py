"""The parameter passport's test: does moving one number through its range flip a verdict?

One parameter at a time is held at the low and at the high end of its range in every world, while all others are drawn,
or stay at their defaults, as before. The same worlds, the same luck: what changes is that number (Morris 1991 and
Saltelli et al. 2008 on what one-at-a-time misses: two that only together flip a verdict).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from simulation.compare import Pair, compare_pair
from simulation.ensemble import run_worlds
from simulation.outcomes import BY_OUTCOME
from simulation.parameters import PARAMETERS, Parameter
from simulation.study import Given, Scenario, Study
from simulation.worlds import Mode


@dataclass(frozen=True, slots=True)
class Flip:
    """What a verdict becomes with one parameter at either end of its range.

    ``low`` and ``high`` are the ends that were tried: the file's, if it gives that parameter, else the passport's.
    """

    parameter: Parameter
    low: float
    high: float
    at_low: Pair
    at_high: Pair

    def flips(self, verdict: Pair) -> bool:
        """Whether either end gives another verdict than ``verdict``."""
        return {self.at_low.kind, self.at_high.kind} != {verdict.kind}

    def reverses(self, verdict: Pair) -> bool:
        """Whether either end turns a win into a loss, or a loss into a win."""
        opposite = {"beats": "loses", "loses": "beats"}.get(verdict.kind)
        return opposite in {self.at_low.kind, self.at_high.kind}


def held(scenario: Scenario, name: str, value: float, source: str = "held") -> Scenario:
    """The same scenario with a parameter held at a value in every world.

    >>> from simulation import case
    >>> [one.value for one in held(case().scenario("full"), "t", 0.5).parameters if one.name == "t"]
    [0.5]
    """
    others = tuple(one for one in scenario.parameters if one.name != name)
    return replace(scenario, parameters=(*others, Given(name, value, value, value, source)))


def ends(scenario: Scenario, parameter: Parameter) -> tuple[float, float]:
    """The range of a parameter in a scenario: what the file gives, or else the passport's."""
    given = next((one for one in scenario.parameters if one.name == parameter.name), None)
    return (given.low, given.high) if given else (parameter.low, parameter.high)


def flips(
    study: Study,
    names: tuple[str, str],
    outcome: str = "lasting_adoption",
    worlds: int = 100,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    tell: Callable[[int, int], None] | None = None,
) -> Iterator[Flip]:
    """Try every parameter's ends on a pair of scenarios, one parameter after another.

    ``tell`` is told (parameters done, parameters in all) before each and at the end; what it raises ends the work.
    Raises :class:`~simulation.errors.InputRefused` for an unknown scenario, or worlds, a seed or a mode that cannot be.

    >>> from simulation import case
    >>> first = next(flips(case(), ("full", "it-only"), worlds=20))
    >>> first.parameter.name, first.at_low.kind, first.at_high.kind
    ('bau_business', 'beats', 'beats')
    """
    pair = study.select(names)
    for done, parameter in enumerate(PARAMETERS):
        if tell:
            tell(done, len(PARAMETERS))
        low, high = ends(pair.scenarios[0], parameter)
        # The four runs of a parameter go together, so that they share each world's draws.
        ours = (
            replace(held(one, parameter.name, value), name=f"{one.name}/{end}")
            for end, value in (("low", low), ("high", high))
            for one in pair.scenarios
        )
        runs = run_worlds(replace(pair, scenarios=tuple(ours)), worlds, seed, mode, threads)
        found = [
            compare_pair(
                runs.of(f"{names[0]}/{end}", outcome), runs.of(f"{names[1]}/{end}", outcome), names, BY_OUTCOME[outcome]
            )
            for end in ("low", "high")
        ]
        yield Flip(parameter, low, high, *found)
    if tell:
        tell(len(PARAMETERS), len(PARAMETERS))
