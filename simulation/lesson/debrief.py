"""Questions to talk about after a world was shown, drawn from what happened in it.

Each rule looks for one thing, says how large it was there (0 to 1), and puts the question that it raises. The largest
are asked: what did not happen raises no question. A room is asked about itself; the model only supplies the occasion.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from simulation.engine.traces import Trace
from simulation.lesson.moments import AFTER, lost_with, standstills, worded
from simulation.text.i18n import say, say_count

PARTED = {
    "adoption": "debrief.parted_adoption",
    "progress": "debrief.parted_progress",
    "engagement": "debrief.parted_engagement",
    "business_engagement": "debrief.parted_business",
    "visibility": "debrief.parted_visibility",
}
"""The question about two decisions, by what was followed."""
MOST = 2
"""A room has its chapter's own questions to talk about; the world adds few."""
SAME = (
    {"left", "left_role"},
    {"still", "never", "rush", "parted_progress", "convinced_idle"},
    {"shoulders", "outsiders", "partner"},
    {"relapse", "faded", "uneven", "parted_adoption"},
    {"silence", "parted_visibility"},
    {"convinced", "convinced_idle", "parted_engagement", "parted_business"},
)
"""Questions that come back to the same fact: one of each set is asked."""
LEAST = 0.1
"""A thing smaller than this is not worth a question (assumed)."""


@dataclass(frozen=True)
class Question:
    """A question: how large its occasion was, its week, a template below ``lesson`` in the locale and its fields."""

    size: float
    week: int
    key: str
    fields: tuple[tuple[str, Any], ...] = ()


def questions(trace: Trace, beside: Trace | None = None, state: str = "progress") -> tuple[Question, ...]:
    """The questions that a world raises, at most :data:`MOST`, in the order of their weeks.

    ``beside`` is another scenario under the same luck; ``state`` is what of both is compared.
    """
    raised = list(chain.from_iterable(rule(trace) for rule in RULES))
    if beside is not None:
        raised += _parted(trace, beside, state)
    largest = sorted(
        (question for question in raised if question.size >= LEAST),
        key=lambda question: (-question.size, question.week, question.key),
    )
    return tuple(sorted(_distinct(largest)[:MOST], key=lambda question: (question.week, question.key)))


def _distinct(ordered: list[Question]) -> list[Question]:
    """The questions, without those that repeat the fact of an earlier one."""
    kept: list[Question] = []
    for question in ordered:
        if not any(repeats(question, earlier) for earlier in kept):
            kept.append(question)
    return kept


def repeats(question: Question, earlier: Question) -> bool:
    """Whether two questions come back to the same fact."""
    keys = {question.key.removeprefix("debrief."), earlier.key.removeprefix("debrief.")}
    return any(keys <= facts for facts in SAME)


def question_text(question: Question, trace: Trace, beside: Trace | None, language: str) -> str:
    """A question in words."""
    fields = worded(question.fields, trace, language)
    fields |= {"time": _time(fields["minutes"], language)} if "minutes" in fields else {}
    titles = {"a": trace.scenario.called(language), "b": beside.scenario.called(language) if beside else ""}
    return say(f"lesson.{question.key}", language, **(titles | fields))


def _time(minutes: int, language: str) -> str:
    """Minutes a week as people say them; an hour and more in hours."""
    if minutes < 60:
        return say_count("lesson.minutes", minutes, language)
    return say_count("lesson.hours", minutes / 60, language, 1)


def make_question(size: float, week: int, key: str, /, **fields: Any) -> Question:
    """Make a :class:`Question`."""
    return Question(float(min(1.0, max(0.0, size))), int(week), key, tuple(fields.items()))


# --- what happened -------------------------------------------------------------------------------------


def _left(trace: Trace) -> Iterator[Question]:
    """A key person left: the one after whom their department's engagement fell the furthest."""
    losses = [
        (0.25 + lost_with(trace, event), event)
        for event in trace.events
        if event.kind in {"leave", "leave_role"} and event.week > 1
    ]
    if losses:
        size, event = max(losses, key=lambda loss: (loss[0], -loss[1].week))
        key = "debrief.left_role" if event.kind == "leave_role" else "debrief.left"
        yield make_question(size, event.week, key, week=event.week, department=event.department)


def _rush(trace: Trace) -> Iterator[Question]:
    """The daily rush took over: the spell that slowed the work most, compared with as many weeks before."""
    progress = trace.weekly("progress")
    spells = []
    for event in trace.events:
        end = event.week - 1 + AFTER
        if event.kind == "shock" and event.week > AFTER and end <= (trace.go_live or trace.horizon):
            before = float(progress[event.week - 2] - progress[event.week - 2 - AFTER])
            after = float(progress[end - 1] - progress[event.week - 2])
            if before > 0.03 and after < before:
                spells.append(((before - after) / before, event.week, before, after))
    if spells:
        size, week, before, after = max(spells)
        yield make_question(size, week, "debrief.rush", week=week, before=_points(before), after=_points(after))


def _points(share: float) -> int:
    """Percentage points."""
    return round(100 * share)


