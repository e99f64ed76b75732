"""A request as the door reads it: within bounds, and without what Solara would believe."""

from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode

from simulation.dashboard.server.traffic import WITHOUT_COOKIES
from simulation.system.limits import LIMITS
from simulation.text.languages import LANGUAGES, preferred
from simulation.web.cookies import LANGUAGE, SESSION, cookies_in, head_of

Scope = dict[str, Any]
UNHEARD = {b"script-name", b"x-script-name", b"x-forwarded-host", b"x-forwarded-proto", b"authorization"} | {b"cookie"}
"""What a request may say that Solara would believe, for all visitors at once (set SOLARA_ROOT_PATH instead), and its
cookies, of which only those that are known are passed on."""


class Request:
    """A request: its ``path``, ``query`` and ``host``, and the ``language`` of whoever sent it.

    ``readable`` says whether the whole of the query was read; ``visitor`` is what Solara knows them by, nothing for a
    browser that keeps no cookies: all of those count as one visitor.
    """

    def __init__(self, scope: Scope, language: str) -> None:
        heads = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.cookies = heads.get(b"cookie", "")
        ours = cookies_in(self.cookies, (SESSION, LANGUAGE))
        passed_on = [head for head in scope["headers"] if head[0].lower() not in UNHEARD]
        self.scope = {**scope, "headers": [*passed_on, *([(b"cookie", head_of(ours))] if ours else [])]}
        self.method: str = scope.get("method", "GET")
        self.path: str = scope["path"]
        self.host = heads.get(b"host", "")
        self.origin = heads.get(b"origin")
        self.zips = "gzip" in heads.get(b"accept-encoding", "")
        self.in_pieces = b"transfer-encoding" in heads
        self.has_body = self.in_pieces or heads.get(b"content-length", "0") != "0"
        self.search = scope.get("query_string", b"").decode("latin-1")
        query = _parsed(self.search)
        self.query, self.readable = query or {}, query is not None
        self.visitor = ours.get(SESSION, "")
        wished = preferred(heads.get(b"accept-language", ""), LANGUAGES)
        self.language = _first((*self.query.get("lang", []), ours.get(LANGUAGE, ""), wished), language)

    def known_as(self, page: str) -> Scope:
        """The same for Solara, which would give a browser without cookies another name at each connection."""
        if self.visitor:
            return self.scope
        others = [head for head in self.scope["headers"] if head[0] != b"cookie"]
        return {**self.scope, "headers": [*others, (b"cookie", f"{SESSION}={WITHOUT_COOKIES}{page}".encode())]}

    def plain(self) -> Scope:
        """The same as a GET whose answer is not packed."""
        headers = [head for head in self.scope["headers"] if head[0].lower() != b"accept-encoding"]
        return {**self.scope, "method": "GET", "headers": headers}

    def without(self, names: tuple[str, ...]) -> str:
        """The query without some of its parts."""
        kept = [field for field in parse_qsl(self.search, keep_blank_values=True) if field[0] not in names]
        return urlencode(kept)


def _parsed(search: str) -> dict[str, list[str]] | None:
    """A query's parts; None if it cannot be read whole, for what is not read cannot be looked through either."""
    if len(search) > LIMITS.query_characters:
        return None
    try:
        return parse_qs(search, keep_blank_values=True, max_num_fields=LIMITS.query_fields)
    except ValueError:
        return None


def _first(codes: tuple[str, ...], language: str) -> str:
    """The first that is a language of ours."""
    return next((code for code in codes if code in LANGUAGES), language)
