"""What is said of every parameter: the passport's number, the file's, or the visitor's own, and what they type."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from simulation.dashboard.state.variants import Changes, base_data, merged, study_of
from simulation.study.build.merge import build
from simulation.study.errors import InputRefused, Problem
from simulation.study.organisation import one_line
from simulation.study.parameters import BY_NAME, PARAMETERS, Parameter
from simulation.text.i18n import say, separators, twin

FIELDS = ("value", "low", "high")
OWN = "own estimate"
"""The source of a number that a visitor changes without saying where it is from."""
LONGEST_SOURCE = 120
"""Characters; all sources together must fit in an address."""
Told = dict[str, Problem | str]
"""What is wrong with a row: by field, or by "row" for what concerns more than one; a problem, or a key of the page."""


@dataclass(frozen=True, slots=True)
class Said:
    """A parameter as it is in force; ``origin`` says whose it is: ``"passport"``, ``"file"`` or ``"own"``."""

    value: float
    low: float
    high: float
    source: str
    origin: str


def stated(changes: Changes, name: str) -> Said:
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
    about = BY_NAME[name]
    return Said(about.default, about.low, about.high, about.source, "passport")


def _read(said: Any, origin: str) -> Said:
    """What a file, or a change of it, says of a parameter; a number alone is the same in every world."""
    entry = said if isinstance(said, dict) else {"value": said}
    value = float(entry["value"])
    low, high = (value if entry.get(key) is None else float(entry[key]) for key in ("low", "high"))
    return Said(value, low, high, entry.get("source") or "your file", origin)


def rows(changes: Changes, names: tuple[str, ...], language: str) -> list[dict[str, Any]]:
    """Every parameter as plain data for the page; ``names`` are the scenarios whose own numbers are told."""
    own = _of_scenarios(changes, names)
    return [_row(one, stated(changes, one.name), own.get(one.name, []), language) for one in PARAMETERS]


def _row(about: Parameter, said: Said, own: list[dict[str, str]], language: str) -> dict[str, Any]:
    """One parameter as plain data; numbers as people write them."""
    base = stated(Changes(), about.name)
    return {
        "name": about.name,
        "group": about.group,
        "meaning": say(f"parameter.{about.name}", language),
        "unit": twin("passport.unit", about.unit, language),
        "source": twin("passport.source", said.source, language),
        "origin": said.origin,
        "grade": about.grade if said.origin == "passport" else "own",
        "passport": about.grade,
        "fields": {key: written(getattr(said, key), language) for key in FIELDS},
        "before": {key: written(getattr(base, key), language) for key in FIELDS},
        "bounds": [written(about.least, language), written(about.most, language)],
        "scenarios": [{**one, "text": _localised(one["text"], language)} for one in own],
    }


def _of_scenarios(changes: Changes, names: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    """What single scenarios say otherwise, by parameter: the scenario, and its number with the range."""
    found: dict[str, list[dict[str, str]]] = {}
    for scenario in study_of(changes, names).scenarios:
        for one in scenario.parameters:
            said = stated(changes, one.name)
            if (one.value, one.low, one.high) != (said.value, said.low, said.high):
                text = f"{written(one.value, 'en')} ({written(one.low, 'en')}–{written(one.high, 'en')})"
                found.setdefault(one.name, []).append({"scenario": scenario.name, "text": text})
    return found


def _localised(text: str, language: str) -> str:
    """Numbers without thousands as they are written in a language."""
    return text.replace(".", separators(language).decimal)


def written(value: float, language: str) -> str:
    """A number in full, as people write it, without thousands and needless noughts.

    >>> written(0.015, "nl"), written(240.0, "en"), written(1e-06, "en")
    ('0,015', '240', '0.000001')
    """
    return _localised(format(Decimal(repr(value)).normalize() + 0, "f"), language)


def number_in(text: str, language: str) -> float | str:
    """The number that somebody typed, with a point or a comma; or the key of what is wrong with it.

    What could be thousands is not guessed at.

    >>> number_in(" 0,5 ", "en"), number_in("1.300", "nl"), number_in("1,300", "nl"), number_in("1e3", "en")
    (0.5, 'two_ways', 1.3, 'not_a_number')
    """
    text = text.strip().replace("−", "-")
    if not re.fullmatch(r"-?(\d{1,12}([.,]\d{0,18})?|[.,]\d{1,18})", text, re.ASCII):
        return "not_a_number"
    match = re.fullmatch(r"-?[1-9]\d{0,2}([.,])\d{3}", text)
    if match and match[1] != separators(language).decimal:
        return "two_ways"
    return float(text.replace(",", "."))


def edited(changes: Changes, asked: Any, language: str) -> tuple[Changes, str, Told]:
    """The changes with one row as a visitor typed it, the row's name, and what is wrong with it.

    A low or high end that is left empty is the value itself, as in a file.

    ``asked`` comes from outside; what is no row at all gives no name, and leaves the changes as they are. So does a row
    that no file could state, for the reasons that a file would be given.
    """
    if not _is_a_row(asked):
        return changes, "", {}
    name = asked["name"]
    typed = {key: asked[key] if asked[key].strip() else asked["value"] for key in FIELDS}
    numbers = {key: number_in(text, language) for key, text in typed.items()}
    wrong: Told = {
        key: said for key, said in numbers.items() if isinstance(said, str) and (key == "value" or asked[key].strip())
    }
    if wrong:
        return changes, name, wrong
    source = one_line(asked["source"].encode("utf-8", "replace").decode())[:LONGEST_SOURCE] or OWN
    tried = _put(changes, name, {**numbers, "source": source})
    error = _refused(tried)
    return (changes, name, _by_field(error, name)) if error else (tried, name, {})


def _is_a_row(asked: Any) -> bool:
    """Whether what came from outside names a parameter and has its texts."""
    if not isinstance(asked, dict) or asked.get("name") not in list(BY_NAME):
        return False
    return all(isinstance(asked.get(key), str) and len(asked[key]) <= 5_000 for key in (*FIELDS, "source"))


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


def _by_field(error: InputRefused, name: str) -> Told:
    """What a file would be told, by the field that it is about; a visitor needs no path."""
    told: Told = {}
    for one in error.problems:
        field = next((key for key in FIELDS if one.path.endswith(f"parameters.{name}.{key}")), "row")
        told.setdefault(field, replace(one, path="", line=None))
    return told


def in_words(told: Told, language: str) -> dict[str, str]:
    """What is wrong, in sentences."""
    return {field: _sentence(one, language) for field, one in told.items()}


def _sentence(said: Problem | str, language: str) -> str:
    """One mistake; what a file is told in its own words, a visitor is told in those of the page."""
    if isinstance(said, str):
        return say(f"assumptions.{said}", language)
    if said.key not in {"range_order", "parameter_bounds"}:
        return said.told(language)
    fields = {key: _localised(str(value), language) for key, value in said.fields}
    return say(f"assumptions.{said.key}", language, **fields)


def without(changes: Changes, name: str = "") -> Changes:
    """The changes with one parameter, or without a name all, as they were."""
    for one in [name] if name else list(changes.data.get("parameters", {})):
        changes = changes.put("parameters", one, None)
    return changes


def with_all(changes: Changes, others: Changes) -> Changes:
    """The changes with all parameters that other changes have.

    >>> with_all(Changes(), Changes().put("parameters", "t", 0.5)).said
    '{"parameters":{"t":0.5}}'
    """
    for name, entry in others.data.get("parameters", {}).items():
        changes = changes.put("parameters", name, entry)
    return changes
