"""Every step can be undone and done again; Back returns to pages and scenarios; versions are kept by the browser."""

import re
from dataclasses import replace

import pytest
from conftest import opened, quickly, still
from hypothesis import given
from hypothesis import strategies as st
from test_page_compare import settled, shown

from simulation.dashboard.state import trail as trails
from simulation.dashboard.state.trail import Trail, decided
from simulation.dashboard.state.variants import Base, Changes, base_data
from simulation.dashboard.state.view import View, address_of, first_view, read_address
from simulation.text.i18n import LANGUAGES, say

FIRST = first_view("en")


def worlds(number):
    return lambda now: now.but(worlds=number)


# --- the trail -------------------------------------------------------------------------------------------


def test_two_hundred_steps_are_undone_and_done_again():
    trail = Trail(FIRST)
    seen = [trail.view]
    for number in range(400):
        trail = trail.changed(worlds(2 + number), number)
        seen.append(trail.view)
    for earlier in reversed(seen[:-1]):
        trail = trail.undone()
        assert trail.view == earlier
    assert trail.undone() == trail
    for later in seen[1:]:
        trail = trail.redone()
        assert trail.view == later
    assert trail.redone() == trail


def test_values_of_one_press_are_one_step_and_two_presses_are_two():
    trail = Trail(FIRST)
    for number in (50, 60, 70):
        trail = trail.changed(worlds(number), 1)
    trail = trail.changed(worlds(80), 2)
    assert [view.worlds for view in trail.past] == [200, 70]
    assert trail.undone().undone().view == FIRST
    again = trail.undone().changed(worlds(90), 2)  # after a step back everything is new, even of the same press
    assert [view.worlds for view in again.past] == [200, 70]
    assert not again.future


def test_where_one_is_and_in_which_language_is_no_step():
    trail = Trail(FIRST).changed(worlds(50), 1).undone()
    moved = trail.changed(lambda now: now.but(page="world", language="nl", week=40), 2)
    assert (moved.made, moved.at) == (1, 0)
    assert moved.redone().view == FIRST.but(page="world", language="nl", week=40, worlds=50)


def test_in_the_lesson_back_returns_a_screen_and_keeps_the_hands():
    trail = Trail(FIRST.but(page="lesson"))
    trail = trail.changed(lambda now: now.but(step=1), 1)
    assert trail.entries == 1
    trail = trail.changed(lambda now: now.but(votes=((0, 3),)), 2)
    assert trail.entries == 1  # hands are no screen of their own
    there = trail.view.but(votes=())
    trail = trail.changed(lambda now: now.but(chapter=2, step=0), 3)
    assert trail.entries == 2
    back = trail.moved(there)
    assert (back.view.chapter, back.view.step, back.view.votes) == (0, 1, ((0, 3),))
    elsewhere = Trail(FIRST).changed(lambda now: now.but(chapter=2, step=3), 1)
    assert elsewhere.entries == 0


def test_back_entries_are_pages_and_scenarios_in_hand():
    trail = Trail(FIRST).changed(worlds(50), 1)
    assert trail.entries == 0
    assert trail.changed(lambda now: now.but(hand="roles"), 2).entries == 1
    assert trail.changed(lambda now: now.but(page="world"), 2).entries == 1
    assert trail.changed(lambda now: now.but(hand="roles"), 2).undone().entries == 1


def test_back_moves_and_takes_nothing_away():
    changed = Trail(FIRST).changed(lambda now: now.but(page="assumptions"), 1)
    changed = changed.changed(lambda now: now.but(changes=now.changes.put("parameters", "t", 0.5)), 2)
    changed = changed.changed(lambda now: now.but(hand="roles"), 3)
    back = changed.moved(FIRST)
    assert (back.view.page, back.view.hand) == ("compare", "full")
    assert back.view.changes == changed.view.changes
    assert (back.made, back.at) == (changed.made, changed.at)
    assert back.undone().view.hand == "full"
    assert back.undone().undone().view.changes == FIRST.changes
    ticked_off = changed.changed(lambda now: now.ticked("full", False), 4).moved(FIRST)
    assert ticked_off.view.hand == "full"
    assert "full" in ticked_off.view.scenarios


