"""One world as a story: its states week by week, and the moments worth a sentence.

The world is run by the Mesa model, whose events and states are all that is used. Thresholds say when something is worth
telling; they change nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulation.model.organisation import OrganisationModel
from simulation.model.outcomes import Event
from simulation.model.worlds import Mode
from simulation.report.narrative import event_sentence
from simulation.study.scenario import Scenario
from simulation.text.i18n import percent, say

Floats = NDArray[np.float64]

ROUTINE = frozenset({"incident", "objection", "start"})
"""Events that happen all the time, or that say nothing new to a room."""
SHORT = {"leave": "moment.left", "leave_role": "moment.left_role", "shock": "moment.rush"}
"""Events that come often, with shorter words for them."""
AFTER = 12
"""Weeks over which the effect of an event is looked at; as long as the daily rush lasts."""
TOLD = (
    "kind",
    "conviction",
    "ownership",
    "progress_role",
    "process_progress",
    "own_share",
    "adoption",
    "engagement",
    "hours",
)
"""The departments' states that are told of."""
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


@dataclass(frozen=True)
class Story:
    """One world of one scenario, finished.

    ``departments`` and ``whole`` hold states by name, shapes (weeks, departments) and (weeks,); ``names`` are the
    departments in that order, and ``internal`` and ``business`` say which of them are. ``carried`` is delivered work
    (h) by who delivered it, ``""`` for outsiders.
    """

    scenario: Scenario
    world: int
    live: int | None
    events: tuple[Event, ...]
    names: tuple[str, ...]
    internal: NDArray[np.bool_]
    business: NDArray[np.bool_]
    departments: dict[str, Floats]
    whole: dict[str, Floats]
    carried: dict[str, float]

    @property
    def horizon(self) -> int:
        """How many weeks it has."""
        return len(self.whole["progress"])

    def first(self, kind: str) -> Event | None:
        """The first event of a kind."""
        return next((one for one in self.events if one.kind == kind), None)

    def called(self, department: str, language: str) -> str:
        """A department's name for a reader."""
        found = {one.name: one.called(language) for one in self.scenario.organisation.departments}
        return found.get(department, department)


def run_story(scenario: Scenario, world: int, seed: int, mode: Mode = "ranges") -> Story:
    """Run one world of a scenario and write down what happened.

    >>> from simulation import case
    >>> story = run_story(case().scenario("full"), world=3, seed=1)
    >>> story.departments["engagement"].shape, story.live is not None
    ((156, 9), True)
    """
    model = OrganisationModel(scenario, world, seed, parameters=mode)
    while model.running:
        model.step()
    table = model.datacollector.get_agent_vars_dataframe()
    weeks, names = len(model.ledger.progress), tuple(one.name for one in model.everyone)
    shape = (weeks, len(names))
    kinds = table["kind"].to_numpy().reshape(shape)[0]
    ledger = model.ledger
    return Story(
        scenario=scenario,
        world=world,
        live=model.go_live_week,
        events=tuple(model.events),
        names=names,
        internal=np.array([kind != "chain" for kind in kinds]),
        business=np.array([kind == "business" for kind in kinds]),
        departments={name: table[name].to_numpy(dtype=float).reshape(shape) for name in TOLD[1:]},
        whole={
            name: np.array(getattr(ledger, name), dtype=float)
            for name in ("adoption", "progress", "engagement", "business_engagement", "visibility")
        },
        carried=dict(ledger.carried),
    )


# --- moments -------------------------------------------------------------------------------------------


def moments(story: Story) -> tuple[Moment, ...]:
    """What is worth a sentence, week by week."""
    told = [_happened(one, story) for one in story.events if one.kind not in ROUTINE and not _afar(one, story)]
    found = [*told, *_milestones(story), *_standstill(story), *_use(story)]
    return tuple(sorted(found, key=lambda one: (one.week, one.key)))


def _afar(event: Event, story: Story) -> bool:
    """Whether somebody left a chain partner: the organisation hardly notices."""
    outside = {name for name, internal in zip(story.names, story.internal, strict=True) if not internal}
    return event.kind.startswith("leave") and event.department in outside


def _happened(event: Event, story: Story) -> Moment:
    """An event as a moment; the frequent ones are told in fewer words."""
    key = SHORT.get(event.kind)
    if key is None:
        return Moment(event.week, "", (), event)
    weighty = not event.kind.startswith("leave") or lost_with(story, event) >= 0.3
    return Moment(event.week, key, (("department", event.department),), None, weighty)


def lost_with(story: Story, event: Event) -> float:
    """Which share of its engagement a department lost in the weeks after an event, beyond what the others lost.

    What all lose at that time, when a project is dissolved for example, is no effect of this event.
    """
    if event.week < 2 or event.department not in story.names:
        return 0.0
    engagement = story.departments["engagement"]
    before = engagement[event.week - 2]
    after = engagement[event.week - 1 : event.week - 1 + AFTER].min(axis=0)
    fall = np.divide(before - after, before, out=np.zeros_like(before), where=before > 0.02)
    place = story.names.index(event.department)
    others = story.internal & (np.arange(len(before)) != place)
    return float(max(0.0, fall[place] - (fall[others].mean() if others.any() else 0.0)))


def standstills(story: Story) -> list[tuple[int, int]]:
    """Spells before go-live in which next to nothing was done, as first and last week.

    The work must not be done yet: there is more than a tenth left.
    """
    progress = story.whole["progress"]
    end = story.live or story.horizon
    still = [
        week
        for week in range(SPELL, end if story.live else end + 1)
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


def _standstill(story: Story) -> Iterator[Moment]:
    """A quarter of a year in which nothing moved."""
    for begin, _ in standstills(story)[:3]:
        yield Moment(begin + SPELL - 1, "moment.still", (("weeks", SPELL),))


def _milestones(story: Story) -> Iterator[Moment]:
    """Half of the work done; the end without go-live."""
    progress = story.whole["progress"]
    half = np.flatnonzero(progress >= 0.5)
    if len(half):
        yield Moment(int(half[0]) + 1, "moment.half")
    if story.live is None:
        yield Moment(story.horizon, "moment.never", (("share", float(progress[-1])),))


def _use(story: Story) -> Iterator[Moment]:
    """Use of the new way: its peak, and when half of that is gone."""
    use = story.whole["adoption"]
    top = int(use.argmax())
    if use[top] < 0.05:
        return
    lost = np.flatnonzero(use[top:] <= use[top] / 2.0)
    if top + 4 < story.horizon and use[-1] < 0.9 * use[top]:
        yield Moment(top + 1, "moment.peak", (("share", float(use[top])),))
    if len(lost):
        yield Moment(top + 1 + int(lost[0]), "moment.lost", (("share", float(use[top + lost[0]])),))


def sentence(moment: Moment, story: Story, language: str) -> str:
    """A moment in words, beginning with a capital."""
    if moment.event is not None:
        said = event_sentence(moment.event, story.scenario, language)
    else:
        said = say(f"lesson.{moment.key}", language, **worded(moment.fields, story, language))
    return f"{said[:1].upper()}{said[1:]}"


def worded(fields: tuple[tuple[str, Any], ...], story: Story, language: str) -> dict[str, Any]:
    """Fields as people say them: a share as per cent, a department by its name there."""
    return {name: _said(value, story, language) for name, value in fields}


def _said(value: Any, story: Story, language: str) -> Any:
    """One field."""
    if isinstance(value, float):
        return percent(value, language)
    return story.called(value, language) if isinstance(value, str) else value
