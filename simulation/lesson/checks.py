"""What no single field of a lesson's chapter can know: names that must be there, bounds that some value can meet."""

import math
from itertools import islice
from typing import Any, Protocol

from simulation.analysis.patterns import PATTERNS
from simulation.model.outcomes import BY_OUTCOME, Outcome
from simulation.model.units import SHARE, Share
from simulation.study.errors import nearest, shown
from simulation.study.measures import MEASURES
from simulation.study.paths import Path
from simulation.study.scenario import Study
from simulation.system.limits import LIMITS

MEASURED = ("outcome", "state")
"""What a condition may be about."""
LONGEST = 520
"""The last week that any study has; a later one is reported as too large by the schema."""
BOUNDS = ("at_least", "below", "equals", "happens")
FINISHED = ("options", "shows")
"""What a chapter with a question needs and one with a package has not."""


class ChapterReader(Protocol):
    """Who reads a lesson, as far as a chapter's checks need it: where problems go, and what the study has."""

    study: Study | None
    scenarios: dict[str, None]

    @property
    def full(self) -> bool:
        """Whether no more problems are gathered."""

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add a problem."""

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not legal."""

    def original(self, path: Path) -> Path:
        """A place in the full data as a place in the file."""


class ChapterChecks:
    """What no single field of a chapter can know; it looks at what is said, beside what pydantic finds."""

    def __init__(self, reader: "ChapterReader", chapter: dict[str, Any], at: Path) -> None:
        self.reader, self.chapter, self.at = reader, chapter, at

    def all(self) -> None:
        """Check everything."""
        package = self.chapter.get("package")
        if package is None:
            for key in FINISHED:
                if self.chapter.get(key, []) == [] and not misspelt(key, self.chapter):
                    self.refuse("chapter_needs", (key,), name=key)
        else:
            for key in FINISHED:
                if key in self.chapter:
                    self.refuse("package_has_none", (key,), name=key)
        self._names(self.chapter.get("shows"), ("shows",))
        self._options()
        self._built_in(self.chapter.get("built_in"))
        if isinstance(package, dict):
            self._package(package)

    def _built_in(self, built_in: Any) -> None:
        """What says that something is built in, or is not, has a ground; and the patterns that it names are there."""
        if not isinstance(built_in, dict):
            return
        grounds = ("patterns", "ground")
        if not any(built_in.get(key) or misspelt(key, built_in) for key in grounds):
            self.refuse("built_in_ground", ("built_in",))
        patterns = built_in.get("patterns")
        known = [pattern.number for pattern in PATTERNS]
        self._once(patterns, ("built_in", "patterns"))
        for index, number in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(number, str) and number not in known:
                self.no_such("unknown_pattern", ("built_in", "patterns", index), number, known)

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add a problem at a place of this chapter."""
        self.reader.refuse(key, self.reader.original((*self.at, *path)), **fields)

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not legal."""
        self.reader.no_such(key, self.reader.original((*self.at, *path)), given, legal)

    def _names(self, names: Any, path: Path) -> None:
        """Scenarios that are named must be there, each once."""
        self._once(names, path)
        for index, name in enumerate(names if isinstance(names, list) else ()):
            self._scenario(name, (*path, index))

    def _once(self, names: Any, path: Path) -> None:
        """No name stands in a list twice."""
        texts = names if isinstance(names, list) and all(isinstance(name, str) for name in names) else []
        before: set[str] = set()
        for index, name in enumerate(texts):
            if name in before:
                self.refuse("named_twice", (*path, index), given=shown(name))
            before.add(name)

    def _scenario(self, name: Any, path: Path) -> None:
        """A scenario that is named must be there."""
        known = self.reader.scenarios
        if known and isinstance(name, str) and name not in known:
            self.no_such("unknown_scenario", path, name, known)

    def _package(self, package: dict[str, Any]) -> None:
        """What a room may put together."""
        self._scenario(package.get("base"), ("package", "base"))
        self._names(package.get("against"), ("package", "against"))
        measures = package.get("measures")
        self._once(measures, ("package", "measures"))
        for index, name in enumerate(measures if isinstance(measures, list) else ()):
            if isinstance(name, str) and (name not in MEASURES or name == "platform"):
                legal = [measure for measure in MEASURES if measure != "platform"]
                self.no_such("unknown_measure", ("package", "measures", index), name, legal)

    def _options(self) -> None:
        """The options, one by one and together."""
        options = self.chapter.get("options")
        if not isinstance(options, list):
            return
        if len(options) == 1:
            self.refuse("one_option", ("options",))
        otherwise = [
            index for index, option in enumerate(options) if isinstance(option, dict) and option.get("when") == []
        ]
        for index in otherwise[1:]:
            self.refuse("otherwise_twice", ("options", index, "when"), first=otherwise[0] + 1)
        for index, option in enumerate(options):
            for at, condition in enumerate(entries_in(option, "when")):
                if self.reader.full:
                    return
                self._condition(condition, ("options", index, "when", at))

    def _condition(self, condition: dict[str, Any], path: Path) -> None:
        """One condition: something that can be measured, and bounds that some value can meet."""
        outcome = condition.get("outcome")
        named = [key for key in MEASURED if key in condition]
        if len(named) > 1 or not (named or any(misspelt(key, condition) for key in MEASURED)):
            self.refuse("outcome_or_state", path)
        self._filled(condition, path)
        if isinstance(outcome, str) and outcome not in BY_OUTCOME:
            self.no_such("not_one_of", (*path, "outcome"), outcome, BY_OUTCOME)
        self._scenario(condition.get("of"), (*path, "of"))
        minus = condition.get("minus")
        if isinstance(minus, dict):
            self._filled(minus, (*path, "minus"))
            self._scenario(minus.get("of"), (*path, "minus"))
            if not minus:
                self.refuse("too_few", (*path, "minus"))
            elif all(value is None or value == condition.get(key) for key, value in minus.items()):
                self.refuse("minus_itself", (*path, "minus"))
        self._weeks(condition, path)
        self._bounds(condition, path)

    def _filled(self, entry: dict[str, Any], path: Path) -> None:
        """A key that is there has a value: what may be left out is not left out by saying nothing of it."""
        for key, value in entry.items():
            if value is None and isinstance(key, str):
                self.refuse("not_filled", (*path, key))

    def _weeks(self, condition: dict[str, Any], path: Path) -> None:
        """A state has a week, an outcome has none; none lies beyond the horizon."""
        weeks: list[tuple[Path, Any]] = [(("week",), condition.get("week"))]
        if isinstance(condition.get("minus"), dict):
            weeks.append((("minus", "week"), condition["minus"].get("week")))
        if condition.get("state") is not None and weeks[0][1] is None:
            self.refuse("state_needs_week", path)
        for key, week in weeks:
            if week is not None and condition.get("state") is None and condition.get("outcome") is not None:
                self.refuse("outcome_has_no_week", (*path, *key))
            elif self.reader.study and isinstance(week, int) and self.reader.study.horizon < week <= LONGEST:
                self.refuse("week_beyond", (*path, *key), given=week, horizon=self.reader.study.horizon)

    def _within_reach(self, condition: dict[str, Any], path: Path, outcome: Outcome | None) -> None:
        """A bound lies where its outcome or state can: ten per cent is 0.1, not 10."""
        if outcome is None and condition.get("state") is None:
            return
        unit = SHARE if outcome is None else outcome.unit
        low, high = unit.bounds(self.reader.study.horizon if self.reader.study else LONGEST)
        if condition.get("minus") is not None:
            low, high = low - high, high - low
        for key in ("at_least", "below", "equals"):
            value = condition.get(key)
            if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
                continue
            name = outcome.name if outcome else str(condition.get("state"))
            fields = {"name": name, "given": in_short(value), "low": in_short(low), "high": in_short(high)}
            if not low <= value <= high:
                self.refuse("share_beyond" if isinstance(unit, Share) else "bound_beyond", (*path, key), **fields)
            elif key == "below" and value == low:
                self.refuse("below_least", (*path, key), **fields)

    def _bounds(self, condition: dict[str, Any], path: Path) -> None:
        """There are bounds, and some value can meet them."""
        bounds = [key for key in BOUNDS if key in condition]
        if not bounds and not any(misspelt(key, condition) for key in BOUNDS):
            self.refuse("no_bounds", path)
        elif ("equals" in bounds or "happens" in bounds) and len(bounds) > 1:
            self.refuse("bounds_together", path, given=", ".join(bounds))
        low, high = condition.get("at_least"), condition.get("below")
        if isinstance(low, int | float) and isinstance(high, int | float) and low >= high:
            self.refuse("bounds_order", path, low=f"{low:g}", high=f"{high:g}")
        outcome = BY_OUTCOME.get(str(condition.get("outcome")))
        self._within_reach(condition, path, outcome)
        if "happens" in bounds and outcome is not None and not outcome.censored:
            legal = ", ".join(name for name, measured in BY_OUTCOME.items() if measured.censored)
            self.refuse("happens_not", (*path, "happens"), given=outcome.name, legal=legal)
        if "happens" in bounds and (condition.get("state") is not None or condition.get("minus") is not None):
            self.refuse("happens_alone", (*path, "happens"))


def entries_in(data: Any, key: str) -> list[dict[str, Any]]:
    """The mappings in a list, as far as it is one."""
    entries = data.get(key) if isinstance(data, dict) else None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def misspelt(key: str, entry: dict[str, Any]) -> bool:
    """Whether a key that is missing seems to be there, misspelt."""
    return key not in entry and any(nearest(str(spelt), [key]) for spelt in islice(entry, LIMITS.problems))


def in_short(number: float) -> str:
    """A bound as a file would say it."""
    return f"{number:g}"
