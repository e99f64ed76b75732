"""Many worlds at once: scenarios × worlds in the compiled week, in one thread or several.

Whatever the number of threads and however worlds are split, the numbers are the same: a run depends only on its
scenario, its world, the seed and the mode. The Mesa model stays the definition and the judge; :func:`mesa_world` runs
it, for a check, or while the engine is still being compiled.
"""

import functools
import itertools
import os
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from simulation.engine.kernel import records, run
from simulation.engine.kernel.layout import Layout, hand_offs_of, lay_out, values_of_worlds
from simulation.engine.kernel.prepare import prepare
from simulation.model.outcomes import OUTCOMES, outcomes_of
from simulation.model.worlds import Mode, check_world, sobol_point
from simulation.study.errors import InputRefused, problem
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Study
from simulation.system.limits import spaced
from simulation.system.signals import raise_missed

if TYPE_CHECKING:
    import pandas

WEEKLY = ("adoption", "progress", "engagement", "business_engagement", "visibility")
"""What may be kept of each run week by week: means over the internal departments, or as the name says."""
MONEY = ("cost_so_far", "benefit_so_far")
"""What may be kept besides: all that was paid and that use of the new way brought, by the end of the week (€)."""

MOST_WORLDS = 1_000_000

Progress = Callable[[int, int], None]
Chunk = tuple[NDArray[np.float64], NDArray[np.float32]]

