"""Sweeps on a Dask cluster of processes of their own: the same bits, whatever becomes of scheduler and workers."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import free_port
from test_sweep_trouble import CHUNKS, WORDS, begun, ended, the_same, until

from simulation import __version__
from simulation.cli.main import main
from simulation.engine import ensemble
from simulation.sweep import manifest


def test_without_dask_it_is_said_how_to_get_it(monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    for language, word in (("en", "Install it with"), ("nl", "Installeer het met")):
        assert main([*WORDS[:-2], "--out", str(tmp_path / "out"), "--cluster", "local", "--lang", language]) == 1
        assert word in capsys.readouterr().err


@pytest.mark.parametrize("given", ["nonsense", "tcp://", "http://127.0.0.1:80", "tcp://a b:1", "\x1b[2J://x:1"])
def test_what_is_no_cluster_is_refused(given, tmp_path, capsys):
    assert main([*WORDS, "--out", str(tmp_path / "out"), "--cluster", given]) in {1, 2}
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A sweep that was run on this machine alone."""
    pytest.importorskip("distributed", reason="an extra: pip install synergy-change[cluster]")
    ensemble.warm()
    folder = tmp_path_factory.mktemp("whole") / "sweep"
    ended(begun(folder))
    return folder


class Processes:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder):
        self.folder, self.port, self.all = folder, free_port(), []
        self.address = f"tcp://127.0.0.1:{self.port}"

    def _begin(self, program, *words):
        program = f"{program}; from distributed.cli.dask_{words[0]} import main; main()"
        log = (self.folder / "log").open("a")
        process = subprocess.Popen([sys.executable, "-c", program, *words[1:]], stdout=log, stderr=log)
        log.close()
        self.all.append(process)
        return process

    def scheduler(self):
        process = self._begin("pass", "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return process
            time.sleep(0.1)
        raise AssertionError("no scheduler")

    def worker(self, program="pass"):
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self.folder)]
        return self._begin(program, "worker", self.address, *words)

    def workers(self, count, program="pass"):
        from distributed import Client

        made = [self.worker(program) for _ in range(count)]
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=60)
        return made

    def end(self):
        for process in self.all:
            process.kill()
            process.wait()


@pytest.fixture
def processes(whole, tmp_path):
    made = Processes(tmp_path)
    yield made
    made.end()


@pytest.mark.slow
def test_a_cluster_that_is_started_here_gives_the_same_bits(whole, tmp_path):
    folder = tmp_path / "sweep"
    out, err = ended(begun(folder, "--cluster", "local", "--jobs", "2"))
    assert "2 workers of local run it" in err
    assert manifest.read(whole).digest in out
    the_same(folder, whole)


