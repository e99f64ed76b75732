"""What is worth a sentence in one world: events, milestones, standstills, and how use rose and fell.

All of it is read off a :class:`~simulation.engine.traces.Trace`. Thresholds say when something is worth telling; they
change nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulation.engine.traces import Trace
from simulation.model.outcomes import Event
from simulation.report.narrative import department_names, event_sentence
from simulation.text.i18n import percent, say

ROUTINE = frozenset({"incident", "objection", "start"})
"""Events that happen all the time, or that say nothing new to a room."""
SHORT = {"leave": "moment.left", "leave_role": "moment.left_role", "shock": "moment.rush"}
"""Events that come often, with shorter words for them."""
AFTER = 12
"""Weeks over which the effect of an event is looked at; as long as the daily rush lasts."""
SPELL = 13
"""Weeks after which a standstill is worth a sentence: a quarter of a year (assumed)."""
STILL = 0.01
"""Progress in those weeks below which work stands still (assumed)."""


@dataclass(frozen=True)
class Moment:
    """Something that happened: in ``week``, a template below ``lesson`` in the locale, or an event of the model.

    ``weighty`` says whether it is worth a moment's pause.
    """

    week: int
    key: str
    fields: tuple[tuple[str, Any], ...] = ()
    event: Event | None = None
    weighty: bool = True


def moments(trace: Trace) -> tuple[Moment, ...]:
    """What is worth a sentence, week by week."""
    events = (event for event in trace.events if event.kind not in ROUTINE and not _afar(event, trace))
    noted = [_noted(event, trace) for event in events]
    noted += [*_milestones(trace), *_standstill(trace), *_use(trace)]
    return tuple(sorted(noted, key=lambda moment: (moment.week, moment.key)))


def _afar(event: Event, trace: Trace) -> bool:
    """Whether a key person left a chain partner, which the organisation hardly notices."""
    outside = {name for name, internal in zip(trace.names, trace.internal, strict=True) if not internal}
    return event.kind.startswith("leave") and event.department in outside


def _noted(event: Event, trace: Trace) -> Moment:
    """An event as a moment; the frequent ones get fewer words."""
    key = SHORT.get(event.kind)
    if key is None:
        return Moment(event.week, "", (), event)
    weighty = not event.kind.startswith("leave") or lost_with(trace, event) >= 0.3
    return Moment(event.week, key, (("department", event.department),), None, weighty)


def lost_with(trace: Trace, event: Event) -> float:
    """Which share of its engagement a department lost in the weeks after an event, beyond what the others lost.

    What all lose at that time, when a project is dissolved for example, is no effect of this event.
    """
    if event.week < 2 or event.department not in trace.names:
        return 0.0
    engagement = trace.departments["engagement"]
    before = engagement[event.week - 2]
    after = engagement[event.week - 1 : event.week - 1 + AFTER].min(axis=0)
    fall = np.divide(before - after, before, out=np.zeros_like(before), where=before > 0.02)
    own = trace.names.index(event.department)
    others = trace.internal & (np.arange(len(before)) != own)
    return float(max(0.0, fall[own] - (fall[others].mean() if others.any() else 0.0)))


def standstills(trace: Trace) -> list[tuple[int, int]]:
    """Spells before go-live in which next to nothing was done, as first and last week.

    The work must not be done yet: there is more than a tenth left.
    """
    progress = trace.weekly("progress")
    end = trace.go_live or trace.horizon
    still = [
        week
        for week in range(SPELL, end if trace.go_live else end + 1)
        if progress[week - 1] < 0.9
        and progress[week - 1] - (progress[week - 1 - SPELL] if week > SPELL else 0.0) < STILL
    ]
    spells: list[tuple[int, int]] = []
    for week in still:
        begin = week - SPELL + 1
        if spells and begin <= spells[-1][1] + 1:
            spells[-1] = (spells[-1][0], week)
        else:
            spells.append((begin, week))
    return spells


def _standstill(trace: Trace) -> Iterator[Moment]:
    """A quarter of a year in which nothing moved."""
    for begin, _ in standstills(trace)[:3]:
        yield Moment(begin + SPELL - 1, "moment.still", (("weeks", SPELL),))


def _milestones(trace: Trace) -> Iterator[Moment]:
    """Half of the work done; the end without go-live."""
    progress = trace.weekly("progress")
    half = np.flatnonzero(progress >= 0.5)
    if len(half):
        yield Moment(int(half[0]) + 1, "moment.half")
    if trace.go_live is None:
        yield Moment(trace.horizon, "moment.never", (("share", float(progress[-1])),))


def _use(trace: Trace) -> Iterator[Moment]:
    """Use of the new way: its peak, and when half of that is gone."""
    use = trace.weekly("adoption")
    top = int(use.argmax())
    if use[top] < 0.05:
        return
    lost = np.flatnonzero(use[top:] <= use[top] / 2.0)
    if top + 4 < trace.horizon and use[-1] < 0.9 * use[top]:
        yield Moment(top + 1, "moment.peak", (("share", float(use[top])),))
    if len(lost):
        yield Moment(top + 1 + int(lost[0]), "moment.lost", (("share", float(use[top + lost[0]])),))


def sentence(moment: Moment, trace: Trace, language: str) -> str:
    """A moment in a few words, beginning with a capital: of an event what happens, without what comes of it."""
    if moment.event is not None:
        text = event_sentence(moment.event, trace.scenario, language).partition(": ")[0]
    else:
        text = say(f"lesson.{moment.key}", language, **worded(moment.fields, trace, language))
    return f"{text[:1].upper()}{text[1:]}"


def worded(fields: tuple[tuple[str, Any], ...], trace: Trace, language: str) -> dict[str, Any]:
    """Fields as people say them: a share as per cent, a department by its name there."""
    names = department_names(trace.scenario, language)
    return {name: _worded(value, names, language) for name, value in fields}


def _worded(value: Any, names: dict[str, str], language: str) -> Any:
    """One field."""
    if isinstance(value, float):
        return percent(value, language)
    return names.get(value, value) if isinstance(value, str) else value
