"""Studies made of a study: the same scenarios with other numbers, checked as a file is.

A change is a path and a value, as :meth:`~simulation.study.scenario.Study.override` describes them. Each scenario that
it concerns is built again as one that extends itself, so that whatever a file could not say is refused here too, in the
same words.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from simulation.study.build.merge import build_scenarios
from simulation.study.errors import InputRefused, Problem, abridged, problem, shown, unknown
from simulation.study.measures import CLASS_OF, MEASURES
from simulation.study.parameters import BY_NAME
from simulation.study.paths import Path, next_key
from simulation.study.places import Place, Row
from simulation.study.remarks import remarks_on
from simulation.study.scenario import FORMAT, Scenario, Study
from simulation.system.limits import LIMITS
from simulation.text.characters import composed

CHANGEABLE = ("parameters", "organisation", "measures", "project", "scenarios")
"""What the path of a change may begin with."""
SPARSE = {"organisation": 1, "project": 1, "parameters": 1, "measures": 2}
"""How many levels of each part hold differences only; what lies deeper is replaced as a whole."""
_SPARSE_IN_DEPARTMENTS = 3
_BUILT_AT_ONCE = 100_000
"""About so many departments are built at once, with the scenarios of one build; see ``LIMITS.built``."""

Changes = Mapping[str, Any]


def override(study: Study, changes: Changes) -> Study:
    """A study with some of what it says changed; see :meth:`~simulation.study.scenario.Study.override`."""
    if not hasattr(changes, "items"):
        raise InputRefused([problem("bad_changes", given=shown(changes))])
    made = replace(study, scenarios=vary(study, [dict(changes.items())])[0], remarks=())
    return replace(made, remarks=tuple(islice(remarks_on(made), LIMITS.problems)))


def vary(study: Study, rows: Sequence[Changes], labels: Sequence[object] | None = None) -> list[tuple[Scenario, ...]]:
    """The scenarios of a study as each row of changes makes them, in the study's order.

    ``labels`` are what a reader calls the rows, to say where a mistake stands. Raises
    :class:`~simulation.study.errors.InputRefused` with the problems of all rows.

    >>> from simulation import case
    >>> study = case().select(("it-only", "full"))
    >>> rows = [{"measures.external_partner.hours": hours} for hours in (8, 16)]
    >>> [full.measures.external_partner.hours for _, full in vary(study, rows)]
    [8.0, 16.0]
    """
    table = _Table(study, rows, labels)
    columns = [table.scenario(scenario) for scenario in study.scenarios]
    table.check_use()
    if table.problems:
        raise InputRefused(abridged(table.problems))
    made = list(zip(*columns, strict=True))
    horizons = sorted({scenario.project.horizon for scenarios in made for scenario in scenarios})
    if len(horizons) > 1:
        raise InputRefused([problem("horizons_differ", "project.horizon", given=horizons[0], legal=horizons[-1])])
    return made


@dataclass(frozen=True)
class _Change:
    """One change, as given, and where it leads in the data of a scenario."""

    text: str
    path: Path
    value: Any


class _Table:
    """Rows of changes, applied to one scenario after the other."""

    def __init__(self, study: Study, rows: Sequence[Changes], labels: Sequence[object] | None) -> None:
        self.study, self.rows = study, rows
        self.labels = labels
        self.problems: list[Problem] = []
        self.texts = tuple(dict.fromkeys(text for row in rows for text in row))
        self.used: set[str] = set()
        for text in self.texts:
            self._check(text)

    def _place(self, position: int) -> Place | None:
        """Where a row stands for whoever gave it."""
        return None if self.labels is None else Row(position, str(self.labels[position]))

    def _check(self, text: str) -> None:
        """Refuse a path that leads nowhere in any scenario."""
        first, *rest = composed(str(text)).split(".") if isinstance(text, str) else [""]
        names: dict[str, Any] = dict.fromkeys(self.study.names)
        name, left = next_key(names, rest) if first == "scenarios" and rest else ("", rest)
        if len(rest) > LIMITS.set_parts or not all([first, *rest]) or (first == "scenarios" and not left):
            self.problems.append(problem("bad_path", given=shown(text)))
        elif name and name not in names:
            self.problems.append(unknown("unknown_scenario", name, names, str(text)))
        elif first not in CHANGEABLE and not (first in BY_NAME and not rest):
            self.problems.append(unknown("unknown_path", text, [*CHANGEABLE, *BY_NAME]))
        elif first == "measures" and rest and rest[0] not in MEASURES:
            self.problems.append(unknown("unknown_measure", rest[0], MEASURES, str(text)))
        else:
            return
        self.used.add(text)  # refused, and so not unused as well

    def check_use(self) -> None:
        """Refuse the setting of a measure that no scenario has."""
        for text in self.texts if not self.problems else ():
            before, _, after = text.rpartition("measures.")
            measure = after.split(".")[0]
            if text not in self.used and f"{before}measures.{measure}" not in self.texts:
                key = "measure_not_there" if before else "measure_in_none"
                self.problems.append(problem(key, text, given=measure, switch=f"{before}measures.{measure}"))

    def scenario(self, scenario: Scenario) -> list[Scenario]:
        """One scenario as each row makes it; the scenario itself where a row does not concern it."""
        if self.problems:
            return [scenario] * len(self.rows)
        base = scenario.resolved()
        paths = {text: self._path(scenario, base, text) for text in self.texts}
        layers = [
            self._layer(base, [_Change(text, paths[text], value) for text, value in row.items()]) for row in self.rows
        ]
        made = [scenario] * len(self.rows)
        concerned = [position for position, layer in enumerate(layers) if layer]
        size = max(1, min(LIMITS.scenarios - 1, _BUILT_AT_ONCE // len(scenario.organisation.departments)))
        for start in range(0, len(concerned), size):
            part = concerned[start : start + size]
            built = self._built(base, {position: layers[position] for position in part})
            for position, one in zip(part, built, strict=False):
                made[position] = replace(
                    scenario,
                    organisation=one.organisation,
                    project=one.project,
                    parameters=one.parameters,
                    measures=one.measures,
                )
        return made

    def _path(self, scenario: Scenario, base: dict[str, Any], text: str) -> Path:
        """Where a change leads in a scenario's data; empty if it is another scenario's."""
        left = composed(text).split(".")
        if left == [text] and text in BY_NAME:
            return ("parameters", text)
        if left[0] == "scenarios":
            name, left = next_key(dict.fromkeys(self.study.names), left[1:])
            if name != scenario.name:
                return ()
        path: Path = ()
        inside: Any = base
        while left:
            key, left = next_key(inside if isinstance(inside, dict) else {}, left)
            path = (*path, key)
            inside = inside.get(key) if isinstance(inside, dict) else None
        return path

    def _layer(self, base: dict[str, Any], changes: Iterable[_Change]) -> dict[str, Any]:
        """What a row changes in a scenario's data; measures are switched before they are set."""
        layer: dict[str, Any] = {}
        for change in sorted((one for one in changes if one.path), key=lambda one: len(one.path)):
            value = plain_value(change.value, whole=change.path[0] in {"measures", "project"})
            if change.path[0] == "measures" and len(change.path) > 1:
                name = str(change.path[1])
                if len(change.path) == 2 and isinstance(value, bool | int) and value in (0, 1):
                    value = CLASS_OF[name].switched(bool(value))
                elif len(change.path) > 2 and not _is_on(name, base, layer):
                    continue
            self.used.add(change.text)
            _put(layer, base, change.path, value)
        return layer

    def _built(self, base: dict[str, Any], layers: Mapping[int, dict[str, Any]]) -> list[Scenario]:
        """The scenario as each layer makes it; none if something is refused, and then it is known in which rows."""
        data = {
            "synergy": FORMAT,
            **{part: base[part] for part in ("organisation", "project", "parameters")},
            "scenarios": {
                "0": {"measures": base["measures"]},
                **{str(position + 1): {"extends": "0", **layer} for position, layer in layers.items()},
            },
        }
        try:
            return list(build_scenarios(data, self.study.name)[1:])
        except InputRefused as refused:
            if len(layers) == 1:
                (position,) = layers
                found = (_outside(one, str(position + 1), self._place(position)) for one in refused.problems)
                self.problems += [one for one in found if one not in self.problems]
                return []
            for position, layer in layers.items():
                if len(self.problems) < LIMITS.problems:
                    self._built(base, {position: layer})
            return []


