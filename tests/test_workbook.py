"""Studies in workbooks and in folders of CSV files: there and back, and what is wrong with one."""

import copy
import csv
import datetime
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import opened
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, load
from simulation.cli.main import main
from simulation.dashboard.state.reader import study_of
from simulation.study.build.merge import build
from simulation.study.sources import apart, folder, sheets, tables, workbook
from simulation.study.sources.files import load_data, shipped_names
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES, say

VALID = [*shipped_names(), *map(str, sorted(Path("tests/scenarios/valid").glob("*.yaml")))]
PARTS = ("Departments", "Needs", "Talks", "Scenarios", "Measures", "Settings", "Numbers", "Study")


def packed(data, language="en"):
    return workbook.workbook(data, language)


def template(language="en"):
    return packed(load_data("case"), language)


def changed(change, content=None):
    """A workbook with something changed in it."""
    book = openpyxl.load_workbook(io.BytesIO(content or template()))
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def told(content, name="a.xlsx"):
    """What is said of a workbook, in both languages, as the page and the terminal say it."""
    with pytest.raises(InputRefused) as refused:
        study_of(content, name)
    assert all(problem.told(language) for problem in refused.value.problems for language in LANGUAGES)
    return str(refused.value)


# --- there and back --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", VALID)
def test_a_file_as_a_workbook_is_the_same_study(name, language):
    data = load_data(name)
    reading = apart.here(packed(data, language))
    assert not reading.problems
    there, back = build(data, "x"), build(reading.data, "x", reading.place_of)
    assert back.digest() == there.digest()
    assert back.show == there.show
    assert [(one.title, one.description) for one in back.scenarios] == [
        (one.title, one.description) for one in there.scenarios
    ]
    assert [one.label for one in back.organisation.departments] == [one.label for one in there.organisation.departments]


NAME = st.text("abcXYZ =+-@'\";,.é🐘#&", min_size=1, max_size=8).filter(lambda text: text.strip() == text)
SHARE = st.floats(0, 1).map(lambda value: round(value, 4))
ANSWERED = st.fixed_dictionaries(
    {"value": st.floats(0.01, 0.99), "standard_error": st.floats(0.001, 0.25)},
    optional={"answers": st.integers(1, 500)},
)
ROUGH = SHARE | st.fixed_dictionaries({"value": SHARE, "plus_minus": SHARE}) | ANSWERED


@st.composite
def studies(draw):
    """Plain data of small studies, with names that a spreadsheet might take for something else."""
    names = draw(st.lists(NAME, min_size=2, max_size=5, unique_by=str.casefold))
    departments = {
        name: {
            "kind": "it" if at == 0 else "business",
            "capacity": draw(st.sampled_from([0, 1, 36.5, 2000])),
            **draw(st.fixed_dictionaries({}, optional={"workload": ROUGH, "conviction": ROUGH, "knowledge": SHARE})),
            **draw(st.fixed_dictionaries({}, optional={"benefit": st.sampled_from([0, 10.25, 1e6]), "voice": SHARE})),
        }
        for at, name in enumerate(names)
    }
    pairs = [[a, b] for at, a in enumerate(names) for b in names[at + 1 :]]
    ties = [[*pair, draw(SHARE.filter(bool))] for pair in draw(st.permutations(pairs)) if draw(st.booleans())]
    holders = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    scenarios = {"first": {}, "=second": {"extends": "first", "measures": {"assign_roles": draw(st.booleans())}}}
    scenarios["third"] = {
        "extends": "=second",
        "title": draw(NAME),
        "measures": {"cross_functional_team": {"start": draw(st.integers(1, 50)), "members": holders}},
        "organisation": {"departments": {names[1]: {"capacity": draw(st.integers(0, 90))}}},
        "parameters": {"t": draw(st.floats(0.5, 1.3))},
    }
    organisation = {"departments": departments, "interdependence": ties}
    return {"synergy": 2, "organisation": organisation, "scenarios": scenarios, "show": ["third", "first"]}


@settings(max_examples=40)
@given(studies(), st.sampled_from(LANGUAGES))
def test_any_study_is_the_same_after_a_workbook(data, language):
    try:
        there = build(copy.deepcopy(data), "x")
    except InputRefused:
        return  # two names that look alike, say
    reading = apart.here(packed(data, language))
    assert not reading.problems
    assert build(reading.data, "x", reading.place_of).digest() == there.digest()


