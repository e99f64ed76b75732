"""Who needs whom and who meets whom in an organisation, before it is laid out in arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulation.study.organisation import Organisation
from simulation.study.schedule import Levers


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
    """Departments that meet the same others, taken together.

    ``of`` is each department's class, ``links[a, b]`` whether those of class a meet those of class b, ``ordered``
    has the departments class by class, and ``ends`` where each class ends in it.
    """

    def __init__(self, organisation: Organisation, levers: Levers) -> None:
        chain = [not department.internal for department in organisation.departments]
        signs = [
            (
                bool(levers.members[i]),
                levers.forum and not outside,
                levers.consulted and outside,
                bool(levers.consulted and levers.at_chain_table[i]),
            )
            for i, outside in enumerate(chain)
        ]
        self.kinds = sorted(set(signs))
        self.of = [self.kinds.index(sign) for sign in signs]
        self.links = np.array([[_meet(a, b) for b in self.kinds] for a in self.kinds], dtype=np.int64)
        self.sizes = [self.of.count(kind) for kind in range(len(self.kinds))]
        self.ordered = sorted(range(len(self.of)), key=lambda member: (self.of[member], member))
        self.ends = np.cumsum(self.sizes)

    def contact(
        self, department: int, near: Sequence[tuple[int, float]], informal: dict[int, float]
    ) -> dict[int, float]:
        """How strong a department's contact is to those whom it needs."""
        meets, of = self.links[self.of[department]].tolist(), self.of
        return {j: 1.0 if meets[of[j]] else informal.get(j, 0.0) for j, _ in near}

    def contacts(self, department: int, informal: dict[int, float], spelt_out: bool) -> list[tuple[int, float]]:
        """A department's contacts: those it meets, if meetings are spelt out, and informal ones beyond them."""
        meets, of = self.links[self.of[department]].tolist(), self.of
        strengths = {j: strength for j, strength in informal.items() if not meets[of[j]]}
        if spelt_out:
            strengths |= {j: 1.0 for j in range(len(of)) if j != department and meets[of[j]]}
        return sorted(strengths.items())

    def company(self, department: int) -> float:
        """How many others a department meets."""
        own = self.of[department]
        others = sum(size for kind, size in enumerate(self.sizes) if self.links[own, kind])
        return float(others - self.links[own, own])


def _meet(a: Sequence[bool], b: Sequence[bool]) -> bool:
    """Whether two classes meet: in the team, in the forum, or at the chain's table, which partners share."""
    team, forum = a[0] and b[0], a[1] and b[1]
    table = (a[2] and (b[2] or b[3])) or (b[2] and a[3])
    return team or forum or table


def network_key(levers: Levers) -> Any:
    """Levers with equal keys have equal networks."""
    return levers.members, levers.forum, levers.consulted, levers.at_chain_table
