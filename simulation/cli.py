"""``synergy …``: the command line. It imports late, so that ``synergy --help`` is quick."""

if __name__ == "__main__":  # signals are heeded before anything below is imported
    from simulation.start import start

    start()

import argparse
import errno
import hashlib
import logging
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation import options, signals, streams
from simulation.characters import visible
from simulation.options import Help, Parser
from simulation.words import LANGUAGES, language_of, say, twin

if TYPE_CHECKING:
    from simulation.compare import Comparison
    from simulation.ensemble import Runs
    from simulation.organisation import Label
    from simulation.sequential import Sequential
    from simulation.study import Study

FINE, REFUSED, WRONG_USAGE, FAILED, INTERRUPTED = 0, 1, 2, 3, 130
GONE = 141 if hasattr(signal, "SIGPIPE") else FINE
"""Whoever read our output has had enough; Windows has no code for that."""
DEFAULT_WORLDS = 200
DEFAULT_MOST = 2_000
DEFAULT_PORT = 8765
WRITTEN = ("runs.parquet", "comparison.json", "comparison.png", "comparison.svg")
"""The files of a comparison."""


class _Commands:
    """The whole command line, command by command."""

    def __init__(self, language: str) -> None:
        self.language = Parser.language = Help.language = language
        self.top = Parser(
            prog="synergy",
            description=self.told("about"),
            add_help=False,
            formatter_class=Help,
            allow_abbrev=False,
        )
        self.commands = self.top.add_subparsers(
            dest="command", required=True, title=self.told("commands"), metavar=self.told("a_command")
        )
        self._common(self.top)
        self.top.add_argument("--version", action="version", version=f"synergy {_version()}", help=self.told("version"))
        self._about_files()
        self._about_runs()
        self._about_the_rest()

    def told(self, key: str, **fields: Any) -> str:
        """A help text in the reader's language."""
        return say(f"cli.{key}", self.language, **fields).replace("%", "%%")

    def count(self, low: int, high: int) -> Callable[[str], int]:
        """A reader of whole numbers within bounds."""
        return options.count(low, high, self.language)

    @property
    def text(self) -> Callable[[str], str]:
        """A reader of names."""
        return options.text(self.language)

    @property
    def file(self) -> Callable[[str], str]:
        """A reader of files' names."""
        return options.file(self.language)

    @property
    def path(self) -> Callable[[str], Path]:
        """A reader of a file to write."""
        return options.path(self.language)

    @property
    def folder(self) -> Callable[[str], Path]:
        """A reader of a folder to write to."""
        return options.folder(self.language)

    def _common(self, parser: argparse.ArgumentParser) -> None:
        """What every command has."""
        # argparse offers no public way to name these two groups
        parser._optionals.title, parser._positionals.title = self.told("options"), self.told("arguments")
        parser.add_argument("-h", "--help", action="help", help=self.told("help"))
        parser.add_argument("--lang", choices=LANGUAGES, help=self.told("lang"))

    def _command(self, name: str, file: str | None = None, changes: bool = True) -> argparse.ArgumentParser:
        """A command; ``file`` says whether its file is ``"needed"`` or ``"optional"``."""
        parser: argparse.ArgumentParser = self.commands.add_parser(
            name,
            help=self.told(name),
            description=self.told(name),
            add_help=False,
            formatter_class=Help,
            allow_abbrev=False,
        )
        self._common(parser)
        if file == "needed":
            parser.add_argument("file", type=self.file, metavar="FILE", help=self.told("file"))
        elif file:
            parser.add_argument(
                "file", nargs="?", type=self.file, default="case", metavar="FILE", help=self.told("file")
            )
        if file and changes:
            parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help=self.told("set"))
        return parser

    def _about_files(self) -> None:
        """Commands that only read."""
        self._command("scenarios", "optional", changes=False)
        self._command("check", "needed")
        one = self._command("show", "needed")
        one.add_argument("scenario", type=self.text, metavar="SCENARIO", help=self.told("scenario"))

    def _luck(self, parser: argparse.ArgumentParser) -> None:
        """Seed and parameters."""
        parser.add_argument("--seed", type=self.count(0, 2**63 - 1), default=1, help=self.told("seed"))
        modes = ("ranges", "defaults")
        parser.add_argument("--parameters", choices=modes, default="ranges", help=self.told("parameters"))

    def _worlds(self, parser: argparse.ArgumentParser, default: int, least: int = 1) -> None:
        """How many worlds, in how many threads."""
        jobs = self.count(1, 1024)
        parser.add_argument(
            "--worlds",
            type=self.count(least, 10**6),
            default=default,
            metavar="N",
            help=self.told("worlds", default=default),
        )
        parser.add_argument("--jobs", type=jobs, default=os.cpu_count() or 1, help=self.told("jobs"))

    def _about_runs(self) -> None:
        """Commands that simulate."""
        one = self._command("run", "needed")
        one.add_argument("scenario", type=self.text, metavar="SCENARIO", help=self.told("scenario"))
        one.add_argument("--world", type=self.count(0, 10**9), default=0, metavar="R", help=self.told("world"))
        one.add_argument("--weeks", type=self.path, metavar="CSV", help=self.told("weeks"))
        self._luck(one)
        one = self._command("compare", "optional")
        one.add_argument("--scenarios", type=self.text, metavar="A,B,…", help=self.told("which"))
        one.add_argument("--baseline", type=self.text, metavar="NAME", help=self.told("baseline"))
        one.add_argument(
            "--outcome", type=self.text, default="lasting_adoption", metavar="NAME", help=self.told("outcome")
        )
        self._worlds(one, DEFAULT_WORLDS)
        one.set_defaults(worlds=None)  # so that who gives --max-worlds alone may ask for fewer
        self._luck(one)
        one.add_argument("--out", type=self.folder, metavar="DIR", help=self.told("out"))
        one.add_argument("--until-decided", action="store_true", help=self.told("until_decided"))
        one.add_argument("--margin", type=options.amount(self.language), metavar="X", help=self.told("margin"))
        most = self.told("max_worlds", default=DEFAULT_MOST)
        one.add_argument("--max-worlds", type=self.count(1, 10**6), metavar="N", help=most)
        self.comparing = one

    def check(self, asked: argparse.Namespace) -> None:
        """Stop with exit code 2 if the words of a comparison do not go together; fill in how many worlds come first."""
        if asked.command == "dashboard" and asked.key and asked.without_key:
            self.serving.error(self.told("key_both"))
        if asked.command != "compare":
            return
        given = {"--margin": asked.margin, "--max-worlds": asked.max_worlds}
        for name, value in given.items():
            if value is not None and not asked.until_decided:
                self.comparing.error(self.told("needs_until_decided", name=name))
        if asked.worlds is None:
            asked.worlds = min(DEFAULT_WORLDS, asked.max_worlds or DEFAULT_WORLDS)
        if asked.max_worlds is not None and asked.max_worlds < asked.worlds:
            self.comparing.error(self.told("most_below_worlds", given=asked.max_worlds, worlds=asked.worlds))

    def _about_the_rest(self) -> None:
        """The dashboard, and the patterns."""
        one = self._command("dashboard", "optional", changes=False)
        one.set_defaults(file=None)
        one.add_argument("--port", type=self.count(1, 65535), default=DEFAULT_PORT, metavar="P", help=self.told("port"))
        one.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=self.told("host"))
        one.add_argument("--key", action="store_true", help=self.told("key"))
        one.add_argument("--without-key", action="store_true", help=self.told("without_key"))
        self.serving = one
        one.add_argument("--no-open", action="store_true", help=self.told("no_open"))
        one.add_argument("--lesson", type=self.file, metavar="FILE", help=self.told("lesson"))
        one = self._command("patterns")
        self._worlds(one, 200, least=2)
        out = Path("docs/patterns.md")
        one.add_argument("--out", type=self.path, default=out, metavar="FILE", help=self.told("patterns_out"))
        one.add_argument("--check", type=self.path, metavar="FILE", help=self.told("patterns_check"))


