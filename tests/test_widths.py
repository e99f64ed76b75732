"""Whether verdicts survive narrower and wider ranges."""

import json

import numpy as np
import pytest

from simulation import InputRefused, case, run_worlds
from simulation.analysis.sensitivity import hold
from simulation.analysis.widths import Survival, check_widths, survivals, with_width
from simulation.cli.main import main
from simulation.dashboard.pages.assumptions import page, verdicts
from simulation.dashboard.state.view import first_view
from simulation.report.table import widths_lines
from simulation.report.widths import data
from simulation.study.parameters import BY_NAME, PARAMETERS
from simulation.text.i18n import LANGUAGES, say

PAIR = ("it-only", "full")


def ranges(study, name="full"):
    return {one.name: (one.low, one.value, one.high) for one in study.scenario(name).parameters}


def test_a_width_of_one_changes_no_world():
    plain = run_worlds(case().select(PAIR), 6)
    same = run_worlds(with_width(case().select(PAIR), 1.0), 6)
    np.testing.assert_array_equal(plain.outcomes, same.outcomes)


@pytest.mark.parametrize("width", [0.5, 1.5, 3.0])
def test_every_range_is_so_many_times_as_wide_and_stays_legal(width):
    found = ranges(with_width(case(), width))
    assert set(found) == {one.name for one in PARAMETERS}
    for one in PARAMETERS:
        low, value, high = found[one.name]
        assert value == one.default
        assert one.least <= low <= value <= high <= one.most
        if low > one.least:
            assert value - low == pytest.approx(width * (one.default - one.low))
        if high < one.most:
            assert high - value == pytest.approx(width * (one.high - one.default))


def test_what_a_file_gives_is_widened_around_its_value_and_one_value_stays_one():
    full = case().scenario("full")
    study = case().select(PAIR)
    held = with_width(type(study)(study.name, study.title, study.description, (hold(full, "t", 0.7),)), 2.0)
    assert ranges(held)["t"] == (0.7, 0.7, 0.7)
    assert ranges(held)["A"][0] == max(
        BY_NAME["A"].least, BY_NAME["A"].default - 2 * (BY_NAME["A"].default - BY_NAME["A"].low)
    )


def test_the_verdict_at_each_width_is_that_of_the_widened_study():
    found = survivals(case().select(("it-only", "roles", "full")), "it-only", "progress_104", (0.5, 2.0), 12)
    assert set(found) == {"roles", "full"}
    for name, one in found.items():
        assert one.widths == (0.5, 2.0)
        for width, pair in zip(one.widths, one.pairs, strict=True):
            runs = run_worlds(with_width(case().select(("it-only", name)), width), 12)
            assert pair.wins == int((runs.of(name, "progress_104") > runs.of("it-only", "progress_104")).sum())


@pytest.mark.parametrize("width", [0.0, -1.0, 0.01, 3.5, float("nan"), float("inf")])
def test_a_width_that_cannot_be(width):
    with pytest.raises(InputRefused, match=r"\.5,1,1\.5"):
        check_widths([1.0, width])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_survives_and_what_does_not_is_said(language):
    found = survivals(case().select(PAIR), "it-only", "reach", (0.5, 1.0), 12)
    title, head, _, line = widths_lines(found, "it-only", language, 100)
    assert "12" in title
    assert ("× 0,5" if language == "nl" else "× 0.5") in head
    assert line.split()[:2] == ["full", str(found["full"].pairs[0].wins)]
    assert line.endswith(say("widths.yes", language))
    kept = found["full"].pairs[0]
    lost = Survival(
        (0.5, 1.0),
        (kept, survivals(case().select(("full", "it-only")), "full", "reach", (1.0,), 12)["it-only"].pairs[0]),
    )
    assert (found["full"].survives, lost.survives) == (True, False)
    assert widths_lines({"full": lost}, "it-only", language, 100)[-1].endswith(say("widths.no", language))
    assert max(map(len, widths_lines({"a" * 90: lost}, "it-only", language, 80)[1:])) <= 80
    assert widths_lines({}, "it-only", language, 80) == []
    assert data({"full": lost})[0]["survives"] is False
    told = verdicts.widths(lost, ("A", "B"), language)
    assert "A" in told
    assert "0" in told
    assert verdicts.widths(None, ("A", "B"), language) == ""


def test_the_page_asks_only_where_numbers_are_drawn():
    view = first_view("en", "assumptions").but(worlds=10)
    assert page.at_other_widths(page.pair_of(view), view, lambda *_: None).survives
    assert page.at_other_widths(page.pair_of(view), view.but(mode="defaults"), lambda *_: None) is None
    assert page.at_other_widths(None, view, lambda *_: None) is None


def test_the_terminal_and_the_json(capsys, tmp_path):
    words = [
        "compare",
        "--scenarios",
        "it-only,full",
        "--worlds",
        "6",
        "--jobs",
        "1",
        "--lang",
        "en",
        "--widths",
        "1.5,.5",
    ]
    assert main([*words, "--out", str(tmp_path)]) == 0
    assert "better : worse, of 6 worlds" in " ".join(capsys.readouterr().out.split())
    found = json.loads((tmp_path / "comparison.json").read_text("utf-8"))
    (one,) = found["widths"]
    assert [each["width"] for each in one["verdicts"]] == [0.5, 1.5]
    assert "--widths 0.5,1.5" in found["command"]
    for wrong in ("0", "10", "x", "1,,2", ""):
        assert main([*words[:-1], wrong]) in {1, 2}
        assert "Traceback" not in capsys.readouterr().err
