"""What stands between the network and the pages of a session: which requests are heard, and what every answer says."""

import asyncio
import gzip
import html
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from simulation.session.views import sentence, told
from simulation.system.limits import LIMITS
from simulation.text.characters import visible
from simulation.text.languages import LANGUAGES, preferred
from simulation.web.cookies import LANGUAGE, cookies_in
from simulation.web.hosts import hosts_of, is_local, is_own_page, is_welcome

Application = Callable[[Any, Any, Any], Awaitable[None]]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Scripts come from this server alone, and none stands in a page. Styles may: drawings of the content have them."""
ALWAYS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
METHODS = ("GET", "HEAD", "POST")
WORTH = 1_000
"""Bytes from which on an answer is packed."""


class Door:
    """An ASGI application around ``inner``, bound to ``bound``: the name that was given, then addresses."""

    def __init__(self, inner: Application, language: str, bound: Sequence[str]) -> None:
        self.inner, self.language = inner, language
        self.names = frozenset().union(*map(hosts_of, bound))
        self.local = all(map(is_local, bound[1:] or bound))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let in what may come in."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        scope["language"] = language_for(scope, self.language)
        await _answered(self._refusal(scope) or self.inner, scope, receive, send)

    def _refusal(self, scope: Any) -> Response | None:
        """The answer to a request that is not heard; None for one that is."""
        heads = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, language = heads.get(b"host", ""), scope["language"]
        if not is_welcome(host, self.names, self.local):
            return saying("host", language, 421, given=visible(host, 80))
        if len(scope.get("query_string", b"")) + len(scope["path"]) > LIMITS.address_bytes:
            return saying("long", language, 414)
        if scope["method"] not in METHODS:
            return saying("method", language, 405)
        if scope["method"] == "POST" and not _is_own(heads, host):
            return saying("foreign", language, 403)
        return None


async def _answered(inner: Application, scope: Any, receive: Any, send: Any) -> None:
    """Let somebody answer, with our heads, and without anything that goes wrong reaching whoever asks."""
    begun = False

    async def with_heads(message: Any) -> None:
        nonlocal begun
        if message["type"] == "http.response.start":
            begun = True
            message = {**message, "headers": [*message["headers"], *ALWAYS]}
        await send(message)

    try:
        await inner(scope, receive, with_heads)
    except ClientDisconnect:
        return  # nobody is there for an answer
    except Exception as error:  # whatever it is, no traceback reaches anybody
        note(error)
        if not begun:
            await saying("failed", scope["language"], 500)(scope, receive, with_heads)


def _is_own(heads: dict[bytes, str], host: str) -> bool:
    """Whether a POST comes from a page of this server: browsers say so in ``Origin``, and nobody else is heard."""
    origin = heads.get(b"origin")
    site = heads.get(b"sec-fetch-site", "same-origin")
    return origin is not None and is_own_page(origin, host) and site in {"same-origin", "none"}


def language_for(scope: Any, language: str) -> str:
    """The language of whoever asks: chosen in the address, chosen before, liked by their browser, or this one."""
    request = Request(scope)
    chosen = request.query_params.get("lang", "")[:20]
    kept = cookies_in(request.headers.get("cookie", ""), (LANGUAGE,)).get(LANGUAGE, "")
    liked = preferred(request.headers.get("accept-language", "")[:1_000], LANGUAGES)
    return next((code for code in (chosen, kept, liked) if code in LANGUAGES), language)


def page(request: Request, text: str, status: int = 200) -> Response:
    """A page, which is never kept."""
    response = HTMLResponse(
        text, status, {"cache-control": "no-store", "vary": "cookie, accept-encoding, accept-language"}
    )
    return packed(request, response)


def packed(request: Request, response: Response) -> Response:
    """A response whose body is packed, where that is understood and worth it."""
    body = bytes(response.body)
    if len(body) < WORTH or "gzip" not in request.headers.get("accept-encoding", ""):
        return response
    response.body = gzip.compress(body, 6)
    response.headers["content-length"] = str(len(response.body))
    response.headers["content-encoding"] = "gzip"
    return response


def saying(key: str, language: str, status: int, home: str = "", **fields: Any) -> HTMLResponse:
    """A page with a sentence."""
    return HTMLResponse(sentence(told(key, language, **fields), language, home), status, {"cache-control": "no-store"})


class TooLarge(Exception):
    """A body that is longer than it may be, or too slow."""


async def body_of(request: Request, most: int) -> bytes:
    """The body of a request; raises :class:`TooLarge`."""
    body = b""

    async def read() -> None:
        nonlocal body
        async for piece in request.stream():
            body += piece
            if len(body) > most:
                raise TooLarge

    try:
        await asyncio.wait_for(read(), LIMITS.half_open_seconds)
    except TimeoutError:
        raise TooLarge from None
    return body


def note(error: BaseException) -> None:
    """Write what went wrong to standard error, in a line."""
    sys.stderr.write(f"synergy session: {type(error).__name__}: {visible(html.unescape(str(error)), 300)}\n")
