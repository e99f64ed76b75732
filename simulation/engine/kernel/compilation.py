"""Compiling with Numba: which functions, with which settings, and where the result is kept.

The equations of :mod:`simulation.model.rules` and the steps of :mod:`simulation.model.steps` are compiled as they
stand. What is compiled is kept on disk, in a folder whose name is a digest of all source that goes into it, of Numba,
of NumPy and of this kind of processor: after an upgrade, or another processor, nothing stale is ever loaded.
"""

import functools
import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import llvmlite
import numba
import numpy as np
from llvmlite import binding
from numba import types
from numba.core import config
from numba.core.caching import NullCache
from numba.extending import intrinsic
from platformdirs import user_cache_path

from simulation.engine.kernel.choice import SIDE_BY_SIDE
from simulation.model import outcomes as plain_outcomes
from simulation.model import rules as plain_rules
from simulation.model import steps as plain_steps
from simulation.study.errors import InputRefused, problem

Function = TypeVar("Function", bound=Callable[..., Any])

SETTINGS: dict[str, Any] = {
    "nogil": True,  # so that threads run side by side
    "error_model": "numpy",  # the rules guard their divisions themselves
    "fastmath": {"arcp", "contract", "nsz"},  # by a common divisor once; a product and a sum at once; −0 is 0
    "_nrt": False,
    "no_rewrites": True,  # array expressions are not used
    "no_cfunc_wrapper": True,
}
INNER = SETTINGS | {"no_cpython_wrapper": True}
"""A function that only compiled functions call needs no wrapper for Python: that halves the time to compile."""
REWRITTEN = INNER | {"no_rewrites": False}
"""A function that takes tuples apart, which Numba finds out by rewriting."""

SOURCES = (
    "study/constants.py",
    "study/measures.py",
    "study/parameters.py",
    "study/schedule.py",
    "model/outcomes.py",
    "model/rules.py",
    "model/states.py",
    "model/steps.py",
    "model/terms.py",
    "engine/kernel/*.py",
)
"""The files whose text decides what is compiled."""

DIGITS = 16
MOST_VERSIONS = 4
"""Compiled code of so many versions is kept, this one included; each takes some 2 MB."""


def check() -> None:
    """Raise :class:`~simulation.study.errors.InputRefused` if Numba was told not to compile."""
    if config.DISABLE_JIT:
        raise InputRefused([problem("no_compiler", given="NUMBA_DISABLE_JIT")])


def llvm_inlined(function: Function) -> Function:
    """``njit(forceinline=True)``, for a small function that compiled code calls: LLVM inlines it into its callers."""
    dispatcher: Function = numba.njit(forceinline=True, **INNER)(function)
    return dispatcher


def compiled(function: Function) -> Function:
    """``njit``, for a function that is large or seldom called: it stays a function of its own."""
    dispatcher: Function = numba.njit(**INNER)(function)
    return dispatcher


def numba_inlined(function: Function) -> Function:
    """``njit(inline="always")``, for a part of one long function: Numba puts its code into the caller before typing."""
    dispatcher: Function = numba.njit(inline="always", **INNER)(function)
    return dispatcher


def entry_point(function: Function) -> Function:
    """``njit(cache=True)``, for a function that Python calls; the result is kept on disk."""
    return _cached(function, SETTINGS)


def cached_stage(function: Function) -> Function:
    """``njit(cache=True, forceinline=True)``, for a stage of the week.

    Stages are kept on disk one by one, so that two processes can share the work of compiling them.
    """
    return _cached(function, INNER | {"forceinline": True})


def _cached(function: Function, settings: dict[str, Any]) -> Function:
    """Compile a function into our folder, whichever folder Numba would take for others."""
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder())
    try:
        dispatcher: Function = numba.njit(cache=True, **settings)(function)
    finally:
        config.CACHE_DIR = before
    return dispatcher


def compiled_copy(module: ModuleType, **modules: ModuleType) -> ModuleType:
    """A module with the same functions, compiled; they call each other's compiled form, and that of ``modules``."""
    copy = ModuleType(f"{module.__name__}.compiled", module.__doc__)
    space = copy.__dict__
    space["__name__"] = module.__name__  # where compiled code that comes from disk looks for what it needs
    space.update({name: value for name, value in vars(module).items() if not name.startswith("__")} | modules)
    for name, value in vars(module).items():
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            wrap = compiled if name.endswith("_from_mode") else llvm_inlined
            space[name] = wrap(FunctionType(value.__code__, space, name, value.__defaults__))
    return copy


