import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simulation import case, run_worlds
from simulation.analysis.compare import compare_runs, summarise
from simulation.analysis.intervals import mean_interval, wilson
from simulation.analysis.pairs import compare_outcomes, compare_pair, sign_test
from simulation.model.outcomes import BY_OUTCOME, COLUMN, OUTCOMES
from simulation.report.sentences import MAIN, difference, verdict

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
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=40, unique=True))
def test_mean_interval_contains_students_and_is_it_where_nothing_is_skewed(values):
    found = mean_interval(np.array(values))
    half = stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    assert found.low <= np.mean(values) - half + 1e-9
    assert found.high >= np.mean(values) + half - 1e-9
    both = np.array([*values, *(-value for value in values)])
    half = stats.t.ppf(0.975, len(both) - 1) * np.std(both, ddof=1) / math.sqrt(len(both))
    even = mean_interval(both)
    assert (even.low, even.high) == pytest.approx((-half, half), rel=1e-6)


def test_mean_interval_is_that_of_halls_transformation_where_values_are_skewed():
    """Hall (1992), by hand: the cubic of the mean's t has Student's quantiles."""
    values = np.array([0.0, 0.1, 0.1, 0.2, 0.3, 0.4, 0.9, 3.0])
    n, mean, spread = len(values), values.mean(), values.std()
    skew = ((values - mean) ** 3).mean() / spread**3
    found = mean_interval(values)
    t = (mean - found.high) / (values.std(ddof=1))
    cubic = t + skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / (6 * n)
    assert math.sqrt(n) * cubic == pytest.approx(-stats.t.ppf(0.975, n - 1), rel=1e-9)
    assert found.high - mean > mean - found.low


def test_where_few_worlds_differ_the_mean_is_known_as_well_as_they_are():
    few = np.array([0.0] * 197 + [0.2, 0.3, 0.4])
    many = np.array([0.0] * 170 + [0.2, 0.3, 0.4] * 10)
    assert mean_interval(few).low < 0.0 < mean_interval(many).low
    assert mean_interval(np.array([0.0] * 199 + [0.3])).high == math.inf
    bounded = mean_interval(np.array([0.0] * 199 + [0.3]), 1.0)
    assert bounded.high == pytest.approx(0.0015 + wilson(0, 200).high)


def test_lower_is_better_where_it_is():
    assert pair([50] * 200, [60] * 200, LIVE).kind == "beats"
    assert pair([0.5] * 200, [0.6] * 200).kind == "loses"


def test_what_worlds_that_did_not_come_up_could_turn_is_not_called_better():
    """Ten weeks in each of 20 worlds: one in ten of another kind, by 156 weeks, would turn the mean."""
    few = pair([50] * 20, [60] * 20, LIVE)
    assert (few.wins, few.kind) == (20, "undecided")
    assert pair([50] * (20 + few.more), [60] * (20 + few.more), LIVE).kind == "beats"


def test_ties_are_counted_and_said():
    found = pair([0.5] * 60 + [0.0] * 40, [0.0] * 100)
    assert (found.wins, found.losses, found.ties, found.kind) == (60, 0, 40, "beats")
    assert verdict(found, ("A", "B")).startswith("A beats B in 60 of 100 worlds, ties in 40; on average 30 percentage")


def test_what_happens_in_most_worlds_is_said_first():
    found = pair([0.5] * 20 + [0.0] * 80, [0.0] * 100)
    assert found.kind == "beats"
    said = verdict(found, ("A", "B"))
    assert said.startswith(
        "A and B come to the same in 80 of 100 worlds; in the others A is better more often (20 to 0); on average"
    )
    assert verdict(pair([0.5] * 50, [0.5] * 50), ("A", "B")).startswith("A and B come to the same in each of 50 worlds")


def test_identical_is_no_difference_that_matters():
    assert pair([0.3] * 200, [0.3] * 200).kind == "same"


