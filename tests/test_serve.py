"""The door before Solara: what may be asked and by whom, the headers, our words for a lost connection."""

import asyncio
import json
import re
import socket
import threading
import time
import uuid

import pytest
from attacker import ask, words_in
from conftest import CHROMIUM, free_port, quickly, served, still, watched
from hypothesis import given
from hypothesis import strategies as st

from simulation.cli.main import main
from simulation.dashboard.pages import pages
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES, say
from simulation.web.hosts import hosts_of, is_welcome

SOLARAS_WORDS = (
    "App is disconnected",
    "Server\n",
    "disconnected.",
    "Restoring session",
    "Please refresh",
    "Could not restore",
    "Refresh now",
    "Cancel\n",
    "Loading resources</",
    "user-scalable",
    "maximum-scale",
    "☀",
)


@pytest.fixture(scope="module")
def debugged():
    """A server that tells how it is, with its process."""
    with served(environment={"SYNERGY_DEBUG": "1"}) as (url, _):
        yield url


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["", *pages()])
def test_a_page_is_in_our_words(address, name, language):
    status, _, text = ask(address, f"/{name}", Cookie=f"synergy_language={language}")
    assert status == 200
    assert f'<html lang="{language}">' in text
    assert "width=device-width, initial-scale=1" in text
    shown = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)  # what Solara's scripts say to their readers
    for said in SOLARAS_WORDS:
        assert said not in shown, said
    for key in ("gone", "restarted", "loading", "no_script"):
        assert say(f"web.{key}", language) in text
    other = "nl" if language == "en" else "en"
    assert f'<html lang="{other}">' in ask(address, f"/{name}?lang={other}", Cookie=f"synergy_language={language}")[2]


