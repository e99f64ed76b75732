import re
import string
from pathlib import Path

import pytest

from simulation import PARAMETERS, case
from simulation.model.outcomes import OUTCOMES
from simulation.study.measures import MEASURES
from simulation.text.i18n import LANGUAGES, own_phrases, phrases
from simulation.text.languages import folders

SOURCES = "".join(path.read_text(encoding="utf-8") for path in Path("simulation").rglob("*.py"))


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_dutch_says_all_that_english_says():
    english, dutch = own_phrases("en"), own_phrases("nl")
    assert list(english) == list(dutch)
    assert {one.name for one in folders()["en"].iterdir()} == {one.name for one in folders()["nl"].iterdir()}
    for key, text in english.items():
        assert fields(text) == fields(dutch[key]), key
        assert dutch[key].strip(), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_a_person_meets_has_words(language):
    known = phrases(language)
    for name in MEASURES:
        assert f"measure.{name}" in known
    for outcome in OUTCOMES:
        assert f"outcome.{outcome.name}" in known
    for parameter in PARAMETERS:
        assert f"parameter.{parameter.name}" in known
    for scenario in case().scenarios:
        assert scenario.called(language)
        assert scenario.description.in_(language)


def test_scenarios_are_titled_in_dutch_too():
    same = [one.name for one in case().scenarios if one.title.en == one.title.nl]
    assert same == []


def test_every_key_that_is_asked_for_exists():
    known = phrases("en")
    for key in re.findall(r'(?<!_)say\(\s*"([a-z_.0-9]+)"', SOURCES):
        assert key in known, key
    for key in re.findall(r'say_count\(\s*"([a-z_.0-9]+)"', SOURCES):
        assert {f"{key}.one", f"{key}.other"} <= known.keys(), key
    for kind in re.findall(r'\.note\("([a-z_]+)"', SOURCES):
        assert f"event.{kind}" in known, kind
    for key in re.findall(r'(?:problem|refuse|unknown|no_such)\(\s*"([a-z_0-9]+)"', SOURCES):
        assert f"problem.{key}" in known, key


def made_up(sources):
    """Patterns of keys that are put together of a part that is said and a part that is not: ``group.{name}``."""
    in_python = re.findall(r'f"([a-z_.]*\{[^{}"]+\}[a-z_.]*)"', sources)
    in_pages = [f"{{name}}{end}" for end in re.findall(r"words\[\w+ \+ '(\w+)'\]", sources)]
    for literal in {*in_python, *in_pages}:
        said = re.sub(r"\{[^{}]+\}", "", literal)
        if said.strip("._") and said.rstrip(".") not in PARTS:
            yield re.compile(r"(\w+\.)?" + re.sub(r"\\\{.+?\\\}", r"\\w+", re.escape(literal)))


PARTS = {key.partition(".")[0] for key in phrases("en")}


def test_no_text_is_left_over():
    drawn = [path for kind in ("*.vue", "*.html") for path in Path("simulation").rglob(kind)]
    sources = SOURCES + "".join(path.read_text(encoding="utf-8") for path in drawn)
    patterns = list(made_up(sources))
    # looked up by the name of a thing, or by the shell
    by_name = {"system", "parameter", "measure", "outcome", "event", "grade", "passport", "setting", "value", "without"}
    for key in {re.sub(r"\.(one|other)$", "", key) for key in phrases("en")} - {"language.name"}:
        head, _, name = key.partition(".")
        said = (
            key in sources
            or f'"{name}"' in sources
            or f"'{name}'" in sources
            or re.search(rf"words\.{name}\b", sources)
            or f'words_of("{key.rpartition(".")[0]}"' in sources
            or re.search(rf'_called\("{re.sub("_[a-z]+$", "", name)}"\)', sources)
        )
        by_shell = name in {"rail", "title"}
        assert head in by_name or by_shell or said or any(one.fullmatch(key) for one in patterns), key
