"""Scenarios as *base + differences*, the study that holds them, and its digest.

A study is built from plain data, as a file holds it. Whatever is wrong with it is gathered and told at once.
"""

import difflib
import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from simulation.errors import InputRefused, Problem, problem, shown
from simulation.measures import MEASURES, Measures
from simulation.organisation import Frozen, Label, Number, Organisation, Project, Text, exactly
from simulation.parameters import BY_NAME

FORMAT = 1
"""The version of the file format."""

Path = tuple[str | int, ...]
TOP = ("synergy", "title", "description", "organisation", "project", "parameters", "measures", "scenarios")
DIFFERENCES = ("title", "description", "extends", "organisation", "project", "parameters", "measures")

_M = TypeVar("_M", bound=BaseModel)


class Stated(Frozen):
    """A parameter as a file states it; without ``low`` and ``high`` it is the same in every world."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: str | None = None


class StatedParameters(Frozen):
    """All that a file says of parameters."""

    parameters: dict[str, Annotated[Stated, BeforeValidator(exactly)]] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter that a file gives, with the range it gives and where it has it from."""

    name: str
    value: float
    low: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """An organisation and project plus a set of measures, all differences worked in."""

    name: str
    title: Label
    description: Label
    extends: str | None
    organisation: Organisation
    project: Project
    parameters: tuple[Given, ...]
    measures: Measures

    def called(self, language: str) -> str:
        """Its title for a reader."""
        return self.title.in_(language)

    def resolved(self) -> dict[str, Any]:
        """Plain data of all that decides its outcome; equal data give equal runs."""
        return {
            "organisation": plain(self.organisation),
            "project": plain(self.project),
            "parameters": {
                one.name: {"value": one.value, "low": one.low, "high": one.high, "source": one.source}
                for one in self.parameters
            },
            "measures": plain(self.measures),
        }


