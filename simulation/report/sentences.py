"""What a comparison says, in sentences: differences, levels, verdicts, and which scenario is best."""

import math

from simulation.analysis.best import SURE_FROM, Best
from simulation.analysis.compare import REACHED, Comparison, Summary
from simulation.analysis.intervals import CONFIDENCE
from simulation.analysis.pairs import Pair, sign_test
from simulation.analysis.sequential import Decision, Sequential, span_of
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.model.units import Ordinal
from simulation.study.scenario import Scenario
from simulation.text.i18n import number, percent, say, say_count

MAIN = "lasting_adoption"
"""The outcome that is spoken of where one number has to do."""
LINES = ("progress_104", "adoption_52", "cost")
"""What is said beside how far a scenario gets: progress, use a year after go-live, cost."""
LEVELS = REACHED
"""How far a scenario can get, by name, from the lowest up."""


def level_labels(outcome: str, language: str) -> list[str]:
    """What the levels of an outcome that has some are called, from the lowest up.

    >>> level_labels("reach", "en")[2], level_labels("cost", "en")
    ('live but hardly used', [])
    """
    unit = BY_OUTCOME[outcome].unit
    return [say(key, language) for key in unit.levels] if isinstance(unit, Ordinal) else []


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


def difference(pair: Pair, language: str, horizon: int | None = None) -> str:
    """The mean paired difference with its interval, as people say it; empty for levels, which have none.

    With ``horizon`` (weeks) the mean of an outcome that may not come at all is said to be one within that time.
    """
    interval, outcome = pair.difference, pair.outcome
    measured = BY_OUTCOME[outcome]
    if math.isnan(interval.estimate):
        return ""
    shown = [end for end in (interval.estimate, interval.low, interval.high) if math.isfinite(end)]
    if all(_is_nothing(end, outcome) for end in shown):
        return say("verdict.by_none", language)
    phrase = _apart(interval.estimate, outcome, language, "verdict.alike")
    some = not _is_nothing(interval.estimate, outcome)
    phrase += say("verdict.within", language, horizon=horizon) if measured.censored and horizon and some else ""
    if not math.isfinite(interval.low):
        return say("verdict.by_few", language, difference=phrase)
    return _with_range(pair, phrase, language)


def _apart(value: float, outcome: str, language: str, nothing: str) -> str:
    """How much higher or lower, as people say it; what rounds to nothing is said by the template ``nothing``."""
    if _is_nothing(value, outcome):
        return say(nothing, language)
    unit = BY_OUTCOME[outcome].unit
    return say(unit.higher if value >= 0 else unit.lower, language, size=size(value, outcome, language))


def _is_nothing(value: float, outcome: str) -> bool:
    """Whether a difference is told as nothing but noughts."""
    return not any(digit in "123456789" for digit in size(value, outcome, "en"))


def _with_range(pair: Pair, phrase: str, language: str) -> str:
    """A difference with its interval."""
    interval, outcome = pair.difference, pair.outcome
    ends = sorted((interval.low, interval.high), key=abs)
    if interval.low < 0.0 < interval.high:
        down, up = (_apart(end, outcome, language, "verdict.nothing") for end in (interval.low, interval.high))
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


def verdict(
    pair: Pair, titles: tuple[str, str], language: str = "en", ahead: bool | None = None, horizon: int | None = None
) -> str:
    """The verdict on a pair in a sentence; ``ahead`` says of an undecided one that it is sure which wins more often, by
    default as the sign test has it.

    It says what happens in most worlds: where that is nothing, so first. ``horizon`` is as for :func:`difference`.

    >>> import numpy as np
    >>> from simulation.analysis.pairs import compare_pair
    >>> pair = compare_pair(np.full(20, 0.8), np.linspace(0, 0.9, 20), ("a", "b"), BY_OUTCOME["lasting_adoption"])
    >>> print(verdict(pair, ("Roles", "IT only")).replace("; ", "\\n"))
    Roles beats IT only in 17 of 20 worlds
    on average 35 percentage points higher (95 % interval 22 to 48 percentage points)
    """
    if pair.worlds == 0:
        return say("verdict.undefined", language, a=titles[0], b=titles[1])
    sentence = short_verdict(pair, titles, language, ahead)
    if pair.kind == "undecided":
        sentence += f": {forecast(pair, language)}"
    if pair.ties == pair.worlds:
        return sentence
    apart = difference(pair, language, horizon)
    return f"{sentence}; {apart}" if apart else sentence


