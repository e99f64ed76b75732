"""Sweeps: the same bits as a run in memory, however they are cut, and read like any other runs."""

import hashlib
import itertools
import json
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import numpy as np
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from conftest import slow
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, load, run_points, run_worlds
from simulation.analysis import contributions as contributing
from simulation.analysis.compare import compare_runs
from simulation.analysis.contributions import contributions
from simulation.cli.commands import compare as comparing
from simulation.cli.commands.sweep import seconds_of
from simulation.cli.main import main
from simulation.model.outcomes import OUTCOMES
from simulation.report import files
from simulation.study.sources.resolved import resolved_data, study_of
from simulation.sweep import dataset, manifest, runner, stored
from simulation.sweep.claims import Claims
from simulation.sweep.design import Axis, Design, check_design, read_design
from simulation.sweep.manifest import Manifest
from simulation.sweep.runner import Progress, Sweep

NAMES = [outcome.name for outcome in OUTCOMES]
HOURS = "measures.external_partner.hours"
STUDY = case().select(("it-only", "full"))
SILENT = Progress(lambda done, total: None, lambda done, total: None)


def plan_of(design=None, worlds=10, chunk=4, study=STUDY, **further):
    return Manifest(study, design or Design(), worlds, 1, "ranges", chunk, "synergy sweep", **further)


def swept(folder, plan):
    """A plan carried out, or taken up; the manifest at the end."""
    sweep = Sweep(folder, runner.begin(folder, plan), SILENT)
    sweep.look()
    return sweep.run()


