"""Every state of a department and of the organisation, a row each.

From these rows come the engine's records, what the Mesa departments begin with, what Mesa's data collector writes, the
mechanism that a state is filed under, and the tables of section 2 of ``docs/odd.md`` (:func:`table`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

COUNT, WEEK, WEEKS, YES_NO, NUMBER = "count", "week", "weeks", "yes/no", "number"
WHOLE_UNITS = (COUNT, WEEK, WEEKS, YES_NO, NUMBER)
"""Units of states that are whole numbers."""

SHARE, HOURS, EURO, WEIGHT = "share", "h", "€", "weight"

HEADINGS = STAND, MIND, WORK, LUCK = "stand", "mind", "work", "luck"
"""Headings of *One world*, from the top: ``world.head_<heading>`` in the locale files."""

POINTS, ONE = 0.02, 1.0
"""What is notable: 2 percentage points (as for outcomes), an hour a week (assumed)."""


@dataclass(frozen=True, slots=True)
class State:
    """One state: ``start`` is what it is in week 0, ``group`` the mechanism or consequence it is filed under.

    A state without a group stands beside one that is compared, or waits to become one. ``collected`` says that Mesa's
    data collector writes it every week; ``shown`` under which heading of *One world*, and how high up, a department's
    is; ``notable`` from which difference on one is told that two worlds part in it (assumed).
    """

    name: str
    unit: str
    meaning: str
    group: str = ""
    symbol: str = "–"
    start: str = "0"
    collected: bool = False
    shown: tuple[str, int] | None = None
    notable: float | None = None

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return self.unit in WHOLE_UNITS

    @property
    def nothing(self) -> float:
        """0, as a whole number or not."""
        return 0 if self.whole else 0.0


DRAWN = "drawn"
LUCK_STATES: tuple[State, ...] = (
    State("noise", SHARE, "this week's draw for ordinary work, in [0, 1)", start=DRAWN),
    State("incident", SHARE, "this week's draw for an incident", start=DRAWN),
    State("leave", SHARE, "this week's draw for a key person who leaves", start=DRAWN),
    State("arrivals", SHARE, "this week's draw for issues that come", start=DRAWN),
)
"""A week's luck of a department, drawn for everybody at once."""

