"""What a session shows: the game's screens, the lesson's, the hand-out; and that it can be replayed."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from simulation import InputRefused, run_worlds
from simulation.game.reveal import among
from simulation.session.content.aftermath import KEYS
from simulation.session.content.handout import Agreement, agreements_in, cards, handout
from simulation.session.content.origin import content_from, content_of_source, seated
from simulation.session.content.replay import beside, replayed, study_data
from simulation.session.record import TABLE, Answer, Decision, Participant, Record
from simulation.study.sources.files import case, parse, read_file, study_yaml

CONTENT = content_from(None, minutes=30, rounds=4, world=7)
LANGUAGES = ("en", "nl")
SALES = Participant("p1", "An", "Sales", "nl", 0.0)
SHARES = {
    "IT": 15,
    "Sales": 65,
    "Purchasing": 35,
    "Logistics": 45,
    "Finance": 55,
    "Customer service": 70,
    "Master data": 85,
}


def record_at(key, content=CONTENT, **fields):
    """A record that is at a screen."""
    at = next(index for index, screen in enumerate(content.screens) if screen.key == key)
    record = Record("ABCDEFGH", content.screens, content.tables, participants={"p1": SALES})
    return replace(record, at=at, furthest=at, **fields)


def played(rounds, *bought, content=CONTENT, key=None):
    """A record in which so many rounds were revealed."""
    keys = [f"round-{number}" for number in range(1, rounds + 1)]
    answers = {(one, TABLE + name): Answer(share, 0.0, typed=True) for one in keys for name, share in SHARES.items()}
    decisions = tuple(Decision("round-1", "buy", name) for name in bought)
    seen = frozenset(keys)
    return record_at(key or keys[-1], content, answers=answers, decisions=decisions, revealed=seen, locks=seen)


def words(markup):
    """What can be read."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(markup)))


class Balanced(HTMLParser):
    """Whether every tag that is opened is closed."""

    VOID = frozenset({"meta", "input", "br", "hr", "link"})

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open, tag
        assert self.open.pop() == tag


def is_balanced(markup):
    parser = Balanced()
    parser.feed(str(markup))
    assert parser.open == []
    return True


def yaml_of(text):
    return read_file("session", text)[0]


# --- every screen --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_can_be_drawn_before_and_after_anything_happened(language):
    for screen in CONTENT.screens:
        for record in (record_at(screen.key), played(4, "assign_roles@1", "name_the_elephant@1", key=screen.key)):
            for shown in (record, replace(record, revealed=record.revealed | {screen.key})):
                CONTENT.prepare(shown)
                assert is_balanced(CONTENT.beamer(shown, language))
                assert is_balanced(CONTENT.phone(shown, SALES, language))
                assert is_balanced(CONTENT.console(shown, language))
        assert screen.title.in_(language)
        assert all(note.in_(language) for note in screen.notes)


def test_screens_come_in_order_and_each_has_a_key_of_its_own():
    keys = [screen.key for screen in CONTENT.screens]
    assert keys[:5] == ["lobby", "game.cards", "game.menu", "game.foreseen", "round-1"]
    assert keys[8 : 8 + len(KEYS)] == [f"after.{key}" for key in KEYS]
    assert keys[8] == "after.saw", "what was seen is asked before anything is explained"
    assert keys[-3:] == ["closing.closing", "closing.mirror", "agree"]
    assert len(keys) == len(set(keys))


def test_a_file_decides_what_a_session_is_about(tmp_path):
    hospital = content_from("hospital", rounds=2)
    assert hospital.chapters is None
    assert "Wards" in {table.name for table in hospital.tables}
    lesson = content_from(None, only="lesson", minutes=30)
    assert lesson.rounds is None
    assert lesson.tables == ()
    assert [screen.key for screen in lesson.screens][:2] == ["lobby", "platform.situation"]
    with pytest.raises(InputRefused, match="has no lesson"):
        content_from("hospital", only="lesson")
    (tmp_path / "x.yaml").write_text("lesson: 1\ntitle: x\nchapters: []\n")
    with pytest.raises(InputRefused, match=r"x\.yaml"):
        content_from(str(tmp_path / "x.yaml"))


