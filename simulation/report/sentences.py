"""What a comparison says, in sentences: differences, levels, verdicts, and which scenario is best."""

import math

from simulation.analysis.best import Best
from simulation.analysis.compare import Comparison, Pair, Summary
from simulation.analysis.sequential import Decision, Sequential, span_of
from simulation.model.outcomes import BY_OUTCOME
from simulation.study.scenario import Scenario
from simulation.text.i18n import number, percent, say, say_count

MAIN = "lasting_adoption"
"""The outcome by which scenarios are ranked."""


def size(value: float, outcome: str, language: str) -> str:
    """How large a difference on an outcome is, as people say it (without its sign).

    >>> size(0.314, "lasting_adoption", "en"), size(11.2, "go_live_week", "nl"), size(52_000, "cost", "en")
    ('31 percentage points', '11 weken', '€ 52 thousand')
    """
    return BY_OUTCOME[outcome].unit.size(value, language)


def level(value: float, outcome: str, language: str) -> str:
    """An outcome's value as people say it; an undefined one is a dash.

    >>> level(0.8312, "lasting_adoption", "en"), level(float("nan"), "retention", "nl")
    ('83 %', '–')
    """
    return BY_OUTCOME[outcome].unit.level(value, language)


def difference(pair: Pair, language: str) -> str:
    """The mean paired difference with its interval, as people say it."""
    interval, outcome = pair.difference, pair.outcome
    unit = BY_OUTCOME[outcome].unit
    high, low = unit.higher, unit.lower
    phrase = say(high if interval.estimate >= 0 else low, language, size=size(interval.estimate, outcome, language))
    if not math.isfinite(interval.low):
        return phrase
    ends = sorted((interval.low, interval.high), key=abs)
    if interval.low < 0.0 < interval.high:
        down = say(low, language, size=size(interval.low, outcome, language))
        up = say(high, language, size=size(interval.high, outcome, language))
        return say("verdict.by", language, difference=phrase, low=down, high=up)
    low, high = (size(end, outcome, language) for end in ends)
    if low == high:
        half = size((interval.high - interval.low) / 2, outcome, language)
        return say("verdict.by_narrow", language, difference=phrase, half=half)
    return say("verdict.by", language, difference=phrase, low=_without_unit(low, high), high=high)


def _without_unit(low: str, high: str) -> str:
    """The lower end of a range, without the unit if the upper end says the same one.

    >>> _without_unit("22 percentage points", "48 percentage points"), _without_unit("€ 9 thousand", "€ 1 million")
    ('22', '€ 9 thousand')
    """
    amount, _, unit = low.partition(" ")
    return amount if unit and high.endswith(unit) and amount[0].isdigit() else low


def verdict(pair: Pair, titles: tuple[str, str], language: str = "en", ahead: bool = False) -> str:
    """The verdict on a pair in a sentence; ``ahead`` says of an undecided one that it is sure which wins more often.

    >>> import numpy as np
    >>> from simulation.analysis.compare import compare_pair
    >>> pair = compare_pair(np.full(20, 0.8), np.linspace(0, 0.9, 20), ("a", "b"), BY_OUTCOME["lasting_adoption"])
    >>> print(verdict(pair, ("Roles", "IT only")).replace("; ", "\\n"))
    Roles beats IT only in 17 of 20 worlds
    on average 35 percentage points higher (95 % interval 22 to 48 percentage points)
    """
    if pair.worlds == 0:
        return say("verdict.undefined", language, a=titles[0], b=titles[1])
    fields = {key: number(getattr(pair, key), language) for key in ("wins", "losses", "worlds", "ties")}
    fields["ties"] = say("verdict.ties", language, ties=fields["ties"]) if pair.ties else ""
    kind = "size_open" if ahead and pair.kind == "undecided" else pair.kind
    sentence = say(f"verdict.{kind}", language, a=titles[0], b=titles[1], **fields)
    if pair.kind == "undecided":
        more = (
            say_count("verdict.more", pair.more, language)
            if pair.more is not None
            else say("verdict.no_more", language)
        )
        sentence += f": {more}"
    sentence += f"; {difference(pair, language)}"
    return sentence + (f"; {say('verdict.against', language)}" if _against(pair) else "")


def _against(pair: Pair) -> bool:
    """Whether most worlds say one thing and the mean difference the other."""
    if pair.kind not in {"beats", "loses"}:
        return False
    better_is_higher = BY_OUTCOME[pair.outcome].better == "higher"
    mean_favours_a = (pair.difference.estimate > 0) == better_is_higher
    return mean_favours_a != (pair.kind == "beats")


