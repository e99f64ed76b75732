"""What each measure contributes: against games whose truth is known, by brute force, and on the case."""

import csv
import io
import itertools
import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, run_worlds
from simulation.analysis import contributions as module
from simulation.analysis.contributions import (
    EXACT,
    ORDERS,
    check,
    contributions,
    orders_of,
    step_by_step,
    weighted,
)
from simulation.cli.main import main
from simulation.report import contributions as report
from simulation.text.i18n import LANGUAGES

FULL = "full"


def game(measures, value):
    """A made-up worth of every package, one world."""
    packages = (frozenset(some) for n in range(len(measures) + 1) for some in itertools.combinations(measures, n))
    return {package: np.array([float(value(package))]) for package in packages}


def shares(worth, measures):
    return {name: weighted(worth, measures, (name,), module._gain(worth, name))[0] for name in measures}


def excess(worth, measures, a, b):
    def both(package):
        return worth[package | {a, b}] - worth[package | {a}] - worth[package | {b}] + worth[package]

    return weighted(worth, measures, (a, b), both)[0]


# --- games of known truth ------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(0, 10**6))
def test_fair_shares_are_the_mean_over_all_orders(count, seed):
    rng = np.random.default_rng(seed)
    measures = tuple("abcde"[:count])
    worth = game(measures, lambda _: rng.normal())
    added = {name: [] for name in measures}
    for order in itertools.permutations(measures):
        for at, name in enumerate(order):
            added[name].append(worth[frozenset(order[: at + 1])] - worth[frozenset(order[:at])])
    found = shares(worth, measures)
    for name in measures:
        assert found[name] == pytest.approx(np.mean(added[name]), abs=1e-12)
    whole = worth[frozenset(measures)] - worth[frozenset()]
    assert sum(found.values()) == pytest.approx(whole[0], abs=1e-12)


def test_what_just_adds_up_has_its_own_worth_and_no_interaction():
    measures, own = ("a", "b", "c"), {"a": 1.0, "b": 2.0, "c": -0.5}
    worth = game(measures, lambda package: sum(own[name] for name in package))
    assert shares(worth, measures) == pytest.approx(own)
    assert excess(worth, measures, "a", "b") == pytest.approx(0.0)


def test_what_only_works_together_shares_evenly_and_interacts_wholly():
    measures = ("a", "b", "c")
    worth = game(measures, lambda package: {"a", "b"} <= package)
    assert shares(worth, measures) == pytest.approx({"a": 0.5, "b": 0.5, "c": 0.0})
    assert excess(worth, measures, "a", "b") == pytest.approx(1.0)
    either = game(measures, lambda package: bool({"a", "b"} & package))
    assert excess(either, measures, "a", "b") == pytest.approx(-1.0)


def test_orders_are_drawn_evenly_and_come_backwards_too():
    measures = tuple("abcdefghij")
    orders = orders_of(measures, 1)
    assert (len(orders), orders_of(measures, 1)) == (ORDERS, orders)
    assert all(orders[at][::-1] == orders[at + 1] for at in range(0, ORDERS, 2))
    assert np.mean([order.index("a") for order in orders]) == pytest.approx(4.5)
    assert orders_of(measures[:EXACT], 1) == ()


# --- on the case ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found():
    return contributions(case(), FULL, worlds=60)


def test_leaving_out_is_the_scenario_without_the_measure(found):
    names = {
        "external_partner": "full-no-partner",
        "cross_functional_team": "full-no-team",
        "consult_chain": "full-no-chain",
    }
    runs = run_worlds(case().select((FULL, *names.values())), 60)
    last = runs.of(FULL, "reach") >= 4.0
    assert (found.level, found.combinations, found.exact, found.complete) == (4, 64, True, True)
    assert found.all.estimate == pytest.approx(last.mean())
    for measure, scenario in names.items():
        row = next(one for one in found.rows if one.measure == measure)
        left = runs.of(scenario, "reach") >= 4.0
        assert row.without == pytest.approx(left.mean())
        assert row.last.estimate == pytest.approx((last.astype(float) - left).mean())


def test_shares_add_up_in_every_world_and_the_largest_comes_first(found):
    assert found.shares.shape == (6, 60)
    whole = found.shares.sum(axis=0)
    assert set(np.round(whole, 12)) <= {-1.0, 0.0, 1.0}
    assert whole.mean() == pytest.approx(found.all.estimate - found.none.estimate)
    means = [row.share.estimate for row in found.rows]
    assert means == sorted(means, reverse=True)
    for row, values in zip(found.rows, found.shares, strict=True):
        assert row.share.estimate == pytest.approx(values.mean())
        assert row.share.low <= row.share.estimate <= row.share.high
    assert len(found.interactions) == 15


def test_the_first_answer_is_what_is_left_out_and_what_is_alone(found):
    first, whole = step_by_step(case(), FULL, worlds=60)
    assert (first.complete, first.combinations, first.interactions) == (False, 14, ())
    by_name = {row.measure: row for row in whole.rows}
    for row in first.rows:
        assert math.isnan(row.share.estimate)
        assert (row.without, row.last, row.first) == (
            by_name[row.measure].without,
            by_name[row.measure].last,
            by_name[row.measure].first,
        )
    assert whole.rows == found.rows


