"""What a visitor does to an organisation: pure functions on the plain data of a study's file.

A department's name stands in many places (ties, measures that name departments, scenarios with differences), and what
is done to it is done in all of them, so that a study stays whole. Whether that is legal is for whoever builds it.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulation.study.measures import DedicateHours
from simulation.study.organisation import LEAST_TIE, everywhere

Data = dict[str, Any]
TIES = ("interdependence", "informal_ties")
HOLDERS = ("members", "departments", "progress", "priority", "voice")
"""The settings of measures that name departments."""


def layers_of(data: Data) -> Iterator[Data]:
    """The parts of a file that may name departments: its own level, and each scenario."""
    yield data
    yield from (entry for entry in (data.get("scenarios") or {}).values() if isinstance(entry, dict))


def organisation_of(data: Data) -> Data:
    """The organisation of a study's data."""
    inside: Data = data["organisation"]
    return inside


def named(data: Data, old: str, new: str) -> Data:
    """The same study with another name for a department, wherever it stands; the order stays.

    >>> small = {"organisation": {"departments": {"IT": {}, "Sales": {}}, "interdependence": [["IT", "Sales", 0.5]]}}
    >>> named(small, "Sales", "Shop")["organisation"]["interdependence"]
    [['IT', 'Shop', 0.5]]
    """

    def rename(names: list[Any]) -> list[Any]:
        return [new if name == old else name for name in names]

    return _with_names(data, rename, lambda keys: {new if key == old else key: value for key, value in keys.items()})


def without(data: Data, gone: str) -> Data:
    """The same study without a department, its ties, and what it was to do in measures.

    >>> small = {"organisation": {"departments": {"IT": {}, "Sales": {}}, "interdependence": [["IT", "Sales", 0.5]]}}
    >>> without(small, "Sales")["organisation"]
    {'departments': {'IT': {}}, 'interdependence': []}
    """

    def drop(names: list[Any]) -> list[Any]:
        return [name for name in names if name != gone]

    return _with_names(data, drop, lambda keys: {key: value for key, value in keys.items() if key != gone})


def _with_names(
    data: Data, of_list: Callable[[list[Any]], list[Any]], of_keys: Callable[[Mapping[str, Any]], Data]
) -> Data:
    """The same study with each list of departments, and each mapping from them, changed."""
    changed = copy.deepcopy(data)
    for layer in layers_of(changed):
        inside = layer.get("organisation") or {}
        if inside.get("departments"):
            inside["departments"] = of_keys(inside["departments"])
        for kind in TIES:
            if inside.get(kind):
                inside[kind] = [kept for tie in inside[kind] if (kept := _tie(tie, of_list)) is not None]
        for name, settings in (layer.get("measures") or {}).items():
            if isinstance(settings, dict):
                layer["measures"][name] = _holders(settings, of_list)
    return changed


def _tie(tie: Any, of_list: Callable[[list[Any]], list[Any]]) -> list[Any] | None:
    """A tie with its names changed; None if one of them is gone."""
    a, b, *strength = (tie["a"], tie["b"], tie.get("strength", 1.0)) if isinstance(tie, dict) else tie
    ends = of_list([a, b])
    return [*ends, *strength] if len(ends) == 2 else None


def _holders(settings: Data, of_list: Callable[[list[Any]], list[Any]]) -> Data:
    """A measure's settings with its lists of departments changed; a list that is left empty is left out."""
    changed = dict(settings)
    for key in HOLDERS:
        if isinstance(settings.get(key), list):
            changed[key] = of_list(settings[key])
            if settings[key] and not changed[key]:
                del changed[key]
    return changed


def with_department(data: Data, name: str, traits: Data) -> Data:
    """The same study with one department more, behind the others."""
    changed = copy.deepcopy(data)
    organisation_of(changed)["departments"][name] = traits
    return changed


def with_trait(data: Data, department: str, key: str, value: Any) -> Data:
    """The same study with another trait of a department; with None it is left to each world."""
    changed = copy.deepcopy(data)
    traits = organisation_of(changed)["departments"][department]
    if value is None:
        traits.pop(key, None)
    else:
        traits[key] = value
    return changed


