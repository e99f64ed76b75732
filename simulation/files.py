"""YAML in, YAML out.

YAML 1.2, so that ``no`` is a word; duplicate keys, aliases and anything that could make a small file large are
refused. An error names file, line and path, what was given, what is legal and what to do.
"""

import functools
import io
import re
from collections.abc import Iterable
from dataclasses import replace
from importlib.resources import files as packaged
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

from simulation.errors import InputRefused, Problem, problem, shown
from simulation.organisation import Label
from simulation.parameters import PARAMETERS
from simulation.study import FORMAT, Path, Scenario, Study, build, unknown

CASE = "case"
LARGEST_FILE = 1_000_000
DEEPEST = 12
LONGEST_LINE = 20_000


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
    shipped = scenario_folder().joinpath(f"{source}.yaml")
    plain_name = re.fullmatch(r"[a-z0-9-]+", source) is not None
    if plain_name and shipped.is_file() and not FilePath(source).exists():
        return parse(shipped.read_text(encoding="utf-8"), source, overrides)
    return parse(_read(FilePath(source)), source, overrides)


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
        raise _refused(str(path), problem("too_big", most=f"{LARGEST_FILE:,}"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"0x{data[error.start]:02x}"
        raise _refused(str(path), problem("not_utf8", line=line, given=byte)) from None


def _shipped_names() -> list[str]:
    """Names of the organisations that come along."""
    return [one.name.removesuffix(".yaml") for one in scenario_folder().iterdir() if one.name.endswith(".yaml")]


def _refused(file: str, *problems: Problem) -> InputRefused:
    """A refusal that names the file."""
    return InputRefused(replace(one, file=file) for one in problems)


def parse(text: str, name: str = "study", overrides: tuple[str, ...] = ()) -> Study:
    """Read a study from the text of a YAML file; ``name`` is what errors and results call it."""
    try:
        data, lines = _load(text)
        changed = [_override(data, one) for one in overrides]

        def line_of(path: Path) -> int | None:
            return None if any(path[: len(one)] == one for one in changed) else _line(lines, path)

        return build(data, FilePath(name).stem or name, line_of)
    except InputRefused as refused:
        raise InputRefused(replace(one, file=one.file or name) for one in refused.problems) from None


# --- YAML ----------------------------------------------------------------------------------------------


def _load(text: str) -> tuple[Any, dict[Path, int]]:
    """Plain data and the line (from 1) of every place in it."""
    if not text.strip():
        raise InputRefused([problem("empty")])
    if "\0" in text:
        raise InputRefused([problem("not_text_file", line=text[: text.index("\0")].count("\n") + 1)])
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise InputRefused([problem("long_line", line=number, most=f"{LONGEST_LINE:,}")])
        if re.match(r" *\t+\s*\S", line):
            raise InputRefused([problem("tabs", line=number)])
    try:
        _guard(text)
        tree = YAML(typ="rt", pure=True).load(io.StringIO(text))
    except MarkedYAMLError as error:
        raise InputRefused([_unreadable_yaml(error)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputRefused([problem("bad_yaml", why=str(error).split("\n")[0])]) from None
    lines: dict[Path, int] = {}
    return _plain(tree, (), lines), lines


def _guard(text: str) -> None:
    """Refuse aliases (a few lines can stand for billions), deep nesting, and a second document."""
    depth = documents = 0
    for event in YAML(typ="rt", pure=True).parse(io.StringIO(text)):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise InputRefused([problem("alias", line=line, given=str(event.anchor))])
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise InputRefused([problem("too_deep", line=line, most=DEEPEST)])
        documents += type(event).__name__ == "DocumentStartEvent"
        if documents > 1:
            raise InputRefused([problem("two_documents", line=line)])


def _unreadable_yaml(error: MarkedYAMLError) -> Problem:
    """A sentence for a YAML error."""
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    said = str(error.problem or error.context or "").split("\n")[0]
    duplicate = re.search(r'found duplicate key "?(.*?)"? with value', said)
    if duplicate:
        return problem("duplicate_key", line=line, given=shown(duplicate.group(1)))
    return problem("bad_yaml", line=line, why=said)


def _plain(node: Any, path: Path, lines: dict[Path, int]) -> Any:
    """Plain Python data of a round-trip tree, and the lines where things stand."""
    if isinstance(node, dict):
        _note_lines(node, list(node), path, lines)
        return {_scalar(key): _plain(value, (*path, key), lines) for key, value in node.items()}
    if isinstance(node, list):
        _note_lines(node, range(len(node)), path, lines)
        return [_plain(value, (*path, place), lines) for place, value in enumerate(node)]
    return _scalar(node)


def _note_lines(node: Any, keys: Iterable[Any], path: Path, lines: dict[Path, int]) -> None:
    """Write down on which line each key of a collection stands."""
    for key in keys:
        where = node.lc.data.get(key) if node.lc.data else None
        if where:
            lines[(*path, key)] = where[0] + 1


def _scalar(value: Any) -> Any:
    """A plain number or text in place of ruamel's own kinds; dates and the like become text."""
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    # ruamel's ScalarBoolean is an int; tagged scalars and dates are neither.
    return str(value)


def _line(lines: dict[Path, int], path: Path) -> int | None:
    """The line of a place, or of the nearest place around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _override(data: Any, text: str) -> Path:
    """Set ``path=value`` in a file's data, as if the file said so; the path is told."""
    path_text, sign, value_text = text.partition("=")
    path = tuple(part.strip() for part in path_text.split("."))
    if not sign or not all(path) or path[0] not in {"parameters", "organisation", "measures", "project", "scenarios"}:
        raise InputRefused([problem("bad_override", given=shown(text))])
    if not isinstance(data, dict):
        return path
    try:
        value = _plain(YAML(typ="rt", pure=True).load(io.StringIO(value_text)), (), {})
    except YAMLError:
        raise InputRefused([problem("bad_override", given=shown(text))]) from None
    place = data
    for part in path[:-1]:
        if not isinstance(place.get(part), dict):
            place[part] = {}
        place = place[part]
    place[path[-1]] = value
    return path


# --- out -----------------------------------------------------------------------------------------------


def resolved_yaml(study: Study, scenario: Scenario) -> str:
    """A scenario with all differences and defaults worked in, as a file that can be read again.

    Reading it back gives a study with the same digest. Comments say what is assumed.
    """
    said = scenario.resolved()
    given = {one.name: one for one in scenario.parameters}
    lines = [
        f"# {study.title.en}: {scenario.title.en}",
        f"synergy: {FORMAT}",
        f"title: {_quoted(study.title)}",
    ]
    lines += _dumped({"organisation": said["organisation"], "project": said["project"]})
    lines.append("parameters:  # value, and the range from which each world draws it")
    for about in PARAMETERS:
        one = given.get(about.name)
        value, low, high = (one.value, one.low, one.high) if one else (about.default, about.low, about.high)
        source = one.source if one else f"{about.source} ({about.grade})"
        mark = "" if one else "# "
        lines.append(
            f"  {mark}{about.name}: {{value: {value!r}, low: {low!r}, high: {high!r}, "
            f"source: {_text(source)}}}  # {about.unit}"
        )
    if not given:
        lines[lines.index("parameters:  # value, and the range from which each world draws it")] = (
            "# parameters:  # none is given: these are the defaults, and the range from which each world draws"
        )
    on = said["measures"]
    entry = {
        "title": scenario.title.model_dump(),
        "description": scenario.description.model_dump(),
        "measures": on,
    }
    lines += _dumped({"scenarios": {scenario.name: entry}})
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A text as a YAML scalar that cannot be taken for anything else."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _quoted(label: Label) -> str:
    """A label on one line."""
    return f"{{en: {_text(label.en)}, nl: {_text(label.nl)}}}"


def _dumped(data: dict[str, Any]) -> list[str]:
    """Plain data as lines of YAML."""
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = None
    writer.allow_unicode = True
    writer.width = 110
    writer.sort_base_mapping_type_on_output = False
    stream = io.StringIO()
    writer.dump(data, stream)
    return stream.getvalue().rstrip("\n").split("\n")
