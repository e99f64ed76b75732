"""The lesson's chapters as screens: phones vote where a page would count hands, and the beamer shows the same scenes.

What a step shows is made by :mod:`simulation.lesson.scenes`; here it is drawn. What a chapter reveals is worked out
while the room is still talking, and kept.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from simulation.analysis.compare import Comparison, compare_runs
from simulation.engine.ensemble import run_worlds
from simulation.lesson.closing import Closing, closing_of
from simulation.lesson.form import Chapter
from simulation.lesson.package import Bill, bill_of, combinations, own_study
from simulation.lesson.reveal import Reveal, reveal_of
from simulation.lesson.room import VOTING, Room, against_of, positions, steps_at, told_chapters
from simulation.lesson.runsheet import planned
from simulation.lesson.scenes import STEPS, scene
from simulation.lesson.source import Told
from simulation.session.content.draw import piece, texts
from simulation.session.content.part import NOTHING, Part
from simulation.session.content.pictures import PLAYS, Band, Bar, Caption, Line, Mark, bars, line_chart
from simulation.session.programme import Ask, Screen
from simulation.session.record import Participant, Record
from simulation.study.measures import MEASURES
from simulation.study.organisation import Label
from simulation.study.scenario import Study
from simulation.text.i18n import LANGUAGES, say

SWITCH = "measure"
"""The decision that puts a measure into the room's package, or takes it out."""
LOOKS = frozenset({"world", "worlds", "see", "why", "ranking"})
"""Steps that need what the model reveals."""
CLOSING = "closing"
MOST_KNOWN = 80
"""What was worked out is kept for so many chapters, packages and closings."""


