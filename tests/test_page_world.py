"""The page of one world: what is sent, what is told, and how it moves in a browser."""

import base64
import itertools
import json
import re

import numpy as np
import pytest
from conftest import firstly, served, still, watched

from simulation import case
from simulation.analysis.divergence import Ending, Swap, find_divergence
from simulation.dashboard.pages.world.data import DETAILS, WEEK, log_of, shocks_of, states_sent, traced, world_of
from simulation.dashboard.pages.world.page import chosen, rested
from simulation.dashboard.pages.world.picks import pick_one, pick_pair
from simulation.dashboard.pages.world.story import Story, headline, scenario_titles, world_page
from simulation.dashboard.state.variants import Changes, cloned, with_measure
from simulation.dashboard.state.view import View
from simulation.study.schedule import Schedule, contacts
from simulation.study.sources.files import load
from simulation.text.i18n import LANGUAGES, percent, say

NONE = Changes()
CASE_TIES = case().scenario("full").organisation.interdependence
HOSPITAL = "tests/scenarios/valid/fourteen-departments.yaml"


def sent(shown="full", beside="it-only", world=7, language="en", changes=NONE):
    return world_page(changes, shown, beside, world, 1, "ranges", language, True)


def unpacked(data, horizon=156):
    numbers = np.frombuffer(base64.b64decode(data["packed"]), "<u2")
    return numbers.reshape(len(states_sent()), len(data["nodes"]), horizon)


def one_live():
    """The first world in which Full package goes live and IT only never does, with what happens in it."""
    for world in range(50):
        full, it_only = (traced(NONE, name, world, 1, "ranges", True) for name in ("full", "it-only"))
        if full.go_live and not it_only.go_live:
            return world, full, it_only
    raise AssertionError("no such world among the first fifty")


# --- what is sent --------------------------------------------------------------------------------------


def test_every_state_of_every_week_is_sent_to_three_digits():
    found = traced(NONE, "full", 7, 1, "ranges", True)
    numbers = unpacked(world_of(found, "en"))
    for row, (name, unit, scale, _) in zip(numbers, states_sent(), strict=True):
        held = found.departments[name].astype(float).T
        assert np.abs(row / scale - held).max() <= 0.5 / scale + 1e-12, (name, unit)
    assert {name for _, name, _ in DETAILS}.isdisjoint(WEEK)


def test_every_hand_off_of_every_week_is_sent_to_the_percent():
    found = traced(NONE, "full", 7, 1, "ranges", True)
    data = world_of(found, "en")["handOffs"]
    names, ties = found.names, found.scenario.organisation.interdependence
    settled = np.frombuffer(base64.b64decode(data["packed"]), "u1").reshape(len(data["cells"]), found.horizon)
    where = {tie.pair: place for place, tie in enumerate(ties)}
    assert len(data["cells"]) == len(ties)
    for (row, column, need), percents in zip(data["cells"], settled, strict=True):
        place = where[frozenset((names[data["order"][row]], names[data["order"][column]]))]
        assert need == ties[place].strength
        assert np.abs(percents - 100 * found.settled[:, place]).max() <= 0.5 + 1e-9
    assert len(data["inside"]) == len(data["chain"]) == found.horizon
    assert data["apart"] == 7


def test_both_worlds_have_their_departments_in_one_order():
    first, second = (one["handOffs"] for one in sent()["worlds"])
    assert first["order"] == second["order"]
    assert first["cells"] == second["cells"]
    assert first["told"] != second["told"]


def test_what_is_sent_is_plain_and_small():
    page = sent()
    assert json.loads(json.dumps(page)) == page
    assert len(json.dumps(page)) < 300_000
    assert [one["title"] for one in page["worlds"]] == ["Full package", "IT only"]
    assert page["worlds"][1]["goLive"] == 0


