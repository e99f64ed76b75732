"""The numbers of a comparison in short, kept at the end of a study's file as remarks, for ``synergy repeat``.

Remarks, so that the file stays a study like any other, whoever reads it: a line of JSON each, after :data:`MARK`. The
first says with what they were made; then comes a line a scenario and a line a verdict on the outcome that leads.
"""

import json
from collections.abc import Mapping
from typing import Any

from simulation import __version__
from simulation.analysis.compare import Comparison
from simulation.model.outcomes import OUTCOMES
from simulation.report.export import finite
from simulation.report.machine import machine
from simulation.text.i18n import say

MARK = "#= "
"""What a line with numbers begins with."""
FORMAT = 1


def numbers_of(comparison: Comparison) -> list[dict[str, Any]]:
    """A mapping a scenario, best first, with its worlds by level and mean and middle of each outcome; then a mapping
    for each verdict against the baseline. Undefined is None."""
    rows: list[dict[str, Any]] = []
    for name in comparison.ranking:
        summaries = {one.name: comparison.summary(name, one.name) for one in OUTCOMES}
        outcomes = {outcome: [each.mean.estimate, each.median] for outcome, each in summaries.items()}
        rows.append({"scenario": name, "levels": list(comparison.levels(name)), "outcomes": outcomes})
    for name in comparison.ranking:
        if name != comparison.baseline:
            pair = comparison.pair(name, comparison.baseline)
            counts = {"wins": pair.wins, "losses": pair.losses, "ties": pair.ties}
            rows.append({"pair": [pair.a, pair.b], "outcome": pair.outcome, "verdict": pair.kind, **counts})
    return [dict(finite(row)) for row in rows]


def lines_of(comparison: Comparison, command: str, language: str) -> tuple[str, ...]:
    """The lines for the end of a study's file; ``command`` is the one that gives these numbers."""
    about = {
        "format": FORMAT,
        "synergy": __version__,
        "command": command,
        "digest": comparison.runs.study.digest(),
        "machine": machine(),
    }
    rows = (about, *numbers_of(comparison))
    said = (json.dumps(row, ensure_ascii=True, allow_nan=False) for row in rows)
    return (f"# {say('save.numbers', language)}", *(f"{MARK}{line}" for line in said))


def kept_in(text: str) -> tuple[Mapping[str, Any], list[dict[str, Any]]] | None:
    """With what the numbers in a file were made, and the numbers; None for a file without.

    >>> kept_in("title: a"), kept_in('#= {"format": 1, "command": "c", "digest": "d"}\\n#= {"scenario": "a"}')
    (None, ({'format': 1, 'command': 'c', 'digest': 'd'}, [{'scenario': 'a'}]))
    """
    try:
        rows = [json.loads(line[len(MARK) :]) for line in text.splitlines() if line.startswith(MARK)]
    except (ValueError, RecursionError):
        return None
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    about, *numbers = rows
    if about.get("format") != FORMAT or not {"command", "digest"} <= about.keys() or not numbers:
        return None
    return about, numbers
