"""The lesson's page: where one is, what the room does, what is drawn (in Chromium: ``test_page_lesson_stage``)."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import run_worlds
from simulation.dashboard.pages.lesson.bills import BillStore
from simulation.dashboard.pages.lesson.flow import (
    bill_key,
    billed,
    moved,
    planned_for,
    position,
    predicted,
    reveal_key,
    reveal_of,
    room_of,
    to_compare,
    toggled,
    voted,
    with_package,
)
from simulation.dashboard.pages.lesson.material import Material, lesson_material
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.lesson.answers import answers_of
from simulation.lesson.judged import LETTERS, of_100
from simulation.lesson.package import combinations, own_study
from simulation.lesson.ranking import thousands
from simulation.lesson.room import CLOSING_STEPS, OWN, QUESTION_STEPS, option_count, steps_of
from simulation.lesson.runsheet import planned
from simulation.lesson.scenes import scene as scene_of
from simulation.text.i18n import LANGUAGES, say

TOLD, _ = lesson_material().newest()
CHAPTERS = TOLD.lesson.chapters
LAST = len(CHAPTERS) - 1
END = len(CHAPTERS)
"""Where the session is looked back at."""
WORLD, WORLDS, WHY = (QUESTION_STEPS.index(name) for name in ("world", "worlds", "why"))
RANKING = 4
NONSENSE = [
    None,
    3,
    "x",
    [],
    {},
    {"option": "1"},
    {"option": True, "add": 1},
    {"by": 7},
    {"chapter": -1},
    {"option": 99, "add": 1},
]


def view(chapter=0, step=0, language="en", **more):
    return first_view(language, "lesson").but(chapter=chapter, step=step, **more)


def told_of(one):
    """What a view reveals, worked out at once."""
    return reveal_of(TOLD, one, lambda done, total: None)


def scene(told, one, reveal, wrong="", bill=None):
    """What a view shows."""
    return scene_of(told, room_of(told, one), reveal, wrong, bill)


@pytest.fixture(scope="module", autouse=True)
def warm():
    run_store().warm()


# --- where one is --------------------------------------------------------------------------------------


def test_forward_comes_to_every_screen_once_and_back_again():
    now, seen = view(), []
    for _ in range(100):
        seen.append(position(TOLD, now))
        following = moved(TOLD, now, {"by": 1})
        if following == now:
            break
        now = following
    told = [(c, s) for c, one in enumerate(CHAPTERS) for s in range(len(steps_of(one)))]
    assert seen == [*told, *((END, s) for s in range(len(CLOSING_STEPS)))]
    for _ in seen:
        now = moved(TOLD, now, {"by": -1})
    assert position(TOLD, now) == (0, 0)


@pytest.mark.parametrize("message", NONSENSE, ids=str)
def test_nonsense_from_a_browser_changes_nothing(message):
    for now in (view(), view(LAST, 1), view(1, 2), view(END)):
        assert moved(TOLD, now, message) == now
        assert predicted(TOLD, voted(TOLD, now, message)) == predicted(TOLD, now)
        assert toggled(TOLD, now, str(message)) == now


def test_a_view_beyond_the_lesson_shows_its_last_screen():
    assert position(TOLD, view(99, 99)) == (END, len(CLOSING_STEPS) - 1)


# --- what the room predicts ----------------------------------------------------------------------------


def test_hands_of_every_chapter_are_kept_and_stand_in_the_address():
    now = view(0, 1)
    now = voted(TOLD, voted(TOLD, now, {"option": 3, "add": 1}), {"option": 2, "set": 12})
    now = voted(TOLD, moved(TOLD, now, {"chapter": 2, "step": 1}), {"option": 0, "add": 4})
    assert now.votes == ((0, 0, 12, 1), (), (4, 0, 0))
    path, _, search = address_of(now).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert notices == ()
    assert again == now
    assert predicted(TOLD, moved(TOLD, again, {"chapter": 0})).counts == (0, 0, 12, 1)
    assert voted(TOLD, moved(TOLD, again, {"chapter": 0}), {"clear": True}).votes == ((), (), (4, 0, 0))


@pytest.mark.parametrize("given", ["9999-1", "a_b", "1-2-3_" * 60, "-", "_", "1--2", "<script>", "0" * 3000])
def test_votes_of_a_link_are_bounded(given):
    now, _ = read_address("lesson", f"?lang=en&votes={given}")
    assert len(now.votes) <= 20
    assert all(len(one) <= 12 and all(0 <= count <= 999 for count in one) for one in now.votes)
    assert scene(TOLD, now.but(step=1), None)["kind"] == "question"


def test_a_package_of_a_link_holds_measures_only():
    now, _ = read_address("lesson", "?lang=en&package=assign_roles.__class__.platformx.name_the_elephant.assign_roles")
    assert now.package == ("name_the_elephant", "assign_roles")


def test_a_measure_is_switched_on_and_off():
    now = toggled(TOLD, view(LAST, 1), "external_partner")
    assert now.package == ("external_partner",)
    assert toggled(TOLD, now, "external_partner").package == ()
    assert toggled(TOLD, view(0), "external_partner").package == ()
    assert toggled(TOLD, view(LAST, 1), "persuasion").package == ()  # not among what this chapter offers


# --- what is drawn -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", range(len(CHAPTERS)), ids=[one.name for one in CHAPTERS])
def test_every_screen_is_plain_data_in_words(chapter, language):
    now = view(chapter, 0, language, package=("assign_roles",))
    reveal = told_of(now)
    for step, kind in enumerate(steps_of(CHAPTERS[chapter])):
        drawn = scene(TOLD, now.but(step=step), reveal)
        assert drawn["kind"] == kind
        assert not drawn["wait"]
        written = json.dumps(drawn, allow_nan=False)
        assert "{" not in re.sub(r"[{}]", "", written.replace('{"', "").replace('"}', ""))
        assert not re.search(r"\{[a-z_]+\}", written)
        assert len(written) < 120_000


def test_until_it_is_worked_out_a_sentence_says_so():
    for step, kind in enumerate(QUESTION_STEPS):
        drawn = scene(TOLD, view(0, step, "nl"), None)
        assert bool(drawn["wait"]) == (kind in {"world", "worlds", "see", "why"})
    assert "200 werelden" in scene(TOLD, view(0, WORLD, "nl"), None)["wait"]
    assert "ZeroDivisionError" in scene(TOLD, view(0, WORLD), None, "ZeroDivisionError")["wait"]


def test_the_answer_is_counted_from_runs():
    reveal = told_of(view(2))
    counts = answers_of(CHAPTERS[2], reveal.comparison.runs).counts
    drawn = scene(TOLD, view(2, WORLDS), reveal)
    most = max(range(len(counts)), key=lambda one: counts[one])
    assert drawn["headline"] == say(
        "lesson.most_told", n=of_100(counts[most], 200, "en"), told=CHAPTERS[2].options[most].told.in_("en")
    )
    assert [one["model_share"] for one in drawn["options"]] == [one / 200 for one in counts]


def test_another_model_gives_another_answer(monkeypatch):
    """The same screen, with the order of worlds' outcomes turned upside down: nothing in it is fixed beforehand."""
    import dataclasses

    from simulation.dashboard.pages.lesson import flow

    def turned(told, study, baseline, tell):
        found = real(told, study, baseline, tell)
        runs = found.runs
        return dataclasses.replace(found, runs=dataclasses.replace(runs, outcomes=runs.outcomes * 0.0 + 0.95))

    before = scene(TOLD, view(0, WORLDS), told_of(view(0)))["headline"]
    real = flow._compared
    monkeypatch.setattr(flow, "_compared", turned)
    assert scene(TOLD, view(0, WORLDS), told_of(view(0)))["headline"] != before


