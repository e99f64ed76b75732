"""Who gets in, and how much of what they send is taken: hosts, the key, uploads, connections, rates."""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from attacker import Visitor, ask, message, words_in
from conftest import PATIENCE, free_port, in_memory, served, slow
from websockets.exceptions import ConnectionClosed, InvalidStatus

from simulation.cli.main import main
from simulation.dashboard import serve
from simulation.dashboard.server.traffic import Full, Queue, Traffic
from simulation.dashboard.state import settings as handed
from simulation.dashboard.state.settings import Settings
from simulation.lesson.source import shipped
from simulation.study.errors import InputRefused
from simulation.study.sources.files import load_data
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES, say
from simulation.web import listening
from simulation.web.keys import new_key
from simulation.web.pace import Pace


@contextlib.contextmanager
def printed(*words):
    """A dashboard with these options; gives what it prints once it answers, and its port."""
    port = free_port()
    command = [sys.executable, "-m", "simulation.cli", "dashboard", "--no-open", "--port", str(port), "--lang", "en"]
    process = subprocess.Popen([*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    try:
        lines.append(process.stdout.readline())
        reader = threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True)
        reader.start()
        deadline = time.monotonic() + 60
        while "--host" in words and len(lines) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        yield lines, port
    finally:
        process.terminate()
        process.wait(timeout=60)
        reader.join(timeout=10)
        complaint = process.stderr.read()
        process.stdout.close()
        process.stderr.close()
    assert "Traceback" not in complaint, complaint


def key_in(lines):
    """The key in a printed address."""
    return re.search(r"\?key=([A-Za-z0-9_-]+)", lines[0])[1]


# --- the key -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keyed():
    """A dashboard that others can reach: its address, its key, and what it printed."""
    with printed("--host", "0.0.0.0") as (lines, port):
        yield f"http://127.0.0.1:{port}", key_in(lines), lines, port


def test_another_host_asks_for_a_key_and_says_who_can_come(keyed):
    _, key, lines, port = keyed
    assert len(key) == 43
    assert "0.0.0.0" not in lines[0]
    assert lines[1:] == [say("cli.reach_key", "en", port=port) + "\n", say("cli.in_the_clear", "en") + "\n"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_who_can_come(language, capsys):
    def told(where, key=None):
        serve.announce(where, key, language)
        return capsys.readouterr().out.splitlines()

    own, key = serve.Where("127.0.0.1", 7), serve.Key("abc", 7)
    assert told(own) == [say("cli.serving", language, url="http://127.0.0.1:7/")]
    assert told(own, key) == [say("cli.serving", language, url="http://127.0.0.1:7/?key=abc")]
    open_to_all = told(serve.Where("0.0.0.0", 7))
    assert open_to_all[1:] == [say("cli.reach_all", language, port=7), say("cli.in_the_clear", language)]
    assert "key=" not in open_to_all[0]
    assert told(serve.Where("::1", 7))[0] == say("cli.serving", language, url="http://[::1]:7/")


def test_nothing_is_answered_without_the_key(keyed):
    url, key, _, _ = keyed
    kernel = uuid.uuid4()
    paths = ["/", "/save", "/readyz", "/static/main-vuetify.js", "/_solara/cdn/requirejs@2.3.6/require.js", "/no"]
    paths += [f"/?key={key[:-1]}", f"/?key={key}x", "/?key=", f"/?key={'x' * 43}", f"/readyz?key={key}"]
    for path in paths:
        status, _, text = ask(url, path)
        assert status == 403, path
        assert say("web.key", "en") in words_in(text)
    assert ask(url, "/upload", "POST", b"x", Origin=url)[0] == 403
    assert ask(url, f"/_solara/api/close/{kernel}", "POST")[0] == 403
    with pytest.raises(InvalidStatus, match="403"):
        stranger(url).connected()


def test_the_key_becomes_a_cookie_once(keyed):
    url, key, _, port = keyed
    status, heads, _ = ask(url, f"/save?lang=nl&key={key}&worlds=4")
    assert (status, heads["location"]) == (303, "/save?lang=nl&worlds=4")
    cookie, *marks = heads["set-cookie"].split("; ")
    assert cookie == f"synergy_key_{port}={key}"
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(marks)
    assert ask(url, "/save", Cookie=cookie)[0] == 200
    assert ask(url, f"/save?key={key}", Cookie=cookie)[0] == 303
    for wrong in (cookie[:-1], cookie + "x", cookie.replace(str(port), "1"), cookie.replace("=", "=x", 1)):
        assert ask(url, "/save", Cookie=wrong)[0] == 403
    guest = Visitor(url, cookie=cookie)
    assert guest.answers()
    guest.close()


def stranger(url):
    """Somebody who was never given a page."""
    visitor = Visitor.__new__(Visitor)
    visitor.url, visitor.kernel, visitor.page, visitor.cookie = url, str(uuid.uuid4()), str(uuid.uuid4()), ""
    visitor.stack = contextlib.ExitStack()
    return visitor


def test_key_and_without_key_contradict_each_other(capsys):
    assert main(["dashboard", "--key", "--without-key"]) == 2
    assert "--without-key" in capsys.readouterr().err


def test_keys_are_never_the_same_and_fit_only_themselves():
    keys = {new_key(1).text for _ in range(100)}
    assert len(keys) == 100
    key = new_key(1)
    assert key.fits(key.text)
    assert not any(key.fits(given) for given in ("", key.text[:-1], key.text + "a", key.text.swapcase(), "é" * 43))


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.0.0.5", True), ("0.0.0.0", False), ("::", False)],
)
def test_a_key_is_asked_for_wherever_others_can_come(host, local):
    assert (serve.Where(host, 1).key() is None) == local
    assert serve.Where(host, 1, keyed=True).key() is not None
    assert serve.Where(host, 1, keyed=False).key() is None


def test_an_address_with_a_key_is_not_among_the_words_that_a_browser_is_started_with(monkeypatch):
    opened = []
    monkeypatch.setattr(listening.webbrowser, "open", opened.append)
    listening.browse_to("http://127.0.0.1:1/?key=abc", True)
    listening.browse_to("http://127.0.0.1:1/", False)
    path = Path(opened[0].removeprefix("file://"))
    assert "abc" not in opened[0]
    assert "key=abc" in path.read_text("utf-8")
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    assert opened[1] == "http://127.0.0.1:1/"


@pytest.mark.browser
def test_the_key_is_in_no_address_that_a_visitor_copies(browser, keyed):
    url, key, _, _ = keyed
    page = browser.new_context().new_page()
    page.goto(f"{url}/compare?worlds=4&key={key}")
    page.wait_for_selector("h1.sy-answer")
    assert "key" not in page.url
    assert "synergy_key" not in page.evaluate("document.cookie")
    assert not any("key=" in link for link in page.eval_on_selector_all("a", "all => all.map(a => a.href)"))
    page.context.close()


# --- what it is started with ---------------------------------------------------------------------------


@pytest.fixture
def process():
    """A process that has no settings yet, and afterwards again none."""
    handed._process.cache_clear()
    yield handed
    handed._process.cache_clear()


def test_settings_are_handed_over_once(process):
    process.hand_over(Settings("a.yaml"))
    process.hand_over(Settings("a.yaml"))
    assert process.settings() == Settings("a.yaml")
    with pytest.raises(RuntimeError, match="other settings already"):
        process.hand_over(Settings("b.yaml"))
    assert process.settings().file == "a.yaml"


def test_settings_that_were_read_can_no_longer_become_others(process):
    assert process.settings() == Settings() == Settings("case", None, None)
    with pytest.raises(RuntimeError, match="other settings already"):
        process.hand_over(Settings("a.yaml"))


@pytest.mark.parametrize(
    ("environment", "words", "file", "lesson"),
    [
        ({}, (), "case", None),
        ({"SYNERGY_FILE": "scenarios/case.yaml"}, (), "scenarios/case.yaml", None),
        ({"SYNERGY_FILE": "none.yaml"}, ("case",), "case", None),
        ({"SYNERGY_FILE": "", "SYNERGY_LESSON": ""}, (), "case", None),
        ({"SYNERGY_LESSON": "some.yaml"}, (), "case", "some.yaml"),
        ({"SYNERGY_LESSON": "some.yaml"}, ("--lesson", shipped()), "case", str(Path(shipped()).resolve())),
    ],
)
def test_the_command_line_says_more_than_the_environment(monkeypatch, environment, words, file, lesson):
    started = []
    monkeypatch.setattr(serve, "serve", lambda where, settings, browse: started.append((settings, browse)) or 0)
    for name in ("SYNERGY_FILE", "SYNERGY_LESSON"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    before = dict(os.environ)
    assert main(["dashboard", *words, "--no-open", "--lang", "nl"]) == 0
    assert started == [(Settings(file, lesson, "nl"), False)]
    assert started[0][0].data == load_data(file)  # read once
    assert (started[0][0].material is not None) == ("--lesson" in words)
    assert dict(os.environ) == before


# --- where it listens ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("host", "key"),
    [
        *((host, "no_host") for host in ("", " ", "a b")),
        *((host, "unknown_host") for host in ("no-such-host.invalid", "203.0.113.7", "x" * 300, "é.invalid")),
    ],
)
def test_where_nobody_can_listen_is_said(host, key, language, capsys):
    assert main(["dashboard", "--no-open", "--host", host, "--port", "1", "--lang", language]) == 1
    assert capsys.readouterr().err.strip() == say(f"problem.{key}", language, given=repr(host[:80]))


def test_a_port_in_use_is_said_as_such():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputRefused, match="in use"):
            listening.listening("127.0.0.1", port)


