"""What stands between the network and Solara: what may be asked, by whom, and what is sent with every answer.

Solara serves more than a page needs, some of which a visitor must not reach: ``/_solara/cdn/…`` fetches from the
internet what it does not have, and removes a folder when it is asked for one; ``/resourcez`` tells how the server is;
``script-name`` in a request's head would become the address of everybody's pages. So what is not listed here is not
there.
"""

import asyncio
import gzip
import html
import ipaddress
import os
import re
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from simulation.dashboard.dressing import COOKIE, document, dressed
from simulation.words import LANGUAGES, say

Scope = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
READ = ("GET", "HEAD")
FILES = re.compile(r"/(static|jupyter/nbextensions|_solara/cdn)/[A-Za-z0-9@._+/-]+")
CLOSE = re.compile(f"/_solara/api/close/({UUID})")
SOCKET = re.compile(f"/jupyter/api/kernels/{UUID}/channels")
UNHEARD = {b"script-name", b"x-script-name", b"x-forwarded-host", b"x-forwarded-proto", b"authorization"}
"""What a request may say that Solara would believe, for all visitors at once; set SOLARA_ROOT_PATH instead."""
SOLARAS_OWN = ("kernelid", "modelid", "solara-no-close-beacon")
"""What Solara reads in an address; a link with one of these could open somebody else's page, or none."""
LARGEST_MESSAGE = 3_000_000
"""Bytes in one message of a visitor's page: a study file of 1 MB in which every character is written as two."""

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
    said = {
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
    return "; ".join(f"{name} {value}" for name, value in said.items()).encode()


# --- who asks ------------------------------------------------------------------------------------------


def hosts_of(bound: str) -> frozenset[str]:
    """The names under which this server may be asked for; of numbers see :func:`is_welcome`.

    A page of another site can have its name point at this machine (DNS rebinding), so a name that is not ours is
    refused. ``SYNERGY_HOSTS`` adds names, separated by commas, such as that of a proxy in front of the server.
    """
    own = {"localhost", "127.0.0.1", "::1", bound.lower()}
    if not is_local(bound):
        name = socket.gethostname().lower()
        own |= {name, f"{name}.local", socket.getfqdn().lower()}
    return frozenset(
        own | {one.strip().lower() for one in os.environ.get("SYNERGY_HOSTS", "").split(",") if one.strip()}
    )


def is_local(bound: str) -> bool:
    """Whether an address that a server listens on can be reached from this machine only."""
    return bound == "localhost" or (_is_number(bound) and ipaddress.ip_address(bound).is_loopback)


def _is_number(name: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_welcome(host: str, names: frozenset[str], local: bool) -> bool:
    """Whether a request to ``host`` (with or without a port) is meant for this server.

    >>> [is_welcome(one, frozenset({"localhost"}), True) for one in ("localhost:80", "evil.example", "10.0.0.1", "")]
    [True, False, False, False]
    >>> is_welcome("10.0.0.1:8765", frozenset(), False), is_welcome("[::1]:8765", frozenset({"::1"}), True)
    (True, True)
    """
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", host)
    if found is None:
        return False
    name = found[1].strip("[]").lower()
    return name in names or (not local and _is_number(name))


def is_own_page(origin: str | None, host: str) -> bool:
    """Whether a websocket is opened by a page of this server; what is no browser says no origin.

    >>> [is_own_page(f"http://{one}", "localhost:1") for one in ("localhost:1", "localhost:2", "evil.example")]
    [True, False, False]
    """
    return origin is None or origin.lower() in {f"http://{host}".lower(), f"https://{host}".lower()}


# --- the door ------------------------------------------------------------------------------------------


class Door:
    """An ASGI application around Solara's: ``inner``, bound to the address ``bound``, with these pages."""

    def __init__(self, inner: Application, pages: Iterable[str], language: str, bound: str) -> None:
        self.inner, self.language = inner, language
        self.pages = {"/", *(f"/{name}" for name in pages)}
        self.names, self.local = hosts_of(bound), is_local(bound)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in what may come in."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        asked = Asked(scope, self.language)
        welcome = is_welcome(asked.host, self.names, self.local)
        if scope["type"] == "websocket":
            await self._socket(asked, welcome, receive, send)
        elif not welcome:
            await self._say(asked, send, 421, say("web.host", asked.language, given=asked.host[:80]))
        else:
            await self._answer(asked, receive, send)

    async def _answer(self, asked: "Asked", receive: Receive, send: Send) -> None:
        """Answer a request of this server."""
        methods = self._methods(asked.path)
        if not methods:
            await self._say(asked, send, 404, say("shell.lost", asked.language))
        elif asked.method not in methods:
            allow = [(b"allow", ", ".join(methods).encode())]
            await self._say(asked, send, 405, say("web.method", asked.language), allow)
        elif asked.path in self.pages:
            await self._page(asked, send)
        elif CLOSE.fullmatch(asked.path):
            await self._close(asked, receive, send)
        else:
            await self._pass(asked, receive, send)

    def _methods(self, path: str) -> tuple[str, ...]:
        """By what a path may be asked for; nothing if there is no such path."""
        if path in self.pages or path == "/readyz" or (FILES.fullmatch(path) and is_file(path)):
            return READ
        if path == "/resourcez" and os.environ.get("SYNERGY_DEBUG"):
            return READ
        return ("POST",) if CLOSE.fullmatch(path) else ()

    async def _page(self, asked: "Asked", send: Send) -> None:
        """One of the pages, in our words."""
        if any(name in asked.query for name in SOLARAS_OWN):
            where = [(b"location", f"{asked.path}?{asked.without(SOLARAS_OWN)}".encode())]
            await self._say(asked, send, 303, "", where)
            return
        status, headers, body = await _collected(self.inner, asked.plain())
        if status != 200:
            await self._say(asked, send, 500, say("web.failed", asked.language))
            return
        nonce = secrets.token_urlsafe(18)
        kept = [one for one in headers if one[0] == b"set-cookie"]
        kept += [(b"cache-control", b"no-cache"), (b"vary", b"cookie, accept-encoding")]
        await _send(asked, send, 200, dressed(body.decode(), asked.language, nonce).encode(), kept, nonce)

    async def _close(self, asked: "Asked", receive: Receive, send: Send) -> None:
        """A page that is left: its memory is given back. What is not open cannot be closed."""
        from solara.server import kernel_context  # noqa: PLC0415 - it reads its settings when imported

        found = CLOSE.fullmatch(asked.path)
        context = kernel_context.contexts.get(found[1]) if found else None
        if context is not None and asked.query.get("session_id", [""])[0] in context.page_status:
            await self._pass(asked, receive, send)
        else:
            await _send(asked, send, 204, b"", [], "")

    async def _pass(self, asked: "Asked", receive: Receive, send: Send) -> None:
        """Let Solara answer, with our heads; a request's body is never read."""
        begun = False

        async def told(message: Any) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                message = {**message, "headers": [*message["headers"], *ALWAYS, _policy("", asked)]}
            await send(message)

        try:
            await self.inner(asked.scope, _empty(receive), told)
        except Exception as error:  # whatever it is, no traceback reaches a visitor
            _note(error)
            if not begun:
                await self._say(asked, send, 500, say("web.failed", asked.language))

    async def _say(
        self, asked: "Asked", send: Send, status: int, sentence: str, headers: Headers | None = None
    ) -> None:
        """A page with a sentence and a way on."""
        text = document(sentence, say("shell.home", asked.language), asked.language)
        await _send(asked, send, status, text.encode(), headers or [], "")

    async def _socket(self, asked: "Asked", welcome: bool, receive: Receive, send: Send) -> None:
        """A page's connection; opened by our own pages only."""
        page = asked.query.get("session_id", [""])[0]
        known = SOCKET.fullmatch(asked.path) and re.fullmatch(UUID, page)
        if not (welcome and known and is_own_page(asked.origin, asked.host)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            await self.inner(asked.scope, receive, send)
        except Exception as error:  # what a visitor sends can be anything
            _note(error)


class Asked:
    """What is asked: ``path``, ``query``, ``host``, and the ``language`` of whoever asks."""

    def __init__(self, scope: Scope, language: str) -> None:
        self.scope = {**scope, "headers": [one for one in scope["headers"] if one[0].lower() not in UNHEARD]}
        heads = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.host = heads.get(b"host", "")
        self.origin = heads.get(b"origin")
        self.zips = "gzip" in heads.get(b"accept-encoding", "")
        self.search = scope.get("query_string", b"").decode("latin-1")[:20_000]
        self.query = _parsed(self.search)
        self.language = _first((*self.query.get("lang", []), _cookie(heads.get(b"cookie", ""))), language)

    def plain(self) -> Scope:
        """The same, asked for as one that can be read."""
        headers = [one for one in self.scope["headers"] if one[0].lower() != b"accept-encoding"]
        return {**self.scope, "method": "GET", "headers": headers}

    def without(self, names: tuple[str, ...]) -> str:
        """The query without some of its parts."""
        kept = [one for one in parse_qsl(self.search, keep_blank_values=True) if one[0] not in names]
        return urlencode(kept)


def _parsed(search: str) -> dict[str, list[str]]:
    """A query's parts; none if there are too many."""
    try:
        return parse_qs(search, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return {}


def _cookie(head: str) -> str:
    """The language that a browser remembers."""
    try:
        kept = SimpleCookie(head).get(COOKIE)
    except CookieError:
        return ""
    return kept.value if kept else ""


def _first(asked: tuple[str, ...], language: str) -> str:
    """The first that is a language of ours."""
    return next((one for one in asked if one in LANGUAGES), language)


def is_file(path: str) -> bool:
    """Whether a path of the assets is one: no way up, and, where Solara would fetch it, a file that is here."""
    parts = path.split("/")[1:]
    if ".." in parts or "" in parts:
        return False
    if parts[:2] != ["_solara", "cdn"]:
        return True
    from solara.server import settings  # noqa: PLC0415 - it reads its settings when imported

    return Path(settings.assets.proxy_cache_dir, *parts[2:]).is_file() and len(parts) > 3


def _empty(then: Receive) -> Receive:
    """A request without a body, whatever was sent; ``then`` tells when whoever asked is gone."""
    told = False

    async def receive() -> Any:
        nonlocal told
        if told:
            message = await then()
            while message["type"] == "http.request":  # a body, which nobody reads
                message = await then()
            return message
        told = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _never() -> Any:
    """Whoever asked waits."""
    await asyncio.Event().wait()


async def _collected(inner: Application, scope: Scope) -> tuple[int, Headers, bytes]:
    """The whole of an answer; 500 if there is none."""
    status, headers, body = 500, [], b""

    async def told(message: Any) -> None:
        nonlocal status, headers, body
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message.get("headers", []))
        else:
            body += message.get("body", b"")

    try:
        await inner(scope, _empty(_never), told)
    except Exception as error:  # whatever it is, no traceback reaches a visitor
        _note(error)
        return 500, [], b""
    return status, headers, body


def _policy(nonce: str, asked: Asked) -> tuple[bytes, bytes]:
    """The head that says what a page may load."""
    host = asked.host if re.fullmatch(r"[A-Za-z0-9.:\[\]_-]+", asked.host) else ""
    return b"content-security-policy", policy(nonce, host)


async def _send(asked: Asked, send: Send, status: int, body: bytes, headers: Headers, nonce: str) -> None:
    """Send a page of text."""
    head = [*headers, *ALWAYS, _policy(nonce, asked), (b"content-type", b"text/html; charset=utf-8")]
    if asked.zips and len(body) > 1_000:
        body = gzip.compress(body, 6)
        head.append((b"content-encoding", b"gzip"))
    if status != 204:
        head.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else body})


def _note(error: Exception) -> None:
    """Write what went wrong to the server's standard error, in a line."""
    sys.stderr.write(f"synergy dashboard: {type(error).__name__}: {html.unescape(str(error))[:300]}\n")
