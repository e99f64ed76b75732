"""A folder of CSV files: a study as tables, one in each file, as spreadsheets save them."""

import csv
import io
from pathlib import Path as FilePath
from typing import Any

from simulation.study.errors import InputRefused, Problem, problem, shown
from simulation.study.sources.tables import COMMA, NUMBER, TWO_WAYS, Grid, check_size, table_of, tables_among
from simulation.system.limits import LIMITS, spaced

ENDING = ".csv"


def is_folder(source: str) -> bool:
    """Whether a path leads to a folder that holds tables of a study."""
    path = FilePath(source)
    try:
        return path.is_dir() and any(_table_in(file.stem) for file in _files(path))
    except (OSError, ValueError):  # what no file can be called, or may not be looked into: said by whoever opens it
        return False


def _files(path: FilePath) -> list[FilePath]:
    """The CSV files in a folder; what only looks like one, such as a pipe, is none."""
    return [file for file in sorted(path.iterdir()) if file.suffix.lower() == ENDING and file.is_file()]


def _table_in(stem: str) -> str | None:
    """Which table a file holds; LibreOffice puts the workbook's name before that of each sheet.

    >>> _table_in("Needs"), _table_in("plant-2026-Needs"), _table_in("plant")
    ('needs', 'needs', None)
    """
    return table_of(stem) or table_of(stem.rpartition("-")[2])


def grids_of(source: str) -> dict[str, Grid]:
    """The tables in a folder, by their keys; other files are passed over.

    Raises :class:`~simulation.study.errors.InputRefused` for what cannot be read.
    """
    found: dict[str, Grid] = {}
    problems: list[Problem] = []
    files = {file.stem: file for file in _files(FilePath(source))}
    ours = tables_among(files, _table_in)
    usual = ","
    for key in sorted(ours, key=lambda key: (key != "departments", key)):
        try:
            found[key], sign = _grid(files[ours[key]], usual)
            usual = sign if key == "departments" else usual
        except InputRefused as refused:
            problems += refused.problems
    if problems:
        raise InputRefused(problems)
    if "departments" not in found:
        raise InputRefused([problem("no_sheet", given=shown(sorted(found), 120), legal="departments.csv")])
    return found


def _grid(file: FilePath, usual: str) -> tuple[Grid, str]:
    """One table, and what stands between its cells."""
    with file.open("rb") as stream:
        content = stream.read(LIMITS.file_bytes + 1)
    if len(content) > LIMITS.file_bytes:
        raise InputRefused([problem("too_big", most=spaced(LIMITS.file_bytes), path=file.name)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputRefused([problem("not_utf8", file.name, given=f"0x{content[error.start]:02x}")]) from None
    if "\0" in text:
        raise InputRefused([problem("not_text_file", file.name)])
    try:
        delimiter = delimiter_of(text, usual)
        rows = _rows(text, delimiter)
    except csv.Error as error:
        raise InputRefused([problem("no_table", file.name, given=shown(str(error), 120))]) from None
    check_size(file.name, len(rows), max(map(len, rows), default=0))
    grid = Grid(file.name, [[value_of(cell, delimiter) for cell in row] for row in rows])
    wrong = [
        problem("two_ways_cell", place=grid.cell(at, column), given=shown(cell))
        for at, row in enumerate(grid.rows)
        for column, cell in enumerate(row)
        if isinstance(cell, str) and TWO_WAYS.fullmatch(cell.strip())
    ]
    if wrong:
        raise InputRefused(wrong)
    return grid, delimiter


def _rows(text: str, delimiter: str) -> list[list[str]]:
    """The cells of a table."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def delimiter_of(text: str, usual: str = ",") -> str:
    """What stands between cells: what does in the other files if it makes rows of equal length, else by the head.

    A name may have a semicolon in it, and a fraction a comma.

    >>> delimiter_of("name;kind"), delimiter_of("name,kind"), delimiter_of(",R;D,P;A;Q\\nR;D,1,2", ",")
    (';', ',', ',')
    """
    lengths = {len(row) for row in _rows(text, usual) if row}
    if len(lengths) == 1 and 1 not in lengths:
        return usual
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(";\t,", key=head.count)


def value_of(cell: str, delimiter: str) -> Any:
    """A cell: a number if it is one, with a decimal comma where cells do not end at commas; else the text.

    What can be read in two ways stays a text, which is refused.

    >>> value_of("0.5", ","), value_of("0,5", ";"), value_of("1.000", ";"), value_of("Sales", ",")
    (0.5, 0.5, '1.000', 'Sales')
    """
    text = cell.strip()
    if TWO_WAYS.fullmatch(text):
        return text
    if NUMBER.fullmatch(text):
        return float(text)
    if delimiter != "," and COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    return {"true": True, "false": False}.get(text.casefold(), text)
