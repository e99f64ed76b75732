"""The page My organisation: what is shown, what can be entered, and what a visitor does there."""

import copy
import json

import pytest
from conftest import crossed, opened, quickly, still
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.dashboard.pages.organisation import edits, entries, rows, starts
from simulation.dashboard.pages.organisation import page as page_of
from simulation.dashboard.state.studies import STAYS, StudyStore, study_store
from simulation.dashboard.state.variants import Base, base_data, scenario_of, study_data
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.study.build.merge import build
from simulation.study.sources.files import load, load_data, parse, shipped_names
from simulation.text.i18n import LANGUAGES, number, say

FIRST = first_view("en", "organisation")
NAMES = scenario_of(FIRST.changes, "full").organisation.names


def enter(view=FIRST, **message):
    return entries.edited(view, message)


def organisation(view):
    return scenario_of(view.changes, view.baseline).organisation


def department(view, name):
    return next(one for one in organisation(view).departments if one.name == name)


# --- what can be entered ---------------------------------------------------------------------------------


def test_a_trait_is_typed_left_open_and_given_roughly():
    view, _, why = enter(do="trait", department="Sales", key="workload", value="90")
    assert why == ""
    assert department(view, "Sales").workload.value == 0.9
    view, *_ = enter(view, do="trait", department="Sales", key="workload", value="90", spread="5")
    assert department(view, "Sales").workload.plus_minus == 0.05
    view, *_ = enter(view, do="trait", department="Sales", key="workload", value="80")
    assert (department(view, "Sales").workload.value, department(view, "Sales").workload.plus_minus) == (0.8, 0.05)
    view, *_ = enter(view, do="trait", department="Sales", key="workload", value="")
    assert department(view, "Sales").workload is None
    assert view.changes.base is None  # as it came, so that a link needs no study of one's own


def test_one_s_own_scenarios_and_numbers_stay():
    from simulation.dashboard.state.variants import cloned, with_measure

    changes, name = cloned(FIRST.changes, "full")
    changes = with_measure(changes, name, "external_partner", {"start": 30}).put("parameters", "t", 0.5)
    view = FIRST.but(changes=changes, scenarios=(*FIRST.scenarios, name), hand=name)
    after, _, why = enter(view, do="trait", department="Sales", key="capacity", value="400")
    assert why == ""
    assert after.hand == name
    scenario = scenario_of(after.changes, name)
    assert scenario.measures.external_partner.start == 30
    assert scenario.parameters[0].value == 0.5
    assert scenario.organisation.departments[1].capacity == 400.0


def test_benefits_that_were_typed_elsewhere_are_kept():
    changes = FIRST.changes.put("organisation", "departments", {"Sales": {"benefit": 9000.0}})
    after, *_ = enter(FIRST.but(changes=changes), do="trait", department="IT", key="capacity", value="300")
    assert department(after, "Sales").benefit == 9000.0
    assert "organisation" not in after.changes.data


def test_a_department_is_renamed_wherever_it_stands():
    after, _, why = enter(do="rename", department="Sales", value=" Front   office ")
    assert why == ""
    assert organisation(after).names[1] == "Front office"
    assert department(after, "Front office").label is None
    text = json.dumps(base_data(after.changes.base))
    assert '"Sales"' not in text.replace('"en": "Sales"', "")
    consulted = scenario_of(after.changes, "full").measures.consult_chain.departments
    assert "Front office" in consulted
    again, *_ = enter(after, do="rename", department="Front office", value="Sales")
    assert (
        build(base_data(again.changes.base), "x").scenario("full").measures
        == scenario_of(FIRST.changes, "full").measures
    )


def test_a_department_comes_and_goes():
    after, _, why = enter(do="add")
    assert why == ""
    assert len(organisation(after).departments) == 10
    assert organisation(after).names[-1] == "Department 9"
    gone, _, why = enter(after, do="remove", department="Master data")
    assert why == ""
    assert "Master data" not in json.dumps(base_data(gone.changes.base)["organisation"])
    assert "Master data" not in scenario_of(gone.changes, "full").measures.consult_chain.departments


def test_there_is_exactly_one_it():
    after, _, why = enter(do="kind", department="Sales", value="it")
    assert why == ""
    assert [one.kind for one in organisation(after).departments[:2]] == ["business", "it"]
    _, field, why = enter(do="kind", department="IT", value="business")
    assert (field, why) == ("kind/IT//", say("organisation.one_it", "en"))
    assert enter(do="remove", department="IT")[2] == say("organisation.one_it", "en")
    partner, *_ = enter(do="kind", department="Sales", value="chain")
    assert department(partner, "Sales").benefit == 0.0


