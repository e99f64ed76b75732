"""What each measure contributes, told: in sentences, as a table, a picture, and files."""

import csv
import io
import json
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from simulation import __version__
from simulation.analysis.contributions import ORDERS, Contribution, Contributions
from simulation.analysis.intervals import Interval
from simulation.model.outcomes import BY_OUTCOME
from simulation.model.units import SHARE, Share, Unit
from simulation.report.export import finite
from simulation.report.figures import STYLE, frame
from simulation.report.palette import ACCENT, FAINT, FILL, INK, QUIET, RIVAL_TEXT
from simulation.report.sentences import LEVELS
from simulation.report.table import fitted
from simulation.study.scenario import Study
from simulation.text.i18n import LANGUAGES, number, say

ENDS = ("", "_low", "_high")
DIFFERENCES = tuple(f"{kind}{end}" for kind in ("last", "first", "share") for end in ENDS)
COLUMNS = ("measure", "without", "alone", *DIFFERENCES, "share_error")
"""What is written of a measure."""


def unit_of(result: Contributions) -> Unit:
    """The unit of what measures contribute: the outcome's, or a share of worlds."""
    return SHARE if result.level is not None else BY_OUTCOME[result.outcome].unit


def title(result: Contributions, study: Study, language: str) -> str:
    """What is told."""
    scenario, outcome = study.scenario(result.scenario).called(language), say(f"outcome.{result.outcome}", language)
    return say("contribute.about", language, scenario=scenario, outcome=outcome)


def answer(result: Contributions, language: str) -> str:
    """The answer in a sentence: the whole, and what is left of it without each measure, the least first."""
    if not result.worlds:
        return say("contribute.no_worlds", language)
    if result.level is not None:
        fields = {"worlds": number(result.worlds, language), "n": _told(result, result.all.estimate, language)}
        whole = say(f"contribute.reached_{LEVELS[result.level]}", language, **fields)
    else:
        whole = say("contribute.mean", language, level=_told(result, result.all.estimate, language))
    lower = BY_OUTCOME[result.outcome].better == "lower"
    rows = sorted(result.rows, key=lambda row: -row.without if lower else row.without)
    parts = []
    for row in rows:
        fields = {"without": say(f"without.{row.measure}", language), "level": _told(result, row.without, language)}
        parts.append(say("contribute.without", language, **fields))
    return f"{whole}; {', '.join(parts)}."


def _told(result: Contributions, value: float, language: str) -> str:
    """A mean as people say it: worlds that get as far are counted."""
    if result.level is not None:
        return number(round(value * result.worlds), language)
    return unit_of(result).level(value, language)


def notes(result: Contributions, language: str) -> list[str]:
    """The pairs that strengthen each other, and those that overlap or work against each other."""
    if not result.worlds:
        return []
    lines = []
    for key, pairs in (("together", result.together), ("instead", result.instead)):
        for pair in pairs[:MOST_PAIRS]:
            a, b = (say(f"measure.{name}", language) for name in pair.measures)
            size = signed(unit_of(result), pair.excess.estimate, language)
            lines.append(say(f"contribute.{key}", language, a=a, b=b, size=size))
    return lines


MOST_PAIRS = 4
"""Pairs of measures that are named, those with the largest interaction first."""


def how(result: Contributions, language: str) -> list[str]:
    """How it was worked out."""
    key = "how_exact" if result.exact else "how_drawn"
    lines = [
        say(f"contribute.{key}", language, n=result.combinations, orders=ORDERS),
        say("contribute.left_out", language),
    ]
    if result.worlds < result.of:
        counts = {"n": number(result.worlds, language), "of": number(result.of, language)}
        lines.append(say("contribute.some_worlds", language, **counts))
    return lines


def table(result: Contributions, language: str, width: int) -> str:
    """A line a measure, the largest fair share first, in at most ``width`` columns."""
    share = "share_points" if isinstance(unit_of(result), Share) else "share"
    head = ["", *(say(f"contribute.{key}", language) for key in ("measure", share, "interval", "lost", "alone"))]
    rows = [
        [f"{rank}", say(f"measure.{row.measure}", language), *cells(result, row, language)]
        for rank, row in enumerate(result.rows, start=1)
    ]
    return fitted(head, rows, width, left=(1,), needed=4)


def cells(result: Contributions, row: Contribution, language: str) -> list[str]:
    """A measure's fair share with its interval, what is lost without it, and what it adds alone; shares in points."""
    unit = unit_of(result)

    def told(value: float) -> str:
        if isinstance(unit, Share) and math.isfinite(value):
            return f"{'−' if value < 0.0 else '+'}{number(abs(100.0 * value), language, 1)}"
        return signed(unit, value, language)

    ends = f"{told(row.share.low)} … {told(row.share.high)}"
    return [told(row.share.estimate), ends, told(row.last.estimate), told(row.first.estimate)]


def signed(unit: Unit, value: float, language: str) -> str:
    """A difference with its sign.

    >>> signed(SHARE, 0.17, "en"), signed(SHARE, -0.02, "en"), signed(SHARE, math.nan, "en")
    ('+17 percentage points', '−2 percentage points', '–')
    """
    if not math.isfinite(value):
        return "–"
    return f"{'−' if value < 0.0 else '+'}{unit.size(value, language)}"


