import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulation import case, run_worlds
from simulation.analysis.compare import compare_pair, compare_runs, mean_interval, sign_test, summarise, wilson
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES
from simulation.report.sentences import MAIN, verdict

ADOPTION, LIVE = BY_OUTCOME["lasting_adoption"], BY_OUTCOME["go_live_week"]
NAMES = ("a", "b")


def pair(a, b, outcome=ADOPTION):
    return compare_pair(np.asarray(a, float), np.asarray(b, float), NAMES, outcome)


@given(st.integers(0, 60), st.integers(0, 60))
def test_sign_test_and_wilson_agree_with_scipy(wins, losses):
    trials = wins + losses
    expected = stats.binomtest(wins, trials, 0.5).pvalue if trials else 1.0
    assert sign_test(wins, losses) == pytest.approx(expected, abs=1e-12)
    if trials:
        found, known = wilson(wins, trials), stats.binomtest(wins, trials).proportion_ci(method="wilson")
        assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-9)


@settings(max_examples=50)
@given(st.lists(st.floats(-10, 10), min_size=2, max_size=40))
def test_mean_interval_is_students(values):
    found = mean_interval(np.array(values))
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert found.high - found.low == pytest.approx(2 * half, abs=1e-9)


def test_lower_is_better_where_it_is():
    assert pair([50] * 20, [60] * 20, LIVE).kind == "beats"
    assert pair([0.5] * 20, [0.6] * 20).kind == "loses"


def test_ties_are_counted_and_said():
    found = pair([0.5] * 20 + [0.0] * 80, [0.0] * 100)
    assert (found.wins, found.losses, found.ties, found.kind) == (20, 0, 80, "beats")
    assert verdict(found, ("A", "B")).startswith("A beats B in 20 of 100 worlds, ties in 80; on average 10 percentage")


def test_identical_is_no_difference_that_matters():
    assert pair([0.3] * 40, [0.3] * 40).kind == "same"


def test_a_few_ties_do_not_prove_that_nothing_can_differ():
    found = pair([0.0] * 20, [0.0] * 20)
    assert (found.kind, found.ties) == ("undecided", 20)
    assert found.more is not None
    assert pair([0.0] * (20 + found.more), [0.0] * (20 + found.more)).kind == "same"


def test_a_rare_large_difference_is_not_called_none():
    assert pair([0.0] * 47 + [0.6] * 3, [0.0] * 50).kind == "undecided"
    assert pair([0.0] * 94 + [0.6] * 6, [0.0] * 100).kind == "beats"


def test_a_difference_below_the_margin_does_not_matter_however_sure():
    found = pair(np.full(100, 0.505), np.full(100, 0.5) + np.linspace(0, 0.002, 100))
    assert (found.wins, found.kind) == (100, "same")


def test_wins_against_the_mean_are_said():
    along = pair([0.5] * 90 + [0.2] * 10, [0.4] * 90 + [0.3] * 10)
    assert along.kind == "beats"
    assert "points the other way" not in verdict(along, ("A", "B"))
    against = pair([0.5] * 80 + [0.0] * 20, [0.45] * 80 + [1.0] * 20)
    assert against.kind == "beats"
    assert "points the other way" in verdict(against, ("A", "B"))


def test_undefined_worlds_are_left_out_and_counted():
    found = pair([0.5, math.nan, 0.7], [0.1, 0.2, math.nan])
    assert (found.worlds, found.undefined, found.wins) == (1, 2, 1)
    nothing = pair([math.nan] * 3, [1.0] * 3)
    assert nothing.worlds == 0
    assert "undefined" in verdict(nothing, ("A", "B"))


def test_censored_worlds_count_as_the_horizon_plus_one():
    found = summarise(np.array([50.0, 157.0, 157.0]), "a", LIVE, 156)
    assert (found.censored, found.mean.estimate, found.median) == (2, pytest.approx(364 / 3), 157.0)


def test_pairing_gain_is_the_ratio_of_variances():
    rng = np.random.default_rng(3)
    luck, noise = rng.normal(size=4000), rng.normal(size=4000)
    found = pair(luck + 0.1 * noise, luck)
    assert found.gain == pytest.approx(2.01 / 0.01, rel=0.1)


def test_no_number_of_worlds_is_named_beyond_reach():
    found = pair([10.0, -10.0] * 20, [0.0] * 40)
    assert (found.kind, found.more) == ("undecided", None)
    assert "no number of worlds" in verdict(found, ("A", "B"))


