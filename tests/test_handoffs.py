"""The matrix of hand-offs: who needs whom, how far they agreed, what they never did, and the picture of it."""

import re
from itertools import combinations

import numpy as np
import pytest
from test_figures import lab, linear

from simulation import case
from simulation.cli.main import main
from simulation.engine.traces import trace
from simulation.report.figures import encoded
from simulation.report.handoffs import MOST_DRAWN, HandOffs, ordered
from simulation.report.matrix import OneWorld, matrix
from simulation.report.palette import FILL, INK
from simulation.study.organisation import Department, Organisation, Tie
from simulation.study.sources.files import load
from simulation.text.i18n import LANGUAGES

CASE = case().scenario("full").organisation
HOSPITAL = "tests/scenarios/valid/fourteen-departments.yaml"


def organisation(needs, talk=(), chain=()):
    """Departments by single letters, i for IT; a tie is (two letters, strength)."""
    letters = sorted({letter for pair, _ in (*needs, *talk) for letter in pair} | {"i"})
    kinds = {letter: "it" if letter == "i" else "chain" if letter in chain else "business" for letter in letters}
    return Organisation(
        departments=tuple(Department(name=letter, kind=kinds[letter], capacity=100.0) for letter in letters),
        interdependence=tuple(Tie(a=pair[0], b=pair[1], strength=strength) for pair, strength in needs),
        informal_ties=tuple(Tie(a=pair[0], b=pair[1], strength=strength) for pair, strength in talk),
    )


def of(needs, *weeks, **further):
    return HandOffs(organisation(needs, **further), np.array(weeks, dtype=float))


# --- the matrix ----------------------------------------------------------------------------------------


def test_there_is_a_cell_for_each_pair_that_need_each_other_and_no_other():
    hand_offs = HandOffs(CASE, np.zeros((1, len(CASE.interdependence))))
    found = {}
    for cell in hand_offs.cells:
        assert cell.row > cell.column  # symmetric, so each pair stands there once
        pair = frozenset(CASE.names[hand_offs.order[place]] for place in (cell.row, cell.column))
        assert pair not in found
        assert CASE.interdependence[cell.tie].pair == pair
        found[pair] = cell.need
    assert found == {tie.pair: tie.strength for tie in CASE.interdependence}


def test_a_need_of_nothing_is_none():
    hand_offs = of([("ab", 0.0), ("bc", 0.5)], [0.0, 0.9])
    assert [(cell.need, cell.tie) for cell in hand_offs.cells] == [(0.5, 1)]
    assert hand_offs.needed == 1
    assert hand_offs.told("en") == "All that need each other agreed on at least a quarter."


def test_it_comes_first_and_the_chain_last_whatever_the_week():
    order = [CASE.names[place] for place in ordered(CASE)]
    assert sorted(order) == sorted(CASE.names)
    assert order[0] == "IT"
    assert order[-2:] == ["Supplier", "Wholesaler"]
    assert HandOffs(CASE, np.zeros((1, 23))).apart == 7


def test_who_talks_stands_side_by_side():
    everybody = [("".join(pair), 0.5) for pair in combinations("abcdef", 2)]
    found = organisation(everybody, talk=[("ad", 1.0), ("df", 1.0), ("be", 1.0), ("ec", 1.0)])
    order = "".join(found.names[place] for place in ordered(found)).removeprefix("i")
    assert {frozenset(order[:3]), frozenset(order[3:])} == {frozenset("adf"), frozenset("bec")}


def test_of_very_many_those_who_need_others_most_are_drawn():
    names = [f"department {number}" for number in range(80)]
    departments = [Department(name=name, kind="business", capacity=100.0) for name in names]
    ties = tuple(Tie(a=names[k], b=names[k + 1], strength=0.9 if k > 40 else 0.1) for k in range(79))
    many = Organisation(
        departments=(Department(name="IT", kind="it", capacity=100.0), *departments), interdependence=ties
    )
    hand_offs = HandOffs(many, np.zeros((1, len(ties))))
    assert len(hand_offs.order) == MOST_DRAWN
    assert all(many.names[place] in names[41:] for place in hand_offs.order)
    assert hand_offs.needed == 79  # all are counted


