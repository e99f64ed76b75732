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
MALONE = "form: Malone & Crowston 1994; value assumed"
BASS = "form: Bass 1969; his .03 and .38 are per year for consumer goods and are not used; value assumed"
SUSTAIN = "form: Buchanan et al. 2005; Lewin 1947; value assumed"
LALLY = "Lally et al. 2010: habits took 18 to 254 days, median 66, for simple daily acts; slower here"
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
    # conviction and frame
    x0: float = declare("conviction", 0.75, 0.60, 0.90)
    eta_x: float = declare("conviction", 0.05, 0.02, 0.10, PER_WEEK, DEGROOT)
    xi: float = declare("conviction", 0.30, 0.10, 0.50)
    f0: float = declare("conviction", 0.80, 0.60, 0.95)
    g: float = declare("conviction", 0.5, 0.2, 0.8, SHARE, DEGROOT)
    eta_f: float = declare("conviction", 0.10, 0.05, 0.25, PER_WEEK, DEGROOT)
    eta_e: float = declare("conviction", 0.08, 0.03, 0.20, PER_WEEK)
    zeta: float = declare("conviction", 0.5, 0.2, 0.8)
    # responsibility
    t: float = declare("responsibility", 1.0, 0.5, 1.3, "exponent", DARLEY, "study", most=10.0)
    nu: float = declare("responsibility", 0.25, 0.10, 0.40)
    acc: float = declare("responsibility", 0.7, 0.5, 0.9)
    tau_s: float = declare("responsibility", 3.0, 1.0, 8.0, WEEKS, least=1.0)
    c_role: float = declare("responsibility", 0.85, 0.60, 0.95)
    paper: float = declare("responsibility", 0.5, 0.2, 0.8, SHARE, KATZ)
    tau_c: float = declare("responsibility", 26.0, 12.0, 52.0, WEEKS, least=1.0)
    # visibility
    tau_V: float = declare("visibility", 8.0, 4.0, 16.0, WEEKS, KURAN, least=1.0)
    dV_name: float = declare("visibility", 0.7, 0.4, 0.9, SHARE, KURAN)
    v_meet: float = declare("visibility", 0.06, 0.03, 0.10, PER_WEEK)
    v_board: float = declare("visibility", 0.03, 0.015, 0.06, PER_WEEK)
    # effort
    e0: float = declare("effort", 0.35, 0.15, 0.55, SHARE, KARAU)
    m_team: float = declare("effort", 2.0, 1.0, 4.0, "h per week", hours=1)
    role_h: float = declare("effort", 1.0, 0.5, 3.0, "h per week for three roles", hours=1)
    h_ref: float = declare("effort", 12.0, 8.0, 16.0, "h per week", least=1e-6, hours=1)
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
    # work
    WB: float = declare("work", 240.0, 170.0, 330.0, HOURS, hours=1)
    WT: float = declare("work", 190.0, 130.0, 270.0, HOURS, hours=1)
    lead: float = declare("work", 0.30, 0.10, 0.50)
    phi_it: float = declare("work", 0.35, 0.20, 0.50)
    phi_sub: float = declare("work", 0.60, 0.40, 0.80)
    phi_pair: float = declare("work", 0.60, 0.40, 0.80)
    eps0: float = declare("work", 0.08, 0.03, 0.15)
    eps_b: float = declare("work", 0.30, 0.10, 0.50)
    ad_hoc: float = declare("work", 0.12, 0.05, 0.25, SHARE, MALONE)
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
    tau_z: float = declare("adoption", 20.0, 10.0, 36.0, WEEKS, LALLY, "study", least=1.0)
    press: float = declare("adoption", 1.0, 0.5, 2.0, "per unit of overload", SUSTAIN, most=100.0)
    h_care: float = declare("adoption", 4.0, 2.0, 8.0, "h per week", hours=1)
    gam: float = declare("adoption", 0.5, 0.3, 0.7)
    # luck
    p_inc: float = declare("luck", 0.06, 0.03, 0.12, "chance per week", most=1.0)
    s_inc: float = declare("luck", 0.20, 0.10, 0.35, "share of capacity", most=2.0)
    p_leave: float = declare("luck", 0.004, 0.002, 0.010, "chance per week", most=1.0)
    loss_leave: float = declare("luck", 0.35, 0.20, 0.60)
    p_shock: float = declare("luck", 0.02, 0.01, 0.04, "chance per week", most=1.0)
    # debt
    debt0: float = declare("debt", 0.30, 0.10, 0.60)
    debt_g: float = declare("debt", 0.25, 0.10, 0.50, "debt per platform built", most=100.0)
    debt_m: float = declare("debt", 0.06, 0.02, 0.12, "share of IT capacity", BESKER, "expert", most=2.0)


PARAMETERS: tuple[Parameter, ...] = tuple(
    Parameter(name=entry.name, **cast(dict[str, Any], dict(entry.metadata))) for entry in fields(Values)
)
"""The passport of every parameter, in a fixed order (the dimensions of the Sobol sequence)."""

BY_NAME: Mapping[str, Parameter] = MappingProxyType({parameter.name: parameter for parameter in PARAMETERS})
"""The same, by symbol."""
