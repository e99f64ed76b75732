"""Questions to talk about after a world was shown, drawn from what happened in it.

Each rule looks for one thing, says how large it was there (0 to 1), and puts the question that it raises. The largest
are asked: what did not happen raises no question. A room is asked about itself; the model only supplies the occasion.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from simulation.lesson.story import AFTER, Story, lost_with, standstills, worded
from simulation.text.i18n import number, say

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


def questions(story: Story, beside: Story | None = None, state: str = "progress") -> tuple[Question, ...]:
    """The questions that a world raises, at most :data:`MOST`, in the order of their weeks.

    ``beside`` is another scenario under the same luck; ``state`` is what of both is compared.
    """
    found = list(chain.from_iterable(rule(story) for rule in RULES))
    if beside is not None:
        found += _parted(story, beside, state)
    kept = sorted((one for one in found if one.size >= LEAST), key=lambda one: (-one.size, one.week, one.key))
    return tuple(sorted(_distinct(kept)[:MOST], key=lambda one: (one.week, one.key)))


def _distinct(found: list[Question]) -> list[Question]:
    """The questions, without those that repeat the fact of an earlier one."""
    kept: list[Question] = []
    for one in found:
        if not any(repeats(one, other) for other in kept):
            kept.append(one)
    return kept


def repeats(one: Question, other: Question) -> bool:
    """Whether two questions come back to the same fact."""
    keys = {one.key.removeprefix("debrief."), other.key.removeprefix("debrief.")}
    return any(keys <= facts for facts in SAME)


def asked(question: Question, story: Story, beside: Story | None, language: str) -> str:
    """A question in words."""
    fields = worded(question.fields, story, language)
    fields |= {"hours": number(fields["hours"] / 10, language, 1)} if "hours" in fields else {}
    titles = {"a": story.scenario.called(language), "b": beside.scenario.called(language) if beside else ""}
    return say(f"lesson.{question.key}", language, **(titles | fields))


def question(size: float, week: int, key: str, /, **fields: Any) -> Question:
    """Make a :class:`Question`."""
    return Question(float(min(1.0, max(0.0, size))), int(week), key, tuple(fields.items()))


# --- what happened -------------------------------------------------------------------------------------


def _left(story: Story) -> Iterator[Question]:
    """A key person left: the one after whom their department's engagement fell the furthest."""
    found = []
    for one in story.events:
        if one.kind in {"leave", "leave_role"} and one.week > 1:
            found.append((0.25 + lost_with(story, one), one))
    if found:
        size, event = max(found, key=lambda one: (one[0], -one[1].week))
        key = "debrief.left_role" if event.kind == "leave_role" else "debrief.left"
        yield question(size, event.week, key, week=event.week, department=event.department)


def _rush(story: Story) -> Iterator[Question]:
    """The daily rush took over: the spell that slowed the work most, compared with as many weeks before."""
    progress = story.whole["progress"]
    found = []
    for one in story.events:
        end = one.week - 1 + AFTER
        if one.kind == "shock" and one.week > AFTER and end <= (story.live or story.horizon):
            before = float(progress[one.week - 2] - progress[one.week - 2 - AFTER])
            after = float(progress[end - 1] - progress[one.week - 2])
            if before > 0.03 and after < before:
                found.append(((before - after) / before, one.week, before, after))
    if found:
        size, week, before, after = max(found)
        yield question(size, week, "debrief.rush", week=week, before=_points(before), after=_points(after))


def _points(share: float) -> int:
    """Percentage points."""
    return round(100 * share)


def _convinced(story: Story) -> Iterator[Question]:
    """Convinced, and yet next to no hours: half a year in."""
    week = min(26, story.horizon)
    conviction = float(story.departments["conviction"][week - 1, story.business].mean())
    hours = float(story.departments["hours"][week - 1, story.business].mean())
    size = conviction * max(0.0, 1.0 - hours / 6.0)
    key = "debrief.convinced" if hours >= 0.05 else "debrief.convinced_idle"
    yield question(size, week, key, week=week, share=conviction, hours=round(10 * hours))


