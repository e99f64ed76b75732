"""Every number of the model: what is known about it, in both languages, and that it matters."""

import re
from dataclasses import FrozenInstanceError, asdict, fields, replace
from fractions import Fraction
from math import isfinite

import pytest
from helpers import altered, differing, outcomes

from simulation import PARAMETERS, OrganisationModel, Values, case
from simulation.study.organisation import Project
from simulation.study.parameters import ASSUMED, BY_NAME
from simulation.text.i18n import LANGUAGES, phrases, twin, words_of

SPECIFIED = """
capacity: bau_business .8 .72 .88; bau_it .8 .72 .88; omega_business .3 .15 .6; omega_it 1 .5 1.6; kappa .08 .03 .2;
    n_projects_it 5 3 7; n_projects_business 2 1 3; gamma_size .7 .5 1; key_hours .8 .7 .9; bau_spread .05 .02 .08;
    bau_noise .1 .05 .15; omega_spread .4 .2 .6
conviction: x0 .75 .6 .9; eta_x .05 .02 .1; xi .3 .1 .5; f0 .8 .6 .95; g .5 .2 .8; eta_f .1 .05 .25; eta_e .08 .03 .2;
    zeta .5 .2 .8; h_answer 6 3 12; won .5 .25 .75; eta_o .03 .015 .06; x0_spread .15 .08 .22; convinced .1 .05 .15;
    sig 60 30 90; sig_rate .15 .08 .22
responsibility: t 1 .5 1.3; nu .25 .1 .4; acc .7 .5 .9; tau_s 3 1 8; c_role .85 .6 .95; paper .5 .2 .8;
    tau_c 26 12 52; chain_role .5 .3 .7
visibility: tau_V 8 4 16; dV_name .7 .4 .9; v_meet .06 .03 .1; v_board .03 .015 .06; v_partner .04 .02 .06;
    v_obj .01 .005 .015; meet0 .5 .3 .7; al_v .25 .15 .35
effort: e0 .35 .15 .55; m_team 2 1 4; role_h 1 .5 3; h_ref 12 8 16; att 1/12 .05 .12
priority: om0 .3 .15 .45; om_done .1 .05 .2; bV .5 .2 .8; bP .35 .15 .6; A .6 .3 .9; tau_om 6 3 12; sh_om .5 .3 .8
ownership: al_o .04 .02 .08; de_o .03 .015 .06; k0 .25 .1 .4; kmin .4 .2 .6; lam_k .03 .015 .06; lam_t .06 .02 .12;
    de_k .008 .002 .03; pair0 .3 .15 .45
work: WB 240 170 330; WT 190 130 270; lead .3 .1 .5; phi_it .35 .2 .5; phi_sub .6 .4 .8; phi_pair .6 .4 .8;
    eps0 .08 .03 .15; eps_b .3 .1 .5; WB_chain .5 .3 .8; WT_chain 1.3 1 1.6; WT_own 1.35 1.1 1.6; ahead .6 .4 .8
handoffs: c0 .05 .02 .15; lam_g .12 .06 .24; md .3 .15 .5; eps_s .55 .3 .8; D_ref 3 2 4
issues: iota .03 .015 .06; iota_c .25 .1 .5; mu 1 .5 2; mu_p .3 .1 .6; I_half 6 3 10
adoption: qloss .4 .2 .6; a_cut .4 .2 .6; p_a .03 .015 .06; q_a .2 .1 .4; de_a .06 .03 .1; tau_z 12 4 30;
    press 1 .5 2; h_care 4 2 8; gam .5 .3 .7; dip .25 .1 .5; wa .1 .05 .2; ready_T .95 .91 .99; ready_B .9 .82 .98;
    ready_T_chain .9 .82 .98; ready_B_chain .85 .77 .93; care0 .1 .02 .18; strain .9 .8 1; hold_z .7 .5 .9;
    hold_off .3 .15 .45
luck: p_inc .06 .03 .12; s_inc .2 .1 .35; p_leave .004 .002 .01; loss_leave .35 .2 .6; p_shock .02 .01 .04;
    p_sp .003 .001 .006; fid .5 .3 .7; inc_weeks 3 2 4; sh_weeks 12 6 18; sh_pull .3 .15 .45; sp_weeks 26 13 39;
    key_weeks 8 4 12; key_role .5 .3 .7; leave_sigma .5 .25 .75
debt: debt0 .3 .1 .6; debt_g .25 .1 .5; debt_m .06 .02 .12; debt_std .05 .02 .08
"""
"""Section 8 of the document, once more: default, low and high of each parameter, by group."""

