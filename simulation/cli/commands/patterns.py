"""``synergy patterns``: measure the patterns that the model must show."""

import argparse
from pathlib import Path

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE, REFUSED
from simulation.cli.work import ProgressBar, prepare
from simulation.text.characters import visible
from simulation.text.i18n import say


def arguments(builder: Arguments) -> None:
    """How many worlds, and the document that is written or checked."""
    command = builder.command("patterns")
    builder.worlds(command, 200, least=2)
    out = Path("docs/patterns.md")
    command.add_argument(
        "--out", type=builder.path, default=out, metavar="FILE", help=builder.help_text("patterns_out")
    )
    command.add_argument("--check", type=builder.path, metavar="FILE", help=builder.help_text("patterns_check"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Measure the patterns."""
    from simulation.analysis.patterns import document, measure
    from simulation.report.files import check_file, put, read

    if args.check is None:
        check_file(args.out)
    before = None if args.check is None else read(args.check)
    prepare(language)
    with ProgressBar(language) as progress:
        written = document(measure(args.worlds, args.jobs, progress)).encode()
    if before is None:
        put(args.out, written)
        print(say("cli.wrote", language, path=visible(str(args.out))))
        return FINE
    same = before.replace(b"\r\n", b"\n") == written
    print(say("cli.patterns_same" if same else "cli.patterns_differ", language, path=visible(str(args.check))))
    return FINE if same else REFUSED
