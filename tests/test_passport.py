from dataclasses import replace

import numpy as np
import pytest
from helpers import organisation, scenario, study

from simulation import InputRefused, case, run_worlds
from simulation.analysis.pairs import compare_outcomes
from simulation.analysis.sensitivity import ends, flips, hold, run_ends, turn
from simulation.model.outcomes import BY_OUTCOME
from simulation.study.measures import AnchorInStrategy, CrossFunctionalTeam, Measures
from simulation.study.organisation import Project
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Given

PAIR = ("full", "full-no-anchoring")


def test_each_parameter_is_tried_once_at_the_ends_of_its_range():
    found = list(flips(case(), PAIR, worlds=4))
    assert [one.parameter for one in found] == list(PARAMETERS)
    assert all(one.ends == ((one.parameter.low, one.parameter.high),) * 2 for one in found)
    assert not any(one.fixed for one in found)
    assert all(one.at_low.worlds + one.at_low.undefined == 4 for one in found)


def test_a_parameter_is_held_and_nothing_else_changes():
    one = case().scenario("full")
    runs = run_worlds(study(one, hold(one, "t", 0.5)), 20)
    alone = run_worlds(study(hold(one, "t", 0.5)), 20)
    np.testing.assert_array_equal(runs.outcomes[1], alone.outcomes[0])
    given = [each for each in hold(one, "t", 0.5).parameters if each.name == "t"]
    assert [(each.value, each.low, each.high) for each in given] == [(0.5, 0.5, 0.5)]
    same = run_worlds(study(hold(one, "t", 1.0)), 20, mode="defaults")
    np.testing.assert_array_equal(same.outcomes[0], run_worlds(study(one), 20, mode="defaults").outcomes[0])


def test_the_verdict_at_an_end_is_that_of_a_study_that_holds_it_there():
    found = next(one for one in flips(case(), PAIR, worlds=30) if one.parameter.name == "A")
    names = study(*(hold(case().scenario(name), "A", found.ends[0][0]) for name in PAIR))
    runs = run_worlds(names, 30)
    expected = compare_outcomes(runs.outcomes[0], runs.outcomes[1], PAIR, BY_OUTCOME["reach"], names.horizon)
    assert found.at_low == expected


def test_a_lever_without_power_flips_the_verdict():
    # Anchoring works through A alone on priority: with A at 0 the board's word and v_board are all that is left.
    organised = organisation(4, benefit=1000.0)
    parameters = (
        Given("A", 0.9, 0.0, 0.9, "made for a test"),
        Given("v_board", 0.0, 0.0, 0.0, "made for a test"),
        Given("p_shock", 0.3, 0.3, 0.3, "made for a test"),
    )
    anchored = scenario(organised, Measures(anchor_in_strategy=AnchorInStrategy(start=1)), "anchored", parameters)
    plain = scenario(organised, Measures(), "plain", parameters)
    names = ("anchored", "plain")
    one = next(each for each in flips(study(anchored, plain), names, "progress_104", 120) if each.parameter.name == "A")
    assert one.ends == ((0.0, 0.9), (0.0, 0.9))
    assert one.at_low.ties == 120
    assert one.at_high.wins > 100
    assert one.flips(one.at_high)
    assert not one.reverses(one.at_high)


def test_the_file_s_own_range_is_what_is_tried():
    given = (Given("t", 1.0, 0.9, 1.1, "our survey"),)
    own = scenario(organisation(2), parameters=given)
    assert ends(own, next(one for one in PARAMETERS if one.name == "t")) == (0.9, 1.1)
    assert own.project == Project(connections_per_week=0.0)


T = next(one for one in PARAMETERS if one.name == "t")


def given(low, high):
    return (Given("t", (low + high) / 2, low, high, "made for a test"),)


@pytest.mark.parametrize("place", [0, 1])
def test_a_range_that_one_scenario_alone_gives_is_its_own(place):
    # Held at the same value in both, the scenario that gives the number would lose what sets it apart.
    own, plain = (
        scenario(organisation(4), name="own", parameters=given(0.9, 1.1)),
        scenario(organisation(4), name="plain"),
    )
    both = study(own, plain) if place == 0 else study(plain, own)
    found = run_ends(both, T, 8)
    assert found.ends[place] == (0.9, 1.1)
    assert found.ends[1 - place] == (T.low, T.high)
    for end in (0, 1):
        alone = study(*(hold(one, "t", ends(one, T)[end]) for one in both.scenarios))
        np.testing.assert_array_equal(found.outcomes[end], run_worlds(alone, 8).outcomes)


