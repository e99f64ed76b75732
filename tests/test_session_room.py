"""A session as a room meets it: over real connections, attacked, killed, and in real browsers."""

import http.client
import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attacker import ask, words_in
from conftest import watched
from room import DemoProgramme, Hall, Phone, Sender, Stream, hall
from test_wcag import AXE, broken

from simulation.cli.main import main
from simulation.system.limits import LIMITS
from simulation.text.i18n import say, words_of

QUESTION = "platform.question"


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A server with two sessions."""
    with hall(tmp_path_factory.mktemp("rooms"), "--sessions", "2") as one:
        yield one


@pytest.fixture
def alone(tmp_path):
    """A server with a session of this test's own."""
    with hall(tmp_path) as one:
        yield one


def refused(key):
    return say(f"session.refused.{key}", "en")


# --- who is who ------------------------------------------------------------------------------------------


def test_who_loads_the_page_again_is_still_there(here):
    ann = Phone(here.url, here.code, "Ann, again")
    for _ in range(3):
        status, heads, text = ann.get()
        assert (status, "set-cookie" in heads) == (200, False)
        assert "Ann, again" in text
    assert ann.join("Ann, again")[0] == 303  # the button pressed twice
    assert [one.nickname for one in here.trainer().record().present].count("Ann, again") == 1


def test_no_two_have_the_same_nickname(here):
    Phone(here.url, here.code, "Twin")
    status, _, text = Phone(here.url, here.code).join("tWIN ")
    assert status == 400
    assert refused("nickname_taken") in words_in(text)


def test_a_removed_nickname_comes_back_under_another(here):
    who, trainer = Phone(here.url, here.code, "Rude word"), here.trainer()
    gone = next(one.id for one in trainer.record().present if one.nickname == "Rude word")
    assert trainer.do("remove", id=gone) == (200, "")
    assert who.state()["removed"]
    _, heads, text = who.get()
    assert refused("removed") in words_in(text)
    who.cookie = heads["set-cookie"].split(";")[0]
    assert who.join("Rude word")[0] == 400
    assert who.join("Kind word")[0] == 303
    assert "Rude word" not in [one.nickname for one in trainer.record().present]


def test_nobody_answers_for_another(here):
    trainer, ann = here.trainer(), Phone(here.url, here.code, "Ann, alone")
    trainer.to(QUESTION)
    stranger = Sender(here.url, ann.there)
    for cookie in ("", ann.cookie[:-1], ann.cookie.replace("synergy_p_", "x"), f"synergy_p_{here.code}=" + "a" * 43):
        stranger.cookie = cookie
        assert stranger.post("/answer", {"screen": QUESTION, "value": "0"})[0] == 403
    theirs = next(one.id for one in trainer.record().present if one.nickname == "Ann, alone")
    bob = Phone(here.url, here.code, "Bob, bad")
    bob.post("/answer", {"screen": QUESTION, "value": "0", "id": theirs})
    assert {who for _, who in trainer.record().answers} == {
        one.id for one in trainer.record().present if one.nickname == "Bob, bad"
    }
    trainer.to("lobby")


def test_two_sessions_never_mix(here):
    ann = Phone(here.url, here.codes[0], "Only in one")
    other = Sender(here.url, f"/s/{here.codes[1]}", ann.cookie)
    assert other.get("/state")[0] == 403
    assert other.post("/answer", {"screen": QUESTION, "value": "0"})[0] == 403
    assert "Only in one" not in {one.nickname for one in here.trainer(1).record().present}
    other = Sender(here.url, f"/s/{here.codes[1]}/console", here.trainer(0).cookie)
    assert other.get("/state")[0] == 403
    before = here.trainer(1).state()["screen"]
    here.trainer(0).to("weeks.question")
    assert here.trainer(1).state()["screen"] == before
    here.trainer(0).to("lobby")


# --- what is taken ---------------------------------------------------------------------------------------


def test_what_is_sent_twice_counts_once(here):
    trainer, ann = here.trainer(), Phone(here.url, here.code, "Ann, twice")
    trainer.to(QUESTION)
    before = len(trainer.events())
    assert [ann.answer(QUESTION, 1, "same mark") for _ in range(3)] == [(200, "")] * 3
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: ann.answer(QUESTION, 2, "another mark"), range(8))) == {(200, "")}
    assert len(trainer.events()) == before + 2
    bob = Phone(here.url, here.code, "Bob, with Ann's mark")
    assert bob.answer(QUESTION, 0, "same mark") == (200, "")  # a mark is its sender's alone
    assert len(trainer.events()) == before + 4
    trainer.to("lobby")