@pytest.mark.parametrize("kind", edits.TIES)
def test_a_tie_is_made_changed_and_cut(kind):
    view, _, why = enter(do="tie", department="Finance", other="Supplier", key=kind, strength=0.3)
    assert why == ""
    found = {tie.pair: tie.strength for tie in getattr(organisation(view), kind)}
    assert found[frozenset(("Finance", "Supplier"))] == 0.3
    view, *_ = enter(view, do="tie", department="Supplier", other="Finance", key=kind, strength=1)
    assert {tie.pair: tie.strength for tie in getattr(organisation(view), kind)}[
        frozenset(("Finance", "Supplier"))
    ] == 1.0
    view, *_ = enter(view, do="tie", department="Supplier", other="Finance", key=kind, strength=0)
    assert frozenset(("Finance", "Supplier")) not in {tie.pair for tie in getattr(organisation(view), kind)}


def test_costs_and_texts():
    view, *_ = enter(do="setting", key="external_partner.fee", value="200")
    assert scenario_of(view.changes, "full").measures.external_partner.fee == 200.0
    view, *_ = enter(view, do="text", key="name", value="St. John's")
    assert organisation(view).name.in_("en") == "St. John's"
    assert organisation(view).name.in_("nl") == "De leverancier"
    view, *_ = enter(view, do="text", key="title", value="A patient record")
    assert view.study.title.in_("en") == "A patient record"


WRONG = [
    ({"do": "trait", "department": "Sales", "key": "capacity", "value": "many"}, "trait/Sales//capacity"),
    ({"do": "trait", "department": "Sales", "key": "capacity", "value": "-3"}, "trait/Sales//capacity"),
    ({"do": "trait", "department": "Sales", "key": "capacity", "value": ""}, "trait/Sales//capacity"),
    ({"do": "trait", "department": "Sales", "key": "workload", "value": "400"}, "trait/Sales//workload"),
    ({"do": "trait", "department": "Sales", "key": "projects", "value": "0,5"}, "trait/Sales//projects"),
    ({"do": "rename", "department": "Sales", "value": "  "}, "rename/Sales//"),
    ({"do": "rename", "department": "Sales", "value": "Finance"}, "rename/Sales//"),
    ({"do": "rename", "department": "Sales", "value": "Finan\u200bce"}, "rename/Sales//"),
    ({"do": "setting", "key": "external_partner.fee", "value": "free"}, "setting///external_partner.fee"),
    ({"do": "text", "key": "name", "value": ""}, "text///name"),
    ({"do": "interview", "answers": {"name": "", "departments": [
        {"name": "IT", "people": "", "load": "", "kind": "it"},
    ], "needs": []}}, "interview///"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "field"), WRONG, ids=[str(message)[:70] for message, _ in WRONG])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_is_said_beside_its_field_and_changes_nothing(message, field, language):
    view = FIRST.but(language=language)
    after, where, why = entries.edited(view, message)
    assert after == view
    assert where == field
    assert why
    assert "organisation." not in why


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)
DO = st.sampled_from([*entries._DOING, "fun"])


@settings(max_examples=30)
@given(
    st.fixed_dictionaries(
        {"do": DO},
        optional={
            "department": st.sampled_from(NAMES) | JUNK,
            "other": st.sampled_from(NAMES) | JUNK,
            "key": st.sampled_from([*rows.TRAITS, *edits.TIES, "name", "external_partner.fee"]) | JUNK,
            "value": st.text(max_size=6) | st.sampled_from(["1", "0,5", "it", ""]) | st.none(),
            "strength": st.floats(0, 1) | JUNK,
        },
    )
)
def test_whatever_is_entered_ends_in_a_sound_study_or_a_sentence(message):
    if message["do"] == "interview":
        message.pop("do")
    after, _, why = entries.edited(FIRST, message)
    assert isinstance(why, str)
    assert after.study.scenarios
    if not why:
        again = build(study_data(after.changes, after.scenarios), "again")
        assert again.select(after.scenarios).digest() == after.study.digest()
    assert rows.departments(after)


