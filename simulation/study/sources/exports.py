"""Tables as other software exports them: one head or several above the rows, and columns that nobody asked for.

Survey tools put up to three heads above their answers: Qualtrics a code, the question and its own identifier,
SurveyMonkey the question and what was asked below it; LimeSurvey and Microsoft Forms have one. A column is known by
what stands in any of its heads. Rows that the tool itself marks as a preview, a test, spam or unfinished are passed
over.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field

from simulation.study.build.problems import Gatherer
from simulation.study.errors import InputRefused, Problem, abridged, nearest, problem, shown, unknown
from simulation.study.organisation import Organisation
from simulation.study.paths import PlaceOf
from simulation.study.places import Cell, Place
from simulation.study.sources import apart, workbook
from simulation.study.sources.files import content_named, read_file
from simulation.study.sources.tables import Grid, is_empty
from simulation.system.limits import LIMITS, spaced
from simulation.text.characters import look

FORMAT = 1
"""The version of mappings."""
Column = Annotated[str, Field(min_length=1, max_length=2_000)]
"""What stands above a column."""
Plan = TypeVar("Plan", bound=BaseModel)
ENDINGS = (".csv", ".tsv", ".txt", workbook.ENDING)
UNFINISHED = {"submitdate", "date submitted", "datum ingestuurd"}
"""LimeSurvey's column that is empty for those who did not send their answers."""
PASSED_OVER = {"survey preview", "survey test", "spam", "1", "2", "8"}
"""What Qualtrics calls, by word or by code, what nobody answered in earnest."""
NOT_FINISHED = {"", "false", "0"}
"""What stands where somebody did not finish."""


@dataclass(frozen=True)
class Export:
    """A table with its heads read: ``columns`` are the names of each, ``rows`` the cells that count with their row."""

    file: str
    kind: str
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[int, Sequence[Any]], ...]
    passed_over: int = 0
    sheet: str = ""

    def cell(self, row: int, column: int) -> Cell:
        """Where a cell stands."""
        return Cell(self.sheet, row + 1, column + 1)


def read_export(source: str) -> Export:
    """A table of a CSV file or a workbook's first sheet.

    Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read, or holds more than anybody exports.
    """
    try:
        content = content_of(source)
        grid = apart.sheet_of(content) if source.lower().endswith(workbook.ENDING) else Grid("", rows_of(content))
        check(grid)
        return _headed(source, grid)
    except InputRefused as refused:
        raise InputRefused(replace(one, file=one.file or source) for one in refused.problems) from None


def content_of(source: str, endings: tuple[str, ...] = ENDINGS, most: int = LIMITS.export_bytes) -> bytes:
    """What a file of one of these endings holds, if that is no more than ``most`` bytes."""
    if FilePath(source).suffix.lower() not in endings:
        raise InputRefused([problem("no_export", given=shown(source, 200), legal=", ".join(endings))])
    content = content_named(source, most)
    if len(content) > most:
        raise InputRefused([problem("export_too_big", most=spaced(most))])
    return content


def rows_of(content: bytes) -> list[list[str]]:
    """The rows of a CSV file, whatever stands between its cells, in UTF-8 or, as Excel likes it, in UTF-16."""
    wide = content[:2] in {b"\xff\xfe", b"\xfe\xff"}
    if b"\0" in content and not wide:
        raise InputRefused([problem("not_text_file")])
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused([problem("not_utf8", given=f"0x{content[error.start : error.start + 1].hex()}")]) from None
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_sign(text), strict=True):
            rows.append(row)
            cells += len(row)
            _check_size(len(rows), cells, len(row))
    except csv.Error:
        raise InputRefused([problem("broken_row", row=len(rows) + 1)]) from None
    return rows


def _check_size(rows: int, cells: int, columns: int) -> None:
    """Refuse more than anybody exports."""
    if rows > LIMITS.export_rows or cells > LIMITS.export_cells or columns > LIMITS.export_columns:
        most = (LIMITS.export_rows, LIMITS.export_columns, LIMITS.export_cells)
        by_rows, by_columns, by_cells = map(spaced, most)
        raise InputRefused([problem("export_too_large", most=by_rows, columns=by_columns, cells=by_cells)])


def _sign(text: str) -> str:
    """What stands between cells: what makes most of the first row."""
    first = text.lstrip("\r\n")[:20_000]
    return max(",;\t", key=lambda sign: len(next(csv.reader(io.StringIO(first, newline=""), delimiter=sign), [])))


