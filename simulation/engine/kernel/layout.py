"""A study laid out in arrays, for the compiled week: what is fixed before a world is drawn.

Departments, ties, levers and contact networks of all scenarios stand one after another in a few flat arrays; a
record for each scenario says where its own begin. Ties are sparse: two departments that do not need each other
take no room, but for what the others of a block leave empty. A meeting is not spelt out as a tie between every two
that sit in it, unless there are few departments in all: they are put into classes, and it is said which classes meet
which, so that work grows with departments and ties alone.
"""

import itertools
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from simulation.engine.kernel.departments import LANES
from simulation.engine.kernel.meetings import Classes, Ties, network_key
from simulation.model import randomness
from simulation.model.terms import (
    Profile,
    Request,
    Seat,
    Settings,
    Terms,
    profile_of,
    requests_of,
    settings_of,
    terms_of,
)
from simulation.study.constants import CLOSE_NEED, CLOSING_WEEKS
from simulation.study.measures import CARRIED_OUT
from simulation.study.organisation import Department, Organisation
from simulation.study.parameters import PARAMETERS
from simulation.study.scenario import Given, Scenario, Study
from simulation.study.schedule import Levers, Schedule

Records = NDArray[Any]
Near = Sequence[Sequence[tuple[int, float]]]
Rows = tuple[tuple[int, int], ...]

KINDS = ("it", "business", "chain")
IT, BUSINESS, CHAIN = range(3)

SPELT_OUT = 16
"""In an organisation of no more departments a meeting is spelt out in ties, which is quicker then."""


def record(numbers: str, counts: str = "") -> np.dtype[np.void]:
    """A record of 8-byte numbers and counts; each argument holds names apart by spaces."""
    fields = [(name, "f8") for name in numbers.split()] + [(name, "i8") for name in counts.split()]
    return np.dtype(fields)


def record_of(kind: Any, numbers: str = "", counts: str = "") -> np.dtype[np.void]:
    """A record with the fields of a named tuple, and more of its own; whatever is no real number is a count."""
    hints = get_type_hints(kind)
    reals = [name for name in kind._fields if hints[name] is float]
    integers = [name for name in kind._fields if hints[name] is not float]
    return record(" ".join([numbers, *reals]), " ".join([counts, *integers]))


VALUES = record(" ".join(parameter.name for parameter in PARAMETERS))
"""One value for every parameter."""

DEPARTMENT = record_of(Profile, "capacity rate benefit voice weight chain_weight", "kind internal")
"""What is fixed of a department; a trait that the file leaves open is nan, hours are per week."""

SCENARIO = record_of(
    Terms,
    "",
    "departments count it horizon values plan levers asks keys needs chain_needs hand_offs phases phase_count",
)
"""Where a scenario's own begin, and what is fixed of its project; ``needs`` is where the ends of its hand-offs begin,
and ``hand_offs`` the first of them."""

LEVERS = record_of(Settings, "", "network")
"""What measures ask of a week; hours of meetings that are left to the parameter are nan."""

ASK = record_of(Request)
"""What they ask of, or give to, one department."""

NETWORK = record("", "parties wide meets bonds codes close members classes class_ends links")
"""Where the contacts of one combination of levers begin; ``classes`` counts its classes. ``bonds`` is where the ends of
its bonds begin, ``codes`` the codes of its hand-offs, and ``close`` how many each needs by more than a quarter."""

TIE = np.dtype([("weight", "f8", (LANES,)), ("to", "i8")])
"""What the departments of a block have to do with one (its place in the organisation): a weight for each of them."""

SEAT = record_of(Seat)
"""A department's seat in a network."""

HAND_OFF = np.dtype([("need", "f8", (LANES,)), ("settled", "f8", (LANES,)), ("to", "i8")])
"""What passes between the departments of a block and one other: interdependence, and how far it is settled."""

PACE = np.dtype([("reach", "f8", (LANES,)), ("pace", "f8", (LANES,))])
"""Of a hand-off in a network: how far the other's issues are in reach, and how quickly it is settled."""