def test_a_few_ties_do_not_prove_that_nothing_can_differ():
    found = pair([0.0] * 20, [0.0] * 20)
    assert (found.kind, found.ties) == ("undecided", 20)
    assert found.more is not None
    assert pair([0.0] * (20 + found.more), [0.0] * (20 + found.more)).kind == "same"


def test_a_rare_large_difference_is_not_called_none():
    assert pair([0.0] * 47 + [0.6] * 3, [0.0] * 50).kind == "undecided"
    six = pair([0.0] * 94 + [0.6] * 6, [0.0] * 100)
    assert (six.kind, sign_test(six.wins, six.losses) < 0.05) == ("undecided", True)  # six worlds do not make a mean
    assert "not surely better on average" not in verdict(six, ("A", "B"))
    assert verdict(six, ("A", "B")).startswith("A and B come to the same in 94 of 100 worlds")


def test_a_difference_below_the_margin_does_not_matter_however_sure():
    few, many = (pair(np.full(n, 0.505), np.full(n, 0.5) + np.linspace(0, 0.002, n)) for n in (100, 200))
    assert (few.wins, few.kind, many.wins, many.kind) == (100, "undecided", 200, "same")
    assert "sure which wins more often" in verdict(few, ("A", "B"))
    assert 100 + few.more == pytest.approx(190, abs=10)


def test_wins_against_the_mean_are_mixed_and_said():
    along = pair([0.5] * 90 + [0.2] * 10, [0.4] * 90 + [0.3] * 10)
    assert along.kind == "beats"
    against = pair([0.5] * 80 + [0.0] * 20, [0.45] * 80 + [1.0] * 20)
    assert (against.kind, against.wins) == ("mixed", 80)
    assert verdict(against, ("A", "B")).startswith(
        "A is better than B in 80 of 100 worlds, and yet worse on average; on"
    )
    back = pair([0.45] * 80 + [1.0] * 20, [0.5] * 80 + [0.0] * 20)
    assert verdict(back, ("B", "A")).startswith("B is worse than A in 80 of 100 worlds, and yet better on average; on")


def test_a_win_in_most_worlds_that_earns_no_more_is_mixed():
    """Net value as it was found: ahead in 124 of 200 worlds and € 18 thousand lower on average."""
    gap = np.concatenate([np.full(124, 20_000.0), np.full(76, -80_000.0)]) + np.linspace(-3_000, 3_000, 200)
    found = pair(gap, np.zeros(200), BY_OUTCOME["net_value"])
    assert (found.wins, found.kind) == (124, "mixed")
    assert found.difference.estimate == pytest.approx(-18_000.0)


def test_better_on_average_and_not_in_more_worlds_is_undecided_and_worse_in_more_is_mixed():
    assert pair([0.9] * 22 + [0.3] * 18, [0.3] * 22 + [0.4] * 18).kind == "undecided"
    found = pair([0.9] * 90 + [0.3] * 110, [0.3] * 90 + [0.4] * 110)
    assert found.kind == "mixed"
    assert verdict(found, ("A", "B")).startswith("A is better than B on average, but not in more worlds")


@pytest.mark.slow
@pytest.mark.parametrize(("worlds", "most"), [(20, 0.01), (50, 0.02), (100, 0.02), (200, 0.04)])
def test_a_rare_large_difference_at_the_margin_is_seldom_called_none(worlds, most):
    """The mean is the margin itself, 2.5 % × .8, under noise of 1e-4; once it was called none in up to 60 %."""
    rng = np.random.default_rng(12)
    found = [
        pair(np.where(rng.random(worlds) < 0.025, 0.8, 0.0) + rng.normal(0.0, 1e-4, worlds), np.zeros(worlds)).kind
        for _ in range(2000)
    ]
    assert found.count("same") / 2000 <= most


