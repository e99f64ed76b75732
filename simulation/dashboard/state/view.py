"""A visitor's state: one frozen value, changed only by making another, that an address holds and gives back.

Nothing in an address is trusted: it is data, read within bounds, and what cannot be is left out and said.
"""

import base64
import binascii
import json
import zlib
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import parse_qs, urlencode

from simulation.dashboard.state.settings import settings
from simulation.dashboard.state.studies import study_by_digest
from simulation.dashboard.state.variants import (
    Base,
    Changes,
    base_data,
    base_names,
    base_study,
    changes_of,
    first_shown,
    horizon_of,
    refused,
    scenario_of,
    study_of,
)
from simulation.lesson.runsheet import LONGEST
from simulation.model.outcomes import BY_OUTCOME, LEADING
from simulation.model.worlds import Mode
from simulation.study.errors import InputRefused, shown
from simulation.study.measures import MEASURES
from simulation.study.parameters import GONE
from simulation.study.scenario import Study
from simulation.system.limits import LIMITS
from simulation.text.characters import visible
from simulation.text.i18n import LANGUAGES, language_of, say

FIRST = ("it-only", "it-led", "roles", "partner-with", "full")
"""The classic question, with which the case begins."""
MOST_SCENARIOS = 24
MOST_WORLDS = 2_000
MOST_SEED = 2**31 - 1
MOST_RATE = 500
"""A year's discount, in tenths of a per cent."""
LONGEST_ADDRESS = LIMITS.query_characters
LONGEST_CHANGES = LIMITS.changes_characters
MOST_OWN = 24
"""A visitor's own scenarios."""


Votes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class View:
    """What a visitor looks at.

    ``page`` is the page's name; ``scenarios`` are compared, ``hand`` is the one in hand and ``baseline`` what all are
    compared with. ``world`` is the world that is looked at, of ``shown`` and, if it is not empty, ``beside`` it.
    ``changes`` are the visitor's own. ``chapter``, ``step``, ``take`` (which of its worlds is shown), ``votes`` (hands
    per option, chapter by chapter), ``again`` (those of the second vote), ``package`` (the measures that a room chose)
    and ``minutes`` (how long the session is, 0 for all chapters) belong to the lesson; ``rate`` is a year's discount in
    tenths of a per cent.
    """

    page: str = "compare"
    language: str = "en"
    scenarios: tuple[str, ...] = FIRST
    hand: str = "full"
    baseline: str = "it-only"
    outcome: str = LEADING
    worlds: int = 200
    seed: int = 1
    mode: Mode = "ranges"
    world: int = 0
    week: int = 26
    shown: str = "full"
    beside: str = "it-only"
    chapter: int = 0
    step: int = 0
    take: int = 0
    votes: Votes = ()
    again: Votes = ()
    minutes: int = 0
    package: tuple[str, ...] = ()
    rate: int = 0
    changes: Changes = field(default_factory=Changes)

    def but(self, **changes: Any) -> "View":
        """The same view with changes; what it can no longer hold falls back to what it can.

        The scenario in hand and the baseline are never the same: choosing one for both swaps them.

        >>> View().but(baseline="full").hand, View().but(baseline="full").baseline
        ('it-only', 'full')
        """
        changed = replace(self, **changes)
        order = changed.changes.names
        chosen = tuple(sorted({name for name in changed.scenarios if name in order}, key=order.index))[:MOST_SCENARIOS]
        hand, baseline = changed.hand, changed.baseline
        if hand == baseline:
            hand, baseline = self.baseline, self.hand
        if hand not in chosen:
            other = (name for name in (*reversed(chosen), *reversed(order)) if name != baseline)
            hand = next(other, order[-1]) if chosen else order[-1]
        if baseline not in chosen:
            baseline = next((name for name in (*chosen, *order) if name != hand), hand)
        changed = replace(changed, votes=_canonical(changed.votes), again=_canonical(changed.again))
        if "shown" not in changes and self.shown == self.hand:  # the world's page follows, until it is told otherwise
            changed = replace(changed, shown=hand)
        world = changed if changed.shown in order else replace(changed, shown=hand)
        world = world if world.beside in ("", *order) else replace(world, beside="")
        return replace(world, scenarios=chosen, hand=hand, baseline=baseline)

    def ticked(self, name: str, on: bool) -> "View":
        """The same view with one scenario more or less to compare."""
        others = tuple(scenario for scenario in self.scenarios if scenario != name)
        return self.but(scenarios=(*others, name) if on else others)

    @property
    def study(self) -> Study:
        """The scenarios that are compared, with all changes."""
        return study_of(self.changes, self.scenarios)

    @property
    def horizon(self) -> int:
        """How many weeks are looked at."""
        return horizon_of(self.changes)

    def title(self, name: str) -> str:
        """A scenario's title in the visitor's language."""
        return scenario_of(self.changes, name).called(self.language)


