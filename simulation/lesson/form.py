"""What a lesson's file may say: chapters, questions, and what must hold in a world for an option to be right.

No file says which option is right: each says when it holds, and runs of the model say how often it does.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, Strict

from simulation.study.measures import Week, on_or_off
from simulation.study.organisation import Frozen, Label, Name, Number, Text

FORMAT = 1
"""The version of the file format."""
MOST_CHAPTERS = 20
MOST_OPTIONS = 9
"""As many as there are keys for them."""
MOST_NOTES = 8
MINUTES = 10
"""How long a chapter takes if its file does not say."""
OTHERWISE = "otherwise"
"""Written instead of conditions: this option holds where no other does."""

State = Literal["adoption", "progress", "engagement", "business_engagement", "visibility"]
"""What can be followed week by week (:data:`simulation.engine.ensemble.WEEKLY`)."""
How = Literal["yes", "partly", "no"]
"""Whether an answer is largely built into the equations."""
Switch = Annotated[bool, BeforeValidator(on_or_off), Strict()]


class Other(Frozen):
    """What is subtracted: the same in another scenario, in another week, or both."""

    of: Name | None = None
    week: Week | None = None


class Condition(Frozen):
    """What must hold in a world: an outcome, or a state in a week, of a scenario, within bounds.

    The value must be ``at_least`` the one and ``below`` the other, so that bounds that meet neither overlap nor leave a
    gap; or it ``equals`` a number; or the outcome ``happens`` within the horizon or does not.
    """

    of: Name
    outcome: Name | None = None
    state: State | None = None
    week: Week | None = None
    minus: Other | None = None
    at_least: Number | None = None
    below: Number | None = None
    equals: Number | None = None
    happens: Switch | None = None


class Option(Frozen):
    """An answer to choose from: it holds in a world in which all conditions of ``when`` do.

    Without conditions it holds where no other option does. ``lesson`` marks what the lesson claims. ``told`` is how a
    headline says it, a whole sentence of one world; without it the text is quoted.
    """

    text: Text
    when: tuple[Condition, ...]
    lesson: Switch = False
    told: Text | None = None


class BuiltIn(Frozen):
    """Whether the equations were tuned to what a chapter shows, or have it largely built in.

    The ground is the numbers of ``patterns`` (``docs/patterns.md``), a sentence, or both.
    """

    how: How
    patterns: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    ground: Text | None = None


class Package(Frozen):
    """For a chapter in which the room puts its own scenario together, from ``base`` and some of ``measures``.

    The options are then its places among the scenarios of ``against``. ``budget``, in euros over the whole run, may be
    exceeded, and the page says by how much.
    """

    base: Name
    against: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_OPTIONS - 1)]
    measures: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MOST_OPTIONS)]
    budget: Annotated[Number, Field(gt=0, le=1e12)] | None = None


class Chapter(Frozen):
    """One chapter: a situation, a question, the options, and what is shown afterwards.

    ``shows`` names the scenario whose world unfolds and, perhaps, one beside it under the same luck; ``state`` is what
    is followed. ``claim`` is the lesson in a sentence. ``world`` is the world that is shown; a typical one by default.
    ``built_in`` says whether the model can be evidence for it, ``because`` which mechanism makes it so. ``mirror`` asks
    the room about itself when the session closes. ``notes`` are the speaker's own; a chapter takes ``minutes``, and one
    of a low ``priority`` (1 the lowest) is told even when there is little time.
    """

    name: Name
    title: Text
    situation: Annotated[tuple[Text, ...], Field(min_length=1, max_length=6)]
    question: Text
    claim: Text | None = None
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    shows: Annotated[tuple[Name, ...], Field(max_length=2)] = ()
    state: State = "progress"
    world: Annotated[int, Strict(), Field(ge=0, le=999)] | None = None
    package: Package | None = None
    debrief: Annotated[tuple[Text, ...], Field(max_length=6)] = ()
    built_in: BuiltIn | None = None
    because: Text | None = None
    mirror: Text | None = None
    notes: Annotated[tuple[Text, ...], Field(max_length=MOST_NOTES)] = ()
    minutes: Annotated[int, Strict(), Field(ge=1, le=120)] = MINUTES
    priority: Annotated[int, Strict(), Field(ge=1, le=99)] | None = None

    @property
    def texts(self) -> tuple[Label, ...]:
        """Every text that a reader meets."""
        maybe = (self.claim, self.because, self.mirror, self.built_in.ground if self.built_in else None)
        options = (text for option in self.options for text in (option.text, option.told) if text)
        given = (text for text in maybe if text)
        return (self.title, *self.situation, self.question, *options, *given, *self.debrief, *self.notes)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Every scenario that must be run for it, in the order in which it names them."""
        named = [*self.shows]
        for condition in (condition for option in self.options for condition in option.when):
            named.append(condition.of)
            if condition.minus and condition.minus.of:
                named.append(condition.minus.of)
        return tuple(dict.fromkeys(named))


class Lesson(Frozen):
    """A lesson: chapters about the scenarios of ``study``, over ``worlds`` worlds of ``seed``.

    A file may add ``scenarios`` of its own to those of the study, said as a study's file says them; they are read with
    it, and stand in it, not here.
    """

    title: Text
    study: Name = "case"
    worlds: Annotated[int, Strict(), Field(ge=20, le=1000)] = 200
    seed: Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)] = 1
    chapters: Annotated[tuple[Chapter, ...], Field(min_length=1, max_length=MOST_CHAPTERS)]

    @property
    def texts(self) -> tuple[Label, ...]:
        """Every text that a reader meets."""
        return (self.title, *(text for chapter in self.chapters for text in chapter.texts))
