"""The application: the shell around the pages, the language, the address."""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import solara
import solara.lab

from simulation.dashboard.components.frame import Frame
from simulation.dashboard.components.text import Box, Text, packed
from simulation.dashboard.pages import pages
from simulation.dashboard.server.mishaps import mishap, outdated
from simulation.dashboard.state.tasks import log_error
from simulation.dashboard.state.trail import Change, Ref, Trail
from simulation.dashboard.state.variants import base_study
from simulation.dashboard.state.view import Notice, View, address_of, first_view, read_address, title_of
from simulation.study.errors import InputRefused
from simulation.text.i18n import language_name, say, words_of
from simulation.text.languages import LANGUAGES, preferred
from simulation.web.cookies import LANGUAGE


def style_sheet() -> str:
    """The style sheet of all pages: what they share, then what each has alone, by the page's name."""
    dashboard = files("simulation").joinpath("dashboard")
    folders = [dashboard, *(dashboard.joinpath("pages", name) for name in sorted(pages()))]
    return "\n".join(folder.joinpath("style.css").read_text(encoding="utf-8") for folder in folders)


STYLE = style_sheet()


@solara.component
def Page() -> None:
    """One visitor's application; their state is theirs alone."""
    router = solara.use_router()
    first, about_first = solara.use_memo(lambda: opening(router.path, router.search or ""), [])
    trail, set_trail = solara.use_state(Trail(first))
    notices, set_notices = solara.use_state(about_first)
    moves, set_moves = solara.use_state(0)
    press: Ref = solara.use_ref(0)
    change = Change(set_trail, press, trail.past[-1] if trail.past else None)

    def follow(step: Any) -> None:
        there, about_link = opening(*parted(step["address"]))
        set_trail(lambda now: now.moved(there))
        set_notices(about_link)
        set_moves(step["count"])  # last, so that the address bar follows once the view is there

    def recall(step: Any) -> None:
        kept, about_link = opening(*parted(step["address"])) if step.get("address") else (None, ())
        if any(notice.key == "base" for notice in about_link):  # a study that is gone takes nothing away
            set_notices(about_link)
            return
        if step["how"] == "version" and kept is not None:
            set_notices(about_link)
            set_trail(lambda now: now.recalled(kept))
        elif step["how"] in ("undo", "redo"):
            back, made = step["how"] == "undo", step.get("made")
            set_trail(lambda now: (now.undone if back else now.redone)(kept if made == now.made else None))

    def pressed(number: int) -> None:
        press.current = number

    view = trail.view
    language = view.language
    solara.Title(f"{say(f'{view.page}.title', language)} – synergy")
    solara.Style(STYLE)
    with Box("sy-app"):
        address = address_of(view)
        frame(trail, address, change, moves, {"moved": follow, "recall": recall, "press": pressed})
        with Box("sy-content", id="content", role="main", tabindex="-1"):
            Paper(whose(view), "first")
            Notices(notices, language, lambda: set_notices(()))
            Outdated(language, address)
            Mishap(language)
            Guarded(view, change).key(view.page)
            Paper(f"{say('shell.illustrative', language)}. {say('shell.illustrative_why', language)}", "last")


def whose(view: View) -> str:
    """The organisation's name and the study's title, which stand on paper above every page."""
    name = base_study(view.changes.base).organisation.name.in_(view.language)
    title = title_of(view)
    return f"{name}: {title}" if title else name


def Paper(text: str, place: str) -> None:
    """A line that is there on paper only, where the rail is missing."""
    Text("p", text, f"sy-paper sy-paper-{place}")


def parted(address: str) -> tuple[str, str]:
    """The path of an address, and its query."""
    path, _, search = address.partition("?")
    return path, search


def frame(trail: Trail, address: str, change: Change, moves: int, takes: Mapping[str, Callable[[Any], None]]) -> None:
    """What stands around every page, and what it ``takes``: Back and Forward, steps that are recalled, presses."""
    view = trail.view
    language = view.language
    Frame(
        pages_text=packed([{"name": name, "label": say(f"{name}.rail", language)} for name in pages()]),
        page=view.page,
        language=language,
        where_text=packed(
            {
                "address": address,
                "moves": moves,
                "at": trail.at,
                "made": trail.made,
                "ahead": len(trail.future),
                "entries": trail.entries,
            }
        ),
        words_text=packed(words_of("shell", language)),
        languages_text=packed([{"code": code, "name": language_name(code)} for code in LANGUAGES]),
        event_go=lambda name: change(lambda now: now.but(page=name) if name in list(pages()) else now),
        event_speak=lambda other: change(lambda now: now.but(language=other) if other in LANGUAGES else now),
        event_moved=takes["moved"],
        event_recall=takes["recall"],
        event_press=takes["press"],
    )


def opening(path: str, search: str) -> tuple[View, tuple[Notice, ...]]:
    """The view that an address holds, and what in it could not be followed.

    The language is the address's, else that of the last visit, the browser's, or the server's.
    The door decides alike for the document that comes before (:class:`simulation.dashboard.server.request.Request`).
    """
    page = path.strip("/")
    remembered = (solara.lab.cookies.value or {}).get(LANGUAGE)
    wished = preferred(",".join((solara.lab.headers.value or {}).get("accept-language", ())), LANGUAGES)
    language = remembered if remembered in LANGUAGES else wished or None
    return read_address(page if page in pages() else next(iter(pages())), search, language)


@solara.component
def Guarded(view: View, change: Change) -> None:
    """The page itself; whatever goes wrong in it ends in a sentence here, with the choices kept."""
    wrong, clear = solara.use_exception()
    solara.use_memo(lambda: log_error(wrong) if wrong else None, [wrong])
    if wrong is None:
        pages()[view.page].Page(view, change)
        return
    why = wrong.told(view.language) if isinstance(wrong, InputRefused) else type(wrong).__name__
    Text("p", say("shell.error", view.language, why=why), "sy-answer", role="alert")

    def start_over() -> None:
        change(lambda now: first_view(now.language, now.page, now.changes.base))
        clear()

    solara.Button(say("shell.go_on", view.language), color="primary", on_click=clear)
    solara.Button(say("shell.start_over", view.language), text=True, on_click=start_over)


@solara.component
def Notices(notices: tuple[Notice, ...], language: str, clear: Any) -> None:
    """What in the link could not be followed."""
    if not notices:
        return
    with Box("sy-notices", role="status"):
        for notice in notices[:6]:
            Text("p", notice.sentence(language))
        solara.Button(say("shell.understood", language), text=True, on_click=clear)


@solara.component
def Outdated(language: str, address: str) -> None:
    """That this page is older than the server, with a link that loads it anew and keeps the choices."""
    if not outdated.value:
        return
    with Box("sy-notices", role="alert"):
        Text("p", say("web.outdated", language))
        Text("a", say("web.reload", language), href=address)


@solara.component
def Mishap(language: str) -> None:
    """What went wrong when something was clicked."""
    if not mishap.value:
        return
    with Box("sy-notices", role="alert"):
        Text("p", say("web.mishap", language, why=mishap.value))
        solara.Button(say("shell.understood", language), text=True, on_click=lambda: mishap.set(""))


@solara.component
def Layout(children: list[Any]) -> None:
    """Nothing around the application."""
    solara.Div(children=children)


routes = [solara.Route(path=name, component=Page, layout=Layout) for name in ("/", *pages())]
