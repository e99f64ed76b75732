"""What a comparison answers, as plain data and sentences for the page."""

from typing import Any

import numpy as np

from simulation.analysis.compare import Comparison, Pair, Summary, compare_pair
from simulation.dashboard.state.variants import scenario_of
from simulation.dashboard.state.view import View
from simulation.model.outcomes import BY_OUTCOME
from simulation.report.sentences import difference as difference_said
from simulation.report.sentences import go_live, level, verdict
from simulation.study.measures import MEASURES
from simulation.study.parameters import BY_NAME
from simulation.text.i18n import number, say

Row = dict[str, Any]


def headline(found: Comparison, view: View) -> tuple[str, str]:
    """The verdict on the pair in hand: its answer, and what more there is to say."""
    pair = found.pair(view.hand, view.rival, view.outcome)
    study = found.runs.study
    titles = study.scenario(view.hand).called(view.language), study.scenario(view.rival).called(view.language)
    answer, _, rest = verdict(pair, titles, view.language).partition("; ")
    outcome = say(f"outcome.{view.outcome}", view.language)
    return answer, f"{outcome[:1].upper()}{outcome[1:]}: {rest}" if rest else f"{outcome[:1].upper()}{outcome[1:]}"


def price(found: Comparison, view: View) -> str:
    """That the scenario in hand is better on the outcome shown but loses on benefit less cost, or the other way.

    Nothing where both agree, or where one of them says nothing.
    """
    if view.outcome in {"net_value", "cost", "benefit"}:
        return ""
    main, money = (found.pair(view.hand, view.rival, one) for one in (view.outcome, "net_value"))
    if {main.kind, money.kind} != {"beats", "loses"}:
        return ""
    counts = {one: number(getattr(money, one), view.language) for one in ("wins", "losses", "worlds")}
    gap = difference_said(money, view.language)
    return say(f"compare.price_{money.kind}", view.language, **counts, difference=gap)


def ranked(found: Comparison, outcome: str) -> list[str]:
    """The scenarios from best to worst by their mean of an outcome; undefined ones last."""
    higher = BY_OUTCOME[outcome].better != "lower"
    means = {name: found.summary(name, outcome).mean.estimate for name in found.ranking}

    def place(name: str) -> tuple[bool, float]:
        mean = means[name]
        return not np.isfinite(mean), (-mean if higher else mean) if np.isfinite(mean) else 0.0

    return sorted(found.ranking, key=place)


def ranking(found: Comparison, view: View) -> list[Row]:
    """A row for each scenario, best first: quantiles on a scale from 0 to 1, its mean in words, and its verdict."""
    study, outcome = found.runs.study, view.outcome
    summaries = {name: found.summary(name, outcome) for name in study.names}
    low, high = scale_of(list(summaries.values()), outcome)
    rival = study.scenario(view.rival).called(view.language)
    own = view.changes.scenarios
    rows = []
    for name in ranked(found, outcome):
        one = summaries[name]
        five = np.array([one.q05, one.q25, one.median, one.q75, one.q95])
        marks = np.clip((five - low) / (high - low), 0.0, 1.0)
        rows.append(
            {
                "name": name,
                "title": study.scenario(name).called(view.language),
                "description": study.scenario(name).description.in_(view.language),
                "hand": name == view.hand,
                "rival": name == view.rival,
                "own": name in own,
                "marks": np.round(marks, 4).tolist() if np.isfinite(marks).all() else None,
                "mean": _mean(one, study.horizon, view.language),
                "said": "" if name == view.rival else _short_verdict(found, view, name, rival),
            }
        )
    return rows


