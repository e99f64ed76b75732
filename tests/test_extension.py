"""A state, a measure and an outcome that are added to a copy of the software are found in all that uses them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from annotated_types import Ge, Le

from simulation import case
from simulation.study.measures import CLASS_OF, Measure

ROOT = Path(__file__).parents[1]

ADDED = {
    "simulation/model/states.py": (
        '    State("carried", HOURS, "output that it delivered so far"),\n',
        '    State("hours_met", HOURS, "in meetings", "capacity", collected=True, shown=(WORK, 99), notable=ONE),\n',
    ),
    "simulation/model/steps.py": (
        "    d.carried += d.own_done if d.internal else 0.0\n",
        "    d.hours_met += d.meetings\n",
    ),
    "simulation/study/measures.py": (
        "class Measures(Frozen):\n",
        '''class Holiday(Lasting):
    """Everybody gets hours off from the day's work."""

    sets = MappingProxyType({"granted": ("capacity",)})
    stays, event = CLOSING_WEEKS, "holiday"

    hours: Annotated[Hours, HOURS] = 4.0

    def levers(self, organisation: Organisation, working: frozenset[str]) -> dict[str, Any]:
        """Hours a week for each."""
        return {"granted": spread(organisation, None, self.hours)}


''',
    ),
    "simulation/model/outcomes.py": (
        "# --- the table -----------------------------------------------------------------------------------------\n",
        '''MOODS = ("mood.bad", "mood.fair", "mood.good")


def mood(o: Any, s: Any) -> Any:
    """How well it went: 0, 1 or 2."""
    return (1.0 if o.peak >= 0.1 else 0.0) + (1.0 if o.mean_adoption >= 0.1 else 0.0)


