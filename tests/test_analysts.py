"""What stands in the guide for analysts runs as it stands, with the tools that it names."""

import os
import re
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

BLOCKS = re.findall(r"```python\n(.*?)```", Path("docs/analysts.md").read_text(encoding="utf-8"), re.DOTALL)
OWN = [block for block in BLOCKS if not block.startswith("# ")]
WITH = {block.partition("\n")[0].removeprefix("# "): block for block in BLOCKS if block.startswith("# ")}
NEEDED = {"salib": "SALib", "scikit-learn": "sklearn", "optuna": "optuna", "ema-workbench": "ema_workbench"}


def run(*blocks):
    space = {"__name__": "analysts"}
    for block in blocks:
        exec(compile(block, "docs/analysts.md", "exec"), space)
    return space


def test_the_guide_has_an_example_for_each_tool():
    assert WITH.keys() == NEEDED.keys()
    assert all(block.count("\n") <= 20 for block in WITH.values())


def test_a_study_made_in_code_is_compared_and_varied(capsys):
    space = run(*OWN)
    assert space["comparison"].runs.study.names == ("it-only", "roles", "team")
    printed = capsys.readouterr().out
    assert "beats" in printed
    assert "lasting" in printed
    assert space["runs"]["point"].nunique() == 3


@pytest.mark.slow
@pytest.mark.parametrize("tool", NEEDED)
def test_an_example_with_another_tool_runs_as_it_stands(tool, capsys):
    if find_spec(NEEDED[tool]) is None and not os.environ.get("SYNERGY_NEEDS_TOOLS"):
        pytest.skip(f"{tool} is not installed: pip install -e '.[analysts,ema]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what these tools warn of is theirs to mend
        space = run(*OWN, WITH[tool])
    assert capsys.readouterr().out.strip()
    check = {
        "salib": lambda: np.isfinite(space["indices"]["ST"]).all() and space["indices"]["ST"].max() > 0.3,
        "scikit-learn": lambda: space["forest"].score(space["points"][192:], space["reached"][192:]) > 0.5,
        "optuna": lambda: len(space["best"]) > 1 and space["best"][0][0] < space["best"][-1][0],
        "ema-workbench": lambda: space["box"].mean > 0.6,
    }
    assert check[tool]()
