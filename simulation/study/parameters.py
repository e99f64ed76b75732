"""Every parameter of the model: default, range, unit, source, grade.

One without a source says that it is assumed. The ranges are what a study draws its worlds from.
Meanings in plain words stand in ``locale/``, under ``parameter.<name>``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal, cast

Grade = Literal["study", "expert", "assumed"]

ASSUMED = "assumed"
HOURS = "h"
SHARE = "share, 0 to 1"
PER_WEEK = "per week"
WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What is known about one parameter.

    ``low`` and ``high`` bound what a world may draw; ``least`` and ``most`` bound what a file may give. ``grade`` says
    what stands behind the default: a study, an expert, or nobody.
    ``hours`` is the power of "hour" in its unit (1 for hours, −1 for "per hour", 0 for the rest).
    """

    name: str
    group: str
    default: float
    low: float
    high: float
    unit: str
    source: str
    grade: Grade
    least: float
    most: float
    hours: int


def declare(
    group: str,
    default: float,
    low: float,
    high: float,
    unit: str = SHARE,
    source: str = ASSUMED,
    grade: Grade = "assumed",
    least: float = 0.0,
    most: float | None = None,
    hours: int = 0,
) -> float:
    """Declare one parameter of :class:`Values` with all that is known about it; arguments as in :class:`Parameter`.

    Without ``most`` it is 1 for a share or a rate per week, and a million for anything else.
    """
    if most is None:
        most = 1.0 if unit in {SHARE, PER_WEEK} else 1e6
    about = {
        "group": group,
        "default": default,
        "low": low,
        "high": high,
        "unit": unit,
        "source": source,
        "grade": grade,
        "least": least,
        "most": most,
        "hours": hours,
    }
    declared: Any = field(default=default, metadata=about)
    return cast(float, declared)


DEGROOT = "form: DeGroot 1974; Friedkin & Johnsen 1990; value assumed"
DARLEY = (
    "Darley & Latané 1968: 85 % and 31 % helping as hazards 1.90 and .37 give t ≈ 1; Latané 1981 says t < 1; "
    "Fischer et al. 2011, g = −.35 over 105 effects"
)
KATZ = "form: Katz & Kahn 1978, role episode; value assumed"
KURAN = "form: Kuran 1995; Prentice & Miller 1993; value assumed"
KARAU = "form: Karau & Williams 1993, collective effort model, 78 studies; value assumed"
PIERCE = "form: Pierce, Kostova & Dirks 2003; value assumed"
LEARNING = "form: Cohen & Levinthal 1990; Ko, Kirsch & King 2005; Argote 2013; value assumed"
PROSCI = "Prosci: 72 % against 29 % meet objectives with effective against ineffective sponsors; a vendor's self-report"
WEINBERG = "form: Weinberg 1992; his 20 % per extra project is folklore; value assumed"
CATALDO = "form: Cataldo, Herbsleb & Carley 2008, sociotechnical congruence; value assumed"
SHAKEDOWN = "form: Markus & Tanis 2000; McAfee 2002, the dip after go-live; value assumed"
FORD = "form: Ford, Ford & D'Amelio 2008, resistance as a resource; value assumed"
DURLAK = "form: Durlak & DuPre 2008; Dusenbury et al. 2003; value assumed"
BASS = "form: Bass 1969; his .03 and .38 are per year for consumer goods and are not used; value assumed"
SUSTAIN = "form: Buchanan et al. 2005; Lewin 1947; value assumed"
LALLY = (
    "assumed; Lally et al. 2010: 66 days to 95 % of an asymptote, a tau of some 3 weeks, for one simple habit; "
    "shakedowns of 4 to 12 months, Ross & Vitale 2000"
)
BESKER = "Besker, Martini & Bosch 2019: 23 % to 36 % of developers' time lost to technical debt"


