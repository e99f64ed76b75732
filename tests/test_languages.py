"""A language is a folder: one that is not there yet is made here, and found wherever a person reads something."""

import csv
import errno
import io
import json
import os
import subprocess
import sys

import pytest
import yaml
from attacker import ask
from conftest import opened, served

from simulation.dashboard.state.view import read_address
from simulation.lesson.source import read_lesson
from simulation.study.errors import problem
from simulation.text import i18n
from simulation.text.i18n import own_phrases, phrases, say
from simulation.text.languages import FALLBACK, LANGUAGES, folders, is_code, matching, preferred

NEW = "eo"
"""A language that Babel knows: a comma before decimals, a space that does not break between thousands."""
MARK = "ƣ"
UNTRANSLATED = "web.reload"

EVERYTHING = """
import contextlib, io, json
import pyarrow, pyarrow.parquet
from simulation import case, run_worlds
from simulation.cli.main import main
from simulation.analysis.compare import compare_runs
from simulation.dashboard.server.document import dressed
from simulation.dashboard.pages.save.downloads import table
from simulation.dashboard.state.view import address_of, read_address
from simulation.text.typed import number_in, written
from simulation.report.figures import encoded, ranking
from simulation.lesson.source import read_lesson
from simulation.report.export import as_json
from simulation.text.i18n import LANGUAGES, money, number, own_phrases, percent, say, say_count

def output(*words):
    streams = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        code = main(words)
    return code, *(stream.getvalue() for stream in streams)

found = compare_runs(run_worlds(case().select(("it-only", "full")), 20), "it-only")
runs = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.table({"scenario": ["full"], "cost": [1234.5]}), runs)
print(json.dumps({
    "languages": LANGUAGES,
    "help": output("--lang", "NEW", "--help"),
    "check": output("check", "case", "--lang=NEW"),
    "wrong": output("check", "case", "--lang", "tlh"),
    "page": dressed("<html><title>x</title><script>1</script>", "NEW", "n"),
    "address": address_of(read_address("compare", "?lang=NEW", "nl")[0]),
    "numbers": [number(1234567.8, "NEW", 1), money(1_130_000, "NEW"), percent(0.5, "NEW"), written(0.5, "NEW")],
    "typed": number_in("1.300", "NEW"),
    "counted": [say_count("size.weeks", n, "NEW") for n in (1, 2)],
    "figure": encoded(ranking(found, "NEW"), "svg").decode(),
    "table": table(runs.getvalue(), "NEW"),
    "sentences": list(json.loads(as_json(found, ""))["note"]),
    "untranslated": say("UNTRANSLATED", "NEW"),
    "lesson": read_lesson().lesson.title.in_("NEW"),
}))
""".replace("NEW", NEW).replace("UNTRANSLATED", UNTRANSLATED)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with a further language: all that English says, marked, but for one sentence."""
    folder = tmp_path_factory.mktemp("locale") / NEW
    folder.mkdir()
    for file in folders()[FALLBACK].iterdir():
        tree = marked(yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader))
        if file.name == "web.yaml":
            del tree["web"]["reload"]
        (folder / file.name).write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    (folder / "language.yaml").write_text("language: {name: Esperanto}\n", encoding="utf-8")
    (folder.parent / "notes").mkdir()  # not the code of a language
    (folder.parent / "fr").mkdir()  # no language.yaml: nobody has begun
    return str(folder.parent)


def marked(tree):
    return MARK + tree if isinstance(tree, str) else {key: marked(value) for key, value in tree.items()}


def ran(program, **environment):
    words = [sys.executable, "-c", program]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def seen(root):
    """What a process says in the further language."""
    done = ran(EVERYTHING, SYNERGY_LOCALE=root)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_folder_is_a_language(seen):
    assert seen["languages"] == ["en", NEW, "nl"]
    assert LANGUAGES == ("en", "nl")


def test_the_command_line_speaks_it(seen):
    code, out, _ = seen["help"]
    assert code == 0
    assert out.startswith(MARK)
    assert "{en,eo,nl}" in out
    code, out, _ = seen["check"]
    assert code == 0
    assert out.startswith(f"{MARK}case: sound. Departments:")
    assert f"{MARK}texts that are not in English" in out  # the case is in English and Dutch
    assert "(angla)" in out  # what Esperanto calls English
    code, _, wrong = seen["wrong"]
    assert code == 2
    assert "en, eo, nl" in wrong.replace("'", "")


def test_numbers_are_written_as_it_writes_them(seen):
    assert seen["numbers"] == [
        "1\u00a0234\u00a0567,8",
        f"{MARK}€ 1,1 million",
        f"{MARK}50 %",
        "0,5",
    ]
    assert seen["typed"] == "two_ways"
    assert seen["counted"] == [f"{MARK}1 week", f"{MARK}2 weeks"]
    assert list(csv.reader(io.StringIO(seen["table"]), delimiter=";")) == [["scenario", "cost"], ["full", "1234,5"]]


def test_pages_pictures_and_files_speak_it(seen):
    assert f'<html lang="{NEW}">' in seen["page"]
    assert seen["address"] == f"/compare?lang={NEW}"
    assert f"{MARK}live but hardly used" in seen["figure"]
    assert f"{MARK}20 worlds, seed 1" in seen["figure"]
    assert f"{MARK}20 of 20<" in seen["figure"]
    assert seen["sentences"] == ["en", NEW, "nl"]


def test_what_it_lacks_is_read_in_english(seen):
    assert seen["untranslated"] == say(UNTRANSLATED, "en")
    assert seen["lesson"] == read_lesson().lesson.title.in_("en")


def test_what_the_system_says_is_in_the_reader_s_language():
    unreadable = problem("cannot_read", given="'x'", why=os.strerror(errno.EISDIR))
    assert "(Is a directory)" in unreadable.told("en")
    assert "(dit is een map)" in unreadable.told("nl")
    assert "(something new)" in problem("cannot_read", given="'x'", why="something new").told("nl")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems say some of it otherwise")
def test_the_english_twins_are_what_the_system_says():
    for name, text in i18n.words_of("system", "en").items():
        assert text == os.strerror(getattr(errno, name)), name


@pytest.mark.parametrize("folder", ["/nowhere/at/all", __file__, ""])
def test_a_folder_that_is_none_does_no_harm(folder):
    listed = "from simulation.text.i18n import LANGUAGES; print(*LANGUAGES)"
    done = ran(listed, SYNERGY_LOCALE=folder)
    assert (done.stdout, done.stderr) == ("en nl\n", "")


def test_no_code_compares_with_a_language(request):
    """Only what a digest of format 1 was made of, and what is read where a text is lacking, name a language."""
    named = []
    for path in sorted((request.config.rootpath / "simulation").rglob("*")):
        if path.suffix not in {".py", ".vue"}:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            code = line.split("  #")[0]
            quoted = any(f"{quote}nl{quote}" in code for quote in "'\"")
            if quoted and not code.lstrip().startswith((">>>", "(", "'", "[", "{'", "...")):
                named.append((path.name, code.strip()))
    assert named == [("organisation.py", 'PLAIN = ("en", "nl")')]


def test_a_language_without_a_form_of_its_own_takes_the_last(monkeypatch):
    few = {**phrases("en"), "size.weeks.other": "{n} weeks"}
    del few["size.weeks.one"]
    monkeypatch.setattr(i18n, "phrases", lambda language: few)
    assert i18n.say_count("size.weeks", 1) == "1 weeks"
    assert i18n.say_count("size.weeks", float("nan")).endswith("weeks")


def test_a_language_that_nobody_knows_writes_numbers_as_english_does():
    assert i18n.number(1234.5, "qqq", 1) == "1,234.5"
    assert i18n.language_name("qqq", "nl") == "qqq"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", ""),
        ("nl", "nl"),
        ("NL-be", "nl"),
        ("en-US,en;q=0.9,nl;q=0.8", "en"),
        ("de-DE, de;q=0.9, nl;q=0.3, en;q=0.2", "nl"),
        ("nl;q=0.5, en;q=0.5", "nl"),
        ("nl;q=0, en;q=0.001", "en"),
        ("*;q=0.5, nl;q=0.1", "nl"),
        ("nl;q=1.5, en;q=-1", "nl"),
        ("nl;q=nan", ""),
        ("nl;q=9, en;q=0.2", "en"),
        ("x" * 10_000 + ",nl", "nl"),
        ("de," * 100_000 + "nl", ""),
        ("nl\x00, '; drop", ""),
    ],
)
def test_the_browser_s_preferences_are_weighed(header, language):
    assert preferred(header, ("en", "nl")) == language


def test_a_tag_finds_the_nearest_language():
    languages = ("en", "en-GB", "pt-BR", "zh-Hant-TW")
    tags = ("en-GB", "en-AU", "pt", "pt-PT", "zh-TW", "nl", "", "-")
    assert [matching(tag, languages) for tag in tags] == ["en-GB", "en", "pt-BR", "pt-BR", "zh-Hant-TW", "", "", ""]


def test_every_folder_that_comes_along_is_a_language_with_its_own_name():
    assert LANGUAGES[0] == FALLBACK
    assert all(is_code(code) and own_phrases(code)["language.name"] for code in LANGUAGES)


def test_the_address_counts_before_the_choice_before_the_browser_before_the_server(address):
    def language(path="/", **heads):
        return ask(address, path, **heads)[2].split('lang="')[1].split('"')[0]

    dutch = {"Accept_Language": "nl-NL,nl;q=0.9,en;q=0.1"}
    assert language() == "en"  # the server's own
    assert language(**dutch) == "nl"
    assert language(**dutch, Cookie="synergy_language=en") == "en"
    assert language("/?lang=nl", Cookie="synergy_language=en", Accept_Language="en") == "nl"
    assert language("/nowhere", **dutch) == "nl"
    assert language(Accept_Language="fr") == "en"
    assert "accept-language" in ask(address, "/")[1]["vary"]


def test_a_link_in_no_language_of_ours_opens_in_the_reader_s():
    assert read_address("compare", "?lang=tlh", "nl")[0].language == "nl"


@pytest.mark.browser
def test_a_browser_starts_in_its_own_language_and_keeps_what_is_chosen(visitor, address):
    page = visitor(locale="nl-NL")
    page.goto(f"{address}compare?worlds=4")
    page.wait_for_selector("h1.sy-answer")
    assert page.evaluate("document.documentElement.lang") == "nl"
    page.wait_for_url("**lang=nl*")
    assert page.get_by_role("link", name=say("save.rail", "nl"), exact=True).is_visible()
    page.get_by_role("button", name="English").click()
    page.wait_for_url("**lang=en*")
    page.goto(f"{address}compare?worlds=4")
    page.wait_for_selector("h1.sy-answer")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.slow
@pytest.mark.browser
def test_the_page_lists_every_language_and_speaks_the_new_one(browser, root):
    with served(environment={"SYNERGY_LOCALE": root}) as (url, _):
        page = browser.new_context(locale="nl-NL").new_page()
        opened(page, url, "world?worlds=4", "nl")
        switch = page.locator(".sy-speak button")
        assert switch.all_inner_texts() == ["English", "Esperanto", "Nederlands"]
        switch.nth(1).click()
        page.wait_for_url(f"**lang={NEW}*")
        page.wait_for_function(f"document.documentElement.lang === '{NEW}'")
        page.wait_for_function(f"document.querySelector('h1.sy-answer').innerText.startsWith('{MARK}')")
        assert page.locator(f".sy-rail a:has-text('{MARK}')").count() > 2
        page.context.close()