def short_verdict(pair: Pair, titles: tuple[str, str], language: str, ahead: bool | None = None) -> str:
    """The verdict on a pair, without how large the difference is or how many more worlds would decide."""
    if pair.worlds == 0:
        return say("verdict.undefined", language, a=titles[0], b=titles[1])
    levels = not BY_OUTCOME[pair.outcome].unit.has_mean
    part = "further" if pair.outcome == LEADING else "verdict"
    fields = {key: number(getattr(pair, key), language) for key in ("wins", "losses", "worlds")}
    fields |= {"a": titles[0], "b": titles[1], "tied": number(pair.ties, language)}
    fields["ties"] = say(f"{part}.ties", language, ties=fields["tied"]) if pair.ties else ""
    if part == "further":
        fields["less"] = say("further.less", language, n=fields["losses"]) if pair.losses else ""
        fields["more_far"] = say("further.more_far", language, n=fields["wins"]) if pair.wins else ""
    return say(f"{part}.{_phrase(pair, levels, ahead)}", language, **fields)


def _phrase(pair: Pair, levels: bool, ahead: bool | None) -> str:
    """Which sentence fits a verdict."""
    if pair.ties == pair.worlds:
        return "all_tied"
    if pair.kind == "same":
        return "same"
    if pair.ties > pair.worlds / 2:
        return f"tied_{pair.kind}" if pair.kind in {"beats", "loses"} else "tied"
    if pair.kind == "mixed":
        return _mixed(pair)
    if pair.kind == "undecided" and not levels:
        sure = sign_test(pair.wins, pair.losses) < 1 - CONFIDENCE if ahead is None else ahead
        return "size_open" if sure else pair.kind
    return pair.kind


def _mixed(pair: Pair) -> str:
    """In what a verdict is mixed: sure of the worlds and not of the mean, or the other way round."""
    better = pair.difference.sign * (-1 if BY_OUTCOME[pair.outcome].better == "lower" else 1)
    if sign_test(pair.wins, pair.losses) >= 1 - CONFIDENCE:
        return "mixed_average" if better > 0 else "mixed_loses_average"
    kind = "against" if better else "unsure"
    return f"mixed_{kind}" if pair.wins > pair.losses else f"mixed_loses_{kind}"


def forecast(pair: Pair, language: str) -> str:
    """About how many more worlds would decide a pair that is undecided."""
    if pair.more is None:
        return say("verdict.no_more", language)
    return say_count("verdict.more", pair.more, language, most=number(3 * pair.more, language))


def ends(comparison: Comparison, scenario: str, language: str) -> str:
    """Where a scenario ends in most worlds, in a sentence; live but hardly used is called by its name."""
    counts = comparison.levels(scenario)
    at = max(range(len(counts)), key=lambda level: (counts[level], level))
    live = sum(counts[LEVELS.index("live") :])
    key = LEVELS[at]
    if key == "live" and counts[at] == live:
        key = "live_all"
    fields = {
        "n": number(counts[at], language),
        "live": number(live, language),
        "worlds": number(sum(counts), language),
    }
    return say(f"further.ends_{key}", language, a=comparison.runs.study.scenario(scenario).called(language), **fields)


def mostly_hardly_used(comparison: Comparison, scenario: str) -> bool:
    """Whether live but hardly used is where a scenario ends in more worlds than anywhere else."""
    counts = comparison.levels(scenario)
    return counts[LEVELS.index("live")] == max(counts)


def lines_beside(comparison: Comparison, a: str, b: str, language: str) -> list[str]:
    """Three lines on a pair: progress, use a year after go-live, cost; and whether it is better on all three."""
    pairs = [comparison.pair(a, b, outcome) for outcome in LINES]
    lines = [beside(comparison, pair, language) for pair in pairs]
    return [*lines, say("further.all_three", language)] if all(pair.kind == "beats" for pair in pairs) else lines


def beside(comparison: Comparison, pair: Pair, language: str) -> str:
    """An outcome of two scenarios in a line: the two means, and who is better in how many worlds."""
    counts = {key: number(getattr(pair, key), language) for key in ("wins", "losses", "worlds")}
    said = say(f"further.line_{pair.kind if pair.worlds else 'undefined'}", language, **counts)
    a, b = (
        middle(comparison.summary(name, pair.outcome), comparison.runs.study.horizon, language)
        for name in (pair.a, pair.b)
    )
    outcome = say(f"outcome.{pair.outcome}", language)
    return say("further.line", language, outcome=outcome[0].upper() + outcome[1:], a=a, b=b, said=said)


