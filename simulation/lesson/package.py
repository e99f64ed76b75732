"""What a room's package costs, measure by measure, and which smaller packages do as well.

Costs and effects come from runs over the lesson's worlds: what a measure costs is what the project costs with it alone,
less what it costs with none, in euros over the whole run, hours of one's own people included. A smaller package does as
well if what lasts is lower by no more than the smallest difference that matters, on average over the worlds.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulation.engine.points import run_rows
from simulation.lesson.form import Package
from simulation.lesson.room import OWN
from simulation.model.outcomes import BY_OUTCOME, COLUMN
from simulation.study.measures import MEASURES
from simulation.study.scenario import Scenario, Study
from simulation.text.i18n import LANGUAGES, say

Measures = frozenset[str]
Progress = Callable[[int, int], None]
EVERY = 6
"""Of up to so many measures every combination is run: 64 of them take a second or two for 200 worlds on one core."""
EFFECT = "lasting_adoption"
LEAST = BY_OUTCOME[EFFECT].margin
MARGIN = BY_OUTCOME["cost"].margin


@dataclass(frozen=True, slots=True)
class Sum:
    """What a package comes to on average over the worlds: its ``cost`` in euros above that of no measures, and the
    share of the work that is done the new way in the end, ``lasts``."""

    cost: float
    lasts: float


@dataclass(frozen=True)
class Bill:
    """What packages of some ``measures`` come to, by the measures that they have."""

    measures: tuple[str, ...]
    sums: Mapping[Measures, Sum]

    def cost(self, *chosen: str) -> float:
        """What a package costs above none, in euros."""
        return self.sums[frozenset(chosen)].cost

    def smaller(self, chosen: tuple[str, ...]) -> tuple[Measures, ...]:
        """The packages within this one that do as well and are cheaper by enough to matter, the cheapest first.

        None where hardly anything lasts: whatever is left out, nothing gets worse.
        """
        whole = self.sums[frozenset(chosen)]
        if whole.lasts <= LEAST:
            return ()
        inside = [
            package
            for package, summed in self.sums.items()
            if package < frozenset(chosen)
            and whole.lasts - summed.lasts <= LEAST
            and whole.cost - summed.cost >= MARGIN
        ]
        return tuple(sorted(inside, key=lambda package: (self.sums[package].cost, sorted(package))))


def combinations(offered: tuple[str, ...], chosen: tuple[str, ...] | None = None) -> tuple[Measures, ...]:
    """The packages that must be run: none, and each measure alone; for what is ``chosen`` also all of what is offered
    if that is not too much, or else those within what is chosen, of many those that lack one or two.

    >>> len(combinations(("a", "b"))), len(combinations(("a", "b", "c"), ("a",)))
    (3, 8)
    >>> len(combinations(tuple("abcdefghi"), tuple("abcdefgh")))
    47
    """
    alone = (frozenset(), *(frozenset({name}) for name in offered))
    if chosen is None:
        return alone
    if len(offered) <= EVERY:
        return _within(offered, 0)
    kept = tuple(name for name in offered if name in chosen)
    fewest = 0 if len(kept) <= EVERY else len(kept) - 2
    return tuple(dict.fromkeys((*alone, *_within(kept, fewest))))


def _within(measures: tuple[str, ...], fewest: int) -> tuple[Measures, ...]:
    """All combinations of at least so many measures."""
    sizes = range(fewest, len(measures) + 1)
    return tuple(frozenset(part) for size in sizes for part in itertools.combinations(measures, size))


def bill_of(
    study: Study,
    offered: tuple[str, ...],
    packages: Sequence[Measures],
    worlds: int,
    seed: int,
    progress: Progress | None = None,
    threads: int = 1,
) -> Bill:
    """Run packages of what is offered, none among them; the last scenario of ``study`` has all of it.

    ``progress`` is called with (runs done, runs in all); what it raises ends the work. Raises
    :class:`~simulation.study.errors.InputRefused` for a package that no file could say.
    """
    alone = replace(study, scenarios=study.scenarios[-1:])
    rows: list[dict[str, Any]] = [
        {f"measures.{name}": False for name in offered if name not in kept} for kept in packages
    ]
    columns = (COLUMN["cost"], COLUMN[EFFECT])
    found = run_rows(alone, rows, worlds, seed, "ranges", threads, columns, progress)[:, 0].mean(axis=1)
    none = float(found[list(packages).index(frozenset()), 0])
    sums = [Sum(float(cost) - none, float(lasts)) for cost, lasts in found]
    return Bill(offered, dict(zip(packages, sums, strict=True)))


def own_study(study: Study, package: Package, chosen: tuple[str, ...], against: tuple[str, ...] = ()) -> Study:
    """The scenarios that a room's package is held against (those that the chapter names, if not others are given), and
    the package itself, of a study as it stands.

    A measure is carried out as in the first scenario of the study that has it, so as its file describes it.

    >>> from simulation import case
    >>> package = Package(base="it-only", against=("it-only",), measures=("assign_roles",))
    >>> own_study(case(), package, ("assign_roles",)).scenarios[-1].measures.on
    ('assign_roles',)
    """
    kept = [name for name in MEASURES if name in chosen and name in package.measures]
    base = study.scenario(package.base)
    described = {name: _described(study, name) for name in kept}
    own = replace(
        base,
        name=OWN,
        title=base.title.model_copy(update=say_in_all("lesson.own_title")),
        extends=package.base,
        measures=base.measures.model_copy(update={name: how for name, how in described.items() if how is not None}),
    )
    listed = study.select(against or package.against)
    return replace(listed, scenarios=(*listed.scenarios, _with_defaults(listed, own, described)))


def say_in_all(key: str) -> dict[str, str]:
    """A sentence in every language."""
    return {language: say(key, language) for language in LANGUAGES}


def _described(study: Study, measure: str) -> object:
    """How the first scenario that has a measure carries it out; None if none has it."""
    return next((how for one in study.scenarios if (how := getattr(one.measures, measure)) is not None), None)


def _with_defaults(study: Study, own: Scenario, described: dict[str, object]) -> Scenario:
    """The scenario with those measures switched on too that no scenario describes."""
    left = {f"measures.{name}": True for name, how in described.items() if how is None}
    return replace(study, scenarios=(own,)).override(left).scenarios[0] if left else own