@dataclass(frozen=True, slots=True)
class Values:
    """One value for every parameter, by the symbols of ``docs/odd.md``; the defaults if nothing is given.

    Nothing is checked: a world draws within the ranges of :data:`PARAMETERS`, and a file is checked against them.

    >>> Values().t, Values(t=0.5).t
    (1.0, 0.5)
    """

    # capacity
    bau_business: float = declare("capacity", 0.80, 0.72, 0.88, "share of capacity", most=2.0)
    bau_it: float = declare("capacity", 0.80, 0.72, 0.88, "share of capacity", most=2.0)
    omega_business: float = declare("capacity", 0.30, 0.15, 0.60, "weight against the project's", most=100.0)
    omega_it: float = declare("capacity", 1.0, 0.5, 1.6, "weight against the project's", most=100.0)
    kappa: float = declare("capacity", 0.08, 0.03, 0.20, "per extra project", WEINBERG, most=10.0)
    n_projects_it: float = declare("capacity", 5.0, 3.0, 7.0, "projects", least=1.0, most=1000.0)
    n_projects_business: float = declare("capacity", 2.0, 1.0, 3.0, "projects", least=1.0, most=1000.0)
    gamma_size: float = declare("capacity", 0.7, 0.5, 1.0, "exponent", most=2.0)
    key_hours: float = declare("capacity", 0.8, 0.7, 0.9, "share of capacity", most=1.0)
    bau_spread: float = declare("capacity", 0.05, 0.02, 0.08, "share of capacity", most=1.0)
    bau_noise: float = declare("capacity", 0.10, 0.05, 0.15, SHARE)
    omega_spread: float = declare("capacity", 0.4, 0.2, 0.6, SHARE)
    # conviction and frame
    x0: float = declare("conviction", 0.75, 0.60, 0.90)
    eta_x: float = declare("conviction", 0.05, 0.02, 0.10, PER_WEEK, DEGROOT)
    xi: float = declare("conviction", 0.30, 0.10, 0.50)
    f0: float = declare("conviction", 0.80, 0.60, 0.95)
    g: float = declare("conviction", 0.5, 0.2, 0.8, SHARE, DEGROOT)
    eta_f: float = declare("conviction", 0.10, 0.05, 0.25, PER_WEEK, DEGROOT)
    eta_e: float = declare("conviction", 0.08, 0.03, 0.20, PER_WEEK)
    zeta: float = declare("conviction", 0.5, 0.2, 0.8)
    h_answer: float = declare("conviction", 6.0, 3.0, 12.0, "h per objection", hours=1)
    won: float = declare("conviction", 0.5, 0.25, 0.75, SHARE, FORD)
    eta_o: float = declare("conviction", 0.03, 0.015, 0.06, PER_WEEK)
    x0_spread: float = declare("conviction", 0.15, 0.08, 0.22, SHARE)
    convinced: float = declare("conviction", 0.1, 0.05, 0.15, SHARE)
    sig: float = declare("conviction", 60.0, 30.0, 90.0, WEEKS)
    sig_rate: float = declare("conviction", 0.15, 0.08, 0.22, PER_WEEK)
    # responsibility
    t: float = declare("responsibility", 1.0, 0.5, 1.3, "exponent", DARLEY, "study", most=10.0)
    nu: float = declare("responsibility", 0.25, 0.10, 0.40)
    acc: float = declare("responsibility", 0.7, 0.5, 0.9)
    tau_s: float = declare("responsibility", 3.0, 1.0, 8.0, WEEKS, least=1.0)
    c_role: float = declare("responsibility", 0.85, 0.60, 0.95)
    paper: float = declare("responsibility", 0.5, 0.2, 0.8, SHARE, KATZ)
    tau_c: float = declare("responsibility", 26.0, 12.0, 52.0, WEEKS, least=1.0)
    chain_role: float = declare("responsibility", 0.5, 0.3, 0.7, SHARE)
    # visibility
    tau_V: float = declare("visibility", 8.0, 4.0, 16.0, WEEKS, KURAN, least=1.0)
    dV_name: float = declare("visibility", 0.7, 0.4, 0.9, SHARE, KURAN)
    v_meet: float = declare("visibility", 0.06, 0.03, 0.10, PER_WEEK)
    v_board: float = declare("visibility", 0.03, 0.015, 0.06, PER_WEEK)
    v_partner: float = declare("visibility", 0.04, 0.02, 0.06, PER_WEEK)
    v_obj: float = declare("visibility", 0.01, 0.005, 0.015, PER_WEEK)
    meet0: float = declare("visibility", 0.5, 0.3, 0.7, SHARE)
    al_v: float = declare("visibility", 0.25, 0.15, 0.35, PER_WEEK)
    # effort
    e0: float = declare("effort", 0.35, 0.15, 0.55, SHARE, KARAU)
    m_team: float = declare("effort", 2.0, 1.0, 4.0, "h per week", hours=1)
    role_h: float = declare("effort", 1.0, 0.5, 3.0, "h per week for three roles", hours=1)
    h_ref: float = declare("effort", 12.0, 8.0, 16.0, "h per week", least=1e-6, hours=1)
    att: float = declare("effort", 1 / 12, 0.05, 0.12, "share of h_ref", most=1.0)
    # priority
    om0: float = declare("priority", 0.30, 0.15, 0.45)
    om_done: float = declare("priority", 0.10, 0.05, 0.20)
    bV: float = declare("priority", 0.5, 0.2, 0.8)
    bP: float = declare("priority", 0.35, 0.15, 0.60)
    A: float = declare("priority", 0.60, 0.30, 0.90, SHARE, PROSCI, "expert")
    tau_om: float = declare("priority", 6.0, 3.0, 12.0, WEEKS, least=1.0)
    sh_om: float = declare("priority", 0.5, 0.3, 0.8)
    # ownership and knowledge
    al_o: float = declare("ownership", 0.04, 0.02, 0.08, PER_WEEK, PIERCE)
    de_o: float = declare("ownership", 0.03, 0.015, 0.06, PER_WEEK, PIERCE)
    k0: float = declare("ownership", 0.25, 0.10, 0.40)
    kmin: float = declare("ownership", 0.4, 0.2, 0.6)
    lam_k: float = declare("ownership", 0.03, 0.015, 0.06, PER_WEEK, LEARNING)
    lam_t: float = declare("ownership", 0.06, 0.02, 0.12, PER_WEEK, LEARNING)
    de_k: float = declare("ownership", 0.008, 0.002, 0.030, PER_WEEK, LEARNING)
    pair0: float = declare("ownership", 0.3, 0.15, 0.45, SHARE)
    # work
    WB: float = declare("work", 240.0, 170.0, 330.0, HOURS, hours=1)
    WT: float = declare("work", 190.0, 130.0, 270.0, HOURS, hours=1)
    lead: float = declare("work", 0.30, 0.10, 0.50)
    phi_it: float = declare("work", 0.35, 0.20, 0.50)
    phi_sub: float = declare("work", 0.60, 0.40, 0.80)
    phi_pair: float = declare("work", 0.60, 0.40, 0.80)
    eps0: float = declare("work", 0.08, 0.03, 0.15)
    eps_b: float = declare("work", 0.30, 0.10, 0.50)
    WB_chain: float = declare("work", 0.5, 0.3, 0.8, "share of WB", most=100.0)
    WT_chain: float = declare("work", 1.3, 1.0, 1.6, "share of WT", most=100.0)
    WT_own: float = declare("work", 1.35, 1.1, 1.6, "share of WT", most=100.0)
    ahead: float = declare("work", 0.6, 0.4, 0.8, SHARE)
    # hand-offs
    c0: float = declare("handoffs", 0.05, 0.02, 0.15, SHARE, CATALDO)
    lam_g: float = declare("handoffs", 0.12, 0.06, 0.24, PER_WEEK, CATALDO)
    md: float = declare("handoffs", 0.30, 0.15, 0.50)
    eps_s: float = declare("handoffs", 0.55, 0.30, 0.80, SHARE, CATALDO)
    D_ref: float = declare("handoffs", 3.0, 2.0, 4.0, "sum of strengths", CATALDO, least=0.01, most=1000.0)
    # issues
    iota: float = declare("issues", 0.03, 0.015, 0.06, "issues per h of progress", most=100.0, hours=-1)
    iota_c: float = declare("issues", 0.25, 0.10, 0.50, "issues per week", most=100.0)
    mu: float = declare("issues", 1.0, 0.5, 2.0, "pick-ups per week", most=100.0)
    mu_p: float = declare("issues", 0.3, 0.1, 0.6, "pick-ups per week", most=100.0)
    I_half: float = declare("issues", 6.0, 3.0, 10.0, "issues", least=1e-6)
    # adoption
    qloss: float = declare("adoption", 0.40, 0.20, 0.60)
    a_cut: float = declare("adoption", 0.40, 0.20, 0.60)
    p_a: float = declare("adoption", 0.03, 0.015, 0.06, PER_WEEK, BASS)
    q_a: float = declare("adoption", 0.20, 0.10, 0.40, PER_WEEK, BASS)
    de_a: float = declare("adoption", 0.06, 0.03, 0.10, PER_WEEK, SUSTAIN)
    tau_z: float = declare("adoption", 12.0, 4.0, 30.0, WEEKS, LALLY, least=1.0)
    press: float = declare("adoption", 1.0, 0.5, 2.0, "per unit of overload", SUSTAIN, most=100.0)
    h_care: float = declare("adoption", 4.0, 2.0, 8.0, "h per week", hours=1)
    gam: float = declare("adoption", 0.5, 0.3, 0.7)
    dip: float = declare("adoption", 0.25, 0.10, 0.50, "share of capacity", SHAKEDOWN, most=2.0)
    wa: float = declare("adoption", 0.10, 0.05, 0.20, "share of capacity", most=2.0)
    ready_T: float = declare("adoption", 0.95, 0.91, 0.99, SHARE)
    ready_B: float = declare("adoption", 0.90, 0.82, 0.98, SHARE)
    ready_T_chain: float = declare("adoption", 0.9, 0.82, 0.98, SHARE)
    ready_B_chain: float = declare("adoption", 0.85, 0.77, 0.93, SHARE)
    care0: float = declare("adoption", 0.1, 0.02, 0.18, SHARE)
    strain: float = declare("adoption", 0.9, 0.8, 1.0, "share of capacity", most=10.0)
    hold_z: float = declare("adoption", 0.7, 0.5, 0.9, SHARE)
    hold_off: float = declare("adoption", 0.3, 0.15, 0.45, SHARE)
    # luck
    p_inc: float = declare("luck", 0.06, 0.03, 0.12, "chance per week", most=1.0)
    s_inc: float = declare("luck", 0.20, 0.10, 0.35, "share of capacity", most=2.0)
    p_leave: float = declare("luck", 0.004, 0.002, 0.010, "chance per week", most=1.0)
    loss_leave: float = declare("luck", 0.35, 0.20, 0.60)
    p_shock: float = declare("luck", 0.02, 0.01, 0.04, "chance per week", most=1.0)
    p_sp: float = declare("luck", 0.003, 0.001, 0.006, "chance per week", most=1.0)
    fid: float = declare("luck", 0.5, 0.3, 0.7, SHARE, DURLAK)
    inc_weeks: float = declare("luck", 3.0, 2.0, 4.0, WEEKS, least=1.0, most=520.0)
    sh_weeks: float = declare("luck", 12.0, 6.0, 18.0, WEEKS, least=1.0, most=520.0)
    sh_pull: float = declare("luck", 0.3, 0.15, 0.45, "weight against the project's", most=100.0)
    sp_weeks: float = declare("luck", 26.0, 13.0, 39.0, WEEKS, least=1.0, most=520.0)
    key_weeks: float = declare("luck", 8.0, 4.0, 12.0, WEEKS, least=1.0, most=520.0)
    key_role: float = declare("luck", 0.5, 0.3, 0.7, SHARE)
    leave_sigma: float = declare("luck", 0.5, 0.25, 0.75, "share of loss_leave", most=1.0)
    # debt
    debt0: float = declare("debt", 0.30, 0.10, 0.60)
    debt_g: float = declare("debt", 0.25, 0.10, 0.50, "debt per platform built", most=100.0)
    debt_m: float = declare("debt", 0.06, 0.02, 0.12, "share of IT capacity", BESKER, "expert", most=2.0)
    debt_std: float = declare("debt", 0.05, 0.02, 0.08, SHARE)


