"""The page about assumptions: what it says of a number, what may be typed, what is tried, and the page in a browser."""

import json
import threading
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from simulation.analysis.pairs import compare_pair
from simulation.analysis.sensitivity import run_ends
from simulation.dashboard.pages.assumptions import flips, page, values, verdicts
from simulation.dashboard.pages.assumptions.flips import ResultStore, Trial, experiment_of, try_all
from simulation.dashboard.state import tasks, variants
from simulation.dashboard.state.tasks import Overtaken
from simulation.dashboard.state.variants import Changes, study_of
from simulation.dashboard.state.view import address_of, first_view, read_address
from simulation.engine.ensemble import run_worlds
from simulation.model.outcomes import BY_OUTCOME
from simulation.study.parameters import BY_NAME, PARAMETERS
from simulation.text.i18n import phrases, words_of
from simulation.text.typed import number_in, written

PAIR = ("full", "it-only")
TITLES = ("Full package", "IT only")
ALL = len(PARAMETERS)
GRADED = Counter(one.grade for one in PARAMETERS)
"""How many numbers there are of each grade, as the passport has them."""


def stays(name):
    """What is sent for a number that is left as it is, but said to be the visitor's own."""
    about = BY_NAME[name]
    return row(name, *(written(one, "en") for one in (about.default, about.low, about.high)), "our survey")


def row(name="t", value="0.9", low="0.6", high="1.2", source=""):
    return {"name": name, "value": value, "low": low, "high": high, "source": source}


def edit(asked, language="en", changes=None):
    return values.edited(changes or Changes(), asked, language)


@pytest.fixture
def file_with(tmp_path, monkeypatch):
    """Shows another file than the case."""

    def show(change):
        data = json.loads(json.dumps(variants.load_data("case")))
        change(data)
        monkeypatch.setattr(variants, "base_data", lambda *_: data)
        monkeypatch.setattr(values, "base_data", lambda *_: data)
        variants.scenario_store.cache_clear()

    yield show
    variants.scenario_store.cache_clear()


# --- what is said of a number --------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_parameter_is_a_row_with_all_that_is_known(language):
    rows = values.rows(Changes(), PAIR, language)
    assert [one["name"] for one in rows] == list(BY_NAME)
    for one, about in zip(rows, PARAMETERS, strict=True):
        assert one["meaning"] == phrases(language)[f"parameter.{one['name']}"]
        assert number_in(one["fields"]["value"], language) == about.default
        assert number_in(one["fields"]["low"], language) == about.low
        assert (one["grade"], one["origin"]) == (about.grade, "passport")
        assert one["unit"]
        assert one["source"]
    assert rows[0]["unit"] == {"en": "share of capacity", "nl": "deel van de capaciteit"}[language]
    json.dumps(rows)


def test_a_changed_number_is_marked_and_its_source_is_the_visitors():
    changes, name, told = edit(row(source="  time\nsheets 2025 "))
    assert (name, told) == ("t", {})
    one = next(each for each in values.rows(changes, PAIR, "nl") if each["name"] == "t")
    assert one["origin"] == one["grade"] == "own"
    assert one["fields"] == {"value": "0,9", "low": "0,6", "high": "1,2"}
    assert one["before"] == {"value": "1", "low": "0,5", "high": "1,3"}
    assert one["source"] == "time sheets 2025"
    given = study_of(changes, ("full",)).scenarios[0].parameters
    assert [(each.name, each.value, each.low, each.high, each.source) for each in given] == [
        ("t", 0.9, 0.6, 1.2, "time sheets 2025")
    ]


def test_without_a_source_it_is_an_own_estimate_in_the_readers_language():
    changes, _, _ = edit(row())
    one = next(each for each in values.rows(changes, PAIR, "nl") if each["name"] == "t")
    assert one["source"] == "eigen schatting"


def test_a_change_travels_in_the_link():
    changes, _, _ = edit(row(source="peiling \U0001f418 <b>"))
    view = first_view("en", "assumptions").but(changes=changes)
    path, _, search = address_of(view).partition("?")
    again, notices = read_address(path.strip("/"), search)
    assert (again, notices) == (view, ())


