"""Every number of a week that is no parameter: its value, unit, meaning and source.

A parameter is drawn for each world, or given by a file; a constant is the same in all of them. Rules and steps read
constants by name, as plain numbers, so that they can be compiled as they are. A source that begins with "form"
supports the shape of the equation and not the number. :func:`table` is what ``docs/odd.md`` shows of them.
"""

import sys
from dataclasses import dataclass
from typing import Annotated, get_type_hints

ASSUMED = "assumed"
NUMERICS = "numerics"

# --- week 0 --------------------------------------------------------------------------------------------

CONVICTION_SPREAD: Annotated[float, "share", "half-width of conviction among departments", ASSUMED] = 0.15
CONVICTION_LEAST: Annotated[float, "share", "conviction that nobody is below at the start", ASSUMED] = 0.05
FRAME_SPREAD: Annotated[float, "share", "half-width of the IT frame among departments", ASSUMED] = 0.10
SHARE_MOST: Annotated[float, "share", "conviction, or IT frame, that nobody is above at the start", ASSUMED] = 0.98
WORKLOAD_SPREAD: Annotated[float, "share of capacity", "half-width of ordinary work", ASSUMED] = 0.05
WORKLOAD_MOST: Annotated[float, "share of capacity", "the most ordinary work that is drawn", ASSUMED] = 2.0
PULL_LEAST: Annotated[float, "share", "the least competing pull, of the parameter", ASSUMED] = 0.6
PULL_RANGE: Annotated[float, "share", "from the least competing pull to the most, of the parameter", ASSUMED] = 0.8
PULL_MOST: Annotated[float, "weight", "the most competing pull that a survey's spread may reach", ASSUMED] = 100.0
CHAIN_PROCESS: Annotated[float, "share of WB", "process work of a chain partner", ASSUMED] = 0.5
CHAIN_TECHNICAL: Annotated[float, "share of WT", "technical work for a chain partner", ASSUMED] = 1.3
SELF_BUILT_WORK: Annotated[float, "share of WT", "technical work on a self-built platform", ASSUMED] = 1.35
SELF_BUILT_KNOWLEDGE: Annotated[float, "share", "further knowledge where the platform is one's own", ASSUMED] = 0.1
STANDARD_DEBT: Annotated[float, "share", "technical debt of a standard platform at the start", ASSUMED] = 0.05
STANDARD_DEBT_GROWTH: Annotated[
    float, "share", "growth of debt on a standard platform, of a self-built one's", ASSUMED
] = 0.1

# --- luck and measures (stages 0 and 1) ----------------------------------------------------------------

INCIDENT_LASTS: Annotated[int, "weeks", "how long an incident lasts", ASSUMED] = 3
SHOCK_LASTS: Annotated[int, "weeks", "how long the daily rush of a shock lasts", ASSUMED] = 12
OTHER_LOAD_RETURN: Annotated[float, "per week", "how quickly the load of IT's other projects returns to 1", ASSUMED] = (
    0.1
)
OTHER_LOAD_DEVIATION: Annotated[float, "share", "standard deviation of its weekly noise", ASSUMED] = 0.1
OTHER_LOAD_LEAST: Annotated[float, "share", "the least load of IT's other projects", ASSUMED] = 0.2
NOISE: Annotated[float, "share", "the largest deviation of a week's ordinary work", ASSUMED] = 0.1
PARTNER_STAYS: Annotated[int, "weeks", "a partner is gone from this week after go-live", ASSUMED] = 6
CLOSING_WEEKS: Annotated[int, "weeks", "the project organisation is dissolved so long after go-live", ASSUMED] = 8
CHAIN_PORTION: Annotated[float, "share of a role", "a role that a chain partner holds, while consulted", ASSUMED] = 0.5

# --- perception and capacity (stages 2 and 3) ----------------------------------------------------------

