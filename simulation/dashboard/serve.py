"""Start the dashboard's server: on this machine only unless another address is given, and without the internet."""

import logging
import os
import threading
import warnings
from dataclasses import dataclass, replace
from typing import Any

from simulation.dashboard.state.settings import Settings, hand_over
from simulation.text.i18n import language_of, say
from simulation.web.hosts import added_hosts, is_local
from simulation.web.keys import FIELD, Key, new_key
from simulation.web.listening import EVERYWHERE, browse_to, listening, own_address

SOLARA_SETTINGS = {
    "SOLARA_APP": "simulation.dashboard.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "synergy",
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_THEME_FORCE_REFRESH": "True",
    "SOLARA_SESSION_HTTP_ONLY": "True",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}
"""How Solara is run: no telemetry, no banner, its own assets. A page whose server started anew loads itself again (its
address holds the choices); scripts cannot read a visitor's mark; the memory of a visitor whose connection broke is
given back after ten minutes, that of one who leaves the page at once."""


@dataclass(frozen=True)
class Where:
    """Where to listen, and whether a key is needed: None for the rule, which is a key wherever others can come.

    ``bound`` are the addresses that it came to, which say more than a name does.
    """

    host: str
    port: int
    keyed: bool | None = None
    bound: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether only this machine can reach it: a name of a proxy (``SYNERGY_HOSTS``) says that others do."""
        return all(is_local(address) for address in (*(self.bound or (self.host,)), *added_hosts()))

    def key(self) -> Key | None:
        """A new key, if one is needed."""
        return new_key(self.port) if (not self.local if self.keyed is None else self.keyed) else None

    def url(self, key: Key | None = None) -> str:
        """The address to open: of this machine in the network where the server listens everywhere."""
        first = self.bound[0] if self.bound else self.host
        name = own_address(first) if first in EVERYWHERE else self.host if self._is_name else first
        shown = f"[{name}]" if ":" in name else name
        return f"http://{shown}:{self.port}/" + (f"?{FIELD}={key.text}" if key else "")

    @property
    def _is_name(self) -> bool:
        """Whether the host is a name rather than a number in one of its many forms."""
        return not self.host.lower().startswith("0x") and any(
            letter.isalpha() for letter in self.host.partition("%")[0]
        )


def serve(where: Where, settings: Settings, browse: bool) -> int:
    """Serve until a signal ends it, and let that signal through; gives the exit code 0 otherwise.

    ``browse`` opens a browser once the server answers. Raises :class:`~simulation.study.errors.InputRefused` if the
    server cannot listen there, and ``RuntimeError`` if this process has other settings already.
    """
    language = settings.language or language_of()
    sockets = listening(where.host, where.port)
    try:
        hand_over(settings)
    except RuntimeError:
        for sock in sockets:
            sock.close()
        raise
    where = replace(where, bound=tuple(sock.getsockname()[0] for sock in sockets))
    _prepare_solara()
    from simulation.dashboard.state.runs import run_store  # noqa: PLC0415
    from simulation.dashboard.state.studies import study_store  # noqa: PLC0415
    from simulation.web.lifecycle import Server, configured  # noqa: PLC0415 - Solara is imported from here on

    run_store().warm()
    key = where.key()
    config = configured(_application(language, where, key), where.local)
    try:
        Server(config, lambda: _begin(where, key, language, browse)).run(sockets)
    finally:
        run_store().close()
        study_store().reader.close()
    return 0


def _prepare_solara() -> None:
    """What Solara reads when it is imported, and what it is not to say."""
    os.environ.update(SOLARA_SETTINGS)
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # plain http on this machine is meant
    if not os.environ.get("SYNERGY_DEBUG"):
        logging.getLogger("reacton").setLevel(logging.CRITICAL)  # we say ourselves what went wrong, in a line


def _begin(where: Where, key: Key | None, language: str, browse: bool) -> None:
    """What is done once the server answers: visitors' memory is watched, the address is said and, if wished, opened."""
    from simulation.dashboard.server.memory import Sweeper, sweep  # noqa: PLC0415 - it imports Solara

    Sweeper(sweep).begin()
    announce(where, key, language)
    if browse:
        url = f"{where.url(key)}{'&' if key else '?'}lang={language}"  # who starts it reads it so
        threading.Thread(target=browse_to, args=(url, key is not None), daemon=True).start()


def announce(where: Where, key: Key | None, language: str) -> None:
    """Say where the dashboard is and, if others can reach it, who they are, what they see, and what protects it."""
    print(say("cli.serving", language, url=where.url(key)))  # noqa: T201 - said to whoever started it
    if not where.local:
        print(say("cli.reach_key" if key else "cli.reach_all", language, port=where.port))  # noqa: T201
        print(say("cli.in_the_clear", language))  # noqa: T201
    print(end="", flush=True)  # noqa: T201


def _application(language: str, where: Where, key: Key | None) -> Any:
    """Solara's application behind a door of ours."""
    from solara.server.starlette import app  # noqa: PLC0415 - it reads its settings when imported

    from simulation.dashboard.pages import pages  # noqa: PLC0415
    from simulation.dashboard.server.mishaps import say_mishaps  # noqa: PLC0415
    from simulation.dashboard.server.web import Door  # noqa: PLC0415

    say_mishaps()
    return Door(app, pages(), language, (where.host, *where.bound), key)
