"""Tables as other software exports them: one head or several above the rows, and columns that nobody asked for.

Survey tools put up to three heads above their answers: Qualtrics a code, the question and its own identifier,
SurveyMonkey the question and what was asked below it; LimeSurvey and Microsoft Forms have one. A column is known by
what stands in any of its heads. Rows that the tool itself marks as a preview, a test, spam or unfinished are passed
over.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from simulation.study.errors import InputRefused, Problem, nearest, problem, shown, unknown
from simulation.study.places import Cell
from simulation.study.sources import apart, workbook
from simulation.study.sources.tables import Grid, is_empty
from simulation.system.limits import LIMITS, spaced

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


def content_of(source: str, endings: tuple[str, ...] = ENDINGS) -> bytes:
    """What a file of one of these endings holds, if that is no more than an export may."""
    from simulation.study.sources.files import content_named  # noqa: PLC0415 - files imports what reads tables

    if FilePath(source).suffix.lower() not in endings:
        raise InputRefused([problem("no_export", given=shown(source, 200), legal=", ".join(endings))])
    content = content_named(source, LIMITS.export_bytes)
    if len(content) > LIMITS.export_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.export_bytes))])
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
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_sign(text)))
    except csv.Error as error:
        raise InputRefused([problem("no_table", given=shown(str(error), 120))]) from None


def _sign(text: str) -> str:
    """What stands between cells: what makes most of the first row."""
    first = text.lstrip("\r\n")[:20_000]
    return max(",;\t", key=lambda sign: len(next(csv.reader(io.StringIO(first, newline=""), delimiter=sign), [])))


def check(grid: Grid) -> None:
    """Refuse a table without rows, or with more than anybody exports."""
    cells = sum(map(len, grid.rows))
    if len(grid.rows) > LIMITS.export_rows or cells > LIMITS.export_cells:
        most, cells_most = spaced(LIMITS.export_rows), spaced(LIMITS.export_cells)
        raise InputRefused([problem("export_too_large", most=most, cells=cells_most)])
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
    elif {"respondent id", "respondent_id"} & words:
        kind, heads, below = "surveymonkey", [_filled(first), second], rows[2:]
    elif UNFINISHED & words:
        kind, heads, below = "limesurvey", [first], rows[1:]
    else:
        kind, heads, below = "table", [first], rows[1:]
    columns = tuple(_names([str(head[at]) if at < len(head) else "" for head in heads]) for at in range(_width(heads)))
    export = Export(source, kind, columns, tuple(below), 0, grid.sheet)
    return _in_earnest(export)


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


def _in_earnest(export: Export) -> Export:
    """Without the rows that the tool itself marks as a preview, a test, spam or unfinished."""
    known = [{word(name) for name in names} for names in export.columns]
    statuses: list[int] = []
    finished: list[int] = []
    if export.kind == "qualtrics":
        statuses = [at for at, names in enumerate(known) if names & {"status", "response type"}]
        finished = [at for at, names in enumerate(known) if "finished" in names]
    elif export.kind == "limesurvey":
        finished = [at for at, names in enumerate(known) if names & UNFINISHED]

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

    def column(self, name: str, path: str = "", place: Any = None) -> int | None:
        """The column of that name."""
        sought = word(name)
        found = [at for at, names in enumerate(self.export.columns) if sought in {word(one) for one in names}]
        if len(found) == 1:
            return found[0]
        if found:
            letters = ", ".join(self.export.cell(0, at).short for at in found[:6])
            self.problems.append(problem("column_often", path, place, given=shown(name), where=letters))
            return None
        legal = [names[0] for names in self.export.columns if names]
        everything = [one for names in self.export.columns for one in names]
        near = nearest(name, everything)
        ordered = [near, *legal] if near else legal
        self.problems.append(unknown("no_such_column", name, dict.fromkeys(ordered), path, place))
        return None
