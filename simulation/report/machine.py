"""What numbers may depend on besides the study: version, system, processor, Python and libraries."""

import platform
import sys
from importlib.metadata import version

from simulation.engine.kernel.compilation import processor_name

LIBRARIES = ("numpy", "numba", "llvmlite", "pyarrow")
"""What may change the last bit of a number, or how a file is written."""


def machine() -> dict[str, str]:
    """What this is run on, by name.

    >>> list(machine())
    ['python', 'system', 'processor', 'numpy', 'numba', 'llvmlite', 'pyarrow']
    """
    found = {"python": platform.python_version(), "system": sys.platform, "processor": processor_name()}
    return found | {name: version(name) for name in LIBRARIES}
