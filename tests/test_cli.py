import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
from helpers import live_world

from simulation import __version__, case, run_worlds
from simulation.analysis.sequential import MOST
from simulation.cli.commands.compare import DEFAULT_MOST
from simulation.cli.main import EXECUTE, main
from simulation.engine.ensemble import warm
from simulation.model.outcomes import OUTCOMES
from simulation.study.sources.files import load
from simulation.text.i18n import LANGUAGES

SMALL = ["--scenarios", "it-only,roles,full", "--worlds", "3", "--seed", "2", "--jobs", "1", "--lang", "en"]
"""Worlds in which the full package lasts."""


def run(capsys, *words):
    code = main([*words])
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out, err


def test_scenarios_lists_all_by_name_and_measures(capsys):
    code, out, _ = run(capsys, "scenarios", "--lang", "en")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == list(case().names)
    assert "full-late-anchoring" in out
    assert re.search(r"it-only +IT only: no measures", out)


def test_check_says_sound_or_lists_every_mistake(capsys, tmp_path):
    assert run(capsys, "check", "case", "--lang", "en")[0] == 0
    bad = tmp_path / "bad.yaml"
    text = Path("scenarios/case.yaml").read_text(encoding="utf-8")
    bad.write_text(
        text.replace("[IT, Sales, 0.5]", "[IT, Salse, 5]").replace("start: 8, hours: 10", "strat: 8, hours: -1")
    )
    code, out, err = run(capsys, "check", str(bad), "--lang", "en")
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) >= 3
    assert "Sales" in err
    assert "line" in err


def test_check_hints_at_what_may_not_be_meant(capsys, tmp_path):
    file = tmp_path / "mine.yaml"
    text = Path("scenarios/case.yaml").read_text(encoding="utf-8")
    assert run(capsys, "check", "case", "--lang", "en")[1].count("\n") == 1
    text = text.replace("benefit: 1500", "benefit: 1.500")
    file.write_text(
        text.replace("    Supplier:", "    Legal: {kind: business, capacity: 40}\n    Supplier:"), encoding="utf-8"
    )
    code, out, _ = run(capsys, "check", str(file), "--lang", "en")
    assert code == 0
    assert "tied to nobody, neither by interdependence nor by informal ties: Legal" in out
    assert "organisation.departments.Finance.benefit: benefit is 1.5 a week" in out


def test_show_can_be_read_again(capsys, tmp_path):
    _, out, _ = run(capsys, "show", "case", "full-late-anchoring")
    again = tmp_path / "again.yaml"
    again.write_text(out, encoding="utf-8")
    assert load(str(again)).digest() == case().select(("full-late-anchoring",)).digest()
    assert "Lally" in out  # sources are shown
    assert "assumed" in out


def test_run_tells_events_and_writes_every_state_of_every_week(capsys, tmp_path):
    out_file = tmp_path / "weeks.csv"
    code, out, _ = run(capsys, "run", "case", "full", "--world", "2", "--weeks", str(out_file), "--lang", "en")
    assert code == 0
    assert re.search(r"week 8: the elephant is named", out)
    frame = pd.read_csv(out_file)
    assert len(frame) == 156 * 9
    assert set(frame["department"]) == set(case().organisation.names)
    states = (
        "conviction it_frame felt_responsibility ownership progress_role priority_role voice_role knowledge priority "
    )
    states += "activity process_progress technical_progress open_issues own_share adoption habit engagement visibility"
    assert set(states.split()) <= set(frame.columns)
    assert frame["events"].str.contains("elephant").sum() == 1
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_run_ends_with_what_matters(capsys, language):
    live = live_world("full")
    for world, words in (
        (live, {"en": "live in week", "nl": "Live in week"}),
        (0, {"en": "not live", "nl": "Niet live"}),
    ):
        _, out, _ = run(capsys, "run", "case", "full", "--world", str(world), "--lang", language)
        assert words[language] in out.splitlines()[-1]


