"""What helps: what each measure of the scenario in hand contributes, over all worlds."""

from typing import Any, NotRequired

import numpy as np
import solara
from typing_extensions import TypedDict

from simulation.analysis.contributions import Contribution, Contributions
from simulation.dashboard.components.text import Table, Text, packed
from simulation.dashboard.pages.contribute.store import Question, worked_out
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.tasks import LatestTask, Progress, Steps, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import scenario_of, study_of
from simulation.dashboard.state.view import View, title_of
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES
from simulation.model.units import Share
from simulation.report.contributions import answer, cells, how, notes, unit_of
from simulation.text.i18n import number, say, words_of

RAIL_POSITION = 15


@closed
class Choice(TypedDict):
    """Another scenario in hand, or another outcome."""

    hand: NotRequired[Word]
    outcome: NotRequired[Word]


@component("contribute.vue")
def Bars(rows_text: str, words_text: str, picks_text: str, unit: str, event_choose: Event[Choice]) -> None:
    """The picks, and a bar a measure (:func:`rows_of`)."""


@solara.component
def Page(view: View, change: Change) -> None:
    """The answer, a bar a measure, the numbers as a table, and how it was worked out."""
    language = view.language
    measures = scenario_of(view.changes, view.hand).measures.on
    work: LatestTask[Contributions | None] = use_latest_task(lambda progress: compute(view, progress), question(view))
    contributions = work.value if work.value is not None and work.value.scenario == view.hand else None
    Text("p", title_of(view), "sy-study")
    first, rest = headline(view, contributions, work, bool(measures))
    Text("h1", first, "sy-answer", id="answer")
    Text("p", rest, "sy-contribute-rest")
    if contributions is not None:
        for line in notes(contributions, language):
            Text("p", line, "sy-under")
    Text("p", state_of(view, contributions, work), "sy-since", role="status")
    Bars(
        rows_text=packed(rows_of(contributions, language) if contributions else []),
        words_text=packed(words_of("compare", language) | words_of("contribute", language)),
        picks_text=packed(picks(view)),
        unit=say("contribute.in_points", language)
        if contributions and isinstance(unit_of(contributions), Share)
        else "",
        event_choose=lambda choice: change(lambda now: choose(now, choice)),
    )
    if contributions is not None and contributions.worlds:
        Table(say("compare.table", language), table(contributions, language))
        for line in (
            *how(contributions, language),
            say("result.not_a_chance", language),
            say("result.not_a_forecast", language),
        ):
            Text("p", line, "sy-note")


def question(view: View) -> tuple[Any, ...]:
    """All that the answer depends on; the language is no part of it."""
    return (view.changes, view.hand, view.outcome, view.worlds, view.seed, view.mode)


def compute(view: View, progress: Progress) -> Steps[Contributions | None]:
    """What the measures of the scenario in hand contribute; None where it has none, or nothing is better."""
    if not scenario_of(view.changes, view.hand).measures.on or BY_OUTCOME[view.outcome].better == "neither":
        return None
    study = study_of(view.changes, (view.hand,))
    asked = Question(study.digest(), view.hand, view.outcome, view.worlds, view.seed, view.mode)
    return (yield from worked_out(study, asked, progress))


def headline(
    view: View, contributions: Contributions | None, work: LatestTask[Contributions | None], some: bool
) -> tuple[str, str]:
    """The answer and what is left of it without each measure, or why there is none yet."""
    title = view.title(view.hand)
    if not some:
        return say("contribute.none_on", view.language, scenario=title), ""
    if work.wrong:
        return say("contribute.failed", view.language, why=work.why(view.language)), ""
    if contributions is None:
        return say("contribute.computing", view.language, scenario=title), ""
    whole, _, rest = answer(contributions, view.language).partition("; ")
    return f"{title}: {whole[0].lower()}{whole[1:]}", f"{rest[:1].upper()}{rest[1:]}"


def state_of(view: View, contributions: Contributions | None, work: LatestTask[Contributions | None]) -> str:
    """How far the work is."""
    if work.fresh or work.wrong:
        worlds = number(view.worlds, view.language)
        return "" if contributions is None else say("contribute.over", view.language, worlds=worlds, seed=view.seed)
    if work.total > 1:
        return say("compare.runs_done", view.language, done=work.done, total=work.total)
    return say("compare.computing", view.language)


def choose(view: View, choice: Any) -> View:
    """The view with another scenario in hand, or another outcome; what is not there changes nothing.

    >>> choose(View(), {"hand": "roles"}).hand, choose(View(), {"outcome": "cost"}).outcome
    ('roles', 'cost')
    """
    if not isinstance(choice, dict):
        return view
    hand, outcome = choice.get("hand"), choice.get("outcome")
    if isinstance(hand, str) and hand in view.changes.names:
        view = view.ticked(hand, True).but(hand=hand, shown=hand)
    if isinstance(outcome, str) and outcome in BY_OUTCOME:
        view = view.but(outcome=outcome)
    return view


def picks(view: View) -> dict[str, Any]:
    """What can be chosen: scenarios with measures, those that are compared first, and outcomes."""
    order = dict.fromkeys((*view.scenarios, *view.changes.names))
    scenarios = [name for name in order if scenario_of(view.changes, name).measures.on or name == view.hand]
    return {
        "hand": view.hand,
        "outcome": view.outcome,
        "scenarios": [{"name": name, "title": view.title(name)} for name in scenarios],
        "outcomes": [
            {"name": outcome.name, "title": say(f"outcome.{outcome.name}", view.language)} for outcome in OUTCOMES
        ],
    }


def rows_of(contributions: Contributions, language: str) -> list[dict[str, Any]]:
    """A row a measure: where its marks stand on an axis from 0 to 1, and its numbers in words."""
    ends = [end for row in contributions.rows for end in _marks(row).values() if np.isfinite(end)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    span = high - low or 1.0
    rows = []
    for row in contributions.rows:
        share, interval, last, first = cells(contributions, row, language)
        at = {key: round((end - low) / span, 4) if np.isfinite(end) else None for key, end in _marks(row).items()}
        label = say(f"measure.{row.measure}", language)
        told = {"share": share, "interval": interval, "last": last, "first": first}
        named = {"name": row.measure, "label": label[0].upper() + label[1:]}
        rows.append({**named, "at": at, "zero": round(-low / span, 4), **told})
    return rows


def _marks(row: Contribution) -> dict[str, float]:
    """What is drawn of a measure."""
    return {
        "share": row.share.estimate,
        "low": row.share.low,
        "high": row.share.high,
        "last": row.last.estimate,
        "first": row.first.estimate,
    }


def table(contributions: Contributions, language: str) -> list[list[str]]:
    """All numbers, as rows of words; the first is the head."""
    head = ["measure", "share", "interval", "lost", "alone"]
    rows = [[say(f"contribute.{key}", language) for key in head]]
    for row in contributions.rows:
        rows.append([say(f"measure.{row.measure}", language), *cells(contributions, row, language)])
    return rows
