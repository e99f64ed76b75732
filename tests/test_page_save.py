"""The page Save: what is taken along gives the same numbers again, and what is brought is read with care."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from conftest import opened as visit
from conftest import quickly
from hypothesis import given
from hypothesis import strategies as st

from simulation import __version__
from simulation.cli.main import main
from simulation.dashboard.pages.save import downloads, page
from simulation.dashboard.state import reader
from simulation.dashboard.state.reader import study_of as study_of_file
from simulation.dashboard.state.studies import StudyStore, study_store
from simulation.dashboard.state.variants import Base, Changes, cloned, study_of, with_measure
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.model.outcomes import OUTCOMES
from simulation.study.errors import InputRefused
from simulation.study.sources.files import LARGEST_FILE, load, parse
from simulation.text.i18n import LANGUAGES, say

FEW = 8


def tell(_done, _total):
    """Nobody asks how far it is."""


def compared(view):
    """The comparison of a view, with its pictures."""
    return list(downloads.prepared(view, tell))[-1]


@pytest.fixture(scope="module", autouse=True)
def ready():
    from simulation.dashboard.state.runs import run_store

    run_store().warm()
    yield
    run_store().close()


def plain():
    return first_view("en").but(worlds=FEW)


def brought(text, name):
    """A study file that a visitor sent, read here and not in a process of its own."""
    return study_store().keep(study_of_file(text.encode(), name))


def with_own():
    """Own scenarios with changed measures, one of them based on another."""
    changes, one = cloned(Changes(), "full", {"en": "Ours, later", "nl": "De onze, later"})
    changes = with_measure(changes, one, "external_partner", {"start": 40})
    changes = with_measure(changes, one, "consult_chain", False)
    changes = changes.put("scenarios", "b, with a comma", {"extends": "wait", "title": "$x^{$ <b>"})
    changes = with_measure(changes, "b, with a comma", "anchor_in_strategy", True)
    return first_view("nl").but(
        changes=changes, scenarios=("it-only", one, "b, with a comma"), hand=one, baseline="b, with a comma", worlds=FEW
    )


def with_numbers():
    """Changed parameters, a changed horizon, a changed department; other luck, default numbers."""
    changes = Changes().put("parameters", "t", 0.45).put("project", "horizon", 120)
    name = next(iter(study_of(Changes(), ("full",)).organisation.departments)).name
    changes = changes.put("organisation", "departments", {name: {"workload": 0.9}})
    return first_view("en").but(
        changes=changes, worlds=FEW, seed=11, mode="defaults", outcome="net_value",
        scenarios=("wait", "partner-over"), hand="wait", baseline="partner-over",
    )  # fmt: skip


def of_own_study():
    """A study that the visitor opened, with a change of theirs."""
    text = Path("tests/scenarios/valid/every-key.yaml").read_text(encoding="utf-8")
    base = brought(text, "every-key.yaml")
    view = first_view("en", "save", base)
    return view.but(worlds=FEW, changes=view.changes.put("parameters", "kappa", 0.1))


VIEWS = [plain, with_own, with_numbers, of_own_study]


@pytest.mark.parametrize("make", VIEWS)
def test_the_study_file_gives_the_same_runs_on_the_command_line(make, tmp_path, monkeypatch, capsys):
    view = make()
    found = compared(view).comparison
    monkeypatch.chdir(tmp_path)
    study = downloads.made("study", view, found)
    Path(study.name).write_bytes(study.content)
    assert study_of(view.changes, view.scenarios).digest() == load(study.name).select(view.scenarios).digest()
    words = shlex.split(downloads.command(view))
    assert f"#   {downloads.command(view)}" in study.content.decode()
    assert words[:3] == ["synergy", "compare", study.name]
    assert main([*words[1:], "--out", "out", "--jobs", "1"]) == 0, capsys.readouterr().err
    assert Path("out/runs.parquet").read_bytes() == downloads.made("parquet", view, found).content
    written = Path("out/comparison.json").read_text(encoding="utf-8")
    numbers = [
        json.loads(text.replace(Path(study.name).stem, "study"))
        for text in (written, downloads.made("json", view, found).content.decode())
    ]
    assert numbers[0].pop("files")
    assert not numbers[1].pop("files")  # a file that is saved alone has none beside it
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("make", VIEWS)
def test_a_saved_study_is_repeated_to_the_same_numbers(make, tmp_path, capsys):
    view = make()
    path = tmp_path / "saved.yaml"
    path.write_bytes(downloads.made("study", view, compared(view).comparison).content)
    assert main(["repeat", str(path), "--lang", "en"]) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    count = int(re.match(r"Every number is the same: ([0-9,]+) of them", said)[1].replace(",", ""))
    assert count >= len(view.scenarios) * 2 * len(OUTCOMES)
    assert load(str(path)).select(view.scenarios).digest() == view.study.digest(), "a study like any other"


def test_a_saved_study_whose_numbers_differ_says_which(tmp_path, capsys):
    view = plain()
    path, content = tmp_path / "saved.yaml", downloads.made("study", view, compared(view).comparison).content.decode()
    path.write_text(re.sub(r'"wins": (\d+)', lambda found: f'"wins": {int(found[1]) + 1}', content, count=1), "utf-8")
    assert main(["repeat", str(path), "--lang", "en"]) == 1
    said = capsys.readouterr().out
    assert " numbers 1 differ." in said
    assert re.search(r"numbers\[\d+\]\.wins: \d+ then, \d+ now", said)
    path.write_text(
        content.replace("workload: 0.", "workload: 0.0", 1).replace("horizon: 156", "horizon: 150", 1), "utf-8"
    )
    changed = path.read_text("utf-8") != content
    assert main(["repeat", str(path), "--lang", "en"]) == (1 if changed else 0)
    for wrong in (content.replace("#= {", "#= [", 1), re.sub("(?m)^#= .*$", "#= ", content), content.split("#= ")[0]):
        path.write_text(wrong, "utf-8")
        assert main(["repeat", str(path), "--lang", "nl"]) == 1
        assert "staan geen" in capsys.readouterr().err
    path.write_text(content.replace('"levels": [', '"levels": [' + "[" * 985 + "]" * 985 + ", ", 1), "utf-8")
    assert main(["repeat", str(path), "--lang", "en"]) == 1
    assert "no results" in capsys.readouterr().err
    path.write_text(re.sub('"digest": "[^"]*"', '"digest": null', content), "utf-8")
    assert main(["repeat", str(path), "--lang", "en"]) == 1
    assert "should have None" in capsys.readouterr().err
    path.write_text(re.sub('"command": "[^"]*"', '"command": "rm -rf /"', content), "utf-8")
    assert main(["repeat", str(path), "--lang", "en"]) == 1
    assert "cannot be repeated" in capsys.readouterr().err


def test_numbers_that_would_make_a_file_too_large_are_left_out(monkeypatch):
    view = plain()
    found = compared(view).comparison
    whole = downloads.study_file(view, found)
    monkeypatch.setattr(downloads, "LARGEST_FILE", len(whole.encode()) - 1)
    assert downloads.study_file(view, found) == whole.split("\n# What it gave")[0]


@pytest.mark.parametrize("make", VIEWS)
def test_the_study_file_opens_here_again_with_the_same_numbers(make):
    view = make()
    text = downloads.study_file(view, compared(view).comparison)
    base = brought(text, downloads.file_name("study", view))
    again = first_view(view.language, "save", base).but(scenarios=view.scenarios)
    assert again.study.digest() == view.study.digest()
    assert __version__ in text
    assert say("save.illustrative", view.language) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_for_a_spreadsheet_holds_what_the_runs_hold(language):
    view = plain().but(language=language)
    found = compared(view).comparison
    runs = pq.read_table(io.BytesIO(downloads.made("parquet", view, found).content))
    text = downloads.made("csv", view, found).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if language == "nl" else ","))
    assert rows[0] == runs.column_names
    assert "go_live_week_censored" in rows[0]
    assert len(rows) == 1 + runs.num_rows
    for name, column in zip(runs.column_names, zip(*rows[1:], strict=True), strict=True):
        for said, value in zip(column, runs[name].to_pylist(), strict=True):
            if isinstance(value, str):
                assert said == value
            else:
                read = float(said.replace(",", ".")) if said else float("nan")
                assert read == pytest.approx(float(value), rel=0, abs=0, nan_ok=True), (name, said, value)


@given(st.text(max_size=20))
def test_no_cell_of_a_table_is_carried_out_by_a_spreadsheet(text):
    cell = downloads._cell(text, "en")
    assert not cell.startswith(("=", "+", "-", "@", "\t"))
    assert cell.endswith(text)


@pytest.mark.parametrize("kind", ["ranking_svg", "adoption_svg", "ranking_png", "adoption_png"])
@pytest.mark.parametrize("make", [plain, with_own])
def test_the_pictures_are_pictures(kind, make):
    view = make()
    found = compared(view).comparison
    file = downloads.made(kind, view, found)
    assert file.content == downloads.made(kind, view, found).content
    if kind.endswith("png"):
        assert file.content.startswith(b"\x89PNG")
    else:
        shown = file.content.decode()
        assert view.title(view.hand) in shown
        assert say("result.not_a_forecast", view.language)[:30] in shown


def test_the_names_of_files_tell_study_digest_worlds_and_seed():
    names = {kind: downloads.file_name(kind, plain()) for kind in downloads.KINDS}
    assert len(set(names.values())) == len(names)
    for name in names.values():
        assert re.fullmatch(r"[a-z0-9-]+-[0-9a-f]{8}-8-worlds-seed-1-[a-z]+\.[a-z]+", name)


# --- what is brought -----------------------------------------------------------------------------------

MINIMAL = Path("tests/scenarios/valid/minimal.yaml").read_text(encoding="utf-8")


def test_an_opened_study_is_in_the_address_and_comes_back():
    base = brought(Path("tests/scenarios/valid/differences.yaml").read_text(encoding="utf-8"), "a.YML")
    view = first_view("nl", "save", base)
    assert set(view.scenarios) <= set(base.data["scenarios"])
    path, _, search = address_of(view).partition("?")
    assert read_address(path.strip("/"), search) == (view, ())
    assert base.digest in search


def test_a_link_to_a_study_that_is_forgotten_says_so():
    for digest in ("0" * 32, "", "../../etc/passwd", "f" * 33):
        view, notices = read_address("save", f"?base={digest}&hand=x&lang=nl")
        assert view == first_view("nl", "save")
        assert [one.key for one in notices] == ["base"]


def test_only_so_many_studies_are_kept_and_one_in_use_stays_with_its_visitor():
    studies = StudyStore()

    def kept(text):
        return studies.keep(study_of_file(text.encode(), "a.yaml"))

    first = kept(MINIMAL + "\n# first")
    view = first_view("en", "save", first)
    studies.most = round(3.9 * studies._held)  # room for three of about that size
    others = [kept(f"{MINIMAL}\ntitle: {{en: 'study {number}', nl: 'studie {number}'}}\n") for number in range(3)]
    assert studies.by_digest(first.digest) is None
    assert [studies.by_digest(base.digest) for base in others] == others
    assert view.but(worlds=2).study.names == view.scenarios


@pytest.mark.parametrize("path", sorted(Path("tests/scenarios/invalid").glob("*.yaml")), ids=lambda one: one.stem)
def test_a_file_that_cannot_be_read_is_refused_in_sentences(path):
    with pytest.raises(InputRefused) as refused:
        study_of_file(path.read_bytes(), path.name)
    assert all(one.told(language) for one in refused.value.problems for language in LANGUAGES)


@pytest.mark.parametrize("name", ["a.exe", "a", "", "study.yaml.html", "x" * 500])
def test_other_kinds_of_files_are_refused(name):
    with pytest.raises(InputRefused, match="yaml"):
        study_of_file(MINIMAL.encode(), name)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(reader, "parse_data", None)
    with pytest.raises(InputRefused, match="larger"):
        study_of_file(b"#" * (LARGEST_FILE + 1), "large.yaml")


@pytest.mark.parametrize("digest", ["", "0" * 32, "x", "../../etc/passwd"])
def test_a_study_that_was_not_sent_is_not_looked_at(digest):
    view = first_view("en", "save")
    assert page.looking_at_opened(view, digest) == view


def test_a_study_of_ones_own_does_not_change_that_of_others():
    base = brought(MINIMAL, "mine.yaml")
    view = first_view("en", "save", base)
    assert isinstance(view.changes.base, Base)
    assert view.changes.names != first_view("en").changes.names
    assert first_view("en").study.digest() == first_view("en").study.digest()
    view = first_view("en").but(worlds=2)
    assert parse(downloads.study_file(view, compared(view).comparison))


# --- in a browser --------------------------------------------------------------------------------------

browsing = pytest.mark.browser


def downloaded(page, name):
    """Press a button and give what the browser saved."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


