"""What a visitor takes along: runs, pictures, numbers and the study file, as the command line writes them."""

import base64
import csv
import io
import re
import threading
import unicodedata
from dataclasses import dataclass
from typing import Any

from simulation import __version__
from simulation.analysis.compare import Comparison
from simulation.dashboard.state.runs import run_store
from simulation.dashboard.state.tasks import Progress, Steps
from simulation.dashboard.state.variants import study_data
from simulation.dashboard.state.view import View
from simulation.report.export import as_json, parquet
from simulation.report.kept import lines_of
from simulation.report.payback import of_comparison
from simulation.report.repeat import Request
from simulation.report.table import Extras
from simulation.study.sources.files import LARGEST_FILE, study_yaml
from simulation.text.i18n import say, separators

KINDS = {
    "study": ("study", "yaml", "application/yaml"),
    "parquet": ("runs", "parquet", "application/vnd.apache.parquet"),
    "csv": ("runs", "csv", "text/csv"),
    "json": ("comparison", "json", "application/json"),
    "ranking_png": ("ranking", "png", "image/png"),
    "ranking_svg": ("ranking", "svg", "image/svg+xml"),
    "adoption_png": ("adoption", "png", "image/png"),
    "adoption_svg": ("adoption", "svg", "image/svg+xml"),
}
"""What a file is called at its end, its ending, and its kind, by what a visitor asks for."""

_drawing = threading.Lock()
"""Matplotlib's style is one for all threads, so one draws at a time."""


@dataclass(frozen=True)
class File:
    """A file that was made."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Ready:
    """A comparison that can be saved, and its pictures as addresses of images, once they are drawn."""

    comparison: Comparison
    pictures: tuple[tuple[str, str], ...] = ()


def prepared(view: View, progress: Progress) -> Steps[Ready | None]:
    """The comparison that a view asks for, and then its pictures; nothing if there are not two scenarios."""
    if len(view.scenarios) < 2:
        return None
    comparison = run_store().compare(view.study, view.baseline, view.worlds, view.seed, view.mode, progress)
    comparison = comparison.led_by(view.outcome)
    yield Ready(comparison)
    drawn: list[tuple[str, str]] = []
    for kind in ("ranking", "adoption"):
        if drawn:
            yield Ready(comparison, tuple(drawn))
        progress(0, 0)
        content = made(f"{kind}_png", view, comparison).content
        drawn.append((kind, f"data:image/png;base64,{base64.b64encode(content).decode()}"))
    return Ready(comparison, tuple(drawn))


def made(kind: str, view: View, comparison: Comparison) -> File:
    """A file of one of :data:`KINDS`."""
    return File(file_name(kind, view), KINDS[kind][2], _content(kind, view, comparison))


def _content(kind: str, view: View, comparison: Comparison) -> bytes:
    """What is in a file."""
    if kind == "study":
        return study_file(view, comparison).encode()
    if kind == "parquet":
        return parquet(comparison)
    if kind == "csv":
        return table(parquet(comparison), view.language).encode("utf-8-sig")
    if kind == "json":
        asked = [name for name in comparison.ranking if name != comparison.baseline]
        return as_json(comparison, command(view), extras=Extras(of_comparison(comparison, asked, view.rate / 1000)))
    from simulation.report.figures import adoption, encoded, ranking  # noqa: PLC0415 - the server starts without Matplotlib

    picture, form = KINDS[kind][0], KINDS[kind][1]
    with _drawing:
        if picture == "ranking":
            figure = ranking(comparison, view.language, hand=view.hand)
        else:
            figure = adoption(comparison, view.hand, view.language)
        return encoded(figure, form)


def table(runs: bytes, language: str) -> str:
    """The runs of a Parquet file as a spreadsheet of that language reads them: semicolons where numbers have commas.

    A text that a spreadsheet would carry out gets a quote before it.
    """
    import pyarrow.parquet as pq  # noqa: PLC0415 - likewise

    arrow = pq.read_table(io.BytesIO(runs))
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";" if separators(language).decimal == "," else ",", lineterminator="\r\n")
    writer.writerow(arrow.column_names)
    for row in zip(*(column.to_pylist() for column in arrow.columns), strict=True):
        writer.writerow([_cell(value, language) for value in row])
    return stream.getvalue()


def _cell(value: Any, language: str) -> str:
    """One value of a table.

    >>> _cell(0.5, "nl"), _cell(0.5, "en"), _cell(True, "en"), _cell(float("nan"), "en"), _cell("=1+1", "en")
    ('0,5', '0.5', '1', '', "'=1+1")
    """
    if isinstance(value, str):
        return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t"} else value
    if isinstance(value, bool):
        return str(int(value))
    text = "" if value != value else repr(value)  # noqa: PLR0124 - what is not itself is not a number
    return text.replace(".", separators(language).decimal)


def file_name(kind: str, view: View) -> str:
    """A name that says what is in a file: the study, its digest, worlds and seed.

    >>> from simulation.dashboard.state.view import first_view
    >>> re.sub("-[0-9a-f]{8}-", "-…-", file_name("csv", first_view("en")))
    'a-supplier-moves-to-a-new-…-200-worlds-seed-1-runs.csv'
    """
    ending, form, _ = KINDS[kind]
    counted = say("save.in_a_name", view.language, worlds=view.worlds, seed=view.seed)
    return f"{_slug(view)}-{view.study.digest()[:8]}-{counted}-{ending}.{form}"


def _slug(view: View) -> str:
    """The study's title as a part of a file's name."""
    plain = unicodedata.normalize("NFKD", view.study.title.in_(view.language)).encode("ascii", "ignore").decode()
    words = re.sub("[^a-z0-9]+", "-", plain.lower()).strip("-")
    return re.sub("-[^-]*$", "", words[:33]) if len(words) > 32 else words or "study"


def command(view: View) -> str:
    """The words that repeat a comparison on the command line, beside the study file."""
    request = Request(
        file=file_name("study", view),
        scenarios=",".join(view.scenarios),
        baseline=view.baseline,
        worlds=view.worlds,
        seed=view.seed,
        parameters=view.mode,
        outcome=view.outcome,
        rate=view.rate / 1000,
    )
    return request.command()


def study_file(view: View, comparison: Comparison) -> str:
    """The study as a file that ``synergy compare`` takes, with remarks on how it gives the same numbers, and these.

    Where so many scenarios are compared that the file could not be read again, the numbers are left out.
    """
    language = view.language
    remarks = (
        say("save.made_by", language, version=__version__, digest=view.study.digest()),
        say("save.illustrative", language),
        say("save.repeat", language),
        f"  {command(view)}",
    )
    study = study_yaml(study_data(view.changes, view.scenarios), remarks)
    whole = "\n".join([study, *lines_of(comparison, command(view), language), ""])
    return whole if len(whole.encode()) <= LARGEST_FILE else study