def _version() -> str:
    """This version."""
    from simulation import __version__

    return __version__


def _language(words: Sequence[str]) -> str:
    """The language asked for, before anything else is understood; the last one counts, as for every option."""
    language = language_of()
    for place, word in enumerate(words):
        value = word.partition("=")[2] if word.startswith("--lang=") else ""
        if word == "--lang" and place + 1 < len(words):
            value = words[place + 1]
        language = value if value in LANGUAGES else language
    return language


def main(words: Sequence[str] | None = None) -> int:
    """Run a command, and return its exit code; whatever happens ends in a sentence.

    0 is fine, 1 input refused or something that the system does not let us do, 2 wrong usage, 3 a mistake of ours. As
    shells have it, 130 is Ctrl-C, 143 SIGTERM, 129 SIGHUP, and 141 that whoever read our output has gone.
    """
    given = list(sys.argv[1:] if words is None else words)
    language = _language(given)
    with signals.heeding() as heard:
        try:
            streams.replace_unknown()
            code = _obeyed(given, language)
            sys.stdout.flush()
        except BaseException as error:
            heard.settle()
            code = _ended(error, language, heard)
        streams.finish()
    return code


def _obeyed(given: Sequence[str], language: str) -> int:
    """Understand the words of a command, and carry it out."""
    wrong = options.check_words(given, language)
    if wrong:
        streams.complain(wrong)
        return WRONG_USAGE
    try:
        commands = _Commands(language)
        asked = commands.top.parse_args(given)
        commands.check(asked)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else WRONG_USAGE
    return COMMANDS[asked.command](asked, language)


