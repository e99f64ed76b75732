"""The lesson's stage in a real Chromium: keys, hands, a world that plays, and that everything stays on the screen."""

import json
import re
from pathlib import Path

import pytest
from conftest import opened, quickly, served

from simulation.lesson.room import QUESTION_STEPS, steps_at
from simulation.lesson.runsheet import planned
from simulation.lesson.scenes import STEPS
from simulation.lesson.source import read_lesson, shipped
from simulation.text.i18n import LANGUAGES, say

TOLD = read_lesson()
CHAPTERS = TOLD.lesson.chapters
LAST = len(CHAPTERS) - 1
END = len(CHAPTERS)
"""Where the session is looked back at."""
WORLD, WORLDS, WHY = (QUESTION_STEPS.index(name) for name in ("world", "worlds", "why"))
RANKING = 4
COLD = 240_000
"""Milliseconds for the first reveal of a server whose engine must be compiled first."""


def stage(page, address, chapter=0, step=0, language="en", more=""):
    opened(page, address, f"lesson?chapter={chapter}&step={step}{more}", language)
    page.wait_for_selector(f".sy-lesson-at-{steps_at(TOLD.lesson, chapter)[step]}")
    page.wait_for_function("!document.querySelector('.sy-lesson-wait')", timeout=COLD)
    return page


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("en", LANGUAGES))
def test_a_chapter_is_told_with_the_keys_of_a_presenter(page, address, language):
    stage(page, address, 0, 0, language)
    for key, step in zip(["PageDown", "ArrowRight"] * 3, QUESTION_STEPS[1:], strict=True):
        page.keyboard.press(key)
        page.wait_for_selector(f".sy-lesson-at-{step}")
        if step in ("question", "again"):
            for one in "4444113" if step == "question" else "22":
                page.keyboard.press(one)
            page.keyboard.press("-")
            hands = "[...document.querySelectorAll('.sy-lesson-count input')].map(one => one.value).join()"
            page.wait_for_function(f"{hands} === '{'2,0,0,4' if step == 'question' else '0,1,0,0'}'")
        assert say(f"lesson.{STEPS[step]}", language) in page.inner_text(".sy-lesson-step.here")
    page.keyboard.press("PageUp")
    page.keyboard.press("PageUp")
    page.wait_for_selector(".sy-lesson-at-worlds .sy-lesson-said")
    assert "4 / 6" in page.inner_text(".sy-lesson-answers")
    assert "1 / 1" in page.inner_text(".sy-lesson-answers")
    assert re.search(r"votes=2-0-0-4&again=0-1-0-0", page.url)
    page.reload()
    page.wait_for_selector(".sy-lesson-at-worlds .sy-lesson-said")
    assert "4 / 6" in page.inner_text(".sy-lesson-answers")


@pytest.mark.slow
@pytest.mark.browser
def test_why_it_is_so_comes_with_a_press_of_its_own(page, address):
    stage(page, address, 0, WHY)
    because = CHAPTERS[0].because.in_("en")
    assert because not in page.inner_text(".sy-lesson")
    page.keyboard.press("PageDown")
    page.wait_for_selector(".sy-lesson-because")
    assert because in page.inner_text(".sy-lesson-because")
    assert say("lesson.built_yes") in page.inner_text(".sy-lesson-because")
    page.keyboard.press("PageDown")
    page.wait_for_selector(".sy-lesson-at-situation")
    assert "chapter=1" in page.url


@pytest.mark.slow
@pytest.mark.browser
def test_browser_back_goes_a_screen_back_and_keeps_the_hands(page, address):
    stage(page, address, 0, 0)
    for step in ("question", "again"):
        page.keyboard.press("PageDown")
        page.wait_for_selector(f".sy-lesson-at-{step}")
        if step == "question":
            page.keyboard.press("2")
            page.wait_for_function("document.querySelectorAll('.sy-lesson-count input')[1].value === '1'")
    page.wait_for_url(re.compile("step=2"))
    page.go_back()
    page.wait_for_selector(".sy-lesson-at-question")
    assert page.locator(".sy-lesson-count input").nth(1).input_value() == "1"
    page.go_back()
    page.wait_for_selector(".sy-lesson-at-situation")
    page.go_forward()
    page.wait_for_selector(".sy-lesson-at-question")


@pytest.mark.slow
@pytest.mark.browser
def test_a_key_that_is_held_skips_to_no_reveal(page, address):
    stage(page, address, 0, 1)
    page.keyboard.down("ArrowRight")
    for _ in range(12):
        page.keyboard.down("ArrowRight")  # what a browser sends while a key is held: it repeats
    page.wait_for_selector(".sy-lesson-at-again")
    page.wait_for_timeout(500)
    assert page.locator(".sy-lesson-at-again").count() == 1
    page.keyboard.up("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-world")


