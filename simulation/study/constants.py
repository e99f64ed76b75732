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

CONVICTION_LEAST: Annotated[float, "share", "conviction that nobody is below at the start", ASSUMED] = 0.05
FRAME_SPREAD: Annotated[float, "share", "half-width of the IT frame among departments", ASSUMED] = 0.10
SHARE_MOST: Annotated[float, "share", "conviction, or IT frame, that nobody is above at the start", ASSUMED] = 0.98
WORKLOAD_MOST: Annotated[float, "share of capacity", "the most ordinary work that is drawn", ASSUMED] = 2.0
PULL_MOST: Annotated[float, "weight", "the most competing pull that a survey's spread may reach", ASSUMED] = 100.0
SELF_BUILT_KNOWLEDGE: Annotated[float, "share", "further knowledge where the platform is one's own", ASSUMED] = 0.1
STANDARD_DEBT_GROWTH: Annotated[
    float, "share", "growth of debt on a standard platform, of a self-built one's", ASSUMED
] = 0.1
K_REF_IT: Annotated[float, "h/week", "capacity of IT for which hours are meant that scale with size", ASSUMED] = 288.0
K_REF_BUSINESS: Annotated[float, "h/week", "the same of a business department", ASSUMED] = 144.0
K_REF_CHAIN: Annotated[float, "h/week", "the same of a chain partner", ASSUMED] = 72.0

LOGISTIC_DEVIATION: Annotated[
    float, "ratio", "1 over the standard deviation of a standard logistic draw, √3/π", "Tadikamalla & Johnson 1982"
] = 0.5513288954217921
DRAW_LEAST: Annotated[float, "share", "no draw of a surveyed trait is nearer to 0 or 1 than this, 2⁻⁵³", NUMERICS] = (
    1.1102230246251565e-16
)

# --- luck and measures (stages 0 and 1) ----------------------------------------------------------------

OTHER_LOAD_RETURN: Annotated[float, "per week", "how quickly the load of IT's other projects returns to 1", ASSUMED] = (
    0.1
)
OTHER_LOAD_DEVIATION: Annotated[float, "share", "standard deviation of its weekly noise", ASSUMED] = 0.1
OTHER_LOAD_LEAST: Annotated[float, "share", "the least load of IT's other projects", ASSUMED] = 0.2
PARTNER_STAYS: Annotated[int, "weeks", "a partner is gone from this week after go-live", ASSUMED] = 6
CLOSING_WEEKS: Annotated[int, "weeks", "the project organisation is dissolved so long after go-live", ASSUMED] = 8

# --- perception and capacity (stages 2 and 3) ----------------------------------------------------------

EVIDENCE_UNSEEN: Annotated[float, "share", "weight of own evidence where nothing is spoken of openly", ASSUMED] = 0.3
EVIDENCE_SEEN: Annotated[float, "share", "further weight where all is", ASSUMED] = 0.7
MEETINGS_MOST: Annotated[float, "share of headroom", "the most that meetings take", ASSUMED] = 0.3
ROLES: Annotated[float, "count", "roles that share the hours of role_h", ASSUMED] = 3.0
CHAIN_MEETING: Annotated[float, "share of m_team", "hours of a chain table's meeting", ASSUMED] = 0.5
SPARE_CLAIM: Annotated[
    float, "share of capacity", "IT hours that other projects claim, per unit of their pull", ASSUMED
] = 0.25
WAITING_WEEKS: Annotated[int, "weeks", "over which IT's spare hours are averaged before a waiting start", ASSUMED] = 8

# --- effort (stage 4) ----------------------------------------------------------------------------------

LEAD_OF_A_PUSH: Annotated[
    float, "share", "lead of technical work that is pushed to go-live: it waits for no process", "definition"
] = 1.0
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
OPPOSED_HALF: Annotated[float, "count", "open objections that weigh half of what any number can", ASSUMED] = 1.0

# --- go-live and adoption (stage 6) --------------------------------------------------------------------

STRAIN: Annotated[float, "per unit of load", "how much faster, times press", "form: Buchanan et al. (2005)"] = 4.0
LOOSE: Annotated[
    float, "sum of strengths", "ties below which imitation, and need of the chain, shrink in proportion", NUMERICS
] = 0.05
DEBT_BY_CONNECTION: Annotated[float, "share", "technical debt that a connection adds", ASSUMED] = 0.03

# --- slow states (stage 7) -----------------------------------------------------------------------------

FULLY_IN: Annotated[float, "count", "h_ref over the hours from which one is fully involved", ASSUMED] = 6.0
KNOWING_FROM: Annotated[float, "share", "involvement above which knowledge makes owners", ASSUMED] = 0.05
ROUTES: Annotated[float, "count", "routes to ownership", "Pierce, Kostova & Dirks (2003)"] = 3.0
USE_KEEPS: Annotated[float, "share", "of fading knowledge that full use of the new way keeps", ASSUMED] = 0.5
LEAVING_BY_OVERLOAD: Annotated[
    float, "per unit of load", "further chance of leaving, per unit of overload", ASSUMED
] = 2.0

# --- accounts and outcomes (stage 8) -------------------------------------------------------------------

STANDING_CLAIM: Annotated[float, "share of capacity", "hours that other work claims, per unit of its pull", ASSUMED] = (
    0.2
)
PASSIVE_BELOW: Annotated[float, "share", "of a fair week's hours, below which one is passive", ASSUMED] = 0.25
PASSIVE_CONVINCED: Annotated[float, "share", "conviction from which that is called passive", ASSUMED] = 0.5
MOVING: Annotated[float, "share", "progress at the deadline from which a project moves", "definition"] = 0.25
ADOPTED: Annotated[float, "share", "mean adoption from which a change is adopted, or lasts", "definition"] = 0.5
YEAR: Annotated[int, "weeks", "a year, in which a stream could be done, and after which adoption is read", ASSUMED] = 52
WINDOW_FROM: Annotated[int, "week", "first week over which visibility and the passive share are averaged", ASSUMED] = 13
WINDOW_TO: Annotated[int, "week", "last of those weeks", ASSUMED] = 38
DEADLINE: Annotated[int, "week", "the week by which go-live and progress are judged", ASSUMED] = 104

# --- arithmetic ----------------------------------------------------------------------------------------

ROUNDING: Annotated[float, "share", "a difference of so much of a number is rounding", NUMERICS] = 1e-9
PRODUCTIVITY_LEAST: Annotated[float, "share", "productivity at which hours are asked for at most", NUMERICS] = 1e-6
REFERENCE_LEAST: Annotated[float, "h", "the least hours that count as fully taking part", NUMERICS] = 1e-6
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
    | `CONVICTION_LEAST` | 0.05 | share | conviction that nobody is below at the start | assumed |
    """
    head = "| constant | value | unit | meaning | source |\n|---|---|---|---|---|"
    rows = [
        f"| `{constant.name}` | {constant.value:g} | {constant.unit} | {constant.meaning} | {constant.source} |"
        for constant in CONSTANTS
    ]
    return "\n".join([head, *rows])
