"""What tests of the dashboard share: one server and one real headless Chromium for the whole suite."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

import pytest
from hypothesis import HealthCheck, settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--lang=en-GB",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = int(os.environ.get("SYNERGY_PATIENCE", "60000"))
"""Milliseconds that a browser waits for what must come."""

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")  # a busy one takes longer, and no example fails for that


def pytest_configure():
    """Heed signals, and have processes that begin here heed them, also where ``nohup`` started the tests."""
    if threading.current_thread() is threading.main_thread():
        usual = {"SIGINT": signal.default_int_handler, "SIGTERM": signal.SIG_DFL, "SIGHUP": signal.SIG_DFL}
        for name, handler in usual.items():
            if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
                signal.signal(getattr(signal, name), handler)


def pytest_runtest_setup(item):
    """Skip what needs a browser where there is none, unless SYNERGY_NEEDS_BROWSER says that there must be one."""
    if "browser" in item.keywords and CHROMIUM is None and not os.environ.get("SYNERGY_NEEDS_BROWSER"):
        pytest.skip("no chromium here")


def slow(*values):
    """Parameters of a case that is slow."""
    return pytest.param(*values, marks=pytest.mark.slow)


def crossed(*axes):
    """All combinations as parameters: a few in which every value comes once are quick, the others slow."""
    quick = [tuple(axis[k % len(axis)] for axis in axes) for k in range(max(map(len, axes)))]
    return [one if one in quick else slow(*one) for one in itertools.product(*axes)]


def firstly(*axes):
    """All combinations as parameters: the first one is quick, the others slow."""
    first, *others = itertools.product(*axes)
    return [first, *(slow(*one) for one in others)]


def quickly(value, values):
    """All values as parameters: this one is quick, the others slow."""
    return [one if one == value else slow(one) for one in values]


@contextlib.contextmanager
def served(*further, environment=None, port=None):
    """A dashboard's server in a process of its own; gives its address, with a slash behind it, and the process.

    Its standard error is looked at when it ends: no traceback may be in it.
    """
    port = port or free_port()
    words = [sys.executable, "-m", "simulation.cli", "dashboard", *further, "--no-open", "--port", str(port)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SOLARA_", "SYNERGY_FILE"))}
    process = subprocess.Popen(
        [*words, "--lang", "en"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, **(environment or {})},
    )
    said = []
    reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)  # a full pipe would stop it
    reader.start()
    url = f"http://127.0.0.1:{port}/"
    try:
        until_it_answers(url, process, said)
        yield url, process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)
        reader.join(timeout=10)
        process.stderr.close()
    assert "Traceback" not in "".join(said), "".join(said)


def in_memory(process):
    """Bytes of real memory that a process and its children hold."""
    import psutil

    whole = psutil.Process(process.pid)
    return sum(one.memory_info().rss for one in (whole, *whole.children(recursive=True)))


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def until_it_answers(url, process, said):
    """Wait until the server answers, and fail with what it said if it ends instead."""
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert process.poll() is None, "".join(said)
            time.sleep(0.25)
    raise AssertionError(f"the server does not answer: {''.join(said)}")


@pytest.fixture(scope="session")
def address():
    """The address of a server in English that shows the case, with a slash behind it."""
    with served() as (url, _):
        yield url


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def watched(page, address):
    """Note what must not happen in a page: errors on the console, requests to other hosts, answers of 400 and above."""
    wrong = []
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    own = (address, address.replace("http", "ws", 1), "data:", "blob:")
    page.on("request", lambda asked: None if asked.url.startswith(own) else wrong.append(asked.url))
    page.on("websocket", lambda asked: None if asked.url.startswith(own) else wrong.append(asked.url))
    page.on("response", lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    return wrong


@pytest.fixture(scope="session")
def idle():
    """Browser contexts that no visitor has now, by locale; their cache has Solara's scripts compiled already."""
    return {}


def forgotten(context, address):
    """Leave nothing of a visitor in a context but the cache."""
    kinds = "cookies,local_storage,indexeddb,service_workers,cache_storage"
    what = {"origin": address.rstrip("/"), "storageTypes": kinds}
    context.new_cdp_session(context.pages[0]).send("Storage.clearDataForOrigin", what)
    context.clear_cookies()
    for page in context.pages:
        page.close()


@pytest.fixture
def visitor(browser, address, idle):
    """Makes visitors: each a page in a browser context of its own, so with cookies of its own; all are watched."""
    taken, wrong = [], []

    def arrive(width=1280, height=900, locale="en-GB"):  # a page begins in its reader's language
        ready = idle.setdefault(locale, [])
        context = ready.pop() if ready else browser.new_context(locale=locale)
        taken.append((ready, context))
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        wrong.append(watched(page, address))
        return page

    yield arrive
    for ready, context in taken:
        forgotten(context, address)
        ready.append(context)
    assert [said for one in wrong for said in one] == []


@pytest.fixture
def page(visitor):
    """One visitor's page, 1280 wide; fails on console errors, requests to other hosts and answers of 400 and above."""
    return visitor()


def opened(page, address, path="", language="en", ready=".sy-answer"):
    """Open ``path`` (such as ``compare?worlds=20``) in a language and wait for its answer."""
    joint = "&" if "?" in path else "?"
    page.goto(f"{address}{path}{joint}lang={language}")
    page.wait_for_selector(ready)
    return page


STILL = """() => {
    const moves = one => one.playState === 'running' && one.effect.getTiming().iterations !== Infinity;
    const now = document.querySelector('.sy-stale') || document.getAnimations().some(moves)
        ? '' : location.href + document.documentElement.outerHTML;
    if (now !== window.lastSeen) { window.lastSeen = now; window.seenAt = performance.now(); }
    return now !== '' && performance.now() - window.seenAt >= 400;
}"""


def still(page):
    """Wait until nothing is being worked out, nothing moves, and nothing has changed for a while."""
    page.wait_for_function(STILL, polling=100)
    return page
