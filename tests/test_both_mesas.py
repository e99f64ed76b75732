"""The same on Mesa 3.3 and 3.5: numbers, by a golden baseline written with one and checked with both, and memory.

Update it, when the model itself changes, with ``python tests/test_both_mesas.py``.
"""

import gc
import inspect
import json
import math
import warnings
import weakref
from dataclasses import replace
from pathlib import Path

import mesa
import psutil
import pytest

from simulation import OrganisationModel, case, outcomes_of

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


# --- memory --------------------------------------------------------------------------------------------


def made_and_dropped(count):
    """Make models one after another, step each and drop it; returns how many are still there."""
    full, gone = case().scenario("full"), []
    short = replace(full, project=full.project.model_copy(update={"horizon": 2}))
    for world in range(count):
        model = OrganisationModel(short, world % 64, rng=1)
        model.step()
        gone.append(weakref.ref(model))
    del model
    gc.collect()
    return sum(one() is not None for one in gone)


@pytest.mark.slow
def test_a_thousand_models_made_and_dropped_leave_memory_flat():
    """Mesa 3.3 keeps every model in its agents' class unless it is told not to; each then takes some 70 KB for ever."""
    made_and_dropped(200)  # what is made once and kept on purpose is there after these
    objects, held = len(gc.get_objects()), psutil.Process().memory_info().rss
    assert made_and_dropped(1000) == 0
    assert len(gc.get_objects()) - objects < 1000
    assert psutil.Process().memory_info().rss - held < 15e6


if __name__ == "__main__":
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_text(json.dumps(measured(), indent=1), encoding="utf-8")
