"""What everybody sees, as parts of their page: a phone, the beamer, the console.

A page is drawn with the same parts that later come as changes, so the first picture and every later one agree.
"""

import functools
import statistics
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulation.session.assets import url_of
from simulation.session.codes import spaced_code
from simulation.session.programme import Screen
from simulation.session.qr import qr
from simulation.session.record import TABLE, Participant, Record
from simulation.session.room import Room
from simulation.text.i18n import LANGUAGES, language_name, number, say, say_count, words_of
from simulation.text.typed import written

State = dict[str, Any]
"""What a page is sent: its ``parts`` as HTML by name, what is ``say``-d aloud, and what its script must know."""
NAMES_AT_ONCE = 200
"""So many participants stand in a list of the console."""


@functools.cache
def _environment() -> Environment:
    """The templates; what is put into them is escaped, and what is missing is an error."""
    environment = Environment(
        loader=PackageLoader("simulation.session", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=url_of, spaced=spaced_code)
    return environment


@functools.cache
def _words(part: str, language: str) -> Mapping[str, str]:
    """The words of a page and those that all pages share."""
    shared, own = (
        words_of("session.page", language),
        {
            "phone": words_of("session.phone", language),
            "beamer": words_of("session.beamer", language),
            "console": words_of("session.console", language),
        }.get(part, {}),
    )
    return {**shared, **own}


def drawn(template: str, language: str, part: str = "page", **fields: Any) -> Markup:
    """A template with its words in a language."""
    text = _environment().get_template(f"{template}.html")
    return Markup(text.render(words=_words(part, language), language=language, languages=_names(), **fields))


@functools.cache
def _names() -> Mapping[str, str]:
    """The languages by their own names."""
    return {code: language_name(code) for code in LANGUAGES}


def counted(key: str, count: int, language: str, **fields: Any) -> str:
    """A sentence of the session with a count in it: ``key`` stands below ``session.count``."""
    return say_count(f"session.count.{key}", count, language, **fields)


def refused(key: str, language: str) -> str:
    """Why something was refused; a key of the content's own has its words in ``session.refused`` as well."""
    known = words_of("session.refused", language)
    return known.get(key) or known["unknown"]


def _common(record: Record, language: str) -> State:
    """What every page knows of the session."""
    screen = record.screen
    return {
        "record": record,
        "screen": screen,
        "ask": screen.ask,
        "title": screen.title.in_(language),
        "options": [option.in_(language) for option in screen.ask.options] if screen.ask else [],
        "unit": screen.ask.unit.in_(language) if screen.ask and screen.ask.unit else "",
        "number": functools.partial(_plain, language=language),
    }


def _plain(value: float, language: str) -> str:
    """A number as it is typed over, in a language."""
    return written(float(value), language)


def _timing(record: Record) -> State:
    """When the timer ends and what time it is here, in milliseconds since 1970."""
    until = record.timer_until
    return {"until": None if until is None else round(1000 * until), "now": round(1000 * time.time())}


# --- a phone ---------------------------------------------------------------------------------------------


def phone(room: Room, who: Participant, language: str) -> State:
    """What a participant sees."""
    record = room.shown
    who = record.participants.get(who.id, who)
    screen, ask = record.screen, record.screen.ask
    key = record.respondent(ask, who) if ask else ""
    answer = record.answers.get((screen.key, key)) if key else None
    mine = None if answer is None else answer.value
    fields = {
        **_common(record, language),
        "code": room.code,
        "who": who,
        "mine": mine,
        "seated": bool(who.table) or not record.tables,
        "tables": {table.name: table.label.in_(language) for table in record.tables},
    }
    parts = {
        "title": drawn("phone-title", language, "phone", **fields),
        "card": "" if record.black or record.over else room.programme.phone(record, who, language),
        "form": drawn("phone-form", language, "phone", **fields),
        "foot": drawn("phone-foot", language, "phone", **fields),
    }
    return {
        "n": record.number,
        "screen": screen.key,
        "parts": parts,
        "say": _phone_says(record, mine, language),
        "ask": _asked(record, mine, seated=fields["seated"]),
        "tables": [table.name for table in record.tables],
        "removed": who.removed,
        **_timing(record),
    }


def _asked(record: Record, mine: float | None, seated: bool) -> State | None:
    """What is asked, for a program that answers."""
    ask = record.screen.ask
    if ask is None or not seated:
        return None
    grid = {"low": ask.low, "high": ask.high, "step": ask.step}
    return {"kind": ask.kind, "options": len(ask.options), **grid, "open": record.is_open, "mine": mine}


def _phone_says(record: Record, mine: float | None, language: str) -> str:
    """The state of the answer, as a screen reader says it when it changes."""
    words = words_of("session.phone", language)
    rules: tuple[tuple[bool, str], ...] = (
        (record.over, "is_over"),
        (record.paused, "is_paused"),
        (record.screen.ask is None, "look_up"),
        (record.is_revealed, "is_revealed"),
        (record.locked and mine is None, "is_closed"),
        (record.locked, "is_closed_saved"),
        (mine is None, "is_open"),
        (True, "is_saved"),
    )
    return words[next(key for holds, key in rules if holds)]


# --- the beamer ------------------------------------------------------------------------------------------


def beamer(room: Room, language: str) -> State:
    """What everybody in the room sees."""
    record = room.shown
    screen = record.screen
    fields = {
        **_common(record, language),
        "programme": room.programme.title.in_(language),
        "joined": counted("joined", len(record.present), language),
        "answered": _answered(record, language),
        "fragment": room.programme.beamer(record, language),
        "results": results(record, screen, language) if _are_counts_shown(record) else None,
        "join_url": room.address,
        "qr": qr(room.address) if room.address else "",
        "code": room.code,
    }
    parts = {name: drawn(f"beamer-{name}", language, "beamer", **fields) for name in ("head", "main", "corner")}
    return {
        "n": record.number,
        "screen": screen.key,
        "parts": parts,
        "say": "",
        "black": record.black,
        "lobby": screen.kind == "lobby",
        **_timing(record),
    }


def _answered(record: Record, language: str) -> str:
    """How many have answered, while somebody still may; nothing where that is hidden, or nobody is waited for."""
    screen = record.screen
    expected = record.expected(screen)
    if record.hidden or record.is_revealed or not expected:
        return ""
    return counted("answered", len(record.answered(screen)), language, of=len(expected))


def _are_counts_shown(record: Record) -> bool:
    """Whether the beamer shows what was answered: never while it is hidden, and a secret only once it is closed."""
    ask = record.screen.ask
    if ask is None or record.hidden or ask.private:
        return False
    return not ask.secret or record.locked or record.is_revealed


def results(record: Record, screen: Screen, language: str) -> State:
    """What was answered to a screen: bars of options, or numbers from low to high with the middle one."""
    ask = screen.ask
    if ask is None:
        return {"bars": [], "numbers": [], "median": "", "tables": []}
    tally = record.tally(screen)
    most = max((*tally, 1))
    bars = [
        {"label": option.in_(language), "count": count, "width": round(100 * count / most)}
        for option, count in zip(ask.options, tally, strict=False)
    ]
    numbers = sorted(record.number_answers(screen))
    return {
        "bars": bars,
        "numbers": [number_text(value, language) for value in numbers],
        "median": number_text(statistics.median(numbers), language) if numbers else "",
        "tables": _of_tables(record, screen, language) if ask.by == "table" else [],
    }


def _of_tables(record: Record, screen: Screen, language: str) -> list[tuple[str, str]]:
    """What each table answered, in words."""
    ask = screen.ask
    rows = []
    for table in record.tables:
        value = record.table_answer(screen, table.name)
        if ask is None or value is None:
            told = "–"
        else:
            told = ask.options[int(value)].in_(language) if ask.kind == "option" else number_text(value, language)
        rows.append((table.label.in_(language), told))
    return rows


def number_text(value: float, language: str) -> str:
    """An answer as it is read: a decimal where it has one."""
    return number(value, language, 0 if float(value).is_integer() else 1)


# --- the console -----------------------------------------------------------------------------------------


def console(room: Room, language: str, reach: Mapping[str, Any]) -> State:
    """What the trainer sees; ``reach`` are the server's addresses and which phones arrived there."""
    record = room.shown
    screen = record.screen
    answered, expected = record.answered(screen), record.expected(screen)
    fields = {
        **_common(record, language),
        "code": room.code,
        "programme": room.programme.title.in_(language),
        "place": (record.at + 1, len(record.screens)),
        "notes": [note.in_(language) for note in screen.notes],
        "answered": counted("answered", len(answered), language, of=len(expected)),
        "names_in": [_name(record, one, language) for one in answered],
        "names_out": [_name(record, one, language) for one in expected if one not in answered],
        "results": results(record, screen, language),
        "extra": room.programme.console(record, language),
        "screens": [(index, one.title.in_(language)) for index, one in enumerate(record.screens)],
        "joined": counted("joined", len(record.present), language),
        "connected": counted("connected", len(room.connected), language),
        "people": record.present[:NAMES_AT_ONCE],
        "tables": {table.name: table.label.in_(language) for table in record.tables},
        "played": [table.label.in_(language) for table in record.tables if table.name in record.tables_played()],
        "typed": _typed(record, language),
        "join_url": room.address,
        "qr": qr(room.address) if room.address else "",
        **reach,
    }
    names = ("now", "counts", "typed", "notes", "people", "jump", "reach")
    parts = {name: drawn(f"console-{name}", language, "console", **fields) for name in names}
    parts["extra"] = fields["extra"]
    return {
        "n": record.number,
        "screen": screen.key,
        "parts": parts,
        "say": "",
        **_timing(record),
    }


def _name(record: Record, key: str, language: str) -> str:
    """A respondent by name: a participant's nickname, or what a table is called."""
    if key.startswith(TABLE):
        name = key.removeprefix(TABLE)
        return next((table.label.in_(language) for table in record.tables if table.name == name), name)
    return record.participants[key].nickname


def _typed(record: Record, language: str) -> State:
    """What the trainer has typed for the screen that is shown, as it stands in the fields."""
    screen, ask = record.screen, record.screen.ask
    if ask is None:
        return {"hands": [], "tables": [], "papers": ""}
    by_table = ask.by == "table" and record.tables
    answers = {table.name: record.table_answer(screen, table.name) for table in record.tables}
    return {
        "hands": [] if by_table else [record.hands.get((screen.key, k), 0) for k in range(len(ask.options))],
        "tables": [(table.name, table.label.in_(language), answers[table.name]) for table in record.tables]
        if by_table
        else [],
        "papers": "; ".join(_plain(value, language) for value in record.papers.get(screen.key, ())),
    }


def clock(at: float) -> str:
    """The time of day here, from seconds since 1970."""
    return datetime.fromtimestamp(at).strftime("%H:%M:%S")


Draw = Callable[[], State]
"""Draws what somebody sees now."""


def sentence(text: str, language: str, home: str = "") -> Markup:
    """A page with one sentence and, where there is one, a way on."""
    return drawn("sentence", language, text=text, home=home)


def told(key: str, language: str, **fields: Any) -> str:
    """A sentence of the pages."""
    return say(f"session.page.{key}", language, **fields)