def test_all_numbers_changed_still_fit_in_a_link():
    changes = Changes()
    for place, one in enumerate(PARAMETERS):
        figures = [written(value, "en") for value in (one.default, one.low, one.high)]
        source = "".join(chr(33 + (place * 31 + step * step) % 90) for step in range(400))
        changes, _, told = values.edited(changes, row(one.name, *figures, source), "en")
        assert told == {}, one.name
    assert len(changes.data["parameters"]) == len(PARAMETERS)
    view = first_view("en", "assumptions").but(changes=changes)
    _, notices = read_address("assumptions", address_of(view).partition("?")[2])
    assert notices == ()


def test_the_files_number_and_a_scenarios_own_are_told(file_with):
    def change(data):
        data["parameters"] = {"t": 0.8, "h_ref": {"value": 10, "low": 8, "high": 12, "source": "time sheets"}}
        data["scenarios"]["full"]["parameters"] = {"t": 0.5}

    file_with(change)
    rows = {one["name"]: one for one in values.rows(Changes(), PAIR, "nl")}
    assert rows["t"]["fields"] == {"value": "0,8", "low": "0,8", "high": "0,8"}
    assert (rows["t"]["origin"], rows["t"]["source"]) == ("file", "je bestand")
    assert rows["t"]["scenarios"] == [{"scenario": "full", "text": "0,5 (0,5–0,5)"}]
    assert (rows["h_ref"]["source"], rows["h_ref"]["scenarios"]) == ("time sheets", [])
    _, _, told = edit(row(value="20", low="", high=""))  # "full" has its own, and all others would have this one
    assert told["value"].key == "parameter_bounds"
    same, _, told = edit(row("h_ref", "10", "8", "12"))
    assert (same, told) == (Changes(), {})


# --- what may be typed ---------------------------------------------------------------------------------


def test_back_to_what_it_was_is_no_change():
    changes, _, _ = edit(row())
    again, _, _ = edit(row(value="1", low="0.5", high="1,3", source="own estimate"), changes=changes)
    assert again == Changes()
    kept, _, _ = edit(row(value="1", low="0.5", high="1,3", source="our survey says the same"))
    assert kept.data["parameters"]["t"]["source"] == "our survey says the same"


def test_empty_ends_are_the_value_itself():
    changes, _, told = edit(row(low=" ", high=""))
    assert told == {}
    assert values.stated(changes, "t").low == values.stated(changes, "t").high == 0.9


@pytest.mark.parametrize("text", ["", "abc", "1e3", "nan", "inf", "0x1", "1.2.3", "٣", "9" * 40, "1 000"])
@pytest.mark.parametrize("field", values.FIELDS)
def test_what_is_no_number_is_said_at_its_field(text, field):
    if not text and field != "value":
        return
    changes, name, told = edit({**row(), field: text}, "nl")
    assert (changes, name) == (Changes(), "t")
    assert set(told) == {field}
    assert "geen getal" in values.in_words(told, "nl")[field]


@pytest.mark.parametrize(("text", "language"), [("1.300", "nl"), ("1,300", "en")])
def test_thousands_are_not_guessed_at(text, language):
    _, _, told = edit(row(value=text), language)
    assert told == {"value": "two_ways"}
    assert number_in(text, "en" if language == "nl" else "nl") == 1.3


@pytest.mark.parametrize("about", PARAMETERS, ids=list(BY_NAME))
def test_every_number_is_bound_as_in_a_file(about):
    outside = written(about.most * 1.5, "en")
    changes, _, told = edit(row(about.name, outside, "", ""))
    assert changes == Changes()
    assert told["value"].key == "parameter_bounds"
    _, _, told = edit(row(about.name, "-1", "", ""))
    assert told["value"].key == "parameter_bounds"
    assert edit(row(about.name, written(about.default, "nl"), "", ""), "nl")[2] == {}


def test_a_mistake_is_said_in_the_words_of_the_page():
    _, _, told = edit(row(low="0,95"))
    assert values.in_words(told, "nl")["row"].startswith("Laag, waarde en hoog moeten oplopen; nu staat er 0,95 … 0,9")
    _, _, told = edit(row("f0", "0.5", "0.2", "1.5"))
    assert values.in_words(told, "en") == {
        "high": "1.5 is outside what this number can be: 0 … 1. Choose a number in between."
    }


