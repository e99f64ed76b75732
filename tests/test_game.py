"""The game: what a room decides, what comes of it, and that it is a scenario like any other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, OrganisationModel, case, load, run_worlds
from simulation.engine.traces import trace
from simulation.game.form import (
    ROUNDS,
    WEEKS,
    Play,
    Table,
    game_of,
    scenario_of,
    study_of,
    typical_world,
    usual_budget,
    usual_play,
)
from simulation.game.offers import OFFERED, price
from simulation.game.play import own_hours, round_of, seen_by, worth
from simulation.game.reveal import PLAYED, SCORED, among, if_held_back, moments, standings
from simulation.game.score import AFTER, OWN_SHARE, scores, scores_in, whole
from simulation.study.measures import CLASS_OF

GAME = game_of(case(), world=7)
NAMES = tuple(table.name for table in GAME.tables)

FULL = (("assign_roles", 1), ("partner_along", 1), ("dedicate_hours", 1), ("cross_functional_team", 1))


def play(shares, *bought, game=GAME):
    """A play in which all pledge the same, a share a round; ``bought`` are names and rounds."""
    made = replace(Play(game), bought=bought)
    for share in shares:
        made = made.with_round({table.name: share for table in game.tables})
    return made


# --- what a game is made of ----------------------------------------------------------------------------


def test_a_game_is_played_on_a_bare_organisation_for_twelve_quarters():
    assert (GAME.rounds, GAME.weeks, GAME.horizon, GAME.base.project.horizon) == (ROUNDS, WEEKS, 156, 156)
    assert GAME.base.measures.on == ()
    assert NAMES == ("IT", "Sales", "Purchasing", "Logistics", "Finance", "Customer service", "Master data")
    assert [table.departments for table in GAME.tables] == [(name,) for name in NAMES]


def test_what_may_be_bought_is_a_measure_as_the_study_has_it():
    assert {measure for _, measure, _, _ in OFFERED} <= set(CLASS_OF)
    fee = game_of(load("case", ("measures.external_partner.fee=100",)), world=0).offer("partner_along")
    assert fee.settings["fee"] == 100.0
    assert fee.settings["substitution"] == 0.0
    assert GAME.offer("partner_over").settings["substitution"] == 1.0
    assert GAME.offer("partner_along").settings_from(27, 156) == {
        **GAME.offer("partner_along").settings,
        "start": 27,
        "end": 78,
    }


def test_a_price_is_what_is_billed():
    """The same as the model's accounts, of a measure that takes no hours of the tables': to the nearest thousand."""
    for name in ("partner_along", "anchor_in_strategy", "name_the_elephant", "assign_roles"):
        offer = GAME.offer(name)
        made = play([0.0] * 12, (name, 3))
        nobody = {one.name: {"capacity": 0.0} for one in GAME.base.organisation.departments}
        empty = GAME.base.organisation.model_copy(
            update={
                "departments": tuple(
                    one.model_copy(update=nobody[one.name]) for one in GAME.base.organisation.departments
                )
            }
        )
        billed = [
            run_worlds(study_of("bill", (replace(scenario, organisation=empty),)), 1).of(scenario.name, "cost")[0]
            for scenario in (scenario_of(made), scenario_of(made, measures=False))
        ]
        assert price(GAME, offer, 3) == pytest.approx(billed[0] - billed[1], abs=500.0)


def test_the_budget_does_not_buy_everything_and_a_measure_is_bought_once():
    full = usual_play(GAME)
    assert full.left < price(GAME, GAME.offer("anchor_in_strategy"), 1)
    assert replace(full, pledges={}).may_buy("anchor_in_strategy") == "too_dear"
    assert Play(GAME).buy("partner_along").may_buy("partner_over") == "bought_before"
    assert Play(GAME).may_buy("nothing") == "no_offer"
    assert play([0.5] * 12).may_buy("assign_roles") == "game_over"
    with pytest.raises(ValueError, match="bought_before"):
        Play(GAME).buy("assign_roles").buy("assign_roles")
    assert usual_budget(GAME) == GAME.budget == 750_000.0


def test_what_is_bought_later_costs_less_and_begins_with_the_next_round():
    made = play([0.5, 0.5]).buy("anchor_in_strategy")
    assert made.bought == (("anchor_in_strategy", 3),)
    assert made.scenario.measures.anchor_in_strategy.start == 27
    assert price(GAME, GAME.offer("anchor_in_strategy"), 3) < price(GAME, GAME.offer("anchor_in_strategy"), 1)


@pytest.mark.parametrize(
    ("tables", "key"),
    [
        ([Table("A", ("IT",)), Table("B", ("Salse",))], "game_no_department"),
        ([Table("A", ("IT",)), Table("B", ("IT",))], "game_two_tables"),
    ],
)
def test_a_department_sits_at_one_table_or_none(tables, key):
    with pytest.raises(InputRefused) as refused:
        game_of(case(), tables=tables, world=0)
    assert [one.key for one in refused.value.problems] == [key]


def test_the_world_is_a_typical_one_and_the_same_each_time():
    assert typical_world(GAME) == game_of(case()).world == typical_world(replace(GAME, world=150))


# --- what comes of it ----------------------------------------------------------------------------------


@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=2, max_size=6), st.data())
def test_playing_on_changes_nothing_of_what_was_shown(shares, data):
    """A round depends on what was decided up to it alone."""
    bought = (("assign_roles", data.draw(st.integers(1, len(shares)))), ("partner_along", len(shares) + 1))
    before, after = play(shares[:-1], *bought[:1]), play(shares, *bought)
    for number in range(1, before.played + 1):
        if bought[0][1] <= number or bought[0][1] > before.played:
            assert round_of(before, number) == round_of(after, number)
            assert seen_by(before, GAME.tables[1], number) == seen_by(after, GAME.tables[1], number)


def test_a_round_is_what_the_mesa_model_does():
    made = play([0.5, 0.0, 0.75], ("assign_roles", 2), ("consult_chain", 2))
    model = OrganisationModel(made.scenario, GAME.world, GAME.seed, collect=False)
    for week in range(1, 40):
        model.step()
        number, rest = divmod(week, WEEKS)
        if rest == 0:
            assert round_of(made, number).progress == pytest.approx(model.mean_progress, abs=1e-9)
    sales = next(one for one in model.everyone if one.name == "Sales")
    assert seen_by(made, GAME.table("Sales"), 3).done == pytest.approx(sales.process_progress, abs=1e-9)


def test_a_table_that_is_not_named_keeps_its_last_and_one_without_any_is_played_by_the_model():
    made = Play(GAME).with_round({"Sales": 0.5}).with_round({"IT": 0.25}).with_round({})
    assert made.pledges["Sales"] == (0.5, 0.5, 0.5)
    assert made.pledges["IT"] == (None, 0.25, 0.25)
    assert made.pledges["Finance"] == (None, None, None)
    pledge = made.trace.departments["pledge"]
    finance, it = NAMES.index("Finance"), NAMES.index("IT")
    assert (pledge[:, finance] == -1.0).all()
    assert set(pledge[:13, it]) == {-1.0}
    assert set(pledge[13:, it]) == {0.25}


def test_nobody_at_any_table_is_the_organisation_as_it_is():
    made = Play(GAME).with_round({})
    bare = trace(GAME.base, GAME.world, GAME.seed)
    assert (made.trace.departments["hours"] == bare.departments["hours"]).all()


def test_a_table_may_play_several_departments():
    tables = [Table("IT", ("IT",)), Table("Front", ("Sales", "Customer service"))]
    game = game_of(case(), tables=tables, world=7)
    made = play([0.5, 0.5], game=game)
    both = seen_by(made, game.table("Front"), 2)
    index = made.trace.names.index("Sales"), made.trace.names.index("Customer service")
    assert both.project == pytest.approx(made.trace.departments["hours"][13:26][:, index].sum(axis=1).mean())
    assert not {"Sales", "Customer service"} & set(both.waits_for)
    assert made.trace.departments["pledge"][0, made.trace.names.index("Finance")] == -1.0


# --- scores --------------------------------------------------------------------------------------------


def test_a_table_that_gives_nothing_and_gets_nothing_has_nearly_a_hundred_points():
    made = play([0.0] * 4)
    for score in scores(made).values():
        assert score.change == score.shared == 0.0
        assert score.points == pytest.approx(100.0)


def test_figures_add_up_to_what_all_have_once_it_is_anchored():
    """Own work and all that the change brings; without the board two thirds of the latter are in nobody's figures."""
    for bought, seen in ((("anchor_in_strategy", 1),), 1.0), ((), OWN_SHARE):
        made = play([0.75] * 12, *bought, ("partner_along", 1), ("dedicate_hours", 1), ("assign_roles", 1))
        traced = made.trace
        total = sum(score.sum for score in scores_in(made, traced, 12).values())
        brought = worth(traced).sum()
        own = total - seen * brought
        rates = [one.rate for one in GAME.base.organisation.departments]
        inside = traced.internal
        assert own == pytest.approx((own_hours(traced) * rates)[:, inside].sum())
        assert whole(made, traced).in_time == pytest.approx(own + brought)
        weekly = (own_hours(traced) * rates)[-13:, inside].sum(axis=1) + worth(traced)[-13:].sum(axis=1)
        assert whole(made, traced).in_all == pytest.approx(own + brought + AFTER * weekly.mean())