def test_no_answer_is_taken_after_the_lock(here):
    trainer, ann = here.trainer(), Phone(here.url, here.code, "Ann, late")
    trainer.to("roles.question")
    assert ann.answer("roles.question", 0) == (200, "")
    assert trainer.do("lock", on="1") == (200, "")
    assert ann.answer("roles.question", 1) == (409, refused("locked"))
    assert ann.answer(QUESTION, 1) == (409, refused("moved_on"))
    assert not ann.state()["ask"]["open"]
    assert ann.state()["ask"]["mine"] == 0
    trainer.to("lobby")


@pytest.mark.parametrize("value", ["", "-1", "3", "x", "1e9", "٣", "0.5", "<b>", "9" * 2_000])
def test_only_possible_answers_are_taken(here, value):
    trainer, ann = here.trainer(), Phone(here.url, here.code, f"Odd {value[:9]}")
    trainer.to(QUESTION)
    assert ann.answer(QUESTION, value) == (409, refused("value"))
    trainer.to("lobby")


def test_numbers_are_read_as_people_type_them(here):
    trainer = here.trainer()
    trainer.to("weeks.question")
    ann, daan = Phone(here.url, here.code, "Ann, n"), Phone(here.url, here.code, "Daan, n", lang="nl")
    assert ann.answer("weeks.question", " 12.4 ") == (200, "")
    assert daan.answer("weeks.question", "30,6", Accept_Language="nl") == (200, "")
    assert ann.answer("weeks.question", "201")[0] == ann.answer("weeks.question", "many")[0] == 409
    assert trainer.record().number_answers(trainer.record().screen) == (12, 31)  # in whole weeks, as is asked
    trainer.to("lobby")


@pytest.mark.slow
def test_paper_cards_alone_are_enough(alone):
    trainer = alone.trainer()
    trainer.to(QUESTION)
    assert trainer.do("type", **{"hands-0": "4", "hands-1": "", "hands-2": "11"}) == (200, "")
    assert trainer.record().tally(trainer.record().screen) == (4, 0, 11)
    before = len(trainer.events())
    assert trainer.do("type", **{"hands-0": "4", "hands-1": "0", "hands-2": "11"}) == (200, "")
    assert len(trainer.events()) == before  # nothing is new
    trainer.to("round-1")
    assert trainer.do("type", **{"table-sales": "25", "table-it": ""}) == (200, "")
    assert trainer.record().pledges("pledge")["sales"][0] == 25
    assert trainer.record().tables_played() == ("it",)
    trainer.to("weeks.question")
    assert trainer.do("type", papers="10; 20.5 30") == (200, "")
    assert trainer.record().number_answers(trainer.record().screen) == (10, 20.5, 30)
    for wrong in ({"hands-0": "x"}, {"table-sales": "1000"}, {"papers": "ten"}, {"table-nobody": "5"}):
        assert trainer.do("type", **wrong)[0] in {200, 409}
    assert trainer.do("decide", name="measure", value="roles") == (200, "")
    assert trainer.do("decide", name="measure", value="<script>")[0] == 409
    assert [one.value for one in trainer.record().decisions] == ["roles"]


def test_each_reads_their_own_language(here):
    dutch = Phone(here.url, here.code, "Daan", lang="nl")
    here.trainer().to(QUESTION)
    assert "vanzelf" in words_in(dutch.get(Accept_Language="nl-NL, en;q=0.5")[2])
    assert "by itself" in words_in(dutch.get(Accept_Language="fr")[2])
    _, heads, text = dutch.get("?lang=nl", Accept_Language="en")
    assert '<html lang="nl">' in text
    assert "synergy_language=nl" in heads["set-cookie"]
    here.trainer().to("lobby")


# --- who is not let in -----------------------------------------------------------------------------------


