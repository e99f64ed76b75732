"""One table of states, and what comes of it."""

from pathlib import Path

import pytest

from simulation import OrganisationModel
from simulation.analysis.mechanisms import CONSEQUENCES, MECHANISMS
from simulation.engine.kernel.records import LUCK, ORGANISATION, STATE
from simulation.model.states import DEPARTMENT_STATES, LUCK_STATES, ORGANISATION_STATES, table

TABLES = pytest.mark.parametrize("states", [DEPARTMENT_STATES, ORGANISATION_STATES], ids=["department", "organisation"])


@TABLES
def test_every_state_says_what_it_is(states):
    assert len({one.name for one in states}) == len(states)
    for one in states:
        assert all((one.unit, one.meaning, one.start, one.symbol)), one.name
        assert one.group in {*MECHANISMS, *CONSEQUENCES, ""}, one.name


@TABLES
def test_the_document_shows_every_state(states):
    """Put what ``states.table`` returns in section 2; it is the same text."""
    assert table(states) in Path("docs/odd.md").read_text(encoding="utf-8")


def test_luck_stands_first_in_a_state():
    """The engine copies a week's luck over the first fields of a state."""
    count = len(LUCK_STATES)
    assert STATE.names[:count] == LUCK.names == tuple(one.name for one in LUCK_STATES)
    assert all(STATE[name].kind == "f" for name in LUCK.names)


def test_whole_numbers_are_whole_in_records():
    for kind, states in ((STATE, DEPARTMENT_STATES), (ORGANISATION, ORGANISATION_STATES)):
        assert {one.name: one.whole for one in states} == {name: kind[name].kind == "i" for name in kind.names}


def test_a_department_has_every_state_from_the_start():
    model = OrganisationModel("full", rng=1, collect=False)
    for one in model.everyone:
        for state in DEPARTMENT_STATES:
            assert isinstance(getattr(one, state.name), int | float) or state.start == "none", state.name
