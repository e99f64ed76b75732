"""Which further answers to a survey could change a verdict?

One surveyed trait of one department at a time is held at the low and at the high end of what its answers leave open,
in every world, while all else is drawn as before: the same worlds, the same luck. Where a verdict is another at an end,
more answers of that department could change it; where at neither, asking them again changes nothing. One at a time: two
traits that only together change a verdict are missed, as in the passport (:mod:`simulation.analysis.sensitivity`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from simulation.analysis.compare import compare_runs
from simulation.analysis.pairs import Pair
from simulation.analysis.sensitivity import Turn, turn
from simulation.engine.ensemble import run_worlds
from simulation.model import rules
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.model.worlds import Mode
from simulation.study.errors import InputRefused, problem, unknown
from simulation.study.scenario import Study
from simulation.study.survey import SURVEYED

ENDS = (0.025, 0.975)
"""The ends of what answers leave open: 19 in 20 draws lie between."""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A trait of a department that answers tell, and the ends (low, high) of what they leave open, as shares."""

    department: str
    trait: str
    answers: int | None
    value: float
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Further:
    """What a verdict becomes with one surveyed trait at either end of what its answers leave open."""

    about: Surveyed
    at_low: Pair
    at_high: Pair

    def turns(self, verdict: Pair) -> tuple[Turn, Turn]:
        """What becomes of ``verdict`` at the low and at the high end."""
        return turn(verdict.kind, self.at_low.kind), turn(verdict.kind, self.at_high.kind)

    def matters(self, verdict: Pair) -> bool:
        """Whether either end gives another verdict."""
        return self.turns(verdict) != ("holds", "holds")


def surveyed(study: Study) -> tuple[Surveyed, ...]:
    """The traits that answers tell in a study, those that are left most open first."""
    found = []
    for department in study.organisation.departments:
        for trait in SURVEYED:
            given = getattr(department, trait)
            error = getattr(given, "standard_error", None)
            if error:
                low, high = (rules.posterior(given.value, error, end) for end in ENDS)
                found.append(Surveyed(department.name, trait, given.answers, given.value, (low, high)))
    return tuple(sorted(found, key=lambda one: one.ends[0] - one.ends[1]))


@dataclass(frozen=True)
class Trial:
    """A pair of scenarios, the worlds in which it is judged, and the outcome by which."""

    pair: Study
    outcome: str = LEADING
    worlds: int = 100
    seed: int = 1
    mode: Mode = "ranges"
    threads: int = 1

    def verdict(self, about: Surveyed | None = None, value: float = 0.0) -> Pair:
        """The verdict on the first against the second, with a surveyed trait held at a value if one is named."""
        study, (first, second) = self.pair, self.pair.names
        if about is not None:
            study = study.override({f"organisation.departments.{about.department}.{about.trait}": value})
        runs = run_worlds(study, self.worlds, self.seed, self.mode, self.threads)
        return compare_runs(runs, second, self.outcome).pair(first, second)


def further(trial: Trial, progress: Callable[[int, int], None] | None = None) -> Iterator[Further]:
    """What the verdict on a pair becomes at the ends of each surveyed trait, one trait after another.

    Each takes four runs a world. ``progress`` is called with (traits done, traits in all); what it raises ends the
    work. Raises :class:`~simulation.study.errors.InputRefused` for worlds, a seed or a mode that cannot be.
    """
    traits = surveyed(trial.pair)
    for done, about in enumerate(traits):
        if progress:
            progress(done, len(traits))
        low, high = about.ends
        yield Further(about, trial.verdict(about, low), trial.verdict(about, high))
    if progress:
        progress(len(traits), len(traits))


def trial(study: Study, names: tuple[str, str], outcome: str = LEADING, **how: Any) -> Trial:
    """A pair of a study's scenarios to be tried; ``how`` are worlds, seed, mode and threads, as in :class:`Trial`.

    Raises :class:`~simulation.study.errors.InputRefused` for an unknown scenario or outcome, twice the same scenario,
    or a study without answers.
    """
    pair = study.select(names)
    if names[0] == names[1]:
        raise InputRefused([problem("scenario_twice", given=repr(names[0]))])
    if outcome not in BY_OUTCOME:
        raise InputRefused([unknown("unknown_outcome", outcome, BY_OUTCOME)])
    if not surveyed(pair):
        raise InputRefused([problem("no_answers")])
    return Trial(pair, outcome, **how)
