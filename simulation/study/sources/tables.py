"""A study as tables: what the sheets of a workbook, or the files of a folder, hold.

Each table has a head and rows under it. A head, and the name of a table, may be in any language that there is. Tables
say nothing that a file could not: they are turned into a file's plain data, which are then built and checked as ever.
Every cell that something came from is remembered, so that a mistake is told by sheet, row and column.
"""

import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulation.study.errors import InputRefused, Problem, Remark, problem, remark, shown, unknown
from simulation.study.measures import CLASS_OF, MEASURES
from simulation.study.parameters import BY_NAME
from simulation.study.paths import Path
from simulation.study.places import Cell, Place
from simulation.study.scenario import FORMAT
from simulation.study.sources.yaml_text import Reader, clean
from simulation.study.survey import LEAST, SURVEYED, Group, estimates
from simulation.system.limits import LIMITS, spaced
from simulation.text.i18n import LANGUAGES, say

Data = dict[str, Any]
TABLES = (
    *("study", "departments", "survey", "needs", "talks", "ties", "numbers", "measures", "scenarios", "settings"),
    *("changes", "order"),
)
"""The tables, in the order in which they are shown."""
SPREADS = ("workload", "competing_pull", "conviction", "it_frame", "knowledge")
"""The traits that may be off by so much, which stands in a column of its own behind them."""
TRAITS = (
    *("kind", "capacity", "hourly_rate", "benefit"),
    *(column for trait in SPREADS for column in (trait, f"{trait}_off")),
    *("projects", "process_work", "technical_work", "voice"),
)
COUNTS = tuple(f"count_{answer}" for answer in range(1, 8))
"""How many gave each answer, from 1 up."""
TEXTS = ("title", "description", "organisation")
HEADS: Mapping[str, tuple[str, ...]] = {
    "study": ("what",),
    "departments": ("name", *TRAITS),
    "survey": ("name", "trait", "value", "error", "answers", "scale", *COUNTS),
    "needs": (),
    "talks": (),
    "ties": ("sort", "one", "other", "strength"),
    "numbers": ("number", "value", "low", "high", "source"),
    "measures": ("measure", "setting", "value"),
    "scenarios": ("name", "show", "extends"),
    "settings": ("scenario", "measure", "setting", "value"),
    "changes": ("scenario", "part", "key", "trait", "value"),
    "order": ("sort", "one", "other"),
}
"""The columns of each table; texts and labels have one more for each language, scenarios one more a measure."""
KINDS = {"needs": "interdependence", "talks": "informal_ties"}
"""The matrices, and the ties that each holds."""


@dataclass(frozen=True)
class Grid:
    """A table as it was read: rows of cells, the head first; ``sheet`` is what a reader calls it."""

    sheet: str
    rows: Sequence[Sequence[Any]]

    def cell(self, row: int, column: int) -> Cell:
        """A cell, by its place in the rows (from 0)."""
        return Cell(self.sheet, row + 1, column + 1)


