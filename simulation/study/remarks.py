"""What is legal in a study and yet may not be meant."""

from collections.abc import Iterable, Iterator
from itertools import islice

from simulation.study.errors import Remark, remark, several, shown
from simulation.study.organisation import Department, Label, Organisation
from simulation.study.parameters import Values
from simulation.study.paths import Path, PlaceOf, nowhere, told_path
from simulation.study.scenario import Scenario, Study
from simulation.system.limits import LIMITS
from simulation.text.i18n import language_name

PROCESS_USUAL, TECHNICAL_USUAL, CASE_WEEKS = 94.0, 25.0, 156
"""In the case, of how many hours that there are over its weeks one is process work (of a department), or technical work
(for all, of IT's)."""
PROPORTION = 5.0
"""How many times more, or less, is out of proportion."""
DEFAULTS = Values()

SMALL = 5.0
"""Hours, or euros, a week below which somebody may have meant thousands."""


def remarks_on(study: Study, place_of: PlaceOf = nowhere) -> tuple[Remark, ...]:
    """What to say of a sound study, each remark once, in the order of its scenarios.

    ``place_of`` tells where a path of the input stands. There are no more than
    :attr:`~simulation.system.limits.Limits.problems`.

    >>> from simulation import case
    >>> remarks_on(case())
    ()
    """
    remarks = (_remark(key, path, place_of, **fields) for key, path, fields in islice(_all(study), LIMITS.problems))
    return tuple(dict.fromkeys(remarks))


def untranslated(texts: Iterable[Label], language: str) -> Remark | None:
    """What to say, once for a whole file, to a reader whose ``language`` some of its ``texts`` lack; None if none does.

    It is about the reader rather than the file, so it is none of the study's own remarks.

    >>> from simulation import case
    >>> untranslated(texts_of(case()), "nl") is None
    True
    >>> print(untranslated([Label(nl="Inkoop"), Label(en="Sales", nl="Verkoop")], "en").told())
    texts that are not in English, and are shown in another language (Dutch): 1 of 2, such as 'Inkoop'.
    """
    written = [text for text in dict.fromkeys(texts) if text.in_(language)]
    lacking = [text for text in written if text.lacks(language)]
    if not lacking:
        return None
    shown_in = sorted({language_name(text.language_for(language), language) for text in lacking})
    return remark(
        "untranslated",
        lacking=len(lacking),
        texts=len(written),
        languages=several(shown_in),
        first=shown(lacking[0].in_(language), 40),
    )


def texts_of(study: Study) -> Iterator[Label]:
    """Every text of a study that a reader meets: titles, descriptions, and labels of departments."""
    yield from (study.title, study.description)
    for scenario in study.scenarios:
        yield from (scenario.title, scenario.description)
    for organisation in {id(scenario.organisation): scenario.organisation for scenario in study.scenarios}.values():
        yield from (department.label for department in organisation.departments if department.label)


def _remark(key: str, path: Path, place_of: PlaceOf, **fields: str) -> Remark:
    """A remark with its path and line."""
    return remark(key, told_path(path), place_of(path), **fields)


def _all(study: Study) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """The key, path and fields of every remark."""
    yield from _on_ties(study.organisation)
    yield from _on_amounts(study.organisation)
    titles: dict[str, str] = {}
    chains: dict[int, bool] = {}
    for scenario in study.scenarios:
        departments = scenario.organisation.departments
        if id(scenario.organisation) not in chains:
            chains[id(scenario.organisation)] = not all(department.internal for department in departments)
            yield from _on_proportions(scenario)
            if all(department.capacity == 0.0 for department in departments):
                yield "no_capacity", ("organisation", "departments"), {}
        yield from _on_measures(scenario, chains[id(scenario.organisation)])
        for title in dict.fromkeys(scenario.title.texts.values()):
            first = titles.setdefault(title, scenario.name)
            if first != scenario.name:
                yield "same_title", ("scenarios", scenario.name), {"given": shown(title), "first": shown(first)}
                break