def check(grid: Grid) -> None:
    """Refuse a table without rows, or with more than anybody exports."""
    _check_size(len(grid.rows), sum(map(len, grid.rows)), max(map(len, grid.rows), default=0))
    if sum(any(not is_empty(cell) for cell in row) for row in grid.rows) < 2:
        raise InputRefused([problem("export_empty")])


def _headed(source: str, grid: Grid) -> Export:
    """The heads of a table, and the rows below them that count."""
    rows = [(at, row) for at, row in enumerate(grid.rows) if any(not is_empty(cell) for cell in row)]
    first, second = rows[0][1], rows[1][1]
    third = rows[2][1] if len(rows) > 2 else ()
    words = {word(cell) for cell in first}
    if any('"importid"' in word(cell) for cell in third):
        kind, heads = "qualtrics", [first, second]
        below = rows[3:]
    elif {"respondent id", "respondent_id"} & words and is_empty(second[0] if second else ""):
        kind, heads, below = "surveymonkey", [_filled(first), second], rows[2:]
    elif UNFINISHED & words:
        kind, heads, below = "limesurvey", [first], rows[1:]
    else:
        kind, heads, below = "table", [first], rows[1:]
    columns = tuple(_names([str(head[at]) if at < len(head) else "" for head in heads]) for at in range(_width(heads)))
    export = Export(source, kind, columns, tuple(below), 0, grid.sheet)
    return _in_earnest(export, [word(cell) for cell in third] if kind == "qualtrics" else [])


def _width(heads: Iterable[Sequence[Any]]) -> int:
    """How many columns heads have."""
    return max(map(len, heads))


def _filled(head: Sequence[Any]) -> list[Any]:
    """A head that is said once above several columns, above each of them."""
    found: list[Any] = []
    for cell in head:
        found.append(found[-1] if is_empty(cell) and found else cell)
    return found


def _names(said: list[str]) -> tuple[str, ...]:
    """What a column may be called: each of its heads, and both together; of LimeSurvey's, its code alone too."""
    parts = [" ".join(text.split()) for text in said if text.strip()]
    names = [*parts, ": ".join(parts)] if len(parts) > 1 else parts
    codes = [match[1] for part in parts if (match := re.match(r"([A-Za-z]\w*(?:\[\w+\])?)\. ", part))]
    return tuple(dict.fromkeys([*names, *codes]))


