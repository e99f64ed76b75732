"""What a visitor did, step by step, so that every step can be undone and done again.

A step is one press, or one drag from press to release: however many values a drag goes through, they are one step, and
two presses are two, however quickly they follow each other. Each press is numbered by the page, which says the number
before anything that the press brings about.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from simulation.dashboard.state.view import View

MOST_STEPS = 500
MOST_CHARACTERS = 2_000_000
"""Changes of so many characters in all are kept; the first steps are forgotten beyond that, and the page knows them."""

LESSON = "lesson"
"""The page whose screens Back returns to, one by one."""
DECIDED = (
    *("changes", "scenarios", "hand", "baseline", "outcome", "worlds", "seed", "mode", "rate"),
    *("world", "shown", "beside"),
)
"""The parts of a view that a step changes; where one is, in which language and in which week, is none of them."""

Make = Callable[[View], View]


@dataclass(frozen=True)
class Trail:
    """The ``view`` of now, those before the steps that led to it, and those that were undone, the next one first.

    ``press`` is the press that made the last step, None if nothing more belongs to that. ``made`` counts the steps
    made, ``dropped`` those forgotten at the beginning (below 0 if some were undone from before the page was loaded),
    and ``entries`` the views that Back returns to.
    """

    view: View
    past: tuple[View, ...] = ()
    future: tuple[View, ...] = ()
    press: int | None = None
    made: int = 0
    dropped: int = 0
    entries: int = 0

    @property
    def at(self) -> int:
        """How many steps led here since the page was loaded."""
        return self.dropped + len(self.past)

    def changed(self, make: Make, press: int) -> "Trail":
        """The trail after a change; part of the last step if it comes of the same press.

        >>> from simulation.dashboard.state.view import View
        >>> trail = Trail(View()).changed(lambda now: now.but(worlds=50), 1).changed(lambda now: now.but(worlds=60), 1)
        >>> trail.changed(lambda now: now.but(seed=2), 2).undone().view.worlds, trail.undone().view.worlds
        (60, 200)
        """
        after = make(self.view)
        entries = self.entries + (_entry(after) != _entry(self.view))
        if decided(after) == decided(self.view):
            return replace(self, view=after, entries=entries)
        if press == self.press and self.past:
            return replace(self, view=after, future=(), entries=entries)
        return replace(self._stepped(after), press=press, entries=entries)

    def _stepped(self, after: View) -> "Trail":
        """A new step."""
        past, dropped = (*self.past, self.view), self.dropped
        while len(past) > MOST_STEPS or (len(past) > 1 and sum(map(_weight, past)) > MOST_CHARACTERS):
            past, dropped = past[1:], dropped + 1
        return replace(self, view=after, past=past, future=(), press=None, made=self.made + 1, dropped=dropped)

    def undone(self, earlier: View | None = None) -> "Trail":
        """One step back; where none is known, to ``earlier``, which the page knows from before it was loaded."""
        past, dropped = self.past, self.dropped
        if past:
            earlier, past = past[-1], past[:-1]
        elif earlier is not None:
            dropped -= 1
        if earlier is None:
            return self
        future = (self.view, *self.future)[:MOST_STEPS]
        return replace(self, view=put_back(self.view, earlier), past=past, future=future, press=None, dropped=dropped)

    def redone(self, later: View | None = None) -> "Trail":
        """One step on again; where none is known, to ``later``, which the page knows from before it was loaded."""
        future = self.future
        if future:
            later, future = future[0], future[1:]
        if later is None:
            return self
        past = (*self.past, self.view)
        return replace(self, view=put_back(self.view, later), past=past, future=future, press=None)

    def recalled(self, kept: View) -> "Trail":
        """The decisions of a view that was kept, as a step of its own."""
        after = put_back(self.view, kept)
        return self if decided(after) == decided(self.view) else self._stepped(after)

    def moved(self, there: View) -> "Trail":
        """Back or Forward to where the visitor was: the page and the scenario in hand, with all that was changed since.

        In the lesson it is the screen, and hands that were counted since stay counted. That is no step: what is undone
        next is the last change. A view of another study comes back as it was, as a step, since it takes the study of
        now away.
        """
        if there.changes.base != self.view.changes.base:
            return self._stepped(there)
        known = there.hand in self.view.changes.names
        screen = {"chapter": there.chapter, "step": there.step, "take": there.take} if there.page == LESSON else {}
        arrived = self.view.but(page=there.page, **screen, **(_in_hand(self.view, there.hand) if known else {}))
        return replace(self, view=replace(arrived, language=there.language), press=None)


def _entry(view: View) -> tuple[Any, ...]:
    """What Back returns to: a page with a scenario in hand, or a screen of the lesson."""
    return (view.page, view.hand, *((view.chapter, view.step) if view.page == LESSON else ()))


def _in_hand(view: View, name: str) -> dict[str, Any]:
    """What takes a scenario in hand again, compared though it may have been taken out."""
    return {"hand": name, "scenarios": (*view.scenarios, name)}


def decided(view: View) -> tuple[Any, ...]:
    """The parts of a view that a step changes."""
    return tuple(getattr(view, name) for name in DECIDED)


def put_back(now: View, kept: View) -> View:
    """The view of now with the decisions of another one."""
    return replace(now, **{name: getattr(kept, name) for name in DECIDED})


def _weight(view: View) -> int:
    """About how many characters a view's changes take, and the study if it is the visitor's own."""
    base = view.changes.base
    return len(view.changes.text) + (base.size if base else 0)


class Ref(Protocol):
    """Something that holds the number of the last press."""

    current: int


@dataclass(frozen=True)
class Change:
    """Changes the view as it is by then, so that quick clicks do not overwrite each other.

    ``previous`` is the view before the last step, None before the first.
    """

    put: Callable[[Callable[[Trail], Trail]], None]
    press: Ref = field(compare=False)
    previous: View | None = None

    def __call__(self, make: Make) -> None:
        """Make another view of that of now."""
        press = self.press.current
        self.put(lambda trail: trail.changed(make, press))

    def undo(self) -> None:
        """Take the last step back."""
        self.put(Trail.undone)