@pytest.mark.slow
def test_more_worlds_is_about_right():
    # A wins in 60 % of worlds: about (1.96 / 0.2)² = 96 worlds decide. From 40 undecided worlds on, the advice
    # is right when the verdict after that many more is decided in at least half of the trials.
    rng = np.random.default_rng(5)
    decided = asked = 0
    for _ in range(300):
        gap = np.where(rng.random(40) < 0.6, 1.0, -1.0)
        found = pair(gap, np.zeros(40))
        if found.kind == "undecided" and found.more and found.more < 3000:
            asked += 1
            more = np.where(rng.random(found.more) < 0.6, 1.0, -1.0)
            decided += pair(np.concatenate([gap, more]), np.zeros(40 + found.more)).kind != "undecided"
    assert asked > 50
    assert decided / asked > 0.5


@pytest.mark.slow
def test_verdicts_err_as_rarely_as_they_say():
    # No difference: of 2 000 trials about 5 % at most may be called (exact test, so fewer). 6.5 % is 3 standard errors.
    rng = np.random.default_rng(7)
    called = sum(
        pair(rng.normal(size=50), np.zeros(50), BY_OUTCOME["cost"]).kind in {"beats", "loses"} for _ in range(2000)
    )
    assert called / 2000 < 0.065


@pytest.mark.slow
def test_intervals_cover_as_often_as_they_say():
    # 95 % intervals over 3 000 trials; the standard error of the share covered is .004.
    rng = np.random.default_rng(9)

    def covers(found):
        return found.low <= 0.3 <= found.high

    means = sum(covers(mean_interval(rng.normal(0.3, 1, size=40))) for _ in range(3000))
    shares = sum(covers(wilson(int(rng.binomial(80, 0.3)), 80)) for _ in range(3000))
    assert 0.935 < means / 3000 < 0.965
    assert 0.93 < shares / 3000 < 0.97


@pytest.fixture(scope="module")
def found():
    runs = run_worlds(case().select(("it-only", "roles", "full", "full-no-anchoring")), worlds=12)
    return compare_runs(runs, "it-only")


def test_how_many_more_worlds_follows_from_wins_and_losses_as_documented():
    # 12 wins, 8 losses, 5 ties: (1.96 / (2 · (13/22 − 1/2)))² decided worlds, 5 % more, less those there are
    assert pair([1.0] * 12 + [0.0] * 13, [0.0] * 12 + [1.0] * 8 + [0.0] * 5).more == 130


def test_how_many_more_worlds_follows_from_two_worlds_that_differ_little():
    assert pair([0.01, 0.0], [0.0, 0.01]).more == 35  # 1.05 · 35 − 2: of the mean, since one win each tells nothing


def test_a_difference_of_exactly_the_margin_is_none_that_matters():
    assert pair([ADOPTION.margin] * 9 + [0.0] * 31, [0.0] * 40).kind == "same"


def test_the_gain_of_pairing_is_the_ratio_of_variances():
    assert pair([0.1, 0.3], [0.0, 0.4]).gain == pytest.approx(5.0)
    assert pair([0.25, 0.75], [0.0, 0.5]).gain == math.inf
    assert math.isnan(pair([0.5, 0.5], [0.25, 0.25]).gain)
    assert math.isnan(pair([0.5], [0.25]).gain)


def test_ranking_is_by_mean_lasting_adoption(found):
    means = [found.summary(name, MAIN).mean.estimate for name in found.ranking]
    assert means == sorted(means, reverse=True)
    assert found.ranking[0] == "full"


def test_every_pair_stands_once_and_mirrors(found):
    pairs = found.pairs()
    assert len(pairs) == 6 * len(OUTCOMES)
    for one in pairs:
        mirror = found.pair(one.b, one.a, one.outcome)
        assert (mirror.wins, mirror.losses, mirror.ties) == (one.losses, one.wins, one.ties)
        opposite = {"beats": "loses", "loses": "beats"}
        assert mirror.kind == opposite.get(one.kind, one.kind)


def test_unpaired_counting_would_differ_from_paired(found):
    a, b = found.runs.of("full", "progress_104"), found.runs.of("it-only", "progress_104")
    assert found.pair("full", "it-only", "progress_104").wins == int((a > b).sum())
