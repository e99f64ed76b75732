"""Whatever has a legal size is read, or refused in sentences, within bounds of time and memory."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import hostile
import pytest

from simulation import InputRefused, case
from simulation.lesson.source import read_lesson
from simulation.study import deadline
from simulation.study.build.merge import build
from simulation.study.errors import Problem
from simulation.study.sources.files import parse, parse_data
from simulation.system.limits import LIMITS

MOST_CHARACTERS = 60_000
"""Of all sentences about one file together."""


def bounded(make):
    """What was made, or None if it was refused in sentences; in time, by this thread's own clock."""
    begun = time.thread_time()
    made, refused = None, None
    try:
        made = make()
    except InputRefused as error:
        refused = error
    told = [refused.told(language) for language in ("en", "nl")] if refused else []
    assert time.thread_time() - begun < LIMITS.reading_seconds
    if refused:
        assert 0 < len(refused.problems) <= LIMITS.problems + 1
        assert all(isinstance(one, Problem) and one.key != "takes_too_long" for one in refused.problems)
        assert max(map(len, told)) < MOST_CHARACTERS
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.FILES)
def test_a_file_of_legal_size_is_read_or_refused_in_time(name):
    text = hostile.FILES[name]()
    assert len(text.encode("utf-8", "replace")) <= LIMITS.file_bytes, "it should be a legal size"
    study = bounded(lambda: parse(text))
    assert (study is not None) == (name in hostile.SOUND)
    assert study is None or len(study.remarks) <= 2 * LIMITS.problems


@pytest.mark.slow
@pytest.mark.parametrize("name", hostile.LESSONS)
def test_a_lesson_of_legal_size_is_refused_in_time(tmp_path, name):
    path = tmp_path / "lesson.yaml"
    path.write_text(hostile.LESSONS[name](), encoding="utf-8")
    assert path.stat().st_size <= LIMITS.file_bytes
    case()
    assert bounded(lambda: read_lesson(str(path))) is None


@pytest.mark.parametrize("name", hostile.CHANGES)
def test_changes_are_made_or_refused_in_time(name):
    bounded(lambda: parse(hostile.SOUND_STUDY, overrides=hostile.CHANGES[name]()))


LARGEST = (
    "ties too strong",
    "unknown keys of departments",
    "every pair of 300 departments",
    "20000 departments",
    "500 changed of 390 departments",
    "a team of many, in 500 scenarios",
)
PEAK = """
import sys
from pathlib import Path
sys.path.insert(0, "tests")
import hostile
from simulation import InputRefused
from simulation.study.sources.files import parse
try:
    parse(hostile.FILES[sys.argv[1]]())
except InputRefused as refused:
    refused.told("en"), refused.told("nl")
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["VmHWM"].split()[0]) * 1024)  # ru_maxrss would count the process that this one was forked from
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts memory in this way")
@pytest.mark.parametrize("name", LARGEST)
def test_a_file_of_legal_size_takes_little_memory(name):
    here = Path(__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", PEAK, name], cwd=here, capture_output=True, text=True, check=True)
    assert int(done.stdout) < LIMITS.reading_bytes


# --- the deadline --------------------------------------------------------------------------------------


@pytest.fixture
def _no_time(monkeypatch):
    monkeypatch.setattr(deadline, "LIMITS", replace(LIMITS, reading_seconds=0))


@pytest.mark.usefixtures("_no_time")
def test_what_takes_too_long_is_refused_in_both_languages(tmp_path):
    data = parse_data_in_time()
    lesson = tmp_path / "lesson.yaml"
    lesson.write_text(hostile.LESSON + "".join(map(hostile.CHAPTER.format, range(100))), encoding="utf-8")
    for make in (
        lambda: parse(hostile.FILES["500 unknown bases"](), "large.yaml"),
        lambda: build(data, "made"),
        lambda: parse(hostile.SOUND_STUDY, overrides=("parameters.t=1",)),
        lambda: read_lesson(str(lesson)),
    ):
        with pytest.raises(
            InputRefused, match=r"reading this takes more than 0 seconds of work.*make it smaller"
        ) as caught:
            make()
        assert "seconden rekenwerk" in caught.value.told("nl")


def parse_data_in_time():
    return {"synergy": 2, "organisation": {"departments": {}}, "scenarios": {f"s{i}": {} for i in range(9)}}


def test_the_clock_is_the_threads_own_and_a_busy_machine_refuses_nothing(monkeypatch):
    monkeypatch.setattr(deadline, "LIMITS", replace(LIMITS, reading_seconds=0.2))
    with deadline.reading():
        time.sleep(0.4)  # as if others had the machine
        deadline.check_time()
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
        with pytest.raises(InputRefused):
            deadline.check_time()
        with deadline.reading(), pytest.raises(InputRefused):  # a part shares the time of the whole
            deadline.check_time()
    deadline.check_time()


def test_nothing_of_a_refused_file_stays_in_the_way_of_the_next():
    with pytest.raises(InputRefused):
        parse(hostile.FILES["circle of 500"]())
    assert parse(hostile.SOUND_STUDY).names == ("base",)
    assert parse_data(hostile.SOUND_STUDY)["synergy"] == 2