def _still(story: Story) -> Iterator[Question]:
    """The longest standstill."""
    spells = standstills(story)
    if spells:
        begin, end = max(spells, key=lambda one: (one[1] - one[0], -one[0]))
        share = float(story.whole["progress"][end - 1])
        yield question((end - begin) / story.horizon, begin, "debrief.still", begin=begin, end=end, share=share)


def _shoulders(story: Story) -> Iterator[Question]:
    """On whose shoulders the work lay."""
    whole = sum(story.carried.values())
    if not whole:
        return
    who, most = max(story.carried.items(), key=lambda one: (one[1], one[0]))
    share, even = most / whole, 1.0 / len(story.carried)
    size = (share - even) / (1.0 - even) if even < 1.0 else 0.0
    if who:
        yield question(size, story.horizon, "debrief.shoulders", department=who, share=share)
    else:
        yield question(size, story.horizon, "debrief.outsiders", share=share)


def _relapse(story: Story) -> Iterator[Question]:
    """Use that was there and went; and where it went the furthest."""
    use, each = story.whole["adoption"], story.departments["adoption"]
    top = int(use.argmax())
    peak, last = float(use[top]), float(use[-1])
    if peak - last > 0.1:
        inside = np.flatnonzero(story.internal)
        where = story.names[int(inside[(each[top, inside] - each[-1, inside]).argmax()])]
        yield question(
            1.0 - last / peak, top + 1, "debrief.relapse", week=top + 1, peak=peak, last=last, department=where
        )


def _faded(story: Story) -> Iterator[Question]:
    """Roles that faded after the project organisation was dissolved."""
    closed = story.first("closed")
    if closed is None:
        return
    clarity = story.departments["progress_role"][:, story.internal].mean(axis=1)
    before, after = float(clarity[max(0, closed.week - 2)]), float(clarity[-1])
    if before > 0.1:
        size = 0.8 * (1.0 - after / before)
        yield question(size, closed.week, "debrief.faded", week=closed.week, before=before, after=after)


def _silence(story: Story) -> Iterator[Question]:
    """Openness that did not last after it was said aloud."""
    named = story.first("named")
    if named is None or named.week + 18 > story.horizon:
        return
    top = float(story.whole["visibility"][named.week - 1 : named.week + 3].max())
    later = float(story.whole["visibility"][named.week + 17])
    if top > 0.1:
        size = 0.7 * (1.0 - later / top)
        yield question(size, named.week, "debrief.silence", week=named.week, later=named.week + 18, top=top, left=later)


def _partner(story: Story) -> Iterator[Question]:
    """What the departments had done themselves when the partner left."""
    gone = story.first("partner_ends")
    if gone is not None:
        own = float(story.departments["own_share"][gone.week - 1, story.business].mean())
        yield question(1.0 - own, gone.week, "debrief.partner", week=gone.week, share=own)


def _uneven(story: Story) -> Iterator[Question]:
    """Departments that use the new way much more, and much less."""
    inside = np.flatnonzero(story.internal)
    last = story.departments["adoption"][-1, inside]
    high, low = int(last.argmax()), int(last.argmin())
    yield question(
        float(last[high] - last[low]),
        story.horizon,
        "debrief.uneven",
        most=story.names[int(inside[high])],
        high=float(last[high]),
        least=story.names[int(inside[low])],
        low=float(last[low]),
    )


def _never(story: Story) -> Iterator[Question]:
    """It never went live."""
    if story.live is None:
        share = float(story.whole["progress"][-1])
        yield question(0.45, story.horizon, "debrief.never", weeks=story.horizon, share=share)


def _parted(story: Story, beside: Story, state: str) -> Iterator[Question]:
    """Two decisions under one luck: when they parted, and how far they got apart."""
    gap = story.whole[state] - beside.whole[state]
    apart = np.flatnonzero(np.abs(gap) >= 0.05)
    if len(apart):
        most = int(np.abs(gap).argmax())
        one, other = float(story.whole[state][most]), float(beside.whole[state][most])
        first = int(apart[0]) + 1
        yield question(
            float(abs(gap[most])) + 0.2, first, PARTED[state], first=first, week=most + 1, one=one, other=other
        )


RULES: tuple[Callable[[Story], Iterator[Question]], ...] = (
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
