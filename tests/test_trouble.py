"""A full disk, a reader that has gone, a signal: each ends in a sentence, its code, and nothing half-written."""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import psutil
import pytest
from conftest import crossed, firstly, quickly

from simulation.cli import main as command_line
from simulation.cli.commands import compare
from simulation.cli.commands.compare import WRITTEN
from simulation.cli.main import EXECUTE, main
from simulation.engine import ensemble
from simulation.report import files
from simulation.study.errors import InputRefused
from simulation.system import signals
from simulation.text.i18n import LANGUAGES

SYNERGY = [sys.executable, "-m", "simulation.cli"]
SCRIPT = [sys.executable, "-c", "from simulation.cli.start import start; start()"]
SMALL = ["compare", "--scenarios", "it-only,full", "--worlds", "2", "--jobs", "1", "--lang", "en"]
FULL = {"en": "the disk is full", "nl": "de schijf is vol"}
LARGE = ["compare", "--worlds", "200000", "--lang", "en"]
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such thing")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has this")


@pytest.fixture(scope="module", autouse=True)
def engine():
    """The engine, compiled before any process of these tests begins."""
    ensemble.warm()


def run(*words, command=SYNERGY, **further):
    """A command in a process of its own, and what it said."""
    further = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | further
    return subprocess.run([*command, *words], text=True, timeout=120, check=False, **further)


def contents(folder):
    """Every file below a folder, hidden ones too, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- standard streams ----------------------------------------------------------------------------------


@pytest.fixture
def gone():
    """The way into a pipe that nobody reads any more."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@posix
def test_who_stops_reading_gets_all_files_and_no_complaint(tmp_path, gone):
    done = run(*SMALL, "--out", str(tmp_path / "out"), stdout=gone)
    assert (done.returncode, done.stderr) == (141, "")
    assert sorted(contents(tmp_path / "out")) == sorted(WRITTEN)


@posix
@pytest.mark.parametrize("words", [["--help"], ["show", "case", "full"], ["run", "--help"], ["--version"]])
def test_nobody_reads_what_is_printed(gone, words):
    done = run(*words, stdout=gone)
    assert (done.returncode, done.stderr) == (141, "")


@linux
@pytest.mark.parametrize("words", [["--help"], ["show", "case", "full"], ["scenarios"]])
def test_output_to_a_full_disk_is_refused_in_both_languages(words):
    for language, says in FULL.items():
        with Path("/dev/full").open("w") as full:
            done = run(*words, "--lang", language, stdout=full)
        assert done.returncode == 1
        assert says in done.stderr
        assert len(done.stderr.splitlines()) == 1


