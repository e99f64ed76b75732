"""The page *What helps*: its rows and sentences without a browser, its picks in a real one."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest
from conftest import firstly, opened

from simulation import case
from simulation.analysis.contributions import contributions, step_by_step
from simulation.dashboard.pages.contribute import page as page_of
from simulation.dashboard.pages.contribute.store import ContributionStore, Question, worked_out
from simulation.dashboard.state.tasks import LatestTask, Overtaken, turn
from simulation.dashboard.state.view import first_view
from simulation.model.outcomes import OUTCOMES
from simulation.report.contributions import answer
from simulation.text.i18n import LANGUAGES

VIEW = first_view("en", "contribute").but(worlds=20)


@pytest.fixture(scope="module")
def found():
    return contributions(case(), "full", worlds=20)


def asked(scenario="full", outcome="reach", worlds=20):
    study = case().select((scenario,))
    return study, Question(study.digest(), scenario, outcome, worlds, 1, "ranges")


def result_of(steps):
    parts = []
    while True:
        try:
            parts.append(next(steps))
        except StopIteration as last:
            return parts, last.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_stand_on_one_axis_and_numbers_are_those_of_the_table(found, language):
    rows = page_of.rows_of(found, language)
    assert [row["name"] for row in rows] == [row.measure for row in found.rows]
    table = page_of.table(found, language)
    for row, line in zip(rows, table[1:], strict=True):
        assert all(0.0 <= at <= 1.0 for at in row["at"].values())
        assert row["at"]["low"] <= row["at"]["share"] <= row["at"]["high"]
        assert line[1:] == [row["share"], row["interval"], row["last"], row["first"]]
    json.dumps(rows)


def test_what_is_not_known_yet_is_not_drawn():
    first = next(step_by_step(case(), "full", worlds=20))
    for row in page_of.rows_of(first, "en"):
        assert row["at"]["share"] is None
        assert row["share"] == "–"
        assert row["at"]["last"] is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_is_the_answer_in_two_parts(found, language):
    view = replace(VIEW, language=language)
    whole, rest = page_of.headline(view, found, LatestTask(), True)
    told = answer(found, language)
    assert whole.split(": ", 1)[1].lower() == told.partition("; ")[0].lower()
    assert rest.lower() == told.partition("; ")[2].lower()
    assert "…" in page_of.headline(view, None, LatestTask(), True)[0]
    assert "x" in page_of.headline(view, None, LatestTask(wrong="x"), True)[0]
    assert page_of.headline(view.but(hand="it-only"), None, LatestTask(), False)[1] == ""


def test_a_scenario_without_measures_and_one_that_has_some():
    assert list(_parts(page_of.compute(VIEW.but(hand="it-only", baseline="full"), lambda *_: None))) == []
    assert {"it-only", "wait"} & {one["name"] for one in page_of.picks(VIEW)["scenarios"]} == {"wait"}
    assert len(page_of.picks(VIEW)["outcomes"]) == len(OUTCOMES)


def _parts(steps):
    parts, value = result_of(steps)
    return [*parts, value] if value is not None else parts


def test_a_result_is_worked_out_once_first_in_part_and_then_whole(found):
    store, told = ContributionStore(2), []
    parts, whole = result_of(worked_out(*asked(), lambda *now: told.append(now), store))
    assert [one.complete for one in parts] == [False]
    np.testing.assert_array_equal(whole.shares, found.shares)
    assert told[-1][1] == 64 * 20
    again, kept = result_of(worked_out(*asked(), lambda *_: pytest.fail("it is there"), store))
    assert (again, kept is whole) == ([], True)
    result_of(worked_out(*asked("roles"), lambda *_: None, store))
    result_of(worked_out(*asked("team"), lambda *_: None, store))
    assert store.of(asked()[1]) is None


def test_who_is_overtaken_leaves_the_turn_to_the_next():
    def overtaken(*_):
        raise Overtaken

    began = time.monotonic()
    with turn(lambda: None), pytest.raises(Overtaken):
        result_of(worked_out(*asked(), overtaken, ContributionStore()))
    assert time.monotonic() - began < 5
    assert result_of(worked_out(*asked("roles"), lambda *_: None, ContributionStore()))[1].complete


def test_only_what_is_there_can_be_chosen():
    assert page_of.choose(VIEW, {"hand": "nobody", "outcome": "fun"}) == VIEW
    assert page_of.choose(VIEW, ["hand"]) == VIEW
    chosen = page_of.choose(VIEW, {"hand": "team", "outcome": "cost"})
    assert (chosen.hand, chosen.outcome, "team" in chosen.scenarios) == ("team", "cost", True)


# --- in a browser --------------------------------------------------------------------------------------

DONE = "document.querySelectorAll('.sy-contribute-list .share').length > 0"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), firstly([1280, 390, 1920], LANGUAGES))
def test_the_page_is_whole_and_fits(visitor, address, width, language):
    page = opened(visitor(width=width), address, "contribute?worlds=20", language)
    page.wait_for_function(DONE)
    assert page.locator(".sy-contribute-list li").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "{" not in page.inner_text("body")
    assert {"en": "of 20 worlds", "nl": "van 20 werelden"}[language] in page.inner_text("#answer")


@pytest.mark.slow
@pytest.mark.browser
def test_another_scenario_and_outcome_can_be_taken_apart(page, address):
    opened(page, address, "contribute?worlds=20", "en")
    page.wait_for_function(DONE)
    page.locator(".sy-contribute").get_by_label("Scenario").select_option("name-roles-team")
    page.wait_for_function("document.querySelectorAll('.sy-contribute-list li').length === 3")
    assert "hand=name-roles-team" in page.url
    page.get_by_label("Judge by").select_option("cost")
    page.wait_for_function("document.querySelector('#answer').innerText.includes('€')")
    page.get_by_text("The numbers as a table").click()
    assert page.locator("details[open] tbody tr").count() == 3
