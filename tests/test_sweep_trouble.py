"""What becomes of a sweep that is killed, whose disk fills, or that several processes share: the same to the bit."""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from test_sweep import contents

from simulation.engine import ensemble
from simulation.sweep import dataset, manifest

SYNERGY = [sys.executable, "-m", "simulation.cli"]
WORDS = ["sweep", "--scenarios", "it-only,full", "--worlds", "1500", "--chunk", "100", "--jobs", "1", "--lang", "en"]
CHUNKS = 30
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this")


@pytest.fixture(scope="module", autouse=True)
def engine():
    """The engine, compiled before any process of these tests begins."""
    ensemble.warm()


def begun(folder, *further):
    return subprocess.Popen(
        [*SYNERGY, *WORDS, "--out", str(folder), *further], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process, code=0):
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    assert "Traceback" not in err
    return out, err


def until(chunks, folder):
    """Wait until so many chunks are there."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        with contextlib.suppress(OSError):
            if len(list((folder / "checks").glob("*.sha256"))) >= chunks:
                return
        time.sleep(0.005)
    raise AssertionError("nothing happens")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sweep that was left alone."""
    folder = tmp_path_factory.mktemp("whole") / "sweep"
    ended(begun(folder))
    return folder


def the_same(folder, whole):
    """Equal file by file, but for where it stands in the manifest's command."""
    found, expected = contents(folder), contents(whole)
    assert found.keys() == expected.keys()
    for name in expected.keys() - {"manifest.json"}:
        assert found[name] == expected[name], name
    assert manifest.read(folder).digest == manifest.read(whole).digest


@pytest.mark.slow
def test_whenever_it_is_killed_it_goes_on_to_the_same_bits(whole, tmp_path):
    """Six times at random; ``python -m benchmarks.sweep --kills 50`` does it more often."""
    luck, folder = random.Random(1), tmp_path / "killed"
    for number in range(6):
        process = begun(folder)
        until(4 * number + 1, folder)
        time.sleep(luck.uniform(0.0, 0.3))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL, "it was still at work"
        visible = [path for path in (folder / "runs").iterdir() if path.name[0] != "."]
        assert all(dataset.pq.read_metadata(path).num_rows == 100 for path in visible), "what can be seen is whole"
    out, err = ended(begun(folder))
    assert "chunks are there; the others are run" in err
    assert manifest.read(whole).digest in out
    the_same(folder, whole)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_stops_it_is_told_that_it_goes_on(number, whole, tmp_path):
    folder = tmp_path / "stopped"
    process = begun(folder)
    until(3, folder)
    process.send_signal(number)
    _, err = ended(process, 128 + number)
    assert "the same command goes on from there" in err
    assert not list((folder / "claims").iterdir()), "nothing is claimed any more"
    said = subprocess.run(
        [*SYNERGY, "compare", str(folder), "--lang", "nl"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert f"van de {CHUNKS} delen" in said.stderr
    ended(begun(folder))
    the_same(folder, whole)


@pytest.mark.slow
def test_two_processes_share_a_folder(whole, tmp_path):
    folder = tmp_path / "shared"
    both = [begun(folder), begun(folder)]
    told = [ended(process)[0] for process in both]
    assert all(manifest.read(whole).digest in out for out in told)
    the_same(folder, whole)


@pytest.mark.slow
def test_one_of_two_is_killed_and_the_other_does_its_share(whole, tmp_path):
    folder = tmp_path / "shared"
    first, second = begun(folder), begun(folder)
    until(5, folder)
    first.kill()
    first.communicate()
    assert manifest.read(whole).digest in ended(second)[0]
    the_same(folder, whole)


@pytest.fixture
def small_disk(tmp_path):
    """A disk of a few hundred kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=320k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@linux
@pytest.mark.slow
def test_a_disk_that_fills_ends_it_in_a_sentence_and_it_goes_on(whole, small_disk):
    folder = small_disk / "sweep"
    _, err = ended(begun(folder, "--yes"), 1)
    assert "the disk is full" in err
    there = len(list((folder / "checks").iterdir()))
    assert 0 < there < CHUNKS
    _, err = ended(begun(folder), 1)
    assert "the disk is full" in err
    assert not [path for path in folder.rglob(".synergy-*") if path.stat().st_size], "nothing half-written is left"
    subprocess.run(["mount", "-o", "remount,size=9m", str(small_disk)], check=True)
    ended(begun(folder))
    the_same(folder, whole)


@linux
@pytest.mark.slow
def test_memory_does_not_grow_with_the_sweep(tmp_path):
    """Ten times as many runs take no more than a tenth more memory."""
    used = []
    for worlds in ("5000", "50000"):
        words = [*SYNERGY, "sweep", "--scenarios", "it-only,full", "--worlds", worlds, "--chunk", "10000"]
        program = (
            "import subprocess, sys, resource\n"
            "subprocess.run(sys.argv[1:], check=True, capture_output=True)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        words += ["--jobs", "2", "--out", str(tmp_path / worlds)]
        said = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
        used.append(int(said.stdout))
        shutil.rmtree(tmp_path / worlds)
    assert used[1] < 1.1 * used[0]
    assert used[1] < 1_000_000


def test_a_sweep_that_nobody_may_write_to_is_refused(tmp_path, capsys):
    from simulation.cli.main import main

    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "runs").write_text("not a folder")
    assert main([*WORDS, "--out", str(folder)]) == 1
    assert "Traceback" not in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["runs"]
