"""Organisations that ship with synergy: sound, different, and what their document says of them is so."""

import sys
from pathlib import Path

import pytest
import yaml

from simulation import case, load
from simulation.study.sources.files import scenario_folder, shipped_names
from simulation.text.i18n import LANGUAGES

OTHERS = sorted(set(shipped_names()) - {"case"})


def test_there_are_at_least_five():
    assert {"installer", "hospital", "municipality", "manufacturer"} <= {*OTHERS}


@pytest.mark.parametrize("name", OTHERS)
def test_each_is_sound_and_says_what_it_asks_and_assumes(name):
    study = load(name)
    assert not study.remarks
    assert study.show
    assert study.names[0] == "it-only"
    for language in LANGUAGES:
        assert study.description.in_(language).endswith("?")
        texts = [study.title, study.organisation.name, *(scenario.title for scenario in study.scenarios)]
        assert not any(text.lacks(language) for text in texts)
    head = scenario_folder().joinpath(f"{name}.yaml").read_text("utf-8").partition("synergy:")[0]
    assert "The question:" in head
    assert "What is assumed: everything." in head
    assert "None of it" in head


def test_they_are_as_different_as_they_say():
    small, chain = load("installer").organisation, load("manufacturer").organisation
    assert sum(one.capacity for one in small.departments) < 0.15 * sum(
        one.capacity for one in case().organisation.departments
    )
    assert sum(not one.internal for one in chain.departments) == 8
    assert any(one.voice > 0.3 for one in load("hospital").organisation.departments)


@pytest.mark.parametrize("name", OTHERS)
def test_a_department_is_labelled_where_its_name_is_no_dutch(name):
    data = yaml.safe_load(scenario_folder().joinpath(f"{name}.yaml").read_text("utf-8"))
    assert all("label" in traits or key == "IT" for key, traits in data["organisation"]["departments"].items())


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_the_document_s_table_is_that_of_this_version(name):
    sys.path.append(str(Path(__file__).parents[1]))
    gallery = pytest.importorskip("benchmarks.gallery", reason="the benchmarks are not part of this distribution")
    assert gallery.table(gallery.compared(name)) in Path("docs/gallery.md").read_text(encoding="utf-8")
