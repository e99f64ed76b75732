"""Names that can be seen and told apart, and messages in which nothing hides."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulation import InputRefused
from simulation.study.build.merge import build
from simulation.study.errors import problem, unknown
from simulation.study.organisation import Department, Label
from simulation.study.scenario import Study
from simulation.study.sources.files import load, parse, resolved_yaml, study_yaml
from simulation.text.characters import UNSEEN, code_of, composed, first_unseen, is_visible, look, one_line, unicode_name

QUICK = settings(max_examples=200, deadline=None, database=None)


def a_study(department="Sales", scenario="base", **more):
    return {
        "synergy": 2,
        "organisation": {
            "departments": {"IT": {"kind": "it", "capacity": 60}, department: {"kind": "business", "capacity": 10}},
            "interdependence": [["IT", department]],
        },
        "scenarios": {scenario: {}},
        **more,
    }


def refusal(make):
    with pytest.raises(InputRefused) as caught:
        make()
    return caught.value


def is_harmless(text):
    return all(one in "\n\u202f\u00a0" or unicodedata.category(one) not in UNSEEN for one in text)


UNSEEN_CHARACTERS = {
    "\x1b": "U+001B (ESCAPE)",
    "\x07": "U+0007 (BELL)",
    "\x00": "U+0000 (NULL)",
    "\x9b": "U+009B (CONTROL SEQUENCE INTRODUCER)",
    "\ufeff": "U+FEFF (ZERO WIDTH NO-BREAK SPACE)",
    "\u202e": "U+202E (RIGHT-TO-LEFT OVERRIDE)",
    "\u2066": "U+2066 (LEFT-TO-RIGHT ISOLATE)",
    "\u200b": "U+200B (ZERO WIDTH SPACE)",
    "\u200c": "U+200C (ZERO WIDTH NON-JOINER)",
    "\u200d": "U+200D (ZERO WIDTH JOINER)",
    "\u2028": "U+2028 (LINE SEPARATOR)",
    "\ue000": "U+E000 (PRIVATE USE)",
    "\U000e0041": "U+E0041 (TAG LATIN CAPITAL LETTER A)",
    "\U000fffff": "U+FFFFF (UNASSIGNED)",
    "\u3164": "U+3164 (HANGUL FILLER)",
    "\u2800": "U+2800 (BRAILLE PATTERN BLANK)",
}


@pytest.mark.parametrize("character", UNSEEN_CHARACTERS, ids=code_of)
def test_a_character_that_cannot_be_seen_is_refused_in_every_name(character):
    for data in (a_study(department=f"Sa{character}les"), a_study(scenario=f"Sa{character}les")):
        refused = refusal(lambda data=data: build(data, "made"))
        for language, words in (("en", "cannot be seen"), ("nl", "dat je niet ziet")):
            told = refused.told(language)
            assert UNSEEN_CHARACTERS[character] in told
            assert words in told
            assert is_harmless(told)
            assert character not in told
        assert len(refused.problems) == 1
        line = refusal(lambda data=data: parse(study_yaml(data))).problems[0].line
        assert line == (4 if "base" in data["scenarios"] else 7) or line > 1
    with pytest.raises(ValidationError):
        Department(name=f"Sa{character}les", kind="business", capacity=1)


@pytest.mark.parametrize(
    "name", ["\x1b", "\x9b", "\ufeff", "\u00a0", " \u00a0 ", "\ufe0f", "\u0301", "\u3164", "\u00ad"]
)
def test_a_name_has_something_to_see(name):
    assert not is_visible(name)
    refused = refusal(lambda: build(a_study(department=name), "made"))
    assert "cannot be a name" in str(refused)
    assert is_harmless(str(refused))


@pytest.mark.parametrize(
    "name", ["-", "1", "営業部 🚀", "مشتريات", "Financiën", "R&D", "é", "👩💻", "#", "a\u00a0b", "❤️"]
)
def test_a_name_in_any_script_is_a_name(name):
    study = build(a_study(department=name, scenario=name), "made")
    assert study.names == (name,)
    again = parse(resolved_yaml(study, study.scenarios[0]))
    assert again.digest() == study.digest()


@QUICK
@given(st.characters())
def test_what_is_refused_is_what_the_categories_say(character):
    unseen = unicodedata.category(character) in UNSEEN
    assert first_unseen(f"a{character}") == (character if unseen else first_unseen(character))
    assert unicode_name(character)
    assert is_harmless(one_line(f"a {character} b"))


@QUICK
@given(st.text(min_size=1, max_size=12))
def test_whatever_the_name_the_message_is_harmless(name):
    told = []
    try:
        build(a_study(department=name, scenario=name), "made")
    except InputRefused as refused:
        told = [refused.told("en"), refused.told("nl")]
    assert all(map(is_harmless, told))


# --- looking alike -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sales", "SALES"),
        ("Customer service", "Customer  service"),
        ("Customer service", "Customer\u00a0service"),
        ("Finance", "ﬁnance"),
        ("Straße", "STRASSE"),
        ("Team 1", "Team １"),
        ("❤", "❤️"),
        ("Å", "\u212b"),
    ],
)
def test_two_names_that_look_alike_are_refused_with_both_named(one, other):
    assert look(one) == look(other)
    data = a_study(department=one)
    data["organisation"]["departments"][other] = {"kind": "business", "capacity": 1}
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        return
    assert "readers cannot tell them apart" in str(refusal(lambda: build(data, "made")))
    refused = refusal(lambda: parse(study_yaml(data)))
    lines = study_yaml(data).split("\n")
    first = next(at for at, line in enumerate(lines, 1) if "capacity: 10" in line and "kind: business" in line)
    assert f"line {first + 1}, " in str(refused)
    assert f"on line {first}:" in str(refused)
    assert f"op regel {first}:" in refused.told("nl")
    assert "houdt ze niet uit elkaar" in refused.told("nl")
    scenarios = a_study(scenarios={one: {}, other: {}})
    assert "readers cannot tell them apart" in str(refusal(lambda: build(scenarios, "made")))


@pytest.mark.parametrize(("one", "other"), [("Sales", "Sales 2"), ("Б", "B"), ("B1", "B2"), ("é", "e")])
def test_names_that_differ_to_the_eye_stay(one, other):
    data = a_study(department=one)
    data["organisation"]["departments"][other] = {"kind": "business", "capacity": 1}
    assert build(data, "made").organisation.names == ("IT", one, other)


# --- soft hyphens and composed letters -----------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "\u00a0", "\u0301\u0301", " \ufe0f"])
def test_a_title_without_anything_to_see_is_the_name(title):
    study = build(a_study(scenarios={"base": {"title": title}}), "made")
    assert study.scenarios[0].title.en == "base"


def test_a_soft_hyphen_is_left_out_and_said():
    text = study_yaml(a_study(department="Klantenservice")).replace("    Klantenservice:", "    Klanten\u00adservice:")
    study = parse(text, "plan.yaml")
    assert study.organisation.names == ("IT", "Klantenservice")
    line = next(at for at, one in enumerate(text.split("\n"), 1) if "\u00ad" in one)
    (said,) = study.remarks
    assert said.told().startswith(
        f"plan.yaml, line {line}, organisation.departments: a soft hyphen (U+00AD) was left out"
    )
    assert "zacht afbreekstreepje" in said.told("nl")
    plain = parse(text.replace("\u00ad", ""), "plan.yaml")
    assert plain.remarks == ()
    assert plain.digest() == study.digest()
    assert plain == study
    assert study.select(study.names).remarks == study.remarks


def test_a_soft_hyphen_in_data_is_left_out_and_said_too():
    study = build(a_study(department="Klanten\u00adservice"), "made")
    assert study.organisation.names == ("IT", "Klantenservice")
    assert study.organisation.interdependence[0].b == "Klantenservice"
    assert [one.key for one in study.remarks] == ["soft_hyphen", "soft_hyphen"]
    assert Department(name="Klanten\u00adservice", kind="business", capacity=1).name == "Klantenservice"


@QUICK
@given(st.text(st.characters() | st.sampled_from("e\u0308\u0301a \u0327"), max_size=40))
def test_letters_are_composed_word_by_word_as_they_are_together(text):
    assert composed(text) == unicodedata.normalize("NFC", text.replace("\u00ad", ""))


def test_composed_and_decomposed_letters_are_one_name_wherever_they_come_from():
    split, whole = "Financie\u0308n", "Financi\u00ebn"
    assert Department(name=split, kind="business", capacity=1).name == whole
    data = a_study(department=split)
    data["organisation"]["interdependence"] = [["IT", whole]]
    assert build(data, "made").organisation.names == ("IT", whole)
    text = study_yaml(a_study(department=whole))
    change = f"organisation.departments.{split}.capacity=7"
    assert parse(text, overrides=(change,)).organisation.departments[1].capacity == 7
    measures = {"scenarios": {"base": {"measures": {"cross_functional_team": {"members": [split]}}}}}
    assert build({**a_study(department=whole), **measures}, "made").scenarios[
        0
    ].measures.cross_functional_team.members == (whole,)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a\x1b[1mb", "a [1mb"),
        ("a\u202eb", "a b"),
        ("af\u00addeling", "afdeling"),
        ("می\u200cخواهم", "میخواهم"),
        ("👩\u200d💻", "👩💻"),
        ("a\u2028b\ue000c", "a b c"),
        (" a \n\t b\u00a0c ", "a b c"),
    ],
)
def test_a_text_is_one_line_of_what_can_be_seen(given, read):
    assert one_line(given) == read
    assert Label(en=given, nl=given).en == read


# --- messages ------------------------------------------------------------------------------------------

EVIL = "Sa\u202eles\x1b[2J\x9b\u2800"


def test_every_message_escapes_what_it_repeats():
    other = a_study(department=EVIL)
    other["organisation"]["departments"][f"{EVIL}2"] = {"kind": "it", "capacity": 1}
    other["organisation"]["interdependence"] = [["IT", EVIL], [EVIL, "IT"], [EVIL, EVIL], ["IT", f"{EVIL}3"]]
    circle = a_study(scenarios={EVIL: {"extends": "b"}, "b": {"extends": EVIL}})
    keys = a_study(**{EVIL: 1}, parameters={EVIL: 1}, measures={EVIL: {}}, project={EVIL: 2})
    holders = a_study(measures={"wide_forum": EVIL, "assign_roles": {"progress": [EVIL]}, "platform": {"kind": EVIL}})
    bases = a_study(scenarios={"a": {"extends": EVIL}, EVIL: {"measures": {EVIL: EVIL}}})
    for data in (other, circle, keys, holders, bases):
        refused = refusal(lambda data=data: build(data, "made"))
        assert refused.problems
        for told in (refused.told("en"), refused.told("nl"), str(refused)):
            assert is_harmless(told), told
            assert "\u2800" not in told
    for change in (f"parameters.{EVIL}=1", f"organisation.departments.{EVIL}.capacity=1", EVIL, f"parameters.t={EVIL}"):
        assert is_harmless(str(refusal(lambda change=change: parse(study_yaml(a_study()), EVIL, (change,)))))


def test_a_files_own_name_is_escaped(tmp_path):
    path = tmp_path / "pl\u202ean\x1b[2J.yaml"
    assert is_harmless(str(refusal(lambda: load(str(path)))))
    path.write_text(study_yaml(a_study(kind=1)), encoding="utf-8")
    refused = refusal(lambda: load(str(path)))
    assert r"pl\u202ean\x1b[2J.yaml, line" in str(refused)
    path.write_text(study_yaml(a_study()), encoding="utf-8")
    study = load(str(path))
    assert isinstance(study, Study)
    assert is_harmless(study.name)
    assert is_harmless(study.title.en)


def test_every_field_of_a_problem_is_escaped():
    for one in (
        problem("circle", given=EVIL),
        problem("one_it", given=2, names=EVIL),
        problem("tied_twice", path=EVIL, given=EVIL),
        problem("unreadable", why=EVIL),
        unknown("unknown_department", "x", [EVIL, f"{EVIL}y"]),
    ):
        assert is_harmless(one.told())
        assert r"Sa\u202eles\x1b[2J\x9b\u2800" in one.told()


# --- many mistakes -------------------------------------------------------------------------------------


def many_ties(count, name):
    ties = "".join(f"    - [Dep {i}, {name(i)}]\n" for i in range(count))
    departments = "".join(f"    Dep {i}: {{kind: business, capacity: 1}}\n" for i in range(count))
    return (
        "synergy: 2\norganisation:\n  departments:\n    IT: {kind: it, capacity: 1}\n"
        f"{departments}  interdependence:\n{ties}scenarios:\n  base: {{}}\n"
    )


def test_a_renamed_department_is_told_in_full_once():
    refused = refusal(lambda: parse(many_ties(60, lambda i: "Sales")))
    (one,) = refused.problems
    assert "Departments are: IT, Dep 0" in one.told()
    assert [place.number for place in one.also] == list(range(one.line + 1, one.line + 60))
    assert one.told().endswith(f"{one.line + 12}, … (59 times).")
    assert "(59 keer)" in one.told("nl")


@pytest.mark.parametrize(
    ("text", "given"),
    [
        (many_ties(60, lambda i: "IT").replace("business, capacity", "business, capasity"), "'capasity' is not a key"),
        (many_ties(3, lambda i: "IT") + "".join(f"  s{i}: {{extends: b}}\n" for i in range(60)), "`extends` names 'b'"),
        (many_ties(60, lambda i: "x" * 301), "cannot be a name"),
    ],
)
def test_a_mistake_in_very_many_places_takes_one_line(text, given):
    (one,) = refusal(lambda: parse(text)).problems
    assert given in one.told()
    assert "(59 times)" in one.told()


def test_a_department_renamed_in_a_few_places_is_told_in_full_once():
    refused = refusal(lambda: parse(many_ties(4, lambda i: "Sales")))
    told = str(refused).split("\n")
    first = refused.problems[0].line
    assert [one.endswith(f": 'Sales' again, as on line {first}.") for one in told] == [False, True, True, True]
    assert f"net als op regel {first}" in refused.told("nl")


def test_the_legal_names_are_listed_once_and_each_mistake_keeps_its_nearest():
    told = str(refusal(lambda: parse(many_ties(30, lambda i: f"Depp {i % 8}")))).split("\n")
    assert sum("Departments are:" in one for one in told) == 1
    assert "'Depp 1' is not known either. Nearest: Dep 1." in told[1]
    assert sum("again, as on line" in one for one in told) == 22
    assert sum(len(one) for one in told) < 3_500


def test_problems_of_yaml_and_of_the_study_are_counted_together():
    text = many_ties(90, lambda i: f"Q{i}") + "".join(f"  plan {i}: {{}}\n" for i in range(90)) * 2
    refused = refusal(lambda: parse(text))
    assert len(refused.problems) == 101
    assert "and 80 more" in refused.problems[-1].told()
    lines = [one.line for one in refused.problems[:-1]]
    assert lines == sorted(lines)
