"""The dashboard: its state without a browser, its page in a real headless Chromium."""

import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from simulation import case
from simulation.dashboard.state import Choice, first_choice
from simulation.dashboard.world import world_data
from simulation.files import parse
from simulation.words import say

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
needs_browser = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("SYNERGY_NEEDS_BROWSER"), reason="no chromium here"
)
KNOWN_NOISE = ("Failed to evaluate Vue script",)  # ipyvue's own fall-back, a warning and harmless


# --- without a browser ---------------------------------------------------------------------------------


def test_a_choice_never_holds_what_it_cannot():
    choice = Choice()
    assert choice.ticked("wait", True).scenarios[:2] == ("it-only", "wait")
    without = choice.ticked("full", False)
    assert "full" not in without.scenarios
    assert without.in_hand in without.scenarios
    assert choice.but(scenarios=()).scenarios == ()
    assert choice == Choice()


def test_language_comes_from_the_address_or_the_server(monkeypatch):
    monkeypatch.setenv("SYNERGY_LANGUAGE", "nl")
    assert first_choice(None).language == "nl"
    assert first_choice("en").language == "en"
    assert first_choice("<script>").language == "nl"


def test_world_data_is_whole_and_plain():
    data = world_data("full", 0, 1, "ranges", "nl")
    assert len(data["engagement"]) == len(data["adoption"]) == case().horizon
    assert all(0 <= value <= 1 for week in data["engagement"] + data["adoption"] for value in week)
    assert {node["name"] for node in data["nodes"]} >= {"Inkoop", "Groothandel"}
    assert any("livegang" in event["text"] or "live" in event["text"] for event in data["events"])


def test_a_port_in_use_is_refused():
    from simulation.cli import main

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["dashboard", "--no-open", "--port", str(taken.getsockname()[1])]) == 1


# --- in a browser --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "simulation.cli", "dashboard", "--no-open", "--port", str(port), "--lang", "en"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{port}/"
    for _ in range(120):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
            break
        except OSError:
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.5)
    yield url
    process.terminate()
    _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors, errors


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, address):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(60_000)
    wrong = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: wrong.append(asked.url) if not asked.url.startswith((address, "data:", "blob:")) else None,
    )
    page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    yield page
    page.close()
    assert [one for one in wrong if "katex" not in one.lower()] == []


def opened(page, address, language="en"):
    page.goto(f"{address}?lang={language}")
    page.wait_for_selector(".sy-shown:not(.sy-stale) #answer")
    return page


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_opens_complete_in_both_languages(page, address, language, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, address, language)
    answer = page.inner_text("#answer")
    assert re.search(
        {"en": r"beats .* in \d+ of 50 worlds", "nl": r"wint van .* in \d+ van 50 werelden"}[language], answer
    )
    for key in ("illustrative", "adoption", "verdicts", "one_world", "events"):
        assert say(f"page.{key}", language) in page.inner_text("body"), key
    page.wait_for_selector(".sy-chart svg")
    assert page.locator(".sy-chart svg").count() == 2
    assert page.locator(".sy-verdicts li").count() == 4
    assert page.locator(".sy-net circle").count() == 3 * 9
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@needs_browser
def test_ticking_a_scenario_adds_it_to_the_answer(page, address):
    opened(page, address)
    title = case().scenario("wait").called("en")
    assert title not in page.inner_text(".sy-verdicts")
    page.get_by_label(title, exact=True).check(force=True)
    page.wait_for_function("document.querySelectorAll('.sy-shown:not(.sy-stale) .sy-verdicts li').length === 5")
    assert title in page.inner_text(".sy-verdicts")
    for name in ("it-only", "roles", "package-partner-with", "full-no-anchoring", "wait"):
        page.get_by_label(case().scenario(name).called("en"), exact=True).uncheck(force=True)
    page.wait_for_selector(f"text={say('page.too_few', 'en')}")


@pytest.mark.browser
@needs_browser
def test_the_verdict_on_the_page_is_that_of_the_command_line(page, address, capsys):
    from simulation.cli import main

    opened(page, address)
    shown = page.inner_text("#answer")
    main(["compare", "--scenarios", "it-only,full", "--worlds", "50", "--lang", "en", "--jobs", "2"])
    said = re.search(r"full beats it-only (in \d+ of 50 worlds.*?);", capsys.readouterr().out)[1]
    assert shown == f"Full package beats IT only {said}"