class Chapters(Part):
    """The chapters of a lesson, or those that go into so many ``minutes``, and its closing."""

    def __init__(self, material: Told, minutes: int = 0) -> None:
        self.material, self.minutes = material, minutes
        self.places = planned(material.lesson, minutes)
        self.at: dict[str, tuple[int, int]] = {}
        self.screens = tuple(self._screen(place, step) for place, step in positions(material.lesson, minutes))
        self._known: dict[Any, Any] = {}
        self._lock = threading.RLock()

    def _screen(self, place: int, step: int) -> Screen:
        """The screen of a step."""
        lesson, name = self.material.lesson, steps_at(self.material.lesson, place)[step]
        chapter = lesson.chapters[place] if place < len(lesson.chapters) else None
        key = f"{chapter.name if chapter else CLOSING}.{name}"
        self.at[key] = (place, step)
        title = Label(
            **{
                code: f"{chapter.title.in_(code) if chapter else say('lesson.closing', code)} · "
                f"{say(f'lesson.{STEPS[name]}', code)}"
                for code in LANGUAGES
            }
        )
        ask = Ask("option", "person", self._options(chapter)) if chapter and name in VOTING else None
        minutes = round(chapter.minutes / len(steps_at(lesson, place)), 1) if chapter else 2
        notes = (*(chapter.notes if chapter and step == 0 else ()), texts(f"notes_{name}"))
        return Screen(key, title, name, ask, minutes, notes, reveals=name in {"world", "why"})

    def _options(self, chapter: Chapter) -> tuple[Label, ...]:
        """What there is to choose from; of a package, the places it can end at."""
        if chapter.package is None:
            return tuple(option.text for option in chapter.options)
        of = len(chapter.package.against) + 1
        return tuple(
            Label(**{code: say("lesson.place", code, n=place, of=of) for code in LANGUAGES})
            for place in range(1, of + 1)
        )

    # --- what the room said ----------------------------------------------------------------------------

    def room(self, record: Record, screen: Screen, language: str) -> Room:
        """Where the room is and what it has said, as the lesson knows it."""
        place, step = self.at[screen.key]
        votes, again = (tuple(self._tally(record, at, name) for at in self._upto()) for name in VOTING)
        return Room(language, place, step, 0, votes, again, self._package(record), minutes=self.minutes)

    def _upto(self) -> range:
        """Every chapter's place."""
        return range(len(self.material.lesson.chapters))

    def _tally(self, record: Record, place: int, step: str) -> tuple[int, ...]:
        """The votes of a chapter."""
        screen = record.screen_of(f"{self.material.lesson.chapters[place].name}.{step}")
        return record.tally(screen) if screen is not None else ()

    def _package(self, record: Record) -> tuple[str, ...]:
        """The measures that the room has put together: each decision switches one."""
        on: set[str] = set()
        for decision in record.decisions:
            if decision.name == SWITCH:
                on ^= {decision.value}
        return tuple(name for name in MEASURES if name in on)

    # --- what the model says ---------------------------------------------------------------------------

    def _compare(self, study: Study, baseline: str, _progress: Callable[[int, int], None]) -> Comparison:
        """Run a study over the lesson's worlds."""
        lesson = self.material.lesson
        runs = run_worlds(study, lesson.worlds, lesson.seed, weekly=True)
        return compare_runs(runs, baseline)

    def reveal(self, room: Room, chapter: Chapter) -> Reveal:
        """What a chapter reveals, worked out once; of a package, once for each."""
        key = chapter.name, room.package if chapter.package else ()

        def work() -> Reveal:
            return reveal_of(self.material, chapter, replace(room, take=0), self._compare, _quiet)

        found: Reveal = self._keep(("reveal", key), work)
        return found

    def bill(self, room: Room, chapter: Chapter) -> Bill | None:
        """What packages of a chapter cost; None where the room puts none together."""
        package = chapter.package
        if package is None:
            return None
        offered = package.measures
        lesson, against = self.material.lesson, against_of(package, room)

        def work() -> Bill:
            study = own_study(self.material.study, package, offered, against)
            return bill_of(study, offered, combinations(offered, offered), lesson.worlds, lesson.seed)

        found: Bill = self._keep(("bill", chapter.name), work)
        return found

    def closing(self, room: Room) -> Closing:
        """What the room foresaw, and what it did not."""
        work: Callable[[], Closing] = lambda: closing_of(self.material, room, self._compare, _quiet)  # noqa: E731
        found: Closing = self._keep(("closing", room.votes, room.again, room.package), work)
        return found

    def _keep(self, key: Any, work: Callable[[], Any]) -> Any:
        """What was worked out before, or is now; the oldest is forgotten first."""
        with self._lock:  # pages are drawn in several threads
            if key not in self._known:
                if len(self._known) > MOST_KNOWN:
                    del self._known[next(iter(self._known))]
                self._known[key] = work()
            return self._known[key]

    def prepare(self, record: Record) -> None:
        """Work out what the chapter at hand reveals while the room still talks."""
        place, _ = self.at[record.screen.key]
        room = self.room(record, record.screen, record.language)
        if place >= len(self.material.lesson.chapters):
            self.closing(room)
            return
        chapter = self.material.lesson.chapters[place]
        self.bill(room, chapter)
        if chapter.package is None or record.screen.kind not in {"situation", "compose"}:
            self.reveal(room, chapter)

    # --- drawing ---------------------------------------------------------------------------------------

    def beamer(self, record: Record, screen: Screen, language: str) -> Markup:
        """The scene of a step."""
        place, _ = self.at[screen.key]
        room = self.room(record, screen, language)
        if place >= len(self.material.lesson.chapters):
            looked = self.closing(room) if screen.kind == CLOSING else None
            return _drawn(scene(self.material, room, looked), language, ())
        chapter = self.material.lesson.chapters[place]
        found = self.reveal(room, chapter) if screen.kind in LOOKS else None
        shown = scene(self.material, room, found, bill=self.bill(room, chapter))
        if screen.kind == "world" and screen.key not in record.revealed:
            return piece("chapter-beamer", language, scene={**shown, "kind": "before"}, picture="", against=())
        if screen.kind == "why" and screen.key not in record.revealed:
            shown |= {"because": "", "built": ""}
        return _drawn(shown, language, self._against(chapter, language))

    def _against(self, chapter: Chapter, language: str) -> tuple[str, ...]:
        """What the room's package is held against, by its titles."""
        names = chapter.package.against if chapter.package else ()
        return tuple(self.material.study.scenario(name).called(language) for name in names)

    def phone(self, record: Record, screen: Screen, who: Participant, language: str) -> Markup:
        """The question above the answers."""
        place, _ = self.at[screen.key]
        if screen.kind not in VOTING or place >= len(self.material.lesson.chapters):
            return NOTHING
        return Markup('<p class="question">{}</p>').format(self.material.lesson.chapters[place].question.in_(language))

    def console(self, record: Record, screen: Screen, language: str) -> Markup:
        """The measures of the room's package, to be switched; and the chapters that are told."""
        place, _ = self.at[screen.key]
        if screen.kind != "compose":
            return NOTHING
        chapter = self.material.lesson.chapters[place]
        room = self.room(record, screen, language)
        shown = scene(self.material, room, None, bill=self.bill(room, chapter))
        return piece("switches-console", language, switches=shown["switches"], bill=shown["bill"], over=shown["over"])

    def takes(self, name: str) -> bool:
        """A package is put together here."""
        return name == SWITCH

    def decide(self, record: Record, name: str, value: str) -> str | None:
        """Whether a measure is offered by the chapter that is shown."""
        place, _ = self.at.get(record.screen.key, (len(self.material.lesson.chapters), 0))
        if place >= len(self.material.lesson.chapters):
            return "moved_on"
        package = self.material.lesson.chapters[place].package
        return None if package is not None and value in package.measures else "moved_on"

    def told(self, record: Record, language: str) -> Any:
        """What the room foresaw, for the hand-out: a closing scene of plain data; None where nobody voted."""
        screen = record.screen_of(f"{CLOSING}.closing")
        if screen is None:
            return None
        room = self.room(record, screen, language)
        looked = self.closing(room)
        return scene(self.material, room, looked) if looked.rows else None

    def mirrors(self, record: Record, language: str) -> list[str]:
        """What the chapters that were told ask of the room itself."""
        screen = record.screen_of(f"{CLOSING}.closing")
        if screen is None:
            return []
        room = self.room(record, screen, language)
        chapters = [self.material.lesson.chapters[place] for place in told_chapters(self.material, room)]
        return [chapter.mirror.in_(language) for chapter in chapters if chapter.mirror]


