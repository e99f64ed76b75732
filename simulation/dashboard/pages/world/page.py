"""One world, week by week: one scenario, or two under the same luck, what happens, and why they come apart."""

from typing import Annotated, Any, NotRequired

import solara
from pydantic import Field
from typing_extensions import TypedDict

from simulation.dashboard.components.text import Text
from simulation.dashboard.pages.world.picks import picks
from simulation.dashboard.pages.world.story import scenario_titles, world_page
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.view import MOST_WORLDS, View
from simulation.text.i18n import say, words_of

RAIL_POSITION = 20


@closed
class Choice(TypedDict):
    """Another world, or other scenarios."""

    world: NotRequired[int]
    shown: NotRequired[Word]
    beside: NotRequired[Word]


@component("world_pick.vue")
def Pick(
    scenarios: list[dict[str, Any]],
    shown: str,
    beside: str,
    world: int,
    worlds: int,
    picks: dict[str, Any],
    words: dict[str, str],
    event_choose: Event[Choice],
) -> None:
    """Which scenarios, and which world."""


@component("world.vue")
def Player(
    run: dict[str, Any],
    start: int,
    stale: bool,
    language: str,
    words: dict[str, str],
    event_rest: Event[Annotated[int, Field(ge=1, le=520)]],
) -> None:
    """A world that is stepped through in the browser; ``event_rest`` tells in which week the slider came to rest."""


@solara.component
def Page(view: View, change: Change) -> None:
    """The page."""
    language = view.language
    words = words_of("world", language) | words_of("number", language)
    beside = "" if view.beside == view.shown else view.beside
    question = (view.changes, view.shown, beside, view.world, view.seed, view.mode)
    latest = use_latest_task(lambda _: world_page(*question, language, run_store().ready), (*question, language))
    page = latest.value
    if latest.wrong:
        Text("h1", say("world.failed", language, why=latest.why(language)), "sy-answer", role="alert")
    elif page is None:
        Text("h1", say("world.waiting", language, world=view.world), "sy-answer", role="status")
    else:
        Text("h1", page["headline"], "sy-answer")
        Text("p", say("world.under" if beside else "world.under_one", language, horizon=page["horizon"]), "sy-under")
    Finder(view, change, beside, words)
    if page is not None:
        Player(
            run=page,
            start=view.week,
            stale=not latest.fresh,
            language=language,
            words=words,
            event_rest=lambda week: change(lambda now: rested(now, week)),
        )


@solara.component
def Finder(view: View, change: Change, beside: str, words: dict[str, str]) -> None:
    """The choice of scenarios and world, with worlds worth looking at, which are looked for in the background."""
    question = (view.changes, view.shown, beside, view.worlds, view.seed, view.mode)
    latest = use_latest_task(lambda progress: picks(*question, progress), question)
    Pick(
        scenarios=scenario_titles(view.changes, view.language),
        shown=view.shown,
        beside=beside,
        world=view.world,
        worlds=view.worlds,
        picks=latest.value if latest.value is not None and latest.fresh else {"wrong": latest.wrong},
        words=words,
        event_choose=lambda message: change(lambda now: chosen(now, message)),
    )


def chosen(view: View, message: Any) -> View:
    """The view with another scenario or world; what cannot be is left as it is.

    >>> chosen(View(), {"world": 12}).world, chosen(View(), {"world": "x", "shown": "nobody"}) == View()
    (12, True)
    """
    if not isinstance(message, dict):
        return view
    world, names = message.get("world"), view.changes.names
    choices: dict[str, Any] = {}
    if isinstance(world, int) and not isinstance(world, bool) and 0 <= world < MOST_WORLDS:
        choices["world"] = world
    if message.get("shown") in names:
        choices["shown"] = message["shown"]
    if message.get("beside") in ("", *names):
        choices["beside"] = message["beside"]
    if choices.get("shown", view.shown) == choices.get("beside", view.beside):
        choices["beside"] = view.shown if choices.get("shown", view.shown) != view.shown else ""
    return view.but(**choices) if choices else view


def rested(view: View, week: Any) -> View:
    """The view in another week; what is no week of it is left as it is.

    >>> rested(View(), 54).week, rested(View(), "soon").week, rested(View(), 9999).week
    (54, 26, 26)
    """
    is_whole = isinstance(week, int) and not isinstance(week, bool)
    return view.but(week=week) if is_whole and 1 <= week <= view.horizon else view