def test_phases_say_who_is_in_contact_and_who_else_is_at_work():
    found = traced(NONE, "full", 7, 1, "ranges", True)
    phases = world_of(found, "en")["phases"]
    assert [one["from"] for one in phases] == sorted({one["from"] for one in phases})
    organisation, schedule = found.scenario.organisation, Schedule(found.scenario.measures, found.scenario.organisation)
    for week in range(1, 157):
        phase = next(one for one in reversed(phases) if one["from"] <= week)
        levers = schedule.levers(week, found.go_live)
        held = contacts(organisation, levers)
        assert {(i, j): strength for i, j, strength, _ in phase["ties"]} == {
            pair: round(strength, 2) for pair, strength in held.items() if pair[0] < pair[1]
        }
        assert phase["board"] == levers.anchored
        assert (phase["partner"] or {}).get("hours") == (levers.partner.hours if levers.partner else None)
    informal = {
        tuple(sorted((organisation.names.index(tie.a), organisation.names.index(tie.b))))
        for tie in organisation.informal_ties
    }
    assert {(i, j) for i, j, _, made in phases[-1]["ties"] if not made} == informal


def test_the_daily_rush_is_marked_in_its_weeks():
    found = traced(NONE, "full", 7, 1, "ranges", True)
    weeks = {week for first, last in shocks_of(found) for week in range(first, last + 1)}
    assert weeks == {week for week in range(1, 157) if found.organisation["shock_weeks"][week - 1] > 0}
    assert len(weeks) > 12


def test_the_log_tells_once_what_happens_in_both():
    both = [traced(NONE, name, 7, 1, "ranges", True) for name in ("full", "it-only")]
    log = log_of(both, "en")
    assert [one["week"] for one in log] == sorted(one["week"] for one in log)
    assert sum(len(one["who"]) for one in log) == sum(len(one.events) for one in both)
    assert all(one["who"] == "ab" for one in log if one["kind"] in ("incident", "shock"))
    assert all(one["routine"] == (one["kind"] == "incident") for one in log)
    assert next(one for one in log if one["kind"] == "go_live")["who"] == "a"