@pytest.mark.parametrize(
    "asked",
    [
        None,
        [],
        "t",
        3,
        {},
        {"name": "t"},
        row("nobody"),
        row([]),
        {**row(), "value": 3},
        {**row(), "low": None},
        {**row(), "source": "x" * 6_000},
    ],
)
def test_an_event_that_makes_no_sense_changes_nothing(asked):
    assert edit(asked) == (Changes(), "", {})


def test_half_a_character_does_not_break_the_link():
    changes, _, told = edit(row(source="a\ud800b"))
    assert told == {}
    assert address_of(first_view("en", "assumptions").but(changes=changes))


def test_reset_one_reset_all_and_put_back():
    changes, _, _ = edit(row())
    changes, _, _ = edit(row("mu", "2", "1", "3"), changes=changes)
    changes = changes.put("project", "horizon", 100)
    assert list(values.without(changes, "t").data["parameters"]) == ["mu"]
    none = values.without(changes)
    assert none.data == {"project": {"horizon": 100}}
    assert values.with_all(none, changes).data["parameters"] == changes.data["parameters"]


# --- the events of the page ----------------------------------------------------------------------------


class Desk:
    """A view and what is being edited, as the page holds them."""

    def __init__(self):
        self.view, self.editing = first_view("en", "assumptions"), page.Editing()

    def change(self, make):
        self.view = make(self.view)

    def set_editing(self, make):
        self.editing = make(self.editing)

    @property
    def edits(self):
        return page.Edits(self.view, self.change, self.set_editing)


def test_a_mistake_stays_with_its_row_until_it_is_mended_or_taken_back():
    desk = Desk()
    desk.edits.edit(row(value="abc"))
    desk.edits.edit(row("mu", "x", "1", "2"))
    assert set(desk.editing.errors) == {"t", "mu"}
    desk.edits.edit(row())
    assert set(desk.editing.errors) == {"mu"}
    assert desk.editing.accepted == (1, "t")
    desk.edits.forget("mu")
    assert desk.editing.errors == {}
    assert list(desk.view.changes.data["parameters"]) == ["t"]


def test_all_is_reset_and_put_back():
    desk = Desk()
    desk.edits.edit(row())
    before = desk.view.changes
    desk.edits.reset("")
    assert desk.view.changes == Changes()
    desk.edits.put_back(desk.editing.before)
    assert desk.view.changes == before


@pytest.mark.parametrize("data", [None, 3, [], {"name": "t"}, "nobody"])
def test_events_from_outside_are_only_data(data):
    desk = Desk()
    desk.edits.edit(row())
    before = desk.view
    for event in (desk.edits.edit, desk.edits.forget, desk.edits.reset):
        event(data)
    assert desk.view == before
    assert page.choose(before, data) == before


def test_what_is_chosen_is_one_of_what_there_is():
    view = first_view("en", "assumptions")
    assert page.choose(view, {"hand": "roles"}).hand == "roles"
    assert page.choose(view, {"mode": "defaults", "outcome": "cost"}).mode == "defaults"
    assert page.choose(view, {"hand": "nobody", "mode": [], "page": "save", "outcome": None}) == view
    assert page.choose(view, {"hand": view.baseline}).baseline == view.hand


# --- what is tried -------------------------------------------------------------------------------------


def pair(changes=None, names=PAIR):
    return study_of(changes or Changes(), names)


def tried(study, outcome="lasting_adoption", kept=None, tell=None, worlds=6, seed=1, mode="ranges", found=None):
    ask = experiment_of(study, worlds, seed, mode)
    return try_all(
        study,
        ask,
        outcome,
        tell or (lambda *_: None),
        found or (lambda _: None),
        ResultStore() if kept is None else kept,
    )


@pytest.fixture
def few(monkeypatch):
    """The first twelve parameters, where it does not matter which they are, and a list of those that are run."""
    runs = []
    monkeypatch.setattr(flips, "PARAMETERS", PARAMETERS[:12])
    monkeypatch.setattr(flips, "run_ends", lambda *asked: runs.append(asked[1].name) or run_ends(*asked))
    return runs


