"""Workbooks: a study as sheets of an .xlsx file, read within bounds and written to be filled in.

A workbook is a zip file, so what is in it is looked at before anything is unpacked. Values are read by calamine; what
that cannot tell apart from an empty cell (an error, a formula that was never calculated) is looked for by openpyxl.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from simulation.study.errors import InputRefused, Problem, problem, shown
from simulation.study.measures import MEASURES
from simulation.study.places import Cell
from simulation.study.sources.sheets import written
from simulation.study.sources.tables import HEADS, TRAITS, Grid, called, check_size, tables_among
from simulation.study.survey import SURVEYED
from simulation.system.limits import LIMITS
from simulation.text.i18n import say, words_of

ENDING = ".xlsx"
OLD = b"\xd0\xcf\x11\xe0"
"""What a workbook with a password, or one of before 2007, begins with."""
WIDEST, DEFAULT = 42, 12
"""Characters of a column that is written."""
LISTS = "lists"
"""The hidden sheet that holds what may be chosen."""


# --- in ------------------------------------------------------------------------------------------------


def grids_of(content: bytes) -> dict[str, Grid]:
    """The tables of a workbook, by their keys; sheets of other names are the reader's own and passed over.

    Raises :class:`~simulation.study.errors.InputRefused` for what is no workbook, is too big, or has cells that hold
    no value.
    """
    _look_inside(content)
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - only who has a workbook needs it

    try:
        book = load_workbook(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
    except (CalamineError, ValueError, OSError, KeyError) as error:
        raise InputRefused([problem("no_workbook", why=str(error)[:80])]) from None
    ours = {key: (name, sheets[name]) for key, name in tables_among(sheets).items()}
    if "departments" not in ours:
        raise InputRefused(
            [problem("no_sheet", given=shown(list(sheets), 120), legal=called("sheet", "departments", "en"))]
        )
    for name, sheet in ours.values():
        check_size(name, sheet.total_height, sheet.total_width)
    grids = {key: Grid(name, _rows(sheet)) for key, (name, sheet) in ours.items()}
    try:
        problems = [*_without_value(content, grids), *_strange(grids, dict(ours.values()))]
    except Exception as error:  # whatever a broken file makes the library say
        raise InputRefused([problem("no_workbook", why=str(error)[:80])]) from None
    if problems:
        raise InputRefused(problems)
    return grids


def first_sheet(content: bytes) -> Grid:
    """The cells of a workbook's first sheet, whatever it is about.

    Raises :class:`~simulation.study.errors.InputRefused` for what is no workbook, or is too big.
    """
    _look_inside(content)
    from python_calamine import CalamineError, load_workbook  # noqa: PLC0415 - only who has a workbook needs it

    try:
        sheet = load_workbook(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, ValueError, OSError, KeyError, IndexError) as error:
        raise InputRefused([problem("no_workbook", why=str(error)[:80])]) from None
    grid = Grid(sheet.name, _rows(sheet))
    problems = list(_merged(grid, sheet))
    if sheet.total_height * sheet.total_width <= LOOKED_THROUGH:
        problems += _without_value(content, {"": grid})
    if problems:
        raise InputRefused(problems)
    return grid


LOOKED_THROUGH = 200_000
"""Cells of an export among which errors, and formulas that were never calculated, are looked for."""


def _merged(grid: Grid, sheet: Any) -> Iterator[Problem]:
    """Cells of a sheet that are merged, so that only one of them has the value."""
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        to = Cell(grid.sheet, bottom + 1, right + 1).short.rpartition("!")[2]
        yield problem("merged_cells", place=grid.cell(top, left), to=to)


def _look_inside(content: bytes) -> None:
    """Refuse what is no workbook, or unpacks to more than anybody fills in."""
    if content.startswith(OLD):
        raise InputRefused([problem("workbook_locked")])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        raise InputRefused([problem("no_workbook", why="zip")]) from None
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names or any(part.flag_bits & 1 for part in parts):
        raise InputRefused([problem("no_workbook", why="xl/workbook.xml")])
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InputRefused([problem("workbook_macros")])
    if len(parts) > LIMITS.workbook_parts or sum(part.file_size for part in parts) > LIMITS.workbook_unpacked:
        most = f"{LIMITS.workbook_unpacked // 1_000_000}"
        raise InputRefused([problem("workbook_unpacks", most=most)])


def _rows(sheet: Any) -> list[list[Any]]:
    """All cells of a sheet from its first on, so that a row's place is that in the sheet."""
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    return rows


def _without_value(content: bytes, grids: Mapping[str, Grid]) -> Iterator[Problem]:
    """Cells that are not empty and hold no value: errors, and formulas that were never calculated."""
    import openpyxl  # noqa: PLC0415 - likewise

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
    try:
        for grid in grids.values():
            for row in book[grid.sheet].iter_rows():
                for cell in row:
                    kind = getattr(cell, "data_type", "n")
                    if kind not in {"f", "e"}:
                        continue
                    at = grid.cell(cell.row - 1, cell.column - 1)
                    if kind == "e":
                        yield problem("error_cell", place=at, given=shown(str(cell.value)))
                    elif _value_at(grid, cell.row - 1, cell.column - 1) in ("", None):
                        yield problem("formula_cell", place=at, given=shown(str(cell.value)))
    finally:
        book.close()


