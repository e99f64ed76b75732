"""What an experiment costs: ``run_points`` beside a file that is written and read again for each, in one run.

``python -m benchmarks.points`` prints a Markdown table.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from simulation import case, load, run_points, run_worlds
from simulation.study.sources.files import load_data, study_yaml

STUDY = case().select(("it-only", "full"))
WORLDS, MANY, FEW = 8, 1000, 40
DRAWS = np.random.default_rng(1).random((2, MANY))
TABLES: Mapping[str, Mapping[str, Any]] = {
    "two parameters": {"t": 0.5 + 0.8 * DRAWS[0], "WB": 170 + 160 * DRAWS[1]},
    "a setting of a measure": {"measures.external_partner.hours": 8 + 32 * DRAWS[0]},
    "a trait of a department": {"organisation.departments.Sales.capacity": 50 + 200 * DRAWS[0]},
}


def best_of(work: Callable[[], Any], times: int = 5) -> float:
    """Seconds of the quickest of several tries."""
    best = float("inf")
    for _ in range(times):
        begun = perf_counter()
        work()
        best = min(best, perf_counter() - begun)
    return best


def by_files(table: pd.DataFrame, folder: Path) -> None:
    """Write a file for each experiment, read it, and run it: what a tool does that knows only files."""
    data = load_data("case")
    del data["show"]
    data["scenarios"] = {name: data["scenarios"][name] for name in needed(data, STUDY.names)}
    for number, row in table.head(FEW).iterrows():
        path = folder / f"{number}.yaml"
        path.write_text(study_yaml(data), encoding="utf-8")
        changes = tuple(f"{'parameters.' * ('.' not in key)}{key}={value}" for key, value in row.items())
        run_worlds(load(str(path), changes).select(STUDY.names), WORLDS)


def needed(data: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """Scenarios and those that they extend, from the last base on."""
    found: list[str] = []
    for name in names:
        line = [name]
        while base := data["scenarios"][line[0]].get("extends"):
            line.insert(0, base)
        found += [one for one in line if one not in found]
    return found


def main() -> None:
    """Print the table."""
    bare = best_of(lambda: run_worlds(STUDY, 100 * WORLDS)) / 100
    print(f"{len(STUDY.scenarios)} scenarios × {WORLDS} worlds a point; bare {1e3 * bare:.2f} ms\n")
    print("| what a row changes | `run_points`, ms a point | file and run | ratio |\n|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, columns in TABLES.items():
            table = pd.DataFrame(columns)
            ours = best_of(lambda table=table: run_points(STUDY, table, WORLDS)) / MANY  # type: ignore[misc]
            theirs = best_of(lambda table=table: by_files(table, Path(folder)), 3) / FEW  # type: ignore[misc]
            print(f"| {name} | {1e3 * ours:.1f} | {1e3 * theirs:.1f} | {theirs / ours:.0f} |")


if __name__ == "__main__":
    main()
