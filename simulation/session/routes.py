"""The pages of a session, the streams that keep them up to date, and what is sent back."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulation.session import views
from simulation.session.assets import asset
from simulation.session.codes import code_in, new_secret, participant_id
from simulation.session.commands import Wrong, answer_in, steps
from simulation.session.door import TooLarge, body_of, packed, page, saying
from simulation.session.house import House
from simulation.session.qr import qr
from simulation.session.record import Participant
from simulation.session.room import BEAMER, CONSOLE, Room, Unwritten
from simulation.system.limits import LIMITS
from simulation.text.characters import composed, one_line
from simulation.text.i18n import say
from simulation.web.cookies import LANGUAGE, cookies_in

KEY = "key"
"""What the trainer's secret is called in an address."""
BEAT = 10.0
"""Seconds after which a stream says that it lives."""
TOGETHER = 0.05
"""Seconds within which changes are drawn together."""


class Pages:
    """The routes of a house's sessions."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._drawing = ThreadPoolExecutor(1, "drawing")  # so that acknowledging a vote never waits for a picture

    def application(self) -> Starlette:
        """The ASGI application, without its door."""
        here = "/s/{code}"
        return Starlette(
            routes=[
                Route("/", self.front),
                Route("/test", self.test),
                Route("/static/{name}", self.static),
                Route(here, self.phone),
                Route(f"{here}/state", self.phone_state),
                Route(f"{here}/events", self.phone_events),
                Route(f"{here}/join", self.join, methods=["POST"]),
                Route(f"{here}/seat", self.seat, methods=["POST"]),
                Route(f"{here}/answer", self.answer, methods=["POST"]),
                Route(f"{here}/beamer", self.beamer),
                Route(f"{here}/beamer/state", self.beamer_state),
                Route(f"{here}/beamer/events", self.beamer_events),
                Route(f"{here}/console", self.console),
                Route(f"{here}/console", self.command, methods=["POST"]),
                Route(f"{here}/console/state", self.console_state),
                Route(f"{here}/console/events", self.console_events),
            ],
            exception_handlers={404: _lost, 405: _wrong_method},
        )

    # --- for everybody ---------------------------------------------------------------------------------

    async def front(self, request: Request) -> Response:
        """Where a code is typed."""
        language = request.scope["language"]
        given = request.query_params.get("code", "")
        problem = ""
        if given:
            room = self.house.room(code_in(given[:40]))
            if room is not None:
                return RedirectResponse(f"/s/{room.code}", 303)
            problem = self._unknown_code(request)
        text = views.drawn("door", language, problem=problem)
        return page(request, text, 404 if given else 200)

    def _unknown_code(self, request: Request) -> str:
        """The sentence for a code that is none."""
        many = not self.house.may_guess(_peer(request))
        return views.told("many_codes" if many else "no_code", request.scope["language"])

    async def test(self, request: Request) -> Response:
        """Whether a phone gets here at all."""
        if request.method == "GET":
            self.house.arrived(request.headers.get("host", "")[:80])
        return saying("you_are_here", request.scope["language"], 200)

    async def static(self, request: Request) -> Response:
        """A script or a style."""
        try:
            found = asset(request.path_params["name"])
        except KeyError:
            return await _lost(request, None)
        heads = {"cache-control": "public, max-age=86400, immutable", "vary": "accept-encoding"}
        return packed(request, Response(found.body, 200, heads, found.kind))

    # --- participants ----------------------------------------------------------------------------------

    async def phone(self, request: Request) -> Response:
        """A participant's page: where they join, or where they are."""
        room = self._room(request)
        if room is None:
            return self._no_room(request)
        language = request.scope["language"]
        who = _participant(request, room)
        if who is None or who.removed:
            problem = views.refused("removed", language) if who else ""
            response = self._joining(request, room, problem=problem, fresh=True)
        else:
            state = await self._drawn(lambda: views.phone(room, who, language))
            response = page(
                request,
                views.drawn(
                    "phone",
                    language,
                    "phone",
                    code=room.code,
                    state=state,
                    programme=room.programme.title.in_(language),
                ),
            )
        if request.query_params.get("lang") == language:
            response.headers.append("set-cookie", f"{LANGUAGE}={language}; Path=/; Max-Age=31536000; SameSite=Lax")
        return response

    def _joining(
        self, request: Request, room: Room, problem: str = "", nickname: str = "", table: str = "", fresh: bool = False
    ) -> Response:
        """The page on which somebody joins; with ``fresh`` their browser gets the token by which they will be known."""
        language = request.scope["language"]
        text = views.drawn(
            "join",
            language,
            "phone",
            code=room.code,
            programme=room.programme.title.in_(language),
            tables={one.name: one.label.in_(language) for one in room.programme.tables},
            problem=problem,
            nickname=nickname,
            table=table,
            most=LIMITS.nickname_characters,
        )
        response = page(request, text, 400 if problem and not fresh else 200)
        if fresh:
            cookie = f"{_cookie(room)}={new_secret()}; Path=/s/{room.code}; HttpOnly; SameSite=Lax; Max-Age=172800"
            response.headers.append("set-cookie", cookie)
        return response

    async def join(self, request: Request) -> Response:
        """Somebody joins under a nickname."""
        room, language = self._room(request), request.scope["language"]
        if room is None:
            return self._no_room(request)
        fields = await _fields(request, LIMITS.answer_bytes)
        token = _token(request, room)
        if fields is None:
            return saying("large", language, 413, f"/s/{room.code}")
        if not token:
            return saying("no_cookies", language, 403, f"/s/{room.code}")
        nickname = one_line(composed(fields.get("nickname", "")[:200])) or _guest(room, language)
        table, who = fields.get("table", ""), participant_id(token)
        problem: str | None = "slow"
        if who in room.shown.participants or room.joins.may():
            data = {"id": who, "nickname": nickname, "table": table, "language": language}
            try:
                problem = await room.submit("join", data)
            except Unwritten:
                problem = "unwritten"
        if problem is not None:
            return self._joining(request, room, views.refused(problem, language), nickname, table)
        return RedirectResponse(f"/s/{room.code}", 303)

    async def answer(self, request: Request) -> Response:
        """A participant answers what is asked."""

        def step(room: Room, who: Participant, fields: dict[str, str]) -> tuple[str, dict[str, Any]]:
            screen = room.record.screen
            if screen.ask is None or screen.key != fields.get("screen"):
                raise Wrong("moved_on")
            value = answer_in(screen.ask, fields.get("value", ""), request.scope["language"])
            return "answer", {"id": who.id, "screen": screen.key, "value": value}

        return await self._post(request, step)

    async def seat(self, request: Request) -> Response:
        """A participant sits down at a table, or leaves theirs."""
        return await self._post(
            request, lambda room, who, fields: ("seat", {"id": who.id, "table": fields.get("table", "")})
        )

    async def _post(
        self, request: Request, step: Callable[[Room, Participant, dict[str, str]], tuple[str, dict[str, Any]]]
    ) -> Response:
        """Something that a participant sends, acknowledged once it is written."""
        room, language = self._room(request), request.scope["language"]
        if room is None:
            return self._no_room(request)
        who = _participant(request, room)
        fields = None
        if who is None:
            return self._told(request, room, "stranger", 403)
        if not room.may_post(who.id):
            return self._told(request, room, "slow", 429)
        try:
            fields = await _fields(request, LIMITS.answer_bytes)
            if fields is None:
                raise Wrong("large")
            kind, data = step(room, who, fields)
            problem = await room.submit(kind, data, _mark(who.id, fields))
        except Wrong as wrong:
            problem = wrong.key
        except Unwritten:
            return self._told(request, room, "unwritten", 503)
        if not _wants_json(request):
            return RedirectResponse(f"/s/{room.code}", 303)
        state = await self._drawn(lambda: views.phone(room, who, language))
        told = views.refused(problem, language) if problem else ""
        return JSONResponse({"problem": told, "state": state}, 409 if problem else 200, _NOT_KEPT)

    async def phone_state(self, request: Request) -> Response:
        """What a participant sees now."""
        room = self._room(request)
        who = _participant(request, room) if room else None
        if room is None or who is None:
            return _gone(room)
        return JSONResponse(
            await self._drawn(lambda: views.phone(room, who, request.scope["language"])), 200, _NOT_KEPT
        )

    async def phone_events(self, request: Request) -> Response:
        """What a participant sees, whenever it changes."""
        room = self._room(request)
        who = _participant(request, room) if room else None
        if room is None or who is None:
            return _gone(room)
        return self._stream(room, who.id, lambda: views.phone(room, who, request.scope["language"]))

    # --- the beamer ------------------------------------------------------------------------------------

    async def beamer(self, request: Request) -> Response:
        """The page for everybody in the room; who has the code sees no more than they do on the wall."""
        room = self._room(request)
        if room is None:
            return self._no_room(request)
        language = self.house.language
        state = await self._drawn(lambda: views.beamer(room, language))
        fields = {"code": room.code, "state": state, "programme": room.programme.title.in_(language)}
        return page(request, views.drawn("beamer", language, "beamer", **fields))

    async def beamer_state(self, request: Request) -> Response:
        """What the beamer shows now."""
        room = self._room(request)
        if room is None:
            return _gone(room)
        return JSONResponse(await self._drawn(lambda: views.beamer(room, self.house.language)), 200, _NOT_KEPT)

    async def beamer_events(self, request: Request) -> Response:
        """What the beamer shows, whenever it changes."""
        room = self._room(request)
        if room is None:
            return _gone(room)
        return self._stream(room, BEAMER, lambda: views.beamer(room, self.house.language))

    # --- the console -----------------------------------------------------------------------------------

    async def console(self, request: Request) -> Response:
        """The trainer's page. Who comes with the secret in the address is sent on with a cookie in its place."""
        room, language = self._room(request), self.house.language
        if room is None:
            return self._no_room(request)
        given = request.query_params.get(KEY, "")
        if given and room.is_trainer(given):
            response = RedirectResponse(f"/s/{room.code}/console", 303, _NOT_KEPT)
            cookie = (
                f"{_console_cookie(room)}={given}; Path=/s/{room.code}/console; HttpOnly; SameSite=Lax; Max-Age=172800"
            )
            response.headers.append("set-cookie", cookie)
            return response
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        state = await self._drawn(lambda: self._console(room))
        fields = {
            "code": room.code,
            "state": state,
            "programme": room.programme.title.in_(language),
            "own_qr": qr(self.house.url(f"/s/{room.code}/console?{KEY}={room.secret}")),
            "problem": views.refused(request.query_params["problem"], language)
            if "problem" in request.query_params
            else "",
        }
        return page(request, views.drawn("console", language, "console", **fields))

    def _console(self, room: Room) -> views.State:
        """What the console shows."""
        return views.console(room, self.house.language, self.house.reach())

    async def console_state(self, request: Request) -> Response:
        """What the console shows now."""
        room = self._room(request)
        if room is None or not _is_trainer(request, room):
            return _gone(room)
        return JSONResponse(await self._drawn(lambda: self._console(room)), 200, _NOT_KEPT)

    async def console_events(self, request: Request) -> Response:
        """What the console shows, whenever it changes."""
        room = self._room(request)
        if room is None or not _is_trainer(request, room):
            return _gone(room)
        return self._stream(room, CONSOLE, lambda: self._console(room))

    async def command(self, request: Request) -> Response:
        """Something that the trainer does."""
        room, language = self._room(request), self.house.language
        if room is None:
            return self._no_room(request)
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        fields = await _fields(request, LIMITS.command_bytes)
        problem: str | None = "large"
        if fields is not None:
            try:
                problem = await self._done(room, fields)
            except Wrong as wrong:
                problem = wrong.key
            except Unwritten:
                problem = "unwritten"
        if not _wants_json(request):
            there = f"/s/{room.code}/console" if not room.deleted else "/"
            return RedirectResponse(f"{there}?problem={problem}" if problem else there, 303)
        if room.deleted:
            return JSONResponse({"problem": "", "gone": True}, 200, _NOT_KEPT)
        state = await self._drawn(lambda: self._console(room))
        told = views.refused(problem, language) if problem else ""
        return JSONResponse({"problem": told, "state": state}, 409 if problem else 200, _NOT_KEPT)

    async def _done(self, room: Room, fields: dict[str, str]) -> str | None:
        """Do what a command asks for: what concerns the server here, all else as events; the key of a refusal."""
        command = fields.get("command", "")
        if command == "delete":
            await self.house.forget(room)
            return None
        if command == "address":
            if fields.get("value") not in self.house.addresses:
                return "value"
            self.house.choose(fields["value"])
            for other in self.house.rooms.values():
                other.wake(BEAMER, CONSOLE)
            return None
        mark = _mark("trainer", fields)
        for place, (kind, data) in enumerate(steps(room.record, fields, self.house.language)):
            problem = await room.submit(kind, data, f"{mark}.{place}")
            if problem is not None:
                return problem
        return None

    # --- what all of these need ------------------------------------------------------------------------

    def _room(self, request: Request) -> Room | None:
        return self.house.room(request.path_params["code"])

    def _no_room(self, request: Request) -> Response:
        """There is no such session, or no longer."""
        text = self._unknown_code(request)
        return page(request, views.sentence(text, request.scope["language"], "/"), 404)

    def _told(self, request: Request, room: Room, key: str, status: int) -> Response:
        """A refusal, as data for a script or as a page."""
        text = views.refused(key, request.scope["language"])
        if _wants_json(request):
            return JSONResponse({"problem": text}, status, _NOT_KEPT)
        return page(request, views.sentence(text, request.scope["language"], f"/s/{room.code}"), status)

    async def _drawn(self, draw: views.Draw) -> views.State:
        """What somebody sees now, drawn in a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._drawing, draw)

    def _stream(self, room: Room, viewer: str, draw: views.Draw) -> Response:
        """What somebody sees, whenever it changes, until they or the session are gone."""
        if sum(len(one.lines) for one in self.house.rooms.values()) >= LIMITS.streams:
            return Response(status_code=503, headers={"retry-after": "5", **_NOT_KEPT})

        async def changes() -> AsyncIterator[dict[str, str]]:
            last: Any = None
            with room.listening(viewer) as line:
                while not line.over:
                    line.wake.clear()
                    state = await self._drawn(draw)
                    seen = {name: value for name, value in state.items() if name not in {"now", "n"}}
                    if seen != last:
                        last = seen
                        yield {"data": json.dumps(state, ensure_ascii=False)}
                    async for beat in _beats(line.wake):
                        yield beat
                    await asyncio.sleep(TOGETHER)
            if room.deleted:
                yield {"event": "over", "data": ""}

        # the stream says itself that it lives, in a way that a page hears
        return EventSourceResponse(changes(), ping=3_600, send_timeout=LIMITS.unread_seconds)


async def _beats(wake: asyncio.Event) -> AsyncIterator[dict[str, str]]:
    """A sign of life every few seconds, until there is something to see."""
    while True:
        try:
            await asyncio.wait_for(wake.wait(), BEAT)
            return
        except TimeoutError:
            yield {"event": "beat", "data": ""}


_NOT_KEPT = {"cache-control": "no-store"}


def _gone(room: Room | None) -> Response:
    """No state: the session is not there, or whoever asks is nobody in it."""
    return JSONResponse({"problem": "gone" if room is None else "stranger"}, 404 if room is None else 403, _NOT_KEPT)


async def _lost(request: Request, error: Any) -> Response:
    return saying("lost", request.scope["language"], 404, "/")


async def _wrong_method(request: Request, error: Any) -> Response:
    return saying("method", request.scope["language"], 405)


def _peer(request: Request) -> str:
    """The address from which a request comes."""
    return request.client.host if request.client else ""


def _cookie(room: Room) -> str:
    return f"synergy_p_{room.code}"


def _console_cookie(room: Room) -> str:
    return f"synergy_c_{room.code}"


def _token(request: Request, room: Room) -> str:
    """What a participant's browser is known by; nothing if it has no cookie of this session, or a made-up one."""
    name = _cookie(room)
    token = cookies_in(request.headers.get("cookie", ""), (name,)).get(name, "")
    return token if len(token) == len(secrets.token_urlsafe(32)) else ""


