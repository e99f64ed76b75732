"""Experiments: a study run at many points, each of them a set of changes, in the compiled engine.

A point changes parameters, traits of departments and settings of measures, by the paths of
:meth:`~simulation.study.scenario.Study.override`; a run at a point is to the last bit what the overridden study gives.
Points that change parameters alone share all that is laid out.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulation.engine.ensemble import Batches, Progress, check_worlds, with_censored
from simulation.engine.kernel.layout import lay_out
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES
from simulation.model.worlds import Mode, check_world
from simulation.study.build.validation import short
from simulation.study.build.variation import Changes, vary
from simulation.study.errors import InputRefused, Problem, abridged, problem, shown, unknown
from simulation.study.parameters import BY_NAME
from simulation.study.places import Row
from simulation.study.scenario import Given, Scenario, Study
from simulation.system.limits import spaced

if TYPE_CHECKING:
    import pandas

MOST_RESULTS = 10_000_000
"""Points × scenarios × worlds at most: with all outcomes about 2 GB."""
DEPARTMENTS_AT_ONCE = 4_000
"""About so many departments, over the scenarios of all points that are laid out together."""
SOURCE = "an experiment"
"""The source of a parameter that a point gives."""


def run_points(
    study: Study,
    points: "pandas.DataFrame | Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]",
    worlds: int = 100,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    outcomes: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> "pandas.DataFrame":
    """Run every scenario of a study at many points, over the same worlds 0 … ``worlds`` − 1 at each.

    ``points`` has a row an experiment and a column for each thing that is changed: a parameter by its name (``t``), or
    a path (``organisation.departments.Sales.capacity``, ``measures.external_partner.hours``, or
    ``measures.name_the_elephant`` with True or False), as :meth:`~simulation.study.scenario.Study.override` takes them;
    what has no column stays as the study has it. A parameter is the same in all worlds of its row; those that no column
    names are drawn in each world, or with ``mode`` "defaults" stay at their defaults.

    Returns a data frame with a row for each point, scenario and world, in this order: ``point`` (the row's label in
    ``points``), ``scenario``, ``world``, and the outcomes, each in its unit, as
    :meth:`~simulation.engine.ensemble.Runs.to_pandas` has them; ``outcomes`` names those that are wanted. The setting
    of a measure that is off in a row has no effect there, and is not looked at.
    ``progress`` is called with (runs done, runs in all); what it raises ends the work. Raises
    :class:`~simulation.study.errors.InputRefused`, with row and column, for what cannot be.

    >>> from simulation import case
    >>> study = case().select(("it-only", "full"))
    >>> frame = run_points(study, {"t": [0.6, 1.2], "measures.external_partner.hours": [8, 40]}, worlds=4)
    >>> frame.groupby(["point", "scenario"])["progress_104"].mean().unstack().idxmax().to_dict()
    {'full': 1, 'it-only': 0}
    """
    import pandas  # noqa: PLC0415 - takes half a second that a comparison does without

    table = points if isinstance(points, pandas.DataFrame) else _table(points)
    columns = _columns_of(outcomes)
    rows = _rows(table, len(study.scenarios), worlds)
    labels = [_plain(label) for label in table.index]
    values = run_rows(study, rows, worlds, seed, mode, threads, columns, progress, labels)
    names = study.names
    each = len(names) * worlds
    frame = pandas.DataFrame(values.reshape(-1, len(columns)), columns=[OUTCOMES[column].name for column in columns])
    frame.insert(0, "point", table.index.repeat(each))
    frame.insert(1, "scenario", [name for name in names for _ in range(worlds)] * len(rows))
    frame.insert(2, "world", np.tile(np.arange(worlds), len(names) * len(rows)))
    return with_censored(frame, study.horizon)


def run_rows(
    study: Study,
    rows: Sequence[Changes],
    worlds: int,
    seed: int = 1,
    mode: Mode = "ranges",
    threads: int = 1,
    columns: Sequence[int] | None = None,
    progress: Progress | None = None,
    labels: Sequence[object] | None = None,
    first: int = 0,
) -> NDArray[np.float64]:
    """The outcomes of every scenario at every point: shape (points, scenarios, worlds, outcomes).

    ``rows`` are the points' changes; ``columns`` the places, among all outcomes, of those that are wanted; ``labels``
    what a reader calls the rows; ``first`` is the world to begin with. The rest, and the errors, as for
    :func:`run_points`.
    """
    check_worlds(worlds)
    check_world(first + worlds - 1, -1 if seed is None else seed, mode)
    columns = range(len(OUTCOMES)) if columns is None else columns
    results = np.empty((len(rows), len(study.scenarios), worlds, len(columns)))
    done, total = 0, len(rows) * len(study.scenarios) * worlds

    def tell(runs: int) -> None:
        if progress:
            progress(done + runs, total)

    for start, points in _parts(study, rows, labels):
        part = results[start : start + len(points)]
        outcomes = np.empty((len(points) * len(study.scenarios), worlds, len(OUTCOMES)))
        _run(replace(study, scenarios=tuple(_numbered(points))), first, outcomes, seed, mode, threads, tell)
        part[...] = outcomes.reshape(len(points), -1, worlds, len(OUTCOMES))[..., list(columns)]
        done += len(outcomes) * worlds
    return results


def check_rows(study: Study, rows: Sequence[Changes]) -> None:
    """Refuse changes that :func:`run_rows` would refuse, without running anything; raises as that does."""
    _Split(rows, None).structure(study)


def _run(
    study: Study,
    first: int,
    outcomes: NDArray[np.float64],
    seed: int,
    mode: Mode,
    threads: int,
    tell: Callable[[int], None],
) -> None:
    """Fill the outcomes of all scenarios of many points from a world on: shape (scenarios, worlds, outcomes)."""
    weekly = np.empty((*outcomes.shape[:2], 0, 0), np.float32)
    done = 0
    for size in Batches(study, seed, mode, lay_out(study)).run(first, outcomes, weekly, threads):
        done += size
        tell(done * len(outcomes))


def _numbered(points: Sequence[Sequence[Scenario]]) -> Iterator[Scenario]:
    """The scenarios of some points, one after the other."""
    for scenarios in points:
        yield from scenarios


def _parts(
    study: Study, rows: Sequence[Changes], labels: Sequence[object] | None
) -> Iterator[tuple[int, list[tuple[Scenario, ...]]]]:
    """The scenarios of some rows at a time, and where those begin; all rows are checked before the first is run."""
    split = _Split(rows, labels)
    departments = sum(len(scenario.organisation.departments) for scenario in study.scenarios)
    size = max(1, DEPARTMENTS_AT_ONCE // departments)
    structure = split.structure(study)
    for start in range(0, len(rows), size):
        part = range(start, min(start + size, len(rows)))
        yield start, [split.with_parameters(structure(row), row) for row in part]


@dataclass
class _Split:
    """Rows of changes, parted into parameters, which are only numbers, and all that is built again."""

    rows: Sequence[Changes]
    labels: Sequence[object] | None

    def __post_init__(self) -> None:
        texts = dict.fromkeys(text for row in self.rows for text in row)
        self.parameters = {text: name for text in texts if (name := _parameter(text))}
        self._check()

    def _check(self) -> None:
        """Refuse a parameter that two columns give, and every number that a parameter cannot be."""
        problems: list[Problem] = []
        names = list(self.parameters.values())
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            problems.append(problem("column_twice", given=name))
        for position, row in enumerate(self.rows):
            for text in self.parameters.keys() & row.keys():
                wrong = _wrong(row[text], self.parameters[text])
                if wrong:
                    problems.append(replace(wrong, path=str(text), place=self._place(position)))
        if problems:
            raise InputRefused(abridged(problems))

    def _place(self, position: int) -> Row | None:
        """Where a row stands for whoever gave it."""
        return None if self.labels is None else Row(position, str(self.labels[position]))

    def structure(self, study: Study) -> Callable[[int], tuple[Scenario, ...]]:
        """A function from a row to the study's scenarios as its traits and settings make them."""
        others = [{text: value for text, value in row.items() if text not in self.parameters} for row in self.rows]
        if not any(others):
            return lambda row: study.scenarios
        made = vary(study, others, self.labels)
        return lambda row: made[row]

    def with_parameters(self, scenarios: tuple[Scenario, ...], row: int) -> tuple[Scenario, ...]:
        """The same scenarios with the parameters of a row."""
        given = {
            name: Given(name, float(value), float(value), float(value), SOURCE)
            for text, name in self.parameters.items()
            if (value := self.rows[row].get(text)) is not None
        }
        if not given:
            return scenarios
        return tuple(
            replace(scenario, parameters=tuple({**{one.name: one for one in scenario.parameters}, **given}.values()))
            for scenario in scenarios
        )


