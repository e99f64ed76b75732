"""Whatever stands on the command line ends in a sentence, and in nothing that a terminal would obey."""

import random
import time
import unicodedata

import pytest
from command_lines import command_lines, prepare

from simulation.cli.commands.compare import names_in
from simulation.cli.main import main
from simulation.study.sources.files import case
from simulation.text.characters import UNSEEN

SAMPLE = 60


@pytest.mark.parametrize("seed", range(4))
def test_no_command_line_ends_in_anything_but_a_sentence(capsys, tmp_path, monkeypatch, seed):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    lines = command_lines(tmp_path, seed)
    assert len(lines) > 400
    for words, codes in random.Random(seed).sample(lines, SAMPLE):
        code = main(words)
        out, err = capsys.readouterr()
        what = [word[:80] for word in words], code, out[:500], err[:500]
        assert code in codes, what
        assert bool(err) == (code != 0), what
        assert "Traceback" not in out + err, what
        assert len(err) < 5_000, what
        assert not [one for one in out + err if unicodedata.category(one) in UNSEEN and one != "\n"], what
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "english", "dutch"),
    [
        (["compare", "--worlds", "٣"], "'٣' is not a whole number from 1", "'٣' is geen geheel getal"),
        (["compare", "--worlds", "9" * 5_000], "999…' is not a whole number", "999…' is geen geheel getal"),
        (["compare", "--until-decided", "--margin", "٣"], "'٣' is not a number", "'٣' is geen getal"),
        (["compare", "--until-decided", "--margin", "1e-400"], "Write 0, or a larger", "Schrijf 0, of een groter"),
        (["compare", "--nons\x1b[31m"], r"--nons\x1b[31m", r"--nons\x1b[31m"),
        (["compare", "--nons\u202e"], r"--nons\u202e", r"--nons\u202e"),
        (["compare", "--outcome", "a\nb"], r"'a\x0ab' holds a character", r"in 'a\x0ab' staat een onzichtbaar teken"),
        (["check", "\udcff"], "Word 2 of the command line", "Woord 2 van de opdrachtregel"),
        (["compare", "--until-decided=yes"], "takes no value", "heeft geen waarde"),
        (["compare", "--parameters", "x" * 100_000], "Choose one of: 'ranges'", "Kies uit: 'ranges'"),
        (["compare", "--out", ""], "--out: '' is not the name", "--out: '' is geen naam"),
        (["run", "case", "full", "--weeks", ""], "--weeks: '' is not the name", "--weeks: '' is geen naam"),
        ([], "Something is missing: command.", "Er ontbreekt iets: opdracht."),
        (["chekc"], "'chekc' is not a command", "'chekc' is geen opdracht"),
        (["check", ""], "'' is not the name of a file", "'' is geen naam van een bestand"),
        (["dashboard", "--lesson", ""], "--lesson: '' is not the name", "--lesson: '' is geen naam"),
        (["dashboard", " "], "' ' is not the name", "' ' is geen naam"),
        (["compare", "--baseline", ""], "--baseline: '' is not a name", "--baseline: '' is geen naam"),
        (["compare", "--scenarios", " "], "--scenarios: ' ' is not a name", "--scenarios: ' ' is geen naam"),
        (["compare", "--outcome", ""], "--outcome: '' is not a name", "--outcome: '' is geen naam"),
        (["run", "case", ""], "'' is not a name", "'' is geen naam"),
        (["run", "case", "full", "--weeks", "x.csv/"], "ends as the name of a folder", "eindigt zoals de naam van"),
        (["run", "case", "full", "--weeks", "x.csv/."], "ends as the name of a folder", "eindigt zoals de naam van"),
        (["run", "case", "full", "--picture", "x.pdf"], "'x.pdf' ends in neither .svg", "'x.pdf' eindigt niet op .svg"),
        (["run", "case", "full", "--weeks", "x.png", "--picture", "x.png"], "the same file", "hetzelfde bestand"),
        (["patterns", "--out", "x.md/"], "ends as the name of a folder", "eindigt zoals de naam van"),
        (["check", "scenarios/case.yaml/"], "ends as the name of a folder", "eindigt zoals de naam van"),
        (["compare", "--out", "x" * 5_000], "at most 4096 characters", "hoogstens 4096 tekens"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage_in_both_languages(capsys, words, english, dutch):
    for language, says in (("en", english), ("nl", dutch)):
        assert main([*words, "--lang", language]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert says in err
        assert len(err) < 1_000


@pytest.mark.parametrize("worlds", ["1_0", " 10 ", "+10", "010"])
def test_a_count_may_be_written_in_any_way_that_is_clear(capsys, worlds):
    assert main(["compare", "--until-decided", "--max-worlds", "9", "--worlds", worlds, "--lang", "en"]) == 2
    assert "less than --worlds 10" in capsys.readouterr().err


def test_a_list_of_scenarios_takes_no_longer_than_it_is_long():
    begun = time.process_time()
    assert names_in("," * 100_000, case()) == []
    assert len(names_in("nobody," * 100_000, case())) == 100_000
    assert time.process_time() - begun < 1.0


def test_a_name_may_hold_commas_and_the_longest_that_is_there_counts():
    class Named:
        names = ("a", "a, b", "a,b,c", "d")

    assert names_in("a,b,c,d", Named) == ["a,b,c", "d"]
    assert names_in("a , b, d,a", Named) == ["a, b", "d", "a"]
    assert names_in("c,,b, a", Named) == ["c", "b", "a"]
