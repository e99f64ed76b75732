"""The words a person reads: templates in ``locale/``, looked up by key.

``<language>.yaml`` holds what everything shares, ``<part>.<language>.yaml`` what one part alone says.
"""

import functools
import os
import unicodedata
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "nl")
"""The languages in which everything can be read."""


@functools.cache
def phrases(language: str) -> dict[str, str]:
    """All templates of a language, by dotted key; read once.

    >>> sorted(phrases("en")) == sorted(phrases("nl"))
    True
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - late, so that `synergy --help` is quick

    found: dict[str, str] = {}
    ending = f"{language}.yaml"
    for one in sorted(files("simulation").joinpath("locale").iterdir(), key=lambda one: one.name.removesuffix(ending)):
        if f".{one.name}".endswith(f".{ending}"):
            found.update(_flat(YAML(typ="safe", pure=True).load(one.read_text(encoding="utf-8"))))
    return found


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Turn nested mappings into dotted keys."""
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((f"{prefix}{key}", str(value).rstrip("\n")))
    return found


def say(key: str, language: str = "en", **fields: Any) -> str:
    """The template ``key`` in a language, its fields filled in.

    >>> say("verdict.tie", "en"), say("verdict.tie", "nl")
    ('tie', 'gelijkspel')
    """
    return phrases(language)[key].format(**fields)


@functools.cache
def words_of(part: str, language: str) -> dict[str, str]:
    """All templates below a key, by the rest of their key, their fields not filled in: for a page to fill.

    >>> words_of("number", "nl")["million"]
    'miljoen'
    """
    prefix = f"{part}."
    return {key.removeprefix(prefix): text for key, text in phrases(language).items() if key.startswith(prefix)}


def twin(part: str, text: str, language: str) -> str:
    """What an English text below the key ``part`` is in a language; a text that does not stand there stays as it is.

    >>> twin("passport.unit", "weeks", "nl"), twin("passport.source", "time sheets 2025", "nl")
    ('weken', 'time sheets 2025')
    """
    key = next((key for key, english in words_of(part, "en").items() if english == text), None)
    return text if key is None else words_of(part, language)[key]


def language_of(environment: dict[str, str] | None = None) -> str:
    """The reader's language: ``SYNERGY_LANGUAGE``, else that of the system, else English.

    >>> language_of({"LANG": "nl_NL.UTF-8"}), language_of({"LANG": "C"})
    ('nl', 'en')
    """
    known = os.environ if environment is None else environment
    for name in ("SYNERGY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = known.get(name, "")
        if value:
            return value[:2] if value[:2] in LANGUAGES else "en"
    return "en"


UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode's categories of what cannot be seen, or moves what can be: controls, formats, half characters, line ends."""


def visible(text: str, most: int | None = None) -> str:
    """A text with every character in it that cannot be seen written as its number, cut to ``most`` characters.

    >>> print(visible("Sales \\x1b[31m \\u202e"), visible("x" * 100, 8))
    Sales \\x1b[31m \\u202e xxxxxxxx…
    """
    start = text if most is None else text[:most]
    seen = "".join(_escaped(one) if unicodedata.category(one) in UNSEEN else one for one in start)
    if most is None or (len(text) <= most and len(seen) <= most):
        return seen
    return seen[:most] + "…"


def _escaped(character: str) -> str:
    """A character as its number, as Python writes it."""
    return character.encode("ascii", "backslashreplace").decode() if character > "\x7f" else repr(character)[1:-1]


def number(value: float, language: str = "en", digits: int = 0) -> str:
    """A number as people write it there.

    >>> number(1234567.8, "en"), number(1234567.8, "nl"), number(0.5, "nl", 2)
    ('1,234,568', '1.234.568', '0,50')
    """
    text = f"{value:,.{digits}f}"
    if text.lstrip("-0.,") == "":
        text = text.lstrip("-")
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def money(euro: float, language: str = "en") -> str:
    """Euros as people say them.

    >>> money(1_130_000, "en"), money(1_130_000, "nl"), money(-42_300, "en"), money(950, "en")
    ('€ 1.1 million', '€ 1,1 miljoen', '−€ 42 thousand', '€ 950')
    """
    sign, size = ("−" if round(euro) < 0 else ""), abs(euro)
    if size >= 999_500:
        return f"{sign}€ {number(size / 1e6, language, 1)} {say('number.million', language)}"
    if size >= 9_950:
        return f"{sign}€ {number(size / 1e3, language)} {say('number.thousand', language)}"
    return f"{sign}€ {number(size, language)}"
