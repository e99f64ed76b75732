"""The lesson's page: where one is, what the room does, what is drawn; then the same in a real Chromium."""

import json
import re

import pytest
from conftest import opened, quickly, served

from simulation.dashboard.pages.lesson.flow import (
    lesson_material,
    moved,
    position,
    predicted,
    reveal_key,
    reveal_of,
    room_of,
    to_compare,
    toggled,
    voted,
    with_package,
)
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.variants import study_of
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.lesson.answers import answers_of
from simulation.lesson.reveal import own_study
from simulation.lesson.room import OWN, QUESTION_STEPS, Room, option_count, steps_of
from simulation.lesson.scenes import LETTERS, STEPS, of_100
from simulation.lesson.scenes import scene as scene_of
from simulation.text.i18n import LANGUAGES, say

TOLD = lesson_material()
CHAPTERS = TOLD.lesson.chapters
LAST = len(CHAPTERS) - 1
COLD = 240_000
"""Milliseconds for the first reveal of a server whose engine must be compiled first."""
NONSENSE = [
    None,
    3,
    "x",
    [],
    {},
    {"option": "1"},
    {"option": True, "add": 1},
    {"by": 7},
    {"chapter": -1},
    {"option": 99, "add": 1},
]


def view(chapter=0, step=0, language="en", **more):
    return first_view(language, "lesson").but(chapter=chapter, step=step, **more)


def told_of(one):
    """What a view reveals, worked out at once."""
    return reveal_of(TOLD, one, lambda done, total: None)


def scene(told, one, reveal, wrong=""):
    """What a view shows."""
    return scene_of(told, room_of(told, one), reveal, wrong)


@pytest.fixture(scope="module", autouse=True)
def warm():
    run_store().warm()


# --- where one is --------------------------------------------------------------------------------------


def test_forward_comes_to_every_screen_once_and_back_again():
    now, seen = view(), []
    for _ in range(100):
        seen.append(position(TOLD, now))
        following = moved(TOLD, now, {"by": 1})
        if following == now:
            break
        now = following
    assert seen == [(c, s) for c, one in enumerate(CHAPTERS) for s in range(len(steps_of(one)))]
    for _ in seen:
        now = moved(TOLD, now, {"by": -1})
    assert position(TOLD, now) == (0, 0)


@pytest.mark.parametrize("message", NONSENSE, ids=str)
def test_nonsense_from_a_browser_changes_nothing(message):
    for now in (view(), view(LAST, 1)):
        assert moved(TOLD, now, message) == now
        assert predicted(TOLD, voted(TOLD, now, message)) == predicted(TOLD, now)
        assert toggled(TOLD, now, str(message)) == now


def test_a_view_beyond_the_lesson_shows_its_last_screen():
    assert position(TOLD, view(99, 99)) == (LAST, len(steps_of(CHAPTERS[LAST])) - 1)


# --- what the room predicts ----------------------------------------------------------------------------


def test_hands_of_every_chapter_are_kept_and_stand_in_the_address():
    now = view(0, 1)
    now = voted(TOLD, voted(TOLD, now, {"option": 3, "add": 1}), {"option": 2, "set": 12})
    now = voted(TOLD, moved(TOLD, now, {"chapter": 2, "step": 1}), {"option": 0, "add": 4})
    assert now.votes == ((0, 0, 12, 1), (), (4, 0, 0))
    path, _, search = address_of(now).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert notices == ()
    assert again == now
    assert predicted(TOLD, moved(TOLD, again, {"chapter": 0})).counts == (0, 0, 12, 1)
    assert voted(TOLD, moved(TOLD, again, {"chapter": 0}), {"clear": True}).votes == ((), (), (4, 0, 0))


@pytest.mark.parametrize("given", ["9999-1", "a_b", "1-2-3_" * 60, "-", "_", "1--2", "<script>", "0" * 3000])
def test_votes_of_a_link_are_bounded(given):
    now, _ = read_address("lesson", f"?lang=en&votes={given}")
    assert len(now.votes) <= 20
    assert all(len(one) <= 12 and all(0 <= count <= 999 for count in one) for one in now.votes)
    assert scene(TOLD, now.but(step=1), None)["kind"] == "question"


def test_a_package_of_a_link_holds_measures_only():
    now, _ = read_address("lesson", "?lang=en&package=assign_roles.__class__.platformx.name_the_elephant.assign_roles")
    assert now.package == ("name_the_elephant", "assign_roles")