@dataclass
class Reading:
    """What has been read: data, the cell of each path, what is wrong, and what may not be meant."""

    data: Data = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def put(self, path: Path, value: Any, place: Place) -> None:
        """Put a value where a path leads; refuse a place that is taken."""
        inside: Any = self.data
        for key in path[:-1]:
            inside = inside.setdefault(key, {})
            if not isinstance(inside, dict):  # said as a whole elsewhere
                break
        first = self.place_of(path) if not isinstance(inside, dict) else self.places.get(path)
        if first is not None and (not isinstance(inside, dict) or path[-1] in inside):
            self.problems.append(problem("cell_twice", place=place, first=first, given=shown(str(path[-1]))))
            return
        inside[path[-1]] = value
        for length in range(1, len(path) + 1):
            self.places.setdefault(path[:length], place)
        self.places[path] = place

    def place_of(self, path: Path) -> Place | None:
        """Where what a path leads to stands, or what is nearest to it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path)


@functools.cache
def _called(part: str) -> Mapping[str, str]:
    """What tables, or heads, are called in every language, and by their keys: the key by the name in small letters."""
    of_heads = tuple(dict.fromkeys(key for heads in HEADS.values() for key in heads))
    keys = {"sheet": TABLES, "text_row": TEXTS}.get(part, of_heads)
    names = {key: key for key in keys}
    for language in LANGUAGES:
        names |= {say(f"workbook.{part}_{key}", language).casefold(): key for key in keys}
    if part == "head":
        for language in LANGUAGES:
            names |= {say(f"measure.{measure}", language).casefold(): f"measure:{measure}" for measure in MEASURES}
        names |= {measure: f"measure:{measure}" for measure in MEASURES}
    return names


def table_of(name: str) -> str | None:
    """Which table a sheet or a file of that name holds; None for one that is none of ours.

    >>> table_of("Departments"), table_of("Afdelingen"), table_of("notes")
    ('departments', 'departments', None)
    """
    return _called("sheet").get(name.strip().casefold())


def tables_among(names: Iterable[str], table: Callable[[str], str | None] = table_of) -> dict[str, str]:
    """Which of some sheets or files holds which table, by a function that knows it of a name.

    Raises :class:`~simulation.study.errors.InputRefused` where two would hold the same.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    names = tuple(names)
    for name in names:
        key = table(name)
        if key in found:
            problems.append(problem("table_twice", given=shown(name), first=shown(found[key])))
        elif key:
            found[key] = name
    for name in names:
        near = None if table(name) else _alike(name)
        if near is not None and _called("sheet")[near] not in found:
            problems.append(problem("sheet_misspelt", given=shown(name), near=near.capitalize()))
    if problems:
        raise InputRefused(problems)
    return found


def _alike(name: str) -> str | None:
    """The name of a table that somebody must have meant; sheets of other names are their own."""
    import difflib  # noqa: PLC0415 - only who has sheets of their own waits for it

    return next(iter(difflib.get_close_matches(name.strip().casefold(), _called("sheet"), n=1, cutoff=0.8)), None)


def check_size(name: str, rows: int, columns: int) -> None:
    """Raise :class:`~simulation.study.errors.InputRefused` for a table larger than anybody fills in."""
    if rows > LIMITS.sheet_rows or columns > LIMITS.sheet_columns:
        most, widest = spaced(LIMITS.sheet_rows), spaced(LIMITS.sheet_columns)
        raise InputRefused([problem("sheet_too_large", sheet=name, most=most, columns=widest)])


def called(part: str, key: str, language: str) -> str:
    """What a table (``sheet``) or a column (``head``) is called."""
    if key.startswith("measure:"):
        return say(f"measure.{key.removeprefix('measure:')}", language)
    return say(f"workbook.{part}_{key}", language)


# --- in ------------------------------------------------------------------------------------------------


def read(grids: Mapping[str, Grid]) -> Reading:
    """The plain data that tables hold, by the keys of :data:`TABLES`."""
    reading = Reading({"synergy": FORMAT})
    for key in TABLES:
        if key in grids:
            _READERS[key](reading, key, grids[key])
    return reading


def is_empty(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, float) and math.isnan(value))
    )


