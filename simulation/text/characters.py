"""Characters that a reader cannot see, and names that look like each other.

A name is shown in terminals, tables and pages, and is how one thing in a file points at another. So what cannot be
seen is refused in a name, taken out of a text, and written as a code wherever it is repeated in a message.
"""

import unicodedata

from simulation.system.limits import LIMITS

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of what cannot be seen: controls, formatting, half characters, unassigned, line separators.

Formatting (Cf) holds what turns the direction of writing, and the joiners U+200C and U+200D: legitimate inside words of
some scripts and inside emoji, but two names that differ in nothing else look alike, so no name has them.
"""
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and symbols that are blank all the same."""
SOFT_HYPHEN = "\u00ad"
_WITHIN_WORDS = frozenset("\u00ad\u200b\u200c\u200d\u2060")
"""What stands inside a word, so that taking it out leaves the word in one piece."""
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0x180B, 0x180E), *range(0xE0100, 0xE01F0))))
"""Marks that choose between pictures of the same character."""
_CONTROLS = {
    0x00: "NULL",
    0x07: "BELL",
    0x08: "BACKSPACE",
    0x09: "TAB",
    0x0A: "LINE FEED",
    0x0D: "CARRIAGE RETURN",
    0x1B: "ESCAPE",
    0x7F: "DELETE",
    0x85: "NEXT LINE",
    0x9B: "CONTROL SEQUENCE INTRODUCER",
}
_WITHOUT_NAME = {"Cc": "CONTROL CHARACTER", "Cs": "HALF A CHARACTER", "Co": "PRIVATE USE"}


def is_unseen(character: str) -> bool:
    r"""Whether a character cannot be seen.

    >>> [is_unseen(character) for character in ("a", " ", "\u00a0", "\x1b", "\u202e", "\u3164")]
    [False, False, False, True, True, True]
    """
    return unicodedata.category(character) in UNSEEN or character in BLANK


def first_unseen(text: str) -> str | None:
    r"""The first character of a text that cannot be seen, None if there is none.

    >>> first_unseen("Sales"), first_unseen("Sa\u202eles")
    (None, '\u202e')
    """
    if text.isprintable() and BLANK.isdisjoint(text):
        return None
    return next((character for character in text if is_unseen(character)), None)


def is_visible(text: str) -> bool:
    r"""Whether a text has at least one character that leaves ink: a letter, a digit, a sign or a picture.

    >>> is_visible("x"), is_visible("-"), is_visible(" \u00a0"), is_visible("\ufe0f"), is_visible("")
    (True, True, False, False, False)
    """
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in BLANK for sign in text)


def code_of(character: str) -> str:
    r"""A character as U+XXXX.

    >>> code_of("\x1b"), code_of("\U0001f680")
    ('U+001B', 'U+1F680')
    """
    return f"U+{ord(character):04X}"


def unicode_name(character: str) -> str:
    r"""What Unicode calls a character; what it has no name for is called by its category.

    >>> unicode_name("\u202e"), unicode_name("\x1b"), unicode_name("\ue000"), unicode_name("\U000fffff")
    ('RIGHT-TO-LEFT OVERRIDE', 'ESCAPE', 'PRIVATE USE', 'UNASSIGNED')
    """
    name = _CONTROLS.get(ord(character)) or unicodedata.name(character, "")
    return name or _WITHOUT_NAME.get(unicodedata.category(character), "UNASSIGNED")


def escaped(text: str) -> str:
    r"""A text that may be put on a terminal: what cannot be seen, and spaces that are no spaces, as codes.

    So is a mark that has no letter to stand on, and would be put on whatever comes before it.

    >>> print(escaped("Sa\u202eles\x1b[2J \u00a0é"), escaped("'\u0301'"))
    Sa\u202eles\x1b[2J \xa0é '\u0301'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escape(character) if _is_escaped(character, before) else character
        for character, before in zip(text, ("", *text), strict=False)
    )


def _is_escaped(character: str, before: str) -> bool:
    """Whether a character cannot be seen where it stands, or is a space of an unusual kind."""
    return not character.isprintable() or character in BLANK or _is_bare(character, before)


def _is_bare(character: str, before: str) -> bool:
    """Whether a character is a mark with no letter or sign before it that it could stand on."""
    category = unicodedata.category
    return category(character)[0] == "M" and not (before and category(before)[0] in "LMNS")


def _escape(character: str) -> str:
    """A character as Python and YAML write it when it cannot be seen."""
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str, most: int | None = None) -> str:
    r"""A text in which whatever cannot be seen is written as a code, cut to ``most`` characters.

    >>> print(visible("Sales \x1b[31m \u202e"), visible("x" * 100, 8))
    Sales \x1b[31m \u202e xxxxxxxx…
    """
    start = text if most is None else text[:most]
    coded = "".join(_escape(character) if is_unseen(character) else character for character in start)
    if most is None or (len(text) <= most and len(coded) <= most):
        return coded
    return coded[:most] + "…"


def composed(text: str) -> str:
    r"""A text with each letter written in one way (NFC), and without soft hyphens, which word processors leave behind.

    A word that is longer than any name may be stays as it is: the work grows with the square of the marks in a row.

    >>> composed("Financie\u0308n") == "Financiën", composed("af\u00addeling")
    (True, 'afdeling')
    """
    if text.isascii():
        return text
    words = text.replace(SOFT_HYPHEN, "").split(" ")
    return " ".join(
        unicodedata.normalize("NFC", word) if len(word) <= LIMITS.name_characters else word for word in words
    )


_CONFUSABLE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο",
    "ABESIJKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXo",
)
"""Cyrillic and Greek letters that are drawn like Latin ones."""


def look(name: str) -> str:
    r"""What a name looks like: equal for two names that a reader cannot tell apart, or would not.

    Compatible forms (NFKC), large and small letters, kinds and numbers of spaces, and what cannot be seen count as the
    same; so do Cyrillic and Greek letters that are drawn as Latin ones are (Unicode's confusables, UTS 39).

    >>> look("Customer\u00a0 Service") == look("customer service"), look("A") == look("B")
    (True, False)
    >>> look("Sales") == look("S\u0430les")
    True
    """
    if name.isascii():
        return " ".join(name.casefold().split())
    inked = "".join(character for character in name if not (is_unseen(character) or character in _SELECTORS))
    latin = unicodedata.normalize("NFKC", inked).translate(_CONFUSABLE)
    folded = unicodedata.normalize("NFKC", latin.casefold())
    return " ".join(folded.split())


def one_line(text: str) -> str:
    r"""A text without line ends, needless spaces and what cannot be seen; what is inside a word leaves it whole.

    >>> one_line("A plan\n on two lines\n"), one_line("af\u00addeling \u202eB\x1b[1m")
    ('A plan on two lines', 'afdeling B [1m')
    """
    if not (text.isprintable() and BLANK.isdisjoint(text)):
        text = "".join("" if sign in _WITHIN_WORDS else " " if is_unseen(sign) else sign for sign in text)
    return " ".join(text.split())