def test_a_measure_is_switched_on_and_off():
    now = toggled(TOLD, view(LAST, 1), "external_partner")
    assert now.package == ("external_partner",)
    assert toggled(TOLD, now, "external_partner").package == ()
    assert toggled(TOLD, view(0), "external_partner").package == ()
    assert toggled(TOLD, view(LAST, 1), "persuasion").package == ()  # not among what this chapter offers


# --- what is drawn -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", range(len(CHAPTERS)), ids=[one.name for one in CHAPTERS])
def test_every_screen_is_plain_data_in_words(chapter, language):
    now = view(chapter, 0, language, package=("assign_roles",))
    reveal = told_of(now)
    for step, kind in enumerate(steps_of(CHAPTERS[chapter])):
        drawn = scene(TOLD, now.but(step=step), reveal)
        assert drawn["kind"] == kind
        assert not drawn["wait"]
        written = json.dumps(drawn, allow_nan=False)
        assert "{" not in re.sub(r"[{}]", "", written.replace('{"', "").replace('"}', ""))
        assert not re.search(r"\{[a-z_]+\}", written)
        assert len(written) < 120_000


def test_until_it_is_worked_out_a_sentence_says_so():
    for step, kind in enumerate(QUESTION_STEPS):
        drawn = scene(TOLD, view(0, step, "nl"), None)
        assert bool(drawn["wait"]) == (kind in {"world", "worlds", "debrief"})
    assert "200 werelden" in scene(TOLD, view(0, 2, "nl"), None)["wait"]
    assert "ZeroDivisionError" in scene(TOLD, view(0, 2), None, "ZeroDivisionError")["wait"]


def test_the_answer_is_counted_from_runs():
    reveal = told_of(view(2))
    counts = answers_of(CHAPTERS[2], reveal.comparison.runs).counts
    drawn = scene(TOLD, view(2, 3), reveal)
    most = max(range(len(counts)), key=lambda one: counts[one])
    assert drawn["headline"] == say(
        "lesson.most", n=of_100(counts[most], 200, "en"), option=f"“{CHAPTERS[2].options[most].text.en}”"
    )
    assert [one["model_share"] for one in drawn["options"]] == [one / 200 for one in counts]


def test_another_model_gives_another_answer(monkeypatch):
    """The same screen, with the order of worlds' outcomes turned upside down: nothing in it is fixed beforehand."""
    import dataclasses

    from simulation.dashboard.pages.lesson import flow

    def turned(told, study, baseline, tell):
        found = real(told, study, baseline, tell)
        runs = found.runs
        return dataclasses.replace(found, runs=dataclasses.replace(runs, outcomes=runs.outcomes * 0.0 + 0.95))

    before = scene(TOLD, view(0, 3), told_of(view(0)))["headline"]
    real = flow._compared
    monkeypatch.setattr(flow, "_compared", turned)
    assert scene(TOLD, view(0, 3), told_of(view(0)))["headline"] != before


def test_where_the_model_does_not_agree_the_page_says_so():
    said_of = {
        "agrees": "The model agrees with the lesson here, in {n} of 100 worlds",
        "divided": "The model is undecided about the lesson here; it holds in {n} of 100 worlds",
        "disagrees": "The model doesn't agree with the lesson here",
    }
    met = set()
    for place, chapter in enumerate(CHAPTERS[:LAST]):
        found = told_of(view(place))
        said = scene(TOLD, view(place, 3), found)["verdicts"]
        counts = found.answers.counts
        held = sum(count for count, option in zip(counts, chapter.options, strict=True) if option.lesson)
        half = 1.96 * 0.5 * 200**0.5  # worlds that chance alone may bring to either side of half of them
        kind = "agrees" if held > 100 + half else "disagrees" if held < 100 - half else "divided"
        told = [one for one in said if "the lesson here" in one]
        assert len(told) == 1
        assert told[0].startswith(said_of[kind].format(n=of_100(held, 200, "en"))), chapter.name
        assert chapter.claim.en in told[0]
        assert f"in {of_100(held, 200, 'en')} of 100 worlds" in told[0]
        first, second = sorted(sorted(range(len(counts)), key=lambda one: -counts[one])[:2])
        close = f"Which of {LETTERS[first]} and {LETTERS[second]} is the more frequent cannot be told"
        apart = abs(counts[first] - counts[second]) > 1.96 * (counts[first] + counts[second]) ** 0.5
        assert any(close in one for one in said) == (not apart), chapter.name
        met |= {kind, "apart" if apart else "close"}
    assert met == {*said_of, "apart", "close"}  # so each of these sentences was seen


