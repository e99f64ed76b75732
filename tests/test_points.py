"""Studies made in code, studies with something changed, and experiments: all of them checked as a file is."""

import pickle

import numpy as np
import pandas
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, compare, load, make_study, run_points, run_worlds
from simulation.engine import points as engine_points
from simulation.model.outcomes import OUTCOMES
from simulation.study.organisation import Organisation
from simulation.study.scenario import plain
from simulation.study.sources.files import load_data

TWO = ("it-only", "full")
HOURS = "measures.external_partner.hours"
SALES = "organisation.departments.Sales.capacity"


def two():
    return case().select(TWO)


# --- a study made in code ------------------------------------------------------------------------------


def test_what_a_file_says_can_be_said_in_code():
    data = load_data("case")
    parts = {key: data[key] for key in ("project", "parameters", "measures", "title", "show") if key in data}
    made = make_study(data["organisation"], data["scenarios"], **parts, name="case")
    assert made.digest() == case().digest()
    assert made.show == case().show


def test_an_organisation_that_is_made_is_taken_as_it_is():
    made = make_study(case().organisation, {"nothing": {}})
    assert made.organisation == case().organisation
    own = Organisation(**plain(case().organisation))
    assert make_study(own, {"nothing": {}}).digest() == made.digest()


def test_data_frames_hold_departments_and_ties():
    departments = pandas.DataFrame(
        {
            "kind": ["it", "business", "business"],
            "capacity": [80.0, 120.0, 60.0],
            "conviction": [np.nan, 0.5, np.nan],
        },
        index=["IT", "Sales", "Finance"],
    )
    needs = pandas.DataFrame(0.0, index=departments.index, columns=departments.index)
    needs.loc["IT", "Sales"] = needs.loc["Sales", "IT"] = 0.5
    needs.loc["Sales", "Finance"] = 0.4
    made = make_study({"departments": departments, "interdependence": needs}, {"nothing": {}})
    written = make_study(
        {
            "departments": {
                "IT": {"kind": "it", "capacity": 80},
                "Sales": {"kind": "business", "capacity": 120, "conviction": 0.5},
                "Finance": {"kind": "business", "capacity": 60},
            },
            "interdependence": [("IT", "Sales", 0.5), ("Sales", "Finance", 0.4)],
        },
        {"nothing": {}},
    )
    assert made.digest() == written.digest()
    needs.loc["Finance", "Sales"] = 0.9
    with pytest.raises(InputRefused, match=r"'Sales' and 'Finance' need each other by 0.4 .* by 0.9"):
        make_study({"departments": departments, "interdependence": needs}, {"nothing": {}})
    again = pandas.concat([departments, departments.loc[["Sales"]]])
    for table, why in ((departments.reset_index(drop=True), "set_index"), (again, "two rows .* 'Sales'")):
        with pytest.raises(InputRefused, match=why):
            make_study({"departments": table}, {"nothing": {}})
    with pytest.raises(InputRefused, match="does not say which row"):
        make_study({"departments": departments, "interdependence": needs.to_numpy()}, {"nothing": {}})


@pytest.mark.parametrize(
    ("organisation", "scenarios", "why"),
    [
        ({}, {"a": {}}, "organisation"),
        ({"departments": {"IT": {"kind": "it", "capacity": -1}}}, {"a": {}}, "IT.capacity.*-1"),
        (None, {"a": {}}, "organisation"),
        ({"departments": {"IT": {"kind": "it", "capacity": 1}}}, {}, "scenarios"),
        ({"departments": {"IT": {"kind": "it", "capacity": 1}}}, {"a": {"measures": {"fun": True}}}, "fun"),
    ],
)
def test_what_a_file_could_not_say_cannot_be_said_in_code(organisation, scenarios, why):
    with pytest.raises(InputRefused, match=why):
        make_study(organisation, scenarios)


# --- a study with something changed ----------------------------------------------------------------------


def test_a_change_reaches_every_scenario_that_it_concerns():
    changed = two().override({"t": 0.5, SALES: 100, HOURS: 8, "project.horizon": 104})
    assert [scenario.parameters[0].value for scenario in changed.scenarios] == [0.5, 0.5]
    assert {scenario.organisation.departments[1].capacity for scenario in changed.scenarios} == {100.0}
    assert changed.scenario("full").measures.external_partner.hours == 8.0
    assert changed.scenario("it-only").measures.external_partner is None
    assert changed.horizon == 104
    assert changed.names == TWO
    assert [scenario.title for scenario in changed.scenarios] == [scenario.title for scenario in two().scenarios]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("parameters.t", 0.5),
        ("parameters.t", {"value": 0.5, "low": 0.4, "high": 0.9, "source": "a survey"}),
        (SALES, 99),
        ("organisation.departments.Sales.conviction", {"value": 0.4, "plus_minus": 0.2}),
        ("project.connections_per_week", 1),
    ],
)
def test_it_says_what_a_change_on_the_command_line_says(path, value):
    import json

    whole = load("case", (f"{path}={json.dumps(value)}",))
    assert case().override({path: value}).digest() == whole.digest()