def test_where_the_model_does_not_agree_the_page_says_so():
    said_of = {
        "agrees": "The model agrees with the lesson here, in {n} of 100 worlds",
        "divided": "It can go either way: in {n} of 100 worlds the lesson holds",
        "disagrees": "The model doesn't agree with the lesson here",
    }
    met = set()
    for place, chapter in enumerate(CHAPTERS[:LAST]):
        found = told_of(view(place))
        said = scene(TOLD, view(place, WORLDS), found)["verdicts"]
        counts = found.answers.counts
        held = sum(count for count, option in zip(counts, chapter.options, strict=True) if option.lesson)
        half = 1.96 * 0.5 * 200**0.5  # worlds that chance alone may bring to either side of half of them
        kind = "agrees" if held > 100 + half else "disagrees" if held < 100 - half else "divided"
        told = [one for one in said if chapter.claim.in_("en") in one]
        assert len(told) == 1
        assert told[0].startswith(said_of[kind].format(n=of_100(held, 200, "en"))), chapter.name
        assert f"in {of_100(held, 200, 'en')} of 100 worlds" in told[0]
        first, second = sorted(sorted(range(len(counts)), key=lambda one: -counts[one])[:2])
        close = f"Which of {LETTERS[first]} and {LETTERS[second]} is the more frequent cannot be told"
        apart = abs(counts[first] - counts[second]) > 1.96 * (counts[first] + counts[second]) ** 0.5
        assert any(close in one for one in said) == (not apart), chapter.name
        met |= {kind, "apart" if apart else "close"}
    assert met == {*said_of, "apart", "close"}  # so each of these sentences was seen