def test_drawn_orders_come_near_to_all_of_them_and_say_how_near(found, monkeypatch):
    monkeypatch.setattr(module, "EXACT", 3)
    drawn = contributions(case(), FULL, worlds=60)
    assert (drawn.exact, drawn.complete) == (False, True)
    exact = {row.measure: row for row in found.rows}
    for row in drawn.rows:
        assert row.error > 0.0
        assert abs(row.share.estimate - exact[row.measure].share.estimate) < 2.0 * row.error
    whole = sum(row.share.estimate for row in drawn.rows)
    assert whole == pytest.approx(drawn.all.estimate - drawn.none.estimate)


def test_pairs_that_only_work_together_are_those_above_the_margin(found):
    assert found.together
    for one in found.interactions:
        assert (one in found.together) == (one.excess.low > found.margin)
    assert {"external_partner"} <= set(found.together[0].measures)


def test_of_what_is_better_low_the_order_and_the_sides_are_turned():
    cost = contributions(case(), "name-roles-team", "cost", worlds=20)
    means = [row.share.estimate for row in cost.rows]
    assert means == sorted(means)
    for one in cost.together:
        assert one.excess.high < 0.0
    assert "Cost" not in report.answer(cost, "en")
    assert report.answer(cost, "en").startswith("With all of it: € ")


def test_a_level_that_is_seldom_reached_is_not_what_is_counted():
    roles = contributions(case(), "roles", worlds=40)
    assert (roles.level, roles.combinations) == (1, 2)
    assert report.answer(roles, "en").startswith("It gets moving in ")
    assert "of 40 worlds" in report.answer(roles, "en")


def test_worlds_in_which_it_is_undefined_are_left_out_and_said():
    some = contributions(case(), "package-partner-with", "retention", worlds=30)
    assert some.worlds < some.of == 30
    assert len(some.kept) == some.worlds == some.shares.shape[1]
    assert any(f"of {some.of}" in line for line in report.how(some, "en")) or not some.worlds
    if not some.worlds:
        assert "nothing can be said" in report.answer(some, "en")


def test_combinations_are_those_of_the_scenario_with_measures_taken_away():
    scenario = case().scenario("full-self-built")
    found = contributions(case(), scenario.name, "cost", worlds=3)
    assert {row.measure for row in found.rows} == set(scenario.measures.on)
    for row in found.rows:
        without = case().select((scenario.name,)).override({f"measures.{row.measure}": False})
        assert row.measure not in without.scenarios[0].measures.on
        assert row.without == pytest.approx(run_worlds(without, 3).of(scenario.name, "cost").mean(), rel=1e-12)


# --- what is wrong, and the command line ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "outcome", "why"),
    [
        ("it-only", "reach", "has no measures"),
        ("nobody", "reach", "no scenario"),
        ("full", "fun", "no outcome"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(capsys, scenario, outcome, why):
    with pytest.raises(InputRefused, match=why):
        check(case(), scenario, outcome)
    assert main(["contribute", scenario, "--outcome", outcome, "--worlds", "4", "--lang", "en"]) == 1
    out, err = capsys.readouterr()
    assert (out, why in err) == ("", True)


def test_one_world_is_too_few(capsys):
    assert main(["contribute", "roles", "--worlds", "1", "--lang", "en"]) == 2
    assert "from 2 to" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_says_it_and_writes_it(capsys, tmp_path, monkeypatch, language):
    monkeypatch.setenv("COLUMNS", "80")
    words = [
        "contribute",
        "name-roles-team",
        "--outcome",
        "progress_104",
        "--worlds",
        "12",
        "--jobs",
        "1",
        "--lang",
        language,
    ]
    assert main([*words, "--out", str(tmp_path)]) == 0
    out, _ = capsys.readouterr()
    expected = contributions(case(), "name-roles-team", "progress_104", worlds=12)
    assert report.answer(expected, language) in " ".join(out.split())
    lines = out.splitlines()
    assert all(len(one) <= 80 for one in lines if not one.startswith(("Repeat", "Herhaal", "written", "geschreven")))
    frame = pd.read_parquet(tmp_path / "contributions.parquet")
    assert frame.groupby("measure")["share"].mean().to_dict() == pytest.approx(
        {row.measure: row.share.estimate for row in expected.rows}
    )
    data = json.loads((tmp_path / "contributions.json").read_text("utf-8"))
    assert [one["measure"] for one in data["measures"]] == [row.measure for row in expected.rows]
    assert (data["outcome"], data["level"], data["worlds"], data["exact"]) == ("progress_104", None, 12, True)
    assert data["sentence"][language] == report.answer(expected, language)
    assert (tmp_path / "contributions.png").read_bytes()[:4] == b"\x89PNG"
    assert b"<svg" in (tmp_path / "contributions.svg").read_bytes()
    assert main([*data["command"].split()[1:], "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["measures"] == data["measures"]


def test_as_csv_for_a_spreadsheet(capsys):
    assert main(["contribute", "roles", "--worlds", "10", "--jobs", "1", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["measure"] for row in rows] == ["assign_roles"]
    assert tuple(rows[0]) == report.COLUMNS
    assert float(rows[0]["last"]) == float(rows[0]["first"]) == float(rows[0]["share"])


def test_the_level_is_the_highest_that_a_tenth_reach():
    reached = np.array([3.0, 3.0, 1.0, 1.0, *[0.0] * 16])
    reach = module.BY_OUTCOME["reach"]
    assert module._level_of(reached, reach) == 3
    reached[1] = 0.0
    assert module._level_of(reached, reach) == 1
    assert module._level_of(reached * 0.0, reach) == 1
    assert module._level_of(reached, module.BY_OUTCOME["cost"]) is None
