"""A sound study's plain data as tables: what the sheets of a workbook hold; reading them back gives the same study."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from simulation.study.measures import MEASURES
from simulation.study.sources.tables import HEADS, KINDS, TABLES, TRAITS, Data, called
from simulation.study.survey import SURVEYED, is_answered
from simulation.text.i18n import LANGUAGES, say


def written(data: Data, language: str) -> dict[str, list[list[Any]]]:
    """A sound study's plain data as tables, the head of each first; reading them back gives the same study."""
    organisation = data.get("organisation") or {}
    made = {
        "study": _study_rows(data, language),
        "departments": _department_rows(organisation, language),
        "survey": _survey_rows(organisation, language),
        **_tie_rows(organisation, language),
        "numbers": _number_rows(data, language),
        "measures": [_heads("measures", language), *_measure_rows(data.get("measures"), ())],
        "scenarios": _scenario_rows(data, language),
        "settings": [_heads("settings", language)],
        "changes": [_heads("changes", language)],
    }
    for name, entry in (data.get("scenarios") or {}).items():
        made["settings"] += _measure_rows((entry or {}).get("measures"), (name,), switched=False)
        made["changes"] += _change_rows(name, entry or {})
    return {key: made[key] for key in TABLES if key in made}


def _heads(key: str, language: str, more: Sequence[str] = ()) -> list[Any]:
    """The head of a table."""
    return [*(called("head", head, language) for head in HEADS[key]), *more]


def _texts(value: Any) -> dict[str, str]:
    """A text by language; a plain one is everybody's."""
    return dict(value) if isinstance(value, dict) else dict.fromkeys(LANGUAGES, str(value)) if value else {}


def _codes(texts: Sequence[Any]) -> list[str]:
    """The languages that texts are in; at least those that there are."""
    return list(dict.fromkeys([*LANGUAGES, *(code for text in texts for code in _texts(text))]))


def _study_rows(data: Data, language: str) -> list[list[Any]]:
    """Titles, by language."""
    values = {"title": data.get("title"), "description": data.get("description")}
    values["organisation"] = (data.get("organisation") or {}).get("name")
    codes = _codes(list(values.values()))
    rows = [
        [called("text_row", key, language), *(_texts(value).get(code) for code in codes)]
        for key, value in values.items()
    ]
    return [_heads("study", language, codes), *(row for row in rows if any(row[1:]))]


def _department_rows(organisation: Data, language: str) -> list[list[Any]]:
    """A row a department."""
    departments = organisation.get("departments") or {}
    codes = _codes([traits.get("label") for traits in departments.values()])
    rows = []
    for name, traits in departments.items():
        row: list[Any] = [name]
        for key in TRAITS:
            value = traits.get(key.removesuffix("_off"))
            if is_answered(value):
                value = None  # on a sheet of its own
            elif isinstance(value, dict):
                value = value.get("plus_minus" if key.endswith("_off") else "value")
            elif key.endswith("_off"):
                value = None
            row.append(say(f"workbook.kind_{value}", language) if key == "kind" else value)
        rows.append([*row, *(_texts(traits.get("label")).get(code) for code in codes)])
    return [_heads("departments", language, [f"label {code}" for code in codes]), *rows]


def _survey_rows(organisation: Data, language: str) -> list[list[Any]]:
    """A row a trait that answers to a survey tell; room for their counts beside it."""
    rows = [
        [
            name,
            called("head", key, language),
            *(traits[key].get(part) for part in ("value", "standard_error", "answers")),
        ]
        for name, traits in (organisation.get("departments") or {}).items()
        for key in SURVEYED
        if is_answered((traits or {}).get(key))
    ]
    return [_heads("survey", language), *rows]


def _tie_rows(organisation: Data, language: str) -> dict[str, list[list[Any]]]:
    """Ties as matrices, beside them the order in which sums are made; as a list where a matrix could not hold them."""
    names = list(organisation.get("departments") or {})
    made: dict[str, list[list[Any]]] = {}
    listed: list[list[Any]] = []
    order: list[list[Any]] = []
    for key, kind in KINDS.items():
        ties = [_as_list(tie) for tie in organisation.get(kind) or []]
        called_ = called("sheet", key, language)
        if all(tie[2] for tie in ties) and len(names) <= MOST_IN_MATRIX:
            made[key], back = _matrix_rows(names, ties)
            order += [[called_, *tie[:2]] for tie in ties] if back != ties else []
        else:
            listed += [[called_, *tie] for tie in ties]
    if order:
        made["order"] = [_heads("order", language), *order]
    return {**made, "ties": [_heads("ties", language), *listed]}


