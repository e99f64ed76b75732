"""``synergy template``: write a workbook to be filled in."""

import argparse
from pathlib import Path

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.text.characters import visible
from simulation.text.i18n import say


def arguments(builder: Arguments) -> None:
    """A workbook to write, and the study that it begins with."""
    command = builder.command("template", None)
    command.add_argument("workbook", metavar="WORKBOOK", type=builder.path, help=builder.help_text("workbook"))
    command.add_argument(
        "--from", dest="file", default="case", metavar="FILE", type=builder.file, help=builder.help_text("from")
    )


def execute(args: argparse.Namespace, language: str) -> int:
    """Write the workbook."""
    from simulation.report.files import put_each
    from simulation.study.errors import InputRefused, problem, shown
    from simulation.study.sources.files import load_data
    from simulation.study.sources.workbook import ENDING, workbook

    path: Path = args.workbook
    if path.suffix.lower() != ENDING:
        raise InputRefused([problem("template_ending", given=shown(str(path), 200))])
    if path.exists():
        raise InputRefused([problem("is_there", given=shown(str(path), 200))])
    put_each({path: workbook(load_data(args.file), language)})
    print(say("cli.wrote", language, path=visible(str(path))))
    return FINE