def test_the_log_says_that_roles_lose_clarity_where_there_are_roles():
    logs = (log_of([traced(NONE, name, k, 1, "ranges", True) for name in ("full", "it-only")], "en") for k in range(50))
    left = next(found for log in logs if (found := [one for one in log if one["kind"] == "leave_role"]))
    assert {one["who"] for one in left} == {"a"}  # IT only has no roles
    for one in left:
        assert re.fullmatch(r"A key person leaves .+: .*its roles lose much of their clarity.*", one["text"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_headline_is_a_sentence(language):
    world, full, it_only = one_live()
    week, kept = full.go_live, f"{100 * full.lasting:.0f} %"
    expected = {
        "en": f"In world {world}, Full package is live in week {week} and keeps {kept}; IT only never goes live.",
        "nl": f"In wereld {world} gaat Volledig pakket live in week {week} en houdt {kept} vast; "
        "Alleen IT gaat nooit live.",
    }
    assert headline([full, it_only], language) == expected[language]
    assert headline([it_only], "en") == f"In world {world}, IT only never goes live."


# --- the story -----------------------------------------------------------------------------------------


def test_the_story_runs_from_what_is_decided_to_how_it_ends():
    world, full, it_only = one_live()
    page = sent(world=world)
    kinds = [one["kind"] for one in page["story"]]
    assert kinds[0] == "measure"
    assert kinds[-1] == "end"
    told = [one["week"] for one in page["story"] if one["kind"] in ("measure", "step")]
    assert told == sorted(told)
    assert page["story"][0]["text"].startswith("Only with Full package: name the elephant, assign roles")
    assert page["told"].startswith("Until the end of week 7 both worlds are the same")
    assert page["story"][-1]["text"] == (
        f"Full package is live in week {full.go_live}, IT only never. After 156 weeks they keep "
        f"{100 * full.lasting:.0f} % and {100 * it_only.lasting:.0f} %."
    )
    for one in page["story"]:
        assert one["department"] < len(page["worlds"][0]["nodes"])
        assert 0 <= one["week"] <= 156
        assert "{" not in one["text"]


def test_several_differences_are_switched_one_by_one_and_one_is_not():
    several = sent()
    assert "6 measures" in several["caveats"][0]
    assert len(several["swaps"]["rows"]) == 7
    assert several["swaps"]["heads"] == ["measure", "Full package without it", "IT only with it"]
    assert any("do together" in said for said in several["swaps"]["said"])
    one = sent("full", "full-no-anchoring")
    assert one["swaps"] is None
    assert "one measure only (anchor in the strategy)" in one["caveats"][0]


def test_two_that_are_equal_never_part():
    changes, name = cloned(NONE, "full")
    page = sent("full", name, changes=changes)
    assert page["told"] == ""
    assert [one["text"] for one in page["story"]] == [
        "In this world nothing ever differs between the two: every state of every department is the same in every week."
    ]


def test_a_measure_carried_out_differently_is_said_to_be():
    page = sent("full-partner-over", "full")
    assert page["story"][0]["text"] == "Carried out differently: external partner."


def test_a_visitors_own_scenario_parts_in_its_own_week():
    changes, name = cloned(NONE, "full", {"en": "<b>mine</b>", "nl": "<b>mijn</b>"})
    changes = with_measure(changes, name, "anchor_in_strategy", {"start": 48})
    page = sent(name, "full", changes=changes)
    assert page["told"].startswith("Until the end of week 7")
    assert page["worlds"][0]["title"] == "<b>mine</b>"
    assert "<b>mine</b>" in page["headline"]


@pytest.mark.parametrize("name", case().names)
def test_every_pair_with_the_status_quo_is_told_in_both_languages(name):
    for language in LANGUAGES:
        page = sent(name, "" if name == "it-only" else "it-only", world=3, language=language)
        assert page["headline"].endswith(".")
        assert "{" not in json.dumps([page["story"], page["told"], page["caveats"], page["swaps"]]).replace('{"', "")


def test_until_the_engine_is_ready_the_mesa_model_tells_the_same():
    fast, slow = (world_page(NONE, "full", "roles", 5, 1, "ranges", "en", compiled) for compiled in (True, False))
    assert slow["story"] == fast["story"]
    assert slow["swaps"] == fast["swaps"]
    assert slow["events"] == fast["events"]
    for one, other in zip(slow["worlds"], fast["worlds"], strict=True):
        assert np.abs(unpacked(one).astype(int) - unpacked(other)).max() <= 1


# --- what a visitor may say ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        "full",
        [],
        {},
        {"world": -1},
        {"world": 2000},
        {"world": 1.5},
        {"world": True},
        {"world": "3"},
        {"shown": "nobody"},
        {"shown": ["full"]},
        {"beside": 0},
        {"shown": {"a": 1}},
    ],
)
def test_what_cannot_be_chosen_changes_nothing(said):
    assert chosen(View(), said) == View()


def test_choosing_one_scenario_twice_swaps_them():
    assert (chosen(View(), {"shown": "it-only"}).shown, chosen(View(), {"shown": "it-only"}).beside) == (
        "it-only",
        "full",
    )
    alone = chosen(View(), {"beside": ""})
    assert (alone.shown, alone.beside) == ("full", "")
    assert chosen(View(), {"beside": "full"}).beside == ""
    assert chosen(View(), {"world": 12}).world == 12


@pytest.mark.parametrize("week", [0, 157, "3", None, 2.5, True, [3]])
def test_a_week_that_is_none_changes_nothing(week):
    assert rested(View(), week) == View()


def test_scenarios_are_offered_by_title():
    titles = scenario_titles(NONE, "nl")
    assert [one["name"] for one in titles] == list(case().names)
    assert titles[0]["title"] == "Alleen IT"