def _is_on(measure: str, base: dict[str, Any], layer: dict[str, Any]) -> bool:
    """Whether a scenario has a measure, with what a row has switched."""
    switched = layer.get("measures", {}).get(measure)
    return measure in base["measures"] if switched is None else switched not in (False, "off")


def _put(layer: dict[str, Any], base: Any, path: Path, value: Any) -> None:
    """Put a value into a layer of differences, with what it stands beside where a layer replaces the whole."""
    sparse = _SPARSE_IN_DEPARTMENTS if path[:2] == ("organisation", "departments") else SPARSE.get(str(path[0]), 0)
    for level, key in enumerate(path[:-1]):
        base = base.get(key) if isinstance(base, dict) else None
        if not isinstance(layer.get(str(key)), dict):
            layer[str(key)] = {} if level < sparse else _opened(base)
        layer = layer[str(key)]
    layer[str(path[-1])] = value


def _opened(base: Any) -> dict[str, Any]:
    """What stands at a path as a mapping: a plain number is a value."""
    if isinstance(base, dict):
        return copy.deepcopy(base)
    return {"value": base} if isinstance(base, int | float) and not isinstance(base, bool) else {}


def plain_value(value: Any, whole: bool = False) -> Any:
    """A value as a file would have it: no scalars or arrays of NumPy, no tuples; ``whole`` turns 8.0 into 8.

    >>> import numpy as np
    >>> plain_value({"hours": np.float64(8.0), "members": ("Sales", "IT")}, whole=True), plain_value(np.float64(0.5))
    ({'hours': 8, 'members': ['Sales', 'IT']}, 0.5)
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {key: plain_value(inner, whole) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(inner, whole) for inner in value]
    return int(value) if whole and isinstance(value, float) and value.is_integer() else value


def _outside(found: Problem, name: str, place: Place | None) -> Problem:
    """A problem as it is for those who gave a row: its path without the scenario that was made for it."""
    path = found.path
    for prefix in (f"scenarios.{name}.", "scenarios.0."):
        path = path.removeprefix(prefix)
    return replace(found, path=path, place=place)
