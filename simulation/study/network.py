"""Who works with whom: a network of people, or of departments, told as ties between departments.

Rules, all of them assumed and none measured (``docs/network.md``): what passes between two departments is the sum of
the weights of all ties between their people, whichever way they go; per head of the smaller of the two it is the *rate*
of that pair, of which the largest counts as 1, or whatever is said to; and a tie weaker than :data:`LEAST` is none.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

LEAST = 0.05
"""A pair of departments with less than this, against the closest pair, counts as not in contact."""
Pair = tuple[str, str]


@dataclass
class Network:
    """Ties of one sort. ``people`` are the heads of each department, none where departments themselves are tied.

    ``weights`` are the summed weights of ties by the two departments, in order of their names; of ties within one, both
    are the same.
    """

    people: Counter[str] = field(default_factory=Counter)
    weights: dict[Pair, float] = field(default_factory=dict)

    def add(self, a: str, b: str, weight: float) -> None:
        """A tie between somebody of one department and somebody of another, or of the same."""
        pair = (a, b) if a <= b else (b, a)
        self.weights[pair] = self.weights.get(pair, 0.0) + weight

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that have people, or ties, in order of their names."""
        return tuple(sorted({*self.people, *(end for pair in self.weights for end in pair)}))

    @property
    def within(self) -> bool:
        """Whether there are ties within departments, so that one can say how far they keep to themselves."""
        return any(a == b for a, b in self.weights)


def rates(network: Network) -> dict[Pair, float]:
    """What passes between two departments, per head of the smaller one where heads are known."""
    found = {}
    for (a, b), weight in network.weights.items():
        if a != b:
            found[a, b] = weight / max(1, min(network.people.get(a, 1), network.people.get(b, 1)))
    return found


def ties(network: Network, full: float | None = None) -> dict[Pair, float]:
    """How strongly departments are tied, 0 to 1, strongest first: their rate, of which ``full`` counts as 1.

    >>> network = Network(Counter(Sales=10, IT=5, Finance=5))
    >>> for a, b, weight in (("Sales", "IT", 10.0), ("Sales", "Finance", 5.0), ("IT", "Finance", 0.2)):
    ...     network.add(a, b, weight)
    >>> ties(network)
    {('IT', 'Sales'): 1.0, ('Finance', 'Sales'): 0.5}
    """
    found = rates(network)
    whole = full or max(found.values(), default=1.0) or 1.0
    strengths = {pair: min(1.0, rate / whole) for pair, rate in found.items()}
    order = sorted(strengths, key=lambda pair: (-strengths[pair], pair))
    return {pair: round(strengths[pair], 4) for pair in order if strengths[pair] >= LEAST}


def e_i_index(network: Network, department: str | None = None) -> float:
    """How far ties lead outside: (E − I)/(E + I), with E the weight of ties between departments and I within them.

    −1 where all keep to themselves, 1 where nobody does (Krackhardt & Stern 1988); of one department, over the ties of
    its people. nan without ties.

    >>> network = Network()
    >>> for a, b in (("A", "A"), ("A", "B"), ("A", "B"), ("B", "B"), ("B", "B")):
    ...     network.add(a, b, 1.0)
    >>> e_i_index(network), e_i_index(network, "A")
    (-0.2, 0.3333333333333333)
    """
    ours = {pair: weight for pair, weight in network.weights.items() if department is None or department in pair}
    outside = math.fsum(weight for (a, b), weight in ours.items() if a != b)
    inside = math.fsum(weight for (a, b), weight in ours.items() if a == b)
    return (outside - inside) / (outside + inside) if outside + inside else math.nan


def modularity(network: Network) -> float:
    """How much more weight lies within departments than if ties fell at random (Newman & Girvan 2004).

    0 as at random, towards 1 the more they keep to themselves, below 0 if they avoid their own. nan without ties.

    >>> network = Network()
    >>> for a, b in (("A", "A"), ("A", "A"), ("A", "B"), ("B", "B"), ("B", "B")):
    ...     network.add(a, b, 1.0)
    >>> round(modularity(network), 3)
    0.3
    """
    all_ = math.fsum(network.weights.values())
    if not all_:
        return math.nan
    ends: dict[str, float] = {}
    for (a, b), weight in network.weights.items():
        ends[a] = ends.get(a, 0.0) + weight
        ends[b] = ends.get(b, 0.0) + weight
    within = math.fsum(weight for (a, b), weight in network.weights.items() if a == b)
    return within / all_ - math.fsum((end / (2.0 * all_)) ** 2 for end in ends.values())


def without_contact(needs: Mapping[Pair, float], contacts: Mapping[Pair, float], least: float = LEAST) -> list[Pair]:
    """The pairs that need each other at least by ``least`` and are not in contact, the most needed first.

    >>> without_contact({("IT", "Sales"): 0.9, ("Finance", "Sales"): 0.4}, {("IT", "Sales"): 0.3})
    [('Finance', 'Sales')]
    """
    lacking = [pair for pair, need in needs.items() if need >= least and not contacts.get(pair)]
    return sorted(lacking, key=lambda pair: (-needs[pair], pair))
