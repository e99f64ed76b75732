"""From a file's plain data to a study: scenarios merged and validated, every problem gathered and told at once."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from simulation.errors import InputRefused, Problem, nearest, problem, shown, unknown
from simulation.findings import KINDS, fields_at, findings, key_of, model_in, short, words_in
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
from simulation.places import Key, Path, depth_of, location, told_path
from simulation.study import FORMAT, Given, Scenario, Study

MOST_PROBLEMS = 100
"""More than this nobody reads at once; the rest is counted."""


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


def build(data: Any, name: str, line_of: Callable[[Path], int | None] = lambda path: None) -> Study:
    """Make a study of a file's plain data; ``line_of`` tells where something stands.

    Raises :class:`~simulation.errors.InputRefused` with every problem that was found.
    """
    builder = _Builder(data, name, line_of)
    study = builder.study()
    found = builder.all_problems()
    if study is None or found:
        raise InputRefused(found)
    return study


class Gatherer:
    """Gathers what is wrong with a file's data, each mistake once; ``line_of`` tells where something stands."""

    def __init__(self, line_of: Callable[[Path], int | None]) -> None:
        self.line_of = line_of
        self.problems: list[Problem] = []
        self.more = 0
        self._seen: set[tuple[str, Path, str]] = set()
        self._places: set[Path] = set()

    def all_problems(self) -> list[Problem]:
        """What was gathered, with how many more there are."""
        return self.problems + ([problem("more_problems", more=self.more)] if self.more else [])

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
            for one in findings(model, error):
                self._translate(model, data, one, where)
            return None

    def _translate(
        self, model: type[BaseModel], data: Any, error: dict[str, Any], where: Callable[[Path], Path]
    ) -> None:
        """Turn one of pydantic's findings into a problem."""
        loc, kind, given, context = error["loc"], error["type"], error.get("input"), error.get("ctx", {})
        path = where(location(data, loc[:-1] if kind == "invalid_key" else loc, kind))
        if kind == "extra_forbidden":
            self.no_such("unknown_key", path, loc[-1], fields_at(model, loc[:-1]))
        elif kind == "invalid_key":
            self.refuse("key_not_text", (*path, Key(loc[-1])), given=shown(loc[-1]))
        elif kind in {"missing", "too_short"}:
            if path not in self._places:
                key = "missing_part" if loc == ("departments",) else KINDS[kind]
                self.refuse(key, path, name=str(loc[-1]))
        elif given is None:
            self.refuse("not_filled", path)
        elif kind == "literal_error":
            self.no_such("not_one_of", path, given, words_in(context["expected"]))
        else:
            key = key_of(kind, loc, given, context)
            limit = next((context[k] for k in ("ge", "gt", "le", "lt", "max_length") if k in context), None)
            limited = key in {"too_small", "too_large", "share_too_large", "long_text"}
            self.refuse(key, path, given=shown(given), **({"limit": short(limit)} if limited else {}))


class _Builder(Gatherer):
    """Gathers problems while it builds."""

    def __init__(self, data: Any, name: str, line_of: Callable[[Path], int | None]) -> None:
        super().__init__(line_of)
        self.data, self.name_of_study = data, name

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
                legal = f"{short(about.least)} … {short(about.most)}"
                where_it_is = where((name, key) if inside else (name,))
                self.refuse("parameter_bounds", where_it_is, given=short(value), legal=legal)
        if not low <= said.value <= high:
            self.refuse("range_order", where((name,)), given=f"{short(low)} … {short(said.value)} … {short(high)}")
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
                depth = depth_of(layer, (part, *loc))
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
        model = model_in(Measures.model_fields[name].annotation)
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
