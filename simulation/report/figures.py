"""Data to picture, for files and the command line (Matplotlib).

The titles say what to see; labels stand at what they label; uncertainty is drawn before the middle.
"""

import io
import textwrap
import warnings
from typing import Any

import numpy as np
from matplotlib import rc_context, rcParamsDefault
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from simulation import __version__
from simulation.analysis.compare import Comparison
from simulation.analysis.sequential import Sequential
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.report.axes import axis_of
from simulation.report.palette import ACCENT, FAINT, FILL, INK, QUIET, RIVAL, RIVAL_TEXT
from simulation.report.sentences import MAIN, hardly_used, headline, level, level_labels, note, short_verdict
from simulation.study.scenario import Study
from simulation.text.i18n import number, percent, say, say_count

STYLE: Any = {
    **{name: value for name, value in rcParamsDefault.items() if name != "backend"},  # nobody's own settings
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "text.parse_math": False,  # a name may hold a dollar sign
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "synergy",
}
LABEL = 34
"""Characters of a scenario's title for which there is room beside its row."""
PARTS: tuple[dict[str, Any], ...] = (
    {"facecolor": "white", "edgecolor": QUIET},
    {"facecolor": FAINT, "edgecolor": QUIET},
    {"facecolor": "white", "edgecolor": RIVAL_TEXT, "hatch": "//////"},
    {"facecolor": FILL, "edgecolor": FILL},
    {"facecolor": ACCENT, "edgecolor": ACCENT},
)
"""How the parts of a bar of worlds are filled, from still to lasting: apart on a grey printer too. Live but hardly used
is crossed out, so that nobody takes it for success."""
LETTERS = {QUIET: INK, RIVAL_TEXT: RIVAL_TEXT, FILL: INK, ACCENT: "white"}
"""The colour of a count on each, by the colour of its edge."""


def parts_of(outcome: str) -> list[dict[str, Any]]:
    """How the levels of an outcome are filled: those of how far a scenario gets, or plainly from light to dark."""
    labels = level_labels(outcome, "en")
    if outcome == LEADING:
        return list(PARTS)
    plain = [part for part in PARTS if "hatch" not in part]
    return [plain[round(at * (len(plain) - 1) / max(1, len(labels) - 1))] for at in range(len(labels))]


def ranking(
    comparison: Comparison, language: str = "en", sequential: Sequential | None = None, hand: str | None = None
) -> Figure:
    """Every scenario over worlds by the outcome that leads, best first, and how often each is better than the baseline.

    Levels, such as how far a scenario gets, are bars of all worlds; other outcomes their spread. The title is the
    answer about ``hand``, by default about the first in the ranking.
    """
    study, names = comparison.runs.study, comparison.ranking
    highlighted = hand or names[0]
    levels = not BY_OUTCOME[comparison.outcome].unit.has_mean
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, (2.3 if levels else 1.9) + 0.3 * len(names)), dpi=120)
        FigureCanvasAgg(figure)
        height = figure.get_figheight()
        axes = figure.add_axes((0.27, 0.95 / height, 0.56, 1.0 - (2.3 if levels else 1.9) / height))
        for y, name in enumerate(names):
            (_bar if levels else _spread)(axes, comparison, name, y, language, highlighted)
            _record(axes, comparison, name, y, language, highlighted)
        axes.set_yticks(range(len(names)), [_cut(study.scenario(name).called(language), LABEL) for name in names])
        axes.set_ylim(len(names) - 0.5, -0.7)
        axes.tick_params(length=0)
        axes.tick_params(axis="y", pad=8)
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
        axes.set_axisbelow(True)
        _scale(axes, comparison, language, levels)
        base = _cut(study.scenario(comparison.baseline).called(language), 38)
        against = say("result.beats", language, baseline=_cut(base, 16))
        axes.text(
            1.02,
            -0.6 if levels else -0.75,
            against,
            color=QUIET,
            fontsize=8.5,
            va="bottom",
            transform=axes.get_yaxis_transform(),
        )
        title = _answer(comparison, hand, language) if hand else headline(comparison, language, sequential)
        under = (
            hardly_used(comparison, (highlighted, comparison.baseline), language)
            if comparison.outcome == LEADING
            else []
        )
        how = say("result.bars" if levels else "result.bands", language, baseline=base)
        frame(figure, height, title, " ".join(f"{sentence}." for sentence in under) or how)
        _foot(figure, comparison, language)
    return figure


