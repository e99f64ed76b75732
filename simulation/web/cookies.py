"""The cookies of a request, of which only those that are ours or Solara's are read.

Python's own reader takes time that grows with the square of what quotes and backslashes it is given, before anybody is
asked for a key (CVE-2024-7592, mended in later releases). Our cookies hold letters, digits, hyphens and underscores, so
nothing else is a value.
"""

import re
from collections.abc import Iterable

LANGUAGE = "synergy_language"
"""Where a visitor's browser keeps the language that was chosen last."""
SESSION = "solara-session-id"
"""The cookie by which Solara knows a visitor; it comes with the first page."""

_VALUE = re.compile("[A-Za-z0-9_-]{1,100}")


def cookies_in(head: str, names: Iterable[str]) -> dict[str, str]:
    """The values of these cookies in the head of a request, as far as they are there; of two, the first.

    >>> cookies_in("a=1; synergy_language=nl; b=\\"x\\"; synergy_language=en", ["synergy_language", "b"])
    {'synergy_language': 'nl'}
    """
    wanted, values = set(names), dict[str, str]()
    for part in head.split(";"):
        name, _, value = part.partition("=")
        if name.strip() in wanted and _VALUE.fullmatch(value.strip()):
            values.setdefault(name.strip(), value.strip())
    return values


def head_of(cookies: dict[str, str]) -> bytes:
    """The head that says these cookies.

    >>> head_of({"a": "1", "b": "2"})
    b'a=1; b=2'
    """
    return "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
