import ast
import graphlib
import re
from pathlib import Path

import pytest

import simulation

ROOT = Path(simulation.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
FLOORS = [
    "system",
    "text",
    "study",
    "study.build",
    "study.sources",
    "model",
    "engine.kernel",
    "engine",
    "analysis",
    "report",
    "sweep",
    "lesson",
    "game",
    "web",
    "session",
    "dashboard.state",
    "dashboard.server",
    "dashboard.components",
    "dashboard.pages",
    "dashboard",
    "cli",
]
"""The wings, from the ground up: a file imports from its own floor and from those below."""
ONLY = {
    "mesa": {"model"},
    "solara": {"dashboard"},
    "pydantic": {"study", "lesson", "session", "dashboard"},
    "pydantic_core": {"study", "lesson", "dashboard"},
    "yaml": {"study", "text"},
    "babel": {"text"},
    "ruamel": set(),
    "numba": {"engine"},
    "llvmlite": {"engine"},
}
"""Which wing alone imports a library."""


def module(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def floor(name):
    """The innermost wing that a module of ours, or a name in it, stands in; nothing for the package itself."""
    return next((one for one in sorted(FLOORS, key=len, reverse=True) if f"{name}.".startswith(f"{one}.")), None)


def at_run_time(tree):
    """Every node that is reached at run time, so not what is imported for types alone."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)):
            yield node
            yield from at_run_time(node)


def imports(path):
    """What a file imports at run time, names with the module they are in."""
    for node in at_run_time(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module.startswith("simulation"):
                yield from (f"{node.module}.{one.name}" for one in node.names)
            else:
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names)


def ours(path):
    """What a file imports of ours, as modules."""
    for name in imports(path):
        if name.startswith("simulation."):
            inside = name.removeprefix("simulation.")
            found = (
                inside if ROOT.joinpath(*inside.split(".")).with_suffix(".py").exists() else inside.rpartition(".")[0]
            )
            if found:
                yield found


def test_imports_go_down_or_stay_on_their_floor():
    wrong = []
    for path in FILES:
        here = floor(module(path))
        for name in ours(path) if here else ():
            there = floor(name)
            if there and FLOORS.index(there) > FLOORS.index(here):
                wrong.append(f"{module(path)} imports {name}")
    assert not wrong


def test_every_file_stands_in_a_wing():
    assert [one for one in map(module, FILES) if not floor(one)] == ["__init__"]


def test_no_page_imports_another():
    wrong = []
    for path in (ROOT / "dashboard" / "pages").rglob("*.py"):
        own = module(path).split(".")[:3]
        names = (name for name in ours(path) if name.startswith("dashboard.pages."))
        wrong += [f"{module(path)} imports {name}" for name in names if name.split(".")[:3] != own]
    assert not wrong


def test_no_module_imports_itself_in_a_circle():
    needs = {module(path): {one for one in ours(path) if one != module(path)} for path in FILES}
    with_packages = {name: {f"{one}" for one in others if one in needs} for name, others in needs.items()}
    graphlib.TopologicalSorter(with_packages).prepare()  # raises a CycleError that names the circle


def test_libraries_stay_in_their_wings():
    wrong = []
    for path in FILES:
        wing = module(path).split(".")[0]
        for name in imports(path):
            allowed = ONLY.get(name.partition(".")[0])
            if allowed is not None and wing not in allowed:
                wrong.append(f"{module(path)} imports {name}")
    assert not wrong


def test_numba_stays_in_the_kernel():
    outside = [path for path in (ROOT / "engine").glob("*.py") if {"numba", "llvmlite"} & {*imports(path)}]
    assert not outside


def test_the_design_document_lists_every_module():
    text = Path("docs/design.md").read_text(encoding="utf-8")
    missing = [one for one in map(module, FILES) if one.split(".")[-1] not in {"__init__", "__main__", "page"}]
    assert [one for one in missing if f"`{one.split('.')[-1]}`" not in text] == []


@pytest.mark.parametrize("path", sorted((ROOT / "model").glob("*.py")), ids=lambda one: one.name)
def test_no_rule_reads_the_name_of_a_scenario_or_measure(path):
    if module(path) not in {"rules", "steps", "department", "model", "worlds", "luck"}:
        return
    names = set(simulation.case().names) - {"name", "team", "roles", "wait", "full", "technicians"}
    texts = {
        one.value for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(one, ast.Constant)
    }
    assert not names & texts - {"it-only"}  # the default of the constructor


def test_rules_are_plain_scalar_functions():
    tree = ast.parse((ROOT / "model" / "rules.py").read_text(encoding="utf-8"))
    assert set(imports(ROOT / "model" / "rules.py")) == {"math", "simulation.study.constants"}
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            assert ">>>" in (ast.get_docstring(one) or ""), one.name
            assert not one.args.defaults, one.name
            assert all(ast.unparse(arg.annotation) in {"float", "int", "bool"} for arg in one.args.args), one.name


def test_a_step_calls_rules_and_steps_and_nothing_else():
    assert sorted(set(imports(ROOT / "model" / "steps.py"))) == [
        "math",
        "simulation.model.rules",
        "simulation.study.constants",
        "typing",
    ]


@pytest.mark.parametrize("name", ["rules", "steps"])
def test_every_rule_and_step_has_its_words(name):
    for one in ast.parse((ROOT / "model" / f"{name}.py").read_text(encoding="utf-8")).body:
        if isinstance(one, ast.FunctionDef):
            assert ast.get_docstring(one), one.name


def test_every_rule_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    for one in ast.parse((ROOT / "model" / "rules.py").read_text(encoding="utf-8")).body:
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
            "compare",
            "load",
            "outcomes_of",
            "make_study",
            "run_points",
            "run_worlds",
        ]
    )
    for name in simulation.__all__:
        assert getattr(simulation, name) is not None


def test_no_address_of_the_outside_is_in_what_a_page_loads():
    for path in (*ROOT.rglob("*.vue"), *ROOT.rglob("*.css"), *(ROOT / "dashboard").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"https?://(?!\{|127\.0\.0\.1)", text), path
