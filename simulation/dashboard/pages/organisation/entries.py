"""What a visitor enters: a message of the page, made into another study or refused in a sentence."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from simulation.dashboard.pages.organisation import edits, starts
from simulation.dashboard.pages.organisation.edits import Data
from simulation.dashboard.pages.organisation.rows import COSTS, SPREADS, TRAITS, trait_of
from simulation.dashboard.state.studies import study_store
from simulation.dashboard.state.variants import Base, Changes, base_data, changes_of, refused
from simulation.dashboard.state.view import View, first_view
from simulation.study.errors import InputRefused
from simulation.text.i18n import number, say
from simulation.text.typed import number_in, written

MOST_HOURS, MOST_EUROS = 1_000_000.0, 1e9


class NotTaken(Exception):
    """What was entered cannot be: a sentence that says why."""


def edited(view: View, message: Any) -> tuple[View, str, str]:
    """The view with what was entered; and beside which field, and why, it could not be, or what had to follow.

    What makes no sense changes nothing, and nothing is said of it.
    """
    message = (
        {key: value for key, value in message.items() if _is_sound(key, value)} if isinstance(message, dict) else {}
    )
    doing = _DOING.get(message.get("do"))
    if doing is None:
        return view, "", ""
    field = "/".join(str(message.get(key, "")) for key in ("do", "department", "other", "key"))
    try:
        data = doing(view, message)
        if data is None:
            return view, "", ""
        data, lowered = edits.within_capacity(data)
        after = _with(view, data, message["do"] in {"start", "interview"})
        if lowered is None:
            return after, "", ""
        return after, field, say("organisation.lowered", view.language, hours=number(lowered, view.language))
    except NotTaken as refusal:
        return view, field, str(refusal)
    except InputRefused as refusal:
        return view, field, " ".join(_plain(one.told(view.language)) for one in refusal.problems[:2])


def _is_sound(key: str, value: Any) -> bool:
    """Whether a part of a message is of a kind that it can be; the page's own always are."""
    kinds = {"strength": int | float, "answers": dict}
    return isinstance(value, kinds.get(key, str)) and not isinstance(value, bool)


def whole(view: View) -> Data:
    """The data of the study in hand, with what was changed in its departments elsewhere worked in."""
    data = base_data(view.changes.base)
    for name, traits in (view.changes.data.get("organisation") or {}).get("departments", {}).items():
        for key, value in traits.items():
            data = edits.with_trait(data, name, key, value)
    return data


def _with(view: View, data: Data, anew: bool) -> View:
    """The view of another study: with the visitor's own scenarios and numbers, or, begun ``anew``, as it comes."""
    base = None if data == base_data(None) else study_store().keep(data)
    if anew:
        first = first_view(view.language, view.page, base)
        found = refused(first.changes, first.changes.names)
        if found is not None:
            raise found
        return replace(first, worlds=view.worlds, seed=view.seed, mode=view.mode, outcome=view.outcome)
    return _changed(view, base)


def _changed(view: View, base: Base | None) -> View:
    """The view with another organisation under the same choices; raises if no file could say that."""
    kept = {key: value for key, value in view.changes.data.items() if key != "organisation"}
    changes = changes_of(kept, base)
    found = refused(changes, changes.names)
    if found is not None:
        raise found
    return view.but(changes=changes)


def _plain(said: str) -> str:
    """A problem without the path before it: the field stands beside it.

    >>> _plain("organisation.departments.Sales.capacity: -5 is too small.")
    '-5 is too small.'
    """
    path, sign, rest = said.partition(": ")
    return rest if sign and path.partition(".")[0] in {"organisation", "measures", "scenarios", "project"} else said


# --- one thing at a time -------------------------------------------------------------------------------


def _departments(data: Data) -> Data:
    """The departments of a study's data."""
    inside: Data = edits.organisation_of(data)["departments"]
    return inside


def _department(data: Data, message: Mapping[str, Any], key: str = "department") -> str | None:
    """The department that a message names, if it is there."""
    name = message.get(key)
    return name if isinstance(name, str) and name in _departments(data) else None


def _trait(view: View, message: Mapping[str, Any]) -> Data | None:
    """A trait as it was typed, perhaps with how far it may be off; nothing typed leaves it to each world."""
    data = whole(view)
    name, key = _department(data, message), message.get("key")
    if name is None or key not in TRAITS:
        return None
    about = TRAITS[str(key)]
    text = message.get("value")
    if text is None or not str(text).strip():
        if not about.open:
            raise NotTaken(say("organisation.needed", view.language))
        return edits.with_trait(data, name, about.key, None)
    value: Any = _typed(text, about.most, about.scale, view.language)
    spread = message.get("spread")
    if about.key in SPREADS and spread is not None and str(spread).strip():
        off = _typed(spread, about.most, about.scale, view.language)
        value = {"value": value, "plus_minus": off} if off else value
    elif about.key in SPREADS and "spread" not in message:
        before = trait_of(_departments(data)[name], about.key)[1]
        value = {"value": value, "plus_minus": before} if before else value
    return edits.with_trait(data, name, about.key, value)


