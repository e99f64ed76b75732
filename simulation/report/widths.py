"""Whether verdicts survive narrower and wider ranges, told in a table and as data."""

from collections.abc import Mapping
from typing import Any

from simulation.analysis.pairs import Pair
from simulation.analysis.widths import Survival
from simulation.text.i18n import number, say


def rows(survival: Mapping[str, Survival], language: str) -> list[list[str]]:
    """The verdicts as a table: a row a scenario, a column a width, and whether it survives; the first is the head.

    A cell has in how many worlds the scenario does better and in how many worse, and what that comes to.
    """
    if not survival:
        return []
    widths = next(iter(survival.values())).widths
    head = ["", say("result.scenario", language), *(factor(width, language) for width in widths)]
    table = [[*head, say("widths.survives", language)]]
    for name, one in survival.items():
        key = "nowhere" if one.open else "yes" if one.survives else "no"
        table.append(["", name, *(_cell(pair, language) for pair in one.pairs), say(f"widths.{key}", language)])
    return table


def _cell(pair: Pair, language: str) -> str:
    """A verdict at one width, in a cell."""
    counts = {key: number(getattr(pair, key), language) for key in ("wins", "losses")}
    return say("widths.cell", language, verdict=say(f"widths.{pair.kind}", language), **counts)


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
