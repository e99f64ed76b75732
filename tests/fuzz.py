"""A fuzzer: made-up files, ``--set``, options, addresses, messages, tables and exports, each of which must end in an answer or a sentence.

``python tests/fuzz.py --seconds 3600 --seed 7 --kinds file,message`` goes on as long as one likes. Input number *n* of a
kind and a seed is always the same, so a failure is repeated with ``--from n --count 1``; it is also written to a file.
Every input is made of the corpus (sound and unsound files, hostile ones, command lines, what our pages send) by cutting,
doubling, swapping, and putting in what has hurt other programs.
"""
# ruff: noqa: E501 - tables of what hurts are easier to read in long lines

import argparse
import asyncio
import contextlib
import csv
import io
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote, urlencode

import command_lines
import hostile
from attacker import message

from simulation.cli.main import main
from simulation.study.errors import InputRefused
from simulation.study.sources.files import load, load_data, parse
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES

HERE = Path(__file__).parent
SECONDS = LIMITS.reading_seconds * 2.0
"""More than this for one input is a failure; twice the promise, since machines are shared."""
NASTY = [
    *("\x00", "\x1b[2J", "\u202e", "\ufeff", "\u00ad", "\u200d", "\ud83d\ude00", "\U0001f469\u200d\U0001f4bb", "é", "e\u0301", "İ", "ﬁ"),
    *("null", "~", "yes", "no", "on", "off", "true", "NaN", ".inf", "-.INF", "1e400", "1e-400", "-0", "0x7f", "0o17", "1_000", "٣"),
    *("9" * 400, "&a", "*a", "!!python/object:os.system", "!", "%YAML 1.1", "---\n", "...\n", "<<: *a", "? ", "- ", ": ", "#", "|", ">"),
    *("{", "}", "[", "]", "'", '"', "\\", "`", "@", "\t", "\r", "\r\n", "\n", "\u2028", "  ", "=", ".", ",", ";", "../", "/dev/null"),
    *("<script>alert(1)</script>", "{{7*7}}", "$(id)", "%s%n", "{0.__class__}", "{near}", "__proto__", "__class__", "constructor"),
    *("extends", "organisation", "departments", "scenarios", "measures", "parameters", "capacity", "kind", "it", "Sales", "synergy"),
]  # fmt: skip


def mutated(text: str, luck: random.Random) -> str:
    """A text with one to eight changes, or with a single digit changed, which gets further before it is refused."""
    digits = [at for at, sign in enumerate(text) if sign.isdigit()]
    if digits and luck.random() < 0.1:
        at = luck.choice(digits)
        return f"{text[:at]}{luck.randrange(10)}{text[at + 1 :]}"
    for _ in range(luck.randint(1, 8)):
        at = luck.randrange(len(text) + 1)
        to = min(len(text), at + int(luck.expovariate(0.05)))
        part = text[at:to]
        change = luck.randrange(7)
        if change == 0:
            text = text[:at] + text[to:]
        elif change == 1:
            text = text[:at] + part * luck.randint(2, 40) + text[to:]
        elif change in (2, 3):
            text = text[:at] + luck.choice(NASTY) + text[at:]
        elif change == 4:
            text = text[:at] + luck.choice(NASTY) + text[to:]
        elif change == 5:
            other = luck.randrange(len(text) + 1)
            text = text[:other] + part + text[other:]
        else:
            lines = text.split("\n")
            luck.shuffle(lines) if len(lines) < 40 else lines.insert(luck.randrange(len(lines)), luck.choice(lines))
            text = "\n".join(lines)
    return text[: LIMITS.file_bytes]


# --- what is tried: each kind has what makes an input, and what tries it ------------------------------------------


class Files:
    """Texts of study files, read as an upload is, and all that is wrong with them told."""

    def __init__(self) -> None:
        folder = HERE / "scenarios"
        self.corpus = [path.read_bytes().decode("utf-8", "replace") for path in sorted(folder.rglob("*.yaml"))]
        self.corpus.append((HERE.parent / "scenarios" / "case.yaml").read_text("utf-8"))
        self.large = list(hostile.FILES.values())

    def make(self, luck: random.Random) -> str:
        if luck.random() < 0.002:
            return mutated(luck.choice(self.large)(), luck)
        return mutated(luck.choice(self.corpus), luck)

    def attempt(self, text: str) -> str:
        try:
            parse(text, "fuzz.yaml")
        except InputRefused as refused:
            return refusal(refused)
        return "read"