def test_run_for_programs_and_spreadsheets(capsys):
    _, told, _ = run(capsys, "run", "case", "full", "--world", "3", "--format", "json")
    data = json.loads(told)
    assert (data["synergy"], data["scenario"], data["world"], data["horizon"]) == (__version__, "full", 3, 156)
    assert {one["kind"] for one in data["events"]} >= {"named", "roles_begins"}
    _, out, _ = run(capsys, "run", "case", "full", "--world", "3", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["outcome"] for row in rows] == [one.name for one in OUTCOMES]
    for row in rows:
        assert (float(row["value"]) if row["value"] else None) == data["outcomes"][row["outcome"]]


def test_compare_for_programs_and_spreadsheets(capsys, tmp_path):
    _, told, _ = run(capsys, "compare", *SMALL, "--format", "json", "--out", str(tmp_path))
    printed, written = json.loads(told), json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    assert printed.pop("files") == {}
    assert written.pop("files")
    assert printed == written
    _, out, _ = run(capsys, "compare", *SMALL, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["scenario"] for row in rows] == [one["scenario"] for one in printed["ranking"]]
    for row, one in zip(rows, printed["ranking"], strict=True):
        assert [int(row[level]) for level in one["levels"]] == list(one["levels"].values())
        assert float(row["cost"]) == one["outcomes"]["cost"]["mean"]
        assert bool(row["retention"]) == (one["outcomes"]["retention"]["undefined"] == 0)


@pytest.mark.parametrize("columns", ["80", "100", "200", "20", "x"])
@pytest.mark.parametrize("outcome", ["reach", "net_value", "retention"])
def test_the_table_fits_the_terminal(capsys, monkeypatch, columns, outcome):
    monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = run(capsys, "compare", *SMALL, "--outcome", outcome, "--lang", "nl")
    width = {"20": 80, "x": 100}.get(columns) or int(columns)
    *lines, repeat = out.splitlines()
    assert all(len(line) <= width for line in lines), [line for line in lines if len(line) > width]
    assert repeat.startswith("Herhaal met")


def test_run_repeats(capsys):
    first = run(capsys, "run", "case", "roles", "--seed", "5")
    assert run(capsys, "run", "case", "roles", "--seed", "5") == first
    assert run(capsys, "run", "case", "roles", "--seed", "6") != first


def test_compare_writes_files_that_agree_with_its_table(capsys, tmp_path):
    folder = tmp_path / "out"
    code, out, _ = run(capsys, "compare", *SMALL, "--out", str(folder))
    assert code == 0
    assert sorted(one.name for one in folder.iterdir()) == [
        "comparison.json",
        "comparison.png",
        "comparison.svg",
        "runs.parquet",
    ]
    frame = pd.read_parquet(folder / "runs.parquet")
    flags = ["go_live_week_censored", "relapse_half_life_censored"]
    assert list(frame.columns) == ["scenario", "world", *(one.name for one in OUTCOMES), *flags]
    assert (frame["go_live_week_censored"] == (frame["go_live_week"] == 157)).all()
    assert frame["go_live_week_censored"].any()
    assert not frame["go_live_week_censored"].all()
    assert frame.groupby("scenario").size().to_dict() == {"it-only": 3, "roles": 3, "full": 3}
    never = frame[frame["scenario"] == "it-only"]
    assert (never["go_live_week"] == 157).all()
    assert (never["lasting_adoption"] == 0).all()
    data = json.loads((folder / "comparison.json").read_text(encoding="utf-8"))
    assert data["synergy"] == __version__
    assert (data["seed"], data["worlds"], data["parameters"], data["baseline"]) == (2, 3, "ranges", "it-only")
    assert data["study"]["digest"] == case().select(("it-only", "roles", "full")).digest()
    assert data["study"]["digest"] in out
    assert data["command"] in out
    for line in data["ranking"]:
        mean = frame[frame["scenario"] == line["scenario"]]["lasting_adoption"].mean()
        assert line["outcomes"]["lasting_adoption"]["mean"] == pytest.approx(mean, abs=1e-12)
        counts = list(line["levels"].values())
        levels = frame[frame["scenario"] == line["scenario"]]["reach"]
        assert counts == [int((levels == level).sum()) for level in range(5)]
        row = rf"^ *{line['rank']} +{line['scenario']} +[·░×▒█]{{20}} +{' +'.join(map(str, counts))}\b"
        assert re.search(row, out, re.MULTILINE)
    assert data["outcome"] == "reach"
    assert len(data["pairs"]) == 3 * len(OUTCOMES)
    assert (folder / "comparison.png").read_bytes()[:4] == b"\x89PNG"
    assert b"<svg" in (folder / "comparison.svg").read_bytes()


