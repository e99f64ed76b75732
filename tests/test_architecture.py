import ast
import re
from pathlib import Path

import pytest

import simulation

ROOT = Path(simulation.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ORDER = [
    "limits",
    "characters",
    "signals",
    "streams",
    "languages",
    "words",
    "errors",
    "deadline",
    "writing",
    "places",
    "constants",
    "parameters",
    "organisation",
    "measures",
    "study",
    "remarks",
    "findings",
    "gathering",
    "checks",
    "building",
    "notation",
    "files",
    "luck",
    "rules",
    "terms",
    "states",
    "steps",
    "worlds",
    "outcomes",
    "department",
    "model",
    "kernel",
    "ensemble",
    "traces",
    "mechanisms",
    "parting",
    "compare",
    "sequential",
    "best",
    "passport",
    "report",
    "figures",
    "telling",
    "lesson",
    "patterns",
    "options",
    "cli",
    "start",
    "dashboard",
]
ONLY = {
    "mesa": {"department", "model"},
    "solara": {"dashboard"},
    "pydantic": {
        "organisation",
        "measures",
        "study",
        "findings",
        "gathering",
        "checks",
        "building",
        "lesson",
        "dashboard",
    },
    "pydantic_core": {"organisation", "measures", "study", "findings", "building", "lesson", "dashboard"},
    "yaml": {"notation", "words"},
    "babel": {"words"},
    "ruamel": set(),
    "numba": {"kernel"},
    "llvmlite": {"kernel"},
}


def module(path):
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path, top_level=False):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "simulation":
                yield from (f"simulation.{one.name}" for one in node.names)
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda one: str(one.relative_to(ROOT)))
def test_imports_go_upwards_and_stay_where_they_belong(path):
    here = module(path)
    if here == "__init__":
        return
    assert here in ORDER, "a new module takes its place in the order, here and in docs/design.md"
    for name in imports(path, top_level=True):
        top, _, rest = name.partition(".")
        if top == "simulation" and rest.split(".")[0] in ORDER:
            assert ORDER.index(rest.split(".")[0]) <= ORDER.index(here), f"{here} imports {rest}"
    for name in imports(path):
        allowed = ONLY.get(name.partition(".")[0])
        assert allowed is None or here in allowed, f"{here} imports {name}"


def test_the_design_document_lists_every_module():
    text = Path("docs/design.md").read_text(encoding="utf-8")
    for name in ORDER:
        assert f"`{name}" in text, name


@pytest.mark.parametrize("path", FILES, ids=lambda one: str(one.relative_to(ROOT)))
def test_no_rule_reads_the_name_of_a_scenario_or_measure(path):
    if module(path) not in {"rules", "steps", "department", "model", "worlds", "luck"}:
        return
    names = set(simulation.case().names) - {"name", "team", "roles", "wait", "full", "technicians"}
    texts = {
        one.value for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.Constant)
    }
    assert not names & texts - {"it-only"}  # the default of the constructor


def test_rules_are_plain_scalar_functions():
    tree = ast.parse((ROOT / "rules.py").read_text(encoding="utf-8"))
    assert set(imports(ROOT / "rules.py")) == {"math", "simulation", "simulation.constants"}
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            assert ">>>" in (ast.get_docstring(one) or ""), one.name
            assert not one.args.defaults, one.name
            assert all(ast.unparse(arg.annotation) in {"float", "int", "bool"} for arg in one.args.args), one.name


def test_a_step_calls_rules_and_steps_and_nothing_else():
    assert sorted(set(imports(ROOT / "steps.py"))) == [
        "math",
        "simulation",
        "simulation.constants",
        "simulation.rules",
        "typing",
    ]


@pytest.mark.parametrize("name", ["rules", "steps"])
def test_every_rule_and_step_has_its_words(name):
    for one in ast.parse((ROOT / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            assert ast.get_docstring(one), one.name


def test_every_rule_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    for one in ast.parse((ROOT / "rules.py").read_text(encoding="utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            assert len(re.findall(rf"\b{one.name}\(", text)) > 2, one.name  # definition and doctest are two


def test_the_public_names_are_these():
    assert sorted(simulation.__all__) == sorted(
        [
            "__version__",
            "OrganisationModel",
            "Department",
            "Study",
            "Scenario",
            "Values",
            "PARAMETERS",
            "OUTCOMES",
            "InputRefused",
            "case",
            "load",
            "outcomes_of",
            "run_worlds",
        ]
    )
    for name in simulation.__all__:
        assert getattr(simulation, name) is not None


def test_no_address_of_the_outside_is_in_what_a_page_loads():
    for path in (*ROOT.rglob("*.vue"), *ROOT.rglob("*.css"), *(ROOT / "dashboard").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!\{|127\.0\.0\.1)", text), path