def test_chain_partners_may_have_tables_and_work_once_they_are_brought_in():
    content = content_from("case", rounds=3, world=7, chain=True)
    assert [table.name for table in content.tables][-2:] == ["Supplier", "Wholesaler"]
    keys = ("round-1", "round-2", "round-3")
    answers = {(key, TABLE + "Supplier"): Answer(80, 0.0, typed=True) for key in keys}
    record = record_at("round-3", content, answers=answers, revealed=frozenset(keys), locks=frozenset(keys))
    record = replace(record, decisions=(Decision("round-1", "buy", "consult_chain@2"),))
    traced = content.play(record).trace
    hours = traced.departments["hours"][:, traced.names.index("Supplier")]
    assert (hours[:13] == 0.0).all()
    assert hours[13:].max() > 0.0
    assert "partner in the chain" in words(
        content.phone(record_at("game.cards", content), replace(SALES, table="Supplier"), "en")
    )
    assert content_of_source(content.source).rounds.game == content.rounds.game


def test_fewer_tables_than_departments():
    assert [len(table.departments) for table in seated(case(), None, 4)] == [1, 2, 2, 2]
    assert len(content_from("case", tables=3, rounds=1).tables) == 3


# --- who sees what -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_beamer_shows_progress_only_until_the_elephant_is_named(language):
    silent, named = played(2), played(2, "name_the_elephant@1")
    before, after = (words(CONTENT.beamer(record, language)) for record in (silent, named))
    hours = {"en": "hours a week", "nl": "uur per week"}[language]
    agreed = {"en": "agreed", "nl": "afgesproken"}[language]
    assert hours not in before
    assert agreed not in before
    assert hours in after
    assert agreed in after
    for text in (before, after):
        assert not any(f"{share} %" in text for share in SHARES.values()), "what a table gave is its own business"


def test_with_roles_every_table_says_its_share_aloud():
    text = words(CONTENT.beamer(played(2, "assign_roles@1"), "en"))
    assert all(f": {share} %" in text for share in SHARES.values())
    assert "one person at each table says the share aloud" in words(
        CONTENT.beamer(replace(played(2, "assign_roles@1"), revealed=frozenset({"round-1"})), "en")
    )


def test_a_phone_shows_its_own_table_and_no_other():
    text = words(CONTENT.phone(played(3), SALES, "en"))
    assert "65 %" in text
    assert not any(f"{share} %" in text for name, share in SHARES.items() if name != "Sales" and share not in {35})
    alone = replace(SALES, table="")
    assert CONTENT.phone(played(3), alone, "en") == ""


def test_a_nickname_or_a_title_is_never_html():
    content = content_from("case", rounds=1, world=7)
    evil = content.rounds.tables[1]
    label = evil.label.model_copy(update={"en": "<img src=x onerror=alert(1)>"})
    content.rounds.tables = tuple(replace(one, label=label) if one is evil else one for one in content.rounds.tables)
    record = played(1, "assign_roles@1", content=content)
    for markup in (content.beamer(record, "en"), content.console(record, "en"), content.phone(record, SALES, "en")):
        assert "<img" not in str(markup)
        assert "&lt;img" in str(markup)


# --- decisions -----------------------------------------------------------------------------------------


def test_a_measure_is_bought_for_the_next_round_once_and_within_the_budget():
    record = played(2)
    assert CONTENT.decide(record, "buy", "assign_roles@3") is None
    assert CONTENT.decide(record, "buy", "assign_roles@2") == "moved_on"
    assert CONTENT.decide(record, "buy", "nothing@3") == "no_offer"
    assert CONTENT.decide(record, "buy", "assign_roles") == "moved_on"
    assert CONTENT.decide(record, "sell", "assign_roles@3") == "unknown"
    assert CONTENT.decide(played(2, "assign_roles@1"), "buy", "assign_roles@3") == "bought_before"