GRID = Design((Axis("parameters.t", (0.6, 1.2)), Axis(HOURS, (8, 40))))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A grid of four points × two scenarios × ten worlds, in twenty chunks; not to be changed."""
    path = tmp_path_factory.mktemp("sweep") / "grid"
    swept(path, plan_of(GRID))
    return path


# --- the same numbers ----------------------------------------------------------------------------------


def test_runs_are_those_of_run_points_to_the_bit(folder):
    table = pyarrow.dataset.dataset(folder / "runs").to_table().to_pandas()
    points = pq.read_table(folder / "points.parquet").to_pandas()
    assert points.to_dict("list") == {
        "point": [0, 1, 2, 3],
        "parameters.t": [0.6, 0.6, 1.2, 1.2],
        HOURS: [8, 40, 8, 40],
    }
    expected = run_points(STUDY, points.drop(columns="point"), worlds=10)
    both = ["point", "scenario", "world"]
    found, expected = (one.sort_values(both, ignore_index=True) for one in (table, expected))
    assert list(table.columns) == [*both, *NAMES]
    assert found[both].equals(expected[both])
    assert found[NAMES].to_numpy().tobytes() == expected[NAMES].to_numpy(dtype=float).tobytes()


@given(st.integers(1, 7), st.integers(1, 30), st.sampled_from([Design(), GRID]))
@settings(max_examples=6)
def test_blocks_hold_every_run_once(worlds, chunk, design):
    plan = plan_of(design, worlds, chunk)
    seen = [
        (point, world)
        for block in map(plan.block, range(plan.count))
        for point in range(block.first_point, block.first_point + block.points)
        for world in range(block.first_world, block.first_world + block.worlds)
    ]
    assert sorted(seen) == list(itertools.product(range(design.points), range(worlds)))
    assert len(set(seen)) == len(seen)
    for point in range(design.points):
        held = [
            world
            for block in plan.blocks_of(point)
            for world in range(block.first_world, block.first_world + block.worlds)
        ]
        assert held == list(range(worlds))


@pytest.mark.parametrize("chunk", [slow(1), 7, slow(100)])
def test_however_it_is_cut_the_columns_are_the_same(chunk, tmp_path):
    plan = swept(tmp_path / "one", plan_of(worlds=5, chunk=chunk))
    found = dataset.columns_of(tmp_path / "one", plan, 0, NAMES, [0, 1], 5).transpose(1, 2, 0)
    assert found.tobytes() == run_worlds(STUDY, 5).outcomes.tobytes()


def test_checksums_are_those_that_sha256sum_checks_and_the_digest_is_theirs(folder):
    plan = manifest.read(folder)
    own = [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted((folder / "runs").iterdir())]
    assert list(plan.chunks) == own
    assert plan.digest == hashlib.sha256("".join(own).encode()).hexdigest()
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", *sorted(path.name for path in (folder / "checks").iterdir())],
        cwd=folder / "checks",
        check=False,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    assert not list((folder / "claims").iterdir())


def test_a_manifest_is_all_that_is_needed(folder):
    data = json.loads((folder / "manifest.json").read_text())
    assert data["state"] == "complete"
    assert data["runs"] == 80
    assert study_of(data["study"]) == STUDY
    assert manifest.read(folder).design == GRID


@pytest.mark.parametrize("name", ["case", "tests/scenarios/valid/every-key.yaml"])
def test_a_resolved_study_is_the_study(name):
    study = load(name)
    again = study_of(json.loads(json.dumps(resolved_data(study))))
    assert again == study
    assert again.digest() == study.digest()
    changed = study.override({"project.horizon": 60, f"scenarios.{study.names[-1]}.parameters.t": 0.5})
    assert study_of(json.loads(json.dumps(resolved_data(changed)))) == changed


def test_a_resolved_study_that_was_changed_is_refused():
    data = resolved_data(STUDY)
    data["parts"]["project"][0]["horizon"] = 80
    with pytest.raises(InputRefused, match="the file was changed"):
        study_of(data)
    for wrong in (None, [], {}, {"scenarios": {}}, {"scenarios": {"a": 1}}):
        with pytest.raises(InputRefused, match="cannot be read"):
            study_of(wrong)


# --- designs -------------------------------------------------------------------------------------------


def test_a_sample_is_the_same_point_by_point_and_fills_its_ranges():
    design = read_design(["measures.anchor_in_strategy=true,false"], ["t", f"{HOURS}=8..40"], 600, 1, STUDY)
    rows = design.rows(0, design.points)
    assert design.points == 1200
    assert [design.row(point) for point in (0, 511, 512, 599, 600, 1199)] == [
        rows[i] for i in (0, 511, 512, 599, 600, 1199)
    ]
    assert rows[0]["parameters.t"] == rows[600]["parameters.t"], "the grid is crossed with one sample"
    hours = {row[HOURS] for row in rows}
    assert hours == set(range(8, 41)), "ends that are whole ask for whole numbers"
    t = np.array([row["parameters.t"] for row in rows[:512]])
    assert np.histogram(t, 8, (0.5, 1.3))[0].tolist() == [64] * 8
    check_design(design, STUDY)


WRONG = [
    (["t"], [], "no setting with values"),
    (["t="], [], "no setting with values"),
    (["t=1,1.0"], [], "twice"),
    (["t=[1"], [], "t=\\["),
    (["nope.x=1"], [], "nope"),
    (["t=.6,9999"], [], "9999"),
    (["t=.6", "parameters.t=.7"], [], "'?parameters.t'? is given by two columns"),
    ([f"{HOURS}=8,many"], [], "many"),
    (["measures.technicians.hours=3"], [], "technicians"),
    (["project.horizon=52,104"], [], "52 weeks ahead"),
    ([], ["t=2..1"], "no range"),
    ([], ["t=.5-1"], "no range"),
    ([], ["t=nan..1"], "no range"),
    ([], [f"{HOURS}"], "no range"),
    ([], ["parameters.nope"], "nope"),
    ([], [f"{HOURS}=8..4000000"], "4000000 is too large"),
]


@pytest.mark.parametrize(("grid", "ranges", "why"), WRONG, ids=[str(one[:2]) for one in WRONG])
def test_a_design_that_cannot_be_is_refused_before_anything_is_run(grid, ranges, why):
    with pytest.raises(InputRefused, match=why):
        check_design(read_design(grid, ranges, 8 if ranges else 0, 1, STUDY), STUDY)


def test_of_a_large_grid_every_value_is_tried():
    many = ",".join(str(hours) for hours in range(1, 31))
    design = read_design(
        [f"{HOURS}={many}", "t=" + ",".join(f"{0.5 + i / 100}" for i in range(29)) + ",77"], [], 0, 1, STUDY
    )
    assert design.points == 900
    with pytest.raises(InputRefused, match="77"):
        check_design(design, STUDY)


# --- taken up again ------------------------------------------------------------------------------------


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def copied(folder, tmp_path):
    """The folder of a complete sweep, to be spoilt."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


