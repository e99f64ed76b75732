"""The dashboard's shell: the view and its address without a browser, the rail and the links in a real one.

What a page shows is tested in ``test_page_<name>.py``; here stands what holds for every page.
"""

import base64
import json
import logging
import re
import time
import zlib
from pathlib import Path
from urllib.parse import urlencode

import pytest
from conftest import PATIENCE, firstly, opened, still
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulation.dashboard.pages import pages
from simulation.dashboard.state.variants import Changes, base_names, changes_of, cloned, refused, with_measure
from simulation.dashboard.state.view import (
    FIRST,
    LONGEST_ADDRESS,
    MOST_SEED,
    MOST_WORLDS,
    address_of,
    first_view,
    read_address,
)
from simulation.model.outcomes import BY_OUTCOME
from simulation.study.measures import MEASURES
from simulation.text.i18n import LANGUAGES, say

EVERY = tuple(pages())
ODD_NAMES = [
    "<img src=x onerror=alert(1)>",
    "\"quotes\" & 'apostrophes'",
    "😀 een naam met emoji 👩‍👩‍👧",
    "{{ 7 * 7 }}",
    "a%2Fb?c=d&e#f",
]
PLAIN_SETTINGS = settings(max_examples=150, deadline=None)


def read(address):
    """What an address such as ``/compare?lang=nl`` opens."""
    path, _, search = address.partition("?")
    return read_address(path.strip("/"), f"?{search}")


def packed(data):
    """Changes as an address holds them."""
    text = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


# --- what a view can be --------------------------------------------------------------------------------


@st.composite
def changes_made(draw):
    """A visitor's changes, made the way pages make them."""
    changes = Changes()
    for name in draw(st.lists(st.sampled_from(["kappa", "omega_business"]), max_size=2, unique=True)):
        changes = changes.put("parameters", name, draw(st.sampled_from([0.15, 0.17, 0.2])))
    if draw(st.booleans()):
        changes = changes.put("project", "horizon", draw(st.sampled_from([120, 156, 180])))
    for origin in draw(st.lists(st.sampled_from(base_names()), max_size=2)):
        changes, name = cloned(changes, origin, {"en": draw(titles), "nl": draw(titles)})
        changes = with_measure(changes, name, "consult_chain", draw(st.booleans()))
    assert refused(changes, changes.names) is None
    return changes


titles = st.sampled_from([*ODD_NAMES, "Ours", "Ónze variant"])


@st.composite
def views(draw):
    """Views that a visitor can reach, by ``but`` as the pages do."""
    changes = draw(changes_made())
    names = st.sampled_from(changes.names)
    start = first_view(draw(st.sampled_from(LANGUAGES)), draw(st.sampled_from(EVERY))).but(changes=changes)
    return start.but(
        scenarios=tuple(draw(st.lists(names, max_size=12, unique=True))),
        hand=draw(names),
        baseline=draw(names),
        outcome=draw(st.sampled_from(sorted(BY_OUTCOME))),
        worlds=draw(st.integers(2, MOST_WORLDS)),
        seed=draw(st.integers(0, MOST_SEED)),
        mode=draw(st.sampled_from(["ranges", "defaults"])),
        world=draw(st.integers(0, MOST_WORLDS - 1)),
        week=draw(st.integers(1, 520)),
        shown=draw(names),
        beside=draw(st.one_of(st.just(""), names)),
        votes=tuple(map(tuple, draw(st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=4), max_size=6)))),
        take=draw(st.integers(0, 999)),
        package=tuple(sorted(draw(st.sets(st.sampled_from(list(MEASURES)))), key=list(MEASURES).index)),
        chapter=draw(st.integers(0, 99)),
        step=draw(st.integers(0, 99)),
    )


@pytest.mark.slow
@given(views())
@PLAIN_SETTINGS
def test_an_address_gives_back_the_view_it_was_made_of(view):
    address = address_of(view)
    assert read(address) == (view, ())
    assert address_of(read(address)[0]) == address


