import numpy as np
import pytest
from helpers import organisation, scenario, study

from simulation import InputRefused, case, run_worlds
from simulation.compare import compare_pair
from simulation.measures import AnchorInStrategy, Measures
from simulation.organisation import Project
from simulation.outcomes import BY_OUTCOME
from simulation.parameters import PARAMETERS
from simulation.passport import ends, flips, held
from simulation.study import Given

PAIR = ("full", "full-no-anchoring")


def test_each_parameter_is_tried_once_at_the_ends_of_its_range():
    found = list(flips(case(), PAIR, worlds=4))
    assert [one.parameter for one in found] == list(PARAMETERS)
    assert all((one.low, one.high) == (one.parameter.low, one.parameter.high) for one in found)
    assert all(one.at_low.worlds + one.at_low.undefined == 4 for one in found)


def test_a_parameter_is_held_and_nothing_else_changes():
    one = case().scenario("full")
    runs = run_worlds(study(one, held(one, "t", 0.5)), 20)
    alone = run_worlds(study(held(one, "t", 0.5)), 20)
    np.testing.assert_array_equal(runs.outcomes[1], alone.outcomes[0])
    given = [each for each in held(one, "t", 0.5).parameters if each.name == "t"]
    assert [(each.value, each.low, each.high) for each in given] == [(0.5, 0.5, 0.5)]
    same = run_worlds(study(held(one, "t", 1.0)), 20, mode="defaults")
    np.testing.assert_array_equal(same.outcomes[0], run_worlds(study(one), 20, mode="defaults").outcomes[0])


def test_the_verdict_at_an_end_is_that_of_a_study_that_holds_it_there():
    found = next(one for one in flips(case(), PAIR, worlds=30) if one.parameter.name == "A")
    names = study(*(held(case().scenario(name), "A", found.low) for name in PAIR))
    runs = run_worlds(names, 30)
    outcome = BY_OUTCOME["lasting_adoption"]
    expected = compare_pair(runs.outcomes[0][:, 5], runs.outcomes[1][:, 5], PAIR, outcome)
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
    one = next(each for each in flips(study(anchored, plain), names, "progress_104", 60) if each.parameter.name == "A")
    assert (one.low, one.high) == (0.0, 0.9)
    assert one.at_low.ties == 60
    assert one.at_high.wins > 50
    assert one.flips(one.at_high)
    assert not one.reverses(one.at_high)


def test_the_file_s_own_range_is_what_is_tried():
    given = (Given("t", 1.0, 0.9, 1.1, "our survey"),)
    own = scenario(organisation(2), parameters=given)
    assert ends(own, next(one for one in PARAMETERS if one.name == "t")) == (0.9, 1.1)
    assert own.project == Project(connections_per_week=0.0)


def test_progress_is_told_and_stops_the_work():
    told = []
    list(flips(case(), PAIR, worlds=1, tell=lambda done, total: told.append((done, total))))
    assert told[0] == (0, len(PARAMETERS))
    assert told[-1] == (len(PARAMETERS), len(PARAMETERS))

    def stop(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(flips(case(), PAIR, worlds=1, tell=stop))


def test_an_unknown_scenario_is_refused():
    with pytest.raises(InputRefused, match="nobody"):
        next(flips(case(), ("nobody", "full")))
