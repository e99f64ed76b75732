"""What no single field of a study can know.

Plain data are checked, so that these mistakes are reported beside those that pydantic finds.
"""

from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel

from simulation.study.build.problems import Gatherer
from simulation.study.build.validation import model_in, short
from simulation.study.errors import several, shown
from simulation.study.measures import DedicateHours, Measures
from simulation.study.organisation import Kind, Project
from simulation.study.paths import Path
from simulation.system.limits import LIMITS
from simulation.text.characters import first_unseen

HOLDERS = ("members", "departments", "progress", "priority", "voice")
"""The settings of measures that name departments."""


class Checks:
    """Checks of the plain data of one scenario, all layers merged. Each adds its problems to the ``gatherer``.

    ``where`` finds, for a part of a file such as ``"organisation"``, in which layer a path within that part stands.
    What pydantic would refuse is passed over, since that is reported anyway.
    """

    def __init__(
        self,
        gatherer: Gatherer,
        where: Callable[[str], Callable[[Path], Path]],
        organisation: dict[str, Any],
        project: dict[str, Any],
    ) -> None:
        self.gatherer, self.organisation = gatherer, organisation
        self.of_departments: dict[str, Any] = organisation.get("departments") or {}
        self.start, self.horizon = _weeks(Project, project, "start", "horizon")
        self.in_organisation, self.in_measures, self.in_project = map(where, ("organisation", "measures", "project"))

    def departments(self) -> None:
        """There is one IT department and some business, and no department has what its kind cannot have."""
        if self.of_departments:
            self._kinds()
        for name, traits in self.of_departments.items():
            self._department(name, traits if isinstance(traits, dict) else {})

    def _kinds(self) -> None:
        """One IT department, and somebody else."""
        kinds = {
            name: traits.get("kind") if isinstance(traits, dict) else None
            for name, traits in self.of_departments.items()
        }
        if not all(kind in get_args(Kind) for kind in kinds.values()):
            return
        where = self.in_organisation(("departments",))
        if self.gatherer.has_strange_keys(where):
            return  # one of those may be the department that seems missing
        in_it = [name for name, kind in kinds.items() if kind == "it"]
        if not in_it:
            self.gatherer.refuse("no_it", where)
        elif len(in_it) > 1:
            self.gatherer.refuse("one_it", where, given=len(in_it), names=several(in_it))
        if "business" not in kinds.values():
            self.gatherer.refuse("no_business", where)

    def _department(self, name: str, traits: dict[str, Any]) -> None:
        """What a kind of department cannot have."""
        for kind, key, problem_key in (
            ("it", "it_frame", "it_has_no_frame"),
            ("it", "process_work", "it_has_no_process"),
            ("chain", "benefit", "chain_has_no_benefit"),
        ):
            trait = traits.get(key)
            if traits.get("kind") == kind and trait is not None and (trait != 0 or key == "it_frame"):
                where = self.in_organisation(("departments", name, key))
                self.gatherer.refuse(problem_key, where, given=shown(trait))

    def ties(self, key: str) -> None:
        """Ties under ``key`` each join two known, different departments, and no pair is tied twice."""
        pairs: set[frozenset[str]] = set()
        ties = self.organisation.get(key)
        for index, tie in enumerate(ties if isinstance(ties, list | tuple) else ()):
            ends = (tie.get("a"), tie.get("b")) if isinstance(tie, dict) else tie
            if isinstance(ends, list | tuple) and len(ends) > 1 and all(isinstance(name, str) for name in ends[:2]):
                self._tie((key, index), ends[0], ends[1], pairs)

    def _tie(self, at: Path, a: str, b: str, pairs: set[frozenset[str]]) -> None:
        """One tie, given the pairs before it."""
        for name in (a, b):
            self._named(name, self.in_organisation, at)
        pair = frozenset((a, b))
        if a == b:
            self.gatherer.refuse("self_tie", self.in_organisation(at), given=shown(a))
        elif pair in pairs:
            self.gatherer.refuse("tied_twice", self.in_organisation(at), given=f"{shown(a)[1:-1]} – {shown(b)[1:-1]}")
        pairs.add(pair)

    def _named(self, name: str, where: Callable[[Path], Path], at: Path) -> None:
        """A department that is named must be there."""
        if first_unseen(name) or len(name) > LIMITS.name_characters:
            return  # no legal name, which is reported where it stands
        if self.of_departments and name not in self.of_departments and name not in self._stripped():
            self.gatherer.no_such("unknown_department", where(at), name, self.of_departments)

    def _stripped(self) -> set[str]:
        """Names without the spaces around them, which are a mistake of their own."""
        if not hasattr(self, "_without_spaces"):
            self._without_spaces = {name.strip() for name in self.of_departments}
        return self._without_spaces

    def project(self) -> None:
        """The project starts before it ends."""
        self._late(self.in_project, ("start",), self.start)

    def weeks(self, name: str, settings: dict[str, Any]) -> None:
        """A measure does not end before it starts, nor start after the last week."""
        model = model_in(Measures.model_fields[name].annotation)
        start, end = _weeks(model, settings, "start", "end") if model else (None, None)
        if start is not None and end is not None and end < start:
            self.gatherer.refuse("ends_before_start", self.in_measures((name, "end")), start=start, end=end)
        self._late(self.in_measures, (name, "start"), start)

    def _late(self, where: Callable[[Path], Path], at: Path, start: int | None) -> None:
        """Nothing starts after the last week."""
        if start is not None and self.horizon is not None and start > self.horizon:
            self.gatherer.refuse("starts_too_late", where(at), start=start, horizon=self.horizon)

    def dedicated(self, settings: dict[str, Any]) -> None:
        """Hours are dedicated in departments of one's own, and no more than those have."""
        hours, named = settings.get("hours", _DEDICATED), settings.get("departments")
        if isinstance(named, list | tuple):
            places: list[tuple[str, Path]] = [
                (name, ("departments", index)) for index, name in enumerate(named) if isinstance(name, str)
            ]
        else:
            places = [(name, ("hours",)) for name in self.of_departments if self._kind(name) == "it"]
        for name, at in places:
            where = self.in_measures(("dedicate_hours", *at))
            if self._kind(name) == "chain":
                self.gatherer.refuse("dedicated_chain", where, given=shown(name))
                continue
            traits = self.of_departments.get(name)
            capacity = traits.get("capacity") if isinstance(traits, dict) else None
            if isinstance(capacity, int | float) and _is_number(hours) and hours > capacity >= 0:
                self.gatherer.refuse("dedicated_beyond", where, given=short(hours), name=name, limit=short(capacity))

    def _kind(self, name: str) -> Any:
        """The kind of a department, as far as the file gives one."""
        traits = self.of_departments.get(name)
        return traits.get("kind") if isinstance(traits, dict) else None

    def holders(self, name: str, settings: dict[str, Any]) -> None:
        """The departments that a measure names are there."""
        for key in HOLDERS:
            holders = settings.get(key)
            for index, holder in enumerate(holders if isinstance(holders, list | tuple) else ()):
                if isinstance(holder, str):
                    self._named(holder, self.in_measures, (name, key, index))
        self._pledges(name, settings.get("pledges"))

    def _pledges(self, measure: str, pledges: Any) -> None:
        """Departments that pledge something are there, and each is named once."""
        before: set[str] = set()
        for index, pledge in enumerate(pledges if isinstance(pledges, list | tuple) else ()):
            name = pledge.get("department") if isinstance(pledge, dict) else None
            if not isinstance(name, str):
                continue
            at = (measure, "pledges", index, "department")
            if name in before:
                self.gatherer.refuse("pledged_twice", self.in_measures(at), given=shown(name))
            before.add(name)
            self._named(name, self.in_measures, at)


_DEDICATED = DedicateHours().hours


def _is_number(value: Any) -> bool:
    """Whether it is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _weeks(model: type[BaseModel], data: dict[str, Any], *keys: str) -> list[int | None]:
    """The weeks under these keys, or else the model's defaults; None for what is no legal week."""
    defaults = {key: field.default for key, field in model.model_fields.items()}
    weeks = [data.get(key, defaults.get(key)) for key in keys]
    return [week if isinstance(week, int) and week is not True and 1 <= week <= 520 else None for week in weeks]
