"""From moving a lever to the finished redraw, in a real Chromium: ``python -m benchmarks.dashboard [changes]``.

Eight scenarios over 200 worlds; the external partner of the one in hand starts a week later or earlier each time, by
the arrow keys, as a person does. What is timed is what that person sees: from the key until the charts are drawn with
the new answer. Prints the quantiles, how long the page takes to its first answer, and whether a burst of changes
settles on the last one.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

SCENARIOS = (
    *("it-only", "roles", "team", "partner-with"),
    *("package-partner-with", "full-no-anchoring", "technicians", "full"),
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTLED = """() => {
  const asked = document.querySelector('.sy-timeline').dataset.stamp;
  const drawn = document.querySelector('.sy-compare-weeks .sy-chart').dataset.stamp;
  return asked && asked === drawn && !document.querySelector('.sy-stale');
}"""
TIMED = """([selector, key]) => new Promise((resolve, reject) => {
  const grip = document.querySelector(selector), before = document.querySelector('.sy-timeline').dataset.stamp;
  const begun = performance.now();
  grip.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  const look = () => {
    const asked = document.querySelector('.sy-timeline').dataset.stamp;
    const drawn = document.querySelector('.sy-compare-weeks .sy-chart').dataset.stamp;
    const settled = asked !== before && asked === drawn && !document.querySelector('.sy-stale');
    if (settled) { resolve(performance.now() - begun); }
    else if (performance.now() - begun > 20000) { reject(new Error('no redraw within 20 s')); }
    else { requestAnimationFrame(look); }
  };
  requestAnimationFrame(look);
})"""
GRIP = ".sy-tl-track[data-measure={measure}] .sy-tl-grip"


@contextmanager
def served(*words: str, **environment: str) -> Iterator[tuple[str, int]]:
    """A dashboard of its own on a free port: its address and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "simulation.cli", "dashboard", "--no-open", "--port", str(port), "--lang", "en"]
    process = subprocess.Popen([*command, *words], stdout=subprocess.DEVNULL, env=os.environ | environment)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(url, timeout=5):
                    break
            except OSError:
                time.sleep(0.25)
        yield url, process.pid
    finally:
        process.terminate()
        process.wait(30)


def browser_path() -> str | None:
    """Where Chromium is."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def chromium(play: Any) -> Any:
    """Debian's Chromium, without a screen."""
    return play.chromium.launch(executable_path=browser_path(), args=FLAGS)


def opened(page: Any, url: str) -> float:
    """Open the comparison and wait until it is whole; seconds."""
    query = "&".join(["lang=en", "hand=full", *(f"s={name}" for name in SCENARIOS)])
    begun = time.perf_counter()
    page.goto(f"{url}/compare?{query}")
    page.wait_for_selector("#answer")
    seconds = time.perf_counter() - begun
    page.wait_for_function(SETTLED)
    return seconds


def timed(page: Any, measure: str, changes: int) -> list[float]:
    """Milliseconds of so many changes to the first week of a measure."""
    milliseconds = []
    for turn in range(changes):
        key = "ArrowRight" if turn % 40 < 20 else "ArrowLeft"
        page.wait_for_timeout(120)
        milliseconds.append(page.evaluate(TIMED, [GRIP.format(measure=measure), key]))
    return milliseconds


def burst(page: Any, measure: str, keys: int) -> float:
    """Milliseconds from the last of many quick key presses until the page answers the last one."""
    page.focus(GRIP.format(measure=measure))
    for _ in range(keys):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(25)
    begun = time.perf_counter()
    page.wait_for_timeout(150)
    page.wait_for_function(SETTLED)
    return 1000 * (time.perf_counter() - begun)


def table_row(name: str, milliseconds: list[float]) -> str:
    """A row of the table."""
    p50, p95 = np.quantile(milliseconds, (0.5, 0.95))
    return f"| {name} | {len(milliseconds)} | {p50:.0f} | {p95:.0f} | {max(milliseconds):.0f} |"


def cold(play: Any) -> tuple[float, float]:
    """With nothing compiled: seconds until the first worlds answer on a fresh page, and until all of them do."""
    with tempfile.TemporaryDirectory() as nothing, served(SYNERGY_CACHE_DIR=nothing) as (url, _):
        page = chromium(play).new_page(viewport={"width": 1280, "height": 900})
        begun = time.perf_counter()
        page.goto(f"{url}/compare")
        page.wait_for_selector("#answer")
        page.wait_for_selector(".sy-chart svg")
        first = time.perf_counter() - begun
        page.wait_for_function("() => !document.querySelector('.sy-stale')", timeout=120_000)
        return first, time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - part of the test extra

    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with served() as (url, _), sync_playwright() as play:
        page = chromium(play).new_page(viewport={"width": 1280, "height": 900})
        first, again = opened(page, url), opened(page, url)
        timed(page, "external_partner", 5)
        milliseconds = timed(page, "external_partner", changes)
        settled = burst(page, "external_partner", 40)
        week = page.get_attribute(GRIP.format(measure="external_partner"), "aria-valuenow")
        print(f"{len(SCENARIOS)} scenarios × 200 worlds × 156 weeks, one visitor\n")
        print("| change | changes | median, ms | 95 %, ms | longest, ms |\n|---|---:|---:|---:|---:|")
        print(table_row("a measure's first week, drawn anew", milliseconds))
        print(f"\nFirst answer in a fresh page: {first:.1f} s (first visitor), {again:.1f} s (later ones).")
        print(f"40 key presses 25 ms apart: settled on the last (week {week}) {settled:.0f} ms after it.")
    with sync_playwright() as play:
        first_worlds, all_worlds = cold(play)
    print(f"With nothing compiled: the first worlds after {first_worlds:.1f} s, all after {all_worlds:.1f} s.")


if __name__ == "__main__":
    main()
