"""The chunks of a sweep run by the workers of a Dask cluster: a running one, or one that is started here.

The client keeps what is known: it claims chunks, sends so many at a time as keep the workers busy, and writes what
comes back to the folder, so that nothing hangs on the scheduler's memory. Where the folder is named by an address that
all see (:meth:`Cluster.share`), workers write their chunks themselves, and nothing comes back. A worker that goes is
replaced by another; when the scheduler goes, and comes back within :data:`PATIENCE`, what was under way is sent again.
Workers of another version of synergy are refused. A chunk has the same bytes wherever it is run with the same libraries
and kind of processor.
"""

import asyncio
import logging
import re
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any

from simulation import __version__
from simulation.report.machine import machine
from simulation.study.errors import InputRefused, SynergyError, problem, shown
from simulation.sweep import dataset, storage
from simulation.sweep.manifest import Block, Manifest, is_sweep
from simulation.sweep.runner import Made, chunk_of
from simulation.system.signals import raise_missed

ADDRESS = re.compile(r"(tcp|tls)://[^\s/]+:[0-9]{1,5}")
CONNECT = 4.0
"""Seconds until a scheduler that does not answer is given up."""
PATIENCE = 120.0
"""Seconds for which a scheduler that has gone is waited for."""
AHEAD = 2
"""Chunks that each thread of the workers has, or has waiting."""
GATHER = 10.0
"""Seconds in which a worker that is done hands over its chunk, before another is asked to run it."""
LOST = 5
"""So often a chunk is sent anew that several workers, one after the other, did not outlive."""
LISTEN = 1.0
"""Seconds until signals are heeded at the latest while workers work."""


class Cluster:
    """Workers elsewhere, or here: ``where`` is ``local`` or a scheduler's address; ``workers`` counts those here."""

    def __init__(self, where: str, workers: int = 1) -> None:
        if where != "local" and not ADDRESS.fullmatch(where):
            raise InputRefused([problem("bad_cluster", given=shown(where))])
        self.where, self.own, self.client = where, None, _no_client()
        self.address, self.lost = "", dict[int, int]()
        if where == "local":
            from distributed import LocalCluster  # noqa: PLC0415 - an extra, and takes a second

            self.own = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )

    def __enter__(self) -> "Cluster":
        self.client = self._connected()
        self.check()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # a scheduler that has gone cannot be taken leave of
            self.client.close(timeout=2)
        if self.own is not None:
            self.own.close(timeout=5)

    def _connected(self) -> Any:
        """A client; raises :class:`~simulation.study.errors.InputRefused` if the scheduler does not answer in time."""
        from distributed import Client  # noqa: PLC0415 - likewise

        made: Future[Any] = Future()

        def connect() -> None:
            try:
                made.set_result(Client(self.own or self.where, timeout=CONNECT, set_as_default=False))
            except BaseException as error:  # handed over
                made.set_exception(error)

        try:
            if self.own is None:
                host, _, port = self.where.rpartition("/")[2].rpartition(":")
                socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT).close()
            threading.Thread(target=connect, daemon=True).start()  # it would wait for ever for one who says nothing
            return made.result(timeout=None if self.own else CONNECT)
        except Exception as error:  # whatever answers there may be anything
            given = shown(self.where, 200)
            raise InputRefused([problem("no_scheduler", given=given, seconds=f"{CONNECT:g}")]) from error

    def check(self) -> list[dict[str, str]]:
        """Refuse workers of another version, and a cluster without any; returns what each runs on."""
        try:
            found = self.client.run(about, on_error="return")
        except Exception as error:
            raise InputRefused([problem("no_workers", given=shown(self.where, 200))]) from error
        if not found:
            raise InputRefused([problem("no_workers", given=shown(self.where, 200))])
        for address, said in found.items():
            version = said.get("synergy", "–") if isinstance(said, dict) else "–"
            if version != __version__:
                raise other_version(str(address), version)
        return list(found.values())

    def share(self, address: str) -> None:
        """Let workers write to a sweep's folder themselves, each of which has to see it at ``address``.

        A file is put there, which each of them answers with one of its own. Raises
        :class:`~simulation.study.errors.InputRefused` for a worker that cannot, or whose answer is not seen here.
        """
        mark = secrets.token_hex(8)
        folder = storage.place_of(address) / dataset.CLAIMS
        asked = folder / f"{storage.PROBE}{mark}"
        storage.put(asked, mark.encode())
        try:
            said = self.client.run(answer, address, mark, on_error="return")
            for worker, answered in said.items():
                if not isinstance(answered, str) or not storage.exists(folder / f"{storage.PROBE}{answered}"):
                    raise not_seen(address, str(worker))
        finally:
            _forget(folder, mark)
        self.address = address

    def contents(self, plan: Manifest, blocks: Iterator[Block]) -> Iterator[Made]:
        """The number and the file of each chunk, in the order in which they are done; see the module."""
        waiting: dict[int, Block] = {}
        lost_at: float | None = None
        while True:
            try:
                for number, content in self._window(plan, blocks, waiting):
                    del waiting[number]
                    lost_at = None
                    yield number, content
                return
            except SynergyError:
                raise
            except _losses() as error:
                lost_at = lost_at or time.monotonic()
                self._reconnect(lost_at, error)

    def _window(self, plan: Manifest, blocks: Iterator[Block], waiting: dict[int, Block]) -> Iterator[Made]:
        """Keep the workers busy until nothing is left; ``waiting`` are the chunks that are, or were, with them."""
        from distributed import wait  # noqa: PLC0415 - likewise

        going = {self._sent(plan, block): block.number for block in waiting.values()}
        more = True
        while more or going:
            while more and len(going) < self._room():
                block = next(blocks, None)
                more = block is not None
                if block is not None:
                    waiting[block.number] = block
                    going[self._sent(plan, block)] = block.number
            raise_missed()
            done: set[Any] = set()
            if going:
                with suppress(TimeoutError), self.client.as_current():
                    done = wait(list(going), timeout=LISTEN, return_when="FIRST_COMPLETED").done
            for future in done:
                number = going.pop(future)
                is_there, content = self._handed_over(future, number)
                if is_there:
                    yield number, content
                else:
                    going[self._sent(plan, waiting[number])] = number

    def _handed_over(self, future: Any, number: int) -> tuple[bool, bytes | None]:
        """Whether whoever has run a chunk hands it over, and its content; if not, somebody else is to run it."""
        from distributed import KilledWorker  # noqa: PLC0415 - likewise

        try:
            return True, future.result(timeout=GATHER)
        except TimeoutError:
            return False, None
        except KilledWorker:  # it took several with it, one after the other: machines that are taken away do that
            self._count_lost(number)
            return False, None

    def _count_lost(self, number: int) -> None:
        """Count how often a chunk took its workers with it; raises InputRefused once that is no chance any more."""
        self.lost[number] = self.lost.get(number, 0) + 1
        if self.lost[number] >= LOST:
            raise InputRefused([problem("workers_lost", given=shown(self.where, 200))])

    def _sent(self, plan: Manifest, block: Block) -> Any:
        """A chunk sent to the workers."""
        return self.client.submit(run_block, plan, block, __version__, self.address, pure=False)

    def _room(self) -> int:
        """How many chunks are sent at a time."""
        threads: int = sum(self.client.nthreads().values())
        return max(1, AHEAD * threads)

    def _reconnect(self, lost_at: float, error: BaseException) -> None:
        """Connect anew with a scheduler that was lost; raises InputRefused once patience is over."""
        with suppress(Exception):
            self.client.close(timeout=2)
        while True:
            raise_missed()
            if time.monotonic() - lost_at > PATIENCE:
                given = shown(self.where, 200)
                raise InputRefused([problem("scheduler_lost", given=given, seconds=f"{PATIENCE:g}")]) from error
            time.sleep(1.0)
            with suppress(InputRefused):
                self.client = self._connected()
                self.client.wait_for_workers(1, timeout=10)
                return