def test_every_parameter_is_tried_and_what_is_found_is_what_the_passport_finds():
    study = pair()
    trial = tried(study)
    assert [one.parameter for one in trial.flips] == list(PARAMETERS)
    for place in (0, 15, ALL - 1):
        assert trial.flips[place] == run_ends(study, PARAMETERS[place], 6).flip("lasting_adoption")
    runs = run_worlds(study, 6)
    values = [runs.of(name, "lasting_adoption") for name in PAIR]
    assert trial.verdict == compare_pair(*values, PAIR, BY_OUTCOME["lasting_adoption"])


def test_coming_back_or_asking_of_another_outcome_runs_nothing_again(few):
    kept = ResultStore()
    first = tried(pair(), kept=kept)
    again = tried(pair(), kept=kept)
    assert [one.at_low.wins for one in again.flips] == [one.at_low.wins for one in first.flips]
    cost = tried(pair(), "cost", kept=kept)
    assert cost.verdict.outcome == "cost"
    assert few == list(BY_NAME)[:12]


def test_the_visitors_changes_worlds_seed_and_mode_are_all_part_of_the_question():
    changes, _, _ = edit(row())
    asked = {
        experiment_of(pair(), 6, 1, "ranges"),
        experiment_of(pair(changes), 6, 1, "ranges"),
        experiment_of(pair(names=("full", "roles")), 6, 1, "ranges"),
        experiment_of(pair(), 7, 1, "ranges"),
        experiment_of(pair(), 6, 2, "ranges"),
        experiment_of(pair(), 6, 1, "defaults"),
        experiment_of(pair().select(PAIR[::-1]), 6, 1, "ranges"),
    }
    assert len(asked) == 7
    assert experiment_of(pair(), 5_000, 1, "ranges").worlds == flips.MOST_WORLDS


def test_a_changed_number_changes_what_is_tried():
    fixed, _, _ = edit(row(low="", high=""))
    trial = tried(pair(fixed))
    flip = next(one for one in trial.flips if one.parameter.name == "t")
    assert flip.ends == ((0.9, 0.9), (0.9, 0.9))
    assert flip.fixed
    assert verdicts.judged(trial, TITLES, "en")["t"]["turn"] == "fixed"
    assert f" {ALL - 1} assumptions" in verdicts.answer(trial, TITLES, "en")


def test_who_leaves_stops_the_work_and_who_comes_goes_on_with_it(few):
    kept = ResultStore()

    def leave(done, _total):
        if done == 5:
            raise Overtaken

    with pytest.raises(Overtaken):
        tried(pair(), kept=kept, tell=leave)
    assert len(few) == 5
    tried(pair(), kept=kept)
    assert few == list(BY_NAME)[:12]


