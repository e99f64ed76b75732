"""What a comparison says, in words and in the content of files: sentences, the table, Parquet, JSON."""

import io
import json
import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulation import __version__
from simulation.analysis.best import DRAWS, Best, best_of
from simulation.analysis.compare import Comparison, Interval, Pair, Summary
from simulation.analysis.sequential import Decision, Sequential, span_of
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES
from simulation.study.measures import MEASURES
from simulation.study.scenario import Scenario
from simulation.text.i18n import LANGUAGES, money, number, percent, say, say_count

MAIN = "lasting_adoption"
"""The outcome by which scenarios are ranked."""
MANY = 10
"""Among so many verdicts at 5 % each, one must reckon with a wrong one."""


# --- sentences -----------------------------------------------------------------------------------------


def size(value: float, outcome: str, language: str) -> str:
    """How large a difference on an outcome is, as people say it (without its sign).

    >>> size(0.314, "lasting_adoption", "en"), size(11.2, "go_live_week", "nl"), size(52_000, "cost", "en")
    ('31 percentage points', '11 weken', '€ 52 thousand')
    """
    unit, value = BY_OUTCOME[outcome].unit, abs(value)
    if "€" in unit:
        return money(value, language)
    if unit == "−1 to 1":
        return number(value, language, 2)
    if unit in {"share", "0 or 1"}:
        return say_count("size.points", 100 * value, language, 0 if value >= 0.0095 else 1)
    digits = 0 if value >= 9.5 or unit == "h" else 1
    if unit in {"week", "weeks"}:
        return say_count("size.weeks", value, language, digits)
    return say("size.hours" if unit == "h" else "size.count", language, n=number(value, language, digits))


def level(value: float, outcome: str, language: str) -> str:
    """An outcome's value as people say it; an undefined one is a dash.

    >>> level(0.8312, "lasting_adoption", "en"), level(float("nan"), "retention", "nl")
    ('83 %', '–')
    """
    unit = BY_OUTCOME[outcome].unit
    if not math.isfinite(value):
        return "–"
    if "€" in unit:
        return money(value, language)
    if unit in {"share", "0 or 1"}:
        return percent(value, language)
    return number(value, language, 2 if unit == "−1 to 1" else 1 if unit == "count" else 0)


def difference(pair: Pair, language: str) -> str:
    """The mean paired difference with its interval, as people say it."""
    interval, outcome = pair.difference, pair.outcome
    timed = BY_OUTCOME[outcome].unit == "week"
    high, low = ("size.later", "size.earlier") if timed else ("size.higher", "size.lower")
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
        return _settled(sequential.decisions[best], titles, language).split(";")[0]
    return verdict(comparison.pair(best, comparison.baseline), titles, language).split(";")[0]


