"""What may happen in a session, and what becomes of its record: one class of rules a kind of event."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulation.session.record import TABLE, Answer, Decision, Event, Participant, Record
from simulation.system.limits import LIMITS
from simulation.text.characters import first_unseen, is_visible, look
from simulation.text.languages import LANGUAGES

Data = Mapping[str, Any]
Refusal = Callable[[Record, Data], str | None]
Change = Callable[[Record, Event], Record]


@dataclass(frozen=True)
class Kind:
    """A kind of event: the ``fields`` of its data with their types, why it may not happen, and what it changes."""

    fields: Mapping[str, type | tuple[type, ...]]
    wrong: Refusal
    change: Change


def refusal(record: Record, kind: str, data: Data) -> str | None:
    """Why an event may not happen now, as a key below ``session.refused``; None if it may.

    What the content of a session says of a decision is not asked here.
    """
    return KINDS[kind].wrong(record, data) if is_shaped(kind, data) else "unknown"


def is_shaped(kind: str, data: Data) -> bool:
    """Whether data has the fields of its kind and no others, of the right types; a truth value is no number."""
    rules = KINDS.get(kind)
    if rules is None or set(data) != set(rules.fields):
        return False
    return all(
        isinstance(data[name], wanted) and (wanted is bool or not isinstance(data[name], bool))
        for name, wanted in rules.fields.items()
    )


def applied(record: Record, event: Event) -> Record:
    """The record after an event, which only gives it its number if it may not happen."""
    if refusal(record, event.kind, event.data) is not None:
        return replace(record, number=event.number)
    return replace(KINDS[event.kind].change(record, event), number=event.number)


def folded(record: Record, events: Iterable[Event]) -> Record:
    """The record after all these events."""
    for event in events:
        record = applied(record, event)
    return record


# --- participants ----------------------------------------------------------------------------------------


def _may(record: Record, data: Data) -> str | None:
    """Nothing is wrong with it."""
    return None


def _is_table(record: Record, name: str) -> bool:
    return any(table.name == name for table in record.tables)


def _join_wrong(record: Record, data: Data) -> str | None:
    known = record.participants.get(data["id"])
    if record.over:
        return "over"
    if known is not None:
        return "removed" if known.removed else None
    if len(record.present) >= LIMITS.participants or len(record.participants) >= LIMITS.participants_ever:
        return "full"
    if record.tables and not _is_table(record, data["table"]):
        return "no_table"
    return _nickname_wrong(record, data["nickname"])


def _nickname_wrong(record: Record, nickname: str) -> str | None:
    """Why somebody cannot be called so: it cannot be read, is too long, or is somebody's who was here before."""
    if not is_visible(nickname) or first_unseen(nickname) is not None:
        return "nickname_unseen"
    if len(nickname) > LIMITS.nickname_characters:
        return "nickname_long"
    alike = look(nickname)
    return "nickname_taken" if any(look(one.nickname) == alike for one in record.participants.values()) else None


def _joined(record: Record, event: Event) -> Record:
    data = event.data
    if data["id"] in record.participants:
        return record
    who = Participant(data["id"], data["nickname"], data["table"] if record.tables else "", data["language"], event.at)
    return replace(record, participants={**record.participants, who.id: who})


def _who_wrong(record: Record, data: Data) -> str | None:
    who = record.participants.get(data["id"])
    if who is None:
        return "stranger"
    return "removed" if who.removed else "over" if record.over else None


def _seat_wrong(record: Record, data: Data) -> str | None:
    return _who_wrong(record, data) or (None if data["table"] == "" or _is_table(record, data["table"]) else "no_table")


def _with(record: Record, who: str, **fields: Any) -> Record:
    """A record in which somebody is changed."""
    participant = replace(record.participants[who], **fields)
    return replace(record, participants={**record.participants, who: participant})


