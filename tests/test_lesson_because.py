"""What the lesson's chapters say of themselves is true: what is built in, and which mechanism makes it so.

A ``because`` names a mechanism. Here that mechanism is knocked out of the model, everything else left as it is, and the
gap that the chapter shows must shrink, over 100 worlds, to the part of it that is said here or less.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from simulation import run_worlds
from simulation.analysis.patterns import PATTERNS
from simulation.analysis.patterns import study as patterns_study
from simulation.analysis.validity.knockouts import KNOCK_OUTS
from simulation.analysis.validity.variants import changed
from simulation.lesson.source import read_lesson

TOLD = read_lesson()
ASKING = [chapter for chapter in TOLD.lesson.chapters if chapter.options]
WORLDS = 100
TUNED = {pattern.number: pattern.tuned for pattern in PATTERNS}


@pytest.mark.parametrize("chapter", ASKING, ids=lambda chapter: chapter.name)
def test_what_is_built_in_agrees_with_the_marks_of_its_patterns(chapter):
    """T and F of docs/patterns.md: all tuned is built in, none is not; a mixture is partly, and says what is which."""
    built = chapter.built_in
    marks = {TUNED[number] for number in built.patterns}
    if built.how == "yes":
        assert marks == {True}
    elif built.how == "no":
        assert marks == {False}
    else:
        assert built.ground is not None
    if marks == {True, False}:
        assert built.how == "partly"


@pytest.mark.parametrize("chapter", ASKING, ids=lambda chapter: chapter.name)
def test_every_chapter_says_whether_it_is_built_in_and_why_it_is_so(chapter):
    assert chapter.built_in is not None
    assert chapter.because is not None
    assert chapter.mirror is not None
    assert all(option.told is not None for option in chapter.options)


@dataclass(frozen=True)
class Because:
    """The mechanism that a chapter's ``because`` names, as a knock-out is called; the gap, and how it is read off runs;
    and how much of it may be left without the mechanism."""

    chapter: str
    mechanism: str
    gap: object
    left: float = 0.5


def mean(values):
    return float(np.mean(values))


def outcome(a, b, name):
    """The mean difference of an outcome between two scenarios."""
    return lambda runs: mean(runs.of(a, name) - runs.of(b, name))


def hardly_used(runs):
    """How much of the work is not done the new way at the peak."""
    return 1.0 - mean(runs.of("it-led", "peak_adoption"))


def sinks_back(runs):
    """How much engagement falls from week 12 to week 52."""
    engaged = runs.weeks("name", "business_engagement")
    return mean(engaged[:, 11]) - mean(engaged[:, 51])


def roles_ahead(runs):
    """How far roles are ahead of the best of the other three."""
    others = [runs.of(name, "progress_104") for name in ("extra-hours", "team", "wide-forum")]
    return mean(runs.of("roles", "progress_104") - np.max(others, axis=0))


def not_live(runs):
    """The share of worlds in which technicians alone do not bring it live."""
    return mean(runs.of("technicians", "go_live_week") > runs.study.horizon)


BECAUSE = [
    Because("platform", "competing work", hardly_used, 0.6),
    Because("waiting", "competing work", outcome("partner-with", "wait", "progress_104")),
    Because("elephant", "expectancy: effort depends on what others do", sinks_back, 0.0),
    Because("roles", "roles are heard", roles_ahead, 0.0),
    Because(
        "partner",
        "a process that others made fits less well",
        outcome("full", "full-partner-over", "lasting_adoption"),
    ),
    Because("year-after", "falling back", outcome("full", "full-no-anchoring", "lasting_adoption"), 0.65),
    Because("technique", "competing work", not_live, 0.2),
    Because("help", "competing work", outcome("full", "late-partner", "progress_104")),
    Because(
        "chain",
        "hand-offs: what is not settled costs work and use",
        outcome("full", "full-no-chain", "benefit"),
    ),
    Because("self-built", "technical debt", outcome("full", "full-self-built", "lasting_adoption")),
]


@pytest.fixture(scope="module")
def whole():
    """Runs of every scenario of the lesson, with the whole model."""
    return run_worlds(TOLD.study, WORLDS, TOLD.lesson.seed, weekly=True)


@pytest.mark.slow
@pytest.mark.parametrize("because", BECAUSE, ids=lambda because: because.chapter)
def test_without_the_mechanism_that_a_chapter_names_its_gap_shrinks(because, whole):
    knock_out = next(one for one in KNOCK_OUTS if one.mechanism == because.mechanism)
    without = run_worlds(changed(TOLD.study, knock_out.change), WORLDS, TOLD.lesson.seed, weekly=True)
    before, after = because.gap(whole), because.gap(without)
    assert before > 0.0
    assert after <= because.left * before, (before, after)


@pytest.mark.slow
def test_what_an_objection_brings_into_the_open_a_team_and_roles_do_too_and_answering_it_takes_hours(whole):
    """The because of the chapter on opposition: it adds less openness beside the package than alone, and costs more."""
    alone = TOLD.study.scenario("it-only")
    minds = {
        name: {"organisation.departments": TOLD.study.scenario(name).resolved()["organisation"]["departments"]}
        for name in ("open", "silent")
    }
    found = {}
    for name, change in minds.items():
        study = TOLD.study.select((alone.name,)).override(change)
        found[name] = run_worlds(study, WORLDS, TOLD.lesson.seed).of(alone.name, "visibility_26")
    by_itself = mean(found["open"] - found["silent"])
    beside = mean(whole.of("open", "visibility_26") - whole.of("silent", "visibility_26"))
    assert by_itself > 0.0
    assert beside < 0.5 * by_itself
    assert mean(whole.of("open", "cost") - whole.of("silent", "cost")) > 10_000.0


@pytest.mark.slow
def test_beside_roles_saying_it_aloud_gets_the_project_further():
    """What the chapter on the elephant asks about (pattern 3b)."""
    runs = run_worlds(patterns_study().select(("roles", "name-roles")), WORLDS, TOLD.lesson.seed, weekly=True)
    beside = next(pattern for pattern in PATTERNS if pattern.number == "3b")
    assert mean(beside.holds(runs)) > 0.95
    assert not beside.tuned


@pytest.mark.slow
def test_technicians_get_the_technique_done_and_go_live_waits_for_the_rest(whole):
    """Pushed live once technique is ready, what technicians made is live in most worlds; otherwise in hardly any."""
    pushed = TOLD.study.select(("technicians",)).override({"measures.push_go_live": True})
    live = mean(run_worlds(pushed, WORLDS, TOLD.lesson.seed).of("technicians", "go_live_week") <= pushed.horizon)
    assert live > 0.5 > 1.0 - not_live(whole)


def test_every_chapter_that_says_because_is_tested():
    named = {because.chapter for because in BECAUSE}
    assert {chapter.name for chapter in ASKING if chapter.because} == named | {"opposition"}