@dataclass(frozen=True, slots=True)
class Study:
    """Scenarios to be compared over the same worlds."""

    name: str
    title: Label
    description: Label
    scenarios: tuple[Scenario, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The scenarios' names, in the file's order."""
        return tuple(one.name for one in self.scenarios)

    @property
    def organisation(self) -> Organisation:
        """The organisation of the first scenario, the base of the others."""
        return self.scenarios[0].organisation

    @property
    def horizon(self) -> int:
        """Weeks that one looks ahead; the same in every scenario."""
        return self.scenarios[0].project.horizon

    def scenario(self, name: str) -> Scenario:
        """The scenario of that name; raises ``InputRefused`` with the legal ones."""
        for one in self.scenarios:
            if one.name == name:
                return one
        raise InputRefused([unknown("unknown_scenario", name, self.names)])

    def select(self, names: tuple[str, ...]) -> "Study":
        """The same study with these scenarios only, in this order."""
        return Study(self.name, self.title, self.description, tuple(self.scenario(name) for name in names))

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change with anything that decides an outcome."""
        data = {one.name: one.resolved() for one in self.scenarios}
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def plain(model: BaseModel) -> dict[str, Any]:
    """A model as the plain data of a file: departments by name, ties as lists, nothing that was left out."""
    data = model.model_dump(exclude_none=True)
    if isinstance(model, Organisation):
        data["departments"] = {one.pop("name"): one for one in data["departments"]}
        for ties in ("interdependence", "informal_ties"):
            data[ties] = [[one["a"], one["b"], one["strength"]] for one in data[ties]]
    return _listed(data)  # type: ignore[no-any-return]  # a mapping stays a mapping


def _listed(value: Any) -> Any:
    """Turn tuples into lists, all the way down."""
    if isinstance(value, dict):
        return {key: _listed(one) for key, one in value.items()}
    return [_listed(one) for one in value] if isinstance(value, list | tuple) else value


# --- building ------------------------------------------------------------------------------------------


def build(data: Any, name: str, line_of: Callable[[Path], int | None] = lambda path: None) -> Study:
    """Make a study of a file's plain data; ``line_of`` tells where something stands.

    Raises :class:`~simulation.errors.InputRefused` with every problem that was found.
    """
    builder = _Builder(data, name, line_of)
    study = builder.study()
    if study is None or builder.problems:
        raise InputRefused(builder.problems)
    return study


def unknown(key: str, given: object, legal: Any, path: str = "", line: int | None = None) -> Problem:
    """A problem with a name that is not one of the legal ones; the nearest comes first."""
    names = [str(one) for one in legal]
    near = difflib.get_close_matches(str(given), names, n=1, cutoff=0.5)
    others = [one for one in names if one not in near]
    listed = ", ".join((near + others)[:40]) + (", …" if len(names) > 40 else "")
    return problem(key, path, line, given=shown(given), legal=listed or "–", near=near[0] if near else "–")


class _Builder:
    """Gathers problems while it builds."""

    def __init__(self, data: Any, name: str, line_of: Callable[[Path], int | None]) -> None:
        self.data, self.name, self.line_of = data, name, line_of
        self.problems: list[Problem] = []

    # --- problems --------------------------------------------------------------------------------------

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add a problem, unless the same one is there already."""
        self.add(problem(key, told_path(path), self.line_of(path), **fields))

    def add(self, one: Problem) -> None:
        """Add a problem once."""
        if one not in self.problems:
            self.problems.append(one)

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not legal."""
        self.add(unknown(key, given, legal, told_path(path), self.line_of(path)))

    def mapping(self, value: Any, path: Path) -> dict[str, Any]:
        """The value as a mapping with words as keys; nothing is an empty one."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse("not_a_mapping", path, given=shown(value))
            return {}
        for key in value:
            if not isinstance(key, str):
                self.refuse("key_not_text", (*path, key), given=shown(key))
        return {key: one for key, one in value.items() if isinstance(key, str)}

    def read(self, model: type[_M], data: Any, where: Callable[[Path], Path]) -> _M | None:
        """Validate data; ``where`` turns a place in it into a place in the file."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for one in error.errors(include_url=False):
                self._translate(model, data, dict(one), where)
            return None

    def _translate(
        self, model: type[BaseModel], data: Any, error: dict[str, Any], where: Callable[[Path], Path]
    ) -> None:
        """Turn one of pydantic's findings into a problem."""
        loc = _location(data, error["loc"])
        path, kind, given = where(loc), error["type"], error.get("input")
        context = error.get("ctx", {})
        if kind == "extra_forbidden":
            legal = _fields_at(model, error["loc"][:-1])
            self.no_such("unknown_key", path, error["loc"][-1], legal)
        elif kind == "missing":
            self.refuse("missing_key", path, name=str(error["loc"][-1]))
        elif kind == "literal_error":
            self.no_such("not_one_of", path, given, _words(context.get("expected", "")))
        else:
            key = _KINDS.get(kind, "not_legal")
            limit = next((context[k] for k in ("ge", "gt", "le", "lt") if k in context), "")
            self.refuse(key, path, given=shown(given), limit=_short(limit), why=error["msg"])

    # --- the parts -------------------------------------------------------------------------------------

    def study(self) -> Study | None:
        """The study, or None with problems."""
        if not isinstance(self.data, dict):
            self.refuse("not_a_study", (), given=shown(self.data))
            return None
        top = self.mapping(self.data, ())
        for key in top:
            if key not in TOP:
                self.no_such("unknown_key", (key,), key, TOP)
        if top.get("synergy") != FORMAT:
            self.refuse("wrong_format", ("synergy",), given=shown(top.get("synergy")), legal=FORMAT)
        for key in ("organisation", "scenarios"):
            if not top.get(key):
                self.refuse("missing_part", (key,), name=key)
        found = [self._scenario(name, top) for name in self._sound_names(top)]
        scenarios = tuple(one for one in found if one is not None)
        self._same_horizon(scenarios)
        title, description = self._texts(top, (), self.name)
        return Study(self.name, title, description, scenarios) if scenarios else None

    def _texts(self, data: dict[str, Any], path: Path, name: str) -> tuple[Label, Label]:
        """Title and description."""
        both = {"title": data.get("title", name), "description": data.get("description", "")}
        read = self.read(_Texts, both, lambda loc: (*path, *loc))
        return (read.title, read.description) if read else (Label(en=name, nl=name), Label(en="", nl=""))

    def _sound_names(self, top: dict[str, Any]) -> Iterator[str]:
        """The names of scenarios whose bases exist and do not run in a circle."""
        scenarios = self.mapping(top.get("scenarios"), ("scenarios",))
        for name, said in scenarios.items():
            inner = self.mapping(said, ("scenarios", name))
            for key in inner:
                if key not in DIFFERENCES:
                    self.no_such("unknown_key", ("scenarios", name, key), key, DIFFERENCES)
            if self._ancestry(name, scenarios) is not None:
                yield name

    def _ancestry(self, name: str, scenarios: dict[str, Any]) -> list[str] | None:
        """The scenario's bases, the furthest first, and itself."""
        line = [name]
        while True:
            said = scenarios.get(line[0])
            base = said.get("extends") if isinstance(said, dict) else None
            path: Path = ("scenarios", line[0], "extends")
            if base is None:
                return line
            if base not in scenarios:
                self.no_such("unknown_base", path, base, [one for one in scenarios if one != line[0]])
                return None
            if base in line:
                self.refuse("circle", path, given=" → ".join([base, *line[: line.index(base) + 1]][::-1]))
                return None
            line.insert(0, base)

    def _scenario(self, name: str, top: dict[str, Any]) -> Scenario | None:
        """One scenario with all differences worked in."""
        scenarios = top["scenarios"]
        line = self._ancestry(name, scenarios) or [name]
        layers = [((), top)] + [(("scenarios", one), self.mapping(scenarios[one], ("scenarios", one))) for one in line]
        merged = _Layers([layer for layer in layers if isinstance(layer[1], dict)], self)
        organisation = self.read(Organisation, merged.organisation(), merged.where("organisation"))
        project = self.read(Project, merged.part("project"), merged.where("project"))
        measures = self.read(Measures, merged.measures(), merged.where("measures"))
        parameters = self._parameters(merged)
        own = scenarios[name] if isinstance(scenarios[name], dict) else {}
        title, description = self._texts(own, ("scenarios", name), name)
        if organisation is None or project is None or measures is None:
            return None
        _Checks(self, organisation, project, measures, merged).all()
        return Scenario(name, title, description, own.get("extends"), organisation, project, parameters, measures)

    def _parameters(self, merged: "_Layers") -> tuple[Given, ...]:
        """The parameters that the file gives, checked against what they may be."""
        said, where = merged.part("parameters"), merged.where("parameters")
        known = {}
        for name, value in said.items():
            if name in BY_NAME:
                known[name] = value
            else:
                self.no_such("unknown_parameter", where((name,)), name, BY_NAME)
        read = self.read(StatedParameters, {"parameters": known}, lambda loc: where(loc[1:]))
        return tuple(self._given(name, one, where) for name, one in read.parameters.items()) if read else ()

    def _given(self, name: str, said: Stated, where: Callable[[Path], Path]) -> Given:
        """One parameter that the file gives."""
        about = BY_NAME[name]
        low = said.value if said.low is None else said.low
        high = said.value if said.high is None else said.high
        for key, value in (("value", said.value), ("low", low), ("high", high)):
            if not about.least <= value <= about.most:
                legal = f"{_short(about.least)} … {_short(about.most)}"
                self.refuse("parameter_bounds", where((name, key)), given=shown(value), legal=legal)
        if not low <= said.value <= high:
            self.refuse("range_order", where((name,)), given=f"{_short(low)} … {_short(said.value)} … {_short(high)}")
        return Given(name, float(said.value), float(low), float(high), said.source or "your file")

    def _same_horizon(self, scenarios: tuple[Scenario, ...]) -> None:
        """Scenarios are compared over the same weeks."""
        for one in scenarios:
            if one.project.horizon != scenarios[0].project.horizon:
                path: Path = ("scenarios", one.name, "project", "horizon")
                self.refuse("other_horizon", path, given=one.project.horizon, legal=scenarios[0].project.horizon)


class _Texts(Frozen):
    """Title and description of a study or a scenario."""

    title: Text
    description: Text


class _Layers:
    """What the file says of one scenario, from the file's own level down to the scenario itself."""

    def __init__(self, layers: list[tuple[Path, dict[str, Any]]], builder: _Builder) -> None:
        self.layers, self.builder = layers, builder

    def part(self, key: str) -> dict[str, Any]:
        """A part in which a later layer replaces what an earlier one says of the same key."""
        merged: dict[str, Any] = {}
        for path, layer in self.layers:
            merged.update(self.builder.mapping(layer.get(key), (*path, key)))
        return merged

    def organisation(self) -> dict[str, Any]:
        """The organisation, with the differences that scenarios make to departments."""
        merged: dict[str, Any] = {}
        for path, layer in self.layers:
            said = self.builder.mapping(layer.get("organisation"), (*path, "organisation"))
            before = merged.get("departments")
            merged.update(said)
            if path and before is not None and "departments" in said:
                merged["departments"] = self._departments(before, said["departments"], (*path, "organisation"))
        return merged

    def _departments(self, before: Any, changes: Any, path: Path) -> Any:
        """Departments with a scenario's differences."""
        if not isinstance(before, dict):
            return before
        merged = dict(before)
        for name, change in self.builder.mapping(changes, (*path, "departments")).items():
            if name not in before:
                self.builder.no_such("unknown_department", (*path, "departments", name), name, before)
            elif isinstance(before[name], dict):
                merged[name] = {**before[name], **self.builder.mapping(change, (*path, "departments", name))}
        return merged

    def measures(self) -> dict[str, Any]:
        """The measures that are on, each with its settings: the file's own level only says how, not whether."""
        settings: dict[str, Any] = {}
        on: dict[str, bool] = {"platform": True}
        for path, layer in self.layers:
            for name, said in self.builder.mapping(layer.get("measures"), (*path, "measures")).items():
                switch = {"on": True, "off": False}.get(said, said) if isinstance(said, str) else said
                on[name] = (bool(path) and switch is not False) or name == "platform"
                if isinstance(switch, dict):
                    settings[name] = {**settings.get(name, {}), **switch}
                elif not isinstance(switch, bool) and switch is not None:
                    self.builder.refuse("not_on_off", (*path, "measures", name), given=shown(said))
                elif not path and switch is not None:
                    self.builder.refuse("switched_above", ("measures", name), given=shown(said))
                if name not in MEASURES:
                    self.builder.no_such("unknown_measure", (*path, "measures", name), name, MEASURES)
        return {name: settings.get(name, {}) for name in MEASURES if on.get(name)}

    def where(self, part: str) -> Callable[[Path], Path]:
        """Find in which layer a place of a part stands: the last layer that has the longest piece of it."""

        def found(loc: Path) -> Path:
            best: tuple[int, Path] = (-1, (part, *loc))
            for path, layer in self.layers:
                depth = _depth(layer, (part, *loc))
                if depth >= best[0]:
                    best = (depth, (*path, part, *loc))
            return best[1]

        return found


class _Checks:
    """What no single field can know."""

    def __init__(
        self,
        builder: _Builder,
        organisation: Organisation,
        project: Project,
        measures: Measures,
        layers: _Layers,
    ) -> None:
        self.builder, self.organisation, self.project, self.measures = (
            builder,
            organisation,
            project,
            measures,
        )
        self.in_organisation, self.in_measures = layers.where("organisation"), layers.where("measures")

    def all(self) -> None:
        """Check everything."""
        self._kinds()
        for ties in ("interdependence", "informal_ties"):
            self._ties(ties)
        for department in self.organisation.departments:
            self._department(department.name)
        for name in MEASURES:
            if getattr(self.measures, name) is not None:
                self._measure(name, getattr(self.measures, name))

    def _kinds(self) -> None:
        """One IT department, and somebody else."""
        kinds = [one.kind for one in self.organisation.departments]
        where = self.in_organisation(("departments",))
        if kinds.count("it") != 1:
            them = ", ".join(one.name for one in self.organisation.departments if one.kind == "it")
            self.builder.refuse("one_it", where, given=kinds.count("it"), names=them or "–")
        if "business" not in kinds:
            self.builder.refuse("no_business", where)

    def _ties(self, key: str) -> None:
        """Ties join two known, different departments, once."""
        seen: set[frozenset[str]] = set()
        known = set(self.organisation.names)
        for place, tie in enumerate(getattr(self.organisation, key)):
            where = self.in_organisation((key, place))
            for name in (tie.a, tie.b):
                if name not in known:
                    self.builder.no_such("unknown_department", where, name, self.organisation.names)
            if tie.a == tie.b:
                self.builder.refuse("self_tie", where, given=shown(tie.a))
            elif tie.pair in seen:
                self.builder.refuse("tied_twice", where, given=f"{tie.a} – {tie.b}")
            seen.add(tie.pair)

    def _department(self, name: str) -> None:
        """What a kind of department cannot have."""
        one = next(d for d in self.organisation.departments if d.name == name)

        def where(key: str) -> Path:
            return self.in_organisation(("departments", name, key))

        if one.name != one.name.strip():
            self.builder.refuse("name_spaces", where(""), given=shown(one.name))
        if one.kind == "it" and one.it_frame is not None:
            self.builder.refuse("it_has_no_frame", where("it_frame"), given=one.it_frame.value)
        if one.kind == "it" and one.process_work:
            self.builder.refuse("it_has_no_process", where("process_work"), given=one.process_work)
        if one.kind == "chain" and one.benefit:
            self.builder.refuse("chain_has_no_benefit", where("benefit"), given=one.benefit)

    def _measure(self, name: str, measure: Any) -> None:
        """Weeks in order and within the horizon; departments that exist."""
        start, end = getattr(measure, "start", None), getattr(measure, "end", None)
        if start is not None and end is not None and end < start:
            self.builder.refuse("ends_before_start", self.in_measures((name, "end")), start=start, end=end)
        if start is not None and start > self.project.horizon:
            where = self.in_measures((name, "start"))
            self.builder.refuse("starts_too_late", where, start=start, horizon=self.project.horizon)
        for key in ("members", "departments", "progress", "priority", "voice"):
            names = getattr(measure, key, None)
            for one in names if isinstance(names, tuple) else ():
                if one not in self.organisation.names:
                    where = self.in_measures((name, key))
                    self.builder.no_such("unknown_department", where, one, self.organisation.names)


# --- helpers -------------------------------------------------------------------------------------------

_KINDS = {
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "int_type": "not_whole",
    "int_from_float": "not_whole",
    "int_parsing": "not_whole",
    "finite_number": "not_finite",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "string_type": "not_text",
    "string_too_short": "not_a_name",
    "string_too_long": "not_a_name",
    "string_pattern_mismatch": "not_a_name",
    "bool_type": "not_yes_no",
    "bool_parsing": "not_yes_no",
    "model_type": "not_a_mapping",
    "model_attributes_type": "not_a_mapping",
    "dict_type": "not_a_mapping",
    "tuple_type": "not_a_list",
    "too_short": "too_few",
    "too_long": "too_many",
    "tie_form": "tie_form",
}


def told_path(path: Path) -> str:
    """A place in a file as a person reads it.

    >>> told_path(("organisation", "informal_ties", 2))
    'organisation.informal_ties[3]'
    """
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text.rstrip(".")


def _short(value: object) -> str:
    """A limit without a needless fraction."""
    return f"{value:g}" if isinstance(value, int | float) and math.isfinite(value) else str(value)


def _words(expected: str) -> list[str]:
    """The words in pydantic's "'a', 'b' or 'c'"."""
    return expected.split("'")[1::2]


def _location(data: Any, loc: Path) -> Path:
    """A place in validated data as a place in the data given: departments by name, nothing that pydantic added."""
    found: list[str | int] = []
    for given in loc:
        by_place = isinstance(data, dict) and isinstance(given, int) and given < len(data)
        part = list(data)[given] if by_place and isinstance(given, int) else given
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            found.append(part)
            data = data[part]
        elif given == loc[-1] and isinstance(data, dict):
            found.append(part)
            break
        else:
            break
    return tuple(found)


def _depth(data: Any, path: Path) -> int:
    """How many parts of a path exist in the data."""
    for depth, part in enumerate(path):
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return depth
        data = data[part]
    return len(path)


def _fields_at(model: type[BaseModel], loc: Path) -> list[str]:
    """The keys that are legal at a place of a model."""
    for part in loc:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        inner = _model_in(field.annotation) if field else None
        model = inner or model
    return [name for name in model.model_fields if name != "name" or "kind" not in model.model_fields]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model in a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, Annotated, tuple, list, dict}:
        for one in get_args(annotation):
            found = _model_in(one)
            if found:
                return found
    return None
