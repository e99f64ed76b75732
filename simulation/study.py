"""Scenarios as *base + differences*, the study that holds them, and its digest.

A study is built from plain data, as a file holds it. Whatever is wrong with it is gathered and told at once.
"""

import difflib
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from simulation.errors import InputRefused, Problem, problem, shown
from simulation.measures import MEASURES, Measures
from simulation.organisation import (
    NAME,
    Department,
    Frozen,
    Kind,
    Label,
    Number,
    Organisation,
    Project,
    Text,
    Words,
    exactly,
)
from simulation.parameters import BY_NAME

FORMAT = 1
"""The version of the file format."""
MOST_PROBLEMS = 100
"""More than this nobody reads at once; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is not a text, as a part of a path."""

    value: object


Path = tuple[str | int | Key, ...]
TOP = ("synergy", "title", "description", "organisation", "project", "parameters", "measures", "scenarios")
DIFFERENCES = ("title", "description", "extends", "organisation", "project", "parameters", "measures")

_M = TypeVar("_M", bound=BaseModel)


class Stated(Frozen):
    """A parameter as a file states it; without ``low`` and ``high`` it is the same in every world."""

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: Words | None = None


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
    if builder.more:
        builder.problems.append(problem("more_problems", more=builder.more))
    if study is None or builder.problems:
        raise InputRefused(builder.problems)
    return study


def unknown(key: str, given: object, legal: Any, path: str = "", line: int | None = None) -> Problem:
    """A problem with a name that is not one of the legal ones; the nearest comes first."""
    names = [str(one) for one in legal]
    near = nearest(str(given), names)
    first = sorted(names, key=lambda one: one != near)[:40]
    listed = ", ".join(first) + (", …" if len(names) > 40 else "")
    return problem(key, path, line, given=shown(given), legal=listed or "–", near=near or "")


def nearest(given: str, names: Iterable[str]) -> str | None:
    """The name that somebody may have meant, if there is one.

    >>> nearest("SALES", ["Sales", "Finance"]), nearest("Finence", ["Sales", "Finance"]), nearest("x", ["Sales"])
    ('Sales', 'Finance', None)
    """
    word = given[:300].strip().casefold()
    known = {one.strip().casefold(): one for one in names}
    near = [word] if word in known else difflib.get_close_matches(word, known, n=1)
    return known[near[0]] if near else None


