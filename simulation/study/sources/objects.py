"""Studies made in code: of mappings, lists and data frames, and of organisations that are made already."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from simulation.study.build.merge import build
from simulation.study.build.variation import override, plain_value
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
        "scenarios": plain_value(scenarios),
        **{key: plain_value(part) for key, part in parts.items() if part is not None},
    }
    return replace(build(data, name), vary=override)


def _organisation(given: Any) -> Any:
    """An organisation as a file has it, with its data frames written out; anything else as it is."""
    if not isinstance(given, Mapping):
        return plain_value(given)
    written = dict(given)
    if _is_table(written.get("departments")):
        rows = written["departments"].to_dict("index")
        written["departments"] = {
            name: {trait: value for trait, value in row.items() if _is_there(value)} for name, row in rows.items()
        }
    for kind in TIES:
        if _is_table(written.get(kind)):
            written[kind] = _ties(written[kind])
    return plain_value(written)


def _is_table(value: Any) -> bool:
    """Whether this is a data frame, without a need of pandas where there is none."""
    return hasattr(value, "to_dict") and hasattr(value, "columns")


def _is_there(value: Any) -> bool:
    """Whether a cell holds something: nan and None are nothing."""
    return value is not None and not (isinstance(value, float) and value != value)  # noqa: PLR0124 - what nan is known by


def _ties(table: Any) -> list[list[Any]]:
    """The ties in a table of departments by departments: each pair once, if it stands above or below the diagonal.

    What stands in both halves is given twice where the two differ, which is refused as two ties between the same two.
    """
    ties: dict[tuple[Any, Any], Any] = {}
    for a, row in table.to_dict("index").items():
        for b, strength in row.items():
            if a != b and _is_there(strength) and strength != 0 and ties.get((b, a)) != strength:
                ties[a, b] = strength
    return [[a, b, strength] for (a, b), strength in ties.items()]
