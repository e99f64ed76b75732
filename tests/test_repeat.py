"""What was run, run again: the same numbers, or which are not, by how much, and what differs."""

import json
import os
import tempfile
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from test_sweep import GRID, plan_of, swept

from simulation import __version__
from simulation.cli.main import main
from simulation.model.outcomes import COLUMN, OUTCOMES
from simulation.report import again
from simulation.report.again import held_against
from simulation.report.machine import machine
from simulation.session.content.origin import content_from
from simulation.session.content.replay import session_of
from simulation.session.exports import Exported, from_yaml, to_yaml
from simulation.session.record import Event
from simulation.sweep import dataset, manifest, runner

GOLDEN = Path("tests/golden/releases")
SMALL = ["compare", "case", "--scenarios", "it-only,roles,full", "--worlds", "12", "--jobs", "1", "--lang", "en"]


def said(words, code, capsys):
    assert main(words) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    return shown.out + shown.err


@pytest.fixture(scope="module")
def written():
    """A comparison as JSON, with all that it may hold."""
    with redirect_stdout(StringIO()) as printed:
        assert main([*SMALL, "--format", "json", "--widths", ".5", "--rate", ".05", "--set", "parameters.t=.8"]) == 0
    return printed.getvalue()


@pytest.fixture
def comparison(written, tmp_path):
    """A comparison.json, to be changed."""
    path = tmp_path / "comparison.json"
    path.write_text(written, "utf-8")
    return path


def changed(path, change):
    data = json.loads(path.read_text("utf-8"))
    change(data)
    path.write_text(json.dumps(data), "utf-8")