BATCH = 1200
"""About how many departments a thread takes at a time: some 10 ms of work, so that it can report and be stopped."""
MOST_DRAWS = 4_000_000
"""Above so many draws the scenarios of a world do not share them in memory; they are drawn week by week instead."""


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of scenarios over the same worlds: world *r* has the same luck in every scenario.

    ``outcomes`` has shape (scenarios, worlds, outcomes), in the order of ``study.scenarios``, ``worlds`` and
    :data:`~simulation.model.outcomes.OUTCOMES`, each in its outcome's unit. An undefined outcome is nan; a censored
    one, such as a go-live that never came, is the horizon + 1.

    ``weekly`` has shape (scenarios, worlds, weeks, :data:`WEEKLY`) and holds shares in [0, 1] at the end of each week;
    it has no weeks unless :func:`run_worlds` was called with ``weekly``, and :data:`MONEY` after them with ``money``.
    """

    study: Study
    worlds: tuple[int, ...]
    seed: int
    mode: Mode
    outcomes: NDArray[np.float64]
    weekly: NDArray[np.float32]

    by_column: ClassVar[bool] = False
    """Whether an outcome is best looked at in all scenarios at once, since it is read for all of them."""

    def of(self, scenario: str, outcome: str) -> NDArray[np.float64]:
        """An outcome of a scenario in every world, in the outcome's unit: shape (worlds,).

        Raises ``ValueError`` for a scenario or an outcome that is not there.
        """
        column = [entry.name for entry in OUTCOMES].index(outcome)
        values: NDArray[np.float64] = self.outcomes[self.study.names.index(scenario), :, column]
        return values

    def row(self, scenario: str) -> NDArray[np.float64]:
        """All outcomes of a scenario in every world: shape (worlds, outcomes).

        Raises ``ValueError`` for a scenario that is not there.
        """
        values: NDArray[np.float64] = self.outcomes[self.study.names.index(scenario)]
        return values

    def weeks(self, scenario: str, state: str) -> NDArray[np.float32]:
        """One of :data:`WEEKLY` of a scenario in every world, at the end of each week, or of :data:`MONEY`.

        Shape (worlds, weeks). None are there unless kept. Raises ``ValueError`` for a scenario or a state that
        is not there.
        """
        values: NDArray[np.float32] = self.weekly[
            self.study.names.index(scenario), :, :, (*WEEKLY, *MONEY).index(state)
        ]
        return values

    def to_pandas(self) -> "pandas.DataFrame":
        """A line a scenario and world, with every outcome by its name: a data frame, as the Parquet file has it.

        An undefined outcome is nan. One that did not come within the horizon is the horizon + 1, so that worlds can be
        ordered by it, and 1 in a column of its own, ``<outcome>_censored`` (else 0): its mean is no week.

        >>> from simulation import case
        >>> runs = run_worlds(case().select(("it-only", "full")), worlds=3)
        >>> runs.to_pandas().groupby("scenario")["progress_104"].mean().idxmax()
        'full'
        """
        import pandas  # noqa: PLC0415 - takes half a second that a comparison does without

        names, worlds = self.study.names, self.worlds
        frame = pandas.DataFrame(self.outcomes.reshape(-1, len(OUTCOMES)), columns=[one.name for one in OUTCOMES])
        frame.insert(0, "scenario", [name for name in names for _ in worlds])
        frame.insert(1, "world", [world for _ in names for world in worlds])
        return with_censored(frame, self.study.horizon)


def with_censored(frame: "pandas.DataFrame", horizon: int) -> "pandas.DataFrame":
    """A frame of outcomes with a column more for each that may not come within the horizon: 1 where it does not."""
    for outcome in OUTCOMES:
        if outcome.censored and outcome.name in frame:
            frame[f"{outcome.name}_censored"] = (frame[outcome.name] > horizon).astype(int)  # differences stay numbers
    return frame


def run_worlds(
    study: Study,
    worlds: int = 100,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    progress: Progress | None = None,
    weekly: bool = False,
    money: bool = False,
) -> Runs:
    """Run every scenario of a study in worlds 0 … ``worlds`` − 1.

    With ``mode`` "ranges" each world draws all parameters from their ranges, by a Sobol sequence (1967) that ``seed``
    scrambles; with "defaults" they stay as they are and only luck differs. Luck is keyed by seed, world, week and
    department (Philox; Salmon et al. 2011), so that a run is the same to the last bit whatever else runs beside it and
    in however many ``threads``. ``weekly`` keeps :data:`WEEKLY` of every run as well,
    and with ``money`` :data:`MONEY`.

    ``progress`` is called with (runs done, runs in all) after each batch; what it raises ends the work.

    Raises :class:`~simulation.study.errors.InputRefused` for a number of worlds, a seed or a mode that cannot be, or if
    Numba was told not to compile.

    >>> from simulation import case
    >>> runs = run_worlds(case().select(("it-only", "roles")), worlds=3)
    >>> runs.outcomes.shape, bool((runs.of("roles", "progress_104") > runs.of("it-only", "progress_104")).all())
    ((2, 3, 28), True)
    """
    check_world(0, -1 if seed is None else seed, mode)
    check_worlds(worlds)
    shape = (len(study.scenarios), 0)
    states = len(WEEKLY) + (len(MONEY) if money else 0)
    none = np.empty((*shape, study.horizon if weekly else 0, states), dtype=np.float32)
    return extend_runs(Runs(study, (), seed, mode, np.empty((*shape, len(OUTCOMES))), none), worlds, threads, progress)


def check_worlds(worlds: int) -> None:
    """Refuse a number of worlds that cannot be."""
    if isinstance(worlds, bool) or not isinstance(worlds, int | np.integer) or not 1 <= worlds <= MOST_WORLDS:
        raise InputRefused([problem("worlds_out_of_range", given=repr(worlds), most=spaced(MOST_WORLDS))])


def extend_runs(runs: Runs, worlds: int, threads: int = 1, progress: Progress | None = None) -> Runs:
    """The same runs with worlds added up to ``worlds`` in all; those that are there stay as they are.

    With none to add, ``runs`` itself is returned. ``progress`` is called with (runs done, runs in all), the earlier
    ones included. Raises :class:`~simulation.study.errors.InputRefused` for a number of worlds that cannot be.

    >>> from simulation import case
    >>> few = run_worlds(case().select(("it-only", "roles")), worlds=1)
    >>> more = extend_runs(few, 2)
    >>> bool((more.of("roles", "cost")[:1] == few.of("roles", "cost")).all())
    True
    """
    check_worlds(worlds)
    before = len(runs.worlds)
    if worlds <= before:
        return runs
    scenarios, weeks = len(runs.study.scenarios), runs.weekly.shape[2]
    outcomes = np.empty((scenarios, worlds, len(OUTCOMES)))
    weekly = np.empty((scenarios, worlds, weeks, runs.weekly.shape[3]), dtype=np.float32)
    outcomes[:, :before], weekly[:, :before] = runs.outcomes, runs.weekly
    batches = Batches(runs.study, runs.seed, runs.mode)
    done = before
    with closing(batches.run(before, outcomes[:, before:], weekly[:, before:], threads)) as sizes:
        for size in sizes:
            done += size
            if progress:
                progress(scenarios * done, scenarios * worlds)
    return Runs(runs.study, tuple(range(worlds)), runs.seed, runs.mode, outcomes, weekly)


def run_world(study: Study, world: int, seed: int, mode: Mode) -> Chunk:
    """Every scenario in one world: outcomes (scenarios, outcomes) and weekly states (scenarios, weeks, states)."""
    outcomes = np.empty((len(study.scenarios), 1, len(OUTCOMES)))
    weekly = np.empty((len(study.scenarios), 1, study.horizon, len(WEEKLY)), dtype=np.float32)
    for _ in Batches(study, seed, mode).run(world, outcomes, weekly, 1):
        pass
    return outcomes[:, 0], weekly[:, 0]


def trace_world(
    study: Study, world: int, seed: int, mode: Mode = "ranges"
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]:
    """All states of a study's last scenario in one world, week by week.

    Returns records of :data:`~simulation.engine.kernel.records.STATE`, shape (weeks, departments), and of
    :data:`~simulation.engine.kernel.records.ORGANISATION`, shape (weeks,), as they are at the end of each week; and how
    far each hand-off is settled then (0 to 1), shape (weeks, ties), in the order of the organisation's interdependence.

    >>> from simulation import case
    >>> departments, organisation, settled = trace_world(case().select(("full",)), world=3, seed=1)
    >>> departments.shape, bool(organisation["mean_progress"][-1] > 0.5), settled.shape
    ((156, 9), True, (156, 23))
    """
    batches = Batches(study, seed, mode)
    count = int(batches.arrays.scenarios[-1]["count"])
    trace = records.trace_for(batches.arrays, study.horizon)
    outcomes = np.empty((len(study.scenarios), 1, len(OUTCOMES)))
    batches.batch(world, outcomes, np.empty((len(outcomes), 1, 0, len(WEEKLY)), np.float32), trace)
    settled = trace.settled.reshape(study.horizon, -1)[:, hand_offs_of(study.scenarios[-1].organisation)]
    return records.states_of(trace.states, count), trace.organisation, settled


def mesa_world(study: Study, world: int, seed: int, mode: Mode) -> Chunk:
    """What :func:`run_world` returns, by the Mesa model, some two hundred times slower."""
    from simulation.model.organisation import OrganisationModel  # noqa: PLC0415 - Mesa takes long to import, and few need it

    rows = []
    weekly = np.empty((len(study.scenarios), study.horizon, len(WEEKLY)), dtype=np.float32)
    for row, scenario in enumerate(study.scenarios):
        model = OrganisationModel(scenario, world, seed, parameters=mode, collect=False)
        while model.running:
            model.step()
        rows.append(list(outcomes_of(model.ledger).values()))
        for column, state in enumerate(WEEKLY):
            weekly[row, :, column] = getattr(model.ledger, state)
    return np.array(rows), weekly


class Batches:
    """A study laid out, run a few worlds at a time."""

    def __init__(self, study: Study, seed: int, mode: Mode, layout: Layout | None = None) -> None:
        self.seed, self.mode = seed, mode
        self.layout = layout or _laid_out(study)
        self.arrays = records.arrays_of(self.layout)
        self.departments = int(self.layout.scenarios["count"].max())
        shared = len(study.scenarios) > 1 and study.horizon * self.departments * 8 <= MOST_DRAWS
        self.weeks_drawn = study.horizon + 1 if shared else 1
        self.size = max(1, BATCH // int(self.layout.scenarios["count"].sum()))

    def run(
        self, first: int, outcomes: NDArray[np.float64], weekly: NDArray[np.float32], threads: int
    ) -> Generator[int, None, None]:
        """Fill ``outcomes`` (scenarios, worlds, …) and ``weekly`` from world ``first`` on; yield each batch's size."""
        warm()
        parts = [slice(start, start + self.size) for start in range(0, outcomes.shape[1], self.size)]

        def run_part(part: slice) -> int:
            return self.batch(first + part.start, outcomes[:, part], weekly[:, part])

        threads = min(threads, len(parts))
        for count in map(run_part, parts) if threads <= 1 else _in_threads(run_part, parts, threads):
            raise_missed()
            yield count

    def batch(
        self,
        first: int,
        outcomes: NDArray[np.float64],
        weekly: NDArray[np.float32],
        trace: records.Trace | None = None,
    ) -> int:
        """Run the worlds from ``first`` on for which there is room; returns how many."""
        worlds: int = outcomes.shape[1]
        # Compiled code knows the layout of what it is given: rows of its own, one after another.
        rows, weeks = np.empty(outcomes.shape), np.empty(weekly.shape, np.float32)
        points = np.zeros((worlds, len(PARAMETERS)))  # parameters at their defaults need none
        if self.mode == "ranges":
            points[:] = [sobol_point(self.seed, first + offset) for offset in range(worlds)]
        run.run_batch(
            self.arrays,
            records.room_for_runs(self.arrays, self.departments),
            values_of_worlds(self.layout, points, self.mode == "defaults"),
            np.uint64(first),
            np.uint64(self.seed),
            *records.room_for_luck(self.weeks_drawn, self.departments),
            rows,
            weeks,
            trace or records.no_trace(),
        )
        outcomes[...], weekly[...] = rows, weeks
        return worlds


HEEDED_EVERY = 1.0
"""Seconds until a signal is heeded at the latest, if what it raised was swallowed, by an import for example."""


def _in_threads(do: Callable[[slice], int], parts: list[slice], threads: int) -> Iterator[int]:
    """Do all parts, a few at a time, and yield each result as it comes; closing the generator stops the work."""
    waiting, ahead = iter(parts), 2 * threads
    pool = ThreadPoolExecutor(threads)
    try:
        going: set[Future[int]] = {pool.submit(do, part) for part in itertools.islice(waiting, ahead)}
        while going:
            done, going = wait(going, timeout=HEEDED_EVERY, return_when=FIRST_COMPLETED)
            raise_missed()
            going |= {pool.submit(do, part) for part in itertools.islice(waiting, len(done))}
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@functools.lru_cache(maxsize=32)
def _laid_out(study: Study) -> Layout:
    """A study in arrays, which are only read: laid out once, however many calls run its worlds."""
    return lay_out(study)


@functools.cache
def warm() -> None:
    """Load the engine, compiled before or now."""
    prepare()


if __name__ == "__main__":
    if hasattr(os, "nice"):
        os.nice(10)  # let those go first who wait for an answer
    warm()