class Sets:
    """Texts behind ``--set``."""

    VALUES = ("0.5", "1e400", "-1", "{a: 1}", "[1, 2]", "on", "x", "", "'", "{value: .5, low: 0, high: 1}", "{", "null")

    def __init__(self) -> None:
        self.study = (HERE.parent / "scenarios" / "case.yaml").read_text("utf-8")
        self.paths = ["parameters.t", "organisation.departments.Sales.capacity", "measures.external_partner.hours"]
        self.paths += ["scenarios.full.measures.assign_roles", "project.horizon", "organisation.interdependence"]
        self.small = hostile.SOUND_STUDY

    def make(self, luck: random.Random) -> str:
        text = f"{luck.choice(self.paths)}={luck.choice(self.VALUES)}"
        return mutated(text, luck) if luck.random() < 0.9 else text

    def attempt(self, text: str) -> str:
        try:
            parse(self.small, "fuzz.yaml", (text,))
        except InputRefused as refused:
            return refusal(refused)
        return "read"


class Options:
    """Words of a command line, carried out in this process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="synergy-fuzz-"))
        command_lines.prepare(self.folder)
        self.lines = [words for words, _ in command_lines.command_lines(self.folder)]

    def make(self, luck: random.Random) -> list[str]:
        words = list(luck.choice(self.lines))
        if words and luck.random() < 0.7:
            at = luck.randrange(len(words))
            words[at] = mutated(words[at], luck)[:200_000]
        return words

    def attempt(self, words: list[str]) -> str:
        if any(word in ("run", "compare", "patterns", "validity", "dashboard") for word in words):
            words = [*words, "--no-such-option"]  # what computes or serves is only read
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
        assert code in (0, 1, 2), code
        sober(out.getvalue() + err.getvalue())
        return f"exit {code}"


class Addresses:
    """Addresses of pages, asked for at the door and read by the dashboard."""

    PATHS = (
        "/",
        "/compare",
        "/world",
        "/assumptions",
        "/lesson",
        "/save",
        "/readyz",
        "/static/x",
        "/_solara/cdn/a/b.js",
        "/no",
    )
    FIELDS = (
        "lang",
        "worlds",
        "seed",
        "world",
        "week",
        "hand",
        "rival",
        "outcome",
        "mode",
        "s",
        "votes",
        "package",
        "c",
        "base",
    )
    FIELDS += ("kernelid", "modelid", "key", "chapter", "step", "take", "session_id")

    def __init__(self) -> None:
        from simulation.dashboard.server.web import Door

        async def inner(scope, receive, send):
            await receive()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"<html><head></head><body></body></html>"})

        self.thread = ThreadPoolExecutor(1)  # this one may have a loop of Playwright's
        self.door = Door(inner, ("compare", "world", "assumptions", "lesson", "save"), "en", ("127.0.0.1",))

    def make(self, luck: random.Random) -> tuple[str, str, list]:
        fields = [
            (luck.choice(self.FIELDS), luck.choice(["full", "1", "nl", "3-0_1", *NASTY]))
            for _ in range(luck.randint(0, 9))
        ]
        query = (
            urlencode(fields, errors="replace")
            if luck.random() < 0.8
            else quote(mutated("a=b&lang=nl", luck), "=&%+", errors="replace")
        )
        path = luck.choice(self.PATHS)
        if luck.random() < 0.3:
            path = "/" + mutated(path[1:], luck)
        heads = [(b"host", b"127.0.0.1:1")]
        for name in ("cookie", "host", "origin", "accept-encoding", "accept-language"):
            if luck.random() < 0.2:
                heads.append((name.encode(), mutated("synergy_language=nl; a=b", luck).encode("utf-8", "replace")))
        return path, query, heads

    def attempt(self, given: tuple[str, str, list]) -> str:
        from simulation.dashboard.state.view import read_address

        path, query, heads = given
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode("utf-8", "replace"),
            "headers": heads,
        }
        status, body = self.thread.submit(asyncio.run, self._asked(scope)).result()
        assert status in {200, 303, 403, 404, 405, 414, 421, 503}, status
        assert b"<script>alert" not in body
        view, notices = read_address("compare", f"?{query}", "en")
        for notice in notices:
            for language in LANGUAGES:
                sober(notice.sentence(language))
        assert view.scenarios is not None
        return f"status {status}"

    async def _asked(self, scope: dict) -> tuple[int, bytes]:
        answer: list[dict] = []

        async def receive():
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(part):
            answer.append(part)

        await self.door(scope, receive, send)
        return answer[0]["status"], b"".join(part.get("body", b"") for part in answer[1:])


class Messages:
    """Messages of a page, held against the gate."""

    def __init__(self) -> None:
        from test_gate import components, page_with

        from simulation.dashboard.server.gate import DECLARED, Gate

        kinds = components()
        self.names = {f"{number:032x}": kind for number, kind in enumerate(kinds.values())}
        self.events = [(name, event) for name, kind in self.names.items() for event in getattr(kind, DECLARED)]
        context = page_with(**{name: kind.__new__(kind) for name, kind in self.names.items()})
        self.gate = Gate(lambda: context)

    DATA = (
        None,
        1,
        "nl",
        "save",
        True,
        0.5,
        {"by": 1},
        {"option": 0, "add": 1},
        {"measure": "assign_roles", "on": True},
    )
    DATA += (
        {"measure": "x", "set": {"start": 3}},
        {"do": "take", "what": "full"},
        {"address": "/save", "count": 1},
        {"worlds": 5},
    )

    def make(self, luck: random.Random) -> dict:
        name, event = luck.choice(self.events)
        data = {"method": "custom", "content": {"event": event, "data": luck.choice(self.DATA)}}
        if luck.random() < 0.3:
            data = luck.choice(
                [{"method": "update", "state": {"language": "nl"}}, {"method": "request_state"}, {"method": "run"}]
            )
        content = {"comm_id": luck.choice([name, "c" * 32, "x"]), "data": data}
        if luck.random() < 0.1:
            content["target_name"] = luck.choice(["solara.control", "jupyter.widget", "jupyter.widget.control", "x"])
        kind = luck.choice(["comm_msg"] * 8 + ["comm_open", "comm_close", "shutdown_request", "kernel_info_request"])
        text = message(kind, content)
        if luck.random() < 0.05:
            return {"type": "websocket.receive", "bytes": luck.randbytes(luck.randrange(40)), "text": None}
        return {"type": "websocket.receive", "text": mutated(text, luck) if luck.random() < 0.7 else text}

    def attempt(self, given: dict) -> str:
        from simulation.dashboard.server.gate import DECLARED, Refused

        try:
            through = json.loads(self.gate.passed(given)["text"])
        except Refused as refused:
            return f"refused: {refused.reason}"
        assert set(through) == {"header", "parent_header", "metadata", "content", "channel", "buffers"}
        content = through["content"]
        said = content.get("data", {}).get("content", {})
        assert set(said) <= {"event", "data"}
        if said:
            assert said["event"] in getattr(self.names[content["comm_id"]], DECLARED)
        return "through"


class Tables:
    """Workbooks and folders of CSV files: cells changed, or bytes."""

    def __init__(self) -> None:
        from simulation.study.sources import sheets, tables
        from simulation.study.sources.workbook import workbook

        data = load_data("installer")
        data["organisation"]["departments"]["IT"]["conviction"] = {"value": 0.6, "standard_error": 0.05, "answers": 9}
        self.written = {tables.called("sheet", key, "en"): rows for key, rows in sheets.written(data, "en").items()}
        self.book = workbook(data, "en")
        self.folder = Path(tempfile.mkdtemp(prefix="synergy-fuzz-"))

    def make(self, luck: random.Random) -> dict:
        if luck.random() < 0.15:
            content = bytearray(self.book)
            for _ in range(luck.randint(1, 30)):
                content[luck.randrange(len(content))] = luck.randrange(256)
            return {"book": bytes(content[: luck.randrange(len(content)) if luck.random() < 0.2 else None])}
        made = {name: [list(row) for row in rows] for name, rows in self.written.items()}
        for _ in range(luck.randint(1, 6)):
            rows = made[luck.choice(list(made))]
            row = luck.choice(rows)
            cell = luck.choice([*NASTY, -1, 0, 1.5, 1e308, True, "1.000", "0,5", "=1/0", "Sаles", "5", None])
            if row and luck.random() < 0.8:
                row[luck.randrange(len(row))] = cell
            elif luck.random() < 0.5:
                rows.insert(luck.randrange(len(rows) + 1), list(luck.choice(rows)))
            else:
                row.append(cell)
        texts = {name: as_csv(rows, luck.choice(",;\t")) for name, rows in made.items()}
        if luck.random() < 0.2:
            name = luck.choice(list(texts))
            texts[name] = mutated(texts[name], luck)
        if luck.random() < 0.1:
            del texts[luck.choice(list(texts))]
        return texts

    def attempt(self, given: dict) -> str:
        from simulation.study.build.merge import build
        from simulation.study.sources import apart

        try:
            if "book" in given:
                reading = apart.here(given["book"])
                if reading.problems:
                    raise InputRefused(reading.problems[: LIMITS.problems])
                build(reading.data, "x", reading.place_of)
            else:
                for old in self.folder.iterdir():
                    old.unlink()
                for name, text in given.items():
                    (self.folder / f"{name}.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
                load(str(self.folder))
        except InputRefused as refused:
            return refusal(refused)
        return "read"


class Exports:
    """Answers to a survey, and networks, with their mappings."""

    SURVEY = "Where,A,B,C\n" + "Sales,4,5,x1\nIT,2,3,1\nFinance,1,1,2\nLogistics,5,5,5\n" * 7
    PLAN = "survey: 1\ndepartment: Where\nmissing: [x1]\nasked: {Sales: 12}\nsmallest: 3\ntraits:\n  conviction: {items: [A, {column: B, reversed: true}], scale: [1, 5]}\n  workload: {items: [C], scale: [1, 7], lowest: 0.4, highest: 0.9}\n"
    TIES = "From,To,How,Sort\n" + "Sales,IT,2,talks\nSales,Finance,0.5,needs\nIT,Finance,3,talks\n" * 3
    NETWORK = "network: 1\nfrom: From\nto: To\nweight: How\nmeans: {column: Sort, contact: [talks], need: [needs]}\ndepartments: {Verkoop: Sales}\n"
    GRAPH = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d" for="node" attr.name="team" attr.type="string"/><graph edgedefault="directed"><node id="a"><data key="d">Sales</data></node><node id="b"><data key="d">IT</data></node><edge source="a" target="b"/></graph></graphml>'
    OF_GRAPH = "network: 1\npeople: {department: team}\n"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="synergy-fuzz-"))

    def make(self, luck: random.Random) -> tuple[str, str, str]:
        kind = luck.choice(["survey", "network", "graph"])
        table, plan = {"survey": (self.SURVEY, self.PLAN), "network": (self.TIES, self.NETWORK)}.get(
            kind, (self.GRAPH, self.OF_GRAPH)
        )
        if luck.random() < 0.6:
            table = mutated(table, luck)
        else:
            plan = mutated(plan, luck)
        return kind, table, plan

    def attempt(self, given: tuple[str, str, str]) -> str:
        from simulation.study.sources.answers import read_answers
        from simulation.study.sources.files import case
        from simulation.study.sources.networks import read_network

        kind, table, plan = given
        source = self.folder / ("a.graphml" if kind == "graph" else "a.csv")
        source.write_bytes(table.encode("utf-8", "surrogatepass"))
        mapping = self.folder / "m.yaml"
        mapping.write_bytes(plan.encode("utf-8", "surrogatepass"))
        read = read_answers if kind == "survey" else read_network
        try:
            read(str(source), str(mapping), case().organisation)
        except InputRefused as refused:
            return f"{kind} {refusal(refused)}"
        return f"{kind} read"


def as_csv(rows: list, delimiter: str) -> str:
    """Rows as the text of a CSV file."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, escapechar="\\").writerows(rows)
    return stream.getvalue()


