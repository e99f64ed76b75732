"""How much is read, held and answered at most: one row a bound, which ``docs/security.md`` lists.

Whatever comes from outside, a file, an option, an address, a message, is read within these. The values are choices,
not findings: large enough for what people bring, small enough that nothing within them takes longer than
:attr:`Limits.reading_seconds` or more memory than :attr:`Limits.reading_bytes`.
"""

from dataclasses import dataclass, field, fields
from typing import Any, cast


def at_most(value: int, unit: str, part: str, meaning: str) -> int:
    """Declare one bound of :class:`Limits`.

    ``value`` counts in ``unit``; ``part`` is the heading under which ``docs/security.md`` lists the bound, and
    ``meaning`` the line it has there.
    """
    declared: Any = field(default=value, metadata={"unit": unit, "part": part, "meaning": meaning})
    return cast(int, declared)


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound on what comes from outside, each a whole number in the unit of its metadata.

    >>> LIMITS.file_bytes, LIMITS.reading_seconds
    (1000000, 5)
    """

    # reading anything
    reading_seconds: int = at_most(5, "s", "reading", "reading or refusing a file, an option, an address or a message")
    reading_bytes: int = at_most(500_000_000, "bytes", "reading", "memory for that; enforced for uploads, on Linux")
    # files
    file_bytes: int = at_most(1_000_000, "bytes", "files", "a study or a lesson, as a file or uploaded")
    workbook_bytes: int = at_most(5_000_000, "bytes", "files", "a workbook, as a file or uploaded")
    workbook_unpacked: int = at_most(60_000_000, "bytes", "files", "what a workbook unpacks to")
    workbook_parts: int = at_most(1_000, "parts", "files", "what a workbook is made of")
    export_bytes: int = at_most(
        12_000_000, "bytes", "files", "answers to a survey, or a network, as other software exports"
    )
    graph_bytes: int = at_most(8_000_000, "bytes", "files", "a network as GraphML")
    export_rows: int = at_most(300_000, "rows", "files", "such an export")
    export_cells: int = at_most(3_000_000, "cells", "files", "such an export")
    export_columns: int = at_most(5_000, "columns", "files", "such an export, in width")
    sheet_rows: int = at_most(25_000, "rows", "files", "a sheet of a workbook, or a CSV file")
    sheet_columns: int = at_most(1_000, "columns", "files", "a sheet of a workbook, or a CSV file, in width")
    line_characters: int = at_most(20_000, "characters", "files", "a line")
    file_depth: int = at_most(12, "levels", "files", "what stands inside something else")
    file_values: int = at_most(200_000, "values", "files", "numbers, texts (keys too), lists and mappings in a file")
    name_characters: int = at_most(300, "characters", "files", "a name of a department, a scenario or a chapter")
    text_characters: int = at_most(5_000, "characters", "files", "a title, a description or a source")
    scenarios: int = at_most(500, "scenarios", "files", "scenarios in a study")
    extends: int = at_most(50, "scenarios", "files", "a line of scenarios each of which extends the next")
    departments: int = at_most(20_000, "departments", "files", "departments in an organisation")
    built: int = at_most(
        200_000,
        "departments",
        "files",
        "departments that all scenarios together have or name, each change counted anew",
    )
    results_bytes: int = at_most(50_000_000, "bytes", "files", "results that are repeated, or the manifest of a sweep")
    problems: int = at_most(100, "problems", "files", "problems told at once; the rest is counted")
    suggestions: int = at_most(20, "problems", "files", "problems for which the nearest legal word is looked for")
    # options
    set_characters: int = at_most(20_000, "characters", "options", "one --set")
    set_parts: int = at_most(12, "parts", "options", "the path of one --set")
    path_characters: int = at_most(4_096, "characters", "options", "the name of a file or folder to read or write")
    number_characters: int = at_most(40, "characters", "options", "a count or an amount")
    sets: int = at_most(1_000, "options", "options", "--set in one command")
    sets_characters: int = at_most(200_000, "characters", "options", "all --set of one command together")
    points: int = at_most(100_000_000, "points", "options", "a sweep, by its grid and its sample")
    # requests to the dashboard
    query_characters: int = at_most(16_000, "characters", "requests", "the query of an address")
    query_fields: int = at_most(200, "fields", "requests", "the fields of a query")
    head_bytes: int = at_most(65_536, "bytes", "requests", "the head of a request")
    half_open_seconds: int = at_most(10, "s", "requests", "from connecting to the end of a request's head or body")
    connections: int = at_most(600, "connections", "requests", "open at a time, in all")
    upload_seconds: int = at_most(15, "s", "requests", "reading an uploaded file, however busy the machine is")
    uploads_per_minute: int = at_most(12, "uploads", "requests", "uploads a minute by one visitor")
    waiting_uploads: int = at_most(10, "uploads", "requests", "uploads that wait to be read, in all")
    waiting_uploads_each: int = at_most(2, "uploads", "requests", "uploads that wait to be read, of one visitor")
    changes_characters: int = at_most(200_000, "characters", "requests", "changes that an address holds, unpacked")
    # websocket messages
    message_bytes: int = at_most(65_536, "bytes", "messages", "a message of a page")
    message_depth: int = at_most(16, "levels", "messages", "what stands inside something else in a message")
    message_parts: int = at_most(2_000, "parts", "messages", "lists and mappings in a message")
    queued_bytes: int = at_most(1_000_000, "bytes", "messages", "of one page that came and wait to be read")
    message_pieces: int = at_most(64, "pieces", "messages", "pieces in which a message comes")
    channels: int = at_most(64, "channels", "messages", "control channels of one page; it opens two at each return")
    unread_bytes: int = at_most(1_000_000, "bytes", "messages", "that wait to be read while the other end sends pings")
    messages_per_second: int = at_most(60, "messages", "messages", "a second from one visitor, over a longer time")
    messages_at_once: int = at_most(240, "messages", "messages", "from one visitor, in a burst")
    all_messages_per_second: int = at_most(1_200, "messages", "messages", "a second from all visitors together")
    sockets: int = at_most(200, "pages", "messages", "pages that are connected, in all")
    sockets_per_visitor: int = at_most(24, "pages", "messages", "pages that are connected, of one visitor")
    kernels: int = at_most(240, "pages", "messages", "pages in memory, connected or left behind, in all")
    kernels_per_visitor: int = at_most(48, "pages", "messages", "pages in memory, of one visitor")
    queued_messages: int = at_most(300, "messages", "messages", "of one page that came and wait to be read")
    control_frames: int = at_most(60, "frames", "messages", "pings and pongs of one page in ten seconds")
    unread_seconds: int = at_most(20, "s", "messages", "until a page has taken what was sent to it")
    # a session in a room
    participants: int = at_most(120, "participants", "sessions", "in a session at a time")
    participants_ever: int = at_most(1_000, "participants", "sessions", "in a session, those who were removed too")
    nickname_characters: int = at_most(24, "characters", "sessions", "a nickname")
    events: int = at_most(200_000, "events", "sessions", "in a session, and in a file of one")
    hands: int = at_most(1_000, "hands", "sessions", "that the trainer types for an option, or numbers from paper")
    decisions: int = at_most(1_000, "decisions", "sessions", "of the trainer in a session")
    decision_characters: int = at_most(300, "characters", "sessions", "the name or the value of a decision")
    timer_seconds: int = at_most(14_400, "s", "sessions", "a timer")
    address_bytes: int = at_most(2_048, "bytes", "sessions", "the path and the query of an address")
    answer_bytes: int = at_most(4_096, "bytes", "sessions", "the body of what a participant sends")
    command_bytes: int = at_most(16_384, "bytes", "sessions", "the body of what the trainer sends")
    client_characters: int = at_most(64, "characters", "sessions", "the mark by which a sender knows what was sent")
    rooms: int = at_most(20, "sessions", "sessions", "on one server")
    streams: int = at_most(400, "streams", "sessions", "of changes that are open, in all sessions of a server")
    streams_each: int = at_most(4, "streams", "sessions", "of one participant; a further one ends the oldest")
    streams_shown: int = at_most(12, "streams", "sessions", "of beamers and of consoles of a session, each")
    posts_per_second: int = at_most(4, "requests", "sessions", "that change something, of one participant over time")
    posts_at_once: int = at_most(20, "requests", "sessions", "that change something, of one participant in a burst")
    looks_per_second: int = at_most(8, "requests", "sessions", "that look, of one participant over time")
    looks_at_once: int = at_most(40, "requests", "sessions", "that look, of one participant in a burst")
    strange_looks_per_second: int = at_most(
        40, "requests", "sessions", "that look, of all at one address who have not joined, over time"
    )
    strange_looks_at_once: int = at_most(400, "requests", "sessions", "that look, of all those in a burst")
    codes_per_minute: int = at_most(60, "codes", "sessions", "that are wrong, from one address over time")
    codes_at_once: int = at_most(120, "codes", "sessions", "that are wrong, from one address in a burst")
    all_codes_per_minute: int = at_most(300, "codes", "sessions", "that are wrong, from all addresses over time")
    joins_per_minute: int = at_most(240, "participants", "sessions", "who join a session, over time")
    kept_days: int = at_most(30, "days", "sessions", "until a session that nobody opened is deleted")
    # what the server keeps
    kept_departments: int = at_most(200_000, "departments", "memory", "and ties, of scenarios kept built")
    studies_bytes: int = at_most(
        100_000_000, "bytes", "memory", "studies that visitors opened or made, packed; none longer than 24 hours"
    )


LIMITS = Limits()
"""The bounds in force."""


def spaced(number: int) -> str:
    """A number as one may write it in any language.

    >>> spaced(20000)
    '20 000'
    """
    return f"{number:_}".replace("_", " ")


def rows() -> list[tuple[str, str, str, str]]:
    """Every bound as (part, what it bounds, value with digits in threes, unit), in the order of :class:`Limits`.

    >>> rows()[2]
    ('files', 'a study or a lesson, as a file or uploaded', '1 000 000', 'bytes')
    """
    return [
        (
            bound.metadata["part"],
            bound.metadata["meaning"],
            spaced(getattr(LIMITS, bound.name)),
            bound.metadata["unit"],
        )
        for bound in fields(Limits)
    ]
