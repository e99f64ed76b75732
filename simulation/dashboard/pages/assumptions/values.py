"""What is said of every parameter: the passport's number, the file's, or the visitor's own, and what they type."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulation.dashboard.state.variants import Changes, base_data, merged, study_of
from simulation.study.build.merge import build
from simulation.study.errors import InputRefused, Problem
from simulation.study.organisation import one_line
from simulation.study.parameters import BY_NAME, PARAMETERS, Parameter
from simulation.text.i18n import say, twin
from simulation.text.typed import localised, number_in, written

FIELDS = ("value", "low", "high")
OWN = "own estimate"
"""The source of a number that a visitor changes without saying where it is from."""
LONGEST_SOURCE = 120
"""Characters; all sources together must fit in an address."""
Problems = dict[str, Problem | str]
"""What is wrong with a row: by field, or by "row" for what concerns more than one; a problem, or a key of the page."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A parameter as it is in force; ``origin`` says whose it is: ``"passport"``, ``"file"`` or ``"own"``."""

    value: float
    low: float
    high: float
    source: str
    origin: str


def stated(changes: Changes, name: str) -> Stated:
    """A parameter as the visitor, else the file, else the passport states it for all scenarios.

    >>> stated(Changes(), "t").value, stated(Changes().put("parameters", "t", 0.5), "t").high
    (1.0, 0.5)
    """
    own = changes.data.get("parameters", {}).get(name)
    if own is not None:
        return _read(own, "own")
    filed = (base_data().get("parameters") or {}).get(name)
    if filed is not None:
        return _read(filed, "file")
    passport = BY_NAME[name]
    return Stated(passport.default, passport.low, passport.high, passport.source, "passport")


def _read(raw: Any, origin: str) -> Stated:
    """What a file, or a change of it, says of a parameter; a number alone is the same in every world."""
    entry = raw if isinstance(raw, dict) else {"value": raw}
    value = float(entry["value"])
    low, high = (value if entry.get(key) is None else float(entry[key]) for key in ("low", "high"))
    return Stated(value, low, high, entry.get("source") or "your file", origin)


def rows(changes: Changes, names: tuple[str, ...], language: str) -> list[dict[str, Any]]:
    """Every parameter as plain data for the page; ``names`` are the scenarios whose own numbers are shown."""
    own = _of_scenarios(changes, names)
    return [
        _row(parameter, stated(changes, parameter.name), own.get(parameter.name, []), language)
        for parameter in PARAMETERS
    ]


def _row(parameter: Parameter, current: Stated, own: list[dict[str, str]], language: str) -> dict[str, Any]:
    """One parameter as plain data; numbers as people write them."""
    base = stated(Changes(), parameter.name)
    return {
        "name": parameter.name,
        "group": parameter.group,
        "meaning": say(f"parameter.{parameter.name}", language),
        "unit": twin("passport.unit", parameter.unit, language),
        "source": twin("passport.source", current.source, language),
        "origin": current.origin,
        "grade": parameter.grade if current.origin == "passport" else "own",
        "passport": parameter.grade,
        "fields": {key: written(getattr(current, key), language) for key in FIELDS},
        "before": {key: written(getattr(base, key), language) for key in FIELDS},
        "bounds": [written(parameter.least, language), written(parameter.most, language)],
        "scenarios": [{**deviation, "text": localised(deviation["text"], language)} for deviation in own],
    }


