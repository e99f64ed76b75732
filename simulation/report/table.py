"""What ``synergy compare`` prints: the ranking as a table, and verdicts and notes in lines below it."""

import math

from simulation import __version__
from simulation.analysis.best import best_of
from simulation.analysis.compare import Comparison
from simulation.analysis.sequential import Sequential
from simulation.engine.ensemble import Runs
from simulation.report.sentences import (
    MAIN,
    best_lines,
    decision_sentence,
    go_live,
    level,
    note,
    sequential_lines,
    verdict,
)
from simulation.text.i18n import money, number, say

MANY = 10
"""Among so many verdicts at 5 % each, one must reckon with a wrong one."""


def table(comparison: Comparison, language: str, outcome: str = MAIN) -> str:
    """The ranking by lasting adoption, with intervals, as text; with a column for ``outcome`` too."""
    horizon = comparison.runs.study.horizon
    head = ["", *(say(f"result.{key}", language) for key in ("scenario", "lasting", "interval", "spread"))]
    head += [say(f"result.{key}", language) for key in ("go_live", "live_by", "cost", "net")]
    further = [outcome] if outcome not in {MAIN, "go_live_104", "cost", "net_value"} else []
    head += [say("result.other", language, outcome=say(f"outcome.{column}", language)) for column in further]
    rows = [head]
    for rank, name in enumerate(comparison.ranking, start=1):
        lasting, live = comparison.summary(name, MAIN), comparison.summary(name, "go_live_week")
        rows.append(
            [
                f"{rank}",
                name,
                level(lasting.mean.estimate, MAIN, language),
                _span(lasting.mean.low, lasting.mean.high, language),
                _span(lasting.q05, lasting.q95, language),
                go_live(live, horizon, language),
                level(comparison.summary(name, "go_live_104").mean.estimate, "go_live_104", language),
                money(comparison.summary(name, "cost").mean.estimate, language),
                money(comparison.summary(name, "net_value").mean.estimate, language),
                *(level(comparison.summary(name, column).mean.estimate, column, language) for column in further),
            ]
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    left = {1, 5}
    lines = [
        "  ".join(
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


def _span(low: float, high: float, language: str) -> str:
    """From … to …, in per cent."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    bounds = number(100 * max(low, 0.0), language), number(100 * min(high, 1.0), language)
    return say("number.percent", language, n="–".join(bounds))


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
    comparison: Comparison, language: str, command: str, outcome: str = MAIN, sequential: Sequential | None = None
) -> str:
    """All that ``synergy compare`` prints; with ``sequential``, its verdicts in place of those of the comparison."""
    study, base = comparison.runs.study, comparison.baseline
    others = [name for name in comparison.ranking if name != base]
    lines = [
        study.title.in_(language),
        say("result.headline", language, horizon=study.horizon),
        "",
        table(comparison, language, outcome),
        "",
        say("result.verdicts", language, outcome=say(f"outcome.{outcome}", language), baseline=base),
    ]
    for name in others:
        if sequential:
            lines.append(f"  {decision_sentence(sequential.decisions[name], (name, base), language)}")
        else:
            lines.append(f"  {verdict(comparison.pair(name, base, outcome), (name, base), language)}")
    lines += ["", *sequential_lines(sequential, language)] if sequential else []
    lines += ["", *best_lines(best_of(comparison.runs, outcome), len(comparison.runs.worlds), language)]
    lines += [note(comparison, language), *never_retired_lines(comparison.runs, language)]
    if len(others) >= MANY:
        lines += [say("result.many_pairs", language, pairs=len(others))]
    gain = comparison.pairing_gain
    if math.isfinite(gain):
        worlds = len(comparison.runs.worlds)
        apart = number(worlds * gain, language)
        lines.append(say("result.pairing", language, worlds=number(worlds, language), n=apart))
    lines.append(say("result.not_a_forecast", language))
    lines.append(f"synergy {__version__}, {say('result.study', language, digest=study.digest())}.")
    lines.append(say("result.repeat", language, command=command))
    return "\n".join(lines)
