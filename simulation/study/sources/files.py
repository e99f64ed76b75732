"""Files in, files out: studies by path or by name, changes from the command line, and studies written as YAML.

An error names file, line and path, what was given, what is legal and what to do.
"""

import functools
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files as packaged
from pathlib import Path as FilePath
from typing import Any

from simulation.study.build.merge import build
from simulation.study.build.variation import CHANGEABLE, override
from simulation.study.deadline import check_time
from simulation.study.deadline import reading as reading_time
from simulation.study.errors import InputRefused, Problem, abridged, nearest, problem, shown, unknown
from simulation.study.parameters import PARAMETERS, Parameter
from simulation.study.paths import Path, PlaceOf, next_key, told_path
from simulation.study.places import Line, Place
from simulation.study.scenario import FORMAT, Given, Scenario, Study
from simulation.study.sources import apart, folder, tables, workbook
from simulation.study.sources.yaml_text import INVISIBLE, Reader, clean
from simulation.system.limits import LIMITS, spaced
from simulation.text.characters import composed, escaped, first_unseen
from simulation.text.i18n import say, twin

CASE = "case"
OUT_OF_REACH = {"too_close_to_zero", "too_far_from_zero"}
"""Problems of a number as it is written: what is wrong with what is left of it is no news."""
LARGEST_FILE = LIMITS.file_bytes
WIDTH = 110
"""Lines that are written are no longer, if they can be broken."""


def scenario_folder() -> Any:
    """The folder with the organisations that ship with the package, as a path or a traversable resource."""
    inside = packaged("simulation").joinpath("_scenarios")
    return inside if inside.is_dir() else FilePath(__file__).parents[3] / "scenarios"


@functools.cache
def case() -> Study:
    """The case organisation with its scenarios, read once.

    >>> len(case().scenarios), case().scenarios[0].name
    (32, 'it-only')
    """
    return load(CASE)


def load(source: str | os.PathLike[str], overrides: tuple[str, ...] = ()) -> Study:
    """Read a study: the path of a file, a workbook (``.xlsx``) or a folder of CSV files, or a name such as ``case``.

    ``overrides`` are ``path=value`` texts such as ``parameters.t=0.5``. What is legal and yet may not be meant stands
    in :attr:`~simulation.study.scenario.Study.remarks`. Raises :class:`~simulation.study.errors.InputRefused` with
    every problem of the file and of the overrides, or for a file that cannot be read.

    >>> load("case", ("organisation.departments.Sales.capacity=100",)).organisation.departments[1].capacity
    100.0
    """
    source = os.fspath(source)
    if is_tables(source):
        return _study_of_tables(source, overrides)[0]
    return parse(text_of(source), source, overrides)


def is_tables(source: str) -> bool:
    """Whether a study is in tables: a workbook, by its ending, or a folder of CSV files.

    >>> is_tables("organisation.xlsx"), is_tables("case")
    (True, False)
    """
    return source.lower().endswith(workbook.ENDING) or folder.is_folder(source)


def _study_of_tables(source: str, overrides: tuple[str, ...] = ()) -> tuple[Study, dict[str, Any]]:
    """The study in a workbook or a folder, and its plain data."""
    problems: list[Problem] = []
    try:
        if folder.is_folder(source):
            reading = tables.read(folder.grids_of(source))
        else:
            reading = apart.reading_of(content_named(source, LIMITS.workbook_bytes))
        with reading_time():
            problems += reading.problems
            changed = [_override(reading.data, override) for override in overrides]
            study = build(reading.data, escaped(FilePath(source).stem), _teller(reading, changed))
    except InputRefused as refused:
        problems += refused.problems
    if problems:
        raise InputRefused(abridged(replace(one, file=one.file or source) for one in problems))
    found = (*reading.remarks, *study.remarks)[: LIMITS.problems]
    remarks = tuple(replace(remark, file=source) for remark in found)
    return replace(study, remarks=remarks, vary=override), reading.data