def lines(
    reading: Reading, key: str, grid: Grid, free: bool = False
) -> Iterator[tuple[int, dict[str, tuple[Any, Place]]]]:
    """The rows of a table that hold something: each cell with its place, by the key of its column.

    Columns may be called by a language (``en``), as texts are; with ``free``, labels too (``label en``).
    """
    heads: dict[int, str] = {}
    for column, head in enumerate(grid.rows[0] if grid.rows else ()):
        if is_empty(head):
            continue
        found = _head(str(head), key)
        if found is None:
            before = {"departments": "label ", "scenarios": "title "}.get(key, "")
            texts = [f"{before}{code}" for code in LANGUAGES] if key in {"study", "departments", "scenarios"} else []
            legal = [*(called("head", one, "en") for one in HEADS[key]), *texts]
            reading.problems.append(unknown("unknown_column", str(head), legal, place=grid.cell(0, column)))
        elif found in heads.values():
            first = next(at for at, name in heads.items() if name == found)
            places = {"place": grid.cell(0, column), "first": grid.cell(0, first)}
            reading.problems.append(
                problem("cell_twice", "", places["place"], given=shown(str(head)), first=places["first"])
            )
        else:
            heads[column] = found
    for row, cells in enumerate(grid.rows[1:], 1):
        line: dict[str, tuple[Any, Place]] = {
            heads[at]: (cell, grid.cell(row, at)) for at, cell in enumerate(cells) if not is_empty(cell) and at in heads
        }
        loose = next((at for at, cell in enumerate(cells) if not is_empty(cell) and at not in heads), None)
        if loose is not None and (loose >= len(grid.rows[0]) or is_empty(grid.rows[0][loose])):
            reading.problems.append(problem("no_head", place=grid.cell(row, loose), given=shown(cells[loose])))
        if line:
            yield row, line


def _head(text: str, table: str) -> str | None:
    """The key of a column by what it is called; a code of a language stands for itself."""
    word = " ".join(text.split()).casefold()
    found = _called("head").get(word)
    if found is not None and (found in HEADS[table] or (found.startswith("measure:") and table == "scenarios")):
        return found
    what, _, code = word.rpartition(" ")
    is_code = code.isalpha() and 2 <= len(code) <= 3
    return f"{what or 'text'}:{code}" if is_code and what in {"", "title", "description", "label"} else None


def _study(reading: Reading, _: str, grid: Grid) -> None:
    """Titles, by language."""
    for _row, line in lines(reading, "study", grid):
        what, place = line.pop("what", ("", None))
        key = _called("text_row").get(str(what).strip().casefold()) if what else None
        if key is None:
            legal = [called("text_row", one, "en") for one in TEXTS]
            reading.problems.append(unknown("unknown_row", str(what), legal, place=place or grid.cell(_row, 0)))
            continue
        path: Path = ("organisation", "name") if key == "organisation" else (key,)
        for head, (text, at) in line.items():
            reading.put((*path, head.partition(":")[2]), str(text), at)


def _departments(reading: Reading, _: str, grid: Grid) -> None:
    """A department a row."""
    where: Path = ("organisation", "departments")
    for row, line in lines(reading, "departments", grid):
        name = named(reading, line, grid, row)
        if name is None:
            continue
        if (*where, name) in reading.places:
            first = reading.places[*where, name]
            reading.problems.append(problem("cell_twice", place=grid.cell(row, 0), first=first, given=shown(name)))
            continue
        reading.put((*where, name), {}, grid.cell(row, 0))
        for key, (value, place) in line.items():
            if key.startswith("label:"):
                reading.put((*where, name, "label", key.partition(":")[2]), str(value), place)
            elif key == "kind":
                reading.put((*where, name, "kind"), _kind(value), place)
            elif key.endswith("_off"):
                _spread(reading, (*where, name, key.removesuffix("_off")), value, place)
            else:
                reading.put((*where, name, key), plain(value), place)


def named(reading: Reading, line: dict[str, tuple[Any, Place]], grid: Grid, row: int) -> str | None:
    """The name that a row begins with."""
    name, _ = line.pop("name", ("", None))
    if not name:
        reading.problems.append(problem("no_row_name", place=grid.cell(row, 0)))
        return None
    return text_of(name)


def _spread(reading: Reading, path: Path, value: Any, place: Place) -> None:
    """How far a trait may be off, which stands beside it."""
    inside: Any = reading.data
    for key in path[:-1]:
        inside = inside[key]
    known = inside.get(path[-1])
    inside[path[-1]] = {**({} if known is None else {"value": known}), "plus_minus": plain(value)}
    reading.places[*path, "plus_minus"] = place
    reading.places.setdefault(path, place)


