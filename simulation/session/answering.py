"""What every route of a session needs: which session, what was sent, what somebody sees now, and the stream of that."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulation.session import views
from simulation.session.door import TooLarge, body_of, page, saying
from simulation.session.house import House
from simulation.session.room import Room
from simulation.system.limits import LIMITS

BEAT = 10.0
"""Seconds after which a stream says that it lives."""
TOGETHER = 0.05
"""Seconds within which changes are drawn together."""
NOT_KEPT = {"cache-control": "no-store"}


class Routes:
    """Routes of a house's sessions; what they show is drawn in a thread, so that no vote waits for a picture."""

    def __init__(self, house: House, drawing: ThreadPoolExecutor) -> None:
        self.house, self._drawing = house, drawing

    def unknown_code(self, request: Request) -> str:
        """The sentence for a code that is none."""
        many = not self.house.may_guess(peer_of(request))
        return views.told("many_codes" if many else "no_code", request.scope["language"])

    def room(self, request: Request) -> Room | None:
        """The session that an address names."""
        return self.house.room(request.path_params["code"])

    def no_room(self, request: Request) -> Response:
        """There is no such session, or no longer."""
        text = self.unknown_code(request)
        return page(request, views.sentence(text, request.scope["language"], "/"), 404)

    def told(self, request: Request, room: Room, key: str, status: int) -> Response:
        """A refusal, as data for a script or as a page."""
        text = views.refused(key, request.scope["language"])
        if wants_json(request):
            return JSONResponse({"problem": text}, status, NOT_KEPT)
        return page(request, views.sentence(text, request.scope["language"], f"/s/{room.code}"), status)

    def hurried(self, request: Request, participant: str = "") -> Response | None:
        """The answer to whoever looks too often; None for everybody else."""
        if self.house.may_look(peer_of(request), participant):
            return None
        return saying("hurried", request.scope["language"], 429)

    async def drawn(self, draw: views.Draw) -> views.State:
        """What somebody sees now, drawn in a thread of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._drawing, draw)

    def stream(self, room: Room, viewer: str, draw: views.Draw) -> Response:
        """What somebody sees, whenever it changes, until they or the session are gone."""
        if sum(len(one.lines) for one in self.house.rooms.values()) >= LIMITS.streams:
            return Response(status_code=503, headers={"retry-after": "5", **NOT_KEPT})

        async def changes() -> AsyncIterator[dict[str, str]]:
            last: Any = None
            with room.listening(viewer) as line:
                while not line.over:
                    line.wake.clear()
                    state = await self.drawn(draw)
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


def gone(room: Room | None) -> Response:
    """No state: the session is not there, or whoever asks is nobody in it."""
    return JSONResponse({"problem": "gone" if room is None else "stranger"}, 404 if room is None else 403, NOT_KEPT)


def peer_of(request: Request) -> str:
    """The address from which a request comes."""
    return request.client.host if request.client else ""


def wants_json(request: Request) -> bool:
    """Whether a script asks, and not a form by itself."""
    return "application/json" in request.headers.get("accept", "")


async def fields_of(request: Request, most: int) -> dict[str, str] | None:
    """The fields of a form, of two with one name the last; None if there is too much of them."""
    try:
        body = await body_of(request, most)
        return dict(
            parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=LIMITS.query_fields)
        )
    except (TooLarge, ValueError):
        return None


def mark_of(sender: str, fields: dict[str, str]) -> str:
    """By which mark of its sender's a thing is known, so that nobody can take another's; a new one if it has none."""
    mark = fields.get("cid", "")[: LIMITS.client_characters] or secrets.token_hex(12)
    return f"{sender}:{mark}"