@pytest.mark.browser
@needs_browser
def test_the_week_slider_and_play_move_the_network_without_the_server(page, address):
    opened(page, address)
    slider = page.get_by_label(say("page.slider", "en"), exact=True)
    before = [one.get_attribute("data-engagement") for one in page.locator(".sy-net g").all()]
    slider.focus()
    page.keyboard.press("End")
    assert "Week 156 of 156" in page.inner_text(".sy-week")
    assert [one.get_attribute("data-engagement") for one in page.locator(".sy-net g").all()] != before
    page.keyboard.press("Home")
    page.get_by_role("button", name=say("page.play", "en")).click()
    page.wait_for_function("+document.querySelector('.sy-slider input').value > 4")
    page.get_by_role("button", name=say("page.pause", "en")).click()
    week = page.inner_text(".sy-week")
    page.wait_for_timeout(500)
    assert page.inner_text(".sy-week") == week


@pytest.mark.browser
@needs_browser
def test_the_language_switch_changes_everything(page, address):
    opened(page, address)
    page.get_by_role("button", name="Nederlands").click()
    page.wait_for_selector(f"text={say('page.one_world', 'nl')}")
    page.wait_for_function("document.querySelector('#answer').innerText.includes('wint van')")
    assert say("page.one_world", "en") not in page.inner_text("body")
    assert "Inkoop" in page.text_content(".sy-net")


@pytest.mark.browser
@needs_browser
def test_two_visitors_do_not_see_each_others_choices(page, browser, address):
    opened(page, address)
    other = browser.new_page()
    opened(other, address)
    page.get_by_label(case().scenario("wait").called("en"), exact=True).check(force=True)
    page.wait_for_function("document.querySelectorAll('.sy-shown:not(.sy-stale) .sy-verdicts li').length === 5")
    assert other.locator(".sy-verdicts li").count() == 4
    other.close()


@pytest.mark.browser
@needs_browser
def test_an_unknown_address_ends_in_a_sentence(browser, address):
    page = browser.new_page()
    page.goto(f"{address}no/such/page")
    assert say("page.lost", "en") in page.inner_text("body")
    page.get_by_role("link", name=say("page.home", "en")).click()
    page.wait_for_selector("#answer")
    page.goto(f"{address}?lang=%3Cscript%3E&world=..%2F..%2Fetc")
    page.wait_for_selector("#answer")
    page.close()


def test_a_failure_in_a_page_ends_in_a_sentence(monkeypatch):
    import ipyvue
    import solara

    from simulation.dashboard import app, compare_page

    def broken(*_):
        raise ZeroDivisionError("<b>")

    monkeypatch.setattr(compare_page, "world_data", broken)
    logging.getLogger("reacton").setLevel(logging.CRITICAL)
    _, context = solara.render(app.Guarded(Choice(), lambda change: None), handle_error=False)
    shown = " ".join(str(one.get_state()) for one in context.find(ipyvue.VueTemplate).widgets)
    context.close()
    assert say("page.error", "en", why="ZeroDivisionError") in shown


def test_names_with_markup_are_text_everywhere():
    name = "<img src=x onerror=alert(1)>"
    text = (
        "synergy: 1\norganisation:\n  departments:\n    IT: {kind: it, capacity: 100}\n"
        f"    '{name}': {{kind: business, capacity: 50}}\nscenarios:\n  '{name}': {{}}\n  b: {{}}\n"
    )
    study = parse(text)
    import ipyvue
    import solara

    from simulation.compare import compare_runs
    from simulation.dashboard import compare_page
    from simulation.ensemble import run_worlds

    found = compare_runs(run_worlds(study, 2), "b")
    _, context = solara.render(compare_page.Shown(found, Choice(in_hand=name), True), handle_error=False)
    states = [one.get_state() for one in context.find(ipyvue.VueTemplate).widgets]
    context.close()
    markup = " ".join(str(state.get("unsafe_innerHTML", "")) for state in states)
    assert "&lt;img" in markup
    assert "<img" not in markup