def test_nobody_but_the_trainer_reaches_the_console(here):
    ann, trainer = Phone(here.url, here.code, "Ann, curious"), here.trainer()
    before = len(trainer.events())
    for cookie in (ann.cookie, "", f"synergy_c_{here.code}=" + "a" * 43, trainer.cookie[:-1]):
        intruder = Sender(here.url, trainer.there, cookie)
        for path in ("", "/state", "/events", "/export", "?key=" + "a" * 43, "?key="):
            assert intruder.get(path)[0] == 403, path
        assert intruder.post("", {"command": "next", "screen": "lobby"})[0] == 403
        assert intruder.post("", {"command": "delete"})[0] == 403
    assert len(trainer.events()) == before


def test_the_secret_is_nowhere_but_on_the_console(here):
    key = here.links[0].partition("key=")[2]
    ann = Phone(here.url, here.code, "Ann, looking")
    for path in ("", "/state", "/beamer", "/beamer/state"):
        assert key not in ann.get(path)[2]
    assert key not in "".join(here.complaints)
    status, heads, _ = ask(here.url, f"/s/{here.code}/console?key={key}")
    assert (status, heads["location"]) == (303, f"/s/{here.code}/console")
    assert {"HttpOnly", "SameSite=Lax"} <= set(heads["set-cookie"].split("; "))
    assert heads["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example", "10.0.0.1"])
def test_another_name_for_this_machine_is_refused(here, host):
    assert ask(here.url, f"/s/{here.code}", Host=host)[0] == 421


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_another_site_cannot_send_for_somebody(here, origin):
    ann, trainer = Phone(here.url, here.code, f"Ann {str(origin)[-15:]}"), here.trainer()
    trainer.to(QUESTION)
    assert ann.post("/answer", {"screen": QUESTION, "value": "0"}, Origin=origin)[0] == 403
    assert ann.post("/join", {"nickname": "x"}, Origin=origin)[0] == 403
    assert trainer.post("", {"command": "black", "on": "1"}, Origin=origin)[0] == 403
    assert ann.post("/answer", {"screen": QUESTION, "value": "0"}, Sec_Fetch_Site="cross-site")[0] == 403
    trainer.to("lobby")


def test_nothing_that_is_sent_becomes_markup(here):
    bad = "<script>x()</script>"
    ann = Phone(here.url, here.code, bad)
    here.trainer().to(QUESTION)
    ann.answer(QUESTION, 0)
    pages = [ann.get()[2], here.trainer().get()[2], ann.get("/beamer")[2], json.dumps(here.trainer().state())]
    assert "&lt;script&gt;" in pages[0]
    for page in pages:
        assert bad not in page
        assert not re.search(r"<script(?! src=\"/static/)|\son\w+=|javascript:", page)
    here.trainer().to("lobby")


def test_every_answer_says_what_it_may_load(here):
    ann = Phone(here.url, here.code, "Ann, reading heads")
    for path in ("", "/beamer", "/state", "/nothing"):
        heads = ann.get(path)[1]
        policy = dict(part.strip().split(" ", 1) for part in heads["content-security-policy"].split(";"))
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
        assert heads["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/answer", b"x" * (LIMITS.answer_bytes + 1), 413),
        ("POST", "/join", b"x" * (LIMITS.answer_bytes + 1), 413),
        ("POST", "/answer", b"&" * 3_000, 413),
        ("POST", "/answer", bytes(range(256)), 409),
        ("POST", "/answer", b"", 409),
        ("POST", "/answer", b"value=0&" * 400, 413),
        ("GET", "?" + "x" * LIMITS.address_bytes, None, 414),
        ("DELETE", "", None, 405),
        ("PUT", "/answer", b"x", 405),
        ("GET", "/answer", None, 405),
        ("GET", "/../../etc/passwd", None, 404),
        ("GET", "/%00", None, 404),
    ],
)
def test_what_is_too_much_or_no_request_of_ours(here, method, path, body, status):
    who = Phone(here.url, here.code, "")
    heads = {"Origin": here.url, "Cookie": who.cookie, "Accept": "application/json"}
    assert ask(here.url, who.there + path, method, body, **heads)[0] == status


def test_who_floods_is_slowed_down_and_nobody_else(here):
    trainer, flood, ann = here.trainer(), Phone(here.url, here.code, "Flood"), Phone(here.url, here.code, "Ann, calm")
    trainer.to(QUESTION)
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda n: flood.answer(QUESTION, n % 3)[0], range(4 * LIMITS.posts_at_once)))
    assert statuses.count(429) > LIMITS.posts_at_once
    assert statuses.count(200) >= LIMITS.posts_at_once // 2
    assert ann.answer(QUESTION, 1) == (200, "")
    trainer.to("lobby")