def test_every_answer_has_the_heads_that_forbid_foreign_scripts_and_framing(address):
    for path in (
        "/",
        "/save",
        "/no/such",
        "/readyz",
        "/static/main-vuetify.js",
        "/_solara/cdn/requirejs@2.3.6/require.js",
    ):
        _, heads, _ = ask(address, path)
        policy = heads["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "object-src 'none'" in policy
        assert "unsafe-inline" not in re.search("script-src[^;]*", policy)[0]
        assert "http:" not in policy
        assert "*" not in policy
        assert heads["x-frame-options"] == "DENY"
        assert heads["x-content-type-options"] == "nosniff"
        assert heads["referrer-policy"] == "same-origin"
        assert "camera=()" in heads["permissions-policy"]
        assert "server" not in heads


def test_only_the_pages_own_scripts_are_known_by_the_nonce(address):
    _, heads, text = ask(address, "/compare?lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    nonce = re.search("'nonce-([^']+)'", heads["content-security-policy"])[1]
    assert text.count(f'<script nonce="{nonce}"') == len(re.findall(r"<script[\s>]", text))
    assert "alert(1)" not in text
    assert nonce not in ask(address, "/compare")[1]["content-security-policy"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unknown_address_is_said_in_the_visitors_language(address, language):
    for path in ("/no/such/page", "/save/", "/Compare", "/compare/../../etc/passwd", "/%00", "/favicon.ico", "/<b>"):
        status, _, text = ask(address, path, Cookie=f"synergy_language={language}")
        assert status == 404, path
        assert say("shell.lost", language) in words_in(text)
        assert say("shell.home", language) in text
        assert "<b>" not in text


def test_what_solara_serves_besides_is_closed(address):
    kernel = uuid.uuid4()
    closed = ["/resourcez", "/jupyter/api/kernels/1", "/static/public/x", "/static/", "/_solara/auth/login"]
    closed += ["/_solara/cdn/lodash@4.17.21/lodash.min.js", "/_solara/cdn/requirejs@2.3.6", "/_solara/cdn/"]
    for path in closed:
        assert ask(address, path)[0] == 404, path
    assert ask(address, f"/_solara/api/evict/{kernel}", "POST")[0] == 404
    assert ask(address, f"/_solara/api/close/{kernel}?session_id={kernel}", "POST")[0] == 204
    assert ask(address, f"/_solara/api/close/{kernel}", "POST")[0] == 204
    assert ask(address, "/_solara/cdn/requirejs@2.3.6/require.js")[0] == 200  # and the folder above is still there


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_pages_can_only_be_read(address, method):
    status, heads, text = ask(address, "/save", method, body=b"x" * 100_000)
    assert status == 405
    assert heads["allow"] == "GET, HEAD"
    assert say("web.method", "en") in words_in(text)


def test_a_head_has_no_body(address):
    status, heads, text = ask(address, "/save", "HEAD")
    assert (status, text) == (200, "")
    assert int(heads["content-length"]) > 1_000


UP = [
    "/static/../serve.py",
    "/static/..%2f..%2fserver.py",
    "/static/%2e%2e/%2e%2e/server.py",
    "/static/..\\..\\server.py",
]
UP += [
    "/static//etc/passwd",
    "/static/%2fetc/passwd",
    "/_solara/cdn/../../../etc/passwd",
    "/jupyter/nbextensions/../../x",
]
UP += ["/_solara/cdn/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/static/assets/..%5c..%5capp.py", "/static/assets/....//app.py"]


@pytest.mark.parametrize("path", UP)
def test_no_path_leads_up(address, path):
    status, _, text = ask(address, path)
    assert status == 404
    assert "root:" not in text
    assert "import " not in text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:1@evil", "", "10.0.0.1", "a b"])
def test_another_name_for_this_machine_is_refused(address, host):
    status, _, text = ask(address, "/", Host=host)
    assert status in (400, 421)
    if status == 421:
        assert "SYNERGY_HOSTS" in text


def test_a_request_cannot_move_everybodys_address(address):
    ask(address, "/", script_name="/evil", x_script_name="//evil.example", X_Forwarded_Host="evil.example")
    assert "evil" not in ask(address, "/")[2]


def test_what_solara_reads_in_an_address_is_taken_out(address):
    status, heads, _ = ask(address, "/save?kernelid=x&lang=nl&modelid=y&hand=%26a")
    assert (status, heads["location"]) == (303, "/save?lang=nl&hand=%26a")


@given(st.text(max_size=40))
def test_no_text_is_welcome_but_our_names(host):
    names = hosts_of("127.0.0.1")
    name = re.sub(r":\d{1,5}$", "", host).strip("[]").lower()
    assert not is_welcome(host, names, True) or name in names


def test_a_server_for_others_knows_its_numbers_and_names(monkeypatch):
    monkeypatch.setenv("SYNERGY_HOSTS", "board.example, other.example")
    names = hosts_of("0.0.0.0")
    assert is_welcome("192.168.1.5:8765", names, False)
    assert is_welcome("board.example", names, False)
    assert is_welcome(socket.gethostname(), names, False)
    assert not is_welcome("evil.example", names, False)


# --- the websocket -------------------------------------------------------------------------------------


def in_a_thread(work):
    """Run a coroutine; pytest's own thread may hold Playwright's loop."""
    found = []

    def run():
        try:
            found.append(asyncio.run(work()))
        except Exception as error:  # handed on below
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def socket_of(url, kernel=None, page=None, name="channels"):
    """The address of a page's connection."""
    there = url.replace("http", "ws", 1).rstrip("/")
    return f"{there}/jupyter/api/kernels/{kernel or uuid.uuid4()}/{name}?session_id={page or uuid.uuid4()}"


def connects(address, **settings):
    """Whether a connection is accepted."""
    import websockets

    async def work():
        try:
            async with websockets.connect(address, open_timeout=60, **settings):
                return True
        except websockets.exceptions.InvalidStatus:
            return False

    return in_a_thread(work)


def test_only_our_own_pages_open_a_connection(address):
    own = address.rstrip("/")
    assert connects(socket_of(address))
    assert connects(socket_of(address), origin=own)
    for origin in (
        "http://evil.example",
        "null",
        own + "0",
        "http://localhost:1",
        own.replace("127.0.0.1", "localhost"),
    ):
        assert not connects(socket_of(address), origin=origin), origin
    assert not connects(socket_of(address), additional_headers={"Host": "evil.example"}, origin="http://evil.example")
    for wrong in (socket_of(address, kernel="x"), socket_of(address, page="'"), socket_of(address, name="other")):
        assert not connects(wrong)


def message(kind="kernel_info_request", **content):
    """A message as a page sends it."""
    head = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "s", "username": "", "version": "5.2", "date": ""}
    rest = {"parent_header": {}, "metadata": {}, "content": content, "buffers": [], "channel": "shell"}
    return json.dumps({"header": head, **rest})


