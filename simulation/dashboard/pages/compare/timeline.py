"""The timeline of a scenario: every measure as a row of plain data, and a visitor's changes to it."""

import itertools
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, get_args

from simulation.dashboard.state.variants import (
    Changes,
    base_data,
    base_names,
    cloned,
    scenario_of,
    study_of,
    with_measure,
)
from simulation.dashboard.state.view import MOST_OWN, View
from simulation.study.constants import CLOSING_WEEKS, PARTNER_STAYS
from simulation.study.errors import InputRefused
from simulation.study.measures import MEASURES, Measures
from simulation.study.scenario import Scenario
from simulation.text.i18n import LANGUAGES, number, percent, say, say_count

Kind = Literal["week", "weeks", "hours", "share", "euro", "switch", "choice", "names"]
Row = dict[str, Any]

SETTINGS: Mapping[str, tuple[Kind, float, float, float]] = MappingProxyType(
    {
        "start": ("week", 1, 520, 1),
        "end": ("week", 1, 520, 1),
        "weeks": ("weeks", 1, 520, 1),
        "hours": ("hours", 0, 168, 1),
        "tech_share": ("share", 0, 1, 0.05),
        "substitution": ("share", 0, 1, 0.05),
        "share": ("share", 0, 1, 0.05),
        "rate": ("share", 0, 1, 0.01),
        "fee": ("euro", 0, 400, 5),
        "cost": ("euro", 0, 50_000, 500),
        "licence": ("euro", 0, 10_000, 100),
        "board_hours": ("hours", 0, 40, 1),
        "board_rate": ("euro", 0, 500, 10),
        "keep_after_go_live": ("switch", 0, 1, 1),
        "progress": ("names", 0, 0, 0),
        "priority": ("names", 0, 0, 0),
        "voice": ("names", 0, 0, 0),
        "departments": ("names", 0, 0, 0),
        "members": ("names", 0, 0, 0),
        "kind": ("choice", 0, 0, 0),
    }
)
"""How each setting is shown: its kind, and what a slider reaches; a file may say more, and so may who types."""

BY_ITSELF: Mapping[str, int] = MappingProxyType(
    {
        "assign_roles": CLOSING_WEEKS,
        "cross_functional_team": CLOSING_WEEKS,
        "wide_forum": CLOSING_WEEKS,
        "extra_hours": CLOSING_WEEKS,
        "technicians": CLOSING_WEEKS,
        "cut_it_portfolio": CLOSING_WEEKS,
        "external_partner": PARTNER_STAYS,
    }
)
"""Measures that end by themselves so many weeks after go-live."""

KINDS = {"standard": "compare.standard", "self-built": "compare.self_built"}
"""What the kinds of platform are called."""


def rows_of(view: View, go_live: float | None) -> list[Row]:
    """Every measure of the scenario in hand beside what it is based on, in the order of the model.

    ``go_live`` is its week of go-live in the median world, None if that is not known or not within the horizon.
    """
    scenario = scenario_of(view.changes, view.hand)
    base = scenario_of(view.changes, scenario.extends) if scenario.extends else None
    return [_row(view, scenario, base, name, go_live) for name in MEASURES]


def _row(view: View, scenario: Scenario, base: Scenario | None, name: str, go_live: float | None) -> Row:
    """One measure."""
    now, before = getattr(scenario.measures, name), getattr(base.measures, name) if base else None
    shown = now or described(name, view)
    told = {key: value for key, value in shown.model_dump().items() if key in SETTINGS}
    told_before = before.model_dump() if before else {}
    on = _self_built(now) if name == "platform" else now is not None
    on_before = _self_built(before) if name == "platform" else before is not None
    return {
        "name": name,
        "label": say(f"measure.{name}", view.language),
        "on": on,
        "based": base is not None,
        "onBefore": on_before,
        "differs": base is not None and (now != before),
        "timed": "start" in told,
        "once": "start" in told and "end" not in told,
        "start": told.get("start"),
        "end": told.get("end"),
        "last": _last(name, told, view.horizon, go_live),
        "startBefore": told_before.get("start") if before else None,
        "lastBefore": _last(name, told_before, view.horizon, go_live) if before and "start" in told_before else None,
        "ends": _ends(name, told, view.language),
        "summary": _summary(name, told, view.language),
        "settings": [_setting(view, name, key, told, told_before) for key in told],
    }


def _self_built(platform: Any) -> bool:
    """Whether a platform is one that is built in-house."""
    return platform is not None and platform.kind == "self-built"