def _parameter(text: object) -> str | None:
    """The parameter that a column gives the value of, if it gives that of one."""
    name = text.removeprefix("parameters.") if isinstance(text, str) else ""
    return name if name in BY_NAME else None


def _wrong(value: object, name: str) -> Problem | None:
    """What is wrong with a value of a parameter, if anything is."""
    about = BY_NAME[name]
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return problem("not_a_number", given=shown(_plain(value)))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        return problem("not_finite", given=shown(number))
    if not about.least <= number <= about.most:
        return problem("parameter_bounds", given=short(number), legal=f"{short(about.least)} … {short(about.most)}")
    return None


def _rows(table: "pandas.DataFrame", scenarios: int, worlds: int) -> list[dict[str, Any]]:
    """The rows of a table as changes; raises for a table without rows, a column that comes twice, or too many runs."""
    check_worlds(worlds)
    if not len(table) or not len(table.columns):
        raise InputRefused([problem("no_points")])
    again = table.index[table.index.duplicated()]
    if len(again):
        raise InputRefused([problem("labels_twice", given=shown(_plain(again[0])))])
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise InputRefused([problem("column_twice", given=str(twice[0]))])
    results = len(table) * scenarios * worlds
    if results > MOST_RESULTS:
        raise InputRefused([problem("too_many_points", given=spaced(results), most=spaced(MOST_RESULTS))])
    columns = {column: table[column].tolist() for column in table.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _table(points: Any) -> "pandas.DataFrame":
    """Points as a data frame; raises for what is no table."""
    import pandas  # noqa: PLC0415 - likewise

    try:
        return pandas.DataFrame(points)
    except (ValueError, TypeError) as error:
        raise InputRefused([problem("bad_points", given=shown(str(error)))]) from None


def _columns_of(outcomes: Sequence[str] | None) -> list[int]:
    """Where outcomes stand among all; raises for one that is not there."""
    names = [outcome.name for outcome in OUTCOMES]
    wanted = names if outcomes is None else [outcomes] if isinstance(outcomes, str | int) else list(outcomes)
    wanted = list(dict.fromkeys(wanted))
    strange = [name for name in wanted if name not in BY_OUTCOME]
    if strange or not wanted:
        raise InputRefused([unknown("unknown_outcome", name, names) for name in strange or [""]])
    return [names.index(name) for name in wanted]


def _plain(value: Any) -> Any:
    """A number of NumPy's as one of Python's."""
    return value.item() if isinstance(value, np.generic) else value