NO_PAGE_SENDS = ["", "{", "[]", "null", '{"header": 1}', b"\x00\xff", message("no_such_kind")]


def test_what_no_page_sends_ends_that_connection_only(address):
    import websockets

    async def closed(said):
        async with websockets.connect(socket_of(address), max_size=None) as opened:
            try:
                await opened.send(said)  # what is too large can be refused before all of it is sent
                for _ in range(20):
                    await asyncio.wait_for(opened.recv(), 1.5)
            except (websockets.exceptions.ConnectionClosed, TimeoutError):
                pass
            return opened.close_code

    async def work():
        return await asyncio.gather(*map(closed, [*NO_PAGE_SENDS, "x" * (LIMITS.message_bytes + 1)]))

    *codes, too_large = in_a_thread(work)
    assert too_large == 1009
    assert 1009 not in codes
    assert ask(address, "/readyz")[0] == 200


def kernels(url):
    """How many visitors' pages the server keeps."""
    return json.loads(ask(url, "/resourcez")[2])["kernels"]["total"]


def test_a_visitor_who_leaves_gives_memory_back(debugged):
    import websockets

    before = kernels(debugged)

    async def work():
        visits = [(uuid.uuid4(), uuid.uuid4()) for _ in range(20)]
        opened = [await websockets.connect(socket_of(debugged, *one)) for one in visits]
        for one in opened:
            await one.send(message())
            await one.recv()
        during = kernels(debugged)
        for (kernel, page), one in zip(visits, opened, strict=True):
            ask(debugged, f"/_solara/api/close/{kernel}?session_id={page}", "POST")
            await one.close()
        return during

    during = in_a_thread(work)
    assert during == before + 20
    until = time.monotonic() + 30  # pages are closed in threads of their own
    while kernels(debugged) > before and time.monotonic() < until:
        time.sleep(0.05)
    assert kernels(debugged) == before


# --- the command line ----------------------------------------------------------------------------------


def test_a_port_in_use_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["dashboard", "--no-open", "--port", str(taken.getsockname()[1])]) == 1


def test_a_file_that_cannot_be_shown_is_refused(capsys):
    assert main(["dashboard", "no-such-file.yaml", "--no-open"]) == 1
    assert "no-such-file.yaml" in capsys.readouterr().err
    assert main(["dashboard", "tests/scenarios/invalid/five-mistakes.yaml", "--no-open", "--lang", "nl"]) == 1
    assert capsys.readouterr().err.count("\n") == 5


# --- in a browser --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
def test_a_server_that_goes_and_comes_back_is_said_and_gone_on_with(browser, language):
    port = free_port()
    page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    with served(port=port) as (url, process):
        wrong = watched(page, url)
        page.goto(f"{url}save?worlds=20&lang={language}")
        page.wait_for_selector(".sy-answer")
        kept = page.url
        assert wrong == []
        process.kill()
        page.wait_for_selector(".sy-gone button")
        assert say("web.gone", language) in page.inner_text(".sy-gone")
        page.get_by_role("button", name=say("web.try_now", language)).click()
        page.wait_for_selector(f"text={say('web.still', language)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with served(port=port):
        page.wait_for_selector(".sy-gone", state="detached")
        page.wait_for_selector("h1.sy-answer")
        assert page.url == kept
    page.context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_with_names_of_another_study(browser, tmp_path):
    assert CHROMIUM
    with served("tests/scenarios/valid/names.yaml") as (url, _), browser.new_context() as context:
        for name in pages():
            page = context.new_page()
            page.set_viewport_size({"width": 390, "height": 800})
            wrong = watched(page, url)
            page.goto(f"{url}{name}?worlds=10")
            page.wait_for_selector("h1.sy-answer")
            still(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
            assert wrong == []
            page.close()