@browsing
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
def test_every_file_is_saved(page, address, language):
    visit(page, address, "save?worlds=20", language)
    page.wait_for_function("document.querySelectorAll('.sy-save img').length === 2")
    view = first_view(language, "save").but(worlds=20)
    found = compared(view).comparison
    for kind in ("study", "parquet", "csv", "json"):
        label = say("save.save_as", language, title=say(f"save.{kind}_title", language))
        name, content = downloaded(page, label)
        assert name == downloads.file_name(kind, view)
        assert content == downloads.made(kind, view, found).content
        page.wait_for_selector(f"text={say('save.saved', language, name=name)}")
    title = say("save.ranking", language)
    name, content = downloaded(page, say("save.picture_as", language, kind="SVG", title=title))
    assert content == downloads.made("ranking_svg", view, found).content
    title = say("save.adoption", language, hand=view.title(view.hand), rival=view.title(view.baseline))
    name, content = downloaded(page, say("save.picture_as", language, kind="PNG", title=title))
    assert name == downloads.file_name("adoption_png", view)
    assert content.startswith(b"\x89PNG")


@pytest.mark.slow
@browsing
def test_a_study_file_is_opened_refused_and_left(visitor, address):
    page, other = visitor(), visitor(390)
    visit(page, address, "save")
    visit(other, address, "save")
    field = page.get_by_label(say("save.choose", "en"), exact=True)
    field.set_input_files("tests/scenarios/invalid/five-mistakes.yaml")
    page.wait_for_selector(f"text={say('save.refused', 'en', name='five-mistakes.yaml')}")
    assert page.locator(".sy-save-wrong li").count() == 5
    field.set_input_files({"name": "x.yaml", "mimeType": "text/yaml", "buffer": b"\xff\xfe\x00"})
    page.wait_for_selector(f"text={say('save.not_text', 'en')}")
    field.set_input_files({"name": "x.yaml", "mimeType": "text/yaml", "buffer": b"#" * (LARGEST_FILE + 1)})
    page.wait_for_selector(f"text={say('save.too_big', 'en')}")
    assert "base=" not in page.url
    odd = Path("tests/scenarios/valid/names.yaml")
    field.set_input_files(odd)
    page.wait_for_selector(".sy-save-own")
    page.wait_for_url("**base=*")
    assert page.locator(".sy-save-wrong").inner_text().strip() == ""
    link = page.url
    assert "base=" not in other.url
    other.goto(link)
    other.wait_for_selector(".sy-save-own")
    page.get_by_role("button", name=say("save.leave", "en")).click()
    page.wait_for_selector(".sy-save-own", state="detached")
    page.wait_for_function("!location.search.includes('base=')")


@browsing
def test_nothing_to_save_says_what_to_do(page, address):
    visit(page, address, "save?s=full")
    assert page.inner_text("h1") == say("save.too_few", "en")
    assert page.get_by_label(say("save.choose", "en"), exact=True).is_visible()
