"""What the model reveals in a chapter: the runs, which option holds in each world, and the world that is shown.

A :class:`Reveal` is made by :func:`reveal_of` of a :class:`~simulation.lesson.room.Room`, in a thread if it must not
hold anything up. Whoever calls it says how scenarios are compared, so that runs may be kept and shared, and is told how
far the work is. A reveal depends on the chapter and on which of its worlds is shown, or, where the room puts its own
package together, on that package; never on hands.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from simulation.analysis.compare import Comparison
from simulation.engine.traces import Trace, trace
from simulation.lesson.answers import Answers, Places, answers_of, places_of, worlds_told
from simulation.lesson.form import Chapter, Package
from simulation.lesson.package import own_study
from simulation.lesson.room import OWN, Room, against_of
from simulation.lesson.source import Told
from simulation.study.scenario import Study

Progress = Callable[[int, int], None]
Compare = Callable[[Study, str, Progress], Comparison]
"""Compares all scenarios of a study with one of them, over the lesson's worlds."""
OwnStudy = Callable[[Package], Study]
"""Gives the study in which what a room put together for a package stands beside what it is held against."""


@dataclass(frozen=True)
class Reveal:
    """What a chapter reveals: the runs, the option that holds in each world, and the world shown.

    ``of`` is the option of that world; ``typical`` says whether it is typical of it. Of a package there are ``places``
    instead, of every scenario by its name, and no answers and no stories.
    """

    comparison: Comparison
    answers: Answers
    world: int = 0
    of: int = -1
    typical: bool = False
    stories: tuple[Trace, ...] = ()
    places: Mapping[str, Places] = field(default_factory=dict)

    @property
    def counts(self) -> tuple[int, ...]:
        """In how many worlds each option holds; of a package, in how many it takes or shares each place."""
        return self.places[OWN].counts if self.places else self.answers.counts

    @property
    def worlds(self) -> int:
        """In how many worlds it was looked."""
        return len(self.comparison.runs.worlds)

    @property
    def shown(self) -> tuple[int, ...]:
        """What the model shows most often: the option, or the places that the package takes or shares; empty if no
        option holds anywhere."""
        if self.places:
            first, last = self.places[OWN].usual
            return tuple(range(first - 1, last))
        return self.answers.order[:1]

    @property
    def often(self) -> int:
        """In how many worlds it shows that."""
        if self.places:
            return self.places[OWN].often
        return self.answers.counts[self.shown[0]] if self.shown else 0


def reveal_of(
    material: Told,
    chapter: Chapter,
    room: Room,
    compare: Compare,
    progress: Progress,
    own: OwnStudy | None = None,
) -> Reveal:
    """Work out what a chapter reveals; ``progress`` is called with the runs done and their number.

    ``own`` gives the study in which the room's package stands, as :data:`~simulation.lesson.room.OWN`, beside what it
    is held against; without it that is :func:`~simulation.lesson.package.own_study`. Raises what ``compare`` and
    ``progress`` raise, and :class:`~simulation.study.errors.InputRefused` for a package that no file could say.
    """
    if chapter.package:
        asked = chapter.package
        study = own(asked) if own else own_study(material.study, asked, room.package, against_of(asked, room))
        comparison = compare(study, OWN, progress)
        places = {name: places_of(comparison.runs, name) for name in study.names}
        return Reveal(comparison, Answers(np.empty(0, np.int64), 0), places=places)
    return _question_reveal(material, chapter, room.take, compare, progress)


def _question_reveal(material: Told, chapter: Chapter, take: int, compare: Compare, progress: Progress) -> Reveal:
    """The same for a chapter that asks a question."""
    comparison = compare(material.study.select(chapter.scenarios), chapter.scenarios[0], progress)
    answers = answers_of(chapter, comparison.runs)
    order = worlds_told(answers, np.array([comparison.runs.weeks(name, chapter.state) for name in chapter.shows]))
    own = chapter.world if chapter.world is not None and chapter.world < len(order) else None
    world = order[take % len(order)] if own is None or take else own
    stories: list[Trace] = []
    for name in chapter.shows:
        progress(len(stories), len(chapter.shows))
        stories.append(trace(material.study.scenario(name), world, material.lesson.seed))
    typical = world in order[: len(answers.order)]
    return Reveal(comparison, answers, world, int(answers.of[world]), typical, tuple(stories))
