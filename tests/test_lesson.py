"""The lesson: its file, its answers, its story, its questions."""

import dataclasses
import itertools
import os
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import InputRefused, case, run_worlds
from simulation.engine.ensemble import WEEKLY
from simulation.engine.traces import trace
from simulation.lesson.answers import (
    NOWHERE,
    SEVERAL,
    Answers,
    Places,
    agreement,
    answers_of,
    chosen,
    distances,
    met,
    places_of,
    weeks_asked,
    worlds_told,
)
from simulation.lesson.debrief import LEAST, MOST, RULES, question_text, questions, repeats
from simulation.lesson.form import Chapter, Condition
from simulation.lesson.judged import of_100
from simulation.lesson.moments import lost_with, moments, sentence, standstills
from simulation.lesson.prediction import MOST_HANDS, Prediction, prediction
from simulation.lesson.runsheet import USUAL, planned
from simulation.lesson.source import read_lesson, shipped
from simulation.model.outcomes import BY_OUTCOME, Event
from simulation.text.i18n import LANGUAGES, say

TOLD = read_lesson()
ASKING = [one for one in TOLD.lesson.chapters if not one.package]

GOOD = """
lesson: 1
title: A short lesson
chapters:
  - name: one
    title: {en: One, nl: Een}
    situation: [It begins.]
    question: What happens?
    options:
      - {text: It lasts, when: {outcome: lasting_adoption, of: full, at_least: 0.5}}
      - {text: It does not, when: otherwise}
    shows: [full]
    state: adoption
"""
OPTIONS = GOOD[GOOD.index("    options:") : GOOD.index("    shows:")]


@pytest.fixture(scope="module")
def runs():
    """Runs of every chapter that asks, by its name."""
    return {
        one.name: run_worlds(TOLD.study.select(one.scenarios), TOLD.lesson.worlds, TOLD.lesson.seed, weekly=True)
        for one in ASKING
    }


@pytest.fixture(scope="module")
def stories():
    """Some worlds of some scenarios."""
    return [trace(case().scenario(name), world) for name in ("it-only", "full", "partner-over") for world in (0, 7)]


def written(tmp_path, text):
    path = tmp_path / "lesson.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def refused(tmp_path, text, language="en"):
    with pytest.raises(InputRefused) as caught:
        read_lesson(written(tmp_path, text))
    return caught.value


# --- the lesson that comes along -----------------------------------------------------------------------


def test_the_case_is_told_in_twelve_chapters():
    assert [one.name for one in TOLD.lesson.chapters] == [
        "platform",
        "waiting",
        "elephant",
        "roles",
        "partner",
        "year-after",
        "technique",
        "help",
        "opposition",
        "chain",
        "self-built",
        "own-organisation",
    ]
    assert all(len(one.situation) == 4 for one in TOLD.lesson.chapters)


@pytest.mark.parametrize("chapter", ASKING, ids=lambda one: one.name)
def test_every_world_falls_under_exactly_one_option(chapter, runs):
    answers = answers_of(chapter, runs[chapter.name])
    assert answers.unclear == (0, 0)
    assert sum(answers.counts) == answers.worlds == TOLD.lesson.worlds


@pytest.mark.parametrize("chapter", ASKING, ids=lambda one: one.name)
def test_that_does_not_depend_on_these_worlds(chapter):
    other = run_worlds(TOLD.study.select(chapter.scenarios), 60, 99, weekly=True)
    assert answers_of(chapter, other).unclear == (0, 0)
    same = run_worlds(TOLD.study.select(chapter.scenarios), 20, 5, "defaults", weekly=True)
    assert answers_of(chapter, same).unclear == (0, 0)


def test_what_the_model_says_of_the_lesson_is_what_it_was_found_to_say(runs):
    """Counted over the same worlds as docs/patterns.md: a change here is a finding to write down in docs/trainer.md."""
    found = {one.name: agreement(one, answers_of(one, runs[one.name])) for one in ASKING}
    assert found == {
        "platform": "agrees",
        "waiting": "agrees",
        "elephant": "disagrees",
        "roles": "agrees",
        "partner": "agrees",
        "year-after": "divided",
        "technique": "agrees",
        "help": "divided",
        "opposition": "disagrees",
        "chain": "divided",
        "self-built": "agrees",
    }