def test_one_scenario_alone_can_be_changed():
    changed = two().override({f"scenarios.full.{HOURS}": 8, "scenarios.it-only.measures.name_the_elephant": True})
    assert changed.scenario("full").measures.external_partner.hours == 8.0
    assert changed.scenario("it-only").measures.on == ("name_the_elephant",)
    with pytest.raises(InputRefused, match="weeks ahead"):
        two().override({"scenarios.full.project.horizon": 52})


def test_measures_are_switched_before_they_are_set():
    changed = two().override({HOURS: 8, "measures.external_partner": True})
    assert [scenario.measures.external_partner.hours for scenario in changed.scenarios] == [8.0, 8.0]
    without = two().override({"measures.external_partner": False})
    assert all(scenario.measures.external_partner is None for scenario in without.scenarios)
    assert two().override({"measures.platform": True}).scenario("full").measures.platform.kind == "self-built"


def test_a_change_of_part_of_a_trait_keeps_the_rest():
    first = two().override({"organisation.departments.Sales.conviction": {"value": 0.4, "plus_minus": 0.2}})
    then = first.override({"organisation.departments.Sales.conviction.plus_minus": 0.1})
    found = then.organisation.departments[1].conviction
    assert (found.value, found.plus_minus) == (0.4, 0.1)
    plainly = two().override({"organisation.departments.Sales.conviction": 0.4})
    assert plainly.organisation.departments[1].conviction.plus_minus == 0.0


def test_a_department_may_have_points_in_its_name():
    made = make_study(
        {"departments": {"IT": {"kind": "it", "capacity": 10}, "Dept. A": {"kind": "business", "capacity": 20}}},
        {"sc. 1": {}},
    )
    changed = made.override({"organisation.departments.Dept. A.capacity": 30, "scenarios.sc. 1.project.horizon": 20})
    assert changed.organisation.departments[1].capacity == 30.0
    assert changed.horizon == 20


def test_a_varied_study_can_be_varied_selected_and_pickled():
    changed = two().override({"t": 0.5}).select(("full",)).override({SALES: 10})
    again = pickle.loads(pickle.dumps(changed))
    assert again == changed
    assert again.override({"t": 0.7}).scenarios[0].parameters[0].value == 0.7


def test_what_may_not_be_meant_is_remarked_on_anew():
    assert not two().remarks
    changed = two().override({f"organisation.departments.{name}.capacity": 2000 for name in ("IT", "Sales")})
    assert changed.remarks


def test_a_study_put_together_by_hand_says_that_it_cannot_be_varied():
    from helpers import study

    with pytest.raises(TypeError, match="make_study"):
        study(case().scenario("full")).override({"t": 1.0})


REFUSED = [
    ({"fun": 1}, "'fun' is neither a parameter nor a path"),
    ({"": 1}, "does not lead to anything"),
    ({"parameters..t": 1}, "does not lead to anything"),
    ({3: 1}, "does not lead to anything"),
    ({"parameters.tt": 1}, "'tt' is not a parameter"),
    ({"t": 99.0}, "parameters.t.*99"),
    ({"t": float("nan")}, "parameters.t"),
    ({"organisation.departments.Sale.capacity": 1}, "'Sale' is not a department.*Sales"),
    ({SALES: -5}, "organisation.departments.Sales.capacity.*-5"),
    ({SALES: "many"}, "organisation.departments.Sales.capacity.*many"),
    ({"measures.fun": True}, "'fun' is not a measure"),
    ({"measures.technicians.hours": 3}, "none of the scenarios has the measure technicians"),
    ({"measures.external_partner": 3}, "measures.external_partner"),
    ({"measures.external_partner.fun": 3}, "measures.external_partner.*fun"),
    ({"scenarios.nobody.measures.assign_roles": True}, "'nobody' is not a scenario|no scenario"),
    ({"scenarios.full": {}}, "does not lead to anything"),
    ({"scenarios.it-only.measures.external_partner.hours": 40}, "that scenario does not have the measure"),
    ({"project.horizon": 1000}, "project.horizon.*520"),
    ({"measures.dedicate_hours": {"departments": {"Sales": 500}}}, "dedicate_hours"),
]


