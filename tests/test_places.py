"""A mistake has a place: a line of a text, a cell of a sheet, or a field of a form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import case
from simulation.study.build.merge import build
from simulation.study.errors import InputRefused, abridged, unknown
from simulation.study.places import Cell, FormField, Line
from simulation.study.sources.files import load_data
from simulation.text.i18n import LANGUAGES

PLACES = st.one_of(
    st.builds(Line, st.integers(1, 99)),
    st.builds(Cell, st.sampled_from(["", "Ties", "Survey"]), st.integers(1, 99), st.integers(1, 99)),
    st.builds(FormField, st.sampled_from(["Hours", "Load"])),
)


@given(st.lists(PLACES, min_size=1, max_size=12))
def test_problems_of_any_places_are_sorted_and_told(places):
    wrong = [unknown("unknown_department", f"IT{n}", "ABCDEF", place=place) for n, place in enumerate(places)]
    told = abridged(wrong)
    assert [each.order for each in told] == sorted(each.order for each in told)
    for each in told:
        for language in LANGUAGES:
            assert each.told(language).startswith(f"{each.place.told(language)}: ")


@pytest.mark.parametrize(
    ("places", "says"),
    [
        ([Line(7), Line(9)], "'IT' again, as on line 7."),
        ([Cell("Ties", 7, 3), Cell("Ties", 9, 3)], "cell Ties!C9: 'IT' again, as in cell Ties!C7."),
        ([FormField("Load"), FormField("Sales")], 'again, as in the field "Load".'),
        ([Cell("Ties", row, 3) for row in range(1, 13)], " Also in cells Ties!C2, Ties!C3, "),
        ([Line(row) for row in range(1, 13)], " Also on lines 2, 3, "),
    ],
)
def test_the_same_mistake_is_told_by_its_places(places, says):
    refused = InputRefused(abridged(unknown("unknown_department", "IT", "ABCDEF", place=place) for place in places))
    assert says in refused.told("en")
    assert refused.told("nl").count("\n") == refused.told("en").count("\n")


def test_a_source_that_knows_cells_has_its_problems_told_by_cells():
    data = load_data("case")
    data["organisation"]["departments"]["Sales"]["capacity"] = "many"
    with pytest.raises(InputRefused, match=r"^cell Departments!C4, organisation\.departments\.Sales\.capacity: "):
        build(data, "mine", lambda path: Cell("Departments", 4, 3) if "capacity" in path else None)


def test_a_study_made_in_code_has_no_places():
    assert all(remark.place is None for remark in build(load_data("case"), "case").remarks)
    assert build(load_data("case"), "case").digest() == case().digest()