class _Builder:
    """Gathers problems while it builds."""

    def __init__(self, data: Any, name: str, line_of: Callable[[Path], int | None]) -> None:
        self.data, self.name_of_study, self.line_of = data, name, line_of
        self.problems: list[Problem] = []
        self.more = 0
        self._seen: set[tuple[str, Path, str]] = set()
        self._places: set[Path] = set()

    # --- problems --------------------------------------------------------------------------------------

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add a problem, unless the same one is there already."""
        if self._is_new(key, path, str(fields)):
            self.problems.append(problem(key, told_path(path), self.line_of(path), **fields))

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not legal, unless the same one is there already."""
        if self._is_new(key, path, shown(given, 300)):
            self.problems.append(unknown(key, given, legal, told_path(path), self.line_of(path)))

    def _is_new(self, key: str, path: Path, what: str) -> bool:
        """Whether a problem was not told before, and there is room to tell it."""
        if (key, path, what) in self._seen:
            return False
        self._seen.add((key, path, what))
        self._places.add(path)
        room = len(self.problems) < MOST_PROBLEMS
        self.more += not room
        return room

    def mapping(self, value: Any, path: Path) -> dict[str, Any]:
        """The value as a mapping with words as keys; nothing is an empty one."""
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse("not_a_mapping", path, given=shown(value))
            return {}
        for key in value:
            if not isinstance(key, str):
                self.refuse("key_not_text", (*path, Key(key)), given=shown(key))
        return {key: one for key, one in value.items() if isinstance(key, str)}

    def name(self, name: str, path: Path) -> None:
        """Check the name of a department or a scenario."""
        if len(name) > 300 or not re.fullmatch(NAME, name):
            self.refuse("not_a_name", path, given=shown(name))
        elif name != name.strip():
            self.refuse("name_spaces", path, given=shown(name))

    def read(self, model: type[_M], data: Any, where: Callable[[Path], Path]) -> _M | None:
        """Validate data; ``where`` turns a place in it into a place in the file."""
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for one in _findings(model, error):
                self._translate(model, data, one, where)
            return None

    def _translate(
        self, model: type[BaseModel], data: Any, error: dict[str, Any], where: Callable[[Path], Path]
    ) -> None:
        """Turn one of pydantic's findings into a problem."""
        loc, kind, given, context = error["loc"], error["type"], error.get("input"), error.get("ctx", {})
        path = where(_location(data, loc[:-1] if kind == "invalid_key" else loc, kind))
        if kind == "extra_forbidden":
            self.no_such("unknown_key", path, loc[-1], _fields_at(model, loc[:-1]))
        elif kind == "invalid_key":
            self.refuse("key_not_text", (*path, Key(loc[-1])), given=shown(loc[-1]))
        elif kind in {"missing", "too_short"}:
            if path not in self._places:
                key = "missing_part" if loc == ("departments",) else _KINDS[kind]
                self.refuse(key, path, name=str(loc[-1]))
        elif given is None:
            self.refuse("not_filled", path)
        elif kind == "literal_error":
            self.no_such("not_one_of", path, given, _words(context["expected"]))
        else:
            key = _key(kind, loc, given, context)
            limit = next((context[k] for k in ("ge", "gt", "le", "lt", "max_length") if k in context), None)
            limited = key in {"too_small", "too_large", "share_too_large", "long_text"}
            self.refuse(key, path, given=shown(given), **({"limit": _short(limit)} if limited else {}))

    # --- the parts -------------------------------------------------------------------------------------

    def study(self) -> Study | None:
        """The study, or None with problems."""
        if not isinstance(self.data, dict):
            self.refuse("empty" if self.data is None else "not_a_study", (), given=shown(self.data))
            return None
        top = self.mapping(self.data, ())
        strange = [key for key in top if key not in TOP]
        for key in strange:
            self.no_such("unknown_key", (key,), key, TOP)
        if top.get("synergy") is None:
            self.refuse("no_format", ("synergy",), legal=FORMAT)
        elif top["synergy"] != FORMAT or top["synergy"] is True:
            self.refuse("wrong_format", ("synergy",), given=shown(top.get("synergy")), legal=FORMAT)
        for key in ("organisation", "scenarios"):
            if not top.get(key) and key not in {nearest(one, TOP) for one in strange}:
                self.refuse("missing_part", (key,), name=key)
        names = list(self._sound_names(top))
        found = [self._scenario(name, top) for name in names]
        scenarios = tuple(one for one in found if one is not None)
        self._ground(top, alone=not names)
        self._same_horizon(scenarios)
        title, description = self._texts(top, (), self.name_of_study)
        return Study(self.name_of_study, title, description, scenarios) if scenarios else None

    def _texts(self, data: dict[str, Any], path: Path, name: str) -> tuple[Label, Label]:
        """Title and description."""
        title, description = data.get("title"), data.get("description")
        both = {
            "title": name if title in (None, "") else title,
            "description": "" if description is None else description,
        }
        read = self.read(_Texts, both, lambda loc: (*path, *loc))
        return (read.title, read.description) if read else (Label(en=name, nl=name), Label(en="", nl=""))

    def _sound_names(self, top: dict[str, Any]) -> Iterator[str]:
        """The names of scenarios whose bases exist and do not run in a circle."""
        scenarios = self.mapping(top.get("scenarios"), ("scenarios",))
        for name, said in scenarios.items():
            self.name(name, ("scenarios", name))
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
            if not isinstance(base, str) or base not in scenarios:
                self.no_such("unknown_base", path, base, [one for one in scenarios if one != line[0]])
                return None
            if base in line:
                self._circle(line[: line.index(base) + 1][::-1], list(scenarios))
                return None
            line.insert(0, base)

    def _circle(self, names: list[str], all_names: list[str]) -> None:
        """Refuse scenarios each of which extends the next and the last the first."""
        at = names.index(min(names, key=all_names.index))
        names = names[at:] + names[:at]
        self.refuse("circle", ("scenarios", names[0], "extends"), given=" → ".join([*names, names[0]]))

    def _scenario(self, name: str, top: dict[str, Any]) -> Scenario | None:
        """One scenario with all differences worked in."""
        scenarios = top["scenarios"]
        line = self._ancestry(name, scenarios) or [name]
        layers = [((), top)] + [(("scenarios", one), self.mapping(scenarios[one], ("scenarios", one))) for one in line]
        merged = _Layers([layer for layer in layers if isinstance(layer[1], dict)], self)
        organisation, project, measures = self._parts(merged, merged.measures())
        parameters = self._parameters(merged)
        own = scenarios[name] if isinstance(scenarios[name], dict) else {}
        title, description = self._texts(own, ("scenarios", name), name)
        if organisation is None or project is None or measures is None:
            return None
        return Scenario(name, title, description, own.get("extends"), organisation, project, parameters, measures)

    def _parts(
        self, merged: "_Layers", measures: dict[str, Any]
    ) -> tuple[Organisation | None, Project | None, Measures | None]:
        """Organisation, project and measures, each by itself and against each other."""
        organisation, project = merged.organisation(), merged.part("project")
        _Checks(self, merged, organisation, measures, project).all()
        return (
            self.read(Organisation, organisation, merged.where("organisation")) if organisation else None,
            self.read(Project, project, merged.where("project")),
            self.read(Measures, measures, merged.where("measures")),
        )

    def _ground(self, top: dict[str, Any], alone: bool) -> None:
        """Check what no scenario may have asked for: measures that none switches on; all if there is none."""
        ground = _Layers([((), top)], self)
        if alone:
            self._parts(ground, ground.described())
            self._parameters(ground)
        else:
            self.read(Measures, ground.described(), ground.where("measures"))
            _Checks(self, ground, ground.organisation(), ground.described(), {}).holders()

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
        if read is None:
            return ()
        inside = {name: isinstance(value, dict) for name, value in known.items()}
        return tuple(self._given(name, one, where, inside[name]) for name, one in read.parameters.items())

    def _given(self, name: str, said: Stated, where: Callable[[Path], Path], inside: bool) -> Given:
        """One parameter that the file gives, as a number or (``inside``) with its range."""
        about = BY_NAME[name]
        low = said.value if said.low is None else said.low
        high = said.value if said.high is None else said.high
        for key, value in (("value", said.value), ("low", said.low), ("high", said.high)):
            if value is not None and not about.least <= value <= about.most:
                legal = f"{_short(about.least)} … {_short(about.most)}"
                where_it_is = where((name, key) if inside else (name,))
                self.refuse("parameter_bounds", where_it_is, given=_short(value), legal=legal)
        if not low <= said.value <= high:
            self.refuse("range_order", where((name,)), given=f"{_short(low)} … {_short(said.value)} … {_short(high)}")
        return Given(name, float(said.value), float(low), float(high), said.source or "your file")

    def _same_horizon(self, scenarios: tuple[Scenario, ...]) -> None:
        """Scenarios are compared over the same weeks."""
        horizons = Counter(one.project.horizon for one in scenarios).most_common()
        for one in scenarios if len(horizons) > 1 else ():
            if one.project.horizon != horizons[0][0]:
                path: Path = ("scenarios", one.name, "project", "horizon")
                self.refuse("other_horizon", path, given=one.project.horizon, legal=horizons[0][0])


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
            inside: Path = (*path, "organisation")
            said = self.builder.mapping(layer.get("organisation"), inside)
            before = merged.get("departments")
            merged.update(said)
            if "departments" in said:
                departments = self.builder.mapping(said["departments"], (*inside, "departments"))
                merged["departments"] = self._departments(before, departments, (*inside, "departments"))
        return merged

    def _departments(self, before: dict[str, Any] | None, said: dict[str, Any], path: Path) -> dict[str, Any]:
        """Departments as a layer says them; after the first that does, with the differences it makes."""
        for name, one in said.items():
            if isinstance(one, dict) and "name" in one:
                legal = [key for key in Department.model_fields if key != "name"]
                self.builder.no_such("unknown_key", (*path, name, "name"), "name", legal)
        if before is None:
            return said
        merged = dict(before)
        for name, change in said.items():
            if name not in before:
                self.builder.no_such("unknown_department", (*path, name), name, before)
            elif isinstance(before[name], dict):
                merged[name] = {**before[name], **self.builder.mapping(change, (*path, name))}
        return merged

    def measures(self) -> dict[str, Any]:
        """The measures that are on, each with its settings."""
        settings, on = self._settings()
        return {name: settings.get(name, {}) for name in MEASURES if on.get(name)}

    def described(self) -> dict[str, Any]:
        """The measures with settings, on or not."""
        settings, _ = self._settings()
        return {name: settings[name] for name in MEASURES if name in settings}

    def _settings(self) -> tuple[dict[str, dict[str, Any]], dict[str, bool]]:
        """The settings of measures and which of them are on: the file's own level says how, not whether."""
        settings: dict[str, dict[str, Any]] = {}
        on: dict[str, bool] = {"platform": True}
        for path, layer in self.layers:
            for name, said in self.builder.mapping(layer.get("measures"), (*path, "measures")).items():
                switch = {"on": True, "off": False}.get(said, said) if isinstance(said, str) else said
                self._check_switch(name, said, switch, path)
                on[name] = (bool(path) and switch is not False) or name == "platform"
                if isinstance(switch, dict):
                    settings[name] = {**settings.get(name, {}), **switch}
        return settings, on

    def _check_switch(self, name: str, said: Any, switch: Any, path: Path) -> None:
        """Whether a measure that is known is switched, or described, where it may be."""
        where: Path = (*path, "measures", name)
        if name not in MEASURES:
            self.builder.no_such("unknown_measure", where, name, MEASURES)
        elif isinstance(switch, dict) or switch is None:
            return
        elif not isinstance(switch, bool):
            self.builder.refuse("not_on_off", where, given=shown(said))
        elif not path:
            self.builder.refuse("switched_above", where, given=shown(said))
        elif name == "platform" and not switch:
            self.builder.refuse("platform_always", where)

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
    """What no single field can know. It looks at what is said, so that it can be told beside other mistakes."""

    def __init__(
        self,
        builder: _Builder,
        layers: _Layers,
        organisation: dict[str, Any],
        measures: dict[str, Any],
        project: dict[str, Any],
    ) -> None:
        self.builder, self.organisation, self.measures = builder, organisation, measures
        self.departments: dict[str, Any] = organisation.get("departments") or {}
        self.stripped = {name.strip() for name in self.departments}
        self.start, self.horizon = _weeks(Project, project, "start", "horizon")
        self.in_organisation, self.in_measures = layers.where("organisation"), layers.where("measures")
        self.in_project = layers.where("project")

    def all(self) -> None:
        """Check everything."""
        if self.departments:
            self._kinds()
        for name, said in self.departments.items():
            self.builder.name(name, self.in_organisation(("departments", name)))
            self._department(name, said if isinstance(said, dict) else {})
        for ties in ("interdependence", "informal_ties"):
            self._ties(ties)
        self._late(self.in_project, ("start",), self.start)
        for name, said in self.measures.items():
            self._in_order(name, said)
        self.holders()

    def _kinds(self) -> None:
        """One IT department, and somebody else."""
        kinds = {name: one.get("kind") if isinstance(one, dict) else None for name, one in self.departments.items()}
        if not all(kind in get_args(Kind) for kind in kinds.values()):
            return
        where = self.in_organisation(("departments",))
        them = [name for name, kind in kinds.items() if kind == "it"]
        if not them:
            self.builder.refuse("no_it", where)
        elif len(them) > 1:
            self.builder.refuse("one_it", where, given=len(them), names=", ".join(them))
        if "business" not in kinds.values():
            self.builder.refuse("no_business", where)

    def _department(self, name: str, said: dict[str, Any]) -> None:
        """What a kind of department cannot have."""
        for kind, key, problem_key in (
            ("it", "it_frame", "it_has_no_frame"),
            ("it", "process_work", "it_has_no_process"),
            ("chain", "benefit", "chain_has_no_benefit"),
        ):
            given = said.get(key)
            if said.get("kind") == kind and given is not None and (given != 0 or key == "it_frame"):
                where = self.in_organisation(("departments", name, key))
                self.builder.refuse(problem_key, where, given=shown(given))

    def _ties(self, key: str) -> None:
        """Ties join two known, different departments, once."""
        seen: set[frozenset[str]] = set()
        said = self.organisation.get(key)
        for place, tie in enumerate(said if isinstance(said, list | tuple) else ()):
            ends = (tie.get("a"), tie.get("b")) if isinstance(tie, dict) else tie
            if isinstance(ends, list | tuple) and len(ends) > 1 and all(isinstance(one, str) for one in ends[:2]):
                self._tie((key, place), ends[0], ends[1], seen)

    def _tie(self, at: Path, a: str, b: str, seen: set[frozenset[str]]) -> None:
        """One tie, given those seen before."""
        for name in (a, b):
            self._known(name, self.in_organisation, at)
        pair = frozenset((a, b))
        if a == b:
            self.builder.refuse("self_tie", self.in_organisation(at), given=shown(a))
        elif pair in seen:
            self.builder.refuse("tied_twice", self.in_organisation(at), given=f"{a} – {b}")
        seen.add(pair)

    def _known(self, name: str, where: Callable[[Path], Path], at: Path) -> None:
        """A department that is named must be there."""
        if self.departments and name not in self.departments and name not in self.stripped:
            self.builder.no_such("unknown_department", where(at), name, self.departments)

    def _in_order(self, name: str, said: dict[str, Any]) -> None:
        """The weeks of a measure are in order and within the horizon."""
        model = _model_in(Measures.model_fields[name].annotation)
        start, end = _weeks(model, said, "start", "end") if model else (None, None)
        if start is not None and end is not None and end < start:
            self.builder.refuse("ends_before_start", self.in_measures((name, "end")), start=start, end=end)
        self._late(self.in_measures, (name, "start"), start)

    def _late(self, where: Callable[[Path], Path], at: Path, start: int | None) -> None:
        """Nothing starts after the last week."""
        if start is not None and self.horizon is not None and start > self.horizon:
            self.builder.refuse("starts_too_late", where(at), start=start, horizon=self.horizon)

    def holders(self) -> None:
        """The departments that measures name."""
        for name, said in self.measures.items():
            for key in ("members", "departments", "progress", "priority", "voice"):
                names = said.get(key)
                for place, one in enumerate(names if isinstance(names, list | tuple) else ()):
                    if isinstance(one, str):
                        self._known(one, self.in_measures, (name, key, place))


