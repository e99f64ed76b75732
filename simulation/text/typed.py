"""Numbers as people type them, and as they are shown to be typed over."""

import re
from decimal import Decimal

from simulation.text.i18n import separators


def localised(text: str, language: str) -> str:
    """Numbers without thousands as they are written in a language."""
    return text.replace(".", separators(language).decimal)


def written(value: float, language: str) -> str:
    """A number in full, as people write it, without thousands and needless noughts.

    >>> written(0.015, "nl"), written(240.0, "en"), written(1e-06, "en")
    ('0,015', '240', '0.000001')
    """
    return localised(format(Decimal(repr(value)).normalize() + 0, "f"), language)


def number_in(text: str, language: str) -> float | str:
    """The number that somebody typed, with a point or a comma; or the key of what is wrong with it.

    What could be thousands is not guessed at.

    >>> number_in(" 0,5 ", "en"), number_in("1.300", "nl"), number_in("1,300", "nl"), number_in("1e3", "en")
    (0.5, 'two_ways', 1.3, 'not_a_number')
    """
    text = text.strip().replace("−", "-")
    if not re.fullmatch(r"-?(\d{1,12}([.,]\d{0,18})?|[.,]\d{1,18})", text, re.ASCII):
        return "not_a_number"
    match = re.fullmatch(r"-?[1-9]\d{0,2}([.,])\d{3}", text)
    if match and match[1] != separators(language).decimal:
        return "two_ways"
    return float(text.replace(",", "."))