PARTS = ".sy-lesson-bottom, .sy-lesson-crew, .sy-lesson-chart, .sy-lesson-events ol, .sy-lesson-play"
LAID = """parts => [...document.querySelectorAll(parts)].map(one => {
    const at = one.getBoundingClientRect();
    return [at.top, at.bottom, at.left, at.right].map(Math.round).join();
}).join(' ')"""
"""Where everything stands."""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1920, 1080)], ids=str)
def test_nothing_moves_while_a_world_plays_and_next_stays_in_sight(visitor, address, size, language):
    page = visitor(width=size[0], height=size[1])
    for chapter in (0, 2, 5):
        stage(page, address, chapter, WORLD, language)
        laid, told, events = page.evaluate(LAID, PARTS), set(), set()
        assert len(laid.split()) == 5
        for week in (0, 1, 8, 13, 27, 60, 104, 130, 156):
            slide = "(e, week) => { e.value = week; e.dispatchEvent(new Event('input')); }"
            page.locator(".sy-lesson-play input").evaluate(slide, week)
            page.wait_for_function(
                "week => Number(document.querySelector('.sy-lesson-play input').value) === week", arg=week
            )
            page.wait_for_timeout(50)
            assert page.evaluate(LAID, PARTS) == laid, (CHAPTERS[chapter].name, week)
            told.add(page.inner_text(".sy-lesson-events"))
            events.add(page.locator(".sy-lesson-events li").count())
        assert len(told) > 3  # something did happen
        assert max(events) <= 3
        clipped = "one => one.scrollHeight - one.clientHeight"
        assert page.locator(".sy-lesson-events ol").evaluate(clipped) <= 1
        following = page.locator(".sy-lesson-bottom button").last.bounding_box()
        assert following["y"] + following["height"] <= size[1]
        crew = page.locator(".sy-lesson-cell").last.bounding_box()
        assert crew["y"] + crew["height"] <= size[1]
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
def test_every_reveal_fits_a_small_beamer(visitor, address, language):
    """What a trainer does not scroll, at the smallest size: the chapters with the most and longest to say, after two
    votes; the room's package over its budget; the looking back."""
    page = visitor(width=1280, height=720)
    hands = "_".join(["3-4-5-1"] * END)
    package = ".".join(CHAPTERS[LAST].package.measures)
    over = []
    for chapter in (2, 3, 7, LAST, END):
        for step, kind in enumerate(steps_at(TOLD.lesson, chapter)):
            if kind in ("situation", "world", "see") or (kind == "question" and chapter != LAST):
                continue
            stage(page, address, chapter, step, language, f"&votes={hands}&again={hands}&package={package}")
            if kind == "why" and chapter != LAST:
                page.keyboard.press("ArrowRight")
                page.wait_for_selector(".sy-lesson-because")
            if kind in ("compose", "ranking"):
                page.wait_for_selector(".sy-lesson-over")
            if kind == "question":
                page.wait_for_selector(".sy-lesson-bill")
            high = page.evaluate("document.documentElement.scrollHeight")
            if high > 720:
                over.append((chapter + 1, kind, high))
    assert over == []


CLOCK = "text => document.querySelector('.sy-lesson-clock').innerText === text"


@pytest.mark.slow
@pytest.mark.browser
def test_a_clock_counts_the_minutes_of_a_chapter_and_can_be_hidden(page, address):
    page.clock.install()
    stage(page, address, 0, 0)
    assert page.inner_text(".sy-lesson-clock") == say("lesson.clock", now=0, of=10)
    page.clock.fast_forward(185_000)
    page.wait_for_function(CLOCK, arg=say("lesson.clock", now=3, of=10))
    page.keyboard.press("c")
    page.wait_for_function("!document.querySelector('.sy-lesson-clock')")
    page.keyboard.press("c")
    page.wait_for_selector(".sy-lesson-clock")
    page.get_by_role("button", name="2. ").first.click()
    page.wait_for_function(CLOCK, arg=say("lesson.clock", now=0, of=10))


@pytest.mark.slow
@pytest.mark.browser
def test_a_session_of_half_an_hour_is_chosen_on_the_first_screen(page, address):
    stage(page, address, 0, 0)
    page.get_by_role("button", name=say("lesson.plan", minutes=30, chapters=2)).click()
    page.wait_for_url(re.compile("minutes=30"))
    page.wait_for_function(f"document.querySelectorAll('.sy-lesson-dot.apart').length === {END - 2}")
    stage(page, address, 0, WHY, more="&minutes=30")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-because")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-situation")
    assert f"chapter={planned(TOLD.lesson, 30)[1]}" in page.url


