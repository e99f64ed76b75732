"""Small organisations, quiet numbers, and ways to watch a run; used by several test modules."""

import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isnan
from typing import Any

from simulation import OrganisationModel, Values, case, outcomes_of, run_worlds
from simulation.model.organisation import AGENT_STATES, MODEL_STATES
from simulation.model.worlds import Traits
from simulation.study.measures import Measures
from simulation.study.organisation import Department, Label, Organisation, Project, Tie
from simulation.study.scenario import Given, Scenario, Study

WORDS = Label(en="made for a test", nl="gemaakt voor een toets")

NEVER = 520
"""A start week that no test reaches."""

QUIET = Values(
    p_inc=0.0,
    p_leave=0.0,
    p_shock=0.0,
    bau_business=0.0,
    bau_it=0.0,
    bau_noise=0.0,
    debt_m=0.0,
    eta_x=0.0,
    eta_f=0.0,
    eta_e=0.0,
    al_o=0.0,
    de_o=0.0,
    lam_k=0.0,
    lam_t=0.0,
    de_k=0.0,
    iota=0.0,
    iota_c=0.0,
    bV=0.0,
    bP=0.0,
    p_sp=0.0,
    fid=1.0,
    lam_g=0.0,
    eps_s=0.0,
    dip=0.0,
    wa=0.0,
    eta_o=0.0,
    h_answer=0.0,
)
"""No luck, no ordinary work, nothing learns or changes its mind, nothing is lost between departments and measures are
carried out in full; a test switches on what it studies."""

WEEK_STATES = (
    "norm",
    "responsibility",
    "expectancy",
    "load",
    "headroom",
    "available",
    "pull",
    "meetings",
    "attendance",
    "blocked",
    "productivity",
    "process_need",
    "technical_need",
    "demand",
    "hours",
    "work_hours",
    "care_hours",
    "paired_hours",
    "process_done",
    "technical_done",
    "own_done",
    "bought_done",
    "helped_done",
    "willingness",
    "own_output",
    "all_output",
    "conviction_anchor",
    "cut_over_week",
    "dip",
    "dedicated",
    "unsettled",
    "partner_used",
)
"""What a week computes besides what the data collector writes."""

SHARES = (
    "conviction",
    "conviction_anchor",
    "it_frame",
    "felt_responsibility",
    "ownership",
    "progress_role",
    "priority_role",
    "voice_role",
    "knowledge",
    "priority",
    "activity",
    "process_progress",
    "technical_progress",
    "own_share",
    "adoption",
    "habit",
    "engagement",
    "norm",
    "responsibility",
    "expectancy",
    "attendance",
    "blocked",
    "productivity",
    "willingness",
    "opposed",
    "time_to_settle",
    "mandate",
    "unsettled",
    "hand_offs_kept",
)
"""What is between 0 and 1, of a department."""

COUNTS = ("open_issues", "open_objections", "answered", "incident_weeks", "absence_weeks")


def traits(**changes: float) -> Traits:
    """Convinced, without frame, without ordinary work, with more work to do than ever gets done."""
    plain = Traits(
        conviction=1.0,
        it_frame=0.0,
        workload=0.0,
        competing_pull=0.3,
        knowledge=1.0,
        projects=1.0,
        process_work=1e9,
        technical_work=1e9,
        size=1.0,
    )
    return replace(plain, **changes)


def organisation(
    business: int,
    chain: int = 0,
    needs: Iterable[tuple[str, str, float]] = (),
    talks: Iterable[tuple[str, str, float]] = (),
    capacity: float = 100.0,
    benefit: float = 0.0,
    **settings: Any,
) -> Organisation:
    """IT, departments B0, B1, … and chain partners C0, C1, …"""
    names = [
        ("IT", "it"),
        *((f"B{i}", "business") for i in range(business)),
        *((f"C{i}", "chain") for i in range(chain)),
    ]
    return Organisation(
        departments=tuple(
            Department(
                name=name,
                kind=kind,
                capacity=capacity,
                benefit=0.0 if kind == "chain" else benefit,
                **settings,
            )
            for name, kind in names
        ),
        interdependence=tuple(Tie(a=a, b=b, strength=d) for a, b, d in needs),
        informal_ties=tuple(Tie(a=a, b=b, strength=d) for a, b, d in talks),
    )


