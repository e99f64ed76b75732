"""The tables of docs/odd.md: states (section 2), parameters and constants (section 8)."""

from pathlib import Path
from types import SimpleNamespace

TEXT = (Path(__file__).parents[2] / "docs" / "odd.md").read_text(encoding="utf-8")


def part(start, end):
    """What stands between two lines of the text."""
    return TEXT.partition(f"\n{start}")[2].partition(f"\n{end}")[0]


def rows(text, width):
    """The cells of all table rows of so many columns, headings left out."""
    found = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line[:1] == "|"]
    return [row for row in found if len(row) == width and any("`" in cell for cell in row[:2])]


def parameters():
    """Default, range and Sobol dimension of each parameter."""
    found = {}
    for _, name, _, default, both, _, _, _, dimension in rows(part("## 8.", "### Constants"), 9):
        low, high = both.split(" … ")
        found[name.strip("`")] = SimpleNamespace(
            default=float(default), low=float(low), high=float(high), dimension=int(dimension)
        )
    return found


def constants():
    """The constants, by name."""
    return SimpleNamespace(**{row[0].strip("`"): float(row[1]) for row in rows(part("### Constants", "## 9."), 5)})


def states(start, end, mark=""):
    """Names of the states in a table of section 2, perhaps only those with a mark in the last column."""
    return [row[1].strip("`") for row in rows(part(start, end), 7) if mark in row[-1]]


PARAMETERS = parameters()
CONSTANTS = constants()
OF_DEPARTMENTS = "**State of a department.**", "**Engagement**"
OF_THE_ORGANISATION = "**State of the organisation**", "Three words about weeks"
DEPARTMENT_STATES = states(*OF_DEPARTMENTS)
ORGANISATION_STATES = states(*OF_THE_ORGANISATION)
COLLECTED = [*states(*OF_DEPARTMENTS, "•"), *states(*OF_THE_ORGANISATION, "•")]
"""What the Mesa model keeps as well."""
OUTCOMES = [row[0].strip("`") for row in rows(part("## 9.", "**Comparison.**"), 5)]
