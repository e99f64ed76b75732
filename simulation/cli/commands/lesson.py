"""``synergy lesson``: print the run sheet of a session, or make a copy of a lesson to change."""

import argparse
from pathlib import Path

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.work import prepare
from simulation.text.characters import visible
from simulation.text.i18n import say

MINUTES = 75
SHORTEST, LONGEST = 10, 600
"""The shortest and the longest session, in minutes."""


def arguments(builder: Arguments) -> None:
    """A lesson, how long the session is, and what is written."""
    command = builder.command("lesson", None)
    command.add_argument("file", nargs="?", type=builder.file, metavar="FILE", help=builder.help_text("lesson_file"))
    command.add_argument(
        "--minutes",
        type=builder.count(SHORTEST, LONGEST),
        default=MINUTES,
        metavar="N",
        help=builder.help_text("minutes", default=MINUTES),
    )
    command.add_argument("--out", type=builder.path, metavar="PAGE", help=builder.help_text("sheet_out"))
    command.add_argument("--copy", type=builder.path, metavar="LESSON", help=builder.help_text("lesson_copy"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Make the copy, or the run sheet."""
    if args.copy:
        return _copy(args.file, args.copy, language)
    return _sheet(args.file, args.minutes, args.out, language)


def _check_new(path: Path, endings: tuple[str, ...], key: str) -> None:
    """Refuse to write over a file, or to one of another ending."""
    from simulation.study.errors import InputRefused, problem, shown

    if path.suffix.lower() not in endings:
        raise InputRefused([problem(key, given=shown(str(path), 200))])
    if path.exists():
        raise InputRefused([problem("is_there", given=shown(str(path), 200))])


def _copy(source: str | None, path: Path, language: str) -> int:
    """Write a lesson as it stands, comments and all, to a new file."""
    from simulation.lesson.source import lesson_text, read_lesson, shipped
    from simulation.report.files import put_each

    _check_new(path, (".yaml", ".yml"), "lesson_ending")
    source = source or shipped()
    text = lesson_text(source)
    read_lesson(source, text)  # what is copied is in order
    put_each({path: text.encode()})
    print(say("cli.wrote", language, path=visible(str(path))))
    return FINE


def _sheet(source: str | None, minutes: int, out: Path | None, language: str) -> int:
    """Print the run sheet, or write it as a page."""
    from simulation.engine.ensemble import run_worlds
    from simulation.lesson.answers import answers_of
    from simulation.lesson.runsheet import planned
    from simulation.lesson.sheet import as_page, as_text
    from simulation.lesson.source import read_lesson
    from simulation.report.files import put_each
    from simulation.report.table import columns

    if out:
        _check_new(out, (".html", ".htm"), "page_ending")
    read = read_lesson(source)
    prepare(language)
    counted = {}
    for place in planned(read.lesson, minutes):
        chapter = read.lesson.chapters[place]
        if chapter.options:
            study = read.study.select(chapter.scenarios)
            counted[place] = answers_of(chapter, run_worlds(study, read.lesson.worlds, read.lesson.seed, weekly=True))
    if out is None:
        print(*map(visible_line, as_text(read.lesson, minutes, counted, language, columns())), sep="\n")
        return FINE
    put_each({out: as_page(read.lesson, minutes, counted, language).encode()})
    print(say("cli.wrote", language, path=visible(str(out))))
    return FINE


def visible_line(line: str) -> str:
    """A line of a sheet, in which nothing is hidden: what a file says may hold anything."""
    return visible(line, len(line) * 8)