def _ended(error: BaseException, language: str, heard: signals.Heard) -> int:
    """Say why a command ended before it was done, and with which exit code."""
    refusals = getattr(sys.modules.get("simulation.errors"), "SynergyError", ())
    if heard.number is not None and not isinstance(error, refusals):
        error = heard.error()  # whatever went wrong then did so because of the signal
    if isinstance(error, KeyboardInterrupt):
        with suppress(Exception):  # what it takes to say it may be half imported
            streams.complain("\n" + say("cli.interrupted", language))
        return signals.exit_code(error)
    if isinstance(error, BrokenPipeError):
        return GONE
    from simulation.errors import SynergyError

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


# --- commands ------------------------------------------------------------------------------------------


def _scenarios(asked: argparse.Namespace, language: str) -> int:
    """List scenarios."""
    from simulation.files import load
    from simulation.report import measures_on

    study = load(asked.file)
    width = max(map(len, study.names))
    print(study.title.in_(language))
    for one in study.scenarios:
        print(f"  {one.name:{width}}  {one.called(language)}: {measures_on(one, language)}")
    return FINE


def _check(asked: argparse.Namespace, language: str) -> int:
    """Check a file."""
    from simulation.errors import InputRefused
    from simulation.files import parse, text_of
    from simulation.parameters import PARAMETERS
    from simulation.remarks import texts_of

    text = text_of(asked.file)
    try:
        study = parse(text, asked.file, tuple(asked.set))
    except InputRefused as refused:
        if any(one.key == "is_a_lesson" for one in refused.problems):
            return _check_lesson(asked, text, language)
        raise
    given = len(study.scenarios[0].parameters)
    counts = {
        "departments": len(study.organisation.departments),
        "scenarios": len(study.scenarios),
        "horizon": study.horizon,
        "given": given,
        "assumed": len(PARAMETERS) - given,
    }
    print(say("cli.check_ok", language, file=visible(asked.file), **counts))
    for remark in study.remarks:
        print(visible(remark.told(language)))
    _hint_language(texts_of(study), language)
    return FINE


def _check_lesson(asked: argparse.Namespace, text: str, language: str) -> int:
    """Check a lesson's file, and count in how many worlds each of its options holds."""
    from simulation.ensemble import run_worlds
    from simulation.errors import InputRefused, problem, shown
    from simulation.lesson.answers import answers_of
    from simulation.lesson.reading import read_lesson

    if asked.set:
        raise InputRefused([problem("set_of_lesson", given=shown(asked.set[0]), file=shown(asked.file, 200))])
    told = read_lesson(asked.file, text)
    worlds = told.lesson.worlds
    _prepare(language)
    lines = [
        say("cli.lesson_ok", language, file=visible(asked.file), chapters=len(told.lesson.chapters), worlds=worlds)
    ]
    for chapter in told.lesson.chapters:
        if chapter.package:
            lines.append(say("cli.lesson_package", language, name=chapter.name))
            continue
        found = answers_of(
            chapter, run_worlds(told.study.select(chapter.scenarios), worlds, told.lesson.seed, weekly=True)
        )
        counts = ", ".join(f"{chr(ord('A') + place)} {count}" for place, count in enumerate(found.counts))
        lines.append(say("cli.lesson_chapter", language, name=chapter.name, counts=counts))
        for key, count in zip(("cli.lesson_none", "cli.lesson_several"), found.unclear, strict=True):
            if count:
                lines.append(say(key, language, n=count, worlds=worlds))
    print("\n".join(lines))
    _hint_language(told.lesson.texts, language)
    return FINE


def _hint_language(texts: "Iterable[Label]", language: str) -> None:
    """Say that some of a file's texts are not in the reader's language, if so."""
    from simulation.remarks import untranslated

    remark = untranslated(texts, language)
    if remark is not None:
        print(visible(remark.told(language)))


def _show(asked: argparse.Namespace, language: str) -> int:
    """Print a scenario resolved."""
    from simulation.files import load, resolved_yaml

    study = load(asked.file, tuple(asked.set))
    print(resolved_yaml(study, study.scenario(asked.scenario), language), end="")
    return FINE


