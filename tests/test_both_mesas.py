"""The same numbers on Mesa 3.3 and 3.5: a golden baseline that is written with one and checked with both.

Update it, when the model itself changes, with ``python tests/test_both_mesas.py``.
"""

import inspect
import json
import math
import warnings
from pathlib import Path

import mesa
import pytest

from simulation import OrganisationModel, outcomes_of

BASELINE = Path(__file__).parent / "golden" / "outcomes.json"
RUNS = [(name, world) for name in ("it-only", "roles", "partner-over", "full", "full-self-built") for world in (0, 7)]


def measured():
    found = {}
    for name, world in RUNS:
        model = OrganisationModel(name, world=world, rng=11, collect=False)
        while model.running:
            model.step()
        values = outcomes_of(model.ledger).items()
        found[f"{name}/{world}"] = {key: "undefined" if math.isnan(value) else value for key, value in values}
    return found


def test_numbers_are_those_of_the_baseline_on_this_mesa():
    known, found = json.loads(BASELINE.read_text(encoding="utf-8")), measured()
    assert known.keys() == found.keys()
    for run, outcomes in known.items():
        for key, value in outcomes.items():
            same = value if isinstance(value, str) else pytest.approx(value, rel=1e-9, abs=1e-12)
            assert found[run][key] == same, (run, key, mesa.__version__)


def test_batch_run_finds_the_last_week_on_this_mesa():
    # Mesa 3.5 hands the seeds to the model itself, Mesa 3.3 takes them as one parameter more.
    own = "rng" in inspect.signature(mesa.batch_run).parameters
    seeds = {"rng": [3]} if own else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # batch_run itself is on its way out of Mesa
        rows = mesa.batch_run(
            OrganisationModel,
            {"scenario": ["it-only", "roles"]} | ({} if own else {"rng": 3}),
            max_steps=1000,
            display_progress=False,
            number_processes=1,
            **seeds,
        )
    assert len(rows) == 2 * 9
    model = OrganisationModel("roles", rng=3)
    while model.running:
        model.step()
    last = [row for row in rows if row["scenario"] == "roles"]
    assert {row["mean_progress"] for row in last} == {model.mean_progress}
    assert {row["name"]: row["knowledge"] for row in last} == {one.name: one.knowledge for one in model.everyone}


if __name__ == "__main__":
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_text(json.dumps(measured(), indent=1), encoding="utf-8")
