"""My organisation: departments, who needs whom, what measures cost, and at once what becomes of the answer."""

import time
from typing import Annotated, Any, Literal, NotRequired

import solara
from pydantic import Field
from typing_extensions import TypedDict

from simulation.analysis.compare import Comparison
from simulation.dashboard.components.text import Text, packed
from simulation.dashboard.pages.organisation import entries, rows, starts
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.studies import STAYS
from simulation.dashboard.state.tasks import LatestTask, Progress, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import study_data, study_of
from simulation.dashboard.state.view import View, is_own, title_of
from simulation.report.sentences import short_verdict
from simulation.study.sources.files import study_yaml
from simulation.text.i18n import say, words_of

RAIL_POSITION = 12
MOST_WORLDS = 100
"""Worlds in which the answer is tried after each change."""

Typed = Annotated[str, Field(max_length=300)]
Number = Annotated[float, Field(ge=0, le=1)] | Annotated[int, Field(ge=0, le=1)]


@closed
class Asked(TypedDict):
    """One department as the interview has it: its name, people, and how full their weeks are (%)."""

    name: Typed
    people: Typed
    load: Typed
    kind: Literal["it", "business", "chain"]


@closed
class Interview(TypedDict):
    """All that the interview asked: whom it is about, and which two call each other, by their places."""

    name: Typed
    departments: Annotated[list[Asked], Field(max_length=60)]
    needs: Annotated[list[Annotated[list[int], Field(min_length=2, max_length=2)]], Field(max_length=2_000)]


@closed
class Edit(TypedDict):
    """One thing that is done to the organisation, as it was typed."""

    do: Literal["trait", "kind", "rename", "add", "remove", "tie", "setting", "text", "start", "interview"]
    department: NotRequired[Word]
    other: NotRequired[Word]
    key: NotRequired[Word]
    value: NotRequired[Typed | None]
    spread: NotRequired[Typed | None]
    strength: NotRequired[Number]
    answers: NotRequired[Interview]


@component("organisation.vue")
def Organisation(
    rows_text: str,
    ties_text: str,
    costs_text: str,
    about_text: str,
    starts_text: str,
    words_text: str,
    wrong: dict[str, str],
    file: dict[str, Any],
    language: str,
    event_edit: Event[Edit],
    event_download: Event[None],
    event_taken: Event[None],
) -> None:
    """The form; see :mod:`simulation.dashboard.pages.organisation.rows` for what the texts hold."""


@solara.component
def Page(view: View, change: Change) -> None:
    """The answer, and the organisation that it is about."""
    language = view.language
    wrong, set_wrong = solara.use_state({"field": "", "why": ""})
    stamp, set_stamp = solara.use_state(0.0)
    pair = (view.changes, view.hand, view.baseline, view.worlds, view.seed, view.mode)
    latest: LatestTask[Comparison | None] = use_latest_task(lambda progress: compared(view, progress), pair)
    before = use_before(change.previous, view)

    def edit(message: Any) -> None:
        why: dict[str, str] = {}

        def made(now: View) -> View:
            after, field, problem = entries.edited(now, message)
            why.update(field=field, why=problem)
            return after

        change(made)
        set_wrong(why)

    Text("p", title_of(view), "sy-study")
    Text("h1", answer(view, latest), "sy-answer", id="answer", role="status")
    Text("p", under(view, latest, before), "sy-under")
    Organisation(
        rows_text=packed(rows.departments(view)),
        ties_text=packed(rows.ties(view)),
        costs_text=packed(rows.costs(view)),
        about_text=packed(rows.about(view)),
        starts_text=packed(starts.offered(language)),
        words_text=packed(words_of("organisation", language)),
        wrong=wrong,
        file=file_of(view, stamp),
        language=language,
        event_edit=edit,
        event_download=lambda _: set_stamp(time.monotonic()),
        event_taken=lambda _: set_stamp(0.0),
    )
    Text("p", say("organisation.stays" if is_own(view) else "organisation.comes", language, hours=STAYS), "sy-note")


def compared(view: View, progress: Progress) -> Comparison | None:
    """The scenario in hand and the baseline in this organisation; None if there is but one."""
    if view.hand == view.baseline:
        return None
    study = study_of(view.changes, (view.baseline, view.hand))
    return run_store().compare(study, view.baseline, min(view.worlds, MOST_WORLDS), view.seed, view.mode, progress)


def use_before(previous: View | None, view: View) -> LatestTask[Comparison | None]:
    """The same before the last step, if that changed the organisation."""
    asked = previous if previous is not None and is_other(previous, view) else None

    def work(progress: Progress) -> Comparison | None:
        return compared(asked, progress) if asked is not None else None

    key = asked and (asked.changes, asked.hand, asked.baseline, asked.worlds, asked.seed, asked.mode)
    latest: LatestTask[Comparison | None] = use_latest_task(work, key)
    return latest


def is_other(previous: View, view: View) -> bool:
    """Whether two views differ in their organisation, and hold the same two scenarios against each other."""
    same = all(getattr(previous, name) == getattr(view, name) for name in ("hand", "baseline", "seed", "mode"))
    return same and previous.changes.base != view.changes.base


def verdict_of(view: View, comparison: Comparison) -> str:
    """The verdict on the pair in hand."""
    study = comparison.runs.study
    titles = study.scenario(view.hand).called(view.language), study.scenario(view.baseline).called(view.language)
    return short_verdict(comparison.pair(view.hand, view.baseline, view.outcome), titles, view.language)


def answer(view: View, latest: LatestTask[Comparison | None]) -> str:
    """What comes of it in this organisation, or why that is not known."""
    if latest.wrong:
        return say("compare.failed", view.language, why=latest.why(view.language))
    if latest.value is None or not {view.hand, view.baseline} <= set(latest.value.runs.study.names):
        return say("compare.too_few" if view.hand == view.baseline else "compare.computing", view.language)
    return verdict_of(view, latest.value)


def under(view: View, latest: LatestTask[Comparison | None], before: LatestTask[Comparison | None]) -> str:
    """How it was before the last change to the organisation; else what this page is for."""
    found = before.value
    if (
        not before.fresh
        or found is None
        or not latest.fresh
        or not {view.hand, view.baseline} <= set(found.runs.study.names)
    ):
        return say("organisation.under", view.language)
    return say("organisation.before", view.language, verdict=verdict_of(view, found))


def file_of(view: View, stamp: float) -> dict[str, Any]:
    """The study as a file, with all its scenarios, if one is wanted: since when is its ``stamp``."""
    if not stamp:
        return {"stamp": stamp}
    note = say("organisation.file", view.language)
    content = study_yaml(study_data(view.changes, view.changes.names), (note,))
    return {"stamp": stamp, "name": f"{starts.slug(view)}.yaml", "content": content}