def word(cell: Any) -> str:
    """A cell as it is compared: no spaces but single ones, no capitals.

    >>> word(" Fully\\u00a0agree \\n"), word(4.0)
    ('fully agree', '4')
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()).casefold()


def shown_cell(cell: Any) -> str:
    """A cell as it stands in a sheet.

    >>> shown_cell(12.0), shown_cell(" Sales "), shown_cell(0.5)
    ('12', 'Sales', '0.5')
    """
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _in_earnest(export: Export, identifiers: list[str]) -> Export:
    """Without the rows that the tool itself marks as a preview, a test, spam or unfinished.

    ``identifiers`` are Qualtrics' own, by which its marks are told from questions that are called the same.
    """
    statuses = [at for at, name in enumerate(identifiers) if '"importid":"status"' in name.replace(" ", "")]
    finished = [at for at, name in enumerate(identifiers) if '"importid":"finished"' in name.replace(" ", "")]
    if export.kind == "limesurvey":
        finished = [at for at, names in enumerate(export.columns) if {word(name) for name in names} & UNFINISHED]

    def said(row: Sequence[Any], at: int) -> str:
        return word(row[at]) if at < len(row) else ""

    kept = tuple(
        (number, row)
        for number, row in export.rows
        if not any(said(row, at) in PASSED_OVER for at in statuses)
        and not any(said(row, at) in NOT_FINISHED for at in finished)
    )
    return replace(export, rows=kept, passed_over=len(export.rows) - len(kept))


@dataclass
class Finder:
    """Finds columns by their names; what it does not find, or finds twice, is a problem of whoever named it."""

    export: Export
    problems: list[Problem] = field(default_factory=list)
    _known: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for at, names in enumerate(self.export.columns):
            for name in {word(one) for one in names}:
                self._known.setdefault(name, []).append(at)

    def column(self, name: str, path: str = "", place: Any = None) -> int | None:
        """The column of that name."""
        found = self._known.get(word(name), [])
        if len(found) == 1:
            return found[0]
        if found:
            letters = ", ".join(self.export.cell(0, at).short for at in found[:6])
            self.problems.append(problem("column_often", path, place, given=shown(name), where=letters))
            return None
        legal = [names[0] for names in self.export.columns[:200] if names]
        near = nearest(name, self._known) if len(self.problems) < LIMITS.suggestions else None
        ordered = dict.fromkeys([near, *legal] if near else legal)
        self.problems.append(unknown("no_such_column", name, ordered, path, place))
        return None


@dataclass
class Mistakes:
    """What is wrong with cells: each mistake once, with the places where it stands; of very many, the first."""

    found: dict[tuple[str, ...], list[Place]] = field(default_factory=dict)
    more: int = 0

    def add(self, mistake: tuple[str, ...], place: Place | None) -> None:
        """Note a mistake: its key, what was given, and perhaps the trait that it is about."""
        if mistake not in self.found and len(self.found) >= LIMITS.problems:
            self.more += 1
            return
        places = self.found.setdefault(mistake, [])
        if place is not None and len(places) < MOST_PLACES:
            places.append(place)

    def problems(self, file: str, legal: Callable[[tuple[str, ...]], Sequence[str]]) -> list[Problem]:
        """All of them as problems of a file; ``legal`` says what could have stood there."""
        told = []
        for at, (mistake, places) in enumerate(self.found.items()):
            first, names = places[0] if places else None, legal(mistake)
            if names:
                one = unknown(mistake[0], mistake[1], names, place=first, guess=at < LIMITS.suggestions)
            else:
                one = problem(mistake[0], place=first, given=shown(mistake[1]))
            about = tuple(("trait", part) for part in mistake[2:])
            told.append(replace(one, fields=(*one.fields, *about), also=tuple(places[1:]), file=file))
        return [*told, *([problem("more_problems", more=self.more)] if self.more else [])]


MOST_PLACES = 1_000
"""Places of one mistake that are kept."""


class Departments:
    """What the departments of an organisation are called in cells.

    By their ``names``, their labels, what a mapping says ``more``, and words that it says are ``missing``: none of the
    study's. Raises :class:`~simulation.study.errors.InputRefused`, about the ``mapping``, where that says of two words
    that look the same that they are two departments.
    """

    def __init__(
        self, organisation: Organisation, more: Mapping[str, str], missing: Iterable[str], mapping: str
    ) -> None:
        self.names = organisation.names
        self._called = {look(word(name)): name for name in organisation.names}
        for one in organisation.departments:
            for text in one.label.texts.values() if one.label else ():
                self._called.setdefault(look(word(text)), one.name)
        said: dict[str, tuple[str, str]] = {}
        for key, name in more.items():
            first = said.setdefault(look(word(key)), (key, name))
            if first[1] != name:
                twice = problem("called_twice", "departments", given=shown(key), other=shown(first[0]))
                raise InputRefused([replace(twice, file=mapping)])
        self._called |= {key: name for key, (_, name) in said.items()}
        self._missing = {"", *(word(each) for each in missing)}
        self._known: dict[str, tuple[str | None, bool]] = {}

    def of(self, said: str) -> tuple[str | None, bool]:
        """The department that a cell names, and whether that is known: no department, and known, is what is missing."""
        if said not in self._known:
            self._known[said] = self._named(said)
        return self._known[said]

    def _named(self, said: str) -> tuple[str | None, bool]:
        """The same of a cell that was not met before; nothing longer than a name is looked for."""
        if word(said) in self._missing:
            return None, True
        name = self._called.get(look(word(said))) if len(said) <= LIMITS.name_characters else None
        return name, name is not None


def read_plan(source: str, form: type[Plan], kind: str, organisation: Organisation) -> tuple[Plan, PlaceOf]:
    """Read the mapping of a ``kind`` of export, ``survey`` or ``network``, and where its parts stand.

    Its ``form`` has ``departments``, what those of the organisation are called otherwise. Raises
    :class:`~simulation.study.errors.InputRefused` with every problem of the file.
    """
    data, place_of, problems = read_file(source)
    gatherer = Gatherer(place_of)
    plan = None
    if isinstance(data, dict) and data.get(kind) != FORMAT:
        gatherer.refuse(f"no_{kind}_format", (kind,) if kind in data else (), given=shown(data.get(kind)))
    else:
        plan = gatherer.read(form, data, lambda path: path)
    called: Mapping[str, str] = getattr(plan, "departments", {})
    for name in called.values():
        if name not in organisation.names:
            gatherer.no_such("unknown_department", ("departments",), name, organisation.names)
    found = [*problems, *gatherer.all_problems()]
    if found or plan is None:
        raise InputRefused(abridged(replace(one, file=one.file or source) for one in found))
    return plan, place_of