@pytest.mark.slow
@settings(max_examples=8)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.sampled_from([0.0, 0.25, 1.0])), max_size=8)
)
def test_ties_are_those_that_were_set_last(steps):
    view, known = FIRST, {tie.pair: tie.strength for tie in organisation(FIRST).interdependence}
    for a, b, strength in steps:
        view, *_ = enter(view, do="tie", department=a, other=b, key="interdependence", strength=strength)
        if a != b:
            known[frozenset((a, b))] = strength
    found = {tie.pair: tie.strength for tie in organisation(view).interdependence}
    assert found == {pair: strength for pair, strength in known.items() if strength > 0}


def test_the_study_that_is_served_is_never_changed():
    before = copy.deepcopy(base_data(None))
    for message in (
        {"do": "trait", "department": "Sales", "key": "capacity", "value": "1"},
        {"do": "rename", "department": "Sales", "value": "X"},
        {"do": "remove", "department": "Sales"},
        {"do": "tie", "department": "Sales", "other": "IT", "key": "interdependence", "strength": 0.1},
        {"do": "setting", "key": "external_partner.fee", "value": "1"},
        {"do": "text", "key": "name", "value": "X"},
    ):
        entries.edited(FIRST, message)
    assert base_data(None) == before == load_data("case")


# --- where one starts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_starts_from_what_ships_or_from_nothing(language):
    offered = starts.offered(language)
    assert {one["name"] for one in offered} == {*shipped_names(), ""}
    assert offered[0]["name"] == "case"
    assert all(one["title"] and one["what"] for one in offered)
    for one in offered:
        after, _, why = entries.edited(FIRST.but(language=language), {"do": "start", "value": one["name"]})
        assert why == ""
        assert (after.changes.base is None) == (one["name"] == "case")
        assert after.language == language
        assert len(after.scenarios) > 1


def test_the_interview_makes_an_organisation_of_its_answers():
    asked = {
        "name": "St. John's",
        "departments": [
            {"name": "IT", "kind": "it", "people": "3", "load": ""},
            {"name": "Wards", "kind": "business", "people": "20", "load": "95"},
            {"name": "Pharmacy", "kind": "business", "people": "4,5", "load": ""},
            {"name": "Insurers", "kind": "chain", "people": "2", "load": ""},
        ],
        "needs": [[1, 2], [0, 1], [2, 3], [9, 1], [1, 1]],
    }
    after, _, why = enter(do="interview", answers=asked)
    assert why == ""
    made = organisation(after)
    assert made.name.in_("en") == "St. John's"
    assert [(one.name, one.kind, one.capacity) for one in made.departments] == [
        ("IT", "it", 108.0), ("Wards", "business", 720.0), ("Pharmacy", "business", 162.0), ("Insurers", "chain", 72.0),
    ]  # fmt: skip
    assert department(after, "Wards").workload.value == 0.95
    assert {tie.pair for tie in made.interdependence} == {
        frozenset(("Wards", "Pharmacy")), frozenset(("IT", "Wards")), frozenset(("Pharmacy", "Insurers")),
    }  # fmt: skip
    asked["departments"][2]["name"] = "Wards"
    assert enter(do="interview", answers=asked)[2] == say("organisation.taken", "en", name="Wards")


# --- what is shown ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_free_and_how_long_the_work_takes_is_said(language):
    shown = {row["name"]: row for row in rows.departments(FIRST.but(language=language))}
    assert number(288 * 0.2, language) in shown["IT"]["says"][0]
    assert number(240, language) in shown["Sales"]["says"][0]
    tiny, *_ = enter(do="trait", department="Sales", key="process_work", value="9000")
    assert say("organisation.too_long", "en") in next(r for r in rows.departments(tiny) if r["name"] == "Sales")["says"]
    full, *_ = enter(do="trait", department="Sales", key="workload", value="100")
    (said,) = next(r for r in rows.departments(full) if r["name"] == "Sales")["says"]
    assert said.startswith("No hours are free")


def test_a_department_tied_to_nobody_and_hours_out_of_proportion_are_said_beside_it():
    alone, *_ = enter(do="add")
    row = rows.departments(alone)[-1]
    assert row["says"][-1] == say("organisation.untied", "en")
    many, *_ = enter(do="trait", department="IT", key="capacity", value="20000")
    it = rows.departments(many)[0]
    assert len(it["says"]) > 1
    assert all("organisation." not in said for row in rows.departments(many) for said in row["says"])


def test_what_a_world_draws_stands_where_nothing_is_known():
    shown = {row["name"]: row["traits"] for row in rows.departments(FIRST)}
    assert shown["IT"]["workload"]["drawn"] == "each world draws 72 to 88 %"
    assert shown["Sales"]["process_work"]["drawn"] == "each world draws 170 to 330"
    assert shown["Supplier"]["process_work"]["drawn"] == "each world draws 85 to 165"
    assert "process_work" not in shown["IT"]
    assert "benefit" not in shown["Supplier"]


