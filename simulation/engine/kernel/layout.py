"""A study laid out in arrays, for the compiled week: what is fixed before a world is drawn.

Departments, ties, levers and contact networks of all scenarios stand one after another in a few flat arrays; a
record for each scenario says where its own begin. Ties are sparse: two departments that do not need each other
take no room, but for what the others of a block leave empty. A meeting is not spelt out as a tie between every two
that sit in it, unless there are few departments in all: they are put into classes, and it is said which classes meet
which, so that work grows with departments and ties alone.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np
from numpy.typing import NDArray

from simulation.engine.kernel.departments import LANES
from simulation.engine.kernel.meetings import Classes, Ties, network_key
from simulation.model import randomness, rules
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
from simulation.study.constants import CLOSE_NEED, CLOSING_WEEKS, PARTNER_STAYS
from simulation.study.organisation import Department, Organisation
from simulation.study.parameters import PARAMETERS, Parameter
from simulation.study.scenario import Given, Scenario, Study
from simulation.study.schedule import Levers, Schedule

Records = NDArray[Any]
Near = Sequence[Sequence[tuple[int, float]]]

KINDS = ("it", "business", "chain")
IT, BUSINESS, CHAIN = range(3)

SPELT_OUT = 16
"""In an organisation of no more departments a meeting is spelt out in ties, which is quicker then."""

PHASES: tuple[int | None, ...] = (None, PARTNER_STAYS, CLOSING_WEEKS)
"""Weeks since go-live from which measures may end by themselves; None: before, or without, go-live."""


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

DEPARTMENT = record_of(Profile, "capacity rate benefit voice entangled weight chain_weight", "kind internal")
"""What is fixed of a department; a trait that the file leaves open is nan, hours are per week."""

SCENARIO = record_of(Terms, "", "departments count it horizon values plan levers asks keys needs chain_needs")
"""Where a scenario's own begin, and what is fixed of its project."""

LEVERS = record_of(Settings, "", "network")
"""What measures ask of a week; hours of meetings that are left to the parameter are nan."""

ASK = record_of(Request)
"""What they ask of, or give to, one department."""

NETWORK = record("", "parties wide meets seats near close members classes class_ends links")
"""Where the contacts of one combination of levers begin; ``classes`` counts its classes. ``near`` are contacts (beyond
meetings of classes), ``close`` those whom a department needs by more than a quarter, as far as they are in reach."""

TIE = np.dtype([("weight", "f8", (LANES,)), ("to", "i8")])
"""What the departments of a block have to do with one (its place in the organisation): a weight for each of them."""

SEAT = record_of(Seat)
"""A department's seat in a network."""


@dataclass(frozen=True)
class Layout:
    """A study in arrays; ``keys`` are those that luck is drawn with, a run of them for each list of names."""

    scenarios: Records
    departments: Records
    plan: NDArray[np.int64]
    fades: NDArray[np.int64]
    levers: Records
    asks: Records
    networks: Records
    seats: Records
    members: NDArray[np.int64]
    links: NDArray[np.int64]
    class_ends: NDArray[np.int64]
    ties: Records
    ends: NDArray[np.int64]
    keys: NDArray[np.uint64]
    given: tuple[tuple[Given, ...], ...]
    horizon: int


