"""Who needs whom and who meets whom in an organisation, before it is laid out in arrays."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from simulation.study.organisation import Organisation
from simulation.study.schedule import Levers

TEAM, FORUM, TABLE = 1, 2, 4
"""Meetings, as bits of a code that says in which of them two departments meet."""


class Ties:
    """Who needs whom, and who talks to whom anyway, department by department."""

    def __init__(self, organisation: Organisation) -> None:
        index = {department.name: number for number, department in enumerate(organisation.departments)}
        self.needs: list[list[tuple[int, float]]] = [[] for _ in index]
        self.informal: list[dict[int, float]] = [{} for _ in index]
        for tie in organisation.interdependence:
            self.needs[index[tie.a]].append((index[tie.b], tie.strength))
            self.needs[index[tie.b]].append((index[tie.a], tie.strength))
        for tie in organisation.informal_ties:
            for a, b in ((index[tie.a], index[tie.b]), (index[tie.b], index[tie.a])):
                self.informal[a][b] = min(1.0, self.informal[a].get(b, 0.0) + tie.strength)
        outside = [not department.internal for department in organisation.departments]
        self.chain_needs = [[(j, d) for j, d in near if outside[j]] for near in self.needs]


class Classes:
    """Departments that meet the same others, and are all inside or all outside, taken together.

    ``of`` is each department's class, ``links[a, b]`` in which meetings those of class a meet those of class b (a sum
    of :data:`TEAM`, :data:`FORUM` and :data:`TABLE`), ``ordered`` has the departments class by class, and ``ends``
    where each class ends in it.
    """

    def __init__(self, organisation: Organisation, levers: Levers) -> None:
        chain = [not department.internal for department in organisation.departments]
        signs = [
            (
                bool(levers.members[i]),
                levers.forum and not outside,
                levers.consulted and outside,
                bool(levers.consulted and levers.at_chain_table[i]),
                outside,
            )
            for i, outside in enumerate(chain)
        ]
        self.kinds = sorted(set(signs))
        self.of = [self.kinds.index(sign) for sign in signs]
        self.links = np.array([[_meet(a, b) for b in self.kinds] for a in self.kinds], dtype=np.int64)
        self.ordered = sorted(range(len(self.of)), key=lambda member: (self.of[member], member))
        self.ends = np.cumsum([self.of.count(kind) for kind in range(len(self.kinds))])

    def meets(self, department: int, other: int) -> int:
        """In which meetings two departments meet."""
        return int(self.links[self.of[department], self.of[other]]) if department != other else 0

    def others(self, department: int, near: Iterable[int], spelt_out: bool) -> list[int]:
        """With whom a department has to do: those ``near`` it and, if meetings are spelt out, whom it meets."""
        chosen = {*near}
        if spelt_out:
            chosen |= {other for other in range(len(self.of)) if self.meets(department, other)}
        return sorted(chosen)


def _meet(a: Sequence[bool], b: Sequence[bool]) -> int:
    """In which meetings two classes meet: in the team, in the forum, or at the chain's table, which partners share."""
    table = (a[2] and (b[2] or b[3])) or (b[2] and a[3])
    return TEAM * (a[0] and b[0]) + FORUM * (a[1] and b[1]) + TABLE * table


def network_key(levers: Levers) -> Any:
    """Levers with equal keys have equal networks."""
    return levers.members, levers.forum, levers.consulted, levers.at_chain_table
