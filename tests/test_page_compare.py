"""The page Compare: its levers and sentences without a browser, its controls in a real one."""

import json
import re
import threading
from dataclasses import replace

import numpy as np
import pytest
from conftest import crossed, opened, still
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import case
from simulation.analysis.compare import compare_runs
from simulation.analysis.pairs import who_is_ahead
from simulation.dashboard.pages.compare import answer, charts, timeline
from simulation.dashboard.pages.compare import page as page_of
from simulation.dashboard.state.tasks import Overtaken, _Job
from simulation.dashboard.state.variants import Base, Changes, base_names, scenario_of, study_data, study_of
from simulation.dashboard.state.view import MOST_OWN, View, address_of, first_view, read_address
from simulation.engine.ensemble import run_worlds
from simulation.model.outcomes import BY_OUTCOME, COLUMN, OUTCOMES
from simulation.report.sentences import MAIN, difference, short_verdict
from simulation.study.measures import MEASURES
from simulation.text.i18n import LANGUAGES, say

FIRST = first_view("en")


def found_of(view, worlds=12):
    return compare_runs(run_worlds(view.study, worlds, view.seed, view.mode, weekly=True), view.baseline)


@pytest.fixture(scope="module")
def found():
    return found_of(FIRST)


# --- the timeline --------------------------------------------------------------------------------------


def row(view, name, live=60.0):
    return next(one for one in timeline.rows_of(view, live) if one["name"] == name)


def test_every_measure_has_a_row_with_all_its_settings():
    rows = timeline.rows_of(FIRST, None)
    assert [one["name"] for one in rows] == list(MEASURES)
    for one in rows:
        model = type(timeline.described(one["name"], FIRST))
        assert [setting["key"] for setting in one["settings"]] == [
            key
            for key in model.model_fields
            if key != "pledges"  # a list of lists, which a file holds
        ]
    json.dumps(rows)


def test_a_measure_that_ends_by_itself_ends_after_go_live():
    assert row(FIRST, "assign_roles", 60.0)["last"] == 67
    assert row(FIRST, "external_partner", 60.0)["last"] == 65
    assert row(FIRST, "external_partner", None)["last"] == 12 + 78 - 1
    assert row(FIRST, "assign_roles", None)["last"] == 156
    assert row(FIRST, "anchor_in_strategy", 60.0)["last"] == 156
    kept, _ = timeline.changed(FIRST, {"measure": "cross_functional_team", "set": {"keep_after_go_live": True}})
    assert row(kept, "cross_functional_team", 60.0)["last"] == 156


def test_changing_what_came_along_makes_a_copy_and_leaves_the_original():
    view, wrong = timeline.changed(FIRST, {"measure": "external_partner", "set": {"start": 30}})
    assert wrong == ""
    assert (view.hand, view.shown) == ("full-2", "full-2")
    assert set(view.scenarios) == {*FIRST.scenarios, "full-2"}
    assert view.study.scenario("full") == case().scenario("full")
    assert view.study.scenario("full-2").measures.external_partner.start == 30
    assert view.title("full-2") == "Full package, changed"
    assert row(view, "external_partner")["differs"]
    assert not row(view, "assign_roles")["differs"]
    again, _ = timeline.changed(view, {"measure": "external_partner", "set": {"hours": 40}})
    assert again.hand == "full-2"
    partner = again.study.scenario("full-2").measures.external_partner
    assert (partner.start, partner.hours) == (30, 40)
    back, _ = timeline.changed(again, {"measure": "external_partner", "set": {"start": 12, "hours": 72}})
    assert not row(back, "external_partner")["differs"]


def test_switching_off_and_on_keeps_the_settings_that_the_organisation_has():
    off, _ = timeline.changed(FIRST, {"measure": "consult_chain", "on": False})
    assert off.study.scenario("full-2").measures.consult_chain is None
    on, _ = timeline.changed(off, {"measure": "consult_chain", "on": True})
    assert on.study.scenario("full-2").measures == case().scenario("full").measures
    built, _ = timeline.changed(FIRST, {"measure": "platform", "on": True})
    assert built.study.scenario("full-2").measures.platform.kind == "self-built"


