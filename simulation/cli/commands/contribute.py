"""``synergy contribute``: what each measure of a scenario contributes to an outcome."""

import argparse
import logging
import shlex
from typing import TYPE_CHECKING

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.commands.compare import MOST_POINT, Swept, loaded, sweep_in
from simulation.cli.work import ProgressBar, prepare
from simulation.text.characters import visible
from simulation.text.i18n import say

if TYPE_CHECKING:
    from simulation.analysis.contributions import Contributions, Known
    from simulation.study.scenario import Study

DEFAULT_WORLDS = 200
WRITTEN = ("contributions.parquet", "contributions.json", "contributions.png", "contributions.svg")
"""The files of what is contributed."""


def arguments(builder: Arguments) -> None:
    """A scenario, an outcome, worlds, and where files are written."""
    command = builder.command("contribute", "optional")
    builder.scenario(command)
    outcome = builder.help_text("outcome")
    command.add_argument("--outcome", type=builder.text, default="reach", metavar="NAME", help=outcome)
    builder.worlds(command, DEFAULT_WORLDS, least=2)
    builder.luck(command)
    command.add_argument("--point", type=builder.count(0, MOST_POINT), metavar="N", help=builder.help_text("point"))
    command.add_argument("--out", type=builder.folder, metavar="DIR", help=builder.help_text("contribute_out"))
    builder.format(command)
    command.set_defaults(worlds=None)  # None: what there are in the folder of a sweep


def execute(args: argparse.Namespace, language: str) -> int:
    """Work out what each measure contributes, and print it."""
    from simulation.analysis.contributions import check, contributions
    from simulation.report.contributions import as_csv, as_json
    from simulation.report.files import check_folder

    swept = sweep_in(args, any_point=True)
    study = swept.study_at(args.point) if swept else loaded(args, DEFAULT_WORLDS)
    check(study, args.scenario, args.outcome)
    if args.out:
        check_folder(args.out, WRITTEN)
    known = _known(swept) if swept else None
    prepare(language)
    with ProgressBar(language) as progress:
        result = contributions(
            study, args.scenario, args.outcome, args.worlds, args.seed, args.parameters, args.jobs, progress, known
        )
    if args.out:
        _write(args, result, study, language)  # before printing, which fails if the reader has gone
    if args.format == "json":
        print(as_json(result, study, command_of(args), args.seed, args.parameters).decode())
    elif args.format == "csv":
        print(as_csv(result), end="")
    else:
        print(*_text(args, result, study, language), sep="\n")
        if args.out:
            print(say("cli.wrote", language, path=", ".join(visible(str(args.out / name)) for name in WRITTEN)))
    return FINE


def _known(swept: Swept) -> "Known":
    """What the folder of a sweep has of combinations of measures; whatever it lacks is run."""
    from simulation.sweep.stored import finder

    return finder(swept.folder, swept.plan, swept.worlds)


def command_of(args: argparse.Namespace) -> str:
    """The command that gives the same numbers."""
    words = ["synergy", "contribute", args.file, args.scenario, "--outcome", args.outcome]
    words += ["--point", str(args.point)] if args.point is not None else []
    words += ["--worlds", str(args.worlds), "--seed", str(args.seed), "--parameters", args.parameters]
    for change in args.set:
        words += ["--set", change]
    return shlex.join(words)


def _text(args: argparse.Namespace, result: "Contributions", study: "Study", language: str) -> list[str]:
    """What is printed for people: the answer, the table, the pairs, and how it was worked out."""
    from simulation.report.contributions import answer, how, notes, table, title
    from simulation.report.table import columns, wrapped

    width = columns()
    lines = [*wrapped(title(result, study, language), width), "", *wrapped(answer(result, language), width)]
    if result.worlds:
        lines += ["", table(result, language, width), ""]
        told = [*notes(result, language), *how(result, language), say("result.not_a_chance", language)]
        lines += [part for line in (*told, say("result.not_a_forecast", language)) for part in wrapped(line, width)]
    return [*lines, say("result.repeat", language, command=command_of(args))]


def _write(args: argparse.Namespace, result: "Contributions", study: "Study", language: str) -> None:
    """Put all files in place once all of them have been made."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that it finds no home for its cache is no news
    from simulation.report.contributions import as_json, parquet, picture
    from simulation.report.figures import encoded
    from simulation.report.files import put_all

    figure = picture(result, study, language)
    made = {
        "contributions.parquet": parquet(result, study, args.seed, args.parameters),
        "contributions.png": encoded(figure, "png"),
        "contributions.svg": encoded(figure, "svg"),
        "contributions.json": as_json(result, study, command_of(args), args.seed, args.parameters),
    }
    put_all(args.out, made)