def test_worlds_worth_looking_at():
    a, b = np.array([0.5, 0.6, 0.7, 0.1]), np.array([0.1, 0.1, 0.0, 0.3])
    found = pick_pair(("a", "b"), a, b)
    assert (found["apart"], found["exception"], found["loser"]) == (2, 3, "b")
    turned = pick_pair(("b", "a"), b, a)
    assert (turned["apart"], turned["exception"], turned["loser"]) == (2, 3, "b")
    assert pick_pair(("a", "b"), a, a - 0.1)["exception"] is None
    assert pick_pair(("a", "b"), np.array([0.5, 0.1]), np.array([0.1, 0.11]))["exception"] is None  # too little
    assert pick_one(np.array([0.5, 0.6, 0.7, 0.1, 0.55])) == {"typical": 4, "best": 2, "worst": 3}


# --- in a browser --------------------------------------------------------------------------------------


def opened(page, address, query="lang=en&world=7&week=40"):
    page.goto(f"{address}world?{query}")
    page.wait_for_selector(".sy-world:not(.sy-stale)")
    page.wait_for_selector("h1.sy-answer")
    return page


def week(page):
    return int(re.search(r"\d+", page.inner_text(".sy-world-week")).group())


def engagements(page):
    return page.eval_on_selector_all("[data-engagement]", "all => all.map(one => Number(one.dataset.engagement))")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), firstly([390, 1280, 1920], LANGUAGES))
def test_the_page_opens_whole_and_fits(page, address, width, language):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, address, f"lang={language}&world=7&week=40")
    assert page.inner_text("h1") == sent(language=language)["headline"]
    assert page.locator(".sy-world-node").count() == 18
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    held = unpacked(sent()["worlds"][0])[0][:, 39] / 1000
    assert engagements(page)[:9] == pytest.approx(held.tolist())
    page.wait_for_selector(".sy-world-find button")


@pytest.mark.slow
@pytest.mark.browser
def test_the_slider_moves_without_the_server_and_tells_it_once(page, address):
    opened(page, address)
    page.wait_for_selector(".sy-world-find button")
    still(page)
    before = engagements(page)
    page.focus(".sy-world-slider")
    text, sent_off = page.evaluate(
        """async () => {
            const send = WebSocket.prototype.send;
            window.sentOff = 0;
            WebSocket.prototype.send = function (data) { window.sentOff += 1; return send.call(this, data); };
            const slider = document.querySelector('.sy-world-slider');
            for (let week = 41; week <= 65; week += 1) {
                slider.value = week;
                slider.dispatchEvent(new Event('input'));
                await null; await null;  // Vue draws in between, and no timer can run out
            }
            return [document.querySelector('.sy-world-week').textContent, window.sentOff];
        }"""
    )
    assert "65" in text
    assert engagements(page) != before
    assert sent_off == 0
    page.wait_for_url(re.compile("week=65"))
    assert page.evaluate("window.sentOff") > 0


@pytest.mark.slow
@pytest.mark.browser
def test_keys_step_play_and_go_to_the_ends(page, address):
    opened(page, address)
    page.keyboard.press("ArrowRight")  # nothing has the focus yet
    assert week(page) == 41
    page.keyboard.press("ArrowLeft")
    page.focus("[data-node=a3]")
    page.keyboard.press("ArrowLeft")
    assert week(page) == 39
    page.keyboard.press("End")
    assert week(page) == 156
    page.keyboard.press("Home")
    assert week(page) == 1
    page.keyboard.press("Enter")
    page.wait_for_selector(".sy-world-about")
    assert page.evaluate("document.activeElement.classList.contains('sy-world-about')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".sy-world-about", state="detached")
    assert page.evaluate("document.activeElement.dataset.node") == "a3"
    page.select_option(".sy-world-speed select", label="fast")
    page.focus(".sy-world-slider")
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('.sy-world-slider').value) > 6")
    page.keyboard.press("Space")
    there = week(page)
    page.wait_for_timeout(300)
    assert week(page) == there