@pytest.mark.slow
@pytest.mark.browser
def test_the_session_is_looked_back_at(page, address):
    stage(page, address, END, 0, "nl", "&votes=1-9-0-0_9-0-1&again=_0-1-9")
    page.wait_for_selector(".sy-lesson-back tbody tr")
    assert page.locator(".sy-lesson-back tbody tr").count() == 2
    assert page.locator(".sy-lesson-yes").count() == 1
    assert page.locator(".sy-lesson-after").count() == 1
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-mirror")
    assert CHAPTERS[1].mirror.in_("nl") in page.inner_text(".sy-lesson")
    assert page.locator(".sy-lesson-bottom button").last.is_disabled()


@pytest.mark.slow
@pytest.mark.browser
def test_hands_are_counted_with_buttons_and_by_typing(page, address):
    stage(page, address, 1, 1)
    page.get_by_role("button", name=say("lesson.more", letter="B")).click()
    page.get_by_role("spinbutton", name=say("lesson.count", letter="C")).fill("17")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.sy-lesson-total').innerText.startsWith('18')")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".sy-lesson-at-situation")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-question")
    assert page.get_by_role("spinbutton", name=say("lesson.count", letter="C")).input_value() == "17"
    page.get_by_role("button", name=say("lesson.less", letter="B")).click()
    page.wait_for_function("document.querySelector('.sy-lesson-total').innerText.startsWith('17')")
    page.get_by_role("button", name=say("lesson.clear")).click()
    page.wait_for_function("document.querySelectorAll('.sy-lesson-count input')[2].value === '0'")


@pytest.mark.slow
@pytest.mark.browser
def test_a_count_that_is_being_typed_is_not_overwritten_by_another_hand(page, address):
    stage(page, address, 1, 1)
    field = page.get_by_role("spinbutton", name=say("lesson.count", letter="C"))
    field.fill("17")
    page.get_by_role("button", name=say("lesson.more", letter="B")).dispatch_event("click")  # the focus stays
    page.wait_for_function("document.querySelector('.sy-lesson-total').innerText.startsWith('1 ')")
    assert field.input_value() == "17"
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.sy-lesson-total').innerText.startsWith('18')")
    field.fill("12345")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.sy-lesson-count input')[2].value === '17'")


@pytest.mark.slow
@pytest.mark.browser
def test_a_world_plays_pauses_and_ends_in_its_answer(page, address):
    stage(page, address, 5, WORLD)
    assert page.inner_text("h1") == say("lesson.watch")
    page.keyboard.press("Space")
    page.wait_for_function("Number(document.querySelector('.sy-lesson-play input').value) >= 4")
    page.keyboard.press("Space")
    week = page.input_value(".sy-lesson-play input")
    page.wait_for_timeout(400)
    assert page.input_value(".sy-lesson-play input") == week
    page.locator(".sy-lesson-play input").evaluate("e => { e.value = 156; e.dispatchEvent(new Event('input')); }")
    page.wait_for_function("document.querySelector('h1').innerText.startsWith('In this world')")
    assert page.locator(".sy-lesson-chart path").count() == 2
    assert page.locator(".sy-lesson-cell").count() == 7
    before = page.inner_text(".sy-lesson-foot")
    page.get_by_role("button", name=say("lesson.another")).click()
    page.wait_for_function("before => document.querySelector('.sy-lesson-foot').innerText !== before", arg=before)
    assert "take=1" in page.url
    assert "answer" not in page.inner_text(".sy-lesson-foot")
    page.keyboard.press("w")
    page.wait_for_url(re.compile("take=2"))


@pytest.mark.slow
@pytest.mark.browser
def test_the_stage_fills_the_screen(page, address):
    stage(page, address, 0, 0)
    page.keyboard.press("f")
    page.wait_for_function("document.fullscreenElement && document.fullscreenElement.classList.contains('sy-lesson')")
    assert say("lesson.note") in page.inner_text(".sy-lesson-note")
    size = "parseFloat(getComputedStyle(document.querySelector('.sy-lesson-note')).fontSize)"
    assert page.evaluate(size) >= 18
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-question")
    assert page.evaluate("!!document.fullscreenElement")
    page.get_by_role("button", name="Nederlands").locator("visible=true").last.click()
    page.wait_for_function("document.documentElement.lang === 'nl'")
    assert page.evaluate("!!document.fullscreenElement")
    page.keyboard.press("f")
    page.wait_for_function("!document.fullscreenElement")


