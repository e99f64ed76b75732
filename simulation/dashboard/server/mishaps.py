"""What goes wrong in an answer to a click: said to whoever clicked, in a sentence, and to the server in a line."""

import sys
from typing import Any

import solara

from simulation.dashboard.state.tasks import log_error

mishap = solara.reactive("")
"""What went wrong last on this visitor's page; nothing if nothing did, or if it was read."""

outdated = solara.reactive(False)
"""Whether this visitor's page said something that only an older page would."""


def say_outdated(context: Any) -> None:
    """Have a page, by Solara's memory of it, say that it is older than the server. Call it in a thread."""
    with context:
        outdated.set(True)


def say_mishaps() -> None:
    """Have Solara tell us of exceptions in callbacks, which it would write as a traceback and not say at all."""
    from solara.server.patch import FakeIPython  # noqa: PLC0415 - it reads its settings when imported

    FakeIPython.showtraceback = _shown


def _shown(_: Any) -> None:
    """Keep what went wrong, for the page to say."""
    error = sys.exc_info()[1]
    if error is not None:
        mishap.value = log_error(error)