@pytest.mark.browser
def test_a_department_tells_all_about_itself(page, address):
    opened(page, address)
    page.click("[data-node=b1]")
    about = page.locator(".sy-world-about")
    assert "Sales, week 40" in about.inner_text()
    found = traced(NONE, "full", 7, 1, "ranges", True)
    ownership = found.departments["ownership"][39, 1]
    row = about.locator("tr", has_text="ownership").inner_text()
    assert f"{100 * ownership:.0f} %" in row
    assert about.locator(".spark svg").count() == len(DETAILS)
    page.click(".sy-world-about header button")
    assert about.count() == 0


@pytest.mark.browser
def test_the_story_leads_back_to_the_picture(page, address):
    opened(page, address)
    item = page.locator(".sy-world-why li.step", has_text="knowledge").first
    item.locator("button").first.click()
    assert week(page) == int(re.search(r"\d+", item.locator("button").first.inner_text()).group())
    assert page.locator(".sy-world-node.chosen").count() == 2
    page.click("text=Back to the story")
    page.wait_for_function("document.activeElement.closest('.sy-world-why')")


@pytest.mark.slow
@pytest.mark.browser
def test_another_scenario_and_another_world_are_chosen(page, address):
    opened(page, address)
    page.select_option(".sy-world-pick label:nth-of-type(2) select", "")
    page.wait_for_function("document.querySelectorAll('.sy-world-node').length === 9")
    assert page.inner_text("h1") == headline([traced(NONE, "full", 7, 1, "ranges", True)], "en")
    page.click("[aria-label='Next world']")
    page.wait_for_function("document.querySelector('h1').textContent.startsWith('In world 8')")
    assert "world=8" in page.url
    page.fill(".sy-world-number input", "99999")
    page.press(".sy-world-number input", "Tab")
    page.wait_for_function("document.querySelector('h1').textContent.startsWith('In world 199')")
    page.select_option(".sy-world-pick label:nth-of-type(1) select", "roles")
    page.wait_for_function("document.querySelector('h1').textContent.includes('Assigned roles')")
    assert "shown=roles" in page.url
    page.click(".sy-world-find button >> nth=0")
    page.wait_for_function("!document.querySelector('h1').textContent.startsWith('In world 199')")


@pytest.mark.browser
def test_the_numbers_stand_in_a_table(page, address):
    opened(page, address)
    page.click("summary:has-text('The numbers as a table')")
    table = page.locator("table", has_text="Departments in week 40")
    table.wait_for()
    assert table.locator("tbody tr").count() == 9
    held = unpacked(sent()["worlds"][0])[0][0, 39] / 1000
    assert f"{100 * held:.0f} %" in table.locator("tbody tr").first.inner_text()


# --- the matrix of hand-offs ---------------------------------------------------------------------------


def pair_in_focus(page):
    return page.evaluate("document.activeElement.dataset.pair || ''")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), firstly([390, 1280, 1920], LANGUAGES))