def _teller(reading: tables.Reading, changed: list[Path]) -> PlaceOf:
    """A function from a path to its cell; what was changed on the command line has none."""

    def place_of(path: Path) -> Place | None:
        made = any(path[: len(change)] == change for change in changed)
        return None if made else reading.place_of(path)

    return place_of


def text_of(source: str) -> str:
    """The text of a file (UTF-8), or of an organisation that ships with the package.

    A file goes before an organisation of the same name. Raises :class:`~simulation.study.errors.InputRefused` for what
    is no readable text file, or is too big.
    """
    if source in shipped_names() and not FilePath(source).is_file():
        text: str = scenario_folder().joinpath(f"{source}.yaml").read_text("utf-8")
        return text
    return _read(source)


def load_data(source: str) -> dict[str, Any]:
    """The plain data of a sound study, as its file has them; raises as :func:`load` does.

    >>> load_data("case")["scenarios"]["partner-over"]["extends"]
    'partner-with'
    """
    return _study_of_tables(source)[1] if is_tables(source) else parse_data(text_of(source), source)


def parse_data(text: str, name: str = "study") -> dict[str, Any]:
    """The plain data of the text of a sound file; raises as :func:`parse` does.

    >>> text = scenario_folder().joinpath("case.yaml").read_text("utf-8")
    >>> parse_data(text) == load_data("case")
    True
    """
    data: dict[str, Any] = _study_and_data(text, name, ())[1]
    return data


def read_file(source: str, text: str | None = None) -> tuple[Any, PlaceOf, list[Problem]]:
    """Plain data of any YAML file, a function from a path to its place, and problems that do not stop the reading.

    ``text`` is what the file holds, if it was read before: a pipe can only be read once. Raises
    :class:`~simulation.study.errors.InputRefused` for what is no sound YAML.
    """
    text = _read(source) if text is None else text
    try:
        with reading_time():
            read = Reader(clean(text))
    except InputRefused as error:
        raise _refused(source, *error.problems) from None
    return read.data, read.place, read.all_problems()


def content_named(source: str, most: int) -> bytes:
    """What a file holds that a person named, at most ``most`` bytes and one more.

    Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read.
    """
    try:
        if FilePath(source).is_dir():
            raise _refused(source, problem("a_directory"))
        return _bytes_of(source, most)
    except FileNotFoundError:
        near = unknown("no_file", source, sorted(shipped_names())[:5])
        raise _refused(source, near) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(source, problem("unreadable", why=reason)) from None