def test_the_guides_say_what_the_model_says(runs):
    for path, words in (("docs/trainer.md", "of 100"), ("docs/trainer.nl.md", "van de 100")):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        for number, chapter in enumerate(ASKING, start=1):
            answers = answers_of(chapter, runs[chapter.name])
            held = sum(answers.counts[place] for place, one in enumerate(chapter.options) if one.lesson)
            share = of_100(held, answers.worlds, "nl" if ".nl." in path else "en")
            line = next(one for one in lines if re.match(rf"\| {number} \| .*{words}.*\| \w+[^|]* \|$", one))
            assert f"{share} {words}" in line, (path, line)
            built = chapter.built_in
            said = {"yes": ("yes", "ja"), "partly": ("partly", "deels"), "no": ("no", "nee")}[built.how][".nl." in path]
            numbers = f" ({', '.join(built.patterns)})" if built.patterns else ""
            assert line.endswith(f"| {said}{numbers} |"), (path, line)
            for count in re.findall(r"\bin (\d+)\b", line):
                known = {of_100(each, answers.worlds, "en") for each in answers.counts}
                assert count in known, (path, line)


@pytest.mark.parametrize("path", ["docs/trainer.md", "docs/trainer.nl.md"])
def test_the_guides_say_which_chapters_go_into_a_session(path):
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    for minutes in USUAL:
        places = [place + 1 for place in planned(TOLD.lesson, minutes)]
        line = next(one for one in lines if one.startswith(f"| {minutes} |"))
        assert line.startswith(f"| {minutes} | {len(places)} | {', '.join(map(str, places))}"), line


@pytest.mark.parametrize("path", ["docs/trainer.md", "docs/trainer.nl.md"])
def test_the_examples_of_the_guides_are_in_order(path, tmp_path):
    lesson, package = re.findall(r"```yaml\n(.*?)```", Path(path).read_text(encoding="utf-8"), re.DOTALL)
    told = read_lesson(written(tmp_path, lesson))
    assert len(told.lesson.chapters) == 1
    text = lesson[: lesson.index("    options:")] + package
    assert read_lesson(written(tmp_path, text)).lesson.chapters[0].package is not None


def test_both_languages_are_there_and_differ():
    for chapter in TOLD.lesson.chapters:
        texts = [chapter.title, chapter.question, *chapter.situation, *chapter.debrief]
        texts += [one.text for one in chapter.options] + ([chapter.claim] if chapter.claim else [])
        for text in texts:
            assert text.en != text.nl, text


def test_no_text_gives_the_answer_away():
    """A situation, a question and an option hold no count and no share of worlds."""
    for chapter in TOLD.lesson.chapters:
        for text in (*chapter.situation, chapter.question, *(one.text for one in chapter.options)):
            assert not re.search(r"worlds|werelden", text.en + text.nl)


# --- the file ------------------------------------------------------------------------------------------


def test_a_short_lesson_is_read(tmp_path):
    path = written(tmp_path, GOOD)
    told = read_lesson(path)
    assert told.lesson.chapters[0].options[1].when == ()
    assert told.study.names == case().names


def test_a_bound_may_lie_at_the_ends_of_what_can_be(tmp_path):
    for said in ("at_least: 0", "at_least: 1", "below: 1", "equals: 0"):
        assert read_lesson(written(tmp_path, GOOD.replace("at_least: 0.5", said)))


def test_a_lesson_may_add_scenarios_of_its_own_to_those_of_its_study(tmp_path):
    own = "scenarios: {late: {extends: full, measures: {external_partner: {start: 52}}}}"
    told = read_lesson(
        written(tmp_path, GOOD.replace("lesson: 1", f"lesson: 1\n{own}").replace("of: full", "of: late"))
    )
    assert told.study.names == (*case().names, "late")
    assert told.study.scenario("late").measures.external_partner.start == 52
    assert told.study.override({"parameters.t": 0.5}).names == told.study.names  # it can be varied as the study can
    assert told.study.select(case().names).digest() == case().digest()


def test_a_lesson_that_says_nothing_new_is_told_as_before(tmp_path):
    chapter = read_lesson(written(tmp_path, GOOD)).lesson.chapters[0]
    assert (chapter.built_in, chapter.because, chapter.notes, chapter.minutes) == (None, None, (), 10)
    assert all(option.told is None for option in chapter.options)