def test_back_to_another_study_brings_that_study():
    other = Base("0" * 32, base_data(None))
    there = first_view("nl", "world", other)
    opened_there = Trail(FIRST).changed(worlds(50), 1).moved(there)
    assert opened_there.view == there
    assert opened_there.undone().view == FIRST.but(worlds=50, language="nl", page="world")


def test_steps_from_before_the_page_was_loaded_come_from_the_page():
    loaded = Trail(FIRST.but(worlds=70))
    back = loaded.undone(FIRST.but(worlds=60, page="save"))
    assert (back.view.worlds, back.view.page, back.at) == (60, "compare", -1)
    assert back.redone().view == loaded.view
    assert back.redone().at == 0
    on = loaded.redone(FIRST.but(worlds=80))
    assert (on.view.worlds, on.at) == (80, 1)
    assert on.undone().view == loaded.view


def test_a_version_that_is_recalled_is_a_step():
    trail = Trail(FIRST).changed(worlds(50), 1).recalled(FIRST.but(page="save", seed=3))
    assert (trail.view.seed, trail.view.worlds, trail.view.page) == (3, 200, "compare")
    assert trail.undone().view == FIRST.but(worlds=50)
    assert trail.recalled(trail.view) == trail


def test_very_large_changes_push_the_first_steps_out(monkeypatch):
    monkeypatch.setattr(trails, "MOST_CHARACTERS", 100)
    trail = Trail(FIRST)
    for number in range(20):
        text = Changes(f'{{"parameters":{{"t":{number / 20}}}}}')
        trail = trail.changed(lambda now, text=text: replace(now, changes=text), number)
    assert 1 <= len(trail.past) < 5
    assert trail.at == 20


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(2, 9), st.integers(1, 3)),
        st.tuples(st.just("undo")),
        st.tuples(st.just("redo")),
        st.tuples(st.just("page"), st.sampled_from(["world", "compare"])),
    ),
    max_size=40,
)


@given(ACTS)
def test_a_trail_is_a_list_of_steps_with_a_place_in_it(acts):
    """Held against the plainest model of an editor's history: a list of values and an index."""
    trail, steps, at, press = Trail(FIRST), [200], 0, None
    for act, *given_ in acts:
        if act == "set":
            value, by = given_
            trail = trail.changed(worlds(value), by)
            if value != steps[at]:
                together = by == press and at > 0
                steps = [*steps[:at], value] if together else [*steps[: at + 1], value]
                at, press = len(steps) - 1, by
        elif act == "page":
            trail = trail.changed(lambda now, name=given_[0]: now.but(page=name), 9)
        else:
            trail = trail.undone() if act == "undo" else trail.redone()
            moved = max(at - 1, 0) if act == "undo" else min(at + 1, len(steps) - 1)
            press = None if moved != at else press
            at = moved
        assert trail.view.worlds == steps[at]
        assert (trail.at, len(trail.future)) == (at, len(steps) - 1 - at)


def test_every_part_of_a_view_is_decided_or_is_where_one_is():
    where = {"page", "language", "week", "chapter", "step", "take", "votes", "again", "minutes", "package"}
    assert {*trails.DECIDED} | where == {*View.__dataclass_fields__}
    assert not {*trails.DECIDED} & where


@given(st.integers(2, 2000), st.booleans())
def test_an_address_gives_back_all_that_is_decided(number, half):
    view = FIRST.but(worlds=number, rate=35, shown="roles", beside="")
    view = view.but(changes=view.changes.put("parameters", "t", 0.5)) if half else view
    path, _, query = address_of(view).partition("?")
    assert decided(read_address(path.strip("/"), query)[0]) == decided(view)


# --- in the browser --------------------------------------------------------------------------------------

browsing = pytest.mark.browser
SWITCHED = "name => document.querySelector('#on-' + name).checked"


def undo(page, how="undo", language="en"):
    page.locator(".sy-history").get_by_role("button", name=say(f"shell.{how}", language), exact=True).click()


def checked(page, name, on):
    page.wait_for_function(f"on => document.querySelector('#on-{name}').checked === on", arg=on)