def _read(source: str) -> str:
    """The text of a file that a person named."""
    data = content_named(source, LIMITS.file_bytes)
    if len(data) > LIMITS.file_bytes:
        raise _refused(source, problem("too_big", most=spaced(LIMITS.file_bytes)))
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(source, problem("not_text_file"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"0x{data[error.start]:02x}"
        raise _refused(source, problem("not_utf8", place=Line(line), given=byte)) from None


def _bytes_of(source: str, most: int) -> bytes:
    """What a file holds, cut just beyond what is legal; of a device only what is typed or piped in is read."""
    with FilePath(source).open("rb") as stream:
        about = os.fstat(stream.fileno())
        if stat.S_ISCHR(about.st_mode) and not _is_input(about):
            raise _refused(source, problem("no_ordinary_file", given=shown(source, 200)))
        if stat.S_ISREG(about.st_mode):
            with suppress(OSError, AttributeError):
                os.set_blocking(stream.fileno(), False)  # reading some system files would block for ever
        return stream.read(most + 1) or b""


def _is_input(about: os.stat_result) -> bool:
    """Whether this is what our standard input comes from."""
    with suppress(OSError):
        return os.fstat(0).st_rdev == about.st_rdev
    return False


def shipped_names() -> list[str]:
    """The names of the organisations that ship with the package, as :func:`load` takes them.

    >>> "case" in shipped_names()
    True
    """
    return [file.name.removesuffix(".yaml") for file in scenario_folder().iterdir() if file.name.endswith(".yaml")]


def _refused(file: str, *problems: Problem) -> InputRefused:
    """A refusal that names the file."""
    return InputRefused(replace(problem, file=file) for problem in problems)


def parse(text: str, name: str = "study", overrides: tuple[str, ...] = ()) -> Study:
    """Read a study from the text of a YAML file; ``name`` is what errors and results call it.

    Raises as :func:`load` does; a text that takes too long is refused (:mod:`simulation.study.deadline`).
    """
    return _study_and_data(text, name, overrides)[0]


def _study_and_data(text: str, name: str, overrides: tuple[str, ...]) -> tuple[Study, Any]:
    """A study and the plain data that it is made of."""
    problems: list[Problem] = []
    try:
        with reading_time():
            _check_changes(overrides)
            read = Reader(clean(text))
            problems += read.all_problems()
            if is_lesson(read.data):
                raise InputRefused([problem("is_a_lesson", legal=FORMAT)])
            changed = [_override(read.data, override) for override in overrides]
            study = build(read.data, escaped(FilePath(name).stem or name), _place_teller(read, changed))
    except InputRefused as refused:
        lost = {(problem.path, problem.place) for problem in problems if problem.key in OUT_OF_REACH}
        problems += [problem for problem in refused.problems if (problem.path, problem.place) not in lost]
    if problems:
        raise InputRefused(abridged(replace(problem, file=name) for problem in problems))
    remarks = (*read.remarks, *study.remarks)[: LIMITS.problems]
    marked = tuple(replace(remark, file=name) for remark in remarks)
    return replace(study, remarks=marked, vary=override), read.data


def is_lesson(data: Any) -> bool:
    """Whether a file's data look like a lesson, and not like a study: by its format key, or else by its parts.

    >>> is_lesson({"lesson": 1}), is_lesson({"chapters": []}), is_lesson({"synergy": 1, "lesson": 1})
    (True, True, False)
    """
    return _seems(data, {"lesson", "chapters"}, {"synergy", "organisation", "scenarios"}, "lesson")


def is_study(data: Any) -> bool:
    """Whether a file's data look like a study, and not like a lesson.

    >>> is_study({"synergy": 1}), is_study({"scenarios": {}}), is_study({"synergy": 1, "lesson": 1})
    (True, True, False)
    """
    return _seems(data, {"synergy", "organisation", "scenarios"}, {"lesson", "chapters"}, "synergy")


def _seems(data: Any, own: set[str], others: set[str], first: str) -> bool:
    """Whether data have keys of the one kind of file: the key of its format, or else none of the other kind's."""
    keys = data.keys() if isinstance(data, dict) else set()
    formats = keys & {"lesson", "synergy"}
    return formats == {first} or (not formats and bool(keys & own) and not keys & others)


def _place_teller(read: Reader, changed: list[Path]) -> PlaceOf:
    """A function from a path to its place; what was changed on the command line has none."""

    def place_of(path: Path) -> Place | None:
        made = any(path == change[: len(path)] for change in changed) and path not in read.lines
        return None if made or any(path[: len(change)] == change for change in changed) else read.place(path)

    return place_of


def _check_changes(changes: Iterable[str]) -> None:
    """Refuse more, or longer, changes than a command line needs."""
    sizes = [len(change) for change in changes]
    for key, size, most in (
        ("too_many_changes", len(sizes), LIMITS.sets),
        ("long_change", max(sizes, default=0), LIMITS.set_characters),
        ("long_changes", sum(sizes), LIMITS.sets_characters),
    ):
        if size > most:
            raise InputRefused([problem(key, given=spaced(size), limit=spaced(most))])


def _override(data: Any, text: str) -> Path:
    """Set ``path=value`` in a file's data, in place, as if the file said so, and return the path."""
    check_time()
    left, value = _change(text)
    mapping: dict[str, Any] = data if isinstance(data, dict) else {}
    path: Path = ()
    while True:
        key, left = next_key(mapping, left)
        path = (*path, key)
        inside: Any = mapping.get(key)
        if not key or (left and isinstance(inside, list)):
            raise InputRefused([problem("bad_override", given=shown(text))])
        if not left:
            mapping[key] = value
            return path
        if key not in mapping and path[:-1] in _NAMED:
            raise InputRefused([unknown(_NAMED[path[:-1]], key, mapping, told_path(path))])
        if not isinstance(inside, dict):
            number = isinstance(inside, int | float) and not isinstance(inside, bool)
            mapping[key] = {"value": inside} if number else {}
        mapping = mapping[key]


def read_change(text: str) -> Any:
    """The value of ``path=value``; raises :class:`~simulation.study.errors.InputRefused` for what is no change.

    >>> read_change("measures.external_partner.hours=[8, 40]")
    [8, 40]
    """
    return _change(text)[1]


def _change(text: str) -> tuple[list[str], Any]:
    """The path, in parts, and the value of ``path=value``."""
    path, sign, value = text.partition("=")
    parts = composed(path.strip()).split(".")
    if len(parts) > LIMITS.set_parts:
        raise InputRefused([problem("change_too_deep", given=shown(text), limit=LIMITS.set_parts)])
    if not sign or first_unseen(path) is not None or INVISIBLE.search(value):
        raise InputRefused([problem("bad_override", given=shown(text))])
    if parts[0] not in CHANGEABLE:
        near = nearest(parts[0], CHANGEABLE) or ""
        raise InputRefused([problem("unknown_change", given=shown(text), legal=", ".join(CHANGEABLE), near=near)])
    try:
        read = Reader(clean(value))
        wrong = read.problems
    except InputRefused as refused:
        wrong = list(refused.problems)
    if wrong:
        raise InputRefused(replace(problem, place=None, path=shown(text)) for problem in wrong)
    return parts, read.data


_NAMED: dict[Path, str] = {("scenarios",): "unknown_scenario", ("organisation", "departments"): "unknown_department"}
"""Where a change of something inside must name what is there."""


# --- out -----------------------------------------------------------------------------------------------


def resolved_yaml(study: Study, scenario: Scenario, language: str = "en") -> str:
    """A scenario with all differences and defaults worked in, as a file that can be read again.

    Parameters that the file leaves to the world are comments, with their defaults, ranges and sources. Comments are
    in ``language``. Reading it back gives a study with the same digest as ``study.select((scenario.name,))``.
    """
    data = scenario.resolved()
    given = {parameter.name: parameter for parameter in scenario.parameters}
    lines = [f"# {study.title.in_(language)}: {scenario.title.in_(language)}"]
    lines += _dumped({"synergy": FORMAT, "title": study.title.model_dump(), "organisation": data["organisation"]})
    lines += _dumped({"project": data["project"]})
    lines.append(say("show.given", language) if given else say("show.none_given", language))
    lines += [_parameter(about, given.get(about.name), language) for about in PARAMETERS]
    entry = {
        "title": scenario.title.model_dump(),
        "description": scenario.description.model_dump(),
        "measures": data["measures"],
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
    return "\n".join([*(f"# {remark}" for remark in remarks), *_dumped(data)]) + "\n"


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
    return '"' + re.sub(r"[\t\n]|" + INVISIBLE.pattern, lambda match: _escape(match.group()), escaped) + '"'


_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
"""Words that this or another reader of YAML takes for something else."""


def _escape(character: str) -> str:
    """A character as YAML writes it when it cannot be seen."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _flow(value: Any) -> str:
    """Plain data on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_word(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _word(value)


def _dumped(data: dict[str, Any], indent: int = 0) -> list[str]:
    """A mapping as lines of YAML: what fits on a line stands on one, except collections of collections."""
    lines = []
    for key, value in data.items():
        begin, flow = f"{' ' * indent}{_word(key)}:", _flow(value)
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        of_collections = bool(inside) and all(isinstance(inner, dict | list) for inner in inside)
        if not inside or (len(begin) + len(flow) < WIDTH and not of_collections):
            lines.append(f"{begin} {flow}")
        elif isinstance(value, dict):
            lines += [begin, *_dumped(value, indent + 2)]
        else:
            lines += [begin, *(f"{' ' * indent}  - {_flow(entry)}" for entry in value)]
    return lines
