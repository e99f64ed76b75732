"""When a decision pays itself back, told in sentences and as data."""

import math
from collections.abc import Sequence
from typing import Any

from simulation.analysis.compare import Comparison
from simulation.analysis.payback import MOST_WORLDS, TIMES, YEARS, PayBack, pay_back, run_long
from simulation.engine.ensemble import Progress, Runs
from simulation.text.i18n import number, percent, say, say_count

Answers = dict[str, PayBack]
"""Pay-backs of one scenario: against the baseline, against nothing done, and with other benefits."""


def answers(runs: Runs, scenario: str, baseline: str, rate: float = 0.0) -> Answers:
    """Pay-backs of a scenario, from runs as of :func:`~simulation.analysis.payback.run_long`; raises as they do."""
    paybacks = {"against": pay_back(runs, scenario, baseline, rate), "nothing": pay_back(runs, scenario, None, rate)}
    others = {f"times_{times:g}": pay_back(runs, scenario, baseline, rate, times) for times in TIMES if times != 1.0}
    return {**paybacks, **others}


def of_comparison(
    comparison: Comparison,
    scenarios: Sequence[str],
    rate: float = 0.0,
    threads: int = 1,
    progress: Progress | None = None,
) -> dict[str, Answers]:
    """When scenarios of a comparison pay back against its baseline.

    In its first :data:`~simulation.analysis.payback.MOST_WORLDS` worlds, if it has more. ``progress`` is called with
    (scenarios done, scenarios in all).
    """
    runs, base = comparison.runs, comparison.baseline
    paybacks = {}
    for done, name in enumerate(scenarios, start=1):
        pair = runs.study.select((base, name))
        long = run_long(pair, min(len(runs.worlds), MOST_WORLDS), runs.seed, runs.mode, threads)
        paybacks[name] = answers(long, name, base, rate)
        if progress:
            progress(done, len(scenarios))
    return paybacks


def sentences(paybacks: Answers, title: str, language: str) -> list[str]:
    """When it pays back, against the baseline called ``title`` and against nothing, and with other benefits."""
    worlds = len(paybacks["against"].weeks)
    lines = []
    for key in ("against", "nothing"):
        counts = {f"n{years}": count for years, count in zip(YEARS, _counts(paybacks[key], language), strict=True)}
        fields = {"b": title, "worlds": number(worlds, language), "middle": _middle(paybacks[key], language)}
        lines.append(say(f"payback.{key}", language, **counts, **fields))
    half, twice = (_counts(paybacks[f"times_{times:g}"], language)[-1] for times in (TIMES[0], TIMES[-1]))
    lines.append(say("payback.times", language, half=half, twice=twice, worlds=number(worlds, language)))
    return lines


def how(paybacks: Answers, title: str, language: str) -> str:
    """How it is counted."""
    rate = paybacks["against"].rate
    told = (
        say("payback.discounted", language, rate=percent(rate, language, 1)) if rate else say("payback.plain", language)
    )
    return say("payback.how", language, b=title, rate=told)


def _counts(paybacks: PayBack, language: str) -> list[str]:
    """In how many worlds it pays back within each number of years."""
    return [number(round(share.estimate * len(paybacks.weeks)), language) for share in paybacks.within]


def _middle(paybacks: PayBack, language: str) -> str:
    """After how many weeks it does in the middle world."""
    if not math.isfinite(paybacks.median):
        return say("payback.never", language)
    return say("payback.middle", language, weeks=say_count("payback.weeks", paybacks.median, language))


def data(paybacks: Answers) -> dict[str, Any]:
    """The same as plain data; a pay-back that does not come within ten years is None."""
    first = paybacks["against"]
    return {
        "scenario": first.scenario,
        "baseline": first.baseline,
        "rate": first.rate,
        "worlds": len(first.weeks),
        **{key: _plain(one) for key, one in paybacks.items()},
    }


def _plain(paybacks: PayBack) -> dict[str, Any]:
    """One pay-back as plain data."""
    within = {
        f"within_{years}_years": {"share": share.estimate, "low": share.low, "high": share.high}
        for years, share in zip(YEARS, paybacks.within, strict=True)
    }
    return {
        "median_weeks": paybacks.median if math.isfinite(paybacks.median) else None,
        "benefits": paybacks.times,
        **within,
    }
