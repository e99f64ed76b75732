"""The content of a comparison's files: every run as Parquet, every number and verdict as JSON."""

import csv
import io
import json
import math
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from simulation import __version__
from simulation.analysis.best import DRAWS, Best, best_of
from simulation.analysis.compare import Comparison, Summary, column_of
from simulation.analysis.intervals import Interval
from simulation.analysis.pairs import Pair
from simulation.analysis.sequential import Sequential
from simulation.model.outcomes import BY_OUTCOME, OUTCOMES
from simulation.report.machine import machine
from simulation.report.payback import data as payback_data
from simulation.report.sentences import LEVELS, is_exact, verdict
from simulation.report.table import Extras
from simulation.report.widths import data as widths_data
from simulation.study.sources.resolved import resolved_data
from simulation.text.i18n import LANGUAGES, say


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
        columns[outcome.name] = pa.array(values.astype("int64") if outcome.unit.whole else values)
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
    sequential: Sequential | None = None,
    files: Mapping[str, str] | None = None,
    extras: Extras | None = None,
) -> bytes:
    """The numbers of the table and of every pair, with what is needed to repeat them; undefined is null.

    ``ranking`` and ``best`` are about the outcome that leads; ``sequential`` is null unless verdicts were judged after
    every world. ``files`` has the SHA-256 of each file that was made with this one, by its name; ``extras`` is
    what else has been worked out. ``resolved`` has the whole study, from which ``synergy repeat`` works it out again.
    """
    runs, base = comparison.runs, comparison.baseline
    study = runs.study
    data = {
        "synergy": __version__,
        "command": command,
        "files": dict(files or {}),
        "machine": machine(),
        "study": {"name": study.name, "title": study.title.model_dump(), "digest": study.digest()},
        "seed": runs.seed,
        "worlds": len(runs.worlds),
        "horizon": study.horizon,
        "parameters": runs.mode,
        "baseline": base,
        "outcome": comparison.outcome,
        "confidence": 0.95,
        "note": {language: say("result.not_a_forecast", language) for language in LANGUAGES},
        "ranking": [_ranked(comparison, rank, name) for rank, name in enumerate(comparison.ranking, start=1)],
        "pairing_gain": comparison.pairing_gain,
        "best": _best(best_of(runs, comparison.outcome)),
        "sequential": _sequential(comparison, sequential) if sequential else None,
        "payback": [payback_data(answers) for answers in (extras or Extras()).paid.values()],
        "widths": widths_data((extras or Extras()).tried),
        "verdicts": [
            _pair(pair) | {"sentence": {language: _sentence(comparison, pair, language) for language in LANGUAGES}}
            for name in comparison.ranking
            if name != base
            for pair in (comparison.pair(name, base, outcome.name) for outcome in OUTCOMES)
        ],
        "pairs": [_pair(pair) for pair in comparison.pairs()],
        "resolved": resolved_data(study),
    }
    return json.dumps(finite(data), ensure_ascii=False, indent=1, allow_nan=False).encode()


def ranking_csv(comparison: Comparison) -> str:
    """A line a scenario, best first: its rank, in how many worlds it ends on each level, and the mean of each outcome.

    With a point in numbers and commas between them; the mean of what is undefined in some worlds is empty. What may not
    come at all has no mean: ``go_live_week_median`` is that of the middle world, empty if it does not come there, and
    ``go_live_week_censored`` counts the worlds in which it does not.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    late = [outcome.name for outcome in OUTCOMES if outcome.censored]
    head = ["scenario", "rank", *LEVELS, *(column_of(outcome.name) for outcome in OUTCOMES)]
    writer.writerow([*head, *(f"{name}_censored" for name in late)])
    for rank, name in enumerate(comparison.ranking, start=1):
        summaries = [comparison.summary(name, outcome.name) for outcome in OUTCOMES]
        typical = (summary.typical(comparison.runs.study.horizon) for summary in summaries)
        told = ["" if math.isnan(value) else repr(value) for value in typical]
        ranked = rank if comparison.has_rank(name, comparison.outcome) else ""
        never = [comparison.summary(name, outcome).censored for outcome in late]
        writer.writerow([name, ranked, *comparison.levels(name), *told, *never])
    return stream.getvalue()


def _ranked(comparison: Comparison, rank: int, name: str) -> dict[str, Any]:
    """One line of the ranking."""
    return {
        "rank": rank if comparison.has_rank(name, comparison.outcome) else None,
        "scenario": name,
        "title": comparison.runs.study.scenario(name).title.model_dump(),
        "levels": dict(zip(LEVELS, comparison.levels(name), strict=True)),
        "outcomes": {outcome.name: _summary(comparison.summary(name, outcome.name)) for outcome in OUTCOMES},
    }


def _best(best: Best | None) -> dict[str, Any] | None:
    """Which scenarios may be best, as plain data."""
    if best is None:
        return None
    contenders = [
        {
            "scenario": contender.scenario,
            "within_margin": contender.within,
            "probability": contender.probability,
            "worlds_best": contender.worlds,
            "in_set": contender.in_set,
        }
        for contender in best.contenders
    ]
    measured = BY_OUTCOME[best.outcome].unit.has_mean
    return {
        "outcome": best.outcome,
        "draws": DRAWS if measured else None,
        "set": list(best.chosen),
        "without_rank": list(best.left_out),
        "contenders": contenders,
    }


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


def _sentence(comparison: Comparison, pair: Pair, language: str, ahead: bool | None = None) -> str:
    """A verdict by the scenarios' titles, with what it is about, so that it can be quoted alone."""
    study = comparison.runs.study
    titles = study.scenario(pair.a).called(language), study.scenario(pair.b).called(language)
    outcome = say(f"outcome.{pair.outcome}", language).capitalize()
    return say("verdict.of", language, outcome=outcome, sentence=verdict(pair, titles, language, ahead, study.horizon))


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


def finite(value: Any) -> Any:
    """Plain data in which what is not finite is None."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
