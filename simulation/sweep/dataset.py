"""The files of a sweep: a Parquet file a chunk, with its checksum beside it, complete or not there at all.

::

    DIR/manifest.json          what is run
    DIR/points.parquet         the points: ``point`` and a column for each thing that is changed
    DIR/runs/chunk-0000000.parquet …   a row a run: ``point``, ``scenario``, ``world`` and every outcome
    DIR/checks/chunk-0000000.sha256 …  the checksum of each, as ``sha256sum`` writes and checks it
    DIR/claims/                who is working on which chunk (:mod:`simulation.sweep.claims`)

Each file is written beside its place, brought to the disk with its folder, and then renamed. The checksum comes after
its chunk: a chunk without one was cut short, and is made again. The bytes of a file depend on nothing but its numbers
and the version of PyArrow, so that the checksums are also how two sweeps are known to be equal.
"""

import hashlib
import io
import itertools
import json
import os
import re
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simulation.model.outcomes import OUTCOMES
from simulation.study.errors import InputRefused, problem, shown
from simulation.sweep import storage
from simulation.sweep.manifest import Block, Manifest
from simulation.sweep.storage import Place
from simulation.system.signals import raise_missed

RUNS, CHECKS, CLAIMS = "runs", "checks", "claims"
POINTS = "points.parquet"
POINTS_AT_ONCE = 100_000
"""Rows of the table of points that are held at a time."""
BYTES_A_RUN = 105
"""What a run takes on the disk, compressed, about (measured on the case)."""
READ_AT_ONCE = 1 << 20
"""Bytes of a file that are read at a time to work out its checksum."""
FOLDERS = (RUNS, CHECKS, CLAIMS)
SHA256 = re.compile("[0-9a-f]{64}")


def chunk_path(folder: Place, number: int) -> Place:
    """Where a chunk is."""
    return folder / RUNS / f"chunk-{number:07}.parquet"


def check_path(folder: Place, number: int) -> Place:
    """Where its checksum is."""
    return folder / CHECKS / f"chunk-{number:07}.sha256"


# --- out -----------------------------------------------------------------------------------------------


def packed(manifest: Manifest, block: Block, outcomes: NDArray[np.float64]) -> bytes:
    """A chunk as its file; ``outcomes`` has shape (points, scenarios, worlds, outcomes)."""
    points, scenarios, worlds = outcomes.shape[:3]
    first = np.arange(block.first_point, block.first_point + points)
    world = np.arange(block.first_world, block.first_world + worlds)
    names = pa.array(manifest.study.names, pa.string())
    which = np.tile(np.repeat(np.arange(scenarios, dtype=np.int32), worlds), points)
    columns: dict[str, Any] = {
        "point": pa.array(np.repeat(first, scenarios * worlds)),
        "scenario": pa.DictionaryArray.from_arrays(pa.array(which), names).cast(pa.string()),
        "world": pa.array(np.tile(world, points * scenarios)),
    }
    for column, outcome in enumerate(OUTCOMES):
        columns[outcome.name] = pa.array(outcomes[..., column].reshape(-1))
    about = {
        "synergy": manifest.version,
        "seed": str(manifest.seed),
        "digest": manifest.study_digest,
        "parameters": manifest.mode,
    }
    stream = io.BytesIO()
    table = pa.table(columns).replace_schema_metadata(about)
    pq.write_table(
        table, stream, compression="zstd", compression_level=1, use_dictionary=["scenario"], write_page_checksum=True
    )
    return stream.getvalue()