''',
    ),
}
"""What is put before or, for a single line, after a line that is there: the row and what it takes."""

ROWS = {
    "simulation/study/measures.py": (
        "    persuasion: Persuasion | None = None\n",
        "    holiday: Holiday | None = None\n",
    ),
    "simulation/model/outcomes.py": (
        '    Outcome("connections", COUNT, "higher", 1.0, connections),\n',
        '    Outcome("mood", Ordinal("mood", True, levels=MOODS), "higher", 1.0, mood),\n',
    ),
}

WORDS = """
measure: {holiday: "a holiday for all"}
event: {holiday_begins: "the holiday begins", holiday_ends: "the holiday ends"}
outcome: {mood: "mood at the end"}
mood: {bad: "grim", fair: "so so", good: "bright"}
world: {state: {hours_met: "hours in meetings so far"}}
"""

SCENARIOS = """
scenarios:
  plain: {measures: {}}
  rest: {measures: {holiday: {start: 3, hours: 6}, cross_functional_team: {}}}
"""

ASKED = """
import pyarrow.parquet as pq
from simulation import OrganisationModel, load
from simulation.analysis.mechanisms import ACTS_THROUGH, GROUP_OF, SETS, TOLD
from simulation.cli.main import main
from simulation.dashboard.pages.compare.timeline import rows_of
from simulation.dashboard.pages.world.data import states_sent, world_of
from simulation.dashboard.state.variants import Base
from simulation.dashboard.state.view import first_view
from simulation.engine.traces import trace
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.states import DEPARTMENT_STATES, table
from simulation.study.schedule import Schedule
from simulation.study.sources.files import load_data

assert main(["compare", "toy.yaml", "--outcome", "mood", "--worlds", "4", "--out", "out", "--lang", "en"]) == 0
assert set(pq.read_table("out/runs.parquet")["mood"].to_pylist()) <= {0, 1, 2}
assert main(["run", "toy.yaml", "rest", "--weeks", "weeks.csv", "--lang", "en"]) == 0
assert main(["scenarios", "toy.yaml", "--lang", "nl"]) == 0
assert "hours_met" in open("weeks.csv", encoding="utf-8-sig").readline()

scenario = load("toy.yaml").scenario("rest")
found = trace(scenario, 0)
model = OrganisationModel(scenario, 0, 1, study=load("toy.yaml"))
while model.running:
    model.step()
met = [one.hours_met for one in model.everyone]
assert max(abs(a - b) for a, b in zip(found.departments[-1]["hours_met"], met)) < 1e-9 and max(met) > 10
kinds = [(event.week, event.kind) for event in model.events if "holiday" in event.kind or "hours" in event.kind]
assert kinds[0] == (3, "holiday_begins") and not any("hours" in kind for _, kind in kinds)
levers = Schedule(scenario.measures, scenario.organisation).levers(5, None)
assert set(levers.granted) == {6.0, 0.0}
assert GROUP_OF["hours_met"] == "capacity" and TOLD["capacity"]["hours_met"] == 1.0
assert SETS["holiday"] == ("granted",) and ACTS_THROUGH["granted"] == ("capacity",)
assert "| `hours_met` |" in table(DEPARTMENT_STATES)

view = first_view("en", base=Base("toy", load_data("toy.yaml"))).but(scenarios=("plain", "rest"), hand="rest")
row = next(row for row in rows_of(view, 60.0) if row["name"] == "holiday")
assert row["on"] and row["label"] == "a holiday for all" and row["start"] == 3 and row["last"] == 67
assert [setting["key"] for setting in row["settings"]] == ["start", "end", "hours"]
assert ["hours_met", "hours", 10, "head_work"] in states_sent()
assert world_of(found, "en")["packed"]
assert BY_OUTCOME["mood"].unit.level(2.0, "en") == "bright" and BY_OUTCOME["mood"].unit.span(156) == 2.0
"""


@pytest.mark.slow
def test_a_toy_state_measure_and_outcome_are_found_everywhere(tmp_path):
    for name in ("simulation", "scenarios"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (beside, text) in ADDED.items():
        path = tmp_path / name
        source = path.read_text(encoding="utf-8")
        assert source.count(beside) == 1, name
        path.write_text(
            source.replace(beside, beside + text if text.count("\n") == 1 else text + beside), encoding="utf-8"
        )
    for name, (beside, text) in ROWS.items():
        path = tmp_path / name
        source = path.read_text(encoding="utf-8").replace("    Unit,\n", "    Ordinal,\n    Unit,\n")
        assert source.count(beside) == 1, name
        path.write_text(source.replace(beside, beside + text), encoding="utf-8")
    (tmp_path / "simulation" / "locale" / "en" / "toy.yaml").write_text(WORDS, encoding="utf-8")
    organisation = (tmp_path / "scenarios" / "case.yaml").read_text("utf-8").split("\nscenarios:")[0]
    organisation = re.sub(r"\nshow: .*", "", organisation)
    (tmp_path / "toy.yaml").write_text(organisation + SCENARIOS, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path), "SYNERGY_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "mood at the end" in done.stdout
    assert "the holiday begins" in done.stdout
    assert "a holiday for all" in done.stdout
    assert ": bright" in done.stdout or ": so so" in done.stdout or ": grim" in done.stdout


def legal(field):
    """The least and the most that a file may say of a setting."""
    rules = [rule for rule in field.metadata if isinstance(rule, Ge | Le)]
    least = max((rule.ge for rule in rules if isinstance(rule, Ge)), default=None)
    return least, min((rule.le for rule in rules if isinstance(rule, Le)), default=None)


def test_a_slider_reaches_what_a_file_may_say_of_weeks_and_shares():
    for name, kind in CLASS_OF.items():
        for key, control in kind.controls().items():
            least, most = legal(kind.model_fields[key])
            if control.kind in {"week", "weeks"}:
                reach = (0, 104, 1) if key == "weeks_after_go_live" else (1, 520, 1)
                assert (control.low, control.high, control.step) == reach, (name, key)
                assert (least, most) in {(None, None), (reach[0], 520)}, (name, key)
            if control.kind == "share":
                assert (least, most) == (control.low, control.high) == (0, 1), (name, key)
            if least is not None and control.kind in {"hours", "euro"}:
                assert least == control.low == 0 < control.high <= most, (name, key)
            default = kind.model_fields[key].default
            assert not isinstance(default, float) or control.low <= default <= control.high, (name, key)


def test_roles_and_pledges_may_name_chain_partners():
    assert [name for name, kind in CLASS_OF.items() if kind.takes_chain] == ["assign_roles", "pledge_hours"]


def test_what_a_measure_says_of_itself_when_it_says_nothing():
    plain = Measure()
    assert (plain.is_on, plain.works(1, None), plain.levers(case().organisation, frozenset())) == (True, True, {})
    assert (plain.paid_once(1, None), plain.ending("en"), plain.summary("en"), Measure.switched(False)) == (
        0.0,
        "",
        "",
        False,
    )
