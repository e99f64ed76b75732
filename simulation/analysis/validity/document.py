"""``docs/validity.md``: what was measured, in words and tables."""

import math
import re
import textwrap
from collections.abc import Iterable, Sequence

from simulation import __version__
from simulation.analysis.patterns import PATTERNS
from simulation.analysis.validity import examined as ex
from simulation.analysis.validity import prose
from simulation.analysis.validity.examined import Examined, Halved, Moved
from simulation.analysis.validity.knockouts import HELD, KNOCK_OUTS, RANKED, KnockedOut, Ranking
from simulation.analysis.validity.measured import Measured, Row
from simulation.analysis.validity.readings import MIX
from simulation.analysis.validity.regularities import VERDICTS, Band, references

KINDS = (
    ("outcome", "Outcome checks", "what the model does, and was not made to do"),
    ("input", "Input checks", "a parameter's default or range, whatever the model makes of it"),
    ("built in", "Built in", "a parameter was set by the number, or the model's specification names it: no evidence"),
    ("loose", "Loose", "an analogy only; not counted"),
)
ALIKE = 0.95
"""A τ from which two rankings are as good as the same."""
MADE_FOR = re.compile(r"synergy \S+, seed (\d+), (\d+) worlds")


def document(measured: Measured) -> str:
    """``docs/validity.md``."""
    few = measured.knocked.worlds
    mix = _wrapped(f"`{name}`" for name in MIX)
    parts = [
        prose.HEAD.format(version=__version__, seed=measured.seed, worlds=measured.worlds, few=few, mix=mix),
        _counts(measured.rows),
        _missed(measured.rows),
        *(_table(kind, title, meaning, measured.rows) for kind, title, meaning in KINDS),
        _nulls(measured),
        _knocked(measured.knocked),
        _interdependence(measured.examined),
        _packages(measured.examined),
        _size(measured.examined),
        _partition(measured.examined),
        _horizons(measured.examined),
        _luck(measured.examined),
        _patterns(measured.knocked),
        _row_by_row(measured.rows),
        prose.REFERENCES.format(listed="\n".join(f"- {reference}" for reference in references())),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def made_for(text: str) -> tuple[int, int] | None:
    """The worlds and the seed that a written document names; None if it names none.

    >>> made_for("synergy 1.0, seed 7, 2048 worlds over")
    (2048, 7)
    """
    header = MADE_FOR.search(text)
    return (int(header[2]), int(header[1])) if header else None


def said(value: float, digits: int = 2) -> str:
    """A number in a table.

    >>> said(-0.126), said(1234.5, 0), said(math.nan)
    ('−0.13', '1\u202f234', '–')
    """
    if math.isnan(value):
        return "–"
    written = f"{value:,.{digits}f}".replace("-", "−").replace(",", "\u202f")
    return written.removeprefix("−") if not re.search("[1-9]", written) else written


def _wrapped(names: Iterable[str], by: str = ", ") -> str:
    """A list, on lines of a length that one reads."""
    return textwrap.fill(by.join(names), 110, break_on_hyphens=False).replace("\n", "\n  " if by == ", " else "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """A Markdown table, the last ``numbers`` columns to the right."""
    marks = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    lines = [head, marks, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


# --- the table -----------------------------------------------------------------------------------------


def _of(kind: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of a kind, the worst first."""
    return sorted((row for row in rows if row.regularity.kind == kind), key=lambda row: VERDICTS.index(row.verdict))


def _counts(rows: Iterable[Row]) -> str:
    """How many hits, nears and misses there are, by kind."""
    lines = []
    for kind, title, meaning in KINDS[:3]:
        verdicts = [row.verdict for row in _of(kind, rows)]
        lines.append(
            [f"**{title}**: {meaning}", *(str(verdicts.count(kind)) for kind in ("hit", "near", "miss", "no verdict"))]
        )
    return "## In short\n\n" + table(("", "hit", "near", "miss", "no verdict"), lines, 4)


def _missed(rows: Sequence[Row]) -> str:
    """The misses in plain words, then what is only near."""
    parts = ["## What the model misses\n"]
    for verdict, title in (("miss", ""), ("near", "\nNear, and on which side:\n")):
        chosen = [row for kind, _, _ in KINDS[:3] for row in _of(kind, rows) if row.verdict == verdict]
        if chosen and title:
            parts.append(title)
        parts += [_in_words(row) for row in chosen] or (["Nothing."] if verdict == "miss" else [])
    return "\n".join(parts) + "\n"


def _in_words(row: Row) -> str:
    """One row: what the world shows, what the model does."""
    known, kind = row.regularity, row.regularity.kind
    note = "" if kind == "outcome" else f" ({kind})"
    meaning = known.meaning(row.figure)
    beside = f" Beside it: {row.figure.beside}." if row.figure.beside and row.verdict == "miss" else ""
    figures = f"Model: {_figure(row)}; a hit would be {_bands(known.bands)}."
    return f"- **{known.key}**{note}: {known.sentence} *{meaning[0].upper()}{meaning[1:]}.* {figures}{beside}"


def _figure(row: Row) -> str:
    """The model's figure."""
    bands = row.regularity.bands
    digits = [band.digits for band in bands] or [2]
    return " and ".join(said(value, places) for value, places in zip(row.figure.values, digits, strict=True))


def _bands(bands: Iterable[Band], which: str = "hit") -> str:
    """Bands in words."""
    return (
        "; ".join(
            f"{band.label} {said(getattr(band, which)[0], band.digits)} to {said(getattr(band, which)[1], band.digits)}"
            for band in bands
        )
        or "none"
    )


def _table(kind: str, title: str, meaning: str, rows: Iterable[Row]) -> str:
    """The table of one kind, misses first."""
    lines = [
        (
            f"[{row.regularity.key}](#{row.regularity.key})",
            row.regularity.sentence,
            row.regularity.grade,
            _figure(row),
            _bands(row.regularity.bands),
            _bands(row.regularity.bands, "near"),
            f"**{row.verdict}**",
        )
        for row in _of(kind, rows)
    ]
    head = ("", "regularity", "known", "model", "hit", "near", "")
    return (
        f"## {title}\n\n{meaning[0].upper()}{meaning[1:]}. The published numbers stand [below](#row-by-row).\n\n"
        + table(head, lines)
    )


def _row_by_row(rows: Iterable[Row]) -> str:
    """What is known of every row."""
    parts = ["## Row by row\n"]
    for row in rows:
        known = row.regularity
        beside = f"; beside it: {row.figure.beside}" if row.figure.beside else ""
        parts += [
            f"### {known.key}\n",
            f"{known.sentence} *{known.group}; {known.kind}.*\n",
            f"- **Number**: {known.number}",
            f"- **Reference**: {known.reference}",
            f"- **Where it was read** ({known.grade}): {known.where}",
            f"- **In the model**: {known.reading}",
            f"- **Figure**: {_figure(row)}{beside}",
            f"- **Bands**: hit {_bands(known.bands)}; near {_bands(known.bands, 'near')}. {known.why}",
            f"- **Verdict**: {row.verdict}\n",
        ]
    return "\n".join(parts)


# --- null models and knock-outs ------------------------------------------------------------------------


def _nulls(measured: Measured) -> str:
    """How well something simple orders scenarios."""
    lines = [
        (f"{model.sentence}, {what}", *(said(tau) for tau in model.taus))
        for what, models in measured.nulls
        for model in models
    ]
    head = ("ordered by", *(f"`{name}`" for name in RANKED))
    return prose.NULLS.format(table=table(head, lines, 3))


def _knocked(knocked: KnockedOut) -> str:
    """What becomes of ranking and patterns without each mechanism."""
    full = knocked.names.index("full")
    lines = []
    for one, after in zip(KNOCK_OUTS, knocked.without, strict=True):
        progress, _, lasting = knocked.whole.tau(after)
        row = (said(progress), said(lasting), said(after.means["lasting_adoption"][full]))
        fall, rise = knocked.whole.fallen(after), after.fallen(knocked.whole)
        lines.append(
            (one.mechanism, one.how, _shares(fall, knocked.whole, after), _shares(rise, knocked.whole, after), *row)
        )
    whole = knocked.whole.means["lasting_adoption"][full]
    head = (
        "mechanism",
        "neutralised by",
        "patterns that fall",
        "that come to hold",
        "τ progress",
        "τ lasting",
        "`full` keeps",
    )
    written = {"table": table(head, lines, 3), "idle": _idle(knocked)}
    return prose.KNOCKED.format(whole=said(whole), held=HELD, **written)


def _shares(numbers: Iterable[str], before: Ranking, after: Ranking) -> str:
    """Patterns, each with its share of worlds before and after."""
    return (
        "; ".join(f"{number} ({said(before.patterns[number])} → {said(after.patterns[number])})" for number in numbers)
        or "–"
    )


def _idle(knocked: KnockedOut) -> str:
    """Which mechanisms the answers can do without."""
    idle = [
        one.mechanism
        for one, after in zip(KNOCK_OUTS, knocked.without, strict=True)
        if min(knocked.whole.tau(after)) >= 0.95 and not knocked.whole.fallen(after) and not after.fallen(knocked.whole)
    ]
    return prose.IDLE.format(least=ALIKE, names=_wrapped(idle, "; ")) if idle else prose.NONE_IDLE


def _patterns(knocked: KnockedOut) -> str:
    """The pattern shares."""
    lines = [
        (
            pattern.number,
            "T" if pattern.tuned else "F",
            pattern.sentence,
            said(knocked.by_defaults.patterns[pattern.number]),
            said(knocked.whole.patterns[pattern.number]),
        )
        for pattern in PATTERNS
    ]
    return prose.PATTERNS.format(table=table(("#", "", "pattern", "defaults", "ranges"), lines, 2))


# --- examined ------------------------------------------------------------------------------------------


def _interdependence(found: Examined) -> str:
    """What bringing departments together is worth, by how much they need each other."""
    lines = [
        (f"× {row.factor:g}", said(row.lasting), said(row.team, 3), said(row.chain, 3)) for row in found.interdependence
    ]
    head = ("all interdependence (at most 1)", "`full` keeps", "gain of the team", "gain of consulting the chain")
    return prose.INTERDEPENDENCE.format(table=table(head, lines, 3))


def _packages(found: Examined) -> str:
    """What each measure is worth."""
    packages = found.packages
    lines = [
        (name, said(packages.gains["progress_104"][name], 3), said(packages.gains[ex.RANKED_BY][name], 3))
        for name in packages.gains[ex.RANKED_BY]
    ]
    ends = [packages.ends[outcome] for outcome in ("progress_104", ex.RANKED_BY)]
    whole = [said(last - first, 3) for first, last in ends]
    lines.append(("all six", whole[0], whole[1]))
    best = "\n".join(
        f"{place}. {name.replace('+', ', ')}: {said(kept, 3)}" for place, (name, kept) in enumerate(packages.best, 1)
    )
    head = ("measure", "`progress_104`", "`lasting_adoption`")
    count = len(packages.runs.study.names)
    return prose.PACKAGES.format(count=count, table=table(head, lines, 2), best=best)


def _moves(rows: Iterable[Moved]) -> list[tuple[str, ...]]:
    """Rows of a table: before and after."""
    return [
        (
            f"`{row.scenario}`",
            *(f"{said(early)} → {said(late)}" for early, late in zip(row.before, row.after, strict=True)),
            said(row.most, 3),
        )
        for row in rows
    ]


MOVES = ("", *(f"`{name}`" for name in ex.MOVED), "largest move")


def _size(found: Examined) -> str:
    """What size does."""
    return prose.SIZE.format(
        alone=table(MOVES, _moves(found.size_alone), 4), everything=table(MOVES, _moves(found.size_everything), 4)
    )


def _partition(found: Examined) -> str:
    """What drawing a department as two does."""
    parts = [prose.PARTITION]
    for halved in found.partition:
        lines = [
            (
                words,
                *(
                    f"{said(late - early, 3)}"
                    for row in rows
                    for early, late in zip(row.before, row.after, strict=True)
                ),
            )
            for words, rows in halved.rows.items()
        ]
        head = ("", *(f"`{row.scenario}` {name.split('_')[0]}" for row in halved.rows["as it is"] for name in ex.MOVED))
        parts.append(
            f"{halved.department} in two:\n\n" + table(head, lines, len(head) - 1) + "\n" + _who(halved) + "\n"
        )
    return "\n".join(parts)


def _who(halved: Halved) -> str:
    """Which equation makes a split count."""
    moved = ex.worst(halved, "as it is")
    if moved <= ex.MUCH:
        return f"The largest move is {said(moved, 3)}: no more than {ex.MUCH:g}, so no equation needs to be named."
    halving = [words for words in ex.culprits(halved) if ex.worst(halved, words) < moved / 2.0]
    if not halving:
        return f"The largest move is {said(moved, 3)}, and none of these alone takes away half of it."
    named = "; ".join(f"{words} ({said(ex.worst(halved, words), 3)})" for words in halving)
    return f"The largest move is {said(moved, 3)}. It is less than half of that with: {named}."


def _horizons(found: Examined) -> str:
    """What looking further ahead does."""
    lines = [
        (
            str(row.weeks),
            said(row.tau[0]),
            said(row.tau[1]),
            f"`{row.best}`",
            str(row.pay),
            *(f"{said(kept)}; {said(value / 1000, 0)}" for kept, value in zip(row.lasting, row.values, strict=True)),
        )
        for row in found.horizons
    ]
    head = ("weeks", "τ lasting", "τ value", "best by value", "that pay", *(f"`{name}`" for name in ex.VALUED))
    return prose.HORIZON.format(table=table(head, lines, len(head) - 1))


def _luck(found: Examined) -> str:
    """What luck does."""
    lucky = found.luck
    lines = [
        (f"`{name}`", *(" · ".join(said(week, 0) for week in weeks) for weeks in both), said(lucky.lasts[name]))
        for name, both in lucky.weeks.items()
    ]
    head = ("", "go-live, 5 · 50 · 95 %", "the same, all carried out as decided (`fid` 1)", "lasting")
    shares = ", ".join(f"`{name}` {said(share)}" for name, share in lucky.shares.items())
    return prose.LUCK.format(
        never=found.packages.runs.study.horizon + 1,
        table=table(head, lines, 3),
        points=ex.POINTS,
        repeats=ex.REPEATS,
        shares=shares,
    )
