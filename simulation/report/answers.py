"""What a survey says, told: a table of departments and traits, how reliable it is, what further answers could do."""

import math
from collections.abc import Sequence

from simulation.analysis.further import Further
from simulation.analysis.pairs import Pair
from simulation.report.sentences import short_verdict
from simulation.report.table import fitted
from simulation.study.organisation import Organisation
from simulation.study.scenario import Study
from simulation.study.sources.answers import Answers
from simulation.study.survey import LEAST, Estimate
from simulation.text.i18n import number, say, say_count

RELIABLE = 0.7
"""From this alpha on items are commonly taken together (Nunnally 1978)."""


def title_of(trait: str, language: str) -> str:
    """What a trait is called."""
    return say(f"workbook.head_{trait}", language)


def table(answers: Answers, organisation: Organisation, language: str, width: int) -> str:
    """A row a department, a column a trait: its value, its standard error, and how many answered."""
    traits = list(answers.estimates)
    head = ["", say("survey.department", language), *(title_of(trait, language) for trait in traits)]
    rows = []
    for department in organisation.departments:
        cells = [_cell(answers, trait, department.name, language) for trait in traits]
        rows.append(["", department.called(language), *cells])
    return fitted(head, rows, width, (1,), len(head))


def _cell(answers: Answers, trait: str, name: str, language: str) -> str:
    """A trait of a department, or why nothing is said of it."""
    estimate = answers.estimates[trait].get(name)
    if estimate is not None:
        return told(estimate, language)
    return say("survey.kept_back", language) if name in answers.kept_back[trait] else "–"


def told(estimate: Estimate, language: str) -> str:
    """An estimate in a few characters.

    >>> told(Estimate(0.612, 0.048, 23), "en"), told(Estimate(0.612, 0.048, 23), "nl")
    ('0.61 ± 0.05 (23)', '0,61 ± 0,05 (23)')
    """
    value, error = (number(share, language, 2) for share in (estimate.value, estimate.standard_error))
    return f"{value} ± {error} ({number(estimate.answers, language)})"


def notes(answers: Answers, language: str) -> list[str]:
    """What stands behind the table: whose export, how many answers, how reliable, and what is kept back."""
    lines = [say("survey.read_as", language, kind=say(f"survey.kind_{answers.kind}", language))]
    lines[0] += " " + say_count("survey.used", answers.used, language)
    if answers.passed_over:
        lines[0] += " " + say_count("survey.passed_over", answers.passed_over, language)
    for trait, asked in answers.mapping.measured.items():
        lines.append(_reliability(trait, len(asked.items), answers.alphas[trait], language))
    if any(answers.kept_back.values()):
        lines.append(say("survey.why_kept_back", language, least=answers.mapping.smallest))
    if answers.mapping.smallest < LEAST:
        lines.append(say("survey.small_shown", language, least=answers.mapping.smallest, usual=LEAST))
    return [*lines, say("survey.what", language)]


def replaced(answers: Answers, organisation: Organisation, language: str) -> list[str]:
    """Which traits a study gives already, that the survey takes the place of, and what they were."""
    by_department = answers.traits()
    lines = []
    for department in organisation.departments:
        for trait, said in by_department.get(department.name, {}).items():
            before = getattr(department, trait)
            if before is not None and round(before.value, 2) != said["value"]:
                ends = {"value": number(said["value"], language, 2), "before": number(before.value, language, 2)}
                about = {"department": department.called(language), "trait": title_of(trait, language)}
                lines.append(say("survey.replaced", language, **about, **ends))
    return lines


def _reliability(trait: str, items: int, alpha: float, language: str) -> str:
    """How far the items of a trait measure the same."""
    name = title_of(trait, language)
    if items == 1:
        return say("survey.one_item", language, trait=name)
    fields = {"trait": name, "items": items}
    if math.isnan(alpha):
        return say("survey.no_alpha", language, **fields)
    key = "alpha_negative" if alpha < 0.0 else "alpha" if alpha >= RELIABLE else "alpha_low"
    return say(f"survey.{key}", language, **fields, alpha=number(alpha, language, 2) if math.isfinite(alpha) else "−∞")


def _moved(one: Further, verdict: Pair) -> int:
    """In how many worlds more, or fewer, the first is ahead at the end that moves the verdict most."""
    return max(abs(pair.wins - verdict.wins) + abs(pair.losses - verdict.losses) for pair in (one.at_low, one.at_high))


def further_lines(verdict: Pair, tried: Sequence[Further], study: Study, language: str) -> list[str]:
    """Which further answers could change the verdict on a pair, and which could not."""
    titles = study.scenario(verdict.a).called(language), study.scenario(verdict.b).called(language)
    lines = [say("survey.verdict", language, verdict=short_verdict(verdict, titles, language))]
    called = {one.name: one.called(language) for one in study.organisation.departments}
    for one in sorted(tried, key=lambda one: -_moved(one, verdict)):
        if not one.matters(verdict):
            continue
        for pair, end in zip((one.at_low, one.at_high), one.about.ends, strict=True):
            if pair.kind != verdict.kind:
                fields = {"department": called[one.about.department], "trait": title_of(one.about.trait, language)}
                fields["value"] = number(end, language, 2)
                fields["verdict"] = short_verdict(pair, titles, language)
                lines.append(say("survey.could_change", language, **fields))
    others = sum(not one.matters(verdict) for one in tried)
    if others == len(tried):
        lines.append(say_count("survey.none_could", others, language))
    elif others:
        lines.append(say_count("survey.others_could_not", others, language))
    return [*lines, say("survey.one_at_a_time", language)]