BOND = np.dtype([("informal", "f8", (LANES,)), ("need", "f8", (LANES,)), ("to", "i8")])
"""Whom the departments of a block may meet or imitate: informal contact and interdependence."""


@dataclass(frozen=True)
class Layout:
    """A study in arrays.

    ``keys`` are those that luck is drawn with, a run of them for each list of names; ``bounds`` has the lowest, the
    highest and the usual value of every parameter, shape (3, sets of given parameters, parameters).
    """

    scenarios: Records
    departments: Records
    plan: NDArray[np.int64]
    fades: NDArray[np.int64]
    levers: Records
    asks: Records
    networks: Records
    close: NDArray[np.int64]
    members: NDArray[np.int64]
    links: NDArray[np.int64]
    class_ends: NDArray[np.int64]
    ties: Records
    ends: NDArray[np.int64]
    hand_offs: Records
    informal: NDArray[np.float64]
    codes: NDArray[np.int8]
    bonds: Records
    bond_codes: NDArray[np.int8]
    phases: NDArray[np.int64]
    measure_keys: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    bounds: NDArray[np.float64]
    horizon: int


class _Pile:
    """Rows put one after another."""

    def __init__(self, dtype: Any) -> None:
        self.dtype, self.rows, self.count = np.dtype(dtype), bytearray(), 0

    def add(self, rows: Any) -> int:
        """Put rows on the pile; returns where they begin."""
        start, laid = self.count, np.asarray(rows, self.dtype.base)
        self.rows += laid.tobytes()
        self.count += len(laid)
        return start

    def array(self) -> NDArray[Any]:
        """The whole pile."""
        return np.frombuffer(self.rows, self.dtype) if self.count else np.empty(0, self.dtype)


@dataclass(frozen=True)
class _Laid:
    """An organisation laid out: what a scenario's record says of it, and its networks so far."""

    organisation: Organisation
    ties: Ties
    columns: Mapping[str, int]
    rows: Rows
    networks: dict[Any, int]


def lay_out(study: Study) -> Layout:
    """Lay a study out in arrays."""
    return _Layer().study(study)


