"""A sweep carried out, or taken up where it was left: chunk by chunk, by as many processes as care to share it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from simulation.engine.points import run_rows
from simulation.study.errors import InputRefused, problem, shown
from simulation.sweep import dataset, manifest, storage
from simulation.sweep.claims import Claims, claims_in
from simulation.sweep.manifest import Block, Manifest
from simulation.sweep.storage import Place
from simulation.system.signals import raise_missed

PATIENCE = 0.5
"""Seconds until it is looked again whether others have done what they claimed."""
UNSEEN = 90.0
"""Seconds within which a chunk that a worker wrote has to be seen here; network drives may remember for a minute that a
file is not there."""

Told = Callable[[int, int], None]
"""Called with (runs done, runs in all)."""
Made = tuple[int, bytes | None]
"""The number of a chunk and its file; None if whoever ran it has put that in its place."""
Elsewhere = Callable[[Manifest, Iterator[Block]], Iterator[Made]]
"""Has each chunk made that is asked for, in any order."""


@dataclass(frozen=True)
class Progress:
    """Whom to tell: of the chunks that are looked through before anything is run, and of runs."""

    checking: Told
    running: Told


def chunk_of(plan: Manifest, block: Block, threads: int = 1, progress: Told | None = None) -> bytes:
    """Run a chunk: its file, the same bytes wherever it is run with the same libraries."""
    rows = plan.design.rows(block.first_point, block.points)
    outcomes = run_rows(
        plan.study, rows, block.worlds, plan.seed, plan.mode, threads, progress=progress, first=block.first_world
    )
    return dataset.packed(plan, block, outcomes)


def begin(folder: Place, plan: Manifest) -> Manifest:
    """Make a folder ready for a sweep, or take up the one that is there; returns its manifest.

    Raises :class:`~simulation.study.errors.InputRefused` for a folder that holds anything else, or another sweep.
    """
    if manifest.is_sweep(folder):
        there = manifest.read(folder)
        apart = manifest.differences(there, plan)
        if apart:
            (what, before, now), *others = apart
            given = shown(str(folder), 200)
            raise InputRefused(
                [problem("another_sweep", given=given, what=what, before=before, now=now, more=len(others))]
            )
        dataset.prepare(folder)
        if not dataset.has_points(folder, there):
            dataset.write_points(folder, there)
        return there
    _check(folder)
    names = _names_in(folder)
    if manifest.NAME in names and manifest.is_sweep(folder):  # somebody has begun one meanwhile
        return begin(folder, plan)
    strange = next((name for name in names if not _is_ours(folder / name)), "")
    if strange:
        raise InputRefused([problem("not_a_sweep", given=shown(str(folder), 200), name=shown(strange))])
    dataset.prepare(folder)
    manifest.write_first(folder, plan)
    return begin(folder, plan)  # whoever was first


def _check(folder: Place) -> None:
    """Refuse a folder in which no files can be made; somebody who begins at the same moment may take it away once."""
    try:
        storage.check(folder)
    except InputRefused:
        time.sleep(PATIENCE)
        storage.check(folder)


def _names_in(folder: Place) -> list[str]:
    """What is in a folder; raises :class:`~simulation.study.errors.InputRefused` if it cannot be looked at."""
    try:
        return storage.names_in(folder)
    except OSError as error:
        raise storage.refused(folder, error) from None


def _is_ours(entry: Place) -> bool:
    """Whether something in a folder without a manifest may be the beginning of a sweep that was cut short."""
    begun = (".synergy-", f".{dataset.POINTS}", storage.PROBE)
    if entry.name not in {*dataset.FOLDERS, dataset.POINTS} and not entry.name.startswith(begun):
        return False
    return not any(name[0] != "." and storage.exists(entry / name) for name in _names_in(entry))


def checked(folder: Place, plan: Manifest, progress: Told) -> Iterator[str]:
    """The checksum of each chunk that is there and intact, in order; empty for one that is missing or damaged.

    Each is read and held against the checksum beside it; of a sweep that was complete, against the manifest's as well.
    """
    for number in range(plan.count):
        raise_missed()
        digest = dataset.intact(folder, number) if dataset.is_there(folder, number) else ""
        progress(number + 1, plan.count)
        yield "" if plan.is_complete and digest != plan.chunks[number] else digest


class Sweep:
    """A sweep under way in a folder: :meth:`run` ends when all of its chunks are there, whoever made them."""

    def __init__(self, folder: Place, plan: Manifest, progress: Progress) -> None:
        self.folder, self.plan, self.progress = folder, plan, progress
        self.done: dict[int, str] = {}
        self._runs, self._lock = 0, threading.Lock()

    def look(self) -> None:
        """See which chunks are there and intact; what is damaged is no longer counted as there, by nobody."""
        for number, digest in enumerate(checked(self.folder, self.plan, self.progress.checking)):
            if digest:
                self.mark(number, digest)
            else:
                dataset.forget(self.folder, number)

    def mark(self, number: int, digest: str) -> None:
        """Remember that a chunk is there."""
        block = self.plan.block(number)
        with self._lock:
            if number not in self.done:
                self._runs += block.points * block.worlds * len(self.plan.study.scenarios)
            self.done[number] = digest

    def run(self, threads: int = 1, elsewhere: Elsewhere | None = None) -> Manifest:
        """Run what is missing; returns the manifest with all checksums, which is put in place at the end.

        A chunk is written while the next one is run, in so many threads here or by whoever is ``elsewhere``. Raises
        :class:`~simulation.study.errors.InputRefused` if something cannot be written; what ends it leaves all chunks
        that are there, and no claim.
        """
        with claims_in(self.folder) as claims, ThreadPoolExecutor(1) as writer:
            pending: Future[None] | None = None
            blocks = self._open(claims)
            made = elsewhere(self.plan, blocks) if elsewhere else self._here(blocks, threads)
            try:
                for number, content in made:
                    if pending is not None:
                        pending.result()
                    self.progress.running(self._runs, self.plan.runs)
                    pending = writer.submit(self._put, claims, number, content)
            finally:
                if pending is not None:
                    pending.result()
            claims.clear()
        return self.finish()

    def _here(self, blocks: Iterator[Block], threads: int) -> Iterator[Made]:
        """The number and the file of each chunk, run in this process."""
        for block in blocks:
            yield block.number, chunk_of(self.plan, block, threads, self._told())

    def finish(self) -> Manifest:
        """Put the manifest of a complete sweep in place."""
        whole = manifest.completed(self.plan, [self.done[number] for number in range(self.plan.count)])
        if whole.chunks != self.plan.chunks:
            manifest.write(self.folder, whole)
        return whole

    def _put(self, claims: Claims, number: int, content: bytes | None) -> None:
        """Write a chunk, or see that it was written, and let go of it."""
        if content is None:
            self._see(number)
        else:
            self.mark(number, dataset.put_chunk(self.folder, number, content))
        claims.give_back(number)

    def _see(self, number: int) -> None:
        """Wait until a chunk that a worker has written is seen here; raises InputRefused if it never is."""
        limit = time.monotonic() + UNSEEN
        while not self._is_made(number):
            if time.monotonic() > limit:
                path, folder = dataset.chunk_path(self.folder, number).name, shown(str(self.folder), 200)
                raise InputRefused([problem("chunk_unseen", given=path, folder=folder, seconds=f"{UNSEEN:g}")])
            time.sleep(PATIENCE)

    def _open(self, claims: Claims) -> Iterator[Block]:
        """The chunks that are to be run here, each claimed; ends when all are there, those of others too."""
        left: Sequence[int] = range(self.plan.count)
        while left:
            waiting = []
            for number in left:
                if number in self.done or self._is_made(number):
                    continue
                if not claims.take(number):
                    waiting.append(number)
                elif self._is_made(number):  # between the two looks
                    claims.give_back(number)
                else:
                    yield self.plan.block(number)
            left = waiting
            if left:
                raise_missed()
                time.sleep(PATIENCE)

    def _is_made(self, number: int) -> bool:
        """Whether somebody else has made a chunk meanwhile."""
        digest = dataset.stated(self.folder, number) if dataset.is_there(self.folder, number) else ""
        if digest:
            self.mark(number, digest)
        return bool(digest)

    def _told(self) -> Told:
        """Progress of a chunk, told as that of the whole."""
        before = self._runs
        return lambda now, _: self.progress.running(before + now, self.plan.runs)
