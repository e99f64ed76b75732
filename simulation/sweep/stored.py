"""What a sweep has run, read as if it had just been run: a comparison and contributions take it like any other runs.

Only the columns that are asked for are read, and only the last few are kept, so that ten million runs are compared
in some hundred megabytes.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from simulation.engine.ensemble import Runs
from simulation.model.outcomes import OUTCOMES
from simulation.study.build.variation import vary
from simulation.study.errors import InputRefused, problem, shown
from simulation.study.scenario import Scenario
from simulation.sweep import dataset
from simulation.sweep import manifest as manifests
from simulation.sweep.manifest import Manifest
from simulation.sweep.storage import Place

MOST_BYTES = 330_000_000
"""Columns are kept up to so many bytes, and one in any case."""
MOST_LOOKED_AT = 5_000
"""Points among which a combination of measures is looked for."""
NAMES = tuple(outcome.name for outcome in OUTCOMES)


class StoredRuns(Runs):
    """Runs in the folder of a sweep, at one point: ``names`` are the scenarios, ``worlds`` how many of the first."""

    by_column = True

    def __init__(self, folder: Place, plan: Manifest, point: int, names: Sequence[str], worlds: int) -> None:
        self.folder, self.plan, self.point = folder, plan, point
        self._places = [plan.study.names.index(name) for name in names]
        self._columns: OrderedDict[str, NDArray[np.float64]] = OrderedDict()
        self._count = worlds
        study = plan.at(plan.design.row(point)).select(tuple(names))
        none = np.empty((len(names), worlds, 0, 0), np.float32)
        fields = {"study": study, "worlds": range(worlds), "seed": plan.seed, "mode": plan.mode, "weekly": none}
        for name, value in fields.items():
            object.__setattr__(self, name, value)  # a frozen class, made without the outcomes that it would hold

    def column(self, outcome: str) -> NDArray[np.float64]:
        """An outcome in every scenario and world: shape (scenarios, worlds).

        Raises :class:`~simulation.study.errors.InputRefused` for a chunk that is missing or damaged.
        """
        known = self._columns.pop(outcome, None)
        if known is None:
            known = dataset.columns_of(self.folder, self.plan, self.point, [outcome], self._places, self._count)[0]
        while self._columns and known.nbytes + sum(one.nbytes for one in self._columns.values()) > MOST_BYTES:
            self._columns.popitem(last=False)
        self._columns[outcome] = known
        return known

    @property
    def outcomes(self) -> NDArray[np.float64]:
        """All outcomes: shape (scenarios, worlds, outcomes); read anew each time."""
        found = dataset.columns_of(self.folder, self.plan, self.point, NAMES, self._places, self._count)
        return found.transpose(1, 2, 0)

    def of(self, scenario: str, outcome: str) -> NDArray[np.float64]:
        """As :meth:`~simulation.engine.ensemble.Runs.of`."""
        values: NDArray[np.float64] = self.column(NAMES[NAMES.index(outcome)])[self.study.names.index(scenario)]
        return values

    def row(self, scenario: str) -> NDArray[np.float64]:
        """As :meth:`~simulation.engine.ensemble.Runs.row`, for those who look at some of its columns."""
        return cast(NDArray[np.float64], _Row(self, self.study.names.index(scenario)))


class _Row:
    """The outcomes of a scenario, of which columns are read when they are looked at: ``row[:, column]``."""

    def __init__(self, runs: StoredRuns, place: int) -> None:
        self.runs, self.place = runs, place

    def __len__(self) -> int:
        return len(self.runs.worlds)

    def __getitem__(self, key: tuple[slice, int]) -> NDArray[np.float64]:
        worlds, column = key
        values: NDArray[np.float64] = self.runs.column(NAMES[column])[self.place][worlds]
        return values


def opened(folder: Place) -> Manifest:
    """The manifest of a sweep of which all chunks are there; raises InputRefused for any other folder."""
    plan = manifests.read(folder)
    dataset.check_complete(folder, plan)
    return plan


def point_of(folder: Place, plan: Manifest, point: int | None) -> int:
    """The point that is meant: the only one there is, or the one that is named; raises InputRefused for none."""
    points = plan.design.points
    if point is None and points > 1:
        raise InputRefused([problem("which_point", given=shown(str(folder), 200), most=points, last=points - 1)])
    if point is not None and point >= points:
        raise InputRefused([problem("no_point", given=point, last=points - 1)])
    return point or 0


def worlds_of(folder: Place, plan: Manifest, worlds: int | None) -> int:
    """How many worlds are asked for, of those there are; raises InputRefused for more."""
    if worlds is not None and worlds > plan.worlds:
        raise InputRefused([problem("worlds_beyond", given=shown(str(folder), 200), most=plan.worlds, worlds=worlds)])
    return worlds or plan.worlds


def finder(folder: Place, plan: Manifest, worlds: int) -> Callable[[Scenario, str], NDArray[np.float64] | None]:
    """A function that looks a scenario up by all that decides its outcomes, whatever it is called and at which point.

    It gives an outcome in the first ``worlds`` worlds, or None if the sweep has no such scenario.
    """
    places: dict[str, tuple[int, int]] = {}
    points = min(plan.design.points, MOST_LOOKED_AT)
    for point, scenarios in enumerate(vary(plan.study, plan.design.rows(0, points))):
        for place, scenario in enumerate(scenarios):
            places.setdefault(_key(scenario), (point, place))

    def found(scenario: Scenario, outcome: str) -> NDArray[np.float64] | None:
        at = places.get(_key(scenario))
        if at is None:
            return None
        values: NDArray[np.float64] = dataset.columns_of(folder, plan, at[0], [outcome], [at[1]], worlds)[0, 0]
        return values

    return found


def _key(scenario: Scenario) -> str:
    """All that decides a scenario's outcomes; where a parameter comes from does not."""
    data: dict[str, Any] = scenario.resolved()
    for given in data["parameters"].values():
        del given["source"]
    return json.dumps(data, sort_keys=True)
