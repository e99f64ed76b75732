"""A session that is going on: what comes in is checked, written, acknowledged, and then seen by everybody."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from simulation.session.codes import digest, new_secret
from simulation.session.events import applied, folded, refusal
from simulation.session.exports import to_yaml
from simulation.session.programme import Programme
from simulation.session.record import Event, Record
from simulation.session.store import Store
from simulation.system.limits import LIMITS
from simulation.web.pace import Pace

BEAMER, ONLOOKER, CONSOLE = "beamer", "onlooker", "console"
"""Who looks on beside the participants: onlookers see the beamer's page, but are not the trainer."""
OTHERS = frozenset({BEAMER, ONLOOKER, CONSOLE})
THEIRS = frozenset({"answer", "join", "seat"})
"""What a participant does: only the beamer, the console and those at the same table see it."""


class Unwritten(Exception):
    """The disk did not take it, so nothing of it happened."""


@dataclass(eq=False)
class Line:
    """A stream of changes to somebody who looks on; ``over`` once it is to end."""

    viewer: str
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def end(self) -> None:
        """Let it end."""
        self.over = True
        self.wake.set()


@dataclass
class _Waiting:
    """An event that waits to be written, the record after it, and who waits for that."""

    event: Event
    record: Record
    written: "asyncio.Future[None]"


class Room:
    """A session that is going on, in one loop of events.

    ``record`` is what holds once everything that waits has been written; what is checked is checked against that.
    ``shown`` is what has been written, and what everybody sees. ``secret`` is the trainer's key of this run; those of
    earlier runs stay good. ``is_new`` says that its file was made in this run.
    """

    def __init__(self, store: Store, programme: Programme) -> None:
        self.store, self.programme, self.code = store, programme, store.code
        events = store.events()
        self.record = self.shown = folded(Record(store.code, programme.screens, programme.tables), events)
        self.secret = new_secret()
        store.add_digest(digest(self.secret))
        self._digests = frozenset(store.digests())
        self._written = {event.client for event in events if event.client}
        self._waiting: list[_Waiting] = []
        self._under_way: dict[str, asyncio.Future[None]] = {}
        self._writer: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, "session")
        self.lines: list[Line] = []
        self.paces: dict[str, Pace] = {}
        self.joins = Pace(LIMITS.joins_per_minute / 60, LIMITS.participants)
        self.address = ""
        self.deleted = self.is_new = False
        self.chosen_language = ""

    @property
    def language(self) -> str:
        """The language of the beamer and the console: the one chosen for this run, or else the session's own."""
        return self.chosen_language or self.shown.language

    # --- what comes in ---------------------------------------------------------------------------------

    def is_trainer(self, secret: str) -> bool:
        """Whether this is a key of the trainer's. Digests are looked up, so time tells nothing of the key."""
        return digest(secret) in self._digests

    def may_post(self, who: str) -> bool:
        """Whether a participant may send one more thing now."""
        if who not in self.paces:
            self.paces[who] = Pace(LIMITS.posts_per_second, LIMITS.posts_at_once)
        return self.paces[who].may()

    async def submit(self, kind: str, data: Mapping[str, Any], client: str = "") -> str | None:
        """Let something happen, and come back once it is on the disk; what was sent before is acknowledged again.

        Gives the key of a refusal. Raises :class:`Unwritten` if the disk does not take it.
        """
        if client and client in self._written:
            return None
        if client and client in self._under_way:
            await asyncio.shield(self._under_way[client])
            return None
        problem = self._refusal(kind, data)
        if problem is not None:
            return problem
        event = Event(self.record.number + 1, time.time(), kind, dict(data), client)
        self.record = applied(self.record, event)
        waiting = _Waiting(event, self.record, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if client:
            self._under_way[client] = waiting.written
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        await asyncio.shield(waiting.written)  # who goes away does not take it back
        return None

    def _refusal(self, kind: str, data: Mapping[str, Any]) -> str | None:
        """Why something may not happen."""
        if self.deleted:
            return "over"
        if self.record.number >= LIMITS.events:
            return "full"
        problem = refusal(self.record, kind, data)
        if problem is None and kind == "decide":
            problem = self.programme.decide(self.record, data["name"], data["value"])
        return problem

    async def _write(self) -> None:
        """Write what waits, all that is there in one transaction, until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await loop.run_in_executor(self._thread, self.store.append, [one.event for one in batch])
            except (sqlite3.Error, OSError):
                self._take_back(batch)
                continue
            self.shown = batch[-1].record
            for one in batch:
                self._written.add(one.event.client)
                self._under_way.pop(one.event.client, None)
                if not one.written.done():
                    one.written.set_result(None)
            self._wake([one.event for one in batch])

    def _take_back(self, batch: list[_Waiting]) -> None:
        """Forget what could not be written, and what was checked against it since."""
        lost, self._waiting = [*batch, *self._waiting], []
        self.record = self.shown
        for one in lost:
            self._under_way.pop(one.event.client, None)
            one.written.set_exception(Unwritten())
            one.written.exception()  # whoever waited may be gone

    # --- who looks on ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def listening(self, viewer: str) -> Iterator[Line]:
        """A stream to somebody; beyond the bound their oldest one ends."""
        most = LIMITS.streams_shown if viewer in OTHERS else LIMITS.streams_each
        own = [line for line in self.lines if line.viewer == viewer]
        for line in own[: max(0, len(own) - most + 1)]:
            line.end()
            self.lines.remove(line)
        line = Line(viewer)
        self.lines.append(line)
        self.wake(CONSOLE)
        try:
            yield line
        finally:
            if line in self.lines:
                self.lines.remove(line)
            self.wake(CONSOLE)

    @property
    def connected(self) -> frozenset[str]:
        """The ids of participants whose phones listen now."""
        return frozenset(line.viewer for line in self.lines) - OTHERS

    def wake(self, *viewers: str) -> None:
        """Let these look again, or everybody if none is named."""
        for line in self.lines:
            if not viewers or line.viewer in viewers:
                line.wake.set()

    def _wake(self, events: list[Event]) -> None:
        """Let those look again for whom something has changed."""
        if any(event.kind not in THEIRS for event in events):
            self.wake()
            return
        concerned = set(OTHERS)
        for event in events:
            who = self.shown.participants.get(event.data["id"])
            if who is not None:
                concerned |= {who.id, *(other.id for other in self.shown.seats(who.table) if who.table)}
        self.wake(*concerned)

    # --- the end ---------------------------------------------------------------------------------------

    def end_lines(self) -> None:
        """Let every stream end: the server does."""
        for line in self.lines:
            line.end()

    async def exported(self) -> str:
        """The session as text, with the numbers that came of it."""
        loop = asyncio.get_running_loop()

        def written() -> tuple[list[Event], str]:
            return self.store.events(), self.store.about("source")

        events, source = await loop.run_in_executor(self._thread, written)

        def text() -> str:  # elsewhere: what is played has to be run, and votes are to be written meanwhile
            shown = folded(Record(self.code, self.programme.screens, self.programme.tables), events)
            return to_yaml(events, source, self.programme.numbers(shown))

        return await loop.run_in_executor(None, text)

    async def delete(self) -> None:
        """Delete the session for good, once what waits has been written."""
        self.deleted = True
        if self._writer is not None:
            await asyncio.shield(self._writer)
        await asyncio.get_running_loop().run_in_executor(self._thread, self.store.delete)
        self.end_lines()

    def close(self) -> None:
        """Let go of the file; what was acknowledged is in it."""
        self._thread.shutdown()
        if not self.deleted:
            self.store.close()