KINDS: dict[str, Callable[[], object]] = {
    "file": Files, "set": Sets, "option": Options, "address": Addresses, "message": Messages, "table": Tables, "export": Exports,
}  # fmt: skip


def refusal(refused: InputRefused) -> str:
    """That something was refused, in sentences that can be read in both languages."""
    assert refused.problems
    assert len(refused.problems) <= LIMITS.problems + 1
    for language in LANGUAGES:
        sober(refused.told(language))
    return "refused"


def sober(text: str) -> None:
    """Nothing in a text drives a terminal, and none of it is a traceback."""
    import unicodedata

    assert "Traceback" not in text, text[-2_000:]
    wrong = {
        letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    } - {"\n"}
    assert not wrong, (sorted(map(ascii, wrong)), text[:500])


def run(kind: str, seed: int, first: int, most: int, until: float) -> Counter:
    """Try inputs number ``first`` and on, until so many were tried or that time; gives what became of them."""
    trial: SimpleNamespace = KINDS[kind]()
    ends: Counter = Counter()
    for number in range(first, first + most):
        if time.monotonic() > until:
            break
        given = trial.make(random.Random(f"{kind} {seed} {number}"))
        begun = time.thread_time()
        try:
            ends[trial.attempt(given)] += 1
            took = time.thread_time() - begun
            assert took < SECONDS, f"{took:.1f} s"
        except BaseException as error:
            path = Path(tempfile.gettempdir()) / f"synergy-fuzz-{kind}-{seed}-{number}.txt"
            path.write_text(given if isinstance(given, str) else repr(given), "utf-8", "surrogatepass")
            raise AssertionError(f"{kind}, seed {seed}, input {number} ({path}): {error!r}") from error
    return ends


def begin() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long, all kinds together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--from", dest="first", type=int, default=0, help="the number of the first input")
    parser.add_argument("--count", type=int, default=10**9, help="inputs of each kind")
    asked = parser.parse_args()
    kinds = asked.kinds.split(",")
    wrong = 0
    for kind in kinds:
        begun = time.monotonic()
        try:
            ends = run(kind, asked.seed, asked.first, asked.count, begun + asked.seconds / len(kinds))
        except AssertionError as failure:
            print(failure)
            wrong = 1
            continue
        print(
            f"{kind}: {ends.total()} inputs in {time.monotonic() - begun:.0f} s; {dict(ends.most_common(12))}",
            flush=True,
        )
    return wrong


if __name__ == "__main__":
    sys.exit(begin())
