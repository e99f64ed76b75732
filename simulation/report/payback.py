"""When a decision pays itself back, told in sentences and as data."""

import math
from collections.abc import Sequence
from typing import Any

from simulation.analysis.compare import Comparison
from simulation.analysis.payback import MOST_WORLDS, TIMES, YEAR, YEARS, PayBack, pay_back, run_long
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
        fields = {"b": title, "worlds": number(worlds, language), "middle": _middle(paybacks[key], language)}
        lines.append(say(f"payback.{key}", language, **_counts(paybacks[key], language), **fields))
    less, more = (paybacks[f"times_{times:g}"] for times in (TIMES[0], TIMES[-1]))
    if less.within[-1].estimate > more.within[-1].estimate:  # what it pays back by is not what it brings
        return [*lines, say("payback.cheaper", language, b=title)]
    half, twice = (_counts(one, language)[f"n{YEARS[-1]}"] for one in (less, more))
    return [*lines, say("payback.times", language, b=title, half=half, twice=twice, worlds=number(worlds, language))]


def answer(paybacks: Answers, title: str, language: str) -> str:
    """In how many worlds the scenario called ``title`` pays back within ten years, against the baseline."""
    first = paybacks["against"]
    worlds = number(len(first.weeks), language)
    return say("payback.answer", language, a=title, worlds=worlds, n10=_counts(first, language)[f"n{YEARS[-1]}"])


def how(paybacks: Answers, title: str, language: str) -> str:
    """How it is counted."""
    rate = paybacks["against"].rate
    told = (
        say("payback.discounted", language, rate=percent(rate, language, 1)) if rate else say("payback.plain", language)
    )
    return say("payback.how", language, b=title, rate=told)


def _counts(paybacks: PayBack, language: str) -> dict[str, str]:
    """In how many worlds it pays back within each number of years."""
    shares = zip(YEARS, paybacks.within, strict=True)
    return {f"n{years}": number(round(share.estimate * len(paybacks.weeks)), language) for years, share in shares}


def _middle(paybacks: PayBack, language: str) -> str:
    """After how many weeks, or from two years on after how many years, it does in the middle world."""
    weeks = paybacks.median
    if not math.isfinite(weeks):
        return say("payback.never", language)
    if weeks < 2 * YEAR:
        return say("payback.middle", language, weeks=say_count("payback.weeks", weeks, language))
    within = min(weeks / YEAR, YEARS[-1] - 0.1)  # what comes within ten years is not told as "after 10 years"
    years = say_count("payback.years", round(within, 1), language, n=number(within, language, 1))
    return say("payback.middle", language, weeks=years)


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
