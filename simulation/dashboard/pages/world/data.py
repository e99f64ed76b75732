"""One world, run ahead and sent whole to the browser, where it is scrubbed without asking the server."""

import base64
import functools
import itertools
from types import MappingProxyType
from typing import Any

import numpy as np

from simulation.dashboard.state.variants import Changes, scenario_of
from simulation.engine.traces import Trace, trace
from simulation.model.outcomes import Event
from simulation.model.states import shown
from simulation.model.worlds import Mode
from simulation.report.handoffs import HandOffs
from simulation.report.narrative import carried_out, event_sentence
from simulation.study.organisation import Organisation
from simulation.study.schedule import Levers, contacts

Data = dict[str, Any]

ROUTINE = {"incident"}
"""Events so common that the page shows them in their own week only."""

KINDS = MappingProxyType({"share": "share", "count": "count", "weeks": "weeks", "h": "hours", "h/week": "hours"})
"""What the browser calls a state's unit."""

DETAILS: tuple[tuple[str, str, str], ...] = tuple(
    (f"head_{heading}", state.name, KINDS[state.unit]) for heading, state in shown()
)
"""What is shown of a department: under which heading, which state, and in which unit."""
WEEK = ("available", "load", "headroom", "meetings", "work_hours", "care_hours", "hours")
"""What its week consists of (h)."""
SCALE = {"share": 1000, "hours": 10, "count": 1, "weeks": 1}
"""States are sent as whole numbers: so many to one."""
MOST_SENT = 65535
NEVER_SHOWN = {"it": {"process_progress", "own_share", "paired_hours", "bought_done"}}
"""What a kind of department does not have: IT has no process work of its own."""


@functools.lru_cache(maxsize=16)
def traced(changes: Changes, name: str, world: int, seed: int, mode: Mode, compiled: bool) -> Trace:
    """A scenario in a world, run once for all who ask."""
    return trace(scenario_of(changes, name), world, seed, mode, compiled)


def world_of(run: Trace, language: str) -> Data:
    """A trace as plain data for ``world.vue``.

    ``packed`` holds all states of all departments and weeks as base64 of unsigned 16-bit numbers (states, departments,
    weeks), in the order of ``states``; ``adoption`` and ``engagement`` are the means inside, week by week, per mille.
    """
    organisation = run.scenario.organisation
    position = {department.name: at for at, department in enumerate(organisation.departments)}
    totals = run.organisation
    return {
        "name": run.scenario.name,
        "title": run.scenario.called(language),
        "goLive": run.go_live or 0,
        "lasting": round(run.lasting, 3),
        "nodes": _nodes(organisation, language),
        "needs": [[position[tie.a], position[tie.b], round(tie.strength, 2)] for tie in organisation.interdependence],
        "phases": _phases(run),
        "packed": _packed(run),
        "handOffs": hand_offs_of(run, language),
        "carried": carried_out(run.scenario, run.fidelity, language),
        "adoption": _per_mille(totals["mean_adoption"]),
        "engagement": _per_mille(totals["mean_engagement"]),
        "started": int(np.argmax(totals["started"] > 0)) + 1 if totals["started"].any() else 0,
        "closed": int(np.argmax(totals["closed"] > 0)) + 1 if totals["closed"].any() else 0,
    }


def hand_offs_of(run: Trace, language: str) -> Data:
    """The matrix of hand-offs: ``cells`` are [row, column, need], ``packed`` a byte for each cell and week (percent).

    ``order`` has the departments from top to bottom, of which the first ``apart`` are no chain partners; ``inside`` and
    ``chain`` how far hand-offs are settled on the whole, per mille, if there are any.
    """
    hand_offs = HandOffs(run.scenario.organisation, run.settled)
    rows = hand_offs.percents[:, [cell.tie for cell in hand_offs.cells]].T.astype(np.uint8)
    means = {"inside": hand_offs.mean(inside=True), "chain": hand_offs.mean(inside=False)}
    return {
        "order": list(hand_offs.order),
        "apart": hand_offs.apart,
        "cells": [[cell.row, cell.column, round(cell.need, 2)] for cell in hand_offs.cells],
        "packed": base64.b64encode(rows.tobytes()).decode(),
        "told": hand_offs.told(language),
        **{part: None if mean is None else _per_mille(mean) for part, mean in means.items()},
    }