def test_departments_are_all_or_those_that_are_named():
    team = next(one for one in row(FIRST, "cross_functional_team")["settings"] if one["key"] == "members")
    assert "Supplier" not in [one["name"] for one in team["options"]]
    some, _ = timeline.changed(FIRST, {"measure": "assign_roles", "set": {"voice": ["IT", "Sales"]}})
    assert some.study.scenario("full-2").measures.assign_roles.voice == ("IT", "Sales")
    none, _ = timeline.changed(some, {"measure": "assign_roles", "set": {"voice": []}})
    assert none.study.scenario("full-2").measures.assign_roles.voice is False
    everybody = [one.name for one in case().organisation.departments]
    every, _ = timeline.changed(none, {"measure": "assign_roles", "set": {"voice": everybody}})
    assert every.study.scenario("full-2").measures == case().scenario("full").measures


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "asked",
    [
        {"measure": "external_partner", "set": {"start": 0}},
        {"measure": "external_partner", "set": {"start": 12.5}},
        {"measure": "external_partner", "set": {"hours": -1}},
        {"measure": "external_partner", "set": {"substitution": 1.2}},
        {"measure": "cross_functional_team", "set": {"end": 2}},
        {"measure": "cross_functional_team", "set": {"members": []}},
        {"measure": "assign_roles", "set": {"voice": ["Nobody"]}},
        {"measure": "platform", "set": {"kind": "bought"}},
    ],
)
def test_what_no_file_could_say_is_told_beside_the_row_and_changes_nothing(asked, language):
    view = replace(FIRST, language=language)
    after, wrong = timeline.changed(view, asked)
    assert after == view
    assert wrong
    assert "scenarios." not in wrong.split()[0]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(MEASURES),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["measure", "set", "on", "start", "hours", "voice"]) | st.text(max_size=5), inner
        )
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(JUNK | st.fixed_dictionaries({"measure": st.sampled_from(MEASURES)}, optional={"set": JUNK, "on": JUNK}))
def test_whatever_a_browser_sends_ends_in_a_sentence_at_most(asked):
    view, wrong = timeline.changed(FIRST, asked)
    assert isinstance(wrong, str)
    assert view.study.scenarios
    assert timeline.rows_of(view, 50.0)


def test_own_scenarios_are_renamed_removed_and_not_without_end():
    view = timeline.copied(FIRST)
    assert view.title(view.hand) == "Full package, copy"
    named = timeline.renamed(view, "  <b>Plan</b>  \n 'B' ")
    assert named.title(named.hand) == "<b>Plan</b> 'B'"
    assert timeline.renamed(named, " ") == named
    assert timeline.renamed(FIRST, "x") == FIRST
    assert timeline.renamed(named, 7) == named
    gone = timeline.removed(named, named.hand)
    assert gone.changes == FIRST.changes
    assert set(gone.scenarios) == set(FIRST.scenarios)
    assert timeline.removed(FIRST, None) == FIRST
    many = FIRST
    for _ in range(MOST_OWN + 3):
        many = timeline.copied(many.but(hand="full"))
    assert len(many.changes.scenarios) == MOST_OWN
    _, wrong = timeline.changed(
        many.but(scenarios=("it-only", "full"), hand="full"), {"measure": "platform", "on": True}
    )
    assert say("compare.too_many_own", "en", most=MOST_OWN) == wrong


def test_with_all_that_can_be_compared_a_copy_takes_the_place_of_its_original():
    view = FIRST.but(scenarios=base_names(None)[:24])
    others = tuple(name for name in view.scenarios if name != "full")[:23]
    view = view.but(hand="full", baseline="it-only", scenarios=(*others, "full"))
    assert len(view.scenarios) == 24
    after, wrong = timeline.changed(view, {"measure": "external_partner", "on": False})
    assert wrong == ""
    assert after.hand == "full-2"
    assert len(after.scenarios) == 24
    assert "full" not in after.scenarios
    assert after.baseline == "it-only"
    assert scenario_of(after.changes, after.hand).measures.external_partner is None


