"""When a decision pays back: on flows whose truth is known, on the case, in the terminal and on the page."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from conftest import firstly, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, OrganisationModel, case, run_worlds
from simulation.analysis.payback import LONGEST, YEAR, first_to_stay, over_ten_years, pay_back, run_long
from simulation.cli.main import main
from simulation.dashboard.pages.payback import page as page_of
from simulation.dashboard.state.tasks import LatestTask
from simulation.dashboard.state.variants import scenario_of
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.engine.ensemble import MONEY, WEEKLY, Runs
from simulation.report.payback import answers, data, sentences
from simulation.text.i18n import LANGUAGES

VIEW = first_view("en", "payback").but(worlds=20)


@pytest.fixture(scope="module")
def runs():
    return run_long(case().select(("it-only", "full")), 30)


def made(cost, benefit, start=1):
    """Runs of two scenarios of known money: the first costs and brings nothing; shape (worlds, weeks) a week."""
    cost, benefit = np.atleast_2d(cost), np.atleast_2d(benefit)
    study = over_ten_years(case().select(("it-only", "full")))
    project = study.scenarios[0].project.model_copy(update={"start": start})
    study = replace(study, scenarios=tuple(replace(one, project=project) for one in study.scenarios))
    weekly = np.zeros((2, len(cost), cost.shape[1], len(WEEKLY) + len(MONEY)), np.float32)
    weekly[1, :, :, -2], weekly[1, :, :, -1] = np.cumsum(cost, axis=1), np.cumsum(benefit, axis=1)
    return Runs(study, tuple(range(len(cost))), 1, "ranges", np.zeros((2, len(cost), 1)), weekly)


# --- flows of known truth ------------------------------------------------------------------------------


def test_it_pays_back_in_the_first_week_from_which_it_stays_paid():
    cost, benefit = np.zeros(LONGEST), np.zeros(LONGEST)
    cost[:10], benefit[20:] = 1000.0, 100.0  # € 10,000 earned back in 100 weeks from week 21 on
    found = pay_back(made(cost, benefit), "full", "it-only")
    assert found.weeks.tolist() == [120.0]
    assert [share.estimate for share in found.within] == [1.0, 1.0, 1.0]
    cost[300] = 50_000.0  # and then it is in debt again
    again = pay_back(made(cost, benefit), "full", None)
    assert again.weeks.tolist() == [math.inf]
    assert again.median == math.inf


def test_it_is_counted_from_the_projects_start():
    cost, benefit = np.zeros(LONGEST), np.zeros(LONGEST)
    cost[49], benefit[100:] = 5_000.0, 100.0
    late = pay_back(made(cost, benefit, start=50), "full", "it-only")
    assert late.weeks.tolist() == [150.0 - 49.0]


def test_a_discount_puts_it_off_and_more_benefit_brings_it_forward():
    cost, benefit = np.zeros(LONGEST), np.zeros(LONGEST)
    cost[0], benefit[52:] = 10_000.0, 100.0
    known = made(cost, benefit)
    plain, dear, twice = (
        pay_back(known, "full", "it-only", rate, times).weeks[0] for rate, times in ((0.0, 1.0), (0.1, 1.0), (0.0, 2.0))
    )
    assert (plain, twice) == (152.0, 102.0)
    factors = 1.1 ** (-np.arange(LONGEST) / YEAR)
    expected = next(week for week in range(LONGEST) if (100.0 * factors[52 : week + 1]).sum() >= 10_000.0 - 1.0) + 1
    assert dear == expected > plain


def test_the_baselines_own_money_counts():
    cost, benefit = np.full(LONGEST, 100.0), np.zeros(LONGEST)
    known = made(cost, benefit)
    assert pay_back(known, "it-only", "full").weeks.tolist() == [1.0]
    assert pay_back(known, "full", "it-only").weeks.tolist() == [math.inf]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(-9, 9), min_size=6, max_size=6), min_size=1, max_size=5))
def test_the_first_week_to_stay_by_looking(rows):
    total = np.array(rows, float) * 1000.0
    for row, week in zip(total, first_to_stay(total), strict=True):
        stays = [at for at in range(1, 7) if (row[at - 1 :] >= 0.0).all()]
        assert week == (stays[0] if stays else math.inf)


# --- on the case ---------------------------------------------------------------------------------------


def test_money_so_far_is_that_of_the_outcomes_and_of_the_mesa_model():
    study = case().select(("full",))
    found = run_worlds(study, 3, weekly=True, money=True)
    for state, outcome in zip(MONEY, ("cost", "benefit"), strict=True):
        weeks = found.weeks("full", state)
        assert (np.diff(weeks, axis=1) >= -1e-3).all()
        np.testing.assert_allclose(weeks[:, -1], found.of("full", outcome), rtol=1e-6)
    model = OrganisationModel("full", world=2, rng=1, collect=False)
    for week in range(156):
        model.step()
        assert found.weeks("full", "cost_so_far")[2, week] == pytest.approx(model.ledger.cost, rel=1e-6)
    assert run_worlds(study, 1, weekly=True).weekly.shape[3] == len(WEEKLY)


def test_ten_years_begin_as_three_do(runs):
    short = run_worlds(case().select(("it-only", "full")), 30, weekly=True, money=True)
    for name in ("it-only", "full"):
        for state in MONEY:
            np.testing.assert_allclose(runs.weeks(name, state)[:, :156], short.weeks(name, state), rtol=1e-6)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_what_was_counted(runs, language):
    found = answers(runs, "full", "it-only")
    first, nothing, times = sentences(found, "X", language)
    counts = [int((found["against"].weeks <= years * YEAR).sum()) for years in (3, 5, 10)]
    assert all(str(count) in first for count in counts)
    assert "X" in first
    assert str(int((found["nothing"].weeks <= LONGEST).sum())) in nothing
    assert str(int((found["times_2"].weeks <= LONGEST).sum())) in times
    plain = data(found)
    assert plain["against"]["within_10_years"]["share"] == pytest.approx(counts[2] / 30)
    json.dumps(plain, allow_nan=False)


@pytest.mark.parametrize("rate", [-0.01, 1.5, math.nan])
def test_a_discount_that_cannot_be(runs, rate):
    with pytest.raises(InputRefused, match=r"0\.05"):
        pay_back(runs, "full", "it-only", rate)


def test_the_terminal_says_it_and_the_json_has_all_of_them(capsys, tmp_path):
    words = [
        "compare",
        "--scenarios",
        "it-only,roles,full",
        "--worlds",
        "10",
        "--jobs",
        "1",
        "--lang",
        "en",
        "--rate",
        ".05",
    ]
    assert main([*words, "--out", str(tmp_path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Pays back, compared with IT only, within 3 years in" in told
    assert "Discounted at 5.0 % a year." in told
    found = json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    assert {one["scenario"] for one in found["payback"]} == {"roles", "full"}
    assert {one["rate"] for one in found["payback"]} == {0.05}
    assert "--rate 0.05" in found["command"]
    assert main([*words[:-1], "5"]) == 1
    assert "0.05 for 5 %" in capsys.readouterr().err
    assert main([*words[:-1], "-1"]) == 2


# --- on the page ---------------------------------------------------------------------------------------


def test_benefits_can_be_entered_and_stay_in_the_address():
    view, why = page_of.entered(VIEW, {"department": "Sales", "benefit": "9000"})
    assert why == ""
    benefits = {one.name: one.benefit for one in scenario_of(view.changes, "full").organisation.departments}
    assert (benefits["Sales"], benefits["Finance"]) == (9_000.0, 1_500.0)
    view, _ = page_of.entered(view, {"rate": "7.5"})
    again, notices = read_address("payback", address_of(view).partition("?")[2])
    assert (again.rate, again.changes, notices) == (75, view.changes, ())


@pytest.mark.parametrize(
    "message",
    [
        "x",
        {},
        {"department": "Nobody", "benefit": "1"},
        {"department": "Supplier", "benefit": "1"},
        {"department": "Sales"},
        {"department": "Sales", "benefit": True},
        {"department": "Sales", "benefit": math.nan},
        {"hand": "nobody"},
        {"rate": True},
        {"rate": ["5"]},
        {"department": ["Sales"], "benefit": "1"},
    ],
)
def test_what_cannot_be_entered_changes_nothing(message):
    assert page_of.entered(VIEW, message) == (VIEW, "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "message",
    [{"department": "Sales", "benefit": "-1"}, {"rate": "80"}, {"department": "Sales", "benefit": "1000000000"}],
)
def test_what_is_out_of_bounds_is_said(message, language):
    view = VIEW.but(language=language)
    after, why = page_of.entered(view, message)
    assert after == view
    assert "0" in why


def test_numbers_are_read_as_they_are_typed_and_what_is_none_is_said_with_its_field():
    dutch = VIEW.but(language="nl")
    view, why = page_of.entered(dutch, {"department": "Sales", "benefit": "4500,5"})
    assert why == ""
    assert {one["name"]: one["benefit"] for one in page_of.rows_of(view)}["Sales"] == "4500,5"
    after, why = page_of.entered(dutch, {"department": "Sales", "benefit": "9.000"})  # nine, or nine thousand?
    assert after == dutch
    assert why.startswith("Verkoop: Dit is op twee manieren te lezen")
    after, why = page_of.entered(dutch, {"rate": "veel"})
    assert after == dutch
    assert why.startswith("Disconteringsvoet, % per jaar: ")


def test_what_costs_less_from_the_start_is_not_called_earned_back(runs):
    cheaper = answers(runs, "it-only", "full")
    for language, says in (
        ("en", "costs less than Full package from the start"),
        ("nl", "kost van het begin af minder"),
    ):
        lines = sentences(cheaper, "Full package", language)
        assert says in lines[-1]
        assert len(lines) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_and_the_table_say_the_same(runs, language):
    view = replace(VIEW, language=language)
    found = page_of.paid(runs, view)
    option = page_of.chart(found, view)
    low, between, *_, line = option["series"]
    assert len(line["data"]) == len(option["xAxis"]["data"]) == LONGEST // 4 + 1
    middle = np.median(found["against"].net, axis=0) / 1e6
    assert line["data"][13] == pytest.approx(middle[YEAR - 1], abs=1e-3)
    assert low["data"][-1] + between["data"][-1] >= line["data"][-1] >= low["data"][-1]
    assert len(page_of.table(found, language)) == 11
    json.dumps(option)


def test_while_nothing_is_known_it_says_why():
    assert page_of.waiting(VIEW, LatestTask(wrong="x")).count("x")
    assert page_of.paid(None, VIEW) is None
    assert page_of.compute(replace(VIEW, baseline="full"), lambda *_: None) is None


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), firstly([1280, 390, 1920], LANGUAGES))
def test_the_page_is_whole_and_fits(visitor, address, width, language):
    page = opened(visitor(width=width), address, "payback?worlds=20", language)
    page.wait_for_selector(".sy-chart svg")
    assert page.locator(".sy-payback-grid input").count() == 7
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "{" not in page.inner_text("body")


@pytest.mark.slow
@pytest.mark.browser
def test_another_benefit_moves_the_answer(page, address):
    opened(page, address, "payback?worlds=20", "en")
    page.wait_for_selector(".sy-chart svg")
    before = page.inner_text("#answer")
    for name in ("Sales", "Logistics", "Master data"):
        page.get_by_label(name, exact=True).fill("30000")
        page.get_by_label(name, exact=True).press("Tab")
    page.wait_for_function("text => document.querySelector('#answer').innerText !== text", arg=before)
    page.get_by_label("Sales", exact=True).fill("-5")
    page.get_by_label("Sales", exact=True).press("Tab")
    page.wait_for_selector(".sy-error")
    assert "-5" in page.inner_text(".sy-error") or "−5" in page.inner_text(".sy-error")
