"""What a session is known by: the code that participants type, and the trainer's key."""

import hashlib
import re
import secrets

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""31 letters and digits that nobody takes for one another: no I, L, O, 0 or 1."""
LENGTH = 8
"""31 to the power of 8 is 8.5e11 codes, 39 bits."""
_CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
_ALIKE = str.maketrans({" ": None, "-": None, "\u00a0": None, "–": None})


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_code(text: str) -> bool:
    """Whether a text is written as a code.

    >>> is_code("KXTR7MPQ"), is_code("kxtr7mpq"), is_code("../../KX"), is_code("KXTR7MP0")
    (True, False, False, False)
    """
    return _CODE.fullmatch(text) is not None


def code_in(text: str) -> str:
    """The code that somebody typed, or what they typed instead.

    >>> code_in(" kxtr-7mpq "), code_in("KXTR 7MPQ")
    ('KXTR7MPQ', 'KXTR7MPQ')
    """
    return text.strip().translate(_ALIKE).upper()


def spaced_code(code: str) -> str:
    """A code as it is read aloud.

    >>> spaced_code("KXTR7MPQ")
    'KXTR 7MPQ'
    """
    return f"{code[:4]} {code[4:]}"


def new_secret() -> str:
    """256 random bits, as 43 letters that may stand in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret: from it the secret cannot be found.

    >>> len(digest("abc"))
    64
    """
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def participant_id(token: str) -> str:
    """By what a participant is known in a session's record: 128 bits made of the token in their cookie.

    The record holds no token, so whoever has its file cannot answer for anybody.
    """
    return digest(f"participant {token}")[:32]