def _scale(axes: Any, comparison: Comparison, language: str, levels: bool) -> None:
    """The axis: worlds with what the parts of a bar mean above it, or the outcome's unit."""
    outcome = comparison.outcome
    if levels:
        axes.set_xlim(0.0, 1.0)
        axes.set_xticks([])
        axes.legend(
            handles=[
                Patch(**style, label=label)
                for label, style in zip(level_labels(outcome, language), parts_of(outcome), strict=True)
            ],
            loc="lower left",
            bbox_to_anchor=(-0.01, 1.0),
            borderaxespad=1.2,
            ncols=len(PARTS),
            frameon=False,
            fontsize=8.5,
            handlelength=1.4,
            columnspacing=1.2,
        )
        worlds = number(len(comparison.runs.worlds), language)
        horizon = comparison.runs.study.horizon
        axes.set_xlabel(say("result.bars_axis", language, worlds=worlds, horizon=horizon), loc="left")
        return
    low, high = axis_of([comparison.summary(name, outcome) for name in comparison.ranking], outcome)
    axes.set_xlim(low, high)
    ticks = [tick for tick in MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high) if low <= tick <= high]
    axes.set_xticks(ticks, [level(tick, outcome, language) for tick in ticks])
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    named = say(f"outcome.{outcome}", language)
    main = say("result.axis", language, horizon=comparison.runs.study.horizon)
    axes.set_xlabel(main if outcome == MAIN else named[0].upper() + named[1:], loc="left")


def _foot(figure: Figure, comparison: Comparison, language: str) -> None:
    """Whose it is, what it was made with, and what it is not."""
    made = f"{note(comparison, language)} synergy {__version__}."
    foot = f"{whose(comparison.runs.study, language)}\n{made}\n{say('result.not_a_forecast', language)}"
    figure.text(0.02, 0.1 / figure.get_figheight(), foot, fontsize=7.5, color=QUIET, va="bottom")


def whose(study: Study, language: str) -> str:
    """The organisation's name and the study's title, on one line."""
    return _cut(f"{study.organisation.name.in_(language)}: {study.title.in_(language)}", 150)


def _answer(comparison: Comparison, hand: str, language: str) -> str:
    """The verdict on a scenario against the baseline, without how large the difference is."""
    study, base = comparison.runs.study, comparison.baseline
    titles = study.scenario(hand).called(language), study.scenario(base).called(language)
    return short_verdict(comparison.pair(hand, base), titles, language)


def frame(figure: Figure, height: float, title: str, under: str) -> None:
    """The title, which is the answer, in one line or two, and a line on how to read the picture."""
    lines = textwrap.wrap(title, 74) if len(title) <= 74 else textwrap.wrap(title, 100, max_lines=2, placeholder="…")
    size, top = (14.0, 0.2) if len(title) <= 74 else (11.5, 0.1)
    figure.text(0.02, 1.0 - top / height, "\n".join(lines), fontsize=size, fontweight="bold", va="top")
    figure.text(0.02, 1.0 - 0.53 / height, under, fontsize=9, color=QUIET, va="top")


def _bar(axes: Any, comparison: Comparison, name: str, y: int, language: str, highlighted: str) -> None:
    """One scenario: all worlds by how far they get, each part with its count where there is room."""
    counts, left = comparison.levels(name, comparison.outcome), 0.0
    for count, style in zip(counts, parts_of(comparison.outcome), strict=True):
        share = count / sum(counts)
        axes.barh(y, share, left=left, height=0.62, linewidth=0.8, **style)
        if share > 0.04:
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.0} if "hatch" in style else None
            text = number(count, language)
            axes.text(
                left + share / 2,
                y,
                text,
                ha="center",
                va="center",
                fontsize=8.5,
                color=LETTERS[style["edgecolor"]],
                bbox=box,
            )
        left += share


def _spread(axes: Any, comparison: Comparison, name: str, y: int, language: str, highlighted: str) -> None:
    """One scenario: its spread over worlds and the median; nothing where the outcome is never defined."""
    summary = comparison.summary(name, comparison.outcome)
    colour = RIVAL if name == comparison.baseline else ACCENT if name == highlighted else QUIET
    axes.plot([summary.q05, summary.q95], [y, y], color=colour, linewidth=1.4, alpha=0.55, solid_capstyle="butt")
    axes.plot([summary.q25, summary.q75], [y, y], color=colour, linewidth=6, alpha=0.45, solid_capstyle="butt")
    axes.plot([summary.median], [y], "o", color=colour, markersize=6, clip_on=False, zorder=3)


def _record(axes: Any, comparison: Comparison, name: str, y: int, language: str, highlighted: str) -> None:
    """In how many worlds a scenario is better than the baseline, at the right of its row."""
    base = name == comparison.baseline
    if base:
        record = say("result.baseline_mark", language)
    else:
        pair = comparison.pair(name, comparison.baseline)
        counts: dict[str, Any] = {key: number(getattr(pair, key), language) for key in ("wins", "worlds")}
        record = say("result.in_of", language, **counts)
        if pair.ties:
            record = say_count("result.in_of_ties", pair.ties, language, **counts)
    text = RIVAL_TEXT if base else ACCENT if name == highlighted else INK
    axes.text(1.02, y, record, va="center", fontsize=9, color=text, transform=axes.get_yaxis_transform())


