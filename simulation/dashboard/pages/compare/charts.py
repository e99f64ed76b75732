"""Data to ECharts options, drawn by the visitor's own machine."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.analysis.compare import Comparison
from simulation.dashboard.state.view import View
from simulation.report.palette import ACCENT, FAINT, INK, QUIET, RIVAL
from simulation.text.i18n import say

Option = dict[str, Any]
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
GREY = "#b4bec8"
LEFT, RIGHT = 190, 128
"""Pixels left and right of the weeks, the same as in ``timeline.vue``, so that weeks stand below weeks."""
PANELS = (("progress", 22, 92), ("adoption", 142, 164))
"""What is drawn over weeks: the state, its distance from the top and its height in pixels."""
HEIGHT = 332
TOO_CLOSE = 0.12
"""A share of the weeks shown: two labels of go-live nearer to each other than this stand on either side."""
SMALLEST_BAND = 3
"""With fewer worlds than this a band says nothing."""
MOST_LABELS = 7
"""With more scenarios than this, labels would lie on each other."""
LABEL_ROOM = 15.0
"""Percentage points of lasting adoption that a label and its point take in the picture of cost."""


def weeks(comparison: Comparison, view: View) -> Option:
    """Progress and adoption (per cent) over weeks, as an ECharts option.

    The scenario in hand and the baseline have bands and the middle world, the others the middle world only.
    """
    study = comparison.runs.study
    loud = [name for name in (view.baseline, view.hand) if name in study.names]
    quiet = _small(QUIET)
    series: list[Option] = []
    for panel, (state, _, _) in enumerate(PANELS):
        for name in study.names:
            if name not in loud:
                series.append(_line(comparison, name, state, panel, view) | {"z": 2})
        for name in loud:
            series += _bands(comparison, name, state, panel, ACCENT if name == view.hand else RIVAL)
        for name in loud:
            series.append(_loud(comparison, name, state, panel, view))
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": [{"left": LEFT, "right": RIGHT, "top": top, "height": height} for _, top, height in PANELS],
        "narrow": {
            "grid": [{"left": 48, "right": 12, "top": top + 18, "height": height - 40} for _, top, height in PANELS],
            "legend": _key(loud, view),
            "title": _titles(view),
        },
        "tooltip": {"trigger": "axis", "confine": True, "order": "valueDesc", "textStyle": {"fontSize": 12}},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "title": [
            *_titles(view),
            {"text": say("compare.week", view.language), "left": LEFT - 46, "top": HEIGHT - 24} | {"textStyle": quiet},
        ],
        "xAxis": [_weeks_axis(panel, study.horizon) for panel in range(len(PANELS))],
        "yAxis": [_share_axis(panel, view.language) for panel in range(len(PANELS))],
        "series": series,
    }


def _titles(view: View) -> list[Option]:
    """What each panel shows."""
    style = _small(INK, 650)
    return [
        {"text": say(f"compare.{state}", view.language), "left": 0, "top": top - 4, "textStyle": style}
        for state, top, _ in PANELS
    ]


def _key(loud: list[str], view: View) -> Option:
    """Which line is whose, where there is no room for labels at their ends."""
    entries = [{"name": view.title(name), "icon": "rect"} for name in reversed(loud)]
    return {"data": entries, "bottom": 0, "left": 0, "itemHeight": 4, "itemWidth": 18, "textStyle": _small(INK)}


def _small(colour: str, weight: int = 400) -> Option:
    """Small type."""
    return {"fontSize": 12.5, "fontWeight": weight, "color": colour, "fontFamily": FONT}


def _weeks_axis(panel: int, horizon: int) -> Option:
    """Weeks from left to right; said below the last panel only."""
    last = panel == len(PANELS) - 1
    return {
        "type": "category",
        "gridIndex": panel,
        "data": [str(week) for week in range(horizon + 1)],
        "boundaryGap": False,
        "axisLabel": {"show": last, "color": QUIET, "interval": (26 if horizon <= 260 else 52) - 1},
        "axisTick": {"show": False},
        "axisLine": {"onZero": False, "lineStyle": {"color": FAINT}},
        "splitLine": {"show": False},
    }


def _share_axis(panel: int, language: str) -> Option:
    """0 to 100 %."""
    return {
        "type": "value",
        "gridIndex": panel,
        "min": 0,
        "max": 100,
        "interval": 50,
        "axisLabel": {"formatter": say("number.percent", language, n="{value}"), "color": QUIET},
        "splitLine": {"lineStyle": {"color": "#e4e7eb"}},
    }


def _line(comparison: Comparison, name: str, state: str, panel: int, view: View) -> Option:
    """The middle world, week by week."""
    return {
        "type": "line",
        "name": comparison.runs.study.scenario(name).called(view.language),
        "xAxisIndex": panel,
        "yAxisIndex": panel,
        "data": _points(comparison.weekly(name, state)[0]),
        "showSymbol": False,
        "lineStyle": {"color": GREY, "width": 1.2},
        "itemStyle": {"color": "#8a96a3"},
        "emphasis": {"disabled": True},
    }


def _loud(comparison: Comparison, name: str, state: str, panel: int, view: View) -> Option:
    """The same for the scenario in hand (a full line) or the baseline (dashes), labelled where it ends."""
    hand = name == view.hand
    colour = ACCENT if hand else RIVAL
    line = _line(comparison, name, state, panel, view)
    line["lineStyle"] = {"color": colour, "width": 2.8, "type": "solid" if hand else [7, 4]}
    line["itemStyle"] = {"color": colour}
    line["z"] = 5 if hand else 4
    text = "#0a4f80" if hand else "#9a4a0c"
    label = {"show": True, "formatter": "{a}", "color": text, "fontSize": 12, "fontWeight": 600, "width": RIGHT - 14}
    line["endLabel"] = label | {"overflow": "break", "lineHeight": 14}
    line["labelLayout"] = {"moveOverlap": "shiftY"}
    week = comparison.summary(name, "go_live_week").median
    if week <= comparison.runs.study.horizon and state == "adoption":
        other = comparison.summary(view.baseline if hand else view.hand, "go_live_week").median
        close = other <= comparison.runs.study.horizon and abs(week - other) < TOO_CLOSE * comparison.runs.study.horizon
        line["markLine"] = {
            "symbol": "none",
            "silent": True,
            "lineStyle": {"color": colour, "type": "dashed", "width": 1.2},
            "label": {"formatter": say("compare.go_live", view.language), "color": text, "fontSize": 11.5}
            | ({"align": "right" if (week, hand) < (other, not hand) else "left", "padding": [0, 4]} if close else {}),
            "data": [{"xAxis": round(week)}],
        }
    return line


def _points(shares: NDArray[Any]) -> list[float]:
    """Shares of weeks 1 … as per cent, with week 0, when nothing is done yet, before them."""
    values: list[float] = np.round(100.0 * np.asarray(shares, dtype=float), 1).tolist()
    return [0.0, *values]


def _bands(comparison: Comparison, name: str, state: str, panel: int, colour: str) -> list[Option]:
    """Where 9 in 10 worlds and where half of the worlds are; nothing for a few worlds."""
    if len(comparison.runs.worlds) < SMALLEST_BAND:
        return []
    low, lower, upper, high = comparison.weekly(name, state, (0.05, 0.25, 0.75, 0.95))
    wide = _band(f"{name}/90", low, high, panel, colour, 0.13)
    return [*wide, *_band(f"{name}/50", lower, upper, panel, colour, 0.26)]


def _band(stack: str, low: NDArray[Any], high: NDArray[Any], panel: int, colour: str, opacity: float) -> list[Option]:
    """A band as an invisible line and what lies above it."""
    common: Option = {
        "type": "line",
        "stack": f"{stack}/{panel}",
        "xAxisIndex": panel,
        "yAxisIndex": panel,
        "showSymbol": False,
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "emphasis": {"disabled": True},
        "z": 1,
    }
    area = {"color": colour, "opacity": opacity}
    return [common | {"data": _points(low)}, common | {"data": _points(high - low), "areaStyle": area}]


def cost(comparison: Comparison, view: View) -> Option:
    """Cost (millions of euros) beside lasting adoption (per cent), as an ECharts option.

    Each scenario is a point; the pair in hand has crosses, where half of the worlds are.
    """
    study = comparison.runs.study
    crossed = [name for name in study.names if name in (view.hand, view.baseline)]
    points = {
        "type": "scatter",
        "data": [_point(comparison, name, view) for name in study.names],
        "label": {"formatter": "{b}", "fontSize": 11},
        "labelLayout": {"hideOverlap": True},
    }
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK},
        "grid": {"left": 44, "right": 26, "top": 16, "bottom": 44},
        "tooltip": {"trigger": "item", "confine": True},
        "xAxis": _cost_axis(study.horizon, view.language),
        "yAxis": _share_axis(0, view.language),
        "series": [*(line for name in crossed for line in _cross(comparison, name, view)), points],
    }


def _cost_axis(horizon: int, language: str) -> Option:
    """Cost over ``horizon`` weeks, in millions of euros."""
    return {
        "type": "value",
        "scale": True,
        "name": say("compare.cost_axis", language, horizon=horizon),
        "nameLocation": "middle",
        "nameGap": 26,
        "nameTextStyle": _small(QUIET),
        "axisLabel": {"color": QUIET, "hideOverlap": True},
        "splitLine": {"lineStyle": {"color": "#eef1f4"}},
    }


def _point(comparison: Comparison, name: str, view: View) -> Option:
    """One scenario at its mean cost and lasting adoption; of many, only the pair in hand has a label."""
    study, in_pair = comparison.runs.study, name in (view.hand, view.baseline)
    colour, text = _colours(name, view)
    return {
        "name": study.scenario(name).called(view.language),
        "value": _mean_point(comparison, name),
        "itemStyle": {"color": colour},
        "symbol": "diamond" if name == view.baseline else "circle",
        "symbolSize": 13 if in_pair else 8,
        "label": {"show": in_pair or len(study.names) <= MOST_LABELS, "color": text} | _beside(comparison, name, view),
        "z": 6 if name == view.hand else 5,
    }


def _beside(comparison: Comparison, name: str, view: View) -> Option:
    """Where a point's label stands: towards the middle of the picture, so that it is not cut off at an edge.

    It stands above the point, or below it where the other one of the pair in hand is just above.
    """
    costs = [_mean_point(comparison, each)[0] for each in comparison.runs.study.names]
    x, y = _mean_point(comparison, name)
    label = {"align": "right" if 2 * x > min(costs) + max(costs) else "left", "position": "top"}
    others = [other for other in (view.hand, view.baseline) if other != name and other in comparison.runs.study.names]
    above = [_mean_point(comparison, other)[1] - y for other in others if name in (view.hand, view.baseline)]
    return label | ({"position": "bottom"} if y > LABEL_ROOM and any(0 <= gap < LABEL_ROOM for gap in above) else {})


def _colours(name: str, view: View) -> tuple[str, str]:
    """The colours of a scenario's point and of its label."""
    if name == view.hand:
        return ACCENT, ACCENT
    return (RIVAL, "#9a4a0c") if name == view.baseline else ("#7b8794", QUIET)


def _million(euro: float) -> float:
    """Euros in millions."""
    return round(euro / 1e6, 3) if math.isfinite(euro) else 0.0


def _mean_point(comparison: Comparison, name: str) -> list[float]:
    """Mean cost (millions of euros) and mean lasting adoption (per cent)."""
    euro, lasting = comparison.summary(name, "cost"), comparison.summary(name, "lasting_adoption")
    return [_million(euro.mean.estimate), round(100 * lasting.mean.estimate, 1)]


def _cross(comparison: Comparison, name: str, view: View) -> list[Option]:
    """Two lines from the lower to the upper quartile, which cross at the mean, where the point is."""
    euro, lasting = comparison.summary(name, "cost"), comparison.summary(name, "lasting_adoption")
    x, y = _mean_point(comparison, name)
    lines = (
        [[_million(euro.q25), y], [_million(euro.q75), y]],
        [[x, round(100 * lasting.q25, 1)], [x, round(100 * lasting.q75, 1)]],
    )
    style = {"color": _colours(name, view)[0], "width": 2, "opacity": 0.55}
    return [{"type": "line", "data": ends, "showSymbol": False, "silent": True, "lineStyle": style} for ends in lines]
