"""How a command says which words it takes: a parser a command, in the reader's language."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from simulation.cli import parser
from simulation.cli.parser import Help, Parser
from simulation.text.i18n import LANGUAGES, say

MOST_WORLDS = 10**6
READ_FOLDERS = frozenset({"compare", "contribute"})
"""The commands that take the folder of a sweep where others take a study only."""


class Arguments:
    """The words of the whole command line; each command adds its own (:mod:`simulation.cli.commands`)."""

    def __init__(self, language: str, version: str) -> None:
        self.language = Parser.language = Help.language = language
        self.top = Parser(
            prog="synergy",
            description=self.help_text("about"),
            add_help=False,
            formatter_class=Help,
            allow_abbrev=False,
        )
        self.commands = self.top.add_subparsers(
            dest="command", required=True, title=self.help_text("commands"), metavar=self.help_text("a_command")
        )
        self._common(self.top)
        self.top.add_argument(
            "--version", action="version", version=f"synergy {version}", help=self.help_text("version")
        )

    def help_text(self, key: str, **fields: Any) -> str:
        """A help text in the reader's language."""
        return say(f"cli.{key}", self.language, **fields).replace("%", "%%")

    def count(self, low: int, high: int) -> Callable[[str], int]:
        """A reader of whole numbers within bounds."""
        return parser.count(low, high, self.language)

    @property
    def text(self) -> Callable[[str], str]:
        """A reader of names."""
        return parser.text(self.language)

    @property
    def file(self) -> Callable[[str], str]:
        """A reader of files' names."""
        return parser.file(self.language)

    @property
    def path(self) -> Callable[[str], Path]:
        """A reader of a file to write."""
        return parser.path(self.language)

    @property
    def picture(self) -> Callable[[str], Path]:
        """A reader of a picture to write."""
        return parser.picture(self.language)

    @property
    def folder(self) -> Callable[[str], Path]:
        """A reader of a folder to write to."""
        return parser.folder(self.language)

    @property
    def place(self) -> Callable[[str], str]:
        """A reader of a folder, or an address, to write to."""
        return parser.place(self.language)

    @property
    def amount(self) -> Callable[[str], float]:
        """A reader of numbers of 0 or more."""
        return parser.amount(self.language)

    @property
    def rate(self) -> Callable[[str], float]:
        """A reader of a year's discount."""
        return parser.amount(self.language, "bad_rate")

    def _common(self, command: argparse.ArgumentParser) -> None:
        """What every command has."""
        # argparse offers no public way to name these two groups
        command._optionals.title, command._positionals.title = self.help_text("options"), self.help_text("arguments")
        command.add_argument("-h", "--help", action="help", help=self.help_text("help"))
        command.add_argument("--lang", choices=LANGUAGES, help=self.help_text("lang"))

    def command(
        self, name: str, file: Literal["needed", "optional"] | None = None, changes: bool = True
    ) -> argparse.ArgumentParser:
        """A command; ``file`` says whether it takes a file, and ``changes`` whether ``--set`` changes it."""
        command: argparse.ArgumentParser = self.commands.add_parser(
            name,
            help=self.help_text(name),
            description=self.help_text(name),
            add_help=False,
            formatter_class=Help,
            allow_abbrev=False,
        )
        self._common(command)
        if file == "needed":
            command.add_argument("file", type=self.file, metavar="FILE", help=self.help_text("file"))
        elif file == "optional":
            kind, about = (self.place, "file_or_sweep") if name in READ_FOLDERS else (self.file, "file")
            command.add_argument(
                "file", nargs="?", type=kind, default="case", metavar="FILE", help=self.help_text(about)
            )
        if file and changes:
            command.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=self.help_text("set"))
        return command

    def study_option(self, command: argparse.ArgumentParser) -> None:
        """The study that something is about, where other files are what a command is given."""
        command.add_argument(
            "--study", dest="file", default="case", metavar="FILE", type=self.file, help=self.help_text("study")
        )

    def scenario(self, command: argparse.ArgumentParser) -> None:
        """One scenario, by name."""
        command.add_argument("scenario", type=self.text, metavar="SCENARIO", help=self.help_text("scenario"))

    def format(self, command: argparse.ArgumentParser) -> None:
        """How the result is printed."""
        formats = ("table", "json", "csv")
        command.add_argument("--format", choices=formats, default="table", help=self.help_text("format"))

    def luck(self, command: argparse.ArgumentParser) -> None:
        """Seed and parameters."""
        command.add_argument("--seed", type=self.count(0, 2**63 - 1), default=1, help=self.help_text("seed"))
        modes = ("ranges", "defaults")
        command.add_argument("--parameters", choices=modes, default="ranges", help=self.help_text("parameters"))

    def worlds(self, command: argparse.ArgumentParser, default: int, least: int = 1, most: int = MOST_WORLDS) -> None:
        """How many worlds, in how many threads."""
        command.add_argument(
            "--worlds",
            type=self.count(least, most),
            default=default,
            metavar="N",
            help=self.help_text("worlds", default=default),
        )
        jobs = self.count(1, 1024)
        command.add_argument("--jobs", type=jobs, default=os.cpu_count() or 1, help=self.help_text("jobs"))