def adoption(comparison: Comparison, hand: str, language: str = "en") -> Figure:
    """Adoption over weeks of the scenario in ``hand`` and of the baseline: bands that hold 90 and 50 % of the worlds,
    then the middle world; the other scenarios' middle worlds behind them, in grey."""
    study = comparison.runs.study
    highlighted = tuple(dict.fromkeys((comparison.baseline, hand)))
    with rc_context(STYLE):
        figure = Figure(figsize=(10.0, 5.4), dpi=120)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.07, 0.2, 0.67, 0.6))
        for name in (name for name in study.names if name not in highlighted):
            axes.plot(*_weeks(comparison, name, 0.5), color=FAINT, linewidth=1.0)
        for name in highlighted:
            colour = ACCENT if name == hand else RIVAL
            for low, high, alpha in ((0.05, 0.95, 0.13), (0.25, 0.75, 0.27)):
                weeks, floor = _weeks(comparison, name, low)
                axes.fill_between(
                    weeks, floor, _weeks(comparison, name, high)[1], color=colour, alpha=alpha, linewidth=0
                )
        for name in highlighted:
            colour, style = (ACCENT, "solid") if name == hand else (RIVAL, (0, (4, 2)))
            axes.plot(*_weeks(comparison, name, 0.5), color=colour, linewidth=2.2, linestyle=style)
        _name_lines(axes, comparison, highlighted, hand, language)
        axes.set_xlim(0, study.horizon)
        axes.set_xticks(range(0, study.horizon + 1, 26 if study.horizon <= 260 else 52))
        axes.set_ylim(0.0, 1.0)
        axes.set_yticks(np.linspace(0, 1, 5), [percent(share, language) for share in np.linspace(0, 1, 5)])
        axes.tick_params(length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="y", color=FAINT, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlabel(say("result.week_axis", language), loc="left")
        title = _answer(comparison, hand, language)
        frame(figure, figure.get_figheight(), title, say("result.weeks_bands", language))
        _foot(figure, comparison, language)
    return figure


def _weeks(comparison: Comparison, name: str, share: float) -> tuple[Any, Any]:
    """Weeks 0 … horizon, and a quantile of adoption over worlds in each; in week 0 nothing is done the new way yet."""
    values = np.quantile(comparison.runs.weeks(name, "adoption"), share, axis=0)
    return np.arange(len(values) + 1), np.concatenate(([0.0], values))


def _name_lines(axes: Any, comparison: Comparison, highlighted: tuple[str, ...], hand: str, language: str) -> None:
    """The lines' names at their ends, apart from each other; those that end together share a place."""
    study = comparison.runs.study
    places: list[tuple[float, list[str]]] = []
    for end, other, name in sorted(
        (float(_weeks(comparison, name, 0.5)[1][-1]), name not in highlighted, name) for name in study.names
    ):
        if places and other and end - places[-1][0] < CLOSE_ENDS and places[-1][1][0] not in highlighted:
            places[-1][1].append(name)
        else:
            places.append((end, [name]))
    least = 0.0
    for end, names in places:
        height = max(end, least)
        least = height + CLOSE_ENDS
        titles = [study.scenario(name).called(language) for name in names]
        colour = ACCENT if names[0] == hand else RIVAL_TEXT if names[0] in highlighted else QUIET
        look: dict[str, Any] = {"fontsize": 10, "fontweight": "bold"} if names[0] in highlighted else {"fontsize": 8}
        axes.text(study.horizon * 1.015, height, _listed(titles), color=colour, va="center", **look)


CLOSE_ENDS = 0.055
"""Lines whose ends are closer than that share a name's place."""


def _listed(titles: list[str]) -> str:
    """As many titles as there is room for, and how many more there are.

    >>> _listed(["Assigned roles", "Cross-functional team", "Wait for IT"]), _listed(["x" * 40])
    ('Assigned roles, +2', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…')
    """
    for count in range(len(titles), 0, -1):
        more = f", +{len(titles) - count}" if count < len(titles) else ""
        text = ", ".join(titles[:count]) + more
        if len(text) <= LABEL:
            return text
    return _cut(titles[0], LABEL - (3 if len(titles) > 1 else 0)) + (f" +{len(titles) - 1}" if len(titles) > 1 else "")


def _cut(text: str, most: int) -> str:
    """A text that fits."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def encoded(figure: Figure, kind: str) -> bytes:
    """A figure as the bytes of a ``png`` or ``svg`` file; equal figures give equal bytes."""
    stream = io.BytesIO()
    with rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a name may hold what the font does not: a box is drawn
        metadata = {"Date": None} if kind == "svg" else {"Software": f"synergy {__version__}"}
        figure.savefig(stream, format=kind, dpi=160, facecolor="white", metadata=metadata)
    return stream.getvalue()
