"""The matrix of hand-offs as a picture: small multiples of a handful of weeks (Matplotlib).

Nothing hangs on colour: how far a hand-off is settled is how full its square is, how great the need how large.
"""

import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from simulation import __version__
from simulation.model.worlds import Mode
from simulation.report.figures import STYLE
from simulation.report.handoffs import AGREED, HandOffs
from simulation.report.palette import FAINT, FILL, INK, QUIET
from simulation.study.scenario import Scenario
from simulation.text.i18n import number, percent, say, say_count

WEEKS = (8, 26, 52)
"""Weeks that are drawn besides go-live and the last one."""
ACROSS = 3
GAP = 0.5
"""How far chain partners stand apart, in cells."""
LEAST_WIDTH, MARGIN = 3.72, 0.25
"""How wide a week is drawn at the least, and what is free at the edges (inches)."""
LEAST_CELL, MOST_CELL = 0.24, 0.42
"""How wide a cell is (inches)."""
LEAST_FOR_NUMBERS = 0.21
"""A number stands in a cell that is so wide (inches)."""
LETTERS = 8.0
"""The size of names (points)."""
LONGEST = 24
"""Letters of a name that the cells make room for."""
TOP, HEAD, BELOW, FOOT = 1.25, 0.6, 0.3, 0.6
"""Inches for the title, above and below each week, and for what stands at the foot."""


@dataclass(frozen=True)
class OneWorld:
    """Which world of which scenario is drawn; ``live`` is its week of go-live, None without."""

    scenario: Scenario
    world: int
    seed: int
    mode: Mode
    live: int | None


def matrix(hand_offs: HandOffs, of: OneWorld, language: str = "en") -> Figure:
    """Who needs whom and how far they have agreed, in a handful of weeks; the title: what is not agreed in the end."""
    plan = _Plan(hand_offs, language)
    weeks = weeks_drawn(len(hand_offs.settled), of.live)
    rows = -(-(len(weeks) + 1) // ACROSS)
    width, height = 2 * MARGIN + ACROSS * plan.wide, TOP + rows * (HEAD + plan.high + BELOW) + FOOT
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height), dpi=120)
        FigureCanvasAgg(figure)
        for index, week in enumerate([*weeks, 0]):
            row, column = divmod(index, ACROSS)
            bottom = height - TOP - row * (HEAD + plan.high + BELOW) - HEAD - plan.high
            left = MARGIN + column * plan.wide
            axes = figure.add_axes((left / width, bottom / height, plan.wide / width, plan.high / height))
            axes.axis("off")
            axes.set_xlim(0.0, plan.wide / plan.cell)
            axes.set_ylim(plan.high / plan.cell, 0.0)
            if week:
                _head(axes, hand_offs, week, of.live, language)
                _week(axes, hand_offs, plan, week)
            else:
                _legend(axes, plan, language)
        _words(figure, hand_offs, of, language)
    return figure


def weeks_drawn(horizon: int, live: int | None) -> list[int]:
    """Which weeks are drawn: a few on the way, go-live, and the last one.

    >>> weeks_drawn(156, 66), weeks_drawn(156, None), weeks_drawn(5, None)
    ([8, 26, 52, 66, 156], [8, 26, 52, 156], [5])
    """
    return sorted({*(week for week in WEEKS if week < horizon), horizon, *([live] if live else [])})


def title(hand_offs: HandOffs, scenario: Scenario, language: str) -> str:
    """What is not agreed at the end, in numbers."""
    called = scenario.called(language)
    if not hand_offs.needed:
        return say("handoffs.nobody_title", language, scenario=called)
    unsettled = sum(len(hand_offs.unsettled(language, once)) for once in (True, False))
    if not unsettled:
        return say("handoffs.none_open_title", language, scenario=called)
    everything = number(hand_offs.needed, language)
    return say_count("handoffs.open_title", unsettled, language, all=everything, scenario=called)