def _convinced(trace: Trace) -> Iterator[Question]:
    """Convinced, and yet next to no hours: half a year in."""
    week = min(26, trace.horizon)
    conviction = float(trace.departments["conviction"][week - 1, trace.business].mean())
    hours = float(trace.departments["hours"][week - 1, trace.business].mean())
    size = conviction * max(0.0, 1.0 - hours / 6.0)
    key = "debrief.convinced" if hours >= 0.05 else "debrief.convinced_idle"
    yield make_question(size, week, key, week=week, share=conviction, minutes=round(60 * hours))


def _still(trace: Trace) -> Iterator[Question]:
    """The longest standstill."""
    spells = standstills(trace)
    if spells:
        begin, end = max(spells, key=lambda spell: (spell[1] - spell[0], -spell[0]))
        share = float(trace.weekly("progress")[end - 1])
        yield make_question((end - begin) / trace.horizon, begin, "debrief.still", begin=begin, end=end, share=share)


def _shoulders(trace: Trace) -> Iterator[Question]:
    """On whose shoulders the work lay."""
    carried = trace.carried
    total = sum(carried.values())
    if not total:
        return
    carrier, most = max(carried.items(), key=lambda item: (item[1], item[0]))
    share, even = most / total, 1.0 / len(carried)
    size = (share - even) / (1.0 - even) if even < 1.0 else 0.0
    if carrier:
        yield make_question(size, trace.horizon, "debrief.shoulders", department=carrier, share=share)
    else:
        yield make_question(size, trace.horizon, "debrief.outsiders", share=share)


def _relapse(trace: Trace) -> Iterator[Question]:
    """Use that was there and went; and where it went the furthest."""
    use, each = trace.weekly("adoption"), trace.departments["adoption"]
    top = int(use.argmax())
    peak, last = float(use[top]), float(use[-1])
    if peak - last > 0.1:
        inside = np.flatnonzero(trace.internal)
        where = trace.names[int(inside[(each[top, inside] - each[-1, inside]).argmax()])]
        yield make_question(
            1.0 - last / peak, top + 1, "debrief.relapse", week=top + 1, peak=peak, last=last, department=where
        )


def _faded(trace: Trace) -> Iterator[Question]:
    """Roles that faded after the project organisation was dissolved."""
    closed = trace.first("closed")
    if closed is None:
        return
    clarity = trace.departments["progress_role"][:, trace.internal].mean(axis=1)
    before, after = float(clarity[max(0, closed.week - 2)]), float(clarity[-1])
    if before > 0.1:
        size = 0.8 * (1.0 - after / before)
        yield make_question(size, closed.week, "debrief.faded", week=closed.week, before=before, after=after)


def _silence(trace: Trace) -> Iterator[Question]:
    """Openness that did not last after it was said aloud."""
    named = trace.first("named")
    if named is None or named.week + 18 > trace.horizon:
        return
    top = float(trace.weekly("visibility")[named.week - 1 : named.week + 3].max())
    later = float(trace.weekly("visibility")[named.week + 17])
    if top > 0.1:
        size = 0.7 * (1.0 - later / top)
        yield make_question(
            size, named.week, "debrief.silence", week=named.week, later=named.week + 18, top=top, left=later
        )


def _partner(trace: Trace) -> Iterator[Question]:
    """What the departments had done themselves when the partner left."""
    gone = trace.first("partner_ends")
    if gone is not None:
        own = float(trace.departments["own_share"][gone.week - 1, trace.business].mean())
        yield make_question(1.0 - own, gone.week, "debrief.partner", week=gone.week, share=own)


def _uneven(trace: Trace) -> Iterator[Question]:
    """Departments that use the new way much more, and much less."""
    inside = np.flatnonzero(trace.internal)
    last = trace.departments["adoption"][-1, inside]
    high, low = int(last.argmax()), int(last.argmin())
    yield make_question(
        float(last[high] - last[low]),
        trace.horizon,
        "debrief.uneven",
        most=trace.names[int(inside[high])],
        high=float(last[high]),
        least=trace.names[int(inside[low])],
        low=float(last[low]),
    )


def _never(trace: Trace) -> Iterator[Question]:
    """It never went live."""
    if trace.go_live is None:
        share = float(trace.weekly("progress")[-1])
        yield make_question(0.45, trace.horizon, "debrief.never", weeks=trace.horizon, share=share)


def _parted(trace: Trace, beside: Trace, state: str) -> Iterator[Question]:
    """Two decisions under one luck: when they parted, and how far they got apart."""
    own, other = trace.weekly(state), beside.weekly(state)
    gap = own - other
    apart = np.flatnonzero(np.abs(gap) >= 0.05)
    if len(apart):
        most = int(np.abs(gap).argmax())
        first = int(apart[0]) + 1
        levels = {"one": float(own[most]), "other": float(other[most])}
        yield make_question(float(abs(gap[most])) + 0.2, first, PARTED[state], first=first, week=most + 1, **levels)


RULES: tuple[Callable[[Trace], Iterator[Question]], ...] = (
    _left,
    _rush,
    _convinced,
    _still,
    _shoulders,
    _relapse,
    _faded,
    _silence,
    _partner,
    _uneven,
    _never,
)
"""What is looked for; one question each at most."""
