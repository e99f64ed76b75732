"""What a visitor changes in the study that is shown (the server's, or their own), as plain data such as a file holds.

Changes are data about the file, never objects of their own: so they are validated as a file is, written as a file is,
and a study with changes is what ``synergy compare`` makes of that file.
"""

import copy
import functools
import json
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from simulation.dashboard.state.settings import settings
from simulation.study.build.merge import build
from simulation.study.errors import InputRefused
from simulation.study.scenario import FORMAT, Scenario, Study
from simulation.study.sources.files import load_data
from simulation.system.limits import LIMITS

PARTS = ("project", "parameters", "organisation", "scenarios")
"""The parts of a file that a visitor may change; ``scenarios`` holds scenarios of the visitor's own."""


@dataclass(frozen=True)
class Base:
    """A study that a visitor opened, known by its digest; ``data`` is the plain data of its file, not to be changed.

    It is held by the visitor's own state, so that it stays as long as they do.
    """

    digest: str
    data: dict[str, Any] = field(compare=False, repr=False)

    @property
    def size(self) -> int:
        """About how much it holds, in characters: departments, ties and scenarios are what there is many of."""
        inside = self.data.get("organisation") or {}
        parts = (inside.get("departments"), *(inside.get(kind) for kind in ("interdependence", "informal_ties")))
        return 100 * sum(len(part) for part in (*parts, self.data.get("scenarios")) if part)


@functools.cache
def _served() -> dict[str, Any]:
    """The plain data of the study that this server shows: the case, or the file it was started with."""
    given = settings()
    return load_data(given.file) if given.data is None else given.data


def base_data(base: Base | None = None) -> dict[str, Any]:
    """The plain data of the study that is shown: the visitor's own, or else the server's."""
    return _served() if base is None else base.data


@functools.lru_cache(maxsize=16)
def base_study(base: Base | None = None) -> Study:
    """The study that is shown, as it comes."""
    return build(base_data(base), "study")


def base_names(base: Base | None = None) -> tuple[str, ...]:
    """The names of the scenarios that come with the study, in its order."""
    return tuple(base_data(base)["scenarios"])


def first_shown(base: Base | None = None) -> tuple[str, ...]:
    """The scenarios that are shown first: those that the file names, or else its first five."""
    return tuple(base_data(base).get("show") or base_names(base)[:FIRST_FEW])


FIRST_FEW = 5
"""So many scenarios of a file are shown first if it does not say which."""


@dataclass(frozen=True)
class Changes:
    """What a visitor changed, as canonical JSON text, so that it can be compared, kept and sent; and in which study.

    ``base`` is a study of the visitor's own, None for the server's.

    >>> some = Changes().put("parameters", "t", 0.5)
    >>> some.text, some.put("parameters", "t", None) == Changes()
    ('{"parameters":{"t":0.5}}', True)
    """

    text: str = "{}"
    base: Base | None = None

    @property
    def data(self) -> dict[str, Any]:
        """The same as plain data, the reader's own to change."""
        data: dict[str, Any] = json.loads(self.text)
        return data

    def put(self, part: str, key: str, value: Any) -> "Changes":
        """The same with one entry of a part set, or, with None, taken out."""
        data = self.data
        inside = data.setdefault(part, {})
        if value is None:
            inside.pop(key, None)
        else:
            inside[key] = value
        return changes_of({name: entries for name, entries in data.items() if entries}, self.base)

    @property
    def scenarios(self) -> dict[str, Any]:
        """The visitor's own scenarios, by name."""
        scenarios: dict[str, Any] = self.data.get("scenarios", {})
        return scenarios

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all scenarios there are: those that come with the study, and the visitor's own."""
        return (*base_names(self.base), *self.scenarios)


def changes_of(data: dict[str, Any], base: Base | None = None) -> Changes:
    """Changes from plain data, in a study of the visitor's own or in the server's."""
    return Changes(json.dumps(data, sort_keys=False, separators=(",", ":"), ensure_ascii=False), base)


@functools.lru_cache(maxsize=256)
def horizon_of(changes: Changes) -> int:
    """How many weeks are looked at."""
    weeks = changes.data.get("project", {}).get("horizon")
    return int(weeks) if weeks else base_study(changes.base).horizon


def merged(changes: Changes, names: tuple[str, ...]) -> dict[str, Any]:
    """The plain data of a file with these scenarios, those they extend, and all changes.

    >>> list(merged(Changes(), ("partner-over",))["scenarios"])
    ['it-only', 'partner-with', 'partner-over']
    """
    data = copy.deepcopy(base_data(changes.base))
    changed = changes.data
    for part in ("project", "parameters"):
        data[part] = {**(data.get(part) or {}), **changed.get(part, {})}
    departments = (changed.get("organisation") or {}).get("departments", {})
    for name, change in departments.items():
        data["organisation"]["departments"][name] = {**data["organisation"]["departments"].get(name, {}), **change}
    available = {**data["scenarios"], **changed.get("scenarios", {})}
    needed = _with_ancestors(names, available)
    data["scenarios"] = {name: entry for name, entry in available.items() if name in needed}
    data.pop("show", None)
    return data