def _typed(text: Any, most: float, scale: float, language: str) -> float:
    """A number as it was typed, in the unit of a file; raises :class:`NotTaken` for what is none."""
    value = number_in(str(text), language)
    if isinstance(value, str):
        raise NotTaken(say(f"assumptions.{value}", language))
    if not 0 <= value <= most:
        bounds = {"low": number(0, language), "high": number(most, language)}
        raise NotTaken(say("compare.beyond", language, given=written(value, language), **bounds))
    return round(value / scale, 12)


def _kind(view: View, message: Mapping[str, Any]) -> Data | None:
    """Another kind of department."""
    data = whole(view)
    name, kind = _department(data, message), message.get("value")
    if name is None or kind not in {"it", "business", "chain"}:
        return None
    if _departments(data)[name].get("kind") == "it" and kind != "it":
        raise NotTaken(say("organisation.one_it", view.language))
    return edits.with_kind(data, name, str(kind))


def _rename(view: View, message: Mapping[str, Any]) -> Data | None:
    """Another name; what a department is called in other languages goes, since it was a translation of the old one."""
    data = whole(view)
    old, new = _department(data, message), " ".join(str(message.get("value") or "").split())
    if old is None or new == _called(_departments(data)[old], old, view.language):
        return None
    if not new:
        raise NotTaken(say("organisation.needs_name", view.language))
    if new != old and new in _departments(data):
        raise NotTaken(say("organisation.taken", view.language, name=new))
    return edits.with_trait(edits.named(data, old, new), new, "label", None)


def _called(traits: Data, name: str, language: str) -> str:
    """What a department is called, as its file says it."""
    label = traits.get("label")
    return str(label.get(language, name)) if isinstance(label, dict) else str(label or name)


def _add(view: View, message: Mapping[str, Any]) -> Data | None:
    """A department more, with a name that no other has."""
    data = whole(view)
    count = len(_departments(data))
    names = (say("organisation.department_name", view.language, n=n) for n in range(count, 10 * count + 100))
    taken = {_called(traits, name, view.language) for name, traits in _departments(data).items()} | {
        *_departments(data)
    }
    free = next(name for name in names if name not in taken)
    return edits.with_department(data, free, {"kind": "business", "capacity": 4 * starts.HOURS_EACH})


def _remove(view: View, message: Mapping[str, Any]) -> Data | None:
    """A department less."""
    data = whole(view)
    name = _department(data, message)
    if name is None:
        return None
    if _departments(data)[name].get("kind") == "it":
        raise NotTaken(say("organisation.one_it", view.language))
    return edits.without(data, name)


def _tie(view: View, message: Mapping[str, Any]) -> Data | None:
    """Another strength of a tie."""
    data = whole(view)
    a, b = _department(data, message), _department(data, message, "other")
    strength, kind = message.get("strength"), message.get("key")
    if a is None or b is None or a == b or kind not in edits.TIES or not isinstance(strength, int | float):
        return None
    return edits.with_tie(data, str(kind), a, b, round(float(strength), 3))


def _setting(view: View, message: Mapping[str, Any]) -> Data | None:
    """What a measure costs."""
    measure, _, key = str(message.get("key", "")).partition(".")
    if (measure, key) not in COSTS:
        return None
    return edits.with_setting(whole(view), measure, key, _typed(message.get("value"), MOST_EUROS, 1.0, view.language))


def _text(view: View, message: Mapping[str, Any]) -> Data | None:
    """Another title, or name of the organisation."""
    key, text = message.get("key"), " ".join(str(message.get("value") or "").split())
    if key not in {"title", "name"}:
        return None
    if not text:
        raise NotTaken(say("organisation.needs_name", view.language))
    return edits.with_text(whole(view), str(key), view.language, text)


def _start(view: View, message: Mapping[str, Any]) -> Data | None:
    """What one starts from."""
    return starts.started(str(message.get("value") or ""))


def _interview(view: View, message: Mapping[str, Any]) -> Data | None:
    """The answers to the interview."""
    answers = message.get("answers")
    if not isinstance(answers, dict):
        return None
    departments = []
    for one in answers["departments"]:
        people = _typed(one["people"], 100_000.0, 1.0, view.language)
        load = None if not one["load"].strip() else _typed(one["load"], 120.0, 100.0, view.language)
        name = " ".join(one["name"].split())
        if not name:
            raise NotTaken(say("organisation.needs_name", view.language))
        made = {"name": name, "kind": one["kind"], "capacity": people * starts.HOURS_EACH, "workload": load}
        departments.append(made)
    names = [one["name"] for one in departments]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise NotTaken(say("organisation.taken", view.language, name=twice))
    places = range(len(names))
    needs = [[a, b] for a, b in answers["needs"] if a in places and b in places and a != b]
    return starts.interviewed(" ".join(answers["name"].split()), departments, needs, view.language)


_DOING: Mapping[Any, Callable[[View, Mapping[str, Any]], Data | None]] = {
    "trait": _trait,
    "kind": _kind,
    "rename": _rename,
    "add": _add,
    "remove": _remove,
    "tie": _tie,
    "setting": _setting,
    "text": _text,
    "start": _start,
    "interview": _interview,
}

__all__ = ["Changes", "edited", "whole"]