ROLE = "responsibility"
DEPARTMENT_STATES: tuple[State, ...] = (
    *LUCK_STATES,
    # what lasts
    State(
        "conviction",
        SHARE,
        "private belief that the project matters",
        "conviction",
        "x",
        "x0_i",
        True,
        shown=(MIND, 1),
        notable=POINTS,
    ),
    State(
        "conviction_anchor",
        SHARE,
        "what one holds of it; persuasion and answered objections raise it",
        "conviction",
        "x0_i",
        "trait",
    ),
    State("conviction_brought", SHARE, "what one brought; constant", "conviction", "x0_i", "trait"),
    State(
        "it_frame",
        SHARE,
        "belief that it is IT's job",
        ROLE,
        "f",
        "f0_i; IT: 1 − `acc`",
        True,
        shown=(MIND, 2),
        notable=POINTS,
    ),
    State("frame_anchor", SHARE, "the same, as one brought it; constant", ROLE, "f0_i", "trait; IT: 1 − `acc`"),
    State(
        "felt_responsibility", SHARE, '"it is mine to do"', ROLE, "s", collected=True, shown=(MIND, 4), notable=POINTS
    ),
    State(
        "ownership",
        SHARE,
        "psychological ownership of the result",
        ROLE,
        "o",
        collected=True,
        shown=(MIND, 5),
        notable=POINTS,
    ),
    State(
        "progress_role",
        SHARE,
        "clarity of: who answers for progress",
        ROLE,
        "cP",
        collected=True,
        shown=(MIND, 6),
        notable=POINTS,
    ),
    State(
        "priority_role",
        SHARE,
        "clarity of: who sets priorities",
        ROLE,
        "cQ",
        collected=True,
        shown=(MIND, 7),
        notable=POINTS,
    ),
    State(
        "voice_role",
        SHARE,
        "clarity of: who represents the department",
        ROLE,
        "cR",
        collected=True,
        shown=(MIND, 8),
        notable=POINTS,
    ),
    State(
        "knowledge",
        SHARE,
        "knowledge of the new way of working",
        "knowledge",
        "k",
        "k0_i",
        True,
        shown=(MIND, 10),
        notable=POINTS,
    ),
    State(
        "priority",
        SHARE,
        "weight of the project against the day's work",
        "priority",
        "w",
        "`om0`",
        True,
        shown=(MIND, 9),
        notable=POINTS,
    ),
    State(
        "activity",
        SHARE,
        "effort as others see it (smoothed)",
        "visibility",
        "v",
        collected=True,
        shown=(WORK, 4),
        notable=POINTS,
    ),
    State(
        "process_progress",
        SHARE,
        "the process half of its stream",
        "progress",
        "B",
        "0; 1 if WB_i = 0 (IT: 0, unused)",
        True,
        shown=(WORK, 1),
        notable=POINTS,
    ),
    State(
        "technical_progress",
        SHARE,
        "the technical half of its stream",
        "progress",
        "T",
        "0; 1 if WT_i = 0",
        True,
        shown=(WORK, 2),
        notable=POINTS,
    ),
    State(
        "open_issues",
        COUNT,
        "exceptions that wait for somebody",
        "progress",
        "I",
        collected=True,
        shown=(WORK, 5),
        notable=3.0,
    ),
    State("open_objections", COUNT, "open objections (only with `voice` > 0)", "progress", collected=True),
    State("opposed", SHARE, "how heavily they weigh on those who hear them", "conviction"),
    State("answered", COUNT, "objections that were answered this week; their talk is held in the next", "progress"),
    State(
        "own_share",
        SHARE,
        "smoothed share of its process work that it did itself",
        "progress",
        "q",
        collected=True,
        shown=(WORK, 3),
    ),
    State("own_output", HOURS, "its own process output so far", "progress"),
    State("all_output", HOURS, "all process output for it so far", "progress"),
    State("carried", HOURS, "output that it delivered so far"),
    State(
        "adoption",
        SHARE,
        "use of the new way of working",
        "adoption",
        "a",
        collected=True,
        shown=(STAND, 2),
        notable=POINTS,
    ),
    State("habit", SHARE, "how routine that use is", "adoption", "z", collected=True, shown=(STAND, 3), notable=POINTS),
    State(
        "incident_weeks",
        WEEKS,
        "that an incident still lasts, this one included",
        "capacity",
        collected=True,
        shown=(LUCK, 1),
    ),
    State(
        "absence_weeks", WEEKS, "that a key person's place is still empty", "capacity", collected=True, shown=(LUCK, 2)
    ),
    State("cut_over_week", WEEK, "when it switched to the new way", "adoption", start="none"),
    # what is fixed, and what this world made of it
    State("capacity", "h/week", "hours of work a week", symbol="K", start="file"),
    State("rate", "€/h", "what an hour costs", start="file"),
    State("benefit", "€/week", "benefit at full adoption", symbol="b_i", start="file"),
    State("is_it", YES_NO, "whether it is IT", start="file"),
    State("in_business", YES_NO, "whether it is a business department", start="file"),
    State("internal", YES_NO, "whether it is one of these, and no chain partner", start="file"),
    State("entangled", WEIGHT, "its summed interdependence", symbol="ΣD", start="file"),
    State("chain_share", SHARE, "1 over that with chain partners; 0 without any", start="file"),
    State(
        "chain_needed", SHARE, "how far its benefit can depend on the chain: that over `LOOSE`, at most 1", start="file"
    ),
    State("chain_weight", WEIGHT, "its summed interdependence with chain partners", start="file"),
    State("workload", "share of K", "ordinary work", symbol="bau_i", start="trait"),
    State("competing_pull", WEIGHT, "pull of other work", symbol="Ω_i", start="trait"),
    State("projects", "projects", "projects at once", start="trait"),
    State("process_size", HOURS, "size of the process half of its stream", "progress", "WB_i", "trait"),
    State(
        "technical_size",
        HOURS,
        "size of the technical half of its stream",
        "technical_debt",
        "WT_i",
        "trait",
        notable=ONE,
    ),
    State("size", "ratio", "process work and time that counts, over those of its kind in the case", start="world"),
    State("h_ref", "h/week", "hours that count as fully taking part", start="world"),
    State("h_care", "h/week", "hours of care that the new way needs", start="world"),
    State("attention", SHARE, "√ of the reach of its attention for each hand-off", "handoffs", "√n", "world"),
    # what stays as it is until levers change
    State("progress_portion", SHARE, "portion of the progress role that it is given"),
    State("priority_portion", SHARE, "portion of the priority role that it is given"),
    State("voice_portion", SHARE, "portion of the voice role that it is given"),
    State("granted", "h/week", "hours granted on top, as far as they are"),
    State("granted_charged", "h/week", "the same as paid"),
    State("dedicated", "h/week", "hours made free for the project, as far as they are", "capacity", notable=ONE),
    State("dedicated_charged", "h/week", "the same as paid"),
    State("pledge", SHARE, "share of its free hours that it pledges; −1 where it has made no pledge", symbol="pl"),
    State("persuasion", "per week", "rate at which it is persuaded"),
    State("member", YES_NO, "whether it sits in the team", start="no"),
    State("active", YES_NO, "internal, or consulted", "ties", start="internal"),
    State("meetings_asked", "h/week", "meetings asked of it", symbol="asked"),
    State("joint_asked", "h/week", "of these: team, forum and chain table", symbol="joint"),
    State("switching", SHARE, "what is left of an hour among its projects"),
    State("standing_pull", WEIGHT, "pull of other work, less what is cut of IT's portfolio"),
    State("unheld", SHARE, "diffused share of an issue that nobody holds", ROLE, "un"),
    State("near_share", SHARE, "what sums over its contacts are multiplied by; 0 without any"),
    State("imitation_share", SHARE, "what sums over those whom it imitates are multiplied by; 0 without any"),
    # what others do and think, summed before a stage
    State("near_activity", SHARE, "activity of its contacts, by strength of contact"),
    State("near_conviction", SHARE, "conviction of its contacts, likewise"),
    State("near_frame", SHARE, "IT frame of its contacts, likewise"),
    State("missing", WEIGHT, "its interdependence that is not settled", "handoffs"),
    State("near_opposed", SHARE, "how heavily the open objections of its contacts weigh, likewise"),
    State("near_willing", SHARE, "willingness of those whom it needs most, as far as they are in reach"),
    State("others_adoption", WEIGHT, "adoption of those whom it imitates, by how much each counts"),
    State("chain_adoption", WEIGHT, "adoption of chain partners whom it needs, by interdependence"),
    # what a week computes anew
    State(
        "engagement",
        SHARE,
        "conviction × responsibility × expectancy",
        "engagement",
        "M",
        collected=True,
        shown=(STAND, 1),
        notable=POINTS,
    ),
    State("norm", SHARE, "what seems normal", "visibility", "y", collected=True, shown=(MIND, 3), notable=POINTS),
    State("responsibility", SHARE, "feeling responsible or owning the result", ROLE, "R"),
    State("expectancy", SHARE, "belief that effort will come to something", "visibility", "E"),
    State("dip", "h/week", "what the new way costs extra while it is not routine", "adoption", notable=ONE),
    State("load", "h/week", "ordinary work, incidents, upkeep, and what the change costs", "capacity", collected=True),
    State("overload", "ratio", "load over available hours", "capacity", "over"),
    State(
        "headroom", "h/week", "hours left after that, and granted ones", "capacity", "H", collected=True, notable=ONE
    ),
    State("available", "h/week", "hours that people are there", "capacity"),
    State("pull", WEIGHT, "pull of other work this week", "capacity", "Ω", notable=0.1),
    State("blocked", SHARE, "share of the work that open issues block", "progress", "b"),
    State("productivity", "ratio", "output per hour worked", "progress"),
    State("process_need", HOURS, "process work that can be done now", "progress", "P"),
    State("technical_need", HOURS, "technical work that can be done now", "progress", "N"),
    State("demand", "h/week", "hours that attention, care and work ask for", "effort", collected=True),
    State("hours", "h/week", "hours for the project", "effort", "h", collected=True, notable=ONE),
    State("meetings", "h/week", "hours of meetings attended", "capacity", "m", collected=True, notable=ONE),
    State("attendance", SHARE, "of meetings asked", "capacity"),
    State("work_hours", "h/week", "hours of work on streams", "effort"),
    State("care_hours", "h/week", "hours of care for the new way", "effort"),
    State(
        "paired_hours",
        "h/week",
        "hours at work beside a partner",
        "knowledge",
        "paired",
        collected=True,
        shown=(WORK, 6),
        notable=ONE,
    ),
    State("time_to_settle", SHARE, "√ of the time that it has for hand-offs", "handoffs", "√J"),
    State("mandate", SHARE, "√ of the clarity of its voice", "handoffs", "√cR"),
    State(
        "unsettled",
        SHARE,
        "share of its work that is done without agreement with those whom it needs",
        "handoffs",
        "u",
        collected=True,
        shown=(WORK, 8),
        notable=POINTS,
    ),
    State("hand_offs_kept", SHARE, "of its agreements: what is left after this week's leavers", "handoffs"),
    State("process_done", HOURS, "process output that counts", "progress", "done"),
    State("technical_done", HOURS, "technical output that reached its stream", "progress"),
    State("own_done", HOURS, "of its process output: its own", "progress", "own"),
    State(
        "bought_done", HOURS, "of its process output: a partner's", "capacity", "bought", shown=(WORK, 7), notable=ONE
    ),
    State("partner_used", "h/week", "a partner's process hours that were of use", "capacity"),
    State("helped_done", HOURS, "of its process output: IT's help", "capacity", "help", notable=ONE),
    State("waiting", HOURS, "work that waits for it", "effort"),
    State("willingness", SHARE, "willingness to take something up", "engagement", "β"),
    State("process_gain", SHARE, "rise of process progress", "progress", "ΔB"),
    State("technical_gain", SHARE, "rise of technical progress", "progress", "ΔT"),
    State("expected", COUNT + " expected", "issues to be expected", symbol="λ"),
    State("hazard", "per week", "rate at which an issue here is taken up", symbol="hz"),
)
"""Every state of a department; its name is an attribute of the Mesa department and a field of the engine's record."""

