"""Open opposition is no free lunch: objections cost hours, weaken those who hear them, and can be answered."""

from dataclasses import replace

import numpy as np
import pytest
from helpers import NEVER, QUIET, altered, built, organisation, run, study, traits

from simulation import case, run_worlds
from simulation.study.measures import Measures


def minded(name: str, conviction: float, voice: float):
    """The package with a partner who works along, where all are of one mind (± .15), and say so or not."""
    plain = case().scenario("package-partner-with")
    said = {"conviction": {"value": conviction, "plus_minus": 0.15}, "voice": voice}
    return replace(plain, name=name, organisation=altered(plain.organisation, lambda one: said))


@pytest.mark.parametrize("mode", ["ranges", "defaults"])
def test_openly_opposed_departments_seldom_keep_more_than_convinced_silent_ones(mode):
    runs = run_worlds(study(minded("open", 0.3, 1.0), minded("silent", 0.75, 0.0)), 300, mode=mode)
    opposed, silent = (runs.of(name, "lasting_adoption") for name in runs.study.names)
    assert (opposed > silent).mean() <= 1.0 / 3.0
    assert (silent > opposed).mean() > (opposed > silent).mean()


def speaking(voices, mu: float = 1.0, talks=(), conviction: float = 0.4, **changes):
    """Departments B0, B1, … who say what they think as far as told, and never get to work."""
    organised = altered(
        organisation(len(voices), talks=talks),
        lambda one: {"voice": 0.0 if one.kind == "it" else voices[int(one.name[1:])]},
    )
    values = replace(QUIET, mu=mu, e0=1.0, tau_V=1e15, won=0.5, **changes)
    return built(organised, values, each=traits(conviction=conviction), start=NEVER)


def test_answering_an_objection_takes_hours_in_the_week_after():
    for hours in (0.0, 5.0, 12.0):
        model, answered = speaking([1.0] * 4, h_answer=hours), 0
        for _ in range(60):
            before = [one.answered for one in model.everyone]
            cost = model.ledger.cost
            model.step()
            expected = [min(hours * count, 30.0) for count in before]
            assert [one.meetings for one in model.everyone] == pytest.approx(expected, abs=1e-12)
            assert model.ledger.cost - cost == pytest.approx(70.0 * sum(expected), abs=1e-9)
            answered += sum(before)
        assert answered > 20


def test_an_objection_that_nobody_answers_weakens_those_who_hear_it():
    """x ← x(1 − eta_o·Σ W·n/(n + 1)), n as it was before this week; and nobody else."""
    model = speaking([1.0, 0.0, 0.0], mu=0.0, talks=[("B0", "B1", 0.5), ("B1", "IT", 0.5)], conviction=0.0, eta_o=0.1)
    loud, hears, apart = model.business
    hears.conviction = apart.conviction = hears.conviction_anchor = 0.8
    expected, waiting = 0.8, 0
    for week in range(1, 30):
        model.step()
        expected *= 1.0 - 0.1 * 0.5 * waiting / (waiting + 1.0)
        waiting = week
        assert loud.open_objections == waiting
        assert hears.conviction == pytest.approx(expected, rel=1e-12)
        assert apart.conviction == 0.8
    assert expected < 0.4


def test_many_objections_weigh_at_most_so_much():
    model = speaking([0.0, 0.0], mu=0.0, talks=[("B0", "B1", 1.0)], conviction=1.0, eta_o=0.05)
    loud, hears = model.business
    lost = []
    for count in (0, 1, 2, 10, 10**6):
        loud.opposed = count / (count + 1.0)
        hears.conviction = hears.conviction_anchor = 1.0
        model.step()
        lost.append(1.0 - hears.conviction)
    assert lost == sorted(lost)
    assert lost[0] == 0.0
    assert lost[1] == pytest.approx(0.025)
    assert lost[-1] == pytest.approx(0.05, rel=1e-5)


@pytest.mark.parametrize("many", [1, 2, 20])
def test_several_objections_in_a_week_bring_no_more_openness_than_one(many):
    model, openness = speaking([1.0] * many, mu=0.0, conviction=0.0), 0.0
    for week in range(1, 20):
        model.step()
        assert model.objections == many
        openness += 0.01 * (1.0 - openness)
        assert model.visibility == pytest.approx(openness)
        assert sum(one.open_objections for one in model.everyone) == many * week


def test_answers_win_so_much_and_no_more():
    """A tenth of the way to x0 + won·(1 − x0) by each, so that no number of objections convinces anybody wholly."""
    model = run(speaking([1.0] * 5, mu=50.0, eta_x=0.5, xi=0.0), 150)
    most = 0.4 + 0.5 * 0.6
    for one in model.business:
        assert most - 0.02 < one.conviction_anchor <= most + 1e-12
        assert one.conviction <= most + 1e-12


def test_persuaded_beyond_what_answers_can_win_an_answer_changes_nothing():
    model = speaking([1.0] * 3, mu=50.0)
    for one in model.business:
        one.conviction_anchor = 0.9
    run(model, 30)
    assert {one.conviction_anchor for one in model.business} == {0.9}
    assert sum(event.kind == "objection" for event in model.events) > 20


@pytest.mark.parametrize("name", ["full", "it-only", "wide-forum"])
def test_where_nobody_speaks_what_answers_do_changes_nothing(name):
    """In the case, which has no voices: h_answer, won and eta_o change no outcome."""
    from simulation.study.scenario import Given

    plain = case().scenario(name)
    moved = tuple(Given(key, *(value,) * 3, "") for key, value in (("h_answer", 99.0), ("won", 1.0), ("eta_o", 0.9)))
    runs = run_worlds(study(plain, replace(plain, name="moved", parameters=moved)), 8)
    assert np.array_equal(runs.outcomes[0], runs.outcomes[1], equal_nan=True)


def test_a_chain_partner_objects_whether_it_is_consulted_or_not():
    organised = organisation(1, chain=1, voice=1.0)
    for measures in (Measures(), Measures.model_validate({"consult_chain": {"start": 1}})):
        model = built(organised, replace(QUIET, mu=0.0), measures, each=traits(conviction=0.0), start=NEVER)
        run(model, 5)
        assert model.chain[0].open_objections == 5
