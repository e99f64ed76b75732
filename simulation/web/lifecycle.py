"""How the server runs: uvicorn with our bounds, which says when it answers and lets a signal end it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from simulation.system import signals
from simulation.system.limits import LIMITS
from simulation.web.connections import Messages, Requests


class Server(uvicorn.Server):
    """A server that calls ``announce`` once it answers, not before."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self.announce = announce

    async def startup(self, *further: Any, **named: Any) -> None:
        """Begin to answer."""
        await super().startup(*further, **named)
        self.announce()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let a signal end the server; who started it sees it once the server has ended."""
        with signals.deferred(self.handle_exit):
            yield


def configured(application: Any, local: bool) -> uvicorn.Config:
    """How uvicorn runs an ASGI application; ``local`` if only this machine can reach it."""
    return uvicorn.Config(
        application,
        log_level="error" if os.environ.get("SYNERGY_DEBUG") else "critical",  # we say ourselves what goes wrong
        timeout_graceful_shutdown=1,
        http=Requests,
        h11_max_incomplete_event_size=LIMITS.head_bytes,
        ws=Messages,
        ws_max_size=LIMITS.message_bytes,
        ws_per_message_deflate=not local,  # on one's own machine packing costs more than it spares
        server_header=False,
    )
