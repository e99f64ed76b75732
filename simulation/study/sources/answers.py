"""Answers to a survey, one row for each who answered: read as a mapping says, which question is about which trait.

The mapping is a file of its own, so that whoever defends a number can show how it came about::

    survey: 1
    department: Q1                     # the column that says where somebody works
    departments: {Verkoop: Sales}      # what is called otherwise than in the study
    smallest: 5                        # fewer answers are never shown
    asked: {Sales: 40}                 # people who were asked, where that is known
    missing: [Don't know]              # answers that are none
    traits:
      conviction:
        items: [Q2_1, Q2_2, {column: Q2_3, reversed: true}]
        labels: [Strongly disagree, Disagree, Neutral, Agree, Strongly agree]
      workload: {items: [Q5], scale: [1, 7], lowest: 0.4, highest: 1.0}

An item's answer is its place between the lowest and the highest answer, 0 to 1, turned round where it is ``reversed``;
whoever answered at least half of the items counts with the mean of what they answered; and ``lowest`` and ``highest``
say what the trait is where everybody gives the lowest or the highest answer.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, Strict, model_validator
from pydantic_core import PydanticCustomError

from simulation.study.build.problems import Gatherer
from simulation.study.deadline import reading
from simulation.study.errors import InputRefused, abridged, problem
from simulation.study.organisation import Frozen, Name, Organisation, Share, Words
from simulation.study.paths import PlaceOf
from simulation.study.sources.exports import (
    Column,
    Departments,
    Export,
    Finder,
    Mistakes,
    read_export,
    read_plan,
    shown_cell,
    word,
)
from simulation.study.survey import LEAST, SURVEYED, Estimate, Group, alpha, estimates, group_of, is_answered

MOST_ITEMS = 60
HALF = 0.5
"""Of a trait's items so many have to be answered."""
CODE = re.compile(r"a?0*(\d{1,3})")
"""A number, or one of LimeSurvey's codes of answers: 4, A4."""

NONE, STRANGE = -1.0, -2.0
"""What stands in place of a share where somebody did not answer, or answered what is none of the answers."""


class Item(Frozen):
    """A question of a trait, by its column; ``reversed`` if agreeing with it speaks against the trait."""

    column: Column
    reversed: bool = False


def as_item(value: Any) -> Any:
    """Read a column's name as an item; leave anything else."""
    return {"column": value} if isinstance(value, str) else value


class Asked(Frozen):
    """How a trait was asked: its items, and the answers from the lowest to the highest, as numbers or as words.

    Raises pydantic's ``ValidationError`` for both or neither (``scale_or_labels``), for ends that are no range
    (``scale_order``), and for fewer than two labels, or one twice (``one_label``, ``label_twice``).
    """

    items: Annotated[tuple[Annotated[Item, BeforeValidator(as_item)], ...], Field(min_length=1, max_length=MOST_ITEMS)]
    scale: tuple[Annotated[int, Strict()], Annotated[int, Strict()]] | None = None
    labels: Annotated[tuple[Words, ...], Field(max_length=21)] | None = None
    lowest: Share = 0.0
    highest: Share = 1.0

    @model_validator(mode="after")
    def _one_scale(self) -> "Asked":
        """One scale, and in order."""
        if (self.scale is None) == (self.labels is None):
            raise PydanticCustomError("scale_or_labels", "either scale or labels")
        if self.scale is not None and not 0 < self.scale[1] - self.scale[0] <= 100:
            raise PydanticCustomError("scale_order", "from the lowest to the highest")
        if self.labels is not None and len(self.labels) < 2:
            raise PydanticCustomError("one_label", "at least two answers")
        if self.labels is not None and len({word(label) for label in self.labels}) < len(self.labels):
            raise PydanticCustomError("label_twice", "each label once")
        if len({word(item.column) for item in self.items}) < len(self.items):
            raise PydanticCustomError("item_twice", "each item once")
        if self.lowest == self.highest:
            raise PydanticCustomError("no_span", "lowest and highest differ")
        return self

    @property
    def levels(self) -> dict[str, float]:
        """The share of the way from the lowest to the highest answer, by what somebody may have answered."""
        low, high = self.scale or (0, 0)
        said = self.labels or range(low, high + 1)
        return {word(label): at / (len(said) - 1) for at, label in enumerate(said)}

    @property
    def words(self) -> tuple[str, ...]:
        """The answers there are."""
        low, high = self.scale or (0, 0)
        return self.labels or tuple(map(str, range(low, high + 1)))


class Traits(Frozen):
    """Which traits were asked, and how."""

    conviction: Asked | None = None
    it_frame: Asked | None = None
    knowledge: Asked | None = None
    workload: Asked | None = None


