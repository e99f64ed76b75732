"""How much may come in: connections and messages, from one page, from one visitor, and in all.

The bounds stand in :mod:`simulation.system.limits`. Who sends faster than that is read more slowly, and loses nothing;
who opens more than that is refused until there is room.
"""

import asyncio
import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from simulation.system.limits import LIMITS
from simulation.web.pace import Pace

Result = TypeVar("Result")
WITHOUT_COOKIES = "session-id-cookie-unavailable:"
"""How Solara's names for browsers without cookies begin; no cookie's value that is passed on holds a colon."""
ENDING = 30.0
"""Seconds that an old connection has to end, on a busy machine, before a newer one of the same page is refused."""


class Full(Exception):
    """There is no room for one more."""


class Line:
    """A page's connection: the ``pace`` of its visitor's messages, and whether a newer one took its place."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.over = asyncio.Event()
        self._end = asyncio.Event()

    def end(self) -> None:
        """Let whoever receives on it believe that the other end is gone."""
        self._end.set()

    async def or_ended(self, message: Awaitable[Any]) -> Any:
        """The next message, or, once this was ended, that the other end is gone."""
        coming, ending = asyncio.ensure_future(message), asyncio.ensure_future(self._end.wait())
        try:
            await asyncio.wait({coming, ending}, return_when=asyncio.FIRST_COMPLETED)
            return {"type": "websocket.disconnect", "code": 1012} if self._end.is_set() else await coming
        finally:
            for task in (coming, ending):
                task.cancel()


class Queue:
    """Work that is done one after another in a thread of its own, for a bounded number who wait."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting: Counter[str] = Counter()
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, "reader")

    async def do(self, work: Callable[[], Result], visitor: str, receive: Callable[[], Awaitable[Any]]) -> Result:
        """Do it when it is its turn, unless whoever waits goes away first; raises :class:`Full`."""
        if self._waiting.total() >= self.most or self._waiting[visitor] >= LIMITS.waiting_uploads_each:
            raise Full
        self._waiting[visitor] += 1
        try:
            await self._my_turn(receive)
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
            finally:
                self._turn.release()
        finally:
            self._waiting[visitor] -= 1
            if not self._waiting[visitor]:
                del self._waiting[visitor]

    async def _my_turn(self, receive: Callable[[], Awaitable[Any]]) -> None:
        """Wait for the turn or for the end of whoever waits, whichever comes first."""
        turn, gone = asyncio.ensure_future(self._turn.acquire()), asyncio.ensure_future(_until_gone(receive))
        try:
            await asyncio.wait({turn, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            taken = turn.done() and not turn.cancelled()
            turn.cancel()
        if not taken:
            raise asyncio.CancelledError


async def _until_gone(receive: Callable[[], Awaitable[Any]]) -> None:
    """Wait until whoever sent the request has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


class Traffic:
    """What is connected now; to be used in the server's event loop only.

    ``pages`` gives Solara's memory of every page, connected or left behind, by its identifier.
    """

    def __init__(self, pages: Callable[[], dict[str, Any]]) -> None:
        self.pages = pages
        self.total_pace = Pace(LIMITS.all_messages_per_second, LIMITS.all_messages_per_second)
        self._sockets: Counter[str] = Counter()
        self._paces: dict[str, Pace] = {}
        self._lines: dict[tuple[str, str], Line] = {}
        self._closing: set[str] = set()
        self._leaving: set[tuple[str, str]] = set()
        self._uploads: dict[str, deque[float]] = {}

    @contextlib.asynccontextmanager
    async def connected(self, visitor: str, kernel: str, page: str) -> AsyncIterator[Line]:
        """Count a page's connection while it lasts; gives its line. Raises :class:`Full`.

        A page that comes back before its old connection is known to be gone takes its place: Solara counts pages, and
        the end of the old one would count as the end of the new.
        """
        await self._replace((kernel, page))
        if self._sockets.total() >= LIMITS.sockets or self._sockets[visitor] >= LIMITS.sockets_per_visitor:
            raise Full
        if kernel not in self.pages():
            self.make_room(visitor)
        self._sockets[visitor] += 1
        pace = self._paces.setdefault(visitor, Pace(LIMITS.messages_per_second, LIMITS.messages_at_once))
        line = self._lines[kernel, page] = Line(pace)
        try:
            yield line
        finally:
            line.over.set()
            if self._lines.get((kernel, page)) is line:
                del self._lines[kernel, page]
            self._sockets[visitor] -= 1
            if not self._sockets[visitor]:
                del self._sockets[visitor], self._paces[visitor]

    async def _replace(self, key: tuple[str, str]) -> None:
        """End the connection of a page that comes back; raises :class:`Full` if it does not end."""
        try:
            async with asyncio.timeout(ENDING):
                while (old := self._lines.get(key)) is not None:  # others may come back while one waits
                    old.end()
                    await old.over.wait()
        except TimeoutError:
            raise Full from None

    def has_page(self, visitor: str) -> bool:
        """Whether a visitor has a page of ours."""
        return any(visitor_of(page) == visitor for page in list(self.pages().values()))

    def make_room(self, visitor: str) -> None:
        """Forget a page that was left behind, if there is no room for one more; raises :class:`Full` if none was."""
        pages = {name: page for name, page in list(self.pages().items()) if name not in self._closing}
        own = {name: page for name, page in pages.items() if visitor_of(page) == visitor}
        for held, most in ((own, LIMITS.kernels_per_visitor), (pages, LIMITS.kernels)):
            if len(held) < most:
                continue
            left = next((name for name, page in held.items() if is_left(page)), None)
            if left is None:
                raise Full
            self._forget(left, held[left])

    def has_room(self, visitor: str) -> bool:
        """Whether one more page of a visitor could be connected; of who has no cookie yet, only the sum is known."""
        own = visitor and self._sockets[visitor] >= LIMITS.sockets_per_visitor
        full = len(self.pages()) >= LIMITS.kernels and not any(is_left(page) for page in list(self.pages().values()))
        return not (own or full or self._sockets.total() >= LIMITS.sockets)

    def leave(self, kernel: str, page: str, context: Any) -> None:
        """Note that a page was left, in a thread and once at a time: that waits for what the page is doing."""
        key = (kernel, page)
        if key in self._leaving:
            return
        self._leaving.add(key)

        def work() -> None:
            try:
                with contextlib.suppress(KeyError):
                    context.page_close(page)
            finally:
                self._leaving.discard(key)

        threading.Thread(target=work, daemon=True).start()

    def _forget(self, name: str, page: Any) -> None:
        """Close a page in a thread: closing waits for what the page is doing, which may wait for our event loop."""
        self._closing.add(name)

        def close() -> None:
            try:
                page.close(reason="cull")
            finally:
                self._closing.discard(name)

        threading.Thread(target=close, daemon=True).start()

    def may_upload(self, visitor: str, clock: Callable[[], float] = time.monotonic) -> bool:
        """Whether a visitor may send one more file by now, which is counted."""
        now = clock()
        self._uploads = {name: times for name, times in self._uploads.items() if now - times[-1] < 60.0}
        times = self._uploads.setdefault(visitor, deque(maxlen=LIMITS.uploads_per_minute))
        if len(times) == LIMITS.uploads_per_minute and now - times[0] < 60.0:
            return False
        times.append(now)
        return True


def visitor_of(page: Any) -> str:
    """Whose page it is, by Solara's cookie; nothing where the browser keeps none."""
    session: str = page.session_id
    return "" if session.startswith(WITHOUT_COOKIES) else session


def is_left(page: Any) -> bool:
    """Whether nobody is connected to a page any more."""
    session = getattr(page.kernel, "session", None)
    return not getattr(session, "websockets", None) and all(
        status.name != "CONNECTED" for status in page.page_status.values()
    )
