"""A study as plain data with all differences worked in, and made again of them: the same digest, the same numbers.

A file whose results outlive it keeps the study so (``comparison.json``, the manifest of a sweep): without the file that
it came from, and whatever that file says later.
"""

from dataclasses import replace
from typing import Any

from simulation.study.build.merge import build
from simulation.study.build.variation import override
from simulation.study.errors import InputRefused, problem, shown
from simulation.study.scenario import FORMAT, Scenario, Study

SHARED = ("organisation", "project", "parameters")
"""What scenarios of a study mostly have in common."""


def resolved_data(study: Study) -> dict[str, Any]:
    """All that decides a study's outcomes, and its titles, as data that JSON can hold.

    Organisations, projects and parameters that are equal stand once: ``parts`` has them, each scenario their places.

    >>> from simulation import case
    >>> data = resolved_data(case())
    >>> len(data["scenarios"]), len(data["parts"]["organisation"]), study_of(data) == case()
    (32, 1, True)
    """
    parts: dict[str, list[Any]] = {part: [] for part in SHARED}
    scenarios = {}
    for scenario in study.scenarios:
        data = scenario.resolved()
        for part in SHARED:
            if data[part] not in parts[part]:
                parts[part].append(data[part])
        scenarios[scenario.name] = {
            "title": scenario.title.model_dump(),
            "description": scenario.description.model_dump(),
            "extends": scenario.extends,
            **{part: parts[part].index(data[part]) for part in SHARED},
            "measures": data["measures"],
        }
    return {
        "format": FORMAT,
        "name": study.name,
        "title": study.title.model_dump(),
        "description": study.description.model_dump(),
        "digest": study.digest(),
        "parts": parts,
        "scenarios": scenarios,
    }


def study_of(data: Any) -> Study:
    """The study that :func:`resolved_data` wrote down; it can be varied like any other.

    Raises :class:`~simulation.study.errors.InputRefused` for what is none, or has been changed since.
    """
    try:
        scenarios = tuple(_scenarios(data))
        whole = _built(data, next(iter(data["scenarios"])))
        study = replace(whole, scenarios=scenarios, vary=override)
    except (LookupError, TypeError, AttributeError, ValueError, StopIteration):
        raise InputRefused([problem("no_resolved_study")]) from None
    if study.digest() != data.get("digest"):
        raise InputRefused(
            [problem("study_was_changed", given=study.digest(), legal=shown(data.get("digest"))[1:-1] or "–")]
        )
    return study


def _scenarios(data: Any) -> list[Scenario]:
    """Every scenario, each built by itself: two need have nothing in common."""
    made: dict[tuple[int, ...], list[str]] = {}
    for name, scenario in data["scenarios"].items():
        made.setdefault(tuple(scenario[part] for part in SHARED), []).append(name)
    built = {one.name: one for names in made.values() for one in _built(data, *names).scenarios}
    return [replace(built[name], extends=data["scenarios"][name]["extends"]) for name in data["scenarios"]]


def _built(data: Any, *names: str) -> Study:
    """A study of some scenarios that share all but their measures."""
    first = data["scenarios"][names[0]]
    told = ("title", "description", "measures")
    return build(
        {
            "synergy": data["format"],
            "title": data["title"],
            "description": data["description"],
            **{part: data["parts"][part][first[part]] for part in SHARED},
            "scenarios": {name: {key: data["scenarios"][name][key] for key in told} for name in names},
        },
        str(data["name"]),
    )