def test_a_comparison_is_repeated_without_its_study(comparison, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    told = said(["repeat", str(comparison), "--lang", "en"], 0, capsys)
    assert told.startswith("Every number is the same: ")
    count = int(told.split(": ")[1].split(" ")[0].replace(",", ""))
    assert count > 3000
    assert "Alle getallen zijn hetzelfde" in said(["repeat", str(comparison), "--lang", "nl"], 0, capsys)


@pytest.mark.slow
@pytest.mark.parametrize(
    "further",
    [
        ["--widths", ".5,1,2", "--rate", "0.1", "--outcome", "net_value"],
        ["--until-decided", "--max-worlds", "60"],
        ["--until-decided", "--outcome", "cost", "--margin", "5000", "--max-worlds", "40"],
        ["--parameters", "defaults", "--seed", "9", "--baseline", "full"],
    ],
)
def test_whatever_was_asked_for_is_asked_for_again(further, tmp_path, capsys):
    assert main([*SMALL, *further, "--out", str(tmp_path)]) == 0
    assert "Every number" in said(["repeat", str(tmp_path / "comparison.json"), "--lang", "en"], 0, capsys)


def test_numbers_that_differ_are_named_with_what_may_be_why(comparison, capsys):
    def change(data):
        data["ranking"][0]["outcomes"]["cost"]["mean"] += 1.0
        data["pairs"][3]["wins"] += 1
        data["machine"]["numpy"] = "1.0"

    changed(comparison, change)
    told = said(["repeat", str(comparison), "--lang", "en"], 1, capsys)
    assert " numbers 2 differ." in told
    assert "ranking[1].outcomes.cost.mean: " in told
    assert "pairs[4].wins: " in told
    assert f"What differs: numpy 1.0, now {machine()['numpy']}." in told
    assert "wijken er 2 af" in said(["repeat", str(comparison), "--lang", "nl"], 1, capsys)


def test_the_last_bits_are_told_apart_from_what_matters(comparison, capsys):
    def change(data):
        data["ranking"][0]["outcomes"]["cost"]["mean"] *= 1.0 + 1e-14

    changed(comparison, change)
    told = said(["repeat", str(comparison), "--lang", "en"], 0, capsys)
    assert "Counts and verdicts are the same" in told
    assert "Version, processor and libraries are the same" in told


@pytest.mark.slow
def test_many_differences_are_counted(comparison, capsys):
    def change(data):
        for pair in data["pairs"]:
            pair["losses"] += 3

    changed(comparison, change)
    told = said(["repeat", str(comparison), "--lang", "en"], 1, capsys)
    assert told.count(" then, ") == 10
    assert "and 74 more" in told


def test_what_is_missing_or_new_counts_as_apart():
    assert len(held_against({"a": 1}, {"a": 1, "b": 2}).apart) == 1
    assert len(held_against({"a": None}, {}).apart) == 1
    assert len(held_against({"a": [1, 2]}, {"a": [1]}).apart) == 1
    assert not held_against({"a": 1.0, "sentence": "x"}, {"a": 1.0, "sentence": "y"}).apart
    assert again.Apart("x", None, 1.0).is_close is False


def session_file(path, rounds=2):
    """A session in which some rounds were played, as it is exported."""
    content = content_from(None, only="game", rounds=4, world=7)
    events = [Event(1, 0.0, "begin", {"language": "en", "seed": 1})]

    def happens(kind, **data):
        events.append(Event(len(events) + 1, float(len(events)), kind, data))

    for number in range(1, rounds + 1):
        key = f"round-{number}"
        happens("go", to=next(at for at, screen in enumerate(content.screens) if screen.key == key))
        for at, table in enumerate(content.tables):
            happens("typed", screen=key, table=table.name, value=20 + 10 * at)
        happens("reveal", screen=key, on=True)
    _, record = session_of(Exported(content.source, tuple(events)))
    assert content.play(record).played == rounds
    path.write_text(to_yaml(events, content.source, content.numbers(record)), "utf-8")
    return path


def test_a_session_is_repeated_to_the_same_numbers(tmp_path, capsys):
    path = session_file(tmp_path / "session.yaml")
    assert "Every number is the same" in said(["repeat", str(path), "--lang", "en"], 0, capsys)
    exported = from_yaml(path.read_text("utf-8"))
    numbers = dict(exported.numbers)
    numbers["rounds"][0]["hours"] += 1.0
    path.write_text(to_yaml(exported.events, exported.source, numbers), "utf-8")
    told = said(["repeat", str(path), "--lang", "en"], 1, capsys)
    assert " numbers 1 differ." in told
    assert "rounds[1].hours: " in told
    assert "are the same as then" in told


def test_a_session_in_which_nothing_was_played_has_nothing_to_repeat(tmp_path, capsys):
    path = session_file(tmp_path / "session.yaml", rounds=0)
    assert "no results" in said(["repeat", str(path), "--lang", "en"], 1, capsys)


@pytest.mark.parametrize("how", ["gone", "half", "another"])
def test_the_files_of_a_sweep_are_looked_at(how, tmp_path, capsys):
    """What is run again may be as it was while the file is not."""
    swept(tmp_path / "sweep", plan_of(GRID))
    path = dataset.chunk_path(tmp_path / "sweep", 3)
    content = path.read_bytes()
    {
        "gone": path.unlink,
        "half": lambda: path.write_bytes(content[:99]),
        "another": lambda: path.write_bytes(dataset.chunk_path(tmp_path / "sweep", 4).read_bytes()),
    }[how]()
    told = said(["repeat", str(tmp_path / "sweep"), "--lang", "en"], 1, capsys)
    assert "chunk-0000003.parquet: its file is damaged or not there" in told


def test_where_nothing_can_be_held_against_anything_it_is_said(tmp_path, capsys):
    plan = plan_of(GRID)
    runner.begin(tmp_path / "begun", plan)
    assert "no results" in said(["repeat", str(tmp_path / "begun"), "--lang", "en"], 1, capsys)
    dataset.put_chunk(tmp_path / "begun", 1, runner.chunk_of(plan, plan.block(1)))
    told = said(["repeat", str(tmp_path / "begun"), "--lang", "en"], 0, capsys)
    assert "19 of the 20 chunks are not there" in told
    path = session_file(tmp_path / "session.yaml", rounds=0)
    exported = from_yaml(path.read_text("utf-8"))
    path.write_text(to_yaml(exported.events, exported.source, {}), "utf-8")
    assert "no results" in said(["repeat", str(path), "--lang", "en"], 1, capsys)


def test_infinity_is_near_nothing(comparison, capsys):
    changed(comparison, lambda data: data["ranking"][0]["outcomes"]["cost"].update(mean=float("inf")))
    assert " numbers 1 differ." in said(["repeat", str(comparison), "--lang", "en"], 1, capsys)


WRONG = [
    ("", "no results"),
    ("title: a", "no results"),
    ("session: 3", "no exported session"),
    ("{", "no results"),
    ("[" * 5000, "no results"),
    ("null", "no results"),
    ('{"kind": "synergy sweep"}', "no manifest"),
    ('{"resolved": 1, "command": "", "baseline": "", "pairs": [], "ranking": []}', "cannot be read"),
]


@pytest.mark.parametrize(("content", "why"), WRONG)
def test_what_holds_no_results_is_refused(content, why, tmp_path, capsys):
    path = tmp_path / "some.json"
    path.write_text(content, "utf-8")
    assert why in said(["repeat", str(path), "--lang", "en"], 1, capsys)
    assert said(["repeat", str(path), "--lang", "nl"], 1, capsys)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data.update(command="rm -rf /"), "cannot be repeated"),
        (lambda data: data.update(command="synergy compare case --nonsense"), "--nonsense"),
        (lambda data: data.update(command="synergy compare 'case"), "cannot be repeated"),
        (lambda data: data.update(command="synergy --help"), "cannot be repeated"),
        (lambda data: data.update(command="synergy compare case --outcome nonsense"), "cannot be repeated"),
        (lambda data: data.update(command="synergy compare case --scenarios \ud800"), "cannot be repeated"),
        (lambda data: data.update(baseline="nobody"), "no scenario 'nobody'"),
        (lambda data: data["resolved"].update(digest="0"), "the file was changed"),
        (lambda data: data["resolved"]["scenarios"].pop("full"), "the file was changed"),
    ],
)
def test_a_comparison_that_was_tampered_with_is_refused(change, why, comparison, capsys):
    changed(comparison, change)
    assert why in said(["repeat", str(comparison), "--lang", "en"], 1, capsys)


