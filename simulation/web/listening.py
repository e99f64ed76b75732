"""Where a server listens, by which address others reach it, and how a browser is opened there."""

import errno
import os
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from simulation.study.errors import InputRefused, problem

EVERYWHERE = ("0.0.0.0", "::")
"""Listening on these is listening on every network that the machine is in."""


def listening(host: str, port: int) -> list[socket.socket]:
    """Sockets bound to an address; raises :class:`~simulation.study.errors.InputRefused` if there can be none.

    What is bound is what was checked: between a trial and the real thing somebody else could take the port.
    """
    bound: list[socket.socket] = []
    try:
        for family, address in _resolved(host, port):
            bound.append(socket.socket(family, socket.SOCK_STREAM))
            if os.name != "nt":
                bound[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                bound[-1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            bound[-1].bind(address)
            bound[-1].listen(256)
    except OSError as error:
        for sock in bound:
            sock.close()
        raise InputRefused([_cannot_listen(error, host, port)]) from None
    return bound


def _resolved(host: str, port: int) -> Sequence[tuple[int, Any]]:
    """The addresses of this machine that ``host`` stands for."""
    if not host.strip() or any(ord(letter) <= ord(" ") for letter in host):
        raise InputRefused([problem("no_host", given=repr(host))])
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InputRefused([problem("unknown_host", given=repr(host[:80]))]) from None
    return list(dict.fromkeys((family, address) for family, _, _, _, address in answers))


def _cannot_listen(error: OSError, host: str, port: int) -> Any:
    """Why nobody can listen there."""
    if error.errno in (errno.EACCES, errno.EPERM):
        return problem("port_forbidden", given=port)
    if error.errno == errno.EADDRINUSE:
        return problem("port_taken", given=port)
    return problem("unknown_host", given=repr(host[:80]))


def own_address(host: str) -> str:
    """This machine's address in the network, as others reach it; its name where it is in none. Nothing is sent."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as trial:
            trial.connect(("2001:db8::1" if family == socket.AF_INET6 else "192.0.2.1", 9))  # documentation's addresses
            return str(trial.getsockname()[0])
    except OSError:
        return socket.gethostname()


def browse_to(url: str, secret: bool) -> None:
    """Open a browser. An address that is ``secret`` stands in a file that only this account can read: what a program
    is started with, every account of the machine can read."""
    if not secret:
        webbrowser.open(url)
        return
    handle, name = tempfile.mkstemp(prefix="synergy-", suffix=".html")  # mode 0600
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={url}">')
    webbrowser.open(Path(name).as_uri())
    forget = threading.Timer(30.0, Path(name).unlink, kwargs={"missing_ok": True})
    forget.daemon = True
    forget.start()
