"""Connections that end by themselves: uvicorn's protocols, with bounds on what is half open, unread or piled up.

Uvicorn waits for ever for the rest of a request's head, keeps a connection whose other end does not read until that end
goes away, answers pings without asking whether the answers are read, and gathers the pieces of a message without end.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from simulation.system.limits import LIMITS
from simulation.web.hosts import is_local

WINDOW = 10.0
"""Seconds over which pings and pongs are counted."""
HALF = LIMITS.connections // 2
"""Connections that one other machine may have."""
PIECE = 16_384
"""Bytes that are read at a time: what one read brings is taken apart in one go, and others wait meanwhile."""
PROGRESS = 65_536
"""Bytes that a living reader takes at least, in as many seconds as one is given."""


class Unread:
    """Ends a connection whose other end takes nothing for a while: a mixin of uvicorn's protocols.

    A slow reader is no dead one: what counts is whether less is waiting than before.
    """

    transport: Any
    loop: asyncio.AbstractEventLoop
    _unread: asyncio.TimerHandle | None = None
    _waiting = 0

    def pause_writing(self) -> None:
        """More is waiting than the system takes."""
        super().pause_writing()  # type: ignore[misc]  # asyncio's protocol, which uvicorn's classes are
        if self._unread is None:
            self._look_again()

    def resume_writing(self) -> None:
        """What was waiting has gone."""
        super().resume_writing()  # type: ignore[misc]
        self._forget()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._forget()
        super().connection_lost(exc)  # type: ignore[misc]

    def _look_again(self) -> None:
        self._waiting = self.transport.get_write_buffer_size()
        self._unread = self.loop.call_later(LIMITS.unread_seconds, self._look)

    def _look(self) -> None:
        if self.transport.get_write_buffer_size() > max(0, self._waiting - PROGRESS):
            self.transport.abort()
        else:
            self._look_again()

    def _forget(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


class Requests(Unread, H11Protocol):
    """HTTP: a request's head comes within :attr:`~simulation.system.limits.Limits.half_open_seconds`, or the end."""

    _half_open: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Somebody connected; beyond the bound nobody is heard."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):  # asyncio's own transports; where there is none, the system's default holds
            transport.max_size = PIECE
        transport.set_write_buffer_limits(high=0)  # a single byte that is not taken counts as unread
        if len(self.connections) > LIMITS.connections or self._has_many():
            transport.abort()
            return
        self._begin()

    def _has_many(self) -> bool:
        """Whether one machine has more than half of all connections; a proxy on this machine may have all."""
        peer = self.client[0] if self.client else ""
        if not peer or is_local(peer):
            return False
        peers = [getattr(connection, "client", None) for connection in self.connections]
        return bool(sum(other is not None and other[0] == peer for other in peers) > HALF)

    def handle_events(self) -> None:
        """Something of a request came, perhaps all of its head."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._end()

    def on_response_complete(self) -> None:
        """An answer is out; the next request may begin, and uvicorn waits for it as long as it keeps connections."""
        before = self.cycle
        super().on_response_complete()
        if self.cycle is before and not self.transport.is_closing() and self.transport.get_protocol() is self:
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
    """Websockets: nothing piles up, whoever is gone is gone at once, and a connection that is given up ends."""

    _controls: tuple[float, int] = (0.0, 0)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone, and so is what it said last: nobody is there for an answer."""
        while not self.queue.empty():
            self.queue.get_nowait()
        super().connection_lost(exc)

    _held = 0

    async def receive(self) -> Any:
        """The next message."""
        message: Any = await super().receive()
        self._held -= len((message.get("text") or "").encode()) + len(message.get("bytes") or b"")
        return message

    def send_receive_event_to_app(self) -> None:
        """A message is whole; one read can bring thousands, and a packed one can be large."""
        self._held += sum(map(len, self.frames))
        if self._held > LIMITS.queued_bytes:
            self.transport.abort()
            self.frames = []
            return
        super().send_receive_event_to_app()
        if self.queue.qsize() > LIMITS.queued_messages:
            self.transport.abort()

    def handle_pong(self, event: Any) -> None:
        """An answer to a ping, or what poses as one."""
        self._count_control()
        super().handle_pong(event)

    def _count_control(self) -> None:
        begun, count = self._controls
        now = self.loop.time()
        self._controls = (now, 1) if now - begun > WINDOW else (begun, count + 1)
        if self._controls[1] > LIMITS.control_frames:
            self.transport.abort()

    def handle_cont(self, event: Any) -> None:
        """One more piece of a message."""
        if len(self.frames) >= LIMITS.message_pieces:
            self.transport.abort()
            return
        super().handle_cont(event)

    def handle_ping(self) -> None:
        """A ping, which uvicorn answers whether or not answers are read."""
        self._count_control()
        super().handle_ping()
        if self.transport.get_write_buffer_size() > LIMITS.unread_bytes:
            self.transport.abort()

    def keepalive_timeout(self) -> None:
        """The other end did not answer a ping."""
        super().keepalive_timeout()
        self.transport.abort()
