"""Data to ECharts options, drawn by the visitor's own machine."""

from typing import Any

import numpy as np

from simulation.compare import Comparison
from simulation.figures import ACCENT, FAINT, INK, QUIET, RIVAL
from simulation.report import MAIN
from simulation.words import say

Option = dict[str, Any]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


def colour_of(comparison: Comparison, name: str, in_hand: str) -> str:
    """One accent for the scenario in hand, a second for its rival, grey for the rest."""
    return ACCENT if name == in_hand else RIVAL if name == comparison.baseline else QUIET


def adoption(comparison: Comparison, in_hand: str, language: str) -> Option:
    """Adoption over weeks: bands and the middle world of the scenario in hand and its rival, the rest in grey."""
    study = comparison.runs.study
    weeks = list(range(study.horizon + 1))  # week 0: nothing is done the new way yet
    loud = [name for name in (comparison.baseline, in_hand) if name in study.names]
    quiet = [name for name in study.names if name not in loud]
    series: list[Option] = [
        _line(comparison, name, FAINT, 1.2, study.scenario(name).called(language), False) for name in quiet
    ]
    for name in dict.fromkeys(loud):
        colour = colour_of(comparison, name, in_hand)
        series += _band(comparison, name, (0.05, 0.95), colour, 0.10)
        series += _band(comparison, name, (0.25, 0.75), colour, 0.22)
        series.append(_line(comparison, name, colour, 2.6, study.scenario(name).called(language), True))
    _mark_go_live(series, comparison, in_hand, language)
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {"left": 46, "right": 18, "top": 30, "bottom": 44},
        "tooltip": {"trigger": "axis", "confine": True, "order": "valueDesc"},
        "xAxis": {
            "type": "category",
            "data": weeks,
            "name": say("page.week", language),
            "nameLocation": "middle",
            "nameGap": 26,
            "axisLabel": {"interval": 25, "color": "#52606d"},
            "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": FAINT}},
            "nameTextStyle": {"color": "#52606d"},
            "boundaryGap": False,
        },
        "yAxis": {
            "type": "value",
            "min": 0,
            "max": 100,
            "axisLabel": {"formatter": "{value} %", "color": "#52606d"},
            "splitLine": {"lineStyle": {"color": "#e4e7eb"}},
        },
        "series": series,
    }


def _line(comparison: Comparison, name: str, colour: str, width: float, title: str, loud: bool) -> Option:
    """The middle world."""
    middle = np.median(comparison.runs.weeks(name, "adoption"), axis=0)
    return {
        "type": "line",
        "name": title,
        "data": _from_week_0(middle),
        "showSymbol": False,
        "lineStyle": {"color": colour if loud else "#b8c2cc", "width": width},
        "itemStyle": {"color": colour if loud else "#9aa5b1"},
        "emphasis": {"disabled": True},
        "z": 4 if loud else 3,
    }


def _from_week_0(shares: Any) -> list[float]:
    """Shares of weeks 1 … as per cent, with week 0 before them."""
    return [0.0, *np.round(100.0 * np.asarray(shares, dtype=float), 1).tolist()]


def _band(comparison: Comparison, name: str, ends: tuple[float, float], colour: str, opacity: float) -> list[Option]:
    """A band between two quantiles over worlds, as an invisible line and what lies above it."""
    low, high = np.quantile(comparison.runs.weeks(name, "adoption"), ends, axis=0)
    common: Option = {
        "type": "line",
        "stack": f"{name}{ends[0]}",
        "showSymbol": False,
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "emphasis": {"disabled": True},
        "z": 1,
    }
    bottom = common | {"data": _from_week_0(low)}
    area = {"color": colour, "opacity": opacity}
    return [bottom, common | {"data": _from_week_0(high - low), "areaStyle": area}]


def _mark_go_live(series: list[Option], comparison: Comparison, in_hand: str, language: str) -> None:
    """Mark the week in which the middle world of the scenario in hand goes live."""
    week = comparison.summary(in_hand, "go_live_week").median
    if week <= comparison.runs.study.horizon:
        series[-1]["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": INK, "type": "dashed", "width": 1},
            "label": {"formatter": say("page.go_live", language), "color": INK, "fontSize": 12},
            "data": [{"xAxis": round(week)}],
        }


def ranking(comparison: Comparison, in_hand: str, language: str) -> Option:
    """Lasting adoption over worlds, a box per scenario, best first."""
    study = comparison.runs.study
    boxes = []
    for name in comparison.ranking:
        one = comparison.summary(name, MAIN)
        colour = colour_of(comparison, name, in_hand)
        five = [one.q05, one.q25, one.median, one.q75, one.q95]
        style = {"color": f"{colour}33", "borderColor": colour, "borderWidth": 1.6}
        boxes.append({"value": [round(100 * value, 1) for value in five], "itemStyle": style})
    titles = [study.scenario(name).called(language) for name in comparison.ranking]
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {
            "left": 16 + min(230, round(6.3 * max(map(len, titles)))),
            "right": 24,
            "top": 6,
            "bottom": 26,
        },
        "xAxis": {
            "type": "value",
            "min": 0,
            "max": 100,
            "interval": 25,
            "axisLabel": {"formatter": "{value} %", "color": "#52606d"},
            "splitLine": {"lineStyle": {"color": "#e4e7eb"}},
        },
        "yAxis": {
            "type": "category",
            "data": titles,
            "inverse": True,
            "axisTick": {"show": False},
            "axisLine": {"show": False},
            "axisLabel": {"color": INK, "width": 230, "overflow": "truncate"},
        },
        "series": [{"type": "boxplot", "data": boxes, "boxWidth": [6, 16]}],
    }