@pytest.mark.parametrize(
    ("votes", "says"),
    [
        ((), "has not predicted"),
        ((9, 0, 0, 1), "saw it coming: 9 of 10"),
        ((1, 0, 0, 0), "saw it coming: 1 of 1"),
        ((5, 3, 2, 2), "The largest group (5 of 12) chose this too."),
        ((5, 5, 0, 0), "5 of 10 said so; it was divided"),
        ((1, 9, 0, 0), "1 of 10 said so; most hands went to {other}"),
        ((1, 4, 4, 0), "just 1 of 9 said so; it was divided"),
    ],
)
def test_the_room_is_laid_beside_the_model(votes, says):
    """The hands are given with those for the model's most frequent answer first."""
    counts = told_of(view(0)).answers.counts
    order = sorted(range(len(counts)), key=lambda one: -counts[one])
    votes = tuple(votes[order.index(one)] for one in range(len(order))) if votes else ()
    drawn = scene(TOLD, view(0, 3, votes=(votes,)), told_of(view(0)))
    assert says.format(other=LETTERS[order[1]]) in drawn["verdicts"][0]
    assert [one["room"] for one in drawn["options"]] == list(predicted(TOLD, view(0, 3, votes=(votes,))).counts)


def test_another_world_is_another_world_and_says_what_it_is_typical_of():
    first, second = told_of(view(0)), told_of(view(0, take=1))
    assert first.world != second.world
    assert (first.of, second.of) == first.answers.order[:2]
    drawn = scene(TOLD, view(0, 2, take=1), second)
    rare = second.answers.counts[second.of] < 20
    fields = {"letter": LETTERS[second.of], "n": second.answers.counts[second.of], "of": 200}
    assert drawn["shown_done"] == say(f"lesson.shown_{'rare' if rare else 'typical'}", world=second.world, **fields)
    assert moved(TOLD, view(0, 4, take=3), {"by": 1}).take == 0
    assert told_of(view(0, take=999)).world >= 0


def test_a_rare_answer_is_called_rare_with_its_count():
    for take in range(len(told_of(view(0)).answers.order)):
        found = told_of(view(0, take=take))
        count = found.answers.counts[found.of]
        said = scene(TOLD, view(0, 2, take=take), found)["shown_done"]
        assert (f"rare: {count} of 200 worlds" in said) == (count < 20)
        assert ("typical" in said) == (count >= 20)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", range(LAST))
def test_the_answer_is_not_named_before_the_world_has_played(chapter, language):
    found = told_of(view(chapter))
    drawn = scene(TOLD, view(chapter, 2, language), found)
    assert drawn["shown"] == say("lesson.shown", language, world=found.world)


def test_the_reveal_does_not_wait_for_hands():
    assert reveal_key(TOLD, view(1, 1)) == reveal_key(TOLD, view(1, 3, votes=((1, 2), (3,))))
    assert reveal_key(TOLD, view(1)) != reveal_key(TOLD, view(2))
    assert reveal_key(TOLD, view(LAST)) != reveal_key(TOLD, view(LAST, package=("assign_roles",)))


# --- the room's own package ----------------------------------------------------------------------------


def test_the_package_is_a_scenario_of_its_own_that_compare_opens():
    now = view(LAST, 3, package=("name_the_elephant", "anchor_in_strategy"))
    drawn = scene(TOLD, now, told_of(now))
    assert sum(one["own"] for one in drawn["bars"]) == 1
    assert len(drawn["options"]) == option_count(CHAPTERS[LAST], room_of(TOLD, now)) == 6
    assert sum(one["model_share"] for one in drawn["options"]) == pytest.approx(1.0)
    there = to_compare(TOLD, now)
    assert (there.page, there.hand) == ("compare", OWN)
    path, _, search = address_of(there).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert notices == ()
    assert again == there
    measures = study_of(again.changes, (OWN,)).scenarios[0].measures
    assert measures.anchor_in_strategy is not None
    assert measures.assign_roles is None
    assert to_compare(TOLD, view(0)) == view(0)


@pytest.mark.parametrize("package", [(), ("assign_roles",), CHAPTERS[LAST].package.measures], ids=len)
def test_a_package_without_a_page_is_the_same_package(package):
    now = view(LAST, 3, package=package)
    asked = CHAPTERS[LAST].package
    there = study_of(with_package(asked, now), (*asked.against, OWN))
    assert own_study(TOLD.study, asked, Room(package=package)).digest() == there.digest()


def test_the_full_package_ties_with_the_scenario_of_that_name():
    now = view(LAST, 3, package=CHAPTERS[LAST].package.measures)
    reveal = told_of(now)
    assert (
        reveal.comparison.runs.of(OWN, "lasting_adoption") == reveal.comparison.runs.of("full", "lasting_adoption")
    ).all()