def picture(result: Contributions, study: Study, language: str) -> Figure:
    """A bar a measure: its fair share with the interval, and what it adds last and alone."""
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, 2.1 + 0.42 * len(result.rows)), dpi=120)
        FigureCanvasAgg(figure)
        height = figure.get_figheight()
        axes = figure.add_axes((0.25, 0.85 / height, 0.68, 1.0 - 1.95 / height))
        for y, row in enumerate(result.rows):
            _bar(axes, row, y)
        axes.axvline(0.0, color=QUIET, linewidth=0.8)
        axes.set_yticks(
            range(len(result.rows)), [_capital(say(f"measure.{row.measure}", language)) for row in result.rows]
        )
        axes.set_ylim(len(result.rows) - 0.5, -0.6)
        unit = unit_of(result)
        low, high = axes.get_xlim()
        ticks = [tick for tick in MaxNLocator(6, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
        axes.set_xticks(ticks, [unit.level(tick, language) for tick in ticks])
        axes.tick_params(length=0)
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        axes.grid(axis="x", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        outcome = "contribute.points" if result.level is not None else f"outcome.{result.outcome}"
        axes.set_xlabel(_capital(say(outcome, language)), loc="left")
        frame(figure, height, answer(result, language).rstrip("."), say("contribute.picture_file", language))
        foot = f"{title(result, study, language)}. synergy {__version__}.\n{say('result.not_a_forecast', language)}"
        figure.text(0.02, 0.1 / height, foot, fontsize=7.5, color=QUIET, va="bottom")
    return figure


def _bar(axes: Any, row: Contribution, y: int) -> None:
    """One measure."""
    axes.barh(y, row.share.estimate, height=0.55, color=FILL, edgecolor=ACCENT)
    if math.isfinite(row.share.low) and math.isfinite(row.share.high):
        axes.plot([row.share.low, row.share.high], [y, y], color=INK, linewidth=1.6, solid_capstyle="butt")
    axes.plot([row.last.estimate] * 2, [y - 0.36, y + 0.36], color=RIVAL_TEXT, linewidth=2.4)
    axes.plot([row.first.estimate], [y], "o", markersize=7, markerfacecolor="white", markeredgecolor=INK, zorder=4)


def _capital(text: str) -> str:
    """With a capital first letter."""
    return text[0].upper() + text[1:]


def as_data(result: Contributions, study: Study, command: str, seed: int, mode: str) -> dict[str, Any]:
    """All numbers as plain data, with what is needed to repeat them; undefined is None."""
    pairs = []
    for pair in result.interactions:
        kinds = {"together": pair in result.together, "instead": pair in result.instead}
        pairs.append({"measures": list(pair.measures), "excess": _interval(pair.excess), **kinds})
    data = {
        "synergy": __version__,
        "command": command,
        "study": {"name": study.name, "title": study.title.model_dump(), "digest": study.digest()},
        "scenario": result.scenario,
        "outcome": result.outcome,
        "level": LEVELS[result.level] if result.level is not None else None,
        "margin": result.margin,
        "seed": seed,
        "parameters": mode,
        "worlds": result.worlds,
        "of": result.of,
        "confidence": 0.95,
        "exact": result.exact,
        "combinations": result.combinations,
        "none": _interval(result.none),
        "all": _interval(result.all),
        "measures": [line(row) for row in result.rows],
        "interactions": pairs,
        "sentence": {language: answer(result, language) for language in LANGUAGES},
        "note": {language: say("result.not_a_forecast", language) for language in LANGUAGES},
    }
    plain: dict[str, Any] = finite(data)
    return plain


def as_json(result: Contributions, study: Study, command: str, seed: int, mode: str) -> bytes:
    """The same as JSON."""
    data = as_data(result, study, command, seed, mode)
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False).encode()


def line(row: Contribution) -> dict[str, Any]:
    """What is written of a measure, by :data:`COLUMNS`."""
    values = [row.measure, row.without, row.alone]
    for interval in (row.last, row.first, row.share):
        values += [interval.estimate, interval.low, interval.high]
    return dict(zip(COLUMNS, [*values, row.error], strict=True))


def as_csv(result: Contributions) -> str:
    """A line a measure, with a point in numbers and commas between them."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(line(row) for row in result.rows)
    return stream.getvalue()


def parquet(result: Contributions, study: Study, seed: int, mode: str) -> bytes:
    """The fair share of every measure in every world that counts: ``measure``, ``world`` and ``share``."""
    columns = {
        "measure": [row.measure for row in result.rows for _ in result.kept],
        "world": pa.array([world for _ in result.rows for world in result.kept], pa.int64()),
        "share": pa.array(np.asarray(result.shares).reshape(-1)),
    }
    about = {"synergy": __version__, "scenario": result.scenario, "outcome": result.outcome, "seed": str(seed)}
    about |= {"digest": study.digest(), "parameters": mode}
    about |= {"level": LEVELS[result.level]} if result.level is not None else {}
    stream = io.BytesIO()
    pq.write_table(pa.table(columns).replace_schema_metadata(about), stream)
    return stream.getvalue()


def _interval(interval: Interval) -> dict[str, float]:
    """An interval as plain data."""
    return {"estimate": interval.estimate, "low": interval.low, "high": interval.high}