def digest_of(content: bytes) -> str:
    """The checksum of a file's content: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def put_chunk(folder: Place, number: int, content: bytes) -> str:
    """Put a chunk in place and its checksum after it; returns that.

    Raises :class:`~simulation.study.errors.InputRefused` if they cannot be written.
    """
    digest = digest_of(content)
    path, check = chunk_path(folder, number), check_path(folder, number)
    storage.put(path, content)
    storage.put(check, f"{digest}  ../{RUNS}/{path.name}\n".encode())
    return digest


def prepare(folder: Place) -> None:
    """Make the folders of a sweep; raises :class:`~simulation.study.errors.InputRefused` if they cannot be made."""
    for name in FOLDERS:
        storage.make(folder / name)


def write_points(folder: Place, manifest: Manifest) -> None:
    """Write the table of points, some at a time; raises :class:`~simulation.study.errors.InputRefused` likewise."""
    path = folder / POINTS
    beside = folder if isinstance(folder, Path) else Path(tempfile.gettempdir())
    coming = beside / f".{POINTS}-{os.getpid()}.new"
    try:
        _write_table(coming, manifest)
        storage.put_file(path, coming)
    except OSError as error:
        raise storage.refused(path, error) from None
    finally:
        with suppress(OSError):
            coming.unlink(missing_ok=True)


def has_points(folder: Place, manifest: Manifest) -> bool:
    """Whether the table of points is there, with a row for each; what stands in them is not looked at."""
    path = folder / POINTS
    try:
        with storage.opened(path) as stream:
            return bool(pq.ParquetFile(stream).metadata.num_rows == manifest.design.points)
    except (OSError, pa.ArrowException):
        return False


def _write_table(coming: Path, manifest: Manifest) -> None:
    """Write the table of points to a file of this machine."""
    design = manifest.design
    schema = pa.schema([("point", pa.int64()), *((path, _kind(manifest, path)) for path in design.paths)])
    with coming.open("wb") as stream, pq.ParquetWriter(stream, schema, compression="zstd") as writer:
        for first in range(0, design.points, POINTS_AT_ONCE):
            rows = design.rows(first, min(POINTS_AT_ONCE, design.points - first))
            columns = {name: [_cell(row[name], schema.field(name).type) for row in rows] for name in design.paths}
            numbers = list(range(first, first + len(rows)))
            writer.write_table(pa.table({"point": numbers, **columns}, schema=schema))


def _kind(manifest: Manifest, path: str) -> Any:
    """What a column of the points holds: truths, whole numbers, numbers, or texts where it is anything else."""
    axis = next((one for one in manifest.design.grid if one.path == path), None)
    if axis is None:
        span = next(one for one in manifest.design.spans if one.path == path)
        return pa.int64() if span.whole else pa.float64()
    kinds = {type(value) for value in axis.values}
    if kinds == {bool}:
        return pa.bool_()
    if kinds == {int} and all(abs(value) < 1 << 62 for value in axis.values):
        return pa.int64()
    return pa.float64() if kinds <= {int, float} else pa.string()


def _cell(value: Any, kind: Any) -> Any:
    """A value as its column takes it."""
    if kind == pa.string():
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return float(value) if kind == pa.float64() else value


# --- in ------------------------------------------------------------------------------------------------


def stated(folder: Place, number: int) -> str:
    """The checksum that stands beside a chunk; empty if there is none, or it is no checksum.

    Raises :class:`~simulation.study.errors.InputRefused` if it is there and cannot be read.
    """
    path = check_path(folder, number)
    try:
        with storage.opened(path) as stream:
            found = stream.read(64).decode("ascii")
    except (FileNotFoundError, ValueError):
        return ""
    except OSError as error:
        raise storage.unread(path, error) from None
    return found if SHA256.fullmatch(found) else ""


def found(folder: Place, number: int) -> str:
    """The checksum of a chunk as it is on the disk; empty if it is not there.

    Raises :class:`~simulation.study.errors.InputRefused` if it is there and cannot be read: whether it is damaged
    is not known then.
    """
    digest, path = hashlib.sha256(), chunk_path(folder, number)
    try:
        with storage.opened(path) as stream:
            while part := stream.read(READ_AT_ONCE):
                digest.update(part)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise storage.unread(path, error) from None
    return digest.hexdigest()


def intact(folder: Place, number: int) -> str:
    """The checksum of a chunk that is there, whole and unchanged; empty for any other."""
    said = stated(folder, number)
    return said if said and found(folder, number) == said else ""


def forget(folder: Place, number: int) -> None:
    """Let a chunk that was found damaged count as missing."""
    storage.remove(check_path(folder, number))


def is_there(folder: Place, number: int) -> bool:
    """Whether a chunk and its checksum are there, without reading it."""
    return storage.exists(check_path(folder, number)) and storage.exists(chunk_path(folder, number))


def size_of(folder: Place, manifest: Manifest) -> int:
    """The bytes of all chunks that are there."""
    size = 0
    for number in range(manifest.count):
        path = chunk_path(folder, number)
        with suppress(OSError), storage.reaching(path):
            size += path.stat().st_size
    return size


def check_complete(folder: Place, manifest: Manifest) -> None:
    """Refuse a sweep of which a chunk is missing; raises :class:`~simulation.study.errors.InputRefused`."""
    try:
        parts = [storage.names_in(folder / part) for part in (RUNS, CHECKS)]
    except OSError as error:
        raise storage.unread(folder, error) from None
    names = [{name.partition(".")[0] for name in part if name.startswith("chunk-")} for part in parts]
    missing = manifest.count - len(names[0] & names[1])
    if missing > 0:
        there = names[0] & names[1]
        first = next(number for number in range(manifest.count) if chunk_path(folder, number).stem not in there)
        given, of = chunk_path(folder, first).name, manifest.count
        raise InputRefused(
            [problem("chunks_missing", given=given, folder=shown(str(folder), 200), missing=missing, of=of)]
        )


def columns_of(
    folder: Place, manifest: Manifest, point: int, names: Sequence[str], places: Sequence[int], worlds: int
) -> NDArray[np.float64]:
    """Some columns at a point: shape (columns, scenarios, worlds).

    ``names`` are the columns', ``places`` those of the scenarios among the study's; ``worlds`` is how many, from the
    first on. Raises :class:`~simulation.study.errors.InputRefused` for a chunk that is missing or damaged.
    """
    scenarios = len(manifest.study.scenarios)
    values = np.empty((len(names), len(places), worlds))

    def fill(block: Block) -> None:
        part = slice(block.first_world, min(block.first_world + block.worlds, worlds))
        table = _table(folder, manifest, block, names)
        for at, name in enumerate(names):
            column = table.column(name).to_numpy().reshape(block.points, scenarios, block.worlds)
            for to, place in enumerate(places):
                values[at, to, part] = column[point - block.first_point, place, : part.stop - part.start]

    blocks = itertools.takewhile(lambda block: block.first_world < worlds, manifest.blocks_of(point))
    with ThreadPoolExecutor(min(READERS, os.cpu_count() or 1)) as pool:
        for _ in pool.map(fill, blocks):
            raise_missed()
    return values


def table_of(path: Place, names: Sequence[str]) -> Any:
    """Some columns of a chunk's file; raises ``OSError`` or ``pyarrow.ArrowException`` if it cannot be read."""
    if isinstance(path, Path):
        with pa.OSFile(str(path), "rb") as source:  # a path with a colon it would take for an address
            return columns_in(source, names)
    with storage.opened(path) as stream:
        return columns_in(stream, names)