def test_a_link_holds_all_of_it():
    view, _ = timeline.changed(FIRST, {"measure": "external_partner", "set": {"start": 30, "substitution": 0.5}})
    view = timeline.renamed(view, "Plan “É” & <i>más</i> 🐘")
    view, _ = page_of.numbered(view, {"worlds": 50, "horizon": 104, "seed": 9, "mode": "defaults"})
    view = view.but(outcome="cost", baseline="roles")
    path, _, search = address_of(view).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert (again, notices) == (view, ())
    assert again.study.digest() == view.study.digest()


@pytest.mark.parametrize("asked", [{"worlds": 1}, {"worlds": 10**9}, {"worlds": True}, {"seed": -1}, {"mode": "x"}, {}])
def test_numbers_that_cannot_be_change_nothing(asked):
    assert page_of.numbered(FIRST, asked) == (FIRST, "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_weeks_that_a_scenario_cannot_have_are_refused_by_a_sentence(language):
    same, why = page_of.numbered(replace(FIRST, language=language), {"horizon": 30})
    assert same.horizon == FIRST.horizon
    assert "30" in why
    assert say("measure.anchor_in_strategy", language) in why


def test_another_baseline_also_stands_beside_in_one_world():
    assert page_of.held(FIRST, "roles").beside == "roles"
    assert page_of.held(FIRST.but(beside=""), "roles").beside == ""
    swapped = page_of.held(FIRST, "full")
    assert (swapped.hand, swapped.baseline, swapped.shown, swapped.beside) == ("it-only", "full", "it-only", "full")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_does_not_pay_is_said(language):
    found = found_of(FIRST, 60)
    view, net = replace(FIRST, language=language, outcome=MAIN), found.pair("full", "it-only", "net_value")
    assert (found.pair("full", "it-only", MAIN).kind, net.kind) == ("beats", "loses")
    fields = {"losses": net.losses, "worlds": net.worlds, "difference": difference(net, language), "horizon": 156}
    assert answer.price(found, view) == say("compare.price_loses", language, **fields)
    back = found.pair("it-only", "full", "net_value")
    fields = {"wins": back.wins, "worlds": back.worlds, "difference": difference(back, language), "horizon": 156}
    assert answer.price(found, view.but(baseline="full")) == say("compare.price_beats", language, **fields)
    assert answer.price(found, view.but(outcome="net_value")) == say("result.against_nothing", language, horizon=156)
    assert answer.price(found, FIRST) == ""  # how far it gets has cost in a line of its own


# --- the sentences -------------------------------------------------------------------------------------


def test_the_headline_is_the_verdict_on_the_pair_in_hand(found):
    pair = found.pair("full", "it-only", MAIN)
    said, under = answer.headline(found, FIRST.but(outcome=MAIN))
    assert said == short_verdict(pair, ("Full package", "IT only"), "en")
    assert under.startswith("Lasting adoption: perhaps ")  # of twelve worlds
    assert "more worlds would tell; on average" in under
    other, _ = answer.headline(found, FIRST.but(hand="roles", baseline="full"))
    assert other.startswith("Assigned roles gets less far than Full package in ")


def test_how_far_it_gets_leads_and_names_what_is_live_but_hardly_used(found):
    said, under = answer.headline(found, FIRST)
    assert said == "Full package gets further than IT only in 12 of 12 worlds"
    assert "IT only stands still in 12 of 12 worlds." in under
    lines = answer.three_lines(found, FIRST)
    assert [line.partition(":")[0] for line in lines] == [
        "Progress at week 104",
        "Adoption a year after go-live",
        "Cost",
    ]
    assert lines[2].endswith("worse in 12 of 12 worlds")
    led, _ = answer.headline(found, FIRST.but(hand="it-led"))
    live, hardly = found.levels("it-led")[2:], found.levels("it-led")[2]
    assert hardly == sum(live) > 6
    assert led.endswith(f". IT leads goes live in {hardly} of 12 worlds, and is hardly used in any of them")
    loser, _ = answer.headline(found, FIRST.but(baseline="it-led"))
    assert loser.endswith("and is hardly used in any of them")
    assert answer.three_lines(found, FIRST.but(outcome=MAIN)) == []


def test_better_on_all_three_only_where_it_is(found):
    cheaper = found.runs.outcomes.copy()
    row = found.runs.study.names.index("full")
    assert "Better on all three." not in answer.three_lines(found, FIRST)
    cheaper[row, :, COLUMN["cost"]] = 0.0
    cheaper[row, :, COLUMN["adoption_52"]] = np.linspace(0.3, 0.6, 12)
    free = compare_runs(replace(found.runs, outcomes=cheaper), "it-only")
    assert answer.three_lines(free, FIRST)[-1] == "Better on all three."


@pytest.mark.parametrize("outcome", [one.name for one in OUTCOMES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_outcome_can_be_judged_on(found, outcome, language):
    view = replace(FIRST, outcome=outcome, language=language)
    rows = answer.ranking(found, view)
    assert {one["name"] for one in rows} == set(view.scenarios)
    for one in rows:
        assert bool(one["mean"]) != bool(one["levels"])
        assert one["marks"] is None or all(0 <= at <= 1 for at in one["marks"])
        assert bool(one["said"]) != one["rival"]
    assert answer.headline(found, view)[0]
    json.dumps(rows)


def test_ranking_is_best_first_whichever_way_is_better(found):
    for outcome in ("lasting_adoption", "cost"):
        order = found.ranked(outcome)
        means = [found.summary(name, outcome).mean.estimate for name in order]
        assert means == sorted(means, reverse=outcome == "lasting_adoption")


def test_what_the_last_change_did_is_told_world_by_world(found):
    after, _ = timeline.changed(FIRST, {"measure": "anchor_in_strategy", "set": {"start": 120}})
    known = found_of(after)
    said = answer.since((FIRST, found), known, after)
    assert "anchor in the strategy, first week: 8 → 120" in said
    signs = who_is_ahead(known.runs.row(after.hand), found.runs.row("full"), BY_OUTCOME["reach"])
    assert f"less far in {int((signs < 0).sum())} of 12 worlds: " in said
    assert ", :" not in said
    before, now = (one.levels(name)[4] for one, name in ((found, "full"), (known, after.hand)))
    assert f"how far it gets {before} → {now} lasting" in said
    assert answer.since(None, known, after) == ""
    assert answer.since((FIRST, found), found, FIRST) == ""
    assert answer.since((replace(FIRST, seed=2), found), known, after) == ""


def test_every_kind_of_change_has_words():
    changed = FIRST
    for asked in (
        {"measure": "consult_chain", "on": False},
        {"measure": "technicians", "on": True},
        {"measure": "assign_roles", "set": {"voice": ["IT"], "priority": False}},
        {"measure": "cross_functional_team", "set": {"keep_after_go_live": True, "hours": 3}},
    ):
        changed, wrong = timeline.changed(changed, asked)
        assert wrong == ""
        for language in LANGUAGES:
            assert answer.difference(FIRST, replace(changed, language=language))
    longer, _ = page_of.numbered(FIRST, {"horizon": 200})
    assert answer.difference(FIRST, longer) == "weeks looked ahead: 156 → 200"
    t = FIRST.but(changes=FIRST.changes.put("parameters", "t", {"value": 0.5, "low": 0.5, "high": 0.5}))
    assert "t: 1 → 0.50" in answer.difference(FIRST, t)


def test_a_study_begins_with_what_its_file_names_or_else_with_its_first_five():
    chosen = ("it-only", "wait", "name", "roles", "team", "full")
    data = study_data(Changes(), chosen)
    saved = first_view("en", base=Base("saved", data))
    assert set(saved.scenarios) == set(chosen)
    assert set(saved.changes.names) > set(chosen)  # what they extend is there, and not shown
    assert (saved.hand, saved.baseline) == ("full", "it-only")
    plain = first_view("en", base=Base("plain", {key: value for key, value in data.items() if key != "show"}))
    assert set(plain.scenarios) == set(list(data["scenarios"])[:5])
    assert set(first_view("en").scenarios) == {"it-only", "it-led", "roles", "partner-with", "full"}


def test_a_title_is_never_twice_the_same():
    view = timeline.copied(FIRST)
    again = timeline.renamed(view, "Full package")
    assert again.title(again.hand) == "Full package (2)"
    long = timeline.renamed(view, "x" * 300)
    assert long.title(long.hand) == "x" * 300


# --- the pictures --------------------------------------------------------------------------------------


def test_the_picture_shows_what_was_run(found):
    option = charts.weeks(found, FIRST)
    json.dumps(option)
    line = next(one for one in option["series"] if one.get("name") == "Full package" and one["xAxisIndex"] == 1)
    middle = 100 * np.median(found.runs.weeks("full", "adoption"), axis=0)
    assert line["data"][0] == 0
    assert line["data"][1:] == pytest.approx(middle, abs=0.06)
    bands = [one for one in option["series"] if str(one.get("stack", "")).startswith("full/90/1")]
    low, high = np.quantile(found.runs.weeks("full", "adoption"), (0.05, 0.95), axis=0)
    assert bands[0]["data"][1:] == pytest.approx(100 * low, abs=0.06)
    assert np.add(bands[0]["data"], bands[1]["data"])[1:] == pytest.approx(100 * high, abs=0.11)


def test_labels_of_go_live_that_are_close_stand_on_either_side():
    every = compare_runs(run_worlds(case(), 12, FIRST.seed, FIRST.mode, weekly=True), FIRST.baseline)
    weeks = {name: every.summary(name, "go_live_week").median for name in case().names}
    here = weeks.pop(FIRST.hand)
    apart = {name: abs(week - here) for name, week in weeks.items() if week <= FIRST.horizon}
    near, far = (choice(apart, key=apart.__getitem__) for choice in (min, max))
    never = next(name for name, week in weeks.items() if week > FIRST.horizon)
    assert here <= FIRST.horizon
    assert apart[near] < 0.12 * FIRST.horizon < apart[far]
    assert sorted(aligned(near)) == ["left", "right"]
    assert aligned(far) == [None, None]
    assert aligned(never) == [None]


def aligned(baseline):
    """Where the labels of go-live stand with another baseline, for each that goes live."""
    view = FIRST.but(scenarios=(FIRST.hand, baseline), baseline=baseline)
    marks = [one["markLine"] for one in charts.weeks(found_of(view), view)["series"] if "markLine" in one]
    return [one["label"].get("align") for one in marks]


def test_cost_beside_what_lasts(found):
    option = charts.cost(found, FIRST)
    points = {one["name"]: one["value"] for one in option["series"][-1]["data"]}
    assert points["Full package"] == [
        pytest.approx(found.summary("full", "cost").mean.estimate / 1e6, abs=1e-3),
        pytest.approx(100 * found.summary("full", "lasting_adoption").mean.estimate, abs=0.06),
    ]


def test_labels_beside_cost_go_to_the_middle_and_those_of_the_pair_do_not_meet():
    every = compare_runs(run_worlds(case(), 12, FIRST.seed, FIRST.mode, weekly=True), "it-only")
    lasting = {name: 100 * every.summary(name, "lasting_adoption").mean.estimate for name in case().names}
    hand, under = next(
        (a, b) for a in case().names for b in case().names if a != b and 16 < lasting[b] <= lasting[a] < lasting[b] + 14
    )
    view = FIRST.but(scenarios=("it-only", hand, under), hand=hand, baseline=under)
    close, far = ({one["name"]: one for one in _points(found_of(seen), seen)} for seen in (view, FIRST))
    assert [close[view.title(name)]["label"]["position"] for name in (hand, under)] == ["top", "bottom"]
    assert {one["label"]["position"] for one in far.values()} == {"top"}
    costs = [one["value"][0] for one in far.values()]
    middle = (min(costs) + max(costs)) / 2
    assert len(far) == len(FIRST.scenarios)
    for one in far.values():
        assert one["label"]["align"] == ("right" if one["value"][0] > middle else "left")


def _points(found, view):
    return charts.cost(found, view)["series"][-1]["data"]


def test_the_tables_say_what_the_pictures_show(found):
    weeks = page_of.weeks_table(found, FIRST)
    assert len(weeks) == 1 + 2 * len(FIRST.scenarios)
    assert {len(one) for one in weeks} == {7}
    table = page_of.table(found, FIRST)
    assert [one[0] for one in table[1:]] == [FIRST.title(name) for name in found.ranking]


# --- work in the background ----------------------------------------------------------------------------


def test_work_that_was_overtaken_shows_nothing():
    shown, newest = [], [None]
    old, new = (_Job(key, lambda job: newest[0] is job, shown.append) for key in "ab")
    newest[0] = new
    old.run(lambda tell: 1)
    assert shown == []
    with pytest.raises(Overtaken):
        old.report(0, 1)
    new.run(lambda tell: 2)
    assert [one(None).value for one in shown] == [2]


def test_an_exception_in_the_background_becomes_a_word(capsys):
    shown = []
    job = _Job("a", lambda job: True, shown.append)
    job.run(lambda tell: 1 / 0)
    assert shown[-1](job_before := _before()).wrong == "ZeroDivisionError"
    assert shown[-1](job_before).value == "kept"
    assert "ZeroDivisionError" in capsys.readouterr().err


def _before():
    from simulation.dashboard.state.tasks import LatestTask

    return LatestTask("a", "kept")


def test_two_visitors_compute_side_by_side_and_get_their_own():
    from simulation.dashboard.state.runs import run_store

    run_store().warm()
    got = {}

    def ask(seed):
        got[seed] = run_store().compare(FIRST.study, "it-only", 8, seed, "ranges", lambda done, total: None)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in (11, 12, 13)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for seed, one in got.items():
        alone = run_worlds(FIRST.study, 8, seed)
        np.testing.assert_array_equal(one.runs.outcomes, alone.outcomes)


# --- in a browser --------------------------------------------------------------------------------------

SETTLED = """() => {
  const asked = document.querySelector('.sy-timeline')?.dataset.stamp;
  const chart = document.querySelector('.sy-compare-weeks .sy-chart');
  return chart && asked === chart.dataset.stamp && !document.querySelector('.sy-stale');
}"""


def settled(page):
    page.wait_for_function(SETTLED)
    return page


def shown(page, address, path="compare?worlds=20", language="en"):
    return settled(opened(page, address, path, language))


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), crossed([1280, 390, 1920], LANGUAGES))
def test_the_page_is_whole_and_fits(visitor, address, width, language):
    page = shown(visitor(width=width), address, language=language)
    pattern = {"en": r"further than .* in \d+ of 20 worlds", "nl": r"komt verder dan .* in \d+ van 20 we"}[language]
    assert re.search(pattern, page.inner_text("#answer"))
    assert page.locator(".sy-chart svg").count() == 2
    assert page.locator(".sy-tl-row").count() == len(MEASURES)
    assert page.locator(".sy-rank-list li").count() == 5
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert "{" not in page.inner_text("body")


@pytest.mark.browser
def test_the_verdict_is_that_of_the_command_line(page, address, capsys):
    from simulation.cli.main import main

    shown(page, address, "compare?worlds=50")
    said = page.inner_text("#answer")
    main(["compare", "--scenarios", "it-only,full", "--worlds", "50", "--lang", "en"])
    assert f"\n{said}." in capsys.readouterr().out


@pytest.mark.browser
def test_dragging_a_bar_moves_the_verdict_and_the_address(page, address):
    shown(page, address)
    before = page.inner_text(".sy-lines")
    bar = page.locator("[data-measure=anchor_in_strategy] .sy-tl-bar")
    box = bar.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 8)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 60 + 12 * step, box["y"] + 8)
        page.wait_for_timeout(15)
    page.mouse.up()
    page.wait_for_function("location.search.includes('hand=full-2')")
    settled(still(page))
    grip = page.get_by_role("slider", name="anchor in the strategy: first week")
    start = int(grip.get_attribute("aria-valuenow"))
    assert start > 30
    assert "Full package, changed" in page.inner_text("#answer")
    assert page.inner_text(".sy-lines") != before
    page.wait_for_function("document.querySelector('.sy-since').innerText.includes('Since your last change')")
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("#answer")
    settled(page)
    assert int(grip.get_attribute("aria-valuenow")) == start


