"""The sessions on one server, who may come in, and by which address."""

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from simulation.session.addresses import in_address
from simulation.session.codes import is_code
from simulation.session.qr import qr
from simulation.session.room import CONSOLE, Room
from simulation.session.views import clock
from simulation.system.limits import LIMITS
from simulation.web.pace import Pace

REMEMBERED = 3_000
"""So many addresses, and so many participants, are known by their pace."""


class House:
    """The rooms by their code, this machine's ``addresses`` with the ``port``, and the ``language`` of the beamers."""

    def __init__(self, rooms: Iterable[Room], addresses: Sequence[str], port: int, language: str) -> None:
        self.rooms = {room.code: room for room in rooms}
        self.addresses, self.port, self.language = tuple(addresses), port, language
        self.arrivals: tuple[str, str] | None = None
        self._guesses: OrderedDict[str, Pace] = OrderedDict()
        self._looks: OrderedDict[str, Pace] = OrderedDict()
        self._all_guesses = Pace(LIMITS.all_codes_per_minute / 60, 2 * LIMITS.all_codes_per_minute)
        self.choose(self.addresses[0])

    def choose(self, address: str) -> None:
        """Put an address of this machine into the QR codes."""
        self.address = address
        for room in self.rooms.values():
            room.address = self.url(f"/s/{room.code}")

    def url(self, path: str) -> str:
        """A path as others reach it."""
        return f"http://{in_address(self.address)}:{self.port}{path}"

    def room(self, code: str) -> Room | None:
        """The session with a code."""
        return self.rooms.get(code) if is_code(code) else None

    def may_guess(self, peer: str) -> bool:
        """Whether a wrong code from an address is answered at once, or as one too many.

        A right one is let in either way: 39 bits cannot be guessed at the pace of a network, and a whole room shares
        one address, so that else one phone could keep all others out.
        """
        pace = _kept(self._guesses, peer, LIMITS.codes_per_minute / 60, LIMITS.codes_at_once)
        return pace.may() and self._all_guesses.may()

    def may_look(self, peer: str, participant: str = "") -> bool:
        """Whether one more page may be drawn now, for a participant or for all at an address who have not joined."""
        if participant:
            pace = _kept(self._looks, participant, LIMITS.looks_per_second, LIMITS.looks_at_once)
        else:
            pace = _kept(self._looks, peer, LIMITS.strange_looks_per_second, LIMITS.strange_looks_at_once)
        return pace.may()

    def arrived(self, host: str) -> None:
        """A phone opened the test page: the consoles show it."""
        self.arrivals = clock(time.time()), host
        for room in self.rooms.values():
            room.wake(CONSOLE)

    def reach(self) -> dict[str, Any]:
        """What the console shows of how it is reached."""
        url = self.url("/test")
        return {
            "addresses": self.addresses,
            "address": self.address,
            "test_url": url,
            "test_qr": qr(url),
            "arrivals": self.arrivals,
        }

    async def forget(self, room: Room) -> None:
        """Delete a session."""
        del self.rooms[room.code]
        await room.delete()

    def end(self) -> None:
        """Let every stream end."""
        for room in self.rooms.values():
            room.end_lines()

    def close(self) -> None:
        """Let go of every file."""
        for room in self.rooms.values():
            room.close()


def _kept(paces: OrderedDict[str, Pace], name: str, per_second: float, at_once: float) -> Pace:
    """The pace of somebody, a new one if they are not known; beyond a bound whoever was quiet longest is forgotten."""
    pace = paces.pop(name, None) or Pace(per_second, at_once)
    paces[name] = pace
    if len(paces) > REMEMBERED:
        paces.popitem(last=False)
    return pace