ORGANISATION_STATES: tuple[State, ...] = (
    State(
        "visibility", SHARE, "how openly the real state is spoken of", "visibility", "V", collected=True, notable=POINTS
    ),
    State(
        "technical_debt",
        SHARE,
        "technical debt of the platform, at most 1",
        "technical_debt",
        "d",
        ".05; self-built: `debt0`",
        True,
        notable=POINTS,
    ),
    State("other_it_load", "ratio", "load of IT's other projects, at least .2", "capacity", "L", "1", True),
    State("shock_weeks", WEEKS, "that a priority shock still lasts, this one included", "priority", collected=True),
    State("shock_begins", YES_NO, "whether it begins this week", start="no"),
    State(
        "sponsor_weeks",
        WEEKS,
        "that the place of the board's sponsor is still empty, this one included",
        "priority",
        collected=True,
    ),
    State("anchoring", SHARE, "how firmly the board has anchored it, this week", "priority", notable=POINTS),
    State("go_live_week", WEEK, "first week in which the platform is ready", "adoption", start="none"),
    State("backlog", "connections", "further chain connections asked for and not made", "progress", collected=True),
    State("signal", SHARE, "smoothed success that everybody sees", "conviction", collected=True),
    State("started", YES_NO, "whether work has started", "effort", start="no"),
    State("work_seen", YES_NO, "whether any department has put in any hour yet", start="no"),
    State("closed", YES_NO, "whether the project organisation is dissolved", start="no"),
    State("live", YES_NO, "whether the platform went live before this week", start="no"),
    State("roles_fade", YES_NO, "whether nobody refreshes roles any more", start="no"),
    # how well each measure is carried out in this world
    State("naming_fidelity", SHARE, "of naming the elephant", symbol="φ", start="world"),
    State("roles_fidelity", SHARE, "of assigning roles", symbol="φ", start="world"),
    State("team_fidelity", SHARE, "of the team", symbol="φ", start="world"),
    State("partner_fidelity", SHARE, "of the partner's work", symbol="φ", start="world"),
    State("anchoring_fidelity", SHARE, "of anchoring", symbol="φ", start="world"),
    State("chain_fidelity", SHARE, "of consulting the chain", symbol="φ", start="world"),
    State("forum_fidelity", SHARE, "of the wide forum", symbol="φ", start="world"),
    State("dedicated_fidelity", SHARE, "of dedicating hours", symbol="φ", start="world"),
    State("granted_fidelity", SHARE, "of granting hours", symbol="φ", start="world"),
    State("technicians_fidelity", SHARE, "of the technicians' work", symbol="φ", start="world"),
    State("cut_fidelity", SHARE, "of cutting IT's portfolio", symbol="φ", start="world"),
    # means, and what is common
    State("mean_adoption", SHARE, "mean a of internal", collected=True),
    State("mean_engagement", SHARE, "mean M of internal", collected=True),
    State(
        "mean_progress", SHARE, "½ mean B of business + ½ mean T of internal", start="what has no work", collected=True
    ),
    State("progress_gain", SHARE, "its rise this week: ½ mean ΔB of business + ½ mean ΔT of internal"),
    State("process_progress", SHARE, "mean B of business, from the first week on"),
    State("business_engagement", SHARE, "mean M of business"),
    State("business_frame", SHARE, "mean f of business", symbol="f̄"),
    State("diffused", SHARE, "share of a responsibility that one of those in the room feels", ROLE, "share"),
    State("outsider", SHARE, "how far a partner decides instead", ROLE, "sub"),
    State("partner_process_hours", "h/week", "a partner's process hours", "capacity", "X_p"),
    State("connected", "connections", "made this week", "progress"),
    State(
        "debt_weight",
        SHARE,
        "growth of debt, of a self-built platform's",
        "technical_debt",
        "weight",
        ".1; self-built: 1",
    ),
    State("objections", COUNT, "raised this week"),
    State("need_inside", HOURS, "technical work that can be done inside"),
    State("need_outside", HOURS, "technical work that can be done for the chain"),
    State("need_process", HOURS, "process work that can be done"),
    State("need_asked", HOURS, "of it: held to be IT's job"),
    # accounts
    State("carried_outside", HOURS, "output that outsiders delivered so far"),
    State("shared_hours", HOURS, "in meetings and pairs so far"),
    State("solitary_hours", HOURS, "of other project work so far"),
    State("overload_hours", HOURS, "beyond capacity so far"),
    State("cost", EURO, "so far"),
    State("partner_cost", EURO, "so far"),
    State("benefit", EURO, "so far"),
    State("connections", "connections", "made so far"),
    State("dip_hours", HOURS, "of the dip so far"),
    State("partner_idle_hours", HOURS, "of a partner's process work that were of no use so far"),
    State("visibility_sum", SHARE, "V over the weeks that are averaged"),
    State("passive_sum", SHARE, "passive share over those"),
    State("progress_104", SHARE, "mean progress at the deadline"),
    State("peak", SHARE, "highest mean adoption"),
    State("adoption_52", SHARE, "mean adoption a year after go-live"),
    State("window", WEEKS, "averaged so far"),
    State("peak_week", WEEK, "of the peak"),
    State("half_week", WEEK, "in which half of the peak is left", start="−1"),
    State("mean_ownership", SHARE, "mean o of internal, at the end"),
    State("mean_knowledge", SHARE, "mean k of internal, at the end"),
    State("mean_business_adoption", SHARE, "mean a of business, at the end"),
    State("settled", SHARE, "Σ D·σ/Σ D inside, at the end"),
    State("settled_chain", SHARE, "the same between inside and chain"),
    State("concentration", SHARE, "Herfindahl index of who carried the work, at the end"),
    # what the engine keeps of its own
    State("levers", NUMBER, "place of this week's levers in their table", start="−1"),
    State("network", NUMBER, "place of this week's contacts in theirs", start="−1"),
    State("phase", NUMBER, "how far go-live has ended measures by itself"),
    State("world", NUMBER, "which world this is", start="given"),
    State("seed", NUMBER, "of all luck", start="given"),
)
"""Every state of the organisation, its accounts, and what the engine keeps its books with."""


