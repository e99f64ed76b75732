"""API pages out of the docstrings: ``sphinx-build -W -n docs/api build/api``, from the root of the repository.

Every reference that somebody wrote in a docstring must have a target. Types in signatures are left to mypy: those of
other libraries have no page here, and nothing is fetched to find one.
"""

import os
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"  # compiled functions are then the plain ones, with their signatures and words

from docutils import nodes
from docutils.utils import get_source_line
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

from simulation import __version__

project = "synergy"
copyright = "2026, the synergy authors"
version = release = __version__
extensions = ["sphinx.ext.autodoc", "sphinx.ext.apidoc"]
exclude_patterns = ["modules/modules.rst"]
apidoc_modules = [
    {
        "path": "../../simulation",
        "destination": "modules",
        "exclude_patterns": ["**/__main__.py"],
        "separate_modules": True,
        "module_first": True,
    }
]
autodoc_default_options = {"members": True, "ignore-module-all": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
toc_object_entries_show_parents = "hide"
html_theme = "alabaster"
html_show_sourcelink = False


def written(reference: nodes.Node) -> bool:
    """Whether somebody wrote a reference, as ``:func:`` and so on; if not, it is a type's, or that of a base class."""
    return str(getattr(reference, "rawsource", "")).startswith(":") and bool(get_source_line(reference)[0])


def only_types_of_ours(app: Sphinx, tree: nodes.document) -> None:
    """Let a type of another library be plain text."""
    for reference in list(tree.findall(pending_xref)):
        if not written(reference) and not reference.get("reftarget", "").startswith("simulation."):
            reference.replace_self(reference.children)


def is_type(app: Sphinx, domain: Any, reference: pending_xref) -> bool | None:
    """Say nothing of a type without a page, such as a type variable."""
    return None if written(reference) else True


def setup(app: Sphinx) -> None:
    """Have both heard."""
    app.connect("doctree-read", only_types_of_ours)
    app.connect("warn-missing-reference", is_type)