def test_who_looks_all_the_time_is_slowed_down_and_nobody_else(here):
    flood, ann = Phone(here.url, here.code, "Never enough"), Phone(here.url, here.code, "Now and then")
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: flood.get("/state")[0], range(3 * LIMITS.looks_at_once)))
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= LIMITS.looks_at_once
    assert ann.get()[0] == 200


def test_wrong_codes_are_counted_and_a_right_one_is_let_in(here):
    said = [
        words_in(ask(here.url, f"/?code=AAAA{n:04}".replace("0", "B").replace("1", "C"))[2])
        for n in range(LIMITS.codes_at_once + 20)
    ]
    assert say("session.page.no_code", "en") in said[0]
    assert say("session.page.many_codes", "en") in said[-1]
    status, heads, _ = ask(here.url, f"/?code={here.code[:4].lower()}%20{here.code[4:]}")
    assert (status, heads["location"]) == (303, f"/s/{here.code}")
    assert Phone(here.url, here.code, "Behind the same address").state()["n"]


@pytest.mark.slow
def test_sixty_phones_behind_one_address_get_in(alone):
    with ThreadPoolExecutor(12) as pool:
        phones = list(pool.map(lambda n: Phone(alone.url, alone.code, f"Phone {n}"), range(60)))
    assert len({phone.cookie for phone in phones}) == len(alone.trainer().record().present) == 60


# --- streams ---------------------------------------------------------------------------------------------


def test_a_change_comes_down_the_stream(here):
    trainer, ann = here.trainer(), Phone(here.url, here.code, "Ann, listening")
    open_ = Stream(ann)
    assert open_.answer.headers["content-type"].startswith("text/event-stream")
    assert open_.state()["screen"] == "lobby"
    trainer.to(QUESTION)
    begun = time.monotonic()
    assert open_.state()["screen"] == QUESTION
    assert time.monotonic() - begun < 1.0
    ann.answer(QUESTION, 2)
    assert open_.state()["ask"]["mine"] == 2
    open_.close()
    trainer.to("lobby")


def test_onlookers_do_not_end_the_stream_of_the_trainer_s_beamer(here):
    own = Stream(Sender(here.url, f"/s/{here.code}/beamer", here.trainer().cookie))
    assert own.state() is not None
    others = [Stream(Sender(here.url, f"/s/{here.code}/beamer")) for _ in range(LIMITS.streams_shown + 2)]
    here.trainer().to(QUESTION)
    assert own.state()["screen"] == QUESTION
    for one in (own, *others):
        one.close()
    here.trainer().to("lobby")


def test_who_does_not_read_keeps_nobody_waiting(here):
    trainer, ann = here.trainer(), Phone(here.url, here.code, "Ann, beside the deaf")
    deaf = [Stream(Sender(here.url, f"/s/{here.code}/beamer")) for _ in range(LIMITS.streams_shown)]
    deaf += [Stream(trainer) for _ in range(LIMITS.streams_shown)]
    open_ = Stream(ann)
    for key in ("roles.question", "weeks.question", "lobby"):
        trainer.to(key)
        sent = time.monotonic()
        while open_.state()["screen"] != key:
            pass
        assert time.monotonic() - sent < 1.0
    for one in (open_, *deaf):
        one.close()


def test_a_further_stream_ends_the_oldest(here):
    ann = Phone(here.url, here.code, "Ann, everywhere")
    open_ = [Stream(ann) for _ in range(LIMITS.streams_each + 1)]
    assert open_[-1].state() is not None
    assert open_[0].state() is not None
    assert open_[0].state() is None  # its end
    for one in open_:
        one.close()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_a_signal_ends_the_server_at_once_although_streams_are_open(alone, number):
    senders = [Phone(alone.url, alone.code, f"nr {n}") for n in range(5)]
    senders += [Sender(alone.url, f"/s/{alone.code}/beamer"), alone.trainer()]
    open_ = [Stream(sender) for sender in senders]
    assert all(one.state() for one in open_)
    alone.process.send_signal(number)
    begun = time.monotonic()
    assert alone.process.wait(timeout=10) == 128 + number
    assert time.monotonic() - begun < 2.0
    for one in open_:
        one.close()
    alone.end()


