"""From a file's plain data to a study: scenarios merged and validated, every problem gathered and reported at once.

What scenarios share is merged, validated and checked once: each is made from what its base came to, and a part that it
does not change is its base's own.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, islice
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from simulation.study.build.checks import Checks
from simulation.study.build.problems import Gatherer
from simulation.study.build.validation import short
from simulation.study.deadline import check_time, reading
from simulation.study.errors import InputRefused, nearest, remark, several, shown
from simulation.study.measures import MEASURES, Measures
from simulation.study.organisation import (
    Department,
    Frozen,
    Label,
    Number,
    Organisation,
    Project,
    Text,
    Words,
    everywhere,
    exactly,
)
from simulation.study.parameters import BY_NAME, GONE
from simulation.study.paths import Path, PlaceOf, depth_of, nowhere, told_path
from simulation.study.remarks import remarks_on
from simulation.study.scenario import FORMAT, READABLE, Given, Scenario, Study
from simulation.system.limits import LIMITS
from simulation.text.characters import SOFT_HYPHEN, composed, is_visible

TOP = ("synergy", "title", "description", "organisation", "project", "parameters", "measures", "show", "scenarios")
DIFFERENCES = ("title", "description", "extends", "organisation", "project", "parameters", "measures")
TIES = ("interdependence", "informal_ties")


class Stated(Frozen):
    """A parameter as a file states it; without ``low`` and ``high`` it is the same in every world.

    Whether the numbers are legal for this parameter, and in order, is checked afterwards.
    """

    value: Number
    low: Number | None = None
    high: Number | None = None
    source: Words | None = None


class StatedParameters(Frozen):
    """All that a file says of parameters."""

    parameters: dict[str, Annotated[Stated, BeforeValidator(exactly)]] = Field(default_factory=dict)


def build(data: Any, name: str, place_of: PlaceOf = nowhere) -> Study:
    """Make a study called ``name`` of a file's plain data, which are not changed.

    ``place_of`` tells where a path of the input stands, which problems
    and remarks. Raises :class:`~simulation.study.errors.InputRefused` with every problem that was found, or if that
    takes longer than :func:`~simulation.study.deadline.reading` allows.
    """
    with reading():
        builder = _Builder(data, name, place_of)
        study = builder.sound_study()
        remarks = islice(chain(builder.remarks, remarks_on(study, place_of)), LIMITS.problems)
        return replace(study, remarks=tuple(remarks))


def build_scenarios(data: Any, name: str) -> tuple[Scenario, ...]:
    """The scenarios of a file's plain data, as :func:`build` makes them and with its errors.

    Nothing is remarked on, and they may look ahead differently far.
    """
    with reading():
        return _Builder(data, name, nowhere, same_weeks=False).sound_study().scenarios


@dataclass(frozen=True)
class _Merged:
    """What a file says of one scenario: its own level, then the scenario's bases, then the scenario itself.

    A part that the last layer does not touch is the very object of the layers before it.
    """

    layers: tuple[tuple[Path, dict[str, Any]], ...] = ()
    organisation: dict[str, Any] = field(default_factory=dict)
    project: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    on: dict[str, bool] = field(default_factory=lambda: {"platform": True})

    def measures(self) -> dict[str, Any]:
        """The measures that are on, each with its settings."""
        return {name: self.settings.get(name, _NOTHING) for name in MEASURES if self.on.get(name)}

    def described(self) -> dict[str, Any]:
        """The measures with settings, on or not."""
        return {name: self.settings[name] for name in MEASURES if name in self.settings}

    def where(self, part: str) -> Callable[[Path], Path]:
        """Find in which layer a path within a part stands: the last of those that have most of it."""

        def layer_of(loc: Path) -> Path:
            best: tuple[int, Path] = (-1, (part, *loc))
            for path, layer in self.layers:
                depth = depth_of(layer, (part, *loc))
                if depth >= best[0]:
                    best = (depth, (*path, part, *loc))
            return best[1]

        return layer_of


_NOTHING: dict[str, Any] = {}
"""The settings of a measure that is on and nothing else; not to be changed."""


class _Builder(Gatherer):
    """Gathers problems while it builds."""

    def __init__(self, data: Any, name: str, place_of: PlaceOf, same_weeks: bool = True) -> None:
        super().__init__(place_of)
        self.same_weeks = same_weeks
        self.data, self.name_of_study = self._composed(data, ()), name
        self.built = 0
        self.is_old = False
        self._merged: dict[str, _Merged] = {}
        self._kept: dict[tuple[Any, ...], tuple[Any, Any]] = {}
        self._namings: dict[tuple[str, ...], int] = {}

    def _composed(self, data: Any, path: Path) -> Any:
        """The data with each letter written in one way and without soft hyphens; the same object if it is so anyway."""
        if isinstance(data, str):
            if SOFT_HYPHEN in data:
                place = self.place_of(path)
                self.remarks.append(remark("soft_hyphen", told_path(path), place, given=shown(composed(data))))
            return composed(data)
        if len(path) > 2 * LIMITS.file_depth or not isinstance(data, dict | list):
            return data
        check_time()
        if isinstance(data, list):
            entries = [self._composed(entry, (*path, index)) for index, entry in enumerate(data)]
            return data if all(map(_is_unchanged, entries, data)) else entries
        inside = {
            self._composed(key, path) if isinstance(key, str) else key: self._composed(value, (*path, str(key)))
            for key, value in data.items()
        }
        if len(inside) < len(data):  # two keys became one, which the check of names reports
            return data
        unchanged = all(map(_is_unchanged, inside, data)) and all(map(_is_unchanged, inside.values(), data.values()))
        return data if unchanged else inside

    def _once(self, key: tuple[Any, ...], about: Any, make: Callable[[], Any]) -> Any:
        """What is made of an object, made once; ``key`` says what, and the object is known by its identity."""
        key = (*key, id(about))
        if key not in self._kept:
            self._kept[key] = (about, make())  # kept as well, so that no other object gets its id
        return self._kept[key][1]

    def sound_study(self) -> Study:
        """The study, without remarks; raises :class:`~simulation.study.errors.InputRefused` with all problems."""
        study, problems = self.study(), self.all_problems()
        if study is None or problems:
            raise InputRefused(problems)
        return study

    def study(self) -> Study | None:
        """The study, or None if there are problems without which nothing could be made."""
        if not isinstance(self.data, dict):
            self.refuse("empty" if self.data is None else "not_a_study", (), given=shown(self.data))
            return None
        top = self.mapping(self.data, ())
        self._keys(top)
        scenarios = self.mapping(top.get("scenarios"), ("scenarios",))
        if len(scenarios) > LIMITS.scenarios:
            self.refuse("too_many_scenarios", ("scenarios",), given=len(scenarios), limit=LIMITS.scenarios)
            return None
        ground = self._laid(_Merged(), (), top)
        if not self._is_buildable(ground):
            return None
        names = list(self._sound_names(scenarios))
        self._ground(ground, alone=not names)
        made = [self._scenario(name, scenarios, ground) for name in names]
        sound = tuple(scenario for scenario in made if scenario is not None)
        if self.same_weeks:
            self._same_horizon(sound)
        title, description = self._texts(top, (), self.name_of_study)
        shown_first = self._shown(top.get("show"), names)
        return Study(self.name_of_study, title, description, sound, show=shown_first) if sound else None

    def _shown(self, given: Any, names: list[str]) -> tuple[str, ...]:
        """The scenarios that the file wants shown first."""
        if given is None:
            return ()
        if not isinstance(given, list):
            self.refuse("not_a_list", ("show",), given=shown(given))
            return ()
        if not given:
            self.refuse("too_few", ("show",))
        for position, name in enumerate(given):
            if name not in names:
                self.no_such("unknown_scenario", ("show", position), name, names)
            elif name in given[:position]:
                self.refuse("scenario_twice", ("show", position), given=shown(name))
        return tuple(name for name in dict.fromkeys(map(str, given)) if name in names)

    def _keys(self, top: dict[str, Any]) -> None:
        """The file's own level has the keys that it must have, and no others."""
        strange = [key for key in top if key not in TOP]
        for key in strange:
            self.no_such("unknown_key", (key,), key, TOP)
        if top.get("synergy") is None:
            self.refuse("no_format", ("synergy",), legal=FORMAT)
        elif top["synergy"] not in READABLE or isinstance(top["synergy"], bool):
            self.refuse("wrong_format", ("synergy",), given=shown(top.get("synergy")), legal=FORMAT)
        elif top["synergy"] < FORMAT:
            self.is_old = True
            self.remarks.append(remark("old_format", told_path(("synergy",)), self.place_of(("synergy",))))
        meant = {nearest(key, TOP) for key in strange[: LIMITS.problems]}
        for key in ("organisation", "scenarios"):
            if not top.get(key) and key not in meant:
                self.refuse("missing_part", (key,), name=key)

    def _texts(self, data: dict[str, Any], path: Path, name: str) -> tuple[Label, Label]:
        """Title and description."""
        title, description = data.get("title"), data.get("description")
        texts = {
            "title": name if title is None or (isinstance(title, str) and not is_visible(title)) else title,
            "description": "" if description is None else description,
        }
        read = self.read(_Texts, texts, lambda loc: (*path, *loc))
        return (read.title, read.description) if read else (Label(**everywhere(name)), Label(**everywhere("")))

    def _gone(self, name: str, path: Path) -> None:
        """Note, or refuse, a parameter of an earlier version of the model, from which nothing follows any more."""
        if self.is_old:
            self.remarks.append(remark(name, told_path(path), self.place_of(path)))
        else:
            self.refuse(f"{name}_gone", path)

    # --- which scenarios stand on which ---

    def _sound_names(self, scenarios: dict[str, Any]) -> Iterator[str]:
        """The names of scenarios whose bases exist, do not run in a circle, and are not too many."""
        self.names(scenarios, lambda name: ("scenarios", name))
        bases: dict[str, str | None] = {}
        length: dict[str, int] = {}
        for name, data in scenarios.items():
            inner = self.mapping(data, ("scenarios", name))
            for key in inner:
                if key not in DIFFERENCES:
                    self.no_such("unknown_key", ("scenarios", name, key), key, DIFFERENCES)
            base = inner.get("extends")
            if base is not None and not (isinstance(base, str) and base in scenarios):
                legal = (other for other in scenarios if other != name)
                self.no_such("unknown_base", ("scenarios", name, "extends"), base, legal)
                length[name] = 0
            bases[name] = base
        for name in scenarios:
            self._climb(name, bases, length)
        return (name for name in scenarios if length[name])

    def _climb(self, name: str, bases: dict[str, str | None], length: dict[str, int]) -> None:
        """Count the scenarios from the last base to this one: 0 if some base is not sound."""
        line: dict[str, None] = {}
        base: str | None = name
        while base is not None and base not in length and base not in line:
            line[base] = None
            base = bases[base]
        if base is not None and base in line:
            names = list(line)
            self._circle(names[names.index(base) :], bases)
        count = 0 if base is None else length.get(base, 0)
        sound = base is None or count > 0
        for scenario in reversed(line):
            count += 1
            if sound and count > LIMITS.extends:
                path: Path = ("scenarios", scenario, "extends")
                self.refuse("extends_too_long", path, given=shown(scenario), limit=LIMITS.extends)
                sound = False
            length[scenario] = count if sound else 0

    def _circle(self, names: list[str], in_order: dict[str, Any]) -> None:
        """Refuse scenarios each of which extends the next and the last the first."""
        order = {name: index for index, name in enumerate(in_order)}
        first = names.index(min(names, key=lambda name: order[name]))
        names = names[first:] + names[:first]
        self.refuse("circle", ("scenarios", names[0], "extends"), given=several([*names, names[0]], " → "))

    # --- what is said of a scenario ---

    def _merged_up_to(self, name: str, scenarios: dict[str, Any], ground: _Merged) -> _Merged:
        """All that is said of a scenario: a line of bases is short enough to climb."""
        if name not in self._merged:
            own = scenarios[name] if isinstance(scenarios[name], dict) else {}
            base = own.get("extends")
            before = ground if base is None else self._merged_up_to(base, scenarios, ground)
            self._merged[name] = self._laid(before, ("scenarios", name), own)
        return self._merged[name]

    def _laid(self, before: _Merged, path: Path, layer: dict[str, Any]) -> _Merged:
        """What was said, with another layer laid over it."""
        check_time()
        project = self.mapping(layer.get("project"), (*path, "project"))
        parameters = self.mapping(layer.get("parameters"), (*path, "parameters"))
        for name in parameters:
            if name in GONE:
                self._gone(name, (*path, "parameters", name))
            elif name not in BY_NAME:
                self.no_such("unknown_parameter", (*path, "parameters", name), name, BY_NAME)
        known = {name: value for name, value in parameters.items() if name in BY_NAME}
        settings, on = self._settings(before, path, layer)
        return _Merged(
            (*before.layers, (path, layer)),
            self._organised(before.organisation, path, layer),
            {**before.project, **project} if project else before.project,
            {**before.parameters, **known} if known else before.parameters,
            settings,
            on,
        )

    def _organised(self, before: dict[str, Any], path: Path, layer: dict[str, Any]) -> dict[str, Any]:
        """The organisation, with the differences that a layer makes."""
        inside: Path = (*path, "organisation")
        changes = self.mapping(layer.get("organisation"), inside)
        if not changes:
            return before
        merged = {**before, **changes}
        if "departments" in changes:
            where: Path = (*inside, "departments")
            departments = self.mapping(changes["departments"], where)
            merged["departments"] = self._departments(before.get("departments"), departments, where)
        return merged

    def _departments(self, before: dict[str, Any] | None, changes: dict[str, Any], path: Path) -> dict[str, Any]:
        """Departments as a layer says them; after the first that does, with the differences it makes."""
        for name, change in changes.items():
            if isinstance(change, dict) and "name" in change:
                legal = [key for key in Department.model_fields if key != "name"]
                self.no_such("unknown_key", (*path, name, "name"), "name", legal)
        if before is None:
            self.names(changes, lambda name: (*path, name))
            return changes
        merged = dict(before)
        for name, change in changes.items():
            if name not in before:
                self.no_such("unknown_department", (*path, name), name, before)
            elif isinstance(before[name], dict):
                merged[name] = {**before[name], **self.mapping(change, (*path, name))}
        return merged

    def _settings(
        self, before: _Merged, path: Path, layer: dict[str, Any]
    ) -> tuple[dict[str, dict[str, Any]], dict[str, bool]]:
        """The settings of measures and which of them are on: the file's own level says how, not whether."""
        measures = self.mapping(layer.get("measures"), (*path, "measures"))
        settings, on = (dict(before.settings), dict(before.on)) if measures else (before.settings, before.on)
        for name, value in measures.items():
            switch = {"on": True, "off": False}.get(value, value) if isinstance(value, str) else value
            self._check_switch(name, value, switch, path)
            if name in MEASURES:
                on[name] = (bool(path) and switch is not False) or name == "platform"
                if isinstance(switch, dict) and (switch or name not in settings):
                    settings[name] = {**settings[name], **switch} if name in settings else switch
        return settings, on

    def _check_switch(self, name: str, value: Any, switch: Any, path: Path) -> None:
        """Whether a measure that is known is switched, or described, where it may be."""
        where: Path = (*path, "measures", name)
        if name not in MEASURES:
            self.no_such("unknown_measure", where, name, MEASURES)
        elif isinstance(switch, dict) or switch is None:
            return
        elif not isinstance(switch, bool):
            self.refuse("not_on_off", where, given=shown(value))
        elif not path:
            self.refuse("switched_above", where, given=shown(value))
        elif name == "platform" and not switch:
            self.refuse("platform_always", where)

    # --- what is made of it ---

    def _is_buildable(self, merged: _Merged) -> bool:
        """Whether there are not too many departments to look at, in this organisation and in all together."""
        departments = merged.organisation.get("departments") or {}
        path: Path = (*merged.layers[-1][0], "organisation", "departments")
        if len(departments) > LIMITS.departments:
            self.refuse("too_many_departments", path, given=len(departments), limit=LIMITS.departments)
            return False
        return self._is_room(len(departments), path)

    def _is_room(self, more: int, path: Path) -> bool:
        """Count departments that a scenario has or names anew, and say whether there is room for them."""
        if self.built <= LIMITS.built < self.built + more:
            self.refuse("too_much_built", path, limit=LIMITS.built)
        self.built += more
        return self.built <= LIMITS.built

    def _scenario(self, name: str, scenarios: dict[str, Any], ground: _Merged) -> Scenario | None:
        """One scenario with all differences worked in."""
        if self.full or self.built > LIMITS.built:
            return None
        merged = self._merged_up_to(name, scenarios, ground)
        if not self._once(("buildable",), merged.organisation, lambda: self._is_buildable(merged)):
            return None
        organisation, project, measures = self._parts(merged, merged.measures())
        parameters = self._parameters(merged)
        own = scenarios[name] if isinstance(scenarios[name], dict) else {}
        title, description = self._texts(own, ("scenarios", name), name)
        if organisation is None or project is None or measures is None:
            return None
        return Scenario(name, title, description, own.get("extends"), organisation, project, parameters, measures)

    def _parts(
        self, merged: _Merged, measures: dict[str, Any]
    ) -> tuple[Organisation | None, Project | None, Measures | None]:
        """Organisation, project and measures, each by itself and against each other."""
        self._check(merged, measures)
        organisation, project = merged.organisation, merged.project
        return (
            self._once(("organisation",), organisation, lambda: self._organisation(merged)) if organisation else None,
            self._once(("project",), project, lambda: self.read(Project, project, merged.where("project"))),
            self._measures(merged, measures),
        )

    def _check(self, merged: _Merged, measures: dict[str, Any]) -> None:
        """Check what no single field can know; what scenarios share, once."""
        checks = Checks(self, merged.where, merged.organisation, merged.project)
        naming = self._naming(merged)
        self._once(("departments",), merged.organisation, checks.departments)
        for key in TIES:
            ties = merged.organisation.get(key)
            self._once(("ties", key, naming), ties, partial(checks.ties, key))
        self._once(("start",), merged.project, checks.project)
        for name, settings in measures.items():
            self._once(("weeks", name, checks.horizon), settings, partial(checks.weeks, name, settings))
            self._once((name, naming), settings, partial(checks.holders, name, settings))
            if name == "dedicate_hours":
                departments = merged.organisation.get("departments")
                self._once((name, id(departments)), settings, partial(checks.dedicated, settings))

    def _naming(self, merged: _Merged) -> int:
        """A number for the names that departments have here; scenarios with the same names share it."""

        def number() -> int:
            names = tuple(merged.organisation.get("departments") or ())
            return self._namings.setdefault(names, len(self._namings))

        made: int = self._once(("naming",), merged.organisation, number)
        return made

    def _organisation(self, merged: _Merged) -> Organisation | None:
        """The organisation; departments and ties that were found sound are not looked at again."""
        data = dict(merged.organisation)
        departments: dict[str, Any] = data.get("departments") or {}
        if departments:
            data["departments"] = {
                name: self._known_as(("department", name), traits) for name, traits in departments.items()
            }
        ties = {key: self._known_as((key,), data[key]) for key in TIES if (key, id(data.get(key))) in self._kept}
        for key in ties:
            del data[key]
        made = self.read(Organisation, data, merged.where("organisation"))
        if made is None:
            return None
        for department, traits in zip(made.departments, departments.values(), strict=True):
            self._kept["department", department.name, id(traits)] = (traits, department)
        for key in TIES:
            if key in data:
                self._kept[key, id(data[key])] = (data[key], getattr(made, key))
        return made.model_copy(update=ties) if ties else made

    def _known_as(self, key: tuple[Any, ...], data: Any) -> Any:
        """What was made of some data, or else the data."""
        return self._kept.get((*key, id(data)), (data, data))[1]

    def _measures(self, merged: _Merged, measures: dict[str, Any]) -> Measures | None:
        """The measures, each of them read once for all scenarios that have the same settings."""
        made: dict[str, Any] = {}
        for name, settings in measures.items():
            read = self._once(("measure", name), settings, partial(self._measure, merged, name, settings))
            made[name] = read and getattr(read, name)
        return None if None in made.values() else Measures().model_copy(update=made)

    def _measure(self, merged: _Merged, name: str, settings: dict[str, Any]) -> Measures | None:
        """One measure by itself."""
        named = sum(len(value) for value in settings.values() if isinstance(value, list))
        path: Path = (*merged.layers[-1][0], "measures", name)
        return self.read(Measures, {name: settings}, merged.where("measures")) if self._is_room(named, path) else None

    def _ground(self, ground: _Merged, alone: bool) -> None:
        """Check what no scenario may have asked for: measures that none switches on; all if there is none."""
        described = ground.described()
        if alone:
            self._parts(ground, described)
            self._parameters(ground)
        else:
            self._measures(ground, described)
            checks = Checks(self, ground.where, ground.organisation, {})
            for name, settings in described.items():
                self._once((name, self._naming(ground)), settings, partial(checks.holders, name, settings))

    def _parameters(self, merged: _Merged) -> tuple[Given, ...]:
        """The parameters that the file gives, checked against what they may be."""
        made: tuple[Given, ...] = self._once(("parameters",), merged.parameters, lambda: self._all_given(merged))
        return made

    def _all_given(self, merged: _Merged) -> tuple[Given, ...]:
        """The same, looked at for the first time."""
        data, where = merged.parameters, merged.where("parameters")
        read = self.read(StatedParameters, {"parameters": data}, lambda loc: where(loc[1:]))
        if read is None:
            return ()
        inside = {name: isinstance(value, dict) for name, value in data.items()}
        return tuple(self._given(name, stated, where, inside[name]) for name, stated in read.parameters.items())

    def _given(self, name: str, stated: Stated, where: Callable[[Path], Path], inside: bool) -> Given:
        """One parameter that the file gives, as a number or (``inside``) with its range."""
        about = BY_NAME[name]
        low = stated.value if stated.low is None else stated.low
        high = stated.value if stated.high is None else stated.high
        for key, value in (("value", stated.value), ("low", stated.low), ("high", stated.high)):
            if value is not None and not about.least <= value <= about.most:
                legal = f"{short(about.least)} … {short(about.most)}"
                where_it_is = where((name, key) if inside else (name,))
                self.refuse("parameter_bounds", where_it_is, given=short(value), legal=legal)
        if not low <= stated.value <= high:
            self.refuse("range_order", where((name,)), given=f"{short(low)} … {short(stated.value)} … {short(high)}")
        return Given(name, float(stated.value), float(low), float(high), stated.source or "your file")

    def _same_horizon(self, scenarios: tuple[Scenario, ...]) -> None:
        """Scenarios are compared over the same weeks."""
        horizons = Counter(scenario.project.horizon for scenario in scenarios).most_common()
        for scenario in scenarios if len(horizons) > 1 else ():
            if scenario.project.horizon != horizons[0][0]:
                path: Path = ("scenarios", scenario.name, "project", "horizon")
                self.refuse("other_horizon", path, given=scenario.project.horizon, legal=horizons[0][0])


class _Texts(Frozen):
    """Title and description of a study or a scenario."""

    title: Text
    description: Text


def _is_unchanged(made: Any, original: Any) -> bool:
    """Whether data are the very object they were made from, or an equal text."""
    return made is original or (isinstance(made, str) and made == original)
