"""One world, week by week, and all worlds beside what the room said."""

from typing import Any

import numpy as np

from simulation.engine.traces import Trace
from simulation.lesson.answers import weeks_asked
from simulation.lesson.form import Chapter
from simulation.lesson.judged import LETTERS, against, headline
from simulation.lesson.moments import moments, sentence
from simulation.lesson.reveal import Reveal
from simulation.lesson.room import Room
from simulation.lesson.source import Told
from simulation.report.narrative import department_names
from simulation.text.i18n import say

Scene = dict[str, Any]
RARE = 0.1
"""An option that holds in a smaller share of worlds is called rare (assumed)."""
STATES = {
    "adoption": "lesson.state_adoption",
    "progress": "lesson.state_progress",
    "engagement": "lesson.state_engagement",
    "business_engagement": "lesson.state_business_engagement",
    "visibility": "lesson.state_visibility",
}
"""What is followed, in words."""
TOPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
"""Where a scale may end."""


def one_world(_material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """One world, week by week."""
    language, story = room.language, reveal.stories[0]
    inside = np.flatnonzero(story.internal)
    called = department_names(story.scenario, language)
    names = [called[story.names[int(index)]] for index in inside]
    ends = say("lesson.this_unclear", language)
    if reveal.of >= 0:
        ends = headline("lesson.this_world", chapter, reveal.of, room)
    return {
        "world": reveal.world,
        "shown": say("lesson.shown", language, world=reveal.world),
        "shown_done": _which(chapter, room, reveal),
        "ends": ends,
        "axis": say(STATES[chapter.state], language),
        "horizon": story.horizon,
        "top": scale(chapter, reveal),
        "lines": [_line(shown, chapter.state, language) for shown in reveal.stories],
        "moments": _moments(story, language),
        "departments": names,
        "engagement": np.round(story.departments["engagement"][:, inside], 2).tolist(),
        "hours": np.round(story.departments["hours"][:, inside], 2).tolist(),
    }


def _which(chapter: Chapter, room: Room, reveal: Reveal) -> str:
    """Which world this is and why it is shown, for when it has been played: it names the answer that holds."""
    if reveal.of < 0:
        return say("lesson.shown", room.language, world=reveal.world)
    count, worlds = reveal.answers.counts[reveal.of], reveal.answers.worlds
    own = chapter.world == reveal.world and not room.take
    typical = "lesson.shown_rare" if count < RARE * worlds else "lesson.shown_typical"
    key = "lesson.shown_own" if own else typical if reveal.typical else "lesson.shown_other"
    fields = {"letter": LETTERS[reveal.of], "n": count, "of": worlds}
    return say(key, room.language, world=reveal.world, **fields)


def _line(story: Trace, state: str, language: str) -> Scene:
    """What is followed, in one world of one scenario."""
    values = np.round(story.weekly(state), 4).tolist()
    return {"title": story.scenario.called(language), "values": values, "live": story.go_live}


def _moments(story: Trace, language: str) -> list[Scene]:
    """What happened, in sentences."""
    return [
        {"week": moment.week, "text": sentence(moment, story, language), "weighty": moment.weighty}
        for moment in moments(story)
    ]


def scale(chapter: Chapter, reveal: Reveal) -> float:
    """Where the vertical scale ends (a share), the same for one world and for all.

    Above nine tenths of all worlds, and above every line that is drawn.
    """
    if chapter.state in {"progress", "adoption"}:
        return 1.0
    highest = [
        float(np.quantile(reveal.comparison.runs.weeks(name, chapter.state), 0.95, axis=0).max())
        for name in chapter.shows
    ]
    highest += [float(story.weekly(chapter.state).max()) for story in reveal.stories]
    return next((top for top in TOPS if top >= max(highest)), 1.0)


def all_worlds(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """All worlds, with the room beside the model."""
    return spread(material, chapter, room, reveal) | against(material, chapter, room, reveal)


def spread(material: Told, chapter: Chapter, room: Room, reveal: Reveal) -> Scene:
    """What is followed in all worlds: ``bands`` with five quantiles a week, and the ``lines`` of the world shown."""
    language = room.language
    bands = []
    for name in chapter.shows:
        quantiles = np.quantile(
            reveal.comparison.runs.weeks(name, chapter.state), (0.05, 0.25, 0.5, 0.75, 0.95), axis=0
        )
        bands.append({"title": material.study.scenario(name).called(language), "q": np.round(quantiles, 4).tolist()})
    return {
        "axis": say(STATES[chapter.state], language),
        "horizon": material.study.horizon,
        "top": scale(chapter, reveal),
        "lines": [_line(story, chapter.state, language) for story in reveal.stories],
        "bands": bands,
        "weeks": [week for week in weeks_asked(chapter) if week <= material.study.horizon],
    }