def _words(figure: Figure, hand_offs: HandOffs, of: OneWorld, language: str) -> None:
    """The title, which is the answer, what was never agreed, and what the picture is made of."""
    width, height = figure.get_size_inches()
    x, letters = MARGIN / width, int(width * 13)
    heading = textwrap.shorten(title(hand_offs, of.scenario, language), int(width * 7.5), placeholder=" …")
    figure.text(x, 1.0 - 0.22 / height, heading, fontsize=14, fontweight="bold", va="top")
    under = "handoffs.under_live" if of.live else "handoffs.under_never"
    said = say(under, language, world=of.world, week=of.live)
    drawn, everybody = len(hand_offs.order), len(hand_offs.organisation.departments)
    if drawn < everybody:
        said += " " + say("handoffs.most", language, drawn=drawn, all=number(everybody, language))
    figure.text(x, 1.0 - 0.53 / height, _wrapped(said, letters, 1), fontsize=9, color=QUIET, va="top")
    figure.text(x, 1.0 - 0.75 / height, _wrapped(hand_offs.told(language), letters, 2), fontsize=9.5, va="top")
    key = "handoffs.made" if of.mode == "ranges" else "handoffs.made_defaults"
    made = f"{say(key, language, world=of.world, seed=of.seed)} synergy {__version__}."
    notes = (f"{made} {say('world.note', language)}", say("result.not_a_forecast", language))
    foot = "\n".join(_wrapped(text, int(letters * 1.25), 2) for text in notes)
    figure.text(x, 0.14 / height, foot, fontsize=7.5, color=QUIET, va="bottom")


def _wrapped(text: str, letters: int, lines: int) -> str:
    """A text in a few lines; a number stays with its percent sign."""
    joined = text.replace(" %", "\N{NO-BREAK SPACE}%")
    return "\n".join(textwrap.wrap(joined, letters, max_lines=lines, placeholder=" …"))


def _head(axes: Axes, hand_offs: HandOffs, week: int, live: int | None, language: str) -> None:
    """Which week it is, and how far hand-offs are settled on the whole."""
    last = week == len(hand_offs.settled)
    key = "week_live" if week == live else "week_end" if last else "week"
    heading = say(f"handoffs.{key}", language, week=week)
    axes.set_title(heading, loc="left", fontsize=11, fontweight="bold", pad=22, color=INK)
    means = ((part, hand_offs.mean(part == "inside")) for part in ("inside", "chain"))
    shares = [(part, percent(mean[week - 1], language)) for part, mean in means if mean is not None]
    under = ", ".join(say(f"handoffs.{part}", language, share=share) for part, share in shares)
    axes.text(0.0, 1.015, under, transform=axes.transAxes, fontsize=8.5, color=QUIET, va="bottom")


class _Plan:
    """What is the same in every week: how wide a cell is (inches), so that every name has room beside its row."""

    def __init__(self, hand_offs: HandOffs, language: str) -> None:
        departments, self.apart = hand_offs.organisation.departments, hand_offs.apart
        called = [departments[position].called(language) for position in hand_offs.order]
        cut = [_cut(name, _long(LONGEST)) for name in called]
        last = len(called) - 1
        self.wide = max(LEAST_WIDTH, LEAST_CELL * self.at(last) + _wide(cut[-1]) + 0.3)
        room = [(self.wide - 0.3 - _wide(name)) / self.at(row) for row, name in enumerate(cut) if row]
        self.cell = min([MOST_CELL, *room])
        self.high = max(2.4, self.cell * (self.at(last) + 1.0))
        self.names = [_cut(name, self.wide - 0.3 - self.cell * self.at(row)) for row, name in enumerate(called)]
        self.size = min(7.5, self.cell * 26) if self.cell >= LEAST_FOR_NUMBERS else 0.0

    def at(self, row: int) -> float:
        """Where a row, or its column, begins, in cells."""
        return row + GAP * (row >= self.apart)