def described(name: str, view: View) -> Any:
    """A measure as this organisation would carry it out, whether or not it does."""
    said = (base_data(view.changes.base).get("measures") or {}).get(name)
    model = get_args(Measures.model_fields[name].annotation) or (Measures.model_fields[name].annotation,)
    return model[0].model_validate(said if isinstance(said, dict) else {})


def _last(name: str, told: dict[str, Any], horizon: int, go_live: float | None) -> int:
    """The last week in which a measure works, in the median world."""
    if told.get("end"):
        return int(min(told["end"], horizon))
    if "end" not in told:
        return int(told.get("start") or 1)
    last: float = horizon
    if told.get("weeks"):
        last = min(last, told["start"] + told["weeks"] - 1)
    stays = BY_ITSELF.get(name)
    if stays is not None and go_live is not None and not told.get("keep_after_go_live"):
        last = min(last, math.floor(go_live) + stays - 1)
    return int(max(last, 0))


def _ends(name: str, told: dict[str, Any], language: str) -> str:
    """When a measure ends, in words."""
    if told.get("end") or "end" not in told:
        return ""
    if name == "persuasion":
        return say_count("compare.ends_weeks", told["weeks"], language)
    if name == "external_partner":
        return say_count("compare.ends_partner", told["weeks"], language)
    if name in BY_ITSELF and not told.get("keep_after_go_live"):
        return say("compare.ends_closing", language)
    return say("compare.ends_never", language)


def _summary(name: str, told: dict[str, Any], language: str) -> str:
    """The setting that says most, in a few signs."""
    if name == "external_partner":
        how = say("compare.over" if told["substitution"] >= 0.5 else "compare.along", language)
        return f"{number(told['hours'], language)} {say('compare.hours_week', language)}, {how}"
    if told.get("hours") is not None:
        return f"{number(told['hours'], language)} {say('compare.hours_week', language)}"
    if "share" in told:
        return percent(told["share"], language)
    return ""