@pytest.mark.slow
@given(views(), st.data())
@PLAIN_SETTINGS
def test_a_view_never_holds_what_it_cannot(view, data):
    names = st.sampled_from([*view.changes.names, "no-such-scenario", ""])
    changed = view.but(
        scenarios=tuple(data.draw(st.lists(names, max_size=5))), hand=data.draw(names), baseline=data.draw(names)
    )
    assert set(changed.scenarios) <= set(view.changes.names)
    assert len(set(changed.scenarios)) == len(changed.scenarios)
    assert len(changed.scenarios) < 2 or {changed.hand, changed.baseline} <= set(changed.scenarios)
    assert changed.hand != changed.baseline
    assert changed.shown in view.changes.names


def test_the_language_comes_from_the_link_then_the_cookie_then_the_server(monkeypatch):
    monkeypatch.setenv("SYNERGY_LANGUAGE", "nl")
    assert read_address("compare", "?lang=en", "nl")[0].language == "en"
    assert read_address("compare", "", "en")[0].language == "en"
    assert read_address("compare", "", None)[0].language == "nl"
    assert read_address("compare", "?lang=%3Cscript%3E", "tlh")[0].language == "nl"


# --- links that nobody made ----------------------------------------------------------------------------


def harmless(page, search):
    """Read an address that may hold anything: it gives a view that the pages can show, in a moment."""
    began = time.thread_time()
    view, notices = read_address(page, search)
    assert time.thread_time() - began < 5.0
    assert view.study.names == view.scenarios
    assert view.horizon > 0
    assert all(view.title(name) for name in {view.hand, view.baseline, view.shown})
    assert all(notice.sentence(language) for notice in notices for language in LANGUAGES)
    assert read(address_of(view))[0] == view
    return view, notices


@given(st.text(max_size=300))
@example("?lang=" + "nl" * 9000)
@example("?" + "&".join(f"a{i}=1" for i in range(500)))
@example("?worlds=" + "9" * 5000)
@example("?worlds=٣")
@example("?votes=" + "-".join(["9"] * 4000))
@example("?hand=%00&s=%FF&beside=%0A")
@settings(max_examples=400, deadline=None)
def test_any_text_at_all_is_a_link_that_opens(search):
    harmless("compare", search)


KEYS = st.sampled_from(
    [
        "lang",
        "s",
        "hand",
        "rival",
        "worlds",
        "seed",
        "mode",
        "outcome",
        "world",
        "week",
        "shown",
        "beside",
        "votes",
        "package",
        "take",
        "c",
    ]
)
GIVEN = st.one_of(
    st.text(max_size=40),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from([*ODD_NAMES, "../../etc/passwd", "file:///etc/passwd", "full", "-1", "1e9", "0x10"]),
)


@given(st.lists(st.tuples(KEYS, GIVEN), max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_values_of_the_keys_we_know_open(said):
    harmless("compare", "?" + urlencode(said))


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12))
NAMES_IN_FILES = st.sampled_from(
    [
        "departments",
        "Sales",
        "horizon",
        "t",
        "value",
        "low",
        "high",
        "extends",
        "measures",
        "sponsor",
        "start",
        "title",
        "full",
        "en",
        "nl",
        "project",
        "parameters",
    ]
)
DATA = st.recursive(
    LEAVES,
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(st.one_of(NAMES_IN_FILES, st.text(max_size=8)), inside, max_size=3),
    ),
    max_leaves=10,
)
PARTS = st.sampled_from(["project", "parameters", "organisation", "scenarios"])


