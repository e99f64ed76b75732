"""Start the dashboard's server: on this machine only unless told otherwise, and without the internet."""

import logging
import os
import signal
import socket
import threading
import warnings
import webbrowser
from typing import Any

from simulation.dashboard.web import LARGEST_MESSAGE, Application, Door
from simulation.errors import InputRefused, problem
from simulation.words import say

SETTINGS = {
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


OWN_MACHINE = {"127.0.0.1", "::1", "localhost"}
"""Where packing messages costs more than it spares."""


def serve(host: str, port: int, browse: bool, language: str) -> int:
    """Serve until interrupted. Raises :class:`~simulation.errors.InputRefused` if the port is in use."""
    _check_port(host, port)
    os.environ.update(SETTINGS)
    os.environ["SYNERGY_LANGUAGE"] = language
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # plain http on this machine is meant
    if not os.environ.get("SYNERGY_DEBUG"):
        logging.getLogger("reacton").setLevel(logging.CRITICAL)  # we say ourselves what went wrong, in a line
    import uvicorn  # noqa: PLC0415 - Solara reads its settings when it is imported, which is now

    from simulation.dashboard.engine import engine  # noqa: PLC0415
    from simulation.dashboard.memory import Sweeper, sweep  # noqa: PLC0415

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end ends our processes too
    engine().warm()
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/"

    class Announced(uvicorn.Server):
        """A server that says where it is once it answers, not before."""

        async def startup(self, *sockets: Any, **further: Any) -> None:
            await super().startup(*sockets, **further)
            Sweeper(sweep).begin()
            print(say("cli.serving", language, url=url), flush=True)  # noqa: T201 - said to whoever started it
            if browse:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = uvicorn.Config(
        _application(language, host),
        host=host,
        port=port,
        log_level="error",
        timeout_graceful_shutdown=1,
        ws_max_size=LARGEST_MESSAGE,
        ws_per_message_deflate=host not in OWN_MACHINE,
        server_header=False,
    )
    try:
        Announced(config).run()
    except KeyboardInterrupt:
        pass
    finally:
        engine().close()
    return 0


def _check_port(host: str, port: int) -> None:
    """Refuse a port that somebody listens on already, or an address that is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            if os.name != "nt":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, port))
    except OSError:
        raise InputRefused([problem("port_taken", given=port)]) from None


def _application(language: str, host: str) -> Application:
    """Solara's application behind a door of ours."""
    from solara.server.starlette import app  # noqa: PLC0415 - it reads its settings when imported

    from simulation.dashboard.mishaps import say_mishaps  # noqa: PLC0415
    from simulation.dashboard.pages import pages  # noqa: PLC0415

    say_mishaps()
    return Door(app, pages(), language, host)
