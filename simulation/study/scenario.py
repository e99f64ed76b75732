"""Scenarios as *base + differences*, the study that holds them, and its digest.

How a file's data become these, and what may be wrong with them, stands in :mod:`simulation.study.build.merge`.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from simulation.study.errors import InputRefused, Remark, problem, unknown
from simulation.study.measures import Measures
from simulation.study.organisation import (
    Label,
    Organisation,
    Project,
    without_dust,
)

FORMAT = 2
"""The version of the file format."""
READABLE = (1, 2)
"""The versions that are read."""


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that a file gives, with the range that worlds draw it from and its source.

    ``name`` is a symbol of :data:`~simulation.study.parameters.PARAMETERS`, in whose unit the numbers are; what is as
    good as 0 becomes 0.

    >>> Given("t", 1e-300, 0.0, 1.0, "time sheets").value
    0.0
    """

    name: str
    value: float
    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, without_dust(getattr(self, name)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """An organisation and project plus a set of measures, all differences worked in.

    ``extends`` names the scenario that the file builds it on; nothing of that is left to be done. ``parameters`` are
    those that the file gives; all others are left to the world.
    """

    name: str
    title: Label
    description: Label
    extends: str | None
    organisation: Organisation
    project: Project
    parameters: tuple[Given, ...]
    measures: Measures

    def called(self, language: str) -> str:
        """Its title for a reader of ``language``."""
        return self.title.in_(language)

    def resolved(self) -> dict[str, Any]:
        """Plain data of all that decides its outcome: equal data give equal runs.

        Mappings, lists, texts and numbers under ``organisation``, ``project``, ``parameters`` and ``measures``, as a
        file would say them; names and titles of the scenario are not among them.
        """
        return {
            "organisation": plain(self.organisation),
            "project": plain(self.project),
            "parameters": {
                given.name: {"value": given.value, "low": given.low, "high": given.high, "source": given.source}
                for given in self.parameters
            },
            "measures": plain(self.measures),
        }


@dataclass(frozen=True, slots=True)
class Study:
    """Scenarios to be compared over the same worlds: at least one, all over the same weeks.

    ``remarks`` say what in the file is legal and yet may not be meant, and ``show`` which scenarios a page begins with;
    they decide nothing, and studies that differ in nothing else are equal. Made by
    :func:`~simulation.study.sources.files.load`, :func:`~simulation.study.sources.objects.make_study` and their like,
    which put in ``vary`` how another study is made of this one.
    """

    name: str
    title: Label
    description: Label
    scenarios: tuple[Scenario, ...]
    remarks: tuple[Remark, ...] = field(default=(), compare=False)
    show: tuple[str, ...] = field(default=(), compare=False)
    vary: "Vary | None" = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios' names, in the file's order."""
        return tuple(scenario.name for scenario in self.scenarios)

    @property
    def organisation(self) -> Organisation:
        """The organisation of the first scenario, the base of the others."""
        return self.scenarios[0].organisation

    @property
    def horizon(self) -> int:
        """How many weeks are simulated; the same in every scenario."""
        return self.scenarios[0].project.horizon

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name.

        Raises :class:`~simulation.study.errors.InputRefused`, with the names there are, if there is none.
        """
        for scenario in self.scenarios:
            if scenario.name == name:
                return scenario
        raise InputRefused([unknown("unknown_scenario", name, self.names)])

    def select(self, names: tuple[str, ...]) -> "Study":
        """The same study with these scenarios only, in this order; raises as :meth:`scenario` does, or for none."""
        names = (names,) if isinstance(names, str) else names
        if not names:
            raise InputRefused([problem("none_selected", legal=", ".join(self.names))])
        chosen = tuple(self.scenario(name) for name in names)
        show = tuple(name for name in self.show if name in names)
        return replace(self, scenarios=chosen, show=show)

    def override(self, changes: Mapping[str, Any]) -> "Study":
        """The same study with some of what it says changed, in every scenario that says it; checked as a file is.

        ``changes`` has a value for each path, as a file would say it: ``parameters.t`` or just ``t``,
        ``organisation.departments.Sales.capacity``, ``project.horizon``, ``measures.external_partner.hours``. A setting
        is changed where the measure is on, and ``measures.external_partner: False`` takes the measure away;
        ``scenarios.full.measures.external_partner.hours`` changes it in that scenario alone. Raises
        :class:`~simulation.study.errors.InputRefused` for a path or a value that is not legal, or a setting of a
        measure that no scenario has.

        >>> from simulation import case
        >>> study = case().override({"t": 0.5, "organisation.departments.Sales.capacity": 100})
        >>> study.organisation.departments[1].capacity, study.scenarios[0].parameters[0].value
        (100.0, 0.5)
        """
        if self.vary is None:
            raise TypeError("a study put together by hand cannot be varied: make it with make_study or load")
        return self.vary(self, changes)

    def digest(self) -> str:
        """Sixteen hexadecimal digits (SHA-256) that change with anything that decides an outcome.

        Titles, descriptions and remarks decide nothing; scenarios' names and :meth:`Scenario.resolved` do.
        """
        data = {scenario.name: scenario.resolved() for scenario in self.scenarios}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


Vary = Callable[[Study, Mapping[str, Any]], Study]
"""Makes another study of one: its changes, by path, are those of :meth:`Study.override`."""


def plain(model: BaseModel) -> dict[str, Any]:
    """A model as the plain data of a file: departments by name, ties as lists, without what is None."""
    data = model.model_dump(exclude_none=True)
    if isinstance(model, Organisation):
        data["departments"] = {department.pop("name"): department for department in data["departments"]}
        for kind in ("interdependence", "informal_ties"):
            data[kind] = [[tie["a"], tie["b"], tie["strength"]] for tie in data[kind]]
    return _listed(data)  # type: ignore[no-any-return]  # a mapping stays a mapping


def _listed(value: Any) -> Any:
    """Turn tuples into lists, all the way down."""
    if isinstance(value, dict):
        return {key: _listed(inner) for key, inner in value.items()}
    return [_listed(entry) for entry in value] if isinstance(value, list | tuple) else value
