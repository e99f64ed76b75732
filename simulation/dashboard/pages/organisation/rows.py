"""What the form shows: departments, ties and costs as plain data, with what is to be said beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from simulation.analysis.further import ENDS
from simulation.dashboard.state.variants import base_data, scenario_of, study_of
from simulation.dashboard.state.view import View
from simulation.model import rules, steps
from simulation.study.measures import CLASS_OF
from simulation.study.organisation import Department, Organisation
from simulation.study.parameters import BY_NAME, Values
from simulation.study.remarks import remarks_on, technical_work
from simulation.study.scenario import Scenario
from simulation.text.i18n import number, say, say_count
from simulation.text.typed import written

Row = dict[str, Any]
USUAL = Values()
MOST_IN_MATRIX = 40
"""Departments whose ties stand in a matrix; those of more are a list."""
MANY_WEEKS = 150.0
"""So many weeks of all that is free, and the work is as long as the case looks ahead (assumed)."""


@dataclass(frozen=True, slots=True)
class Trait:
    """How a trait is typed: ``key`` in a file, the ``scale`` by which what is typed is divided, and the ``most``.

    ``open`` says that it may be left to each world, drawn around the parameter named ``of`` (for IT: ``of_it``).
    """

    key: str
    unit: str
    most: float
    scale: float = 1.0
    of: str = ""
    of_it: str = ""
    open: bool = True


TRAITS: Mapping[str, Trait] = MappingProxyType(
    {
        trait.key: trait
        for trait in (
            Trait("capacity", "hours", 1e6, open=False),
            Trait("workload", "percent", 120.0, 100.0, "bau_business", "bau_it"),
            Trait("projects", "count", 1000.0, 1.0, "n_projects_business", "n_projects_it"),
            Trait("benefit", "euro", 1e8, open=False),
            Trait("conviction", "percent", 100.0, 100.0, "x0", "x0"),
            Trait("it_frame", "percent", 100.0, 100.0, "f0", ""),
            Trait("knowledge", "percent", 100.0, 100.0, "k0", "k0"),
            Trait("competing_pull", "weight", 100.0, 1.0, "omega_business", "omega_it"),
            Trait("process_work", "hours", 1e6, 1.0, "WB", ""),
            Trait("technical_work", "hours", 1e6, 1.0, "WT", "WT"),
            Trait("hourly_rate", "euro", 1e5),
            Trait("voice", "percent", 100.0, 100.0, open=False),
        )
    }
)
"""The traits of a department, in the order in which they are asked for."""
MAIN = ("capacity", "workload", "projects", "benefit")
"""Those that stand in the table; the others open below a department."""
SPREADS = frozenset({"workload", "conviction", "it_frame", "knowledge", "competing_pull"})
"""Those that may be known only roughly: so much, give or take so much."""
COSTS: tuple[tuple[str, str], ...] = tuple(
    (measure, key)
    for measure, kind in CLASS_OF.items()
    for key, control in kind.controls().items()
    if control.kind == "euro"
)
"""What measures cost, by measure and setting."""


def first_scenario(view: View) -> Scenario:
    """The scenario whose organisation is shown: the baseline, from which others may differ."""
    return scenario_of(view.changes, view.baseline)


def departments(view: View) -> list[Row]:
    """Every department with its traits as they are typed, and what is to be said beside it."""
    scenario = first_scenario(view)
    said = remarked(view, scenario)
    kinds = [department.kind for department in scenario.organisation.departments]
    return [
        {
            "name": department.name,
            "label": department.called(view.language),
            "kind": department.kind,
            "fixed": department.kind == "it" or (kinds.count("business") == 1 and department.kind == "business"),
            "traits": {
                key: _shown(department, trait, view.language) for key, trait in TRAITS.items() if _has(department, key)
            },
            "says": [*hours_said(department, scenario, view.language), *said.get(department.name, [])],
        }
        for department in scenario.organisation.departments
    ]


def _has(department: Department, key: str) -> bool:
    """Whether a department of its kind has a trait at all."""
    without = {"it": {"it_frame", "process_work"}, "chain": {"benefit", "hourly_rate"}}
    return key not in without.get(department.kind, set())


def trait_of(traits: Mapping[str, Any], key: str) -> tuple[Any, Any]:
    """A trait and how far it may be off, as a file says them; None where it says nothing."""
    value = traits.get(key)
    if isinstance(value, dict):
        return value.get("value"), value.get("plus_minus") or None
    return value, None


def _shown(department: Department, trait: Trait, language: str) -> Row:
    """A trait as the form shows it."""
    given = getattr(department, trait.key)
    value, spread = (
        (getattr(given, "value", given), getattr(given, "plus_minus", None)) if given is not None else (None, None)
    )
    return {
        "value": "" if value is None else written(_scaled(value, trait), language),
        "spread": written(_scaled(spread, trait), language) if spread else "",
        "unit": trait.unit,
        "open": trait.open,
        "rough": trait.key in SPREADS,
        "drawn": drawn(department, trait, language) if trait.open else "",
        "answered": answered(given, trait, language),
    }


def answered(given: Any, trait: Trait, language: str) -> str:
    """What a world draws of a trait that answers to a survey tell, in words; empty for any other."""
    error = getattr(given, "standard_error", None)
    if not error:
        return ""
    ends = (rules.posterior(given.value, error, end) for end in ENDS)
    low, high = (number(end * trait.scale, language, 0 if trait.scale > 1.0 else 2) for end in ends)
    if given.answers is None:
        return say("organisation.surveyed", language, low=low, high=high)
    return say_count("organisation.answered", given.answers, language, low=low, high=high)


def _scaled(value: float, trait: Trait) -> float:
    """A number of a file as it is typed."""
    return round(value * trait.scale, 9)


def drawn(department: Department, trait: Trait, language: str) -> str:
    """What a world draws where nothing is known, in words; empty where that is not drawn."""
    name = trait.of_it if department.kind == "it" else trait.of
    if trait.key == "hourly_rate":
        return say("organisation.usual", language, value=number(85 if department.kind == "it" else 70, language))
    if not name:
        return ""
    low, high = BY_NAME[name].low, BY_NAME[name].high
    if trait.key == "process_work":
        factor = size_of(department) * (USUAL.WB_chain if department.kind == "chain" else 1.0)
        low, high = low * factor, high * factor
    if trait.key == "technical_work" and department.kind == "chain":
        low, high = low * USUAL.WT_chain, high * USUAL.WT_chain
    digits = 0 if trait.scale > 1.0 or high >= 10.0 else 1
    ends = {"low": number(low * trait.scale, language, digits), "high": number(high * trait.scale, language, digits)}
    return say("organisation.drawn_percent" if trait.unit == "percent" else "organisation.drawn", language, **ends)


def size_of(department: Department) -> float:
    """How much work a department's size brings, 1 for one of 144 hours (defaults)."""
    return float(steps.size(department.capacity, department.kind == "it", department.kind == "chain", USUAL))


