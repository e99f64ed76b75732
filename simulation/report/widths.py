"""Whether verdicts survive narrower and wider ranges, told in sentences and as data."""

from collections.abc import Mapping
from typing import Any

from simulation.analysis.widths import Survival
from simulation.report.sentences import short_verdict
from simulation.text.i18n import number, say


def lines(survival: Mapping[str, Survival], baseline: str, language: str) -> list[str]:
    """A line a scenario: whether the verdict survives, and what it is at each width where it does not."""
    if not survival:
        return []
    widths = next(iter(survival.values())).widths
    factors = ", ".join(factor(width, language) for width in widths)
    told = [say("widths.title", language, widths=factors, baseline=baseline)]
    return [*told, *(f"  {sentence(one, name, baseline, language)}" for name, one in survival.items())]


def sentence(survival: Survival, name: str, baseline: str, language: str) -> str:
    """Whether the verdict on a scenario survives."""
    parts = []
    for width, pair in zip(survival.widths, survival.pairs, strict=True):
        counts = {key: number(getattr(pair, key), language) for key in ("wins", "losses", "worlds")}
        parts.append(say("widths.counts", language, width=factor(width, language), **counts))
    counted = "; ".join(parts)
    if survival.survives or survival.open:
        verdict = short_verdict(survival.pairs[_plain(survival)], (name, baseline), language)
        return say("widths.open" if survival.open else "widths.survives", language, verdict=verdict, counts=counted)
    kinds = []
    for width, pair in zip(survival.widths, survival.pairs, strict=True):
        verdict = short_verdict(pair, (name, baseline), language)
        kinds.append(say("widths.at", language, width=factor(width, language), verdict=verdict))
    return say("widths.changes", language, verdicts="; ".join(kinds))


def _plain(survival: Survival) -> int:
    """The width that is nearest to the ranges as they are."""
    return min(range(len(survival.widths)), key=lambda at: abs(survival.widths[at] - 1.0))


def factor(width: float, language: str) -> str:
    """A width as people say it.

    >>> factor(0.5, "nl"), factor(1.0, "en")
    ('× 0,5', '× 1')
    """
    digits = 0 if width == round(width) else 1 if round(10 * width, 6) == round(10 * width) else 2
    return f"× {number(width, language, digits)}"


def data(survival: Mapping[str, Survival]) -> list[dict[str, Any]]:
    """The same as plain data."""
    return [
        {
            "scenario": name,
            "survives": one.survives,
            "verdicts": [
                {"width": width, "verdict": pair.kind, "wins": pair.wins, "losses": pair.losses, "worlds": pair.worlds}
                for width, pair in zip(one.widths, one.pairs, strict=True)
            ],
        }
        for name, one in survival.items()
    ]
