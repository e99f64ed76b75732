"""Many visitors at once, each moving levers: ``python -m benchmarks.visitors [visitors] [minutes]``.

Every visitor is a page in a browser context of its own, in one real Chromium beside the server. Each has a scenario of
their own with a name that nobody else has, changes it every two to five seconds, each time to something new, and looks
whether the answer is about that name and no other. Prints quantiles of the time until the answer is there, errors,
states that got mixed up, and the server's memory before, with all visitors, and after they left.

Thirty visitors bring thirty machines; here their browsers share the server's. So what those machines would do, laying
out and drawing, is left out: charts are handed over to a stand-in, and the page is not shown. With ``drawn`` as third
argument all is drawn, which measures Chromium on two processors more than the server.
"""

import asyncio
import random
import sys
from typing import Any

import numpy as np
import psutil

from benchmarks.dashboard import FLAGS, GRIP, SETTLED, TIMED, browser_path, served
from simulation.dashboard.pages.compare.timeline import changed, renamed
from simulation.dashboard.state.view import address_of, first_view

STAND_IN = """define([], () => ({init: () => {
  const told = {};
  const finish = () => told.finished && told.finished();
  const on = (name, then) => { told[name] = then; };
  return {on, setOption: () => setTimeout(finish, 0), resize() {}, dispose() {}};
}}));"""
"""ECharts as far as a page asks for it: drawn at once."""
SCRIPT = "text/javascript"
UNSEEN = """document.addEventListener('DOMContentLoaded', () => {
  const style = document.createElement('style');
  style.textContent = 'body { display: none !important; }';
  document.head.appendChild(style);
});"""
PATIENT = TIMED.replace("requestAnimationFrame(look)", "setTimeout(look, 15)")
"""The same as for one visitor, without asking sixty times a second."""
PAUSES = (2.0, 5.0)
"""Seconds between two changes of a visitor."""


class Visitor:
    """One visitor: their page, what they waited for, and what went wrong."""

    def __init__(self, number: int, page: Any, url: str) -> None:
        self.number, self.page = number, page
        self.name = f"Plan of visitor {number:02d}"
        view, _ = changed(first_view("en"), {"measure": "external_partner", "set": {"start": 10 + number}})
        self.address = url + address_of(renamed(view, self.name))
        self.waited: list[float] = []
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)

    async def arrive(self, drawn: bool) -> None:
        """Open the page."""
        if not drawn:
            await self.page.route("**/echarts.min.js", lambda route: route.fulfill(body=STAND_IN, content_type=SCRIPT))
            await self.page.add_init_script(UNSEEN)
        await self.page.goto(self.address)
        await self.page.wait_for_selector("#answer", timeout=120_000, state="attached")
        await self.page.wait_for_function(SETTLED, timeout=120_000, polling=200)

    async def stay(self, seconds: float) -> None:
        """Change a lever now and then, and look whose answer comes."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            await asyncio.sleep(random.uniform(*PAUSES))
            try:
                waited = await self.page.evaluate(PATIENT, [GRIP.format(measure="external_partner"), "ArrowRight"])
                answer = await self.page.text_content("#answer")
            except Exception as error:
                self.wrong.append(str(error)[:200])
                continue
            self.waited.append(waited)
            if not answer.startswith(self.name):
                self.wrong.append(f"visitor {self.number} is shown: {answer}")


def megabytes(process: psutil.Process) -> float:
    """Memory of the server and its children, in MB."""
    return sum(member.memory_info().rss for member in (process, *process.children(recursive=True))) / 1e6


async def visit(url: str, server: psutil.Process, count: int, minutes: float, drawn: bool) -> None:
    """Let all visitors come, stay and leave, and print what they met."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - part of the test extra

    async with async_playwright() as play:
        chromium = await play.chromium.launch(executable_path=browser_path(), args=FLAGS)
        contexts = [await chromium.new_context(viewport={"width": 1280, "height": 900}) for _ in range(count + 1)]
        first = Visitor(99, await contexts[-1].new_page(), url)
        await first.arrive(drawn)
        await first.page.unroute_all()
        await first.page.goto("about:blank")
        await contexts.pop().close()
        await asyncio.sleep(6)
        before = megabytes(server)
        everyone = [Visitor(number, await context.new_page(), url) for number, context in enumerate(contexts)]
        for visitor in everyone:
            await visitor.arrive(drawn)
        arrived = megabytes(server)
        await asyncio.gather(*(visitor.stay(60 * minutes) for visitor in everyone))
        during = megabytes(server)
        for visitor in everyone:
            await visitor.page.unroute_all()  # or the page's last word would wait for us
            await visitor.page.goto("about:blank")  # a page that is left says so; a browser that is killed does not
        await asyncio.sleep(10)
        left = megabytes(server)
        await chromium.close()
    waited = [milliseconds for visitor in everyone for milliseconds in visitor.waited]
    wrong = [error for visitor in everyone for error in visitor.wrong]
    p50, p95 = np.quantile(waited, (0.5, 0.95))
    print(f"{count} visitors for {minutes:g} minutes, {len(waited)} changes: median {p50:.0f} ms, 95 % {p95:.0f} ms,")
    print(f"longest {max(waited):.0f} ms; {len(wrong)} errors or mixed-up states.")
    for error in sorted(set(wrong))[:10]:
        print(f"  {error}")
    print(
        f"Memory of the server: {before:.0f} MB before, {arrived:.0f} MB when all had come, {during:.0f} MB at the end"
    )
    print(f"({(during - before) / count:.1f} MB a visitor), {left:.0f} MB ten seconds after all had left.")


def main() -> None:
    """Serve and be visited."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    minutes = float(sys.argv[2]) if len(sys.argv) > 2 else 5.0
    with served() as (url, pid):
        asyncio.run(visit(url, psutil.Process(pid), count, minutes, "drawn" in sys.argv))


if __name__ == "__main__":
    main()