def test_levels_are_judged_by_worlds_and_among_equals_by_what_counts_there():
    a, b = np.zeros((60, len(OUTCOMES))), np.zeros((60, len(OUTCOMES)))
    column = {name: COLUMN[name] for name in ("reach", "progress_104", "lasting_adoption")}
    a[:, column["reach"]] = [0.0] * 20 + [2.0] * 20 + [4.0] * 20
    b[:, column["reach"]] = [0.0] * 20 + [2.0] * 20 + [3.0] * 20
    a[:10, column["progress_104"]], a[10:20, column["lasting_adoption"]] = 0.03, 0.9  # not live: use counts for nothing
    a[20:30, column["lasting_adoption"]], a[30:40, column["progress_104"]] = (
        0.03,
        0.9,
    )  # live: progress counts for nothing
    found = compare_outcomes(a, b, NAMES, BY_OUTCOME["reach"], 156)
    assert (found.wins, found.losses, found.ties, found.kind) == (40, 0, 20, "beats")
    assert math.isnan(found.difference.estimate)
    assert verdict(found, ("A", "B")) == "A gets further than B in 40 of 60 worlds, equally far in 20"
    back = compare_outcomes(b, a, NAMES, BY_OUTCOME["reach"], 156)
    assert verdict(back, ("B", "A")) == "B gets less far than A in 40 of 60 worlds, equally far in 20"
    a[:, column["progress_104"]] = a[:, column["lasting_adoption"]] = 0.02  # a difference of the margin is none
    assert compare_outcomes(a, b, NAMES, BY_OUTCOME["reach"], 156).ties == 40


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


def test_how_many_more_worlds_is_what_both_the_signs_and_the_mean_need():
    # Who wins more often takes (1.96 / (2 · (13/22 − 1/2)))² decided worlds, 145 of all. The mean, .16 · 25/27 with a
    # spread of .898, needs more: √n · .148 > 1.96 · .898 + 1.96² / √n, 190 worlds; 5 % more, less those there are.
    assert pair([1.0] * 12 + [0.0] * 13, [0.0] * 12 + [1.0] * 8 + [0.0] * 5).more == 180


def test_how_many_more_worlds_follows_from_two_worlds_that_differ_little():
    # Of the mean, since one win each tells nothing: 1.96² · (1 / .02 − 1) worlds rule out that rare ones matter.
    assert pair([0.01, 0.0], [0.0, 0.01]).more == 200


def test_a_difference_of_exactly_the_margin_is_none_that_matters():
    assert pair([ADOPTION.margin] * 9 + [0.0] * 391, [0.0] * 400).kind == "same"


def test_the_gain_of_pairing_is_the_ratio_of_variances():
    assert pair([0.1, 0.3], [0.0, 0.4]).gain == pytest.approx(5.0)
    assert pair([0.25, 0.75], [0.0, 0.5]).gain == math.inf
    assert math.isnan(pair([0.5, 0.5], [0.25, 0.25]).gain)
    assert math.isnan(pair([0.5], [0.25]).gain)


def test_ranking_by_a_mean(found):
    for outcome, reverse in ((MAIN, True), ("cost", False)):
        led = found.led_by(outcome)
        means = [found.summary(name, outcome).mean.estimate for name in led.ranking]
        assert means == sorted(means, reverse=reverse)


def test_ranking_by_how_far_each_gets_agrees_with_every_pair(found):
    """With these four, who comes first in a pair is ahead in more worlds."""
    assert found.ranking[0] == "full"
    for place, name in enumerate(found.ranking):
        for behind in found.ranking[place + 1 :]:
            one = found.pair(name, behind)
            assert one.wins >= one.losses
    assert sum(found.levels("roles")) == 12


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


def test_no_difference_is_told_as_noughts():
    few = ("it-only", "wait", "extra-hours", "anchoring", "it-led", "name-roles-team", "technicians", "full")
    comparison = compare_runs(run_worlds(case().select(few), 100, threads=2), "it-only")
    told = [difference(pair, "en", 156) for pair in comparison.pairs()]
    assert any("the same" in one or "no difference" in one for one in told)
    assert not [one for one in told if re.search(r"(?<![\d.,])0\.0 \D*?(higher|lower|earlier|later)", one)]
    assert not [one for one in told if "the same of" in one]