def test_the_command_in_the_json_repeats_the_numbers(capsys, tmp_path):
    run(capsys, "compare", *SMALL, "--set", "parameters.t=0.7", "--out", str(tmp_path / "a"))
    data = json.loads((tmp_path / "a/comparison.json").read_text(encoding="utf-8"))
    words = data["command"].split()[1:]
    run(capsys, *words, "--out", str(tmp_path / "b"))
    a, b = ((tmp_path / one / "runs.parquet").read_bytes() for one in "ab")
    assert a == b


def test_worlds_can_be_added_and_jobs_change_nothing(capsys, tmp_path):
    run(capsys, "compare", *SMALL, "--out", str(tmp_path / "a"))
    more = ["--scenarios", "full,roles,it-only", "--worlds", "5", "--seed", "2", "--jobs", "2"]
    run(capsys, "compare", *more, "--out", str(tmp_path / "b"))
    a, b = (pd.read_parquet(tmp_path / one / "runs.parquet").set_index(["scenario", "world"]) for one in "ab")
    pd.testing.assert_frame_equal(a, b.loc[a.index], check_exact=True)


def test_set_reaches_organisation_and_measures(capsys, tmp_path):
    changed = ["--set", "organisation.departments.Sales.capacity=300", "--set", "measures.external_partner.hours=10"]
    run(capsys, "compare", *SMALL, "--out", str(tmp_path / "a"))
    run(capsys, "compare", *SMALL, *changed, "--out", str(tmp_path / "b"))
    a, b = (pd.read_parquet(tmp_path / one / "runs.parquet").set_index(["scenario", "world"]) for one in "ab")
    assert (b.loc["full"]["partner_cost"] < a.loc["full"]["partner_cost"]).all()
    assert (b.loc["roles"]["cost"] != a.loc["roles"]["cost"]).all()


def test_a_baseline_outside_the_list_is_added(capsys):
    code, out, _ = run(capsys, "compare", "--scenarios", "roles", "--baseline", "wait", "--worlds", "2", "--lang", "en")
    assert code == 0
    assert "against wait" in out