@pytest.mark.slow
def test_a_deleted_session_is_gone(tmp_path):
    with hall(tmp_path) as one:
        ann, trainer = Phone(one.url, one.code, "Ann"), one.trainer()
        open_ = Stream(ann)
        open_.state()
        assert list((tmp_path / "sessions").iterdir())
        status, _, text = trainer.post("", {"command": "delete"})
        assert (status, json.loads(text)["gone"]) == (200, True)
        assert b"event: over" in open_.answer.read()
        assert not list((tmp_path / "sessions").iterdir())
        assert ann.get("/state")[0] == ann.get()[0] == 404
        assert ann.post("/answer", {"screen": QUESTION, "value": "0"})[0] == 404
        open_.close()


@pytest.mark.slow
def test_a_session_that_is_over_says_so(alone):
    trainer, ann = alone.trainer(), Phone(alone.url, alone.code, "Ann")
    trainer.to(QUESTION)
    assert trainer.do("over", on="1") == (200, "")
    assert say("session.phone.is_over", "en") in words_in(ann.get()[2])
    assert ann.answer(QUESTION, 0)[0] == 409
    assert trainer.do("over", on="0") == (200, "")
    assert ann.answer(QUESTION, 0) == (200, "")


# --- killed ----------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_killed_server_goes_on_with_every_acknowledged_vote(tmp_path):
    one = Hall(tmp_path)
    phones = [Phone(one.url, one.code, f"nr {n}") for n in range(12)]
    trainer = one.trainer()
    trainer.to(QUESTION)
    acknowledged = []

    def vote(phone):
        for k in range(200):
            try:
                status, _ = phone.answer(QUESTION, k % 3, f"mark {k}")
            except (OSError, ValueError, http.client.HTTPException):
                return
            if status == 200:
                acknowledged.append((phone, k))

    threads = [threading.Thread(target=vote, args=(phone,)) for phone in phones]
    for thread in threads:
        thread.start()
    time.sleep(0.4)
    one.end(force=True)
    for thread in threads:
        thread.join()
    assert acknowledged
    with hall(tmp_path, "--continue", one.code, port=one.port) as again:
        assert again.codes == [one.code]
        assert '<html lang="en">' in trainer.get()[2]
        now = trainer.record()  # the link of before is still good
        assert now.screen.key == QUESTION
        assert len(now.present) == 12
        answers = [event for event in trainer.events() if event.kind == "answer"]
        assert len(acknowledged) <= len(answers) <= len(acknowledged) + len(phones)
        before = len(answers)
        for phone, k in acknowledged[-5:]:  # sent again: acknowledged again, counted once
            phone.answer(QUESTION, k % 3, f"mark {k}")
        assert len([event for event in trainer.events() if event.kind == "answer"]) == before
        assert all(phone.state()["screen"] == QUESTION for phone in phones)
        assert sum(now.tally(now.screen)) == len({phone for phone, _ in acknowledged})


@pytest.mark.slow
def test_a_session_is_open_on_one_server(alone, tmp_path, monkeypatch, capsys):
    import simulation.session.content.origin as contents

    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(contents, "programme_of", lambda *_, **__: DemoProgramme())
    assert main(["session", "--continue", alone.code, "--lang", "en"]) == 1
    assert "open already" in capsys.readouterr().err


@pytest.mark.slow
def test_an_export_goes_on_as_a_session_of_its_own(alone, tmp_path, monkeypatch):
    from simulation.session.exports import from_yaml
    from simulation.session.server import imported

    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(tmp_path / "elsewhere"))
    ann, trainer = Phone(alone.url, alone.code, "Ann: {x}, 'y' # z"), alone.trainer()
    trainer.to(QUESTION)
    ann.answer(QUESTION, 2)
    text = trainer.get("/export")[2]
    assert ann.cookie.split("=")[1] not in text
    assert trainer.cookie.split("=")[1] not in text
    room = imported(DemoProgramme(), from_yaml(text), "en")
    assert room.code != alone.code
    assert room.shown.tally(room.shown.screen) == (0, 0, 1)
    assert [one.nickname for one in room.shown.present] == ["Ann: {x}, 'y' # z"]
    room.close()


