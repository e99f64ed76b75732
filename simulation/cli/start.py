"""How the process of a command begins and ends: heed signals first, import the rest after, leave without a word.

``python -m simulation.cli`` and the command ``synergy`` both begin here. Importing takes longer than many a
command, and Ctrl-C may fall anywhere in it.
"""

import atexit
import os
import sys
import warnings
from typing import NoReturn

from simulation.system import signals, streams

OURS = ("MPLBACKEND", "NUMBA_CACHE_LOCATOR_CLASSES", "NUMBA_NUM_THREADS")
"""Settings of libraries about what we decide ourselves; a strange value would keep the library from being imported."""


def start() -> NoReturn:
    """Carry out the command line of this process, and end it with the right exit code."""
    with signals.heeding(held=True) as heard:
        try:
            heard.release()
            _prepare_surroundings()
            from simulation.cli.main import main  # once signals are heeded

            code = main()
        except KeyboardInterrupt as stop:
            code = signals.exit_code(stop)
        except Exception:
            if heard.number is None:
                raise
            code = signals.exit_code(heard.error())  # it went wrong because an import was interrupted
        heard.settle()
        signals.ignore()
        streams.finish()
        if heard.abrupt or "solara" not in sys.modules:
            _leave(code)
        sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End this process without taking it down piece by piece, which takes the compiler's library a fifth of a second.

    All that was to be written has been, and who wished to be told of the end is. Only a server has more to put away.
    """
    atexit._run_exitfuncs()
    os._exit(code)


def _prepare_surroundings() -> None:
    """Let no closed stream, and no setting that was meant for something else, get in the way."""
    streams.open_closed()
    for name in OURS:
        os.environ.pop(name, None)
    warnings.filterwarnings("ignore", "Environment variable", RuntimeWarning, r"numba\.")  # it goes on with its own