EVIDENCE_UNSEEN: Annotated[float, "share", "weight of own evidence where nothing is spoken of openly", ASSUMED] = 0.3
EVIDENCE_SEEN: Annotated[float, "share", "further weight where all is", ASSUMED] = 0.7
WITHOUT_KEY_PERSON: Annotated[
    float, "share of capacity", "hours there while a key person's place is empty", ASSUMED
] = 0.8
SHOCK_PULL: Annotated[float, "weight", "what the daily rush adds to the competing pull", ASSUMED] = 0.3
MEETINGS_MOST: Annotated[float, "share of headroom", "the most that meetings take", ASSUMED] = 0.3
ROLES: Annotated[float, "count", "roles that share the hours of role_h", ASSUMED] = 3.0
CHAIN_MEETING: Annotated[float, "share of m_team", "hours of a chain table's meeting", ASSUMED] = 0.5
SPARE_CLAIM: Annotated[
    float, "share of capacity", "IT hours that other projects claim, per unit of their pull", ASSUMED
] = 0.25
WAITING_WEEKS: Annotated[int, "weeks", "over which IT's spare hours are averaged before a waiting start", ASSUMED] = 8

# --- effort (stage 4) ----------------------------------------------------------------------------------

PROCESS_AHEAD: Annotated[float, "share", "how far process work may run ahead of the technical half", ASSUMED] = 0.6
ATTENTION: Annotated[
    float, "count", "h_ref over the hours of attention that the project asks of everybody", ASSUMED
] = 12.0
FREE_ENOUGH: Annotated[float, "share of capacity", "headroom from which willingness is not held back", ASSUMED] = 0.1

# --- work and issues (stage 5) -------------------------------------------------------------------------

CHAIN_COUNTS: Annotated[
    float, "share", "a chain partner's open process work where partner hours are shared", ASSUMED
] = 0.3
OWN_SHARE_RATE: Annotated[float, "per week", "smoothing of the own share of process work", ASSUMED] = 0.2
ISSUES_ALONE: Annotated[float, "share of iota", "issues without any interdependence", "form: Galbraith (1974)"] = 0.5
ISSUES_BY_IGNORANCE: Annotated[float, "issues per week", "issues where nothing is known, once live", ASSUMED] = 0.15
CLOSE_NEED: Annotated[float, "share", "interdependence above which one takes up the other's issues", ASSUMED] = 0.25
REACH_APART: Annotated[float, "share", "how far a neighbour without contact sees another's issue", ASSUMED] = 0.4
REACH_BY_CONTACT: Annotated[float, "share", "what contact adds to that", ASSUMED] = 0.6
PARTNER_FULL: Annotated[
    float, "share of h_ref", "a partner's process hours at which it answers issues at mu_p", ASSUMED
] = 4.0
OBJECTION_SEEN: Annotated[float, "share", "visibility that an objection brings", ASSUMED] = 0.01
ANSWER_CONVINCES: Annotated[float, "share", "of what is left, by an objection that is answered", ASSUMED] = 0.1

# --- go-live and adoption (stage 6) --------------------------------------------------------------------

READY_TECHNICAL: Annotated[float, "share", "mean technical progress inside for go-live", ASSUMED] = 0.95
READY_PROCESS: Annotated[float, "share", "process progress of every business department for go-live", ASSUMED] = 0.90
CHAIN_READY_PROCESS: Annotated[float, "share", "process progress above which a chain partner follows", ASSUMED] = 0.85
CHAIN_READY_TECHNICAL: Annotated[float, "share", "technical progress above which a chain partner follows", ASSUMED] = (
    0.9
)
UPTAKE_WITHOUT_CARE: Annotated[float, "share", "uptake of the new way where no care is given", ASSUMED] = 0.1
UPTAKE_BY_CARE: Annotated[float, "share", "what full care adds to that", ASSUMED] = 0.9
STRAIN_FROM: Annotated[float, "share", "load over available hours from which people fall back faster", ASSUMED] = 0.9
STRAIN: Annotated[float, "per unit of load", "how much faster, times press", "form: Buchanan et al. (2005)"] = 4.0
HABIT_HOLDS: Annotated[float, "share", "of falling back that full habit prevents", "form: Lally et al. (2010)"] = 0.7
DEBT_BY_CONNECTION: Annotated[float, "share", "technical debt that a connection adds", ASSUMED] = 0.03

# --- slow states (stage 7) -----------------------------------------------------------------------------