def _answer_wrong(record: Record, data: Data) -> str | None:
    screen = record.screen
    if problem := _who_wrong(record, data):
        return problem
    if screen.ask is None or screen.key != data["screen"]:
        return "moved_on"
    if record.locked:
        return "locked"
    if record.paused:
        return "paused"
    if not record.respondent(screen.ask, record.participants[data["id"]]):
        return "no_table"
    return None if screen.ask.fits(data["value"]) else "value"


def _answered(record: Record, event: Event) -> Record:
    ask = record.screen.ask
    assert ask is not None  # _answer_wrong
    key = record.respondent(ask, record.participants[event.data["id"]])
    return _with_answer(record, event, key, typed=False)


def _with_answer(record: Record, event: Event, key: str, typed: bool) -> Record:
    answer = Answer(event.data["value"], event.at, typed)
    return replace(record, answers={**record.answers, (event.data["screen"], key): answer})


# --- the trainer -----------------------------------------------------------------------------------------


def _go_wrong(record: Record, data: Data) -> str | None:
    if not 0 <= data["to"] < len(record.screens):
        return "no_screen"
    waits = record.screen.after is not None and not record.is_revealed and not record.over
    return "reveal_first" if waits and data["to"] == record.at + 1 else None


def _gone(record: Record, event: Event) -> Record:
    to = event.data["to"]
    return replace(record, at=to, furthest=max(record.furthest, to), black=False, timer_until=None, timer_left=None)


def _screen_wrong(record: Record, data: Data) -> str | None:
    """A command for a screen that is not the one shown came too late, such as a second press of a button."""
    return None if data["screen"] == record.screen.key else "moved_on"


def _reveal_wrong(record: Record, data: Data) -> str | None:
    after = record.screen.after
    rules = (
        (not record.screen.reveals, "nothing_to_reveal"),
        (bool(after) and after not in record.revealed, "reveal_before"),
        (after is not None and record.is_revealed and not data["on"], "played"),
    )
    return _screen_wrong(record, data) or next((key for holds, key in rules if holds), None)


def _lock_wrong(record: Record, data: Data) -> str | None:
    return _screen_wrong(record, data) or (None if record.screen.ask is not None else "nothing_asked")


def _member(names: frozenset[str], name: str, on: bool) -> frozenset[str]:
    return names | {name} if on else names - {name}


def _locked(record: Record, event: Event) -> Record:
    return replace(record, locks=_member(record.locks, event.data["screen"], event.data["on"]))


def _revealed(record: Record, event: Event) -> Record:
    """What is revealed is locked as well, and stays so when it is covered again."""
    key, on = event.data["screen"], event.data["on"]
    ask = record.screen.ask
    locks = record.locks | {key} if ask is not None else record.locks
    gone = frozenset(record.tables_played()) if on and ask is not None and ask.by == "table" else frozenset()
    absent = {
        **{name: tables for name, tables in record.absent.items() if name != key},
        **({key: gone} if gone else {}),
    }
    return replace(record, revealed=_member(record.revealed, key, on), locks=locks, absent=absent)


def _paused(record: Record, event: Event) -> Record:
    """A pause stops the timer, which runs on after it."""
    if event.data["on"] == record.paused:
        return record
    if event.data["on"]:
        left = None if record.timer_until is None else max(0.0, record.timer_until - event.at)
        return replace(record, paused=True, timer_until=None, timer_left=left)
    until = None if record.timer_left is None else event.at + record.timer_left
    return replace(record, paused=False, timer_until=until, timer_left=None)


def _timer_wrong(record: Record, data: Data) -> str | None:
    return None if 0 <= data["seconds"] <= LIMITS.timer_seconds else "value"


def _timed(record: Record, event: Event) -> Record:
    """A timer of so many seconds from now, or none for 0."""
    seconds = float(event.data["seconds"])
    if not seconds:
        return replace(record, timer_until=None, timer_left=None)
    if record.paused:
        return replace(record, timer_left=seconds)
    return replace(record, timer_until=event.at + seconds)


