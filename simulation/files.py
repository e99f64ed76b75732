"""YAML in, YAML out.

YAML 1.2, so that ``no`` is a word; duplicate keys, aliases and anything that could make a small file large are
refused. An error names file, line and path, what was given, what is legal and what to do.
"""

import functools
import io
import math
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files as packaged
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from simulation.building import MOST_PROBLEMS, build
from simulation.errors import InputRefused, Problem, problem, shown, unknown
from simulation.parameters import PARAMETERS, Parameter
from simulation.places import Key, Path, told_path
from simulation.study import FORMAT, Given, Scenario, Study
from simulation.words import say, twin

CASE = "case"
LARGEST_FILE = 1_000_000
DEEPEST = 12
LONGEST_LINE = 20_000
WIDTH = 110
"""Lines that are written are no longer, if they can be broken."""


def scenario_folder() -> Any:
    """The folder with the organisations that come with the software."""
    inside = packaged("simulation").joinpath("_scenarios")
    return inside if inside.is_dir() else FilePath(__file__).parent.parent / "scenarios"


@functools.cache
def case() -> Study:
    """The case organisation with its scenarios.

    >>> len(case().scenarios), case().scenarios[0].name
    (24, 'it-only')
    """
    return load(CASE)


def load(source: str, overrides: tuple[str, ...] = ()) -> Study:
    """Read a study: a file's path, or the name of an organisation that comes along (``case``).

    ``overrides`` are ``path=value`` texts such as ``parameters.t=0.5``. Raises
    :class:`~simulation.errors.InputRefused` with every problem of the file.
    """
    if source in _shipped_names() and not FilePath(source).is_file():
        return parse(scenario_folder().joinpath(f"{source}.yaml").read_text("utf-8"), source, overrides)
    return parse(_read(FilePath(source)), source, overrides)


def load_data(source: str) -> dict[str, Any]:
    """The plain data of a study that can be read, as its file says it; raises as :func:`load` does.

    >>> load_data("case")["scenarios"]["partner-over"]["extends"]
    'partner-with'
    """
    shipped = source in _shipped_names() and not FilePath(source).is_file()
    text = scenario_folder().joinpath(f"{source}.yaml").read_text("utf-8") if shipped else _read(FilePath(source))
    return parse_data(text, source)


def parse_data(text: str, name: str = "study") -> dict[str, Any]:
    """The plain data of the text of a file that can be read; raises as :func:`parse` does.

    >>> text = scenario_folder().joinpath("case.yaml").read_text("utf-8")
    >>> parse_data(text) == load_data("case")
    True
    """
    parse(text, name)
    read: dict[str, Any] = _Reader(_clean(text)).data
    return read


def read_file(source: str) -> tuple[Any, Callable[[Path], int | None], list[Problem]]:
    """Plain data of any YAML file, what tells the line of a place in it, and the keys that stand in it twice.

    Raises :class:`~simulation.errors.InputRefused` for what is no sound YAML.
    """
    text = _read(FilePath(source))
    try:
        read = _Reader(_clean(text))
    except InputRefused as error:
        raise _refused(source, *error.problems) from None
    return read.data, read.line, read.problems


