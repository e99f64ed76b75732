"""The application: shell, language, addresses. Each page is one file."""

import html
import sys
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

import solara

from simulation.dashboard.compare_page import ComparePage
from simulation.dashboard.state import Choice, first_choice
from simulation.words import say

STYLE = files("simulation").joinpath("dashboard", "style.css").read_text(encoding="utf-8")


@solara.component
def Page() -> None:
    """One visitor's page; their state is theirs alone."""
    router = solara.use_router()
    asked = parse_qs((router.search or "").lstrip("?")).get("lang", [""])[0]
    choice, set_choice = solara.use_state(first_choice(asked or None))
    language = choice.language
    solara.Title(f"{say('page.name', language)}: {say('page.tagline', language)}")
    solara.Style(STYLE)
    with solara.Div(classes=["sy-page"], attributes={"lang": language}):
        Top(choice, set_choice)
        Guarded(choice, set_choice)


@solara.component
def Guarded(choice: Choice, change: Any) -> None:
    """The page itself; whatever goes wrong in it ends in a sentence here, with the choices kept."""
    wrong, clear = solara.use_exception()
    language = choice.language
    if wrong is not None:
        sys.stderr.write(f"synergy dashboard: {type(wrong).__name__}: {wrong}\n")
        Sorry(say("page.error", language, why=type(wrong).__name__), say("page.go_on", language), clear)
    else:
        ComparePage(choice, change)


@solara.component
def Top(choice: Choice, change: Any) -> None:
    """Name, promise, warning, language."""
    language = choice.language
    other = "en" if language == "nl" else "nl"
    with solara.Div(classes=["sy-top"]):
        solara.HTML(tag="span", unsafe_innerHTML=html.escape(say("page.name", language)), classes=["sy-brand"])
        solara.HTML(tag="span", unsafe_innerHTML=html.escape(say("page.tagline", language)), classes=["sy-tag"])
        solara.HTML(tag="span", unsafe_innerHTML=html.escape(say("page.illustrative", language)), classes=["sy-chip"])
        to_controls = html.escape(say("page.to_controls", language))
        solara.HTML(tag="a", unsafe_innerHTML=to_controls, classes=["sy-jump"], attributes={"href": "#controls"})
        solara.Div(classes=["sy-space"])
        solara.Button(
            say("page.language", language), text=True, on_click=lambda: change(lambda now: now.but(language=other))
        )


@solara.component
def Sorry(text: str, way_on: str, go: Any) -> None:
    """What went wrong, in a sentence, and a way on."""
    solara.HTML(tag="p", unsafe_innerHTML=html.escape(text), classes=["sy-answer"])
    solara.Button(way_on, color="primary", on_click=go)


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the page."""
    solara.Div(children=children)
