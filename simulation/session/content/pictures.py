"""Small pictures as SVG, drawn by the server: no script, no style but attributes, readable from the last row.

A picture has a title for those who cannot see it, and its numbers stand beside it as text or follow as a table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from markupsafe import Markup, escape

from simulation.report.palette import ACCENT, FAINT, INK, QUIET, RIVAL
from simulation.text.i18n import percent

WIDTH, HEIGHT = 960, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 40, 34, 40
PLAYS = 14.0
"""Seconds in which a world unfolds."""
CAPTION = 40
"""Height for a sentence below a picture."""
COLOURS = (ACCENT, RIVAL, QUIET)
DASHES = ("", "10 6", "3 5")


@dataclass(frozen=True)
class Line:
    """A line: its label, values from 0 to 1 (a week each), and from which week on it stands."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True)
class Band:
    """A band between two rows of values (0 to 1, a week each), in the colour of the line with this index."""

    low: Sequence[float]
    high: Sequence[float]
    index: int = 0


@dataclass(frozen=True)
class Caption:
    """A sentence that stands below the picture from so many seconds after it began, until the next one does."""

    at: float
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Mark:
    """An upright line in a week, with a word."""

    week: float
    text: str


@dataclass(frozen=True)
class Frame:
    """Where a week and a share lie in a picture: ``weeks`` across, ``top`` the share at the upper edge."""

    weeks: int
    top: float = 1.0

    def x(self, week: float) -> float:
        """From the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * week / self.weeks

    def y(self, value: float) -> float:
        """From above."""
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - min(1.0, value / self.top))


def line_chart(
    title: str,
    lines: Sequence[Line],
    weeks: int,
    axis: str,
    language: str,
    *,
    bands: Sequence[Band] = (),
    marks: Sequence[Mark] = (),
    top: float = 1.0,
    plays: bool = False,
    captions: Sequence[Caption] = (),
    week_word: str = "week",
    every: int = 26,
) -> Markup:
    """Lines over weeks; ``plays`` lets them unfold from left to right once, in :data:`PLAYS` seconds."""

    frame = Frame(weeks, top)
    parts = [_grid(frame, axis, language, week_word, every)]
    drawn = [_band(band, frame) for band in bands]
    drawn += [_line(line, index, frame) for index, line in enumerate(lines)]
    clip = ""
    if plays:
        full = WIDTH - LEFT - RIGHT + 4
        clip = (
            f'<clipPath id="unfold"><rect x="{LEFT}" y="0" height="{HEIGHT}" width="{full}">'
            f'<animate attributeName="width" from="0" to="{full}" dur="{PLAYS:g}s" fill="freeze"/></rect></clipPath>'
        )
    group = ' clip-path="url(#unfold)"' if plays else ""
    drawn += [_mark(mark, frame, index) for index, mark in enumerate(marks)]
    parts.append(f"<g{group}>{''.join(drawn)}</g>")
    parts += _captions(captions)
    height = HEIGHT + (CAPTION if captions else 0)
    return Markup(
        f'<svg class="picture" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
        f"{clip}{''.join(parts)}</svg>{_legend(lines)}"
    )


def _grid(frame: Frame, axis: str, language: str, week_word: str, every: int) -> str:
    """Axes: shares on the left, weeks below."""
    parts = []
    for step in range(5):
        value = frame.top * step / 4
        at = f"{frame.y(value):.1f}"
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}" stroke="{FAINT}"/>'
            f'<text x="{LEFT - 8}" y="{frame.y(value) + 6:.1f}" text-anchor="end" font-size="17" fill="{QUIET}">'
            f"{escape(percent(value, language))}</text>"
        )
    for week in range(0, frame.weeks + 1, every):
        parts.append(
            f'<text x="{frame.x(week):.1f}" y="{HEIGHT - 12}" text-anchor="middle" font-size="17" fill="{QUIET}">'
            f"{f'{escape(week_word)} ' if week == 0 else ''}{week}</text>"
        )
    parts.append(f'<text x="{LEFT + 8}" y="{TOP - 8}" font-size="17" fill="{QUIET}">{escape(axis)}</text>')
    return "".join(parts)


def _points(values: Sequence[float], frame: Frame) -> str:
    """Points of a path, a week each, from the end of week 1."""
    return " ".join(f"{frame.x(week + 1):.1f},{frame.y(value):.1f}" for week, value in enumerate(values))


def _line(line: Line, index: int, frame: Frame) -> str:
    """One line; the first is the heaviest."""
    dash = f' stroke-dasharray="{DASHES[index % 3]}"' if DASHES[index % 3] else ""
    return (
        f'<polyline points="{_points(line.values, frame)}" fill="none" stroke="{COLOURS[index % 3]}" '
        f'stroke-width="{4 if index == 0 else 3}"{dash}/>'
    )


def _band(band: Band, frame: Frame) -> str:
    """One band."""
    there = _points(band.high, frame)
    back = " ".join(reversed(_points(band.low, frame).split(" ")))
    return f'<polygon points="{there} {back}" fill="{COLOURS[band.index % 3]}" fill-opacity="0.15"/>'


def _mark(mark: Mark, frame: Frame, index: int) -> str:
    """An upright line with a word, every other one a little lower so that two do not run into each other."""
    at, low = frame.x(mark.week), TOP + 34 + 22 * (index % 3)
    end = at > WIDTH * 0.8
    anchor = ' text-anchor="end"' if end else ""
    return (
        f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{INK}" stroke-dasharray="2 4"/>'
        f'<text x="{at + (-6 if end else 6):.1f}" y="{low}" font-size="17" fill="{INK}"'
        f"{anchor}>{escape(mark.text)}</text>"
    )


def _captions(captions: Sequence[Caption]) -> list[str]:
    """One sentence at a time, the last of which stays."""
    ordered = sorted(captions, key=lambda one: one.at)
    drawn = []
    for caption, after in zip_longest(ordered, ordered[1:]):
        heavy = ' font-weight="600"' if caption.strong else ""
        hidden = f'<set attributeName="visibility" to="hidden" begin="{after.at:.2f}s" fill="freeze"/>' if after else ""
        drawn.append(
            f'<text x="{LEFT}" y="{HEIGHT + CAPTION / 2:.0f}" font-size="21" fill="{INK}"{heavy} visibility="hidden">'
            f"{escape(caption.text)}"
            f'<set attributeName="visibility" to="visible" begin="{caption.at:.2f}s" fill="freeze"/>{hidden}</text>'
        )
    return drawn


def _legend(lines: Sequence[Line]) -> Markup:
    """What the lines are, where there are several."""
    if len(lines) < 2:
        return Markup("")
    items = Markup("").join(
        Markup(
            '<li><svg class="key" viewBox="0 0 36 10" aria-hidden="true"><line x1="0" x2="36" y1="5" y2="5" '
            'stroke="{colour}" stroke-width="4"{dash}/></svg>{label}</li>'
        ).format(
            colour=COLOURS[index % 3],
            dash=Markup(' stroke-dasharray="{}"').format(DASHES[index % 3]) if DASHES[index % 3] else "",
            label=line.label,
        )
        for index, line in enumerate(lines)
    )
    return Markup('<ul class="keys">{}</ul>').format(items)


def histogram(title: str, values: Sequence[float], own: float, own_text: str, axis: str, language: str) -> Markup:
    """How often each tenth of a share came, with the room's own marked."""
    counts = [0] * 10
    for value in values:
        counts[min(9, math.floor(10 * value + 1e-9))] += 1
    most = max((*counts, 1))
    step = (WIDTH - LEFT - RIGHT) / 10
    bars, mine = [], min(9, math.floor(10 * own + 1e-9))
    for index, count in enumerate(counts):
        height = (HEIGHT - TOP - BOTTOM - 30) * count / most
        left = LEFT + step * index
        bars.append(
            f'<rect x="{left + 3:.1f}" y="{HEIGHT - BOTTOM - height:.1f}" width="{step - 6:.1f}" height="{height:.1f}" '
            f'fill="{RIVAL if index == mine else ACCENT}"/>'
            f'<text x="{left + step / 2:.1f}" y="{HEIGHT - BOTTOM - height - 6:.1f}" text-anchor="middle" '
            f'font-size="17" fill="{INK}">{count or ""}</text>'
        )
    ends = "".join(
        f'<text x="{LEFT + step * index:.1f}" y="{HEIGHT - 14}" text-anchor="middle" font-size="17" fill="{QUIET}">'
        f"{escape(percent(index / 10, language))}</text>"
        for index in range(0, 11, 2)
    )
    own_at = LEFT + step * (mine + 0.5)
    anchor = "end" if mine > 6 else "start" if mine < 3 else "middle"
    return Markup(
        f'<svg class="picture" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'{"".join(bars)}{ends}<text x="{own_at:.1f}" y="{TOP}" text-anchor="{anchor}" font-size="19" '
        f'font-weight="600" fill="{INK}">{escape(own_text)}</text></svg>'
        f'<p class="axis">{escape(axis)}</p>'
    )


@dataclass(frozen=True)
class Bar:
    """A row of a bar chart: its label, a share of the longest, what is said beside it, and whether it is the room's."""

    label: str
    share: float
    text: str
    own: bool = False


def bars(rows: Sequence[Bar]) -> Markup:
    """Bars one below the other, as a list whose numbers are text."""
    drawn = []
    for row in rows:
        width = round(100 * max(0.0, min(1.0, row.share)), 1)
        drawn.append(
            Markup(
                '<li class="level"><span class="level-label">{label}</span>'
                '<svg class="level-line" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
                '<rect x="0" y="0" height="10" width="100" fill="{faint}"/>'
                '<rect x="0" y="0" height="10" width="{width}" fill="{colour}"/></svg>'
                '<span class="level-text">{text}</span></li>'
            ).format(label=row.label, faint="#eef1f4", width=width, colour=RIVAL if row.own else ACCENT, text=row.text)
        )
    return Markup('<ul class="levels">{}</ul>').format(Markup("").join(drawn))
