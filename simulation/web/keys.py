"""The key of a dashboard that others can reach: in the printed address once, then in a cookie."""

import hmac
import secrets
from dataclasses import dataclass

from simulation.web.cookies import cookies_in

FIELD = "key"
"""What the key is called in an address."""


@dataclass(frozen=True)
class Key:
    """A key of 256 random bits (43 characters) and the cookie that holds it; the port is in the cookie's name, since
    browsers keep one jar for all ports of a machine."""

    text: str
    port: int

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return f"synergy_key_{self.port}"

    def fits(self, given: str) -> bool:
        """Whether what was given is the key; takes as long for a near miss as for a far one."""
        return hmac.compare_digest(self.text.encode(), given.encode("utf-8", "replace"))

    def is_in(self, cookies: str) -> bool:
        """Whether the key is in a request's cookies.

        >>> key = Key("abc", 8765)
        >>> [key.is_in(one) for one in ("synergy_key_8765=abc", "synergy_key_8765=abd", "synergy_key_80=abc", ";;=")]
        [True, False, False, False]
        """
        return self.fits(cookies_in(cookies, [self.cookie]).get(self.cookie, ""))

    def set_cookie(self) -> bytes:
        """The head that puts it into the visitor's browser: until that is closed, unreadable for scripts.

        ``Lax``, not ``Strict``: with ``Strict`` a link in a mail would arrive without it after the redirect.
        """
        return f"{self.cookie}={self.text}; Path=/; HttpOnly; SameSite=Lax".encode()


def new_key(port: int) -> Key:
    """A key that nobody can guess."""
    return Key(secrets.token_urlsafe(32), port)