@pytest.mark.parametrize("study", ["case", "hospital"])
def test_what_the_change_brings_is_what_the_model_accounts_for(study):
    """With chain partners that lag behind, and with none."""
    made = play([0.75] * 12, *FULL, game=game_of(load(study), world=7, budget=1e7))
    brought = worth(made.trace)
    assert brought.sum() > 0.0
    assert np.cumsum(brought.sum(axis=1)) == pytest.approx(made.trace.organisation["benefit"])


def test_points_of_a_round_are_those_of_its_weeks_alone():
    made = play([0.0, 1.0])
    assert scores(made, 1, 1)["Sales"].points == pytest.approx(100.0)
    assert scores(made, 2, 2)["Sales"].points < 70.0
    assert scores(made, 2, 2)["Sales"].points < scores(made)["Sales"].points < 100.0


# --- afterwards ----------------------------------------------------------------------------------------


def test_the_rooms_own_world_is_among_the_many():
    made = play([0.75] * 12, *FULL)
    found = among(made, 20)
    assert found.lasting()[GAME.world] == pytest.approx(made.trace.lasting, abs=1e-12)
    assert found.live() == sum(found.runs.of(PLAYED, "go_live_week") <= 156)


def test_a_moment_is_one_decision_undone():
    made = play([0.75] * 12, *FULL).with_pledges(Sales=[0.0] * 12)
    found = {(one.kind, one.about): one for one in moments(made)}
    assert {kind for kind, _ in found} == {"bought", "held_back"}
    without = run_worlds(study_of("x", (scenario_of(made.without("partner_along")),)), SCORED)
    own = run_worlds(study_of("x", (scenario_of(made),)), SCORED)
    gap = own.outcomes[0] - without.outcomes[0]
    column = own.of(made.scenario.name, "lasting_adoption") - without.of(made.scenario.name, "lasting_adoption")
    assert len(gap) == SCORED
    assert found["bought", "partner_along"].gain == pytest.approx(column.mean())
    assert found["held_back", "Sales"].gain < -0.1, "with Sales at nothing it hardly ever goes live"
    gains = [abs(one.gain) for one in moments(made)]
    assert gains == sorted(gains, reverse=True)


