"""What the pages are put together from: text that cannot become markup, and the components drawn by the browser."""

import html
from collections.abc import Callable
from typing import Any

import solara

Event = Callable[[Any], None]


@solara.component_vue("vue/frame.vue", vuetify=False)
def Frame(
    pages: list[dict[str, str]],
    page: str,
    language: str,
    address: str,
    words: dict[str, str],
    event_go: Event,
    event_speak: Event,
    event_moved: Event,
) -> None:
    """The rail, the language switch, and the address bar that follows the view."""


@solara.component_vue("vue/chart.vue", vuetify=False)
def Chart(option: dict[str, Any], label: str, height: int, language: str = "en", unit: str = "") -> None:
    """A chart drawn by the visitor's machine.

    ``label`` says in words what it shows; ``height`` is in pixels; numbers that are hovered over are written as in
    ``language`` and followed by ``unit``.
    """


@solara.component
def Text(tag: str, text: str, classes: str = "", **attributes: str) -> None:
    """Text that cannot become markup."""
    solara.HTML(tag=tag, unsafe_innerHTML=safe(text), classes=classes.split(), attributes=attributes)


def safe(text: str) -> str:
    """Text as markup that shows it."""
    return html.escape(text)