def states_sent() -> list[list[Any]]:
    """The states in the order in which they are packed: name, unit, scale, heading (none: part of the week)."""
    shown: list[list[Any]] = [[name, unit, SCALE[unit], head] for head, name, unit in DETAILS]
    return [*shown, *([name, "hours", SCALE["hours"], ""] for name in WEEK)]


def _per_mille(values: Any) -> list[int]:
    """Shares as whole numbers of a thousandth."""
    thousandths: list[int] = np.rint(1000.0 * values).astype(int).tolist()
    return thousandths


def _packed(run: Trace) -> str:
    """All states that are shown, in few letters."""
    rows = np.stack([run.departments[name].astype(float).T * scale for name, _, scale, _ in states_sent()])
    return base64.b64encode(np.clip(np.rint(rows), 0, MOST_SENT).astype("<u2").tobytes()).decode()


def _nodes(organisation: Organisation, language: str) -> list[Data]:
    """The departments: what they are called, how large they are beside the largest, and what kind."""
    largest = max(department.capacity for department in organisation.departments) or 1.0
    return [
        {
            "name": department.called(language),
            "size": round(float(np.sqrt(department.capacity / largest)), 3),
            "kind": department.kind,
            "inside": department.internal,
            "hidden": sorted(NEVER_SHOWN.get(department.kind, ())),
        }
        for department in organisation.departments
    ]


def _phases(run: Trace) -> list[Data]:
    """Who is in contact, and who else is at work, from which week on; a phase begins where levers change."""
    phases: list[Data] = []
    before: Levers | None = None
    for week in range(1, run.horizon + 1):
        levers = run.levers[week]
        if levers is not before:
            data = _phase(run.scenario.organisation, levers)
            if not phases or data != {key: value for key, value in phases[-1].items() if key != "from"}:
                phases.append({"from": week} | data)
        before = levers
    return phases


def _phase(organisation: Organisation, levers: Levers) -> Data:
    """What is at work under some levers; a tie is [one, another, strength, whether a measure makes it]."""
    anyway = _informal(organisation)
    ties = [
        [i, j, round(strength, 2), int(strength > anyway.get((i, j), 0.0))]
        for (i, j), strength in sorted(contacts(organisation, levers).items())
        if i < j
    ]
    partner = levers.partner
    return {
        "ties": ties,
        "partner": {"hours": partner.hours, "over": partner.substitution} if partner else None,
        "board": levers.anchored,
    }


def _informal(organisation: Organisation) -> dict[tuple[int, int], float]:
    """Who talks to whom anyway, the lower place first."""
    position = {department.name: at for at, department in enumerate(organisation.departments)}
    ties: dict[tuple[int, int], float] = {}
    for tie in organisation.informal_ties:
        i, j = sorted((position[tie.a], position[tie.b]))
        ties[i, j] = min(1.0, ties.get((i, j), 0.0) + tie.strength)
    return ties


def shocks_of(run: Trace) -> list[list[int]]:
    """The weeks in which the daily rush rules: [first, last], the same whatever the scenario."""
    running = run.organisation["shock_weeks"] > 0
    spans = []
    for on, weeks in itertools.groupby(enumerate(running, 1), key=lambda numbered: bool(numbered[1])):
        numbers = [week for week, _ in weeks]
        if on:
            spans.append([numbers[0], numbers[-1]])
    return spans


def log_of(traces: list[Trace], language: str) -> list[Data]:
    """What happens in one world or two, in order of weeks; what happens in both stands there once.

    ``who`` names the worlds: ``a``, ``b`` or ``ab``.
    """
    entries: dict[Event, Data] = {}
    for letter, run in zip("ab", traces, strict=False):
        for event in run.events:
            entry = entries.setdefault(event, _entry(event, run, language))
            entry["who"] += letter
    return sorted(entries.values(), key=lambda entry: int(entry["week"]))


def _entry(event: Event, run: Trace, language: str) -> Data:
    """One event, in a sentence."""
    names = run.names
    text = event_sentence(event, run.scenario, language)
    return {
        "week": event.week,
        "kind": event.kind,
        "department": names.index(event.department) if event.department in names else -1,
        "text": text[:1].upper() + text[1:],
        "routine": event.kind in ROUTINE,
        "who": "",
    }