def test_a_table_that_was_empty_for_a_round_is_no_moment():
    made = play([0.5] * 3, ("assign_roles", 1)).with_pledges(Finance=[None, 0.25, 0.25], IT=[0.0, 0.0, 0.0])
    assert {one.about for one in moments(made)} == {"assign_roles", "IT"}
    assert {one.about for one in moments(Play(GAME).with_round({}).buy("assign_roles"))} == {"assign_roles"}
    assert moments(Play(GAME).with_round({})) == ()


def test_better_is_more_use_or_more_done_where_there_is_as_little_use():
    found = among(play([1.0] * 3, game=game_of(case(), world=7, rounds=3)), 20)
    assert found.live() == found.live("autopilot") == 0
    assert found.better("autopilot") == 1.0


def test_letting_go_after_go_live_is_a_moment_of_its_own():
    made = play([1.0] * 6 + [0.0] * 6, *FULL)
    assert made.trace.go_live is not None, "it went live in this world"
    assert made.trace.go_live < 78
    found = next(one for one in moments(made) if one.kind == "let_go")
    assert found.gain < 0.0, "the new way needs care"


def test_holding_back_is_weighed_in_the_rooms_own_world():
    made = play([0.5] * 12, *FULL)
    own, others = if_held_back(made, "Finance")
    other = made.with_pledges(Finance=[0.0] * 12)
    before, after = scores(made), scores(other)
    assert own == pytest.approx(after["Finance"].sum - before["Finance"].sum)
    assert others == pytest.approx(sum(after[n].sum - before[n].sum for n in NAMES if n != "Finance"))


