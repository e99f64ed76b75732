"""One world in words and numbers: a sentence for each event, and a table of all weeks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulation.model.outcomes import BY_OUTCOME, Event
from simulation.study.measures import CARRIED_OUT
from simulation.study.scenario import Scenario
from simulation.text.i18n import percent, say

if TYPE_CHECKING:
    from simulation.model.organisation import OrganisationModel  # Mesa, which only whoever runs it waits for


def event_sentence(event: Event, scenario: Scenario, language: str) -> str:
    """What happened, as a plain sentence.

    >>> from simulation import case
    >>> event_sentence(Event(14, "cut_over", "Supplier"), case().scenario("full"), "nl")
    'bij Toeleverancier gaat de nieuwe werkwijze in: vanaf nu telt dat mee voor wie deze partij nodig heeft'
    """
    names = department_names(scenario, language)
    return say(f"event.{event.kind}", language, department=names.get(event.department, event.department))


def department_names(scenario: Scenario, language: str) -> dict[str, str]:
    """What a reader calls each department, by its name in the file."""
    return {department.name: department.called(language) for department in scenario.organisation.departments}


def carried_out(scenario: Scenario, fidelity: Mapping[str, float], language: str) -> str:
    """How well each measure of a scenario that may be carried out badly is in a world, in a sentence; else nothing.

    ``fidelity`` says so, as a share, for each part of :data:`~simulation.study.measures.CARRIED_OUT`.
    """
    parts = [
        say(
            "result.carried_out_part",
            language,
            measure=say(f"measure.{name}", language),
            share=percent(fidelity[part], language),
        )
        for part, name in CARRIED_OUT.items()
        if name in scenario.measures.on
    ]
    return say("result.carried_out", language, parts=", ".join(parts)) if parts else ""


def never_retired(scenario: Scenario, go_live: int | None, language: str) -> str:
    """That the old way stays on, where it was to be switched off and that never comes; else nothing."""
    retiring, horizon = scenario.measures.retire_old_way, scenario.project.horizon
    if retiring is None or (go_live is not None and go_live + retiring.since <= horizon):
        return ""
    key = "result.never_retired" if go_live is None else "result.retired_too_late"
    return say(key, language, horizon=horizon, weeks=retiring.weeks_after_go_live)


def weeks_csv(model: "OrganisationModel", language: str = "en") -> str:
    """Every department's every state in every week of a finished run, and the week's events, as CSV.

    One row per week and department; the organisation's states stand on each of them. ``events`` has the
    sentences of what happened to the department, and, in the first department's row, to the organisation.
    """
    agents = model.datacollector.get_agent_vars_dataframe().reset_index().drop(columns="AgentID")
    organisation = model.datacollector.get_model_vars_dataframe().reset_index(drop=True)
    organisation.insert(0, "week", range(1, len(organisation) + 1))
    agents = agents.rename(columns={"Step": "week", "name": "department"})
    joined = agents.merge(organisation, on="week", how="left")
    sentences: dict[tuple[int, str], list[str]] = {}
    first = model.everyone[0].name
    for event in model.events:
        sentence = event_sentence(event, model.chosen, language)
        sentences.setdefault((event.week, event.department or first), []).append(sentence)
    keys = zip(joined["week"], joined["department"], strict=True)
    joined["events"] = ["; ".join(sentences.get((int(week), str(name)), [])) for week, name in keys]
    live = model.go_live_week
    joined.insert(1, "live", [int(live is not None and week >= live) for week in joined["week"]])
    written: str = joined.to_csv(index=False, lineterminator="\n")
    return written


def told_end(outcomes: Mapping[str, float], horizon: int, language: str) -> str:
    """How one world ended, in a sentence: how far it got, when, how much is used, and what it cost.

    >>> ends = {"reach": 1.0, "go_live_week": 157.0, "progress_104": 0.4, "cost": 9e5}
    >>> told_end(ends, 156, "en")
    'In this world it ends moving: not live within 156 weeks, 40 % done by week 104; cost € 900 thousand.'
    """

    def level(name: str) -> str:
        return BY_OUTCOME[name].unit.level(outcomes[name], language)

    fields = {"level": level("reach"), "cost": level("cost"), "horizon": horizon}
    if outcomes["go_live_week"] > horizon:
        return say("result.world_not_live", language, **fields, progress=level("progress_104"))
    shares = {"used": level("adoption_52"), "lasting": level("lasting_adoption")}
    return say("result.world_live", language, **fields, **shares, week=level("go_live_week"))