# --- rehearsing ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_simulated_participants_join_and_answer(tmp_path):
    with hall(tmp_path, "--practice", "5") as one:
        trainer = one.trainer()
        until(lambda: len(trainer.record().present) == 5, 15)
        trainer.to(QUESTION)
        until(lambda: sum(trainer.record().tally(trainer.record().screen)) >= 2, 20)


def until(there, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
def test_the_command_says_what_it_cannot_do(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(tmp_path))
    for words, code, said in (
        (["--continue", "KXTR7MPQ"], 1, "no session"),
        (["--continue", "../../x"], 1, "no session"),
        (["--continue", "KXTR7MPQ", "--sessions", "2"], 2, "one of the two"),
        (["--practice", "0"], 2, "whole number"),
        (["--port", "70000"], 2, "whole number"),
        (["--language", "xx"], 2, "Choose one of"),
    ):
        assert main(["session", *words, "--lang", "en"]) == code, words
        assert said in capsys.readouterr().err
    assert main(["session", "--list", "--lang", "en"]) == 0
    assert "No sessions are kept" in capsys.readouterr().out


# --- in a browser ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    with hall(tmp_path_factory.mktemp("shown")) as one:
        yield one


@pytest.fixture
def tabs(browser, shown):
    """Makes pages that note what must not happen in them, each a visitor of its own."""
    contexts = []
    shown.trainer().afresh()

    def made(path, width=360, height=740, language="en-GB", errors=True):
        context = browser.new_context(viewport={"width": width, "height": height}, locale=language)
        contexts.append(context)
        page = context.new_page()
        page.wrong = watched(page, shown.url) if errors else []
        page.goto(path if path.startswith("http") else f"{shown.url}{path}")
        return page

    yield made
    wrong = [one for context in contexts for page in context.pages for one in page.wrong]
    for context in contexts:
        context.close()
    assert wrong == []


def joined(tabs, shown, nickname, **named):
    page = tabs(f"/s/{shown.code}", **named)
    page.fill("#nickname", nickname)
    page.check("input[value=sales]")
    page.click(".send")
    page.wait_for_selector("#status")
    return page


STATUS = "text => document.querySelector('#status').textContent.includes(text)"


@pytest.mark.browser
@pytest.mark.slow
def test_a_whole_round_in_three_browsers(tabs, shown):
    console, beamer = tabs(shown.links[0], 1280, 800), tabs(f"/s/{shown.code}/beamer", 1280, 720)
    phone = joined(tabs, shown, "Ann in a browser")
    beamer.wait_for_function("() => document.body.innerText.includes('1 participant')")
    console.keyboard.press("ArrowRight")
    phone.locator(".option").nth(1).click()
    phone.wait_for_function(STATUS, arg="Your answer is in")
    assert phone.locator(".option").nth(1).get_attribute("aria-pressed") == "true"
    beamer.wait_for_function("() => document.body.innerText.includes('1 of 1 has answered')")
    assert "No" in beamer.inner_text("main")
    assert not beamer.locator(".bars").count()  # secret before the lock
    console.keyboard.press("l")
    beamer.wait_for_selector(".bars")
    phone.wait_for_function(STATUS, arg="closed")
    console.keyboard.press("r")
    beamer.wait_for_function("() => document.body.innerText.includes('94 of 100')")
    console.keyboard.press("b")
    beamer.wait_for_function("() => document.body.classList.contains('black')")
    phone.reload()
    assert phone.locator(".option").nth(1).get_attribute("aria-pressed") == "true"
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    shown.trainer().do("black", on="0")
    shown.trainer().to("lobby")


@pytest.mark.browser
def test_what_somebody_types_stays_while_the_page_changes(tabs, shown):
    trainer = shown.trainer()
    trainer.to("round-2")
    phone = joined(tabs, shown, "Ann, typing")
    field = phone.locator("#number-round-2")
    field.click()
    phone.keyboard.type("4")
    mate = Phone(shown.url, shown.code, "Mate at the same table")
    assert mate.answer("round-2", "90") == (200, "")
    trainer.do("timer", minutes="3")
    phone.wait_for_selector(".timer:not([hidden])")
    phone.keyboard.type("5")
    assert field.input_value() == "45"
    assert phone.evaluate("document.activeElement.id") == "number-round-2"
    phone.keyboard.press("Enter")
    phone.wait_for_function(STATUS, arg="Your answer is in")
    until(lambda: trainer.record().pledges("pledge")["sales"][1] == 45)
    trainer.do("timer", minutes="0")
    trainer.to("lobby")


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_without_a_stream_asks(tabs, shown):
    trainer = shown.trainer()
    trainer.to("lobby")
    phone = joined(tabs, shown, "Ann, behind a proxy", errors=False)
    phone.route("**/events", lambda route: None)  # a proxy that keeps everything to itself
    phone.reload()
    trainer.to(QUESTION)
    phone.wait_for_selector(".option", timeout=8_000)
    phone.locator(".option").first.click()
    phone.wait_for_function(STATUS, arg="Your answer is in")
    trainer.to("lobby")
    phone.wait_for_function("() => !document.querySelector('.option')", timeout=8_000)


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_without_eventsource_asks(tabs, shown):
    trainer = shown.trainer()
    trainer.to("lobby")
    phone = joined(tabs, shown, "Ann, with an old phone")
    phone.add_init_script("delete window.EventSource")
    phone.reload()
    trainer.to(QUESTION)
    phone.wait_for_selector(".option", timeout=8_000)
    trainer.to("lobby")


def cut_off(shown, page):
    """End the streams of a page, as a network does that is gone: being offline in Chromium leaves them open."""
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies(page.url))
    for one in [Stream(Sender(shown.url, f"/s/{shown.code}", cookies)) for _ in range(LIMITS.streams_each)]:
        one.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_phone_that_was_away_comes_back_to_its_place(tabs, shown):
    trainer = shown.trainer()
    trainer.to("lobby")
    phone = joined(tabs, shown, "Ann, asleep", errors=False)
    phone.context.set_offline(True)
    cut_off(shown, phone)
    trainer.to(QUESTION)
    phone.wait_for_timeout(500)
    assert not phone.locator(".option").count()
    phone.context.set_offline(False)
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    phone.wait_for_selector(".option", timeout=4_000)
    phone.context.set_offline(True)
    phone.locator(".option").first.click()
    phone.wait_for_function("() => document.querySelector('#lost').textContent.includes('Trying again')")
    phone.context.set_offline(False)
    phone.wait_for_function(STATUS, arg="Your answer is in", timeout=8_000)
    who = trainer.record().present[-1]
    assert [one.kind for one in trainer.events() if one.data.get("id") == who.id] == ["join", "answer"]
    trainer.to("lobby")


