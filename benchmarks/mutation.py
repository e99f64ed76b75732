"""Would the tests notice? One operator, constant or comparison is changed at a time, and what should fail is run.

    python -m benchmarks.mutation [--seed 1] [--each 15] [--only rules.py] [--slow]

Each mutant lives in a forked process, in memory alone: no file is touched, and the compiled engine stays the one of the
unchanged source. So the docking tests, which would notice any difference between the two, are not among the judges.
It needs ``fork``.
"""

import argparse
import ast
import importlib
import importlib.abc
import importlib.machinery
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

OF_A_WEEK = ("tests/test_limits.py", "tests/test_model.py", "tests/test_benchmarks.py")
OF_VERDICTS = ("tests/test_compare.py", "tests/test_sequential.py")
JUDGES = {
    "simulation/model/rules.py": OF_A_WEEK,
    "simulation/analysis/compare.py": OF_VERDICTS,
    "simulation/analysis/sequential.py": OF_VERDICTS,
    "simulation/study/measures.py": (
        *OF_A_WEEK,
        "tests/test_extension.py",
        "tests/test_remarks.py",
        "tests/test_page_compare.py",
    ),
    "simulation/study/schedule.py": (*OF_A_WEEK, "tests/test_ensemble.py", "tests/test_parting.py"),
    "simulation/analysis/distributions.py": ("tests/test_distributions.py", *OF_VERDICTS),
}
"""Which tests judge a file, besides the examples in its docstrings; those that fail soonest first."""

HEAVY = (
    "hypothesis",
    "numpy",
    "scipy.stats",
    "pandas",
    "mesa",
    "numba",
    "pydantic",
    "yaml",
    "matplotlib.figure",
)
PATIENCE = 1800.0
"""Seconds after which a mutant that goes round in circles counts as noticed."""

SWAPS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that decides something: not what stands in annotations, docstrings and decorators."""
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield node
                yield from places(node)


def change(node: ast.AST) -> str:
    """Change a node in place, and say how; nothing if there is nothing to change."""
    if isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS:
        before, node.op = node.op, SWAPS[type(node.op)]()
        return f"{type(before).__name__} to {type(node.op).__name__}"
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        before, node.ops[0] = node.ops[0], SWAPS[type(node.ops[0])]()
        return f"{type(before).__name__} to {type(node.ops[0]).__name__}"
    if isinstance(node, ast.Name) and node.id in NAMES:
        node.id = NAMES[node.id]
        return f"to {node.id}"
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        return "condition turned"
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        before, node.value = node.value, not node.value if isinstance(node.value, bool) else node.value + 1
        return f"{before} to {node.value}"
    return ""


def changed(path: str, number: int) -> tuple[ast.Module, int, str]:
    """The mutant of that number: its syntax tree, its line, and how it differs."""
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    count = -1
    for node in places(tree):
        how = change(node) if count + 1 == number else would_change(node)
        count += bool(how)
        if count == number:
            return ast.fix_missing_locations(tree), node.lineno, how  # type: ignore[attr-defined]
    raise IndexError(number)


def would_change(node: ast.AST) -> bool:
    """Whether there is something to change."""
    changes = isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in SWAPS
    changes |= isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS
    changes |= isinstance(node, ast.Name) and node.id in NAMES
    changes |= isinstance(node, ast.If | ast.IfExp | ast.While)
    return changes or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))


class Mutant(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module, and makes it of a changed syntax tree."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path, self.tree = path, tree
        self.name = path.removesuffix(".py").replace("/", ".")

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        """The module, if it is the one."""
        return importlib.machinery.ModuleSpec(name, self, origin=self.path) if name == self.name else None

    def exec_module(self, module: Any) -> None:
        """Fill the module."""
        module.__file__ = str(Path(self.path).resolve())
        exec(compile(self.tree, module.__file__, "exec"), module.__dict__)


def judge(path: str, number: int | None, marks: str) -> None:
    """Run the tests on a mutant, or on the file as it is; the exit code is pytest's."""
    if number is not None:
        mutant = Mutant(path, changed(path, number)[0])
        sys.meta_path.insert(0, mutant)
        importlib.import_module(mutant.name)  # before pytest, which would load a file that it is given by itself
    with open(os.devnull, "w") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    early = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # Hypothesis is there already
    words = ["-x", "-q", "-p", "no:cacheprovider", *early, "-m", marks, path, *JUDGES[path]]
    os._exit(int(pytest.main(words)))


def survives(path: str, number: int | None, marks: str) -> bool:
    """Whether all tests pass all the same."""
    process = multiprocessing.get_context("fork").Process(target=judge, args=(path, number, marks))
    process.start()
    process.join(PATIENCE)
    process.kill()
    process.join()
    return process.exitcode == 0


def main() -> None:
    """Try a sample of the mutants of each file, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=15, help="mutants of each file")
    parser.add_argument("--only", default="", help="the end of a file's name")
    parser.add_argument("--slow", action="store_true", help="let slow tests judge too")
    asked = parser.parse_args()
    for name in HEAVY:
        importlib.import_module(name)
    marks = "slow or not slow" if asked.slow else "not slow"
    for path in (one for one in JUDGES if one.endswith(asked.only)):
        assert survives(path, None, marks), f"tests fail on {path} as it is"
        there = sum(map(would_change, places(ast.parse(Path(path).read_text(encoding="utf-8")))))
        sample = sorted(random.Random(asked.seed).sample(range(there), min(asked.each, there)))
        begun, alive = time.perf_counter(), 0
        for number in sample:
            _, line, how = changed(path, number)
            if survives(path, number, marks):
                alive += 1
                print(f"survives: {path}:{line} {how}", flush=True)
        print(f"{path}: {alive} of {len(sample)} survive, of {there}; {time.perf_counter() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
