"""What is wrong with a file's data, gathered: each mistake once, with its path and line, within bounds."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from simulation.study.build.validation import KINDS, fields_at, findings, key_of, short, words_in
from simulation.study.deadline import check_time
from simulation.study.errors import Problem, Remark, problem, shown, unknown
from simulation.study.paths import Key, Path, PlaceOf, location, told_path
from simulation.system.limits import LIMITS
from simulation.text.characters import code_of, first_unseen, is_visible, look, unicode_name

LIMITED = {"too_small", "not_more", "too_large", "too_many_hours", "share_too_large", "long_text", "too_many"}
"""Problems that name the bound."""

_M = TypeVar("_M", bound=BaseModel)


class Gatherer:
    """Gathers what is wrong with a file's data, each mistake once.

    ``place_of`` tells where a path of the input stands. Beyond
    :attr:`~simulation.system.limits.Limits.problems` a mistake is only counted, in ``more``. Every method that adds a
    problem raises :class:`~simulation.study.errors.InputRefused` if reading has taken too long.
    """

    def __init__(self, place_of: PlaceOf) -> None:
        self.place_of = place_of
        self.problems: list[Problem] = []
        self.remarks: list[Remark] = []
        self.more = 0
        self.guesses = 0
        self._gathered: set[tuple[str, Path, str]] = set()
        self._paths: set[Path] = set()
        self._names: set[str] = set()

    def all_problems(self) -> list[Problem]:
        """What was gathered, in order, and as the last problem how many more there are."""
        return self.problems + ([problem("more_problems", more=self.more)] if self.more else [])

    def refuse(self, key: str, path: Path, **fields: Any) -> None:
        """Add the problem ``key`` at a path, unless the same one is there already; ``fields`` are what it names."""
        if self._is_new(key, path, str(fields)):
            self.problems.append(problem(key, told_path(path), self.place_of(path), **fields))

    def no_such(self, key: str, path: Path, given: object, legal: Any) -> None:
        """Add a problem with a name that is not among the ``legal`` ones, unless the same one is there already.

        The nearest legal name is looked for as often as
        :attr:`~simulation.system.limits.Limits.suggestions` allows.
        """
        if self._is_new(key, path, shown(given, 300)):
            self.guesses += 1
            guess = self.guesses <= LIMITS.suggestions
            self.problems.append(unknown(key, given, legal, told_path(path), self.place_of(path), guess))

    def _is_new(self, key: str, path: Path, details: str) -> bool:
        """Whether a problem is a new one and there is room for it; one too many is counted."""
        check_time()
        if (key, path, details) in self._gathered:
            return False
        self._gathered.add((key, path, details))
        self._paths.add(path)
        self.more += self.full
        return not self.full

    @property
    def full(self) -> bool:
        """Whether there are as many problems as anybody reads at once; further ones are counted."""
        return len(self.problems) >= LIMITS.problems

    def mapping(self, value: Any, path: Path) -> dict[str, Any]:
        """The value as a mapping with texts as keys; empty for None, and for what is refused as no mapping.

        Keys that are no texts are refused and left out.
        """
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.refuse("not_a_mapping", path, given=shown(value))
            return {}
        for key in value:
            if not isinstance(key, str):
                self.refuse("key_not_text", (*path, Key(key)), given=shown(key))
        return {key: entry for key, entry in value.items() if isinstance(key, str)}

    def has_strange_keys(self, path: Path) -> bool:
        """Whether a mapping has keys that were refused, since they are no text."""
        return any(refused[:-1] == path and isinstance(refused[-1], Key) for refused in self._paths if refused)

    def name(self, name: str, path: Path) -> None:
        """Check the name of a department or a scenario: that it can be seen, is short, and has no spaces around it."""
        unseen = first_unseen(name)
        if len(name) > LIMITS.name_characters or not is_visible(name) or (unseen and unseen in "\n\r"):
            self.refuse("not_a_name", path, given=shown(name), limit=LIMITS.name_characters)
        elif unseen:
            self._names.add(name)
            self.refuse("name_character", path, given=shown(name), code=code_of(unseen), character=unicode_name(unseen))
        elif name != name.strip():
            self.refuse("name_spaces", path, given=shown(name))

    def names(self, names: Iterable[str], path_of: Callable[[str], Path]) -> None:
        """Check names that stand beside each other: each by itself, and that no two look alike."""
        looks: dict[str, str] = {}
        for name in names:
            self.name(name, path_of(name))
            appearance = look(name[: LIMITS.name_characters])
            first = looks.setdefault(appearance, name) if len(name) <= LIMITS.name_characters else name
            if first != name and appearance:
                place = self.place_of(path_of(first))
                fields = {"given": shown(name), "other": shown(first)}
                if place is None:
                    self.refuse("look_alike", path_of(name), **fields)
                else:
                    self.refuse("look_alike_above", path_of(name), **fields, first=place)

    def read(self, model: type[_M], data: Any, where: Callable[[Path], Path]) -> _M | None:
        """Validate data against a model; None, with a problem for each mistake, if it does not pass.

        ``where`` turns a path in the data into one in the file.
        """
        try:
            return model.model_validate(data)
        except ValidationError as error:
            errors = findings(model, error)
            for index, finding in enumerate(errors):
                if self.full:
                    self.more += len(errors) - index
                    break
                self._translate(model, data, finding, where)
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
            if path not in self._paths:
                key = "missing_part" if loc == ("departments",) else KINDS[kind]
                self.refuse(key, path, name=str(loc[-1]))
        elif given is None:
            self.refuse("empty_entry" if path and isinstance(path[-1], int) else "not_filled", path)
        elif kind == "unseen_character" and given in self._names:
            return  # refused where the name is given, so not again where it is used
        elif kind == "literal_error":
            self.no_such("not_one_of", path, given, words_in(context["expected"]))
        else:
            self._value(key_of(kind, loc, given, context), path, given, context)

    def _value(self, key: str, path: Path, given: object, context: dict[str, Any]) -> None:
        """Add a problem with a value, with the bounds that it names; a text may have several, at its languages."""
        if key == "no_language":
            for code in context["codes"]:
                self.refuse(key, (*path, code), given=shown(code))
            return
        limit = next((context[k] for k in ("ge", "gt", "le", "lt", "max_length") if k in context), None)
        extra: dict[str, Any] = {"limit": short(limit)} if key in LIMITED else {}
        extra = {"limit": LIMITS.name_characters} if key == "not_a_name" else extra
        extra = {name: context[name] for name in ("code", "character")} if key == "name_character" else extra
        self.refuse(key, path, given=shown(given), **extra)