def test_visitors_share_the_work(few):
    kept, trials = ResultStore(), []
    threads = [threading.Thread(target=lambda: trials.append(tried(pair(), kept=kept))) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert few == list(BY_NAME)[:12]
    assert len(trials) == 4
    assert all(one.done for one in trials)


def test_only_one_parameter_is_tried_at_a_time(few, monkeypatch):
    going, most = [], []

    def watched(*asked):
        going.append(1)
        most.append(len(going))
        time.sleep(0.001)
        found = run_ends(*asked)
        going.pop()
        return found

    monkeypatch.setattr(flips, "run_ends", watched)
    threads = [
        threading.Thread(target=lambda seed=seed: tried(pair(), worlds=1, seed=seed, kept=ResultStore()))
        for seed in range(3)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(most) == 3 * 12
    assert max(most) == 1


def test_who_waits_for_a_turn_can_leave_too():
    with tasks.turn(lambda: None):
        began = time.monotonic()
        with pytest.raises(Overtaken):
            tried(pair(), tell=lambda *_: (_ for _ in ()).throw(Overtaken))
        assert time.monotonic() - began < 5
    assert tasks._TURN.acquire(timeout=60)
    tasks._TURN.release()


def test_what_is_kept_is_bounded():
    kept = ResultStore(2)
    first = experiment_of(pair(), 1, 1, "ranges")
    answer = kept.of(first)
    for seed in (2, 3, 4):
        kept.of(replace(first, seed=seed))
        assert len(kept) <= 2
    assert kept.of(first) is not answer


def test_what_was_found_is_told_now_and_then(few, monkeypatch):
    monkeypatch.setattr(flips, "OFTEN", 0.0)
    told = []
    tried(pair(), worlds=1, found=told.append)
    assert [len(one.flips) for one in told] == list(range(12))


# --- what is said of it --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain():
    return tried(pair(), worlds=12)


def kinds(trial, verdict, ends):
    """The trial with other kinds of verdicts: now, and at the (low, high) ends of the first parameters."""
    flips = [
        replace(one, at_low=replace(one.at_low, kind=low), at_high=replace(one.at_high, kind=high))
        for one, (low, high) in zip(
            trial.flips, ends + [(verdict, verdict)] * (len(trial.flips) - len(ends)), strict=True
        )
    ]
    return Trial(replace(trial.verdict, kind=verdict), tuple(flips))


def test_the_answer_says_whether_anything_flips(plain):
    none = kinds(plain, "beats", [])
    assert verdicts.answer(none, TITLES, "en") == (
        f"Full package beats IT only in {plain.verdict.wins} of 12 worlds"
        f"{', ties in ' + str(plain.verdict.ties) if plain.verdict.ties else ''}; none of the {ALL} assumptions, each "
        "put alone at either end of its range, flips that"
    )
    some = kinds(plain, "beats", [("beats", "undecided"), ("loses", "beats")])
    assert f"2 of the {ALL} assumptions" in verdicts.answer(some, TITLES, "en")
    assert verdicts.answer(some, TITLES, "en").endswith("flip that (1 the other way round)")
    named = verdicts.which(some, "en")
    assert named.startswith("What turns it: share of its capacity that IT's ordinary work takes (bau_it); ")
    assert named.endswith("(bau_business).")
    assert verdicts.which(none, "en") == verdicts.which(None, "en") == ""
    one = kinds(plain, "beats", [("loses", "loses")])
    assert verdicts.answer(one, TITLES, "en").endswith("flips that, to the other way round")
    assert f"1 van de {ALL}" in verdicts.answer(one, TITLES, "nl")
    open_ = kinds(plain, "beats", [("undecided", "beats")])
    assert "flips that (none to the other way round)" in verdicts.answer(open_, TITLES, "en")
    assert "round" not in verdicts.answer(kinds(plain, "same", [("beats", "same")]), TITLES, "en")


def test_an_open_verdict_is_settled_not_flipped(plain):
    none = kinds(plain, "undecided", [])
    assert verdicts.answer(none, TITLES, "en").endswith("settles it")
    assert verdicts.judged(none, TITLES, "en")["t"]["text"] == "can't tell yet at either end"
    some = kinds(plain, "undecided", [("beats", "undecided")] * 8)
    assert verdicts.answer(some, TITLES, "en").endswith("settle it")
    assert verdicts.which(some, "en").startswith("What settles it: ")
    assert verdicts.which(some, "en").endswith(" and 4 more.")
    assert "flip" not in verdicts.answer(some, TITLES, "en")


def test_while_it_runs_the_answer_says_how_far_it_is(plain):
    half = Trial(plain.verdict, plain.flips[:30])
    assert f"so far 30 of the {ALL} assumptions" in verdicts.answer(half, TITLES, "en")
    assert verdicts.most(half, "en") == ""
    assert "?" in verdicts.answer(None, TITLES, "nl")
    assert verdicts.judged(None, TITLES, "en") == {}
    assert "moves it most" in verdicts.most(plain, "en")


@pytest.mark.parametrize(
    ("now", "low", "high", "turn", "text"),
    [
        ("beats", "beats", "beats", "holds", "holds at both ends"),
        ("beats", "undecided", "beats", "blurs", "flips at the low end: can't tell yet"),
        ("beats", "beats", "loses", "reverses", "reverses at the high end: IT only wins"),
        ("loses", "same", "same", "differs", "flips at both ends: no difference that matters"),
        ("same", "beats", "undecided", "differs", "flips at the low end: Full package wins; "
         "flips at the high end: can't tell yet"),
        ("undecided", "loses", "undecided", "settles", "is settled at the low end: IT only wins"),
    ],
)  # fmt: skip
def test_a_row_says_what_happens_at_which_end(plain, now, low, high, turn, text):
    told = verdicts.judged(kinds(plain, now, [(low, high)]), TITLES, "en")["bau_business"]
    assert (told["turn"], told["text"]) == (turn, text)
    assert verdicts.judged(kinds(plain, now, [(low, high)]), TITLES, "nl")["bau_business"]["text"] != text


def test_what_flips_comes_first_then_what_moves_the_share_most(plain):
    told = verdicts.judged(
        kinds(plain, "beats", [("beats", "beats"), ("beats", "same"), ("loses", "beats")]), TITLES, "en"
    )
    order = sorted(told, key=lambda name: told[name]["rank"])
    assert order[:2] == ["omega_business", "bau_it"]
    now = plain.verdict.share.estimate
    moves = [max(abs(told[name][end]["share"] - now) for end in ("low", "high")) for name in order[2:]]
    assert moves == sorted(moves, reverse=True)


def test_where_nothing_can_be_compared_it_says_so(plain):
    nothing = compare_pair(np.full(3, np.nan), np.ones(3), PAIR, BY_OUTCOME["cost"])
    sure = kinds(plain, "beats", [])
    told = verdicts.judged(replace(sure, flips=(replace(sure.flips[0], at_low=nothing), *sure.flips[1:])), TITLES, "en")
    assert told["bau_business"]["text"] == "flips at the low end: nothing to compare"
    assert told["bau_business"]["low"] == {"wins": 0, "worlds": 0, "share": None}
    json.dumps(told, allow_nan=False)
    assert "nothing to compare" in verdicts.answer(replace(sure, verdict=nothing), TITLES, "en")


def test_the_grades_are_counted_as_they_are_in_force():
    view = first_view("en", "assumptions")
    said = page.grades(page.rows_of(view), "en")
    assert sum(GRADED.values()) == ALL
    assert said.startswith(f"Where the {ALL} numbers come from: {GRADED['study']} from a study")
    assert f"{GRADED['expert']} from experts" in said
    assert f"{GRADED['assumed']} assumed" in said
    assert "of your own" not in said
    studied = next(one.name for one in PARAMETERS if one.grade == "study")
    changes, _, _ = edit(stays(studied))
    said = page.grades(page.rows_of(view.but(changes=changes)), "en")
    assert f"come from: {GRADED['study'] - 1} from a study" in said
    assert f"{GRADED['assumed']} assumed" in said
    assert "1 of your own" in said


def test_which_figures_are_in_force_is_said():
    view = first_view("en", "assumptions")
    assert "low and high" in page.force(view)
    assert "every world uses the value" in page.force(view.but(mode="defaults"))
    assert "first 200 of your 1,000 worlds" in page.basis(view.but(worlds=1_000))


LOOKED_IN = ("name", "meaning", "unit", "source")
"""What of a row is searched, beside the name of its group."""


# --- in a browser --------------------------------------------------------------------------------------


def opened(page, address, rest="lang=en&worlds=4"):
    page.goto(f"{address}assumptions?{rest}")
    page.wait_for_selector(".sy-assumptions-table")
    page.wait_for_function("document.querySelector('[data-name=debt_m] .sy-assumptions-says')")
    return page


def typed(page, name, place, text):
    field = page.locator(f"tr[data-name={name}] input").nth(place)
    field.fill(text)
    field.press("Enter")
    return field


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("nl", 390)])
def test_the_page_opens_complete_in_both_languages(page, address, language, width):
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, address, f"lang={language}&worlds=4")
    assert (f"{ALL} assumptions" if language == "en" else f"{ALL} aannames") in page.inner_text("h1")
    assert page.locator("tr[data-name]").count() == ALL
    assert page.locator("tr[data-name] svg").count() == ALL
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("tr[data-name]").first.get_attribute("role") == "row"
    assert "{" not in page.inner_text("#content")


