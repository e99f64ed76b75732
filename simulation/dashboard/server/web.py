"""What stands between the network and Solara: what may be asked, by whom, and what is sent with every answer.

Solara serves more than a page needs, some of which a visitor must not reach: ``/_solara/cdn/…`` fetches from the
internet what it does not have, and removes a folder when it is asked for one; ``/resourcez`` tells how the server is;
``script-name`` in a request's head would become the address of everybody's pages. So what is not listed here is not
there.
"""

import asyncio
import functools
import gzip
import html
import json
import os
import re
import secrets
import sys
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from simulation.dashboard.server.document import document, dressed
from simulation.dashboard.server.gate import Dropped, Gate, Refused, install
from simulation.dashboard.server.mishaps import say_outdated
from simulation.dashboard.server.request import Request, Scope
from simulation.dashboard.server.traffic import Full, Line, Queue, Traffic, visitor_of
from simulation.dashboard.state.studies import study_store
from simulation.study.errors import InputRefused
from simulation.system.limits import LIMITS
from simulation.text.characters import visible
from simulation.text.i18n import say
from simulation.web.hosts import hosts_of, is_local, is_own_page, is_welcome
from simulation.web.keys import FIELD, Key

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
READ = ("GET", "HEAD")
FILES = re.compile(r"/(static|jupyter/nbextensions|_solara/cdn)/[A-Za-z0-9@._+/-]+")
CLOSE = re.compile(f"/_solara/api/close/({UUID})")
SOCKET = re.compile(f"/jupyter/api/kernels/({UUID})/channels")
SOLARAS_OWN = ("kernelid", "modelid", "solara-no-close-beacon")
"""What Solara reads in an address; a link with one of these could open somebody else's page, or none."""
UPLOAD = "/upload"
"""Where a page sends a study file."""
LIGHT = 4_096
"""Characters that count as much as one message more: a long one takes longer to hold against the list."""
MOST_PROBLEMS_SHOWN = 20
"""Problems of an uploaded file that a page shows; it says how many more there are."""

ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()",
    ),
]
"""Sent with every answer: no guessing at kinds, no framing, no address told to others, no devices."""


