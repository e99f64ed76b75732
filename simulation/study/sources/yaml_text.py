"""A file's text as plain data: YAML 1.2, so that ``no`` is a word, with the line of everything in it.

libyaml finds the structure, thirty times as fast as a parser in Python, and knows an older YAML; what a word without
quotes stands for is therefore decided here. Duplicate keys, aliases, tags, deep nesting, and anything that could make
a small file large are refused.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from simulation.study.deadline import check_time
from simulation.study.errors import InputRefused, Problem, Remark, problem, remark, shown
from simulation.study.paths import Key, Path, told_path
from simulation.study.places import Line
from simulation.system.limits import LIMITS, spaced
from simulation.text.characters import SOFT_HYPHEN, code_of, composed, unicode_name

PARSER: Any = getattr(yaml, "CLoader", yaml.Loader)
"""libyaml where it is there, else PyYAML's own parser, which is slow and otherwise the same."""
LONG_KEY = re.compile(r"[^:]{1000}")
"""How a line begins whose key is longer than YAML takes."""
EXPLAINED = 60_000
"""Of a text of so many characters at most the parser in Python says what is wrong, which it does in better words."""

INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
"""What has no place in a file, and is written as a code between quotes."""

LEAST = 1e-300
"""The number closest to 0 that can be written, other than 0: closer ones are read as 0, or with fewer digits."""

_CORE: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = tuple(
    (re.compile(pattern), meaning)
    for pattern, meaning in (
        (r"~|null|Null|NULL|", lambda text: None),
        (r"true|True|TRUE", lambda text: True),
        (r"false|False|FALSE", lambda text: False),
        (r"[-+]?[0-9]+", lambda text: _integer(text, 10)),
        (r"0o[0-7]+", lambda text: _integer(text[2:], 8)),
        (r"0x[0-9a-fA-F]+", lambda text: _integer(text[2:], 16)),
        (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
        (r"[-+]?\.(inf|Inf|INF)", lambda text: float(text.replace(".", ""))),
        (r"\.(nan|NaN|NAN)", lambda text: math.nan),
    )
)
"""What a word without quotes stands for (YAML 1.2, core schema); every other word is a text."""
_BEGINNINGS = frozenset("~nNtTfF0123456789+-.")
"""How a word begins that may be something else than a text."""

FAULTS: tuple[tuple[str, str, bool], ...] = (
    (r"character '\\t'|tab character", "tabs", False),
    (r"character '(.+)' that cannot start", "yaml_start", False),
    (r"(alias|anchor|tag|directive|mapping keys)", "yaml_start", False),
    (r"scanning a block scalar", "yaml_start", False),
    (r"mapping values are not allowed", "yaml_colon", False),
    (r"could not find expected ':'", "yaml_no_colon", True),
    (r"escape|chr\(\)", "yaml_backslash", False),
    (r"scanning a quoted scalar", "yaml_quote", True),
    (r"expected '<document start>', but found '<scalar>'", "yaml_whole", False),
    (r"found '?(<scalar>|<alias>)'?", "yaml_quote", False),
    (r"parsing a flow (sequence|mapping)", "yaml_bracket", True),
    (r"found '[\]},]'", "yaml_bracket", False),
    (r"parsing a flow node", "yaml_bracket", False),
    (r"sequence entries are not allowed", "yaml_dash", False),
    (r"<block end>|<document start>|did not find expected (key|'-' indicator)", "yaml_indent", False),
    (r"document end marker", "two_documents", False),
    (r"found unexpected ':'", "yaml_colon", False),
)
"""What a parser says, the problem that it is, and whether it is best seen on the line where a thing begins."""


def clean(text: str) -> str:
    r"""The text without a byte order mark, its lines ending in ``\n``.

    Raises :class:`~simulation.study.errors.InputRefused` if it cannot be a file of ours: too big, a line too long, a
    character that no text has, indented with tabs, or HTML or Markdown.
    """
    if len(text) > LIMITS.file_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.file_bytes))])
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    faults = [fault for fault in (_long_line(text), _bad_character(text), _leading_tab(text)) if fault is not None]
    if faults:
        raise InputRefused([min(faults, key=lambda fault: fault.line or 0)])
    if re.match(r"\s*(<|```)", text):
        raise InputRefused([problem("not_a_study", given=shown(text.split("\n", 1)[0]))])
    return text


def _line_at(text: str, at: int) -> int:
    """The line, from 1, of a place in a text."""
    return text.count("\n", 0, at) + 1


