"""By which names a request may address the server, and whose pages may open a websocket."""

import ipaddress
import os
import re
import socket


def hosts_of(bound: str) -> frozenset[str]:
    """The names by which a request may address this server; of numbers see :func:`is_welcome`.

    A page of another site can have its name point at this machine (DNS rebinding), so a name that is not ours is
    refused. ``SYNERGY_HOSTS`` adds names, separated by commas, such as that of a proxy in front of the server.
    """
    own = {"localhost", "127.0.0.1", "::1", bound.lower()}
    if not is_local(bound):
        name = socket.gethostname().lower()
        own |= {name, f"{name}.local", socket.getfqdn().lower()}
    return frozenset(own | added_hosts())


def added_hosts() -> frozenset[str]:
    """The names that ``SYNERGY_HOSTS`` adds."""
    return frozenset(name_in(added) for added in os.environ.get("SYNERGY_HOSTS", "").split(",")) - {""}


def name_in(address: str) -> str:
    """The name in what somebody may have written for one: an address with a scheme, a port, a path, or just the name.

    >>> [name_in(one) for one in ("Proxy.example", "https://127.0.0.1/x", "p.example:8080", "[::1]:80", " ", "::1")]
    ['proxy.example', '127.0.0.1', 'p.example', '::1', '', '::1']
    """
    name = address.strip().lower().partition("://")[2] or address.strip().lower()
    name = name.partition("/")[0]
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name if name.count(":") > 1 else name.partition(":")[0]


def is_local(bound: str) -> bool:
    """Whether an address that a server listens on can be reached from this machine only."""
    return bound == "localhost" or (_is_number(bound) and ipaddress.ip_address(bound).is_loopback)


def _is_number(name: str) -> bool:
    """Whether a host is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_welcome(host: str, names: frozenset[str], local: bool) -> bool:
    """Whether a request to ``host`` (with or without a port) is meant for this server.

    >>> [is_welcome(one, frozenset({"localhost"}), True) for one in ("localhost:80", "evil.example", "10.0.0.1", "")]
    [True, False, False, False]
    >>> is_welcome("10.0.0.1:8765", frozenset(), False), is_welcome("[::1]:8765", frozenset({"::1"}), True)
    (True, True)
    """
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?", host)
    if match is None:
        return False
    name = match[1].strip("[]").lower()
    return name in names or (not local and _is_number(name))


def is_own_page(origin: str | None, host: str) -> bool:
    """Whether a websocket is opened by a page of this server; what is no browser says no origin.

    >>> [is_own_page(f"http://{one}", "localhost:1") for one in ("localhost:1", "localhost:2", "evil.example")]
    [True, False, False]
    """
    return origin is None or origin.lower() in {f"http://{host}".lower(), f"https://{host}".lower()}
