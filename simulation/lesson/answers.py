"""What the model answers: in which worlds each option holds, what that says of the lesson, which world is typical."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.intervals import wilson
from simulation.analysis.pairs import sign_test
from simulation.engine.ensemble import Runs
from simulation.lesson.form import Chapter, Condition, Option
from simulation.model.outcomes import BY_OUTCOME

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
Agreement = Literal["agrees", "divided", "disagrees", "silent"]

NOWHERE, SEVERAL = -1, -2
"""Instead of an option's place: a world in which none holds, or more than one."""


@dataclass(frozen=True)
class Answers:
    """The option that holds in each world: ``of`` has shape (worlds,), with :data:`NOWHERE` or :data:`SEVERAL`."""

    of: NDArray[np.int64]
    options: int

    @property
    def worlds(self) -> int:
        """In how many worlds it was looked."""
        return len(self.of)

    @property
    def counts(self) -> tuple[int, ...]:
        """In how many worlds each option holds, and it alone."""
        return tuple(int((self.of == option).sum()) for option in range(self.options))

    @property
    def unclear(self) -> tuple[int, int]:
        """In how many worlds none holds, and in how many more than one."""
        return int((self.of == NOWHERE).sum()), int((self.of == SEVERAL).sum())

    @property
    def order(self) -> tuple[int, ...]:
        """The options that hold anywhere, the most frequent first; the earlier option first among equals."""
        counts = self.counts
        return tuple(
            sorted((option for option, n in enumerate(counts) if n), key=lambda option: (-counts[option], option))
        )

    @property
    def divided(self) -> bool:
        """Whether it is not sure which of the two most frequent options is the more frequent (sign test, 5 %)."""
        most = [self.counts[option] for option in self.order[:2]]
        return len(most) == 2 and sign_test(most[0], most[1]) >= 0.05


def answers_of(chapter: Chapter, runs: Runs) -> Answers:
    """Which option of a chapter holds in each world of some runs of :attr:`.Chapter.scenarios`."""
    return chosen(np.array([holds(option, runs) for option in chapter.options]), _otherwise(chapter))


def _otherwise(chapter: Chapter) -> int | None:
    """The place of the option that holds where no other does."""
    return next((index for index, option in enumerate(chapter.options) if not option.when), None)


def chosen(truths: Truths, otherwise: int | None) -> Answers:
    """The option that holds in each world, given where each does (shape (options, worlds)).

    >>> chosen(np.array([[True, False, True], [False, False, True]]), None).of.tolist()
    [0, -1, -2]
    """
    truths = truths.copy()
    if otherwise is not None:
        truths[otherwise] = False
        truths[otherwise] = ~truths.any(axis=0)
    holding = truths.sum(axis=0)
    option = np.where(holding == 1, truths.argmax(axis=0), np.where(holding == 0, NOWHERE, SEVERAL))
    return Answers(option.astype(np.int64), len(truths))


def holds(option: Option, runs: Runs) -> Truths:
    """In which worlds all conditions of an option hold: shape (worlds,)."""
    truths = np.ones(len(runs.worlds), dtype=np.bool_)
    for condition in option.when:
        truths &= met(condition, runs)
    return truths


def met(condition: Condition, runs: Runs) -> Truths:
    """In which worlds a condition holds: shape (worlds,). What is undefined in a world does not hold there."""
    values = _values(condition, runs, condition.of, condition.week)
    if condition.minus is not None:
        minus = condition.minus
        values = values - _values(condition, runs, minus.of or condition.of, minus.week or condition.week)
    if condition.happens is not None:
        happened: Truths = np.isfinite(values) & ((values <= runs.study.horizon) == condition.happens)
        return happened
    if condition.equals is not None:
        return np.isclose(values, condition.equals, rtol=0.0, atol=1e-9)
    low = -np.inf if condition.at_least is None else condition.at_least
    high = np.inf if condition.below is None else condition.below
    inside: Truths = (values >= low) & (values < high)
    return inside


def _values(condition: Condition, runs: Runs, scenario: str, week: int | None) -> Floats:
    """The outcome, or the state in a week, in every world: shape (worlds,)."""
    if condition.state is not None and week is not None:
        return runs.weeks(scenario, condition.state)[:, week - 1].astype(float)
    return runs.of(scenario, str(condition.outcome))