@pytest.mark.parametrize(
    ("votes", "says"),
    [
        ((), "No votes were taken."),
        ((9, 0, 0, 1), "saw it coming: 9 of 10"),
        ((1, 0, 0, 0), "saw it coming: 1 of 1"),
        ((5, 3, 2, 2), "The largest group (5 of 12) chose this too."),
        ((5, 5, 0, 0), "5 of 10 said so; it was divided"),
        ((1, 9, 0, 0), "1 of 10 said so; most hands went to {other}"),
        ((1, 4, 4, 0), "just 1 of 9 said so; it was divided"),
    ],
)
def test_the_room_is_laid_beside_the_model(votes, says):
    """The hands are given with those for the model's most frequent answer first."""
    counts = told_of(view(0)).answers.counts
    order = sorted(range(len(counts)), key=lambda one: -counts[one])
    votes = tuple(votes[order.index(one)] for one in range(len(order))) if votes else ()
    drawn = scene(TOLD, view(0, WORLDS, votes=(votes,)), told_of(view(0)))
    assert says.format(other=LETTERS[order[1]]) in drawn["verdicts"][0]
    assert [one["room"] for one in drawn["options"]] == list(predicted(TOLD, view(0, WORLDS, votes=(votes,))).counts)


def test_another_world_is_another_world_and_says_what_it_is_typical_of():
    first, second = told_of(view(0)), told_of(view(0, take=1))
    assert first.world != second.world
    assert (first.of, second.of) == first.answers.order[:2]
    drawn = scene(TOLD, view(0, WORLD, take=1), second)
    rare = second.answers.counts[second.of] < 20
    fields = {"letter": LETTERS[second.of], "n": second.answers.counts[second.of], "of": 200}
    assert drawn["shown_done"] == say(f"lesson.shown_{'rare' if rare else 'typical'}", world=second.world, **fields)
    assert moved(TOLD, view(0, WHY, take=3), {"by": 1}).take == 0
    assert told_of(view(0, take=999)).world >= 0


def test_a_rare_answer_is_called_rare_with_its_count():
    for take in range(len(told_of(view(0)).answers.order)):
        found = told_of(view(0, take=take))
        count = found.answers.counts[found.of]
        said = scene(TOLD, view(0, WORLD, take=take), found)["shown_done"]
        assert (f"rare: {count} of 200 worlds" in said) == (count < 20)
        assert ("typical" in said) == (count >= 20)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chapter", range(LAST))
def test_the_answer_is_not_named_before_the_world_has_played(chapter, language):
    found = told_of(view(chapter))
    drawn = scene(TOLD, view(chapter, WORLD, language), found)
    assert drawn["shown"] == say("lesson.shown", language, world=found.world)


def test_the_reveal_does_not_wait_for_hands():
    assert reveal_key(TOLD, view(1, 1)) == reveal_key(TOLD, view(1, 3, votes=((1, 2), (3,))))
    assert reveal_key(TOLD, view(1)) != reveal_key(TOLD, view(2))
    assert reveal_key(TOLD, view(LAST)) != reveal_key(TOLD, view(LAST, package=("assign_roles",)))


# --- the room's own package ----------------------------------------------------------------------------


def test_the_package_is_a_scenario_of_its_own_that_compare_opens():
    now = view(LAST, RANKING, package=("name_the_elephant", "anchor_in_strategy"))
    drawn = scene(TOLD, now, told_of(now))
    assert sum(one["own"] for one in drawn["bars"]) == 1
    assert len(drawn["options"]) == option_count(CHAPTERS[LAST], room_of(TOLD, now)) == 6
    assert [one["model_share"] for one in drawn["options"]] == [n / 200 for n in told_of(now).places[OWN].counts]
    there = to_compare(TOLD, now)
    assert (there.page, there.hand) == ("compare", OWN)
    path, _, search = address_of(there).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert notices == ()
    assert again == there
    measures = study_of(again.changes, (OWN,)).scenarios[0].measures
    assert measures.anchor_in_strategy is not None
    assert measures.assign_roles is None
    assert to_compare(TOLD, view(0)) == view(0)