def test_means_are_those_of_the_outcomes():
    traced = trace(case().scenario("full"), 5)
    hand_offs = HandOffs(traced.scenario.organisation, traced.settled)
    inside, chain = hand_offs.mean(inside=True), hand_offs.mean(inside=False)
    weights = {True: [], False: []}
    internal = {one.name for one in CASE.departments if one.internal}
    for tie, settled in zip(CASE.interdependence, traced.settled[-1], strict=True):
        weights[tie.pair <= internal].append((tie.strength, settled))
    for mean, pairs in ((inside, weights[True]), (chain, weights[False])):
        needs, settled = np.array(pairs).T
        assert mean[-1] == pytest.approx((needs * settled).sum() / needs.sum())
    assert of([("ab", 0.5)], [0.1]).mean(inside=False) is None


# --- what was never agreed -----------------------------------------------------------------------------


def test_what_was_never_settled_is_named_by_need_at_most_three():
    needs = [("ab", 0.2), ("bc", 0.9), ("cd", 0.5), ("ad", 0.5), ("ac", 0.7), ("bd", 1.0)]
    hand_offs = of(needs, [0] * 6, [0.1, 0.2, 0.04, 0.03, 0.0, 0.25])
    assert hand_offs.told("en") == (
        "Never agreed (less than a quarter settled in week 2): b and c (need 0.9, 20 % settled), "
        "a and c (need 0.7, 0 % settled), a and d (need 0.5, 3 % settled) and 2 more pairs."
    )
    assert hand_offs.told("nl").startswith(
        "Nooit afgesproken (in week 2 nog geen kwart): b en c (nodig 0,9; 20 % afgesproken), "
    )
    assert hand_offs.told("nl").endswith(" en nog 2 paren.")


def test_what_is_judged_is_what_is_said():
    assert of([("ab", 0.5)], [0.2449]).told("en").endswith("a and b (need 0.5, 24 % settled).")
    assert of([("ab", 0.5)], [0.2451]).told("en") == "All that need each other agreed on at least a quarter."


def test_an_agreement_that_was_lost_is_not_said_never_to_have_been():
    hand_offs = of([("ab", 0.5), ("bc", 0.5)], [0.4, 0.1], [0.2, 0.1])
    never, lost = hand_offs.told("en").split(". ", 1)[0], hand_offs.told("en").split("). ", 1)[1]
    assert "b and c" in never
    assert "a and b" not in never
    assert lost == "Agreed once and lost again (less than a quarter left in week 2): a and b (need 0.5, 20 % settled)."


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_any_need_that_is_said_and_drawn(language):
    alone = of([], [], [])
    assert alone.told(language).endswith(".")
    figure = matrix(alone, OneWorld(case().scenario("full"), 0, 1, "ranges", None), language)
    assert encoded(figure, "png").startswith(b"\x89PNG")


# --- the picture ---------------------------------------------------------------------------------------


def drawn(path, *words, language="en"):
    assert main(["run", *words, "--picture", str(path), "--lang", language]) == 0
    return path.read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_picture_says_what_was_never_agreed_and_that_it_is_no_forecast(tmp_path, capsys, language):
    text = drawn(tmp_path / "x.svg", "case", "it-only", "--world", "7", language=language).decode()
    shown = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", text)).replace("\N{NO-BREAK SPACE}", " ")
    assert str(tmp_path / "x.svg") in capsys.readouterr().out
    traced = trace(case().scenario("it-only"), 7)
    never = HandOffs(traced.scenario.organisation, traced.settled).told(language)
    start = {"en": "Never agreed", "nl": "Nooit afgesproken"}[language]
    assert never.startswith(start)
    assert never in shown
    words = {
        "en": ("world 7", "seed 1", "Illustrative", "Week 8", "Week 156, the end", "How to read it"),
        "nl": ("wereld 7", "startgetal 1", "Ter illustratie", "Week 8", "het einde", "Zo lees je het"),
    }
    for word in words[language]:
        assert word in shown
    assert "{" not in shown
    assert not list(tmp_path.glob(".*"))