@settings(max_examples=15)
@given(studies(), st.sampled_from(LANGUAGES), st.sampled_from([",", ";", "\t"]))
def test_any_study_is_the_same_after_a_folder_of_files(tmp_path_factory, data, language, sign):
    try:
        there = build(copy.deepcopy(data), "x")
    except InputRefused:
        return
    place = tmp_path_factory.mktemp("tables")
    for key, rows in sheets.written(data, language).items():
        with (place / f"{tables.called('sheet', key, language)}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=sign).writerows(
                [["" if cell is None else _typed(cell, sign) for cell in row] for row in rows]
            )
    numbers = [cell for rows in sheets.written(data, language).values() for row in rows for cell in row]
    if any(isinstance(cell, float | int) and folder.TWO_WAYS.fullmatch(_typed(cell, sign)) for cell in numbers):
        with pytest.raises(InputRefused, match="two ways"):
            load(str(place))
    elif not any(isinstance(cell, str) and _is_number(cell) for cell in numbers):
        assert load(str(place)).digest() == there.digest()


def _typed(cell, sign):
    if isinstance(cell, bool):
        return str(cell).lower()
    text = repr(cell) if isinstance(cell, float) else str(cell)
    return text.replace(".", ",") if isinstance(cell, float) and sign != "," and "e" not in text else text


def _is_number(text):
    return folder.NUMBER.fullmatch(text) or folder.COMMA.fullmatch(text) or folder.TWO_WAYS.fullmatch(text)


def test_a_template_is_what_it_says(tmp_path, capsys):
    for language in LANGUAGES:
        path = tmp_path / f"{language}.xlsx"
        assert main(["template", str(path), "--lang", language]) == 0
        assert str(path) in capsys.readouterr().out
        assert load(str(path)).organisation.names == case().organisation.names
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[0] == say("workbook.read_me", language)
        sheet = book[say("workbook.sheet_departments", language)]
        (rule,) = sheet.data_validations.dataValidation
        assert rule.formula1 == "=kinds"
        assert book.defined_names["kinds"].attr_text.startswith("'lists'!")
        assert sheet["C1"].comment.text
        assert book["lists"].sheet_state == "hidden"
        assert say("workbook.sheet_needs", language) in book.sheetnames  # a matrix, not a list
        assert main(["template", str(path), "--lang", language]) == 1
        capsys.readouterr()
    assert main(["template", str(tmp_path / "a.ods")]) == 1
    assert ".xlsx" in capsys.readouterr().err
    assert main(["template", str(tmp_path / "m.xlsx"), "--from", "municipality"]) == 0
    assert load(str(tmp_path / "m.xlsx")).organisation.names[1] == "Permits"


@pytest.mark.slow
def test_every_command_takes_it_and_a_change_goes_on_top(tmp_path, capsys):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(template())
    assert main(["check", str(path), "--lang", "en"]) == 0
    assert main(["scenarios", str(path), "--lang", "en"]) == 0
    assert main(["show", str(path), "full", "--lang", "en"]) == 0
    words = ["compare", str(path), "--scenarios", "it-only,full", "--worlds", "4", "--jobs", "1", "--lang", "en"]
    assert main([*words, "--set", "organisation.departments.Sales.capacity=100"]) == 0
    capsys.readouterr()
    assert main([*words, "--set", "organisation.departments.Sale.capacity=100"]) == 1
    assert "'Sale' is not a department" in capsys.readouterr().err
    before = path.read_bytes()
    assert load(str(path), ("parameters.t=0.5",)).scenarios[0].parameters[0].value == 0.5
    assert path.read_bytes() == before


def test_a_name_that_begins_like_a_formula_stays_a_text():
    data = load_data("tests/scenarios/valid/minimal.yaml")
    name = next(name for name, traits in data["organisation"]["departments"].items() if traits["kind"] == "business")
    data = copy.deepcopy(data)
    data["organisation"]["departments"]['=HYPERLINK("x")'] = data["organisation"]["departments"].pop(name)
    data["organisation"].pop("interdependence", None)
    data["organisation"].pop("informal_ties", None)
    content = packed(data)
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(content))["Departments"].iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == '=HYPERLINK("x")' for cell in cells)