def scale_of(summaries: list[Summary], outcome: str) -> tuple[float, float]:
    """The ends of the axis on which all scenarios are drawn: those of the unit, else from the least to the most."""
    axis = BY_OUTCOME[outcome].unit.axis
    if axis is not None:
        return axis
    ends = [at for one in summaries for at in (one.q05, one.q95) if np.isfinite(at)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    return (min(low, 0.0) if low > 0.0 else low), high if high > low else low + 1.0


def _mean(one: Summary, horizon: int, language: str) -> str:
    """The mean over worlds as people say it; of go-live the middle world."""
    if one.outcome == "go_live_week":
        return go_live(one, horizon, language)
    return level(one.mean.estimate, one.outcome, language)


def _short_verdict(found: Comparison, view: View, name: str, rival: str) -> str:
    """The verdict of a row in a few words."""
    pair = found.pair(name, view.rival, view.outcome)
    if pair.worlds == 0:
        return say("compare.undefined", view.language)
    counts = {one: number(getattr(pair, one), view.language) for one in ("wins", "losses", "worlds")}
    return say(f"compare.{pair.kind}", view.language, rival=rival, **counts)


# --- what changed --------------------------------------------------------------------------------------


def since(before: tuple[View, Comparison] | None, found: Comparison, view: View) -> str:
    """What the last change did to the scenario in hand, world by world; nothing if that cannot be said."""
    if before is None:
        return ""
    earlier, known = before
    what = difference(earlier, view)
    if not what or earlier.hand not in known.runs.study.names or len(known.runs.worlds) != len(found.runs.worlds):
        return ""
    if (earlier.seed, earlier.mode) != (view.seed, view.mode):
        return ""
    old, new = known.runs.of(earlier.hand, view.outcome), found.runs.of(view.hand, view.outcome)
    pair = _since_pair(compare_pair(new, old, ("new", "old"), BY_OUTCOME[view.outcome]), view.language)
    said = say(
        "compare.since_level",
        view.language,
        outcome=say(f"outcome.{view.outcome}", view.language),
        before=_mean(known.summary(earlier.hand, view.outcome), known.runs.study.horizon, view.language),
        after=_mean(found.summary(view.hand, view.outcome), found.runs.study.horizon, view.language),
    )
    return say("compare.since", view.language, what=what, level=said, pair=pair)


def _since_pair(pair: Pair, language: str) -> str:
    """What a change did, world by world, and whether that matters."""
    if pair.worlds == 0 or pair.wins + pair.losses == 0:
        return say("compare.since_nothing", language)
    counts = {one: number(getattr(pair, one), language) for one in ("wins", "losses", "worlds")}
    matters = say(f"compare.since_{pair.kind}", language)
    return say("compare.since_pair", language, **counts, matters=matters, difference=difference_said(pair, language))


def difference(before: View, after: View) -> str:
    """What differs between the scenarios in hand of two views, in words; nothing if they are not kin."""
    if not _kin(before, after):
        return ""
    parts = [*_measures_changed(before, after), *_numbers_changed(before, after)]
    return "; ".join(parts[:3]) + ("; …" if len(parts) > 3 else "")


def _kin(before: View, after: View) -> bool:
    """Whether the scenario in hand is the same, or was made of the one before."""
    entry = after.changes.scenarios.get(after.hand) or {}
    return after.hand == before.hand or entry.get("extends") == before.hand


def _measures_changed(before: View, after: View) -> list[str]:
    """Measures that are switched or set differently."""
    one = scenario_of(before.changes, before.hand).measures
    other = scenario_of(after.changes, after.hand).measures
    found = []
    for name in MEASURES:
        old, new = getattr(one, name), getattr(other, name)
        if old == new:
            continue
        label = say(f"measure.{name}", after.language)
        if old is None or new is None:
            found.append(say("compare.what_off" if new is None else "compare.what_on", after.language, measure=label))
            continue
        for key, value in new.model_dump().items():
            if getattr(old, key) != value:
                found.append(
                    say(
                        "compare.what_set",
                        after.language,
                        measure=label,
                        setting=say(f"setting.{key}", after.language),
                        before=_setting_value(key, getattr(old, key), after.language),
                        after=_setting_value(key, value, after.language),
                    )
                )
    return found


def _numbers_changed(before: View, after: View) -> list[str]:
    """Parameters and weeks that were changed."""
    found = []
    if before.horizon != after.horizon:
        fields = {"before": before.horizon, "after": after.horizon}
        found.append(say("compare.what_horizon", after.language, **fields))
    old, new = (view.changes.data.get("parameters", {}) for view in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name) and name in BY_NAME:
            was, now = (
                _value(_number_of(said.get(name), BY_NAME[name].default), after.language) for said in (old, new)
            )
            found.append(say("compare.what_parameter", after.language, name=name, before=was, after=now))
    return found


def _number_of(said: Any, default: float) -> Any:
    """The value that is said of a parameter, or its default."""
    return said.get("value") if isinstance(said, dict) else default if said is None else said


def _setting_value(key: str, value: Any, language: str) -> str:
    """A setting of a measure as people say it; a last week that is not given comes by itself."""
    return say("compare.by_itself", language) if key == "end" and value is None else _value(value, language)


def _value(value: Any, language: str) -> str:
    """A setting as people say it."""
    if isinstance(value, bool):
        return say("value.yes" if value else "value.no", language)
    if value is None:
        return "–"
    if isinstance(value, int | float):
        digits = 0 if float(value).is_integer() else 2
        return number(float(value), language, digits)
    return ", ".join(value) if isinstance(value, tuple | list) else str(value)
