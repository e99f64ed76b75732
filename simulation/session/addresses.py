"""The addresses of this machine, of which one goes into the QR code."""

import ipaddress
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

from simulation.web.listening import EVERYWHERE, own_address

_SIOCGIFADDR = {"linux": 0x8915, "darwin": 0xC0206921}
"""The call that asks an interface for its address."""


def addresses(host: str) -> tuple[str, ...]:
    """The addresses at which others may reach a server that listens on ``host``, the likeliest first.

    >>> addresses("192.168.1.5")
    ('192.168.1.5',)
    """
    if host not in EVERYWHERE:
        return (host,)
    found = dict.fromkeys([own_address("0.0.0.0"), *_of_interfaces(), *_of_name()])
    numbers = [address for address in found if _is_of_use(address)]
    return (*sorted(numbers, key=_likelihood), "127.0.0.1")


def _is_of_use(address: str) -> bool:
    """Whether a phone may reach an address: neither this machine alone nor one that nobody gave out."""
    try:
        number = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return not (number.is_loopback or number.is_link_local or number.is_unspecified)


def _likelihood(address: str) -> int:
    """Networks of homes and offices before others; a range that virtual machines like comes late."""
    if address == own_address("0.0.0.0"):
        return 0
    return next((place for place, start in enumerate(("192.168.", "10."), 1) if address.startswith(start)), 3)


def _of_interfaces() -> Iterator[str]:
    """The IPv4 address of every interface, where the system can be asked."""
    call = _SIOCGIFADDR.get(sys.platform)
    if call is None:
        return
    import fcntl  # noqa: PLC0415 - POSIX only

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with suppress(OSError):
                answer = fcntl.ioctl(asking.fileno(), call, struct.pack("256s", name.encode()[:15]))
                yield socket.inet_ntoa(answer[20:24])


def _of_name() -> Iterator[str]:
    """The addresses that this machine's name stands for, which on Windows are all it has."""
    with suppress(OSError):
        yield from socket.gethostbyname_ex(socket.gethostname())[2]


def in_address(host: str) -> str:
    """A host as it stands in an address.

    >>> in_address("::1"), in_address("10.0.0.1")
    ('[::1]', '10.0.0.1')
    """
    return f"[{host}]" if ":" in host else host
