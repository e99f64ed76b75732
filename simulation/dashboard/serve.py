"""Start the dashboard's server: on this machine only unless told otherwise, and without the internet."""

import html
import logging
import os
import signal
import socket
import threading
import warnings
import webbrowser
from collections.abc import Awaitable, Callable
from typing import Any

from simulation.errors import InputRefused, problem
from simulation.words import say

SETTINGS = {
    "SOLARA_APP": "simulation.dashboard.app",
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}
"""How Solara is run: no telemetry, no banner, its own assets, visitors' memory given back after ten minutes."""


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

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a polite end ends our processes too
    engine().warm()
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/"
    print(say("cli.serving", language, url=url), flush=True)  # noqa: T201 - said to whoever started it
    if browse:
        threading.Timer(1.5, webbrowser.open, (url,)).start()
    try:
        uvicorn.run(_application(language), host=host, port=port, log_level="error", timeout_graceful_shutdown=1)
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


Application = Callable[[Any, Any, Any], Awaitable[None]]
KNOWN = ("/_solara/", "/jupyter/", "/static/", "/readyz", "/resourcez", "/favicon")


def _application(language: str) -> Application:
    """Solara's application, with a sentence and a way on at an address that does not exist."""
    from solara.server.starlette import app as solara_app  # noqa: PLC0415 - it reads its settings when imported

    from simulation.dashboard.pages import pages  # noqa: PLC0415

    known = {"/", *(f"/{name}" for name in pages())}
    lost, home = (html.escape(say(f"shell.{key}", language)) for key in ("lost", "home"))
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>synergy</title>'
        '<body style="font-family:system-ui,sans-serif;color:#1f2933;margin:12vh auto;max-width:36em;padding:0 1em">'
        f'<h1 style="font-size:1.5em">{lost}</h1><p><a style="color:#0b6e99" href="/">{home}</a></p></body></html>'
    ).encode()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "/")
        if scope["type"] != "http" or path in known or path.startswith(KNOWN):
            await solara_app(scope, receive, send)
            return
        head = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(page)).encode())]
        await send({"type": "http.response.start", "status": 404, "headers": head})
        await send({"type": "http.response.body", "body": page})

    return application
