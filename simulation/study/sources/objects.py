"""Studies made in code: of mappings, lists and data frames, and of organisations that are made already."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulation.study.build.merge import build
from simulation.study.build.variation import override, plain_value
from simulation.study.errors import InputRefused, problem, shown
from simulation.study.organisation import Organisation
from simulation.study.scenario import FORMAT, Study, plain

TIES = ("interdependence", "informal_ties")


def make_study(
    organisation: Organisation | Mapping[str, Any],
    scenarios: Mapping[str, Any],
    *,
    project: Mapping[str, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    measures: Mapping[str, Any] | None = None,
    title: str | Mapping[str, str] | None = None,
    show: list[str] | None = None,
    name: str = "study",
) -> Study:
    """Make a study in code, of what a file would say under the same keys.

    Wherever a file has a mapping or a list, Python's own will do, with NumPy's numbers in them. ``departments`` may be
    a data frame with a row a department and a column a trait, in which nan leaves a trait to each world;
    ``interdependence`` and ``informal_ties`` one with a row and a column a department, and how much the two need each
    other (0 to 1). Raises :class:`~simulation.study.errors.InputRefused` with every problem.

    >>> study = make_study(
    ...     {
    ...         "departments": {"IT": {"kind": "it", "capacity": 80}, "Sales": {"kind": "business", "capacity": 120}},
    ...         "interdependence": [("IT", "Sales", 0.5)],
    ...     },
    ...     {"nothing": {}, "roles": {"measures": {"assign_roles": {"start": 4}}}},
    ... )
    >>> study.names, study.organisation.names
    (('nothing', 'roles'), ('IT', 'Sales'))
    """
    parts = {"project": project, "parameters": parameters, "measures": measures, "title": title, "show": show}
    data = {
        "synergy": FORMAT,
        "organisation": plain(organisation) if isinstance(organisation, Organisation) else _organisation(organisation),
        "scenarios": plain_value(scenarios, whole=True),
        **{key: plain_value(part, whole=True) for key, part in parts.items() if part is not None},
    }
    return replace(build(data, name), vary=override)


def _organisation(given: Any) -> Any:
    """An organisation as a file has it, with its data frames written out; anything else as it is."""
    if not isinstance(given, Mapping):
        return plain_value(given)
    written = dict(given)
    if _is_table(written.get("departments")):
        rows = _by_name(written["departments"], "departments")
        written["departments"] = {
            name: {trait: value for trait, value in row.items() if _is_there(value)} for name, row in rows.items()
        }
    for kind in TIES:
        if _is_table(written.get(kind)):
            written[kind] = _ties(written[kind], kind)
        elif hasattr(written.get(kind), "tolist"):
            raise InputRefused([problem("matrix_without_names", kind)])
    return plain_value(written)


def _by_name(table: Any, path: str) -> dict[str, dict[Any, Any]]:
    """The rows of a data frame by their names; raises for one whose index holds none, or one twice."""
    labels = list(table.index)
    if not all(isinstance(label, str) for label in labels):
        raise InputRefused([problem("no_names", path, given=shown(plain_value(labels[0])))])
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise InputRefused([problem("name_twice", path, given=shown(twice))])
    rows: dict[str, dict[Any, Any]] = table.to_dict("index")
    return rows


def _is_table(value: Any) -> bool:
    """Whether this is a data frame, without a need of pandas where there is none."""
    return hasattr(value, "to_dict") and hasattr(value, "columns")


def _is_there(value: Any) -> bool:
    """Whether a cell holds something: nan and None are nothing."""
    return value is not None and not (isinstance(value, float) and value != value)  # noqa: PLR0124 - what nan is known by


def _ties(table: Any, kind: str) -> list[list[Any]]:
    """The ties in a table of departments by departments: each pair once, whether it stands in one half or in both.

    Raises where the two halves differ: a tie counts both ways.
    """
    ties: dict[tuple[Any, Any], Any] = {}
    for a, row in _by_name(table, kind).items():
        for b, strength in row.items():
            if a == b or not _is_there(strength) or strength == 0:
                continue
            other = ties.get((b, a))
            if other is None:
                ties[a, b] = strength
            elif other != strength:
                numbers = {"given": shown(plain_value(other)), "other": shown(plain_value(strength))}
                raise InputRefused([problem("not_symmetric", kind, None, a=shown(b), b=shown(a), **numbers)])
    return [[a, b, strength] for (a, b), strength in ties.items()]