def _canonical(votes: Votes) -> Votes:
    """Hands per option, per chapter, with nothing for a chapter without any, and nothing after the last with some.

    >>> _canonical(((0, 0), (0, 3), (), (0,)))
    ((), (0, 3))
    """
    last = max((index for index, hands in enumerate(votes) if any(hands)), default=-1)
    return tuple(hands if any(hands) else () for hands in votes[: last + 1])


def first_view(language: str | None = None, page: str = "compare", base: Base | None = None) -> View:
    """What a visitor sees first, of the server's study or of ``base``: in the language given, or else the server's."""
    chosen = first_shown(base)[:MOST_SCENARIOS]
    spoken = language if language in LANGUAGES else settings().language or language_of()
    view = View(page=page, language=spoken, changes=Changes(base=base))
    hand, baseline = chosen[-1], chosen[0]
    return view.but(scenarios=chosen, hand=hand, baseline=baseline, shown=hand, beside=baseline)


# --- the address ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about a link that could not be followed: a key of ``link`` in the locale, and what was given.

    ``wrong`` is what a file that says the same would be refused for.
    """

    key: str
    given: str = ""
    wrong: InputRefused | None = None

    def sentence(self, language: str) -> str:
        """The notice in a sentence."""
        given = self.wrong.problems[0].told(language) if self.wrong else self.given
        return say(f"link.{self.key}", language, given=given)


def address_of(view: View) -> str:
    """The address of a view, path and query; what is as at first is left out, except the language.

    >>> address_of(first_view("nl"))
    '/compare?lang=nl'
    """
    base = view.changes.base
    first = first_view(view.language, view.page, base)
    query: list[tuple[str, str]] = [("lang", view.language)]
    if base is not None:
        query.append(("base", base.digest))
    usual = {name: getattr(first, name) for name in _PLAIN}
    usual["shown"] = view.hand if first.shown == first.hand else first.shown  # until another is chosen
    other = [name for name in _PLAIN if getattr(view, name) != usual[name]]
    query += [(_ADDRESS_KEYS.get(name, name), str(getattr(view, name))) for name in other]
    if view.scenarios != first.scenarios:
        query += [("s", name) for name in view.scenarios or ("",)]
    for name, votes in (("votes", view.votes), ("again", view.again)):
        if votes:
            query.append((name, "_".join("-".join(map(str, hands)) for hands in votes)))
    if view.package:
        query.append(("package", ".".join(view.package)))
    if view.changes.text != Changes().text:
        query.append(("c", _packed(view.changes.text)))
    return f"/{view.page}?{urlencode(query)}"


_COUNTS = {"worlds": (2, MOST_WORLDS), "seed": (0, MOST_SEED), "world": (0, MOST_WORLDS - 1), "week": (1, 520)} | {
    "chapter": (0, 99),
    "step": (0, 99),
    "take": (0, 999),
    "minutes": (0, LONGEST),
    "rate": (0, MOST_RATE),
}
"""Whole numbers in an address, and their bounds."""
_PLAIN = (*_COUNTS, "hand", "baseline", "outcome", "mode", "shown", "beside")
"""What an address holds as it is."""
_ADDRESS_KEYS = {"baseline": "rival"}
"""What an address calls otherwise than a view does: links that were sent keep working."""


def read_address(page: str, search: str, language: str | None = None) -> tuple[View, tuple[Notice, ...]]:
    """The view that an address holds, and what in it could not be followed.

    >>> view, notices = read_address("compare", "?worlds=100&hand=../../etc/passwd", "en")
    >>> view.worlds, view.hand, notices[0].sentence("en")
    (100, 'full', 'The link names a scenario that is not here: ../../etc/passwd.')
    """
    if len(search) > LONGEST_ADDRESS:
        return first_view(language, page), (Notice("too_long"),)
    try:
        query = parse_qs(search.lstrip("?"), keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return first_view(language, page), (Notice("unreadable"),)
    code = query.get("lang", [""])[0]
    notices: list[Notice] = []
    spoken = code if code in LANGUAGES else language
    base = study_by_digest(query["base"][0]) if "base" in query else None
    if "base" in query and base is None:
        return first_view(spoken, page), (Notice("base"),)
    view = first_view(spoken, page, base)
    changes = _changes(query["c"][0], base, notices) if "c" in query else Changes(base=base)
    view = replace(view, changes=changes)
    fields: dict[str, Any] = {}
    for name, (low, high) in _COUNTS.items():
        if name in query:
            _take_count(name, query[name][0], (low, high), fields, notices)
    _take_names(query, changes, fields, notices)
    _take_words(query, fields, notices)
    return view.but(**fields), tuple(notices)


def _take_count(name: str, given: str, bounds: tuple[int, int], fields: dict[str, Any], notices: list[Notice]) -> None:
    """Take a whole number within bounds."""
    if given.isascii() and given.isdigit() and len(given) < 11 and bounds[0] <= int(given) <= bounds[1]:
        fields[name] = int(given)
    else:
        notices.append(Notice("number", f"{name}={shown(given, 40)}"))


def _take_names(query: dict[str, list[str]], changes: Changes, fields: dict[str, Any], notices: list[Notice]) -> None:
    """Take names of scenarios that are there."""
    known = changes.names
    strange = [name for name in query.get("s", []) if name and name not in known]
    if "s" in query:
        fields["scenarios"] = tuple(name for name in query["s"] if name in known)
    for name in ("hand", "baseline", "shown", "beside"):
        given = query.get(_ADDRESS_KEYS.get(name, name), [None])[0]
        if given is None:
            continue
        if given in known or (name == "beside" and not given):
            fields[name] = given
        else:
            strange.append(given)
    notices += [Notice("scenario", _short(name)) for name in dict.fromkeys(strange)]


def _take_words(query: dict[str, list[str]], fields: dict[str, Any], notices: list[Notice]) -> None:
    """Take what is one of a few words, and the votes."""
    for name, legal in (("mode", ("ranges", "defaults")), ("outcome", tuple(BY_OUTCOME))):
        given = query.get(name, [None])[0]
        if given in legal:
            fields[name] = given
        elif given is not None:
            notices.append(Notice("number", f"{name}={_short(given)}"))
    for name in ("votes", "again"):
        fields[name] = _votes(query.get(name, [""])[0])
    chosen = query.get("package", [""])[0].split(".")
    fields["package"] = tuple(measure for measure in MEASURES if measure in chosen)


def _votes(given: str) -> Votes:
    """Hands per option, per chapter; what is no count is none.

    >>> _votes("3-0-12__x-1")
    ((3, 0, 12), (), (0, 1))
    """
    chapters = [[count for count in part.split("-")[:12] if count] for part in given.split("_")[:20]] if given else []
    votes = tuple(
        tuple(int(count) if count.isascii() and count.isdigit() and len(count) <= 3 else 0 for count in part)
        for part in chapters
    )
    return votes if any(map(any, votes)) else ()


def _short(given: str) -> str:
    """What was given, in a sentence."""
    return visible(given, 60)


def _packed(text: str) -> str:
    """Text as letters that an address may hold."""
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def _changes(given: str, base: Base | None, notices: list[Notice]) -> Changes:
    """Changes from an address; none if they cannot be read or no file could say them."""
    none = Changes(base=base)
    try:
        packed = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        opener = zlib.decompressobj()
        text = opener.decompress(packed, LONGEST_CHANGES)
        if opener.unconsumed_tail:
            raise ValueError("longer than we read")
        sound = _sound(json.loads(text.decode()), base)
        notices += [Notice("gone", name) for name in _drop_gone(sound)]
        changes = changes_of(sound, base)
        changes.text.encode()  # half a character can be written in JSON, and sent to nobody
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        notices.append(Notice("changes"))
        return none
    wrong = refused(changes, changes.names if changes.data.keys() - {"scenarios"} else tuple(changes.scenarios))
    if wrong is not None:
        notices.append(Notice("refused", wrong=wrong))
        return none
    return changes


def _drop_gone(data: dict[str, Any]) -> list[str]:
    """Take out the parameters that there are no more, and return their names."""
    dropped: set[str] = set()
    for layer in (data, *data.get("scenarios", {}).values()):
        given = layer.get("parameters")
        gone = GONE.intersection(given) if isinstance(given, dict) else frozenset()
        for name in gone:
            del given[name]
        if gone and not given:
            del layer["parameters"]
        dropped |= gone
    return sorted(dropped)


def _sound(data: Any, base: Base | None) -> dict[str, Any]:
    """Plain data of changes, if that is what it is: parts, and in them only what may be put together with a file."""
    if not isinstance(data, dict) or not data.keys() <= {"project", "parameters", "organisation", "scenarios"}:
        raise ValueError("not changes")
    own = data.get("scenarios", {})
    organisation = data.get("organisation", {})
    if not all(isinstance(part, dict) for part in data.values()) or len(own) > MOST_OWN:
        raise ValueError("not changes")
    departments = organisation.get("departments", {})
    if not organisation.keys() <= {"departments"} or not isinstance(departments, dict):
        raise ValueError("not changes")
    if not all(isinstance(entry, dict) for entry in (*own.values(), *departments.values())):
        raise ValueError("not changes")
    if set(own) & set(base_names(base)):
        raise ValueError("what comes with the study is not a visitor's own")
    return cast(dict[str, Any], data)


def is_own(view: View) -> bool:
    """Whether the visitor looks at a study of their own."""
    return view.changes.base is not None


def title_of(view: View) -> str:
    """The title of the study that is looked at."""
    titled = base_data(view.changes.base).get("title")
    return base_study(view.changes.base).title.in_(view.language) if titled else ""