@pytest.mark.parametrize("package", [(), ("assign_roles",), CHAPTERS[LAST].package.measures], ids=len)
def test_a_package_without_a_page_is_the_same_package(package):
    now = view(LAST, RANKING, package=package)
    asked = CHAPTERS[LAST].package
    there = study_of(with_package(asked, now), (*asked.against, OWN))
    assert own_study(TOLD.study, asked, package).digest() == there.digest()


def test_the_full_package_ties_with_the_scenario_of_that_name():
    now = view(LAST, RANKING, package=CHAPTERS[LAST].package.measures)
    reveal = told_of(now)
    assert (
        reveal.comparison.runs.of(OWN, "lasting_adoption") == reveal.comparison.runs.of("full", "lasting_adoption")
    ).all()


@pytest.mark.parametrize("package", [(), ("assign_roles",), CHAPTERS[LAST].package.measures], ids=len)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_gives_the_package_the_place_of_the_headline(package, language):
    now = view(LAST, RANKING, language, package=package)
    reveal = told_of(now)
    drawn = scene(TOLD, now, reveal)
    first, last = reveal.places[OWN].usual
    key = {0: "lesson.most_place", 1: "lesson.most_two"}.get(last - first, "lesson.most_places")
    n = of_100(reveal.places[OWN].often, 200, language)
    assert drawn["headline"] == say(key, language, n=n, first=first, last=last, of=6)
    own = next(one for one in drawn["bars"] if one["own"])
    assert int(re.search(r"\d+", own["place"]).group()) == first
    starts = [int(re.search(r"\d+", one["place"]).group()) for one in drawn["bars"]]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("package", "key", "twin"),
    [((), "same_empty", "it-only"), (CHAPTERS[LAST].package.measures, "same_as", "full")],
)
def test_a_package_that_is_no_different_says_so_and_shares_its_place(package, key, twin):
    now = view(LAST, RANKING, package=package)
    reveal = told_of(now)
    drawn = scene(TOLD, now, reveal)
    title = reveal.comparison.runs.study.scenario(twin).called("en")
    assert say(f"lesson.{key}", "en", title=title) in drawn["verdicts"]
    places = {one["title"]: one["place"] for one in drawn["bars"]}
    assert places[title] == places[say("lesson.own_title")]
    assert "–" in places[title]


def test_hands_for_any_of_the_places_that_are_shared_count_as_foreseen():
    """Without a measure the package shares the last places: who said any of those was right."""
    now = view(LAST, RANKING, package=())
    first, last = told_of(now).places[OWN].usual
    assert first < last
    hands = tuple(3 if place == last - 1 else 0 for place in range(6))
    drawn = scene(TOLD, now.but(votes=(*(() for _ in range(LAST)), hands)), told_of(now))
    assert drawn["verdicts"][0] == say("lesson.room_same", n=3, of=3)


def bill_for(now):
    """What packages cost, worked out at once: what comes first, and the whole."""
    steps = billed(TOLD, now, lambda done, total: None, BillStore())
    parts = []
    while True:
        try:
            parts.append(next(steps))
        except StopIteration as last:
            return parts, last.value


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_package_is_told_what_it_costs_and_what_would_do_as_well(language):
    full = CHAPTERS[LAST].package.measures
    now = view(LAST, 1, language, package=full)
    (first,), bill = bill_for(now)
    room = room_of(TOLD, now)
    runs = run_worlds(study_of(with_package(CHAPTERS[LAST].package, now), ("it-only", "roles", OWN)), 200, 1)
    none, roles, whole = (runs.of(name, "cost").mean() for name in runs.study.names)
    for known in (first, bill):
        assert known.cost("assign_roles") == pytest.approx(roles - none)
    assert bill.cost(*full) == pytest.approx(whole - none)
    early = scene_of(TOLD, room, None, "", first)
    assert early["bill"] == ""  # together they are not known yet
    drawn = scene_of(TOLD, room, None, "", bill)
    over = whole - none - CHAPTERS[LAST].package.budget
    assert over > 0
    assert thousands(over, language) in drawn["over"]
    assert all(one["cost"] for one in drawn["switches"])
    said = scene(TOLD, now.but(step=RANKING), told_of(now), bill=bill)["smaller"]
    kept = bill.smaller(full)[0]
    without = [say(f"without.{name}", language) for name in full if name not in kept]
    assert all(one in said[0] for one in without)
    assert said[0].endswith("?")
    lasting = {name: runs.of(name, "lasting_adoption").mean() for name in runs.study.names}
    assert lasting[OWN] - bill.sums[kept].lasts <= 0.02
    assert bill.sums[kept].cost < bill.cost(*full)


