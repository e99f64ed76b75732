"""Who works with whom, as other software exports it: a list of ties, a table of people with their departments, GraphML.

A mapping says what stands where, in a file of its own::

    network: 1
    from: PersonId                      # the columns of the two ends of a tie
    to: TiedTo
    weight: StrongTieScore              # how strong it is; left out, each row counts as 1
    people: {id: PersonId, department: Organization}   # columns of a table of people; or, in the same row as the tie:
    departments_of: [From_Organization, To_Organization]
    means: contact                      # or need; or a column that says it:
                                        # {column: Type, contact: [Talks to], need: [Needs input of]}
    departments: {Verkoop: Sales}       # what is called otherwise than in the study
    missing: [External]                 # departments that are none of the study's
    smallest: 5                         # departments with fewer people have no E-I index
    full: 2.5                           # what counts as a strength of 1; left out, the closest pair does

Without ``people`` and ``departments_of`` the ends themselves are departments. Of GraphML ``people.department`` names
the attribute of a node, and ``weight`` that of an edge.
"""

import io
import math
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from simulation.study.deadline import reading
from simulation.study.errors import InputRefused, abridged, problem, unknown
from simulation.study.network import Network, Pair, ties
from simulation.study.organisation import Frozen, Name, Organisation, Words
from simulation.study.paths import PlaceOf
from simulation.study.sources.exports import (
    Column,
    Departments,
    Export,
    Finder,
    Mistakes,
    content_of,
    read_export,
    read_plan,
    shown_cell,
    word,
)
from simulation.study.sources.tables import COMMA, NUMBER, TWO_WAYS
from simulation.study.survey import LEAST
from simulation.system.limits import LIMITS

GRAPHML = ".graphml"
MOST_WEIGHT = 1e9
"""No tie is stronger than this."""
Sort = Literal["contact", "need"]
KINDS: Mapping[Sort, str] = {"contact": "informal_ties", "need": "interdependence"}
"""What a study's file calls each sort of ties."""


class People(Frozen):
    """Columns of a table of people, or the attribute of a node that has its department."""

    department: Column
    id: Column | None = None


class Sorted(Frozen):
    """Of which sort ties are: all of one (``always``), or as a column says of each."""

    always: Sort | None = None
    column: Column | None = None
    contact: tuple[Words, ...] = ()
    need: tuple[Words, ...] = ()


def as_sorted(value: Any) -> Any:
    """Read a plain word as the sort of all ties; leave a mapping.

    Raises ``PydanticCustomError`` (``means_form``) for anything else.
    """
    if isinstance(value, Sorted) or (isinstance(value, dict) and "column" in value):
        return value
    if value not in ("contact", "need"):
        raise PydanticCustomError("means_form", "contact, need, or a column that says it")
    return {"always": value}


