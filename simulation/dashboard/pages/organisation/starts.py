"""Where an organisation begins: one that ships with synergy, nothing at all, or the answers to a few questions."""

import functools
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from simulation.dashboard.pages.organisation import edits
from simulation.dashboard.pages.organisation.edits import Data, organisation_of, with_department, with_tie, without
from simulation.dashboard.state.view import View
from simulation.study.organisation import Label
from simulation.study.sources.files import CASE, load_data, shipped_names
from simulation.text.i18n import LANGUAGES, say

HOURS_EACH = 36.0
"""Hours a week of one person, where nothing else is said (a usual full-time week in the Netherlands)."""
NEEDED = 0.6
"""How much two need each other who call each other when something is wrong (assumed)."""
NOTHING = ""
"""Whoever starts from nothing."""


@functools.lru_cache(maxsize=8)
def _shipped(name: str) -> Data:
    """The data of an organisation that ships with synergy; only to be read."""
    return load_data(name)


def offered(language: str) -> list[dict[str, str]]:
    """The organisations that one can start from, by name, title and description; the case comes first."""
    names = sorted(shipped_names(), key=lambda name: (name != CASE, name))
    found = [(name, _shipped(name)) for name in names]
    listed = [
        {
            "name": name,
            "title": _text(data.get("title"), language) or name,
            "what": _text(data.get("description"), language),
        }
        for name, data in found
    ]
    nothing = {"title": say("organisation.nothing", language), "what": say("organisation.nothing_what", language)}
    return [*listed, {"name": NOTHING, **nothing}]


def _text(value: Any, language: str) -> str:
    """A text of a file for a reader."""
    return Label(**value).in_(language) if isinstance(value, dict) and value else str(value or "")


def started(name: str) -> Data | None:
    """The data of what one starts from; None if there is no such thing."""
    if name == NOTHING:
        return blank()
    return _shipped(name) if name in shipped_names() else None


@functools.cache
def blank() -> Data:
    """An organisation of IT and one department that know nothing of each other, with the measures of the case."""
    data = _shipped(CASE)
    whole = data
    for name in list(organisation_of(data)["departments"]):
        data = without(data, name)
    kept = {key: value for key, value in data.items() if key not in {"title", "description"}}
    texts = {key: {one: say(f"organisation.{key}", one) for one in LANGUAGES} for key in ("own_title", "own_name")}
    kept["title"], kept["organisation"] = texts["own_title"], {**data["organisation"], "name": texts["own_name"]}
    kept = {key: kept[key] for key in ("synergy", "title", *(key for key in kept if key not in {"synergy", "title"}))}
    labels = {one: say("organisation.department_name", one, n=1) for one in LANGUAGES}
    made = with_department(kept, "IT", {"kind": "it", "capacity": 4 * HOURS_EACH})
    made = with_department(made, labels["en"], {"kind": "business", "capacity": 4 * HOURS_EACH, "label": labels})
    return edits.scaled(made, _inside(made) / _inside(whole))


def interviewed(
    name: str, departments: Sequence[Mapping[str, Any]], needs: Sequence[Sequence[int]], language: str
) -> Data:
    """The study that the answers to the interview make: who takes part, how full weeks are, and who calls whom.

    The measures are those of the case, with the hours of those for everybody in proportion to the organisation.

    ``departments`` have ``name``, ``kind``, ``capacity`` (h a week) and perhaps ``workload`` (a share); ``needs`` are
    pairs of their places.
    """
    data = blank()
    for known in list(organisation_of(data)["departments"]):
        data = without(data, known)
    for one in departments:
        traits = {key: one[key] for key in ("kind", "capacity", "workload") if one.get(key) is not None}
        data = with_department(data, str(one["name"]), traits)
    for a, b in needs:
        names = str(departments[a]["name"]), str(departments[b]["name"])
        data = with_tie(data, "interdependence", *names, NEEDED)
    if name:
        organisation_of(data)["name"] = {language: name}
    return edits.scaled(data, _inside(data) / _inside(_shipped(CASE)))


def _inside(data: Data) -> float:
    """The hours a week of all departments inside."""
    departments = organisation_of(data)["departments"].values()
    return float(sum(traits["capacity"] for traits in departments if traits["kind"] != "chain"))


def slug(view: View) -> str:
    """The organisation's name as that of a file."""
    name = view.study.organisation.name.in_(view.language)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")[:60] or "organisation"
