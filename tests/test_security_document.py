"""docs/security.md says what the code does: the table of bounds, the files that test each promise."""

import os
import re
from pathlib import Path

from simulation.system import limits

DOCUMENT = Path("docs/security.md")


def table():
    """The table of bounds as the document has it."""
    rows = "\n".join(f"| {part} | {what} | {value} {unit} |" for part, what, value, unit in limits.rows())
    return f"| part | what is bounded | at most |\n|---|---|---:|\n{rows}\n"


def test_the_table_of_bounds_is_the_code_s():
    """``SYNERGY_UPDATE=1`` writes it anew."""
    text = DOCUMENT.read_text("utf-8")
    between = re.search(r"(<!-- bounds -->\n)(.*?)(<!-- end -->)", text, re.DOTALL)
    if os.environ.get("SYNERGY_UPDATE"):
        DOCUMENT.write_text(text[: between.start(2)] + table() + text[between.end(2) :], "utf-8")
        return
    assert between[2] == table()


def test_every_promise_names_a_test_that_is_there():
    for line in DOCUMENT.read_text("utf-8").split("## What is promised")[1].split("## Bounds")[0].splitlines():
        for name in re.findall(r"`(tests/[\w*]+\.py)", line):
            assert list(Path().glob(name)), name