class _Layer:
    """Lays one scenario after another."""

    def __init__(self) -> None:
        self.scenarios, self.departments = _Pile(SCENARIO), _Pile(DEPARTMENT)
        self.plan, self.fades = _Pile(np.int64), _Pile(np.int64)
        self.levers, self.asks = _Pile(LEVERS), _Pile(ASK)
        self.networks, self.close = _Pile(NETWORK), _Pile(np.int64)
        self.members, self.links, self.class_ends = _Pile(np.int64), _Pile(np.int64), _Pile(np.int64)
        self.ties, self.hand_offs, self.bonds = _Pile(TIE), _Pile(HAND_OFF), _Pile(BOND)
        self.informal = _Pile(np.dtype(("f8", (LANES,))))
        self.codes, self.bond_codes = _Pile(np.dtype(("i1", (LANES,)))), _Pile(np.dtype(("i1", (LANES,))))
        self.phases = _Pile(np.int64)
        self.ends, self.keys = _Pile(np.int64), _Pile(np.uint64)
        self.names: dict[tuple[str, ...], int] = {}
        self.given: dict[tuple[Given, ...], int] = {}
        self.organisations: dict[Organisation, _Laid] = {}
        self.tied: dict[tuple[Any, ...], _Laid] = {}
        self.rows: dict[tuple[int, int, int], tuple[Scenario, Records]] = {}

    def study(self, study: Study) -> Layout:
        """All scenarios of a study."""
        for scenario in study.scenarios:
            self.scenario(scenario)
        return Layout(
            scenarios=self.scenarios.array(),
            departments=self.departments.array(),
            plan=self.plan.array(),
            fades=self.fades.array(),
            levers=self.levers.array(),
            asks=self.asks.array(),
            networks=self.networks.array(),
            close=self.close.array(),
            members=self.members.array(),
            links=self.links.array(),
            class_ends=self.class_ends.array(),
            ties=self.ties.array(),
            ends=self.ends.array(),
            hand_offs=self.hand_offs.array(),
            informal=self.informal.array(),
            codes=self.codes.array(),
            bonds=self.bonds.array(),
            bond_codes=self.bond_codes.array(),
            phases=self.phases.array(),
            measure_keys=np.array([randomness.measure_key(name) for name in CARRIED_OUT.values()], np.uint64),
            keys=self.keys.array(),
            bounds=_bounds(tuple(self.given)),
            horizon=study.horizon,
        )

    def scenario(self, scenario: Scenario) -> None:
        """One scenario; of those that differ in their parameters alone, all that they share is laid out once."""
        shared = id(scenario.organisation), id(scenario.project), id(scenario.measures)
        if shared not in self.rows:
            self.rows[shared] = scenario, self._row(scenario)  # kept as well, so that no other objects get its ids
        rows = self.rows[shared][1].copy()
        rows[0]["values"] = self.given.setdefault(scenario.parameters, len(self.given))
        self.scenarios.add(rows)

    def _row(self, scenario: Scenario) -> Records:
        """A scenario's record, but for its parameters."""
        rows = np.zeros(1, SCENARIO)
        row = rows[0]
        laid = self._organisation(scenario.organisation)
        _fill(row, {**laid.columns, **terms_of(scenario)._asdict()})
        row["horizon"] = scenario.project.horizon
        self._measures(scenario, laid, row)
        return rows

    def _organisation(self, organisation: Organisation) -> "_Laid":
        """An organisation, laid out once for all its scenarios."""
        if organisation not in self.organisations:
            tied = self._tied(organisation)
            columns = {
                **tied.columns,
                "departments": self._departments(organisation, tied.ties),
                "keys": self._names(tuple(department.name for department in organisation.departments)),
            }
            self.organisations[organisation] = replace(tied, organisation=organisation, columns=columns)
        return self.organisations[organisation]

    def _tied(self, organisation: Organisation) -> "_Laid":
        """What stands on ties and kinds alone, laid out once for all organisations that share the very same ties."""
        kinds = tuple(department.kind for department in organisation.departments)
        key = kinds, organisation.names, id(organisation.interdependence), id(organisation.informal_ties)
        if key not in self.tied:
            ties = Ties(organisation)
            rows = _rows(ties.needs)
            columns = {
                "count": len(kinds),
                "it": kinds.index("it"),
                "needs": self._ends(rows, self.hand_offs.count, len(kinds)),
                "hand_offs": self._hand_offs(ties, rows),
                "chain_needs": self._chain(ties),
            }
            self.tied[key] = _Laid(organisation, ties, columns, rows, {})
        return self.tied[key]

    def _ends(self, rows: Rows, start: int, count: int) -> int:
        """Put down where the rows of each block end, of ``count`` departments; returns where those ends begin."""
        blocks = [block for block, _ in rows]
        return self.ends.add([start, *(start + bisect_right(blocks, block) for block in range(-(-count // LANES)))])

    def _names(self, names: tuple[str, ...]) -> int:
        """Where the keys of these departments begin; the same departments have the same luck."""
        if names not in self.names:
            self.names[names] = self.keys.add([randomness.name_key(name) for name in names])
        return self.names[names]

    def _departments(self, organisation: Organisation, ties: Ties) -> int:
        """What is fixed of the departments of an organisation."""
        rows = np.zeros(len(organisation.departments), DEPARTMENT)
        for index, (row, department) in enumerate(zip(rows, organisation.departments, strict=True)):
            _describe(row, department)
            row["weight"] = sum(strength for _, strength in ties.needs[index])
            row["chain_weight"] = sum(strength for _, strength in ties.chain_needs[index])
        return self.departments.add(rows)

    def _hand_offs(self, ties: Ties, rows: Rows) -> int:
        """Put down what passes between departments; returns where it begins."""
        needs, position = _by_place(ties.needs), {row: number for number, row in enumerate(rows)}
        table, informal = np.zeros(len(rows), HAND_OFF), np.zeros((len(rows), LANES))
        table["to"] = [other for _, other in rows]
        for (department, other), need in needs.items():
            row, lane = position[department // LANES, other], department % LANES
            table["need"][row, lane] = need
            informal[row, lane] = ties.informal[department].get(other, 0.0)
        self.informal.add(informal)
        return self.hand_offs.add(table)

    def _chain(self, ties: Ties) -> int:
        """Put down who needs which chain partner, and how much; returns where the ends of its blocks begin."""
        rows, needs = _rows(ties.chain_needs), _by_place(ties.chain_needs)
        position = {row: number for number, row in enumerate(rows)}
        table = np.zeros(len(rows), TIE)
        table["to"] = [other for _, other in rows]
        for (department, other), need in needs.items():
            table["weight"][position[department // LANES, other], department % LANES] = need
        start = self._ends(rows, self.ties.count, len(ties.needs))
        self.ties.add(table)
        return start

    def _measures(self, scenario: Scenario, laid: "_Laid", row: Any) -> None:
        """Which levers are set in which week and phase, what they ask of whom, and who meets whom then."""
        schedule, horizon = Schedule(scenario.measures, scenario.organisation), scenario.project.horizon
        numbered: dict[int, tuple[int, Levers, bool]] = {}
        table: list[int] = []
        fades: list[bool] = []
        roles = scenario.measures.assign_roles
        last = horizon if roles is None or roles.end is None else roles.end
        turns = sorted({0, horizon + 1, *(week for week in schedule.turning_weeks() if week <= horizon)})
        phases = schedule.phases()
        row["phases"], row["phase_count"] = self.phases.add(phases), len(phases)
        for since, (week, until) in itertools.product((None, *phases), itertools.pairwise(turns)):
            levers = schedule.levers(week, None if since is None else week - since)
            if id(levers) not in numbered:
                held = any(portion > 0.0 for portions in levers.roles for portion in portions)
                numbered[id(levers)] = len(numbered), levers, held
            number, _, held = numbered[id(levers)]
            table += [number] * (until - week)
            closed = since is not None and since >= CLOSING_WEEKS
            fades += [closed or (week > last and not held)] * (until - week)
        row["plan"] = self.plan.add(table)
        self.fades.add(fades)
        row["levers"], row["asks"] = self.levers.count, self.asks.count
        for _, levers, _ in numbered.values():
            self.levers.add(_lever_row(levers, self._network(laid, levers)))
            self.asks.add(_ask_rows(levers))

    def _network(self, laid: "_Laid", levers: Levers) -> int:
        """Who is in contact with whom under some levers; returns the number of that network."""
        key = network_key(levers)
        if key not in laid.networks:
            laid.networks[key] = self.networks.add(self._contacts(laid, levers))
        return laid.networks[key]

    def _contacts(self, laid: "_Laid", levers: Levers) -> Records:
        """A network, laid out."""
        organisation, ties, classes = laid.organisation, laid.ties, Classes(laid.organisation, levers)
        rows = np.zeros(1, NETWORK)
        row = rows[0]
        internal = sum(department.internal for department in organisation.departments)
        everyone = levers.consulted or levers.forum
        row["wide"], row["parties"] = levers.forum, len(organisation.departments) if everyone else internal
        spelt_out = len(organisation.departments) <= SPELT_OUT
        row["meets"] = bool(classes.links.any()) and not spelt_out
        row["classes"], row["links"] = len(classes.kinds), self.links.add(classes.links.ravel())
        row["members"], row["class_ends"] = self.members.add(classes.ordered), self.class_ends.add(classes.ends)
        row["close"] = self.close.add([sum(need > CLOSE_NEED for _, need in near) for near in ties.needs])
        row["codes"] = self._codes(ties, laid.rows, classes)
        row["bonds"] = self._bonds(ties, classes, spelt_out)
        return rows

    def _codes(self, ties: Ties, rows: Rows, classes: Classes) -> int:
        """Put down in which meetings those meet who need each other; returns where it begins."""
        codes, position = np.zeros((len(rows), LANES), np.int8), {row: number for number, row in enumerate(rows)}
        for department, other in _by_place(ties.needs):
            codes[position[department // LANES, other], department % LANES] = classes.meets(department, other)
        return self.codes.add(codes)

    def _bonds(self, ties: Ties, classes: Classes, spelt_out: bool) -> int:
        """Put down whom each department may meet or imitate; returns where the ends of its blocks begin."""
        near = [{j for j, _ in needs} | {*informal} for needs, informal in zip(ties.needs, ties.informal, strict=True)]
        others = [
            [(j, 1.0) for j in classes.others(department, known, spelt_out)] for department, known in enumerate(near)
        ]
        rows, needs = _rows(others), _by_place(ties.needs)
        position = {row: number for number, row in enumerate(rows)}
        table, codes = np.zeros(len(rows), BOND), np.zeros((len(rows), LANES), np.int8)
        table["to"] = [other for _, other in rows]
        for department, other in _by_place(others):
            row, lane = position[department // LANES, other], department % LANES
            table["informal"][row, lane] = ties.informal[department].get(other, 0.0)
            table["need"][row, lane] = needs.get((department, other), 0.0)
            codes[row, lane] = classes.meets(department, other)
        start = self._ends(rows, self.bonds.count, len(ties.needs))
        self.bonds.add(table)
        self.bond_codes.add(codes)
        return start


def _rows(everybody: Near) -> Rows:
    """With whom the departments of each block have to do: (block, other), in order."""
    return tuple(
        sorted({(department // LANES, other) for department, near in enumerate(everybody) for other, _ in near})
    )


def _by_place(everybody: Near) -> dict[tuple[int, int], float]:
    """How much each has to do with which other, by their places."""
    return {(department, other): weight for department, near in enumerate(everybody) for other, weight in near}


def hand_offs_of(organisation: Organisation) -> list[int]:
    """Where each tie of an organisation's interdependence stands among the rows and lanes of its hand-offs."""
    rows = {row: number for number, row in enumerate(_rows(Ties(organisation).needs))}
    index = {name: number for number, name in enumerate(organisation.names)}
    ties = ((index[tie.a], index[tie.b]) for tie in organisation.interdependence)
    return [LANES * rows[a // LANES, b] + a % LANES for a, b in ties]


def _fill(row: Any, fields: Mapping[str, float]) -> None:
    """Write some fields of a record."""
    for name, value in fields.items():
        row[name] = value


def _describe(row: Any, department: Department) -> None:
    """What is fixed of one department."""
    row["kind"], row["internal"] = KINDS.index(department.kind), department.internal
    row["capacity"], row["rate"], row["voice"] = department.capacity, department.rate, department.voice
    row["benefit"] = department.benefit if department.internal else 0.0
    _fill(row, profile_of(department)._asdict())


def _lever_row(levers: Levers, network: int) -> Records:
    """Levers as a record."""
    row = np.zeros(1, LEVERS)
    _fill(row[0], settings_of(levers)._asdict() | {"network": network})
    return row


def _ask_rows(levers: Levers) -> Records:
    """What levers ask of each department."""
    return np.array(requests_of(levers), ASK)


def values_of_worlds(layout: Layout, points: NDArray[np.float64], defaults: bool) -> Records:
    """The parameters of worlds: shape (sets of given parameters, worlds), a record each.

    ``points`` are the worlds' points in [0, 1), shape (worlds, parameters).
    """
    low, high, usual = layout.bounds[:, :, np.newaxis]
    drawn = np.broadcast_to(usual, (len(usual), *points.shape)) if defaults else low + points * (high - low)
    return np.ascontiguousarray(drawn).view(VALUES)[..., 0]


STANDARD = np.array(
    [[one.low for one in PARAMETERS], [one.high for one in PARAMETERS], [one.default for one in PARAMETERS]]
)
"""Lowest, highest and usual value of every parameter where no file gives it: shape (3, parameters)."""
COLUMN = MappingProxyType({parameter.name: column for column, parameter in enumerate(PARAMETERS)})


def _bounds(sets: Sequence[tuple[Given, ...]]) -> NDArray[np.float64]:
    """Lowest, highest and usual value of every parameter, as a file gives them or as they stand."""
    bounds = np.repeat(STANDARD[:, np.newaxis], len(sets), axis=1)
    for number, given in enumerate(sets):
        for one in given:
            bounds[:, number, COLUMN[one.name]] = one.low, one.high, one.value
    return bounds
