"""A session in tests: a programme with questions, a number and three rounds at tables; phones without browsers."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from attacker import ask
from markupsafe import Markup, escape

from simulation.session.programme import Ask, Screen, Table
from simulation.session.record import Record
from simulation.study.organisation import Label

OPTIONS = (Label(en="Yes", nl="Ja"), Label(en="No", nl="Nee"), Label(en="Only with roles", nl="Alleen met rollen"))
PLEDGE = Ask("number", "table", low=0, high=100, step=5, unit=Label(en="hours", nl="uur"), keeps=True, series="pledge")


def label(text):
    return Label(en=text, nl=f"{text} (nl)")


SCREENS = (
    Screen("lobby", label("Welcome"), "lobby"),
    Screen(
        "platform.question",
        Label(en="Does the platform move by itself?", nl="Komt het platform vanzelf op gang?"),
        "question",
        Ask("option", "person", OPTIONS),
        minutes=2,
        notes=(Label(en="Let them think for a minute.", nl="Laat ze een minuut nadenken."),),
        reveals=True,
    ),
    Screen(
        "roles.question",
        Label(en="Who carries it?", nl="Wie draagt het?"),
        "question",
        Ask("option", "person", OPTIONS[:2], secret=False),
        reveals=True,
    ),
    Screen(
        "weeks.question",
        Label(en="In how many weeks?", nl="In hoeveel weken?"),
        "question",
        Ask("number", "person", low=0, high=200, unit=Label(en="weeks", nl="weken")),
        reveals=True,
    ),
    *(
        Screen(f"round-{n}", Label(en=f"Round {n}", nl=f"Ronde {n}"), "round", PLEDGE, minutes=5, reveals=True)
        for n in (1, 2, 3)
    ),
    Screen("end", label("Thank you"), "text"),
)
TABLES = (Table("sales", Label(en="Sales", nl="Verkoop")), Table("it", Label(en="IT", nl="IT")))


TITLE = Label(en="The platform that would not move", nl="Het platform dat niet op gang kwam")


@dataclass(frozen=True)
class DemoProgramme:
    """A programme that stands on its own."""

    screens: tuple[Screen, ...] = SCREENS
    tables: tuple[Table, ...] = TABLES
    title: Label = TITLE
    source: str = "demo"

    def beamer(self, record, language):
        text = "Revealed: 94 of 100 worlds." if record.is_revealed else "What do you think?"
        return Markup("<p>{}</p>").format(text)

    def phone(self, record, who, language):
        table = next((one for one in self.tables if one.name == who.table), None)
        return Markup("<p class=card>{}</p>").format(table.label.in_(language)) if table else Markup("")

    def console(self, record, language):
        return Markup(
            '<form method="post" data-command="decide"><input type="hidden" name="name" value="measure">'
            '<label>Measure <input name="value" value="{}"></label><button>Buy</button></form>'
        ).format(escape("roles"))

    def handout(self, record, language, fields):
        return f"<!doctype html><title>{language}</title>{escape(' '.join(fields.values()))}"

    def cards(self, language):
        return "<!doctype html><title>cards</title>"

    def numbers(self, record):
        return None

    def decide(self, record, name, value):
        return None if value in {"roles", "partner"} else "value"


NO_TABLES = DemoProgramme(tables=(), screens=tuple(one for one in SCREENS if one.ask is None or one.ask.by == "person"))


def record(programme=None, **fields):
    """A record in which nothing has happened."""
    programme = programme or DemoProgramme()
    return Record("KXTR7MPQ", programme.screens, programme.tables, **fields)


ROOT = Path(__file__).parent.parent


class Hall:
    """A server of sessions in a process of its own: its ``url``, the ``codes`` and ``links`` of its sessions.

    Its programme is the one of these tests, or with ``own`` that of the command.
    """

    def __init__(self, folder, *words, port=None, own=False, language="en"):
        from conftest import free_port

        self.port = port or free_port()
        program = (
            ["-c", "from simulation.cli.start import start; start()"] if own else [str(ROOT / "tests" / "room.py")]
        )
        kept = {} if own else {"SYNERGY_CACHE_DIR": str(folder)}  # what is compiled is not compiled again
        command = [sys.executable, *program, "session", "--no-open", "--lang", language]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *(words if "--host" in words else ("--host", "127.0.0.1", *words))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **kept, "PYTHONPATH": str(ROOT)},
        )
        self.url, self.said, self.complaints = f"http://127.0.0.1:{self.port}", [], []
        self.reader = threading.Thread(target=lambda: self.complaints.extend(self.process.stderr), daemon=True)
        self.reader.start()
        sessions = max(
            1, words.count("--continue"), *(int(words[k + 1]) for k, w in enumerate(words) if w == "--sessions"), 1
        )
        for _ in range(2 * sessions):
            self.said.append(self.process.stdout.readline())
        self.codes = re.findall(r"/s/(\w{8}),", "".join(self.said))
        self.links = re.findall(r"http://\S+/console\?key=\S+", "".join(self.said))
        assert self.links, "".join(self.complaints)

    @property
    def code(self):
        return self.codes[0]

    def end(self, force=False):
        """End it; gives the seconds that took."""
        begun = time.monotonic()
        if self.process.poll() is None:
            (self.process.kill if force else self.process.terminate)()
        self.process.wait(timeout=30)
        took = time.monotonic() - begun
        self.reader.join(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
        assert "Traceback" not in "".join(self.complaints), "".join(self.complaints)
        return took

    def trainer(self, session=0):
        return Trainer(self.url, self.links[session])


@contextlib.contextmanager
def hall(folder, *words, **named):
    """A server of sessions, which ends with this."""
    here = Hall(folder, *words, **named)
    try:
        yield here
    finally:
        if here.process.poll() is None:
            here.end()


class Sender:
    """Whoever sends to a session: ``there`` is the address of their pages, ``cookie`` what they are known by."""

    def __init__(self, url, there, cookie=""):
        self.url, self.there, self.cookie = url, there, cookie

    def get(self, path="", **heads):
        return ask(self.url, self.there + path, Cookie=self.cookie, **heads)

    def post(self, path, fields, **heads):
        heads = {"Origin": self.url, "Accept": "application/json", "Cookie": self.cookie, **heads}
        body = urlencode(fields).encode() if isinstance(fields, dict) else fields
        return ask(self.url, self.there + path, "POST", body, **{k: v for k, v in heads.items() if v is not None})

    def state(self):
        status, _, text = self.get("/state")
        assert status == 200, text
        return json.loads(text)


class Phone(Sender):
    """A participant without a browser."""

    def __init__(self, url, code, nickname=None, table="sales", lang="en"):
        super().__init__(url, f"/s/{code}")
        self.lang = lang
        status, heads, _ = self.get("", Accept_Language=lang)
        assert status == 200
        self.cookie = heads["set-cookie"].split(";")[0]
        if nickname is not None:
            status, heads, text = self.join(nickname, table)
            assert status == 303, text

    def join(self, nickname, table="sales"):
        return self.post("/join", {"nickname": nickname, "table": table}, Accept_Language=self.lang)

    def answer(self, screen, value, cid="", **heads):
        """An answer; gives the status and what was said."""
        status, _, text = self.post("/answer", {"screen": screen, "value": value, "cid": cid}, **heads)
        return status, json.loads(text)["problem"]


class Trainer(Sender):
    """The trainer without a browser."""

    def __init__(self, url, link):
        where, key = re.fullmatch(r"http://[^/]+(/s/\w+/console)(\?key=\S+)", link).groups()
        super().__init__(url, where)
        status, heads, _ = self.get(key)
        assert status == 303
        self.cookie = heads["set-cookie"].split(";")[0]

    def do(self, command, **fields):
        """A command, for the screen that is shown; gives the status and what was said."""
        fields = {"screen": self.state()["screen"], **fields, "command": command}
        status, _, text = self.post("", fields)
        return status, json.loads(text)["problem"]

    def to(self, key):
        assert self.do("jump", to=[one.key for one in SCREENS].index(key))[0] == 200

    def afresh(self):
        """Nothing is locked, revealed, black or paused, and the first screen is shown."""
        for kind in ("black", "pause", "hide", "over"):
            self.do(kind, on="0")
        now = self.record()
        for key in now.locks | now.revealed:
            self.to(key)
            self.do("reveal", on="0")
            self.do("lock", on="0")
        self.to("lobby")

    def events(self):
        """What has happened, as the export has it."""
        from simulation.session.exports import from_yaml

        status, _, text = self.get("/export")
        assert status == 200
        return from_yaml(text).events

    def record(self):
        """What holds, folded from the export."""
        from simulation.session.events import folded

        return folded(record(), self.events())


class Stream:
    """An open stream of what somebody sees."""

    def __init__(self, sender):
        self.connection = http.client.HTTPConnection("127.0.0.1", int(sender.url.rpartition(":")[2]), timeout=30)
        self.connection.request("GET", sender.there + "/events", headers={"Cookie": sender.cookie})
        self.answer = self.connection.getresponse()

    def state(self):
        """The next state; None at the end."""
        while line := self.answer.readline():
            if line.startswith(b"data: {"):
                return json.loads(line[6:])
        return None

    def close(self):
        self.answer.close()
        self.connection.close()


def main():
    """The command line, with this programme in the place of the one that comes along."""
    import simulation.cli.commands.session as command
    import simulation.session.content.origin as contents
    from simulation.cli.start import start

    command.prepare = lambda language: None  # this programme runs no world
    contents.programme_of = lambda path, language, source="", **wished: DemoProgramme()
    start()


if __name__ == "__main__":
    main()