def _of_scenarios(changes: Changes, names: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    """What single scenarios say otherwise, by parameter: the scenario, and its number with the range."""
    deviations: dict[str, list[dict[str, str]]] = {}
    for scenario in study_of(changes, names).scenarios:
        for parameter in scenario.parameters:
            general = stated(changes, parameter.name)
            if (parameter.value, parameter.low, parameter.high) != (general.value, general.low, general.high):
                text = (
                    f"{written(parameter.value, 'en')} ({written(parameter.low, 'en')}–{written(parameter.high, 'en')})"
                )
                deviations.setdefault(parameter.name, []).append({"scenario": scenario.name, "text": text})
    return deviations


def edited(changes: Changes, row: Any, language: str) -> tuple[Changes, str, Problems]:
    """The changes with one row as a visitor typed it, the row's name, and what is wrong with it.

    A low or high end that is left empty is the value itself, as in a file.

    ``row`` comes from outside; what is no row at all gives no name, and leaves the changes as they are. So does a row
    that no file could state, for the reasons that a file would be given.
    """
    if not _is_a_row(row):
        return changes, "", {}
    name = row["name"]
    typed = {key: row[key] if row[key].strip() else row["value"] for key in FIELDS}
    numbers = {key: number_in(text, language) for key, text in typed.items()}
    wrong: Problems = {
        key: parsed
        for key, parsed in numbers.items()
        if isinstance(parsed, str) and (key == "value" or row[key].strip())
    }
    if wrong:
        return changes, name, wrong
    source = one_line(row["source"].encode("utf-8", "replace").decode())[:LONGEST_SOURCE] or OWN
    tried = _put(changes, name, {**numbers, "source": source})
    error = _refused(tried)
    return (changes, name, _by_field(error, name)) if error else (tried, name, {})


def _is_a_row(row: Any) -> bool:
    """Whether what came from outside names a parameter and has its texts."""
    if not isinstance(row, dict) or row.get("name") not in list(BY_NAME):
        return False
    return all(isinstance(row.get(key), str) and len(row[key]) <= 5_000 for key in (*FIELDS, "source"))


def _put(changes: Changes, name: str, entry: Mapping[str, Any]) -> Changes:
    """The changes with an entry, or without one if it says what is said anyway."""
    base = stated(Changes(), name)
    same = tuple(entry[key] for key in FIELDS) == (base.value, base.low, base.high) and entry["source"] == OWN
    return changes.put("parameters", name, None if same else dict(entry))


def _refused(changes: Changes) -> InputRefused | None:
    """Why no file could state these numbers; None if one could. They are checked as all scenarios have them.

    A scenario that states a number itself has its own in its place, so one without differences is what is built.
    """
    try:
        build({**merged(changes, ()), "scenarios": {"plain": {}}}, "study")
    except InputRefused as error:
        return error
    return None


def _by_field(error: InputRefused, name: str) -> Problems:
    """The problems that a file would have, by the field that they are about; a visitor needs no path."""
    problems: Problems = {}
    for problem in error.problems:
        field = next((key for key in FIELDS if problem.path.endswith(f"parameters.{name}.{key}")), "row")
        problems.setdefault(field, replace(problem, path="", place=None))
    return problems


def in_words(problems: Problems, language: str) -> dict[str, str]:
    """What is wrong, in sentences."""
    return {field: _sentence(problem, language) for field, problem in problems.items()}


def _sentence(problem: Problem | str, language: str) -> str:
    """One problem in a sentence; where a file's words do not fit the page, in words of its own."""
    if isinstance(problem, str):
        return say(f"assumptions.{problem}", language)
    if problem.key not in {"range_order", "parameter_bounds"}:
        return problem.told(language)
    fields = {key: localised(str(value), language) for key, value in problem.fields}
    return say(f"assumptions.{problem.key}", language, **fields)


def without(changes: Changes, name: str = "") -> Changes:
    """The changes with one parameter as it was; without a name, with all of them."""
    for parameter in [name] if name else list(changes.data.get("parameters", {})):
        changes = changes.put("parameters", parameter, None)
    return changes


def with_all(changes: Changes, others: Changes) -> Changes:
    """The changes with the parameters of ``others`` put in.

    >>> with_all(Changes(), Changes().put("parameters", "t", 0.5)).text
    '{"parameters":{"t":0.5}}'
    """
    for name, entry in others.data.get("parameters", {}).items():
        changes = changes.put("parameters", name, entry)
    return changes