def spoilt(folder, how):
    """Something goes wrong with a chunk, or with what stands beside it."""
    path, check = dataset.chunk_path(folder, 3), dataset.check_path(folder, 3)
    content = path.read_bytes()
    {
        "truncated": lambda: path.write_bytes(content[: len(content) // 2]),
        "empty": lambda: path.write_bytes(b""),
        "corrupted": lambda: path.write_bytes(content[:500] + bytes([content[500] ^ 1]) + content[501:]),
        "gone": path.unlink,
        "no checksum": check.unlink,
        "no checksum any more": lambda: check.write_bytes(b"\0" * 90),
        "another checksum": lambda: check.write_text("0" * 64),
        "no points": (folder / "points.parquet").unlink,
        "all gone": lambda: [one.unlink() for one in (folder / "runs").iterdir()],
    }[how]()


HOWS = ["truncated", "empty", "corrupted", "gone", "no checksum", "no checksum any more", "another checksum"]


QUICK = {("truncated", "complete"), ("corrupted", "running"), ("no checksum", "running"), ("no points", "complete")}
SPOILT = [
    (how, state) if (how, state) in QUICK else slow(how, state)
    for how in (*HOWS, "no points", "all gone")
    for state in ("complete", "running")
]


@pytest.mark.parametrize(("how", "state"), SPOILT)
def test_whatever_is_spoilt_is_noticed_and_made_again(how, state, folder, tmp_path):
    copy = copied(folder, tmp_path)
    if state == "running":
        manifest.write(copy, plan_of(GRID))
    spoilt(copy, how)
    assert swept(copy, plan_of(GRID)).digest == manifest.read(folder).digest
    assert contents(copy) == contents(folder)


def test_what_is_there_is_not_run_again(folder, tmp_path, monkeypatch):
    copy = copied(folder, tmp_path)
    spoilt(copy, "corrupted")
    ran = []
    chunk_of = runner.chunk_of
    monkeypatch.setattr(
        runner, "chunk_of", lambda plan, block, *rest: ran.append(block.number) or chunk_of(plan, block, *rest)
    )
    swept(copy, plan_of(GRID))
    assert ran == [3]


def test_what_is_cut_short_before_its_manifest_is_begun_again(tmp_path):
    dataset.prepare(tmp_path / "new")
    (tmp_path / "new" / "points.parquet").write_bytes(b"half")
    assert swept(tmp_path / "new", plan_of(worlds=2)).is_complete


OTHERS = [
    ({"worlds": 11}, "worlds is 10 there and 11 here"),
    ({"chunk": 5}, "chunk is 4 there and 5 here"),
    ({"version": "0.1"}, "synergy is '0.2.0' there and '0.1' here"),
    (
        {"study": STUDY.override({"organisation.departments.Sales.capacity": 77})},
        r"departments.Sales.capacity is .* and 77 here",
    ),
    ({"study": case().select(("it-only", "roles"))}, "scenarios is it-only, full there and it-only, roles here"),
    (
        {"design": Design((Axis("parameters.t", (0.6, 1.3)), GRID.grid[1]))},
        r"design.grid\[1\]\[2\]\[2\] is 1.2 there and 1.3",
    ),
]


@pytest.mark.parametrize(("change", "why"), OTHERS, ids=[one[1] for one in OTHERS])
def test_another_sweep_is_refused_with_what_differs(change, why, folder):
    before = contents(folder)
    with pytest.raises(InputRefused, match=f"holds another sweep: .*{why}"):
        runner.begin(folder, plan_of(**{"design": GRID, **change}))
    assert contents(folder) == before


def test_a_folder_that_is_something_else_is_left_as_it_is(tmp_path):
    (tmp_path / "file").write_text("a")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letters.txt").write_text("dear")
    for content in (
        "{}",
        "[]",
        "null",
        "\x00",
        '{"kind": "synergy sweep"}',
        '{"kind": "synergy sweep", "format": 99}',
        "[" * 9999,
    ):
        foreign = tmp_path / "foreign"
        foreign.mkdir(exist_ok=True)
        (foreign / "manifest.json").write_text(content)
        with pytest.raises(InputRefused, match="no manifest of a sweep"):
            runner.begin(foreign, plan_of())
    for change in ({"worlds": 2**40}, {"worlds": 0}, {"seed": -1}, {"chunk_runs": 0}, {"parameters": "guess"}):
        data = json.loads(manifest.encoded(plan_of())) | change
        (foreign / "manifest.json").write_text(json.dumps(data))
        with pytest.raises(InputRefused, match="no manifest of a sweep"):
            stored.opened(foreign)
    for ranges in ([["t", 0, 1, False]] * 30_000, [["t", 0, float("inf"), True]], [["t", 0, 10**400, True]]):
        data = json.loads(manifest.encoded(plan_of()))
        data["design"] |= {"ranges": ranges, "sample": 4}
        (foreign / "manifest.json").write_text(json.dumps(data))
        with pytest.raises(InputRefused, match="no manifest of a sweep"):
            stored.opened(foreign)
    before = contents(tmp_path)
    with pytest.raises(InputRefused, match="file where a folder"):
        runner.begin(tmp_path / "file", plan_of())
    with pytest.raises(InputRefused, match=r"not empty: it has 'letters\.txt'"):
        runner.begin(tmp_path / "full", plan_of())
    assert contents(tmp_path) == before


def test_of_two_sweeps_that_begin_at_once_the_second_is_refused(tmp_path, monkeypatch):
    """Each finds nothing there, and then one of them is first."""
    other = plan_of(GRID, worlds=3)
    prepare = dataset.prepare

    def meanwhile(folder):
        monkeypatch.setattr(dataset, "prepare", prepare)
        runner.begin(folder, other)

    monkeypatch.setattr(dataset, "prepare", meanwhile)
    with pytest.raises(InputRefused, match="holds another sweep: worlds is 3 there and 10 here"):
        runner.begin(tmp_path / "new", plan_of(GRID))
    assert manifest.read(tmp_path / "new") == other
    assert pq.read_metadata(tmp_path / "new" / "points.parquet").num_rows == 4
    assert not [path for path in (tmp_path / "new").iterdir() if path.name[0] == "."]


@pytest.mark.parametrize("links", [True, False])
def test_what_is_put_first_stays(links, tmp_path, monkeypatch):
    """Also on a disk on which a file has but one name."""
    if not links:

        def none(*_further):
            raise OSError(95, "Operation not supported")

        monkeypatch.setattr(os, "link", none)
    path = tmp_path / "manifest.json"
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(handle) or fsync(handle))
    files.put_first(path, b"first")
    assert len(synced) >= 2, "the file and its folder are on the disk"
    files.put_first(path, b"second")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("manifest.json", b"first")]