def _kind(value: Any) -> str:
    """A kind of department, by its code or in any language."""
    word = str(value).strip().casefold()
    names = {
        say(f"workbook.kind_{kind}", one).casefold(): kind for one in LANGUAGES for kind in ("it", "business", "chain")
    }
    return names.get(word, word)


def _survey(reading: Reading, _: str, grid: Grid) -> None:
    """What answers to a survey say of traits: a department and a trait a row, worked out already or as counts."""
    counted: dict[str, dict[str, Group]] = {}
    scales: dict[str, tuple[int, Place]] = {}
    for row, line in lines(reading, "survey", grid):
        name, trait = named(reading, line, grid, row), str(line.pop("trait", ("", None))[0]).strip()
        key, place = _called("head").get(trait.casefold(), trait), grid.cell(row, 0)
        if name is None or not _is_open(reading, name, key, place):
            continue
        path: Path = (*DEPARTMENTS, name, key)
        reading.put(path, {}, place)
        if line.keys() & set(COUNTS):
            counted.setdefault(key, {})[name] = _counted(reading, line, scales, key, place)
            continue
        for head, (value, at) in line.items():
            reading.put((*path, "standard_error" if head == "error" else head), plain(value), at)
    for key, groups in counted.items():
        _tell(reading, key, groups)


DEPARTMENTS: Path = ("organisation", "departments")
"""Where departments stand in a file."""


def _is_open(reading: Reading, name: str, trait: str, place: Place) -> bool:
    """Whether a row of a survey is about a trait of a department that nothing else says; what it is not is refused."""
    path: Path = (*DEPARTMENTS, name, trait)
    if (*DEPARTMENTS, name) not in reading.places:
        legal = reading.data.get("organisation", {}).get("departments", {})
        reading.problems.append(unknown("unknown_department", name, legal, place=place))
    elif trait not in SURVEYED:
        reading.problems.append(unknown("not_surveyed", trait, SURVEYED, place=place))
    elif path in reading.places:
        given = shown(f"{name}.{trait}")
        reading.problems.append(problem("cell_twice", place=place, first=reading.places[path], given=given))
    else:
        return True
    return False


def _counted(
    reading: Reading, line: dict[str, tuple[Any, Place]], scales: dict[str, tuple[int, Place]], trait: str, place: Place
) -> Group:
    """A row of counts as the answers of a group, each a share of the way from the lowest to the highest answer."""
    beside = next((head for head in ("value", "error", "answers") if head in line), None)
    if beside:
        reading.problems.append(problem("counts_or_value", place=line[beside][1]))
    scale = plain(line["scale"][0]) if "scale" in line else None
    if not isinstance(scale, int) or isinstance(scale, bool) or not 2 <= scale <= len(COUNTS):
        reading.problems.append(problem("no_scale", place=place, given=shown(scale), most=len(COUNTS)))
        return Group()
    first = scales.setdefault(trait, (scale, place))
    if first[0] != scale:
        reading.problems.append(
            problem("two_scales", place=place, given=scale, other=first[0], first=first[1], trait=trait)
        )
    found = Group()
    for answer, head in enumerate(COUNTS):
        count, at = line.get(head, (0, place))
        count = plain(count)
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_COUNTED:
            reading.problems.append(problem("not_a_number_of_answers", place=at, given=shown(count)))
        elif count and answer >= scale:
            reading.problems.append(problem("beyond_scale", place=at, given=answer + 1, scale=scale))
        else:
            share = answer / (scale - 1)
            found = Group(found.answers + count, found.total + count * share, found.squares + count * share * share)
    return found


MOST_COUNTED = 1_000_000
"""People who gave one answer in one department."""


