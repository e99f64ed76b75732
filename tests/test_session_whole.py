"""A whole session with what the command comes with: driven from beginning to end, in both languages, in a browser."""

import json
import os
import re

import pytest
from room import Phone, hall
from test_session_room import AXE, SMALL, broken, watched

from simulation.report.again import held_against
from simulation.session.content.replay import replayed, session_of
from simulation.session.exports import from_yaml
from simulation.session.record import TABLE

pytestmark = pytest.mark.slow
FITS = """() => { const main = document.querySelector('main'), root = document.documentElement;
  return main.scrollHeight <= main.clientHeight + 1 && root.scrollWidth <= innerWidth
    && root.scrollHeight <= innerHeight; }"""
WIDE = "() => document.documentElement.scrollWidth <= innerWidth"
ROUNDS = 3
BOUGHT = ("name_the_elephant", "assign_roles", "cross_functional_team")


def state(trainer):
    return trainer.state()["screen"]


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.skipif(not AXE.is_file() and not os.environ.get("SYNERGY_NEEDS_BROWSER"), reason="no axe-core here")
@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_session_from_the_lobby_to_the_hand_out(browser, tmp_path, language):
    words = ("--rounds", str(ROUNDS), "--minutes", "30")
    with hall(tmp_path, *words, own=True, language=language) as room:
        trainer = room.trainer()
        context = browser.new_context(viewport={"width": 1280, "height": 720}, locale=f"{language}-NL")
        beamer, phone, console = (context.new_page() for _ in range(3))
        wrong = [watched(page, room.url) for page in (beamer, phone, console)]
        phone.set_viewport_size({"width": 360, "height": 740})
        beamer.goto(f"{room.url}/s/{room.code}/beamer")
        console.goto(room.links[0])
        phone.goto(f"{room.url}/s/{room.code}")
        phone.fill("#nickname", "Marieke")
        phone.check("input[value=Sales]")
        phone.click(".send")
        phone.wait_for_selector("#status")
        others = [Phone(room.url, room.code, f"An {at}", table, language) for at, table in enumerate(("IT", "Finance"))]
        seen = []
        while True:
            key = state(trainer)
            seen.append(key)
            _play(trainer, phone, others, key)
            beamer.wait_for_function("text => document.querySelector('h1').textContent === text", arg=_title(trainer))
            assert beamer.evaluate(FITS), f"{key} does not fit"
            assert phone.evaluate(WIDE), key
            if key in {"game.cards", "round-2", "after.moment", "platform.worlds", "closing.closing", "agree"}:
                assert [broken(page) for page in (beamer, phone, console)] == [[], [], []], key
                assert phone.evaluate(SMALL, 44) == [], key
            if key == "agree":
                break
            assert trainer.do("next")[0] == 200
        assert seen[:4] == ["lobby", "game.cards", "game.menu", "game.foreseen"]
        assert seen[4 : 4 + ROUNDS] == [f"round-{number}" for number in range(1, ROUNDS + 1)]
        _take_home(trainer, console, language)
        context.close()
        assert [one for page in wrong for one in page] == []
        trainer.do("delete")


def _title(trainer):
    """What the console says that the screen is called."""
    return re.sub(
        r"<[^>]+>|\n", "", re.search(r"<h1[^>]*>(.*?)</h1>", trainer.state()["parts"]["now"], re.S)[1]
    ).strip()


def _play(trainer, phone, others, key):
    """What a room does on a screen."""
    if key == "round-2":
        for name in BOUGHT:
            assert trainer.do("decide", name="buy", value=f"{name}@2") == (200, "")
        assert trainer.do("decide", name="buy", value="partner_along@9")[0] == 409
    if key.startswith("round-"):
        phone.wait_for_selector(f"#number-{key}")
        phone.fill(f"#number-{key}", "60")
        phone.click(f"#send-{key}")
        for one in others:
            assert one.answer(key, "40") == (200, "")
        assert trainer.do("type", **{"table-Logistics": "30"})[0] == 200
        phone.wait_for_timeout(300)
        assert trainer.do("next")[0] == 409, "a round is played before the next one"
        assert trainer.do("reveal", on="1")[0] == 200
        assert trainer.do("reveal", on="0")[0] == 409, "what was played was played"
        assert others[0].answer(key, "10")[0] == 409, "after the lock nothing is taken"
    elif key == "game.foreseen":
        assert [one.answer(key, value) for one, value in zip(others, ("4", "2"), strict=True)] == [(200, "")] * 2
    elif key.endswith((".question", ".again")):
        assert [one.answer(key, "1") for one in others] == [(200, "")] * 2
        assert trainer.do("type", **{"hands-0": "3"})[0] == 200
    elif key.endswith((".world", ".why")):
        assert trainer.do("reveal", on="1")[0] == 200


def _take_home(trainer, console, language):
    """The hand-out, the cards and the session's file; the file replays to the same numbers."""
    console.wait_for_selector("#what-0")
    console.fill("#what-0", "zakelijk kwartet <b>")
    console.fill("#who-0", "Marieke")
    with console.expect_download() as download:
        console.click("#make-handout")
    page = download.value.path().read_text("utf-8")
    assert "zakelijk kwartet &lt;b&gt;" in page
    assert "60 %" in page
    assert not re.search(r"(src|href)=|<script", page)
    status, heads, text = trainer.get("/cards")
    assert status == 200
    assert "attachment" in heads["content-disposition"]
    assert text.count("<h1>") == 8
    status, _, text = trainer.get("/export")
    assert status == 200
    assert "kwartet" not in text, "agreements are kept nowhere"
    content, record = session_of(from_yaml(text))
    assert record.table_answer(record.screen_of("round-1"), "Sales") == 60.0
    assert record.answers["round-1", f"{TABLE}Logistics"].typed
    play = content.play(record)
    assert play.played == ROUNDS
    assert play.pledges["Sales"] == (0.6,) * ROUNDS
    assert play.pledges["Purchasing"] == (None,) * ROUNDS, "nobody sat there"
    assert play.bought == tuple((name, 2) for name in BOUGHT)
    assert len(replayed(content, record, language)) == ROUNDS + 7
    exported = from_yaml(text)
    assert exported.numbers is not None
    assert held_against(exported.numbers, content.numbers(record)).apart == ()
    assert len(exported.numbers["rounds"]) == ROUNDS
    assert json.loads(trainer.get("/state")[2])["screen"] == "agree"
