"""Save: take the runs, the pictures and the study file along, and open a study file."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import solara
from typing_extensions import TypedDict

from simulation.dashboard.components.text import Text
from simulation.dashboard.pages.save import downloads
from simulation.dashboard.pages.save.downloads import File, Ready
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.studies import study_by_digest
from simulation.dashboard.state.tasks import LatestTask, Progress, use_latest_task
from simulation.dashboard.state.trail import Change
from simulation.dashboard.state.variants import Base
from simulation.dashboard.state.view import View, first_view, is_own, title_of
from simulation.system.limits import LIMITS
from simulation.text.i18n import number, say, words_of

RAIL_POSITION = 60


@closed
class Chosen(TypedDict):
    """A study file that was sent to the server, by its digest."""

    digest: Word


@component("save.vue")
def Save(
    ready: bool,
    status: str,
    wrong: bool,
    busy: bool,
    pictures: list[dict[str, str]],
    files: list[dict[str, str]],
    command: str,
    file: dict[str, Any],
    own: str,
    largest: int,
    largest_workbook: int,
    language: str,
    words: dict[str, str],
    event_make: Event[Word],
    event_taken: Event[float],
    event_open: Event[Chosen],
    event_leave: Event[bool],
) -> None:
    """Pictures, files, the command, and a field for a study file; ``file`` is handed to the browser once."""


@solara.component
def Page(view: View, change: Change) -> None:
    """What can be taken along, and what can be brought."""
    latest: LatestTask[Ready | None] = use_latest_task(
        lambda progress: downloads.prepared(view, progress), question(view)
    )
    ready = latest.value if latest.key == question(view) and len(view.scenarios) > 1 else None
    download = use_download(view, ready)
    heading(view, latest)
    Save(
        ready=ready is not None,
        status=_status(view, latest, download),
        wrong=bool(download.file.wrong),
        busy=bool(download.kind) and not download.file.wrong,
        pictures=_pictures(view, ready),
        files=_files(view) if ready else [],
        command=downloads.command(view) if ready else "",
        file=_handed(download),
        own=say("save.opened", view.language, title=title_of(view)) if is_own(view) else "",
        largest=LIMITS.file_bytes,
        largest_workbook=LIMITS.workbook_bytes,
        language=view.language,
        words=words_of("save", view.language),
        event_make=download.make,
        event_taken=lambda _: download.finish(),
        event_open=lambda chosen: change(lambda now: looking_at_opened(now, chosen["digest"])),
        event_leave=lambda _: change(lambda now: _looking_at(None, now)),
    )


@dataclass(frozen=True)
class Download:
    """The file that a visitor wants: its ``kind`` (empty: none), when that was said, and how its making goes.

    ``saved`` is the name of the file saved last. ``make`` is called with the kind that is wanted, ``finish`` once the
    browser has the file.
    """

    kind: str
    stamp: float
    file: LatestTask[File | None]
    saved: str
    make: Callable[[Any], None]
    finish: Callable[[], None]


def use_download(view: View, ready: Ready | None) -> Download:
    """The file that is wanted on this page, made in the background."""
    (kind, stamp), set_wanted = solara.use_state(("", 0.0))
    saved, set_saved = solara.use_state("")
    file = use_latest_task(lambda progress: _make(kind, view, ready, progress), (kind, stamp, question(view)))

    def make(wanted: Any) -> None:
        if wanted in list(downloads.KINDS) and ready is not None:
            set_saved("")
            set_wanted((wanted, time.monotonic()))

    def finish() -> None:
        set_saved(file.value.name if file.value else "")
        set_wanted(("", 0.0))

    return Download(kind, stamp, file, saved, make, finish)


def question(view: View) -> tuple[Any, ...]:
    """All that the files depend on."""
    compared = (view.changes, view.scenarios, view.hand, view.baseline, view.worlds, view.seed, view.mode)
    return (*compared, view.outcome, view.language)


def _make(kind: str, view: View, ready: Ready | None, progress: Progress) -> File | None:
    """The file that is wanted, if any."""
    progress(0, 1)
    return downloads.made(kind, view, ready.comparison) if kind and ready else None


def heading(view: View, latest: LatestTask[Ready | None]) -> None:
    """What this page offers, in a sentence."""
    language = view.language
    if len(view.scenarios) < 2:
        Text("h1", say("save.too_few", language), "sy-answer")
        return
    if latest.wrong:
        Text("h1", say("save.failed", language, why=latest.why(language)), "sy-answer", role="alert")
        return
    counts = {"scenarios": len(view.scenarios), "worlds": number(view.worlds, language)}
    Text("h1", say("save.answer", language, **counts), "sy-answer")
    mode = say("save.ranges" if view.mode == "ranges" else "save.defaults", language)
    fields = {"horizon": view.horizon, "seed": view.seed, "mode": mode, "rival": view.title(view.baseline)}
    Text("p", say("save.under", language, study=title_of(view), **fields), "sy-under")


def _status(view: View, latest: LatestTask[Ready | None], download: Download) -> str:
    """What is going on, in a sentence; empty if nothing is."""
    language, file = view.language, download.file
    if len(view.scenarios) > 1 and not latest.fresh and not latest.wrong and latest.value is None:
        counts = {"done": number(latest.done, language), "total": number(latest.total, language)}
        return say("save.computing_at", language, **counts) if latest.total else say("save.computing", language)
    if file.wrong:
        return say("save.make_failed", language, why=file.why(language))
    if download.kind:
        return say("save.making", language, name=downloads.file_name(download.kind, view))
    return say("save.saved", language, name=download.saved) if download.saved else ""


def _pictures(view: View, ready: Ready | None) -> list[dict[str, str]]:
    """The two pictures, as far as they are drawn."""
    drawn = dict(ready.pictures) if ready else {}
    titles = {"hand": view.title(view.hand), "rival": view.title(view.baseline)}
    return [
        {
            "name": name,
            "title": say(f"save.{name}", view.language, **titles),
            "alt": say(f"save.{alt}", view.language, **titles),
            "image": drawn.get(name, ""),
        }
        for name, alt in (("ranking", "ranking_alt"), ("adoption", "adoption_alt"))
    ]


FILES = (
    ("study", "study_title", "study_what"),
    ("parquet", "parquet_title", "parquet_what"),
    ("csv", "csv_title", "csv_what"),
    ("json", "json_title", "json_what"),
)
"""Files that are not pictures, and the keys of what they are called and of what is in them."""


def _files(view: View) -> list[dict[str, str]]:
    """The files that are not pictures."""
    return [
        {
            "kind": kind,
            "title": say(f"save.{title}", view.language),
            "what": say(f"save.{description}", view.language),
            "name": downloads.file_name(kind, view),
        }
        for kind, title, description in FILES
    ]


def _handed(download: Download) -> dict[str, Any]:
    """A file for the browser, once it is made; forgotten as soon as the browser has it."""
    made = download.file.value
    if not download.kind or not download.file.fresh or made is None:
        return {"stamp": 0}
    return {"stamp": download.stamp, "name": made.name, "kind": made.kind, "content": made.content}


# --- a study file that is brought ----------------------------------------------------------------------


def looking_at_opened(now: View, digest: str) -> View:
    """The view of a study that was sent to the server; the same if the server does not have it."""
    base = study_by_digest(digest)
    return now if base is None else _looking_at(base, now)


def _looking_at(base: Base | None, now: View) -> View:
    """The first view of a study, with the choices that do not depend on it."""
    first = first_view(now.language, now.page, base)
    return replace(first, worlds=now.worlds, seed=now.seed, mode=now.mode, outcome=now.outcome)