def _tell(reading: Reading, trait: str, groups: Mapping[str, Group]) -> None:
    """Put what counts say of a trait into the data; where a group is too small, the trait stays open, which is said."""
    departments = reading.data["organisation"]["departments"]
    told = estimates(groups)
    for name in groups:
        if name in told:
            departments[name][trait] = told[name].plain()
        else:
            place = reading.places.get(("organisation", "departments", name, trait))
            departments[name].pop(trait, None)
            reading.remarks.append(remark("kept_back", f"{name}.{trait}", place, least=LEAST))


def _matrix(reading: Reading, key: str, grid: Grid) -> None:
    """Who has to do with whom: a name before each row and over each column, and a strength where they meet."""
    heads = {
        at: text_of(head) for at, head in enumerate(grid.rows[0] if grid.rows else ()) if at and not is_empty(head)
    }
    found: dict[frozenset[str], tuple[Any, Place]] = {}
    ties: list[list[Any]] = reading.data.setdefault("organisation", {}).setdefault(KINDS[key], [])
    where: Path = ("organisation", KINDS[key])
    for row, cells in enumerate(grid.rows[1:], 1):
        name = text_of(cells[0]) if cells and not is_empty(cells[0]) else ""
        for at, value in enumerate(cells[1:], 1):
            place, strength = grid.cell(row, at), plain(value)
            if is_empty(value) or strength == 0:
                continue
            if not name or at not in heads:
                reading.problems.append(problem("no_head", place=place, given=shown(value)))
                continue
            pair = frozenset((name, heads[at]))
            if pair in found and found[pair][0] != strength:
                other, first = found[pair]
                told = {"given": shown(strength), "other": shown(other)}
                reading.problems.append(problem("two_halves", "", place, first=first, **told))
            if pair not in found:
                found[pair] = strength, place
                reading.places[(*where, len(ties))] = place
                ties.append([heads[at], name, strength])


def _ties(reading: Reading, _: str, grid: Grid) -> None:
    """Ties as a list: what they are, one, the other, how strong."""
    for row, line in lines(reading, "ties", grid):
        sort = _sort(line)
        if sort is None or "one" not in line or "other" not in line:
            legal = [called("sheet", key, "en") for key in KINDS]
            given = str(line.get("sort", ("", None))[0])
            reading.problems.append(unknown("unknown_row", given, legal, place=grid.cell(row, 0)))
            continue
        listed = reading.data.setdefault("organisation", {}).setdefault(KINDS[sort], [])
        reading.places["organisation", KINDS[sort], len(listed)] = grid.cell(row, 0)
        ends = [text_of(line[end][0]) for end in ("one", "other")]
        listed.append([*ends, *([plain(line["strength"][0])] if "strength" in line else [])])


def _sort(line: dict[str, tuple[Any, Place]]) -> str | None:
    """Which matrix a row belongs to; None for none that there is."""
    key = table_of(str(line.get("sort", ("", None))[0]))
    return key if key in KINDS else None


def _order(reading: Reading, _: str, grid: Grid) -> None:
    """Put ties of a matrix in the order, and with the ends, that a file gave them: sums are made in it.

    Only that: a tie that is no longer there is passed over, one that is new comes last.
    """
    ranks: dict[str, dict[frozenset[str], list[str]]] = {key: {} for key in KINDS}
    for _row, line in lines(reading, "order", grid):
        key = _sort(line)
        if key and {"one", "other"} <= line.keys():
            ends = [text_of(line[end][0]) for end in ("one", "other")]
            ranks[key].setdefault(frozenset(ends), ends)
    for key, kind in KINDS.items():
        ties = reading.data.get("organisation", {}).get(kind, [])
        turned = [[*ranks[key].get(_pair(tie), tie[:2]), *tie[2:]] for tie in ties]
        rank = {pair: at for at, pair in enumerate(ranks[key])}
        after = sorted(range(len(ties)), key=lambda at: rank.get(_pair(turned[at]), len(rank)))
        where: Path = ("organisation", kind)
        placed = [reading.places.get((*where, at)) for at in after]
        reading.places |= {(*where, at): place for at, place in enumerate(placed) if place}
        ties[:] = [turned[at] for at in after]