def test_what_is_bound_is_what_was_asked_for():
    port = free_port()
    bound = listening.listening("127.0.0.1", port)
    try:
        assert [one.getsockname() for one in bound] == [("127.0.0.1", port)]
    finally:
        for one in bound:
            one.close()


def test_solara_is_not_imported_before_its_settings_are_made():
    code = "import simulation.dashboard.serve, simulation.cli.main, sys; assert 'solara' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=120).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no such signals")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), slow("SIGTERM", 143), slow("SIGHUP", 129)])
def test_a_signal_ends_the_server_in_order_with_its_code(name, code):
    port = free_port()
    command = [sys.executable, "-m", "simulation.cli", "dashboard", "--no-open", "--port", str(port), "--lang", "en"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert str(port) in process.stdout.readline()
    guest = Visitor(f"http://127.0.0.1:{port}")  # a page that is open does not keep it
    process.send_signal(getattr(signal, name))
    _, complaint = process.communicate(timeout=120)
    guest.close()
    assert process.returncode == code
    assert complaint.strip() == say("cli.interrupted", "en")


# --- addresses -----------------------------------------------------------------------------------------


def test_a_query_that_cannot_be_read_whole_is_refused(address):
    kernel = uuid.uuid4()
    many = "&".join("a=1" for _ in range(LIMITS.query_fields))
    for query in (f"{many}&kernelid={kernel}", f"a={'x' * LIMITS.query_characters}&kernelid={kernel}"):
        status, _, text = ask(address, f"/save?{query}")
        assert status == 414
        assert str(kernel) not in text
    status, heads, _ = ask(address, f"/save?kernelid={kernel}&lang=nl")
    assert (status, heads["location"]) == (303, "/save?lang=nl")
    assert ask(address, f"/save?{'&'.join(['a=1'] * (LIMITS.query_fields - 1))}")[0] == 200


# --- files that are sent -------------------------------------------------------------------------------


def sent(url, content, name="a.yaml", **heads):
    """Send a file as a page does; gives the status and the answer."""
    own = url.rstrip("/")
    status, _, text = ask(url, f"/upload?name={name}&lang=en", "POST", content, **{"Origin": own, **heads})
    return status, json.loads(text) if text.startswith("{") else text


CASE = (
    "synergy: 2\norganisation: {departments: {IT: {kind: it, capacity: 10}, Sales: {kind: business, capacity: 10}}}\n"
)
CASE += "scenarios: {a: {}, b: {measures: {assign_roles: on}}}\n"


@pytest.fixture(scope="module")
def guest(address):
    """A page that is open; only those send files."""
    visitor = Visitor(address)
    yield visitor
    visitor.close()


def test_a_file_is_opened_by_its_digest(address, guest):
    status, answer = sent(address, CASE.encode(), Cookie=guest.cookie)
    assert status == 200
    assert re.fullmatch("[0-9a-f]{32}", answer["digest"])
    assert ask(address, f"/save?base={answer['digest']}&lang=en")[0] == 200


def test_a_file_that_is_no_study_is_refused_in_sentences(address, guest):
    visitor = {"Cookie": guest.cookie}
    for content, word in ((b"\xff\xfe\x00", "UTF-8"), (b"a: [", "line"), (b"#" * (LIMITS.file_bytes + 1), "larger")):
        status, answer = sent(address, content, **visitor)
        assert status == 200
        assert word in answer["problems"][0]
    assert "yaml" in sent(address, CASE.encode(), "a.exe", **visitor)[1]["problems"][0]


def test_only_a_page_of_this_server_sends_files(address, guest):
    for origin in ("http://evil.example", "null", address.rstrip("/") + "0"):
        assert sent(address, CASE.encode(), Origin=origin, Cookie=guest.cookie)[0] == 403
    assert sent(address, CASE.encode(), Cookie="solara-session-id=nobody")[0] == 403
    assert ask(address, "/upload", "POST", CASE.encode())[0] == 403
    assert ask(address, "/upload")[0] == 405


def test_files_come_at_a_pace(address):
    visitor = Visitor(address)
    status = [sent(address, b"x", Cookie=visitor.cookie)[0] for _ in range(LIMITS.uploads_per_minute + 2)]
    assert status == [200] * LIMITS.uploads_per_minute + [429, 429]
    visitor.close()


def test_a_file_in_pieces_is_not_taken_apart(address, guest):
    port = int(address.rstrip("/").rsplit(":", 1)[1])
    head = f"POST /upload?name=a.yaml HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {address.rstrip('/')}\r\n"
    head += f"Cookie: {guest.cookie}\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(head.encode())
        answer = line.recv(65_536)
        with contextlib.suppress(ConnectionError):
            line.sendall(b"1\r\nx\r\n" * 1_000)
            while line.recv(65_536):
                pass
    assert b" 411 " in answer
    assert b"connection: close" in answer.lower()


def test_a_request_with_a_body_that_nobody_reads_is_the_last_of_its_connection(address):
    assert ask(address, "/save", "POST", b"x" * 1_000)[1]["connection"] == "close"
    assert "connection" not in ask(address, "/save")[1]


@pytest.mark.parametrize("count", [100, 8_000, 30_000])
def test_a_cookie_of_backslashes_takes_no_time(address, count):
    begun = time.monotonic()
    assert ask(address, "/readyz", Cookie='a="' + "\\" * count + '"')[0] == 200
    assert time.monotonic() - begun < 1.0


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read():
    from simulation.dashboard.state.reader import Reader

    reader = Reader(seconds=0.0)
    reader._begun()
    psutil.Process(reader._process.pid).suspend()  # so that it surely takes too long
    with pytest.raises(InputRefused, match="more than 0 seconds"):
        reader.read(CASE.encode(), "a.yaml")
    reader.seconds = 30
    assert set(reader.read(CASE.encode(), "a.yaml")["scenarios"]) == {"a", "b"}
    reader.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_is_read():
    from simulation.dashboard.state.reader import Reader

    reader = Reader(memory=2_000_000)
    large = CASE + "".join(f"# {'x' * 100}\n" for _ in range(9_000))
    with pytest.raises(InputRefused, match="MB of memory"):
        reader.read(large.encode(), "a.yaml")
    reader.close()
    reader.memory = LIMITS.reading_bytes
    assert reader.read(large.encode(), "a.yaml")["synergy"] == 2
    reader.close()


# --- how much, and how fast ----------------------------------------------------------------------------


class Clock:
    """Time that passes when it is told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def page_of(visitor, connected, sockets=0):
    """Solara's memory of a page."""
    state = SimpleNamespace(name="CONNECTED" if connected else "DISCONNECTED")
    kernel = SimpleNamespace(session=SimpleNamespace(websockets=set(range(sockets))))
    return SimpleNamespace(session_id=visitor, page_status={"p": state}, kernel=kernel)


def in_a_loop(work):
    """Run a coroutine in a thread of its own; pytest's may hold Playwright's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_so_many_pages_and_no_more():
    traffic = Traffic(dict)

    async def work():
        async with contextlib.AsyncExitStack() as stack:
            for number in range(LIMITS.sockets_per_visitor):
                await stack.enter_async_context(traffic.connected("a", str(number), "p"))
            with pytest.raises(Full):
                await stack.enter_async_context(traffic.connected("a", "more", "p"))
            for number in range(LIMITS.sockets - LIMITS.sockets_per_visitor):
                await stack.enter_async_context(traffic.connected(f"visitor {number}", f"of {number}", "p"))
            with pytest.raises(Full):
                await stack.enter_async_context(traffic.connected("another", "page", "p"))
        async with traffic.connected("a", "again", "p"):
            pass

    in_a_loop(work())


def test_the_pages_of_a_visitor_share_one_pace():
    traffic = Traffic(dict)

    async def work():
        async with contextlib.AsyncExitStack() as stack:
            keys = (("a", "1"), ("a", "2"), ("b", "3"))
            lines = [await stack.enter_async_context(traffic.connected(*key, "p")) for key in keys]
            first, second, other = (line.pace for line in lines)
            assert first is second
            assert first is not other
        async with traffic.connected("a", "1", "p") as again:
            assert again.pace is not first

    in_a_loop(work())


def test_a_page_that_comes_back_takes_the_place_of_its_old_connection():
    traffic, ends = Traffic(dict), []

    async def hold():
        async with traffic.connected("a", "k", "p") as line:
            ends.append(await line.or_ended(asyncio.sleep(60)))

    async def work():
        old = asyncio.create_task(hold())
        await asyncio.sleep(0)
        async with traffic.connected("a", "k", "p"):
            assert old.done() or (await old) is None
        assert ends == [{"type": "websocket.disconnect", "code": 1012}]

    in_a_loop(work())


def test_of_many_that_come_back_at_once_one_connection_stays():
    traffic, live, most = Traffic(dict), [0], [0]

    async def hold():
        async with traffic.connected("a", "k", "p") as line:
            live[0] += 1
            most[0] = max(most[0], live[0])
            await line.or_ended(asyncio.sleep(0.5))
            live[0] -= 1

    async def work():
        await asyncio.gather(*(hold() for _ in range(10)))

    in_a_loop(work())
    assert most == [1]


def test_a_page_left_behind_makes_room_and_one_in_use_does_not():
    gone = threading.Event()
    pages = {str(number): page_of("a", number != 5) for number in range(LIMITS.kernels_per_visitor)}
    pages["5"].close = lambda reason: (pages.pop("5"), gone.set())
    traffic = Traffic(lambda: pages)
    traffic.make_room("somebody else")
    traffic.make_room("a")
    assert gone.wait(10)
    pages["6b"] = page_of("a", True)
    with pytest.raises(Full):
        traffic.make_room("a")


def test_a_page_with_a_connection_is_not_left_whatever_solara_counts():
    pages = {str(number): page_of("a", False, sockets=1) for number in range(LIMITS.kernels_per_visitor)}
    with pytest.raises(Full):
        Traffic(lambda: pages).make_room("a")


def test_closing_a_page_holds_up_nobody():
    """Closing waits for what the page is doing, and that may wait for the event loop."""
    never = threading.Event()
    pages = {str(number): page_of("a", False) for number in range(LIMITS.kernels_per_visitor)}
    for page in pages.values():
        page.close = lambda reason: never.wait(30)
    begun = time.monotonic()
    Traffic(lambda: pages).make_room("a")
    assert time.monotonic() - begun < 1.0
    never.set()


def test_work_waits_its_turn_and_only_so_much_of_it():
    queue, release = Queue(2), threading.Event()

    async def there():
        await asyncio.sleep(60)

    async def gone():
        return {"type": "http.disconnect"}

    async def work():
        first = asyncio.create_task(queue.do(lambda: release.wait(10), "a", there))
        await asyncio.sleep(0.05)
        with pytest.raises(asyncio.CancelledError):
            await queue.do(lambda: "for nobody", "b", gone)
        second = asyncio.create_task(queue.do(lambda: "second", "b", there))
        await asyncio.sleep(0.05)
        with pytest.raises(Full):
            await queue.do(lambda: "too many", "c", there)
        release.set()
        assert await first
        assert await second == "second"

    in_a_loop(work())


def test_uploads_are_counted_by_visitor_and_forgotten():
    clock, traffic = Clock(), Traffic(dict)
    allowed = [traffic.may_upload("a", clock) for _ in range(LIMITS.uploads_per_minute + 1)]
    assert allowed == [True] * LIMITS.uploads_per_minute + [False]
    assert traffic.may_upload("b", clock)
    clock.now = 61.0
    assert traffic.may_upload("a", clock)


def test_a_pace_is_kept_over_a_longer_time():
    clock = Clock()
    pace = Pace(10, 5, clock)
    waited = 0.0
    for _ in range(105):
        waited = pace.wait()
        clock.now += 0.001
    assert 9.5 < waited + clock.now < 10.2


@pytest.mark.slow
def test_connections_that_do_not_go_on_end(address):
    """A head that never ends, a body that never comes, a reader who does not read, each in a bounded time."""
    port = int(address.rstrip("/").rsplit(":", 1)[1])

    def until_closed(content, seconds):
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as half:
            half.sendall(content)
            begun = time.monotonic()
            with contextlib.suppress(ConnectionError):
                while half.recv(65_536):
                    pass
            return time.monotonic() - begun

    head = f"GET /save HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode()
    body = (
        f"POST /upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {address.rstrip('/')}\r\nContent-Length: 9\r\n\r\n"
    )
    most = LIMITS.half_open_seconds + 15
    with ThreadPoolExecutor() as pool:
        tries = [pool.submit(until_closed, content, most) for content in (b"", head, body.encode())]
        assert all(one.result() < most for one in tries)


@pytest.mark.slow
def test_who_does_not_read_is_let_go_and_takes_no_memory():
    with served() as (url, process):
        guest = Visitor(url)
        before = in_memory(process)
        raw = guest.socket.socket  # from here on nothing is read
        states = message("comm_info_request", {"target_name": "jupyter.widget"})
        begun = time.monotonic()
        with contextlib.suppress(Exception):
            while time.monotonic() - begun < LIMITS.unread_seconds + 30:
                guest.socket.ping(b"x" * 120)
                guest.socket.send(states)
        assert time.monotonic() - begun < LIMITS.unread_seconds + 30
        assert raw is not None
        assert in_memory(process) - before < 100_000_000
        other = Visitor(url)
        assert other.answers()
        other.close()


def test_pieces_of_a_message_do_not_pile_up(address):
    guest = Visitor(address)
    with pytest.raises(Exception, match=r"close|reset|Broken"):  # noqa: PT012 - which send meets it is the network's
        guest.socket.send(iter(["x"] * 10_000))
        guest.socket.recv(timeout=60)
        for _ in range(50):
            guest.socket.recv(timeout=60)
    assert ask(address, "/readyz")[0] == 200


def test_pings_and_pongs_without_end_end_the_connection(address):
    for kind in ("ping", "pong"):
        guest = Visitor(address)
        begun = time.monotonic()
        with pytest.raises((ConnectionClosed, OSError)):  # noqa: PT012 - which send meets it is the network's
            for number in range(LIMITS.control_frames + 5):
                getattr(guest.socket, kind)(str(number).encode())
            for _ in range(500):
                guest.socket.recv(timeout=20)
        assert time.monotonic() - begun < 15
        guest.close()
    assert ask(address, "/readyz")[0] == 200


def test_whoever_sends_a_heap_and_goes_leaves_nothing_behind(address):
    frame = b"\x81\x80\x00\x00\x00\x00"  # an empty text, masked
    for _ in range(LIMITS.sockets_per_visitor + 2):
        guest = Visitor.__new__(Visitor)
        guest.url, guest.kernel, guest.page = address.rstrip("/"), str(uuid.uuid4()), str(uuid.uuid4())
        guest.cookie, guest.stack = f"solara-session-id={uuid.UUID(int=7)}", contextlib.ExitStack()
        socket_of = guest.connected().socket
        with contextlib.suppress(OSError):
            socket_of.sendall(frame * 20_000)
        socket_of.close()
    assert ask(address, "/readyz")[0] == 200


def test_a_thousand_messages_hold_up_nobody(address):
    flood, other = Visitor(address), Visitor(address)
    frame = flood.widget("sy-rail")

    def pour():
        with contextlib.suppress(Exception):
            for _ in range(1_000):
                flood.say(frame, {"event": "event_speak", "data": "en"})

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    begun = time.monotonic()
    assert other.answers()
    assert time.monotonic() - begun < 5.0
    flood.close()
    thread.join(timeout=10)
    other.close()


# --- visitors in browsers ------------------------------------------------------------------------------


@pytest.fixture
def two_browsers(browser):
    """A page in each of two Chromiums."""
    from conftest import CHROMIUM, FLAGS

    second = browser.browser_type.launch(executable_path=CHROMIUM, args=FLAGS)
    pages = [one.new_context().new_page() for one in (browser, second)]
    for page in pages:
        page.set_default_timeout(PATIENCE)
    yield pages
    second.close()


@pytest.mark.slow
@pytest.mark.browser
def test_a_link_with_somebodys_kernel_opens_a_page_of_ones_own(two_browsers, address):
    kernel = uuid.uuid4()
    many = "&".join("a=1" for _ in range(LIMITS.query_fields))
    for page in two_browsers:
        page.goto(f"{address}compare?worlds=4&lang=en&kernelid={kernel}")
        page.wait_for_selector("h1.sy-answer")
        assert str(kernel) not in page.url
    for page in two_browsers:
        page.goto(f"{address}compare?lang=en&{many}&kernelid={kernel}")
        assert page.inner_text("h1").startswith("This address is too long")
        page.click("a")
        page.wait_for_selector("h1.sy-answer")


@pytest.mark.slow
@pytest.mark.browser
def test_two_visitors_who_come_back_at_once_each_keep_their_own(two_browsers, address):
    for page, language in zip(two_browsers, LANGUAGES, strict=True):
        page.goto(f"{address}compare?worlds=4&lang={language}")
        page.wait_for_selector("h1.sy-answer")
    for page in two_browsers:
        page.evaluate("solara.debug.dropConnection()")
    for page, language in zip(two_browsers, LANGUAGES, strict=True):
        back = "solara.debug.reconnectCount > 0 && solara.debug.connectionStatus === 'connected'"
        page.wait_for_function(back, timeout=PATIENCE)
        assert page.evaluate("document.documentElement.lang") == language
        page.get_by_role("link", name=say("save.rail", language), exact=True).click()
        page.wait_for_url("**/save?*")
        assert f"lang={language}" in page.url