@pytest.mark.slow
@browsing
def test_two_presses_as_quick_as_can_be_are_two_steps(page, address):
    shown(page, address)
    assert page.locator(".sy-history button").first.is_disabled()
    page.evaluate("document.querySelector('#on-external_partner').click()")
    page.evaluate(
        "for (const name of ['technicians', 'persuasion']) { document.querySelector('#on-' + name).click(); }"
    )
    for name, on in (("external_partner", False), ("technicians", True), ("persuasion", True)):
        checked(page, name, on)
    settled(page)
    undo(page)
    checked(page, "persuasion", False)
    checked(page, "technicians", True)
    undo(page)
    checked(page, "technicians", False)
    checked(page, "external_partner", False)
    page.keyboard.press("Control+z")
    checked(page, "external_partner", True)
    page.wait_for_function("!location.search.includes('c=')")
    assert page.locator(".sy-history button").first.is_disabled()
    page.keyboard.press("Control+Shift+z")
    page.keyboard.press("Control+y")
    checked(page, "technicians", True)
    undo(page, "redo")
    checked(page, "persuasion", True)
    page.wait_for_function("document.querySelectorAll('.sy-history button')[1].disabled")


@browsing
def test_a_step_that_is_undone_before_it_could_be_shown_can_be_done_again(page, address):
    """The page never sees the view in between, so that the server alone knows the step."""
    shown(page, address)
    page.evaluate(
        """() => {
            document.querySelector('#on-external_partner').click();
            document.querySelector('#on-technicians').click();
            for (const key of ['z', 'z']) {
                window.dispatchEvent(new KeyboardEvent('keydown', {key, ctrlKey: true, bubbles: true}));
            }
        }"""
    )
    page.wait_for_function("!document.querySelectorAll('.sy-history button')[1].disabled")
    checked(page, "external_partner", True)
    settled(page)
    undo(page, "redo")
    checked(page, "external_partner", False)
    undo(page, "redo")
    checked(page, "technicians", True)
    page.wait_for_function("document.querySelectorAll('.sy-history button')[1].disabled")


@pytest.mark.slow
@browsing
def test_a_drag_is_one_step_and_each_key_another(page, address):
    shown(page, address)
    grip = page.get_by_role("slider", name="external partner: first week")
    box = grip.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 13):
        page.mouse.move(box["x"] + 10 * step, box["y"] + 4)
        page.wait_for_timeout(40)
    page.mouse.up()
    page.wait_for_function("location.search.includes('hand=full-2')")
    settled(still(page))
    dragged = int(grip.get_attribute("aria-valuenow"))
    assert dragged > 12
    grip.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"document.activeElement.getAttribute('aria-valuenow') === '{dragged + 3}'")
    settled(still(page))
    for weeks in (dragged + 2, dragged + 1, dragged, 12):
        page.keyboard.press("Control+z")
        page.wait_for_function(
            "n => document.querySelector('[data-measure=external_partner] .sy-tl-grip').ariaValueNow === String(n)",
            arg=weeks,
        )
    page.wait_for_function("!location.search.includes('c=')")


@pytest.mark.slow
@browsing
def test_a_field_that_is_left_and_what_is_pressed_then_are_two_steps(page, address):
    shown(page, address)
    field = page.get_by_label(say("compare.worlds"))
    field.click()
    field.fill("40")
    page.locator("#on-technicians").click()  # leaves the field, which takes the number, and switches
    page.wait_for_function("location.search.includes('worlds=40')")
    checked(page, "technicians", True)
    settled(still(page))
    undo(page)
    checked(page, "technicians", False)
    assert field.input_value() == "40"
    undo(page)
    page.wait_for_function("location.search.includes('worlds=20')")
    field.click()
    field.press("End")
    field.press("5")
    field.press("Control+z")  # what is being typed is the field's own to undo
    assert field.input_value() == "20"
    assert "worlds=20" in page.url