def test_dutch(capsys):
    judged = ("--scenarios", "it-only,full", "--outcome", "progress_104")
    _, out, _ = run(capsys, "compare", *judged, "--worlds", "8", "--jobs", "1", "--lang", "nl")
    assert "wint van" in out
    assert "werelden" in out
    assert "beats" not in out
    code, _, err = run(capsys, "run", "case", "nergens", "--lang", "nl")
    assert code == 1
    assert "scenario" in err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["compare", "--worlds", "0"], 2, "from 1 to"),
        (["compare", "--worlds", "many"], 2, "'many'"),
        (["compare", "--seed", "-1"], 2, "'-1'"),
        (["compare", "--parameters", "guess"], 2, "'guess'"),
        (["compare", "--nonsense"], 2, "--nonsense"),
        (["comparre"], 2, "compare"),
        ([], 2, "command"),
        (["show", "case"], 2, "SCENARIO"),
        (["dashboard", "--port", "99999"], 2, "99999"),
        (["compare", "--scenarios", "full,rolls"], 1, "roles"),
        (["compare", "--scenarios", "full,full"], 1, "twice"),
        (["compare", "--scenarios", "it-only"], 1, "at least two"),
        (["compare", "--scenarios", ","], 1, "at least two"),
        (["compare", "--baseline", "nobody"], 1, "nobody"),
        (["compare", "--outcome", "happiness"], 1, "lasting_adoption"),
        (["compare", "nowhere.yaml"], 1, "no such file"),
        (["compare", "--set", "parameters.t"], 1, "path=value"),
        (["compare", "--set", "parameters.tt=1"], 1, "'tt'"),
        (["compare", "--set", "parameters.t=high"], 1, "'high'"),
        (["run", "case", "full", "--set", "measures.external_partner.hours=-3"], 1, "-3"),
        (["check", "scenarios"], 1, "folder"),
    ],
)
def test_wrong_words_end_in_a_sentence(capsys, words, code, says):
    found, out, err = run(capsys, *words, "--lang", "en")
    assert found == code
    assert says in err
    assert out == ""


UNTIL = [
    "--scenarios",
    "it-only,wide-forum,full",
    "--worlds",
    "8",
    "--jobs",
    "1",
    "--until-decided",
    "--max-worlds",
    "16",
]
UNTIL += ["--outcome", "progress_104"]


def test_until_decided_adds_worlds_and_says_what_is_open(capsys, tmp_path):
    code, out, _ = run(capsys, "compare", *UNTIL, "--lang", "en", "--out", str(tmp_path / "a"))
    assert code == 0
    told = " ".join(out.split())
    assert re.search(r"full beats it-only in 16 of 16 worlds; .*; decided after \d+ worlds", told)
    assert re.search(r"wide-forum or it-only: can't tell yet .better in .+ of 16 worlds", told)
    assert "Not yet decided after 16 worlds: wide-forum." in out
    assert re.search(r"--max-worlds \d+\.", out)
    assert "1 in 20" in out
    assert "May be the best" in out or "Surely the best" in out
    data = json.loads((tmp_path / "a/comparison.json").read_text(encoding="utf-8"))
    assert data["worlds"] == 16
    found = data["sequential"]
    assert (found["outcome"], found["margin"], found["worlds"], found["max_worlds"]) == (
        "progress_104",
        0.02,
        16,
        16,
    )
    assert (found["undecided"], found["stopped"], found["exact"]) == (["wide-forum"], False, True)
    forum, full = found["pairs"]
    assert (full["a"], full["verdict"], full["more_worlds"]) == ("full", "beats", 0)
    assert 8 <= full["decided_at"] <= 16
    assert (forum["verdict"], forum["decided_at"], forum["ahead"]) == ("undecided", None, False)
    assert "can't tell yet" in forum["sentence"]["en"]
    words = data["command"].split()[1:]
    run(capsys, *words, "--out", str(tmp_path / "b"))
    assert json.loads((tmp_path / "b/comparison.json").read_text(encoding="utf-8")) == data


def test_the_most_worlds_that_help_names_are_those_that_are_run():
    assert DEFAULT_MOST == MOST


def test_until_decided_in_dutch_and_about_money(capsys):
    money = [*UNTIL, "--lang", "nl", "--outcome", "cost", "--margin", "0", "--worlds", "100", "--max-worlds", "120"]
    _, out, _ = run(capsys, "compare", *money)
    told = " ".join(out.split())
    assert "full verliest van it-only in 100 van 100 werelden" in told
    assert "dat stond vast na 100 werelden" in told  # sums of money take a hundred worlds that differ
    assert "Alle 2 beslist" in out
    assert "1 op de 20" in out
    assert "--margin 0.0 --max-worlds 120" in out


