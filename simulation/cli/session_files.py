"""What ``synergy session`` does besides serving: cards to print, and what a session's file can be used for."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.cli.codes import FINE
from simulation.cli.work import prepare, put_study
from simulation.text.characters import visible
from simulation.text.i18n import say

if TYPE_CHECKING:
    from simulation.session.content.build import Content
    from simulation.session.exports import Exported
    from simulation.session.record import Record

ASKED = ("cards", "out", "replay", "against")
"""Options with which nothing is served."""


def wished(args: argparse.Namespace) -> dict[str, Any]:
    """What a programme is to be made of besides its file."""
    return {
        "only": args.only,
        "minutes": args.minutes,
        "rounds": args.rounds,
        "tables": args.tables,
        "chain": args.chain,
    }


def is_asked(args: argparse.Namespace) -> bool:
    """Whether something else is wanted than a server."""
    return any(getattr(args, name) for name in ASKED)


def carry_out(args: argparse.Namespace, language: str) -> int:
    """Do what is asked for instead of serving."""
    from simulation.session.content.origin import programme_of

    if args.cards:
        return _cards(programme_of(args.file, language, **wished(args)), args.cards, language)
    from simulation.session.content.replay import replayed, study_data

    content, record = _session(args.file)
    prepare(language)
    if args.against:
        return _beside(args, content, record, language)
    if args.replay:
        print(*replayed(content, record, language), sep="\n")
    if args.out:
        remark = say("game.written_of", language, file=visible(str(args.file)))
        put_study(args.out, study_data(content, record), remark, language)
    return FINE


def _cards(content: "Content", path: Path, language: str) -> int:
    """Write cards to print."""
    from simulation.report.files import put_each
    from simulation.session.content.handout import cards
    from simulation.study.errors import InputRefused, problem, shown

    if path.suffix.lower() not in {".html", ".htm"}:
        raise InputRefused([problem("page_ending", given=shown(str(path), 200))])
    prepare(language)
    put_each({path: str(cards(content, language)).encode()})
    print(say("cli.wrote", language, path=visible(str(path))))
    return FINE


def _session(path: str | None) -> "tuple[Content, Record]":
    """The session in a file; raises :class:`~simulation.study.errors.InputRefused` if it holds none."""
    from simulation.session.content.origin import exported_in
    from simulation.session.content.replay import session_of
    from simulation.study.errors import InputRefused, problem, shown

    exported: Exported | None = exported_in(path)
    if exported is None:
        raise InputRefused([problem("no_session_file", given=shown(str(path or ""), 200))])
    return session_of(exported)


def _beside(args: argparse.Namespace, content: "Content", record: "Record", language: str) -> int:
    """Score two sessions over the same worlds."""
    from simulation.session.content.replay import beside

    other = _session(args.against)
    names = [visible(Path(str(path)).stem) for path in (args.file, args.against)]
    print(*beside([(content, record), other], names, language), sep="\n")
    return FINE
