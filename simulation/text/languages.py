"""Which languages there are: folders in ``locale/``, each named by its code and holding that language's words.

A folder named in ``SYNERGY_LOCALE`` holds further languages, such as one that somebody is still writing.
"""

import functools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

FALLBACK = "en"
"""What is read where a language lacks a text."""
FURTHER = "SYNERGY_LOCALE"
"""The variable of the environment that names a folder with further languages."""
ABOUT = "language.yaml"
"""The file that makes a folder a language."""

CODE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
_WEIGHED = re.compile(r"\s*([A-Za-z0-9-]{2,35})\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?", re.ASCII)
MOST_WEIGHED = 40
"""So many languages of a request's head are looked at."""


def is_code(text: str) -> bool:
    """Whether a text is written as the code of a language: two or three letters, perhaps a script and a region.

    >>> [is_code(text) for text in ("nl", "fry", "pt-BR", "sr-Latn", "es-419", "NL", "dutch", "pt_BR", "")]
    [True, True, True, True, True, False, False, False, False]
    """
    return CODE.fullmatch(text) is not None


@functools.cache
def folders() -> dict[str, Traversable]:
    """The folder of each language by its code, English first, then by code.

    A folder from ``SYNERGY_LOCALE`` adds a language and never replaces one that ships with the package. What cannot be
    read is left out.
    """
    by_code: dict[str, Traversable] = {}
    for root in _roots():
        with suppress(OSError):
            for folder in root.iterdir():
                if is_code(folder.name) and folder.joinpath(ABOUT).is_file():
                    by_code.setdefault(folder.name, folder)
    return dict(sorted(by_code.items(), key=lambda entry: (entry[0] != FALLBACK, entry[0])))


def _roots() -> Iterator[Traversable]:
    """The folders that hold languages."""
    yield files("simulation").joinpath("locale")
    if os.environ.get(FURTHER):
        yield Path(os.environ[FURTHER])


LANGUAGES = tuple(folders())
"""The languages in which everything can be read, English first."""


def matching(tag: str, languages: Sequence[str]) -> str:
    """The language that a tag asks for: the same, or the same apart from script and region; nothing if there is none.

    >>> matching("nl-BE", ("en", "nl")), matching("PT", ("en", "pt-BR")), matching("C", ("en", "nl"))
    ('nl', 'pt-BR', '')
    """
    tag = tag.lower()
    by_tag = {language.lower(): language for language in reversed(languages)}
    by_base = {lower.split("-")[0]: language for lower, language in by_tag.items()}
    base = tag.split("-")[0]
    return by_tag.get(tag) or by_tag.get(base) or by_base.get(base, "")


def preferred(header: str, languages: Sequence[str]) -> str:
    """The language that a browser's ``Accept-Language`` likes best of these; nothing if it names none of them.

    >>> preferred("nl-NL,nl;q=0.9,en;q=0.8", ("en", "nl")), preferred("fr, en;q=0.5, nl;q=0.7", ("en", "nl"))
    ('nl', 'nl')
    >>> preferred("*", ("en", "nl")), preferred("nl;q=0, de", ("en", "nl")), preferred("nl;q=two, en", ("en", "nl"))
    ('', '', 'en')
    """
    weighed: list[tuple[float, str]] = []
    for part in header.split(",", MOST_WEIGHED)[:MOST_WEIGHED]:
        match = _WEIGHED.fullmatch(part)
        language = matching(match[1], languages) if match else ""
        weight = float(match[2] or 1) if match else 0.0
        if language and weight > 0.0:
            weighed.append((weight, language))
    return max(weighed, key=lambda entry: entry[0])[1] if weighed else ""


def language_of(environment: Mapping[str, str] | None = None) -> str:
    """The reader's language: ``SYNERGY_LANGUAGE``, else that of the system, else English.

    >>> language_of({"LANG": "nl_NL.UTF-8"}), language_of({"LANG": "C"})
    ('nl', 'en')
    """
    variables = os.environ if environment is None else environment
    for name in ("SYNERGY_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = variables.get(name, "")
        if value:
            return matching(re.split("[.@]", value)[0].replace("_", "-"), LANGUAGES) or FALLBACK
    return FALLBACK