def _run(asked: argparse.Namespace, language: str) -> int:
    """Run one world and tell it."""
    from simulation.files import load
    from simulation.model import OrganisationModel
    from simulation.outcomes import OUTCOMES, outcomes_of
    from simulation.report import level
    from simulation.telling import event_sentence, weeks_csv
    from simulation.writing import check_file, put

    if asked.weeks:
        check_file(asked.weeks)
    study = load(asked.file, tuple(asked.set))
    scenario = study.scenario(asked.scenario)
    model = OrganisationModel(scenario, asked.world, asked.seed, parameters=asked.parameters)
    while model.running:
        model.step()
    if asked.weeks:
        put(asked.weeks, weeks_csv(model, language).encode())  # before anything is said, to whoever may have gone
    for event in model.events:
        print(say("cli.week", language, week=event.week, what=event_sentence(event, scenario, language)))
    print()
    for outcome, value in zip(OUTCOMES, outcomes_of(model.ledger).values(), strict=True):
        late = outcome.censored and value > study.horizon
        shown = say("result.never", language, horizon=study.horizon) if late else level(value, outcome.name, language)
        print(f"{say(f'outcome.{outcome.name}', language)}: {shown}")
    print(say("result.not_a_forecast", language))
    if asked.weeks:
        print(say("cli.wrote", language, path=visible(str(asked.weeks))))
    return FINE


def _names(given: str, study: "Study") -> list[str]:
    """The names in a list with commas; a name that is there may hold commas itself."""
    parts = [part.strip() for part in given.split(",")]
    known = {",".join(part.strip() for part in name.split(",")): name for name in study.names}
    longest = max(name.count(",") for name in known) + 1
    names: list[str] = []
    at = 0
    while at < len(parts):
        counts = range(min(longest, len(parts) - at), 1, -1)
        taken = next((count for count in counts if ",".join(parts[at : at + count]) in known), 1)
        whole = ",".join(parts[at : at + taken])
        names.append(known.get(whole, whole))
        at += taken
    return [name for name in names if name]


def _chosen(asked: argparse.Namespace, study: "Study") -> tuple["Study", str]:
    """The scenarios asked for, and the baseline (added to them if it is not among them)."""
    from simulation.errors import InputRefused, problem, shown

    names = list(study.names)
    if asked.scenarios is not None:
        names = _names(asked.scenarios, study)
    seen: set[str] = set()
    for name in names:
        study.scenario(name)
        if name in seen:
            raise InputRefused([problem("scenario_twice", given=shown(name))])
        seen.add(name)
    first = study.names[0] if study.names[0] in names or not names else names[0]
    base = first if asked.baseline is None else asked.baseline
    study.scenario(base)
    if base not in names:
        names.insert(0, base)
    if len(names) < 2:
        raise InputRefused([problem("one_scenario")])
    return study.select(tuple(names)), base


def _compare(asked: argparse.Namespace, language: str) -> int:
    """Compare scenarios."""
    from simulation.compare import compare_runs
    from simulation.errors import InputRefused, problem, shown
    from simulation.files import load
    from simulation.outcomes import BY_OUTCOME
    from simulation.report import text
    from simulation.sequential import margin_of
    from simulation.writing import check_folder

    study, base = _chosen(asked, load(asked.file, tuple(asked.set)))
    if asked.outcome not in BY_OUTCOME:
        raise InputRefused([problem("unknown_outcome", given=shown(asked.outcome), legal=", ".join(BY_OUTCOME))])
    margin_of(BY_OUTCOME[asked.outcome], study.horizon, asked.margin)
    if asked.out:
        check_folder(asked.out, WRITTEN)
    runs, settled = _simulated(asked, study, base, language)
    found = compare_runs(runs, base)
    command = repeat(asked, base, settled)
    table = text(found, language, command, asked.outcome, settled)
    if asked.out:
        _write(asked, found, settled, command, language)  # before anything is said, to whoever may have gone
    print(table)
    if asked.out:
        print(say("cli.wrote", language, path=", ".join(visible(str(asked.out / name)) for name in WRITTEN)))
    return INTERRUPTED if settled and settled.stopped else FINE


def _simulated(
    asked: argparse.Namespace, study: "Study", base: str, language: str
) -> tuple["Runs", "Sequential | None"]:
    """Run as many worlds as are asked for, or as it takes."""
    from simulation.ensemble import run_worlds
    from simulation.sequential import until_decided

    _prepare(language)
    with _bar(language) as told:
        runs = run_worlds(study, asked.worlds, asked.seed, asked.parameters, asked.jobs, told)
        if not asked.until_decided:
            return runs, None
        most = asked.max_worlds or max(DEFAULT_MOST, asked.worlds)
        settled = until_decided(runs, base, asked.outcome, asked.margin, most, asked.jobs, told)
    return settled.runs, settled


