"""What ``synergy compare`` prints: the scenarios as a table, best first, and verdicts and notes in lines below it."""

import math
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from simulation import __version__
from simulation.analysis.best import best_of
from simulation.analysis.compare import Comparison
from simulation.analysis.sequential import Sequential
from simulation.analysis.widths import Survival
from simulation.engine.ensemble import Runs
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.report import widths
from simulation.report.payback import Answers, how, sentences
from simulation.report.sentences import (
    MAIN,
    against_nothing,
    best_lines,
    decision_sentence,
    hardly_used,
    headline,
    level,
    level_labels,
    lines_beside,
    middle,
    note,
    outcome_of,
    sequential_lines,
    verdict,
)
from simulation.text.i18n import number, say

MANY = 10
"""Among so many verdicts at 5 % each, one must reckon with a wrong one."""


@dataclass(frozen=True)
class Extras:
    """What else has been worked out: when scenarios pay back, and verdicts at other widths of the ranges."""

    paid: Mapping[str, Answers] = field(default_factory=dict)
    tried: Mapping[str, Survival] = field(default_factory=dict)


NARROWEST, WIDEST, UNKNOWN = 80, 200, 100
"""Columns of a terminal: what the table fits at least, what a line is broken at, and what is assumed of a file."""
BAR = 20
"""Characters of a bar of all worlds."""
MARKS = "·░×▒█"
"""What a bar is drawn with, from still to lasting; the cross is live but hardly used, which is no success."""
PLAIN = "·░▒█"
"""What a bar of other levels is drawn with, from the lowest up."""
SHORTEST = 12
"""Characters of a name that are shown at least."""


def columns() -> int:
    """How wide the terminal is, or what COLUMNS says."""
    return min(WIDEST, max(NARROWEST, shutil.get_terminal_size((UNKNOWN, 24)).columns))


def table(comparison: Comparison, language: str, width: int = UNKNOWN) -> str:
    """All scenarios by the outcome that leads, best first, as text of at most ``width`` columns."""
    levels = not BY_OUTCOME[comparison.outcome].unit.has_mean
    return (levels_table if levels else means_table)(comparison, language, width)


def levels_table(comparison: Comparison, language: str, width: int) -> str:
    """How far each scenario gets: a bar of all worlds, the worlds on each level, and what else there is room for."""
    outcome = comparison.outcome
    labels = level_labels(outcome, language)
    marks = (
        MARKS
        if outcome == LEADING
        else "".join(PLAIN[round(at * 3 / max(1, len(labels) - 1))] for at in range(len(labels)))
    )
    head = ["", say("result.scenario", language), "", *marks]
    further = ("progress_104", "adoption_52", "cost")
    head += [say(f"result.{key}", language) for key in ("middle_go_live", "progress", "used", "cost")]
    rows = []
    for rank, name in enumerate(comparison.ranking, start=1):
        counts = comparison.levels(name, outcome)
        cells = [f"{rank}", name, bar(counts, marks), *(number(count, language) for count in counts)]
        cells.append(_live(comparison, name, language))
        rows.append([*cells, *(_middle(comparison, name, outcome, language) for outcome in further)])
    legend = "   ".join(f"{mark} {label}" for mark, label in zip(marks, labels, strict=True))
    return "\n".join([legend, "", fitted(head, rows, width, left=(1, 2, 3 + len(marks)), needed=3 + len(marks))])


def means_table(comparison: Comparison, language: str, width: int) -> str:
    """An outcome of each scenario, with its interval and how far it gets; without a rank where it is undefined."""
    outcome = comparison.outcome
    head = ["", *(say(f"result.{key}", language) for key in ("scenario", "mean", "interval", "spread"))]
    further = [other for other in (MAIN, "cost") if other != outcome]
    keys = {MAIN: "lasting", "cost": "cost"}
    head += [say(f"outcome.{LEADING}", language), *(say(f"result.{keys[other]}", language) for other in further)]
    rows = []
    for rank, name in enumerate(comparison.ranking, start=1):
        summary = comparison.summary(name, outcome)
        ranked = comparison.has_rank(name, outcome)
        defined = number(summary.worlds - summary.undefined, language)
        some = say("result.no_rank", language, n=defined, worlds=number(summary.worlds, language))
        cells = [f"{rank}" if ranked else "", name, _middle(comparison, name, outcome, language)]
        ends = (math.nan, math.nan) if summary.censored else (summary.mean.low, summary.mean.high)
        cells.append(_span(*ends, outcome, language) if ranked else some)
        cells += [_span(summary.q05, summary.q95, outcome, language), bar(comparison.levels(name))]
        rows.append([*cells, *(_middle(comparison, name, other, language) for other in further)])
    return fitted(head, rows, width, left=(1, 5), needed=4)


