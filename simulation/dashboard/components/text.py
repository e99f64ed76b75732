"""Text and tables that cannot become markup, and data as text for components that unpack it."""

import html
import json
from typing import Any

import reacton.core
import solara
import solara.widgets


def packed(data: Any) -> str:
    """Plain data as text, for a component that unpacks it: Reacton and ipywidgets would look into every number of it.

    Both walk through all that a component is given, at every redraw and several times; a text they take as it is.
    What a component takes as ``…_text`` is such text.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def Text(tag: str, text: str, classes: str = "", **attributes: str) -> reacton.core.Element:
    """Text that cannot become markup."""
    return Markup(tag, safe(text), classes, **attributes)


def Markup(tag: str, markup: str, classes: str = "", **attributes: str) -> reacton.core.Element:
    """A piece of the page that holds ``markup``, which must be safe.

    It is an element itself, as :func:`Box` is: Solara's components for both would each be two more for Reacton to go
    through, at every drawing.
    """
    given = {**attributes, "class": classes} if classes else attributes
    return solara.widgets.HTML.element(tag=tag, unsafe_innerHTML=markup, attributes=given)


def Box(classes: str, **attributes: str) -> reacton.core.Element:
    """A piece of the page that holds others: ``with Box("sy-block"): …``."""
    return solara.v.Html(tag="div", children=[], class_=classes, attributes=attributes)


def safe(text: str) -> str:
    """Text as markup that shows it."""
    return html.escape(text)


def Table(title: str, rows: list[list[str]]) -> reacton.core.Element:
    """What a picture shows, as a table that opens; the first row is the head, the first column says what a row is."""
    head = "".join(f'<th scope="col">{safe(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>' + "".join(f"<td>{safe(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows[1:]
    )
    grid = f'<div class="sy-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    return Markup("details", f"<summary>{safe(title)}</summary>{grid}", "sy-details")
