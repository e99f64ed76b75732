"""What a sweep costs beside the bare engine, what it takes to read one, and what becomes of one that is killed.

``python -m benchmarks.sweep --speed`` runs the same runs bare and into files; ``--whole`` sweeps 10⁷ runs by the
command, in one go, with the bare engine before and after it, and compares them; ``--rows`` compares a folder with 10⁷
runs that is made quickly; ``--workers`` has 1, 2 and 4 workers of a cluster do the same; ``--kills 50`` ends a sweep so
many times at random moments. Each prints lines for ``docs/scale.md``.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
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
        compared(folder, runs)


def compared(folder: Path, runs: int) -> None:
    """``synergy compare`` on a folder: three times, since the first reads what may no longer be in memory."""
    size = sum(path.stat().st_size for path in (folder / "runs").iterdir())
    subprocess.run([*SYNERGY, "compare", str(folder), "--worlds", "10"], check=True, stdout=subprocess.DEVNULL)
    for _ in range(3):
        took, processor, memory, said = commanded(["compare", str(folder), "--lang", "en"])
        print(f"{runs} runs, {size / 1e9:.2f} GB: compared in {took:.1f} s ({processor:.1f} s of processor), ", end="")
        print(f"at most {memory:.0f} MB: {said.splitlines()[1]}", flush=True)


def commanded(words: list[str]) -> tuple[float, float, float, str]:
    """A command: seconds on the clock, seconds of processor, the most memory in MB, and what it printed.

    Memory is asked for as it runs: what the system says of an ended process counts that of its parent too.
    """
    memory, before, clock = 0.0, process_times(), perf_counter()
    with (
        tempfile.TemporaryFile() as out,
        subprocess.Popen([*SYNERGY, *words], stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        while True:
            memory = max(memory, peak_of(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.1)
                break
        took = perf_counter() - clock
        if process.returncode:
            raise SystemExit(f"synergy {' '.join(words)}: exit code {process.returncode}")
        out.seek(0)
        return took, process_times() - before, memory, out.read().decode()


def workers(runs: int) -> None:
    """The same runs in one thread alone, and by 1, 2 and 4 workers of a cluster here, starting and joining included."""
    warm()
    alone = 0.0
    with tempfile.TemporaryDirectory() as scratch:
        for count in (0, 1, 2, 4):
            for where in ("sent", "written") if count else ("alone",):
                folder = Path(scratch) / f"{where}-{count}"
                out = folder.as_uri() if where == "written" else str(folder)
                words = ["sweep", "--scenarios", ",".join(STUDY.names), "--worlds", str(runs // 2), "--chunk", "20000"]
                words += ["--lang", "en", "--out", out, "--jobs", str(count or 1)]
                took, _, _, said = commanded([*words, *(["--cluster", "local"] if count else [])])
                alone = alone or took
                used = alone / took / min(count or 1, os.cpu_count() or 1)
                digest = next(line for line in said.splitlines() if line.startswith("Digest")).split()[-1]
                print(f"{runs} runs, {count} workers ({where}): {took:.1f} s, {used:.0%}; {digest[:16]}", flush=True)
                shutil.rmtree(folder)


def process_times() -> float:
    """Seconds of processor that ended processes of ours have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def peak_of(process: int) -> float:
    """The most memory in MB that a process has held; 0 if it has ended."""
    with suppress(OSError, KeyError):
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
        return float(lines["VmHWM"].split()[0]) / 1000
    return 0.0


def whole(runs: int, threads: int) -> None:
    """So many runs in one go by the command, as anybody would, between two shares of it run bare; then compared."""
    warm()
    share = min(runs // 2, 500_000)

    def bare() -> tuple[float, float]:
        return timed(lambda: run_rows(STUDY, [{}], share, 1, "ranges", threads))

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "whole"
        words = ["sweep", "--scenarios", ",".join(STUDY.names), "--worlds", str(runs // 2), "--out", str(folder)]
        before = bare()
        took, processor, memory, said = commanded([*words, "--jobs", str(threads), "--lang", "en"])
        after = bare()
        each = [(one + other) / (4 * share) for one, other in zip(before, after, strict=True)]  # seconds a run
        print(f"{runs} runs in one go, {threads} threads: {took:.0f} s ({processor:.0f} s of processor)", end="; ")
        print(f"bare {each[0] * 1e6:.1f} µs a run ({each[1] * 1e6:.1f} of processor): ", end="")
        print(f"{each[0] * runs / took:.1%} ({each[1] * runs / processor:.1%}) of bare speed", end="; ")
        print(f"at most {memory:.0f} MB")
        print(f"bare before {before[0]:.1f} s, after {after[0]:.1f} s; {said.splitlines()[1]}", flush=True)
        compared(folder, runs)


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
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--workers", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    if args.speed:
        speed(args.runs or 10**6, args.threads)
    if args.whole:
        whole(args.runs or 10**7, args.threads)
    if args.rows:
        rows(args.runs or 10**7)
    if args.workers:
        workers(args.runs or 400_000)
    if args.kills:
        kills(args.kills, args.seed)


if __name__ == "__main__":
    main()