@pytest.mark.browser
@pytest.mark.slow
def test_a_server_that_went_and_came_back(tabs, tmp_path):
    one = Hall(tmp_path)
    phone = joined(lambda path, **named: tabs(one.url + path, errors=False, **named), one, "Ann, patient")
    trainer = one.trainer()
    one.end(force=True)
    phone.wait_for_function("() => document.querySelector('#lost').textContent.includes('lost')", timeout=15_000)
    with hall(tmp_path, "--continue", one.code, port=one.port):
        trainer.to(QUESTION)
        phone.wait_for_selector(".option", timeout=15_000)
        trainer.post("", {"command": "delete"})
        phone.wait_for_function("() => document.querySelector('#lost').textContent.includes('over')", timeout=15_000)


@pytest.mark.browser
@pytest.mark.slow
def test_a_phone_without_scripts_answers_too(browser, shown):
    trainer = shown.trainer()
    trainer.to(QUESTION)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(f"{shown.url}/s/{shown.code}")
    page.fill("#nickname", "Ann, without scripts")
    page.check("input[value=it]")
    page.click(".send")
    page.locator(".option").nth(2).click()
    assert page.locator(".option").nth(2).get_attribute("aria-pressed") == "true"
    assert say("session.phone.is_saved", "en") in page.inner_text("#status")
    context.close()
    trainer.to("lobby")


@pytest.mark.browser
@pytest.mark.slow
def test_the_test_page_tells_the_console(tabs, shown):
    console = tabs(shown.links[0], 390, 844)
    console.click("#d-reach > summary")
    assert "No phone has opened" in console.inner_text("#d-reach")
    assert "You are here" in tabs("/test").inner_text("h1")
    console.wait_for_function("() => document.querySelector('#d-reach').innerText.includes('A phone arrived')")
    assert console.locator("#d-reach").get_attribute("open") is not None
    assert console.evaluate("document.documentElement.scrollWidth") <= 390


