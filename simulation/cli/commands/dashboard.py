"""``synergy dashboard``: serve the pages."""

import argparse
import os
from pathlib import Path

from simulation.cli.arguments import Arguments

DEFAULT_PORT = 8765


def arguments(words: Arguments) -> None:
    """Where it listens, who may come, and what it shows."""
    command = words.command("dashboard", "optional", changes=False)
    command.add_argument(
        "--port", type=words.count(1, 65535), default=DEFAULT_PORT, metavar="P", help=words.told("port")
    )
    command.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=words.told("host"))
    command.add_argument("--key", action="store_true", help=words.told("key"))
    command.add_argument("--without-key", action="store_true", help=words.told("without_key"))
    command.add_argument("--no-open", action="store_true", help=words.told("no_open"))
    command.add_argument("--lesson", type=words.file, metavar="FILE", help=words.told("lesson"))

    def verify(asked: argparse.Namespace) -> None:
        """Stop with exit code 2 if a key is asked for and refused."""
        if asked.key and asked.without_key:
            command.error(words.told("key_both"))

    command.set_defaults(verify=verify, file=None)


def execute(asked: argparse.Namespace, language: str) -> int:
    """Serve the dashboard, of the file that is named, or else of SYNERGY_FILE, or else of the case."""
    from simulation.dashboard.serve import Where, serve
    from simulation.dashboard.state.settings import Settings
    from simulation.engine.kernel import compilation
    from simulation.study.sources.files import CASE, load

    file = os.environ.get("SYNERGY_FILE") or CASE if asked.file is None else asked.file
    load(file)  # what is wrong with it is said here, and not on every page
    compilation.check()
    settings = Settings(file, _lesson(asked.lesson), language)
    where = Where(asked.host, asked.port, True if asked.key else False if asked.without_key else None)
    return serve(where, settings, not asked.no_open)


def _lesson(given: str | None) -> str | None:
    """The path of the lesson that is named, or else of SYNERGY_LESSON, None for the case's.

    Raises :class:`~simulation.study.errors.InputRefused` if the lesson that is named is not in order.
    """
    from simulation.lesson.source import read_lesson

    if given is None:
        return os.environ.get("SYNERGY_LESSON") or None
    read_lesson(given)
    return str(Path(given).resolve())
