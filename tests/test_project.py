"""What the files around the code promise."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import simulation
from simulation.engine.kernel.choice import UNTRIED

PROJECT = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
PINS = {
    canonicalize_name(name): version
    for name, found, version in (
        line.partition("==") for line in Path("constraints.txt").read_text(encoding="utf-8").splitlines()
    )
    if found
}


def requirements():
    """Everything that pyproject.toml asks for, extras included."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    return [Requirement(one) for group in (PROJECT["project"]["dependencies"], *extras) for one in group]


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT["project"]
    assert PROJECT["project"]["dynamic"] == ["version"]
    source = Path(PROJECT["tool"]["hatch"]["version"]["path"]).read_text(encoding="utf-8")
    assert re.findall(r'^__version__ = "(.+)"$', source, re.MULTILINE) == [simulation.__version__]


def test_the_citation_is_of_this_version_and_licence():
    citation = yaml.safe_load(Path("CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()  # what the format requires
    assert citation["version"] == simulation.__version__
    assert citation["license"] == PROJECT["project"]["license"]


def test_whoever_installs_the_package_gets_its_types():
    assert Path(simulation.__file__).with_name("py.typed").is_file()


def test_everything_asked_for_is_pinned_within_its_bounds():
    for one in requirements():
        if one.name != PROJECT["project"]["name"]:
            assert PINS[canonicalize_name(one.name)] in one.specifier, one


def test_numba_is_held_below_the_first_version_that_is_untried():
    (numba,) = [one for one in requirements() if one.name == "numba"]
    assert f"<{'.'.join(map(str, UNTRIED))}" in map(str, numba.specifier)


def test_hooks_run_what_is_installed_and_fetch_nothing():
    repos = yaml.safe_load(Path(".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [one["repo"] for one in repos] == ["local"]
    hooks = repos[0]["hooks"]
    assert {one["language"] for one in hooks} == {"system"}
    assert {one["entry"].split()[0] for one in hooks} == {"ruff", "mypy", "pytest"}
    tests = re.findall(r"tests/\S+", " ".join(one["entry"] for one in hooks))
    assert all(Path(one).is_file() for one in tests)


def test_the_files_that_contributors_are_sent_to_exist():
    text = Path("CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:simulation|tests|docs|scenarios|benchmarks|changelog\.d)/[^`<+ ]*)`", text)
    assert len(named) > 40
    assert [one for one in named if not list(Path().glob(one))] == []


def test_every_fragment_of_the_changelog_has_a_known_type_and_is_one_paragraph():
    types = {one["directory"] for one in PROJECT["tool"]["towncrier"]["type"]}
    for path in Path("changelog.d").iterdir():
        if path.name not in PROJECT["tool"]["towncrier"]["ignore"]:
            name = re.fullmatch(r"\+[a-z0-9-]+\.([a-z]+)\.md", path.name)
            assert name is not None, path
            assert name[1] in types, path
            text = path.read_text(encoding="utf-8").strip()
            assert text.endswith("."), path
            assert "\n\n" not in text, path


def test_what_coverage_leaves_out_is_there():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path("simulation").rglob("*.py"))
    for pattern in PROJECT["tool"]["coverage"]["report"]["exclude_also"]:
        assert re.search(pattern, sources, re.MULTILINE), pattern