def test_the_matrix_says_which_hand_offs_were_never_agreed(page, address, width, language):
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, address, f"lang={language}&world=7&week=40")
    worlds = sent(language=language)["worlds"]
    told = page.locator(".sy-world-agreed").all_inner_texts()
    assert [one.replace("\N{NO-BREAK SPACE}", " ") for one in told] == [one["handOffs"]["told"] for one in worlds]
    assert told[1].startswith({"en": "Never agreed", "nl": "Nooit afgesproken"}[language])
    assert page.locator(".sy-world-cell").count() == 2 * 23
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_a_square_is_as_large_as_the_need_and_as_full_as_what_is_settled(page, address):
    opened(page, address)
    found = traced(NONE, "full", 7, 1, "ranges", True)
    names = found.names
    largest = page.locator(".sy-world-matrix svg").first.locator(".sy-world-cell").first
    across = float(largest.locator(".hit").get_attribute("width"))
    for at in (40, 90):
        page.locator(".sy-world-slider").evaluate(
            "(one, week) => {one.value = week; one.dispatchEvent(new Event('input'))}", at
        )
        page.wait_for_function(
            "week => document.querySelector('.sy-world-week').textContent.includes(week)", arg=str(at)
        )
        for place, tie in enumerate(found.scenario.organisation.interdependence):
            low, high = sorted((names.index(tie.a), names.index(tie.b)))
            cell = page.locator(f"[data-pair=a{low}-{high}]")
            percents = round(100 * found.settled[at - 1, place])
            assert int(cell.get_attribute("data-settled")) == percents
            side, filled = (float(cell.locator(one).get_attribute("height")) for one in (".frame", ".settled"))
            assert side == pytest.approx(0.92 * across * tie.strength**0.5, rel=1e-6)
            assert filled == pytest.approx(side * percents / 100, abs=1e-6)
            assert ("open" in cell.get_attribute("class").split()) == (percents < 25)
            said = cell.get_attribute("aria-label")
            assert {tie.a, tie.b} == set(re.match(r"(.+) and (.+): need each other", said).groups())
            assert said.endswith(f"need each other {tie.strength:g}, {percents} % settled")


@pytest.mark.slow
@pytest.mark.browser
def test_keys_go_from_pair_to_pair_and_leave_the_week_alone(page, address):
    opened(page, address)
    matrix = page.locator(".sy-world-matrix").first
    assert matrix.locator("[tabindex='0']").count() == 1
    matrix.locator("[tabindex='0']").focus()
    first = pair_in_focus(page)
    met = {first}
    for _ in range(22):
        page.keyboard.press("ArrowRight")
        met.add(pair_in_focus(page))
    assert len(met) == 23  # every pair
    last = pair_in_focus(page)
    page.keyboard.press("ArrowRight")
    assert pair_in_focus(page) == last
    page.keyboard.press("ArrowUp")
    above = pair_in_focus(page)
    assert above != last
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    assert pair_in_focus(page) == last
    page.keyboard.press("Home")
    assert pair_in_focus(page) == first
    assert week(page) == 40
    said = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert matrix.locator(".sy-world-pair").inner_text() == said
    assert page.locator(".sy-world-pair").nth(1).inner_text().startswith(said.split(":")[0])  # the same pair beside it
    page.keyboard.press("ArrowDown")
    here = pair_in_focus(page)
    assert matrix.locator("[tabindex='0']").get_attribute("data-pair") == here
    page.keyboard.press("Tab")
    assert pair_in_focus(page) != here
    page.focus(f"[data-pair={here}]")
    page.keyboard.press("Space")  # plays, wherever one is
    page.wait_for_function("Number(document.querySelector('.sy-world-slider').value) > 41")
    assert pair_in_focus(page) == here
    page.keyboard.press("Space")


@pytest.mark.browser
def test_hand_offs_stand_in_a_table_too(page, address):
    opened(page, address)
    page.click("summary:has-text('The numbers as a table')")
    table = page.locator("table", has_text="Hand-offs in week 40")
    table.wait_for()
    rows = table.locator("tbody tr")
    assert rows.count() == 23
    found = [traced(NONE, name, 7, 1, "ranges", True) for name in ("full", "it-only")]
    for text in rows.all_inner_texts():
        name, need, settled, need_beside, settled_beside = text.split("\t")
        pair = frozenset(name.split(" and "))
        place = next(k for k, tie in enumerate(CASE_TIES) if tie.pair == pair)
        assert need == need_beside == f"{CASE_TIES[place].strength:g}"
        assert [settled, settled_beside] == [f"{100 * one.settled[39, place]:.0f} %" for one in found]


