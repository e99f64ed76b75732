"""Text and tables that cannot become markup, and data as text for components that unpack it."""

import html
import json
from typing import Any

import solara


def packed(data: Any) -> str:
    """Plain data as text, for a component that unpacks it: Reacton and ipywidgets would look into every number of it.

    Both walk through all that a component is given, at every redraw and several times; a text they take as it is.
    What a component takes as ``…_text`` is such text.
    """
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


@solara.component
def Text(tag: str, text: str, classes: str = "", **attributes: str) -> None:
    """Text that cannot become markup."""
    solara.HTML(tag=tag, unsafe_innerHTML=safe(text), classes=classes.split(), attributes=attributes)


def safe(text: str) -> str:
    """Text as markup that shows it."""
    return html.escape(text)


@solara.component
def Table(title: str, rows: list[list[str]]) -> None:
    """What a picture shows, as a table that opens; the first row is the head, the first column says what a row is."""
    head = "".join(f'<th scope="col">{safe(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>' + "".join(f"<td>{safe(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows[1:]
    )
    grid = f'<div class="sy-scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    solara.HTML(tag="details", unsafe_innerHTML=f"<summary>{safe(title)}</summary>{grid}", classes=["sy-details"])