MOST_IN_MATRIX = 40
"""Departments of which a matrix can still be overlooked."""


def _as_list(tie: Any) -> list[Any]:
    """A tie as [one, other, strength]."""
    if isinstance(tie, dict):
        return [tie["a"], tie["b"], tie.get("strength", 1.0)]
    return [*tie, 1.0][:3]


def _matrix_rows(names: list[str], ties: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Ties as a matrix, its lower half filled, and the ties as they would be read from it."""
    strengths = {frozenset((a, b)): strength for a, b, strength in ties}
    rows: list[list[Any]] = [["", *names]]
    back = []
    for at, name in enumerate(names):
        row: list[Any] = [name]
        for other in names:
            strength = strengths.get(frozenset((other, name))) if names.index(other) < at else None
            row.append(strength)
            back += [[other, name, strength]] if strength is not None else []
        rows.append(row)
    return rows, back


def _number_rows(data: Data, language: str) -> list[list[Any]]:
    """The project and the parameters."""
    rows = []
    for part in ("project", "parameters"):
        for key, value in (data.get(part) or {}).items():
            parts = value if isinstance(value, dict) else {"value": value}
            rows.append([f"{part}.{key}", *(parts.get(head) for head in ("value", "low", "high", "source"))])
    return [_heads("numbers", language), *rows]


def _measure_rows(measures: Any, before: tuple[str, ...], switched: bool = True) -> Iterator[list[Any]]:
    """A row a setting; a measure that is described by nothing has a row without one."""
    for measure, settings in (measures or {}).items():
        if isinstance(settings, dict):
            for setting, value in settings.items():
                yield [*before, measure, setting, _cell(value)]
            if not settings:
                yield [*before, measure, None, None]
        elif switched and settings is None:
            yield [*before, measure, None, None]


def _cell(value: Any) -> Any:
    """A value as a cell holds it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _scenario_rows(data: Data, language: str) -> list[list[Any]]:
    """A row a scenario, with a column a measure that some scenario switches."""
    scenarios = {name: entry or {} for name, entry in (data.get("scenarios") or {}).items()}
    show = list(data.get("show") or [])
    switched = [m for m in MEASURES if any(m in (entry.get("measures") or {}) for entry in scenarios.values())]
    columns = {key: _codes([entry.get(key) for entry in scenarios.values()]) for key in ("title", "description")}
    heads = [f"{key} {code}" for key, codes in columns.items() for code in codes]
    rows = []
    for name, entry in scenarios.items():
        texts = [_texts(entry.get(key)).get(code) for key, codes in columns.items() for code in codes]
        first = show.index(name) + 1 if name in show else None
        switches = [_switched((entry.get("measures") or {}), measure, language) for measure in switched]
        rows.append([name, first, entry.get("extends"), *texts, *switches])
    return [
        _heads("scenarios", language, [*heads, *(called("head", f"measure:{m}", language) for m in switched)]),
        *rows,
    ]


def _switched(measures: Data, measure: str, language: str) -> Any:
    """Whether a scenario switches a measure on or off; nothing where it says nothing, or says it by settings."""
    value = measures.get(measure)
    if isinstance(value, str):
        value = {"on": True, "off": False}.get(value, value)
    return say(f"workbook.{'on' if value else 'off'}", language) if isinstance(value, bool) else None


def _change_rows(name: str, entry: Data) -> Iterator[list[Any]]:
    """What a scenario says otherwise of the organisation, the project and the parameters."""
    for part in ("organisation", "project", "parameters"):
        for key, value in (entry.get(part) or {}).items():
            if part == "organisation" and key == "departments":
                for department, traits in (value or {}).items():
                    for trait, changed in (traits or {}).items():
                        yield [name, "departments", department, trait, _cell(changed)]
            else:
                yield [name, part, key, None, _cell(value)]