def test_two_equal_sweeps_that_begin_at_once_are_one(tmp_path, monkeypatch):
    prepare = dataset.prepare

    def meanwhile(folder):
        monkeypatch.setattr(dataset, "prepare", prepare)
        runner.begin(folder, plan_of(GRID))

    monkeypatch.setattr(dataset, "prepare", meanwhile)
    assert runner.begin(tmp_path / "new", plan_of(GRID)) == plan_of(GRID)


def test_a_file_that_cannot_be_read_is_no_damaged_one(folder, tmp_path, monkeypatch):
    copy = copied(folder, tmp_path)
    before = contents(copy)

    def away(path, *_further, **_named):
        if path.parent.name == "runs":
            raise OSError(5, "Input/output error")
        return opened(path, *_further, **_named)

    opened = Path.open
    monkeypatch.setattr(Path, "open", away)
    with pytest.raises(InputRefused, match="cannot be read"):
        swept(copy, plan_of(GRID))
    monkeypatch.undo()
    assert contents(copy) == before, "no checksum was given up"


def test_points_that_are_no_table_are_written_anew(folder, tmp_path):
    copy = copied(folder, tmp_path)
    (copy / "points.parquet").write_bytes(b"x")
    swept(copy, plan_of(GRID))
    assert contents(copy) == contents(folder)