@pytest.mark.browser
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_verdict_stays_in_sight_of_the_levers(visitor, address, width, height):
    page = shown(visitor(width=width, height=height), address)
    assert not page.locator(".sy-stay p").is_visible()  # the answer itself is in sight
    page.evaluate("document.querySelector('.sy-timeline').scrollIntoView()")
    page.mouse.wheel(0, 200)
    page.wait_for_selector(".sy-stay p", state="visible")
    top, bottom = page.evaluate(
        "['top', 'bottom'].map(side => document.querySelector('.sy-stay p').getBoundingClientRect()[side])"
    )
    assert 0 <= top < bottom < height / 4
    assert "gets further than IT only in" in page.inner_text(".sy-stay")


@pytest.mark.slow
@pytest.mark.browser
def test_quick_keys_settle_on_the_last(page, address):
    shown(page, address, "compare?worlds=100")
    grip = page.get_by_role("slider", name="external partner: first week")
    grip.focus()
    for _ in range(25):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("location.search.includes('hand=full-2')")
    settled(still(page))
    assert grip.get_attribute("aria-valuenow") == str(12 + 25)
    view, _ = read_address("compare", page.url.partition("?")[2])
    assert study_of(view.changes, ("full-2",)).scenarios[0].measures.external_partner.start == 37