def _weeks(model: type[BaseModel], said: dict[str, Any], *keys: str) -> list[int | None]:
    """Weeks as they are said, or else as they are by default; None for what cannot be one."""
    defaults = {key: one.default for key, one in model.model_fields.items()}
    found = [said.get(key, defaults.get(key)) for key in keys]
    return [week if isinstance(week, int) and week is not True and 1 <= week <= 520 else None for week in found]


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
    "missing": "missing_key",
    "too_long": "too_many",
    "tie_form": "tie_form",
    "string_unicode": "not_text",
}


_NUMBERS = ("Surveyed", "SurveyedShare", "Workload", "Stated")
"""Objects that are mostly given as a plain number."""


def told_path(path: Path) -> str:
    """A place in a file as a person reads it.

    >>> told_path(("organisation", "informal_ties", 2))
    'organisation.informal_ties[3]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        elif isinstance(part, str):
            plain_name = part.isprintable() and part.strip() and len(part) <= 60
            text += ("." if text else "") + (part if plain_name else shown(part))
    return text


def _short(value: object) -> str:
    """A limit without a needless fraction."""
    return f"{value:g}" if isinstance(value, int | float) and math.isfinite(value) else str(value)


def _words(expected: str) -> list[str]:
    """The words in pydantic's "'a', 'b' or 'c'"."""
    return expected.split("'")[1::2]


