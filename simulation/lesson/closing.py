"""What a session comes to: what the room foresaw chapter by chapter, what it did not, and what surprised it most."""

from dataclasses import dataclass, replace
from typing import Literal

from simulation.lesson.prediction import Prediction
from simulation.lesson.reveal import Compare, OwnStudy, Progress, reveal_of
from simulation.lesson.room import Room, predicted, told_chapters
from simulation.lesson.source import Told

Foreseen = Literal["yes", "after", "partly", "no", "none"]
"""Foreseen before talking, only after it, by a group as large as another, not, or nothing was said."""


@dataclass(frozen=True)
class Looked:
    """A chapter looked back at: the hands ``first`` and ``after`` talking, the options that the model shows most often
    (places, of a package) and in how many of ``worlds`` it does."""

    place: int
    first: Prediction
    after: Prediction
    shown: tuple[int, ...]
    often: int
    worlds: int

    @property
    def foreseen(self) -> Foreseen:
        """Whether the room's largest group said what the model shows."""
        if not self.first.total and not self.after.total:
            return "none"
        verdicts = [self._met(said) for said in (self.first, self.after) if said.total]
        if verdicts[0] == "yes":
            return "yes"
        if len(verdicts) > 1 and verdicts[1] == "yes":
            return "after"
        return "partly" if "partly" in verdicts else "no"

    def _met(self, said: Prediction) -> Literal["yes", "partly", "no"]:
        """Whether the largest group of one vote said it: alone, beside another group that is as large, or not."""
        met = [leader in self.shown for leader in said.leaders]
        return "yes" if met and all(met) else "partly" if any(met) else "no"

    @property
    def surprise(self) -> float:
        """By how much more often the model shows it than the room first said, as a share; below 0 if the room did more.

        Without hands it is 0.
        """
        said = self.first if self.first.total else self.after
        if not said.total:
            return 0.0
        return self.often / self.worlds - sum(said.share(option) for option in self.shown)


@dataclass(frozen=True)
class Closing:
    """The chapters of a session with hands in them, in the order of the lesson."""

    rows: tuple[Looked, ...]

    @property
    def largest(self) -> Looked | None:
        """The chapter that surprised the room most, of those it did not foresee; None if there is none."""
        missed = [row for row in self.rows if row.foreseen != "yes" and row.surprise > 0.0]
        return max(missed, key=lambda row: (row.surprise, -row.place), default=None)


def closing_of(
    material: Told, room: Room, compare: Compare, progress: Progress, own: OwnStudy | None = None
) -> Closing:
    """Look back at a session; arguments and errors as for :func:`~simulation.lesson.reveal.reveal_of`."""
    rows = []
    for place in told_chapters(material, room):
        first, after = (predicted(material, room, late, place) for late in (False, True))
        if first.total or after.total:
            chapter = material.lesson.chapters[place]
            found = reveal_of(material, chapter, replace(room, take=0), compare, progress, own)
            rows.append(Looked(place, first, after, found.shown, found.often, found.worlds))
    return Closing(tuple(rows))