@pytest.mark.slow
@pytest.mark.browser
def test_a_number_is_changed_marked_kept_in_the_link_and_reset(page, address):
    opened(page, address)
    typed(page, "t", 1, "abc")
    page.wait_for_selector("tr[data-name=t] .sy-error")
    assert "not a number" in page.inner_text("tr[data-name=t] .sy-error")
    field = page.locator("tr[data-name=t] input").nth(1)
    assert field.input_value() == "abc"
    assert field.get_attribute("aria-invalid") == "true"
    typed(page, "t", 1, "0,6")
    page.wait_for_selector("tr[data-name=t].own")
    page.wait_for_function("document.querySelectorAll('tr[data-name=t] input')[1].value === '0.6'")
    assert page.locator("tr[data-name=t] .sy-error").count() == 0
    page.wait_for_function("location.search.includes('c=')")
    link = page.url
    source = page.locator("tr[data-name=t] .sy-assumptions-source input")
    source.fill("<b>our survey</b>")
    source.press("Enter")
    page.wait_for_function("was => location.href !== was", arg=link)
    page.goto(page.url)
    page.wait_for_selector("tr[data-name=t].own")
    assert page.locator("tr[data-name=t] .sy-assumptions-source input").input_value() == "<b>our survey</b>"
    page.click("tr[data-name=t] button")
    page.wait_for_selector("tr[data-name=t]:not(.own)")
    page.wait_for_function("!location.search.includes('c=')")