def _findings(model: type[BaseModel], error: ValidationError) -> list[dict[str, Any]]:
    """What pydantic finds, without what only follows: a key that is missing because it is misspelt, and so on."""
    found: list[dict[str, Any]] = [dict(one) for one in error.errors(include_url=False)]
    misspelt: set[Any] = {
        (*one["loc"][:-1], nearest(str(one["loc"][-1]), _fields_at(model, one["loc"][:-1])))
        for one in found
        if one["type"] == "extra_forbidden"
    }

    def follows(one: dict[str, Any]) -> bool:
        if one["type"] == "missing":
            return one["loc"] in misspelt
        # A list is too short if none of its entries is sound; what is neither a switch nor a list is told once.
        return (one["type"] == "too_short" and bool(one["input"])) or one["loc"][-1] == "bool"

    return [one for one in found if not follows(one)]


def _key(kind: str, loc: Path, given: object, context: dict[str, Any]) -> str:
    """The problem for one of pydantic's findings."""
    if kind == "model_type" and not isinstance(given, list | dict):
        keys = {"Label": "not_text", **dict.fromkeys(_NUMBERS, "not_a_number")}
        return keys.get(context["class_name"], "not_a_mapping")
    if kind == "string_too_long" and context["max_length"] > 300:
        return "long_text"
    if kind == "tuple_type" and str(loc[-1]).startswith("tuple["):
        return "not_holders"
    if kind == "less_than_equal" and context["le"] <= 2:
        return "share_too_large"
    return _KINDS.get(kind, "not_legal")


def _location(data: Any, loc: Path, kind: str) -> Path:
    """A place in validated data as a place in the data given: departments by name, nothing that pydantic added."""
    found: list[Any] = []
    for given in loc:
        by_place = isinstance(data, dict) and isinstance(given, int) and given < len(data)
        part = list(data)[given] if by_place and isinstance(given, int) else given
        inside = isinstance(data, dict) and part in data
        if not inside and not (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            return (*found, part) if kind == "missing" and isinstance(data, dict) else tuple(found)
        found.append(part)
        data = data[part]
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