@pytest.mark.slow
def test_the_costs_are_those_of_the_study_that_is_shown():
    """Where an hour at Sales costs more, so do the roles, which take hours there."""
    changes = Changes().put("organisation", "departments", {"Sales": {"hourly_rate": 190}})
    now = view(LAST, 1)
    (_,), before = bill_for(now)
    (_,), after = bill_for(now.but(changes=changes))
    assert after.cost("assign_roles") > before.cost("assign_roles")


def test_nothing_is_billed_where_no_package_is_put_together():
    assert bill_for(view(0)) == ([], None)
    assert bill_key(TOLD, view(0)) is None
    assert bill_key(TOLD, view(LAST)) == bill_key(TOLD, view(LAST, package=("assign_roles",)))  # all is known at once


@pytest.mark.slow
def test_a_bill_is_worked_out_once_and_the_oldest_is_dropped():
    bills, now = BillStore(most=1), view(LAST, 1)
    for steps, expected in ((billed(TOLD, now, lambda done, total: None, bills), 1), (None, 0)):
        parts = list(steps or billed(TOLD, now, lambda done, total: None, bills))
        assert len(parts) == expected
    key = next(iter(bills._kept))
    bills.keep("another", bills.of(key))
    assert bills.of(key) is None


@given(st.integers(1, 9), st.sets(st.integers(0, 8)))
def test_what_is_run_of_packages_is_bounded_and_holds_what_is_asked(offered, picked):
    names = tuple("abcdefghi"[:offered])
    chosen = tuple("abcdefghi"[at] for at in sorted(picked) if at < offered)
    packages = combinations(names, chosen)
    assert len(packages) <= 100
    assert len({*packages}) == len(packages)
    assert {frozenset(), frozenset(chosen), *(frozenset({name}) for name in names)} <= {*packages}
    assert all(package <= {*names} for package in packages)


# --- two votes, a plan, and the end --------------------------------------------------------------------


def test_the_second_vote_is_kept_beside_the_first():
    now = voted(TOLD, view(0, 1), {"option": 1, "set": 4})
    now = voted(TOLD, moved(TOLD, now, {"by": 1}), {"option": 1, "set": 9})
    assert (now.votes, now.again) == (((0, 4, 0, 0),), ((0, 9, 0, 0),))
    path, _, search = address_of(now).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert (notices, again) == ((), now)
    shown = scene(TOLD, now, None)
    assert shown["kind"] == "again"
    assert [one["count"] for one in shown["options"]] == [0, 9, 0, 0]
    assert "4" not in json.dumps(shown["options"])  # how hands fell before is not shown
    drawn = scene(TOLD, now.but(step=WORLDS), told_of(now))
    assert (drawn["total"], drawn["later"]) == (4, 9)
    assert say("lesson.room_after", n=9, of=9) in drawn["verdicts"][0]


def test_a_link_without_a_second_vote_is_read_as_before():
    now, notices = read_address("lesson", "?lang=en&chapter=0&step=1&votes=1-2-0-3")
    assert (notices, now.votes, now.again, now.minutes) == ((), ((1, 2, 0, 3),), (), 0)


@pytest.mark.parametrize("minutes", [30, 60, 75, 90])
def test_a_session_of_some_minutes_goes_through_its_chapters_only(minutes):
    now = planned_for(TOLD, view(), minutes)
    met = []
    for _ in range(100):
        met.append(position(TOLD, now)[0])
        now = moved(TOLD, now, {"by": 1})
    assert list(dict.fromkeys(met)) == [*planned(TOLD.lesson, minutes), END]
    outside = next(place for place in range(END) if place not in planned(TOLD.lesson, minutes))
    back = moved(TOLD, now.but(chapter=outside, step=0), {"by": 1})
    assert position(TOLD, back)[0] > outside  # a chapter that is chosen all the same leads on


