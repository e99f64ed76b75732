"""Pay-back: when the scenario in hand has earned what it cost, over ten years, and what other benefits would change."""

from typing import Any, NotRequired

import numpy as np
import solara
from typing_extensions import TypedDict

from simulation.analysis.payback import LONGEST, MOST_WORLDS, YEAR, run_long
from simulation.dashboard.components.chart import Chart
from simulation.dashboard.components.text import Table, Text, packed
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import LatestTask, Progress, turn, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import refused, scenario_of, study_of
from simulation.dashboard.state.view import MOST_RATE, View, title_of
from simulation.engine.ensemble import Runs
from simulation.report.palette import ACCENT, FAINT, INK, QUIET
from simulation.report.payback import Answers, answer, answers, how, sentences
from simulation.text.i18n import money, number, say, words_of
from simulation.text.typed import number_in, written

RAIL_POSITION = 18
HEIGHT = 320
MOST_BENEFIT = 10_000_000
"""Euros a week; more than that is a slip of the keyboard."""


@closed
class Entry(TypedDict):
    """Another benefit a week of a department (€), another scenario or baseline, or another discount (%); as typed."""

    department: NotRequired[Word]
    benefit: NotRequired[Word]
    hand: NotRequired[Word]
    baseline: NotRequired[Word]
    rate: NotRequired[Word]


@component("payback.vue")
def Benefits(
    rows_text: str, picks_text: str, words_text: str, rate: str, wrong: str, event_enter: Event[Entry]
) -> None:
    """What is chosen, and every department's benefit a week, to be changed."""


@solara.component
def Page(view: View, change: Change) -> None:
    """When it pays back, the money over ten years, and the benefits it stands on."""
    language = view.language
    wrong, set_wrong = solara.use_state("")
    work: LatestTask[Runs | None] = use_latest_task(lambda progress: compute(view, progress), question(view))
    runs = work.value if work.value is not None and view.hand in work.value.study.names else None
    paybacks = solara.use_memo(lambda: paid(runs, view), [runs, view.hand, view.baseline, view.rate])

    def enter(message: Any) -> None:
        problems: list[str] = []

        def made(now: View) -> View:
            after, why = entered(now, message)
            problems[:] = [why] if why else []
            return after

        change(made)
        set_wrong(problems[0] if problems else "")

    Text("p", title_of(view), "sy-study")
    title = view.title(view.baseline)
    if paybacks is None:
        Text("h1", waiting(view, work), "sy-answer", id="answer", role="status")
    else:
        Text("h1", answer(paybacks, view.title(view.hand), language), "sy-answer", id="answer")
        for line in sentences(paybacks, title, language):
            Text("p", line, "sy-payback-line")
    Benefits(
        rows_text=packed(rows_of(view)),
        picks_text=packed(picks(view)),
        words_text=packed(words_of("compare", language) | words_of("payback", language)),
        rate=written(view.rate / 10, language),
        wrong=wrong,
        event_enter=enter,
    )
    if paybacks is not None:
        Money(paybacks, view)
        Text("p", how(paybacks, title, language), "sy-note")
        Text("p", say("result.not_a_forecast", language), "sy-note")


@solara.component
def Money(paybacks: Answers, view: View) -> None:
    """Cumulative benefit less cost over ten years, against the baseline, as a chart and as a table."""
    language = view.language
    chart_title = say("payback.chart", language, a=view.title(view.hand), b=view.title(view.baseline))
    under = say("payback.chart_under", language, b=view.title(view.baseline))
    Text("h2", chart_title)
    Text("p", under, "sy-under")
    option = packed(chart(paybacks, view))
    Chart(option_text=option, label=f"{chart_title}. {under}", height=HEIGHT, language=language)
    Table(say("compare.table", language), table(paybacks, language))


def question(view: View) -> tuple[Any, ...]:
    """All that the runs depend on."""
    return (view.changes, view.hand, view.baseline, view.worlds, view.seed, view.mode)


def compute(view: View, progress: Progress) -> Runs | None:
    """Both scenarios over ten years; None if there is but one."""
    if view.hand == view.baseline:
        return None
    study = study_of(view.changes, (view.baseline, view.hand))
    run_store().wait_for_engine(lambda: progress(0, 1))
    with turn(lambda: progress(0, 1)):
        return run_long(study, min(view.worlds, MOST_WORLDS), view.seed, view.mode, 1, progress)


def paid(runs: Runs | None, view: View) -> Answers | None:
    """When it pays back, at the discount of the view; None if that is not known yet."""
    if runs is None or view.baseline not in runs.study.names:
        return None
    return answers(runs, view.hand, view.baseline, view.rate / 1000)


def waiting(view: View, work: LatestTask[Runs | None]) -> str:
    """Why there is no answer yet."""
    if view.hand == view.baseline:
        return say("compare.too_few", view.language)
    if work.wrong:
        return say("compare.failed", view.language, why=work.why(view.language))
    return say("compare.computing", view.language)


# --- what can be entered -------------------------------------------------------------------------------


def entered(view: View, message: Any) -> tuple[View, str]:
    """The view with what was entered, as far as it can be, and why it cannot.

    >>> after, why = entered(View(), {"department": "Sales", "benefit": "9000"})
    >>> scenario_of(after.changes, "full").organisation.departments[1].benefit, why
    (9000.0, '')
    """
    if not isinstance(message, dict):
        return view, ""
    for key in ("hand", "baseline"):
        if message.get(key) in view.changes.names:
            view = view.ticked(message[key], True).but(**{key: message[key]})
    if "rate" in message:
        rate, why = _typed(message["rate"], say("payback.rate", view.language), MOST_RATE / 10, view.language)
        if rate is None:
            return view, why
        view = view.but(rate=round(10 * rate))
    return _with_benefit(view, message.get("department"), message.get("benefit"))