def test_ties_of_many_departments_are_a_list():
    assert rows.ties(FIRST)["matrix"]
    data = copy.deepcopy(load_data("case"))
    for at in range(40):
        data["organisation"]["departments"][f"Team {at}"] = {"kind": "business", "capacity": 10}
    many = first_view("en", "organisation", study_store().keep(data))
    assert not rows.ties(many)["matrix"]


def test_the_file_is_the_study():
    view, *_ = enter(do="rename", department="Sales", value="Shop")
    file = page_of.file_of(view, 1.0)
    assert parse(file["content"]).digest() == build(base_data(view.changes.base), "x").digest()
    assert file["name"] == "the-supplier.yaml"
    assert page_of.file_of(view, 0.0) == {"stamp": 0.0}


def test_a_link_holds_the_organisation_as_long_as_the_server_has_it():
    view, *_ = enter(do="trait", department="Sales", key="capacity", value="777")
    path, _, query = address_of(view).partition("?")
    again, notices = read_address(path.strip("/"), query)
    assert not notices
    assert department(again, "Sales").capacity == 777.0


def test_studies_are_kept_for_a_day_and_within_bounds():
    now = [0.0]
    store = StudyStore(now=lambda: now[0])
    first = store.keep({"title": "a"})
    now[0] = STAYS * 3600 - 1
    assert store.by_digest(first.digest).data == {"title": "a"}
    now[0] += STAYS * 3600 - 1  # it was asked for meanwhile
    assert store.by_digest(first.digest) is not None
    now[0] += STAYS * 3600 + 1
    assert store.by_digest(first.digest) is None
    small = StudyStore(most=200)
    kept = [small.keep({"title": str(at) * 300 + str(at * 7919)}) for at in range(50)]
    assert small.by_digest(kept[0].digest) is None
    assert small.by_digest(kept[-1].digest) == kept[-1]


# --- in the browser --------------------------------------------------------------------------------------

browsing = pytest.mark.browser


def shown(page, address, language="en", path="organisation?worlds=30"):
    opened(page, address, path, language)
    page.wait_for_function(
        "text => !document.querySelector('#answer').innerText.includes(text)", arg=say("compare.computing", language)
    )
    return still(page)


def field(page, label):
    return page.get_by_label(label, exact=True)


@browsing
@pytest.mark.parametrize("language", quickly("nl", LANGUAGES))
def test_a_typed_number_changes_the_answer_and_is_undone(page, address, language):
    shown(page, address, language)
    capacity = field(
        page, say("organisation.of", language, what=say("organisation.capacity_trait", language), name="IT")
    )
    capacity.fill("2000")
    capacity.press("Tab")
    page.wait_for_function("location.search.includes('base=')")
    before = say("organisation.before", language, verdict="").split("{")[0][:20]
    page.wait_for_function("text => document.querySelector('#answer + *').innerText.includes(text)", arg=before)
    page.keyboard.press("Control+z")
    page.wait_for_function("!location.search.includes('base=')")
    page.wait_for_function("field => field.value === '288'", arg=capacity.element_handle())
    people = field(page, say("organisation.of", language, what=say("organisation.people", language), name="IT"))
    people.fill("10")
    people.press("Tab")
    page.wait_for_function("field => field.value === '360'", arg=capacity.element_handle())
    capacity.fill("veel")
    capacity.press("Tab")
    page.locator("[data-department=IT] .sy-error").wait_for()
    assert capacity.input_value() == "360"


@pytest.mark.slow
@browsing
def test_ties_are_set_by_mouse_and_by_keyboard(page, address):
    shown(page, address)
    cell = page.locator(".sy-org-matrix").get_by_role("button", name="Purchasing and Sales: not at all")
    cell.click()
    page.locator(".sy-org-matrix").get_by_role("button", name="Purchasing and Sales: 0.3").wait_for()
    page.keyboard.press("+")
    page.locator(".sy-org-matrix").get_by_role("button", name="Purchasing and Sales: 0.4").wait_for()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.ariaLabel") == "Logistics and Sales: 0.6"
    page.keyboard.press("0")
    page.locator(".sy-org-matrix").get_by_role("button", name="Logistics and Sales: not at all").wait_for()
    lines = page.locator(".sy-org-net .need").count()
    assert lines == len(organisation(FIRST).interdependence)
    page.get_by_role("button", name="Talks anyway").click()
    page.locator(".sy-org-matrix").get_by_role("button", name="Logistics and Sales: 1").wait_for()