@dataclass(frozen=True)
class Places:
    """The places that a scenario takes among all, the first being 1: ``first`` and ``last`` of those it shares.

    Both have shape (worlds,); ``of`` is how many scenarios there are.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    of: int

    @property
    def worlds(self) -> int:
        """In how many worlds it was looked."""
        return len(self.first)

    @property
    def alike(self) -> int:
        """In how many worlds all share all places, so that nothing tells them apart."""
        return int(self._alike.sum())

    @property
    def _alike(self) -> NDArray[np.bool_]:
        """Whether all share all places: shape (worlds,)."""
        shared: NDArray[np.bool_] = (self.first == 1) & (self.last == self.of)
        return shared

    @property
    def _apart(self) -> NDArray[np.bool_]:
        """The worlds in which a place says something: not those in which all are alike, unless they are in all."""
        alike = self._alike
        return np.ones_like(alike) if alike.all() else ~alike

    @property
    def counts(self) -> tuple[int, ...]:
        """In how many worlds it takes or shares each place; a world in which places are shared counts for each, and
        one in which all are alike for none, unless there are no others."""
        first, last = self.first[self._apart], self.last[self._apart]
        return tuple(int(((first <= n) & (n <= last)).sum()) for n in range(1, self.of + 1))

    @property
    def usual(self) -> tuple[int, int]:
        """The first and the last place that it most often takes together, where a place says something; the earlier
        ones among equals."""
        places = np.stack([self.first, self.last])[:, self._apart]
        pairs, counts = np.unique(places, axis=1, return_counts=True)
        first, last = pairs[:, int(counts.argmax())]
        return int(first), int(last)

    @property
    def often(self) -> int:
        """In how many worlds it takes just those."""
        first, last = self.usual
        return int(((self.first == first) & (self.last == last)).sum())


def places_of(runs: Runs, scenario: str) -> Places:
    """The places of a scenario among all by lasting adoption, in every world.

    Who lasts longer by less than the smallest difference that matters shares the place.

    >>> from simulation import case, run_worlds
    >>> runs = run_worlds(case().select(("it-only", "full")), worlds=20, mode="defaults")
    >>> places_of(runs, "full").usual, places_of(runs, "it-only").counts
    ((1, 1), (0, 20))
    """
    own = runs.of(scenario, "lasting_adoption")
    margin = BY_OUTCOME["lasting_adoption"].margin + 1e-9
    gaps = np.stack([runs.of(name, "lasting_adoption") - own for name in runs.study.names])
    better, worse = (gaps > margin).sum(axis=0), (gaps < -margin).sum(axis=0)
    return Places((better + 1).astype(np.int64), (len(gaps) - worse).astype(np.int64), len(gaps))


def twins_of(runs: Runs, scenario: str) -> tuple[str, ...]:
    """The other scenarios that last as long as this one in every world."""
    own = runs.of(scenario, "lasting_adoption")
    others = [name for name in runs.study.names if name != scenario]
    return tuple(name for name in others if bool((np.abs(runs.of(name, "lasting_adoption") - own) <= 1e-9).all()))


def agreement(chapter: Chapter, answers: Answers) -> Agreement:
    """Whether the model shows what the lesson claims: in surely more than half of the worlds, surely fewer, or neither.

    Wilson's 95 % interval decides; a chapter that claims nothing is silent.
    """
    claimed = [index for index, option in enumerate(chapter.options) if option.lesson]
    if not claimed:
        return "silent"
    share = wilson(sum(answers.counts[index] for index in claimed), answers.worlds)
    return "agrees" if share.low > 0.5 else "disagrees" if share.high < 0.5 else "divided"


def worlds_told(answers: Answers, paths: Floats) -> list[int]:
    """Worlds to show, the one to begin with first; ``paths`` is what is followed, shape (scenarios, worlds, weeks).

    First a typical world of the most frequent option, then one of each further option that occurs, then all others by
    how typical they are. Typical is who lies nearest to the median path of its option, in mean square over weeks.

    >>> paths = np.array([[[0.0], [0.1], [0.2], [0.9]]])
    >>> worlds_told(Answers(np.array([0, 0, 0, 1]), 2), paths)
    [1, 3, 0, 2]
    """
    order: list[int] = []
    later: list[tuple[float, int]] = []
    for option in answers.order:
        inside = np.flatnonzero(answers.of == option)
        off = distances(paths[:, inside])
        order.append(int(inside[off.argmin()]))
        later += [(float(far), int(world)) for far, world in zip(off, inside, strict=True) if world != order[-1]]
    unclear = [int(world) for world in np.flatnonzero(answers.of < 0)]
    return [*order, *(world for _, world in sorted(later)), *unclear]


def distances(paths: Floats) -> Floats:
    """How far each world is from the median path: mean square, shape (worlds,)."""
    off: Floats = ((paths - np.median(paths, axis=1, keepdims=True)) ** 2).mean(axis=(0, 2))
    return off


def weeks_asked(chapter: Chapter) -> tuple[int, ...]:
    """The weeks at which a question looks, as far as it looks at single weeks."""
    weeks: set[int] = set()
    for condition in (condition for option in chapter.options for condition in option.when):
        weeks |= {week for week in (condition.week, condition.minus.week if condition.minus else None) if week}
        if condition.outcome and condition.outcome.endswith("_104") and condition.outcome in BY_OUTCOME:
            weeks.add(104)
    return tuple(sorted(weeks))
