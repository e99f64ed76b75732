"""What a comparison answers, as plain data and sentences for the page."""

from typing import Any

import numpy as np

from simulation.analysis.compare import Comparison
from simulation.analysis.pairs import Pair, compare_outcomes
from simulation.dashboard.state.variants import scenario_of
from simulation.dashboard.state.view import View
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.report.axes import axis_of
from simulation.report.sentences import (
    against_nothing,
    ends,
    forecast,
    hardly_used,
    level_labels,
    lines_beside,
    middle,
    mostly_hardly_used,
    short_verdict,
)
from simulation.report.sentences import difference as difference_said
from simulation.study.measures import MEASURES
from simulation.study.parameters import BY_NAME
from simulation.text.i18n import number, say

Row = dict[str, Any]


def headline(comparison: Comparison, view: View) -> tuple[str, str]:
    """The verdict on the pair in hand: its answer, and what more there is to say.

    Who mostly goes live and is hardly used is named in the answer itself.
    """
    pair = comparison.pair(view.hand, view.baseline, view.outcome)
    study = comparison.runs.study
    titles = study.scenario(view.hand).called(view.language), study.scenario(view.baseline).called(view.language)
    answer = short_verdict(pair, titles, view.language)
    if view.outcome == LEADING:
        pair_in_hand = (view.hand, view.baseline)
        named = hardly_used(comparison, pair_in_hand, view.language)
        others = [name for name in pair_in_hand if not mostly_hardly_used(comparison, name)]
        under = [ends(comparison, name, view.language) for name in others]
        return ". ".join([answer, *named]), " ".join(f"{sentence}." for sentence in under)
    outcome = say(f"outcome.{view.outcome}", view.language)
    details = [forecast(pair, view.language)] if pair.worlds and pair.kind == "undecided" else []
    details += [difference_said(pair, view.language, study.horizon)]
    detail = "; ".join(part for part in details if part)
    return answer, f"{outcome[:1].upper()}{outcome[1:]}" + (f": {detail}" if detail else "")


def three_lines(comparison: Comparison, view: View) -> list[str]:
    """Progress, use a year after go-live and cost of the pair in hand, below how far they get."""
    if view.outcome != LEADING:
        return []
    return lines_beside(comparison, view.hand, view.baseline, view.language)


def price(comparison: Comparison, view: View) -> str:
    """A sentence where the outcome shown and benefit less cost disagree on the pair in hand.

    Empty where they agree, where one of them is undecided, or where cost is said anyway; of benefit less cost itself
    it says how that stands against nothing done.
    """
    if view.outcome == "net_value":
        return " ".join(against_nothing(comparison.led_by("net_value"), view.language))
    if view.outcome in {"cost", "benefit"} or not BY_OUTCOME[view.outcome].unit.has_mean:
        return ""
    main, money = (comparison.pair(view.hand, view.baseline, outcome) for outcome in (view.outcome, "net_value"))
    if {main.kind, money.kind} != {"beats", "loses"}:
        return ""
    counts = {count: number(getattr(money, count), view.language) for count in ("wins", "losses", "worlds")}
    gap = difference_said(money, view.language)
    horizon = comparison.runs.study.horizon
    return say(f"compare.price_{money.kind}", view.language, **counts, difference=gap, horizon=horizon)


def ranking(comparison: Comparison, view: View) -> list[Row]:
    """A row for each scenario, best first: all worlds by level or quantiles on a scale from 0 to 1, and its verdict."""
    study, outcome = comparison.runs.study, view.outcome
    summaries = {name: comparison.summary(name, outcome) for name in study.names}
    low, high = axis_of(list(summaries.values()), outcome)
    levels = not BY_OUTCOME[outcome].unit.has_mean
    baseline = study.scenario(view.baseline).called(view.language)
    own = view.changes.scenarios
    rows = []
    for name in comparison.ranked(outcome):
        summary = summaries[name]
        five = np.array([summary.q05, summary.q25, summary.median, summary.q75, summary.q95])
        marks = np.clip((five - low) / (high - low), 0.0, 1.0)
        rows.append(
            {
                "name": name,
                "title": study.scenario(name).called(view.language),
                "description": study.scenario(name).description.in_(view.language),
                "hand": name == view.hand,
                "rival": name == view.baseline,
                "own": name in own,
                "marks": np.round(marks, 4).tolist() if np.isfinite(marks).all() and not levels else None,
                "levels": list(comparison.levels(name, outcome)) if levels else None,
                "mean": "" if levels else _mean(comparison, name, view),
                "said": "" if name == view.baseline else _short_verdict(comparison, view, name, baseline),
            }
        )
    return rows


def _mean(comparison: Comparison, name: str, view: View) -> str:
    """The mean over worlds as people say it; where the outcome is undefined in some, in how many it is defined."""
    summary = comparison.summary(name, view.outcome)
    if summary.undefined:
        counts = {"n": summary.worlds - summary.undefined, "worlds": summary.worlds}
        return say("result.no_rank", view.language, **{key: number(n, view.language) for key, n in counts.items()})
    return middle(summary, comparison.runs.study.horizon, view.language)


