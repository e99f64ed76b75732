"""YAML 1.2 in: libyaml and the parser in Python read the same, and say what is wrong in the same words."""

import time

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_files import CHANGES, DATA, EVERY_KEY, HERE, INVALID, TEXTS, changed

from simulation import InputRefused
from simulation.study.sources import yaml_text
from simulation.study.sources.files import CASE, load_data, scenario_folder, study_yaml
from simulation.study.sources.yaml_text import EXPLAINED, Reader, clean

SOUND = sorted([*scenario_folder().glob("*.yaml"), *(HERE / "valid").glob("*.yaml")])
OFTEN = settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def read_by(parser, text, monkeypatch):
    monkeypatch.setattr(yaml_text, "PARSER", parser)
    return Reader(clean(text))


def both(text, monkeypatch):
    fast, slow = (read_by(parser, text, monkeypatch) for parser in (yaml.CLoader, yaml.Loader))
    return (repr(fast.data), fast.lines, fast.problems), (repr(slow.data), slow.lines, slow.problems)


def test_libyaml_is_here():
    assert yaml_text.PARSER is yaml.CLoader


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_both_parsers_read_a_sound_file_the_same(path, monkeypatch):
    fast, slow = both(path.read_text(encoding="utf-8"), monkeypatch)
    assert fast == slow


@OFTEN
@given(DATA.filter(lambda data: isinstance(data, dict)))
def test_both_parsers_read_what_we_write_the_same(data):
    text = study_yaml({str(key): value for key, value in data.items()})
    with pytest.MonkeyPatch.context() as monkeypatch:
        outcomes = []
        for parser in (yaml.CLoader, yaml.Loader):
            try:
                read = read_by(parser, text, monkeypatch)
                outcomes.append((repr(read.data), read.lines))
            except InputRefused as refused:
                outcomes.append((refused.told(), None))
    assert outcomes[0] == outcomes[1]


@OFTEN
@given(st.sampled_from(TEXTS), CHANGES)
def test_what_both_parsers_take_they_read_the_same(text, changes):
    for change in changes:
        text = changed(text, *change)
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            fast, slow = both(text, monkeypatch)
        except InputRefused:
            return
    assert fast[0] == slow[0]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_without_libyaml_a_mistake_is_told_in_the_same_words(path, monkeypatch):
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return
    told = []
    for parser in (yaml.CLoader, yaml.Loader):
        try:
            told.append(repr(read_by(parser, text, monkeypatch).data))
        except InputRefused as refused:
            told.append(str(refused))
    assert told[0] == told[1]


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_a_large_file_is_refused_with_the_same_problem(path, monkeypatch):
    """What libyaml says of a large file is put into the same words as what the parser in Python says of a small one."""
    small = None
    try:
        text = clean(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, InputRefused):
        return
    try:
        Reader(text)
    except InputRefused as refused:
        small = refused.problems[0]
    if small is None:
        return
    monkeypatch.setattr(yaml_text, "EXPLAINED", 0)
    with pytest.raises(InputRefused) as caught:
        Reader(text)
    assert caught.value.problems[0].key == small.key
    assert abs(caught.value.problems[0].line - small.line) <= 1


def test_a_large_file_that_is_no_yaml_is_refused_soon():
    text = EVERY_KEY + "".join(f"key{i}: 1\n" for i in range(70_000)) + "here\n"
    assert len(text) > EXPLAINED
    begun = time.thread_time()
    with pytest.raises(InputRefused, match=r"line \d+: this line has no colon"):
        Reader(clean(text))
    assert time.thread_time() - begun < 5


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude80"', "🚀"),
        (r'"\uD83D\uDE80 \u00e9"', "🚀 é"),
        (r'"\\ud83d"', r"\ud83d"),
        (r"'\ud83d\ude80'", r"\ud83d\ude80"),
        (r"\ud83d", r"\ud83d"),
    ],
)
def test_characters_in_two_halves(text, value):
    assert Reader(f"a: {text}").data == {"a": value}


@pytest.mark.parametrize("text", [r'a: "\ud83d"', r'"\ud83d": 1', r'a: "\ud83d" # \ud83d', r'a: "\ude80\ud83d"'])
def test_half_a_character_is_refused(text):
    with pytest.raises(InputRefused, match=r"line 1: there is an invisible character \(U\+D...,.*HALF"):
        Reader(clean(text))


def test_private_characters_stay_what_they_are():
    private = chr(0xFD83D)
    assert Reader(f'a: "{private}"').data == {"a": private}
    assert Reader(r'a: "\U000fd83d"').data == {"a": private}
    with pytest.raises(InputRefused, match="backslash"):
        Reader(f'a: "{private}"\nb: "\\ud83d"')


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a:\tb\n", 1),
        ("a: b\tc\n", 1),
        ("a: 1\nb: [c,\td]\n", 2),
        ("a: b\t# c\n", 1),
        ("a: b\n\tc: d", 2),
        ("a: b\n\t\n", 2),
        ("a:\t\n  b: c\n", 1),
    ],
)
def test_a_tab_outside_of_quotes_is_refused(text, line):
    with pytest.raises(InputRefused, match=f"line {line}: there is a tab"):
        Reader(clean(text))


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: 'b\tc'\n", {"a": "b\tc"}),
        ('a: "b\tc"\n', {"a": "b\tc"}),
        ("a: |\n  b\tc\n", {"a": "b\tc\n"}),
        ("a: b # c\td\n", {"a": "b"}),
        ("# a\tb\na: b\n", {"a": "b"}),
    ],
)
def test_a_tab_within_quotes_a_block_or_a_remark_is_read(text, data):
    assert Reader(clean(text)).data == data


def test_indenting_tabs_take_no_time():
    begun = time.thread_time()
    with pytest.raises(InputRefused):
        Reader(clean(("\t" * 19_000 + "\n") * 50 + "\ta: 1"))
    assert time.thread_time() - begun < 1


@pytest.mark.parametrize("text", ["1e-400", "1e-301", "-1e-310", "0.0000e-0", "0e-400", "1e-299", "5E-324", ".1e-300"])
def test_a_number_too_close_to_0_is_refused_and_0_is_not(text):
    read = Reader(f"a:\n  b: {text}")
    keys = [one.key for one in read.problems]
    assert keys == ([] if text in {"0.0000e-0", "0e-400", "1e-299"} else ["too_close_to_zero"])
    for one in read.problems:
        assert one.line == 2
        assert "Write 0, or" in one.told()


def test_a_number_with_underscores_stays_a_word():
    assert Reader("[1_000_000, 1_0, 0o17, 0x1F]").data == ["1_000_000", "1_0", 15, 31]


def test_values_are_counted(monkeypatch):
    from dataclasses import replace

    monkeypatch.setattr(yaml_text, "LIMITS", replace(yaml_text.LIMITS, file_values=6))
    assert Reader("a: [1, 2, 3]").data == {"a": [1, 2, 3]}
    with pytest.raises(InputRefused, match="line 2: from this line on there are more than 6 numbers"):
        Reader("a: [1, 2, 3,\n4]")


def test_the_case_is_read_as_it_was():
    assert load_data(CASE)["measures"]
    assert isinstance(load_data(CASE)["scenarios"]["roles"]["measures"], dict)
