"""``synergy check``: say what is wrong with a study or a lesson, or that nothing is."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.work import prepare
from simulation.text.characters import visible
from simulation.text.i18n import say

if TYPE_CHECKING:
    from simulation.study.organisation import Label


def arguments(builder: Arguments) -> None:
    """A file, with changes."""
    builder.command("check", "needed")


def execute(args: argparse.Namespace, language: str) -> int:
    """Check a file."""
    from simulation.study.errors import InputRefused
    from simulation.study.parameters import PARAMETERS
    from simulation.study.remarks import texts_of
    from simulation.study.sources.files import is_tables, load, parse, text_of

    in_tables = is_tables(args.file)
    text = "" if in_tables else text_of(args.file)
    try:
        study = load(args.file, tuple(args.set)) if in_tables else parse(text, args.file, tuple(args.set))
    except InputRefused as refused:
        if any(problem.key == "is_a_lesson" for problem in refused.problems):
            return _check_lesson(args, text, language)
        raise
    from_file = len(study.scenarios[0].parameters)
    counts = {
        "departments": len(study.organisation.departments),
        "scenarios": len(study.scenarios),
        "horizon": study.horizon,
        "given": from_file,
        "assumed": len(PARAMETERS) - from_file,
    }
    print(say("cli.check_ok", language, file=visible(args.file), **counts))
    for remark in study.remarks:
        print(visible(remark.told(language)))
    _hint_language(texts_of(study), language)
    return FINE


def _check_lesson(args: argparse.Namespace, text: str, language: str) -> int:
    """Check a lesson's file, and count in how many worlds each of its options holds."""
    from simulation.engine.ensemble import run_worlds
    from simulation.lesson.answers import answers_of
    from simulation.lesson.source import read_lesson
    from simulation.study.errors import InputRefused, problem, shown

    if args.set:
        raise InputRefused([problem("set_of_lesson", given=shown(args.set[0]), file=shown(args.file, 200))])
    checked = read_lesson(args.file, text)
    worlds = checked.lesson.worlds
    prepare(language)
    lines = [
        say("cli.lesson_ok", language, file=visible(args.file), chapters=len(checked.lesson.chapters), worlds=worlds)
    ]
    for chapter in checked.lesson.chapters:
        if chapter.package:
            lines.append(say("cli.lesson_package", language, name=chapter.name))
            continue
        answers = answers_of(
            chapter, run_worlds(checked.study.select(chapter.scenarios), worlds, checked.lesson.seed, weekly=True)
        )
        counts = ", ".join(f"{chr(ord('A') + index)} {count}" for index, count in enumerate(answers.counts))
        lines.append(say("cli.lesson_chapter", language, name=chapter.name, counts=counts))
        for key, count in zip(("cli.lesson_none", "cli.lesson_several"), answers.unclear, strict=True):
            if count:
                lines.append(say(key, language, n=count, worlds=worlds))
    print("\n".join(lines))
    _hint_language(checked.lesson.texts, language)
    return FINE


def _hint_language(texts: Iterable["Label"], language: str) -> None:
    """Say that some of a file's texts are not in the reader's language, if so."""
    from simulation.study.remarks import untranslated

    remark = untranslated(texts, language)
    if remark is not None:
        print(visible(remark.told(language)))