def test_a_chunk_of_another_sweep_is_not_compared(folder, tmp_path, capsys):
    other = Manifest(STUDY, GRID, 10, 2, "ranges", 4, "synergy sweep")
    swept(tmp_path / "other", other)
    copy = copied(folder, tmp_path)
    shutil.copy(dataset.chunk_path(tmp_path / "other", 3), dataset.chunk_path(copy, 3))
    assert "belongs to another sweep" in refused(["compare", str(copy), "--point", "0"], capsys)


def test_a_folder_may_have_a_colon(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["--scenarios", "it-only,full", "--worlds", "4", "--out"]
    for name in ("run-12:30", "file:x", "data:text"):
        printed(["sweep", *words, name], capsys)
        assert "2 scenarios" not in printed(["compare", name], capsys)


# --- who works on what ---------------------------------------------------------------------------------


def test_a_claim_is_had_by_one_and_expires(tmp_path):
    dataset.prepare(tmp_path)
    with Claims(tmp_path) as mine, Claims(tmp_path, expires=0.2) as yours:
        assert mine.take(0)
        assert not yours.take(0)
        assert not mine.take(0)
        mine.give_back(0)
        assert mine.take(0)
        assert not yours.take(0)
        os.utime(mine.path(0), (time.time() - 9, time.time() - 9))
        assert yours.take(0), "nobody touched it"
        mine.give_back(0)
        assert mine.path(0).exists(), "it is no longer mine to give back"
    assert not list((tmp_path / "claims").iterdir())


def test_the_claim_of_a_process_that_has_ended_is_taken_at_once(tmp_path):
    dataset.prepare(tmp_path)
    ended = subprocess.Popen(["true"])
    ended.wait()
    with Claims(tmp_path) as claims:
        claims.path(0).write_text(json.dumps({"process": ended.pid, "host": socket.gethostname(), "mark": "x"}))
        claims.path(1).write_text(json.dumps({"process": ended.pid, "host": "elsewhere", "mark": "x"}))
        claims.path(2).write_text("")
        assert [claims.take(number) for number in range(3)] == [True, False, False]


# --- read like any other runs --------------------------------------------------------------------------


def test_stored_runs_are_the_runs(folder):
    plan = stored.opened(folder)
    runs = stored.StoredRuns(folder, plan, 2, ("full", "it-only"), 7)
    expected = run_worlds(plan.at(GRID.row(2)).select(("full", "it-only")), 7)
    assert runs.outcomes.tobytes() == expected.outcomes.tobytes()
    assert runs.of("full", "cost").tobytes() == expected.of("full", "cost").tobytes()
    assert runs.row("it-only")[:, 5].tobytes() == expected.row("it-only")[:, 5].tobytes()
    assert len(runs.row("full")) == 7
    assert runs.study == expected.study


SQL = re.search(r"```sql\n(.*?)```", Path("docs/scale.md").read_text("utf-8"), re.DOTALL)[1].splitlines()


@pytest.mark.parametrize("number", range(len(SQL)))
def test_the_lines_of_sql_in_the_docs_run(number, folder):
    duckdb = pytest.importorskip("duckdb", reason="not installed")
    with duckdb.connect() as connection:
        rows = connection.execute(SQL[number].replace("'big/", f"'{folder}/")).fetchall()
    expected = run_worlds(STUDY.override({"t": 0.6, HOURS: 8}), 10)
    if number == 1:
        adopted = (expected.of("full", "reach") >= 3).mean()
        assert rows[0] == (0, "full", pytest.approx(adopted))
    assert len(rows) == [2, 8, 8, 1][number]


def test_only_the_last_columns_are_kept(folder, monkeypatch):
    monkeypatch.setattr(stored, "MOST_BYTES", 400)
    runs = stored.StoredRuns(folder, stored.opened(folder), 0, ("it-only", "full"), 10)
    for name in NAMES:
        runs.of("full", name)
        assert sum(column.nbytes for column in runs._columns.values()) <= 400


def printed(words, capsys):
    code = main([*words, "--lang", "en"])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


def test_a_comparison_of_a_folder_is_that_of_the_study(tmp_path, capsys):
    study = ["--scenarios", "it-only,roles,full", "--worlds", "30"]
    out = str(tmp_path / "dir")
    printed(["sweep", *study, "--out", out, "--chunk", "20"], capsys)
    for form in ("table", "csv"):
        of_folder = printed(["compare", out, "--format", form], capsys)
        of_study = printed(["compare", *study, "--format", form], capsys)
        assert of_folder.replace(out, "case --scenarios it-only,roles,full") == of_study
    few = printed(["compare", out, "--worlds", "20", "--scenarios", "full,roles", "--outcome", "cost"], capsys)
    assert few.replace(out, "case") == printed(
        ["compare", "--worlds", "20", "--scenarios", "full,roles", "--outcome", "cost"], capsys
    )


def test_each_column_is_read_once_for_all_scenarios(tmp_path, capsys, monkeypatch):
    """Ten million runs hold more columns than are kept: a table that went scenario by scenario would read them all
    for each."""
    out = str(tmp_path / "dir")
    printed(["sweep", "--scenarios", "wait,it-only,roles,name,full", "--worlds", "30", "--out", out], capsys)
    monkeypatch.setattr(stored, "MOST_BYTES", 1)
    read = []
    columns_of = dataset.columns_of
    monkeypatch.setattr(stored.dataset, "columns_of", lambda *rest: read.append(rest[3]) or columns_of(*rest))
    comparison = compare_runs(stored.StoredRuns(Path(out), stored.opened(Path(out)), 0, ("wait", "full"), 30), "wait")
    for name in ("full", "wait"):
        for outcome in ("cost", "progress_104", "cost", "go_live_week"):
            comparison.summary(name, outcome)
            comparison.levels(name)
    assert read == [["cost"], ["reach"], ["progress_104"], ["go_live_week"]]


def test_the_runs_of_a_large_sweep_are_not_copied(tmp_path, capsys, monkeypatch):
    out, files = str(tmp_path / "dir"), tmp_path / "files"
    printed(["sweep", "--scenarios", "it-only,full", "--worlds", "10", "--out", out], capsys)
    printed(["compare", out, "--out", str(files)], capsys)
    assert (files / "runs.parquet").is_file()
    monkeypatch.setattr(comparing, "MOST_COPIED", 19)
    said = printed(["compare", out, "--out", str(tmp_path / "fewer")], capsys)
    assert f"The runs themselves stay in {out}" in said
    assert sorted(path.name for path in (tmp_path / "fewer").iterdir()) == sorted(
        path.name for path in files.iterdir() if path.suffix != ".parquet"
    )
    assert "runs.parquet" not in json.loads((tmp_path / "fewer" / "comparison.json").read_text("utf-8"))["files"]


def test_contributions_are_read_where_they_were_swept(tmp_path, capsys, monkeypatch):
    study = case().select(("name-roles-team",))
    switches = tuple(Axis(f"measures.{name}", (True, False)) for name in study.scenarios[0].measures.on[:2])
    swept(tmp_path / "dir", plan_of(Design(switches), 12, 1000, study))
    expected = contributions(case(), "name-roles-team", "progress_104", worlds=12)
    ran = []
    run_rows = contributing.run_rows
    monkeypatch.setattr(
        contributing, "run_rows", lambda study, rows, *rest: ran.extend(rows) or run_rows(study, rows, *rest)
    )
    plan = stored.opened(tmp_path / "dir")
    found = contributions(
        plan.study, "name-roles-team", "progress_104", 12, known=stored.finder(tmp_path / "dir", plan, 12)
    )
    assert found.rows == expected.rows
    assert found.shares.tobytes() == expected.shares.tobytes()
    assert len(ran) == 4, "of eight combinations four are in the folder"
    words = ["name-roles-team", "--outcome", "progress_104", "--worlds", "12"]
    of_folder = printed(["contribute", str(tmp_path / "dir"), *words], capsys)
    assert of_folder.replace(str(tmp_path / "dir"), "case") == printed(["contribute", "case", *words], capsys)


def refused(words, capsys):
    """What is said, in each language, of words that are refused."""
    said = {}
    for language in ("en", "nl"):
        assert main([*words, "--lang", language]) == 1
        said[language] = capsys.readouterr().err
        assert "Traceback" not in said[language]
    assert said["en"] != said["nl"]
    return said["en"]


def test_what_a_folder_does_not_have_is_refused_in_a_sentence(folder, tmp_path, capsys):
    out = str(folder)
    assert "holds 4 points. Say which with --point" in refused(["compare", out], capsys)
    assert "no point 4" in refused(["compare", out, "--point", "4"], capsys)
    assert "has 10 worlds" in refused(["compare", out, "--point", "1", "--worlds", "11"], capsys)
    for words in (["--set", "t=1"], ["--seed", "2"], ["--parameters", "defaults"], ["--until-decided"]):
        assert f"so {words[0]} cannot change it" in refused(["compare", out, "--point", "1", *words], capsys)
    assert "a study has no points" in refused(["compare", "case", "--point", "1"], capsys)
    assert "--set cannot" in refused(["contribute", out, "full", "--set", "t=1"], capsys)
    copy = copied(folder, tmp_path)
    spoilt(copy, "truncated")
    assert "chunk-0000003.parquet' is damaged" in refused(["compare", str(copy), "--point", "0"], capsys)
    spoilt(copy, "gone")
    assert "1 of 20 chunks are missing, first chunk-0000003" in refused(["compare", str(copy), "--point", "1"], capsys)
    (copy / "manifest.json").write_text("{}")
    assert "no manifest of a sweep" in refused(["compare", str(copy)], capsys)


def test_what_is_very_large_asks_first(tmp_path, capsys):
    values = ",".join(f"{0.5 + i / 1000}" for i in range(100))
    words = [
        "sweep",
        "--scenarios",
        "it-only,full",
        "--worlds",
        "100000000",
        "--jobs",
        "1",
        "--out",
        str(tmp_path / "out"),
    ]
    said = refused([*words, "--grid", f"t={values}", "--grid", f"h_ref={','.join(map(str, range(1, 51)))}"], capsys)
    assert (
        "that is 1,000,000,000,000 runs (5,000 points × 2 scenarios × 100,000,000 worlds): about 2 years with 1 threads"
        in said
    )
    assert "TB on the disk" in said
    assert "add --yes" in said
    assert not (tmp_path / "out").exists()
    assert seconds_of(STUDY, 10**6, 1) == pytest.approx(58.5)


def test_a_point_is_worked_out_from_its_number():
    t = ",".join(f"{0.5 + i / 10000:.4f}" for i in range(2500))
    design = read_design([f"t={t}", f"h_ref={','.join(map(str, range(1, 1001)))}"], [], 0, 1, STUDY)
    assert design.points == 2_500_000
    assert design.row(2_499_999) == {"parameters.t": 0.7499, "parameters.h_ref": 1000}
    with pytest.raises(InputRefused, match="2 500 000 000 points; at most 100 000 000"):
        check_design(Design((*design.grid, Axis("parameters.g", tuple(range(1000))))), STUDY)
