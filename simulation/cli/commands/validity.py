"""``synergy validity``: hold the model against regularities from outside, and take it apart."""

import argparse
from pathlib import Path

from simulation.cli.arguments import MOST_WORLDS, Arguments
from simulation.cli.codes import FINE, REFUSED
from simulation.cli.work import ProgressBar, prepare
from simulation.text.characters import visible
from simulation.text.i18n import say

WORLDS, SEED, LEAST = 2048, 1, 8


def arguments(builder: Arguments) -> None:
    """How many worlds, which luck, and the document that is written or checked."""
    command = builder.command("validity")
    builder.worlds(command, WORLDS, least=LEAST)
    command.add_argument("--seed", type=builder.count(0, 2**63 - 1), default=SEED, help=builder.help_text("seed"))
    out = Path("docs/validity.md")
    command.add_argument(
        "--out", type=builder.path, default=out, metavar="FILE", help=builder.help_text("validity_out")
    )
    command.add_argument("--check", type=builder.path, metavar="FILE", help=builder.help_text("validity_check"))
    command.set_defaults(worlds=None, seed=None)  # left out, a check takes those that the file names


def execute(args: argparse.Namespace, language: str) -> int:
    """Measure, and write or check."""
    from simulation.analysis.validity.document import document, made_for
    from simulation.analysis.validity.measured import measure
    from simulation.report.files import check_file, put, read

    if args.check is None:
        check_file(args.out)
    before = None if args.check is None else read(args.check)
    worlds, seed = _as_asked(args, None if before is None else made_for(before.decode(errors="replace")))
    prepare(language)
    with ProgressBar(language) as progress:
        written = document(measure(worlds, seed, args.jobs, progress)).encode()
    if before is None:
        put(args.out, written)
        print(say("cli.wrote", language, path=visible(str(args.out))))
        return FINE
    same = before.replace(b"\r\n", b"\n") == written
    print(say("cli.patterns_same" if same else "cli.validity_differ", language, path=visible(str(args.check))))
    return FINE if same else REFUSED


def _as_asked(args: argparse.Namespace, named: tuple[int, int] | None) -> tuple[int, int]:
    """Worlds and seed: as given, else as the file names them, else the usual ones."""
    worlds, seed = named or (WORLDS, SEED)
    sound = LEAST <= worlds <= MOST_WORLDS and seed < 2**63
    worlds, seed = (worlds, seed) if sound else (WORLDS, SEED)
    return (worlds if args.worlds is None else args.worlds, seed if args.seed is None else args.seed)