@pytest.mark.browser
def test_a_change_is_undone_and_a_number_that_cannot_be_is_told(page, address):
    shown(page, address)
    before = page.inner_text("#answer")
    page.locator("#on-external_partner").click()
    page.wait_for_function("document.querySelector('#answer').innerText.includes('Full package, changed')")
    page.get_by_role("button", name=say("compare.undo")).click()
    page.wait_for_function("text => document.querySelector('#answer').innerText === text", arg=before)
    settled(page)
    assert page.is_checked("#on-external_partner")
    weeks = page.get_by_label(say("compare.horizon"))
    weeks.fill("30")
    weeks.press("Tab")
    page.wait_for_selector(".sy-controls .sy-error")
    assert say("measure.anchor_in_strategy") in page.inner_text(".sy-controls .sy-error")
    assert weeks.input_value() == "156"
    worlds = page.get_by_label(say("compare.worlds"))
    worlds.fill("999999")
    worlds.press("Tab")
    assert "999999" in page.inner_text(".sy-controls .sy-error")
    worlds.fill("60")
    worlds.press("Tab")
    page.wait_for_selector(".sy-controls .sy-error", state="detached")


@pytest.mark.slow
@pytest.mark.browser
def test_a_setting_is_typed_and_a_wrong_one_is_told_beside_it(page, address):
    shown(page, address)
    page.get_by_role("button", name="external partner").click()
    field = page.locator("#external_partnerhours")
    field.fill("0")
    field.press("Tab")
    page.wait_for_function("location.search.includes('hand=full-2')")
    settled(page)
    page.wait_for_function(
        "document.querySelector('[data-measure=external_partner] + .sy-tl-sum').innerText.startsWith('0 h/week')"
    )
    weeks = page.locator("#external_partnerweeks")
    weeks.fill("9999")
    weeks.press("Tab")
    page.wait_for_selector(".sy-tl-row .sy-error")
    assert "9999 is too large" in page.inner_text(".sy-tl-row .sy-error")
    page.locator("#on-technicians").check()
    page.wait_for_function("document.querySelector('#on-technicians').closest('.sy-tl-row').innerText.includes('36')")