@pytest.mark.parametrize("message", [None, True, 45, -1, "60", 60.0, [60], 10**9])
def test_a_length_that_is_not_offered_changes_nothing(message):
    assert planned_for(TOLD, view(minutes=60), message).minutes == 60


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_end_holds_what_the_room_foresaw_and_what_it_did_not(language):
    most = [told_of(view(place)).shown[0] for place in range(3)]
    hands = [tuple(8 if (option == most[place]) != (place == 2) else 1 for option in range(3)) for place in range(3)]
    right = tuple(9 if option == most[2] else 0 for option in range(3))
    now = view(END, 0, language, votes=tuple(hands), again=((), (), right))
    looked = told_of(now)
    assert [row.foreseen for row in looked.rows] == ["yes", "yes", "after"]
    assert looked.largest.place == 2
    drawn = scene(TOLD, now, looked)
    assert drawn["headline"] == say("lesson.foresaw", language, n=2, of=3)
    assert CHAPTERS[2].title.in_(language) in drawn["surprise"]
    assert [row["said"] for row in drawn["rows"]] == [
        say(f"lesson.foreseen_{one}", language) for one in ("yes", "yes", "after")
    ]
    mirrored = scene(TOLD, now.but(step=1), None)
    assert [one["text"] for one in mirrored["questions"]] == [
        CHAPTERS[place].mirror.in_(language) for place in range(3)
    ]
    assert drawn["last"] is False
    assert mirrored["last"] is True


def test_the_end_without_a_vote_says_so_and_mirrors_all_chapters():
    now = view(END)
    drawn = scene(TOLD, now, told_of(now))
    assert (drawn["rows"], drawn["surprise"], drawn["headline"]) == ([], "", say("lesson.room_none"))
    assert len(scene(TOLD, now.but(step=1), None)["questions"]) == sum(bool(one.mirror) for one in CHAPTERS)
    assert scene(TOLD, now, None)["wait"]


# --- the lesson's file, while it is being told ---------------------------------------------------------


def test_a_lesson_that_is_edited_is_told_as_it_is_now_and_a_broken_one_as_it_was(tmp_path):
    path = tmp_path / "ours.yaml"
    text = yaml_lesson(TOLD.lesson.chapters[0].name, "One")
    path.write_text(text, encoding="utf-8")
    material = Material(str(path))
    first, wrong = material.newest()
    assert (first.lesson.chapters[0].title.in_("en"), wrong) == ("One", None)
    assert material.newest()[0] is first  # it is not read again for nothing
    path.write_text(text.replace("One", "Another"), encoding="utf-8")
    assert material.newest()[0].lesson.chapters[0].title.in_("en") == "Another"
    path.write_text(text.replace("of: full", "of: nowhere"), encoding="utf-8")
    kept, wrong = material.newest()
    assert kept.lesson.chapters[0].title.in_("en") == "Another"
    assert "there is no scenario 'nowhere'" in wrong.told("en")
    path.unlink()
    kept, wrong = material.newest()
    assert kept.lesson.chapters[0].title.in_("en") == "Another"
    assert "there is no such lesson" in wrong.told("en")
    path.write_text(text.replace("One", "A third"), encoding="utf-8")
    assert material.newest()[0].lesson.chapters[0].title.in_("en") == "A third"
    assert material.newest()[1] is None


def yaml_lesson(name, title):
    """A short lesson as its file has it."""
    return (
        f"lesson: 1\ntitle: Short\nchapters:\n  - name: {name}\n    title: {title}\n    situation: [It begins.]\n"
        "    question: What happens?\n    options:\n"
        "      - {text: It lasts, when: {outcome: lasting_adoption, of: full, at_least: 0.5}}\n"
        "      - {text: It does not, when: otherwise}\n    shows: [full]\n"
    )


def test_a_package_is_held_against_what_an_unknown_study_has(tmp_path):
    from simulation.dashboard.state.variants import Base, Changes
    from simulation.study.sources.files import load_data

    text = (
        "synergy: 2\n"
        "organisation: {departments: {ICT: {kind: it, capacity: 80}, Shop: {kind: business, capacity: 80}}}\n"
        "scenarios: {now: {title: Now}, better: {extends: now, measures: {assign_roles: on}}}\n"
    )
    (tmp_path / "ours.yaml").write_text(text, encoding="utf-8")
    base = Base("ours", load_data(str(tmp_path / "ours.yaml")))
    now = view(LAST, RANKING).but(changes=Changes(base=base), package=("assign_roles",))
    drawn = scene(TOLD, now, told_of(now))
    assert [one["title"] for one in drawn["bars"]].count("Now") == 1
    assert len(drawn["bars"]) == len(drawn["options"]) == 3
    assert to_compare(TOLD, now).scenarios[-1] == OWN
