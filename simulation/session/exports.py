"""A session as text, to be kept elsewhere and go on from: what happened in it, and what its programme is made of.

No token, no key and no address of anybody's is in it: only nicknames, answers, and what the trainer did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulation.session.events import KINDS, is_shaped
from simulation.session.record import Event
from simulation.study.errors import InputRefused, Problem, problem
from simulation.study.sources.files import read_file, study_yaml
from simulation.system.limits import LIMITS

FORMAT = 1
"""The version of the text; another one is refused."""


@dataclass(frozen=True)
class Exported:
    """What such a text holds: the ``source`` of the programme, the events without the marks of their senders, and the
    ``numbers`` that came of them (:mod:`simulation.session.content.numbers`), if any did."""

    source: str
    events: tuple[Event, ...]
    numbers: Mapping[str, Any] | None = None


def to_yaml(events: Sequence[Event], source: str = "", numbers: Mapping[str, Any] | None = None) -> str:
    """A session's events as YAML, and the numbers that came of them.

    >>> print(to_yaml([Event(1, 12.5, "go", {"to": 1}, "a client's mark")]), end="")
    session: {format: 1, programme: [], events: [{at: 12.5, kind: go, data: {to: 1}}]}
    """
    rows = [{"at": one.at, "kind": one.kind, "data": dict(one.data)} for one in events]
    session = {"format": FORMAT, "programme": source.splitlines(), "events": rows}
    return study_yaml({"session": session | ({} if numbers is None else {"numbers": dict(numbers)})})


def is_session(data: Any) -> bool:
    """Whether a file's plain data is a session rather than a study or a lesson."""
    return isinstance(data, dict) and set(data) == {"session"}


def from_yaml(text: str, name: str = "session") -> Exported:
    """The session in a text. Raises :class:`~simulation.study.errors.InputRefused` for what is none, saying where.

    >>> from_yaml(to_yaml([Event(1, 12.5, "go", {"to": 1})], "a\\nb"))
    Exported(source='a\\nb', events=(Event(number=1, at=12.5, kind='go', data={'to': 1}, client=''),), numbers=None)
    """
    data, place, problems = read_file(name, text)
    if problems:
        raise InputRefused(problems)
    inside = data["session"] if is_session(data) else None
    fields = {"format", "programme", "events"}
    if not isinstance(inside, dict) or set(inside) - {"numbers"} != fields or inside["format"] != FORMAT:
        raise InputRefused([problem("no_session_file", given=repr(name))])
    numbers = inside.get("numbers")
    if not isinstance(numbers, dict | None):
        raise InputRefused([problem("no_session_file", given=repr(name))])
    lines, rows = inside["programme"], inside["events"]
    if not (isinstance(lines, list) and all(isinstance(line, str) for line in lines) and isinstance(rows, list)):
        raise InputRefused([problem("no_session_file", given=repr(name))])
    if len(rows) > LIMITS.events:
        raise InputRefused([problem("long_export", most=LIMITS.events)])
    wrong = [_wrong(index, place(("session", "events", index))) for index, row in enumerate(rows) if not _is_event(row)]
    if wrong:
        raise InputRefused(wrong)
    events = (Event(k, float(row["at"]), row["kind"], row["data"]) for k, row in enumerate(rows, 1))
    return Exported("\n".join(lines), tuple(events), numbers)


def _wrong(index: int, place: Any) -> Problem:
    return problem("no_event", f"session.events.{index}", place)


def _is_event(row: Any) -> bool:
    """Whether plain data is an event of a kind that there is."""
    if not isinstance(row, dict) or set(row) != {"at", "kind", "data"} or str(row["kind"]) not in KINDS:
        return False
    at, data = row["at"], row["data"]
    is_time = isinstance(at, int | float) and not isinstance(at, bool) and 0 <= at < 1e11
    return is_time and isinstance(data, dict) and is_shaped(row["kind"], data)