@pytest.mark.browser
def test_the_matrix_stands_below_the_weeks_that_stay_in_sight(page, address):
    page.set_viewport_size({"width": 1280, "height": 800})
    opened(page, address)
    page.wait_for_selector(".sy-world-find button")
    still(page)  # what is found above moves all that stands below
    page.locator(".sy-world-agreed").first.scroll_into_view_if_needed()
    slider = page.locator(".sy-world-slider").bounding_box()
    assert 0 <= slider["y"] <= 800
    page.locator(".sy-world-legend").scroll_into_view_if_needed()
    page.locator(".sy-world-cell").first.focus()
    page.wait_for_function(  # it scrolls there; nothing that has the focus stays covered
        """() => document.activeElement.getBoundingClientRect().top
            >= document.querySelector('.sy-world-time').getBoundingClientRect().bottom"""
    )


@pytest.fixture(scope="module")
def hospital():
    """The address of a server that shows fourteen departments."""
    with served(HOSPITAL) as (url, _):
        yield url


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), firstly([390, 1280, 1920], LANGUAGES))
def test_fourteen_departments_fit(browser, hospital, width, language):
    context = browser.new_context(locale="en-GB", viewport={"width": width, "height": 800})
    page = context.new_page()
    wrong = watched(page, hospital)
    opened(page, hospital, f"lang={language}&world=3&week=26&shown=together&beside=nothing")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    organisation = load(HOSPITAL).scenario("together").organisation
    matrix = page.locator(".sy-world-matrix").first
    assert matrix.locator(".sy-world-cell").count() == 36
    names = matrix.locator("svg > g[aria-hidden] text")
    shown = names.evaluate_all("all => all.map(one => [one.lastChild.data, one.querySelector('title').textContent])")
    assert {full for _, full in shown} == {one.called(language) for one in organisation.departments}
    assert all(full.startswith(name.removesuffix("…")) and len(name) > 8 for name, full in shown if name != full)
    room = matrix.bounding_box()
    for box in names.evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())"):
        assert box["right"] <= room["x"] + room["width"] + 1
    tops = names.evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    assert min(b - a for a, b in itertools.pairwise(tops)) >= 11  # lines do not touch
    context.close()
    assert wrong == []


# --- the paragraph, and measures that matter as much ----------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "pair", [("full", "it-only"), ("it-only", "full"), ("roles", "it-only"), ("partner-with", "partner-over")]
)
def test_a_paragraph_tells_it_with_the_figures_of_that_week(language, pair):
    page = world_page(Changes(), *pair, 3, 1, "ranges", language, True)
    a, b = (traced(Changes(), name, 3, 1, "ranges", True) for name in pair)
    gaps = np.abs(a.weekly("progress") - b.weekly("progress"))
    week = int(np.argmax(gaps)) + 1
    told = page["told"]
    assert f"week {week}" in told
    for run in (a, b):
        assert percent(float(run.weekly("progress")[week - 1]), language) in told
        assert run.scenario.called(language) in told
    assert told.endswith(".")
    assert "{" not in told


def test_worlds_that_never_part_have_no_paragraph():
    assert world_page(Changes(), "full", "full", 3, 1, "ranges", "en", True)["told"] == ""
    assert world_page(Changes(), "full", "", 3, 1, "ranges", "en", True)["told"] == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_differences_that_do_as_much_are_named_together(language):
    pair = [traced(Changes(), name, 3, 1, "ranges", True) for name in ("full", "it-only")]
    story = Story(find_divergence(*pair), *pair, language)
    end, as_it_is = Ending(None, 0.0), story.divergence.b
    swaps = tuple(
        Swap(name, end if name != "persuasion" else story.divergence.a, as_it_is)
        for name in ("assign_roles", "external_partner", "persuasion")
    )
    said = story.swaps(swaps)["said"]
    names = [say(f"measure.{name}", language) for name in ("assign_roles", "external_partner")]
    assert say("world.listed", language, some=names[0], last=names[1]) in said[0]
    assert say("measure.persuasion", language) not in said[0]
    alone = story.swaps((swaps[0], swaps[2]))["said"][0]
    assert alone == say(
        "world.swap_most", language, measure=names[0], now=percent(0.0, language),
        before=percent(story.divergence.a.lasting, language), **story.titles,
    )  # fmt: skip
