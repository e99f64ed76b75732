"""Where the time of a run goes, and what the floor is: what it must do at least, measured in one process.

``python -m benchmarks.floor [worlds]`` counts the operations that the rules really ask for in runs of the case, by an
instrumented copy of them under the Mesa model, and the draws; measures what each takes alone in a small compiled loop;
and holds their sum against the engine. Seconds are the processor's, so that other work on the machine matters less.
"""

import ast
import gc
import inspect
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any

import numba
import numpy as np

from simulation import OrganisationModel, case
from simulation.engine.ensemble import run_worlds, warm
from simulation.engine.kernel.randomness import philox
from simulation.engine.kernel.records import STATE
from simulation.model import rules
from simulation.study.scenario import Study

TIMES = 200_000


class Tally(ast.NodeTransformer):
    """Writes each operation and each call of ``math`` so that it is counted: ``tally(name, operation)``."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """An operation of two numbers."""
        self.generic_visit(node)
        return _counted(type(node.op).__name__, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call, perhaps of ``math``."""
        self.generic_visit(node)
        return _counted(node.func.attr, node) if isinstance(node.func, ast.Attribute) else node


def _counted(name: str, node: ast.expr) -> ast.expr:
    """``tally(name, …)`` around an expression."""
    return ast.Call(ast.Name("tally", ast.Load()), [ast.Constant(name), node], [])


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Put instrumented copies of the rules in their place; what they do is counted."""
    counts: Counter[str] = Counter()

    def tally(name: str, value: Any) -> Any:
        counts[name] += 1
        return value

    tree = ast.fix_missing_locations(Tally().visit(ast.parse(inspect.getsource(rules))))
    space: dict[str, Any] = {"tally": tally}
    exec(compile(tree, rules.__file__, "exec"), space)
    before = {name: function for name, function in vars(rules).items() if inspect.isfunction(function)}
    vars(rules).update({name: space[name] for name in before})
    try:
        yield counts
    finally:
        vars(rules).update(before)


def counts_of(study: Study, worlds: int) -> dict[str, float]:
    """How many of each a run makes in the mean, as the engine makes them (a world's draws serve all its scenarios)."""
    answers_drawn = 0
    runs = worlds * len(study.scenarios)
    with counted() as counts:
        for world in range(worlds):
            picking: set[tuple[str, int]] = set()
            for scenario in study.scenarios:
                model = OrganisationModel(scenario, world, 1, collect=False)
                while model.running:
                    model.step()
                    busy = (
                        department.name
                        for department in model.everyone
                        if department.open_issues or department.description.voice
                    )
                    picking.update((name, model.week) for name in busy)
            answers_drawn += len(picking)
    names, weeks = len(study.organisation.departments), study.horizon
    blocks = (
        worlds * weeks * (names + 2) + answers_drawn + runs * 2 * names
    )  # the second group only where somebody asks
    return {name: count / runs for name, count in counts.items()} | {"block of four draws": blocks / runs}


@numba.njit  # type: ignore[untyped-decorator]  # Numba is untyped
def draw_blocks(times: int) -> float:
    """Philox blocks one after another."""
    total = 0.0
    for week in range(times):
        a, b, c, d = philox(np.uint64(week), np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3))
        total += a + b + c + d
    return total


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def exponentials(times: int) -> float:
    """Exponentials."""
    total = 0.0
    for turn in range(times):
        total += math.exp(-1e-6 * turn)
    return total


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def powers(times: int) -> float:
    """Powers n^−t."""
    total = 0.0
    for turn in range(times):
        total += float(2 + turn % 9) ** (-1.0 - 1e-6 * turn)
    return total


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def divisions(times: int) -> float:
    """Divisions that wait for one another no more than those of different departments do: four side by side."""
    a = b = c = d = 1.0
    for turn in range(times // 4):
        by = 1.0 + 1e-9 * turn
        a, b, c, d = a / by, b / by, c / by, d / by
    return a + b + c + d


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def products(times: int) -> float:
    """Multiplications and additions, four chains side by side; two operations a turn."""
    a = b = c = d = 1.0
    by = 1.0 - 1e-9 * times
    for _ in range(times // 4):
        a, b, c, d = a * by + 1e-3, b * by + 1e-3, c * by + 1e-3, d * by + 1e-3
    return a + b + c + d


@numba.njit(error_model="numpy")  # type: ignore[untyped-decorator]
def pass_over(states: Any, times: int) -> float:
    """Read and write every number of every state."""
    for _ in range(times):
        for i in range(states.shape[0]):
            for k in range(states.shape[1]):
                states[i, k] = states[i, k] + 1.0
    return float(states[0, 0])


def nanoseconds(loop: Callable[..., float], *arguments: Any, times: int = TIMES) -> float:
    """Nanoseconds of one turn of a compiled loop, the best of seven."""
    loop(*arguments, 1)
    best = float("inf")
    for _ in range(7):
        begun = process_time()
        loop(*arguments, times)
        best = min(best, process_time() - begun)
    return 1e9 * best / times


def engine(study: Study, worlds: int) -> float:
    """Microseconds of a run in the engine, one thread, the best of five."""
    best = float("inf")
    for _ in range(5):
        gc.collect()
        begun = process_time()
        run_worlds(study, worlds)
        best = min(best, process_time() - begun)
    return 1e6 * best / (worlds * len(study.scenarios))


def main() -> None:
    """Print the table."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    study = case()
    warm()
    counts = counts_of(study, worlds)
    departments, weeks = len(study.organisation.departments), study.horizon
    states = np.zeros((departments, len(STATE.names)))
    parts = {
        "block of four draws": (counts["block of four draws"], nanoseconds(draw_blocks)),
        "exponential": (counts["exp"], nanoseconds(exponentials)),
        "power n^−t": (counts["Pow"], nanoseconds(powers)),
        "division": (counts["Div"], nanoseconds(divisions)),
        "addition, subtraction, multiplication": (
            counts["Add"] + counts["Sub"] + counts["Mult"],
            nanoseconds(products) / 2.0,
        ),
        "reading and writing all states, once a week": (float(weeks), nanoseconds(pass_over, states, times=20_000)),
    }
    took = engine(study, 50)
    print(f"Per run, in the mean over {len(study.names)} scenarios × {worlds} worlds × {weeks} weeks:\n")
    print("| what | how many | ns each | µs a run |\n|---|---:|---:|---:|")
    floor = 0.0
    for name, (count, each) in parts.items():
        floor += count * each / 1e3
        print(f"| {name} | {count:,.0f} | {each:,.1f} | {count * each / 1e3:,.1f} |")
    print(f"| together: the floor | | | {floor:,.1f} |\n| the engine, one thread | | | {took:,.1f} |")
    print(f"\nThe engine takes {took / floor:.1f} times the floor.")


if __name__ == "__main__":
    main()