def test_files_that_are_none_are_refused(tmp_path, capsys):
    assert "there is no file" in said(["repeat", str(tmp_path / "none"), "--lang", "en"], 1, capsys)
    assert "folder" in said(["repeat", str(tmp_path), "--lang", "en"], 1, capsys)


# --- sweeps --------------------------------------------------------------------------------------------


def test_a_sweep_is_repeated_chunk_by_chunk(tmp_path, capsys):
    folder = tmp_path / "sweep"
    plan = swept(folder, plan_of(GRID, worlds=3, chunk=12))
    for given in (folder, folder / "manifest.json"):
        assert "Every number is the same: 672 of them" in said(["repeat", str(given), "--lang", "en"], 0, capsys)
    block = plan.block(0)
    names = [one.name for one in OUTCOMES]
    points = [dataset.columns_of(folder, plan, point, names, [0, 1], 3) for point in range(block.points)]
    values = np.stack(points).transpose(0, 2, 3, 1).copy()
    assert dataset.digest_of(dataset.packed(plan, block, values)) == plan.chunks[0]
    values[0, 1, 2, COLUMN["cost"]] += 2.5
    dataset.put_chunk(folder, 0, dataset.packed(plan, block, values))
    manifest.write(folder, manifest.completed(plan, [dataset.stated(folder, number) for number in range(plan.count)]))
    told = said(["repeat", str(folder), "--lang", "en"], 1, capsys)
    assert "Of 672 numbers 1 differ" in told
    assert "chunk-0000000.parquet: 1 of 336 numbers differ, by 2.5 at most" in told
    dataset.chunk_path(folder, 0).unlink()
    assert "its file is damaged or not there" in said(["repeat", str(folder), "--lang", "en"], 1, capsys)


# --- golden results, one a release ---------------------------------------------------------------------


def test_this_version_gives_its_golden_numbers():
    """``SYNERGY_UPDATE=1`` writes those of this version; those of a release are not written again."""
    path = GOLDEN / f"{__version__}.json"
    if os.environ.get("SYNERGY_UPDATE"):
        with tempfile.TemporaryDirectory() as out:
            assert main([*SMALL, "--widths", ".5", "--out", out]) == 0
            data = json.loads(Path(out, "comparison.json").read_text("utf-8"))
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", "utf-8")
    assert main(["repeat", str(path), "--jobs", "1", "--lang", "en"]) == 0


def test_every_golden_file_says_of_which_release_it_is():
    for path in GOLDEN.iterdir():
        assert json.loads(path.read_text("utf-8"))["synergy"] == path.stem