@pytest.mark.parametrize("package", [(), ("assign_roles",), CHAPTERS[LAST].package.measures], ids=len)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_gives_the_package_the_place_of_the_headline(package, language):
    now = view(LAST, 3, language, package=package)
    reveal = told_of(now)
    drawn = scene(TOLD, now, reveal)
    first = reveal.answers.order[0] + 1
    assert say("lesson.place", language, n=first, of=6) in drawn["headline"]
    own = next(one for one in drawn["bars"] if one["own"])
    assert int(re.search(r"\d+", own["place"]).group()) == first
    starts = [int(re.search(r"\d+", one["place"]).group()) for one in drawn["bars"]]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("package", "key", "twin"),
    [((), "same_empty", "it-only"), (CHAPTERS[LAST].package.measures, "same_as", "full")],
)
def test_a_package_that_is_no_different_says_so_and_shares_its_place(package, key, twin):
    now = view(LAST, 3, package=package)
    reveal = told_of(now)
    drawn = scene(TOLD, now, reveal)
    title = reveal.comparison.runs.study.scenario(twin).called("en")
    assert say(f"lesson.{key}", "en", title=title) in drawn["verdicts"]
    places = {one["title"]: one["place"] for one in drawn["bars"]}
    assert places[title] == places[say("lesson.own_title")]
    assert places[title].startswith("tied ")


def test_a_package_is_held_against_what_an_unknown_study_has(tmp_path):
    from simulation.dashboard.state.variants import Base, Changes
    from simulation.study.sources.files import load_data

    text = (
        "synergy: 2\n"
        "organisation: {departments: {ICT: {kind: it, capacity: 80}, Shop: {kind: business, capacity: 80}}}\n"
        "scenarios: {now: {title: Now}, better: {extends: now, measures: {assign_roles: on}}}\n"
    )
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    base = Base("ours", load_data(str(tmp_path / "ours.yaml")))
    now = view(LAST, 3).but(changes=Changes(base=base), package=("assign_roles",))
    drawn = scene(TOLD, now, told_of(now))
    assert [one["title"] for one in drawn["bars"]].count("Now") == 1
    assert len(drawn["bars"]) == len(drawn["options"]) == 3
    assert to_compare(TOLD, now).scenarios[-1] == OWN


# --- in a browser --------------------------------------------------------------------------------------


def stage(page, address, chapter=0, step=0, language="en", more=""):
    opened(page, address, f"lesson?chapter={chapter}&step={step}{more}", language)
    page.wait_for_selector(f".sy-lesson-at-{steps_of(CHAPTERS[chapter])[step]}")
    page.wait_for_function("!document.querySelector('.sy-lesson-wait')", timeout=COLD)
    return page


@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("en", LANGUAGES))
def test_a_chapter_is_told_with_the_keys_of_a_presenter(page, address, language):
    stage(page, address, 0, 0, language)
    for key, step in zip(["PageDown", "ArrowRight", "PageDown", "PageDown"], QUESTION_STEPS[1:], strict=True):
        page.keyboard.press(key)
        page.wait_for_selector(f".sy-lesson-at-{step}")
        if step == "question":
            for one in "4444113":
                page.keyboard.press(one)
            page.keyboard.press("-")
            hands = "[...document.querySelectorAll('.sy-lesson-count input')].map(one => one.value).join()"
            page.wait_for_function(f"{hands} === '2,0,0,4'")
        assert say(f"lesson.{STEPS[step]}", language) in page.inner_text(".sy-lesson-step.here")
    page.keyboard.press("PageUp")
    page.wait_for_selector(".sy-lesson-at-worlds .sy-lesson-said")
    assert "4 / 6" in page.inner_text(".sy-lesson-answers")
    assert re.search(r"votes=2-0-0-4", page.url)
    page.reload()
    page.wait_for_selector(".sy-lesson-at-worlds .sy-lesson-said")
    assert "4 / 6" in page.inner_text(".sy-lesson-answers")


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
    stage(page, address, 5, 2)
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
    page.wait_for_selector(".sy-lesson-rank li.own")
    assert page.locator(".sy-lesson-note").count() == 1
    assert page.locator(".sy-lesson-note").bounding_box()["y"] < page.locator(".sy-lesson-rank").bounding_box()["y"]
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
    for chapter, step in [(3, 1), (5, 2), (5, 3), (4, 4), (LAST, 3)]:
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
        for step in (0, 1, 3):
            opened(page, url, f"lesson?step={step}")
            page.wait_for_function("!document.querySelector('.sy-lesson-wait')")
            assert "<img src=x" in page.inner_text(".sy-lesson")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator(".sy-lesson img").count() == 0
        page.close()
