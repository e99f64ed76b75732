"""Save: take the runs, the pictures and the study file along, and open a study file."""

import time
from dataclasses import replace
from typing import Any

import solara
from typing_extensions import TypedDict

from simulation.dashboard.components.text import Text
from simulation.dashboard.pages.save import downloads
from simulation.dashboard.pages.save.downloads import File, Ready
from simulation.dashboard.server.gate import Event, Word, closed, component
from simulation.dashboard.state.studies import study_by_digest
from simulation.dashboard.state.tasks import LatestTask, Progress, use_latest_task
from simulation.dashboard.state.variants import Base
from simulation.dashboard.state.view import Change, View, first_view, is_own, title_of
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
    wanted, set_wanted = solara.use_state(("", 0.0))
    taken, set_taken = solara.use_state("")
    file = use_latest_task(lambda progress: _make(wanted[0], view, ready, progress), (wanted, question(view)))
    heading(view, latest)

    def make(kind: Any) -> None:
        if kind in list(downloads.KINDS) and ready is not None:
            set_taken("")
            set_wanted((kind, time.monotonic()))

    def was_taken(_: Any) -> None:
        set_taken(file.value.name if file.value else "")
        set_wanted(("", 0.0))

    making = bool(wanted[0]) and not file.wrong
    status = _status(view, latest, wanted[0], file, taken)
    Save(
        ready=ready is not None,
        status=status,
        wrong=bool(file.wrong),
        busy=making,
        pictures=_pictures(view, ready),
        files=_files(view) if ready else [],
        command=downloads.command(view) if ready else "",
        file=_handed(file, wanted),
        own=say("save.opened", view.language, title=title_of(view)) if is_own(view) else "",
        largest=LIMITS.file_bytes,
        language=view.language,
        words=words_of("save", view.language),
        event_make=make,
        event_taken=was_taken,
        event_open=lambda chosen: change(lambda now: looking_at_opened(now, chosen["digest"])),
        event_leave=lambda _: change(lambda now: _looking_at(None, now)),
    )


def question(view: View) -> tuple[Any, ...]:
    """What decides the files."""
    compared = (view.changes, view.scenarios, view.hand, view.baseline, view.worlds, view.seed, view.mode)
    return (*compared, view.outcome, view.language)


def _make(kind: str, view: View, ready: Ready | None, progress: Progress) -> File | None:
    """The file that was asked for, if any."""
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


def _status(view: View, latest: LatestTask[Ready | None], kind: str, file: LatestTask[File | None], taken: str) -> str:
    """What is going on, in a sentence; nothing if nothing is."""
    language = view.language
    if len(view.scenarios) > 1 and not latest.fresh and not latest.wrong and latest.value is None:
        counts = {"done": number(latest.done, language), "total": number(latest.total, language)}
        return say("save.computing_at", language, **counts) if latest.total else say("save.computing", language)
    if file.wrong:
        return say("save.make_failed", language, why=file.why(language))
    if kind:
        return say("save.making", language, name=downloads.file_name(kind, view))
    return say("save.saved", language, name=taken) if taken else ""


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


def _handed(file: LatestTask[File | None], wanted: tuple[str, float]) -> dict[str, Any]:
    """A file for the browser, once it is made; forgotten as soon as the browser has it."""
    if not wanted[0] or not file.fresh or file.value is None:
        return {"stamp": 0}
    made = file.value
    return {"stamp": wanted[1], "name": made.name, "kind": made.kind, "content": made.content}


# --- a study file that is brought ----------------------------------------------------------------------


def looking_at_opened(now: View, digest: str) -> View:
    """The view of a study that was sent to the server; the same if the server does not have it."""
    base = study_by_digest(digest)
    return now if base is None else _looking_at(base, now)


def _looking_at(base: Base | None, now: View) -> View:
    """The first view of a study, with the choices that do not depend on it."""
    first = first_view(now.language, now.page, base)
    return replace(first, worlds=now.worlds, seed=now.seed, mode=now.mode, outcome=now.outcome)