SIGNAL_PER_PROGRESS: Annotated[float, "weeks", "signal of success over a week's progress, before go-live", ASSUMED] = (
    60.0
)
SIGNAL_RATE: Annotated[float, "per week", "smoothing of the signal of success", ASSUMED] = 0.15
OPENNESS_BY_PARTNER: Annotated[float, "per week", "openness that a partner who works along brings", ASSUMED] = 0.04
OPENNESS_WITHOUT_VOICE: Annotated[float, "share", "of a meeting's openness where no member has a voice", ASSUMED] = 0.5
OPENNESS_BY_VOICE: Annotated[float, "share", "what full voice adds to that", ASSUMED] = 0.5
FULLY_IN: Annotated[float, "count", "h_ref over the hours from which one is fully involved", ASSUMED] = 6.0
KNOWING_FROM: Annotated[float, "share", "involvement above which knowledge makes owners", ASSUMED] = 0.05
ROUTES: Annotated[float, "count", "routes to ownership", "Pierce, Kostova & Dirks (2003)"] = 3.0
PAIRING_WITHOUT_KNOWLEDGE: Annotated[
    float, "share", "what pairing teaches somebody who knows nothing, of lam_t", "form: Cohen & Levinthal (1990)"
] = 0.3
USE_KEEPS: Annotated[float, "share", "of fading knowledge that full use of the new way keeps", ASSUMED] = 0.5
ACTIVITY_RATE: Annotated[float, "per week", "smoothing of activity", ASSUMED] = 0.25
LEAVING_BY_OVERLOAD: Annotated[
    float, "per unit of load", "further chance of leaving, per unit of overload", ASSUMED
] = 2.0
ROLE_LEFT: Annotated[float, "share", "of a role's clarity, when its key person leaves", ASSUMED] = 0.5
KEY_PERSON_MISSED: Annotated[int, "weeks", "how long a key person is missed", ASSUMED] = 8

# --- accounts and outcomes (stage 8) -------------------------------------------------------------------

STANDING_CLAIM: Annotated[float, "share of capacity", "hours that other work claims, per unit of its pull", ASSUMED] = (
    0.2
)
PASSIVE_BELOW: Annotated[float, "share", "of a fair week's hours, below which one is passive", ASSUMED] = 0.25
PASSIVE_CONVINCED: Annotated[float, "share", "conviction from which that is called passive", ASSUMED] = 0.5
YEAR: Annotated[int, "weeks", "a year, in which a stream could be done, and after which adoption is read", ASSUMED] = 52
WINDOW_FROM: Annotated[int, "week", "first week over which visibility and the passive share are averaged", ASSUMED] = 13
WINDOW_TO: Annotated[int, "week", "last of those weeks", ASSUMED] = 38
DEADLINE: Annotated[int, "week", "the week by which go-live and progress are judged", ASSUMED] = 104

# --- arithmetic ----------------------------------------------------------------------------------------

ROUNDING: Annotated[float, "share", "a difference of so much of a number is rounding", NUMERICS] = 1e-9
PRODUCTIVITY_LEAST: Annotated[float, "share", "productivity at which hours are asked for at most", NUMERICS] = 1e-6
NOTHING: Annotated[float, "h", "so few hours count as none, so that nothing is divided by them", NUMERICS] = 1e-300
NEGLIGIBLE: Annotated[float, "chance", "terms of a distribution below this are left out", NUMERICS] = 1e-18
MANY_EXPECTED: Annotated[float, "count", "a mean above this is summed from its mode", NUMERICS] = 30.0
NONE_UNLIKELY: Annotated[float, "chance", "a chance of none below this is summed from the mode", NUMERICS] = 1e-13


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that no world draws and no file gives.

    ``value`` counts in ``unit``; ``source`` is a reference, ``ASSUMED``, or ``NUMERICS`` for what arithmetic
    asks for.
    """

    name: str
    value: float
    unit: str
    meaning: str
    source: str


def _declared() -> tuple[Constant, ...]:
    """The constants of this module, in the order in which they stand."""
    module = sys.modules[__name__]
    hints = get_type_hints(module, include_extras=True)
    return tuple(Constant(name, getattr(module, name), *hint.__metadata__) for name, hint in hints.items())


CONSTANTS = _declared()
"""Every constant, in the order of the week."""


def table() -> str:
    """The constants as a Markdown table.

    >>> print(*table().splitlines()[:3], sep="\\n")
    | constant | value | unit | meaning | source |
    |---|---|---|---|---|
    | `CONVICTION_SPREAD` | 0.15 | share | half-width of conviction among departments | assumed |
    """
    head = "| constant | value | unit | meaning | source |\n|---|---|---|---|---|"
    rows = [
        f"| `{constant.name}` | {constant.value:g} | {constant.unit} | {constant.meaning} | {constant.source} |"
        for constant in CONSTANTS
    ]
    return "\n".join([head, *rows])