def _no_client() -> Any:
    """What a cluster has before it is connected; raises InputRefused where Dask is not installed."""
    try:
        import distributed  # noqa: F401, PLC0415 - likewise
    except ImportError:
        raise InputRefused([problem("no_dask")]) from None
    for name in ("tornado", "asyncio", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado", "asyncio"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what matters is said in a sentence
    return None


def _losses() -> tuple[type[BaseException], ...]:
    """What is raised where the scheduler, or the way to it, is lost."""
    from distributed.client import FutureCancelledError  # noqa: PLC0415 - likewise
    from distributed.comm import CommClosedError  # noqa: PLC0415 - likewise

    return (CommClosedError, CancelledError, FutureCancelledError, asyncio.CancelledError, OSError, TimeoutError)


def other_version(where: str, version: str) -> InputRefused:
    """The refusal of a worker that has another version of synergy, or none."""
    return InputRefused([problem("worker_version", given=shown(where, 200), version=version, legal=__version__)])


def about() -> dict[str, str]:
    """What a worker runs on, and its version of synergy."""
    return {"synergy": __version__} | machine()


def _forget(folder: storage.Place, mark: str) -> None:
    """Remove a question, and whatever answers to it there are."""
    with suppress(OSError):
        for name in storage.names_in(folder):
            if name.startswith(f"{storage.PROBE}{mark}"):
                storage.remove(folder / name)


def not_seen(address: str, where: str) -> InputRefused:
    """The refusal of a worker that does not see the folder that everybody writes to."""
    return InputRefused([problem("folder_not_shared", given=shown(address, 200), where=shown(where, 200))])


def answer(address: str, mark: str) -> str:
    """What a worker does to show that it reads and writes a folder: answers a file there with another one."""
    folder = storage.place_of(address) / dataset.CLAIMS
    if storage.read(folder / f"{storage.PROBE}{mark}").decode() != mark:
        raise not_seen(address, socket.gethostname())
    own = f"{mark}-{secrets.token_hex(8)}"
    storage.put(folder / f"{storage.PROBE}{own}", b".")
    return own


def run_block(plan: Manifest, block: Block, version: str, address: str = "") -> bytes | None:
    """Run a chunk on a worker, in one thread; with an ``address``, it is written there and not returned.

    Raises :class:`~simulation.study.errors.InputRefused` if the client has another version of synergy, and if the
    sweep is not seen at the address.
    """
    if version != __version__:
        raise other_version("worker", __version__)
    if not address:
        return chunk_of(plan, block)
    folder = storage.place_of(address)
    if not is_sweep(folder):
        raise not_seen(address, socket.gethostname())
    dataset.put_chunk(folder, block.number, chunk_of(plan, block))
    return None
