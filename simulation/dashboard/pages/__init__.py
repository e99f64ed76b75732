"""The pages: one file each, found by themselves.

A page's file holds ``PLACE``, where it stands in the rail (lower is higher up), ``Page``, a component that is given the
visitor's view and the function that changes it, and its words in
``locale/<language>/<name>.yaml`` under its own name, of which ``rail`` and ``title`` are shown by the shell.
"""

import functools
import importlib
import pkgutil
from types import ModuleType


@functools.cache
def pages() -> dict[str, ModuleType]:
    """Every page's module by its name, in the order of the rail."""
    found = {one.name: importlib.import_module(f"{__name__}.{one.name}") for one in pkgutil.iter_modules(__path__)}
    return dict(sorted(found.items(), key=lambda one: one[1].PLACE))