def policy(nonce: str, host: str) -> bytes:
    """The Content-Security-Policy of a page: scripts from this server only, and in the page only those with ``nonce``.

    ``unsafe-eval`` cannot be left out: Vue 2 compiles its templates in the browser with ``new Function``, and ipyvue
    evaluates components so. Styles stand in the page itself (``unsafe-inline``), since Vuetify and Solara write them
    there. ``host`` names the websocket for browsers in which ``'self'`` does not.
    """
    sockets = f"ws://{host} wss://{host}" if host else ""
    directives = {
        "default-src": "'self'",
        "script-src": f"'self' 'nonce-{nonce}' 'unsafe-eval'" if nonce else "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' {sockets}".strip(),
        "worker-src": "'none'",
        "frame-src": "'none'",
        "object-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'self'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items()).encode()


# --- the door ------------------------------------------------------------------------------------------


class Door:
    """An ASGI application around Solara's: ``inner``, bound to ``bound`` (the name that was given, then addresses).

    With a ``key``, no request is answered without it, whatever it is for.
    """

    def __init__(
        self, inner: Application, pages: Iterable[str], language: str, bound: Sequence[str], key: Key | None = None
    ) -> None:
        self.inner, self.language, self.key = inner, language, key
        self.pages = {"/", *(f"/{name}" for name in pages)}
        self.names = frozenset().union(*map(hosts_of, bound))
        self.local = all(map(is_local, bound[1:] or bound))
        self.traffic, self.dropped, self.readers = Traffic(_contexts), Dropped(), Queue(LIMITS.waiting_uploads)
        install(self.drop)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in what may come in."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        request = Request(scope, self.language)
        if request.has_body and scope["type"] == "http":
            send = _closing(send)  # a body that nobody reads would be taken apart bit by bit all the same
        welcome = is_welcome(request.host, self.names, self.local)
        if scope["type"] == "websocket":
            await self._socket(request, welcome, receive, send)
        elif not welcome:
            await self._say(request, send, 421, say("web.host", request.language, given=visible(request.host, 80)))
        elif not request.readable:
            most = {"most": LIMITS.query_characters, "fields": LIMITS.query_fields}
            await self._say(request, send, 414, say("web.long", request.language, **most))
        elif self.key is not None and not self.key.is_in(request.cookies):
            await self._ask_for_key(request, self.key, send)
        else:
            await self._answer(request, receive, send)

    async def _ask_for_key(self, request: Request, key: Key, send: Send) -> None:
        """Whoever comes with the key in the address is sent on, with a cookie; whoever does not reads where it is."""
        given = request.query.get(FIELD, [""])[0]
        if request.path in self.pages and request.method == "GET" and key.fits(given):
            onward = f"{request.path}?{request.without((FIELD,))}".rstrip("?")
            heads = [(b"location", onward.encode()), (b"set-cookie", key.set_cookie()), (b"cache-control", b"no-store")]
            await self._say(request, send, 303, "", heads)
        else:
            await self._say(request, send, 403, say("web.key", request.language))

    async def _answer(self, request: Request, receive: Receive, send: Send) -> None:
        """Answer a request of this server."""
        methods = self._methods(request.path)
        if not methods:
            await self._say(request, send, 404, say("shell.lost", request.language))
        elif request.method not in methods:
            allow = [(b"allow", ", ".join(methods).encode())]
            await self._say(request, send, 405, say("web.method", request.language), allow)
        elif request.path in self.pages:
            await self._page(request, send)
        elif request.path == UPLOAD:
            await _guarded(self._upload(request, receive, send))
        elif CLOSE.fullmatch(request.path):
            await self._close(request, send)
        else:
            await self._pass(request, receive, send)

    def _methods(self, path: str) -> tuple[str, ...]:
        """The methods that a path takes; none if there is no such path."""
        if path in self.pages or path == "/readyz" or (FILES.fullmatch(path) and is_file(path)):
            return READ
        if path == "/resourcez" and os.environ.get("SYNERGY_DEBUG"):
            return READ
        return ("POST",) if path == UPLOAD or CLOSE.fullmatch(path) else ()

    async def _page(self, request: Request, send: Send) -> None:
        """One of the pages, in our words."""
        if any(name in request.query for name in (*SOLARAS_OWN, FIELD)):
            where = [(b"location", f"{request.path}?{request.without((*SOLARAS_OWN, FIELD))}".encode())]
            await self._say(request, send, 303, "", where)
            return
        if not self.traffic.has_room(request.visitor):
            await self._say(request, send, 503, say("web.full", request.language), [(b"retry-after", b"60")])
            return
        status, headers, body = await _collected(self.inner, request.plain())
        if status != 200:
            await self._say(request, send, 500, say("web.failed", request.language))
            return
        nonce = secrets.token_urlsafe(18)
        kept = [head for head in headers if head[0] == b"set-cookie"]
        kept += [(b"cache-control", b"no-cache"), (b"vary", b"cookie, accept-encoding, accept-language")]
        await _send(request, send, 200, dressed(body.decode(), request.language, nonce).encode(), kept, nonce)

    async def _close(self, request: Request, send: Send) -> None:
        """A page that is left: its memory is given back, by a thread. What is not open cannot be closed."""
        match = CLOSE.fullmatch(request.path)
        page, kernel = request.query.get("session_id", [""])[0], match[1] if match else ""
        context = _contexts().get(kernel)
        if context is not None and visitor_of(context) == request.visitor and page in context.page_status:
            self.traffic.leave(kernel, page, context)
        await _send(request, send, 204, b"", [], "")

    async def _pass(self, request: Request, receive: Receive, send: Send) -> None:
        """Let Solara answer, with our heads; a request's body is never read."""
        begun = False

        async def with_heads(message: Any) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": [*message["headers"], *ALWAYS, _policy("", request)]}
            await send(message)

        try:
            await self.inner(request.scope, _empty(receive), with_heads)
        except BaseException as error:  # whatever it is, no traceback reaches a visitor
            _note(error)
            if not begun:
                await self._say(request, send, 500, say("web.failed", request.language))

    async def _say(
        self, request: Request, send: Send, status: int, sentence: str, headers: Headers | None = None
    ) -> None:
        """A page with a sentence and a way on."""
        home = "" if status == 403 else say("shell.home", request.language)  # without the key there is no way on
        text = document(sentence, home, request.language)
        await _send(request, send, status, text.encode(), headers or [], "")

    async def _upload(self, request: Request, receive: Receive, send: Send) -> None:
        """A study file that a page of ours sends: the digest by which it is opened, or what is wrong with it."""
        status, data = await self._opened(request, receive)
        await _send_json(request, send, status, data)

    async def _opened(self, request: Request, receive: Receive) -> tuple[int, dict[str, Any]]:
        """The status of an upload, and the digest or the sentences."""
        refusal = self._refusal(request)
        if refusal is None:
            name = request.query.get("name", ["study.yaml"])[0]
            try:
                content = await asyncio.wait_for(_body(receive, LIMITS.workbook_bytes + 1), LIMITS.half_open_seconds)
                base = await self.readers.do(
                    functools.partial(study_store().open, content, name), request.visitor, receive
                )
                return 200, {"digest": base.digest}
            except InputRefused as refused:
                return 200, {"problems": _sentences(refused, request.language)}
            except TimeoutError:
                refusal = 408, "upload_slow"
            except Full:
                refusal = 503, "upload_full"
        status, key = refusal
        return status, {"problems": [say(f"web.{key}", request.language, most=LIMITS.uploads_per_minute)]}

    def _refusal(self, request: Request) -> tuple[int, str] | None:
        """Why an upload is not even received: the status, and the key of the sentence."""
        if request.origin is None or not is_own_page(request.origin, request.host):
            return 403, "upload_foreign"
        if not self.traffic.has_page(request.visitor):
            return 403, "upload_foreign"
        if request.in_pieces:
            return 411, "upload_pieces"
        return None if self.traffic.may_upload(request.visitor) else (429, "upload_pace")

    async def _socket(self, request: Request, welcome: bool, receive: Receive, send: Send) -> None:
        """A page's connection: opened by our own pages only, and what they say held against the list."""
        page = request.query.get("session_id", [""])[0]
        match = SOCKET.fullmatch(request.path)
        known = match and re.fullmatch(UUID, page) and request.readable
        keyed = self.key is None or self.key.is_in(request.cookies)
        context = _contexts().get(match[1]) if match else None
        own = is_own_page(request.origin, request.host) and (context is None or visitor_of(context) == request.visitor)
        if not (welcome and keyed and match and known and own):
            await _turned_away(receive, send, 1008)
            return
        try:
            async with self.traffic.connected(request.visitor, match[1], page) as line:
                await self.inner(request.known_as(page), self._checked(match[1], line, receive), send)
        except Full:
            await _turned_away(receive, send, 1013)
        except BaseException as error:  # what a visitor sends can be anything, and may even ask us to exit
            _note(error)

    def _checked(self, page: str, line: Line, receive: Receive) -> Receive:
        """Receive only what comes through the gate, no faster than allowed."""

        def context() -> Any:
            return _contexts().get(page)

        gate = Gate(context)

        async def checked() -> Any:
            while True:
                message = await line.or_ended(receive())
                amount = 1.0 + len(message.get("text") or message.get("bytes") or "") / LIGHT
                await line.pace.take(amount)
                await self.traffic.total_pace.take(amount)
                try:
                    return gate.passed(message)
                except Refused as refused:
                    self.drop(refused)
                    if refused.outdated:
                        threading.Thread(target=say_outdated, args=(context(),), daemon=True).start()

        return checked

    def drop(self, refused: Refused) -> None:
        """Count a message that was dropped, and tell whoever started the server at the first, tenth, hundredth …"""
        count = self.dropped.add(refused.reason)
        if str(count).strip("0") == "1" and refused.reason != "gone":  # what was closed meanwhile is nobody's offence
            sys.stderr.write(
                f"synergy dashboard: dropped what no page of ours says ({refused.reason}; {count} by now)\n"
            )


def is_file(path: str) -> bool:
    """Whether a path of the assets is one: no way up, and, where Solara would fetch it, a file that is here."""
    parts = path.split("/")[1:]
    if ".." in parts or "" in parts:
        return False
    if parts[:2] != ["_solara", "cdn"]:
        return True
    from solara.server import settings  # noqa: PLC0415 - it reads its settings when imported

    try:
        return Path(settings.assets.proxy_cache_dir, *parts[2:]).is_file() and len(parts) > 3
    except OSError:  # a name longer than the system's are
        return False


def _empty(then: Receive) -> Receive:
    """A request without a body, whatever was sent; ``then`` receives what comes after, such as its end."""
    begun = False

    async def receive() -> Any:
        nonlocal begun
        if begun:
            message = await then()
            while message["type"] == "http.request":  # a body, which nobody reads
                message = await then()
            return message
        begun = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _never() -> Any:
    """Wait for ever: whoever sent the request is still there."""
    await asyncio.Event().wait()


async def _collected(inner: Application, scope: Scope) -> tuple[int, Headers, bytes]:
    """The whole of an answer; 500 if there is none."""
    status, headers, body = 500, [], b""

    async def collect(message: Any) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", []))
        else:
            body += message.get("body", b"")

    try:
        await inner(scope, _empty(_never), collect)
    except BaseException as error:  # whatever it is, no traceback reaches a visitor
        _note(error)
        return 500, [], b""
    return status, headers, body


async def _guarded(work: Awaitable[None]) -> None:
    """Do work whose visitor, or whose server, may be gone before it is done."""
    try:
        await work
    except BaseException as error:  # whatever it is, no traceback reaches anybody
        _note(error)


async def _body(receive: Receive, most: int) -> bytes:
    """The body of a request, or its first ``most`` bytes."""
    body = b""
    while len(body) < most:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body[:most]


def _closing(send: Send) -> Send:
    """An answer after which the connection ends."""

    async def closing(message: Any) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
        await send(message)

    return closing


async def _turned_away(receive: Receive, send: Send, code: int) -> None:
    """A connection that is not taken: 1008 for good, 1013 for now."""
    await receive()
    await send({"type": "websocket.close", "code": code})


def _contexts() -> dict[str, Any]:
    """Solara's memory of every page, by the page's kernel."""
    from solara.server import kernel_context  # noqa: PLC0415 - it reads its settings when imported

    contexts: dict[str, Any] = kernel_context.contexts
    return contexts


def _sentences(refused: InputRefused, language: str) -> list[str]:
    """What is wrong with a file, in so many sentences as somebody reads."""
    sentences = [problem.told(language) for problem in refused.problems]
    more = len(sentences) - MOST_PROBLEMS_SHOWN
    further = [say("problem.more_problems", language, more=more)] if more > 0 else []
    return sentences[:MOST_PROBLEMS_SHOWN] + further


def _policy(nonce: str, request: Request) -> tuple[bytes, bytes]:
    """The head that says what a page may load."""
    host = request.host if re.fullmatch(r"[A-Za-z0-9.:\[\]_-]+", request.host) else ""
    return b"content-security-policy", policy(nonce, host)


async def _send(request: Request, send: Send, status: int, body: bytes, headers: Headers, nonce: str) -> None:
    """Send a page of text."""
    head = [*headers, *ALWAYS, _policy(nonce, request), (b"content-type", b"text/html; charset=utf-8")]
    if request.zips and len(body) > 1_000:
        body = gzip.compress(body, 6)
        head.append((b"content-encoding", b"gzip"))
    if status != 204:
        head.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b"" if request.method == "HEAD" else body})


async def _send_json(request: Request, send: Send, status: int, data: dict[str, Any]) -> None:
    """Send plain data."""
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    head = [*ALWAYS, _policy("", request), (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    head.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


def _note(error: BaseException) -> None:
    """Write what went wrong to the server's standard error, in a line; that the server ends is nothing wrong."""
    if isinstance(error, asyncio.CancelledError):
        return
    sys.stderr.write(f"synergy dashboard: {type(error).__name__}: {visible(html.unescape(str(error)), 300)}\n")