def _with_benefit(view: View, department: Any, given: Any) -> tuple[View, str]:
    """The view with another benefit a week of a department."""
    labels = {one["name"]: one["label"] for one in rows_of(view)}
    if not isinstance(department, str) or department not in labels:
        return view, ""
    benefit, why = _typed(given, labels[department], MOST_BENEFIT, view.language)
    if benefit is None:
        return view, why
    said = view.changes.data.get("organisation", {}).get("departments", {})
    departments = {**said, department: {**said.get(department, {}), "benefit": benefit}}
    changes = view.changes.put("organisation", "departments", departments)
    problem = refused(changes, (view.hand,))
    return (view, problem.told(view.language)) if problem else (view.but(changes=changes), "")


def _typed(given: Any, field: str, most: float, language: str) -> tuple[float | None, str]:
    """The number of 0 to ``most`` that somebody typed, and else why it is none, with the field's name.

    What was not typed is no number, and nothing is said of it.
    """
    if not isinstance(given, str):
        return None, ""
    value = number_in(given, language)
    if isinstance(value, str):
        return None, f"{field}: {say(f'assumptions.{value}', language)}"
    if not 0 <= value <= most:
        bounds = {"low": number(0, language), "high": number(most, language)}
        return None, f"{field}: {say('compare.beyond', language, given=written(value, language), **bounds)}"
    return value, ""


def rows_of(view: View) -> list[dict[str, Any]]:
    """Every department that can have a benefit, with what it is a week."""
    departments = scenario_of(view.changes, view.hand).organisation.departments
    return [
        {"name": one.name, "label": one.called(view.language), "benefit": written(one.benefit, view.language)}
        for one in departments
        if one.kind != "chain"
    ]


def picks(view: View) -> dict[str, Any]:
    """The scenarios that can be chosen, those that are compared first."""
    order = dict.fromkeys((*view.scenarios, *view.changes.names))
    scenarios = [{"name": name, "title": view.title(name)} for name in order]
    return {"hand": view.hand, "baseline": view.baseline, "scenarios": scenarios}


# --- what is drawn -------------------------------------------------------------------------------------


def chart(paybacks: Answers, view: View) -> dict[str, Any]:
    """Cumulative benefit less cost (millions of euros) over ten years, as an ECharts option: the middle and bands."""
    net = np.pad(paybacks["against"].net / 1e6, ((0, 0), (1, 0)))[:, ::4]  # every fourth week is enough for the eye
    weeks = [str(week) for week in range(0, LONGEST + 1, 4)]
    low, lower, middle, upper, high = (
        np.round(one, 3) for one in np.quantile(net, (0.05, 0.25, 0.5, 0.75, 0.95), axis=0)
    )
    bands = [*_band("90", low, high, 0.13), *_band("50", lower, upper, 0.26)]
    return {
        "animation": False,
        "textStyle": {"color": INK},
        "grid": {"left": 56, "right": 24, "top": 30, "bottom": 44},
        "tooltip": {"trigger": "axis", "confine": True},
        "xAxis": {
            "type": "category",
            "data": weeks,
            "boundaryGap": False,
            "name": say("result.week_axis", view.language),
            "nameLocation": "middle",
            "nameGap": 28,
            "axisLabel": {"color": QUIET, "interval": YEAR // 4 - 1},
            "axisTick": {"show": False},
            "axisLine": {"onZero": False, "lineStyle": {"color": FAINT}},
        },
        "yAxis": {
            "type": "value",
            "name": say("payback.million", view.language),
            "nameTextStyle": {"color": QUIET, "align": "left"},
            "axisLabel": {"color": QUIET},
            "splitLine": {"lineStyle": {"color": "#e4e7eb"}},
        },
        "series": [*bands, _line(view.title(view.hand), middle)],
    }


def _line(name: str, middle: Any) -> dict[str, Any]:
    """The middle world, with 0 marked: above it, it has paid back."""
    return {
        "type": "line",
        "name": name,
        "data": middle.tolist(),
        "showSymbol": False,
        "lineStyle": {"color": ACCENT, "width": 2.8},
        "itemStyle": {"color": ACCENT},
        "z": 5,
        "markLine": {
            "symbol": "none",
            "silent": True,
            "label": {"show": False},
            "lineStyle": {"color": INK, "width": 1.2, "type": "solid"},
            "data": [{"yAxis": 0}],
        },
    }


def _band(stack: str, low: Any, high: Any, opacity: float) -> list[dict[str, Any]]:
    """A band as an invisible line and what lies above it; the stack may begin below 0."""
    common = {
        "type": "line",
        "stack": stack,
        "stackStrategy": "all",
        "showSymbol": False,
        "silent": True,
        "lineStyle": {"opacity": 0},
        "tooltip": {"show": False},
        "emphasis": {"disabled": True},
    }
    area = {"color": ACCENT, "opacity": opacity}
    return [common | {"data": low.tolist()}, common | {"data": (high - low).tolist(), "areaStyle": area}]


def table(paybacks: Answers, language: str) -> list[list[str]]:
    """The middle world and nine in ten after each year, as rows of words; the first is the head."""
    net = paybacks["against"].net
    rows = [["", say("payback.middle_world", language), say("result.spread", language)]]
    for year in range(1, LONGEST // YEAR + 1):
        low, middle, high = np.quantile(net[:, year * YEAR - 1], (0.05, 0.5, 0.95))
        told = f"{money(low, language)} … {money(high, language)}"
        rows.append([say("payback.after_years", language, n=year), money(middle, language), told])
    return rows
