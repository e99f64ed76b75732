"""One world, run ahead and sent whole to the browser, where it is scrubbed without asking the server."""

import functools
import math
from typing import Any

from simulation.files import case
from simulation.model import OrganisationModel
from simulation.telling import event_sentence
from simulation.words import say
from simulation.worlds import Mode

ROUTINE = {"incident"}
"""Events so common that they are told only in their own week."""


@functools.lru_cache(maxsize=256)
def world_data(name: str, world: int, seed: int, mode: Mode, language: str) -> dict[str, Any]:
    """A finished world of a scenario of the case as plain data for ``world.vue``.

    ``engagement`` and ``adoption`` have one list per week, with one share per department.
    """
    scenario = case().scenario(name)
    model = OrganisationModel(scenario, world, seed, parameters=mode, collect=False)
    engagement, adoption = [], []
    while model.running:
        model.step()
        engagement.append([round(one.engagement, 3) for one in model.everyone])
        adoption.append([round(one.adoption, 3) for one in model.everyone])
    places = _places(len(model.everyone))
    largest = max(one.capacity for one in model.everyone) or 1.0
    nodes = [
        {
            "name": one.description.called(language),
            "x": x,
            "y": y,
            "r": round(14 + 20 * math.sqrt(one.capacity / largest), 1),
            "chain": not one.internal,
        }
        for one, (x, y) in zip(model.everyone, places, strict=True)
    ]
    lines = [
        {"a": model.index[tie.a], "b": model.index[tie.b], "width": round(0.5 + 3 * tie.strength, 2)}
        for tie in scenario.organisation.interdependence
    ]
    events = [
        {
            "week": event.week,
            "text": event_sentence(event, scenario, language),
            "routine": event.kind in ROUTINE,
        }
        for event in model.events
    ]
    return {
        "key": f"{name}/{world}/{seed}/{mode}",
        "title": scenario.called(language),
        "language": language,
        "nodes": nodes,
        "lines": lines,
        "engagement": engagement,
        "adoption": adoption,
        "events": events,
        "horizon": case().horizon,
        "goLive": model.go_live_week or 0,
        "words": {key: say(f"page.{key}", language, **_KEPT) for key in _WORDS},
    }


_KEPT = {"week": "{week}", "horizon": "{horizon}"}  # filled in by the browser
_WORDS = (
    "week_of",
    "play",
    "pause",
    "slider",
    "engagement",
    "engagement_low",
    "engagement_high",
    "adoption_short",
    "events",
    "no_events",
    "go_live",
    "table",
)


def _places(count: int) -> list[tuple[float, float]]:
    """Places on an ellipse, the first on top, within 0 … 560 by 0 … 400."""
    turn = [2.0 * math.pi * place / count - math.pi / 2 for place in range(count)]
    return [(round(280 + 205 * math.cos(angle), 1), round(196 + 145 * math.sin(angle), 1)) for angle in turn]
