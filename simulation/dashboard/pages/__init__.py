"""The pages: a folder each, found by themselves.

``page.py`` in a page's folder holds ``RAIL_POSITION``, where it stands in the rail (lower is higher up), and
``Page``, a component that is given the visitor's view and the function that changes it; ``style.css`` its looks. Its
words stand in ``locale/<language>/<name>.yaml``, of which the shell shows ``rail`` and ``title``.
"""

import functools
import importlib
import pkgutil
from types import ModuleType


@functools.cache
def pages() -> dict[str, ModuleType]:
    """Every page's module by its name, in the order of the rail."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    modules = {name: importlib.import_module(f"{__name__}.{name}.page") for name in names}
    return dict(sorted(modules.items(), key=lambda page: page[1].RAIL_POSITION))
