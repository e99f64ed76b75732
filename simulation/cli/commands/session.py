"""``synergy session``: a trainer, a beamer, and participants on their phones."""

import argparse
from typing import TYPE_CHECKING

from simulation.cli.arguments import Arguments
from simulation.cli.codes import FINE
from simulation.cli.session_files import carry_out, is_asked, wished
from simulation.cli.work import prepare
from simulation.system.limits import LIMITS
from simulation.text.i18n import LANGUAGES

if TYPE_CHECKING:
    from simulation.session.house import House
    from simulation.session.room import Room

DEFAULT_PORT = 8766


def arguments(builder: Arguments) -> None:
    """What the session is about, where it listens, and which sessions go on."""
    command = builder.command("session")
    command.add_argument(
        "file", nargs="?", type=builder.file, default=None, metavar="FILE", help=builder.help_text("session_file")
    )
    command.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=builder.help_text("session_host"))
    command.add_argument(
        "--port",
        type=builder.count(1, 65535),
        default=DEFAULT_PORT,
        metavar="P",
        help=builder.help_text("session_port"),
    )
    command.add_argument("--language", choices=LANGUAGES, help=builder.help_text("session_language"))
    command.add_argument(
        "--sessions", type=builder.count(1, LIMITS.rooms), metavar="N", help=builder.help_text("session_sessions")
    )
    command.add_argument(
        "--practice",
        type=builder.count(1, LIMITS.participants),
        metavar="N",
        help=builder.help_text("session_practice"),
    )
    command.add_argument(
        "--continue",
        dest="go_on",
        action="append",
        default=[],
        type=builder.text,
        metavar="CODE",
        help=builder.help_text("session_continue"),
    )
    _content(builder, command)
    command.add_argument("--list", action="store_true", help=builder.help_text("session_list"))
    command.add_argument("--no-open", action="store_true", help=builder.help_text("no_open"))

    def verify(args: argparse.Namespace) -> None:
        """Stop with exit code 2 if a session is both to begin and to go on."""
        if args.go_on and args.sessions is not None:
            command.error(builder.help_text("session_both"))
        of_a_file = [name for name in ("replay", "out", "against") if getattr(args, name)]
        if of_a_file and args.file is None:
            command.error(builder.help_text("session_of_a_file", name=f"--{of_a_file[0]}"))
        if args.against and len(of_a_file) > 1:
            command.error(builder.help_text("session_against_alone", name=f"--{of_a_file[0]}"))

    command.set_defaults(verify=verify)


def _content(builder: Arguments, command: argparse.ArgumentParser) -> None:
    """What a session is made of, and what its file is good for."""
    command.add_argument(
        "--only", choices=("both", "game", "lesson"), default="both", help=builder.help_text("session_only")
    )
    command.add_argument(
        "--minutes", type=builder.count(0, 600), default=None, metavar="N", help=builder.help_text("session_minutes")
    )
    command.add_argument(
        "--rounds", type=builder.count(1, 40), default=None, metavar="N", help=builder.help_text("session_rounds")
    )
    command.add_argument(
        "--tables", type=builder.count(2, 40), default=None, metavar="N", help=builder.help_text("session_tables")
    )
    command.add_argument("--chain", action="store_true", help=builder.help_text("session_chain"))
    command.add_argument("--cards", type=builder.path, metavar="PAGE", help=builder.help_text("session_cards"))
    command.add_argument("--replay", action="store_true", help=builder.help_text("session_replay"))
    command.add_argument("--out", type=builder.path, metavar="STUDY", help=builder.help_text("session_out"))
    command.add_argument("--against", type=builder.file, metavar="SESSION", help=builder.help_text("session_against"))


def execute(args: argparse.Namespace, language: str) -> int:
    """Serve sessions, or list those that are kept."""
    from simulation.session import store

    store.forget_old()
    if args.list:
        _list(language)
        return FINE
    if is_asked(args):
        return carry_out(args, language)
    from simulation.session.server import Place, serve

    prepare(language)  # before the room comes: what is compiled while it waits holds everybody up
    chosen = args.language or language
    rooms = _continued(args.go_on, args.language) if args.go_on else _begun(args, chosen, args.sessions or 1)
    serve(rooms, Place(args.host, args.port), chosen, lambda house: _announce(house, args, language))
    return FINE


def _begun(args: argparse.Namespace, language: str, count: int) -> "list[Room]":
    """New sessions of one programme; from a session's file, that session once more, under a code of its own."""
    from simulation.session.content.origin import exported_in, programme_of
    from simulation.session.server import begun, imported

    exported = exported_in(args.file)
    if exported is not None:
        return [imported(programme_of(None, language, exported.source), exported, language)]
    programme = programme_of(args.file, language, **wished(args))
    rooms: list[Room] = []
    try:
        for _ in range(count):
            rooms.append(begun(programme, language))
    except BaseException:
        for room in rooms:
            room.close()
            room.store.delete()
        raise
    return rooms


def _continued(codes: list[str], language: str | None) -> "list[Room]":
    """Sessions that go on where they were, in a language of their own unless another one is chosen."""
    from simulation.session.codes import code_in
    from simulation.session.content.origin import programme_of
    from simulation.session.server import opened
    from simulation.session.store import Store

    rooms: list[Room] = []
    try:
        for code in dict.fromkeys(code_in(text[:40]) for text in codes):
            kept = Store(code)
            try:
                programme = programme_of(None, language or kept.about("language"), kept.about("source"))
                rooms.append(opened(kept, programme))
            except BaseException:
                kept.close()
                raise
    except BaseException:
        for room in rooms:
            room.close()
        raise
    for room in rooms:
        room.chosen_language = language or ""
    return rooms


def _list(language: str) -> None:
    """The sessions that are kept, the newest first."""
    from datetime import datetime

    from simulation.session import store
    from simulation.session.codes import spaced_code
    from simulation.text.i18n import say

    codes = store.codes()
    for code in codes:
        day = datetime.fromtimestamp(store.path_of(code).stat().st_mtime).strftime("%Y-%m-%d %H:%M")
        print(f"{spaced_code(code)}  {day}")
    if not codes:
        print(say("cli.session_none", language))


def _announce(house: "House", args: argparse.Namespace, language: str) -> None:
    """Say how participants join and where the trainer's console is; open that, and let the absent join."""
    from simulation.session.addresses import in_address
    from simulation.session.codes import spaced_code
    from simulation.session.practice import Practice
    from simulation.text.i18n import say
    from simulation.web.hosts import is_local
    from simulation.web.listening import EVERYWHERE, browse_to

    own = "127.0.0.1" if args.host in EVERYWHERE else house.addresses[0]
    links = []
    for room in house.rooms.values():
        links.append(f"http://{in_address(own)}:{house.port}/s/{room.code}/console?key={room.secret}")
        print(say("cli.session_join", language, code=spaced_code(room.code), url=room.address))
        print(say("cli.session_console", language, url=links[-1]))
        if args.practice:
            Practice(own, house.port, room.code, args.practice).begin()
    if all(map(is_local, house.addresses)):
        print(say("cli.session_local", language))
    else:
        print(say("cli.session_reach", language, addresses=", ".join(house.addresses), port=house.port))
    print(end="", flush=True)
    if not args.no_open:
        import threading

        threading.Thread(target=browse_to, args=(links[0], True), daemon=True).start()