def collected(states: Iterable[State]) -> tuple[str, ...]:
    """The names of the states that Mesa's data collector writes.

    >>> collected(ORGANISATION_STATES)[:3]
    ('visibility', 'technical_debt', 'other_it_load')
    """
    return tuple(state.name for state in states if state.collected)


def groups(states: Iterable[State]) -> dict[str, str]:
    """The mechanism, or the consequence, that each state is filed under; "" for none."""
    return {state.name: state.group for state in states}


def table(states: Iterable[State]) -> str:
    """States as a Markdown table; those with a dot are written by Mesa's data collector.

    >>> print(*table(ORGANISATION_STATES).splitlines()[:3], sep="\\n")
    | symbol | state | unit | week 0 | meaning | filed under | collected |
    |---|---|---|---|---|---|---|
    | V | `visibility` | share | 0 | how openly the real state is spoken of | visibility | • |
    """
    head = "| symbol | state | unit | week 0 | meaning | filed under | collected |\n|---|---|---|---|---|---|---|"
    rows = [
        f"| {one.symbol} | `{one.name}` | {one.unit} | {one.start} | {one.meaning} | {one.group or '–'} "
        f"| {'•' if one.collected else ''} |"
        for one in states
    ]
    return "\n".join([head, *rows])


def shown() -> list[tuple[str, State]]:
    """The states that *One world* shows of a department, each with its heading, from the top.

    >>> [(heading, state.name) for heading, state in shown()[:2]]
    [('stand', 'engagement'), ('stand', 'adoption')]
    """
    rows = [(*state.shown, state) for state in DEPARTMENT_STATES if state.shown]
    ordered = sorted(rows, key=lambda row: (HEADINGS.index(row[0]), row[1]))
    return [(heading, state) for heading, _, state in ordered]


def notable(group: str) -> dict[str, float]:
    """The states of a mechanism or consequence that one is told of, with the difference from which on one is.

    >>> notable("knowledge")
    {'knowledge': 0.02, 'paired_hours': 1.0}
    """
    states = (*DEPARTMENT_STATES, *ORGANISATION_STATES)
    return {state.name: state.notable for state in states if state.group == group and state.notable is not None}
