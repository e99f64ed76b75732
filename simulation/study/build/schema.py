"""The file format as a JSON Schema (draft 2020-12), so that an editor completes and checks a study while it is written.

It is made of the classes that read a file, so neither can say what the other does not. What only the whole of a study
can show, such as a tie to a department that is not there, no schema can say: that is what ``synergy check`` is for.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from simulation.study.build.merge import DIFFERENCES, TOP
from simulation.study.measures import CLASS_OF, MEASURES, Measure, on_or_off
from simulation.study.organisation import Organisation, Project, as_tie, everywhere, exactly, name_departments
from simulation.study.parameters import GONE, PARAMETERS, Parameter
from simulation.study.scenario import FORMAT, READABLE
from simulation.system.limits import LIMITS
from simulation.text.i18n import say, words_of
from simulation.text.languages import CODE

DRAFT = "https://json-schema.org/draft/2020-12/schema"
UNSEEN = r"\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"
"""What hides in a name; a reader of the file knows more of them than a pattern may list."""
NAME: JsonSchemaValue = {
    "type": "string",
    "minLength": 1,
    "maxLength": LIMITS.name_characters,
    "pattern": rf"^[^\s{UNSEEN}]([^{UNSEEN}]*[^\s{UNSEEN}])?$",
}
WORDS: JsonSchemaValue = {"type": "string", "maxLength": LIMITS.text_characters}
TEXT: JsonSchemaValue = {
    "anyOf": [
        WORDS,
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": f"^{CODE.pattern}$"},
            "additionalProperties": WORDS,
        },
    ]
}
SWITCHED: JsonSchemaValue = {"enum": [True, False, "on", "off"]}
YES_OR_NO: JsonSchemaValue = {"enum": [*SWITCHED["enum"], "yes", "no", 1, 0]}
"""What a setting that is on or off may be: reading takes more words for it than a measure itself."""
NOT_OF_KIND = (("it", ("it_frame", "process_work")), ("chain", ("benefit",)))
"""What a department of a kind cannot have."""


def schema(language: str) -> dict[str, Any]:
    """The JSON Schema of a study file, plain data, its explanations in ``language``.

    Whatever it refuses, reading refuses too, with one exception: it wants the kind and the hours of a department where
    the file first names it, though a file may leave them to its scenarios.

    >>> schema("en")["required"]
    ['synergy', 'organisation', 'scenarios']
    """
    organisation = _of(Organisation)
    department = organisation["$defs"]["Department"]
    definitions = {
        "text": TEXT,
        "name": NAME,
        "department": _department(department, language, whole=True),
        "department_changed": _department(department, language, whole=False),
        "parameters": _parameters(language),
        "project": _explained(_object(_of(Project)), words_of("schema.project", language)),
        **{f"measure_{name}": _measure(model, language) for name, model in CLASS_OF.items()},
    }
    return {
        "$schema": DRAFT,
        "title": say("schema.title", language),
        "description": say("schema.description", language),
        **_level(TOP, language, _organisation(organisation, "department"), top=True),
        "required": ["synergy", "organisation", "scenarios"],
        "allOf": [_without_what_is_gone()],
        "$defs": definitions
        | {
            "scenario": _level(
                DIFFERENCES, language, _or_nothing(_organisation(organisation, "department_changed")), top=False
            )
        },
    }


class _AsWritten(GenerateJsonSchema):
    """What a file may say instead of what it becomes."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        """The short form beside the long one."""
        inner = super().function_before_schema(schema)
        spelled = _SPELLED.get(cast(Callable[[Any], Any], schema["function"]["function"]))
        return spelled(inner) if spelled else inner


_SPELLED: Mapping[Callable[[Any], Any], Callable[[JsonSchemaValue], JsonSchemaValue]] = {
    exactly: lambda inner: {"anyOf": [{"value_of": inner}, inner]},
    everywhere: lambda inner: TEXT,
    on_or_off: lambda inner: {"anyOf": [inner, YES_OR_NO]},
    as_tie: lambda inner: {
        "anyOf": [
            {
                "type": "array",
                "prefixItems": [NAME, NAME, {"type": "number", "minimum": 0, "maximum": 1}],
                "items": False,
                "minItems": 2,
            },
            inner,
        ]
    },
    name_departments: lambda inner: {
        "type": "object",
        "minProperties": 1,
        "maxProperties": LIMITS.departments,
        "propertyNames": NAME,
        "additionalProperties": inner["items"],
    },
}
"""By the function that turns it into an object: what may stand in a file."""


def _of(model: type[BaseModel]) -> dict[str, Any]:
    """A class as a schema, without pydantic's titles, descriptions and defaults of what is left out."""
    made = model.model_json_schema(schema_generator=_AsWritten)
    definitions = made.get("$defs", {})

    def tidied(node: Any) -> Any:
        if isinstance(node, list):
            return [tidied(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "value_of" in node:
            return definitions[node["value_of"]["$ref"].rpartition("/")[2]]["properties"]["value"] | {"type": "number"}
        if "$ref" in node and not node["$ref"].endswith("/Department"):
            return tidied(definitions[node["$ref"].rpartition("/")[2]])
        if node.get("type") == "string" and node.get("maxLength") == LIMITS.name_characters:
            return NAME
        return {
            key: {name: tidied(one) for name, one in entry.items()} if key == "properties" else tidied(entry)
            for key, entry in node.items()
            if key not in {"title", "description"} and (key, entry) != ("default", None)
        }

    tidy: dict[str, Any] = tidied(made)
    return tidy


def _object(made: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """A mapping with these keys and no others, of which only ``required`` must be there."""
    kept = {"type": "object", "additionalProperties": False, "properties": made["properties"]}
    return kept | ({"required": list(required)} if required else {})


def _or_nothing(made: JsonSchemaValue) -> JsonSchemaValue:
    """The same, or a key after which nothing stands."""
    return {"anyOf": [made, {"type": "null"}]}


def _explained(made: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The same with a sentence at each key that has one."""
    told = {
        key: entry | ({"description": words[key]} if key in words else {}) for key, entry in made["properties"].items()
    }
    return made | {"properties": told}


def _level(keys: tuple[str, ...], language: str, organisation: JsonSchemaValue, top: bool) -> dict[str, Any]:
    """What the file itself says, or (not ``top``) one of its scenarios."""
    measures = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _switched(name, top, language) for name in MEASURES},
    }
    scenarios = {
        "type": "object",
        "minProperties": 1,
        "maxProperties": LIMITS.scenarios,
        "propertyNames": NAME,
        "additionalProperties": _or_nothing({"$ref": "#/$defs/scenario"}),
    }
    properties: dict[str, JsonSchemaValue] = {
        "synergy": {"enum": list(READABLE), "default": FORMAT},
        "title": _or_nothing({"$ref": "#/$defs/text"}),
        "description": _or_nothing({"$ref": "#/$defs/text"}),
        "extends": _or_nothing({"$ref": "#/$defs/name"}),
        "organisation": organisation,
        "project": _or_nothing({"$ref": "#/$defs/project"}),
        "parameters": _or_nothing({"$ref": "#/$defs/parameters"}),
        "measures": _or_nothing(measures),
        "show": _or_nothing({"type": "array", "items": NAME, "minItems": 1, "uniqueItems": True}),
        "scenarios": scenarios,
    }
    made = {"type": "object", "additionalProperties": False, "properties": {key: properties[key] for key in keys}}
    return _explained(made, words_of("schema.key", language))


def _organisation(made: dict[str, Any], department: str) -> dict[str, Any]:
    """The organisation: whole, or what a scenario changes in it."""
    departments = dict(made["properties"]["departments"])
    entry: JsonSchemaValue = {"$ref": f"#/$defs/{department}"}
    if department == "department":
        for kind in ("it", "business"):
            several = {"properties": {"kind": {"not": {"const": kind}}}}
            departments.setdefault("allOf", []).append({"not": {"additionalProperties": several}})
        departments["additionalProperties"] = entry
        return _object(made | {"properties": made["properties"] | {"departments": departments}}, ("departments",))
    departments["additionalProperties"] = _or_nothing(entry)
    del departments["minProperties"]
    changes = {"departments": _or_nothing(departments)}
    return _object(made | {"properties": made["properties"] | changes})


def _department(made: dict[str, Any], language: str, whole: bool) -> dict[str, Any]:
    """A department: ``whole``, or what a scenario changes in it. Its name is the key it stands under."""
    properties = {key: entry for key, entry in made["properties"].items() if key != "name"}
    shaped = _object({"properties": properties}, ("kind", "capacity") if whole else ())
    rules = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"properties": {key: {"enum": [None, *_nothing(key)]} for key in keys}},
        }
        for kind, keys in NOT_OF_KIND
    ]
    return _explained(shaped, words_of("workbook.what", language)) | {"allOf": rules}


def _nothing(key: str) -> tuple[int, ...]:
    """What may be said all the same of a trait that a department cannot have: that it has none of it."""
    return () if key == "it_frame" else (0,)


def _measure(model: type[Measure], language: str) -> dict[str, Any]:
    """The settings of a measure."""
    return _explained(_object(_of(model)), words_of("setting", language))


def _switched(name: str, top: bool, language: str) -> JsonSchemaValue:
    """A measure: the file itself says how it would be carried out, a scenario also whether it is."""
    settings: JsonSchemaValue = {"$ref": f"#/$defs/measure_{name}"}
    platform: JsonSchemaValue = {"enum": [True, "on"]}
    forms = [settings, {"type": "null"}, *([] if top else [platform if name == "platform" else SWITCHED])]
    return {"description": say(f"measure.{name}", language), "anyOf": forms}


def _parameters(language: str) -> dict[str, Any]:
    """Every number of the model, as a file may give it."""
    known = {parameter.name: _parameter(parameter, language) for parameter in PARAMETERS}
    gone: dict[str, Any] = {name: {"deprecated": True} for name in sorted(GONE)}
    return {"type": "object", "additionalProperties": False, "properties": known | gone}


def _parameter(parameter: Parameter, language: str) -> dict[str, Any]:
    """A number, alone or with its range and its source."""
    number = {"type": "number", "minimum": parameter.least, "maximum": parameter.most}
    ranged = _object(
        {"properties": {**dict.fromkeys(("value", "low", "high"), number), "source": WORDS}}, required=("value",)
    )
    for key in ("low", "high", "source"):
        ranged["properties"][key] = _or_nothing(ranged["properties"][key])
    return {
        "description": f"{say(f'parameter.{parameter.name}', language)} ({parameter.unit})",
        "default": parameter.default,
        "anyOf": [number, ranged],
    }


def _without_what_is_gone() -> dict[str, Any]:
    """Only a file of an earlier format may name parameters of an earlier model."""
    none = {"properties": {"parameters": {"properties": dict.fromkeys(sorted(GONE), False)}}}
    within = {"scenarios": {"additionalProperties": none}}
    return {
        "if": {"properties": {"synergy": {"const": FORMAT}}, "required": ["synergy"]},
        "then": none | {"properties": none["properties"] | within},
    }
