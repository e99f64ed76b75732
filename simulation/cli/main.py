"""``synergy …``: a command understood, carried out, and ended in a sentence."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from simulation import __version__
from simulation.cli import parser
from simulation.cli.arguments import Arguments
from simulation.cli.codes import FAILED, GONE, REFUSED, WRONG_USAGE
from simulation.cli.commands import COMMANDS
from simulation.system import signals, streams
from simulation.text.characters import visible
from simulation.text.i18n import LANGUAGES, language_of, say, twin

EXECUTE: Mapping[str, Callable[[argparse.Namespace, str], int]] = MappingProxyType(
    {command.__name__.rpartition(".")[2]: command.execute for command in COMMANDS}
)
"""What each command does, by its name."""


def command_line(language: str) -> argparse.ArgumentParser:
    """The parser of all commands, in a language."""
    builder = Arguments(language, __version__)
    for command in COMMANDS:
        command.arguments(builder)
    return builder.top


def _language(words: Sequence[str]) -> str:
    """The language of ``--lang``, needed before anything is parsed; the last one counts, as for every option."""
    language = language_of()
    for index, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and index + 1 < len(words):
            value = words[index + 1]
        language = value if value in LANGUAGES else language
    return language


def main(words: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code; whatever happens ends in a sentence.

    0 is fine, 1 input refused or something that the system does not let us do, 2 wrong usage, 3 a mistake of ours. As
    shells have it, 130 is Ctrl-C, 143 SIGTERM, 129 SIGHUP, and 141 that nobody reads our output any more.
    """
    arguments = list(sys.argv[1:] if words is None else words)
    language = _language(arguments)
    with signals.heeding() as heard:
        try:
            streams.replace_unknown()
            code = _carry_out(arguments, language)
            sys.stdout.flush()
        except BaseException as error:
            heard.settle()
            code = _explain(error, language, heard)
        streams.finish()
    return code


def _carry_out(words: Sequence[str], language: str) -> int:
    """Understand the words of a command, and carry it out."""
    wrong = parser.check_words(words, language)
    if wrong:
        streams.complain(wrong)
        return WRONG_USAGE
    try:
        args = command_line(language).parse_args(words)
        if "verify" in args:
            args.verify(args)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    return EXECUTE[args.command](args, language)


def _explain(error: BaseException, language: str, heard: signals.Heard) -> int:
    """Say why a command ended before it was done, and with which exit code."""
    refusals = getattr(sys.modules.get("simulation.study.errors"), "SynergyError", ())
    if heard.number is not None and not isinstance(error, refusals):
        error = heard.error()  # whatever went wrong then did so because of the signal
    if isinstance(error, KeyboardInterrupt):
        with suppress(Exception):  # what it takes to say it may be half imported
            streams.complain("\n" + say("cli.interrupted", language))
        return signals.exit_code(error)
    if isinstance(error, BrokenPipeError):
        return GONE
    from simulation.study.errors import SynergyError

    code = REFUSED
    if isinstance(error, SynergyError):
        sentence = error.told(language)
    elif isinstance(error, (OSError, MemoryError)):
        sentence = _system(error, language)
    elif isinstance(error, Exception) and not os.environ.get("SYNERGY_DEBUG"):
        sentence, code = say("cli.failed", language, why=f"{type(error).__name__}: {str(error)[:500]}"), FAILED
    else:
        raise error
    streams.complain("\n".join(visible(line) for line in sentence.split("\n")))
    return code


def _system(error: OSError | MemoryError, language: str) -> str:
    """What the system does not let us do, in a sentence."""
    if isinstance(error, MemoryError):
        return say("cli.no_memory", language)
    if error.errno == errno.ENOSPC:
        return say("cli.disk_full", language)
    where = f": {error.filename}" if error.filename else ""
    why = twin("system", str(error.strerror or error), language)
    return say("cli.system", language, why=f"{why}{where}")