def test_until_decided_by_how_far_each_gets(capsys):
    words = [*UNTIL[: UNTIL.index("--outcome")], "--lang", "en"]
    _, out, _ = run(capsys, "compare", *words)
    assert "full gets further than it-only in 16 of 16 worlds; decided after 8 worlds" in " ".join(out.split())
    assert "'Equally far' means" in out
    assert "--margin" not in out


def test_three_scenarios_have_a_best_and_two_have_none(capsys, tmp_path):
    _, out, _ = run(capsys, "compare", *SMALL, "--out", str(tmp_path))
    assert "In how many worlds nobody gets further\n  full: 3 of 3" in out
    data = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))
    assert data["sequential"] is None
    best = data["best"]
    assert (best["outcome"], best["draws"], best["set"][0]) == ("reach", None, "full")
    keys = ["in_set", "probability", "scenario", "within_margin", "worlds_best"]
    assert [sorted(one) for one in best["contenders"]] == [keys] * 3
    _, out, _ = run(capsys, "compare", *SMALL, "--outcome", "cost", "--out", str(tmp_path))
    assert re.search(
        r"Within € 10 thousand of the best on cost, and how sure that is\n  it-only: .* %; nobody bet", out
    )
    best = json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["best"]
    assert (best["outcome"], best["draws"], best["set"]) == ("cost", 4000, ["it-only", "roles"])
    assert sum(one["probability"] for one in best["contenders"]) == pytest.approx(1.0)
    _, out, _ = run(capsys, "compare", "--scenarios", "it-only,full", "--worlds", "2", "--jobs", "1", "--lang", "en")
    assert "nobody gets further" not in out


