"""One palette for what is live and what is saved, apart on a grey printer and for eyes that see fewer colours."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from simulation import case, run_worlds
from simulation.analysis.compare import compare_runs
from simulation.report.figures import ACCENT, RIVAL, RIVAL_TEXT, adoption, encoded, ranking
from simulation.report.sentences import note, size, verdict

STYLE = Path("simulation/dashboard/style.css").read_text(encoding="utf-8")
APART_IN_GREY = 20.0
"""CIELAB lightness; 2.3 is a just noticeable difference (Mahy et al. 1994), a cheap printer has some ten greys."""
APART_IN_COLOUR = 30.0
SEEN = {
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Linear RGB as seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)."""


def linear(colour):
    """Linear RGB of ``#rrggbb`` (IEC 61966-2-1)."""
    value = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB (D65) of linear RGB."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    x, y, z = (
        t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29
        for t in to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def css(name):
    return re.search(rf"--{name}: (#[0-9a-f]{{6}})", STYLE)[1]


def test_white_and_black_are_what_they_should_be():
    assert lab(linear("#ffffff")) == pytest.approx([100, 0, 0], abs=0.02)
    assert lab(linear("#000000")) == pytest.approx([0, 0, 0], abs=0.02)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.2], abs=0.05)


def test_the_pictures_and_the_page_have_one_palette():
    assert [css(name) for name in ("accent", "rival", "rival-text")] == [ACCENT, RIVAL, RIVAL_TEXT]


def test_a_grey_printer_keeps_the_two_apart():
    assert abs(lab(linear(ACCENT))[0] - lab(linear(RIVAL))[0]) > APART_IN_GREY


@pytest.mark.parametrize("name", SEEN)
def test_eyes_without_a_kind_of_cone_keep_the_two_apart(name):
    seen = [lab(np.array(SEEN[name]) @ linear(colour)) for colour in (ACCENT, RIVAL)]
    assert np.linalg.norm(seen[0] - seen[1]) > APART_IN_COLOUR
    old = [lab(np.array(SEEN[name]) @ linear(colour)) for colour in ("#ff0000", "#ff0400")]
    assert np.linalg.norm(old[0] - old[1]) < APART_IN_COLOUR  # the measure does see what is alike


@pytest.mark.parametrize(("colour", "least"), [(ACCENT, 4.5), (RIVAL_TEXT, 4.5), (RIVAL, 3.0)])
def test_contrast_with_paper_is_enough(colour, least):
    brightness = np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)  # WCAG 2.2, relative luminance
    assert 1.05 / (brightness + 0.05) >= least


def test_odd_names_and_one_scenario_beside_itself_are_drawn():
    study = case().select(("it-only", "full"))
    odd = [
        one.title.model_copy(update={"en": name})
        for one, name in zip(study.scenarios, ("$x^{$", "😀" * 90), strict=True)
    ]
    from dataclasses import replace

    named = replace(study, scenarios=tuple(replace(one, title=odd[i]) for i, one in enumerate(study.scenarios)))
    found = compare_runs(run_worlds(named, 4, weekly=True), "it-only")
    for figure in (ranking(found), adoption(found, "full"), adoption(found, "it-only")):
        assert b"$x^{$" in encoded(figure, "svg")
        assert encoded(figure, "png").startswith(b"\x89PNG")


def test_a_number_and_its_noun_agree():
    runs = run_worlds(case().select(("it-only", "full")), 1)
    found = compare_runs(runs, "it-only")
    assert note(found, "en").startswith("1 world, seed 1")
    assert note(found, "nl").startswith("1 wereld, startgetal 1")
    pair = dataclasses.replace(found.pair("full", "it-only"), kind="undecided", more=1)
    assert "perhaps 1 to 3 more worlds would" in verdict(pair, ("A", "B"), "en")
    assert "misschien geven nog 1 tot 3 werelden uitsluitsel" in verdict(pair, ("A", "B"), "nl")
    assert (size(0.01, "lasting_adoption", "en"), size(1.0, "go_live_week", "en")) == (
        "1 percentage point",
        "1.0 weeks",
    )
