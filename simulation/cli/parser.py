"""What stands behind a command's name: read within bounds, refused in a sentence in the reader's language."""

import argparse
import math
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from simulation.cli.codes import WRONG_USAGE
from simulation.system import streams
from simulation.system.limits import LIMITS
from simulation.text.characters import visible
from simulation.text.i18n import say

SHOWN = 60
"""So many characters of what was given are repeated in a sentence."""

PICTURES = frozenset({".svg", ".png"})
"""What the name of a picture may end in."""
SEPARATORS = f"[{re.escape(os.sep + (os.altsep or ''))}]"
"""What stands between the names of folders."""
COUNT = re.compile(r"[+-]?[0-9]+(_[0-9]+)*")
AMOUNT = re.compile(r"[+-]?([0-9]+(_[0-9]+)*(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
"""Digits are those from 0 to 9 only: to most readers others are no digits, or others than they take them for."""


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks the reader's language."""

    language = "en"

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the words given, and stop with exit code 2."""
        command = self.prog.partition(" ")[2] or ""
        sentence = say("cli.wrong_usage", self.language, why=why(message, self.language), command=command)
        self.exit(WRONG_USAGE, sentence.replace("synergy  --help", "synergy --help") + "\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Print help or a complaint; argparse would drop the help that a full disk does not take."""
        if file is None or file is sys.stdout:
            sys.stdout.write(message)
        else:
            streams.complain(message.rstrip("\n"))


class Help(argparse.HelpFormatter):
    """Help whose headings are in the reader's language."""

    language = "en"

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """The usage line."""
        super().add_usage(usage, actions, groups, say("cli.usage", self.language) if prefix is None else prefix)


REASONS: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (?P<names>.*)", "cli.missing_argument"),
    (r"unrecognized arguments: (?P<given>.*)", "cli.unknown_words"),
    (
        r"argument (?:command|opdracht): invalid choice: (?P<given>.+) \(choose from (?P<legal>.*)\)",
        "cli.unknown_choice",
    ),
    (r"argument (?P<name>\S+): invalid choice: (?P<given>.+) \(choose from (?P<legal>.*)\)", "cli.bad_value"),
    (r"argument (?P<name>\S+?): ignored explicit argument (?P<given>.*)", "cli.takes_no_value"),
    (r"argument (?P<name>\S+?): expected .*", "cli.expects_value"),
)
"""What argparse says, and the key of what we say instead."""


def why(message: str, language: str) -> str:
    """What argparse found, in the reader's language, without anything that a terminal would obey.

    >>> print(why("unrecognized arguments: --wrlds \\x1b[31m", "en"))
    These words are not known here: --wrlds \\x1b[31m.
    """
    for pattern, key in REASONS:
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            cut = {
                name: visible(text, None if name == "legal" else 3 * SHOWN) for name, text in match.groupdict().items()
            }
            return say(key, language, **cut)
    return visible(re.sub(r"^argument (\S+): ", r"\1: ", message), 1000)


def quoted(text: str) -> str:
    """What was given, as a sentence repeats it.

    >>> print(quoted("3\\n"), quoted("9" * 100_000))
    '3\\x0a' '999999999999999999999999999999999999999999999999999999999999…'
    """
    return f"'{visible(text, SHOWN)}'"


def count(low: int, high: int, language: str) -> Callable[[str], int]:
    """A reader of a whole number within bounds; it raises ``argparse.ArgumentTypeError`` with a sentence."""

    def read(text: str) -> int:
        digits = text.strip(" ")
        if len(digits) <= LIMITS.number_characters and COUNT.fullmatch(digits) and low <= int(digits) <= high:
            return int(digits)
        raise argparse.ArgumentTypeError(say("problem.bad_count", language, given=quoted(text), low=low, high=high))

    return read


def amount(language: str, wrong: str = "bad_amount") -> Callable[[str], float]:
    """A reader of a number of 0 or more; it raises ``argparse.ArgumentTypeError`` with the sentence ``wrong``."""

    def read(text: str) -> float:
        digits = text.strip(" ")
        value = float(digits) if len(digits) <= LIMITS.number_characters and AMOUNT.fullmatch(digits) else math.nan
        if value == 0.0 and re.search("[1-9]", re.split("[eE]", digits)[0]):
            raise argparse.ArgumentTypeError(say("problem.amount_too_small", language, given=quoted(text)))
        if 0.0 <= value < math.inf:
            return abs(value)  # there is no −0
        raise argparse.ArgumentTypeError(say(f"problem.{wrong}", language, given=quoted(text)))

    return read


def text(language: str) -> Callable[[str], str]:
    """A reader of a name; it raises ``argparse.ArgumentTypeError`` for nothing at all, or for control characters."""

    def read(name: str) -> str:
        if not name.strip():
            raise argparse.ArgumentTypeError(say("problem.no_name", language, given=quoted(name)))
        if any(character < " " or "\x7f" <= character <= "\x9f" for character in name):
            raise argparse.ArgumentTypeError(say("problem.control_character", language, given=quoted(name)))
        return name

    return read


def file(language: str) -> Callable[[str], str]:
    """A reader of a file's name; it raises ``argparse.ArgumentTypeError`` for what can be none, or as :func:`text`."""
    read_path = place(language)

    def read(name: str) -> str:
        *folders, last = re.split(SEPARATORS, name)
        if folders and last in {"", "."}:
            raise argparse.ArgumentTypeError(say("problem.names_a_folder", language, given=quoted(name)))
        return read_path(name)

    return read


def path(language: str) -> Callable[[str], Path]:
    """A reader of a file to write; it raises ``argparse.ArgumentTypeError`` as :func:`file` does."""
    read_file = file(language)
    return lambda name: Path(_here(read_file(name), language))


def picture(language: str) -> Callable[[str], Path]:
    """A reader of a picture to write; it raises ``argparse.ArgumentTypeError`` as :func:`file`, or for another kind."""
    read_file = file(language)

    def read(name: str) -> Path:
        path = Path(_here(read_file(name), language))
        if path.suffix.lower() not in PICTURES:
            raise argparse.ArgumentTypeError(say("problem.no_picture", language, given=quoted(name)))
        return path

    return read


def folder(language: str) -> Callable[[str], Path]:
    """A reader of a folder to write to; it raises ``argparse.ArgumentTypeError`` for what can be none."""
    read_path = place(language)
    return lambda name: Path(_here(read_path(name), language))


def _here(name: str, language: str) -> str:
    """The name of a file or a folder of this computer; it raises ``argparse.ArgumentTypeError`` for an address."""
    if "://" in name:
        raise argparse.ArgumentTypeError(say("problem.address_here", language, given=quoted(name)))
    return name


def place(language: str) -> Callable[[str], str]:
    """A reader of what may be a file, a folder, or an address; it raises ``argparse.ArgumentTypeError`` likewise."""
    read_text = text(language)

    def read(name: str) -> str:
        if not name.strip():
            raise argparse.ArgumentTypeError(say("problem.no_path", language, given=quoted(name)))
        if len(name) > LIMITS.path_characters:
            most = LIMITS.path_characters
            raise argparse.ArgumentTypeError(say("problem.long_path", language, given=quoted(name), most=most))
        return read_text(name)

    return read


def check_words(words: Sequence[str], language: str) -> str | None:
    """What is wrong with words of a command line that are no text at all; nothing if they are."""
    for number, word in enumerate(words, start=1):
        with suppress(UnicodeEncodeError):
            word.encode()
            continue
        return say("cli.not_utf8", language, place=number, given=quoted(word))
    return None