def middle(summary: Summary, horizon: int, language: str) -> str:
    """An outcome's mean as people say it; of one that may not come at all the middle world, or that it does not come.

    >>> import numpy as np
    >>> from simulation.analysis.compare import summarise
    >>> late = summarise(np.array([40.0, 157.0, 157.0]), "a", BY_OUTCOME["relapse_half_life"], 156)
    >>> middle(late, 156, "en")
    'not within 156 weeks'
    """
    if summary.outcome == "go_live_week":
        return go_live(summary, horizon, language)
    if BY_OUTCOME[summary.outcome].censored:
        late = summary.median > horizon
        return (
            say("result.never", language, horizon=horizon) if late else level(summary.median, summary.outcome, language)
        )
    return level(summary.mean.estimate, summary.outcome, language)


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
        return say(
            "result.leader_plain",
            language,
            a=study.scenario(best).called(language),
            outcome=outcome_of(comparison, language),
        )
    titles = study.scenario(best).called(language), study.scenario(comparison.baseline).called(language)
    if sequential and sequential.outcome == comparison.outcome:
        decision = sequential.decisions[best]
        return short_verdict(decision.pair, titles, language, decision.ahead)
    return short_verdict(comparison.pair(best, comparison.baseline), titles, language)


def against_nothing(comparison: Comparison, language: str) -> list[str]:
    """Of benefit less cost: over how long, and whether doing nothing (€ 0) comes out ahead of all; else nothing."""
    if comparison.outcome != "net_value":
        return []
    best = max(comparison.summary(name, "net_value").mean.estimate for name in comparison.runs.study.names)
    key = "against_nothing" if best < 0.0 else "against_nothing_some"
    return [say(f"result.{key}", language, horizon=comparison.runs.study.horizon)]


def outcome_of(comparison: Comparison, language: str) -> str:
    """What the outcome is called that leads a comparison."""
    return say(f"outcome.{comparison.outcome}", language)


def hardly_used(comparison: Comparison, names: tuple[str, ...], language: str) -> list[str]:
    """Of each of these scenarios that mostly goes live and is hardly used: that it is so; nothing of the others."""
    named = dict.fromkeys(name for name in names if mostly_hardly_used(comparison, name))
    return [ends(comparison, name, language) for name in named]


def decision_sentence(decision: Decision, titles: tuple[str, str], language: str, horizon: int | None = None) -> str:
    """The verdict on a pair that was judged after every world, and when it fell."""
    sentence = verdict(decision.pair, titles, language, decision.ahead, horizon)
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
    key = "equal" if sequential.margin > 0.0 else "no_margin"
    key = key if BY_OUTCOME[sequential.outcome].unit.has_mean else "rare"
    lines.append(say(f"sequential.{key}", language, margin=margin))
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
    """Who is within the margin of the best, and who may be the best; nothing if there is no best."""
    if best is None:
        return []
    measured, few = BY_OUTCOME[best.outcome], worlds < SURE_FROM
    margin = size(measured.margin, best.outcome, language)
    outcome = say(f"outcome.{best.outcome}", language)
    title, line = (
        ("title", "line_few" if few else "line") if measured.unit.has_mean else ("title_levels", "line_levels")
    )
    lines = [say(f"best.{title}", language, outcome=outcome, margin=margin)]
    for contender in best.contenders[:3]:
        chances = {key: _chance(getattr(contender, key), language) for key in ("within", "probability")}
        fields = {"name": contender.scenario, "within": chances["within"], "chance": chances["probability"]}
        counts = {"wins": number(contender.worlds, language), "worlds": number(worlds, language)}
        lines.append(say(f"best.{line}", language, **fields, **counts))
    key = "best.alone" if len(best.chosen) == 1 else "best.set"
    lines.append(say(key, language, names=_some(best.chosen, language), n=len(best.chosen), of=len(best.contenders)))
    lines += [say("best.few", language, n=SURE_FROM)] if few else []
    lines += [say("best.left_out", language, names=_some(best.left_out, language))] if best.left_out else []
    return [*lines, ""]


def _some(names: tuple[str, ...], language: str) -> str:
    """The first eight names, and how many more there are."""
    further = len(names) - 8
    return ", ".join(names[:8]) + (say("best.further", language, n=further) if further > 0 else "")


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