def _quiet(_done: int, _of: int) -> None:
    """Nobody looks at progress."""


def _drawn(shown: dict[str, Any], language: str, against: tuple[str, ...]) -> Markup:
    """A scene as HTML."""
    picture: Markup = NOTHING
    if shown["kind"] == "world":
        picture = _world(shown, language)
    elif shown["kind"] in {"worlds", "see"} and shown.get("bands"):
        picture = _spread(shown, language)
    elif shown["kind"] == "ranking" and not shown["wait"]:
        rows = [Bar(f"{bar['place']} · {bar['title']}", bar["mean"], bar["said"], bar["own"]) for bar in shown["bars"]]
        picture = bars(rows)
    return piece("chapter-beamer", language, scene=shown, picture=picture, against=against)


def _world(shown: dict[str, Any], language: str) -> Markup:
    """One world that unfolds, with a line of what happens."""
    lines = [Line(line["title"], line["values"]) for line in shown["lines"]]
    live = [Mark(line["live"], say("lesson.go_live", language)) for line in shown["lines"][:1] if line["live"]]
    weighty = [moment for moment in shown["moments"] if moment["weighty"]]
    said = f"{say('lesson.week', language)} {{}}: {{}}"
    captions = [
        Caption(PLAYS * moment["week"] / shown["horizon"], said.format(moment["week"], moment["text"]))
        for moment in weighty
    ]
    captions += [Caption(PLAYS + 1.0, shown["ends"], strong=True)]
    return line_chart(
        shown["axis"],
        lines,
        shown["horizon"],
        shown["axis"],
        language,
        marks=live,
        top=shown["top"],
        plays=True,
        captions=captions,
        week_word=say("lesson.week", language),
    )


def _spread(shown: dict[str, Any], language: str) -> Markup:
    """All worlds: nine tenths of them as a band, and the world that was shown."""
    lines = [Line(line["title"], line["values"]) for line in shown["lines"]]
    found = [Band(band["q"][0], band["q"][4], index) for index, band in enumerate(shown["bands"])]
    asked = [Mark(week, say("lesson.asked", language)) for week in shown["weeks"][:1]]
    return line_chart(
        shown["axis"],
        lines,
        shown["horizon"],
        shown["axis"],
        language,
        bands=found,
        marks=asked,
        top=shown["top"],
        week_word=say("lesson.week", language),
    )
