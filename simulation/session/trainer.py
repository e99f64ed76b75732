"""The routes of the beamer and of the trainer's console."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from simulation.session import views
from simulation.session.answering import NOT_KEPT, Routes, fields_of, gone, mark_of, wants_json
from simulation.session.commands import Wrong, steps
from simulation.session.door import page, saying
from simulation.session.qr import qr
from simulation.session.room import BEAMER, CONSOLE, ONLOOKER, Room, Unwritten
from simulation.system.limits import LIMITS
from simulation.web.cookies import cookies_in

KEY = "key"
"""What the trainer's secret is called in an address."""


class Trainer(Routes):
    """What the beamer and the console ask for, and what the trainer does."""

    async def beamer(self, request: Request) -> Response:
        """The page for everybody in the room; who has the code sees no more than they do on the wall."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        if hurried := self._hurried(request, room):
            return hurried
        language = room.language
        state = await self.drawn(lambda: views.beamer(room, language))
        fields = {"code": room.code, "state": state, "programme": room.programme.title.in_(language)}
        return page(request, views.drawn("beamer", language, "beamer", **fields))

    async def beamer_state(self, request: Request) -> Response:
        """What the beamer shows now."""
        room = self.room(request)
        if room is None:
            return gone(room)
        if hurried := self._hurried(request, room):
            return hurried
        return JSONResponse(await self.drawn(lambda: views.beamer(room, room.language)), 200, NOT_KEPT)

    async def beamer_events(self, request: Request) -> Response:
        """What the beamer shows, whenever it changes."""
        room = self.room(request)
        if room is None:
            return gone(room)
        if hurried := self._hurried(request, room):
            return hurried
        viewer = BEAMER if _is_trainer(request, room) else ONLOOKER
        return self.stream(room, viewer, lambda: views.beamer(room, room.language))

    def _hurried(self, request: Request, room: Room) -> Response | None:
        """The answer to whoever looks at the beamer's page too often, unless it is the trainer's own."""
        return None if _is_trainer(request, room) else self.hurried(request)

    async def console(self, request: Request) -> Response:
        """The trainer's page. Who comes with the secret in the address is sent on with a cookie in its place."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        language = room.language
        given = request.query_params.get(KEY, "")
        if given and room.is_trainer(given):
            response = RedirectResponse(f"/s/{room.code}/console", 303, NOT_KEPT)
            cookie = f"{_console_cookie(room)}={given}; Path=/s/{room.code}; HttpOnly; SameSite=Lax; Max-Age=172800"
            response.headers.append("set-cookie", cookie)
            return response
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        state = await self.drawn(lambda: self._console(room))
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
        return views.console(room, room.language, self.house.reach())

    async def console_state(self, request: Request) -> Response:
        """What the console shows now."""
        room = self.room(request)
        if room is None or not _is_trainer(request, room):
            return gone(room)
        return JSONResponse(await self.drawn(lambda: self._console(room)), 200, NOT_KEPT)

    async def console_events(self, request: Request) -> Response:
        """What the console shows, whenever it changes."""
        room = self.room(request)
        if room is None or not _is_trainer(request, room):
            return gone(room)
        return self.stream(room, CONSOLE, lambda: self._console(room))

    async def export(self, request: Request) -> Response:
        """All of the session as text, for the trainer to keep."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        heads = {**NOT_KEPT, "content-disposition": f'attachment; filename="session-{room.code}.yaml"'}
        return Response(await room.exported(), 200, heads, "application/yaml; charset=utf-8")

    async def handout(self, request: Request) -> Response:
        """The hand-out, with the agreements that come with the request and are kept nowhere."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        fields = await fields_of(request, LIMITS.command_bytes)
        if fields is None:
            return saying("large", request.scope["language"], 413)
        return await self._page(room, "handout", lambda: room.programme.handout(room.shown, room.language, fields))

    async def cards(self, request: Request) -> Response:
        """Cards for the tables, to print."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        return await self._page(room, "cards", lambda: room.programme.cards(room.language))

    async def _page(self, room: Room, name: str, draw: Callable[[], str]) -> Response:
        """A page to keep, which needs nothing else."""
        heads = {**NOT_KEPT, "content-disposition": f'attachment; filename="{name}-{room.code}.html"'}
        loop = asyncio.get_running_loop()
        return Response(await loop.run_in_executor(None, draw), 200, heads, "text/html; charset=utf-8")

    async def command(self, request: Request) -> Response:
        """Something that the trainer does."""
        room = self.room(request)
        if room is None:
            return self.no_room(request)
        language = room.language
        if not _is_trainer(request, room):
            return saying("no_trainer", request.scope["language"], 403)
        fields = await fields_of(request, LIMITS.command_bytes)
        problem: str | None = "large"
        if fields is not None:
            try:
                problem = await self._done(room, fields)
            except Wrong as wrong:
                problem = wrong.key
            except Unwritten:
                problem = "unwritten"
        if not wants_json(request):
            there = f"/s/{room.code}/console" if not room.deleted else "/"
            return RedirectResponse(f"{there}?problem={problem}" if problem else there, 303)
        if room.deleted:
            return JSONResponse({"problem": "", "gone": True}, 200, NOT_KEPT)
        state = await self.drawn(lambda: self._console(room))
        told = views.refused(problem, language) if problem else ""
        return JSONResponse({"problem": told, "state": state}, 409 if problem else 200, NOT_KEPT)

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
                other.wake(BEAMER, ONLOOKER, CONSOLE)
            return None
        mark = mark_of("trainer", fields)
        for place, (kind, data) in enumerate(steps(room.record, fields, room.language)):
            problem = await room.submit(kind, data, f"{mark}.{place}")
            if problem is not None:
                return problem
        return None


def _console_cookie(room: Room) -> str:
    return f"synergy_c_{room.code}"


def _is_trainer(request: Request, room: Room) -> bool:
    name = _console_cookie(room)
    return room.is_trainer(cookies_in(request.headers.get("cookie", ""), (name,)).get(name, ""))
