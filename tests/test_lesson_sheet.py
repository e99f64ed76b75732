"""The run sheet: which chapters go into so many minutes, what it says, and the command that prints it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.cli.main import main
from simulation.lesson.form import Lesson
from simulation.lesson.runsheet import CLOSING, OPENING, USUAL, planned, run_sheet
from simulation.lesson.sheet import as_page, as_text
from simulation.lesson.source import read_lesson, shipped
from simulation.text.i18n import LANGUAGES

TOLD = read_lesson()
LESSON = TOLD.lesson


def of_chapters(*given):
    """A lesson of chapters with (minutes, priority)."""
    option = {"text": "x", "when": [{"of": "full", "outcome": "cost", "below": 1}]}
    chapters = [
        {
            "name": f"c{at}",
            "title": "x",
            "situation": ["x"],
            "question": "x",
            "options": [option] * 2,
            "shows": ["full"],
        }
        | {"minutes": minutes, "priority": priority}
        for at, (minutes, priority) in enumerate(given)
    ]
    return Lesson.model_validate({"title": "x", "chapters": chapters})


@pytest.mark.parametrize("minutes", USUAL)
def test_the_usual_sessions_have_ten_minutes_a_chapter(minutes):
    entries = run_sheet(LESSON, minutes)
    assert all(one.end - one.begin == 10 for one in entries if isinstance(one.part, int))
    assert [one.begin for one in entries[1:]] == [one.end for one in entries[:-1]]
    assert (entries[0].begin, entries[-1].end) == (0, minutes)
    assert len(planned(LESSON, minutes)) == (minutes - OPENING - CLOSING) // 10


chapters = st.lists(st.tuples(st.integers(1, 40), st.none() | st.integers(1, 9)), min_size=1, max_size=8)


@given(chapters, st.integers(10, 300), st.integers(0, 100))
def test_whoever_has_more_time_tells_the_same_chapters_and_some_more(given, minutes, more):
    lesson = of_chapters(*given)
    short, long = planned(lesson, minutes), planned(lesson, minutes + more)
    assert {*short} <= {*long}
    assert list(short) == sorted(short)
    total = sum(lesson.chapters[place].minutes for place in short)
    assert len(short) == 1 or OPENING + total + CLOSING <= minutes


def test_the_lowest_priority_is_kept_first_and_one_without_last():
    lesson = of_chapters((10, None), (10, 2), (10, 1), (10, 2))
    assert [planned(lesson, minutes) for minutes in (20, 30, 40, 50)] == [(2,), (1, 2), (1, 2, 3), (0, 1, 2, 3)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("minutes", [30, 60, 75, 90])
def test_a_sheet_has_each_chapters_question_and_notes(language, minutes):
    told = "\n".join(as_text(LESSON, minutes, {}, language, 10_000))
    page = as_page(LESSON, minutes, {}, language)
    for place, chapter in enumerate(LESSON.chapters):
        inside = place in planned(LESSON, minutes)
        for text in (chapter.question, *chapter.notes):
            assert (text.in_(language) in told) == inside
        assert (f"{place + 1}. {chapter.title.in_(language)}" in told) == inside
    assert "{" not in told
    assert page.count("<section>") == len(run_sheet(LESSON, minutes))
    assert f'lang="{language}"' in page
    assert "http" not in page


def test_what_a_file_says_is_no_markup_in_a_page():
    lesson = of_chapters((10, 1))
    chapter = lesson.chapters[0].model_copy(
        update={"title": lesson.chapters[0].title.model_copy(update={"en": "<script>alert(1)</script>"})}
    )
    page = as_page(lesson.model_copy(update={"chapters": (chapter,)}), 30, {}, "en")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_command_makes_a_copy_that_is_in_order_and_leaves_what_is_there(tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    assert main(["lesson", "--copy", str(path), "--lang", "en"]) == 0
    assert capsys.readouterr().out == f"written: {path}\n"
    assert path.read_text(encoding="utf-8") == Path(shipped()).read_text(encoding="utf-8")
    assert read_lesson(str(path)).lesson == LESSON
    path.write_text("mine", encoding="utf-8")
    assert main(["lesson", "--copy", str(path), "--lang", "nl"]) == 1
    assert path.read_text(encoding="utf-8") == "mine"
    assert "bestaat al" in capsys.readouterr().err
    assert main(["lesson", str(path), "--copy", str(tmp_path / "other.yaml")]) == 1  # no lesson is copied that is none
    assert not (tmp_path / "other.yaml").exists()


@pytest.mark.slow
def test_the_command_prints_the_sheet_with_what_the_model_says(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    assert main(["lesson", "--minutes", "30", "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"B: The platform is live but hardly used \(\d+ of\s+100 worlds\)", told)
    assert max(map(len, told.splitlines())) <= 90
    assert main(["lesson", "--minutes", "30", "--lang", "nl", "--out", str(tmp_path / "blad.html")]) == 0
    page = (tmp_path / "blad.html").read_text(encoding="utf-8")
    assert re.search(r"nauwelijks gebruikt \(\d+ van de 100 werelden\)", page)


def test_a_file_that_is_not_there_is_told_of_a_lesson(tmp_path, capsys):
    for words in ([], ["--copy", str(tmp_path / "copy.yaml")]):
        assert main(["lesson", str(tmp_path / "none.yaml"), *words, "--lang", "en"]) == 1
        assert "there is no such lesson here" in capsys.readouterr().err
