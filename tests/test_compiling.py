"""Compiled code on disk: made once, found again, made anew when it cannot be read, and never anybody else's."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from conftest import slow

from simulation import case, run_worlds
from simulation.engine.kernel import compilation, prepare
from simulation.text.i18n import say

STUDY = case().select(("it-only", "full"))
EXPECTED = run_worlds(STUDY, 2, seed=9).outcomes.tobytes().hex()

WHOLE = """
from simulation import case, run_worlds
from simulation.engine.kernel import run
print(run_worlds(case().select(("it-only", "full")), 2, seed=9).outcomes.tobytes().hex())
print(sum(run.run_batch.stats.cache_hits.values()))
"""

STUB = """
import numpy as np
from simulation.engine.kernel import compilation, prepare

@compilation.cached_stage
def first(week):
    return 2 * week

@compilation.cached_stage
def second(world):
    return world + 2

@compilation.entry_point
def run_batch(week, world):
    return first(week) + second(world)

def no_work():
    return 0, np.uint64(0)

if __name__ == "__main__":
    prepare.compile_stages((second,))
"""
"""A kernel of three short functions, kept on disk as the true one is; run as a program it is the second process."""

SMALL = """
import subprocess, sys
from simulation.engine.kernel import prepare
import run
prepare.run, prepare.OWN_STAGES = run, (run.first,)
prepare._second_process = lambda: subprocess.Popen([sys.executable, run.__file__])
{before}
prepare.prepare()
print(int(run.run_batch(10, run.np.uint64(20))))
print(sum(run.run_batch.stats.cache_hits.values()))
"""

LAME = """
prepare.PATIENCE = 0.5
prepare._second_process = lambda: subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
"""


def start(cache, program, **more):
    """A process that prepares an engine and uses it, with compiled code in that folder."""
    environment = os.environ | {"SYNERGY_CACHE_DIR": str(cache)} | more
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def answer(process, expected):
    """Whether it found its compiled code on disk; its numbers must be right."""
    out, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (0, "")
    result, hits = out.split()
    assert result == expected
    return int(hits) == 1


@pytest.mark.slow
def test_two_that_start_at_once_leave_a_folder_that_the_next_one_finds(tmp_path):
    """The one test here that compiles the true kernel to the end."""
    both = [start(tmp_path, WHOLE), start(tmp_path, WHOLE)]
    for process in both:
        answer(process, EXPECTED)
    assert answer(start(tmp_path, WHOLE), EXPECTED)


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    """Starts a process that prepares the stub and uses it: ``stub(cache, before="")``."""
    folder = tmp_path_factory.mktemp("stub")
    (folder / "run.py").write_text(STUB)
    paths = os.pathsep.join([str(folder), str(Path.cwd())])

    def started(cache, before=""):
        return start(cache, SMALL.format(before=before), PYTHONPATH=paths)

    return started


@pytest.fixture(scope="module")
def made(stub, tmp_path_factory):
    """A folder of compiled code, made by two processes that began at once."""
    cache = tmp_path_factory.mktemp("made")
    both = [stub(cache), stub(cache)]
    for process in both:
        answer(process, "42")
    return cache


@pytest.mark.slow
def test_two_stubs_that_start_at_once_leave_what_the_next_one_finds(stub, made):
    assert list(made.rglob("run.second*.nbc"))
    assert answer(stub(made), "42")


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "left"), [("*.nbi", b"garbage"), slow("run.run_batch*.nbc", None)])
def test_what_cannot_be_read_is_made_anew(stub, made, tmp_path, pattern, left):
    cache = tmp_path / "cache"
    shutil.copytree(made, cache)
    broken = list(cache.rglob(pattern))
    assert broken
    for path in broken:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2] if left is None else left)
    answer(stub(cache), "42")
    assert answer(stub(cache), "42")


@pytest.mark.slow
def test_a_second_process_that_hangs_is_done_without(stub, tmp_path):
    answer(stub(tmp_path, LAME), "42")
    assert answer(stub(tmp_path), "42")
    assert not [child for child in psutil.Process().children(recursive=True) if "time.sleep(600)" in child.cmdline()]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one child")
@pytest.mark.parametrize("after", [0.3, 2.5])
def test_ctrl_c_while_compiling_ends_in_a_sentence(tmp_path, after):
    words = [sys.executable, "-m", "simulation.cli", "compare", "--worlds", "4", "--lang", "en"]
    environment = os.environ | {"SYNERGY_CACHE_DIR": str(tmp_path)}
    asked = subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = asked.stderr.readline()
    assert "Preparing the engine" in said
    time.sleep(after)
    children = psutil.Process(asked.pid).children()
    asked.send_signal(signal.SIGINT)
    out, err = asked.communicate(timeout=120)
    assert (asked.returncode, out) == (130, "")
    assert err.strip() == say("cli.interrupted", "en")
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive


def test_ctrl_c_that_the_compiler_swallows_counts_all_the_same(monkeypatch):
    def swallow():
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(prepare, "_load", swallow)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare()
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_in_a_function_that_c_calls_ends_it_soon_and_quietly(monkeypatch, capfd):
    press = ctypes.CFUNCTYPE(None)(lambda: signal.raise_signal(signal.SIGINT))

    def load():
        press()
        for _ in range(2_000):
            time.sleep(0.01)

    monkeypatch.setattr(prepare, "_load", load)
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        prepare.prepare()
    assert time.monotonic() - begun < 10
    assert capfd.readouterr().err == ""


# --- where it is kept ----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Nothing is remembered, and temporary files go to a folder of the test."""
    compilation.folder.cache_clear()
    monkeypatch.delenv("SYNERGY_CACHE_DIR", raising=False)
    monkeypatch.setattr(compilation, "user_cache_path", lambda *_, **__: tmp_path / "user")
    monkeypatch.setattr(compilation.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    yield tmp_path
    compilation.folder.cache_clear()


def test_it_is_kept_in_the_users_cache(elsewhere):
    assert compilation.folder() == elsewhere / "user" / compilation.digest()
    assert not compilation.kept()


def test_or_where_one_says(elsewhere, monkeypatch):
    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(elsewhere / "mine"))
    assert compilation.folder() == elsewhere / "mine" / compilation.digest()