@pytest.mark.slow
@pytest.mark.browser
def test_every_control_once(page, address):
    shown(page, address)
    page.get_by_label("Judge by").select_option("cost")
    page.wait_for_function("document.querySelector('.sy-ranking h2').innerText.includes('cost')")
    page.get_by_label("Compared with").select_option("roles")
    page.wait_for_function("document.querySelector('#answer').innerText.includes('Assigned roles')")
    page.get_by_label("Add a scenario").select_option("wait")
    page.wait_for_function("document.querySelectorAll('.sy-rank-list li').length === 6")
    settled(page)
    page.locator(".sy-rank-take", has_text="Wait for capacity").click()
    page.wait_for_function("document.querySelector('#answer').innerText.startsWith('Wait for capacity')")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_selector(".sy-rank-own input")
    page.locator(".sy-rank-own input").fill("Mine & <b>only</b> mine")
    page.locator(".sy-rank-own input").press("Tab")
    page.wait_for_function("document.querySelector('#answer').innerText.startsWith('Mine & <b>only</b> mine')")
    settled(page)
    page.get_by_role("button", name="Remove Mine & <b>only</b> mine").click()
    page.wait_for_function("document.querySelectorAll('.sy-rank-list li').length === 6")
    for label, value, said in (("Number of worlds", "30", "30 worlds"), ("Random seed", "7", "seed 7")):
        page.get_by_label(label).fill(value)
        page.get_by_label(label).press("Tab")
        page.wait_for_function(f"document.querySelector('.sy-note').innerText.includes('{said}')")
    page.get_by_label("Weeks looked ahead").fill("104")
    page.get_by_label("Weeks looked ahead").press("Tab")
    page.wait_for_function("location.search.includes('c=')")
    page.get_by_label("Uncertain numbers").select_option("defaults")
    page.wait_for_function("location.search.includes('mode=defaults')")
    settled(page)
    for summary in page.locator("details summary").all():
        summary.click()
    assert page.locator("details[open] table").count() == 1
    assert page.locator(".sy-scorecard tbody tr").count() == 6


