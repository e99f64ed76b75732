"""The server of sessions: it listens, says where, and ends at once when it is asked to, whatever streams are open."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from sse_starlette.sse import AppStatus

from simulation.session.addresses import addresses
from simulation.session.codes import new_code
from simulation.session.door import Door
from simulation.session.exports import Exported
from simulation.session.house import House
from simulation.session.programme import Programme
from simulation.session.record import Event
from simulation.session.room import Room
from simulation.session.routes import application
from simulation.session.store import Store, refused
from simulation.study.errors import InputRefused
from simulation.web.hosts import is_local
from simulation.web.lifecycle import Server, configured
from simulation.web.listening import listening


@dataclass(frozen=True)
class Place:
    """Where a server of sessions listens."""

    host: str
    port: int


class SessionServer(Server):
    """A server whose streams end with it."""

    def __init__(self, config: Any, announce: Callable[[], None], house: House) -> None:
        super().__init__(config, announce)
        self.house = house
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, *further: Any, **named: Any) -> None:
        """Begin to answer."""
        self._loop = asyncio.get_running_loop()
        await super().startup(*further, **named)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Let the server end, and its streams with it."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.house.end)
        super().handle_exit(sig, frame)


def begun(programme: Programme, language: str, seed: int = 1) -> Room:
    """A new session. Raises :class:`~simulation.study.errors.InputRefused` if it cannot be kept."""
    first = Event(1, time.time(), "begin", {"language": language, "seed": seed})
    return _new(programme, language, getattr(programme, "source", ""), [first])


def imported(programme: Programme, exported: Exported, language: str) -> Room:
    """A session that goes on from an export, under a code of its own. Raises as :func:`begun` does."""
    return _new(programme, language, exported.source, exported.events)


def _new(programme: Programme, language: str, source: str, events: Sequence[Event]) -> Room:
    """A session with a file of its own, in which these events have happened."""
    store = Store(new_code(), {"language": language, "source": source})
    try:
        store.append(events)
        room = opened(store, programme)
    except (sqlite3.Error, InputRefused) as error:
        store.delete()
        raise refused(store.path, error) if isinstance(error, sqlite3.Error) else error from None
    room.is_new = True
    return room


def opened(store: Store, programme: Programme) -> Room:
    """A session whose file is open. Raises :class:`~simulation.study.errors.InputRefused` if it cannot be written."""
    try:
        return Room(store, programme)
    except sqlite3.Error as error:
        store.close()
        raise refused(store.path, error) from None


def serve(rooms: Sequence[Room], place: Place, language: str, announce: Callable[[House], None]) -> None:
    """Serve sessions until a signal ends it; ``announce`` is called once it answers.

    Raises :class:`~simulation.study.errors.InputRefused` if the server cannot listen there.
    """
    house = None
    try:
        sockets = listening(place.host, place.port)
        bound = tuple(str(sock.getsockname()[0]) for sock in sockets)
        port = int(sockets[0].getsockname()[1])
        house = House(rooms, addresses(bound[0]), port, language)
        # it would end streams half a second late, and those of every later server of this process
        AppStatus.enable_automatic_graceful_drain = False
        door = Door(application(house), language, (place.host, *bound))
        config = configured(door, all(map(is_local, bound)))
        ready = house
        SessionServer(config, lambda: announce(ready), house).run(sockets)
    finally:
        for room in rooms if house is None else house.rooms.values():
            room.close()
            if house is None and room.is_new:  # nobody was ever there
                room.store.delete()