def everyone_with_everyone(names: list[str], strength: float = 1.0) -> list[tuple[str, str, float]]:
    """Every pair of the names."""
    return [(a, b, strength) for at, a in enumerate(names) for b in names[at + 1 :]]


def scenario(
    organised: Organisation,
    measures: Measures | None = None,
    name: str = "made",
    parameters: tuple[Given, ...] = (),
    **project: Any,
) -> Scenario:
    """A scenario of that organisation."""
    settings = {"connections_per_week": 0.0, **project}
    return Scenario(name, WORDS, WORDS, None, organised, Project(**settings), parameters, measures or Measures())


def live_world(scenario_: str | Scenario, first: int = 0, by: int | None = None, within: int = 256) -> int:
    """The first world from ``first`` on in which a scenario (of the case) goes live, in week ``by`` at the latest."""
    one = case().scenario(scenario_) if isinstance(scenario_, str) else scenario_
    weeks = run_worlds(study(one), first + within, 1).of(one.name, "go_live_week")
    return next(world for world in range(first, first + within) if weeks[world] <= (by or one.project.horizon))


def study(*scenarios: Scenario) -> Study:
    """A study of these scenarios."""
    return Study("made", WORDS, WORDS, scenarios)


def built(
    organised: Organisation,
    values: Values = QUIET,
    measures: Measures | None = None,
    each: Callable[[Department], Traits] | Traits | None = None,
    world: int = 0,
    rng: int = 1,
    **project: Any,
) -> OrganisationModel:
    """A model of a made organisation, its departments with the traits that ``each`` gives."""
    given = each or traits()
    own = tuple(given if isinstance(given, Traits) else given(one) for one in organised.departments)
    return OrganisationModel(
        scenario(organised, measures, **project), world, rng, values=values, traits=own, collect=False
    )


def run(model: OrganisationModel, weeks: int | None = None) -> OrganisationModel:
    """Step ``weeks`` weeks, or to the end."""
    while model.running and (weeks is None or model.week < weeks):
        model.step()
    return model


def outcomes(model: OrganisationModel) -> dict[str, float]:
    """The outcomes of a run to its end."""
    return outcomes_of(run(model).ledger)


def snapshot(model: OrganisationModel, leave_out: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Everything of a week that could differ, by (who, what)."""
    found: dict[str, Any] = {f"organisation.{state}": getattr(model, state) for state in MODEL_STATES}
    found["organisation.go_live_week"] = model.go_live_week
    found["organisation.started"] = model.started
    for tie in model.hand_offs:
        ends = sorted((tie.a.name, tie.b.name))
        if not leave_out & {*ends}:
            found[f"{ends[0]} – {ends[1]}.settled"] = tie.settled
    for one in model.everyone:
        if one.name not in leave_out:
            states = (*AGENT_STATES, *WEEK_STATES)
            found.update({f"{one.name}.{state}": getattr(one, state) for state in states if state != "name"})
    return found


def history(
    model: OrganisationModel, weeks: int | None = None, leave_out: frozenset[str] = frozenset()
) -> list[dict[str, Any]]:
    """The snapshots of all weeks."""
    found = []
    while model.running and (weeks is None or model.week < weeks):
        model.step()
        found.append(snapshot(model, leave_out))
    return found


def same(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two sets of outcomes are equal to the bit, undefined ones included."""
    return one.keys() == other.keys() and all(
        one[name] == other[name] or (isnan(one[name]) and isnan(other[name])) for name in one
    )


def differing(one: dict[str, float], other: dict[str, float], leave_out: frozenset[str] = frozenset()) -> set[str]:
    """The outcomes that are not equal to the bit."""
    return {name for name in one if name not in leave_out and not same({name: one[name]}, {name: other[name]})}


def altered(organised: Organisation, changes: Callable[[Department], dict[str, Any]]) -> Organisation:
    """The same organisation with what ``changes`` says of each department, validated."""
    departments = [
        Department.model_validate({**one.model_dump(exclude_none=True), **changes(one)})
        for one in organised.departments
    ]
    return organised.model_copy(update={"departments": tuple(departments)})


def workbook_of(rows: Iterable[Iterable[Any]]) -> bytes:
    """Rows as the first sheet of a workbook."""
    import openpyxl

    made, stream = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(list(row))
    made.save(stream)
    return stream.getvalue()