def _short_verdict(comparison: Comparison, view: View, name: str, baseline: str) -> str:
    """The verdict of a row in a few words."""
    pair = comparison.pair(name, view.baseline, view.outcome)
    if pair.worlds == 0:
        return say("compare.undefined", view.language)
    counts = {count: number(getattr(pair, count), view.language) for count in ("wins", "losses", "ties", "worlds")}
    kind = "tied" if pair.ties > pair.worlds / 2 and pair.kind != "same" else pair.kind
    if view.outcome != LEADING:
        return say(f"compare.{kind}", view.language, rival=baseline, **counts)
    return say(f"compare.further_{kind}", view.language, rival=baseline, **counts)


# --- what changed --------------------------------------------------------------------------------------


def is_comparable(earlier: View, view: View) -> bool:
    """Whether the same worlds show what became of the scenario in hand: same study, same draws, the same weeks."""
    same = ("worlds", "seed", "mode", "horizon")
    studies = earlier.changes.base == view.changes.base
    return studies and all(getattr(earlier, name) == getattr(view, name) for name in same)


def since(before: tuple[View, Comparison] | None, comparison: Comparison, view: View) -> str:
    """What the last change did to the scenario in hand, world by world, in a sentence; empty if it cannot be said."""
    if before is None:
        return ""
    earlier, known = before
    differences = difference(earlier, view)
    if not differences or len(known.runs.worlds) != len(comparison.runs.worlds) or not is_comparable(earlier, view):
        return ""
    measured, horizon = BY_OUTCOME[view.outcome], comparison.runs.study.horizon
    old, new = known.runs.row(earlier.hand), comparison.runs.row(view.hand)
    pair = _since_pair(compare_outcomes(new, old, ("new", "old"), measured, horizon), view.language)
    outcome = say(f"outcome.{view.outcome}", view.language)
    levels = (known, earlier.hand), (comparison, view.hand)
    before_said, after_said = _levels_said(*levels, view) if not measured.unit.has_mean else _means_said(*levels, view)
    change = say("compare.since_level", view.language, outcome=outcome, before=before_said, after=after_said)
    return say("compare.since", view.language, what=differences, level=change, pair=pair)


def _means_said(before: tuple[Comparison, str], after: tuple[Comparison, str], view: View) -> list[str]:
    """An outcome before and after, as people say it."""
    return [
        middle(comparison.summary(name, view.outcome), comparison.runs.study.horizon, view.language)
        for comparison, name in (before, after)
    ]


def _levels_said(before: tuple[Comparison, str], after: tuple[Comparison, str], view: View) -> list[str]:
    """How far it gets before and after: in how many worlds the highest level that either reaches, and its name."""
    counts = [comparison.levels(name, view.outcome) for comparison, name in (before, after)]
    top = max(level for levels in counts for level, worlds in enumerate(levels) if worlds)
    called = level_labels(view.outcome, view.language)[top]
    return [number(counts[0][top], view.language), f"{number(counts[1][top], view.language)} {called}"]


def _since_pair(pair: Pair, language: str) -> str:
    """What a change did, world by world, and whether that matters."""
    if pair.worlds == 0 or pair.wins + pair.losses == 0:
        return say("compare.since_nothing", language)
    counts = {count: number(getattr(pair, count), language) for count in ("wins", "losses", "worlds")}
    matters = say(f"compare.since_{pair.kind}", language)
    said = difference_said(pair, language)
    return say(
        "compare.since_pair" if said else "compare.since_levels", language, **counts, matters=matters, difference=said
    )


def difference(before: View, after: View) -> str:
    """What differs between the scenarios in hand of two views, in words; empty if neither was made of the other."""
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
    earlier = scenario_of(before.changes, before.hand).measures
    later = scenario_of(after.changes, after.hand).measures
    sentences = []
    for name in MEASURES:
        old, new = getattr(earlier, name), getattr(later, name)
        if old == new:
            continue
        label = say(f"measure.{name}", after.language)
        if old is None or new is None:
            sentences.append(
                say("compare.what_off" if new is None else "compare.what_on", after.language, measure=label)
            )
            continue
        sentences += _settings_changed(label, old, new, after.language)
    return sentences


def _settings_changed(measure: str, old: Any, new: Any, language: str) -> list[str]:
    """Settings of a measure that is in both scenarios."""
    return [
        say(
            "compare.what_set",
            language,
            measure=measure,
            setting=say(f"setting.{key}", language),
            before=_setting_value(key, getattr(old, key), language),
            after=_setting_value(key, value, language),
        )
        for key, value in new.model_dump().items()
        if getattr(old, key) != value
    ]


def _numbers_changed(before: View, after: View) -> list[str]:
    """Parameters and weeks that were changed."""
    sentences = []
    if before.horizon != after.horizon:
        fields = {"before": before.horizon, "after": after.horizon}
        sentences.append(say("compare.what_horizon", after.language, **fields))
    old, new = (view.changes.data.get("parameters", {}) for view in (before, after))
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name) and name in BY_NAME:
            was, now = (
                _value(_number_of(parameters.get(name), BY_NAME[name].default), after.language)
                for parameters in (old, new)
            )
            sentences.append(say("compare.what_parameter", after.language, name=name, before=was, after=now))
    return sentences


def _number_of(entry: Any, default: float) -> Any:
    """The value that is said of a parameter, or its default."""
    return entry.get("value") if isinstance(entry, dict) else default if entry is None else entry


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