SECOND_ROW = "document.querySelector('.sy-rank-list li:nth-child(2)').classList.contains('hand')"
JUDGED = """outcome => { const field = document.querySelector('.sy-rank-pick select');
  field.value = outcome; field.dispatchEvent(new Event('change')) }"""


@pytest.mark.slow
@pytest.mark.browser
def test_a_name_can_be_typed_while_its_row_moves(page, address):
    shown(page, address, "compare?worlds=20&hand=roles&outcome=lasting_adoption")
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_selector(".sy-rank-own input")
    settled(page)
    field = page.locator(".sy-rank-own input")
    field.fill("Half of ")
    page.evaluate(JUDGED, "carrying_hhi")
    page.wait_for_function(SECOND_ROW)
    page.keyboard.insert_text("a name")
    page.keyboard.press("Tab")
    page.wait_for_function("document.querySelector('#answer').innerText.startsWith('Half of a name')")


@pytest.mark.browser
def test_too_few_scenarios_say_what_to_do(page, address):
    page.goto(f"{address}compare?lang=nl&s=full")
    page.wait_for_selector(".sy-answer")
    assert page.inner_text(".sy-answer") == say("compare.too_few", "nl")


def test_a_view_is_what_a_question_is_about():
    view = View()
    assert page_of.question(view) == page_of.question(
        replace(view, language="nl", world=9, outcome="cost", page="save")
    )
    assert page_of.question(view) != page_of.question(replace(view, seed=2))
