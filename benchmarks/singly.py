"""Departments side by side against one by one, in turns, each time in a process of its own: processor time a run.

``python -m benchmarks.singly [pairs]`` prints a Markdown table. One by one is what a version of Numba gets that lacks
what :mod:`simulation.engine.kernel.lanes` stands on, or whoever sets ``SYNERGY_LANES=1``.
"""

import os
import statistics
import subprocess
import sys
import tempfile

WAYS = {"side by side": "4", "one by one": "1"}
MEASURE = """
from time import process_time
from simulation import case, run_worlds
from simulation.engine.ensemble import warm
from simulation.engine.kernel.departments import LANES

assert LANES == {lanes}
begun = process_time()
warm()
ready = process_time() - begun
study, best = case(), float("inf")
for _ in range(5):
    begun = process_time()
    run_worlds(study, 40)
    best = min(best, process_time() - begun)
print(1e6 * best / (40 * len(study.names)), ready)
"""


def measured(lanes: str, cache: str) -> tuple[float, float]:
    """µs a run, and seconds until the engine is ready, in a process with so many lanes."""
    environment = os.environ | {"SYNERGY_LANES": lanes, "SYNERGY_CACHE_DIR": cache}
    code = MEASURE.format(lanes=lanes)
    out = subprocess.run([sys.executable, "-c", code], env=environment, text=True, capture_output=True, check=True)
    run, ready = map(float, out.stdout.split())
    return run, ready


def main() -> None:
    """Print the table."""
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with tempfile.TemporaryDirectory() as cache:
        first = {way: measured(lanes, cache)[1] for way, lanes in WAYS.items()}
        for _ in range(pairs):
            for way, lanes in WAYS.items():
                found[way].append(measured(lanes, cache)[0])
    print("| departments | µs a run | compiling, this process's share: s |\n|---|---:|---:|")
    for way, runs in found.items():
        print(f"| {way} | {statistics.median(runs):.0f} | {first[way]:.1f} |")
    ratios = [slow / quick for quick, slow in zip(*found.values(), strict=True)]
    print(f"\nOne by one takes {statistics.median(ratios):.2f} times as long ({min(ratios):.2f} to {max(ratios):.2f}).")


if __name__ == "__main__":
    main()