def _hands_wrong(record: Record, data: Data) -> str | None:
    screen = record.screen_of(data["screen"])
    if screen is None or screen.ask is None or screen.ask.kind != "option":
        return "nothing_asked"
    if not screen.ask.fits(data["option"]) or not 0 <= data["count"] <= LIMITS.hands:
        return "value"
    return None


def _raised(record: Record, event: Event) -> Record:
    key = event.data["screen"], event.data["option"]
    return replace(record, hands={**record.hands, key: event.data["count"]})


def _typed_wrong(record: Record, data: Data) -> str | None:
    screen = record.screen_of(data["screen"])
    if screen is None or screen.ask is None or screen.ask.by != "table":
        return "nothing_asked"
    if not _is_table(record, data["table"]):
        return "no_table"
    return None if screen.ask.fits(data["value"]) else "value"


def _papers_wrong(record: Record, data: Data) -> str | None:
    screen = record.screen_of(data["screen"])
    ask = None if screen is None else screen.ask
    if ask is None or ask.kind != "number":
        return "nothing_asked"
    if len(data["values"]) > LIMITS.hands or not all(map(ask.fits, data["values"])):
        return "value"
    return None


def _collected(record: Record, event: Event) -> Record:
    values = tuple(map(float, event.data["values"]))
    return replace(record, papers={**record.papers, event.data["screen"]: values})


def _decide_wrong(record: Record, data: Data) -> str | None:
    if len(record.decisions) >= LIMITS.decisions:
        return "full"
    texts = (data["name"], data["value"])
    if any(len(text) > LIMITS.decision_characters or first_unseen(text) is not None for text in texts):
        return "value"
    return None if record.screen_of(data["screen"]) is not None else "no_screen"


def _decided(record: Record, event: Event) -> Record:
    data = event.data
    return replace(record, decisions=(*record.decisions, Decision(data["screen"], data["name"], data["value"])))


def _remove_wrong(record: Record, data: Data) -> str | None:
    return None if data["id"] in record.participants else "stranger"


NUMBER = (int, float)
KINDS: Mapping[str, Kind] = {
    "begin": Kind(
        {"language": str, "seed": int},
        lambda record, data: None if record.number == 0 and data["language"] in LANGUAGES else "unknown",
        lambda record, event: replace(record, language=event.data["language"], seed=event.data["seed"]),
    ),
    "join": Kind({"id": str, "nickname": str, "table": str, "language": str}, _join_wrong, _joined),
    "seat": Kind(
        {"id": str, "table": str},
        _seat_wrong,
        lambda record, event: _with(record, event.data["id"], table=event.data["table"]),
    ),
    "answer": Kind({"id": str, "screen": str, "value": NUMBER}, _answer_wrong, _answered),
    "go": Kind({"to": int}, _go_wrong, _gone),
    "lock": Kind({"screen": str, "on": bool}, _lock_wrong, _locked),
    "reveal": Kind({"screen": str, "on": bool}, _reveal_wrong, _revealed),
    "black": Kind({"on": bool}, _may, lambda record, event: replace(record, black=event.data["on"])),
    "hide": Kind({"on": bool}, _may, lambda record, event: replace(record, hidden=event.data["on"])),
    "pause": Kind({"on": bool}, _may, _paused),
    "over": Kind({"on": bool}, _may, lambda record, event: replace(record, over=event.data["on"])),
    "timer": Kind({"seconds": NUMBER}, _timer_wrong, _timed),
    "hands": Kind({"screen": str, "option": int, "count": int}, _hands_wrong, _raised),
    "typed": Kind(
        {"screen": str, "table": str, "value": NUMBER},
        _typed_wrong,
        lambda record, event: _with_answer(record, event, TABLE + event.data["table"], typed=True),
    ),
    "papers": Kind({"screen": str, "values": list}, _papers_wrong, _collected),
    "decide": Kind({"screen": str, "name": str, "value": str}, _decide_wrong, _decided),
    "remove": Kind({"id": str}, _remove_wrong, lambda record, event: _with(record, event.data["id"], removed=True)),
}
"""Every kind of event. Names of settings carry their new state (``on``), so that sending one twice changes nothing."""