@pytest.mark.slow
@pytest.mark.browser
def test_the_room_composes_a_package_and_compare_opens_it(page, address):
    stage(page, address, LAST, 1, "nl")
    page.keyboard.press("2")
    page.get_by_label("Verankeren in de strategie").check()
    page.wait_for_function("document.querySelectorAll('.sy-lesson-switches .chosen').length === 2")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-question")
    page.keyboard.press("1")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-at-again")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector(".sy-lesson-rank li.own")
    assert page.locator(".sy-lesson-note").count() == 1
    assert page.locator(".sy-lesson-rank li").count() == 6
    page.get_by_role("button", name=say("lesson.to_compare", "nl")).click()
    page.wait_for_url(re.compile(r"/compare\?"))
    page.wait_for_selector(".sy-answer")
    assert say("lesson.own_title", "nl") in page.inner_text("body")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [390, 1920])
def test_every_screen_fits_its_width(visitor, address, width, language):
    page = visitor(width=width, height=1080 if width == 1920 else 844)
    for chapter, step in [(3, 1), (5, WORLD), (5, WORLDS), (4, WHY), (LAST, RANKING), (END, 0), (END, 1)]:
        stage(page, address, chapter, step, language, "&package=assign_roles&votes=1-2_3-4")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.sy-lesson')).fontSize)")
        assert size >= (28 if width == 1920 else 16)
        small = page.evaluate(
            "[...document.querySelectorAll('.sy-lesson button, .sy-lesson input')].filter(one => one.offsetParent)"
            ".filter(one => one.type !== 'range' && one.getBoundingClientRect().height < 24).map(one => one.outerHTML)"
        )
        assert small == []


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
def test_every_question_fits_a_small_beamer(visitor, address, language):
    page = visitor(width=1280, height=720)
    for chapter in range(LAST):
        stage(page, address, chapter, 1, language, "&votes=1-2_3-4_5_6_7_8")
        assert page.evaluate("document.documentElement.scrollHeight") <= 720, CHAPTERS[chapter].name


@pytest.mark.slow
@pytest.mark.browser
def test_a_lesson_of_ones_own_is_told(browser, tmp_path):
    name = "<img src=x onerror=alert(1)> & “quotes” 🐘 " + "long " * 50
    lesson = {
        "lesson": 1,
        "title": "Ours",
        "chapters": [
            {
                "name": "one",
                "title": name,
                "situation": ["Only this."],
                "question": name,
                "options": [
                    {"text": name, "when": {"outcome": "go_live_week", "of": "full", "happens": True}},
                    {"text": "Not live", "when": "otherwise"},
                ],
                "shows": ["full"],
            }
        ],
    }
    path = tmp_path / "ours.yaml"
    path.write_text(json.dumps(lesson, ensure_ascii=False), encoding="utf-8")
    with served("--lesson", str(path)) as (url, _):
        page = browser.new_page(viewport={"width": 390, "height": 844})
        for step in (0, 1, WORLDS):
            opened(page, url, f"lesson?step={step}")
            page.wait_for_function("!document.querySelector('.sy-lesson-wait')")
            assert "<img src=x" in page.inner_text(".sy-lesson")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator(".sy-lesson img").count() == 0
        page.close()


@pytest.mark.slow
@pytest.mark.browser
def test_a_lesson_that_is_edited_while_it_is_told_is_told_as_it_is_now(browser, tmp_path):
    path = tmp_path / "ours.yaml"
    text = Path(shipped()).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    with served("--lesson", str(path)) as (url, _):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        stage(page, url, 0, 0)
        path.write_text(text.replace("What do you have after three years?", "And what then?", 1), encoding="utf-8")
        page.keyboard.press("ArrowRight")
        page.wait_for_selector("h1:has-text('And what then?')")
        path.write_text(text.replace("of: it-led", "of: nobody", 1), encoding="utf-8")
        page.keyboard.press("2")
        page.wait_for_selector(".sy-lesson-broken")
        assert "there is no scenario 'nobody'" in page.inner_text(".sy-lesson-broken")
        assert "And what then?" in page.inner_text("h1")
        path.write_text(text, encoding="utf-8")
        page.keyboard.press("2")
        page.wait_for_selector("h1:has-text('What do you have after three years?')")
        assert page.locator(".sy-lesson-broken").count() == 0
        assert page.locator(".sy-lesson-count input").nth(1).input_value() == "2"
        page.close()
