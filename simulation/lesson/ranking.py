"""The room's own package: what it costs, where it ends, and which smaller one does as well."""

from typing import Any

from simulation.lesson.answers import twins_of
from simulation.lesson.form import Chapter, Package
from simulation.lesson.judged import against, listed, of_100
from simulation.lesson.package import LEAST, Bill
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import OWN, Room
from simulation.lesson.source import Told
from simulation.report.sentences import MAIN, level
from simulation.text.i18n import number, say, say_count

Scene = dict[str, Any]
OTHERS = 2
"""So many smaller packages are told of, the cheapest first."""


def compose(material: Told, package: Package, room: Room, bill: Bill | None) -> Scene:
    """The ``switches`` of the room's package, each with what it costs once that is known, and what they come to."""
    switches = [
        {
            "name": name,
            "label": capital(say(f"measure.{name}", room.language)),
            "on": name in room.package,
            "cost": _about(bill.cost(name), room.language) if bill else "",
        }
        for name in package.measures
    ]
    base = room.base or material.study.scenario(package.base).called(room.language)
    return {
        "switches": switches,
        "empty": say("lesson.compose_none", room.language, base=base),
        "costs": say("lesson.costs", room.language, weeks=number(material.study.horizon, room.language)),
        **budgeted(package, room, bill),
    }


def chosen(package: Package, room: Room) -> tuple[str, ...]:
    """The measures of the room's package that the chapter offers."""
    return tuple(name for name in package.measures if name in room.package)


def budgeted(package: Package, room: Room, bill: Bill | None) -> Scene:
    """What the package costs and what there is (``bill``), and by how much it is ``over``, if it is; or nothing yet."""
    measures, language = chosen(package, room), room.language
    if bill is None or not measures or frozenset(measures) not in bill.sums:
        return {"bill": "", "over": ""}
    cost = bill.cost(*measures)
    if package.budget is None:
        return {"bill": say("lesson.bill", language, cost=thousands(cost, language)), "over": ""}
    fields = {"cost": thousands(cost, language), "budget": thousands(package.budget, language)}
    over = say("lesson.over", language, by=thousands(cost - package.budget, language)) if cost > package.budget else ""
    return {"bill": say("lesson.bill_of", language, **fields), "over": over}


def _about(euros: float, language: str) -> str:
    """What a measure costs, about."""
    return say("lesson.about", language, cost=thousands(euros, language))


def thousands(euros: float, language: str) -> str:
    """An amount in whole thousands, so that two that are near each other can be told apart.

    >>> thousands(1_331_600, "en"), thousands(15_746, "nl")
    ('€ 1,332,000', '€ 16.000')
    """
    rounded = round(euros, -3)
    return say("number.euro", language, sign="−" if rounded < 0.0 else "", n=number(abs(rounded), language))


def capital(text: str) -> str:
    """The text with a capital."""
    return f"{text[:1].upper()}{text[1:]}"


def ranking(material: Told, chapter: Chapter, room: Room, reveal: Reveal, bill: Bill | None) -> Scene:
    """The room's package among the scenarios that it is held against: ``bars`` with the place of each and what lasts,
    and what a smaller package would do, beside what the room predicted."""
    comparison, language = reveal.comparison, room.language
    bars = []
    order = sorted(comparison.ranking, key=lambda name: (reveal.places[name].usual, comparison.ranking.index(name)))
    for name in order:
        mean = comparison.summary(name, MAIN).mean.estimate
        bars.append(
            {
                "title": comparison.runs.study.scenario(name).called(language),
                "mean": mean,
                "said": level(mean, MAIN, language),
                "place": placed(reveal.places[name].usual, language),
                "own": name == OWN,
            }
        )
    weeks = number(comparison.runs.study.horizon, language)
    scene = against(material, chapter, room, reveal)
    alike = reveal.places[OWN].alike
    same = say("lesson.all_alike", language, n=of_100(alike, reveal.worlds, language))
    scene["verdicts"] = [*scene["verdicts"], *([same] if alike else []), *_twins(room, reveal)]
    package = chapter.package
    return {
        "bars": bars,
        "under": say("lesson.ranking_under", language, weeks=weeks),
        "smaller": smaller(package, room, bill) if package else [],
        **(budgeted(package, room, bill) if package else {}),
        **scene,
    }


def placed(span: tuple[int, int], language: str) -> str:
    """A place, or the places that are shared.

    >>> placed((1, 1), "en"), placed((4, 6), "en")
    ('1', '4–6')
    """
    first, last = span
    return str(first) if first == last else say("lesson.tied", language, first=first, last=last)


def _twins(room: Room, reveal: Reveal) -> list[str]:
    """What the package is no different from."""
    runs = reveal.comparison.runs
    twins = twins_of(runs, OWN)
    key = "lesson.same_as" if room.package else "lesson.same_empty"
    return [say(key, room.language, title=runs.study.scenario(twins[0]).called(room.language))] if twins else []


def smaller(package: Package, room: Room, bill: Bill | None) -> list[str]:
    """Which smaller packages do as well, and by how much they are cheaper; or that none is, or that nothing lasts."""
    measures, language = chosen(package, room), room.language
    if bill is None or not measures or frozenset(measures) not in bill.sums:
        return []
    if bill.sums[frozenset(measures)].lasts <= LEAST:
        return [say("lesson.nothing_lasts", language)]
    found = bill.smaller(measures)[:OTHERS]
    margin = say_count("size.points", 100 * LEAST, language)
    sentences: list[str] = []
    for kept in found:
        without = [say(f"without.{name}", language) for name in measures if name not in kept]
        saved = thousands(bill.cost(*measures) - bill.sums[kept].cost, language)
        key = "lesson.also" if sentences else "lesson.smaller"
        sentences.append(say(key, language, without=listed(without, language), saved=saved, margin=margin))
    return sentences or [say("lesson.none_smaller", language, margin=margin)]
