"""``synergy dashboard``: serve the pages."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from simulation.cli.arguments import Arguments

if TYPE_CHECKING:
    from simulation.lesson.source import Told

DEFAULT_PORT = 8765


def arguments(builder: Arguments) -> None:
    """Where it listens, who may come, and what it shows."""
    command = builder.command("dashboard", "optional", changes=False)
    command.add_argument(
        "--port", type=builder.count(1, 65535), default=DEFAULT_PORT, metavar="P", help=builder.help_text("port")
    )
    command.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=builder.help_text("host"))
    command.add_argument("--key", action="store_true", help=builder.help_text("key"))
    command.add_argument("--without-key", action="store_true", help=builder.help_text("without_key"))
    command.add_argument("--no-open", action="store_true", help=builder.help_text("no_open"))
    command.add_argument("--lesson", type=builder.file, metavar="FILE", help=builder.help_text("lesson_file"))

    def verify(args: argparse.Namespace) -> None:
        """Stop with exit code 2 if ``--key`` and ``--without-key`` are both given."""
        if args.key and args.without_key:
            command.error(builder.help_text("key_both"))

    command.set_defaults(verify=verify, file=None)


def execute(args: argparse.Namespace, language: str) -> int:
    """Serve the dashboard, of the file that is named, or else of SYNERGY_FILE, or else of the case."""
    from simulation.dashboard.serve import Where, serve
    from simulation.dashboard.state.settings import Settings
    from simulation.engine.kernel import compilation
    from simulation.study.sources.files import CASE, load_data

    file = args.file
    if file is None:
        file = os.environ.get("SYNERGY_FILE") or CASE
    data = load_data(file)  # so that mistakes are reported here, and not on every page
    compilation.check()
    lesson, material = _lesson(args.lesson)
    settings = Settings(file, lesson, language, data, material)
    with_key = None
    if args.key or args.without_key:
        with_key = args.key
    where = Where(args.host, args.port, with_key)
    return serve(where, settings, not args.no_open)


def _lesson(given: str | None) -> tuple[str | None, "Told | None"]:
    """The path of the lesson that is named, and what it holds; else the path in SYNERGY_LESSON, None for the case's.

    Raises :class:`~simulation.study.errors.InputRefused` if the lesson that is named is not in order.
    """
    from simulation.lesson.source import read_lesson

    if given is None:
        return os.environ.get("SYNERGY_LESSON") or None, None
    return str(Path(given).resolve()), read_lesson(given)