@pytest.mark.slow
def test_a_package_is_switched_by_decisions():
    content = content_from(None, only="lesson")
    key = next(screen.key for screen in content.screens if screen.kind == "compose")
    record = record_at(key, content)
    assert content.decide(record, "measure", "assign_roles") is None
    assert content.decide(record, "measure", "persuasion") == "moved_on"
    on = replace(record, decisions=(Decision(key, "measure", "assign_roles"),))
    assert "✓" in str(content.beamer(on, "en"))
    off = replace(record, decisions=(*on.decisions, Decision(key, "measure", "assign_roles")))
    assert "✓" not in str(content.beamer(off, "en"))


def test_phones_and_hands_are_the_rooms_prediction():
    record = record_at("platform.question", answers={("platform.question", "p1"): Answer(1, 0.0)})
    record = replace(record, hands={("platform.question", 1): 3, ("platform.question", 0): 2})
    at = next(index for index, screen in enumerate(CONTENT.screens) if screen.key == "platform.worlds")
    text = words(CONTENT.beamer(replace(record, at=at, furthest=at), "en"))
    assert "4 of 6" in text


# --- a table that leaves -------------------------------------------------------------------------------


def test_a_table_at_which_nobody_sat_when_a_round_was_revealed_is_played_by_the_model():
    record = replace(played(2), absent={"round-2": frozenset({"Finance"})})
    play = CONTENT.play(record)
    assert play.pledges["Finance"] == (0.55, None)
    assert "nobody there" in words(
        CONTENT.beamer(replace(record, decisions=(Decision("round-1", "buy", "assign_roles@1"),)), "en")
    )


# --- again ---------------------------------------------------------------------------------------------


def test_what_a_session_was_made_of_makes_it_again():
    again = content_of_source(CONTENT.source)
    assert again.source == CONTENT.source
    assert again.rounds.game == CONTENT.rounds.game
    assert [screen.key for screen in again.screens] == [screen.key for screen in CONTENT.screens]
    record = played(4, "assign_roles@1", "partner_along@2")
    for language in LANGUAGES:
        assert replayed(again, record, language) == replayed(CONTENT, record, language)


@pytest.mark.parametrize(
    "said",
    [
        *({"rounds": value} for value in (0, -1, 41, "x", 2.5, 10**9, True)),
        *({"weeks": value} for value in (-1, 0, 10**6, True)),
        {"rounds": 40, "weeks": 52},
        *({"tables": value} for value in ({"IT": 5}, ["IT"], {"IT": []}, {"IT": [["IT"]]}, {"IT": ["Nobody"]}, {})),
        *({"budget": value} for value in ("x", float("nan"), -1, [1])),
        *({"world": value} for value in (-1, 10**12, "x")),
        *({"seed": value} for value in (-1, "x", 2**70)),
        {"base": "nobody"},
        {"strange": 1},
    ],
)
def test_settings_that_cannot_be_are_refused_in_a_sentence(said):
    data = yaml_of(CONTENT.source)
    with pytest.raises(InputRefused) as refused:
        content_of_source(study_yaml({**data, "game": {**data["game"], **said}}))
    assert str(refused.value)


@pytest.mark.parametrize(
    "value", ["", "@", "assign_roles", "assign_roles@x", "assign_roles@²", "assign_roles@٢", "foo@2"]
)
def test_a_purchase_that_cannot_be_is_left_out(value):
    record = played(2)
    record = replace(
        record, decisions=(Decision("round-1", "buy", value), Decision("round-1", "buy", "consult_chain@2"))
    )
    assert CONTENT.play(record).bought == (("consult_chain", 2),)


def test_nothing_is_bought_twice_or_beyond_the_budget_wherever_it_comes_from():
    names = ("partner_along@1", "partner_over@2", "dedicate_hours@1", "anchor_in_strategy@1", "anchor_in_strategy@2")
    play = CONTENT.play(played(4, *names))
    assert play.left >= 0.0
    assert [name for name, _ in play.bought] == [*dict.fromkeys(name for name, _ in play.bought)]
    assert "partner_over" not in dict(play.bought)


