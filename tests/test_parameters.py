"""Every number of the model: what is known about it, in both languages, and that it matters."""

import re
from dataclasses import FrozenInstanceError, asdict, fields, replace
from math import isfinite

import pytest
from helpers import differing, outcomes

from simulation import PARAMETERS, OrganisationModel, Values
from simulation.study.organisation import Project
from simulation.study.parameters import ASSUMED, BY_NAME
from simulation.text.i18n import LANGUAGES, phrases, twin, words_of

GROUPS = {
    "capacity": "bau_business bau_it omega_business omega_it kappa n_projects_it n_projects_business",
    "conviction": "x0 eta_x xi f0 g eta_f eta_e zeta",
    "responsibility": "t nu acc tau_s c_role paper tau_c",
    "visibility": "tau_V dV_name v_meet v_board",
    "effort": "e0 m_team role_h h_ref",
    "priority": "om0 om_done bV bP A tau_om sh_om",
    "ownership": "al_o de_o k0 kmin lam_k lam_t de_k",
    "work": "WB WT lead phi_it phi_sub phi_pair eps0 eps_b ad_hoc",
    "issues": "iota iota_c mu mu_p I_half",
    "adoption": "qloss a_cut p_a q_a de_a tau_z press h_care gam",
    "luck": "p_inc s_inc p_leave loss_leave p_shock",
    "debt": "debt0 debt_g debt_m",
}
"""Section 6 of the specification."""

SPECIFIED = """
.80 .72 .88  .80 .72 .88  .30 .15 .60  1.0 .5 1.6  .08 .03 .20  5 3 7  2 1 3
.75 .60 .90  .05 .02 .10  .30 .1 .5  .80 .60 .95  .5 .2 .8  .10 .05 .25  .08 .03 .20  .5 .2 .8
1.0 .5 1.3  .25 .10 .40  .7 .5 .9  3 1 8  .85 .6 .95  .5 .2 .8  26 12 52
8 4 16  .7 .4 .9  .06 .03 .10  .03 .015 .06
.35 .15 .55  2 1 4  1 .5 3  12 8 16
.30 .15 .45  .10 .05 .20  .5 .2 .8  .35 .15 .60  .60 .3 .9  6 3 12  .5 .3 .8
.04 .02 .08  .03 .015 .06  .25 .1 .4  .4 .2 .6  .03 .015 .06  .06 .02 .12  .008 .002 .03
240 170 330  190 130 270  .30 .1 .5  .35 .2 .5  .60 .4 .8  .60 .4 .8  .08 .03 .15  .30 .1 .5  .12 .05 .25
.03 .015 .06  .25 .1 .5  1.0 .5 2  .3 .1 .6  6 3 10
.40 .2 .6  .40 .2 .6  .03 .015 .06  .20 .10 .40  .06 .03 .10  20 10 36  1.0 .5 2  4 2 8  .5 .3 .7
.06 .03 .12  .20 .1 .35  .004 .002 .010  .35 .2 .6  .02 .01 .04
.30 .1 .6  .25 .1 .5  .06 .02 .12
"""
"""Default, low and high of each, in that order."""

SHOWN_BY = {
    "phi_it": "technicians",
    "phi_sub": "full-partner-over",
    "qloss": "full-partner-over",
    "debt0": "full-self-built",
}
"""The scenario in which a parameter shows; the others show in ``full``, where nearly everything is in use."""


def test_every_parameter_of_the_specification_is_there_and_no_other():
    groups: dict[str, list[str]] = {}
    for one in PARAMETERS:
        groups.setdefault(one.group, []).append(one.name)
    assert groups == {group: names.split() for group, names in GROUPS.items()}


def test_defaults_and_ranges_are_the_specifications():
    numbers = [float(word) for word in SPECIFIED.split()]
    assert [(one.default, one.low, one.high) for one in PARAMETERS] == list(
        zip(numbers[0::3], numbers[1::3], numbers[2::3], strict=True)
    )


def test_values_and_passports_match():
    assert [one.name for one in fields(Values)] == [one.name for one in PARAMETERS] == list(BY_NAME)
    assert asdict(Values()) == {one.name: one.default for one in PARAMETERS}
    assert all(BY_NAME[one.name] is one for one in PARAMETERS)