def _read(path: FilePath) -> str:
    """The text of a file that a person named."""
    try:
        if path.is_dir():
            raise _refused(str(path), problem("a_directory"))
        with path.open("rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        near = unknown("no_file", str(path), sorted(_shipped_names())[:5])
        raise _refused(str(path), near) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(str(path), problem("unreadable", why=reason)) from None
    if len(data) > LARGEST_FILE:
        raise _refused(str(path), problem("too_big", most=_spaced(LARGEST_FILE)))
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(str(path), problem("not_text_file"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"0x{data[error.start]:02x}"
        raise _refused(str(path), problem("not_utf8", line=line, given=byte)) from None


def _spaced(number: int) -> str:
    """A number as one may write it in any language.

    >>> _spaced(20000)
    '20 000'
    """
    return f"{number:_}".replace("_", " ")


def _shipped_names() -> list[str]:
    """Names of the organisations that come along."""
    return [one.name.removesuffix(".yaml") for one in scenario_folder().iterdir() if one.name.endswith(".yaml")]


def _refused(file: str, *problems: Problem) -> InputRefused:
    """A refusal that names the file."""
    return InputRefused(replace(one, file=file) for one in problems)


def parse(text: str, name: str = "study", overrides: tuple[str, ...] = ()) -> Study:
    """Read a study from the text of a YAML file; ``name`` is what errors and results call it."""
    found: list[Problem] = []
    try:
        read = _Reader(_clean(text))
        found += read.problems
        changed = [_override(read.data, one) for one in overrides]

        def line_of(path: Path) -> int | None:
            made = any(path == one[: len(path)] for one in changed) and path not in read.lines
            return None if made or any(path[: len(one)] == one for one in changed) else read.line(path)

        study = build(read.data, FilePath(name).stem or name, line_of)
    except InputRefused as refused:
        found += refused.problems
    if found:
        found.sort(key=lambda one: (one.key == "more_problems", one.line or 0))
        raise InputRefused(replace(one, file=name) for one in found)
    return study


# --- YAML ----------------------------------------------------------------------------------------------

_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

_CORE: tuple[tuple[str, Any], ...] = (
    (r"~|null|Null|NULL|", lambda text: None),
    (r"true|True|TRUE", lambda text: True),
    (r"false|False|FALSE", lambda text: False),
    (r"[-+]?[0-9]+", lambda text: _whole(text, 10)),
    (r"0o[0-7]+", lambda text: _whole(text[2:], 8)),
    (r"0x[0-9a-fA-F]+", lambda text: _whole(text[2:], 16)),
    (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
    (r"[-+]?\.(inf|Inf|INF)", lambda text: float(text.replace(".", ""))),
    (r"\.(nan|NaN|NAN)", lambda text: math.nan),
)
"""What a word without quotes stands for (YAML 1.2, core schema); every other word is a text."""

_FAULTS: tuple[tuple[str, str, bool], ...] = (
    (r"character '\\t'", "tabs", False),
    (r"character '(.+)' that cannot start", "yaml_start", False),
    (r"(alias|anchor|tag|directive|mapping keys)", "yaml_start", False),
    (r"scanning a block scalar", "yaml_start", False),
    (r"mapping values are not allowed", "yaml_colon", False),
    (r"could not find expected ':'", "yaml_no_colon", True),
    (r"escape|chr\(\)", "yaml_backslash", False),
    (r"scanning a quoted scalar", "yaml_quote", True),
    (r"found '(<scalar>|<alias>)'", "yaml_quote", False),
    (r"parsing a flow (sequence|mapping)", "yaml_bracket", True),
    (r"found '[\]},]'", "yaml_bracket", False),
    (r"parsing a flow node", "yaml_bracket", False),
    (r"<block end>|<document start>", "yaml_indent", False),
    (r"document end marker", "two_documents", False),
    (r"sequence entries are not allowed", "yaml_dash", False),
)
"""What the parser says, the problem that it is, and whether it is best seen on the line where a thing begins."""


def _clean(text: str) -> str:
    """The text with one kind of line ends; refused if it cannot be a study."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise InputRefused([problem("long_line", line=number, most=_spaced(LONGEST_LINE))])
        bad = _INVISIBLE.search(line)
        if bad:
            code = ord(bad.group())
            key = "bad_character" if code else "not_text_file"
            raise InputRefused([problem(key, line=number, **({"given": f"U+{code:04X}"} if code else {}))])
        if re.match(r" *\t+\s*\S", line):
            raise InputRefused([problem("tabs", line=number)])
    if re.match(r"\s*(<|```)", text):
        raise InputRefused([problem("not_a_study", given=shown(text.split("\n")[0]))])
    return text


class _Reader:
    """Plain data of a YAML text, the line (from 1) of every place in it, and the keys that stand there twice.

    Aliases (a few lines can stand for billions), tags, deep nesting and a second document are refused.
    """

    def __init__(self, text: str) -> None:
        self.data: Any = None
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.events = YAML(typ="safe", pure=True).parse(io.StringIO(text))
        documents = 0
        try:
            for event in self.events:
                documents += isinstance(event, DocumentStartEvent)
                if documents > 1:
                    raise InputRefused([problem("two_documents", line=_line(event))])
                if isinstance(event, NodeEvent):
                    self.data = self._value(event, ())
        except MarkedYAMLError as error:
            raise InputRefused([_unreadable_yaml(error)]) from None
        except (YAMLError, ValueError) as error:
            raise InputRefused([_unreadable_yaml(MarkedYAMLError(problem=str(error)))]) from None

    def line(self, path: Path) -> int | None:
        """The line of a place, or of the nearest place around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def _value(self, event: Any, path: Path) -> Any:
        """The value that begins with ``event``."""
        if isinstance(event, AliasEvent) or event.anchor:
            raise InputRefused([problem("alias", line=_line(event), given=shown(event.anchor))])
        if event.tag is not None:
            raise InputRefused([problem("yaml_start", line=_line(event), given="!")])
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if len(path) >= DEEPEST:
            raise InputRefused([problem("too_deep", line=_line(event), most=DEEPEST)])
        return self._list(path) if isinstance(event, SequenceStartEvent) else self._mapping(path)

    def _list(self, path: Path) -> list[Any]:
        """The entries up to the end of a list."""
        found: list[Any] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            place = (*path, len(found))
            self.lines.setdefault(place, _line(event))
            found.append(self._value(event, place))
        return found

    def _mapping(self, path: Path) -> dict[Any, Any]:
        """The entries up to the end of a mapping; of a key that stands there twice, the first."""
        found: dict[Any, Any] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._value(event, path) if isinstance(event, ScalarEvent | AliasEvent) else None
            if not isinstance(event, ScalarEvent):
                given = "[…]" if isinstance(event, SequenceStartEvent) else "{…}"
                raise InputRefused([problem("key_not_text", told_path(path), _line(event), given=given)])
            place: Path = (*path, key if isinstance(key, str) else Key(key))
            line = _line(event)
            if key in found and len(self.problems) < MOST_PROBLEMS:
                first = self.lines[place]
                self.problems.append(problem("duplicate_key", told_path(path), line, given=shown(key), first=first))
            self.lines.setdefault(place, line)
            value = self._value(next(self.events), place)
            found.setdefault(key, value)
        return found


def _line(event: Any) -> int:
    """The line on which a part of YAML begins."""
    return int(event.start_mark.line) + 1


def _scalar(event: ScalarEvent) -> Any:
    """What a word stands for."""
    text: str = event.value
    if event.implicit[0]:
        for pattern, meaning in _CORE:
            if re.fullmatch(pattern, text):
                return meaning(text)
    if _INVISIBLE.search(text) and not text.isascii():
        # Two escapes can stand for one character, as JSON writes 😀; half a character is none.
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return unicodedata.normalize("NFC", text)  # é can be written in two ways, and is one letter


def _whole(digits: str, base: int) -> int | float:
    """A whole number; one that is absurdly long is infinite."""
    return int(digits, base) if len(digits) <= 100 else math.inf


def _unreadable_yaml(error: MarkedYAMLError) -> Problem:
    """A sentence for a YAML error."""
    said = f"{error.context or ''}: {error.problem or ''}".split("\n")[0].strip(": ")
    for pattern, key, at_its_beginning in _FAULTS:
        match = re.search(pattern, said)
        if match:
            mark = (error.context_mark if at_its_beginning else None) or error.problem_mark
            given = match.group(1) if match.groups() else "| >"
            given = {"alias": "*", "anchor": "&", "tag": "!", "directive": "%", "mapping keys": "?"}.get(given, given)
            return problem(key, line=mark.line + 1 if mark else None, given=given)
    mark = error.problem_mark or error.context_mark
    return problem("bad_yaml", line=mark.line + 1 if mark else None, why=said)


def _override(data: Any, text: str) -> Path:
    """Set ``path=value`` in a file's data, as if the file said so; the path is told."""
    left, value = _change(text)
    place: dict[str, Any] = data if isinstance(data, dict) else {}
    path: Path = ()
    while True:
        key, left = _next_key(place, left)
        path = (*path, key)
        inside: Any = place.get(key)
        if not key or (left and isinstance(inside, list)):
            raise InputRefused([problem("bad_override", given=shown(text))])
        if not left:
            place[key] = value
            return path
        if key not in place and path[:-1] in _NAMED:
            raise InputRefused([unknown(_NAMED[path[:-1]], key, place, told_path(path))])
        if not isinstance(inside, dict):
            number = isinstance(inside, int | float) and not isinstance(inside, bool)
            place[key] = {"value": inside} if number else {}
        place = place[key]


def _change(text: str) -> tuple[list[str], Any]:
    """The path, in parts, and the value of ``path=value``."""
    path, sign, value = text.partition("=")
    parts = unicodedata.normalize("NFC", path.strip()).split(".")
    if sign and parts[0] in {"parameters", "organisation", "measures", "project", "scenarios"}:
        with suppress(InputRefused):
            read = _Reader(_clean(value))
            if not read.problems:
                return parts, read.data
    raise InputRefused([problem("bad_override", given=shown(text))])


_NAMED: dict[Path, str] = {("scenarios",): "unknown_scenario", ("organisation", "departments"): "unknown_department"}
"""Where a change of something inside must name what is there."""


def _next_key(place: dict[str, Any], left: list[str]) -> tuple[str, list[str]]:
    """The next key of a path and what is left of the path; a name that is there may hold points itself."""
    for count in range(len(left), 1, -1):
        if ".".join(left[:count]) in place:
            return ".".join(left[:count]), left[count:]
    return left[0], left[1:]


# --- out -----------------------------------------------------------------------------------------------


def resolved_yaml(study: Study, scenario: Scenario, language: str = "en") -> str:
    """A scenario with all differences and defaults worked in, as a file that can be read again.

    Reading it back gives a study with the same digest. Comments, in the reader's language, say what is assumed.
    """
    said = scenario.resolved()
    given = {one.name: one for one in scenario.parameters}
    lines = [f"# {study.title.in_(language)}: {scenario.title.in_(language)}"]
    lines += _dumped({"synergy": FORMAT, "title": study.title.model_dump(), "organisation": said["organisation"]})
    lines += _dumped({"project": said["project"]})
    lines.append(say("show.given", language) if given else say("show.none_given", language))
    lines += [_parameter(about, given.get(about.name), language) for about in PARAMETERS]
    entry = {
        "title": scenario.title.model_dump(),
        "description": scenario.description.model_dump(),
        "measures": said["measures"],
    }
    lines += _dumped({"scenarios": {scenario.name: entry}})
    return "\n".join(lines) + "\n"


def _parameter(about: Parameter, given: Given | None, language: str) -> str:
    """A parameter's line: as the file gives it, or else the passport's in a comment."""
    source = twin("passport.source", about.source, language)
    graded = source if about.grade in about.source else f"{source} ({say(f'show.{about.grade}', language)})"
    value, low, high = (given.value, given.low, given.high) if given else (about.default, about.low, about.high)
    stated = _flow({"value": value, "low": low, "high": high, "source": given.source if given else graded})
    unit = twin("passport.unit", about.unit, language)
    return f"  {'' if given else '# '}{about.name}: {stated}  # {unit}"


def study_yaml(data: dict[str, Any], remarks: tuple[str, ...] = ()) -> str:
    """A study's plain data as a file that can be read again, with remarks above it.

    >>> parse(study_yaml(load_data("case"), ("as it comes",))).digest() == case().digest()
    True
    """
    return "\n".join([*(f"# {one}" for one in remarks), *_dumped(data)]) + "\n"


def _word(value: Any) -> str:
    """A scalar as YAML that cannot be taken for anything else.

    >>> print(_word("Customer service"), _word("no"), _word('a "b"\\n'), _word(1e-6))
    Customer service "no" "a \\"b\\"\\x0a" 1e-06
    """
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if not isinstance(value, str):
        return repr(value)
    if re.fullmatch(r"[^\W\d_](?:[\w()/.&+'-]| (?! ))*[\w)]", value) and value.lower() not in _WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\t\n]|" + _INVISIBLE.pattern, lambda found: _escape(found.group()), escaped) + '"'


_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
"""Words that this or another reader of YAML takes for something else."""


def _escape(character: str) -> str:
    """A character as YAML writes it when it cannot be seen."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _flow(value: Any) -> str:
    """Plain data on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _word(value)


def _dumped(data: dict[str, Any], indent: int = 0) -> list[str]:
    """A mapping as lines of YAML: what fits on a line stands on one, except collections of collections."""
    lines = []
    for key, value in data.items():
        begin, flow = f"{' ' * indent}{_word(key)}:", _flow(value)
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        of_collections = bool(inside) and all(isinstance(one, dict | list) for one in inside)
        if not inside or (len(begin) + len(flow) < WIDTH and not of_collections):
            lines.append(f"{begin} {flow}")
        elif isinstance(value, dict):
            lines += [begin, *_dumped(value, indent + 2)]
        else:
            lines += [begin, *(f"{' ' * indent}  - {_flow(one)}" for one in value)]
    return lines
