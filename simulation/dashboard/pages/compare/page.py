"""Compare: scenarios over the same worlds, the levers of one of them, and what moving them does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import solara

from simulation.analysis.compare import Comparison
from simulation.dashboard.components.chart import Chart
from simulation.dashboard.components.text import Box, Markup, Table, Text, packed, safe
from simulation.dashboard.pages.compare import answer, charts, timeline
from simulation.dashboard.pages.compare.components import Controls, Ranking, Stay, Timeline
from simulation.dashboard.state.runs import FEW, run_store
from simulation.dashboard.state.tasks import LatestTask, Progress, Steps, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import refused, scenario_of, study_of
from simulation.dashboard.state.view import MOST_SEED, MOST_WORLDS, View, title_of
from simulation.model.outcomes import BY_OUTCOME, LEADING, OUTCOMES
from simulation.report.sentences import LEVELS, LINES, MAIN, go_live, level_labels, middle, note, short_verdict
from simulation.text.i18n import number, percent, say, words_of

RAIL_POSITION = 10
MOST_HORIZON = 520
Answered = tuple[View, Comparison]


@dataclass(frozen=True)
class Compared:
    """An answer, and that before the last step, for the scenario in hand then."""

    answered: Answered
    before: Answered | None = None


@dataclass(frozen=True)
class Refusal:
    """A change that could not be made: beside which ``field``, ``why``, and the ``question`` on the page then."""

    field: str = ""
    why: str = ""
    question: tuple[Any, ...] = ()


NOTHING = Refusal()


@solara.component
def Page(view: View, change: Change) -> None:
    """The answer and why, the levers below it, the scenarios beside it."""
    wanted = before_wanted(change.previous, view)
    latest: LatestTask[Compared | None] = use_latest_task(
        lambda progress: compare(view, wanted, progress), question(view)
    )
    answered = latest.value.answered if latest.value else None
    before = use_before(latest, wanted)
    wrong, alter, put = use_attempts(view, change)

    # One mark for all that is not fresh: each element that changes is a message to the browser.
    with Box("sy-compare" if latest.fresh else "sy-compare sy-stale"):
        with Box("sy-compare-main"):
            Stay(text=staying(view, answered))
            with Box("sy-compare-answer"):
                Answer(view, latest, before, change)
            if answered is not None:
                Weeks(answered)
            Levers(view, answered, alter, wrong)
        with Box("sy-compare-side"):
            Scenarios(view, answered, change)
            Numbers(view, put, wrong)
            if answered is not None:
                Beside(answered)
    if answered is not None:
        Scorecard(answered)
        Foot(answered)


def use_attempts(view: View, change: Change) -> tuple[Refusal, Callable[[Any], None], Callable[[Any], None]]:
    """What was refused last, as long as the question stays; and how a measure and a number are changed."""
    refusal, set_refusal = solara.use_state(NOTHING)

    def attempt(field: str, make: Callable[[View], tuple[View, str]]) -> None:
        latest = NOTHING

        def made(now: View) -> View:
            nonlocal latest
            after, why = make(now)
            latest = Refusal(field, why, question(after)) if why else NOTHING
            return after

        change(made)
        set_refusal(latest)

    def alter(message: Any) -> None:
        if isinstance(message, dict):
            attempt(str(message.get("measure", "")), lambda now: timeline.changed(now, message))

    def put(message: Any) -> None:
        if isinstance(message, dict):
            attempt("numbers", lambda now: numbered(now, message))

    return refusal if refusal.question == question(view) else NOTHING, alter, put


def question(view: View) -> tuple[Any, ...]:
    """All that a comparison depends on; the language is no part of it."""
    return (view.changes, view.scenarios, view.hand, view.baseline, view.worlds, view.seed, view.mode, view.horizon)


def stamp(view: View) -> str:
    """A mark of the question, by which one sees in a page whether all of it answers the same."""
    return f"{hash(question(view)) & 0xFFFFFFFF:08x}"


def compare(view: View, wanted: View | None, progress: Progress) -> Steps[Compared | None]:
    """The comparison that a view asks for; while the engine is being compiled, over a few worlds first.

    The answer to the view ``wanted`` comes with it, so that a page is drawn once for both.
    """
    if len(view.scenarios) < 2:
        return None
    study, store = view.study, run_store()
    if not store.ready and view.worlds > FEW:
        yield Compared((view, store.compare(study, view.baseline, FEW, view.seed, view.mode, progress)))
    comparison = store.compare(study, view.baseline, view.worlds, view.seed, view.mode, progress)
    return Compared((view, comparison), compare_alone(wanted, progress))


def before_wanted(previous: View | None, view: View) -> View | None:
    """The view before the last step; None if there is nothing in it to hold against this one."""
    return previous if previous is not None and answer.is_comparable(previous, view) else None


def use_before(latest: LatestTask[Compared | None], wanted: View | None) -> Answered | None:
    """The answer to the view ``wanted``, for the scenario in hand then.

    It came with the latest answer, unless the last step asked nothing new.
    """
    held = latest.value.before if latest.value else None
    key = question(wanted) if wanted else None
    if held is not None and question(held[0]) == key:
        key = None
    sought = wanted if key and latest.fresh else None
    earlier: LatestTask[Answered | None] = use_latest_task(
        lambda progress: compare_alone(sought, progress), sought and key
    )
    return held if wanted and not key else earlier.value if earlier.fresh else None


def compare_alone(view: View | None, progress: Progress) -> Answered | None:
    """The runs of the scenario in hand alone; they are known already, unless the step came before its answer."""
    if view is None:
        return None
    study = study_of(view.changes, (view.hand,))
    return view, run_store().compare(study, view.hand, view.worlds, view.seed, view.mode, progress)


# --- the answer ----------------------------------------------------------------------------------------


@solara.component
def Answer(view: View, latest: LatestTask[Compared | None], before: Answered | None, change: Change) -> None:
    """The study, the answer in a sentence, what stands behind it, and what the last change did."""
    language = view.language
    Text("p", title_of(view), "sy-study")
    if len(view.scenarios) < 2:
        Text("h1", say("compare.too_few", language), "sy-answer")
        return
    if latest.wrong:
        Text("h1", say("compare.failed", language, why=latest.why(language)), "sy-answer", role="alert")
        return
    if latest.value is None:
        Text("h1", say("compare.computing", language), "sy-answer sy-wait", role="status")
        return
    answered_view, comparison = latest.value.answered
    answered_view = answered_view.but(language=language, outcome=view.outcome)
    Verdict(comparison, answered_view)
    change_text = (
        answer.since(before, comparison, answered_view) if latest.fresh else progress_text(latest, comparison, view)
    )
    with Box("sy-last"):
        Text("p", change_text or note(comparison, language), "sy-since", role="status")
        # there always, since a button that comes and goes with every change costs more than all else on the page
        can_undo = bool(change_text) and latest.fresh and before is not None
        undo = {"on_click": change.undo, "classes": ["sy-undo"] if can_undo else ["sy-undo", "sy-away"]}
        solara.Button(say("compare.undo", language), text=True, small=True, **undo)


@solara.component
def Verdict(comparison: Comparison, view: View) -> None:
    """The verdict on the pair in hand, and what stands behind it."""
    verdict, under = answer.headline(comparison, view)
    Text("h1", verdict, "sy-answer sy-dims", id="answer")
    Text("p", under, "sy-under sy-dims")
    lines = "".join(f"<p>{safe(line)}</p>" for line in answer.three_lines(comparison, view))
    if lines:
        Markup("div", lines, "sy-lines sy-dims")
    price = answer.price(comparison, view)
    if price:
        Text("p", price, "sy-price sy-dims")


def staying(view: View, answered: Answered | None) -> str:
    """The answer in a line, with where the worlds of the scenario in hand end; nothing while there is none."""
    if answered is None or not {view.hand, view.baseline} <= set(answered[1].runs.study.names):
        return ""
    comparison, language = answered[1], view.language
    pair = comparison.pair(view.hand, view.baseline, view.outcome)
    verdict = short_verdict(pair, (view.title(pair.a), view.title(pair.b)), language)
    labels = level_labels(view.outcome, language)
    counts = comparison.levels(view.hand, view.outcome) if labels else ()
    ends = [f"{label} {number(count, language)}" for label, count in zip(labels, counts, strict=True) if count]
    return " · ".join([verdict, ", ".join(ends)] if ends else [verdict])


def progress_text(latest: LatestTask[Compared | None], comparison: Comparison, view: View) -> str:
    """How far a comparison is that takes its time."""
    if latest.value is not None and latest.key == question(view) and len(comparison.runs.worlds) < view.worlds:
        return say("compare.first_worlds", view.language, worlds=len(comparison.runs.worlds), all=view.worlds)
    if latest.total > 1:
        return say("compare.runs_done", view.language, done=latest.done, total=latest.total)
    return say("compare.computing", view.language)


@solara.component
def Weeks(answered: Answered) -> None:
    """Progress and use over weeks."""
    view, comparison = answered
    option = solara.use_memo(lambda: packed(charts.weeks(comparison, view)), [comparison, view])
    title, under = say("compare.weeks_title", view.language), say("compare.weeks_under", view.language)
    with Box("sy-compare-weeks sy-dims"):
        Text("h2", title)
        Text("p", under, "sy-under")
        Chart(
            option_text=option,
            label=f"{title}. {under}",
            height=charts.HEIGHT,
            language=view.language,
            unit=say("number.percent", view.language, n=""),
            stamp=stamp(view),
        )
        Table(say("compare.table_weeks", view.language), weeks_table(comparison, view))


def weeks_table(comparison: Comparison, view: View) -> list[list[str]]:
    """The median of progress and adoption twice a year: rows of words, by scenario and state; the first is the head."""
    study, language = comparison.runs.study, view.language
    at = list(range(26, study.horizon + 1, 26)) or [study.horizon]
    rows = [["", *(say("compare.week_said", language, week=week) for week in at)]]
    for name in study.names:
        for state in ("progress", "adoption"):
            middle_world = comparison.weekly(name, state)[0, [week - 1 for week in at]]
            title = f"{study.scenario(name).called(language)}: {say(f'compare.{state}', language)}"
            rows.append([title, *(percent(float(cell), language) for cell in middle_world)])
    return rows


# --- the levers ----------------------------------------------------------------------------------------


@solara.component
def Levers(view: View, answered: Answered | None, alter: Callable[[Any], None], wrong: Refusal) -> None:
    """The timeline of the scenario in hand."""
    live = None
    if answered is not None and view.hand in answered[1].runs.study.names:
        comparison = answered[1]
        median = comparison.summary(view.hand, "go_live_week").median
        live = median if median <= comparison.runs.study.horizon else None
    scenario = scenario_of(view.changes, view.hand)
    base = view.title(scenario.extends) if scenario.extends else ""
    asked = [view.changes, view.hand, view.language, live]
    Timeline(
        rows_text=solara.use_memo(lambda: packed(timeline.rows_of(view, live)), asked),
        scenario=view.hand,
        title=say("compare.timeline_of", view.language, title=scenario.called(view.language)),
        base=say("compare.based", view.language, base=base) if base else "",
        horizon=view.horizon,
        live=round(live) if live is not None else 0,
        stamp=stamp(view),
        language=view.language,
        words_text=packed(words_of("compare", view.language) | words_of("value", view.language)),
        wrong={"measure": wrong.field, "why": wrong.why},
        event_alter=alter,
    )


# --- the scenarios and the numbers ---------------------------------------------------------------------


@solara.component
def Scenarios(view: View, answered: Answered | None, change: Change) -> None:
    """The scenarios that are compared, ranked, and what can be done with them."""
    known = answered is not None and set(view.scenarios) == set(answered[1].runs.study.names)
    shown_of = (view.scenarios, view.hand, view.baseline, view.outcome, view.language)
    rows = solara.use_memo(
        lambda: answer.ranking(answered[1], view) if answered and known else waiting(view),
        [answered and answered[1], known, *shown_of, tuple(view.changes.scenarios) if known else view.changes],
    )
    doing: dict[str, Callable[[View, Any], View]] = {
        "take": lambda now, name: now.but(hand=name, shown=name) if name in now.scenarios else now,
        "hold": lambda now, name: held(now, name) if name in now.scenarios else now,
        "judge": lambda now, name: now.but(outcome=name) if name in BY_OUTCOME else now,
        "add": lambda now, name: now.ticked(name, True) if name in now.changes.names else now,
        "remove": timeline.removed,
        "copy": lambda now, _: timeline.copied(now),
        "rename": timeline.renamed,
    }

    def act(message: Any) -> None:
        if isinstance(message, dict) and message.get("do") in list(doing) and isinstance(message.get("what", ""), str):
            change(lambda now: doing[message["do"]](now, message.get("what", "")))

    measured = BY_OUTCOME[view.outcome].unit.has_mean
    outcome_label = say(f"outcome.{view.outcome}", view.language)
    others_text = solara.use_memo(lambda: others(view), [view.changes, view.scenarios, view.language])
    outcomes = [{"name": outcome.name, "title": say(f"outcome.{outcome.name}", view.language)} for outcome in OUTCOMES]
    Ranking(
        rows_text=packed(rows),
        others_text=others_text,
        outcomes_text=packed(outcomes),
        outcome=view.outcome,
        title=say(
            "compare.levels_of" if view.outcome == LEADING else "compare.ranking_of",
            view.language,
            outcome=outcome_label,
        ),
        under=say("compare.ranking_under" if measured else "compare.levels_under", view.language, worlds=view.worlds),
        levels_text=packed([] if measured else level_keys(view.outcome, view.language)),
        words_text=packed(words_of("compare", view.language)),
        event_act=act,
    )


def others(view: View) -> str:
    """The scenarios that are not compared, as text for the page."""
    return packed(
        [{"name": name, "title": view.title(name)} for name in view.changes.names if name not in view.scenarios]
    )


def level_keys(outcome: str, language: str) -> list[dict[str, str]]:
    """What the parts of a bar of worlds are called and how they are drawn, from the lowest level up."""
    labels = level_labels(outcome, language)
    if outcome == LEADING:
        looks: list[str] = list(LEVELS)
    else:
        plain = [level for level in LEVELS if level != "live"]
        looks = [plain[round(at * (len(plain) - 1) / max(1, len(labels) - 1))] for at in range(len(labels))]
    return [{"name": look, "label": label} for look, label in zip(looks, labels, strict=True)]


def held(view: View, name: str) -> View:
    """The view with another baseline, which also stands beside the one that is looked at in one world, if one does."""
    after = view.but(baseline=name)
    return after.but(beside=after.baseline, shown=after.hand) if after.beside == view.baseline else after


def waiting(view: View) -> list[dict[str, Any]]:
    """The rows of the scenarios of which nothing is known yet."""
    rows = []
    for scenario in study_of(view.changes, view.scenarios).scenarios:
        labels = {
            "name": scenario.name,
            "title": scenario.called(view.language),
            "description": scenario.description.in_(view.language),
        }
        marks = {"hand": scenario.name == view.hand, "rival": scenario.name == view.baseline}
        rows.append(
            {
                **labels,
                **marks,
                "own": scenario.name in view.changes.scenarios,
                "marks": None,
                "levels": None,
                "mean": "…",
                "said": "",
            }
        )
    return rows


@solara.component
def Numbers(view: View, put: Callable[[Any], None], wrong: Refusal) -> None:
    """How many worlds, how far ahead, which seed, which numbers."""
    Controls(
        worlds=view.worlds,
        most=MOST_WORLDS,
        horizon=view.horizon,
        longest=MOST_HORIZON,
        seed=view.seed,
        largest=MOST_SEED,
        mode=view.mode,
        wrong=wrong.why if wrong.field == "numbers" else "",
        words_text=packed(words_of("compare", view.language)),
        event_put=put,
    )


def numbered(view: View, message: dict[str, Any]) -> tuple[View, str]:
    """The view with another number of worlds, horizon, seed or mode, as far as it is legal, and why it is not.

    >>> numbered(View(), {"worlds": 50, "seed": "x"})[0].worlds, numbered(View(), {"horizon": 52})[0].horizon
    (50, 52)
    >>> after, why = numbered(View(), {"horizon": 30})
    >>> after.horizon, why[:58]
    (156, 'Full, anchored late begins something after week 30 (anchor')
    """
    why = ""
    bounds = {"worlds": (2, MOST_WORLDS), "seed": (0, MOST_SEED), "horizon": (1, MOST_HORIZON)}
    for key, (low, high) in bounds.items():
        value = message.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            if key == "horizon":
                view, why = _with_horizon(view, value)
            else:
                view = view.but(**{key: value})
    if message.get("mode") in ("ranges", "defaults"):
        view = view.but(mode=message["mode"])
    return view, why


def _with_horizon(view: View, weeks: int) -> tuple[View, str]:
    """The view with another horizon, if every scenario can have it, or why not."""
    changes = view.changes.put("project", "horizon", weeks)
    # Those that are not compared are listed beside them, so they must be able to have it too.
    for name in changes.names:
        wrong = refused(changes, (name,))
        if wrong is not None:
            return view, timeline.too_late(view, name, weeks) or wrong.told(view.language)
    return view.but(changes=changes), ""


@solara.component
def Beside(answered: Answered) -> None:
    """Cost beside lasting adoption."""
    view, comparison = answered
    option = solara.use_memo(lambda: packed(charts.cost(comparison, view)), [comparison, view])
    title, under = say("compare.cost_title", view.language), say("compare.cost_under", view.language)
    with Box("sy-block sy-dims"):
        Text("h2", title)
        Text("p", under, "sy-under")
        Chart(option_text=option, label=f"{title}. {under}", height=240, language=view.language)


@solara.component
def Scorecard(answered: Answered) -> None:
    """All scenarios in numbers, best first: a table, as wide as the page."""
    view, comparison = answered
    language = view.language
    fields = {"outcome": say(f"outcome.{view.outcome}", language), "worlds": number(view.worlds, language)}
    with Box("sy-block sy-scorecard sy-dims"):
        Text("h2", say("compare.scorecard", language))
        Text("p", say("compare.scorecard_under", language, **fields), "sy-under")
        region = {"tabindex": "0", "role": "region", "aria-label": say("compare.scorecard", language)}
        Markup("div", scorecard(comparison, view), "sy-scroll", **region)


def scorecard(comparison: Comparison, view: View) -> str:
    """The table as markup: where worlds end stands under one heading."""
    head, *rows = table(comparison, view)
    levels, language = len(LEVELS), view.language
    apart = "".join(f'<th scope="col" rowspan="2">{safe(cell)}</th>' for cell in head[1 + levels :])
    first = f'<th scope="col" rowspan="2">{safe(head[0])}</th>'
    ends = f'<th scope="colgroup" colspan="{levels}">{safe(say("compare.ends_in", language))}</th>'
    under = "".join(f'<th scope="col">{safe(cell)}</th>' for cell in head[1 : 1 + levels])
    marks = {view.hand: "hand", view.baseline: "rival"}
    body = "".join(
        f'<tr class="{marks.get(name, "")}"><th scope="row">{safe(row[0])}</th>'
        + "".join(f"<td>{safe(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for name, row in zip(comparison.ranked(view.outcome), rows, strict=True)
    )
    return f"<table><thead><tr>{first}{ends}{apart}</tr><tr>{under}</tr></thead><tbody>{body}</tbody></table>"


def table(comparison: Comparison, view: View) -> list[list[str]]:
    """The ranking in numbers, as rows of words; the first is the head."""
    study, language = comparison.runs.study, view.language
    outcomes = dict.fromkeys((*LINES, MAIN, "net_value", *([] if view.outcome == LEADING else [view.outcome])))
    rows = [[say("result.scenario", language), *(say(f"reach.{key}", language) for key in LEVELS)]]
    rows[0] += [say("result.go_live", language), *(say(f"outcome.{outcome}", language) for outcome in outcomes)]
    for name in comparison.ranked(view.outcome):
        counts = [number(count, language) for count in comparison.levels(name)]
        live = go_live(comparison.summary(name, "go_live_week"), study.horizon, language)
        means = [middle(comparison.summary(name, outcome), study.horizon, language) for outcome in outcomes]
        rows.append([study.scenario(name).called(language), *counts, live, *means])
    return rows


@solara.component
def Foot(answered: Answered) -> None:
    """How many worlds, which seed, and what all this is not."""
    view, comparison = answered
    Text("p", f"{note(comparison, view.language)} {say('result.not_a_forecast', view.language)}", "sy-note")
