"""What a network says, told: ties between departments, who keeps to themselves, and hand-offs without contact."""

import math

from simulation.report.table import fitted
from simulation.study.network import Pair, e_i_index, modularity, without_contact
from simulation.study.organisation import Organisation
from simulation.study.sources.networks import KINDS, Contacts, Sort
from simulation.study.survey import shown_groups
from simulation.text.i18n import number, say, say_count

MOST_LISTED = 12
"""Pairs that are told one by one."""


def table(contacts: Contacts, organisation: Organisation, language: str, width: int) -> str:
    """A row a department: its people, with how many others it is tied, and how far its ties lead outside."""
    sorts = list(contacts.networks)
    head = ["", say("survey.department", language), say("network.people", language)]
    for sort in sorts:
        head += [say(f"network.{sort}_ties", language), say("network.e_i", language)]
    rows = []
    for department in organisation.departments:
        people = max((contacts.networks[sort].people.get(department.name, 0) for sort in sorts), default=0)
        row = ["", department.called(language), number(people, language) if people else "–"]
        for sort in sorts:
            near = sum(department.name in pair for pair in contacts.strengths[sort])
            row += [number(near, language), _outside(contacts, sort, department.name, language)]
        rows.append(row)
    return fitted(head, rows, width, (1,), len(head))


def _outside(contacts: Contacts, sort: Sort, name: str, language: str) -> str:
    """The E–I index of a department; nothing of one with few people, or where none have ties within."""
    network = contacts.networks[sort]
    if not network.within or name not in shown_groups(network.people, contacts.mapping.smallest):
        return "–"
    index = e_i_index(network, name)
    return "–" if math.isnan(index) else number(index, language, 2)


def notes(contacts: Contacts, organisation: Organisation, language: str) -> list[str]:
    """What the network is as a whole, what was passed over, and which hand-offs have no contact."""
    lines = [say_count("network.rows", contacts.rows, language)]
    if contacts.elsewhere:
        lines[0] += " " + say_count("network.elsewhere", contacts.elsewhere, language)
    if contacts.empty:
        lines[0] += " " + say_count("network.empty", contacts.empty, language)
    if contacts.own:
        lines[0] += " " + say_count("network.own", contacts.own, language)
    for sort, network in contacts.networks.items():
        what = say(f"network.{sort}", language)
        if network.within:
            fields = {"e_i": number(e_i_index(network), language, 2), "q": number(modularity(network), language, 2)}
            lines.append(say("network.whole", language, what=what, **fields))
        else:
            lines.append(say("network.none_within", language, what=what))
    return [*lines, *lacking(contacts, organisation, language), say("network.assumed", language)]


def lacking(contacts: Contacts, organisation: Organisation, language: str) -> list[str]:
    """Which departments need each other and are not in contact: by the network, or the study where it says nothing."""
    needs, meets = (_strengths(contacts, organisation, sort) for sort in ("need", "contact"))
    known = set.intersection(*(set(network.departments) for network in contacts.networks.values()))
    lacking_pairs = without_contact(needs, meets)
    pairs = [pair for pair in lacking_pairs if set(pair) <= known]
    called = {one.name: one.called(language) for one in organisation.departments}
    some = contacts.networks["contact"].weights if "contact" in contacts.networks else {}
    lines = [] if pairs else [say("network.all_meet", language)]
    for a, b in pairs[:MOST_LISTED]:
        key = "hardly_meet" if some.get((a, b)) else "never_meet"
        lines.append(say(f"network.{key}", language, a=called[a], b=called[b], need=number(needs[a, b], language, 2)))
    if len(pairs) > MOST_LISTED:
        lines.append(say_count("network.more", len(pairs) - MOST_LISTED, language))
    ends = {end for pair in lacking_pairs for end in pair} - known
    unknown = [called[name] for name in organisation.names if name in ends]
    return [*lines, say("network.unknown", language, names=", ".join(unknown))] if unknown else lines


def _strengths(contacts: Contacts, organisation: Organisation, sort: Sort) -> dict[Pair, float]:
    """How strongly departments are tied, by their names in order."""
    if sort in contacts.strengths:
        return dict(contacts.strengths[sort])
    found: dict[Pair, float] = {}
    for tie in getattr(organisation, KINDS[sort]):
        pair = (tie.a, tie.b) if tie.a <= tie.b else (tie.b, tie.a)
        found[pair] = max(found.get(pair, 0.0), tie.strength)
    return found
