"""The words a person reads: templates in ``locale/``, looked up by key; numbers and money as people write them.

``locale/<language>/`` holds a file for what everything shares and one for what each part alone says. What a language
lacks is read in English. How numbers are written, and how many forms a noun has, comes from the Unicode CLDR (Babel).
"""

import functools
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from simulation.text.languages import FALLBACK, LANGUAGES, folders, language_of

if TYPE_CHECKING:
    from babel import Locale

__all__ = [
    "LANGUAGES",
    "Separators",
    "language_name",
    "language_of",
    "money",
    "number",
    "own_phrases",
    "percent",
    "phrases",
    "say",
    "say_count",
    "separators",
    "twin",
    "words_of",
]


@functools.cache
def phrases(language: str) -> dict[str, str]:
    """All templates of a language by dotted key, English ones for what it lacks.

    Read once, and shared: not to be changed. Raises ``KeyError`` for a language that is not in ``LANGUAGES``.

    >>> sorted(phrases("en")) == sorted(phrases("nl"))
    True
    """
    return own_phrases(FALLBACK) | own_phrases(language)


@functools.cache
def own_phrases(language: str) -> dict[str, str]:
    """The templates in the folder of a language, by dotted key, without those it borrows from English.

    Read once, and shared: not to be changed. Raises ``KeyError`` for a language that has no folder.
    """
    import yaml  # noqa: PLC0415 - late, so that `synergy --help` is quick

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every scalar is a text, whatever it looks like
    templates: dict[str, str] = {}
    for file in sorted(folders()[language].iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            templates.update(_flat(yaml.load(file.read_text(encoding="utf-8"), loader) or {}))
    return templates


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Turn nested mappings into dotted keys."""
    entries: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            entries += _flat(value, f"{prefix}{key}.")
        else:
            entries.append((f"{prefix}{key}", str(value).rstrip("\n")))
    return entries


def say(key: str, language: str = "en", **fields: Any) -> str:
    """The template ``key`` in a language, its fields filled in.

    Raises ``KeyError`` for a key, or a field of the template, that is not there.

    >>> say("verdict.tie", "en"), say("verdict.tie", "nl")
    ('tie', 'gelijkspel')
    """
    return phrases(language)[key].format(**fields)


def say_count(key: str, count: float, language: str = "en", digits: int = 0, **fields: Any) -> str:
    """The template below ``key`` in the form that a language has for a count: ``one``, ``few``, ``other`` …

    The count fills the field ``n``, rounded to ``digits`` decimals, and it is the rounded number that decides the form
    (CLDR plural rules). A form that has no template is read as ``other``. Raises ``KeyError`` as :func:`say` does.

    >>> say_count("size.weeks", 1, "en"), say_count("size.weeks", 1200, "en"), say_count("size.weeks", 1, "nl", 1)
    ('1 week', '1,200 weeks', '1,0 weken')
    """
    shown = Decimal(f"{count:.{digits}f}")
    form = f"{key}.{_locale(language).plural_form(shown) if shown.is_finite() else 'other'}"
    fields["n"] = number(count, language, digits)
    return say(form if form in phrases(language) else f"{key}.other", language, **fields)


@functools.cache
def words_of(part: str, language: str) -> dict[str, str]:
    """All templates below a key, by the rest of their key; a page fills their fields in itself.

    Empty for a key that has none below it. Read once, and shared: not to be changed.

    >>> words_of("size", "nl")["points.one"]
    '{n} procentpunt'
    """
    prefix = f"{part}."
    return {key.removeprefix(prefix): text for key, text in phrases(language).items() if key.startswith(prefix)}


def twin(part: str, text: str, language: str) -> str:
    """The translation of an English text that stands below the key ``part``; any other text comes back unchanged.

    >>> twin("passport.unit", "weeks", "nl"), twin("passport.source", "time sheets 2025", "nl")
    ('weken', 'time sheets 2025')
    """
    key = next((key for key, english in words_of(part, FALLBACK).items() if english == text), None)
    return text if key is None else words_of(part, language)[key]


def language_name(code: str, reader: str | None = None) -> str:
    """The name of a language, in the language of a ``reader`` or else in its own; its code if Babel knows none.

    >>> language_name("nl"), language_name("nl", "en"), language_name("en", "nl"), language_name("qqq", "en")
    ('Nederlands', 'Dutch', 'Engels', 'qqq')
    """
    if reader is None:
        return own_phrases(code).get("language.name", code)
    return str(_locale(reader).languages.get(code.replace("-", "_"), code))


# --- numbers -------------------------------------------------------------------------------------------


class Separators(NamedTuple):
    """How a language writes numbers: the sign before decimals, between thousands, and before a number below 0."""

    decimal: str
    thousands: str
    minus: str


@functools.cache
def _locale(language: str) -> "Locale":
    """What Babel knows of a language; of one that it does not know, what it knows of English."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - 50 ms, so that `synergy --help` is quick

    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK)


@functools.cache
def separators(language: str) -> Separators:
    """The signs with which a language writes numbers in the digits 0 to 9 (CLDR); English ones if it has others.

    >>> separators("en"), separators("nl")
    (Separators(decimal='.', thousands=',', minus='-'), Separators(decimal=',', thousands='.', minus='-'))
    """
    symbols = _locale(language).number_symbols
    signs = symbols.get("latn") or _locale(FALLBACK).number_symbols["latn"]
    return Separators(signs["decimal"], signs["group"], signs["minusSign"])


def number(value: float, language: str = "en", digits: int = 0) -> str:
    """A number as people write it in a language, rounded to ``digits`` decimals as Python rounds; never −0.

    >>> number(1234567.8, "en"), number(1234567.8, "nl"), number(0.5, "nl", 2)
    ('1,234,568', '1.234.568', '0,50')
    """
    text = f"{value:,.{digits}f}"
    if text.lstrip("-0.,") == "":
        text = text.lstrip("-")
    return text.translate(_signs(language))


@functools.cache
def _signs(language: str) -> dict[int, str]:
    """What stands in a language for the signs that Python writes in a number."""
    decimal, thousands, minus = separators(language)
    return str.maketrans({".": decimal, ",": thousands, "-": minus})


def percent(share: float, language: str = "en", digits: int = 0) -> str:
    """A share, 1 for all of it, as a percentage with ``digits`` decimals.

    >>> percent(0.714, "en"), percent(0.0042, "nl", 1)
    ('71 %', '0,4 %')
    """
    return say("number.percent", language, n=number(100 * share, language, digits))


def money(euro: float, language: str = "en") -> str:
    """An amount in euros as people say it: millions with a decimal, thousands from some ten thousand, else whole euros.

    >>> money(1_130_000, "en"), money(1_130_000, "nl"), money(-42_300, "en"), money(950, "en")
    ('€ 1.1 million', '€ 1,1 miljoen', '−€ 42 thousand', '€ 950')
    """
    sign, size = ("−" if round(euro) < 0 else ""), abs(euro)
    if size >= 999_500:
        return say("number.euro_million", language, sign=sign, n=number(size / 1e6, language, 1))
    if size >= 9_950:
        return say("number.euro_thousand", language, sign=sign, n=number(size / 1e3, language))
    return say("number.euro", language, sign=sign, n=number(size, language))


def long_date(day: date, language: str = "en") -> str:
    """A day as people write it.

    >>> long_date(date(2026, 11, 29), "nl"), long_date(date(2026, 11, 29), "en")
    ('29 november 2026', 'November 29, 2026')
    """
    from babel.dates import format_date  # noqa: PLC0415 - as numbers do, it takes 50 ms

    written: str = format_date(day, "long", locale=_locale(language))
    return written