def _participant(request: Request, room: Room) -> Participant | None:
    """Who asks, if they have joined."""
    token = _token(request, room)
    return room.shown.participants.get(participant_id(token)) if token else None


def _is_trainer(request: Request, room: Room) -> bool:
    name = _console_cookie(room)
    return room.is_trainer(cookies_in(request.headers.get("cookie", ""), (name,)).get(name, ""))


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


async def _fields(request: Request, most: int) -> dict[str, str] | None:
    """The fields of a form, of two with one name the last; None if there is too much of them."""
    try:
        body = await body_of(request, most)
        return dict(
            parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=LIMITS.query_fields)
        )
    except (TooLarge, ValueError):
        return None


def _mark(sender: str, fields: dict[str, str]) -> str:
    """By which mark of its sender's a thing is known, so that nobody can take another's; a new one if it has none."""
    mark = fields.get("cid", "")[: LIMITS.client_characters] or secrets.token_hex(12)
    return f"{sender}:{mark}"


def _guest(room: Room, language: str) -> str:
    """The nickname of somebody who gave none."""
    taken = {one.nickname for one in room.record.participants.values()}
    names = (say("session.phone.guest", language, n=n) for n in range(len(taken) + 1, len(taken) + 1_000))
    return next(name for name in names if name not in taken)