def test_two_sessions_are_scored_over_the_same_worlds():
    first, second = standings((play([0.75] * 12, *FULL), play([0.25] * 12, *FULL)))
    assert first.live > second.live
    assert first.of_worlds.shape == (SCORED,)
    with pytest.raises(ValueError, match="different games"):
        standings((play([0.5]), play([0.5], game=game_of(load("hospital"), world=0))))


# --- is it a dilemma, and can it be won? ---------------------------------------------------------------


def _figures(made, worlds=24):
    """Mean figures of each table (€) over worlds."""
    found = [scores_in(made, trace(made.scenario, world, 1), 12) for world in range(worlds)]
    return {name: float(np.mean([one[name].sum for one in found])) for name in NAMES}


@pytest.mark.slow
def test_a_room_that_works_together_is_live_in_the_middle_of_the_game_and_one_table_alone_prevents_it():
    soft = ("name_the_elephant", "assign_roles", "cross_functional_team", "consult_chain")
    bought = tuple((name, 3) for name in (*soft, "partner_along", "dedicate_hours"))
    together = among(play([0.5] * 12, *bought))
    middle = float(np.median(together.runs.of(PLAYED, "go_live_week")))
    assert 5 <= (middle - 1) // WEEKS + 1 <= 7
    assert together.live() > 0.8 * 200
    alone = among(play([0.5] * 12, *bought).with_pledges(Sales=[0.0] * 12))
    assert alone.live() < together.live() / 4
    nothing = among(play([0.5] * 12))
    assert nothing.live() < together.live() / 2


def _all_have(made, worlds=24):
    """What all have together over five years (€), mean over worlds."""
    return float(np.mean([whole(made, trace(made.scenario, world, 1)).in_all for world in range(worlds)]))


@pytest.mark.slow
@pytest.mark.parametrize("dear", [("partner_along",), ("partner_along", "dedicate_hours")])
def test_holding_back_is_better_for_each_table_and_worse_for_all(dear):
    soft = ("name_the_elephant", "assign_roles", "cross_functional_team", "consult_chain")
    bought = tuple((name, 3) for name in (*soft, *dear))
    half = play([0.5] * 12, *bought, game=replace(GAME, budget=1e7))
    before, total = _figures(half), _all_have(half)
    pays = total > _all_have(play([0.0] * 12, *bought, game=half.game))
    assert pays == ("dedicate_hours" in dear), "with the partner alone it does not pay: docs/game.md"
    for name in NAMES:
        other = half.with_pledges(**{name: [0.0] * 12})
        assert _figures(other)[name] > before[name], f"{name} gains by giving nothing"
        assert _all_have(other) < total, f"and all lose by it if {name} does"
