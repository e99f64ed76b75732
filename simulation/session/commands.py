"""What the trainer sends from the console, as events of the session."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from simulation.session.programme import Ask, Screen
from simulation.session.record import Record
from simulation.system.limits import LIMITS
from simulation.text.typed import number_in

Fields = Mapping[str, str]
Step = tuple[str, dict[str, Any]]
TABLE, HANDS = "table-", "hands-"
"""How the names of fields begin that hold a table's answer, or the hands for an option."""


class Wrong(Exception):
    """What is wrong with a command: the key of a sentence below ``session.refused``."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def steps(record: Record, fields: Fields, language: str) -> list[Step]:
    """The events that a command asks for, each a kind and its data; raises :class:`Wrong`.

    What has changed already is left out, so that a form with a field a table sends only what is new.
    """
    command = COMMANDS.get(fields.get("command", "decide"))
    if command is None:
        raise Wrong("unknown")
    return command(record, fields, language)


def _move(by: int) -> Callable[[Record, Fields, str], list[Step]]:
    """To the screen after or before the one for which the button was drawn."""

    def move(record: Record, fields: Fields, language: str) -> list[Step]:
        if fields.get("screen") != record.screen.key:
            raise Wrong("moved_on")
        return [("go", {"to": record.at + by})]

    return move


def _jump(record: Record, fields: Fields, language: str) -> list[Step]:
    to = fields.get("to", "")
    if not (to.isascii() and to.isdigit() and len(to) < 6):
        raise Wrong("no_screen")
    return [("go", {"to": int(to)})]


def _on(fields: Fields) -> bool:
    if fields.get("on") not in {"0", "1"}:
        raise Wrong("unknown")
    return fields["on"] == "1"


def _switch(kind: str, of_screen: bool = False) -> Callable[[Record, Fields, str], list[Step]]:
    """Something that is on or off, of the session or of the screen that is shown."""

    def switch(record: Record, fields: Fields, language: str) -> list[Step]:
        data: dict[str, Any] = {"on": _on(fields)}
        return [(kind, {**data, "screen": fields.get("screen", "")} if of_screen else data)]

    return switch


def _timer(record: Record, fields: Fields, language: str) -> list[Step]:
    return [("timer", {"seconds": 60 * _number(fields.get("minutes", ""), language)})]


def _remove(record: Record, fields: Fields, language: str) -> list[Step]:
    return [("remove", {"id": fields.get("id", "")})]


def _decide(record: Record, fields: Fields, language: str) -> list[Step]:
    name, value = fields.get("name", ""), fields.get("value", "")
    return [("decide", {"screen": record.screen.key, "name": name, "value": value})]


def _type(record: Record, fields: Fields, language: str) -> list[Step]:
    """What the trainer typed from paper cards and raised hands, for the screen for which the form was drawn."""
    screen = record.screen_of(fields.get("screen", ""))
    if screen is None or screen.ask is None:
        raise Wrong("nothing_asked")
    found = [*_tables(record, screen, screen.ask, fields, language), *_hands(record, screen, fields)]
    if "papers" in fields:
        values = numbers_in(fields["papers"], language)
        if list(record.papers.get(screen.key, ())) != values:
            found.append(("papers", {"screen": screen.key, "values": values}))
    return found


def _tables(record: Record, screen: Screen, ask: Ask, fields: Fields, language: str) -> Iterator[Step]:
    """The answers of tables that are new; a field that is empty says nothing."""
    for name, text in fields.items():
        if name.startswith(TABLE) and text.strip():
            table, value = name.removeprefix(TABLE), answer_in(ask, text, language)
            if record.table_answer(screen, table) != value:
                yield "typed", {"screen": screen.key, "table": table, "value": value}


def _hands(record: Record, screen: Screen, fields: Fields) -> Iterator[Step]:
    """The counts of hands that are new; a field that is empty is 0."""
    for name, text in fields.items():
        if name.startswith(HANDS):
            option, count = _whole(name.removeprefix(HANDS)), _whole(text)
            if record.hands.get((screen.key, option), 0) != count:
                yield "hands", {"screen": screen.key, "option": option, "count": count}


def answer_in(ask: Ask, text: str, language: str) -> float:
    """The answer that a text is, an index for an option; a number goes to the nearest step. Raises :class:`Wrong`."""
    if ask.kind == "option":
        return _whole(text or "none")
    value = _number(text, language)
    if not ask.low <= value <= ask.high:
        raise Wrong("value")
    if ask.step > 0:
        value = min(ask.high, ask.low + ask.step * round((value - ask.low) / ask.step))
    return round(value, 9)


def numbers_in(text: str, language: str) -> list[float]:
    """The numbers on paper cards, between spaces or semicolons."""
    words = text.replace(";", " ").split()
    if len(words) > LIMITS.hands:
        raise Wrong("value")
    return [_number(word, language) for word in words]


def _whole(text: str) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise Wrong("value")
    return int(text)


def _number(text: str, language: str) -> float:
    value = number_in(text, language)
    if isinstance(value, str):
        raise Wrong("not_a_number")
    return value


COMMANDS: Mapping[str, Callable[[Record, Fields, str], list[Step]]] = {
    "next": _move(1),
    "back": _move(-1),
    "jump": _jump,
    "lock": _switch("lock", of_screen=True),
    "reveal": _switch("reveal", of_screen=True),
    "black": _switch("black"),
    "pause": _switch("pause"),
    "hide": _switch("hide"),
    "over": _switch("over"),
    "timer": _timer,
    "remove": _remove,
    "decide": _decide,
    "type": _type,
}
"""What the console can ask for, apart from what concerns the server: the address, and deleting the session."""