@pytest.mark.browser
def test_rows_are_filtered_sorted_and_counted(page, address):
    opened(page, address)
    groups = words_of("passport.group", "en")
    found = [
        one["name"]
        for one in values.rows(Changes(), PAIR, "en")
        if "relapse" in " ".join([*(one[key] for key in LOOKED_IN), groups[one["group"]]]).lower()
    ]
    assert 0 < len(found) < ALL
    page.get_by_label("Search").fill("relapse")
    there = page.locator("tr[data-name]").evaluate_all("all => all.map(one => one.dataset.name)")
    assert sorted(there) == sorted(found)
    assert f"{len(found)} of {ALL}" in page.inner_text("#content")
    page.get_by_label("Search").fill("no such thing")
    page.get_by_role("button", name="Show all").click()
    assert page.locator("tr[data-name]").count() == ALL
    where = page.locator("select").filter(has_text=f"assumed only ({GRADED['assumed']})")
    where.select_option("study")
    assert page.locator("tr[data-name]").count() == GRADED["study"]
    where.select_option("")
    page.locator("select").filter(has_text="flips first").select_option("flips")
    assert page.locator(".sy-assumptions-group").count() == 0


@pytest.mark.browser
def test_another_outcome_and_mode_ask_another_question(page, address):
    opened(page, address)
    before = page.inner_text("h1")
    page.get_by_label("Judged on").select_option("cost")
    page.wait_for_function("was => document.querySelector('h1').innerText !== was", arg=before)
    page.wait_for_function("location.search.includes('outcome=cost')")
    page.get_by_label("Numbers used").select_option("defaults")
    page.wait_for_selector("text=every world uses the value")


@pytest.mark.browser
def test_it_can_be_done_by_keyboard_alone(page, address):
    opened(page, address)
    field = page.locator("tr[data-name=bau_business] input").first
    field.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("0.75")
    page.keyboard.press("Tab")
    page.wait_for_selector("tr[data-name=bau_business].own")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Reset"
    page.keyboard.press("Enter")
    page.wait_for_selector("tr[data-name=bau_business]:not(.own)")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    page.keyboard.type("x")
    page.keyboard.press("Escape")
    assert field.input_value() == "0.8"


@pytest.mark.browser
def test_on_paper_it_says_what_the_screen_says_around_it(page, address):
    opened(page, address)
    page.emulate_media(media="print")
    assert not page.locator(".sy-rail").is_visible()
    assert not page.locator(".sy-assumptions-choose").first.is_visible()
    assert page.locator("text=Illustrative, not calibrated. The numbers").is_visible()
    assert page.locator("tr[data-name=t]").is_visible()