def _setting(view: View, measure: str, key: str, told: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """One setting: its kind, bounds, value, and whether it differs from what this is based on."""
    kind, low, high, step = SETTINGS[key]
    value = told[key]
    options: list[dict[str, str]] = []
    if kind == "names":
        options = [{"name": one.name, "label": one.called(view.language)} for one in _eligible(view, measure)]
        value = [one["name"] for one in options] if value in (None, True) else [] if value is False else list(value)
    elif kind == "choice":
        options = [{"name": name, "label": say(KINDS[name], view.language)} for name in ("standard", "self-built")]
    return {
        "key": key,
        "label": say(f"setting.{key}", view.language),
        "kind": kind,
        "low": low,
        "high": _reach(kind, high, value, view.horizon),
        "step": step,
        "value": value,
        "differs": bool(before) and before.get(key) != told[key],
        "options": options,
        "optional": key == "end" or (key == "hours" and value is None),
    }


def _reach(kind: Kind, high: float, value: Any, horizon: int) -> float:
    """How far a slider reaches: at least to the value, and to no week beyond the horizon."""
    if kind == "week":
        return max(min(high, horizon), value or 0)
    return max(high, value or 0) if kind in {"hours", "euro", "weeks"} else high


ROLES = frozenset({"progress", "priority", "voice"})


def _eligible(view: View, measure: str) -> list[Any]:
    """The departments that a measure may name: chain partners may hold roles, and nothing else."""
    everyone = scenario_of(view.changes, view.hand).organisation.departments
    return [one for one in everyone if one.internal or measure == "assign_roles"]


# --- changes -------------------------------------------------------------------------------------------


def own(view: View) -> View:
    """The same view with a scenario of the visitor's own in hand: a copy of the one in hand if that came along."""
    if view.hand in view.changes.scenarios:
        return view
    return copied(view, "compare.changed")


def copied(view: View, title: str = "compare.copy") -> View:
    """The same view with a copy of the scenario in hand, which takes its place there."""
    if len(view.changes.scenarios) >= MOST_OWN:
        return view
    scenario = scenario_of(view.changes, view.hand)
    again = sum(1 for one in view.changes.scenarios.values() if one.get("extends") == view.hand)
    mark = f" ({again + 1})" if again else ""
    titles = {one: say(title, one, title=scenario.called(one)) + mark for one in LANGUAGES}
    changes, name = cloned(view.changes, view.hand, {key: text[:300] for key, text in titles.items()})
    shown = name if view.shown == view.hand else view.shown
    return view.but(changes=changes, scenarios=(*view.scenarios, name), hand=name, shown=shown)


def changed(view: View, asked: Any) -> tuple[View, str]:
    """The view after a visitor's change to a measure, and why it could not be made, if so.

    ``asked`` comes from a browser: ``{"measure": …, "on": …}`` or ``{"measure": …, "set": {setting: value}}``.
    """
    if not isinstance(asked, dict) or asked.get("measure") not in MEASURES:
        return view, ""
    name = asked["measure"]
    said = asked["set"] if isinstance(asked.get("set"), dict) else asked.get("on")
    if name == "platform" and isinstance(said, bool):
        said = {"kind": "self-built" if said else "standard"}
    if not isinstance(said, dict | bool) or (isinstance(said, dict) and not said.keys() <= SETTINGS.keys()):
        return view, ""
    after = own(view)
    if after.hand in base_names(view.changes.base):
        return view, say("compare.too_many_own", view.language, most=MOST_OWN)
    if isinstance(said, dict):
        said = {key: _plain(name, key, value, after) for key, value in said.items()}
        start = said.get("start")
        if isinstance(start, int) and start > view.horizon:
            return view, say("compare.week_too_late", view.language, week=start, horizon=view.horizon)
    changes = with_measure(after.changes, after.hand, name, said)
    wrong = why_not(changes, after)
    return (view, wrong) if wrong else (after.but(changes=changes), "")


def _plain(measure: str, key: str, value: Any, view: View) -> Any:
    """A setting as a file says it: all departments are none in particular; whole weeks are whole."""
    kind = SETTINGS[key][0]
    if kind == "names" and isinstance(value, list):
        if {one.name for one in _eligible(view, measure)} <= set(map(str, value)):
            return True if key in ROLES else None
        return False if key in ROLES and not value else value
    whole = kind in {"week", "weeks"} and isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def why_not(changes: Changes, view: View) -> str:
    """Why no file could say this, in the visitor's language; nothing if one could."""
    try:
        study_of(changes, (view.hand,))
    except InputRefused as refused:
        return " ".join(_without_place(one.told(view.language)) for one in refused.problems[:3])
    return ""


def too_late(view: View, name: str, weeks: int) -> str:
    """Which measures of a scenario begin after so many weeks, in a sentence; nothing if none does."""
    scenario = scenario_of(view.changes, name)
    late = [
        say("compare.begins", view.language, measure=say(f"measure.{one}", view.language), week=start)
        for one in MEASURES
        if (start := getattr(getattr(scenario.measures, one), "start", None) or 0) > weeks
    ]
    if not late:
        return ""
    title = scenario.called(view.language)
    return say("compare.begins_late", view.language, title=title, weeks=weeks, measures=", ".join(late))


def _without_place(said: str) -> str:
    """A problem without its path, where the field it is about stands beside it.

    >>> _without_place("scenarios.full-2.measures.technicians.start: 0 is too small.")
    '0 is too small.'
    """
    path, sign, rest = said.partition(": ")
    return rest if sign and path.startswith("scenarios.") else said


def renamed(view: View, title: Any) -> View:
    """The same view with another title for the visitor's own scenario in hand."""
    entry = view.changes.scenarios.get(view.hand)
    if entry is None or not isinstance(title, str) or not title.strip():
        return view
    taken = {view.title(name) for name in view.changes.names if name != view.hand}
    changes = view.changes.put("scenarios", view.hand, {**entry, "title": _free(" ".join(title.split())[:300], taken)})
    return view if why_not(changes, view) else view.but(changes=changes)


def _free(title: str, taken: set[str]) -> str:
    """A title that no other scenario has, with a number behind it if need be.

    >>> _free("Plan", {"Plan", "Plan (2)"}), _free("Plan", set())
    ('Plan (3)', 'Plan')
    """
    numbered = (f"{title[:290]} ({again})" for again in itertools.count(2))
    return next(one for one in itertools.chain([title], numbered) if one not in taken)


def removed(view: View, name: Any) -> View:
    """The same view without a scenario: one of the visitor's own is gone, unless others are based on it."""
    if not isinstance(name, str):
        return view
    own_ones = view.changes.scenarios
    if name in own_ones and not any(one.get("extends") == name for one in own_ones.values()):
        view = view.but(changes=view.changes.put("scenarios", name, None))
    return view.ticked(name, False)
