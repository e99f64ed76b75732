"""``synergy survey``: what answers to a survey say of departments, as traits that a study can be given."""

import argparse
from typing import Any

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.work import ProgressBar, check_new, prepare, put_study
from simulation.text.characters import visible
from simulation.text.i18n import say

DEFAULT_WORLDS = 100


def arguments(builder: Arguments) -> None:
    """The answers, the mapping, the study, and what is to be written or tried."""
    command = builder.command("survey", None)
    command.add_argument("answers", type=builder.file, metavar="ANSWERS", help=builder.help_text("answers"))
    command.add_argument("mapping", type=builder.file, metavar="MAPPING", help=builder.help_text("mapping"))
    builder.study_option(command)
    command.add_argument("--out", type=builder.path, metavar="STUDY", help=builder.help_text("survey_out"))
    command.add_argument("--pair", type=builder.text, metavar="A,B", help=builder.help_text("survey_pair"))
    outcome = builder.help_text("outcome")
    command.add_argument("--outcome", type=builder.text, default="reach", metavar="NAME", help=outcome)
    builder.worlds(command, DEFAULT_WORLDS, least=2)
    builder.luck(command)


def execute(args: argparse.Namespace, language: str) -> int:
    """Read the answers, print what they say, and write or try what was asked for."""
    from simulation.report.answers import notes, replaced, table
    from simulation.report.table import columns, wrapped
    from simulation.study.sources.answers import read_answers, with_answers
    from simulation.study.sources.files import load, load_data

    if args.out:
        check_new(args.out)
    study = load(args.file)
    pair = pair_of(args.pair) if args.pair else None
    if pair:
        study.select(pair)
    answers = read_answers(args.answers, args.mapping, study.organisation)
    width = columns()
    print(table(answers, study.organisation, language, width), "", sep="\n")
    told = [*notes(answers, language), *replaced(answers, study.organisation, language)]
    print(*(part for line in told for part in wrapped(line, width)), sep="\n")
    data = with_answers(load_data(args.file), answers)
    if args.out:
        put_study(args.out, data, say("survey.written_of", language, answers=visible(args.answers)), language)
    if pair:
        _try(args, pair, data, language)
    return FINE


def pair_of(given: str) -> tuple[str, str]:
    """The two scenarios of ``A,B``; raises :class:`~simulation.study.errors.InputRefused` for anything else."""
    from simulation.study.errors import InputRefused, problem, shown

    first, comma, second = (part.strip() for part in given.partition(","))
    if not (first and comma and second):
        raise InputRefused([problem("no_pair", given=shown(given))])
    return first, second


def _try(args: argparse.Namespace, pair: tuple[str, str], data: dict[str, Any], language: str) -> None:
    """Print which further answers could change the verdict on a pair of scenarios."""
    from simulation.analysis.further import further, trial
    from simulation.report.answers import further_lines
    from simulation.report.table import columns, wrapped
    from simulation.study.sources.files import parse, study_yaml

    study = parse(study_yaml(data))
    how = {"worlds": args.worlds, "seed": args.seed, "mode": args.parameters, "threads": args.jobs}
    asked = trial(study, pair, args.outcome, **how)
    prepare(language)
    verdict = asked.verdict()
    with ProgressBar(language) as progress:
        tried = list(further(asked, progress))
    lines = further_lines(verdict, tried, study, language)
    print("", *(part for line in lines for part in wrapped(line, columns())), sep="\n")