def test_the_format_has_the_states_of_the_ensemble():
    assert set(Condition.model_fields["state"].annotation.__args__[0].__args__) == set(WEEKLY)


def test_a_lesson_may_speak_of_a_study_beside_it(tmp_path):
    study = (
        "synergy: 2\n"
        "organisation: {departments: {ICT: {kind: it, capacity: 80}, Shop: {kind: business, capacity: 80}}}\n"
        "scenarios: {it-only: {}, full: {measures: {assign_roles: on}}}\n"
    )
    (tmp_path / "ours.yaml").write_text(study, encoding="utf-8")
    told = read_lesson(written(tmp_path, GOOD.replace("title: A", "study: ours.yaml\ntitle: A")))
    assert told.study.names == ("it-only", "full")
    (tmp_path / "ours.yaml").write_text(study.replace("capacity: 80}, S", "capacity: -1}, S"), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"ours\.yaml, line 2.*-1 is too small"):
        read_lesson(str(tmp_path / "lesson.yaml"))


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("lesson: 1", "lesson: 2"), 2, "the file has format 2; this software reads 1"),
        (("lesson: 1\n", "study: case\n"), None, "the file does not say which format it has"),
        (("title: A short", "titel: A short"), 3, r"'titel' is not a key that is known here.*Nearest: title"),
        (("    question: What happens?\n", ""), 5, "`question` is missing"),
        (("lasting_adoption", "lasting_use"), 10, "'lasting_use' is not one of the words"),
        (("of: full", "of: ful"), 10, r"there is no scenario 'ful'\. Nearest: full"),
        (("at_least: 0.5", "at_least: half"), 10, "'half' is not a number"),
        ((", at_least: 0.5", ""), 10, "does not say when it holds"),
        (("at_least: 0.5", "at_least: 0.5, below: 0.5"), 10, "nothing is at least 0.5 and also below 0.5"),
        (("at_least: 0.5", "at_least: 0.5, equals: 1"), 10, "do not go together: at_least, equals"),
        (("at_least: 0.5", "happens: on"), 10, "`lasting_adoption` is a number.*go_live_week"),
        (("outcome: lasting_adoption", "state: adoption"), 10, "Say in which `week`"),
        (("outcome: lasting_adoption", "state: adoption, week: 900"), 10, "900 is too large"),
        (("outcome: lasting_adoption", "state: adoption, week: 200"), 10, "week 200 is after the last week 156"),
        (("of: full", "of: full, week: 3"), 10, "an outcome is of the whole run and has no week"),
        (("outcome: lasting_adoption, ", ""), 10, "names either an `outcome`"),
        (("of: full", "of: full, minus: rols"), 10, r"no scenario 'rols'\. Nearest: roles"),
        (("at_least: 0.5", "atleast: 0.5"), 10, "'atleast' is not a key.*Nearest: at_least"),
        (
            ("{outcome: lasting_adoption, of: full, at_least: 0.5}", "otherwise"),
            11,
            "option 1 holds where no other does",
        ),
        (("      - {text: It does not, when: otherwise}\n", ""), 9, "there is one option"),
        (("    shows: [full]\n", ""), 5, "`shows` is missing or empty"),
        (("shows: [full]", "shows: [full, rules]"), 12, r"no scenario 'rules'\. Nearest: roles"),
        (("state: adoption", "state: adoptoin"), 13, r"'adoptoin' is not one of.*Nearest: adoption"),
        (("state: adoption", "world: 1.5"), 13, "1.5 is not a whole number"),
        (
            ("state: adoption", "package: {base: full, against: [it-only], measures: [assign_rolls]}"),
            13,
            "assign_rolls",
        ),
        (("situation: [It begins.]", "situation: []"), 7, "this is empty|missing"),
        (("lesson: 1", "lesson: 1\nlesson: 1"), 3, "the key 'lesson' stands here a second time"),
        (("lesson: 1", "lesson: 1\nstudy: nowhere.yaml"), 3, r"study: there is no such file.*'nowhere\.yaml'"),
        (("lesson: 1", "lesson: 1\nstudy: lesson.yaml"), 3, "study: this is a lesson, and a study is needed"),
        (("lesson: 1", "lesson: 1\nstudy: " + "x" * 299), 3, "study: .*(no such file|cannot be read)"),
        (("lesson: 1", 'lesson: 1\nstudy: "a\\0b"'), 3, "study: the name .* holds a character"),
        (("shows: [full]", "shows: [full, full]"), 12, "'full' stands in this list a second time"),
        (("of: full", "of: full, minus: full"), 10, "subtracts something from itself"),
        (("of: full", "of: full, minus: {of: full}"), 10, "subtracts something from itself"),
        (
            ("  - name: one\n", GOOD[GOOD.index("  - name: one") :].replace("one", "ONE", 1) + "  - name: one\n"),
            14,
            "there is a chapter 'ONE' already",
        ),
        ((OPTIONS, "    options: []\n"), 9, "`options` is missing or empty"),
        (("shows: [full]", "shows: []"), 12, "`shows` is missing or empty"),
        (("outcome: lasting_adoption", "outcome: "), 10, "a key here without a value"),
        (("outcome: lasting_adoption", "state: "), 10, "a key here without a value"),
        (("at_least: 0.5", "at_least: "), 10, "a key here without a value"),
        (("of: full", "of: full, minus: "), 10, "a key here without a value"),
        (("of: full", "of: full, minus: {of: }"), 10, "a key here without a value"),
        (("of: full", "of: full, state: progress, week: 3"), 10, "names either an `outcome`"),
        (
            ("at_least: 0.5", "at_least: 10"),
            10,
            r"10 is out of reach.*between 0 and 1\. Ten per cent is written as 0\.1",
        ),
        (("at_least: 0.5", "equals: -1"), 10, "-1 is out of reach"),
        (("at_least: 0.5", "below: 0"), 10, "nothing is below 0 here"),
        (("of: full, at_least: 0.5", "of: full, minus: it-only, below: -1.5"), 10, "between -1 and 1"),
        (
            ("outcome: lasting_adoption, of: full, at_least: 0.5", "outcome: go_live_week, of: full, below: 900"),
            10,
            "900 is out of reach: `go_live_week` here lies between 0 and 157",
        ),
        (("state: adoption", "world: 200"), 13, "there is no world 200: with 200 worlds they are numbered 0 to 199"),
        (("state: adoption", "built_in: {how: no}"), 13, "does not say on what ground"),
        (("state: adoption", "built_in: {how: maybe, patterns: 3}"), 13, "'maybe' is not one of the words"),
        (("state: adoption", "built_in: {how: no, patterns: 99}"), 13, "'99' is not the number of a pattern"),
        (("state: adoption", "minutes: 0"), 13, "0 is too small"),
        (("state: adoption", "priority: soon"), 13, "'soon' is not a whole number"),
        (("lesson: 1", "lesson: 1\nscenarios: {full: {}}"), 3, "the study has a scenario 'full' already"),
        (("lesson: 1", "lesson: 1\nscenarios: []"), 3, "`scenarios` is empty"),
        (("lesson: 1", "lesson: 1\nscenarios: {late: {extends: ful}}"), 3, r"`extends` names 'ful'.*Nearest: full"),
        (
            ("lesson: 1", "lesson: 1\nscenarios: {late: {extends: full, measures: {external_partner: {start: 0}}}}"),
            3,
            "0 is too small",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is(tmp_path, change, line, says):
    error = refused(tmp_path, GOOD.replace(*change, 1))
    told = error.told()
    assert re.search(says, told), told
    if line:
        assert re.search(rf"line {line}\b", told), told
    assert len(error.problems) <= 3, told
    assert all(one.told("nl") != one.told("en") for one in error.problems)


def test_all_mistakes_are_told_at_once_in_the_order_of_lines(tmp_path):
    text = GOOD.replace("of: full", "of: ful").replace("state: adoption", "state: x").replace("title: A", "titel: A")
    lines = [one.line for one in refused(tmp_path, text).problems]
    assert lines == sorted(lines)
    assert set(lines) == {3, 10, 13}


@pytest.mark.parametrize(
    "text", ["", "[]", "just words", "{}", "lesson:", "lesson: 1\nchapters: 3", "chapters: [1, null]"]
)
def test_what_is_no_lesson_is_refused(tmp_path, text):
    assert refused(tmp_path, text).told()


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 300) | st.sampled_from(["full", "otherwise", "typical", "x"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["chapters", "options", "when", "minus", "of", "state", "week", "package", "shows", "name"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=25,
    )
)
def test_whatever_a_file_holds_ends_in_a_sentence(data):
    from simulation.lesson.source import _Reader

    reader = _Reader({"lesson": 1, "chapters": [data], "title": data}, Path(), lambda path: None)
    reader.lesson()
    for language in LANGUAGES:
        assert all(one.told(language) for one in reader.all_problems())


def test_check_tells_in_how_many_worlds_each_option_holds(tmp_path, capsys):
    from simulation.cli.main import main

    overlap = GOOD.replace("when: otherwise", "when: {outcome: lasting_adoption, of: full, at_least: 0.6}")
    assert main(["check", written(tmp_path, overlap), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert re.search(r"one: A \d+, B \d+", said)
    assert "no option holds" in said
    assert "more than one option holds" in said
    assert main(["check", shipped(), "--lang", "nl"]) == 0
    assert "Hoofdstukken: 12" in capsys.readouterr().out


def test_check_calls_nothing_in_order_before_it_has_counted(tmp_path, capsys, monkeypatch):
    from simulation.cli.main import main

    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("simulation.lesson.answers.answers_of", fail)
    assert main(["check", written(tmp_path, GOOD), "--lang", "en"]) == 1
    assert capsys.readouterr().out == ""


STUDY = "scenarios/case.yaml"


@pytest.mark.parametrize(
    ("words", "english", "dutch"),
    [
        (["scenarios", shipped()], "this is a lesson, and a study is needed", "dit is een les, en hier is een studie"),
        (["run", shipped(), "full"], "this is a lesson", "dit is een les"),
        (["compare", shipped()], "this is a lesson", "dit is een les"),
        (["dashboard", shipped(), "--no-open"], "this is a lesson", "dit is een les"),
        (["dashboard", "--lesson", STUDY, "--no-open"], "this is a study", "dit is een studie"),
        (["check", shipped(), "--set", "parameters.t=99"], "'parameters.t=99' is a change", "is een wijziging achter"),
    ],
)
def test_a_lesson_and_a_study_are_told_apart_in_a_sentence(capsys, monkeypatch, words, english, dutch):
    from simulation.cli.main import main

    monkeypatch.delenv("SYNERGY_LESSON", raising=False)
    for language, says in (("en", english), ("nl", dutch)):
        assert main([*words, "--lang", language]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert says in err
        assert err.count("\n") == 1


def test_a_lesson_whose_format_is_misspelt_is_a_lesson(tmp_path, capsys):
    from simulation.cli.main import main

    assert main(["check", written(tmp_path, GOOD.replace("lesson: 1", "lessn: 1")), "--lang", "en"]) == 1
    err = capsys.readouterr().err
    assert "'lessn' is not a key that is known here" in err
    assert "Nearest: lesson" in err
    assert err.count("\n") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_lesson_comes_through_a_pipe_too(tmp_path, capsys):
    from simulation.cli.main import main

    os.mkfifo(tmp_path / "pipe")
    writing = threading.Thread(target=(tmp_path / "pipe").write_text, args=(GOOD,))
    writing.start()
    assert main(["check", str(tmp_path / "pipe"), "--lang", "en"]) == 0
    writing.join()
    assert "in order" in capsys.readouterr().out


def test_the_dashboard_refuses_a_broken_lesson_at_start(tmp_path, capsys, monkeypatch):
    from simulation.cli.main import main

    monkeypatch.delenv("SYNERGY_LESSON", raising=False)
    broken = written(tmp_path, GOOD.replace("of: full", "of: ful"))
    assert main(["dashboard", "--no-open", "--lesson", broken, "--lang", "en"]) == 1
    assert "there is no scenario 'ful'" in capsys.readouterr().err
    assert main(["dashboard", "--no-open", "--lesson", str(tmp_path / "none.yaml"), "--lang", "nl"]) == 1
    told = capsys.readouterr().err
    assert "deze les is hier niet" in told
    assert "organisatie" not in told


# --- answers -------------------------------------------------------------------------------------------


def condition(**said):
    return Condition.model_validate(said)


def test_a_condition_is_read_off_the_runs():
    runs = run_worlds(case().select(("it-only", "full")), 12, weekly=True)
    live, use = runs.of("full", "go_live_week"), runs.weeks("full", "adoption")
    assert (met(condition(of="full", outcome="go_live_week", happens=True), runs) == (live <= 156)).all()
    assert (met(condition(of="full", outcome="go_live_week", happens=False), runs) == (live > 156)).all()
    assert (met(condition(of="it-only", outcome="go_live_104", equals=0), runs)).all()
    inside = met(condition(of="full", outcome="lasting_adoption", at_least=0.7, below=0.9), runs)
    lasting = runs.of("full", "lasting_adoption")
    assert (inside == ((lasting >= 0.7) & (lasting < 0.9))).all()
    gap = met(condition(of="full", state="adoption", week=156, minus={"week": 100}, at_least=0.1), runs)
    assert (gap == (use[:, 155].astype(float) - use[:, 99] >= 0.1)).all()
    more = met(condition(of="full", outcome="cost", minus={"of": "it-only"}, at_least=0), runs)
    assert (more == (runs.of("full", "cost") >= runs.of("it-only", "cost"))).all()


def test_an_undefined_outcome_meets_no_condition():
    runs = run_worlds(case().select(("it-only",)), 5)
    assert np.isnan(runs.of("it-only", "retention")).all()
    for bounds in ({"at_least": -9}, {"below": 9}, {"equals": 0}):
        assert not met(condition(of="it-only", outcome="retention", **bounds), runs).any()
    assert not met(condition(of="it-only", outcome="relapse_half_life", happens=False), runs).any()


@given(
    st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=1, max_size=20), st.none() | st.integers(0, 2)
)
def test_each_world_gets_its_option_or_says_why_not(columns, rest):
    truths = np.array(columns).T
    answers = chosen(truths, rest)
    for world, column in enumerate(columns):
        true = [place for place, one in enumerate(column) if one and place != rest]
        expected = true[0] if len(true) == 1 else SEVERAL if true else NOWHERE if rest is None else rest
        assert answers.of[world] == expected
    assert sum(answers.counts) + sum(answers.unclear) == answers.worlds
    assert list(answers.order) == sorted(answers.order, key=lambda one: (-answers.counts[one], one))


def claiming(*lesson):
    when = {"of": "full", "outcome": "cost", "below": 1}
    options = [{"text": {"en": "a", "nl": "b"}, "when": [when], "lesson": one} for one in lesson]
    text = {"en": "x", "nl": "y"}
    return Chapter.model_validate(
        {"name": "x", "title": text, "situation": [text], "question": text, "options": options, "shows": ["full"]}
    )


@pytest.mark.parametrize(
    ("counts", "says"), [((70, 30), "agrees"), ((52, 48), "divided"), ((30, 70), "disagrees"), ((0, 100), "disagrees")]
)
def test_the_lesson_is_held_against_the_model(counts, says):
    answers = Answers(np.repeat([0, 1], counts), 2)
    assert agreement(claiming(True, False), answers) == says
    assert agreement(claiming(False, False), answers) == "silent"
    assert agreement(claiming(True, True), answers) == "agrees"


def test_two_answers_about_as_frequent_are_called_divided():
    assert Answers(np.repeat([0, 1], (104, 96)), 2).divided
    assert not Answers(np.repeat([0, 1], (130, 70)), 2).divided
    assert not Answers(np.zeros(5, dtype=int), 2).divided


def test_the_world_told_is_typical_of_the_most_frequent_option(runs):
    for chapter in ASKING:
        found = runs[chapter.name]
        answers = answers_of(chapter, found)
        paths = np.array([found.weeks(name, chapter.state) for name in chapter.shows], dtype=float)
        order = worlds_told(answers, paths)
        assert sorted(order) == list(range(answers.worlds))
        assert answers.of[order[0]] == answers.order[0]
        assert [answers.of[one] for one in order[: len(answers.order)]] == list(answers.order)
        inside = np.flatnonzero(answers.of == answers.order[0])
        off = distances(paths[:, inside])
        assert off[list(inside).index(order[0])] == off.min()


def test_places_count_who_lasts_longer():
    runs = run_worlds(case().select(("it-only", "roles", "full")), 30)
    own, others = (
        runs.of("roles", "lasting_adoption"),
        [runs.of(name, "lasting_adoption") for name in ("it-only", "full")],
    )
    places = places_of(runs, "roles")
    for world in range(30):
        better = sum(bool(other[world] - own[world] > 0.02 + 1e-9) for other in others)
        worse = sum(bool(own[world] - other[world] > 0.02 + 1e-9) for other in others)
        assert (places.first[world], places.last[world]) == (1 + better, 3 - worse)
    apart = (places.first > 1) | (places.last < 3)
    shared = places.last - places.first + 1
    assert sum(places.counts) == int(shared[apart].sum())  # a shared place counts for each
    assert places.alike == 30 - int(apart.sum())


def test_a_shared_place_is_nobody_elses():
    """Of three that last equally long none comes first: each shares all three places."""
    runs = run_worlds(case().select(("it-only", "name", "wait")), 30)
    for name in runs.study.names:
        assert places_of(runs, name).usual == (1, 3)
        assert places_of(runs, name).counts == (30, 30, 30)
        assert places_of(runs, name).alike == 30


def test_worlds_in_which_all_end_alike_say_nothing_of_a_place():
    """Three of five worlds in which nothing lasts for anybody would else be the package's usual places, all of them."""
    places = Places(np.array([1, 1, 1, 2, 2]), np.array([3, 3, 3, 3, 2]), 3)
    assert places.alike == 3
    assert places.usual == (2, 2)
    assert places.often == 1
    assert places.counts == (0, 2, 1)


def test_the_weeks_a_question_looks_at_are_known():
    by_name = {one.name: weeks_asked(one) for one in ASKING}
    assert by_name["waiting"] == (104,)
    assert by_name["elephant"] == (12, 52)
    assert by_name["year-after"] == ()


# --- predictions ---------------------------------------------------------------------------------------


@given(st.lists(st.integers(-5, 2000), max_size=12), st.integers(0, 9), st.integers(-3, 12), st.integers(-2000, 2000))
def test_a_prediction_stays_within_bounds(counts, options, option, hands):
    room = prediction(tuple(counts), options).add(option, hands)
    assert len(room.counts) == options
    assert all(0 <= one <= MOST_HANDS for one in room.counts)
    assert sum(room.share(place) for place in range(options)) == pytest.approx(1.0 if room.total else 0.0)
    assert all(room.counts[one] == max(room.counts) for one in room.leaders)


def test_a_prediction_does_not_know_who_collected_it():
    assert [one.name for one in dataclasses.fields(Prediction)] == ["counts"]


# --- stories -------------------------------------------------------------------------------------------


def test_a_story_is_the_run_itself(stories):
    from simulation.engine.ensemble import run_world

    for story in stories:
        outcomes, weekly = run_world(case().select((story.scenario.name,)), story.world, 1, "ranges")
        np.testing.assert_allclose(story.weekly("adoption"), weekly[0, :, WEEKLY.index("adoption")], atol=1e-6)
        lasting = list(BY_OUTCOME).index("lasting_adoption")
        assert outcomes[0, lasting] == pytest.approx(story.weekly("adoption")[-1], abs=1e-9)


@pytest.mark.slow
def test_the_mesa_model_tells_the_same(stories):
    beside = stories[0]
    for story in stories:
        mesa = trace(story.scenario, story.world, compiled=False)
        for state in WEEKLY:
            np.testing.assert_allclose(story.weekly(state), mesa.weekly(state), atol=1e-12)
        assert story.carried == pytest.approx(mesa.carried, rel=1e-12)
        for language in LANGUAGES:
            ours, theirs = ([sentence(one, run, language) for one in moments(run)] for run in (story, mesa))
            assert ours == theirs
            ours, theirs = (
                [question_text(one, run, beside, language) for one in questions(run, beside)] for run in (story, mesa)
            )
            assert ours == theirs


def test_what_a_trace_says_of_its_departments_is_what_the_file_says(stories):
    story = stories[0]
    kinds = [one.kind for one in story.scenario.organisation.departments]
    assert story.internal.tolist() == [kind != "chain" for kind in kinds]
    assert story.business.tolist() == [kind == "business" for kind in kinds]
    inside = [name for name, internal in zip(story.names, story.internal, strict=True) if internal]
    assert list(story.carried) == [*inside, ""]
    assert story.first("leave") == next(one for one in story.events if one.kind == "leave")
    assert story.first("nothing of the kind") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_moment_is_a_sentence_in_its_week(stories, language):
    for story in stories:
        found = moments(story)
        assert [one.week for one in found] == sorted(one.week for one in found)
        for one in found:
            assert 1 <= one.week <= story.horizon
            said = sentence(one, story, language)
            assert said[0].isupper()
            assert "{" not in said


def test_a_standstill_is_one(stories):
    assert any(standstills(one) for one in stories)
    for story in stories:
        progress = np.concatenate([[0.0], story.weekly("progress")])
        for begin, end in standstills(story):
            for week in range(begin, end - 11):
                assert progress[week + 12] - progress[week - 1] < 0.01


def test_what_everybody_loses_at_once_is_nobodys_leaving(stories):
    story = stories[0]
    states = story.departments.copy()
    states["engagement"] = 0.4
    states["engagement"][50:] = 0.1
    fell = dataclasses.replace(story, departments=states)
    assert lost_with(fell, Event(51, "leave", story.names[1])) == pytest.approx(0.0)
    states["engagement"] = 0.4
    states["engagement"][50:, 1] = 0.1
    assert lost_with(fell, Event(51, "leave", story.names[1])) == pytest.approx(0.75)


# --- questions -----------------------------------------------------------------------------------------


def test_questions_are_few_and_the_same_each_time(stories):
    for story in stories:
        found = questions(story)
        assert 1 <= len(found) <= MOST
        assert found == questions(story)
        assert [one.week for one in found] == sorted(one.week for one in found)
        assert len({one.key for one in found}) == len(found)
        assert all(one.size >= LEAST for one in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_question_is_put_in_words_about_what_happened(stories, language):
    for story in stories:
        for one in questions(story, stories[0], "progress"):
            said = question_text(one, story, stories[0], language)
            assert "{" not in said
            assert said.endswith("?")


def test_the_largest_things_are_asked_about(stories):
    for story in stories:
        every = [one for rule in RULES for one in rule(story)]
        kept = questions(story)
        left = [one for one in every if one not in kept and not any(repeats(one, other) for other in kept)]
        assert all(min(one.size for one in kept) >= one.size for one in left)


def test_no_two_questions_come_back_to_the_same_fact(stories):
    for story in stories:
        for state in ("progress", "adoption"):
            found = questions(story, stories[0], state)
            assert len(found) <= 2
            assert not any(repeats(a, b) for a, b in itertools.combinations(found, 2))
    every = [one for rule in RULES for one in rule(stories[0])]
    assert any(repeats(a, b) for a, b in itertools.combinations(every, 2))  # there was something to leave out


def test_what_did_not_happen_is_not_asked_about(stories):
    for story in stories:
        keys = {one.key for one in questions(story)}
        kinds = {one.kind for one in story.events}
        assert "debrief.partner" not in keys or "partner_ends" in kinds
        assert "debrief.silence" not in keys or "named" in kinds
        assert ("debrief.never" in keys) <= (story.go_live is None)
    quiet = stories[0]
    without = dataclasses.replace(quiet)
    vars(without)["events"] = ()
    assert not {"debrief.left", "debrief.left_role", "debrief.rush"} & {one.key for one in questions(without)}


def test_two_decisions_that_do_not_differ_raise_no_question(stories):
    story = stories[1]
    assert not any(one.key.startswith("debrief.parted") for one in questions(story, story, "adoption"))
    other = next(one for one in stories if one.scenario.name == "full" and one.world == 0)
    parted = [one for one in questions(stories[0], other, "progress") if one.key == "debrief.parted_progress"]
    assert len(parted) == 1
    gap = np.abs(stories[0].weekly("progress") - other.weekly("progress"))
    assert parted[0].week == int(np.flatnonzero(gap >= 0.05)[0]) + 1


def test_every_question_has_words():
    for key in ("left", "left_role", "convinced_idle", "parted_visibility"):
        fields = dict.fromkeys(("week", "department", "share", "a", "b", "first", "one", "other"), "x")
        for language in LANGUAGES:
            assert say(f"lesson.debrief.{key}", language, **fields).endswith("?")
