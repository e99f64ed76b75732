"""Participants who are not there: they join and answer over HTTP as phones do, so that a trainer can rehearse alone."""

import http.client
import json
import random
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from simulation.session.addresses import in_address

NAMES = (
    "Anna",
    "Bram",
    "Chris",
    "Daan",
    "Eva",
    "Fleur",
    "Guus",
    "Hanna",
    "Imke",
    "Joost",
    "Kim",
    "Luuk",
    "Maud",
    "Niels",
)
PAUSE = 1.5
"""Seconds after which each looks again."""
SLOWEST = 8.0
"""Seconds that the slowest takes to answer."""


class Practice:
    """``count`` participants of one session, in a thread of their own; their luck comes from the ``seed``."""

    def __init__(self, host: str, port: int, code: str, count: int, seed: int = 1) -> None:
        luck = random.Random(seed)
        self.host, self.port, self.code, self.luck = host, port, code, luck
        self.people = [_Simulated(f"{NAMES[n % len(NAMES)]} {n + 1}", luck.uniform(1.0, SLOWEST)) for n in range(count)]
        self._over = threading.Event()

    def begin(self) -> None:
        """Let them join, and answer what is asked until the session is over."""
        threading.Thread(target=self._live, daemon=True, name="practice").start()

    def end(self) -> None:
        """Let them leave."""
        self._over.set()

    def _live(self) -> None:
        while not self._over.is_set():
            for person in self.people:
                with suppress(OSError, http.client.HTTPException, ValueError):
                    self._look(person)
                if self._over.wait(PAUSE / max(1, len(self.people))):
                    return

    def _look(self, person: "_Simulated") -> None:
        """What somebody does when they look at their phone."""
        if not person.cookie:
            self._join(person)
            return
        status, _, text = self._ask("GET", "/state", person)
        if status != 200:
            return
        state = json.loads(text)
        if state.get("removed"):
            person.cookie = ""
            person.again += 1
            return
        asked = state["ask"]
        if asked is None or not asked["open"] or asked["mine"] is not None:
            person.since = None
            return
        now = time.monotonic()
        person.since = person.since or now
        if now - person.since >= person.slowness:
            self._ask("POST", "/answer", person, {"screen": state["screen"], "value": self._choice(asked)})

    def _join(self, person: "_Simulated") -> None:
        """Somebody scans the code, types a name and chooses a table."""
        _, heads, text = self._ask("GET", "", person)
        person.cookie = heads.get("set-cookie", "").split(";")[0]
        tables = [part.split('"')[0] for part in text.split('name="table" value="')[1:]]
        name = person.name + "*" * person.again
        table = self.luck.choice(tables) if tables else ""
        status, _, _ = self._ask("POST", "/join", person, {"nickname": name, "table": table})
        if status != 303:  # the nickname is taken, as after a restart
            person.cookie = ""
            person.again += 1

    def _choice(self, asked: Mapping[str, Any]) -> str:
        """An answer: any option, or a number that is likelier in the middle."""
        if asked["kind"] == "option":
            return str(self.luck.randrange(asked["options"]))
        steps = round((asked["high"] - asked["low"]) / asked["step"]) if asked["step"] > 0 else 0
        value = asked["low"] + asked["step"] * round(self.luck.triangular(0, max(1, steps)))
        return str(min(asked["high"], round(value, 6)))

    def _ask(
        self, method: str, path: str, person: "_Simulated", fields: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, str], str]:
        """A request as a phone sends it; gives the status, the heads and the text."""
        host = f"{in_address(self.host)}:{self.port}"
        heads = {"Host": host, "Cookie": person.cookie, "Origin": f"http://{host}"}
        heads |= {"Accept": "application/json"} if path else {}
        body = urlencode(fields) if fields is not None else None
        heads |= {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=10)
        try:
            connection.request(method, f"/s/{self.code}{path}", body, heads)
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()


class _Simulated:
    """Somebody who is not there: their name, how many seconds they take to answer, and since when they are asked."""

    def __init__(self, name: str, slowness: float) -> None:
        self.name, self.slowness = name, slowness
        self.cookie = ""
        self.again = 0
        self.since: float | None = None
