"""The routes of participants: where they join, what they see, and what they send."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from simulation.session import views
from simulation.session.answering import NOT_KEPT, Routes, fields_of, gone, mark_of, wants_json
from simulation.session.codes import new_secret, participant_id
from simulation.session.commands import Wrong, answer_in
from simulation.session.door import page, saying
from simulation.session.record import Participant
from simulation.session.room import Room, Unwritten
from simulation.system.limits import LIMITS
from simulation.text.characters import composed, one_line
from simulation.text.i18n import say
from simulation.web.cookies import LANGUAGE, cookies_in

PATIENCE = 0.5
"""Seconds that an acknowledgement waits for the picture that goes with it."""


class Phones(Routes):
    """What a participant's phone asks for."""

    async def phone(self, request: Request) -> Response:
        """A participant's page: where they join, or where they are."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        language = request.scope["language"]
        who = _participant(request, room)
        if hurried := self.hurried(request, who.id if who else ""):
            return hurried
        if who is None or who.removed:
            problem = views.refused("removed", language) if who else ""
            response = self._joining(request, room, problem=problem, fresh=True)
        else:
            state = await self.drawn(lambda: views.phone(room, who, language))
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
        room, language = self.room(request), request.scope["language"]
        if room is None:
            return self.no_room(request)
        fields = await fields_of(request, LIMITS.answer_bytes)
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
        room, language = self.room(request), request.scope["language"]
        if room is None:
            return self.no_room(request)
        who = _participant(request, room)
        fields = None
        if who is None:
            return self.told(request, room, "stranger", 403)
        if not room.may_post(who.id):
            return self.told(request, room, "slow", 429)
        try:
            fields = await fields_of(request, LIMITS.answer_bytes)
            if fields is None:
                raise Wrong("large")
            kind, data = step(room, who, fields)
            problem = await room.submit(kind, data, mark_of(who.id, fields))
        except Wrong as wrong:
            problem = wrong.key
        except Unwritten:
            return self.told(request, room, "unwritten", 503)
        if not wants_json(request):
            return RedirectResponse(f"/s/{room.code}", 303)
        state = await self._soon(room, who, language)
        told = views.refused(problem, language) if problem else ""
        status = 413 if problem == "large" else 409 if problem else 200
        return JSONResponse({"problem": told, "state": state}, status, NOT_KEPT)

    async def _soon(self, room: Room, who: Participant, language: str) -> views.State | None:
        """What a participant sees, if that is drawn soon; it comes down the stream as well, and what was kept is
        acknowledged without it."""
        drawing = asyncio.ensure_future(self.drawn(lambda: views.phone(room, who, language)))
        try:
            return await asyncio.wait_for(asyncio.shield(drawing), PATIENCE)
        except TimeoutError:
            return None

    async def phone_state(self, request: Request) -> Response:
        """What a participant sees now."""
        room = self.room(request)
        who = _participant(request, room) if room else None
        if room is None or who is None:
            return gone(room)
        if hurried := self.hurried(request, who.id):
            return hurried
        return JSONResponse(await self.drawn(lambda: views.phone(room, who, request.scope["language"])), 200, NOT_KEPT)

    async def phone_events(self, request: Request) -> Response:
        """What a participant sees, whenever it changes."""
        room = self.room(request)
        who = _participant(request, room) if room else None
        if room is None or who is None:
            return gone(room)
        if hurried := self.hurried(request, who.id):
            return hurried
        return self.stream(room, who.id, lambda: views.phone(room, who, request.scope["language"]))


def _cookie(room: Room) -> str:
    return f"synergy_p_{room.code}"


def _token(request: Request, room: Room) -> str:
    """What a participant's browser is known by; nothing if it has no cookie of this session, or a made-up one."""
    name = _cookie(room)
    token = cookies_in(request.headers.get("cookie", ""), (name,)).get(name, "")
    return token if len(token) == len(secrets.token_urlsafe(32)) else ""


def _participant(request: Request, room: Room) -> Participant | None:
    """Who asks, if they have joined."""
    token = _token(request, room)
    return room.shown.participants.get(participant_id(token)) if token else None


def _guest(room: Room, language: str) -> str:
    """The nickname of somebody who gave none."""
    taken = {one.nickname for one in room.record.participants.values()}
    names = (say("session.phone.guest", language, n=n) for n in range(len(taken) + 1, len(taken) + 1_000))
    return next(name for name in names if name not in taken)