def test_values_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Values().t = 0.5  # type: ignore[misc]


def offenders(holds):
    """The parameters of which something does not hold."""
    return [one.name for one in PARAMETERS if not holds(one)]


def test_ranges_are_in_order():
    assert offenders(lambda one: one.least <= one.low < one.high <= one.most) == []
    assert offenders(lambda one: one.low <= one.default <= one.high) == []
    assert offenders(lambda one: all(map(isfinite, (one.least, one.low, one.high, one.most)))) == []


def test_every_parameter_says_where_it_comes_from():
    def is_assumed(one):
        return one.source == ASSUMED or one.source.endswith("value assumed")

    assert offenders(lambda one: one.unit.strip() and one.source.strip()) == []
    assert offenders(lambda one: one.grade in {"study", "expert", "assumed"}) == []
    assert offenders(lambda one: one.grade == "assumed" or not is_assumed(one)) == []
    assert offenders(lambda one: one.grade == "assumed" or re.search(r"\d", one.source)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_is_explained(language):
    assert offenders(lambda one: len(phrases(language)[f"parameter.{one.name}"]) > 10) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_parameter_is_explained_that_does_not_exist(language):
    told = {key.split(".", 1)[1] for key in phrases(language) if key.startswith("parameter.")}
    assert told == set(BY_NAME)


@pytest.mark.parametrize("part", ["unit", "source"])
def test_every_unit_and_source_has_a_dutch_twin(part):
    for english in {getattr(one, part) for one in PARAMETERS}:
        keys = [key for key, text in words_of(f"passport.{part}", "en").items() if text == english]
        assert len(keys) == 1, f"{english!r} must stand once in locale/en/passport.yaml"
        assert twin(f"passport.{part}", english, "nl") == words_of(f"passport.{part}", "nl")[keys[0]]
    assert offenders(lambda one: one.group in words_of("passport.group", "nl")) == []


def test_no_twin_is_left_over():
    for part in ("unit", "source"):
        said = {getattr(one, part) for one in PARAMETERS} | (
            {"your file", "own estimate"} if part == "source" else set()
        )
        assert set(words_of(f"passport.{part}", "en").values()) == said
    assert set(words_of("passport.group", "en")) == {one.group for one in PARAMETERS}


def test_a_dutch_source_keeps_its_names_and_years():
    for key, english in words_of("passport.source", "en").items():
        dutch = words_of("passport.source", "nl")[key]
        assert re.findall(r"[12]\d{3}", english) == re.findall(r"[12]\d{3}", dutch), key
        assert re.findall(r"\d+ %", english) == re.findall(r"\d+ %", dutch), key


def test_the_unit_tells_the_power_of_hours():
    """``hours`` is what a change of the unit of time must do to a number."""

    def power(unit):
        return -1 if "per h" in unit else 1 if unit.split()[0] == "h" else 0

    assert offenders(lambda one: one.hours == power(one.unit)) == []


def test_shares_stay_shares():
    shares = {"share, 0 to 1", "chance per week"}
    assert offenders(lambda one: one.unit not in shares or (one.least, one.most) == (0.0, 1.0)) == []
    assert offenders(lambda one: one.unit != "weeks" or one.least == 1.0) == []


def moved(name: str, values: Values) -> dict[str, float]:
    """The outcomes of a scenario in world 0 of seed 1."""
    return outcomes(OrganisationModel(name, 0, 1, values=values, collect=False))


@pytest.mark.slow
@pytest.mark.parametrize("about", PARAMETERS, ids=lambda one: one.name)
def test_every_parameter_has_an_effect(about):
    """From the low to the high end of its range something must change: one without effect is a defect."""
    name = SHOWN_BY.get(about.name, "full")
    low, high = (moved(name, replace(Values(), **{about.name: bound})) for bound in (about.low, about.high))
    assert differing(low, high)


@pytest.mark.parametrize("name", ["connections_per_week", "connection_hours", "start", "horizon"])
def test_every_number_of_the_project_has_an_effect(name):
    from simulation import case

    plain = case().scenario("full")
    other = Project.model_validate({**plain.project.model_dump(), name: 30})
    found = [
        outcomes(OrganisationModel(replace(plain, project=one), 0, 1, parameters="defaults", collect=False))
        for one in (plain.project, other)
    ]
    assert differing(*found)