@given(st.one_of(DATA, st.dictionaries(PARTS, DATA, max_size=3)))
@example({"organisation": {"departments": {"Sales": 3}}})
@example({"organisation": {"departments": [1]}})
@example({"organisation": {"departments": {"A new one": {"kind": "business", "capacity": 5}}}})
@example({"scenarios": {"mine": 3}})
@example({"scenarios": {"mine": {"extends": ["full"]}}})
@example({"scenarios": {"mine": {"extends": "mine"}}})
@example({"scenarios": {"a": {"extends": "b"}, "b": {"extends": "a"}}})
@example({"scenarios": {"full": {}}})
@example({"project": {"horizon": "120"}})
@example({"project": {"horizon": float("inf")}})
@example({"project": {"horizon": True}})
@example({"parameters": {"t": float("nan")}})
@example({"parameters": {"t": 10**400}})
@settings(max_examples=300, deadline=None)
def test_any_changes_in_a_link_open_or_are_left_out_in_a_sentence(data):
    view, notices = harmless("compare", "?" + urlencode({"c": packed(data)}))
    if view.changes == Changes():
        assert [one.key for one in notices] in (["changes"], ["refused"]) or data in ({}, Changes().data)


def test_text_that_is_no_changes_is_said():
    bomb = packed(b'{"scenarios": {"a": "' + b"a" * 9_000_000 + b'"}}')
    assert len(bomb) < LONGEST_ADDRESS
    deep = packed(b"[" * 60_000)
    digits = packed(b'{"parameters": {"t": ' + b"9" * 6_000 + b"}}")
    for given_text in (bomb, deep, digits, "", "A", "x" * 100, "%00", "é", packed(b"\xff\xfe"), packed([]), packed("")):
        view, notices = harmless("compare", "?" + urlencode({"c": given_text}))
        assert view.changes == Changes()
        assert [one.key for one in notices] in (["changes"], ["refused"]), given_text[:40]


def test_a_link_that_is_too_long_is_said():
    view, notices = harmless("save", "?c=" + "A" * LONGEST_ADDRESS)
    assert view == first_view("en", "save")
    assert [one.key for one in notices] == ["too_long"]


@pytest.mark.parametrize("name", [*ODD_NAMES, "x" * 300])
def test_odd_names_go_through_a_link_or_are_left_out(name):
    changes = changes_of({"scenarios": {name: {"extends": "full", "title": {"en": name[:80], "nl": name[:80]}}}})
    if refused(changes, (name,)) is None:
        view = first_view("en").but(changes=changes, scenarios=(name, "full"), hand=name)
        assert read(address_of(view)) == (view, ())
    else:
        view, notices = harmless("compare", "?" + urlencode({"c": packed(changes.data)}))
        assert view.changes == Changes()
        assert [one.key for one in notices] == ["refused"]


def test_nothing_in_an_address_reads_a_file(monkeypatch):
    first_view()  # the study itself is read once, when the server starts
    first_view().study  # noqa: B018 - and its words

    def forbidden(*asked, **_):
        raise AssertionError(f"a file was read: {asked}")

    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr("io.open", forbidden)
    monkeypatch.setattr("pathlib.Path.open", forbidden)
    monkeypatch.setattr("pathlib.Path.read_text", forbidden)
    for name in ("/etc/passwd", "../../../etc/passwd", "file:///etc/passwd", "case.yaml"):
        data = {"scenarios": {"mine": {"extends": name}}}
        said = [("s", name), ("hand", name), ("outcome", name), ("lang", name), ("c", packed(data)), ("base", name)]
        read_address(name, "?" + urlencode(said))


# --- what goes wrong in a page -------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_exception_in_a_page_ends_in_a_sentence_with_a_way_on(monkeypatch, name, language):
    import ipyvue
    import ipyvuetify
    import solara

    from simulation.dashboard import app

    broken = [True]

    @solara.component
    def Page(view, change):
        if broken[0]:
            raise ZeroDivisionError("<b>secret</b>")
        solara.HTML(tag="p", unsafe_innerHTML="all well")

    monkeypatch.setattr(pages()[name], "Page", Page)
    logging.getLogger("reacton").setLevel(logging.CRITICAL)
    views = [first_view(language, name).but(seed=7)]
    _, context = solara.render(
        app.Guarded(views[0], lambda change: views.append(change(views[-1]))), handle_error=False
    )

    def shown():
        return " ".join(str(one.get_state()) for one in context.find(ipyvue.VueTemplate).widgets)

    assert say("shell.error", language, why="ZeroDivisionError") in shown()
    assert "secret" not in shown()
    _, over = context.find(ipyvuetify.Btn).widgets
    over.click()
    assert views[-1] == first_view(language, name)
    assert say("shell.error", language, why="ZeroDivisionError") in shown()
    broken[0] = False
    context.find(ipyvuetify.Btn).widgets[0].click()
    assert "all well" in shown()
    context.close()