@intrinsic  # type: ignore[untyped-decorator]  # Numba is untyped
def high_product(typing_context: Any, a: Any, b: Any) -> Any:
    """The upper 64 bits of the 128-bit product of two unsigned 64-bit numbers."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        from llvmlite import ir  # noqa: PLC0415 - only while compiling

        wide = ir.IntType(128)
        a, b = (builder.zext(factor, wide) for factor in arguments)
        return builder.trunc(builder.lshr(builder.mul(a, b), ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), build


@functools.cache
def digest() -> str:
    """Sixteen hexadecimal digits that change with anything that decides what is compiled, or whether it is loaded.

    Numba loads nothing whose source file has another date, and nothing for another processor: both are part of it.
    """
    here = Path(__file__).parents[2]
    hasher = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(here.glob(pattern)):
            hasher.update(path.read_bytes() + str(path.stat().st_mtime_ns).encode())
    for version in (numba.__version__, llvmlite.__version__, np.__version__, platform.python_version()):
        hasher.update(version.encode())
    hasher.update(f"{_processor()} {here} {SIDE_BY_SIDE}".encode())
    return hasher.hexdigest()[:DIGITS]


def _processor() -> str:
    """The kind of this processor, and what it can do."""
    host: Any = binding
    return f"{processor_name()} {host.get_host_cpu_features().flatten()}"


def processor_name() -> str:
    """The kind of this processor, as LLVM calls it."""
    return str(binding.get_host_cpu_name())


@functools.cache
def folder() -> Path:
    """Where compiled code is kept: the user's cache, or a temporary folder where that cannot be written.

    ``SYNERGY_CACHE_DIR`` overrides it.
    """
    for location in (_lasting, _temporary):
        with suppress(OSError):
            path = location() / digest()
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                return path
    return Path(tempfile.mkdtemp(prefix="synergy-"))


def _lasting() -> Path:
    """The folder that the user chose, or else has for such things."""
    chosen = os.environ.get("SYNERGY_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("synergy", appauthor=False)


def _temporary() -> Path:
    """A folder of ours among temporary files; raises ``PermissionError`` if others can write there."""
    path = Path(tempfile.gettempdir()) / f"synergy-{_user()}"
    path.mkdir(mode=0o700, exist_ok=True)
    status = path.lstat()
    if hasattr(os, "getuid") and (
        status.st_uid != os.getuid() or not S_ISDIR(status.st_mode) or status.st_mode & 0o022
    ):
        raise PermissionError(path)
    return path


def _user() -> str:
    """The user, in the name of a folder."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def forget_old() -> None:
    """Delete compiled code of earlier versions, but for the few that were used last."""
    with suppress(OSError):
        os.utime(folder())
        versions = [path for path in folder().parent.iterdir() if _is_ours(path)]
        for version in sorted(versions, key=lambda version: version.stat().st_mtime, reverse=True)[MOST_VERSIONS:]:
            shutil.rmtree(version, ignore_errors=True)


def _is_ours(path: Path) -> bool:
    """Whether a folder is named by a digest and holds nothing but compiled code."""
    named = len(path.name) == DIGITS and set(path.name) <= set("0123456789abcdef")
    return named and path.is_dir() and all(entry.name.startswith("kernel_") for entry in path.iterdir())


def keep_nothing(functions: Iterable[Callable[..., Any]]) -> None:
    """Let functions be compiled for this process alone, where the disk takes nothing."""
    for function in functions:
        dispatcher: Any = function
        dispatcher._cache = NullCache()  # Numba has no public way to change its mind about keeping


def kept() -> bool:
    """Whether compiled code for this version is on disk already."""
    return any(folder().rglob("run.run_batch*.nbc"))


rules = plain_rules if TYPE_CHECKING else compiled_copy(plain_rules)
"""The rules, compiled."""
steps = plain_steps if TYPE_CHECKING else compiled_copy(plain_steps, rules=rules)
"""The steps, compiled."""
readers = plain_outcomes if TYPE_CHECKING else compiled_copy(plain_outcomes)
"""What reads outcomes off the accounts, compiled."""