@pytest.mark.slow
@browsing
def test_an_organisation_is_made_by_answering_questions(page, address):
    shown(page, address)
    page.get_by_role("button", name=say("organisation.interview")).click()
    talk = page.locator(".sy-org-interview")
    talk.locator("input").first.fill("Fitters & Co")
    for row, (name, people, full) in enumerate((("", "1", ""), ("Fitting", "8", "85"), ("Office", "3", ""))):
        line = talk.locator("tbody tr").nth(row)
        if name:
            line.locator("input").nth(0).fill(name)
        line.locator("input").nth(1).fill(people)
        line.locator("input").nth(2).fill(full)
    talk.get_by_label("Fitting – Office").check()
    talk.get_by_role("button", name=say("organisation.finish")).click()
    page.wait_for_function("location.search.includes('base=')")
    page.locator("[data-department=Fitting]").wait_for()
    assert page.locator(".sy-org-table tbody").count() == 3
    page.locator(".sy-org-matrix").get_by_role("button", name="Office and Fitting: 0.6").wait_for()
    page.reload()
    page.locator("[data-department=Fitting]").wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name=say("organisation.download")).click()
    assert download.value.suggested_filename == "fitters-co.yaml"
    assert load(str(download.value.path())).organisation.names == ("IT", "Fitting", "Office")


@pytest.mark.slow
@browsing
@pytest.mark.parametrize(("language", "width"), crossed(LANGUAGES, [1280, 390]))
def test_more_about_a_department_and_what_nobody_knows(visitor, address, language, width):
    page = shown(visitor(width), address, language)
    called = {"en": "Sales", "nl": "Verkoop"}[language]
    page.get_by_role("button", name=say("organisation.more_of", language, name=called)).click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    group = page.locator(".sy-org-open fieldset", has_text=say("organisation.conviction_trait", language))
    box = group.get_by_label(say("organisation.dont_know", language))
    assert box.is_checked()
    assert "60" in group.inner_text()
    box.uncheck()
    value = group.locator("input.short").first
    value.fill("40")
    value.press("Tab")
    page.wait_for_function("location.search.includes('base=')")
    off = group.locator("label input.short")
    off.fill("10")
    off.press("Tab")
    page.wait_for_function("field => field.value === '10'", arg=off.element_handle())
    still(page)
    box.check()
    page.wait_for_function("!location.search.includes('base=')")


@browsing
@pytest.mark.slow
def test_starting_from_nothing_and_back_again(page, address):
    shown(page, address)
    page.locator(".sy-org-start select").select_option("")
    page.locator("[data-department='Department 1']").wait_for()
    assert page.locator(".sy-org-table tbody").count() == 2
    page.get_by_role("button", name=say("organisation.add"), exact=True).click()
    page.locator("[data-department='Department 2']").wait_for()
    page.get_by_role("button", name=say("organisation.remove", name="Department 1")).click()
    page.locator("[data-department='Department 1']").wait_for(state="detached")
    for _ in range(3):
        page.keyboard.press("Control+z")
        still(page)
    page.locator("[data-department='Sales']").wait_for()


def test_no_more_hours_are_dedicated_than_there_are_and_that_is_said():
    after, field, why = enter(do="trait", department="IT", key="capacity", value="36")
    assert (field, why) == ("trait/IT//capacity", say("organisation.lowered", "en", hours="36"))
    assert scenario_of(after.changes, "full-it-hours").measures.dedicate_hours.hours == 36.0
    assert department(after, "IT").capacity == 36.0


def test_measures_follow_the_size_of_an_organisation_that_is_begun():
    after, _, why = enter(do="start", value="")
    assert why == ""
    partner = scenario_of(after.changes, "full").measures.external_partner
    assert partner.hours == round(72 * 288 / 1152)


@pytest.mark.parametrize(("language", "said"), [("en", "23 answers"), ("nl", "23 antwoorden")])
def test_a_surveyed_trait_says_how_sure_it_is(language, said):
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["conviction"] = {"value": 0.6, "standard_error": 0.05, "answers": 23}
    view = first_view(language, "organisation", Base("0" * 32, data))
    told = next(row for row in rows.departments(view) if row["name"] == "Sales")["traits"]
    assert told["conviction"]["answered"].startswith(said)
    assert "50" in told["conviction"]["answered"]
    assert told["knowledge"]["answered"] == ""
