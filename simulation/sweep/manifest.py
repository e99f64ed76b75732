"""The manifest of a sweep: what is run, so that it can be taken up, read and repeated without the file it came from."""

import functools
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from simulation import __version__
from simulation.model.worlds import MODES, MOST_DRAWN, Mode
from simulation.study.errors import InputRefused, problem, shown
from simulation.study.scenario import Study
from simulation.study.sources.resolved import resolved_data, study_of
from simulation.sweep import storage
from simulation.sweep.design import Design, Row, design_of
from simulation.sweep.storage import Place
from simulation.system.limits import LIMITS

NAME = "manifest.json"
KIND = "synergy sweep"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Block:
    """What one chunk holds: points ``first_point`` … in worlds ``first_world`` …, every scenario in each of them."""

    number: int
    first_point: int
    points: int
    first_world: int
    worlds: int


@dataclass(frozen=True)
class Manifest:
    """A sweep: ``study`` at the points of ``design``, in worlds 0 … ``worlds`` − 1, about ``chunk_runs`` runs a chunk.

    ``command`` is the one that made it; ``version`` and ``machine`` those with which it was begun. ``chunks`` has the
    SHA-256 of each chunk's file once all are there, and is empty before.
    """

    study: Study
    design: Design
    worlds: int
    seed: int
    mode: Mode
    chunk_runs: int
    command: str
    version: str = __version__
    machine: tuple[tuple[str, str], ...] = ()
    chunks: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """How many runs there are in all."""
        return self.design.points * len(self.study.scenarios) * self.worlds

    @property
    def is_complete(self) -> bool:
        """Whether all chunks are known to be there."""
        return len(self.chunks) == self.count

    @property
    def split(self) -> tuple[int, int]:
        """How many points, and how many worlds, a chunk has: whole points if it has room for one, else part of one."""
        scenarios = len(self.study.scenarios)
        points = max(1, self.chunk_runs // (scenarios * self.worlds))
        return points, min(self.worlds, max(1, self.chunk_runs // scenarios))

    @property
    def count(self) -> int:
        """How many chunks there are."""
        points, worlds = self.split
        return -(-self.design.points // points) * -(-self.worlds // worlds)

    def block(self, number: int) -> Block:
        """What a chunk holds, by its number from 0."""
        points, worlds = self.split
        place, part = divmod(number, -(-self.worlds // worlds))
        first_point, first_world = place * points, part * worlds
        return Block(
            number,
            first_point,
            min(points, self.design.points - first_point),
            first_world,
            min(worlds, self.worlds - first_world),
        )

    def blocks_of(self, point: int) -> Iterator[Block]:
        """The chunks that hold a point, in the order of worlds."""
        points, worlds = self.split
        parts = -(-self.worlds // worlds)
        yield from (self.block(point // points * parts + part) for part in range(parts))

    @property
    def digest(self) -> str:
        """The digest of the data set: SHA-256 of the chunks' digests, in order; empty while some are missing."""
        return hashlib.sha256("".join(self.chunks).encode()).hexdigest() if self.is_complete else ""

    @functools.cached_property
    def study_digest(self) -> str:
        """The digest of the study, which each chunk names."""
        return self.study.digest()

    def at(self, row: Row) -> Study:
        """The study at a point."""
        return self.study.override(row) if row else self.study


def encoded(manifest: Manifest) -> bytes:
    """A manifest as its file."""
    data = {
        "kind": KIND,
        "format": FORMAT,
        "synergy": manifest.version,
        "command": manifest.command,
        "state": "complete" if manifest.is_complete else "running",
        "digest": manifest.digest or None,
        "machine": dict(manifest.machine),
        "seed": manifest.seed,
        "parameters": manifest.mode,
        "worlds": manifest.worlds,
        "runs": manifest.runs,
        "chunk_runs": manifest.chunk_runs,
        "design": manifest.design.as_data() | {"points": manifest.design.points},
        "study": resolved_data(manifest.study),
        "chunks": list(manifest.chunks),
    }
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False).encode()


def decoded(content: bytes, name: str) -> Manifest:
    """The manifest that a file holds; ``name`` is what a reader calls it.

    Raises :class:`~simulation.study.errors.InputRefused` for what is none of ours.
    """
    try:
        data = json.loads(content)
        if data["kind"] != KIND or data["format"] != FORMAT:
            raise ValueError
        made = Manifest(
            study=study_of(data["study"]),
            design=design_of(data["design"]),
            worlds=_count(data["worlds"]),
            seed=_count(data["seed"]),
            mode=MODES[MODES.index(data["parameters"])],
            chunk_runs=_count(data["chunk_runs"]),
            command=str(data["command"]),
            version=str(data["synergy"]),
            machine=tuple((str(key), str(value)) for key, value in data["machine"].items()),
            chunks=tuple(str(chunk) for chunk in data["chunks"]),
        )
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError):
        raise InputRefused([problem("no_manifest", given=shown(name, 200))]) from None
    possible = 1 <= made.worlds <= MOST_DRAWN and 1 <= made.design.points <= LIMITS.points
    if not possible or made.chunk_runs < 1 or made.seed >= 2**63:
        raise InputRefused([problem("no_manifest", given=shown(name, 200))])
    return made


def _count(value: Any) -> int:
    """A whole number from 0 on; raises ``ValueError`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(value)
    return value


def read(folder: Place) -> Manifest:
    """The manifest in a folder; raises :class:`~simulation.study.errors.InputRefused` if there is none of ours."""
    path = folder / NAME
    return decoded(storage.read(path), str(path))


def is_sweep(folder: Place) -> bool:
    """Whether a folder has a manifest in it, whoever wrote that.

    >>> is_sweep(storage.place_of("case"))
    False
    """
    return storage.exists(folder / NAME)


def write(folder: Place, manifest: Manifest) -> None:
    """Put a manifest in place; raises :class:`~simulation.study.errors.InputRefused` if it cannot be written."""
    storage.put(folder / NAME, encoded(manifest))


def write_first(folder: Place, manifest: Manifest) -> None:
    """Put a manifest in place unless there is one: of several who begin at once, the others find the first one's.

    Raises :class:`~simulation.study.errors.InputRefused` if it cannot be written.
    """
    storage.put_first(folder / NAME, encoded(manifest))


def completed(manifest: Manifest, chunks: Sequence[str]) -> Manifest:
    """The same with the digests of all its chunks."""
    return replace(manifest, chunks=tuple(chunks))


def differences(there: Manifest, here: Manifest) -> list[tuple[str, str, str]]:
    """What keeps one sweep from going on as another: (what, as it is there, as it is here); empty if nothing does."""
    pairs = {
        "worlds": (there.worlds, here.worlds),
        "seed": (there.seed, here.seed),
        "parameters": (there.mode, here.mode),
        "chunk": (there.chunk_runs, here.chunk_runs),
        "synergy": (there.version, here.version),
    }
    found = [(name, shown(a), shown(b)) for name, (a, b) in pairs.items() if a != b]
    found += list(_unlike("design", there.design.as_data(), here.design.as_data()))[:3]
    if there.study.digest() != here.study.digest():
        names = there.study.names, here.study.names
        if names[0] != names[1]:
            return [*found, ("scenarios", ", ".join(names[0]), ", ".join(names[1]))]
        data = ({one.name: one.resolved() for one in study.scenarios} for study in (there.study, here.study))
        found += list(_unlike("scenarios", *data))[:3]
    return found


def _unlike(path: str, a: Any, b: Any) -> Iterator[tuple[str, str, str]]:
    """Where two plain data differ."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in dict.fromkeys((*a, *b)):
            yield from _unlike(f"{path}.{key}", a.get(key), b.get(key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for at, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from _unlike(f"{path}[{at + 1}]", left, right)
    elif a != b:
        yield path, shown(a), shown(b)
