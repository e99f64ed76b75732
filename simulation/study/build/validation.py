"""Pydantic's errors as problems that a person understands."""

import math
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from simulation.study.errors import nearest
from simulation.study.organisation import HOURS_IN_A_WEEK, Label
from simulation.study.paths import Path
from simulation.system.limits import LIMITS

KINDS = {
    "float_type": "not_a_number",
    "float_parsing": "not_a_number",
    "int_type": "not_whole",
    "int_from_float": "not_whole",
    "int_parsing": "not_whole",
    "finite_number": "not_finite",
    "greater_than_equal": "too_small",
    "greater_than": "not_more",
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
    "language_code": "no_language",
    "missing": "missing_key",
    "too_long": "too_many",
    "tie_form": "tie_form",
    "string_unicode": "not_text",
    "unseen_character": "name_character",
    "unseen_name": "not_a_name",
    "two_spreads": "two_spreads",
    "too_certain": "too_certain",
    "scale_or_labels": "scale_or_labels",
    "scale_order": "scale_order",
    "label_twice": "label_twice",
    "one_label": "one_label",
    "item_twice": "item_twice",
    "item_of_two": "item_of_two",
    "no_span": "no_span",
    "departments_twice": "departments_twice",
    "means_form": "means_form",
}


_NUMBERS = ("Surveyed", "SurveyedShare", "Workload", "Stated")
"""Objects that are mostly given as a plain number."""


def short(value: object) -> str:
    """A limit as a text, without a needless fraction.

    >>> short(10.0), short(0.25), short(1e-9)
    ('10', '0.25', '1e-09')
    """
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else f"{value:g}"
    return str(value)


def words_in(expected: str) -> list[str]:
    """The words in what pydantic says it expected.

    >>> words_in("'it', 'business' or 'chain'")
    ['it', 'business', 'chain']
    """
    return expected.split("'")[1::2]


def findings(model: type[BaseModel], error: ValidationError) -> list[dict[str, Any]]:
    """Pydantic's errors, as it describes them, without those that follow from others.

    A key is missing because it is misspelt, say, or a list too short because none of its entries is sound.
    """
    errors: list[dict[str, Any]] = [dict(entry) for entry in error.errors(include_url=False)]
    missing = {entry["loc"][:-1] for entry in errors if entry["type"] == "missing"}
    strange = (entry["loc"] for entry in errors if entry["type"] == "extra_forbidden" and entry["loc"][:-1] in missing)
    misspelt: set[Any] = {
        (*loc[:-1], nearest(str(loc[-1]), fields_at(model, loc[:-1]))) for loc in islice(strange, LIMITS.problems)
    }

    def is_no_text(entry: dict[str, Any]) -> bool:
        languages, data = fields_at(model, entry["loc"][:-1]), entry["input"]
        return languages == list(Label.model_fields) and bool(data) and set(data).isdisjoint(languages)

    def follows(entry: dict[str, Any]) -> bool:
        if entry["type"] == "missing":
            return entry["loc"] in misspelt or is_no_text(entry)
        # A list is too short if none of its entries is sound; what is neither a switch nor a list is reported once.
        return (entry["type"] == "too_short" and bool(entry["input"])) or entry["loc"][-1:] == ("bool",)

    return [entry for entry in errors if not follows(entry)]


def key_of(kind: str, loc: Path, given: object, context: dict[str, Any]) -> str:
    """The key of the problem for one of pydantic's errors: its ``type``, ``loc``, ``input`` and ``ctx``."""
    if kind == "model_type" and not isinstance(given, dict):
        label = "not_a_label" if isinstance(given, list) else "not_text"
        keys = {"Label": label, **({} if isinstance(given, list) else dict.fromkeys(_NUMBERS, "not_a_number"))}
        return keys.get(context["class_name"], "not_a_mapping")
    if kind == "string_too_long" and context["max_length"] > LIMITS.name_characters:
        return "long_text"
    if kind == "tuple_type" and str(loc[-1]).startswith("tuple["):
        return "not_holders"
    if kind == "less_than_equal" and context["le"] == HOURS_IN_A_WEEK:
        return "too_many_hours"
    if kind == "less_than_equal" and context["le"] <= 2:
        return "share_too_large"
    return KINDS.get(kind, "not_legal")


def fields_at(model: type[BaseModel], loc: Path) -> list[str]:
    """The keys that are legal at a location in a model; not a department's name, which is the key above it."""
    for part in loc:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        inner = model_in(field.annotation) if field else None
        model = inner or model
    return [name for name in model.model_fields if name != "name" or "kind" not in model.model_fields]


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The first model in a type, however it is wrapped: ``Annotated``, optional, in a tuple, list or mapping."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Union, UnionType, Annotated, tuple, list, dict}:
        for argument in get_args(annotation):
            model = model_in(argument)
            if model:
                return model
    return None
