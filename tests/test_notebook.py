"""The notebook for analysts runs as it stands, and is kept without outputs, which would be old before long."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = nbformat.read(Path("docs/analysis.ipynb"), as_version=4)
CELLS = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code"]


def test_it_is_a_sound_notebook_without_outputs():
    nbformat.validate(NOTEBOOK)
    for cell in CELLS:
        assert not cell.outputs
        assert cell.execution_count is None


@pytest.mark.slow
def test_it_runs_from_the_study_to_the_plot():
    done = NotebookClient(
        NOTEBOOK, timeout=60, kernel_name="python3", resources={"metadata": {"path": "docs"}}
    ).execute()
    results = [cell.outputs[-1] for cell in done.cells if cell.cell_type == "code"]
    printed = "".join(one.text for cell in done.cells for one in cell.get("outputs", ()) if one.output_type == "stream")
    assert "loses - " in printed
    assert "image/png" in results[-1].data