class _Pile:
    """Rows put one after another."""

    def __init__(self, dtype: Any) -> None:
        self.dtype, self.rows, self.count = np.dtype(dtype), bytearray(), 0

    def add(self, rows: Any) -> int:
        """Put rows on the pile; returns where they begin."""
        start, laid = self.count, np.asarray(rows, self.dtype)
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
        self.networks, self.seats = _Pile(NETWORK), _Pile(SEAT)
        self.members, self.links, self.class_ends = _Pile(np.int64), _Pile(np.int64), _Pile(np.int64)
        self.ties: list[int] = []
        self.weights: list[float] = []
        self.ends, self.keys = _Pile(np.int64), _Pile(np.uint64)
        self.names: dict[tuple[str, ...], int] = {}
        self.given: dict[tuple[Given, ...], int] = {}
        self.organisations: dict[Organisation, _Laid] = {}

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
            seats=self.seats.array(),
            members=self.members.array(),
            links=self.links.array(),
            class_ends=self.class_ends.array(),
            ties=self._ties(),
            ends=self.ends.array(),
            keys=self.keys.array(),
            given=tuple(self.given),
            horizon=study.horizon,
        )

    def scenario(self, scenario: Scenario) -> None:
        """One scenario."""
        rows = np.zeros(1, SCENARIO)
        row = rows[0]
        laid = self._organisation(scenario.organisation)
        _fill(row, {**laid.columns, **terms_of(scenario)._asdict()})
        row["horizon"] = scenario.project.horizon
        row["values"] = self.given.setdefault(scenario.parameters, len(self.given))
        self._measures(scenario, laid, row)
        self.scenarios.add(rows)

    def _organisation(self, organisation: Organisation) -> "_Laid":
        """An organisation, laid out once for all its scenarios."""
        if organisation not in self.organisations:
            everybody, ties = organisation.departments, Ties(organisation)
            kinds = [department.kind for department in everybody]
            columns = {
                "departments": self._departments(organisation, ties),
                "count": len(kinds),
                "it": kinds.index("it"),
                "keys": self._names(tuple(department.name for department in everybody)),
                "needs": self._relation(ties.needs),
                "chain_needs": self._relation(ties.chain_needs),
            }
            self.organisations[organisation] = _Laid(organisation, ties, columns, {})
        return self.organisations[organisation]

    def _names(self, names: tuple[str, ...]) -> int:
        """Where the keys of these departments begin; the same departments have the same luck."""
        if names not in self.names:
            self.names[names] = self.keys.add([randomness.name_key(name) for name in names])
        return self.names[names]

    def _departments(self, organisation: Organisation, ties: Ties) -> int:
        """What is fixed of the departments of an organisation."""
        rows = np.zeros(len(organisation.departments), DEPARTMENT)
        weights = [sum(strength for _, strength in near) for near in ties.needs]
        tied = [weight for weight in weights if weight > 0.0]
        total = sum(tied)
        for index, (row, department) in enumerate(zip(rows, organisation.departments, strict=True)):
            _describe(row, department)
            row["weight"] = weights[index]
            row["entangled"] = weights[index] * len(tied) / total if tied else 0.0
            row["chain_weight"] = sum(strength for _, strength in ties.chain_needs[index])
        return self.departments.add(rows)

    def _relation(self, everybody: Near) -> int:
        """Put down with whom each department has to do, and how much; returns where the ends of its blocks begin."""
        ends = [len(self.ties)]
        for start in range(0, len(everybody), LANES):
            block: dict[int, list[float]] = {}
            for lane, near in enumerate(everybody[start : start + LANES]):
                for other, weight in near:
                    block.setdefault(other, [0.0] * LANES)[lane] = weight
            for other in sorted(block):
                self.ties.append(other)
                self.weights += block[other]
            ends.append(len(self.ties))
        return self.ends.add(ends)

    def _ties(self) -> Records:
        """All ties."""
        ties = np.empty(len(self.ties), TIE)
        ties["to"], ties["weight"] = self.ties, np.array(self.weights).reshape(-1, LANES)
        return ties

    def _measures(self, scenario: Scenario, laid: "_Laid", row: Any) -> None:
        """Which levers are set in which week and phase, what they ask of whom, and who meets whom then."""
        schedule, horizon = Schedule(scenario.measures, scenario.organisation), scenario.project.horizon
        numbered: dict[int, tuple[int, Levers, bool]] = {}
        table: list[int] = []
        fades: list[bool] = []
        roles = scenario.measures.assign_roles
        last = horizon if roles is None or roles.end is None else roles.end
        turns = sorted({0, horizon + 1, *(week for week in schedule.turning_weeks() if week <= horizon)})
        for since, (week, until) in itertools.product(PHASES, itertools.pairwise(turns)):
            levers = schedule.levers(week, None if since is None else week - since)
            if id(levers) not in numbered:
                held = any(portion > 0.0 for portions in levers.roles for portion in portions)
                numbered[id(levers)] = len(numbered), levers, held
            number, _, held = numbered[id(levers)]
            table += [number] * (until - week)
            fades += [since == CLOSING_WEEKS or (week > last and not held)] * (until - week)
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
            laid.networks[key] = self.networks.add(self._contacts(laid.organisation, laid.ties, levers))
        return laid.networks[key]

    def _contacts(self, organisation: Organisation, ties: Ties, levers: Levers) -> Records:
        """A network, laid out."""
        classes = Classes(organisation, levers)
        rows = np.zeros(1, NETWORK)
        row = rows[0]
        internal = sum(department.internal for department in organisation.departments)
        everyone = levers.consulted or levers.forum
        row["wide"], row["parties"] = levers.forum, len(organisation.departments) if everyone else internal
        spelt_out = len(organisation.departments) <= SPELT_OUT
        row["meets"] = bool(classes.links.any()) and not spelt_out
        row["classes"], row["links"] = len(classes.kinds), self.links.add(classes.links.ravel())
        row["members"], row["class_ends"] = self.members.add(classes.ordered), self.class_ends.add(classes.ends)
        near = [classes.contacts(index, informal, spelt_out) for index, informal in enumerate(ties.informal)]
        contact = [classes.contact(index, needs, ties.informal[index]) for index, needs in enumerate(ties.needs)]
        close = [
            [(j, rules.neighbour_reach(contact[index][j])) for j, d in needs if d > CLOSE_NEED]
            for index, needs in enumerate(ties.needs)
        ]
        row["near"], row["close"] = self._relation(near), self._relation(close)
        row["seats"] = self.seats.add(self._seats(ties, classes, near, contact))
        return rows

    def _seats(self, ties: Ties, classes: Classes, near: Near, contact: list[dict[int, float]]) -> Records:
        """Each department's seat in a network."""
        rows = np.zeros(len(near), SEAT)
        for index, (row, needs) in enumerate(zip(rows, ties.needs, strict=True)):
            weight, covered = sum(d for _, d in needs), sum(d * contact[index][j] for j, d in needs)
            spelt_out = len(near) <= SPELT_OUT
            total = sum(strength for _, strength in near[index]) + (0.0 if spelt_out else classes.company(index))
            row["share"] = 1.0 / total if total > 0.0 else 0.0
            row["close"] = sum(d > CLOSE_NEED for _, d in needs)
            row["tied"] = covered / weight if weight > 0.0 else 0.0
        return rows


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
    drawn = np.empty((len(layout.given), *points.shape))
    for values, given in zip(drawn, layout.given, strict=True):
        by_name = {entry.name: entry for entry in given}
        low, high, value = np.array([_bounds(parameter, by_name.get(parameter.name)) for parameter in PARAMETERS]).T
        values[...] = value if defaults else low + points * (high - low)
    return drawn.view(VALUES)[..., 0]


def _bounds(parameter: Parameter, own: Given | None) -> tuple[float, float, float]:
    """Lowest, highest and usual value of a parameter, as a file gives them or as they stand."""
    return (own.low, own.high, own.value) if own else (parameter.low, parameter.high, parameter.default)
