"""A sweep run a second time, chunk by chunk, and held against what it was: by checksum, else number by number."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.model.outcomes import OUTCOMES
from simulation.report.again import CLOSE
from simulation.sweep import dataset
from simulation.sweep.manifest import Manifest
from simulation.sweep.runner import Told, chunk_of
from simulation.sweep.storage import Place


@dataclass(frozen=True, slots=True)
class Chunk:
    """What became of a chunk: ``apart`` of its ``numbers`` differ, by ``most`` at most; ``is_close`` if all that is
    counted is the same, and no real differs by more than 1e-9 of its size. Without ``is_there`` its file cannot be
    read, and only its checksum says that something differs."""

    name: str
    numbers: int
    apart: int
    most: float
    is_close: bool
    is_there: bool


def repeated(folder: Place, plan: Manifest, threads: int, progress: Told) -> Iterator[Chunk]:
    """Run each chunk of a sweep again, and say what became of it; of a sweep that is not done, those that are there."""
    runs = len(plan.study.scenarios)
    done = 0
    for number in range(plan.count):
        said = plan.chunks[number] if plan.is_complete else dataset.stated(folder, number)
        block = plan.block(number)
        size = block.points * block.worlds * runs
        if said:
            content = chunk_of(plan, block, threads, _after(done, plan.runs, progress))
            yield _held_against(folder, number, said, content, size * len(OUTCOMES))
        done += size
        progress(done, plan.runs)


def _after(done: int, total: int, progress: Told) -> Told:
    """Progress of a chunk, told as that of the whole."""
    return lambda now, _: progress(done + now, total)


def _held_against(folder: Place, number: int, said: str, content: bytes, numbers: int) -> Chunk:
    """A chunk's new content beside what it was."""
    path = dataset.chunk_path(folder, number)
    if dataset.found(folder, number) != said:
        return Chunk(path.name, numbers, numbers, np.inf, False, False)
    if dataset.digest_of(content) == said:
        return Chunk(path.name, numbers, 0, 0.0, True, True)
    names = [outcome.name for outcome in OUTCOMES]
    was, now = (
        _values(table, names)
        for table in (dataset.table_of(path, names), dataset.columns_in(io.BytesIO(content), names))
    )
    if was.shape != now.shape:
        return Chunk(path.name, numbers, numbers, np.inf, False, True)
    differ = ~((was == now) | (np.isnan(was) & np.isnan(now)))
    gap = np.where(differ, np.abs(was - now), 0.0)
    whole = np.array([outcome.unit.whole for outcome in OUTCOMES])[:, np.newaxis]
    most_apart = np.where(whole, 0.0, CLOSE * np.maximum(1.0, np.maximum(np.abs(was), np.abs(now))))
    near = np.isfinite(gap) & (gap <= most_apart)
    most = float(np.max(np.where(np.isnan(gap), np.inf, gap)))
    return Chunk(path.name, numbers, int(differ.sum()), most, bool((near | ~differ).all()), True)


def _values(table: Any, names: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """All outcomes of a chunk: shape (outcomes, runs)."""
    return np.array([table.column(name).to_numpy() for name in names])