@pytest.mark.parametrize(("changes", "why"), REFUSED, ids=[str(changes) for changes, _ in REFUSED])
def test_a_change_that_cannot_be_is_refused_by_its_path(changes, why):
    with pytest.raises(InputRefused, match=why) as caught:
        two().override(changes)
    assert "scenarios.0" not in str(caught.value)
    assert "scenarios.1" not in str(caught.value)


# --- experiments -----------------------------------------------------------------------------------------


POINTS = {
    "t": [0.6, 0.9, 1.2],
    "parameters.WB": [200, 240, 300],
    HOURS: [8.0, 16.5, 40.0],
    "measures.external_partner.start": np.array([4.0, 8.0, 12.0]),
    SALES: [100, 200, 50.0],
    "measures.name_the_elephant": [True, False, True],
    "organisation.departments.Finance.workload": [{"value": 0.8, "plus_minus": 0.1}, 0.5, 0.9],
}


@pytest.mark.parametrize("mode", ["ranges", "defaults"])
def test_a_point_is_to_the_last_bit_the_overridden_study(mode):
    table = pandas.DataFrame(POINTS, index=["low", "middle", "high"])
    frame = run_points(two(), table, worlds=3, seed=5, mode=mode, threads=2)
    late = [f"{one.name}_censored" for one in OUTCOMES if one.censored]
    assert frame.columns.tolist() == ["point", "scenario", "world", *(one.name for one in OUTCOMES), *late]
    for label, row in table.iterrows():
        alone = run_worlds(two().override(row.to_dict()), worlds=3, seed=5, mode=mode).to_pandas()
        found = frame[frame["point"] == label].drop(columns="point").reset_index(drop=True)
        pandas.testing.assert_frame_equal(found, alone, check_exact=True)


@settings(max_examples=15)
@given(strategies.given_parameters(), st.lists(st.floats(0.5, 1.3), min_size=1, max_size=5), st.integers(0, 9))
def test_parameters_that_a_file_gives_stay_unless_a_column_names_them(stated, values, seed):
    from dataclasses import replace

    scenario = replace(case().scenario("roles"), parameters=stated)
    study = replace(case(), scenarios=(scenario,))
    frame = run_points(study, {"t": values}, worlds=2, seed=seed)
    for number, value in enumerate(values):
        alone = run_worlds(study.override({"t": value}), worlds=2, seed=seed).to_pandas()
        found = frame[frame["point"] == number].drop(columns="point").reset_index(drop=True)
        pandas.testing.assert_frame_equal(found, alone, check_exact=True)


def test_it_does_not_matter_how_points_are_taken_together(monkeypatch):
    table = pandas.DataFrame(POINTS)
    whole = run_points(two(), table, worlds=2)
    monkeypatch.setattr(engine_points, "DEPARTMENTS_AT_ONCE", 1)
    pandas.testing.assert_frame_equal(run_points(two(), table, worlds=2), whole, check_exact=True)


def test_organisations_that_share_their_ties_are_no_less_themselves():
    names = [f"organisation.departments.{name}" for name in ("IT", "Sales", "Finance")]
    table = pandas.DataFrame({f"{name}.{trait}": [0.1, 0.9] for name in names for trait in ("knowledge", "workload")})
    frame = run_points(case().select(("full",)), table, worlds=3)
    for number in range(2):
        alone = run_points(case().select(("full",)), table.iloc[[number]], worlds=3)
        found = frame[frame["point"] == number].reset_index(drop=True)
        pandas.testing.assert_frame_equal(found, alone, check_exact=True)


def test_the_outcomes_that_are_wanted_come_in_that_order():
    frame = run_points(two(), {"t": [1.0]}, worlds=2, outcomes=["cost", "reach"])
    assert frame.columns.tolist() == ["point", "scenario", "world", "cost", "reach"]
    assert len(frame) == 4
    records = run_points(two(), [{"t": 1.0}], worlds=2, outcomes="cost")
    assert (records["cost"] == frame["cost"]).all()


def test_progress_is_told_to_the_end_and_can_end_the_work():
    told = []
    run_points(two(), {"t": [0.6, 1.0, 1.2]}, worlds=40, progress=lambda *counts: told.append(counts))
    assert told[-1] == (240, 240)
    assert told == sorted(told)

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_points(two(), {"t": [0.6, 1.0, 1.2]}, worlds=40, progress=stop)