def _pair(tie: Sequence[Any]) -> frozenset[str]:
    """The two ends of a tie."""
    return frozenset(map(str, tie[:2]))


def _numbers(reading: Reading, _: str, grid: Grid) -> None:
    """What is known of the project, and of parameters: a row each."""
    for row, line in lines(reading, "numbers", grid):
        name = text_of(line.pop("number", ("", None))[0])
        part, _, key = (f"parameters.{name}" if name in BY_NAME else name).partition(".")
        if part not in {"project", "parameters"} or not key:
            reading.problems.append(
                unknown("unknown_row", name, ["project.horizon", "parameters.t"], place=grid.cell(row, 0))
            )
        elif line.keys() == {"value"}:
            reading.put((part, key), plain(line["value"][0]), line["value"][1])
        else:
            for head, (value, place) in line.items():
                reading.put((part, key, head), str(value) if head == "source" else plain(value), place)


def _settings(reading: Reading, table: str, grid: Grid) -> None:
    """How measures are carried out, at the top or in a scenario."""
    for row, line in lines(reading, table, grid):
        first: Path = ()
        if table == "settings":
            first = ("scenarios", text_of(line.pop("scenario", ("", None))[0]))
            if first not in reading.places:
                legal = reading.data.get("scenarios", {})
                reading.problems.append(unknown("unknown_scenario", first[1], legal, place=grid.cell(row, 0)))
                continue
        measure = _measure(str(line.get("measure", ("", None))[0]))
        path: Path = (*first, "measures", measure)
        inside: Any = reading.data
        for key in path:
            inside = inside.setdefault(key, {}) if not isinstance(inside.get(key), bool) else _opened(inside, key)
        reading.places.setdefault(path, grid.cell(row, 0))
        if "setting" in line:
            value, place = line.get("value", (None, grid.cell(row, 0)))
            setting: Path = (*path, str(line["setting"][0]).strip())
            reading.put(setting, _listed(_value(value), setting, reading), place)


def _opened(inside: Any, key: Any) -> Data:
    """A measure that was only switched on, as settings."""
    inside[key] = {}
    opened: Data = inside[key]
    return opened


def _measure(text: str) -> str:
    """A measure by its key or its name in any language."""
    found = _called("head").get(text.strip().casefold(), "")
    return found.removeprefix("measure:") if found.startswith("measure:") else text.strip()


def _scenarios(reading: Reading, _: str, grid: Grid) -> None:
    """A scenario a row: what it stands on, and which measures are on or off."""
    order: list[tuple[float, str]] = []
    reading.data.setdefault("scenarios", {})
    for row, line in lines(reading, "scenarios", grid):
        name = named(reading, line, grid, row)
        if name is None:
            continue
        if ("scenarios", name) in reading.places:
            first = reading.places["scenarios", name]
            reading.problems.append(problem("cell_twice", place=grid.cell(row, 0), first=first, given=shown(name)))
            continue
        reading.put(("scenarios", name), {}, grid.cell(row, 0))
        if "show" in line:
            first_of = line.pop("show")[0]
            order.append((first_of if isinstance(first_of, int | float) else math.inf, name))
        _scenario(reading, name, line)
    if order:
        reading.data["show"] = [name for _, name in sorted(order, key=lambda entry: entry[0])]


def _scenario(reading: Reading, name: str, line: dict[str, tuple[Any, Place]]) -> None:
    """The cells of a scenario's row."""
    for key, (value, place) in line.items():
        what, _, code = key.partition(":")
        if key == "extends":
            reading.put(("scenarios", name, "extends"), text_of(value), place)
        elif what == "measure":
            reading.put(("scenarios", name, "measures", code), _switch(value), place)
        else:
            reading.put(("scenarios", name, what, code), str(value), place)