def test_games_of_different_length_are_not_compared():
    short, long = content_from(None, world=7, rounds=2), content_from(None, world=7)
    pair = [(short, played(1, content=short)), (long, played(1, content=long))]
    for sessions in (pair, pair[::-1]):
        with pytest.raises(InputRefused, match="different organisations"):
            beside(sessions, ["a", "b"], "en")


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_a_short_game_is_a_study_as_well(rounds):
    content = content_from("manufacturer", rounds=rounds, world=7)
    study = parse(study_yaml(study_data(content, played(1, content=content))))
    assert study.horizon == 13 * rounds
    assert "session" in study.names


@pytest.mark.parametrize("text", ["", "a", "format: 2\nstudy: {}", "format: 1\nstudy: 3"])
def test_what_is_no_source_is_refused(text):
    with pytest.raises(InputRefused):
        content_of_source(text)


def test_a_session_is_a_scenario_to_be_compared_with_any_other():
    content = content_from(None, world=7)
    record = played(3, "assign_roles@1", "partner_along@2", content=content)
    study = parse(study_yaml(study_data(content, record)))
    assert study.scenario("session").measures == content.play(record).scenario.measures
    assert study.scenario("session-autopilot").measures.pledge_hours is None
    assert {"full", "it-only"} <= set(study.names)
    runs = run_worlds(study.select(("session",)), 20)
    assert (runs.of("session", "lasting_adoption") == among(content.play(record), 20).lasting()).all()


def test_two_sessions_are_compared_over_the_same_worlds():
    content = content_from(None, world=7)
    good = played(
        12, "assign_roles@1", "partner_along@1", "cross_functional_team@1", "dedicate_hours@1", content=content
    )
    poor = played(12, content=content)
    lines = beside([(content, good), (content, poor)], ["Monday", "Friday"], "en")
    assert lines[0].startswith("Monday: live in ")
    assert lines[2].startswith("Over the same 50 worlds Monday leaves more in ")
    other = content_from("hospital", rounds=1)
    refuses = played(1, content=other)
    with pytest.raises(InputRefused, match="different organisations"):
        beside([(content, good), (other, refuses)], ["a", "b"], "en")
    with pytest.raises(InputRefused, match="no round was played"):
        replayed(content, record_at("lobby", content), "en")


# --- to take home --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hand_out_holds_what_was_predicted_played_and_agreed_and_needs_nothing_else(language):
    record = played(4, "assign_roles@1")
    record = replace(
        record,
        answers={
            **record.answers,
            ("game.foreseen", "p1"): Answer(3, 0.0),
            ("platform.question", "p1"): Answer(1, 0.0),
        },
    )
    agreed = (Agreement("<b>chain meeting</b>", "An & Bo", "2", "6"),)
    page = str(handout(CONTENT, record, language, agreed))
    assert is_balanced(page.removeprefix("<!doctype html>"))
    assert "&lt;b&gt;chain meeting" in page
    assert "An &amp; Bo" in page
    assert all(f"{share} %" in page for share in SHARES.values())
    assert not re.search(r"(src|href)=|<script|https?://", page), "it needs nothing else"
    assert page.count("<li>") >= 3 + 3
    empty = str(handout(CONTENT, record_at("agree"), language))
    assert is_balanced(empty.removeprefix("<!doctype html>"))


def test_agreements_are_read_within_bounds():
    assert agreements_in({"what-0": "x" * 500, "what-99": "no"}) == (Agreement("x" * 120, "", "", ""),)
    assert agreements_in({}) == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_has_a_card_on_paper(language):
    page = str(cards(CONTENT, language))
    assert is_balanced(page.removeprefix("<!doctype html>"))
    for table in CONTENT.tables:
        assert f"<h1>{table.label.in_(language)}</h1>" in page
    assert "<h1>" in str(cards(content_from(None, only="lesson", minutes=30), language))
