"""What a sweep costs beside the bare engine, what it takes to read one, and what becomes of one that is killed.

``python -m benchmarks.sweep --speed`` runs the same runs bare and into files, ``--rows`` compares a folder with 10⁷
runs, ``--kills 50`` ends a sweep so many times at random moments. Each prints lines for ``docs/scale.md``.
"""

import argparse
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

import numpy as np

from simulation import case
from simulation.engine.ensemble import warm
from simulation.engine.points import run_rows
from simulation.sweep import dataset, manifest, runner
from simulation.sweep.design import Design
from simulation.sweep.manifest import Manifest
from simulation.sweep.runner import Progress, Sweep

STUDY = case().select(("it-only", "full"))
SYNERGY = [sys.executable, "-m", "simulation.cli"]
SILENT = Progress(lambda done, total: None, lambda done, total: None)
CHUNK = 100_000


def plan_of(runs: int, chunk: int = CHUNK) -> Manifest:
    """A sweep of two scenarios at one point."""
    return Manifest(STUDY, Design(), runs // 2, 1, "ranges", chunk, "benchmark")


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock and of this process's processors."""
    clock, processor = perf_counter(), process_time()
    work()
    return perf_counter() - clock, process_time() - processor


def peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def swept(folder: Path, plan: Manifest, threads: int = 1) -> Manifest:
    """A sweep carried out."""
    sweep = Sweep(folder, runner.begin(folder, plan), SILENT)
    sweep.look()
    return sweep.run(threads)


def speed(runs: int, threads: int) -> None:
    """A sweep beside the bare engine, chunk by chunk in turns: the same runs kept nowhere, and made into files.

    Writing is not done beside running here, as a sweep does it, so that what it costs counts in full.
    """
    warm()
    plan = plan_of(runs)
    bare, files = np.zeros(2), np.zeros(2)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        swept(folder / "first", plan_of(1000), threads)
        dataset.prepare(folder)
        for block in map(plan.block, range(plan.count)):
            bare += timed(
                lambda block=block: run_rows(STUDY, [{}], block.worlds, 1, "ranges", threads, first=block.first_world)
            )
            files += timed(
                lambda block=block: dataset.put_chunk(folder, block.number, runner.chunk_of(plan, block, threads))
            )
    print(f"{runs} runs, {threads} threads: bare {bare[0]:.1f} s ({bare[1]:.1f} s of processor)", end=", ")
    print(
        f"swept {files[0]:.1f} s ({files[1]:.1f} s): {bare[0] / files[0]:.1%} ({bare[1] / files[1]:.1%}) of bare speed"
    )
    print(f"memory at most {peak():.0f} MB")


def large(folder: Path, runs: int) -> None:
    """A folder with many runs: those of one chunk over and over, in worlds of their own."""
    plan = plan_of(runs)
    one = run_rows(STUDY, [{}], plan.block(0).worlds)
    runner.begin(folder, plan)
    chunks = []
    for number in range(plan.count):
        block = plan.block(number)
        chunks.append(dataset.put_chunk(folder, number, dataset.packed(plan, block, one[:, :, : block.worlds])))
    manifest.write(folder, replace(plan, chunks=tuple(chunks)))


def rows(runs: int) -> None:
    """``synergy compare`` on a folder with many runs, in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "large"
        large(folder, runs)
        size = sum(path.stat().st_size for path in (folder / "runs").iterdir())
        subprocess.run([*SYNERGY, "compare", str(folder), "--worlds", "10"], check=True, stdout=subprocess.DEVNULL)
        clock = perf_counter()
        with subprocess.Popen([*SYNERGY, "compare", str(folder), "--lang", "en"], stdout=subprocess.PIPE) as process:
            said = process.stdout.read() if process.stdout else b""
            process.wait()
        took = perf_counter() - clock
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"{runs} runs, {size / 1e9:.2f} GB: compared in {took:.1f} s; at most {used.ru_maxrss / 1000:.0f} MB")
        print(said.decode().splitlines()[1])


def kills(count: int, seed: int) -> None:
    """Sweeps that are killed at random moments and begun again, until they are done, beside one that is left alone."""
    luck = random.Random(seed)
    words = [
        "sweep",
        "--scenarios",
        "it-only,full",
        "--worlds",
        "6000",
        "--chunk",
        "300",
        "--jobs",
        "1",
        "--lang",
        "en",
    ]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "whole"
        subprocess.run([*SYNERGY, *words, "--out", str(folder)], check=True, capture_output=True)
        whole = manifest.read(folder)
        done = finished = 0
        while done < count:
            folder = Path(scratch) / f"killed-{finished}"
            killed = 0
            while True:
                process = [
                    subprocess.Popen([*SYNERGY, *words, "--out", str(folder)], stdout=-1, stderr=-1)
                    for _ in range(1 + done % 2)
                ]
                sleep(luck.uniform(0.5, 6.0))
                ended = [one.poll() for one in process]
                for one in process:
                    one.send_signal(luck.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGINT]))
                    one.communicate()
                done, killed = done + sum(code is None for code in ended), killed + 1
                if 0 in ended or done >= count:
                    break
            final = subprocess.run([*SYNERGY, *words, "--out", str(folder)], check=True, capture_output=True, text=True)
            assert whole.digest in final.stdout, final
            assert manifest.read(folder).chunks == whole.chunks
            finished += 1
            print(f"{done} kills; this folder was taken up {killed} times, and is the same to the bit", flush=True)
            shutil.rmtree(folder)
        print(
            f"{done} kills in {finished} sweeps of {whole.count} chunks: each the same to the bit ({whole.digest[:16]})"
        )


def main() -> None:
    """What is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.speed:
        speed(args.runs or 10**6, args.threads)
    if args.rows:
        rows(args.runs or 10**7)
    if args.kills:
        kills(args.kills, args.seed)


if __name__ == "__main__":
    main()
