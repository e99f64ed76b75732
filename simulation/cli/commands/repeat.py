"""``synergy repeat``: what was run, run again, and whether every number is the same."""

import argparse
import json
import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE, REFUSED
from simulation.cli.work import ProgressBar, prepare
from simulation.text.characters import visible
from simulation.text.i18n import number, say

if TYPE_CHECKING:
    from simulation.session.exports import Exported
    from simulation.sweep.storage import Place

SHOWN = 10
"""So many differences are shown."""


def arguments(builder: Arguments) -> None:
    """The file with what was run."""
    command = builder.command("repeat")
    command.add_argument("file", type=builder.text, metavar="FILE", help=builder.help_text("repeat_file"))
    jobs = builder.count(1, 1024)
    command.add_argument("--jobs", type=jobs, default=os.cpu_count() or 1, help=builder.help_text("jobs"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Run it again, and say what became of it: exit code 1 if a number differs by more than processors may."""
    from simulation.study.errors import InputRefused, problem, shown
    from simulation.sweep import manifest, storage

    path = storage.place_of(args.file)
    path = path / manifest.NAME if manifest.is_sweep(path) else path
    content = storage.read(path)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict) and data.get("kind") == manifest.KIND:
        return _sweep(args, path, manifest.decoded(content, str(path)), language)
    if isinstance(data, dict) and {"resolved", "command", "baseline", "pairs", "ranking"} <= data.keys():
        return _comparison(args, path, data, language)
    done = None if isinstance(data, dict | list) else _in_a_file(args, path, content, language)
    if done is None:
        raise InputRefused([problem("no_result", given=shown(str(path), 200))])
    return done


def _in_a_file(args: argparse.Namespace, path: "Place", content: bytes, language: str) -> int | None:
    """Repeat what a study's file, or that of a session, says came of it; None for a file that says nothing."""
    from simulation.report.kept import kept_in
    from simulation.session.exports import from_yaml, is_session
    from simulation.study.errors import InputRefused
    from simulation.study.sources.files import read_file
    from simulation.system.limits import LIMITS

    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    kept = kept_in(text)
    if kept is not None:
        return _study(args, path, text, *kept, language)
    try:
        if len(content) > LIMITS.file_bytes or not is_session(read_file(str(path), text)[0]):
            return None
    except InputRefused:
        if path.suffix.lower() in {".yaml", ".yml"}:
            raise
        return None
    exported = from_yaml(text, str(path))
    return None if exported.numbers is None else _session(path, exported, language)


def _study(
    args: argparse.Namespace,
    path: "Place",
    text: str,
    about: Mapping[str, Any],
    rows: list[dict[str, Any]],
    language: str,
) -> int:
    """Repeat the comparison with which a study was saved."""
    from simulation.analysis.compare import compare_runs
    from simulation.cli.commands.compare import chosen
    from simulation.engine.ensemble import run_worlds
    from simulation.report.kept import numbers_of
    from simulation.study.errors import InputRefused, problem, shown
    from simulation.study.sources.files import parse

    asked = _asked(str(about["command"]), path, language)
    study, base = chosen(asked, parse(text, str(path)))
    if study.digest() != about["digest"]:
        legal = visible(str(about["digest"]), 64)
        raise InputRefused([problem("study_was_changed", given=study.digest(), legal=legal)])
    if asked.worlds is None:
        raise InputRefused([problem("no_result", given=shown(str(path), 200))])
    prepare(language)
    with ProgressBar(language) as progress:
        runs = run_worlds(study, asked.worlds, asked.seed, asked.parameters, args.jobs, progress)
    now = numbers_of(compare_runs(runs, base, asked.outcome))
    return _held(path, {"numbers": rows}, {"numbers": now}, about, language)


def _session(path: "Place", exported: "Exported", language: str) -> int:
    """Repeat what a room played."""
    from simulation.session.content.replay import session_of

    prepare(language)
    content, record = session_of(exported)
    before, now = dict(exported.numbers or {}), dict(content.numbers(record) or {})
    return _held(path, before, now, before, language)


def _held(
    path: "Place", before: Mapping[str, Any], now: Mapping[str, Any], about: Mapping[str, Any], language: str
) -> int:
    """Hold numbers against those of the second run, and say what became of it; ``about`` is what made them."""
    from simulation.report.again import held_against
    from simulation.study.errors import InputRefused, problem, shown

    try:
        found = held_against(before, now)
    except RecursionError:  # nobody of ours has written that
        raise InputRefused([problem("no_result", given=shown(str(path), 200))]) from None
    if not found.values:
        raise InputRefused([problem("no_result", given=shown(str(path), 200))])
    print(*_told(path, found.values, len(found.apart), found.is_close, language), sep="\n")
    if not found.is_close:
        for one in found.apart[:SHOWN]:
            was, current = (json.dumps(value, ensure_ascii=False) for value in (one.before, one.now))
            print(
                say(
                    "repeat.line",
                    language,
                    path=visible(one.path, 200),
                    before=visible(was, 200),
                    now=visible(current, 200),
                )
            )
        if len(found.apart) > SHOWN:
            print(say("repeat.more", language, n=number(len(found.apart) - SHOWN, language)))
    if found.apart:
        print(_unlike(str(about.get("synergy")), about.get("machine"), language))
    return FINE if found.is_close else REFUSED


def _comparison(args: argparse.Namespace, path: "Place", data: dict[str, Any], language: str) -> int:
    """Repeat a comparison."""
    return _held(path, data, json.loads(_again(args, path, data, language)), data, language)


def _again(args: argparse.Namespace, path: "Place", data: dict[str, Any], language: str) -> bytes:
    """The same comparison worked out anew, as it would be written."""
    from simulation.cli.commands.compare import widths_of, worked_out
    from simulation.report.export import as_json
    from simulation.study.errors import InputRefused, problem, shown
    from simulation.study.sources.resolved import study_of

    study = study_of(data["resolved"])
    asked = _asked(str(data["command"]), path, language)
    asked.jobs, asked.point, asked.worlds = args.jobs, None, asked.worlds or data.get("worlds")
    base = str(data["baseline"])
    study.scenario(base)
    if asked.worlds is None or len(study.scenarios) < 2:
        raise InputRefused([problem("no_result", given=shown(str(path), 200))])
    sequential, payback = data.get("sequential"), data.get("payback")
    stopped = isinstance(sequential, dict) and bool(sequential.get("stopped"))
    paid = 0 if stopped or not isinstance(payback, list) else len(payback)
    prepare(language)
    done = worked_out(asked, study, base, widths_of(asked) if not stopped else (), language, None, paid)
    return as_json(done.comparison, str(data["command"]), done.settled, extras=done.extras)


def _asked(command: str, path: "Place", language: str) -> argparse.Namespace:
    """What the command of a comparison asks for; raises InputRefused for one that is not understood."""
    from simulation.cli.commands import compare
    from simulation.model.outcomes import BY_OUTCOME
    from simulation.study.errors import InputRefused, problem, shown

    builder = Arguments(language, "")
    compare.arguments(builder)
    said = StringIO()
    try:
        command.encode()
        with redirect_stderr(said), redirect_stdout(StringIO()):
            words = shlex.split(command)[1:]
            asked = builder.top.parse_args(words)
            asked.verify(asked)
        if asked.outcome not in BY_OUTCOME:
            raise ValueError
    except (SystemExit, ValueError):
        why = said.getvalue().splitlines() or [command]
        raise InputRefused([problem("no_such_repeat", given=shown(str(path), 200), why=visible(why[0], 200))]) from None
    return asked


def _sweep(args: argparse.Namespace, path: "Place", plan: Any, language: str) -> int:
    """Repeat a sweep, chunk by chunk."""
    from simulation.study.errors import InputRefused, problem, shown
    from simulation.sweep.again import repeated

    prepare(language)
    numbers, apart, near, chunks = 0, 0, True, 0
    lines: list[str] = []
    with ProgressBar(language) as progress:
        for chunk in repeated(path.parent, plan, args.jobs, progress):
            numbers, apart, near = numbers + chunk.numbers, apart + chunk.apart, near and chunk.is_close
            chunks += 1
            if chunk.apart:
                lines += list(_chunk(chunk, language)) if len(lines) < SHOWN else []
    if not numbers:
        raise InputRefused([problem("no_result", given=shown(str(path), 200))])
    print(*_told(path, numbers, apart, near, language), *([] if near else lines), sep="\n")
    if chunks < plan.count:
        left = number(plan.count - chunks, language)
        print(say("repeat.left_out", language, n=left, of=number(plan.count, language)))
    if apart:
        print(_unlike(plan.version, dict(plan.machine), language))
    return FINE if near else REFUSED


def _chunk(chunk: Any, language: str) -> Iterator[str]:
    """What became of a chunk that is not the same."""
    if not chunk.is_there:
        yield say("repeat.chunk_gone", language, name=chunk.name)
        return
    counts = {"apart": number(chunk.apart, language), "numbers": number(chunk.numbers, language)}
    yield say("repeat.chunk", language, name=chunk.name, most=f"{chunk.most:.3g}", **counts)


def _told(path: "Place", numbers: int, apart: int, near: bool, language: str) -> list[str]:
    """The answer in a sentence."""
    key = "same" if not apart else "close" if near else "differ"
    fields = {"numbers": number(numbers, language), "apart": number(apart, language)}
    return [say(f"repeat.{key}", language, file=visible(str(path), 200), **fields)]


def _unlike(version: str, before: Any, language: str) -> str:
    """What differs between then and now, other than the numbers."""
    from simulation import __version__
    from simulation.report.again import unlike
    from simulation.report.machine import machine

    then = {"synergy": version, **(before if isinstance(before, Mapping) else {})}
    found = unlike(then, {"synergy": __version__, **machine()})
    if not found:
        return say("repeat.machine_same", language)
    parts = (say("repeat.part", language, what=what, before=visible(was, 60), now=now) for what, was, now in found)
    return say("repeat.machine", language, what=", ".join(parts))