@pytest.mark.parametrize("way", ["a file", "no rights"])
def test_where_it_cannot_be_written_it_goes_to_a_temporary_folder(elsewhere, monkeypatch, way):
    chosen = elsewhere / "mine"
    monkeypatch.setenv("SYNERGY_CACHE_DIR", str(chosen))
    if way == "a file":
        chosen.write_text("not a folder")
    else:
        make = compilation.tempfile.TemporaryFile

        def refused(dir):
            if Path(dir).is_relative_to(chosen):
                raise PermissionError(dir)
            return make(dir=dir)

        monkeypatch.setattr(compilation.tempfile, "TemporaryFile", refused)
    assert compilation.folder().parent.parent == elsewhere / "tmp"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="files have no owner here")
@pytest.mark.parametrize("way", ["somebody else's", "open to all", "a link"])
def test_a_temporary_folder_that_is_not_ours_is_not_used(elsewhere, monkeypatch, way):
    monkeypatch.setattr(compilation, "user_cache_path", lambda *_, **__: elsewhere / "a file" / "none")
    (elsewhere / "a file").write_text("not a folder")
    trap = elsewhere / "tmp" / f"synergy-{compilation._user()}"
    if way == "a link":
        (elsewhere / "other").mkdir()
        trap.symlink_to(elsewhere / "other")
    else:
        trap.mkdir()
        trap.chmod(0o777 if way == "open to all" else 0o700)
    if way == "somebody else's":
        ours = os.getuid()
        monkeypatch.setattr(compilation, "_user", lambda: str(ours))
        monkeypatch.setattr(compilation.os, "getuid", lambda: ours + 1)
    found = compilation.folder()
    assert trap not in found.parents
    shutil.rmtree(found)


def test_old_versions_are_forgotten_and_nothing_else(elsewhere):
    ours = compilation.folder()
    old = [ours.parent / f"{place:016x}" for place in range(8)]
    for age, path in enumerate(old):
        (path / "kernel_abc").mkdir(parents=True)
        os.utime(path, (1e9 - age, 1e9 - age))
    (ours.parent / "my papers").mkdir()
    strange = ours.parent / ("f" * 16)
    strange.mkdir()
    (strange / "letter.txt").write_text("not compiled code")
    os.utime(strange, (1.0, 1.0))
    compilation.forget_old()
    kept = {path.name for path in ours.parent.iterdir()}
    assert kept == {ours.name, strange.name, "my papers", *(path.name for path in old[: compilation.MOST_VERSIONS - 1])}


def test_the_name_of_the_folder_changes_with_what_decides_what_is_compiled(monkeypatch, tmp_path):
    def digest():
        compilation.digest.cache_clear()
        return compilation.digest()

    here = Path(compilation.__file__).parents[2]
    copy = tmp_path / "simulation"
    shutil.copytree(here, copy, ignore=shutil.ignore_patterns("__pycache__", "dashboard"))
    monkeypatch.setattr(compilation, "__file__", str(copy / "engine" / "kernel" / "compilation.py"))
    try:
        seen = [digest()]
        for name in ("model/rules.py", "model/steps.py", "study/measures.py", "engine/kernel/week.py"):
            with (copy / name).open("a") as file:
                file.write("\n# changed\n")
            seen.append(digest())
        os.utime(copy / "engine" / "kernel" / "run.py", (1e9, 1e9))  # Numba loads nothing of another date
        seen.append(digest())
        for module in (np, compilation.numba, compilation.llvmlite):
            monkeypatch.setattr(module, "__version__", "0.0.0")
            seen.append(digest())
        monkeypatch.setattr(compilation, "_processor", lambda: "another")
        seen.append(digest())
        monkeypatch.setattr(compilation, "SIDE_BY_SIDE", not compilation.SIDE_BY_SIDE)
        seen.append(digest())
    finally:
        monkeypatch.undo()
    assert len(set(seen)) == len(seen)
    digest()


def test_every_module_that_the_kernel_takes_from_is_among_the_sources():
    """What compiled code is made of: the kernel, and what it imports from the rest of the simulation."""
    here = Path(compilation.__file__).parents[2]
    named = {path.relative_to(here).as_posix() for pattern in compilation.SOURCES for path in here.glob(pattern)}
    of_a_week = {f"model/{name}.py" for name in ("outcomes", "rules", "states", "steps", "terms")}
    of_a_study = {f"study/{name}.py" for name in ("constants", "measures", "parameters", "schedule")}
    assert of_a_week | of_a_study | {"engine/kernel/run.py", "engine/kernel/week.py"} <= named
