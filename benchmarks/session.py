"""A room of sixty phones and three browsers, through a whole session: ``python -m benchmarks.session [phones]``.

Each phone keeps a real connection open and answers every question of a short session of the case (three rounds of the
game, all that comes after them, two chapters of the lesson), the first one twice; the beamer, the console and one more
phone are real Chromiums. The trainer reveals what there is to reveal. While everybody answers the second question the
server is killed (SIGKILL) and started again; phones send what was not acknowledged once more, with the same mark, as
their pages do. Printed are votes lost and doubled, counted in what the server kept, and how long each phone and browser
takes to see a new screen, and the sender of a vote to have it acknowledged.
"""

import asyncio
import json
import random
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from conftest import CHROMIUM, FLAGS
from room import Hall, Trainer

from simulation.session.content.origin import content_from
from simulation.session.events import folded
from simulation.session.programme import Screen
from simulation.session.record import Record

WORDS = ("--rounds", "3", "--minutes", "30")
CONTENT = content_from(None, rounds=3, minutes=30)
SPREAD = 6.0
"""Seconds over which a room answers."""
WATCH = """() => {
  window.seen = {};
  const look = () => {
    const title = document.querySelector('h1');
    if (title && !(title.textContent.trim() in window.seen)) window.seen[title.textContent.trim()] = Date.now();
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
  look();
}"""


class Phone:
    """A phone: one open stream, and a connection for each thing that it sends."""

    def __init__(self, port: int, code: str, number: int) -> None:
        self.port, self.there, self.name = port, f"/s/{code}", f"Phone {number}"
        self.cookie, self.table = "", CONTENT.tables[number % len(CONTENT.tables)].name
        self.seen: dict[str, float] = {}
        self.acknowledged: dict[str, float] = {}
        self.took: list[float] = []
        self.luck = random.Random(number)

    async def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> tuple[int, str, str]:
        """A request: its status, heads and text."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = urlencode(fields or {}).encode() if method == "POST" else b""
        host = f"127.0.0.1:{self.port}"
        head = (
            f"{method} {self.there}{path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n"
            f"Accept: application/json\r\nCookie: {self.cookie}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            writer.write(head.encode() + body)
            whole = (await reader.read()).decode()
        finally:
            writer.close()
        if not whole:
            raise ConnectionError
        heads, _, text = whole.partition("\r\n\r\n")
        return int(heads.split(" ", 2)[1]), heads, text

    async def join(self) -> None:
        """Scan the code and give a name."""
        _, heads, _ = await self.ask("GET", "")
        self.cookie = re.search(r"set-cookie: ([^;]+)", heads)[1]
        status, _, _ = await self.ask("POST", "/join", {"nickname": self.name, "table": self.table})
        assert status == 303, self.name

    async def listen(self) -> None:
        """See every change, and come back when the connection is lost."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20)
                head = f"GET {self.there}/events HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self.cookie}"
                writer.write(f"{head}\r\n\r\n".encode())
                async for line in reader:
                    if line.startswith(b"data: {"):
                        state = json.loads(line[6:])
                        self.seen.setdefault(state["screen"], time.time())
                writer.close()
            except (OSError, ValueError):
                pass
            await asyncio.sleep(0.5)

    async def vote(self, screen: Screen, times: int) -> None:
        """Answer a question so many times, each until it is acknowledged."""
        ask = screen.ask
        await asyncio.sleep(self.luck.uniform(0.2, SPREAD))
        for turn in range(times):
            most = len(ask.options) - 1 if ask.kind == "option" else int(ask.high)
            value = self.luck.randint(int(ask.low), most)
            fields = {"screen": screen.key, "value": value, "cid": f"{screen.key} {turn}"}
            begun = time.time()
            while True:
                try:
                    status, _, _ = await self.ask("POST", "/answer", fields)
                except OSError:
                    status = 0
                if status == 200:
                    break
                assert status in {0, 403, 503}, status  # 403: asked before the page was loaded again
                await asyncio.sleep(0.3)
            self.took.append(time.time() - begun)
            self.acknowledged[screen.key] = value
            await asyncio.sleep(self.luck.uniform(0.0, 0.5))