WRONG = [
    ({"fun": [1.0]}, "'fun' is neither a parameter nor a path"),
    ({"t": [1.0, float("nan")]}, r"row 1, t: .*"),
    ({"t": [1.0, None]}, "row 1, t"),
    ({"t": ["much"]}, "row 0, t: 'much'"),
    ({"t": [True]}, "row 0, t"),
    ({"t": [1.0, 1e6]}, "row 1, t: .*1000000"),
    ({SALES: [1.0, float("nan")]}, f"row 1, {SALES}"),
    ({SALES: [1.0, -2.0]}, f"row 1, {SALES}.*-2"),
    ({HOURS: [1.0, float("inf")]}, f"row 1, {HOURS}"),
    ({"measures.external_partner.start": [4, 4.5]}, "row 1, measures.external_partner.start.*whole"),
    ({"measures.external_partner": [True, float("nan")]}, "row 1, measures.external_partner"),
    ({"t": [1.0], "parameters.t": [1.0]}, "'?t'? is given by two columns"),
    ({"measures.technicians.hours": [3.0]}, "none of the scenarios has the measure technicians"),
    ({"project.horizon": [52, 104]}, "52 weeks ahead, others 104"),
    ({}, "no points"),
    ({"t": []}, "no points"),
    ({"t": np.ones(50_001)}, "10 000 200 runs"),
    ({"t": 0.6}, "no table"),
    ({"t": [0.6, 0.7], "h_ref": [9]}, "no table"),
    (pandas.DataFrame({"t": [0.6, 0.7]}, index=["a", "a"]), "two rows of the points are called 'a'"),
    ({"t": [10**400]}, "row 0, t: inf"),
    ({"scenarios.it-only.measures.external_partner.hours": [40]}, "does not have the measure external_partner"),
]


@pytest.mark.parametrize(("table", "why"), WRONG, ids=[str(table)[:60] for table, _ in WRONG])
def test_points_that_cannot_be_are_refused_by_row_and_column(table, why):
    with pytest.raises(InputRefused, match=why):
        run_points(two(), table, worlds=100)


def test_a_setting_of_a_measure_that_is_off_in_a_row_is_not_looked_at():
    table = {"measures.external_partner": [0, 1.0], HOURS: [float("nan"), 40]}
    frame = run_points(two(), table, worlds=2, outcomes="partner_cost").groupby("point")["partner_cost"].sum()
    assert frame[0] == 0.0
    assert frame[1] > 0.0
    alone = run_points(two(), {"measures.external_partner": [False], HOURS: [8]}, worlds=2, outcomes="partner_cost")
    assert (alone["partner_cost"] == 0.0).all()


def test_what_never_came_is_flagged_and_its_median_says_so():
    runs = run_worlds(two(), worlds=4)
    table, never = runs.to_pandas(), runs.outcomes[:, :, 0].reshape(-1) > 156
    assert (table["go_live_week_censored"] == never).all()
    points = run_points(two(), {"t": [1.0]}, worlds=4, outcomes=["go_live_week"])
    assert set(points["go_live_week_censored"]) <= {0, 1}
    summed = compare(runs).to_pandas()
    assert np.isnan(summed.loc["it-only", "go_live_week_median"])
    assert summed.loc["it-only", "go_live_week_censored"] == 4
    assert "go_live_week" not in summed


def test_names_that_are_not_there_are_refused_in_a_sentence():
    comparison = compare(run_worlds(two(), worlds=2))
    with pytest.raises(InputRefused, match="no scenario 'nope'"):
        comparison.pair("full", "nope")
    with pytest.raises(InputRefused, match="'zz'"):
        comparison.pair("full", "it-only", "zz")
    assert case().select("full").names == ("full",)
    with pytest.raises(InputRefused, match="no scenario is chosen"):
        case().select(())
    with pytest.raises(InputRefused, match="not a mapping"):
        two().override(None)
    assert two().override(pandas.Series({"t": 0.6})).scenarios[0].parameters[0].value == 0.6
    assert run_worlds(two(), worlds=np.int64(2)).outcomes.shape[1] == 2
    with pytest.raises(InputRefused, match="seed"):
        run_worlds(two(), worlds=2, seed=None)


def test_the_same_mistake_in_many_rows_is_said_once():
    with pytest.raises(InputRefused) as caught:
        run_points(two(), {SALES: [-1.0] * 50}, worlds=1)
    assert len(str(caught.value).splitlines()) == 1
    assert "Also in rows 1, 2, 3" in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"worlds": 0}, "number of worlds"),
        ({"worlds": 2.5}, "number of worlds"),
        ({"seed": -1}, "seed"),
        ({"mode": "fun"}, "fun"),
        ({"outcomes": ["fun"]}, "'fun' is no|no outcome"),
        ({"outcomes": []}, "outcome"),
    ],
)
def test_what_else_cannot_be_is_refused(wrong, why):
    with pytest.raises(InputRefused, match=why):
        run_points(two(), {"t": [1.0]}, **{"worlds": 1, **wrong})
