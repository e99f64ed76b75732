"""The addresses of a server of sessions, and the pages for everybody."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from simulation.session import views
from simulation.session.answering import Routes
from simulation.session.assets import asset
from simulation.session.codes import code_in
from simulation.session.door import packed, page, saying
from simulation.session.house import House
from simulation.session.phones import Phones
from simulation.session.trainer import Trainer


def application(house: House) -> Starlette:
    """The ASGI application, without its door."""
    here, drawing = "/s/{code}", ThreadPoolExecutor(1, "drawing")
    front, phones, trainer = Front(house, drawing), Phones(house, drawing), Trainer(house, drawing)
    return Starlette(
        routes=[
            Route("/", front.front),
            Route("/test", front.test),
            Route("/static/{name}", front.static),
            Route(here, phones.phone),
            Route(f"{here}/state", phones.phone_state),
            Route(f"{here}/events", phones.phone_events),
            Route(f"{here}/join", phones.join, methods=["POST"]),
            Route(f"{here}/seat", phones.seat, methods=["POST"]),
            Route(f"{here}/answer", phones.answer, methods=["POST"]),
            Route(f"{here}/beamer", trainer.beamer),
            Route(f"{here}/beamer/state", trainer.beamer_state),
            Route(f"{here}/beamer/events", trainer.beamer_events),
            Route(f"{here}/console", trainer.console),
            Route(f"{here}/console", trainer.command, methods=["POST"]),
            Route(f"{here}/console/export", trainer.export),
            Route(f"{here}/console/handout", trainer.handout, methods=["POST"]),
            Route(f"{here}/console/cards", trainer.cards),
            Route(f"{here}/console/state", trainer.console_state),
            Route(f"{here}/console/events", trainer.console_events),
        ],
        exception_handlers={404: _lost, 405: _wrong_method, Exception: _failed},
    )


class Front(Routes):
    """The pages that need no session."""

    async def front(self, request: Request) -> Response:
        """Where a code is typed."""
        language = request.scope["language"]
        if hurried := self.hurried(request):
            return hurried
        given = request.query_params.get("code", "")
        problem = ""
        if given:
            room = self.house.room(code_in(given[:40]))
            if room is not None:
                return RedirectResponse(f"/s/{room.code}", 303)
            problem = self.unknown_code(request)
        text = views.drawn("door", language, problem=problem)
        return page(request, text, 404 if given else 200)

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


async def _lost(request: Request, error: Any) -> Response:
    return saying("lost", request.scope["language"], 404, "/")


async def _failed(request: Request, error: Any) -> Response:
    return saying("failed", request.scope["language"], 500)


async def _wrong_method(request: Request, error: Any) -> Response:
    return saying("method", request.scope["language"], 405)
