"""A run sheet for whoever leads a session: what comes when, what to ask, what the model says, and the notes.

:func:`sections` gives it as plain data, :func:`as_text` for a terminal, :func:`as_page` as one HTML page that needs
nothing else and prints well.
"""

import html
from collections.abc import Mapping
from dataclasses import dataclass

from simulation.lesson.answers import Answers, agreement
from simulation.lesson.form import Chapter, Lesson
from simulation.lesson.judged import LETTERS, built_in, of_100
from simulation.lesson.runsheet import Entry, planned, run_sheet
from simulation.report.table import wrapped
from simulation.text.i18n import say

AGREES = {
    "agrees": "lesson.sheet_agrees",
    "divided": "lesson.sheet_divided",
    "disagrees": "lesson.sheet_disagrees",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a session: when (minutes from its beginning), what, and under it lines, each with its label or none."""

    begin: int
    end: int
    title: str
    lines: tuple[tuple[str, str], ...]

    @property
    def when(self) -> str:
        """From which minute to which."""
        return f"{self.begin}–{self.end}"


def heading(lesson: Lesson, minutes: int, language: str) -> str:
    """The lesson, how long the session is, and how many chapters it has."""
    chapters = len(planned(lesson, minutes))
    return say("lesson.sheet", language, title=lesson.title.in_(language), minutes=minutes, chapters=chapters)


def sections(lesson: Lesson, minutes: int, counted: Mapping[int, Answers], language: str) -> list[Section]:
    """The parts of a session; ``counted`` has the model's answers of each chapter that asks, by its place."""
    return [_section(lesson, entry, counted, language) for entry in run_sheet(lesson, minutes)]


def _section(lesson: Lesson, entry: Entry, counted: Mapping[int, Answers], language: str) -> Section:
    """One part."""
    if isinstance(entry.part, str):
        title, line = (say(f"lesson.sheet_{entry.part}{end}", language) for end in ("", "_how"))
        return Section(entry.begin, entry.end, title, (("", line),))
    chapter = lesson.chapters[entry.part]
    title = f"{entry.part + 1}. {chapter.title.in_(language)}"
    return Section(entry.begin, entry.end, title, tuple(_lines(chapter, counted.get(entry.part), language)))


def _lines(chapter: Chapter, answers: Answers | None, language: str) -> list[tuple[str, str]]:
    """What there is to know of a chapter while it is told."""
    lines = [(say("lesson.sheet_question", language), chapter.question.in_(language))]
    lines += [
        (LETTERS[index], _option(option.text.in_(language), answers, index, language))
        for index, option in enumerate(chapter.options)
    ]
    if chapter.claim and answers:
        verdict = AGREES.get(agreement(chapter, answers))
        claim = chapter.claim.in_(language)
        lines.append((say("lesson.sheet_claim", language), f"{claim} {say(verdict, language)}" if verdict else claim))
    if chapter.because:
        lines.append((say("lesson.because", language), chapter.because.in_(language)))
    if chapter.built_in:
        lines.append(("", built_in(chapter.built_in, language)))
    lines += [(say("lesson.sheet_ask", language), text.in_(language)) for text in chapter.debrief]
    return lines + [(say("lesson.sheet_note", language), text.in_(language)) for text in chapter.notes]


def _option(text: str, answers: Answers | None, option: int, language: str) -> str:
    """An option, with the worlds in which it holds once they have been counted."""
    if answers is None:
        return text
    n = of_100(answers.counts[option], answers.worlds, language)
    return say("lesson.sheet_option", language, text=text, n=n)


def as_text(lesson: Lesson, minutes: int, counted: Mapping[int, Answers], language: str, width: int = 100) -> list[str]:
    """The sheet as lines of at most so many columns, as far as words allow."""
    lines = [heading(lesson, minutes, language), ""]
    for section in sections(lesson, minutes, counted, language):
        lines += wrapped(f"{section.when:>7}  {section.title}", width)
        for label, text in section.lines:
            lines += wrapped(f"{'':9}{f'{label}: ' if label else ''}{text}", width)
        lines.append("")
    return [*lines, *wrapped(say("lesson.note", language), width)]


STYLE = (
    "body{font:16px/1.45 system-ui,sans-serif;color:#1c2733;max-width:50em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.6em}section{display:grid;grid-template-columns:5em 1fr;gap:0 1em;border-top:1px solid #d5dbe1;"
    "padding:.6em 0;break-inside:avoid}h2{font-size:1.1em;margin:0 0 .2em}time{color:#0a4f82;font-weight:650;"
    "font-variant-numeric:tabular-nums}p{margin:.15em 0}b{color:#4b5a68;font-weight:600}footer{color:#7a4b00;"
    "margin-top:1.5em}"
)


def as_page(lesson: Lesson, minutes: int, counted: Mapping[int, Answers], language: str) -> str:
    """The sheet as one HTML page."""
    title = html.escape(heading(lesson, minutes, language))
    parts = []
    for section in sections(lesson, minutes, counted, language):
        rows = "".join(
            f"<p>{f'<b>{html.escape(label)}:</b> ' if label else ''}{html.escape(text)}</p>"
            for label, text in section.lines
        )
        body = f"<div><h2>{html.escape(section.title)}</h2>{rows}</div>"
        parts.append(f"<section><time>{section.when}</time>{body}</section>")
    note = html.escape(say("lesson.note", language))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>'
        f"{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{''.join(parts)}"
        f"<footer>{note}</footer></body></html>\n"
    )