# --- what is plausible ---------------------------------------------------------------------------------


def hours_said(department: Department, scenario: Scenario, language: str) -> list[str]:
    """What of a department's hours is free in an ordinary week, and how many such weeks its work takes."""
    usual = USUAL.bau_it if department.kind == "it" else USUAL.bau_business
    load = usual if department.workload is None else department.workload.value
    free = department.capacity * max(0.0, 1.0 - load)
    if department.kind == "it":
        work = sum(technical_work(one) for one in scenario.organisation.departments)
        key = "free_it"
    else:
        half = USUAL.WB_chain if department.kind == "chain" else 1.0
        work = USUAL.WB * half * size_of(department) if department.process_work is None else department.process_work
        key = "free"
    if free <= 0.0:
        return [say("organisation.nothing_free", language, work=number(work, language))]
    weeks = work / free
    told = {"free": number(free, language), "work": number(work, language)}
    lines = [say_count(f"organisation.{key}", weeks, language, 0, **told)]
    return [*lines, say("organisation.too_long", language)] if weeks > MANY_WEEKS else lines


def remarked(view: View, scenario: Scenario) -> dict[str, list[str]]:
    """What is legal and may not be meant, by the department that it is about."""
    study = study_of(view.changes, (scenario.name,))
    names = sorted(scenario.organisation.names, key=len, reverse=True)
    found: dict[str, list[str]] = {}
    for remark in remarks_on(study):
        where = remark.path.removeprefix("organisation.departments.")
        name = next((one for one in names if where == one or where.startswith(f"{one}.")), None)
        if remark.path.startswith("organisation.departments") and name is not None:
            _, _, text = remark.told(view.language).partition(": ")
            found.setdefault(name, []).append(text[:1].upper() + text[1:])
    for name in untied(scenario.organisation):
        text = say("organisation.untied", view.language)
        found[name] = [*(said for said in found.get(name, []) if name not in said), text]
    return found


def untied(organisation: Organisation) -> list[str]:
    """The departments that need nobody, and are needed by nobody."""
    tied = {name for tie in organisation.interdependence if tie.strength > 0.0 for name in tie.pair}
    return [name for name in organisation.names if name not in tied]


# --- ties, costs, and whom it is about -----------------------------------------------------------------


def ties(view: View) -> Row:
    """Who needs whom and who talks to whom, by the departments' places: ``[a, b, strength]``."""
    organisation = first_scenario(view).organisation
    place = {name: at for at, name in enumerate(organisation.names)}
    listed = {
        kind: [[place[tie.a], place[tie.b], round(tie.strength, 3)] for tie in getattr(organisation, kind)]
        for kind in ("interdependence", "informal_ties")
    }
    return {**listed, "matrix": len(place) <= MOST_IN_MATRIX}


def costs(view: View) -> list[Row]:
    """What measures cost, as the file's own level says it, else as it is assumed."""
    measures = base_data(view.changes.base).get("measures") or {}
    found = []
    for measure, key in COSTS:
        settings = measures.get(measure)
        given = settings.get(key) if isinstance(settings, dict) else None
        value = CLASS_OF[measure].model_fields[key].default if given is None else given
        label = say(
            "organisation.cost_of",
            view.language,
            measure=say(f"measure.{measure}", view.language),
            setting=say(f"setting.{key}", view.language),
        )
        found.append({"key": f"{measure}.{key}", "label": label, "value": written(float(value), view.language)})
    return found


def about(view: View) -> Row:
    """The organisation's name, and the study's title."""
    study = study_of(view.changes, (view.baseline,))
    return {"name": study.organisation.name.in_(view.language), "title": study.title.in_(view.language)}
