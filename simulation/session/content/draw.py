"""Templates of the content: what is put into them is escaped, and what is missing is an error."""

import functools
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulation.study.organisation import Label
from simulation.text.i18n import LANGUAGES, money, number, percent, say, say_count


def texts(key: str, **fields: Any) -> Label:
    """A text below ``game`` in every language."""
    return Label(**{language: say(f"game.{key}", language, **fields) for language in LANGUAGES})


@functools.cache
def _environment() -> Environment:
    """The pieces in ``pieces/``."""
    return Environment(
        loader=PackageLoader("simulation.session.content", "pieces"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def piece(template: str, language: str, **fields: Any) -> Markup:
    """A piece of a page in a language; in it ``t`` says a text below ``game``, ``n`` one with a count, ``pct`` a share,
    ``num`` a number and ``eur`` an amount.
    """
    words = {
        "t": lambda key, **values: say(f"game.{key}", language, **values),
        "n": lambda key, count, **values: say_count(f"game.{key}", count, language, **values),
        "pct": lambda share: percent(share, language),
        "num": lambda value, decimals=0: number(value, language, decimals),
        "eur": lambda amount: money(amount, language),
        "language": language,
    }
    return Markup(_environment().get_template(f"{template}.html").render(**words, **fields))
