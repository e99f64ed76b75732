"""The compiled engine against its peers, in one process, one after the other: ratios, not absolute times.

``python -m benchmarks.speed [worlds]`` prints a Markdown table. Every peer gives the same outcomes of the same runs
(``mesa.batch_run`` what its data collector keeps, as it must); everything that a study takes is counted.
"""

import gc
import inspect
import sys
import warnings
from time import perf_counter

import mesa
import numpy as np

from benchmarks.peers import measure
from simulation import OrganisationModel, case
from simulation.engine.ensemble import run_worlds, warm
from simulation.study.scenario import Study

SCENARIOS = ("it-only", "roles", "package-partner-with", "full")


def batch_run(study: Study) -> float:
    """Seconds per run of ``mesa.batch_run`` on our own Mesa model, one process."""
    own = "rng" in inspect.signature(mesa.batch_run).parameters  # Mesa 3.5 hands seeds on, 3.3 takes a parameter
    seeds = {"rng": [1]} if own else {}
    parameters = {"scenario": list(study.names)} | ({} if own else {"rng": 1})
    begun = perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # batch_run itself is on its way out of Mesa
        mesa.batch_run(
            OrganisationModel, parameters, max_steps=study.horizon, number_processes=1, display_progress=False, **seeds
        )
    return (perf_counter() - begun) / len(study.names)


def engine(study: Study, worlds: int, threads: int, repeats: int = 5) -> float:
    """Seconds per run of the compiled engine, the best of some repeats."""
    best = float("inf")
    for _ in range(repeats):
        gc.collect()
        begun = perf_counter()
        run_worlds(study, worlds, threads=threads)
        best = min(best, perf_counter() - begun)
    return best / (worlds * len(study.names))


def main() -> None:
    """Print the table."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    study = case()
    few = study.select(SCENARIOS)
    warm()
    OrganisationModel("full", rng=1)
    rows = {
        "`mesa.batch_run`, our Mesa model": min(batch_run(few) for _ in range(3)),
        "our Mesa model, stepped without collecting": measure("mesa", study, 1),
        "the twin, in plain Python": measure("twin", few, 1),
        "compiled, one thread": engine(study, worlds, 1),
        "compiled, two threads": engine(study, worlds, 2),
    }
    alone = rows["compiled, one thread"]
    print(f"{len(study.names)} scenarios × {worlds} worlds × {study.horizon} weeks; NumPy {np.__version__}\n")
    print("| form | µs a run | times the compiled one |\n|---|---:|---:|")
    for name, seconds in rows.items():
        print(f"| {name} | {1e6 * seconds:,.0f} | {seconds / alone:,.2f} |")
    threaded = rows["compiled, two threads"]
    total = threaded * worlds * len(study.names)
    print(f"\nThe whole comparison takes {total:.2f} s; a second thread gives {alone / threaded:.2f} ×.")


if __name__ == "__main__":
    main()