def _long_line(text: str) -> Problem | None:
    """The first line that is too long."""
    most = LIMITS.line_characters
    lines = text.split("\n")
    if max(map(len, lines)) <= most:
        return None
    number = next(number for number, line in enumerate(lines, start=1) if len(line) > most)
    return problem("long_line", place=Line(number), most=spaced(most))


def _bad_character(text: str) -> Problem | None:
    """The first character that has no place in a file."""
    bad = INVISIBLE.search(text)
    if bad is None:
        return None
    line = _line_at(text, bad.start())
    if bad.group() == "\0":
        return problem("not_text_file", place=Line(line))
    return problem("bad_character", place=Line(line), given=f"{code_of(bad.group())}, {unicode_name(bad.group())}")


def _leading_tab(text: str) -> Problem | None:
    """The first line that is indented with a tab."""
    tab = re.search(r"^ *\t[^\S\n]*\S", text, re.MULTILINE)
    return problem("tabs", place=Line(_line_at(text, tab.start()))) if tab else None


class Reader:
    """Plain data of a YAML text, the line (from 1) of every path in it, and what is wrong or worth saying of it.

    ``problems`` has what does not stop the reading: duplicate keys, of which the first counts, and numbers of which
    digits are lost. Raises :class:`~simulation.study.errors.InputRefused` for what does: bad syntax, aliases, tags,
    more than one document, too many values, too deep nesting, too long a reading.

    >>> read = Reader("a: [1, no]")
    >>> read.data, read.place(("a", 1))
    ({'a': [1, 'no']}, Line(number=1))
    """

    def __init__(self, text: str) -> None:
        self.data: Any = None
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.remarks: list[Remark] = []
        self.values = self.more = 0
        self._tabs = _Tabs(text)
        self._halves = _Halves(text)
        self._path: Path = ()
        try:
            self._read(self._halves.text)
        except yaml.MarkedYAMLError as error:
            raise InputRefused([_unreadable(text, error)]) from None
        except (yaml.YAMLError, ValueError) as error:
            raise InputRefused([_unreadable(text, yaml.MarkedYAMLError(problem=str(error)))]) from None

    def place(self, path: Path) -> Line | None:
        """The line of a path, or of the nearest path around it; None without any."""
        while path and path not in self.lines:
            path = path[:-1]
        number = self.lines.get(path)
        return None if number is None else Line(number)

    def _read(self, text: str) -> None:
        """Read everything."""
        self.events = yaml.parse(text, Loader=PARSER)
        documents = 0
        for event in self.events:
            documents += isinstance(event, DocumentStartEvent)
            if documents > 1:
                raise InputRefused([problem("two_documents", place=Line(_line(event)))])
            if isinstance(event, NodeEvent):
                self.data = self._value(event, ())
        stray = self._tabs.stray()
        if stray is not None:
            raise InputRefused([problem("tabs", place=Line(stray))])

    def _value(self, event: Any, path: Path) -> Any:
        """The value that begins with ``event``."""
        self._count(event)
        if isinstance(event, AliasEvent) or event.anchor:
            raise InputRefused([problem("alias", place=Line(_line(event)), given=shown(event.anchor))])
        if event.tag is not None:
            raise InputRefused([problem("yaml_start", place=Line(_line(event)), given="!")])
        if isinstance(event, ScalarEvent):
            self._tabs.passed(event)
            return self._scalar(event, path)
        if len(path) >= LIMITS.file_depth:
            raise InputRefused([problem("too_deep", place=Line(_line(event)), most=LIMITS.file_depth)])
        return self._list(path) if isinstance(event, SequenceStartEvent) else self._mapping(path)

    def _count(self, event: Any) -> None:
        """Count the values, and keep an eye on the time."""
        self.values += 1
        if self.values > LIMITS.file_values:
            raise InputRefused([problem("too_many_values", place=Line(_line(event)), most=spaced(LIMITS.file_values))])
        if self.values % 256 == 0:
            check_time()

    def _list(self, path: Path) -> list[Any]:
        """The entries up to the end of a list."""
        entries: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            inside = (*path, len(entries))
            self.lines.setdefault(inside, _line(event))
            entries.append(self._value(event, inside))
        return entries

    def _mapping(self, path: Path) -> dict[Any, Any]:
        """The entries up to the end of a mapping; of a key that stands there twice, the first."""
        entries: dict[Any, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._value(event, path) if isinstance(event, ScalarEvent | AliasEvent) else None
            if not isinstance(event, ScalarEvent):
                brackets = "[…]" if isinstance(event, SequenceStartEvent) else "{…}"
                raise InputRefused([problem("key_not_text", told_path(path), Line(_line(event)), given=brackets)])
            inside: Path = (*path, key if isinstance(key, str) else Key(key))
            line = _line(event)
            if isinstance(key, str) and event.implicit[0] and key[:1].isspace():
                raise InputRefused(
                    [problem("strange_space", place=Line(line), given=f"{code_of(key[0])}, {unicode_name(key[0])}")]
                )
            if key in entries:
                first = self.lines[inside]
                self._refuse("duplicate_key", path, line, given=shown(key), first=Line(first))
            self.lines.setdefault(inside, line)
            value = self._value(next(self.events), inside)
            entries.setdefault(key, value)
        return entries

    def _refuse(self, key: str, path: Path, line: int, **fields: Any) -> None:
        """Add a problem, while there is room."""
        if len(self.problems) < LIMITS.problems:
            self.problems.append(problem(key, told_path(path), Line(line), **fields))
        else:
            self.more += 1

    def all_problems(self) -> list[Problem]:
        """What is wrong, and as the last problem how many more there are."""
        return self.problems + ([problem("more_problems", more=self.more)] if self.more else [])

    def _check_reach(self, text: str, value: Any, path: Path, line: int) -> None:
        """A number is refused of which less is kept than was written."""
        if _is_lost(text, value):
            self._refuse("too_close_to_zero", path, line, given=_beginning(text))
        elif value in {math.inf, -math.inf} and not text.lower().endswith("inf"):
            self._refuse("too_far_from_zero", path, line, given=_beginning(text))

    def _scalar(self, event: ScalarEvent, path: Path) -> Any:
        """What a word stands for."""
        text: str = self._halves.restored(event.value)
        if event.implicit[0] and (not text or text[0] in _BEGINNINGS):
            for pattern, meaning in _CORE:
                if pattern.fullmatch(text):
                    value = meaning(text)
                    self._check_reach(text, value, path, _line(event))
                    return value
        if text.isascii():
            return text
        if SOFT_HYPHEN in text and len(self.remarks) < LIMITS.problems:
            self.remarks.append(remark("soft_hyphen", told_path(path), Line(_line(event)), given=shown(composed(text))))
        if INVISIBLE.search(text):
            # JSON escapes a character such as 😀 as two surrogates; one without the other is no character.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            half = re.search("[\ud800-\udfff]", text)
            if half:
                name = f"{code_of(half.group())}, {unicode_name(half.group())}"
                raise InputRefused([problem("bad_character", place=Line(_line(event)), given=name)])
        return composed(text)  # é has two encodings and is one letter


class _Halves:
    r"""Characters that JSON writes as two halves, ``\ud83d\ude80``: libyaml takes no halves, so it gets stand-ins.

    The stand-ins are private characters far beyond those in use; a text that has them itself is left as it is.
    """

    _HALF = re.compile(r"\\u([dD][89abcdefABCDEF][0-9a-fA-F]{2})")
    _STAND_IN = re.compile(r"\\U000f([dD][89abcdefABCDEF][0-9a-fA-F]{2})|([\U000fd800-\U000fdfff])")

    def __init__(self, text: str) -> None:
        self.used = (
            bool(self._HALF.search(text)) and "\\U000f" not in text and not re.search("[\U000fd800-\U000fdfff]", text)
        )
        self.text = self._HALF.sub(r"\\U000f\1", text) if self.used else text

    def restored(self, text: str) -> str:
        """A scalar's text with the halves back."""
        return self._STAND_IN.sub(self._half, text) if self.used else text

    @staticmethod
    def _half(match: re.Match[str]) -> str:
        """The half that a stand-in stands for; between other quotes its code is a text like any other."""
        return f"\\u{match.group(1)}" if match.group(1) else chr(ord(match.group(2)) - 0xF0000)


class _Tabs:
    """Tabs outside of quotes and remarks, which libyaml takes for spaces; most other readers of YAML refuse them."""

    def __init__(self, text: str) -> None:
        self.text = text.split("\n") if "\t" in text else []
        self.left: dict[int, list[int]] = {
            number: [column for column, character in enumerate(line) if character == "\t"][::-1]
            for number, line in enumerate(self.text)
            if "\t" in line
        }
        self.ends: dict[int, int] = {}
        self.strays: set[int] = set()

    def passed(self, event: ScalarEvent) -> None:
        """Pass a word: the tabs before it stand where they may not, and so do those in it, if it has no quotes."""
        if not self.left:
            return
        start, end = event.start_mark, event.end_mark
        for number in range(start.line, end.line + 1):
            tabs = self.left.get(number, [])
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(self.text[number])
            self.ends[number] = last
            while tabs and tabs[-1] < last:
                if tabs.pop() < first or event.style not in {"'", '"', "|", ">"}:
                    self.strays.add(number)

    def stray(self) -> int | None:
        """The first line, from 1, with a tab where only spaces are legal; None if there is none."""
        for number, tabs in self.left.items():
            remark_at = re.compile(r"(?:^|\s)#").search(self.text[number], max(self.ends.get(number, 0) - 1, 0))
            if tabs and (remark_at is None or tabs[-1] < remark_at.end()):
                self.strays.add(number)
        return min(self.strays) + 1 if self.strays else None


def _line(event: Any) -> int:
    """The line on which a part of YAML begins."""
    return int(event.start_mark.line) + 1


def _integer(digits: str, base: int) -> int | float:
    """A whole number; one that is absurdly long is infinite."""
    return int(digits, base) if len(digits) <= 100 else math.inf


def _beginning(text: str) -> str:
    """A number as it is written, or how it begins."""
    return text if len(text) <= 30 else f"{text[:30]}…"


def _is_lost(text: str, value: Any) -> bool:
    """Whether a number as written is not 0 and so close to it that its digits are lost."""
    if not isinstance(value, float) or not abs(value) < LEAST:
        return False
    return any(digit in "123456789" for digit in re.split("[eE]", text)[0])


def _text_at(text: str, mark: Any) -> str:
    """The line at a mark; nothing if there is no mark or no such line."""
    lines = text.split("\n")
    return lines[mark.line] if mark is not None and mark.line < len(lines) else ""


def _named_word(text: str, mark: Any) -> str:
    """The word after the * or & at a mark."""
    match = re.match(r"[*&]([^\s,\[\]{}]+)", _text_at(text, mark)[mark.column if mark else 0 :])
    return match.group(1) if match else ""


def _explained(text: str, error: yaml.MarkedYAMLError) -> yaml.MarkedYAMLError:
    """What the parser in Python says is wrong, for a text of moderate size; else what libyaml says."""
    if len(text) <= EXPLAINED:
        try:
            for _ in yaml.parse(text, Loader=yaml.Loader):
                pass
        except yaml.MarkedYAMLError as better:
            return better
        except (yaml.YAMLError, ValueError):
            return error
    return error


def _unreadable(text: str, error: yaml.MarkedYAMLError) -> Problem:
    """A sentence for what is no YAML."""
    error = _explained(text, error)
    mark = error.problem_mark or error.context_mark
    why = f"{error.context or ''}: {error.problem or ''}".split("\n")[0].strip(": ")
    if re.search("cannot start|did not find expected", why) and mark is not None:
        why = _with_sign(why, _text_at(text, mark), mark.column)
    word = _named_word(text, error.context_mark) if re.search("scanning an (alias|anchor)", why) else ""
    if word:
        return problem("alias", place=Line(error.context_mark.line + 1), given=shown(word))
    for pattern, key, at_its_beginning in FAULTS:
        match = re.search(pattern, why)
        if match:
            mark = (error.context_mark if at_its_beginning else None) or mark
            place = Line(mark.line + 1) if mark else None
            if "colon" in key and LONG_KEY.match(_text_at(text, mark)):
                return problem("long_key", place=place, limit=LIMITS.name_characters)
            return problem(key, place=place, given=_sign(match))
    return problem("bad_yaml", place=Line(mark.line + 1) if mark else None, why=why)


def _with_sign(why: str, line: str, at: int) -> str:
    """What libyaml says, with the sign that is there, which it does not say."""
    if "cannot start" in why:
        return f"found character {line[at : at + 1]!r} that cannot start"
    after_quotes = line[:at].rstrip()[-1:] in {"'", '"'} and line[at : at + 1].isalnum()
    return f"{why}, found {'<scalar>' if after_quotes else line[at : at + 1]!r}"


def _sign(match: re.Match[str]) -> str:
    """The sign that something cannot begin with."""
    sign = match.group(1) if match.groups() and match.group(1) else "| >"
    return {"alias": "*", "anchor": "&", "tag": "!", "directive": "%", "mapping keys": "?"}.get(sign, sign)