def _switch(value: Any) -> Any:
    """On or off, in any language; anything else as it is, which is then refused where it stands."""
    words = {say(f"workbook.{word}", one).casefold(): word == "on" for one in LANGUAGES for word in ("on", "off")}
    if isinstance(value, str):
        return words.get(value.strip().casefold(), plain(value))
    return value if isinstance(value, bool) else plain(value)


def _changes(reading: Reading, _: str, grid: Grid) -> None:
    """What a scenario says otherwise of the organisation, the project and the parameters."""
    for row, line in lines(reading, "changes", grid):
        scenario, part, key = (text_of(line.get(name, ("", None))[0]) for name in ("scenario", "part", "key"))
        if ("scenarios", scenario) not in reading.places:
            legal = reading.data.get("scenarios", {})
            reading.problems.append(unknown("unknown_scenario", scenario, legal, place=grid.cell(row, 0)))
            continue
        value, place = line.get("value", (None, grid.cell(row, 0)))
        inside: Path = ("organisation", "departments") if part == "departments" else (part,)
        trait: Path = (text_of(line["trait"][0]),) if "trait" in line else ()
        reading.put(("scenarios", scenario, *inside, key, *trait), _value(value), place)


def text_of(value: Any) -> str:
    """A cell as a name: a text without what stands around it, a number as one writes it.

    >>> text_of(" Sales "), text_of(12.0), text_of("1.50")
    ('Sales', '12', '1.50')
    """
    return value.strip() if isinstance(value, str) else str(plain(value))


def plain(value: Any) -> Any:
    """A cell's value: whole numbers without a point, texts without what stands around them.

    A number that stands as a text is a number: where a comma parts decimals, a spreadsheet takes 0.8 for one, and of a
    number of seventeen digits a workbook keeps sixteen. What may be a thousand or a fraction stays a text, which is
    refused.

    >>> plain("0.8"), plain("480"), plain("1.000"), plain("0,8"), plain(" on ")
    (0.8, 480, '1.000', '0,8', 'on')
    """
    if isinstance(value, str):
        text = value.strip()
        if not NUMBER.fullmatch(text) or TWO_WAYS.fullmatch(text):
            return text
        value = float(text)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
COMMA = re.compile(r"-?\d+,\d+", re.ASCII)
TWO_WAYS = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
"""What may be a thousand or a fraction, and is not guessed at."""


def _value(value: Any) -> Any:
    """A setting: lists and mappings as a file has them, with or without quotes; switches as words."""
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return json.loads(value)
        except ValueError:
            return _loose(value.strip())
    return _switch(value)


def _loose(text: str) -> Any:
    """A list or a mapping as somebody types it; as a text, which is refused, if that is none."""
    try:
        read = Reader(clean(text))
    except InputRefused:
        return text
    return text if read.all_problems() else read.data


def _listed(value: Any, path: Path, reading: Reading) -> Any:
    """Names with commas between them as a list, where a measure takes a list of names."""
    kind = CLASS_OF.get(str(path[-2]))
    control = kind.controls().get(str(path[-1])) if kind else None
    if control is None or control.kind != "names" or not isinstance(value, str):
        return value
    names = reading.data.get("organisation", {}).get("departments", {})
    return [value] if value in names else [part.strip() for part in re.split("[,;]", value) if part.strip()]


_READERS: Mapping[str, Callable[[Reading, str, Grid], None]] = {
    "study": _study,
    "departments": _departments,
    "survey": _survey,
    "needs": _matrix,
    "talks": _matrix,
    "ties": _ties,
    "numbers": _numbers,
    "measures": _settings,
    "scenarios": _scenarios,
    "settings": _settings,
    "changes": _changes,
    "order": _order,
}