SMALL = """least => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary, label.choice')]
    .filter(one => one.offsetParent && !(one.closest('label.choice') && one.tagName === 'INPUT'))
    .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
    .filter(([_, box]) => box.height < least || box.width < least).map(([text]) => text)"""


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.skipif(not AXE.is_file() and not os.environ.get("SYNERGY_NEEDS_BROWSER"), reason="no axe-core here")
@pytest.mark.slow
@pytest.mark.parametrize("language", ["nl-NL", "en-GB"])
def test_no_rule_of_wcag_is_broken_and_targets_are_large(tabs, shown, language):
    trainer = shown.trainer()
    trainer.to("lobby")
    door, joining = tabs("/", language=language), tabs(f"/s/{shown.code}", language=language)
    phone = joined(tabs, shown, f"Ann, {language}", language=language)
    beamer, console = tabs(f"/s/{shown.code}/beamer", 1280, 720), tabs(shown.links[0], 1280, 800)
    for fold in ("typed", "names", "jump", "people", "reach", "settings"):
        console.evaluate("id => { const one = document.getElementById(id); if (one) one.open = true; }", f"d-{fold}")
    seen = [door, joining, phone, beamer, console]
    for key in ("lobby", QUESTION, "weeks.question", "round-1"):
        trainer.to(key)
        for page in (phone, console):
            page.wait_for_function(f"() => document.body.innerText.includes({json.dumps(title(key, page))})")
        for page in seen:
            # axe-core is put in by the test's own hand; the page's policy would not let it in as an element
            assert broken(page) == [], key
        for page in (door, joining, phone, console):
            assert page.evaluate(SMALL, 24 if page is console else 44) == [], key
        seen = [phone, beamer, console]
    trainer.do("reveal", on="1")
    assert broken(beamer) == broken(phone) == []
    trainer.to("lobby")


def title(key, page):
    """What a screen is called in the language of a page."""
    return next(one.title for one in DemoProgramme().screens if one.key == key).in_(
        page.evaluate("document.documentElement.lang")
    )


def test_a_participant_s_page_is_light(here):
    ann = Phone(here.url, here.code, "Ann, on a slow network")
    here.trainer().to(QUESTION)
    text = ann.get()[2]
    files = {path: ask(here.url, path)[2] for path in re.findall(r"/static/[^\"]+", text)}
    assert {path.split("?")[0] for path in files} == {
        f"/static/{name}" for name in ("live.js", "style.css", "content.css")
    }
    own = [one for path, one in files.items() if "content.css" not in path]  # that one is for what the content draws
    assert len(text.encode()) + sum(len(one.encode()) for one in own) < 15_000
    sent = [ask(here.url, path, Accept_Encoding="gzip")[1] for path in files]
    assert (
        sum(int(heads["content-length"]) for heads in sent) + len(text.encode()) < 10_000
    )  # as it goes through the air
    here.trainer().to("lobby")


def test_every_word_of_a_page_is_on_it():
    """Words of pages are looked up as ``words.name``, which the test of all words does not read."""
    pages = Path("simulation/session/pages")
    for part in ("page", "phone", "beamer", "console"):
        templates = (
            list(pages.glob("*.html")) if part == "page" else [pages / "results.html", *pages.glob(f"{part}*.html")]
        )
        templates += [pages / "join.html"] if part == "phone" else []
        text = "".join(path.read_text("utf-8") for path in templates)
        text += "".join(path.read_text("utf-8") for path in Path("simulation/session").glob("*.py"))
        for key in words_of(f"session.{part}", "en"):
            assert re.search(rf"words\.{key}\b", text) or f'"{key}"' in text or f"session.{part}.{key}" in text, key
    places = [*Path("simulation/session").rglob("*.py"), *Path("simulation/game").glob("*.py")]
    sources = "".join(path.read_text("utf-8") for path in places)
    for key in words_of("session.refused", "en"):
        assert f'"{key}"' in sources, key


def test_pages_ask_nothing_of_the_outside():
    for path in Path("simulation/session/pages").iterdir():
        assert not re.search(r"https?://|//cdn", path.read_text(encoding="utf-8")), path