class Mapped(Frozen):
    """A mapping from the columns of a survey to departments and traits; see the module.

    Raises pydantic's ``ValidationError`` for an item of two traits (``item_of_two``): whoever answered it and not the
    others could be told from the difference between the two.
    """

    survey: Literal[1]
    department: Column
    traits: Traits
    departments: dict[Words, Name] = Field(default_factory=dict)
    missing: tuple[Words, ...] = ()
    smallest: Annotated[int, Strict(), Field(ge=1, le=1000)] = LEAST
    asked: dict[Name, Annotated[int, Strict(), Field(ge=1, le=10_000_000)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _items_of_one_trait(self) -> "Mapped":
        """No item is about two traits."""
        items = [word(item.column) for asked in self.measured.values() for item in asked.items]
        if len(set(items)) < len(items):
            raise PydanticCustomError("item_of_two", "each item is about one trait")
        return self

    @property
    def measured(self) -> dict[str, Asked]:
        """The traits that were asked."""
        return {name: asked for name in SURVEYED if (asked := getattr(self.traits, name)) is not None}


@dataclass(frozen=True)
class Answers:
    """What a survey says: an estimate by trait and department, and what may not be said.

    ``kept_back`` are the departments of which there are answers that may not be shown, by trait; ``alphas`` how far the
    items of each trait measure the same, over those who are shown (nan: cannot be said); ``kind`` is the software whose
    export it seems to be, ``used`` how many rows stand behind what is shown, and ``passed_over`` how many the software
    itself marks as no answer.
    """

    mapping: Mapped
    kind: str
    estimates: Mapping[str, Mapping[str, Estimate]]
    kept_back: Mapping[str, tuple[str, ...]]
    alphas: Mapping[str, float]
    used: int
    passed_over: int

    def traits(self) -> dict[str, dict[str, dict[str, float]]]:
        """What a study's file says of each department, by its name and trait."""
        found: dict[str, dict[str, dict[str, float]]] = {}
        for trait, departments in self.estimates.items():
            for name, estimate in departments.items():
                found.setdefault(name, {})[trait] = estimate.plain()
        return found


def read_answers(source: str, mapping: str, organisation: Organisation) -> Answers:
    """Read a survey's answers, ``source``, as the file ``mapping`` says, for the departments of an organisation.

    Raises :class:`~simulation.study.errors.InputRefused` with every problem of both files; the same mistake is told
    once, with the places where it stands.
    """
    with reading():
        plan, place_of = read_mapping(mapping, organisation)
    export = read_export(source)
    with reading():
        return _Reader(export, plan, mapping, place_of, organisation).answers()


def read_mapping(source: str, organisation: Organisation) -> tuple[Mapped, PlaceOf]:
    """Read a mapping, and where its parts stand; raises as :func:`read_answers` does."""
    plan, place_of = read_plan(source, Mapped, "survey", organisation)
    gatherer = Gatherer(place_of)
    if not plan.measured:
        gatherer.refuse("too_few", ("traits",))
    for name in plan.asked:
        if name not in organisation.names:
            gatherer.no_such("unknown_department", ("asked",), name, organisation.names)
    if gatherer.problems:
        raise InputRefused(abridged(replace(one, file=source) for one in gatherer.all_problems()))
    return plan, place_of


@dataclass
class _Gathered:
    """The answers to one trait: the share of each who counts, and all items of those who answered every one."""

    shares: dict[str, list[float]] = field(default_factory=dict)
    whole: dict[str, list[list[float]]] = field(default_factory=dict)


class _Reader:
    """Reads the rows of an export."""

    def __init__(
        self, export: Export, plan: Mapped, mapping: str, place_of: PlaceOf, organisation: Organisation
    ) -> None:
        self.export, self.plan, self.mapping, self.place_of = export, plan, mapping, place_of
        self.mistakes = Mistakes()
        self.apart = dict.fromkeys((word(said) for said in plan.missing if word(said)), 0)
        self.known: dict[str, dict[Any, float]] = {}
        self.levels = {trait: asked.levels for trait, asked in plan.measured.items()}
        self.none = {"", *self.apart}
        self.departments = Departments(organisation, plan.departments, plan.missing, mapping)

    def answers(self) -> Answers:
        """All of it; raises with everything that is wrong."""
        finder = Finder(self.export)
        where = finder.column(self.plan.department, "department", self.place_of(("department",)))
        columns: dict[str, list[int | None]] = {}
        for trait, asked in self.plan.measured.items():
            columns[trait] = [
                finder.column(item.column, f"traits.{trait}", self.place_of(("traits", trait, "items", at)))
                for at, item in enumerate(asked.items)
            ]
        if finder.problems or where is None:
            raise InputRefused(abridged(replace(one, file=self.mapping) for one in finder.problems))
        gathered = {trait: _Gathered() for trait in columns}
        answered: dict[tuple[str, str], set[int]] = {}
        for row, cells in self.export.rows:
            name = self._department(row, where, cells)
            for trait, found in columns.items():
                known = [at for at in found if at is not None]
                if self._answer(gathered[trait], trait, name, row, known, cells) and name is not None:
                    answered.setdefault((trait, name), set()).add(row)
        problems = self.mistakes.problems(self.export.file, self._legal)
        if problems:
            raise InputRefused(abridged(problems))
        return self._told(gathered, answered)

    def _department(self, row: int, column: int, cells: Any) -> str | None:
        """Where somebody works; None if they do not say, or if the mapping leaves that department out."""
        said = shown_cell(cells[column]) if column < len(cells) else ""
        name, known = self.departments.of(said)
        if not known:
            self.mistakes.add(("answer_department", said), self.export.cell(row, column))
        elif name is None and said:
            self.apart[word(said)] += 1
        return name

    def _answer(self, into: _Gathered, trait: str, name: str | None, row: int, columns: list[int], cells: Any) -> bool:
        """Take what somebody answered to the items of a trait; whether that is enough of them."""
        asked = self.plan.measured[trait]
        levels = self.levels[trait]
        shares: list[float] = []
        for item, column in zip(asked.items, columns, strict=True):
            share = self._share(trait, row, column, cells, levels)
            if share is not None:
                shares.append(1.0 - share if item.reversed else share)
        if name is None or len(shares) < max(1.0, HALF * len(columns)):
            return False
        mean = math.fsum(shares) / len(shares)
        into.shares.setdefault(name, []).append(asked.lowest + (asked.highest - asked.lowest) * mean)
        if len(shares) == len(columns):
            into.whole.setdefault(name, []).append(shares)
        return True

    def _share(self, trait: str, row: int, column: int, cells: Any, levels: Mapping[str, float]) -> float | None:
        """An answer's place between the lowest and the highest; None for none."""
        cell = cells[column] if column < len(cells) else ""
        known = self.known.setdefault(trait, {})
        key = cell.__class__, cell  # True is no 1
        share = known.get(key)
        if share is None:
            share = known[key] = self._place(cell, levels)
        if share == STRANGE:
            self.mistakes.add(("strange_answer", shown_cell(cell), trait), self.export.cell(row, column))
        return share if share >= 0.0 else None

    def _place(self, cell: Any, levels: Mapping[str, float]) -> float:
        """An answer's place, :data:`NONE` for no answer, :data:`STRANGE` for what cannot be one."""
        said = word(cell)
        if said in self.none:
            return NONE
        code = CODE.fullmatch(said)
        return levels.get(said, levels.get(code[1], STRANGE) if code else STRANGE)

    def _check_asked(self, groups: Mapping[str, Group]) -> None:
        """Refuse fewer people who were asked than have answered."""
        wrong = [name for name, asked in self.plan.asked.items() if name in groups and groups[name].answers > asked]
        if wrong:
            told = [
                problem("asked_fewer", f"asked.{name}", self.place_of(("asked", name)), given=self.plan.asked[name])
                for name in wrong
            ]
            raise InputRefused(replace(one, file=self.mapping) for one in told)

    def _legal(self, mistake: tuple[str, ...]) -> Sequence[str]:
        """What could have stood where somebody said something else."""
        return self.departments.names if mistake[0] == "answer_department" else self.plan.measured[mistake[2]].words

    def _told(self, gathered: Mapping[str, _Gathered], answered: Mapping[tuple[str, str], set[int]]) -> Answers:
        """What may be said of all this."""
        least, told, kept_back, alphas = self.plan.smallest, {}, {}, {}
        used: set[int] = set()
        for trait, found in gathered.items():
            groups = {name: group_of(shares) for name, shares in found.shares.items()}
            self._check_asked(groups)
            span = abs(self.plan.measured[trait].highest - self.plan.measured[trait].lowest)
            told[trait] = estimates(groups, least, self.plan.asked, self.apart, span)
            seen = told[trait].keys()
            kept_back[trait] = tuple(name for name in self.departments.names if name in groups and name not in seen)
            alphas[trait] = alpha([row for name in seen for row in found.whole.get(name, [])])
            used |= {row for name in seen for row in answered.get((trait, name), ())}
        if not any(told.values()):
            raise InputRefused([replace(problem("nothing_to_show", least=least), file=self.export.file)])
        return Answers(self.plan, self.export.kind, told, kept_back, alphas, len(used), self.export.passed_over)


def with_answers(data: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """A study's plain data with what a survey says of its departments in place of what the file said of the same."""
    organisation = data["organisation"]
    departments = {name: dict(traits or {}) for name, traits in organisation["departments"].items()}
    for trait, names in answers.kept_back.items():
        for name in names:  # what an earlier survey told of them is not kept either
            if is_answered(departments[name].get(trait)):
                del departments[name][trait]
    for name, traits in answers.traits().items():
        departments[name] |= traits
    return {**data, "organisation": {**organisation, "departments": departments}}
