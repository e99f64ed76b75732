"""The terms of a week as numbers: what a scenario fixes, what levers ask, and what a file says of a department.

The steps (:mod:`simulation.model.steps`) read these names, in the Mesa model from the tuples below and in the engine
from records of the same fields. A number that is left to a parameter or to the world is nan.
"""

from math import nan
from typing import NamedTuple

from simulation.study.organisation import Department, Surveyed, SurveyedShare, Workload
from simulation.study.scenario import Scenario
from simulation.study.schedule import Levers

SURVEYED = ("conviction", "it_frame", "workload", "competing_pull", "knowledge")
"""The traits that a survey may give, each with a spread."""

NO_PLEDGE = -1.0
"""Stands for the pledge of a department that has made none."""


class Terms(NamedTuple):
    """``s``: what a scenario fixes.

    ``licence`` and ``full_benefit`` (what all inside would bring) are in € a week, ``connection_hours`` in hours each;
    ``internal`` and ``business`` count departments; ``start`` is a week, from 1; ``waits`` is whether work waits for
    IT to have capacity. ``pushes`` is whether go-live is pushed, so that technical work waits for no process, and
    ``ready_process`` the process progress (a share) that every business department must then have reached. ``voices``
    is whether anybody ever objects.
    """

    licence: float
    connections_per_week: float
    connection_hours: float
    full_benefit: float
    ready_process: float
    internal: int
    business: int
    start: int
    waits: bool
    self_built: bool
    pushes: bool
    voices: bool


class Settings(NamedTuple):
    """``m``: what this week's levers set for the whole organisation.

    Of meetings, ``team_hours`` and ``forum_hours`` a week and department (nan: by the parameter). Of a partner,
    ``hours`` a week, ``tech_share`` of them technical, ``substitution``, the share in which he takes over, and ``fee``
    in €/h. ``technicians`` are hired hours a week, ``cut`` the share of IT's other projects that is stopped; costs are
    in €, the running one a week.
    """

    team_hours: float
    forum_hours: float
    hours: float
    tech_share: float
    substitution: float
    fee: float
    technicians: float
    cut: float
    one_off_cost: float
    running_cost: float
    naming: bool
    team: bool
    forum: bool
    consulted: bool
    anchored: bool
    partner: bool
    retired: bool


class Request(NamedTuple):
    """``ask``: what this week's levers ask of, or give to, one department.

    The portion of each role (0 or 1), ``granted`` hours a week on top,
    ``dedicated`` ones that are made free, the share of its free hours that is ``pledged`` (:data:`NO_PLEDGE`: what
    it does is left to it), ``persuasion``,
    the share of its way to full conviction that a week makes, whether it is a ``member`` of the team, and how many
    roles it holds.
    """

    progress: float
    priority: float
    voice: float
    granted: float
    dedicated: float
    pledged: float
    persuasion: float
    member: bool
    roles: int


class Seat(NamedTuple):
    """``seat``: a department's seat in a contact network.

    ``share`` is what sums over its contacts are multiplied by (0: it has none): 1 over their summed strength in the
    engine, which sums strengths, and 1 in the Mesa model, whose contacts are weighted so that they sum to 1;
    ``imitation`` the same for sums over those whom it imitates. ``close`` is how many it needs by more than
    ``CLOSE_NEED``.
    """

    share: float
    imitation: float
    close: int


class Profile(NamedTuple):
    """``w``: what a file says of a department's traits, nan where it leaves them to the world.

    A surveyed trait has a spread, the half-width of the uniform draw around it, or the standard error that its answers
    leave (0: none); the units are those of :class:`~simulation.study.organisation.Department`.
    """

    conviction: float
    conviction_spread: float
    conviction_error: float
    it_frame: float
    it_frame_spread: float
    it_frame_error: float
    workload: float
    workload_spread: float
    workload_error: float
    competing_pull: float
    competing_pull_spread: float
    knowledge: float
    knowledge_spread: float
    knowledge_error: float
    projects: float
    process_work: float
    technical_work: float


class Answers(NamedTuple):
    """``u``: a week's draws, in [0, 1), for an issue that is taken up, for an objection, and for its answer."""

    pick_up: float
    objection: float
    answer: float


def terms_of(scenario: Scenario) -> Terms:
    """What a scenario fixes.

    >>> from simulation import case
    >>> terms = terms_of(case().scenario("full"))
    >>> terms.internal, terms.business, terms.self_built
    (7, 6, False)
    """
    project, platform, departments = scenario.project, scenario.measures.platform, scenario.organisation.departments
    self_built, push = platform.kind == "self-built", scenario.measures.push_go_live
    return Terms(
        licence=0.0 if self_built else platform.licence,
        connections_per_week=project.connections_per_week,
        connection_hours=project.connection_hours,
        full_benefit=sum(department.benefit for department in departments if department.internal),
        ready_process=push.process if push else 0.0,
        internal=sum(department.internal for department in departments),
        business=sum(department.kind == "business" for department in departments),
        start=project.start,
        waits=scenario.measures.wait_for_capacity is not None,
        self_built=self_built,
        pushes=push is not None,
        voices=any(department.voice > 0.0 for department in departments),
    )


def settings_of(levers: Levers) -> Settings:
    """What a week's levers set for the whole organisation; without a partner its numbers are 0."""
    partner = levers.partner
    return Settings(
        team_hours=_or_nan(levers.team_hours),
        forum_hours=_or_nan(levers.forum_hours),
        hours=partner.hours if partner else 0.0,
        tech_share=partner.tech_share if partner else 0.0,
        substitution=partner.substitution if partner else 0.0,
        fee=partner.fee if partner else 0.0,
        technicians=levers.technicians,
        cut=levers.cut,
        one_off_cost=levers.one_off_cost,
        running_cost=levers.running_cost,
        naming=levers.naming,
        team=levers.team,
        forum=levers.forum,
        consulted=levers.consulted,
        anchored=levers.anchored,
        partner=partner is not None,
        retired=levers.retired,
    )


def requests_of(levers: Levers) -> list[Request]:
    """What a week's levers ask of each department, in the organisation's order."""
    pledged = (NO_PLEDGE if share is None else share for share in levers.pledged)
    rows = zip(levers.roles, levers.granted, levers.dedicated, pledged, levers.persuasion, levers.members, strict=True)
    return [
        Request(
            one, two, three, granted, dedicated, share, persuasion, member, sum((one > 0.0, two > 0.0, three > 0.0))
        )
        for (one, two, three), granted, dedicated, share, persuasion, member in rows
    ]


def profile_of(department: Department) -> Profile:
    """What a file says of a department's traits."""
    surveyed: dict[str, float] = {}
    for name in SURVEYED:
        trait: Surveyed | SurveyedShare | Workload | None = getattr(department, name)
        surveyed[name] = nan if trait is None else trait.value
        surveyed[f"{name}_spread"] = 0.0 if trait is None else trait.plus_minus
        if f"{name}_error" in Profile._fields:
            surveyed[f"{name}_error"] = getattr(trait, "standard_error", None) or 0.0
    sizes = (department.projects, department.process_work, department.technical_work)
    projects, process, technical = (_or_nan(size) for size in sizes)
    return Profile(**surveyed, projects=projects, process_work=process, technical_work=technical)


def _or_nan(value: float | None) -> float:
    """The value, or nan for none."""
    return nan if value is None else value