def _on_ties(organisation: Organisation) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Departments that are tied to nobody: all of them, or some."""
    tied = {name for tie in (*organisation.interdependence, *organisation.informal_ties) for name in tie.pair}
    untied = [name for name in organisation.names if name not in tied]
    where: Path = ("organisation", "departments")
    if len(untied) == len(organisation.names):
        yield "nobody_tied", where, {}
    elif untied:
        yield "untied", (*where, *untied) if len(untied) == 1 else where, {"given": several(untied)}


def _on_amounts(organisation: Organisation) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Amounts so small that a thousand may have been written with a point."""
    for department in organisation.departments:
        for name, value in (("capacity", department.capacity), ("benefit", department.benefit)):
            if 0.0 < value < SMALL:
                path: Path = ("organisation", "departments", department.name, name)
                yield "tiny", path, {"given": f"{value:g}", "name": name}


def _on_proportions(scenario: Scenario) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """Work out of all proportion to the hours there are: one hour in how many, beside how many in the case."""
    organisation, weeks = scenario.organisation, scenario.project.horizon
    for department in organisation.departments:
        if department.process_work and department.capacity:
            path: Path = ("organisation", "departments", department.name, "process_work")
            fields = _proportion(department.process_work, department, weeks, PROCESS_USUAL)
            if fields:
                yield "out_of_proportion_process", path, fields
    it = next(department for department in organisation.departments if department.kind == "it")
    technical = sum(technical_work(department) for department in organisation.departments)
    fields = _proportion(technical, it, weeks, TECHNICAL_USUAL) if technical and it.capacity else {}
    if fields:
        yield "out_of_proportion_technical", ("organisation", "departments", it.name, "capacity"), fields


def technical_work(department: Department) -> float:
    """Hours of technical work for a department, by what its file says or else by default."""
    usual = DEFAULTS.WT * (DEFAULTS.WT_chain if department.kind == "chain" else 1.0)
    return usual if department.technical_work is None else department.technical_work


def _proportion(work: float, department: Department, weeks: int, usual: float) -> dict[str, str]:
    """What to say of work that is much more, or much less, of a department's hours than in the case; else nothing.

    ``usual`` is of how many hours one is such work in the case, over 156 weeks.
    """
    ratio, expected = department.capacity * weeks / work, usual * weeks / CASE_WEEKS
    if expected / PROPORTION <= ratio <= expected * PROPORTION:
        return {}
    fields = {"given": f"{work:g}", "name": department.name, "horizon": str(weeks)}
    shown_ratio = f"{ratio:.3g}" if ratio < 1000.0 else f"{ratio:.0f}"
    return fields | {"ratio": shown_ratio, "usual": f"{expected:.0f}"}


def _on_measures(scenario: Scenario, has_chain: bool) -> Iterator[tuple[str, Path, dict[str, str]]]:
    """What is to be said of a scenario's measures, in an organisation with chain partners or without."""
    roles, chain = scenario.measures.assign_roles, scenario.measures.consult_chain
    within: Path = ("scenarios", scenario.name, "measures")
    if chain is not None and not has_chain:
        yield "no_chain", (*within, "consult_chain"), {}
    if roles is not None and not (roles.progress or roles.priority or roles.voice):
        yield "no_roles", (*within, "assign_roles"), {}
    partner, dedicated = scenario.measures.external_partner, scenario.measures.dedicate_hours
    if partner is not None and partner.end is not None and "weeks" in partner.model_fields_set:
        yield "end_overrides", (*within, "external_partner"), {}
    if dedicated is not None and dedicated.end is not None and dedicated.end < scenario.project.start:
        fields = {"end": str(dedicated.end), "start": str(scenario.project.start)}
        yield "idle_dedicated", (*within, "dedicate_hours"), fields
