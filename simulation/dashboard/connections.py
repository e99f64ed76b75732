"""Connections that end by themselves: uvicorn's protocols, with bounds on what is half open, unread or piled up.

Uvicorn waits for ever for the rest of a request's head, keeps a connection whose other end does not read until that end
goes away, answers pings without asking whether the answers are read, and gathers the pieces of a message without end.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from simulation.limits import LIMITS

MOST_PIECES = 64
"""Pieces of one message; browsers send one, or a few of a large message."""
MOST_UNREAD = 1_000_000
"""Bytes that wait to be read while the other end sends pings."""


class Unread:
    """Ends a connection whose other end takes nothing for a while: a mixin of uvicorn's protocols."""

    transport: Any
    loop: asyncio.AbstractEventLoop
    _unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """More is waiting than the system takes."""
        super().pause_writing()  # type: ignore[misc]  # asyncio's protocol, which uvicorn's classes are
        if self._unread is None:
            self._unread = self.loop.call_later(LIMITS.unread_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """What was waiting has gone."""
        super().resume_writing()  # type: ignore[misc]
        self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._forget()
        super().connection_lost(exc)  # type: ignore[misc]

    def _forget(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


class Requests(Unread, H11Protocol):
    """HTTP: a request's head is there within :attr:`~simulation.limits.Limits.half_open_seconds`, or the end is."""

    _half_open: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody connected; beyond the bound nobody is heard."""
        super().connection_made(transport)
        if len(self.connections) > LIMITS.connections:
            transport.abort()
            return
        self._begin()

    def handle_events(self) -> None:
        """Something of a request came, perhaps all of its head."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._end()

    def on_response_complete(self) -> None:
        """An answer is out; the next request may begin, and uvicorn waits for it as long as it keeps connections."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.transport.get_protocol() is self:
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._end()
        super().connection_lost(exc)

    def _begin(self) -> None:
        self._end()
        self._half_open = self.loop.call_later(LIMITS.half_open_seconds, self._give_up)

    def _end(self) -> None:
        if self._half_open is not None:
            self._half_open.cancel()
            self._half_open = None

    def _give_up(self) -> None:
        if self.transport.get_protocol() is self:  # a connection that became a websocket is another's
            self.transport.abort()


class Messages(Unread, WebSocketsSansIOProtocol):
    """Websockets: no piling up of pieces and answers, and a connection that is given up is gone."""

    def handle_cont(self, event: Any) -> None:
        """One more piece of a message."""
        if len(self.frames) >= MOST_PIECES:
            self.transport.abort()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """A ping, which uvicorn answers whether or not answers are read."""
        super().handle_ping()
        if self.transport.get_write_buffer_size() > MOST_UNREAD:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """The other end did not answer a ping."""
        super().keepalive_timeout()
        self.transport.abort()
