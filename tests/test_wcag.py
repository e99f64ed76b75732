"""WCAG 2.2 AA, as far as a machine can see: axe-core on every page, in both languages, wide and narrow."""

import os
from pathlib import Path

import pytest
from conftest import firstly, opened, still

from simulation.dashboard.pages import pages
from simulation.text.i18n import LANGUAGES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXCEPTIONS = {
    # A department in the drawn network: its label begins with its name, as a person would say it, and goes on with both
    # percentages in words; in the drawing the number stands above the name, which is broken over lines.
    ("label-content-name-mismatch", "data-node="),
}
"""Rules that are not kept, for which elements, and why."""

AXE = Path(os.environ.get("SYNERGY_AXE", "node_modules/axe-core/axe.min.js"))
CHECK = """async rules => {
    const found = await axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']});
    return found.violations.map(one => ({rule: one.id, places: one.nodes.map(node => node.html.slice(0, 160))}));
}"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.axe,
    pytest.mark.skipif(not AXE.is_file() and not os.environ.get("SYNERGY_NEEDS_BROWSER"), reason="no axe-core here"),
]


def broken(page):
    """The rules that the page breaks, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(CHECK, RULES)
    return [(one["rule"], place) for one in found for place in one["places"] if not excepted(one["rule"], place)]


def excepted(rule, place):
    """Whether a rule need not be kept there."""
    return any(rule == one and mark in place for one, mark in EXCEPTIONS)


@pytest.mark.parametrize(("name", "language", "width"), firstly(list(pages()), LANGUAGES, [1280, 390]))
def test_no_rule_is_broken(visitor, address, name, language, width):
    page = visitor(width)
    opened(page, address, f"{name}?worlds=20", language)
    assert broken(still(page)) == []  # what is being worked out anew is pale


SCREENS = [(2, 4), (2, 1), (2, 2), (2, 3), (2, 5), (2, 6), (11, 1), (11, 4), (12, 0), (12, 1)]
"""Chapters and steps of the lesson: one of each kind, the closing included."""


@pytest.mark.parametrize(("screen", "language"), firstly(SCREENS, LANGUAGES))
def test_no_rule_is_broken_on_the_screens_of_the_lesson(page, address, screen, language):
    chapter, step = screen
    opened(page, address, f"lesson?chapter={chapter}&step={step}&votes=__2-3-1", language)
    page.wait_for_function("document.querySelector('.sy-lesson') && !document.querySelector('.sy-lesson-wait')")
    assert broken(still(page)) == []


@pytest.mark.slow
def test_no_rule_is_broken_with_settings_open(page, address):
    opened(page, address, "compare?worlds=20", "en")
    for measure in ("external_partner", "assign_roles"):
        page.locator(f"#on-{measure} + button").click()
        assert broken(still(page)) == []


def test_the_check_sees_what_is_wrong(page, address):
    opened(page, address, "save?worlds=20", "en")
    page.evaluate(
        "document.querySelector('.sy-save img, .sy-brand').outerHTML = '<img src=\"data:,\"><button></button>'"
    )
    assert {rule for rule, _ in broken(page)} >= {"image-alt", "button-name"}


def test_the_page_says_a_file_that_was_refused(page, address):
    opened(page, address, "save?worlds=20", "nl")
    page.locator(".sy-save input[type=file]").set_input_files("tests/scenarios/invalid/five-mistakes.yaml")
    page.wait_for_selector(".sy-save-wrong li")
    assert broken(page) == []