PARAMETERS: tuple[Parameter, ...] = tuple(
    Parameter(name=entry.name, **cast(dict[str, Any], dict(entry.metadata))) for entry in fields(Values)
)
"""The passport of every parameter, by group."""

RESERVED = 160
"""Dimensions of the Sobol sequence from which parameters are drawn; those without a parameter wait for one."""

_IN_ORDER = """
    bau_business bau_it omega_business omega_it kappa n_projects_it n_projects_business gamma_size key_hours
    bau_spread bau_noise omega_spread x0 eta_x xi f0 g eta_f eta_e zeta h_answer won eta_o x0_spread convinced
    sig sig_rate t nu acc tau_s c_role paper tau_c chain_role tau_V dV_name v_meet v_board v_partner v_obj
    meet0 al_v e0 m_team role_h h_ref att om0 om_done bV bP A tau_om sh_om al_o de_o k0 kmin lam_k lam_t de_k
    pair0 WB WT lead phi_it phi_sub phi_pair eps0 eps_b WB_chain WT_chain WT_own ahead c0 lam_g md eps_s D_ref
    iota iota_c mu mu_p I_half qloss a_cut p_a q_a de_a tau_z press h_care gam dip wa ready_T ready_B
    ready_T_chain ready_B_chain care0 strain hold_z hold_off p_inc s_inc p_leave loss_leave p_shock p_sp fid
    inc_weeks sh_weeks sh_pull sp_weeks key_weeks key_role leave_sigma debt0 debt_g debt_m debt_std
"""
REGISTERED: tuple[str, ...] = tuple(_IN_ORDER.split())
"""Every parameter's name, in the order of their dimensions, which they keep for good (from version 0.2 on).

New ones are added at the end, and the name of one that goes stays here, so that nobody else's draws change.
"""

DIMENSIONS: tuple[int, ...] = tuple(REGISTERED.index(parameter.name) for parameter in PARAMETERS)
"""The dimension of the Sobol sequence in which each parameter is drawn."""

GONE = frozenset({"ad_hoc"})
"""Parameters of files of format 1, and of links of their time, that there are no more."""

BY_NAME: Mapping[str, Parameter] = MappingProxyType({parameter.name: parameter for parameter in PARAMETERS})
"""The same, by symbol."""
