"""Every number of a week is a parameter or a constant with a name, a unit and a source."""

import ast
import re
from pathlib import Path

import pytest

import simulation
from simulation.study import constants
from simulation.study.constants import CONSTANTS
from simulation.study.parameters import BY_NAME

ROOT = Path(simulation.__file__).parent
MODEL, KERNEL = ROOT / "model", ROOT / "engine" / "kernel"
WEEK = {
    **dict.fromkeys(("rules", "steps", "department", "organisation"), MODEL),
    **dict.fromkeys(("week", "contacts", "meetings", "run"), KERNEL),
}
"""What a week is made of; the rest of the kernel counts bits, bytes and files."""

PLAIN = {0, 1, 2, 0.5}
"""Numbers of arithmetic itself: none, whole, twice, half."""

REASONS = {
    ("rules", "other_it_load", 3.0): "a uniform distribution of standard deviation σ reaches √3·σ",
    ("organisation", "__init__", 63): "a seed has 63 bits",
    ("run", "no_work", 5): "how many states are kept week by week",
}
"""Other numbers that may stand as they are, and why."""


def numbers(path):
    """Every number of a module, with the function in which it stands; places in a tuple or an array left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            places = {id(one.slice) for one in ast.walk(function) if isinstance(one, ast.Subscript)}
            for one in ast.walk(function):
                if isinstance(one, ast.Constant) and type(one.value) in (int, float) and id(one) not in places:
                    yield function.name, one.value


@pytest.mark.parametrize("name", WEEK)
def test_no_number_stands_bare_in_an_equation(name):
    bare = {(name, function, value) for function, value in numbers(WEEK[name] / f"{name}.py") if value not in PLAIN}
    assert bare <= REASONS.keys()


def test_every_exception_is_needed():
    assert {(name, *one) for name in WEEK for one in numbers(WEEK[name] / f"{name}.py")} >= REASONS.keys()
    assert all(REASONS.values())


def test_every_constant_says_what_it_is():
    assert len(CONSTANTS) + len(BY_NAME) > 160
    for one in CONSTANTS:
        assert one.name.isupper()
        assert isinstance(one.value, int | float), one.name
        assert all((one.unit, one.meaning, one.source)), one.name
        assert one.name not in BY_NAME


def test_every_constant_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path.name != "constants.py")
    for one in CONSTANTS:
        assert re.search(rf"\b{one.name}\b", text), one.name


def test_the_document_shows_every_constant():
    """Put what ``constants.table()`` returns in its section; it is the same text."""
    assert constants.table() in Path("docs/odd.md").read_text(encoding="utf-8")