def _with_ancestors(names: Iterable[str], entries: dict[str, Any]) -> dict[str, Any]:
    """The entries of these scenarios and of those they extend, each once; what is not in ``entries`` is left out."""
    lineage: dict[str, Any] = {}
    for name in names:
        ancestor: Any = name
        while isinstance(ancestor, str) and ancestor in entries and ancestor not in lineage:
            lineage[ancestor] = entries[ancestor]
            ancestor = (entries[ancestor] or {}).get("extends")
    return lineage


class ScenarioStore:
    """Built scenarios, by what they were built from; the least recently used are dropped first.

    What is bounded is what they hold: a scenario of 20 000 departments takes as much memory as two thousand of ten.
    """

    def __init__(self, most: int = LIMITS.kept_departments) -> None:
        self.most = most
        self._scenarios: OrderedDict[tuple[str, str, Base | None], Scenario] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def of(self, name: str, text: str, base: Base | None) -> Scenario:
        """One scenario of a study with what is changed in it and in what it extends; built once."""
        key = (name, text, base)
        with self._lock:
            if key in self._scenarios:
                self._scenarios.move_to_end(key)
                return self._scenarios[key]
        scenario = build(merged(Changes(text, base), (name,)), name).scenario(name)
        with self._lock:
            self._held += 0 if key in self._scenarios else _weight(scenario)
            self._scenarios[key] = scenario
            while self._held > self.most and len(self._scenarios) > 1:
                self._held -= _weight(self._scenarios.popitem(last=False)[1])
        return scenario


def _weight(scenario: Scenario) -> int:
    """What a scenario holds, in departments; ties count as well."""
    organisation = scenario.organisation
    ties = len(organisation.interdependence) + len(organisation.informal_ties)
    return len(organisation.departments) + ties


@functools.cache
def scenario_store() -> ScenarioStore:
    """The server's built scenarios."""
    return ScenarioStore()


@functools.lru_cache(maxsize=256)
def _concerning(changes: Changes, name: str) -> str:
    """The changes that have to do with a scenario: a change to another leaves it as it is built."""
    data = changes.data
    own = data.pop("scenarios", {})
    return json.dumps({**data, "scenarios": _with_ancestors((name,), own)})


def study_of(changes: Changes, names: tuple[str, ...]) -> Study:
    """The study of these scenarios with all changes.

    Raises :class:`~simulation.study.errors.InputRefused` for what no file could say.

    >>> study_of(Changes().put("parameters", "t", 0.5), ("full",)).scenarios[0].parameters[0].value
    0.5
    """
    return replace(base_study(changes.base), scenarios=tuple(scenario_of(changes, name) for name in names))


def scenario_of(changes: Changes, name: str) -> Scenario:
    """One scenario with all changes; raises as :func:`study_of` does."""
    return scenario_store().of(name, _concerning(changes, name), changes.base)


def refused(changes: Changes, names: tuple[str, ...]) -> InputRefused | None:
    """Why there can be no such study; None if there can."""
    try:
        study_of(changes, names)
    except InputRefused as error:
        return error
    return None


def cloned(changes: Changes, origin: str, title: dict[str, str] | str | None = None) -> tuple[Changes, str]:
    """The same changes with a scenario of the visitor's own that is like ``origin``, and its name.

    >>> changes, name = cloned(Changes(), "full")
    >>> name, changes.scenarios[name]["extends"]
    ('full-2', 'full')
    """
    number = 2
    while f"{origin}-{number}" in changes.names:
        number += 1
    name = f"{origin}-{number}"
    own = changes.scenarios.get(origin)
    entry = copy.deepcopy(own) if own else {"extends": origin}
    if title is not None:
        entry["title"] = title
    return changes.put("scenarios", name, entry), name


def with_measure(changes: Changes, scenario: str, measure: str, setting: Any) -> Changes:
    """The same with a measure of one of the visitor's own scenarios switched (``True``, ``False``) or described.

    >>> changes, name = cloned(Changes(), "full")
    >>> changed = with_measure(changes, name, "external_partner", {"start": 30})
    >>> scenario_of(changed, name).measures.external_partner.start
    30
    """
    entry = changes.scenarios[scenario]
    measures = dict(entry.get("measures") or {})
    before = measures.get(measure)
    measures[measure] = {**before, **setting} if isinstance(setting, dict) and isinstance(before, dict) else setting
    return changes.put("scenarios", scenario, {**entry, "measures": measures})


def study_data(changes: Changes, names: tuple[str, ...]) -> dict[str, Any]:
    """The plain data of the file that holds this study; reading it shows the same scenarios, with the same numbers."""
    data = merged(changes, names)
    data = {**data, "show": list(names), "scenarios": data["scenarios"]} if names else data
    return {"synergy": FORMAT, **{key: value for key, value in data.items() if key != "synergy"}}