def _wide(text: str) -> float:
    """About how wide a name is drawn (inches)."""
    return sum(_long(2 if unicodedata.east_asian_width(letter) in "WF" else 1) for letter in text)


def _long(letters: int) -> float:
    """About how wide so many letters are drawn (inches)."""
    return letters * 0.6 * LETTERS / 72


def _cut(name: str, room: float) -> str:
    """As much of a name as there is room for (inches)."""
    kept = len(name)
    while kept and _wide(name[:kept]) > room + 1e-9:
        kept -= 1
    return name if kept == len(name) else f"{name[: max(kept - 1, 0)]}…"


def _week(axes: Axes, hand_offs: HandOffs, plan: _Plan, week: int) -> None:
    """The matrix in one week: below the diagonal a square for each pair, on it the names."""
    last = len(plan.names) - 1
    for row, name in enumerate(plan.names):
        left, middle = plan.at(row), plan.at(row) + 0.5
        lines: Any = {"color": FAINT, "linewidth": 0.5, "zorder": 0}
        if row:
            axes.plot([0.5, left], [middle, middle], **lines)
        if row < last:
            axes.plot([middle, middle], [left + 1.0, plan.at(last) + 0.5], **lines)
        size = min(LETTERS, plan.cell * 72 * 0.72)
        axes.text(left + 0.1, middle, name, fontsize=size, va="center_baseline", clip_on=False)
    for cell in hand_offs.cells:
        middles = plan.at(cell.column) + 0.5, plan.at(cell.row) + 0.5
        _square(axes, middles, cell.need, int(hand_offs.percents[week - 1, cell.tie]), plan.size)


def _square(axes: Axes, middle: tuple[float, float], need: float, settled: int, size: float) -> None:
    """A square as large as the need, filled as far as it is settled (percent), dashed below a quarter.

    The number in it is so many points high; none at 0.
    """
    side = 0.92 * float(np.sqrt(need))
    left, top = middle[0] - side / 2, middle[1] - side / 2
    filled = side * settled / 100
    axes.add_patch(Rectangle((left, top), side, side, facecolor="white", edgecolor="none", zorder=1))
    axes.add_patch(Rectangle((left, top + side - filled), side, filled, facecolor=FILL, edgecolor="none", zorder=2))
    frame: Any = {"linewidth": 0.8, "linestyle": (0, (2, 1.6)) if settled < AGREED else "solid"}
    axes.add_patch(Rectangle((left, top), side, side, facecolor="none", edgecolor=INK, zorder=3, **frame))
    if size:
        axes.text(*middle, str(settled), fontsize=size, ha="center", va="center_baseline", zorder=4)


def _legend(axes: Axes, plan: _Plan, language: str) -> None:
    """How to read the squares."""
    axes.set_title(say("handoffs.legend", language), loc="left", fontsize=11, fontweight="bold", pad=22, color=INK)
    rows: tuple[tuple[str, tuple[tuple[float, int], ...]], ...] = (
        ("place", ()),
        ("size", ((0.2, 60), (0.5, 60), (1.0, 60))),
        ("fill" if plan.size else "plain", ((0.8, 25), (0.8, 60), (0.8, 100))),
        ("open", ((0.8, 0), (0.8, 12))),
        ("chain", ()),
    )
    step, y = 1.0 / plan.cell, 0.0  # cells to an inch
    for key, squares in rows:
        for index, (need, settled) in enumerate(squares):
            _square(axes, (0.5 + 1.1 * index, y + 0.5), need, settled, plan.size * (key == "fill"))
        left = 3.6 if squares else 0.0
        room = int((plan.wide - 0.3 - left / step) / _long(1) * 1.02)
        lines = textwrap.wrap(say(f"handoffs.legend_{key}", language), room)
        high = 0.17 * step * len(lines)
        middle = y + (0.5 if squares else high / 2)
        axes.text(left, middle, "\n".join(lines), fontsize=8.5, va="center", linespacing=1.35)
        y += max(high, 1.0 if squares else 0.0) + 0.12 * step