def go_live(summary: Summary, horizon: int, language: str) -> str:
    """When the platform goes live in the median world, or that it does not."""
    if summary.median > horizon:
        return say("result.never", language, horizon=horizon)
    return say("result.week", language, week=number(summary.median, language))


def note(comparison: Comparison, language: str) -> str:
    """How many worlds, which seed, which parameters."""
    key = "result.worlds_note" if comparison.runs.mode == "ranges" else "result.worlds_note_defaults"
    return say_count(key, len(comparison.runs.worlds), language, seed=comparison.runs.seed)


def headline(comparison: Comparison, language: str, sequential: Sequential | None = None) -> str:
    """The answer in a sentence: the first in the ranking against the baseline."""
    study, best = comparison.runs.study, comparison.ranking[0]
    if best == comparison.baseline:
        return say("result.leader_plain", language, a=study.scenario(best).called(language))
    titles = study.scenario(best).called(language), study.scenario(comparison.baseline).called(language)
    if sequential and sequential.outcome == MAIN:
        return decision_sentence(sequential.decisions[best], titles, language).split(";")[0]
    return verdict(comparison.pair(best, comparison.baseline), titles, language).split(";")[0]


def decision_sentence(decision: Decision, titles: tuple[str, str], language: str) -> str:
    """The verdict on a pair that was judged after every world, and when it fell."""
    sentence = verdict(decision.pair, titles, language, decision.ahead)
    return (
        sentence
        if decision.at is None
        else f"{sentence}; {say('sequential.at', language, at=number(decision.at, language))}"
    )


def sequential_lines(sequential: Sequential, language: str) -> list[str]:
    """What judging after every world came to: how many are decided, what is not yet, and how sure that is."""
    worlds = number(len(sequential.runs.worlds), language)
    lines = [say("sequential.stopped", language, worlds=worlds)] if sequential.stopped else []
    if not sequential.undecided:
        lines.append(say("sequential.all", language, pairs=len(sequential.decisions), worlds=worlds))
    else:
        lines.append(say("sequential.some", language, worlds=worlds, names=", ".join(sequential.undecided)))
        lines += _reach(sequential, language)
    margin = size(sequential.margin, sequential.outcome, language)
    lines.append(
        say("sequential.equal" if sequential.margin > 0.0 else "sequential.no_margin", language, margin=margin)
    )
    lines.append(say("sequential.exact" if is_exact(sequential) else "sequential.large", language))
    return lines


def _reach(sequential: Sequential, language: str) -> list[str]:
    """How many worlds would decide what is undecided, as far as that is within reach."""
    more = [
        decision.pair.more
        for decision in sequential.decisions.values()
        if decision.at is None and decision.pair.more is not None
    ]
    if not more:
        return []
    most = len(sequential.runs.worlds) + max(more)
    return [say_count("sequential.reach", max(more), language, most=most)]


def is_exact(sequential: Sequential) -> bool:
    """Whether the outcome has bounds, so that its verdicts hold for every kind of difference, and not just about."""
    return math.isfinite(span_of(BY_OUTCOME[sequential.outcome], sequential.runs.study.horizon))


def best_lines(best: Best | None, worlds: int, language: str) -> list[str]:
    """The most probable best scenarios, and the set that cannot be told from the best; nothing if there is no best."""
    if best is None:
        return []
    lines = [say("best.title", language, outcome=say(f"outcome.{best.outcome}", language))]
    for contender in best.contenders[:3]:
        fields = {"name": contender.scenario, "chance": _chance(contender.probability, language)}
        lines.append(
            say(
                "best.line",
                language,
                **fields,
                wins=number(contender.worlds, language),
                worlds=number(worlds, language),
            )
        )
    shown, further = best.chosen[:8], len(best.chosen) - 8
    names = ", ".join(shown) + (say("best.further", language, n=further) if further > 0 else "")
    key = "best.alone" if len(best.chosen) == 1 else "best.set"
    return [*lines, say(key, language, names=names, n=len(best.chosen), of=len(best.contenders)), ""]


def _chance(probability: float, language: str) -> str:
    """A probability as people say it, never as certain.

    >>> _chance(0.62, "en"), _chance(1.0, "nl"), _chance(0.001, "en")
    ('62 %', '> 99 %', '< 1 %')
    """
    if not 0.005 <= probability <= 0.995:
        return "< 1 %" if probability < 0.5 else "> 99 %"
    return percent(probability, language)


def measures_on(scenario: Scenario, language: str) -> str:
    """The measures of a scenario, as a list of words."""
    return ", ".join(say(f"measure.{name}", language) for name in scenario.measures.on or ["none"])