@posix
@pytest.mark.parametrize("closed", ["2>&-", ">&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(("words", "code"), [(["show", "case", "full"], 0), (["show", "case", "no"], 1), (["what"], 2)])
def test_a_closed_stream_changes_no_exit_code(closed, words, code):
    done = run(*words, command=["sh", "-c", f'exec "$@" {closed}', "sh", *SYNERGY])
    assert done.returncode == code


@pytest.mark.slow
@posix
def test_files_are_whole_when_all_streams_are_closed(tmp_path):
    done = run(*SMALL, "--out", str(tmp_path), command=["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *SYNERGY])
    assert done.returncode == 0
    assert len(pd.read_parquet(tmp_path / "runs.parquet")) == 4


@linux
@pytest.mark.parametrize(("words", "code"), [(["show", "case", "no"], 1), (["what"], 2)])
def test_a_complaint_that_cannot_be_printed_changes_no_exit_code(words, code):
    with Path("/dev/full").open("w") as full:
        assert run(*words, stdout=full, stderr=full).returncode == code


# --- files ---------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 kB, which takes some of the files of a comparison and not all."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(place)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or subprocess.run(words, check=False).returncode:
        pytest.skip("a disk can be mounted by root on Linux only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize(("old", "language"), firstly([True, False], LANGUAGES))
def test_a_full_disk_leaves_the_old_files_or_none(small_disk, old, language):
    folder = small_disk / "out"
    if old:
        folder.mkdir()
        for name in WRITTEN:
            (folder / name).write_text(f"old {name}")
    before = contents(small_disk)
    done = run(*SMALL, "--out", str(folder), "--lang", language)
    assert (done.returncode, done.stdout) == (1, "")
    assert FULL[language] in done.stderr
    assert {"en": "Every file is as it was", "nl": "zoals het was"}[language] in done.stderr
    assert contents(small_disk) == before
    assert folder.exists() == old


@pytest.mark.slow
@posix
def test_a_limit_on_the_size_of_files_leaves_the_old_ones(tmp_path):
    import resource

    (tmp_path / "runs.parquet").write_text("old")
    limit = 20_000  # less than a picture, more than the numbers of four runs
    done = run(
        *SMALL,
        *("--out", str(tmp_path)),
        env=os.environ | {"MPLCONFIGDIR": str(Path.home() / ".cache" / "matplotlib")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert contents(tmp_path) == {"runs.parquet": b"old"}


@pytest.mark.parametrize("failure", [OSError(errno.EIO, "broken"), KeyboardInterrupt(), signals.Terminated(15)])
@pytest.mark.parametrize("links", [True, False])
def test_what_fails_half_way_is_put_back(tmp_path, monkeypatch, failure, links):
    (tmp_path / "a").write_text("old a")
    (tmp_path / "b").write_text("old b")
    put_in_place, count = Path.replace, 0

    def fail(path, target):
        nonlocal count
        count += path.name.endswith(".new")
        if count == 3 and path.name.endswith(".new"):
            raise failure
        return put_in_place(path, target)

    def no_links(*_):
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(Path, "replace", fail)
    if not links:
        monkeypatch.setattr(files.os, "link", no_links)
    with pytest.raises((InputRefused, KeyboardInterrupt)):
        files.put_all(tmp_path, {"a": b"1", "new": b"2", "b": b"3", "c": b"4"})
    assert count == 3
    assert contents(tmp_path) == {"a": b"old a", "b": b"old b"}


def test_what_belongs_together_can_be_told(tmp_path):
    assert main([*SMALL, "--out", str(tmp_path)]) == 0
    files = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["files"]
    assert sorted([*files, "comparison.json"]) == sorted(WRITTEN)
    for name, digest in files.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_the_file_that_tells_is_put_in_place_last(tmp_path, monkeypatch):
    put_in_place, order = Path.replace, []
    monkeypatch.setattr(Path, "replace", lambda path, target: order.append(target.name) or put_in_place(path, target))
    assert main([*SMALL, "--out", str(tmp_path)]) == 0
    assert order[-1] == "comparison.json"
    assert sorted(order) == sorted(WRITTEN)


@posix
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    living = os.getppid()
    left = [
        f".synergy-{ended.pid}-0123abcd.new",
        f".synergy-{ended.pid}-0123abcd.old",
        f".synergy-{living}-00000000.new",
    ]
    kept = [f".synergy-{living}-0123abcd.new", f".synergy-{ended.pid}-notes.new", ".synergy-x", "weeks.csv.new"]
    for name in (*left, *kept):
        (tmp_path / name).write_text("half")
    os.utime(tmp_path / left[2], (1e9, 1e9))
    (tmp_path / f".synergy-{ended.pid}-aaaaaaaa.new").mkdir()
    files.put(tmp_path / "weeks.csv", b"whole")
    assert contents(tmp_path) == {"weeks.csv": b"whole"} | dict.fromkeys(kept, b"half")


@posix
def test_a_killed_run_leaves_old_files_or_new_ones_or_tells(tmp_path):
    """SIGKILL between two renames: every file is whole, and the last one does not know the others."""
    program = (
        "import os, pathlib, signal, sys\n"
        "from simulation.report import files\n"
        "swap = pathlib.Path.replace\n"
        "def replace(path, target):\n"
        "    if target.name == 'b': os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return swap(path, target)\n"
        "pathlib.Path.replace = replace\n"
        "files.put_all(pathlib.Path(sys.argv[1]), {'a': b'new', 'b': b'new', 'c': b'new'})\n"
    )
    for name in "abc":
        (tmp_path / name).write_text("old")
    assert run(str(tmp_path), command=[sys.executable, "-c", program]).returncode == -signal.SIGKILL
    assert {name: (tmp_path / name).read_text() for name in "abc"} == {"a": "new", "b": "old", "c": "old"}
    files.put_all(tmp_path, {"a": b"1", "b": b"2", "c": b"3"})
    assert contents(tmp_path) == {"a": b"1", "b": b"2", "c": b"3"}


@posix
def test_a_link_stays_a_link_and_rights_stay_as_they_were(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    real, link = tmp_path / "elsewhere" / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    files.put(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    dangling = tmp_path / "dangling"
    dangling.symlink_to(tmp_path / "elsewhere" / "made")
    files.put(dangling, b"made")
    assert dangling.is_symlink()
    assert (tmp_path / "elsewhere" / "made").read_bytes() == b"made"


def make_device(path):
    if os.geteuid() != 0:
        pytest.skip("only root can make a device")
    try:
        os.mknod(path, 0o666 | 0o020000, os.makedev(1, 3))
    except OSError:
        pytest.skip("no device can be made here")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(path))


KINDS = {
    "a folder": Path.mkdir,
    "a pipe": getattr(os, "mkfifo", None),
    "a socket": make_socket,
    "a device": make_device,
}


@posix
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("option", ["--weeks", "--out", "--out of patterns"])
def test_what_is_no_ordinary_file_is_refused_and_stays(tmp_path, monkeypatch, capsys, kind, linked, option):
    monkeypatch.chdir(tmp_path)  # the name of a socket is a short one
    Path("made").mkdir()
    thing = Path("made/thing" if linked else "made/runs.parquet")
    KINDS[kind](thing)
    if linked:
        Path("made/runs.parquet").symlink_to("thing")
    before = thing.stat()
    path = "made/runs.parquet"
    words = {
        "--weeks": ["run", "case", "full", "--weeks", path],
        "--out": ["compare", "--worlds", "1000000", "--out", "made"],
        "--out of patterns": ["patterns", "--worlds", "1000000", "--out", path],
    }
    for language, says in (("en", "Name a file"), ("nl", "Noem een bestand")):
        assert main([*words[option], "--lang", language]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert says in err
    after = thing.stat()
    assert (after.st_ino, after.st_mode, after.st_rdev) == (before.st_ino, before.st_mode, before.st_rdev)
    assert len(list(Path("made").iterdir())) == 1 + linked


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("n" * 300, "too long"),
        ("a file", "is a file where a folder is needed"),
        ("a file/out", "is a file where a folder is needed"),
        ("new/" + "n" * 300, "too long"),
        ("taken", "is a folder"),
    ],
)
def test_a_folder_is_looked_at_before_anything_is_computed(tmp_path, monkeypatch, capsys, given, says):
    monkeypatch.setattr(compare, "_simulated", lambda *_: pytest.fail("computed all the same"))
    (tmp_path / "a file").write_text("")
    (tmp_path / "taken" / "comparison.svg").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert main(["compare", "--out", str(tmp_path / given), "--lang", "en"]) == 1
    assert says in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("words", [["run", "case", "full", "--weeks"], ["patterns", "--out"], ["validity", "--out"]])
@pytest.mark.parametrize(
    ("given", "says"), [("no/x.csv", "there is no folder"), (".", "is a folder"), ("n" * 300, "too long")]
)
def test_a_file_is_looked_at_before_anything_is_computed(tmp_path, monkeypatch, capsys, words, given, says):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "simulation.model.organisation.OrganisationModel.step", lambda *_: pytest.fail("computed all the same")
    )
    for measure in ("patterns.measure", "validity.measured.measure"):
        monkeypatch.setattr(f"simulation.analysis.{measure}", lambda *_: pytest.fail("computed all the same"))
    assert main([*words, given, "--lang", "en"]) == 1
    out, err = capsys.readouterr()
    assert (out, says in err) == ("", True)
    assert not list(tmp_path.iterdir())


@posix
@pytest.mark.parametrize(
    ("stream", "words"), crossed(["stdout", "stderr"], [["run", "case", "full", "--weeks"], ["patterns", "--out"]])
)
def test_a_file_that_is_printed_to_is_not_replaced(tmp_path, stream, words):
    path = tmp_path / "printed.txt"
    with path.open("w") as printed:
        done = run(*words, f"/dev/{stream}", "--lang", "en", **{stream: printed})
    assert done.returncode == 1
    assert "already sends what it prints" in (path.read_text() + (done.stderr or ""))


def test_folders_in_folders_are_made_or_refused_however_deep(tmp_path):
    from simulation.report.files import check_folder, put_all

    deep = tmp_path.joinpath(*["d"] * 1_500)
    check_folder(deep)
    assert not list(tmp_path.iterdir())
    put_all(deep, {"x": b"1"})
    assert (deep / "x").read_bytes() == b"1"
    (deep / "x").unlink()
    for one in (deep, *deep.parents):
        if one == tmp_path:
            break
        one.rmdir()
    with pytest.raises(InputRefused, match="the name is too long"):
        check_folder(tmp_path.joinpath(*["e"] * 2_500))


@posix
def test_a_link_to_nothing_is_no_folder(tmp_path):
    from simulation.report.files import check_folder

    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(InputRefused, match="is a link that points at nothing"):
        check_folder(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()


@posix
def test_a_file_that_may_not_be_written_is_refused(tmp_path, monkeypatch, capsys):
    path = tmp_path / "weeks.csv"
    path.write_text("mine")
    path.chmod(0o444)
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # root may write everything
    for language, says in (("en", "you do not have the rights"), ("nl", "je hebt er de rechten niet voor")):
        assert main(["run", "case", "full", "--weeks", str(path), "--lang", language]) == 1
        assert says in capsys.readouterr().err
    assert path.read_text() == "mine"


# --- signals -------------------------------------------------------------------------------------------

ENDING = [one for one in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, one)]


def heeded(process):
    """Wait until a process heeds SIGTERM, which is as early as it can."""
    while True:
        status = Path(f"/proc/{process.pid}/status").read_text()
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        assert process.poll() is None


def begun(*words, command=SYNERGY, **further):
    process = subprocess.Popen([*command, *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **further)
    heeded(process)
    return process


def wait_for(process, seconds):
    """Let a process run for so long, wherever that takes it."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def ended(process, number):
    """How a process ended: by the code of the signal, with a sentence at most."""
    try:
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()  # one that did not end would keep the processors from all that follow
    assert (process.returncode, out) == (128 + number, ""), err
    assert err in {"", "\nStopped. Nothing half-written was left behind.\n"}


@linux
@pytest.mark.parametrize(("after", "name"), crossed([0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.5, 3.0], ENDING))
def test_a_signal_ends_a_comparison_whenever_it_comes(tmp_path, after, name):
    process = begun(*LARGE, "--out", str(tmp_path / "new" / "out"))
    wait_for(process, after)
    process.send_signal(getattr(signal, name))
    ended(process, getattr(signal, name))
    assert not list(tmp_path.iterdir())


@linux
@pytest.mark.parametrize(
    ("after", "between", "command"), crossed([0.0, 0.3, 0.8], [0.0, 0.001, 0.02, 0.1], ["module", "script"])
)
def test_ctrl_c_twice_is_no_worse_than_once(tmp_path, after, between, command):
    words = {"module": SYNERGY, "script": SCRIPT}[command]
    process = begun(*LARGE, "--out", str(tmp_path / "out"), command=words)
    wait_for(process, after)
    process.send_signal(signal.SIGINT)
    wait_for(process, between)
    process.send_signal(signal.SIGINT)
    ended(process, signal.SIGINT)
    assert not list(tmp_path.iterdir())


OTHER = [["run", "case", "full", "--weeks"], ["patterns", "--worlds", "20000", "--out"], ["validity", "--out"]]


@linux
@pytest.mark.parametrize(("name", "words"), crossed(ENDING, OTHER))
def test_a_signal_ends_other_commands_too(tmp_path, name, words):
    process = begun(*words, str(tmp_path / "file"), "--lang", "en")
    wait_for(process, 0.5)
    process.send_signal(getattr(signal, name))
    ended(process, getattr(signal, name))
    assert not list(tmp_path.iterdir())


@linux
@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_while_compiling_ends_both_processes(tmp_path, name):
    process = begun(*SMALL, env=os.environ | {"SYNERGY_CACHE_DIR": str(tmp_path)})
    assert "Preparing the engine" in process.stderr.readline()
    wait_for(process, 2.0)
    children = psutil.Process(process.pid).children()
    process.send_signal(getattr(signal, name))
    ended(process, getattr(signal, name))
    assert not psutil.wait_procs(children, timeout=60)[1]


@linux
def test_what_is_to_be_ignored_is_ignored():
    process = begun("run", "case", "full", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)  # as for whoever starts it with nohup and closes the terminal
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    assert out


def test_the_command_begins_where_signals_are_heeded():
    text = Path("pyproject.toml").read_text(encoding="utf-8")
    module, _, name = tomllib.loads(text)["project"]["scripts"]["synergy"].partition(":")
    assert getattr(import_module(module), name) is import_module("simulation.cli.start").start


def test_ctrl_c_tells_what_is_found_so_far_and_sigterm_does_not(capsys, tmp_path, monkeypatch):
    words = [*SMALL, "--until-decided", "--max-worlds", "4", "--out", str(tmp_path / "out")]
    for number, code, told in ((signal.SIGTERM, 143, False), (signal.SIGINT, 130, True)):
        monkeypatch.setattr(
            "simulation.analysis.sequential.extend_runs", lambda *_, one=number: signal.raise_signal(one)
        )
        assert main(words) == code
        out, err = capsys.readouterr()
        assert ("You stopped it after 2 worlds" in out) == told
        assert ("Stopped" in err) != told
        assert (tmp_path / "out").exists() == told


SERVER = """
import sys, uvicorn
from simulation.system import signals

class Server(uvicorn.Server):
    def capture_signals(self):
        return signals.deferred(self.handle_exit)

    async def startup(self, *sockets, **further):
        await super().startup(*sockets, **further)
        print("up", flush=True)

async def nothing(scope, receive, send):
    while scope["type"] == "lifespan":
        message = await receive()
        await send({"type": message["type"] + ".complete"})

with signals.heeding():
    try:
        Server(uvicorn.Config(nothing, port=0, log_level="error")).run()
    except KeyboardInterrupt as stop:
        signals.ignore()
        sys.exit(signals.exit_code(stop))
"""


@posix
@pytest.mark.parametrize("name", ENDING)
def test_a_server_ends_in_order_and_then_by_the_signal(name):
    process = subprocess.Popen([sys.executable, "-c", SERVER], text=True, stdout=-1, stderr=-1)
    assert process.stdout.readline() == "up\n"
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out, err) == (128 + getattr(signal, name), "", "")


def test_signals_are_as_before_when_it_is_over():
    before = [signal.getsignal(number) for number in signals.ENDING], sys.unraisablehook, sys.excepthook
    with signals.heeding() as heard:
        with signals.heeding() as inner:
            assert inner is heard
        assert all(signal.getsignal(number) is heard for number in signals.ENDING)
    after = [signal.getsignal(number) for number in signals.ENDING], sys.unraisablehook, sys.excepthook
    assert after == before


def test_what_a_signal_left_half_made_is_no_news():
    """LLVM's strings, for one, are taken down by a finaliser that takes them for whole."""

    told = []
    heard = signals.Heard(plain=True)
    heard.usual_hook = told.append
    failure = SimpleNamespace(exc_type=AttributeError)
    heard.unraisable(failure)
    assert told == [failure]
    heard.number = signal.SIGINT
    heard.unraisable(failure)
    assert told == [failure]


PRINTED = """
import ctypes, time
from simulation.system import signals

with signals.heeding() as heard:
    try:
        ctypes.pythonapi.PyRun_SimpleString(b"import signal; signal.raise_signal(signal.SIGTERM)")
        for _ in range(6000):
            time.sleep(0.01)
    except KeyboardInterrupt as stop:
        print(signals.exit_code(stop), heard.count)
    ctypes.pythonapi.PyRun_SimpleString(b"1 / 0")
"""


def test_an_interrupt_that_c_code_prints_is_raised_and_not_printed():
    process = subprocess.run([sys.executable, "-c", PRINTED], text=True, capture_output=True, timeout=120, check=False)
    assert (process.returncode, process.stdout) == (0, "143 2\n")
    assert process.stderr.endswith("ZeroDivisionError: division by zero\n")
    assert process.stderr.count("Traceback") == 1


def test_a_signal_between_handlers_and_what_catches_it_waits():
    with signals.heeding(held=True) as heard:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(signals.Terminated):
            heard.release()
        signal.raise_signal(signal.SIGINT)  # a moment later, so the same
    assert heard.count == 1


def test_a_signal_while_handlers_are_put_in_place_ends_in_its_code(monkeypatch):
    put = signal.signal

    def interrupted(number, handler):
        before = put(number, handler)
        if number == signal.SIGINT and isinstance(handler, signals.Heard):
            signal.raise_signal(signal.SIGINT)
        return before

    usual = {number: signal.getsignal(number) for number in signals.ENDING}
    monkeypatch.setattr(signal, "signal", interrupted)
    monkeypatch.setattr("simulation.cli.start._leave", sys.exit)  # this process goes on
    try:
        with pytest.raises(SystemExit) as ended:
            import_module("simulation.cli.start").start()
    finally:
        for number, handler in usual.items():
            put(number, handler)
    assert ended.value.code == 130


def test_a_signal_that_was_swallowed_counts_all_the_same():
    with signals.heeding():
        signals.raise_missed()
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(signals.Terminated):
            signals.raise_missed()


def test_a_mistake_after_a_signal_is_of_the_signal(capsys, monkeypatch):
    def half_imported(*_):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        raise ImportError("half")

    monkeypatch.setattr(command_line, "EXECUTE", {**EXECUTE, "check": half_imported})
    assert main(["check", "case", "--lang", "en"]) == 143
    assert "Stopped" in capsys.readouterr().err


# --- what surrounds us ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_a_compiler_it_says_so_in_both_languages():
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    for language, says in (("en", "Unset it"), ("nl", "Haal die instelling weg")):
        done = run(*SMALL, "--lang", language, env=environment)
        assert (done.returncode, done.stdout) == (1, "")
        assert "NUMBA_DISABLE_JIT" in done.stderr
        assert says in done.stderr
    assert run("dashboard", "--no-open", "--port", "1", env=environment).returncode == 1
    assert run("run", "case", "full", env=environment).returncode == 0  # the readable model needs none


STRANGE = [
    *("MPLBACKEND=strange", "NUMBA_CACHE_DIR=/proc/none", "NUMBA_NUM_THREADS=many"),
    *("NUMBA_CACHE_LOCATOR_CLASSES=Strange", "TQDM_MININTERVAL=often", "COLUMNS=wide"),
    *("SYNERGY_LANGUAGE=xx", "PYTHONIOENCODING=ascii", "LC_ALL=strange", "PYTHONWARNINGS=error"),
]
STRANGE_TOO = ["NUMBA_NUM_THREADS=0", "COLUMNS=0", "MPLCONFIGDIR=/proc/none"]


@pytest.mark.parametrize(
    "settings",
    quickly(STRANGE, [STRANGE, *([one] for one in [*STRANGE, *STRANGE_TOO])]),
    ids="-".join,
)
def test_a_strange_setting_of_the_environment_is_no_trouble(tmp_path, settings):
    environment = os.environ | dict(one.split("=") for one in settings)
    done = run(*SMALL, "--out", str(tmp_path), env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert run("--help", env=environment).returncode == 0


@pytest.mark.slow
def test_pictures_follow_nobodys_own_settings(tmp_path):
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\nsavefig.transparent: True\nlines.marker: o\n")
    for folder, environment in (("plain", {}), ("set", {"MATPLOTLIBRC": str(tmp_path)})):
        done = run(*SMALL, "--out", str(tmp_path / folder), env=os.environ | environment)
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "plain/comparison.png").read_bytes() == (tmp_path / "set/comparison.png").read_bytes()


def test_without_a_home_it_works():
    environment = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_CACHE_HOME"}}
    assert run("show", "case", "full", env=environment).returncode == 0


@pytest.mark.slow
def test_a_full_disk_for_compiled_code_is_done_without(small_disk):
    done = run(*SMALL, env=os.environ | {"SYNERGY_CACHE_DIR": str(small_disk)})
    assert done.returncode == 0
    assert "it-only" in done.stdout


@pytest.mark.parametrize(
    ("error", "english", "dutch"),
    [
        (MemoryError(), "not enough memory", "niet genoeg geheugen"),
        (OSError(errno.ENOSPC, "No space left"), "the disk is full", "de schijf is vol"),
        (OSError(errno.EMFILE, "Too many open files", "x\x1by"), r"Too many open files: x\x1by", r"x\x1by"),
    ],
)
def test_what_the_system_refuses_is_no_mistake_of_ours(capsys, monkeypatch, error, english, dutch):
    def refuse(*_):
        raise error

    monkeypatch.setattr(command_line, "EXECUTE", {**EXECUTE, "check": refuse})
    for language, says in (("en", english), ("nl", dutch)):
        assert main(["check", "case", "--lang", language]) == 1
        assert says in capsys.readouterr().err


@pytest.mark.slow
def test_nothing_of_ours_is_left_in_temporary_folders(tmp_path):
    shutil.rmtree(tmp_path / "t", ignore_errors=True)
    (tmp_path / "t").mkdir()
    assert run(*SMALL, "--out", str(tmp_path / "out"), env=os.environ | {"TMPDIR": str(tmp_path / "t")}).returncode == 0
    assert not list((tmp_path / "t").iterdir())


@linux
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_signal_that_was_swallowed_is_heeded_while_computing(tmp_path, jobs):
    """What a signal raises can fall into code that swallows everything, and then nothing else would end the work."""
    code = f"""
import contextlib, signal, sys
from simulation.engine import ensemble
warm = ensemble.warm
def swallowing():
    warm()
    with contextlib.suppress(BaseException):
        signal.raise_signal(signal.SIGTERM)
ensemble.warm = swallowing
from simulation.cli.main import main
sys.exit(main({[*LARGE, "--jobs", jobs, "--out", str(tmp_path / "out")]!r}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 143, done.stderr
    assert not list(tmp_path.iterdir())