def _prepare(language: str) -> None:
    """Make the engine ready, and say so where that takes a while."""
    from simulation import ensemble
    from simulation.kernel import compiling

    signals.raise_missed()
    compiling.check()
    if not compiling.kept():
        streams.complain(say("cli.preparing", language))
    ensemble.warm()
    signals.raise_missed()


def _write(
    asked: argparse.Namespace, found: "Comparison", settled: "Sequential | None", command: str, language: str
) -> None:
    """Put all files of a comparison in place once all of them have been made; the last says which belong to it."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # that it finds no home for its cache is no news
    from simulation.figures import encoded, ranking
    from simulation.report import as_json, parquet
    from simulation.writing import put_all

    figure = ranking(found, language, settled)
    made = {
        "runs.parquet": parquet(found),
        "comparison.png": encoded(figure, "png"),
        "comparison.svg": encoded(figure, "svg"),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in made.items()}
    made["comparison.json"] = as_json(found, command, asked.outcome, settled, digests)
    put_all(asked.out, made)


def repeat(asked: argparse.Namespace, base: str, settled: "Sequential | None" = None) -> str:
    """The command that repeats a comparison; one that was stopped goes as far as it went."""
    words = ["synergy", "compare", asked.file]
    if asked.scenarios is not None:
        words += ["--scenarios", asked.scenarios]
    words += ["--baseline", base, "--worlds", str(asked.worlds), "--seed", str(asked.seed)]
    words += ["--parameters", asked.parameters]
    if asked.outcome != "lasting_adoption":
        words += ["--outcome", asked.outcome]
    if settled:
        most = len(settled.runs.worlds) if settled.stopped else settled.most
        words += ["--until-decided", "--margin", str(settled.margin), "--max-worlds", str(most)]
    for one in asked.set:
        words += ["--set", one]
    return shlex.join(words)


class _bar:
    """A progress bar on a terminal; nothing in a pipe."""

    def __init__(self, language: str) -> None:
        self.language, self.bar = language, None

    def __enter__(self) -> Callable[[int, int], None]:
        try:
            from tqdm import tqdm
        except ValueError:  # a setting such as TQDM_MININTERVAL that is no number
            return lambda done, total: None
        bar = tqdm(unit=" ", desc=say("cli.progress", self.language), disable=not sys.stderr.isatty(), leave=False)
        self.bar = bar

        def told(done: int, total: int) -> None:
            bar.total = total
            with suppress(OSError):  # a terminal that has gone ends no work
                bar.update(done - bar.n)

        return told

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()


def _dashboard(asked: argparse.Namespace, language: str) -> int:
    """Serve the dashboard, of the file that is named, or else of SYNERGY_FILE, or else of the case."""
    from simulation.dashboard.serve import Where, serve
    from simulation.files import CASE, load
    from simulation.kernel import compiling
    from simulation.lesson.reading import read_lesson

    if asked.file is None:
        asked.file = os.environ.get("SYNERGY_FILE") or CASE
    load(asked.file)  # what is wrong with it is said here, and not on every page
    compiling.check()
    os.environ["SYNERGY_FILE"] = asked.file
    if asked.lesson is not None:
        read_lesson(asked.lesson)
        os.environ["SYNERGY_LESSON"] = str(Path(asked.lesson).resolve())
    where = Where(asked.host, asked.port, True if asked.key else False if asked.without_key else None)
    return serve(where, not asked.no_open, language)


def _patterns(asked: argparse.Namespace, language: str) -> int:
    """Measure the patterns."""
    from simulation.patterns import document, measure
    from simulation.writing import check_file, put, read

    if asked.check is None:
        check_file(asked.out)
    before = None if asked.check is None else read(asked.check)
    _prepare(language)
    with _bar(language) as told:
        written = document(measure(asked.worlds, asked.jobs, told)).encode()
    if before is None:
        put(asked.out, written)
        print(say("cli.wrote", language, path=visible(str(asked.out))))
        return FINE
    same = before.replace(b"\r\n", b"\n") == written
    print(say("cli.patterns_same" if same else "cli.patterns_differ", language, path=visible(str(asked.check))))
    return FINE if same else REFUSED


COMMANDS: dict[str, Callable[[argparse.Namespace, str], int]] = {
    "scenarios": _scenarios,
    "check": _check,
    "show": _show,
    "run": _run,
    "compare": _compare,
    "dashboard": _dashboard,
    "patterns": _patterns,
}
"""What each command does; not to be changed."""
