"""The JSON Schema of the file format: it takes what reading takes, and refuses what a schema can refuse."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from simulation import InputRefused
from simulation.cli.main import main
from simulation.study.build.merge import build
from simulation.study.build.schema import schema
from simulation.study.measures import MEASURES
from simulation.study.organisation import Department
from simulation.study.parameters import PARAMETERS
from simulation.study.sources.files import load_data, read_file, shipped_names
from simulation.text.i18n import LANGUAGES

VALID = [*shipped_names(), *map(str, sorted(Path("tests/scenarios/valid").glob("*.yaml")))]
INVALID = sorted(Path("tests/scenarios/invalid").glob("*.yaml"))
BEYOND = {
    "a name that stands elsewhere in the file, and what stands there": {
        *("dedicated-beyond-capacity", "dedicated-in-chain", "dedicated-misspelt", "difference-misspelt"),
        *("extends-circle", "extends-itself", "extends-unknown", "extra-hours-misspelt", "role-holder-misspelt"),
        *("show-unknown", "team-member-misspelt", "tie-misspelt", "tie-other-case"),
    },
    "one thing against another": {
        *("ends-before-default-start", "ends-before-start", "horizon-differs", "names-look-alike"),
        *("parameter-low-above-high", "project-starts-after-horizon", "starts-after-horizon"),
        *("tie-twice", "tie-with-itself"),
    },
    "how many of a mapping's values are alike": {"two-it"},
    "a number that is none, which JSON does not know": {"not-a-number"},
}
"""What no schema can express, and the files of which that is the only mistake."""
VALIDATOR = Draft202012Validator(schema("en"))


def plain_data(path):
    """What stands in a file; None where it is no YAML."""
    try:
        data, _, problems = read_file(str(path))
    except InputRefused:
        return None
    return None if problems else data


def mistakes(data):
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(data)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_printed_and_is_a_schema(capsys, language):
    assert main(["schema", "--lang", language]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == schema(language)
    Draft202012Validator.check_schema(printed)
    for name in (*Department.model_fields.keys() - {"name", "label"},):
        assert printed["$defs"]["department"]["properties"][name]["description"], name
    assert printed["$defs"]["parameters"]["properties"].keys() >= {one.name for one in PARAMETERS}
    assert printed["$defs"]["scenario"]["properties"]["measures"]["anyOf"][0]["properties"].keys() == set(MEASURES)


def test_it_says_nothing_of_how_it_is_made():
    assert "value_of" not in json.dumps(schema("en"))


@pytest.mark.parametrize("name", VALID)
def test_a_sound_file_is_sound_to_it(name):
    assert mistakes(load_data(name)) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_mistake_that_a_schema_can_express_is_found(path):
    data = plain_data(path)
    if data is None:
        return  # no YAML, which the editor itself says
    assert bool(mistakes(data)) != any(path.stem in names for names in BEYOND.values())


def test_what_is_beyond_it_is_there_and_refused_by_reading():
    for stem in set().union(*BEYOND.values()):
        with pytest.raises(InputRefused):
            build(plain_data(f"tests/scenarios/invalid/{stem}.yaml"), stem)


def places(data, path=()):
    """Every path within some data."""
    yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


GROUND = load_data("tests/scenarios/valid/every-key.yaml")
PLACES = [path for path in places(GROUND) if path]
OTHERS = [
    None,
    True,
    False,
    0,
    1,
    0.5,
    -1,
    3,
    40,
    1e7,
    1e308,
    "",
    "on",
    "off",
    "yes",
    "no",
    "it",
    "chain",
    "x",
    [],
    {},
    ["IT"],
]
OTHERS += [{"value": 0.5}, {"value": 1, "low": None}, {"value": 0.2, "plus_minus": 0.1}, {"en": "x"}, {"EN": "x"}]


@settings(max_examples=400)
@given(st.sampled_from(PLACES), st.sampled_from(OTHERS) | st.none())
def test_what_reading_takes_it_takes(path, other):
    data = copy.deepcopy(GROUND)
    inside = data
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = other
    try:
        build(copy.deepcopy(data), "x")
    except InputRefused:
        return
    first = path[:2] == ("organisation", "departments") and path[-1] in {"kind", "capacity", "departments"}
    assert mistakes(data) == [] or first
