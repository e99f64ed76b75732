"""How much may come in: connections and messages, from one page, from one visitor, and in all.

The bounds stand in :mod:`simulation.limits`. Who sends faster than that is read more slowly, and loses nothing; who
opens more than that is refused until there is room.
"""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from typing import Any

from simulation.limits import LIMITS


class Full(Exception):
    """There is no room for one more."""


class Pace:
    """A token bucket: so many a second over a longer time, and so many at once.

    >>> now = [0.0]
    >>> pace = Pace(10, 2, lambda: now[0])
    >>> [pace.wait() for _ in range(4)]
    [0.0, 0.0, 0.1, 0.2]
    >>> now[0] = 10.0
    >>> pace.wait()
    0.0
    """

    def __init__(self, per_second: float, at_once: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.at_once, self.clock = per_second, at_once, clock
        self._tokens, self._counted = float(at_once), clock()

    def wait(self) -> float:
        """Take one; gives the seconds to wait until it is due."""
        now = self.clock()
        self._tokens = min(self.at_once, self._tokens + (now - self._counted) * self.per_second) - 1.0
        self._counted = now
        return max(0.0, -self._tokens / self.per_second)

    async def take(self) -> None:
        """Take one when it is due."""
        seconds = self.wait()
        if seconds > 0.0:
            await asyncio.sleep(seconds)


class Traffic:
    """What is connected now; all of it is asked for in the server's event loop.

    ``pages`` gives Solara's memory of every page, connected or left behind, by its identifier.
    """

    def __init__(self, pages: Callable[[], dict[str, Any]]) -> None:
        self.pages = pages
        self.every = Pace(LIMITS.all_messages_per_second, LIMITS.all_messages_per_second)
        self._sockets: Counter[str] = Counter()
        self._paces: dict[str, Pace] = {}
        self._uploads: dict[str, deque[float]] = {}

    @contextlib.contextmanager
    def connected(self, visitor: str, page: str) -> Iterator[Pace]:
        """Count a page's connection while it lasts; gives the pace of that visitor's messages. Raises :class:`Full`."""
        if self._sockets.total() >= LIMITS.sockets or self._sockets[visitor] >= LIMITS.sockets_per_visitor:
            raise Full
        if page not in self.pages():
            self.make_room(visitor)
        self._sockets[visitor] += 1
        try:
            yield self._paces.setdefault(visitor, Pace(LIMITS.messages_per_second, LIMITS.messages_at_once))
        finally:
            self._sockets[visitor] -= 1
            if not self._sockets[visitor]:
                del self._sockets[visitor], self._paces[visitor]

    def make_room(self, visitor: str) -> None:
        """Forget a page that was left behind, if there is no room for one more; raises :class:`Full` if none was."""
        pages = list(self.pages().values())
        own = [page for page in pages if visitor_of(page) == visitor]
        for held, most in ((own, LIMITS.kernels_per_visitor), (pages, LIMITS.kernels)):
            if len(held) < most:
                continue
            left = next((page for page in held if is_left(page)), None)
            if left is None:
                raise Full
            left.close(reason="cull")

    def may_upload(self, visitor: str, clock: Callable[[], float] = time.monotonic) -> bool:
        """Whether a visitor may send one more file by now, which is counted."""
        now = clock()
        self._uploads = {name: times for name, times in self._uploads.items() if now - times[-1] < 60.0}
        if len(self._uploads) >= LIMITS.kernels and visitor not in self._uploads:
            return False
        times = self._uploads.setdefault(visitor, deque(maxlen=LIMITS.uploads_per_minute))
        if len(times) == LIMITS.uploads_per_minute and now - times[0] < 60.0:
            return False
        times.append(now)
        return True


def visitor_of(page: Any) -> str:
    """Whose page it is, by Solara's cookie; nothing where the browser keeps none."""
    session: str = page.session_id
    return "" if session.startswith("session-id-cookie-unavailable") else session


def is_left(page: Any) -> bool:
    """Whether nobody is connected to a page any more."""
    return all(status.name != "CONNECTED" for status in page.page_status.values())