def _value_at(grid: Grid, row: int, column: int) -> Any:
    """A cell's value; nothing beyond the last."""
    return grid.rows[row][column] if row < len(grid.rows) and column < len(grid.rows[row]) else None


def _strange(grids: Mapping[str, Grid], sheets: Mapping[str, Any]) -> Iterator[Problem]:
    """Cells that hold a date or a time, and cells that are merged."""
    for grid in grids.values():
        yield from _merged(grid, sheets[grid.sheet])
        for row, cells in enumerate(grid.rows):
            for column, value in enumerate(cells):
                if isinstance(value, date | datetime | time | timedelta):
                    yield problem("date_cell", place=grid.cell(row, column), given=shown(str(value)))


# --- out -----------------------------------------------------------------------------------------------


def workbook(data: dict[str, Any], language: str) -> bytes:
    """A study's plain data as a workbook: a sheet a table, with what may be chosen to choose from, and explanations."""
    import openpyxl  # noqa: PLC0415 - likewise
    from openpyxl.workbook.defined_name import DefinedName  # noqa: PLC0415

    book = openpyxl.Workbook()
    first = book.active
    first.title = say("workbook.read_me", language)
    for line in words_of("workbook.explained", language).values():
        first.append([line])
    first.column_dimensions["A"].width = 110
    lists = {
        "kinds": [say(f"workbook.kind_{kind}", language) for kind in ("it", "business", "chain")],
        "switches": [say(f"workbook.{word}", language) for word in ("on", "off")],
        "measure_names": list(MEASURES),
        "surveyed": [called("head", trait, language) for trait in SURVEYED],
        "department_names": list((data.get("organisation") or {}).get("departments") or {}),
    }
    for key, rows in written(data, language).items():
        sheet = book.create_sheet(called("sheet", key, language))
        _write_sheet(sheet, key, rows, language)
        sheet.sheet_state = "hidden" if key == "order" else "visible"
    hidden = book.create_sheet(LISTS)
    hidden.sheet_state = "hidden"
    for column, (name, values) in enumerate(lists.items(), 1):
        letter = openpyxl.utils.get_column_letter(column)
        for row, value in enumerate(values, 1):
            _put(hidden.cell(row, column), value)
        reach = f"'{LISTS}'!${letter}$1:${letter}${len(values)}"
        book.defined_names[name] = DefinedName(name, attr_text=reach)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_sheet(sheet: Any, key: str, rows: Sequence[Sequence[Any]], language: str) -> None:
    """A table, with a head that stays, what each column means, and what may be chosen."""
    from openpyxl.comments import Comment  # noqa: PLC0415 - likewise
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415

    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            if value is not None and value != "":
                _put(sheet.cell(at, column), value)
    for column, head in enumerate(rows[0], 1):
        cell = sheet.cell(1, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EEF6")
        cell.alignment = Alignment(wrap_text=True, vertical="top", text_rotation=90 if key in {"needs", "talks"} else 0)
        longest = max((len(str(row[column - 1])) for row in rows[1:] if len(row) >= column), default=0)
        letter = cell.column_letter
        sheet.column_dimensions[letter].width = (
            5 if key in {"needs", "talks"} and column > 1 else min(WIDEST, max(DEFAULT, longest + 2))
        )
        name = HEADS[key][column - 1] if column <= len(HEADS[key]) else ""
        explained = words_of("workbook.what", language).get(name)
        if explained and head:
            cell.comment = Comment(explained, "synergy", width=320, height=120)
    sheet.freeze_panes = "B2"
    for name, columns in _choices(key, rows[0]).items():
        _offer(sheet, name, columns)


def _choices(key: str, head: Sequence[Any]) -> dict[str, list[int]]:
    """From which list what is chosen in which columns of a table."""
    if key == "departments":
        return {"kinds": [2 + TRAITS.index("kind")]}
    if key == "survey":
        return {"department_names": [1], "surveyed": [2]}
    if key == "scenarios":
        texts = len(HEADS[key]) + sum(
            " " in str(one) and str(one).split(" ")[0] in {"title", "description"} for one in head
        )
        return {"switches": list(range(texts + 1, len(head) + 1))}
    return {"measure_names": [1 + HEADS[key].index("measure")]} if key in {"measures", "settings"} else {}


def _offer(sheet: Any, name: str, columns: Sequence[int]) -> None:
    """Have cells of some columns offer what stands in a named list: a long list within a cell's rule breaks Excel."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - likewise
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    if columns:
        rule = DataValidation(type="list", formula1=f"={name}", allow_blank=True)
        for column in columns:
            letter = get_column_letter(column)
            rule.add(f"{letter}2:{letter}{LIMITS.sheet_rows}")
        sheet.add_data_validation(rule)


def _put(cell: Any, value: Any) -> None:
    """Write a value; a text is a text, also one that begins like a formula."""
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in {"=", "+", "-", "@"}
    elif isinstance(value, float) and float(f"{value:.16g}") != value:
        _put(cell, repr(value))  # a workbook keeps sixteen digits
    else:
        cell.value = value
