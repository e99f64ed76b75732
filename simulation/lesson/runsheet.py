"""Which chapters go into so many minutes, and when each begins.

A session opens and closes in :data:`OPENING` and :data:`CLOSING` minutes; chapters come in the order of the lesson,
and those of the lowest ``priority`` are the first to be kept. So whoever has more time tells the same chapters and
some more.
"""

from dataclasses import dataclass

from simulation.lesson.form import Chapter, Lesson

OPENING, CLOSING = 5, 5
"""Minutes before the first chapter and after the last: who is in the room, what the model is; what was foreseen."""
USUAL = (30, 60, 75, 90)
"""How long sessions tend to be, in minutes."""
LONGEST = 600
"""The longest session, in minutes."""
UNRANKED = 100
"""The priority of a chapter that has none: after all that have one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a session, in minutes from its beginning: a chapter by its place, or ``"opening"`` and its like."""

    begin: int
    end: int
    part: int | str


def planned(lesson: Lesson, minutes: int) -> tuple[int, ...]:
    """The chapters that go into so many minutes, by their places in the lesson and in its order; of 0 minutes all.

    There is always one.

    >>> from simulation.lesson.source import read_lesson
    >>> lesson = read_lesson().lesson
    >>> [lesson.chapters[place].name for place in planned(lesson, 30)], len(planned(lesson, 0)) == len(lesson.chapters)
    (['platform', 'year-after'], True)
    """
    if not minutes:
        return tuple(range(len(lesson.chapters)))
    left = minutes - OPENING - CLOSING
    kept: list[int] = []
    for place in sorted(range(len(lesson.chapters)), key=lambda index: (_rank(lesson.chapters[index]), index)):
        left -= lesson.chapters[place].minutes
        if kept and left < 0:
            break
        kept.append(place)
    return tuple(sorted(kept))


def _rank(chapter: Chapter) -> int:
    """What decides whether a chapter is kept: the lower, the sooner."""
    return UNRANKED if chapter.priority is None else chapter.priority


def run_sheet(lesson: Lesson, minutes: int) -> tuple[Entry, ...]:
    """The parts of a session in order; what is left over comes before the closing.

    >>> from simulation.lesson.source import read_lesson
    >>> [(entry.begin, entry.part) for entry in run_sheet(read_lesson().lesson, 30)]
    [(0, 'opening'), (5, 0), (15, 5), (25, 'closing')]
    """
    chapters = planned(lesson, minutes)
    entries = [Entry(0, OPENING, "opening")]
    for place in chapters:
        entries.append(Entry(entries[-1].end, entries[-1].end + lesson.chapters[place].minutes, place))
    last = entries[-1].end
    end = max(minutes, last + CLOSING)
    if end - CLOSING > last:
        entries.append(Entry(last, end - CLOSING, "spare"))
    entries.append(Entry(end - CLOSING, end, "closing"))
    return tuple(entries)