class Mapped(Frozen):
    """A mapping of a network's columns; see the module.

    Raises pydantic's ``ValidationError`` for departments that are said twice (``departments_twice``).
    """

    network: Literal[1]
    from_: Column = Field(default="source", alias="from")
    to: Column = "target"
    weight: Column | None = None
    people: People | None = None
    departments_of: tuple[Column, Column] | None = None
    means: Annotated[Sorted, BeforeValidator(as_sorted)] = Sorted(always="contact")
    departments: dict[Words, Name] = Field(default_factory=dict)
    missing: tuple[Words, ...] = ()
    smallest: Annotated[int, Strict(), Field(ge=1, le=1000)] = LEAST
    full: Annotated[float, Strict(), Field(gt=0, le=MOST_WEIGHT, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _said_once(self) -> "Mapped":
        """Where departments stand is said once."""
        if self.people is not None and self.departments_of is not None:
            raise PydanticCustomError("departments_twice", "people or departments_of")
        return self


@dataclass(frozen=True)
class Contacts:
    """What a network says: ties by sort, and what was passed over.

    ``networks`` hold the sums, ``strengths`` the ties that follow, by sort; ``rows`` is how many ties were read,
    ``elsewhere`` how many lead to people of no department of the study, ``own`` how many lead back to where they
    came from, and ``empty`` how many have no strength.
    """

    mapping: Mapped
    networks: Mapping[Sort, Network]
    strengths: Mapping[Sort, Mapping[Pair, float]]
    rows: int
    elsewhere: int
    own: int
    empty: int


def read_network(source: str, mapping: str, organisation: Organisation, people: str | None = None) -> Contacts:
    """Read a network, ``source``, as the file ``mapping`` says, for the departments of an organisation.

    ``people`` is a table of people, where one is needed. Raises :class:`~simulation.study.errors.InputRefused` with
    every problem of the files; the same mistake is told once, with the places where it stands.
    """
    with reading():
        plan, place_of = read_plan(mapping, Mapped, "network", organisation)
    try:
        return _read(source, plan, mapping, place_of, organisation, people)
    except InputRefused as refused:
        raise InputRefused(replace(one, file=one.file or source) for one in refused.problems) from None


def _read(
    source: str, plan: Mapped, mapping: str, place_of: PlaceOf, organisation: Organisation, people: str | None
) -> Contacts:
    """Read a network by a mapping that is sound."""
    graph = source.lower().endswith(GRAPHML)
    if plan.people is not None and not graph and people is None:
        raise InputRefused([replace(problem("people_missing"), file=mapping)])
    if people is not None and (plan.people is None or graph):
        raise InputRefused([replace(problem("people_unused"), file=mapping)])
    departments = Departments(organisation, plan.departments, plan.missing, mapping)
    reader = _Reader(plan, mapping, place_of, departments)
    if graph:
        reader.take(*_graph(source, plan), file=source)
    else:
        where = reader.people(read_export(people)) if people is not None and plan.people is not None else None
        export = read_export(source)
        reader.take(reader.rows(export), where, file=source, export=export)
    return reader.contacts()


@dataclass(frozen=True)
class _Tie:
    """A row as it was read: who, whom, how strongly, of which sort, and the departments if the row has them."""

    a: str
    b: str
    weight: Any
    sort: str = ""
    departments: tuple[str, str] | None = None
    row: int = 0


@dataclass
class _Columns:
    """Where what stands in an export."""

    a: int | None = None
    b: int | None = None
    weight: int | None = None
    sort: int | None = None
    departments: tuple[int | None, int | None] | None = None


@dataclass
class _Reader:
    """Adds ties up, and gathers what is wrong."""

    plan: Mapped
    mapping: str
    place_of: PlaceOf
    departments: Departments
    networks: dict[Sort, Network] = field(default_factory=dict)
    mistakes: Mistakes = field(default_factory=Mistakes)
    total: int = 0
    elsewhere: int = 0
    own: int = 0
    empty: int = 0
    file: str = ""
    export: Export | None = None
    columns: _Columns = field(default_factory=_Columns)

    # --- columns ---

    def _column(self, finder: Finder, name: str, *path: str) -> int | None:
        """A column that the mapping names."""
        return finder.column(name, ".".join(path), self.place_of(path))

    def people(self, export: Export) -> dict[str, str]:
        """Where people work, by whatever they are known by."""
        named = self.plan.people
        if named is None:
            return {}
        finder = Finder(export)
        who = self._column(finder, named.id or "id", "people", "id")
        where = self._column(finder, named.department, "people", "department")
        if finder.problems or who is None or where is None:
            raise InputRefused(abridged(replace(one, file=self.mapping) for one in finder.problems))
        found: dict[str, str] = {}
        mistakes = Mistakes()
        for row, cells in export.rows:
            person, said = shown_cell(_cell(cells, who)), shown_cell(_cell(cells, where))
            if found.setdefault(person, said) != said:
                mistakes.add(("person_twice", person), export.cell(row, who))
            if not self.departments.of(said)[1]:
                mistakes.add(("tie_department", said), export.cell(row, where))
        problems = mistakes.problems(export.file, self._legal)
        if problems:
            raise InputRefused(abridged(problems))
        return found

    def rows(self, export: Export) -> Iterator[_Tie]:
        """The ties of a table."""
        finder, plan = Finder(export), self.plan
        self.export = export
        at = self.columns = _Columns(
            a=self._column(finder, plan.from_, "from"),
            b=self._column(finder, plan.to, "to"),
            weight=None if plan.weight is None else self._column(finder, plan.weight, "weight"),
            sort=None if plan.means.column is None else self._column(finder, plan.means.column, "means", "column"),
        )
        if plan.departments_of is not None:
            first, second = (self._column(finder, name, "departments_of") for name in plan.departments_of)
            at.departments = first, second
        if finder.problems or at.a is None or at.b is None:
            raise InputRefused(abridged(replace(one, file=self.mapping) for one in finder.problems))
        for row, cells in export.rows:
            departments = None
            if at.departments is not None:
                one, other = (shown_cell(_cell(cells, end)) for end in at.departments)
                departments = one, other
            weight = 1.0 if at.weight is None else _cell(cells, at.weight)
            sort = "" if at.sort is None else str(_cell(cells, at.sort))
            yield _Tie(shown_cell(_cell(cells, at.a)), shown_cell(_cell(cells, at.b)), weight, sort, departments, row)

    # --- ties ---

    def take(
        self, found: Iterator[_Tie], where: Mapping[str, str] | None, file: str = "", export: Export | None = None
    ) -> None:
        """Add all ties up."""
        self.file, self.export = file, export
        seen: dict[str, set[str]] = {}
        for tie in found:
            self.total += 1
            self._one(tie, where, seen)
        problems = self.mistakes.problems(self.file, self._legal)
        if problems:
            raise InputRefused(abridged(problems))
        if where is not None and self.plan.departments_of is None:
            heads = Counter(self.departments.of(said)[0] for said in where.values())
        else:
            heads = Counter({name: len(people) for name, people in seen.items()})
        by_person = where is not None or self.plan.departments_of is not None
        for network in self.networks.values():
            network.people = Counter({name: count for name, count in heads.items() if name}) if by_person else Counter()

    def _one(self, tie: _Tie, where: Mapping[str, str] | None, seen: dict[str, set[str]]) -> None:
        """Add a tie."""
        weight, sort = self._weight(tie), self._sort(tie)
        a, b = (self._end(tie, at, where, seen) for at in (0, 1))
        if a is None or b is None:
            self.elsewhere += 1
        elif (where is not None or tie.departments) and tie.a == tie.b:
            self.own += 1
        elif not weight:
            self.empty += 1
        elif sort is not None:
            self.networks.setdefault(sort, Network()).add(a, b, weight)

    def _end(self, tie: _Tie, at: int, where: Mapping[str, str] | None, seen: dict[str, set[str]]) -> str | None:
        """The department of one end of a tie."""
        person = tie.b if at else tie.a
        said = tie.departments[at] if tie.departments else where.get(person, "") if where is not None else person
        name, known = self.departments.of(said.strip())
        if not known:
            self._odd("tie_department", said.strip(), tie, self._department_column(at))
        if name is not None and tie.departments:
            seen.setdefault(name, set()).add(person)
        return name

    def _department_column(self, end: int) -> int | None:
        """The column of the department of one end of a tie."""
        if self.columns.departments is not None:
            return self.columns.departments[end]
        return (self.columns.a, self.columns.b)[end]

    def _weight(self, tie: _Tie) -> float:
        """How strong a tie is; 0 for none, and for what is refused."""
        said = tie.weight
        if said is None or (isinstance(said, str) and not said.strip()):
            return 0.0
        weight = _number(said)
        if not 0.0 <= weight <= MOST_WEIGHT:
            self._odd("tie_weight", str(said).strip(), tie, self.columns.weight)
            return 0.0
        return weight

    def _sort(self, tie: _Tie) -> Sort | None:
        """Of which sort a tie is; None for one that is refused."""
        means = self.plan.means
        if means.column is None:
            return means.always
        said = word(tie.sort)
        if said in {word(one) for one in means.contact}:
            return "contact"
        if said in {word(one) for one in means.need}:
            return "need"
        self._odd("tie_sort", tie.sort.strip(), tie, self.columns.sort)
        return None

    def _odd(self, key: str, given: str, tie: _Tie, column: int | None) -> None:
        """Note something that is wrong with a tie."""
        place = self.export.cell(tie.row, column) if self.export is not None and column is not None else None
        self.mistakes.add((key, given), place)

    def _legal(self, mistake: tuple[str, ...]) -> Sequence[str]:
        """What would have been legal."""
        means = self.plan.means
        if mistake[0] == "tie_sort":
            return (*means.contact, *means.need) or ("–",)
        return self.departments.names if mistake[0] == "tie_department" else ()

    def contacts(self) -> Contacts:
        """All of it; raises where no tie is left."""
        if not any(network.weights for network in self.networks.values()):
            raise InputRefused([replace(problem("no_ties_left", rows=self.total), file=self.file)])
        strengths = {sort: ties(network, self.plan.full) for sort, network in self.networks.items()}
        return Contacts(self.plan, self.networks, strengths, self.total, self.elsewhere, self.own, self.empty)


def _cell(cells: Sequence[Any], column: int | None) -> Any:
    """A cell; nothing beyond the last."""
    return cells[column] if column is not None and column < len(cells) else ""


def _number(said: Any) -> float:
    """A weight; nan for what is none, or may be a thousand or a fraction."""
    if not isinstance(said, str):
        return float(said) if isinstance(said, int | float) and not isinstance(said, bool) else math.nan
    text = said.strip()
    if TWO_WAYS.fullmatch(text):
        return math.nan
    text = text.replace(",", ".") if COMMA.fullmatch(text) else text
    return float(text) if NUMBER.fullmatch(text) else math.nan


def _graph(source: str, plan: Mapped) -> tuple[Iterator[_Tie], Mapping[str, str] | None]:
    """The ties of a GraphML file, and where its nodes work if they are people."""
    content = content_of(source, (GRAPHML,), LIMITS.graph_bytes)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
        raise InputRefused([problem("graph_entities")])
    import networkx  # noqa: PLC0415 - only who has a graph needs it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it guesses of a broken file is told below, if anything comes of it
            graph = networkx.read_graphml(io.BytesIO(content), force_multigraph=True)
    except Exception:  # whatever a broken file makes the library say
        raise InputRefused([problem("no_graph")]) from None
    where = None
    if plan.people is not None:
        nodes = list(graph.nodes(data=True))
        teams = _values(nodes, graph, plan.people.department, "node")
        where = {str(node): team for (node, _), team in zip(nodes, teams, strict=True)}
    edges = [((a, b), data) for a, b, data in graph.edges(data=True)]
    weights = _values(edges, graph, plan.weight, "edge") if plan.weight else [1.0] * len(edges)
    sorts = _values(edges, graph, plan.means.column, "edge") if plan.means.column else [""] * len(edges)
    return (
        _Tie(str(a), str(b), weight, str(sort)) for ((a, b), _), weight, sort in zip(edges, weights, sorts, strict=True)
    ), where


def _values(entries: list[tuple[Any, dict[str, Any]]], graph: Any, attribute: str, of: str) -> list[Any]:
    """An attribute of all nodes or edges, or what the graph says it is by default; refused where none has it."""
    usual = graph.graph.get(f"{of}_default", {}).get(attribute, "")
    if entries and usual == "" and not any(attribute in data for _, data in entries):
        legal = sorted({key for _, data in entries for key in data})
        raise InputRefused([unknown("no_attribute", attribute, legal)])
    return [shown_cell(data.get(attribute, usual)) for _, data in entries]


def with_ties(data: dict[str, Any], contacts: Contacts) -> dict[str, Any]:
    """A study's plain data with the ties of a network in place of those between the departments that it knows.

    Ties of other departments, such as chain partners that no export has, stay as the file says.
    """
    organisation = dict(data["organisation"])
    order = list(organisation["departments"])
    for sort, strengths in contacts.strengths.items():
        known = set(contacts.networks[sort].departments)
        before = [_listed(tie) for tie in organisation.get(KINDS[sort]) or []]
        kept = [tie for tie in before if not {tie[0], tie[1]} <= known]
        found = [[*sorted(pair, key=order.index), strength] for pair, strength in strengths.items()]
        organisation[KINDS[sort]] = [*found, *kept]
    return {**data, "organisation": organisation}


def _listed(tie: Any) -> list[Any]:
    """A tie as [one, other, strength]."""
    if isinstance(tie, dict):
        return [tie["a"], tie["b"], tie.get("strength", 1.0)]
    return list(tie)