def test_ctrl_c_while_worlds_are_added_tells_what_is_found(capsys, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("simulation.analysis.sequential.extend_runs", interrupted)
    code, out, _ = run(capsys, "compare", *UNTIL, "--lang", "en", "--out", str(tmp_path))
    assert code == 130
    assert "You stopped it after 8 worlds" in out
    assert re.search(r"full .*in 8 of 8 worlds", out)
    assert "--max-worlds 8" in out
    assert json.loads((tmp_path / "comparison.json").read_text(encoding="utf-8"))["sequential"]["stopped"] is True
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.parametrize(
    ("words", "code", "english", "dutch"),
    [
        (
            ["--outcome", "cost", "--margin", "1"],
            2,
            "--margin goes with --until-decided",
            "--margin hoort bij --until-decided",
        ),
        (["--margin", "0.1"], 1, "no margin", "geen marge"),
        (["--rate", "5%"], 2, "0.05 for 5 %", "0.05 voor 5 %"),
        (["--widths", ""], 1, "'' is not a width", "'' is geen breedte"),
        (["--widths", "1,2", "--parameters", "defaults"], 1, "there are no ranges", "zijn er geen marges"),
        (["--max-worlds", "500"], 2, "--max-worlds goes with --until-decided", "hoort bij --until-decided"),
        (["--until-decided", "--margin", "-1"], 2, "not a number of 0 or more", "geen getal van 0 of meer"),
        (["--until-decided", "--margin", "2%"], 2, "'2%' is not", "'2%' is geen"),
        (["--until-decided", "--margin", "inf"], 2, "'inf' is not", "'inf' is geen"),
        (["--until-decided", "--margin", "nan"], 2, "'nan' is not", "'nan' is geen"),
        (["--until-decided", "--margin", "2"], 1, "no margin to it", "geen marge"),
        (["--until-decided", "--outcome", "settled", "--margin", "2"], 1, "0.02, not as 2", "0.02, niet als 2"),
        (["--until-decided", "--max-worlds", "0"], 2, "from 1 to", "van 1 tot"),
        (
            ["--until-decided", "--worlds", "200", "--max-worlds", "50"],
            2,
            "less than --worlds 200",
            "minder dan --worlds 200",
        ),
    ],
)
def test_what_does_not_go_with_until_decided_is_said_in_both_languages(capsys, words, code, english, dutch):
    for language, says in (("en", english), ("nl", dutch)):
        found, out, err = run(capsys, "compare", *words, "--lang", language)
        assert (found, out) == (code, "")
        assert says in err


def test_who_asks_for_few_worlds_at_most_need_not_say_with_how_many_to_begin(capsys):
    words = ("--scenarios", "it-only,full", "--until-decided", "--max-worlds", "8", "--lang", "en")
    code, out, err = run(capsys, "compare", *words, "--outcome", "progress_104")
    assert (code, err) == (0, "")
    assert "8 worlds" in out
    assert "by chance" not in out  # which is for many verdicts at once


def test_a_folder_that_cannot_be_written_is_refused_before_any_work(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    start = time.process_time()
    code, _, err = run(capsys, "compare", "--worlds", "100000", "--out", str(tmp_path / "file" / "out"), "--lang", "en")
    assert code == 1
    assert "cannot be written" in err
    assert time.process_time() - start < 20


def test_a_mistake_of_ours_is_said_without_a_traceback(capsys, monkeypatch):
    monkeypatch.setattr("simulation.cli.main.EXECUTE", {**EXECUTE, "check": lambda *_: 1 / 0})
    monkeypatch.delenv("SYNERGY_DEBUG", raising=False)
    code, _, err = run(capsys, "check", "case", "--lang", "en")
    assert code == 3
    assert "ZeroDivisionError" in err


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one child")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_no_half_written_file(tmp_path, jobs):
    words = [sys.executable, "-m", "simulation.cli", "compare", "--worlds", "200000", "--jobs", jobs]
    folder = tmp_path / "new"
    warm()  # so that it is not compiled there
    process = subprocess.Popen([*words, "--out", str(folder), "--lang", "en"], stdout=-1, stderr=-1, text=True)
    at_work = psutil.Process(process.pid)
    while at_work.cpu_times().user < 3.0:  # more than it takes to begin
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "Stopped" in err
    assert out == ""
    assert not list(tmp_path.iterdir())


def test_quiet_in_a_pipe_and_help_is_quick_to_import():
    words = [sys.executable, "-X", "importtime", "-m", "simulation.cli", "--help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    for heavy in ("mesa", "numpy", "pandas", "solara", "matplotlib", "pydantic", "scipy"):
        assert not re.search(rf"\| +{heavy}$", done.stderr, re.MULTILINE), heavy
    words = [sys.executable, "-m", "simulation.cli", "compare", *SMALL]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_comparison_imports_nothing_heavy_that_it_does_not_need():
    words = [sys.executable, "-X", "importtime", "-m", "simulation.cli", "compare", *SMALL]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    heavy = "mesa|pandas|solara|matplotlib|pyarrow|scipy.(stats|linalg|optimize|special|spatial)"
    assert not re.search(rf"\| +({heavy})$", done.stderr, re.MULTILINE)


def test_an_old_way_that_is_never_switched_off_is_said_to_be(capsys):
    words = ("--scenarios", "it-only,full-retired", "--worlds", "12", "--jobs", "1")
    _, out, _ = run(capsys, "compare", *words, "--lang", "en")
    found = re.search(r"^full-retired: in (\d+) of 12 worlds the old way is never switched off", out, re.MULTILINE)
    runs = run_worlds(case().select(("full-retired",)), 12)
    assert found
    assert int(found[1]) == (runs.of("full-retired", "go_live_week") + 13 > 156).sum()
    _, out, _ = run(
        capsys, "compare", *words, "--lang", "nl", "--set", "measures.retire_old_way.weeks_after_go_live=200"
    )
    assert "full-retired: in 12 van de 12 werelden gaat de oude werkwijze nooit uit" in out
    _, out, _ = run(capsys, "run", "case", "full-retired", "--lang", "en", "--set", "project.horizon=50")
    assert "The old way is never switched off: the platform does not go live within 50 weeks." in out