async def session(count: int) -> dict[str, Any]:
    """The whole session; gives the figures."""
    from playwright.async_api import async_playwright  # noqa: PLC0415 - it is there for tests alone

    with tempfile.TemporaryDirectory() as folder:
        hall = Hall(folder, *WORDS, own=True)
        phones = [Phone(hall.port, hall.code, n) for n in range(count)]
        await asyncio.gather(*(phone.join() for phone in phones))
        listening = [asyncio.create_task(phone.listen()) for phone in phones]
        trainer = hall.trainer()
        async with async_playwright() as play:
            chromium = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            pages = await browsers(chromium, hall)
            waits, seen = [], []
            asked = [index for index, screen in enumerate(CONTENT.screens) if screen.ask]
            for index, screen in enumerate(CONTENT.screens[1:], 1):
                sent = time.time()
                await asyncio.to_thread(trainer.do, "jump", to=index)
                votes = [phone.vote(screen, 2 if index == asked[0] else 1) for phone in phones] if screen.ask else []
                killing = [kill(hall, folder)] if index == asked[1] else []
                _, *again = await asyncio.gather(asyncio.gather(*votes), *killing)
                hall = again[0] if again else hall
                await asyncio.sleep(1.0)
                if index != asked[1] + 1:  # streams that were cut come back while this screen is shown
                    waits += [phone.seen[screen.key] - sent for phone in phones if screen.key in phone.seen]
                    seen += [await first(page, screen, sent) for page in pages]
                assert all(screen.key in phone.seen for phone in phones), screen.key
                if screen.reveals:
                    await asyncio.to_thread(trainer.do, "reveal", on="1")
            await chromium.close()
        for task in listening:
            task.cancel()
        lost, doubled, total = await asyncio.to_thread(judged, trainer, phones)
        await asyncio.to_thread(trainer.do, "delete")
        hall.end()
    took = [seconds for phone in phones for seconds in phone.took]
    return {"votes": total, "lost": lost, "doubled": doubled, "phones": waits, "browsers": seen, "acknowledged": took}


async def browsers(chromium: Any, hall: Hall) -> list[Any]:
    """The beamer, the console and a phone."""
    pages = []
    for address in (f"{hall.url}/s/{hall.code}/beamer", hall.links[0], f"{hall.url}/s/{hall.code}"):
        page = await (await chromium.new_context(locale="en-GB")).new_page()
        await page.goto(address)
        pages.append(page)
    await pages[2].check("input[value=IT]")
    await pages[2].click(".send")
    await pages[2].wait_for_selector("#status")
    for page in pages:
        await page.evaluate(WATCH)
    return pages


async def first(page: Any, screen: Screen, sent: float) -> float:
    """Seconds from a command until a browser drew its screen."""
    seen = await page.evaluate("() => window.seen")
    return seen[screen.title.en] / 1000 - sent


async def kill(hall: Hall, folder: str) -> Hall:
    """Kill the server while everybody answers, and start it again."""
    await asyncio.sleep(SPREAD / 2)
    await asyncio.to_thread(hall.end, True)
    return await asyncio.to_thread(lambda: Hall(folder, "--continue", hall.code, port=hall.port, own=True))


def judged(trainer: Trainer, phones: list[Phone]) -> tuple[int, int, int]:
    """Acknowledged votes that are not in what was kept, those that are in it twice, and how many there are."""
    events = trainer.events()
    record = folded(Record("KXTR7MPQ", CONTENT.screens, CONTENT.tables), events)
    names = {one.nickname: one.id for one in record.participants.values()}
    lost = 0
    for phone in phones:
        for key, value in phone.acknowledged.items():
            if record.screen_of(key).ask.by == "person":
                kept = record.answers.get((key, names[phone.name]))
                lost += kept is None or kept.value != value
    kept = sum(event.kind == "answer" for event in events)
    sent = sum(len(phone.took) for phone in phones)
    return lost + max(0, sent - kept), max(0, kept - sent), sent


def main(count: int = 60) -> None:
    """Play the session and print the figures."""
    figures = asyncio.run(session(count))
    print(f"{figures['votes']} votes of {count} phones: {figures['lost']} lost, {figures['doubled']} doubled")
    for name in ("phones", "browsers", "acknowledged"):
        p50, p95 = np.quantile(figures[name], [0.5, 0.95])
        print(f"{name:>13}: p50 {p50:.3f} s, p95 {p95:.3f} s, most {max(figures[name]):.3f} s, of {len(figures[name])}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
