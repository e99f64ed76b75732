"""Hold the peers against the Mesa model: every scenario of the case, some worlds, both modes.

python -m benchmarks.check_forms [worlds]
"""

import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks import numpy_form, python_form
from simulation import case
from simulation.engine.ensemble import run_worlds
from simulation.model.outcomes import OUTCOMES
from simulation.model.worlds import MODES
from simulation.study.scenario import Study

MOST = 1e-9
"""The largest relative difference that passes."""

EXACT = ("go_live_week", "go_live_104", "relapse_half_life")
"""Outcomes that are counts and must be the same."""

FORMS = {"python": python_form.run, "numpy": numpy_form.run}


def differences(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative differences; 0 where both are undefined, infinite where one is, or where a count differs."""
    both_undefined = np.isnan(expected) & np.isnan(actual)
    scale = np.maximum(np.abs(expected), np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        relative = np.where((expected == actual) | both_undefined, 0.0, np.abs(actual - expected) / scale)
    counts = np.array([outcome.name in EXACT for outcome in OUTCOMES])
    return np.where(np.isnan(relative) | (counts & (relative > 0.0)), np.inf, relative)


def worst(study: Study, worlds: int, seed: int = 1) -> dict[tuple[str, str], float]:
    """The largest difference of each (form, mode) from the Mesa model."""
    largest = {}
    for mode in MODES:
        expected = run_worlds(study, worlds, seed, mode).outcomes
        for name, form in FORMS.items():
            largest[name, mode] = float(differences(expected, form(study, worlds, seed, mode)).max())
    return largest


def main() -> int:
    """Print what differs most; 1 if that is too much."""
    largest = worst(case(), int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    for (name, mode), difference in largest.items():
        print(f"{name:8} {mode:10} largest relative difference {difference:.1e}")
    return int(max(largest.values()) > MOST)


if __name__ == "__main__":
    sys.exit(main())