def pairing_gain(comparison: Comparison) -> float:
    """The median, over all pairs of scenarios, of what pairing was worth for lasting adoption; nan if undefined."""
    names = comparison.ranking
    gains = [comparison.pair(a, b).gain for position, a in enumerate(names) for b in names[position + 1 :]]
    defined = sorted(gain for gain in gains if math.isfinite(gain))
    return defined[len(defined) // 2] if defined else math.nan


def _settled(decision: Decision, titles: tuple[str, str], language: str) -> str:
    """The verdict on a pair that was judged after every world, and when it fell."""
    sentence = verdict(decision.pair, titles, language, decision.ahead)
    return (
        sentence
        if decision.at is None
        else f"{sentence}; {say('sequential.at', language, at=number(decision.at, language))}"
    )


def settled(sequential: Sequential, language: str) -> list[str]:
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


# --- the table -----------------------------------------------------------------------------------------


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


def text(
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
            lines.append(f"  {_settled(sequential.decisions[name], (name, base), language)}")
        else:
            lines.append(f"  {verdict(comparison.pair(name, base, outcome), (name, base), language)}")
    lines += ["", *settled(sequential, language)] if sequential else []
    lines += ["", *best_lines(best_of(comparison.runs, outcome), len(comparison.runs.worlds), language)]
    lines += [note(comparison, language)]
    if len(others) >= MANY:
        lines += [say("result.many_pairs", language, pairs=len(others))]
    gain = pairing_gain(comparison)
    if math.isfinite(gain):
        worlds = len(comparison.runs.worlds)
        apart = number(worlds * gain, language)
        lines.append(say("result.pairing", language, worlds=number(worlds, language), n=apart))
    lines.append(say("result.not_a_forecast", language))
    lines.append(f"synergy {__version__}, {say('result.study', language, digest=study.digest())}.")
    lines.append(say("result.repeat", language, command=command))
    return "\n".join(lines)


# --- files ---------------------------------------------------------------------------------------------


def parquet(comparison: Comparison) -> bytes:
    """One row per scenario and world: ``scenario``, ``world``, and every outcome by its name.

    What is censored is written as the horizon + 1 and flagged in a column of its own, ``<outcome>_censored``.
    """
    runs = comparison.runs
    names, worlds = runs.study.names, runs.worlds
    columns: dict[str, Any] = {
        "scenario": [name for name in names for _ in worlds],
        "world": pa.array([world for _ in names for world in worlds], pa.int64()),
    }
    for index, outcome in enumerate(OUTCOMES):
        values = runs.outcomes[:, :, index].reshape(-1)
        is_whole = outcome.unit in {"week", "0 or 1"}
        columns[outcome.name] = pa.array(values.astype("int64") if is_whole else values)
    for index, outcome in enumerate(OUTCOMES):
        if outcome.censored:
            late = runs.outcomes[:, :, index].reshape(-1) > runs.study.horizon
            columns[f"{outcome.name}_censored"] = pa.array(late)
    about = {
        "synergy": __version__,
        "seed": str(runs.seed),
        "digest": runs.study.digest(),
        "parameters": runs.mode,
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(columns).replace_schema_metadata(about), stream)
    return stream.getvalue()


def as_json(
    comparison: Comparison,
    command: str,
    outcome: str = MAIN,
    sequential: Sequential | None = None,
    files: Mapping[str, str] | None = None,
) -> bytes:
    """The numbers of the table and of every pair, with what is needed to repeat them; undefined is null.

    ``best`` is about ``outcome``; ``sequential`` is null unless verdicts were judged after every world. ``files`` has
    the SHA-256 of each file that was made with this one, by its name.
    """
    runs, base = comparison.runs, comparison.baseline
    study = runs.study
    data = {
        "synergy": __version__,
        "command": command,
        "files": dict(files or {}),
        "study": {"name": study.name, "title": study.title.model_dump(), "digest": study.digest()},
        "seed": runs.seed,
        "worlds": len(runs.worlds),
        "horizon": study.horizon,
        "parameters": runs.mode,
        "baseline": base,
        "confidence": 0.95,
        "note": {language: say("result.not_a_forecast", language) for language in LANGUAGES},
        "ranking": [_ranked(comparison, rank, name) for rank, name in enumerate(comparison.ranking, start=1)],
        "pairing_gain": pairing_gain(comparison),
        "best": _best(best_of(runs, outcome)),
        "sequential": _sequential(comparison, sequential) if sequential else None,
        "verdicts": [
            _pair(pair) | {"sentence": {language: _sentence(comparison, pair, language) for language in LANGUAGES}}
            for name in comparison.ranking
            if name != base
            for pair in (comparison.pair(name, base, outcome.name) for outcome in OUTCOMES)
        ],
        "pairs": [_pair(pair) for pair in comparison.pairs()],
    }
    return json.dumps(_finite(data), ensure_ascii=False, indent=1, allow_nan=False).encode()


def _ranked(comparison: Comparison, rank: int, name: str) -> dict[str, Any]:
    """One line of the ranking."""
    return {
        "rank": rank,
        "scenario": name,
        "title": comparison.runs.study.scenario(name).title.model_dump(),
        "outcomes": {outcome.name: _summary(comparison.summary(name, outcome.name)) for outcome in OUTCOMES},
    }


def _best(best: Best | None) -> dict[str, Any] | None:
    """Who is best, as plain data."""
    if best is None:
        return None
    contenders = [
        {
            "scenario": contender.scenario,
            "probability": contender.probability,
            "worlds_best": contender.worlds,
            "in_set": contender.in_set,
        }
        for contender in best.contenders
    ]
    return {"outcome": best.outcome, "draws": DRAWS, "set": list(best.chosen), "contenders": contenders}


def _sequential(comparison: Comparison, sequential: Sequential) -> dict[str, Any]:
    """Verdicts that were judged after every world, as plain data."""
    pairs = [
        _pair(decision.pair)
        | {"decided_at": decision.at, "ahead": decision.ahead}
        | {
            "sentence": {
                language: _sentence(comparison, decision.pair, language, decision.ahead) for language in LANGUAGES
            }
        }
        for decision in sequential.decisions.values()
    ]
    return {
        "outcome": sequential.outcome,
        "margin": sequential.margin,
        "worlds": len(sequential.runs.worlds),
        "max_worlds": sequential.most,
        "stopped": sequential.stopped,
        "exact": is_exact(sequential),
        "undecided": list(sequential.undecided),
        "pairs": pairs,
    }


def _sentence(comparison: Comparison, pair: Pair, language: str, ahead: bool = False) -> str:
    """A verdict by the scenarios' titles, with what it is about, so that it can be quoted alone."""
    study = comparison.runs.study
    titles = study.scenario(pair.a).called(language), study.scenario(pair.b).called(language)
    outcome = say(f"outcome.{pair.outcome}", language).capitalize()
    return say("verdict.of", language, outcome=outcome, sentence=verdict(pair, titles, language, ahead))


def _summary(summary: Summary) -> dict[str, Any]:
    """A summary as plain data."""
    return {
        "mean": summary.mean.estimate,
        "low": summary.mean.low,
        "high": summary.mean.high,
        "q05": summary.q05,
        "q25": summary.q25,
        "median": summary.median,
        "q75": summary.q75,
        "q95": summary.q95,
        "worlds": summary.worlds,
        "undefined": summary.undefined,
        "censored": summary.censored,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    """A pair as plain data."""

    def interval(bounds: Interval) -> dict[str, float]:
        return {"estimate": bounds.estimate, "low": bounds.low, "high": bounds.high}

    return {
        "a": pair.a,
        "b": pair.b,
        "outcome": pair.outcome,
        "verdict": pair.kind,
        "worlds": pair.worlds,
        "undefined": pair.undefined,
        "wins": pair.wins,
        "losses": pair.losses,
        "ties": pair.ties,
        "share": interval(pair.share),
        "difference": interval(pair.difference),
        "pairing_gain": pair.gain,
        "more_worlds": pair.more,
    }


def _finite(value: Any) -> Any:
    """Plain data in which what is not finite is None."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def measures_on(scenario: Scenario, language: str) -> str:
    """The measures of a scenario, as a list of words."""
    on = [name for name in MEASURES if name != "platform" and getattr(scenario.measures, name) is not None]
    if scenario.measures.platform.kind == "self-built":
        on.append("platform")
    return ", ".join(say(f"measure.{name}", language) for name in on or ["none"])