# --- what is wrong with one ------------------------------------------------------------------------------


def put(sheet, cell, value):
    return lambda book: book[sheet].__setitem__(cell, value)


def merged(book):
    book["Departments"].merge_cells("C3:C4")


def error(book):
    book["Departments"]["C3"] = "#REF!"
    book["Departments"]["C3"].data_type = "e"


def taken_out(sheet):
    return lambda book: book.remove(book[sheet])


BROKEN = {
    "text for a number": (put("Departments", "C3", "many"), "cell Departments!C3.*'many' is not a number"),
    "decimal comma as text": (put("Departments", "C3", "0,5"), "cell Departments!C3.*'0,5' is not a number"),
    "percent as text": (put("Departments", "F3", "80 %"), "cell Departments!F3"),
    "negative hours": (put("Departments", "C3", -5), "cell Departments!C3.*-5 is too small"),
    "far too large": (put("Departments", "C3", 1e308), "cell Departments!C3"),
    "share above 1": (put("Departments", "N3", 40), "Departments!N3"),
    "unknown kind": (put("Departments", "B3", "sales"), "cell Departments!B3.*'sales'"),
    "two IT": (put("Departments", "B3", "IT"), "Departments!"),
    "a date": (put("Departments", "C3", datetime.date(2026, 1, 2)), "cell Departments!C3: this cell holds a date"),
    "a time": (put("Departments", "C3", datetime.time(8, 30)), "cell Departments!C3: this cell holds a date"),
    "an error": (error, "cell Departments!C3: the formula in this cell ends in an error"),
    "a formula never calculated": (put("Departments", "C3", "=2*72"), "cell Departments!C3.*never calculated"),
    "merged cells": (merged, r"cell Departments!C3: cells are merged here \(to C4\)"),
    "the same department twice": (
        put("Departments", "A4", "Sales"),
        "cell Departments!A4: 'Sales' stands here a second",
    ),
    "alike but for a letter": (put("Departments", "A4", "Sаles"), "look|alike"),
    "alike but for a space": (put("Departments", "A4", "Sal es\u200b"), "Departments!A4"),
    "no name": (put("Departments", "A3", None), "cell Departments!A3: this row has no name"),
    "a column nobody knows": (put("Departments", "B1", "sort of"), "cell Departments!B1: 'sort of' is not a column"),
    "a column twice": (put("Departments", "D1", "hours a week"), "cell Departments!D1.*second time.*C1"),
    "a value beside all": (put("Departments", "AZ3", 7), "cell Departments!AZ3: 7 stands under no head"),
    "a tie to nobody": (put("Needs", "A3", "Nobody"), "Needs!.*'Nobody' is not a department"),
    "halves that differ": (
        put("Needs", "C2", 0.9),
        "cell Needs!B3.*stands here.*Needs!C2|cell Needs!.*A tie counts both ways",
    ),
    "a tie with itself": (put("Needs", "C3", 0.9), "Needs!C3"),
    "a tie too strong": (put("Needs", "B3", 7), "cell Needs!B3"),
    "a tie as text": (put("Needs", "B3", "much"), "cell Needs!B3"),
    "a scenario on nothing": (put("Scenarios", "C3", "nobody"), "cell Scenarios!C3.*'nobody'"),
    "a scenario twice": (put("Scenarios", "A3", "it-only"), "cell Scenarios!A3.*second time"),
    "neither on nor off": (put("Scenarios", "H4", "perhaps"), "cell Scenarios!H4.*'perhaps'"),
    "an unknown measure": (put("Measures", "A2", "magic"), "cell Measures!A2.*'magic' is not a measure"),
    "an unknown setting": (put("Measures", "B2", "colour"), "Measures!.*'colour'"),
    "a setting of nobody's": (put("Settings", "A2", "nobody"), "cell Settings!A2.*no scenario 'nobody'"),
    "an unknown number": (put("Numbers", "A2", "horizon"), "cell Numbers!A2: 'horizon' is not a row"),
    "a horizon of a thousand": (put("Numbers", "B3", 1000), "cell Numbers!B3"),
    "an unknown text": (put("Study", "A2", "motto"), "cell Study!A2: 'motto' is not a row"),
    "no departments": (taken_out("Departments"), "there is no sheet of departments"),
    "no scenarios": (taken_out("Scenarios"), "scenarios"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_said_by_sheet_row_and_column(what):
    change, why = BROKEN[what]
    import re

    assert re.search(why, told(changed(change))), told(changed(change))


def test_a_table_that_stands_there_twice_is_refused(tmp_path):
    (tmp_path / "Ties.csv").write_text("sort,one,other,strength\n")
    (tmp_path / "Departments.csv").write_text("name,kind,hours a week\nIT,it,40\n")
    (tmp_path / "Afdelingen.csv").write_text("naam\nIT\n")
    with pytest.raises(InputRefused, match="'Departments' holds the same table as 'Afdelingen'"):
        load(str(tmp_path))


def test_a_cell_without_end_in_a_csv_file_is_refused(tmp_path):
    (tmp_path / "Departments.csv").write_text("name,kind,hours a week\nIT,it," + "9" * 200_000)
    with pytest.raises(InputRefused, match=r"Departments\.csv: this cannot be read as a table of cells"):
        load(str(tmp_path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_only_looks_like_a_csv_file_is_passed_over(tmp_path):
    files(tmp_path)
    (tmp_path / "Ties.csv").unlink()
    os.mkfifo(tmp_path / "Ties.csv")
    (tmp_path / "Afdelingen.csv").mkdir()
    assert load(str(tmp_path)).digest() == load("installer").digest()


def test_a_row_without_end_is_refused(tmp_path):
    (tmp_path / "Departments.csv").write_text("name,kind,hours a week" + "," * LIMITS.sheet_columns)
    with pytest.raises(InputRefused, match="more than 1 000 columns"):
        load(str(tmp_path))


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed_:
        packed_.writestr("xl/workbook.xml", "<workbook/>")
        packed_.writestr("xl/worksheets/sheet1.xml", b"0" * (LIMITS.workbook_unpacked + 1))
    return stream.getvalue()


def with_macros():
    stream = io.BytesIO(template())
    with zipfile.ZipFile(stream, "a") as packed_:
        packed_.writestr("xl/vbaProject.bin", b"macros")
    return stream.getvalue()


def many_rows():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Departments")
    sheet.append(["name", "kind", "hours a week"])
    for row in range(50_000):
        sheet.append([f"D{row}", "business", 10])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


NO_BOOK = {
    "a picture": (lambda: Path("docs/comparison.png").read_bytes(), "no workbook that can be read"),
    "nothing": (lambda: b"", "no workbook that can be read"),
    "a password": (lambda: workbook.OLD + b"\0" * 900, "has a password"),
    "half a workbook": (lambda: template()[:4000], "no workbook that can be read"),
    "another zip": (lambda: bomb().replace(b"xl/workbook.xml", b"xl/w_rkbook.xml"), "no workbook that can be read"),
    "a zip bomb": (bomb, "unpacks to more than 60 MB"),
    "macros": (with_macros, "holds macros"),
    "50 000 rows": (many_rows, "more than 25 000 rows"),
}


@pytest.mark.parametrize("what", NO_BOOK)
def test_what_is_no_workbook_is_refused_in_a_sentence(what):
    content, why = NO_BOOK[what][0](), NO_BOOK[what][1]
    assert why in told(content)


def test_all_mistakes_are_told_at_once_and_the_same_one_once():
    def wrong(book):
        for row in range(2, 11):
            book["Departments"][f"C{row}"] = "many"
        book["Needs"]["B3"] = 7

    said = told(changed(wrong))
    assert len(said.splitlines()) == 2
    assert "Also in cells" in said


def test_it_is_read_in_a_process_of_its_own_within_bounds(tmp_path):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb())
    with pytest.raises(InputRefused, match=r"bomb\.xlsx: this workbook unpacks"):
        load(str(path))
    path.write_bytes(b"0" * (LIMITS.workbook_bytes + 1))
    with pytest.raises(InputRefused, match="5 000 000"):
        load(str(path))
    assert apart.answer_to(b"", lambda content: (_ for _ in ()).throw(MemoryError())) == b""
    with pytest.raises(InputRefused):
        load(str(tmp_path / "not-there.xlsx"))


CELLS = st.sampled_from(
    [None, "", "x", "=1", -1, 0, 0.5, 7, 1e308, True, "IT", "Sales", "on", "[1", "{}", "a" * 400, "\u202e"]
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from(PARTS), st.integers(1, 12), st.integers(1, 9), CELLS), min_size=1, max_size=4)
)
def test_whatever_stands_in_cells_ends_in_a_study_or_a_sentence(cells):
    written = sheets.written(load_data("installer"), "en")
    rows = {key: [list(row) for row in table] for key, table in written.items()}
    for sheet, row, column, value in cells:
        table = rows[tables.table_of(sheet)]
        while len(table) < row:
            table.append([])
        table[row - 1] += [None] * (column - len(table[row - 1]))
        table[row - 1][column - 1] = value
    reading = tables.read({key: tables.Grid(key, table) for key, table in rows.items()})
    try:
        build(reading.data, "x", reading.place_of)
    except InputRefused as refused:
        reading.problems += refused.problems
    assert all(problem.told(language) for problem in reading.problems for language in LANGUAGES)


# --- a folder of CSV files -------------------------------------------------------------------------------


def files(place, language="en", sign=",", source="installer"):
    for key, rows in sheets.written(load_data(source), language).items():
        with (place / f"{tables.called('sheet', key, language)}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=sign).writerows(
                [["" if cell is None else _typed(cell, sign) for cell in row] for row in rows]
            )
    return place


@pytest.mark.parametrize(("language", "sign"), [("en", ","), ("nl", ";"), ("nl", "\t")])
def test_a_folder_of_files_is_a_study(tmp_path, language, sign, capsys):
    place = files(tmp_path, language, sign)
    (place / "notes.txt").write_text("mine", "utf-8")
    study = load(str(place))
    assert study.digest() == build(load_data("installer"), "x").digest()
    assert main(["check", str(place), "--lang", "en"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("48", "1.000", "can be read in two ways"),
        ("48", "many", "'many' is not a number"),
        ("48", '"0,5"', "is not a number"),
        ("Fitters", "Office", "second time"),
        ("hours a week", "hours of the week", "not a column"),
        ("Fitters", "Fit\0ters", "not a text file|no text|NUL|zero"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_by_its_cell(tmp_path, old, new, why):
    place = files(tmp_path)
    path = place / "Departments.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputRefused, match=why):
        load(str(place))


def test_a_folder_without_departments_and_one_of_other_things(tmp_path):
    place = files(tmp_path)
    (place / "Departments.csv").unlink()
    with pytest.raises(InputRefused, match=r"departments\.csv"):
        load(str(place))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(InputRefused, match="folder"):
        load(str(other))
    (place / "Departments.csv").write_bytes(b"name,kind\n\xff\xfe,it\n")
    with pytest.raises(InputRefused, match="UTF-8"):
        load(str(place))


# --- in the browser --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
def test_a_workbook_is_opened_on_the_page(page, address, tmp_path):
    path = tmp_path / "mine.xlsx"
    path.write_bytes(changed(put("Departments", "A3", "Shop"), packed(load_data("tests/scenarios/valid/minimal.yaml"))))
    opened(page, address, "save")
    page.set_input_files(".sy-save-choose input", str(path))
    page.wait_for_function("location.search.includes('base=')")
    path.write_bytes(changed(put("Departments", "C3", "many")))
    page.set_input_files(".sy-save-choose input", str(path))
    page.wait_for_function("document.querySelector('#sy-save-w').innerText.includes('Departments!C3')")


# --- LibreOffice ---------------------------------------------------------------------------------------


def saved_by_office(content, tmp_path, kind):
    """What LibreOffice saves of a workbook."""
    office = shutil.which("soffice")
    if office is None:
        assert not os.environ.get("SYNERGY_NEEDS_OFFICE"), "LibreOffice is not installed"
        pytest.skip("LibreOffice is not installed")
    (tmp_path / "mine.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / "out")]
    subprocess.run([*words, str(tmp_path / "mine.xlsx")], check=True, capture_output=True, timeout=120)
    return tmp_path / "out"


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_saves_the_template_unharmed(tmp_path, language):
    saved = saved_by_office(template(language), tmp_path, "xlsx") / "mine.xlsx"
    assert load(str(saved)).digest() == case().digest()
    before, after = openpyxl.load_workbook(io.BytesIO(template(language))), openpyxl.load_workbook(saved)
    assert [(one.title, one.sheet_state) for one in after] == [(one.title, one.sheet_state) for one in before]
    assert after.defined_names.keys() == before.defined_names.keys()
    for one, other in zip(before, after, strict=True):
        assert len(other.data_validations.dataValidation) == len(one.data_validations.dataValidation)
        assert explanations(other) == explanations(one)


def explanations(sheet):
    """The text of each comment by its cell."""
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.comment]
    return {cell.coordinate: " ".join(cell.comment.text.split()) for cell in cells}


@pytest.mark.slow
def test_libreoffice_calculates_what_was_never_calculated(tmp_path):
    content = changed(put("Departments", "C3", "=2*36"))
    assert "never calculated" in told(content)
    saved = saved_by_office(content, tmp_path, "xlsx") / "mine.xlsx"
    assert load(str(saved)).organisation.departments[1].capacity == 72


@pytest.mark.slow
def test_what_libreoffice_saves_as_files_is_a_study(tmp_path):
    every_sheet = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"
    assert load(str(saved_by_office(template("nl"), tmp_path, every_sheet))).digest() == case().digest()


@pytest.mark.parametrize("said", ["IT, Sales", "[IT, Sales]", '["IT", "Sales"]', "IT; Sales"])
def test_a_list_of_departments_is_typed_as_people_do(said):
    grids = workbook.grids_of(template())
    rows = [["measure", "setting", "value"], ["cross_functional_team", "members", said]]
    reading = tables.read(dict(grids) | {"measures": tables.Grid("Measures", rows)})
    assert not reading.problems
    assert reading.data["measures"]["cross_functional_team"]["members"] == ["IT", "Sales"]


@pytest.mark.parametrize(("said", "read"), [("0.8", 0.8), ("480", 480), ("1.000", "1.000"), ("0,8", "0,8"), ("x", "x")])
def test_a_number_that_stands_as_a_text_is_one(said, read):
    """Where a comma parts decimals, a spreadsheet takes 0.8 for a text; what can be read in two ways is refused."""
    grids = dict(workbook.grids_of(template()))
    rows = [list(row) for row in grids["departments"].rows]
    rows[1][rows[0].index("load")] = said
    reading = tables.read(grids | {"departments": tables.Grid("Departments", rows)})
    assert reading.data["organisation"]["departments"]["IT"]["workload"] == read


def test_a_name_stays_a_text():
    assert tables.text_of("1.50") == "1.50"
    assert tables.text_of("007") == "007"


def test_a_sheet_that_is_almost_called_as_one_of_ours_is_not_passed_over():
    with pytest.raises(InputRefused) as caught:
        tables.tables_among(["Departments", "Talk", "My notes", "Chart 1"])
    assert "looks like the sheet Talks" in str(caught.value)
    assert set(tables.tables_among(["Departments", "Notes", "Budget"])) == {"departments"}


def test_a_parameter_may_be_called_by_its_name_alone():
    rows = [["number", "value"], ["h_ref", 9]]
    reading = tables.read(dict(workbook.grids_of(template())) | {"numbers": tables.Grid("Numbers", rows)})
    assert reading.data["parameters"]["h_ref"] == 9


def test_a_plain_number_beside_a_row_of_the_survey_is_told(tmp_path):
    def twice(book):
        for column, value in enumerate(["Sales", "conviction", 0.7, 0.03, 9], 1):
            book["Survey"].cell(2, column).value = value
        heads = [cell.value for cell in book["Departments"][1]]
        book["Departments"].cell(3, 1 + heads.index("conviction")).value = 0.6

    path = tmp_path / "twice.xlsx"
    path.write_bytes(changed(twice))
    with pytest.raises(InputRefused) as caught:
        load(str(path))
    assert [one.key for one in caught.value.problems] == ["cell_twice"]