@pytest.mark.slow
def test_one_worker_is_killed_and_one_is_slow(whole, processes, tmp_path):
    processes.scheduler()
    first, second, _ = processes.workers(3)
    folder = tmp_path / "sweep"
    sweep = begun(folder, "--cluster", processes.address)
    until(4, folder)
    first.kill()
    second.send_signal(19)  # it stands still
    until(CHUNKS // 2, folder)
    time.sleep(3)
    second.send_signal(18)
    ended(sweep)
    the_same(folder, whole)


@pytest.mark.slow
def test_the_client_is_killed_and_goes_on_without_a_cluster(whole, processes, tmp_path):
    processes.scheduler()
    processes.workers(2)
    folder = tmp_path / "sweep"
    sweep = begun(folder, "--cluster", processes.address)
    until(5, folder)
    sweep.kill()
    sweep.communicate()
    _, err = ended(begun(folder))
    assert "chunks are there" in err
    the_same(folder, whole)


@pytest.mark.slow
def test_workers_write_themselves_where_an_address_says_where(whole, processes, tmp_path):
    processes.scheduler()
    first, _ = processes.workers(2)
    folder = tmp_path / "a sweep"
    sweep = begun(folder, "--cluster", processes.address, "--out", f"file://{folder}")
    until(5, folder)
    first.kill()
    first.wait()  # whoever writes next removes what an ended process left half written
    out, _ = ended(sweep)
    assert manifest.read(whole).digest in out
    the_same(folder, whole)


@pytest.mark.slow
def test_a_worker_that_does_not_see_the_address_is_refused(whole, processes, tmp_path):
    processes.scheduler()
    processes.workers(1)
    elsewhere = "import pathlib, simulation.sweep.storage as s; s.place_of = lambda text: pathlib.Path('/nowhere')"
    processes.workers(1, elsewhere)
    folder = tmp_path / "sweep"
    _, err = ended(begun(folder, "--cluster", processes.address, "--out", f"file://{folder}"), 1)
    assert "does not read and write 'file://" in err
    assert not list((folder / "claims").iterdir()), "no trace of the questions"
    ended(begun(folder))
    the_same(folder, whole)


DEADLY = """
import os, pathlib
from simulation.sweep import cluster
run, count = cluster.chunk_of, pathlib.Path({folder!r})
def deadly(plan, block, *rest):
    if block.number == 3 and len(list(count.iterdir())) < {deaths}:
        (count / str(os.getpid())).touch()
        os._exit(9)
    return run(plan, block, *rest)
cluster.chunk_of = deadly
"""


@pytest.mark.slow
@pytest.mark.parametrize(("deaths", "code"), [(5, 0), (99, 1)])
def test_a_chunk_whose_workers_end_one_after_the_other_is_run_by_the_next(deaths, code, whole, processes, tmp_path):
    """Dask gives a task up that took four workers with it; machines that are taken away do that by chance."""
    processes.scheduler()
    (tmp_path / "deaths").mkdir()
    program = f"exec({DEADLY.format(folder=str(tmp_path / 'deaths'), deaths=deaths)!r})"
    processes.workers(1, program)
    folder = tmp_path / "sweep"
    sweep = begun(folder, "--cluster", processes.address)
    limit = time.monotonic() + 240
    while sweep.poll() is None and time.monotonic() < limit:
        if processes.all[-1].poll() is not None:
            processes.worker(program)  # it may be gone before anybody has seen it
        time.sleep(0.05)
    _, err = ended(sweep, code)
    if code:
        assert "ended again and again while they ran the same chunk" in err
        ended(begun(folder))
    the_same(folder, whole)


@pytest.mark.slow
def test_a_worker_of_another_version_is_refused(whole, processes, tmp_path):
    processes.scheduler()
    processes.workers(1)
    processes.workers(1, "import simulation; simulation.__version__ = '0.1.7'")
    _, err = ended(begun(tmp_path / "sweep", "--cluster", processes.address), 1)
    assert f"has version 0.1.7 of synergy, and here it is {__version__}" in err


@pytest.mark.slow
def test_a_worker_of_another_version_that_joins_later_is_refused(whole, processes, tmp_path):
    processes.scheduler()
    processes.workers(1)
    folder = tmp_path / "sweep"
    sweep = begun(folder, "--cluster", processes.address)
    until(2, folder)
    processes.workers(1, "import simulation; simulation.__version__ = '0.1.7'")
    _, err = sweep.communicate(timeout=120)
    assert "Traceback" not in err
    if sweep.returncode:
        assert "has version 0.1.7 of synergy" in err
        assert sweep.returncode == 1
        ended(begun(folder))
    the_same(folder, whole)


@pytest.mark.slow
def test_the_scheduler_is_restarted(whole, processes, tmp_path):
    scheduler = processes.scheduler()
    workers = processes.workers(2)
    folder = tmp_path / "sweep"
    sweep = begun(folder, "--cluster", processes.address)
    until(5, folder)
    for process in (scheduler, *workers):
        process.kill()
        process.wait()
    time.sleep(2)
    assert sweep.poll() is None, "it waits"
    processes.scheduler()
    processes.workers(2)
    ended(sweep)
    the_same(folder, whole)


class Cut:
    """A way to the scheduler that can be cut: nothing passes while it is."""

    def __init__(self, port):
        self.to, self.open = port, threading.Event()
        self.open.set()
        self.server, self.ends = socket.create_server(("127.0.0.1", 0)), []
        self.address = f"tcp://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self.server.accept()
                there = socket.create_connection(("127.0.0.1", self.to))
                self.ends += [here, there]
                for one, other in ((here, there), (there, here)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(1 << 16):
                self.open.wait()
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self):
        for end in (self.server, *self.ends):
            end.close()


@pytest.mark.slow
def test_the_network_is_cut_for_ten_seconds(whole, processes, tmp_path):
    processes.scheduler()
    processes.workers(2)
    way, folder = Cut(processes.port), tmp_path / "sweep"
    sweep = begun(folder, "--cluster", way.address)
    until(5, folder)
    way.open.clear()
    time.sleep(10)
    assert sweep.poll() is None
    way.open.set()
    ended(sweep)
    way.close()
    the_same(folder, whole)


@pytest.mark.slow
def test_a_scheduler_that_does_not_answer_is_said_within_ten_seconds(whole, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes the connection, and says nothing
        for port in (9, deaf.getsockname()[1]):
            begin = time.monotonic()
            _, err = ended(begun(tmp_path / "sweep", "--cluster", f"tcp://127.0.0.1:{port}"), 1)
            assert "no Dask scheduler answers" in err
            assert time.monotonic() - begin < 25, "ten seconds on a machine that does nothing else"


@pytest.mark.slow
def test_a_cluster_without_workers_is_refused(whole, processes, tmp_path):
    processes.scheduler()
    _, err = ended(begun(tmp_path / "sweep", "--cluster", processes.address), 1)
    assert "has no workers" in err