# --- in a browser --------------------------------------------------------------------------------------

browsing = pytest.mark.browser


@browsing
@pytest.mark.parametrize(("name", "language", "width"), firstly(EVERY, LANGUAGES, [1280, 390]))
def test_every_page_opens_whole_in_both_languages(visitor, address, name, language, width):
    page = visitor(width)
    opened(page, address, name, language)
    assert page.inner_text("h1.sy-answer").strip()
    assert page.title() == f"{say(f'{name}.title', language)} – synergy"
    assert page.evaluate("document.documentElement.lang") == language
    rail = [one.inner_text() for one in page.locator(".sy-rail nav a").all()]
    assert rail == [say(f"{one}.rail", language) for one in EVERY]
    assert page.locator(".sy-rail [aria-current=page]").inner_text() == say(f"{name}.rail", language)
    assert say("shell.illustrative", language) in page.inner_text("body")
    still(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not re.search(r"undefined|NaN|\[object|Traceback|\{[a-z_]+\}", page.inner_text("body"))


@browsing
def test_the_rail_goes_to_every_page_and_back_and_forward_return(page, address):
    opened(page, address, "compare")
    for name in EVERY[1:]:
        page.get_by_role("navigation").get_by_role("link", name=say(f"{name}.rail", "en"), exact=True).click()
        page.wait_for_url(f"**/{name}?*")
        page.wait_for_selector("h1.sy-answer")
    for name in reversed(EVERY[:-1]):
        page.go_back()
        page.wait_for_url(f"**/{name}?*")
        page.wait_for_function("t => document.title.startsWith(t)", arg=say(f"{name}.title", "en"))
    page.go_forward()
    page.wait_for_url(f"**/{EVERY[1]}?*")
    page.wait_for_function("t => document.title.startsWith(t)", arg=say(f"{EVERY[1]}.title", "en"))


@pytest.mark.slow
@browsing
def test_back_pressed_quickly_goes_back_all_the_way(page, address):
    opened(page, address, "compare")
    for name in EVERY[1:]:
        page.get_by_role("navigation").get_by_role("link", name=say(f"{name}.rail", "en"), exact=True).click()
        page.wait_for_function("t => document.title.startsWith(t)", arg=say(f"{name}.title", "en"))
        page.wait_for_url(f"**/{name}?*")  # the address follows the title
    page.evaluate("n => { for (let i = 0; i < n; i++) { setTimeout(() => history.back(), 60 * i); } }", len(EVERY) - 1)
    page.wait_for_function("t => document.title.startsWith(t)", arg=say(f"{EVERY[0]}.title", "en"))
    page.wait_for_timeout(1_500)
    assert page.url == f"{address}{EVERY[0]}?lang=en"
    assert page.title().startswith(say(f"{EVERY[0]}.title", "en"))


@pytest.mark.slow
@browsing
def test_the_rail_is_reached_and_used_by_keyboard(page, address):
    opened(page, address, "compare")
    page.locator("body").press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == say("shell.skip", "en")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.get_by_role("link", name=say("save.rail", "en"), exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/save?*")


@pytest.mark.slow
@browsing
def test_the_language_switch_is_remembered_and_a_link_wins(visitor, address):
    page = visitor()
    opened(page, address, "save", "en")
    page.get_by_role("button", name="Nederlands").click()
    page.wait_for_function("t => document.title.startsWith(t)", arg=say("save.title", "nl"))
    page.wait_for_function("location.search.includes('lang=nl')")
    assert page.evaluate("document.documentElement.lang") == "nl"
    page.goto(f"{address}world")
    page.wait_for_selector(".sy-answer")
    assert "lang=nl" in page.url
    opened(page, address, "world", "en")
    assert page.title().startswith(say("world.title", "en"))
    other = visitor()
    other.goto(f"{address}world")
    other.wait_for_selector(".sy-answer")
    assert "lang=en" in other.url


def some_view():
    """A view in which nearly everything differs from the first."""
    changes, name = cloned(Changes().put("parameters", "kappa", 0.1), "full", {"en": ODD_NAMES[0], "nl": ODD_NAMES[2]})
    return first_view("nl").but(
        changes=changes,
        scenarios=("it-only", "wait", name),
        hand=name,
        baseline="wait",
        worlds=20,
        seed=7,
        mode="defaults",
        world=3,
        week=40,
        shown=name,
        beside="",
    )


@pytest.mark.slow
@browsing
@pytest.mark.parametrize("name", EVERY)
def test_a_copied_address_opens_the_same(visitor, address, name):
    asked = address_of(some_view().but(page=name))
    page = visitor()
    page.goto(address.rstrip("/") + asked)
    page.wait_for_selector("h1.sy-answer")
    copied = still(page).url
    other = visitor()
    other.goto(copied)
    other.wait_for_selector("h1.sy-answer")
    assert still(other).url == copied
    kept = read(copied.removeprefix(address.rstrip("/")))[0]
    assert (kept.changes, kept.worlds, kept.language) == (some_view().changes, 20, "nl")

    def answers():  # but for how far the work in the background is
        return [re.sub(r"\d+", "…", one.locator("h1.sy-answer").inner_text()) for one in (page, other)]

    until = time.monotonic() + PATIENCE / 1000
    while len(set(answers())) > 1 and time.monotonic() < until:
        page.wait_for_timeout(200)
    assert len(set(answers())) == 1


@browsing
@pytest.mark.parametrize(
    "search", ["?hand=nobody&worlds=-3", "?c=AAAA", "?lang=%3Cscript%3Ealert(1)%3C/script%3E&hand=%3Cimg%20src=x%3E"]
)
def test_a_malformed_link_opens_with_a_sentence(page, address, search):
    page.goto(f"{address}compare{search}")
    page.wait_for_selector("h1.sy-answer")
    if "lang=" not in search:
        page.wait_for_selector(".sy-notices p")
        page.get_by_role("button", name=say("shell.understood", "en")).click()
        page.wait_for_selector(".sy-notices", state="detached")
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.slow
@browsing
def test_two_visitors_do_not_see_each_others_choices(visitor, address):
    marked = some_view().but(language="en", page="save")
    one, other = visitor(), visitor()
    one.goto(address.rstrip("/") + address_of(marked))
    one.wait_for_selector(".sy-answer")
    opened(other, address, "save")
    one.get_by_role("link", name=say("world.rail", "en"), exact=True).click()
    one.wait_for_url("**/world?*")
    assert "worlds=20" in one.url
    other.get_by_role("link", name=say("world.rail", "en"), exact=True).click()
    other.wait_for_url("**/world?*")
    assert other.url == f"{address}world?lang=en"
    assert ODD_NAMES[0] not in other.content()


def test_a_view_starts_with_what_its_study_has():
    assert set(first_view().scenarios) == set(FIRST)


FOLDER = Path("simulation/dashboard")


def classes_in(text):
    """The classes of ours that a text names."""
    return set(re.findall(r"\bsy-[a-z0-9-]*[a-z0-9]\b", text))


@pytest.mark.parametrize("name", EVERY)
def test_a_page_has_rules_for_what_stands_in_its_folder_only(name):
    shared = classes_in((FOLDER / "style.css").read_text(encoding="utf-8"))
    folder = FOLDER / "pages" / name
    own = classes_in((folder / "style.css").read_text(encoding="utf-8")) - shared
    used = [path.read_text(encoding="utf-8") for kind in ("*.py", "*.vue") for path in folder.glob(kind)]
    composed = re.findall(r"(sy-[a-z-]+)' \+", " ".join(used))  # such as 'sy-lesson-line' + number
    assert own
    assert {word for word in own - classes_in(" ".join(used)) if not word.startswith(tuple(composed))} == set()


def test_rules_that_pages_share_come_before_those_of_a_page():
    from simulation.dashboard.app import STYLE

    sheets = [FOLDER / "style.css", *(FOLDER / "pages" / name / "style.css" for name in sorted(EVERY))]
    assert "\n".join(path.read_text(encoding="utf-8") for path in sheets) == STYLE


def test_no_method_of_a_component_is_shadowed_by_an_event():
    # ipyvue puts the event `event_go` into the component as `go` too, over a method of that name
    for path in Path("simulation").rglob("*.vue"):
        text = path.read_text(encoding="utf-8")
        events = set(re.findall(r"event_([a-z_]+)", text))
        assert not events & set(re.findall(r"^ {4}(?:async )?([a-z_]+)\(", text, re.MULTILINE)), path


def test_a_link_of_an_older_model_is_followed_and_what_is_gone_is_said():
    changes = Changes().put("parameters", "t", 0.5).put("parameters", "ad_hoc", 0.2)
    address = address_of(first_view("en").but(changes=changes))
    view, notices = read_address("compare", address.partition("?")[2], "en")
    assert view.changes == Changes().put("parameters", "t", 0.5)
    assert [(notice.key, notice.given) for notice in notices] == [("gone", "ad_hoc")]
    assert "ad_hoc" in notices[0].sentence("nl")
    alone = address_of(first_view("en").but(changes=Changes().put("parameters", "ad_hoc", 0.2)))
    assert read_address("compare", alone.partition("?")[2], "en")[0].changes == Changes()


@browsing
@pytest.mark.parametrize(("name", "language"), firstly([one for one in EVERY if one != "lesson"], LANGUAGES))
def test_paper_has_the_organisation_and_nothing_to_press(visitor, address, name, language):
    page = visitor(688)  # A4 between its margins
    page.emulate_media(media="print")
    opened(page, address, name, language)
    still(page)
    organisation = {"en": "The supplier: ", "nl": "De leverancier: "}[language]
    assert page.inner_text(".sy-paper-first").startswith(organisation)
    assert page.locator(".sy-paper-first").is_visible()
    assert not page.locator(".sy-rail").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    assert not page.locator(".sy-versions-open").is_visible()
    page.emulate_media(media="screen")
    assert not page.locator(".sy-paper-first").is_visible()


@browsing
def test_a_page_loads_without_a_word_on_the_console(page, address):
    said = []
    page.on("console", lambda message: said.append((message.type, message.text)))
    opened(page, address, "compare")
    still(page)
    assert [one for one in said if one[0] in {"warning", "error"}] == []


def test_threads_of_the_engine_belong_to_no_visitor(monkeypatch):
    """One of a visitor who has left would never begin, and everybody who begins a thread would wait for it."""
    from solara.server import kernel, kernel_context

    from simulation.dashboard.state.runs import of_nobody

    visitor = kernel_context.VirtualKernelContext(id="gone", kernel=kernel.Kernel(), session_id="session")
    kernel_context.set_current_context(visitor)
    seen = []

    def progress(done, total):
        seen.append((done, kernel_context.get_current_context()))

    def work(told):
        told(1, 2)
        seen.append(kernel_context.has_current_context())
        told(2, 2)
        return "done"

    try:
        assert of_nobody(work, progress) == "done"
        assert seen == [(1, visitor), False, (2, visitor)]
        assert kernel_context.get_current_context() is visitor
        with pytest.raises(ZeroDivisionError):
            of_nobody(lambda _: 1 / 0, progress)
        assert kernel_context.get_current_context() is visitor
    finally:
        kernel_context.set_current_context(None)
    assert of_nobody(lambda _: "alone", progress) == "alone"