def with_kind(data: Data, department: str, kind: str) -> Data:
    """The same study with another kind of department; there is one IT, so the one that was it becomes a business one.

    What a kind cannot have goes with it.
    """
    changed = copy.deepcopy(data)
    departments = organisation_of(changed)["departments"]
    for name, traits in departments.items():
        if name == department:
            traits["kind"] = kind
        elif kind == "it" and traits.get("kind") == "it":
            traits["kind"] = "business"
    traits = departments[department]
    for key in {"it": ("it_frame", "process_work"), "chain": ("benefit",)}.get(kind, ()):
        traits.pop(key, None)
    return changed


def with_tie(data: Data, kind: str, a: str, b: str, strength: float) -> Data:
    """The same study with another strength of a tie; 0 is none.

    >>> small = {"organisation": {"departments": {"IT": {}, "Sales": {}}, "interdependence": [["Sales", "IT", 0.5]]}}
    >>> with_tie(small, "interdependence", "IT", "Sales", 0.8)["organisation"]["interdependence"]
    [['Sales', 'IT', 0.8]]
    """
    changed = copy.deepcopy(data)
    ties = []
    known = False
    for tie in organisation_of(changed).get(kind) or []:
        x, y, *rest = (tie["a"], tie["b"], tie.get("strength", 1.0)) if isinstance(tie, dict) else tie
        if {x, y} != {a, b}:
            ties.append(tie)
        elif not known:
            known = True
            ties += [[x, y, strength]] if strength >= LEAST_TIE else []
        del rest
    if not known and strength >= LEAST_TIE:
        ties.append([a, b, strength])
    organisation_of(changed)[kind] = ties
    return changed


def with_setting(data: Data, measure: str, key: str, value: Any) -> Data:
    """The same study with another setting of a measure at the top of its file, where scenarios take theirs from."""
    changed = copy.deepcopy(data)
    measures = changed.setdefault("measures", {}) or {}
    changed["measures"] = measures
    settings = measures.get(measure)
    measures[measure] = {**(settings if isinstance(settings, dict) else {}), key: value}
    return changed


def with_text(data: Data, key: str, language: str, text: str) -> Data:
    """The same study with another title, or name of the organisation, in one language.

    >>> with_text({"title": "A plan"}, "title", "nl", "Een plan")["title"]
    {'en': 'A plan', 'nl': 'Een plan'}
    """
    changed = copy.deepcopy(data)
    place = changed if key == "title" else organisation_of(changed)
    before = place.get(key)
    place[key] = {**(everywhere(before) if before else {}), language: text}
    return changed


GROWS = ("external_partner", "technicians", "dedicate_hours")
"""The measures whose hours are for the whole organisation, and so follow its size."""


def scaled(data: Data, factor: float) -> Data:
    """The same study with the hours of measures for the whole organisation so many times as many, in whole hours.

    >>> scaled({"measures": {"technicians": {"hours": 36}}}, 0.1)["measures"]["technicians"]["hours"]
    4
    """
    changed = copy.deepcopy(data)
    for layer in layers_of(changed):
        for measure in GROWS:
            settings = (layer.get("measures") or {}).get(measure)
            if isinstance(settings, dict) and settings.get("hours"):
                settings["hours"] = max(1, round(settings["hours"] * factor))
    return changed


def within_capacity(data: Data) -> tuple[Data, float | None]:
    """The same study with no more hours dedicated than there are; and how many that are, if they had to be lowered."""
    changed, lowered = copy.deepcopy(data), None
    departments = organisation_of(changed)["departments"]
    it = [name for name, traits in departments.items() if traits.get("kind") == "it"]
    top = (changed.get("measures") or {}).get("dedicate_hours")
    usual = top if isinstance(top, dict) else {}
    for layer in layers_of(changed):
        measures = layer.get("measures") or {}
        settings = measures.get("dedicate_hours")
        settings = {} if settings is True else settings
        if not isinstance(settings, dict):
            continue
        named = settings.get("departments") or usual.get("departments") or it
        most = min(
            (float(departments[name].get("capacity", 0.0)) for name in named if name in departments), default=None
        )
        hours = settings.get("hours", None if layer is not changed and "hours" in usual else USUALLY_DEDICATED)
        if most is not None and hours is not None and hours > most:
            measures["dedicate_hours"] = {**settings, "hours": most}
            lowered = most
    return changed, lowered


USUALLY_DEDICATED = DedicateHours().hours
"""Hours that are dedicated where a file does not say how many."""