def test_two_scenarios_that_differ_in_a_number_alone_stay_apart():
    meetings = Measures(cross_functional_team=CrossFunctionalTeam(start=1))
    little = scenario(organisation(4), meetings, "little", given(0.3, 0.4))
    much = scenario(organisation(4), meetings, "much", given(1.2, 1.3))
    found = run_ends(study(little, much), T, 60).flip("progress_104")
    assert (found.at_low.ties, found.at_high.ties) == (0, 0)
    assert found.at_low.wins > 50


def test_where_the_file_gives_one_value_there_is_nothing_to_move():
    both = study(scenario(organisation(3), name="a", parameters=given(0.8, 0.8)), scenario(organisation(3), name="b"))
    assert not run_ends(both, T, 4).flip("cost").fixed
    both = study(*(scenario(organisation(3), name=name, parameters=given(0.8, 0.8)) for name in "ab"))
    found = run_ends(both, T, 12)
    assert found.flip("cost").fixed
    np.testing.assert_array_equal(found.outcomes[0], found.outcomes[1])
    np.testing.assert_array_equal(found.outcomes[0], run_worlds(both, 12).outcomes)


def test_the_mode_decides_what_the_other_parameters_do():
    pair = case().select(PAIR)
    drawn, fixed = (run_ends(pair, T, 12, mode=mode).outcomes for mode in ("ranges", "defaults"))
    assert not np.array_equal(drawn, fixed)
    names = study(*(hold(case().scenario(name), "t", T.high) for name in PAIR))
    np.testing.assert_array_equal(fixed[1], run_worlds(names, 12, mode="defaults").outcomes)


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("beats", "beats", "holds"),
        ("undecided", "undecided", "holds"),
        ("beats", "loses", "reverses"),
        ("loses", "beats", "reverses"),
        ("beats", "same", "differs"),
        ("same", "loses", "differs"),
        ("beats", "undecided", "blurs"),
        ("same", "undecided", "blurs"),
        ("undecided", "same", "settles"),
        ("undecided", "loses", "settles"),
    ],
)
def test_what_becomes_of_a_verdict_has_a_name(before, after, what):
    assert turn(before, after) == what


def test_not_to_tell_any_more_is_a_flip_but_not_a_reverse():
    one = run_ends(case().select(PAIR), T, 6).flip("lasting_adoption")
    sure, lost = (replace(one.at_low, kind=kind) for kind in ("beats", "loses"))
    same, open_ = (replace(one.at_low, kind=kind) for kind in ("same", "undecided"))

    def tried(low, high):
        return replace(one, at_low=low, at_high=high)

    assert not tried(sure, sure).flips(sure)
    assert tried(sure, open_).flips(sure)
    assert tried(same, open_).flips(same)
    assert tried(open_, same).flips(open_)
    assert not tried(sure, open_).reverses(sure)
    assert not tried(open_, sure).reverses(open_)
    assert not tried(sure, lost).reverses(same)
    assert tried(sure, lost).reverses(sure)
    assert tried(sure, lost).turns(sure) == ("holds", "reverses")


def test_progress_is_told_and_stops_the_work():
    told = []
    list(flips(case(), PAIR, worlds=1, progress=lambda done, total: told.append((done, total))))
    assert told[0] == (0, len(PARAMETERS))
    assert told[-1] == (len(PARAMETERS), len(PARAMETERS))

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(flips(case(), PAIR, worlds=1, progress=stop))


def test_an_unknown_scenario_is_refused():
    with pytest.raises(InputRefused, match="nobody"):
        next(flips(case(), ("nobody", "full")))
    with pytest.raises(InputRefused, match="named twice"):
        next(flips(case(), ("full", "full")))
    with pytest.raises(InputRefused, match="no outcome"):
        next(flips(case(), PAIR, "happiness"))