def columns_in(source: Any, names: Sequence[str]) -> Any:
    """Some columns of a Parquet file, every page of them held against its checksum."""
    with pq.ParquetFile(source, page_checksum_verification=True) as file:
        return file.read(columns=list(names), use_threads=False)


READERS = 4
"""Threads that read chunks, at most."""


def _table(folder: Place, manifest: Manifest, block: Block, names: Sequence[str]) -> Any:
    """Some columns of a chunk; raises :class:`~simulation.study.errors.InputRefused` if it is missing or damaged."""
    path = chunk_path(folder, block.number)
    rows = block.points * len(manifest.study.scenarios) * block.worlds
    try:
        table = table_of(path, names)
    except (OSError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise InputRefused([problem("chunk_damaged", given=shown(str(path), 200), why=why)]) from None
    if table.num_rows != rows or table.column_names != list(names):
        raise InputRefused([problem("chunk_damaged", given=shown(str(path), 200), why=f"{table.num_rows} ≠ {rows}")])
    said = table.schema.metadata or {}
    own = {b"seed": str(manifest.seed), b"digest": manifest.study_digest}
    if any(said.get(key) != value.encode() for key, value in own.items()):
        raise InputRefused([problem("chunk_of_another", given=shown(str(path), 200))])
    return table
