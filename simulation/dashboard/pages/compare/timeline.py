"""The timeline of a scenario: every measure as a row of plain data, and a visitor's changes to it."""

import itertools
import math
from typing import Any

from simulation.dashboard.state.variants import (
    Changes,
    base_data,
    base_names,
    cloned,
    scenario_of,
    study_of,
    with_measure,
)
from simulation.dashboard.state.view import MOST_OWN, MOST_SCENARIOS, View
from simulation.study.errors import InputRefused
from simulation.study.measures import CLASS_OF, MEASURES, Control, Lasting, Measure, Once
from simulation.study.organisation import Department
from simulation.study.scenario import Scenario
from simulation.text.i18n import LANGUAGES, say

Row = dict[str, Any]

KNOWN_SETTINGS = frozenset(key for kind in CLASS_OF.values() for key in kind.controls())
"""Every setting that some measure has."""


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
    started = isinstance(shown, Lasting | Once)
    return {
        "name": name,
        "label": say(f"measure.{name}", view.language),
        "on": now is not None and now.is_on,
        "based": base is not None,
        "onBefore": before is not None and before.is_on,
        "differs": base is not None and (now != before),
        "timed": started,
        "once": isinstance(shown, Once),
        "start": shown.start if isinstance(shown, Lasting | Once) else None,
        "end": shown.end if isinstance(shown, Lasting) else None,
        "last": _last_week(shown, view.horizon, go_live),
        "startBefore": before.start if before and started else None,
        "lastBefore": _last_week(before, view.horizon, go_live) if before and started else None,
        "follows": shown.follows(go_live),
        "ends": shown.ending(view.language),
        "summary": shown.summary(view.language),
        "settings": [_setting(view, name, key, shown, before) for key in shown.controls()],
    }


def described(name: str, view: View) -> Measure:
    """A measure as this organisation would carry it out, whether or not it does."""
    said = (base_data(view.changes.base).get("measures") or {}).get(name)
    return CLASS_OF[name].model_validate(said if isinstance(said, dict) else {})


def _last_week(measure: Measure, horizon: int, go_live: float | None) -> int:
    """The last week in which a measure works, in the median world."""
    if not isinstance(measure, Lasting):
        return measure.start if isinstance(measure, Once) else 1
    if measure.end:
        return min(measure.end, horizon)
    last = horizon
    weeks = getattr(measure, "weeks", None)
    if weeks:
        last = min(last, measure.start + weeks - 1)
    if measure.stays is not None and go_live is not None and not measure.is_kept:
        last = min(last, math.floor(go_live) + measure.stays - 1)
    return max(last, 0)


def _setting(view: View, measure: str, key: str, shown: Measure, before: Measure | None) -> dict[str, Any]:
    """One setting: its kind, bounds, value, and whether it differs from what this is based on."""
    control, value = shown.controls()[key], getattr(shown, key)
    options = [{"name": name, "label": say(label, view.language)} for name, label in control.options]
    given = value
    if control.kind == "names":
        options = [{"name": one.name, "label": one.called(view.language)} for one in _eligible(view, measure)]
        given = [option["name"] for option in options] if value in (None, True) else list(value or ())
    return {
        "key": key,
        "label": say(f"setting.{key}", view.language),
        "kind": control.kind,
        "low": control.low,
        "high": _reach(control, value, view.horizon),
        "step": control.step,
        "value": given,
        "differs": before is not None and getattr(before, key) != value,
        "options": options,
        "optional": key == "end" or (key == "hours" and value is None),
    }


def _reach(control: Control, value: Any, horizon: int) -> float:
    """How far a slider reaches: at least to the value, and to no week beyond the horizon."""
    if control.kind == "week":
        return max(min(control.high, horizon), value or 0)
    return max(control.high, value or 0) if control.kind in {"hours", "euro", "weeks"} else control.high


def _eligible(view: View, measure: str) -> list[Department]:
    """The departments that a measure may name."""
    everyone = scenario_of(view.changes, view.hand).organisation.departments
    return [department for department in everyone if department.internal or CLASS_OF[measure].takes_chain]


# --- changes -------------------------------------------------------------------------------------------


def own(view: View) -> View:
    """The same view with a scenario of the visitor's own in hand: a copy of the one in hand if that came along."""
    if view.hand in view.changes.scenarios:
        return view
    return copied(view, "compare.changed")


def copied(view: View, title: str = "compare.copy") -> View:
    """The same view with a copy of the scenario in hand, which takes its place there.

    Where as many are compared as there can be, it takes the place among those as well.
    """
    if len(view.changes.scenarios) >= MOST_OWN:
        return view
    scenario = scenario_of(view.changes, view.hand)
    again = sum(1 for one in view.changes.scenarios.values() if one.get("extends") == view.hand)
    mark = f" ({again + 1})" if again else ""
    titles = {one: say(title, one, title=scenario.called(one)) + mark for one in LANGUAGES}
    changes, name = cloned(view.changes, view.hand, {key: text[:300] for key, text in titles.items()})
    shown = name if view.shown == view.hand else view.shown
    full = len(view.scenarios) >= MOST_SCENARIOS
    others = tuple(one for one in view.scenarios if one != view.hand) if full else view.scenarios
    return view.but(changes=changes, scenarios=(*others, name), hand=name, shown=shown)


def changed(view: View, asked: Any) -> tuple[View, str]:
    """The view after a visitor's change to a measure, and why it could not be made, if so.

    ``asked`` comes from a browser: ``{"measure": …, "on": …}`` or ``{"measure": …, "set": {setting: value}}``.
    """
    if not isinstance(asked, dict) or asked.get("measure") not in MEASURES:
        return view, ""
    name = asked["measure"]
    said = asked["set"] if isinstance(asked.get("set"), dict) else asked.get("on")
    if isinstance(said, bool):
        said = CLASS_OF[name].switched(said)
    if not isinstance(said, dict | bool) or (isinstance(said, dict) and not said.keys() <= KNOWN_SETTINGS):
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
    control = CLASS_OF[measure].controls().get(key)
    if control is not None and control.kind == "names" and isinstance(value, list):
        if {department.name for department in _eligible(view, measure)} <= set(map(str, value)):
            return control.everyone
        return value if value or control.nobody is None else control.nobody
    whole = control is not None and control.kind in {"week", "weeks"}
    return int(value) if whole and isinstance(value, float) and value.is_integer() else value


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