@pytest.mark.slow
@browsing
def test_back_returns_to_the_scenario_that_was_in_hand_and_keeps_what_was_changed(page, address):
    shown(page, address)
    page.locator(".sy-rank-take", has_text="Assigned roles").first.click()
    page.wait_for_function("location.search.includes('hand=roles')")
    settled(still(page))
    page.locator("#on-technicians").click()
    page.wait_for_function("location.search.includes('hand=roles-2')")
    settled(still(page))
    page.go_back()
    page.wait_for_function("location.search.includes('hand=roles&') && location.search.includes('c=')")
    page.go_back()
    page.wait_for_function("!location.search.includes('hand=') && location.search.includes('c=')")
    page.go_forward()
    page.wait_for_function("location.search.includes('hand=roles&') && location.search.includes('c=')")
    page.go_forward()
    page.wait_for_function("location.search.includes('hand=roles-2')")
    checked(page, "technicians", True)


@pytest.mark.slow
@browsing
def test_steps_are_still_there_after_the_page_was_loaded_anew(page, address):
    shown(page, address)
    for name in ("technicians", "persuasion"):
        page.locator(f"#on-{name}").click()
        checked(page, name, True)
        settled(still(page))
    undo(page)
    checked(page, "persuasion", False)
    settled(still(page))
    page.reload()
    settled(page)
    checked(page, "technicians", True)
    undo(page)
    checked(page, "technicians", False)
    settled(still(page))
    assert page.locator(".sy-history button").first.is_disabled()
    for name in ("technicians", "persuasion"):
        undo(page, "redo")
        checked(page, name, True)
        settled(still(page))
    assert page.locator(".sy-history button").nth(1).is_disabled()


@pytest.mark.slow
@browsing
@pytest.mark.parametrize("language", quickly("en", LANGUAGES))
def test_a_version_is_kept_over_a_reload_and_returned_to(page, address, language):
    shown(page, address, language=language)
    page.locator("#on-technicians").click()
    checked(page, "technicians", True)
    settled(still(page))
    opener = page.locator(".sy-versions-open")
    opener.click()
    panel = page.get_by_role("dialog", name=say("shell.versions", language))
    panel.get_by_label(say("shell.version_name", language)).fill("Before the <b>board</b>")
    page.keyboard.press("Enter")
    panel.get_by_text(say("shell.version_kept", language, name="Before the <b>board</b>")).wait_for()
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.className").startswith("sy-step")
    page.locator("#on-technicians").click()
    checked(page, "technicians", False)
    settled(still(page))
    page.reload()
    settled(page)
    opener.click()
    panel.get_by_role("button", name=re.compile("^Before the")).click()
    checked(page, "technicians", True)
    undo(page, language=language)
    checked(page, "technicians", False)
    panel.get_by_role("button", name=say("shell.version_remove", language, name="Before the <b>board</b>")).click()
    assert say("shell.versions_none", language) in panel.inner_text()
    panel.get_by_role("button", name=say("shell.version_restore", language)).click()
    assert "Before the <b>board</b>" in panel.inner_text()
    panel.get_by_role("button", name=say("shell.version_keep", language)).click()
    assert say("shell.version_usual", language, n=2) in panel.inner_text()


@pytest.mark.slow
@browsing
def test_a_version_of_a_study_that_is_gone_takes_nothing_away(page, address):
    shown(page, address)
    gone = [{"name": "Gone", "address": f"/compare?lang=en&base={'0' * 32}", "at": 0}]
    page.evaluate("kept => localStorage.setItem('synergy-versions', JSON.stringify(kept))", gone)
    page.locator("#on-technicians").click()
    checked(page, "technicians", True)
    page.locator(".sy-versions-open").click()
    page.get_by_role("button", name="Gone", exact=True).first.click()
    page.wait_for_selector(".sy-notices")
    assert page.is_checked("#on-technicians")


@browsing
@pytest.mark.slow
@pytest.mark.parametrize("kept", ["no json", "{}", '[1, {"name": 3}, {"name": "a", "address": "javascript:x"}]'])
def test_what_is_no_list_of_versions_is_passed_over(page, address, kept):
    shown(page, address)
    page.evaluate("kept => { localStorage.setItem('synergy-versions', kept); }", kept)
    page.evaluate("kept => { sessionStorage.setItem('synergy-steps', kept); }", kept)
    page.locator(".sy-versions-open").click()
    assert say("shell.versions_none") in page.inner_text(".sy-versions")


@pytest.mark.slow
@browsing
def test_the_lesson_has_no_steps_to_undo(page, address):
    opened(page, address, "lesson")
    assert page.locator(".sy-history").count() == 0