def bar(counts: Sequence[int], marks: str = MARKS) -> str:
    """All worlds as a bar, by level; each level that comes up at all has a part that can be seen.

    >>> bar((50, 0, 25, 0, 25))
    '··········×××××█████'
    >>> bar((199, 0, 0, 0, 1))
    '···················█'
    """
    total = sum(counts)
    parts = [max(1, round(BAR * count / total)) if count else 0 for count in counts]
    while sum(parts) != BAR:
        at = max(range(len(parts)), key=lambda level: parts[level])
        parts[at] += 1 if sum(parts) < BAR else -1
    return "".join(mark * part for mark, part in zip(marks, parts, strict=True))


def fitted(head: list[str], rows: list[list[str]], width: int, left: Sequence[int], needed: int) -> str:
    """A table of at most ``width`` columns: names are cut and the last columns left out where there is no room.

    ``left`` are the columns that are set flush left; the first ``needed`` always stay. The second column has the names.
    """
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]

    def wide(count: int, names: int) -> int:
        return sum(widths[:count]) - widths[1] + names + 2 * (count - 1)

    shown = next((count for count in range(len(head), needed, -1) if wide(count, min(widths[1], 24)) <= width), needed)
    widths[1] = max(SHORTEST, min(widths[1], width - wide(shown, 0)))
    lines = [
        "  ".join(
            (_cut(text, size).ljust(size) if column in left else text.rjust(size))
            for column, (text, size) in enumerate(zip(row[:shown], widths, strict=False))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def _cut(text: str, most: int) -> str:
    """A text that fits."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _live(comparison: Comparison, name: str, language: str) -> str:
    """The middle world's week of go-live, or that it has none, as short as can be."""
    median, horizon = comparison.summary(name, "go_live_week").median, comparison.runs.study.horizon
    key = "never_by" if median > horizon else "week"
    return say(f"result.{key}", language, week=number(median, language), horizon=horizon)


def _middle(comparison: Comparison, name: str, outcome: str, language: str) -> str:
    """The mean of an outcome, or its middle, as people say it."""
    return middle(comparison.summary(name, outcome), comparison.runs.study.horizon, language)


def _span(low: float, high: float, outcome: str, language: str) -> str:
    """From … to …, within what an outcome can be."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    axis = BY_OUTCOME[outcome].unit.axis
    if axis is not None:
        bounds = number(100 * max(low, axis[0]), language), number(100 * min(high, axis[1]), language)
        return say("number.percent", language, n="–".join(bounds))
    return " – ".join(level(end, outcome, language) for end in (low, high))


def never_retired_lines(runs: Runs, language: str) -> list[str]:
    """Of each scenario that switches the old way off: in how many worlds that never comes, if there are any."""
    lines = []
    for scenario in runs.study.scenarios:
        retiring = scenario.measures.retire_old_way
        if retiring is not None:
            never = int((runs.of(scenario.name, "go_live_week") + retiring.since > runs.study.horizon).sum())
            of = number(len(runs.worlds), language)
            line = say("result.never_retired_in", language, scenario=scenario.name, n=number(never, language), of=of)
            lines += [line] if never else []
    return lines


def comparison_text(
    comparison: Comparison,
    language: str,
    command: str,
    sequential: Sequential | None = None,
    width: int = UNKNOWN,
    extras: "Extras | None" = None,
) -> str:
    """All that ``synergy compare`` prints, in lines of at most ``width`` columns; with ``sequential``, its verdicts in
    place of those of the comparison, and ``extras`` is what else has been worked out."""
    extras = extras or Extras()
    study, base, worlds = comparison.runs.study, comparison.baseline, len(comparison.runs.worlds)
    others = [name for name in comparison.ranking if name != base]
    fields = {"worlds": number(worlds, language), "horizon": study.horizon, "outcome": outcome_of(comparison, language)}
    lines = [
        study.title.in_(language),
        say("result.headline" if comparison.outcome == LEADING else "result.headline_of", language, **fields),
        "",
        *table(comparison, language, width).split("\n"),
        "",
        *answer(comparison, language, sequential),
        *payback_lines(comparison, language, extras.paid),
        "",
        *best_lines(best_of(comparison.runs, comparison.outcome), worlds, language),
        say("result.verdicts", language, outcome=fields["outcome"], baseline=base),
    ]
    for name in others:
        if sequential:
            lines.append(f"  {decision_sentence(sequential.decisions[name], (name, base), language, study.horizon)}")
        else:
            lines.append(f"  {verdict(comparison.pair(name, base), (name, base), language, horizon=study.horizon)}")
    lines += ["", *widths_lines(_ranked(extras.tried, others), base, language, width)] if extras.tried else []
    lines += ["", *sequential_lines(sequential, language)] if sequential else []
    lines += ["", note(comparison, language), *never_retired_lines(comparison.runs, language)]
    if len(others) >= MANY:
        lines += [say("result.many_pairs", language, pairs=len(others))]
    gain = comparison.pairing_gain
    if math.isfinite(gain) and gain > 1.0:
        apart = number(worlds * gain, language)
        lines.append(say("result.pairing", language, worlds=number(worlds, language), n=apart))
    lines += [say("result.not_a_chance", language), say("result.not_a_forecast", language)]
    lines.append(f"synergy {__version__}, {say('result.study', language, digest=study.digest())}.")
    lines = [part for line in lines for part in wrapped(line, width)]
    return "\n".join([*lines, say("result.repeat", language, command=command)])


def _ranked(tried: Mapping[str, Survival], names: Sequence[str]) -> dict[str, Survival]:
    """The same in the order of the ranking."""
    return {name: tried[name] for name in names if name in tried}


def widths_lines(tried: Mapping[str, Survival], baseline: str, language: str, width: int) -> list[str]:
    """The verdicts with narrower and wider ranges, as a table that fits."""
    rows = widths.rows(tried, language)
    worlds = number(next(iter(tried.values())).pairs[0].worlds, language) if tried else ""
    title = say("widths.title", language, baseline=baseline, worlds=worlds)
    left = tuple(range(1, len(rows[0]))) if rows else ()
    return [title, *fitted(rows[0], rows[1:], width, left=left, needed=len(rows[0])).split("\n")] if rows else []


def answer(comparison: Comparison, language: str, sequential: Sequential | None = None) -> list[str]:
    """The answer: the first of the ranking against the baseline, who is live but hardly used, and what else matters."""
    best, base = comparison.ranking[0], comparison.baseline
    lines = [f"{headline(comparison, language, sequential)}."]
    if comparison.outcome != LEADING:
        return [*lines, *against_nothing(comparison, language)]
    lines += [f"{sentence}." for sentence in hardly_used(comparison, (best, base), language)]
    return lines + ([] if best == base else [f"  {line}" for line in lines_beside(comparison, best, base, language)])


def payback_lines(comparison: Comparison, language: str, paid: Mapping[str, Answers]) -> list[str]:
    """When the first of the ranking pays back, and how that is counted; nothing if it is not known."""
    found = paid.get(comparison.ranking[0])
    if found is None:
        return []
    title = comparison.runs.study.scenario(comparison.baseline).called(language)
    return [f"  {line}" for line in (*sentences(found, title, language), how(found, title, language))]


def wrapped(line: str, width: int) -> list[str]:
    """A line broken where it is too long, further lines set in; a table has been made to fit."""
    if len(line) <= width:
        return [line]
    lead = len(line) - len(line.lstrip())
    return textwrap.wrap(
        line, width, subsequent_indent=" " * (lead + 2), break_long_words=False, break_on_hyphens=False
    )