def test_go_live_is_one_of_the_weeks(tmp_path):
    live = trace(case().scenario("full"), 7).go_live
    text = drawn(tmp_path / "x.svg", "case", "full", "--world", "7").decode()
    assert f"Week {live}, go-live" in text
    assert f"live in week {live}" in text


@pytest.mark.slow
def test_a_picture_repeats_to_the_byte_and_the_name_says_which_kind(tmp_path):
    first, second = (drawn(tmp_path / name, "case", "roles") for name in ("a.svg", "b.svg"))
    assert first == second
    assert drawn(tmp_path / "c.SVG", "case", "roles") == first
    assert drawn(tmp_path / "d.svg", "case", "roles", "--seed", "2") != first
    png = drawn(tmp_path / "a.png", "case", "roles")
    assert png.startswith(b"\x89PNG")
    assert drawn(tmp_path / "a.png", "case", "roles") == png


def test_weeks_and_picture_are_put_in_place_together_or_not_at_all(tmp_path, monkeypatch, capsys):
    table, picture = tmp_path / "weeks.csv", tmp_path / "x.svg"
    picture.write_text("mine")
    words = ["run", "case", "full", "--weeks", str(table), "--picture", str(picture), "--lang", "en"]
    with monkeypatch.context() as patch:
        patch.setattr("simulation.report.figures.encoded", lambda *_: 1 / 0)
        assert main(words) != 0
    assert [one.name for one in tmp_path.iterdir()] == ["x.svg"]
    assert picture.read_text() == "mine"
    capsys.readouterr()
    assert main(words) == 0
    assert picture.read_bytes().startswith(b"<?xml")
    assert f"written: {table}, {picture}" in capsys.readouterr().out


@pytest.mark.parametrize(("given", "says"), [("no/x.svg", "there is no folder"), ("taken.svg", "is a folder")])
def test_where_a_picture_goes_is_looked_at_before_anything_is_computed(tmp_path, monkeypatch, capsys, given, says):
    (tmp_path / "taken.svg").mkdir()
    monkeypatch.setattr(
        "simulation.model.organisation.OrganisationModel.step", lambda *_: pytest.fail("computed all the same")
    )
    assert main(["run", "case", "full", "--picture", str(tmp_path / given), "--lang", "en"]) == 1
    assert says in capsys.readouterr().err


def test_fourteen_departments_are_drawn_with_their_names_and_numbers(tmp_path):
    text = drawn(tmp_path / "x.svg", HOSPITAL, "together", language="nl").decode()
    for department in load(HOSPITAL).scenario("together").organisation.departments:
        assert f">{department.called('nl')}<" in text


def test_odd_names_are_drawn():
    names = ("$x^{$", "部門" * 30, "😀" * 40, "<b>", "a" * 200)
    departments = [Department(name=name, kind="business", capacity=10.0) for name in names]
    ties = tuple(Tie(a=a, b=b, strength=0.5) for a, b in combinations(names, 2))
    odd = Organisation(departments=(Department(name="IT", kind="it", capacity=1.0), *departments), interdependence=ties)
    figure = matrix(HandOffs(odd, np.full((3, 10), 0.5)), OneWorld(case().scenario("full"), 0, 1, "ranges", 2))
    assert b"$x^{$" in encoded(figure, "svg")


def test_a_number_can_be_read_on_what_is_filled_and_its_edge_be_seen():
    def brightness(colour):
        return np.array([0.2126, 0.7152, 0.0722]) @ linear(colour) + 0.05

    assert 1.05 / brightness(FILL) >= 3.0
    assert brightness(FILL) / brightness(INK) >= 4.5
    assert lab(linear("#ffffff"))[0] - lab(linear(FILL))[0] > 20.0  # a grey printer