SHOWN_BY = {
    "phi_it": "technicians",
    "phi_sub": "full-partner-over",
    "qloss": "full-partner-over",
    "debt0": "full-self-built",
    "WT_own": "full-self-built",
    "wa": "full-retired",
    "hold_off": "full-retired",
    "ready_B": "full-it-hours",
    "ready_B_chain": "full-it-hours",
    "ready_T_chain": "full-it-hours",
}
"""The scenario in which a parameter shows; the others show in ``full``, where nearly everything is in use."""


def specified():
    """Group, name, default, low and high of every parameter that is specified."""
    for group, listed in re.findall(r"(\w+):([^:]*)(?=\n\w+:|$)", SPECIFIED.strip()):
        for words in map(str.split, listed.split(";")):
            yield group, words[0], *(float(Fraction(word)) for word in words[1:])


def test_every_parameter_of_the_specification_is_there_with_its_default_and_range_and_no_other():
    found = [(one.group, one.name, one.default, one.low, one.high) for one in PARAMETERS]
    assert found == list(specified())


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
    time_constants = [one for one in PARAMETERS if one.unit == "weeks" and one.name != "sig"]  # sig multiplies
    assert {one.least for one in time_constants} == {1.0}


SHOWN_WITH = {
    "gamma_size": {"capacity": 300.0},
    "h_answer": {"voice": 0.5},
    "won": {"voice": 0.5},
    "eta_o": {"voice": 0.5},
    "convinced": {"voice": 0.5},
    "v_obj": {"voice": 0.5},
    "ready_T_chain": {"process_work": 5.0, "technical_work": 600.0},
}
"""What is said of departments where the case does not show a parameter: it has no voices, and is of usual size."""

OF_CHAIN = {"ready_T_chain"}
"""Of these, what is said of chain partners alone: theirs is seen where technique is what they wait for."""


def moved(about, values: Values) -> dict[str, float]:
    """The outcomes of the scenario that shows a parameter in world 0 of seed 1."""
    plain = case().scenario(SHOWN_BY.get(about.name, "full"))
    said = SHOWN_WITH.get(about.name, {})
    whose = ("chain",) if about.name in OF_CHAIN else ("it", "business", "chain")
    shown = replace(plain, organisation=altered(plain.organisation, lambda one: said if one.kind in whose else {}))
    return outcomes(OrganisationModel(shown, 0, 1, values=values, collect=False))


@pytest.mark.slow
@pytest.mark.parametrize("about", PARAMETERS, ids=lambda one: one.name)
def test_every_parameter_has_an_effect(about):
    """From the low to the high end of its range something must change: one without effect is a defect."""
    low, high = (moved(about, replace(Values(), **{about.name: bound})) for bound in (about.low, about.high))
    assert differing(low, high)


@pytest.mark.parametrize("name", ["connections_per_week", "connection_hours", "start", "horizon"])
def test_every_number_of_the_project_has_an_effect(name):
    plain = case().scenario("full")
    other = Project.model_validate({**plain.project.model_dump(), name: 30})
    found = [
        outcomes(OrganisationModel(replace(plain, project=one), 0, 1, parameters="defaults", collect=False))
        for one in (plain.project, other)
    ]
    assert differing(*found)
